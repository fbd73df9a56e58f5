//! Papers of applications, as the register looks after them: none is kept that no application tells of, those of an applicant who
//! was erased are removed with it, and a verification tells of what is missing or damaged.
//!
//! Which papers should be there the tables say; the papers themselves are `attachments`'.

use std::sync::Arc;

use crate::attachments::Store;
use crate::model::application::Docket;
use crate::model::{ApplicationId, RegistrantId, TreeView, ViewFault, Viewed};

use super::base::AsOf;
use super::core::Core;
use super::invariants::Findings;
use super::options::OpenError;
use super::place::io_error;
use super::source::Source as _;
use super::tables::Table;

/// Whether a registrant was erased.
pub(super) type IsErased<'a> = &'a dyn Fn(&RegistrantId) -> Viewed<bool>;

/// Takes away what no application tells of, and what a crash cut off.
pub(super) fn sweep(core: &Arc<Core>) -> Result<(), OpenError> {
    let newest = core.newest();
    let is_told = |of: &str, sha256: &str| -> Result<bool, ViewFault> {
        let Ok(id) = of.parse::<ApplicationId>() else {
            return Ok(false);
        };
        let Some(application) = newest.application(&id)? else {
            return Ok(false);
        };
        let mut papers = application.papers.iter();
        Ok(papers.any(|one| hex::encode(one.what.sha256) == sha256)
            && !is_erased(&newest, &application.applicant)?)
    };
    let swept = core.papers.sweep(&is_told);
    swept.map_err(io_error(
        "looking through the papers of applications".to_owned(),
    ))
}

/// Whether a registrant was erased: then its papers were, too.
pub(super) fn is_erased(view: &dyn TreeView, id: &RegistrantId) -> Viewed<bool> {
    let registrant = view.registrant(id)?;
    Ok(registrant.is_some_and(|one| one.erased.is_some()))
}

/// Removes the papers of the applications that were made for somebody; of a principal there are none.
pub(super) fn remove_of(core: &Arc<Core>, subject: &str) -> Result<(), OpenError> {
    let Ok(registrant) = subject.parse::<RegistrantId>() else {
        return Ok(());
    };
    let newest = core.newest();
    for (_, id) in newest.docket(&Docket::Of(registrant), None, usize::MAX)? {
        let removed = core.papers.remove(&id);
        removed.map_err(io_error(format!("removing the papers of application {id}")))?;
    }
    Ok(())
}

/// Looks at every paper that should be there.
pub(super) fn check(
    rows: &AsOf,
    store: &Store,
    is_erased: IsErased<'_>,
    findings: &mut Findings,
) -> Viewed<()> {
    for (_, row) in rows.headed_rows(Table::Applications, &[])? {
        let application = super::source::to_application(rows, &row)?;
        for paper in &application.papers {
            let Err(damage) = store.read(&application.id, &paper.what) else {
                continue;
            };
            // Whoever was erased meanwhile has none.
            if is_erased(&application.applicant)? {
                break;
            }
            let (id, sha256) = (&application.id, hex::encode(paper.what.sha256));
            findings.note(format!("the paper {sha256} of application {id} {damage}"));
        }
    }
    Ok(())
}

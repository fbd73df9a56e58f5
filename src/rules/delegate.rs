//! Delegate: somebody else acts as the registration authority below an arc from now on (X.660 6.2). The roles that were
//! granted there end.
//!
//! Refusals, in order: faults of form; `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`, `ARC_LOCKED`;
//! `SUPERIOR_NOT_ACTIVE` (reserved or withdrawn), `SUPERIOR_LEAF`; `PRINCIPAL_UNKNOWN`, `PRINCIPAL_NOT_ACTIVE` (removed);
//! `NOTHING_CHANGES`.

use crate::model::entry::Delegation;
use crate::model::{Code, Event, Refusal, Rejection, Seq, State, TreeView};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::decision::Decision;
use super::{access, consent, roles};

/// Delegates.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    delegation: &Delegation,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let tree = &decision.tree;
    let entry = checks::own_arc(tree, path, Reach::Superior, if_revision)?;
    consent::unlocked(&entry)?;
    let state = entry.superior.state;
    if matches!(state, State::Reserved | State::Withdrawn) {
        let detail = format!(
            "{path} is {}: there is nothing to decide below it",
            state.word()
        );
        return Err(Refusal::new(Code::SuperiorNotActive, "oid", detail)
            .value(path)
            .into());
    }
    if entry.superior.flags.leaf {
        let detail = format!("{path} is marked as a leaf");
        return Err(Refusal::new(Code::SuperiorLeaf, "oid", detail)
            .value(path)
            .into());
    }
    if let Delegation::Hosted { principals } = delegation {
        for (at, id) in principals.iter().enumerate() {
            let field = format!("delegation.principals[{at}]");
            let Some(known) = tree.principal(id)? else {
                let detail = "no principal has this id";
                return Err(Refusal::new(Code::PrincipalUnknown, field, detail)
                    .value(id)
                    .into());
            };
            if access::is_removed(&known) {
                let detail = "the principal was removed and never acts again";
                return Err(Refusal::new(Code::PrincipalNotActive, field, detail)
                    .value(id)
                    .into());
            }
        }
    }
    if entry.delegation.as_ref() == Some(delegation) {
        let detail = format!("{path} is delegated in this way already");
        return Err(Refusal::new(Code::NothingChanges, "delegation", detail).into());
    }
    decision.tell(Event::Delegated {
        path: path.clone(),
        previous: entry.revision,
        delegation: delegation.clone(),
    })?;
    roles::end(path, decision)
}

//! Attach: a paper is handed in, whose octets are kept already. While the application is judged it cannot be: whoever approved
//! did so on what was there; then the authority asks, and the applicant hands in with the answer.
//!
//! Refusals, in order: faults of form; those of any act about an application; `APPLICATION_STAGE`; `REGISTRANT_UNKNOWN` where the
//! applicant was erased, since its papers were destroyed with it; `NOTHING_CHANGES` where the paper is there;
//! `TOO_MANY_VALUES`; `FIELD_TOO_LONG` for all papers together.

use crate::model::application::{Attachment, Paper, Stage};
use crate::model::limits::{PAPERS_MAX, PAPERS_OCTETS_CEILING};
use crate::model::{Code, Event, Refusal, Rejection, TreeView as _};

use super::{Case, at_another_stage};
use crate::rules::decision::Decision;

/// Takes it to the papers of the application.
pub fn decide(
    what: &Attachment,
    case: &Case,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let app = &case.app;
    if !may_grow(app.stage) {
        return Err(at_another_stage(app.stage));
    }
    let applicant = decision.tree.registrant(&app.applicant)?;
    if applicant.is_none_or(|one| one.erased.is_some()) {
        let detail = "the applicant was erased; nothing more is kept of it";
        return Err(Refusal::new(Code::RegistrantUnknown, "application", detail).into());
    }
    if app.paper(&what.sha256).is_some() {
        let detail = "the application has this paper already";
        return Err(Refusal::new(Code::NothingChanges, "attachment.sha256", detail).into());
    }
    if app.papers.len() >= PAPERS_MAX {
        let detail = format!("{PAPERS_MAX} papers are there; more are not taken");
        return Err(Refusal::new(Code::TooManyValues, "attachment", detail).into());
    }
    if app.paper_octets().saturating_add(what.octets) > PAPERS_OCTETS_CEILING {
        let detail = format!("all papers have at most {PAPERS_OCTETS_CEILING} octets together");
        return Err(Refusal::new(Code::FieldTooLong, "attachment.octets", detail).into());
    }
    decision.tell(Event::ApplicationPaperAdded {
        id: app.id.clone(),
        previous: app.revision,
        paper: Paper {
            what: what.clone(),
            by: case.by.clone(),
            at: case.now,
        },
    })
}

/// Whether papers are taken at a stage: it is not judged at the moment, and not over.
const fn may_grow(stage: Stage) -> bool {
    match stage {
        Stage::Submitted | Stage::Acknowledged | Stage::InformationRequested | Stage::Appealed => {
            true
        }
        Stage::UnderReview
        | Stage::Approved
        | Stage::Rejected
        | Stage::Withdrawn
        | Stage::Expired => false,
    }
}

//! Approve: one person's approval; the last one that the policy wants gives the arc out in the same record, so that number,
//! entry and application cannot disagree.
//!
//! What was free when the application was handed in may be taken meanwhile: then the last approval is refused as the
//! allocation would be, and nothing is recorded.
//!
//! Refusals, in order: those of any act about an application; `APPLICATION_STAGE`; `FOUR_EYES`; `FEE_DUE`, unless the policy lets
//! the fee wait; those of
//! `allocate`, about the application's fields.

use crate::model::application::{Approval, FeeState, Step};
use crate::model::command::{Allocate, RegistrantRef};
use crate::model::event::{ApplicationMoved, HoldEnd};
use crate::model::{Code, Event, Refusal, Rejection};

use super::{Case, choice};
use crate::rules::allocate::{self, Upon};
use crate::rules::decision::Decision;
use crate::rules::policy;

/// Approves it.
pub fn decide(case: &Case, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let app = &case.app;
    let to = case.after(Step::Approve)?;
    case.four_eyes(&decision.tree)?;
    if app.approvals.iter().any(|one| one.by == case.by) {
        let detail = "you approved it already; each approval is another person's";
        return Err(Refusal::new(Code::FourEyes, "", detail).into());
    }
    let policy = policy::in_force(&decision.tree, &app.superior)?;
    let due = app.fee.as_ref().filter(|fee| fee.state == FeeState::Due);
    if let Some(fee) = due.filter(|_| !policy.fee_may_wait) {
        let detail = format!("due: {}", fee.text);
        return Err(Refusal::new(Code::FeeDue, "", detail).into());
    }
    decision.tell(Event::ApplicationApproved {
        id: app.id.clone(),
        previous: app.revision,
        approval: Approval {
            by: case.by.clone(),
            at: case.now,
        },
    })?;
    let given = app.approvals.len().saturating_add(1);
    let wanted = usize::try_from(policy.approvals).unwrap_or(usize::MAX);
    if given < wanted {
        return Ok(());
    }
    allocate::required_of_application(&policy, &app.superior, &app.content.about)?;
    case.free_hold(HoldEnd::Used, decision)?;
    allocate::step(&asked(case, &policy), None, Upon::Application, decision)?;
    let arc = decision.newest_arc().map(|new| new.path.clone());
    decision.tell(Event::ApplicationMoved(Box::new(ApplicationMoved {
        arc,
        ..case.moved(to, None)
    })))
}

/// What is to be given out.
fn asked(case: &Case, policy: &crate::model::Policy) -> Allocate {
    let app = &case.app;
    let entry = &app.content.entry;
    let contacts = entry.contacts.iter().cloned().map(Into::into).collect();
    let applicant = RegistrantRef::Known(app.applicant.clone());
    let mut entry = entry.with_parties(contacts, Some(applicant));
    entry.applied = Some(app.submitted);
    Allocate {
        superior: app.superior.clone(),
        number: choice(policy, app.content.number.as_ref()),
        entry,
        allocation_token: None,
    }
}

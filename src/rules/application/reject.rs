//! Reject: with a reason of a list and a sentence. A number that was held for it is free again.
//!
//! Refusals, in order: faults of form; those of any act about an application; `APPLICATION_STAGE`; `FOUR_EYES`;
//! `TOO_MANY_VALUES`.

use crate::model::application::{RejectionReason, Step, Verdict, VerdictKind};
use crate::model::event::{ApplicationMoved, HoldEnd};
use crate::model::{Event, Rejection};

use super::Case;
use crate::rules::decision::Decision;
use crate::rules::policy;

/// Rejects it.
pub fn decide(
    reason: RejectionReason,
    text: &str,
    case: &Case,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let to = case.after(Step::Reject)?;
    case.four_eyes(&decision.tree)?;
    case.may_be_judged()?;
    let policy = policy::in_force(&decision.tree, &case.app.superior)?;
    let deadline = case.now.plus_seconds(policy.appeal_seconds);
    case.free_hold(HoldEnd::Cancelled, decision)?;
    let verdict = Verdict {
        kind: VerdictKind::Rejected,
        by: case.by.clone(),
        at: case.now,
        reason: Some(reason),
        text: text.to_owned(),
    };
    decision.tell(Event::ApplicationMoved(Box::new(ApplicationMoved {
        verdict: Some(verdict),
        ..case.moved(to, Some(deadline))
    })))
}

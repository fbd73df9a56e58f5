//! Cancel a plan: it will not take effect; of a review, that it was made.
//!
//! Refusals, in order: `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`; `PLAN_UNKNOWN`.

use crate::model::{Code, Event, Refusal, Rejection, Seq};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::decision::Decision;

/// Cancels it.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    number: u32,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Holder, if_revision)?;
    let mut plans = entry.plans.clone();
    plans.retain(|plan| plan.number != number);
    if plans.len() == entry.plans.len() {
        let detail = format!("nothing of this number is planned for {path}");
        return Err(Refusal::new(Code::PlanUnknown, "number", detail)
            .value(number)
            .into());
    }
    decision.tell(Event::PlansSet {
        path: path.clone(),
        previous: entry.revision,
        plans,
    })
}

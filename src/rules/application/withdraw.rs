//! Withdraw: the applicant takes the application back. A number that was held for it is free again.
//!
//! Refusals, in order: those of any act about an application; `APPLICATION_STAGE`.

use crate::model::application::Step;
use crate::model::event::HoldEnd;
use crate::model::{Event, Rejection};

use super::Case;
use crate::rules::decision::Decision;

/// Takes it back.
pub fn decide(case: &Case, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let to = case.after(Step::Withdraw)?;
    case.free_hold(HoldEnd::Cancelled, decision)?;
    decision.tell(Event::ApplicationMoved(Box::new(case.moved(to, None))))
}

//! Acknowledge: the authority says that it has the application.
//!
//! Refusals, in order: those of any act about an application; `APPLICATION_STAGE`.

use crate::model::Rejection;
use crate::model::application::Step;

use super::Case;
use crate::rules::decision::Decision;

/// Acknowledges it.
pub fn decide(case: &Case, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let to = case.after(Step::Acknowledge)?;
    case.go(to, |policy| policy.decide_seconds, decision)
}

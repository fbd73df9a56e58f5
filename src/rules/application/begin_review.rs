//! Begin review: the authority judges the application on what is there, whether or not the applicant answered.
//!
//! Refusals, in order: those of any act about an application; `APPLICATION_STAGE`.

use crate::model::Rejection;
use crate::model::application::Step;

use super::Case;
use crate::rules::decision::Decision;

/// Begins to judge it.
pub fn decide(case: &Case, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let to = case.after(Step::BeginReview)?;
    case.go(to, |policy| policy.decide_seconds, decision)
}

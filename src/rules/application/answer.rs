//! Answer: the applicant answers what was asked, and the application is judged.
//!
//! Refusals, in order: faults of form; those of any act about an application; `APPLICATION_STAGE`; `TOO_MANY_VALUES`.

use crate::model::Rejection;
use crate::model::application::{RemarkKind, Step};

use super::Case;
use crate::rules::decision::Decision;

/// Answers.
pub fn decide(text: &str, case: &Case, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let to = case.after(Step::Answer)?;
    case.remark(RemarkKind::Answer, text, decision)?;
    case.go(to, |policy| policy.decide_seconds, decision)
}

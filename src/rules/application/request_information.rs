//! Request information: asks the applicant something. What was approved before counts no longer: the answer may change it.
//!
//! Refusals, in order: faults of form; those of any act about an application; `APPLICATION_STAGE`; `TOO_MANY_VALUES`.

use crate::model::Rejection;
use crate::model::application::{RemarkKind, Step};

use super::Case;
use crate::rules::decision::Decision;

/// Asks.
pub fn decide(text: &str, case: &Case, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let to = case.after(Step::RequestInformation)?;
    case.remark(RemarkKind::Question, text, decision)?;
    case.go(to, |policy| policy.answer_seconds, decision)
}

//! Comment: says something about an application, among the authority's staff or to the applicant. It changes no stage.
//!
//! Refusals, in order: faults of form; those of any act about an application; `TOO_MANY_VALUES`.

use crate::model::Rejection;
use crate::model::application::RemarkKind;

use super::Case;
use crate::rules::decision::Decision;

/// Says it.
pub fn decide(
    text: &str,
    to_applicant: bool,
    case: &Case,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let kind = if to_applicant {
        RemarkKind::ToApplicant
    } else {
        RemarkKind::Internal
    };
    case.remark(kind, text, decision)
}

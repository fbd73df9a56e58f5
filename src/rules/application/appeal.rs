//! Appeal: the applicant does not accept a rejection (X.1500.1, appeals process).
//!
//! Refusals, in order: faults of form; those of any act about an application; `APPLICATION_STAGE`; `APPEAL_OVER`;
//! `TOO_MANY_VALUES`.

use crate::model::application::{RemarkKind, Step, VerdictKind};
use crate::model::{Code, Refusal, Rejection};

use super::Case;
use crate::rules::decision::Decision;

/// Appeals.
pub fn decide(text: &str, case: &Case, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let to = case.after(Step::Appeal)?;
    let over = |detail: String| Err(Refusal::new(Code::AppealOver, "", detail).into());
    if case.last_verdict().map(|last| last.kind) != Some(VerdictKind::Rejected) {
        return over("an appeal was decided, and the rejection stands".to_owned());
    }
    if let Some(end) = case.app.deadline.filter(|end| *end <= case.now) {
        return over(format!("it could be appealed until {end}"));
    }
    case.may_be_judged()?;
    case.remark(RemarkKind::Appeal, text, decision)?;
    case.go(to, |policy| policy.decide_seconds, decision)
}

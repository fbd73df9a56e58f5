//! Decide an appeal: somebody else than who rejected lets the application be judged anew, or the rejection stands for good.
//!
//! Refusals, in order: faults of form; those of any act about an application; `APPLICATION_STAGE`; `FOUR_EYES`.

use crate::model::application::{Step, Verdict, VerdictKind};
use crate::model::event::ApplicationMoved;
use crate::model::{Code, Event, Refusal, Rejection};

use super::Case;
use crate::rules::decision::Decision;
use crate::rules::policy;

/// Decides it.
pub fn decide(
    granted: bool,
    text: &str,
    case: &Case,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let (step, kind) = if granted {
        (Step::Grant, VerdictKind::Granted)
    } else {
        (Step::Uphold, VerdictKind::Upheld)
    };
    let to = case.after(step)?;
    case.four_eyes(&decision.tree)?;
    if case.last_verdict().is_some_and(|last| last.by == case.by) {
        let detail = "you rejected it; let somebody else decide the appeal";
        return Err(Refusal::new(Code::FourEyes, "", detail).into());
    }
    let policy = policy::in_force(&decision.tree, &case.app.superior)?;
    let deadline = granted.then(|| case.now.plus_seconds(policy.decide_seconds));
    let verdict = Verdict {
        kind,
        by: case.by.clone(),
        at: case.now,
        reason: None,
        text: text.to_owned(),
    };
    decision.tell(Event::ApplicationMoved(Box::new(ApplicationMoved {
        verdict: Some(verdict),
        ..case.moved(to, deadline)
    })))
}

//! Release a hold: gives a number up that was kept free.
//!
//! Without the hold's id only the caller's own hold is meant; with it, that hold, whoever asked for it.
//!
//! Refusals, in order: `OUTSIDE_AUTHORITY`; `HOLD_UNKNOWN`.

use crate::model::command::ReleaseHold;
use crate::model::event::HoldEnd;
use crate::model::{Code, Event, Refusal, Rejection, TreeView};

use super::checks;
use super::decision::Decision;
use super::numbers::{is_mine, released};

/// Gives the hold up.
pub fn decide(ask: &ReleaseHold, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    checks::own_superior(&decision.tree, &ask.superior, "superior")?;
    let refuse = |field, detail| {
        Err(Refusal::new(Code::HoldUnknown, field, detail)
            .value(&ask.number)
            .into())
    };
    let Some(hold) = decision.tree.hold(&ask.superior, &ask.number)? else {
        return refuse("number", "the number is not held");
    };
    match &ask.id {
        Some(id) if *id != hold.id => {
            return refuse("hold_id", "the number is held by another hold");
        }
        None if !is_mine(&hold, &decision.ctx.actor) => {
            return refuse(
                "hold_id",
                "the number is held for somebody else; name the hold to release it",
            );
        }
        _ => {}
    }
    let why = if hold.is_in_force(decision.ctx.now) {
        HoldEnd::Cancelled
    } else {
        HoldEnd::Expired
    };
    decision.tell(Event::HoldReleased(released(&hold, why)))
}

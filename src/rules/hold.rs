//! Hold: keeps a number free for a while, for whoever asked. It is no state of an arc: it expires and frees the number.
//!
//! The caller's own hold on the same number is given up for the new one.
//!
//! Refusals, in order: faults of form (a random number cannot be held; a hold lasts at least a second);
//! `NOT_PERMITTED` for the server itself; `OUTSIDE_AUTHORITY`, `SUPERIOR_NOT_REGISTERED`, `REFERENCE_ENTRY`;
//! `SUPERIOR_NOT_ACTIVE`, `SUPERIOR_LEAF`, `SUPERIOR_FROZEN`; the number's as in `allocate`; `HOLD_TOO_LONG`.

use crate::model::command::{HoldNumber, NumberChoice};
use crate::model::entry;
use crate::model::event::HoldEnd;
use crate::model::limits::HOLD_SECONDS_CEILING;
use crate::model::policy::Numbering;
use crate::model::{Actor, Code, Event, Refusal, Rejection};

use super::decision::Decision;
use super::form::Faults;
use super::numbers::{Found, Search};
use super::{allocate, checks, policy};

/// Faults of form.
pub fn form(ask: &HoldNumber, faults: &mut Faults) {
    if matches!(ask.number, NumberChoice::Random(_)) {
        let detail = "name a number, or ask for the next free one";
        faults.add(Code::FieldInvalid, "number.random", detail);
    }
    if ask.seconds == 0 {
        faults.add(
            Code::FieldRequired,
            "seconds",
            "a hold lasts at least one second",
        );
    }
}

/// Keeps the number free.
pub fn decide(ask: &HoldNumber, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let Actor::Principal(principal) = &decision.ctx.actor else {
        let detail = "a hold is somebody's: the server itself holds nothing";
        return Err(Refusal::new(Code::NotPermitted, "", detail).into());
    };
    allocate::open_superior(&ask.superior, &decision.tree)?;
    let policy = policy::in_force(&decision.tree, &ask.superior)?;
    let search = Search {
        tree: &decision.tree,
        ctx: decision.ctx,
        superior: &ask.superior,
        policy: &policy,
    };
    let mut found = match &ask.number {
        NumberChoice::Explicit(number) => {
            let found = free(&search, number)?;
            search.opened(number)?;
            search.allowed(Numbering::ExplicitOnly)?;
            found
        }
        NumberChoice::NextFree | NumberChoice::Random(_) => {
            search.find(&NumberChoice::NextFree, &mut decision.lots)?
        }
    };
    checks::place(&ask.superior, &found.number, "number")?;
    let longest = policy.hold_seconds_max.min(HOLD_SECONDS_CEILING);
    if ask.seconds > longest {
        let detail = format!("{} seconds; at most {longest} are taken here", ask.seconds);
        return Err(Refusal::new(Code::HoldTooLong, "seconds", detail).into());
    }
    if let Some(before) = &mut found.hold
        && before.why == HoldEnd::Used
    {
        before.why = HoldEnd::Cancelled;
    }
    let principal = principal.clone();
    if let Some(release) = found.release() {
        decision.tell(release)?;
    }
    let hold = entry::Hold {
        id: decision.lots.hold(),
        superior: ask.superior.clone(),
        number: found.number,
        principal,
        until: decision.ctx.now.plus_seconds(ask.seconds),
    };
    decision.tell(Event::NumberHeld(hold))
}

/// A number that no arc has, not even a reserved one, and that nobody else holds.
pub fn free(search: &Search<'_>, number: &crate::oid::ArcValue) -> Result<Found, Rejection> {
    let found = search.named(number)?;
    if found.reserved.is_some() {
        let detail = "the number is reserved";
        return Err(Refusal::new(Code::NumberTaken, "number", detail)
            .value(number)
            .into());
    }
    Ok(found)
}

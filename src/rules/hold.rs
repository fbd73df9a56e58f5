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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::{ReleaseHold, Reserve};
    use crate::model::{Command, HoldId, Policy, State};
    use crate::rules::testing::{ADMIN, OTHER, Tree, arc, path, refused, words};

    const OURS: &str = "2.16.834";

    fn ask(number: NumberChoice, seconds: u64) -> Command {
        Command::Hold(HoldNumber {
            superior: path(OURS),
            number,
            seconds,
        })
    }

    fn hold(number: u64, seconds: u64) -> Command {
        ask(NumberChoice::Explicit(arc(number)), seconds)
    }

    fn release(number: u64, id: Option<HoldId>) -> Command {
        Command::ReleaseHold(ReleaseHold {
            superior: path(OURS),
            number: arc(number),
            id,
        })
    }

    #[test]
    fn a_hold_keeps_a_number_for_its_holder_until_it_is_over() {
        let mut tree = Tree::founded();
        tree.submit(hold(1, 60)).unwrap();
        let next = tree.submit(ask(NumberChoice::NextFree, 60)).unwrap();
        let Event::NumberHeld(held) = &next[0] else {
            panic!("{next:?}")
        };
        assert_eq!(
            (held.number.clone(), held.until),
            (arc(2), tree.now.plus_seconds(60))
        );
        assert_eq!(held.principal.as_str(), ADMIN);
        assert_eq!(
            words(&tree.submit(hold(1, 90)).unwrap()),
            ["hold-released", "number-held"]
        );
        tree.as_actor(OTHER);
        refused(tree.decide(hold(1, 60)), Code::NumberHeld, "number");
        tree.later(90);
        assert_eq!(
            words(&tree.submit(hold(1, 60)).unwrap()),
            ["hold-released", "number-held"]
        );
        tree.actor = Actor::System;
        refused(tree.decide(hold(9, 60)), Code::NotPermitted, "");
    }

    #[test]
    fn what_cannot_be_held() {
        let mut tree = Tree::founded();
        tree.arc("2.16.834.3")
            .arc("2.16.834.4")
            .state("2.16.834.4", State::Withdrawn);
        let reserve = Reserve {
            superior: path(OURS),
            first: arc(5),
            count: 1,
        };
        tree.submit(Command::Reserve(reserve)).unwrap();
        refused(tree.decide(hold(3, 60)), Code::NumberTaken, "number");
        refused(tree.decide(hold(4, 60)), Code::NumberBurned, "number");
        refused(tree.decide(hold(5, 60)), Code::NumberTaken, "number");
        refused(
            tree.decide(ask(NumberChoice::Random(None), 60)),
            Code::FieldInvalid,
            "number.random",
        );
        refused(tree.decide(hold(6, 0)), Code::FieldRequired, "seconds");
        let hold_seconds_max = 100;
        tree.policy(
            OURS,
            Policy {
                hold_seconds_max,
                ..Policy::standard()
            },
        );
        assert!(tree.decide(hold(6, 100)).is_ok());
        refused(tree.decide(hold(6, 101)), Code::HoldTooLong, "seconds");
        let hold_seconds_max = u64::MAX;
        tree.policy(
            OURS,
            Policy {
                hold_seconds_max,
                ..Policy::standard()
            },
        );
        assert!(tree.decide(hold(6, HOLD_SECONDS_CEILING)).is_ok());
        refused(
            tree.decide(hold(6, HOLD_SECONDS_CEILING + 1)),
            Code::HoldTooLong,
            "seconds",
        );
        let numbering = Numbering::NextFreeOnly;
        tree.policy(
            OURS,
            Policy {
                numbering,
                ..Policy::standard()
            },
        );
        refused(
            tree.decide(hold(6, 60)),
            Code::NumberingNotAllowed,
            "number",
        );
    }

    #[test]
    fn a_hold_is_released_by_its_holder_or_by_its_id() {
        let mut tree = Tree::founded();
        let events = tree.submit(hold(1, 60)).unwrap();
        let Event::NumberHeld(held) = &events[0] else {
            panic!()
        };
        refused(tree.decide(release(2, None)), Code::HoldUnknown, "number");
        refused(
            tree.decide(release(1, Some("h-0".parse().unwrap()))),
            Code::HoldUnknown,
            "hold_id",
        );
        let why = |events: &[Event]| match &events[0] {
            Event::HoldReleased(end) => end.why,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            why(&tree.decide(release(1, None)).unwrap()),
            HoldEnd::Cancelled
        );
        tree.as_actor(OTHER);
        refused(tree.decide(release(1, None)), Code::HoldUnknown, "hold_id");
        assert_eq!(
            why(&tree.decide(release(1, Some(held.id.clone()))).unwrap()),
            HoldEnd::Cancelled
        );
        tree.later(60);
        assert_eq!(
            why(&tree.submit(release(1, Some(held.id.clone()))).unwrap()),
            HoldEnd::Expired
        );
        refused(
            tree.decide(release(1, Some(held.id.clone()))),
            Code::HoldUnknown,
            "number",
        );
    }

    #[test]
    fn holds_expire_in_order_and_only_those_that_are_over() {
        let mut tree = Tree::founded();
        refused(tree.decide(Command::ExpireHolds), Code::NothingChanges, "");
        tree.submit(hold(1, 60)).unwrap();
        tree.submit(hold(2, 30)).unwrap();
        tree.submit(hold(3, 90)).unwrap();
        refused(tree.decide(Command::ExpireHolds), Code::NothingChanges, "");
        tree.later(60);
        tree.actor = Actor::System;
        let events = tree.submit(Command::ExpireHolds).unwrap();
        let ended = events.iter().map(|event| match event {
            Event::HoldReleased(end) => (end.number.to_string(), end.why),
            other => panic!("{other:?}"),
        });
        let ended: Vec<_> = ended.collect();
        assert_eq!(
            ended,
            [
                ("2".to_owned(), HoldEnd::Expired),
                ("1".to_owned(), HoldEnd::Expired)
            ]
        );
        assert_eq!(tree.holds.len(), 1);
    }
}

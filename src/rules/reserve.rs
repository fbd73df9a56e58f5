//! Reserve: burns consecutive numbers without assigning them, all or none (X.660 6.2). A reserved number is allocated by name
//! later, or never.
//!
//! The policy's windows do not apply: a number may be set aside precisely because nobody shall have it.
//!
//! Refusals, in order: the count; `OUTSIDE_AUTHORITY`, `SUPERIOR_NOT_REGISTERED`, `REFERENCE_ENTRY`;
//! `SUPERIOR_NOT_ACTIVE`, `SUPERIOR_LEAF`, `SUPERIOR_FROZEN`; `ARC_OUT_OF_RANGE`, `PATH_TOO_LONG`, `NUMBER_TAKEN`,
//! `NUMBER_BURNED`, `NUMBER_OF_TEMPLATE`, `NUMBER_HELD`; in a sandbox `SANDBOX_UNFIT`, `SANDBOX_FULL`.

use crate::model::command::{NewEntry, Reserve};
use crate::model::{Event, Policy, Rejection, State};

use super::decision::{Decision, People};
use super::numbers::Search;
use super::{allocate, checks, hold};

/// Reserves the numbers.
pub fn decide(ask: &Reserve, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    allocate::open_superior(&ask.superior, &decision.tree)?;
    let standard = Policy::standard();
    let mut number = ask.first.clone();
    for _ in 0..ask.count {
        let search = Search {
            tree: &decision.tree,
            ctx: decision.ctx,
            superior: &ask.superior,
            policy: &standard,
        };
        let found = hold::free(&search, &number)?;
        let path = checks::place(&ask.superior, &number, "first")?;
        if let Some(release) = found.release() {
            decision.tell(release)?;
        }
        let mut new = allocate::new_arc(path, &NewEntry::default(), People::default());
        new.state = State::Reserved;
        decision.tell(Event::ArcRegistered(Box::new(new)))?;
        number = number.successor();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::limits::BLOCK_ARCS_MAX;
    use crate::model::{Code, Command};
    use crate::rules::testing::{Tree, arc, explicit, path, refused, written};

    fn reserve(superior: &str, first: u64, count: u64) -> Command {
        Command::Reserve(Reserve {
            superior: path(superior),
            first: arc(first),
            count,
        })
    }

    #[test]
    fn numbers_are_set_aside_all_or_none() {
        let mut tree = Tree::founded();
        tree.submit(explicit("2.16.834", 8)).unwrap();
        let events = tree.submit(reserve("2.16.834", 5, 3)).unwrap();
        assert_eq!(written(&events), ["2.16.834.5", "2.16.834.6", "2.16.834.7"]);
        assert_eq!(tree.at("2.16.834.6").superior.state, State::Reserved);
        refused(
            tree.decide(reserve("2.16.834", 4, 2)),
            Code::NumberTaken,
            "number",
        );
        refused(
            tree.decide(reserve("2.16.834", 1, 8)),
            Code::NumberTaken,
            "number",
        );
        refused(
            tree.decide(reserve("2.16.834.6", 1, 1)),
            Code::SuperiorNotActive,
            "superior",
        );
        refused(
            tree.decide(reserve("2.16", 1, 1)),
            Code::OutsideAuthority,
            "superior",
        );
        refused(
            tree.decide(reserve("2.16.834", 1, 0)),
            Code::FieldRequired,
            "count",
        );
        assert!(tree.decide(reserve("2.16.834", 9, BLOCK_ARCS_MAX)).is_ok());
        refused(
            tree.decide(reserve("2.16.834", 9, BLOCK_ARCS_MAX + 1)),
            Code::TooManyValues,
            "count",
        );
    }
}

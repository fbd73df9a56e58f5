//! `BatchAllocate` and `BatchRecord`: several arcs in one command, all or none; each sees those before it.
//!
//! Refusals: those of the single commands, each under the place of its arc; `FIELD_REQUIRED` for an empty batch and
//! `TOO_MANY_VALUES` for one that is too long.

use crate::model::command::{Allocate, RecordExisting};
use crate::model::limits::BLOCK_ARCS_MAX;
use crate::model::{Ctx, Refusals, Rejection, form};

use super::decision::Decision;
use super::form::Faults;
use super::{allocate, record};

/// A number of arcs in one command, from 1 to [`BLOCK_ARCS_MAX`].
pub fn count(faults: &mut Faults, field: &str, count: u64) {
    faults.flaws(field, form::arcs(count));
}

fn each<T>(field: &str, asks: &[T], faults: &mut Faults, form: impl Fn(&T, &mut Faults)) {
    count(faults, field, asks.len() as u64);
    // Of a batch that is too long not every arc is looked at.
    for (at, ask) in asks
        .iter()
        .enumerate()
        .take(usize::try_from(BLOCK_ARCS_MAX).unwrap_or(0))
    {
        let mut part = Faults::new();
        form(ask, &mut part);
        faults.take(&format!("{field}[{at}]"), part);
    }
}

/// Faults of form of a batch of allocations.
pub fn allocate_form(asks: &[Allocate], ctx: &Ctx, faults: &mut Faults) {
    each("allocations", asks, faults, |ask, part| {
        allocate::form(ask, ctx, part);
    });
}

/// Faults of form of a batch of records.
pub fn record_form(asks: &[RecordExisting], ctx: &Ctx, faults: &mut Faults) {
    each("arcs", asks, faults, |ask, part| {
        record::form(ask, ctx, part);
    });
}

/// Gives out each arc in turn.
pub fn allocate(asks: &[Allocate], decision: &mut Decision<'_>) -> Result<(), Rejection> {
    for (at, ask) in asks.iter().enumerate() {
        within(
            &format!("allocations[{at}]"),
            allocate::decide(ask, decision),
        )?;
    }
    Ok(())
}

/// Records each arc in turn.
pub fn record(asks: &[RecordExisting], decision: &mut Decision<'_>) -> Result<(), Rejection> {
    for (at, ask) in asks.iter().enumerate() {
        within(&format!("arcs[{at}]"), record::decide(ask, decision))?;
    }
    Ok(())
}

/// Puts `prefix` before the fields of a refusal.
pub fn within(prefix: &str, result: Result<(), Rejection>) -> Result<(), Rejection> {
    let Err(Rejection::Refused(refusals)) = &result else {
        return result;
    };
    let moved = refusals
        .iter()
        .cloned()
        .map(|refusal| refusal.within(prefix));
    match Refusals::of(moved.collect()) {
        Some(refusals) => Err(refusals.into()),
        None => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::{NewEntry, NumberChoice};
    use crate::model::{Code, Command};
    use crate::rules::testing::{Tree, arc, named, new_registrant, path, refused, words, written};

    fn one(superior: &str, number: Option<u64>, entry: NewEntry) -> Allocate {
        Allocate {
            superior: path(superior),
            number: number.map_or(NumberChoice::NextFree, |number| {
                NumberChoice::Explicit(arc(number))
            }),
            entry,
            allocation_token: None,
        }
    }

    fn plain(superior: &str, number: Option<u64>) -> Allocate {
        one(superior, number, NewEntry::default())
    }

    #[test]
    fn each_arc_sees_those_before_it() {
        let mut tree = Tree::founded();
        let batch = vec![
            plain("2.16.834", None),
            plain("2.16.834", None),
            plain("2.16.834.2", Some(0)),
            plain("2.16.834", Some(4)),
            plain("2.16.834", None),
            plain("2.16.834", None),
        ];
        let events = tree.submit(Command::BatchAllocate(batch)).unwrap();
        let expect = [
            "2.16.834.1",
            "2.16.834.2",
            "2.16.834.2.0",
            "2.16.834.4",
            "2.16.834.3",
            "2.16.834.5",
        ];
        assert_eq!(written(&events), expect);
    }

    #[test]
    fn names_numbers_and_registrants_of_one_batch_are_told_apart() {
        let mut tree = Tree::founded();
        let check = |tree: &Tree, a: Allocate, b: Allocate, code, field: &str| {
            refused(tree.decide(Command::BatchAllocate(vec![a, b])), code, field);
        };
        let at = "2.16.834";
        let field = "allocations[1].entry.labels[0].label";
        check(
            &tree,
            one(at, None, named(&[], &["Afya"])),
            one(at, None, named(&[], &["AFYA"])),
            Code::LabelTaken,
            field,
        );
        let field = "allocations[1].entry.identifiers[0]";
        check(
            &tree,
            one(at, None, named(&["a"], &[])),
            one(at, None, named(&["a"], &[])),
            Code::IdentifierTaken,
            field,
        );
        check(
            &tree,
            plain(at, Some(1)),
            plain(at, Some(1)),
            Code::NumberTaken,
            "allocations[1].number",
        );
        let to = || NewEntry {
            registrant: Some(new_registrant("The same name")),
            ..NewEntry::default()
        };
        let events = tree
            .submit(Command::BatchAllocate(vec![
                one(at, None, to()),
                one(at, None, to()),
            ]))
            .unwrap();
        assert_eq!(
            words(&events),
            [
                "registrant-recorded",
                "arc-registered",
                "registrant-recorded",
                "arc-registered"
            ]
        );
        assert_ne!(
            tree.at("2.16.834.1").registrant,
            tree.at("2.16.834.2").registrant
        );
    }

    #[test]
    fn a_batch_is_bounded() {
        let tree = Tree::founded();
        let many = |count: u64| {
            Command::BatchAllocate(vec![
                plain("2.16.834", None);
                usize::try_from(count).unwrap()
            ])
        };
        refused(tree.decide(many(0)), Code::FieldRequired, "allocations");
        assert_eq!(
            tree.decide(many(BLOCK_ARCS_MAX)).unwrap().len() as u64,
            BLOCK_ARCS_MAX
        );
        refused(
            tree.decide(many(BLOCK_ARCS_MAX + 1)),
            Code::TooManyValues,
            "allocations",
        );
        refused(
            tree.decide(Command::BatchRecord(Vec::new())),
            Code::FieldRequired,
            "arcs",
        );
    }
}

//! Allocate a block: gives out consecutive numbers below one node, all or none.
//!
//! Refusals: faults of form, among them the count; `BLOCK_OF_NAMES`; then those of `allocate`, in its order, for each number
//! in turn; `NO_NUMBER_FREE` where the block fits nowhere.

use crate::model::command::{Allocate, AllocateBlock, NumberChoice, RegistrantRef};
use crate::model::entry::Contact;
use crate::model::policy::{NumberRange, Numbering};
use crate::model::{Code, Ctx, Rejection, Viewed};
use crate::oid::ArcValue;

use super::decision::Decision;
use super::form::Faults;
use super::numbers::Search;
use super::{allocate, batch, policy};

/// Faults of form.
pub fn form(ask: &AllocateBlock, ctx: &Ctx, faults: &mut Faults) {
    let mut part = Faults::new();
    batch::count(&mut part, "count", ask.count);
    allocate::entry_form(&ask.entry, ctx, &mut part);
    if ask.count > 1 && !(ask.entry.identifiers.is_empty() && ask.entry.labels.is_empty()) {
        let detail = "siblings cannot share names; name the arcs one by one";
        part.add(Code::BlockOfNames, "entry", detail);
    }
    faults.take("block", part);
}

/// Gives out the block.
pub fn decide(ask: &AllocateBlock, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    batch::within("block", block(ask, decision))
}

fn block(ask: &AllocateBlock, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    allocate::open_superior(&ask.superior, &decision.tree)?;
    let (mut number, window_from) = match &ask.first {
        Some(first) => (first.clone(), None),
        None => place(ask, decision).map(|(first, window_from)| (first, Some(window_from)))?,
    };
    let mut one = Allocate {
        superior: ask.superior.clone(),
        number: NumberChoice::NextFree,
        entry: ask.entry.clone(),
        allocation_token: None,
    };
    for _ in 0..ask.count {
        let next = number.successor();
        one.number = NumberChoice::Explicit(number.clone());
        let found = window_from
            .as_ref()
            .map(|window_from| (&number, window_from));
        allocate::step(&one, found, allocate::Upon::Request, decision)?;
        number = next;
        // The registrant and the contacts of the first arc are those of all: they are recorded once.
        if let Some(first) = decision.newest_arc() {
            one.entry.registrant = first.registrant.clone().map(RegistrantRef::Known);
            let contacts = first.contacts.iter().cloned();
            one.entry.contacts = contacts.map(Contact::from).collect();
        }
    }
    Ok(())
}

/// The lowest place of the policy's windows, in their order, where the whole block is free, and where the
/// assigned run begins that it ends.
fn place(ask: &AllocateBlock, decision: &Decision<'_>) -> Result<(ArcValue, ArcValue), Rejection> {
    let policy = policy::in_force(&decision.tree, &ask.superior)?;
    let category = ask.entry.category.as_ref();
    let policy = policy::for_category(&policy, &ask.superior, category)?;
    let search = Search {
        tree: &decision.tree,
        ctx: decision.ctx,
        superior: &ask.superior,
        policy: &policy,
    };
    search.allowed(Numbering::NextFreeOnly)?;
    for window in search.windows() {
        if let Some(first) = fit(&search, &window, ask.count)? {
            // Lower numbers may be free, in runs that were too short: the cursor that moves starts at the block.
            return Ok((first.clone(), first));
        }
    }
    Err(search.none_free())
}

fn fit(search: &Search<'_>, window: &NumberRange, count: u64) -> Viewed<Option<ArcValue>> {
    let mut from = window.from.clone();
    while let Some((first, _)) = search.free_from(window, &from)? {
        let Some(end) = search.run_end(window, &first)? else {
            return Ok(Some(first));
        };
        if end
            .offset_from(&first)
            .is_none_or(|last| last >= u128::from(count - 1))
        {
            return Ok(Some(first));
        }
        from = end.successor();
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Command;
    use crate::model::command::NewEntry;
    use crate::model::limits::BLOCK_ARCS_MAX;
    use crate::rules::testing::{
        Tree, arc, explicit, named, new_contact, new_registrant, path, refused, words, written,
    };

    fn block(first: Option<u64>, count: u64, entry: NewEntry) -> Command {
        Command::AllocateBlock(AllocateBlock {
            superior: path("2.16.834"),
            first: first.map(arc),
            count,
            entry,
        })
    }

    fn plain(first: Option<u64>, count: u64) -> Command {
        block(first, count, NewEntry::default())
    }

    #[test]
    fn a_block_takes_the_first_place_where_it_fits() {
        let mut tree = Tree::founded();
        tree.submit(explicit("2.16.834", 3)).unwrap();
        tree.submit(explicit("2.16.834", 6)).unwrap();
        assert_eq!(
            written(&tree.decide(plain(None, 2)).unwrap()),
            ["2.16.834.1", "2.16.834.2"]
        );
        let place = tree.submit(plain(None, 3)).unwrap();
        assert_eq!(written(&place), ["2.16.834.7", "2.16.834.8", "2.16.834.9"]);
        let most = tree.submit(plain(None, BLOCK_ARCS_MAX)).unwrap();
        assert_eq!(written(&most)[0], "2.16.834.10");
        assert_eq!(most.len() as u64, BLOCK_ARCS_MAX);
    }

    #[test]
    fn a_named_block_is_all_or_none() {
        let mut tree = Tree::founded();
        tree.submit(explicit("2.16.834", 12)).unwrap();
        refused(
            tree.decide(plain(Some(10), 3)),
            Code::NumberTaken,
            "block.number",
        );
        assert_eq!(tree.submit(plain(Some(10), 2)).unwrap().len(), 2);
        tree.change("2.16.834", |entry| {
            let windows = vec![NumberRange {
                from: arc(1),
                to: Some(arc(20)),
            }];
            entry.policy = Some(crate::model::Policy {
                windows,
                ..crate::model::Policy::standard()
            });
        });
        refused(
            tree.decide(plain(Some(19), 3)),
            Code::NumberOutsidePolicy,
            "block.number",
        );
        refused(
            tree.decide(plain(None, 10)),
            Code::NoNumberFree,
            "block.number",
        );
        assert_eq!(
            written(&tree.submit(plain(None, 9)).unwrap())[0],
            "2.16.834.1"
        );
        tree.change("2.16.834", |entry| {
            entry.policy.as_mut().unwrap().numbering = Numbering::ExplicitOnly;
        });
        refused(
            tree.decide(plain(None, 1)),
            Code::NumberingNotAllowed,
            "block.number",
        );
    }

    #[test]
    fn a_block_has_one_registrant_the_same_contacts_and_no_names() {
        let mut tree = Tree::founded();
        let entry = NewEntry {
            registrant: Some(new_registrant("Tanzania Revenue Authority")),
            contacts: vec![new_contact("Asha")],
            ..NewEntry::default()
        };
        let events = tree.submit(block(None, 3, entry)).unwrap();
        assert_eq!(words(&events)[..2], ["registrant-recorded"; 2]);
        assert_eq!(words(&events)[2..], ["arc-registered"; 3]);
        let holder = tree.at("2.16.834.1").registrant.clone();
        assert!(holder.is_some());
        assert_eq!(tree.at("2.16.834.3").registrant, holder);
        let contacts = tree.at("2.16.834.1").holder.contacts.clone();
        assert_eq!(contacts.len(), 1);
        assert_eq!(tree.at("2.16.834.3").holder.contacts, contacts);
        let entry = NewEntry {
            contacts: vec![new_contact("Juma")],
            ..NewEntry::default()
        };
        tree.submit(block(None, 2, entry)).unwrap();
        assert_eq!(tree.at("2.16.834.5").registrant, None);
        refused(
            tree.decide(block(None, 2, named(&["a"], &[]))),
            Code::BlockOfNames,
            "block.entry",
        );
        refused(
            tree.decide(block(None, 2, named(&[], &["a"]))),
            Code::BlockOfNames,
            "block.entry",
        );
        assert!(tree.decide(block(None, 1, named(&["a"], &["a"]))).is_ok());
        refused(
            tree.decide(plain(None, 0)),
            Code::FieldRequired,
            "block.count",
        );
        refused(
            tree.decide(plain(None, BLOCK_ARCS_MAX + 1)),
            Code::TooManyValues,
            "block.count",
        );
    }
}

//! Allocate a block: gives out consecutive numbers below one node, all or none.
//!
//! Refusals: faults of form, among them the count; `BLOCK_OF_NAMES`; then those of `allocate`, in its order, for each number
//! in turn; `NO_NUMBER_FREE` where the block fits nowhere.

use crate::model::command::{Allocate, AllocateBlock, NumberChoice, RegistrantRef};
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
    };
    for _ in 0..ask.count {
        let next = number.successor();
        one.number = NumberChoice::Explicit(number.clone());
        let found = window_from
            .as_ref()
            .map(|window_from| (&number, window_from));
        allocate::step(&one, found, decision)?;
        number = next;
        // The registrant of the first arc is that of all: it is recorded once.
        if let Some(id) = decision.newest_registrant() {
            one.entry.registrant = Some(RegistrantRef::Known(id));
        }
    }
    Ok(())
}

/// The lowest place of the policy's windows, in their order, where the whole block is free, and its window's first number.
fn place(ask: &AllocateBlock, decision: &Decision<'_>) -> Result<(ArcValue, ArcValue), Rejection> {
    let policy = policy::in_force(&decision.tree, &ask.superior)?;
    let search = Search {
        tree: &decision.tree,
        ctx: decision.ctx,
        superior: &ask.superior,
        policy: &policy,
    };
    search.allowed(Numbering::NextFreeOnly)?;
    for window in search.windows() {
        if let Some(first) = fit(&search, &window, ask.count)? {
            return Ok((first, window.from));
        }
    }
    Err(search.none_free())
}

fn fit(search: &Search<'_>, window: &NumberRange, count: u64) -> Viewed<Option<ArcValue>> {
    let mut from = window.from.clone();
    while let Some(first) = search.free_from(window, &from)? {
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

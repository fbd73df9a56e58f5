//! `BatchAllocate` and `BatchRecord`: several arcs in one command, all or none; each sees those before it.
//!
//! Refusals: those of the single commands, each under the place of its arc; `FIELD_REQUIRED` for an empty batch and
//! `TOO_MANY_VALUES` for one that is too long.

use crate::model::command::{Allocate, RecordExisting};
use crate::model::limits::BLOCK_ARCS_MAX;
use crate::model::{Code, Ctx, Refusals, Rejection};

use super::decision::Decision;
use super::form::Faults;
use super::{allocate, record};

/// A number of arcs in one command, from 1 to [`BLOCK_ARCS_MAX`].
pub fn count(faults: &mut Faults, field: &str, count: u64) {
    if count == 0 {
        faults.add(Code::FieldRequired, field, "at least one arc is needed");
    } else if count > BLOCK_ARCS_MAX {
        let detail = format!("{count} arcs; at most {BLOCK_ARCS_MAX} are taken in one command");
        faults.add(Code::TooManyValues, field, detail);
    }
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
        allocate::form(ask, ctx, part)
    });
}

/// Faults of form of a batch of records.
pub fn record_form(asks: &[RecordExisting], ctx: &Ctx, faults: &mut Faults) {
    each("arcs", asks, faults, |ask, part| {
        record::form(ask, ctx, part)
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

//! Record existing: records an arc that was assigned elsewhere or long ago, with what proves it (X.660 6.2).
//!
//! It exists already: the policy's numbering, windows, required fields, quota and wish for unambiguous identifiers do not
//! apply, and siblings may share a secondary identifier (X.660 3.5). Unicode labels stay unambiguous all the same.
//!
//! Refusals, in order: faults of form, among them the proof; `PATH_TOO_LONG`; `OUTSIDE_AUTHORITY`;
//! `SUPERIOR_NOT_REGISTERED`; `SUPERIOR_NOT_ACTIVE` (reserved or withdrawn), `SUPERIOR_LEAF`; `NUMBER_TAKEN`,
//! `NUMBER_BURNED`, `NUMBER_HELD`; `IDENTIFIER_STANDARDIZED`, `IDENTIFIERS_NOT_ALLOWED`, `LABEL_TAKEN`,
//! `LABELS_NOT_ALLOWED`, `LABEL_IS_LONG_ARC`; `REGISTRANT_UNKNOWN`.

use crate::model::command::RecordExisting;
use crate::model::{Code, Ctx, Entry, Event, Policy, Refusal, Rejection, State};

use super::decision::Decision;
use super::form::Faults;
use super::numbers::Search;
use super::{allocate, checks};

/// Faults of form.
pub fn form(ask: &RecordExisting, ctx: &Ctx, faults: &mut Faults) {
    allocate::entry_form(&ask.entry, ctx, faults);
    faults.proof(&ask.proof, ask.registered, ctx.now);
}

/// Records the arc.
pub fn decide(ask: &RecordExisting, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let tree = &decision.tree;
    checks::short_enough(&ask.path, "oid")?;
    let (Some(above), Some(number)) = (ask.path.parent(), ask.path.last()) else {
        return Err(checks::outside(&ask.path, "oid", "the root is no arc"));
    };
    checks::own_superior(tree, &above, "oid")?;
    let superior = checks::registered_superior(tree, &above, "oid")?;
    may_have_had(&superior)?;
    let standard = Policy::standard();
    let search = Search {
        tree,
        ctx: decision.ctx,
        superior: &above,
        policy: &standard,
    };
    let found = search.named(number)?;
    if found.reserved.is_some() {
        let detail = format!("{} is reserved; allocate it, or withdraw it", ask.path);
        return Err(Refusal::new(Code::NumberTaken, "oid", detail)
            .value(&ask.path)
            .into());
    }
    allocate::named(tree, &superior, number, &ask.entry, false)?;
    decision.known(ask.entry.registrant.as_ref(), "entry.registrant")?;
    allocate::sponsor_known(tree, &ask.entry)?;
    let registrant = match &ask.entry.registrant {
        Some(registrant) => Some(decision.recorded(registrant)?),
        None => None,
    };
    if let Some(release) = found.release() {
        decision.tell(release)?;
    }
    let mut new = allocate::new_arc(ask.path.clone(), &ask.entry, registrant);
    new.recorded = Some(ask.proof.clone());
    new.registered = ask.registered;
    decision.tell(Event::ArcRegistered(Box::new(new)))
}

/// Repository practice: a leaf never has subordinates. A frozen, suspended or deprecated arc may well have some that
/// nobody recorded yet.
fn may_have_had(superior: &Entry) -> Result<(), Rejection> {
    let state = superior.superior.state;
    if matches!(state, State::Reserved | State::Withdrawn) {
        let detail = format!("{} is {}", superior.path, state.word());
        return Err(Refusal::new(Code::SuperiorNotActive, "oid", detail)
            .value(&superior.path)
            .into());
    }
    if superior.superior.flags.leaf {
        let detail = format!("{} is marked as a leaf", superior.path);
        return Err(Refusal::new(Code::SuperiorLeaf, "oid", detail)
            .value(&superior.path)
            .into());
    }
    Ok(())
}

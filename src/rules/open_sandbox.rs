//! Open a sandbox: an arc without subordinates becomes a place where everybody who may act tries the API out, below its first
//! generation. The superior opens it.
//!
//! Refusals, in order: `FIELD_INVALID` (no arcs, or too many); `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`,
//! `ARC_LOCKED`, `SUPERIOR_NOT_ACTIVE`, `SUPERIOR_LEAF`, `SUPERIOR_FROZEN`; `NOTHING_CHANGES` (it is one); `SANDBOX_UNFIT` (it stands in
//! one, is somebody's, has a template, subordinates or held numbers, or is not public).

use crate::model::limits::SANDBOX_ARCS_CEILING;
use crate::model::sandbox::{Part, Sandbox, Top};
use crate::model::{
    Code, Entry, Event, Refusal, Rejection, Seq, TreeView, Viewed, Visibility, command::NewEntry,
};
use crate::oid::{ArcValue, NodePath};

use super::checks::{self, Reach};
use super::consent;
use super::decision::{Decision, People};
use super::form::Faults;
use super::{allocate, sandbox};

/// The number of the first generation.
const FIRST: ArcValue = ArcValue::new(1);

/// Faults of form.
pub fn form(arcs_max: u64, faults: &mut Faults) {
    if arcs_max == 0 || arcs_max > SANDBOX_ARCS_CEILING {
        let detail = format!("1 to {SANDBOX_ARCS_CEILING} arcs are taken");
        faults.add(Code::FieldInvalid, "arcs_max", detail);
    }
}

/// Opens it.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    arcs_max: u64,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, if_revision)?;
    consent::unlocked(&entry)?;
    checks::open_superior(&entry, "oid")?;
    match entry.sandbox.as_deref() {
        Some(Sandbox::Top(_)) => {
            let detail = format!("{path} is a sandbox already");
            return Err(Refusal::new(Code::NothingChanges, "oid", detail).into());
        }
        Some(Sandbox::Part(_)) => {
            return Err(sandbox::unfit("oid", "it stands in a sandbox"));
        }
        None => {}
    }
    if let Some(why) = hindrance(&entry, decision)? {
        return Err(sandbox::unfit("oid", why));
    }
    decision.tell(Event::SandboxSet {
        path: path.clone(),
        previous: entry.revision,
        top: Top {
            arcs_max,
            generation: FIRST,
            since: decision.ctx.now,
        },
    })?;
    open(path, &FIRST, decision)
}

/// Why the arc cannot become a sandbox.
fn hindrance(entry: &Entry, decision: &Decision<'_>) -> Viewed<Option<&'static str>> {
    let path = &entry.path;
    if entry.registrant.is_some() || entry.delegation.is_some() {
        return Ok(Some("the arc is assigned or delegated to somebody"));
    }
    if entry.template.is_some() {
        return Ok(Some("the arc has a template"));
    }
    if entry.superior.visibility != Visibility::Public {
        return Ok(Some("not everybody may see the arc"));
    }
    let tree = &decision.tree;
    if !tree.numbers_from(path, &ArcValue::ZERO, 1)?.is_empty() {
        return Ok(Some("the arc has subordinates, or had some"));
    }
    let held = tree.holds()?.iter().any(|one| one.superior == *path);
    Ok(held.then_some("numbers below the arc are held"))
}

/// Registers a generation.
pub fn open(
    top: &NodePath,
    number: &ArcValue,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let path = checks::place(top, number, "oid")?;
    let mut new = allocate::new_arc(path, &NewEntry::default(), People::default());
    new.sandbox = Some(Part::default());
    decision.tell(Event::ArcRegistered(Box::new(new)))
}

#[cfg(test)]
mod tests;

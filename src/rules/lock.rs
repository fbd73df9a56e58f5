//! Lock: keeps an arc from being changed. What waits there until somebody agrees is over with it.
//!
//! Refusals, in order: `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`; `TRANSITION_ILLEGAL` (a
//! reserved or withdrawn arc); `NOTHING_CHANGES`.

use crate::model::consent::LockKind;
use crate::model::{Code, Event, Refusal, Rejection, Seq};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::consent;
use super::decision::Decision;

/// Locks the arc.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    kind: LockKind,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, if_revision)?;
    consent::in_hands(&entry)?;
    if entry.locks.of(kind).is_some() {
        let detail = format!("{path} is locked so already");
        return Err(Refusal::new(Code::NothingChanges, "oid", detail).into());
    }
    decision.tell(Event::LocksSet {
        path: path.clone(),
        previous: entry.revision,
        locks: entry.locks.with(kind, Some(decision.ctx.now)),
    })
}

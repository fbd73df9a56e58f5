//! Agree to what waits at an arc: for a side of a transfer, or as the second person to the release of a lock. When the last one
//! agreed, it is done in the same record.
//!
//! What was in order when it was asked for may not be so now: then the last agreement is refused as the act would be, and
//! nothing is recorded. Refusals, in order: `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`;
//! `NOTHING_PENDING`; `FIELD_REQUIRED` (which side); `FOUR_EYES`; `NOTHING_CHANGES` (the side agreed before); those of
//! `transfer`.

use crate::model::command::RegistrantRef;
use crate::model::consent::{LockKind, Pending, PendingAct, Side};
use crate::model::{Code, Entry, Event, Refusal, RegistrantId, Rejection, Seq};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::consent;
use super::decision::Decision;
use super::transfer;

/// Agrees.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    side: Option<Side>,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, if_revision)?;
    let pending = consent::open(&entry, decision)?;
    match &pending.act {
        PendingAct::Unlock(kind) => {
            consent::another(pending, decision)?;
            release(&entry, *kind, decision)
        }
        PendingAct::Transfer(to) => {
            let side = side.ok_or_else(|| {
                let detail = "say for which side: the holder or the receiver";
                Refusal::new(Code::FieldRequired, "side", detail)
            })?;
            for_side(&entry, pending, to, side, decision)
        }
    }
}

/// Agrees by a code that was mailed to one side.
pub fn by_code(
    path: &NodePath,
    nonce: [u8; 16],
    side: Side,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, None)?;
    let pending = consent::open(&entry, decision)?;
    if pending.nonce != nonce || !pending.codes().contains(&side) {
        return Err(consent::nothing(path));
    }
    match &pending.act {
        PendingAct::Unlock(kind) => release(&entry, *kind, decision),
        PendingAct::Transfer(to) => for_side(&entry, pending, to, side, decision),
    }
}

fn release(entry: &Entry, kind: LockKind, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    decision.tell(Event::LocksSet {
        path: entry.path.clone(),
        previous: entry.revision,
        locks: entry.locks.with(kind, None),
    })
}

fn for_side(
    entry: &Entry,
    pending: &Pending,
    to: &RegistrantId,
    side: Side,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    if pending.agreed.contains(&side) {
        let detail = format!("the {} agreed before", side.word());
        return Err(Refusal::new(Code::NothingChanges, "side", detail).into());
    }
    let mut agreed = pending.agreed.clone();
    agreed.push(side);
    if Side::ALL.iter().all(|side| agreed.contains(side)) {
        let to = RegistrantRef::Known(to.clone());
        let entry = transfer::judged(&entry.path, None, &to, decision)?;
        return transfer::give(&entry, &to, decision);
    }
    let pending = Pending {
        agreed,
        ..pending.clone()
    };
    decision.tell(Event::PendingSet {
        path: entry.path.clone(),
        previous: entry.revision,
        pending: Some(Box::new(pending)),
    })
}

//! Ask for a lock to be released: it is when somebody else confirms it, or, of the holder's lock, the holder by a code.
//!
//! What waited at the arc before is over. Refusals, in order: `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`,
//! `REVISION_MOVED`; `NOTHING_CHANGES` (there is no such lock, or it is asked for already).

use crate::model::consent::{LockKind, PendingAct};
use crate::model::{Code, Event, Refusal, Rejection, Seq};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::consent;
use super::decision::Decision;

/// Asks for it.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    kind: LockKind,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, if_revision)?;
    let nothing = |detail: String| Err(Refusal::new(Code::NothingChanges, "oid", detail).into());
    if entry.locks.of(kind).is_none() {
        return nothing(format!("{path} has no such lock"));
    }
    let act = PendingAct::Unlock(kind);
    if consent::open(&entry, decision).is_ok_and(|pending| pending.act == act) {
        return nothing("that is asked for already; somebody else confirms it".to_owned());
    }
    let pending = consent::asked(act, Vec::new(), decision);
    decision.tell(Event::PendingSet {
        path: path.clone(),
        previous: entry.revision,
        pending: Some(Box::new(pending)),
    })
}

//! Recall: nobody else acts below an arc any longer (X.660 6.2). The roles that were granted there end.
//!
//! Refusals, in order: `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`, `ARC_LOCKED`; `NOT_DELEGATED`.

use crate::model::{Code, Event, Refusal, Rejection, Seq};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::decision::Decision;
use super::{consent, roles};

/// Ends the delegation.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, if_revision)?;
    consent::unlocked(&entry)?;
    if entry.delegation.is_none() {
        let detail = format!("{path} is not delegated");
        return Err(Refusal::new(Code::NotDelegated, "oid", detail)
            .value(path)
            .into());
    }
    decision.tell(Event::Recalled {
        path: path.clone(),
        previous: entry.revision,
    })?;
    roles::end(path, decision)
}

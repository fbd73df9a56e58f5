//! Retract: takes back what waits at an arc until somebody agrees.
//!
//! Refusals, in order: `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`; `NOTHING_PENDING`.

use crate::model::{Event, Rejection, Seq};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::consent;
use super::decision::Decision;

/// Takes it back.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, if_revision)?;
    consent::open(&entry, decision)?;
    decision.tell(Event::PendingSet {
        path: path.clone(),
        previous: entry.revision,
        pending: None,
    })
}

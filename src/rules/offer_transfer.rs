//! Offer a transfer: the arc goes to another registrant when both sides agreed. Whoever offers for the holder agreed for it.
//!
//! What waited at the arc before is over. Refusals, in order: those of `transfer`, but `CONSENT_REQUIRED`.

use crate::model::command::RegistrantRef;
use crate::model::consent::{PendingAct, Side};
use crate::model::{Event, Rejection, Seq};
use crate::oid::NodePath;

use super::consent;
use super::decision::Decision;
use super::transfer;

/// Offers the arc to `to`.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    to: &RegistrantRef,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = transfer::judged(path, if_revision, to, decision)?;
    let mut agreed = Vec::new();
    if consent::speaks_for_holder(&entry, decision)? {
        agreed.push(Side::Holder);
    }
    let to = decision.recorded(to)?;
    let pending = consent::asked(PendingAct::Transfer(to), agreed, decision);
    decision.tell(Event::PendingSet {
        path: path.clone(),
        previous: entry.revision,
        pending: Some(Box::new(pending)),
    })
}

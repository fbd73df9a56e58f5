//! Decide a challenge: upheld, the label is taken off the arc in the same record, and others may have it; dismissed, it is final.
//!
//! Refusals, in order: `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`; `NAME_UNKNOWN`;
//! `LABEL_NOT_PROVISIONAL` (nobody challenged it, or that was decided); `FOUR_EYES` (whoever challenged it, and whoever acts for
//! the holder of the arc, does not decide); `REASON_REQUIRED`.

use crate::model::command::DecideChallenge;
use crate::model::{Code, Entry, Event, Refusal, Rejection, TreeView};

use super::checks::{self, Reach};
use super::decision::Decision;
use super::{consent, labels};

/// Decides.
pub fn decide(ask: &DecideChallenge, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let tree = &decision.tree;
    let entry = checks::own_arc(tree, &ask.path, Reach::Superior, ask.if_revision)?;
    let claim = labels::claim(&entry, &ask.label)?;
    let Some(challenge) = claim.and_then(|one| one.challenge.as_ref()) else {
        let detail = "no challenge to it waits to be decided";
        return Err(labels::not_provisional(&ask.label, detail));
    };
    let by = consent::actor(decision);
    if challenge.by == by {
        let detail = "you challenged it; somebody else decides";
        return Err(Refusal::new(Code::FourEyes, "", detail).into());
    }
    if acts_for_holder(&entry, decision)? {
        let detail = "you act for the holder of the arc; somebody else decides";
        return Err(Refusal::new(Code::FourEyes, "", detail).into());
    }
    if decision.reason.is_none() {
        let detail = "whoever challenged it, and whoever has it, will ask why";
        return Err(Refusal::new(Code::ReasonRequired, "options.reason", detail).into());
    }
    decision.tell(Event::LabelDecided {
        path: ask.path.clone(),
        previous: entry.revision,
        label: ask.label.clone(),
        upheld: ask.upheld,
    })
}

/// Whether whoever decides acts for somebody who holds the arc.
fn acts_for_holder(entry: &Entry, decision: &Decision<'_>) -> Result<bool, Rejection> {
    let Some(id) = consent::actor(decision).filter(|_| entry.registrant.is_some()) else {
        return Ok(false);
    };
    let principal = decision.tree.principal(&id)?;
    Ok(principal.is_some_and(|one| consent::is_holders(&one, entry)))
}

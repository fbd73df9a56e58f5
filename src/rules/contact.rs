//! Whether what is known of registrants is still right: they are asked at times, where the policy says so, and answer; an arc of which
//! nobody answers in time is suspect.
//!
//! What is due follows from when an arc was registered, transferred or last confirmed, so that arcs are asked about that were there
//! before the policy said anything. An answer counts as long as the question stands, late or not. Whoever was erased is asked nothing.
//!
//! Refusals of `confirm`, in order: `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`; `TRANSITION_ILLEGAL` (a
//! reserved or withdrawn arc); `NOTHING_PENDING` (it has no registrant); `REASON_REQUIRED` (on somebody's behalf). Of `by_code`:
//! `NOTHING_PENDING` where it is another question. Of `ask` and `doubt`: `NOTHING_CHANGES`.

use crate::model::consent::speaks_for;
use crate::model::plan::Agenda;
use crate::model::policy::Checks;
use crate::model::suspicion::{Check, Suspicion};
use crate::model::{
    Code, Entry, Event, Refusal, RegistrantId, Rejection, Seq, State, Timestamp, TreeView, Viewed,
};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::decision::Decision;
use super::{consent, policy, suspect, take_effect};

/// Whether the registrant of an arc is to be asked now.
pub fn is_due(entry: &Entry, tree: &dyn TreeView, now: Timestamp) -> Viewed<bool> {
    Ok(wished(entry, tree, now)?.is_some())
}

/// What the policy says of an arc whose registrant is to be asked now.
fn wished(entry: &Entry, tree: &dyn TreeView, now: Timestamp) -> Viewed<Option<Checks>> {
    let (Some(holding), Some(above)) = (&entry.registrant, entry.path.parent()) else {
        return Ok(None);
    };
    let state = entry.superior.state;
    let in_hands = !matches!(state, State::Reserved | State::Withdrawn);
    if !in_hands || entry.check.is_some() || entry.suspicion.is_some() {
        return Ok(None);
    }
    let Some(checks) = policy::in_force(tree, &above)?.checks else {
        return Ok(None);
    };
    let known = entry.registered.max(holding.since);
    let known = entry.confirmed.map_or(known, |at| at.max(known));
    if known.plus_seconds(checks.every_seconds) > now || !is_known(tree, &holding.registrant)? {
        return Ok(None);
    }
    Ok(Some(checks))
}

/// Whether anything is known of a registrant that could be right.
fn is_known(tree: &dyn TreeView, registrant: &RegistrantId) -> Viewed<bool> {
    let registrant = tree.registrant(registrant)?;
    Ok(registrant.is_some_and(|one| one.details.is_some()))
}

/// Asks the registrants of these arcs, where that is due.
pub fn ask(arcs: &[NodePath], decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let now = decision.ctx.now;
    let mut any = false;
    for path in arcs {
        let Some(entry) = decision.tree.entry(path)? else {
            continue;
        };
        let Some(checks) = wished(&entry, &decision.tree, now)? else {
            continue;
        };
        let check = Check {
            asked: now,
            until: now.plus_seconds(checks.answer_seconds),
            nonce: decision.lots.nonce(),
        };
        any = true;
        decision.tell(Event::CheckSet {
            path: path.clone(),
            previous: entry.revision,
            check: Some(check),
        })?;
    }
    done(any)
}

/// Marks the arcs whose registrants did not answer in time.
pub fn doubt(decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let mut any = false;
    for path in take_effect::due(Agenda::Checks, decision)? {
        let Some(entry) = decision.tree.entry(&path)? else {
            continue;
        };
        any = true;
        let holder = entry.registrant.as_ref();
        let known = holder.map(|one| is_known(&decision.tree, &one.registrant));
        if !known.unwrap_or(Ok(false))? {
            // Nobody is there any longer who could have answered.
            decision.tell(Event::CheckSet {
                previous: entry.revision,
                path,
                check: None,
            })?;
            continue;
        }
        let suspicion = Suspicion {
            since: decision.ctx.now,
            by: None,
            until: suspect::deadline(&path, decision)?,
            what: None,
            accepted: true,
        };
        decision.tell(Event::SuspicionSet {
            previous: entry.revision,
            path,
            suspicion: Some(Box::new(suspicion)),
        })?;
    }
    done(any)
}

fn done(any: bool) -> Result<(), Rejection> {
    if any {
        return Ok(());
    }
    Err(Refusal::new(Code::NothingChanges, "", "nobody is to be asked").into())
}

/// Confirms by rights of one's own.
pub fn confirm(
    path: &NodePath,
    if_revision: Option<Seq>,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, if_revision)?;
    consent::in_hands(&entry)?;
    let holding = entry.registrant.as_ref();
    let holding = holding.ok_or_else(|| {
        let detail = format!("{path} has no registrant of whom anything could be confirmed");
        Refusal::new(Code::NothingPending, "oid", detail)
    })?;
    if decision.reason.is_none() && !is_its_own(&entry, &holding.registrant, decision)? {
        let detail = "say how you know: it stands in the history";
        return Err(Refusal::new(Code::ReasonRequired, "options.reason", detail).into());
    }
    confirmed(&entry, decision)
}

/// Whether whoever acts speaks for the registrant.
fn is_its_own(entry: &Entry, registrant: &RegistrantId, decision: &Decision<'_>) -> Viewed<bool> {
    let Some(id) = consent::actor(decision) else {
        return Ok(false);
    };
    let Some(principal) = decision.tree.principal(&id)? else {
        return Ok(false);
    };
    Ok(consent::is_holders(&principal, entry)
        || speaks_for(&principal, registrant, &decision.tree)?)
}

/// Confirms by a code that was mailed.
pub fn by_code(
    path: &NodePath,
    nonce: [u8; 16],
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, None)?;
    if entry
        .check
        .as_ref()
        .is_none_or(|check| check.nonce != nonce)
    {
        return Err(consent::nothing(path));
    }
    confirmed(&entry, decision)
}

/// It is right; so is an arc that was suspect because nobody said so.
pub fn confirmed(entry: &Entry, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    decision.tell(Event::ContactConfirmed {
        path: entry.path.clone(),
        previous: entry.revision,
    })
}

#[cfg(test)]
mod tests;

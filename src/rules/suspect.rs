//! Reports that an arc's entry is wrong, and what becomes of them: the mark "suspect", with a moment until which it should be settled.
//!
//! Whoever registers at the superior, or is the holder, is believed at once; what others say waits for the staff of the superior, who
//! alone know of it. There is one report of an arc at a time. Nobody's state changes by it. It must never tell of an arc that the
//! reporter does not see, nor who reported what.
//!
//! Refusals of `report`, in order: faults of form; `OUTSIDE_AUTHORITY`, `NOT_REGISTERED` (to whoever does not see it, too),
//! `REFERENCE_ENTRY`; `TRANSITION_ILLEGAL` (a reserved or withdrawn arc); `SUSPECT_ALREADY`; `REPORTS_OPEN`. Of `accept` and `settle`:
//! `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`; `NOT_SUSPECT`; of `settle` also `REASON_REQUIRED`,
//! `FOUR_EYES`.

use crate::model::limits::REPORTS_OPEN_MAX;
use crate::model::suspicion::{Office, Suspicion};
use crate::model::{Code, Entry, Event, Refusal, Rejection, Seq, Timestamp, TreeView, Viewed};
use crate::oid::NodePath;

use super::application::AsSeen;
use super::checks::{self, Reach};
use super::decision::Decision;
use super::{consent, contact, policy};

/// Reports an error.
pub fn report(path: &NodePath, what: &str, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let seen = AsSeen::new(&decision.tree, &decision.ctx.whole);
    let entry = checks::own_arc(&seen, path, Reach::Holder, None)?;
    consent::in_hands(&entry)?;
    if entry.suspicion.is_some() {
        let detail = format!("it was reported already that {path} is wrong");
        return Err(Refusal::new(Code::SuspectAlready, "oid", detail).into());
    }
    let by = consent::actor(decision);
    let accepted = decision.ctx.office.is_some();
    if let (false, Some(by)) = (accepted, &by)
        && decision.tree.open_reports(by, REPORTS_OPEN_MAX)? >= REPORTS_OPEN_MAX
    {
        let detail = format!("{REPORTS_OPEN_MAX} reports of yours wait to be looked at");
        return Err(Refusal::new(Code::ReportsOpen, "", detail).into());
    }
    let suspicion = Suspicion {
        since: decision.ctx.now,
        by,
        until: deadline(path, decision)?,
        what: Some(what.trim().to_owned()),
        accepted,
    };
    mark(&entry, Some(suspicion), decision)
}

/// Marks an arc as suspect, as was reported.
pub fn accept(
    path: &NodePath,
    if_revision: Option<Seq>,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Holder, if_revision)?;
    let waits = entry.suspicion.as_deref().filter(|mark| !mark.accepted);
    let waits = waits.ok_or_else(|| nothing(path))?;
    let suspicion = Suspicion {
        since: decision.ctx.now,
        until: deadline(path, decision)?,
        accepted: true,
        ..waits.clone()
    };
    mark(&entry, Some(suspicion), decision)
}

/// Ends what was reported.
pub fn settle(
    path: &NodePath,
    if_revision: Option<Seq>,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Holder, if_revision)?;
    let staff = decision.ctx.office == Some(Office::Superior);
    let known = entry.suspicion.as_deref();
    let known = known.filter(|mark| mark.accepted || staff);
    let known = known.ok_or_else(|| nothing(path))?;
    if decision.reason.is_none() {
        let detail = "say what came of it: it stands in the history";
        return Err(Refusal::new(Code::ReasonRequired, "options.reason", detail).into());
    }
    if !staff && known.by.is_some() && known.by == consent::actor(decision) {
        let detail = "you reported it; somebody else settles it";
        return Err(Refusal::new(Code::FourEyes, "", detail).into());
    }
    if known.what.is_none() {
        // Whoever settles that nobody answered made sure that it is right.
        return contact::confirmed(&entry, decision);
    }
    mark(&entry, None, decision)
}

/// Until when what is said to be wrong about an arc should be settled.
pub fn deadline(path: &NodePath, decision: &Decision<'_>) -> Viewed<Timestamp> {
    // What is above the authority's own node is another authority's.
    let own = decision.tree.authorities()?.contains(path);
    let above = path.parent().filter(|_| !own);
    let policy = policy::in_force(&decision.tree, above.as_ref().unwrap_or(path))?;
    Ok(decision.ctx.now.plus_seconds(policy.suspect_seconds))
}

fn mark(
    entry: &Entry,
    suspicion: Option<Suspicion>,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    decision.tell(Event::SuspicionSet {
        path: entry.path.clone(),
        previous: entry.revision,
        suspicion: suspicion.map(Box::new),
    })
}

fn nothing(path: &NodePath) -> Rejection {
    let detail = format!("nothing that was reported about {path} waits for this");
    Refusal::new(Code::NotSuspect, "oid", detail).into()
}

#[cfg(test)]
mod tests;

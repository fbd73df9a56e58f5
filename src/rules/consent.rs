//! What waits at an arc until more than one person agreed, and who speaks for whom (X.660 6.2: an arc is its holder's).
//!
//! Shared by `offer_transfer`, `ask_unlock`, `agree` and `retract`. It must never let one person be two.

use crate::model::actor::Role;
use crate::model::consent::{LockKind, Pending, PendingAct, Side};
use crate::model::entry::Delegation;
use crate::model::limits::CONSENT_SECONDS;
use crate::model::{
    Actor, Code, Entry, Principal, PrincipalId, Refusal, Rejection, State, TreeView, Viewed,
};
use crate::oid::NodePath;

use super::decision::Decision;

/// Who acts; `None` is the machine's administrator.
pub fn actor(decision: &Decision<'_>) -> Option<PrincipalId> {
    match &decision.ctx.actor {
        Actor::Principal(id) => Some(id.clone()),
        Actor::Local | Actor::System => None,
    }
}

/// Something new that waits.
pub fn asked(act: PendingAct, agreed: Vec<Side>, decision: &mut Decision<'_>) -> Pending {
    let now = decision.ctx.now;
    Pending {
        act,
        by: actor(decision),
        at: now,
        until: now.plus_seconds(CONSENT_SECONDS),
        nonce: decision.lots.nonce(),
        agreed,
    }
}

/// What waits at the arc: `NOTHING_PENDING` where nothing does, or it is over.
pub fn open<'a>(entry: &'a Entry, decision: &Decision<'_>) -> Result<&'a Pending, Rejection> {
    let pending = entry.pending.as_deref();
    pending
        .filter(|one| one.is_open(decision.ctx.now))
        .ok_or_else(|| nothing(&entry.path))
}

/// The refusal where nothing waits.
pub fn nothing(path: &NodePath) -> Rejection {
    let detail = format!("nothing waits at {path} until somebody agrees");
    Refusal::new(Code::NothingPending, "oid", detail)
        .value(path)
        .into()
}

/// A reserved or withdrawn arc is nobody's to have: `TRANSITION_ILLEGAL`.
pub fn in_hands(entry: &Entry) -> Result<(), Rejection> {
    let state = entry.superior.state;
    if !matches!(state, State::Reserved | State::Withdrawn) {
        return Ok(());
    }
    let path = &entry.path;
    let detail = format!("{path} is {}: allocate or reinstate it first", state.word());
    Err(Refusal::new(Code::TransitionIllegal, "oid", detail)
        .value(path)
        .into())
}

/// Whether a principal acts at the arc as its holder does: a delegation names it, or it has a role on the arc itself.
pub fn is_holders(principal: &Principal, entry: &Entry) -> bool {
    let named = matches!(
        &entry.delegation,
        Some(Delegation::Hosted { principals }) if principals.contains(&principal.id)
    );
    let role = |role| principal.has(role, &entry.path);
    named || role(Role::Registrar) || role(Role::Administrator)
}

/// Whether whoever acts speaks for the holder; of an arc that the superior keeps, everybody who may act does.
pub fn speaks_for_holder(entry: &Entry, decision: &Decision<'_>) -> Viewed<bool> {
    if entry.registrant.is_none() {
        return Ok(true);
    }
    let Some(id) = actor(decision) else {
        return Ok(false);
    };
    let principal = decision.tree.principal(&id)?;
    Ok(principal.is_some_and(|one| is_holders(&one, entry)))
}

/// Somebody else than who asked: `FOUR_EYES`.
pub fn another(pending: &Pending, decision: &Decision<'_>) -> Result<(), Rejection> {
    if pending.by == actor(decision) {
        let detail = "you asked for it; somebody else confirms it";
        return Err(Refusal::new(Code::FourEyes, "", detail).into());
    }
    Ok(())
}

/// The arc is not locked: `ARC_LOCKED`.
pub fn unlocked(entry: &Entry) -> Result<(), Rejection> {
    LockKind::ALL
        .iter()
        .try_for_each(|kind| unlocked_by(entry, *kind))
}

/// The arc is not locked by one: `ARC_LOCKED`.
pub fn unlocked_by(entry: &Entry, kind: LockKind) -> Result<(), Rejection> {
    let Some(since) = entry.locks.of(kind) else {
        return Ok(());
    };
    let path = &entry.path;
    let whose = match kind {
        LockKind::Holder => "its holder",
        LockKind::Authority => "the authority",
    };
    let detail = format!("{path} is locked by {whose} since {since}");
    Err(Refusal::new(Code::ArcLocked, "oid", detail)
        .value(path)
        .into())
}

#[cfg(test)]
mod tests;

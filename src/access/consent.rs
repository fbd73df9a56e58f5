//! Who may lock an arc, offer it to somebody, and agree for whom (X.660 6.2: what an arc is used for is its holder's to decide).
//!
//! For a registrant speaks who acts by delegation at an arc of it, or handed in an application of it. It must never tell who
//! that is, nor what waits at an arc.

use crate::model::actor::Scope;
use crate::model::consent::{LockKind, PendingAct, Side, speaks_for};
use crate::model::suspicion::Office;
use crate::model::{Code, Principal, Refusal, Rejection, TreeView};
use crate::oid::NodePath;

use super::insight::granted;
use super::rights::{self, Need};

/// What a lock, or its release, needs: the holder's is the holder's, the authority's the superior's.
pub fn of_lock(path: &NodePath, kind: LockKind) -> (NodePath, Need) {
    match kind {
        LockKind::Holder => (path.clone(), Need::Register),
        LockKind::Authority => (path.parent().unwrap_or_default(), Need::Register),
    }
}

/// What is the holder's to do as well as the superior's.
pub fn of_either(
    path: &NodePath,
    caller: Option<&Principal>,
    view: &dyn TreeView,
) -> Result<(NodePath, Need), Rejection> {
    if let Some(caller) = caller
        && granted(rights::at(view, caller, path, Need::Register, false))?
    {
        return Ok((path.clone(), Need::Register));
    }
    Ok((path.parent().unwrap_or_default(), Need::Register))
}

/// What it needs to agree to what waits at an arc: for the receiver of a transfer, to speak for it.
pub fn of_agreement(
    path: &NodePath,
    side: Option<Side>,
    caller: Option<&Principal>,
    view: &dyn TreeView,
) -> Result<(NodePath, Need), Rejection> {
    let entry = view.entry(path)?;
    let act = entry.as_ref().and_then(|entry| entry.pending.as_deref());
    match act.map(|pending| &pending.act) {
        Some(PendingAct::Unlock(kind)) => Ok(of_lock(path, *kind)),
        Some(PendingAct::Transfer(to)) if side == Some(Side::Receiver) => {
            let speaks = caller.map_or(Ok(false), |caller| speaks_for(caller, to, view))?;
            if speaks {
                return Ok((path.clone(), Need::Apply));
            }
            let detail = "you do not speak for the receiver; the code that was mailed to them does";
            Err(Refusal::new(Code::NotPermitted, "", detail).into())
        }
        Some(PendingAct::Transfer(_)) | None => {
            let nobodys = entry.is_some_and(|entry| entry.registrant.is_none());
            if nobodys {
                of_either(path, caller, view)
            } else {
                Ok((path.clone(), Need::Register))
            }
        }
    }
}

/// What it needs to confirm what is known of the registrant of an arc: to speak for it, or to act there.
pub fn of_confirmation(
    path: &NodePath,
    caller: Option<&Principal>,
    view: &dyn TreeView,
) -> Result<(NodePath, Need), Rejection> {
    let entry = view.entry(path)?;
    let holding = entry.as_ref().and_then(|entry| entry.registrant.as_ref());
    if let (Some(caller), Some(holding)) = (caller, holding)
        && speaks_for(caller, &holding.registrant, view)?
    {
        return Ok((path.clone(), Need::Apply));
    }
    of_either(path, caller, view)
}

/// As whom a principal acts at an arc, by a credential that is good for so much.
pub fn office(
    principal: &Principal,
    scope: &Scope,
    path: &NodePath,
    view: &dyn TreeView,
) -> Result<Option<Office>, Rejection> {
    if scope.read_only {
        return Ok(None);
    }
    let may = |at: &NodePath| {
        let good = scope.at.as_ref().is_none_or(|only| at.starts_with(only));
        Ok::<_, Rejection>(good && granted(rights::at(view, principal, at, Need::Register, false))?)
    };
    if may(&path.parent().unwrap_or_default())? {
        return Ok(Some(Office::Superior));
    }
    Ok(may(path)?.then_some(Office::Holder))
}

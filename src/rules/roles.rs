//! The roles on arcs that end when somebody else decides there, and how many there may be.
//!
//! Who decides about an arc grants the roles on it and below it: the authority above, or whoever the arc was delegated or
//! assigned to (X.660 6.2). When that changes its roles end, so that nobody goes on acting by the word of one who decides no
//! longer. What lies at or below a further arc that is delegated or assigned is that one's, and stays. It must never touch a
//! role at one of the authority's own nodes or above: those cannot be given away.

use crate::model::limits::ROLES_BELOW_MAX;
use crate::model::{Code, Entry, Event, Refusal, Rejection, TreeView, Viewed};
use crate::oid::NodePath;

use super::checks::authority_of;
use super::decision::Decision;

/// Ends the roles on `at` and below it, but for those on arcs further down that are somebody else's.
pub fn end(at: &NodePath, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    for principal in decision.tree.principals()? {
        for grant in principal.grants {
            if is_of(&decision.tree, at, &grant.at)? {
                decision.tell(Event::RoleRevoked {
                    id: principal.id.clone(),
                    role: grant.role,
                    at: grant.at,
                })?;
            }
        }
    }
    Ok(())
}

/// Refuses one role more on `at` where those that would end together are [`ROLES_BELOW_MAX`] already: one record must be
/// able to end them all.
pub fn room(tree: &dyn TreeView, at: &NodePath) -> Result<(), Rejection> {
    let Some(top) = together(tree, at)? else {
        return Ok(());
    };
    let mut count = 0_usize;
    for principal in tree.principals()? {
        for grant in &principal.grants {
            count += usize::from(is_of(tree, &top, &grant.at)?);
        }
    }
    if count < ROLES_BELOW_MAX {
        return Ok(());
    }
    let detail =
        format!("at {top} and below are {ROLES_BELOW_MAX} roles; revoke one, or delegate a part");
    Err(Refusal::new(Code::TooManyValues, "oid", detail)
        .value(&top)
        .into())
}

/// The highest arc that could be given away with the roles on `at`; none where `at` cannot be given away.
fn together(tree: &dyn TreeView, at: &NodePath) -> Viewed<Option<NodePath>> {
    let Some(own) = authority_of(tree, at)? else {
        return Ok(None);
    };
    let first = own.depth() + 1;
    for depth in (first..=at.depth()).rev() {
        let here = at.truncated(depth);
        if tree.entry(&here)?.is_some_and(|entry| is_anothers(&entry)) {
            return Ok(Some(here));
        }
    }
    Ok((at.depth() >= first).then(|| at.truncated(first)))
}

/// Whether who decides at `top` decides at `at` too: `at` lies there or below, and nothing between them is another's.
fn is_of(tree: &dyn TreeView, top: &NodePath, at: &NodePath) -> Viewed<bool> {
    if !at.starts_with(top) {
        return Ok(false);
    }
    for depth in top.depth() + 1..=at.depth() {
        let entry = tree.entry(&at.truncated(depth))?;
        if entry.is_some_and(|entry| is_anothers(&entry)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether an arc is delegated, or assigned to a registrant.
fn is_anothers(entry: &Entry) -> bool {
    entry.delegation.is_some() || entry.registrant.is_some()
}

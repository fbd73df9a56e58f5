//! What a principal is after an event: the meaning of the events that touch one.
//!
//! A delegation touches the principals that it names and those that the one before it named. Like [`super::entry_after`] it
//! may not refuse anything: events are outcomes.

use crate::model::entry::Delegation;
use crate::model::{Entry, Event, Principal, PrincipalId};

/// The principals that an event touches; `entry` is what the arc it touches was before.
pub fn principals_touched(event: &Event, entry: Option<&Entry>) -> Vec<PrincipalId> {
    let mut touched = match event {
        Event::PrincipalAdded(principal) => vec![principal.id.clone()],
        Event::PrincipalDescribed { id, .. }
        | Event::StandingChanged { id, .. }
        | Event::RoleGranted { id, .. }
        | Event::RoleRevoked { id, .. } => vec![id.clone()],
        Event::Delegated { delegation, .. } => {
            let before = entry.and_then(|entry| entry.delegation.as_ref());
            [Some(delegation), before]
                .into_iter()
                .flatten()
                .flat_map(named)
                .cloned()
                .collect()
        }
        Event::Recalled { .. } => {
            let before = entry.and_then(|entry| entry.delegation.as_ref());
            before.into_iter().flat_map(named).cloned().collect()
        }
        _ => Vec::new(),
    };
    touched.sort_unstable();
    touched.dedup();
    touched
}

/// The principals that a delegation names.
fn named(delegation: &Delegation) -> &[PrincipalId] {
    match delegation {
        Delegation::Hosted { principals } => principals,
        Delegation::External { .. } => &[],
    }
}

/// The principal that `event` leaves where `before` was; `None` where it is not there.
pub fn principal_after(event: &Event, before: Option<&Principal>) -> Option<Principal> {
    if let Event::PrincipalAdded(added) = event {
        return Some(added.clone());
    }
    let mut principal = before?.clone();
    match event {
        Event::PrincipalDescribed { details, .. } => principal.details.clone_from(details),
        Event::StandingChanged { to, .. } => principal.standing = *to,
        Event::RoleGranted { grant, .. } if !principal.has(grant.role, &grant.at) => {
            principal.grants.push(grant.clone());
        }
        Event::RoleRevoked { role, at, .. } => {
            principal
                .grants
                .retain(|grant| grant.role != *role || grant.at != *at);
        }
        Event::Delegated {
            path, delegation, ..
        } => {
            principal.delegations.retain(|at| at != path);
            if named(delegation).contains(&principal.id) {
                principal.delegations.push(path.clone());
                principal.delegations.sort_unstable();
            }
        }
        Event::Recalled { path, .. } => principal.delegations.retain(|at| at != path),
        _ => {}
    }
    Some(principal)
}

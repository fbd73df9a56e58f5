//! What a principal or a registrant is after an event: the meaning of the events that touch one.
//!
//! A delegation touches the principals that it names and those that the one before it named. Like [`super::entry_after`] it
//! may not refuse anything: events are outcomes.

use crate::model::entry::{Delegation, Registrant, Tombstone};
use crate::model::event::Person;
use crate::model::{Entry, Event, Principal, PrincipalId, RegistrantId, Timestamp};

/// The principals that an event touches; `entry` is what the arc it touches was before.
pub fn principals_touched(event: &Event, entry: Option<&Entry>) -> Vec<PrincipalId> {
    let mut touched = match event {
        Event::PrincipalAdded(principal) => vec![principal.id.clone()],
        Event::PersonErased {
            person: Person::Principal(id),
            ..
        }
        | Event::PrincipalDescribed { id, .. }
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
pub fn principal_after(
    event: &Event,
    before: Option<&Principal>,
    now: Timestamp,
) -> Option<Principal> {
    if let Event::PrincipalAdded(added) = event {
        return Some(added.clone());
    }
    let mut principal = before?.clone();
    match event {
        Event::PrincipalDescribed { details, .. } => principal.details.clone_from(details),
        Event::PersonErased { basis, .. } => {
            principal.details = None;
            principal.erased = Some(Tombstone {
                at: now,
                basis: basis.clone(),
            });
        }
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

/// The registrant that an event touches, if it touches one.
pub const fn registrant_touched(event: &Event) -> Option<&RegistrantId> {
    match event {
        Event::RegistrantRecorded(recorded) => Some(&recorded.id),
        Event::PersonErased {
            person: Person::Registrant(id),
            ..
        } => Some(id),
        _ => None,
    }
}

/// The registrant that `event` leaves where `before` was; `None` where it touches none, or one that is not there.
pub fn registrant_after(
    event: &Event,
    before: Option<&Registrant>,
    now: Timestamp,
) -> Option<Registrant> {
    match event {
        Event::RegistrantRecorded(recorded) => Some(Registrant {
            id: recorded.id.clone(),
            kind: recorded.kind,
            details: recorded.details.clone(),
            erased: before.and_then(|before| before.erased.clone()),
        }),
        Event::PersonErased { basis, .. } => Some(Registrant {
            details: None,
            erased: Some(Tombstone {
                at: now,
                basis: basis.clone(),
            }),
            ..before?.clone()
        }),
        _ => None,
    }
}

//! From principals and credentials to the API's messages, as far as `access` has cut them.
//!
//! A digest never leaves here.

use crate::{
    model::{
        Timestamp,
        actor::{Credential, CredentialKind, Grant, Principal, Role, Scope, Standing},
        entry::RegistrantDetails,
    },
    pb::v1 as pb,
};

use super::{entry::party_kind, timestamp};

/// A principal.
pub fn principal(one: Principal) -> pb::Principal {
    let RegistrantDetails {
        name,
        email,
        telephone,
        address,
        audiences: _,
    } = one.details.unwrap_or_default();
    pb::Principal {
        id: one.id.to_string(),
        kind: party_kind(one.kind) as i32,
        standing: standing(one.standing) as i32,
        administrator: one.administrator,
        since: Some(timestamp(one.since)),
        home: one.home.to_string(),
        grants: one.grants.iter().map(grant).collect(),
        delegations: one.delegations.iter().map(ToString::to_string).collect(),
        name,
        email: email.unwrap_or_default(),
        telephone: telephone.unwrap_or_default(),
        address: address.unwrap_or_default(),
    }
}

fn grant(one: &Grant) -> pb::Grant {
    pb::Grant {
        role: role(one.role) as i32,
        oid: one.at.to_string(),
        since: Some(timestamp(one.since)),
    }
}

const fn role(role: Role) -> pb::Role {
    match role {
        Role::Administrator => pb::Role::Administrator,
        Role::Registrar => pb::Role::Registrar,
        Role::Reviewer => pb::Role::Reviewer,
        Role::Auditor => pb::Role::Auditor,
        Role::ConfidentialReader => pb::Role::ConfidentialReader,
    }
}

const fn standing(standing: Standing) -> pb::Standing {
    match standing {
        Standing::Active => pb::Standing::Active,
        Standing::Suspended => pb::Standing::Suspended,
        Standing::Removed => pb::Standing::Removed,
    }
}

/// A credential, and when it was used last, if that is known.
pub fn credential(one: Credential, last_used: Option<Timestamp>) -> pb::Credential {
    pb::Credential {
        id: one.id.to_string(),
        principal: one.principal.to_string(),
        kind: kind(one.kind) as i32,
        name: one.name,
        issued: Some(timestamp(one.issued)),
        expires: one.expires.map(timestamp),
        revoked: one.revoked,
        scope: Some(scope(&one.scope)),
        bound_to: one.bound_to.unwrap_or_default(),
        last_used: last_used.map(timestamp),
    }
}

const fn kind(kind: CredentialKind) -> pb::CredentialKind {
    match kind {
        CredentialKind::Token => pb::CredentialKind::Token,
        CredentialKind::Certificate => pb::CredentialKind::Certificate,
        CredentialKind::OpenId => pb::CredentialKind::OpenId,
        CredentialKind::Invitation => pb::CredentialKind::Invitation,
    }
}

fn scope(scope: &Scope) -> pb::Scope {
    pb::Scope {
        read_only: scope.read_only,
        oid: scope
            .at
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
    }
}

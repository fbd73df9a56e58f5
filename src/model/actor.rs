//! Who acts. There is deliberately no `Default`: an act that nobody did must not be written down as somebody's.

use crate::oid::NodePath;

use super::{
    clock::Timestamp,
    entry::{RegistrantDetails, Tombstone},
    ids::{CredentialId, PrincipalId},
};

/// Who did it, as the history names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A principal with a credential.
    Principal(PrincipalId),
    /// Whoever may open the administration socket of this machine.
    Local,
    /// The server itself: founding, loading reference data, expiry.
    System,
}

impl Actor {
    /// How the server itself is named where a principal's id would stand.
    pub const SYSTEM: &'static str = "system";

    /// How whoever uses the administration socket is named there.
    pub const LOCAL: &'static str = "local";

    /// The opaque id written in the record.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Principal(id) => id.as_str(),
            Self::Local => Self::LOCAL,
            Self::System => Self::SYSTEM,
        }
    }
}

/// What a principal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// A natural person.
    Person,
    /// A legal person or a body.
    Organisation,
    /// A program.
    Machine,
}

/// Whether a principal may act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It may.
    #[default]
    Active,
    /// Not for the time being.
    Suspended,
    /// Never again.
    Removed,
}

impl Standing {
    /// The lower-case word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Removed => "removed",
        }
    }
}

/// What somebody may do on an arc and below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Everything, granting roles included.
    Administrator,
    /// Allocating, reserving, amending, changing states.
    Registrar,
    /// Judging applications.
    Reviewer,
    /// Seeing everything, the audit log included, and changing nothing.
    Auditor,
    /// Seeing confidential entries.
    ConfidentialReader,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [
        Self::Administrator,
        Self::Registrar,
        Self::Reviewer,
        Self::Auditor,
        Self::ConfidentialReader,
    ];

    /// The lower-case word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Registrar => "registrar",
            Self::Reviewer => "reviewer",
            Self::Auditor => "auditor",
            Self::ConfidentialReader => "confidential-reader",
        }
    }
}

/// A role on an arc; it is valid there and for everything below, as far as nobody else is the authority there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The arc; the root stands for the whole register.
    pub at: NodePath,
    /// Since when.
    pub since: Timestamp,
}

/// Somebody who may act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The opaque id.
    pub id: PrincipalId,
    /// What it is.
    pub kind: PrincipalKind,
    /// Whether it administers the whole register: the one of the founding does.
    pub administrator: bool,
    /// When it was added.
    pub since: Timestamp,
    /// The arc whose administrators look after it; the root stands for the whole register.
    pub home: NodePath,
    /// Whether it may act.
    pub standing: Standing,
    /// Its roles.
    pub grants: Vec<Grant>,
    /// The arcs at which it acts as the registration authority by a hosted delegation.
    pub delegations: Vec<NodePath>,
    /// Its name and how to reach it; kept apart in the journal, `None` once erased or never told.
    pub details: Option<RegistrantDetails>,
    /// That it was erased.
    pub erased: Option<Tombstone>,
}

impl Principal {
    /// A principal that may act and has no roles yet.
    pub const fn new(
        id: PrincipalId,
        kind: PrincipalKind,
        home: NodePath,
        since: Timestamp,
    ) -> Self {
        Self {
            id,
            kind,
            administrator: false,
            since,
            home,
            standing: Standing::Active,
            grants: Vec::new(),
            delegations: Vec::new(),
            details: None,
            erased: None,
        }
    }

    /// Whether it may act at all.
    pub fn is_active(&self) -> bool {
        self.standing == Standing::Active
    }

    /// Whether it has `role` at exactly this arc.
    pub fn has(&self, role: Role, at: &NodePath) -> bool {
        let mut grants = self.grants.iter();
        grants.any(|grant| grant.role == role && grant.at == *at)
    }
}

/// What proves who somebody is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// A bearer token (RFC 6750).
    #[default]
    Token,
    /// A client certificate, by its subject or one of its alternative names.
    Certificate,
    /// An OpenID Connect subject.
    OpenId,
    /// An invitation code: good once, for a token.
    Invitation,
}

/// What a credential is good for, of what its principal may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Reading only.
    pub read_only: bool,
    /// At this arc and below only; `None` means everywhere.
    pub at: Option<NodePath>,
}

/// A credential as it is kept: never the secret, only its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The opaque id.
    pub id: CredentialId,
    /// Whose it is.
    pub principal: PrincipalId,
    /// SHA-256 of what is shown: the token, the code, or what it is bound to.
    pub token_sha256: [u8; 32],
    /// What its owner calls it.
    pub name: String,
    /// When it ends, if ever.
    pub expires: Option<Timestamp>,
    /// Whether it was revoked.
    pub revoked: bool,
    /// What it is.
    pub kind: CredentialKind,
    /// What it is good for.
    pub scope: Scope,
    /// What it is bound to, where it is no secret of ours: a certificate's name, or issuer and subject.
    pub bound_to: Option<String>,
    /// When it was issued; the beginning of time for one of the founding.
    pub issued: Timestamp,
}

impl Credential {
    /// A token of a principal, good for everything and without an end.
    pub fn token(
        id: CredentialId,
        principal: PrincipalId,
        token_sha256: [u8; 32],
        name: &str,
        issued: Timestamp,
    ) -> Self {
        Self {
            id,
            principal,
            token_sha256,
            name: name.to_owned(),
            expires: None,
            revoked: false,
            kind: CredentialKind::Token,
            scope: Scope::default(),
            bound_to: None,
            issued,
        }
    }

    /// Whether it is over at `now`, by its own end or because it was revoked.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.revoked || self.expires.is_some_and(|end| end <= now)
    }
}

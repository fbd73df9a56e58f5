//! Who acts. There is deliberately no `Default`: an act that nobody did must not be written down as somebody's.

use super::{
    clock::Timestamp,
    ids::{CredentialId, PrincipalId},
};

/// Who did it, as the history names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A principal with a credential.
    Principal(PrincipalId),
    /// The server itself: founding, loading reference data, expiry.
    System,
}

impl Actor {
    /// How the server itself is named where a principal's id would stand.
    pub const SYSTEM: &'static str = "system";

    /// The opaque id written in the record.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Principal(id) => id.as_str(),
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

/// Somebody who may act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The opaque id.
    pub id: PrincipalId,
    /// What it is.
    pub kind: PrincipalKind,
    /// Whether it administers the whole register.
    pub administrator: bool,
    /// When it was added.
    pub since: Timestamp,
}

/// A credential as it is kept: never the secret, only its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The opaque id.
    pub id: CredentialId,
    /// Whose it is.
    pub principal: PrincipalId,
    /// SHA-256 of the token.
    pub token_sha256: [u8; 32],
    /// What its owner calls it.
    pub name: String,
    /// When it ends, if ever.
    pub expires: Option<Timestamp>,
    /// Whether it was revoked.
    pub revoked: bool,
}

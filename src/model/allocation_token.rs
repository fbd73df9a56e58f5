//! Allocation tokens: the right to take one reserved number, or so many numbers of a range, below a superior.
//!
//! The register keeps the digest of the secret alone, and `Debug` does not show even that. **The shape is stored** (by
//! `journal::codec`): variants and fields are only ever added.

use std::fmt;

use crate::oid::{ArcValue, NodePath};

use super::{
    clock::Timestamp,
    ids::{AllocationTokenId, PrincipalId, RegistrantId},
    policy::NumberRange,
    refusal::{Code, Refusal},
};

/// What an allocation token promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Promised {
    /// This number, which is reserved.
    Reserved(ArcValue),
    /// So many numbers of a range, whatever the policy opens. None of them is set aside.
    Range {
        /// Of which range.
        range: NumberRange,
        /// How many.
        count: u64,
    },
}

impl Promised {
    /// How many numbers it is.
    pub const fn count(&self) -> u64 {
        match self {
            Self::Reserved(_) => 1,
            Self::Range { count, .. } => *count,
        }
    }
}

/// An allocation token as it is kept: never the secret, only its digest.
#[derive(Clone, PartialEq, Eq)]
pub struct AllocationToken {
    /// The opaque id.
    pub id: AllocationTokenId,
    /// Below which node.
    pub superior: NodePath,
    /// What it promises.
    pub of: Promised,
    /// How many numbers were taken by it.
    pub used: u64,
    /// What whoever issued it calls it.
    pub name: String,
    /// SHA-256 of the secret.
    pub secret_sha256: [u8; 32],
    /// Who alone may use it; `None` is every principal.
    pub principal: Option<PrincipalId>,
    /// To whom the arcs are assigned; `None` leaves it to whoever takes them.
    pub registrant: Option<RegistrantId>,
    /// Until when it is good.
    pub until: Timestamp,
    /// When it was issued.
    pub issued: Timestamp,
    /// Who issued it; `None` is the machine's administrator.
    pub by: Option<PrincipalId>,
    /// Whether it was revoked.
    pub revoked: bool,
}

impl AllocationToken {
    /// Whether a number can still be taken by it at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        !self.revoked && now < self.until && self.used < self.of.count()
    }

    /// Whether it is for this superior, for whoever acts, and was not revoked. Whether it is over is not asked: the answer to a
    /// request that used it up can be had again.
    pub fn is_for(&self, superior: &NodePath, who: Option<&PrincipalId>) -> bool {
        let theirs = self.principal.is_none() || self.principal.as_ref() == who;
        !self.revoked && self.superior == *superior && theirs
    }
}

impl fmt::Debug for AllocationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllocationToken")
            .field("id", &self.id)
            .field("superior", &self.superior)
            .field("of", &self.of)
            .field("used", &self.used)
            .field("revoked", &self.revoked)
            .finish_non_exhaustive()
    }
}

/// The one refusal for an allocation token that is not known, another's, for another superior, used up, over or revoked: which of
/// them it is tells nothing about a secret that was guessed.
pub fn unknown() -> Refusal {
    let detail = "the allocation token is not known, is not for you or not for this superior, is used up, is over or was revoked";
    Refusal::new(Code::AllocationTokenUnknown, "allocation_token", detail)
}

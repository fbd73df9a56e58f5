//! Provisional labels: what is new on an arc can be challenged for a while, and is final after it by the passing of time alone.
//!
//! **The shape is stored** (by `journal::codec`): variants and fields are only ever added.

use crate::oid::UnicodeLabel;

use super::{clock::Timestamp, ids::PrincipalId};

/// A Unicode label of an arc that is not final, or was not when the arc changed last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelClaim {
    /// The label.
    pub label: UnicodeLabel,
    /// Since when the arc has it.
    pub since: Timestamp,
    /// Until when it can be challenged.
    pub until: Timestamp,
    /// The challenge that is not decided, if there is one.
    pub challenge: Option<Challenge>,
}

impl LabelClaim {
    /// Whether the label is not final: it can still be challenged, or was and nobody decided.
    pub fn is_provisional(&self, now: Timestamp) -> bool {
        self.challenge.is_some() || now < self.until
    }

    /// Whether somebody can challenge it now; each claim is challenged once.
    pub fn can_be_challenged(&self, now: Timestamp) -> bool {
        self.challenge.is_none() && now < self.until
    }

    /// Whether it is the claim to this label, in whatever spelling reads the same.
    pub fn is_of(&self, label: &UnicodeLabel) -> bool {
        self.label.comparison_key() == label.comparison_key()
    }
}

/// Why somebody thinks that an arc should not have a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Who; `None` is the machine's administrator.
    pub by: Option<PrincipalId>,
    /// When.
    pub at: Timestamp,
    /// Why, in their words: for those who see the arc whole.
    pub text: String,
}

//! The mark of an arc whose entry may be wrong, as somebody says (X.660: an authority answers for what it registers), and the
//! question whether what is known of its registrant is right.
//!
//! **These shapes are stored** (by `journal::codec`): fields are only ever added. A mark must never be shown but by
//! [`Suspicion::is_open`].

use super::{clock::Timestamp, ids::PrincipalId};

/// That an entry may be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspicion {
    /// Since when.
    pub since: Timestamp,
    /// Who reported it; `None` is the machine's administrator, or the server itself.
    pub by: Option<PrincipalId>,
    /// Until when it should be settled. Nothing happens by itself.
    pub until: Timestamp,
    /// What is wrong, in words; `None` where the arc's contact was not confirmed in time.
    pub what: Option<String>,
    /// Whether the arc is marked; else the staff of the superior has to look first.
    pub accepted: bool,
}

impl Suspicion {
    /// Whether everybody who sees the arc may know of it.
    pub const fn is_open(&self) -> bool {
        self.accepted
    }
}

/// The question whether what is known of the registrant of an arc is right. It can be answered as long as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// When it was asked.
    pub asked: Timestamp,
    /// Until when it should be answered; then the arc is suspect.
    pub until: Timestamp,
    /// What makes it differ from whatever was asked before: its code is derived from it.
    pub nonce: [u8; 16],
}

/// As whom somebody acts at an arc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Office {
    /// As staff of its superior.
    Superior,
    /// As its holder's people.
    Holder,
}

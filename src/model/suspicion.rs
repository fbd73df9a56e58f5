//! The mark of an arc whose entry may be wrong, as somebody says (X.660: an authority answers for what it registers).
//!
//! **This shape is stored** (by `journal::codec`): fields are only ever added. It must never be shown but by [`Suspicion::is_open`].

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

/// As whom somebody acts at an arc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Office {
    /// As staff of its superior.
    Superior,
    /// As its holder's people.
    Holder,
}

//! Locks of an arc, what waits until more than one person agreed (a transfer, the release of a lock), and who speaks for a
//! registrant.
//!
//! **The shape of locks and of what waits is stored** (by `journal::codec`): variants and fields are only ever added.

use super::{
    actor::Principal,
    application::Docket,
    clock::Timestamp,
    ids::{PrincipalId, RegistrantId},
    tree::{TreeView, Viewed},
};

/// Whether a principal speaks for a registrant: it acts by delegation at an arc of it, or handed in an application of it.
pub fn speaks_for(
    principal: &Principal,
    registrant: &RegistrantId,
    view: &dyn TreeView,
) -> Viewed<bool> {
    for at in &principal.delegations {
        let entry = view.entry(at)?;
        let holding = entry.as_ref().and_then(|entry| entry.registrant.as_ref());
        if holding.is_some_and(|holding| holding.registrant == *registrant) {
            return Ok(true);
        }
    }
    for (_, id) in view.docket(&Docket::Of(registrant.clone()), None, usize::MAX)? {
        let application = view.application(&id)?;
        if application.is_some_and(|one| one.submitted_by == principal.id) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Who keeps an arc from being changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LockKind {
    /// Its holder: nothing about it changes and nobody else gets it; the authority can still change its state.
    Holder,
    /// The authority: nothing about it changes, its state neither.
    Authority,
}

impl LockKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Holder, Self::Authority];

    /// The lower-case word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Authority => "authority",
        }
    }
}

/// Since when an arc is kept from being changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    /// By its holder.
    pub holder: Option<Timestamp>,
    /// By the authority.
    pub authority: Option<Timestamp>,
}

impl Locks {
    /// Since when it is locked so.
    pub const fn of(self, kind: LockKind) -> Option<Timestamp> {
        match kind {
            LockKind::Holder => self.holder,
            LockKind::Authority => self.authority,
        }
    }

    /// The same with one lock set or released.
    #[must_use]
    pub const fn with(mut self, kind: LockKind, since: Option<Timestamp>) -> Self {
        match kind {
            LockKind::Holder => self.holder = since,
            LockKind::Authority => self.authority = since,
        }
        self
    }
}

/// Who has to agree to a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Whose the arc is; of an arc that is nobody's, the superior.
    Holder,
    /// Who gets it.
    Receiver,
}

impl Side {
    /// Both sides.
    pub const ALL: [Self; 2] = [Self::Holder, Self::Receiver];

    /// The lower-case word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Receiver => "receiver",
        }
    }
}

/// What comes of it when all have agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PendingAct {
    /// The arc goes to a registrant.
    Transfer(RegistrantId),
    /// A lock is released.
    Unlock(LockKind),
}

/// Something about an arc that waits until all who must have agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// What comes of it.
    pub act: PendingAct,
    /// Who asked for it; `None` is the machine's administrator.
    pub by: Option<PrincipalId>,
    /// When it was asked for.
    pub at: Timestamp,
    /// Until when all must have agreed; then it is over.
    pub until: Timestamp,
    /// What makes it differ from whatever was asked for before: codes are derived from it.
    pub nonce: [u8; 16],
    /// Who agreed already.
    pub agreed: Vec<Side>,
}

impl Pending {
    /// Whether it still waits.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.until
    }

    /// Who proves by a code that they agree: both sides of a transfer, and whose arc it is of a lock of theirs. The
    /// authority's own lock is its people's to release.
    pub const fn codes(&self) -> &'static [Side] {
        match self.act {
            PendingAct::Transfer(_) => &Side::ALL,
            PendingAct::Unlock(LockKind::Holder) => &[Side::Holder],
            PendingAct::Unlock(LockKind::Authority) => &[],
        }
    }
}

//! The sequence number of a journal record.
//!
//! Sequences start at 1 (the genesis) and have no gaps. This file must never make a sequence out of anything but a count.

use std::fmt;

/// A record's sequence number; [`Seq::ZERO`] stands before the genesis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(u64);

impl Seq {
    /// Before the genesis: the head of an empty journal.
    pub const ZERO: Self = Self(0);
    /// The genesis record.
    pub const FIRST: Self = Self(1);

    /// The sequence with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number, which is also the count of records up to and with this one.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The sequence that follows. It stays at the top of the range, which no journal reaches.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The sequence `count` records later, held at the top of the range.
    #[must_use]
    pub const fn plus(self, count: u64) -> Self {
        Self(self.0.saturating_add(count))
    }

    /// The sequence before, held at [`Seq::ZERO`].
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

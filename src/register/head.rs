//! The rows that tell of all others: how far the tables are, what they hold, and what the founding said.
//!
//! It must never be written before the rows it tells of.

use crate::journal::{Digest32, Head};
use crate::model::{RegisterId, Seq};
use crate::oid::NodePath;

use super::keys;
use super::tables::{Table, split_seq, split_two};

/// Rows of a table and the sum of the sequences they count with, modulo 2^64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) rows: u64,
    pub(super) sum: u64,
}

impl Count {
    /// One row more, which counts with `seq`.
    pub(super) fn add(&mut self, seq: Seq) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(seq.get());
    }

    /// One row fewer, which counted with `seq`.
    pub(super) fn remove(&mut self, seq: Seq) {
        self.rows = self.rows.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(seq.get());
    }
}

/// The counts of all tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts([Count; Table::ALL.len()]);

impl Counts {
    /// A table's count.
    pub(super) fn of(&self, table: Table) -> Count {
        self.0.get(table as usize).copied().unwrap_or_default()
    }

    /// A table's count, to change.
    pub(super) fn of_mut(&mut self, table: Table) -> &mut Count {
        // The array is as long as the list of tables.
        let [first, rest @ ..] = &mut self.0;
        (table as usize)
            .checked_sub(1)
            .and_then(|place| rest.get_mut(place))
            .unwrap_or(first)
    }
}

/// The last row of a batch: how far the tables are, and what they then hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HeadRow {
    /// The journal's head that was applied; its root is all zeros where only a replay passed it.
    pub(super) head: Head,
    /// The leaf hash of the last record that was applied.
    pub(super) leaf: Digest32,
    /// What the tables hold.
    pub(super) counts: Counts,
}

impl HeadRow {
    /// The head of empty tables.
    pub(super) fn empty() -> Self {
        Self {
            head: Head::empty(),
            leaf: Digest32::default(),
            counts: Counts::default(),
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(48 + 16 * Table::ALL.len());
        value.extend(self.head.seq.get().to_be_bytes());
        value.extend(self.head.time_us.to_be_bytes());
        value.extend(self.head.root.as_bytes());
        value.extend(self.leaf.as_bytes());
        for count in self.counts.0 {
            value.extend(count.rows.to_be_bytes());
            value.extend(count.sum.to_be_bytes());
        }
        value
    }

    pub(super) fn decode(value: &[u8]) -> Option<Self> {
        let (seq, rest) = split_seq(value)?;
        let (time, rest) = rest.split_first_chunk::<8>()?;
        let (root, rest) = rest.split_first_chunk::<32>()?;
        let (leaf, mut rest) = rest.split_first_chunk::<32>()?;
        let mut counts = Counts::default();
        for count in &mut counts.0 {
            let (rows, sum, after) = split_two(rest)?;
            (count.rows, count.sum) = (rows.get(), sum.get());
            rest = after;
        }
        let head = Head {
            seq,
            root: Digest32(*root),
            time_us: i64::from_be_bytes(*time),
        };
        let leaf = Digest32(*leaf);
        rest.is_empty().then_some(Self { head, leaf, counts })
    }
}

/// What the founding said that every reading needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Genesis {
    /// The register's id.
    pub(super) register: RegisterId,
    /// The nodes it is the registration authority of.
    pub(super) authorities: std::sync::Arc<Vec<NodePath>>,
}

impl Genesis {
    pub(super) fn encode(&self) -> Vec<u8> {
        let id = self.register.as_str().as_bytes();
        let mut value = vec![u8::try_from(id.len()).unwrap_or(u8::MAX)];
        value.extend_from_slice(id);
        self.authorities
            .iter()
            .for_each(|path| value.extend(keys::node(path)));
        value
    }

    pub(super) fn decode(value: &[u8]) -> Option<Self> {
        let (length, rest) = value.split_first()?;
        let (id, mut rest) = rest.split_at_checked(usize::from(*length))?;
        let register = std::str::from_utf8(id).ok()?.parse().ok()?;
        let mut authorities = Vec::new();
        while !rest.is_empty() {
            let (path, after) = keys::split_node(rest)?;
            authorities.push(path);
            rest = after;
        }
        Some(Self {
            register,
            authorities: authorities.into(),
        })
    }
}

//! The projection's tables in sled: their names, their values, and the only place that calls sled.
//!
//! sled may panic on a damaged file: every call is contained, and the first failure marks the tables as damaged, so that
//! they are made anew from the journal. Batches and transactions of sled are never used: they hold a lock of the whole
//! process. It must never decide what a row means beyond its head.

use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sled::IVec;

use crate::journal::lock::DataLock;
use crate::model::{Seq, ViewFault, Viewed};
use crate::oid::UNICODE_VERSION;

use super::cache::Cache;
pub(super) use super::head::{Counts, Genesis, HeadRow};
use super::keys;
use super::options::OpenError;

/// The format of keys and values. Another one is rebuilt from the journal, never converted.
pub(super) const PROJECTION_FORMAT: u32 = 5;
/// How long rows may wait in memory before they are flushed, in milliseconds. The journal is what is durable.
const FLUSH_EVERY_MS: u64 = 500;
/// How often an opening is tried again while the lock of a process that just ended lingers.
const OPEN_TRIES: u32 = 20;
/// The pause between two tries.
const OPEN_PAUSE: Duration = Duration::from_millis(100);
/// What sled says, at the front, where another process has the tables open.
const SLED_LOCKED: &str = "could not acquire lock";
/// The table whose last row is the head.
const META: &str = "meta";
const META_HEAD: &[u8] = b"head";
const META_FORMAT: &[u8] = b"format";
const META_GENESIS: &[u8] = b"genesis";
const META_DATA: &[u8] = b"data-version";

/// The tables, in the order in which a batch is written; `meta` comes after them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Table {
    /// Node key, last valid sequence → the row that was overwritten.
    History,
    /// Table, key, last valid sequence → the row that was overwritten: of registrants, principals, credentials and
    /// applications.
    Past,
    /// Superior, kind, comparison key, target, first valid sequence → last valid sequence.
    Names,
    /// Node key, sequence → nothing.
    Changes,
    /// Superior, first number of the window → created, written, the number to begin with.
    Cursors,
    /// Last valid sequence, superior, number, first valid sequence → hold.
    EndedHolds,
    /// Superior, number → first valid sequence, hold; those alone that have not ended.
    Holds,
    /// Registrant, superior, arc, first valid sequence → last valid sequence.
    Holders,
    /// Registrant id → created, written, registrant.
    Registrants,
    /// Principal id → created, written, principal.
    Principals,
    /// SHA-256 of the token → created, written, credential.
    Credentials,
    /// Kind of list, whose it is, moment, application id, first valid sequence → last valid sequence.
    Dockets,
    /// Application id → created, written, application.
    Applications,
    /// The mark that the outbox is open, or sequence and place → created, written, notice.
    Notices,
    /// Principal id, request id → sequence, time, digest.
    Requests,
    /// Node key → revision, created, entry.
    Arcs,
}

impl Table {
    /// Every table in the order of writing.
    pub(super) const ALL: [Self; 16] = [
        Self::History,
        Self::Past,
        Self::Names,
        Self::Changes,
        Self::Cursors,
        Self::EndedHolds,
        Self::Holds,
        Self::Holders,
        Self::Registrants,
        Self::Principals,
        Self::Credentials,
        Self::Dockets,
        Self::Applications,
        Self::Notices,
        Self::Requests,
        Self::Arcs,
    ];

    /// Its name in sled.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::History => "history",
            Self::Past => "past",
            Self::Names => "names",
            Self::Changes => "changes",
            Self::Cursors => "cursors",
            Self::EndedHolds => "ended-holds",
            Self::Holds => "holds",
            Self::Holders => "holders",
            Self::Registrants => "registrants",
            Self::Principals => "principals",
            Self::Credentials => "credentials",
            Self::Dockets => "dockets",
            Self::Applications => "applications",
            Self::Notices => "notices",
            Self::Requests => "requests",
            Self::Arcs => "arcs",
        }
    }

    /// The octet by which `past` tells of which table a row is, permanent; `None` where earlier values are not kept.
    pub(super) const fn past(self) -> Option<u8> {
        match self {
            Self::Registrants => Some(1),
            Self::Principals => Some(2),
            Self::Credentials => Some(3),
            Self::Applications => Some(4),
            Self::Notices => Some(10),
            _ => None,
        }
    }

    /// The sequence that a row counts with in the table's sum; `None` where the table is not counted.
    pub(super) fn counted(self, key: &[u8], value: &[u8]) -> Option<Seq> {
        match self {
            Self::History
            | Self::Past
            | Self::Names
            | Self::Changes
            | Self::EndedHolds
            | Self::Holders
            | Self::Dockets => keys::last_seq(key),
            Self::Arcs
            | Self::Holds
            | Self::Cursors
            | Self::Registrants
            | Self::Principals
            | Self::Credentials
            | Self::Applications
            | Self::Notices => split_seq(value).map(|(seq, _)| seq),
            Self::Requests => None,
        }
    }
}

/// Takes a sequence off the front of a value.
pub(super) fn split_seq(value: &[u8]) -> Option<(Seq, &[u8])> {
    let (seq, rest) = value.split_first_chunk::<{ keys::SEQ_BYTES }>()?;
    Some((Seq::new(u64::from_be_bytes(*seq)), rest))
}

/// Takes two sequences off the front of a value.
pub(super) fn split_two(value: &[u8]) -> Option<(Seq, Seq, &[u8])> {
    let (first, rest) = split_seq(value)?;
    let (second, rest) = split_seq(rest)?;
    Some((first, second, rest))
}

/// A value that begins with two sequences.
pub(super) fn with_two(first: Seq, second: Seq, rest: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(2 * keys::SEQ_BYTES + rest.len());
    value.extend(first.get().to_be_bytes());
    value.extend(second.get().to_be_bytes());
    value.extend_from_slice(rest);
    value
}

/// What the tables are made with: other tables are no use.
fn format_row() -> Vec<u8> {
    let mut value = PROJECTION_FORMAT.to_be_bytes().to_vec();
    value.extend_from_slice(UNICODE_VERSION.to_string().as_bytes());
    value
}

/// The open tables.
pub(super) struct Tables {
    db: sled::Db,
    trees: [sled::Tree; Table::ALL.len()],
    meta: sled::Tree,
    genesis: OnceLock<Genesis>,
    damage: OnceLock<String>,
    /// Superiors that were read lately.
    pub(super) cache: Cache,
    /// The data directory's lock, as long as sled is open: dropped last.
    _lock: Option<Arc<DataLock>>,
}

impl Tables {
    /// Opens the tables in a directory, or makes them, and keeps the data directory's `lock` until they are closed. A lock
    /// of sled's that lingers is waited for; one that stays says that the tables are in use, not that they are damaged.
    pub(super) fn open(
        directory: &Path,
        cache_bytes: u64,
        lock: Option<&Arc<DataLock>>,
    ) -> Result<Self, OpenError> {
        let config = sled::Config::new()
            .path(directory)
            .cache_capacity(cache_bytes)
            .flush_every_ms(Some(FLUSH_EVERY_MS));
        let mut tries = 1;
        loop {
            let mut in_use = false;
            let opened = contained(|| {
                let opened = config.open();
                opened.inspect_err(|error| in_use = is_locked(error))
            });
            match opened {
                Ok(db) => return Ok(Self::of(db, lock.cloned())?),
                Err(_) if in_use && tries < OPEN_TRIES => {
                    tries += 1;
                    std::thread::sleep(OPEN_PAUSE);
                }
                Err(fault) if in_use => return Err(OpenError::Locked(fault.0)),
                Err(fault) => return Err(fault.into()),
            }
        }
    }

    /// Tables that vanish with the process, for a replay that is only compared.
    pub(super) fn temporary(directory: &Path, cache_bytes: u64) -> Viewed<Self> {
        let config = sled::Config::new()
            .path(directory)
            .temporary(true)
            .cache_capacity(cache_bytes)
            .flush_every_ms(None);
        Self::of(contained(|| config.open())?, None)
    }

    fn of(db: sled::Db, lock: Option<Arc<DataLock>>) -> Viewed<Self> {
        let (trees, meta) = contained(|| {
            let mut trees = Vec::with_capacity(Table::ALL.len());
            for table in Table::ALL {
                trees.push(db.open_tree(table.name())?);
            }
            Ok((trees, db.open_tree(META)?))
        })?;
        let trees = trees
            .try_into()
            .map_err(|_| ViewFault("a table is missing".to_owned()))?;
        Ok(Self {
            db,
            trees,
            meta,
            genesis: OnceLock::new(),
            damage: OnceLock::new(),
            cache: Cache::default(),
            _lock: lock,
        })
    }

    fn tree(&self, table: Table) -> &sled::Tree {
        let [first, rest @ ..] = &self.trees;
        (table as usize)
            .checked_sub(1)
            .and_then(|place| rest.get(place))
            .unwrap_or(first)
    }

    /// Why the tables are no use any more, if so.
    pub(super) fn damage(&self) -> Option<&str> {
        self.damage.get().map(String::as_str)
    }

    /// Notes that the tables hold what they cannot hold.
    pub(super) fn damaged(&self, what: impl Into<String>) -> ViewFault {
        let what = what.into();
        // The first damage tells most; later ones follow from it.
        self.damage.get_or_init(|| what.clone());
        ViewFault(what)
    }

    fn guarded<T>(&self, call: impl FnOnce() -> sled::Result<T>) -> Viewed<T> {
        contained(call).map_err(|fault| self.damaged(fault.0))
    }

    /// A row.
    pub(super) fn get(&self, table: Table, key: &[u8]) -> Viewed<Option<IVec>> {
        self.guarded(|| self.tree(table).get(key))
    }

    /// Writes a row.
    pub(super) fn put(&self, table: Table, key: &[u8], value: Vec<u8>) -> Viewed<()> {
        self.guarded(|| self.tree(table).insert(key, value))
            .map(drop)
    }

    /// Removes a row, for holds that ended alone: what it held stands elsewhere already.
    pub(super) fn remove(&self, table: Table, key: &[u8]) -> Viewed<()> {
        self.guarded(|| self.tree(table).remove(key)).map(drop)
    }

    /// Removes a row if it still is what it was; for requests past the horizon alone.
    pub(super) fn remove_if(&self, table: Table, key: &[u8], was: &IVec) -> Viewed<bool> {
        self.guarded(|| {
            let swapped = self
                .tree(table)
                .compare_and_swap(key, Some(was), None::<IVec>)?;
            Ok(swapped.is_ok())
        })
    }

    /// Rows in order.
    pub(super) fn range(&self, table: Table, range: (Bound<Vec<u8>>, Bound<Vec<u8>>)) -> Scan<'_> {
        let iter = contained(|| Ok(self.tree(table).range::<Vec<u8>, _>(range)));
        Scan {
            tables: self,
            iter: iter.map_err(|fault| self.damaged(fault.0)).map(Some),
        }
    }

    /// Rows in reverse order.
    pub(super) fn range_back(
        &self,
        table: Table,
        range: (Bound<Vec<u8>>, Bound<Vec<u8>>),
    ) -> std::iter::Rev<Scan<'_>> {
        self.range(table, range).rev()
    }

    /// All rows whose keys begin with `prefix`, in order.
    pub(super) fn beginning_with(&self, table: Table, prefix: &[u8]) -> Scan<'_> {
        self.range(table, keys::beginning_with(prefix))
    }

    /// The head row; `None` in new tables.
    pub(super) fn head(&self) -> Viewed<Option<HeadRow>> {
        match self.guarded(|| self.meta.get(META_HEAD))? {
            None => Ok(None),
            Some(value) => HeadRow::decode(&value)
                .map(Some)
                .ok_or_else(|| self.damaged("the head row cannot be read")),
        }
    }

    /// Writes the head row: the batch is applied.
    pub(super) fn put_head(&self, row: &HeadRow) -> Viewed<()> {
        self.guarded(|| self.meta.insert(META_HEAD, row.encode()))
            .map(drop)
    }

    /// Whether the tables are of this format and Unicode version; new tables become so.
    pub(super) fn claim_format(&self) -> Viewed<bool> {
        let expect = format_row();
        match self.guarded(|| self.meta.get(META_FORMAT))? {
            Some(found) => Ok(found.as_ref() == expect.as_slice()),
            None if self.head()?.is_some() => Ok(false),
            None => self
                .guarded(|| self.meta.insert(META_FORMAT, expect))
                .map(|_| true),
        }
    }

    /// What the founding said; `None` before it.
    pub(super) fn genesis(&self) -> Viewed<Option<&Genesis>> {
        if let Some(genesis) = self.genesis.get() {
            return Ok(Some(genesis));
        }
        let Some(value) = self.guarded(|| self.meta.get(META_GENESIS))? else {
            return Ok(None);
        };
        let genesis = Genesis::decode(&value)
            .ok_or_else(|| self.damaged("the genesis row cannot be read"))?;
        Ok(Some(self.genesis.get_or_init(|| genesis)))
    }

    /// Writes what the founding said.
    pub(super) fn put_genesis(&self, genesis: &Genesis) -> Viewed<()> {
        self.guarded(|| self.meta.insert(META_GENESIS, genesis.encode()))
            .map(drop)
    }

    /// The version of the reference data, with the record that loaded it.
    pub(super) fn data_version(&self) -> Viewed<Option<(Seq, String)>> {
        let Some(value) = self.guarded(|| self.meta.get(META_DATA))? else {
            return Ok(None);
        };
        let row = split_seq(&value)
            .and_then(|(seq, text)| Some((seq, std::str::from_utf8(text).ok()?.to_owned())));
        row.map(Some)
            .ok_or_else(|| self.damaged("the row of the data version cannot be read"))
    }

    /// Writes the version of the reference data.
    pub(super) fn put_data_version(&self, seq: Seq, version: &str) -> Viewed<()> {
        let mut value = seq.get().to_be_bytes().to_vec();
        value.extend_from_slice(version.as_bytes());
        self.guarded(|| self.meta.insert(META_DATA, value))
            .map(drop)
    }

    /// Counts what the tables really hold.
    pub(super) fn count(&self) -> Viewed<Counts> {
        let mut counts = Counts::default();
        for table in Table::ALL {
            if table == Table::Requests {
                continue;
            }
            for row in self.range(table, (Bound::Unbounded, Bound::Unbounded)) {
                let (key, value) = row?;
                let seq = table.counted(&key, &value).ok_or_else(|| {
                    self.damaged(format!("a row of {} cannot be read", table.name()))
                })?;
                counts.of_mut(table).add(seq);
            }
        }
        Ok(counts)
    }

    /// Waits until all rows are on disk.
    pub(super) fn flush(&self) -> Viewed<()> {
        self.guarded(|| self.db.flush()).map(drop)
    }
}

/// Rows in order; after an error it ends.
pub(super) struct Scan<'a> {
    tables: &'a Tables,
    iter: Viewed<Option<sled::Iter>>,
}

impl Scan<'_> {
    fn step(
        &mut self,
        step: impl FnOnce(&mut sled::Iter) -> Option<sled::Result<(IVec, IVec)>>,
    ) -> Option<Viewed<(IVec, IVec)>> {
        let iter = match &mut self.iter {
            Ok(iter) => iter.as_mut()?,
            Err(fault) => {
                let fault = fault.clone();
                self.iter = Ok(None);
                return Some(Err(fault));
            }
        };
        let row = self.tables.guarded(|| step(iter).transpose());
        if row.is_err() {
            self.iter = Ok(None);
        }
        row.transpose()
    }
}

impl Iterator for Scan<'_> {
    type Item = Viewed<(IVec, IVec)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step(Iterator::next)
    }
}

impl DoubleEndedIterator for Scan<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.step(DoubleEndedIterator::next_back)
    }
}

/// Whether another process has the tables open.
fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.to_string().starts_with(SLED_LOCKED))
}

/// Calls sled; an error and a panic are both faults.
fn contained<T>(call: impl FnOnce() -> sled::Result<T>) -> Viewed<T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(ViewFault(error.to_string())),
        Err(panic) => {
            let said = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            let said = said.unwrap_or_else(|| "no message".to_owned());
            Err(ViewFault(format!("sled panicked: {said}")))
        }
    }
}

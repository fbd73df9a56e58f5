//! The batch at hand: what its records have changed so far, above the tables as of the published head.
//!
//! Commands are decided against it, so that each sees those before it in the same batch; and it is what is written when
//! the batch is durable. Everything in it is absolute and derives from the records and from the tables *as of the head*,
//! never from rows newer than it: the same batch over the same head gives the same rows, however often and wherever an
//! earlier attempt to write them was cut off. It must never touch the tables.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use crate::model::{Entry, Seq, ViewFault, Viewed};
use crate::oid::{ArcValue, NodePath};

use super::base::AsOf;
use super::keys;
use super::source::{Headed, Held, Open, Source};
use super::tables::{Counts, Genesis, Table};

/// A row that is valid between two sequences, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    /// The last valid sequence; [`Seq::MAX`] while it is open.
    pub(super) to: Seq,
    /// What stands beside it.
    pub(super) payload: Vec<u8>,
}

/// A request that was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// The record that tells of it.
    pub(super) seq: Seq,
    /// The record's time in microseconds.
    pub(super) time_us: i64,
    /// The keyed digest of its content.
    pub(super) digest: [u8; 32],
}

/// The rows of a batch.
#[derive(Clone)]
pub(super) struct Rows {
    /// The tables as of the published head.
    pub(super) base: AsOf,
    /// What the tables hold once this is written.
    pub(super) counts: Counts,
    /// New and changed entries.
    pub(super) arcs: BTreeMap<Vec<u8>, Arc<Entry>>,
    /// What was overwritten, by key with the last valid sequence.
    pub(super) history: BTreeMap<Vec<u8>, Vec<u8>>,
    /// What else was overwritten and keeps its past, by key with the last valid sequence.
    pub(super) past: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Which revisions an arc has.
    pub(super) changes: BTreeSet<Vec<u8>>,
    /// Intervals, by table.
    pub(super) intervals: BTreeMap<Table, BTreeMap<Vec<u8>, Interval>>,
    /// Holds that ended, by key.
    pub(super) ended: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The holds that numbers have now: `None` is none any more.
    pub(super) holds: BTreeMap<Vec<u8>, Option<Held>>,
    /// Rows that are overwritten in place, by table.
    pub(super) headed: BTreeMap<Table, BTreeMap<Vec<u8>, Headed>>,
    /// Requests carried out.
    pub(super) requests: BTreeMap<Vec<u8>, Request>,
    /// The founding.
    pub(super) genesis: Option<Genesis>,
    /// The version of the reference data, with the record that loaded it.
    pub(super) data_version: Option<(Seq, String)>,
    /// Entries that were read from the tables.
    read: RefCell<HashMap<NodePath, Option<Arc<Entry>>>>,
}

/// Entries that are kept at hand while a batch is decided; more are forgotten all at once.
const READ_MAX: usize = 4_096;

impl Rows {
    /// Nothing yet, above `base`, whose tables hold `counts`.
    pub(super) fn new(base: AsOf, counts: &Counts) -> Self {
        Self {
            base,
            counts: *counts,
            arcs: BTreeMap::new(),
            history: BTreeMap::new(),
            past: BTreeMap::new(),
            changes: BTreeSet::new(),
            intervals: BTreeMap::new(),
            ended: BTreeMap::new(),
            holds: BTreeMap::new(),
            headed: BTreeMap::new(),
            requests: BTreeMap::new(),
            genesis: None,
            data_version: None,
            read: RefCell::default(),
        }
    }

    /// Opens an interval at `seq`.
    pub(super) fn open_interval(
        &mut self,
        table: Table,
        mut key: Vec<u8>,
        seq: Seq,
        payload: Vec<u8>,
    ) {
        key.extend(seq.get().to_be_bytes());
        let to = Seq::MAX;
        let rows = self.intervals.entry(table).or_default();
        if rows.insert(key, Interval { to, payload }).is_none() {
            self.counts.of_mut(table).add(seq);
        }
    }

    /// Closes the interval that is open under `key`, so that it is valid to the sequence before `seq`. None is no error; a key
    /// that only begins so is another's.
    pub(super) fn close_interval(&mut self, table: Table, key: &[u8], seq: Seq) -> Viewed<()> {
        let mut open = self.open_rows(table, key, usize::MAX)?;
        open.retain(|row| row.target(key).is_some_and(<[u8]>::is_empty));
        for Open { key, payload } in open {
            let to = seq.previous();
            let rows = self.intervals.entry(table).or_default();
            rows.insert(key, Interval { to, payload });
        }
        Ok(())
    }

    /// Holds the number of `key` from `seq` on.
    pub(super) fn open_hold(&mut self, key: Vec<u8>, seq: Seq, payload: Vec<u8>) {
        let held = Held { from: seq, payload };
        self.holds.insert(key, Some(held));
        self.counts.of_mut(Table::Holds).add(seq);
    }

    /// Ends the hold on the number of `key`, so that it is valid to the sequence before `seq`. None is no error.
    pub(super) fn close_hold(&mut self, key: &[u8], seq: Seq) -> Viewed<()> {
        let Some((_, held)) = self.held(key, None, 1)?.pop() else {
            return Ok(());
        };
        let last = seq.previous();
        // What one record made and ended was valid at no revision.
        if held.from <= last {
            let ended = keys::ended(last, key, held.from);
            self.ended.insert(ended, held.payload);
            self.counts.of_mut(Table::EndedHolds).add(held.from);
        }
        self.counts.of_mut(Table::Holds).remove(held.from);
        self.holds.insert(key.to_vec(), None);
        Ok(())
    }

    /// Writes a row that is overwritten in place; what it was before is kept where the table keeps its past, once for each
    /// record.
    pub(super) fn put_headed(
        &mut self,
        table: Table,
        key: Vec<u8>,
        seq: Seq,
        payload: Vec<u8>,
    ) -> Viewed<()> {
        let before = self.headed(table, &key)?;
        if before.is_none() {
            self.counts.of_mut(table).add(seq);
        }
        let created = before.as_ref().map_or(seq, |row| row.created);
        if let Some((before, past)) = before.zip(table.past())
            && before.written != seq
        {
            let last = seq.previous();
            let past = keys::with_seq(keys::past(past, &key), last);
            self.past.insert(past, before.row());
            self.counts.of_mut(Table::Past).add(last);
        }
        let row = Headed {
            created,
            written: seq,
            payload,
        };
        self.headed.entry(table).or_default().insert(key, row);
        Ok(())
    }
}

/// The rows of a map whose keys begin with `prefix`.
fn beginning_with<'a, T>(
    map: Option<&'a BTreeMap<Vec<u8>, T>>,
    prefix: &[u8],
) -> impl Iterator<Item = (&'a Vec<u8>, &'a T)> {
    let prefix = prefix.to_vec();
    map.into_iter().flat_map(move |map| {
        let prefix = prefix.clone();
        map.range((Bound::Included(prefix.clone()), Bound::Unbounded))
            .take_while(move |(key, _)| key.starts_with(&prefix))
    })
}

impl Source for Rows {
    fn genesis_row(&self) -> Viewed<Option<Genesis>> {
        match &self.genesis {
            Some(genesis) => Ok(Some(genesis.clone())),
            None => self.base.genesis_row(),
        }
    }

    fn data_row(&self) -> Viewed<Option<String>> {
        match &self.data_version {
            Some((_, version)) => Ok(Some(version.clone())),
            None => self.base.data_row(),
        }
    }

    fn entry_at(&self, path: &NodePath) -> Viewed<Option<Arc<Entry>>> {
        if !self.arcs.is_empty()
            && let Some(entry) = self.arcs.get(&keys::node(path))
        {
            return Ok(Some(entry.clone()));
        }
        if let Some(entry) = self.read.borrow().get(path) {
            return Ok(entry.clone());
        }
        let entry = self.base.entry_at(path)?;
        let mut read = self.read.borrow_mut();
        if read.len() >= READ_MAX {
            read.clear();
        }
        read.insert(path.clone(), entry.clone());
        Ok(entry)
    }

    fn numbers(&self, superior: &NodePath, from: &ArcValue, limit: usize) -> Viewed<Vec<ArcValue>> {
        let mut found = self.base.numbers(superior, from, limit)?;
        let Some(prefix) = keys::subordinates(superior) else {
            return Ok(found);
        };
        let mut start = prefix.clone();
        keys::push_arc(&mut start, from);
        let here = self
            .arcs
            .range(start..)
            .take_while(|(key, _)| key.starts_with(&prefix))
            .take(limit)
            .filter_map(|(_, entry)| entry.path.last().cloned());
        let before = found.len();
        found.extend(here);
        if found.len() > before {
            found.sort_unstable();
            found.dedup();
            found.truncate(limit);
        }
        Ok(found)
    }

    fn count_below(&self, path: &NodePath, limit: u64) -> Viewed<u64> {
        let new = |entry: &&Arc<Entry>| {
            let below = entry.path != *path && entry.path.starts_with(path);
            below && entry.created > self.base.at
        };
        let here = self.arcs.values().filter(new).count();
        let here = u64::try_from(here).unwrap_or(u64::MAX);
        let before = self.base.count_below(path, limit)?;
        Ok(before.saturating_add(here).min(limit))
    }

    fn open_rows_from(
        &self,
        table: Table,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Viewed<Vec<Open>> {
        let here = self.intervals.get(&table);
        let changed = beginning_with(here, prefix).count();
        let most = limit.saturating_add(changed);
        let mut found = self.base.open_rows_from(table, prefix, from, most)?;
        if changed == 0 {
            return Ok(found);
        }
        found.retain(|row| here.is_none_or(|rows| !rows.contains_key(&row.key)));
        let open = beginning_with(here, prefix)
            .filter(|(key, row)| row.to == Seq::MAX && key.as_slice() >= from);
        found.extend(open.map(|(key, row)| Open {
            key: key.clone(),
            payload: row.payload.clone(),
        }));
        found.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        found.truncate(limit);
        Ok(found)
    }

    fn held(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Viewed<Vec<(Vec<u8>, Held)>> {
        let changed = beginning_with(Some(&self.holds), prefix).count();
        let limit_below = limit.saturating_add(changed);
        let below = self.base.held(prefix, after, limit_below)?;
        if changed == 0 {
            return Ok(below);
        }
        let mut found: BTreeMap<_, _> = below.into_iter().collect();
        let here = beginning_with(Some(&self.holds), prefix);
        for (key, held) in here.filter(|(key, _)| after.is_none_or(|after| key.as_slice() > after))
        {
            match held {
                Some(held) => found.insert(key.clone(), held.clone()),
                None => found.remove(key),
            };
        }
        Ok(found.into_iter().take(limit).collect())
    }

    fn headed(&self, table: Table, key: &[u8]) -> Viewed<Option<Headed>> {
        match self.headed.get(&table).and_then(|rows| rows.get(key)) {
            Some(row) => Ok(Some(row.clone())),
            None => self.base.headed(table, key),
        }
    }

    fn headed_rows(&self, table: Table, prefix: &[u8]) -> Viewed<Vec<(Vec<u8>, Headed)>> {
        let mut rows: BTreeMap<_, _> = self.base.headed_rows(table, prefix)?.into_iter().collect();
        let here = beginning_with(self.headed.get(&table), prefix);
        rows.extend(here.map(|(key, row)| (key.clone(), row.clone())));
        Ok(rows.into_iter().collect())
    }

    fn broken(&self, what: &'static str) -> ViewFault {
        self.base.broken(what)
    }
}

//! The tables as of one revision.
//!
//! A row newer than the revision counts for nothing: of an arc the row in `history` is taken instead, an interval is asked
//! whether it covers the revision, a hold that is gone stands in `ended-holds`, and a row that was made later is not there. That makes the rows of one answer rows of
//! one revision, whatever a writer does beside it, and a replay harmless after a crash between two rows. Of registrants,
//! principals and credentials the older row stands in `past`; cursors keep no past, and their newest value is read. It must
//! never write.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use sled::IVec;

use crate::journal::codec;
use crate::model::{Entry, Seq, ViewFault, Viewed};
use crate::oid::{ArcValue, NodePath};

use super::keys;
use super::source::{Headed, Held, Open, Source};
use super::tables::{Genesis, Table, Tables, split_seq, split_two, with_two};

/// The tables as of a revision. Cheap to clone.
#[derive(Clone)]
pub(super) struct AsOf {
    /// The tables.
    pub(super) tables: Arc<Tables>,
    /// The revision.
    pub(super) at: Seq,
}

/// An entry's row.
pub(super) fn arc_row(entry: &Entry) -> Vec<u8> {
    with_two(entry.revision, entry.created, &codec::encode_entry(entry))
}

impl AsOf {
    pub(super) fn decode(&self, row: &[u8]) -> Viewed<Arc<Entry>> {
        let (_, _, payload) =
            split_two(row).ok_or_else(|| self.broken("an entry's row is too short"))?;
        codec::decode_entry(payload).map(Arc::new).map_err(|error| {
            self.tables
                .damaged(format!("an entry cannot be read: {error}"))
        })
    }

    /// The entry of a row that was found in `arcs`, as of the revision.
    pub(super) fn entry_of(&self, key: &[u8], row: &IVec) -> Viewed<Option<Arc<Entry>>> {
        let (revision, created, _) =
            split_two(row).ok_or_else(|| self.broken("an entry's row is too short"))?;
        if revision <= self.at {
            return self.decode(row).map(Some);
        }
        if created > self.at {
            return Ok(None);
        }
        let from = keys::with_seq(key.to_vec(), self.at);
        let overwritten = self
            .tables
            .range(Table::History, (Bound::Included(from), keys::end_of(key)))
            .next();
        match overwritten {
            Some(row) => self.decode(&row?.1).map(Some),
            None => Err(self.broken("an earlier revision of an entry is missing")),
        }
    }

    /// The row that was found in `table`, as of the revision.
    fn headed_of(&self, table: Table, key: &[u8], row: &[u8]) -> Viewed<Option<Headed>> {
        let read = |row: &[u8]| to_headed(row).ok_or_else(|| self.broken("a row is too short"));
        let row = read(row)?;
        if row.created > self.at {
            return Ok(None);
        }
        let Some(past) = table.past().filter(|_| row.written > self.at) else {
            return Ok(Some(row));
        };
        let past = keys::past(past, key);
        let from = keys::with_seq(past.clone(), self.at);
        let overwritten = self
            .tables
            .range(Table::Past, (Bound::Included(from), keys::end_of(&past)))
            .next();
        match overwritten {
            Some(row) => read(&row?.1).map(Some),
            None => Err(self.broken("an earlier value of a row is missing")),
        }
    }

    /// The rows that are overwritten in place whose keys begin with `prefix` and come after `after`, in order, at most `limit`.
    pub(super) fn headed_after(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Viewed<Vec<(Vec<u8>, Headed)>> {
        let from = after.unwrap_or(prefix).to_vec();
        let from = match after {
            Some(_) => Bound::Excluded(from),
            None => Bound::Included(from),
        };
        let mut found = Vec::new();
        for row in self.tables.range(table, (from, keys::end_of(prefix))) {
            if found.len() == limit {
                break;
            }
            let (key, row) = row?;
            let row = self.headed_of(table, &key, &row)?;
            found.extend(row.map(|row| (key.to_vec(), row)));
        }
        Ok(found)
    }

    fn look_up(&self, path: &NodePath) -> Viewed<Option<Arc<Entry>>> {
        let key = keys::node(path);
        match self.tables.get(Table::Arcs, &key)? {
            Some(row) => self.entry_of(&key, &row),
            None => Ok(None),
        }
    }

    /// The entry of a node that stands above others: it is kept at hand.
    pub(super) fn superior(&self, path: &NodePath) -> Viewed<Option<Arc<Entry>>> {
        let epoch = match self.tables.cache.get(path, self.at) {
            Ok(entry) => return Ok(Some(entry)),
            Err(epoch) => epoch,
        };
        let key = keys::node(path);
        let Some(row) = self.tables.get(Table::Arcs, &key)? else {
            return Ok(None);
        };
        let entry = self.entry_of(&key, &row)?;
        if let Some(entry) = &entry
            && split_seq(&row).is_some_and(|(revision, _)| revision == entry.revision)
        {
            self.tables.cache.keep(entry, epoch);
        }
        Ok(entry)
    }

    /// The direct subordinates from a bound on, each as of the revision.
    pub(super) fn subordinates(
        &self,
        superior: &NodePath,
        from: Bound<&ArcValue>,
        limit: usize,
    ) -> Viewed<Vec<Arc<Entry>>> {
        let mut found = Vec::new();
        let Some(prefix) = keys::subordinates(superior) else {
            return Ok(found);
        };
        for row in self.tables.range(Table::Arcs, run_from(&prefix, from)) {
            if found.len() == limit {
                break;
            }
            let (key, row) = row?;
            found.extend(self.entry_of(&key, &row)?);
        }
        Ok(found)
    }
}

/// The keys that begin with `prefix`, from an arc on.
fn run_from(prefix: &[u8], from: Bound<&ArcValue>) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
    let key = |arc: &ArcValue| {
        let mut key = prefix.to_vec();
        keys::push_arc(&mut key, arc);
        key
    };
    let start = match from {
        Bound::Included(arc) => Bound::Included(key(arc)),
        Bound::Excluded(arc) => Bound::Excluded(key(arc)),
        Bound::Unbounded => Bound::Included(prefix.to_vec()),
    };
    (start, keys::end_of(prefix))
}

/// Reads a row that is overwritten in place.
pub(super) fn to_headed(row: &[u8]) -> Option<Headed> {
    let (created, written, payload) = split_two(row)?;
    Some(Headed {
        created,
        written,
        payload: payload.to_vec(),
    })
}

impl Source for AsOf {
    fn genesis_row(&self) -> Viewed<Option<Genesis>> {
        if self.at == Seq::ZERO {
            return Ok(None);
        }
        Ok(self.tables.genesis()?.cloned())
    }

    fn data_row(&self) -> Viewed<Option<String>> {
        Ok(self.tables.data_version()?.map(|(_, version)| version))
    }

    fn entry_at(&self, path: &NodePath) -> Viewed<Option<Arc<Entry>>> {
        match self.tables.cache.get(path, self.at) {
            Ok(entry) => Ok(Some(entry)),
            Err(_) => self.look_up(path),
        }
    }

    fn numbers(&self, superior: &NodePath, from: &ArcValue, limit: usize) -> Viewed<Vec<ArcValue>> {
        let mut found = Vec::new();
        let Some(prefix) = keys::subordinates(superior) else {
            return Ok(found);
        };
        let run = run_from(&prefix, Bound::Included(from));
        for row in self.tables.range(Table::Arcs, run) {
            if found.len() == limit {
                break;
            }
            let (key, row) = row?;
            let (_, created, _) =
                split_two(&row).ok_or_else(|| self.broken("an entry's row is too short"))?;
            if created <= self.at {
                let arc = key
                    .strip_prefix(prefix.as_slice())
                    .and_then(keys::split_arc);
                let (arc, _) = arc.ok_or_else(|| self.broken("a node's key cannot be read"))?;
                found.push(arc);
            }
        }
        Ok(found)
    }

    fn count_below(&self, path: &NodePath, limit: u64) -> Viewed<u64> {
        let mut found = 0;
        let mut depth = path.depth();
        loop {
            depth += 1;
            let before = found;
            let Some(prefix) = keys::descendants(path, depth) else {
                return Ok(found);
            };
            for row in self.tables.beginning_with(Table::Arcs, &prefix) {
                if found >= limit {
                    return Ok(limit);
                }
                let (_, row) = row?;
                let (_, created, _) =
                    split_two(&row).ok_or_else(|| self.broken("an entry's row is too short"))?;
                found += u64::from(created <= self.at);
            }
            // Where nothing stands, nothing stands below it.
            if found == before {
                return Ok(found);
            }
        }
    }

    fn open_rows_from(
        &self,
        table: Table,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Viewed<Vec<Open>> {
        let mut found = Vec::new();
        let run = (Bound::Included(from.to_vec()), keys::end_of(prefix));
        for row in self.tables.range(table, run) {
            if found.len() == limit {
                break;
            }
            let (key, value) = row?;
            let from = keys::last_seq(&key);
            let (from, (to, payload)) = from
                .zip(split_seq(&value))
                .ok_or_else(|| self.broken("an interval cannot be read"))?;
            if from <= self.at && self.at <= to {
                found.push(Open {
                    key: key.to_vec(),
                    payload: payload.to_vec(),
                });
            }
        }
        Ok(found)
    }

    fn held(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Viewed<Vec<(Vec<u8>, Held)>> {
        let mut found = BTreeMap::new();
        let start = after.map_or_else(
            || Bound::Included(prefix.to_vec()),
            |after| Bound::Excluded(after.to_vec()),
        );
        let open = (start, keys::end_of(prefix));
        for row in self.tables.range(Table::Holds, open) {
            if found.len() == limit {
                break;
            }
            let (key, value) = row?;
            let (from, payload) =
                split_seq(&value).ok_or_else(|| self.broken("a hold's row is too short"))?;
            if from <= self.at {
                let payload = payload.to_vec();
                found.insert(key.to_vec(), Held { from, payload });
            }
        }
        // Read after the open ones: a hold that ends meanwhile is written here before it goes there.
        let since = Bound::Included(self.at.get().to_be_bytes().to_vec());
        for row in self
            .tables
            .range(Table::EndedHolds, (since, Bound::Unbounded))
        {
            let (key, payload) = row?;
            let (numbered, from) = keys::split_ended(&key)
                .ok_or_else(|| self.broken("the key of a hold that ended cannot be read"))?;
            let asked = numbered.starts_with(prefix) && after.is_none_or(|after| numbered > after);
            if asked && from <= self.at {
                let payload = payload.to_vec();
                found.insert(numbered.to_vec(), Held { from, payload });
            }
        }
        Ok(found.into_iter().take(limit).collect())
    }

    fn headed(&self, table: Table, key: &[u8]) -> Viewed<Option<Headed>> {
        let Some(row) = self.tables.get(table, key)? else {
            return Ok(None);
        };
        self.headed_of(table, key, &row)
    }

    fn headed_rows(&self, table: Table, prefix: &[u8]) -> Viewed<Vec<(Vec<u8>, Headed)>> {
        let mut found = Vec::new();
        for row in self.tables.beginning_with(table, prefix) {
            let (key, row) = row?;
            let row = self.headed_of(table, &key, &row)?;
            found.extend(row.map(|row| (key.to_vec(), row)));
        }
        Ok(found)
    }

    fn broken(&self, what: &'static str) -> ViewFault {
        self.tables.damaged(what)
    }
}

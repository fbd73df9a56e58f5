//! What happened: to one arc, the newest first, and to all of them, record by record.
//!
//! The list of an arc's revisions comes from `changes`, what happened from the journal, the entry from the tables as of
//! each record. Reasons are for those who see everything. It must never show the public a change of what is hidden today.

use crate::access::Sight;
use crate::journal::{Record, codec};
use crate::model::suspicion::Suspicion;
use crate::model::{Entry, Event, Seq, Timestamp, Viewed, Visibility, event::Happening};
use crate::oid::NodePath;

use super::answers::{Change, HistoryItem, RecordChanges, Seen};
use super::base::AsOf;
use super::core::journal_fault;
use super::keys;
use super::reading::{Reading, shown};
use super::source::Source;
use super::tables::Table;

fn told(record: &Record) -> Viewed<Happening> {
    codec::decode(record).map_err(|error| journal_fault(format!("record {}: {error}", record.seq)))
}

/// Whether an event tells what somebody says about an arc.
const fn is_report(event: &Event) -> bool {
    matches!(event, Event::SuspicionSet { .. })
}

/// Whether somebody is told what is said about an arc, and by whom.
fn is_staff(path: &NodePath, sight: &Sight) -> bool {
    sight.is_whole(&path.parent().unwrap_or_default())
}

/// Whether an event is told at all: what was reported and waits is for staff, and so is that it came to nothing.
fn is_told(event: &Event, before: Option<&Entry>, sight: &Sight) -> bool {
    let Event::SuspicionSet {
        path, suspicion, ..
    } = event
    else {
        return true;
    };
    let was = before.and_then(|entry| entry.suspicion.as_deref());
    let mark = suspicion.as_deref().or(was);
    mark.is_some_and(Suspicion::is_open) || is_staff(path, sight)
}

impl Reading {
    /// What happened to an arc before the record `before` and up to this revision, the newest first, at most `limit`.
    /// Reads the journal: blocks.
    pub fn history(
        &self,
        path: &NodePath,
        before: Option<Seq>,
        limit: usize,
        sight: &Sight,
    ) -> Viewed<Vec<HistoryItem>> {
        let mut items = Vec::new();
        let Some(visibility) = self.in_force(path, sight)? else {
            return Ok(items);
        };
        // Of a stub only the number is told, and that it changed is more than the number.
        if !sight.is_whole(path) && visibility != Visibility::Public {
            return Ok(items);
        }
        let key = keys::node(path);
        let before = before.map_or(self.seq().next(), |before| before.min(self.seq().next()));
        let range = (
            std::ops::Bound::Included(key.clone()),
            std::ops::Bound::Excluded(keys::with_seq(key, before)),
        );
        for row in self.of.tables.range_back(Table::Changes, range) {
            if items.len() >= limit {
                break;
            }
            let seq = keys::last_seq(&row?.0);
            let seq = seq.ok_or_else(|| self.broken("a change's key cannot be read"))?;
            items.extend(self.history_item(path, seq, sight, visibility)?);
        }
        Ok(items)
    }

    fn history_item(
        &self,
        path: &NodePath,
        seq: Seq,
        sight: &Sight,
        visibility: Visibility,
    ) -> Viewed<Option<HistoryItem>> {
        let record = self.core.journal.read_one(seq).map_err(journal_fault)?;
        let happening = told(&record)?;
        let Some(entry) = self.as_of(seq).entry_at(path)? else {
            return Ok(None);
        };
        let before = self.as_of(seq.previous()).entry_at(path)?;
        let all = sight.is_whole(path);
        let is_about = |event: &&Event| match event {
            Event::AllocationTokenUsed { path: arc, .. } => all && arc == path,
            _ => event.touches().is_some_and(|(touched, _)| touched == path),
        };
        let kinds = happening.events.iter().filter(is_about);
        let kinds = kinds.filter(|event| is_told(event, before.as_deref(), sight));
        let kinds: Vec<_> = kinds.map(Event::word).collect();
        if kinds.is_empty() {
            return Ok(None);
        }
        // Who says that an arc is wrong, its staff alone may know.
        let reported = happening.events.iter().any(is_report);
        let named = !reported || is_staff(path, sight);
        let taken = happening.events.iter().find_map(|event| match event {
            Event::AllocationTokenUsed { id, path: arc } if arc == path => Some(id.clone()),
            _ => None,
        });
        Ok(Some(HistoryItem {
            seq,
            time: Timestamp::from_micros(record.header.time_us),
            principal: Some(record.header.principal)
                .filter(|_| named)
                .unwrap_or_default(),
            request_id: Some(record.header.request_id)
                .filter(|_| named)
                .unwrap_or_default(),
            kinds,
            reason: happening.reason.filter(|_| all),
            override_reason: happening.override_reason.filter(|_| all),
            asked_by: happening.asked_by.filter(|_| all),
            allocation_token: taken.filter(|_| all),
            entry: Seen {
                entry,
                visibility,
                stub: false,
            },
        }))
    }

    fn as_of(&self, at: Seq) -> AsOf {
        AsOf {
            tables: self.of.tables.clone(),
            at,
        }
    }

    /// What the records after `after` changed, up to this revision, at most `limit` records, oldest first.
    pub(super) fn changes_after(
        &self,
        after: Seq,
        limit: usize,
        sight: &Sight,
    ) -> Viewed<Vec<RecordChanges>> {
        let mut found = Vec::new();
        if after >= self.seq() {
            return Ok(found);
        }
        let records = self.core.journal.read_from(after.next());
        for record in records.map_err(journal_fault)?.take(limit) {
            let record = record.map_err(journal_fault)?;
            if record.seq > self.seq() {
                break;
            }
            found.push(self.record_changes(&record, sight)?);
        }
        Ok(found)
    }

    fn record_changes(&self, record: &Record, sight: &Sight) -> Viewed<RecordChanges> {
        let then = self.as_of(record.seq);
        let mut changes = Vec::new();
        for event in told(record)?.events {
            let Some((path, _)) = event.touches() else {
                continue;
            };
            // The entry is that of the record; who may see it is said today.
            let Some(visibility) = self.in_force(path, sight)? else {
                continue;
            };
            let Some(entry) = then.entry_at(path)? else {
                continue;
            };
            if is_report(&event) {
                let before = self.as_of(record.seq.previous()).entry_at(path)?;
                if !is_told(&event, before.as_deref(), sight) {
                    continue;
                }
            }
            if let Some(seen) = shown(entry, visibility, sight) {
                changes.push(Change {
                    path: path.clone(),
                    kind: event.word(),
                    seen,
                });
            }
        }
        Ok(RecordChanges {
            seq: record.seq,
            time: Timestamp::from_micros(record.header.time_us),
            changes,
        })
    }
}

//! The back end in memory: for tests, with faults to order. It persists nothing.
//!
//! It must behave as the other back ends do wherever no fault was ordered; `contract.rs` holds it to that.

use std::{
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use super::{
    Appended, BatchFault, Draft, Erasure, Head, ItemKind, Journal, JournalError, MAX_FRAME_BYTES,
    MAX_RECORD_BYTES, Record, Records, Seq, StoredItem, envelope, merkle::Frontier,
};

/// What goes wrong at an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemoryFault {
    /// The append fails with [`JournalError::Unreachable`]; nothing is written.
    FailBefore,
    /// The batch is written, and the answer is [`Appended::Unknown`].
    UnknownWritten,
    /// The batch is not written, and the answer is [`Appended::Unknown`] all the same.
    UnknownLost,
    /// Another server's batch comes first, so that the answer is [`Appended::HeadMoved`].
    Foreign(Vec<Draft>),
    /// The append fails before writing, and every later call to append fails until [`Memory::restart`].
    CrashBefore,
    /// The batch is written but not acknowledged, and every later append fails until [`Memory::restart`].
    CrashAfter,
}

#[derive(Debug, Default)]
struct State {
    records: Vec<Arc<Record>>,
    frontier: Frontier,
    faults: BTreeMap<u64, MemoryFault>,
    appends: u64,
    stopped: Option<String>,
    unreadable: bool,
}

impl State {
    fn head(&self) -> Head {
        let time_us = self
            .records
            .last()
            .map_or(0, |record| record.header.time_us);
        Head {
            seq: Seq::new(self.frontier.size()),
            root: self.frontier.root(),
            time_us,
        }
    }

    fn write(&mut self, batch: Vec<Draft>) -> Result<Vec<Record>, BatchFault> {
        envelope::check_batch(&batch, self.head().time_us)?;
        let first = self.head().seq.next();
        let seal = |(n, draft)| envelope::seal(first.plus(n), draft);
        let records: Vec<Record> = (0u64..).zip(batch).map(seal).collect();
        check_sizes(&records)?;
        for record in &records {
            self.frontier.push(record.leaf);
            self.records.push(Arc::new(record.clone()));
        }
        Ok(records)
    }
}

/// Holds the records to the same size limits as the local back end's.
fn check_sizes(records: &[Record]) -> Result<(), BatchFault> {
    let mut total = 0usize;
    for (index, record) in records.iter().enumerate() {
        let items = record
            .items
            .iter()
            .filter_map(StoredItem::present)
            .map(|item| item.body.len());
        let found = record.envelope.len() + items.sum::<usize>();
        if found > MAX_RECORD_BYTES {
            return Err(BatchFault::RecordTooLarge {
                index,
                found,
                limit: MAX_RECORD_BYTES,
            });
        }
        total += found;
    }
    if total > MAX_FRAME_BYTES {
        return Err(BatchFault::FrameTooLarge {
            found: total,
            limit: MAX_FRAME_BYTES,
        });
    }
    Ok(())
}

/// A journal in memory.
#[derive(Debug)]
pub struct Memory {
    state: Mutex<State>,
    moved: Condvar,
    heads: watch::Sender<Head>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// An empty journal.
    pub fn new() -> Self {
        let (state, moved) = (Mutex::default(), Condvar::new());
        Self {
            state,
            moved,
            heads: watch::Sender::new(Head::empty()),
        }
    }

    /// Orders `fault` for the `nth` append from now (1 is the next); a later order for the same append replaces it.
    pub fn inject(&self, nth: u64, fault: MemoryFault) {
        let mut state = self.state();
        let at = state.appends.saturating_add(nth);
        state.faults.insert(at, fault);
    }

    /// From now on no record can be read, or every one again.
    pub fn break_reads(&self, broken: bool) {
        self.state().unreadable = broken;
    }

    /// Starts again after a crash: what was written is there.
    pub fn restart(&self) {
        self.state().stopped = None;
    }

    /// A thread that panicked can't leave the state half changed in a way that matters to a test.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, head: Head) {
        self.heads.send_replace(head);
        self.moved.notify_all();
    }
}

fn readable(state: &State) -> Result<(), JournalError> {
    if state.unreadable {
        return Err(JournalError::Unreachable {
            reason: "a fault of reading was ordered".to_owned(),
        });
    }
    Ok(())
}

fn stopped(reason: &str) -> JournalError {
    JournalError::Stopped {
        reason: reason.to_owned(),
    }
}

impl Journal for Memory {
    fn head(&self) -> Head {
        self.state().head()
    }

    fn append(&self, expected: &Head, batch: Vec<Draft>) -> Result<Appended, JournalError> {
        let mut state = self.state();
        if let Some(reason) = &state.stopped {
            return Err(stopped(reason));
        }
        state.appends += 1;
        let count = state.appends;
        let fault = state.faults.remove(&count);
        match &fault {
            Some(MemoryFault::FailBefore) => {
                return Err(JournalError::Unreachable {
                    reason: "a fault was ordered".to_owned(),
                });
            }
            Some(MemoryFault::UnknownLost) => return Ok(Appended::Unknown),
            Some(MemoryFault::Foreign(other)) => {
                state.write(other.clone())?;
                self.publish(state.head());
            }
            Some(MemoryFault::CrashBefore) => {
                state.stopped = Some("it crashed before a write".to_owned());
                return Err(stopped("it crashed before a write"));
            }
            _ => {}
        }
        if state.head() != *expected {
            return Ok(Appended::HeadMoved(state.head()));
        }
        let records = state.write(batch)?;
        let head = state.head();
        if fault == Some(MemoryFault::CrashAfter) {
            state.stopped = Some("it crashed after a write".to_owned());
            return Err(stopped("it crashed after a write"));
        }
        self.publish(head);
        if fault == Some(MemoryFault::UnknownWritten) {
            return Ok(Appended::Unknown);
        }
        Ok(Appended::Appended(head, records))
    }

    fn read_from(&self, seq: Seq) -> Result<Records<'_>, JournalError> {
        let state = self.state();
        readable(&state)?;
        let start = usize::try_from(seq.previous().get()).unwrap_or(usize::MAX);
        let records = state.records.get(start..).unwrap_or_default().to_vec();
        Ok(Box::new(
            records.into_iter().map(|record| Ok(Record::clone(&record))),
        ))
    }

    fn read_one(&self, seq: Seq) -> Result<Record, JournalError> {
        let state = self.state();
        readable(&state)?;
        let place = seq
            .get()
            .checked_sub(1)
            .and_then(|place| usize::try_from(place).ok());
        let record = place.and_then(|place| state.records.get(place));
        record
            .map(|record| Record::clone(record))
            .ok_or(JournalError::NoRecord {
                seq,
                head: state.head().seq,
            })
    }

    fn follow(&self) -> watch::Receiver<Head> {
        self.heads.subscribe()
    }

    fn wait_beyond(&self, seq: Seq, timeout: Duration) -> bool {
        let behind = |state: &mut State| state.head().seq <= seq;
        let waited = self.moved.wait_timeout_while(self.state(), timeout, behind);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.head().seq > seq
    }

    fn erase(&self, seqs: &[Seq], subject: &str) -> Result<Erasure, JournalError> {
        seqs.iter()
            .try_for_each(|seq| self.read_one(*seq).map(|_| ()))?;
        let mut state = self.state();
        let mut erasure = Erasure::default();
        for seq in seqs {
            let place = usize::try_from(seq.previous().get()).unwrap_or(usize::MAX);
            if let Some(slot) = state.records.get_mut(place) {
                erasure.items += erase_items(Arc::make_mut(slot), subject);
            }
        }
        Ok(erasure)
    }
}

/// Takes the body and salt out of every personal item of `subject`; tells how many there were.
pub(super) fn erase_items(record: &mut Record, subject: &str) -> usize {
    let mut erased = 0;
    for slot in &mut record.items {
        if slot
            .present()
            .is_some_and(|item| item.kind == ItemKind::Personal && item.subject == subject)
        {
            *slot = StoredItem::Erased {
                kind: ItemKind::Personal,
                subject: subject.to_owned(),
            };
            erased += 1;
        }
    }
    erased
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::contract::{all, append, battery, draft};

    #[test]
    fn it_keeps_the_contract() {
        battery(&Memory::new, None);
    }

    #[test]
    fn ordered_faults_happen_once() {
        let journal = Memory::new();
        let try_append = |fault: Option<MemoryFault>| {
            if let Some(fault) = fault {
                journal.inject(1, fault);
            }
            journal.append(&journal.head(), vec![draft(1, "a")])
        };
        let failed = try_append(Some(MemoryFault::FailBefore));
        assert!(matches!(failed, Err(JournalError::Unreachable { .. })));
        assert_eq!(
            try_append(Some(MemoryFault::UnknownLost)).unwrap(),
            Appended::Unknown
        );
        assert_eq!(all(&journal).len(), 0);
        assert_eq!(
            try_append(Some(MemoryFault::UnknownWritten)).unwrap(),
            Appended::Unknown
        );
        assert_eq!(all(&journal).len(), 1);
        let moved = try_append(Some(MemoryFault::Foreign(vec![draft(1, "b")]))).unwrap();
        assert_eq!(moved, Appended::HeadMoved(journal.head()));
        assert_eq!(all(&journal).len(), 2);
        assert!(matches!(try_append(None).unwrap(), Appended::Appended(..)));
    }

    #[test]
    fn a_crash_lasts_until_the_restart() {
        for (fault, expect) in [(MemoryFault::CrashBefore, 1), (MemoryFault::CrashAfter, 2)] {
            let journal = Memory::new();
            append(&journal, vec![draft(1, "a")]);
            journal.inject(1, fault);
            for _ in 0..2 {
                let crashed = journal.append(&journal.head(), vec![draft(1, "b")]);
                assert!(matches!(crashed, Err(JournalError::Stopped { .. })));
            }
            journal.restart();
            assert_eq!(all(&journal).len(), expect);
            append(&journal, vec![draft(1, "c")]);
        }
    }
}

//! The back end in files: segments of frames in one directory, one write and one `fdatasync` for each batch.
//!
//! It must never retry a failed write or sync: the system may have dropped the bytes and report success the second
//! time. So the first failure stops all writing until a restart; reads go on (DESIGN §2, Journal, local form).

#[cfg(test)]
mod damage_tests;
mod dump;
mod erase;
mod frame;
mod open;
mod read;
mod salvage;
mod scan;
mod segment;
mod synced;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

pub use dump::{Dumped, dump};
pub use open::{OpenReport, Opened, TornTail};
pub use salvage::{Salvaged, salvage};
pub use verify::{MAX_FAULTS_TOLD, Verification, verify};

use super::{
    Appended, Draft, Erasure, Fault, Head, Journal, JournalError, Record, Records, Seq, envelope,
};
use writer::Writer;

/// A segment is closed before it would grow beyond this many bytes, unless it holds a single frame.
pub const SEGMENT_BYTES: u64 = 64 << 20;
/// Space reserved ahead of the last frame, in bytes, so that an `fdatasync` seldom has to grow the file.
pub const RESERVE_BYTES: u64 = 1 << 20;
/// The start of a side file's name.
const TORN_PREFIX: &str = "torn-";
/// Segments and side files are for the service's user alone: they hold people's data.
const FILE_MODE: u32 = 0o600;
/// Bytes of a segment between two places that the index remembers.
const MARK_BYTES: u64 = 16 << 10;

/// How a local journal is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// See [`SEGMENT_BYTES`].
    pub segment_bytes: u64,
    /// See [`RESERVE_BYTES`]; 0 reserves nothing.
    pub reserve_bytes: u64,
    /// Whether opening hashes every segment, not the last alone. Checksums and continuity are always checked.
    pub hash_all: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: SEGMENT_BYTES,
            reserve_bytes: RESERVE_BYTES,
            hash_all: false,
        }
    }
}

/// A place in a segment where a frame begins.
#[derive(Clone, Copy, Debug)]
struct Mark {
    seq: Seq,
    offset: u64,
}

/// What readers know of a segment.
#[derive(Clone, Debug)]
struct SegmentInfo {
    first: Seq,
    path: PathBuf,
    /// The seed of its frames' sums.
    seed: u32,
    /// The end of the last durable frame.
    end: u64,
    /// A frame about every [`MARK_BYTES`], the first one among them.
    marks: Vec<Mark>,
}

impl SegmentInfo {
    /// Remembers the frame at `offset` if it is far enough from the last one that is remembered.
    fn mark(&mut self, seq: Seq, offset: u64) {
        if self
            .marks
            .last()
            .is_none_or(|last| offset - last.offset >= MARK_BYTES)
        {
            self.marks.push(Mark { seq, offset });
        }
    }
}

/// What is published to readers.
#[derive(Debug)]
struct Index {
    head: Head,
    segments: Vec<SegmentInfo>,
}

/// A journal in a directory.
#[derive(Debug)]
pub struct Local {
    dir: PathBuf,
    writer: Mutex<Writer>,
    index: Mutex<Index>,
    moved: Condvar,
    heads: watch::Sender<Head>,
}

impl Local {
    /// Opens the journal in `dir`, or begins one. `applied` is the head that the projection is known to have applied
    /// ([`Seq::ZERO`] when there is no projection): what is torn beyond it is cut, kept in a side file and reported;
    /// what is unreadable up to it, and damage anywhere else, is [`JournalError::Damaged`] and changes nothing. What the
    /// journal itself noted as synced counts as applied.
    ///
    /// The caller holds the lock of the data directory (`journal::lock`).
    pub fn open(dir: &Path, options: Options, applied: Seq) -> Result<Opened, JournalError> {
        open::open(dir, options, applied)
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The index is changed in steps that can't panic half-way, so a poisoned lock is as good as any.
    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The writer; a panic while it was at work leaves the file in an unknown state, which stops writing.
    fn writer(&self) -> Result<MutexGuard<'_, Writer>, JournalError> {
        let reason = "the writer panicked";
        let writer = self.writer.lock().map_err(|_| JournalError::Stopped {
            reason: reason.to_owned(),
        })?;
        writer.check_running()?;
        Ok(writer)
    }

    fn publish(&self, head: Head, change: impl FnOnce(&mut Vec<SegmentInfo>)) {
        let mut index = self.index();
        change(&mut index.segments);
        index.head = head;
        self.heads.send_replace(head);
        self.moved.notify_all();
    }
}

impl Journal for Local {
    fn head(&self) -> Head {
        *self.heads.borrow()
    }

    fn append(&self, expected: &Head, batch: Vec<Draft>) -> Result<Appended, JournalError> {
        let mut writer = self.writer()?;
        let head = writer.head();
        if head != *expected {
            return Ok(Appended::HeadMoved(head));
        }
        envelope::check_batch(&batch, head.time_us)?;
        let first = head.seq.next();
        let seal = |(n, draft)| envelope::seal(first.plus(n), draft);
        let records: Vec<Record> = (0u64..).zip(batch).map(seal).collect();
        let len = frame::measure(&records)? as u64;
        let rolled = writer.roll_if_full(len)?;
        let offset = writer.offset();
        let head = writer.write(&records)?;
        let end = writer.offset();
        self.publish(head, |segments| {
            segments.extend(rolled);
            if let Some(last) = segments.last_mut() {
                last.mark(first, offset);
                last.end = end;
            }
        });
        Ok(Appended::Appended(head, records))
    }

    fn read_from(&self, seq: Seq) -> Result<Records<'_>, JournalError> {
        Ok(Box::new(read::Reader::new(
            self,
            seq.max(Seq::FIRST),
            self.head().seq,
        )))
    }

    fn read_one(&self, seq: Seq) -> Result<Record, JournalError> {
        let head = self.head().seq;
        let missing = JournalError::NoRecord { seq, head };
        if seq == Seq::ZERO || seq > head {
            return Err(missing);
        }
        read::Reader::new(self, seq, seq)
            .next()
            .unwrap_or(Err(missing))
    }

    fn follow(&self) -> watch::Receiver<Head> {
        self.heads.subscribe()
    }

    fn wait_beyond(&self, seq: Seq, timeout: Duration) -> bool {
        let behind = |index: &mut Index| index.head.seq <= seq;
        let waited = self.moved.wait_timeout_while(self.index(), timeout, behind);
        let (index, _) = waited.unwrap_or_else(PoisonError::into_inner);
        index.head.seq > seq
    }

    fn erase(&self, seqs: &[Seq], subject: &str) -> Result<Erasure, JournalError> {
        erase::erase(self, seqs, subject)
    }
}

/// The place where an unreadable frame begins, when nothing more is known than the directory.
fn missing(dir: &Path, seq: Seq, what: impl Into<String>) -> Fault {
    Fault {
        file: dir.to_owned(),
        offset: 0,
        seq,
        what: what.into(),
    }
}

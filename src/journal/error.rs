//! What can go wrong with a journal. Messages name the file, the offset and the sequence, never an item's bytes.

use std::{io, path::PathBuf};

use super::seq::Seq;

/// One damaged place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: PathBuf,
    /// Bytes from the file's start to the frame (or header) at fault.
    pub offset: u64,
    /// The first sequence that is at fault or can't be read for it.
    pub seq: Seq,
    /// What was found.
    pub what: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            file,
            offset,
            seq,
            what,
        } = self;
        write!(
            f,
            "{}: offset {offset}, sequence {seq}: {what}",
            file.display()
        )
    }
}

/// Why a draft can't be taken. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchFault {
    /// A batch holds at least one record.
    #[error("the batch is empty")]
    Empty,
    /// More than [`super::MAX_BATCH_RECORDS`].
    #[error("the batch has {found} records, and {limit} are allowed")]
    TooManyRecords {
        /// Records in the batch.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// More than [`super::MAX_RECORD_ITEMS`].
    #[error("record {index} of the batch has {found} items, and {limit} are allowed")]
    TooManyItems {
        /// The record's place in the batch, from 0.
        index: usize,
        /// Items in the record.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A field is longer than its limit.
    #[error("record {index} of the batch: {field} has {found} bytes, and {limit} are allowed")]
    FieldTooLong {
        /// The record's place in the batch, from 0.
        index: usize,
        /// The field.
        field: &'static str,
        /// Its bytes.
        found: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A personal item without a person, or another item with one.
    #[error("record {index} of the batch: a personal item, and no other, names its subject")]
    Subject {
        /// The record's place in the batch, from 0.
        index: usize,
    },
    /// Record time went backwards (or before 1970).
    #[error("record {index} of the batch: its time {found} is before {previous} (microseconds)")]
    TimeBackwards {
        /// The record's place in the batch, from 0.
        index: usize,
        /// Its time in microseconds since 1970.
        found: i64,
        /// The previous record's.
        previous: i64,
    },
    /// A stored record is larger than [`super::MAX_RECORD_BYTES`].
    #[error("record {index} of the batch takes {found} bytes, and {limit} are allowed")]
    RecordTooLarge {
        /// The record's place in the batch, from 0.
        index: usize,
        /// Its stored bytes.
        found: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The stored batch is larger than [`super::MAX_FRAME_BYTES`].
    #[error("the batch takes {found} bytes, and {limit} are allowed")]
    FrameTooLarge {
        /// Its stored bytes.
        found: usize,
        /// The limit in bytes.
        limit: usize,
    },
}

/// A failure of the journal itself.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The stored bytes are not what was written. Nothing was changed on disk.
    #[error("the journal is damaged: {}", Fault { file: file.clone(), offset: *offset, seq: *seq, what: what.clone() })]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Bytes from its start.
        offset: u64,
        /// The first sequence at fault.
        seq: Seq,
        /// What was found.
        what: String,
    },
    /// An operation of the file system failed; nothing was acknowledged by it.
    #[error("{what}: {source}")]
    Io {
        /// What was being done, with the file's name.
        what: String,
        /// The system's answer.
        source: io::Error,
    },
    /// A write or a sync failed before (or just now): whether that batch is on disk is not known until a restart, and
    /// nothing more is written till then. Reads go on.
    #[error("the journal takes no more writes until a restart: {reason}")]
    Stopped {
        /// The first failure.
        reason: String,
    },
    /// The batch breaks a limit or an order. Nothing was written.
    #[error(transparent)]
    Batch(#[from] BatchFault),
    /// The sequence is zero or beyond the head.
    #[error("there is no record {seq}; the journal's head is {head}")]
    NoRecord {
        /// The sequence asked for.
        seq: Seq,
        /// The head's.
        head: Seq,
    },
    /// The back end can't be reached, and nothing was written.
    #[error("the journal can't be reached: {reason}")]
    Unreachable {
        /// What was tried.
        reason: String,
    },
}

impl JournalError {
    /// An [`JournalError::Io`] for `map_err`.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

impl From<Fault> for JournalError {
    fn from(
        Fault {
            file,
            offset,
            seq,
            what,
        }: Fault,
    ) -> Self {
        Self::Damaged {
            file,
            offset,
            seq,
            what,
        }
    }
}

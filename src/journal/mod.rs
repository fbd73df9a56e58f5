//! The journal: the one durable thing. Records in order, hashed into a Merkle tree, appended by compare-and-append.
//!
//! Nothing but [`codec`] knows what an event is: to this file and the back ends items are opaque bytes. It must never
//! acknowledge a batch that is not durable, and never change an envelope that was stored (DESIGN §1 and §2, Journal;
//! RFC 6962 §2.1).

pub mod checkpoint;
pub mod codec;
#[cfg(test)]
pub(crate) mod contract;
pub mod digest;
pub(crate) mod durable;
pub mod envelope;
pub mod error;
pub mod keys;
pub mod local;
pub mod lock;
pub mod memory;
pub mod merkle;
pub mod record;
pub mod seq;

use std::time::Duration;

use tokio::sync::watch;

pub use digest::Digest32;
pub use error::{BatchFault, Fault, JournalError};
pub use local::Local;
pub use memory::Memory;
pub use record::{
    Appended, Commitment, Draft, Erasure, Head, Header, Item, ItemKind, MAX_BATCH_RECORDS,
    MAX_FRAME_BYTES, MAX_ID_BYTES, MAX_RECORD_BYTES, MAX_RECORD_ITEMS, MAX_SUBJECT_BYTES, Record,
    StoredItem,
};
pub use seq::Seq;

/// Records in order, each read when it is asked for. After an error it ends.
pub type Records<'a> = Box<dyn Iterator<Item = Result<Record, JournalError>> + Send + 'a>;

/// An append-only list of records with one head. Calls block; the single writer has a thread of its own.
pub trait Journal: Send + Sync {
    /// The published head: every record up to it is durable.
    fn head(&self) -> Head;

    /// Appends `batch` as one whole if the head is still `expected`: afterwards all of it is durable or none is.
    ///
    /// An error other than [`JournalError::Stopped`] means that nothing was written. [`JournalError::Stopped`] as the
    /// answer to the append that failed means that it is not known; a restart tells.
    fn append(&self, expected: &Head, batch: Vec<Draft>) -> Result<Appended, JournalError>;

    /// The records from `seq` (zero counts as one) up to the head at the time of the call. Reads go on beside appends.
    fn read_from(&self, seq: Seq) -> Result<Records<'_>, JournalError>;

    /// The record at `seq`; [`JournalError::NoRecord`] when it is zero or beyond the head.
    fn read_one(&self, seq: Seq) -> Result<Record, JournalError>;

    /// The head as it moves, for those who wait without a thread: read up to it with [`Journal::read_from`].
    fn follow(&self) -> watch::Receiver<Head>;

    /// Waits until the head is beyond `seq`, at most `timeout`; tells whether it is.
    fn wait_beyond(&self, seq: Seq, timeout: Duration) -> bool;

    /// Destroys the body and salt of the personal items of `subject` in the records `seqs`; kind and subject stay and
    /// every hash still verifies. Doing it again destroys nothing and is no error; so an erasure that a crash cut off
    /// is finished by doing it again. Give all of a person's records at once: each segment is rewritten once.
    fn erase(&self, seqs: &[Seq], subject: &str) -> Result<Erasure, JournalError>;
}

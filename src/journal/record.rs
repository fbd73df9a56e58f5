//! What goes into a journal and what comes out: items, drafts, records, heads. Items are opaque bytes here.
//!
//! It must never know what an event is, and never re-encode an envelope that was stored (DESIGN §2, Journal).

use bytes::Bytes;

use super::{digest::Digest32, seq::Seq};

/// Longest principal id and longest request id, in bytes.
pub const MAX_ID_BYTES: usize = 512;
/// Longest subject (person id) of an item, in bytes.
pub const MAX_SUBJECT_BYTES: usize = 512;
/// Most items of one record.
pub const MAX_RECORD_ITEMS: usize = 4_096;
/// Most records of one batch, and so of one frame.
pub const MAX_BATCH_RECORDS: usize = 65_536;
/// Largest stored record (envelope, items and their lengths), in bytes.
pub const MAX_RECORD_BYTES: usize = 4 << 20;
/// Largest stored batch (a whole frame), in bytes.
pub const MAX_FRAME_BYTES: usize = 16 << 20;

/// Who may see an item and who may have it erased. The numbers are permanent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ItemKind {
    /// The public event.
    Public = 1,
    /// What a confidential entry or a free-text reason holds.
    Restricted = 2,
    /// One person's data, erased on request.
    Personal = 3,
}

/// One part of a record, hidden behind its commitment.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// What the item holds.
    pub kind: ItemKind,
    /// The person's id for [`ItemKind::Personal`], else empty; at most [`MAX_SUBJECT_BYTES`].
    pub subject: String,
    /// Random bytes that keep the commitment from being guessed; given by the caller, fresh for every item.
    pub salt: [u8; 16],
    /// The bytes; what they mean is the codec's business.
    pub body: Vec<u8>,
}

impl Item {
    /// SHA-256(`0x02` ‖ salt ‖ body) with the item's kind and subject beside it.
    pub fn commitment(&self) -> Commitment {
        let hash = Digest32::of_item(&self.salt, &self.body);
        Commitment {
            kind: self.kind,
            subject: self.subject.clone(),
            hash,
        }
    }
}

impl std::fmt::Debug for Item {
    /// Tells the size and never the bytes: they may be a person's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = f.debug_struct("Item");
        out.field("kind", &self.kind)
            .field("subject", &self.subject);
        out.field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// An item as it is kept: there, or erased with its kind and subject left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredItem {
    /// The item stands as it was written.
    Present(Item),
    /// Body and salt were destroyed; the commitment stays in the envelope.
    Erased {
        /// What the item held.
        kind: ItemKind,
        /// Whose it was.
        subject: String,
    },
}

impl StoredItem {
    /// What the item holds or held.
    pub fn kind(&self) -> ItemKind {
        match self {
            Self::Present(item) => item.kind,
            Self::Erased { kind, .. } => *kind,
        }
    }

    /// The person's id for a personal item, else empty.
    pub fn subject(&self) -> &str {
        match self {
            Self::Present(item) => &item.subject,
            Self::Erased { subject, .. } => subject,
        }
    }

    /// The item, unless it was erased.
    pub fn present(&self) -> Option<&Item> {
        match self {
            Self::Present(item) => Some(item),
            Self::Erased { .. } => None,
        }
    }
}

/// What the envelope says of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// The item's kind.
    pub kind: ItemKind,
    /// The item's subject.
    pub subject: String,
    /// SHA-256(`0x02` ‖ salt ‖ body).
    pub hash: Digest32,
}

/// Who acted, when, and at which request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Microseconds since 1970-01-01T00:00:00Z; at least 0 and never less than the previous record's.
    pub time_us: i64,
    /// Opaque id of the principal; at most [`MAX_ID_BYTES`].
    pub principal: String,
    /// The idempotency id; at most [`MAX_ID_BYTES`].
    pub request_id: String,
    /// Keyed digest of the request's content (`keys::RequestKey::digest`).
    pub request_digest: [u8; 32],
}

/// What the writer hands in; one draft becomes one record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Who, when, which request.
    pub header: Header,
    /// At most [`MAX_RECORD_ITEMS`].
    pub items: Vec<Item>,
}

/// A record of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place.
    pub seq: Seq,
    /// Who, when, which request.
    pub header: Header,
    /// The envelope's stored bytes; the leaf hash is over exactly these.
    pub envelope: Bytes,
    /// The items, in the commitments' order.
    pub items: Vec<StoredItem>,
    /// One for each item.
    pub commitments: Vec<Commitment>,
    /// SHA-256(`0x00` ‖ envelope).
    pub leaf: Digest32,
}

impl Record {
    /// The first item that is there but doesn't match its commitment, by its index; `None` when all match.
    pub fn first_broken_commitment(&self) -> Option<usize> {
        self.items
            .iter()
            .zip(&self.commitments)
            .position(|(item, commitment)| {
                item.present()
                    .is_some_and(|item| item.commitment() != *commitment)
            })
    }
}

/// The journal's end: how many records, the tree head over all of them, and the last one's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last record's sequence; also the tree size.
    pub seq: Seq,
    /// The Merkle tree head (RFC 6962 §2.1) over all leaves up to `seq`.
    pub root: Digest32,
    /// The last record's time in microseconds since 1970; 0 while the journal is empty.
    pub time_us: i64,
}

impl Head {
    /// The head of an empty journal.
    pub fn empty() -> Self {
        Self {
            seq: Seq::ZERO,
            root: Digest32::of_nothing(),
            time_us: 0,
        }
    }
}

/// How an append ended. Every case wants its own answer, so it can't be dropped.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// The batch is durable: the new head, and the records in order.
    Appended(Head, Vec<Record>),
    /// Somebody else appended first; nothing was written. Catch up to this head, decide again, retry.
    HeadMoved(Head),
    /// It can't be told whether the batch was written (a remote back end's time-out): read back before answering.
    Unknown,
}

/// What an erasure did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Items destroyed by this call; 0 when none was left.
    pub items: usize,
    /// Side files of torn frames that were removed, since they may hold the person's data too.
    pub side_files: Vec<std::path::PathBuf>,
}

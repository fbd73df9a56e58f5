//! What the register is given when it is opened, and how an opening can fail.
//!
//! It must never read a setting, a clock or a source of randomness by itself: all of them come in here.

use std::path::PathBuf;

use crate::attachments::Limits;
use crate::journal::JournalError;
use crate::model::{Seq, ViewFault};
use crate::oid::NodePath;

/// Bytes of memory that sled may use for pages, unless settings say otherwise.
pub const CACHE_BYTES: u64 = 256 << 20;
/// For how long a request id is remembered, in seconds of record time, unless settings say otherwise (a week).
pub const REQUEST_HORIZON_SECONDS: u64 = 7 * 86_400;
/// Commands that may wait for the writer at once, unless settings say otherwise.
pub const QUEUE_MAX: usize = 4_096;
/// Records of one batch, unless settings say otherwise.
pub const BATCH_RECORDS_MAX: usize = 1_024;
/// Bytes of one segment of the journal, unless settings say otherwise.
pub const SEGMENT_BYTES: u64 = 64 << 20;
/// Seconds between two signed checkpoints, unless settings say otherwise.
pub const CHECKPOINT_SECONDS: u64 = 300;

/// How a register is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The directory that holds everything: journal, projection, keys, checkpoints.
    pub data_dir: PathBuf,
    /// Bytes of memory that sled may use for pages.
    pub cache_bytes: u64,
    /// For how long a request id is remembered, in seconds of record time.
    pub request_horizon_seconds: u64,
    /// Commands that may wait for the writer at once; one more is refused with `OVERLOADED`.
    pub queue_max: usize,
    /// Most records of one batch.
    pub batch_records_max: usize,
    /// A segment of the journal is closed before it would grow beyond this many bytes.
    pub segment_bytes: u64,
    /// Seconds between two signed checkpoints; 0 makes none but on demand.
    pub checkpoint_seconds: u64,
    /// The origin line of checkpoints: a name for this journal, such as `oid.example.org/register`.
    pub origin: String,
    /// The nodes that settings name as this register's own; `None` where they name none. They must be the genesis's.
    pub authorities: Option<Vec<NodePath>>,
    /// What is kept of papers that are handed in with applications.
    pub papers: Limits,
}

impl Options {
    /// The standard options for a data directory.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            cache_bytes: CACHE_BYTES,
            request_horizon_seconds: REQUEST_HORIZON_SECONDS,
            queue_max: QUEUE_MAX,
            batch_records_max: BATCH_RECORDS_MAX,
            segment_bytes: SEGMENT_BYTES,
            checkpoint_seconds: CHECKPOINT_SECONDS,
            origin: "oidra.invalid/register".to_owned(),
            authorities: None,
            papers: Limits::default(),
        }
    }
}

/// Where random bits come from.
pub trait Entropy: Send + Sync {
    /// Thirty-two bytes that nobody can foresee.
    fn bytes32(&self) -> [u8; 32];
}

/// Is told how far a long work has come.
pub trait Progress: Send + Sync {
    /// `done` of `total` records; `what` is a lower-case phrase such as `rebuilding the projection`.
    fn step(&self, what: &'static str, done: u64, total: u64);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _what: &'static str, _done: u64, _total: u64) {}
}

/// What an opening found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The register was founded just now.
    pub founded: bool,
    /// Records that were replayed onto the projection that was there.
    pub replayed: u64,
    /// Why the projection was made anew, where it was.
    pub rebuilt: Option<String>,
    /// Where the projection that could not be used was put.
    pub moved_aside: Option<PathBuf>,
    /// The last stop was a clean one.
    pub clean: bool,
    /// What was cut off the journal's end, where it was torn.
    pub torn: Option<String>,
}

/// Why a register could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data directory could not be used.
    #[error("{what}: {source}")]
    Io {
        /// What was being done, with the file's name.
        what: String,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Somebody else has the data directory.
    #[error("the data directory is in use: {0}")]
    Locked(String),
    /// The journal could not be opened or read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A record could not be understood.
    #[error("record {seq} cannot be understood: {what}")]
    Record {
        /// Which one.
        seq: Seq,
        /// What is wrong with it.
        what: String,
    },
    /// A record does not follow from those before it.
    #[error("record {seq} does not fit the records before it: {what}")]
    Misfit {
        /// Which one.
        seq: Seq,
        /// What does not fit.
        what: String,
    },
    /// The projection had applied records that the journal does not hold: acknowledged writes are missing.
    #[error(
        "the journal ends at record {journal}, but the projection had already applied record {projection}: acknowledged \
         records are missing. Put the journal's files back, or restore a backup; to go on with what is left, move \
         {} away first", directory.display()
    )]
    JournalTruncated {
        /// The projection's head.
        projection: Seq,
        /// The journal's head.
        journal: Seq,
        /// The projection's directory.
        directory: PathBuf,
    },
    /// Settings name other authority nodes than the genesis.
    #[error(
        "settings name {configured} as this register's own, but it was founded for {founded}; the founding cannot be \
         changed: correct the settings, or use another data directory"
    )]
    OtherAuthority {
        /// What settings say.
        configured: String,
        /// What the genesis says.
        founded: String,
    },
    /// The journal does not begin with a genesis, or with one of a format this program does not know.
    #[error("the journal's first record is no genesis that this program understands: {0}")]
    Genesis(String),
    /// The projection could not be written, even anew.
    #[error(transparent)]
    Projection(#[from] ViewFault),
    /// A key could not be loaded or made.
    #[error("the register's keys could not be loaded: {0}")]
    Keys(String),
    /// The writer's thread could not be started.
    #[error("the writer could not be started: {0}")]
    Thread(std::io::Error),
}

//! What the writer and all readers share: the journal, the published head with the tables it stands in, the readiness.
//!
//! The published head moves only after the head row was written. It must never be published before the batch is durable.

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;

use crate::attachments::Store;
use crate::journal::{Journal, lock::DataLock};
use crate::model::{
    Clock, Code, Refusal, RegisterId, Rejection, Seq, Timestamp, ViewFault, Viewed,
};

use super::answers::Readiness;
use super::base::AsOf;
use super::options::{Entropy, Options};
use super::reading::Reading;
use super::tables::{HeadRow, Tables};

/// Makes keyed digests of requests.
pub(super) type Digester = Box<dyn Fn(&[u8]) -> [u8; 32] + Send + Sync>;
/// Signs a checkpoint of the journal's head.
pub(super) type Signer = Box<dyn Fn(&crate::journal::Head) -> Result<String, String> + Send + Sync>;

/// The tables and how far they are.
#[derive(Clone)]
pub(super) struct Published {
    /// The tables.
    pub(super) tables: Arc<Tables>,
    /// Their head row.
    pub(super) row: HeadRow,
}

/// What is shared.
pub(super) struct Core {
    pub(super) options: Options,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) digester: Digester,
    pub(super) signer: Signer,
    pub(super) register: RegisterId,
    pub(super) epoch: u32,
    published: RwLock<Published>,
    pub(super) heads: watch::Sender<Seq>,
    pub(super) readiness: watch::Sender<Readiness>,
    /// When the next hold is over, in microseconds since 1970; 0 where that is to be found out.
    pub(super) hold_due: AtomicI64,
    /// The data directory's lock; the tables keep it too, until sled is closed. `None` where only tests use the directory.
    pub(super) lock: Option<Arc<DataLock>>,
    /// The papers that are kept beside the journal.
    pub(super) papers: Arc<Store>,
}

/// What a core is made of besides the tables.
pub(super) struct Parts {
    pub(super) options: Options,
    pub(super) lock: Option<Arc<DataLock>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) digester: Digester,
    pub(super) signer: Signer,
}

impl Core {
    pub(super) fn new(parts: Parts, register: RegisterId, published: Published) -> Self {
        let Parts {
            options,
            lock,
            clock,
            entropy,
            journal,
            digester,
            signer,
        } = parts;
        let papers = Store::new(&options.data_dir, options.papers.clone());
        Self {
            papers: Arc::new(papers),
            options,
            clock,
            entropy,
            journal,
            digester,
            signer,
            register,
            epoch: super::revision::FIRST_EPOCH,
            heads: watch::Sender::new(published.row.head.seq),
            readiness: watch::Sender::new(Readiness::Ready),
            published: RwLock::new(published),
            hold_due: AtomicI64::new(0),
            lock,
        }
    }

    /// The published head and its tables. Nothing panics under the lock, so a poisoned one is as good as any.
    pub(super) fn published(&self) -> Published {
        let published = self
            .published
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        published.clone()
    }

    /// Publishes a head that was written.
    pub(super) fn publish(&self, published: Published) {
        let seq = published.row.head.seq;
        *self
            .published
            .write()
            .unwrap_or_else(PoisonError::into_inner) = published;
        self.heads.send_replace(seq);
    }

    /// A reading at `seq`, which is not beyond the published head.
    pub(super) fn reading(self: &Arc<Self>, at: Option<Seq>) -> Viewed<Reading> {
        let Published { tables, row } = self.published();
        let now = row.head.seq;
        let at = at.unwrap_or(now).min(now);
        let time = if at == now {
            Timestamp::from_micros(row.head.time_us)
        } else {
            self.time_of(at)?
        };
        let of = AsOf { tables, at };
        Ok(Reading::new(self.clone(), of, now, time))
    }

    /// A reading at a record whose time is known, as the record left the register: today is its own day.
    pub(super) fn reading_of(self: &Arc<Self>, seq: Seq, time: Timestamp) -> Reading {
        let Published { tables, row } = self.published();
        let at = seq.min(row.head.seq);
        Reading::new(self.clone(), AsOf { tables, at }, at, time)
    }

    /// The newest reading.
    pub(super) fn newest(self: &Arc<Self>) -> Reading {
        let Published { tables, row } = self.published();
        let (at, time) = (row.head.seq, Timestamp::from_micros(row.head.time_us));
        Reading::new(self.clone(), AsOf { tables, at }, at, time)
    }

    /// The time of a record; that of nothing is 1970.
    pub(super) fn time_of(&self, seq: Seq) -> Viewed<Timestamp> {
        if seq == Seq::ZERO {
            return Ok(Timestamp::default());
        }
        let record = self.journal.read_one(seq).map_err(journal_fault)?;
        Ok(Timestamp::from_micros(record.header.time_us))
    }

    /// The last record up to the published head that is not later than `time`; zero where there is none.
    pub(super) fn seq_at(&self, time: Timestamp) -> Viewed<Seq> {
        let head = self.published().row.head;
        if Timestamp::from_micros(head.time_us) <= time {
            return Ok(head.seq);
        }
        // Everything up to `low` is not later than `time`; everything from `high` on is.
        let (mut low, mut high) = (0, head.seq.get());
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.time_of(Seq::new(middle))? <= time {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(Seq::new(low))
    }

    /// Sixteen fresh random bytes.
    pub(super) fn bits16(&self) -> [u8; 16] {
        half(self.entropy.bytes32())
    }
}

/// The first half of random bytes.
pub(super) fn half(random: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(random) {
        *to = from;
    }
    half
}

/// The journal could not be read.
pub(super) fn journal_fault(error: impl std::fmt::Display) -> ViewFault {
    ViewFault(format!("the journal: {error}"))
}

/// A refusal of the register itself, about no field.
pub(super) fn refuse(code: Code, detail: impl Into<String>) -> Rejection {
    Refusal::new(code, "", detail).into()
}

//! The register: one writer, one projection, any number of readers (DESIGN §2, §5).
//!
//! It decides nothing (that is `rules`), judges nobody (that is `access`) and makes nothing durable (that is `journal`): it
//! brings the three into one order. It must never acknowledge what the journal does not hold, and never let an answer mix
//! two revisions.

pub mod answers;
pub mod options;
pub mod reading;

use std::sync::Arc;

use tokio::sync::watch;

use crate::access::{Permit, Sight};
use crate::model::{
    Clock, Code, Refusal, Rejection, RequestId, Seq, Submission, ViewFault, Viewed,
};
use crate::rules::Founding;

pub use answers::{
    Change, HistoryItem, Info, Outcome, ReadAt, Readiness, RecordChanges, Resolution, Seen,
};
pub use options::{Entropy, OpenError, Opened, Options, Progress, Silent};
pub use reading::{Reading, ReadingNames, Walk};

/// A register that is open. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Register {
    shared: Arc<Shared>,
}

struct Shared {
    published: watch::Sender<Seq>,
    readiness: watch::Sender<Readiness>,
    entropy: Arc<dyn Entropy>,
}

fn not_ready() -> Rejection {
    Refusal::new(Code::NotReady, "", "The register is not open.").into()
}

impl Register {
    /// Opens the register of a data directory, or founds it there. Blocks until it can be read and written.
    pub fn open(
        _options: &Options,
        _founding: impl FnOnce() -> Founding,
        _clock: Arc<dyn Clock>,
        _entropy: Arc<dyn Entropy>,
        _progress: &dyn Progress,
    ) -> Result<(Self, Opened), OpenError> {
        Err(OpenError::Genesis("nothing is opened yet".to_owned()))
    }

    /// Carries a command out. The answer comes when it is durable.
    #[expect(clippy::unused_async, reason = "the shape of the facade")]
    pub async fn submit(
        &self,
        _permit: Permit,
        _submission: Submission,
    ) -> Result<Outcome, Rejection> {
        Err(not_ready())
    }

    /// A reading pinned to the published head.
    pub fn newest(&self) -> Reading {
        Reading::default()
    }

    /// A reading pinned to the revision asked for; waits (bounded) for `at_least`.
    #[expect(clippy::unused_async, reason = "the shape of the facade")]
    pub async fn reading(&self, _at: &ReadAt) -> Result<Reading, Rejection> {
        Err(not_ready())
    }

    /// The opaque token of a revision.
    pub fn revision_token(&self, seq: Seq) -> String {
        seq.to_string()
    }

    /// The revision of a token.
    pub fn parse_revision(&self, _token: &str) -> Result<Seq, Refusal> {
        Err(Refusal::new(Code::RevisionInvalid, "", ""))
    }

    /// The published head as it moves.
    pub fn published(&self) -> watch::Receiver<Seq> {
        self.shared.published.subscribe()
    }

    /// What the records after `after` changed, at most `limit` records, oldest first. Reads the journal: blocks.
    pub fn changes_after(
        &self,
        _after: Seq,
        _limit: usize,
        _sight: Sight,
    ) -> Viewed<Vec<RecordChanges>> {
        Err(ViewFault("not open".to_owned()))
    }

    /// The keyed digest of a request's content, for [`Submission::digest`].
    pub fn digest_request(&self, _canonical: &[u8]) -> [u8; 32] {
        self.shared.entropy.bytes32()
    }

    /// What the register says about itself.
    pub fn info(&self) -> Viewed<Info> {
        Err(ViewFault("not open".to_owned()))
    }

    /// An id for a request that came without one.
    pub fn fresh_request_id(&self) -> RequestId {
        let mut bits = [0; 16];
        bits.iter_mut()
            .zip(self.shared.entropy.bytes32())
            .for_each(|(bit, random)| *bit = random);
        RequestId::from_random(bits)
    }

    /// Whether it can be asked and told.
    pub fn is_ready(&self) -> bool {
        *self.shared.readiness.borrow() == Readiness::Ready
    }

    /// Its readiness as it changes.
    pub fn readiness(&self) -> watch::Receiver<Readiness> {
        self.shared.readiness.subscribe()
    }

    /// Ends holds whose time is over and signs checkpoints, until the register is closed. To be spawned once.
    #[expect(clippy::unused_async, reason = "the shape of the facade")]
    pub async fn keep_house(self) {}

    /// Answers what was taken, takes nothing more, and leaves the marker of a clean stop.
    #[expect(clippy::unused_async, reason = "the shape of the facade")]
    pub async fn close(self) {}
}

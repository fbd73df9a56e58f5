//! The register: one writer, one projection, any number of readers (DESIGN §2, §5).
//!
//! It decides nothing (that is `rules`), judges nobody (that is `access`) and makes nothing durable (that is `journal`): it
//! brings the three into one order. It must never acknowledge what the journal does not hold, and never let an answer mix
//! two revisions.

pub mod answers;
mod base;
mod cache;
mod claims;
mod core;
mod erasure;
mod fold;
mod head;
mod history;
mod house;
mod invariants;
mod judge;
mod keys;
mod likeness;
mod names;
mod open;
pub mod options;
mod papers;
mod place;
mod project;
mod promised;
pub mod reading;
mod replay;
mod revision;
mod rows;
mod source;
mod sweep;
mod tables;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod trial;
pub mod verify;
mod walk;
mod writer;

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};

use crate::access::{Permit, Sight};
use crate::attachments::Store;
use crate::model::{
    Clock, Code, Event, Refusal, Rejection, RequestId, Seq, Submission, Timestamp, TreeView,
    ViewFault, Viewed,
};
use crate::rules::Founding;
pub use crate::rules::Trial;
use crate::telemetry::events::{CommandRecorded, Emit as _};

use self::core::{Core, refuse};
use fold::Stamp;
use rows::Rows;
use tables::Table;
use writer::{Command, Job, Writer};

pub use answers::{
    Change, HeldNumber, HistoryItem, Info, Outcome, ReadAt, Readiness, RecordChanges, Resolution,
    Seen,
};
pub use likeness::Comparing;
pub use options::{Entropy, OpenError, Opened, Options, Progress, Silent};
pub use reading::{Known, Reading, ReadingNames, Walk};
pub use trial::PolicyTrial;
pub use verify::{Verified, verify};

/// How long a reading waits for a revision that is not reached yet.
pub const AT_LEAST_WAIT: Duration = Duration::from_secs(5);

/// A register that is open. Cheap to clone; the last clone ends the writer.
#[derive(Clone)]
pub struct Register {
    core: Arc<Core>,
    jobs: SyncSender<Job>,
}

fn not_ready() -> Rejection {
    refuse(
        Code::NotReady,
        "The register is starting or stopping; ask again.",
    )
}

impl Register {
    /// Opens the register of a data directory, or founds it there. Blocks until it can be read and written.
    pub fn open(
        options: &Options,
        founding: impl FnOnce() -> Founding,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        progress: &dyn Progress,
    ) -> Result<(Self, Opened), OpenError> {
        let ready = open::open(options, founding, clock, entropy, progress)?;
        let register = Self::start(ready.core)?;
        Ok((register, ready.opened))
    }

    /// Starts the writer.
    fn start(core: Arc<Core>) -> Result<Self, OpenError> {
        let (jobs, queue) = sync_channel(core.options.queue_max.max(1));
        let writer = Writer::new(core.clone(), queue);
        std::thread::Builder::new()
            .name("register-writer".to_owned())
            .spawn(move || writer.run())
            .map_err(OpenError::Thread)?;
        Ok(Self { core, jobs })
    }

    /// Carries a command out. The answer comes when it is durable; dropping the future does not take the command back.
    pub async fn submit(
        &self,
        permit: Permit,
        submission: Submission,
    ) -> Result<Outcome, Rejection> {
        if matches!(
            *self.core.readiness.borrow(),
            Readiness::Rebuilding(_) | Readiness::Closed
        ) {
            return Err(not_ready());
        }
        if submission.validate_only {
            return self.validate(permit, submission).await;
        }
        let (word, asked) = (submission.command.word(), Instant::now());
        let (answer, told) = oneshot::channel();
        let command = Command {
            permit,
            submission,
            answer,
        };
        match self.jobs.try_send(Job::Command(Box::new(command))) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                return Err(refuse(
                    Code::Overloaded,
                    "Too many commands wait already; ask again.",
                ));
            }
            Err(TrySendError::Disconnected(_)) => return Err(not_ready()),
        }
        let told = told.await.unwrap_or_else(|_| Err(not_ready()));
        if let Ok(outcome) = &told
            && !outcome.replayed
        {
            recorded(word, outcome, asked.elapsed());
        }
        told
    }

    /// Decides against the newest revision and records nothing.
    async fn validate(&self, permit: Permit, submission: Submission) -> Result<Outcome, Rejection> {
        let core = self.core.clone();
        let decided = tokio::task::spawn_blocking(move || {
            let reading = core.newest();
            let mut rows = Rows::new(reading.of.clone(), &tables::Counts::default());
            permit.recheck(&submission, &rows)?;
            let stamp = Stamp {
                seq: reading.seq().next(),
                time: core.clock.now().max(reading.time()),
            };
            let events = judge::ask(&core, &permit, &submission, &rows, stamp)?;
            let (_, outcome) = judge::carry_out(&submission, events, &mut rows, stamp)?;
            Ok(outcome)
        });
        decided
            .await
            .unwrap_or_else(|error| Err(ViewFault(format!("deciding failed: {error}")).into()))
    }

    /// A reading pinned to the published head.
    pub fn newest(&self) -> Reading {
        self.core.newest()
    }

    /// A reading of the register as a command left it: cheap, since nothing has to be looked up. For what was carried out
    /// just now; of an answer that is given again, today's visibility must be asked for ([`Register::reading`]).
    pub fn reading_of(&self, outcome: &Outcome) -> Reading {
        if outcome.seq == Seq::ZERO {
            return self.newest();
        }
        self.core.reading_of(outcome.seq, outcome.time)
    }

    /// A reading pinned to the revision asked for; waits at most [`AT_LEAST_WAIT`] for one that is not reached yet.
    pub async fn reading(&self, at: &ReadAt) -> Result<Reading, Rejection> {
        let parse = |token: &Option<String>, field: &str| {
            let token = token.as_ref();
            token
                .map(|token| self.parse_revision(token).map_err(|no| no.within(field)))
                .transpose()
        };
        let at_least = parse(&at.at_least, "at_least_revision")?;
        let exactly = parse(&at.as_of_revision, "as_of_revision")?;
        if let Some(seq) = at_least.max(exactly) {
            self.reached(seq).await?;
        }
        if exactly.is_none() && at.as_of_time.is_none() {
            return Ok(self.core.newest());
        }
        let (core, time) = (self.core.clone(), at.as_of_time);
        let reading = tokio::task::spawn_blocking(move || {
            let by_time = time.map(|time| core.seq_at(time)).transpose()?;
            // Asked for both, the earlier one holds.
            let seq = match (exactly, by_time) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            core.reading(seq)
        });
        let reading = reading
            .await
            .map_err(|error| ViewFault(format!("reading failed: {error}")))?;
        Ok(reading?)
    }

    /// A reading pinned to a revision that was published. Reads the journal: blocks.
    pub fn reading_at(&self, seq: Seq) -> Viewed<Reading> {
        self.core.reading(Some(seq))
    }

    async fn reached(&self, seq: Seq) -> Result<(), Rejection> {
        let mut heads = self.published();
        let reached = tokio::time::timeout(AT_LEAST_WAIT, heads.wait_for(|head| *head >= seq));
        match reached.await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(refuse(
                Code::RevisionNotReached,
                "This server has not reached the revision asked for; ask again.",
            )),
        }
    }

    /// Which restore from a backup this is, the founding being the first: it goes up with each.
    pub fn epoch(&self) -> u32 {
        self.core.epoch
    }

    /// The opaque token of a revision.
    pub fn revision_token(&self, seq: Seq) -> String {
        revision::token(&self.core.register, self.core.epoch, seq)
    }

    /// The revision of a token: `REVISION_INVALID`, `REVISION_OTHER_EPOCH`.
    pub fn parse_revision(&self, token: &str) -> Result<Seq, Refusal> {
        revision::parse(token, &self.core.register, self.core.epoch)
    }

    /// The published head as it moves.
    pub fn published(&self) -> watch::Receiver<Seq> {
        self.core.heads.subscribe()
    }

    /// What the records after `after` changed, at most `limit` records, oldest first. Reads the journal: blocks.
    pub fn changes_after(
        &self,
        after: Seq,
        limit: usize,
        sight: &Sight,
    ) -> Viewed<Vec<RecordChanges>> {
        self.core.newest().changes_after(after, limit, sight)
    }

    /// The keyed digest of a request's content, for [`Submission::digest`].
    pub fn digest_request(&self, canonical: &[u8]) -> [u8; 32] {
        (self.core.digester)(canonical)
    }

    /// What the register says about itself.
    pub fn info(&self) -> Viewed<Info> {
        let reading = self.core.newest();
        let row = self.core.published().row;
        let journal = self.core.journal.head();
        Ok(Info {
            register: self.core.register.clone(),
            authorities: reading.authorities()?,
            head: row.head.seq,
            time: Timestamp::from_micros(row.head.time_us),
            root: if journal.seq == row.head.seq {
                journal.root
            } else {
                row.head.root
            },
            data_version: reading.data_version()?,
            writable: self.is_ready(),
            arcs: row.counts.of(Table::Arcs).rows,
        })
    }

    /// The papers that are kept beside the journal.
    pub fn papers(&self) -> &Arc<Store> {
        &self.core.papers
    }

    /// An id for a request that came without one.
    pub fn fresh_request_id(&self) -> RequestId {
        RequestId::from_random(self.core.bits16())
    }

    /// Fresh random bits for a secret that is given out.
    pub fn fresh_secret(&self) -> [u8; 32] {
        self.core.entropy.bytes32()
    }

    /// Whether it can be asked and told.
    pub fn is_ready(&self) -> bool {
        *self.core.readiness.borrow() == Readiness::Ready
    }

    /// Its readiness as it changes.
    pub fn readiness(&self) -> watch::Receiver<Readiness> {
        self.core.readiness.subscribe()
    }

    /// Answers what was taken, takes nothing more, and leaves the marker of a clean stop.
    pub async fn close(self) {
        let (closed, waits) = oneshot::channel();
        let jobs = self.jobs.clone();
        // The queue may be full, and then this waits as a thread may.
        let sent = tokio::task::spawn_blocking(move || jobs.send(Job::Close(closed)).is_ok());
        if sent.await.unwrap_or(false) {
            // The writer answers when it has ended; where it is gone, it has ended too.
            drop(waits.await);
        }
    }
}

/// Tells operators of a write that is on record.
fn recorded(command: &'static str, outcome: &Outcome, took: Duration) {
    let registered = outcome.events.iter().filter(|event| {
        matches!(
            event,
            Event::ArcRegistered(_) | Event::ReservedArcAllocated(_)
        )
    });
    CommandRecorded {
        command,
        seq: outcome.seq,
        arcs: registered.count() as u64,
        took,
    }
    .emit();
}

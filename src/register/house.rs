//! Keeping house: ending holds whose time is over, signing checkpoints, forgetting requests past the horizon, and waking the
//! writer where the tables are damaged or others wrote.
//!
//! It must never write a table but to forget a request, and never sign anything but the journal's durable head.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::access::Permit;
use crate::files;
use crate::journal::codec;
use crate::model::application::Docket;
use crate::model::plan::Agenda;
use crate::model::{Command, Seq, Submission, Timestamp, TreeView as _, Viewed};
use crate::telemetry::events::{CheckpointFailed, CheckpointSigned, Emit as _};

use super::Register;
use super::answers::Readiness;
use super::base::AsOf;
use super::core::Core;
use super::judge::to_request;
use super::options::OpenError;
use super::place::{self, io_error};
use super::source::Source;
use super::sweep::Sweep;
use super::tables::Table;
use super::writer::Job;

/// How often it is looked whether there is something to do.
const TICK: Duration = Duration::from_secs(1);
/// Seconds between two rounds of forgetting requests.
const FORGET_SECONDS: i64 = 3_600;
/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// What the latest checkpoint is called.
const LATEST: &str = "latest";
/// Why a plan takes effect; why it was made stands where it was.
const PLANNED: &str = "as planned";
/// Why an arc lapses.
const TERM_OVER: &str = "its term is over";
/// Why an arc that nobody put to use lapses, or stays because somebody did.
const USE_OVER: &str = "the time in which it had to be put to use is over";
/// Why an arc is marked as suspect of which nobody said anything.
const UNCONFIRMED: &str = "the contact was not confirmed in time";
/// The permissions of checkpoints: they are for everybody.
const CHECKPOINT_MODE: u32 = 0o644;
/// What the list of all checkpoints is called.
const LOG: &str = "log";

impl Core {
    /// The newest reading as a plain view of the tables.
    pub(super) fn newest_rows(&self) -> AsOf {
        let published = self.published();
        AsOf {
            at: published.row.head.seq,
            tables: published.tables,
        }
    }

    /// Finds the moment at which the next hold, the next application that waits for an answer or the next term is over, or the
    /// next plan takes effect.
    pub(super) fn find_due(&self) -> Viewed<()> {
        self.hold_due.store(i64::MAX, Ordering::SeqCst);
        for (_, held) in self.newest_rows().held(&[], None, usize::MAX)? {
            self.note_hold(&held.payload);
        }
        if let Some((due, _)) = self
            .newest_rows()
            .docket(&Docket::Waiting, None, 1)?
            .first()
        {
            self.hold_due.fetch_min(due.micros(), Ordering::SeqCst);
        }
        let ever = Timestamp::from_micros(i64::MAX);
        for agenda in Agenda::WORKED_OFF {
            let listed = self.newest_rows().agenda(agenda, ever, 1)?;
            if let Some((due, _)) = listed.first() {
                self.hold_due.fetch_min(due.micros(), Ordering::SeqCst);
            }
        }
        Ok(())
    }

    /// Takes note of a hold that was written.
    pub(super) fn note_hold(&self, payload: &[u8]) {
        if let Ok(hold) = codec::decode_hold(payload) {
            self.hold_due
                .fetch_min(hold.until.micros(), Ordering::SeqCst);
        }
    }

    /// Forgets the requests whose horizon is over; tells how many.
    pub(super) fn forget_requests(&self) -> Viewed<u64> {
        let published = self.published();
        let now = Timestamp::from_micros(published.row.head.time_us);
        let horizon = self.options.request_horizon_seconds;
        let mut forgotten = 0;
        for row in published.tables.beginning_with(Table::Requests, &[]) {
            let (key, row) = row?;
            let over = to_request(&row).is_some_and(|request| {
                Timestamp::from_micros(request.time_us).plus_seconds(horizon) < now
            });
            // The row may have been written anew meanwhile; then it stays.
            if over && published.tables.remove_if(Table::Requests, &key, &row)? {
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    /// Signs the journal's head and keeps the note, as the latest one and in the list of all.
    pub(super) fn checkpoint(&self) -> Result<(Seq, String), OpenError> {
        let head = self.journal.head();
        let note = (self.signer)(&head).map_err(OpenError::Keys)?;
        let directory = self.options.data_dir.join(place::CHECKPOINTS);
        let failed = |path: &std::path::Path| io_error(format!("writing {}", path.display()));
        fs::create_dir_all(&directory).map_err(failed(&directory))?;
        let (log, latest) = (directory.join(LOG), directory.join(LATEST));
        let mut list = fs::OpenOptions::new();
        list.create(true).append(true).mode(CHECKPOINT_MODE);
        list.open(&log)
            .and_then(|mut file| {
                file.write_all(format!("{note}\n").as_bytes())?;
                file.sync_data()
            })
            .map_err(failed(&log))?;
        files::write_with(CHECKPOINT_MODE, &latest, note.as_bytes()).map_err(failed(&latest))?;
        Ok((head.seq, note))
    }
}

/// What was done when.
#[derive(Default)]
struct Done {
    checkpoint: Seq,
    checkpoint_at: Timestamp,
    forgot_at: Timestamp,
    contacts: Sweep,
}

impl Register {
    /// Ends holds whose time is over, signs checkpoints, forgets old requests, until the register is closed. To be spawned
    /// once.
    pub async fn keep_house(self) {
        let mut done = Done {
            forgot_at: self.core.clock.now(),
            ..Done::default()
        };
        let mut readiness = self.readiness();
        loop {
            let closed = readiness.wait_for(|now| *now == Readiness::Closed);
            if tokio::time::timeout(TICK, closed).await.is_ok() {
                return;
            }
            self.round(&mut done).await;
        }
    }

    async fn round(&self, done: &mut Done) {
        let core = &self.core;
        let now = core.clock.now();
        let published = core.published();
        let behind = core.journal.head().seq > published.row.head.seq;
        if published.tables.damage().is_some() || behind {
            // Where the queue is full the writer is awake anyway.
            drop(self.jobs.try_send(Job::Tend));
        }
        if core.hold_due.load(Ordering::SeqCst) <= now.micros() {
            self.expire().await;
        }
        self.look_for_contacts(&mut done.contacts).await;
        let every = i64::try_from(core.options.checkpoint_seconds).unwrap_or(i64::MAX);
        let since = now.micros().saturating_sub(done.checkpoint_at.micros()) / SECOND;
        let news = core.journal.head().seq > done.checkpoint;
        if every > 0 && since >= every && news {
            done.checkpoint_at = now;
            match blocking(core, Core::checkpoint).await {
                Some(Ok((seq, _))) => {
                    done.checkpoint = seq;
                    CheckpointSigned { seq }.emit();
                }
                Some(Err(error)) => {
                    let why = &error.to_string();
                    CheckpointFailed { why }.emit();
                }
                None => {}
            }
        }
        if now.micros().saturating_sub(done.forgot_at.micros()) / SECOND >= FORGET_SECONDS {
            done.forgot_at = now;
            if let Some(Err(fault)) = blocking(core, Core::forget_requests).await {
                tracing::warn!(%fault, "old requests could not be forgotten");
            }
        }
    }

    /// Ends the holds and the applications whose time is over, and lets plans take effect.
    pub(super) async fn expire(&self) {
        for command in [
            Command::ExpireHolds,
            Command::ExpireApplications,
            Command::TakeEffect,
            Command::RemindOfTerms,
            Command::EndUnused,
            Command::EndTerms,
            Command::DoubtUnconfirmed,
        ] {
            self.of_its_own(command).await;
        }
        if let Some(Err(fault)) = blocking(&self.core, Core::find_due).await {
            tracing::warn!(%fault, "the holds could not be read");
        }
    }

    /// Gives a command of the server's own.
    pub(super) async fn of_its_own(&self, command: Command) {
        let word = command.word();
        let submission = Submission {
            request_id: self.fresh_request_id(),
            digest: [0; 32],
            validate_only: false,
            reason: reason(&command).map(ToOwned::to_owned),
            override_reason: None,
            asked_by: None,
            command,
        };
        if let Err(rejection) = self.submit(Permit::system(), submission).await {
            tracing::debug!(%rejection, command = word, "nothing was done");
        }
    }

    /// Signs a checkpoint of the journal's head now, and keeps it; gives the signed note. Blocks.
    pub fn checkpoint(&self) -> Result<String, OpenError> {
        self.core.checkpoint().map(|(_, note)| note)
    }
}

/// Why the server does something of its own accord.
const fn reason(command: &Command) -> Option<&'static str> {
    match command {
        Command::TakeEffect => Some(PLANNED),
        Command::EndTerms => Some(TERM_OVER),
        Command::EndUnused => Some(USE_OVER),
        Command::DoubtUnconfirmed => Some(UNCONFIRMED),
        _ => None,
    }
}

/// Runs what blocks where it may.
async fn blocking<T: Send + 'static>(
    core: &Arc<Core>,
    work: impl FnOnce(&Core) -> T + Send + 'static,
) -> Option<T> {
    let core = core.clone();
    tokio::task::spawn_blocking(move || work(&core)).await.ok()
}

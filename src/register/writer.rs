//! The writer: the one thread that brings commands into order.
//!
//! It drains its queue, checks each command's rights again and decides it against the tables and what stands earlier in the
//! batch, appends all records at once, writes the tables, publishes the head and answers everyone. It must never answer a
//! success before the journal is durable, never write again after the journal stopped, and never answer a failure for a
//! record that is true: where the tables cannot be written after the append, it answers and makes them anew. Where the
//! journal cannot be read the tables are not at fault: it must never make them anew for that, but waits.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use tokio::sync::oneshot;

use crate::access::Permit;
use crate::journal::{
    Appended, Digest32, Draft, Head, Header, JournalError, MAX_BATCH_RECORDS, Record,
};
use crate::model::{Code, Rejection, Submission, ViewFault};

use super::answers::{Outcome, Readiness};
use super::base::AsOf;
use super::core::{Core, Published, journal_fault, refuse};
use super::judge::{Judged, Pending};
use super::options::Silent;
use super::project::{Fuse, write};
use super::replay::{ReplayError, replay};
use super::rows::Rows;
use super::tables::Table;

/// How often a batch is decided again because somebody else appended first.
const DECISIONS_MAX: usize = 16;
/// Bytes of one batch's items after which no more commands are taken into it: one record more still fits a frame.
const BATCH_BYTES_MAX: usize =
    crate::journal::MAX_FRAME_BYTES - 2 * crate::journal::MAX_RECORD_BYTES;

/// Where an answer goes.
pub(super) type Answer = oneshot::Sender<Result<Outcome, Rejection>>;

/// A command that waits.
pub(super) struct Command {
    pub(super) permit: Permit,
    pub(super) submission: Submission,
    pub(super) answer: Answer,
}

/// What the writer is asked.
pub(super) enum Job {
    /// To carry a command out.
    Command(Box<Command>),
    /// To look whether the tables are sound, and whether others wrote.
    Tend,
    /// To let somebody look while nothing is written.
    Inspect(Box<dyn FnOnce(&Core) + Send>),
    /// To end.
    Close(oneshot::Sender<()>),
}

/// The writer.
pub(super) struct Writer {
    core: Arc<Core>,
    jobs: Receiver<Job>,
    waiting: VecDeque<Box<Command>>,
    stopped: Option<String>,
    /// Why the tables are behind the journal, as long as it cannot be read.
    behind: Option<String>,
}

/// What became of an append.
enum Written {
    /// The records are durable.
    Durable(Head, Vec<Record>),
    /// Others were first: decide again.
    Moved,
    /// Nothing was written, and this is why.
    Refused(Rejection),
}

impl Writer {
    /// A writer over `core`.
    pub(super) fn new(core: Arc<Core>, jobs: Receiver<Job>) -> Self {
        Self {
            core,
            jobs,
            waiting: VecDeque::new(),
            stopped: None,
            behind: None,
        }
    }

    /// Works until everybody who could ask is gone, or until it is asked to end.
    pub(super) fn run(mut self) {
        let mut closing = None;
        while closing.is_none() {
            let Ok(job) = self.jobs.recv() else { break };
            closing = self.take(job);
            let most = self.core.options.batch_records_max.min(MAX_BATCH_RECORDS);
            while closing.is_none() && self.waiting.len() < most {
                let Ok(job) = self.jobs.try_recv() else { break };
                closing = self.take(job);
            }
            self.tend();
            while !self.waiting.is_empty() {
                self.batch();
            }
        }
        self.core.readiness.send_replace(Readiness::Closed);
        leave(&self.core);
        // Whoever is told that it is closed may want to open the tables again.
        drop(self);
        // Whoever closed may have stopped waiting.
        if let Some(Err(())) = closing.map(|closed| closed.send(())) {
            tracing::debug!("nobody waited for the end of the writer");
        }
    }

    fn take(&mut self, job: Job) -> Option<oneshot::Sender<()>> {
        match job {
            Job::Command(command) => self.waiting.push_back(command),
            Job::Tend => {}
            Job::Inspect(look) => look(&self.core),
            Job::Close(closed) => return Some(closed),
        }
        None
    }

    /// Makes damaged tables anew, and applies what others appended.
    fn tend(&mut self) {
        let published = self.core.published();
        if let Some(damage) = published.tables.damage() {
            let damage = damage.to_owned();
            self.rebuild(&damage);
        } else if self.stopped.is_none() && self.core.journal.head().seq > published.row.head.seq {
            // After a failed write it is not known what stands in the journal; only a restart tells.
            self.catch_up();
        }
    }

    /// Tells how the register is, where that changed.
    fn announce(&self) {
        let now = match (&self.stopped, &self.behind) {
            (Some(reason), _) => Readiness::WritingStopped(reason.clone()),
            (None, Some(reason)) => Readiness::Behind(reason.clone()),
            (None, None) => Readiness::Ready,
        };
        self.core.readiness.send_if_modified(|before| {
            let changes = *before != now;
            *before = now;
            changes
        });
    }

    /// Applies what stands in the journal beyond the published head; tells whether all of it is.
    fn catch_up(&mut self) -> bool {
        let Published { tables, row } = self.core.published();
        let publish = |row| {
            let tables = tables.clone();
            self.core.publish(Published { tables, row });
        };
        let quiet = (&Silent as &_, "catching up");
        match replay(&*self.core.journal, &tables, row, quiet, publish) {
            Ok(_) => {
                // Others may have held numbers: the house looks for the next one that is over.
                self.core.hold_due.store(0, Ordering::SeqCst);
                self.behind = None;
                self.announce();
                true
            }
            Err(ReplayError::Journal(error)) => {
                self.behind = Some(error.to_string());
                self.announce();
                false
            }
            Err(error) => {
                let error = error.to_string();
                self.rebuild(&error)
            }
        }
    }

    /// Makes the tables anew from the journal, in a fresh directory; the old ones serve readers as long as they can.
    fn rebuild(&mut self, why: &str) -> bool {
        tracing::error!(why, "the projection is damaged; it is made anew");
        let readiness = &self.core.readiness;
        readiness.send_replace(Readiness::Rebuilding(why.to_owned()));
        match super::open::rebuild(&self.core) {
            Ok(published) => {
                self.core.publish(published);
                self.behind = None;
                self.announce();
                true
            }
            Err(error) => {
                tracing::error!(%error, "the projection could not be made anew");
                false
            }
        }
    }

    /// Destroys what a record erased, before it is answered: the new tables hold it, the old ones never do. Where that fails
    /// the next start does it.
    fn erase(&mut self) {
        if let Err(error) = super::erasure::carry_out(&self.core) {
            tracing::error!(%error, "what was erased is not destroyed yet; a restart does it");
        }
        if self.core.journal.head().seq > self.core.published().row.head.seq {
            self.catch_up();
        }
        // What waits for its time is looked for again.
        self.core.hold_due.store(0, Ordering::SeqCst);
    }

    /// Carries out as many of the waiting commands as one batch takes.
    fn batch(&mut self) {
        if let Some(reason) = &self.stopped {
            let detail = format!("The journal takes no more writes: {reason}");
            return self.refuse_all(Code::WritingStopped, &detail);
        }
        if let Some(reason) = &self.behind {
            let detail = format!("The journal cannot be read, and nothing was recorded: {reason}");
            return self.refuse_all(Code::NotReady, &detail);
        }
        if matches!(*self.core.readiness.borrow(), Readiness::Rebuilding(_)) {
            return self.refuse_all(Code::NotReady, "The tables could not be made anew.");
        }
        let mut commands: Vec<_> = std::mem::take(&mut self.waiting).into();
        for _ in 0..DECISIONS_MAX {
            let (head, mut pending, judged) = self.decide(&mut commands);
            let left = commands.split_off(judged.len());
            let erases = match super::erasure::note(&self.core.options.data_dir, &pending.outcomes)
            {
                Ok(erases) => erases,
                Err(error) => {
                    self.waiting.extend(left);
                    let detail = format!("Whom it erases could not be noted: {error}");
                    for command in commands {
                        answer(*command, Err(refuse(Code::NotReady, detail.clone())));
                    }
                    return;
                }
            };
            match self.append(head, std::mem::take(&mut pending.drafts)) {
                Written::Moved => commands.extend(left),
                Written::Refused(rejection) => {
                    self.waiting.extend(left);
                    for command in commands {
                        answer(*command, Err(rejection.clone()));
                    }
                    return;
                }
                Written::Durable(head, records) => {
                    self.waiting.extend(left);
                    if erases {
                        // The old tables never show this head: whoever follows it leaves them.
                        drop(pending);
                        self.erase();
                    } else {
                        self.apply(&pending.rows, head, &records);
                    }
                    for (command, judged) in commands.into_iter().zip(judged) {
                        answer(*command, judged.answer(&self.core));
                    }
                    return;
                }
            }
        }
        self.waiting.extend(commands);
        self.refuse_all(
            Code::Overloaded,
            "Other servers write all the time; ask again.",
        );
    }

    /// Judges commands in their order, as many as one batch takes. One that failed half-way is answered and taken out, and
    /// the others are judged again without it.
    #[expect(
        clippy::vec_box,
        reason = "commands are large, and are moved between lists"
    )]
    fn decide(&self, commands: &mut Vec<Box<Command>>) -> (Head, Pending, Vec<Judged>) {
        loop {
            let Published { tables, row } = self.core.published();
            let at = row.head.seq;
            let mut pending = Pending::new(Rows::new(AsOf { tables, at }, &row.counts), row.head);
            let mut judged = Vec::with_capacity(commands.len());
            let mut spoiled = None;
            for (place, command) in commands.iter().enumerate() {
                if pending.bytes > BATCH_BYTES_MAX {
                    break;
                }
                match pending.judge(&self.core, &command.permit, &command.submission) {
                    Judged::Spoiled(rejection) => {
                        spoiled = Some((place, rejection));
                        break;
                    }
                    other => judged.push(other),
                }
            }
            match spoiled {
                None => return (row.head, pending, judged),
                Some((place, rejection)) => answer(*commands.remove(place), Err(rejection)),
            }
        }
    }

    fn refuse_all(&mut self, code: Code, detail: &str) {
        for command in std::mem::take(&mut self.waiting) {
            answer(*command, Err(refuse(code, detail)));
        }
    }

    /// Appends, and finds out what became of it.
    fn append(&mut self, head: Head, drafts: Vec<Draft>) -> Written {
        if drafts.is_empty() {
            return Written::Durable(head, Vec::new());
        }
        let headers: Vec<Header> = drafts.iter().map(|draft| draft.header.clone()).collect();
        match self.core.journal.append(&head, drafts) {
            Ok(Appended::Appended(head, records)) => Written::Durable(head, records),
            Ok(Appended::HeadMoved(_)) => {
                if self.catch_up() {
                    return Written::Moved;
                }
                let detail =
                    "What others wrote could not be read, and nothing was recorded; ask again.";
                Written::Refused(refuse(Code::NotReady, detail))
            }
            Ok(Appended::Unknown) => self.read_back(head, &headers),
            Err(JournalError::Unreachable { reason }) => Written::Refused(refuse(
                Code::NotReady,
                format!("The journal cannot be reached, and nothing was recorded: {reason}"),
            )),
            Err(error) => Written::Refused(self.stop(&error)),
        }
    }

    /// Nothing is written from now on; whether this batch was is not known.
    fn stop(&mut self, error: &JournalError) -> Rejection {
        tracing::error!(%error, "the journal could not be written; writing stops");
        let reason = error.to_string();
        self.stopped = Some(reason);
        self.announce();
        let known = matches!(error, JournalError::Batch(_));
        let code = if known {
            Code::WritingStopped
        } else {
            Code::OutcomeUnknown
        };
        refuse(code, format!("The journal could not be written: {error}"))
    }

    /// The back end did not say: looks whether the records are there.
    fn read_back(&mut self, head: Head, headers: &[Header]) -> Written {
        let unknown = || {
            Written::Refused(refuse(
                Code::OutcomeUnknown,
                "Whether the request was recorded is not known yet; ask again with the same request id.",
            ))
        };
        let mut records = Vec::with_capacity(headers.len());
        for (place, header) in (1..).zip(headers) {
            match self.core.journal.read_one(head.seq.plus(place)) {
                Ok(record) if record.header == *header => records.push(record),
                _ => return unknown(),
            }
        }
        let now = self.core.journal.head();
        if Some(now.seq) == records.last().map(|record| record.seq) {
            return Written::Durable(now, records);
        }
        // Others wrote after it: the tables take all of it from the journal.
        if self.catch_up() {
            Written::Durable(now, Vec::new())
        } else {
            unknown()
        }
    }

    /// Writes the tables and publishes. The records are true whatever happens here.
    fn apply(&mut self, rows: &Rows, head: Head, records: &[Record]) {
        let Some(last) = records.last() else { return };
        let leaf: Digest32 = last.leaf;
        match write(rows, head, leaf, Fuse::default()) {
            Ok(row) => {
                let tables = rows.base.tables.clone();
                self.core.publish(Published { tables, row });
                for held in rows.holds.values().flatten() {
                    self.core.note_hold(&held.payload);
                }
                if rows.intervals.contains_key(&Table::Dockets) {
                    // Something may wait for its moment: the house looks for the next one.
                    self.core.hold_due.store(0, Ordering::SeqCst);
                }
            }
            Err(ViewFault(why)) => {
                self.rebuild(&why);
            }
        }
    }
}

/// Answers; the caller may have stopped waiting, and the record stands all the same.
fn answer(command: Command, told: Result<Outcome, Rejection>) {
    drop(command.answer.send(told));
}

/// The answer to a request that was carried out before, rendered from its record.
pub(super) fn answer_again(core: &Core, seq: crate::model::Seq) -> Result<Outcome, Rejection> {
    let record = core.journal.read_one(seq).map_err(journal_fault)?;
    let happening = crate::journal::codec::decode(&record)
        .map_err(|error| journal_fault(format!("record {seq}: {error}")))?;
    let tables = core.published().tables;
    let then = AsOf { tables, at: seq };
    let mut outcome = super::judge::outcome(&then, &happening.events)?;
    outcome.seq = seq;
    outcome.time = crate::model::Timestamp::from_micros(record.header.time_us);
    outcome.request_id = record
        .header
        .request_id
        .parse()
        .map_err(|_| journal_fault(format!("record {seq} has no request id")))?;
    outcome.replayed = true;
    Ok(outcome)
}

/// Leaves everything on disk and the marker of a clean stop, where the tables are sound.
fn leave(core: &Core) {
    let Published { tables, row } = core.published();
    if tables.damage().is_some() || tables.flush().is_err() {
        return;
    }
    if let Err(error) = super::place::leave_marker(&core.options.data_dir, &row) {
        tracing::warn!(%error, "the marker of a clean stop could not be left");
    }
}

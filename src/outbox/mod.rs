//! The outbox: what the register queued as notices is sent by mail, at least once, and what became of it is recorded
//! (X.660 clause 9; X.1500.1; RFC 5321, RFC 5322).
//!
//! Which notices there are is the journal's to say: they are read from the tables, and what became of one is recorded by the
//! server's own command. So there is no other list to lose: after a crash the ones that wait are found again and sent under
//! the Message-ID that they had. It must never keep, log or record an address or a text.

pub mod codes;
pub mod hooks;
pub mod letter;
pub mod limits;
pub mod mail;
mod queue;
pub mod strangers;
pub mod templates;

use std::{sync::Arc, time::Instant};

use tokio_util::sync::CancellationToken;

use crate::{
    access::Permit,
    model::{
        Code, Command, Notice, NoticeId, Rejection, Submission, TreeView as _, ViewFault,
        notice::Outcome,
    },
    register::Register,
    telemetry::events::{Emit as _, MailAway, NoticeSettled},
};

use letter::{Letter, Sender};
use limits::{NOTICES_PAGE, QUEUE_MAX};
use mail::{Carried, Carrier};
use queue::Queue;
use strangers::{Strangers, Waiting};
use templates::Templates;

pub use queue::Patience;

/// How letters are made and sent.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who sends them.
    pub sender: Sender,
    /// What they say.
    pub templates: Arc<Templates>,
    /// Where they are handed in.
    pub carrier: Arc<Carrier>,
    /// How long is waited before another try.
    pub patience: Patience,
}

/// The outbox of a register.
pub struct Outbox {
    register: Register,
    options: Options,
    strangers: Arc<Strangers>,
}

/// What came of trying one notice.
enum Tried {
    /// It is over with it.
    Settled(Outcome),
    /// It is tried again later.
    Later,
    /// The mail server cannot be reached or takes nothing: everything waits.
    Away(mail::Away),
}

impl Outbox {
    /// The outbox of `register`.
    pub const fn new(register: Register, options: Options, strangers: Arc<Strangers>) -> Self {
        Self {
            register,
            options,
            strangers,
        }
    }

    /// Opens the outbox and sends what waits, until it is told to stop. To be spawned once.
    pub async fn run(self, stopping: CancellationToken) {
        let mut heads = self.register.published();
        let mut queue = Queue::new(self.options.patience);
        let mut open = false;
        while !stopping.is_cancelled() {
            // What cannot be opened or read now can be when the register is sound again.
            open = open || self.open().await;
            if open {
                self.gather(&mut queue).await;
                self.deliver(&mut queue, &stopping).await;
            }
            self.bring_codes(&mut queue, &stopping).await;
            let wake = queue.next_try(!open);
            tokio::select! {
                () = stopping.cancelled() => return,
                () = self.strangers.wanted.notified() => {}
                moved = heads.changed() => if moved.is_err() { return },
                () = tokio::time::sleep_until(wake.into()) => {}
            }
        }
    }

    /// Lets events give rise to notices; tells whether they do.
    async fn open(&self) -> bool {
        if matches!(self.register.newest().outbox_is_open(), Ok(true)) {
            return true;
        }
        self.submit(Command::OpenOutbox).await.is_ok()
    }

    /// Queues the notices that were not seen yet and wait.
    async fn gather(&self, queue: &mut Queue) {
        while queue.len() < QUEUE_MAX {
            let (register, after) = (self.register.clone(), queue.seen());
            let page = blocking(move || register.newest().notices_after(after, NOTICES_PAGE)).await;
            let page = match page {
                Ok(page) => page,
                Err(fault) => return tracing::warn!(%fault, "notices could not be read"),
            };
            let full = page.len() == NOTICES_PAGE;
            for notice in page {
                queue.see(notice.id, notice.settled.is_none());
            }
            if !full {
                return;
            }
        }
    }

    /// Tries every notice whose time has come, the oldest first.
    async fn deliver(&self, queue: &mut Queue, stopping: &CancellationToken) {
        for id in queue.due(Instant::now()) {
            if stopping.is_cancelled() {
                return;
            }
            let tried = match queue.known(id) {
                Some(outcome) => Tried::Settled(outcome),
                None => self.try_one(id).await,
            };
            match tried {
                Tried::Settled(outcome) => self.settle(id, outcome, queue).await,
                Tried::Later => queue.later(id, None),
                Tried::Away(why) => {
                    MailAway {
                        why: why.word(),
                        waiting: queue.len(),
                    }
                    .emit();
                    return queue.pause();
                }
            }
        }
    }

    /// Mails the codes of whoever is not known. A stranger who is not reached stays unknown.
    async fn bring_codes(&self, queue: &mut Queue, stopping: &CancellationToken) {
        let strangers = Arc::clone(&self.strangers);
        let waiting = match blocking(move || Ok(strangers.waiting())).await {
            Ok(waiting) => waiting,
            Err(fault) => return tracing::warn!(%fault, "codes could not be read"),
        };
        queue.keep_codes(|id| waiting.iter().any(|one| one.id == id));
        let many = waiting.len();
        for one in waiting {
            if stopping.is_cancelled() {
                return;
            }
            if !queue.is_code_due(&one.id, Instant::now()) {
                continue;
            }
            let id = one.id.clone();
            match self.bring_code(one).await {
                Ok(Carried::Taken | Carried::Refused(_)) => queue.reached(),
                Ok(Carried::Later) => queue.code_later(&id),
                Ok(Carried::Away(why)) => {
                    let why = why.word();
                    MailAway { why, waiting: many }.emit();
                    return queue.pause();
                }
                Err(fault) => {
                    queue.code_later(&id);
                    tracing::warn!(%fault, "a code could not be mailed");
                }
            }
        }
    }

    /// Mails one code, and keeps what came of it.
    async fn bring_code(&self, one: Waiting) -> Result<Carried, ViewFault> {
        let (register, options) = (self.register.clone(), self.options.clone());
        let strangers = Arc::clone(&self.strangers);
        let carried = blocking(move || {
            let (templates, sender) = (&options.templates, &options.sender);
            let code = strangers.code(&one.id).shown();
            let letter = Letter::with_code(&one, &code, &register, templates, sender)?;
            let carried = options.carrier.carry(&letter);
            match carried {
                Carried::Taken => strangers.mailed(&one.id),
                Carried::Refused(_) => strangers.unreachable(&one.id),
                Carried::Later | Carried::Away(_) => {}
            }
            Ok(carried)
        });
        carried.await
    }

    async fn settle(&self, id: NoticeId, outcome: Outcome, queue: &mut Queue) {
        match self.submit(Command::SettleNotice { id, outcome }).await {
            Ok(()) => {
                queue.settled(id);
                NoticeSettled {
                    notice: id,
                    outcome,
                }
                .emit();
            }
            // What was sent is not sent again only because it could not be recorded yet.
            Err(()) => queue.later(id, Some(outcome)),
        }
    }

    async fn try_one(&self, id: NoticeId) -> Tried {
        let (register, options) = (self.register.clone(), self.options.clone());
        let tried = blocking(move || {
            let Some(notice) = register.newest().notice(id)? else {
                return Ok(Tried::Later);
            };
            if let Some(settled) = notice.settled {
                return Ok(Tried::Settled(settled.outcome));
            }
            carry(&register, &options, &notice)
        });
        tried.await.unwrap_or_else(|fault| {
            tracing::warn!(%fault, "a notice could not be made");
            Tried::Later
        })
    }

    /// Submits a command of the server's own. That nothing changes is as good as done.
    async fn submit(&self, command: Command) -> Result<(), ()> {
        let word = command.word();
        let submission = Submission {
            request_id: self.register.fresh_request_id(),
            digest: [0; 32],
            validate_only: false,
            reason: None,
            override_reason: None,
            asked_by: None,
            command,
        };
        match self.register.submit(Permit::system(), submission).await {
            Ok(_) => Ok(()),
            Err(Rejection::Refused(refusals)) if refusals.main().code == Code::NothingChanges => {
                Ok(())
            }
            Err(rejection) => {
                tracing::warn!(%rejection, command = word, "the outbox could not record");
                Err(())
            }
        }
    }
}

/// Makes the letter of a notice and hands it in.
fn carry(register: &Register, options: &Options, notice: &Notice) -> Result<Tried, ViewFault> {
    let letter = Letter::of(notice, register, &options.templates, &options.sender)?;
    let Some(letter) = letter else {
        return Ok(Tried::Settled(Outcome::NoAddress));
    };
    Ok(match options.carrier.carry(&letter) {
        Carried::Taken => Tried::Settled(Outcome::Sent),
        Carried::Refused(code) => Tried::Settled(Outcome::Refused(code)),
        Carried::Later => Tried::Later,
        Carried::Away(why) => Tried::Away(why),
    })
}

/// Runs what blocks where it may.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ViewFault> + Send + 'static,
) -> Result<T, ViewFault> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(ViewFault(format!("the outbox ended early: {error}"))))
}

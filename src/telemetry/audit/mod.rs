//! The audit log: one line of JSON for each call of somebody known that changed something, tried to, or read what is not
//! for everybody.
//!
//! It must never hold a secret, a person's data or a caller's free text, and never keep a call waiting: lines go through a
//! bounded queue to a thread that writes them. What finds no place in it, or cannot be written, is counted, and the log
//! says how much is missing. The journal, not this log, is the truth about what was changed.

mod files;
mod line;
mod read;

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::events::{AuditFailed, AuditKept, AuditLost, AuditWritten, Emit as _};
use files::Files;

pub use line::{Line, NODES_MAX, Nodes, Outcome};
pub use read::{Page, Place, SCAN_BYTES_MAX};

/// Most lines that wait to be written; one more is lost, and counted.
pub const QUEUE_LINES_MAX: usize = 8_192;
/// Most lines that are written at once.
const BATCH_LINES: usize = 512;
/// How long the end waits for what is still to be written.
const CLOSE_WAIT: Duration = Duration::from_secs(2);
/// How long the thread waits for a line before it looks whether it is to end.
const TURN: Duration = Duration::from_millis(100);

/// Where the log lies, and how much of it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The directory; it is made for its owner alone.
    pub directory: PathBuf,
    /// Most bytes of one file; a line more begins the next one.
    pub bytes_max: u64,
    /// Most files; one more takes the oldest away.
    pub files_max: usize,
}

/// The audit log. Cheap to clone.
#[derive(Clone)]
pub struct Audit(Arc<Shared>);

struct Shared {
    directory: PathBuf,
    queue: SyncSender<Order>,
    lost: Arc<AtomicU64>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the thread is told.
enum Order {
    Write(Box<Line>),
    End,
}

impl Audit {
    /// Begins a log, or goes on with the one that is there. Nothing is opened yet: a disk that fails is told by an event.
    pub fn open(options: Options) -> std::io::Result<Self> {
        Self::with_queue(options, QUEUE_LINES_MAX)
    }

    fn with_queue(options: Options, lines: usize) -> std::io::Result<Self> {
        let (queue, orders) = sync_channel(lines);
        let lost = Arc::new(AtomicU64::new(0));
        let directory = options.directory.clone();
        let mut writer = Writer {
            files: Files::new(options),
            lost: Arc::clone(&lost),
            missing: 0,
            failing: false,
        };
        let thread = thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || writer.run(&orders))?;
        Ok(Self(Arc::new(Shared {
            directory,
            queue,
            lost,
            thread: Mutex::new(Some(thread)),
        })))
    }

    /// Writes a line down, sooner or later; it never waits.
    pub fn tell(&self, line: Line) {
        match self.0.queue.try_send(Order::Write(Box::new(line))) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.0.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Lines that `wanted` takes, the newest first, before `from`. It reads at most [`SCAN_BYTES_MAX`]: a page can be short
    /// of lines though more follow. It blocks.
    pub fn page(
        &self,
        from: Option<Place>,
        size: usize,
        wanted: &read::Wanted<'_>,
    ) -> std::io::Result<Page> {
        read::page(&self.0.directory, from, size, wanted)
    }

    /// Writes what waits, and ends; it waits a little for that, and never for a disk that hangs.
    pub fn close(&self) {
        let thread = match self.0.thread.lock() {
            Ok(mut thread) => thread.take(),
            Err(poisoned) => poisoned.into_inner().take(),
        };
        let Some(thread) = thread else { return };
        let until = Instant::now() + CLOSE_WAIT;
        let mut told = false;
        while !thread.is_finished() && Instant::now() < until {
            told = told || self.0.queue.try_send(Order::End).is_ok();
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// What the thread keeps.
struct Writer {
    files: Files,
    /// Lines that found no place in the queue.
    lost: Arc<AtomicU64>,
    /// Lines that are missing since the last one that was written.
    missing: u64,
    /// Whether writing failed the last time.
    failing: bool,
}

impl Writer {
    fn run(&mut self, orders: &Receiver<Order>) {
        loop {
            match orders.recv_timeout(TURN) {
                Ok(Order::Write(first)) => {
                    let (lines, ends) = batch(*first, orders);
                    self.write(lines);
                    if ends {
                        return;
                    }
                }
                Ok(Order::End) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn write(&mut self, mut lines: Vec<Line>) {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            AuditLost { lines: lost }.emit();
        }
        self.missing = self.missing.saturating_add(lost);
        if let Some(first) = lines.first().filter(|_| self.missing > 0) {
            lines.insert(0, Line::missing(self.missing, first.time));
        }
        match self.files.append(&lines) {
            Ok(()) => {
                let written = lines.iter().filter(|line| line.lost == 0).count();
                AuditWritten {
                    lines: count(written),
                }
                .emit();
                self.missing = 0;
                if std::mem::take(&mut self.failing) {
                    AuditKept.emit();
                }
            }
            Err(why) => {
                let failed = count(lines.iter().filter(|line| line.lost == 0).count());
                self.missing = self.missing.saturating_add(failed);
                AuditFailed {
                    why: &why,
                    lines: failed,
                    again: self.failing,
                }
                .emit();
                self.failing = true;
            }
        }
    }
}

fn count(lines: usize) -> u64 {
    u64::try_from(lines).unwrap_or(u64::MAX)
}

/// What waits, as far as it is written at once, and whether the end was told.
fn batch(first: Line, orders: &Receiver<Order>) -> (Vec<Line>, bool) {
    let mut lines = vec![first];
    while lines.len() < BATCH_LINES {
        match orders.try_recv() {
            Ok(Order::Write(line)) => lines.push(*line),
            Ok(Order::End) => return (lines, true),
            Err(_) => break,
        }
    }
    (lines, false)
}

#[cfg(test)]
mod tests;

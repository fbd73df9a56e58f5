//! When to stop: SIGTERM and SIGINT. The first lets calls in flight end, the second ends the process at once. SIGHUP only
//! asks for files to be read again.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::exit::{FAILED, Failure};

/// The signals that ask the server to stop. From the making of this on, they no longer end the process by themselves.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Option<Signal>,
}

impl Signals {
    /// Begins to listen.
    pub fn listen() -> Result<Self, Failure> {
        let wrong = |source: io::Error| Failure::Machine {
            what: "signals cannot be listened to",
            source,
        };
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(wrong)?,
            interrupt: signal(SignalKind::interrupt()).map_err(wrong)?,
            hangup: Some(signal(SignalKind::hangup()).map_err(wrong)?),
        })
    }

    /// Hang-ups, for whoever reads files again. They end nothing, whether or not anybody listens.
    pub const fn hangup(&mut self) -> Option<Signal> {
        self.hangup.take()
    }

    /// Waits for the next one; tells its name.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }

    /// From now on the next signal ends the process. What was acknowledged is on disk, so nothing is lost by it.
    pub fn next_one_ends_the_process(mut self) {
        tokio::spawn(async move {
            let signal = self.next().await;
            tracing::warn!(signal, "A second signal: the process ends at once.");
            std::process::exit(i32::from(FAILED));
        });
    }
}

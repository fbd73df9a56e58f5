//! How far a long start has come: a bar on a terminal, a log line now and then elsewhere.

use std::{
    io::IsTerminal as _,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::register::Progress;

/// Time between two log lines.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// What the bar looks like.
const TEMPLATE: &str = "{msg} {wide_bar} {human_pos}/{human_len} {eta}";

/// Tells an operator how far a long work has come.
#[derive(Debug)]
pub struct Shown {
    bar: Option<ProgressBar>,
    last_line: Mutex<Instant>,
}

impl Shown {
    /// On standard error: a bar where that is a terminal.
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            match ProgressStyle::with_template(TEMPLATE) {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        Self {
            bar,
            last_line: Mutex::new(Instant::now()),
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Whether it is time for a line again. A start that is over soon has none.
    fn line_is_due(&self) -> bool {
        let mut last = self
            .last_line
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let due = last.elapsed() >= LINE_EVERY;
        if due {
            *last = Instant::now();
        }
        due
    }
}

impl Default for Shown {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for Shown {
    fn step(&self, what: &'static str, done: u64, total: u64) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(what);
                bar.set_length(total);
                bar.set_position(done);
            }
            None if self.line_is_due() => tracing::info!(what, done, total, "Working."),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_now_and_then() {
        let shown = Shown {
            bar: None,
            last_line: Mutex::new(Instant::now()),
        };
        assert!(!shown.line_is_due());
        let Some(before) = Instant::now().checked_sub(LINE_EVERY) else {
            return;
        };
        *shown.last_line.lock().unwrap() = before;
        assert!(shown.line_is_due());
        assert!(!shown.line_is_due());
    }
}

//! Which notices wait, and when each is tried again. It is made anew from the tables at every start.
//!
//! It must never forget a notice that was not settled.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::model::{NoticeId, notice::Outcome};

use super::limits::{QUEUE_MAX, RETRY_FIRST, RETRY_MAX};

/// How long the outbox waits after a failure: longer each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// After the first one.
    pub first: Duration,
    /// At most.
    pub most: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: RETRY_FIRST,
            most: RETRY_MAX,
        }
    }
}

impl Patience {
    /// How long to wait after so many failures, of which there was one at least.
    fn after(self, failures: u32) -> Duration {
        let doubled = 1_u32.checked_shl(failures.saturating_sub(1));
        doubled
            .and_then(|times| self.first.checked_mul(times))
            .map_or(self.most, |wait| wait.min(self.most))
    }
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    failures: u32,
    due: Instant,
    /// What became of it, where that could not be recorded yet.
    known: Option<Outcome>,
}

/// The notices that wait.
pub struct Queue {
    patience: Patience,
    waiting: BTreeMap<NoticeId, Waiting>,
    seen: Option<NoticeId>,
    /// How often in a row the mail server was away, and until when nothing is tried.
    away: u32,
    until: Instant,
}

impl Queue {
    /// Nothing waits.
    pub fn new(patience: Patience) -> Self {
        Self {
            patience,
            waiting: BTreeMap::new(),
            seen: None,
            away: 0,
            until: Instant::now(),
        }
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The last notice that was seen.
    pub const fn seen(&self) -> Option<NoticeId> {
        self.seen
    }

    /// Takes note of a notice; it is queued where it waits.
    pub fn see(&mut self, id: NoticeId, waits: bool) {
        self.seen = Some(id);
        if waits {
            let waiting = Waiting {
                failures: 0,
                due: Instant::now(),
                known: None,
            };
            self.waiting.insert(id, waiting);
        }
    }

    /// Those to be tried now, the oldest first.
    pub fn due(&self, now: Instant) -> Vec<NoticeId> {
        if self.until > now {
            return Vec::new();
        }
        let due = self.waiting.iter().filter(|(_, one)| one.due <= now);
        due.map(|(id, _)| *id).collect()
    }

    /// What became of one, where that only has to be recorded.
    pub fn known(&self, id: NoticeId) -> Option<Outcome> {
        self.waiting.get(&id)?.known
    }

    /// It is over with one; so the mail server is there, too.
    pub fn settled(&mut self, id: NoticeId) {
        self.away = 0;
        self.waiting.remove(&id);
    }

    /// One is tried again later.
    pub fn later(&mut self, id: NoticeId, known: Option<Outcome>) {
        if let Some(one) = self.waiting.get_mut(&id) {
            one.failures = one.failures.saturating_add(1);
            one.due = Instant::now() + self.patience.after(one.failures);
            one.known = known;
        }
    }

    /// All are tried again later.
    pub fn pause(&mut self) {
        self.away = self.away.saturating_add(1);
        self.until = Instant::now() + self.patience.after(self.away);
    }

    /// Whether nothing is tried for a while.
    pub fn is_paused(&self, now: Instant) -> bool {
        self.until > now
    }

    /// When to look again, whatever happens until then; soon where something else is `unfinished`.
    pub fn next_try(&self, unfinished: bool) -> Instant {
        let now = Instant::now();
        let first = self.waiting.values().map(|one| one.due).min();
        match first {
            _ if unfinished => now + self.patience.first,
            Some(due) => due.max(self.until),
            // Those that were left in the tables are taken up as soon as there is room.
            None if self.waiting.len() >= QUEUE_MAX => now,
            None => now + self.patience.most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Seq;

    const PATIENCE: Patience = Patience {
        first: Duration::from_secs(10),
        most: Duration::from_secs(60),
    };

    fn id(seq: u64) -> NoticeId {
        NoticeId {
            seq: Seq::new(seq),
            place: 0,
        }
    }

    #[test]
    fn the_wait_doubles_up_to_a_bound() {
        let waits: Vec<_> = (1..=5).map(|n| PATIENCE.after(n).as_secs()).collect();
        assert_eq!(waits, [10, 20, 40, 60, 60]);
        assert_eq!(PATIENCE.after(u32::MAX), PATIENCE.most);
        assert_eq!(Patience::default().after(40), RETRY_MAX);
        assert_eq!(Patience::default().after(1), RETRY_FIRST);
    }

    #[test]
    fn what_failed_waits_and_what_was_settled_is_gone() {
        let mut queue = Queue::new(PATIENCE);
        queue.see(id(1), true);
        queue.see(id(2), false);
        queue.see(id(3), true);
        let now = Instant::now();
        assert_eq!(queue.due(now), [id(1), id(3)]);
        queue.later(id(1), Some(Outcome::Sent));
        assert_eq!(queue.due(now), [id(3)]);
        assert_eq!(queue.known(id(1)), Some(Outcome::Sent));
        assert_eq!(queue.due(now + Duration::from_secs(11)), [id(1), id(3)]);
        queue.settled(id(3));
        queue.pause();
        assert!(queue.due(now + Duration::from_secs(5)).is_empty());
        assert_eq!(queue.due(now + Duration::from_secs(12)), [id(1)]);
        assert_eq!((queue.len(), queue.seen()), (1, Some(id(3))));
    }
}

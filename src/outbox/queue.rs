//! Which notices wait, and when each of them, and each code, is tried again. It is made anew at every start.
//!
//! It must never forget a notice that was not settled.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::model::{NoticeId, notice::Outcome};

/// How long the outbox waits after a failure: longer each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// After the first one.
    pub first: Duration,
    /// At most.
    pub most: Duration,
}

impl Patience {
    /// How long to wait after so many failures, of which there was one at least.
    pub fn after(self, failures: u32) -> Duration {
        let doubled = 1_u32.checked_shl(failures.saturating_sub(1));
        doubled
            .and_then(|times| self.first.checked_mul(times))
            .map_or(self.most, |wait| wait.min(self.most))
    }
}

/// How often one failed, and when it is tried again.
#[derive(Clone, Copy, Debug)]
struct Tries {
    failures: u32,
    due: Instant,
}

impl Tries {
    fn none() -> Self {
        Self {
            failures: 0,
            due: Instant::now(),
        }
    }

    fn failed(&mut self, patience: Patience) {
        self.failures = self.failures.saturating_add(1);
        self.due = Instant::now() + patience.after(self.failures);
    }
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    tries: Tries,
    /// What became of it, where that could not be recorded yet.
    known: Option<Outcome>,
}

/// The notices that wait.
pub struct Queue {
    patience: Patience,
    waiting: BTreeMap<NoticeId, Waiting>,
    seen: Option<NoticeId>,
    /// The codes that could not be handed in, by the id of what they are for.
    codes: BTreeMap<String, Tries>,
    /// How often in a row the mail server was away, and until when nothing is tried.
    away: Tries,
}

impl Queue {
    /// Nothing waits.
    pub fn new(patience: Patience) -> Self {
        Self {
            patience,
            waiting: BTreeMap::new(),
            seen: None,
            codes: BTreeMap::new(),
            away: Tries::none(),
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
            let (tries, known) = (Tries::none(), None);
            self.waiting.insert(id, Waiting { tries, known });
        }
    }

    /// Those to be tried now, the oldest first.
    pub fn due(&self, now: Instant) -> Vec<NoticeId> {
        if self.is_paused(now) {
            return Vec::new();
        }
        let due = self.waiting.iter().filter(|(_, one)| one.tries.due <= now);
        due.map(|(id, _)| *id).collect()
    }

    /// What became of one, where that only has to be recorded.
    pub fn known(&self, id: NoticeId) -> Option<Outcome> {
        self.waiting.get(&id)?.known
    }

    /// It is over with one; so the mail server is there, too.
    pub fn settled(&mut self, id: NoticeId) {
        self.reached();
        self.waiting.remove(&id);
    }

    /// One is tried again later.
    pub fn later(&mut self, id: NoticeId, known: Option<Outcome>) {
        if let Some(one) = self.waiting.get_mut(&id) {
            one.tries.failed(self.patience);
            one.known = known;
        }
    }

    /// Whether a code is to be tried now.
    pub fn is_code_due(&self, id: &str, now: Instant) -> bool {
        !self.is_paused(now) && self.codes.get(id).is_none_or(|one| one.due <= now)
    }

    /// A code is tried again later.
    pub fn code_later(&mut self, id: &str) {
        let tries = self.codes.entry(id.to_owned()).or_insert_with(Tries::none);
        tries.failed(self.patience);
    }

    /// Of all other codes it is over.
    pub fn keep_codes(&mut self, wait: impl Fn(&str) -> bool) {
        self.codes.retain(|id, _| wait(id));
    }

    /// The mail server is there.
    pub fn reached(&mut self) {
        self.away = Tries::none();
    }

    /// All are tried again later.
    pub fn pause(&mut self) {
        self.away.failed(self.patience);
    }

    /// Whether nothing is tried for a while.
    pub fn is_paused(&self, now: Instant) -> bool {
        self.away.due > now
    }

    /// When to look again, whatever happens until then; soon where something else is `unfinished`.
    pub fn next_try(&self, unfinished: bool) -> Instant {
        let now = Instant::now();
        let notices = self.waiting.values().map(|one| one.tries.due);
        let all = notices.chain(self.codes.values().map(|one| one.due));
        let soon = unfinished.then(|| now + self.patience.first);
        let paused = self.is_paused(now).then_some(self.away.due);
        let next = all.chain(soon).chain(paused).min();
        next.map_or_else(|| now + self.patience.most, |due| due.max(self.away.due))
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

    #[test]
    fn a_code_that_failed_waits_whatever_wakes_the_outbox() {
        let mut queue = Queue::new(PATIENCE);
        let now = Instant::now();
        assert!(queue.is_code_due("v-1", now));
        queue.code_later("v-1");
        assert!(!queue.is_code_due("v-1", now) && queue.is_code_due("v-2", now));
        let soon = queue.next_try(false);
        assert!(soon > now + Duration::from_secs(9) && soon < now + Duration::from_secs(20));
        assert!(queue.is_code_due("v-1", now + Duration::from_secs(11)));
        queue.pause();
        assert!(!queue.is_code_due("v-2", now));
        // Whatever waited for the mail server is tried when that is.
        queue.keep_codes(|_| false);
        assert!(queue.next_try(false) < now + Duration::from_secs(20));
        queue.reached();
        assert!(queue.is_code_due("v-1", Instant::now()));
        assert!(queue.next_try(false) > now + Duration::from_secs(59));
    }
}

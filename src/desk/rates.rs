//! How often one source and one principal may call, and how often a source may show tokens that nobody knows.
//!
//! Each rate is a bucket that refills evenly and holds one second's worth (the failures': one minute's). A full bucket is the
//! same as none, so that tables forget whoever is quiet and stay bounded whoever calls. It must never look at a token, and
//! never hold back health.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::{BuildHasher as _, Hash},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    access::Source,
    model::PrincipalId,
    telemetry::events::{Emit as _, TokensShut},
};

use super::limits::{RATE_ENTRIES_MAX, TOKENS_SHUT};

/// Parts of a table, so that callers seldom wait for each other.
const PARTS: usize = 16;
const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;

/// What is let through at most; 0 means any number.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Reading calls of one source in a second.
    pub source_reads: u64,
    /// Writing calls of one source in a second.
    pub source_writes: u64,
    /// Reading calls of one principal in a second.
    pub principal_reads: u64,
    /// Writing calls of one principal in a second.
    pub principal_writes: u64,
    /// Calls of one source at once.
    pub source_calls_at_once: u64,
    /// Tokens that nobody knows, of one source in a minute.
    pub token_failures: u64,
}

/// What a call is, as far as rates go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whether the server is well: never held back.
    Health,
    /// It changes nothing.
    Read,
    /// It may change the register.
    Write,
}

/// Why a call is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// It comes too soon; the same call may be let through after this time.
    TooSoon(Duration),
    /// Its source has as many calls open as it may.
    TooMany,
}

/// The tables of all sources and principals.
pub struct Ledger {
    rates: Rates,
    begun: Instant,
    sources: Table<Source>,
    principals: Table<PrincipalId>,
}

impl Ledger {
    /// Nobody has called yet.
    pub fn new(rates: Rates) -> Self {
        Self {
            rates,
            begun: Instant::now(),
            sources: Table::new(),
            principals: Table::new(),
        }
    }

    /// Lets a call of `source` begin; it is open until what this returns is dropped. What comes by the administration
    /// socket is the operator's own.
    pub fn begin(self: &Arc<Self>, source: Source, kind: Kind, at: Instant) -> Result<Open, Held> {
        let now = self.nanos(at);
        if source == Source::Local || kind == Kind::Health {
            return Ok(Open(None));
        }
        let source = source.neighbourhood();
        let mut part = self.sources.part(&source);
        let entry = part.entry(&source, now);
        let most = self.rates.source_calls_at_once;
        if most > 0 && entry.open >= most {
            return Err(Held::TooMany);
        }
        entry.take(kind, self.rates.source_reads, self.rates.source_writes, now)?;
        entry.open += 1;
        drop(part);
        Ok(Open(Some((Arc::clone(self), source))))
    }

    /// Lets a call of a principal go on.
    pub fn principal(&self, id: &PrincipalId, kind: Kind, at: Instant) -> Result<(), Held> {
        let now = self.nanos(at);
        let rates = &self.rates;
        let mut part = self.principals.part(id);
        let entry = part.entry(id, now);
        entry.take(kind, rates.principal_reads, rates.principal_writes, now)
    }

    /// Lets a token of `source` be looked up.
    pub fn may_identify(&self, source: Source, at: Instant) -> Result<(), Held> {
        let now = self.nanos(at);
        let source = source.neighbourhood();
        let part = self.sources.part(&source);
        let full_at = part.entries.get(&source).map_or(0, |entry| entry.failures);
        drop(part);
        self.failures().wait(full_at, now)
    }

    /// A token of `source` was not known. After too many of them the next are refused for [`TOKENS_SHUT`].
    pub fn failed(&self, source: Source, at: Instant) {
        if source == Source::Local || self.rates.token_failures == 0 {
            return;
        }
        let now = self.nanos(at);
        let source = source.neighbourhood();
        let bucket = self.failures();
        let mut part = self.sources.part(&source);
        let entry = part.entry(&source, now);
        if bucket.wait(entry.failures, now).is_err() {
            return;
        }
        entry.failures = bucket.less_one(entry.failures, now);
        if bucket.wait(entry.failures, now).is_err() {
            entry.failures += nanos(TOKENS_SHUT);
            drop(part);
            TokensShut.emit();
        }
    }

    const fn failures(&self) -> Bucket {
        Bucket::new(self.rates.token_failures, MINUTE)
    }

    fn nanos(&self, at: Instant) -> u64 {
        nanos(at.saturating_duration_since(self.begun))
    }
}

/// Five centuries fit.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// A call that counts among its source's open ones.
pub struct Open(Option<(Arc<Ledger>, Source)>);

impl Drop for Open {
    fn drop(&mut self) {
        if let Some((ledger, source)) = &self.0 {
            let mut part = ledger.sources.part(source);
            if let Some(entry) = part.entries.get_mut(source) {
                entry.open = entry.open.saturating_sub(1);
            }
        }
    }
}

/// A bucket that holds what comes in `span`, evenly refilled. All that is kept of it is when it will be full.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    each: u64,
    span: u64,
}

impl Bucket {
    const fn new(most: u64, span: u64) -> Self {
        let each = match span.checked_div(most) {
            Some(each) => each,
            None => 0,
        };
        Self { each, span }
    }

    /// Whether one can be taken now, or when.
    fn wait(self, full_at: u64, now: u64) -> Result<(), Held> {
        let after = full_at.max(now).saturating_add(self.each);
        match after.saturating_sub(now.saturating_add(self.span)) {
            _ if self.each == 0 => Ok(()),
            0 => Ok(()),
            early => Err(Held::TooSoon(Duration::from_nanos(early))),
        }
    }

    /// When it will be full after one is taken.
    fn less_one(self, full_at: u64, now: u64) -> u64 {
        full_at.max(now).saturating_add(self.each)
    }
}

/// What is kept of one source or principal: when each of its buckets will be full.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    reads: u64,
    writes: u64,
    failures: u64,
    open: u64,
}

impl Entry {
    fn take(&mut self, kind: Kind, reads: u64, writes: u64, now: u64) -> Result<(), Held> {
        let (full_at, most) = match kind {
            Kind::Health => return Ok(()),
            Kind::Read => (&mut self.reads, reads),
            Kind::Write => (&mut self.writes, writes),
        };
        let bucket = Bucket::new(most, SECOND);
        bucket.wait(*full_at, now)?;
        *full_at = bucket.less_one(*full_at, now);
        Ok(())
    }

    /// When there will be nothing to remember.
    const fn quiet_at(&self) -> u64 {
        let mut at = self.failures;
        if self.reads > at {
            at = self.reads;
        }
        if self.writes > at {
            at = self.writes;
        }
        at
    }
}

struct Table<K> {
    hasher: RandomState,
    parts: [Mutex<Part<K>>; PARTS],
}

struct Part<K> {
    entries: HashMap<K, Entry>,
}

impl<K: Eq + Hash + Clone> Table<K> {
    fn new() -> Self {
        let part = |_| {
            let entries = HashMap::new();
            Mutex::new(Part { entries })
        };
        Self {
            hasher: RandomState::new(),
            parts: std::array::from_fn(part),
        }
    }

    fn part(&self, key: &K) -> MutexGuard<'_, Part<K>> {
        let place = self.hasher.hash_one(key) % PARTS as u64;
        let place = usize::try_from(place).unwrap_or_default();
        let [first, ..] = &self.parts;
        let part = self.parts.get(place).unwrap_or(first);
        part.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone> Part<K> {
    fn entry(&mut self, key: &K, now: u64) -> &mut Entry {
        if self.entries.len() >= RATE_ENTRIES_MAX / PARTS && !self.entries.contains_key(key) {
            self.make_room(now);
        }
        self.entries.entry(key.clone()).or_default()
    }

    /// Forgets whoever is quiet; where that are too few, the quieter half. Open calls, which are bounded, are kept.
    fn make_room(&mut self, now: u64) {
        self.entries
            .retain(|_, entry| entry.open > 0 || entry.quiet_at() > now);
        let most = RATE_ENTRIES_MAX / PARTS / 2;
        if self.entries.len() <= most {
            return;
        }
        let mut ends: Vec<u64> = self.entries.values().map(Entry::quiet_at).collect();
        let middle = ends.len() / 2;
        let (_, middle, _) = ends.select_nth_unstable(middle);
        let middle = *middle;
        self.entries
            .retain(|_, entry| entry.open > 0 || entry.quiet_at() > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Source = Source::Address(core::net::IpAddr::V4(core::net::Ipv4Addr::LOCALHOST));

    fn ledger(set: impl FnOnce(&mut Rates)) -> Arc<Ledger> {
        let mut rates = Rates {
            source_reads: 0,
            source_writes: 0,
            principal_reads: 0,
            principal_writes: 0,
            source_calls_at_once: 0,
            token_failures: 0,
        };
        set(&mut rates);
        Arc::new(Ledger::new(rates))
    }

    fn host(number: u32) -> Source {
        Source::Address(core::net::Ipv4Addr::from_bits(number).into())
    }

    /// How many calls out of a thousand are let through at one moment.
    fn through(mut call: impl FnMut() -> Result<(), Held>) -> usize {
        (0..1_000).filter(|_| call().is_ok()).count()
    }

    #[test]
    fn one_past_a_second_is_held_back_and_let_through_in_time() {
        let ledger = ledger(|rates| {
            rates.source_reads = 10;
            rates.source_writes = 2;
        });
        let now = Instant::now();
        let call = |kind, at| ledger.begin(HERE, kind, at).map(drop);
        assert_eq!(through(|| call(Kind::Read, now)), 10);
        assert_eq!(through(|| call(Kind::Write, now)), 2);
        assert_eq!(through(|| call(Kind::Health, now)), 1_000);
        let Err(Held::TooSoon(wait)) = call(Kind::Read, now) else {
            panic!("let through")
        };
        assert_eq!(wait, Duration::from_millis(100));
        let just_before = now + Duration::from_nanos(99_999_999);
        assert!(call(Kind::Read, just_before).is_err());
        assert_eq!(through(|| call(Kind::Read, now + wait)), 1);
        let later = now + Duration::from_secs(9);
        assert_eq!(through(|| call(Kind::Read, later)), 10);
        assert_eq!(
            through(|| ledger.begin(host(1), Kind::Read, now).map(drop)),
            10
        );
        let local = || ledger.begin(Source::Local, Kind::Write, now).map(drop);
        assert_eq!(through(local), 1_000);
    }

    #[test]
    fn principals_have_rates_of_their_own() {
        let ledger = ledger(|rates| {
            rates.principal_reads = 3;
            rates.principal_writes = 2;
        });
        let now = Instant::now();
        let [one, two]: [PrincipalId; 2] = ["p-1", "p-2"].map(|id| id.parse().unwrap());
        assert_eq!(through(|| ledger.principal(&one, Kind::Read, now)), 3);
        assert_eq!(through(|| ledger.principal(&one, Kind::Write, now)), 2);
        assert_eq!(through(|| ledger.principal(&two, Kind::Read, now)), 3);
        assert_eq!(
            through(|| ledger.begin(HERE, Kind::Read, now).map(drop)),
            1_000
        );
    }

    #[test]
    fn one_past_the_calls_at_once_is_held_back() {
        let ledger = ledger(|rates| rates.source_calls_at_once = 2);
        let now = Instant::now();
        let call = || ledger.begin(HERE, Kind::Read, now);
        let open = [call().ok().unwrap(), call().ok().unwrap()];
        assert_eq!(call().err(), Some(Held::TooMany));
        assert!(ledger.begin(HERE, Kind::Health, now).is_ok());
        drop(open);
        assert!(call().is_ok());
    }

    #[test]
    fn a_source_has_as_many_calls_at_once_as_the_standard_says() {
        let most = crate::desk::limits::SOURCE_CALLS_AT_ONCE_MAX;
        let ledger = ledger(|rates| rates.source_calls_at_once = most);
        let now = Instant::now();
        let call = |_: u64| ledger.begin(HERE, Kind::Read, now);
        let open: Vec<_> = (0..most).map(|n| call(n).ok().unwrap()).collect();
        assert_eq!(call(most).err(), Some(Held::TooMany));
        drop(open);
    }

    #[test]
    fn who_guesses_tokens_is_not_heard_for_a_while() {
        let ledger = ledger(|rates| rates.token_failures = 5);
        let now = Instant::now();
        let mut looked_up = 0;
        while ledger.may_identify(HERE, now).is_ok() {
            ledger.failed(HERE, now);
            looked_up += 1;
        }
        assert_eq!(looked_up, 5);
        assert!(ledger.may_identify(host(7), now).is_ok());
        // Another failure that was on its way does not make it longer.
        ledger.failed(HERE, now);
        let almost = now + TOKENS_SHUT;
        assert!(ledger.may_identify(HERE, almost).is_err());
        let over = now + TOKENS_SHUT + Duration::from_secs(12);
        assert!(ledger.may_identify(HERE, over).is_ok());
        // One each twelve seconds never shuts anybody out.
        let mut at = now;
        for _ in 0..50 {
            at += Duration::from_secs(12);
            ledger.failed(host(8), at);
            assert!(ledger.may_identify(host(8), at).is_ok());
        }
        ledger.failed(Source::Local, now);
    }

    #[test]
    fn whoever_calls_the_tables_stay_bounded() {
        let ledger = ledger(|rates| rates.source_reads = 10);
        let now = Instant::now();
        let busy = ledger.begin(host(0), Kind::Read, now).ok().unwrap();
        let most = u32::try_from(RATE_ENTRIES_MAX).unwrap();
        for number in 1..=3 * most {
            drop(ledger.begin(host(number), Kind::Read, now));
        }
        let held = || -> usize {
            let parts = ledger.sources.parts.iter();
            parts.map(|part| part.lock().unwrap().entries.len()).sum()
        };
        assert!(held() <= RATE_ENTRIES_MAX, "{}", held());
        let kept = ledger.sources.part(&host(0)).entries.contains_key(&host(0));
        assert!(kept, "a source with an open call was forgotten");
        drop(busy);
        // A second later all are quiet: the next one who needs room finds it.
        let later = now + Duration::from_secs(2);
        for number in 0..2 * most {
            drop(ledger.begin(host(u32::MAX - number), Kind::Read, later));
        }
        assert!(held() <= RATE_ENTRIES_MAX, "{}", held());
    }
}

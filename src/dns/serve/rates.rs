//! Response rate limiting over UDP: whoever forges a victim's address gets little of us sent to the victim.
//!
//! The same response to the same network is given so many times a second; beyond that it is dropped, and every other time a
//! truncated one is sent, so that a real resolver behind the address comes back over TCP. The table has a fixed size and no
//! lock. It must never limit who proved the address (a cookie, TCP).

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::Timestamp;

/// Counters; two networks that share one are limited together for a second.
const COUNTERS: usize = 65_536;
/// Of how many responses beyond the limit one is sent truncated.
pub const SLIP: u64 = 2;

/// What becomes of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is sent.
    Send,
    /// A truncated one is sent.
    Truncate,
    /// Nothing is sent.
    Drop,
}

/// The limiter.
pub struct Rates {
    per_second: u64,
    hasher: RandomState,
    /// The second in the upper half, the responses in the lower.
    counters: Vec<AtomicU64>,
}

impl Rates {
    /// With so many of the same response to the same network in a second; 0 means any number.
    pub fn new(per_second: u64) -> Self {
        Self {
            per_second,
            hasher: RandomState::new(),
            counters: (0..COUNTERS).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Counts a response about `subject` and says what becomes of it.
    pub fn judge(&self, source: IpAddr, subject: &[u8], now: Timestamp) -> Verdict {
        if self.per_second == 0 {
            return Verdict::Send;
        }
        let place = self.hasher.hash_one((network(source), subject)) % COUNTERS as u64;
        let place = usize::try_from(place).unwrap_or(0);
        let Some(counter) = self.counters.get(place) else {
            return Verdict::Send;
        };
        let second = (now.micros().unsigned_abs() / 1_000_000) & 0xFFFF_FFFF;
        let mut given = 0;
        let counting = counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |was| {
            let before = if was >> 32 == second {
                was & 0xFFFF_FFFF
            } else {
                0
            };
            given = (before + 1).min(0xFFFF_FFFF);
            Some(second << 32 | given)
        });
        if counting.is_err() || given <= self.per_second {
            return Verdict::Send;
        }
        if given % SLIP == 0 {
            Verdict::Truncate
        } else {
            Verdict::Drop
        }
    }
}

/// The network of a source: /24 of IPv4, /56 of IPv6.
fn network(source: IpAddr) -> u64 {
    match source.to_canonical() {
        IpAddr::V4(address) => u64::from(u32::from(address) >> 8),
        IpAddr::V6(address) => {
            let upper = u128::from(address) >> 72;
            u64::try_from(upper & u128::from(u64::MAX)).unwrap_or(0) | 1 << 63
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    #[test]
    fn beyond_the_limit_every_other_one_is_truncated() {
        let rates = Rates::new(3);
        let source: IpAddr = "192.0.2.1".parse().unwrap();
        let judge = |source, subject: &[u8], second| rates.judge(source, subject, at(second));
        for _ in 0..3 {
            assert_eq!(judge(source, b"x", 1), Verdict::Send);
        }
        let beyond: Vec<_> = (0..4).map(|_| judge(source, b"x", 1)).collect();
        let (truncate, drop) = (Verdict::Truncate, Verdict::Drop);
        assert_eq!(beyond, [truncate, drop, truncate, drop]);
        let beside: IpAddr = "192.0.2.200".parse().unwrap();
        assert_ne!(judge(beside, b"x", 1), Verdict::Send);
        assert_eq!(
            judge("198.51.100.1".parse().unwrap(), b"x", 1),
            Verdict::Send
        );
        assert_eq!(judge(source, b"y", 1), Verdict::Send);
        assert_eq!(judge(source, b"x", 2), Verdict::Send);
    }

    #[test]
    fn no_limit_is_no_limit() {
        let rates = Rates::new(0);
        let source: IpAddr = "2001:db8::1".parse().unwrap();
        assert!((0..1_000).all(|_| rates.judge(source, b"x", at(1)) == Verdict::Send));
    }
}

//! Time as the register knows it: microseconds since 1970 (UTC), read through a [`Clock`].
//!
//! This is the only file that may read the machine's clock. `decide` and `apply` never do: time reaches them as a value.

use std::fmt;

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Why a text is no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a date such as 2026-03-03 or a moment such as 2026-03-03T12:00:00Z (RFC 3339)")]
pub struct TimestampError;

impl Timestamp {
    /// The moment `micros` microseconds after 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The moment `seconds` earlier.
    #[must_use]
    pub const fn minus_seconds(self, seconds: u64) -> Self {
        let after = Self(0).plus_seconds(seconds);
        Self(self.0.saturating_sub(after.0))
    }

    /// The moment `seconds` later.
    #[must_use]
    pub const fn plus_seconds(self, seconds: u64) -> Self {
        let micros = if seconds > 9_000_000_000 {
            9_000_000_000_000_000
        } else {
            seconds.cast_signed() * 1_000_000
        };
        Self(self.0.saturating_add(micros))
    }

    /// Reads RFC 3339; a bare date means the end of that day in UTC, so that "on 3 March" sees all that happened that day.
    pub fn parse_end_of_day(text: &str) -> Result<Self, TimestampError> {
        if let Ok(moment) = text.parse::<jiff::Timestamp>() {
            return Ok(Self(moment.as_microsecond()));
        }
        let date: jiff::civil::Date = text.parse().map_err(|_| TimestampError)?;
        let end = date
            .at(23, 59, 59, 999_999_000)
            .to_zoned(jiff::tz::TimeZone::UTC);
        Ok(Self(
            end.map_err(|_| TimestampError)?
                .timestamp()
                .as_microsecond(),
        ))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with as many fraction digits as it takes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(moment) => moment.fmt(f),
            Err(_) => write!(f, "{} microseconds since 1970", self.0),
        }
    }
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present moment. It may jump; the writer makes record times monotone.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_microsecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_means_the_end_of_that_day() {
        let day = Timestamp::parse_end_of_day("2026-03-03").unwrap();
        let noon = Timestamp::parse_end_of_day("2026-03-03T12:00:00Z").unwrap();
        assert!(day > noon);
        assert_eq!(day.to_string(), "2026-03-03T23:59:59.999999Z");
        assert_eq!(Timestamp::parse_end_of_day("3 March"), Err(TimestampError));
    }

    #[test]
    fn far_futures_do_not_overflow() {
        assert!(
            Timestamp::from_micros(i64::MAX).plus_seconds(u64::MAX)
                == Timestamp::from_micros(i64::MAX)
        );
    }
}

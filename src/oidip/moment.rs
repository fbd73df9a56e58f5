//! Moments as the standard writes them: `YYYY-MM-DD hh:mm:ss ±hhmm`, blanks between, never `T` or `Z`.

use crate::model::Timestamp;

/// A moment to the second, in UTC; none outside the years 0000 to 9999, which the form cannot hold.
pub(super) fn write(moment: Timestamp) -> Option<String> {
    let moment = jiff::Timestamp::from_microsecond(moment.micros()).ok()?;
    let moment = moment.to_zoned(jiff::tz::TimeZone::UTC);
    (0..=9_999)
        .contains(&moment.year())
        .then(|| moment.strftime("%Y-%m-%d %H:%M:%S +0000").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_to_the_second() {
        let moment = Timestamp::parse_end_of_day("2025-01-23T16:32:00.9Z").unwrap();
        assert_eq!(write(moment).as_deref(), Some("2025-01-23 16:32:00 +0000"));
        let first = Timestamp::parse_end_of_day("0001-01-01T00:00:00Z").unwrap();
        assert_eq!(write(first).as_deref(), Some("0001-01-01 00:00:00 +0000"));
        assert_eq!(write(Timestamp::from_micros(i64::MIN)), None);
        let before = Timestamp::parse_end_of_day("-000001-12-31T00:00:00Z").unwrap();
        assert_eq!(write(before), None);
    }
}

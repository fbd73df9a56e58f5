//! Between the API's messages and the types of the model: translation and form, no judgement.
//!
//! What only this room can say stands here: syntax, unknown words, values left out, the same thing twice in a list. How long
//! or how many a value may be, and what an address looks like, is written in [`form`] alone; the rules ask it again.
//!
//! Whatever comes in is checked whole: every faulty field is collected in [`Faults`] under the name the API gives it
//! (`entry.labels[2].label`), and all are told at once. What goes out is cut to what its reader may see. It must never
//! consult the rules: whether a well-formed request is granted is decided elsewhere.

pub mod access;
pub mod allocation_token;
pub mod application;
pub mod change;
pub mod command;
pub mod entry;
pub mod fields;
pub mod notations;
pub mod principal;
pub mod text;

use std::fmt::Display;

use crate::model::{
    Code, Refusal, Refusals, Timestamp,
    form::{self, Flaw},
};

/// The faults of form of one request, collected.
#[derive(Debug, Default)]
pub struct Faults {
    found: Vec<Refusal>,
}

impl Faults {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn add(&mut self, refusal: Refusal) {
        self.found.push(refusal);
    }

    /// Adds one of a code at a field.
    pub fn at(&mut self, code: Code, field: impl Into<String>, detail: impl Into<String>) {
        self.add(Refusal::new(code, field, detail));
    }

    /// The value, or its refusal is added.
    pub fn check<T>(&mut self, result: Result<T, Refusal>) -> Option<T> {
        result.map_err(|refusal| self.add(refusal)).ok()
    }

    /// Reads a field as a `T`; what is wrong is added under `code`.
    pub fn parse<T>(&mut self, code: Code, field: impl Into<String>, text: &str) -> Option<T>
    where
        T: std::str::FromStr,
        T::Err: Display,
    {
        let parsed = text.parse();
        self.check(
            parsed
                .map_err(|error: T::Err| Refusal::new(code, field, error.to_string()).value(text)),
        )
    }

    /// Whether nothing is wrong with the value of a field; what is wrong is added.
    pub fn sound(
        &mut self,
        field: impl Into<String>,
        flaws: impl IntoIterator<Item = Flaw>,
    ) -> bool {
        let (field, before) = (field.into(), self.found.len());
        for flaw in flaws {
            self.at(flaw.code, &field, flaw.detail);
        }
        self.found.len() == before
    }

    /// Whether a list has at most `most` values; where it has more, that is added and the list is not to be read.
    pub fn few(&mut self, field: impl Into<String>, values: usize, most: usize) -> bool {
        self.sound(field, form::few(values, most))
    }

    /// The value where nothing was at fault, else all the faults.
    pub fn into_result<T>(self, value: Option<T>) -> Result<T, Refusals> {
        match (Refusals::of(self.found), value) {
            (Some(refusals), _) => Err(refusals),
            (None, Some(value)) => Ok(value),
            (None, None) => {
                Err(Refusal::new(Code::FieldRequired, "", "the request is incomplete").into())
            }
        }
    }
}

/// The name of a field within another: `entry` and `labels` make `entry.labels`.
pub fn within(outer: &str, inner: &str) -> String {
    if outer.is_empty() {
        inner.to_owned()
    } else {
        format!("{outer}.{inner}")
    }
}

/// The name of a value of a list within another field: `entry`, `labels` and 2 make `entry.labels[2]`.
pub fn item(outer: &str, list: &str, index: usize) -> String {
    format!("{}[{index}]", within(outer, list))
}

/// A moment as the API shows it.
pub fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    let micros = at.micros();
    let nanos = micros.rem_euclid(1_000_000).saturating_mul(1_000);
    prost_types::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(nanos).unwrap_or_default(),
    }
}

/// The years 1 to 9999, as `google.protobuf.Timestamp` bounds them, in seconds since 1970.
const TIMESTAMP_SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// Reads a moment; fractions below a microsecond are dropped.
pub fn moment(at: &prost_types::Timestamp, field: &str, faults: &mut Faults) -> Option<Timestamp> {
    if !TIMESTAMP_SECONDS.contains(&at.seconds) || !(0..1_000_000_000).contains(&at.nanos) {
        faults.at(
            Code::MomentSyntax,
            field,
            "must be a moment of the years 1 to 9999",
        );
        return None;
    }
    let micros = at
        .seconds
        .saturating_mul(1_000_000)
        .saturating_add(i64::from(at.nanos / 1_000));
    Some(Timestamp::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_go_there_and_back() {
        for micros in [0, 1, -1, 1_000_000, -1_000_001, 1_772_539_199_999_999] {
            let mut faults = Faults::new();
            let there = timestamp(Timestamp::from_micros(micros));
            let back = moment(&there, "at", &mut faults);
            assert_eq!(back, Some(Timestamp::from_micros(micros)));
        }
    }

    #[test]
    fn moments_one_past_the_bounds_are_refused() {
        for (seconds, nanos) in [
            (-62_135_596_801, 0),
            (253_402_300_800, 0),
            (0, -1),
            (0, 1_000_000_000),
        ] {
            let mut faults = Faults::new();
            let at = prost_types::Timestamp { seconds, nanos };
            assert_eq!(moment(&at, "at", &mut faults), None);
            let refusals = faults.into_result(Some(())).unwrap_err();
            assert_eq!(refusals.main().code, Code::MomentSyntax);
        }
    }
}

//! Dot notation, read strictly: decimal numbers without leading zeros, joined by single full stops.
//!
//! No standard of the X.660 family fixes it; RFC 4512 1.4 (`numericoid`) and RFC 3061 do, and X.693 and X.697 use it.
//! It must never forgive anything: what people paste is for `pasted`.

use crate::oid::arc::{ArcError, ArcValue};
use crate::oid::contents::{Octets, Short};
use crate::oid::limits::TEXT_BYTES_MAX;
use crate::oid::name::OidError;

/// Why a text is not an object identifier in dot notation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DotError {
    /// Nothing was given.
    #[error("the text is empty")]
    Empty,
    /// More octets than are taken.
    #[error("a text of {bytes} octets; at most {TEXT_BYTES_MAX} are taken")]
    TooLong {
        /// Octets given.
        bytes: usize,
    },
    /// One of the parts between full stops is not a number.
    #[error("arc {index} (octet {position} of the text): {source}")]
    Arc {
        /// Which arc, from 1.
        index: usize,
        /// Octets before it.
        position: usize,
        /// What is wrong with it.
        source: ArcError,
    },
    /// The numbers are well formed but make no object identifier.
    #[error(transparent)]
    Oid(#[from] OidError),
}

impl DotError {
    /// The permanent code of this refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "TEXT_EMPTY",
            Self::TooLong { .. } => "TEXT_TOO_LONG",
            Self::Arc { source, .. } => source.code(),
            Self::Oid(source) => source.code(),
        }
    }

    /// The clause it rests on.
    pub const fn clause(&self) -> &'static str {
        match self {
            Self::Empty => "RFC 4512 1.4",
            Self::TooLong { .. } => "limit of this service",
            Self::Arc { source, .. } => source.clause(),
            Self::Oid(source) => source.clause(),
        }
    }
}

/// Packs a dotted text of numbers below 10^19 in one pass: two arcs or more where `top`, else one or more.
///
/// None for all that is wrong, large or long: [`numbers`] says what it is.
#[inline]
pub(crate) fn pack_short(text: &str, top: bool) -> Option<Octets> {
    let mut packed = Short::new();
    let mut root = None;
    let mut at_top = top;
    let (mut value, mut digits) = (0_u64, 0_u32);
    let mut push = |value: u64, digits: u32| match (at_top, root) {
        _ if digits == 0 => None,
        (true, None) => {
            root = Some(value);
            Some(())
        }
        (true, Some(root)) => {
            at_top = false;
            packed.push_top(root, value)
        }
        (false, _) => packed.push(value),
    };
    for octet in text.as_bytes() {
        let digit = octet.wrapping_sub(b'0');
        if digit <= 9 {
            // A second digit after a zero is a leading zero; nineteen digits can't wrap.
            if digits == DIGITS_SHORT || (digits == 1 && value == 0) {
                return None;
            }
            value = value * 10 + u64::from(digit);
            digits += 1;
        } else if *octet == b'.' {
            push(value, digits)?;
            (value, digits) = (0, 0);
        } else {
            return None;
        }
    }
    push(value, digits)?;
    (!at_top).then(|| packed.octets())
}

/// Digits of the numbers that can't wrap a `u64`.
const DIGITS_SHORT: u32 = 19;

/// The numbers of a dotted text, in order.
pub fn numbers(text: &str) -> Result<impl Iterator<Item = Result<ArcValue, DotError>>, DotError> {
    if text.is_empty() {
        return Err(DotError::Empty);
    }
    if text.len() > TEXT_BYTES_MAX {
        return Err(DotError::TooLong { bytes: text.len() });
    }
    let mut position = 0;
    Ok(text.split('.').enumerate().map(move |(index, part)| {
        let start = position;
        position += part.len() + 1;
        part.parse().map_err(|source| DotError::Arc {
            index: index + 1,
            position: start,
            source,
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::name::Oid;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(text.parse::<Oid>().unwrap_err().code(), expect, "{text:?}");
    }

    #[test]
    fn invalid_texts_of_the_rules() {
        check("", "TEXT_EMPTY");
        check(".", "ARC_EMPTY");
        check("2", "TOO_FEW_ARCS");
        check("3.1", "ROOT_ARC_TOO_LARGE");
        check("0.40", "SECOND_ARC_TOO_LARGE");
        check("1.40", "SECOND_ARC_TOO_LARGE");
        check("2.", "ARC_EMPTY");
        check(".2.16", "ARC_EMPTY");
        check("2..16", "ARC_EMPTY");
        check("02.16", "ARC_LEADING_ZERO");
        check("2.016", "ARC_LEADING_ZERO");
        check("2.00", "ARC_LEADING_ZERO");
        for text in [
            "2.-1", "2.+1", "2,16", "2 .16", "2.1e3", "2.0x10", "2.١٦", "2.16\n",
        ] {
            check(text, "ARC_NOT_A_DIGIT");
        }
        check(&"1.".repeat(TEXT_BYTES_MAX / 2 + 1), "TEXT_TOO_LONG");
    }

    #[test]
    fn the_place_is_told() {
        let error = "2.16.x".parse::<Oid>().unwrap_err();
        assert!(
            error.to_string().starts_with("arc 3 (octet 5 of the text)"),
            "{error}"
        );
    }
}

//! The primary integer value of an arc: a whole number without an upper bound (X.660 7.3, X.680 12.8).
//!
//! Values below 2^64 are held in place; larger ones as shared big-endian octets. It must never lose, round or wrap a
//! value, and never read a number with a leading zero or a sign.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use num_bigint::BigUint;
use smallvec::SmallVec;

use crate::oid::limits::{ARC_DIGITS_MAX, CONTENTS_OCTETS_MAX};

/// Big-endian octets of a value, in place up to sixteen (a UUID fits).
pub type ValueOctets = SmallVec<[u8; 16]>;

/// Text in the making (ASCII), in place for all but unusually long object identifiers.
pub(crate) type Digits = SmallVec<[u8; 96]>;

/// The most digits of a value below 2^64.
const U64_DIGITS: usize = 20;

#[inline]
fn push_u64(out: &mut Digits, value: u64) {
    if let Ok(value @ 0..10) = u8::try_from(value) {
        out.push(b'0' + value);
        return;
    }
    let mut digits = [0; U64_DIGITS];
    let (mut left, mut used) = (value, 0);
    for place in digits.iter_mut().rev() {
        *place = b'0' + u8::try_from(left % 10).unwrap_or_default();
        left /= 10;
        used += 1;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(U64_DIGITS - used..).unwrap_or_default());
}

/// A primary integer value; unbounded, ordered by number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ArcValue(Repr);

/// `Large` holds only what `Small` can't, without leading zero octets, so that equality is equality of the parts.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small(u64),
    Large(Arc<[u8]>),
}

/// Why a text is not a primary integer value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArcError {
    /// There is no digit at all.
    #[error("a number is missing")]
    Empty,
    /// A character that is no ASCII digit (a sign, white space, a digit of another script).
    #[error("{found:?} at character {position} is not a digit 0 to 9")]
    NotADigit {
        /// Characters before it.
        position: usize,
        /// The character.
        found: char,
    },
    /// More than one digit, the first of them `0`.
    #[error("a number has no leading zero")]
    LeadingZero,
    /// More digits than any encodable value has.
    #[error("a number of {digits} digits; at most {ARC_DIGITS_MAX} are taken")]
    TooLarge {
        /// Digits given.
        digits: usize,
    },
}

impl ArcError {
    /// The permanent code of this refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "ARC_EMPTY",
            Self::NotADigit { .. } => "ARC_NOT_A_DIGIT",
            Self::LeadingZero => "ARC_LEADING_ZERO",
            Self::TooLarge { .. } => "ARC_TOO_LARGE",
        }
    }

    /// The clause it rests on.
    pub const fn clause(&self) -> &'static str {
        match self {
            Self::Empty | Self::NotADigit { .. } | Self::LeadingZero => "X.680 12.8",
            Self::TooLarge { .. } => "limit of this service",
        }
    }
}

impl ArcValue {
    /// The value 0.
    pub const ZERO: Self = Self(Repr::Small(0));

    /// A value below 2^64, usable in constants.
    #[inline]
    pub const fn new(value: u64) -> Self {
        Self(Repr::Small(value))
    }

    /// The value where it is below 2^64.
    #[inline]
    pub const fn to_u64(&self) -> Option<u64> {
        match self.0 {
            Repr::Small(value) => Some(value),
            Repr::Large(_) => None,
        }
    }

    /// The value where it is below 2^128.
    pub fn to_u128(&self) -> Option<u128> {
        match &self.0 {
            Repr::Small(value) => Some(u128::from(*value)),
            Repr::Large(octets) if octets.len() <= 16 => Some(
                octets
                    .iter()
                    .fold(0, |sum, octet| (sum << 8) | u128::from(*octet)),
            ),
            Repr::Large(_) => None,
        }
    }

    /// The next larger value.
    #[must_use]
    pub fn successor(&self) -> Self {
        match self.0 {
            Repr::Small(value) if value < u64::MAX => Self(Repr::Small(value + 1)),
            _ => Self::from_big(&(self.to_big() + 1_u32)),
        }
    }

    /// The next smaller value; none below 0.
    pub fn predecessor(&self) -> Option<Self> {
        match self.0 {
            Repr::Small(value) => value.checked_sub(1).map(Self::new),
            Repr::Large(_) => Some(Self::from_big(&(self.to_big() - 1_u32))),
        }
    }

    /// The sum; none when no contents octets within `CONTENTS_OCTETS_MAX` could hold it.
    pub fn checked_add(&self, more: u64) -> Option<Self> {
        if let Repr::Small(value) = self.0
            && let Some(sum) = value.checked_add(more)
        {
            return Some(Self::new(sum));
        }
        let sum = self.to_big() + more;
        (sum.bits() <= 7 * CONTENTS_OCTETS_MAX as u64).then(|| Self::from_big(&sum))
    }

    /// The difference; none below 0.
    #[inline]
    pub fn checked_sub(&self, less: u64) -> Option<Self> {
        match self.0 {
            Repr::Small(value) => value.checked_sub(less).map(Self::new),
            Repr::Large(_) => Some(Self::from_big(&(self.to_big() - less))),
        }
    }

    /// How far this value lies above `start`; none where it lies below or 2^128 or more above.
    pub fn offset_from(&self, start: &Self) -> Option<u128> {
        if self < start {
            return None;
        }
        Self::from_big(&(self.to_big() - start.to_big())).to_u128()
    }

    /// Big-endian octets without leading zero octets; 0 is the empty slice.
    pub fn to_be_bytes_min(&self) -> ValueOctets {
        match &self.0 {
            Repr::Small(value) => value
                .to_be_bytes()
                .into_iter()
                .skip_while(|octet| *octet == 0)
                .collect(),
            Repr::Large(octets) => SmallVec::from_slice(octets),
        }
    }

    /// The value of big-endian octets; leading zero octets count for nothing, no octets are 0.
    pub fn from_be_bytes(octets: &[u8]) -> Self {
        let start = octets
            .iter()
            .position(|octet| *octet != 0)
            .unwrap_or(octets.len());
        let octets = octets.get(start..).unwrap_or_default();
        if octets.len() <= 8 {
            Self::new(
                octets
                    .iter()
                    .fold(0, |sum, octet| (sum << 8) | u64::from(*octet)),
            )
        } else {
            Self(Repr::Large(Arc::from(octets)))
        }
    }

    /// Bits needed to write the value; 0 for the value 0.
    pub fn bits(&self) -> usize {
        match &self.0 {
            Repr::Small(value) => 64 - value.leading_zeros() as usize,
            Repr::Large(octets) => {
                let spare = octets
                    .first()
                    .map_or(0, |first| first.leading_zeros() as usize);
                octets.len() * 8 - spare
            }
        }
    }

    /// Appends the decimal digits.
    #[inline]
    pub(crate) fn push_digits(&self, out: &mut Digits) {
        match &self.0 {
            Repr::Small(value) => push_u64(out, *value),
            Repr::Large(_) => out.extend_from_slice(self.to_string().as_bytes()),
        }
    }

    fn to_big(&self) -> BigUint {
        match &self.0 {
            Repr::Small(value) => BigUint::from(*value),
            Repr::Large(octets) => BigUint::from_bytes_be(octets),
        }
    }

    fn from_big(value: &BigUint) -> Self {
        Self::from_be_bytes(&value.to_bytes_be())
    }
}

impl From<u32> for ArcValue {
    fn from(value: u32) -> Self {
        Self::new(u64::from(value))
    }
}

impl From<u64> for ArcValue {
    fn from(value: u64) -> Self {
        Self::new(value)
    }
}

impl From<u128> for ArcValue {
    fn from(value: u128) -> Self {
        Self::from_be_bytes(&value.to_be_bytes())
    }
}

impl Ord for ArcValue {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Small(a), Repr::Small(b)) => a.cmp(b),
            (Repr::Small(_), Repr::Large(_)) => Ordering::Less,
            (Repr::Large(_), Repr::Small(_)) => Ordering::Greater,
            (Repr::Large(a), Repr::Large(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
        }
    }
}

impl PartialOrd for ArcValue {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq<u64> for ArcValue {
    fn eq(&self, other: &u64) -> bool {
        self.to_u64() == Some(*other)
    }
}

impl fmt::Display for ArcValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(value) => fmt::Display::fmt(value, f),
            Repr::Large(_) => match self.to_u128() {
                Some(value) => fmt::Display::fmt(&value, f),
                None => fmt::Display::fmt(&self.to_big(), f),
            },
        }
    }
}

impl fmt::Debug for ArcValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ArcValue {
    type Err = ArcError;

    fn from_str(text: &str) -> Result<Self, ArcError> {
        let octets = text.as_bytes();
        if octets.is_empty() {
            return Err(ArcError::Empty);
        }
        let mut value = 0_u64;
        for octet in octets {
            let digit = octet.wrapping_sub(b'0');
            if digit > 9 {
                return Err(not_a_digit(text));
            }
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        }
        if octets.len() > 1 && octets.first() == Some(&b'0') {
            return Err(ArcError::LeadingZero);
        }
        match octets.len() {
            // Nineteen digits can't wrap a u64.
            0..=19 => Ok(Self::new(value)),
            20..=ARC_DIGITS_MAX => {
                let value = BigUint::parse_bytes(octets, 10).ok_or(ArcError::Empty)?;
                Ok(Self::from_big(&value))
            }
            digits => Err(ArcError::TooLarge { digits }),
        }
    }
}

fn not_a_digit(text: &str) -> ArcError {
    text.chars()
        .enumerate()
        .find(|(_, c)| !c.is_ascii_digit())
        .map_or(ArcError::Empty, |(position, found)| ArcError::NotADigit {
            position,
            found,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expect: Result<&str, &str>) {
        let got = text.parse::<ArcValue>();
        let shown = got
            .as_ref()
            .map(ToString::to_string)
            .map_err(ArcError::code);
        assert_eq!(shown, expect.map(str::to_owned), "{text:?}");
    }

    #[test]
    fn numbers_are_read_strictly() {
        check("0", Ok("0"));
        check("9999999999999999999", Ok("9999999999999999999"));
        check("18446744073709551615", Ok("18446744073709551615"));
        check("18446744073709551616", Ok("18446744073709551616"));
        check(
            "340282366920938463463374607431768211456",
            Ok("340282366920938463463374607431768211456"),
        );
        check("", Err("ARC_EMPTY"));
        check("00", Err("ARC_LEADING_ZERO"));
        check("01", Err("ARC_LEADING_ZERO"));
        check("0x", Err("ARC_NOT_A_DIGIT"));
        check("-1", Err("ARC_NOT_A_DIGIT"));
        check("+1", Err("ARC_NOT_A_DIGIT"));
        check(" 1", Err("ARC_NOT_A_DIGIT"));
        check("1e3", Err("ARC_NOT_A_DIGIT"));
        check("١٦", Err("ARC_NOT_A_DIGIT"));
    }

    #[test]
    fn the_digit_limit_is_exact() {
        let most = "9".repeat(ARC_DIGITS_MAX);
        assert_eq!(most.parse::<ArcValue>().unwrap().to_string(), most);
        check(&"9".repeat(ARC_DIGITS_MAX + 1), Err("ARC_TOO_LARGE"));
    }

    #[test]
    fn borders_of_the_two_forms() {
        let most = ArcValue::from(u64::MAX);
        let next = most.successor();
        assert_eq!(next.to_u128(), Some(1 << 64));
        assert_eq!(next.to_u64(), None);
        assert!(next > most);
        assert_eq!(next.predecessor(), Some(most.clone()));
        assert_eq!(ArcValue::ZERO.predecessor(), None);
        assert_eq!(next.offset_from(&most), Some(1));
        assert_eq!(most.offset_from(&next), None);
        assert_eq!(most.checked_add(1), Some(next));
        assert!(ArcValue::ZERO.to_be_bytes_min().is_empty());
        let huge = ArcValue::from_be_bytes(&[0xFF; 3584]);
        assert_eq!(huge.bits(), 7 * CONTENTS_OCTETS_MAX);
        assert_eq!(huge.checked_add(1), None);
        assert_eq!(
            ArcValue::from(u128::MAX)
                .successor()
                .offset_from(&ArcValue::ZERO),
            None
        );
    }

    proptest! {
        #[test]
        fn octets_and_text_round_trip(octets in proptest::collection::vec(any::<u8>(), 0..40)) {
            let value = ArcValue::from_be_bytes(&octets);
            let least = value.to_be_bytes_min();
            prop_assert!(least.first() != Some(&0));
            prop_assert_eq!(&ArcValue::from_be_bytes(&least), &value);
            prop_assert_eq!(&value.to_string().parse::<ArcValue>().unwrap(), &value);
            prop_assert_eq!(&value.successor().predecessor().unwrap(), &value);
            prop_assert!(value.successor() > value);
        }

        #[test]
        fn order_is_numeric(a in any::<u128>(), b in any::<u128>(), shift in 0_u32..128) {
            let (a, b) = (a >> shift, b);
            prop_assert_eq!(ArcValue::from(a).cmp(&ArcValue::from(b)), a.cmp(&b));
            prop_assert_eq!(ArcValue::from(a).offset_from(&ArcValue::from(b)), a.checked_sub(b));
        }
    }
}

//! The contents octets of OBJECT IDENTIFIER and RELATIVE-OID (X.690 8.19 and 8.20): packing, checking, unpacking.
//!
//! A subidentifier is a number in base 128, most significant digit first, bit 8 set on all octets but the last, in as
//! few octets as possible; the first subidentifier of an OBJECT IDENTIFIER holds two arcs, 40 × first + second. It
//! must never accept octets that it would not itself produce, and never know tags or lengths.

use smallvec::SmallVec;

use crate::oid::arc::ArcValue;
use crate::oid::limits::{ARCS_CEILING, CONTENTS_OCTETS_MAX, ROOT_ARC_MAX, SECOND_ARC_MAX};

/// Contents octets, in place for all but unusually long object identifiers.
pub type Octets = SmallVec<[u8; 24]>;

/// Why octets are not the contents of an OBJECT IDENTIFIER or RELATIVE-OID; positions count octets from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentsError {
    /// No octets at all.
    #[error("the contents are empty; at least one subidentifier is needed")]
    Empty,
    /// A subidentifier begins with the octet 80 and so is not in the fewest octets.
    #[error("the subidentifier at octet {position} begins with the padding octet 80")]
    Padded {
        /// Where it begins.
        position: usize,
    },
    /// The last octet has bit 8 set: its subidentifier does not end.
    #[error("the subidentifier at octet {position} does not end")]
    Unterminated {
        /// Where it begins.
        position: usize,
    },
    /// More octets than are taken.
    #[error("{octets} contents octets; at most {CONTENTS_OCTETS_MAX} are taken")]
    TooLong {
        /// Octets given.
        octets: usize,
    },
    /// More arcs than are taken.
    #[error("{arcs} arcs; at most {ARCS_CEILING} are taken")]
    TooManyArcs {
        /// Arcs given.
        arcs: usize,
    },
}

impl ContentsError {
    /// The permanent code of this refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "CONTENTS_EMPTY",
            Self::Padded { .. } => "SUBIDENTIFIER_PADDED",
            Self::Unterminated { .. } => "SUBIDENTIFIER_UNTERMINATED",
            Self::TooLong { .. } => "CONTENTS_TOO_LONG",
            Self::TooManyArcs { .. } => "TOO_MANY_ARCS",
        }
    }

    /// The clause it rests on.
    pub const fn clause(&self) -> &'static str {
        match self {
            Self::Empty | Self::Padded { .. } | Self::Unterminated { .. } => "X.690 8.19.2",
            Self::TooLong { .. } | Self::TooManyArcs { .. } => "limit of this service",
        }
    }
}

/// Checks octets and counts their subidentifiers; `extra` is how many arcs more than subidentifiers there are (one
/// for OBJECT IDENTIFIER, none for RELATIVE-OID).
#[inline]
pub fn validate(octets: &[u8], extra: usize) -> Result<usize, ContentsError> {
    if octets.is_empty() {
        return Err(ContentsError::Empty);
    }
    if octets.len() > CONTENTS_OCTETS_MAX {
        return Err(ContentsError::TooLong {
            octets: octets.len(),
        });
    }
    // Most octets are right: what is wrong with the others, and where, is looked for only when something is.
    let mut count = 0;
    let mut padded = false;
    let mut before = 0;
    for octet in octets {
        padded |= before < 0x80 && *octet == 0x80;
        count += usize::from(*octet < 0x80);
        before = *octet;
    }
    if padded || before >= 0x80 {
        return Err(fault_of(octets));
    }
    if count + extra > ARCS_CEILING {
        return Err(ContentsError::TooManyArcs {
            arcs: count + extra,
        });
    }
    Ok(count)
}

/// The first padded subidentifier, or else the last one, which does not end.
#[cold]
fn fault_of(octets: &[u8]) -> ContentsError {
    let mut start = 0;
    let mut at_start = true;
    for (position, octet) in octets.iter().enumerate() {
        if at_start {
            start = position;
            if *octet == 0x80 {
                return ContentsError::Padded { position };
            }
        }
        at_start = *octet < 0x80;
    }
    ContentsError::Unterminated { position: start }
}

/// How many octets the subidentifier of `value` has.
pub fn subidentifier_len(value: &ArcValue) -> usize {
    value.bits().div_ceil(7).max(1)
}

/// Appends the subidentifier of `value`.
pub fn push_subidentifier(out: &mut Octets, value: &ArcValue) {
    let Some(small) = value.to_u64() else {
        push_large(out, &value.to_be_bytes_min());
        return;
    };
    push_small(out, small);
}

fn push_small(out: &mut Octets, value: u64) {
    let groups = small_len(value);
    for group in (1..groups).rev() {
        out.push(0x80 | low_seven(value >> (7 * group)));
    }
    out.push(low_seven(value));
}

/// How many octets the subidentifier of a value below 2^64 has.
#[inline]
const fn small_len(value: u64) -> u32 {
    (64 - (value | 1).leading_zeros()).div_ceil(7)
}

/// Contents octets in the making, of values below 2^64 and no more octets than stand here in place: nearly all are such.
/// Whatever does not fit is for [`push_subidentifier`].
#[derive(Debug)]
pub(crate) struct Short {
    octets: [u8; SHORT_OCTETS],
    len: usize,
}

/// Octets that [`Short`] holds; each holds one arc at most, so that the limits of arcs and octets are kept.
const SHORT_OCTETS: usize = 64;

impl Short {
    #[inline]
    pub(crate) const fn new() -> Self {
        Self {
            octets: [0; SHORT_OCTETS],
            len: 0,
        }
    }

    /// Appends a subidentifier; none where it does not fit.
    #[inline]
    pub(crate) fn push(&mut self, value: u64) -> Option<()> {
        if value < 0x80 {
            *self.octets.get_mut(self.len)? = low_seven(value);
            self.len += 1;
            return Some(());
        }
        let groups = small_len(value);
        // All of it or nothing, so that what was packed before can still be taken.
        if self.len + groups as usize > SHORT_OCTETS {
            return None;
        }
        for group in (1..groups).rev() {
            *self.octets.get_mut(self.len)? = 0x80 | low_seven(value >> (7 * group));
            self.len += 1;
        }
        *self.octets.get_mut(self.len)? = low_seven(value);
        self.len += 1;
        Some(())
    }

    /// Appends the subidentifier of the first two arcs; none where they cannot be the first or do not fit.
    #[inline]
    pub(crate) fn push_top(&mut self, root: u64, second: u64) -> Option<()> {
        if root > ROOT_ARC_MAX || (root < ROOT_ARC_MAX && second > SECOND_ARC_MAX) {
            return None;
        }
        self.push(second.checked_add(root * 40)?)
    }

    #[inline]
    pub(crate) fn octets(&self) -> Octets {
        Octets::from_slice(self.octets.get(..self.len).unwrap_or_default())
    }
}

const fn low_seven(value: u64) -> u8 {
    (value & 0x7F) as u8
}

fn push_large(out: &mut Octets, octets: &[u8]) {
    let spare = octets
        .first()
        .map_or(0, |first| first.leading_zeros() as usize);
    let groups = (octets.len() * 8 - spare).div_ceil(7);
    // The octet that holds bit 8 × `index`, counted from the least significant one.
    let octet = |index: usize| {
        octets
            .len()
            .checked_sub(index + 1)
            .and_then(|at| octets.get(at))
            .copied()
            .unwrap_or(0)
    };
    for group in (0..groups).rev() {
        let (index, shift) = (group * 7 / 8, group * 7 % 8);
        let window = u64::from(octet(index)) | u64::from(octet(index + 1)) << 8;
        let more = if group == 0 { 0 } else { 0x80 };
        out.push(more | low_seven(window >> shift));
    }
}

/// The first subidentifier of two arcs: 40 × first + second (X.690 8.19.4); none where the sum can't be held.
pub fn pack_first(first: u64, second: &ArcValue) -> Option<ArcValue> {
    second.checked_add(first.checked_mul(40)?)
}

/// The two arcs that a first subidentifier holds; everything from 80 on belongs to root arc 2.
#[inline]
pub fn unpack_first(subidentifier: &ArcValue) -> (ArcValue, ArcValue) {
    match subidentifier.to_u64() {
        Some(value @ 0..40) => (ArcValue::ZERO, ArcValue::new(value)),
        Some(value @ 40..80) => (ArcValue::new(1), ArcValue::new(value - 40)),
        _ => (
            ArcValue::new(2),
            subidentifier.checked_sub(80).unwrap_or(ArcValue::ZERO),
        ),
    }
}

/// The subidentifiers of octets that [`validate`] has accepted; of others it yields something, but never panics.
#[derive(Debug, Clone)]
pub struct Subidentifiers<'a> {
    rest: &'a [u8],
}

impl<'a> Subidentifiers<'a> {
    /// Reads from the first octet on.
    #[inline]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }

    /// The first octet of the next one.
    #[inline]
    pub(crate) fn peek_octet(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next one where it is below 2^64; of a larger one its octets, to be read by [`large`].
    #[inline]
    pub(crate) fn next_small(&mut self) -> Option<Result<u64, &'a [u8]>> {
        let (first, rest) = self.rest.split_first()?;
        if *first < 0x80 {
            self.rest = rest;
            return Some(Ok(u64::from(*first)));
        }
        Some(self.next_long(*first))
    }

    #[inline]
    fn next_long(&mut self, first: u8) -> Result<u64, &'a [u8]> {
        let mut value = u64::from(first & 0x7F);
        let mut octets = self.rest.iter();
        octets.next();
        // Below 2^57 another group of seven bits still fits.
        while let (0, Some(octet)) = (value >> 57, octets.next()) {
            value = (value << 7) | u64::from(octet & 0x7F);
            if *octet < 0x80 {
                self.rest = octets.as_slice();
                return Ok(value);
            }
        }
        let (octets, rest) = split_large(self.rest);
        self.rest = rest;
        Err(octets)
    }
}

/// Splits octets after the first subidentifier. It takes no reader, so that readers can stay in registers.
#[cold]
fn split_large(octets: &[u8]) -> (&[u8], &[u8]) {
    let end = octets
        .iter()
        .position(|octet| *octet < 0x80)
        .map_or(octets.len(), |place| place + 1);
    octets.split_at_checked(end).unwrap_or((octets, &[]))
}

impl Iterator for Subidentifiers<'_> {
    type Item = ArcValue;

    #[inline]
    fn next(&mut self) -> Option<ArcValue> {
        let value = match self.next_small()? {
            Ok(small) => ArcValue::new(small),
            Err(octets) => large(octets),
        };
        Some(value)
    }
}

/// The value of a subidentifier of any size.
#[cold]
pub(crate) fn large(groups: &[u8]) -> ArcValue {
    let mut octets: SmallVec<[u8; 32]> = SmallVec::new();
    let (mut window, mut bits) = (0_u32, 0_u32);
    for group in groups.iter().rev() {
        window |= u32::from(group & 0x7F) << bits;
        bits += 7;
        if bits >= 8 {
            octets.push(low_eight(window));
            window >>= 8;
            bits -= 8;
        }
    }
    octets.push(low_eight(window));
    octets.reverse();
    ArcValue::from_be_bytes(&octets)
}

const fn low_eight(value: u32) -> u8 {
    (value & 0xFF) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pack(value: &ArcValue) -> Octets {
        let mut out = Octets::new();
        push_subidentifier(&mut out, value);
        out
    }

    #[track_caller]
    fn check(value: u128, expect: &str) {
        let value = ArcValue::from(value);
        let octets = pack(&value);
        assert_eq!(hex::encode(&octets), expect);
        assert_eq!(octets.len(), subidentifier_len(&value));
        assert_eq!(Subidentifiers::new(&octets).collect::<Vec<_>>(), [value]);
    }

    #[test]
    fn subidentifiers_are_least() {
        check(0, "00");
        check(127, "7f");
        check(128, "8100");
        check(16_383, "ff7f");
        check(16_384, "818000");
        check((1 << 63) - 1, "ffffffffffffffff7f");
        check(1 << 63, "81808080808080808000");
        check(u128::from(u64::MAX), "81ffffffffffffffff7f");
        check(1 << 64, "82808080808080808000");
        check(u128::MAX, "83ffffffffffffffffffffffffffffffffff7f");
    }

    #[track_caller]
    fn refused(octets: &[u8], expect: &ContentsError) {
        assert_eq!(&validate(octets, 1).unwrap_err(), expect);
    }

    #[test]
    fn bad_contents_are_refused_with_their_place() {
        refused(&[], &ContentsError::Empty);
        refused(&[0x80], &ContentsError::Padded { position: 0 });
        refused(
            &[0x88, 0x37, 0x80, 0x03],
            &ContentsError::Padded { position: 2 },
        );
        refused(&[0x88, 0xB7], &ContentsError::Unterminated { position: 0 });
        refused(&[0x01, 0x81], &ContentsError::Unterminated { position: 1 });
    }

    #[test]
    fn limits_are_exact() {
        assert_eq!(validate(&[1; ARCS_CEILING - 1], 1), Ok(ARCS_CEILING - 1));
        refused(
            &[1; ARCS_CEILING],
            &ContentsError::TooManyArcs {
                arcs: ARCS_CEILING + 1,
            },
        );
        let mut most = vec![0xFF; CONTENTS_OCTETS_MAX];
        most[CONTENTS_OCTETS_MAX - 1] = 0x7F;
        assert_eq!(validate(&most, 1), Ok(1));
        most.insert(0, 0xFF);
        refused(
            &most,
            &ContentsError::TooLong {
                octets: CONTENTS_OCTETS_MAX + 1,
            },
        );
    }

    #[test]
    fn the_first_two_arcs_share_one_subidentifier() {
        for (first, second) in [
            (0, 0),
            (0, 39),
            (1, 0),
            (1, 39),
            (2, 0),
            (2, 48),
            (2, u64::MAX),
        ] {
            let second = ArcValue::new(second);
            let packed = pack_first(first, &second).unwrap();
            assert_eq!(unpack_first(&packed), (ArcValue::new(first), second));
        }
    }

    proptest! {
        #[test]
        fn values_of_any_size_round_trip(octets in proptest::collection::vec(any::<u8>(), 0..60)) {
            let value = ArcValue::from_be_bytes(&octets);
            let packed = pack(&value);
            prop_assert_eq!(validate(&packed, 0), Ok(1));
            prop_assert_eq!(packed.len(), subidentifier_len(&value));
            prop_assert_eq!(Subidentifiers::new(&packed).collect::<Vec<_>>(), vec![value]);
        }

        #[test]
        fn what_is_accepted_is_what_would_be_produced(
            octets in proptest::collection::vec(any::<u8>(), 0..24)
        ) {
            if validate(&octets, 0).is_ok() {
                let mut again = Octets::new();
                for value in Subidentifiers::new(&octets) {
                    push_subidentifier(&mut again, &value);
                }
                prop_assert_eq!(again.as_slice(), octets.as_slice());
            }
        }
    }
}

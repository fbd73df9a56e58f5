//! OER of OBJECT IDENTIFIER and RELATIVE-OID (X.696): a length determinant as in BER, then the BER contents.
//!
//! Canonical OER is written and asked for: the length in the fewest octets. It must never know a tag: OER has none here.

use crate::oid::ber::push_length;
use crate::oid::encoding::{EncodingError, exactly};
use crate::oid::limits::CONTENTS_OCTETS_MAX;
use crate::oid::name::{Oid, RelativeOid};

/// The encoding of an object identifier.
pub fn encode(oid: &Oid) -> Vec<u8> {
    write(oid.as_contents())
}

/// The encoding of a relative object identifier.
pub fn encode_relative(oid: &RelativeOid) -> Vec<u8> {
    write(oid.as_contents())
}

/// Reads an object identifier; octets after it are refused.
pub fn decode(octets: &[u8]) -> Result<Oid, EncodingError> {
    Ok(Oid::from_contents(read(octets)?)?)
}

/// Reads a relative object identifier; octets after it are refused.
pub fn decode_relative(octets: &[u8]) -> Result<RelativeOid, EncodingError> {
    Ok(RelativeOid::from_contents(read(octets)?)?)
}

fn write(contents: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(contents.len() + 3);
    push_length(&mut out, contents.len());
    out.extend_from_slice(contents);
    out
}

fn read(octets: &[u8]) -> Result<&[u8], EncodingError> {
    let (first, rest) = octets.split_first().ok_or(EncodingError::Truncated)?;
    let count = match first {
        0..=0x7F => return exactly(rest, usize::from(*first)),
        0x80 | 0xFF => return Err(EncodingError::LengthForm),
        _ => usize::from(first & 0x7F),
    };
    let (digits, rest) = rest
        .split_at_checked(count)
        .ok_or(EncodingError::Truncated)?;
    if digits.first() == Some(&0) {
        return Err(EncodingError::LengthNotLeast);
    }
    let length = digits
        .iter()
        .try_fold(0_usize, |sum, octet| {
            sum.checked_mul(256)?.checked_add(usize::from(*octet))
        })
        .filter(|length| *length <= CONTENTS_OCTETS_MAX)
        .ok_or(EncodingError::LengthTooLarge)?;
    if length < 0x80 {
        return Err(EncodingError::LengthNotLeast);
    }
    exactly(rest, length)
}

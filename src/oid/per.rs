//! PER of OBJECT IDENTIFIER and RELATIVE-OID as top-level values (X.691): a length determinant, then the BER contents.
//!
//! At the top level the aligned and the unaligned variant are the same octets. Lengths from 16,384 on would need
//! fragments; contents are never that long here. It must never know a tag: PER has none.

use crate::oid::encoding::{EncodingError, exactly};
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
    let mut out = Vec::with_capacity(contents.len() + 2);
    // The types hold at most 4,096 octets, so that two octets of length always do (X.691 11.9.3.7).
    match u16::try_from(contents.len())
        .unwrap_or(0x3FFF)
        .to_be_bytes()
    {
        [0, low @ 0..=0x7F] => out.push(low),
        [high, low] => out.extend_from_slice(&[0x80 | high, low]),
    }
    out.extend_from_slice(contents);
    out
}

fn read(octets: &[u8]) -> Result<&[u8], EncodingError> {
    match octets {
        [] | [0x80..=0xBF] => Err(EncodingError::Truncated),
        [low @ 0..=0x7F, rest @ ..] => exactly(rest, usize::from(*low)),
        [high @ 0x80..=0xBF, low, rest @ ..] => {
            let length = usize::from(high & 0x3F) << 8 | usize::from(*low);
            if length < 0x80 {
                return Err(EncodingError::LengthNotLeast);
            }
            exactly(rest, length)
        }
        _ => Err(EncodingError::LengthTooLarge),
    }
}

//! CBOR tags for object identifiers (RFC 9090): 111 absolute, 110 relative, 112 below 1.3.6.1.4.1.
//!
//! The tagged item is a byte string of BER contents. Preferred serialization is written and asked for (RFC 8949 4.1).
//! It must never read the arrays and maps that RFC 9090 3 also allows under these tags: they are not one value.

use crate::oid::arc::ArcValue;
use crate::oid::contents::{ContentsError, Octets};
use crate::oid::encoding::{EncodingError, exactly};
use crate::oid::limits::CONTENTS_OCTETS_MAX;
use crate::oid::name::{Oid, RelativeOid};

const TAG_RELATIVE: u8 = 110;
const TAG_OID: u8 = 111;
const TAG_ENTERPRISE: u8 = 112;

/// The contents octets of 1.3.6.1.4.1, below which the private enterprise numbers are.
const ENTERPRISES: &[u8] = &[0x2B, 0x06, 0x01, 0x04, 0x01];

/// What a tagged item holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Tags 111 and 112.
    Oid(Oid),
    /// Tag 110.
    RelativeOid(RelativeOid),
}

/// The encoding with tag 111.
pub fn encode(oid: &Oid) -> Vec<u8> {
    write(TAG_OID, oid.as_contents())
}

/// The encoding with tag 110.
pub fn encode_relative(oid: &RelativeOid) -> Vec<u8> {
    write(TAG_RELATIVE, oid.as_contents())
}

/// The encoding with tag 112; none for what does not lie below 1.3.6.1.4.1.
pub fn encode_enterprise(oid: &Oid) -> Option<Vec<u8>> {
    let below = oid
        .as_contents()
        .strip_prefix(ENTERPRISES)
        .filter(|below| !below.is_empty())?;
    Some(write(TAG_ENTERPRISE, below))
}

/// Reads one tagged item; octets after it are refused.
pub fn decode(octets: &[u8]) -> Result<Item, EncodingError> {
    let (tag, rest) = match octets {
        [0xD8, tag, rest @ ..] => (*tag, rest),
        [] | [0xD8] => return Err(EncodingError::Truncated),
        _ => return Err(EncodingError::WrongTag),
    };
    if !matches!(tag, TAG_OID | TAG_RELATIVE | TAG_ENTERPRISE) {
        return Err(EncodingError::WrongTag);
    }
    let contents = byte_string(rest)?;
    match tag {
        TAG_OID => Ok(Item::Oid(Oid::from_contents(contents)?)),
        TAG_RELATIVE => Ok(Item::RelativeOid(RelativeOid::from_contents(contents)?)),
        _ => {
            if contents.is_empty() {
                return Err(ContentsError::Empty.into());
            }
            let whole: Octets = ENTERPRISES.iter().chain(contents).copied().collect();
            Ok(Item::Oid(Oid::from_contents(&whole)?))
        }
    }
}

impl Item {
    /// The arcs, the topmost first.
    pub fn arcs(&self) -> Vec<ArcValue> {
        match self {
            Self::Oid(oid) => oid.arcs().collect(),
            Self::RelativeOid(oid) => oid.arcs().collect(),
        }
    }
}

fn write(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = vec![0xD8, tag];
    // The types hold at most 4,096 octets, so that two octets of length always do.
    match u16::try_from(contents.len())
        .unwrap_or(u16::MAX)
        .to_be_bytes()
    {
        [0, low @ 0..=23] => out.push(0x40 | low),
        [0, low] => out.extend_from_slice(&[0x58, low]),
        [high, low] => out.extend_from_slice(&[0x59, high, low]),
    }
    out.extend_from_slice(contents);
    out
}

fn byte_string(octets: &[u8]) -> Result<&[u8], EncodingError> {
    match octets {
        [] | [0x58 | 0x59] | [0x59, _] => Err(EncodingError::Truncated),
        [head @ 0x40..=0x57, rest @ ..] => exactly(rest, usize::from(head & 0x1F)),
        [0x58, low, rest @ ..] => match low {
            0..=23 => Err(EncodingError::LengthNotLeast),
            _ => exactly(rest, usize::from(*low)),
        },
        [0x59, high, low, rest @ ..] => match usize::from(u16::from_be_bytes([*high, *low])) {
            0..=0xFF => Err(EncodingError::LengthNotLeast),
            length if length > CONTENTS_OCTETS_MAX => Err(EncodingError::LengthTooLarge),
            length => exactly(rest, length),
        },
        [0x5A | 0x5B, ..] => Err(EncodingError::LengthTooLarge),
        [0x5C..=0x5F, ..] => Err(EncodingError::LengthForm),
        _ => Err(EncodingError::NotByteString),
    }
}

//! BER and DER of OBJECT IDENTIFIER, RELATIVE-OID, OID-IRI and RELATIVE-OID-IRI (X.690 8.19 to 8.22, clause 10).
//!
//! `asn1-rs` splits identifier, length and contents octets; before that this file says what is wrong with them, each
//! fault with its own reason, and after that the contents are checked by this room's own rules. It must never let
//! `asn1-rs` interpret arcs, nor trust a length that the octets present do not bear out.

use asn1_rs::{FromBer, FromDer, Header};

use crate::oid::contents::ContentsError;
use crate::oid::iri;
use crate::oid::limits::TEXT_BYTES_MAX;
use crate::oid::name::{Oid, RelativeOid};
use crate::oid::text::{TextError, Tolerance};

/// The types that this file reads and writes, by their universal tag numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// OBJECT IDENTIFIER
    ObjectIdentifier = 6,
    /// RELATIVE-OID
    RelativeOid = 13,
    /// OID-IRI
    OidIri = 35,
    /// RELATIVE-OID-IRI
    RelativeOidIri = 36,
}

impl Type {
    /// The universal tag number.
    pub const fn tag(self) -> u32 {
        match self {
            Self::ObjectIdentifier => 6,
            Self::RelativeOid => 13,
            Self::OidIri => 35,
            Self::RelativeOidIri => 36,
        }
    }

    const fn of_tag(tag: u64) -> Option<Self> {
        match tag {
            6 => Some(Self::ObjectIdentifier),
            13 => Some(Self::RelativeOid),
            35 => Some(Self::OidIri),
            36 => Some(Self::RelativeOidIri),
            _ => None,
        }
    }
}

/// A value of one of the types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// OBJECT IDENTIFIER
    ObjectIdentifier(Oid),
    /// RELATIVE-OID
    RelativeOid(RelativeOid),
    /// OID-IRI: its text, which `iri::absolute` takes.
    OidIri(String),
    /// RELATIVE-OID-IRI: its text, which `iri::relative` takes.
    RelativeOidIri(String),
}

/// Which encoding rules are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rules {
    /// Distinguished: one encoding for each value.
    Der,
    /// Basic: lengths may have more octets than needed, which is told back.
    Ber,
}

/// Why octets are not the encoding of such a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DerError {
    /// No octets at all.
    #[error("no octets")]
    Empty,
    /// The tag number's octets do not end.
    #[error("the octets end within the tag")]
    TagTruncated,
    /// A tag number up to 30 in the form for larger ones.
    #[error("tag {tag} is written in the form for tags above 30")]
    TagHighForm {
        /// The tag number.
        tag: u64,
    },
    /// A tag number that begins with an octet 80.
    #[error("the tag number is padded with the octet 80")]
    TagPadded,
    /// A class other than UNIVERSAL.
    #[error("a tag of the class {class}, not UNIVERSAL")]
    WrongClass {
        /// The class.
        class: &'static str,
    },
    /// A tag of another type.
    #[error("tag {found} where {expected} was expected")]
    WrongTag {
        /// The tag number.
        found: u64,
        /// The tag number, or what may stand there.
        expected: String,
    },
    /// The constructed bit is set.
    #[error("the encoding is constructed; this type has primitive encodings only")]
    Constructed,
    /// No length octets.
    #[error("the length is missing")]
    LengthMissing,
    /// The length octets do not end.
    #[error("the octets end within the length")]
    LengthTruncated,
    /// The length octet FF.
    #[error("the length octet FF is reserved")]
    LengthReserved,
    /// The length octet 80.
    #[error("an indefinite length, which a primitive encoding can't have")]
    LengthIndefinite,
    /// A length with leading zero octets.
    #[error("the length has a leading zero octet")]
    LengthLeadingZero,
    /// A length below 128 in the long form.
    #[error("the length {length} is in the long form, but fits the short one")]
    LengthLongForm {
        /// The length.
        length: u64,
    },
    /// A length beyond all limits.
    #[error("a length of more than {TEXT_BYTES_MAX} octets")]
    LengthTooLarge,
    /// Fewer contents octets than the length says.
    #[error("the length says {length} octets, {present} are there")]
    ContentsTruncated {
        /// Octets announced.
        length: u64,
        /// Octets present.
        present: usize,
    },
    /// Octets after the value.
    #[error("{octets} octets after the value")]
    Trailing {
        /// How many.
        octets: usize,
    },
    /// The framing library refuses what passed the checks above.
    #[error("framing: {0}")]
    Framing(String),
    /// The contents are not right.
    #[error(transparent)]
    Contents(#[from] ContentsError),
    /// The contents of an OID-IRI are not UTF-8.
    #[error("the contents are not UTF-8 from octet {position} on")]
    NotUtf8 {
        /// Contents octets before the fault.
        position: usize,
    },
    /// The contents of an OID-IRI are no such value.
    #[error(transparent)]
    Iri(#[from] TextError),
}

impl DerError {
    /// The permanent code of this refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "DER_EMPTY",
            Self::TagTruncated => "DER_TAG_TRUNCATED",
            Self::TagHighForm { .. } => "DER_TAG_HIGH_FORM",
            Self::TagPadded => "DER_TAG_PADDED",
            Self::WrongClass { .. } => "DER_WRONG_CLASS",
            Self::WrongTag { .. } => "DER_WRONG_TAG",
            Self::Constructed => "DER_CONSTRUCTED",
            Self::LengthMissing => "DER_LENGTH_MISSING",
            Self::LengthTruncated => "DER_LENGTH_TRUNCATED",
            Self::LengthReserved => "DER_LENGTH_RESERVED",
            Self::LengthIndefinite => "DER_LENGTH_INDEFINITE",
            Self::LengthLeadingZero => "DER_LENGTH_LEADING_ZERO",
            Self::LengthLongForm { .. } => "DER_LENGTH_LONG_FORM",
            Self::LengthTooLarge => "DER_LENGTH_TOO_LARGE",
            Self::ContentsTruncated { .. } => "DER_CONTENTS_TRUNCATED",
            Self::Trailing { .. } => "DER_TRAILING",
            Self::Framing(_) => "DER_FRAMING",
            Self::Contents(source) => source.code(),
            Self::NotUtf8 { .. } => "IRI_NOT_UTF8",
            Self::Iri(source) => source.code(),
        }
    }

    /// The clause it rests on.
    pub const fn clause(&self) -> &'static str {
        match self {
            Self::TagHighForm { .. } => "X.690 8.1.2.2",
            Self::TagPadded => "X.690 8.1.2.4.2",
            Self::Empty | Self::TagTruncated => "X.690 8.1.2",
            Self::WrongClass { .. } | Self::WrongTag { .. } => "X.680 8.4",
            Self::Constructed => "X.690 8.19.1",
            Self::LengthReserved => "X.690 8.1.3.5",
            Self::LengthIndefinite => "X.690 8.1.3.2",
            Self::LengthLeadingZero | Self::LengthLongForm { .. } => "X.690 10.1",
            Self::LengthMissing
            | Self::LengthTruncated
            | Self::ContentsTruncated { .. }
            | Self::Trailing { .. }
            | Self::Framing(_) => "X.690 8.1.3",
            Self::LengthTooLarge => "limit of this service",
            Self::Contents(source) => source.clause(),
            Self::NotUtf8 { .. } => "X.690 8.21",
            Self::Iri(source) => source.clause(),
        }
    }
}

/// Reads one value of any of the four types; octets after it are refused.
pub fn decode(octets: &[u8], rules: Rules) -> Result<(Value, Vec<Tolerance>), DerError> {
    let (kind, contents, tolerated) = frame(octets, None, rules)?;
    let value = match kind {
        Type::ObjectIdentifier => Value::ObjectIdentifier(Oid::from_contents(contents)?),
        Type::RelativeOid => Value::RelativeOid(RelativeOid::from_contents(contents)?),
        Type::OidIri => {
            let text = utf8(contents)?;
            iri::absolute(text)?;
            Value::OidIri(text.to_owned())
        }
        Type::RelativeOidIri => {
            let text = utf8(contents)?;
            iri::relative(text)?;
            Value::RelativeOidIri(text.to_owned())
        }
    };
    Ok((value, tolerated))
}

fn utf8(contents: &[u8]) -> Result<&str, DerError> {
    std::str::from_utf8(contents).map_err(|error| DerError::NotUtf8 {
        position: error.valid_up_to(),
    })
}

/// The DER encoding of a value.
pub fn encode(value: &Value) -> Vec<u8> {
    match value {
        Value::ObjectIdentifier(oid) => oid.to_der(),
        Value::RelativeOid(oid) => oid.to_der(),
        Value::OidIri(text) => tlv(&[0x1F, 35], text.as_bytes()),
        Value::RelativeOidIri(text) => tlv(&[0x1F, 36], text.as_bytes()),
    }
}

impl Oid {
    /// Reads the DER encoding of an OBJECT IDENTIFIER; octets after it are refused.
    pub fn from_der(octets: &[u8]) -> Result<Self, DerError> {
        let (_, contents, _) = frame(octets, Some(Type::ObjectIdentifier), Rules::Der)?;
        Ok(Self::from_contents(contents)?)
    }

    /// The DER encoding.
    pub fn to_der(&self) -> Vec<u8> {
        tlv(&[0x06], self.as_contents())
    }
}

impl RelativeOid {
    /// Reads the DER encoding of a RELATIVE-OID; octets after it are refused.
    pub fn from_der(octets: &[u8]) -> Result<Self, DerError> {
        let (_, contents, _) = frame(octets, Some(Type::RelativeOid), Rules::Der)?;
        Ok(Self::from_contents(contents)?)
    }

    /// The DER encoding.
    pub fn to_der(&self) -> Vec<u8> {
        tlv(&[0x0D], self.as_contents())
    }
}

fn tlv(identifier: &[u8], contents: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(identifier.len() + 5 + contents.len());
    out.extend_from_slice(identifier);
    push_length(&mut out, contents.len());
    out.extend_from_slice(contents);
    out
}

/// A length in the fewest octets (X.690 10.1, also OER's).
pub(crate) fn push_length(out: &mut Vec<u8>, length: usize) {
    if let Ok(short @ 0..=0x7F) = u8::try_from(length) {
        out.push(short);
        return;
    }
    let octets = length.to_be_bytes();
    let least: Vec<u8> = octets.into_iter().skip_while(|octet| *octet == 0).collect();
    // A usize has eight octets at most, so that their number always fits.
    out.push(0x80 | u8::try_from(least.len()).unwrap_or(0x7E));
    out.extend_from_slice(&least);
}

/// Checks identifier and length octets and gives the contents octets.
fn frame(
    octets: &[u8],
    expected: Option<Type>,
    rules: Rules,
) -> Result<(Type, &[u8], Vec<Tolerance>), DerError> {
    let (kind, after_tag) = check_identifier(octets, expected)?;
    let mut tolerated = Vec::new();
    check_length(after_tag, rules, &mut tolerated)?;
    let framing = |error: asn1_rs::Err<asn1_rs::Error>| DerError::Framing(error.to_string());
    let (rest, contents) = match rules {
        Rules::Der => {
            let (rest, header) = Header::from_der(octets).map_err(framing)?;
            header.parse_der_content(rest).map_err(framing)?
        }
        Rules::Ber => {
            let (rest, header) = Header::from_ber(octets).map_err(framing)?;
            header.parse_ber_content(rest).map_err(framing)?
        }
    };
    if !rest.is_empty() {
        return Err(DerError::Trailing { octets: rest.len() });
    }
    Ok((kind, contents, tolerated))
}

/// X.690 8.1.2; gives the octets after the identifier octets.
fn check_identifier(octets: &[u8], expected: Option<Type>) -> Result<(Type, &[u8]), DerError> {
    let (first, rest) = octets.split_first().ok_or(DerError::Empty)?;
    let (tag, rest) = match u64::from(first & 0x1F) {
        0x1F => high_tag(rest)?,
        low => (low, rest),
    };
    let class = match first >> 6 {
        0 => None,
        1 => Some("APPLICATION"),
        2 => Some("context-specific"),
        _ => Some("PRIVATE"),
    };
    if let Some(class) = class {
        return Err(DerError::WrongClass { class });
    }
    let kind = Type::of_tag(tag).filter(|kind| expected.is_none_or(|expected| expected == *kind));
    let Some(kind) = kind else {
        let expected = expected.map_or_else(|| "6, 13, 35 or 36".into(), |t| t.tag().to_string());
        return Err(DerError::WrongTag {
            found: tag,
            expected,
        });
    };
    if first & 0x20 != 0 {
        return Err(DerError::Constructed);
    }
    Ok((kind, rest))
}

fn high_tag(octets: &[u8]) -> Result<(u64, &[u8]), DerError> {
    if octets.first() == Some(&0x80) {
        return Err(DerError::TagPadded);
    }
    let end = octets
        .iter()
        .position(|octet| *octet < 0x80)
        .ok_or(DerError::TagTruncated)?;
    let (number, rest) = octets
        .split_at_checked(end + 1)
        .ok_or(DerError::TagTruncated)?;
    let tag = number.iter().try_fold(0_u64, |tag, octet| {
        tag.checked_mul(128)
            .map(|tag| tag | u64::from(octet & 0x7F))
    });
    match tag.unwrap_or(u64::MAX) {
        tag @ 0..=30 => Err(DerError::TagHighForm { tag }),
        tag => Ok((tag, rest)),
    }
}

/// X.690 8.1.3 and 10.1.
fn check_length(
    octets: &[u8],
    rules: Rules,
    tolerated: &mut Vec<Tolerance>,
) -> Result<(), DerError> {
    let (first, rest) = octets.split_first().ok_or(DerError::LengthMissing)?;
    let (length, contents) = match first {
        0..=0x7F => (u64::from(*first), rest),
        0x80 => return Err(DerError::LengthIndefinite),
        0xFF => return Err(DerError::LengthReserved),
        _ => long_length(usize::from(first & 0x7F), rest, rules, tolerated)?,
    };
    let present = contents.len();
    match usize::try_from(length) {
        Ok(length) if length <= present => Ok(()),
        Ok(length) if length <= TEXT_BYTES_MAX => Err(DerError::ContentsTruncated {
            length: length as u64,
            present,
        }),
        _ => Err(DerError::LengthTooLarge),
    }
}

fn long_length<'a>(
    count: usize,
    octets: &'a [u8],
    rules: Rules,
    tolerated: &mut Vec<Tolerance>,
) -> Result<(u64, &'a [u8]), DerError> {
    let (digits, contents) = octets
        .split_at_checked(count)
        .ok_or(DerError::LengthTruncated)?;
    let leading_zero = digits.first() == Some(&0);
    let mut significant = digits.iter().skip_while(|octet| **octet == 0);
    let length = significant
        .try_fold(0_u64, |sum, octet| {
            sum.checked_mul(256).map(|sum| sum | u64::from(*octet))
        })
        .ok_or(DerError::LengthTooLarge)?;
    if rules == Rules::Der && leading_zero {
        return Err(DerError::LengthLeadingZero);
    }
    if rules == Rules::Der && length < 0x80 {
        return Err(DerError::LengthLongForm { length });
    }
    if leading_zero || length < 0x80 {
        tolerated.push(Tolerance::LongLength);
    }
    Ok((length, contents))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(octets: &str, expect: Result<&str, &str>) {
        let octets = hex::decode(octets).unwrap();
        let got = decode(&octets, Rules::Ber).map(|(value, _)| hex::encode(encode(&value)));
        assert_eq!(got.as_deref().map_err(DerError::code), expect);
    }

    #[test]
    fn basic_rules_forgive_long_lengths_only() {
        check("0681038837 03".replace(' ', "").as_str(), Ok("0603883703"));
        check("06820003883703", Ok("0603883703"));
        check(
            "0680883703 0000".replace(' ', "").as_str(),
            Err("DER_LENGTH_INDEFINITE"),
        );
        check("2603883703", Err("DER_CONSTRUCTED"));
        check("1f0603883703", Err("DER_TAG_HIGH_FORM"));
        check("0603803703", Err("SUBIDENTIFIER_PADDED"));
        check("0688ffffffffffffffff2a", Err("DER_LENGTH_TOO_LARGE"));
        check("0689ffffffffffffffffff2a", Err("DER_LENGTH_TOO_LARGE"));
        let told = decode(&hex::decode("068103883703").unwrap(), Rules::Ber)
            .unwrap()
            .1;
        assert_eq!(told, [Tolerance::LongLength]);
    }

    #[test]
    fn a_named_type_is_insisted_on() {
        let relative = hex::decode("0d03883703").unwrap();
        assert_eq!(
            Oid::from_der(&relative).unwrap_err().code(),
            "DER_WRONG_TAG"
        );
        assert_eq!(
            RelativeOid::from_der(&relative).unwrap().to_string(),
            "1079.3"
        );
    }
}

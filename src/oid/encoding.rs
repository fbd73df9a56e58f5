//! What can be wrong with the octets or text of PER, OER, XER, JER and CBOR.
//!
//! It must never hold a rule of its own: each reader of an encoding decides.

use crate::oid::contents::ContentsError;
use crate::oid::text::TextError;

/// Why octets or a text are not the encoding of an object identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodingError {
    /// It ends too early.
    #[error("the encoding ends too early")]
    Truncated,
    /// Something stands after the value.
    #[error("{octets} octets after the value")]
    Trailing {
        /// How many.
        octets: usize,
    },
    /// A length in more octets than needed.
    #[error("the length is not in the fewest octets")]
    LengthNotLeast,
    /// A length beyond all limits, or in fragments, which only such lengths need.
    #[error("the length is beyond what is taken")]
    LengthTooLarge,
    /// A length without an end, or a reserved form of it.
    #[error("the form of the length is not one that this type can have")]
    LengthForm,
    /// A tag other than the expected.
    #[error("not the tag of an object identifier")]
    WrongTag,
    /// A tagged item that is no byte string.
    #[error("the tagged item is not one byte string")]
    NotByteString,
    /// The contents are not right.
    #[error(transparent)]
    Contents(#[from] ContentsError),
    /// The value's text is not right.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Not the XML element or JSON string it should be.
    #[error("{0}")]
    Syntax(String),
}

impl EncodingError {
    /// The permanent code of this refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Truncated => "ENCODING_TRUNCATED",
            Self::Trailing { .. } => "ENCODING_TRAILING",
            Self::LengthNotLeast => "ENCODING_LENGTH_NOT_LEAST",
            Self::LengthTooLarge => "ENCODING_LENGTH_TOO_LARGE",
            Self::LengthForm => "ENCODING_LENGTH_FORM",
            Self::WrongTag => "ENCODING_WRONG_TAG",
            Self::NotByteString => "ENCODING_NOT_BYTE_STRING",
            Self::Contents(source) => source.code(),
            Self::Text(source) => source.code(),
            Self::Syntax(_) => "ENCODING_SYNTAX",
        }
    }

    /// The clause it rests on.
    pub const fn clause(&self) -> &'static str {
        match self {
            Self::Truncated | Self::Trailing { .. } | Self::LengthForm => "X.691, X.696, RFC 8949",
            Self::LengthNotLeast => "X.691 11.9, X.696 8.6, RFC 8949 4.2.1",
            Self::LengthTooLarge => "limit of this service",
            Self::WrongTag | Self::NotByteString => "RFC 9090 2",
            Self::Contents(source) => source.clause(),
            Self::Text(source) => source.clause(),
            Self::Syntax(_) => "X.693, X.697",
        }
    }
}

/// Splits off `length` contents octets, after which nothing may stand.
pub(crate) fn exactly(octets: &[u8], length: usize) -> Result<&[u8], EncodingError> {
    let (contents, rest) = octets
        .split_at_checked(length)
        .ok_or(EncodingError::Truncated)?;
    if rest.is_empty() {
        Ok(contents)
    } else {
        Err(EncodingError::Trailing { octets: rest.len() })
    }
}

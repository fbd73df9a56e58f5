//! JER of OBJECT IDENTIFIER and RELATIVE-OID (X.697): a JSON string in dot notation.
//!
//! It must never take a JSON value of another kind, nor a number with a leading zero.

use crate::oid::dot::DotError;
use crate::oid::encoding::EncodingError;
use crate::oid::limits::TEXT_BYTES_MAX;
use crate::oid::name::{Oid, RelativeOid};
use crate::oid::text::TextError;

/// The JSON string of an object identifier.
pub fn encode(oid: &Oid) -> String {
    string_of(&oid.to_string())
}

/// The string that holds a dotted text.
pub(crate) fn string_of(dotted: &str) -> String {
    ["\"", dotted, "\""].concat()
}

/// The JSON string of a relative object identifier.
pub fn encode_relative(oid: &RelativeOid) -> String {
    format!("\"{oid}\"")
}

/// Reads the JSON string of an object identifier.
pub fn decode(text: &str) -> Result<Oid, EncodingError> {
    string(text)?.parse().map_err(not_dotted)
}

/// Reads the JSON string of a relative object identifier.
pub fn decode_relative(text: &str) -> Result<RelativeOid, EncodingError> {
    string(text)?.parse().map_err(not_dotted)
}

fn not_dotted(error: DotError) -> EncodingError {
    EncodingError::Text(error.into())
}

fn string(text: &str) -> Result<String, EncodingError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(TextError::TooLong { bytes: text.len() }.into());
    }
    serde_json::from_str(text).map_err(|error| EncodingError::Syntax(error.to_string()))
}

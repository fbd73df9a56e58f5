//! XER of OBJECT IDENTIFIER and RELATIVE-OID (X.693, X.680 32 and 33): components joined by full stops in an element.
//!
//! Numbers are written, as canonical XER asks; names with their numbers and standardized bare names are read. It must
//! never be an XML parser: one element without attributes, entities or comments is all it takes.

use crate::oid::encoding::EncodingError;
use crate::oid::lexer::is_white_space;
use crate::oid::limits::TEXT_BYTES_MAX;
use crate::oid::name::{Oid, RelativeOid};
use crate::oid::notation::{Mode, NoNames, Parsed, resolve};
use crate::oid::text::TextError;
use crate::oid::value;

const OID_ELEMENT: &str = "OBJECT_IDENTIFIER";
const RELATIVE_ELEMENT: &str = "RELATIVE_OID";

/// The canonical element of an object identifier.
pub fn encode(oid: &Oid) -> String {
    element(&oid.to_string())
}

/// The element that holds a dotted text.
pub(crate) fn element(dotted: &str) -> String {
    ["<", OID_ELEMENT, ">", dotted, "</", OID_ELEMENT, ">"].concat()
}

/// The canonical element of a relative object identifier.
pub fn encode_relative(oid: &RelativeOid) -> String {
    format!("<{RELATIVE_ELEMENT}>{oid}</{RELATIVE_ELEMENT}>")
}

/// Reads an element, whatever its name (a type reference may stand for the type's own name).
pub fn decode(text: &str) -> Result<Oid, EncodingError> {
    let parsed = components(text, false)?;
    let resolved = resolve(&parsed, &NoNames, None);
    let path = resolved
        .map_err(|error| EncodingError::Syntax(error.to_string()))?
        .path;
    path.to_oid()
        .ok_or(EncodingError::Text(TextError::RootAlone))
}

/// Reads an element of a relative object identifier.
pub fn decode_relative(text: &str) -> Result<RelativeOid, EncodingError> {
    let parsed = components(text, true)?;
    let numbers = parsed
        .steps
        .iter()
        .filter_map(|step| step.number().cloned());
    RelativeOid::from_arcs(numbers).map_err(|error| EncodingError::Text(error.into()))
}

fn components(text: &str, relative: bool) -> Result<Parsed, EncodingError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(TextError::TooLong { bytes: text.len() }.into());
    }
    let content = content(text.trim_matches(is_white_space))?.trim_matches(is_white_space);
    // The comments and white space of value notation have no place in an XML value.
    let foreign = |c: char| is_white_space(c) || matches!(c, '*' | '&' | '<');
    if content.contains(foreign) || content.contains("--") {
        return Err(EncodingError::Syntax(
            "the element holds components and nothing else".into(),
        ));
    }
    Ok(value::parse_xml(content, relative, Mode::Strict)?)
}

fn content(text: &str) -> Result<&str, EncodingError> {
    let wrong = |what: &str| EncodingError::Syntax(what.to_owned());
    let rest = text
        .strip_prefix('<')
        .ok_or_else(|| wrong("an element begins with <"))?;
    let (name, rest) = rest
        .split_once('>')
        .ok_or_else(|| wrong("the start tag does not end"))?;
    let first = name
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_');
    if !first
        || !name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
    {
        return Err(wrong("the start tag holds a name and nothing else"));
    }
    rest.strip_suffix('>')
        .and_then(|rest| rest.strip_suffix(name))
        .and_then(|rest| rest.strip_suffix("</"))
        .ok_or_else(|| wrong("the element does not end with its end tag"))
}

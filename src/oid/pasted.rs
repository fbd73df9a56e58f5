//! Which notation a text is in, and the spellings that people paste (Net-SNMP, RFC 1779, OpenSSL, C arrays, names).
//!
//! It must never make a guess: a spelling is listed here because it can mean one thing only. DER in hexadecimal or
//! base64 is not among them: `0603608642` is a number too.

use crate::oid::arc::ArcValue;
use crate::oid::label::IdentifierError;
use crate::oid::lexer::is_white_space;
use crate::oid::notation::{Notation, Step};
use crate::oid::text::{TextError, Tolerance};
use crate::oid::urn::strip_prefix_of_any_case;
use crate::oid::{notation, uuid};

/// The notation that a text, not empty, is in by its first characters.
pub(crate) fn recognize(text: &str) -> Result<Notation, TextError> {
    let head = text.trim_start_matches(is_white_space);
    if head.starts_with('{') || head.starts_with("--") || head.starts_with("/*") {
        return Ok(Notation::Asn1);
    }
    let unquoted = text.strip_prefix('"').unwrap_or(text);
    if unquoted.starts_with('/') {
        return Ok(Notation::Iri);
    }
    if after_oid_scheme(text).is_some_and(|rest| rest.starts_with('/')) {
        return Ok(Notation::OidIri);
    }
    if strip_prefix_of_any_case(text, "urn:uuid:").is_some() {
        return Ok(Notation::UuidUrn);
    }
    if strip_prefix_of_any_case(text, "urn:").is_some() {
        return Ok(Notation::Urn);
    }
    if strip_prefix(text).is_some() {
        return Ok(Notation::Dot);
    }
    if text.contains('/') {
        return Ok(Notation::RelativeIri);
    }
    match text.chars().next() {
        Some('0'..='9') if text.contains(|c| c == ',' || is_white_space(c)) => Ok(Notation::Spaced),
        Some('0'..='9' | '.') => Ok(Notation::Dot),
        Some('a'..='z') => Ok(Notation::Names),
        _ => Err(TextError::Unrecognized),
    }
}

/// What stands after `oid:`, in capital or small letters.
pub(crate) fn after_oid_scheme(text: &str) -> Option<&str> {
    strip_prefix_of_any_case(text, "oid:")
}

/// Takes a prefix of dotted numbers off.
pub(crate) fn strip_prefix(text: &str) -> Option<(&str, Tolerance)> {
    let numbers = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_digit());
    if let Some(rest) = text.strip_prefix('.').filter(numbers) {
        return Some((rest, Tolerance::LeadingFullStop));
    }
    if let Some(rest) = strip_prefix_of_any_case(text, "oid.").filter(numbers) {
        return Some((rest, Tolerance::OidFullStopPrefix));
    }
    let rest = after_oid_scheme(text).filter(numbers)?;
    Some((rest, Tolerance::OidColonPrefix))
}

/// `iso.org.dod.internet`: secondary identifiers, and numbers between them, joined by full stops.
pub(crate) fn names(text: &str, tolerated: &mut Vec<Tolerance>) -> Result<Vec<Step>, TextError> {
    tolerated.push(Tolerance::NamesOnly);
    let mut position = 0;
    let mut steps = Vec::new();
    for part in text.split('.') {
        steps.push(name_or_number(part, position)?);
        position += part.len() + 1;
    }
    Ok(steps)
}

fn name_or_number(part: &str, position: usize) -> Result<Step, TextError> {
    if part.starts_with(|c: char| c.is_ascii_digit()) {
        let number = part
            .parse()
            .map_err(|source| TextError::Arc { position, source })?;
        return Ok(Step::Number(number));
    }
    let identifier = part
        .parse()
        .map_err(|source: IdentifierError| TextError::Identifier {
            position,
            name: part.to_owned(),
            source,
        })?;
    Ok(Step::Identifier(identifier))
}

/// `1 2 3` and `1, 2, 3`.
pub(crate) fn spaced(text: &str, tolerated: &mut Vec<Tolerance>) -> Result<Vec<Step>, TextError> {
    tolerated.push(Tolerance::SpacedNumbers);
    let commas = text.contains(',');
    if commas {
        tolerated.push(Tolerance::Commas);
    }
    let mut position = 0;
    let mut steps = Vec::new();
    let parted = |c: char| if commas { c == ',' } else { is_white_space(c) };
    for part in text.split(parted) {
        let inner = part.trim_matches(is_white_space);
        // Several spaces in a row part two numbers as one does; two commas do not.
        if commas || !inner.is_empty() {
            let number = inner.parse::<ArcValue>();
            let number = number.map_err(|source| TextError::Arc { position, source })?;
            steps.push(Step::Number(number));
        }
        // Each separator but NO-BREAK SPACE is one octet.
        position += part.len();
        position += text
            .get(position..)
            .and_then(|t| t.chars().next())
            .map_or(0, char::len_utf8);
    }
    Ok(steps)
}

/// `urn:uuid:` and a UUID in its hyphenated form.
pub(crate) fn uuid_urn(text: &str, tolerated: &mut Vec<Tolerance>) -> Result<Vec<Step>, TextError> {
    let rest = strip_prefix_of_any_case(text, "urn:uuid:").ok_or(TextError::OtherUrn)?;
    let uuid = uuid::parse(rest).ok_or(TextError::BadUuid)?;
    tolerated.push(Tolerance::UuidUrn);
    let mut steps = notation::numbers("2.25", 0)?;
    steps.push(Step::Number(uuid::to_arc(&uuid)));
    Ok(steps)
}

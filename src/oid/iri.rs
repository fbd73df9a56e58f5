//! OID-IRI and RELATIVE-OID-IRI values (X.680 34 and 35), and IRIs and URIs of the scheme `oid`.
//!
//! Labels after solidi; integer-valued and other labels may be mixed, and the first may name a long arc. Only what
//! stands after `oid:` is percent-decoded. It must never guess which label was meant: labels are resolved elsewhere.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::oid::label::LabelError;
use crate::oid::notation::Step;
use crate::oid::text::TextError;

/// What a URI can't hold as it is: labels have no ASCII characters beyond the unreserved ones.
const NOT_IN_URI: &AsciiSet = CONTROLS;

/// The steps of an OID-IRI value: `/Country/TZ`.
pub fn absolute(text: &str) -> Result<Vec<Step>, TextError> {
    let labels = text.strip_prefix('/').ok_or(TextError::NoSolidus)?;
    labels_of(labels, 1, |label| Some(Cow::Borrowed(label)))
}

/// The steps of a RELATIVE-OID-IRI value: `TZ/1`.
pub fn relative(text: &str) -> Result<Vec<Step>, TextError> {
    if text.starts_with('/') {
        return Err(TextError::LeadingSolidus);
    }
    labels_of(text, 0, |label| Some(Cow::Borrowed(label)))
}

/// The steps of what stands after `oid:`, percent-decoded label by label.
pub fn after_scheme(text: &str) -> Result<Vec<Step>, TextError> {
    let labels = text.strip_prefix('/').ok_or(TextError::NoSolidus)?;
    check_percents(labels).map_err(|error| error.shifted(1))?;
    labels_of(labels, 1, |label| {
        percent_decode_str(label).decode_utf8().ok()
    })
}

fn check_percents(text: &str) -> Result<(), TextError> {
    for (position, _) in text.match_indices('%') {
        let digits = text
            .as_bytes()
            .get(position + 1..position + 3)
            .unwrap_or_default();
        if digits.len() < 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(TextError::BadPercent { position });
        }
    }
    Ok(())
}

fn labels_of<'a>(
    text: &'a str,
    offset: usize,
    decode: impl Fn(&'a str) -> Option<Cow<'a, str>>,
) -> Result<Vec<Step>, TextError> {
    let mut steps = Vec::new();
    let mut position = offset;
    for label in text.split('/') {
        let decoded = decode(label).ok_or(TextError::NotUtf8 { position })?;
        steps.push(step(&decoded, position)?);
        position += label.len() + 1;
    }
    Ok(steps)
}

fn step(label: &str, position: usize) -> Result<Step, TextError> {
    if label.is_empty() {
        return Err(TextError::EmptyLabel { position });
    }
    if label.bytes().all(|octet| octet.is_ascii_digit()) {
        let number = label
            .parse()
            .map_err(|source| TextError::Arc { position, source })?;
        return Ok(Step::Number(number));
    }
    let label = label
        .parse()
        .map_err(|source: LabelError| TextError::Label { position, source })?;
    Ok(Step::Label(label))
}

/// The URI of the scheme `oid` for an OID-IRI value; what is not ASCII is percent-encoded (RFC 3987 3.1).
pub fn to_uri(value: &str) -> String {
    format!("oid:{}", utf8_percent_encode(value, NOT_IN_URI))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(steps: &[Step]) -> String {
        steps
            .iter()
            .fold(String::new(), |text, step| format!("{text}/{step}"))
    }

    #[track_caller]
    fn check(text: &str, expect: Result<&str, &str>) {
        let got = absolute(text).map(|steps| shown(&steps));
        assert_eq!(got.as_deref().map_err(TextError::code), expect, "{text:?}");
    }

    #[test]
    fn values() {
        check("/Country/TZ", Ok("/Country/TZ"));
        check("/2/16/834", Ok("/2/16/834"));
        check("/Joint-ISO-ITU-T/16/TZ", Ok("/Joint-ISO-ITU-T/16/TZ"));
        check("/例/0", Ok("/例/0"));
        check("Country/TZ", Err("IRI_NO_SOLIDUS"));
        check("", Err("IRI_NO_SOLIDUS"));
        check("/", Err("IRI_EMPTY_LABEL"));
        check("/Country/", Err("IRI_EMPTY_LABEL"));
        check("//Country", Err("IRI_EMPTY_LABEL"));
        check("/07", Err("ARC_LEADING_ZERO"));
        check("/2/00", Err("ARC_LEADING_ZERO"));
        check("/Country/T Z", Err("LABEL_BAD_CHARACTER"));
        check("/Country/%41", Err("LABEL_BAD_CHARACTER"));
        check("/e\u{301}", Err("LABEL_NOT_NFC"));
    }

    #[track_caller]
    fn uri(text: &str, expect: Result<&str, &TextError>) {
        let got = after_scheme(text).map(|steps| shown(&steps));
        assert_eq!(got.as_deref(), expect);
    }

    #[test]
    fn percent_encoding() {
        uri("/%E4%BE%8B/1", Ok("/例/1"));
        uri("/%e4%be%8b", Ok("/例"));
        uri("/例", Ok("/例"));
        uri("/a%2", Err(&TextError::BadPercent { position: 2 }));
        uri("/a%zz", Err(&TextError::BadPercent { position: 2 }));
        uri("/a/b%FF", Err(&TextError::NotUtf8 { position: 3 }));
        let source = LabelError::BadCharacter {
            position: 1,
            found: '/',
        };
        uri(
            "/a%2Fb",
            Err(&TextError::Label {
                position: 1,
                source,
            }),
        );
        assert_eq!(to_uri("/例/1"), "oid:/%E4%BE%8B/1");
    }

    #[test]
    fn relative_values() {
        assert_eq!(shown(&relative("TZ/1").unwrap()), "/TZ/1");
        assert_eq!(relative("/TZ").unwrap_err().code(), "IRI_LEADING_SOLIDUS");
        assert_eq!(relative("").unwrap_err().code(), "IRI_EMPTY_LABEL");
        assert_eq!(
            relative("TZ//1"),
            Err(TextError::EmptyLabel { position: 3 })
        );
    }
}

//! From the path of a request to the text of an object identifier: percent-decoding, suffixes, and solidi that proxies ate.
//!
//! It must never decide what the text means: `oid::notation` reads it.

use percent_encoding::percent_decode_str;

use crate::model::{Code, Refusal};

use super::format::Format;

/// What follows `/oid/`, parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suffix<'a> {
    /// The object identifier, as it stands in the path.
    pub rest: &'a str,
    /// The name of a representation that was appended to dot notation.
    pub format: Option<&'static str>,
}

/// Parts a suffix such as `.json` from dot notation. Names may have full stops of their own: of them none is parted.
pub fn suffix(rest: &str) -> Suffix<'_> {
    let parted = rest.rsplit_once('.').and_then(|(dotted, word)| {
        let digits = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
        };
        let format = Format::named(word)?;
        (!dotted.is_empty() && digits(dotted)).then_some((dotted, format))
    });
    match parted {
        Some((rest, format)) => Suffix {
            rest,
            format: Some(format.word()),
        },
        None => Suffix { rest, format: None },
    }
}

/// The text of an object identifier that stands in a path. Labels parted by solidi are an OID-IRI, also where the first
/// solidus is missing: proxies make one of two.
pub fn text(rest: &str) -> Result<String, Refusal> {
    let decoded = percent_decode_str(rest).decode_utf8().map_err(|_| {
        let detail = "the octets behind the percent signs are no UTF-8 (RFC 3986 2.5)";
        Refusal::new(Code::OidSyntax, "oid", detail)
    })?;
    let bare = decoded.contains('/')
        && !decoded.starts_with(['/', '"', '{', ' '])
        && !decoded.contains(':');
    if bare {
        return Ok(format!("/{decoded}"));
    }
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_stand_after_numbers_only() {
        for (given, rest, format) in [
            ("2.999", "2.999", None),
            ("2.999.json", "2.999", Some("json")),
            ("2.oidip-xml", "2", Some("oidip-xml")),
            ("2.999.yaml", "2.999.yaml", None),
            ("iso.json", "iso.json", None),
            (".json", ".json", None),
            ("", "", None),
        ] {
            assert_eq!(suffix(given), Suffix { rest, format }, "{given}");
        }
    }

    #[test]
    fn paths_are_decoded_once() {
        for (given, expect) in [
            ("2.999", "2.999"),
            ("%32.999", "2.999"),
            ("/Country/TZ", "/Country/TZ"),
            ("%2FCountry%2FTZ", "/Country/TZ"),
            ("Country/TZ", "/Country/TZ"),
            ("urn:oid:2.999", "urn:oid:2.999"),
            ("%7B2%20999%7D", "{2 999}"),
            ("oid:/Country/TZ", "oid:/Country/TZ"),
            ("%252E", "%2E"),
        ] {
            assert_eq!(text(given).as_deref(), Ok(expect), "{given}");
        }
        assert_eq!(text("%ff").unwrap_err().code, Code::OidSyntax);
    }
}

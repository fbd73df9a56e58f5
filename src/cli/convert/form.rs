//! One input in one form, to every notation and encoding: pure but for the names it is given.
//!
//! It must never ask a server, and never take in strict mode what the standards do not provide for.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::{
    cli::{
        args::{From, To},
        view::{DisagreementView, NotationsView, ToleranceView},
    },
    oid::{
        ContentsError, DerError, EncodingError, NodePath, Oid, ber, cbor, jer,
        notation::{
            Disagreement, Mode, Names, Notation, Parsed, ResolveError, TextError, Tolerance, forms,
            parse, parse_as, resolve,
        },
        oer, per, uuid, xer,
    },
    pb::v1,
};

/// An input that was understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Converted {
    /// What the input was, as a short word.
    pub recognised: String,
    /// It in every notation and encoding.
    pub notations: NotationsView,
    /// Names that disagree with what is known.
    pub disagreements: Vec<DisagreementView>,
    /// What was tolerated.
    pub tolerated: Vec<ToleranceView>,
    /// The text to ask a server about it, where it is not its dot notation.
    pub asked: Option<String>,
}

/// Why an input is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The permanent code.
    pub code: String,
    /// What it rests on.
    pub clause: String,
    /// One sentence.
    pub message: String,
    /// The text to ask a server about, where only names were missing.
    pub names_wanted: Option<String>,
}

macro_rules! faults {
    ($($error:ty)*) => {$(
        impl core::convert::From<$error> for Fault {
            fn from(error: $error) -> Self {
                Self::new(error.code(), error.clause(), error.to_string())
            }
        }
    )*};
}

faults! { TextError DerError EncodingError ContentsError }

impl Fault {
    /// A refusal that no name would turn.
    pub fn new(code: &str, clause: &str, message: String) -> Self {
        Self {
            code: code.to_owned(),
            clause: clause.to_owned(),
            message,
            names_wanted: None,
        }
    }

    fn of_names(error: &ResolveError, text: &str) -> Self {
        let wanted = matches!(
            error,
            ResolveError::UnknownIdentifier { .. } | ResolveError::UnknownLabel { .. }
        );
        Self {
            names_wanted: wanted.then(|| text.to_owned()),
            ..Self::new(error.code(), error.clause(), error.to_string())
        }
    }
}

/// Converts one input.
pub fn convert(input: &str, from: From, mode: Mode, names: &dyn Names) -> Result<Converted, Fault> {
    let word = |word: &str| word.to_owned();
    match from {
        From::Text => text(&parse(input, mode)?, input, names),
        From::Dot => text(&parse_as(input, Notation::Dot, mode)?, input, names),
        From::Asn1 => text(&parse_as(input, Notation::Asn1, mode)?, input, names),
        From::Iri => text(&parse_as(input, Notation::Iri, mode)?, input, names),
        From::Urn => text(&parse_as(input, Notation::Urn, mode)?, input, names),
        From::OidIri => text(&parse_as(input, Notation::OidIri, mode)?, input, names),
        From::DerHex => framed(&octets(input, mode)?, ber::Rules::Der, mode, names),
        From::DerBase64 => framed(&base64(input, mode)?, ber::Rules::Der, mode, names),
        From::BerHex => framed(&octets(input, mode)?, ber::Rules::Ber, mode, names),
        From::BerBase64 => framed(&base64(input, mode)?, ber::Rules::Ber, mode, names),
        From::ContentsHex => Ok(found(
            &Oid::from_contents(&octets(input, mode)?)?,
            word("contents"),
            names,
        )),
        From::ContentsBase64 => Ok(found(
            &Oid::from_contents(&base64(input, mode)?)?,
            word("contents"),
            names,
        )),
        From::PerHex => Ok(found(
            &per::decode(&octets(input, mode)?)?,
            word("per"),
            names,
        )),
        From::OerHex => Ok(found(
            &oer::decode(&octets(input, mode)?)?,
            word("oer"),
            names,
        )),
        From::Xer => Ok(found(&xer::decode(input)?, word("xer"), names)),
        From::Jer => Ok(found(&jer::decode(input)?, word("jer"), names)),
        From::CborHex => match cbor::decode(&octets(input, mode)?)? {
            cbor::Item::Oid(oid) => Ok(found(&oid, word("cbor"), names)),
            cbor::Item::RelativeOid(_) => Err(Fault::of_names(&ResolveError::NoBase, input)),
        },
        From::Uuid => uuid::parse(trimmed(input, mode))
            .and_then(|uuid| uuid::to_path(&uuid))
            .map(|path| rendered(&path, word("uuid"), names))
            .ok_or_else(|| TextError::BadUuid.into()),
    }
}

fn text(parsed: &Parsed, input: &str, names: &dyn Names) -> Result<Converted, Fault> {
    let resolved = resolve(parsed, names, None).map_err(|error| Fault::of_names(&error, input))?;
    let mut converted = rendered(&resolved.path, parsed.notation.to_string(), names);
    converted.disagreements = resolved
        .disagreements
        .iter()
        .map(|d| disagreement(d, &resolved.path))
        .collect();
    converted.tolerated = resolved.tolerated.iter().map(tolerance).collect();
    converted.asked = Some(input.to_owned());
    Ok(converted)
}

fn framed(
    octets: &[u8],
    rules: ber::Rules,
    mode: Mode,
    names: &dyn Names,
) -> Result<Converted, Fault> {
    let (value, tolerated) = ber::decode(octets, rules)?;
    let mut converted = match value {
        ber::Value::ObjectIdentifier(oid) => found(&oid, "der".to_owned(), names),
        ber::Value::OidIri(iri) => text(&parse_as(&iri, Notation::Iri, mode)?, &iri, names)?,
        ber::Value::RelativeOid(_) | ber::Value::RelativeOidIri(_) => {
            return Err(Fault::of_names(&ResolveError::NoBase, ""));
        }
    };
    let word = if rules == ber::Rules::Der {
        "der"
    } else {
        "ber"
    };
    word.clone_into(&mut converted.recognised);
    converted.tolerated.extend(tolerated.iter().map(tolerance));
    Ok(converted)
}

fn found(oid: &Oid, recognised: String, names: &dyn Names) -> Converted {
    rendered(&NodePath::from(oid), recognised, names)
}

fn rendered(path: &NodePath, recognised: String, names: &dyn Names) -> Converted {
    let forms = forms(path, names);
    Converted {
        recognised,
        notations: NotationsView {
            asn1_numbers: forms.asn1_numbers(),
            iri_numbers: forms.iri_numbers(),
            oid_iri: forms.oid_iri(),
            urn: forms.urn().unwrap_or_default(),
            der: hexadecimal(forms.der()),
            contents: hexadecimal(forms.contents()),
            der_iri: hexadecimal(forms.der_iri()),
            per: hexadecimal(forms.per()),
            oer: hexadecimal(forms.oer()),
            xer: forms.xer().unwrap_or_default(),
            jer: forms.jer().unwrap_or_default(),
            cbor: hexadecimal(forms.cbor()),
            uuid: forms.uuid().unwrap_or_default(),
            dot: forms.dot,
            asn1: forms.asn1,
            iri: forms.iri,
        },
        ..Converted::default()
    }
}

/// Octets in hexadecimal; no text where there are none.
fn hexadecimal(octets: Option<impl AsRef<[u8]>>) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let Some(octets) = octets else {
        return String::new();
    };
    let octets = octets.as_ref();
    let mut text = Vec::with_capacity(2 * octets.len());
    for octet in octets {
        let digits = [octet >> 4, octet & 0xF]
            .map(|digit| DIGITS.get(usize::from(digit)).copied().unwrap_or(b'0'));
        text.extend_from_slice(&digits);
    }
    // Digits are ASCII, so that there is nothing to be lost.
    String::from_utf8(text).unwrap_or_default()
}

fn disagreement(d: &Disagreement, path: &NodePath) -> DisagreementView {
    DisagreementView {
        oid: path.truncated(d.step).to_string(),
        given: d.given.to_string(),
        registered: d.known.iter().map(ToString::to_string).collect(),
    }
}

fn tolerance(t: &Tolerance) -> ToleranceView {
    ToleranceView {
        code: t.code().to_owned(),
        message: t.to_string(),
    }
}

fn trimmed(input: &str, mode: Mode) -> &str {
    if mode == Mode::Strict {
        input
    } else {
        input.trim()
    }
}

/// Octets in hexadecimal; in lenient mode also with white space or colons between them, as many tools print them.
fn octets(input: &str, mode: Mode) -> Result<Vec<u8>, Fault> {
    let plain = |text: &str| {
        hex::decode(text).map_err(|error| {
            Fault::new(
                "HEX_MALFORMED",
                "RFC 4648 section 8",
                format!("no octets in hexadecimal: {error}"),
            )
        })
    };
    if mode == Mode::Strict || !input.contains(|c: char| c.is_whitespace() || c == ':') {
        return plain(input);
    }
    plain(&input.replace(|c: char| c.is_whitespace() || c == ':', ""))
}

fn base64(input: &str, mode: Mode) -> Result<Vec<u8>, Fault> {
    BASE64.decode(trimmed(input, mode)).map_err(|error| {
        Fault::new(
            "BASE64_MALFORMED",
            "RFC 4648 section 4",
            format!("no octets in base64: {error}"),
        )
    })
}

impl Converted {
    /// The text to ask a server about it.
    pub fn to_ask(&self) -> &str {
        self.asked.as_deref().unwrap_or(&self.notations.dot)
    }

    /// What a server answered, with what was seen here of the input.
    pub fn answered(here: Option<Self>, answer: &v1::ConvertResponse) -> Self {
        let here = here.unwrap_or_default();
        let told =
            |list: &[v1::Tolerance]| list.iter().map(ToleranceView::from).collect::<Vec<_>>();
        let recognised = if here.recognised.is_empty() {
            answer.recognised.clone()
        } else {
            here.recognised
        };
        let tolerated = if here.tolerated.is_empty() {
            told(&answer.tolerated)
        } else {
            here.tolerated
        };
        Self {
            recognised,
            notations: answer
                .notations
                .as_ref()
                .map(Into::into)
                .unwrap_or_default(),
            disagreements: answer.disagreements.iter().map(Into::into).collect(),
            tolerated,
            asked: here.asked,
        }
    }
}

/// One notation or encoding; none where the node has none.
pub fn pick(converted: &Converted, to: To) -> Option<String> {
    let n = &converted.notations;
    let value = match to {
        To::Dot => &n.dot,
        To::Asn1 => &n.asn1,
        To::Asn1Numbers => &n.asn1_numbers,
        To::Iri => &n.iri,
        To::IriNumbers => &n.iri_numbers,
        To::OidIri => &n.oid_iri,
        To::Urn => &n.urn,
        To::Der => &n.der,
        To::DerBase64 => {
            return hex::decode(&n.der)
                .ok()
                .filter(|der| !der.is_empty())
                .map(|der| BASE64.encode(der));
        }
        To::Contents => &n.contents,
        To::Per => &n.per,
        To::Oer => &n.oer,
        To::Xer => &n.xer,
        To::Jer => &n.jer,
        To::Cbor => &n.cbor,
        To::Uuid => &n.uuid,
    };
    (!value.is_empty()).then(|| value.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::oid::{ArcValue, notation::NoNames};

    #[track_caller]
    fn check(input: &str, from: From, mode: Mode, expect: Result<&str, &str>) {
        let got = convert(input, from, mode, &NoNames);
        let got = got
            .as_ref()
            .map(|c| c.notations.dot.as_str())
            .map_err(|fault| fault.code.as_str());
        assert_eq!(got, expect, "{input:?} from {from:?}");
    }

    #[test]
    fn every_form_is_read() {
        for mode in [Mode::Strict, Mode::Lenient] {
            check("2.16.834", From::Text, mode, Ok("2.16.834"));
            check(
                "{joint-iso-itu-t(2) country(16) tz(834)}",
                From::Asn1,
                mode,
                Ok("2.16.834"),
            );
            check("/2/16/834", From::Iri, mode, Ok("2.16.834"));
            check("urn:oid:2.16.834", From::Urn, mode, Ok("2.16.834"));
            check("oid:/2/16/834", From::OidIri, mode, Ok("2.16.834"));
            check("0603608642", From::DerHex, mode, Ok("2.16.834"));
            check("BgNghkI=", From::DerBase64, mode, Ok("2.16.834"));
            check("608642", From::ContentsHex, mode, Ok("2.16.834"));
            check("YIZC", From::ContentsBase64, mode, Ok("2.16.834"));
            check("03608642", From::PerHex, mode, Ok("2.16.834"));
            check("03608642", From::OerHex, mode, Ok("2.16.834"));
            check("\"2.16.834\"", From::Jer, mode, Ok("2.16.834"));
            check("d86f43608642", From::CborHex, mode, Ok("2.16.834"));
            let uuid = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
            check(
                uuid,
                From::Uuid,
                mode,
                Ok("2.25.329800735698586629295641978511506172918"),
            );
            check("1.2", From::Asn1, mode, Err("TEXT_UNEXPECTED"));
            check("zz", From::DerHex, mode, Err("HEX_MALFORMED"));
            check("*", From::DerBase64, mode, Err("BASE64_MALFORMED"));
            check("x", From::Uuid, mode, Err("UUID_MALFORMED"));
            check("0d0101", From::DerHex, mode, Err("RELATIVE_WITHOUT_BASE"));
        }
        check(
            "06:03:60 86 42",
            From::DerHex,
            Mode::Lenient,
            Ok("2.16.834"),
        );
        check(
            "06:03:60 86 42",
            From::DerHex,
            Mode::Strict,
            Err("HEX_MALFORMED"),
        );
        check(".1.3.6", From::Text, Mode::Lenient, Ok("1.3.6"));
        check(".1.3.6", From::Text, Mode::Strict, Err("LEADING_FULL_STOP"));
    }

    #[test]
    fn missing_names_are_told_apart() {
        let wanted = |text: &str| {
            convert(text, From::Text, Mode::Lenient, &NoNames)
                .unwrap_err()
                .names_wanted
        };
        assert_eq!(wanted("/Country/TZ").as_deref(), Some("/Country/TZ"));
        assert_eq!(wanted("1.2.x"), None);
    }

    #[test]
    fn every_octet_has_two_digits() {
        let octets: Vec<u8> = (0..=u8::MAX).collect();
        assert_eq!(hexadecimal(Some(&octets)), hex::encode(&octets));
        assert_eq!(hexadecimal(None::<&[u8]>), "");
    }

    #[test]
    fn one_form_is_picked() {
        let converted = convert("2.16.834", From::Text, Mode::Strict, &NoNames).unwrap();
        assert_eq!(pick(&converted, To::Der).as_deref(), Some("0603608642"));
        assert_eq!(pick(&converted, To::DerBase64).as_deref(), Some("BgNghkI="));
        assert_eq!(pick(&converted, To::Uuid), None);
    }

    proptest! {
        #[test]
        fn every_encoding_comes_back(second in 0_u64..u64::MAX, more in proptest::collection::vec(any::<u64>(), 0..8)) {
            let arcs = [2, second].into_iter().chain(more).map(ArcValue::new);
            let path = NodePath::from_arcs(arcs).unwrap();
            let all = convert(&path.to_string(), From::Text, Mode::Strict, &NoNames).unwrap();
            let forms = [
                (To::Asn1, From::Asn1), (To::IriNumbers, From::Iri), (To::OidIri, From::OidIri), (To::Urn, From::Urn),
                (To::Der, From::DerHex), (To::Der, From::BerHex), (To::DerBase64, From::DerBase64),
                (To::Contents, From::ContentsHex), (To::Per, From::PerHex), (To::Oer, From::OerHex),
                (To::Xer, From::Xer), (To::Jer, From::Jer), (To::Cbor, From::CborHex),
            ];
            for (to, from) in forms {
                let text = pick(&all, to).unwrap();
                let back = convert(&text, from, Mode::Strict, &NoNames);
                prop_assert_eq!(back.map(|c| c.notations.dot), Ok(path.to_string()), "{:?}", from);
            }
        }

        #[test]
        fn rubbish_never_panics(text in ".{0,80}", from in 0_usize..18) {
            use clap::ValueEnum as _;
            let from = From::value_variants()[from % From::value_variants().len()];
            let _either = convert(&text, from, Mode::Lenient, &NoNames);
            let _either = convert(&text, from, Mode::Strict, &NoNames);
        }
    }
}

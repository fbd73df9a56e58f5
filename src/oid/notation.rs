//! The one door for text: which notation a text is in, and its steps from arc to arc.
//!
//! Reading needs no register; what the steps lead to is for [`resolve`]. It must never tolerate anything in strict
//! mode, nor in lenient mode without telling it back; numbers with leading zeros are refused in both.

use std::fmt;

use crate::oid::arc::ArcValue;
use crate::oid::label::{Identifier, UnicodeLabel};
use crate::oid::lexer::is_white_space;
use crate::oid::limits::{ARCS_CEILING, TEXT_BYTES_MAX};
use crate::oid::name::{OidError, check_top};
use crate::oid::{dot, iri, pasted, standard, urn, value};

pub use crate::oid::render::{Forms, forms};
pub use crate::oid::resolve::{Disagreement, Names, NoNames, ResolveError, Resolved, resolve};
pub use crate::oid::text::{TextError, Tolerance};

/// How much is forgiven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Nothing: what the standards do not provide for is refused.
    Strict,
    /// What people paste is understood where it can mean one thing only, and told back.
    Lenient,
}

/// The notations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Notation {
    /// `2.16.834`
    Dot,
    /// `{joint-iso-itu-t(2) country(16) tz(834)}` (X.680 32)
    Asn1,
    /// `/Country/TZ` (X.680 34)
    Iri,
    /// `urn:oid:2.16.834` (RFC 3061)
    Urn,
    /// `oid:/Country/TZ`
    OidIri,
    /// `834.1`, below a node that is not said
    RelativeDot,
    /// `{tz(834) 1}`, likewise (X.680 33)
    RelativeAsn1,
    /// `TZ/1`, likewise (X.680 35)
    RelativeIri,
    /// `iso.org.dod.internet`; in lenient mode only
    Names,
    /// `2 16 834`; in lenient mode only
    Spaced,
    /// `urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6`, an arc of 2.25; in lenient mode only
    UuidUrn,
}

impl Notation {
    /// Whether what it names lies below a node that is not said.
    pub const fn is_relative(self) -> bool {
        matches!(
            self,
            Self::RelativeDot | Self::RelativeAsn1 | Self::RelativeIri
        )
    }

    /// Its name, in small letters and hyphens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dot => "dot",
            Self::Asn1 => "asn1",
            Self::Iri => "iri",
            Self::Urn => "urn",
            Self::OidIri => "oid-iri",
            Self::RelativeDot => "relative-dot",
            Self::RelativeAsn1 => "relative-asn1",
            Self::RelativeIri => "relative-iri",
            Self::Names => "names",
            Self::Spaced => "spaced",
            Self::UuidUrn => "uuid-urn",
        }
    }
}

impl fmt::Display for Notation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One step of a text, from a superior to a subordinate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A primary integer value.
    Number(ArcValue),
    /// A secondary identifier with its number; the number decides.
    Named {
        /// The name.
        identifier: Identifier,
        /// The primary integer value.
        number: ArcValue,
    },
    /// A secondary identifier alone.
    Identifier(Identifier),
    /// A Unicode label; the first of an OID-IRI may name a long arc.
    Label(UnicodeLabel),
}

impl Step {
    /// The number, where the step itself tells it.
    pub const fn number(&self) -> Option<&ArcValue> {
        match self {
            Self::Number(number) | Self::Named { number, .. } => Some(number),
            Self::Identifier(_) | Self::Label(_) => None,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Named { identifier, number } => write!(f, "{identifier}({number})"),
            Self::Identifier(identifier) => identifier.fmt(f),
            Self::Label(label) => label.fmt(f),
        }
    }
}

/// A text that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The notation it is in.
    pub notation: Notation,
    /// Its steps, the topmost first; at least one.
    pub steps: Vec<Step>,
    /// Whether they begin at a node that is not said, rather than at the root.
    pub relative: bool,
    /// What was tolerated; empty in strict mode.
    pub tolerated: Vec<Tolerance>,
    /// How it was read; names are resolved as strictly.
    pub mode: Mode,
}

/// Reads a text in whatever notation it is.
pub fn parse(text: &str, mode: Mode) -> Result<Parsed, TextError> {
    check_size(text)?;
    let mut tolerated = Vec::new();
    let (text, offset) = trimmed(text, mode, &mut tolerated);
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    let found = pasted::recognize(text);
    read(
        text,
        found.and_then(|notation| strict_enough(notation, mode)),
        mode,
        tolerated,
    )
    .map_err(|error| error.shifted(offset))
}

/// Reads a text that is said to be in `notation`.
pub fn parse_as(text: &str, notation: Notation, mode: Mode) -> Result<Parsed, TextError> {
    check_size(text)?;
    let mut tolerated = Vec::new();
    let (text, offset) = trimmed(text, mode, &mut tolerated);
    if text.is_empty() && notation != Notation::Dot {
        return Err(TextError::Empty);
    }
    read(text, strict_enough(notation, mode), mode, tolerated)
        .map_err(|error| error.shifted(offset))
}

const fn check_size(text: &str) -> Result<(), TextError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(TextError::TooLong { bytes: text.len() });
    }
    Ok(())
}

fn trimmed<'a>(text: &'a str, mode: Mode, tolerated: &mut Vec<Tolerance>) -> (&'a str, usize) {
    if mode == Mode::Strict {
        return (text, 0);
    }
    let rest = text.trim_start_matches(is_white_space);
    let inner = rest.trim_end_matches(is_white_space);
    if inner.len() < text.len() {
        tolerated.push(Tolerance::WhiteSpaceAround);
    }
    (inner, text.len() - rest.len())
}

fn strict_enough(notation: Notation, mode: Mode) -> Result<Notation, TextError> {
    match (mode, notation) {
        (Mode::Strict, Notation::Names) => Err(TextError::NotStrict(Tolerance::NamesOnly)),
        (Mode::Strict, Notation::Spaced) => Err(TextError::NotStrict(Tolerance::SpacedNumbers)),
        (Mode::Strict, Notation::UuidUrn) => Err(TextError::NotStrict(Tolerance::UuidUrn)),
        _ => Ok(notation),
    }
}

fn read(
    text: &str,
    notation: Result<Notation, TextError>,
    mode: Mode,
    mut tolerated: Vec<Tolerance>,
) -> Result<Parsed, TextError> {
    let notation = notation?;
    let relative = notation.is_relative();
    let steps = match notation {
        Notation::Dot => dotted(text, mode, &mut tolerated)?,
        Notation::RelativeDot => numbers(text, 0)?,
        Notation::Urn => numbers(urn::strip(text)?, urn::offset())?,
        Notation::Asn1 | Notation::RelativeAsn1 => {
            let (components, told) = value::parse(text, relative, mode)?;
            tolerated.extend(told);
            components
        }
        Notation::Iri => in_quotes(text, iri::absolute)?,
        Notation::RelativeIri => in_quotes(text, iri::relative)?,
        Notation::OidIri => {
            let rest = pasted::after_oid_scheme(text).ok_or(TextError::NoSolidus)?;
            iri::after_scheme(rest).map_err(|error| error.shifted(text.len() - rest.len()))?
        }
        Notation::Names => pasted::names(text, &mut tolerated)?,
        Notation::Spaced => pasted::spaced(text, &mut tolerated)?,
        Notation::UuidUrn => pasted::uuid_urn(text, &mut tolerated)?,
    };
    if !relative {
        check_steps(&steps)?;
        root_alone(&steps, notation, mode, &mut tolerated)?;
    }
    Ok(Parsed {
        notation,
        steps,
        relative,
        tolerated,
        mode,
    })
}

fn dotted(text: &str, mode: Mode, tolerated: &mut Vec<Tolerance>) -> Result<Vec<Step>, TextError> {
    let Some((rest, tolerance)) = pasted::strip_prefix(text) else {
        return numbers(text, 0);
    };
    if mode == Mode::Strict {
        return Err(TextError::NotStrict(tolerance));
    }
    tolerated.push(tolerance);
    numbers(rest, text.len() - rest.len())
}

pub(super) fn numbers(text: &str, offset: usize) -> Result<Vec<Step>, TextError> {
    let numbers = dot::numbers(text)?.take(ARCS_CEILING + 1);
    let steps = numbers
        .map(|number| number.map(Step::Number))
        .collect::<Result<Vec<_>, _>>();
    let steps = steps.map_err(|error| TextError::from(error).shifted(offset))?;
    if steps.len() > ARCS_CEILING {
        return Err(OidError::TooManyArcs.into());
    }
    Ok(steps)
}

/// In ASN.1 an OID-IRI value stands in quotation marks; they are no part of it.
fn in_quotes(
    text: &str,
    read: impl Fn(&str) -> Result<Vec<Step>, TextError>,
) -> Result<Vec<Step>, TextError> {
    match text.strip_prefix('"') {
        None => read(text),
        Some(rest) => {
            let expected = "a closing quotation mark";
            let inner = rest
                .strip_suffix('"')
                .ok_or(TextError::Unfinished { expected })?;
            read(inner).map_err(|error| error.shifted(1))
        }
    }
}

/// Refuses what no register could make right: wrong numbers at the top, and too many steps.
pub(super) fn check_steps(steps: &[Step]) -> Result<(), TextError> {
    let mut top: Vec<ArcValue> = Vec::new();
    for step in steps.iter().take(2) {
        match step {
            Step::Number(number) | Step::Named { number, .. } => top.push(number.clone()),
            Step::Identifier(name) => match standard::number_of(&top, name.as_str()) {
                Some(number) => top.push(ArcValue::new(number)),
                None => break,
            },
            Step::Label(_) => break,
        }
    }
    check_top(&top)?;
    if steps.len() > ARCS_CEILING {
        return Err(OidError::TooManyArcs.into());
    }
    Ok(())
}

fn root_alone(
    steps: &[Step],
    notation: Notation,
    mode: Mode,
    tolerated: &mut Vec<Tolerance>,
) -> Result<(), TextError> {
    // A single label may name a long arc, and an OID-IRI is not encoded as pairs of arcs.
    if steps.len() > 1 || matches!(notation, Notation::Iri | Notation::OidIri) {
        return Ok(());
    }
    if mode == Mode::Strict {
        return Err(TextError::RootAlone);
    }
    tolerated.push(Tolerance::RootAlone);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, mode: Mode, expect: Result<(Notation, &str), &str>) {
        let got = parse(text, mode).map(|parsed| {
            let steps: Vec<String> = parsed.steps.iter().map(ToString::to_string).collect();
            (parsed.notation, steps.join(" "))
        });
        let got = got
            .as_ref()
            .map(|(n, s)| (*n, s.as_str()))
            .map_err(TextError::code);
        assert_eq!(got, expect, "{text:?}");
    }

    #[test]
    fn notations_are_recognized() {
        for mode in [Mode::Strict, Mode::Lenient] {
            check("2.16.834", mode, Ok((Notation::Dot, "2 16 834")));
            check("{2 16 834}", mode, Ok((Notation::Asn1, "2 16 834")));
            check("-- x --{2 16 834}", mode, Ok((Notation::Asn1, "2 16 834")));
            check("/Country/TZ", mode, Ok((Notation::Iri, "Country TZ")));
            check("\"/Country/TZ\"", mode, Ok((Notation::Iri, "Country TZ")));
            check("/2", mode, Ok((Notation::Iri, "2")));
            check(
                "oid:/Country/TZ",
                mode,
                Ok((Notation::OidIri, "Country TZ")),
            );
            check("OID:/%E4%BE%8B", mode, Ok((Notation::OidIri, "例")));
            check("URN:oid:2.16", mode, Ok((Notation::Urn, "2 16")));
            check("TZ/1", mode, Ok((Notation::RelativeIri, "TZ 1")));
        }
    }

    #[test]
    fn invalid_texts_of_the_rules() {
        for mode in [Mode::Strict, Mode::Lenient] {
            check("", mode, Err("TEXT_EMPTY"));
            check("3.1", mode, Err("ROOT_ARC_TOO_LARGE"));
            check("{iso 40}", mode, Err("SECOND_ARC_TOO_LARGE"));
            check("0.40", mode, Err("SECOND_ARC_TOO_LARGE"));
            check("2.", mode, Err("ARC_EMPTY"));
            check("1.2.3.", mode, Err("ARC_EMPTY"));
            check("2..16", mode, Err("ARC_EMPTY"));
            check("02.16", mode, Err("ARC_LEADING_ZERO"));
            check("2.016", mode, Err("ARC_LEADING_ZERO"));
            check("2.1e3", mode, Err("ARC_NOT_A_DIGIT"));
            check("2.١٦", mode, Err("ARC_NOT_A_DIGIT"));
            check("TZ", mode, Err("NOTATION_UNRECOGNIZED"));
            check("-1", mode, Err("NOTATION_UNRECOGNIZED"));
            check("/Country/", mode, Err("IRI_EMPTY_LABEL"));
            check(
                "urn:uuid:x",
                mode,
                Err(if mode == Mode::Strict {
                    "UUID_URN"
                } else {
                    "UUID_MALFORMED"
                }),
            );
            check("urn:isbn:1", mode, Err("URN_OTHER_NAME_SPACE"));
            check("urn:oid:.1.2", mode, Err("ARC_EMPTY"));
            check("urn:oid:iso", mode, Err("ARC_NOT_A_DIGIT"));
            check("oid:/", mode, Err("IRI_EMPTY_LABEL"));
        }
        check("2 .16", Mode::Strict, Err("SPACED_NUMBERS"));
        check("2 .16", Mode::Lenient, Err("ARC_NOT_A_DIGIT"));
        check(
            &" ".repeat(TEXT_BYTES_MAX + 1),
            Mode::Lenient,
            Err("TEXT_TOO_LONG"),
        );
        check(
            &" ".repeat(TEXT_BYTES_MAX),
            Mode::Lenient,
            Err("TEXT_EMPTY"),
        );
    }

    #[track_caller]
    fn pasted(text: &str, notation: Notation, steps: &str, code: &str) {
        check(text, Mode::Lenient, Ok((notation, steps)));
        check(text, Mode::Strict, Err(code));
        let told = parse(text, Mode::Lenient).unwrap().tolerated;
        assert!(!told.is_empty(), "{text:?}");
        assert!(
            told.iter()
                .all(|tolerance| !tolerance.to_string().is_empty())
        );
    }

    #[test]
    fn what_people_paste() {
        pasted(".1.3.6.1", Notation::Dot, "1 3 6 1", "LEADING_FULL_STOP");
        pasted("OID.1.2.3", Notation::Dot, "1 2 3", "OID_FULL_STOP_PREFIX");
        pasted("oid.1.2.3", Notation::Dot, "1 2 3", "OID_FULL_STOP_PREFIX");
        pasted("OID:1.2.3", Notation::Dot, "1 2 3", "OID_COLON_PREFIX");
        pasted("oid:1.2.3", Notation::Dot, "1 2 3", "OID_COLON_PREFIX");
        pasted("1 2 3", Notation::Spaced, "1 2 3", "SPACED_NUMBERS");
        pasted("1, 2, 3", Notation::Spaced, "1 2 3", "SPACED_NUMBERS");
        pasted("{1, 2, 3}", Notation::Asn1, "1 2 3", "COMMAS");
        pasted(
            "iso.org.dod.internet",
            Notation::Names,
            "iso org dod internet",
            "NAMES_ONLY",
        );
        pasted("iso.3.dod", Notation::Names, "iso 3 dod", "NAMES_ONLY");
        pasted(" 1.2.3\n", Notation::Dot, "1 2 3", "NOTATION_UNRECOGNIZED");
        pasted("2.16\n", Notation::Dot, "2 16", "SPACED_NUMBERS");
        pasted("2", Notation::Dot, "2", "ROOT_ALONE");
        pasted("{iso}", Notation::Asn1, "iso", "ROOT_ALONE");
        let uuid = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
        let steps = "2 25 329800735698586629295641978511506172918";
        pasted(uuid, Notation::UuidUrn, steps, "UUID_URN");
    }

    #[test]
    fn relative_forms_are_said() {
        let as_dot = parse_as("8571.3.2", Notation::RelativeDot, Mode::Strict).unwrap();
        assert!(as_dot.relative);
        assert_eq!(as_dot.steps.len(), 3);
        let as_asn1 = parse_as("{8571 3 2}", Notation::RelativeAsn1, Mode::Strict).unwrap();
        assert_eq!(as_asn1.steps, as_dot.steps);
        let wrong = parse_as("1.2", Notation::Asn1, Mode::Lenient).unwrap_err();
        assert_eq!(wrong.code(), "TEXT_UNEXPECTED");
    }

    #[test]
    fn places_count_from_the_beginning_of_what_was_given() {
        let error = parse("  urn:oid:1.x", Mode::Lenient).unwrap_err();
        assert!(
            matches!(error, TextError::Arc { position: 12, .. }),
            "{error:?}"
        );
    }

    #[test]
    fn one_arc_past_the_limit() {
        let dotted = |n: usize| format!("2{}", ".1".repeat(n - 1));
        assert!(parse(&dotted(ARCS_CEILING), Mode::Strict).is_ok());
        check(
            &dotted(ARCS_CEILING + 1),
            Mode::Strict,
            Err("TOO_MANY_ARCS"),
        );
        let labels = "/a".repeat(ARCS_CEILING);
        assert!(parse(&labels, Mode::Strict).is_ok());
        check(&format!("{labels}/a"), Mode::Strict, Err("TOO_MANY_ARCS"));
    }
}

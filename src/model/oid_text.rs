//! Object identifiers as callers write them: any notation in, a node of the tree out.
//!
//! The readers of `oid::notation` decide; here their refusals get the register's codes, with their own sentence and clause
//! as the detail, so that every face says the same. It must never add a rule of its own.

use crate::oid::{
    ArcError, NodePath, OidError,
    notation::{self, Mode, Names, Notation, ResolveError, Resolved, TextError},
};

use super::refusal::{Code, Refusal};

/// A text that was read and followed.
#[derive(Debug)]
pub struct Read {
    /// The notation it was in.
    pub notation: Notation,
    /// Where it leads, and what was said back about it.
    pub resolved: Resolved,
}

/// Reads a text in any notation and follows its names in `names`.
pub fn read(text: &str, strict: bool, names: &dyn Names, field: &str) -> Result<Read, Refusal> {
    if text.is_empty() {
        return Err(Refusal::new(
            Code::FieldRequired,
            field,
            "an object identifier is needed",
        ));
    }
    let mode = if strict { Mode::Strict } else { Mode::Lenient };
    let parsed = notation::parse(text, mode).map_err(|error| of_text(&error, text, field))?;
    let resolved =
        notation::resolve(&parsed, names, None).map_err(|error| of_resolve(&error, text, field))?;
    Ok(Read {
        notation: parsed.notation,
        resolved,
    })
}

/// The node a text leads to; an empty text is the root.
pub fn node_or_root(text: &str, names: &dyn Names, field: &str) -> Result<NodePath, Refusal> {
    if text.is_empty() {
        return Ok(NodePath::root());
    }
    Ok(read(text, false, names, field)?.resolved.path)
}

/// The refusal of a text in no notation that is understood.
pub fn of_text(error: &TextError, text: &str, field: &str) -> Refusal {
    let code = match error {
        TextError::Arc { source, .. } => of_arc(source),
        TextError::Identifier { .. } => Code::IdentifierSyntax,
        TextError::Label { .. } => Code::LabelSyntax,
        TextError::Oid(source) => of_oid(source),
        TextError::TooLong { .. } => Code::FieldTooLong,
        _ => Code::OidSyntax,
    };
    Refusal::new(code, field, format!("{error} ({})", error.clause())).value(text)
}

/// The refusal of steps that lead nowhere.
pub fn of_resolve(error: &ResolveError, text: &str, field: &str) -> Refusal {
    let (code, nearest) = match error {
        ResolveError::NoBase => (Code::OidSyntax, None),
        ResolveError::UnknownIdentifier { superior, .. }
        | ResolveError::UnknownLabel { superior, .. } => (Code::NameUnknown, Some(superior)),
        ResolveError::AmbiguousIdentifier { superior, .. } => (Code::NameAmbiguous, Some(superior)),
        ResolveError::StandardNameWrongNumber { .. }
        | ResolveError::Disagrees(_)
        | ResolveError::ItuRLeadsElsewhere => (Code::NameContradicts, None),
        ResolveError::UuidTooLarge { .. } => (Code::ArcOutOfRange, None),
        ResolveError::Oid { source, .. } => (of_oid(source), None),
    };
    let refusal = Refusal::new(code, field, format!("{error} ({})", error.clause())).value(text);
    match nearest.filter(|path| !path.is_root()) {
        Some(path) => refusal.nearest(path.clone()),
        None => refusal,
    }
}

/// The code of a text that is no primary integer value.
pub const fn of_arc(error: &ArcError) -> Code {
    match error {
        ArcError::Empty | ArcError::NotADigit { .. } | ArcError::LeadingZero => Code::OidSyntax,
        ArcError::TooLarge { .. } => Code::PathTooLong,
    }
}

/// The code of numbers that make no object identifier.
pub const fn of_oid(error: &OidError) -> Code {
    match error {
        OidError::RootArcTooLarge { .. } | OidError::SecondArcTooLarge { .. } => {
            Code::ArcOutOfRange
        }
        OidError::TooFewArcs { .. } => Code::OidSyntax,
        OidError::TooManyArcs | OidError::ContentsTooLong => Code::PathTooLong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::{limits::ARCS_CEILING, notation::NoNames};

    fn check(text: &str, expect: &str) {
        let got = match read(text, false, &NoNames, "oid") {
            Ok(read) => read.resolved.path.to_string(),
            Err(refusal) => {
                assert_eq!(refusal.field, "oid");
                refusal.code.name().to_owned()
            }
        };
        assert_eq!(got, expect, "{text}");
    }

    #[test]
    fn every_notation_is_read_and_every_refusal_has_its_code() {
        check("2.16.834", "2.16.834");
        check("{joint-iso-itu-t country(16) 834}", "2.16.834");
        check("/2/16/834", "2.16.834");
        check("urn:oid:2.16.834", "2.16.834");
        check("OID:2.16.834", "2.16.834");
        check("", "FIELD_REQUIRED");
        check("2.016", "OID_SYNTAX");
        check("{2 16 {3}}", "OID_SYNTAX");
        check("3.1", "ARC_OUT_OF_RANGE");
        check("1.40", "ARC_OUT_OF_RANGE");
        check("{iso(1) Standard(0)}", "IDENTIFIER_SYNTAX");
        check("/2/16/a\u{308}", "LABEL_SYNTAX");
        check("{iso(2) 1}", "NAME_CONTRADICTS");
        check("/Nowhere", "NAME_UNKNOWN");
        check(&format!("2{}", ".1".repeat(ARCS_CEILING)), "PATH_TOO_LONG");
        check(
            &format!("2{}", ".1".repeat(ARCS_CEILING - 1)),
            &format!("2{}", ".1".repeat(ARCS_CEILING - 1)),
        );
    }

    #[test]
    fn the_detail_carries_the_sentence_and_the_clause() {
        let refusal = read("1.40", false, &NoNames, "oid").unwrap_err();
        assert!(refusal.detail.contains("39") && refusal.detail.contains("X.660 7.6"));
        assert_eq!(refusal.value.as_deref(), Some("1.40"));
        let refusal = read("/Nowhere", false, &NoNames, "oid").unwrap_err();
        assert!(refusal.detail.contains("no arc below the root is known"));
        assert_eq!(refusal.nearest, None);
    }
}

//! X.680 34 and 35: OID-IRI and RELATIVE-OID-IRI values.

use crate::vectors::refused;
use oidra::oid::notation::{Mode, Notation, parse_as};

fn code(text: &str, notation: Notation) -> Option<&'static str> {
    parse_as(text, notation, Mode::Strict)
        .err()
        .map(|error| error.code())
}

#[test]
fn refusals() {
    refused("iri", |text| code(text, Notation::Iri));
    refused("relative-iri", |text| code(text, Notation::RelativeIri));
    refused("oid-iri", |text| code(text, Notation::OidIri));
}

#[test]
fn values() {
    for text in [
        "/Country/TZ",
        "/Country/834",
        "/2/16/834",
        "/例/1",
        "\"/Country/TZ\"",
        "/UUID",
    ] {
        assert_eq!(code(text, Notation::Iri), None, "{text}");
    }
    for text in ["TZ/1", "834", "例"] {
        assert_eq!(code(text, Notation::RelativeIri), None, "{text}");
    }
}

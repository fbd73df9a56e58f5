//! RFC 3061: the URN name space `oid`.

use crate::vectors::refused;
use oidra::oid::notation::{Mode, Notation, parse, parse_as};

#[test]
fn only_numbers_follow_the_prefix() {
    refused("urn", |text| {
        parse_as(text, Notation::Urn, Mode::Strict)
            .err()
            .map(|e| e.code())
    });
}

#[test]
fn the_prefix_is_of_any_case() {
    for text in ["urn:oid:1.3.6.1", "URN:OID:1.3.6.1", "Urn:Oid:1.3.6.1"] {
        assert_eq!(parse(text, Mode::Strict).unwrap().notation, Notation::Urn);
    }
}

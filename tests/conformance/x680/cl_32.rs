//! X.680 32 and 33: value notation of OBJECT IDENTIFIER and RELATIVE-OID.

use crate::vectors::refused;
use oidra::oid::notation::{Mode, NoNames, Notation, parse, parse_as, resolve};

#[test]
fn object_identifier_refusals() {
    refused("asn1", |text| {
        parse(text, Mode::Strict).err().map(|error| error.code())
    });
}

#[test]
fn relative_oid_refusals() {
    refused("relative-asn1", |text| {
        parse_as(text, Notation::RelativeAsn1, Mode::Strict)
            .err()
            .map(|error| error.code())
    });
}

#[track_caller]
fn check(text: &str, expect: &str) {
    let parsed = parse(text, Mode::Strict).unwrap();
    assert_eq!(
        resolve(&parsed, &NoNames, None).unwrap().path.to_string(),
        expect
    );
}

#[test]
fn forms_of_one_value() {
    check("{joint-iso-itu-t(2) country(16) tz(834)}", "2.16.834");
    check("{2 16 834}", "2.16.834");
    check("{joint-iso-itu-t country(16) tz(834)}", "2.16.834");
    check("{joint-iso-ccitt 16 834}", "2.16.834");
}

#[test]
fn name_forms_that_x_660_standardizes() {
    check("{itu-t recommendation a 1}", "0.0.1.1");
    check("{ccitt question 1}", "0.1.1");
    check("{itu-t administration 1}", "0.2.1");
    check("{itu-t network-operator 1}", "0.3.1");
    check("{itu-t identified-organization 1}", "0.4.1");
    check("{iso standard 8571}", "1.0.8571");
    check("{iso registration-authority 1}", "1.1.1");
    check("{iso member-body 840}", "1.2.840");
    check("{iso identified-organization 6}", "1.3.6");
}

//! X.690 8.21 and 8.22: OID-IRI and RELATIVE-OID-IRI.

use crate::vectors::{encodings, octets};
use oidra::oid::ber::{Rules, Value, decode, encode};

#[track_caller]
fn check(value: &Value, encoded: &str) {
    assert_eq!(hex::encode(encode(value)), encoded);
    assert_eq!(
        decode(&octets(encoded), Rules::Der),
        Ok((value.clone(), Vec::new()))
    );
}

#[test]
fn values() {
    for (value, encoded) in encodings("iri-der") {
        check(&Value::OidIri(value), &encoded);
    }
    for (value, encoded) in encodings("relative-iri-der") {
        check(&Value::RelativeOidIri(value), &encoded);
    }
}

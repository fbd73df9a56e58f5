//! X.697: OBJECT IDENTIFIER and RELATIVE-OID in JER.

use crate::vectors::encodings;
use oidra::oid::jer::{decode, decode_relative, encode, encode_relative};
use oidra::oid::{Oid, RelativeOid};

#[test]
fn values() {
    for (value, encoded) in encodings("jer") {
        let oid: Oid = value.parse().unwrap();
        assert_eq!(encode(&oid), encoded);
        assert_eq!(decode(&encoded), Ok(oid));
    }
    let relative: RelativeOid = "834".parse().unwrap();
    assert_eq!(decode_relative(&encode_relative(&relative)), Ok(relative));
    assert_eq!(decode("\"2\\u002e16\"").unwrap().to_string(), "2.16");
}

#[test]
fn refusals() {
    for (text, code) in [
        ("2.16", "ENCODING_SYNTAX"),
        ("[2, 16]", "ENCODING_SYNTAX"),
        ("\"2.16\" x", "ENCODING_SYNTAX"),
        ("\"2.16", "ENCODING_SYNTAX"),
        ("\"\"", "TEXT_EMPTY"),
        ("\"2.016\"", "ARC_LEADING_ZERO"),
        ("\"2\"", "TOO_FEW_ARCS"),
    ] {
        assert_eq!(decode(text).unwrap_err().code(), code, "{text}");
    }
}

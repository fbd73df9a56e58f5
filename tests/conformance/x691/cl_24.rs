//! X.691 24: OBJECT IDENTIFIER and RELATIVE-OID in PER.

use crate::vectors::{encodings, octets};
use oidra::oid::per::{decode, decode_relative, encode, encode_relative};
use oidra::oid::{Oid, RelativeOid};

#[test]
fn values() {
    for (value, encoded) in encodings("per") {
        let oid: Oid = value.parse().unwrap();
        assert_eq!(hex::encode(encode(&oid)), encoded, "{value}");
        assert_eq!(decode(&octets(&encoded)), Ok(oid));
    }
    let relative: RelativeOid = "8571.3.2".parse().unwrap();
    assert_eq!(hex::encode(encode_relative(&relative)), "04c27b0302");
    assert_eq!(decode_relative(&octets("04c27b0302")), Ok(relative));
}

#[test]
fn the_longest_contents() {
    let longest = vec![1; 254];
    let oid = Oid::from_contents(&longest).unwrap();
    assert_eq!(decode(&encode(&oid)), Ok(oid));
    let mut one_arc = vec![0xFF; 4096];
    one_arc[4095] = 0x7F;
    let oid = Oid::from_contents(&one_arc).unwrap();
    assert_eq!(decode(&encode(&oid)), Ok(oid));
}

#[track_caller]
fn check(encoded: &str, code: &str) {
    assert_eq!(
        decode(&octets(encoded)).unwrap_err().code(),
        code,
        "{encoded}"
    );
}

#[test]
fn refusals() {
    check("", "ENCODING_TRUNCATED");
    check("00", "CONTENTS_EMPTY");
    check("03 8837".replace(' ', "").as_str(), "ENCODING_TRUNCATED");
    check("02883703", "ENCODING_TRAILING");
    check("03808837", "SUBIDENTIFIER_PADDED");
    check("0288b7", "SUBIDENTIFIER_UNTERMINATED");
    check("c1", "ENCODING_LENGTH_TOO_LARGE");
    check("80", "ENCODING_TRUNCATED");
    check("8003883703", "ENCODING_LENGTH_NOT_LEAST");
}

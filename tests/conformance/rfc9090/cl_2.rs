//! RFC 9090 2: object identifiers under the CBOR tags 110, 111 and 112.

use crate::vectors::{encodings, octets};
use oidra::oid::cbor::{Item, decode, encode, encode_enterprise, encode_relative};
use oidra::oid::{Oid, RelativeOid};

#[test]
fn values() {
    for (value, encoded) in encodings("cbor") {
        let oid: Oid = value.parse().unwrap();
        let encoded = octets(&encoded);
        let written = if encoded[1] == 112 {
            encode_enterprise(&oid).unwrap()
        } else {
            encode(&oid)
        };
        assert_eq!(written, encoded, "{value}");
        assert_eq!(decode(&encoded), Ok(Item::Oid(oid)));
    }
    let relative: RelativeOid = "8571.3.2".parse().unwrap();
    let encoded = encode_relative(&relative);
    assert_eq!(encoded, octets("d86e44c27b0302"));
    assert_eq!(decode(&encoded), Ok(Item::RelativeOid(relative)));
    assert_eq!(encode_enterprise(&"1.3.6.1.4.1".parse().unwrap()), None);
    assert_eq!(encode_enterprise(&"1.3.6.1.4.2.1".parse().unwrap()), None);
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
    check("d8", "ENCODING_TRUNCATED");
    check("d86f", "ENCODING_TRUNCATED");
    check("d86f4288", "ENCODING_TRUNCATED");
    check("d86f42883700", "ENCODING_TRAILING");
    check("d86d428837", "ENCODING_WRONG_TAG");
    check("428837", "ENCODING_WRONG_TAG");
    check("d86f58028837", "ENCODING_LENGTH_NOT_LEAST");
    check("d86f5900028837", "ENCODING_LENGTH_NOT_LEAST");
    check("d86f5a000000028837", "ENCODING_LENGTH_TOO_LARGE");
    check("d86f591001", "ENCODING_LENGTH_TOO_LARGE");
    check("d86f5f428837ff", "ENCODING_LENGTH_FORM");
    check("d86f81428837", "ENCODING_NOT_BYTE_STRING");
    check("d86f628837", "ENCODING_NOT_BYTE_STRING");
    check("d86f40", "CONTENTS_EMPTY");
    check("d87040", "CONTENTS_EMPTY");
    check(
        "d86f4380 8837".replace(' ', "").as_str(),
        "SUBIDENTIFIER_PADDED",
    );
    check("d87041ff", "SUBIDENTIFIER_UNTERMINATED");
}

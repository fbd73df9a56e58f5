//! X.696 21: OBJECT IDENTIFIER and RELATIVE-OID in OER.

use crate::counted::{self, Coder};
use oidra::oid::oer::{decode, decode_relative, encode, encode_relative};

#[test]
fn values() {
    let absolute = Coder { encode, decode };
    let relative = Coder {
        encode: encode_relative,
        decode: decode_relative,
    };
    counted::values("oer", &absolute, &relative);
}

#[test]
fn refusals() {
    counted::refusals(
        |octets| decode(octets).unwrap_err().code(),
        &[
            ("80", "ENCODING_LENGTH_FORM"),
            ("ff", "ENCODING_LENGTH_FORM"),
            ("82", "ENCODING_TRUNCATED"),
            ("8103883703", "ENCODING_LENGTH_NOT_LEAST"),
            ("82008003", "ENCODING_LENGTH_NOT_LEAST"),
            ("821001", "ENCODING_LENGTH_TOO_LARGE"),
            ("89ffffffffffffffffff", "ENCODING_LENGTH_TOO_LARGE"),
        ],
    );
}

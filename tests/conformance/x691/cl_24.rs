//! X.691 24: OBJECT IDENTIFIER and RELATIVE-OID in PER.

use crate::counted::{self, Coder};
use oidra::oid::per::{decode, decode_relative, encode, encode_relative};

#[test]
fn values() {
    let absolute = Coder { encode, decode };
    let relative = Coder {
        encode: encode_relative,
        decode: decode_relative,
    };
    counted::values("per", &absolute, &relative);
}

#[test]
fn refusals() {
    counted::refusals(
        |octets| decode(octets).unwrap_err().code(),
        &[
            ("c1", "ENCODING_LENGTH_TOO_LARGE"),
            ("80", "ENCODING_TRUNCATED"),
            ("8003883703", "ENCODING_LENGTH_NOT_LEAST"),
        ],
    );
}

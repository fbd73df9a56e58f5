//! What PER and OER have in common: contents octets behind their length. Only the forms of the length are their own.

use std::fmt::Debug;

use oidra::oid::{Oid, RelativeOid};

use crate::vectors::{encodings, octets};

/// Writes and reads one kind of value.
pub struct Coder<T, E> {
    pub encode: fn(&T) -> Vec<u8>,
    pub decode: fn(&[u8]) -> Result<T, E>,
}

impl<T: PartialEq + Debug, E: PartialEq + Debug> Coder<T, E> {
    #[track_caller]
    fn both_ways(&self, value: T, encoded: &[u8]) {
        assert_eq!(
            hex::encode((self.encode)(&value)),
            hex::encode(encoded),
            "{value:?}"
        );
        assert_eq!((self.decode)(encoded), Ok(value));
    }
}

/// The values of `encodings-valid.tsv`, a relative one, and the longest contents.
pub fn values<E: PartialEq + Debug>(
    kind: &str,
    absolute: &Coder<Oid, E>,
    relative: &Coder<RelativeOid, E>,
) {
    for (value, encoded) in encodings(kind) {
        absolute.both_ways(value.parse().unwrap(), &octets(&encoded));
    }
    relative.both_ways("8571.3.2".parse().unwrap(), &octets("04c27b0302"));
    let mut one_arc = vec![0xFF; 4096];
    one_arc[4095] = 0x7F;
    for longest in [vec![1; 254], one_arc] {
        let oid = Oid::from_contents(&longest).unwrap();
        let encoded = (absolute.encode)(&oid);
        assert_eq!((absolute.decode)(&encoded), Ok(oid));
    }
}

/// What neither takes, and what one of them does not take: octets and the code.
pub fn refusals(code: impl Fn(&[u8]) -> &'static str, own: &[(&str, &str)]) {
    let common = [
        ("", "ENCODING_TRUNCATED"),
        ("00", "CONTENTS_EMPTY"),
        ("038837", "ENCODING_TRUNCATED"),
        ("02883703", "ENCODING_TRAILING"),
        ("03808837", "SUBIDENTIFIER_PADDED"),
        ("0288b7", "SUBIDENTIFIER_UNTERMINATED"),
    ];
    for (encoded, expect) in common.iter().chain(own) {
        assert_eq!(code(&octets(encoded)), *expect, "{encoded}");
    }
}

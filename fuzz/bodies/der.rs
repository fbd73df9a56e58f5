//! BER and DER: what DER accepts is what is written again; what BER accepts has a DER form of the same value.

use oidra::oid::ber::{Rules, decode, encode};

/// Tries one input.
pub fn run(octets: &[u8]) {
    if let Ok((value, told)) = decode(octets, Rules::Der) {
        assert!(told.is_empty());
        assert_eq!(encode(&value), octets);
    }
    if let Ok((value, _)) = decode(octets, Rules::Ber) {
        assert_eq!(decode(&encode(&value), Rules::Der).unwrap().0, value);
    }
}

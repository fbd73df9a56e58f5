//! PER, OER, CBOR, XER and JER: what is accepted is what is written again, or reads as the same value.

use oidra::oid::{cbor, jer, oer, per, xer};

/// Tries one input.
pub fn run(octets: &[u8]) {
    if let Ok(oid) = per::decode(octets) {
        assert_eq!(per::encode(&oid), octets);
    }
    if let Ok(oid) = oer::decode(octets) {
        assert_eq!(oer::encode(&oid), octets);
    }
    match cbor::decode(octets) {
        Ok(cbor::Item::Oid(oid)) => {
            let enterprise = cbor::encode_enterprise(&oid);
            assert!(cbor::encode(&oid) == octets || enterprise.as_deref() == Some(octets));
        }
        Ok(cbor::Item::RelativeOid(oid)) => assert_eq!(cbor::encode_relative(&oid), octets),
        Err(_) => {}
    }
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    if let Ok(oid) = xer::decode(text) {
        assert_eq!(xer::decode(&xer::encode(&oid)), Ok(oid));
    }
    if let Ok(oid) = jer::decode(text) {
        assert_eq!(jer::decode(&jer::encode(&oid)), Ok(oid));
    }
}

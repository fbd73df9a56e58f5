//! X.690 8.20: RELATIVE-OID.

use crate::vectors::{encodings, octets};
use oidra::oid::RelativeOid;

#[test]
fn values() {
    for (value, encoded) in encodings("relative-der") {
        let oid: RelativeOid = value.parse().unwrap();
        assert_eq!(hex::encode(oid.to_der()), encoded);
        assert_eq!(RelativeOid::from_der(&octets(&encoded)), Ok(oid));
    }
}

//! X.690 10 (and 8.1): what strict DER refuses, each with its own reason.

use crate::vectors::{octets, rows};
use oidra::oid::ber::{Rules, decode};
use oidra::oid::{Oid, RelativeOid};

#[test]
fn refusals() {
    let rows = rows("x690-invalid.tsv", 5);
    assert_eq!(rows.len(), 31);
    for row in rows {
        let der = octets(&row[0]);
        let refused = match row[1].as_str() {
            "oid" => Oid::from_der(&der).err(),
            "relative" => RelativeOid::from_der(&der).err(),
            _ => decode(&der, Rules::Der).err(),
        };
        let error = refused.unwrap_or_else(|| panic!("{} is taken: {}", row[0], row[3]));
        assert_eq!(error.code(), row[2], "{}: {}", row[0], row[3]);
        assert!(!error.to_string().is_empty() && !error.clause().is_empty());
    }
}

#[test]
fn no_octet_can_be_left_out_or_added() {
    for oid in ["2.16.834", "2.999.1.2.3", "1.3.6.1.4.1.4294967296"] {
        let der = oid.parse::<Oid>().unwrap().to_der();
        for end in 0..der.len() {
            assert!(Oid::from_der(&der[..end]).is_err());
        }
        let longer: Vec<u8> = der.iter().copied().chain([0]).collect();
        assert_eq!(Oid::from_der(&longer).unwrap_err().code(), "DER_TRAILING");
    }
}

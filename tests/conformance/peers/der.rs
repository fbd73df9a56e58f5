//! DER that other projects' tests call valid or invalid (X.690 8.19 and 10.1).

use crate::vectors::{octets, rows};
use oidra::oid::Oid;

#[test]
fn verdicts_agree() {
    for row in rows("peer-verdicts.tsv", 5)
        .iter()
        .filter(|row| row[0] == "der-hex")
    {
        let der = octets(&row[1]);
        match (row[2].as_str(), Oid::from_der(&der)) {
            ("valid", Ok(oid)) => {
                assert_eq!(oid.to_string(), row[3], "{}", row[1]);
                assert_eq!(oid.to_der(), der);
            }
            ("invalid", Err(_)) => {}
            (verdict, got) => panic!("{} is {verdict}, but: {got:?} ({})", row[1], row[4]),
        }
    }
}

#[test]
fn real_encodings_are_read_and_written() {
    for row in rows("valid-der.tsv", 3) {
        let der = octets(&row[1]);
        let oid = Oid::from_der(&der).unwrap();
        assert_eq!(oid.to_string(), row[0]);
        assert_eq!(row[0].parse::<Oid>().unwrap().to_der(), der);
    }
}

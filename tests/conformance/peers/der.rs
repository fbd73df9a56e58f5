//! DER that other projects' tests call valid or invalid (X.690 8.19 and 10.1).

use crate::vectors::{octets, rows};
use oidra::oid::Oid;
use oidra::oid::limits::{ARCS_CEILING, CONTENTS_OCTETS_MAX};

/// Some projects test with more arcs or octets than this service takes; those it must refuse for that reason only.
pub fn beyond_limits(der: &[u8]) -> bool {
    // Only values far beyond 127 octets are in question, whose length has two octets after its first.
    let contents = if der.get(1) == Some(&0x82) {
        &der[4..]
    } else {
        return false;
    };
    let arcs = 1 + contents.iter().filter(|octet| **octet < 0x80).count();
    arcs > ARCS_CEILING || contents.len() > CONTENTS_OCTETS_MAX
}

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
            ("valid", Err(error)) if beyond_limits(&der) => {
                assert_eq!(error.clause(), "limit of this service");
            }
            (verdict, got) => panic!("{} is {verdict}, but: {got:?} ({})", row[1], row[4]),
        }
    }
}

#[test]
fn real_encodings_are_read_and_written() {
    for row in rows("valid-der.tsv", 3) {
        let der = octets(&row[1]);
        if beyond_limits(&der) {
            assert_eq!(
                Oid::from_der(&der).unwrap_err().clause(),
                "limit of this service"
            );
            continue;
        }
        let oid = Oid::from_der(&der).unwrap();
        assert_eq!(oid.to_string(), row[0]);
        assert_eq!(row[0].parse::<Oid>().unwrap().to_der(), der);
    }
}

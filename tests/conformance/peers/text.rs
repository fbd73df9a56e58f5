//! Dot notation that other projects' tests call valid or invalid.

use crate::vectors::{rows, unescape};
use oidra::oid::Oid;

#[test]
fn verdicts_agree() {
    for row in rows("peer-verdicts.tsv", 5)
        .iter()
        .filter(|row| row[0] == "text")
    {
        let text = unescape(&row[1]);
        match (row[2].as_str(), text.parse::<Oid>()) {
            ("valid", Ok(oid)) => assert_eq!(oid.to_string(), row[3], "{text:?}"),
            ("invalid", Err(_)) => {}
            (verdict, got) => panic!("{text:?} is {verdict}, but: {got:?} ({})", row[4]),
        }
    }
}

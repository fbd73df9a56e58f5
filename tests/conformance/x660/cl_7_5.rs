//! X.660 7.5 (with X.680 12.27): which characters and shapes a non-integer Unicode label may have.

use crate::vectors::{rows, unescape};
use oidra::oid::UnicodeLabel;

#[test]
fn labels() {
    for row in rows("labels.tsv", 4) {
        let label = unescape(&row[1]);
        match label.parse::<UnicodeLabel>() {
            Ok(taken) => assert_eq!((taken.as_str(), row[0].as_str()), (label.as_str(), "valid")),
            Err(error) => assert_eq!(error.code(), row[2], "{label:?}"),
        }
    }
}

#[test]
fn every_character_is_an_iunreserved_of_rfc_3987() {
    let ucschar = |c: u32| {
        matches!(c, 0xA0..=0xD7FF | 0xF900..=0xFDCF | 0xFDF0..=0xFFEF | 0xE1000..=0xEFFFD)
            || (0x10000..=0xDFFFF).contains(&c) && c & 0xFFFF <= 0xFFFD
    };
    for c in (0..=0x10_FFFF).filter_map(char::from_u32) {
        let unreserved = c.is_ascii_alphanumeric() || "-._~".contains(c);
        // A letter on each side keeps the rules on hyphens, digits and composition out of the question.
        let refused = format!("a{c}a")
            .parse::<UnicodeLabel>()
            .err()
            .map(|error| error.code());
        let bad = refused == Some("LABEL_BAD_CHARACTER");
        assert_eq!(
            !bad,
            unreserved || ucschar(u32::from(c)),
            "U+{:04X}",
            u32::from(c)
        );
    }
}

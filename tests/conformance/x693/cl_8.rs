//! X.693 8: OBJECT IDENTIFIER and RELATIVE-OID in XER.

use crate::vectors::encodings;
use oidra::oid::xer::{decode, decode_relative, encode, encode_relative};
use oidra::oid::{Oid, RelativeOid};

#[test]
fn values() {
    for (value, encoded) in encodings("xer") {
        let oid: Oid = value.parse().unwrap();
        assert_eq!(decode(&encoded), Ok(oid.clone()), "{encoded}");
        assert_eq!(
            encode(&oid),
            format!("<OBJECT_IDENTIFIER>{value}</OBJECT_IDENTIFIER>")
        );
    }
    let relative: RelativeOid = "834.1".parse().unwrap();
    assert_eq!(
        encode_relative(&relative),
        "<RELATIVE_OID>834.1</RELATIVE_OID>"
    );
    assert_eq!(
        decode_relative("<RELATIVE_OID>tz(834).1</RELATIVE_OID>"),
        Ok(relative)
    );
}

#[test]
fn names_with_numbers_are_read() {
    let text = "<OBJECT_IDENTIFIER> joint-iso-itu-t.country(16).834 </OBJECT_IDENTIFIER>";
    assert_eq!(decode(text).unwrap().to_string(), "2.16.834");
}

#[test]
fn refusals() {
    for (text, code) in [
        ("2.16", "ENCODING_SYNTAX"),
        ("<A>2.16</B>", "ENCODING_SYNTAX"),
        ("<A x='1'>2.16</A>", "ENCODING_SYNTAX"),
        ("<A>2.16<b/></A>", "ENCODING_SYNTAX"),
        ("<A>2 16</A>", "ENCODING_SYNTAX"),
        ("<A>2.--x--16</A>", "ENCODING_SYNTAX"),
        ("<A>2./*x*/16</A>", "ENCODING_SYNTAX"),
        ("<A>2.&#49;</A>", "ENCODING_SYNTAX"),
        ("<A></A>", "TEXT_UNFINISHED"),
        ("<A>2.</A>", "TEXT_UNFINISHED"),
        ("<A>2.016</A>", "ARC_LEADING_ZERO"),
        ("<A>2</A>", "ROOT_ALONE"),
        ("<A>3.1</A>", "ROOT_ARC_TOO_LARGE"),
        ("<A>iso.test</A>", "ASN1_NAME_NOT_STANDARD"),
        ("<A>iso(2).1</A>", "ENCODING_SYNTAX"),
    ] {
        assert_eq!(decode(text).unwrap_err().code(), code, "{text}");
    }
    let bare = decode_relative("<A>iso.1</A>").unwrap_err();
    assert_eq!(bare.code(), "ASN1_NAME_IN_RELATIVE");
}

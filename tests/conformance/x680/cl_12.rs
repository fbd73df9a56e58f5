//! X.680 12: lexical items, white space and comments within an object identifier value.

use oidra::oid::notation::{Mode, parse};

#[track_caller]
fn check(text: &str, expect: Result<usize, &str>) {
    let got = parse(text, Mode::Strict).map(|parsed| parsed.steps.len());
    assert_eq!(got.map_err(|error| error.code()), expect, "{text:?}");
}

#[test]
fn white_space_12_1_6() {
    for space in ["\t", "\n", "\u{B}", "\u{C}", "\r", " ", "\u{A0}"] {
        check(&format!("{{2{space}16}}"), Ok(2));
    }
    check("{2\u{2003}16}", Err("TEXT_UNEXPECTED"));
    check("{2\u{85}16}", Err("TEXT_UNEXPECTED"));
}

#[test]
fn comments_12_6() {
    check("{2 -- sixteen -- 16}", Ok(2));
    check("{2 -- sixteen\n 16}", Ok(2));
    check("{2 -- sixteen\u{C} 16}", Ok(2));
    check("{2 /* a -- b /* c */ */ 16}", Ok(2));
    check("{2--16}", Err("TEXT_UNFINISHED"));
    check("{2 /* 16}", Err("ASN1_UNCLOSED_COMMENT"));
}

#[test]
fn numbers_12_8() {
    check("{2 0}", Ok(2));
    check("{2 00}", Err("ARC_LEADING_ZERO"));
    check("{2 -1}", Err("TEXT_UNEXPECTED"));
}

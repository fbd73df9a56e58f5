//! X.660 7.6: the root arcs are 0, 1 and 2; below 0 and 1 the arcs are 0 to 39; below 2 there is no bound.

use crate::vectors::refused;
use oidra::oid::limits::{ROOT_ARC_MAX, SECOND_ARC_MAX};
use oidra::oid::{ArcValue, NodePath, Oid};

#[test]
fn the_top_of_the_tree() {
    for text in [
        "0.0",
        "0.39",
        "1.0",
        "1.39",
        "2.0",
        "2.40",
        "2.48",
        "2.18446744073709551616",
    ] {
        assert_eq!(text.parse::<Oid>().unwrap().to_string(), text);
        assert_eq!(text.parse::<NodePath>().unwrap().to_string(), text);
    }
    for root in ["0", "1", "2"] {
        assert_eq!(root.parse::<NodePath>().unwrap().depth(), 1);
    }
}

#[test]
fn one_past_the_top_is_refused() {
    let code = |arcs: [u64; 2]| {
        let arcs = arcs.map(ArcValue::new);
        Oid::from_arcs(arcs.iter().cloned()).err().map(|e| e.code())
    };
    assert_eq!(code([ROOT_ARC_MAX, 0]), None);
    assert_eq!(code([ROOT_ARC_MAX + 1, 0]), Some("ROOT_ARC_TOO_LARGE"));
    assert_eq!(code([1, SECOND_ARC_MAX]), None);
    assert_eq!(code([1, SECOND_ARC_MAX + 1]), Some("SECOND_ARC_TOO_LARGE"));
    assert_eq!(code([ROOT_ARC_MAX, SECOND_ARC_MAX + 1]), None);
}

#[test]
fn refusals() {
    refused("dot", |text| {
        text.parse::<Oid>().err().map(|error| error.code())
    });
}

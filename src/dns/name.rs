//! Between paths of the tree and names of a zone (X.672 7.3): arcs in reverse order, each a label, below the zone's apex.
//!
//! An integer arc is its decimal digits, a Unicode label its A-label (UTS 46). Facts hang one label lower, at
//! [`DUMMY`], because a DNAME rewrites only what is below it (RFC 6672 2.3). It must never take a number with a leading zero,
//! nor give a label a name that a number or [`DUMMY`] has.

use domain::base::name::Label;

use crate::oid::{ArcValue, NodePath, UnicodeLabel};

use super::record::{Fqdn, LABEL_OCTETS_MAX, below};

/// The label that facts hang at.
pub const DUMMY: &str = "ors-dummy";

/// The name of a node at or below `top`, whose name is `apex`; `None` where the wire cannot carry it.
pub fn of_node(path: &NodePath, top: &NodePath, apex: &Fqdn) -> Option<Fqdn> {
    let below_top = path.arcs().get(top.depth()..)?;
    below_top
        .iter()
        .try_fold(apex.clone(), |name, arc| of_arc(arc, &name))
}

/// The name of an arc below a name.
pub fn of_arc(arc: &ArcValue, superior: &Fqdn) -> Option<Fqdn> {
    // A number of more bits than this has more digits than a label holds.
    if arc.bits() > 4 * LABEL_OCTETS_MAX {
        return None;
    }
    below(arc.to_string().as_bytes(), superior)
}

/// The name where the facts of a node hang.
pub fn dummy_of(node: &Fqdn) -> Option<Fqdn> {
    below(DUMMY.as_bytes(), node)
}

/// The label of the domain name system for a Unicode label; `None` where it has none, or one that means something else.
pub fn a_label(label: &UnicodeLabel) -> Option<String> {
    let key = label.comparison_key();
    let text = key.as_str();
    is_a_label(text.as_bytes()).then(|| text.to_owned())
}

/// Whether a label in small letters may stand for a Unicode label.
pub fn is_a_label(text: &[u8]) -> bool {
    let plain = |octet: &u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || *octet == b'-';
    (1..=LABEL_OCTETS_MAX).contains(&text.len())
        && text.iter().all(plain)
        && !text.iter().all(u8::is_ascii_digit)
        && text.first() != Some(&b'-')
        && text.last() != Some(&b'-')
        && text != DUMMY.as_bytes()
}

/// What a name asks for: numbers from the zone's top down, then labels that are none, topmost first.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The numbers.
    pub numbers: Vec<ArcValue>,
    /// The labels below them; the first is no number.
    pub rest: Vec<&'a [u8]>,
}

/// Takes a name apart that ends in `apex`; `None` where it does not. Both are in small letters.
pub fn asked<'a>(name: &'a Fqdn, apex: &Fqdn) -> Option<Asked<'a>> {
    let above = name.label_count().checked_sub(apex.label_count())?;
    let labels: Vec<&Label> = name.iter().collect();
    let (own, end) = labels.split_at_checked(above)?;
    if !end.iter().copied().eq(apex.iter()) {
        return None;
    }
    let mut down = own.iter().rev().map(|label| label.as_slice()).peekable();
    let mut numbers = Vec::new();
    while let Some(number) = down.peek().and_then(|label| number(label)) {
        numbers.push(number);
        down.next();
    }
    Some(Asked {
        numbers,
        rest: down.collect(),
    })
}

/// The number that a label is, written as numbers are written here.
fn number(label: &[u8]) -> Option<ArcValue> {
    let digits = label.iter().all(u8::is_ascii_digit);
    let plain = digits && (label.len() == 1 || label.first() != Some(&b'0'));
    if !plain {
        return None;
    }
    std::str::from_utf8(label).ok()?.parse().ok()
}

/// The node that a name of a zone stands for, with or without [`DUMMY`] in front; `None` where it is no such name. Labels
/// that are no numbers are not looked up.
pub fn to_node(name: &Fqdn, top: &NodePath, apex: &Fqdn) -> Option<NodePath> {
    let asked = asked(name, apex)?;
    let plain = match asked.rest.as_slice() {
        [] => true,
        [label] => *label == DUMMY.as_bytes(),
        _ => false,
    };
    if !plain {
        return None;
    }
    asked
        .numbers
        .into_iter()
        .try_fold(top.clone(), |path, number| path.child(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::record::parse_name;

    fn path(text: &str) -> NodePath {
        text.parse().unwrap()
    }

    #[test]
    fn names_and_nodes_belong_together() {
        let (top, apex) = (
            path("2.16.834"),
            parse_name("834.16.2.oid-res.org").unwrap(),
        );
        for (at, name) in [
            ("2.16.834", "834.16.2.oid-res.org"),
            ("2.16.834.7", "7.834.16.2.oid-res.org"),
            ("2.16.834.7.0.12", "12.0.7.834.16.2.oid-res.org"),
        ] {
            let made = of_node(&path(at), &top, &apex).unwrap();
            assert_eq!(made.to_string(), name);
            assert_eq!(to_node(&made, &top, &apex), Some(path(at)));
            let dummy = dummy_of(&made).unwrap();
            assert_eq!(to_node(&dummy, &top, &apex), Some(path(at)));
        }
        for name in [
            "07.834.16.2.oid-res.org",
            "x.834.16.2.oid-res.org",
            "a.ors-dummy.834.16.2.oid-res.org",
            "834.16.2.example",
            "16.2.oid-res.org",
        ] {
            assert_eq!(
                to_node(&parse_name(name).unwrap(), &top, &apex),
                None,
                "{name}"
            );
        }
    }

    #[test]
    fn a_number_too_long_for_a_label_has_no_name() {
        let (top, apex) = (path("2.25"), parse_name("25.2.oid-res.org").unwrap());
        let uuid = path("2.25.329800735698586629295641978511506172918");
        assert!(of_node(&uuid, &top, &apex).is_some());
        let fits = path(&format!("2.25.{}", "9".repeat(LABEL_OCTETS_MAX)));
        assert!(of_node(&fits, &top, &apex).is_some());
        let long = path(&format!("2.25.1{}", "0".repeat(LABEL_OCTETS_MAX)));
        assert_eq!(of_node(&long, &top, &apex), None);
    }

    #[test]
    fn labels_that_mean_something_else_are_none() {
        let of = |text: &str| a_label(&text.parse().unwrap());
        assert_eq!(of("Dept").as_deref(), Some("dept"));
        assert_eq!(of("例").as_deref(), Some("xn--fsq"));
        assert_eq!(of("部门").as_deref(), Some("xn--ig4am2h"));
        for none in ["ors-dummy", "ORS-Dummy", "ASN.1", "a_b", "~", "\u{FF17}"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}

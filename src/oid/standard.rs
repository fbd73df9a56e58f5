//! The names that X.660 itself standardizes: its `NameForm`s (A.2.3, A.3.2, A.3.3.1, A.4.2) and the labels of the roots.
//!
//! Only these may stand without their number in ASN.1 value notation. It must never grow by names that a register
//! holds: `country`, `r-recommendation` and all else is told by [`crate::oid::notation::Names`].

use crate::oid::arc::ArcValue;
use crate::oid::label::{ComparisonKey, Identifier, UnicodeLabel};

/// Superior, name, number; of several names of one arc the one to write stands first.
const NAME_FORMS: &[(&[u64], &str, u64)] = &[
    (&[], "itu-t", 0),
    (&[], "ccitt", 0),
    (&[], "iso", 1),
    (&[], "joint-iso-itu-t", 2),
    (&[], "joint-iso-ccitt", 2),
    (&[0], "recommendation", 0),
    (&[0], "question", 1),
    (&[0], "administration", 2),
    (&[0], "network-operator", 3),
    (&[0], "identified-organization", 4),
    (&[1], "standard", 0),
    (&[1], "registration-authority", 1),
    (&[1], "member-body", 2),
    (&[1], "identified-organization", 3),
];

/// Label and number of the root arcs; the one to write stands first.
const ROOT_LABELS: &[(&str, u64)] = &[
    ("ITU-T", 0),
    ("ITU-R", 0),
    ("ISO", 1),
    ("Joint-ISO-ITU-T", 2),
];

/// The label of root arc 0 that leads to the arc 5 only.
pub(crate) const ITU_R: &str = "ITU-R";

/// The secondary identifier of root arc 0 that leads to the arc 5 only; no `NameForm`.
pub(crate) const ITU_R_IDENTIFIER: &str = "itu-r";

/// The number that X.660 standardizes for `name` below `superior`.
pub fn number_of(superior: &[ArcValue], name: &str) -> Option<u64> {
    if is(superior, &[0, 0]) {
        return match name.as_bytes() {
            [letter @ b'a'..=b'z'] => Some(u64::from(letter - b'a') + 1),
            _ => None,
        };
    }
    NAME_FORMS
        .iter()
        .find(|(above, known, _)| *known == name && is(superior, above))
        .map(|(_, _, number)| *number)
}

/// The names that X.660 standardizes for the arc `number` below `superior`, the one to write first.
pub fn names_of(superior: &[ArcValue], number: &ArcValue) -> Vec<Identifier> {
    let Some(number) = number.to_u64() else {
        return Vec::new();
    };
    if is(superior, &[0, 0]) {
        let letter = ('a'..='z').zip(1..).find(|(_, place)| *place == number);
        return letter
            .and_then(|(c, _)| c.to_string().parse().ok())
            .into_iter()
            .collect();
    }
    NAME_FORMS
        .iter()
        .filter(|(above, _, known)| *known == number && is(superior, above))
        .filter_map(|(_, name, _)| name.parse().ok())
        .collect()
}

/// The root arc that a Unicode label names.
pub fn root_of_label(label: &UnicodeLabel) -> Option<u64> {
    let found = ROOT_LABELS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(label.as_str()))?;
    Some(found.1)
}

/// The root arc whose label compares equal to what has this key: a wide or otherwise folded spelling counts too.
pub fn root_of_key(key: &ComparisonKey) -> Option<u64> {
    let found = ROOT_LABELS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(key.as_str()))?;
    Some(found.1)
}

/// The Unicode label of a root arc.
pub fn label_of_root(number: &ArcValue) -> Option<UnicodeLabel> {
    let found = ROOT_LABELS.iter().find(|(_, known)| *number == *known)?;
    found.0.parse().ok()
}

fn is(superior: &[ArcValue], numbers: &[u64]) -> bool {
    superior.len() == numbers.len() && superior.iter().zip(numbers).all(|(a, b)| *a == *b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::path::NodePath;

    #[track_caller]
    fn check(superior: &str, name: &str, expect: Option<u64>) {
        let superior: NodePath = superior.parse().unwrap();
        assert_eq!(
            number_of(superior.arcs(), name),
            expect,
            "{name} below {superior}"
        );
        if let Some(number) = expect {
            let names = names_of(superior.arcs(), &ArcValue::new(number));
            assert!(names.iter().any(|known| known.as_str() == name));
        }
    }

    #[test]
    fn labels_of_the_roots() {
        let key =
            |label: &str| root_of_key(&label.parse::<UnicodeLabel>().unwrap().comparison_key());
        assert_eq!(key("Joint-ISO-ITU-T"), Some(2));
        assert_eq!(key("ＩＳＯ"), Some(1));
        assert_eq!(key("itu-r"), Some(0));
        assert_eq!(key("ITU"), None);
        for (label, number) in ROOT_LABELS {
            assert_eq!(key(label), Some(*number));
        }
    }

    #[test]
    fn only_what_is_standardized() {
        check(".", "itu-t", Some(0));
        check(".", "ccitt", Some(0));
        check(".", "itu-r", None);
        check(".", "iso", Some(1));
        check(".", "joint-iso-ccitt", Some(2));
        check("0", "identified-organization", Some(4));
        check("1", "identified-organization", Some(3));
        check("0", "r-recommendation", None);
        check("0.0", "a", Some(1));
        check("0.0", "z", Some(26));
        check("0.0", "A", None);
        check("0.1", "a", None);
        check("2", "country", None);
        check("2", "iso", None);
    }
}

//! The names of an arc beside those of its siblings: secondary identifiers (X.660 3.5) and Unicode labels (X.660 7.5).
//!
//! X.660 lets siblings share a secondary identifier; a policy may not. A Unicode label belongs to one sibling only,
//! whatever a policy says, and is compared by its key. Long arcs and the labels of the root arcs are nobody's to take.

use crate::model::entry::Label;
use crate::model::{Code, Entry, Refusal, Rejection, TreeView};
use crate::oid::{ArcValue, Identifier, NodePath, UnicodeLabel};

/// Secondary identifiers standardized as a NameForm (X.660 A.2.3, A.3.2, A.4.2): superior, name, number.
const STANDARDIZED: &[(&[u64], &str, u64)] = &[
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

/// The Unicode labels of the root arcs, as comparison keys (X.660 Annex A).
const ROOT_LABEL_KEYS: [(&str, u64); 4] = [
    ("itu-t", 0),
    ("itu-r", 0),
    ("iso", 1),
    ("joint-iso-itu-t", 2),
];

/// The names that an arc shall get.
pub struct Names<'a> {
    /// Below which node.
    pub superior: &'a Entry,
    /// The arc.
    pub number: &'a ArcValue,
    /// Its secondary identifiers that are new.
    pub identifiers: Vec<(usize, &'a Identifier)>,
    /// Its Unicode labels that are new.
    pub labels: Vec<(usize, &'a Label)>,
    /// Whether the policy wants a secondary identifier to stand on one sibling only.
    pub identifiers_unique: bool,
}

/// Refuses names that the arc cannot have.
pub fn check(tree: &dyn TreeView, names: &Names<'_>) -> Result<(), Rejection> {
    for (at, identifier) in &names.identifiers {
        identifier_free(tree, names, *at, identifier)?;
    }
    for (at, label) in &names.labels {
        label_free(tree, names, *at, &label.label)?;
    }
    Ok(())
}

fn identifier_free(
    tree: &dyn TreeView,
    names: &Names<'_>,
    at: usize,
    identifier: &Identifier,
) -> Result<(), Rejection> {
    let refuse = |code, detail: String| {
        let field = format!("entry.identifiers[{at}]");
        Err(Refusal::new(code, field, detail).value(identifier).into())
    };
    let superior = &names.superior.path;
    if names.identifiers_unique {
        // The tables compare identifiers without regard to case, so that `tz` and `tZ` cannot be confused.
        let holders = tree.identifier_holders(superior, identifier)?;
        if let Some(other) = holders.iter().find(|holder| *holder != names.number) {
            return refuse(
                Code::IdentifierTaken,
                format!("arc {other} below {superior} has it"),
            );
        }
    }
    if let Some(number) = standardized(superior, identifier.as_str())
        && *names.number != number
    {
        return refuse(
            Code::IdentifierStandardized,
            format!("X.660 gives this name to arc {number} below {superior}"),
        );
    }
    if names.superior.superior.flags.no_identifiers {
        return refuse(
            Code::IdentifiersNotAllowed,
            format!("{superior} gives its subordinates no secondary identifiers"),
        );
    }
    Ok(())
}

fn label_free(
    tree: &dyn TreeView,
    names: &Names<'_>,
    at: usize,
    label: &UnicodeLabel,
) -> Result<(), Rejection> {
    let refuse = |code, detail: String| {
        Err(
            Refusal::new(code, format!("entry.labels[{at}].label"), detail)
                .value(label)
                .into(),
        )
    };
    let superior = &names.superior.path;
    let key = label.comparison_key();
    if let Some(other) = tree.label_holder(superior, &key)?
        && other != *names.number
    {
        let detail =
            format!("arc {other} below {superior} has this label or one that reads the same");
        return refuse(Code::LabelTaken, detail);
    }
    if names.superior.superior.flags.no_unicode_labels {
        let detail = format!("{superior} gives its subordinates no Unicode labels");
        return refuse(Code::LabelsNotAllowed, detail);
    }
    // A long arc starts at the root and leads to an arc below 2: only there can a label be taken for one.
    let beside_long_arcs = superior.is_root() || *superior.arcs() == [ArcValue::new(2)];
    if beside_long_arcs
        && let Some(target) = tree.long_arc(&key)?
        && superior.child(names.number.clone()).ok().as_ref() != Some(&target)
    {
        return refuse(
            Code::LabelIsLongArc,
            format!("it is the long arc that leads to {target}"),
        );
    }
    let root = ROOT_LABEL_KEYS
        .iter()
        .find(|(known, _)| *known == key.as_str());
    if let (true, Some((_, number))) = (superior.is_root(), root)
        && *names.number != *number
    {
        return refuse(
            Code::LabelIsLongArc,
            format!("it is the label of root arc {number}"),
        );
    }
    Ok(())
}

/// The number that X.660 standardizes for `name` below `superior`; below 0.0 the letters a to z are 1 to 26 (A.3.3.1).
fn standardized(superior: &NodePath, name: &str) -> Option<u64> {
    let arcs = superior.arcs();
    let is = |numbers: &[u64]| {
        arcs.len() == numbers.len() && arcs.iter().zip(numbers).all(|(a, b)| a == b)
    };
    if let ([letter @ b'a'..=b'z'], true) = (name.as_bytes(), is(&[0, 0])) {
        return Some(u64::from(letter - b'a') + 1);
    }
    let found = STANDARDIZED
        .iter()
        .find(|(above, known, _)| *known == name && is(above));
    found.map(|(_, _, number)| *number)
}

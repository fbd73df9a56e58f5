//! The names of an arc beside those of its siblings: secondary identifiers (X.660 3.5) and Unicode labels (X.660 7.5).
//!
//! X.660 lets siblings share a secondary identifier; a policy may not. A Unicode label belongs to one sibling only,
//! whatever a policy says, and is compared by its key. Long arcs and the labels of the root arcs are nobody's to take.

use crate::model::entry::Label;
use crate::model::{Code, Entry, Policy, Refusal, Rejection, TreeView};
use crate::oid::{ArcValue, ComparisonKey, Identifier, NodePath, UnicodeLabel, standard};

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
    /// The policy that they must suit; `None` where no policy has a say.
    pub policy: Option<&'a Policy>,
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
    if names.policy.is_some_and(|policy| policy.identifiers_unique) {
        // The tables compare identifiers without regard to case, so that `tz` and `tZ` cannot be confused.
        let holders = tree.identifier_holders(superior, identifier)?;
        if let Some(other) = holders.iter().find(|holder| *holder != names.number) {
            return refuse(
                Code::IdentifierTaken,
                format!("arc {other} below {superior} has it"),
            );
        }
    }
    if let Some(number) = standard::number_of(superior.arcs(), identifier.as_str())
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
    let key = key_of(identifier);
    let of_policy = |policy| reserved(policy, superior, &key);
    if let Some(detail) = names.policy.and_then(of_policy) {
        return refuse(Code::NameReserved, detail);
    }
    Ok(())
}

/// An identifier as labels are compared: the key of an ASCII label is its lower case.
pub fn key_of(identifier: &Identifier) -> ComparisonKey {
    ComparisonKey::from_stored(identifier.as_str().to_ascii_lowercase())
}

/// Why the policy gives nobody a name of this key, where it does not.
pub fn reserved(policy: &Policy, superior: &NodePath, key: &ComparisonKey) -> Option<String> {
    let reserved = policy.reserves(key)?;
    Some(format!("the policy below {superior} reserves {reserved}"))
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
    if let (true, Some(number)) = (superior.is_root(), standard::root_of_key(&key))
        && *names.number != number
    {
        return refuse(
            Code::LabelIsLongArc,
            format!("it is the label of root arc {number}"),
        );
    }
    let of_policy = |policy| reserved(policy, superior, &key);
    if let Some(detail) = names.policy.and_then(of_policy) {
        return refuse(Code::NameReserved, detail);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::NumberChoice;
    use crate::model::entry::Flags;
    use crate::model::{Policy, State};
    use crate::rules::testing::{Tree, allocate, arc, explicit, named, refused};

    const OURS: &str = "2.16.834";

    #[test]
    fn names_are_unambiguous_among_siblings() {
        let mut tree = Tree::founded();
        let with = |number: u64, identifiers: &[&str], labels: &[&str]| {
            allocate(
                OURS,
                NumberChoice::Explicit(arc(number)),
                named(identifiers, labels),
            )
        };
        tree.submit(with(1, &["health", "afya"], &["Afya", "例"]))
            .unwrap();
        tree.submit(explicit(OURS, 2)).unwrap();
        let below = allocate(
            "2.16.834.2",
            NumberChoice::NextFree,
            named(&["health"], &["Afya"]),
        );
        tree.submit(below).unwrap();
        refused(
            tree.decide(with(3, &["other", "afya"], &[])),
            Code::IdentifierTaken,
            "entry.identifiers[1]",
        );
        refused(
            tree.decide(with(3, &["aFYA"], &[])),
            Code::IdentifierTaken,
            "entry.identifiers[0]",
        );
        for twin in ["Afya", "afya", "AFYA", "Ａfya"] {
            refused(
                tree.decide(with(3, &[], &["x", twin])),
                Code::LabelTaken,
                "entry.labels[1].label",
            );
        }
        tree.state("2.16.834.1", State::Withdrawn);
        refused(
            tree.decide(with(3, &[], &["Afya"])),
            Code::LabelTaken,
            "entry.labels[0].label",
        );
        tree.policy(
            OURS,
            Policy {
                identifiers_unique: false,
                ..Policy::standard()
            },
        );
        tree.submit(with(4, &["health"], &[])).unwrap();
        let only = Flags {
            no_identifiers: true,
            no_unicode_labels: true,
            ..Flags::default()
        };
        tree.change(OURS, |entry| entry.superior.flags = only);
        refused(
            tree.decide(with(5, &["new"], &[])),
            Code::IdentifiersNotAllowed,
            "entry.identifiers[0]",
        );
        refused(
            tree.decide(with(5, &[], &["new"])),
            Code::LabelsNotAllowed,
            "entry.labels[0].label",
        );
    }

    #[test]
    fn standardized_names_long_arcs_and_root_labels_are_nobodys_to_take() {
        let mut tree = Tree::founded_for(&["1", "0.0", "2", "."]);
        let with = |superior: &str, number: u64, identifiers: &[&str], labels: &[&str]| {
            allocate(
                superior,
                NumberChoice::Explicit(arc(number)),
                named(identifiers, labels),
            )
        };
        let taken = Code::IdentifierStandardized;
        refused(
            tree.decide(with("1", 7, &["member-body"], &[])),
            taken,
            "entry.identifiers[0]",
        );
        refused(
            tree.decide(with("0.0", 7, &["h"], &[])),
            taken,
            "entry.identifiers[0]",
        );
        tree.submit(with("1", 2, &["member-body"], &[])).unwrap();
        tree.submit(with("0.0", 8, &["h"], &[])).unwrap();
        tree.change("2.16", |entry| entry.superior.labels.clear());
        let long = Code::LabelIsLongArc;
        refused(
            tree.decide(with("2", 60, &[], &["country"])),
            long,
            "entry.labels[0].label",
        );
        tree.submit(with("1", 5, &[], &["Country"])).unwrap();
        // The root arcs are all there; their labels are not given to another one.
        let root = Names {
            superior: tree.at("."),
            number: &arc(1),
            identifiers: Vec::new(),
            labels: vec![],
            policy: None,
        };
        let label = crate::rules::testing::label("ITU-R");
        let root = Names {
            labels: vec![(0, &label)],
            ..root
        };
        refused(check(&tree, &root), long, "entry.labels[0].label");
    }
}

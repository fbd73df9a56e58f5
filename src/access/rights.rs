//! Who may act at a node: as a registrar there and below it, or as its administrator (X.660 6.2).
//!
//! By X.660 the holder of an arc is the authority for everything below it. So the way up from the node is walked: whoever a
//! delegation names is the authority, and a role counts from the arc on which it was granted; a delegation, or an arc assigned
//! to a registrant, closes what is below it to everybody above, except to an administrator who says why
//! (`override_reason`). A role granted on a closed arc itself counts: its authority granted it. It must never look above
//! the authority's own node for anything but roles.

use crate::model::actor::Role;
use crate::model::entry::Delegation;
use crate::model::{Code, Entry, Principal, PrincipalId, Refusal, Rejection, TreeView};
use crate::oid::NodePath;

/// What an act needs at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// To apply: any principal may ask, and the policy says whether it is heard.
    Apply,
    /// To judge applications.
    Review,
    /// To register: allocate, reserve, hold, amend, change states, transfer.
    Register,
    /// To govern: delegate, recall, set the policy, grant roles, look after principals.
    Govern,
}

/// On what grounds somebody acts at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grounds {
    /// A delegation names the principal, or a role of its own counts here.
    Plain,
    /// The principal administers something above and overrides what closes the node to the superior.
    Override,
}

/// What closes a node to those above.
enum Closed {
    Delegated(NodePath),
    Assigned(NodePath),
}

/// By what somebody acts at a node on the way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// A delegation names the principal.
    Delegation,
    /// A role that lets it judge applications.
    Reviewer,
    /// A role that lets it register.
    Registrar,
    /// A role that lets it do everything.
    Administrator,
}

/// Whether `principal` may act at `node`, and on what grounds.
pub fn at(
    view: &dyn TreeView,
    principal: &Principal,
    node: &NodePath,
    need: Need,
    overrides: bool,
) -> Result<Grounds, Rejection> {
    if need == Need::Apply {
        return Ok(Grounds::Plain);
    }
    let (by, closed) = way(view, principal, node, need)?;
    match (by, closed) {
        (Some(_), None) => Ok(Grounds::Plain),
        (Some(By::Administrator), Some(_)) if overrides => Ok(Grounds::Override),
        (Some(by), Some(closed)) => Err(refused(&closed, by == By::Administrator).into()),
        (None, _) => {
            let detail = format!("you have no right to do this at {node}");
            Err(Refusal::new(Code::NotPermitted, "", detail).into())
        }
    }
}

/// By what the principal acts here or, above what closes the node, further up.
fn way(
    view: &dyn TreeView,
    principal: &Principal,
    node: &NodePath,
    need: Need,
) -> Result<(Option<By>, Option<Closed>), Rejection> {
    let authorities = view.authorities()?;
    let own = authorities.iter().filter(|own| node.starts_with(own));
    // Where it is not ours at all, the rules say so to whoever has a role, and nobody else has a right there.
    let top = own.map(NodePath::depth).max();
    let (mut closed, mut found) = (None, None);
    for depth in (0..=node.depth()).rev() {
        let here = node.truncated(depth);
        if let Some(by) = role(principal, &here, need) {
            // Only an administrator, who may stand further up, can override what closes the node.
            if closed.is_none() || by == By::Administrator {
                return Ok((Some(by), closed));
            }
            found = found.or(Some(by));
        }
        if top.is_none_or(|top| depth < top) {
            continue;
        }
        let Some(entry) = view.entry(&here)? else {
            continue;
        };
        if names(&entry, &principal.id) {
            if closed.is_none() {
                return Ok((Some(By::Delegation), closed));
            }
            found = found.or(Some(By::Delegation));
        }
        closed = closed.or_else(|| closes(&entry));
    }
    Ok((found, closed))
}

/// The role at exactly this arc that is enough.
fn role(principal: &Principal, at: &NodePath, need: Need) -> Option<By> {
    if principal.has(Role::Administrator, at) || (at.is_root() && principal.administrator) {
        Some(By::Administrator)
    } else if need < Need::Govern && principal.has(Role::Registrar, at) {
        Some(By::Registrar)
    } else if need == Need::Review && principal.has(Role::Reviewer, at) {
        Some(By::Reviewer)
    } else {
        None
    }
}

fn names(entry: &Entry, principal: &PrincipalId) -> bool {
    matches!(&entry.delegation, Some(Delegation::Hosted { principals }) if principals.contains(principal))
}

fn closes(entry: &Entry) -> Option<Closed> {
    if entry.delegation.is_some() {
        Some(Closed::Delegated(entry.path.clone()))
    } else if entry.registrant.is_some() {
        Some(Closed::Assigned(entry.path.clone()))
    } else {
        None
    }
}

fn refused(closed: &Closed, administrator: bool) -> Refusal {
    let way_out = if administrator {
        "; an override_reason lets an administrator act all the same"
    } else {
        ""
    };
    match closed {
        Closed::Delegated(path) => {
            let detail = format!("another registration authority acts below {path}{way_out}");
            Refusal::new(Code::DelegatedAway, "options.override_reason", detail).value(path)
        }
        Closed::Assigned(path) => {
            let detail =
                format!("{path} is assigned to a registrant, who decides about it{way_out}");
            Refusal::new(Code::AnothersArc, "options.override_reason", detail).value(path)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::testing::{ADMIN, DELEGATE, STRANGER, Tree, hosted, refused};

    const OVER: bool = true;

    fn asked(
        tree: &Tree,
        who: &str,
        node: &str,
        need: Need,
        over: bool,
    ) -> Result<Grounds, Rejection> {
        let principal = &tree.principals[&who.parse().unwrap()];
        at(tree, principal, &node.parse().unwrap(), need, over)
    }

    fn tree() -> Tree {
        let mut tree = Tree::new();
        tree.arc("2.16.834.1", |_| {})
            .delegated("2.16.834.1.3", hosted(DELEGATE));
        tree.assigned("2.16.834.1.4");
        tree
    }

    #[test]
    fn a_role_counts_on_its_arc_and_below_and_no_more_than_it_says() {
        let roles = [
            (Role::Administrator, true, true),
            (Role::Registrar, true, false),
            (Role::Reviewer, false, false),
            (Role::Auditor, false, false),
            (Role::ConfidentialReader, false, false),
        ];
        for (role, registers, governs) in roles {
            let mut tree = tree();
            tree.role(STRANGER, role, "2.16.834.1");
            for (need, may) in [(Need::Register, registers), (Need::Govern, governs)] {
                for node in ["2.16.834.1", "2.16.834.1.1", "2.16.834.1.9.9.9"] {
                    let got = asked(&tree, STRANGER, node, need, false);
                    assert_eq!(got.is_ok(), may, "{role:?} {need:?} {node}");
                }
                for node in ["2.16.834", "2.16.834.2", "2.16.834.11", "."] {
                    let got = asked(&tree, STRANGER, node, need, OVER);
                    refused(got, Code::NotPermitted);
                }
            }
        }
    }

    #[test]
    fn what_is_closed_opens_to_an_administrator_above_with_a_reason() {
        for (role, opens) in [(Role::Administrator, true), (Role::Registrar, false)] {
            let mut tree = tree();
            tree.role(STRANGER, role, "2.16.834");
            for (node, code) in [
                ("2.16.834.1.3", Code::DelegatedAway),
                ("2.16.834.1.3.1", Code::DelegatedAway),
                ("2.16.834.1.4", Code::AnothersArc),
            ] {
                let ask = |over| asked(&tree, STRANGER, node, Need::Register, over);
                refused(ask(false), code);
                if opens {
                    assert_eq!(ask(OVER).unwrap(), Grounds::Override);
                } else {
                    refused(ask(OVER), code);
                }
            }
        }
    }

    #[test]
    fn a_role_on_a_closed_arc_itself_counts() {
        let mut tree = tree();
        tree.role(STRANGER, Role::Registrar, "2.16.834.1.4");
        for node in ["2.16.834.1.4", "2.16.834.1.4.1"] {
            let got = asked(&tree, STRANGER, node, Need::Register, false);
            assert_eq!(got.unwrap(), Grounds::Plain);
        }
    }

    #[test]
    fn who_also_acts_nearer_can_override_as_the_administrator_they_are_further_up() {
        let mut tree = tree();
        tree.role(ADMIN, Role::Registrar, "2.16.834.1");
        let got = asked(&tree, ADMIN, "2.16.834.1.4", Need::Register, OVER);
        assert_eq!(got.unwrap(), Grounds::Override);
        tree.delegated("2.16.834.1.3", hosted(ADMIN));
        tree.delegated("2.16.834.1.3.1", hosted(DELEGATE));
        let ask = |over| asked(&tree, ADMIN, "2.16.834.1.3.1", Need::Govern, over);
        assert_eq!(ask(OVER).unwrap(), Grounds::Override);
        refused(ask(false), Code::DelegatedAway);
        let plain = asked(&tree, ADMIN, "2.16.834.1.3", Need::Govern, OVER);
        assert_eq!(plain.unwrap(), Grounds::Plain);
    }

    #[test]
    fn the_nearest_of_our_own_nodes_is_where_looking_ends() {
        let mut tree = Tree::new();
        tree.arc("2.16.834.5", |entry| entry.authority = true);
        tree.arc("2.16", |entry| {
            entry.delegation = Some(hosted(STRANGER));
        });
        tree.delegated("2.16.834.1", hosted(STRANGER));
        refused(
            asked(&tree, STRANGER, "2.16.834", Need::Register, OVER),
            Code::NotPermitted,
        );
        tree.role(STRANGER, Role::Administrator, "2.16");
        assert!(asked(&tree, STRANGER, "2.16.834.5.1", Need::Govern, false).is_ok());
    }
}

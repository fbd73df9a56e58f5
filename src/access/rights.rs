//! Who may act at a node: change its holder's fields and its policy, and do everything below it (X.660 6.2).
//!
//! By X.660 the holder of an arc is the authority for everything below it. So the way from the node up to this authority's
//! own node is walked: a delegation, or an arc assigned to a registrant, closes what is below it to everybody above, except
//! to an administrator who says why (`override_reason`). It must never look above the authority's own node.

use crate::model::entry::Delegation;
use crate::model::{Code, Entry, Principal, PrincipalId, Refusal, Rejection, TreeView};
use crate::oid::NodePath;

/// On what grounds somebody acts at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grounds {
    /// A delegation names the principal, or the principal administers the register and nothing closes the node.
    Plain,
    /// The principal administers the register and overrides what closes the node to the superior.
    Override,
}

/// What closes a node to those above.
enum Closed {
    Delegated(NodePath),
    Assigned(NodePath),
}

/// What the way up from the node shows.
enum Way {
    /// A delegation names the principal.
    Delegate,
    /// Nothing closes the node.
    Open,
    /// This closes it; `below` tells whether the principal acts somewhere further up.
    Closed { by: Closed, delegate_above: bool },
}

/// Whether `principal` may act at `node`, and on what grounds.
pub fn at(
    view: &dyn TreeView,
    principal: &Principal,
    node: &NodePath,
    overrides: bool,
) -> Result<Grounds, Rejection> {
    let way = way(view, &principal.id, node)?;
    match way {
        Way::Delegate => Ok(Grounds::Plain),
        Way::Open if principal.administrator => Ok(Grounds::Plain),
        Way::Closed { .. } if principal.administrator && overrides => Ok(Grounds::Override),
        Way::Closed { by, delegate_above } if principal.administrator || delegate_above => {
            Err(closed(&by, principal.administrator).into())
        }
        Way::Open | Way::Closed { .. } => {
            let detail = format!("you have no right to do this at {node}");
            Err(Refusal::new(Code::NotPermitted, "", detail).into())
        }
    }
}

fn way(view: &dyn TreeView, principal: &PrincipalId, node: &NodePath) -> Result<Way, Rejection> {
    let authorities = view.authorities()?;
    let own = authorities.iter().filter(|own| node.starts_with(own));
    let Some(top) = own.map(NodePath::depth).max() else {
        // Not ours at all: the rules say so to an administrator, and nobody else has a right there.
        return Ok(Way::Open);
    };
    let mut first = None;
    for depth in (top..=node.depth()).rev() {
        let Some(entry) = view.entry(&node.truncated(depth))? else {
            continue;
        };
        if names(&entry, principal) {
            return Ok(match first {
                None => Way::Delegate,
                Some(by) => Way::Closed {
                    by,
                    delegate_above: true,
                },
            });
        }
        first = first.or_else(|| closes(&entry));
    }
    Ok(first.map_or(Way::Open, |by| Way::Closed {
        by,
        delegate_above: false,
    }))
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

fn closed(by: &Closed, administrator: bool) -> Refusal {
    let way_out = if administrator {
        "; an override_reason lets an administrator act all the same"
    } else {
        ""
    };
    match by {
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

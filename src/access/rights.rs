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
    let mut closed = None;
    for depth in (0..=node.depth()).rev() {
        let here = node.truncated(depth);
        if let Some(by) = role(principal, &here, need) {
            return Ok((Some(by), closed));
        }
        if top.is_none_or(|top| depth < top) {
            continue;
        }
        let Some(entry) = view.entry(&here)? else {
            continue;
        };
        if names(&entry, &principal.id) {
            return Ok((Some(By::Delegation), closed));
        }
        closed = closed.or_else(|| closes(&entry));
    }
    Ok((None, closed))
}

/// The role at exactly this arc that is enough.
fn role(principal: &Principal, at: &NodePath, need: Need) -> Option<By> {
    if principal.has(Role::Administrator, at) || (at.is_root() && principal.administrator) {
        Some(By::Administrator)
    } else if need == Need::Register && principal.has(Role::Registrar, at) {
        Some(By::Registrar)
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

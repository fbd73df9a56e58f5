//! Who may write in a sandbox: everybody who may act, without a role. They register below the present generation and below what they
//! registered themselves, and change what they registered.
//!
//! It must never open anything that does not bear the mark, nor a generation that is over.

use crate::model::sandbox::Sandbox;
use crate::model::{Command, Entry, Principal, State, TreeView, Viewed};
use crate::oid::NodePath;

/// Whether the mark of a sandbox lets the principal give the command.
pub fn permits(principal: &Principal, command: &Command, view: &dyn TreeView) -> Viewed<bool> {
    let below = |node: &NodePath| is_open_below(principal, node, view);
    let above = |path: &NodePath| below(&path.parent().unwrap_or_default());
    let own = |path: &NodePath| {
        let Some(entry) = view.entry(path)? else {
            return Ok(false);
        };
        Ok(is_by(&entry, principal) && is_present(path, view)?)
    };
    match command {
        Command::Allocate(ask) => below(&ask.superior),
        Command::AllocateBlock(ask) => below(&ask.superior),
        Command::Reserve(ask) => below(&ask.superior),
        Command::BatchAllocate(asks) => all(asks.iter().map(|ask| &ask.superior), below),
        Command::RecordExisting(ask) => above(&ask.path),
        Command::BatchRecord(asks) => all(asks.iter().map(|ask| &ask.path), above),
        Command::Amend(ask) => own(&ask.path),
        Command::ChangeState(ask) => own(&ask.path),
        _ => Ok(false),
    }
}

fn all<'a>(
    mut nodes: impl Iterator<Item = &'a NodePath>,
    is_open: impl Fn(&NodePath) -> Viewed<bool>,
) -> Viewed<bool> {
    nodes.try_fold(true, |so_far, node| Ok(so_far && is_open(node)?))
}

/// Whether the principal registered the arc in its sandbox.
fn is_by(entry: &Entry, principal: &Principal) -> bool {
    let part = entry.sandbox.as_deref().and_then(Sandbox::part);
    part.is_some_and(|part| part.by.as_ref() == Some(&principal.id))
}

/// Whether the principal may register directly below a node: it is the present generation, or its own.
fn is_open_below(principal: &Principal, node: &NodePath, view: &dyn TreeView) -> Viewed<bool> {
    // What an earlier arc of the same batch will be is not there yet: the nearest arc above that is there counts.
    let mut nearest = None;
    for depth in (1..=node.depth()).rev() {
        nearest = view.entry(&node.truncated(depth))?;
        if nearest.is_some() {
            break;
        }
    }
    let Some(entry) = nearest else {
        return Ok(false);
    };
    let Some(part) = entry.sandbox.as_deref().and_then(Sandbox::part) else {
        return Ok(false);
    };
    let node = &entry.path;
    let is_generation = match node.parent() {
        Some(above) => is_top(&above, view)?,
        None => false,
    };
    let open = is_generation || part.by.as_ref() == Some(&principal.id);
    Ok(open && is_present(node, view)?)
}

fn is_top(node: &NodePath, view: &dyn TreeView) -> Viewed<bool> {
    let entry = view.entry(node)?;
    let mark = entry.as_ref().and_then(|entry| entry.sandbox.as_deref());
    Ok(mark.and_then(Sandbox::top).is_some())
}

/// Whether a node stands at or below the present generation of a sandbox that is in force.
fn is_present(node: &NodePath, view: &dyn TreeView) -> Viewed<bool> {
    for depth in (1..node.depth()).rev() {
        let Some(entry) = view.entry(&node.truncated(depth))? else {
            return Ok(false);
        };
        match entry.sandbox.as_deref() {
            None => return Ok(false),
            Some(Sandbox::Part(_)) => {}
            Some(Sandbox::Top(top)) => {
                let number = node.arcs().get(depth);
                let in_force = entry.superior.state == State::Active;
                return Ok(in_force && number == Some(&top.generation));
            }
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::testing::{STRANGER, Tree, path};
    use crate::model::command::{Allocate, ChangeState, NewEntry, NumberChoice};
    use crate::model::sandbox::{Part, Top};

    /// A sandbox at 2.16.834.9 whose second generation is the present one.
    fn tree() -> Tree {
        let mut tree = Tree::new();
        let part = |by: Option<&str>| {
            let by = by.map(|id| id.parse().unwrap());
            Some(Box::new(Sandbox::Part(Part { by })))
        };
        tree.arc("2.16.834.9", |entry| {
            entry.sandbox = Some(Box::new(Sandbox::Top(Top {
                arcs_max: 10,
                generation: 2_u64.into(),
                since: crate::model::Timestamp::default(),
            })));
        });
        for (at, by) in [
            ("2.16.834.9.1", None),
            ("2.16.834.9.1.1", Some(STRANGER)),
            ("2.16.834.9.2", None),
            ("2.16.834.9.2.1", Some(STRANGER)),
            ("2.16.834.9.2.1.1", Some(STRANGER)),
            ("2.16.834.9.2.2", Some("p-another")),
        ] {
            tree.arc(at, |entry| entry.sandbox = part(by));
        }
        tree.arc("2.16.834.8", |_| {});
        tree
    }

    fn may(tree: &Tree, command: &Command) -> bool {
        let principal = &tree.principals[&STRANGER.parse().unwrap()];
        permits(principal, command, tree).unwrap()
    }

    fn below(at: &str) -> Allocate {
        Allocate {
            allocation_token: None,
            superior: path(at),
            number: NumberChoice::NextFree,
            entry: NewEntry::default(),
        }
    }

    #[test]
    fn below_the_present_generation_and_below_ones_own() {
        let tree = tree();
        for (at, open) in [
            ("2.16.834.9.2", true),
            ("2.16.834.9.2.1", true),
            ("2.16.834.9.2.1.1", true),
            ("2.16.834.9.2.2", false),
            // Nothing is registered there: the rules say so.
            ("2.16.834.9.2.3", true),
            ("2.16.834.9.2.2.1", false),
            ("2.16.834.9", false),
            ("2.16.834.9.1", false),
            ("2.16.834.9.1.1", false),
            ("2.16.834.8", false),
            ("2.16.834", false),
            (".", false),
        ] {
            assert_eq!(may(&tree, &Command::Allocate(below(at))), open, "{at}");
        }
        let batch = vec![below("2.16.834.9.2"), below("2.16.834.9.2.2")];
        assert!(!may(&tree, &Command::BatchAllocate(batch)));
    }

    #[test]
    fn ones_own_is_changed_and_nothing_else() {
        let mut tree = tree();
        let state = |at: &str| {
            Command::ChangeState(ChangeState {
                path: path(at),
                if_revision: None,
                to: State::Deprecated,
                relation: None,
                despite_subordinates: false,
            })
        };
        for (at, own) in [
            ("2.16.834.9.2.1", true),
            ("2.16.834.9.2.2", false),
            ("2.16.834.9.2", false),
            ("2.16.834.9", false),
            ("2.16.834.9.1.1", false),
            ("2.16.834.8", false),
        ] {
            assert_eq!(may(&tree, &state(at)), own, "{at}");
        }
        let govern = Command::SetPolicy {
            path: path("2.16.834.9.2.1"),
            if_revision: None,
            policy: None,
        };
        assert!(!may(&tree, &govern));
        tree.arc("2.16.834.9", |entry| {
            entry.superior.state = State::Suspended;
        });
        assert!(!may(&tree, &state("2.16.834.9.2.1")));
    }
}

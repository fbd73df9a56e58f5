//! What somebody sees: what is public, what lies where they have a role, or everything (DESIGN §5).
//!
//! It must never be decided by anything but the principal's roles and delegations and the credential's scope.

use std::sync::Arc;

use crate::model::actor::{Grant, Principal, Scope};
use crate::oid::NodePath;

use super::identity::Identity;

/// How much of the register somebody sees. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// What is public.
    Public,
    /// What is public, and everything at these arcs and below them.
    Within(Arc<[NodePath]>),
    /// Everything.
    All,
}

/// How one entry is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeing {
    /// As the public sees it.
    Public,
    /// Its number at least: it lies above something that is seen whole.
    Above,
    /// Whole, whatever its visibility.
    Whole,
}

impl Sight {
    /// How the entry of a node is seen.
    pub fn of(&self, path: &NodePath) -> Seeing {
        match self {
            Self::Public => Seeing::Public,
            Self::All => Seeing::Whole,
            Self::Within(arcs) if arcs.iter().any(|arc| path.starts_with(arc)) => Seeing::Whole,
            Self::Within(arcs) if arcs.iter().any(|arc| arc.starts_with(path)) => Seeing::Above,
            Self::Within(_) => Seeing::Public,
        }
    }

    /// Whether the entry of a node is seen whole, whatever its visibility.
    pub fn is_whole(&self, path: &NodePath) -> bool {
        self.of(path) == Seeing::Whole
    }
}

/// What `identity` sees, of what `scope` leaves.
pub fn sight(identity: &Identity, scope: &Scope) -> Sight {
    match identity {
        Identity::Anonymous => Sight::Public,
        Identity::Local | Identity::System => Sight::All,
        Identity::Principal(principal, _) => narrowed(of_principal(principal, &[]), scope),
        Identity::Claimed(principal, _, claimed) => {
            narrowed(of_principal(principal, claimed), scope)
        }
    }
}

fn of_principal(principal: &Principal, claimed: &[Grant]) -> Sight {
    if !principal.is_active() {
        return Sight::Public;
    }
    let roles = principal
        .grants
        .iter()
        .chain(claimed)
        .map(|grant| &grant.at);
    let mut arcs: Vec<_> = roles.chain(&principal.delegations).cloned().collect();
    if principal.administrator || arcs.iter().any(NodePath::is_root) {
        return Sight::All;
    }
    arcs.sort_unstable();
    arcs.dedup();
    if arcs.is_empty() {
        Sight::Public
    } else {
        Sight::Within(arcs.into())
    }
}

fn narrowed(sight: Sight, scope: &Scope) -> Sight {
    let Some(only) = scope.at.as_ref().filter(|at| !at.is_root()) else {
        return sight;
    };
    let arcs: Vec<NodePath> = match &sight {
        Sight::Public => return sight,
        Sight::All => vec![only.clone()],
        Sight::Within(arcs) if arcs.iter().any(|arc| only.starts_with(arc)) => vec![only.clone()],
        Sight::Within(arcs) => arcs
            .iter()
            .filter(|arc| arc.starts_with(only))
            .cloned()
            .collect(),
    };
    if arcs.is_empty() {
        Sight::Public
    } else {
        Sight::Within(arcs.into())
    }
}

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
            Self::All => Seeing::Whole,
            Self::Within(arcs) if arcs.iter().any(|arc| path.starts_with(arc)) => Seeing::Whole,
            Self::Within(arcs) if arcs.iter().any(|arc| arc.starts_with(path)) => Seeing::Above,
            Self::Public | Self::Within(_) => Seeing::Public,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::testing::{ADMIN, DELEGATE, STRANGER, Tree, hosted, path};
    use crate::model::actor::{Role, Standing};

    fn sees(tree: &Tree, who: &str, only: Option<&str>) -> Sight {
        let scope = Scope {
            read_only: true,
            at: only.map(path),
        };
        sight(&tree.identity(who), &scope)
    }

    fn within(arcs: &[&str]) -> Sight {
        Sight::Within(arcs.iter().map(|arc| path(arc)).collect())
    }

    #[test]
    fn every_role_and_every_delegation_lets_see_what_is_there() {
        for role in Role::ALL {
            let mut tree = Tree::new();
            assert_eq!(sees(&tree, STRANGER, None), Sight::Public);
            tree.role(STRANGER, role, "2.16.834.2");
            tree.role(STRANGER, Role::Auditor, "2.16.834.2");
            tree.delegated("2.16.834.1", hosted(STRANGER));
            let both = within(&["2.16.834.1", "2.16.834.2"]);
            assert_eq!(sees(&tree, STRANGER, None), both);
            tree.role(STRANGER, role, ".");
            assert_eq!(sees(&tree, STRANGER, None), Sight::All);
        }
        assert_eq!(sees(&Tree::new(), ADMIN, None), Sight::All);
    }

    #[test]
    fn who_may_not_act_sees_what_everybody_sees() {
        for standing in [Standing::Suspended, Standing::Removed] {
            let mut tree = Tree::new();
            tree.role(DELEGATE, Role::Auditor, "2.16.834");
            tree.principal_mut(DELEGATE).standing = standing;
            tree.principal_mut(ADMIN).standing = standing;
            assert_eq!(sees(&tree, DELEGATE, None), Sight::Public);
            assert_eq!(sees(&tree, ADMIN, None), Sight::Public);
        }
    }

    #[test]
    fn a_scope_leaves_what_lies_in_both() {
        let mut tree = Tree::new();
        for at in ["2.16.834.1", "2.16.834.2", "2.16.834.2.5"] {
            tree.role(STRANGER, Role::Registrar, at);
        }
        for (only, expect) in [
            (".", within(&["2.16.834.1", "2.16.834.2", "2.16.834.2.5"])),
            (
                "2.16",
                within(&["2.16.834.1", "2.16.834.2", "2.16.834.2.5"]),
            ),
            ("2.16.834.1", within(&["2.16.834.1"])),
            ("2.16.834.1.7", within(&["2.16.834.1.7"])),
            ("2.16.834.3", Sight::Public),
            ("1", Sight::Public),
        ] {
            assert_eq!(sees(&tree, STRANGER, Some(only)), expect, "{only}");
        }
        assert_eq!(sees(&tree, ADMIN, Some("2.16")), within(&["2.16"]));
        assert_eq!(sees(&tree, ADMIN, Some(".")), Sight::All);
        assert_eq!(sees(&tree, DELEGATE, Some("2.16")), Sight::Public);
    }

    #[test]
    fn whole_at_and_below_a_number_above_and_the_rest_as_the_public() {
        let sight = within(&["2.16.834.1", "2.16.834.2.5"]);
        for (at, expect) in [
            (".", Seeing::Above),
            ("2.16.834", Seeing::Above),
            ("2.16.834.1", Seeing::Whole),
            ("2.16.834.1.1.1", Seeing::Whole),
            ("2.16.834.11", Seeing::Public),
            ("2.16.834.2", Seeing::Above),
            ("2.16.834.2.5", Seeing::Whole),
            ("2.16.834.2.4", Seeing::Public),
            ("1", Seeing::Public),
        ] {
            assert_eq!(sight.of(&path(at)), expect, "{at}");
            assert_eq!(sight.is_whole(&path(at)), expect == Seeing::Whole);
            assert_eq!(Sight::All.of(&path(at)), Seeing::Whole);
            assert_eq!(Sight::Public.of(&path(at)), Seeing::Public);
        }
    }
}

//! Which policy holds below a node: its own, or the nearest one above it, up to the authority's node (DESIGN §5).
//!
//! It must never look above the authority's node: what stands there is another authority's.

use crate::model::{Policy, TreeView, Viewed};
use crate::oid::NodePath;

use super::checks::authority_of;

/// The policy in force for the subordinates of `node`; [`Policy::standard`] where nobody has set one.
pub fn in_force(tree: &dyn TreeView, node: &NodePath) -> Viewed<Policy> {
    let top = authority_of(tree, node)?.map_or(node.depth(), |authority| authority.depth());
    for depth in (top..=node.depth()).rev() {
        if let Some(entry) = tree.entry(&node.truncated(depth))?
            && let Some(policy) = &entry.policy
        {
            return Ok(policy.clone());
        }
    }
    Ok(Policy::standard())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::policy::Numbering;
    use crate::rules::testing::{Tree, path};

    fn numbering(kind: Numbering) -> Policy {
        Policy {
            numbering: kind,
            ..Policy::standard()
        }
    }

    #[test]
    fn the_nearest_policy_at_or_above_counts_up_to_the_authority() {
        let mut tree = Tree::founded();
        tree.arc("2.16.834.1").arc("2.16.834.1.5").arc("2.16.834.2");
        tree.policy("2.16", numbering(Numbering::RandomOnly));
        let check = |tree: &Tree, node: &str, expect: Numbering| {
            assert_eq!(
                in_force(tree, &path(node)).unwrap().numbering,
                expect,
                "{node}"
            );
        };
        check(&tree, "2.16.834.1.5", Numbering::Any);
        tree.policy("2.16.834.1", numbering(Numbering::NextFreeOnly));
        check(&tree, "2.16.834.1.5", Numbering::NextFreeOnly);
        check(&tree, "2.16.834.1", Numbering::NextFreeOnly);
        check(&tree, "2.16.834.2", Numbering::Any);
        tree.policy("2.16.834", numbering(Numbering::ExplicitOnly));
        check(&tree, "2.16.834.2", Numbering::ExplicitOnly);
        check(&tree, "2.16.834.1.5", Numbering::NextFreeOnly);
    }
}

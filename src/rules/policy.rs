//! Which policy holds below a node: its own, or the nearest one above it, up to the authority's node (DESIGN §5).
//!
//! It must never look above the authority's node: what stands there is another authority's.

use std::borrow::Cow;

use crate::model::sandbox::Sandbox;
use crate::model::{Code, Policy, Refusal, Rejection, TreeView, Viewed};
use crate::oid::{Identifier, NodePath};

use super::checks::authority_of;

/// The policy in force for the subordinates of `node`; [`Policy::standard`] where nobody has set one.
pub fn in_force(tree: &dyn TreeView, node: &NodePath) -> Viewed<Policy> {
    let top = authority_of(tree, node)?.map_or(node.depth(), |authority| authority.depth());
    for depth in (top..=node.depth()).rev() {
        let Some(entry) = tree.entry(&node.truncated(depth))? else {
            continue;
        };
        if let Some(policy) = &entry.policy {
            return Ok(policy.clone());
        }
        // What the authority wants of arcs that last is not wanted where something is tried.
        let mark = entry.sandbox.as_deref();
        if mark.and_then(Sandbox::top).is_some() {
            break;
        }
    }
    Ok(Policy::standard())
}

/// Whether a policy of its own stands below `above`, down to and with `node`: then that of `above` has no say there.
pub fn set_between(tree: &dyn TreeView, above: &NodePath, node: &NodePath) -> Viewed<bool> {
    for depth in above.depth().saturating_add(1)..=node.depth() {
        let entry = tree.entry(&node.truncated(depth))?;
        if entry.is_some_and(|entry| entry.policy.is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The policy for the registrants of a category: `CATEGORY_UNKNOWN` where the policy does not know it, or it is not named
/// and the policy knows some.
pub fn for_category<'a>(
    policy: &'a Policy,
    superior: &NodePath,
    category: Option<&Identifier>,
) -> Result<Cow<'a, Policy>, Rejection> {
    if let Some(policy) = policy.of_category(category) {
        return Ok(policy);
    }
    let known: Vec<_> = policy
        .categories
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let detail = if known.is_empty() {
        format!("the policy below {superior} knows no categories; name none")
    } else {
        format!("the policy below {superior} knows {}", known.join(", "))
    };
    let refusal = Refusal::new(Code::CategoryUnknown, "entry.category", detail);
    Err(match category {
        Some(named) => refusal.value(named),
        None => refusal,
    }
    .into())
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

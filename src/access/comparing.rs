//! Who may look for registrants that are alike, and among whom (X.660 6.2).
//!
//! Whoever looks after arcs may compare those who hold them, of whom they see as much at each arc. Auditors and administrators
//! of the whole register may compare everybody. It must never let anybody compare whom they may not know of.

use crate::model::{Code, Refusal, Rejection, TreeView};
use crate::oid::NodePath;

use super::identity::Identity;
use super::insight::{audits, granted, token_missing};
use super::rights::{self, Need};
use super::sight::Sight;

/// Whether `identity` may compare everybody, those who hold no arc included; else those who hold arcs at `node` or below that
/// `sight` sees whole. `TOKEN_MISSING` for strangers, `NOT_PERMITTED` where the caller looks after no arc there.
pub fn may_compare(
    identity: &Identity,
    sight: &Sight,
    node: &NodePath,
    view: &dyn TreeView,
) -> Result<bool, Rejection> {
    if matches!(identity, Identity::Local | Identity::System) {
        return Ok(node.is_root());
    }
    let Some((own, shown)) = identity.acting() else {
        return Err(token_missing(
            "who holds arcs is not for everybody to compare",
        ));
    };
    let looks_after = match sight {
        Sight::Public => false,
        _ => node.is_root() || sight.is_whole(node),
    };
    if !looks_after {
        let detail = "comparing registrants is for those who look after the arcs that they hold";
        return Err(Refusal::new(Code::NotPermitted, "oid", detail).into());
    }
    if !node.is_root() || *sight != Sight::All {
        return Ok(false);
    }
    let credential = view.credential(&shown.0)?;
    let everywhere = credential.is_some_and(|one| one.scope.at.is_none_or(|at| at.is_root()));
    let root = NodePath::root();
    Ok(everywhere
        && (audits(&own, &root) || granted(rights::at(view, &own, &root, Need::Govern, true))?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::sight;
    use crate::access::testing::{ADMIN, DELEGATE, STRANGER, Tree, hosted, path, refused};
    use crate::model::actor::{Role, Scope};

    fn may(tree: &Tree, who: &str, at: &str, only: Option<&str>) -> Result<bool, Rejection> {
        let identity = tree.identity(who);
        let scope = Scope {
            read_only: true,
            at: only.map(path),
        };
        may_compare(&identity, &sight(&identity, &scope), &path(at), tree)
    }

    #[test]
    fn everybody_is_compared_by_those_alone_who_look_over_everything() {
        let mut tree = Tree::new();
        assert!(may(&tree, ADMIN, ".", None).unwrap());
        assert!(!may(&tree, ADMIN, "2.16.834", None).unwrap());
        for (role, expect) in [
            (Role::Auditor, true),
            (Role::Administrator, true),
            (Role::Registrar, false),
            (Role::Reviewer, false),
            (Role::ConfidentialReader, false),
        ] {
            let mut tree = Tree::new();
            tree.role(STRANGER, role, ".");
            assert_eq!(may(&tree, STRANGER, ".", None).unwrap(), expect, "{role:?}");
        }
        assert!(may_compare(&Identity::Local, &Sight::All, &NodePath::root(), &tree).unwrap());
        tree.credential_mut(ADMIN).scope.at = Some(path("2.16.834"));
        assert!(!may(&tree, ADMIN, ".", Some("2.16.834")).unwrap());
    }

    #[test]
    fn others_compare_those_who_hold_what_they_look_after() {
        let mut tree = Tree::new();
        refused(may(&tree, STRANGER, ".", None), Code::NotPermitted);
        let public = may_compare(&Identity::Anonymous, &Sight::Public, &path("2.16"), &tree);
        refused(public, Code::TokenMissing);
        tree.delegated("2.16.834.3", hosted(DELEGATE));
        for at in [".", "2.16.834.3", "2.16.834.3.1"] {
            assert!(!may(&tree, DELEGATE, at, None).unwrap(), "{at}");
        }
        for at in ["2.16.834", "2.16.834.4"] {
            refused(may(&tree, DELEGATE, at, None), Code::NotPermitted);
        }
        let narrow = may(&tree, DELEGATE, "2.16.834.3", Some("2.16.834.3.1"));
        refused(narrow, Code::NotPermitted);
    }
}

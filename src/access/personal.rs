//! Who may have everything that is held of a person: the person itself, whoever made it known with an application, and
//! administrators of the whole register. It must never let a person of whom nothing may be had be told from one that is not
//! there.

use crate::model::application::Docket;
use crate::model::event::Person;
use crate::model::{
    Code, Principal, PrincipalId, Refusal, RegistrantId, Rejection, TreeView, Viewed,
};
use crate::oid::NodePath;

use super::identity::Identity;
use super::insight::granted;
use super::rights::{self, Need};

/// Refuses whoever may not have what is held of a person: `NOT_PERMITTED`.
pub fn may_export(
    identity: &Identity,
    person: &Person,
    view: &dyn TreeView,
) -> Result<(), Rejection> {
    let refused = || {
        let detail = "what is held of a person is for the person and for administrators of the whole register";
        Refusal::new(Code::NotPermitted, "person", detail).into()
    };
    if *identity == Identity::Local {
        return Ok(());
    }
    let (own, shown) = identity.acting().ok_or_else(refused)?;
    let credential = view.credential(&shown.0)?;
    let everywhere = credential.is_some_and(|one| one.scope.at.is_none());
    if everywhere && administers(&own, view)? || is_itself(&own.id, person, view)? {
        return Ok(());
    }
    Err(refused())
}

fn administers(own: &Principal, view: &dyn TreeView) -> Result<bool, Rejection> {
    granted(rights::at(view, own, &NodePath::root(), Need::Govern, true))
}

fn is_itself(own: &PrincipalId, person: &Person, view: &dyn TreeView) -> Viewed<bool> {
    match person {
        Person::Principal(id) => Ok(id == own),
        Person::Registrant(id) => made_known(own, id, view),
    }
}

/// Whether a principal made a registrant known with an application of its own.
fn made_known(own: &PrincipalId, id: &RegistrantId, view: &dyn TreeView) -> Viewed<bool> {
    for (_, application) in view.docket(&Docket::Of(id.clone()), None, usize::MAX)? {
        let application = view.application(&application)?;
        if application.is_some_and(|one| one.submitted_by == *own && one.introduced.contains(id)) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::testing::{ADMIN, DELEGATE, NOW, STRANGER, Tree, path, refused};
    use crate::model::actor::{Grant, Role, Scope};

    fn principal(id: &str) -> Person {
        Person::Principal(id.parse().unwrap())
    }

    #[test]
    fn it_is_for_the_person_and_for_administrators_of_everything() {
        let mut tree = Tree::new();
        let may = |tree: &Tree, who: &str, of: &Person| may_export(&tree.identity(who), of, tree);
        let nobody = Person::Registrant("r-none".parse().unwrap());
        for of in [principal(STRANGER), nobody] {
            assert!(may(&tree, ADMIN, &of).is_ok());
            refused(may(&tree, DELEGATE, &of), Code::NotPermitted);
            refused(
                may_export(&Identity::Anonymous, &of, &tree),
                Code::NotPermitted,
            );
            assert!(may_export(&Identity::Local, &of, &tree).is_ok());
        }
        assert!(may(&tree, STRANGER, &principal(STRANGER)).is_ok());
        // Whoever administers a part, or shows a credential for a part, is no administrator of everything.
        tree.role(DELEGATE, Role::Administrator, "2.16.834");
        refused(
            may(&tree, DELEGATE, &principal(STRANGER)),
            Code::NotPermitted,
        );
        tree.credential_mut(ADMIN).scope = Scope {
            at: Some(path("2.16.834")),
            ..Scope::default()
        };
        refused(may(&tree, ADMIN, &principal(STRANGER)), Code::NotPermitted);
    }

    #[test]
    fn a_role_that_an_issuer_claims_counts() {
        let tree = Tree::new();
        let Identity::Principal(own, shown) = tree.identity(STRANGER) else {
            unreachable!()
        };
        let grant = Grant {
            role: Role::Administrator,
            at: NodePath::root(),
            since: NOW,
        };
        let claimed = Identity::Claimed(own, shown, [grant].into());
        assert!(may_export(&claimed, &principal(DELEGATE), &tree).is_ok());
    }
}

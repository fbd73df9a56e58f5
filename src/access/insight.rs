//! What somebody may know of principals, their credentials and holds (X.660 6.2).
//!
//! Principals are known to themselves, and to whoever governs their home or has the whole of it in view as an auditor. Who
//! governs a place where a principal acts knows its name and what it may do there, and no more: anybody who governs an arc
//! could grant a role on it to a stranger. It must never let a principal that may not be known be told from one that is not
//! there.

use std::collections::HashMap;

use crate::model::actor::{Credential, Principal, Role, Scope};
use crate::model::entry::{Audiences, Reader, RegistrantDetails};
use crate::model::{Code, Refusal, Rejection, TreeView};
use crate::oid::NodePath;

use super::identity::Identity;
use super::rights::{self, Need};

/// How much somebody may know of a principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Knows {
    /// Not even that it is there.
    Nothing,
    /// Its name, and what it may do where the other governs.
    Acts,
    /// Everything, its credentials included.
    All,
}

/// What one caller may know; it remembers where the caller governs.
pub struct Insight<'a> {
    view: &'a dyn TreeView,
    of: Of,
    governed: HashMap<NodePath, bool>,
}

/// Whose insight it is.
enum Of {
    Nobody,
    Principal(Box<Principal>, Scope),
    Everybody,
}

impl<'a> Insight<'a> {
    /// The insight of `identity` in the tree as it is now.
    pub fn new(identity: &Identity, view: &'a dyn TreeView) -> Result<Self, Rejection> {
        let of = match identity {
            Identity::Local | Identity::System => Of::Everybody,
            _ => match identity.acting() {
                None => Of::Nobody,
                Some((own, shown)) => match view.credential(&shown.0)? {
                    Some(credential) => Of::Principal(Box::new(own), credential.scope),
                    None => Of::Nobody,
                },
            },
        };
        let governed = HashMap::new();
        Ok(Self { view, of, governed })
    }

    /// How much may be known of `other`.
    pub fn knows(&mut self, other: &Principal) -> Result<Knows, Rejection> {
        match &self.of {
            Of::Nobody => return Ok(Knows::Nothing),
            Of::Everybody => return Ok(Knows::All),
            Of::Principal(own, _) if own.id == other.id => return Ok(Knows::All),
            Of::Principal(..) => {}
        }
        if self.governs(&other.home)? {
            return Ok(Knows::All);
        }
        let acts = other.grants.iter().map(|grant| &grant.at);
        for at in acts {
            if self.governs(at)? {
                return Ok(Knows::Acts);
            }
        }
        for at in &other.delegations {
            if self.governs_delegation(at)? {
                return Ok(Knows::Acts);
            }
        }
        Ok(Knows::Nothing)
    }

    fn is_itself(&self, other: &Principal) -> bool {
        matches!(&self.of, Of::Principal(own, _) if own.id == other.id)
    }

    /// `other` as it may be known; `None` where it may not.
    pub fn shown(&mut self, mut other: Principal) -> Result<Option<Principal>, Rejection> {
        match self.knows(&other)? {
            Knows::Nothing => Ok(None),
            Knows::All => {
                if !self.is_itself(&other) {
                    other.details = other.details.and_then(|one| one.shown(Reader::Staff));
                }
                Ok(Some(other))
            }
            Knows::Acts => {
                let mut grants = Vec::new();
                for grant in other.grants {
                    if self.governs(&grant.at)? {
                        grants.push(grant);
                    }
                }
                let mut delegations = Vec::new();
                for at in other.delegations {
                    if self.governs_delegation(&at)? {
                        delegations.push(at);
                    }
                }
                other.grants = grants;
                other.delegations = delegations;
                let shown = other.details.and_then(|one| one.shown(Reader::Staff));
                other.details = shown.map(name_alone);
                Ok(Some(other))
            }
        }
    }

    /// Whether `credential` may be known: it is the caller's own, or one of a principal of whom everything may be known.
    pub fn knows_credential(&mut self, credential: &Credential) -> Result<bool, Rejection> {
        let owner = self.view.principal(&credential.principal)?;
        owner.map_or(Ok(false), |owner| Ok(self.knows(&owner)? == Knows::All))
    }

    /// Whether the caller governs the place, or looks over it as an auditor. What is closed to an administrator above can be
    /// opened with a reason, so that the administrator must be able to find out about it.
    fn governs(&mut self, at: &NodePath) -> Result<bool, Rejection> {
        let Of::Principal(own, scope) = &self.of else {
            return Ok(false);
        };
        if scope.at.as_ref().is_some_and(|only| !at.starts_with(only)) {
            return Ok(false);
        }
        if let Some(known) = self.governed.get(at) {
            return Ok(*known);
        }
        let governs =
            audits(own, at) || granted(rights::at(self.view, own, at, Need::Govern, true))?;
        self.governed.insert(at.clone(), governs);
        Ok(governs)
    }

    /// The same of a delegation: whoever could end it looks after it, too.
    fn governs_delegation(&mut self, at: &NodePath) -> Result<bool, Rejection> {
        if self.governs(at)? {
            return Ok(true);
        }
        at.parent()
            .map_or(Ok(false), |superior| self.governs(&superior))
    }
}

/// Refuses whoever may not know of the holds below `superior`: those who register there may, and auditors. `TOKEN_MISSING`,
/// `SCOPE_TOO_NARROW`, `NOT_PERMITTED`, `DELEGATED_AWAY`, `ANOTHERS_ARC`.
pub fn may_see_holds(
    identity: &Identity,
    superior: &NodePath,
    view: &dyn TreeView,
) -> Result<(), Rejection> {
    let why = "who holds a number is not for everybody";
    may_look(identity, superior, Need::Register, why, view)
}

/// Refuses whoever may not see the allocation tokens below `superior`: those who may register there may, and auditors.
/// `TOKEN_MISSING`, `SCOPE_TOO_NARROW`, `NOT_PERMITTED`, `DELEGATED_AWAY`, `ANOTHERS_ARC`.
pub fn may_see_allocation_tokens(
    identity: &Identity,
    superior: &NodePath,
    view: &dyn TreeView,
) -> Result<(), Rejection> {
    let why = "what is promised is not for everybody";
    may_look(identity, superior, Need::Register, why, view)
}

/// Refuses whoever may not see the audit log of `top` and what is below it: those who govern it may, and its auditors.
/// `TOKEN_MISSING`, `SCOPE_TOO_NARROW`, `NOT_PERMITTED`, `DELEGATED_AWAY`, `ANOTHERS_ARC`.
pub fn may_see_audit(
    identity: &Identity,
    top: &NodePath,
    view: &dyn TreeView,
) -> Result<(), Rejection> {
    let why = "the audit log is not for everybody";
    may_look(identity, top, Need::Govern, why, view)
}

fn may_look(
    identity: &Identity,
    superior: &NodePath,
    need: Need,
    why: &str,
    view: &dyn TreeView,
) -> Result<(), Rejection> {
    if matches!(identity, Identity::Local | Identity::System) {
        return Ok(());
    }
    let Some((own, shown)) = identity.acting() else {
        return Err(token_missing(why));
    };
    if !audits(&own, superior) {
        rights::at(view, &own, superior, need, true)?;
    }
    let scope = view.credential(&shown.0)?.map(|one| one.scope);
    match scope.and_then(|scope| scope.at) {
        Some(only) if !superior.starts_with(&only) => {
            let detail = format!("this credential is good at {only} and below only");
            Err(Refusal::new(Code::ScopeTooNarrow, "", detail).into())
        }
        _ => Ok(()),
    }
}

/// The refusal for a caller without a token, where one is needed.
pub fn token_missing(why: &str) -> Rejection {
    let detail = format!("{why}; send a token as `authorization: Bearer …`");
    Refusal::new(Code::TokenMissing, "", detail).into()
}

/// Whether a principal looks over a place as an auditor.
pub(super) fn audits(principal: &Principal, at: &NodePath) -> bool {
    let mut grants = principal.grants.iter();
    grants.any(|grant| grant.role == Role::Auditor && at.starts_with(&grant.at))
}

/// Whether a right was granted.
pub(super) fn granted<T>(right: Result<T, Rejection>) -> Result<bool, Rejection> {
    match right {
        Ok(_) => Ok(true),
        Err(Rejection::Refused(_)) => Ok(false),
        Err(fault @ Rejection::Fault(_)) => Err(fault),
    }
}

fn name_alone(details: RegistrantDetails) -> RegistrantDetails {
    RegistrantDetails {
        audiences: Audiences {
            name: details.audiences.name,
            ..Audiences::default()
        },
        name: details.name,
        ..RegistrantDetails::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::testing::{ADMIN, DELEGATE, NOW, STRANGER, Tree, hosted, path, refused};
    use crate::model::actor::{Grant, PrincipalKind};
    use crate::model::entry::Audience;

    /// The authority with an arc delegated to one principal, who looks after a clerk.
    fn tree() -> Tree {
        let mut tree = Tree::new();
        tree.delegated("2.16.834.3", hosted(DELEGATE));
        tree.arc("2.16.834.4", |_| {});
        tree.with_principal(DELEGATE, |one| one.delegations = vec![path("2.16.834.3")]);
        let clerk = Principal {
            details: Some(RegistrantDetails {
                name: "A clerk".to_owned(),
                email: Some("clerk@example.org".to_owned()),
                ..RegistrantDetails::default()
            }),
            ..Principal::new(
                "p-clerk".parse().unwrap(),
                PrincipalKind::Person,
                path("2.16.834.3"),
                NOW,
            )
        };
        tree.principals.insert(clerk.id.clone(), clerk);
        tree
    }

    fn grant(role: Role, at: &str) -> Grant {
        Grant {
            role,
            at: path(at),
            since: NOW,
        }
    }

    fn knows(tree: &Tree, who: &str, whom: &str) -> Knows {
        let other = &tree.principals[&whom.parse().unwrap()];
        let mut insight = Insight::new(&tree.identity(who), tree).unwrap();
        insight.knows(other).unwrap()
    }

    #[test]
    fn whoever_looks_after_a_principal_knows_it_and_nobody_else_does() {
        let tree = tree();
        assert_eq!(knows(&tree, DELEGATE, "p-clerk"), Knows::All);
        assert_eq!(knows(&tree, ADMIN, "p-clerk"), Knows::All);
        assert_eq!(knows(&tree, STRANGER, "p-clerk"), Knows::Nothing);
        assert_eq!(knows(&tree, STRANGER, STRANGER), Knows::All);
        assert_eq!(knows(&tree, DELEGATE, ADMIN), Knows::Nothing);
        assert_eq!(knows(&tree, ADMIN, DELEGATE), Knows::All);
        let clerk = &tree.principals[&"p-clerk".parse().unwrap()];
        for (identity, expect) in [
            (Identity::Anonymous, Knows::Nothing),
            (Identity::Local, Knows::All),
        ] {
            let mut insight = Insight::new(&identity, &tree).unwrap();
            assert_eq!(insight.knows(clerk).unwrap(), expect);
        }
    }

    #[test]
    fn a_registrar_knows_no_principals_and_an_auditor_those_of_its_arcs() {
        let mut tree = tree();
        tree.with_principal(STRANGER, |one| {
            one.grants = vec![grant(Role::Registrar, "2.16.834")];
        });
        assert_eq!(knows(&tree, STRANGER, "p-clerk"), Knows::Nothing);
        tree.with_principal(STRANGER, |one| {
            one.grants = vec![grant(Role::Auditor, "2.16.834")];
        });
        assert_eq!(knows(&tree, STRANGER, "p-clerk"), Knows::All);
        assert_eq!(knows(&tree, STRANGER, ADMIN), Knows::Nothing);
        tree.with_principal(STRANGER, |one| {
            one.grants = vec![grant(Role::Auditor, "2.16.834.4")];
        });
        assert_eq!(knows(&tree, STRANGER, "p-clerk"), Knows::Nothing);
    }

    #[test]
    fn of_who_merely_acts_there_the_name_is_known_and_what_it_does_there() {
        let mut tree = tree();
        tree.with_principal(STRANGER, |one| {
            one.grants = vec![
                grant(Role::Registrar, "2.16.834.3"),
                grant(Role::Registrar, "2.16.834.4"),
            ];
            one.details = Some(RegistrantDetails {
                name: "A stranger".to_owned(),
                email: Some("x@example.org".to_owned()),
                telephone: Some("+1".to_owned()),
                address: Some("somewhere".to_owned()),
                audiences: Audiences::default(),
            });
        });
        assert_eq!(knows(&tree, DELEGATE, STRANGER), Knows::Acts);
        let other = tree.principals[&STRANGER.parse().unwrap()].clone();
        let mut insight = Insight::new(&tree.identity(DELEGATE), &tree).unwrap();
        let shown = insight.shown(other).unwrap().unwrap();
        assert_eq!(shown.grants, [grant(Role::Registrar, "2.16.834.3")]);
        let details = shown.details.unwrap();
        assert_eq!(details.name, "A stranger");
        let kept = (details.email, details.telephone, details.address);
        assert_eq!(kept, (None, None, None));
        // Its credentials are its own business.
        let credential = tree.credential_of(STRANGER);
        assert!(!insight.knows_credential(&credential).unwrap());
    }

    #[test]
    fn what_nobody_is_shown_is_for_the_principal_itself() {
        let mut tree = tree();
        let details = RegistrantDetails {
            name: "A stranger".to_owned(),
            email: Some("x@example.org".to_owned()),
            audiences: Audiences {
                email: Audience::Nobody,
                ..Audiences::default()
            },
            ..RegistrantDetails::default()
        };
        tree.with_principal(STRANGER, |one| one.details = Some(details.clone()));
        let shown = |who: &Identity| {
            let other = tree.principals[&STRANGER.parse().unwrap()].clone();
            let mut insight = Insight::new(who, &tree).unwrap();
            insight.shown(other).unwrap().unwrap().details.unwrap()
        };
        assert_eq!(shown(&tree.identity(STRANGER)), details);
        for who in [tree.identity(ADMIN), Identity::Local] {
            let cut = shown(&who);
            assert_eq!((cut.name.as_str(), cut.email), ("A stranger", None));
        }
    }

    #[test]
    fn a_narrow_credential_knows_no_more_than_it_is_good_for() {
        let mut tree = tree();
        tree.with_credential(ADMIN, |one| one.scope.at = Some(path("2.16.834.3")));
        assert_eq!(knows(&tree, ADMIN, "p-clerk"), Knows::All);
        assert_eq!(knows(&tree, ADMIN, STRANGER), Knows::Nothing);
        tree.with_credential(ADMIN, |one| one.scope.at = Some(path("2.16.834.4")));
        assert_eq!(knows(&tree, ADMIN, "p-clerk"), Knows::Nothing);
    }

    #[test]
    fn holds_are_known_to_those_who_register_there() {
        let mut tree = tree();
        let ask =
            |tree: &Tree, who: &str, at: &str| may_see_holds(&tree.identity(who), &path(at), tree);
        assert!(ask(&tree, ADMIN, "2.16.834").is_ok());
        assert!(ask(&tree, ADMIN, "2.16.834.3").is_ok());
        assert!(ask(&tree, DELEGATE, "2.16.834.3").is_ok());
        refused(ask(&tree, DELEGATE, "2.16.834"), Code::NotPermitted);
        refused(ask(&tree, STRANGER, "2.16.834"), Code::NotPermitted);
        let nobody = may_see_holds(&Identity::Anonymous, &path("2.16.834"), &tree);
        refused(nobody, Code::TokenMissing);
        tree.with_principal(STRANGER, |one| {
            one.grants = vec![grant(Role::Registrar, "2.16.834")];
        });
        assert!(ask(&tree, STRANGER, "2.16.834").is_ok());
        refused(ask(&tree, STRANGER, "2.16.834.3"), Code::DelegatedAway);
        tree.with_principal(STRANGER, |one| {
            one.grants = vec![grant(Role::Auditor, "2.16.834")];
        });
        assert!(ask(&tree, STRANGER, "2.16.834.3").is_ok());
        tree.with_credential(STRANGER, |one| one.scope.at = Some(path("2.16.834.4")));
        refused(ask(&tree, STRANGER, "2.16.834.3"), Code::ScopeTooNarrow);
    }
}

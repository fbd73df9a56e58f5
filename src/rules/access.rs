//! The checks that commands about principals share. It must never ask who may do what: that is the business of `access`.

use crate::model::actor::{Credential, Role, Standing};
use crate::model::{
    Code, CredentialId, Principal, PrincipalId, Refusal, Rejection, TreeView, Viewed,
};
use crate::oid::NodePath;

/// A principal that is known.
pub fn principal(tree: &dyn TreeView, id: &PrincipalId) -> Result<Principal, Rejection> {
    tree.principal(id)?.ok_or_else(|| {
        let detail = "no principal has this id";
        Refusal::new(Code::PrincipalUnknown, "principal", detail)
            .value(id)
            .into()
    })
}

/// A credential that is known.
pub fn credential(tree: &dyn TreeView, id: &CredentialId) -> Result<Credential, Rejection> {
    tree.credential_of_id(id)?.ok_or_else(|| {
        let detail = "no credential has this id";
        Refusal::new(Code::CredentialUnknown, "credential", detail)
            .value(id)
            .into()
    })
}

/// Whether a principal was removed.
pub fn is_removed(principal: &Principal) -> bool {
    principal.standing == Standing::Removed
}

/// How many principals were not removed.
pub fn standing(tree: &dyn TreeView) -> Viewed<usize> {
    let all = tree.principals()?;
    Ok(all.iter().filter(|one| !is_removed(one)).count())
}

/// Refuses a principal that was removed.
pub fn not_removed(principal: Principal) -> Result<Principal, Rejection> {
    if is_removed(&principal) {
        return Err(not_active(&principal));
    }
    Ok(principal)
}

/// Refuses a principal that may not act.
pub fn active(principal: Principal) -> Result<Principal, Rejection> {
    if principal.is_active() {
        return Ok(principal);
    }
    Err(not_active(&principal))
}

fn not_active(principal: &Principal) -> Rejection {
    let detail = format!("the principal is {}", principal.standing.word());
    Refusal::new(Code::PrincipalNotActive, "principal", detail)
        .value(&principal.id)
        .into()
}

/// Refuses an arc that is not registered; the root stands for the whole register.
pub fn registered(tree: &dyn TreeView, at: &NodePath, field: &str) -> Result<(), Rejection> {
    if at.is_root() || tree.entry(at)?.is_some() {
        return Ok(());
    }
    let detail = format!("{at} is not registered");
    Err(Refusal::new(Code::NotRegistered, field, detail)
        .value(at)
        .into())
}

/// Refuses where nobody but this principal administers the whole register and may act.
pub fn another_administrator(tree: &dyn TreeView, but: &PrincipalId) -> Result<(), Rejection> {
    let root = NodePath::root();
    let administers = |one: &Principal| {
        one.is_active() && (one.administrator || one.has(Role::Administrator, &root))
    };
    let all = tree.principals()?;
    let is_one = all.iter().any(|one| one.id == *but && administers(one));
    if is_one && !all.iter().any(|one| one.id != *but && administers(one)) {
        let detail = "nobody else administers the whole register";
        return Err(Refusal::new(Code::LastAdministrator, "principal", detail).into());
    }
    Ok(())
}

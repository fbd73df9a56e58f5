//! Issue a credential: a token, an invitation, a certificate's name or an OpenID Connect subject that proves a principal.
//!
//! Refusals, in order: faults of form; `PRINCIPAL_UNKNOWN`; `PRINCIPAL_NOT_ACTIVE`; `NOT_REGISTERED` (the scope's arc);
//! `CREDENTIAL_TAKEN`; `TOO_MANY_VALUES`.

use crate::model::actor::{Credential, CredentialKind};
use crate::model::command::IssueCredential;
use crate::model::limits::{CREDENTIALS_MAX, INVITATION_SECONDS_MAX};
use crate::model::{Code, Ctx, Event, Refusal, Rejection, TreeView, form};

use super::access::{active, principal, registered};
use super::decision::Decision;
use super::form::Faults;

/// The form of the request.
pub fn form(ask: &IssueCredential, ctx: &Ctx, faults: &mut Faults) {
    name(&ask.name, faults);
    if ask.expires.is_some_and(|end| end <= ctx.now) {
        faults.add(Code::FieldInvalid, "expires", "must lie in the future");
    }
    if ask.kind == CredentialKind::Invitation {
        let latest = ctx.now.plus_seconds(INVITATION_SECONDS_MAX);
        if ask.expires.is_none_or(|end| end > latest) {
            let detail = format!("an invitation is good for {INVITATION_SECONDS_MAX} s at most");
            faults.add(Code::FieldInvalid, "seconds", detail);
        }
    }
    if let Some(bound_to) = &ask.bound_to {
        faults.flaws("to", form::bound_to(bound_to));
    }
}

/// The form of a credential's name.
pub fn name(name: &str, faults: &mut Faults) {
    faults.flaws("name", form::credential_name(name));
}

/// Issues a credential.
pub fn decide(ask: &IssueCredential, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    active(principal(&decision.tree, &ask.principal)?)?;
    if let Some(at) = &ask.scope.at {
        registered(&decision.tree, at, "scope.oid")?;
    }
    let id = decision.lots.credential();
    let issued = decision.ctx.now;
    let credential = Credential {
        id,
        principal: ask.principal.clone(),
        token_sha256: ask.sha256,
        name: ask.name.clone(),
        expires: ask.expires,
        revoked: false,
        kind: ask.kind,
        scope: ask.scope.clone(),
        bound_to: ask.bound_to.clone(),
        issued,
    };
    tell(credential, decision)
}

/// Tells a new credential, where the principal may have one more and the proof is nobody's.
pub fn tell(credential: Credential, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let held = decision.tree.credential(&credential.token_sha256)?;
    if held.is_some_and(|held| !held.revoked) {
        let detail = "this proof belongs to a principal already";
        return Err(Refusal::new(Code::CredentialTaken, "to", detail).into());
    }
    let now = decision.ctx.now;
    let all = decision.tree.credentials()?;
    let own = |one: &&Credential| one.principal == credential.principal && !one.is_over(now);
    if all.iter().filter(own).count() >= CREDENTIALS_MAX {
        let detail = format!("it has {CREDENTIALS_MAX} credentials; revoke one first");
        return Err(Refusal::new(Code::TooManyValues, "principal", detail).into());
    }
    decision.tell(Event::CredentialIssued(credential))
}

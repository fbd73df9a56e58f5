//! Accept an invitation: its code is traded for a token of the principal it was made for, good
//! for no more than the invitation.
//!
//! Refusals, in order: faults of form; `INVITATION_UNKNOWN` (not known, over, used: which of them is not told);
//! `CREDENTIAL_TAKEN`; `TOO_MANY_VALUES`.

use crate::model::actor::{Credential, CredentialKind};
use crate::model::{Code, Event, Refusal, Rejection, TreeView};

use super::decision::Decision;
use super::issue_credential;

/// Trades a code for a token.
pub fn decide(
    code_sha256: &[u8; 32],
    token_sha256: &[u8; 32],
    name: &str,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let now = decision.ctx.now;
    let invitation = decision.tree.credential(code_sha256)?;
    let good = |one: &Credential| one.kind == CredentialKind::Invitation && !one.is_over(now);
    let Some(invitation) = invitation.filter(good) else {
        let detail = "the code is not known, has ended or was used";
        return Err(Refusal::new(Code::InvitationUnknown, "code", detail).into());
    };
    decision.tell(Event::CredentialRevoked(invitation.id))?;
    let id = decision.lots.credential();
    let token = Credential {
        id,
        principal: invitation.principal,
        token_sha256: *token_sha256,
        name: name.to_owned(),
        expires: None,
        revoked: false,
        kind: CredentialKind::Token,
        scope: invitation.scope,
        bound_to: None,
        issued: now,
    };
    issue_credential::tell(token, decision)
}

//! Revoke an allocation token: nothing more is taken by it. What was taken stays.
//!
//! Refusals, in order: `CREDENTIAL_UNKNOWN`; `NOTHING_CHANGES` (it was revoked before).

use crate::model::{AllocationTokenId, Code, Event, Refusal, Rejection, TreeView};

use super::decision::Decision;

/// Ends the token.
pub fn decide(id: &AllocationTokenId, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let token = decision.tree.allocation_token_of_id(id)?;
    let mut token = token.ok_or_else(|| {
        let detail = "no allocation token has this id";
        Refusal::new(Code::CredentialUnknown, "allocation_token", detail).value(id)
    })?;
    if token.revoked {
        let detail = "it was revoked before";
        return Err(Refusal::new(Code::NothingChanges, "allocation_token", detail).into());
    }
    token.revoked = true;
    decision.tell(Event::AllocationTokenSet(Box::new(token)))
}

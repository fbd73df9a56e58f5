//! Revoke a credential: the next call that shows it is refused.
//!
//! Refusals, in order: `CREDENTIAL_UNKNOWN`; `NOTHING_CHANGES` (it was revoked before).

use crate::model::{Code, CredentialId, Event, Refusal, Rejection};

use super::access::credential;
use super::decision::Decision;

/// Ends a credential.
pub fn decide(id: &CredentialId, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    if credential(&decision.tree, id)?.revoked {
        let detail = "it was revoked before";
        return Err(Refusal::new(Code::NothingChanges, "credential", detail).into());
    }
    decision.tell(Event::CredentialRevoked(id.clone()))
}

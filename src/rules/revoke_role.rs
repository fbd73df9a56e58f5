//! Revoke a role on an arc.
//!
//! Refusals, in order: `PRINCIPAL_UNKNOWN`; `NOTHING_CHANGES` (it has no such role there); `LAST_ADMINISTRATOR`.

use crate::model::actor::Role;
use crate::model::command::RoleOn;
use crate::model::{Code, Event, Refusal, Rejection};

use super::access::{another_administrator, principal};
use super::decision::Decision;

/// Ends a role.
pub fn decide(ask: &RoleOn, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let known = principal(&decision.tree, &ask.id)?;
    if !known.has(ask.role, &ask.at) {
        let detail = format!("it has not the role {} at {}", ask.role.word(), ask.at);
        return Err(Refusal::new(Code::NothingChanges, "role", detail).into());
    }
    // The administrator of the founding stays one without the role.
    if ask.role == Role::Administrator && ask.at.is_root() && !known.administrator {
        another_administrator(&decision.tree, &ask.id)?;
    }
    decision.tell(Event::RoleRevoked {
        id: ask.id.clone(),
        role: ask.role,
        at: ask.at.clone(),
    })
}

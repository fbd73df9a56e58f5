//! Grant a role on an arc: it is valid there and for everything below.
//!
//! Refusals, in order: `PRINCIPAL_UNKNOWN`; `PRINCIPAL_NOT_ACTIVE`; `NOT_REGISTERED`; `NOTHING_CHANGES`; `TOO_MANY_VALUES` (the
//! principal bears [`GRANTS_MAX`], the arc `ROLES_BELOW_MAX`).

use crate::model::actor::Grant;
use crate::model::command::RoleOn;
use crate::model::limits::GRANTS_MAX;
use crate::model::{Code, Event, Refusal, Rejection};

use super::access::{active, principal, registered};
use super::decision::Decision;
use super::roles;

/// Grants a role.
pub fn decide(ask: &RoleOn, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let known = active(principal(&decision.tree, &ask.id)?)?;
    registered(&decision.tree, &ask.at, "oid")?;
    if known.has(ask.role, &ask.at) {
        let detail = format!("it has the role {} there already", ask.role.word());
        return Err(Refusal::new(Code::NothingChanges, "role", detail).into());
    }
    if known.grants.len() >= GRANTS_MAX {
        let detail = format!("it has {GRANTS_MAX} roles; more are not taken");
        return Err(Refusal::new(Code::TooManyValues, "role", detail).into());
    }
    roles::room(&decision.tree, &ask.at)?;
    let since = decision.ctx.now;
    decision.tell(Event::RoleGranted {
        id: ask.id.clone(),
        grant: Grant {
            role: ask.role,
            at: ask.at.clone(),
            since,
        },
    })
}

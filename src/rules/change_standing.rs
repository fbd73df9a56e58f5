//! Change a principal's standing: suspend it, let it act again, remove it for ever.
//!
//! Refusals, in order: `PRINCIPAL_UNKNOWN`; `NOTHING_CHANGES`; `PRINCIPAL_NOT_ACTIVE` (a removed one stays removed);
//! `REASON_REQUIRED` (for suspending and removing); `LAST_ADMINISTRATOR`.

use crate::model::actor::Standing;
use crate::model::{Code, Event, PrincipalId, Refusal, Rejection};

use super::access::{another_administrator, not_removed, principal};
use super::decision::Decision;

/// Changes a principal's standing.
pub fn decide(
    id: &PrincipalId,
    to: Standing,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let known = principal(&decision.tree, id)?;
    if known.standing == to {
        let detail = format!("it is {} already", to.word());
        return Err(Refusal::new(Code::NothingChanges, "standing", detail).into());
    }
    not_removed(known)?;
    if to != Standing::Active {
        if decision.reason.is_none() {
            let detail = "the history must tell why somebody may act no longer";
            return Err(Refusal::new(Code::ReasonRequired, "options.reason", detail).into());
        }
        another_administrator(&decision.tree, id)?;
    }
    decision.tell(Event::StandingChanged { id: id.clone(), to })
}

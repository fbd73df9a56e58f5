//! Add a principal: somebody may act from now on, once roles are granted or arcs delegated.
//!
//! Refusals, in order: faults of form; `TOO_MANY_VALUES` (the register bears [`PRINCIPALS_MAX`]); `NOT_REGISTERED` (the home).

use crate::model::command::AddPrincipal;
use crate::model::entry::RegistrantDetails;
use crate::model::limits::PRINCIPALS_MAX;
use crate::model::{Code, Event, Principal, PrincipalId, PrincipalKind, Refusal, Rejection};
use crate::oid::NodePath;

use super::access::{registered, standing};
use super::decision::Decision;
use super::form::Faults;

/// The form of the request.
pub fn form(ask: &AddPrincipal, faults: &mut Faults) {
    faults.details(&ask.details);
}

/// Adds a principal.
pub fn decide(ask: &AddPrincipal, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    add(ask.kind, &ask.details, &ask.home, decision).map(drop)
}

/// Adds a principal at a home; gives its id.
pub fn add(
    kind: PrincipalKind,
    details: &RegistrantDetails,
    home: &NodePath,
    decision: &mut Decision<'_>,
) -> Result<PrincipalId, Rejection> {
    if standing(&decision.tree)? >= PRINCIPALS_MAX {
        let detail = format!("the register has {PRINCIPALS_MAX} principals; more are not taken");
        return Err(Refusal::new(Code::TooManyValues, "", detail).into());
    }
    registered(&decision.tree, home, "home")?;
    let id = decision.lots.principal();
    decision.tell(Event::PrincipalAdded(Principal {
        details: Some(details.clone()),
        ..Principal::new(id.clone(), kind, home.clone(), decision.ctx.now)
    }))?;
    Ok(id)
}

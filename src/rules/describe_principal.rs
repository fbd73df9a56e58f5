//! Describe a principal anew: its name and how to reach it.
//!
//! Refusals, in order: faults of form; `PRINCIPAL_UNKNOWN`; `PRINCIPAL_NOT_ACTIVE` (removed); `NOTHING_CHANGES`.

use crate::model::entry::RegistrantDetails;
use crate::model::{Code, Event, PrincipalId, Refusal, Rejection};

use super::access::{not_removed, principal};
use super::decision::Decision;

/// Describes a principal.
pub fn decide(
    id: &PrincipalId,
    details: &RegistrantDetails,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let known = not_removed(principal(&decision.tree, id)?)?;
    if known.details.as_ref() == Some(details) {
        let detail = "it is described in this way already";
        return Err(Refusal::new(Code::NothingChanges, "", detail).into());
    }
    decision.tell(Event::PrincipalDescribed {
        id: id.clone(),
        details: Some(details.clone()),
    })
}

//! Transfer: gives an arc to another registrant. The number stays, and so does the first registrant on record (X.660 6.2).
//!
//! Refusals, in order: faults of form; `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`;
//! `REGISTRANT_UNKNOWN`; `QUOTA_REACHED`; `TRANSITION_ILLEGAL` (a reserved or withdrawn arc is nobody's to have);
//! `NOTHING_CHANGES`.

use crate::model::command::RegistrantRef;
use crate::model::{Code, Event, Refusal, Rejection, Seq, State};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::decision::Decision;
use super::{allocate, policy};

/// Gives the arc to `to`.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    to: &RegistrantRef,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, if_revision)?;
    decision.known(Some(to), "to.id")?;
    let has = entry.registrant.as_ref().map(|holding| &holding.registrant);
    let same = matches!(to, RegistrantRef::Known(id) if Some(id) == has);
    if let (false, Some(above)) = (same, path.parent()) {
        let policy = policy::in_force(&decision.tree, &above)?;
        allocate::quota(&decision.tree, &policy, &above, Some(to), "to.id")?;
    }
    let state = entry.superior.state;
    if matches!(state, State::Reserved | State::Withdrawn) {
        let detail = format!("{path} is {}: allocate or reinstate it first", state.word());
        return Err(Refusal::new(Code::TransitionIllegal, "oid", detail)
            .value(path)
            .into());
    }
    if same {
        let detail = format!("{path} is this registrant's already");
        return Err(Refusal::new(Code::NothingChanges, "to.id", detail).into());
    }
    let to = decision.recorded(to)?;
    decision.tell(Event::Transferred {
        path: path.clone(),
        previous: entry.revision,
        to,
    })
}

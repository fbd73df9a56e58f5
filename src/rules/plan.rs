//! Plan: something happens to an arc at a moment, or somebody looks again then. Whether it will be in order is judged when its
//! moment comes, as if it were asked for then; what could never be is refused now.
//!
//! Refusals, in order: `FIELD_REQUIRED`, `FIELD_INVALID` (a moment that is over or too far ahead; a review without a word; the end of a term), the faults
//! of form of an amendment, `FIELD_TOO_LONG`; `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`;
//! `TOO_MANY_VALUES`; `REGISTRANT_UNKNOWN`; `CONSENT_REQUIRED` (a transfer that both sides must agree to is offered, not planned);
//! `NOTHING_CHANGES` (it is planned).

use crate::model::command::RegistrantRef;
use crate::model::entry::Contact;
use crate::model::event::Changes;
use crate::model::limits::{PLAN_BYTES_MAX, PLAN_SECONDS_CEILING, PLANS_MAX};
use crate::model::plan::{Plan, PlannedAct};
use crate::model::{Code, Ctx, Event, Refusal, RegistrantId, Rejection, Seq, Timestamp, form};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::consent;
use super::decision::Decision;
use super::form::Faults;
use super::transfer;

/// Faults of form.
pub fn form(at: Timestamp, act: &PlannedAct, ctx: &Ctx, faults: &mut Faults) {
    if at <= ctx.now {
        faults.add(Code::FieldInvalid, "at", "must lie ahead");
    } else if at > ctx.now.plus_seconds(PLAN_SECONDS_CEILING) {
        let detail = format!("at most {PLAN_SECONDS_CEILING} seconds ahead");
        faults.add(Code::FieldInvalid, "at", detail);
    }
    match act {
        PlannedAct::Review(why) => faults.flaws("review", form::line(why)),
        PlannedAct::Amend(changes) => amendment(changes, faults),
        PlannedAct::State { .. } | PlannedAct::Visibility(_) | PlannedAct::Transfer(_) => {}
        PlannedAct::Lapse { .. } | PlannedAct::LapseUnused(_) => {
            let detail = "the policy sets when an arc's time is over, and a term is renewed";
            faults.add(Code::FieldInvalid, "act", detail);
        }
    }
}

fn amendment(changes: &Changes<RegistrantId>, faults: &mut Faults) {
    if changes.is_empty() {
        let detail = "a field that changes is needed";
        faults.add(Code::FieldRequired, "act.amend", detail);
    }
    if changes.text_bytes() > PLAN_BYTES_MAX {
        let detail = format!(
            "its texts have {} bytes; of what is planned {PLAN_BYTES_MAX} are taken",
            changes.text_bytes()
        );
        faults.add(Code::FieldTooLong, "act.amend", detail);
        return;
    }
    let mut part = Faults::new();
    part.changes(&asked(changes));
    faults.take("act.amend", part);
}

/// Changes that name parties by id, as a command asks for them.
pub fn asked(changes: &Changes<RegistrantId>) -> Changes {
    let contacts = changes.contacts.clone();
    let contacts = contacts.map(|all| all.into_iter().map(Contact::from).collect());
    changes.clone().with_contacts(contacts)
}

/// Plans it.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    at: Timestamp,
    act: &PlannedAct,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let reach = if act.is_the_superiors() {
        Reach::Superior
    } else {
        Reach::Holder
    };
    let entry = checks::own_arc(&decision.tree, path, reach, if_revision)?;
    if entry.plans.len() >= PLANS_MAX {
        let detail = format!("{PLANS_MAX} plans stand there; cancel one");
        return Err(Refusal::new(Code::TooManyValues, "", detail).into());
    }
    for id in act.registrants() {
        let field = if matches!(act, PlannedAct::Transfer(_)) {
            "act.transfer"
        } else {
            "act.amend.contacts"
        };
        decision.known(Some(&RegistrantRef::Known(id.clone())), field)?;
    }
    if matches!(act, PlannedAct::Transfer(_)) {
        transfer::without_consent(path, decision)?;
    }
    let same = |plan: &&Plan| plan.at == at && plan.act == *act && plan.refused.is_none();
    if let Some(plan) = entry.plans.iter().find(same) {
        let detail = format!("that is planned already, as number {}", plan.number);
        return Err(Refusal::new(Code::NothingChanges, "at", detail).into());
    }
    let mut plans = entry.plans.clone();
    plans.push(Plan {
        number: next_number(&plans),
        at,
        by: consent::actor(decision),
        act: act.clone(),
        refused: None,
    });
    decision.tell(Event::PlansSet {
        path: path.clone(),
        previous: entry.revision,
        plans,
    })
}

/// The number by which another plan is told from these.
pub fn next_number(plans: &[Plan]) -> u32 {
    let last = plans.iter().map(|plan| plan.number).max();
    last.unwrap_or(0).saturating_add(1)
}

#[cfg(test)]
mod tests;

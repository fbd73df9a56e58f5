//! Plan: something happens to an arc at a moment, or somebody looks again then. Whether it will be in order is judged when its
//! moment comes, as if it were asked for then; what could never be is refused now.
//!
//! Refusals, in order: `FIELD_REQUIRED`, `FIELD_INVALID` (a moment that is over or too far ahead; a review without a word);
//! `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`; `TOO_MANY_VALUES`; `NOTHING_CHANGES` (it is planned).

use crate::model::limits::{PLAN_SECONDS_CEILING, PLANS_MAX};
use crate::model::plan::{Plan, PlannedAct};
use crate::model::{Code, Ctx, Event, Refusal, Rejection, Seq, Timestamp, form};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::consent;
use super::decision::Decision;
use super::form::Faults;

/// Faults of form.
pub fn form(at: Timestamp, act: &PlannedAct, ctx: &Ctx, faults: &mut Faults) {
    if at <= ctx.now {
        faults.add(Code::FieldInvalid, "at", "must lie ahead");
    } else if at > ctx.now.plus_seconds(PLAN_SECONDS_CEILING) {
        let detail = format!("at most {PLAN_SECONDS_CEILING} seconds ahead");
        faults.add(Code::FieldInvalid, "at", detail);
    }
    if let PlannedAct::Review(why) = act {
        faults.flaws("review", form::line(why));
    }
}

/// Plans it.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    at: Timestamp,
    act: &PlannedAct,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, if_revision)?;
    if entry.plans.len() >= PLANS_MAX {
        let detail = format!("{PLANS_MAX} plans stand there; cancel one");
        return Err(Refusal::new(Code::TooManyValues, "", detail).into());
    }
    let same = |plan: &&Plan| plan.at == at && plan.act == *act && plan.refused.is_none();
    if let Some(plan) = entry.plans.iter().find(same) {
        let detail = format!("that is planned already, as number {}", plan.number);
        return Err(Refusal::new(Code::NothingChanges, "at", detail).into());
    }
    let last = entry.plans.iter().map(|plan| plan.number).max();
    let mut plans = entry.plans.clone();
    plans.push(Plan {
        number: last.unwrap_or(0).saturating_add(1),
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

#[cfg(test)]
mod tests;

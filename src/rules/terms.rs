//! Terms: for how long arcs are given out, and the time in which they have to be put to use, where the policy says so.
//!
//! Both are plans that stand on the arc from the moment at which it is given out, made by the policy and by nobody else; the end of
//! a term is set anew by whoever may register at the superior. Arcs that were there before the policy knew a term have none.
//!
//! Refusals of `renew`, in order: `FIELD_INVALID` (an end that is over or too far ahead); `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`,
//! `REFERENCE_ENTRY`, `REVISION_MOVED`; `TRANSITION_ILLEGAL` (a reserved or withdrawn arc); `NO_TERM`; `FIELD_INVALID` (the end that
//! follows is too far ahead); `NOTHING_CHANGES`; `TOO_MANY_VALUES`. Of `remind`: `NOTHING_CHANGES`.

use crate::model::command::{ChangeState, TermEnd};
use crate::model::entry::Delegation;
use crate::model::limits::{PLAN_SECONDS_CEILING, PLANS_MAX};
use crate::model::plan::{Agenda, Plan, PlannedAct};
use crate::model::policy::{Lapse, Terms};
use crate::model::{
    Code, Ctx, Entry, Event, Refusal, Rejection, Seq, State, Timestamp, TreeView, Viewed,
};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::decision::Decision;
use super::form::Faults;
use super::overlay::UNWRITTEN;
use super::{change_state, consent, plan, policy, take_effect};

/// Faults of form of an end that was named.
pub fn form(end: TermEnd, ctx: &Ctx, faults: &mut Faults) {
    match end {
        TermEnd::ByPolicy => {}
        TermEnd::For(seconds) => {
            if seconds == 0 || seconds > PLAN_SECONDS_CEILING {
                let detail = format!("1 to {PLAN_SECONDS_CEILING} seconds are taken");
                faults.add(Code::FieldInvalid, "seconds", detail);
            }
        }
        TermEnd::Until(until) => {
            if until <= ctx.now {
                faults.add(Code::FieldInvalid, "until", "must lie ahead");
            } else if until > ctx.now.plus_seconds(PLAN_SECONDS_CEILING) {
                faults.add(Code::FieldInvalid, "until", too_far());
            }
        }
    }
}

fn too_far() -> String {
    format!("at most {PLAN_SECONDS_CEILING} seconds ahead")
}

/// Lets the times begin that the policy knows, of an arc that is given out now and had these plans.
pub fn begin(
    path: &NodePath,
    before: &[Plan],
    terms: &Terms,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let now = decision.ctx.now;
    let mut plans = before.to_vec();
    let mut add = |at, act| {
        plans.push(Plan {
            number: plan::next_number(&plans),
            at,
            by: None,
            act,
            refused: None,
        });
    };
    if let Some(seconds) = terms.use_seconds {
        let act = PlannedAct::LapseUnused(terms.lapse);
        add(now.plus_seconds(seconds), act);
    }
    if let Some(seconds) = terms.term_seconds {
        let end = now.plus_seconds(seconds);
        add(end, ends(terms.lapse, end, now));
    }
    if plans.len() == before.len() {
        return Ok(());
    }
    decision.tell(Event::PlansSet {
        path: path.clone(),
        // The event before this one wrote it.
        previous: UNWRITTEN,
        plans,
    })
}

/// The end of a term. Of one that is shorter than the time between a reminder and its end nobody is reminded.
fn ends(to: Lapse, end: Timestamp, now: Timestamp) -> PlannedAct {
    let waits = Plan {
        number: 0,
        at: end,
        by: None,
        act: PlannedAct::Lapse {
            to,
            reminded: false,
        },
        refused: None,
    };
    PlannedAct::Lapse {
        to,
        reminded: waits.reminder().is_some_and(|at| at <= now),
    }
}

/// Sets the end of a term anew.
pub fn renew(
    path: &NodePath,
    if_revision: Option<Seq>,
    end: TermEnd,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, if_revision)?;
    consent::in_hands(&entry)?;
    let now = decision.ctx.now;
    let above = path.parent().unwrap_or_default();
    let terms = policy::in_force(&decision.tree, &above)?.terms;
    let standing = |plan: &&Plan| matches!(plan.act, PlannedAct::Lapse { .. });
    let before = entry.plans.iter().find(standing);
    let from = before.map_or(now, |plan| plan.at).max(now);
    let (field, until) = match (end, terms.term_seconds) {
        (TermEnd::Until(until), _) => ("until", until),
        (TermEnd::For(seconds), _) | (TermEnd::ByPolicy, Some(seconds)) => {
            ("seconds", from.plus_seconds(seconds))
        }
        (TermEnd::ByPolicy, None) => {
            let detail = format!("the policy below {above} knows no term; name an end");
            return Err(Refusal::new(Code::NoTerm, "seconds", detail).into());
        }
    };
    if until > now.plus_seconds(PLAN_SECONDS_CEILING) {
        let detail = format!("it would end on {until}; {}", too_far());
        return Err(Refusal::new(Code::FieldInvalid, field, detail).into());
    }
    if before.is_some_and(|plan| plan.at == until && plan.refused.is_none()) {
        let detail = format!("its term ends on {until} already");
        return Err(Refusal::new(Code::NothingChanges, field, detail).into());
    }
    let plans = with_end(&entry, ends(terms.lapse, until, now), until, decision)?;
    decision.tell(Event::PlansSet {
        path: path.clone(),
        previous: entry.revision,
        plans,
    })
}

/// The arc's plans with this end of its term in the place of the one that stands there.
fn with_end(
    entry: &Entry,
    act: PlannedAct,
    at: Timestamp,
    decision: &Decision<'_>,
) -> Result<Vec<Plan>, Rejection> {
    let mut plans = entry.plans.clone();
    let number = plan::next_number(&plans);
    plans.retain(|plan| !matches!(plan.act, PlannedAct::Lapse { .. }));
    if plans.len() >= PLANS_MAX {
        let detail = format!("{PLANS_MAX} plans stand there; cancel one");
        return Err(Refusal::new(Code::TooManyValues, "", detail).into());
    }
    plans.push(Plan {
        number,
        at,
        by: consent::actor(decision),
        act,
        refused: None,
    });
    Ok(plans)
}

/// Lets an arc go whose time is over. One that is withdrawn has nothing left to lose.
pub fn lapse(path: &NodePath, to: Lapse, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let entry = decision.tree.entry(path)?;
    let state = entry.map(|entry| entry.superior.state);
    if state == Some(State::Withdrawn) {
        return Ok(());
    }
    let ask = ChangeState {
        path: path.clone(),
        if_revision: None,
        to: to.state(),
        relation: None,
        despite_subordinates: false,
    };
    change_state::decide(&ask, decision)
}

/// Whether an arc was put to use: something that is not withdrawn is registered below it, it has a service or a reference, or a
/// register elsewhere keeps what is below it.
pub fn is_used(path: &NodePath, decision: &Decision<'_>) -> Viewed<bool> {
    let Some(entry) = decision.tree.entry(path)? else {
        return Ok(false);
    };
    let told = !entry.holder.services.is_empty() || !entry.holder.references.is_empty();
    let elsewhere = matches!(entry.delegation, Some(Delegation::External { .. }));
    Ok(told || elsewhere || decision.tree.live_subordinate(path)?.is_some())
}

/// Reminds the registrants whose terms end soon.
pub fn remind(decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let arcs = take_effect::due(Agenda::Reminders, decision)?;
    if arcs.is_empty() {
        return Err(Refusal::new(Code::NothingChanges, "", "nobody is to be reminded").into());
    }
    for path in arcs {
        let entry = decision.tree.entry(&path)?;
        let previous = entry.map_or(Seq::ZERO, |entry| entry.revision);
        decision.tell(Event::TermReminded { path, previous })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;

//! Take effect: what was planned for now happens, judged as if it were asked for now. What is refused stays, with why, until
//! somebody cancels it. So do the ends of terms, and of the times in which arcs have to be put to use; an arc that is in use by then
//! stays as it is. Commands of the server's own, one for each list, since what a record tells has one reason.
//!
//! Refusal: `NOTHING_CHANGES` where nothing is due, so that no record is written.

use std::collections::HashSet;

use crate::model::command::{Amend, ChangeState, RegistrantRef};
use crate::model::event::Changes;
use crate::model::limits::BLOCK_ARCS_MAX;
use crate::model::plan::{Agenda, Plan, PlannedAct};
use crate::model::{Code, Event, Refusal, Rejection, TreeView, Viewed};
use crate::oid::NodePath;

use super::decision::Decision;
use super::{amend, change_state, plan, terms, transfer};

/// Bytes after which the plans of further arcs are left to the next record: with those of one arc more it is still within what a
/// record may have, and one that is not would keep every plan of the register from taking effect.
const RECORD_BYTES_AIM: usize = 512 << 10;
/// Bytes of an event without its texts, roughly.
const EVENT_BYTES: usize = 512;

/// Lets the plans of a list take effect, of up to [`BLOCK_ARCS_MAX`] arcs, the earliest first; the rest is for the next record.
pub fn decide(agenda: Agenda, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let mut any = false;
    for path in due(agenda, decision)? {
        any |= of_arc(&path, agenda, decision)?;
        if decision.told().iter().map(bytes).sum::<usize>() > RECORD_BYTES_AIM {
            break;
        }
    }
    if any {
        return Ok(());
    }
    Err(Refusal::new(Code::NothingChanges, "", "no plan is due").into())
}

/// How many bytes an event takes, roughly.
fn bytes(event: &Event) -> usize {
    let texts = match event {
        Event::PlansSet { plans, .. } => plans.iter().map(Plan::bytes).sum(),
        Event::EntryAmended(amended) => amended.changes.text_bytes(),
        _ => 0,
    };
    EVENT_BYTES.saturating_add(texts)
}

/// The arcs at which something of a list is due, each once, up to [`BLOCK_ARCS_MAX`].
pub fn due(agenda: Agenda, decision: &Decision<'_>) -> Viewed<Vec<NodePath>> {
    let most = usize::try_from(BLOCK_ARCS_MAX).unwrap_or(1);
    let due = decision.tree.agenda(agenda, decision.ctx.now, most)?;
    let mut seen = HashSet::with_capacity(due.len());
    let arcs = due.into_iter().map(|(_, path)| path);
    Ok(arcs.filter(|path| seen.insert(path.clone())).collect())
}

/// Carries out what is due at an arc, in the order of moments and numbers; whether anything was.
fn of_arc(path: &NodePath, agenda: Agenda, decision: &mut Decision<'_>) -> Result<bool, Rejection> {
    let now = decision.ctx.now;
    let Some(entry) = decision.tree.entry(path)? else {
        return Ok(false);
    };
    let is_due = |plan: &&Plan| Agenda::of(plan) == Some(agenda) && plan.at <= now;
    let mut due: Vec<Plan> = entry.plans.iter().filter(is_due).cloned().collect();
    due.sort_by_key(|plan| (plan.at, plan.number));
    if due.is_empty() {
        return Ok(false);
    }
    let mut done = Vec::with_capacity(due.len());
    for plan in due {
        // One that an earlier one ended is left as it is.
        let entry = decision.tree.entry(path)?;
        let waits = |one: &Plan| one.number == plan.number && one.refused.is_none();
        if entry.is_some_and(|entry| entry.plans.iter().any(waits)) {
            done.push((plan.number, carry_out(path, &plan.act, decision)?));
        }
    }
    let Some(entry) = decision.tree.entry(path)? else {
        return Ok(true);
    };
    let mut plans = entry.plans.clone();
    plans.retain_mut(|one| {
        let result = done.iter().find(|(number, _)| *number == one.number);
        let Some((_, refused)) = result else {
            return true;
        };
        one.refused = *refused;
        refused.is_some()
    });
    decision.tell(Event::PlansSet {
        path: path.clone(),
        previous: entry.revision,
        plans,
    })?;
    Ok(true)
}

/// Carries one out; tells why not where it is refused. That nothing would change is as good as done.
fn carry_out(
    path: &NodePath,
    act: &PlannedAct,
    decision: &mut Decision<'_>,
) -> Result<Option<Code>, Rejection> {
    let done = match act {
        PlannedAct::State { to, relation } => {
            let ask = ChangeState {
                path: path.clone(),
                if_revision: None,
                to: *to,
                relation: relation.clone(),
                despite_subordinates: false,
            };
            change_state::decide(&ask, decision)
        }
        PlannedAct::Visibility(visibility) => {
            let ask = Amend {
                path: path.clone(),
                if_revision: None,
                changes: Changes {
                    visibility: Some(*visibility),
                    ..Changes::default()
                },
            };
            amend::decide(&ask, decision)
        }
        PlannedAct::Amend(changes) => {
            let ask = Amend {
                path: path.clone(),
                if_revision: None,
                changes: plan::asked(changes),
            };
            amend::decide(&ask, decision)
        }
        PlannedAct::Transfer(to) => {
            let to = RegistrantRef::Known(to.clone());
            transfer::decide(path, None, &to, decision)
        }
        PlannedAct::LapseUnused(_) if terms::is_used(path, decision)? => Ok(()),
        PlannedAct::Lapse { to, .. } | PlannedAct::LapseUnused(to) => {
            terms::lapse(path, *to, decision)
        }
        PlannedAct::Review(_) => Ok(()),
    };
    match done {
        Ok(()) => Ok(None),
        Err(Rejection::Refused(refusals)) => {
            let code = refusals.main().code;
            Ok(Some(code).filter(|code| *code != Code::NothingChanges))
        }
        Err(fault @ Rejection::Fault(_)) => Err(fault),
    }
}

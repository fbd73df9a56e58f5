//! Reset a sandbox: its present generation is withdrawn and hidden, with whatever stands below it, and the next one opened under the
//! next number. No number is used again, and it costs the same however much there was.
//!
//! Refusals, in order: `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`, `ARC_LOCKED`; `SANDBOX_UNFIT` (it is no
//! sandbox); `SUPERIOR_NOT_ACTIVE`, `SUPERIOR_LEAF`, `SUPERIOR_FROZEN`; `REASON_REQUIRED`.

use crate::model::event::{Changes, EntryAmended, StateChanged};
use crate::model::sandbox::{Sandbox, Top};
use crate::model::{Code, Event, Refusal, Rejection, Seq, State, TreeView, Visibility};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::consent;
use super::decision::Decision;
use super::{open_sandbox, sandbox};

/// Resets it.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, if_revision)?;
    consent::unlocked(&entry)?;
    let Some(now) = entry.sandbox.as_deref().and_then(Sandbox::top) else {
        return Err(sandbox::unfit("oid", "the arc is no sandbox"));
    };
    checks::open_superior(&entry, "oid")?;
    if decision.reason.is_none() {
        let detail = "say why: it stands in the history";
        return Err(Refusal::new(Code::ReasonRequired, "options.reason", detail).into());
    }
    end(&checks::place(path, &now.generation, "oid")?, decision)?;
    let next = now.generation.successor();
    decision.tell(Event::SandboxSet {
        path: path.clone(),
        previous: entry.revision,
        top: Top {
            arcs_max: now.arcs_max,
            generation: next.clone(),
            since: decision.ctx.now,
        },
    })?;
    open_sandbox::open(path, &next, decision)
}

/// Withdraws and hides a generation; what is done already is not done again.
fn end(path: &NodePath, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let Some(entry) = decision.tree.entry(path)? else {
        return Ok(());
    };
    if entry.superior.state != State::Withdrawn {
        decision.tell(Event::StateChanged(StateChanged {
            path: path.clone(),
            previous: entry.revision,
            to: State::Withdrawn,
            relation: None,
        }))?;
    }
    let revision = decision.tree.entry(path)?.map(|one| one.revision);
    if entry.superior.visibility != Visibility::Hidden {
        decision.tell(Event::EntryAmended(Box::new(EntryAmended {
            path: path.clone(),
            previous: revision.unwrap_or(entry.revision),
            changes: Changes {
                visibility: Some(Visibility::Hidden),
                ..Changes::default()
            },
        })))?;
    }
    Ok(())
}

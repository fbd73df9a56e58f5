//! Expire applications: ends those whose applicants did not answer in time, the longest overdue first. The server's own
//! command. Where the authority itself is late, nothing expires: that is shown as overdue.
//!
//! Refusal: `NOTHING_CHANGES` where none is over, so that no record is written.

use crate::model::application::{Docket, Stage, Step};
use crate::model::event::{ApplicationMoved, HoldEnd};
use crate::model::limits::BLOCK_ARCS_MAX;
use crate::model::{Code, Event, Refusal, Rejection, TreeView};

use crate::rules::decision::Decision;

/// Ends up to [`BLOCK_ARCS_MAX`] applications; the rest is for the next record.
pub fn decide(decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let now = decision.ctx.now;
    let most = usize::try_from(BLOCK_ARCS_MAX).unwrap_or(1);
    let mut waiting = decision.tree.docket(&Docket::Waiting, None, most)?;
    waiting.retain(|(due, _)| *due <= now);
    if waiting.is_empty() {
        return Err(Refusal::new(Code::NothingChanges, "", "no application is over").into());
    }
    for (_, id) in waiting {
        let Some(app) = decision.tree.application(&id)? else {
            continue;
        };
        super::free_hold(&app, HoldEnd::Cancelled, decision)?;
        let to = app.stage.after(Step::Expire).unwrap_or(Stage::Expired);
        decision.tell(Event::ApplicationMoved(Box::new(ApplicationMoved {
            id: app.id,
            previous: app.revision,
            to,
            deadline: None,
            verdict: None,
            arc: None,
        })))?;
    }
    Ok(())
}

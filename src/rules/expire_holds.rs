//! Expire holds: ends those whose time is over, the oldest first. The server's own command.
//!
//! Refusal: `NOTHING_CHANGES` where no hold is over, so that no record is written.

use crate::model::event::HoldEnd;
use crate::model::limits::BLOCK_ARCS_MAX;
use crate::model::{Code, Event, Refusal, Rejection, TreeView};

use super::decision::Decision;
use super::numbers::released;

/// Ends up to [`BLOCK_ARCS_MAX`] holds; the rest is for the next record.
pub fn decide(decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let mut over = decision.tree.holds()?;
    over.retain(|hold| !hold.is_in_force(decision.ctx.now));
    over.sort_by(|a, b| a.until.cmp(&b.until).then_with(|| a.id.cmp(&b.id)));
    if over.is_empty() {
        return Err(Refusal::new(Code::NothingChanges, "", "no hold is over").into());
    }
    for hold in over
        .iter()
        .take(usize::try_from(BLOCK_ARCS_MAX).unwrap_or(1))
    {
        decision.tell(Event::HoldReleased(released(hold, HoldEnd::Expired)))?;
    }
    Ok(())
}

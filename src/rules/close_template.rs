//! Close the rule by which an arc answers for subordinates, for good: what it made is withdrawn, and its numbers stay used up (X.660
//! 6.3; RFC 3061).
//!
//! Refusals, in order: `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`, `ARC_LOCKED`; `NOTHING_CHANGES` (there
//! is none, or it is closed); `REASON_REQUIRED`.

use crate::model::template::Template;
use crate::model::{Code, Event, Refusal, Rejection, Seq};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::consent;
use super::decision::Decision;

/// Closes it.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Holder, if_revision)?;
    consent::unlocked(&entry)?;
    let open = entry.template.as_deref().filter(|one| one.closed.is_none());
    let Some(template) = open else {
        let detail = format!("{path} has no template that is open");
        return Err(Refusal::new(Code::NothingChanges, "oid", detail).into());
    };
    if decision.reason.is_none() {
        let detail = "say why the template is closed; it stays so";
        return Err(Refusal::new(Code::ReasonRequired, "options.reason", detail).into());
    }
    decision.tell(Event::TemplateSet {
        path: path.clone(),
        previous: entry.revision,
        template: Box::new(Template {
            closed: Some(decision.ctx.now),
            ..template.clone()
        }),
    })
}

//! Notices: which events give rise to one and to whom it goes; opening the outbox, and what became of a notice. Both commands
//! are the server's own.
//!
//! Which notices follow from an event is part of how a record is folded, so it may refuse nothing and ask nothing but what
//! it is given. Refusal of both commands: `NOTHING_CHANGES`, so that no record is written.

use crate::model::application::{RemarkKind, Stage, VerdictKind};
use crate::model::entry::Entry;
use crate::model::notice::{NoticeId, NoticeKind, Outcome};
use crate::model::{Code, Event, Refusal, RegistrantId, Rejection, State, TreeView};

use super::decision::Decision;

/// Lets events give rise to notices from now on.
pub fn open(decision: &mut Decision<'_>) -> Result<(), Rejection> {
    if decision.tree.outbox_is_open()? {
        return Err(Refusal::new(Code::NothingChanges, "", "the outbox is open").into());
    }
    decision.tell(Event::OutboxOpened)
}

/// Records what became of a notice.
pub fn settle(
    id: NoticeId,
    outcome: Outcome,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let notice = decision.tree.notice(id)?;
    if notice.is_none_or(|one| one.settled.is_some()) {
        let detail = format!("no notice {id} waits");
        return Err(Refusal::new(Code::NothingChanges, "", detail).into());
    }
    decision.tell(Event::NoticeSettled { id, outcome })
}

/// What an event about an application tells its applicant.
pub fn of_application(event: &Event) -> Option<NoticeKind> {
    match event {
        Event::ApplicationMoved(moved) => match (moved.to, moved.verdict.as_ref()) {
            (Stage::Acknowledged, _) => Some(NoticeKind::Acknowledged),
            (Stage::InformationRequested, _) => Some(NoticeKind::InformationRequested),
            (Stage::Approved, _) => Some(NoticeKind::Announced),
            (Stage::Rejected, Some(verdict)) if verdict.kind == VerdictKind::Upheld => {
                Some(NoticeKind::AppealUpheld)
            }
            (Stage::Rejected, _) => Some(NoticeKind::Rejected),
            (Stage::UnderReview, Some(_)) => Some(NoticeKind::AppealGranted),
            (Stage::Withdrawn, _) => Some(NoticeKind::ApplicationWithdrawn),
            (Stage::Expired, _) => Some(NoticeKind::ApplicationExpired),
            (Stage::Submitted | Stage::UnderReview | Stage::Appealed, _) => None,
        },
        Event::ApplicationRemarked { remark, .. } if remark.kind == RemarkKind::ToApplicant => {
            Some(NoticeKind::Commented)
        }
        _ => None,
    }
}

/// What an event about an arc tells whom, where `before` is what the event found and `after` what it left.
pub fn of_arc(
    event: &Event,
    before: Option<&Entry>,
    after: &Entry,
) -> Vec<(NoticeKind, RegistrantId)> {
    let holder = |entry: &Entry| entry.registrant.as_ref().map(|one| one.registrant.clone());
    let (Some(before), now) = (before, holder(after)) else {
        // A new arc is announced to whoever applied for it.
        return Vec::new();
    };
    let to_holder = |kind| now.clone().map(|to| (kind, to)).into_iter().collect();
    match event {
        Event::EntryAmended(_) | Event::Delegated { .. } | Event::Recalled { .. } => {
            to_holder(NoticeKind::EntryChanged)
        }
        Event::StateChanged(changed) if changed.to == State::Withdrawn => {
            to_holder(NoticeKind::ArcWithdrawn)
        }
        Event::StateChanged(_) => to_holder(NoticeKind::StateChanged),
        Event::Transferred { .. } => {
            let old = holder(before).map(|to| (NoticeKind::Relinquished, to));
            let new = now.map(|to| (NoticeKind::Transferred, to));
            old.into_iter().chain(new).collect()
        }
        _ => Vec::new(),
    }
}

//! Notices: which events give rise to one and to whom it goes; opening the outbox, and what became of a notice. Both commands
//! are the server's own.
//!
//! Which notices follow from an event is part of how a record is folded, so it may refuse nothing and ask nothing but what
//! it is given. Refusal of both commands: `NOTHING_CHANGES`, so that no record is written.

use crate::model::application::{RemarkKind, Stage, VerdictKind};
use crate::model::consent::{LockKind, Pending, PendingAct, Side};
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
    if after.sandbox.is_some() {
        // Whoever tries something out must not write to anybody.
        return Vec::new();
    }
    let to_holder = |kind| now.clone().map(|to| (kind, to)).into_iter().collect();
    match event {
        Event::EntryAmended(_)
        | Event::Delegated { .. }
        | Event::Recalled { .. }
        | Event::LocksSet { .. } => to_holder(NoticeKind::EntryChanged),
        Event::LabelChallenged { .. } => to_holder(NoticeKind::LabelChallenged),
        Event::LabelDecided { .. } => to_holder(NoticeKind::LabelDecided),
        Event::PendingSet {
            pending: Some(pending),
            ..
        } if is_new(pending, before) => asked(pending, now),
        Event::CheckSet { check: Some(_), .. } => to_holder(NoticeKind::ContactCheck),
        Event::SuspicionSet { .. } if is_marked(after) && !is_marked(before) => {
            to_holder(NoticeKind::SuspectMarked)
        }
        Event::TermReminded { .. } if after.superior.state != State::Withdrawn => {
            to_holder(NoticeKind::TermEnding)
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

/// Whether everybody may know that the arc may be wrong.
fn is_marked(entry: &Entry) -> bool {
    entry.suspicion.as_ref().is_some_and(|mark| mark.is_open())
}

/// Whether something else waited before.
fn is_new(pending: &Pending, before: &Entry) -> bool {
    let old = before.pending.as_deref();
    old.is_none_or(|old| old.nonce != pending.nonce)
}

/// Whoever has to agree and did not yet is asked to; the letter brings the code by which they can.
fn asked(pending: &Pending, holder: Option<RegistrantId>) -> Vec<(NoticeKind, RegistrantId)> {
    match &pending.act {
        PendingAct::Transfer(to) => {
            let holder = holder.filter(|_| !pending.agreed.contains(&Side::Holder));
            let both = holder.into_iter().chain([to.clone()]);
            both.map(|to| (NoticeKind::ConsentAsked, to)).collect()
        }
        PendingAct::Unlock(LockKind::Holder) => {
            let holder = holder.map(|to| (NoticeKind::UnlockAsked, to));
            holder.into_iter().collect()
        }
        PendingAct::Unlock(LockKind::Authority) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::application::{Remark, Verdict};
    use crate::model::entry::Holding;
    use crate::model::event::{ApplicationMoved, StateChanged};
    use crate::model::{Command, Notice, Seq, Timestamp, notice::Matter};
    use crate::rules::testing::{ADMIN, Tree, path, refused, words};

    const AT: &str = "2.16.834.1";

    fn moved(to: Stage, verdict: Option<VerdictKind>) -> Option<NoticeKind> {
        let verdict = verdict.map(|kind| Verdict {
            kind,
            by: ADMIN.parse().unwrap(),
            at: Timestamp::default(),
            reason: None,
            text: String::new(),
        });
        of_application(&Event::ApplicationMoved(Box::new(ApplicationMoved {
            id: "a-1".parse().unwrap(),
            previous: Seq::FIRST,
            to,
            deadline: None,
            verdict,
            arc: None,
        })))
    }

    #[test]
    fn an_applicant_hears_of_each_step_that_matters_to_them() {
        for (to, verdict, expect) in [
            (Stage::Acknowledged, None, Some(NoticeKind::Acknowledged)),
            (
                Stage::InformationRequested,
                None,
                Some(NoticeKind::InformationRequested),
            ),
            (Stage::Approved, None, Some(NoticeKind::Announced)),
            (
                Stage::Rejected,
                Some(VerdictKind::Rejected),
                Some(NoticeKind::Rejected),
            ),
            (
                Stage::Rejected,
                Some(VerdictKind::Upheld),
                Some(NoticeKind::AppealUpheld),
            ),
            (
                Stage::UnderReview,
                Some(VerdictKind::Granted),
                Some(NoticeKind::AppealGranted),
            ),
            (
                Stage::Withdrawn,
                None,
                Some(NoticeKind::ApplicationWithdrawn),
            ),
            (Stage::Expired, None, Some(NoticeKind::ApplicationExpired)),
            (Stage::UnderReview, None, None),
            (Stage::Appealed, None, None),
        ] {
            assert_eq!(moved(to, verdict), expect, "{to:?} {verdict:?}");
        }
    }

    #[test]
    fn what_staff_say_among_themselves_is_told_nobody() {
        for (kind, expect) in [
            (RemarkKind::Internal, None),
            (RemarkKind::Answer, None),
            (RemarkKind::ToApplicant, Some(NoticeKind::Commented)),
        ] {
            let told = of_application(&Event::ApplicationRemarked {
                id: "a-1".parse().unwrap(),
                previous: Seq::FIRST,
                remark: Remark {
                    kind,
                    by: ADMIN.parse().unwrap(),
                    at: Timestamp::default(),
                    text: String::new(),
                },
            });
            assert_eq!(told, expect, "{kind:?}");
        }
    }

    fn held_by(tree: &mut Tree, holder: Option<&str>) -> Entry {
        tree.change(AT, |entry| {
            entry.registrant = holder.map(|id| Holding {
                registrant: id.parse().unwrap(),
                since: Timestamp::default(),
            });
        });
        tree.at(AT).clone()
    }

    #[test]
    fn whoever_holds_an_arc_hears_of_it() {
        let mut tree = Tree::founded();
        tree.arc(AT);
        let nobodys = held_by(&mut tree, None);
        let old = held_by(&mut tree, Some("r-old"));
        let new = held_by(&mut tree, Some("r-new"));
        let to = |state| {
            Event::StateChanged(StateChanged {
                path: path(AT),
                previous: Seq::FIRST,
                to: state,
                relation: None,
            })
        };
        let told = |event: &Event, before: Option<&Entry>, after: &Entry| {
            let all = of_arc(event, before, after).into_iter();
            all.map(|(kind, to)| format!("{} {to}", kind.word()))
                .collect::<Vec<_>>()
        };
        let suspended = to(State::Suspended);
        assert_eq!(told(&suspended, Some(&old), &old), ["state-changed r-old"]);
        assert_eq!(
            told(&to(State::Withdrawn), Some(&old), &old),
            ["arc-withdrawn r-old"]
        );
        let recalled = Event::Recalled {
            path: path(AT),
            previous: Seq::FIRST,
        };
        assert_eq!(told(&recalled, Some(&old), &old), ["entry-changed r-old"]);
        let transferred = Event::Transferred {
            path: path(AT),
            previous: Seq::FIRST,
            to: "r-new".parse().unwrap(),
        };
        assert_eq!(
            told(&transferred, Some(&old), &new),
            ["relinquished r-old", "transferred r-new"]
        );
        assert_eq!(
            told(&transferred, Some(&nobodys), &new),
            ["transferred r-new"]
        );
        // Nobody is told of what nobody holds, nor of a new arc by this way.
        assert!(told(&suspended, Some(&nobodys), &nobodys).is_empty());
        assert!(told(&suspended, None, &new).is_empty());
    }

    #[test]
    fn what_is_done_already_writes_no_record() {
        let mut tree = Tree::founded();
        let opened = tree.submit(Command::OpenOutbox).unwrap();
        assert_eq!(words(&opened), ["outbox-opened"]);
        refused(tree.decide(Command::OpenOutbox), Code::NothingChanges, "");
        let id: NoticeId = "n-7-0".parse().unwrap();
        let outcome = Outcome::Sent;
        let settle = Command::SettleNotice { id, outcome };
        refused(tree.decide(settle.clone()), Code::NothingChanges, "");
        let notice = Notice {
            id,
            kind: NoticeKind::Acknowledged,
            to: "r-1".parse().unwrap(),
            matter: Matter::Arc(path(AT)),
            language: "en".parse().unwrap(),
            made: Timestamp::default(),
            settled: None,
        };
        tree.notices.insert(id, notice.clone());
        let settled = tree.decide(settle.clone()).unwrap();
        assert_eq!(words(&settled), ["notice-settled"]);
        let at = Timestamp::default();
        let settled = Some(crate::model::notice::Settled { at, outcome });
        tree.notices.insert(id, Notice { settled, ..notice });
        refused(tree.decide(settle), Code::NothingChanges, "");
    }
}

//! The stored forms of notices and of what became of them.
//!
//! Persons stand here as ids alone. It must never leave a field of a notice out.

use crate::model::clock::Timestamp;
use crate::model::entry::Language;
use crate::model::ids::Seq;
use crate::model::notice::{Matter, Notice, NoticeId, NoticeKind, Outcome, Settled};
use crate::pb::journal::v1 as pb;

use super::error::CodecError;
use super::parts::{id_from, id_to, path_from, path_to, words};

words! {
    notice_kind_to notice_kind_from NoticeKind "kind of notice" {
        Acknowledged InformationRequested Commented Announced Rejected AppealUpheld AppealGranted
        ApplicationWithdrawn ApplicationExpired EntryChanged StateChanged ArcWithdrawn Transferred Relinquished ConsentAsked
        UnlockAsked ContactCheck SuspectMarked TermEnding LabelChallenged LabelDecided
    }
}

/// The stored form of what became of a notice.
pub(super) fn settled(id: NoticeId, outcome: Outcome) -> pb::NoticeSettled {
    pb::NoticeSettled {
        seq: id.seq.get(),
        place: id.place,
        outcome: Some(outcome_to(outcome)),
    }
}

/// What became of a notice, of its stored form.
pub(super) fn settled_from(e: &pb::NoticeSettled) -> Result<(NoticeId, Outcome), CodecError> {
    let what = "what became of a notice";
    let outcome = e.outcome.ok_or(CodecError::Missing { what })?;
    let id = NoticeId {
        seq: Seq::new(e.seq),
        place: e.place,
    };
    Ok((id, outcome_from(outcome)?))
}

fn outcome_to(outcome: Outcome) -> pb::NoticeOutcome {
    let (kind, reply) = match outcome {
        Outcome::Sent => (pb::NoticeOutcomeKind::Sent, 0),
        Outcome::Refused(reply) => (pb::NoticeOutcomeKind::Refused, u32::from(reply)),
        Outcome::NoAddress => (pb::NoticeOutcomeKind::NoAddress, 0),
    };
    pb::NoticeOutcome {
        kind: kind as i32,
        reply,
    }
}

fn outcome_from(e: pb::NoticeOutcome) -> Result<Outcome, CodecError> {
    const WHAT: &str = "what became of a notice";
    let reply = u16::try_from(e.reply).map_err(|_| CodecError::Malformed { what: WHAT })?;
    match pb::NoticeOutcomeKind::try_from(e.kind) {
        Ok(pb::NoticeOutcomeKind::Sent) if reply == 0 => Ok(Outcome::Sent),
        Ok(pb::NoticeOutcomeKind::NoAddress) if reply == 0 => Ok(Outcome::NoAddress),
        Ok(pb::NoticeOutcomeKind::Refused) => Ok(Outcome::Refused(reply)),
        Ok(pb::NoticeOutcomeKind::Unspecified) | Err(_) => Err(CodecError::UnknownWord {
            what: WHAT,
            number: i64::from(e.kind),
        }),
        Ok(_) => Err(CodecError::Malformed { what: WHAT }),
    }
}

/// The stored form of a notice.
pub(super) fn notice_to(e: &Notice) -> pb::Notice {
    let (application, path) = match &e.matter {
        Matter::Application(id) => (Some(id_to(id)), None),
        Matter::Arc(path) => (None, Some(path_to(path))),
    };
    pb::Notice {
        seq: e.id.seq.get(),
        place: e.id.place,
        kind: notice_kind_to(e.kind),
        to: id_to(&e.to),
        application,
        path,
        language: e.language.as_str().to_owned(),
        made: e.made.micros(),
        settled: e.settled.map(|one| one.at.micros()),
        outcome: e.settled.map(|one| outcome_to(one.outcome)),
    }
}

/// The notice of its stored form.
pub(super) fn notice_from(e: &pb::Notice) -> Result<Notice, CodecError> {
    const MATTER: &str = "what a notice is about";
    let matter = match (&e.application, &e.path) {
        (Some(id), None) => Matter::Application(id_from(id)?),
        (None, Some(path)) => Matter::Arc(path_from(path)?),
        _ => return Err(CodecError::Malformed { what: MATTER }),
    };
    let settled = match (e.settled, e.outcome) {
        (Some(at), Some(outcome)) => Some(Settled {
            at: Timestamp::from_micros(at),
            outcome: outcome_from(outcome)?,
        }),
        (None, None) => None,
        _ => return Err(CodecError::Malformed { what: MATTER }),
    };
    Ok(Notice {
        id: NoticeId {
            seq: Seq::new(e.seq),
            place: e.place,
        },
        kind: notice_kind_from(e.kind)?,
        to: id_from(&e.to)?,
        matter,
        language: Language::from_stored(e.language.clone()),
        made: Timestamp::from_micros(e.made),
        settled,
    })
}

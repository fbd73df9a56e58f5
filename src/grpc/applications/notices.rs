//! `ListNotices`: what applicants and registrants were told of by mail, as far as the caller may know of the matter, in the
//! order in which it came about, a page at a time.
//!
//! A page looks at a bounded number of notices, so that it may hold fewer than asked for while more follow. It must never
//! tell an address or what a letter said.

use crate::{
    access::{Casework, Knowledge, Sight},
    desk::{Call, Desk},
    grpc::{
        convert::{Faults, timestamp},
        limits::NOTICES_LOOKED_AT_MAX,
        page::{self, Kind, Mark},
        view::revision,
    },
    model::{
        ApplicationId, Code, Notice, NoticeId, Rejection, Seq, TreeView as _,
        notice::{Matter, NoticeKind, Outcome},
    },
    pb::v1 as pb,
    register::Reading,
};

use super::someone;

/// Answers one page.
pub async fn page(
    desk: &Desk,
    call: &Call,
    request: pb::ListNoticesRequest,
) -> Result<pb::ListNoticesResponse, Rejection> {
    someone(call)?;
    let mut faults = Faults::new();
    let application: Option<ApplicationId> = match request.application.as_str() {
        "" => None,
        id => faults.parse(Code::FieldInvalid, "application", id),
    };
    let application = faults.into_result(Some(application))?;
    let query = [
        &*request.application,
        if request.waiting { "w" } else { "" },
    ];
    let seal = |content: &[u8]| desk.register.digest_request(content);
    let mark = page::parse(Kind::Notices, &query, &request.page_token, &seal)?;
    let newest = desk.register.newest();
    let (seq, time) = (newest.seq(), newest.time());
    let after = mark.as_ref().and_then(|mark| to_id(&mark.position));
    let size = page::size(request.page_size);
    let (sight, identity) = (call.sight(), call.caller.identity.clone());
    let waiting = request.waiting;
    let (known, last) = Desk::blocking(move || {
        let mut casework = Casework::new(&identity, &newest)?;
        let notices = newest.notices_after(after, NOTICES_LOOKED_AT_MAX)?;
        let end = notices.last().map(|one| one.id);
        let end = end.filter(|_| notices.len() == NOTICES_LOOKED_AT_MAX);
        let (mut known, mut before) = (Vec::new(), None);
        for notice in notices {
            if known.len() == size {
                return Ok((known, before));
            }
            before = Some(notice.id);
            let wanted = (!waiting || notice.settled.is_none())
                && application.as_ref().is_none_or(|id| is_about(&notice, id));
            if wanted && may_know(&notice, &mut casework, &newest, &sight)? {
                known.push(told(&notice));
            }
        }
        Ok::<_, Rejection>((known, end))
    })
    .await??;
    let next_page_token = last.map_or_else(String::new, |last| {
        let mark = Mark {
            revision: seq,
            position: of_id(last),
        };
        page::token(Kind::Notices, &query, &mark, &seal)
    });
    Ok(pb::ListNoticesResponse {
        notices: known,
        next_page_token,
        revision: Some(revision(&desk.register, seq, Some(time))),
    })
}

fn is_about(notice: &Notice, application: &ApplicationId) -> bool {
    matches!(&notice.matter, Matter::Application(id) if id == application)
}

/// Of an application whoever may know it, of an arc whoever sees all of it.
fn may_know(
    notice: &Notice,
    casework: &mut Casework<'_>,
    newest: &Reading,
    sight: &Sight,
) -> Result<bool, Rejection> {
    match &notice.matter {
        Matter::Application(id) => match newest.application(id)? {
            Some(application) => Ok(casework.knows(&application)? > Knowledge::Nothing),
            None => Ok(false),
        },
        Matter::Arc(path) => Ok(sight.is_whole(path)),
    }
}

/// A notice as it is told.
pub fn told(notice: &Notice) -> pb::Notice {
    let (application, oid) = match &notice.matter {
        Matter::Application(id) => (id.to_string(), String::new()),
        Matter::Arc(path) => (String::new(), path.to_string()),
    };
    let outcome = notice.settled.map(|one| one.outcome);
    let reply = match outcome {
        Some(Outcome::Refused(reply)) => u32::from(reply),
        Some(Outcome::Sent | Outcome::NoAddress) | None => 0,
    };
    pb::Notice {
        id: notice.id.to_string(),
        kind: kind(notice.kind).into(),
        registrant: notice.to.to_string(),
        application,
        oid,
        language: notice.language.as_str().to_owned(),
        made: Some(timestamp(notice.made)),
        settled: notice.settled.map(|one| timestamp(one.at)),
        outcome: outcome.map_or(pb::NoticeOutcome::Waiting, word).into(),
        reply,
    }
}

const fn word(outcome: Outcome) -> pb::NoticeOutcome {
    match outcome {
        Outcome::Sent => pb::NoticeOutcome::Sent,
        Outcome::Refused(_) => pb::NoticeOutcome::Refused,
        Outcome::NoAddress => pb::NoticeOutcome::NoAddress,
    }
}

const fn kind(kind: NoticeKind) -> pb::NoticeKind {
    match kind {
        NoticeKind::Acknowledged => pb::NoticeKind::Acknowledged,
        NoticeKind::InformationRequested => pb::NoticeKind::InformationRequested,
        NoticeKind::Commented => pb::NoticeKind::Commented,
        NoticeKind::Announced => pb::NoticeKind::Announced,
        NoticeKind::Rejected => pb::NoticeKind::Rejected,
        NoticeKind::AppealUpheld => pb::NoticeKind::AppealUpheld,
        NoticeKind::AppealGranted => pb::NoticeKind::AppealGranted,
        NoticeKind::ApplicationWithdrawn => pb::NoticeKind::ApplicationWithdrawn,
        NoticeKind::ApplicationExpired => pb::NoticeKind::ApplicationExpired,
        NoticeKind::EntryChanged => pb::NoticeKind::EntryChanged,
        NoticeKind::StateChanged => pb::NoticeKind::StateChanged,
        NoticeKind::ArcWithdrawn => pb::NoticeKind::ArcWithdrawn,
        NoticeKind::Transferred => pb::NoticeKind::Transferred,
        NoticeKind::Relinquished => pb::NoticeKind::Relinquished,
        NoticeKind::ConsentAsked => pb::NoticeKind::ConsentAsked,
        NoticeKind::UnlockAsked => pb::NoticeKind::UnlockAsked,
        NoticeKind::ContactCheck => pb::NoticeKind::ContactCheck,
        NoticeKind::SuspectMarked => pb::NoticeKind::SuspectMarked,
        NoticeKind::TermEnding => pb::NoticeKind::TermEnding,
        NoticeKind::LabelChallenged => pb::NoticeKind::LabelChallenged,
        NoticeKind::LabelDecided => pb::NoticeKind::LabelDecided,
    }
}

fn of_id(id: NoticeId) -> Vec<u8> {
    let mut position = id.seq.get().to_be_bytes().to_vec();
    position.extend(id.place.to_be_bytes());
    position
}

/// The id of a mark; tokens are sealed, so that it is one that [`of_id`] made.
fn to_id(position: &[u8]) -> Option<NoticeId> {
    let (seq, place) = position.split_first_chunk::<8>()?;
    Some(NoticeId {
        seq: Seq::new(u64::from_be_bytes(*seq)),
        place: u32::from_be_bytes(place.try_into().ok()?),
    })
}

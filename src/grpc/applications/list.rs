//! `ListApplications`: what the caller may know, in the order in which it was handed in, a page at a time, all pages of one
//! revision.
//!
//! What may be known is judged in the tree as it is now, for every page. A page looks at a bounded number of applications, so
//! that it may hold fewer than asked for while more follow.

use crate::{
    access::{Casework, Knowledge},
    desk::{Call, Desk},
    grpc::{
        convert::{Faults, access as places, application as requests, application::Showing},
        limits::{APPLICATIONS_LOOKED_AT_MAX, MESSAGE_BYTES_AIM},
        page::{self, Kind, Mark},
        view::{View, revision},
    },
    model::{
        Application, ApplicationId, Code, Rejection, Stage, Timestamp, TreeView as _,
        application::{Docket, Place},
    },
    oid::NodePath,
    pb::v1 as pb,
};

use prost::Message as _;

use super::someone;

/// What is looked for.
struct Query {
    below: NodePath,
    stage: Option<Stage>,
    overdue: bool,
    docket: Docket,
}

/// Answers one page.
pub async fn page(
    desk: &Desk,
    call: &Call,
    request: pb::ListApplicationsRequest,
) -> Result<pb::ListApplicationsResponse, Rejection> {
    someone(call)?;
    let asked = format!("{} {} {}", request.stage, request.overdue, request.own);
    let query = [&*request.superior, &*asked, &*request.applicant];
    let seal = |content: &[u8]| desk.register.digest_request(content);
    let mark = page::parse(Kind::Applications, &query, &request.page_token, &seal)?;
    let newest = desk.register.newest();
    let reading = match &mark {
        Some(mark) => page::pinned(desk, mark).await?,
        None => newest.clone(),
    };
    let (seq, time) = (reading.seq(), reading.time());
    let (sight, identity) = (call.sight(), call.caller.identity.clone());
    let witness = call.witness.clone();
    let after = mark.as_ref().and_then(|mark| to_place(&mark.position));
    let size = page::size(request.page_size);
    let now = desk.options.clock.now();
    let wanted = request.clone();
    let (known, last) = Desk::blocking(move || {
        let view = View::new(&reading, sight);
        let query = read(&wanted, &view, identity.id())?;
        let mut casework = Casework::new(&identity, &newest)?;
        let people = |id: &_| newest.registrant(id);
        let mut known = Vec::new();
        let mut bytes = 0_usize;
        let most = APPLICATIONS_LOOKED_AT_MAX;
        let places = reading.docket(&query.docket, after.as_ref(), most)?;
        let full = places.len() == most;
        let end = places.last().cloned().filter(|_| full);
        let mut before = None;
        for place in places {
            if known.len() == size || bytes > MESSAGE_BYTES_AIM {
                return Ok((known, before));
            }
            if let Some(one) = reading.application(&place.1)?
                && query.wants(&one, now)
            {
                let knowledge = casework.knows(&one)?;
                if knowledge > Knowledge::Nothing {
                    witness.note(&one.superior);
                    let showing = Showing {
                        knowledge,
                        own: identity.id(),
                        now,
                        people: &people,
                    };
                    let shown = showing.application(&one)?;
                    bytes = bytes.saturating_add(shown.encoded_len());
                    known.push(shown);
                }
            }
            before = Some(place);
        }
        Ok::<_, Rejection>((known, end))
    })
    .await??;
    let next_page_token = last.map_or_else(String::new, |last| {
        let mark = Mark {
            revision: seq,
            position: of_place(&last),
        };
        page::token(Kind::Applications, &query, &mark, &seal)
    });
    Ok(pb::ListApplicationsResponse {
        applications: known,
        next_page_token,
        revision: Some(revision(&desk.register, seq, Some(time))),
    })
}

fn read(
    request: &pb::ListApplicationsRequest,
    view: &View<'_>,
    own: Option<&crate::model::PrincipalId>,
) -> Result<Query, Rejection> {
    let mut faults = Faults::new();
    let below = places::place(&request.superior, view.names(), "superior", &mut faults);
    let stage = requests::stage(request.stage, &mut faults);
    let applicant: Option<crate::model::RegistrantId> = match request.applicant.as_str() {
        "" => None,
        id => faults.parse(Code::FieldInvalid, "applicant", id),
    };
    let docket = match (applicant, own) {
        (Some(applicant), _) => Docket::Of(applicant),
        (None, Some(own)) if request.own => Docket::OpenOf(own.clone()),
        _ => Docket::All,
    };
    let query = below.map(|below| Query {
        below,
        stage,
        overdue: request.overdue,
        docket,
    });
    let query = faults.into_result(query)?;
    Ok(view.settled(query)?)
}

impl Query {
    fn wants(&self, one: &Application, now: Timestamp) -> bool {
        one.superior.starts_with(&self.below)
            && self.stage.is_none_or(|stage| one.stage == stage)
            && (!self.overdue || one.is_overdue(now))
    }
}

fn of_place((moment, id): &Place) -> Vec<u8> {
    let mut position = moment.micros().to_be_bytes().to_vec();
    position.extend(id.as_str().as_bytes());
    position
}

/// The place of a mark; tokens are sealed, so that it is one that [`of_place`] made.
fn to_place(position: &[u8]) -> Option<Place> {
    let (moment, id) = position.split_first_chunk::<8>()?;
    let id: ApplicationId = std::str::from_utf8(id).ok()?.parse().ok()?;
    Some((Timestamp::from_micros(i64::from_be_bytes(*moment)), id))
}

//! `ListPrincipals` and `ListCredentials`: what the caller may know, a page at a time, all pages of one revision.
//!
//! What may be known is judged in the tree as it is now, for every page.

use crate::{
    access::{Insight, Knows},
    desk::{Call, Desk},
    grpc::{
        convert::{Faults, access as requests, principal as shown},
        page::{self, Kind, Mark},
        view::{View, revision},
    },
    model::{Code, Principal, PrincipalId, Refusal, Rejection, TreeView as _, actor::Credential},
    oid::NodePath,
    pb::v1 as pb,
};

use super::{own_id, someone, unknown};

/// Answers one page of principals.
pub async fn principals(
    desk: &Desk,
    call: &Call,
    request: pb::ListPrincipalsRequest,
) -> Result<pb::ListPrincipalsResponse, Rejection> {
    someone(call)?;
    let query = [request.oid.as_str()];
    let seal = |content: &[u8]| desk.register.digest_request(content);
    let mark = page::parse(Kind::Principals, &query, &request.page_token, &seal)?;
    let newest = desk.register.newest();
    let reading = match &mark {
        Some(mark) => page::pinned(desk, mark).await?,
        None => newest.clone(),
    };
    let (seq, time) = (reading.seq(), reading.time());
    let (sight, identity) = (call.sight(), call.caller.identity.clone());
    let witness = call.witness.clone();
    let after = mark.map(|mark| mark.position);
    let size = page::size(request.page_size);
    let oid = request.oid.clone();
    let (known, more) = Desk::blocking(move || {
        let view = View::new(&reading, sight);
        let mut faults = Faults::new();
        let at = requests::place(&oid, view.names(), "oid", &mut faults);
        let at = view.settled(faults.into_result(at)?)?;
        witness.note(&at);
        let mut insight = Insight::new(&identity, &newest)?;
        let mut known = Vec::new();
        for one in reading.principals()? {
            let told = after
                .as_deref()
                .is_some_and(|after| one.id.as_str().as_bytes() <= after);
            if told || !is_at(&one, &at) {
                continue;
            }
            if let Some(one) = insight.shown(one)? {
                if known.len() == size {
                    return Ok((known, true));
                }
                known.push(one);
            }
        }
        Ok::<_, Rejection>((known, false))
    })
    .await??;
    let last = known.last().filter(|_| more);
    let next_page_token = last.map_or_else(String::new, |last| {
        let mark = Mark {
            revision: seq,
            position: last.id.as_str().as_bytes().to_vec(),
        };
        page::token(Kind::Principals, &query, &mark, &seal)
    });
    Ok(pb::ListPrincipalsResponse {
        principals: known.into_iter().map(shown::principal).collect(),
        next_page_token,
        revision: Some(revision(&desk.register, seq, Some(time))),
    })
}

/// Whether a principal has its home at a place or below it, or acts there, above or below.
fn is_at(one: &Principal, at: &NodePath) -> bool {
    let near = |other: &NodePath| other.starts_with(at) || at.starts_with(other);
    one.administrator
        || one.home.starts_with(at)
        || one.grants.iter().any(|grant| near(&grant.at))
        || one.delegations.iter().any(near)
}

/// Answers one page of the credentials of a principal.
pub async fn credentials(
    desk: &Desk,
    call: &Call,
    request: pb::ListCredentialsRequest,
) -> Result<pb::ListCredentialsResponse, Rejection> {
    someone(call)?;
    let id = match own_id(call) {
        Some(own) if request.principal.is_empty() => own.clone(),
        _ => {
            let mut faults = Faults::new();
            let id = requests::principal(&request.principal, &mut faults);
            faults.into_result(id)?
        }
    };
    let query = [id.as_str()];
    let seal = |content: &[u8]| desk.register.digest_request(content);
    let mark = page::parse(Kind::Credentials, &query, &request.page_token, &seal)?;
    let newest = desk.register.newest();
    let reading = match &mark {
        Some(mark) => page::pinned(desk, mark).await?,
        None => newest.clone(),
    };
    let (seq, time) = (reading.seq(), reading.time());
    let identity = call.caller.identity.clone();
    let witness = call.witness.clone();
    let after = mark.map(|mark| mark.position);
    let size = page::size(request.page_size);
    let of = id.clone();
    let (all, more) = Desk::blocking(move || {
        may_see(&of, &mut Insight::new(&identity, &newest)?, &newest)?;
        if let Some(owner) = newest.principal(&of)? {
            witness.note(&owner.home);
        }
        let mut all = reading.credentials()?;
        all.retain(|one| {
            one.principal == of && after.as_ref().is_none_or(|after| place(one) > *after)
        });
        all.sort_unstable_by_key(place);
        let more = all.len() > size;
        all.truncate(size);
        Ok::<_, Rejection>((all, more))
    })
    .await??;
    let last = all.last().filter(|_| more);
    let next_page_token = last.map_or_else(String::new, |last| {
        let mark = Mark {
            revision: seq,
            position: place(last),
        };
        page::token(Kind::Credentials, &query, &mark, &seal)
    });
    let known = |one: Credential| {
        let last_used = desk.options.uses.last(&one.token_sha256);
        shown::credential(one, last_used)
    };
    Ok(pb::ListCredentialsResponse {
        credentials: all.into_iter().map(known).collect(),
        next_page_token,
        revision: Some(revision(&desk.register, seq, Some(time))),
    })
}

/// Refuses whoever may not know everything of a principal.
fn may_see(
    id: &PrincipalId,
    insight: &mut Insight<'_>,
    view: &dyn crate::model::TreeView,
) -> Result<(), Rejection> {
    let other = view.principal(id)?;
    let knows = other.map(|other| insight.knows(&other)).transpose()?;
    match knows.unwrap_or(Knows::Nothing) {
        Knows::All => Ok(()),
        Knows::Nothing => Err(unknown(id)),
        Knows::Acts => {
            let detail = "its credentials are for those to know who look after it";
            Err(Refusal::new(Code::NotPermitted, "", detail).into())
        }
    }
}

/// Where a credential stands among others: by the moment of its issue, then by its id. The sign is turned over, so that
/// bytes are in the order of moments.
fn place(one: &Credential) -> Vec<u8> {
    let moment = one.issued.micros().cast_unsigned() ^ (1 << 63);
    let mut place = moment.to_be_bytes().to_vec();
    place.extend(one.id.as_str().as_bytes());
    place
}

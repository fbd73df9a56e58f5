//! `ListHolds`: the numbers held directly below an arc, a page at a time, all pages of one revision.
//!
//! Whether the caller may know of them is asked of `access`, in the tree as it is now, for every page.

use crate::{
    access,
    desk::{Call, Desk},
    model::Rejection,
    oid::ArcValue,
    pb::v1::{self as pb, list_holds_response::Held},
    register::HeldNumber,
};

use super::{
    convert::{text, timestamp},
    page::{self, Kind, Mark},
    registration::below,
    resolution,
    view::{View, revision},
};

/// Answers one page.
pub async fn page(
    desk: &Desk,
    call: &Call,
    request: pb::ListHoldsRequest,
) -> Result<pb::ListHoldsResponse, Rejection> {
    let query = [request.superior.as_str()];
    let seal = |content: &[u8]| desk.register.digest_request(content);
    let mark = page::parse(Kind::Holds, &query, &request.page_token, &seal)?;
    let newest = desk.register.newest();
    let reading = match &mark {
        Some(mark) => page::pinned(desk, mark).await?,
        None => newest.clone(),
    };
    let (seq, time) = (reading.seq(), reading.time());
    let (sight, identity) = (call.sight(), call.caller.identity.clone());
    let witness = call.witness.clone();
    let after = mark.map(|mark| ArcValue::from_be_bytes(&mark.position));
    let size = page::size(request.page_size);
    let superior = request.superior.clone();
    let (held, more) = Desk::blocking(move || {
        let view = View::new(&reading, sight);
        let path = text::read(&superior, false, view.names(), "superior")?;
        let path = view.settled(path.resolved.path)?;
        witness.note(&path);
        access::may_see_holds(&identity, &path, &newest)?;
        resolution::registered(&view, &path, "superior")?;
        let limit = size.saturating_add(1);
        let mut held = reading.holds_below(&path, after.as_ref(), limit, &view.sight)?;
        let more = held.len() > size;
        held.truncate(size);
        Ok::<_, Rejection>((held, more))
    })
    .await??;
    let last = held.last().filter(|_| more);
    let next_page_token = last.map_or_else(String::new, |last| {
        let mark = Mark {
            revision: seq,
            position: last.hold.number.to_be_bytes_min().to_vec(),
        };
        page::token(Kind::Holds, &query, &mark, &seal)
    });
    Ok(pb::ListHoldsResponse {
        holds: held.iter().map(shown).collect(),
        next_page_token,
        revision: Some(revision(&desk.register, seq, Some(time))),
    })
}

fn shown(number: &HeldNumber) -> Held {
    let hold = &number.hold;
    Held {
        hold_id: hold.id.to_string(),
        oid: below(&hold.superior, &hold.number),
        principal: hold.principal.to_string(),
        made: Some(timestamp(number.time)),
        until: Some(timestamp(hold.until)),
    }
}

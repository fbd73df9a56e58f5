//! `GetHistory`: what happened to an arc, the newest first, a page at a time, all pages of one revision.

use prost::Message as _;

use crate::{
    desk::{Call, Desk},
    grpc::{
        convert::{text, timestamp},
        limits::MESSAGE_BYTES_AIM,
        page::{self, Kind, Mark},
        view::{View, revision},
    },
    model::{Rejection, Seq},
    oid::NodePath,
    pb::v1 as pb,
    register::HistoryItem,
};

/// Answers one page.
pub async fn page(
    desk: &Desk,
    call: &Call,
    request: pb::GetHistoryRequest,
) -> Result<pb::GetHistoryResponse, Rejection> {
    let query = [request.oid.as_str()];
    let seal = |content: &[u8]| desk.register.digest_request(content);
    let mark = page::parse(Kind::History, &query, &request.page_token, &seal)?;
    let reading = match &mark {
        Some(mark) => page::pinned(desk, mark).await?,
        None => desk.register.newest(),
    };
    let (seq, time) = (reading.seq(), reading.time());
    let (sight, witness) = (call.sight(), call.witness.clone());
    let before = mark.map(|mark| page::number(&mark)).transpose()?;
    let before = before.map(Seq::new);
    let size = page::size(request.page_size);
    let oid = request.oid.clone();
    let (items, last) = Desk::blocking(move || {
        let view = View::new(&reading, sight).noting(&witness);
        let path = text::read(&oid, false, view.names(), "oid")?.resolved.path;
        super::registered(&view, &path, "oid")?;
        let answer = items(&view, &path, before, size)?;
        Ok::<_, Rejection>(view.settled(answer)?)
    })
    .await??;
    let next_page_token = last.map_or_else(String::new, |last| {
        let mark = Mark {
            revision: seq,
            position: last.get().to_be_bytes().to_vec(),
        };
        page::token(Kind::History, &query, &mark, &seal)
    });
    let revision = Some(revision(&desk.register, seq, Some(time)));
    Ok(pb::GetHistoryResponse {
        items,
        next_page_token,
        revision,
    })
}

/// The items of a page, and the last record told where more follows.
fn items(
    view: &View<'_>,
    path: &NodePath,
    before: Option<Seq>,
    size: usize,
) -> Result<(Vec<pb::HistoryItem>, Option<Seq>), Rejection> {
    let mut happened = view
        .reading
        .history(path, before, size.saturating_add(1), &view.sight)?;
    let mut more = happened.len() > size;
    happened.truncate(size);
    let mut items = Vec::with_capacity(happened.len());
    let mut bytes = 0_usize;
    let mut last = None;
    for one in happened {
        if bytes > MESSAGE_BYTES_AIM {
            more = true;
            break;
        }
        last = Some(one.seq);
        let item = item(view, one)?;
        bytes = bytes.saturating_add(item.encoded_len());
        items.push(item);
    }
    Ok((items, last.filter(|_| more)))
}

fn item(view: &View<'_>, one: HistoryItem) -> Result<pb::HistoryItem, Rejection> {
    let mut entry = view.entry(&one.entry)?;
    // A write that named a tag of the past would only be refused.
    entry.etag.clear();
    Ok(pb::HistoryItem {
        sequence: one.seq.get(),
        time: Some(timestamp(one.time)),
        principal: one.principal,
        request_id: one.request_id,
        kinds: one.kinds.into_iter().map(str::to_owned).collect(),
        reason: one.reason.unwrap_or_default(),
        override_reason: one.override_reason.unwrap_or_default(),
        asked_by: one.asked_by.map(|id| id.to_string()).unwrap_or_default(),
        entry: Some(entry),
        allocation_token: one
            .allocation_token
            .map(|id| id.to_string())
            .unwrap_or_default(),
    })
}

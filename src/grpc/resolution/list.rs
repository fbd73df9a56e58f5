//! `ListChildren`: the direct subordinates of a node, a page at a time, all pages of one revision.

use prost::Message as _;

use crate::{
    desk::{Call, Desk},
    grpc::{
        convert::text,
        limits::MESSAGE_BYTES_AIM,
        page::{self, Kind, Mark},
        view::{View, revision},
    },
    model::Rejection,
    oid::{ArcValue, NodePath},
    pb::v1 as pb,
};

/// Answers one page.
pub async fn children(
    desk: &Desk,
    call: &Call,
    request: pb::ListChildrenRequest,
) -> Result<pb::ListChildrenResponse, Rejection> {
    let read = request.read.clone().unwrap_or_default();
    let query = [request.oid.as_str(), &read.as_of_revision, &read.as_of_time];
    let seal = |content: &[u8]| desk.register.digest_request(content);
    let mark = page::parse(Kind::Children, &query, &request.page_token, &seal)?;
    let reading = match &mark {
        Some(mark) => page::pinned(desk, mark).await?,
        None => super::reading(desk, request.read.as_ref()).await?,
    };
    let (seq, time) = (reading.seq(), reading.time());
    let (sight, witness) = (call.sight(), call.witness.clone());
    let after = mark.map(|mark| ArcValue::from_be_bytes(&mark.position));
    let size = page::size(request.page_size);
    let oid = request.oid.clone();
    let (entries, last) = Desk::blocking(move || {
        let view = View::new(&reading, sight).noting(&witness);
        let path = text::node_or_root(&oid, view.names(), "oid")?;
        super::registered(&view, &path, "oid")?;
        let answer = entries(&view, &path, after.as_ref(), size)?;
        Ok::<_, Rejection>(view.settled(answer)?)
    })
    .await??;
    let next_page_token = last.map_or_else(String::new, |last| {
        let mark = Mark {
            revision: seq,
            position: last.to_be_bytes_min().to_vec(),
        };
        page::token(Kind::Children, &query, &mark, &seal)
    });
    let revision = Some(revision(&desk.register, seq, Some(time)));
    Ok(pb::ListChildrenResponse {
        entries,
        next_page_token,
        revision,
    })
}

/// The entries of a page, and the last number told where more follows.
fn entries(
    view: &View<'_>,
    path: &NodePath,
    after: Option<&ArcValue>,
    size: usize,
) -> Result<(Vec<pb::Entry>, Option<ArcValue>), Rejection> {
    let mut children = view
        .reading
        .children(path, after, size.saturating_add(1), &view.sight)?;
    let mut more = children.len() > size;
    children.truncate(size);
    let mut entries = Vec::with_capacity(children.len());
    let mut bytes = 0_usize;
    let mut last = None;
    for seen in &children {
        if bytes > MESSAGE_BYTES_AIM {
            more = true;
            break;
        }
        let entry = view.entry(seen)?;
        bytes = bytes.saturating_add(entry.encoded_len());
        entries.push(entry);
        last = seen.entry.path.last().cloned();
    }
    Ok((entries, last.filter(|_| more)))
}

//! `ListLabelClaims`: the provisional labels directly below a node, a page at a time, all pages of one revision.

use crate::{
    desk::{Call, Desk},
    grpc::{
        convert::{entry, text},
        page::{self, Kind, Mark},
        view::{View, revision},
    },
    model::Rejection,
    pb::v1::{self as pb, list_label_claims_response::Claimed},
};

/// Answers one page.
pub async fn page(
    desk: &Desk,
    call: &Call,
    request: pb::ListLabelClaimsRequest,
) -> Result<pb::ListLabelClaimsResponse, Rejection> {
    let query = [request.superior.as_str()];
    let seal = |content: &[u8]| desk.register.digest_request(content);
    let mark = page::parse(Kind::LabelClaims, &query, &request.page_token, &seal)?;
    let reading = match &mark {
        Some(mark) => page::pinned(desk, mark).await?,
        None => desk.register.newest(),
    };
    let (seq, time) = (reading.seq(), reading.time());
    let (sight, witness) = (call.sight(), call.witness.clone());
    let now = desk.options.clock.now();
    let after = mark.map(|mark| mark.position);
    let size = page::size(request.page_size);
    let superior = request.superior.clone();
    let (claims, last) = Desk::blocking(move || {
        let view = View::new(&reading, sight).noting(&witness);
        let path = text::node_or_root(&superior, view.names(), "superior")?;
        let path = view.settled(path)?;
        super::registered(&view, &path, "superior")?;
        let limit = size.saturating_add(1);
        let after = after.as_deref();
        let mut found = reading.label_claims_below(&path, now, after, limit, &view.sight)?;
        let more = found.len() > size;
        found.truncate(size);
        let last = found.last().filter(|_| more).map(|one| one.place.clone());
        let mut claims = Vec::with_capacity(found.len());
        for one in &found {
            witness.sees(&one.seen, &view.sight);
            let oid = one.seen.entry.path.to_string();
            let whole = view.sight.is_whole(&one.seen.entry.path);
            claims.extend(one.claims.iter().map(|claim| Claimed {
                oid: oid.clone(),
                claim: Some(entry::label_claim(claim, whole)),
            }));
        }
        Ok::<_, Rejection>((claims, last))
    })
    .await??;
    let next_page_token = last.map_or_else(String::new, |position| {
        let mark = Mark {
            revision: seq,
            position,
        };
        page::token(Kind::LabelClaims, &query, &mark, &seal)
    });
    Ok(pb::ListLabelClaimsResponse {
        claims,
        next_page_token,
        revision: Some(revision(&desk.register, seq, Some(time))),
    })
}

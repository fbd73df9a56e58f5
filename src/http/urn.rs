//! Resolution of `urn:oid:` names (RFC 3061) in the manner of RFC 2169: `/uri-res/N2L?urn:oid:…` and its siblings.
//!
//! It must never resolve a name of another name space, nor go anywhere but to a permalink of this register.

use http::StatusCode;

use crate::{
    model::{Code, Refusal, oid_text},
    oid::notation::Notation,
};

use super::{
    answer::{Answer, Keep},
    ask::Ask,
    face::Site,
    permalink::{formats, registered},
    problem::Failure,
    view::View,
};

/// Answers a request: the service is in the path, the URN is the whole query.
pub fn answer(site: &Site, ask: &Ask, service: &str) -> Result<Answer, Failure> {
    let lists = match service {
        "N2L" | "N2R" | "N2C" => false,
        "N2Ls" => true,
        _ => {
            let detail = "the services are N2L, N2Ls, N2R and N2C (RFC 2169)";
            return Err(Failure::http(StatusCode::NOT_FOUND, detail));
        }
    };
    let decoded = percent_encoding::percent_decode_str(ask.query.raw()).decode_utf8();
    let urn = decoded.unwrap_or_default();
    let reading = site.desk.register.newest();
    let view = View::of(site, ask, &reading);
    let read = oid_text::read(&urn, false, view.names(), "urn");
    let read = view.settled(read)??;
    if !matches!(read.notation, Notation::Urn | Notation::UuidUrn) {
        let detail = "a URN of the name space oid is needed, such as urn:oid:2.999 (RFC 3061)";
        return Err(Refusal::new(Code::OidSyntax, "urn", detail)
            .value(&urn)
            .into());
    }
    let path = read.resolved.path;
    registered(&view, &path)?;
    let own = site.base.permalink(&path);
    if lists {
        let mut list = vec![format!("# urn:oid:{path}"), own.clone()];
        list.extend(formats(&own, &path).into_iter().map(|one| one.href));
        let list = list.join("\r\n") + "\r\n";
        return Ok(Answer::new("text/uri-list", list, Keep::Asked));
    }
    let to = if service == "N2C" {
        format!("{own}?format=json")
    } else {
        own
    };
    Ok(Answer::redirect(StatusCode::SEE_OTHER, &to))
}

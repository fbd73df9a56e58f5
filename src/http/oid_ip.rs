//! OID-IP over HTTP (Standard 2, transports): parameters and statuses; what is answered is `oidip`'s.
//!
//! Where `auth` and `lang` are looked for: the query, then the form, then the header fields. It must never answer 3xx, 401 or
//! 403, nor keep a token: the protocol hides what it does not show.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header, request::Parts};
use http_body::Body as HttpBody;

use crate::{
    access::Peer,
    model::{RequestId, Seq},
    oid::NodePath,
    oidip::{self, Asking, BadRequest, Cause, Outcome, Request, Tokens},
    register::Reading,
};

use super::{
    answer::{Answer, Keep},
    ask::Query,
    face::{Site, whole},
    format::Format,
    problem::Failure,
};

/// The status of a superior that was found instead (Standard 2); it is not registered with IANA.
const SUPERIOR_FOUND: u16 = 470;

/// Answers a request to `/oidip/oid/<object>/<format>`, and tells whether anybody would be answered the same.
pub async fn answer<B>(
    site: &Site,
    head: &Parts,
    body: B,
    rest: &str,
    id: &RequestId,
    begun: Instant,
) -> Result<(Answer, bool), Failure>
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let form = if head.method == Method::POST {
        Query::parse(&String::from_utf8_lossy(&whole(body).await?))
    } else {
        Query::default()
    };
    let query = Query::parse(head.uri.query().unwrap_or_default());
    let request = match read(rest, &query, &form, &head.headers)? {
        Ok(request) => request,
        Err(bad) => return Ok((refused(&bad), true)),
    };
    let format = request.format();
    let peer = head.extensions.get::<Arc<Peer>>().cloned();
    let shown = peer
        .as_ref()
        .is_some_and(|peer| peer.local_uid.is_some() || peer.certificate.is_some());
    let public = request.tokens().is_empty() && !shown;
    let asking = Asking {
        request,
        id: Some(id.clone()),
        peer,
        tokens: Tokens::Taken,
        begun,
    };
    let reply = oidip::ask(&site.desk, &site.options.publication, asking).await;
    let mut answer = written(
        &reply.answer,
        format,
        site,
        keep(format, reply.answer.cause()),
    );
    if let Some(wait) = reply.wait {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        answer = answer.with(header::RETRY_AFTER, &seconds.to_string());
    }
    Ok((answer, public))
}

fn read(
    rest: &str,
    query: &Query,
    form: &Query,
    headers: &HeaderMap,
) -> Result<Result<Request, BadRequest>, Failure> {
    let decoded = percent_encoding::percent_decode_str(rest);
    let Ok(decoded) = decoded.decode_utf8() else {
        return Ok(Err(BadRequest::not_utf8()));
    };
    let (object, format) = match decoded.rsplit_once('/') {
        Some((object, format)) => (object, Some(format)),
        None => (&*decoded, None),
    };
    let field = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = field(header::AUTHORIZATION).and_then(|value| {
        let (scheme, tokens) = value.trim().split_once(' ')?;
        let bearer = scheme.eq_ignore_ascii_case("bearer");
        bearer.then(|| tokens.trim().to_owned())
    });
    let wanted = field(header::ACCEPT_LANGUAGE).map(oidip::wanted_of_header);
    let first = |name, header: Option<String>| -> Result<Option<String>, Failure> {
        let given = match query.one(name)? {
            Some(given) => Some(given),
            None => form.one(name)?,
        };
        Ok(given.map(str::to_owned).or(header))
    };
    let auth = first("auth", bearer)?;
    let lang = first("lang", wanted)?;
    Ok(Request::of_parts(
        "oid",
        object,
        format,
        auth.as_deref(),
        lang.as_deref(),
    ))
}

/// A request that is not well formed: where the format is not one of ours, the answer is text.
fn refused(bad: &BadRequest) -> Answer {
    let answer = oidip::Answer::refused(bad);
    let body = answer.write(bad.format, None);
    Answer::new(bad.format.media_type(), body, Keep::Asked)
        .status(status(&answer))
        .with(header::CONTENT_LANGUAGE, "en")
}

const fn keep(format: oidip::Format, cause: Option<Cause>) -> Keep {
    match cause {
        Some(_) => Keep::Asked,
        None => Keep::Facts {
            revision: Seq::ZERO,
            of: format.word(),
            modified: None,
        },
    }
}

fn written(answer: &oidip::Answer, format: oidip::Format, site: &Site, keep: Keep) -> Answer {
    let body = answer.write(format, site.options.publication.signer.as_deref());
    let sent = Answer::new(format.media_type(), body, keep).status(status(answer));
    match answer.language() {
        Some(language) => sent.with(header::CONTENT_LANGUAGE, language),
        None => sent,
    }
}

/// The status of an answer; the standard's own of a superior that was found is not registered, and is a number all the same.
fn status(answer: &oidip::Answer) -> StatusCode {
    match answer.outcome() {
        Outcome::Found => StatusCode::OK,
        Outcome::SuperiorFound => {
            StatusCode::from_u16(SUPERIOR_FOUND).unwrap_or(StatusCode::NOT_FOUND)
        }
        Outcome::NotFound => StatusCode::NOT_FOUND,
        Outcome::ServiceError => match answer.cause() {
            None | Some(Cause::Malformed) => StatusCode::BAD_REQUEST,
            Some(Cause::TooMuch) => StatusCode::TOO_MANY_REQUESTS,
            Some(Cause::NotNow) => StatusCode::SERVICE_UNAVAILABLE,
            Some(Cause::Fault) => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

/// A node in OID-IP as a representation of its permalink, from the reading at hand. Blocks: it lists subordinates.
pub fn of_reading(
    site: &Site,
    reading: &Reading,
    sight: &crate::access::Sight,
    path: &NodePath,
    format: Format,
    lang: Option<&str>,
) -> Result<(Answer, Vec<NodePath>), Failure> {
    let wanted = match format {
        Format::OidipJson => oidip::Format::Json,
        Format::OidipXml => oidip::Format::Xml,
        _ => oidip::Format::Text,
    };
    let dotted = path.to_string();
    let request = match Request::of_parts("oid", &dotted, Some(wanted.word()), None, lang) {
        Ok(request) => request,
        Err(bad) => return Ok((refused(&bad), Vec::new())),
    };
    let answer = oidip::answer(reading, sight, &request, &site.options.publication)?;
    let unveiled = answer.unveiled().to_vec();
    let sent = written(&answer, wanted, site, keep(wanted, answer.cause()));
    Ok((sent, unveiled))
}

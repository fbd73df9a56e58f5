//! Around every call: its id, who calls, its deadline, how often and how many at once, and what becomes of a panic.
//!
//! It must never log a token or what a request holds, and never let a panic take the connection with it.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header};
use tokio::sync::OwnedSemaphorePermit;
use tonic::{Status, body::Body};
use tracing::Instrument as _;

use crate::{
    access::{Caller, Peer, Source},
    model::{Class, Code, Refusal, Rejection, RequestId},
};

use super::{
    desk::{Call, Desk, Proofs, Token},
    rates::{Held, Kind, Open},
    status,
    trail::Witness,
};

/// The header that names a call.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The header that says how long a caller waits.
const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
/// The shortest wait that a caller is told.
const WAIT_MIN: Duration = Duration::from_millis(10);
/// Calls below this path need to know who calls; health and reflection do not.
const OURS: &str = "/oidra.";

/// Carries one call out that began at `begun`.
pub async fn around<B, F>(
    desk: &Arc<Desk>,
    begun: Instant,
    mut request: Request<B>,
    handle: impl FnOnce(Request<B>) -> F,
) -> Response<Body>
where
    F: Future<Output = Response<Body>>,
{
    let id = request_id(request.headers(), desk);
    // What is logged above this level names the call itself.
    let span = tracing::debug_span!("call", id = id.as_str(), method = request.uri().path());
    let mut response = async {
        match admit(desk, &id, &mut request, begun) {
            Ok(held) => {
                let most = desk.options.call_time_max;
                let wait = timeout(request.headers()).map_or(most, |wait| wait.min(most));
                let response = contain(&id, wait, handle(request)).await;
                drop(held);
                response
            }
            Err(status) => status.into_http(),
        }
    }
    .instrument(span)
    .await;
    if let Ok(mut value) = HeaderValue::from_str(id.as_str()) {
        // Each is another one: neither side is to keep it in its table of headers (RFC 7541 7.1.3).
        value.set_sensitive(true);
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// What a call holds while it is carried out.
struct Admitted {
    _open: Open,
    _place: Option<OwnedSemaphorePermit>,
}

/// Lets a call in, and puts what is known of it where its handler finds it.
fn admit<B>(
    desk: &Arc<Desk>,
    id: &RequestId,
    request: &mut Request<B>,
    begun: Instant,
) -> Result<Admitted, Status> {
    let pages = &desk.options.pages;
    let kind = Kind::of(request.uri().path());
    let peer = request.extensions().get::<Arc<Peer>>();
    let peer = peer.cloned();
    let source = peer.as_ref().map_or(Source::Local, |peer| peer.source);
    let open = desk.rates.begin(source, kind, begun);
    let open = open.map_err(|held| held_back(held, "address", pages))?;
    // Who asks after the server's health is never told to come back later.
    let place = match kind {
        Kind::Health => None,
        Kind::Read | Kind::Write => Some(place(desk)?),
    };
    let deadline = timeout(request.headers()).and_then(|wait| begun.checked_add(wait));
    let token = token(request.headers()).map_err(|refusal| status::of_refusal(refusal, pages))?;
    let proofs = Proofs { token, peer };
    let caller = if request.uri().path().starts_with(OURS) {
        desk.readable()
            .map_err(|refusal| status::of_refusal(refusal, pages))?;
        if proofs.is_empty() {
            Caller::ANONYMOUS
        } else {
            identify(desk, id, &proofs, source, begun)?
        }
    } else {
        Caller::ANONYMOUS
    };
    if let Some(id) = caller.identity.id() {
        let let_through = desk.rates.principal(id, kind, begun);
        let_through.map_err(|held| held_back(held, "principal", pages))?;
    }
    let call = Call {
        witness: Witness::of(desk, &caller.identity),
        id: id.clone(),
        caller,
        proofs,
        deadline,
    };
    request.extensions_mut().insert(Arc::new(call));
    Ok(Admitted {
        _open: open,
        _place: place,
    })
}

/// A place among the calls that are carried out at once.
fn place(desk: &Arc<Desk>) -> Result<OwnedSemaphorePermit, Status> {
    Arc::clone(&desk.calls).try_acquire_owned().map_err(|_| {
        let detail = "more calls at once than the server bears";
        let refusal = Refusal::new(Code::Overloaded, "", detail);
        status::of_refusal(refusal, &desk.options.pages)
    })
}

/// Who calls by what the call shows, unless its source showed too many tokens that nobody has.
fn identify(
    desk: &Arc<Desk>,
    id: &RequestId,
    proofs: &Proofs,
    source: Source,
    begun: Instant,
) -> Result<Caller, Status> {
    let pages = &desk.options.pages;
    if proofs.token.is_some() {
        desk.rates.may_identify(source, begun).map_err(|held| {
            let detail = "too many tokens that are not known came from this address; none is looked up for a while";
            held_for(held, detail.to_owned(), pages)
        })?;
    }
    contained(|| desk.known_by(proofs)).map_err(|rejection| {
        if let Rejection::Refused(refusals) = &rejection
            && refusals.main().code.class() == Class::Unauthenticated
        {
            desk.rates.failed(source, begun);
        }
        status::of_rejection(&rejection, id.as_str(), pages)
    })
}

/// The answer to a call that comes too often; `whose` says of what there are too many.
fn held_back(held: Held, whose: &str, pages: &str) -> Status {
    let detail = match held {
        Held::TooSoon(_) => format!("calls of this {whose} come faster than the server takes them"),
        Held::TooMany => format!("more calls of this {whose} are open than the server takes"),
    };
    held_for(held, detail, pages)
}

fn held_for(held: Held, detail: String, pages: &str) -> Status {
    let refusal = Refusal::new(Code::RateLimited, "", detail);
    match held {
        Held::TooSoon(wait) => status::of_refusal_for(refusal, wait.max(WAIT_MIN), pages),
        Held::TooMany => status::of_refusal(refusal, pages),
    }
}

/// Reads the tables; should they panic, that is a fault as any other.
fn contained<T>(read: impl FnOnce() -> Result<T, Rejection>) -> Result<T, Rejection> {
    std::panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(crate::model::ViewFault("a reading of the tables panicked".to_owned()).into())
    })
}

/// The answer of `handled`, if it comes in time; a panic becomes a fault of this call alone.
async fn contain(
    id: &RequestId,
    wait: Duration,
    handled: impl Future<Output = Response<Body>>,
) -> Response<Body> {
    let handled = AssertUnwindSafe(handled).catch_unwind();
    match tokio::time::timeout(wait, handled).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => {
            let fault = format!("a handler panicked: {}", told(&*panic));
            status::failed(id.as_str(), &fault).into_http()
        }
        Err(_) => {
            let message = "the call took longer than its caller or this server allows";
            Status::deadline_exceeded(message).into_http()
        }
    }
}

/// What a panic said.
fn told(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

fn request_id(headers: &HeaderMap, desk: &Desk) -> RequestId {
    let given = headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    let given = given.and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| desk.fresh_call_id())
}

fn token(headers: &HeaderMap) -> Result<Option<Token>, Refusal> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = value.to_str().ok().and_then(Token::of_header);
    token.map(Some).ok_or_else(|| {
        let detail = "the authorization must be of the form Bearer <token>";
        Refusal::new(Code::TokenUnknown, "authorization", detail)
    })
}

/// How long a caller waits, by its `grpc-timeout`: at most eight digits and a unit.
fn timeout(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(TIMEOUT)?.to_str().ok()?;
    let (digits, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(amount.saturating_mul(3_600))),
        "M" => Some(Duration::from_secs(amount.saturating_mul(60))),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The gRPC code of an answer, which a refusal has in its headers.
    fn code(headers: &HeaderMap) -> tonic::Code {
        let status = headers.get("grpc-status").map(HeaderValue::as_bytes);
        status.map_or(tonic::Code::Ok, tonic::Code::from_bytes)
    }

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[tokio::test]
    async fn a_panic_is_told_as_an_id() {
        let id: RequestId = "q-1".parse().unwrap();
        let handled = async { panic!("a secret") };
        let response = contain(&id, Duration::from_secs(1), handled).await;
        assert_eq!(code(response.headers()), tonic::Code::Internal);
        let told = format!("{:?}", response.headers());
        assert!(told.contains("q-1") && !told.contains("secret"), "{told}");
    }

    #[tokio::test]
    async fn a_call_that_takes_too_long_is_ended() {
        let id: RequestId = "q-1".parse().unwrap();
        let never = contain(&id, Duration::from_millis(1), std::future::pending()).await;
        assert_eq!(code(never.headers()), tonic::Code::DeadlineExceeded);
        let handled = async { Response::new(Body::empty()) };
        let soon = contain(&id, Duration::from_secs(30), handled).await;
        assert_eq!(code(soon.headers()), tonic::Code::Ok);
    }

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        for (value, expect) in [
            ("1H", Some(Duration::from_secs(3_600))),
            ("2M", Some(Duration::from_secs(120))),
            ("3S", Some(Duration::from_secs(3))),
            ("4m", Some(Duration::from_millis(4))),
            ("5u", Some(Duration::from_micros(5))),
            ("99999999n", Some(Duration::from_nanos(99_999_999))),
            ("999999999n", None),
            ("1", None),
            ("S", None),
            ("+1S", None),
            ("1s", None),
            ("", None),
        ] {
            assert_eq!(timeout(&headers(TIMEOUT, value)), expect, "{value}");
        }
    }

    #[test]
    fn a_token_is_taken_from_a_bearer_header_and_never_shown() {
        let read = |value| token(&headers(header::AUTHORIZATION, value));
        let shown = format!("{:?}", read("bearer oidra_secret").unwrap());
        assert!(!shown.contains("secret"));
        for value in ["Basic abc", "oidra_secret", ""] {
            assert_eq!(read(value).unwrap_err().code, Code::TokenUnknown, "{value}");
        }
        assert!(token(&HeaderMap::new()).unwrap().is_none());
    }
}

//! Around every call: its id, who calls, its deadline, how many at once, and what becomes of a panic.
//!
//! It must never log a token or what a request holds, and never let a panic take the connection with it.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tonic::Status;
use tracing::Instrument as _;

use crate::{
    access::Identity,
    model::{Code, Refusal, Rejection, RequestId},
};

use super::{
    desk::{Call, Desk, Token},
    status,
};

/// The header that names a call.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The header that says how long a caller waits.
const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
/// Calls below this path need to know who calls; health and reflection do not.
const OURS: &str = "/oidra.";

/// Carries one call out.
pub async fn around(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers(), &desk);
    let method = request.uri().path().to_owned();
    let span = tracing::info_span!("call", id = id.as_str(), method);
    let mut response = async {
        let started = Instant::now();
        let answered = match admit(&desk, &id, &mut request, started) {
            Ok(held) => {
                let response = run(&desk, &id, request, next, started).await;
                drop(held);
                response
            }
            Err(status) => status.into_http(),
        };
        let code = code(answered.headers());
        tracing::debug!(code, elapsed_us = started.elapsed().as_micros(), "answered");
        answered
    }
    .instrument(span)
    .await;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Lets a call in, and puts what is known of it where its handler finds it.
fn admit(
    desk: &Arc<Desk>,
    id: &RequestId,
    request: &mut Request,
    started: Instant,
) -> Result<tokio::sync::OwnedSemaphorePermit, Status> {
    let pages = &desk.options.pages;
    let held = Arc::clone(&desk.calls).try_acquire_owned().map_err(|_| {
        let detail = "more calls at once than the server bears";
        status::of_refusal(Refusal::new(Code::Overloaded, "", detail), pages)
    })?;
    let deadline = timeout(request.headers()).and_then(|wait| started.checked_add(wait));
    let token = token(request.headers()).map_err(|refusal| status::of_refusal(refusal, pages))?;
    let identity = if request.uri().path().starts_with(OURS) {
        desk.readable()
            .map_err(|refusal| status::of_refusal(refusal, pages))?;
        let identified = contained(|| desk.identify(token.as_ref()));
        identified.map_err(|rejection| status::of_rejection(&rejection, id.as_str(), pages))?
    } else {
        Identity::Anonymous
    };
    let call = Call {
        id: id.clone(),
        identity: Arc::new(identity),
        token,
        deadline,
    };
    request.extensions_mut().insert(call);
    Ok(held)
}

/// Reads the tables; should they panic, that is a fault as any other.
fn contained<T>(read: impl FnOnce() -> Result<T, Rejection>) -> Result<T, Rejection> {
    std::panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(crate::model::ViewFault("a reading of the tables panicked".to_owned()).into())
    })
}

async fn run(
    desk: &Desk,
    id: &RequestId,
    request: Request,
    next: Next,
    started: Instant,
) -> Response {
    let wait = timeout(request.headers()).map_or(desk.options.call_time_max, |wait| {
        wait.min(desk.options.call_time_max)
    });
    let wait = wait.saturating_sub(started.elapsed());
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(wait, handled).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => {
            tracing::error!(panic = told(&*panic), "a handler panicked");
            status::internal(id.as_str()).into_http()
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
    given.unwrap_or_else(|| desk.register.fresh_request_id())
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

/// The gRPC code of an answer that has one in its headers; others have it after their body.
fn code(headers: &HeaderMap) -> &str {
    headers
        .get("grpc-status")
        .and_then(|value| value.to_str().ok())
        .unwrap_or("0")
}

/// An answer in plain text, for what is no gRPC.
pub fn plain(code: http::StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = code;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
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

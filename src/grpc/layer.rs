//! Around every call: its id, who calls, its deadline, how often and how many at once, and what becomes of a panic.
//!
//! It must never log a token or what a request holds, and never let a panic take the connection with it.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use tonic::{Status, body::Body};
use tracing::Instrument as _;

use crate::{
    access::Peer,
    desk::{Admitted, Arrival, Call, Desk, Kind, Proofs, Token},
    model::RequestId,
};

use super::status;

/// The header that names a call.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The header that says how long a caller waits.
const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
/// Calls below this path need to know who calls; health and reflection do not.
const OURS: &str = "/oidra.";
/// Methods outside the registration that change nothing begin with one of these words; any other counts as a change.
const READING: [&str; 16] = [
    "Resolve", "Batch", "List", "Walk", "Get", "Watch", "Convert", "Encode", "Decode", "Explain",
    "Search", "Find", "Check", "Verify", "Who", "Fetch",
];

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

/// Lets a call in, and puts what is known of it where its handler finds it.
fn admit<B>(
    desk: &Desk,
    id: &RequestId,
    request: &mut Request<B>,
    begun: Instant,
) -> Result<Admitted, Status> {
    let pages = &desk.options.pages;
    let path = request.uri().path();
    let token = Token::of_headers(request.headers());
    let arrival = Arrival {
        id: id.clone(),
        kind: kind(path),
        asks_register: path.starts_with(OURS),
        proofs: Proofs {
            token: token.map_err(|refusal| status::of_refusal(refusal, pages))?,
            peer: request.extensions().get::<Arc<Peer>>().cloned(),
        },
        begun,
        deadline: timeout(request.headers()).and_then(|wait| begun.checked_add(wait)),
    };
    let admitted = desk.admit(arrival);
    let admitted = admitted.map_err(|denied| status::of_denied(&denied, id.as_str(), pages))?;
    request.extensions_mut().insert(Arc::clone(&admitted.call));
    Ok(admitted)
}

/// The call that a request belongs to.
pub fn call<T>(request: &tonic::Request<T>) -> Result<Arc<Call>, Status> {
    let call = request.extensions().get::<Arc<Call>>();
    call.cloned()
        .ok_or_else(|| Status::internal("the call did not pass the layer"))
}

/// What a call to `path`, such as `/oidra.v1.NotationService/Convert`, is as far as rates go.
fn kind(path: &str) -> Kind {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (service, method) = path.split_once('/').unwrap_or((path, ""));
    match service.strip_prefix("oidra.") {
        Some("v1.RegistrationService") => Kind::Write,
        Some(_) if READING.iter().any(|word| method.starts_with(word)) => Kind::Read,
        Some(_) => Kind::Write,
        None if service == "grpc.health.v1.Health" => Kind::Health,
        None => Kind::Read,
    }
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
    use prost::Message as _;

    use super::*;
    use crate::pb;

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
    fn every_method_is_read_or_write_as_it_should_be() {
        let described = prost_types::FileDescriptorSet::decode(pb::DESCRIPTORS).unwrap();
        let mut seen = 0;
        for file in &described.file {
            for service in &file.service {
                let expect = match service.name() {
                    "ResolutionService" | "NotationService" => Some(Kind::Read),
                    "RegistrationService" => Some(Kind::Write),
                    _ => None,
                };
                for method in &service.method {
                    let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                    let kind = super::kind(&path);
                    assert!(
                        expect.is_none_or(|expect| kind == expect),
                        "{path}: {kind:?}"
                    );
                    seen += 1;
                }
            }
        }
        assert!(seen > 15);
        for (path, kind) in [
            ("/oidra.v1.AdministrationService/GetServerInfo", Kind::Read),
            ("/oidra.v1.AccessService/GrantRole", Kind::Write),
            ("/oidra.v1.AccessService/WhoAmI", Kind::Read),
            ("/grpc.health.v1.Health/Check", Kind::Health),
            ("/grpc.reflection.v1.ServerReflection/Info", Kind::Read),
            ("", Kind::Read),
        ] {
            assert_eq!(super::kind(path), kind, "{path}");
        }
    }
}

//! The face itself: from an HTTP request to its answer.
//!
//! Each call is let in by the desk, as one of gRPC is; what is asked is found in the table of [`super::route`], and whatever
//! becomes of it, a panic included, is answered. It must never look at a body that no address takes.

use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header,
    request::Parts,
};
use http_body::Body as HttpBody;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use crate::{
    access::{Identity, Peer},
    desk::{Admitted, Arrival, Desk, Kind, Proofs, Token, trail},
    model::{Code, Refusal, RequestId, ViewFault},
    oidip,
    telemetry::calls::{Calls, Meter},
};

use super::{
    answer::{Answer, Asked, Body, Keep},
    ask::{Ask, Query},
    base::Base,
    batch, convert,
    limits::{self, BATCH_BYTES_MAX, HEADERS_BYTES_MAX, TARGET_BYTES_MAX},
    listing, meter,
    negotiate::Accept,
    oid_ip, openapi, ors, page, permalink,
    problem::{self, Failure, Told},
    rdap::{self, Bootstrap},
    refusals,
    route::{self, ADDRESSES, Address, Route},
    urn, well_known,
};

/// The header that names a call.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// For how long browsers may remember what the CORS answer said, in seconds.
const CORS_SECONDS: &str = "7200";
/// For how long public facts may be kept unless it is said otherwise, in seconds.
const KEPT_SECONDS: u64 = 60;

/// How the face behaves; every bound has its standard in [`limits`].
#[derive(Clone, Debug)]
pub struct Options {
    /// Below which address the outside reaches it.
    pub base: Base,
    /// For how many seconds public facts may be kept before they are asked for again.
    pub kept_seconds: u64,
    /// What OID-IP answers tell beyond the register.
    pub publication: Arc<oidip::Publication>,
    /// Most subordinates that a linkset names.
    pub linkset_items_max: usize,
    /// Most children that a CINF file names.
    pub cinf_children_max: usize,
    /// Most entries that a search finds.
    pub search_results_max: usize,
    /// Most nodes that a search looks at.
    pub search_nodes_max: usize,
    /// Most searches that are carried out at once.
    pub searches_at_once_max: usize,
    /// Most services that the bootstrap document names.
    pub bootstrap_services_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            base: Base::default(),
            kept_seconds: KEPT_SECONDS,
            publication: Arc::default(),
            linkset_items_max: limits::LINKSET_ITEMS_MAX,
            cinf_children_max: limits::CINF_CHILDREN_MAX,
            search_results_max: limits::SEARCH_RESULTS_MAX,
            search_nodes_max: limits::SEARCH_NODES_MAX,
            searches_at_once_max: limits::SEARCHES_AT_ONCE_MAX,
            bootstrap_services_max: limits::BOOTSTRAP_SERVICES_MAX,
        }
    }
}

/// What the handlers share.
pub struct Site {
    /// The register, and who may ask it how often.
    pub desk: Arc<Desk>,
    /// How the face behaves.
    pub options: Options,
    /// Below which address answers point.
    pub base: Base,
    /// Searches that may still begin.
    pub searches: Arc<Semaphore>,
    /// The bootstrap document as it was made last.
    pub bootstrap: Bootstrap,
    openapi: Bytes,
    meters: HashMap<Route, Arc<Meter>>,
    other: Arc<Meter>,
}

/// The HTTP face. Cheap to clone.
#[derive(Clone)]
pub struct Face(Arc<Site>);

impl Face {
    /// The face of what `desk` keeps.
    pub fn new(desk: Arc<Desk>, options: Options) -> Result<Self, ViewFault> {
        let openapi = openapi::document(&options.base)?;
        let path = |one: &Address| format!("/http/{}", one.name);
        let calls = Calls::new(ADDRESSES.iter().map(path));
        let meters = ADDRESSES
            .iter()
            .map(|one| (one.route, calls.meter(&path(one))));
        Ok(Self(Arc::new(Site {
            desk,
            bootstrap: Bootstrap::default(),
            openapi,
            meters: meters.collect(),
            other: calls.meter(""),
            searches: Arc::new(Semaphore::new(options.searches_at_once_max)),
            base: options.base.clone(),
            options,
        })))
    }

    /// The answer to a request.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let site = &self.0;
        let begun = Instant::now();
        let (head, body) = request.into_parts();
        let id = request_id(&head.headers, &site.desk);
        let found = route::find(head.uri.path());
        let span = tracing::debug_span!("call", id = id.as_str(), method = head.uri.path());
        let answered = site.answered(&head, body, found, &id, begun);
        let (answer, public) = answered.instrument(span).await;
        let meter = found.and_then(|(address, _)| site.meters.get(&address.route));
        let meter = Arc::clone(meter.unwrap_or(&site.other));
        let status = answer.status;
        let mut response = answer.send(&Asked {
            method: &head.method,
            headers: &head.headers,
            public,
            kept_seconds: site.options.kept_seconds,
        });
        if let Ok(mut value) = HeaderValue::from_str(id.as_str()) {
            // Each is another one: neither side is to keep it in its table of headers (RFC 7541 7.1.3).
            value.set_sensitive(true);
            response.headers_mut().insert(REQUEST_ID, value);
        }
        meter.ended(meter::code(status), begun.elapsed());
        response
    }
}

impl Site {
    /// The answer, and whether anybody would be given the same.
    async fn answered<B>(
        self: &Arc<Self>,
        head: &Parts,
        body: B,
        found: Option<(&'static Address, &str)>,
        id: &RequestId,
        begun: Instant,
    ) -> (Answer, bool)
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let accept = Accept::of_headers(&head.headers);
        let route = found.map(|(address, _)| address.route);
        let told = Told {
            base: &self.base,
            accept: &accept,
            route,
            call: id.as_str(),
        };
        if let Err(failure) = fits(head) {
            return (problem::answer(failure, &told), false);
        }
        if route == Some(Route::Oidip) && (is_read(&head.method) || head.method == Method::POST) {
            let rest = found.map_or("", |(_, rest)| rest);
            let handled = oid_ip::answer(self, head, body, rest, id, begun);
            let answer = self.contain(handled).await;
            return answer.unwrap_or_else(|why| (problem::answer(why, &told), false));
        }
        let asks_register = found.is_some_and(|(address, _)| address.asks_register)
            && head.method != Method::OPTIONS;
        let admitted = match self.admit(head, id, asks_register, begun) {
            Ok(admitted) => admitted,
            Err(failure) => return (problem::answer(failure, &told), false),
        };
        let call = Arc::clone(&admitted.call);
        let public = call.caller.identity == Identity::Anonymous;
        let handled = self.handle(head, body, found, &accept, &admitted);
        let answer = self.contain(handled).await;
        trail::shown(&self.desk, &call, found.map_or("http", |(one, _)| one.name));
        drop(admitted);
        let answer = answer.unwrap_or_else(|failure| problem::answer(failure, &told));
        (answer, public)
    }

    fn admit(
        &self,
        head: &Parts,
        id: &RequestId,
        asks_register: bool,
        begun: Instant,
    ) -> Result<Admitted, Failure> {
        let proofs = Proofs {
            token: Token::of_headers(&head.headers)?,
            peer: head.extensions.get::<Arc<Peer>>().cloned(),
        };
        Ok(self.desk.admit(Arrival {
            id: id.clone(),
            kind: Kind::Read,
            proofs,
            asks_register,
            begun,
            deadline: None,
        })?)
    }

    /// The answer of `handled`, if it comes in time; a panic becomes a fault of this call alone.
    async fn contain<T>(
        &self,
        handled: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let handled = AssertUnwindSafe(handled).catch_unwind();
        match tokio::time::timeout(self.desk.options.call_time_max, handled).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(ViewFault("a handler panicked".to_owned()).into()),
            Err(_) => Err(Failure::http(
                StatusCode::GATEWAY_TIMEOUT,
                "the call took longer than this server allows",
            )),
        }
    }

    async fn handle<B>(
        self: &Arc<Self>,
        head: &Parts,
        body: B,
        found: Option<(&'static Address, &str)>,
        accept: &Accept,
        admitted: &Admitted,
    ) -> Result<Answer, Failure>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let Some((address, rest)) = found else {
            let detail = "nothing is at this address; / has the list of all there are";
            return Err(Failure::http(StatusCode::NOT_FOUND, detail));
        };
        let allowed = allowed(address);
        if head.method == Method::OPTIONS {
            return Ok(preflight(&head.headers, allowed));
        }
        let taken =
            is_read(&head.method) && address.method == Method::GET || head.method == address.method;
        if !taken {
            let detail = format!("{} is not taken here", head.method);
            let told = Told {
                base: &self.base,
                accept,
                route: Some(address.route),
                call: admitted.call.id.as_str(),
            };
            let failure = Failure::http(StatusCode::METHOD_NOT_ALLOWED, detail);
            return Ok(problem::answer(failure, &told).with(header::ALLOW, allowed));
        }
        let ask = Ask {
            content_type: head.headers.get(header::CONTENT_TYPE).cloned(),
            accept_language: head.headers.get(header::ACCEPT_LANGUAGE).cloned(),
            query: Query::parse(head.uri.query().unwrap_or_default()),
            accept: accept.clone(),
            body: if address.method == Method::POST {
                whole(body).await?
            } else {
                Bytes::new()
            },
            call: Arc::clone(&admitted.call),
        };
        self.route(address.route, &ask, rest).await
    }

    async fn route(
        self: &Arc<Self>,
        route: Route,
        ask: &Ask,
        rest: &str,
    ) -> Result<Answer, Failure> {
        match route {
            Route::Home => well_known::home(self, ask),
            Route::Style => Ok(page::style()),
            Route::Permalink => permalink::answer(self, ask, rest).await,
            Route::Children => listing::answer(self, ask, rest).await,
            Route::Batch => batch::answer(self, ask).await,
            Route::Convert => convert::answer(self, ask).await,
            // Let in by itself.
            Route::Oidip => Err(Failure::http(StatusCode::NOT_FOUND, "")),
            Route::RdapOid => rdap::oid(self, ask, rest).await,
            Route::RdapHelp => rdap::help(self),
            Route::RdapSearch => rdap::search(self, ask).await,
            Route::RdapBootstrap => rdap::bootstrap(self).await,
            Route::Cinf => ors::cinf(self, ask, rest).await,
            Route::Rinf => ors::rinf(self, ask, rest).await,
            Route::Urn => urn::answer(self, ask, rest),
            Route::WellKnown => well_known::description(self, ask),
            Route::Catalog => well_known::catalog(self),
            Route::OpenApi => Ok(Answer::new(
                "application/json",
                self.openapi.clone(),
                Keep::Fixed,
            )),
            Route::Refusal => refusals::answer(self, ask, rest),
        }
    }
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Refuses a target or header fields that are longer than this face bears.
fn fits(head: &Parts) -> Result<(), Failure> {
    let target = head
        .uri
        .path_and_query()
        .map_or(0, |one| one.as_str().len());
    if target > TARGET_BYTES_MAX {
        let detail = format!("a target of {target} bytes; at most {TARGET_BYTES_MAX} are taken");
        return Err(Failure::http(StatusCode::URI_TOO_LONG, detail));
    }
    let fields = head.headers.iter();
    let bytes: usize = fields
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if bytes > HEADERS_BYTES_MAX {
        let detail = format!("{bytes} bytes of headers; at most {HEADERS_BYTES_MAX} are taken");
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Err(Failure::http(status, detail));
    }
    Ok(())
}

/// The whole body of a request.
pub async fn whole<B>(body: B) -> Result<Bytes, Failure>
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match Limited::new(body, BATCH_BYTES_MAX).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let detail = format!("at most {BATCH_BYTES_MAX} bytes are taken");
            Err(Failure::http(StatusCode::PAYLOAD_TOO_LARGE, detail))
        }
        Err(_) => {
            let detail = "the body of the request ended early";
            Err(Refusal::new(Code::FieldInvalid, "", detail).into())
        }
    }
}

/// The methods of an address.
fn allowed(address: &Address) -> &'static str {
    match (address.route, &address.method) {
        (Route::Oidip, _) => "GET, HEAD, POST, OPTIONS",
        (_, &Method::POST) => "POST, OPTIONS",
        _ => "GET, HEAD, OPTIONS",
    }
}

/// Any page may read: there are no cookies, a token has to be sent knowingly.
fn preflight(headers: &HeaderMap, allowed: &'static str) -> Answer {
    let answer = Answer::new("", Bytes::new(), Keep::Asked)
        .status(StatusCode::NO_CONTENT)
        .with(header::ALLOW, allowed)
        .with(header::ACCESS_CONTROL_ALLOW_METHODS, allowed)
        .with(header::ACCESS_CONTROL_MAX_AGE, CORS_SECONDS);
    let wanted = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    match wanted.and_then(|value| value.to_str().ok()) {
        // A wildcard would leave `authorization` out.
        Some(wanted) => answer.with(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted),
        None => answer,
    }
}

fn request_id(headers: &HeaderMap, desk: &Desk) -> RequestId {
    let given = headers.get(REQUEST_ID);
    let given = given.and_then(|value| value.to_str().ok());
    let given = given.and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| desk.fresh_call_id())
}

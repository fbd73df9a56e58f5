//! What the handlers share, and what is known of the call at hand.
//!
//! A bearer token is kept only as long as its call lasts and never shown: it is needed again by a watch, which asks anew
//! whether the token still holds.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::{
    access::{
        self, Caller, Peer, Sight,
        openid::{Issuer, OpenIdError, Proven},
    },
    model::{Clock, Code, Refusal, Refusals, Rejection, RequestId, Timestamp, ViewFault},
    register::{Readiness, Register},
    telemetry::audit::Audit,
};

use super::{
    limits,
    rates::{Ledger, Rates},
    status,
    trail::Witness,
};

/// How the gRPC face behaves; every bound has its standard in [`limits`].
#[derive(Clone)]
pub struct Options {
    /// Tells the time by which tokens end.
    pub clock: Arc<dyn Clock>,
    /// When the server was started.
    pub started: Timestamp,
    /// Cancelled when the server stops: streams end, so that it can drain.
    pub stopping: CancellationToken,
    /// Where the pages on refusals lie: a URL that ends with a solidus, or empty.
    pub pages: Arc<str>,
    /// The key that checks the signatures of checkpoints, as C2SP signed notes write it.
    pub checkpoint_key: Arc<str>,
    /// The longest a call that is not a stream may take.
    pub call_time_max: Duration,
    /// How long a watch is silent at most before it sends a bookmark.
    pub bookmark_every: Duration,
    /// Calls that are carried out at once.
    pub calls_at_once_max: usize,
    /// How often one source and one principal may call.
    pub rates: Rates,
    /// Streams that are open at once.
    pub streams_at_once_max: usize,
    /// Most bytes of one request message.
    pub request_bytes_max: usize,
    /// Most bytes of one answer message.
    pub answer_bytes_max: usize,
    /// What is told who did, tried or looked at what, if a log of that is kept.
    pub audit: Option<Audit>,
    /// The OpenID Connect issuer whose access tokens are taken, if any.
    pub openid: Option<OpenId>,
    /// Whether answers may be compressed with gzip for callers that take it.
    pub gzip: bool,
}

impl Options {
    /// The standard options.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            started: clock.now(),
            clock,
            stopping: CancellationToken::new(),
            pages: Arc::from(""),
            checkpoint_key: Arc::from(""),
            call_time_max: limits::CALL_TIME_MAX,
            bookmark_every: limits::BOOKMARK_EVERY,
            calls_at_once_max: limits::CALLS_AT_ONCE_MAX,
            rates: Rates {
                source_reads: limits::READS_PER_SECOND,
                source_writes: limits::WRITES_PER_SECOND,
                principal_reads: limits::READS_PER_SECOND,
                principal_writes: limits::WRITES_PER_SECOND,
                source_calls_at_once: limits::SOURCE_CALLS_AT_ONCE_MAX,
                token_failures: limits::TOKEN_FAILURES_PER_MINUTE,
            },
            streams_at_once_max: limits::STREAMS_AT_ONCE_MAX,
            request_bytes_max: limits::REQUEST_BYTES_MAX,
            answer_bytes_max: limits::ANSWER_BYTES_MAX,
            audit: None,
            openid: None,
            gzip: true,
        }
    }
}

/// What the handlers share.
pub struct Desk {
    /// The register.
    pub register: Register,
    /// How the face behaves.
    pub options: Options,
    /// Calls that may still begin.
    pub calls: Arc<Semaphore>,
    /// How often who called.
    pub rates: Arc<Ledger>,
    ids: CallIds,
    streams: Arc<Semaphore>,
}

impl Desk {
    /// The desk of a register.
    pub fn new(register: Register, options: Options) -> Self {
        let calls = Arc::new(Semaphore::new(options.calls_at_once_max));
        let streams = Arc::new(Semaphore::new(options.streams_at_once_max));
        Self {
            rates: Arc::new(Ledger::new(options.rates)),
            ids: CallIds::new(register.fresh_request_id()),
            register,
            options,
            calls,
            streams,
        }
    }

    /// A name for a call that came without one.
    pub fn fresh_call_id(&self) -> RequestId {
        self.ids.next()
    }

    /// Who calls, as of now: a watch asks again whether its credential still holds.
    pub fn identify(&self, call: &Call) -> Result<Caller, Rejection> {
        self.known_by(&call.proofs)
    }

    /// Who calls by what a call shows: a token of ours or of the issuer, else its socket or its certificate.
    pub fn known_by(&self, proofs: &Proofs) -> Result<Caller, Rejection> {
        let now = self.options.clock.now();
        let reading = self.register.newest();
        let token = proofs.token.as_ref().map(|token| token.0.as_ref());
        match (token, &self.options.openid) {
            (Some(token), Some(openid)) if !token.starts_with(access::token::PREFIX) => {
                let proven = openid.prove(token, now)?;
                access::of_openid(proven, &reading, now)
            }
            (token, _) => access::identify(token, proofs.peer.as_deref(), &reading, now),
        }
    }

    /// Refuses where the register cannot be read.
    pub fn readable(&self) -> Result<(), Refusal> {
        if self.register.is_ready() {
            return Ok(());
        }
        let detail = match &*self.register.readiness().borrow() {
            Readiness::Ready | Readiness::WritingStopped(_) | Readiness::Behind(_) => return Ok(()),
            Readiness::Rebuilding(_) => "the register's tables are being made anew",
            Readiness::Closed => "the register is closed",
        };
        Err(Refusal::new(Code::NotReady, "", detail))
    }

    /// A place for one more stream; it is given back when it is dropped.
    pub fn stream(&self) -> Result<OwnedSemaphorePermit, Refusals> {
        Arc::clone(&self.streams).try_acquire_owned().map_err(|_| {
            let most = self.options.streams_at_once_max;
            let detail = format!("{most} streams are open; more are not taken");
            Refusal::new(Code::Overloaded, "", detail).into()
        })
    }

    /// The status of a rejection within `call`.
    pub fn status(&self, call: &Call, rejection: &Rejection) -> Status {
        status::of_rejection(rejection, call.id.as_str(), &self.options.pages)
    }

    /// Runs what blocks apart from the calls that do not; a panic there becomes a fault.
    pub async fn blocking<T: Send + 'static>(
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Rejection> {
        let span = tracing::Span::current();
        let done = tokio::task::spawn_blocking(move || span.in_scope(work)).await;
        done.map_err(|error| ViewFault(format!("a reading ended early: {error}")).into())
    }
}

/// Names for calls: one of random bits for this start of the server, and a count.
struct CallIds {
    start: RequestId,
    count: AtomicU64,
}

impl CallIds {
    const fn new(start: RequestId) -> Self {
        Self {
            start,
            count: AtomicU64::new(1),
        }
    }

    fn next(&self) -> RequestId {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let text = format!("{}.{count}", self.start);
        // A name of 34 characters and a number of 20 at most always fit.
        text.parse().unwrap_or_else(|_| self.start.clone())
    }
}

/// What a call shows of who calls.
pub struct Proofs {
    /// The token it came with.
    pub token: Option<Token>,
    /// Who is at the other end of its connection, where the transport told.
    pub peer: Option<Arc<Peer>>,
}

impl Proofs {
    /// Whether there is nothing to know anybody by.
    pub fn is_empty(&self) -> bool {
        let shown = |peer: &Arc<Peer>| peer.local_uid.is_some() || peer.certificate.is_some();
        self.token.is_none() && !self.peer.as_ref().is_some_and(shown)
    }
}

/// The OpenID Connect issuer that is trusted, and how its keys are asked for anew.
#[derive(Clone)]
pub struct OpenId {
    /// The issuer.
    pub issuer: Arc<Issuer>,
    /// Told when a token names a key that is not known.
    pub wanted: Arc<Notify>,
}

impl OpenId {
    fn prove(&self, token: &str, now: Timestamp) -> Result<Proven, Refusal> {
        self.issuer.prove(token, now).map_err(|error| {
            if error == OpenIdError::KeyUnknown {
                self.wanted.notify_one();
            }
            error.into()
        })
    }
}

/// A bearer token as it came; it is never shown.
#[derive(Clone)]
pub struct Token(Arc<str>);

impl Token {
    /// The token of an `authorization` header's value, if that is of the scheme `Bearer` (RFC 6750).
    pub fn of_header(value: &str) -> Option<Self> {
        let (scheme, token) = value.trim().split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| Self(Arc::from(token.trim())))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// What is known of the call at hand.
pub struct Call {
    /// Its id: the caller's `x-request-id`, or one made here. Logs name it.
    pub id: RequestId,
    /// Who calls.
    pub caller: Caller,
    /// What it shows of who calls.
    pub proofs: Proofs,
    /// When its caller stops waiting, if it said so.
    pub deadline: Option<Instant>,
    /// Of which nodes it was shown what is not for everybody.
    pub witness: Witness,
}

impl Call {
    /// The call that a request belongs to; the layer has put it there.
    pub fn of<T>(request: &tonic::Request<T>) -> Result<Arc<Self>, Status> {
        let call = request.extensions().get::<Arc<Self>>();
        call.cloned()
            .ok_or_else(|| Status::internal("the call did not pass the layer"))
    }

    /// What its caller may see.
    pub fn sight(&self) -> Sight {
        self.caller.sight.clone()
    }

    /// Whether its caller still waits.
    pub fn is_waited_for(&self) -> bool {
        self.deadline
            .is_none_or(|deadline| Instant::now() < deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_calls_differ_and_fit_however_many_there_are() {
        let ids = CallIds::new(RequestId::from_random([7; 16]));
        let (first, second) = (ids.next(), ids.next());
        assert_ne!(first, second);
        ids.count.store(u64::MAX, Ordering::Relaxed);
        assert!(ids.next().as_str().ends_with(".18446744073709551615"));
    }
}

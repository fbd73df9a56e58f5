//! How the faces behave. It must never hold what the register itself is told.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    model::{Clock, Timestamp},
    outbox::strangers::Strangers,
    telemetry::audit::Audit,
};

use super::{OpenId, Rates, limits, statement::Notary, uses::Uses};

/// How the faces behave; every bound has its standard in [`limits`].
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
    /// What signs statements, where they are given.
    pub notary: Option<Arc<Notary>>,
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
    /// When credentials were used last.
    pub uses: Arc<Uses>,
    /// The OpenID Connect issuer whose access tokens are taken, if any.
    pub openid: Option<OpenId>,
    /// Applications of whoever is not known, where they are taken.
    pub strangers: Option<Arc<Strangers>>,
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
            notary: None,
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
            uses: Arc::default(),
            openid: None,
            strangers: None,
            gzip: true,
        }
    }
}

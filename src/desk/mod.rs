//! What the faces share: the register, who calls, how often and how many at once, and what the audit log is told.
//!
//! It knows no protocol: a face hands in what a call shows and turns what it is told into its own words. It must never hold a
//! rule of the register, nor decide what a caller may see: `access` does.

pub mod admit;
pub mod call;
pub mod codes;
pub mod jws;
pub mod limits;
pub mod options;
pub mod rates;
pub mod statement;
pub mod trail;
pub mod uses;

use std::sync::Arc;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::{
    access::{
        self, Caller,
        openid::{Issuer, OpenIdError, Proven},
    },
    model::{Code, Refusal, Refusals, Rejection, RequestId, Timestamp, ViewFault},
    register::{Readiness, Register},
};

pub use admit::{Admitted, Arrival, Denied};
pub use call::{Call, Proofs, Token};
pub use options::Options;
pub use rates::{Kind, Rates};

use call::CallIds;
use rates::Ledger;

/// What the faces share.
pub struct Desk {
    /// The register.
    pub register: Register,
    /// How the faces behave.
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
        let token = proofs.token.as_ref().map(Token::as_str);
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

    /// Runs what blocks apart from the calls that do not; a panic there becomes a fault.
    pub async fn blocking<T: Send + 'static>(
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Rejection> {
        let span = tracing::Span::current();
        let done = tokio::task::spawn_blocking(move || span.in_scope(work)).await;
        done.map_err(|error| ViewFault(format!("a reading ended early: {error}")).into())
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

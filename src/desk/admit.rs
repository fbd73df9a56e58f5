//! Letting a call in: how often its source calls, how many are carried out at once, and who calls.
//!
//! It must never log a token, never tell whether one exists to whoever guesses, and never hold back who asks after the
//! server's health.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::OwnedSemaphorePermit;

use crate::{
    access::{Caller, Source},
    model::{Class, Code, Refusal, Rejection, RequestId, ViewFault},
};

use super::{
    Call, Desk, Kind, Proofs,
    rates::{Held, Open},
    trail::Witness,
};

/// The shortest wait that a caller is told.
const WAIT_MIN: Duration = Duration::from_millis(10);

/// A call as it comes.
pub struct Arrival {
    /// What it is called in logs and in its answer.
    pub id: RequestId,
    /// What it is, as far as rates go.
    pub kind: Kind,
    /// What it shows of who calls.
    pub proofs: Proofs,
    /// Whether the register is asked, so that it must be readable and the caller known.
    pub asks_register: bool,
    /// When it began.
    pub begun: Instant,
    /// When its caller stops waiting, if it said so.
    pub deadline: Option<Instant>,
}

/// What a call holds while it is carried out.
pub struct Admitted {
    /// What is known of it.
    pub call: Arc<Call>,
    _open: Open,
    _place: Option<OwnedSemaphorePermit>,
}

/// Why a call was not let in.
#[derive(Debug)]
pub struct Denied {
    /// The refusal or the fault.
    pub rejection: Box<Rejection>,
    /// After which time the same call may be let through, where it came too soon.
    pub wait: Option<Duration>,
}

impl<T: Into<Rejection>> From<T> for Denied {
    fn from(rejection: T) -> Self {
        Self {
            rejection: Box::new(rejection.into()),
            wait: None,
        }
    }
}

impl Desk {
    /// Lets a call in; it counts as open until what this returns is dropped.
    pub fn admit(&self, arrival: Arrival) -> Result<Admitted, Denied> {
        let (kind, begun) = (arrival.kind, arrival.begun);
        let source = arrival.proofs.source();
        let open = self.rates.begin(source, kind, begun);
        let open = open.map_err(|held| held_back(held, "address"))?;
        let place = match kind {
            Kind::Health => None,
            Kind::Read | Kind::Write => Some(self.place()?),
        };
        let caller = if arrival.asks_register {
            self.readable()?;
            self.caller(&arrival.proofs, begun)?
        } else {
            Caller::ANONYMOUS
        };
        if let Some(id) = caller.identity.id() {
            let let_through = self.rates.principal(id, kind, begun);
            let_through.map_err(|held| held_back(held, "principal"))?;
        }
        let call = Arc::new(Call {
            witness: Witness::of(self, &caller.identity),
            id: arrival.id,
            caller,
            proofs: arrival.proofs,
            deadline: arrival.deadline,
        });
        Ok(Admitted {
            call,
            _open: open,
            _place: place,
        })
    }

    /// A place among the calls that are carried out at once.
    fn place(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        Arc::clone(&self.calls).try_acquire_owned().map_err(|_| {
            let detail = "more calls at once than the server bears";
            Refusal::new(Code::Overloaded, "", detail)
        })
    }

    /// Who calls by what the call shows, unless its source showed too many secrets that nobody has.
    fn caller(&self, proofs: &Proofs, begun: Instant) -> Result<Caller, Denied> {
        if proofs.is_empty() {
            return Ok(Caller::ANONYMOUS);
        }
        let source = proofs.source();
        if proofs.token.is_some() {
            self.may_prove(source, begun)?;
        }
        let known = contained(|| self.known_by(proofs)).map_err(|rejection| {
            self.disproved(source, begun, &rejection);
            Denied::from(rejection)
        });
        if let Some(shown) = known
            .as_ref()
            .ok()
            .and_then(|caller| caller.identity.shown())
        {
            self.options.uses.note(shown, self.options.clock.now());
        }
        known
    }

    /// Refuses a source that showed too many tokens or codes that nobody has.
    pub fn may_prove(&self, source: Source, at: Instant) -> Result<(), Denied> {
        let let_through = self.rates.may_identify(source, at);
        let_through.map_err(|held| {
            let detail =
                "too many secrets that are not known came from this address; none is looked up for a while";
            held_for(held, detail.to_owned())
        })
    }

    /// Counts against `source` a secret that was not known, if that is why it was rejected.
    pub fn disproved(&self, source: Source, at: Instant, rejection: &Rejection) {
        if let Rejection::Refused(refusals) = rejection
            && refusals.main().code.class() == Class::Unauthenticated
        {
            self.rates.failed(source, at);
        }
    }
}

/// The answer to a call that comes too often; `whose` says of what there are too many.
fn held_back(held: Held, whose: &str) -> Denied {
    let detail = match held {
        Held::TooSoon(_) => format!("calls of this {whose} come faster than the server takes them"),
        Held::TooMany => format!("more calls of this {whose} are open than the server takes"),
    };
    held_for(held, detail)
}

fn held_for(held: Held, detail: String) -> Denied {
    Denied {
        rejection: Box::new(Refusal::new(Code::RateLimited, "", detail).into()),
        wait: match held {
            Held::TooSoon(wait) => Some(wait.max(WAIT_MIN)),
            Held::TooMany => None,
        },
    }
}

/// Reads the tables; should they panic, that is a fault as any other.
fn contained<T>(read: impl FnOnce() -> Result<T, Rejection>) -> Result<T, Rejection> {
    std::panic::catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(ViewFault("a reading of the tables panicked".to_owned()).into()))
}

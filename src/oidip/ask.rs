//! Somebody asks: let in by the desk, known by a token where the request brings a good one, answered from the newest revision.
//!
//! A request may carry tokens for several services, since it is repeated where a referral leads (Standard 2, referral). One
//! that is none of ours is passed over; one of ours that nobody has counts against its source, and the answer is what
//! everybody sees: the protocol knows no 401. It must never hand a token on or log it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::access::{Peer, token};
use crate::desk::{Admitted, Arrival, Denied, Desk, Kind, Proofs, Token, trail};
use crate::model::{Class, Rejection, RequestId};
use crate::telemetry::events::{CallFailed, Emit as _, Refused};

use super::answer::{Answer, Cause};
use super::make::{Publication, answer};
use super::request::{AuthToken, Request};

/// How the audit log names such a call.
const METHOD: &str = "oidip";

/// A request as it comes.
pub struct Asking {
    /// What is asked.
    pub request: Request,
    /// What the call is named in logs; without a name it gets one.
    pub id: Option<RequestId>,
    /// Who is at the other end, where the transport told.
    pub peer: Option<Arc<Peer>>,
    /// Whether its tokens are looked at.
    pub tokens: Tokens,
    /// When it came.
    pub begun: Instant,
}

/// Whether the tokens of a request are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// They are.
    Taken,
    /// They are passed over: on this way everybody could read them.
    PassedOver,
}

/// What somebody is told.
pub struct Reply {
    /// The answer.
    pub answer: Answer,
    /// What the call is named in logs.
    pub id: RequestId,
    /// After which time the same request may be answered, where it came too soon.
    pub wait: Option<Duration>,
}

/// Answers a request.
pub async fn ask(desk: &Desk, publication: &Arc<Publication>, asking: Asking) -> Reply {
    let id = asking.id.clone().unwrap_or_else(|| desk.fresh_call_id());
    let admitted = match admit(desk, &id, &asking) {
        Ok(admitted) => admitted,
        Err(denied) => {
            return Reply {
                answer: rejected(&asking.request, &denied.rejection, &id),
                id,
                wait: denied.wait,
            };
        }
    };
    let (reading, sight) = (desk.register.newest(), admitted.call.sight());
    let (request, publication) = (asking.request.clone(), Arc::clone(publication));
    let made = Desk::blocking(move || answer(&reading, &sight, &request, &publication)).await;
    let answer = match made.and_then(|made| made.map_err(Rejection::from)) {
        Ok(answer) => answer,
        Err(rejection) => rejected(&asking.request, &rejection, &id),
    };
    for node in answer.unveiled() {
        admitted.call.witness.note(node);
    }
    trail::shown(desk, &admitted.call, METHOD);
    Reply {
        answer,
        id,
        wait: None,
    }
}

/// Lets a request in, by the first of its tokens that is good, else as what its connection shows.
fn admit(desk: &Desk, id: &RequestId, asking: &Asking) -> Result<Admitted, Denied> {
    let tokens = match asking.tokens {
        Tokens::Taken => asking.request.tokens(),
        Tokens::PassedOver => &[],
    };
    for token in tokens.iter().filter(|token| may_be_known(desk, token)) {
        match desk.admit(arrival(id, asking, Some(Token::new(token.reveal())))) {
            Err(denied) if is_unknown(&denied) => {}
            other => return other,
        }
    }
    desk.admit(arrival(id, asking, None))
}

fn arrival(id: &RequestId, asking: &Asking, token: Option<Token>) -> Arrival {
    let peer = asking.peer.clone();
    Arrival {
        id: id.clone(),
        kind: Kind::Read,
        proofs: Proofs { token, peer },
        asks_register: true,
        begun: asking.begun,
        deadline: None,
    }
}

/// Whether a token is one of this register, or of the issuer that it trusts (a JWT has two dots).
fn may_be_known(desk: &Desk, token: &AuthToken) -> bool {
    let text = token.reveal();
    let issued = desk.options.openid.is_some() && text.matches('.').count() == 2;
    text.starts_with(token::PREFIX) || issued
}

fn is_unknown(denied: &Denied) -> bool {
    let refused = match &*denied.rejection {
        Rejection::Refused(refusals) => refusals.main().code.class(),
        Rejection::Fault(_) => return false,
    };
    refused == Class::Unauthenticated
}

/// The answer where there can be none; a fault is logged whole, and told as an id.
fn rejected(request: &Request, rejection: &Rejection, id: &RequestId) -> Answer {
    match rejection {
        Rejection::Refused(refusals) => {
            let main = refusals.main();
            Refused { code: main.code }.emit();
            let cause = match main.code.class() {
                Class::Exhausted => Cause::TooMuch,
                Class::Unavailable | Class::Moved | Class::NotNow => Cause::NotNow,
                _ => Cause::Malformed,
            };
            Answer::unable(request, cause, &main.detail)
        }
        Rejection::Fault(fault) => {
            CallFailed {
                id: id.as_str(),
                fault: &fault.to_string(),
            }
            .emit();
            let message = format!("the server met a fault; its log has more under {id}");
            Answer::unable(request, Cause::Fault, &message)
        }
    }
}

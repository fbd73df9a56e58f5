//! What is known of the call at hand.
//!
//! A bearer token is kept only as long as its call lasts and never shown: it is needed again by a watch, which asks anew
//! whether the token still holds.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use http::{HeaderMap, header};

use crate::{
    access::{Caller, Peer, Sight, Source},
    model::{Code, Refusal, RequestId},
};

use super::trail::Witness;

/// Names for calls: one of random bits for this start of the server, and a count.
pub(super) struct CallIds {
    start: RequestId,
    count: AtomicU64,
}

impl CallIds {
    pub(super) const fn new(start: RequestId) -> Self {
        Self {
            start,
            count: AtomicU64::new(1),
        }
    }

    pub(super) fn next(&self) -> RequestId {
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
    /// Where it comes from; what no transport told of counts as this machine's own.
    pub fn source(&self) -> Source {
        self.peer.as_ref().map_or(Source::Local, |peer| peer.source)
    }

    /// Whether there is nothing to know anybody by.
    pub fn is_empty(&self) -> bool {
        let shown = |peer: &Arc<Peer>| peer.local_uid.is_some() || peer.certificate.is_some();
        self.token.is_none() && !self.peer.as_ref().is_some_and(shown)
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

    /// The token of a request's headers; an `authorization` of any other form is refused.
    pub fn of_headers(headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let Some(value) = headers.get(header::AUTHORIZATION) else {
            return Ok(None);
        };
        let token = value.to_str().ok().and_then(Self::of_header);
        token.map(Some).ok_or_else(|| {
            let detail = "the authorization must be of the form Bearer <token>";
            Refusal::new(Code::TokenUnknown, "authorization", detail)
        })
    }

    /// A token that came by itself.
    pub fn new(token: &str) -> Self {
        Self(Arc::from(token))
    }

    /// What it reads; for looking it up only.
    pub(super) fn as_str(&self) -> &str {
        &self.0
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
    use http::HeaderValue;

    use super::*;

    #[test]
    fn names_of_calls_differ_and_fit_however_many_there_are() {
        let ids = CallIds::new(RequestId::from_random([7; 16]));
        let (first, second) = (ids.next(), ids.next());
        assert_ne!(first, second);
        ids.count.store(u64::MAX, Ordering::Relaxed);
        assert!(ids.next().as_str().ends_with(".18446744073709551615"));
    }

    #[test]
    fn a_token_is_taken_from_a_bearer_header_and_never_shown() {
        let headers = |value| {
            HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))])
        };
        let read = |value| Token::of_headers(&headers(value));
        let shown = format!("{:?}", read("bearer oidra_secret").unwrap());
        assert!(!shown.contains("secret"));
        for value in ["Basic abc", "oidra_secret", ""] {
            assert_eq!(read(value).unwrap_err().code, Code::TokenUnknown, "{value}");
        }
        assert!(Token::of_headers(&HeaderMap::new()).unwrap().is_none());
    }
}

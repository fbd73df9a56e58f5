//! Allocation tokens: issuing and revoking them, listing those below an arc, and letting whoever guesses at them wait.
//!
//! A secret is made here, shown once in the answer to the request that was carried out, and kept nowhere. Whether the caller may
//! know of tokens is asked of `access`, in the tree as it is now, for every page.

use std::{sync::Arc, time::Instant};

use tonic::Status;

use crate::{
    access::{self, AllocationSecret},
    desk::{Call, Desk},
    model::{Command, Rejection, Seq, TreeView as _},
    oid::notation::Names,
    pb::v1 as pb,
    register::Outcome,
};

use super::{
    convert::{Faults, access::Minted, allocation_token as shown, text},
    page::{self, Kind, Mark},
    resolution, status,
    view::{View, revision},
    write::{self, Write},
};

impl Write for Minted<pb::IssueAllocationTokenRequest> {
    type Message = pb::IssueAllocationTokenRequest;
    const METHOD: &'static str = "IssueAllocationToken";

    fn message(&self) -> &pb::IssueAllocationTokenRequest {
        &self.request
    }

    fn options(&mut self) -> &mut Option<pb::WriteOptions> {
        &mut self.request.options
    }

    fn command(&self, names: &dyn Names, faults: &mut Faults) -> Option<Command> {
        shown::issue(self, names, faults)
    }
}

write::writes! {
    shown;
    RevokeAllocationTokenRequest "RevokeAllocationToken" revoke;
}

/// Issues a token.
pub async fn issue(
    desk: &Arc<Desk>,
    call: &Arc<Call>,
    request: pb::IssueAllocationTokenRequest,
) -> Result<pb::AllocationTokenResponse, Rejection> {
    let secret = AllocationSecret::from_entropy(desk.register.fresh_secret());
    let request = Minted {
        request,
        sha256: secret.sha256(),
        caller: call.caller.identity.id().cloned(),
        now: desk.options.clock.now(),
    };
    let outcome = write::submit_apart(desk, call, request).await?;
    let is_news = !outcome.replayed && outcome.seq != Seq::ZERO;
    let mut answer = told(desk, &outcome);
    if is_news {
        secret.reveal().clone_into(&mut answer.secret);
    }
    if let Some(tried) = answer
        .allocation_token
        .as_mut()
        .filter(|_| outcome.seq == Seq::ZERO)
    {
        tried.id.clear();
    }
    Ok(answer)
}

/// Ends a token.
pub async fn revoke(
    desk: &Arc<Desk>,
    call: &Arc<Call>,
    request: pb::RevokeAllocationTokenRequest,
) -> Result<pb::AllocationTokenResponse, Rejection> {
    let outcome = write::submit_apart(desk, call, request).await?;
    Ok(told(desk, &outcome))
}

fn told(desk: &Desk, outcome: &Outcome) -> pb::AllocationTokenResponse {
    let now = desk.options.clock.now();
    let token = outcome.allocation_token.as_ref();
    pb::AllocationTokenResponse {
        secret: String::new(),
        allocation_token: token.map(|one| shown::token(one, now)),
        revision: write::revision(desk, outcome),
        request_id: outcome.request_id.to_string(),
        replayed: outcome.replayed,
    }
}

/// Answers one page.
pub async fn page(
    desk: &Desk,
    call: &Call,
    request: pb::ListAllocationTokensRequest,
) -> Result<pb::ListAllocationTokensResponse, Rejection> {
    let query = [request.superior.as_str()];
    let seal = |content: &[u8]| desk.register.digest_request(content);
    let mark = page::parse(Kind::AllocationTokens, &query, &request.page_token, &seal)?;
    let newest = desk.register.newest();
    let reading = match &mark {
        Some(mark) => page::pinned(desk, mark).await?,
        None => newest.clone(),
    };
    let (seq, time) = (reading.seq(), reading.time());
    let (sight, identity) = (call.sight(), call.caller.identity.clone());
    let witness = call.witness.clone();
    let told = mark.map(|mark| page::number(&mark)).transpose()?;
    let told = usize::try_from(told.unwrap_or_default()).unwrap_or(usize::MAX);
    let size = page::size(request.page_size);
    let superior = request.superior.clone();
    let (tokens, more) = Desk::blocking(move || {
        let view = View::new(&reading, sight);
        let path = text::read(&superior, false, view.names(), "superior")?;
        let path = view.settled(path.resolved.path)?;
        witness.note(&path);
        access::may_see_allocation_tokens(&identity, &path, &newest)?;
        resolution::registered(&view, &path, "superior")?;
        // All pages are of one revision, so that what was told is as many as were told.
        let mut left = reading.allocation_tokens(&path)?.into_iter().skip(told);
        let page: Vec<_> = left.by_ref().take(size).collect();
        Ok::<_, Rejection>((page, left.next().is_some()))
    })
    .await??;
    let next_page_token = if more {
        let position = told.saturating_add(tokens.len()) as u64;
        let mark = Mark {
            revision: seq,
            position: position.to_be_bytes().to_vec(),
        };
        page::token(Kind::AllocationTokens, &query, &mark, &seal)
    } else {
        String::new()
    };
    let now = desk.options.clock.now();
    Ok(pb::ListAllocationTokensResponse {
        allocation_tokens: tokens.iter().map(|one| shown::token(one, now)).collect(),
        next_page_token,
        revision: Some(revision(&desk.register, seq, Some(time))),
    })
}

/// A call that shows the secret of an allocation token, which is guessed at no faster than a token.
pub struct Shown {
    begun: Instant,
}

impl Shown {
    /// Refuses a source that showed too many secrets that nobody has.
    pub fn admit(desk: &Desk, call: &Call) -> Result<Self, Status> {
        let begun = Instant::now();
        let may = desk.may_prove(call.proofs.source(), begun);
        may.map_err(|denied| status::of_denied(&denied, call.id.as_str(), &desk.options.pages))?;
        Ok(Self { begun })
    }

    /// Counts a secret that was not known.
    pub fn tell<T>(self, desk: &Desk, call: &Call, answer: &Result<T, Rejection>) {
        if let Err(rejection) = answer {
            desk.disproved(call.proofs.source(), self.begun, rejection);
        }
    }
}

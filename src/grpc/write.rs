//! How any write is carried out: read whole, given its keyed digest, permitted by `access`, and handed to the register.
//!
//! Nothing here decides, and nothing here knows what a request is about.

use std::sync::Arc;

use prost::Message;

use crate::{
    access::{self, Permit},
    desk::{Call, Desk, trail::Trail},
    model::{Command, Rejection, Seq, Submission},
    oid::notation::Names,
    pb::v1 as pb,
    register::Outcome,
};

use super::{
    convert::{Faults, command},
    view,
};

/// A request with [`pb::WriteOptions`].
pub trait Write {
    /// What its digest is over: what the caller sent.
    type Message: Message;
    /// The full name of its method, by which its digest differs from that of any other method's request.
    const METHOD: &'static str;
    /// What the caller sent.
    fn message(&self) -> &Self::Message;
    /// Its options.
    fn options(&mut self) -> &mut Option<pb::WriteOptions>;
    /// The command it asks for.
    fn command(&self, names: &dyn Names, faults: &mut Faults) -> Option<Command>;
}

/// Requests whose command a function of a module of [`super::convert`] reads: module, then request, method and function.
macro_rules! writes {
    ($read:ident; $($request:ident $method:literal $function:ident;)*) => {$(
        impl $crate::grpc::write::Write for pb::$request {
            type Message = Self;
            const METHOD: &'static str = $method;

            fn message(&self) -> &Self {
                self
            }

            fn options(&mut self) -> &mut Option<pb::WriteOptions> {
                &mut self.options
            }

            fn command(&self, names: &dyn Names, faults: &mut Faults) -> Option<Command> {
                $read::$function(self, names, faults)
            }
        }
    )*};
}
pub(super) use writes;

/// Carries a request out.
pub async fn submit<W: Write>(desk: &Desk, call: &Call, request: W) -> Result<Outcome, Rejection> {
    let mut trail = Trail::of(desk, call, W::METHOD);
    let prepared = prepare(desk, call, request, &mut trail);
    submitted(desk, prepared, trail).await
}

/// Carries a request out whose permit may need many rows: it is made apart from the calls that do not block.
pub async fn submit_apart<W: Write + Send + 'static>(
    desk: &Arc<Desk>,
    call: &Arc<Call>,
    request: W,
) -> Result<Outcome, Rejection> {
    let (with, of) = (Arc::clone(desk), Arc::clone(call));
    let (prepared, trail) = Desk::blocking(move || {
        let mut trail = Trail::of(&with, &of, W::METHOD);
        (prepare(&with, &of, request, &mut trail), trail)
    })
    .await?;
    submitted(desk, prepared, trail).await
}

/// Whether a request would be carried out, as things stand: nothing is recorded, and the audit log is told nothing.
pub async fn tried<W: Write + Send + 'static>(
    desk: &Arc<Desk>,
    call: &Arc<Call>,
    request: W,
) -> Result<Outcome, Rejection> {
    let (with, of) = (Arc::clone(desk), Arc::clone(call));
    let prepared = Desk::blocking(move || prepare(&with, &of, request, &mut Trail::silent(&with)));
    let (permit, submission) = prepared.await??;
    let submission = Submission {
        validate_only: true,
        ..submission
    };
    desk.register.submit(permit, submission).await
}

/// Hands what was permitted to the register; the audit log is told how it ended.
async fn submitted(
    desk: &Desk,
    prepared: Result<(Permit, Submission), Rejection>,
    trail: Trail,
) -> Result<Outcome, Rejection> {
    let answer = match prepared {
        Ok((permit, submission)) => desk.register.submit(permit, submission).await,
        Err(rejection) => Err(rejection),
    };
    trail.written(&answer);
    answer
}

fn prepare<W: Write>(
    desk: &Desk,
    call: &Call,
    mut request: W,
    trail: &mut Trail,
) -> Result<(Permit, Submission), Rejection> {
    let register = &desk.register;
    let reading = register.newest();
    let mut faults = Faults::new();
    let common = command::common(request.options().as_ref(), &mut faults);
    let names = reading.names(&call.sight());
    let command = request.command(&names, &mut faults);
    if let Some(fault) = names.fault() {
        return Err(fault.into());
    }
    let command = faults.into_result(command)?;
    let digest = register.digest_request(&canonical(&mut request));
    let fresh = || register.fresh_request_id();
    let submission = Submission {
        request_id: common.request_id.unwrap_or_else(fresh),
        digest,
        validate_only: common.validate_only,
        reason: common.reason,
        override_reason: common.override_reason,
        asked_by: common.asked_by,
        command,
    };
    trail.asks(&submission, &reading)?;
    let permit = access::permit(&call.caller.identity, &submission, &reading)?;
    tracing::debug!(
        command = submission.command.word(),
        request = submission.request_id.as_str(),
        "submitted"
    );
    Ok((permit, submission))
}

/// The revision of what was recorded; none where it was only tried.
pub fn revision(desk: &Desk, outcome: &Outcome) -> Option<pb::Revision> {
    (outcome.seq != Seq::ZERO)
        .then(|| view::revision(&desk.register, outcome.seq, Some(outcome.time)))
}

/// What the digest of a request is over: its method and its content, but not the name its caller gave it.
fn canonical<W: Write>(request: &mut W) -> Vec<u8> {
    if let Some(options) = request.options() {
        options.request_id.clear();
    }
    if *request.options() == Some(pb::WriteOptions::default()) {
        *request.options() = None;
    }
    let mut bytes = W::METHOD.as_bytes().to_vec();
    bytes.push(0);
    bytes.extend(request.message().encode_to_vec());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allocate(request_id: &str, reason: &str) -> pb::AllocateRequest {
        pb::AllocateRequest {
            superior: "2.999".into(),
            options: Some(pb::WriteOptions {
                request_id: request_id.into(),
                reason: reason.into(),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    #[test]
    fn the_digest_is_over_the_method_and_the_content_alone() {
        let of = |mut request: pb::AllocateRequest| canonical(&mut request);
        assert_eq!(of(allocate("a", "why")), of(allocate("b", "why")));
        assert_ne!(of(allocate("a", "why")), of(allocate("a", "other")));
        let bare = pb::AllocateRequest {
            options: None,
            ..allocate("a", "")
        };
        assert_eq!(of(allocate("a", "")), of(bare));
        // A hold of the same fields is another request.
        let mut hold = pb::HoldRequest {
            superior: "2.999".into(),
            ..Default::default()
        };
        assert_ne!(canonical(&mut hold), of(allocate("", "")));
    }
}

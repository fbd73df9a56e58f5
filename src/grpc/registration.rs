//! `RegistrationService`: what a registration authority does.
//!
//! A request is read whole, given its keyed digest, permitted by `access`, and handed to the register; the answer is
//! rendered from the record. Nothing here decides.

use std::sync::Arc;

use prost::Message;
use tonic::{Request, Response, Status};

use crate::{
    access,
    model::{Command, Event, Rejection, Seq, Submission, entry::Hold},
    oid::notation::Names,
    pb::v1::{self as pb, registration_service_server::RegistrationService},
    register::{Outcome, ReadAt},
};

use super::{
    convert::{
        Faults,
        command::{self, Common},
        timestamp,
    },
    desk::{Call, Desk},
    limits::WRITTEN_INLINE_MAX,
    view::{View, revision},
};

/// The service.
pub struct Registrar {
    desk: Arc<Desk>,
}

/// A request with [`pb::WriteOptions`].
trait Write: Message {
    /// The full name of its method, by which its digest differs from that of any other method's request.
    const METHOD: &'static str;
    /// Its options.
    fn options(&mut self) -> &mut Option<pb::WriteOptions>;
    /// The command it asks for.
    fn command(&self, names: &dyn Names, faults: &mut Faults) -> Option<Command>;
}

macro_rules! writes {
    ($($request:ident $method:literal $read:ident;)*) => {$(
        impl Write for pb::$request {
            const METHOD: &'static str = $method;

            fn options(&mut self) -> &mut Option<pb::WriteOptions> {
                &mut self.options
            }

            fn command(&self, names: &dyn Names, faults: &mut Faults) -> Option<Command> {
                command::$read(self, names, faults)
            }
        }
    )*};
}

writes! {
    AllocateRequest "Allocate" allocate;
    BatchAllocateRequest "BatchAllocate" batch_allocate;
    RecordExistingRequest "RecordExisting" record_existing;
    HoldRequest "Hold" hold;
    ReleaseHoldRequest "ReleaseHold" release_hold;
    ReserveRequest "Reserve" reserve;
    AmendRequest "Amend" amend;
    ChangeStateRequest "ChangeState" change_state;
    DelegateRequest "Delegate" delegate;
    RecallRequest "Recall" recall;
    TransferRequest "Transfer" transfer;
    SetPolicyRequest "SetPolicy" set_policy;
}

impl Registrar {
    /// The service at a desk.
    pub const fn new(desk: Arc<Desk>) -> Self {
        Self { desk }
    }

    async fn entries<W: Write>(
        &self,
        request: Request<W>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        let call = Call::of(&request)?;
        let written = self.write(&call, request.into_inner()).await;
        let answer = match written {
            Ok(outcome) => self.rendered(&call, outcome).await,
            Err(rejection) => Err(rejection),
        };
        answer
            .map(Response::new)
            .map_err(|rejection| self.desk.status(&call, &rejection))
    }

    async fn hold_of<W: Write>(
        &self,
        request: Request<W>,
    ) -> Result<Response<pb::HoldResponse>, Status> {
        let call = Call::of(&request)?;
        let written = self.write(&call, request.into_inner()).await;
        let answer = written.map(|outcome| self.held(&outcome));
        answer
            .map(Response::new)
            .map_err(|rejection| self.desk.status(&call, &rejection))
    }

    async fn write<W: Write>(&self, call: &Call, mut request: W) -> Result<Outcome, Rejection> {
        let register = &self.desk.register;
        let (permit, submission) = {
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
            let submission = self.submission(common, digest, command);
            (
                access::permit(&call.caller.identity, &submission, &reading)?,
                submission,
            )
        };
        tracing::debug!(
            command = submission.command.word(),
            request = submission.request_id.as_str(),
            "submitted"
        );
        register.submit(permit, submission).await
    }

    fn submission(&self, common: Common, digest: [u8; 32], command: Command) -> Submission {
        let fresh = || self.desk.register.fresh_request_id();
        Submission {
            request_id: common.request_id.unwrap_or_else(fresh),
            digest,
            validate_only: common.validate_only,
            reason: common.reason,
            override_reason: common.override_reason,
            command,
        }
    }

    /// The entries written, with the names as of the record.
    async fn rendered(
        &self,
        call: &Call,
        outcome: Outcome,
    ) -> Result<pb::WriteResponse, Rejection> {
        let register = &self.desk.register;
        let many = outcome.entries.len() > WRITTEN_INLINE_MAX;
        let mut reading = register.reading_of(&outcome);
        if outcome.replayed {
            let token = register.revision_token(outcome.seq);
            let at = ReadAt {
                as_of_revision: Some(token),
                ..ReadAt::default()
            };
            reading = register.reading(&at).await?;
        }
        let sight = call.sight();
        let revision = self.revision(&outcome);
        let written = outcome.entries;
        let render = move || {
            let view = View::new(&reading, sight);
            let entries = view.written(&written)?;
            Ok::<_, Rejection>(view.settled(entries)?)
        };
        let entries = if many {
            Desk::blocking(render).await??
        } else {
            render()?
        };
        Ok(pb::WriteResponse {
            entries,
            revision,
            request_id: outcome.request_id.to_string(),
            replayed: outcome.replayed,
        })
    }

    fn revision(&self, outcome: &Outcome) -> Option<pb::Revision> {
        (outcome.seq != Seq::ZERO)
            .then(|| revision(&self.desk.register, outcome.seq, Some(outcome.time)))
    }

    fn held(&self, outcome: &Outcome) -> pb::HoldResponse {
        let answer = pb::HoldResponse {
            revision: self.revision(outcome),
            request_id: outcome.request_id.to_string(),
            replayed: outcome.replayed,
            ..pb::HoldResponse::default()
        };
        outcome.events.iter().fold(answer, hold_answer)
    }
}

/// Puts what an event says about a hold into the answer.
fn hold_answer(answer: pb::HoldResponse, event: &Event) -> pb::HoldResponse {
    match event {
        Event::NumberHeld(Hold {
            id,
            superior,
            number,
            until,
            ..
        }) => pb::HoldResponse {
            hold_id: id.to_string(),
            oid: below(superior, number),
            until: Some(timestamp(*until)),
            held: true,
            ..answer
        },
        Event::HoldReleased(released) => pb::HoldResponse {
            hold_id: released.id.to_string(),
            oid: below(&released.superior, &released.number),
            held: false,
            ..answer
        },
        _ => answer,
    }
}

fn below(superior: &crate::oid::NodePath, number: &crate::oid::ArcValue) -> String {
    superior
        .child(number.clone())
        .map(|path| path.to_string())
        .unwrap_or_default()
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
    bytes.extend(request.encode_to_vec());
    bytes
}

#[tonic::async_trait]
impl RegistrationService for Registrar {
    async fn allocate(
        &self,
        request: Request<pb::AllocateRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn batch_allocate(
        &self,
        request: Request<pb::BatchAllocateRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn record_existing(
        &self,
        request: Request<pb::RecordExistingRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn hold(
        &self,
        request: Request<pb::HoldRequest>,
    ) -> Result<Response<pb::HoldResponse>, Status> {
        self.hold_of(request).await
    }

    async fn release_hold(
        &self,
        request: Request<pb::ReleaseHoldRequest>,
    ) -> Result<Response<pb::HoldResponse>, Status> {
        self.hold_of(request).await
    }

    async fn reserve(
        &self,
        request: Request<pb::ReserveRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn amend(
        &self,
        request: Request<pb::AmendRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn change_state(
        &self,
        request: Request<pb::ChangeStateRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn delegate(
        &self,
        request: Request<pb::DelegateRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn recall(
        &self,
        request: Request<pb::RecallRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn transfer(
        &self,
        request: Request<pb::TransferRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn set_policy(
        &self,
        request: Request<pb::SetPolicyRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }
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

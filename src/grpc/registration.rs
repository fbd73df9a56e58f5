//! `RegistrationService`: what a registration authority does.
//!
//! Requests are carried out by `write`; the answer is rendered from the record. Nothing here decides.

use std::{sync::Arc, time::Instant};

use tonic::{Request, Response, Status};

use crate::{
    desk::{Call, Desk, trail},
    model::{Command, Event, Rejection, entry::Hold},
    oid::notation::Names,
    pb::v1::{self as pb, registration_service_server::RegistrationService},
    register::{Outcome, ReadAt},
};

use super::{
    allocation_tokens::{self, Shown},
    consent,
    convert::{Faults, command, timestamp},
    holds, layer,
    limits::WRITTEN_INLINE_MAX,
    status,
    view::View,
    write::{self, Write},
};

/// The service.
pub struct Registrar {
    desk: Arc<Desk>,
}

write::writes! {
    command;
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
    OfferTransferRequest "OfferTransfer" offer_transfer;
    LockRequest "Lock" lock;
    UnlockRequest "Unlock" unlock;
    ConsentRequest "Consent" consent;
    RetractRequest "Retract" retract;
    PlanRequest "Plan" plan;
    CancelPlanRequest "CancelPlan" cancel_plan;
    RenewRequest "Renew" renew;
    ReportErrorRequest "ReportError" report_error;
    AcceptReportRequest "AcceptReport" accept_report;
    SettleSuspicionRequest "SettleSuspicion" settle_suspicion;
    ConfirmContactRequest "ConfirmContact" confirm_contact;
    ChallengeLabelRequest "ChallengeLabel" challenge_label;
    DecideChallengeRequest "DecideChallenge" decide_challenge;
    SetTemplateRequest "SetTemplate" set_template;
    CloseTemplateRequest "CloseTemplate" close_template;
    OpenSandboxRequest "OpenSandbox" open_sandbox;
    ResetSandboxRequest "ResetSandbox" reset_sandbox;
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
        let call = layer::call(&request)?;
        let written = write::submit(&self.desk, &call, request.into_inner()).await;
        let answer = match written {
            Ok(outcome) => self.rendered(&call, outcome).await,
            Err(rejection) => Err(rejection),
        };
        answer
            .map(Response::new)
            .map_err(|rejection| status::of(&self.desk, &call, &rejection))
    }

    /// A code is a secret as a token is: guessing costs as much.
    fn may_show_code(&self, call: &Call) -> Result<Instant, Status> {
        let begun = Instant::now();
        let pages = &self.desk.options.pages;
        let may = self.desk.may_prove(call.proofs.source(), begun);
        may.map_err(|denied| status::of_denied(&denied, call.id.as_str(), pages))?;
        Ok(begun)
    }

    /// The answer to whoever showed a code.
    async fn showed_code(
        &self,
        call: &Call,
        begun: Instant,
        answer: Result<Outcome, Rejection>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        let answer = match answer {
            Ok(outcome) => self.rendered(call, outcome).await,
            Err(rejection) => {
                let source = call.proofs.source();
                self.desk.disproved(source, begun, &rejection);
                Err(rejection)
            }
        };
        answer
            .map(Response::new)
            .map_err(|rejection| status::of(&self.desk, call, &rejection))
    }

    /// Carries out what may show the secret of an allocation token.
    async fn taken<W: Write>(
        &self,
        request: Request<W>,
        shows_secret: bool,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        if !shows_secret {
            return self.entries(request).await;
        }
        let call = layer::call(&request)?;
        let shown = Shown::admit(&self.desk, &call)?;
        let written = write::submit(&self.desk, &call, request.into_inner()).await;
        shown.tell(&self.desk, &call, &written);
        let answer = match written {
            Ok(outcome) => self.rendered(&call, outcome).await,
            Err(rejection) => Err(rejection),
        };
        answer
            .map(Response::new)
            .map_err(|rejection| status::of(&self.desk, &call, &rejection))
    }

    async fn hold_of<W: Write>(
        &self,
        request: Request<W>,
    ) -> Result<Response<pb::HoldResponse>, Status> {
        let call = layer::call(&request)?;
        let written = write::submit(&self.desk, &call, request.into_inner()).await;
        let answer = written.map(|outcome| self.held(&outcome));
        answer
            .map(Response::new)
            .map_err(|rejection| status::of(&self.desk, &call, &rejection))
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
        let revision = write::revision(&self.desk, &outcome);
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

    fn held(&self, outcome: &Outcome) -> pb::HoldResponse {
        let answer = pb::HoldResponse {
            revision: write::revision(&self.desk, outcome),
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

/// A number below a node in dot notation.
pub fn below(superior: &crate::oid::NodePath, number: &crate::oid::ArcValue) -> String {
    superior
        .child(number.clone())
        .map(|path| path.to_string())
        .unwrap_or_default()
}

#[tonic::async_trait]
impl RegistrationService for Registrar {
    async fn allocate(
        &self,
        request: Request<pb::AllocateRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        let shows = !request.get_ref().allocation_token.is_empty();
        self.taken(request, shows).await
    }

    async fn batch_allocate(
        &self,
        request: Request<pb::BatchAllocateRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        let mut all = request.get_ref().allocations.iter();
        let shows = all.any(|one| !one.allocation_token.is_empty());
        self.taken(request, shows).await
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

    async fn list_holds(
        &self,
        request: Request<pb::ListHoldsRequest>,
    ) -> Result<Response<pb::ListHoldsResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = holds::page(&self.desk, &call, request.into_inner()).await;
        trail::looked(&self.desk, &call, "ListHolds", "", &answer);
        answer
            .map(Response::new)
            .map_err(|rejection| status::of(&self.desk, &call, &rejection))
    }

    async fn issue_allocation_token(
        &self,
        request: Request<pb::IssueAllocationTokenRequest>,
    ) -> Result<Response<pb::AllocationTokenResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = allocation_tokens::issue(&self.desk, &call, request.into_inner()).await;
        answer
            .map(Response::new)
            .map_err(|rejection| status::of(&self.desk, &call, &rejection))
    }

    async fn list_allocation_tokens(
        &self,
        request: Request<pb::ListAllocationTokensRequest>,
    ) -> Result<Response<pb::ListAllocationTokensResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = allocation_tokens::page(&self.desk, &call, request.into_inner()).await;
        trail::looked(&self.desk, &call, "ListAllocationTokens", "", &answer);
        answer
            .map(Response::new)
            .map_err(|rejection| status::of(&self.desk, &call, &rejection))
    }

    async fn revoke_allocation_token(
        &self,
        request: Request<pb::RevokeAllocationTokenRequest>,
    ) -> Result<Response<pb::AllocationTokenResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = allocation_tokens::revoke(&self.desk, &call, request.into_inner()).await;
        answer
            .map(Response::new)
            .map_err(|rejection| status::of(&self.desk, &call, &rejection))
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

    async fn offer_transfer(
        &self,
        request: Request<pb::OfferTransferRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn lock(
        &self,
        request: Request<pb::LockRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn unlock(
        &self,
        request: Request<pb::UnlockRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn consent(
        &self,
        request: Request<pb::ConsentRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        if request.get_ref().code.is_empty() {
            return self.entries(request).await;
        }
        let call = layer::call(&request)?;
        let begun = self.may_show_code(&call)?;
        let answer = consent::by_code(&self.desk, &call, request.get_ref()).await;
        self.showed_code(&call, begun, answer).await
    }

    async fn confirm_contact(
        &self,
        request: Request<pb::ConfirmContactRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        if request.get_ref().code.is_empty() {
            return self.entries(request).await;
        }
        let call = layer::call(&request)?;
        let begun = self.may_show_code(&call)?;
        let answer = consent::confirm_by_code(&self.desk, &call, request.get_ref()).await;
        self.showed_code(&call, begun, answer).await
    }

    async fn retract(
        &self,
        request: Request<pb::RetractRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn plan(
        &self,
        request: Request<pb::PlanRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn cancel_plan(
        &self,
        request: Request<pb::CancelPlanRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn renew(
        &self,
        request: Request<pb::RenewRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn set_template(
        &self,
        request: Request<pb::SetTemplateRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn challenge_label(
        &self,
        request: Request<pb::ChallengeLabelRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn close_template(
        &self,
        request: Request<pb::CloseTemplateRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn report_error(
        &self,
        request: Request<pb::ReportErrorRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn open_sandbox(
        &self,
        request: Request<pb::OpenSandboxRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn accept_report(
        &self,
        request: Request<pb::AcceptReportRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn settle_suspicion(
        &self,
        request: Request<pb::SettleSuspicionRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn decide_challenge(
        &self,
        request: Request<pb::DecideChallengeRequest>,
    ) -> Result<Response<pb::WriteResponse>, Status> {
        self.entries(request).await
    }

    async fn reset_sandbox(
        &self,
        request: Request<pb::ResetSandboxRequest>,
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

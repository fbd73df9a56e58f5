//! `ApplicationService`: applying for an arc, and judging applications.
//!
//! Writes are carried out by `write`; what is told of an application is what `access` lets the caller know. One that the
//! caller may not know is answered as one that is not there.

mod list;
mod notices;
mod papers;
mod period;
mod report;
mod strangers;
mod trial;
mod windows;

pub use notices::told as notice;

use std::{sync::Arc, time::Instant};

use tonic::{Request, Response, Status, Streaming};

use crate::{
    access::{self, Casework, Identity, Knowledge},
    desk::{Call, Desk, trail},
    model::{Application, Command, Event, Rejection, Seq, TreeView as _},
    oid::notation::Names,
    pb::v1::{self as pb, application_service_server::ApplicationService},
    register::{Outcome, Reading},
};

use papers::Ended;

use super::{
    convert::{
        Faults,
        application::{self as requests, Showing},
    },
    layer, status,
    view::{View, revision},
    write::{self, Write},
};

/// The service.
pub struct Caseworker {
    desk: Arc<Desk>,
}

write::writes! {
    requests;
    SubmitApplicationRequest "SubmitApplication" submit;
    AmendApplicationRequest "AmendApplication" amend;
    CommentApplicationRequest "CommentApplication" comment;
    RejectApplicationRequest "RejectApplication" reject;
    DecideAppealRequest "DecideAppeal" decide_appeal;
    SetApplicationFeeRequest "SetApplicationFee" set_fee;
}

/// A message that several methods take, made the request of one of them.
macro_rules! of_method {
    ($($name:ident $message:ident $method:literal $function:ident;)*) => {$(
        struct $name(pb::$message);

        impl Write for $name {
            type Message = pb::$message;
            const METHOD: &'static str = $method;

            fn message(&self) -> &pb::$message {
                &self.0
            }

            fn options(&mut self) -> &mut Option<pb::WriteOptions> {
                &mut self.0.options
            }

            fn command(&self, names: &dyn Names, faults: &mut Faults) -> Option<Command> {
                requests::$function(&self.0, names, faults)
            }
        }
    )*};
}

of_method! {
    Acknowledge ActOnApplicationRequest "AcknowledgeApplication" acknowledge;
    BeginReview ActOnApplicationRequest "BeginReview" begin_review;
    Approve ActOnApplicationRequest "ApproveApplication" approve;
    Withdraw ActOnApplicationRequest "WithdrawApplication" withdraw;
    RequestInformation TellApplicationRequest "RequestInformation" request_information;
    Answer TellApplicationRequest "AnswerApplication" answer;
    Appeal TellApplicationRequest "AppealApplication" appeal;
}

impl Caseworker {
    /// The service at a desk.
    pub const fn new(desk: Arc<Desk>) -> Self {
        Self { desk }
    }

    fn told<T>(&self, call: &Call, answer: Result<T, Rejection>) -> Result<Response<T>, Status> {
        answer
            .map(Response::new)
            .map_err(|rejection| status::of(&self.desk, call, &rejection))
    }

    /// Carries out what is about an application.
    async fn write<W: Write + Send + 'static>(
        &self,
        call: Arc<Call>,
        request: W,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        let answer = async {
            someone(&call)?;
            let outcome = write::submit_apart(&self.desk, &call, request).await?;
            self.rendered(&call, &outcome)
        };
        let answer = answer.await;
        self.told(&call, answer)
    }

    fn rendered(
        &self,
        call: &Call,
        outcome: &Outcome,
    ) -> Result<pb::ApplicationResponse, Rejection> {
        let tried = outcome.seq == Seq::ZERO;
        let newest = self.desk.register.newest();
        // What was tried only stands in no table: its parties may not either.
        let application = outcome.application.as_ref();
        let mut application = application
            .map(|one| self.shown(call, one, &newest))
            .transpose()?
            .flatten();
        let submitted = matches!(outcome.events.last(), Some(Event::ApplicationSubmitted(_)));
        if let Some(one) = application.as_mut().filter(|_| tried) {
            one.revision = 0;
            one.etag.clear();
            if submitted {
                one.id.clear();
            }
        }
        let view = View::new(&newest, call.sight());
        let entry = view.written(&outcome.entries)?.pop();
        Ok(pb::ApplicationResponse {
            application,
            entry: view.settled(entry)?,
            revision: write::revision(&self.desk, outcome),
            request_id: outcome.request_id.to_string(),
            replayed: outcome.replayed,
            ..Default::default()
        })
    }

    /// What whoever handed an application in is told of it, and the token by which they are known from now on.
    fn verified(
        &self,
        verified: &strangers::Verified,
    ) -> Result<pb::VerifyApplicationResponse, Rejection> {
        let newest = self.desk.register.newest();
        let application = &verified.application;
        let people = |id: &_| newest.registrant(id);
        let showing = Showing {
            knowledge: Knowledge::Applicant,
            own: Some(&application.submitted_by),
            now: self.desk.options.clock.now(),
            people: &people,
        };
        let outcome = verified.outcome.as_ref();
        Ok(pb::VerifyApplicationResponse {
            application: Some(showing.application(application)?),
            token: verified.token.reveal().to_owned(),
            principal: application.submitted_by.to_string(),
            revision: outcome.and_then(|outcome| write::revision(&self.desk, outcome)),
            replayed: outcome.is_none(),
        })
    }

    /// An application as the caller may know it now; none where it may not.
    fn shown(
        &self,
        call: &Call,
        application: &Application,
        newest: &Reading,
    ) -> Result<Option<pb::Application>, Rejection> {
        let identity = &call.caller.identity;
        let knowledge = Casework::new(identity, newest)?.knows(application)?;
        if knowledge == Knowledge::Nothing {
            return Ok(None);
        }
        call.witness.note(&application.superior);
        let people = |id: &_| newest.registrant(id);
        let showing = Showing {
            knowledge,
            own: identity.id(),
            now: self.desk.options.clock.now(),
            people: &people,
        };
        Ok(Some(showing.application(application)?))
    }

    fn one(
        &self,
        call: &Call,
        request: &pb::GetApplicationRequest,
    ) -> Result<pb::GetApplicationResponse, Rejection> {
        someone(call)?;
        let mut faults = Faults::new();
        let id = requests::id(&request.application, &mut faults);
        let id = faults.into_result(id)?;
        let newest = self.desk.register.newest();
        let unknown = || access::unknown_application(&id);
        let application = newest.application(&id)?.ok_or_else(unknown)?;
        let shown = self.shown(call, &application, &newest)?;
        let shown = shown.ok_or_else(unknown)?;
        let mut casework = Casework::new(&call.caller.identity, &newest)?;
        let judges = casework.knows(&application)? == Knowledge::Everything;
        let now = self.desk.options.clock.now();
        let checklist = if judges {
            newest.checklist(&application, now)?
        } else {
            Vec::new()
        };
        Ok(pb::GetApplicationResponse {
            application: Some(shown),
            checklist: checklist.iter().map(requests::finding).collect(),
            approvals_wanted: newest.approvals_wanted(&application)?,
            revision: Some(revision(
                &self.desk.register,
                newest.seq(),
                Some(newest.time()),
            )),
        })
    }
}

/// Refuses a caller who is nobody known.
fn someone(call: &Call) -> Result<(), Rejection> {
    match call.caller.identity {
        Identity::Anonymous => Err(access::token_missing(
            "applications are not open to everybody",
        )),
        _ => Ok(()),
    }
}

macro_rules! writing {
    ($self:ident, $request:ident, $wrap:expr) => {{
        let call = layer::call(&$request)?;
        $self.write(call, $wrap($request.into_inner())).await
    }};
}

#[tonic::async_trait]
impl ApplicationService for Caseworker {
    async fn submit_application(
        &self,
        request: Request<pb::SubmitApplicationRequest>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        let call = layer::call(&request)?;
        if call.caller.identity != Identity::Anonymous {
            return self.write(call, request.into_inner()).await;
        }
        let answer = strangers::submit(&self.desk, &call, request.into_inner()).await;
        self.told(&call, answer)
    }

    async fn verify_application(
        &self,
        request: Request<pb::VerifyApplicationRequest>,
    ) -> Result<Response<pb::VerifyApplicationResponse>, Status> {
        let call = layer::call(&request)?;
        let (source, begun) = (call.proofs.source(), Instant::now());
        // A code is a secret as a token is: guessing costs as much.
        let pages = &self.desk.options.pages;
        let may = self.desk.may_prove(source, begun);
        may.map_err(|denied| status::of_denied(&denied, call.id.as_str(), pages))?;
        let verified = strangers::verify(&self.desk, &call, &request.into_inner()).await;
        if let Err(rejection) = &verified {
            self.desk.disproved(source, begun, rejection);
        }
        let answer = verified.and_then(|verified| self.verified(&verified));
        self.told(&call, answer)
    }

    async fn get_application(
        &self,
        request: Request<pb::GetApplicationRequest>,
    ) -> Result<Response<pb::GetApplicationResponse>, Status> {
        let call = layer::call(&request)?;
        let desk = Self::new(Arc::clone(&self.desk));
        let of = Arc::clone(&call);
        let request = request.into_inner();
        let id = request.application.clone();
        let answer = Desk::blocking(move || desk.one(&of, &request)).await;
        let answer = answer.and_then(|answer| answer);
        let about = if answer.is_ok() { id.as_str() } else { "" };
        trail::looked(&self.desk, &call, "GetApplication", about, &answer);
        self.told(&call, answer)
    }

    async fn list_applications(
        &self,
        request: Request<pb::ListApplicationsRequest>,
    ) -> Result<Response<pb::ListApplicationsResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = list::page(&self.desk, &call, request.into_inner()).await;
        trail::looked(&self.desk, &call, "ListApplications", "", &answer);
        self.told(&call, answer)
    }

    async fn get_report(
        &self,
        request: Request<pb::GetReportRequest>,
    ) -> Result<Response<pb::GetReportResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = report::report(&self.desk, &call, request.into_inner()).await;
        trail::looked(&self.desk, &call, "GetReport", "", &answer);
        self.told(&call, answer)
    }

    async fn try_policy(
        &self,
        request: Request<pb::TryPolicyRequest>,
    ) -> Result<Response<pb::TryPolicyResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = trial::trial(&self.desk, &call, request.into_inner()).await;
        trail::looked(&self.desk, &call, "TryPolicy", "", &answer);
        self.told(&call, answer)
    }

    async fn list_notices(
        &self,
        request: Request<pb::ListNoticesRequest>,
    ) -> Result<Response<pb::ListNoticesResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = notices::page(&self.desk, &call, request.into_inner()).await;
        trail::looked(&self.desk, &call, "ListNotices", "", &answer);
        self.told(&call, answer)
    }

    async fn acknowledge_application(
        &self,
        request: Request<pb::ActOnApplicationRequest>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        writing!(self, request, Acknowledge)
    }

    async fn begin_review(
        &self,
        request: Request<pb::ActOnApplicationRequest>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        writing!(self, request, BeginReview)
    }

    async fn request_information(
        &self,
        request: Request<pb::TellApplicationRequest>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        writing!(self, request, RequestInformation)
    }

    async fn answer_application(
        &self,
        request: Request<pb::TellApplicationRequest>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        writing!(self, request, Answer)
    }

    async fn comment_application(
        &self,
        request: Request<pb::CommentApplicationRequest>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        writing!(self, request, |one| one)
    }

    async fn amend_application(
        &self,
        request: Request<pb::AmendApplicationRequest>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        writing!(self, request, |one| one)
    }

    async fn approve_application(
        &self,
        request: Request<pb::ActOnApplicationRequest>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        writing!(self, request, Approve)
    }

    async fn reject_application(
        &self,
        request: Request<pb::RejectApplicationRequest>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        writing!(self, request, |one| one)
    }

    async fn appeal_application(
        &self,
        request: Request<pb::TellApplicationRequest>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        writing!(self, request, Appeal)
    }

    async fn decide_appeal(
        &self,
        request: Request<pb::DecideAppealRequest>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        writing!(self, request, |one| one)
    }

    async fn withdraw_application(
        &self,
        request: Request<pb::ActOnApplicationRequest>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        writing!(self, request, Withdraw)
    }

    async fn attach_paper(
        &self,
        request: Request<Streaming<pb::AttachPaperRequest>>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        let call = layer::call(&request)?;
        match papers::attach(&self.desk, &call, request.into_inner()).await {
            Ok(outcome) => self.told(&call, self.rendered(&call, &outcome)),
            Err(Ended::Rejected(rejection)) => self.told(&call, Err(rejection)),
            Err(Ended::Broken(status)) => Err(status),
        }
    }

    type FetchPaperStream = papers::Pieces;

    async fn fetch_paper(
        &self,
        request: Request<pb::FetchPaperRequest>,
    ) -> Result<Response<papers::Pieces>, Status> {
        let call = layer::call(&request)?;
        let answer = papers::fetch(&self.desk, &call, request.into_inner()).await;
        self.told(&call, answer)
    }

    async fn set_application_fee(
        &self,
        request: Request<pb::SetApplicationFeeRequest>,
    ) -> Result<Response<pb::ApplicationResponse>, Status> {
        writing!(self, request, |one| one)
    }
}

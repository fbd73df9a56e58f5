//! Applications of whoever is not known: kept until the code that was mailed is shown, then handed in.
//!
//! What could not be given out is refused at once, by what everybody may know. A code is a secret as a token is: guessing
//! one costs as much. It must never tell whether an address is known.

use std::sync::Arc;

use prost::Message as _;

use crate::{
    access::{self, Permit, Token},
    desk::{Call, Desk, trail::Trail},
    grpc::{
        convert::{Faults, application as requests, timestamp},
        view::View,
    },
    model::{
        Application, Code, Command, Refusal, Rejection, Submission, TreeView as _, ViewFault,
        application::Docket,
        command::{AdmitApplicant, RegistrantRef, SubmitApplication},
        policy::Applicants,
    },
    pb::v1 as pb,
    register::Outcome,
};

/// The call by which a stranger is taken in.
const VERIFY: &str = "VerifyApplication";

/// Keeps the application of whoever is not known, and lets a code be mailed. `TOKEN_MISSING` where the policy does not take
/// applications from everybody, or no mail is sent.
pub async fn submit(
    desk: &Arc<Desk>,
    call: &Arc<Call>,
    request: pb::SubmitApplicationRequest,
) -> Result<pb::ApplicationResponse, Rejection> {
    let closed = || access::token_missing("applications are not open to everybody here");
    let strangers = desk.options.strangers.clone().ok_or_else(closed)?;
    let ask = read(desk, call, &request)?;
    let policy = desk.register.newest().policy_in_force(&ask.superior)?;
    if policy.applicants != Applicants::Public {
        return Err(closed());
    }
    let dry = request
        .options
        .as_ref()
        .is_some_and(|one| one.validate_only);
    // Judged as it will be when the code is shown; nothing is recorded.
    let token = strangers.token("tried");
    admit(desk, call, "SubmitApplication", &ask, &token).await?;
    if dry {
        return Ok(pb::ApplicationResponse::default());
    }
    let source = call.proofs.source();
    let kept = Desk::blocking(move || {
        strangers.put(
            source,
            address(&ask),
            &ask.language,
            &ask.superior,
            &request.encode_to_vec(),
        )
    });
    let (id, until) = kept.await??;
    Ok(pb::ApplicationResponse {
        verification: id,
        verify_until: Some(timestamp(until)),
        ..Default::default()
    })
}

/// What came of a verification: the application, the record that tells of it where it was made now, and the token.
pub struct Verified {
    /// The application.
    pub application: Application,
    /// The record that took it in; `None` where the code was shown before.
    pub outcome: Option<Outcome>,
    /// The token of whoever handed it in.
    pub token: Token,
}

/// Hands in what was kept, for whoever shows the code that was mailed. Shown again it gives the same answer.
pub async fn verify(
    desk: &Arc<Desk>,
    call: &Arc<Call>,
    request: &pb::VerifyApplicationRequest,
) -> Result<Verified, Rejection> {
    let unknown = || {
        let detail = "the verification is not known or over, or the code is another";
        Refusal::new(Code::VerificationUnknown, "code", detail)
    };
    let strangers = desk.options.strangers.clone().ok_or_else(unknown)?;
    let (store, asked) = (Arc::clone(&strangers), request.clone());
    let kept = Desk::blocking(move || store.proven(&asked.verification, &asked.code)).await??;
    let token = strangers.token(&request.verification);
    let (outcome, application) = if kept.is_empty() {
        (None, of_token(desk, &token).await?)
    } else {
        let asked = pb::SubmitApplicationRequest::decode(kept.as_slice()).map_err(|_| unknown())?;
        let ask = read(desk, call, &asked)?;
        match admit(desk, call, VERIFY, &ask, &token).await {
            Ok(mut outcome) => {
                let application = outcome.application.take();
                (Some(outcome), application)
            }
            Err(rejection) => match of_token(desk, &token).await? {
                Some(application) if was_admitted(&rejection) => (None, Some(application)),
                _ => return Err(rejection),
            },
        }
    };
    let (of, id) = (Arc::clone(&strangers), request.verification.clone());
    Desk::blocking(move || of.admitted(&id)).await?;
    let missing = || ViewFault("what was admitted is no application".to_owned());
    Ok(Verified {
        application: application.ok_or_else(missing)?,
        outcome,
        token,
    })
}

fn read(
    desk: &Desk,
    call: &Call,
    request: &pb::SubmitApplicationRequest,
) -> Result<SubmitApplication, Rejection> {
    let newest = desk.register.newest();
    let view = View::new(&newest, call.sight());
    let mut faults = Faults::new();
    let command = requests::submit(request, view.names(), &mut faults);
    let command = view.settled(faults.into_result(command)?)?;
    match command {
        Command::SubmitApplication(ask) => Ok(*ask),
        _ => Err(Refusal::new(Code::FieldInvalid, "", "is no application").into()),
    }
}

/// The address to which the code goes: the applicant's, else the first contact's that has one.
fn address(ask: &SubmitApplication) -> &str {
    let entry = &ask.ask.entry;
    let contacts = entry.contacts.iter().map(|one| &one.party);
    let mut all = entry.registrant.iter().chain(contacts);
    let email = all.find_map(|party| match party {
        RegistrantRef::New { details, .. } => details.email.as_deref(),
        RegistrantRef::Known(_) => None,
    });
    email.unwrap_or_default()
}

/// Takes an application in; before its code is shown it is only tried, and nothing is recorded.
async fn admit(
    desk: &Desk,
    call: &Call,
    method: &'static str,
    ask: &SubmitApplication,
    token: &Token,
) -> Result<Outcome, Rejection> {
    let command = Command::AdmitApplicant(Box::new(AdmitApplicant {
        token_sha256: token.sha256(),
        ask: ask.clone(),
    }));
    let submission = Submission {
        request_id: desk.register.fresh_request_id(),
        digest: [0; 32],
        validate_only: method != VERIFY,
        reason: None,
        override_reason: None,
        asked_by: None,
        command,
    };
    let mut trail = Trail::of(desk, call, method);
    trail.asks(&submission, &desk.register.newest())?;
    let answer = desk.register.submit(Permit::system(), submission).await;
    trail.written(&answer);
    answer
}

fn was_admitted(rejection: &Rejection) -> bool {
    matches!(rejection, Rejection::Refused(all) if all.main().code == Code::CredentialTaken)
}

/// The application that was handed in with a token, where there is one.
async fn of_token(desk: &Desk, token: &Token) -> Result<Option<Application>, Rejection> {
    let (newest, digest) = (desk.register.newest(), token.sha256());
    Desk::blocking(move || {
        let Some(credential) = newest.credential(&digest)? else {
            return Ok(None);
        };
        // As long as it is open it is among few; later it is looked for among all.
        let open = Docket::OpenOf(credential.principal.clone());
        for docket in [open, Docket::All] {
            for (_, id) in newest.docket(&docket, None, usize::MAX)? {
                let application = newest.application(&id)?;
                let theirs = application.filter(|one| one.submitted_by == credential.principal);
                if theirs.is_some() {
                    return Ok(theirs);
                }
            }
        }
        Ok(None)
    })
    .await?
}

//! Consent by a code that was mailed, and confirmation of what is known of a registrant: whoever shows it agrees for the side, or answers
//! for the registrant, that it was mailed to. Needs no token.
//!
//! A code is a secret as a token is: guessing one costs as much. Where nothing waits, where it is another's, and where the arc is
//! not there, the answer is the same, so that it tells nothing about an arc.

use crate::{
    access::Permit,
    desk::{Call, Desk, codes, trail::Trail},
    grpc::{
        convert::{Faults, text},
        view::View,
    },
    model::{Code, Command, Refusal, Rejection, Submission, TreeView as _},
    pb::v1 as pb,
    register::Outcome,
};

/// Agrees.
pub async fn by_code(
    desk: &Desk,
    call: &Call,
    request: &pb::ConsentRequest,
) -> Result<Outcome, Rejection> {
    let newest = desk.register.newest();
    let view = View::new(&newest, call.sight());
    let mut faults = Faults::new();
    let path = text::node(&request.oid, view.names(), "oid", &mut faults);
    let path = view.settled(faults.into_result(path)?)?;
    let entry = newest.entry(&path)?;
    let pending = entry.as_ref().and_then(|entry| entry.pending.as_deref());
    let pending = pending.filter(|one| one.is_open(desk.options.clock.now()));
    let shown = codes::side_of(&desk.register, &path, pending, &request.code);
    let (Some(pending), Some(side)) = (pending, shown) else {
        let detail = "nothing waits for this code, or it is over";
        return Err(Refusal::new(Code::VerificationUnknown, "code", detail).into());
    };
    let command = Command::AgreeByCode {
        path,
        nonce: pending.nonce,
        side,
    };
    let options = request.options.as_ref();
    given(desk, call, "Consent", command, options).await
}

/// Confirms what is known of a registrant.
pub async fn confirm_by_code(
    desk: &Desk,
    call: &Call,
    request: &pb::ConfirmContactRequest,
) -> Result<Outcome, Rejection> {
    let newest = desk.register.newest();
    let view = View::new(&newest, call.sight());
    let mut faults = Faults::new();
    let path = text::node(&request.oid, view.names(), "oid", &mut faults);
    let path = view.settled(faults.into_result(path)?)?;
    let entry = newest.entry(&path)?;
    let check = entry.as_ref().and_then(|entry| entry.check.as_ref());
    let right = codes::answers(&desk.register, &path, check, &request.code);
    let Some(nonce) = check.map(|check| check.nonce).filter(|_| right) else {
        let detail = "nothing waits for this code, or it is over";
        return Err(Refusal::new(Code::VerificationUnknown, "code", detail).into());
    };
    let command = Command::ConfirmContactByCode { path, nonce };
    let options = request.options.as_ref();
    given(desk, call, "ConfirmContact", command, options).await
}

/// Gives the command of whoever showed a code.
async fn given(
    desk: &Desk,
    call: &Call,
    method: &'static str,
    command: Command,
    options: Option<&pb::WriteOptions>,
) -> Result<Outcome, Rejection> {
    let submission = Submission {
        request_id: desk.register.fresh_request_id(),
        digest: [0; 32],
        validate_only: options.is_some_and(|options| options.validate_only),
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

//! Every method of the API against everybody who might call it: nobody, the wrong somebody in each way there is, and the
//! right one. A method of the descriptors without a row fails; so does a row without a method.
//!
//! The arc at stake is delegated to an organisation, and what is asked about it lies there or below. Writes are only tried,
//! so that every caller finds the register as it was. The reason of a refusal is what is compared; reads tell whether the
//! caller sees the hidden arc.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unnecessary_wraps,
    clippy::panic,
    reason = "a test fails by panicking, and so may what it is helped by"
)]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "services/harness.rs"]
mod harness;

use std::{collections::BTreeSet, time::Duration};

use oidra::pb::{
    self as api,
    v1::{self as pb, audit_service_client::AuditServiceClient, resolve_response::Outcome},
};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::{Request, Response, Status};
use tonic_types::StatusExt as _;

use harness::{House, NODE, in_millis, signed_with, soon, titled};

/// The delegated arc.
const ARC: &str = "2.999.5";
/// An arc below it that the public does not see.
const HIDDEN: &str = "2.999.5.3";
/// An arc below it that is reserved.
const RESERVED: &str = "2.999.5.4";
/// An arc below it with both locks; an officer asked for the authority's to be released.
const LOCKED: &str = "2.999.5.7";
/// An arc below it that has a registrant.
const HELD: &str = "2.999.5.10";
/// An arc below it that could become a sandbox, and one that is.
const UNTRIED: &str = "2.999.5.11";
const SANDBOX: &str = "2.999.5.12";
/// An arc below it that is delegated on.
const FURTHER: &str = "2.999.5.6";

/// Who calls. The first three have a proof that is over: whatever they ask, they are refused alike.
const OVER: [&str; 3] = ["suspended", "expired", "revoked"];
const CALLERS: [&str; 9] = [
    "nobody",
    // Administers the arc beside it.
    "sibling",
    // Reviews at the superior: sees what is below, and changes nothing.
    "reviewer",
    // Audits at the superior.
    "auditor",
    // Registers at the superior.
    "registrar",
    // The organisation, with a credential for reading only.
    "read-only",
    // The organisation, with a credential for an arc below.
    "narrow",
    // Administers everything, and gives no reason to override.
    "superior",
    // The organisation.
    "delegate",
];

/// What comes of a method, caller by caller in the order of [`CALLERS`]; one word where it is the same for all.
type Row = (&'static str, &'static str);

const TABLE: &[Row] = &[
    // What is open to everybody, and told as far as each may see.
    ("Resolve", "BLIND BLIND SEES SEES SEES SEES BLIND SEES SEES"),
    (
        "BatchResolve",
        "BLIND BLIND SEES SEES SEES SEES BLIND SEES SEES",
    ),
    (
        "ListChildren",
        "BLIND BLIND SEES SEES SEES SEES BLIND SEES SEES",
    ),
    (
        "WalkSubtree",
        "BLIND BLIND SEES SEES SEES SEES BLIND SEES SEES",
    ),
    (
        "GetHistory",
        "BLIND BLIND SEES SEES SEES SEES BLIND SEES SEES",
    ),
    ("Watch", "BLIND BLIND SEES SEES SEES SEES BLIND SEES SEES"),
    (
        "GetStatement",
        "BLIND BLIND SEES SEES SEES SEES BLIND SEES SEES",
    ),
    ("Convert", "OK"),
    ("Encode", "OK"),
    ("Decode", "OK"),
    ("GetServerInfo", "OK"),
    ("ExplainRefusal", "OK"),
    ("WhoAmI", "OK"),
    ("AcceptInvitation", "OK"),
    ("VerifyApplication", "VERIFICATION_UNKNOWN"),
    // What those do who register at the arc.
    ("Allocate", REGISTER),
    ("BatchAllocate", REGISTER),
    ("RecordExisting", REGISTER),
    ("Hold", REGISTER),
    ("ReleaseHold", REGISTER),
    ("Reserve", REGISTER),
    ("Amend", REGISTER),
    ("ChangeState", REGISTER),
    ("Transfer", REGISTER),
    ("OfferTransfer", REGISTER),
    ("Lock", REGISTER),
    ("Unlock", REGISTER),
    ("Consent", REGISTER),
    ("Retract", REGISTER),
    ("Plan", REGISTER),
    ("CancelPlan", REGISTER),
    ("Renew", REGISTER),
    ("AcceptReport", REGISTER),
    ("SettleSuspicion", REGISTER),
    ("ConfirmContact", REGISTER),
    // Whoever sees the arc may say that it is wrong.
    (
        "ReportError",
        "TOKEN_MISSING BLIND OK OK OK SCOPE_TOO_NARROW SCOPE_TOO_NARROW OK OK",
    ),
    // The window is public: everybody known may.
    (
        "ChallengeLabel",
        "TOKEN_MISSING OK OK OK OK SCOPE_TOO_NARROW SCOPE_TOO_NARROW OK OK",
    ),
    ("DecideChallenge", REGISTER),
    ("ListLabelClaims", "SEES"),
    ("IssueAllocationToken", REGISTER),
    ("RevokeAllocationToken", REVOKE_PROMISE),
    (
        "ListAllocationTokens",
        "TOKEN_MISSING NOT_PERMITTED NOT_PERMITTED OK DELEGATED_AWAY OK SCOPE_TOO_NARROW OK OK",
    ),
    (
        "ListHolds",
        "TOKEN_MISSING NOT_PERMITTED NOT_PERMITTED OK DELEGATED_AWAY OK SCOPE_TOO_NARROW OK OK",
    ),
    // Auditors and whoever governs it.
    (
        "ListAudit",
        "TOKEN_MISSING NOT_PERMITTED NOT_PERMITTED OK NOT_PERMITTED OK SCOPE_TOO_NARROW OK OK",
    ),
    // What those do who govern it.
    ("Delegate", GOVERN),
    ("Recall", GOVERN),
    ("SetPolicy", GOVERN),
    ("OpenSandbox", GOVERN),
    ("ResetSandbox", GOVERN),
    ("SetTemplate", GOVERN),
    ("CloseTemplate", GOVERN),
    ("AddPrincipal", GOVERN),
    ("GrantRole", GOVERN),
    ("RevokeRole", GOVERN),
    // What is held of a person: for the person, and for administrators of the whole register.
    (
        "ExportPerson",
        "TOKEN_MISSING NOT_PERMITTED NOT_PERMITTED NOT_PERMITTED NOT_PERMITTED NOT_PERMITTED NOT_PERMITTED OK NOT_PERMITTED",
    ),
    // Comparing registrants: for those who look after the arcs that these hold.
    (
        "FindLookAlikes",
        "TOKEN_MISSING NOT_PERMITTED OK OK OK OK NOT_PERMITTED OK OK",
    ),
    // What administrators of the whole register do.
    (
        "ErasePerson",
        "TOKEN_MISSING NOT_PERMITTED NOT_PERMITTED NOT_PERMITTED NOT_PERMITTED SCOPE_TOO_NARROW NOT_PERMITTED OK NOT_PERMITTED",
    ),
    // What those do who look after a principal that is at home there.
    ("DescribePrincipal", GOVERN),
    ("ChangeStanding", GOVERN),
    ("IssueToken", GOVERN),
    ("BindCredential", GOVERN),
    ("Invite", GOVERN),
    ("RevokeCredential", GOVERN),
    ("GetPrincipal", KNOW),
    ("ListCredentials", KNOW),
    (
        "ListPrincipals",
        "TOKEN_MISSING BLIND BLIND SEES BLIND SEES BLIND SEES SEES",
    ),
    // Applying for an arc below it: the policy there lets everybody known.
    (
        "SubmitApplication",
        "TOKEN_MISSING OK OK OK OK SCOPE_TOO_NARROW SCOPE_TOO_NARROW OK OK",
    ),
    // What those do who judge what a guest applied for there.
    ("AcknowledgeApplication", JUDGE),
    ("BeginReview", JUDGE),
    ("RequestInformation", JUDGE),
    ("CommentApplication", JUDGE),
    ("ApproveApplication", JUDGE),
    ("RejectApplication", JUDGE),
    ("DecideAppeal", JUDGE),
    ("SetApplicationFee", JUDGE),
    // What is for whoever handed it in, which the organisation did.
    ("AnswerApplication", APPLY),
    ("AmendApplication", APPLY),
    ("AppealApplication", APPLY),
    ("WithdrawApplication", APPLY),
    ("AttachPaper", APPLY),
    (
        "FetchPaper",
        "TOKEN_MISSING APPLICATION_UNKNOWN APPLICATION_UNKNOWN PAPER_UNKNOWN APPLICATION_UNKNOWN PAPER_UNKNOWN \
         APPLICATION_UNKNOWN PAPER_UNKNOWN PAPER_UNKNOWN",
    ),
    (
        "GetApplication",
        "TOKEN_MISSING APPLICATION_UNKNOWN APPLICATION_UNKNOWN OK APPLICATION_UNKNOWN OK APPLICATION_UNKNOWN OK OK",
    ),
    (
        "ListApplications",
        "TOKEN_MISSING BLIND BLIND SEES BLIND SEES BLIND SEES SEES",
    ),
    (
        "ListNotices",
        "TOKEN_MISSING BLIND BLIND SEES BLIND SEES BLIND SEES SEES",
    ),
    // What those judge there who may.
    (
        "GetReport",
        "TOKEN_MISSING NOT_PERMITTED NOT_PERMITTED OK NOT_PERMITTED OK NOT_PERMITTED OK OK",
    ),
    (
        "TryPolicy",
        "TOKEN_MISSING NOT_PERMITTED NOT_PERMITTED OK NOT_PERMITTED OK NOT_PERMITTED OK OK",
    ),
];

const JUDGE: &str = "TOKEN_MISSING APPLICATION_UNKNOWN APPLICATION_UNKNOWN NOT_PERMITTED APPLICATION_UNKNOWN \
                     SCOPE_TOO_NARROW SCOPE_TOO_NARROW DELEGATED_AWAY OK";
const APPLY: &str = "TOKEN_MISSING APPLICATION_UNKNOWN APPLICATION_UNKNOWN NOT_PERMITTED APPLICATION_UNKNOWN \
                     SCOPE_TOO_NARROW SCOPE_TOO_NARROW NOT_PERMITTED OK";

const REGISTER: &str = "TOKEN_MISSING NOT_PERMITTED NOT_PERMITTED NOT_PERMITTED DELEGATED_AWAY SCOPE_TOO_NARROW \
                        SCOPE_TOO_NARROW DELEGATED_AWAY OK";
/// A registrar above may not even know of a token.
const REVOKE_PROMISE: &str = "TOKEN_MISSING NOT_PERMITTED NOT_PERMITTED NOT_PERMITTED NOT_PERMITTED SCOPE_TOO_NARROW \
                              SCOPE_TOO_NARROW DELEGATED_AWAY OK";
const GOVERN: &str = "TOKEN_MISSING NOT_PERMITTED NOT_PERMITTED NOT_PERMITTED NOT_PERMITTED SCOPE_TOO_NARROW \
                      SCOPE_TOO_NARROW DELEGATED_AWAY OK";
const KNOW: &str = "TOKEN_MISSING PRINCIPAL_UNKNOWN PRINCIPAL_UNKNOWN OK PRINCIPAL_UNKNOWN OK PRINCIPAL_UNKNOWN OK OK";

fn expected(row: &str, caller: usize) -> &str {
    let mut words = row.split_whitespace();
    match words.clone().count() {
        1 => words.next().unwrap(),
        _ => words.nth(caller).unwrap(),
    }
}

/// The methods of the API, by their names: no two services have one of the same name.
fn methods() -> BTreeSet<String> {
    let described = FileDescriptorSet::decode(api::DESCRIPTORS).unwrap();
    let services = described.file.iter().flat_map(|file| &file.service);
    let methods = services.flat_map(|service| &service.method);
    let names: Vec<_> = methods.map(|method| method.name().to_owned()).collect();
    let set: BTreeSet<_> = names.iter().cloned().collect();
    assert_eq!(set.len(), names.len(), "two methods have one name");
    set
}

#[test]
fn every_method_has_a_row() {
    let rows: BTreeSet<_> = TABLE
        .iter()
        .map(|(method, _)| (*method).to_owned())
        .collect();
    assert_eq!(rows, methods());
    for (method, row) in TABLE {
        let words = row.split_whitespace().count();
        assert!(words == 1 || words == CALLERS.len(), "{method}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_caller_gets_what_is_theirs() {
    let stage = Stage::set().await;
    let mut wrong = Vec::new();
    for (method, row) in TABLE {
        for (at, caller) in CALLERS.iter().enumerate() {
            let token = stage.callers[at].as_deref();
            let got = outcome(stage.call(method, token).await);
            let expect = expected(row, at);
            if got != expect {
                wrong.push(format!("{method} by {caller}: {got}, not {expect}"));
            }
        }
        for (caller, token) in OVER.iter().zip(&stage.over) {
            let got = outcome(stage.call(method, Some(token)).await);
            if got != "TOKEN_UNKNOWN" {
                wrong.push(format!("{method} by {caller}: {got}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    stage.house.close().await;
}

/// What an answer comes to: a word for it, or the reason of its refusal.
fn outcome(answer: Result<&'static str, Status>) -> String {
    match answer {
        Ok(word) => word.to_owned(),
        Err(status) => match status.get_details_error_info() {
            Some(info) if info.reason == "NOT_REGISTERED" => "BLIND".to_owned(),
            Some(info) => info.reason,
            None => format!("{status:?}"),
        },
    }
}

fn sees(found: bool) -> &'static str {
    if found { "SEES" } else { "BLIND" }
}

fn fine<T>(answer: Result<Response<T>, Status>) -> Result<&'static str, Status> {
    answer.map(|_| "OK")
}

fn with<T>(token: Option<&str>, message: T) -> Request<T> {
    match token {
        Some(token) => signed_with(token, message),
        None => Request::new(message),
    }
}

/// Only tried; the reason is for those writes that need one.
fn tried() -> Option<pb::WriteOptions> {
    Some(pb::WriteOptions {
        validate_only: true,
        reason: "a test".into(),
        ..Default::default()
    })
}

fn number(number: u64) -> Option<pb::NumberChoice> {
    Some(pb::NumberChoice {
        kind: Some(pb::number_choice::Kind::Number(number.to_string())),
    })
}

/// The register in which all of them call.
struct Stage {
    house: House,
    callers: Vec<Option<String>>,
    over: Vec<String>,
    /// A principal at home at the arc, a credential of its own, and an invitation code.
    staff: String,
    credential: String,
    code: String,
    /// The id of an allocation token below the arc.
    promise: String,
    /// Applications of a guest: submitted, under review, appealed; and of the organisation: submitted, asked, rejected.
    cases: [String; 6],
}

impl Stage {
    async fn set() -> Self {
        let house = House::open_with(|options| options.rates.token_failures = 0).await;
        let admin = house.token.clone();
        for number in [5, 8] {
            house.allocate_as(&admin, NODE, number).await.unwrap();
        }
        let delegate = house.add(&admin, "Ministry", "").await;
        house.delegate_as(&admin, ARC, &delegate).await.unwrap();
        let delegate = house.welcome(&admin, &delegate).await;
        below(&house, &delegate).await;
        let staff = house.add(&delegate, "Officer", ARC).await;
        house
            .grant(&delegate, &staff, pb::Role::Registrar, ARC)
            .await;
        house.delegate_as(&delegate, FURTHER, &staff).await.unwrap();
        let own = house.welcome(&delegate, &staff).await;
        lock(&house, &own).await;
        let code = pb::InviteRequest {
            principal: staff.clone(),
            ..Default::default()
        };
        let code = house.access().invite(signed_with(&delegate, code)).await;
        let sibling = somebody(&house, pb::Role::Administrator, "2.999.8").await;
        let reviewer = somebody(&house, pb::Role::Reviewer, NODE).await;
        let auditor = somebody(&house, pb::Role::Auditor, NODE).await;
        let registrar = somebody(&house, pb::Role::Registrar, NODE).await;
        let read_only = narrowed(&house, &delegate, true, "").await;
        let narrow = narrowed(&house, &delegate, false, "2.999.5.9").await;
        let known = [sibling, reviewer, auditor, registrar, read_only, narrow];
        let credential = who(&house, &own).await.credential.unwrap().id;
        let guest = house.add(&admin, "Guest", "").await;
        let guest = house.welcome(&admin, &guest).await;
        labels(&house, &delegate, &guest).await;
        house.policy(&delegate, ARC, harness::open_to_all(1)).await;
        let known = known.into_iter().chain([admin, delegate.clone()]).map(Some);
        Self {
            cases: cases(&house, &guest, &delegate, &own).await,
            over: over(&house).await,
            callers: std::iter::once(None).chain(known).collect(),
            staff,
            credential,
            code: code.unwrap().into_inner().code,
            promise: promised(&house, &delegate).await,
            house,
        }
    }

    async fn call(&self, method: &str, token: Option<&str>) -> Result<&'static str, Status> {
        match method {
            "Resolve" | "BatchResolve" | "ListChildren" | "WalkSubtree" | "GetHistory"
            | "GetStatement" | "Watch" => self.read(method, token).await,
            "Convert" | "Encode" | "Decode" | "GetServerInfo" | "ExplainRefusal" => {
                self.open(method, token).await
            }
            "Allocate"
            | "BatchAllocate"
            | "RecordExisting"
            | "Hold"
            | "ReleaseHold"
            | "ListHolds"
            | "Reserve"
            | "IssueAllocationToken"
            | "ListAllocationTokens"
            | "RevokeAllocationToken" => self.number(method, token).await,
            "OpenSandbox" | "ResetSandbox" => self.sandbox(method, token).await,
            "SetTemplate" | "CloseTemplate" => self.template(method, token).await,
            "Amend" | "ChangeState" | "Delegate" | "Recall" | "Transfer" | "SetPolicy" => {
                self.arc(method, token).await
            }
            "ChallengeLabel" | "DecideChallenge" | "ListLabelClaims" => {
                self.label(method, token).await
            }
            "OfferTransfer" | "Lock" | "Unlock" | "Consent" | "Retract" | "Plan" | "CancelPlan" => {
                self.consent(method, token).await
            }
            "Renew" | "ReportError" | "AcceptReport" | "SettleSuspicion" | "ConfirmContact" => {
                self.truth(method, token).await
            }
            "ListAudit" => {
                let ask = pb::ListAuditRequest {
                    oid: ARC.into(),
                    ..Default::default()
                };
                let mut audit = AuditServiceClient::new(self.house.channel());
                fine(audit.list_audit(with(token, ask)).await)
            }
            "AddPrincipal" | "DescribePrincipal" | "ChangeStanding" | "GetPrincipal"
            | "ListPrincipals" | "ErasePerson" | "ExportPerson" | "FindLookAlikes"
            | "GrantRole" | "RevokeRole" => self.principal(method, token).await,
            _ if method.contains("Application")
                || matches!(
                    method,
                    "BeginReview"
                        | "RequestInformation"
                        | "DecideAppeal"
                        | "ListNotices"
                        | "GetReport"
                        | "TryPolicy"
                        | "AttachPaper"
                        | "FetchPaper"
                ) =>
            {
                self.application(method, token).await
            }
            _ => self.credential(method, token).await,
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each method")]
    async fn application(&self, method: &str, token: Option<&str>) -> Result<&'static str, Status> {
        let mut work = self.house.applications();
        let [submitted, reviewed, appealed, own, asked, rejected] = self.cases.clone();
        let options = tried();
        let on = |application: String| pb::ActOnApplicationRequest {
            application,
            options: tried(),
            ..Default::default()
        };
        let tell = |application: String| pb::TellApplicationRequest {
            application,
            text: "why".into(),
            options: tried(),
            ..Default::default()
        };
        match method {
            "SubmitApplication" => {
                let ask = pb::SubmitApplicationRequest {
                    options,
                    ..harness::application(ARC, "Another")
                };
                fine(work.submit_application(with(token, ask)).await)
            }
            "GetApplication" => {
                let ask = pb::GetApplicationRequest {
                    application: submitted,
                };
                fine(work.get_application(with(token, ask)).await)
            }
            "ListApplications" => {
                let ask = pb::ListApplicationsRequest::default();
                let answer = work.list_applications(with(token, ask)).await?.into_inner();
                Ok(sees(
                    answer.applications.iter().any(|one| one.id == submitted),
                ))
            }
            "VerifyApplication" => {
                let ask = pb::VerifyApplicationRequest::default();
                fine(work.verify_application(with(token, ask)).await)
            }
            "GetReport" => {
                let ask = pb::GetReportRequest {
                    superior: ARC.into(),
                    ..Default::default()
                };
                fine(work.get_report(with(token, ask)).await)
            }
            "TryPolicy" => {
                let ask = pb::TryPolicyRequest {
                    oid: ARC.into(),
                    ..Default::default()
                };
                fine(work.try_policy(with(token, ask)).await)
            }
            "ListNotices" => {
                let ask = pb::ListNoticesRequest::default();
                let answer = work.list_notices(with(token, ask)).await?.into_inner();
                let about = |one: &pb::Notice| one.application == submitted;
                Ok(sees(answer.notices.iter().any(about)))
            }
            "AcknowledgeApplication" => fine(
                work.acknowledge_application(with(token, on(submitted)))
                    .await,
            ),
            "BeginReview" => fine(work.begin_review(with(token, on(submitted))).await),
            "ApproveApplication" => fine(work.approve_application(with(token, on(reviewed))).await),
            "WithdrawApplication" => fine(work.withdraw_application(with(token, on(own))).await),
            "AttachPaper" => {
                let heading = pb::PaperHeading {
                    application: own,
                    attachment: Some(pb::Attachment {
                        sha256: vec![7; 32].into(),
                        name: "letter.pdf".into(),
                        media_type: "application/pdf".into(),
                        octets: 9,
                        ..Default::default()
                    }),
                    options,
                    ..Default::default()
                };
                let part = Some(pb::attach_paper_request::Part::Heading(heading));
                let stream = tokio_stream::iter([pb::AttachPaperRequest { part }]);
                fine(work.attach_paper(with(token, stream)).await)
            }
            "FetchPaper" => {
                let ask = pb::FetchPaperRequest {
                    application: submitted,
                    sha256: vec![7; 32].into(),
                };
                fine(work.fetch_paper(with(token, ask)).await)
            }
            "RequestInformation" => {
                fine(work.request_information(with(token, tell(submitted))).await)
            }
            "AnswerApplication" => fine(work.answer_application(with(token, tell(asked))).await),
            "AppealApplication" => fine(work.appeal_application(with(token, tell(rejected))).await),
            "CommentApplication" => {
                let ask = pb::CommentApplicationRequest {
                    application: submitted,
                    text: "hm".into(),
                    options,
                    ..Default::default()
                };
                fine(work.comment_application(with(token, ask)).await)
            }
            "AmendApplication" => {
                let anew = harness::application(ARC, "Anew");
                let ask = pb::AmendApplicationRequest {
                    application: own,
                    entry: Some(titled("anew")),
                    about: anew.about,
                    options,
                    ..Default::default()
                };
                fine(work.amend_application(with(token, ask)).await)
            }
            "RejectApplication" => {
                let ask = pb::RejectApplicationRequest {
                    application: reviewed,
                    reason: pb::RejectionReason::Duplicate as i32,
                    text: "twice".into(),
                    options,
                    ..Default::default()
                };
                fine(work.reject_application(with(token, ask)).await)
            }
            "DecideAppeal" => {
                let ask = pb::DecideAppealRequest {
                    application: appealed,
                    granted: true,
                    text: "so be it".into(),
                    options,
                    ..Default::default()
                };
                fine(work.decide_appeal(with(token, ask)).await)
            }
            "SetApplicationFee" => {
                let fee = pb::Fee {
                    state: pb::FeeState::Waived as i32,
                    text: "a public body".into(),
                    amount: None,
                };
                let ask = pb::SetApplicationFeeRequest {
                    application: submitted,
                    fee: Some(fee),
                    options,
                    ..Default::default()
                };
                fine(work.set_application_fee(with(token, ask)).await)
            }
            _ => panic!("{method} is called nowhere here"),
        }
    }

    async fn read(&self, method: &str, token: Option<&str>) -> Result<&'static str, Status> {
        let mut reads = self.house.reads();
        let oid = || HIDDEN.to_owned();
        Ok(match method {
            "Resolve" => {
                let ask = pb::ResolveRequest {
                    oid: oid(),
                    ..Default::default()
                };
                let answer = reads.resolve(with(token, ask)).await?.into_inner();
                sees(answer.outcome() == Outcome::Found)
            }
            "BatchResolve" => {
                let ask = pb::BatchResolveRequest {
                    oids: vec![oid()],
                    ..Default::default()
                };
                let rows = reads
                    .batch_resolve(with(token, ask))
                    .await?
                    .into_inner()
                    .rows;
                let Some(pb::batch_resolve_response::row::Result::Response(answer)) =
                    rows.into_iter().next().and_then(|row| row.result)
                else {
                    return Ok("NO ANSWER");
                };
                sees(answer.outcome() == Outcome::Found)
            }
            "ListChildren" => {
                let ask = pb::ListChildrenRequest {
                    oid: ARC.into(),
                    ..Default::default()
                };
                let answer = reads.list_children(with(token, ask)).await?.into_inner();
                sees(answer.entries.iter().any(|one| one.oid == HIDDEN))
            }
            "WalkSubtree" => {
                let ask = pb::WalkSubtreeRequest {
                    oid: ARC.into(),
                    ..Default::default()
                };
                let mut walk = reads.walk_subtree(with(token, ask)).await?.into_inner();
                let mut found = false;
                while let Some(part) = soon(walk.message()).await? {
                    found |= part.entries.iter().any(|one| one.oid == HIDDEN);
                }
                sees(found)
            }
            "GetHistory" => {
                let ask = pb::GetHistoryRequest {
                    oid: oid(),
                    ..Default::default()
                };
                reads.get_history(with(token, ask)).await?;
                sees(true)
            }
            "GetStatement" => {
                let ask = pb::GetStatementRequest {
                    oid: oid(),
                    ..Default::default()
                };
                reads.get_statement(with(token, ask)).await?;
                sees(true)
            }
            _ => {
                let ask = pb::WatchRequest {
                    oid: oid(),
                    ..Default::default()
                };
                let mut watch = reads.watch(with(token, ask)).await?.into_inner();
                soon(watch.message()).await?;
                sees(true)
            }
        })
    }

    async fn open(&self, method: &str, token: Option<&str>) -> Result<&'static str, Status> {
        let (mut notations, mut about) = (self.house.notations(), self.house.administration());
        match method {
            "Convert" => {
                let ask = pb::ConvertRequest {
                    text: ARC.into(),
                    ..Default::default()
                };
                fine(notations.convert(with(token, ask)).await)
            }
            "Encode" => {
                let ask = pb::EncodeRequest {
                    oid: ARC.into(),
                    encoding: pb::Encoding::Der as i32,
                };
                fine(notations.encode(with(token, ask)).await)
            }
            "Decode" => {
                let ask = pb::DecodeRequest {
                    octets: vec![6, 2, 0x88, 0x37].into(),
                    encoding: pb::Encoding::Der as i32,
                };
                fine(notations.decode(with(token, ask)).await)
            }
            "GetServerInfo" => {
                let ask = pb::GetServerInfoRequest {};
                fine(about.get_server_info(with(token, ask)).await)
            }
            _ => {
                let ask = pb::ExplainRefusalRequest::default();
                fine(about.explain_refusal(with(token, ask)).await)
            }
        }
    }

    async fn number(&self, method: &str, token: Option<&str>) -> Result<&'static str, Status> {
        let mut writes = self.house.writes();
        let superior = || ARC.to_owned();
        let entry = || Some(titled("x"));
        match method {
            "Allocate" => {
                let ask = pb::AllocateRequest {
                    superior: superior(),
                    entry: entry(),
                    options: tried(),
                    ..Default::default()
                };
                fine(writes.allocate(with(token, ask)).await)
            }
            "BatchAllocate" => {
                let one = pb::batch_allocate_request::One {
                    superior: superior(),
                    entry: entry(),
                    ..Default::default()
                };
                let ask = pb::BatchAllocateRequest {
                    allocations: vec![one],
                    options: tried(),
                    ..Default::default()
                };
                fine(writes.batch_allocate(with(token, ask)).await)
            }
            "RecordExisting" => {
                let one = pb::record_existing_request::One {
                    oid: "2.999.5.77".into(),
                    entry: entry(),
                    proof: "a letter".into(),
                    ..Default::default()
                };
                let ask = pb::RecordExistingRequest {
                    arcs: vec![one],
                    options: tried(),
                };
                fine(writes.record_existing(with(token, ask)).await)
            }
            "Hold" => {
                let ask = pb::HoldRequest {
                    superior: superior(),
                    seconds: 60,
                    options: tried(),
                    ..Default::default()
                };
                fine(writes.hold(with(token, ask)).await)
            }
            "ReleaseHold" => {
                let ask = pb::ReleaseHoldRequest {
                    superior: superior(),
                    number: "70".into(),
                    options: tried(),
                    ..Default::default()
                };
                fine(writes.release_hold(with(token, ask)).await)
            }
            "ListHolds" => {
                let ask = pb::ListHoldsRequest {
                    superior: superior(),
                    ..Default::default()
                };
                fine(writes.list_holds(with(token, ask)).await)
            }
            "IssueAllocationToken" => {
                let ask = pb::IssueAllocationTokenRequest {
                    options: tried(),
                    ..promise()
                };
                fine(writes.issue_allocation_token(with(token, ask)).await)
            }
            "RevokeAllocationToken" => {
                let ask = pb::RevokeAllocationTokenRequest {
                    allocation_token: self.promise.clone(),
                    options: tried(),
                };
                fine(writes.revoke_allocation_token(with(token, ask)).await)
            }
            "ListAllocationTokens" => {
                let ask = pb::ListAllocationTokensRequest {
                    superior: superior(),
                    ..Default::default()
                };
                fine(writes.list_allocation_tokens(with(token, ask)).await)
            }
            _ => {
                let ask = pb::ReserveRequest {
                    superior: superior(),
                    first: "80".into(),
                    options: tried(),
                    ..Default::default()
                };
                fine(writes.reserve(with(token, ask)).await)
            }
        }
    }

    async fn arc(&self, method: &str, token: Option<&str>) -> Result<&'static str, Status> {
        let mut writes = self.house.writes();
        let options = tried();
        match method {
            "Amend" => {
                let ask = pb::AmendRequest {
                    oid: HIDDEN.into(),
                    entry: Some(titled("anew")),
                    options,
                    ..Default::default()
                };
                fine(writes.amend(with(token, ask)).await)
            }
            "ChangeState" => {
                let ask = pb::ChangeStateRequest {
                    oid: RESERVED.into(),
                    state: pb::State::Withdrawn as i32,
                    options,
                    ..Default::default()
                };
                fine(writes.change_state(with(token, ask)).await)
            }
            "Delegate" => {
                let hosted = pb::delegation::Hosted {
                    principals: vec![self.staff.clone()],
                };
                let ask = pb::DelegateRequest {
                    oid: HIDDEN.into(),
                    delegation: Some(pb::Delegation {
                        kind: Some(pb::delegation::Kind::Hosted(hosted)),
                    }),
                    options,
                    ..Default::default()
                };
                fine(writes.delegate(with(token, ask)).await)
            }
            "Recall" => {
                let ask = pb::RecallRequest {
                    oid: FURTHER.into(),
                    options,
                    ..Default::default()
                };
                fine(writes.recall(with(token, ask)).await)
            }
            "Transfer" => {
                let registrant = pb::Registrant {
                    kind: pb::PartyKind::Person as i32,
                    name: "Somebody".into(),
                    ..Default::default()
                };
                let ask = pb::TransferRequest {
                    oid: HIDDEN.into(),
                    to: Some(pb::RegistrantRef {
                        kind: Some(pb::registrant_ref::Kind::Registrant(registrant)),
                    }),
                    options,
                    ..Default::default()
                };
                fine(writes.transfer(with(token, ask)).await)
            }
            _ => {
                let ask = pb::SetPolicyRequest {
                    oid: ARC.into(),
                    policy: Some(pb::Policy {
                        title_required: true,
                        ..Default::default()
                    }),
                    options,
                    ..Default::default()
                };
                fine(writes.set_policy(with(token, ask)).await)
            }
        }
    }

    async fn sandbox(&self, method: &str, token: Option<&str>) -> Result<&'static str, Status> {
        let mut writes = self.house.writes();
        if method == "OpenSandbox" {
            let ask = pb::OpenSandboxRequest {
                oid: UNTRIED.into(),
                options: tried(),
                ..Default::default()
            };
            return fine(writes.open_sandbox(with(token, ask)).await);
        }
        let ask = pb::ResetSandboxRequest {
            oid: SANDBOX.into(),
            options: tried(),
            ..Default::default()
        };
        fine(writes.reset_sandbox(with(token, ask)).await)
    }

    async fn template(&self, method: &str, token: Option<&str>) -> Result<&'static str, Status> {
        let mut writes = self.house.writes();
        if method == "SetTemplate" {
            let ask = pb::SetTemplateRequest {
                options: tried(),
                ..template("1")
            };
            return fine(writes.set_template(with(token, ask)).await);
        }
        let ask = pb::CloseTemplateRequest {
            oid: ARC.into(),
            options: tried(),
            ..Default::default()
        };
        fine(writes.close_template(with(token, ask)).await)
    }

    /// What waits at arcs below the arc, which are its authority's own: one is locked, and its release is asked for.
    async fn truth(&self, method: &str, token: Option<&str>) -> Result<&'static str, Status> {
        let mut writes = self.house.writes();
        let (oid, options) = (HIDDEN.to_owned(), tried());
        match method {
            "Renew" => {
                let ask = pb::RenewRequest {
                    oid,
                    end: Some(pb::renew_request::End::Seconds(60)),
                    options,
                    ..Default::default()
                };
                fine(writes.renew(with(token, ask)).await)
            }
            "ReportError" => {
                let ask = pb::ReportErrorRequest {
                    oid,
                    what: "all of it".into(),
                    options,
                };
                fine(writes.report_error(with(token, ask)).await)
            }
            "AcceptReport" => {
                let ask = pb::AcceptReportRequest {
                    oid: LOCKED.into(),
                    options,
                    ..Default::default()
                };
                fine(writes.accept_report(with(token, ask)).await)
            }
            "SettleSuspicion" => {
                let ask = pb::SettleSuspicionRequest {
                    oid: LOCKED.into(),
                    options,
                    ..Default::default()
                };
                fine(writes.settle_suspicion(with(token, ask)).await)
            }
            "ConfirmContact" => {
                let ask = pb::ConfirmContactRequest {
                    oid: HELD.into(),
                    options,
                    ..Default::default()
                };
                fine(writes.confirm_contact(with(token, ask)).await)
            }
            _ => panic!("{method} is called nowhere here"),
        }
    }

    async fn consent(&self, method: &str, token: Option<&str>) -> Result<&'static str, Status> {
        let mut writes = self.house.writes();
        let (oid, options) = (HIDDEN.to_owned(), tried());
        let kind = pb::LockKind::Authority.into();
        match method {
            "OfferTransfer" => {
                let registrant = pb::Registrant {
                    kind: pb::PartyKind::Person as i32,
                    name: "Somebody".into(),
                    ..Default::default()
                };
                let ask = pb::OfferTransferRequest {
                    oid,
                    to: Some(pb::RegistrantRef {
                        kind: Some(pb::registrant_ref::Kind::Registrant(registrant)),
                    }),
                    options,
                    ..Default::default()
                };
                fine(writes.offer_transfer(with(token, ask)).await)
            }
            "Lock" => {
                let ask = pb::LockRequest {
                    oid,
                    kind,
                    options,
                    ..Default::default()
                };
                fine(writes.lock(with(token, ask)).await)
            }
            "Plan" => {
                let ask = pb::PlanRequest {
                    oid,
                    at: Some(in_millis(60_000)),
                    act: Some(pb::PlannedAct {
                        act: Some(pb::planned_act::Act::Review("why".into())),
                    }),
                    options,
                    ..Default::default()
                };
                fine(writes.plan(with(token, ask)).await)
            }
            "CancelPlan" => {
                let ask = pb::CancelPlanRequest {
                    oid: LOCKED.into(),
                    number: 1,
                    options,
                    ..Default::default()
                };
                fine(writes.cancel_plan(with(token, ask)).await)
            }
            "Unlock" => {
                let ask = pb::UnlockRequest {
                    oid: LOCKED.into(),
                    kind: pb::LockKind::Holder.into(),
                    options,
                    ..Default::default()
                };
                fine(writes.unlock(with(token, ask)).await)
            }
            "Consent" => {
                let ask = pb::ConsentRequest {
                    oid: LOCKED.into(),
                    options,
                    ..Default::default()
                };
                fine(writes.consent(with(token, ask)).await)
            }
            _ => {
                let ask = pb::RetractRequest {
                    oid: LOCKED.into(),
                    options,
                    ..Default::default()
                };
                fine(writes.retract(with(token, ask)).await)
            }
        }
    }

    /// Labels of arcs below the arc that are provisional: one is challenged, by a guest.
    async fn label(&self, method: &str, token: Option<&str>) -> Result<&'static str, Status> {
        match method {
            "ChallengeLabel" => {
                let ask = pb::ChallengeLabelRequest {
                    options: tried(),
                    ..challenge("2.999.5.20", "Claimed")
                };
                fine(self.house.writes().challenge_label(with(token, ask)).await)
            }
            "DecideChallenge" => {
                let ask = pb::DecideChallengeRequest {
                    oid: "2.999.5.21".into(),
                    label: "Disputed".into(),
                    upheld: true,
                    options: tried(),
                    ..Default::default()
                };
                fine(self.house.writes().decide_challenge(with(token, ask)).await)
            }
            _ => {
                let ask = pb::ListLabelClaimsRequest {
                    superior: ARC.into(),
                    ..Default::default()
                };
                let answer = self.house.reads().list_label_claims(with(token, ask)).await;
                Ok(sees(answer?.into_inner().claims.len() == 2))
            }
        }
    }

    async fn principal(&self, method: &str, token: Option<&str>) -> Result<&'static str, Status> {
        let mut access = self.house.access();
        let principal = self.staff.clone();
        let options = tried();
        match method {
            "AddPrincipal" => {
                let ask = pb::AddPrincipalRequest {
                    kind: pb::PartyKind::Person as i32,
                    name: "Another".into(),
                    home: ARC.into(),
                    options,
                    ..Default::default()
                };
                fine(access.add_principal(with(token, ask)).await)
            }
            "ExportPerson" => {
                let ask = pb::ExportPersonRequest { person: principal };
                fine(access.export_person(with(token, ask)).await)
            }
            "FindLookAlikes" => {
                let ask = pb::FindLookAlikesRequest {
                    oid: ARC.into(),
                    ..Default::default()
                };
                fine(access.find_look_alikes(with(token, ask)).await)
            }
            "ErasePerson" => {
                let ask = pb::ErasePersonRequest {
                    person: principal,
                    basis: "on request".into(),
                    options,
                    ..Default::default()
                };
                fine(access.erase_person(with(token, ask)).await)
            }
            "DescribePrincipal" => {
                let ask = pb::DescribePrincipalRequest {
                    principal,
                    name: "Anew".into(),
                    options,
                    ..Default::default()
                };
                fine(access.describe_principal(with(token, ask)).await)
            }
            "ChangeStanding" => {
                let ask = pb::ChangeStandingRequest {
                    principal,
                    standing: pb::Standing::Suspended as i32,
                    options,
                };
                fine(access.change_standing(with(token, ask)).await)
            }
            "GetPrincipal" => {
                let ask = pb::GetPrincipalRequest {
                    principal,
                    read: None,
                };
                fine(access.get_principal(with(token, ask)).await)
            }
            "ListPrincipals" => {
                let ask = pb::ListPrincipalsRequest::default();
                let answer = access.list_principals(with(token, ask)).await?.into_inner();
                let found = answer.principals.iter().any(|one| one.id == principal);
                Ok(sees(found))
            }
            "GrantRole" => {
                let ask = pb::GrantRoleRequest {
                    principal,
                    role: pb::Role::Auditor as i32,
                    oid: ARC.into(),
                    options,
                };
                fine(access.grant_role(with(token, ask)).await)
            }
            _ => {
                let ask = pb::RevokeRoleRequest {
                    principal,
                    role: pb::Role::Registrar as i32,
                    oid: ARC.into(),
                    options,
                };
                fine(access.revoke_role(with(token, ask)).await)
            }
        }
    }

    async fn credential(&self, method: &str, token: Option<&str>) -> Result<&'static str, Status> {
        let mut access = self.house.access();
        let principal = self.staff.clone();
        let options = tried();
        match method {
            "WhoAmI" => fine(access.who_am_i(with(token, pb::WhoAmIRequest {})).await),
            "IssueToken" => {
                let ask = pb::IssueTokenRequest {
                    principal,
                    name: "laptop".into(),
                    options,
                    ..Default::default()
                };
                fine(access.issue_token(with(token, ask)).await)
            }
            "BindCredential" => {
                let name = "DNS:client.example.org".to_owned();
                let to = pb::bind_credential_request::Certificate { name };
                let ask = pb::BindCredentialRequest {
                    principal,
                    name: "server".into(),
                    to: Some(pb::bind_credential_request::To::Certificate(to)),
                    options,
                    ..Default::default()
                };
                fine(access.bind_credential(with(token, ask)).await)
            }
            "Invite" => {
                let ask = pb::InviteRequest {
                    principal,
                    options,
                    ..Default::default()
                };
                fine(access.invite(with(token, ask)).await)
            }
            "AcceptInvitation" => {
                let ask = pb::AcceptInvitationRequest {
                    code: self.code.clone(),
                    name: "laptop".into(),
                    options,
                };
                fine(access.accept_invitation(with(token, ask)).await)
            }
            "RevokeCredential" => {
                let ask = pb::RevokeCredentialRequest {
                    credential: self.credential.clone(),
                    options,
                };
                fine(access.revoke_credential(with(token, ask)).await)
            }
            "ListCredentials" => {
                let ask = pb::ListCredentialsRequest {
                    principal,
                    ..Default::default()
                };
                fine(access.list_credentials(with(token, ask)).await)
            }
            _ => panic!("{method} is called nowhere here"),
        }
    }
}

fn challenge(oid: &str, label: &str) -> pb::ChallengeLabelRequest {
    pb::ChallengeLabelRequest {
        oid: oid.into(),
        label: label.into(),
        text: "it is ours".into(),
        ..Default::default()
    }
}

/// Two arcs with provisional labels, of which a guest challenges one.
async fn labels(house: &House, delegate: &str, guest: &str) {
    let windowed = pb::Policy {
        label_challenge_seconds: Some(600),
        ..Default::default()
    };
    house.policy(delegate, ARC, windowed).await;
    let mut writes = house.writes();
    for (at, label) in [(20, "Claimed"), (21, "Disputed")] {
        let label = pb::Label {
            label: label.into(),
            ..Default::default()
        };
        let ask = pb::AllocateRequest {
            superior: ARC.into(),
            number: number(at),
            entry: Some(pb::NewEntry {
                labels: vec![label],
                ..Default::default()
            }),
            ..Default::default()
        };
        writes.allocate(signed_with(delegate, ask)).await.unwrap();
    }
    let ask = signed_with(guest, challenge("2.999.5.21", "Disputed"));
    writes.challenge_label(ask).await.unwrap();
}

/// What is promised below the arc.
fn promise() -> pb::IssueAllocationTokenRequest {
    let numbers = Some(pb::NumberRange {
        from: "100".into(),
        to: "199".into(),
    });
    let range = pb::PromisedRange { numbers, count: 2 };
    pb::IssueAllocationTokenRequest {
        superior: ARC.into(),
        of: Some(pb::issue_allocation_token_request::Of::Range(range)),
        name: "promise".into(),
        until: Some(in_millis(600_000)),
        ..Default::default()
    }
}

/// The id of a token by which that is promised.
async fn promised(house: &House, delegate: &str) -> String {
    let issued = house
        .writes()
        .issue_allocation_token(signed_with(delegate, promise()))
        .await;
    issued.unwrap().into_inner().allocation_token.unwrap().id
}

/// What lies below the arc.
async fn below(house: &House, delegate: &str) {
    let hidden = pb::AllocateRequest {
        superior: ARC.into(),
        number: number(3),
        entry: Some(pb::NewEntry {
            visibility: pb::Visibility::Hidden as i32,
            ..titled("hidden")
        }),
        ..Default::default()
    };
    let mut writes = house.writes();
    writes
        .allocate(signed_with(delegate, hidden))
        .await
        .unwrap();
    for number in [6, 7, 9, 11, 12] {
        house.allocate_as(delegate, ARC, number).await.unwrap();
    }
    let opened = pb::OpenSandboxRequest {
        oid: SANDBOX.into(),
        ..Default::default()
    };
    let opened = signed_with(delegate, opened);
    writes.open_sandbox(opened).await.unwrap();
    let ruled = signed_with(delegate, template("0"));
    writes.set_template(ruled).await.unwrap();
    let reserved = pb::ReserveRequest {
        superior: ARC.into(),
        first: "4".into(),
        ..Default::default()
    };
    writes
        .reserve(signed_with(delegate, reserved))
        .await
        .unwrap();
    let held = pb::HoldRequest {
        superior: ARC.into(),
        number: number(70),
        seconds: 600,
        options: None,
    };
    writes.hold(signed_with(delegate, held)).await.unwrap();
}

/// Gives an arc to a registrant; locks another in both ways, lets it be reported as wrong, and asks for the authority's lock to be released.
/// A template of the arc that covers the numbers that no test registers.
fn template(uri: &str) -> pb::SetTemplateRequest {
    pb::SetTemplateRequest {
        oid: ARC.into(),
        template: Some(pb::Template {
            numbers: vec![pb::NumberRange {
                from: "1000000".into(),
                to: String::new(),
            }],
            services: vec![pb::Service {
                kind: "info".into(),
                uri: format!("https://meters.example/{uri}/{{number}}"),
                priority: 0,
            }],
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Locks an arc in both ways, and asks for the authority's lock to be released.
async fn lock(house: &House, staff: &str) {
    let mut writes = house.writes();
    for kind in [pb::LockKind::Holder, pb::LockKind::Authority] {
        let ask = pb::LockRequest {
            oid: LOCKED.into(),
            kind: kind.into(),
            ..Default::default()
        };
        writes.lock(signed_with(staff, ask)).await.unwrap();
    }
    let ask = pb::UnlockRequest {
        oid: LOCKED.into(),
        kind: pb::LockKind::Authority.into(),
        ..Default::default()
    };
    writes.unlock(signed_with(staff, ask)).await.unwrap();
    let ask = pb::PlanRequest {
        oid: LOCKED.into(),
        at: Some(in_millis(600_000)),
        act: Some(pb::PlannedAct {
            act: Some(pb::planned_act::Act::Review("why".into())),
        }),
        ..Default::default()
    };
    writes.plan(signed_with(staff, ask)).await.unwrap();
    let somebody_else = pb::Registrant {
        kind: pb::PartyKind::Person as i32,
        name: "Somebody".into(),
        ..Default::default()
    };
    let held = pb::AllocateRequest {
        superior: ARC.into(),
        number: number(10),
        entry: Some(pb::NewEntry {
            registrant: Some(pb::RegistrantRef {
                kind: Some(pb::registrant_ref::Kind::Registrant(somebody_else)),
            }),
            ..titled("held")
        }),
        allocation_token: String::new(),
        options: None,
    };
    writes.allocate(signed_with(staff, held)).await.unwrap();
    // Who sees the arc and does not register there: the report waits.
    let auditor = somebody(house, pb::Role::Auditor, NODE).await;
    let ask = pb::ReportErrorRequest {
        oid: LOCKED.into(),
        what: "all of it".into(),
        options: None,
    };
    writes
        .report_error(signed_with(&auditor, ask))
        .await
        .unwrap();
}

/// The applications of [`Stage::cases`], judged by the staff of the arc.
async fn cases(house: &House, guest: &str, delegate: &str, staff: &str) -> [String; 6] {
    let mut work = house.applications();
    let mut made = Vec::new();
    for (token, name) in [(guest, "G"), (delegate, "D")] {
        for number in 0..3 {
            let ask = harness::application(ARC, &format!("{name}{number}"));
            made.push(house.apply(token, ask).await);
        }
    }
    house.open_outbox().await;
    let remark = pb::CommentApplicationRequest {
        application: made[0].clone(),
        text: "we shall see".into(),
        to_applicant: true,
        ..Default::default()
    };
    let remark = signed_with(staff, remark);
    work.comment_application(remark).await.unwrap();
    let on = |id: &String| pb::ActOnApplicationRequest {
        application: id.clone(),
        ..Default::default()
    };
    let tell = |id: &String| pb::TellApplicationRequest {
        application: id.clone(),
        text: "why".into(),
        ..Default::default()
    };
    for at in [1, 2, 5] {
        let review = signed_with(staff, on(&made[at]));
        work.begin_review(review).await.unwrap();
    }
    for at in [2, 5] {
        let reject = pb::RejectApplicationRequest {
            application: made[at].clone(),
            reason: pb::RejectionReason::Other as i32,
            text: "no".into(),
            ..Default::default()
        };
        let reject = signed_with(staff, reject);
        work.reject_application(reject).await.unwrap();
    }
    let appeal = signed_with(guest, tell(&made[2]));
    work.appeal_application(appeal).await.unwrap();
    let question = signed_with(staff, tell(&made[4]));
    work.request_information(question).await.unwrap();
    made.try_into().unwrap()
}

/// The token of somebody with a role.
async fn somebody(house: &House, role: pb::Role, oid: &str) -> String {
    let admin = house.token.clone();
    let id = house.add(&admin, "Somebody", "").await;
    house.grant(&admin, &id, role, oid).await;
    house.welcome(&admin, &id).await
}

/// One more token of whose `token` is, good for less.
async fn narrowed(house: &House, token: &str, read_only: bool, oid: &str) -> String {
    let request = pb::IssueTokenRequest {
        name: "narrow".into(),
        scope: Some(pb::Scope {
            read_only,
            oid: oid.into(),
        }),
        ..Default::default()
    };
    let answer = house
        .access()
        .issue_token(signed_with(token, request))
        .await;
    answer.unwrap().into_inner().token
}

async fn who(house: &House, token: &str) -> pb::WhoAmIResponse {
    let who = signed_with(token, pb::WhoAmIRequest {});
    house.access().who_am_i(who).await.unwrap().into_inner()
}

/// Tokens that were as good as the delegate's, in the order of [`OVER`].
async fn over(house: &House) -> Vec<String> {
    let admin = house.token.clone();
    let suspended = somebody(house, pb::Role::Administrator, "").await;
    let id = who(house, &suspended).await.principal.unwrap().id;
    house.stand(&admin, &id, pb::Standing::Suspended).await;
    let request = pb::IssueTokenRequest {
        name: "short".into(),
        expires: Some(in_millis(300)),
        ..Default::default()
    };
    let expired = house
        .access()
        .issue_token(signed_with(&admin, request))
        .await;
    let expired = expired.unwrap().into_inner().token;
    let revoked = narrowed(house, &admin, false, "").await;
    let request = pb::RevokeCredentialRequest {
        credential: who(house, &revoked).await.credential.unwrap().id,
        options: None,
    };
    let request = signed_with(&admin, request);
    house.access().revoke_credential(request).await.unwrap();
    tokio::time::sleep(Duration::from_millis(400)).await;
    vec![suspended, expired, revoked]
}

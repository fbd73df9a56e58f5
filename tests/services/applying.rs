//! Applications through the server: the walk, who learns what, and what comes of two who act at once.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use oidra::{
    grpc::limits::{APPLICATIONS_LOOKED_AT_MAX, NOTICES_LOOKED_AT_MAX, TRIAL_CASES_MAX},
    model::{
        Timestamp,
        clock::{Clock, SystemClock},
        limits::APPLICATIONS_OPEN_MAX,
    },
    pb::v1::{self as pb, attach_paper_request::Part, resolve_response::Outcome},
};
use sha2::{Digest as _, Sha256};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::harness::{House, NODE, application, open_to_all, refused, signed_with, soon};

/// People who judge and one who applies, by their tokens.
struct People {
    applicant: String,
    reviewers: Vec<String>,
    stranger: String,
}

async fn people(house: &House) -> People {
    let admin = house.token.clone();
    let mut reviewers = Vec::new();
    for role in [
        pb::Role::Reviewer,
        pb::Role::Registrar,
        pb::Role::Administrator,
    ] {
        let id = house.add(&admin, "Reviewer", "").await;
        house.grant(&admin, &id, role, NODE).await;
        reviewers.push(house.welcome(&admin, &id).await);
    }
    let applicant = house.add(&admin, "Applicant", "").await;
    let stranger = house.add(&admin, "Stranger", "").await;
    People {
        applicant: house.welcome(&admin, &applicant).await,
        stranger: house.welcome(&admin, &stranger).await,
        reviewers,
    }
}

fn on(id: &str) -> pb::ActOnApplicationRequest {
    pb::ActOnApplicationRequest {
        application: id.into(),
        ..Default::default()
    }
}

fn tell(id: &str, text: &str) -> pb::TellApplicationRequest {
    pb::TellApplicationRequest {
        application: id.into(),
        text: text.into(),
        ..Default::default()
    }
}

async fn review(house: &House, token: &str, id: &str) {
    let request = signed_with(token, on(id));
    house.applications().begin_review(request).await.unwrap();
}

async fn approve(house: &House, token: &str, id: &str) -> Result<pb::ApplicationResponse, Status> {
    let request = signed_with(token, on(id));
    let answer = house.applications().approve_application(request).await;
    answer.map(tonic::Response::into_inner)
}

async fn get(house: &House, token: &str, id: &str) -> Result<pb::GetApplicationResponse, Status> {
    let request = pb::GetApplicationRequest {
        application: id.into(),
    };
    let request = signed_with(token, request);
    let answer = house.applications().get_application(request).await;
    answer.map(tonic::Response::into_inner)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_becomes_an_arc_that_resolves() {
    let house = House::open().await;
    let admin = house.token.clone();
    house.policy(&admin, NODE, open_to_all(2)).await;
    let people = people(&house).await;
    let mut work = house.applications();
    let mut ask = application(NODE, "وزارة الصحة 𠮷 Wizara");
    let long = "الصحة 🌍 ".repeat(1_000);
    let entry = ask.entry.as_mut().unwrap();
    entry.labels = vec![pb::Label {
        label: "الصحة".into(),
        language: "ar".into(),
    }];
    entry.descriptions = vec![pb::Text {
        language: "ar".into(),
        text: long.clone(),
    }];
    ask.number = "42".into();
    ask.options = Some(pb::WriteOptions {
        request_id: "apply-1".into(),
        ..Default::default()
    });
    let first = signed_with(&people.applicant, ask.clone());
    let first = work.submit_application(first).await.unwrap().into_inner();
    let app = first.application.unwrap();
    assert_eq!(app.stage(), pb::ApplicationStage::Submitted);
    assert_eq!(app.applicant.unwrap().email, "office@example.org");
    // A retry is the same application.
    let again = signed_with(&people.applicant, ask);
    let again = work.submit_application(again).await.unwrap().into_inner();
    assert!(again.replayed);
    assert_eq!(again.application.unwrap().id, app.id);
    let id = app.id.as_str();
    let [one, two, _] = people.reviewers.as_slice() else {
        unreachable!()
    };
    let request = signed_with(one, on(id));
    work.acknowledge_application(request).await.unwrap();
    // An etag of before is told.
    let stale = pb::ActOnApplicationRequest {
        etag: app.etag.clone(),
        ..on(id)
    };
    let stale = work.begin_review(signed_with(one, stale)).await;
    refused(stale, Code::Aborted, "REVISION_MOVED");
    let question = signed_with(one, tell(id, "Nani?"));
    work.request_information(question).await.unwrap();
    let internal = pb::CommentApplicationRequest {
        application: id.into(),
        text: "looks fine".into(),
        ..Default::default()
    };
    work.comment_application(signed_with(two, internal))
        .await
        .unwrap();
    let answer = signed_with(&people.applicant, tell(id, "Sisi. نحن"));
    let answered = work.answer_application(answer).await.unwrap().into_inner();
    let seen = answered.application.unwrap();
    let kinds: Vec<_> = seen.remarks.iter().map(pb::Remark::kind).collect();
    assert_eq!(kinds, [pb::RemarkKind::Question, pb::RemarkKind::Answer]);
    assert!(seen.remarks[0].by.is_empty() && !seen.remarks[1].by.is_empty());
    let own = get(&house, &people.applicant, id).await.unwrap();
    assert!(own.checklist.is_empty());
    let known = get(&house, two, id).await.unwrap();
    assert_eq!(known.application.unwrap().remarks.len(), 3);
    assert_eq!(known.approvals_wanted, 2);
    let half = approve(&house, one, id).await.unwrap();
    assert!(half.entry.is_none());
    let whole = approve(&house, two, id).await.unwrap();
    let entry = whole.entry.unwrap();
    assert_eq!(entry.oid, "2.999.42");
    assert_eq!(whole.application.unwrap().oid, "2.999.42");
    let resolved = house.resolve("/Joint-ISO-ITU-T/999/الصحة").await;
    let resolved = if resolved.outcome() == Outcome::Found {
        resolved
    } else {
        house.resolve("2.999.42").await
    };
    let entry = resolved.entry.unwrap();
    assert_eq!(entry.descriptions[0].text, long);
    assert_eq!(entry.titles[0].text, "وزارة الصحة 𠮷 Wizara");
    assert_eq!(entry.applied, app.submitted);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_nobody_elses_business() {
    let house = House::open().await;
    let admin = house.token.clone();
    house.policy(&admin, NODE, open_to_all(1)).await;
    let people = people(&house).await;
    let id = house
        .apply(&people.applicant, application(NODE, "Secret plans"))
        .await;
    let told = |status: Status| (status.code(), status.message().to_owned());
    let stranger = get(&house, &people.stranger, &id).await.unwrap_err();
    let absent = get(&house, &people.stranger, "a-none").await.unwrap_err();
    assert_eq!(
        stranger.get_details_error_info().unwrap().reason,
        "APPLICATION_UNKNOWN"
    );
    assert_eq!(told(stranger), told(absent));
    for act in [id.as_str(), "a-none"] {
        let request = signed_with(&people.stranger, on(act));
        let answer = house.applications().approve_application(request).await;
        refused(answer, Code::NotFound, "APPLICATION_UNKNOWN");
    }
    // Not in what is watched, nor in a history, nor in a dump of the public items.
    let history = pb::GetHistoryRequest {
        oid: NODE.into(),
        ..Default::default()
    };
    let history = house.reads().get_history(history).await.unwrap();
    let history = format!("{history:?}");
    assert!(!history.contains(&id) && !history.contains("Secret plans"));
    // Who names somebody else's registrant learns nothing of it.
    let seen = get(&house, &people.reviewers[0], &id).await.unwrap();
    let registrant = seen.application.unwrap().applicant.unwrap().id;
    let mut ask = application(NODE, "Other");
    ask.entry.as_mut().unwrap().registrant = Some(pb::RegistrantRef {
        kind: Some(pb::registrant_ref::Kind::Id(registrant)),
    });
    let request = signed_with(&people.stranger, ask);
    let other = house.applications().submit_application(request).await;
    let other = other.unwrap().into_inner().application.unwrap();
    let party = other.applicant.unwrap();
    assert_eq!((party.name.as_str(), party.email.as_str()), ("", ""));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_approve_at_once_one_gives_the_arc_out() {
    let house = House::open().await;
    let admin = house.token.clone();
    house.policy(&admin, NODE, open_to_all(1)).await;
    let people = people(&house).await;
    for round in 0..8 {
        let ask = application(NODE, &format!("Round {round}"));
        let id = house.apply(&people.applicant, ask).await;
        review(&house, &people.reviewers[0], &id).await;
        let (one, two) = tokio::join!(
            approve(&house, &people.reviewers[0], &id),
            approve(&house, &people.reviewers[1], &id)
        );
        let (won, lost) = match (one, two) {
            (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
            other => panic!("{other:?}"),
        };
        let details = lost.get_details_error_info().unwrap();
        assert_eq!(details.reason, "APPLICATION_STAGE");
        assert!(lost.message().contains("approved"), "{lost:?}");
        assert_eq!(won.entry.unwrap().oid, format!("{NODE}.{}", round + 1));
    }
    // Where two are wanted, both count, and the later one gives it out.
    house.policy(&admin, NODE, open_to_all(2)).await;
    let id = house
        .apply(&people.applicant, application(NODE, "Both"))
        .await;
    review(&house, &people.reviewers[0], &id).await;
    let (one, two) = tokio::join!(
        approve(&house, &people.reviewers[0], &id),
        approve(&house, &people.reviewers[1], &id)
    );
    let given = [one.unwrap(), two.unwrap()].map(|one| one.entry.is_some());
    assert_eq!(given.iter().filter(|one| **one).count(), 1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_approval_and_a_withdrawal_at_once_one_comes_true() {
    let house = House::open().await;
    let admin = house.token.clone();
    house.policy(&admin, NODE, open_to_all(1)).await;
    let people = people(&house).await;
    for round in 0..8 {
        let ask = application(NODE, &format!("Round {round}"));
        let id = house.apply(&people.applicant, ask).await;
        review(&house, &people.reviewers[0], &id).await;
        let mut work = house.applications();
        let withdrawal = signed_with(&people.applicant, on(&id));
        let (approved, withdrawn) = tokio::join!(
            approve(&house, &people.reviewers[0], &id),
            work.withdraw_application(withdrawal)
        );
        let stage = get(&house, &people.applicant, &id).await.unwrap();
        let stage = stage.application.unwrap().stage();
        match (approved, withdrawn) {
            (Ok(_), Err(lost)) => {
                assert_eq!(stage, pb::ApplicationStage::Approved);
                refused(
                    Err::<(), _>(lost),
                    Code::FailedPrecondition,
                    "APPLICATION_STAGE",
                );
            }
            (Err(lost), Ok(_)) => {
                assert_eq!(stage, pb::ApplicationStage::Withdrawn);
                refused(
                    Err::<(), _>(lost),
                    Code::FailedPrecondition,
                    "APPLICATION_STAGE",
                );
            }
            other => panic!("{other:?}"),
        }
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_taken_meanwhile_is_explained_and_can_be_wished_anew() {
    let house = House::open().await;
    let admin = house.token.clone();
    house.policy(&admin, NODE, open_to_all(1)).await;
    let people = people(&house).await;
    let mut ask = application(NODE, "Late");
    ask.number = "7".into();
    let id = house.apply(&people.applicant, ask.clone()).await;
    review(&house, &people.reviewers[0], &id).await;
    house.allocate_as(&admin, NODE, 7).await.unwrap();
    let known = get(&house, &people.reviewers[0], &id).await.unwrap();
    let found = known.checklist.iter().find(|one| one.hinders).unwrap();
    assert_eq!(found.code, "NUMBER_TAKEN");
    let taken = approve(&house, &people.reviewers[0], &id).await;
    refused(taken, Code::AlreadyExists, "NUMBER_TAKEN");
    let mut work = house.applications();
    let question = tell(&id, "7 is taken: another?");
    let question = signed_with(&people.reviewers[0], question);
    work.request_information(question).await.unwrap();
    let anew = pb::AmendApplicationRequest {
        application: id.clone(),
        number: "8".into(),
        entry: ask.entry.map(|entry| pb::NewEntry {
            registrant: None,
            ..entry
        }),
        about: ask.about,
        ..Default::default()
    };
    let anew = signed_with(&people.applicant, anew);
    work.amend_application(anew).await.unwrap();
    let answer = signed_with(&people.applicant, tell(&id, "8"));
    work.answer_application(answer).await.unwrap();
    let given = approve(&house, &people.reviewers[0], &id).await.unwrap();
    assert_eq!(given.entry.unwrap().oid, "2.999.8");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_looks_at_so_many_and_goes_on_after_them() {
    let house = House::open_with(|options| {
        options.rates.principal_writes = 0;
        options.rates.source_writes = 0;
        options.rates.source_calls_at_once = 0;
    })
    .await;
    house.open_outbox().await;
    let admin = house.token.clone();
    house.policy(&admin, NODE, open_to_all(1)).await;
    let mut missing = APPLICATIONS_LOOKED_AT_MAX + 1;
    while missing > 0 {
        let id = house.add(&admin, "Applicant", "").await;
        let token = house.welcome(&admin, &id).await;
        let many = missing.min(APPLICATIONS_OPEN_MAX);
        missing -= many;
        let mut waiting = Vec::new();
        for _ in 0..many {
            let (mut work, token) = (house.applications(), token.clone());
            waiting.push(tokio::spawn(async move {
                let ask = signed_with(&token, application(NODE, "Many"));
                let made = work.submit_application(ask).await?.into_inner();
                let back = pb::ActOnApplicationRequest {
                    application: made.application.unwrap().id,
                    ..Default::default()
                };
                let back = signed_with(&token, back);
                work.withdraw_application(back).await.map(drop)
            }));
        }
        for one in waiting {
            one.await.unwrap().unwrap();
        }
    }
    let mut request = pb::ListApplicationsRequest {
        stage: pb::ApplicationStage::Approved as i32,
        ..Default::default()
    };
    let mut pages = 0;
    loop {
        let asked = house.signed(request.clone());
        let answer = house.applications().list_applications(asked).await;
        let answer = answer.unwrap().into_inner();
        assert!(answer.applications.is_empty());
        pages += 1;
        request.page_token = answer.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(pages, 2);
    // Each was taken back, of which its applicant is told.
    assert_eq!(NOTICES_LOOKED_AT_MAX, APPLICATIONS_LOOKED_AT_MAX);
    let mut request = pb::ListNoticesRequest {
        application: "a-none".into(),
        ..Default::default()
    };
    let mut pages = 0;
    loop {
        let asked = house.signed(request.clone());
        let answer = house.applications().list_notices(asked).await;
        let answer = answer.unwrap().into_inner();
        assert!(answer.notices.is_empty());
        pages += 1;
        request.page_token = answer.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(pages, 2);
    request.application.clear();
    let asked = house.signed(request);
    let answer = house.applications().list_notices(asked).await.unwrap();
    let answer = answer.into_inner();
    assert_eq!(answer.notices.len(), 100, "PAGE_SIZE_STANDARD");
    let kind = pb::NoticeKind::ApplicationWithdrawn as i32;
    let waiting = pb::NoticeOutcome::Waiting as i32;
    let fits = |one: &pb::Notice| one.kind == kind && one.outcome == waiting;
    assert!(answer.notices.iter().all(fits));
    house.close().await;
}

/// The machine's clock, put forward by what a test says.
struct Forward(AtomicI64);

impl Clock for Forward {
    fn now(&self) -> Timestamp {
        let forward = self.0.load(Ordering::SeqCst);
        Timestamp::from_micros(SystemClock.now().micros() + forward * 1_000_000)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_late_is_shown_and_silence_ends_an_application() {
    let clock = Arc::new(Forward(AtomicI64::new(0)));
    let house = House::open_at(Arc::clone(&clock) as Arc<dyn Clock>, |_| {}).await;
    let keeping = tokio::spawn(house.register.clone().keep_house());
    let admin = house.token.clone();
    let policy = pb::Policy {
        acknowledge_seconds: Some(100),
        answer_seconds: Some(500),
        ..open_to_all(1)
    };
    house.policy(&admin, NODE, policy).await;
    let people = people(&house).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let ask = application(NODE, &format!("N{number}"));
        ids.push(house.apply(&people.applicant, ask).await);
    }
    let mut work = house.applications();
    let question = signed_with(&people.reviewers[0], tell(&ids[0], "who?"));
    work.request_information(question).await.unwrap();
    let list = async |token: &str, set: &dyn Fn(&mut pb::ListApplicationsRequest)| {
        let mut found = Vec::new();
        let mut request = pb::ListApplicationsRequest {
            page_size: 2,
            ..Default::default()
        };
        set(&mut request);
        loop {
            let asked = signed_with(token, request.clone());
            let answer = house.applications().list_applications(asked).await;
            let answer = answer.unwrap().into_inner();
            found.extend(answer.applications.into_iter().map(|one| one.id));
            request.page_token = answer.next_page_token;
            if request.page_token.is_empty() {
                return found;
            }
        }
    };
    assert_eq!(list(&people.reviewers[0], &|_| {}).await, ids);
    assert_eq!(list(&people.applicant, &|one| one.own = true).await, ids);
    assert!(list(&people.stranger, &|_| {}).await.is_empty());
    let late = |one: &mut pb::ListApplicationsRequest| one.overdue = true;
    assert!(list(&people.reviewers[0], &late).await.is_empty());
    clock.0.store(200, Ordering::SeqCst);
    assert_eq!(list(&people.reviewers[0], &late).await, ids[1..]);
    clock.0.store(600, Ordering::SeqCst);
    let expired = |one: &mut pb::ListApplicationsRequest| {
        one.stage = pb::ApplicationStage::Expired as i32;
    };
    soon(async {
        while list(&people.applicant, &expired).await.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    })
    .await;
    assert_eq!(list(&people.applicant, &expired).await, ids[..1]);
    house.close().await;
    keeping.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_tried_on_what_was_applied_for_and_nothing_changes() {
    let house = House::open().await;
    let admin = house.token.clone();
    let policy = pb::Policy {
        categories: ["government", "companies"]
            .into_iter()
            .zip([("1", "99"), ("100", "")])
            .map(|(name, (from, to))| pb::Category {
                name: name.into(),
                windows: vec![pb::NumberRange {
                    from: from.into(),
                    to: to.into(),
                }],
            })
            .collect(),
        ..open_to_all(1)
    };
    house.policy(&admin, NODE, policy.clone()).await;
    let people = people(&house).await;
    let mut work = house.applications();
    let mut ids = Vec::new();
    for (category, number) in [("government", ""), ("companies", "700")] {
        let mut ask = application(NODE, category);
        ask.number = number.into();
        ask.entry.as_mut().unwrap().category = category.into();
        let sent = signed_with(&people.applicant, ask);
        let app = work.submit_application(sent).await.unwrap().into_inner();
        let app = app.application.unwrap();
        assert_eq!(app.entry.unwrap().category, category);
        review(&house, &people.reviewers[0], &app.id).await;
        ids.push(app.id);
    }
    let given = approve(&house, &people.reviewers[0], &ids[0])
        .await
        .unwrap();
    assert_eq!(given.application.unwrap().oid, format!("{NODE}.1"));
    let attempt = async |policy: Option<pb::Policy>| {
        let request = pb::TryPolicyRequest {
            oid: NODE.into(),
            policy,
            ..Default::default()
        };
        let request = signed_with(&people.reviewers[0], request);
        let answer = house.applications().try_policy(request).await;
        answer.map(tonic::Response::into_inner)
    };
    let same = attempt(Some(policy.clone())).await.unwrap();
    assert_eq!((same.applications, same.applications_refused), (2, 0));
    assert!(same.cases.is_empty());
    let strict = pb::Policy {
        categories: vec![policy.categories[0].clone()],
        approvals: 3,
        minimum_contents: vec![pb::MinimumContent::Attachment.into()],
        ..policy.clone()
    };
    let told = attempt(Some(strict)).await.unwrap();
    assert_eq!((told.applications, told.applications_refused), (2, 2));
    let codes = |at: usize| {
        let findings = told.cases[at].findings.iter();
        findings.map(|one| one.code.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(told.cases[0].application, ids[0]);
    assert_eq!(
        (codes(0), told.cases[0].approvals_missing),
        (vec!["CONTENT_REQUIRED"], 2)
    );
    assert_eq!(
        codes(1),
        [
            "CATEGORY_UNKNOWN",
            "NUMBER_OUTSIDE_POLICY",
            "CONTENT_REQUIRED"
        ]
    );
    // What could not be set is refused as it would be.
    let odd = pb::Policy {
        windows: policy.categories[0].windows.clone(),
        ..policy.clone()
    };
    refused(
        attempt(Some(odd)).await,
        Code::InvalidArgument,
        "POLICY_INVALID",
    );
    // Nobody may apply where nothing is set.
    let closed = attempt(None).await.unwrap();
    assert_eq!(closed.cases[0].findings[0].code, "APPLICATIONS_CLOSED");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_lists_so_many_cases_and_counts_them_all() {
    let house = House::open().await;
    let admin = house.token.clone();
    let most = u64::try_from(TRIAL_CASES_MAX).unwrap();
    let mut left = most + 1;
    while left > 0 {
        let count = left.min(1_000);
        left -= count;
        let request = pb::BatchAllocateRequest {
            block: Some(pb::batch_allocate_request::Block {
                superior: NODE.into(),
                count,
                ..Default::default()
            }),
            ..Default::default()
        };
        let mut desk = house.writes();
        desk.batch_allocate(signed_with(&admin, request))
            .await
            .unwrap();
    }
    let request = pb::TryPolicyRequest {
        oid: NODE.into(),
        policy: Some(pb::Policy {
            title_required: true,
            ..Default::default()
        }),
        ..Default::default()
    };
    let answer = house
        .applications()
        .try_policy(signed_with(&admin, request))
        .await;
    let told = answer.unwrap().into_inner();
    assert_eq!((told.arcs, told.arcs_refused), (most + 1, most + 1));
    assert_eq!(told.cases.len(), TRIAL_CASES_MAX);
    assert!(told.cut);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_consent_are_not_guessed_and_tell_nothing_of_an_arc() {
    let house = House::open_with(|options| options.rates.token_failures = 3).await;
    let admin = house.token.clone();
    house.allocate_as(&admin, NODE, 5).await.unwrap();
    let guess = |oid: &str| pb::ConsentRequest {
        oid: oid.into(),
        code: "0000-0000-0000".into(),
        ..Default::default()
    };
    let mut said = Vec::new();
    for oid in ["2.999.5", "2.999.6", "2.999.5"] {
        let answer = house.writes().consent(guess(oid)).await;
        let status = refused(answer, Code::Unauthenticated, "VERIFICATION_UNKNOWN");
        said.push(status.message().to_owned());
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    let answer = house.writes().consent(guess("2.999.5")).await;
    refused(answer, Code::ResourceExhausted, "RATE_LIMITED");
    house.close().await;
}

/// What is told of a letter, and its octets.
fn letter(application: &str, octets: &[u8]) -> (pb::PaperHeading, Vec<u8>) {
    let heading = pb::PaperHeading {
        application: application.into(),
        attachment: Some(pb::Attachment {
            sha256: Sha256::digest(octets).to_vec().into(),
            name: "letter.txt".into(),
            media_type: "text/plain".into(),
            octets: octets.len() as u64,
            ..Default::default()
        }),
        ..Default::default()
    };
    (heading, octets.to_vec())
}

async fn attach(
    house: &House,
    token: &str,
    parts: Vec<Part>,
) -> Result<pb::ApplicationResponse, Status> {
    let messages = parts
        .into_iter()
        .map(|part| pb::AttachPaperRequest { part: Some(part) });
    let stream = tokio_stream::iter(messages.collect::<Vec<_>>());
    let mut work = house.applications();
    let answer = work.attach_paper(signed_with(token, stream)).await;
    answer.map(tonic::Response::into_inner)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_is_kept_once_and_only_whole() {
    let house = House::open().await;
    let admin = house.token.clone();
    house.policy(&admin, NODE, open_to_all(1)).await;
    let people = people(&house).await;
    let id = house.apply(&people.applicant, application(NODE, "A")).await;
    let text = "Habari ya asubuhi 🌍\n".repeat(20_000);
    let (heading, octets) = letter(&id, text.as_bytes());
    let whole = |heading: &pb::PaperHeading| {
        let pieces = octets.chunks(100_000);
        let pieces = pieces.map(|piece| Part::Octets(piece.to_vec().into()));
        let heading = Part::Heading(heading.clone());
        std::iter::once(heading).chain(pieces).collect::<Vec<_>>()
    };
    // Octets without a heading, a second heading, too few and other octets.
    let bare = attach(&house, &people.applicant, whole(&heading)[1..].to_vec()).await;
    refused(bare, Code::InvalidArgument, "FIELD_REQUIRED");
    let twice = [whole(&heading)[..2].to_vec(), whole(&heading)].concat();
    let twice = attach(&house, &people.applicant, twice).await;
    refused(twice, Code::InvalidArgument, "FIELD_INVALID");
    let cut = attach(&house, &people.applicant, whole(&heading)[..2].to_vec()).await;
    refused(cut, Code::InvalidArgument, "FIELD_INVALID");
    let mut other = heading.clone();
    other.attachment.as_mut().unwrap().sha256 = vec![7; 32].into();
    let other = attach(&house, &people.applicant, whole(&other)).await;
    refused(other, Code::InvalidArgument, "FIELD_INVALID");
    // A retry of the same request is answered again without its octets; another is told that nothing changes.
    let named = pb::PaperHeading {
        options: Some(pb::WriteOptions {
            request_id: "paper-1".into(),
            ..Default::default()
        }),
        ..heading.clone()
    };
    let first = attach(&house, &people.applicant, whole(&named))
        .await
        .unwrap();
    let again = vec![Part::Heading(named.clone())];
    let again = attach(&house, &people.applicant, again).await.unwrap();
    assert!(!first.replayed && again.replayed);
    let more = attach(&house, &people.applicant, whole(&heading)).await;
    refused(more, Code::InvalidArgument, "NOTHING_CHANGES");
    let shown = get(&house, &people.reviewers[0], &id).await.unwrap();
    let papers = shown.application.unwrap().papers;
    assert_eq!(papers.len(), 1);
    let request = pb::FetchPaperRequest {
        application: id.clone(),
        sha256: papers[0].attachment.as_ref().unwrap().sha256.clone(),
    };
    for token in [&people.reviewers[0], &people.applicant] {
        let ask = signed_with(token, request.clone());
        let mut stream = house
            .applications()
            .fetch_paper(ask)
            .await
            .unwrap()
            .into_inner();
        let mut back = Vec::new();
        while let Some(piece) = soon(stream.message()).await.unwrap() {
            assert_eq!(piece.paper.is_some(), back.is_empty());
            back.extend(piece.octets);
        }
        assert_eq!(back, text.as_bytes());
    }
    let ask = signed_with(&people.stranger, request.clone());
    let stranger = house.applications().fetch_paper(ask).await;
    refused(stranger, Code::NotFound, "APPLICATION_UNKNOWN");
    house.close().await;
}

/// Somebody else became known with the same application: an export of the applicant tells their id and nothing more.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_tells_of_nobody_else() {
    let house = House::open().await;
    let admin = house.token.clone();
    house.policy(&admin, NODE, open_to_all(1)).await;
    let people = people(&house).await;
    let mut ask = application(NODE, "Wizara");
    let other = pb::Registrant {
        kind: pb::PartyKind::Person as i32,
        name: "Zuhura Fulani".into(),
        telephone: "+255 700 313 131".into(),
        telephone_seen_by: pb::Audience::Nobody as i32,
        ..Default::default()
    };
    ask.entry.as_mut().unwrap().contacts = vec![pb::NewContact {
        role: pb::ContactRole::Technical as i32,
        party: Some(pb::RegistrantRef {
            kind: Some(pb::registrant_ref::Kind::Registrant(other)),
        }),
    }];
    let id = house.apply(&people.applicant, ask).await;
    let known = get(&house, &people.applicant, &id).await.unwrap();
    let known = known.application.unwrap();
    let contact = known.contacts[0].party.clone().unwrap();
    assert_eq!(contact.telephone, "+255 700 313 131");
    let applicant = known.applicant.unwrap();
    let export = async |of: &str| {
        let ask = pb::ExportPersonRequest { person: of.into() };
        let answer = house.access().export_person(house.signed(ask)).await;
        answer.unwrap().into_inner()
    };
    let held = export(&applicant.id).await;
    let told = format!("{held:?}");
    assert!(told.contains("Wizara") && told.contains(&contact.id));
    assert!(
        !told.contains("Zuhura") && !told.contains("313 131"),
        "{told}"
    );
    let held = format!("{:?}", export(&contact.id).await);
    assert!(held.contains("Zuhura") && held.contains("313 131"));
}

//! The audit log: who changed something, tried to, or was shown what is not for everybody; and who may know.

use std::time::Duration;

use oidra::{
    pb::v1 as pb,
    telemetry::audit::{Audit, Options},
};
use tonic::{Code, Status};

use crate::harness::{House, NODE, allocation, refused, signed_with, soon, titled};

/// A house that keeps an audit log.
async fn open() -> (House, Audit, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let audit = Audit::open(Options {
        directory: dir.path().to_owned(),
        bytes_max: 1 << 20,
        files_max: 4,
    })
    .unwrap();
    let kept = audit.clone();
    let house = House::open_with(|options| options.audit = Some(kept)).await;
    (house, audit, dir)
}

async fn ask(
    house: &House,
    token: &str,
    request: pb::ListAuditRequest,
) -> Result<pb::ListAuditResponse, Status> {
    let answer = house.audit().list_audit(signed_with(token, request)).await;
    answer.map(tonic::Response::into_inner)
}

/// The entries of calls other than `ListAudit` itself, once `count` are there, the oldest first.
async fn told(
    house: &House,
    token: &str,
    request: pb::ListAuditRequest,
    count: usize,
) -> Vec<pb::AuditEntry> {
    soon(async {
        loop {
            let answer = ask(house, token, request.clone()).await.unwrap();
            assert!(answer.kept);
            let mut entries = answer.entries;
            entries.retain(|entry| entry.method != "ListAudit");
            if entries.len() >= count {
                assert_eq!(entries.len(), count, "{entries:#?}");
                entries.reverse();
                return entries;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
}

fn all() -> pb::ListAuditRequest {
    pb::ListAuditRequest::default()
}

fn hidden() -> pb::NewEntry {
    pb::NewEntry {
        visibility: pb::Visibility::Hidden as i32,
        ..titled("Secret")
    }
}

async fn resolve(house: &House, token: Option<&str>, oid: &str) -> pb::ResolveResponse {
    let request = pb::ResolveRequest {
        oid: oid.into(),
        ..Default::default()
    };
    let answer = match token {
        Some(token) => house.reads().resolve(signed_with(token, request)).await,
        None => house.reads().resolve(request).await,
    };
    answer.unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_are_told_however_they_end() {
    let (house, audit, dir) = open().await;
    let admin = house.token.clone();
    let written = house.allocate(Some(1), titled("One")).await;
    let taken = house.signed(allocation(Some(1), titled("Again")));
    refused(
        house.writes().allocate(taken).await,
        Code::AlreadyExists,
        "NUMBER_TAKEN",
    );
    let malformed = house.signed(allocation(None, titled("")));
    assert!(house.writes().allocate(malformed).await.is_err());
    let tried = pb::AllocateRequest {
        options: Some(pb::WriteOptions {
            validate_only: true,
            ..Default::default()
        }),
        ..allocation(None, titled("Two"))
    };
    house.writes().allocate(house.signed(tried)).await.unwrap();
    // Strangers would crowd the log.
    assert!(
        house
            .writes()
            .allocate(allocation(None, titled("x")))
            .await
            .is_err()
    );
    let wrong = signed_with("oidra_wrong", allocation(None, titled("x")));
    assert!(house.writes().allocate(wrong).await.is_err());

    let entries = told(&house, &admin, all(), 4).await;
    let short = |entry: &pb::AuditEntry| {
        let ok = entry.outcome() == pb::AuditOutcome::Ok;
        (
            ok,
            entry.refusal.clone(),
            entry.sequence > 0,
            entry.validate_only,
        )
    };
    let expect = [
        (true, String::new(), true, false),
        (false, "NUMBER_TAKEN".to_owned(), false, false),
        (false, "FIELD_REQUIRED".to_owned(), false, false),
        (true, String::new(), false, true),
    ];
    assert_eq!(entries.iter().map(short).collect::<Vec<_>>(), expect);
    let first = &entries[0];
    assert_eq!(first.sequence, written.revision.unwrap().sequence);
    assert_eq!(first.request_id, written.request_id);
    assert_eq!(
        (first.principal.as_str(), first.source.as_str()),
        ("p-admin", "127.0.0.1")
    );
    assert_eq!(
        (first.method.as_str(), &first.oids),
        ("Allocate", &vec![NODE.to_owned()])
    );
    assert!(!first.call_id.is_empty() && first.time.is_some() && first.nodes == 1);

    house.close().await;
    audit.close();
    // Neither tokens nor what was asked to be written stand in the files.
    let mut text = String::new();
    for file in std::fs::read_dir(dir.path()).unwrap() {
        text.push_str(&std::fs::read_to_string(file.unwrap().path()).unwrap());
    }
    assert!(text.contains("p-admin") && text.lines().count() >= 4);
    for secret in [&*admin, "oidra_", "One", "Again"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_everybody_is_told_when_it_is_shown() {
    let (house, audit, _dir) = open().await;
    let admin = house.token.clone();
    house.allocate(Some(1), titled("Open")).await;
    house.allocate(Some(2), hidden()).await;
    let secret = format!("{NODE}.2");
    told(&house, &admin, all(), 2).await;
    // What everybody sees, and what somebody may not see, is no reading of anything confidential.
    resolve(&house, Some(&admin), &format!("{NODE}.1")).await;
    resolve(&house, None, &secret).await;
    let seen = resolve(&house, Some(&admin), &secret).await;
    assert!(seen.entry.is_some());
    let children = pb::ListChildrenRequest {
        oid: NODE.into(),
        ..Default::default()
    };
    let children = house.reads().list_children(house.signed(children)).await;
    assert_eq!(children.unwrap().into_inner().entries.len(), 2);
    let walk = pb::WalkSubtreeRequest {
        oid: NODE.into(),
        ..Default::default()
    };
    let walk = house.reads().walk_subtree(house.signed(walk)).await;
    let mut walk = walk.unwrap().into_inner();
    while walk.message().await.unwrap().is_some() {}
    // The names on the way are shown, too.
    let convert = pb::ConvertRequest {
        text: format!("{secret}.7"),
        ..Default::default()
    };
    let convert = house.notations().convert(house.signed(convert)).await;
    convert.unwrap();
    let people = pb::ListPrincipalsRequest::default();
    let people = house.access().list_principals(house.signed(people)).await;
    people.unwrap();

    let entries = told(&house, &admin, all(), 7).await;
    let reads: Vec<_> = entries[2..]
        .iter()
        .map(|entry| (entry.method.as_str(), entry.oids.join(" ")))
        .collect();
    let expect = [
        ("Resolve", secret.clone()),
        ("ListChildren", secret.clone()),
        ("WalkSubtree", secret.clone()),
        ("Convert", secret),
        ("ListPrincipals", ".".to_owned()),
    ];
    assert_eq!(reads, expect);
    house.close().await;
    audit.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_is_traded_in_is_told_of_nobody() {
    let (house, audit, _dir) = open().await;
    let admin = house.token.clone();
    let id = house.add(&admin, "Asha", "").await;
    house.welcome(&admin, &id).await;
    let wrong = pb::AcceptInvitationRequest {
        code: "oidra_invitation_wrong".into(),
        ..Default::default()
    };
    assert!(house.access().accept_invitation(wrong).await.is_err());
    let entries = told(&house, &admin, all(), 3).await;
    let accepted = entries.last().unwrap();
    assert_eq!(
        (
            accepted.method.as_str(),
            accepted.principal.as_str(),
            &accepted.about
        ),
        ("AcceptInvitation", "nobody", &id)
    );
    assert_eq!(entries[1].about, id);
    house.close().await;
    audit.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sees_the_calls_about_what_they_look_after() {
    let (house, audit, _dir) = open().await;
    let admin = house.token.clone();
    for number in [1, 2] {
        house.allocate(Some(number), titled("x")).await;
    }
    let one = format!("{NODE}.1");
    let mut tokens = Vec::new();
    for role in [
        pb::Role::Administrator,
        pb::Role::Auditor,
        pb::Role::Registrar,
    ] {
        let id = house.add(&admin, "Somebody", &one).await;
        house.grant(&admin, &id, role, &one).await;
        tokens.push(house.welcome(&admin, &id).await);
    }
    let at = |oid: &str| pb::ListAuditRequest {
        oid: oid.into(),
        ..all()
    };
    // Three were added, given a role and invited; their homes and roles are at arc 1. Whoever is invited is nobody yet.
    for token in &tokens[..2] {
        let entries = told(&house, token, at(&one), 9).await;
        assert!(entries.iter().all(|entry| entry.oids == [one.clone()]));
    }
    for oid in ["", NODE, &format!("{NODE}.2")] {
        for token in &tokens {
            let denied = ask(&house, token, at(oid)).await;
            refused(denied, Code::PermissionDenied, "NOT_PERMITTED");
        }
    }
    let denied = ask(&house, &tokens[2], at(&one)).await;
    refused(denied, Code::PermissionDenied, "NOT_PERMITTED");
    let nobody = house.audit().list_audit(all()).await;
    refused(nobody, Code::Unauthenticated, "TOKEN_MISSING");
    // Who looked, and who was refused to, stands there as well.
    let looked = pb::ListAuditRequest {
        outcome: pb::AuditOutcome::Refused as i32,
        oid: one.clone(),
        ..all()
    };
    soon(async {
        loop {
            let answer = ask(&house, &admin, looked.clone()).await.unwrap();
            if let [entry] = answer.entries.as_slice() {
                assert_eq!(
                    (entry.method.as_str(), entry.refusal.as_str()),
                    ("ListAudit", "NOT_PERMITTED")
                );
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    house.close().await;
    audit.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_found_by_who_when_and_how_a_page_at_a_time() {
    let (house, audit, _dir) = open().await;
    let admin = house.token.clone();
    for _ in 0..5 {
        house.allocate(None, titled("x")).await;
    }
    let taken = house.signed(allocation(Some(1), titled("x")));
    assert!(house.writes().allocate(taken).await.is_err());
    let entries = told(&house, &admin, all(), 6).await;
    let outcome = |outcome: pb::AuditOutcome| pb::ListAuditRequest {
        outcome: outcome as i32,
        ..all()
    };
    told(&house, &admin, outcome(pb::AuditOutcome::Refused), 1).await;
    told(&house, &admin, outcome(pb::AuditOutcome::Ok), 5).await;
    told(&house, &admin, outcome(pb::AuditOutcome::Fault), 0).await;
    let of = |principal: &str| pb::ListAuditRequest {
        principal: principal.into(),
        ..all()
    };
    told(&house, &admin, of("p-admin"), 6).await;
    told(&house, &admin, of("local"), 0).await;
    let third = entries[2].time;
    let from = pb::ListAuditRequest {
        since: third,
        ..all()
    };
    told(&house, &admin, from, 4).await;
    let before = pb::ListAuditRequest {
        until: third,
        ..all()
    };
    told(&house, &admin, before.clone(), 2).await;
    let wrong = pb::ListAuditRequest {
        outcome: 77,
        ..all()
    };
    refused(
        ask(&house, &admin, wrong).await,
        Code::InvalidArgument,
        "FIELD_INVALID",
    );

    // Pages, the newest first, of what ended before the pages were asked for.
    let mut ask_for = pb::ListAuditRequest {
        page_size: 4,
        until: entries[5].time,
        ..all()
    };
    let mut paged = Vec::new();
    loop {
        let answer = ask(&house, &admin, ask_for.clone()).await.unwrap();
        assert!(answer.entries.len() <= 4);
        paged.extend(answer.entries);
        ask_for.page_token = answer.next_page_token;
        if ask_for.page_token.is_empty() {
            break;
        }
    }
    paged.reverse();
    assert_eq!(paged, entries[..5]);
    let foreign = pb::ListAuditRequest {
        page_token: "bm8".into(),
        ..all()
    };
    refused(
        ask(&house, &admin, foreign).await,
        Code::InvalidArgument,
        "PAGE_TOKEN_INVALID",
    );
    house.close().await;
    audit.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_log_says_so() {
    let house = House::open().await;
    let admin = house.token.clone();
    let answer = ask(&house, &admin, all()).await.unwrap();
    assert_eq!(answer, pb::ListAuditResponse::default());
    house.close().await;
}

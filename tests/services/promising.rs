//! What is promised: allocation tokens from the issue to the last number, against a real server.

use oidra::{
    model::limits::CREDENTIAL_NAME_BYTES_MAX,
    pb::v1::{self as pb, issue_allocation_token_request::Of},
};
use tonic::{Code, Response, Status};

use crate::harness::{House, NODE, in_millis, refused, signed_with, titled};

/// A promise of so many numbers of 100 to 199.
fn promise(count: u64) -> pb::IssueAllocationTokenRequest {
    let numbers = Some(pb::NumberRange {
        from: "100".into(),
        to: "199".into(),
    });
    pb::IssueAllocationTokenRequest {
        superior: NODE.into(),
        of: Some(Of::Range(pb::PromisedRange { numbers, count })),
        name: "ministries".into(),
        until: Some(in_millis(600_000)),
        ..Default::default()
    }
}

fn taking(secret: &str) -> pb::AllocateRequest {
    pb::AllocateRequest {
        superior: NODE.into(),
        entry: Some(titled("promised")),
        allocation_token: secret.into(),
        ..Default::default()
    }
}

async fn issue(house: &House, ask: pb::IssueAllocationTokenRequest) -> pb::AllocationTokenResponse {
    let ask = house.signed(ask);
    let answer = house.writes().issue_allocation_token(ask).await;
    answer.unwrap().into_inner()
}

async fn take(
    house: &House,
    token: &str,
    secret: &str,
) -> Result<Response<pb::WriteResponse>, Status> {
    let ask = signed_with(token, taking(secret));
    house.writes().allocate(ask).await
}

async fn guest(house: &House) -> String {
    let admin = house.token.clone();
    let guest = house.add(&admin, "Guest", "").await;
    house.welcome(&admin, &guest).await
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_guests_take_what_was_promised_and_no_more() {
    let house = House::open_with(|options| options.rates.token_failures = 0).await;
    let guest = guest(&house).await;
    let issued = issue(&house, promise(3)).await;
    assert!(issued.secret.starts_with("oidra_allocation_"));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let (mut writes, ask) = (house.writes(), signed_with(&guest, taking(&issued.secret)));
        tasks.spawn(async move { writes.allocate(ask).await });
    }
    let (mut taken, mut said) = (Vec::new(), Vec::new());
    while let Some(answer) = tasks.join_next().await {
        match answer.unwrap() {
            Ok(answer) => taken.push(answer.into_inner().entries[0].oid.clone()),
            Err(status) => {
                let status = refused::<()>(
                    Err(status),
                    Code::Unauthenticated,
                    "ALLOCATION_TOKEN_UNKNOWN",
                );
                said.push(status.message().to_owned());
            }
        }
    }
    taken.sort();
    assert_eq!(taken, ["2.999.100", "2.999.101", "2.999.102"]);
    // One that nobody has is refused in the same words.
    let unknown = oidra::access::AllocationSecret::from_entropy([9; 32]);
    let guessed = take(&house, &guest, unknown.reveal()).await;
    let guessed = refused(guessed, Code::Unauthenticated, "ALLOCATION_TOKEN_UNKNOWN");
    said.push(guessed.message().to_owned());
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    // Which token it was, staff are told and nobody else.
    let id = issued.allocation_token.unwrap().id;
    let history = |token: String| {
        let ask = pb::GetHistoryRequest {
            oid: "2.999.100".into(),
            ..Default::default()
        };
        let mut reads = house.reads();
        async move {
            let answer = reads.get_history(signed_with(&token, ask)).await;
            answer.unwrap().into_inner().items.remove(0)
        }
    };
    let told = history(house.token.clone()).await;
    assert_eq!(told.allocation_token, id);
    assert_eq!(told.kinds, ["arc-registered", "allocation-token-used"]);
    let told = history(guest).await;
    assert_eq!(told.allocation_token, "");
    assert_eq!(told.kinds, ["arc-registered"]);
    house.close().await;
}

fn labelled(label: &str, visibility: pb::Visibility) -> pb::AllocateRequest {
    let label = pb::Label {
        label: label.into(),
        ..Default::default()
    };
    pb::AllocateRequest {
        superior: NODE.into(),
        entry: Some(pb::NewEntry {
            labels: vec![label],
            visibility: visibility.into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

async fn claims(house: &House, token: Option<&str>, page_size: u32) -> Vec<String> {
    let mut ask = pb::ListLabelClaimsRequest {
        superior: NODE.into(),
        page_size,
        ..Default::default()
    };
    let mut told = Vec::new();
    loop {
        let asked = match token {
            Some(token) => signed_with(token, ask.clone()),
            None => tonic::Request::new(ask.clone()),
        };
        let page = house.reads().list_label_claims(asked).await;
        let page = page.unwrap().into_inner();
        told.extend(page.claims.into_iter().map(|one| {
            let claim = one.claim.unwrap();
            format!("{} {} {}", one.oid, claim.label, claim.text)
        }));
        ask.page_token = page.next_page_token;
        if ask.page_token.is_empty() {
            return told;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_public_and_what_is_hidden_stays_so() {
    let house = House::open().await;
    let guest = guest(&house).await;
    let admin = house.token.clone();
    let windowed = pb::Policy {
        label_challenge_seconds: Some(600),
        ..Default::default()
    };
    house.policy(&admin, NODE, windowed).await;
    for (label, visibility) in [
        ("Afya", pb::Visibility::Public),
        ("Siri", pb::Visibility::Hidden),
        ("Namba", pb::Visibility::Stub),
        ("Maji", pb::Visibility::Public),
    ] {
        let ask = house.signed(labelled(label, visibility));
        house.writes().allocate(ask).await.unwrap();
    }
    let challenge = |oid: &str, label: &str| {
        let ask = pb::ChallengeLabelRequest {
            oid: oid.into(),
            label: label.into(),
            text: "it is ours".into(),
            ..Default::default()
        };
        signed_with(&guest, ask)
    };
    let hidden = house
        .writes()
        .challenge_label(challenge("2.999.2", "Siri"))
        .await;
    refused(hidden, Code::NotFound, "NOT_REGISTERED");
    let stub = house
        .writes()
        .challenge_label(challenge("2.999.3", "Namba"))
        .await;
    refused(stub, Code::NotFound, "NAME_UNKNOWN");
    let told = house
        .writes()
        .challenge_label(challenge("2.999.1", "Afya"))
        .await;
    // Whoever challenges sees that it is challenged.
    let entry = told.unwrap().into_inner().entries.remove(0);
    assert!(entry.label_claims[0].challenged);
    for size in [0, 1] {
        let public = claims(&house, None, size).await;
        assert_eq!(public, ["2.999.4 Maji ", "2.999.1 Afya "]);
        let all = claims(&house, Some(&admin), size).await;
        let expect = [
            "2.999.2 Siri ",
            "2.999.3 Namba ",
            "2.999.4 Maji ",
            "2.999.1 Afya it is ours",
        ];
        assert_eq!(all, expect);
    }
    // Whoever administers is told what is held of the challenger.
    let ask = pb::ListPrincipalsRequest::default();
    let known = house.access().list_principals(house.signed(ask)).await;
    let known = known.unwrap().into_inner().principals;
    let person = known.iter().find(|one| one.name == "Guest").unwrap();
    let ask = house.signed(pb::ExportPersonRequest {
        person: person.id.clone(),
    });
    let held = house
        .access()
        .export_person(ask)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(held.arcs[0].named_as, ["challenger"]);
    let decide = pb::DecideChallengeRequest {
        oid: "2.999.1".into(),
        label: "AFYA".into(),
        upheld: true,
        options: Some(pb::WriteOptions {
            reason: "so it is".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let decided = house.writes().decide_challenge(house.signed(decide)).await;
    let entry = decided.unwrap().into_inner().entries.remove(0);
    assert!(entry.labels.is_empty() && entry.label_claims.is_empty());
    let again = house.signed(labelled("Afya", pb::Visibility::Public));
    let again = house.writes().allocate(again).await.unwrap();
    assert_eq!(again.into_inner().entries[0].oid, "2.999.5");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_count_as_tokens_that_nobody_has() {
    let house = House::open_with(|options| options.rates.token_failures = 3).await;
    let guest = guest(&house).await;
    let issued = issue(&house, promise(1)).await;
    let unknown = oidra::access::AllocationSecret::from_entropy([9; 32]);
    for secret in [unknown.reveal(), "oidra_allocation_", unknown.reveal()] {
        let answer = take(&house, &guest, secret).await;
        let status = refused(answer, Code::Unauthenticated, "ALLOCATION_TOKEN_UNKNOWN");
        assert!(!status.message().contains("oidra_allocation_0"));
    }
    let answer = take(&house, &guest, &issued.secret).await;
    refused(answer, Code::ResourceExhausted, "RATE_LIMITED");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_promised_is_listed_page_by_page_and_can_be_ended() {
    let house = House::open().await;
    for _ in 0..3 {
        issue(&house, promise(1)).await;
    }
    let tried = pb::IssueAllocationTokenRequest {
        options: Some(pb::WriteOptions {
            validate_only: true,
            ..Default::default()
        }),
        ..promise(1)
    };
    let tried = issue(&house, tried).await;
    assert_eq!((tried.secret, tried.revision), (String::new(), None));
    assert_eq!(tried.allocation_token.unwrap().id, "");
    let mut all: Vec<pb::AllocationToken> = Vec::new();
    let mut ask = pb::ListAllocationTokensRequest {
        superior: NODE.into(),
        page_size: 2,
        ..Default::default()
    };
    loop {
        let asked = house.signed(ask.clone());
        let page = house.writes().list_allocation_tokens(asked).await;
        let page = page.unwrap().into_inner();
        all.extend(page.allocation_tokens);
        ask.page_token = page.next_page_token;
        if ask.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|one| one.open && one.used == 0));
    let revoke = |id: &str| {
        house.signed(pb::RevokeAllocationTokenRequest {
            allocation_token: id.into(),
            options: None,
        })
    };
    let ended = house
        .writes()
        .revoke_allocation_token(revoke(&all[1].id))
        .await;
    let ended = ended.unwrap().into_inner().allocation_token.unwrap();
    assert!(ended.revoked && !ended.open);
    let again = house
        .writes()
        .revoke_allocation_token(revoke(&all[1].id))
        .await;
    refused(again, Code::InvalidArgument, "NOTHING_CHANGES");
    let long = pb::IssueAllocationTokenRequest {
        name: "n".repeat(CREDENTIAL_NAME_BYTES_MAX + 1),
        ..promise(1)
    };
    let answer = house
        .writes()
        .issue_allocation_token(house.signed(long))
        .await;
    refused(answer, Code::InvalidArgument, "FIELD_TOO_LONG");
    house.close().await;
}

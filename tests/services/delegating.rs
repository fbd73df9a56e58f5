//! A delegation from its beginning to its end: the superior lets an organisation act below an arc, the organisation goes on
//! by itself, and each sees how far its own right reaches.

use std::time::{Duration, Instant};

use oidra::pb::v1 as pb;
use tonic::Code;

use crate::harness::{House, NODE, because, in_millis, refused, signed_with, soon};

/// An arc below which an organisation acts, and who they are.
struct Delegated {
    house: House,
    /// The organisation's id and token.
    organisation: (String, String),
    /// A registrar of the superior: its id and token.
    registrar: (String, String),
}

async fn delegated() -> Delegated {
    let house = House::open().await;
    let admin = house.token.clone();
    house.allocate_as(&admin, NODE, 5).await.unwrap();
    let organisation = house.add(&admin, "Ministry", "").await;
    house
        .delegate_as(&admin, "2.999.5", &organisation)
        .await
        .unwrap();
    let token = house.welcome(&admin, &organisation).await;
    let registrar = house.add(&admin, "Clerk", "").await;
    house
        .grant(&admin, &registrar, pb::Role::Registrar, NODE)
        .await;
    let clerk = house.welcome(&admin, &registrar).await;
    Delegated {
        house,
        organisation: (organisation, token),
        registrar: (registrar, clerk),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_goes_on_by_itself() {
    let Delegated {
        house,
        organisation: (id, token),
        registrar: (_, clerk),
    } = delegated().await;
    // Below its arc it allocates with its own token, and nowhere else.
    house.allocate_as(&token, "2.999.5", 1).await.unwrap();
    let beside = house.allocate_as(&token, NODE, 6).await;
    refused(beside, Code::PermissionDenied, "NOT_PERMITTED");
    // It has staff of its own, whom it lets register.
    let staff = house.add(&token, "Officer", "2.999.5").await;
    house
        .grant(&token, &staff, pb::Role::Registrar, "2.999.5")
        .await;
    let officer = house.welcome(&token, &staff).await;
    house.allocate_as(&officer, "2.999.5", 2).await.unwrap();
    refused(
        house.delegate_as(&officer, "2.999.5.2", &staff).await,
        Code::PermissionDenied,
        "NOT_PERMITTED",
    );
    // It delegates further, and is then closed out itself.
    let branch = house.add(&token, "Branch", "2.999.5").await;
    house
        .delegate_as(&token, "2.999.5.2", &branch)
        .await
        .unwrap();
    let further = house.welcome(&token, &branch).await;
    house.allocate_as(&further, "2.999.5.2", 1).await.unwrap();
    for other in [&token, &officer] {
        let closed = house.allocate_as(other, "2.999.5.2", 2).await;
        refused(closed, Code::PermissionDenied, "DELEGATED_AWAY");
    }
    // The superior's registrar is refused below, and still acts beside.
    let below = house.allocate_as(&clerk, "2.999.5", 9).await;
    refused(below, Code::PermissionDenied, "DELEGATED_AWAY");
    house.allocate_as(&clerk, NODE, 9).await.unwrap();
    assert!(!id.is_empty());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_overrides_loudly_and_takes_the_arc_back() {
    let Delegated {
        house,
        organisation: (_, token),
        ..
    } = delegated().await;
    let admin = house.token.clone();
    let below = house.allocate_as(&admin, "2.999.5", 7).await;
    refused(below, Code::PermissionDenied, "DELEGATED_AWAY");
    let request = pb::AllocateRequest {
        superior: "2.999.5".into(),
        options: Some(pb::WriteOptions {
            override_reason: "a court order".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let written = house.writes().allocate(house.signed(request)).await;
    let oid = written.unwrap().into_inner().entries[0].oid.clone();
    let request = pb::GetHistoryRequest {
        oid,
        ..Default::default()
    };
    let history = house
        .reads()
        .get_history(signed_with(&token, request))
        .await;
    let item = history.unwrap().into_inner().items.remove(0);
    assert_eq!(
        (item.override_reason.as_str(), item.principal.as_str()),
        ("a court order", "p-admin")
    );
    // Recalled, the arc is the superior's again and the organisation's no longer.
    let recall = |options| pb::RecallRequest {
        oid: "2.999.5".into(),
        options,
        ..Default::default()
    };
    let request = signed_with(&token, recall(because("mine")));
    let own = house.writes().recall(request).await;
    refused(own, Code::PermissionDenied, "NOT_PERMITTED");
    let request = house.signed(recall(because("the treaty ended")));
    house.writes().recall(request).await.unwrap();
    let late = house.allocate_as(&token, "2.999.5", 8).await;
    refused(late, Code::PermissionDenied, "NOT_PERMITTED");
    house.allocate_as(&admin, "2.999.5", 8).await.unwrap();
    // Given to a registrant, it is closed to the superior again.
    let to = pb::Registrant {
        kind: pb::PartyKind::Organisation as i32,
        name: "Ministry".into(),
        ..Default::default()
    };
    let request = pb::TransferRequest {
        oid: "2.999.5".into(),
        to: Some(pb::RegistrantRef {
            kind: Some(pb::registrant_ref::Kind::Registrant(to)),
        }),
        options: because("by contract"),
        ..Default::default()
    };
    let given = house.writes().transfer(house.signed(request)).await;
    let entry = given.unwrap().into_inner().entries.remove(0);
    assert_eq!(entry.oid, "2.999.5");
    assert!(entry.registrant.is_some());
    let closed = house.allocate_as(&admin, "2.999.5", 10).await;
    refused(closed, Code::PermissionDenied, "ANOTHERS_ARC");
    let history = pb::GetHistoryRequest {
        oid: "2.999.5".into(),
        ..Default::default()
    };
    let history = house.reads().get_history(house.signed(history)).await;
    let why: Vec<_> = history
        .unwrap()
        .into_inner()
        .items
        .into_iter()
        .map(|item| item.reason)
        .collect();
    assert_eq!(why[..2], ["by contract", "the treaty ended"]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_is_refused_with_the_next_call() {
    let Delegated {
        house,
        organisation: (_, token),
        ..
    } = delegated().await;
    let who = || signed_with(&token, pb::WhoAmIRequest {});
    let own = house.access().who_am_i(who()).await.unwrap().into_inner();
    let request = pb::RevokeCredentialRequest {
        credential: own.credential.unwrap().id,
        options: None,
    };
    let revoked = house
        .access()
        .revoke_credential(signed_with(&token, request))
        .await;
    assert!(revoked.unwrap().into_inner().credential.unwrap().revoked);
    // The same connection, the next call.
    let again = house.access().who_am_i(who()).await;
    refused(again, Code::Unauthenticated, "TOKEN_UNKNOWN");
    let write = house.allocate_as(&token, "2.999.5", 1).await;
    refused(write, Code::Unauthenticated, "TOKEN_UNKNOWN");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_watch_ends_with_the_right_to_it() {
    let Delegated {
        house,
        organisation: (id, token),
        ..
    } = delegated().await;
    let admin = house.token.clone();
    let watch = |token: &str| {
        let request = pb::WatchRequest {
            oid: "2.999.5".into(),
            ..Default::default()
        };
        signed_with(token, request)
    };
    let mut stream = house
        .reads()
        .watch(watch(&token))
        .await
        .unwrap()
        .into_inner();
    assert!(soon(stream.message()).await.unwrap().unwrap().bookmark);
    house.stand(&admin, &id, pb::Standing::Suspended).await;
    let since = Instant::now();
    let ended = soon(stream.message()).await;
    refused(ended, Code::Unauthenticated, "TOKEN_UNKNOWN");
    assert!(since.elapsed() < Duration::from_secs(2));
    refused(
        house.reads().watch(watch(&token)).await,
        Code::Unauthenticated,
        "TOKEN_UNKNOWN",
    );
    house.stand(&admin, &id, pb::Standing::Active).await;
    // A token that ends by itself ends its watch, too, though nothing is recorded.
    let request = pb::IssueTokenRequest {
        name: "short".into(),
        expires: Some(in_millis(1_500)),
        ..Default::default()
    };
    let short = house
        .access()
        .issue_token(signed_with(&token, request))
        .await;
    let short = short.unwrap().into_inner().token;
    let mut stream = house
        .reads()
        .watch(watch(&short))
        .await
        .unwrap()
        .into_inner();
    assert!(soon(stream.message()).await.unwrap().unwrap().bookmark);
    let ended = soon(stream.message()).await;
    refused(ended, Code::Unauthenticated, "TOKEN_UNKNOWN");
    house.close().await;
}

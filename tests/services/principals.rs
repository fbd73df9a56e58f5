//! Principals and their credentials: secrets are shown once, and nobody learns of whom they do not look after.

use oidra::pb::v1 as pb;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::harness::{House, NODE, because, refused, signed_with};

fn named(request_id: &str) -> Option<pb::WriteOptions> {
    Some(pb::WriteOptions {
        request_id: request_id.into(),
        ..Default::default()
    })
}

fn tried() -> Option<pb::WriteOptions> {
    Some(pb::WriteOptions {
        validate_only: true,
        ..Default::default()
    })
}

fn token_for(principal: &str, options: Option<pb::WriteOptions>) -> pb::IssueTokenRequest {
    pb::IssueTokenRequest {
        principal: principal.into(),
        name: "laptop".into(),
        options,
        ..Default::default()
    }
}

async fn issue(house: &House, token: &str, ask: pb::IssueTokenRequest) -> pb::IssueTokenResponse {
    let answer = house.access().issue_token(signed_with(token, ask)).await;
    answer.unwrap().into_inner()
}

async fn get(house: &House, token: &str, id: &str) -> Result<pb::Principal, tonic::Status> {
    let request = pb::GetPrincipalRequest {
        principal: id.into(),
        read: None,
    };
    let answer = house
        .access()
        .get_principal(signed_with(token, request))
        .await;
    answer.map(|answer| answer.into_inner().principal.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once() {
    let house = House::open().await;
    let admin = house.token.clone();
    let first = issue(&house, &admin, token_for("", named("t-1"))).await;
    assert!(first.token.starts_with("oidra_") && !first.replayed);
    let again = issue(&house, &admin, token_for("", named("t-1"))).await;
    assert!(again.token.is_empty() && again.replayed);
    assert_eq!(first.credential, again.credential);
    assert_eq!(first.revision, again.revision);
    let only = issue(&house, &admin, token_for("", tried())).await;
    assert!(only.token.is_empty() && only.revision.is_none());
    assert!(only.credential.unwrap().id.is_empty());
    // The one that was shown is the one that holds.
    let who = signed_with(&first.token, pb::WhoAmIRequest {});
    let who = house.access().who_am_i(who).await.unwrap().into_inner();
    assert_eq!(who.principal.unwrap().id, "p-admin");
    // It was used a moment ago, by this very call.
    let mut shown = who.credential.unwrap();
    assert!(shown.last_used.take().is_some());
    assert_eq!(Some(shown), first.credential);
    let list = pb::ListCredentialsRequest::default();
    let list = house.access().list_credentials(house.signed(list)).await;
    let list = list.unwrap().into_inner().credentials;
    assert_eq!(list.len(), 2);
    assert!(list.iter().all(|one| one.last_used.is_some()), "{list:?}");
    let nobody = house.access().who_am_i(pb::WhoAmIRequest {}).await;
    assert_eq!(nobody.unwrap().into_inner(), pb::WhoAmIResponse::default());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_good_once() {
    let house = House::open().await;
    let admin = house.token.clone();
    let id = house.add(&admin, "Somebody", "").await;
    let invite = |options| pb::InviteRequest {
        principal: id.clone(),
        seconds: 60,
        options,
    };
    let request = signed_with(&admin, invite(named("i-1")));
    let first = house.access().invite(request).await.unwrap().into_inner();
    assert!(first.code.starts_with("oidra_invitation_"));
    let request = signed_with(&admin, invite(named("i-1")));
    let again = house.access().invite(request).await.unwrap().into_inner();
    assert!(again.code.is_empty() && again.replayed);
    let accept = |code: &str| pb::AcceptInvitationRequest {
        code: code.into(),
        name: "laptop".into(),
        options: None,
    };
    // A code is no token, and a token no code.
    let as_token = signed_with(&first.code, pb::WhoAmIRequest {});
    refused(
        house.access().who_am_i(as_token).await,
        Code::Unauthenticated,
        "TOKEN_UNKNOWN",
    );
    let unknown = |answer| refused(answer, Code::Unauthenticated, "INVITATION_UNKNOWN");
    unknown(house.access().accept_invitation(accept(&admin)).await);
    let token = house.access().accept_invitation(accept(&first.code)).await;
    let token = token.unwrap().into_inner();
    let credential = token.credential.unwrap();
    assert_eq!(credential.kind(), pb::CredentialKind::Token);
    assert_eq!(credential.principal, id);
    let used = unknown(house.access().accept_invitation(accept(&first.code)).await);
    assert!(!format!("{used:?}").contains(&first.code));
    assert_eq!(
        get(&house, &token.token, &id).await.unwrap().name,
        "Somebody"
    );
    // Both stand in the list, neither with its secret.
    let list = pb::ListCredentialsRequest::default();
    let list = signed_with(&token.token, list);
    let list = house.access().list_credentials(list).await.unwrap();
    let list = list.into_inner().credentials;
    let kinds: Vec<_> = list.iter().map(|one| (one.kind(), one.revoked)).collect();
    assert_eq!(
        kinds,
        [
            (pb::CredentialKind::Invitation, true),
            (pb::CredentialKind::Token, false)
        ]
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_codes_is_shut_out_as_who_guesses_tokens() {
    let house = House::open_with(|options| options.rates.token_failures = 5).await;
    let admin = house.token.clone();
    let id = house.add(&admin, "Somebody", "").await;
    let invite = pb::InviteRequest {
        principal: id,
        ..Default::default()
    };
    let good = house.access().invite(signed_with(&admin, invite)).await;
    let good = good.unwrap().into_inner().code;
    let accept = |code: String| pb::AcceptInvitationRequest {
        code,
        name: "laptop".into(),
        options: None,
    };
    for _ in 0..5 {
        let guess = accept(format!("{good}x"));
        let guess = house.access().accept_invitation(guess).await;
        refused(guess, Code::Unauthenticated, "INVITATION_UNKNOWN");
    }
    // Now not even the right one is looked up, nor a token that is good.
    let shut = house.access().accept_invitation(accept(good)).await;
    let shut = refused(shut, Code::ResourceExhausted, "RATE_LIMITED");
    assert!(shut.get_details_retry_info().is_some());
    let who = house
        .access()
        .who_am_i(house.signed(pb::WhoAmIRequest {}))
        .await;
    refused(who, Code::ResourceExhausted, "RATE_LIMITED");
    house.access().who_am_i(pb::WhoAmIRequest {}).await.unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_there_is_not_told_from_whom_one_may_not_know() {
    let house = House::open().await;
    let admin = house.token.clone();
    let own = house.add(&admin, "Nosy", "").await;
    let token = house.welcome(&admin, &own).await;
    for absent in [true, false] {
        let whom = if absent { "p-nobody" } else { "p-admin" };
        let told = |status: tonic::Status| (status.code(), status.message().to_owned());
        let read = get(&house, &token, whom).await.unwrap_err();
        let list = pb::ListCredentialsRequest {
            principal: whom.into(),
            ..Default::default()
        };
        let list = house
            .access()
            .list_credentials(signed_with(&token, list))
            .await;
        let issued = house
            .access()
            .issue_token(signed_with(&token, token_for(whom, None)))
            .await;
        let standing = pb::ChangeStandingRequest {
            principal: whom.into(),
            standing: pb::Standing::Suspended as i32,
            options: because("spite"),
        };
        let standing = house
            .access()
            .change_standing(signed_with(&token, standing))
            .await;
        let credential = if absent { "c-nothing" } else { "c-admin" };
        let revoke = pb::RevokeCredentialRequest {
            credential: credential.into(),
            options: None,
        };
        let revoke = house
            .access()
            .revoke_credential(signed_with(&token, revoke))
            .await;
        let unknown = "no principal that you may know has this id".to_owned();
        let denied = "you look after nobody and nothing of this id".to_owned();
        assert_eq!(told(read), (Code::NotFound, unknown.clone()));
        assert_eq!(told(list.unwrap_err()), (Code::NotFound, unknown));
        for refusal in [
            issued.unwrap_err(),
            standing.unwrap_err(),
            revoke.unwrap_err(),
        ] {
            assert_eq!(told(refusal), (Code::PermissionDenied, denied.clone()));
        }
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn principals_are_listed_as_far_as_one_looks_after_them() {
    let house = House::open().await;
    let admin = house.token.clone();
    house.allocate_as(&admin, NODE, 5).await.unwrap();
    let mut all = vec!["p-admin".to_owned()];
    for number in 0..5 {
        let home = if number < 3 { "2.999.5" } else { "" };
        all.push(house.add(&admin, &format!("P{number}"), home).await);
    }
    house
        .grant(&admin, &all[5], pb::Role::Administrator, "2.999.5")
        .await;
    let chief = house.welcome(&admin, &all[5]).await;
    let pages = async |token: &str, oid: &str| {
        let mut found = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListPrincipalsRequest {
                oid: oid.into(),
                page_size: 2,
                page_token,
            };
            let answer = house
                .access()
                .list_principals(signed_with(token, request))
                .await;
            let answer = answer.unwrap().into_inner();
            assert!(answer.principals.len() <= 2);
            found.extend(answer.principals.into_iter().map(|one| one.id));
            page_token = answer.next_page_token;
            if page_token.is_empty() {
                return found;
            }
        }
    };
    let sorted = |of: &[String]| {
        let mut of = of.to_vec();
        of.sort();
        of
    };
    assert_eq!(pages(&admin, "").await, sorted(&all));
    let at: Vec<_> = [&all[..4], &all[5..]].concat();
    assert_eq!(pages(&admin, "2.999.5").await, sorted(&at));
    // The chief of the arc sees itself and those whose home is there.
    let own: Vec<_> = [&all[1..4], &all[5..]].concat();
    assert_eq!(pages(&chief, "").await, sorted(&own));
    let nobody = house
        .access()
        .list_principals(pb::ListPrincipalsRequest::default())
        .await;
    refused(nobody, Code::Unauthenticated, "TOKEN_MISSING");
    // Who merely acts there is known by name, without how to reach it.
    let guest = house.add(&admin, "Guest", "").await;
    house
        .grant(&chief, &guest, pb::Role::Registrar, "2.999.5")
        .await;
    let seen = get(&house, &chief, &guest).await.unwrap();
    assert_eq!((seen.name.as_str(), seen.email.as_str()), ("Guest", ""));
    assert_eq!(seen.grants.len(), 1);
    let seen = get(&house, &admin, &guest).await.unwrap();
    assert_eq!(seen.email, "guest@example.org");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_are_listed_for_those_who_register_there() {
    let house = House::open().await;
    let admin = house.token.clone();
    for number in 1..=3_u64 {
        let request = pb::HoldRequest {
            superior: NODE.into(),
            number: Some(pb::NumberChoice {
                kind: Some(pb::number_choice::Kind::Number(number.to_string())),
            }),
            seconds: 600,
            options: None,
        };
        house.writes().hold(house.signed(request)).await.unwrap();
    }
    let list = |page_token: &str| pb::ListHoldsRequest {
        superior: NODE.into(),
        page_size: 2,
        page_token: page_token.into(),
    };
    let first = house.writes().list_holds(house.signed(list(""))).await;
    let first = first.unwrap().into_inner();
    let oids: Vec<_> = first.holds.iter().map(|one| one.oid.as_str()).collect();
    assert_eq!(oids, ["2.999.1", "2.999.2"]);
    assert_eq!(first.holds[0].principal, "p-admin");
    let rest = list(&first.next_page_token);
    let rest = house.writes().list_holds(house.signed(rest)).await;
    let rest = rest.unwrap().into_inner();
    assert_eq!(rest.holds[0].oid, "2.999.3");
    assert!(rest.next_page_token.is_empty());
    let nobody = house.writes().list_holds(list("")).await;
    refused(nobody, Code::Unauthenticated, "TOKEN_MISSING");
    let id = house.add(&admin, "Reader", "").await;
    house.grant(&admin, &id, pb::Role::Reviewer, "").await;
    let token = house.welcome(&admin, &id).await;
    let reader = house
        .writes()
        .list_holds(signed_with(&token, list("")))
        .await;
    refused(reader, Code::PermissionDenied, "NOT_PERMITTED");
    house.close().await;
}

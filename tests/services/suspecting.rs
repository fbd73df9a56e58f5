//! What is said to be wrong about an arc: what waits is for staff alone, what is accepted stands in every face, and nobody but staff
//! learns what was said, nor by whom.

use oidra::pb::v1 as pb;
use serde_json::Value;
use tonic::Code;

use crate::harness::{House, because, refused, signed_with, titled};

/// What somebody says is wrong.
const WHAT: &str = "the ministry was dissolved";
/// The arc.
const ARC: &str = "2.999.3";

/// What everybody is shown of the arc, face by face.
async fn faces(house: &House) -> Vec<(&'static str, String)> {
    let mut shown = Vec::new();
    for (face, path) in [
        ("json", format!("/oid/{ARC}?format=json")),
        ("html", format!("/oid/{ARC}?format=html")),
        ("text", format!("/oid/{ARC}?format=text")),
        ("rdap", format!("/rdap/oid/{ARC}")),
        ("oidip", format!("/oidip/oid/{ARC}/text")),
    ] {
        let answer = house.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        shown.push((face, answer.text().to_owned()));
    }
    let entry = house.resolve(ARC).await;
    shown.push(("grpc", format!("{entry:?}")));
    let history = pb::GetHistoryRequest {
        oid: ARC.into(),
        ..Default::default()
    };
    let history = house.reads().get_history(history).await.unwrap();
    shown.push(("history", format!("{:?}", history.into_inner())));
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_for_staff_until_they_accept_it_and_its_words_are_for_nobody_else() {
    let house = House::open().await;
    let admin = house.token.clone();
    house.allocate(Some(3), titled("Health")).await;
    let reader = house.add(&admin, "Reader", "").await;
    let token = house.welcome(&admin, &reader).await;
    let report = pb::ReportErrorRequest {
        oid: ARC.into(),
        what: WHAT.into(),
        options: None,
    };
    let nobody = house.writes().report_error(report.clone()).await;
    refused(nobody, Code::Unauthenticated, "TOKEN_MISSING");
    let mut writes = house.writes();
    let told = writes.report_error(signed_with(&token, report)).await;
    let told = told.unwrap().into_inner();
    // Who reported it is not shown it again.
    assert!(told.entries.iter().all(|entry| entry.suspicion.is_none()));
    for (face, now) in faces(&house).await {
        for word in ["suspect", "suspicion-set", "suspicion: Some", WHAT, &reader] {
            assert!(!now.contains(word), "{face} tells {word}: {now}");
        }
    }
    let whole = pb::ResolveRequest {
        oid: ARC.into(),
        ..Default::default()
    };
    let seen = house.reads().resolve(house.signed(whole.clone())).await;
    let seen = format!("{:?}", seen.unwrap().into_inner());
    assert!(seen.contains(WHAT) && seen.contains(&reader), "{seen}");
    let accept = pb::AcceptReportRequest {
        oid: ARC.into(),
        ..Default::default()
    };
    house
        .writes()
        .accept_report(house.signed(accept))
        .await
        .unwrap();
    for (face, now) in faces(&house).await {
        let word = match face {
            "html" => "may be wrong",
            "rdap" => "oidra_suspect",
            "oidip" => "suspect-since",
            "grpc" => "suspicion: Some",
            "history" => "suspicion-set",
            _ => "suspect",
        };
        assert!(now.contains(word), "{face}: {now}");
        for word in [WHAT, &reader] {
            assert!(!now.contains(word), "{face} tells {word}: {now}");
        }
    }
    let object: Value = house.get(&format!("/rdap/oid/{ARC}")).await.json();
    let remarks = object["remarks"].as_array().unwrap();
    assert!(remarks.iter().any(|one| one["title"] == "Suspect"));
    let settle = pb::SettleSuspicionRequest {
        oid: ARC.into(),
        options: because("it was mended"),
        ..Default::default()
    };
    house
        .writes()
        .settle_suspicion(house.signed(settle))
        .await
        .unwrap();
    for (face, now) in faces(&house).await {
        let marked = now.contains("oidra_suspect") || now.contains("suspect-since");
        assert!(!marked && !now.contains("may be wrong"), "{face}: {now}");
    }
    house.close().await;
}

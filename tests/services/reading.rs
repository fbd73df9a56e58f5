//! Resolving, listing, walking, history, notations.

use oidra::{
    grpc::limits::{BATCH_ROWS_MAX, WALK_ENTRIES_MAX},
    pb::v1::{self as pb, resolve_response::Outcome},
};
use tonic::Code;

use crate::harness::{House, NODE, allocation, refused, titled};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_registered_is_found_in_any_notation() {
    let house = House::open().await;
    let entry = pb::NewEntry {
        identifiers: vec!["health".into()],
        labels: vec![
            pb::Label {
                label: "Afya".into(),
                language: "sw".into(),
            },
            pb::Label {
                label: "الصحة".into(),
                language: "ar".into(),
            },
        ],
        ..titled("Health")
    };
    let written = house.allocate(Some(3), entry).await;
    assert_eq!(written.entries[0].oid, "2.999.3");
    assert_eq!(
        written.entries[0].notations.as_ref().unwrap().asn1,
        "{joint-iso-itu-t(2) example(999) health(3)}"
    );
    for text in [
        "2.999.3",
        "{joint-iso-itu-t example(999) health(3)}",
        "{joint-iso-itu-t(2) example(999) 3}",
        "/2/999/Afya",
        "/2/999/الصحة",
        "urn:oid:2.999.3",
        " .2.999.3 ",
    ] {
        let answer = house.resolve(text).await;
        assert_eq!(answer.outcome(), Outcome::Found, "{text}");
        let entry = answer.entry.unwrap();
        assert_eq!(
            (entry.oid.as_str(), answer.distance),
            ("2.999.3", 0),
            "{text}"
        );
        assert_eq!(entry.titles[0].text, "Health");
        assert_eq!(entry.identifiers, ["health"]);
    }
    let tolerated = house.resolve(" .2.999.3 ").await.tolerated;
    assert_eq!(tolerated.len(), 2, "{tolerated:?}");
    let said = house.resolve("{2 999 wealth(3)}").await.disagreements;
    assert_eq!(
        (said[0].given.as_str(), said[0].registered[0].as_str()),
        ("wealth", "health")
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_registered_is_answered_too() {
    let house = House::open().await;
    let answer = house.resolve("2.999.1.2.3").await;
    assert_eq!(answer.outcome(), Outcome::SuperiorFound);
    assert_eq!(
        (answer.entry.unwrap().oid.as_str(), answer.distance),
        (NODE, 3)
    );
    assert_eq!(answer.notations.unwrap().dot, "2.999.1.2.3");
    assert_eq!(house.resolve("1.3.6").await.outcome(), Outcome::Unknown);
    let request = pb::ResolveRequest {
        oid: NODE.into(),
        with_superiors: true,
        ..Default::default()
    };
    let answer = house.reads().resolve(request).await.unwrap().into_inner();
    let superiors: Vec<_> = answer
        .superiors
        .iter()
        .map(|one| one.oid.as_str())
        .collect();
    assert_eq!(superiors, ["2"]);
    let request = pb::ResolveRequest {
        oid: "1.40".into(),
        ..Default::default()
    };
    let status = refused(
        house.reads().resolve(request).await,
        Code::InvalidArgument,
        "ARC_OUT_OF_RANGE",
    );
    assert!(status.message().contains("39"), "{status:?}");
    let strict = pb::ResolveRequest {
        oid: ".2.999".into(),
        strict: true,
        ..Default::default()
    };
    refused(
        house.reads().resolve(strict).await,
        Code::InvalidArgument,
        "OID_SYNTAX",
    );
    let disagrees = pb::ResolveRequest {
        oid: "{joint-iso-itu-t(2) beispiel-oder-so(999)}".into(),
        strict: true,
        ..Default::default()
    };
    let status = refused(
        house.reads().resolve(disagrees).await,
        Code::InvalidArgument,
        "NAME_CONTRADICTS",
    );
    assert!(status.message().contains("example"), "{status:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_answers_row_by_row() {
    let house = House::open().await;
    house.allocate(Some(1), titled("one")).await;
    let oids = ["2.999.1", "2.999.2", "2..999", "/2/999"]
        .map(str::to_owned)
        .to_vec();
    let request = pb::BatchResolveRequest {
        oids,
        ..Default::default()
    };
    let answer = house
        .reads()
        .batch_resolve(request)
        .await
        .unwrap()
        .into_inner();
    let told: Vec<_> = answer
        .rows
        .iter()
        .map(|row| match row.result.as_ref().unwrap() {
            pb::batch_resolve_response::row::Result::Response(one) => {
                one.outcome().as_str_name().to_owned()
            }
            pb::batch_resolve_response::row::Result::Error(error) => error.code.clone(),
        })
        .collect();
    assert_eq!(
        told,
        [
            "OUTCOME_FOUND",
            "OUTCOME_SUPERIOR_FOUND",
            "OID_SYNTAX",
            "OUTCOME_FOUND"
        ]
    );
    let rows = |n: usize| pb::BatchResolveRequest {
        oids: vec!["2.999.1".into(); n],
        ..Default::default()
    };
    assert_eq!(
        house
            .reads()
            .batch_resolve(rows(BATCH_ROWS_MAX))
            .await
            .unwrap()
            .into_inner()
            .rows
            .len(),
        BATCH_ROWS_MAX
    );
    let past = house.reads().batch_resolve(rows(BATCH_ROWS_MAX + 1)).await;
    refused(past, Code::InvalidArgument, "TOO_MANY_VALUES");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_are_of_one_revision_beside_a_writer() {
    let house = House::open().await;
    for number in (2..=40).step_by(2) {
        house.allocate(Some(number), titled("even")).await;
    }
    let mut told = Vec::new();
    let mut page_token = String::new();
    let mut revisions = Vec::new();
    loop {
        let request = pb::ListChildrenRequest {
            oid: NODE.into(),
            page_size: 7,
            page_token: page_token.clone(),
            ..Default::default()
        };
        let page = house
            .reads()
            .list_children(request)
            .await
            .unwrap()
            .into_inner();
        revisions.push(page.revision.unwrap().sequence);
        told.extend(
            page.entries
                .into_iter()
                .map(|entry| entry.number.parse::<u64>().unwrap()),
        );
        // A number before and one after the place where the listing stands.
        let next = 2 * told.len() as u64 + 101;
        house.allocate(Some(next), titled("odd")).await;
        house
            .allocate(Some(told.len() as u64 * 2 - 1), titled("odd"))
            .await;
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(told, (2..=40).step_by(2).collect::<Vec<_>>());
    revisions.dedup();
    assert_eq!(revisions.len(), 1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_serves_its_own_request_only() {
    let house = House::open().await;
    for _ in 0..3 {
        house.allocate(None, titled("one")).await;
    }
    let list = |oid: &str, page_token: &str| pb::ListChildrenRequest {
        oid: oid.into(),
        page_size: 1,
        page_token: page_token.into(),
        ..Default::default()
    };
    let page = house
        .reads()
        .list_children(list(NODE, ""))
        .await
        .unwrap()
        .into_inner();
    let token = page.next_page_token;
    assert!(
        house
            .reads()
            .list_children(list(NODE, &token))
            .await
            .is_ok()
    );
    for (oid, token) in [
        ("2", token.as_str()),
        (NODE, "nonsense"),
        (NODE, &token[1..]),
    ] {
        let answer = house.reads().list_children(list(oid, token)).await;
        refused(answer, Code::InvalidArgument, "PAGE_TOKEN_INVALID");
    }
    let history = pb::GetHistoryRequest {
        oid: NODE.into(),
        page_token: token,
        page_size: 1,
    };
    refused(
        house.reads().get_history(history).await,
        Code::InvalidArgument,
        "PAGE_TOKEN_INVALID",
    );
    refused(
        house.reads().list_children(list("2.999.77", "")).await,
        Code::NotFound,
        "NOT_REGISTERED",
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_tells_superiors_first() {
    let house = House::open().await;
    house.allocate(Some(2), titled("two")).await;
    house.allocate(Some(10), titled("ten")).await;
    let below = pb::AllocateRequest {
        superior: "2.999.2".into(),
        ..allocation(Some(1), titled("x"))
    };
    house.writes().allocate(house.signed(below)).await.unwrap();
    let walk = async |depth_max| {
        let request = pb::WalkSubtreeRequest {
            oid: NODE.into(),
            depth_max,
            read: None,
        };
        let mut stream = house
            .reads()
            .walk_subtree(request)
            .await
            .unwrap()
            .into_inner();
        let mut told = Vec::new();
        while let Some(message) = stream.message().await.unwrap() {
            told.extend(message.entries.into_iter().map(|entry| entry.oid));
        }
        told
    };
    assert_eq!(walk(0).await, ["2.999", "2.999.2", "2.999.2.1", "2.999.10"]);
    assert_eq!(walk(1).await, ["2.999", "2.999.2", "2.999.10"]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_of_more_entries_than_one_message_takes_has_two() {
    let house = House::open().await;
    // The node itself is one more.
    house.block(WALK_ENTRIES_MAX).await;
    let request = pb::WalkSubtreeRequest {
        oid: NODE.into(),
        ..Default::default()
    };
    let stream = house.reads().walk_subtree(request).await;
    let mut stream = stream.unwrap().into_inner();
    let mut told = Vec::new();
    while let Some(message) = stream.message().await.unwrap() {
        told.push(message.entries.len());
    }
    assert_eq!(told, [WALK_ENTRIES_MAX, 1]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn history_and_the_past_are_kept() {
    let house = House::open().await;
    let first = house.allocate(Some(1), titled("before")).await;
    let amend = pb::AmendRequest {
        oid: "2.999.1".into(),
        entry: Some(titled("after")),
        ..Default::default()
    };
    let second = house
        .writes()
        .amend(house.signed(amend))
        .await
        .unwrap()
        .into_inner();
    let history = |page_token: String| pb::GetHistoryRequest {
        oid: "2.999.1".into(),
        page_size: 1,
        page_token,
    };
    let page = house
        .reads()
        .get_history(history(String::new()))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(page.items[0].kinds, ["entry-amended"]);
    assert_eq!(
        page.items[0].entry.as_ref().unwrap().titles[0].text,
        "after"
    );
    let page = house
        .reads()
        .get_history(history(page.next_page_token))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(page.items[0].kinds, ["arc-registered"]);
    assert_eq!(
        page.items[0].entry.as_ref().unwrap().titles[0].text,
        "before"
    );
    assert_eq!(page.next_page_token, "");
    let resolve = async |read: pb::ReadOptions| {
        let request = pb::ResolveRequest {
            oid: "2.999.1".into(),
            read: Some(read),
            ..Default::default()
        };
        house.reads().resolve(request).await
    };
    let as_of = pb::ReadOptions {
        as_of_revision: first.revision.unwrap().token,
        ..Default::default()
    };
    let past = resolve(as_of).await.unwrap().into_inner();
    assert_eq!(past.entry.unwrap().titles[0].text, "before");
    let own = pb::ReadOptions {
        at_least_revision: second.revision.unwrap().token,
        ..Default::default()
    };
    let now = resolve(own).await.unwrap().into_inner();
    assert_eq!(now.entry.unwrap().titles[0].text, "after");
    let bad = pb::ReadOptions {
        as_of_revision: "nonsense".into(),
        ..Default::default()
    };
    refused(
        resolve(bad).await,
        Code::InvalidArgument,
        "REVISION_INVALID",
    );
    let bad = pb::ReadOptions {
        as_of_time: "3 March".into(),
        ..Default::default()
    };
    refused(resolve(bad).await, Code::InvalidArgument, "MOMENT_SYNTAX");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notations_are_converted_with_the_registers_names() {
    let house = House::open().await;
    let request = pb::ConvertRequest {
        text: "2.999".into(),
        strict: false,
    };
    let answer = house
        .notations()
        .convert(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.recognised, "dot");
    assert_eq!(
        answer.notations.unwrap().asn1,
        "{joint-iso-itu-t(2) example(999)}"
    );
    let encode = pb::EncodeRequest {
        oid: "2.999.3".into(),
        encoding: pb::Encoding::Der as i32,
    };
    let octets = house
        .notations()
        .encode(encode)
        .await
        .unwrap()
        .into_inner()
        .octets;
    assert_eq!(octets.as_ref(), [0x06, 0x03, 0x88, 0x37, 0x03]);
    let decode = pb::DecodeRequest {
        octets,
        encoding: pb::Encoding::Der as i32,
    };
    let answer = house.notations().decode(decode).await.unwrap().into_inner();
    assert_eq!(answer.notations.unwrap().dot, "2.999.3");
    let bad = pb::DecodeRequest {
        octets: vec![6, 3, 0x80, 1, 1].into(),
        encoding: pb::Encoding::Der as i32,
    };
    refused(
        house.notations().decode(bad).await,
        Code::InvalidArgument,
        "ENCODING_INVALID",
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reference_data_is_not_registered_by_us() {
    let house = House::open().await;
    house.allocate(Some(1), titled("one")).await;
    let entry = house.resolve("2").await.entry.unwrap();
    assert_eq!((entry.registered, entry.changed.is_some()), (None, true));
    let entry = house.resolve("2.999.1").await.entry.unwrap();
    assert!(entry.registered.is_some());
    house.close().await;
}

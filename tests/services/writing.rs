//! Writing: tokens, retries, etags, validation, refusals with every field at fault.

use oidra::{
    grpc::limits::WRITTEN_INLINE_MAX,
    pb::v1::{self as pb, resolve_response::Outcome},
};
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::harness::{House, NODE, allocation, refused, titled};

#[tokio::test(flavor = "multi_thread")]
async fn writing_needs_a_token_that_is_known() {
    let house = House::open().await;
    let request = || allocation(None, titled("x"));
    refused(
        house.writes().allocate(request()).await,
        Code::Unauthenticated,
        "TOKEN_MISSING",
    );
    for value in ["Bearer oidra_nonsense", "Basic abc"] {
        let mut bad = tonic::Request::new(request());
        bad.metadata_mut()
            .insert("authorization", value.parse().unwrap());
        refused(
            house.writes().allocate(bad).await,
            Code::Unauthenticated,
            "TOKEN_UNKNOWN",
        );
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_at_fault_is_told_at_once() {
    let house = House::open().await;
    let entry = pb::NewEntry {
        identifiers: vec!["Upper".into()],
        labels: vec![
            pb::Label {
                label: "fine".into(),
                ..Default::default()
            },
            pb::Label {
                label: "a b".into(),
                ..Default::default()
            },
        ],
        ..titled("")
    };
    let answer = house
        .writes()
        .allocate(house.signed(allocation(None, entry)))
        .await;
    let status = refused(answer, Code::InvalidArgument, "FIELD_REQUIRED");
    let details = status.get_error_details();
    let fields: Vec<_> = details
        .bad_request()
        .unwrap()
        .field_violations
        .iter()
        .map(|v| v.field.clone())
        .collect();
    assert_eq!(
        fields,
        [
            "entry.titles[0].text",
            "entry.identifiers[0]",
            "entry.labels[1].label"
        ]
    );
    assert_eq!(
        details.help().unwrap().links[0].description,
        "oidctl explain FIELD_REQUIRED"
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_gets_the_same_answer_and_another_request_none() {
    let house = House::open().await;
    let named = |title: &str| pb::AllocateRequest {
        options: Some(pb::WriteOptions {
            request_id: "once".into(),
            ..Default::default()
        }),
        ..allocation(None, titled(title))
    };
    let first = house
        .writes()
        .allocate(house.signed(named("a")))
        .await
        .unwrap()
        .into_inner();
    let again = house
        .writes()
        .allocate(house.signed(named("a")))
        .await
        .unwrap()
        .into_inner();
    assert!(!first.replayed && again.replayed);
    assert_eq!(first.entries, again.entries);
    assert_eq!(first.revision, again.revision);
    refused(
        house.writes().allocate(house.signed(named("b"))).await,
        Code::AlreadyExists,
        "REQUEST_REPLAYED_DIFFERENTLY",
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn validating_records_nothing() {
    let house = House::open().await;
    let request = pb::AllocateRequest {
        options: Some(pb::WriteOptions {
            validate_only: true,
            ..Default::default()
        }),
        ..allocation(
            Some(5),
            pb::NewEntry {
                identifiers: vec!["five".into()],
                ..titled("x")
            },
        )
    };
    let answer = house
        .writes()
        .allocate(house.signed(request))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.entries[0].oid, "2.999.5");
    assert!(
        answer.entries[0]
            .notations
            .as_ref()
            .unwrap()
            .asn1
            .ends_with("five(5)}")
    );
    assert_eq!(answer.revision, None);
    assert_eq!(
        house.resolve("2.999.5").await.outcome(),
        Outcome::SuperiorFound
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_of_many_entries_is_told_as_one_of_few() {
    let house = House::open().await;
    for count in [WRITTEN_INLINE_MAX, WRITTEN_INLINE_MAX + 1] {
        let told = house.block(count).await.entries;
        assert_eq!(told.len(), count);
        assert!(told.iter().all(|entry| entry.titles[0].text == "x"));
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_etag_guards_a_write() {
    let house = House::open().await;
    let written = house.allocate(Some(1), titled("one")).await;
    let amend = |title: &str, etag: &str| pb::AmendRequest {
        oid: "2.999.1".into(),
        entry: Some(titled(title)),
        etag: etag.into(),
        ..Default::default()
    };
    let old = written.entries[0].etag.clone();
    let answer = house
        .writes()
        .amend(house.signed(amend("two", &old)))
        .await
        .unwrap()
        .into_inner();
    assert_ne!(answer.entries[0].etag, old);
    refused(
        house
            .writes()
            .amend(house.signed(amend("three", &old)))
            .await,
        Code::Aborted,
        "REVISION_MOVED",
    );
    refused(
        house
            .writes()
            .amend(house.signed(amend("three", "nonsense")))
            .await,
        Code::InvalidArgument,
        "FIELD_INVALID",
    );
    let read = house.resolve("2.999.1").await.entry.unwrap();
    assert_eq!(
        (read.titles[0].text.as_str(), &read.etag),
        ("two", &answer.entries[0].etag)
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_given_once() {
    let house = House::open().await;
    house.allocate(Some(1), titled("one")).await;
    let again = allocation(Some(1), titled("again"));
    let status = refused(
        house.writes().allocate(house.signed(again)).await,
        Code::AlreadyExists,
        "NUMBER_TAKEN",
    );
    assert!(status.get_details_resource_info().is_some());
    let withdraw = pb::ChangeStateRequest {
        oid: "2.999.1".into(),
        state: pb::State::Withdrawn as i32,
        options: Some(pb::WriteOptions {
            reason: "over".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let answer = house
        .writes()
        .change_state(house.signed(withdraw))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.entries[0].state(), pb::State::Withdrawn);
    let again = allocation(Some(1), titled("again"));
    refused(
        house.writes().allocate(house.signed(again)).await,
        Code::AlreadyExists,
        "NUMBER_BURNED",
    );
    assert_eq!(
        house.allocate(None, titled("next")).await.entries[0].oid,
        "2.999.2"
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_come_and_go() {
    let house = House::open().await;
    let request = pb::HoldRequest {
        superior: NODE.into(),
        seconds: 60,
        ..Default::default()
    };
    let held = house
        .writes()
        .hold(house.signed(request))
        .await
        .unwrap()
        .into_inner();
    assert!(held.held && held.until.is_some());
    assert_eq!(held.oid, "2.999.1");
    let release = pb::ReleaseHoldRequest {
        superior: NODE.into(),
        number: "1".into(),
        hold_id: held.hold_id.clone(),
        options: None,
    };
    let freed = house
        .writes()
        .release_hold(house.signed(release))
        .await
        .unwrap()
        .into_inner();
    assert!(!freed.held);
    assert_eq!(freed.hold_id, held.hold_id);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_data_is_for_the_staff() {
    let house = House::open().await;
    let registrant = pb::Registrant {
        kind: pb::PartyKind::Person as i32,
        name: "Asha".into(),
        email: "asha@example.org".into(),
        ..Default::default()
    };
    let entry = pb::NewEntry {
        registrant: Some(pb::RegistrantRef {
            kind: Some(pb::registrant_ref::Kind::Registrant(registrant)),
        }),
        ..titled("x")
    };
    let written = house.allocate(Some(1), entry).await;
    let held = |entry: &pb::Entry| entry.registrant.clone().unwrap().registrant.unwrap();
    let staff = held(&written.entries[0]);
    assert_eq!(
        (staff.name.as_str(), staff.email.as_str()),
        ("Asha", "asha@example.org")
    );
    let public = held(&house.resolve("2.999.1").await.entry.unwrap());
    assert_eq!(
        (public.id, public.name, public.email),
        (staff.id, String::new(), String::new())
    );
    house.close().await;
}

fn contact(role: pb::ContactRole, party: pb::registrant_ref::Kind) -> pb::NewContact {
    pb::NewContact {
        role: role as i32,
        party: Some(pb::RegistrantRef { kind: Some(party) }),
    }
}

fn person(name: &str, name_public: bool) -> pb::registrant_ref::Kind {
    pb::registrant_ref::Kind::Registrant(pb::Registrant {
        kind: pb::PartyKind::Person as i32,
        name: name.into(),
        email: format!("{name}@example.org"),
        name_public,
        ..Default::default()
    })
}

/// The contacts of an entry, as `role name e-mail`.
fn contacts(entry: &pb::Entry) -> Vec<String> {
    let told = entry.contacts.iter().map(|one| {
        let party = one.party.as_ref().unwrap();
        assert!(party.id.starts_with("r-"), "{party:?}");
        let role = one.role().as_str_name().trim_start_matches("CONTACT_ROLE_");
        format!("{role} {} {}", party.name, party.email)
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_come_and_go_and_their_addresses_are_for_the_staff() {
    let house = House::open().await;
    let (technical, abuse) = (pb::ContactRole::Technical, pb::ContactRole::Abuse);
    let entry = pb::NewEntry {
        contacts: vec![
            contact(technical, person("asha", true)),
            contact(abuse, person("juma", false)),
        ],
        ..titled("x")
    };
    let written = house.allocate(Some(1), entry).await;
    let first = written.entries[0].clone();
    let staff = [
        "TECHNICAL asha asha@example.org",
        "ABUSE juma juma@example.org",
    ];
    assert_eq!(contacts(&first), staff);
    let public = house.resolve("2.999.1").await.entry.unwrap();
    assert_eq!(contacts(&public), ["TECHNICAL asha ", "ABUSE  "]);
    assert!(!format!("{public:?}").contains('@'), "{public:?}");

    let amend = async |contacts: Vec<pb::NewContact>, etag: &str| {
        let request = pb::AmendRequest {
            oid: "2.999.1".into(),
            entry: Some(pb::NewEntry {
                contacts,
                ..Default::default()
            }),
            update_mask: Some(prost_types::FieldMask {
                paths: vec!["contacts".into()],
            }),
            etag: etag.into(),
            ..Default::default()
        };
        house.writes().amend(house.signed(request)).await
    };
    let asha = first.contacts[0].party.clone().unwrap().id;
    let known = |id: &str| pb::registrant_ref::Kind::Id(id.into());
    refused(
        amend(vec![contact(abuse, known("r-nobody"))], "").await,
        Code::NotFound,
        "REGISTRANT_UNKNOWN",
    );
    let moved = amend(vec![contact(abuse, known(&asha))], &first.etag).await;
    let moved = moved.unwrap().into_inner().entries[0].clone();
    assert_eq!(contacts(&moved), ["ABUSE asha asha@example.org"]);
    assert_eq!(moved.contacts[0].party.clone().unwrap().id, asha);
    assert_eq!(moved.superior_changed, first.superior_changed);
    assert_ne!(moved.holder_changed, first.holder_changed);
    refused(
        amend(Vec::new(), &first.etag).await,
        Code::Aborted,
        "REVISION_MOVED",
    );
    let cleared = amend(Vec::new(), &moved.etag).await.unwrap().into_inner();
    assert!(cleared.entries[0].contacts.is_empty());
    assert!(
        house
            .resolve("2.999.1")
            .await
            .entry
            .unwrap()
            .contacts
            .is_empty()
    );

    let as_of = pb::ResolveRequest {
        oid: "2.999.1".into(),
        read: Some(pb::ReadOptions {
            as_of_revision: written.revision.unwrap().token,
            ..Default::default()
        }),
        ..Default::default()
    };
    let then = |answer: tonic::Response<pb::ResolveResponse>| answer.into_inner().entry.unwrap();
    let public = house.reads().resolve(as_of.clone()).await.unwrap();
    assert_eq!(contacts(&then(public)), ["TECHNICAL asha ", "ABUSE  "]);
    let all = house.reads().resolve(house.signed(as_of)).await.unwrap();
    assert_eq!(contacts(&then(all)), staff);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_is_as_if_absent() {
    let house = House::open().await;
    for (number, visibility) in [(1, pb::Visibility::Hidden), (2, pb::Visibility::Stub)] {
        let entry = pb::NewEntry {
            visibility: visibility as i32,
            identifiers: vec![format!("secret{number}")],
            contacts: vec![contact(pb::ContactRole::Abuse, person("secret", true))],
            ..titled("secret")
        };
        house.allocate(Some(number), entry).await;
    }
    assert_eq!(
        house.resolve("2.999.1").await.outcome(),
        Outcome::SuperiorFound
    );
    let stub = house.resolve("2.999.2").await.entry.unwrap();
    assert!(
        stub.stub && stub.titles.is_empty() && stub.contacts.is_empty() && stub.etag.is_empty()
    );
    assert_eq!((stub.number.as_str(), stub.revision), ("2", 0));
    assert!(!format!("{stub:?}").contains("secret"), "{stub:?}");
    let list = pb::ListChildrenRequest {
        oid: NODE.into(),
        ..Default::default()
    };
    let public = house
        .reads()
        .list_children(list.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(public.entries.len(), 1);
    let staff = house
        .reads()
        .list_children(house.signed(list))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(staff.entries.len(), 2);
    house.close().await;
}

//! What other registration systems get wrong, asked of a running service: each is refused or answered as promised.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on must fail"
)]

mod support;

use oidra::pb::v1::{
    AllocateRequest, ChangeStateRequest, Label, ListChildrenRequest, NewEntry, NumberChoice,
    ResolveRequest, State, Text, WriteOptions, number_choice,
    registration_service_client::RegistrationServiceClient,
    resolution_service_client::ResolutionServiceClient, resolve_response::Outcome,
};
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt as _;

use support::{Server, verify, with_token};

/// A service with clients of it, stopped and verified at the end.
struct Bench {
    folder: tempfile::TempDir,
    server: Server,
    token: String,
    writer: RegistrationServiceClient<Channel>,
    reader: ResolutionServiceClient<Channel>,
}

impl Bench {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path());
        let (token, writer, reader) = (
            server.token(),
            server.registration().await,
            server.resolution().await,
        );
        Self {
            folder,
            server,
            token,
            writer,
            reader,
        }
    }

    async fn allocate(&mut self, number: &str, entry: NewEntry) -> Result<String, Status> {
        self.allocate_as("", number, entry).await
    }

    async fn allocate_as(
        &mut self,
        id: &str,
        number: &str,
        entry: NewEntry,
    ) -> Result<String, Status> {
        let choice = (!number.is_empty()).then(|| NumberChoice {
            kind: Some(number_choice::Kind::Number(number.to_owned())),
        });
        let request = AllocateRequest {
            superior: "2.16.834".to_owned(),
            number: choice,
            entry: Some(entry),
            options: Some(WriteOptions {
                request_id: id.to_owned(),
                ..WriteOptions::default()
            }),
            ..AllocateRequest::default()
        };
        let answer = self
            .writer
            .allocate(with_token(&self.token, request))
            .await?;
        Ok(answer.into_inner().entries[0].oid.clone())
    }

    async fn change_state(&mut self, oid: &str, state: State) -> Result<(), Status> {
        let request = ChangeStateRequest {
            oid: oid.to_owned(),
            state: state.into(),
            options: Some(WriteOptions {
                reason: "asked for".to_owned(),
                ..WriteOptions::default()
            }),
            ..ChangeStateRequest::default()
        };
        self.writer
            .change_state(with_token(&self.token, request))
            .await
            .map(drop)
    }

    async fn resolve(&mut self, oid: &str) -> (Outcome, String) {
        let request = ResolveRequest {
            oid: oid.to_owned(),
            ..ResolveRequest::default()
        };
        let answer = self.reader.resolve(request).await.unwrap().into_inner();
        (
            answer.outcome(),
            answer.entry.map(|entry| entry.oid).unwrap_or_default(),
        )
    }

    fn close(self) {
        assert!(self.server.stop().success());
        verify(self.folder.path());
    }
}

fn labelled(label: &str) -> NewEntry {
    NewEntry {
        labels: vec![Label {
            label: label.to_owned(),
            language: String::new(),
        }],
        ..NewEntry::default()
    }
}

/// The refusal code that a status carries.
fn code(status: &Status) -> String {
    status
        .get_error_details()
        .error_info()
        .map(|info| info.reason.clone())
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leading_zero_is_not_another_spelling() {
    let mut bench = Bench::open().await;
    bench.allocate("8", NewEntry::default()).await.unwrap();
    let refused = bench.allocate("08", NewEntry::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
    let request = ResolveRequest {
        oid: "2.16.834.8.01".to_owned(),
        ..ResolveRequest::default()
    };
    let refused = bench.reader.resolve(request).await.unwrap_err();
    assert_eq!(
        (refused.code(), code(&refused).as_str()),
        (Code::InvalidArgument, "OID_SYNTAX")
    );
    bench.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn look_alike_labels_are_refused() {
    let mut bench = Bench::open().await;
    bench.allocate("1", labelled("Café")).await.unwrap();
    // The same word decomposed is no label at all; the same word in other case or full width is taken.
    for (label, expected) in [
        ("Cafe\u{301}", "LABEL_SYNTAX"),
        ("Café", "LABEL_TAKEN"),
        ("CAFÉ", "LABEL_TAKEN"),
        ("Ｃafé", "LABEL_TAKEN"),
    ] {
        let refused = bench.allocate("2", labelled(label)).await.unwrap_err();
        assert_eq!(code(&refused), expected, "{label}: {refused:?}");
    }
    // What is only similar is another label.
    bench.allocate("2", labelled("Cafes")).await.unwrap();
    bench.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identifier_in_other_letters_is_the_same_one() {
    let mut bench = Bench::open().await;
    let identified = |name: &str| NewEntry {
        identifiers: vec![name.to_owned()],
        ..NewEntry::default()
    };
    bench.allocate("", identified("afya-Bora")).await.unwrap();
    for name in ["afya-Bora", "afya-bora"] {
        let refused = bench.allocate("", identified(name)).await.unwrap_err();
        assert_eq!(code(&refused), "IDENTIFIER_TAKEN", "{name}");
    }
    // In a notation the case counts: this names nothing, and the number is followed.
    let path = "{joint-iso-itu-t(2) country(16) tz(834) afya-Bora(1)}";
    assert_eq!(
        bench.resolve(path).await,
        (Outcome::Found, "2.16.834.1".to_owned())
    );
    bench.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_number_is_never_given_out_again() {
    let mut bench = Bench::open().await;
    let first = bench.allocate("", NewEntry::default()).await.unwrap();
    bench.change_state(&first, State::Withdrawn).await.unwrap();
    let refused = bench.allocate("1", NewEntry::default()).await.unwrap_err();
    assert_eq!(
        (refused.code(), code(&refused).as_str()),
        (Code::AlreadyExists, "NUMBER_BURNED")
    );
    assert_eq!(
        bench.allocate("", NewEntry::default()).await.unwrap(),
        "2.16.834.2"
    );
    assert_eq!(
        bench.resolve("2.16.834.1").await,
        (Outcome::Found, "2.16.834.1".to_owned())
    );
    bench.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_of_a_lost_answer_gets_the_answer() {
    let mut bench = Bench::open().await;
    let first = bench
        .allocate_as("once", "", labelled("Afya"))
        .await
        .unwrap();
    let again = bench
        .allocate_as("once", "", labelled("Afya"))
        .await
        .unwrap();
    assert_eq!(first, again);
    let refused = bench
        .allocate_as("once", "", labelled("Elimu"))
        .await
        .unwrap_err();
    assert_eq!(code(&refused), "REQUEST_REPLAYED_DIFFERENTLY");
    bench.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_of_any_script_work_in_every_layer() {
    let mut bench = Bench::open().await;
    let labels = [
        "Afya",
        "Wizara-ya-Elimu",
        "الصحة",
        "健康",
        "Здоровье",
        "สุขภาพ",
        "𐎠𐎡",
    ];
    for (n, label) in labels.iter().enumerate() {
        let mut entry = labelled(label);
        entry.titles = vec![Text {
            language: "sw".to_owned(),
            text: format!("Kichwa cha {label}"),
        }];
        let oid = bench.allocate("", entry).await.unwrap();
        assert_eq!(oid, format!("2.16.834.{}", n + 1));
        assert_eq!(
            bench.resolve(&format!("/Country/TZ/{label}")).await,
            (Outcome::Found, oid.clone())
        );
        let shown = bench
            .server
            .oidctl(&["resolve", &format!("/Country/TZ/{label}")]);
        assert!(shown.status.success(), "{shown:?}");
        assert!(String::from_utf8_lossy(&shown.stdout).contains(label));
    }
    let request = ListChildrenRequest {
        oid: "/Country/TZ".to_owned(),
        ..ListChildrenRequest::default()
    };
    let listed = bench
        .reader
        .list_children(request)
        .await
        .unwrap()
        .into_inner();
    let in_order: Vec<_> = listed
        .entries
        .iter()
        .map(|entry| entry.labels[0].label.as_str())
        .collect();
    assert_eq!(in_order, labels);
    bench.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_of_128_arcs_works_and_129_is_refused() {
    let mut bench = Bench::open().await;
    let mut superior = "2.16.834".to_owned();
    for _ in 3..128 {
        let request = AllocateRequest {
            superior: superior.clone(),
            ..AllocateRequest::default()
        };
        let answer = bench
            .writer
            .allocate(with_token(&bench.token, request))
            .await
            .unwrap()
            .into_inner();
        superior.clone_from(&answer.entries[0].oid);
    }
    assert_eq!(superior.split('.').count(), 128);
    assert_eq!(
        bench.resolve(&superior).await,
        (Outcome::Found, superior.clone())
    );
    let request = AllocateRequest {
        superior: superior.clone(),
        ..AllocateRequest::default()
    };
    let refused = bench
        .writer
        .allocate(with_token(&bench.token, request))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), code(&refused).as_str()),
        (Code::InvalidArgument, "PATH_TOO_LONG")
    );
    bench.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_registered_is_answered_with_the_nearest_superior() {
    let mut bench = Bench::open().await;
    bench.allocate("5", NewEntry::default()).await.unwrap();
    let request = ResolveRequest {
        oid: "2.16.834.5.6.7".to_owned(),
        ..ResolveRequest::default()
    };
    let answer = bench.reader.resolve(request).await.unwrap().into_inner();
    assert_eq!(answer.outcome(), Outcome::SuperiorFound);
    assert_eq!(
        (answer.entry.unwrap().oid.as_str(), answer.distance),
        ("2.16.834.5", 2)
    );
    bench.close();
}

//! The commands against a server that answers what it is told to: what goes over the wire and what becomes of answers.
//!
//! It must never need a register: the server here only remembers what it was asked.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex},
};

use clap::Parser as _;
use tokio_stream::{Iter, wrappers::TcpListenerStream};
use tonic::{Code as Rpc, Request, Response, Status, transport::Server};
use tonic_types::{ErrorDetails, StatusExt as _};

use super::{
    args::{Cli, Format},
    client::Client,
    commands,
    desk::Desk,
    failure::{Failure, Outcome},
    output::Output,
    settings::Settings,
    table::Palette,
};
use crate::pb::v1::{
    self,
    registration_service_server::{RegistrationService, RegistrationServiceServer},
    resolution_service_server::{ResolutionService, ResolutionServiceServer},
};

/// One question: the method, the token, and the request as text.
type Asked = (&'static str, String, String);

/// What the server was asked.
#[derive(Clone, Default)]
struct Mock {
    asked: Arc<Mutex<Vec<Asked>>>,
    /// Refusals to give before any answer.
    first: Arc<Mutex<Vec<Status>>>,
}

fn refusal(code: Rpc, reason: &str) -> Status {
    Status::with_error_details(
        code,
        "no",
        ErrorDetails::with_error_info(reason, "oidra", HashMap::new()),
    )
}

fn entry(oid: &str, identifier: &str) -> v1::Entry {
    v1::Entry {
        oid: oid.to_owned(),
        number: oid.rsplit('.').next().unwrap().to_owned(),
        state: v1::State::Active.into(),
        identifiers: vec![identifier.to_owned()],
        etag: "tag-7".to_owned(),
        ..v1::Entry::default()
    }
}

impl Mock {
    fn note<T: std::fmt::Debug>(
        &self,
        method: &'static str,
        request: &Request<T>,
    ) -> Result<(), Status> {
        let token = request
            .metadata()
            .get("authorization")
            .map(|t| t.to_str().unwrap().to_owned());
        let text = format!("{:?}", request.get_ref());
        self.asked
            .lock()
            .unwrap()
            .push((method, token.unwrap_or_default(), text));
        self.first.lock().unwrap().pop().map_or(Ok(()), Err)
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

type Parts<T> = Iter<std::vec::IntoIter<Result<T, Status>>>;

#[tonic::async_trait]
impl ResolutionService for Mock {
    type WalkSubtreeStream = Parts<v1::WalkSubtreeResponse>;
    type WatchStream = Parts<v1::WatchResponse>;

    async fn list_label_claims(
        &self,
        _: Request<v1::ListLabelClaimsRequest>,
    ) -> Result<Response<v1::ListLabelClaimsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn resolve(
        &self,
        r: Request<v1::ResolveRequest>,
    ) -> Result<Response<v1::ResolveResponse>, Status> {
        self.note("resolve", &r)?;
        let oid = r.into_inner().oid;
        let found = !oid.ends_with(".404");
        let outcome = v1::resolve_response::Outcome::Found;
        let above = v1::resolve_response::Outcome::SuperiorFound;
        Ok(Response::new(v1::ResolveResponse {
            outcome: if found { outcome } else { above }.into(),
            distance: u32::from(!found),
            entry: Some(entry(if found { &oid } else { "2.999" }, "health")),
            ..Default::default()
        }))
    }

    async fn batch_resolve(
        &self,
        _: Request<v1::BatchResolveRequest>,
    ) -> Result<Response<v1::BatchResolveResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_children(
        &self,
        r: Request<v1::ListChildrenRequest>,
    ) -> Result<Response<v1::ListChildrenResponse>, Status> {
        self.note("list_children", &r)?;
        let (name, next) = if r.get_ref().page_token.is_empty() {
            ("2.999.1", "more")
        } else {
            ("2.999.2", "")
        };
        Ok(Response::new(v1::ListChildrenResponse {
            entries: vec![entry(name, "x")],
            next_page_token: next.to_owned(),
            revision: None,
        }))
    }

    async fn walk_subtree(
        &self,
        r: Request<v1::WalkSubtreeRequest>,
    ) -> Result<Response<Self::WalkSubtreeStream>, Status> {
        self.note("walk_subtree", &r)?;
        let part = |entries| {
            Ok(v1::WalkSubtreeResponse {
                entries,
                revision: None,
            })
        };
        let parts = vec![
            part(vec![entry("2.999", "a"), entry("2.999.1", "b")]),
            part(vec![entry("2.999.2", "c")]),
        ];
        Ok(Response::new(tokio_stream::iter(parts)))
    }

    async fn get_history(
        &self,
        r: Request<v1::GetHistoryRequest>,
    ) -> Result<Response<v1::GetHistoryResponse>, Status> {
        self.note("get_history", &r)?;
        let item = |sequence, name: &str| v1::HistoryItem {
            sequence,
            kinds: vec!["arc-amended".to_owned()],
            entry: Some(entry("2.999.1", name)),
            ..Default::default()
        };
        let items = vec![item(9, "new"), item(8, "old")];
        Ok(Response::new(v1::GetHistoryResponse {
            items,
            ..Default::default()
        }))
    }

    async fn get_statement(
        &self,
        _: Request<v1::GetStatementRequest>,
    ) -> Result<Response<v1::GetStatementResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn watch(
        &self,
        _: Request<v1::WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented(""))
    }
}

macro_rules! registrar {
    ($($method:ident $request:ident;)*) => {
        #[tonic::async_trait]
        impl RegistrationService for Mock {
            $(async fn $method(&self, r: Request<v1::$request>) -> Result<Response<v1::WriteResponse>, Status> {
                self.note(stringify!($method), &r)?;
                let request_id = r.into_inner().options.unwrap_or_default().request_id;
                let entries = vec![entry("2.999.7", "health")];
                Ok(Response::new(v1::WriteResponse { entries, request_id, ..Default::default() }))
            })*

            async fn hold(&self, _: Request<v1::HoldRequest>) -> Result<Response<v1::HoldResponse>, Status> {
                Err(Status::unimplemented(""))
            }

            async fn list_holds(
                &self,
                _: Request<v1::ListHoldsRequest>,
            ) -> Result<Response<v1::ListHoldsResponse>, Status> {
                Err(Status::unimplemented(""))
            }

            async fn issue_allocation_token(
                &self,
                _: Request<v1::IssueAllocationTokenRequest>,
            ) -> Result<Response<v1::AllocationTokenResponse>, Status> {
                Err(Status::unimplemented(""))
            }

            async fn list_allocation_tokens(
                &self,
                _: Request<v1::ListAllocationTokensRequest>,
            ) -> Result<Response<v1::ListAllocationTokensResponse>, Status> {
                Err(Status::unimplemented(""))
            }

            async fn revoke_allocation_token(
                &self,
                _: Request<v1::RevokeAllocationTokenRequest>,
            ) -> Result<Response<v1::AllocationTokenResponse>, Status> {
                Err(Status::unimplemented(""))
            }

            async fn release_hold(
                &self,
                _: Request<v1::ReleaseHoldRequest>,
            ) -> Result<Response<v1::HoldResponse>, Status> {
                Err(Status::unimplemented(""))
            }
        }
    };
}

registrar! {
    allocate AllocateRequest;
    batch_allocate BatchAllocateRequest;
    record_existing RecordExistingRequest;
    reserve ReserveRequest;
    amend AmendRequest;
    change_state ChangeStateRequest;
    delegate DelegateRequest;
    recall RecallRequest;
    transfer TransferRequest;
    offer_transfer OfferTransferRequest;
    lock LockRequest;
    unlock UnlockRequest;
    consent ConsentRequest;
    retract RetractRequest;
    plan PlanRequest;
    cancel_plan CancelPlanRequest;
    renew RenewRequest;
    report_error ReportErrorRequest;
    accept_report AcceptReportRequest;
    settle_suspicion SettleSuspicionRequest;
    confirm_contact ConfirmContactRequest;
    challenge_label ChallengeLabelRequest;
    decide_challenge DecideChallengeRequest;
    set_template SetTemplateRequest;
    close_template CloseTemplateRequest;
    open_sandbox OpenSandboxRequest;
    reset_sandbox ResetSandboxRequest;
    set_policy SetPolicyRequest;
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a command against the server and gives what it wrote.
async fn run(mock: &Mock, format: Format, typed: &[&str]) -> (Result<Outcome, Failure>, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = Server::builder()
        .add_service(ResolutionServiceServer::new(mock.clone()))
        .add_service(RegistrationServiceServer::new(mock.clone()))
        .serve_with_incoming(TcpListenerStream::new(listener));
    let serving = tokio::spawn(server);
    let line = ["oidctl", "--server", &address, "--token", "oidra_t"];
    let cli = Cli::try_parse_from(line.iter().chain(typed)).unwrap();
    let settings = Settings::settle(&cli.global, &|_| None).unwrap();
    let client = Client::open(&settings).unwrap();
    let kept = Kept::default();
    let desk = Desk {
        settings,
        output: Output::new(format, Palette::new(false), None, Box::new(kept.clone())),
        writing: cli.writing,
        reading: cli.reading,
        request_id: "q-1".to_owned(),
    };
    let result = Box::pin(commands::ask(&desk, &client, cli.command)).await;
    desk.output.flush().unwrap();
    serving.abort();
    let written = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    (result, written)
}

#[tokio::test]
async fn what_is_registered_is_shown_and_what_is_not_is_a_no() {
    let mock = Mock::default();
    let (result, out) = run(
        &mock,
        Format::Human,
        &["resolve", "2.999.7", "--as-of", "2026-03-03"],
    )
    .await;
    assert_eq!(result.unwrap(), Outcome::Done);
    assert!(
        out.starts_with("2.999.7  active\n") && out.contains("  identifiers  health\n"),
        "{out}"
    );
    let (method, token, request) = mock.asked().remove(0);
    assert_eq!((method, token.as_str()), ("resolve", "Bearer oidra_t"));
    assert!(request.contains("as_of_time: \"2026-03-03\""), "{request}");
    let (result, out) = run(&mock, Format::Json, &["resolve", "2.999.404"]).await;
    assert_eq!(result.unwrap(), Outcome::No);
    assert!(out.contains("\"outcome\": \"superior-found\""), "{out}");
}

#[tokio::test]
async fn lists_are_paged_and_trees_drawn() {
    let mock = Mock::default();
    let (_, out) = run(&mock, Format::Jsonl, &["children", "2.999", "--all"]).await;
    assert_eq!(out.lines().count(), 2, "{out}");
    let (_, out) = run(&mock, Format::Table, &["children", "2.999", "--limit", "1"]).await;
    assert_eq!(out.lines().count(), 2, "{out}");
    let (_, out) = run(&mock, Format::Human, &["tree", "2.999"]).await;
    assert_eq!(out, "a(2.999)\n├─ b(1)\n└─ c(2)\n");
    let (_, out) = run(
        &mock,
        Format::Human,
        &["history", "2.999.1", "--limit", "1"],
    )
    .await;
    assert!(
        out.contains("- identifiers: old") && out.contains("+ identifiers: new"),
        "{out}"
    );
    assert_eq!(out.matches("arc-amended").count(), 1, "{out}");
}

#[tokio::test]
async fn a_change_keeps_its_name_when_it_is_repeated() {
    let mock = Mock::default();
    mock.first.lock().unwrap().extend([
        refusal(Rpc::Unavailable, "OUTCOME_UNKNOWN"),
        refusal(Rpc::Unavailable, "NOT_READY"),
    ]);
    let (result, _) = run(
        &mock,
        Format::Json,
        &["allocate", "2.999", "--reason", "new"],
    )
    .await;
    assert_eq!(result.unwrap(), Outcome::Done);
    let asked = mock.asked();
    assert_eq!(asked.len(), 3);
    for (method, _, request) in asked {
        assert_eq!(method, "allocate");
        assert!(
            request.contains("request_id: \"q-1\"") && request.contains("reason: \"new\""),
            "{request}"
        );
        assert!(
            request.contains("NextFree") && request.contains("validate_only: false"),
            "{request}"
        );
    }
}

#[tokio::test]
async fn a_trial_has_no_name_and_records_nothing() {
    let mock = Mock::default();
    let (result, out) = run(
        &mock,
        Format::Json,
        &["reserve", "2.999", "5-7", "--dry-run"],
    )
    .await;
    assert_eq!(result.unwrap(), Outcome::Done);
    assert!(out.contains("\"dry_run\": true"), "{out}");
    let (method, _, request) = mock.asked().remove(0);
    assert_eq!(method, "reserve");
    assert!(
        request.contains("validate_only: true") && request.contains("request_id: \"\""),
        "{request}"
    );
    assert!(request.contains("first: \"5\", count: 3"), "{request}");
}

#[tokio::test]
async fn amending_starts_from_what_was_read() {
    let mock = Mock::default();
    let (result, _) = run(
        &mock,
        Format::Human,
        &["amend", "2.999.7", "--add-identifier", "afya"],
    )
    .await;
    assert_eq!(result.unwrap(), Outcome::Done);
    let asked = mock.asked();
    assert_eq!(
        asked.iter().map(|a| a.0).collect::<Vec<_>>(),
        ["resolve", "amend"]
    );
    let request = &asked[1].2;
    assert!(
        request.contains("etag: \"tag-7\"") && request.contains("paths: [\"identifiers\"]"),
        "{request}"
    );
    assert!(
        request.contains("identifiers: [\"health\", \"afya\"]"),
        "{request}"
    );
    let (result, _) = run(&mock, Format::Human, &["amend", "2.999.404", "--frozen"]).await;
    let told = result.unwrap_err().told();
    assert!(
        told.contains("NOT_REGISTERED") && told.contains("nearest 2.999"),
        "{told}"
    );
}

#[tokio::test]
async fn what_is_agreed_to_beforehand_is_sent_at_once() {
    let mock = Mock::default();
    let typed = [
        "state",
        "2.999.7",
        "withdraw",
        "--successor",
        "2.999.8",
        "--yes",
        "--despite-subordinates",
    ];
    let (result, _) = run(&mock, Format::Json, &typed).await;
    assert_eq!(result.unwrap(), Outcome::Done);
    let asked = mock.asked();
    assert_eq!(asked.len(), 1);
    let request = &asked[0].2;
    assert!(
        request.contains("state: Withdrawn") && request.contains("Successor(\"2.999.8\")"),
        "{request}"
    );
    assert!(request.contains("despite_subordinates: true"), "{request}");
    let (result, _) = run(
        &mock,
        Format::Json,
        &["delegate", "2.999.7", "--to", "p-1", "p-2", "--yes"],
    )
    .await;
    assert_eq!(result.unwrap(), Outcome::Done);
    assert!(mock.asked()[1].2.contains("principals: [\"p-1\", \"p-2\"]"));
}

#[tokio::test]
async fn a_refusal_is_told_and_not_repeated() {
    let mock = Mock::default();
    mock.first
        .lock()
        .unwrap()
        .push(refusal(Rpc::AlreadyExists, "NUMBER_BURNED"));
    let (result, out) = run(
        &mock,
        Format::Human,
        &["allocate", "2.999", "--number", "7"],
    )
    .await;
    let failure = result.unwrap_err();
    assert_eq!(
        (failure.exit_code(), out.as_str(), mock.asked().len()),
        (1, "", 1)
    );
    assert!(failure.told().contains("oidctl explain NUMBER_BURNED"));
}

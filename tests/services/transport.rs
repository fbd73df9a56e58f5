//! What surrounds the services: gRPC-Web, reflection, health, limits, request ids, server info.

use std::time::Duration;

use oidra::{model::ids::Seq, pb::v1 as pb, server::transport::HEADERS_BYTES_MAX};
use prost::Message as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tonic::{Code, Request};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_reflection::pb::{
    v1::{
        ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
        server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
    },
    v1alpha,
};
use tonic_types::StatusExt as _;

use crate::harness::{House, NODE, allocation, refused, titled};

/// Sends raw HTTP/1.1 and reads all of the answer.
async fn raw(house: &House, head: &str, body: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    let length = body.len();
    let head = format!("{head}host: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    answer
}

fn frame(message: &impl prost::Message) -> Vec<u8> {
    let body = message.encode_to_vec();
    let mut frame = vec![0];
    frame.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
    frame.extend(body);
    frame
}

#[tokio::test(flavor = "multi_thread")]
async fn grpc_web_is_served_over_http_1() {
    let house = House::open().await;
    let head = "POST /oidra.v1.ResolutionService/Resolve HTTP/1.1\r\norigin: https://a.example\r\n\
                content-type: application/grpc-web+proto\r\nx-grpc-web: 1\r\n";
    let request = pb::ResolveRequest {
        oid: NODE.into(),
        ..Default::default()
    };
    let answer = raw(&house, head, &frame(&request)).await;
    let text = String::from_utf8_lossy(&answer).to_lowercase();
    assert!(text.starts_with("http/1.1 200"), "{text}");
    assert!(
        text.contains("content-type: application/grpc-web+proto"),
        "{text}"
    );
    assert!(text.contains("access-control-allow-origin: *"), "{text}");
    assert!(text.contains("grpc-status:0"), "{text}");
    assert!(text.contains("{joint-iso-itu-t(2) example(999)}"), "{text}");
    let bad = pb::ResolveRequest {
        oid: "1.40".into(),
        ..Default::default()
    };
    let text = raw(&house, head, &frame(&bad)).await;
    let text = String::from_utf8_lossy(&text).to_lowercase();
    assert!(
        text.contains("grpc-status") && text.contains("grpc-status-details-bin"),
        "{text}"
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_face_is_found_by_what_is_spoken() {
    let house = House::open().await;
    let text = |answer: Vec<u8>| String::from_utf8(answer).unwrap();
    let page = text(raw(&house, "GET / HTTP/1.1\r\n", b"").await);
    assert!(
        page.starts_with("HTTP/1.1 200") && page.contains("/oid/{oid}"),
        "{page}"
    );
    let head = "POST /x HTTP/1.1\r\ncontent-type: application/grpc\r\n";
    let old = text(raw(&house, head, b"").await);
    assert!(
        old.starts_with("HTTP/1.1 426") && old.contains("HTTP/2"),
        "{old}"
    );
    let head = "OPTIONS /oidra.v1.ResolutionService/Resolve HTTP/1.1\r\norigin: https://a.example\r\n\
                access-control-request-method: POST\r\n\
                access-control-request-headers: authorization,content-type\r\n";
    let preflight = text(raw(&house, head, b"").await).to_lowercase();
    assert!(preflight.starts_with("http/1.1 200"), "{preflight}");
    assert!(
        preflight.contains("access-control-allow-headers: authorization,content-type"),
        "{preflight}"
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reflection_lists_every_service() {
    let house = House::open().await;
    let expect = [
        "grpc.health.v1.Health",
        "oidra.v1.AdministrationService",
        "oidra.v1.NotationService",
        "oidra.v1.RegistrationService",
        "oidra.v1.ResolutionService",
    ];
    let ask = || MessageRequest::ListServices(String::new());
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(ask()),
    };
    let mut stream = ServerReflectionClient::new(house.channel())
        .server_reflection_info(tokio_stream::once(request))
        .await
        .unwrap()
        .into_inner();
    let answer = stream
        .message()
        .await
        .unwrap()
        .unwrap()
        .message_response
        .unwrap();
    let MessageResponse::ListServicesResponse(list) = answer else {
        panic!("{answer:?}")
    };
    let names: Vec<_> = list
        .service
        .into_iter()
        .map(|service| service.name)
        .collect();
    for name in expect {
        assert!(
            names.iter().any(|found| found == name),
            "{name} in {names:?}"
        );
    }
    let request = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(
            v1alpha::server_reflection_request::MessageRequest::FileContainingSymbol(
                "oidra.v1.ResolutionService".into(),
            ),
        ),
    };
    let mut client =
        v1alpha::server_reflection_client::ServerReflectionClient::new(house.channel());
    let stream = client
        .server_reflection_info(tokio_stream::once(request))
        .await
        .unwrap();
    let answer = stream.into_inner().message().await.unwrap().unwrap();
    assert!(matches!(
        answer.message_response,
        Some(v1alpha::server_reflection_response::MessageResponse::FileDescriptorResponse(_))
    ));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_told_service_by_service() {
    let house = House::open().await;
    let mut client = HealthClient::new(house.channel());
    for service in [
        "",
        "oidra.v1.ResolutionService",
        "oidra.v1.RegistrationService",
    ] {
        let request = HealthCheckRequest {
            service: service.into(),
        };
        let mut status = client.check(request.clone()).await;
        // The task that keeps the answers true may not have run yet.
        for _ in 0..100 {
            if status.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
            status = client.check(request.clone()).await;
        }
        assert_eq!(
            status.unwrap().into_inner().status().as_str_name(),
            "SERVING",
            "{service}"
        );
    }
    let unknown = client
        .check(HealthCheckRequest {
            service: "nobody".into(),
        })
        .await;
    assert_eq!(unknown.unwrap_err().code(), Code::NotFound);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_keeps_its_id() {
    let house = House::open().await;
    let request = |id: Option<&str>| {
        let mut request = Request::new(pb::GetServerInfoRequest {});
        if let Some(id) = id {
            request
                .metadata_mut()
                .insert("x-request-id", id.parse().unwrap());
        }
        request
    };
    let mut client = house.administration();
    let answer = client
        .get_server_info(request(Some("mine-1")))
        .await
        .unwrap();
    assert_eq!(answer.metadata().get("x-request-id").unwrap(), "mine-1");
    let mut all = Vec::new();
    for id in [None, Some("not well formed"), None] {
        let answer = client.get_server_info(request(id)).await.unwrap();
        let made = answer
            .metadata()
            .get("x-request-id")
            .unwrap()
            .to_str()
            .unwrap();
        assert!(made.starts_with("q-") && made.len() >= 36, "{made}");
        all.push(made.to_owned());
    }
    all.dedup();
    assert_eq!(all.len(), 3, "{all:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_says_what_it_is() {
    let house = House::open().await;
    let request = pb::GetServerInfoRequest {};
    let info = house
        .administration()
        .get_server_info(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(info.authorities, [NODE]);
    assert_eq!(
        (info.register_id.as_str(), info.data_version.as_str()),
        ("g-test", "1")
    );
    assert!(info.writable && info.tree_head.len() == 64);
    assert!(
        info.limits
            .iter()
            .any(|limit| limit.name == "page_size_max" && limit.value == 1_000)
    );
    let request = pb::ExplainRefusalRequest { code: "60".into() };
    let pages = house
        .administration()
        .explain_refusal(request)
        .await
        .unwrap()
        .into_inner()
        .pages;
    assert_eq!(pages[0].code, "NUMBER_TAKEN");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_one_past_the_limit_is_refused() {
    let house = House::open_with(|options| options.request_bytes_max = 1_000).await;
    // Two bytes for the field's tag and one more for its length, which is above 127.
    let convert = |bytes: usize| pb::ConvertRequest {
        text: " ".repeat(bytes - 3),
        strict: false,
    };
    assert_eq!(convert(1_000).encoded_len(), 1_000);
    let fits = house.notations().convert(convert(1_000)).await;
    refused(fits, Code::InvalidArgument, "OID_SYNTAX");
    let past = house.notations().convert(convert(1_001)).await;
    assert_eq!(past.unwrap_err().code(), Code::OutOfRange);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_one_past_the_limit_is_not_sent() {
    let request = || pb::ConvertRequest {
        text: NODE.into(),
        strict: false,
    };
    let house = House::open().await;
    let answer = house.notations().convert(request()).await.unwrap();
    let bytes = answer.into_inner().encoded_len();
    house.close().await;
    for (most, fits) in [(bytes, true), (bytes - 1, false)] {
        let house = House::open_with(|options| options.answer_bytes_max = most).await;
        let answer = house.notations().convert(request()).await;
        let code = answer.map(drop).map_err(|status| status.code());
        let expect = if fits { Ok(()) } else { Err(Code::OutOfRange) };
        assert_eq!(code, expect, "{most}");
        house.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_takes_longer_than_the_longest_is_ended() {
    let longest = Duration::from_millis(50);
    let house = House::open_with(|options| options.call_time_max = longest).await;
    // A revision that is not reached is waited for, and longer than that.
    let far = house.register.revision_token(Seq::new(1_000));
    let request = pb::ResolveRequest {
        oid: NODE.into(),
        read: Some(pb::ReadOptions {
            at_least_revision: far,
            ..Default::default()
        }),
        ..Default::default()
    };
    let late = house.reads().resolve(request).await;
    assert_eq!(late.unwrap_err().code(), Code::DeadlineExceeded);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_beyond_the_most_are_refused() {
    let house = House::open_with(|options| options.calls_at_once_max = 0).await;
    let request = pb::ConvertRequest {
        text: NODE.into(),
        strict: false,
    };
    refused(
        house.notations().convert(request).await,
        Code::ResourceExhausted,
        "OVERLOADED",
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_one_past_the_limit_are_refused_and_the_next_call_is_answered() {
    let house = House::open().await;
    let filled = |bytes: usize| {
        let mut request = Request::new(pb::GetServerInfoRequest {});
        let value = "a".repeat(bytes).parse().unwrap();
        request.metadata_mut().insert("x-filler", value);
        request
    };
    let most = usize::try_from(HEADERS_BYTES_MAX).unwrap();
    let mut client = house.administration();
    // The other headers of a call, and what the protocol counts for each, take less than a kibibyte.
    assert!(client.get_server_info(filled(most - 1_024)).await.is_ok());
    assert!(client.get_server_info(filled(most + 1)).await.is_err());
    assert!(client.get_server_info(filled(1)).await.is_ok());
    house.close().await;
}

/// Whether the server says that it is well.
async fn is_well(house: &House) -> bool {
    let request = HealthCheckRequest::default();
    HealthClient::new(house.channel())
        .check(request)
        .await
        .is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_call_past_the_rate_is_told_when_to_come_back_and_health_never_is() {
    let house = House::open_with(|options| {
        options.rates.source_reads = 3;
        options.rates.principal_writes = 2;
        options.calls_at_once_max = 8;
    })
    .await;
    let info = || async {
        let request = pb::GetServerInfoRequest {};
        house.administration().get_server_info(request).await
    };
    for _ in 0..3 {
        info().await.unwrap();
    }
    let status = refused(info().await, Code::ResourceExhausted, "RATE_LIMITED");
    let wait = status
        .get_details_retry_info()
        .unwrap()
        .retry_delay
        .unwrap();
    assert!(wait <= Duration::from_millis(334), "{wait:?}");
    assert!(is_well(&house).await);
    for _ in 0..2 {
        house.allocate(None, titled("A")).await;
    }
    let request = house.signed(allocation(None, titled("A")));
    let status = refused(
        house.writes().allocate(request).await,
        Code::ResourceExhausted,
        "RATE_LIMITED",
    );
    assert!(status.message().contains("principal"), "{status:?}");
    tokio::time::sleep(wait).await;
    info().await.unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_answered_where_nothing_else_is() {
    let house = House::open_with(|options| options.calls_at_once_max = 0).await;
    assert!(is_well(&house).await);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_tokens_is_not_heard_for_a_while() {
    let house = House::open_with(|options| options.rates.token_failures = 3).await;
    let ask = |token: &str| {
        let mut request = Request::new(pb::GetServerInfoRequest {});
        let value = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", value);
        let mut client = house.administration();
        async move { client.get_server_info(request).await }
    };
    ask(&house.token).await.unwrap();
    for _ in 0..3 {
        refused(
            ask("oidra_no").await,
            Code::Unauthenticated,
            "TOKEN_UNKNOWN",
        );
    }
    // Neither a bad token nor a good one is looked up now; who shows none is served.
    for token in ["oidra_no", house.token.as_str()] {
        let status = refused(ask(token).await, Code::ResourceExhausted, "RATE_LIMITED");
        let wait = status
            .get_details_retry_info()
            .unwrap()
            .retry_delay
            .unwrap();
        assert!(wait > Duration::from_secs(50), "{wait:?}");
    }
    let request = pb::GetServerInfoRequest {};
    assert!(
        house
            .administration()
            .get_server_info(request)
            .await
            .is_ok()
    );
    house.close().await;
}

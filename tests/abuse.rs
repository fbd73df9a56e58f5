//! Whoever is slow, silent, greedy or guesses ends alone: a real process goes on answering everybody else.
//!
//! Those who misbehave come from loopback addresses of their own (127.0.1.0/24), the others from 127.0.0.1. HTTP/2 is written
//! by hand where no decent client would do such a thing. It must never connect to anything but the server under test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use oidra::pb::v1::{
    BatchResolveRequest, GetServerInfoRequest, WatchRequest,
    administration_service_client::AdministrationServiceClient,
    resolution_service_client::ResolutionServiceClient,
};
use rustix::process::{Resource, getrlimit, setrlimit};
use support::{Server, with_token};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};
use tonic::transport::Channel;
use tonic_types::StatusExt as _;

/// How long a decent call may take while others misbehave.
const ANSWER_MAX: Duration = Duration::from_secs(5);
/// How long the server may take to notice what is over a limit of two seconds.
const NOTICE_MAX: Duration = Duration::from_secs(15);
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// `SETTINGS_INITIAL_WINDOW_SIZE` (RFC 9113 6.5.2).
const INITIAL_WINDOW_SIZE: [u8; 2] = [0, 4];

/// A server with these limits.
fn serve(limits: &str) -> (Server, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("oidra.toml");
    fs::write(&file, format!("[limits]\n{limits}")).unwrap();
    let server = Server::start_with(
        &dir.path().join("data"),
        &["--config", file.to_str().unwrap()],
    );
    (server, dir)
}

fn place(server: &Server) -> SocketAddr {
    server
        .address()
        .trim_start_matches("http://")
        .parse()
        .unwrap()
}

/// A connection from an address of one's own.
async fn from(host: u8, server: &Server) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    // What nobody reads must not fit into the system's buffers.
    socket.set_recv_buffer_size(4_096).unwrap();
    let own = SocketAddr::from((Ipv4Addr::new(127, 0, 1, host), 0));
    socket.bind(own).unwrap();
    socket.connect(place(server)).await.unwrap()
}

/// A decent call, over a connection of its own.
async fn decent(server: &Server) {
    let asked = async {
        let channel = Channel::from_shared(server.address().to_owned()).unwrap();
        let mut client = AdministrationServiceClient::new(channel.connect().await.unwrap());
        client
            .get_server_info(GetServerInfoRequest {})
            .await
            .unwrap();
    };
    let answered = tokio::time::timeout(ANSWER_MAX, asked).await;
    answered.expect("a decent call was not answered");
}

/// Reads until the server closes; whether it did in time, and what it sent.
async fn closed(stream: &mut TcpStream) -> (bool, Vec<u8>) {
    let mut got = Vec::new();
    let read = tokio::time::timeout(NOTICE_MAX, stream.read_to_end(&mut got)).await;
    (read.is_ok(), got)
}

/// A frame of HTTP/2 (RFC 9113 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// The preface, and how much of each answer may come unasked.
fn greeting(window: u32) -> Vec<u8> {
    let setting = [&INITIAL_WINDOW_SIZE[..], &window.to_be_bytes()].concat();
    let mut greeting = PREFACE.to_vec();
    greeting.extend(frame(4, 0, 0, &setting));
    // The whole connection may take as much.
    greeting.extend(frame(8, 0, 0, &0x7f00_0000_u32.to_be_bytes()));
    greeting
}

/// The head of a gRPC call; literals alone (RFC 7541 6.2.2).
fn head(stream: u32, path: &str) -> Vec<u8> {
    let fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "x"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).unwrap());
            block.extend(text.as_bytes());
        }
    }
    frame(1, 4, stream, &block)
}

const INFO: &str = "/oidra.v1.AdministrationService/GetServerInfo";
const BATCH: &str = "/oidra.v1.ResolutionService/BatchResolve";

/// A whole call.
fn whole(stream: u32, path: &str, message: &impl prost::Message) -> Vec<u8> {
    let message = message.encode_to_vec();
    let mut body = vec![0];
    body.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    body.extend(message);
    [head(stream, path), frame(0, 1, stream, &body)].concat()
}

/// What a connection may say and then be silent.
fn rudeness(kind: u8) -> Vec<u8> {
    match kind % 8 {
        0 => Vec::new(),
        1 => PREFACE[..9].to_vec(),
        2 => PREFACE.to_vec(),
        3 => b"POST /x HTTP/1.1\r\nhost: x\r\nx-dribble: ".to_vec(),
        4 => [b"GET /".to_vec(), vec![b'a'; 1 << 20]].concat(),
        // The head of a call whose body never comes, and one whose head goes on for ever.
        5 => [greeting(65_535), head(1, INFO)].concat(),
        6 => [greeting(65_535), frame(1, 0, 1, &[0, 1, b'a', 1, b'b'])].concat(),
        // A frame of a length that nobody agreed to.
        _ => [greeting(65_535), frame(0, 0, 1, &vec![0; 1 << 20])].concat(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_rude_connections_leave_decent_calls_answered() {
    let mut handles = getrlimit(Resource::Nofile);
    handles.current = handles.maximum;
    setrlimit(Resource::Nofile, handles).unwrap();
    let (server, _dir) = serve("opening_seconds = 2\nidle_seconds = 4\ndeadline_seconds = 3\n");
    let mut rude = Vec::new();
    for number in 0..1_000_u32 {
        let mut stream = from(u8::try_from(1 + number % 200).unwrap(), &server).await;
        let said = rudeness(u8::try_from(number % 8).unwrap());
        rude.push(tokio::spawn(async move {
            // Where the server has closed already, that is what it should do.
            drop(stream.write_all(&said).await);
            (closed(&mut stream).await.0, number % 8)
        }));
        if number % 50 == 0 {
            decent(&server).await;
        }
    }
    for _ in 0..50 {
        decent(&server).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for stream in rude {
        let (gone, kind) = stream.await.unwrap();
        assert!(gone, "a connection of kind {kind} was left alone");
    }
    decent(&server).await;
    assert!(server.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_source_cannot_fill_the_room_alone() {
    let (server, _dir) = serve("connections = 100\nconnections_per_source = 10\n");
    let mut kept = Vec::new();
    for _ in 0..10 {
        kept.push(from(1, &server).await);
    }
    // Whoever is let in is asked nothing for a while; who is one too many is closed at once.
    let mut past = from(1, &server).await;
    let at_once = tokio::time::timeout(Duration::from_secs(5), past.read(&mut [0])).await;
    assert!(matches!(at_once, Ok(Ok(0) | Err(_))), "{at_once:?}");
    let first = tokio::time::timeout(Duration::from_millis(100), kept[0].read(&mut [0])).await;
    assert!(first.is_err(), "{first:?}");
    decent(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_silent_or_without_a_call_is_let_go() {
    let (server, _dir) = serve("opening_seconds = 1\nidle_seconds = 3\n");
    for kind in [0, 1, 2, 3] {
        let mut stream = from(1, &server).await;
        stream.write_all(&rudeness(kind)).await.unwrap();
        let begun = Instant::now();
        assert!(closed(&mut stream).await.0, "kind {kind} was left alone");
        assert!(begun.elapsed() > Duration::from_millis(500), "kind {kind}");
    }
    // One that was used, and is no more.
    let mut stream = from(1, &server).await;
    let call = whole(1, INFO, &GetServerInfoRequest {});
    stream
        .write_all(&[greeting(65_535), call].concat())
        .await
        .unwrap();
    let (gone, got) = closed(&mut stream).await;
    assert!(gone, "a connection without a call was left alone");
    assert!(got.len() > 100, "its call was not answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_no_answers_is_let_go() {
    let (server, _dir) = serve("stalled_seconds = 2\n");
    // Its window is shut: the answer has nowhere to go.
    let mut shut = from(1, &server).await;
    let call = whole(1, INFO, &GetServerInfoRequest {});
    shut.write_all(&[greeting(0), call].concat()).await.unwrap();
    let (gone, _) = closed(&mut shut).await;
    assert!(gone, "answers waited for a window for ever");
    // Its window is open and it reads nothing: the system's buffers fill.
    let mut full = from(2, &server).await;
    let mut calls = greeting(0x7f00_0000);
    // All questions fit into the 65,535 bytes that a server takes unasked.
    let many = BatchResolveRequest {
        oids: vec!["2".to_owned(); 1_000],
        ..BatchResolveRequest::default()
    };
    for number in 0..20 {
        calls.extend(whole(2 * number + 1, BATCH, &many));
    }
    full.write_all(&calls).await.unwrap();
    tokio::time::sleep(Duration::from_secs(8)).await;
    let (gone, _) = closed(&mut full).await;
    assert!(gone, "answers waited for a reader for ever");
    decent(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_may_be_silent_for_longer_than_anybody_without_a_call() {
    let (server, _dir) = serve("stalled_seconds = 1\nidle_seconds = 1\n");
    let mut watching = ResolutionServiceClient::new(server.channel().await)
        .watch(with_token(&server.token(), WatchRequest::default()))
        .await
        .unwrap()
        .into_inner();
    tokio::time::sleep(Duration::from_secs(6)).await;
    let changed = server.oidctl(&["allocate", "2.16.834", "--title", "en:A", "--yes"]);
    assert!(changed.status.success(), "{changed:?}");
    loop {
        let message = tokio::time::timeout(NOTICE_MAX, watching.message()).await;
        let message = message.expect("the watch is silent").unwrap();
        let message = message.expect("the watch was ended");
        if format!("{message:?}").contains("2.16.834.1") {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_comes_ends_with_its_call() {
    let (server, _dir) = serve("deadline_seconds = 1\n");
    let mut stream = from(1, &server).await;
    stream
        .write_all(&[greeting(65_535), head(1, INFO)].concat())
        .await
        .unwrap();
    let begun = Instant::now();
    let ended = tokio::time::timeout(NOTICE_MAX, async {
        loop {
            let mut head = [0; 9];
            stream.read_exact(&mut head).await.unwrap();
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            stream.read_exact(&mut payload).await.unwrap();
            // The head of an answer, on the stream of the call.
            if (head[3], head[8]) == (1, 1) {
                break;
            }
        }
    });
    ended.await.expect("the call did not end");
    assert!(
        begun.elapsed() > Duration::from_millis(900),
        "it ended early"
    );
    decent(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_resets_calls_as_fast_as_it_makes_them_is_let_go() {
    let (server, _dir) = serve("");
    let mut stream = from(1, &server).await;
    let mut flood = greeting(65_535);
    for number in 0..2_000 {
        let id = 2 * number + 1;
        flood.extend(head(id, INFO));
        flood.extend(frame(3, 0, id, &[0, 0, 0, 8]));
    }
    drop(stream.write_all(&flood).await);
    assert!(closed(&mut stream).await.0, "resets were borne for ever");
    decent(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_too_often_waits_alone() {
    let (server, _dir) = serve("source_reads_per_second = 20\n");
    let channel = |host: u8| {
        let place = place(&server);
        let connect = move |_| async move {
            let socket = TcpSocket::new_v4()?;
            socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 1, host), 0)))?;
            let stream = socket.connect(place).await?;
            stream.set_nodelay(true)?;
            std::io::Result::Ok(hyper_util::rt::TokioIo::new(stream))
        };
        Channel::from_static("http://x").connect_with_connector_lazy(tower::service_fn(connect))
    };
    let mut greedy = AdministrationServiceClient::new(channel(1));
    let mut held_back = 0;
    for _ in 0..200 {
        let Err(status) = greedy.get_server_info(GetServerInfoRequest {}).await else {
            continue;
        };
        assert_eq!(status.code(), tonic::Code::ResourceExhausted, "{status:?}");
        assert_eq!(
            status.get_details_error_info().unwrap().reason,
            "RATE_LIMITED"
        );
        assert!(status.get_details_retry_info().is_some());
        held_back += 1;
    }
    assert!(held_back > 100, "{held_back}");
    let mut other = AdministrationServiceClient::new(channel(2));
    for _ in 0..20 {
        other
            .get_server_info(GetServerInfoRequest {})
            .await
            .unwrap();
    }
    let request = tonic_health::pb::HealthCheckRequest::default();
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel(1));
    for _ in 0..100 {
        health.check(request.clone()).await.unwrap();
    }
}

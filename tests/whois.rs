//! WHOIS under those who are slow, silent, greedy or talk rubbish: a real process goes on answering everybody else.
//!
//! Those who misbehave come from loopback addresses of their own (127.0.1.0/24), the others from 127.0.0.1. It must never
//! connect to anything but the server under test.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "support/oidip.rs"]
mod oidip;
mod support;

use std::{
    fs,
    io::Read as _,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::{Duration, Instant},
};

use oidip::{ask, check, of_text, value};
use rustix::process::{Resource, getrlimit, setrlimit};
use support::{Server, verify};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// How long a decent question may take while others misbehave.
const ANSWER_MAX: Duration = Duration::from_secs(5);
/// How long the server may take to notice what is over a limit of two seconds.
const NOTICE_MAX: Duration = Duration::from_secs(15);
/// Connections of those who misbehave.
const CROWD: usize = 1_000;
/// Most bytes of a line (`LINE_BYTES_MAX`).
const LINE_BYTES: usize = 16_384;

fn serve(dir: &Path, whois: &str) -> Server {
    let file = dir.join("oidra.toml");
    let settings = format!("[whois]\non = true\nlisten = \"127.0.0.1:0\"\n{whois}");
    fs::write(&file, settings).unwrap();
    Server::start_with(&dir.join("data"), &["--config", file.to_str().unwrap()])
}

/// A connection from an address of one's own.
async fn from(host: u8, server: &Server) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    // What nobody reads must not fit into the system's buffers.
    socket.set_recv_buffer_size(4_096)?;
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 1, host), 0)))?;
    socket.connect(server.whois().parse().unwrap()).await
}

/// What is said to a line, by somebody decent.
async fn decent(server: &Server, line: &str) -> String {
    let asked = async {
        let mut stream = TcpStream::connect(server.whois()).await.unwrap();
        stream
            .write_all(format!("{line}\r\n").as_bytes())
            .await
            .unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).await.unwrap();
        said
    };
    timeout(ANSWER_MAX, asked).await.unwrap()
}

/// Reads until the server closes; whether it did in time, and what it sent.
async fn closed(stream: &mut TcpStream) -> (bool, Vec<u8>) {
    let mut got = Vec::new();
    let read = timeout(NOTICE_MAX, stream.read_to_end(&mut got)).await;
    (read.is_ok(), got)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_who_misbehave_keep_nobody_from_an_answer() {
    let mut handles = getrlimit(Resource::Nofile);
    handles.current = handles.maximum;
    setrlimit(Resource::Nofile, handles).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let server = serve(
        dir.path(),
        "connections = 256\nconnections_per_source = 64\nrequest_seconds = 60\n",
    );
    let plain = decent(&server, "oid:2.16.834").await;
    let oversized = vec![b'1'; LINE_BYTES * 2];
    let mut crowd = Vec::new();
    for number in 0..CROWD {
        let host = u8::try_from(number % 200 + 1).unwrap();
        let Ok(mut stream) = from(host, &server).await else {
            continue;
        };
        let said: &[u8] = match number % 5 {
            0 => b"",
            1 => b"oid:2.16.8",
            2 => &oversized,
            3 => b"\xff\xfe\x00\x01\r\n",
            _ => b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        };
        // Some are closed while they talk.
        stream.write_all(said).await.ok();
        crowd.push(stream);
        if number % 100 == 99 {
            assert_eq!(
                decent(&server, "oid:2.16.834").await,
                plain,
                "after {number}"
            );
        }
    }
    assert!(crowd.len() > CROWD / 2, "{}", crowd.len());
    // Bytes that drip keep no place either.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(2) {
        for stream in crowd.iter_mut().step_by(5) {
            stream.try_write(b"1").ok();
        }
        assert_eq!(decent(&server, "oid:2.16.834").await, plain);
    }
    drop(crowd);
    assert_eq!(decent(&server, "oid:2.16.834").await, plain);
    assert!(server.stop().success());
    verify(&dir.path().join("data"));
}

#[tokio::test]
async fn who_says_nothing_or_reads_nothing_is_let_go() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(dir.path(), "request_seconds = 2\nanswer_seconds = 2\n");
    let mut silent = from(1, &server).await.unwrap();
    let mut dripping = from(2, &server).await.unwrap();
    dripping.write_all(b"oid:").await.unwrap();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        dripping.write_all(b"2").await.unwrap();
    }
    assert_eq!(closed(&mut silent).await, (true, Vec::new()));
    let dripped = closed(&mut dripping).await;
    assert!(dripped.0 && dripped.1.is_empty(), "{dripped:?}");
    // Who said half a line and will say no more has asked.
    let mut half = from(3, &server).await.unwrap();
    half.write_all(b"oid:2.16.834").await.unwrap();
    half.shutdown().await.unwrap();
    let (ended, said) = closed(&mut half).await;
    assert!(ended && String::from_utf8(said).unwrap().contains("result:"));
    assert!(server.stop().success());
}

#[tokio::test]
async fn whatever_is_said_is_answered_in_the_words_of_the_standard() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(dir.path(), "");
    let longest = format!("oid:{}", "1".repeat(LINE_BYTES - 4));
    let longer = format!("{longest}1");
    let endless = "1".repeat(LINE_BYTES * 16);
    for (line, expect) in [
        (b"\xff\xfe".to_vec(), "not UTF-8"),
        (b"oid:2.16\x00.834".to_vec(), "control characters"),
        (
            b"GET / HTTP/1.1\r\nHost: x\r\n".to_vec(),
            "not an object identifier",
        ),
        (b"\x16\x03\x01\x02\x00\x01".to_vec(), "control characters"),
        (longest.into_bytes(), "not an object identifier"),
        (longer.into_bytes(), "16385 bytes; at most 16384"),
        (endless.into_bytes(), "at most 16384"),
    ] {
        let mut stream = TcpStream::connect(server.whois()).await.unwrap();
        let asked = [line.clone(), b"\r\n".to_vec()].concat();
        // The server may have answered before it was all said.
        stream.write_all(&asked).await.ok();
        let (ended, said) = closed(&mut stream).await;
        assert!(ended);
        let said = String::from_utf8(said).unwrap();
        let told = of_text(&said);
        check(&told, expect);
        assert_eq!(value(&told, "query", "result"), "Service error");
        let message = oidip::values(&told, "query", "message").join(" ");
        assert!(message.contains(expect), "{said}");
        assert!(
            said.len() < LINE_BYTES * 2 && !said.contains(env!("CARGO_PKG_VERSION")),
            "{said}"
        );
    }
    assert!(server.stop().success());
}

#[tokio::test]
async fn one_past_the_bound_of_a_source_is_closed_and_rates_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(
        dir.path(),
        "connections_per_source = 2\n[limits]\nsource_reads_per_second = 3\n",
    );
    let (_one, _two) = (
        from(1, &server).await.unwrap(),
        from(1, &server).await.unwrap(),
    );
    let mut three = from(1, &server).await.unwrap();
    assert_eq!(closed(&mut three).await, (true, Vec::new()));
    let mut refused = 0;
    for _ in 0..12 {
        let told = of_text(&decent(&server, "oid:2.16.834").await);
        check(&told, "rates");
        refused += usize::from(value(&told, "query", "result") == "Service error");
    }
    assert!(refused > 0, "nobody was held back");
    assert!(server.stop().success());
}

#[tokio::test]
async fn a_stop_lets_no_silent_one_hold_it_up() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(dir.path(), "request_seconds = 300\n");
    let mut silent = from(1, &server).await.unwrap();
    assert!(decent(&server, "oid:2.16.834").await.contains("Found"));
    let begun = Instant::now();
    let stopped = tokio::task::spawn_blocking(move || server.stop());
    assert!(closed(&mut silent).await.0);
    assert!(stopped.await.unwrap().success());
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn answers_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(dir.path(), "");
    for line in [
        "oid:2.16.834",
        "oid:2.16.834.99",
        "uuid:x",
        "oid:3.1",
        "help",
    ] {
        ask(server.whois(), line);
    }
    let mut stream = std::net::TcpStream::connect(server.metrics()).unwrap();
    std::io::Write::write_all(&mut stream, b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
    let mut told = String::new();
    stream.read_to_string(&mut told).unwrap();
    for result in [
        "Found",
        "Not found; superior object found",
        "Not found",
        "Service error",
        "Help",
    ] {
        let line = format!("oidra_whois_answers_total{{result=\"{result}\"}} 1");
        assert!(told.lines().any(|one| one == line), "{line}\n{told}");
    }
    assert!(told.contains("oidra_whois_seconds_count 5"), "{told}");
    assert!(server.stop().success());
}

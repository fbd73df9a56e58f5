//! WHOIS answers a second beside a no-op server of the same kind, in one run on one machine: only the ratio means anything.
//!
//! `cargo bench --bench whois` starts the service and, as a process of its own, a server that reads a line and writes an
//! answer made beforehand, and asks both in turn, a connection for each question. `OIDRA_LOAD_SECONDS` (10) says for how
//! long each time. It stays on loopback and never judges: a ratio under its limit is printed as such.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use support::Server;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket},
    runtime::Runtime,
};

/// The argument that makes the benchmark the no-op server.
const ARGUMENT: &str = "--serve-no-op";
/// Questions at a time.
const AT_ONCE: u64 = 32;
/// Runs of each server, in turn.
const ROUNDS: usize = 3;
/// What the ratio is held against.
const LIMIT: f64 = 0.7;
/// Addresses that questions come from, so that ports do not run out.
const HOSTS: u64 = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|one| one == ARGUMENT) {
        Runtime::new().unwrap().block_on(serve(&arguments[2]));
        return;
    }
    if arguments.iter().any(|one| one == "--list") {
        return;
    }
    let seconds = std::env::var("OIDRA_LOAD_SECONDS").map_or(10, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("oidra.toml");
    let settings = "[whois]\non = true\nlisten = \"127.0.0.1:0\"\nconnections = 65536\n\
                    connections_per_source = 65536\n[limits]\ncalls_per_source = 0\nsource_reads_per_second = 0\n";
    fs::write(&file, settings).unwrap();
    let data = folder.path().join("data");
    let server = Server::start_with(&data, &["--config", file.to_str().unwrap()]);
    let allocated = server.oidctl(&[
        "allocate",
        "2.16.834",
        "--identifier",
        "health",
        "--label",
        "Afya@sw",
        "--title",
        "en:Health",
    ]);
    assert!(allocated.status.success());
    let ours: SocketAddr = server.whois().parse().unwrap();
    let runtime = Runtime::new().unwrap();
    for (what, line) in [
        ("an entry", "oid:2.16.834.1"),
        ("an entry as JSON", "oid:2.16.834.1$format=json"),
        ("a superior", "oid:2.16.834.7.7.7"),
        ("nothing", "uuid:x"),
    ] {
        let answer = runtime.block_on(ask(ours, line, 1)).unwrap();
        let noop = NoOp::start(folder.path(), &answer);
        let mut figures = [0.0_f64; 2];
        for _ in 0..ROUNDS {
            for (figure, address) in figures.iter_mut().zip([ours, noop.address]) {
                *figure = figure.max(runtime.block_on(run(address, line, answer.len(), seconds)));
            }
        }
        let ratio = figures[0] / figures[1];
        println!(
            "WHOIS, {what} ({} bytes): {:.0}/s, no-op server {:.0}/s, ratio {ratio:.2} (limit {LIMIT})",
            answer.len(),
            figures[0],
            figures[1]
        );
    }
    assert!(server.stop().success());
}

/// Answers a second of a server over a while; every answer must be as long as the first.
async fn run(address: SocketAddr, line: &'static str, bytes: usize, seconds: u64) -> f64 {
    let counter = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let counter = Arc::clone(&counter);
            tokio::spawn(async move {
                while Instant::now() < end {
                    let number = counter.fetch_add(1, Ordering::Relaxed);
                    let answer = ask(address, line, number).await.unwrap();
                    assert_eq!(answer.len(), bytes);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    counter.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}

/// One question, from one of many addresses.
async fn ask(address: SocketAddr, line: &str, number: u64) -> std::io::Result<Vec<u8>> {
    let socket = TcpSocket::new_v4()?;
    let host = u8::try_from(number % HOSTS).unwrap();
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 2, host + 1), 0)))?;
    let mut stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// Reads a line, writes the file's content, closes.
async fn serve(file: &str) {
    let answer: Arc<[u8]> = fs::read(file).unwrap().into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).ok();
        let answer = Arc::clone(&answer);
        tokio::spawn(async move {
            let mut buffer = [0; 512];
            while let Ok(count) = stream.read(&mut buffer).await {
                if count == 0 || buffer[..count].contains(&b'\n') {
                    break;
                }
            }
            stream.write_all(&answer).await.ok();
            stream.shutdown().await.ok();
        });
    }
}

/// The no-op server as a process.
struct NoOp {
    child: Child,
    address: SocketAddr,
}

impl NoOp {
    fn start(folder: &Path, answer: &[u8]) -> Self {
        let file = folder.join("answer");
        fs::write(&file, answer).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([ARGUMENT, file.to_str().unwrap()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        Self {
            child,
            address: line.trim().parse().unwrap(),
        }
    }
}

impl Drop for NoOp {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

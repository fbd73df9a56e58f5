//! JSON over HTTP beside an axum server that gives every request one answer made beforehand: the bound that the transport
//! and the machine set. Its answer is one of ours, header fields included. Both are asked over HTTP/2 and over HTTP/1.1 with
//! connections that stay. What an answer costs the server itself is told too: the client takes its share of the machine.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, http::header};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::{process::processor_time, support::Server};

/// The argument that makes the benchmark the no-op server.
pub const ARGUMENT: &str = "--serve-no-op-http";
/// Connections of a run.
const CONNECTIONS: usize = 4;
/// Calls at once on each over HTTP/2, and connections for one over HTTP/1.1.
const STREAMS: usize = 32;
/// The least part of the no-op server's answers that ours is to reach.
const LIMIT: f64 = 0.7;

/// Which HTTP is spoken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spoken {
    One,
    Two,
}

/// Serves the answer in a file on a free port and prints where. Its header fields lie in a file beside it.
pub fn serve(file: &str) {
    let answer = Bytes::from(fs::read(file).unwrap());
    let fields = fs::read_to_string(beside_it(file)).unwrap();
    let fields: HeaderMap = fields
        .lines()
        .map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            )
        })
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let app = Router::new().fallback(move || {
            let (fields, answer) = (fields.clone(), answer.clone());
            async move { (fields, answer) }
        });
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        axum::serve(listener, app).await.unwrap();
    });
}

fn beside_it(file: &str) -> String {
    format!("{file}.fields")
}

/// The header fields of an answer that a server does not make by itself, a line each.
fn kept(fields: &HeaderMap) -> String {
    let own = [header::DATE, header::CONTENT_LENGTH];
    let kept = fields.iter().filter(|(name, _)| !own.contains(name));
    let lines =
        kept.map(|(name, value)| [name.as_str(), ": ", value.to_str().unwrap(), "\n"].concat());
    lines.collect()
}

/// Asks both, in turn, for random arcs of the tree: `nodes` of `fan` arcs each.
pub async fn beside(server: &Server, folder: &Path, nodes: u64, fan: u64, seconds: u64) {
    let target = move |call: u64| {
        let lot = call.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let lot = lot ^ (lot >> 29);
        format!(
            "/oid/2.16.834.{}.{}",
            1 + lot % nodes,
            1 + (lot >> 32) % fan
        )
    };
    let (answer, fields) = one(server.address(), &target(1)).await;
    println!(
        "an answer in JSON has {} octets, and {} header fields",
        answer.len(),
        fields.len()
    );
    let file = folder.join("answer.json");
    fs::write(&file, &answer).unwrap();
    fs::write(beside_it(file.to_str().unwrap()), kept(&fields)).unwrap();
    let noop = NoOp::start(&file);
    for (name, spoken) in [("HTTP/1.1", Spoken::One), ("HTTP/2", Spoken::Two)] {
        let bare = (noop.child.id(), noop.address.as_str());
        let (before, bare_each) = timed(bare, spoken, seconds, target).await;
        let (ours, each) = timed((server.pid(), server.address()), spoken, seconds, target).await;
        let (after, _) = timed(bare, spoken, seconds, target).await;
        let ratio = ours / f64::midpoint(before, after);
        let verdict = if ratio >= LIMIT { "reached" } else { "MISSED" };
        println!(
            "JSON over {name} / no-op: {ratio:.2} (limit {LIMIT}, {verdict}); ours {ours:.0}/s, no-op {before:.0}/s and {after:.0}/s; processor time of the server {each:.1?} and {bare_each:.1?}"
        );
    }
}

/// The no-op server as a process.
struct NoOp {
    child: Child,
    address: String,
}

impl NoOp {
    fn start(file: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([ARGUMENT, file.to_str().unwrap()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self {
            child,
            address: line.trim().to_owned(),
        }
    }
}

impl Drop for NoOp {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One connection, whatever it speaks.
enum Sender {
    One(http1::SendRequest<Empty<Bytes>>),
    Two(http2::SendRequest<Empty<Bytes>>),
}

impl Sender {
    async fn connect(address: &str, spoken: Spoken) -> Self {
        let stream = tokio::net::TcpStream::connect(address.trim_start_matches("http://"))
            .await
            .unwrap();
        stream.set_nodelay(true).unwrap();
        let stream = TokioIo::new(stream);
        if spoken == Spoken::One {
            let (sender, connection) = http1::handshake(stream).await.unwrap();
            tokio::spawn(connection);
            return Self::One(sender);
        }
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .initial_stream_window_size(1 << 20)
            .initial_connection_window_size(16 << 20)
            .handshake(stream)
            .await
            .unwrap();
        tokio::spawn(connection);
        Self::Two(sender)
    }

    async fn ask(&mut self, address: &str, target: &str) -> (Bytes, HeaderMap) {
        let request = match self {
            Self::One(_) => Request::get(target).header("host", "a"),
            Self::Two(_) => Request::get(format!("{address}{target}")),
        };
        let request = request
            .header("accept", "application/json")
            .body(Empty::new())
            .unwrap();
        let answer = match self {
            Self::One(sender) => {
                sender.ready().await.unwrap();
                sender.send_request(request).await.unwrap()
            }
            Self::Two(sender) => {
                sender.ready().await.unwrap();
                sender.send_request(request).await.unwrap()
            }
        };
        assert_eq!(answer.status(), 200);
        let fields = answer.headers().clone();
        (
            answer.into_body().collect().await.unwrap().to_bytes(),
            fields,
        )
    }
}

async fn one(address: &str, target: &str) -> (Bytes, HeaderMap) {
    let mut sender = Sender::connect(address, Spoken::One).await;
    sender.ask(address, target).await
}

/// Answers in a second, and the processor time that the server took for each.
async fn timed(
    (pid, address): (u32, &str),
    spoken: Spoken,
    seconds: u64,
    target: impl Fn(u64) -> String + Send + Sync + Copy + 'static,
) -> (f64, Duration) {
    let before = processor_time(pid);
    let answers = per_second(address, spoken, seconds, target).await;
    let took = processor_time(pid).saturating_sub(before);
    #[allow(clippy::cast_precision_loss)]
    let all = answers * seconds as f64;
    (answers, took.div_f64(all.max(1.0)))
}

/// Answers in a second, over a while.
async fn per_second(
    address: &str,
    spoken: Spoken,
    seconds: u64,
    target: impl Fn(u64) -> String + Send + Sync + Copy + 'static,
) -> f64 {
    let counter = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    let mut tasks = Vec::new();
    for _ in 0..CONNECTIONS {
        let shared = match Sender::connect(address, spoken).await {
            Sender::Two(sender) => Some(sender),
            Sender::One(_) => None,
        };
        for _ in 0..STREAMS {
            let mut sender = match &shared {
                Some(sender) => Sender::Two(sender.clone()),
                None => Sender::connect(address, spoken).await,
            };
            let (counter, address) = (Arc::clone(&counter), address.to_owned());
            tasks.push(tokio::spawn(async move {
                while Instant::now() < end {
                    let call = counter.fetch_add(1, Ordering::Relaxed);
                    sender.ask(&address, &target(call)).await;
                }
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    #[allow(clippy::cast_precision_loss)]
    let answers = counter.load(Ordering::Relaxed) as f64;
    answers / begun.elapsed().as_secs_f64()
}

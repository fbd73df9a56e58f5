//! A load generator with little weight of its own: requests are encoded beforehand, answers are counted and not decoded.
//!
//! It speaks HTTP/2 through hyper's client as `h2load` does, but each request can be another one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::{BufMut as _, Bytes, BytesMut};
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;

/// A gRPC message as it goes over the wire: not compressed, its length, itself.
pub fn frame(message: &impl Message) -> Bytes {
    let mut bytes = BytesMut::with_capacity(message.encoded_len() + 5);
    bytes.put_u8(0);
    bytes.put_u32(u32::try_from(message.encoded_len()).unwrap());
    message.encode(&mut bytes).unwrap();
    bytes.freeze()
}

/// One method of one server, called over `connections` with `streams` calls at once on each.
#[derive(Clone)]
pub struct Target {
    pub address: String,
    pub method: &'static str,
    pub token: Option<String>,
    pub connections: usize,
    pub streams: usize,
}

/// What a run came to.
#[derive(Clone)]
pub struct Figures {
    pub calls: usize,
    pub per_second: f64,
    pub median: Duration,
    pub p99: Duration,
}

impl std::fmt::Debug for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.0}/s, median {:.0?}, p99 {:.0?}",
            self.per_second, self.median, self.p99
        )
    }
}

/// Calls for a while with requests that `make` gives for the call's number; every answer must be OK.
pub async fn run(
    target: &Target,
    seconds: u64,
    make: impl Fn(u64) -> Bytes + Send + Sync + 'static,
) -> Figures {
    calls(target, seconds, make, Keep::Nothing).await.0
}

/// The same, with the answers as they came.
pub async fn run_and_keep(
    target: &Target,
    seconds: u64,
    make: impl Fn(u64) -> Bytes + Send + Sync + 'static,
) -> (Figures, Vec<Bytes>) {
    calls(target, seconds, make, Keep::Answers).await
}

/// What is left of a run beside its figures.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Nothing,
    Answers,
}

async fn calls(
    target: &Target,
    seconds: u64,
    make: impl Fn(u64) -> Bytes + Send + Sync + 'static,
    keep: Keep,
) -> (Figures, Vec<Bytes>) {
    let make = Arc::new(make);
    let counter = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let end = start + Duration::from_secs(seconds);
    let mut tasks = Vec::new();
    for _ in 0..target.connections {
        let sender = connect(&target.address).await;
        for _ in 0..target.streams {
            let (mut sender, make, counter, target) = (
                sender.clone(),
                Arc::clone(&make),
                Arc::clone(&counter),
                target.clone(),
            );
            tasks.push(tokio::spawn(async move {
                let uri: Uri = format!("{}{}", target.address, target.method)
                    .parse()
                    .unwrap();
                let (mut times, mut answers) = (Vec::new(), Vec::new());
                while Instant::now() < end {
                    let number = counter.fetch_add(1, Ordering::Relaxed);
                    let begun = Instant::now();
                    let token = target.token.as_deref();
                    let answer = call(&mut sender, &uri, token, make(number)).await;
                    times.push(begun.elapsed());
                    if keep == Keep::Answers {
                        answers.push(answer);
                    }
                }
                (times, answers)
            }));
        }
    }
    let (mut times, mut answers) = (Vec::new(), Vec::new());
    for task in tasks {
        let (more_times, more_answers) = task.await.unwrap();
        times.extend(more_times);
        answers.extend(more_answers);
    }
    let took = start.elapsed().as_secs_f64();
    times.sort_unstable();
    #[allow(clippy::cast_precision_loss)]
    let per_second = times.len() as f64 / took;
    let figures = Figures {
        calls: times.len(),
        per_second,
        median: times[times.len() / 2],
        p99: times[times.len() * 99 / 100],
    };
    (figures, answers)
}

async fn connect(address: &str) -> SendRequest<Full<Bytes>> {
    let stream = tokio::net::TcpStream::connect(address.trim_start_matches("http://"))
        .await
        .unwrap();
    stream.set_nodelay(true).unwrap();
    let (sender, connection) = http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(16 << 20)
        .handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    sender
}

async fn call(
    sender: &mut SendRequest<Full<Bytes>>,
    uri: &Uri,
    token: Option<&str>,
    body: Bytes,
) -> Bytes {
    let mut request = Request::post(uri.clone())
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    sender.ready().await.unwrap();
    let response = sender
        .send_request(request.body(Full::new(body)).unwrap())
        .await
        .unwrap();
    let early = response.headers().get("grpc-status").cloned();
    let answer = response.into_body().collect().await.unwrap();
    let status = early.or_else(|| {
        answer
            .trailers()
            .and_then(|trailers| trailers.get("grpc-status").cloned())
    });
    assert!(
        status.as_ref().is_some_and(|status| status == "0"),
        "an answer with grpc-status {status:?}"
    );
    answer.to_bytes()
}

//! Whether it matters how many arcs stand directly below one superior: the same calls against an arc with `OIDRA_FAN`
//! (100,000) subordinates and against one with ten, in one run, as ratios of their medians.
//!
//! `cargo bench --bench fan` starts the service as a process of its own, on loopback. Calls are made one after the other, one
//! to the wide arc and one to the narrow one in turn, so that both meet the same machine. It never judges.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    future::Future,
    time::{Duration, Instant},
};

use oidra::pb::v1::{
    AllocateRequest, BatchAllocateRequest, ListChildrenRequest, NewEntry, ResolveRequest,
    batch_allocate_request::One, registration_service_client::RegistrationServiceClient,
    resolution_service_client::ResolutionServiceClient,
};
use tonic::transport::Channel;

use support::{Server, with_token};

/// The arc with many subordinates.
const WIDE: &str = "2.16.834.1";
/// The arc with few.
const NARROW: &str = "2.16.834.2";
/// Subordinates of the narrow arc, which are a page of it, too.
const FEW: u32 = 10;
/// Rows of one batch, which the API sets.
const BATCH: u32 = 1_000;
/// Calls of each kind to each arc.
const ROUNDS: u32 = 2_000;
/// Durable calls of each kind to each arc.
const WRITES: u32 = 300;

fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let fan = setting("OIDRA_FAN", 100_000);
    assert!(fan > BATCH, "OIDRA_FAN must be more than {BATCH}");
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let server = Server::start_unbounded(&folder.path().join("data"));
        let mut bench = Bench {
            token: server.token(),
            writer: server.registration().await,
            reader: server.resolution().await,
        };
        for _ in [WIDE, NARROW] {
            bench.allocate("2.16.834").await;
        }
        bench.fill(WIDE, fan).await;
        bench.fill(NARROW, FEW).await;
        println!("{fan} subordinates beside {FEW}; medians of {ROUNDS} calls, {WRITES} of writes");
        bench.compare(fan).await;
    });
}

/// Clients of the service.
#[derive(Clone)]
struct Bench {
    token: String,
    writer: RegistrationServiceClient<Channel>,
    reader: ResolutionServiceClient<Channel>,
}

impl Bench {
    async fn compare(&self, fan: u32) {
        let call = |at: &'static str, many: u32| {
            let bench = self.clone();
            move |round: u32| {
                let (mut bench, number) = (bench.clone(), 1 + mixed(round) % many);
                async move { bench.resolve(at, number).await }
            }
        };
        pair("resolve", ROUNDS, call(WIDE, fan), call(NARROW, FEW)).await;

        let middle = self.clone().token_after(WIDE, fan / 2).await;
        let last = self.clone().token_after(WIDE, fan - FEW).await;
        for (what, page_token) in [
            ("first page", String::new()),
            ("middle page", middle),
            ("last page", last),
        ] {
            let page = |at: &'static str, page_token: String| {
                let bench = self.clone();
                move |_| {
                    let (mut bench, page_token) = (bench.clone(), page_token.clone());
                    async move { assert_eq!(bench.page(at, FEW, page_token).await.0, FEW) }
                }
            };
            pair(
                what,
                ROUNDS,
                page(WIDE, page_token),
                page(NARROW, String::new()),
            )
            .await;
        }

        let write = |at: &'static str| {
            let bench = self.clone();
            move |_| {
                let mut bench = bench.clone();
                async move { bench.allocate(at).await }
            }
        };
        pair("allocate", WRITES, write(WIDE), write(NARROW)).await;
    }

    async fn allocate(&mut self, superior: &str) {
        let request = AllocateRequest {
            superior: superior.to_owned(),
            entry: Some(NewEntry::default()),
            ..AllocateRequest::default()
        };
        let asked = with_token(&self.token, request);
        self.writer.allocate(asked).await.unwrap();
    }

    async fn fill(&mut self, superior: &str, many: u32) {
        let mut left = many;
        while left > 0 {
            let one = One {
                superior: superior.to_owned(),
                entry: Some(NewEntry::default()),
                ..One::default()
            };
            let request = BatchAllocateRequest {
                allocations: vec![one; left.min(BATCH) as usize],
                ..BatchAllocateRequest::default()
            };
            let asked = with_token(&self.token, request);
            self.writer.batch_allocate(asked).await.unwrap();
            left = left.saturating_sub(BATCH);
        }
    }

    async fn resolve(&mut self, superior: &str, number: u32) {
        let request = ResolveRequest {
            oid: format!("{superior}.{number}"),
            ..ResolveRequest::default()
        };
        let answer = self.reader.resolve(request).await.unwrap().into_inner();
        assert_eq!(answer.distance, 0);
    }

    /// A page: how many entries it has, and the token of the next one.
    async fn page(&mut self, superior: &str, page_size: u32, page_token: String) -> (u32, String) {
        let request = ListChildrenRequest {
            oid: superior.to_owned(),
            page_size,
            page_token,
            ..ListChildrenRequest::default()
        };
        let answer = self
            .reader
            .list_children(request)
            .await
            .unwrap()
            .into_inner();
        let many = u32::try_from(answer.entries.len()).unwrap();
        (many, answer.next_page_token)
    }

    /// The token of the page after so many entries.
    async fn token_after(mut self, superior: &str, many: u32) -> String {
        let (mut left, mut token) = (many, String::new());
        while left > 0 {
            let (told, next) = self.page(superior, left.min(BATCH), token).await;
            (left, token) = (left - told, next);
        }
        token
    }
}

/// Calls both in turn and prints their medians and the ratio of these.
async fn pair<W, N>(what: &str, rounds: u32, wide: impl Fn(u32) -> W, narrow: impl Fn(u32) -> N)
where
    W: Future<Output = ()>,
    N: Future<Output = ()>,
{
    let (mut wides, mut narrows) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let begun = Instant::now();
        wide(round).await;
        wides.push(begun.elapsed());
        let begun = Instant::now();
        narrow(round).await;
        narrows.push(begun.elapsed());
    }
    let (wide, narrow) = (median(wides), median(narrows));
    println!(
        "{what}: wide / narrow {:.2}; {wide:.1?} and {narrow:.1?}",
        wide.as_secs_f64() / narrow.as_secs_f64()
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A number that jumps about, the same in every run.
fn mixed(round: u32) -> u32 {
    round.wrapping_mul(0x9E37_79B1) >> 8
}

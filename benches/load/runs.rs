//! The runs, one after the other, each with the limit it is held against.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use oidra::pb::v1::{
    AllocateRequest, BatchAllocateRequest, NewEntry, ResolveRequest, Text, WriteOptions,
    batch_allocate_request::One,
};
use prost::Message as _;

use crate::{
    caller::{Figures, Target, frame, run, run_and_keep},
    disk,
    etcd::{self, Etcd},
    given::Given,
    h2load, noop,
    process::{processor_time, resident},
    support::{Server, with_token},
    web,
};

const RESOLVE: &str = "/oidra.v1.ResolutionService/Resolve";
const ALLOCATE: &str = "/oidra.v1.RegistrationService/Allocate";
/// How many arcs stand directly below each node of the tree that is built.
const FAN: u64 = 1_000;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// All runs.
pub fn all() {
    let arcs = setting("OIDRA_LOAD_ARCS", 1_000_000);
    let seconds = setting("OIDRA_LOAD_SECONDS", 10);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    runtime.block_on(async {
        let server = Server::start_unbounded(&data);
        let begun = Instant::now();
        fill(&server, arcs).await;
        println!(
            "filled {arcs} arcs in {:.0?}; resident {} MiB",
            begun.elapsed(),
            resident(server.pid())
        );

        if std::env::var("OIDRA_LOAD_RUNS").is_ok_and(|runs| runs == "web") {
            web::beside(&server, folder.path(), arcs.div_ceil(FAN), FAN, seconds).await;
            return;
        }
        let noop = NoOp::start(folder.path(), &server, arcs).await;
        let mut given = Given::default();
        reads(&server, &noop, arcs, seconds, &mut given).await;
        known_caller(&server, &noop, folder.path(), seconds);
        web::beside(&server, folder.path(), arcs.div_ceil(FAN), FAN, seconds).await;
        writes(&server, &noop, folder.path(), seconds, &mut given).await;
        println!(
            "object identifiers handed out: {}, no two the same",
            given.count()
        );
        println!(
            "resident after the runs: {} MiB (limit 1,024)",
            resident(server.pid())
        );
        drop(noop);

        let begun = Instant::now();
        assert!(server.stop().success());
        println!("stopped in {:.2?}", begun.elapsed());
        let server = restart(&data, "after a clean stop", 3.0);
        server.kill();
        restart(&data, "after a kill", 10.0).kill();
    });
}

fn restart(data: &Path, what: &str, limit: f64) -> Server {
    let begun = Instant::now();
    let server = Server::start_unbounded(data);
    println!(
        "ready {what}: {:.2} s (limit {limit} s)",
        begun.elapsed().as_secs_f64()
    );
    server
}

/// Two levels below the authority: nodes of [`FAN`] arcs each.
async fn fill(server: &Server, arcs: u64) {
    let token = server.token();
    let mut writer = server.registration().await;
    let nodes = arcs.div_ceil(FAN);
    let entry = |title: String| {
        Some(NewEntry {
            titles: vec![Text {
                language: "en".to_owned(),
                text: title,
            }],
            ..NewEntry::default()
        })
    };
    for from in (1..=nodes).step_by(1000) {
        let allocations = (from..=nodes.min(from + 999))
            .map(|n| One {
                superior: "2.16.834".into(),
                entry: entry(format!("Node {n}")),
                ..One::default()
            })
            .collect();
        let request = BatchAllocateRequest {
            allocations,
            ..BatchAllocateRequest::default()
        };
        writer
            .batch_allocate(with_token(&token, request))
            .await
            .unwrap();
    }
    for node in 1..=nodes {
        let superior = format!("2.16.834.{node}");
        let allocations = (1..=FAN)
            .map(|n| {
                let mut entry = entry(format!("Arc {n} of node {node}")).unwrap();
                entry.identifiers.push(format!("arc-{n}"));
                One {
                    superior: superior.clone(),
                    entry: Some(entry),
                    ..One::default()
                }
            })
            .collect();
        let request = BatchAllocateRequest {
            allocations,
            ..BatchAllocateRequest::default()
        };
        writer
            .batch_allocate(with_token(&token, request))
            .await
            .unwrap();
    }
}

/// A request for a random arc of the tree.
fn random_resolve(nodes: u64) -> impl Fn(u64) -> bytes::Bytes + Send + Sync + Clone + 'static {
    move |call| {
        let lot = mix(call);
        let oid = format!("2.16.834.{}.{}", 1 + lot % nodes, 1 + (lot >> 32) % FAN);
        frame(&ResolveRequest {
            oid,
            ..ResolveRequest::default()
        })
    }
}

fn mix(call: u64) -> u64 {
    let mut mixed = call.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^ (mixed >> 31)
}

async fn reads(server: &Server, noop: &NoOp, arcs: u64, seconds: u64, given: &mut Given) {
    let nodes = arcs.div_ceil(FAN);
    let (to_noop, to_ours) = (reading(&noop.address), reading(server.address()));
    let (bare, bare_each) = timed(noop.pid(), &to_noop, nodes, seconds).await;
    let (ours, ours_each) = timed(server.pid(), &to_ours, nodes, seconds).await;
    let (bare_again, again_each) = timed(noop.pid(), &to_noop, nodes, seconds).await;
    let bound = f64::midpoint(bare.per_second, bare_again.per_second);
    println!("no-op resolve: {bare:.0?} and {bare_again:.0?}");
    told("resolve / no-op", &ours, ours.per_second / bound, 0.7);
    println!(
        "processor time of the server per resolve: no-op {bare_each:.1?} and {again_each:.1?}, ours {ours_each:.1?}"
    );

    let writers = tokio::spawn({
        let target = writing(server, 16, 16);
        async move { run_and_keep(&target, seconds, allocate("beside")).await }
    });
    let beside = run(&reading(server.address()), seconds, random_resolve(nodes)).await;
    let (beside_them, answers) = writers.await.unwrap();
    given.take(answers);
    println!("writes beside the reads: {:.0}/s", beside_them.per_second);
    told(
        "resolve beside writers / no-op",
        &beside,
        beside.per_second / bound,
        0.3,
    );
}

fn reading(address: &str) -> Target {
    Target {
        address: address.to_owned(),
        method: RESOLVE,
        token: None,
        connections: 4,
        streams: 32,
    }
}

/// A run of readings, and the processor time that the server took for each.
async fn timed(pid: u32, target: &Target, nodes: u64, seconds: u64) -> (Figures, Duration) {
    let before = processor_time(pid);
    let figures = run(target, seconds, random_resolve(nodes)).await;
    let took = processor_time(pid).saturating_sub(before);
    let each = took / u32::try_from(figures.calls).unwrap();
    (figures, each)
}

/// One fixed resolve by `h2load`, for orientation.
fn known_caller(server: &Server, noop: &NoOp, folder: &Path, seconds: u64) {
    let body = random_resolve(1)(0);
    let by = |address: &str| h2load::per_second(folder, &reading(address), &body, seconds);
    match (by(&noop.address), by(server.address())) {
        (Some(bare), Some(ours)) => println!(
            "one fixed resolve by h2load / no-op: {:.2}; no-op {bare:.0}/s, ours {ours:.0}/s",
            ours / bare
        ),
        _ => println!("h2load (Debian package nghttp2-client) is not here: its runs are skipped"),
    }
}

fn writing(server: &Server, connections: usize, streams: usize) -> Target {
    Target {
        address: server.address().to_owned(),
        method: ALLOCATE,
        token: Some(server.token()),
        connections,
        streams,
    }
}

fn allocate(run: &'static str) -> impl Fn(u64) -> bytes::Bytes + Send + Sync + 'static {
    move |call| {
        let options = WriteOptions {
            request_id: format!("{run}-{call}"),
            ..WriteOptions::default()
        };
        frame(&AllocateRequest {
            superior: "2.16.834.1".to_owned(),
            options: Some(options),
            ..AllocateRequest::default()
        })
    }
}

async fn writes(server: &Server, noop: &NoOp, folder: &Path, seconds: u64, given: &mut Given) {
    let sync = disk::append_and_sync(folder, 300, 2_000);
    let single = Target {
        address: noop.address.clone(),
        method: RESOLVE,
        token: None,
        connections: 1,
        streams: 1,
    };
    let call = run(&single, seconds.min(5), random_resolve(1)).await;
    let (one, answers) = run_and_keep(&writing(server, 1, 1), seconds, allocate("one")).await;
    given.take(answers);
    let base = (sync + call.median).as_secs_f64();
    println!(
        "append and fdatasync: {sync:.0?}; a no-op call: {:.0?}",
        call.median
    );
    let ratio = one.median.as_secs_f64() / base;
    println!(
        "one durable allocate / (call + fdatasync): {ratio:.2} (limit at most 2.0); {one:.0?}"
    );
    let (many, answers) = run_and_keep(&writing(server, 4, 16), seconds, allocate("many")).await;
    given.take(answers);
    told(
        "64 writers / 1 writer",
        &many,
        many.per_second / one.per_second,
        5.0,
    );
    let (most, answers) = run_and_keep(&writing(server, 16, 64), seconds, allocate("most")).await;
    given.take(answers);
    println!("16 connections of 64 streams: {most:.0?}");
    beside_etcd(&most, folder, seconds).await;
}

/// The same number of writers at an `etcd` on the same disk.
async fn beside_etcd(most: &Figures, folder: &Path, seconds: u64) {
    let Some(etcd) = Etcd::start(folder) else {
        println!("etcd (Debian package etcd-server) is not here: its run is skipped");
        return;
    };
    let before = processor_time(etcd.pid());
    let puts = run(&etcd.puts(16, 64), seconds, etcd::put).await;
    let took = processor_time(etcd.pid()).saturating_sub(before);
    let each = took / u32::try_from(puts.calls).unwrap();
    println!("etcd's put: {puts:.0?}; processor time per call {each:.1?}");
    println!(
        "allocate / etcd's put: {:.2}",
        most.per_second / puts.per_second
    );
}

fn told(what: &str, figures: &Figures, ratio: f64, limit: f64) {
    let verdict = if ratio >= limit { "reached" } else { "MISSED" };
    println!("{what}: {ratio:.2} (limit {limit}, {verdict}); {figures:.0?}");
}

/// The no-op server as a process.
struct NoOp {
    child: Child,
    address: String,
}

impl NoOp {
    /// Starts it with an answer of our service as its own.
    async fn start(folder: &Path, server: &Server, arcs: u64) -> Self {
        let node = arcs.div_ceil(FAN) / 2 + 1;
        let request = ResolveRequest {
            oid: format!("2.16.834.{node}.500"),
            ..ResolveRequest::default()
        };
        let answer = server
            .resolution()
            .await
            .resolve(request)
            .await
            .unwrap()
            .into_inner();
        let file = folder.join("answer.bin");
        fs::write(&file, answer.encode_to_vec()).unwrap();
        println!("an answer has {} octets", answer.encoded_len());
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([noop::ARGUMENT, file.to_str().unwrap()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        Self {
            child,
            address: line.trim().to_owned(),
        }
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for NoOp {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

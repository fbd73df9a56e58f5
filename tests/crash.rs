//! Many clients ask for the next number while the service is killed at random: nothing acknowledged may be missing,
//! nothing may be given out twice, and the numbers are consecutive.
//!
//! `OIDRA_KILLS` sets how often it is killed (50; the campaign takes 1,000), `OIDRA_SEED` repeats a run's timing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on must fail"
)]

mod support;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use oidra::pb::v1::{
    AllocateRequest, ListChildrenRequest, WriteOptions,
    registration_service_client::RegistrationServiceClient,
    resolution_service_client::ResolutionServiceClient,
};
use tokio::{sync::watch, time::sleep};
use tonic::transport::{Channel, Endpoint};

use support::{Server, verify, with_token};

/// How many clients ask at once.
const CLIENTS: usize = 64;
/// The node below which they ask.
const SUPERIOR: &str = "2.16.834";

/// What came of one request: its id and the number it got.
type Given = Arc<Mutex<BTreeMap<String, u64>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_next_numbers_are_different_and_consecutive() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let token = server.token();
    let channel = server.channel().await;
    let left = Arc::new(AtomicU64::new(10_000));
    let given = Given::default();
    let mut tasks = Vec::new();
    for client in 0..CLIENTS {
        let (mut stub, token) = (
            RegistrationServiceClient::new(channel.clone()),
            token.clone(),
        );
        let (left, given) = (Arc::clone(&left), Arc::clone(&given));
        tasks.push(tokio::spawn(async move {
            let mut asked = 0u64;
            while left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
                .is_ok()
            {
                asked += 1;
                let id = format!("next-{client}-{asked}");
                let answer = stub
                    .allocate(with_token(&token, next(&id)))
                    .await
                    .unwrap()
                    .into_inner();
                given
                    .lock()
                    .unwrap()
                    .insert(id, answer.entries[0].number.parse().unwrap());
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    check(&server, &given, 10_000).await;
    assert!(server.stop().success());
    verify(folder.path());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_given_twice_across_kills() {
    let kills: u64 = setting("OIDRA_KILLS", 50);
    let mut lots = Lots(setting("OIDRA_SEED", u64::from(std::process::id())));
    println!("{kills} kills, OIDRA_SEED={}", lots.0);
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path());
    let token = server.token();
    let (tell, address) = watch::channel(server.address().to_owned());
    let stop = Arc::new(AtomicBool::new(false));
    let given = Given::default();
    let tasks: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let asker = Asker {
                client,
                token: token.clone(),
                address: address.clone(),
                given: Arc::clone(&given),
            };
            tokio::spawn(asker.run(Arc::clone(&stop)))
        })
        .collect();
    for _ in 0..kills {
        sleep(Duration::from_millis(20 + lots.draw(400))).await;
        server.kill();
        server = Server::start(folder.path());
        tell.send(server.address().to_owned()).unwrap();
    }
    stop.store(true, Ordering::SeqCst);
    for task in tasks {
        task.await.unwrap();
    }
    let total = u64::try_from(given.lock().unwrap().len()).unwrap();
    println!("{total} numbers given out");
    assert!(total > kills, "the clients hardly got anything: {total}");
    check(&server, &given, total).await;
    assert!(server.stop().success());
    verify(folder.path());
}

/// One client that asks until it is told to stop, and repeats a request under its id until it has an answer.
struct Asker {
    client: usize,
    token: String,
    address: watch::Receiver<String>,
    given: Given,
}

impl Asker {
    async fn run(self, stop: Arc<AtomicBool>) {
        let mut asked = 0u64;
        let mut stub = self.connect();
        while !stop.load(Ordering::SeqCst) {
            asked += 1;
            let id = format!("kill-{}-{asked}", self.client);
            let number = loop {
                let call = stub.allocate(with_token(&self.token, next(&id)));
                match tokio::time::timeout(Duration::from_secs(10), call).await {
                    Ok(Ok(answer)) => break answer.into_inner().entries[0].number.parse().unwrap(),
                    Ok(Err(status)) => assert!(is_outage(&status), "{id}: {status:?}"),
                    Err(_) => {}
                }
                sleep(Duration::from_millis(10)).await;
                stub = self.connect();
            };
            let before = self.given.lock().unwrap().insert(id, number);
            assert_eq!(before, None);
        }
    }

    fn connect(&self) -> RegistrationServiceClient<Channel> {
        let endpoint = Endpoint::from_shared(self.address.borrow().clone()).unwrap();
        RegistrationServiceClient::new(
            endpoint
                .connect_timeout(Duration::from_secs(2))
                .connect_lazy(),
        )
    }
}

/// Whether a failure is what a killed server looks like from outside, and not an answer.
fn is_outage(status: &tonic::Status) -> bool {
    use tonic::Code;
    matches!(
        status.code(),
        Code::Unavailable
            | Code::Unknown
            | Code::Cancelled
            | Code::DeadlineExceeded
            | Code::Internal
    )
}

fn next(request_id: &str) -> AllocateRequest {
    AllocateRequest {
        superior: SUPERIOR.to_owned(),
        options: Some(WriteOptions {
            request_id: request_id.to_owned(),
            ..WriteOptions::default()
        }),
        ..AllocateRequest::default()
    }
}

/// Every number once, from 1 to `total`, and the register lists exactly those.
async fn check(server: &Server, given: &Given, total: u64) {
    let mut numbers: Vec<u64> = given.lock().unwrap().values().copied().collect();
    numbers.sort_unstable();
    let expected: Vec<u64> = (1..=total).collect();
    assert!(
        numbers == expected,
        "not every number from 1 to {total} was given out exactly once"
    );
    let listed = children(server.resolution().await).await;
    assert!(
        listed == expected,
        "the register lists {} arcs, {total} were given out",
        listed.len()
    );
}

/// The numbers that the register lists below the superior.
async fn children(mut client: ResolutionServiceClient<Channel>) -> Vec<u64> {
    let mut numbers = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListChildrenRequest {
            oid: SUPERIOR.to_owned(),
            page_size: 1000,
            page_token,
            ..Default::default()
        };
        let page = client.list_children(request).await.unwrap().into_inner();
        numbers.extend(
            page.entries
                .iter()
                .map(|entry| entry.number.parse::<u64>().unwrap()),
        );
        if page.next_page_token.is_empty() {
            return numbers;
        }
        page_token = page.next_page_token;
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// A small generator of lots (`SplitMix64`): the timing of a run can be repeated from its seed.
struct Lots(u64);

impl Lots {
    fn draw(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % below
    }
}

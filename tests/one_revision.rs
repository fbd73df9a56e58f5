//! All rows of one answer belong to one revision, also beside a busy writer.
//!
//! Every write puts one arc below each of two nodes in one record. A reader that ever sees more below the one than below
//! the other has seen two revisions in one answer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on must fail"
)]

mod support;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use oidra::pb::v1::{
    AllocateRequest, BatchAllocateRequest, BatchResolveRequest, WalkSubtreeRequest,
    batch_allocate_request::One, batch_resolve_response::row, resolve_response::Outcome,
};

use support::{Server, verify, with_token};

/// How many records the writers put in.
const RECORDS: u64 = 600;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_answer_mixes_two_revisions() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let token = server.token();
    let mut writer = server.registration().await;
    for _ in 0..2 {
        let request = AllocateRequest {
            superior: "2.16.834".to_owned(),
            ..AllocateRequest::default()
        };
        writer.allocate(with_token(&token, request)).await.unwrap();
    }

    let done = Arc::new(AtomicBool::new(false));
    let walks = tokio::spawn(walk(server.resolution().await, Arc::clone(&done)));
    let batches = tokio::spawn(resolve(server.resolution().await, Arc::clone(&done)));
    let left = Arc::new(AtomicU64::new(RECORDS));
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let (mut writer, token, left) = (writer.clone(), token.clone(), Arc::clone(&left));
            tokio::spawn(async move {
                while left
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
                    .is_ok()
                {
                    writer
                        .batch_allocate(with_token(&token, pair()))
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    assert!(
        walks.await.unwrap() > 3,
        "hardly a walk was made beside the writers"
    );
    assert!(
        batches.await.unwrap() > 10,
        "hardly a batch was read beside the writers"
    );
    assert!(server.stop().success());
    verify(folder.path());
}

/// One arc below each of the two nodes, in one record.
fn pair() -> BatchAllocateRequest {
    let one = |superior: &str| One {
        superior: superior.to_owned(),
        ..One::default()
    };
    BatchAllocateRequest {
        allocations: vec![one("2.16.834.1"), one("2.16.834.2")],
        ..BatchAllocateRequest::default()
    }
}

type Reader =
    oidra::pb::v1::resolution_service_client::ResolutionServiceClient<tonic::transport::Channel>;

/// Walks the tree again and again and compares the two sides.
async fn walk(mut reader: Reader, done: Arc<AtomicBool>) -> u64 {
    let mut walks = 0;
    while !done.load(Ordering::SeqCst) {
        let request = WalkSubtreeRequest {
            oid: "2.16.834".to_owned(),
            ..WalkSubtreeRequest::default()
        };
        let mut stream = reader.walk_subtree(request).await.unwrap().into_inner();
        let (mut left, mut right, mut revision) = (0u64, 0u64, None);
        while let Some(part) = stream.message().await.unwrap() {
            let seen = part.revision.unwrap().sequence;
            assert_eq!(
                *revision.get_or_insert(seen),
                seen,
                "one walk, two revisions"
            );
            for entry in part.entries {
                assert!(
                    entry.revision <= seen,
                    "{} is newer than the answer",
                    entry.oid
                );
                left += u64::from(entry.oid.starts_with("2.16.834.1."));
                right += u64::from(entry.oid.starts_with("2.16.834.2."));
            }
        }
        assert_eq!(
            left, right,
            "a walk at revision {revision:?} saw two revisions"
        );
        walks += 1;
    }
    walks
}

/// Asks for the same number below both nodes: both are there or neither.
async fn resolve(mut reader: Reader, done: Arc<AtomicBool>) -> u64 {
    let mut batches = 0;
    while !done.load(Ordering::SeqCst) {
        let oids: Vec<String> = (1..=RECORDS)
            .step_by(7)
            .flat_map(|n| [format!("2.16.834.1.{n}"), format!("2.16.834.2.{n}")])
            .collect();
        let request = BatchResolveRequest {
            oids,
            ..BatchResolveRequest::default()
        };
        let answer = reader.batch_resolve(request).await.unwrap().into_inner();
        for pair in answer.rows.chunks(2) {
            let found: Vec<bool> = pair
                .iter()
                .map(|row| match row.result.as_ref().unwrap() {
                    row::Result::Response(response) => response.outcome() == Outcome::Found,
                    row::Result::Error(error) => panic!("{}: {error:?}", row.oid),
                })
                .collect();
            assert_eq!(found[0], found[1], "{} and {}", pair[0].oid, pair[1].oid);
        }
        batches += 1;
    }
    batches
}

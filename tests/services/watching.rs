//! Watching: changes as they come, and taken up again.

use std::time::Duration;

use oidra::{
    grpc::limits::{STREAM_MESSAGES_MAX, WATCH_CHANGES_MAX, WATCH_RECORDS_MAX},
    pb::v1 as pb,
};
use tonic::{Code, Streaming};

use crate::harness::{House, NODE, refused, soon, titled};

async fn next(stream: &mut Streaming<pb::WatchResponse>) -> pb::WatchResponse {
    soon(stream.message())
        .await
        .unwrap()
        .expect("the stream ended")
}

/// The next message that is no bookmark.
async fn change(stream: &mut Streaming<pb::WatchResponse>) -> pb::WatchResponse {
    loop {
        let message = next(stream).await;
        if !message.bookmark {
            return message;
        }
    }
}

fn watch(oid: &str, after_revision: &str) -> pb::WatchRequest {
    pb::WatchRequest {
        oid: oid.into(),
        after_revision: after_revision.into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_is_taken_up_where_it_ended() {
    let house = House::open().await;
    let mut stream = house
        .reads()
        .watch(watch(NODE, ""))
        .await
        .unwrap()
        .into_inner();
    let first = next(&mut stream).await;
    assert!(first.bookmark && first.changes.is_empty());
    house.allocate(Some(1), titled("one")).await;
    let told = change(&mut stream).await;
    assert_eq!(
        (told.changes[0].oid.as_str(), told.changes[0].kind.as_str()),
        ("2.999.1", "arc-registered")
    );
    assert_eq!(
        told.changes[0].entry.as_ref().unwrap().titles[0].text,
        "one"
    );
    drop(stream);
    house.allocate(Some(2), titled("two")).await;
    house.allocate(Some(3), titled("three")).await;
    let token = told.revision.unwrap().token;
    let mut stream = house
        .reads()
        .watch(watch("", &token))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(change(&mut stream).await.changes[0].oid, "2.999.2");
    assert_eq!(change(&mut stream).await.changes[0].oid, "2.999.3");
    let bad = house.reads().watch(watch("", "nonsense")).await;
    refused(bad, Code::InvalidArgument, "REVISION_INVALID");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_tells_its_subtree_and_bookmarks_the_rest() {
    let house =
        House::open_with(|options| options.bookmark_every = Duration::from_millis(50)).await;
    house.allocate(Some(1), titled("one")).await;
    let mut stream = house
        .reads()
        .watch(watch("2.999.1", ""))
        .await
        .unwrap()
        .into_inner();
    let from = next(&mut stream).await.revision.unwrap().sequence;
    let hidden = pb::NewEntry {
        visibility: pb::Visibility::Hidden as i32,
        ..titled("hidden")
    };
    house.allocate(Some(2), hidden).await;
    loop {
        let message = next(&mut stream).await;
        assert!(message.bookmark && message.changes.is_empty());
        if message.revision.unwrap().sequence > from {
            break;
        }
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_watcher_misses_nothing() {
    let house = House::open().await;
    let mut stream = house
        .reads()
        .watch(watch("", ""))
        .await
        .unwrap()
        .into_inner();
    // More than wait for a slow caller, and more than are read at once.
    let past = WATCH_RECORDS_MAX + STREAM_MESSAGES_MAX + 1;
    for _ in 0..past {
        house.allocate(None, titled("x")).await;
    }
    for number in 1..=past {
        assert_eq!(
            change(&mut stream).await.changes[0].oid,
            format!("2.999.{number}")
        );
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_more_changes_than_one_message_takes_is_told_in_two() {
    let house = House::open().await;
    let stream = house.reads().watch(watch("", "")).await;
    let mut stream = stream.unwrap().into_inner();
    house.block(WATCH_CHANGES_MAX + 1).await;
    assert_eq!(change(&mut stream).await.changes.len(), WATCH_CHANGES_MAX);
    assert_eq!(change(&mut stream).await.changes.len(), 1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_beyond_the_most_are_refused() {
    let house = House::open_with(|options| options.streams_at_once_max = 1).await;
    let held = house.reads().watch(watch("", "")).await.unwrap();
    refused(
        house.reads().watch(watch("", "")).await,
        Code::ResourceExhausted,
        "OVERLOADED",
    );
    drop(held);
    house.close().await;
}

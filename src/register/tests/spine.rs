//! The thinnest path: found, allocate, read, close, open again.

use std::sync::Arc;

use crate::access::Sight;
use crate::model::{Code, Seq, TreeView, Visibility};
use crate::oid::notation::Names;

use super::super::testing::*;
use super::super::{Register, Resolution, Silent};
use super::code;

#[tokio::test]
async fn an_arc_is_allocated_read_and_still_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path());
    let open = || {
        Register::open(
            &options,
            founding,
            Arc::new(Ticking::default()),
            Arc::new(Counted::default()),
            &Silent,
        )
    };
    let (register, opened) = open().unwrap();
    assert!(opened.founded);
    assert!(matches!(open(), Err(crate::register::OpenError::Locked(_))));
    let outcome = submit(&register, named(AUTHORITY, 3, "health", "Afya"))
        .await
        .unwrap();
    assert_eq!(outcome.seq, Seq::new(2));
    let at = path("2.16.834.3");
    assert_eq!(outcome.entries[0].path, at);
    let read = |register: &Register| {
        let reading = register.newest();
        let Resolution::Found(seen) = reading.resolve(&at, &Sight::Public).unwrap() else {
            panic!("not found")
        };
        let names = reading.names(&Sight::Public);
        let found = names.by_identifier(&path(AUTHORITY), &"health".parse().unwrap());
        assert_eq!(found, [arc(3)]);
        assert_eq!(
            names.by_label(&path(AUTHORITY), &"AFYA".parse().unwrap()),
            Some(arc(3))
        );
        assert_eq!(
            names.by_long_arc(&"country".parse().unwrap()),
            Some(path("2.16"))
        );
        assert!(names.fault().is_none());
        seen.entry
    };
    let before = read(&register);
    register.close().await;
    let (register, opened) = open().unwrap();
    assert!(opened.clean && !opened.founded, "{opened:?}");
    assert_eq!(opened.rebuilt, None);
    assert_eq!(read(&register), before);
    assert_eq!(register.info().unwrap().head, Seq::new(2));
    register.close().await;
    std::fs::remove_dir_all(dir.path().join("projection-1")).unwrap();
    let (register, opened) = open().unwrap();
    assert_eq!(opened.replayed, 2);
    assert_eq!(read(&register), before);
    register.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn next_free_numbers_are_distinct_and_consecutive() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let register = register.clone();
            tokio::spawn(async move { submit(&register, next_free(AUTHORITY)).await })
        })
        .collect();
    let mut numbers = Vec::new();
    for task in tasks {
        let outcome = task.await.unwrap().unwrap();
        numbers.push(outcome.entries[0].path.last().unwrap().to_u64().unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=64).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_retry_is_answered_again_and_another_content_refused() {
    let Fixture {
        register,
        clock,
        dir: _dir,
        ..
    } = fixture();
    let asked = submission(next_free(AUTHORITY), "q-one");
    let first = submit_as(&register, asked.clone()).await.unwrap();
    let mut again = submit_as(&register, asked.clone()).await.unwrap();
    assert!(again.replayed && !first.replayed);
    again.replayed = false;
    assert_eq!(again, first);
    let other = submission(explicit(AUTHORITY, 9), "q-one");
    let refused = submit_as(&register, other).await.map_err(code);
    assert_eq!(refused, Err(Code::RequestReplayedDifferently));
    clock.skip(i64::try_from(crate::register::options::REQUEST_HORIZON_SECONDS).unwrap() + 60);
    let late = submit_as(&register, asked).await.unwrap();
    assert_ne!(late.seq, first.seq);
}

#[tokio::test]
async fn validating_records_nothing() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    let mut asked = submission(next_free(AUTHORITY), "q-one");
    asked.validate_only = true;
    let outcome = submit_as(&register, asked).await.unwrap();
    assert_eq!(outcome.seq, Seq::ZERO);
    assert_eq!(outcome.entries[0].path, path("2.16.834.1"));
    assert_eq!(register.newest().seq(), Seq::FIRST);
    assert!(
        register
            .newest()
            .entry(&path("2.16.834.1"))
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn what_is_hidden_is_absent_for_the_public() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    submit(&register, seen_by(AUTHORITY, 1, Visibility::Public))
        .await
        .unwrap();
    submit(&register, seen_by(AUTHORITY, 2, Visibility::Hidden))
        .await
        .unwrap();
    submit(&register, seen_by(AUTHORITY, 3, Visibility::Stub))
        .await
        .unwrap();
    submit(&register, seen_by("2.16.834.2", 1, Visibility::Public))
        .await
        .unwrap();
    submit(&register, seen_by("2.16.834.3", 1, Visibility::Public))
        .await
        .unwrap();
    let reading = register.newest();
    let walk = |sight| -> Vec<String> {
        let walk = reading.walk(&path(AUTHORITY), None, None, sight);
        walk.map(|seen| {
            let seen = seen.unwrap();
            let names = seen.entry.superior.identifiers.len();
            format!("{}:{names}", seen.entry.path)
        })
        .collect()
    };
    assert_eq!(
        walk(&Sight::Public),
        [
            "2.16.834:1",
            "2.16.834.1:1",
            "2.16.834.3:0",
            "2.16.834.3.1:0"
        ]
    );
    assert_eq!(walk(&Sight::All).len(), 6);
    let names = reading.names(&Sight::Public);
    let by = |text: &str| names.by_identifier(&path(AUTHORITY), &text.parse().unwrap());
    assert_eq!(by("name1"), [arc(1)]);
    assert!(by("name2").is_empty() && by("name3").is_empty());
    for hidden in ["2.16.834.2", "2.16.834.2.1", "2.16.834.2.9"] {
        let at = path(hidden);
        let distance = at.depth() - 3;
        match reading.resolve(&at, &Sight::Public).unwrap() {
            Resolution::SuperiorFound(seen, far) => {
                assert_eq!((seen.entry.path.clone(), far), (path(AUTHORITY), distance));
            }
            other => panic!("{other:?}"),
        }
        assert!(
            reading
                .history(&at, None, 10, &Sight::Public)
                .unwrap()
                .is_empty()
        );
    }
    assert_eq!(
        reading
            .history(&path("2.16.834.2"), None, 10, &Sight::All)
            .unwrap()
            .len(),
        1
    );
    let changes = register
        .changes_after(Seq::FIRST, 10, &Sight::Public)
        .unwrap();
    let counts: Vec<_> = changes.iter().map(|record| record.changes.len()).collect();
    assert_eq!(counts, [1, 0, 1, 0, 1]);
}

//! Readings beside a busy writer: every row of an answer is of one revision.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::access::Sight;
use crate::model::{
    Command, Seq,
    command::{AllocateBlock, NewEntry},
};

use super::super::testing::*;
use super::super::{ReadAt, Resolution};
use super::code;

/// Arcs of one record.
const BLOCK: u64 = 7;

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn answers_do_not_mix_revisions() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    let done = Arc::new(AtomicBool::new(false));
    let reader = {
        let (register, done) = (register.clone(), done.clone());
        tokio::task::spawn_blocking(move || {
            let mut looked = 0;
            while !done.load(Ordering::SeqCst) || looked == 0 {
                let reading = register.newest();
                let seen = reading
                    .children(&path(AUTHORITY), None, usize::MAX, &Sight::Public)
                    .unwrap();
                assert_eq!(seen.len() as u64, BLOCK * (reading.seq().get() - 1));
                assert!(seen.iter().all(|seen| seen.entry.revision <= reading.seq()));
                let walked = reading
                    .walk(&path(AUTHORITY), None, None, &Sight::Public)
                    .count();
                assert_eq!(walked, seen.len() + 1);
                looked += 1;
            }
            looked
        })
    };
    for _ in 0..60 {
        let block = Command::AllocateBlock(AllocateBlock {
            superior: path(AUTHORITY),
            first: None,
            count: BLOCK,
            entry: NewEntry::default(),
        });
        submit(&register, block).await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    assert!(reader.await.unwrap() > 0);
    let report = tokio::task::spawn_blocking(move || register.verify(&super::super::Silent));
    let report = report.await.unwrap().unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.arcs, 3 + 60 * BLOCK);
}

#[tokio::test]
async fn readings_of_the_past_by_revision_and_by_time() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    let first = submit(&register, explicit(AUTHORITY, 1)).await.unwrap();
    let second = submit(&register, explicit(AUTHORITY, 2)).await.unwrap();
    let count = async |at: ReadAt| {
        let reading = register.reading(&at).await.map_err(code)?;
        let children = reading.children(&path(AUTHORITY), None, 10, &Sight::All);
        Ok((reading.seq().get(), children.unwrap().len()))
    };
    let revision = |seq| ReadAt {
        as_of_revision: Some(register.revision_token(seq)),
        ..ReadAt::default()
    };
    let time = |micros| ReadAt {
        as_of_time: Some(crate::model::Timestamp::from_micros(micros)),
        ..ReadAt::default()
    };
    assert_eq!(count(ReadAt::default()).await, Ok((3, 2)));
    assert_eq!(count(revision(first.seq)).await, Ok((2, 1)));
    assert_eq!(count(time(first.time.micros())).await, Ok((2, 1)));
    assert_eq!(count(time(first.time.micros() - 1)).await, Ok((1, 0)));
    assert_eq!(count(time(second.time.micros() - 1)).await, Ok((2, 1)));
    assert_eq!(count(time(0)).await, Ok((0, 0)));
    let at = path("2.16.834.2");
    let past = register.reading(&revision(first.seq)).await.unwrap();
    assert!(matches!(
        past.resolve(&at, &Sight::All),
        Ok(Resolution::SuperiorFound(_, 1))
    ));
    let bad = ReadAt {
        at_least: Some("nonsense".to_owned()),
        ..ReadAt::default()
    };
    assert_eq!(count(bad).await, Err(crate::model::Code::RevisionInvalid));
}

#[tokio::test]
async fn a_reading_waits_for_a_revision() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    let at = ReadAt {
        at_least: Some(register.revision_token(Seq::new(2))),
        ..ReadAt::default()
    };
    let (reading, written) = tokio::join!(
        register.reading(&at),
        submit(&register, next_free(AUTHORITY))
    );
    assert_eq!(written.unwrap().seq, Seq::new(2));
    assert!(reading.unwrap().seq() >= Seq::new(2));
}

#[tokio::test]
async fn arcs_of_every_length_are_listed_in_numeric_order() {
    use crate::model::command::NumberChoice;
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    let arc_of = |octets: usize| crate::oid::ArcValue::from_be_bytes(&vec![0xAB; octets]);
    let mut lengths = [255, 0, 1, 9, 254, 2];
    for octets in lengths {
        let choice = NumberChoice::Explicit(arc_of(octets));
        submit(&register, allocate(AUTHORITY, choice, NewEntry::default()))
            .await
            .unwrap();
    }
    // What stands deeper does not stand between.
    submit(&register, next_free("2.16.834.0")).await.unwrap();
    lengths.sort_unstable();
    let reading = register.newest();
    let mut after = None;
    for octets in lengths {
        let page = reading
            .children(&path(AUTHORITY), after.as_ref(), 1, &Sight::Public)
            .unwrap();
        assert_eq!(page[0].entry.path.last(), Some(&arc_of(octets)));
        after = Some(arc_of(octets));
    }
    let rest = reading
        .children(&path(AUTHORITY), after.as_ref(), 1, &Sight::Public)
        .unwrap();
    assert!(rest.is_empty());
}

#[tokio::test]
async fn a_walk_is_taken_up_where_it_was_left() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    for (superior, number) in [
        (AUTHORITY, 1),
        ("2.16.834.1", 5),
        ("2.16.834.1.5", 1),
        (AUTHORITY, 2),
        ("2.16.834.2", 1),
    ] {
        submit(&register, explicit(superior, number)).await.unwrap();
    }
    let reading = register.newest();
    let walk = |after: Option<&str>, depth| -> Vec<String> {
        let after = after.map(path);
        reading
            .walk(&path(AUTHORITY), after.as_ref(), depth, &Sight::Public)
            .map(|seen| seen.unwrap().entry.path.to_string())
            .collect()
    };
    let all = walk(None, None);
    assert_eq!(
        all,
        [
            "2.16.834",
            "2.16.834.1",
            "2.16.834.1.5",
            "2.16.834.1.5.1",
            "2.16.834.2",
            "2.16.834.2.1"
        ]
    );
    for (place, at) in all.iter().enumerate() {
        assert_eq!(walk(Some(at), None), all[place + 1..], "after {at}");
    }
    assert_eq!(walk(None, Some(0)), ["2.16.834"]);
    assert_eq!(
        walk(None, Some(1)),
        ["2.16.834", "2.16.834.1", "2.16.834.2"]
    );
    assert_eq!(walk(Some("2.16.834.1.5"), Some(1)), ["2.16.834.2"]);
}

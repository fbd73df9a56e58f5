//! Limits, one past each; and what the journal's public items must not tell.

use futures_util::future::join_all;

use crate::access::Sight;
use crate::journal::{ItemKind, Journal as _, memory::MemoryFault};
use crate::model::{
    Code, Command, Seq, Visibility,
    command::{Allocate, Amend, NewEntry, NumberChoice},
    entry::Text,
    event::Changes,
    plan::PlannedAct,
};

use super::super::testing::*;
use super::super::writer::Job;
use super::super::{ReadAt, Resolution};
use super::code;

/// A command whose record takes about `arcs` times 8 KiB.
fn large(first: u64, arcs: u64) -> Command {
    let entry = NewEntry {
        descriptions: vec![Text {
            language: "en".parse().unwrap(),
            text: "d".repeat(8 << 10),
        }],
        ..NewEntry::default()
    };
    let allocations = (first..first + arcs).map(|number| Allocate {
        superior: path(AUTHORITY),
        number: NumberChoice::Explicit(arc(number)),
        entry: entry.clone(),
        allocation_token: None,
    });
    Command::BatchAllocate(allocations.collect())
}

#[tokio::test]
async fn a_request_larger_than_a_record_is_refused_and_burns_nothing() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    let (refused, taken) = tokio::join!(
        submit(&register, large(1, 520)),
        submit(&register, next_free(AUTHORITY))
    );
    assert_eq!(refused.map_err(code), Err(Code::TooManyValues));
    assert_eq!(taken.unwrap().entries[0].path, path("2.16.834.1"));
    assert_eq!(register.newest().seq(), Seq::new(2));
}

#[tokio::test]
async fn requests_that_together_pass_a_frame_are_several_batches() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    let all = join_all((0..6).map(|n| submit(&register, large(1 + n * 400, 400)))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(register.info().unwrap().arcs, 3 + 6 * 400);
}

#[tokio::test]
async fn one_past_the_queue_is_refused() {
    let Fixture {
        register,
        journal,
        clock,
        mut options,
        dir: _dir,
    } = fixture();
    register.close().await;
    options.queue_max = 2;
    let (register, _) = open_over(&journal, &options, &clock).unwrap();
    let (let_go, waits) = std::sync::mpsc::channel::<()>();
    let (send, busy) = std::sync::mpsc::channel();
    let inspect = Job::Inspect(Box::new(move |_| {
        send.send(()).unwrap();
        waits.recv().unwrap();
    }));
    assert!(register.jobs.send(inspect).is_ok());
    busy.recv().unwrap();
    let free = async {
        tokio::task::yield_now().await;
        let_go.send(()).unwrap();
    };
    let asked = (0..3).map(|_| submit(&register, next_free(AUTHORITY)));
    let (told, ()) = tokio::join!(join_all(asked), free);
    let codes: Vec<_> = told
        .into_iter()
        .map(|it| it.map(drop).map_err(code))
        .collect();
    assert_eq!(codes, [Ok(()), Ok(()), Err(Code::Overloaded)]);
}

#[tokio::test]
async fn one_past_a_batch_is_another_batch() {
    let Fixture {
        register,
        journal,
        clock,
        mut options,
        dir: _dir,
    } = fixture();
    register.close().await;
    options.batch_records_max = 2;
    let (register, _) = open_over(&journal, &options, &clock).unwrap();
    let (let_go, waits) = std::sync::mpsc::channel::<()>();
    let (send, busy) = std::sync::mpsc::channel();
    let inspect = Job::Inspect(Box::new(move |_| {
        send.send(()).unwrap();
        waits.recv().unwrap();
    }));
    assert!(register.jobs.send(inspect).is_ok());
    busy.recv().unwrap();
    // Two wait, and are one batch with nothing else; the append of the third fails.
    journal.inject(2, MemoryFault::FailBefore);
    let free = async {
        tokio::task::yield_now().await;
        let_go.send(()).unwrap();
    };
    let asked = (0..3).map(|_| submit(&register, next_free(AUTHORITY)));
    let (told, ()) = tokio::join!(join_all(asked), free);
    let codes: Vec<_> = told
        .into_iter()
        .map(|it| it.map(drop).map_err(code))
        .collect();
    assert_eq!(codes, [Ok(()), Ok(()), Err(Code::NotReady)]);
}

#[tokio::test]
async fn what_is_hidden_stands_in_no_public_item() {
    let Fixture {
        register,
        journal,
        dir: _dir,
        ..
    } = fixture();
    submit(&register, seen_by(AUTHORITY, 1, Visibility::Public))
        .await
        .unwrap();
    submit(&register, seen_by(AUTHORITY, 2, Visibility::Hidden))
        .await
        .unwrap();
    submit(&register, named("2.16.834.2", 3, "name3", "Siri"))
        .await
        .unwrap();
    let told = |seq, name: &str| {
        let record = journal.read_one(Seq::new(seq)).unwrap();
        let items = record.items.iter().filter_map(|item| item.present());
        let found = items.filter(|item| {
            let mut windows = item.body.windows(name.len());
            windows.any(|window| window == name.as_bytes())
        });
        found.map(|item| item.kind).collect::<Vec<_>>()
    };
    assert_eq!(told(2, "name1"), [ItemKind::Public]);
    assert_eq!(told(3, "name2"), [ItemKind::Restricted]);
    assert_eq!(told(4, "name3"), [ItemKind::Restricted]);
}

#[tokio::test]
async fn what_is_planned_stands_in_no_public_item() {
    let Fixture {
        register,
        journal,
        dir: _dir,
        ..
    } = fixture();
    submit(&register, next_free(AUTHORITY)).await.unwrap();
    let plan = Command::Plan {
        path: path("2.16.834.1"),
        if_revision: None,
        at: register.newest().time().plus_seconds(3_600),
        act: PlannedAct::Review("siri".to_owned()),
    };
    let planned = submit(&register, plan).await.unwrap();
    let record = journal.read_one(planned.seq).unwrap();
    let items = record.items.iter().filter_map(|item| item.present());
    let found = items.filter(|item| item.body.windows(4).any(|window| window == b"siri"));
    let kinds: Vec<_> = found.map(|item| item.kind).collect();
    assert_eq!(kinds, [ItemKind::Restricted]);
}

#[tokio::test]
async fn the_past_is_judged_by_todays_visibility() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    let at = path("2.16.834.1");
    let outcome = submit(&register, seen_by(AUTHORITY, 1, Visibility::Public))
        .await
        .unwrap();
    let hide = Command::Amend(Amend {
        path: at.clone(),
        if_revision: None,
        changes: Changes {
            visibility: Some(Visibility::Hidden),
            ..Changes::default()
        },
    });
    submit(&register, hide).await.unwrap();
    let then = ReadAt {
        as_of_revision: Some(register.revision_token(outcome.seq)),
        ..ReadAt::default()
    };
    let reading = register.reading(&then).await.unwrap();
    assert!(matches!(
        reading.resolve(&at, &Sight::All),
        Ok(Resolution::Found(_))
    ));
    let public = reading.resolve(&at, &Sight::Public);
    assert!(matches!(public, Ok(Resolution::SuperiorFound(_, 1))));
    let children = reading.children(&path(AUTHORITY), None, 10, &Sight::Public);
    assert!(children.unwrap().is_empty());
    let changes = register
        .changes_after(Seq::FIRST, 10, &Sight::Public)
        .unwrap();
    assert!(changes.iter().all(|record| record.changes.is_empty()));
}

#[tokio::test]
async fn history_tells_each_change_the_newest_first() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    let at = path("2.16.834.1");
    submit(&register, next_free(AUTHORITY)).await.unwrap();
    let mut withdrawn = submission(
        to_state("2.16.834.1", crate::model::State::Withdrawn),
        "q-w",
    );
    withdrawn.reason = Some("siri".to_owned());
    submit_as(&register, withdrawn).await.unwrap();
    let history = |before, limit, sight| {
        let items = register
            .newest()
            .history(&at, before, limit, sight)
            .unwrap();
        items
            .into_iter()
            .map(|item| (item.seq.get(), item.kinds, item.reason))
            .collect::<Vec<_>>()
    };
    let newest = (3, vec!["state-changed"], Some("siri".to_owned()));
    let oldest = (2, vec!["arc-registered"], None);
    assert_eq!(
        history(None, 9, &Sight::All),
        [newest.clone(), oldest.clone()]
    );
    assert_eq!(history(None, 1, &Sight::All), [newest]);
    assert_eq!(history(Some(Seq::new(3)), 9, &Sight::All), [oldest]);
    assert!(
        history(None, 9, &Sight::Public)
            .iter()
            .all(|item| item.2.is_none())
    );
}

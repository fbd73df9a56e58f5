//! The journal misbehaves: foreign appends, answers that are lost, writes that fail.

use std::time::Duration;

use crate::journal::{Draft, Header, Journal as _, codec, memory::MemoryFault};
use crate::model::{Actor, Code, Ctx, Seq, event::Happening};
use crate::rules;

use super::super::testing::*;
use super::super::writer::Job;
use super::super::{Readiness, Register};
use super::code;

/// The record of another server that gives out the next free number.
fn foreign(register: &Register) -> Draft {
    let reading = register.newest();
    let ctx = Ctx {
        now: reading.time(),
        entropy: [9; 32],
        actor: Actor::Principal(admin().id),
        whole: crate::model::command::Whole::All,
        office: None,
    };
    let asked = submission(next_free(AUTHORITY), "q-foreign");
    let happening = Happening {
        events: rules::decide(&asked, &ctx, &reading).unwrap(),
        reason: None,
        override_reason: None,
        asked_by: None,
    };
    Draft {
        header: Header {
            time_us: ctx.now.micros(),
            principal: "p-other".to_owned(),
            request_id: "q-foreign".to_owned(),
            request_digest: [0; 32],
        },
        items: codec::encode(&happening, &|_| false, &mut || [3; 16]),
    }
}

#[tokio::test]
async fn a_moved_head_means_decide_again() {
    let Fixture {
        register,
        journal,
        dir: _dir,
        ..
    } = fixture();
    journal.inject(1, MemoryFault::Foreign(vec![foreign(&register)]));
    let outcome = submit(&register, next_free(AUTHORITY)).await.unwrap();
    assert_eq!(outcome.seq, Seq::new(3));
    assert_eq!(outcome.entries[0].path, path("2.16.834.2"));
    assert_eq!(register.newest().seq(), Seq::new(3));
}

#[tokio::test]
async fn a_lost_answer_is_read_back() {
    let Fixture {
        register,
        journal,
        dir: _dir,
        ..
    } = fixture();
    journal.inject(1, MemoryFault::UnknownWritten);
    let outcome = submit(&register, next_free(AUTHORITY)).await.unwrap();
    assert_eq!(outcome.seq, Seq::new(2));
    assert_eq!(register.newest().seq(), Seq::new(2));
    journal.inject(1, MemoryFault::UnknownLost);
    let asked = submission(next_free(AUTHORITY), "q-lost");
    let unknown = submit_as(&register, asked.clone()).await.map_err(code);
    assert_eq!(unknown, Err(Code::OutcomeUnknown));
    let again = submit_as(&register, asked).await.unwrap();
    assert_eq!((again.seq, again.replayed), (Seq::new(3), false));
}

#[tokio::test]
async fn a_failed_write_stops_writing_and_reads_go_on() {
    let Fixture {
        register,
        journal,
        clock,
        options,
        dir: _dir,
    } = fixture();
    journal.inject(1, MemoryFault::FailBefore);
    let refused = submit(&register, next_free(AUTHORITY)).await.map_err(code);
    assert_eq!(refused, Err(Code::NotReady));
    assert!(register.is_ready());
    journal.inject(1, MemoryFault::CrashAfter);
    let asked = submission(next_free(AUTHORITY), "q-crash");
    let unknown = submit_as(&register, asked.clone()).await.map_err(code);
    assert_eq!(unknown, Err(Code::OutcomeUnknown));
    assert!(matches!(
        *register.readiness().borrow(),
        Readiness::WritingStopped(_)
    ));
    let stopped = submit(&register, next_free(AUTHORITY)).await.map_err(code);
    assert_eq!(stopped, Err(Code::WritingStopped));
    assert_eq!(register.newest().seq(), Seq::FIRST);
    register.close().await;
    journal.restart();
    assert_eq!(journal.head().seq, Seq::new(2));
    let (register, opened) = open_over(&journal, &options, &clock).unwrap();
    assert_eq!((opened.replayed, opened.rebuilt), (1, None));
    let again = submit_as(&register, asked).await.unwrap();
    assert!(again.replayed);
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_stops_writing_until_it_can() {
    let Fixture {
        register,
        journal,
        dir,
        ..
    } = fixture();
    journal.inject(1, MemoryFault::Foreign(vec![foreign(&register)]));
    journal.break_reads(true);
    for _ in 0..2 {
        let refused = submit(&register, next_free(AUTHORITY)).await.map_err(code);
        assert_eq!(refused, Err(Code::NotReady));
        let now = register.readiness().borrow().clone();
        let Readiness::Behind(why) = now else {
            panic!("{now:?}")
        };
        assert!(why.contains("was ordered"), "{why}");
    }
    assert_eq!(register.newest().seq(), Seq::FIRST);
    assert!(dir.path().join("projection-1").exists());
    assert!(!dir.path().join("projection-2").exists());
    journal.break_reads(false);
    register.jobs.send(Job::Tend).unwrap();
    let mut readiness = register.readiness();
    let ready = readiness.wait_for(|now| *now == Readiness::Ready);
    let ready = tokio::time::timeout(Duration::from_secs(20), ready).await;
    assert!(ready.is_ok_and(|ready| ready.is_ok()));
    assert_eq!(register.newest().seq(), Seq::new(2));
    let outcome = submit(&register, next_free(AUTHORITY)).await.unwrap();
    assert_eq!(outcome.seq, Seq::new(3));
}

#[tokio::test]
async fn equal_requests_in_one_batch_are_one_record() {
    let Fixture {
        register,
        journal,
        dir: _dir,
        ..
    } = fixture();
    // The first command keeps the writer busy, so that the others come in one batch or in several: it must not matter.
    let asked = submission(next_free(AUTHORITY), "q-twice");
    let all = futures_util::future::join_all((0..8).map(|_| submit_as(&register, asked.clone())));
    let all: Vec<_> = all.await.into_iter().map(Result::unwrap).collect();
    assert!(all.iter().all(|outcome| outcome.seq == Seq::new(2)));
    assert_eq!(all.iter().filter(|outcome| !outcome.replayed).count(), 1);
    assert_eq!(journal.head().seq, Seq::new(2));
}

#[tokio::test]
async fn a_closed_register_refuses() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    register.clone().close().await;
    let refused = submit(&register, next_free(AUTHORITY)).await.map_err(code);
    assert_eq!(refused, Err(Code::NotReady));
}

//! Keeping house: holds that end, checkpoints, requests that are forgotten, verification.

use std::sync::Arc;

use crate::access::Sight;
use crate::model::{
    Command, Seq, TreeView, Visibility,
    command::{Amend, HoldNumber, NumberChoice},
    entry::Text,
    event::Changes,
    limits::{PLAN_BYTES_MAX, PLANS_MAX},
    plan::PlannedAct,
};

use super::super::tables::Table;
use super::super::testing::*;
use super::super::{HeldNumber, Reading, Register, Silent, verify};

#[tokio::test]
async fn a_hold_ends_and_frees_its_number() {
    let Fixture {
        register,
        clock,
        dir: _dir,
        ..
    } = fixture();
    let ask = Command::Hold(HoldNumber {
        superior: path(AUTHORITY),
        number: NumberChoice::NextFree,
        seconds: 60,
    });
    let held = submit(&register, ask).await.unwrap();
    assert_eq!(held.holds[0].number, arc(1));
    register.core.find_due().unwrap();
    let due = register
        .core
        .hold_due
        .load(std::sync::atomic::Ordering::SeqCst);
    assert_eq!(due, held.holds[0].until.micros());
    assert_eq!(register.newest().holds().unwrap().len(), 1);
    register.expire().await;
    assert_eq!(register.newest().holds().unwrap().len(), 1);
    clock.skip(120);
    register.expire().await;
    assert!(register.newest().holds().unwrap().is_empty());
    assert!(
        register
            .newest()
            .hold(&path(AUTHORITY), &arc(1))
            .unwrap()
            .is_none()
    );
    let next = submit(&register, next_free(AUTHORITY)).await.unwrap();
    assert_eq!(next.entries[0].path, path("2.16.834.1"));
}

#[tokio::test]
async fn holds_that_ended_are_not_looked_at_again() {
    let Fixture {
        register,
        clock,
        dir: _dir,
        ..
    } = fixture();
    let ask = |superior: &str, number, seconds| {
        Command::Hold(HoldNumber {
            superior: path(superior),
            number: NumberChoice::Explicit(arc(number)),
            seconds,
        })
    };
    let rows = |table| {
        let tables = register.core.published().tables;
        tables.beginning_with(table, &[]).count()
    };
    for number in 1..20 {
        submit(&register, ask(AUTHORITY, number, 60)).await.unwrap();
    }
    let before = register.newest();
    clock.skip(120);
    register.expire().await;
    submit(&register, next_free(AUTHORITY)).await.unwrap();
    let below = "2.16.834.1";
    submit(&register, ask(below, 1, 3_600)).await.unwrap();
    let long = submit(&register, ask(AUTHORITY, 300, 3_600)).await.unwrap();
    submit(&register, ask(AUTHORITY, 7, 60)).await.unwrap();
    assert_eq!((rows(Table::Holds), rows(Table::EndedHolds)), (3, 19));

    // A reading that was begun before still finds what it had.
    let numbers = |reading: &Reading, superior: &str, after: Option<u64>, limit, sight| {
        let after = after.map(arc);
        let held = reading.holds_below(&path(superior), after.as_ref(), limit, sight);
        let held = held.unwrap().into_iter();
        held.map(|held| held.hold.number.to_string()).collect()
    };
    let first: Vec<String> = numbers(&before, AUTHORITY, None, 3, &Sight::All);
    assert_eq!(first, ["1", "2", "3"]);
    let rest: Vec<String> = numbers(&before, AUTHORITY, Some(17), 9, &Sight::All);
    assert_eq!(rest, ["18", "19"]);
    assert_eq!(before.holds().unwrap().len(), 19);

    let now = register.newest();
    let all: Vec<String> = numbers(&now, AUTHORITY, None, 9, &Sight::All);
    assert_eq!(all, ["7", "300"]);
    let deeper: Vec<String> = numbers(&now, below, None, 9, &Sight::Public);
    assert_eq!(deeper, ["1"]);
    let held = now
        .holds_below(&path(AUTHORITY), Some(&arc(7)), 9, &Sight::All)
        .unwrap();
    let expect = HeldNumber {
        hold: long.holds[0].clone(),
        made: long.seq,
        time: long.time,
    };
    assert_eq!(held, [expect]);

    let hide = Command::Amend(Amend {
        path: path(below),
        if_revision: None,
        changes: Changes {
            visibility: Some(Visibility::Hidden),
            ..Changes::default()
        },
    });
    submit(&register, hide).await.unwrap();
    let hidden: Vec<String> = numbers(&register.newest(), below, None, 9, &Sight::Public);
    assert!(hidden.is_empty());
    let report = tokio::task::spawn_blocking(move || register.verify(&Silent));
    let report = report.await.unwrap().unwrap();
    assert!(report.is_sound(), "{report:?}");
}

#[tokio::test]
async fn requests_past_the_horizon_are_forgotten() {
    let Fixture {
        register,
        clock,
        dir: _dir,
        ..
    } = fixture();
    submit(&register, next_free(AUTHORITY)).await.unwrap();
    assert_eq!(register.core.forget_requests().unwrap(), 0);
    clock.skip(8 * 86_400);
    submit(&register, next_free(AUTHORITY)).await.unwrap();
    assert_eq!(register.core.forget_requests().unwrap(), 1);
}

#[tokio::test]
async fn a_checkpoint_is_signed_and_kept_and_all_is_sound() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path());
    let (register, _) = Register::open(
        &options,
        founding,
        Arc::new(Ticking::default()),
        Arc::new(Counted::default()),
        &Silent,
    )
    .unwrap();
    submit(&register, next_free(AUTHORITY)).await.unwrap();
    let note = register.checkpoint().unwrap();
    assert!(
        note.starts_with(&format!("{}\n2\n", options.origin)),
        "{note}"
    );
    let latest = std::fs::read_to_string(dir.path().join("checkpoints/latest")).unwrap();
    assert_eq!(latest, note);
    register.close().await;
    let report = verify(&options, &Silent).unwrap();
    assert!(!dir.path().join("verification").exists());
    assert!(report.is_sound(), "{report:?}");
}

#[tokio::test]
async fn the_house_is_kept_until_the_register_closes() {
    let Fixture {
        register,
        journal,
        clock,
        mut options,
        dir,
    } = fixture();
    register.close().await;
    options.checkpoint_seconds = 1;
    let (register, _) = open_over(&journal, &options, &clock).unwrap();
    let ask = Command::Hold(HoldNumber {
        superior: path(AUTHORITY),
        number: NumberChoice::NextFree,
        seconds: 60,
    });
    submit(&register, ask).await.unwrap();
    clock.skip(120);
    let keeper = tokio::spawn(register.clone().keep_house());
    let mut heads = register.published();
    let ended = heads.wait_for(|head| head.get() == 3);
    let ended = tokio::time::timeout(std::time::Duration::from_secs(20), ended).await;
    assert!(ended.is_ok_and(|head| head.is_ok()));
    assert!(register.newest().holds().unwrap().is_empty());
    let latest = dir.path().join("checkpoints/latest");
    for _ in 0..100 {
        if latest.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(latest.exists());
    register.close().await;
    keeper.await.unwrap();
}

#[tokio::test]
async fn what_is_due_at_many_arcs_takes_effect_in_several_records() {
    let Fixture {
        register,
        clock,
        dir: _dir,
        ..
    } = fixture();
    // Together they have more bytes than one record may.
    let arcs: Vec<_> = (1..=6)
        .map(|number| path(AUTHORITY).child(arc(number)).unwrap())
        .collect();
    let at = register.newest().time().plus_seconds(3_600);
    for path in &arcs {
        submit(&register, next_free(AUTHORITY)).await.unwrap();
        for number in 0..PLANS_MAX {
            let text = |language: &str| Text {
                language: language.parse().unwrap(),
                text: format!("{number:02}{}", "x".repeat(PLAN_BYTES_MAX / 2 - 2)),
            };
            let changes = Changes {
                descriptions: Some(vec![text("en"), text("sw")]),
                ..Changes::default()
            };
            let plan = Command::Plan {
                path: path.clone(),
                if_revision: None,
                at,
                act: PlannedAct::Amend(Box::new(changes)),
            };
            submit(&register, plan).await.unwrap();
        }
    }
    let before = register.newest().seq();
    clock.skip(2 * 3_600);
    for _ in &arcs {
        register.expire().await;
    }
    let newest = register.newest();
    assert!(newest.seq() > Seq::new(before.get() + 1));
    for path in &arcs {
        let entry = newest.entry(path).unwrap().unwrap();
        assert_eq!(entry.plans, [], "{path}");
        let last = format!("{:02}", PLANS_MAX - 1);
        assert!(entry.holder.descriptions[0].text.starts_with(&last));
    }
}

/// Registrants are asked a record at a time, once an hour, on from where the walk was; and at once where a policy wants it anew.
#[tokio::test]
async fn no_more_are_asked_at_a_time_than_one_record_takes() {
    use crate::model::command::{AllocateBlock, NewEntry, RegistrantRef};
    use crate::model::entry::RegistrantDetails;
    use crate::model::limits::BLOCK_ARCS_MAX;
    use crate::model::policy::{Checks, Policy};
    use crate::model::{PrincipalKind, Timestamp, plan::Agenda};

    let Fixture {
        register,
        clock,
        dir: _dir,
        ..
    } = fixture();
    let give = |first, count, registrant| {
        Command::AllocateBlock(AllocateBlock {
            superior: path(AUTHORITY),
            first: Some(arc(first)),
            count,
            entry: NewEntry {
                registrant: Some(registrant),
                ..NewEntry::default()
            },
        })
    };
    let new = RegistrantRef::New {
        kind: PrincipalKind::Person,
        details: RegistrantDetails {
            name: "Asha".to_owned(),
            ..RegistrantDetails::default()
        },
    };
    let given = submit(&register, give(1, BLOCK_ARCS_MAX, new))
        .await
        .unwrap();
    let holder = given.entries[0].registrant.clone().unwrap().registrant;
    let more = give(5_000, 3, RegistrantRef::Known(holder));
    submit(&register, more).await.unwrap();
    let wish = |every_seconds| Command::SetPolicy {
        path: path(AUTHORITY),
        if_revision: None,
        policy: Some(Policy {
            checks: Some(Checks {
                every_seconds,
                answer_seconds: 86_400,
            }),
            ..Policy::standard()
        }),
    };
    let asked = || {
        let ever = Timestamp::from_micros(i64::MAX);
        let listed = register.newest().agenda(Agenda::Checks, ever, usize::MAX);
        u64::try_from(listed.unwrap().len()).unwrap()
    };
    let mut sweep = super::super::sweep::Sweep::default();
    register.look_for_contacts(&mut sweep).await;
    // What is not due is not asked.
    submit(&register, wish(1_000_000)).await.unwrap();
    register.look_for_contacts(&mut sweep).await;
    assert_eq!(asked(), 0);
    submit(&register, wish(1)).await.unwrap();
    register.look_for_contacts(&mut sweep).await;
    assert_eq!(asked(), BLOCK_ARCS_MAX);
    register.look_for_contacts(&mut sweep).await;
    assert_eq!(asked(), BLOCK_ARCS_MAX);
    clock.skip(3_600);
    register.look_for_contacts(&mut sweep).await;
    assert_eq!(asked(), BLOCK_ARCS_MAX + 3);
    clock.skip(86_400);
    register.expire().await;
    // The rest is marked at the next look, as with any list.
    register.expire().await;
    assert_eq!(asked(), 0);
    let seven = register.newest().entry(&path("2.16.834.7")).unwrap();
    assert!(seven.unwrap().suspicion.is_some());
}

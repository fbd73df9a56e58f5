//! Allocation tokens through the writer: racing callers, retries, readings of the past, a rebuild.

use std::sync::Arc;

use crate::model::allocation_token::Promised;
use crate::model::command::{
    Allocate, IssueAllocationToken, NewEntry, NumberChoice, RegistrantRef,
};
use crate::model::entry::RegistrantDetails;
use crate::model::policy::NumberRange;
use crate::model::{Code, Command, PrincipalKind, Timestamp, TreeView};

use super::super::testing::*;
use super::super::{ReadAt, Register, Silent};
use super::code;

const SECRET: [u8; 32] = [0x33; 32];

fn issue(count: u64) -> Command {
    let range = NumberRange {
        from: arc(1_000),
        to: Some(arc(1_999)),
    };
    Command::IssueAllocationToken(Box::new(IssueAllocationToken {
        superior: path(AUTHORITY),
        of: Promised::Range { range, count },
        name: "five".to_owned(),
        secret_sha256: SECRET,
        principal: None,
        registrant: None,
        until: Timestamp::from_micros(1_700_100_000_000_000),
    }))
}

fn take() -> Command {
    Command::Allocate(Allocate {
        superior: path(AUTHORITY),
        number: NumberChoice::NextFree,
        entry: NewEntry::default(),
        allocation_token: Some(SECRET),
    })
}

fn used(register: &Register) -> u64 {
    let token = register.newest().allocation_token(&SECRET).unwrap();
    token.unwrap().used
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_callers_take_no_more_than_was_promised() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    submit(&register, issue(5)).await.unwrap();
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let register = register.clone();
            tokio::spawn(async move { submit(&register, take()).await })
        })
        .collect();
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for task in tasks {
        match task.await.unwrap() {
            Ok(outcome) => taken.push(outcome.entries[0].path.last().unwrap().clone()),
            Err(rejection) => refused.push(code(rejection)),
        }
    }
    taken.sort_unstable();
    assert_eq!(taken, (1_000..1_005).map(arc).collect::<Vec<_>>());
    assert_eq!(refused, [Code::AllocationTokenUnknown; 35]);
    assert_eq!(used(&register), 5);
}

#[tokio::test]
async fn a_batch_that_uses_a_token_up_gives_arcs_away() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    submit(&register, issue(2)).await.unwrap();
    let Command::Allocate(mut one) = take() else {
        unreachable!()
    };
    one.entry.registrant = Some(RegistrantRef::New {
        kind: PrincipalKind::Organisation,
        details: RegistrantDetails {
            name: "Ministry".to_owned(),
            ..RegistrantDetails::default()
        },
    });
    let batch = Command::BatchAllocate(vec![one.clone(), one]);
    let outcome = submit(&register, batch).await.unwrap();
    assert_eq!(outcome.entries.len(), 2);
    assert_eq!(used(&register), 2);
}

#[tokio::test]
async fn the_last_number_is_told_again_and_the_past_stays_what_it_was() {
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
    let (register, _) = open().unwrap();
    let issued = submit(&register, issue(1)).await.unwrap();
    let token = issued.allocation_token.unwrap();
    let asked = submission(take(), "q-one");
    let first = submit_as(&register, asked.clone()).await.unwrap();
    let mut again = submit_as(&register, asked).await.unwrap();
    assert!(again.replayed);
    again.replayed = false;
    assert_eq!(again, first);
    let other = submit(&register, take()).await.map_err(code);
    assert_eq!(other, Err(Code::AllocationTokenUnknown));
    let before = ReadAt {
        as_of_revision: Some(register.revision_token(issued.seq)),
        ..ReadAt::default()
    };
    let then = register
        .reading(&before)
        .await
        .unwrap()
        .allocation_token_of_id(&token.id)
        .unwrap();
    assert_eq!(then.unwrap().used, 0);
    assert_eq!(used(&register), 1);
    let id = token.id.clone();
    let revoked = submit(&register, Command::RevokeAllocationToken { id })
        .await
        .unwrap();
    assert!(revoked.allocation_token.unwrap().revoked);
    let all = register
        .newest()
        .allocation_tokens(&path(AUTHORITY))
        .unwrap();
    assert_eq!(all.len(), 1);
    register.close().await;
    let verified = super::super::verify(&options, &Silent).unwrap();
    assert!(verified.faults.is_empty(), "{:?}", verified.faults);
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("projection-") {
            std::fs::remove_dir_all(path).unwrap();
        }
    }
    let (register, opened) = open().unwrap();
    assert!(opened.replayed > 0, "{opened:?}");
    let rebuilt = register
        .newest()
        .allocation_tokens(&path(AUTHORITY))
        .unwrap();
    assert_eq!(rebuilt, all);
    register.close().await;
}

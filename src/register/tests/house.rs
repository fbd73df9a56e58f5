//! Keeping house: holds that end, checkpoints, requests that are forgotten, verification.

use std::sync::Arc;

use crate::model::{
    Command, TreeView,
    command::{HoldNumber, NumberChoice},
};

use super::super::testing::*;
use super::super::{Register, Silent, verify};

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
    register.expire_holds().await;
    assert_eq!(register.newest().holds().unwrap().len(), 1);
    clock.skip(120);
    register.expire_holds().await;
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
    assert!(report.is_sound(), "{report:?}");
}

//! Damaged, missing and disagreeing tables are made anew; a journal that lost records is not opened.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::access::Sight;
use crate::journal::Memory;
use crate::model::Seq;

use super::super::base::AsOf;
use super::super::testing::*;
use super::super::verify::digest;
use super::super::{OpenError, Register, Silent};

fn digest_of(register: &Register) -> String {
    let published = register.core.published();
    digest(&AsOf {
        at: published.row.head.seq,
        tables: published.tables,
    })
    .unwrap()
}

async fn filled() -> (Fixture, String) {
    let fixture = fixture();
    for number in 1..40 {
        let command = named(
            AUTHORITY,
            number,
            &format!("n{number}"),
            &format!("L{number}x"),
        );
        submit(&fixture.register, command).await.unwrap();
    }
    let digest = digest_of(&fixture.register);
    fixture.register.clone().close().await;
    (fixture, digest)
}

/// Damages the tables of a filled register, opens it again, and compares.
async fn check(damage: impl Fn(&Path), expect_rebuilt: bool) {
    let (fixture, before) = filled().await;
    let Fixture {
        register,
        journal,
        clock,
        options,
        dir,
    } = fixture;
    drop(register);
    damage(&dir.path().join("projection-1"));
    let (register, opened) = open_over(&journal, &options, &clock).unwrap();
    assert_eq!(opened.rebuilt.is_some(), expect_rebuilt, "{opened:?}");
    assert_eq!(digest_of(&register), before);
    assert!(register.is_ready());
    register.close().await;
}

fn change(file: &Path, how: impl Fn(&mut Vec<u8>)) {
    let mut bytes = fs::read(file).unwrap();
    how(&mut bytes);
    fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn tables_that_are_gone_are_replayed() {
    check(|dir| fs::remove_dir_all(dir).unwrap(), false).await;
}

#[tokio::test]
async fn tables_that_sled_refuses_are_put_aside() {
    let refuse = |dir: &Path| {
        fs::remove_file(dir.join("db")).unwrap();
        fs::create_dir(dir.join("db")).unwrap();
    };
    check(refuse, true).await;
}

/// The tables in a directory. sled lets go of its lock a moment after they were closed.
fn opened(dir: &Path) -> sled::Db {
    let config = sled::Config::new().path(dir);
    for _ in 0..100 {
        if let Ok(db) = config.open() {
            return db;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    config.open().unwrap()
}

#[tokio::test]
async fn tables_of_another_format_are_put_aside() {
    let other = |dir: &Path| {
        let db = opened(dir);
        db.open_tree("meta")
            .unwrap()
            .insert("format", "older")
            .unwrap();
        db.flush().unwrap();
    };
    check(other, true).await;
}

#[tokio::test]
async fn tables_that_lost_a_row_are_put_aside() {
    let lose = |dir: &Path| {
        let db = opened(dir);
        let names = db.open_tree("names").unwrap();
        let (key, _) = names.iter().next().unwrap().unwrap();
        names.remove(key).unwrap();
        db.flush().unwrap();
    };
    check(lose, true).await;
}

#[tokio::test]
async fn truncated_and_zeroed_tables_come_to_the_same_digest() {
    for part in [0, 1, 2, 3] {
        let (fixture, before) = filled().await;
        let Fixture {
            register,
            journal,
            clock,
            options,
            dir,
        } = fixture;
        drop(register);
        let file = dir.path().join("projection-1").join("db");
        change(&file, |bytes| {
            let at = bytes.len() / 4 * part;
            if part % 2 == 0 {
                bytes.truncate(at);
            } else {
                bytes
                    .iter_mut()
                    .skip(at)
                    .take(4_096)
                    .for_each(|byte| *byte = 0);
            }
        });
        let (register, _) = open_over(&journal, &options, &clock).unwrap();
        assert_eq!(digest_of(&register), before, "{part}");
        register.close().await;
    }
}

#[tokio::test]
async fn tables_ahead_of_the_journal_are_not_opened() {
    let (fixture, _) = filled().await;
    let Fixture {
        register,
        clock,
        options,
        dir: _dir,
        ..
    } = fixture;
    drop(register);
    let empty = Arc::new(Memory::new());
    match open_over(&empty, &options, &clock) {
        Err(OpenError::JournalTruncated {
            projection,
            journal,
            ..
        }) => {
            assert_eq!((projection, journal), (Seq::new(40), Seq::ZERO));
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was opened"),
    }
}

#[tokio::test]
async fn settings_that_name_other_nodes_are_refused() {
    let (fixture, _) = filled().await;
    let Fixture {
        register,
        journal,
        clock,
        mut options,
        dir: _dir,
    } = fixture;
    drop(register);
    options.authorities = Some(vec![path("2.16.404")]);
    let refused = open_over(&journal, &options, &clock).map(|_| ());
    assert!(matches!(refused, Err(OpenError::OtherAuthority { .. })));
    options.authorities = Some(vec![path(AUTHORITY)]);
    assert!(open_over(&journal, &options, &clock).is_ok());
}

#[tokio::test]
async fn tables_that_break_while_running_are_made_anew() {
    let Fixture { register, dir, .. } = fixture();
    submit(&register, next_free(AUTHORITY)).await.unwrap();
    let before = digest_of(&register);
    drop(register.core.published().tables.damaged("a test says so"));
    let outcome = submit(&register, next_free(AUTHORITY)).await.unwrap();
    assert_eq!(outcome.entries[0].path, path("2.16.834.2"));
    assert!(register.is_ready());
    assert!(dir.path().join("projection-2").exists());
    assert!(dir.path().join("projection.damaged-1").exists());
    let then = AsOf {
        tables: register.core.published().tables,
        at: Seq::new(2),
    };
    let kept = super::super::verify::digest_kept(&then).unwrap();
    assert!(!before.is_empty() && kept.1.of(super::super::tables::Table::Arcs).rows == 4);
}

#[tokio::test]
async fn tables_that_somebody_else_has_open_are_not_put_aside() {
    let (fixture, before) = filled().await;
    let Fixture {
        register,
        journal,
        clock,
        options,
        dir,
    } = fixture;
    drop(register);
    let tables = dir.path().join("projection-1");
    let other = opened(&tables);
    let refused = open_over(&journal, &options, &clock).map(|_| ());
    assert!(
        matches!(&refused, Err(OpenError::Locked(_))),
        "{:?}",
        refused.map_err(|error| error.to_string())
    );
    assert!(tables.exists());
    assert!(!dir.path().join("projection.damaged-1").exists());
    drop(other);
    let (register, opened) = open_over(&journal, &options, &clock).unwrap();
    assert_eq!(opened.rebuilt, None);
    assert_eq!(digest_of(&register), before);
}

#[tokio::test]
async fn the_directory_is_locked_as_long_as_somebody_reads() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path());
    let open = || {
        let (clock, entropy) = (Arc::default(), Arc::<Counted>::default());
        Register::open(
            &options,
            founding,
            Arc::<Ticking>::clone(&clock),
            entropy,
            &Silent,
        )
    };
    let (register, _) = open().unwrap();
    let outcome = submit(&register, next_free(AUTHORITY)).await.unwrap();
    let mut walk = register
        .newest()
        .walk(&path(AUTHORITY), None, None, &Sight::Public);
    assert!(walk.next().is_some());
    register.close().await;
    let refused = open().map(|_| ());
    assert!(
        matches!(&refused, Err(OpenError::Locked(_))),
        "{:?}",
        refused.map_err(|error| error.to_string())
    );
    assert_eq!(walk.count(), 1, "{outcome:?}");
    let (register, opened) = open().unwrap();
    assert_eq!(opened.rebuilt, None);
    assert_eq!(register.newest().seq(), Seq::new(2));
    assert!(!dir.path().join("projection.damaged-1").exists());
}

//! Damage from outside: the tables may be lost and come back the same, the journal may not, and a start says where.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on must fail"
)]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use oidra::pb::v1::{AllocateRequest, NewEntry, Text};

use support::{OIDRAD, Server, verify, with_token};

/// Writes a register of some arcs and crashes, so that the next start has to look.
async fn written(folder: &Path, arcs: usize) {
    let server = Server::start(folder);
    let token = server.token();
    let mut writer = server.registration().await;
    for n in 0..arcs {
        let request = AllocateRequest {
            superior: "2.16.834".to_owned(),
            entry: Some(NewEntry {
                identifiers: vec![format!("arc-{n}")],
                titles: vec![Text {
                    language: "en".to_owned(),
                    text: format!("Arc {n}"),
                }],
                ..NewEntry::default()
            }),
            ..AllocateRequest::default()
        };
        writer.allocate(with_token(&token, request)).await.unwrap();
    }
    server.kill();
}

/// The digest that `oidrad verify` finds once a start has brought the tables up to the journal.
fn digest(folder: &Path) -> String {
    assert!(Server::start(folder).stop().success());
    let output = Command::new(OIDRAD)
        .args(["--data-dir", folder.to_str().unwrap(), "verify"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!text.contains("behind"), "{text}");
    let line = text.lines().find_map(|line| line.strip_prefix("digest"));
    line.unwrap_or_else(|| panic!("no digest in:\n{text}"))
        .trim()
        .to_owned()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What happens to a file of the tables.
#[derive(Clone, Copy, Debug)]
enum Harm {
    Delete,
    Truncate(u64),
    Zero { part: u64, of: u64 },
}

fn harm(file: &Path, harm: Harm) {
    match harm {
        Harm::Delete => fs::remove_file(file).unwrap(),
        Harm::Truncate(percent) => {
            let length = fs::metadata(file).unwrap().len();
            fs::OpenOptions::new()
                .write(true)
                .open(file)
                .unwrap()
                .set_len(length * percent / 100)
                .unwrap();
        }
        Harm::Zero { part, of } => {
            let mut bytes = support::read(file);
            let piece = bytes.len() / usize::try_from(of).unwrap();
            let from = piece * usize::try_from(part).unwrap();
            bytes[from..from + piece].fill(0);
            fs::write(file, bytes).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_or_damaged_tables_come_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), 60).await;
    let expected = digest(folder.path());
    fs::remove_dir_all(projection(folder.path())).unwrap();
    restart(folder.path(), "all tables deleted", &expected);

    let harms = [
        Harm::Delete,
        Harm::Truncate(0),
        Harm::Truncate(50),
        Harm::Truncate(99),
        Harm::Zero { part: 0, of: 8 },
        Harm::Zero { part: 3, of: 8 },
        Harm::Zero { part: 0, of: 1 },
    ];
    for kind in harms {
        let tables = projection(folder.path());
        let names: Vec<_> = files(&tables)
            .iter()
            .map(|file| file.strip_prefix(&tables).unwrap().to_owned())
            .collect();
        for name in names.into_iter().filter(|name| !name.starts_with("blobs")) {
            let file = projection(folder.path()).join(&name);
            if !file.exists() {
                continue;
            }
            harm(&file, kind);
            restart(
                folder.path(),
                &format!("{} {kind:?}", name.display()),
                &expected,
            );
        }
    }
}

/// The directory of the tables in use: the one of the highest number.
fn projection(folder: &Path) -> PathBuf {
    let mut found: Vec<(u64, PathBuf)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let name = path
                .file_name()?
                .to_str()?
                .strip_prefix("projection-")?
                .parse()
                .ok()?;
            Some((name, path))
        })
        .collect();
    found.sort();
    found.pop().unwrap().1
}

/// A start after some harm serves, and a verification finds the same register.
fn restart(folder: &Path, what: &str, expected: &str) {
    match Server::try_start(folder, &[]) {
        Ok(server) => assert!(server.stop().success(), "{what}"),
        Err(said) => panic!("{what}: {said}"),
    }
    assert_eq!(digest(folder), expected, "{what}");
    verify(folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_journal_is_refused_with_the_place() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), 20).await;
    let segment = files(&folder.path().join("journal"))
        .into_iter()
        .find(|f| f.extension().is_some_and(|e| e == "seg"));
    let segment = segment.unwrap();
    let whole = support::read(&segment);
    let end = whole.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let name = segment.file_name().unwrap().to_string_lossy().into_owned();
    for offset in [0, 20, 50, end / 4, end / 2, end - 200, end - 40, end - 1] {
        let mut bytes = whole.clone();
        bytes[offset] ^= 0x40;
        fs::write(&segment, &bytes).unwrap();
        let said = Server::try_start(folder.path(), &[])
            .err()
            .unwrap_or_else(|| panic!("byte {offset} went unnoticed"));
        assert!(said.contains(&name), "byte {offset}: {said}");
        assert_eq!(
            support::read(&segment),
            bytes,
            "byte {offset}: a refused start changed the journal"
        );
    }
    fs::write(&segment, &whole).unwrap();
    assert!(Server::start(folder.path()).stop().success());
    verify(folder.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_tail_that_nobody_was_told_of_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), 5).await;
    let expected = digest(folder.path());
    let segment = files(&folder.path().join("journal"))
        .into_iter()
        .rfind(|f| f.extension().is_some_and(|e| e == "seg"));
    let segment = segment.unwrap();
    // What a crash leaves of a frame that was being written: its beginning.
    let mut bytes = support::read(&segment);
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    bytes.truncate(end);
    bytes.extend_from_slice(&[0, 0, 1]);
    fs::write(&segment, bytes).unwrap();
    restart(folder.path(), "torn tail", &expected);
}

//! Journals of every format there ever was replay for ever: each folder of `data/journals/` is a register's journal with what
//! it must come to. A journal here is never changed; a new format gets a new folder. `OIDRA_UPDATE=1` writes down what a new
//! folder comes to; an old one must still come to the same.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on must fail"
)]

mod support;

use std::{fs, path::Path, process::Command};

use support::{OIDRAD, Server, verify};

#[test]
fn every_old_journal_comes_to_the_register_it_was() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/journals");
    let mut replayed = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            replay(&path);
            replayed += 1;
        }
    }
    assert!(replayed > 0, "there is no old journal");
}

fn replay(old: &Path) {
    let work = tempfile::tempdir().unwrap();
    let data = work.path().join("data");
    fs::create_dir_all(data.join("journal")).unwrap();
    for entry in fs::read_dir(old.join("journal")).unwrap() {
        let file = entry.unwrap().path();
        fs::copy(&file, data.join("journal").join(file.file_name().unwrap())).unwrap();
    }
    let done = Command::new(OIDRAD)
        .args(["--data-dir", data.to_str().unwrap(), "rebuild"])
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}: {}",
        old.display(),
        String::from_utf8_lossy(&done.stderr)
    );
    verify(&data);

    let server = Server::start(&data);
    for (question, file) in [
        (&["tree", "2.16.834", "-o", "json"][..], "tree.json"),
        (&["history", "2.16.834.1", "-o", "json"][..], "history.json"),
    ] {
        let shown = Command::new(support::OIDCTL)
            .args(["--server", server.address()])
            .args(question)
            .env_remove("OIDRA_TOKEN")
            .output()
            .unwrap();
        assert!(shown.status.success(), "{question:?}: {shown:?}");
        let told = String::from_utf8(shown.stdout).unwrap();
        if std::env::var_os("OIDRA_UPDATE").is_some() {
            fs::write(old.join(file), &told).unwrap();
        }
        let expected = fs::read_to_string(old.join(file)).unwrap();
        assert!(
            told == expected,
            "{}: {file} differs:\n{told}",
            old.display()
        );
    }
    assert!(server.stop().success());
}

//! Papers of applications, with real programs: they outlive a kill, what nobody is told of does not, and a verification tells of what
//! is missing or damaged.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use support::{Server, verify};

fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// An application with a letter; its id.
fn applied(server: &Server, letter: &Path) -> String {
    let open = ["policy", "set", "2.16.834", "--applicants", "principals"];
    done(&server.oidctl(&[&open[..], &["--yes"]].concat()));
    let mut typed = vec!["application", "submit", "2.16.834", "--declare"];
    typed.extend([
        "--registrant-name",
        "Wizara",
        "--registrant-kind",
        "organisation",
    ]);
    typed.extend(["--purpose", "Codes", "-o", "json", "--attach"]);
    typed.push(letter.to_str().unwrap());
    let made: Value = serde_json::from_str(&done(&server.oidctl(&typed))).unwrap();
    made["application"]["id"].as_str().unwrap().to_owned()
}

/// What a verification of a data directory says that finds something.
fn faults(data: &Path) -> String {
    let mut oidrad = Command::new(env!("CARGO_BIN_EXE_oidrad"));
    let output = oidrad.arg("--data-dir").arg(data).arg("verify").output();
    let output = output.unwrap();
    assert!(!output.status.success(), "nothing was found");
    String::from_utf8(output.stderr).unwrap()
}

fn only_file(directory: &Path) -> PathBuf {
    let mut all = fs::read_dir(directory).unwrap();
    let one = all.next().unwrap().unwrap().path();
    assert!(all.next().is_none());
    one
}

#[test]
fn papers_outlive_a_kill_and_damage_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let letter = folder.path().join("letter.txt");
    fs::write(&letter, "Habari ya asubuhi\n").unwrap();
    let server = Server::start(&data);
    let id = applied(&server, &letter);
    server.kill();
    let papers = data.join("attachments");
    let kept = only_file(&papers.join(&id));
    // As crashes leave it: one that was coming, one of which nobody was told, and one of an application that is not there.
    for stray in ["incoming/a-1", "a-none/00"] {
        let stray = papers.join(stray);
        fs::create_dir_all(stray.parent().unwrap()).unwrap();
        fs::write(stray, "stray").unwrap();
    }
    fs::write(papers.join(&id).join("00"), "stray").unwrap();
    let server = Server::start(&data);
    assert_eq!(only_file(&papers), papers.join(&id));
    assert_eq!(only_file(&papers.join(&id)), kept);
    let fetch = ["application", "fetch", &id, "letter.txt"];
    assert_eq!(done(&server.oidctl(&fetch)), "Habari ya asubuhi\n");
    // What is not what was handed in is not given out, and a fault of ours.
    let before = fs::read(&kept).unwrap();
    fs::write(&kept, "Habari ya jioni!!\n").unwrap();
    let fetched = server.oidctl(&fetch);
    assert!(!fetched.status.success() && fetched.stdout.is_empty());
    assert!(server.stop().success());
    let digest = kept.file_name().unwrap().to_str().unwrap().to_owned();
    let told = faults(&data);
    let expect = format!("the paper {digest} of application {id} has other octets");
    assert!(told.contains(&expect), "{told}");
    fs::remove_file(&kept).unwrap();
    let told = faults(&data);
    assert!(told.contains(&format!("{id} is missing")), "{told}");
    fs::write(&kept, before).unwrap();
    verify(&data);
}

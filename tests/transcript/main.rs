//! Sessions of a registrar: every noun of `oidctl` against a real server, compared with what it printed before.
//!
//! A session file holds `# remarks` and `$ commands`, each followed by what it prints: the standard output, then the
//! standard error with `! ` before each line, then `[exit CODE]` where it is not 0. The files run in the order of their
//! names against one register. `…` stands for what differs from run to run. `OIDRA_UPDATE=1` writes them anew.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

#[path = "../support/redact.rs"]
mod redact;
#[path = "../support/mod.rs"]
mod support;

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use redact::{close_up, redact};
use support::{OIDCTL, Server};

/// A shell in which `oidctl` is the program under test, and nothing of the caller's own settings is left.
fn shell(folder: &Path, server: &Server) -> Command {
    let programs = Path::new(OIDCTL).parent().unwrap().to_str().unwrap();
    let mut command = Command::new("bash");
    for (name, _) in env::vars().filter(|(name, _)| name.starts_with("OIDRA_")) {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .env("PATH", format!("{programs}:{}", env::var("PATH").unwrap()))
        .env("HOME", folder)
        .env_remove("XDG_CONFIG_HOME")
        .env("OIDRA_SERVER", server.address())
        .env("OIDRA_TOKEN_FILE", folder.join("data/administrator.token"))
        .stdin(Stdio::null());
    command
}

fn transcript(output: &Output) -> String {
    let mut text = String::from_utf8(output.stdout.clone()).unwrap();
    for line in String::from_utf8(output.stderr.clone()).unwrap().lines() {
        text.extend([format!("! {line}").trim_end(), "\n"]);
    }
    match output.status.code() {
        Some(0) => {}
        code => text.extend(["[exit ", &code.unwrap().to_string(), "]\n"]),
    }
    redact(&text)
}

fn sessions() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcript");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "session"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_noun_says_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("data"));
    let mut differ = Vec::new();
    for path in sessions() {
        let kept = fs::read_to_string(&path).unwrap();
        let mut now = String::new();
        for line in kept.lines() {
            if let Some(typed) = line.strip_prefix("$ ") {
                let output = shell(folder.path(), &server)
                    .args(["-o", "pipefail", "-c", typed])
                    .output()
                    .unwrap();
                now.extend([line, "\n", &transcript(&output)]);
            } else if line.starts_with("# ") {
                now.extend([line, "\n"]);
            }
        }
        let same = kept.lines().map(close_up).eq(now.lines().map(close_up));
        if same {
            continue;
        }
        if env::var_os("OIDRA_UPDATE").is_some() {
            fs::write(&path, now).unwrap();
            continue;
        }
        for (old, new) in kept.lines().zip(now.lines()) {
            if close_up(old) != close_up(new) {
                differ.push(format!("{}\n- {old}\n+ {new}", path.display()));
                break;
            }
        }
        if kept.lines().count() != now.lines().count() {
            differ.push(format!("{}: another number of lines", path.display()));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    assert!(server.stop().success());
}

/// What a person at a terminal sees and does. `script` gives the program a terminal.
#[test]
fn a_person_at_a_terminal_is_asked_first() {
    if Command::new("script").arg("--version").output().is_err() {
        eprintln!("`script` (util-linux) is not here: the prompt at a terminal is not tested");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("data"));
    assert!(
        server
            .oidctl(&["allocate", "2.16.834", "--title", "en:Health"])
            .status
            .success()
    );
    let state = || {
        let answer = server.oidctl(&["resolve", "2.16.834.1", "-o", "json"]);
        let answer: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
        answer["entry"]["state"].as_str().unwrap().to_owned()
    };
    let answered = |typed: &str| {
        let mut child = shell(folder.path(), &server)
            .args([
                "-c",
                "script -qec 'oidctl state 2.16.834.1 withdraw --reason gone' /dev/null",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(typed.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("Withdraw 2.16.834.1:"), "{said}");
        assert!(
            said.contains("- state: active") && said.contains("+ state: withdrawn"),
            "{said}"
        );
        assert!(said.contains("Do it? [y/N]"), "{said}");
        (output.status.code(), said)
    };
    let (code, said) = answered("n\n");
    assert_eq!((code, state().as_str()), (Some(1), "active"), "{said}");
    assert!(said.contains("nothing was changed"), "{said}");
    assert_eq!(answered("\n").0, Some(1));
    assert_eq!(state(), "active");
    let (code, said) = answered("y\n");
    assert_eq!((code, state().as_str()), (Some(0), "withdrawn"), "{said}");
}

//! What was planned takes effect once, and also where the service was killed before and its moment came meanwhile; so do terms,
//! and the times in which arcs have to be put to use.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::{
    thread,
    time::{Duration, Instant},
};

use support::{Server, verify};

/// How long it may take until a plan took effect.
const WAIT_MAX: Duration = Duration::from_secs(30);

fn oidctl(server: &Server, arguments: &[&str]) -> String {
    let output = server.oidctl(arguments);
    assert!(output.status.success(), "{arguments:?} {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A moment so many seconds ahead, as `date` writes it.
fn ahead(seconds: u32) -> String {
    let output = std::process::Command::new("date")
        .args(["-u", "-d", &format!("+{seconds} seconds"), "+%FT%TZ"])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_plan_takes_effect_once_though_the_service_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    oidctl(&server, &["allocate", "2.16.834", "--number", "7"]);
    let plan = |what: &[&str], at: &str| {
        oidctl(
            &server,
            &[&["plan", "add", "2.16.834.7", "--at", at], what].concat(),
        )
    };
    plan(&["--state", "suspend"], &ahead(2));
    plan(&["--review", "later"], &ahead(2));
    plan(&["--visibility", "hidden"], &ahead(3_000));
    server.kill();
    thread::sleep(Duration::from_secs(3));
    let server = Server::start(&data);
    let until = Instant::now() + WAIT_MAX;
    while !oidctl(&server, &["resolve", "2.16.834.7"]).contains("suspended") {
        assert!(Instant::now() < until);
        thread::sleep(Duration::from_millis(50));
    }
    // Another round finds nothing to do.
    thread::sleep(Duration::from_secs(2));
    let history = oidctl(&server, &["history", "2.16.834.7", "--all"]);
    assert_eq!(history.matches("state-changed").count(), 1, "{history}");
    let shown = oidctl(&server, &["resolve", "2.16.834.7"]);
    assert!(shown.contains("2: review: later"), "{shown}");
    assert!(shown.contains("3: hidden"), "{shown}");
    // The past has the plans that it had.
    let then = history.lines().find(|line| line.contains("plans-set"));
    assert!(then.is_some(), "{history}");
    assert!(server.stop().success());
    verify(&data);
}

#[test]
fn terms_end_once_though_the_service_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let set = |term: &str, in_use: &str| {
        let policy = ["policy", "set", "2.16.834", "--yes"];
        let terms = ["--term", term, "--use-within", in_use, "--lapse", "suspend"];
        oidctl(&server, &[&policy[..], &terms[..]].concat());
    };
    set("30d", "3s");
    // Of these three one is put to use, one is not, and one has a term that is over sooner.
    for number in ["7", "8", "9"] {
        oidctl(&server, &["allocate", "2.16.834", "--number", number]);
    }
    oidctl(&server, &["allocate", "2.16.834.7", "--number", "1"]);
    oidctl(&server, &["renew", "2.16.834.9", "--until", &ahead(3)]);
    server.kill();
    thread::sleep(Duration::from_secs(4));
    let server = Server::start(&data);
    let shows = |arc: &str| oidctl(&server, &["resolve", arc]);
    let until = Instant::now() + WAIT_MAX;
    while !shows("2.16.834.8").contains("suspended") || !shows("2.16.834.9").contains("suspended") {
        assert!(Instant::now() < until);
        thread::sleep(Duration::from_millis(50));
    }
    let kept = shows("2.16.834.7");
    assert!(kept.contains("active"), "{kept}");
    // Another round finds nothing to do.
    thread::sleep(Duration::from_secs(2));
    for (arc, changes) in [("2.16.834.7", 0), ("2.16.834.8", 1), ("2.16.834.9", 1)] {
        let history = oidctl(&server, &["history", arc, "--all"]);
        let found = history.matches("state-changed").count();
        assert_eq!(found, changes, "{history}");
    }
    // Its term is renewed, and it comes into force again.
    oidctl(&server, &["renew", "2.16.834.9"]);
    oidctl(&server, &["state", "2.16.834.9", "activate", "--yes"]);
    let renewed = shows("2.16.834.9");
    assert!(renewed.contains("suspend, its term is over"), "{renewed}");
    assert!(server.stop().success());
    verify(&data);
}

#[test]
fn a_registrant_is_asked_and_an_arc_is_suspect_though_the_service_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let holder = ["--registrant-name", "Asha", "--registrant-kind", "person"];
    let give = ["allocate", "2.16.834", "--number"];
    // These were there before the policy said anything.
    for number in ["7", "8"] {
        oidctl(&server, &[&give[..], &[number], &holder].concat());
    }
    oidctl(&server, &[&give[..], &["9"]].concat());
    thread::sleep(Duration::from_secs(1));
    let checks = ["--check-every", "1s", "--check-answer", "3s", "--yes"];
    oidctl(
        &server,
        &[&["policy", "set", "2.16.834"], &checks[..]].concat(),
    );
    let wait = |server: &Server, arc: &str, what: &str| {
        let until = Instant::now() + WAIT_MAX;
        loop {
            let shown = oidctl(server, &["resolve", arc]);
            if shown.contains(what) {
                return shown;
            }
            assert!(Instant::now() < until, "{shown}");
            thread::sleep(Duration::from_millis(50));
        }
    };
    wait(&server, "2.16.834.7", "asked");
    wait(&server, "2.16.834.8", "asked");
    let reason = ["--reason", "told by telephone"];
    oidctl(&server, &[&["confirm", "2.16.834.8"], &reason[..]].concat());
    server.kill();
    thread::sleep(Duration::from_secs(4));
    let server = Server::start(&data);
    let shown = wait(&server, "2.16.834.7", "suspect");
    assert!(shown.contains("asked"), "{shown}");
    let kept = oidctl(&server, &["resolve", "2.16.834.8"]);
    assert!(!kept.contains("suspect"), "{kept}");
    let nobodys = oidctl(&server, &["resolve", "2.16.834.9"]);
    assert!(!nobodys.contains("asked"), "{nobodys}");
    let report = oidctl(&server, &["report", "2.16.834"]);
    assert!(report.contains("2.16.834.7"), "{report}");
    let settle = ["suspect", "settle", "2.16.834.7"];
    oidctl(&server, &[&settle[..], &reason[..]].concat());
    let shown = oidctl(&server, &["resolve", "2.16.834.7"]);
    assert!(!shown.contains("suspect"), "{shown}");
    assert!(shown.contains("confirmed"), "{shown}");
    // A new start asks anew those that are due, and nobody twice: 8 when it was confirmed a second ago.
    let history = oidctl(&server, &["history", "2.16.834.7", "--all"]);
    let asked = history.matches("check-set").count();
    assert_eq!(asked, 1, "{history}");
    assert!(server.stop().success());
    verify(&data);
}

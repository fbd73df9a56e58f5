//! Webhooks, with a real receiver that checks signatures by itself: nothing is lost, nothing is out of order, and nothing that
//! is not for everybody is told.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use support::{Server, free_port, verify};

/// What messages are signed with.
const SECRET: &str = "a secret of more than 24 octets";
/// How long it may take until a message came.
const WAIT_MAX: Duration = Duration::from_secs(60);

struct Receiver {
    child: Child,
    file: PathBuf,
}

impl Receiver {
    /// `None` where there is no Python.
    fn start(folder: &Path, port: u16, failures: u32) -> Option<Self> {
        let file = folder.join("received");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/webhooks/receiver.py");
        let mut child = Command::new("python3")
            .arg(script)
            .arg(port.to_string())
            .arg(&file)
            .args([SECRET, &failures.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "listening");
        Some(Self { child, file })
    }

    fn received(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.file).unwrap_or_default();
        let whole = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        whole.collect()
    }

    /// What was taken, once there are so many.
    fn wait_for(&self, count: usize) -> Vec<Value> {
        let until = Instant::now() + WAIT_MAX;
        loop {
            let mut all = self.received();
            all.retain(|one| one["taken"] == true);
            if all.len() >= count {
                return all;
            }
            assert!(Instant::now() < until, "{count}: {:#?}", self.received());
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

macro_rules! receiver_or_return {
    ($folder:expr, $port:expr, $failures:expr) => {
        match Receiver::start($folder, $port, $failures) {
            Some(receiver) => receiver,
            None => return eprintln!("python3 is not here: passed over"),
        }
    };
}

fn settings(folder: &Path, port: u16, more: &str, tells: &str) -> String {
    let secret = folder.join("secret");
    fs::write(&secret, format!("{SECRET}\n")).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let file = folder.join("oidra.toml");
    let text = format!(
        "{more}\n[http]\npublic_url = \"https://ra.example\"\n[webhooks]\nretry_seconds = 1\nretry_max_seconds = 1\n\
         to = [{{ name = \"one\", url = \"http://127.0.0.1:{port}/hook\", secret_file = \"{}\", tells = \"{tells}\" }}]\n",
        secret.display()
    );
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

fn run(server: &Server, arguments: &[&str]) {
    let output = server.oidctl(arguments);
    assert!(output.status.success(), "{arguments:?} {output:?}");
}

fn allocate(server: &Server, number: u32, more: &[&str]) {
    let number = number.to_string();
    run(
        server,
        &[&["allocate", "2.16.834", "--number", &number], more].concat(),
    );
}

/// The changes of a message, as `oid kind state`.
fn changes(message: &Value) -> Vec<String> {
    let changes = message["body"]["data"]["changes"].as_array().unwrap();
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |one: &Value| {
        [&one["oid"], &one["kind"], &one["state"]]
            .map(word)
            .join(" ")
    };
    changes.iter().map(line).collect()
}

#[test]
fn what_everybody_may_see_is_told_in_order_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let config = settings(folder.path(), port, "", "changes");
    let data = folder.path().join("data");
    let server = Server::start_with(&data, &["--config", &config]);
    // Nobody listens yet.
    allocate(&server, 1, &["--title", "en:Health"]);
    allocate(
        &server,
        2,
        &["--visibility", "hidden", "--title", "en:Secret"],
    );
    run(
        &server,
        &[
            "state",
            "2.16.834.1",
            "suspend",
            "--reason",
            "a dispute",
            "--yes",
        ],
    );
    let receiver = receiver_or_return!(folder.path(), port, 1);
    let all = receiver.wait_for(2);
    assert_eq!(changes(&all[0]), ["2.16.834.1 arc-registered active"]);
    assert_eq!(changes(&all[1]), ["2.16.834.1 state-changed suspended"]);
    let first = &all[0]["body"];
    assert_eq!(first["type"], "register.changed");
    let change = &first["data"]["changes"][0];
    assert_eq!(change["url"], "https://ra.example/oid/2.16.834.1");
    // The first try was refused: it came again under the same id.
    let tries = receiver.received();
    assert_eq!(
        (&tries[0]["taken"], &tries[0]["id"]),
        (&false.into(), &all[0]["id"])
    );
    // An outage, in which the server is killed.
    drop(receiver);
    for number in 3..=7 {
        allocate(&server, number, &[]);
    }
    server.kill();
    let server = Server::start_with(&data, &["--config", &config]);
    allocate(&server, 8, &[]);
    let receiver = receiver_or_return!(folder.path(), port, 0);
    let all = receiver.wait_for(8);
    let told: Vec<_> = all.iter().flat_map(changes).collect();
    let expect: Vec<_> = (3..=8)
        .map(|number| format!("2.16.834.{number} arc-registered active"))
        .collect();
    assert_eq!(told[2..], expect);
    let arrived = receiver.received();
    assert!(arrived.iter().all(|one| one["genuine"] == true));
    let text = fs::read_to_string(&receiver.file).unwrap();
    for private in ["Secret", "2.16.834.2\"", "Health"] {
        assert!(!text.contains(private), "{private}");
    }
    // The token takes a reading and a watch to exactly there.
    let token = all[7]["body"]["data"]["token"].as_str().unwrap();
    run(&server, &["resolve", "2.16.834.8", "--as-of", token]);
    assert!(server.stop().success());
    verify(&data);
    // Nothing is told twice after a clean stop.
    let count = receiver.received().len();
    let server = Server::start_with(&data, &["--config", &config]);
    allocate(&server, 9, &[]);
    receiver.wait_for(9);
    assert_eq!(receiver.received().len(), count + 1);
    assert!(server.stop().success());
}

#[test]
fn notices_are_told_by_their_ids_whether_or_not_mail_can_be_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (port, mail) = (free_port(), free_port());
    let more = format!(
        "[mail]\nserver = \"localhost\"\nport = {mail}\nsecurity = \"none\"\nfrom = \"oid@ra.example\""
    );
    let config = settings(folder.path(), port, &more, "notices");
    let data = folder.path().join("data");
    let server = Server::start_with(&data, &["--config", &config]);
    let receiver = receiver_or_return!(folder.path(), port, 0);
    // The outbox is opened a moment after the start; what happened before gives rise to no notice.
    let until = Instant::now() + WAIT_MAX;
    let mut number = 0;
    while receiver.received().is_empty() {
        assert!(Instant::now() < until);
        number += 1;
        let holder = ["--registrant-name", "Asha", "--registrant-kind", "person"];
        allocate(
            &server,
            number,
            &[&holder[..], &["--registrant-email", "asha@x.example"]].concat(),
        );
        run(
            &server,
            &[
                "state",
                &format!("2.16.834.{number}"),
                "suspend",
                "--reason",
                "x",
                "--yes",
            ],
        );
        thread::sleep(Duration::from_millis(200));
    }
    let told = &receiver.wait_for(1)[0];
    assert_eq!(told["genuine"], true);
    assert_eq!(told["body"]["type"], "notice.state-changed");
    assert!(
        told["body"]["data"]["registrant"]
            .as_str()
            .unwrap()
            .starts_with("r-")
    );
    assert!(
        told["body"]["data"]["oid"]
            .as_str()
            .unwrap()
            .starts_with("2.16.834.")
    );
    let text = fs::read_to_string(&receiver.file).unwrap();
    assert!(
        !text.contains("Asha") && !text.contains("x.example"),
        "{text}"
    );
    assert!(server.stop().success());
    verify(&data);
}

#[test]
fn settings_that_cannot_be_used_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let config = settings(folder.path(), 1, "", "notices");
    let data = folder.path().join("data");
    let output = Command::new(support::OIDRAD)
        .args(["--config", &config, "--data-dir", data.to_str().unwrap()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(
        said.contains("webhooks.to") && said.contains("mail.server"),
        "{said}"
    );
}

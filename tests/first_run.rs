//! The service program from outside: a first start, a stop, a second start, and the ways a start is refused.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use oidra::journal::checkpoint::Verifier;

/// The longest a start or a stop may take here, in seconds: a busy machine is slow, a hanging server is stopped.
const PATIENCE: Duration = Duration::from_secs(60);

/// `oidrad` on `dir`, on ports that the system chooses, in an environment without settings.
fn oidrad(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oidrad"));
    command
        .arg("--data-dir")
        .arg(dir.join("data"))
        .current_dir(dir);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("OIDRA_")) {
        command.env_remove(name);
    }
    command
}

/// A running server. It is killed when the test ends before it has stopped.
struct Server {
    child: Child,
    welcome: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Server {
    /// Starts it and waits until it says that it is ready.
    fn start(dir: &Path) -> Self {
        let mut child = oidrad(dir)
            .args(["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (told, heard) = mpsc::channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            out.lines()
                .map_while(Result::ok)
                .try_for_each(|line| told.send(line))
        });
        let mut server = Self {
            child,
            welcome: String::new(),
        };
        // The welcome ends with the token, or with the last of the commands to try.
        while !server.is_welcomed() {
            let line = heard
                .recv_timeout(PATIENCE)
                .expect("the server tells that it is ready");
            server.welcome += &line;
            server.welcome.push('\n');
        }
        server
    }

    fn is_welcomed(&self) -> bool {
        let founded = self.welcome.contains("has founded a register");
        let last = if founded {
            "oidctl children"
        } else {
            "\n  token "
        };
        let children = self.welcome.lines().any(|line| line.contains(" children "));
        self.welcome.contains(last) || (founded && children)
    }

    /// What stands after a word at the beginning of a line of the welcome.
    fn told(&self, name: &str) -> &str {
        let line = self
            .welcome
            .lines()
            .find_map(|line| line.trim().strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {}", self.welcome))
            .trim()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Asks it to stop; tells its exit code.
    fn stop(mut self) -> Option<i32> {
        self.signal("TERM");
        wait(&mut self.child)
    }
}

fn wait(child: &mut Child) -> Option<i32> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("the process does not end")
}

/// Runs a command that ends by itself.
fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_first_start_founds_a_register_that_the_second_finds_again() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let first = Server::start(dir.path());
    assert!(
        first.welcome.contains("has founded a register"),
        "{}",
        first.welcome
    );
    assert_eq!(first.told("nodes"), "2.16.834");
    assert_eq!(first.told("arcs"), "279");
    let token = data.join("administrator.token");
    assert_eq!((mode(&data), mode(&token)), (0o700, 0o600));
    let secret = fs::read_to_string(&token).unwrap();
    assert!(secret.starts_with("oidra_"));
    assert!(first.welcome.contains("administrator.token"));
    assert!(!first.welcome.contains(secret.trim()));

    let metrics = first.told("metrics").trim_start_matches("http://");
    let metrics = metrics.split('/').next().unwrap();
    assert!(get(metrics, "/ready").starts_with("HTTP/1.1 200"));
    let told = get(metrics, "/metrics");
    assert!(told.contains("oidra_ready 1"));
    assert!(
        told.contains("oidra_faults_total{kind=\"panic\"} 0"),
        "{told}"
    );

    let register = first.told("register").to_owned();
    assert_eq!(first.stop(), Some(0));
    let second = Server::start(dir.path());
    assert!(second.welcome.contains("is ready"), "{}", second.welcome);
    assert_eq!(second.told("register"), register);
    assert_eq!(fs::read_to_string(&token).unwrap(), secret);
    assert_eq!(second.stop(), Some(0));
}

#[test]
fn a_second_server_is_told_who_holds_the_data_directory() {
    let dir = tempfile::tempdir().unwrap();
    let first = Server::start(dir.path());
    let ports = ["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
    let second = run(oidrad(dir.path()).args(ports));
    assert_eq!(second.status.code(), Some(1));
    let said = said(&second);
    assert!(
        said.contains(&format!("process {}", first.child.id())),
        "{said}"
    );
    for command in ["verify", "rebuild"] {
        let offline = run(oidrad(dir.path()).arg(command));
        assert_eq!(offline.status.code(), Some(1), "{command}");
    }
    assert_eq!(first.stop(), Some(0));
}

#[test]
fn the_journal_can_be_looked_into_beside_a_running_server() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path());
    let verified = run(oidrad(dir.path()).args(["journal", "verify"]));
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    let dumped = run(oidrad(dir.path()).args(["journal", "dump"]));
    let text = String::from_utf8(dumped.stdout).unwrap();
    let genesis: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(genesis["seq"], 1);
    let events = &genesis["items"][0]["content"]["events"];
    assert_eq!(events[0]["founded"]["authorities"][0], "2.16.834");
    assert_eq!(genesis.get("unreadable"), None);
    let signed = run(oidrad(dir.path()).arg("checkpoint"));
    let note = String::from_utf8(signed.stdout).unwrap();
    assert!(note.starts_with("oidra/register\n1\n"), "{note}");
    assert!(note.contains("\n\n\u{2014} oidra/register "), "{note}");
    let told = run(oidrad(dir.path()).args(["checkpoint", "--key"]));
    let key = String::from_utf8(told.stdout).unwrap();
    let reader = Verifier::from_vkey(key.trim()).unwrap();
    assert_eq!(reader.open(note.as_bytes()).unwrap().size, 1);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_tables_are_verified_and_made_anew_without_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let first = Server::start(dir.path());
    let register = first.told("register").to_owned();
    assert_eq!(first.stop(), Some(0));
    let verify = || {
        let verified = run(oidrad(dir.path()).arg("verify"));
        assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
        String::from_utf8(verified.stdout).unwrap()
    };
    let before = verify();
    let rebuilt = run(oidrad(dir.path()).arg("rebuild"));
    assert_eq!(rebuilt.status.code(), Some(0), "{}", said(&rebuilt));
    assert_eq!(verify(), before);
    let second = Server::start(dir.path());
    assert_eq!(second.told("register"), register);
}

#[test]
fn a_taken_port_is_told_with_its_setting() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = run(oidrad(dir.path()).args(["--listen", &address]));
    assert_eq!(refused.status.code(), Some(1));
    let said = said(&refused);
    assert!(
        said.contains(&address) && said.contains("setting listen"),
        "{said}"
    );
    assert!(
        !dir.path().join("data").exists(),
        "sockets are bound before anything is made"
    );
}

#[test]
fn exit_codes_tell_what_kind_of_failure_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("oidra.toml");
    fs::write(&file, "lisen = \"127.0.0.1:1\"\n").unwrap();
    let config = run(oidrad(dir.path()).arg("--config").arg(&file));
    assert_eq!(config.status.code(), Some(78));
    assert!(said(&config).contains("lisen") && said(&config).contains("oidra.toml"));
    let outside = run(oidrad(dir.path()).args(["--listen", "0.0.0.0:0"]));
    assert_eq!(outside.status.code(), Some(78), "{}", said(&outside));
    let usage = run(oidrad(dir.path()).arg("--lisen"));
    assert_eq!(usage.status.code(), Some(64));
    let nothing = run(oidrad(dir.path()).args(["journal", "verify"]));
    assert_eq!(nothing.status.code(), Some(1));
    assert!(
        said(&nothing).contains("holds no register"),
        "{}",
        said(&nothing)
    );
    assert_eq!(
        run(oidrad(dir.path()).arg("version")).status.code(),
        Some(0)
    );
    assert_eq!(run(oidrad(dir.path()).arg("--help")).status.code(), Some(0));
}

#[test]
fn settings_are_dumped_and_checked_without_a_start() {
    let dir = tempfile::tempdir().unwrap();
    let dumped = run(oidrad(dir.path())
        .env("OIDRA_LIMITS_CONNECTIONS", "9")
        .arg("--dump-config"));
    let text = String::from_utf8(dumped.stdout).unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap();
    assert_eq!(table["limits"]["connections"].as_integer(), Some(9));
    fs::write(dir.path().join("node.toml"), "[[node]]\noid = \"3.1\"\n").unwrap();
    let authority = ["--authority-file", "node.toml", "--check-config"];
    let checked = run(oidrad(dir.path()).args(authority));
    assert_eq!(checked.status.code(), Some(78));
    assert!(said(&checked).contains("node.toml"), "{}", said(&checked));
    assert_eq!(
        run(oidrad(dir.path()).arg("--check-config")).status.code(),
        Some(0)
    );
    assert!(!dir.path().join("data").exists());
}

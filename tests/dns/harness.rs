//! A server with a signed zone, and the tools that ask it.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::support::{self, Server};

pub use crate::support::free_port;

/// The zone of the authority that is built in.
pub const APEX: &str = "834.16.2.oid-res.org";
/// The node at its top.
pub const NODE: &str = "2.16.834";
/// The secret of the key `xfr`.
pub const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// How soon secondaries say what the primary says.
pub const SOON: Duration = Duration::from_secs(2);

/// Whether a tool is here; says so where it is not.
pub fn has(tool: &str, package: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {tool}")])
        .env("PATH", path())
        .stdout(Stdio::null())
        .status()
        .unwrap()
        .success();
    if !found {
        eprintln!("{tool} (Debian package {package}) is not here: this is skipped");
    }
    found
}

/// Where tools are; servers lie where a user's path does not lead.
fn path() -> String {
    format!(
        "{}:/usr/sbin:/sbin",
        std::env::var("PATH").unwrap_or_default()
    )
}

/// Runs a tool and gives all that it said.
pub fn run(tool: &str, arguments: &[&str]) -> String {
    let output = Command::new(tool)
        .args(arguments)
        .env("PATH", path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// A server with zones.
pub struct Primary {
    pub server: Option<Server>,
    pub port: u16,
    pub dir: tempfile::TempDir,
    config: PathBuf,
}

impl Primary {
    /// With these further lines in `[dns]`.
    pub fn start(more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let port = free_port();
        let keys = dir.path().join("keys");
        let key = |name: &str, secret: &str| {
            format!("key \"{name}\" {{ algorithm hmac-sha256; secret \"{secret}\"; }};\n")
        };
        let other = SECRET.replace("AAEC", "BBEC");
        fs::write(&keys, key("xfr", SECRET) + &key("other", &other)).unwrap();
        fs::set_permissions(&keys, fs::Permissions::from_mode(0o600)).unwrap();
        let config = dir.path().join("oidra.toml");
        let mut text = format!(
            "[http]\npublic_url = \"https://oid.example.org\"\n[dns]\nlisten = [\"127.0.0.1:{port}\"]\nname_servers = [\"ns1.example.net\", \"ns2.example.net\"]\n\
             keys = \"{}\"\ntransfer_keys = [\"xfr\"]\n",
            keys.display()
        );
        text.push_str(more);
        fs::write(&config, text).unwrap();
        let mut primary = Self {
            server: None,
            port,
            dir,
            config,
        };
        primary.up();
        primary
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Starts it, again where it was stopped.
    pub fn up(&mut self) {
        let config = self.config.to_str().unwrap().to_owned();
        self.server = Some(Server::start_with(&self.data(), &["--config", &config]));
    }

    /// Stops it.
    pub fn down(&mut self) {
        assert!(self.server.take().unwrap().stop().success());
    }

    /// Stops it and verifies the register.
    pub fn close(mut self) {
        self.down();
        support::verify(&self.data());
    }

    /// Runs `oidctl`, which must succeed.
    pub fn oidctl(&self, arguments: &[&str]) -> String {
        let output = self
            .server
            .as_ref()
            .unwrap()
            .oidctl(&[&["--yes"], arguments].concat());
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "oidctl {arguments:?}:\n{said}");
        said
    }

    /// Allocates a number below the zone's node.
    pub fn allocate(&self, number: &str, more: &[&str]) {
        let arguments = [&["allocate", NODE, "--number", number], more].concat();
        self.oidctl(&arguments);
    }

    /// Runs `oidrad` with a command that needs no server.
    pub fn oidrad(&self, arguments: &[&str]) -> (String, String) {
        let output = Command::new(support::OIDRAD)
            .args(["--data-dir", self.data().to_str().unwrap()])
            .args(["--config", self.config.to_str().unwrap()])
            .args(arguments)
            .output()
            .unwrap();
        let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert!(output.status.success(), "oidrad {arguments:?}:\n{err}");
        (out, err)
    }

    /// Asks it with `dig`.
    pub fn dig(&self, arguments: &[&str]) -> String {
        dig(self.port, arguments)
    }

    /// Its zone, as a transfer gives it.
    pub fn transfer(&self) -> Vec<String> {
        transfer(self.port)
    }
}

/// Asks a port with `dig`.
pub fn dig(port: u16, arguments: &[&str]) -> String {
    let port = port.to_string();
    let base = [
        "@127.0.0.1",
        "-p",
        &port,
        "+norec",
        "+nocookie",
        "+tries=2",
        "+time=3",
    ];
    run("dig", &[&base, arguments].concat())
}

/// The zone that a port serves, as a transfer gives it, in an order of its own.
pub fn transfer(port: u16) -> Vec<String> {
    let key = format!("hmac-sha256:xfr:{SECRET}");
    let told = dig(
        port,
        &[
            "-y", &key, APEX, "AXFR", "+noall", "+answer", "+onesoa", "+nosplit",
        ],
    );
    let mut lines: Vec<_> = told
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with(';'))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.contains("TSIG"))
        .collect();
    lines.sort_unstable();
    lines
}

/// Waits until something is so.
#[track_caller]
pub fn until(what: &str, patience: Duration, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + patience;
    while !is_so() {
        assert!(Instant::now() < end, "{what}: not within {patience:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Another program, ended when it is dropped.
pub struct Other {
    child: Child,
    log: PathBuf,
}

impl Other {
    /// Starts it in a directory of its own, with its words in a file.
    pub fn start(dir: &Path, tool: &str, arguments: &[&str]) -> Self {
        let log = dir.join("log");
        let out = fs::File::create(&log).unwrap();
        let child = Command::new(tool)
            .args(arguments)
            .env("PATH", path())
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .spawn()
            .unwrap();
        Self { child, log }
    }

    /// All that it said.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A trust anchor of the zone's key, as BIND and delv read it.
pub fn anchor(port: u16) -> String {
    let key = dig(port, &["+short", "DNSKEY", APEX]);
    let words: Vec<_> = key.split_whitespace().collect();
    format!(
        "trust-anchors {{ \"{APEX}.\" static-key {} {} {} \"{}\"; }};\n",
        words[0],
        words[1],
        words[2],
        words[3..].concat()
    )
}

/// Asks with `delv`, which validates from the zone's key down.
pub fn delv(primary: &Primary, name: &str, rtype: &str) -> String {
    let anchors = primary.dir.path().join("anchors");
    fs::write(&anchors, anchor(primary.port)).unwrap();
    let (port, root) = (primary.port.to_string(), format!("+root={APEX}"));
    let anchors = anchors.to_str().unwrap();
    run(
        "delv",
        &["@127.0.0.1", "-p", &port, "-a", anchors, &root, name, rtype],
    )
}

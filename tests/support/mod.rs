//! What tests of the whole service share: a real `oidrad` process on its own data directory, and clients of it.
//!
//! A [`Server`] is killed when it is dropped. Nothing here listens anywhere but on loopback.

#![allow(dead_code, reason = "every test program uses its own part of this")]
#![allow(clippy::panic, clippy::unwrap_used, clippy::string_slice)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use oidra::pb::v1::{
    administration_service_client::AdministrationServiceClient,
    notation_service_client::NotationServiceClient,
    registration_service_client::RegistrationServiceClient,
    resolution_service_client::ResolutionServiceClient,
};
use tonic::{
    Request,
    metadata::{Ascii, MetadataValue},
    transport::Channel,
};

/// The service program under test.
pub const OIDRAD: &str = env!("CARGO_BIN_EXE_oidrad");
/// The command-line program under test.
pub const OIDCTL: &str = env!("CARGO_BIN_EXE_oidctl");
/// How long a start may take before a test gives up.
const START_MAX: Duration = Duration::from_secs(120);

/// A running `oidrad`.
pub struct Server {
    child: Child,
    address: String,
    whois: Option<String>,
    metrics: Option<String>,
    data_dir: PathBuf,
}

impl Server {
    /// Starts the service on `data_dir` and waits until it says where it listens.
    pub fn start(data_dir: &Path) -> Self {
        Self::start_with(data_dir, &[])
    }

    /// The same without limits of rates, for whoever measures how fast it is.
    pub fn start_unbounded(data_dir: &Path) -> Self {
        let limits = "[limits]\ncalls_per_source = 0\nsource_reads_per_second = 0\n\
                      source_writes_per_second = 0\nprincipal_reads_per_second = 0\n\
                      principal_writes_per_second = 0\n";
        let file = data_dir.with_extension("toml");
        fs::write(&file, limits).unwrap();
        Self::start_with(data_dir, &["--config", file.to_str().unwrap()])
    }

    /// The same with further arguments.
    pub fn start_with(data_dir: &Path, arguments: &[&str]) -> Self {
        Self::try_start(data_dir, arguments)
            .unwrap_or_else(|output| panic!("oidrad did not start:\n{output}"))
    }

    /// The same, giving back what the program said when it does not come up.
    pub fn try_start(data_dir: &Path, arguments: &[&str]) -> Result<Self, String> {
        let mut child = Command::new(OIDRAD)
            .args(["--data-dir", data_dir.to_str().unwrap()])
            .args(["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (say, heard) = mpsc::channel();
        let say_too = say.clone();
        let out = child.stdout.take().unwrap();
        let err = child.stderr.take().unwrap();
        thread::spawn(move || {
            BufReader::new(out)
                .lines()
                .map_while(Result::ok)
                .for_each(|l| drop(say.send(l)));
        });
        thread::spawn(move || {
            BufReader::new(err)
                .lines()
                .map_while(Result::ok)
                .for_each(|l| drop(say_too.send(l)));
        });
        let mut said = String::new();
        let deadline = Instant::now() + START_MAX;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = heard.recv_timeout(left) else {
                drop(child.kill());
                let status = child.wait().unwrap();
                return Err(format!("{said}{status}"));
            };
            if let Some(address) = address_in(&line) {
                // Whatever else it says is read and dropped, so that its pipes never fill.
                thread::spawn(move || while heard.recv().is_ok() {});
                let data_dir = data_dir.to_owned();
                return Ok(Self {
                    child,
                    address,
                    whois: whois_in(&said),
                    metrics: metrics_in(&said),
                    data_dir,
                });
            }
            said.push_str(&line);
            said.push('\n');
        }
    }

    /// Where it listens, as a URL.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where it answers WHOIS: host and port.
    pub fn whois(&self) -> &str {
        self.whois.as_deref().unwrap()
    }

    /// Where it tells metrics: host and port.
    pub fn metrics(&self) -> &str {
        self.metrics.as_deref().unwrap()
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The administrator's token.
    pub fn token(&self) -> String {
        token(&self.data_dir)
    }

    /// A channel to it.
    pub async fn channel(&self) -> Channel {
        Channel::from_shared(self.address.clone())
            .unwrap()
            .connect()
            .await
            .unwrap()
    }

    /// A client that reads.
    pub async fn resolution(&self) -> ResolutionServiceClient<Channel> {
        ResolutionServiceClient::new(self.channel().await)
    }

    /// A client that writes.
    pub async fn registration(&self) -> RegistrationServiceClient<Channel> {
        RegistrationServiceClient::new(self.channel().await)
    }

    /// A client that converts.
    pub async fn notation(&self) -> NotationServiceClient<Channel> {
        NotationServiceClient::new(self.channel().await)
    }

    /// A client that looks after the server.
    pub async fn administration(&self) -> AdministrationServiceClient<Channel> {
        AdministrationServiceClient::new(self.channel().await)
    }

    /// Runs `oidctl` against it with the administrator's token.
    pub fn oidctl(&self, arguments: &[&str]) -> Output {
        Command::new(OIDCTL)
            .args(["--server", &self.address])
            .args(arguments)
            .env("OIDRA_TOKEN", self.token())
            .env_remove("OIDRA_PROFILE")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Ends it at once, as a crash would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(mut self) -> ExitStatus {
        signal(self.child.id(), "TERM");
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A port of loopback that nobody has over UDP or TCP.
pub fn free_port() -> u16 {
    loop {
        let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = tcp.local_addr().unwrap().port();
        if std::net::UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Sends a signal to a process of this test.
pub fn signal(pid: u32, name: &str) {
    let done = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status()
        .unwrap();
    assert!(done.success(), "kill -{name} {pid}");
}

/// The administrator's token of a data directory.
pub fn token(data_dir: &Path) -> String {
    fs::read_to_string(data_dir.join("administrator.token"))
        .unwrap()
        .trim()
        .to_owned()
}

/// A request that carries the token.
pub fn with_token<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let value: MetadataValue<Ascii> = format!("Bearer {token}").parse().unwrap();
    request.metadata_mut().insert("authorization", value);
    request
}

/// Checks a register that nobody serves: its journal and its tables must be without fault.
pub fn verify(data_dir: &Path) {
    for arguments in [&["journal", "verify"][..], &["verify"][..]] {
        let output = Command::new(OIDRAD)
            .args(["--data-dir", data_dir.to_str().unwrap()])
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "oidrad {}:\n{}{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// The address of metrics in what the service logs.
fn metrics_in(said: &str) -> Option<String> {
    let (_, rest) = said.split_once("face=\"metrics\" address=")?;
    rest.split_whitespace().next().map(str::to_owned)
}

/// The address of WHOIS in what the service prints.
fn whois_in(said: &str) -> Option<String> {
    let mut lines = said.lines().map(str::trim_start);
    let line = lines.find_map(|line| line.strip_prefix("WHOIS "))?;
    line.split_whitespace().next().map(str::to_owned)
}

/// The gRPC address in a line that the service prints, if it is that line.
fn address_in(line: &str) -> Option<String> {
    if line.contains("metrics") {
        return None;
    }
    let at = line
        .find("http://127.0.0.1:")
        .or_else(|| line.find("https://127.0.0.1:"))?;
    let url: String = line[at..]
        .chars()
        .take_while(|c| !c.is_whitespace() && !"\"',;)".contains(*c))
        .collect();
    Some(url.trim_end_matches(['/', '.']).to_owned())
}

/// Reads all of a file.
pub fn read(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

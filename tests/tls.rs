//! What is sent is sealed: real processes, asked by openssl, curl and oidctl, over TLS, with client certificates, by socket.
//!
//! Where openssl or curl is missing, what needs it says so and passes. It must never touch anything outside its directory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use oidra::pb::v1::{
    GetServerInfoRequest, administration_service_client::AdministrationServiceClient,
};
use support::{OIDCTL, OIDRAD, Server, signal, token};
use tonic::transport::{Certificate, Channel, ClientTlsConfig};

/// How long a server may take to notice that files changed.
const NOTICE_MAX: Duration = Duration::from_secs(20);
/// The suites of TLS 1.2 that RFC 9325 4.2 recommends and those of RFC 7905, as openssl names them.
const GOOD_SUITES: [&str; 6] = [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305",
];

/// A directory with certificates and, once it is started, a server's data.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.certificates("tls");
        place
    }

    /// Makes certificates in the directory `name`.
    fn certificates(&self, name: &str) -> PathBuf {
        let dir = self.path(name);
        let made = Command::new(OIDRAD)
            .args(["dev-certificate", "--dir", dir.to_str().unwrap()])
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        dir
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn try_serve(&self, more: &[&str]) -> Result<Server, String> {
        let (certificate, key) = (self.text("tls/server.pem"), self.text("tls/server.key"));
        let mut arguments = vec!["--tls-certificate", &certificate, "--tls-key", &key];
        arguments.extend(more);
        Server::try_start(&self.path("data"), &arguments)
    }

    fn serve(&self, more: &[&str]) -> Server {
        self.try_serve(more).unwrap()
    }

    /// Runs `oidctl server health` with these arguments, and says what came of it.
    fn health(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(OIDCTL);
        command.env("HOME", self.0.path());
        told(
            &command
                .args(arguments)
                .args(["server", "health"])
                .output()
                .unwrap(),
        )
    }
}

fn told(output: &Output) -> (bool, String) {
    let text = [&output.stdout[..], &output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

/// Where a server listens, without the scheme.
fn host(server: &Server) -> &str {
    server.address().trim_start_matches("https://")
}

/// Whether a program is there; says so where it is not.
fn there(program: &str) -> bool {
    let found = Command::new(program).arg("--help").output().is_ok();
    if !found {
        eprintln!("{program} is not here: skipped");
    }
    found
}

/// What `openssl s_client` says of a handshake.
fn s_client(server: &Server, ca: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl")
        .args([
            "s_client",
            "-connect",
            host(server),
            "-servername",
            "localhost",
        ])
        .args(["-verify_return_error", "-CAfile", ca.to_str().unwrap()])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    told(&output)
}

#[test]
fn only_tls_1_2_and_1_3_are_spoken_and_only_with_good_suites() {
    if !there("openssl") {
        return;
    }
    let place = Place::new();
    let server = place.serve(&[]);
    let ca = place.path("tls/ca.pem");
    let weak = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";
    for old in ["-tls1", "-tls1_1"] {
        let (spoken, said) = s_client(&server, &ca, &[old, "-cipher", weak]);
        assert!(!spoken, "{old}: {said}");
        // The server said no; openssl would have spoken it.
        assert!(said.contains("SSL alert number"), "{old}: {said}");
    }
    for (new, name) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let (spoken, said) = s_client(&server, &ca, &[new, "-alpn", "h2"]);
        assert!(spoken && said.contains(name), "{new}: {said}");
        assert!(said.contains("ALPN protocol: h2"), "{new}: {said}");
    }
    let listed = Command::new("openssl")
        .args(["ciphers", "-s", "-tls1_2", weak])
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let suites: Vec<_> = listed.trim().split(':').collect();
    assert!(suites.len() > 20, "{suites:?}");
    let taken: Vec<_> = suites
        .into_iter()
        .filter(|suite| {
            let only = format!("{suite}:@SECLEVEL=0");
            s_client(&server, &ca, &["-tls1_2", "-cipher", &only]).0
        })
        .collect();
    assert!(!taken.is_empty());
    for suite in taken {
        assert!(GOOD_SUITES.contains(&suite), "{suite} was taken");
    }
}

#[test]
fn curl_is_answered_over_both_versions_of_http() {
    if !there("curl") {
        return;
    }
    let place = Place::new();
    let server = place.serve(&[]);
    let ca = place.text("tls/ca.pem");
    let curl = |arguments: &[&str]| {
        let output = Command::new("curl")
            .args(["-sS", "-i", "--max-time", "20", "--cacert", &ca])
            .args(arguments)
            .output()
            .unwrap();
        told(&output)
    };
    for (version, first) in [("--http2", "HTTP/2 200"), ("--http1.1", "HTTP/1.1 200")] {
        let (_, said) = curl(&[version, server.address()]);
        assert!(
            said.starts_with(first) && said.contains("2.16.834"),
            "{said}"
        );
    }
    let call = format!(
        "{}/oidra.v1.AdministrationService/GetServerInfo",
        server.address()
    );
    let empty = place.path("empty.frame");
    fs::write(&empty, [0; 5]).unwrap();
    let body = format!("@{}", empty.display());
    let kind = "content-type: application/grpc-web+proto";
    let (_, said) = curl(&["--http2", "-H", kind, "--data-binary", &body, &call]);
    assert!(
        said.starts_with("HTTP/2 200") && said.contains("grpc-status:0"),
        "{said}"
    );
    let (done, said) = curl(&["--http2", &server.address().replace("https", "http")]);
    assert!(!done, "plain text was answered: {said}");
}

#[test]
fn oidctl_checks_whom_it_speaks_to() {
    let place = Place::new();
    let server = place.serve(&[]);
    let other = place.certificates("other").join("ca.pem");
    let ca = place.text("tls/ca.pem");
    let at = ["--server", server.address()];
    let (done, said) = place.health(&[&at[..], &["--ca", &ca]].concat());
    assert!(done && said.contains("serving"), "{said}");
    let (done, said) = place.health(&[&at[..], &["--ca", other.to_str().unwrap()]].concat());
    assert!(!done && said.contains("certificate"), "{said}");
    let by_environment = Command::new(OIDCTL)
        .args(["server", "health"])
        .env(
            "OIDRA_SERVER",
            server.address().replace("127.0.0.1", "localhost"),
        )
        .env("OIDRA_CA", &ca)
        .output()
        .unwrap();
    assert!(by_environment.status.success(), "{by_environment:?}");
    let key = place.text("tls/server.key");
    let (done, said) = place.health(&[&at[..], &["--ca", &key]].concat());
    assert!(!done, "{said}");
    let plain = server.address().replace("https", "http");
    let (done, said) = place.health(&["--server", &plain]);
    assert!(!done, "{said}");
}

#[test]
fn whoever_must_show_a_certificate_and_does_not_is_refused() {
    let place = Place::new();
    let other = place.certificates("other");
    let ca = place.text("tls/ca.pem");
    let shown = |dir: &Path| {
        let text = |name: &str| dir.join(name).to_str().unwrap().to_owned();
        [text("client.pem"), text("client.key")]
    };
    let (good, bad) = (shown(&place.path("tls")), shown(&other));
    for (auth, without) in [("required", false), ("optional", true)] {
        let server = place.serve(&["--tls-client-ca", &ca, "--tls-client-auth", auth]);
        let ask = |files: Option<&[String; 2]>| {
            let mut arguments = vec!["--server", server.address(), "--ca", &ca];
            if let Some([cert, key]) = files {
                arguments.extend(["--cert", cert, "--key", key]);
            }
            place.health(&arguments)
        };
        let (done, said) = ask(Some(&good));
        assert!(done, "{auth}, good: {said}");
        let (done, said) = ask(Some(&bad));
        assert!(!done, "{auth}, of another authority: {said}");
        let (done, said) = ask(None);
        assert_eq!(done, without, "{auth}, none: {said}");
    }
}

#[test]
fn the_socket_is_for_its_owner_and_goes_with_the_server() {
    let place = Place::new();
    let socket = place.path("admin.sock");
    let server = place.serve(&["--admin-socket", socket.to_str().unwrap()]);
    let mode = fs::metadata(&socket).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let at = format!("unix:{}", socket.display());
    let (done, said) = place.health(&["--server", &at]);
    assert!(done && said.contains("serving"), "{said}");
    let allocated = Command::new(OIDCTL)
        .args([
            "--server",
            &at,
            "allocate",
            "2.16.834",
            "--title",
            "en:By socket",
            "-o",
            "table",
        ])
        .env("OIDRA_TOKEN", token(&place.path("data")))
        .output()
        .unwrap();
    assert!(allocated.status.success(), "{allocated:?}");
    assert!(server.stop().success());
    assert!(!socket.exists());
}

#[test]
fn plain_text_does_not_leave_the_machine_and_faulty_files_do_not_start() {
    let place = Place::new();
    let refused = |arguments: &[&str]| {
        let output = Command::new(OIDRAD)
            .args(["--data-dir", &place.text("data")])
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(78), "{output:?}");
        told(&output).1
    };
    let said = refused(&["--listen", "0.0.0.0:0"]);
    assert!(
        said.contains("plain text") && said.contains("allow_plaintext"),
        "{said}"
    );
    let certificate = place.text("tls/server.pem");
    let said = refused(&["--tls-certificate", &certificate]);
    assert!(said.contains("tls.key"), "{said}");
    let client = place.text("tls/client.key");
    let said = refused(&["--tls-certificate", &certificate, "--tls-key", &client]);
    assert!(
        said.contains("tls.certificate") && said.contains("server.pem"),
        "{said}"
    );
    let key = place.text("tls/server.key");
    let sealed = Command::new(OIDRAD)
        .args(["--listen", "0.0.0.0:0", "--check-config"])
        .args(["--tls-certificate", &certificate, "--tls-key", &key])
        .output()
        .unwrap();
    assert!(sealed.status.success(), "{sealed:?}");
}

/// The certificate that a server shows whoever connects now.
fn shown(server: &Server, ca: &Path) -> String {
    let (_, said) = s_client(server, ca, &[]);
    let after = said.split_once("-----BEGIN CERTIFICATE-----");
    let (_, after) = after.unwrap_or_else(|| panic!("{said}"));
    let (inside, _) = after.split_once("-----END CERTIFICATE-----").unwrap();
    inside.to_owned()
}

fn until(what: &str, is: impl Fn() -> bool) {
    let deadline = Instant::now() + NOTICE_MAX;
    while !is() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(100));
    }
}

async fn channel(address: String, ca: String) -> Result<Channel, tonic::transport::Error> {
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(ca));
    Channel::from_shared(address)
        .unwrap()
        .tls_config(tls)
        .unwrap()
        .connect()
        .await
}

async fn call(channel: Channel) -> Result<(), tonic::Status> {
    let mut client = AdministrationServiceClient::new(channel);
    client
        .get_server_info(GetServerInfoRequest {})
        .await
        .map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_renewed_under_load_and_no_call_is_lost() {
    if !there("openssl") {
        return;
    }
    let place = Place::new();
    let server = place.serve(&[]);
    let other = place.certificates("other");
    let ca = fs::read_to_string(place.path("tls/ca.pem")).unwrap()
        + &fs::read_to_string(other.join("ca.pem")).unwrap();
    let both = place.path("both.pem");
    fs::write(&both, &ca).unwrap();
    let (over, done) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let mut callers = Vec::new();
    for keeps in [true, true, false, false] {
        let (address, ca) = (server.address().to_owned(), ca.clone());
        let (over, done) = (Arc::clone(&over), Arc::clone(&done));
        callers.push(tokio::spawn(async move {
            let kept = channel(address.clone(), ca.clone()).await.unwrap();
            while !over.load(Ordering::Relaxed) {
                let way = if keeps {
                    kept.clone()
                } else {
                    channel(address.clone(), ca.clone()).await.unwrap()
                };
                call(way).await.unwrap();
                done.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    let place = tokio::task::spawn_blocking(move || {
        let first = shown(&server, &both);
        // A faulty file changes nothing, whether it is noticed or asked for.
        fs::write(place.path("tls/server.pem"), "torn").unwrap();
        signal(server.pid(), "HUP");
        thread::sleep(Duration::from_secs(1));
        assert_eq!(shown(&server, &both), first);
        for file in ["server.pem", "server.key"] {
            fs::rename(other.join(file), place.path("tls").join(file)).unwrap();
        }
        until("the new certificate was not taken", || {
            shown(&server, &both) != first
        });
        let before = done.load(Ordering::Relaxed);
        until("calls end", || done.load(Ordering::Relaxed) > before + 50);
        over.store(true, Ordering::Relaxed);
        (place, server)
    });
    let kept = place.await.unwrap();
    for caller in callers {
        caller.await.unwrap();
    }
    drop(kept);
}

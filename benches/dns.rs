//! The ORS zone with `OIDRA_LOAD_ARCS` (100,000) arcs under `dnsperf`, beside BIND 9 that serves the same zone from the file
//! that `oidrad zone export` wrote: the same questions to one and the other in turn, in one run, as ratios.
//!
//! `cargo bench --bench dns` starts both as processes of their own, on loopback, with as many threads each.
//! `OIDRA_LOAD_SECONDS` (5) says how long each turn is. It never judges. Without BIND or dnsperf it says so.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use support::{OIDRAD, Server, free_port};

/// The zone.
const APEX: &str = "834.16.2.oid-res.org";
/// The node that the arcs stand below.
const NODE: &str = "2.16.834";
/// Arcs of one block, which the API sets.
const BLOCK: u32 = 1_000;
/// Turns of each server for each kind of question.
const TURNS: usize = 3;
/// Questions in a file.
const QUESTIONS: u32 = 200_000;

fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// Another program, ended when it is dropped.
struct Other(Child);

impl Drop for Other {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    for tool in ["named", "dnsperf", "dig"] {
        let found = Command::new(tool)
            .arg("-h")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if found.is_err() {
            println!("{tool} is not here: nothing is measured");
            return;
        }
    }
    let arcs = setting("OIDRA_LOAD_ARCS", 100_000);
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (free_port(), free_port());
    let config = folder.path().join("oidra.toml");
    let settings = format!(
        "[http]\npublic_url = \"https://oid.example.org\"\n[dns]\nlisten = [\"127.0.0.1:{ours}\"]\nname_servers = [\"ns1.example.net\"]\n\
         responses_per_second = 0\n"
    );
    fs::write(&config, settings).unwrap();
    let data = folder.path().join("data");
    let start = || Server::start_with(&data, &["--config", config.to_str().unwrap()]);
    fill(&start(), arcs);
    let begun = Instant::now();
    let zone = folder.path().join("zone");
    export(&data, &config, &zone);
    let bytes = fs::metadata(&zone).unwrap().len();
    println!(
        "{arcs} arcs; the signed zone is {} MB, written in {:.1} s",
        bytes >> 20,
        begun.elapsed().as_secs_f64()
    );
    let begun = Instant::now();
    let server = start();
    wait_for(ours);
    println!(
        "oidrad answers {:.1} s after its start",
        begun.elapsed().as_secs_f64()
    );
    let _bind = bind(folder.path(), theirs);
    wait_for(theirs);
    for (kind, more, questions) in [
        ("registered", &[][..], registered(arcs)),
        ("registered, signed", &["-D"][..], registered(arcs)),
        ("by label through DNAME", &[][..], redirected(arcs)),
        ("not registered", &[][..], absent()),
        ("not registered, signed", &["-D"][..], absent()),
    ] {
        let file = folder.path().join("questions");
        fs::write(&file, questions).unwrap();
        measure(kind, more, &file, ours, theirs);
    }
    under_a_writer(&server, folder.path(), arcs, ours);
}

/// Registers the arcs, each hundredth with a label.
fn fill(server: &Server, arcs: u32) {
    let run = |arguments: &[&str]| {
        let output = server.oidctl(&[&["--yes"], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
    };
    for _ in 0..arcs / BLOCK {
        run(&["allocate", NODE, "--block", &BLOCK.to_string()]);
    }
    for number in (1..=arcs).step_by(usize::try_from(arcs / 100).unwrap()) {
        run(&[
            "amend",
            &format!("{NODE}.{number}"),
            "--add-label",
            &format!("label-{number}"),
        ]);
    }
}

fn export(data: &Path, config: &Path, zone: &Path) {
    let output = Command::new(OIDRAD)
        .args([
            "--data-dir",
            data.to_str().unwrap(),
            "--config",
            config.to_str().unwrap(),
        ])
        .args(["zone", "export"])
        .stdout(fs::File::create(zone).unwrap())
        .status()
        .unwrap();
    assert!(output.success());
}

fn bind(folder: &Path, port: u16) -> Other {
    let at = folder.display();
    let config = format!(
        "options {{ directory \"{at}\"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};\n\
         pid-file \"{at}/pid\"; session-keyfile \"{at}/session.key\"; recursion no; dnssec-validation no; notify no;\n\
         minimal-responses yes; }};\ncontrols {{}};\n\
         zone \"{APEX}\" {{ type primary; file \"zone\"; }};\n"
    );
    fs::write(folder.join("named.conf"), config).unwrap();
    let log = fs::File::create(folder.join("named.log")).unwrap();
    let child = Command::new("named")
        .args(["-g", "-4", "-c", "named.conf"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    Other(child)
}

fn wait_for(port: u16) {
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        let port = port.to_string();
        let output = Command::new("dig")
            .args([
                "@127.0.0.1",
                "-p",
                &port,
                "+norec",
                "+tries=1",
                "+time=1",
                "+short",
                "SOA",
                APEX,
            ])
            .output()
            .unwrap();
        if String::from_utf8_lossy(&output.stdout).contains("ns1.example.net.") {
            return;
        }
        assert!(Instant::now() < end, "nobody answers on port {port}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Names in an order that no cache foresees.
fn scattered(arcs: u32) -> impl Iterator<Item = u32> {
    (0..QUESTIONS)
        .map(move |at| u32::try_from(u64::from(at) * 7_919 % u64::from(arcs)).unwrap() + 1)
}

fn registered(arcs: u32) -> String {
    scattered(arcs).fold(String::new(), |mut text, number| {
        writeln!(text, "ors-dummy.{number}.{APEX} NAPTR").unwrap();
        text
    })
}

fn redirected(arcs: u32) -> String {
    let step = arcs / 100;
    scattered(100).fold(String::new(), |mut text, place| {
        let number = (place - 1) * step + 1;
        writeln!(text, "ors-dummy.label-{number}.{APEX} NAPTR").unwrap();
        text
    })
}

fn absent() -> String {
    (0..QUESTIONS).fold(String::new(), |mut text, at| {
        let number = u64::from(at) * 7_919 + 10_000_000;
        writeln!(text, "ors-dummy.{number}.{APEX} NAPTR").unwrap();
        text
    })
}

/// Answers in a second, and how many questions were lost.
fn dnsperf(port: u16, more: &[&str], file: &Path) -> (f64, u64) {
    let seconds = setting("OIDRA_LOAD_SECONDS", 5).to_string();
    let output = Command::new("dnsperf")
        .args([
            "-s",
            "127.0.0.1",
            "-p",
            &port.to_string(),
            "-l",
            &seconds,
            "-c",
            "8",
            "-q",
            "200",
        ])
        .args(["-d", file.to_str().unwrap()])
        .args(more)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let after = |what: &str| {
        let rest = told.split(what).nth(1).unwrap_or_else(|| panic!("{told}"));
        rest.split_whitespace().next().unwrap().to_owned()
    };
    (
        after("Queries per second:").parse().unwrap(),
        after("Queries lost:").parse().unwrap(),
    )
}

fn measure(kind: &str, more: &[&str], file: &Path, ours: u16, theirs: u16) {
    // What a server does for the first time is not what it does.
    dnsperf(ours, more, file);
    dnsperf(theirs, more, file);
    let (mut mine, mut others, mut lost) = (Vec::new(), Vec::new(), 0);
    for _ in 0..TURNS {
        let (rate, gone) = dnsperf(ours, more, file);
        mine.push(rate);
        lost += gone;
        others.push(dnsperf(theirs, more, file).0);
    }
    let median = |rates: &mut Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    };
    let (mine, others) = (median(&mut mine), median(&mut others));
    println!(
        "{kind:24} oidrad {mine:8.0}/s  BIND {others:8.0}/s  ratio {:.2} (aim: at least 1), lost {lost}",
        mine / others
    );
}

/// The same questions while a writer amends an arc as fast as it can: each write is a new revision.
fn under_a_writer(server: &Server, folder: &Path, arcs: u32, ours: u16) {
    let file = folder.join("questions");
    fs::write(&file, registered(arcs)).unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    let writes = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut writes = 0;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let title = format!("en:Title {writes}");
                let output =
                    server.oidctl(&["--yes", "amend", &format!("{NODE}.7"), "--title", &title]);
                assert!(output.status.success());
                writes += 1;
            }
            writes
        });
        let (rate, lost) = dnsperf(ours, &[], &file);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        println!("beside a writer          oidrad {rate:8.0}/s, lost {lost}");
        writer.join().unwrap()
    });
    println!("                         {writes} writes meanwhile");
}

//! Runs the real `oidctl` without a server: conversion, explanations, generated files, exit codes.
//!
//! It must never need a network beyond this machine's loopback, nor read the configuration of whoever runs it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that meets what it does not expect fails"
)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// The program, without the environment of whoever runs the tests.
fn oidctl() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oidctl"));
    command.env_clear().stdin(Stdio::null());
    command
}

fn run(typed: &[&str]) -> Output {
    oidctl().args(typed).output().unwrap()
}

fn fed(typed: &[&str], input: &[u8]) -> Output {
    let mut child = oidctl()
        .args(typed)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    // A program that stops reading early breaks the pipe, which is its right.
    let _either = feeder.join().unwrap();
    output
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[track_caller]
fn code(output: &Output, expect: i32) {
    assert_eq!(
        output.status.code(),
        Some(expect),
        "out: {}\nerr: {}",
        out(output),
        err(output)
    );
}

#[track_caller]
fn converts(typed: &[&str], expect: &str) {
    let output = run(&[&["convert"], typed].concat());
    code(&output, 0);
    assert_eq!(out(&output), format!("{expect}\n"), "{typed:?}");
}

#[test]
fn any_form_to_any_other() {
    let asn1 = "{joint-iso-itu-t(2) country(16) tz(834)}";
    converts(
        &["{joint-iso-itu-t country(16) tz(834)}", "--to", "dot"],
        "2.16.834",
    );
    converts(&["2.16.834", "--to", "asn1"], asn1);
    converts(&["2.16.834", "--to", "asn1-numbers"], "{2 16 834}");
    converts(&["urn:oid:2.16.834", "--to", "iri"], "/Country/TZ");
    converts(&["2.16.834.7", "--to", "iri"], "/Country/TZ/7");
    converts(&["/Country/TZ", "--to", "dot"], "2.16.834");
    converts(
        &["oid:/country/tz/5", "--to", "asn1-numbers"],
        "{2 16 834 5}",
    );
    // The sources disagree on the label of 2.50: it is understood, but not written.
    converts(&["/ORS", "--to", "iri"], "/Joint-ISO-ITU-T/50");
    converts(&["oid:/2/16/834", "--to", "iri-numbers"], "/2/16/834");
    converts(&["/2/16/834", "--to", "urn"], "urn:oid:2.16.834");
    converts(&["2.16.834", "--to", "der"], "0603608642");
    converts(
        &["0603608642", "--from", "der-hex", "--to", "dot"],
        "2.16.834",
    );
    converts(
        &["06 03 60 86 42", "--from", "der-hex", "--to", "dot"],
        "2.16.834",
    );
    converts(
        &["BgNghkI=", "--from", "der-base64", "--to", "der-base64"],
        "BgNghkI=",
    );
    converts(
        &["608642", "--from", "contents-hex", "--to", "contents"],
        "608642",
    );
    converts(
        &["03608642", "--from", "oer-hex", "--to", "per"],
        "03608642",
    );
    converts(&["\"2.16.834\"", "--from", "jer", "--to", "xer"], &xer());
    converts(&[&xer(), "--from", "xer", "--to", "jer"], "\"2.16.834\"");
    converts(&["2.16.834", "--to", "cbor"], "d86f43608642");
    let uuid = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
    converts(
        &[uuid, "--from", "uuid", "--to", "dot"],
        "2.25.329800735698586629295641978511506172918",
    );
    converts(
        &[
            "2.25.329800735698586629295641978511506172918",
            "--to",
            "uuid",
        ],
        uuid,
    );
    converts(
        &[&format!("/UUID/{uuid}"), "--to", "dot"],
        "2.25.329800735698586629295641978511506172918",
    );
    converts(
        &["2.999.18446744073709551616", "--to", "contents"],
        "8837828080808080808080 00".replace(' ', "").as_str(),
    );
}

fn xer() -> String {
    let output = run(&["convert", "2.16.834", "--to", "xer"]);
    let text = out(&output).trim_end().to_owned();
    assert!(
        text.contains("2.16.834") && text.contains("OBJECT_IDENTIFIER"),
        "{text}"
    );
    text
}

#[test]
fn people_and_programs_are_answered_differently() {
    let output = run(&["convert", "2.16.834"]);
    code(&output, 0);
    assert!(
        out(&output).starts_with("2.16.834\n  dot "),
        "{}",
        out(&output)
    );
    assert!(!out(&output).contains('\u{1b}'));
    let json: Value =
        serde_json::from_slice(&run(&["convert", "2.16.834", "-o", "json"]).stdout).unwrap();
    assert_eq!(
        (&json["ok"], &json["der"]),
        (&Value::Bool(true), &Value::from("0603608642"))
    );
    let json: Value =
        serde_json::from_slice(&run(&["convert", "2.16", "x", "-o", "json"]).stdout).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);
    assert_eq!(json[1]["code"], "IDENTIFIER_UNKNOWN");
    let yaml = run(&["convert", "2.16.834", "-o", "yaml"]);
    assert!(
        out(&yaml).contains("urn: urn:oid:2.16.834\n"),
        "{}",
        out(&yaml)
    );
    let table = run(&["convert", "2.16.834", "-o", "table"]);
    assert!(out(&table).starts_with("INPUT     DOT"), "{}", out(&table));
    assert_eq!(
        out(&run(&["convert", "2.16.834", "-o", "jsonl"]))
            .lines()
            .count(),
        1
    );
}

#[test]
fn a_failure_is_one_object_for_programs() {
    let told = |typed: &[&str], exit: i32| -> Value {
        let output = run(typed);
        code(&output, exit);
        assert!(out(&output).is_empty(), "{typed:?}: {}", out(&output));
        serde_json::from_str(err(&output)).unwrap()
    };
    let usage = told(&["resolve", "2.999", "--as-of", "never", "-o", "json"], 64);
    assert_eq!(
        (&usage["error"], &usage["exit"]),
        (&"usage".into(), &64.into())
    );
    assert!(usage["message"].as_str().unwrap().contains("--as-of"));
    let usage = told(&["state", "2.999.1", "suspend", "-o", "jsonl"], 64);
    assert!(usage["message"].as_str().unwrap().contains("--yes"));
    let lost = told(
        &[
            "resolve",
            "2.999",
            "--server",
            "http://127.0.0.1:1",
            "-o",
            "json",
        ],
        2,
    );
    assert_eq!(lost["error"], "unreachable");
    let wrong = told(&["resolve", "2.999", "--profile", "none", "-o", "json"], 78);
    assert_eq!(wrong["error"], "configuration");
    let refused = told(&["explain", "NO_SUCH_CODE", "-o", "json"], 1);
    assert_eq!(refused["error"], "refused");
    let output = run(&["explain", "60", "-o", "json"]);
    let page: Value = serde_json::from_str(out(&output)).unwrap();
    assert_eq!(
        (&page["code"], &page["number"]),
        (&"NUMBER_TAKEN".into(), &60.into())
    );
    assert!(page["page"].as_str().unwrap().contains("# NUMBER_TAKEN"));
}

#[test]
fn a_time_that_is_none_is_wrong_usage() {
    for typed in [
        &["resolve", "2.999", "--as-of", "2026-13-03"][..],
        &["children", "2.999", "--as-of", "yesterday"],
        &["watch", "--after", "2026-03-03"],
        &["hold", "2.999", "--for", "0s"],
        &["allocate", "2.999", "--title", "en=Health"],
        &["amend", "2.999.1", "--description", "english:Health"],
    ] {
        let output = run(typed);
        code(&output, 64);
        assert!(out(&output).is_empty(), "{typed:?}");
    }
    let output = run(&["resolve", "2.999", "--as-of", "2026-13-03"]);
    let told = err(&output);
    assert!(
        told.contains("2026-03-03") && told.contains("revision"),
        "{told}"
    );
    let output = run(&["hold", "2.999", "--for", "0s"]);
    let told = err(&output);
    assert!(told.contains("longer than nothing"), "{told}");
}

#[test]
fn what_is_tolerated_is_told_and_strictly_refused() {
    let output = run(&["convert", "OID.2.16.834"]);
    code(&output, 0);
    assert!(
        err(&output).contains("OID_FULL_STOP_PREFIX"),
        "{}",
        err(&output)
    );
    let output = run(&["convert", "--strict", "OID.2.16.834"]);
    code(&output, 1);
    assert!(err(&output).contains("OID_FULL_STOP_PREFIX") && out(&output).is_empty());
    let wrong = "{joint-iso-itu-t(2) country(16) ke(834)}";
    for more in [&["-o", "table"][..], &["--to", "dot"][..], &["2.16"][..]] {
        let output = run(&[&["convert", wrong][..], more].concat());
        code(&output, 0);
        let told = err(&output);
        assert!(told.contains("ke is not a name of 2.16.834"), "{told}");
    }
    let output = fed(&["convert", "--stdin"], wrong.as_bytes());
    assert!(
        err(&output).starts_with("line 1: ke is not a name of"),
        "{}",
        err(&output)
    );
    let output = run(&["convert", wrong, "--to", "dot", "-o", "jsonl"]);
    assert_eq!(rows(&output)[0]["disagreements"][0]["given"], "ke");
    let output = run(&["convert", "--strict", wrong]);
    code(&output, 1);
    assert!(err(&output).contains("NAME_DISAGREES") && out(&output).is_empty());
    let output = run(&["convert", "/Country/Nowhere"]);
    code(&output, 1);
    let told = err(&output);
    assert!(
        told.contains("LABEL_UNKNOWN") && told.contains("--server"),
        "{told}"
    );
}

fn rows(output: &Output) -> Vec<Value> {
    out(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn bulk_lines_good_and_bad() {
    let input = b"2.16.834\n{iso(1) 2}\r\n\n1.40\n\xff\xfe\n\x00\n.1.3.6\n2.999";
    let output = fed(&["convert", "--stdin", "-o", "jsonl"], input);
    code(&output, 1);
    let rows_lenient = rows(&output);
    let told: Vec<String> = rows_lenient
        .iter()
        .map(|row| {
            row["dot"]
                .as_str()
                .or(row["code"].as_str())
                .unwrap()
                .to_owned()
        })
        .collect();
    let expect = [
        "2.16.834",
        "1.2",
        "TEXT_EMPTY",
        "SECOND_ARC_TOO_LARGE",
        "INPUT_NOT_UTF8",
        "NOTATION_UNRECOGNIZED",
        "1.3.6",
        "2.999",
    ];
    assert_eq!(told, expect);
    assert_eq!(rows_lenient[1]["input"], "{iso(1) 2}");
    assert_eq!(rows_lenient[0]["urn"], "urn:oid:2.16.834");
    assert!(rows_lenient[3]["message"].is_string() && rows_lenient[3]["ok"] == false);
    let strict = fed(&["convert", "--stdin", "-o", "jsonl", "--strict"], input);
    assert_eq!(rows(&strict)[6]["code"], "LEADING_FULL_STOP");
}

#[test]
fn bulk_from_encodings_and_to_one_form() {
    let ders = b"0603608642\n0603608642ff\n0600\n06028837\n";
    let output = fed(
        &["convert", "--stdin", "-o", "jsonl", "--from", "der-hex"],
        ders,
    );
    code(&output, 1);
    let rows = rows(&output);
    assert_eq!(rows.len(), 4);
    assert_eq!(
        (&rows[0]["dot"], &rows[3]["dot"]),
        (&Value::from("2.16.834"), &Value::from("2.999"))
    );
    assert!(rows[1]["ok"] == false && rows[2]["ok"] == false);
    let output = fed(
        &["convert", "--stdin", "--from", "der-hex", "--to", "dot"],
        ders,
    );
    code(&output, 1);
    assert_eq!(out(&output), "2.16.834\n2.999\n");
    assert!(err(&output).starts_with("line 2: "), "{}", err(&output));
    let output = fed(&["convert", "--stdin", "-o", "jsonl"], b"1.2\n2.5\n");
    code(&output, 0);
}

#[test]
fn bulk_documents_are_whole() {
    for input in [&b""[..], b"1.2\n", b"1.2\nx\n"] {
        let many = input.split(|octet| *octet == b'\n').count() - 1;
        let json: Value =
            serde_json::from_slice(&fed(&["convert", "--stdin", "-o", "json"], input).stdout)
                .unwrap();
        assert_eq!(json.as_array().unwrap().len(), many);
        let yaml = fed(&["convert", "--stdin", "-o", "yaml"], input);
        assert_eq!(out(&yaml).matches("- input:").count(), many);
    }
}

#[test]
fn a_line_that_is_too_long_fails_alone() {
    let input = ["1".repeat(128 * 1024 + 1), "2.16".to_owned()].join("\n");
    let output = fed(&["convert", "--stdin", "-o", "jsonl"], input.as_bytes());
    code(&output, 1);
    let rows = rows(&output);
    assert_eq!(rows[0]["code"], "LINE_TOO_LONG");
    assert!(rows[0]["input"].as_str().unwrap().chars().count() <= 121);
    assert_eq!(rows[1]["dot"], "2.16");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = oidctl()
        .args(["convert", "--stdin", "-o", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || {
        for _ in 0..20_000 {
            if stdin.write_all(b"2.16.834\n").is_err() {
                break;
            }
        }
    });
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut first).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    code(&output, 0);
    assert_eq!(err(&output), "");
}

#[test]
fn refusals_are_explained_without_a_server() {
    let output = run(&["explain", "NUMBER_TAKEN"]);
    code(&output, 0);
    assert!(
        out(&output).starts_with("# NUMBER_TAKEN\n"),
        "{}",
        out(&output)
    );
    assert_eq!(out(&run(&["explain", "60"])), out(&output));
    assert_eq!(out(&run(&["explain", "number_taken"])), out(&output));
    let json: Value =
        serde_json::from_slice(&run(&["explain", "60", "-o", "json"]).stdout).unwrap();
    assert_eq!(
        (&json["code"], &json["clause"]),
        (&"NUMBER_TAKEN".into(), &"X.660 clause 6.2".into())
    );
    let all = run(&["explain"]);
    code(&all, 0);
    assert!(out(&all).contains("NUMBER_BURNED") && out(&all).lines().count() > 60);
    let output = run(&["explain", "NUMBER_EATEN"]);
    code(&output, 1);
    assert!(err(&output).contains("NUMBER_TAKEN"), "{}", err(&output));
}

#[test]
fn completions_and_man_pages() {
    for (shell, mark) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef oidctl"),
        ("fish", "complete -c oidctl"),
    ] {
        let output = run(&["completions", shell]);
        code(&output, 0);
        assert!(
            out(&output).contains(mark) && out(&output).contains("allocate"),
            "{shell}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    code(&run(&["man", pages.to_str().unwrap()]), 0);
    let page = fs::read_to_string(pages.join("oidctl.1")).unwrap();
    assert!(
        page.contains(".TH oidctl 1") && page.contains("OIDRA_SERVER"),
        "{page}"
    );
    for name in [
        "oidctl-allocate.1",
        "oidctl-policy-set.1",
        "oidctl-convert.1",
    ] {
        assert!(pages.join(name).exists(), "{name}");
    }
}

#[test]
fn help_and_version() {
    let output = run(&["--version"]);
    code(&output, 0);
    assert_eq!(
        out(&output),
        format!("oidctl {}\n", env!("CARGO_PKG_VERSION"))
    );
    let output = run(&["--help"]);
    code(&output, 0);
    assert!(out(&output).contains("Examples:") && out(&output).contains("Exit codes:"));
    let output = run(&["allocate", "--help"]);
    assert!(out(&output).contains("oidctl allocate 2.16.834"));
}

#[test]
fn wrong_usage_is_64() {
    for typed in [
        &[][..],
        &["burn"],
        &["convert"],
        &["convert", "--from", "nothing", "x"],
        &["allocate", "2.999", "--label", "a b"],
        &["resolve", "2.999", "--dry-run"],
        &["history", "2.999", "--as-of", "2026-03-03"],
        &["reserve", "2.999", "1-1001", "--yes"],
    ] {
        let output = run(typed);
        code(&output, 64);
        assert!(
            out(&output).is_empty() && !err(&output).is_empty(),
            "{typed:?}"
        );
    }
}

#[test]
fn nobody_can_agree_where_there_is_no_terminal() {
    for typed in [
        &["state", "2.999.1", "withdraw"][..],
        &["state", "2.999.1", "suspend"],
        &["state", "2.999.1", "deprecate"],
        &["transfer", "2.999.1", "--to", "r-1"],
        &["delegate", "2.999.1", "--to", "p-1"],
        &["recall", "2.999.1"],
        &["reserve", "2.999", "5"],
        &["policy", "set", "2.999", "--approvals", "1"],
        &["allocate", "2.999", "--block", "2"],
    ] {
        let output = run(typed);
        code(&output, 64);
        assert!(
            err(&output).contains("--yes"),
            "{typed:?}: {}",
            err(&output)
        );
    }
}

#[test]
fn wrong_configuration_is_78() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("oidctl.toml");
    fs::write(&config, "[profiles.default]\nservr = \"http://x\"\n").unwrap();
    let output = run(&["--config", config.to_str().unwrap(), "convert", "2.16"]);
    code(&output, 78);
    assert!(err(&output).contains("servr"), "{}", err(&output));
    code(
        &oidctl()
            .args(["convert", "2.16"])
            .env("OIDRA_CONFIG", &config)
            .output()
            .unwrap(),
        78,
    );
    code(&run(&["--config", "/nonexistent", "convert", "2.16"]), 78);
    code(&run(&["--profile", "absent", "convert", "2.16"]), 78);
    code(&run(&["--server", "nonsense", "server", "info"]), 78);
    code(
        &run(&["--token-file", "/nonexistent", "server", "info"]),
        78,
    );
    fs::write(&config, "[profiles.default]\noutput = \"jsonl\"\n").unwrap();
    let output = run(&["--config", config.to_str().unwrap(), "convert", "2.16"]);
    code(&output, 0);
    assert!(
        out(&output).starts_with("{\"input\":\"2.16\",\"ok\":true"),
        "{}",
        out(&output)
    );
}

/// The address of a port at which nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn a_server_that_cannot_be_reached_is_2() {
    let server = nobody();
    for typed in [
        &["resolve", "2.16.834"][..],
        &["server", "health"],
        &["tree"],
        &["convert", "/Country/TZ/Afya"],
    ] {
        let output = oidctl()
            .args(["--server", &server])
            .args(typed)
            .output()
            .unwrap();
        code(&output, 2);
        let told = err(&output);
        assert!(
            told.contains(&server) && told.contains("oidrad") && told.contains("--server"),
            "{told}"
        );
    }
    // Nothing was sent, so that nothing is in doubt.
    let output = oidctl()
        .args(["allocate", "2.999"])
        .env("OIDRA_SERVER", &server)
        .output()
        .unwrap();
    code(&output, 2);
    assert!(!err(&output).contains("--request-id"), "{}", err(&output));
}

#[test]
fn a_connection_that_breaks_leaves_a_change_in_doubt() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let breaker = std::thread::spawn(move || {
        for connection in listener.incoming().take(4) {
            drop(connection);
        }
    });
    let output = oidctl()
        .args(["allocate", "2.999", "--server", &server])
        .output()
        .unwrap();
    code(&output, 2);
    assert!(err(&output).contains("--request-id q-"), "{}", err(&output));
    drop(breaker);
}

#[test]
fn a_token_is_never_shown() {
    let output = oidctl()
        .args(["allocate", "2.999", "--token", "oidra_secret"])
        .env("OIDRA_SERVER", nobody())
        .output()
        .unwrap();
    assert!(!err(&output).contains("secret") && !out(&output).contains("secret"));
}

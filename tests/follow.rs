//! `oidctl resolve --follow` from one real register to the next, and where registers lead in circles, on and on, or nowhere.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::Output,
    thread,
};

use support::{Server, free_port, verify};

/// The register of a node, which answers WHOIS.
fn serve(dir: &Path, node: &str) -> Server {
    serve_with(dir, node, "")
}

/// The same with further settings.
fn serve_with(dir: &Path, node: &str, more: &str) -> Server {
    let authority = dir.join(format!("{node}.node.toml"));
    fs::write(
        &authority,
        format!("[[node]]\noid = \"{node}\"\n[node.titles]\nen = \"Node {node}\"\n"),
    )
    .unwrap();
    let settings = dir.join(format!("{node}.toml"));
    let text = format!(
        "[whois]\non = true\nlisten = \"127.0.0.1:0\"\n[authority]\nfile = \"{}\"\n{more}",
        authority.display()
    );
    fs::write(&settings, text).unwrap();
    Server::start_with(&dir.join(node), &["--config", settings.to_str().unwrap()])
}

fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

fn allocate(server: &Server, superior: &str, number: &str, delegated_to: &str) {
    let done = server.oidctl(&[
        "allocate",
        superior,
        "--number",
        number,
        "--title",
        "en:An arc",
    ]);
    assert!(done.status.success(), "{}", said(&done));
    if !delegated_to.is_empty() {
        let arc = format!("{superior}.{number}");
        let done = server.oidctl(&["delegate", &arc, "--oidip", delegated_to, "--yes"]);
        assert!(done.status.success(), "{}", said(&done));
    }
}

/// Where following led: the exit code, how it ended, and who was asked with which result.
fn follow(server: &Server, oid: &str) -> (i32, String, Vec<(String, String)>) {
    let output = server.oidctl(&["resolve", oid, "--follow", "-o", "json"]);
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let followed = &answer["followed"];
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let way = followed["way"].as_array().cloned().unwrap_or_default();
    let way = way
        .iter()
        .map(|hop| (word(&hop["service"]), word(&hop["result"])));
    (
        output.status.code().unwrap(),
        word(&followed["end"]),
        way.collect(),
    )
}

#[test]
fn from_register_to_register_by_whois() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second, third) = (
        serve(dir.path(), "2.999"),
        serve(dir.path(), "2.999.1"),
        serve(dir.path(), "2.999.1.1"),
    );
    allocate(&first, "2.999", "1", second.whois());
    allocate(&second, "2.999.1", "1", third.whois());
    allocate(&third, "2.999.1.1", "7", "");
    let superior = "Not found; superior object found".to_owned();
    let (second_at, third_at) = (second.whois().to_owned(), third.whois().to_owned());
    let (code, end, way) = follow(&first, "2.999.1.1.7");
    assert_eq!((code, end.as_str()), (0, "found"));
    assert_eq!(
        way,
        [
            (second_at.clone(), superior.clone()),
            (third_at.clone(), "Found".to_owned())
        ]
    );
    let (code, end, way) = follow(&first, "2.999.1.1.8");
    assert_eq!((code, end.as_str()), (1, "no-further"));
    assert_eq!(
        way,
        [
            (second_at, superior.clone()),
            (third_at.clone(), superior.clone())
        ]
    );
    // What people read.
    let told = said(&first.oidctl(&["resolve", "2.999.1.1.7", "--follow"]));
    for part in [
        "The way:",
        &third_at,
        "Found (oid:2.999.1.1.7)",
        "An arc",
        "It was found there.",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains(&first.token()));
    // Nothing is followed that is found, or where nobody is named.
    assert_eq!(follow(&first, "2.999.1"), (0, String::new(), Vec::new()));
    assert_eq!(follow(&first, "2.999.9"), (1, String::new(), Vec::new()));
    // Over HTTP, too.
    let over_http = format!("{}/oidip", third.address());
    allocate(&first, "2.999", "2", &over_http);
    let (code, end, way) = follow(&first, "2.999.2.5");
    assert_eq!((code, end.as_str()), (1, "no-further"));
    assert_eq!(way, [(over_http, superior.clone())]);
    let second_http = format!("{}/oidip/", second.address());
    let done = first.oidctl(&[
        "amend",
        "2.999",
        "--service",
        &format!("oidip={second_http}"),
    ]);
    assert!(done.status.success(), "{}", said(&done));
    let (code, end, way) = follow(&first, "2.999.9.1");
    assert_eq!(
        (code, end.as_str(), way.len()),
        (1, "no-further", 1),
        "{way:?}"
    );
    // Two that point at each other.
    allocate(&third, "2.999.1.1", "9", second.whois());
    let (code, end, way) = follow(&first, "2.999.1.1.9.5");
    assert_eq!((code, end.as_str()), (1, "loop"));
    assert_eq!(way.len(), 2);
    for server in [first, second, third] {
        assert!(server.stop().success());
    }
    verify(&dir.path().join("2.999"));
}

/// A service that says to everybody that another, which `next` makes of its number, knows more.
fn misleading(next: impl Fn(usize) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let mut line = [0; 64];
            assert!(stream.read(&mut line).unwrap() > 0);
            let answer = format!(
                "query: oid:2.999.1.1\r\nresult: Not found; superior object found\r\ndistance: 1\r\n\r\n\
                 object: oid:2.999.1\r\nstatus: Information available\r\noidip-service: {}\r\n",
                next(number)
            );
            stream.write_all(answer.as_bytes()).ok();
        }
    });
    address
}

#[test]
fn what_is_broken_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(dir.path(), "2.999");
    // Each time another name for the same place.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let endless = misleading(|number| format!("127.0.0.{}:1", number + 2));
    allocate(&server, "2.999", "1", &endless);
    let (code, end, way) = follow(&server, "2.999.1.1");
    assert_eq!((code, end.as_str(), way.len()), (1, "nobody", 2), "{way:?}");
    // Nobody is there, and somebody who talks rubbish.
    allocate(&server, "2.999", "2", &format!("127.0.0.1:{port}"));
    let (code, end, way) = follow(&server, "2.999.2.1");
    assert_eq!((code, end.as_str()), (1, "nobody"));
    assert!(way[0].1.contains("no connection"), "{way:?}");
    let rubbish = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = rubbish.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in rubbish.incoming() {
            let mut stream = stream.unwrap();
            assert!(stream.read(&mut [0; 64]).unwrap() > 0);
            stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n\x1b[31m")
                .ok();
        }
    });
    allocate(&server, "2.999", "3", &address);
    let (_, end, way) = follow(&server, "2.999.3.1");
    assert_eq!(end, "nobody");
    assert!(way[0].1.contains("none of OID-IP"), "{way:?}");
    let told = said(&server.oidctl(&["resolve", "2.999.3.1", "--follow"]));
    assert!(!told.contains('\x1b'), "{told:?}");
    assert!(server.stop().success());
}

#[test]
fn to_the_zone_of_a_register_that_answers_by_the_ors_alone() {
    let dir = tempfile::tempdir().unwrap();
    let first = serve(dir.path(), "2.999");
    let port = free_port();
    let zone =
        format!("\n[dns]\nlisten = [\"127.0.0.1:{port}\"]\nname_servers = [\"ns1.example.net\"]\n");
    let second = serve_with(dir.path(), "2.999.1", &zone);
    allocate(&first, "2.999", "1", "");
    let at = format!("127.0.0.1:{port}");
    let done = first.oidctl(&["delegate", "2.999.1", "--ors", &at, "--yes"]);
    assert!(done.status.success(), "{}", said(&done));
    allocate(&second, "2.999.1", "7", "");
    let way = |result: &str| vec![(format!("dns://{at}"), result.to_owned())];
    let found = follow(&first, "2.999.1.7");
    assert_eq!(found, (0, "found".to_owned(), way("Found")));
    let absent = follow(&first, "2.999.1.8");
    assert_eq!(absent, (1, "not-found".to_owned(), way("Not found")));
    let told = said(&first.oidctl(&["resolve", "2.999.1.7", "--follow"]));
    assert!(told.contains("/2/999/1/7"), "{told}");
    for server in [first, second] {
        assert!(server.stop().success());
    }
    for node in ["2.999", "2.999.1"] {
        verify(&dir.path().join(node));
    }
}

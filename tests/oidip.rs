//! OID-IP over WHOIS against a real process: every kind of entry in every format, read back by readers of our own, judged by
//! the published schemas where they are, and asked for by Debian's `whois`.
//!
//! `OIDRA_SCHEMAS`, or `../shared/schemas` beside the project, holds the schemas.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

#[path = "support/oidip.rs"]
mod oidip;
mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use ::oidra::{
    oidip::limits::{
        CHANGES_READ_MAX, DESCRIPTION_CHARS_MAX, LINE_COLUMNS, PREVIOUS_AUTHORITIES_MAX,
        SUBORDINATES_MAX,
    },
    pb::v1 as pb,
};
use base64::Engine as _;
use oidip::{Told, ask, check, facts, of_json, of_text, of_xml, value, values};
use support::{Server, verify, with_token};

/// A server that answers WHOIS, with these further settings.
fn serve(dir: &Path, more: &str) -> Server {
    let file = dir.join("oidra.toml");
    let settings = format!("[whois]\non = true\nlisten = \"127.0.0.1:0\"\ntokens = true\n{more}");
    fs::write(&file, settings).unwrap();
    Server::start_with(&dir.join("data"), &["--config", file.to_str().unwrap()])
}

fn done(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    let said = String::from_utf8_lossy(&both).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

/// Arcs of every kind below 2.16.834.
#[expect(clippy::too_many_lines, reason = "a list of what there is")]
fn fill(server: &Server) {
    let long_label = "𐍈".repeat(255);
    let long_name = "a".repeat(255);
    let paragraph = "A long description of several lines, which has to be wrapped. ".repeat(9);
    let many = format!("en:{paragraph}\n\nresult: Found\n% no comment\n{paragraph}");
    let big = "340282366920938463463374607431768211455000000000000000000001";
    let languages: Vec<String> = ["en", "sw", "de", "fr", "ar", "zh-Hant", "pt-BR"]
        .iter()
        .map(|tag| format!("{tag}:Title in {tag}"))
        .collect();
    let mut all: Vec<Vec<&str>> = vec![
        vec![
            "--number",
            "1",
            "--identifier",
            "health",
            "--identifier",
            "afya",
            "--label",
            "Afya@sw",
            "--label",
            "Health@en",
            "--title",
            "en:Health",
            "--title",
            "sw:Afya",
            "--description",
            "en:Arcs of the health sector.",
        ],
        vec![
            "--number",
            "2",
            "--title",
            "en:Much to say",
            "--description",
            &many,
            "--service",
            "web=https://health.example.org/?a=1&b='2',5",
            "--service",
            "rdap=https://rdap.example.org/",
            "--reference",
            "A standard=https://example.org/std,asn1=Module{1 2}",
            "--contact",
            "administrative=Asha Mushi <asha@example.org>,person,public",
            "--contact",
            "technical=Juma <juma@example.org>,person",
        ],
        vec![
            "--number",
            "3",
            "--identifier",
            &long_name,
            "--label",
            &long_label,
        ],
        vec![
            "--number",
            "4",
            "--title",
            "ar:هيئة <تسجيل> & \"الكائنات\"",
            "--title",
            "en:𝔘nicode 😀",
            "--description",
            "he:שלום ]]> &amp; 𐍈",
            "--label",
            "部门@zh",
            "--label",
            "Abteilung@de",
        ],
        vec!["--number", "6", "--title", "en:Suspended"],
        vec!["--number", "7", "--title", "en:Deprecated"],
        vec!["--number", "8", "--title", "en:Withdrawn"],
        vec![
            "--number",
            "9",
            "--identifier",
            "veiled",
            "--label",
            "Veiled",
            "--title",
            "en:Veiled",
            "--visibility",
            "stub",
        ],
        vec![
            "--number",
            "10",
            "--identifier",
            "secret",
            "--label",
            "Secret",
            "--title",
            "en:Secret",
            "--visibility",
            "hidden",
        ],
        vec![
            "--number",
            "11",
            "--identifier",
            "elsewhere",
            "--title",
            "en:Elsewhere",
        ],
        vec![
            "--number",
            "13",
            "--registrant-name",
            "Neema Private",
            "--registrant-kind",
            "person",
            "--registrant-email",
            "neema@example.org",
            "--registrant-address",
            "Street 1\nDodoma",
        ],
        vec![
            "--number",
            "14",
            "--registrant-name",
            "First Ltd",
            "--registrant-kind",
            "organisation",
            "--registrant-name-public",
            "--registrant-telephone",
            "+255 22 1",
        ],
        vec![
            "--number",
            "15",
            "--leaf",
            "--frozen",
            "--no-identifiers",
            "--no-unicode-labels",
            "--draft",
        ],
        vec!["--number", big, "--identifier", "big"],
    ];
    let mut spoken = vec!["--number", "17"];
    spoken.extend(languages.iter().flat_map(|title| ["--title", title]));
    all.push(spoken);
    for arguments in all {
        let command = [&["allocate", "2.16.834"], arguments.as_slice()].concat();
        done(&server.oidctl(&command));
    }
    for command in [
        &["reserve", "2.16.834", "5", "--yes"][..],
        &["state", "2.16.834.6", "suspend", "--reason", "x", "--yes"],
        &[
            "state",
            "2.16.834.7",
            "deprecate",
            "--successor",
            "2.16.834.1",
            "--reason",
            "x",
            "--yes",
        ],
        &["state", "2.16.834.8", "withdraw", "--reason", "x", "--yes"],
        &[
            "allocate",
            "2.16.834.1",
            "--number",
            "1",
            "--title",
            "en:Below",
        ],
        &[
            "allocate",
            "2.16.834.9",
            "--number",
            "1",
            "--identifier",
            "below-veil",
            "--title",
            "en:Below a veil",
        ],
        &[
            "allocate",
            "2.16.834.10",
            "--number",
            "1",
            "--identifier",
            "below-secret",
            "--title",
            "en:Below a secret",
        ],
        &[
            "delegate",
            "2.16.834.11",
            "--oidip",
            "https://oid.example.org/oidip",
            "--ors",
            "oid.example.org",
            "--yes",
        ],
        &[
            "transfer",
            "2.16.834.14",
            "--registrant-name",
            "Second Ltd",
            "--registrant-kind",
            "organisation",
            "--reason",
            "x",
            "--yes",
        ],
        &[
            "transfer",
            "2.16.834.14",
            "--registrant-name",
            "Third Ltd",
            "--registrant-kind",
            "organisation",
            "--registrant-name-public",
            "--reason",
            "x",
            "--yes",
        ],
    ] {
        done(&server.oidctl(command));
    }
}

/// Every node of the register.
fn nodes(server: &Server) -> Vec<String> {
    let mut nodes = Vec::new();
    for root in ["0", "1", "2"] {
        let output = server.oidctl(&["tree", root, "-o", "jsonl"]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{output:?}");
        nodes.extend(text.lines().map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            row["oid"].as_str().unwrap().to_owned()
        }));
    }
    assert!(nodes.len() > 250, "{}", nodes.len());
    nodes
}

/// One question in every format: the same facts, each of the standard's form. The documents are kept in `folder`.
fn in_every_format(
    server: &Server,
    query: &str,
    token: Option<&str>,
    folder: &Path,
    name: &str,
) -> Told {
    let auth = token
        .map(|token| format!("$auth={token}"))
        .unwrap_or_default();
    let text = ask(server.whois(), &format!("{query}{auth}"));
    let json = ask(server.whois(), &format!("{query}$format=json{auth}"));
    let xml = ask(server.whois(), &format!("{query}$format=xml{auth}"));
    fs::write(folder.join(format!("{name}.json")), &json).unwrap();
    fs::write(folder.join(format!("{name}.xml")), &xml).unwrap();
    let told = of_text(&text);
    check(&told, query);
    let of_xml = of_xml(&xml);
    check(&of_xml, query);
    assert_eq!(facts(&told), facts(&of_xml), "{query}");
    assert_eq!(facts(&told), facts(&of_json(&json)), "{query}");
    if let Some(token) = token {
        assert!(![text, json, xml].iter().any(|one| one.contains(token)));
    }
    told
}

#[test]
fn every_entry_is_told_alike_in_every_format_as_the_schemas_want() {
    let dir = tempfile::tempdir().unwrap();
    let more = "[oidip]\nauthority_name = \"Example Registry\"\nauthority_url = \"https://example.org/\"\n\
                [http]\npublic_url = \"https://oid.example.org\"\n[limits]\nsource_reads_per_second = 0\n";
    let server = serve(dir.path(), more);
    fill(&server);
    let token = server.token();
    let folder = dir.path().join("documents");
    fs::create_dir(&folder).unwrap();
    let nodes = nodes(&server);
    for (place, node) in nodes.iter().enumerate() {
        for (who, token) in [("all", None), ("staff", Some(token.as_str()))] {
            let query = format!("oid:{node}");
            let told = in_every_format(&server, &query, token, &folder, &format!("{who}-{place}"));
            if token.is_some() {
                assert_eq!(value(&told, "object", "object"), query);
            }
        }
    }
    let others = [
        "oid:",
        "oid:2.16.834.99.1",
        "oid:2.16.834.11.3.4",
        "oid:1.2.3.4",
        "uuid:x",
        "oid:02",
        "x",
        "/Country/TZ/Nix",
        "oid:2.999$lang=!",
        "oid:2.16.834.17$lang=sw",
    ];
    for (place, query) in others.iter().enumerate() {
        in_every_format(&server, query, None, &folder, &format!("other-{place}"));
    }
    judged_by_the_schemas(&folder);
    facts_of_the_kinds(&server, &folder);
    assert!(server.stop().success());
    verify(&dir.path().join("data"));
}

/// What is told of each kind of entry.
fn facts_of_the_kinds(server: &Server, folder: &Path) {
    let token = server.token();
    let at = |number: &str, token: Option<&str>| {
        in_every_format(
            server,
            &format!("oid:2.16.834.{number}"),
            token,
            folder,
            "kind",
        )
    };
    let told = at("1", None);
    assert_eq!(value(&told, "object", "name"), "Health");
    assert_eq!(values(&told, "object", "identifier"), ["health", "afya"]);
    assert_eq!(
        values(&told, "object", "asn1-notation"),
        [
            "{joint-iso-itu-t(2) country(16) tz(834) health(1)}",
            "{joint-iso-itu-t(2) country(16) tz(834) afya(1)}"
        ]
    );
    let iris = values(&told, "object", "iri-notation");
    assert_eq!(
        iris,
        [
            "/Country/TZ/Afya",
            "/Country/TZ/Health",
            "/Joint-ISO-ITU-T/Country/TZ/Afya"
        ]
    );
    assert_eq!(values(&told, "object", "subordinate"), ["oid:2.16.834.1.1"]);
    assert_eq!(value(&told, "object", "parent"), "oid:2.16.834 (tz)");
    assert_eq!(
        value(&told, "object", "url"),
        "https://oid.example.org/oid/2.16.834.1"
    );
    assert_eq!(value(&told, "ra", "ra"), "Example Registry");
    let told = at("2", None);
    assert_eq!(
        value(&told, "object", "url"),
        "https://health.example.org/?a=1&b='2'"
    );
    assert_eq!(value(&told, "object", "description"), "");
    assert!(values(&told, "object", "information").contains(&"% no comment".to_owned()));
    assert!(value(&told, "object", "contact").starts_with("administrative Asha Mushi"));
    assert!(!format!("{told:?}").contains("Juma"));
    for (number, state, attribute) in [
        ("5", "reserved", ""),
        ("6", "suspended", ""),
        ("7", "deprecated", ""),
        ("8", "withdrawn", "retired"),
    ] {
        let told = at(number, None);
        assert_eq!(value(&told, "object", "state"), state);
        assert_eq!(value(&told, "object", "attribute"), attribute);
    }
    assert_eq!(
        value(&at("7", None), "object", "successor"),
        "oid:2.16.834.1"
    );
    let told = at("9", None);
    assert_eq!(value(&told, "object", "status"), "Information unavailable");
    assert_eq!(values(&told, "object", "attribute"), ["confidential"]);
    assert!(!format!("{told:?}").to_lowercase().contains("veil"));
    assert_eq!(value(&at("9", Some(&token)), "object", "name"), "Veiled");
    let told = at("11.3.4", None);
    assert_eq!(value(&told, "query", "distance"), "2");
    assert_eq!(
        values(&told, "object", "oidip-service"),
        ["https://oid.example.org/oidip/"]
    );
    let told = at("13", None);
    assert_eq!(value(&told, "ra", "attribute"), "confidential");
    assert!(!format!("{told:?}").contains("Neema") && !format!("{told:?}").contains("Dodoma"));
    let told = at("13", Some(&token));
    assert_eq!(value(&told, "ra", "ra"), "Neema Private");
    assert_eq!(values(&told, "ra", "address"), ["Street 1", "Dodoma"]);
    let told = at("14", None);
    assert_eq!(value(&told, "ra", "ra"), "Third Ltd");
    assert_eq!(value(&told, "ra1", "ra"), "First Ltd");
    assert_eq!(value(&told, "ra2", "status"), "Information unavailable");
    assert!(!format!("{told:?}").contains("+255"));
    let told = at("15", None);
    let all = [
        "draft",
        "frozen",
        "leaf",
        "no-identifiers",
        "no-unicode-labels",
    ];
    assert_eq!(values(&told, "object", "attribute"), all);
    let told = in_every_format(server, "oid:2.16.834.17$lang=xx,sw", None, folder, "kind");
    assert_eq!(value(&told, "object", "name"), "Title in sw");
    assert_eq!(value(&told, "object", "lang"), "sw");
}

/// Asks the published schemas, where they and the programs are.
fn judged_by_the_schemas(folder: &Path) {
    let schemas = std::env::var_os("OIDRA_SCHEMAS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/schemas"),
        PathBuf::from,
    );
    if !schemas.join("oidip.xsd").exists() {
        eprintln!(
            "the published schemas are not here: only our own checks have judged the answers"
        );
        return;
    }
    let documents = |end: &str| -> Vec<PathBuf> {
        let all = fs::read_dir(folder).unwrap().map(|one| one.unwrap().path());
        all.filter(|path| path.extension().is_some_and(|there| there == end))
            .collect()
    };
    // The schema names one of the W3C by its address; no answer has such a signature.
    let xsd = fs::read_to_string(schemas.join("oidip.xsd")).unwrap();
    let remote = "http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd";
    fs::write(folder.join("oidip.xsd"), xsd.replace(remote, "xmldsig.xsd")).unwrap();
    let local = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
                 targetNamespace=\"http://www.w3.org/2000/09/xmldsig#\"><xs:element name=\"Signature\"/></xs:schema>";
    fs::write(folder.join("xmldsig.xsd"), local).unwrap();
    let judge = |program: &str, arguments: &[&str], documents: &[PathBuf]| {
        let run = Command::new(program)
            .current_dir(folder)
            .args(arguments)
            .args(documents)
            .output();
        match run {
            Ok(output) => Some((
                output.status.success(),
                String::from_utf8_lossy(&output.stderr).into_owned(),
            )),
            Err(why) => {
                eprintln!("{program} cannot be run, so it has not judged the answers: {why}");
                None
            }
        }
    };
    let xml = ["--nonet", "--noout", "--schema", "oidip.xsd"];
    if let Some((valid, said)) = judge("xmllint", &xml, &documents("xml")) {
        assert!(valid, "{said}");
        // A field in a wrong place is noticed.
        let any = fs::read_to_string(folder.join("all-0.xml")).unwrap();
        fs::write(folder.join("wrong"), any.replace("object>", "objekt>")).unwrap();
        assert!(!judge("xmllint", &xml, &[folder.join("wrong")]).unwrap().0);
    }
    let script = "import json,sys\ntry:\n from jsonschema import Draft202012Validator as V\nexcept ImportError:\n sys.exit(3)\n\
                  v=V(json.load(open(sys.argv[1])))\nfor n in sys.argv[2:]:\n v.validate(json.load(open(n)))\n";
    let schema = schemas.join("oidip.schema.json");
    let json = ["-c", script, schema.to_str().unwrap()];
    match judge("python3", &json, &documents("json")) {
        Some((true, _)) => {
            fs::write(
                folder.join("wrong"),
                "{\"oidip\":{\"querySection\":{\"query\":\"oid:2\"}}}",
            )
            .unwrap();
            assert!(!judge("python3", &json, &[folder.join("wrong")]).unwrap().0);
        }
        Some((false, said)) if said.is_empty() => {
            eprintln!(
                "python3-jsonschema is not installed: only our own checks have judged the JSON"
            );
        }
        Some((false, said)) => panic!("{said}"),
        None => {}
    }
}

#[test]
fn what_is_hidden_is_answered_as_what_is_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(dir.path(), "[limits]\ntoken_failures_per_minute = 0\n");
    fill(&server);
    let pairs = [
        ("oid:2.16.834.10", "oid:2.16.834.99"),
        ("2.16.834.10", "2.16.834.99"),
        ("urn:oid:2.16.834.10", "urn:oid:2.16.834.99"),
        ("oid:2.16.834.10.1", "oid:2.16.834.99.1"),
        ("oid:2.16.834.10.1.7", "oid:2.16.834.99.1.7"),
        ("oid:2.16.834.10.2", "oid:2.16.834.99.2"),
        ("/Country/TZ/Secret", "/Country/TZ/Nobody"),
        ("/Country/TZ/10", "/Country/TZ/99"),
        ("/Country/TZ/Veiled", "/Country/TZ/Nobody"),
        (
            "{joint-iso-itu-t(2) country(16) tz(834) secret(10)}",
            "{joint-iso-itu-t(2) country(16) tz(834) nobody(99)}",
        ),
        (
            "joint-iso-itu-t.country.tz.secret",
            "joint-iso-itu-t.country.tz.nobody",
        ),
        (
            "joint-iso-itu-t.country.tz.secret.below-secret",
            "joint-iso-itu-t.country.tz.nobody.below-nobody",
        ),
        (
            "joint-iso-itu-t.country.tz.veiled",
            "joint-iso-itu-t.country.tz.nobody",
        ),
    ];
    for (hidden, absent) in pairs {
        for format in ["text", "json", "xml"] {
            for more in ["", "$lang=sw", "$auth=oidra_0", "$auth=else"] {
                let ask =
                    |query: &str| ask(server.whois(), &format!("{query}$format={format}{more}"));
                let told = ask(absent).replace(absent, hidden);
                assert_eq!(ask(hidden), told, "{hidden}{more}");
            }
        }
    }
    for line in [
        "oid:2.16.834",
        "oid:",
        "oid:2.16",
        "oid:2.16.834.9",
        "oid:2.16.834.9.1",
    ] {
        for format in ["text", "json", "xml"] {
            let told = ask(server.whois(), &format!("{line}$format={format}"));
            let told = told.to_lowercase();
            assert!(
                !told.contains("secret") && !told.contains("2.16.834.10"),
                "{told}"
            );
            assert!(!told.contains("veil"), "{told}");
        }
    }
    let token = server.token();
    let told = of_text(&ask(
        server.whois(),
        &format!("oid:2.16.834.10$auth=other,{token}"),
    ));
    assert_eq!(value(&told, "query", "result"), "Found");
    assert_eq!(values(&told, "object", "attribute"), ["confidential"]);
    let listed = of_text(&ask(server.whois(), &format!("oid:2.16.834$auth={token}")));
    let listed = values(&listed, "object", "subordinate");
    assert!(
        listed.contains(&"oid:2.16.834.10 (secret)".to_owned()),
        "{listed:?}"
    );
    // Whoever was shown it stands in the audit log.
    let mut audit = String::new();
    for _ in 0..50 {
        audit = done(&server.oidctl(&["audit", "--at", "2.16.834", "-o", "jsonl"]));
        if audit.contains("oidip") {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(
        audit.contains("oidip") && audit.contains("2.16.834.10"),
        "{audit}"
    );
    assert!(!audit.contains(&token));
    assert!(server.stop().success());
    verify(&dir.path().join("data"));
}

#[test]
fn wrong_tokens_show_nothing_and_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(dir.path(), "[limits]\ntoken_failures_per_minute = 3\n");
    let token = server.token();
    let plain = ask(server.whois(), "oid:2.16.834");
    // Tokens of other services are none of ours, however many.
    for _ in 0..9 {
        assert_eq!(
            ask(server.whois(), "oid:2.16.834$auth=someone-elses"),
            plain
        );
    }
    let good = format!("oid:2.16.834$auth={token}");
    assert_eq!(of_text(&ask(server.whois(), &good))[0].1[1].1, ["Found"]);
    let guess = format!("oid:2.16.834$auth=oidra_{}", "0".repeat(72));
    for _ in 0..3 {
        assert_eq!(ask(server.whois(), &guess), plain);
    }
    for query in [&guess, &good] {
        let told = of_text(&ask(server.whois(), query));
        assert_eq!(value(&told, "query", "result"), "Service error");
        assert!(
            values(&told, "query", "message")
                .join(" ")
                .contains("too many secrets")
        );
    }
    assert_eq!(ask(server.whois(), "oid:2.16.834"), plain);
    assert!(server.stop().success());
}

#[test]
fn signatures_are_good_by_openssl() {
    for (setting, url_safe) in [("jws", true), ("schema", false)] {
        let dir = tempfile::tempdir().unwrap();
        let server = serve(
            dir.path(),
            &format!("[oidip]\nsignatures = \"{setting}\"\n"),
        );
        let told = ask(server.whois(), "oid:2.16.834$format=json$lang=sw");
        let mut document: serde_json::Value = serde_json::from_str(&told).unwrap();
        let signature = document
            .as_object_mut()
            .unwrap()
            .remove("signature")
            .unwrap();
        let parts: Vec<&str> = signature.as_str().unwrap().split('.').collect();
        let read = |text: &str| {
            use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
            if url_safe {
                URL_SAFE_NO_PAD.decode(text)
            } else {
                STANDARD.decode(text)
            }
            .unwrap()
        };
        // serde_json keeps members in the order of their names, which is the canonical one here.
        assert_eq!(
            String::from_utf8(read(parts[1])).unwrap(),
            document.to_string()
        );
        let header: serde_json::Value = serde_json::from_slice(&read(parts[0])).unwrap();
        let public = fs::read_to_string(dir.path().join("data/oidip.jwk")).unwrap();
        let public: serde_json::Value = serde_json::from_str(&public).unwrap();
        assert_eq!(
            (&header["jwk"], header["alg"].as_str()),
            (&public, Some("EdDSA"))
        );
        let x = public["x"].as_str().unwrap();
        let x = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(x)
            .unwrap();
        let spki = [hex::decode("302a300506032b6570032100").unwrap(), x].concat();
        let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        fs::write(at("key"), spki).unwrap();
        fs::write(at("signed"), format!("{}.{}", parts[0], parts[1])).unwrap();
        fs::write(at("signature"), read(parts[2])).unwrap();
        let verified = |signed: &str| {
            let mut command = Command::new("openssl");
            command.args(["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]);
            command.args([
                "-inkey",
                &at("key"),
                "-sigfile",
                &at("signature"),
                "-in",
                signed,
            ]);
            command.output()
        };
        match verified(&at("signed")) {
            Ok(output) => {
                assert!(output.status.success(), "{output:?}");
                fs::write(at("other"), format!("{}.{}x", parts[0], parts[1])).unwrap();
                assert!(!verified(&at("other")).unwrap().status.success());
            }
            Err(why) => {
                eprintln!("openssl cannot be run, so it has not judged the signature: {why}");
            }
        }
        assert!(server.stop().success());
    }
}

/// Amends a node so many times, with many amendments in one batch.
async fn amended(server: &Server, node: &str, times: usize) {
    let client = server.registration().await;
    let token = server.token();
    let amendments = (0..times).map(|time| {
        let request = pb::AmendRequest {
            oid: node.to_owned(),
            entry: Some(pb::NewEntry {
                titles: vec![pb::Text {
                    language: "en".to_owned(),
                    text: format!("Title {time}"),
                }],
                ..pb::NewEntry::default()
            }),
            options: Some(pb::WriteOptions {
                reason: "x".to_owned(),
                override_reason: "x".to_owned(),
                ..pb::WriteOptions::default()
            }),
            ..pb::AmendRequest::default()
        };
        let (mut client, token) = (client.clone(), token.clone());
        async move { client.amend(with_token(&token, request)).await.unwrap() }
    });
    futures_util::future::join_all(amendments).await;
}

#[tokio::test]
async fn one_past_each_bound_of_an_answer_is_left_out_or_told_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(dir.path(), "");
    let at = |query: &str| {
        let told = of_text(&ask(server.whois(), query));
        check(&told, query);
        told
    };
    // Subordinates.
    let most = SUBORDINATES_MAX.to_string();
    done(&server.oidctl(&["allocate", "2.16.834", "--number", "1"]));
    done(&server.oidctl(&["allocate", "2.16.834.1", "--block", &most, "--yes"]));
    let listed = |told: &Told| values(told, "object", "subordinate").len();
    let told = at("oid:2.16.834.1");
    assert_eq!(
        (listed(&told), value(&told, "object", "subordinates-shown")),
        (SUBORDINATES_MAX, "")
    );
    done(&server.oidctl(&["allocate", "2.16.834.1"]));
    let told = at("oid:2.16.834.1");
    assert_eq!(
        (listed(&told), value(&told, "object", "subordinates-shown")),
        (SUBORDINATES_MAX, most.as_str())
    );
    // A description of one sentence.
    for (chars, field, other) in [
        (DESCRIPTION_CHARS_MAX, "description", "information"),
        (DESCRIPTION_CHARS_MAX + 1, "information", "description"),
    ] {
        let text = format!("en:{}", "é".repeat(chars));
        done(&server.oidctl(&["amend", "2.16.834.1", "--description", &text]));
        let told = at("oid:2.16.834.1");
        assert_eq!(value(&told, "object", field).chars().count(), chars);
        assert_eq!(value(&told, "object", other), "");
    }
    // A sentence is wrapped.
    let text = "one two three ".repeat(12);
    done(&server.oidctl(&[
        "amend",
        "2.16.834.1",
        "--description",
        &format!("en:{}", text.trim()),
    ]));
    let said = ask(server.whois(), "oid:2.16.834.1");
    let lines: Vec<_> = said
        .lines()
        .filter(|line| line.starts_with("description:"))
        .collect();
    assert!(
        lines.len() > 2 && lines.iter().all(|line| line.len() <= LINE_COLUMNS),
        "{lines:?}"
    );
    // Previous registration authorities, and how far back they are looked for.
    let transfer = |node: &str, name: &str| {
        let name = ["--registrant-name", name, "--registrant-name-public"];
        let kind = [
            "--registrant-kind",
            "organisation",
            "--reason",
            "x",
            "--yes",
        ];
        done(&server.oidctl(&[&["transfer", node], &name[..], &kind].concat()));
    };
    let first = [
        "--registrant-name",
        "No 0",
        "--registrant-kind",
        "organisation",
        "--registrant-name-public",
    ];
    for number in ["2", "3"] {
        done(&server.oidctl(&[&["allocate", "2.16.834", "--number", number], &first[..]].concat()));
    }
    for number in 1..=PREVIOUS_AUTHORITIES_MAX + 1 {
        transfer("2.16.834.2", &format!("No {number}"));
    }
    let told = at("oid:2.16.834.2");
    assert_eq!(value(&told, "ra", "ra"), "No 100");
    assert_eq!(told.len(), 3 + PREVIOUS_AUTHORITIES_MAX);
    assert_eq!(
        (value(&told, "ra1", "ra"), value(&told, "ra99", "ra")),
        ("No 0", "No 98")
    );
    transfer("2.16.834.3", "No 1");
    transfer("2.16.834.3", "No 2");
    amended(&server, "2.16.834.3", CHANGES_READ_MAX - 2).await;
    let told = at("oid:2.16.834.3");
    assert_eq!(
        (value(&told, "ra1", "ra"), value(&told, "ra2", "ra")),
        ("No 0", "No 1")
    );
    amended(&server, "2.16.834.3", 1).await;
    let told = at("oid:2.16.834.3");
    assert_eq!(
        (value(&told, "ra1", "ra"), value(&told, "ra2", "ra")),
        ("No 0", "")
    );
    assert!(server.stop().success());
    verify(&dir.path().join("data"));
}

#[test]
fn debians_whois_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(dir.path(), "");
    let port = server.whois().rsplit_once(':').unwrap().1;
    let whois = |query: &str| {
        let mut command = Command::new("whois");
        command.args(["-h", "127.0.0.1", "-p", port, "--", query]);
        command.output()
    };
    match whois("oid:2.16.834") {
        Ok(output) => {
            let said = done(&output);
            assert!(said.contains("United Republic of Tanzania"), "{said}");
            assert!(done(&whois("help").unwrap()).contains("% This service tells"));
        }
        Err(why) => eprintln!("whois (Debian package whois) cannot be run: {why}"),
    }
    for line in ["", "help", "?"] {
        assert!(
            ask(server.whois(), line).starts_with("% This service tells"),
            "{line:?}"
        );
    }
    assert!(server.stop().success());
}

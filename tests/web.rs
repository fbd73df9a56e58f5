//! The HTTP face asked by programs that are not ours: curl, xmllint, tidy, a browser, validators of `OpenAPI` and JSON Schema.
//! And every example of `docs/http.md`, run as its reader would.
//!
//! A program that is not here is said and passed over. The validators of Python are looked for in `target/validators`
//! (`tests/run` makes it), then beside Debian's Python.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use support::Server;
use tempfile::TempDir;

const PAGE: &str = include_str!("../docs/http.md");

/// A register with an entry that has a bit of everything, behind a real server.
struct Served {
    server: Server,
    _dir: TempDir,
}

impl Served {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(&dir.path().join("data"));
        for arguments in [
            vec![
                "allocate",
                "2.16.834",
                "--number",
                "1",
                "--identifier",
                "health",
                "--label",
                "Afya@sw",
                "--title",
                "en:Health & <safety>",
                "--title",
                "sw:Afya",
                "--description",
                "en:Two lines,\nof \"text\" & more.",
                "--service",
                "web=https://health.example.org/?a=1&b=2",
                "--reference",
                "The act=https://law.example.org/1",
                "--contact",
                "technical=Asha <asha@example.org>,person,public",
            ],
            vec![
                "allocate",
                "2.16.834",
                "--number",
                "2",
                "--visibility",
                "stub",
            ],
            vec![
                "allocate",
                "2.16.834",
                "--number",
                "3",
                "--visibility",
                "hidden",
            ],
            vec![
                "allocate",
                "2.16.834.1",
                "--number",
                "7",
                "--title",
                "en:Below",
            ],
        ] {
            let output = server.oidctl(&arguments);
            assert!(output.status.success(), "{arguments:?}: {output:?}");
        }
        Self { server, _dir: dir }
    }

    fn url(&self, target: &str) -> String {
        format!("{}{target}", self.server.address())
    }

    /// What curl gets.
    fn curl(&self, arguments: &[&str], target: &str) -> Option<Output> {
        let mut all = vec!["--silent", "--show-error", "--globoff", "--max-time", "30"];
        all.extend(arguments);
        let url = self.url(target);
        all.push(&url);
        run("curl", "curl", &all, b"")
    }

    fn body(&self, target: &str) -> Option<Vec<u8>> {
        let output = self.curl(&[], target)?;
        assert!(output.status.success(), "{target}: {output:?}");
        Some(output.stdout)
    }
}

/// What a program makes of its input; none where it is not installed.
fn run(program: &str, package: &str, arguments: &[&str], input: &[u8]) -> Option<Output> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(why) => {
            eprintln!(
                "{program} (Debian package {package}) cannot be run, so its judgement is missing: {why}"
            );
            return None;
        }
    };
    drop(child.stdin.take().unwrap().write_all(input));
    Some(child.wait_with_output().unwrap())
}

/// A Python that has a module; none where there is none.
fn python_with(module: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/validators/bin/python3");
    let all = [own, PathBuf::from("python3")];
    let found = all.into_iter().find(|python| {
        let asked = Command::new(python)
            .args(["-c", &format!("import {module}")])
            .output();
        asked.is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        eprintln!("no Python here has {module} (tests/run makes one): its judgement is missing");
    }
    found
}

fn python(module: &str, program: &str, arguments: &[&str]) {
    let Some(python) = python_with(module) else {
        return;
    };
    let output = Command::new(python)
        .args(["-c", program])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn curl_gets_what_it_accepts() {
    let served = Served::start();
    for (accept, kind) in [
        ("*/*", "application/json"),
        (
            "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
            "text/html; charset=utf-8",
        ),
        ("text/plain", "text/plain; charset=utf-8"),
        ("application/rdap+json", "application/rdap+json"),
        (
            "text/vnd.viathinksoft.oidip",
            "text/vnd.viathinksoft.oidip; charset=UTF-8",
        ),
        (
            "application/vnd.viathinksoft.oidip+json",
            "application/vnd.viathinksoft.oidip+json; charset=UTF-8",
        ),
        (
            "application/vnd.viathinksoft.oidip+xml",
            "application/vnd.viathinksoft.oidip+xml; charset=UTF-8",
        ),
        ("application/linkset+json", "application/linkset+json"),
        ("application/linkset", "application/linkset"),
        ("application/octet-stream", "application/octet-stream"),
        (
            "application/json;q=0.2, text/plain;q=0.3",
            "text/plain; charset=utf-8",
        ),
    ] {
        for version in ["--http1.1", "--http2-prior-knowledge"] {
            let accept = format!("Accept: {accept}");
            let arguments = [
                version,
                "-H",
                &accept,
                "-o",
                "/dev/null",
                "-w",
                "%{http_code} %{content_type}",
            ];
            let Some(output) = served.curl(&arguments, "/oid/2.16.834.1") else {
                return;
            };
            assert_eq!(
                String::from_utf8_lossy(&output.stdout),
                format!("200 {kind}"),
                "{accept}"
            );
        }
    }
}

#[test]
fn xml_is_well_formed_and_html_is_html() {
    let served = Served::start();
    for target in [
        "/ors/cinf/2.16.834",
        "/ors/rinf/2.16.834.1",
        "/ors/rinf/2.16.834.2",
        "/oid/2.16.834.1.oidip-xml",
    ] {
        let Some(body) = served.body(target) else {
            return;
        };
        let Some(output) = run("xmllint", "libxml2-utils", &["--noout", "-"], &body) else {
            break;
        };
        assert!(
            output.status.success(),
            "{target}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    for target in [
        "/oid/2.16.834.1.html",
        "/oid/2.16.834.2.html",
        "/oid/?format=html",
        "/?format=html",
        "/convert?format=html",
        "/convert?format=html&oid=.2.16.834",
        "/refusals/OID_SYNTAX",
        "/refusals/",
    ] {
        let Some(body) = served.body(target) else {
            return;
        };
        let strict = ["-q", "-e", "--drop-empty-elements", "no", "-utf8"];
        let Some(output) = run("tidy", "tidy", &strict, &body) else {
            break;
        };
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        // It does not know WAI-ARIA 1.1.
        let mut faults = told
            .lines()
            .filter(|line| !line.contains("\"aria-current\""));
        assert_eq!(faults.next(), None, "{target}");
    }
}

#[test]
fn a_browser_shows_the_page() {
    let served = Served::start();
    let profile = tempfile::tempdir().unwrap();
    let profile = format!("--user-data-dir={}", profile.path().display());
    let url = served.url("/oid/2.16.834.1.html");
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        &profile,
        "--enable-logging=stderr",
        "--dump-dom",
        &url,
    ];
    let Some(output) = run("chromium", "chromium", &arguments, b"") else {
        return;
    };
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(shown.contains("Health &amp; &lt;safety&gt;"), "{shown}");
    assert!(shown.contains("href=\"/oid/2.16.834.1.7\""), "{shown}");
    // The policy lets everything in that the page wants, and nothing else is wanted.
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("Content Security Policy"), "{said}");
}

#[test]
fn the_openapi_document_is_one_and_answers_are_as_it_says() {
    let served = Served::start();
    let Some(document) = served.body("/openapi.json") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("openapi.json");
    fs::write(&file, &document).unwrap();
    let judge = "import json, sys\nfrom openapi_spec_validator import validate\nvalidate(json.load(open(sys.argv[1])))";
    python("openapi_spec_validator", judge, &[file.to_str().unwrap()]);
    let judge = "import json, sys\nfrom jsonschema import Draft202012Validator\n\
                 whole = json.load(open(sys.argv[1]))\nanswer = json.load(open(sys.argv[2]))\n\
                 schema = {'$ref': '#/components/schemas/' + sys.argv[3], 'components': whole['components']}\n\
                 Draft202012Validator(schema).validate(answer)\n\
                 known = set(whole['components']['schemas'][sys.argv[3]]['properties'])\n\
                 assert set(answer) <= known, set(answer) - known";
    for (target, shape) in [
        ("/oid/2.16.834.1", "Entry"),
        ("/oid/2.16.834.2", "Entry"),
        ("/oid/2.16.834", "Entry"),
        ("/oid/2.16.834/children", "Subordinates"),
        ("/convert?oid=.2.16.834", "Conversion"),
        ("/.well-known/oidra", "Description"),
        ("/oid/2.16.834.3.4", "Problem"),
        ("/oid/2.016", "Problem"),
    ] {
        let answer = dir.path().join("answer.json");
        fs::write(&answer, served.body(target).unwrap()).unwrap();
        let arguments = [file.to_str().unwrap(), answer.to_str().unwrap(), shape];
        python("jsonschema", judge, &arguments);
    }
}

/// RFC 9083 10.2: the words of its registries that this service uses, or may use.
const STATUS: &[&str] = &["active", "inactive", "removed", "private"];
const ACTIONS: &[&str] = &["registration", "last changed", "transfer", "deletion"];
const ROLES: &[&str] = &[
    "registrant",
    "technical",
    "administrative",
    "abuse",
    "sponsor",
];

fn words(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect()
}

/// Asserts what RFC 9083 says of an object.
fn judge_rdap(object: &Value) {
    assert_eq!(object["objectClassName"], "oid");
    assert!(object["handle"].is_string());
    assert!(
        words(&object["status"])
            .iter()
            .all(|word| STATUS.contains(word)),
        "{object}"
    );
    for event in object["events"].as_array().unwrap_or(&Vec::new()) {
        assert!(
            ACTIONS.contains(&event["eventAction"].as_str().unwrap()),
            "{event}"
        );
        let date = event["eventDate"].as_str().unwrap();
        assert!(date.parse::<jiff::Timestamp>().is_ok(), "{date}");
    }
    for link in object["links"].as_array().unwrap() {
        assert!(link["href"].is_string() && link["value"].is_string() && link["rel"].is_string());
    }
    for entity in object["entities"].as_array().unwrap_or(&Vec::new()) {
        assert_eq!(entity["objectClassName"], "entity");
        assert!(
            words(&entity["roles"])
                .iter()
                .all(|role| ROLES.contains(role))
        );
        let card = entity["vcardArray"].as_array().unwrap();
        assert_eq!(card[0], "vcard");
        let properties = card[1].as_array().unwrap();
        assert_eq!(
            properties[0],
            serde_json::json!(["version", {}, "text", "4.0"])
        );
        assert!(properties.iter().any(|one| one[0] == "fn"));
        for one in properties {
            let one = one.as_array().unwrap();
            assert!(
                one.len() >= 4 && one[1].is_object() && one[2].is_string(),
                "{one:?}"
            );
        }
    }
    for (name, _) in object.as_object().unwrap() {
        let of_rfc = [
            "objectClassName",
            "handle",
            "parentHandle",
            "name",
            "status",
            "events",
            "links",
            "entities",
            "remarks",
            "notices",
            "rdapConformance",
            "port43",
            "lang",
        ];
        assert!(
            of_rfc.contains(&name.as_str()) || name.starts_with("oidra_"),
            "{name}"
        );
    }
}

#[test]
fn rdap_is_as_rfc_9083_has_it() {
    let served = Served::start();
    for target in [
        "/rdap/oid/2.16.834",
        "/rdap/oid/2.16.834.1",
        "/rdap/oid/2.16.834.2",
    ] {
        let Some(body) = served.body(target) else {
            return;
        };
        let object: Value = serde_json::from_slice(&body).unwrap();
        judge_rdap(&object);
        assert!(words(&object["rdapConformance"]).contains(&"rdap_level_0"));
    }
    let object: Value =
        serde_json::from_slice(&served.body("/rdap/oid/2.16.834.1").unwrap()).unwrap();
    let card = &object["entities"][0]["vcardArray"][1];
    assert_eq!(card[1], serde_json::json!(["fn", {}, "text", "Asha"]));
    assert!(!card.to_string().contains("asha@example.org"), "{card}");
    let found: Value = serde_json::from_slice(&served.body("/rdap/oids?name=h*").unwrap()).unwrap();
    for one in found["oidra_oidSearchResults"].as_array().unwrap() {
        judge_rdap(one);
    }
}

#[test]
fn every_example_of_the_page_works() {
    let served = Served::start();
    let examples: Vec<_> = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .collect();
    assert!(examples.len() > 15, "{} examples", examples.len());
    if run("curl", "curl", &["--version"], b"").is_none() {
        return;
    }
    for example in examples {
        let command = example.replace("http://127.0.0.1:8340", served.server.address());
        let strict = format!(
            "set -o pipefail\n{}",
            command.replace("curl -s", "curl -sS")
        );
        let output = Command::new("bash").args(["-c", &strict]).output().unwrap();
        assert!(output.status.success(), "{example}: {output:?}");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!told.trim().is_empty(), "{example}");
        // Only the examples of problems tell of one.
        let of_problems = example.contains("4711") || example.contains("2.016");
        assert_eq!(
            told.contains("\"status\":4"),
            of_problems,
            "{example}: {told}"
        );
    }
}

#[test]
fn links_are_absolute_where_the_address_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let settings = dir.path().join("oidra.toml");
    fs::write(
        &settings,
        "[http]\npublic_url = \"https://oid.example.org/x/\"\ncache_seconds = 5\n",
    )
    .unwrap();
    let arguments = ["--config", settings.to_str().unwrap()];
    let served = Served {
        server: Server::start_with(&dir.path().join("data"), &arguments),
        _dir: dir,
    };
    let Some(body) = served.body("/oid/2.16.834") else {
        return;
    };
    let entry: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(entry["url"], "https://oid.example.org/x/oid/2.16.834");
    let head = served.curl(&["--head"], "/oid/2.16.834").unwrap();
    let head = String::from_utf8(head.stdout).unwrap();
    assert!(head.contains("cache-control: public, max-age=5"), "{head}");
    assert!(head.contains("link: <https://oid.example.org/x/oid/2.16.834>; rel=\"canonical\""));
    let bootstrap: Value =
        serde_json::from_slice(&served.body("/rdap/bootstrap/oid").unwrap()).unwrap();
    assert_eq!(
        bootstrap["services"][0][1][0],
        "https://oid.example.org/x/rdap/"
    );
    let oidip = String::from_utf8(served.body("/oidip/oid/2.16.834/text").unwrap()).unwrap();
    assert!(
        oidip.contains("https://oid.example.org/x/oid/2.16.834"),
        "{oidip}"
    );
}

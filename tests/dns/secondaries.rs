//! Transfers with TSIG to the servers that operators have (RFC 5936, 1995, 1996, 8945): BIND and Knot say what we say, soon.

use std::{fs, path::Path, time::Duration};

use crate::harness::{APEX, Other, Primary, SECRET, SOON, dig, free_port, has, transfer, until};

/// How long a server may take to start and to transfer the zone for the first time.
const BEGIN: Duration = Duration::from_secs(20);

fn bind(dir: &Path, port: u16, primary: u16) -> Other {
    fs::create_dir_all(dir).unwrap();
    let at = dir.display();
    let config = format!(
        "options {{ directory \"{at}\"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};\n\
         pid-file \"{at}/pid\"; session-keyfile \"{at}/session.key\"; recursion no; dnssec-validation no; notify no;\n\
         allow-transfer {{ key xfr; }}; }};\n\
         controls {{}};\n\
         key \"xfr\" {{ algorithm hmac-sha256; secret \"{SECRET}\"; }};\n\
         zone \"{APEX}\" {{ type secondary; primaries port {primary} {{ 127.0.0.1 key xfr; }}; file \"zone\"; request-ixfr yes; }};\n"
    );
    fs::write(dir.join("named.conf"), config).unwrap();
    Other::start(dir, "named", &["-g", "-4", "-c", "named.conf"])
}

fn knot(dir: &Path, port: u16, primary: u16) -> Other {
    fs::create_dir_all(dir).unwrap();
    let at = dir.display();
    let config = format!(
        "server:\n  rundir: {at}\n  listen: 127.0.0.1@{port}\ndatabase:\n  storage: {at}\n\
         key:\n- id: xfr\n  algorithm: hmac-sha256\n  secret: {SECRET}\n\
         remote:\n- id: primary\n  address: 127.0.0.1@{primary}\n  key: xfr\n\
         acl:\n- id: all\n  address: 127.0.0.1\n  key: xfr\n  action: [notify, transfer]\n\
         zone:\n- domain: {APEX}\n  storage: {at}\n  master: primary\n  acl: all\n\
         log:\n- target: stderr\n  any: info\n"
    );
    fs::write(dir.join("knot.conf"), config).unwrap();
    Other::start(dir, "knotd", &["-c", "knot.conf"])
}

fn notify(ports: &[u16]) -> String {
    let each = ports
        .iter()
        .map(|port| format!("{{ address = \"127.0.0.1:{port}\", key = \"xfr\" }}"));
    format!("notify = [{}]\n", each.collect::<Vec<_>>().join(", "))
}

/// What is asked of every server; the answers must be the same.
fn questions() -> Vec<[String; 2]> {
    let mut questions = Vec::new();
    for name in [
        "",
        "7.",
        "ors-dummy.7.",
        "ors-dummy.afya.",
        "8.",
        "ors-dummy.1.8.",
        "99.",
        "9.",
    ] {
        for rtype in ["NAPTR", "SOA", "DNAME"] {
            questions.push([format!("{name}{APEX}"), rtype.to_owned()]);
        }
    }
    questions
}

fn answer(port: u16, question: &[String; 2]) -> Vec<String> {
    let told = dig(
        port,
        &[
            &question[0],
            &question[1],
            "+dnssec",
            "+noall",
            "+comments",
            "+answer",
        ],
    );
    let status = told
        .split("status: ")
        .nth(1)
        .and_then(|rest| rest.split(',').next());
    let mut lines: Vec<_> = told
        .lines()
        .filter(|line| !line.starts_with(';') && !line.is_empty())
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    lines.sort();
    lines.push(status.unwrap_or("none").to_owned());
    lines
}

/// A change, and what it is called.
type Step<'a> = (&'a str, Box<dyn Fn() + 'a>);

#[test]
fn bind_and_knot_follow_every_change() {
    if !(has("named", "bind9") && has("knotd", "knot") && has("dig", "bind9-dnsutils")) {
        return;
    }
    let ports = [free_port(), free_port()];
    let primary = Primary::start(&notify(&ports));
    primary.allocate("7", &["--label", "Afya"]);
    let dir = primary.dir.path();
    let others = [
        bind(&dir.join("bind"), ports[0], primary.port),
        knot(&dir.join("knot"), ports[1], primary.port),
    ];
    let serial = |port: u16| dig(port, &["+short", "SOA", APEX]);
    let follow = |what: &str, patience: Duration| {
        let ours = serial(primary.port);
        assert!(ours.contains("hostmaster"), "{ours}");
        for (port, other) in ports.iter().zip(&others) {
            until(&format!("{what}\n{}", other.said()), patience, || {
                serial(*port) == ours
            });
        }
    };
    follow("the first transfer", BEGIN);
    let amend = |arguments: &'static [&'static str]| {
        let primary = &primary;
        Box::new(move || {
            primary.oidctl(arguments);
        })
    };
    let steps: [Step<'_>; 8] = [
        (
            "an arc",
            Box::new(|| primary.allocate("8", &["--label", "Elimu", "--title", "en:Education"])),
        ),
        (
            "one below it",
            amend(&["allocate", "2.16.834.8", "--number", "1"]),
        ),
        (
            "a label more",
            amend(&["amend", "2.16.834.7", "--add-label", "Uzima"]),
        ),
        (
            "a service",
            amend(&[
                "amend",
                "2.16.834.7",
                "--add-service",
                "web=https://x.example/",
            ]),
        ),
        (
            "a label less",
            amend(&["amend", "2.16.834.7", "--remove-label", "Afya"]),
        ),
        ("a delegation", Box::new(|| primary.allocate("9", &[]))),
        (
            "its servers",
            amend(&[
                "delegate",
                "2.16.834.9",
                "--name-server",
                "ns1.other.example",
            ]),
        ),
        ("its end", amend(&["recall", "2.16.834.9"])),
    ];
    for (what, step) in &steps {
        step();
        follow(what, SOON);
        for question in questions() {
            let ours = answer(primary.port, &question);
            for port in ports {
                assert_eq!(answer(port, &question), ours, "{what}: {question:?}");
            }
        }
    }
    let ours = primary.transfer();
    for port in ports {
        assert_eq!(transfer(port), ours);
    }
    // They followed by differences: Knot says so; that BIND's copy is the same is said above.
    let said = others[1].said();
    let followed = steps.len();
    drop(steps);
    assert!(said.matches("IXFR, incoming").count() >= followed, "{said}");
    assert!(!said.contains("fallback to AXFR"), "{said}");
    drop(others);
    primary.close();
}

#[test]
fn what_is_hidden_leaves_the_secondaries() {
    if !(has("named", "bind9") && has("dig", "bind9-dnsutils")) {
        return;
    }
    let port = free_port();
    let primary = Primary::start(&notify(&[port]));
    primary.allocate("7", &["--label", "Afya"]);
    primary.oidctl(&["allocate", "2.16.834.7", "--number", "1"]);
    let other = bind(&primary.dir.path().join("bind"), port, primary.port);
    let soa = |port: u16| dig(port, &["+short", "SOA", APEX]);
    until("the first transfer", BEGIN, || {
        soa(port) == soa(primary.port)
    });
    let before = soa(primary.port);
    let before = before.split_whitespace().nth(2).unwrap();
    primary.oidctl(&["amend", "2.16.834.7", "--visibility", "hidden"]);
    until(&other.said(), SOON, || soa(port) == soa(primary.port));
    for name in ["7", "ors-dummy.7", "afya", "1.7", "ors-dummy.1.7"] {
        let told = dig(port, &[&format!("{name}.{APEX}"), "NAPTR"]);
        assert!(told.contains("status: NXDOMAIN"), "{told}");
    }
    // A difference would speak of what is hidden now; the whole zone does not.
    let key = format!("hmac-sha256:xfr:{SECRET}");
    let told = primary.dig(&[
        "-y",
        &key,
        APEX,
        &format!("IXFR={before}"),
        "+noall",
        "+answer",
    ]);
    assert!(told.contains("DNSKEY"), "{told}");
    assert!(
        !told.contains("afya") && !told.contains("/2/16/834/7"),
        "{told}"
    );
    // And back again.
    primary.oidctl(&["amend", "2.16.834.7", "--visibility", "public"]);
    until(&other.said(), SOON, || soa(port) == soa(primary.port));
    let told = dig(port, &[&format!("ors-dummy.1.7.{APEX}"), "NAPTR", "+short"]);
    assert!(told.contains("/2/16/834/7/1!"), "{told}");
    drop(other);
    primary.close();
}

#[test]
fn who_has_no_key_gets_no_zone() {
    if !has("dig", "bind9-dnsutils") {
        return;
    }
    let primary = Primary::start("");
    let other = SECRET.replace("AAEC", "BBEC");
    for key in [
        None,
        Some(format!("hmac-sha256:other:{other}")),
        Some(format!("hmac-sha256:xfr:{other}")),
        Some(format!("hmac-sha512:xfr:{SECRET}")),
        Some(format!("hmac-sha256:nobody:{SECRET}")),
    ] {
        for rtype in ["AXFR", "IXFR=1"] {
            let mut arguments = vec![APEX, rtype];
            if let Some(key) = &key {
                arguments.extend(["-y", key]);
            }
            let told = primary.dig(&arguments);
            assert!(!told.contains("NAPTR"), "{key:?} {rtype}\n{told}");
        }
    }
    // A key is good for questions too, and its answers are signed.
    let key = format!("hmac-sha256:other:{other}");
    let told = primary.dig(&["-y", &key, APEX, "SOA"]);
    assert!(
        told.contains("NOERROR") && told.contains("TSIG") && !told.contains("WARNING"),
        "{told}"
    );
    let key = format!("hmac-sha256:xfr:{SECRET}");
    let told = primary.dig(&["-y", &key, &format!("7.{APEX}"), "AXFR"]);
    assert!(told.contains("Transfer failed"), "{told}");
    // Who is up to date hears no more than that.
    let serial = primary.dig(&["+short", "SOA", APEX]);
    let serial = serial.split_whitespace().nth(2).unwrap().to_owned();
    let told = primary.dig(&[
        "-y",
        &key,
        APEX,
        &format!("IXFR={serial}"),
        "+noall",
        "+answer",
    ]);
    assert_eq!(told.matches("SOA").count(), 1, "{told}");
    primary.close();
}

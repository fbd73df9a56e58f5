//! What is answered, asked with dig, kdig and delv (X.672 6; RFC 1034, 2308, 6672, 5155, 8482).

use crate::harness::{APEX, Primary, delv, has, run};

fn status(told: &str) -> &str {
    let (_, rest) = told.split_once("status: ").unwrap_or(("", "none,"));
    rest.split(',').next().unwrap()
}

#[test]
fn facts_are_found_at_both_names_and_by_every_label() {
    if !has("dig", "bind9-dnsutils") {
        return;
    }
    let primary = Primary::start("");
    primary.allocate(
        "7",
        &[
            "--identifier",
            "health",
            "--label",
            "Afya",
            "--label",
            "部门",
            "--title",
            "en:Health",
        ],
    );
    primary.oidctl(&[
        "amend",
        "2.16.834.7",
        "--add-service",
        "web=https://health.example/a,5",
        "--add-service",
        "tinf=https://health.example/tag",
    ]);
    let facts = |name: &str| primary.dig(&["+short", name, "NAPTR"]);
    let at_number = facts(&format!("ors-dummy.7.{APEX}"));
    for expect in [
        "100 10 \"u\" \"ORS+COID\" \"!^.*$!/2/16/834/7!\" .",
        "100 10 \"u\" \"ORS+CINF\" \"!^.*$!https://oid.example.org/ors/cinf/2.16.834.7!\" .",
        "100 10 \"u\" \"ORS+RINF\" \"!^.*$!https://oid.example.org/ors/rinf/2.16.834.7!\" .",
        "100 15 \"u\" \"ORS+UINF\" \"!^.*$!https://health.example/a!\" .",
        "100 10 \"u\" \"ORS+TINF\" \"!^.*$!https://health.example/tag!\" .",
    ] {
        assert!(at_number.contains(expect), "{expect}\n{at_number}");
    }
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&at_number), sorted(&facts(&format!("7.{APEX}"))));
    for label in ["afya", "AFYA", "xn--ig4am2h"] {
        let told = facts(&format!("ors-dummy.{label}.{APEX}"));
        assert!(told.contains(&format!("ors-dummy.7.{APEX}.")), "{told}");
        assert!(told.contains("/2/16/834/7!"), "{told}");
        let redirect = primary.dig(&["+short", &format!("{label}.{APEX}"), "DNAME"]);
        assert_eq!(redirect.trim(), format!("7.{APEX}."));
    }
    // The letters of the question come back as they were asked (dig checks the question of an answer in any case).
    let told = primary.dig(&[&format!("ORS-Dummy.7.{APEX}"), "NAPTR"]);
    assert!(told.contains(&format!(";ORS-Dummy.7.{APEX}.")), "{told}");
    primary.close();
}

#[test]
fn what_is_not_there_is_told_with_the_soa_record() {
    if !has("dig", "bind9-dnsutils") {
        return;
    }
    let primary = Primary::start("plain_names = false\n");
    primary.allocate("7", &["--label", "Afya"]);
    let check = |name: &str, rtype: &str, expect: &str| {
        let told = primary.dig(&[&format!("{name}{APEX}"), rtype]);
        assert_eq!(status(&told), expect, "{told}");
        assert!(
            told.contains("ANSWER: 0") && told.contains("\tSOA\t"),
            "{told}"
        );
        assert!(told.contains("flags: qr aa;"), "{told}");
    };
    for name in [
        "8.",
        "ors-dummy.8.",
        "7.7.",
        "07.",
        "x.",
        "x.ors-dummy.7.",
        "99999999999999999999999.",
    ] {
        check(name, "NAPTR", "NXDOMAIN");
    }
    // A number without facts of its own has names below it.
    for (name, rtype) in [
        ("7.", "NAPTR"),
        ("7.", "TXT"),
        ("", "NAPTR"),
        ("ors-dummy.7.", "A"),
        ("afya.", "NAPTR"),
    ] {
        check(name, rtype, "NOERROR");
    }
    // No name stands for others.
    check("*.", "NAPTR", "NXDOMAIN");
    check("*.7.", "ANY", "NXDOMAIN");
    primary.close();
}

#[test]
fn nothing_is_told_of_other_zones_or_of_the_program() {
    if !has("dig", "bind9-dnsutils") {
        return;
    }
    let primary = Primary::start("");
    let check = |arguments: &[&str], expect: &str| {
        let told = primary.dig(arguments);
        assert_eq!(status(&told), expect, "{told}");
        assert!(told.contains("ANSWER: 0, AUTHORITY: 0"), "{told}");
        assert!(!told.contains("oidra"), "{told}");
    };
    check(&["example.com", "A", "+rec"], "REFUSED");
    check(&["16.2.oid-res.org", "NAPTR"], "REFUSED");
    check(&[".", "NS"], "REFUSED");
    for name in [
        "version.bind",
        "version.server",
        "id.server",
        "hostname.bind",
    ] {
        check(&[name, "CH", "TXT"], "REFUSED");
    }
    check(&[APEX, "CH", "SOA"], "REFUSED");
    check(&[APEX, "SOA", "+opcode=status"], "NOTIMP");
    check(&[APEX, "SOA", "+opcode=notify"], "NOTIMP");
    check(&[APEX, "SOA", "+opcode=update"], "NOTIMP");
    check(&[APEX, "SOA", "+edns=1", "+noednsneg"], "BADVERS");
    for more in ["+tcp", "+notcp"] {
        let told = primary.dig(&[APEX, "AXFR", more]);
        assert!(told.contains("Transfer failed"), "{told}");
    }
    // Nobody recurses here, whatever is wished.
    let told = primary.dig(&[APEX, "SOA", "+rec"]);
    assert!(told.contains("flags: qr aa rd;"), "{told}");
    let told = primary.dig(&[APEX, "ANY", "+notcp", "+ignore"]);
    assert!(told.contains("ANSWER: 1,"), "{told}");
    primary.close();
}

#[test]
fn a_long_answer_comes_over_tcp() {
    if !has("dig", "bind9-dnsutils") {
        return;
    }
    let primary = Primary::start("");
    let service = |at: usize| format!("web=https://x.example/{}/{at},{at}", "a".repeat(180));
    let services: Vec<_> = (0..30).map(service).collect();
    primary.allocate("7", &[]);
    let mut arguments = vec!["amend", "2.16.834.7"];
    for one in &services {
        arguments.extend(["--add-service", one]);
    }
    primary.oidctl(&arguments);
    let name = format!("ors-dummy.7.{APEX}");
    for more in [
        &["+noedns"][..],
        &["+bufsize=512"],
        &["+bufsize=4096", "+dnssec"],
    ] {
        let told = primary.dig(&[&[name.as_str(), "NAPTR", "+ignore"][..], more].concat());
        assert!(told.contains(" tc") && told.contains("ANSWER: 0"), "{told}");
    }
    let told = primary.dig(&[&name, "NAPTR", "+short"]);
    assert_eq!(told.lines().count(), 33, "{told}");
    // Several questions on one connection.
    let told = primary.dig(&[
        "+tcp",
        "+keepopen",
        "+short",
        &name,
        "NAPTR",
        APEX,
        "NS",
        APEX,
        "SOA",
    ]);
    assert!(
        told.contains("ns1.example.net.") && told.contains("hostmaster."),
        "{told}"
    );
    primary.close();
}

#[test]
fn every_kind_of_answer_validates() {
    if !has("delv", "bind9-dnsutils") {
        return;
    }
    let primary = Primary::start("");
    primary.allocate("7", &["--label", "Afya"]);
    primary.allocate("8", &[]);
    primary.oidctl(&[
        "delegate",
        "2.16.834.8",
        "--name-server",
        "ns1.other.example",
    ]);
    let digest = "ab".repeat(32);
    let signer = format!("12345 15 2 {digest}");
    primary.allocate("9", &[]);
    primary.oidctl(&[
        "delegate",
        "2.16.834.9",
        "--name-server",
        "ns1.other.example",
        "--delegation-signer",
        &signer,
    ]);
    let check = |name: &str, rtype: &str, expect: &str| {
        let told = delv(&primary, &format!("{name}{APEX}"), rtype);
        assert!(told.contains(expect), "{name} {rtype}:\n{told}");
    };
    let (good, absent) = ("; fully validated", "; negative response, fully validated");
    for (name, rtype) in [
        ("", "SOA"),
        ("", "NS"),
        ("", "DNSKEY"),
        ("", "NSEC3PARAM"),
        ("", "NAPTR"),
        ("7.", "NAPTR"),
        ("ors-dummy.7.", "NAPTR"),
        ("afya.", "DNAME"),
        ("ors-dummy.afya.", "NAPTR"),
    ] {
        check(name, rtype, good);
    }
    check("9.", "DS", good);
    check("x.afya.", "NAPTR", good);
    for (name, rtype) in [
        ("", "TXT"),
        ("7.", "TXT"),
        ("afya.", "NAPTR"),
        ("77.", "NAPTR"),
        ("a.b.c.7.", "NAPTR"),
        ("x.ors-dummy.7.", "NAPTR"),
        ("8.", "DS"),
    ] {
        check(name, rtype, absent);
    }
    if has("kdig", "knot-dnsutils") {
        let port = primary.port.to_string();
        let name = format!("ors-dummy.7.{APEX}");
        let told = run(
            "kdig",
            &[
                "@127.0.0.1",
                "-p",
                &port,
                "+dnssec",
                "+cookie",
                "+norec",
                &name,
                "NAPTR",
            ],
        );
        assert!(
            told.contains("status: NOERROR") && told.contains("RRSIG"),
            "{told}"
        );
        assert!(
            told.contains("COOKIE") && !told.contains("WARNING"),
            "{told}"
        );
    }
    primary.close();
}

#[test]
fn a_delegation_is_referred_to() {
    if !has("dig", "bind9-dnsutils") {
        return;
    }
    let primary = Primary::start("");
    primary.allocate("8", &["--label", "Elimu"]);
    primary.oidctl(&["allocate", "2.16.834.8", "--number", "1"]);
    let digest = "AB".repeat(32);
    primary.oidctl(&[
        "delegate",
        "2.16.834.8",
        "--name-server",
        "ns1.other.example",
        "--name-server",
        &format!("ns.8.{APEX} 192.0.2.7 2001:db8::7"),
        "--name-server",
        &format!("ns.lost.{APEX} 192.0.2.8"),
        "--delegation-signer",
        &format!("12345 15 2 {digest}"),
    ]);
    for name in ["8", "ors-dummy.8", "1.8", "ors-dummy.1.8", "anything.8"] {
        let told = primary.dig(&[&format!("{name}.{APEX}"), "NAPTR"]);
        assert!(
            told.contains("flags: qr;") && told.contains("ANSWER: 0"),
            "{told}"
        );
        for expect in [
            "NS\tns1.other.example.",
            &format!("NS\tns.8.{APEX}."),
            "A\t192.0.2.7",
            "AAAA\t2001:db8::7",
            "DS\t12345 15 2 ABAB",
        ] {
            assert!(told.contains(expect), "{expect}\n{told}");
        }
        // Who could not be found is not named.
        assert!(!told.contains("lost"), "{told}");
    }
    let told = primary.dig(&[&format!("8.{APEX}"), "DS"]);
    assert!(
        told.contains("flags: qr aa;") && told.contains("ANSWER: 1"),
        "{told}"
    );
    let told = primary.dig(&[&format!("ors-dummy.elimu.{APEX}"), "NAPTR"]);
    assert!(
        told.contains("DNAME") && told.contains("NS\tns1.other.example."),
        "{told}"
    );
    // What is ended is answered here again.
    primary.oidctl(&["recall", "2.16.834.8"]);
    let told = primary.dig(&[&format!("ors-dummy.1.8.{APEX}"), "NAPTR", "+short"]);
    assert!(told.contains("/2/16/834/8/1!"), "{told}");
    primary.close();
}

#[test]
fn dnspython_takes_the_zone_over_and_validates_all_of_it() {
    let here = std::process::Command::new("python3")
        .args(["-c", "import dns, cryptography"])
        .status();
    if !here.is_ok_and(|status| status.success()) {
        eprintln!("dnspython (Debian package python3-dnspython) is not here: this is skipped");
        return;
    }
    let primary = Primary::start("");
    primary.allocate("7", &["--label", "Afya"]);
    primary.allocate("8", &[]);
    primary.oidctl(&[
        "delegate",
        "2.16.834.8",
        "--name-server",
        "ns1.other.example",
    ]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dns/zone.py");
    let port = primary.port.to_string();
    let told = run("python3", &[script, &port, APEX, crate::harness::SECRET]);
    // Five sets at the apex, facts at four names and the apex's own, a DNAME, and a link for each of six names.
    assert_eq!(told.trim(), "15", "{told}");
    primary.close();
}

//! Nothing about a hidden node can be found: not by an answer, a transfer, a chain of hashes, or a count.

use crate::harness::{APEX, Primary, SECRET, has};

/// The zone without what every revision changes: the SOA record and its signature.
fn but_for_the_serial(zone: Vec<String>) -> Vec<String> {
    let mut zone = zone;
    zone.retain(|line| !line.contains(" SOA ns1.") && !line.contains(" RRSIG SOA "));
    zone
}

#[test]
fn a_hidden_node_leaves_no_trace() {
    if !has("dig", "bind9-dnsutils") {
        return;
    }
    let primary = Primary::start("");
    primary.allocate("7", &["--label", "Afya"]);
    let before = primary.transfer();
    assert!(
        before.iter().any(|line| line.contains(" NSEC3 ")),
        "{before:?}"
    );
    let serial = primary.dig(&["+short", "SOA", APEX]);
    let serial = serial.split_whitespace().nth(2).unwrap().to_owned();
    primary.allocate("8", &["--label", "Siri", "--visibility", "hidden"]);
    primary.oidctl(&[
        "allocate",
        "2.16.834.8",
        "--number",
        "1",
        "--label",
        "Ndani",
    ]);
    primary.oidctl(&[
        "allocate",
        "2.16.834.7",
        "--number",
        "5",
        "--label",
        "Fumbo",
        "--visibility",
        "hidden",
    ]);
    let after = primary.transfer();
    assert_eq!(but_for_the_serial(after), but_for_the_serial(before));
    // A difference over these changes tells of none.
    let key = format!("hmac-sha256:xfr:{SECRET}");
    let told = primary.dig(&[
        "-y",
        &key,
        APEX,
        &format!("IXFR={serial}"),
        "+noall",
        "+answer",
    ]);
    assert!(
        told.lines()
            .all(|line| line.is_empty() || line.contains("SOA")),
        "{told}"
    );
    // What is hidden is answered as what was never registered.
    let asked = |name: &str, rtype: &str| {
        let told = primary.dig(&[&format!("{name}.{APEX}"), rtype, "+dnssec"]);
        let lines = told.lines().filter(|line| {
            let volatile = ["Query time", "WHEN", "DiG", "MSG SIZE", "global options"];
            !volatile.iter().any(|word| line.contains(word))
        });
        lines.collect::<Vec<_>>().join("\n").replace(name, "NAME")
    };
    for (hidden, never) in [("siri", "sirx"), ("fumbo.7", "fumbx.7")] {
        for rtype in ["NAPTR", "DNAME", "ANY", "TXT"] {
            let (told, other) = (asked(hidden, rtype), asked(never, rtype));
            assert!(told.contains("NXDOMAIN"), "{told}");
            // The proofs differ as those of any two names do.
            let shape = |text: &str| {
                let kinds = text
                    .lines()
                    .map(|line| line.split_whitespace().nth(3).unwrap_or("").to_owned());
                let mut kinds: Vec<_> = kinds
                    .filter(|kind| kind != "NSEC3" && kind != "RRSIG")
                    .collect();
                kinds.sort();
                kinds
            };
            assert_eq!(shape(&told), shape(&other));
        }
    }
    for name in [
        "8",
        "ors-dummy.8",
        "1.8",
        "5.7",
        "ors-dummy.5.7",
        "ndani.8",
        "ndani.siri",
    ] {
        for rtype in ["NAPTR", "DS", "NS", "ANY"] {
            let told = primary.dig(&[&format!("{name}.{APEX}"), rtype]);
            assert!(told.contains("NXDOMAIN"), "{name}: {told}");
        }
    }
    primary.close();
}

#[test]
fn of_a_stub_the_number_is_told_and_nothing_else() {
    if !has("dig", "bind9-dnsutils") {
        return;
    }
    let primary = Primary::start("");
    primary.allocate(
        "7",
        &[
            "--label",
            "Afya",
            "--title",
            "en:Health",
            "--visibility",
            "stub",
        ],
    );
    primary.oidctl(&[
        "amend",
        "2.16.834.7",
        "--add-service",
        "web=https://x.example/",
    ]);
    primary.oidctl(&[
        "delegate",
        "2.16.834.7",
        "--name-server",
        "ns1.other.example",
    ]);
    let zone = primary.transfer().join("\n");
    assert!(
        zone.contains(&format!(
            "ors-dummy.7.{APEX}. 3600 IN NAPTR 100 10 \"u\" \"ORS+COID\""
        )),
        "{zone}"
    );
    let about = zone
        .lines()
        .filter(|line| line.contains(&format!("7.{APEX}. ")) && line.contains(" NAPTR 100"));
    assert_eq!(about.count(), 2, "{zone}");
    for word in ["afya", "x.example", "other.example", "2.16.834.7/"] {
        assert!(!zone.contains(word), "{word}: {zone}");
    }
    let told = primary.dig(&[&format!("afya.{APEX}"), "DNAME"]);
    assert!(told.contains("NXDOMAIN"), "{told}");
    primary.close();
}

//! Zones as files, keys and serials: judged by BIND's own tools.

use std::fs;

use oidra::dns::{difference::ARCS_MAX, live::TOUCHED_MAX};

use crate::harness::{APEX, NODE, Primary, has, run};

fn serial(primary: &Primary) -> u32 {
    let told = primary.dig(&["+short", "SOA", APEX]);
    told.split_whitespace().nth(2).unwrap().parse().unwrap()
}

/// RFC 1982 3.2.
fn is_newer(new: u32, old: u32) -> bool {
    new != old && new.wrapping_sub(old) < 1 << 31
}

#[test]
fn the_master_file_is_the_zone_that_is_transferred() {
    if !(has("named-checkzone", "bind9-utils") && has("dig", "bind9-dnsutils")) {
        return;
    }
    let mut primary = Primary::start("");
    primary.allocate(
        "7",
        &[
            "--label",
            "Afya",
            "--label",
            "ASN.1",
            "--title",
            "en:\"quoted; text\"",
        ],
    );
    primary.oidctl(&[
        "amend",
        "2.16.834.7",
        "--add-service",
        "web=https://x.example/a;b@1?q=%22",
    ]);
    primary.oidctl(&[
        "amend",
        "2.16.834.7",
        "--add-service",
        &format!("web=https://x.example/{}", "a".repeat(300)),
    ]);
    primary.allocate("8", &[]);
    primary.oidctl(&[
        "delegate",
        "2.16.834.8",
        "--name-server",
        &format!("ns.8.{APEX} 192.0.2.7"),
    ]);
    // A number of more digits than a label holds.
    primary.allocate(&format!("1{}", "0".repeat(63)), &[]);
    let transferred = primary.transfer();
    let keys = primary.dig(&[APEX, "DNSKEY", "+noall", "+answer"]);
    primary.down();
    let (zone, told) = primary.oidrad(&["zone", "export"]);
    assert!(told.contains("1 nodes, 1 labels, 1 values"), "{told}");
    let file = primary.dir.path().join("zone");
    fs::write(&file, &zone).unwrap();
    let file = file.to_str().unwrap();
    let judged = run("named-checkzone", &["-i", "local", APEX, file]);
    assert!(
        judged.contains("DNSSEC signed") && judged.ends_with("OK\n"),
        "{judged}"
    );
    if has("dnssec-verify", "bind9-utils") {
        let judged = run("dnssec-verify", &["-z", "-o", APEX, file]);
        assert!(judged.contains("Zone fully signed"), "{judged}");
    }
    // The same records, written anew by BIND.
    let canonical = run(
        "named-compilezone",
        &["-q", "-i", "none", "-o", "-", APEX, file],
    );
    let fields = |line: &str| {
        let line = line.replace(['(', ')'], " ");
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let count = canonical
        .lines()
        .filter(|line| !line.starts_with(';') && !fields(line).is_empty())
        .count();
    assert_eq!(count, transferred.len(), "{canonical}");
    // What is given to the zone above vouches for the key that is served.
    let (ds, _) = primary.oidrad(&["zone", "ds"]);
    let key = primary.dir.path().join("dnskey");
    fs::write(&key, keys).unwrap();
    let expect = run(
        "dnssec-dsfromkey",
        &["-2", "-f", key.to_str().unwrap(), APEX],
    );
    let words = |text: &str| {
        let digest = text.split_whitespace().skip_while(|word| *word != "DS");
        digest.collect::<Vec<_>>().concat().to_lowercase()
    };
    assert_eq!(words(&ds), words(&expect), "{ds}{expect}");
    let (list, _) = primary.oidrad(&["zone", "list"]);
    assert_eq!(list, format!("{APEX}. 2.16.834\n"));
    primary.up();
    primary.close();
}

#[test]
fn the_serial_never_goes_back() {
    if !has("dig", "bind9-dnsutils") {
        return;
    }
    let mut primary = Primary::start("");
    let first = serial(&primary);
    primary.allocate("7", &[]);
    let second = serial(&primary);
    assert!(is_newer(second, first));
    primary.down();
    primary.up();
    assert_eq!(serial(&primary), second);
    // A zone that is made otherwise is another revision, though the register did not change.
    primary.down();
    let config = primary.dir.path().join("oidra.toml");
    let text = fs::read_to_string(&config).unwrap() + "ttl_seconds = 7200\n";
    fs::write(&config, text).unwrap();
    primary.up();
    let third = serial(&primary);
    assert!(is_newer(third, second));
    // And who has an older one gets the whole.
    let key = format!("hmac-sha256:xfr:{}", crate::harness::SECRET);
    let told = primary.dig(&[
        "-y",
        &key,
        APEX,
        &format!("IXFR={second}"),
        "+noall",
        "+answer",
    ]);
    assert!(told.contains("DNSKEY"), "{told}");
    primary.close();
}

#[test]
fn several_zones_have_names_of_their_own() {
    if !has("dig", "bind9-dnsutils") {
        return;
    }
    let primary = Primary::start(
        "zones = [{ oid = \".\", name = \"ors.example\" }, { oid = \"2.16.834\", name = \"tz.example\" }]\n",
    );
    primary.allocate("7", &["--label", "Afya"]);
    for name in [
        "ors-dummy.7.834.16.2.ors.example",
        "ors-dummy.7.tz.example",
        "ors-dummy.afya.tz.example",
        // From the root down by labels, and by a long arc.
        "ors-dummy.afya.834.country.joint-iso-itu-t.ors.example",
        "ors-dummy.afya.tz.country.ors.example",
    ] {
        let told = primary.dig(&["+short", name, "NAPTR"]);
        assert!(told.contains("/2/16/834/7!"), "{name}: {told}");
    }
    let told = primary.dig(&["ors-dummy.7.834.16.2.oid-res.org", "NAPTR"]);
    assert!(told.contains("REFUSED"), "{told}");
    primary.close();
}

#[test]
fn what_changed_too_much_is_sent_whole() {
    if !has("dig", "bind9-dnsutils") {
        return;
    }
    let primary = Primary::start("dnssec = false\n");
    let key = format!("hmac-sha256:xfr:{}", crate::harness::SECRET);
    let since = |serial: u32| {
        let asked = format!("IXFR={serial}");
        let told = primary.dig(&["-y", &key, APEX, &asked, "+noall", "+answer", "+time=60"]);
        // A difference has the SOA record four times, the whole zone twice.
        let names = told
            .lines()
            .filter(|line| line.contains("ors-dummy.") && line.contains("COID"));
        (told.matches("\tSOA\t").count(), names.count())
    };
    let first = serial(&primary);
    let blocks = |count: usize| {
        for _ in 0..count {
            primary.oidctl(&["allocate", NODE, "--block", "1000"]);
        }
    };
    blocks(ARCS_MAX / 1_000);
    let (soas, names) = since(first);
    assert_eq!((soas, names), (4, ARCS_MAX));
    let second = serial(&primary);
    primary.allocate("100000", &[]);
    let (soas, names) = since(first);
    assert_eq!((soas, names), (2, ARCS_MAX + 2));
    assert_eq!(since(second), (4, 1));
    // So much changes before anybody asks that the names are gathered anew.
    blocks(TOUCHED_MAX / 1_000 + 1);
    let told = primary.dig(&[
        "+time=60",
        "+short",
        &format!("ors-dummy.{}.{APEX}", ARCS_MAX + TOUCHED_MAX),
        "NAPTR",
    ]);
    assert!(told.contains("ORS+COID"), "{told}");
    primary.close();
}

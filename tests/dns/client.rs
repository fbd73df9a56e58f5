//! `oidctl ors` through a validating resolver (X.672 7): results, DNSSEC status, the nearest superior.

use std::{fs, process::Command, time::Duration};

use crate::{
    harness::{APEX, Other, Primary, SECRET, anchor, dig, free_port, has, until},
    support::OIDCTL,
};

fn ors(resolver: u16, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(OIDCTL)
        .arg("ors")
        .args(arguments)
        .args([
            "--resolver",
            &format!("127.0.0.1:{resolver}"),
            "--timeout",
            "8s",
        ])
        .env_remove("OIDRA_PROFILE")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (output.status.code(), said)
}

/// A validating resolver that asks the primary about the zone and nobody about anything else.
fn resolver(primary: &Primary, name: &str, anchors: &str) -> (Other, u16) {
    let port = free_port();
    let dir = primary.dir.path().join(name);
    fs::create_dir_all(&dir).unwrap();
    let (at, primary_port) = (dir.display(), primary.port);
    let config = format!(
        "options {{ directory \"{at}\"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};\n\
         pid-file \"{at}/pid\"; session-keyfile \"{at}/session.key\"; recursion yes; dnssec-validation yes; }};\n\
         controls {{}};\n{anchors}\n\
         zone \"{APEX}\" {{ type forward; forward only; forwarders {{ 127.0.0.1 port {primary_port}; }}; }};\n"
    );
    fs::write(dir.join("named.conf"), config).unwrap();
    let other = Other::start(&dir, "named", &["-g", "-4", "-c", "named.conf"]);
    until("the resolver", Duration::from_secs(20), || {
        dig(port, &["+rec", "SOA", APEX]).contains("status:")
    });
    (other, port)
}

#[test]
fn results_tell_what_is_there_and_how_sure_it_is() {
    if !(has("named", "bind9") && has("dig", "bind9-dnsutils")) {
        return;
    }
    let primary = Primary::start("");
    primary.allocate("7", &["--label", "Afya"]);
    let (_other, port) = resolver(&primary, "good", &anchor(primary.port));
    let check = |arguments: &[&str], code: i32, expect: &[&str]| {
        let (status, said) = ors(port, arguments);
        assert_eq!(status, Some(code), "{arguments:?}: {said}");
        for expect in expect {
            assert!(said.contains(expect), "{arguments:?}: {expect}\n{said}");
        }
    };
    check(
        &["/2/16/834/7", "COID"],
        0,
        &["/2/16/834/7\n", "OK", "DNSSEC: secure"],
    );
    check(
        &["2.16.834.7", "rinf", "--secure"],
        0,
        &["https://oid.example.org/ors/rinf/2.16.834.7"],
    );
    check(
        &["/2/16/834/Afya", "COID", "--secure"],
        0,
        &["/2/16/834/7\n", "secure"],
    );
    check(&["/2/16/834/7", "MINF"], 1, &["SERVICE_ABSENT", "secure"]);
    check(
        &["/2/16/834/77", "COID"],
        1,
        &["NOT_ORS_SUPPORTED", "secure"],
    );
    check(
        &["/2/16/834/7/1/2", "COID", "--nearest"],
        1,
        &["/2/16/834/7\n", "2 arcs above"],
    );
    check(&["/2/16/834//7", "COID"], 1, &["BAD_IRI"]);
    check(&["2.25.".to_owned().as_str(), "COID"], 1, &["BAD_IRI"]);
    let long = format!("/2/16/834{}", "/123456789".repeat(30));
    check(&[&long, "COID"], 1, &["NAME_TOO_LONG"]);
    let (_, said) = ors(port, &["/2/16/834/7", "COID", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(json["result"], "OK");
    assert_eq!(json["dnssec"], "secure");
    assert_eq!(json["values"][0]["value"], "/2/16/834/7");
    // Asked directly, the authority vouches for nothing.
    let (status, said) = ors(primary.port, &["/2/16/834/7", "COID"]);
    assert!(
        status == Some(0) && said.contains("DNSSEC: insecure"),
        "{said}"
    );
    let (status, said) = ors(primary.port, &["/2/16/834/7", "COID", "--secure"]);
    assert!(status == Some(1) && said.contains("INSECURE"), "{said}");
    // Under another key it is forged.
    let wrong = anchor(primary.port);
    let key = wrong.split('"').nth(3).unwrap();
    let (_forged, forged) = resolver(&primary, "bad", &wrong.replace(key, SECRET));
    let (status, said) = ors(forged, &["/2/16/834/7", "COID"]);
    assert!(status == Some(1) && said.contains("BOGUS"), "{said}");
    // Nobody answers there.
    let (status, said) = ors(free_port(), &["/2/16/834/7", "COID"]);
    assert!(status == Some(2) && said.contains("DNS_FAILURE"), "{said}");
    primary.close();
}

//! Signed statements as others check them: openssl, with nothing but the published key.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::{fs, path::Path, process::Command};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use support::{Server, verify};

/// What stands before the 32 octets of a public key of Ed25519 in the form that openssl reads (RFC 8410).
const SPKI: &str = "302a300506032b6570032100";

fn oidctl(server: &Server, arguments: &[&str]) -> String {
    let output = server.oidctl(arguments);
    assert!(output.status.success(), "{arguments:?} {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn decoded(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap()
}

/// Whether openssl takes the signature of a compact JWS by a JSON Web Key; `None` where there is no openssl 3.
fn openssl(folder: &Path, jws: &str, jwk: &Value) -> Option<bool> {
    let (signed, signature) = jws.trim().rsplit_once('.').unwrap();
    let file = |name: &str, octets: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, octets).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let mut key = hex::decode(SPKI).unwrap();
    key.extend(decoded(jwk["x"].as_str().unwrap()));
    let (signed, signature, key) = (
        file("signed", signed.as_bytes()),
        file("signature", &decoded(signature)),
        file("key.der", &key),
    );
    let output = Command::new("openssl")
        .args(["pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER"])
        .args(["-inkey", &key, "-in", &signed, "-sigfile", &signature])
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stdout);
    match (output.status.success(), said.contains("Signature Verified")) {
        (true, true) => Some(true),
        _ if said.contains("Signature Verification Failure") => Some(false),
        _ => None,
    }
}

#[test]
fn openssl_takes_a_statement_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let holder = [
        "--registrant-name",
        "Wizara ya Afya",
        "--registrant-kind",
        "organisation",
    ];
    let title = [
        "--title",
        "ar:وزارة الصحة",
        "--registrant-email",
        "a@x.example",
    ];
    oidctl(
        &server,
        &[
            &["allocate", "2.16.834", "--number", "7"],
            &holder[..],
            &title[..],
        ]
        .concat(),
    );
    let then = oidctl(&server, &["server", "revision"]).trim().to_owned();
    oidctl(
        &server,
        &[
            "state",
            "2.16.834.7",
            "suspend",
            "--reason",
            "a dispute",
            "--yes",
        ],
    );
    let jwk = fs::read_to_string(data.join("statement.jwk")).unwrap();
    let jwk: Value = serde_json::from_str(&jwk).unwrap();
    let now = oidctl(&server, &["statement", "get", "2.16.834.7"]);
    let past = oidctl(
        &server,
        &["statement", "get", "2.16.834.7", "--as-of", &then],
    );
    for (jws, state) in [(&now, "suspended"), (&past, "active")] {
        match openssl(folder.path(), jws, &jwk) {
            Some(taken) => assert!(taken),
            None => return eprintln!("openssl 3 is not here: passed over"),
        }
        let parts: Vec<&str> = jws.trim().split('.').collect();
        let claims: Value = serde_json::from_slice(&decoded(parts[1])).unwrap();
        assert_eq!(claims["sub"], "urn:oid:2.16.834.7");
        assert_eq!(claims["arc"]["state"], state);
        assert_eq!(claims["arc"]["holder"]["name"], "Wizara ya Afya");
        assert_eq!(claims["arc"]["titles"]["ar"], "وزارة الصحة");
        assert!(!claims.to_string().contains("x.example"), "{claims}");
        let forged = parts[1].replacen('y', "z", 1);
        let forged = [parts[0], &forged, parts[2]].join(".");
        assert_eq!(openssl(folder.path(), &forged, &jwk), Some(false));
    }
    assert_ne!(now, past);
    assert!(server.stop().success());
    verify(&data);
    // The key stays what it is.
    let server = Server::start(&data);
    let again = oidctl(&server, &["statement", "get", "2.16.834.7"]);
    assert_eq!(openssl(folder.path(), &again, &jwk), Some(true));
    assert!(server.stop().success());
}

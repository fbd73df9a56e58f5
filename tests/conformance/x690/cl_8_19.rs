//! X.690 8.19: OBJECT IDENTIFIER in BER and DER; every encoding is also shown to `openssl asn1parse` where it is.

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

use crate::peers::der::beyond_limits;
use crate::vectors::{octets, rows};
use oidra::oid::Oid;

#[test]
fn values() {
    for row in rows("x690-8.19-valid.tsv", 3) {
        let oid: Oid = row[0].parse().unwrap();
        assert_eq!(hex::encode(oid.to_der()), row[1], "{}", row[0]);
        assert_eq!(Oid::from_der(&octets(&row[1])).unwrap().to_string(), row[0]);
    }
}

/// What `openssl asn1parse` prints of octets on its standard input; none where it is not installed.
fn asn1parse(der: Vec<u8>) -> Option<String> {
    let child = Command::new("openssl")
        .args(["asn1parse", "-inform", "DER"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("openssl is not installed: its verdict on the encodings is left out");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    let writer = thread::spawn(move || stdin.write_all(&der).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Contents octets beyond which OpenSSL prints no object identifier (its reading of RFC 2578's limits).
const OPENSSL_CONTENTS_MAX: usize = 586;

#[test]
fn openssl_reads_every_encoding() {
    let mut oids: Vec<String> = rows("x690-8.19-valid.tsv", 3)
        .into_iter()
        .map(|r| r[0].clone())
        .collect();
    oids.extend(
        rows("valid-der.tsv", 3)
            .into_iter()
            .filter(|row| !beyond_limits(&octets(&row[1])))
            .map(|row| row[0].clone()),
    );
    oids.retain(|oid| oid.parse::<Oid>().unwrap().as_contents().len() <= OPENSSL_CONTENTS_MAX);
    assert!(oids.len() > 500);
    let encoded: Vec<Vec<u8>> = oids
        .iter()
        .map(|o| o.parse::<Oid>().unwrap().to_der())
        .collect();
    let Some(printed) = asn1parse(encoded.concat()) else {
        return;
    };
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), oids.len());
    let mut offset = 0;
    for ((line, oid), der) in lines.iter().zip(&oids).zip(&encoded) {
        let (place, rest) = line.split_once(':').unwrap();
        assert_eq!(place.trim(), offset.to_string(), "{line}");
        let (_, value) = rest.split_once("prim: OBJECT").unwrap();
        let value = value.trim().strip_prefix(':').unwrap();
        assert!(!value.contains("BAD OBJECT"), "{line}");
        // Where OpenSSL knows a name it prints that in place of the numbers.
        if value.starts_with(|c: char| c.is_ascii_digit()) {
            assert_eq!(value, oid);
        }
        offset += der.len();
    }
}

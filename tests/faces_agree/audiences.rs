//! What everybody may know of a person, by every face: a public e-mail address shows, and what is for registrars or for nobody does
//! not. To the staff the second shows, and the third to nobody.

use std::process::Output;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    http::Web,
    support::{Server, verify},
};

/// What everybody is shown, what the staff is, and what nobody is.
const PUBLIC: &str = "wazi@afya.example";
const STAFF: &str = "Mtaa wa Afya 7";
const NOBODY: &str = "+255 700 313 131";
/// A name that nobody is shown.
const NAME: &str = "Zuhura Fulani";

const OID: &str = "2.16.834.1";

/// Every path that tells of an arc, and as what it is asked for.
const PATHS: [(&str, &str); 7] = [
    ("/oid/2.16.834.1", "application/json"),
    ("/oid/2.16.834.1", "text/html"),
    ("/rdap/oid/2.16.834.1", "application/rdap+json"),
    ("/oidip/oid/2.16.834.1/text", "*/*"),
    ("/oidip/oid/2.16.834.1/json", "*/*"),
    ("/oidip/oid/2.16.834.1/xml", "*/*"),
    ("/ors/rinf/2.16.834.1", "*/*"),
];

fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn shows(face: &str, answer: &str, expect: [bool; 4]) {
    for (text, expect) in [PUBLIC, STAFF, NOBODY, NAME].into_iter().zip(expect) {
        assert_eq!(answer.contains(text), expect, "{text} by {face}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_is_shown_to_its_audience_by_every_face() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("oidra.toml");
    std::fs::write(&file, "[whois]\non = true\nlisten = \"127.0.0.1:0\"\n").unwrap();
    let server = Server::start_with(&data, &["--config", file.to_str().unwrap()]);
    let mut typed = vec!["allocate", "2.16.834", "--title", "en:Health"];
    typed.extend(["--registrant-name", NAME, "--registrant-kind", "person"]);
    typed.extend(["--registrant-email", PUBLIC, "--registrant-address", STAFF]);
    typed.extend(["--registrant-telephone", NOBODY]);
    for seen_by in ["name=nobody", "email=public", "telephone=nobody"] {
        typed.extend(["--registrant-seen-by", seen_by]);
    }
    done(&server.oidctl(&typed));
    let (public, staff) = ([true, false, false, false], [true, true, false, false]);
    let web = Web::at(&server);
    for (path, accept) in PATHS {
        let (status, answer) = web.get(path, accept).await;
        assert_eq!(status, 200, "{path}: {answer}");
        shows(&format!("{path} as {accept}"), &answer, public);
        let (_, answer) = web.get_as(&server.token(), path, accept).await;
        shows(&format!("{path} as {accept} to the staff"), &answer, staff);
    }
    let mut stream = TcpStream::connect(server.whois()).await.unwrap();
    let line = format!("oid:{OID}\r\n");
    stream.write_all(line.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    shows("WHOIS", &answer, public);
    let resolve = ["resolve", OID, "-o", "json"];
    shows("gRPC to the staff", &done(&server.oidctl(&resolve)), staff);
    let statement = done(&server.oidctl(&["statement", "get", OID, "-o", "json"]));
    shows("a statement", &statement, [false; 4]);
    // Whoever has everything that is held of a person has what nobody is shown.
    let resolved: serde_json::Value =
        serde_json::from_str(&done(&server.oidctl(&resolve))).unwrap();
    let id = resolved["entry"]["registrant"]["id"].as_str();
    let held = done(&server.oidctl(&["person", "export", id.unwrap()]));
    shows("an export", &held, [true; 4]);
    assert!(held.contains("\"telephone_seen_by\": \"nobody\""), "{held}");
    assert!(server.stop().success());
    verify(&data);
}

//! Erasing a person, with real programs: afterwards no file of the data directory holds what was erased, the journal still
//! verifies, a checkpoint that was kept before still fits, and a kill in the middle changes nothing of that.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod support;

use std::{fs, path::Path, process::Output, thread, time::Duration};

use serde_json::Value;
use support::{Server, verify};

/// What is erased: each once in a name, an address of mail, a number and an address.
const SECRETS: [&str; 4] = [
    "Zuhura Binti Fulani",
    "zuhura@siri.example",
    "+255 700 424 242",
    "Mtaa wa Siri 42",
];
/// What belongs to somebody else and stays.
const OTHER: &str = "Juma Mwingine";

/// The files below a directory that hold a text.
fn holding(directory: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(path).unwrap().map(|one| one.unwrap().path()));
        } else {
            let octets = fs::read(&path).unwrap();
            if octets
                .windows(text.len())
                .any(|part| part == text.as_bytes())
            {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&done(output)).unwrap()
}

/// An arc of Zuhura, who is also a principal, and one of somebody else; the ids of the registrant and the principal.
fn people(server: &Server) -> (String, String) {
    let [name, email, telephone, address] = SECRETS;
    let allocate = |name: &str, more: &[&str]| {
        let mut arguments = vec![
            "allocate",
            "2.16.834",
            "--registrant-name",
            name,
            "--registrant-kind",
            "person",
            "-o",
            "json",
        ];
        arguments.extend(more);
        json(&server.oidctl(&arguments))
    };
    let all = [
        "--registrant-email",
        email,
        "--registrant-telephone",
        telephone,
        "--registrant-address",
        address,
    ];
    let made = allocate(name, &all);
    let registrant = made["entries"][0]["registrant"]["id"].as_str().unwrap();
    // Known with other details, too, so that the tables keep a past.
    allocate(OTHER, &[]);
    let principal = json(&server.oidctl(&[
        "principal",
        "add",
        "--name",
        name,
        "--email",
        email,
        "-o",
        "json",
    ]));
    let principal = principal["principal"]["id"].as_str().unwrap().to_owned();
    done(&server.oidctl(&[
        "principal",
        "describe",
        &principal,
        "--telephone",
        telephone,
    ]));
    (registrant.to_owned(), principal)
}

/// An application that is made for a registrant, with a paper that holds the secrets.
fn applied_with_paper(server: &Server, registrant: &str, folder: &Path) -> String {
    let policy = [
        "policy",
        "set",
        "2.16.834",
        "--applicants",
        "principals",
        "--yes",
    ];
    done(&server.oidctl(&policy));
    let letter = folder.join("letter.txt");
    fs::write(&letter, SECRETS.join("\n")).unwrap();
    let asked = json(&server.oidctl(&[
        "application",
        "submit",
        "2.16.834",
        "--registrant",
        registrant,
        "--purpose",
        "Codes",
        "--declare",
        "--attach",
        letter.to_str().unwrap(),
        "-o",
        "json",
    ]));
    assert_eq!(asked["application"]["papers"][0]["name"], "letter.txt");
    asked["application"]["id"].as_str().unwrap().to_owned()
}

fn erase(server: &Server, id: &str) -> Output {
    server.oidctl(&[
        "person",
        "erase",
        id,
        "--basis",
        "PDPA s. 38",
        "--yes",
        "-o",
        "json",
    ])
}

fn nothing_is_left(data: &Path) {
    for secret in SECRETS {
        let left = holding(data, secret);
        assert!(left.is_empty(), "{secret} in {left:?}");
    }
    assert!(!holding(data, OTHER).is_empty(), "it erased somebody else");
}

/// Every face, so that whatever reads the tables on reads them while somebody is erased.
fn with_every_face(folder: &Path) -> String {
    let (dns, whois) = (support::free_port(), support::free_port());
    let file = folder.join("oidra.toml");
    let text = format!(
        "[dns]\nlisten = [\"127.0.0.1:{dns}\"]\nname_servers = [\"ns1.ra.example\"]\n\
         [whois]\non = true\nlisten = \"127.0.0.1:{whois}\"\n"
    );
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn nothing_of_who_was_erased_is_left_and_every_hash_still_holds() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let config = with_every_face(folder.path());
    let server = Server::start_with(&data, &["--config", &config]);
    let (registrant, principal) = people(&server);
    let application = applied_with_paper(&server, &registrant, folder.path());
    let papers = data.join("attachments").join(&application);
    assert_eq!(fs::read_dir(&papers).unwrap().count(), 1);
    for secret in SECRETS {
        assert!(
            !holding(&data, secret).is_empty(),
            "{secret} was never there"
        );
    }
    let export = |server: &Server, id: &str| done(&server.oidctl(&["person", "export", id]));
    let held = export(&server, &registrant);
    assert!(SECRETS.iter().all(|secret| held.contains(secret)), "{held}");
    assert!(
        held.contains("\"named_as\"") && held.contains("first-registrant"),
        "{held}"
    );
    assert!(held.contains("letter.txt"), "{held}");
    let held: Value = serde_json::from_str(&export(&server, &principal)).unwrap();
    assert_eq!(held["known"].as_array().unwrap().len(), 2, "{held}");
    assert_eq!(held["known"][1]["telephone"], SECRETS[2]);
    let info = |server: &Server| json(&server.oidctl(&["server", "info", "-o", "json"]));
    let before = info(&server);
    let told = json(&erase(&server, &registrant));
    assert_eq!(
        (told["person"].as_str(), told["basis"].as_str()),
        (Some(&*registrant), Some("PDPA s. 38"))
    );
    assert!(!papers.exists());
    let listed = done(&server.oidctl(&["application", "papers", &application, "-o", "json"]));
    assert!(!listed.contains("letter.txt"), "{listed}");
    // The service goes on, and what is not there is not there in the past either.
    let shown = done(&server.oidctl(&["resolve", "2.16.834.1"]));
    assert!(
        shown.contains(&registrant) && !shown.contains(SECRETS[0]),
        "{shown}"
    );
    let token = before["revision"]["token"].as_str().unwrap();
    let past = done(&server.oidctl(&["resolve", "2.16.834.1", "--as-of", token]));
    assert!(!past.contains(SECRETS[0]), "{past}");
    json(&erase(&server, &principal));
    for id in [&registrant, &principal] {
        let held = export(&server, id);
        assert!(held.contains("PDPA s. 38"), "{held}");
        assert!(
            SECRETS.iter().all(|secret| !held.contains(secret)),
            "{held}"
        );
    }
    let again = erase(&server, &principal);
    assert!(String::from_utf8_lossy(&again.stderr).contains("NOTHING_CHANGES"));
    nothing_is_left(&data);
    done(&server.oidctl(&["allocate", "2.16.834", "--title", "en:Later"]));
    let after = info(&server);
    assert!(server.stop().success());
    verify(&data);
    nothing_is_left(&data);
    assert!(!data.join("erasing").exists());
    let server = Server::start_with(&data, &["--config", &config]);
    assert_eq!(info(&server)["tree_head"], after["tree_head"]);
    assert!(server.stop().success());
    nothing_is_left(&data);
}

#[test]
fn a_public_name_can_stay_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let [name, email, ..] = SECRETS;
    let made = json(&server.oidctl(&[
        "allocate",
        "2.16.834",
        "--registrant-name",
        name,
        "--registrant-kind",
        "organisation",
        "--registrant-email",
        email,
        "--registrant-name-public",
        "-o",
        "json",
    ]));
    let id = made["entries"][0]["registrant"]["id"].as_str().unwrap();
    let arguments = [
        "person",
        "erase",
        id,
        "--basis",
        "on request",
        "--keep-public-name",
        "--yes",
    ];
    done(&server.oidctl(&arguments));
    let shown = done(&server.oidctl(&["resolve", "2.16.834.1"]));
    assert!(shown.contains(name) && !shown.contains(email), "{shown}");
    assert!(server.stop().success());
    verify(&data);
    assert_eq!(holding(&data, email), Vec::<String>::new());
    assert!(!holding(&data, name).is_empty());
}

#[test]
fn an_erasure_that_was_cut_off_is_finished_at_the_next_start() {
    let mut cut_off = 0;
    for round in 0..8 {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let server = Server::start(&data);
        let (registrant, principal) = people(&server);
        done(&erase(&server, &principal));
        let address = server.address().to_owned();
        let token = server.token();
        let id = registrant.clone();
        let erasing = thread::spawn(move || {
            std::process::Command::new(support::OIDCTL)
                .args([
                    "--server",
                    &address,
                    "person",
                    "erase",
                    &id,
                    "--basis",
                    "PDPA s. 38",
                    "--yes",
                ])
                .env("OIDRA_TOKEN", token)
                .output()
                .unwrap()
                .status
                .success()
        });
        thread::sleep(Duration::from_millis(15 + 9 * round));
        server.kill();
        let acknowledged = erasing.join().unwrap();
        if acknowledged {
            nothing_is_left(&data);
        }
        cut_off += u32::from(data.join("erasing").exists());
        let server = Server::start(&data);
        let said = String::from_utf8(erase(&server, &registrant).stderr).unwrap();
        assert!(!acknowledged || said.contains("NOTHING_CHANGES"), "{said}");
        assert!(server.stop().success());
        verify(&data);
        nothing_is_left(&data);
        assert!(!data.join("erasing").exists());
    }
    eprintln!("{cut_off} of 8 erasures were cut off in the middle");
}

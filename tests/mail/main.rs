//! Notices by mail, with real programs on both sides: `oidrad`, `oidctl`, and a mail server that is not ours.
//!
//! Where aiosmtpd is not here these tests say so and pass over; `tests/run` installs it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod office;
mod post;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use oidra::outbox::strangers::{
    STRANGER_BYTES_MAX, STRANGERS_PER_ADDRESS_MAX, STRANGERS_PER_SOURCE_MAX,
};

use office::Office;
use post::Post;
use support::{OIDRAD, free_port, verify};

/// What `tests/run` installs, or none.
macro_rules! post_or_return {
    ($folder:expr, $port:expr, $options:expr) => {
        match Post::start($folder, $port, $options) {
            Some(post) => post,
            None => return eprintln!("aiosmtpd is not here: passed over"),
        }
    };
}

fn settings(folder: &Path, port: u16, more: &str) -> String {
    let file = folder.join("oidra.toml");
    let text = format!(
        "[http]\npublic_url = \"https://ra.example\"\n[mail]\nserver = \"localhost\"\nport = {port}\n\
         from = \"Mamlaka ya Usajili <oid@ra.example>\"\nretry_seconds = 1\nretry_max_seconds = 2\ntimeout_seconds = 5\n{more}"
    );
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

const PLAIN: &str = "security = \"none\"\n";

#[test]
fn an_applicant_hears_of_every_step_in_their_language() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let mailbox = post_or_return!(folder.path(), port, &[]);
    let office = Office::open(folder.path(), &settings(folder.path(), port, PLAIN));
    let id = office.apply("Wizara ya Afya الصحة 𐍈", "asha@afya.example", "sw");
    office.reviewer(&["application", "acknowledge", &id]);
    office.reviewer(&["application", "ask", &id, "Orodha zipi? 𐍈 الصحة"]);
    office.applicant(&["application", "answer", &id, "Zote."]);
    office.reviewer(&["application", "comment", &id, "--to-applicant", "Asante."]);
    office.reviewer(&["application", "comment", &id, "Kwetu tu: siri."]);
    office.reviewer(&["application", "approve", &id]);
    let letters = mailbox.wait_for(4);
    let subjects: Vec<_> = letters.iter().map(|one| one.subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            format!("Ombi {id}: tumelipokea"),
            format!("Ombi {id}: tunahitaji maelezo kutoka kwako"),
            format!("Ombi {id}: maoni"),
            "2.16.834.1 ni yako".to_owned(),
        ]
    );
    for letter in &letters {
        assert_eq!(letter.to, "asha@afya.example");
        assert_eq!(letter.from, "Mamlaka ya Usajili <oid@ra.example>");
        assert!(letter.raw.is_ascii() && letter.raw.contains("Auto-Submitted: auto-generated"));
        assert!(!letter.body.contains("siri"), "{}", letter.body);
    }
    assert!(letters[0].body.contains("Wizara ya Afya الصحة 𐍈"));
    assert!(letters[1].body.contains("Orodha zipi? 𐍈 الصحة"));
    assert!(
        letters[3]
            .body
            .contains("https://ra.example/oid/2.16.834.1")
    );
    let mut ids: Vec<_> = letters.iter().map(|one| &one.message_id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    // The arc's life goes on: what changes, and to whom it goes.
    office.staff(&[
        "amend",
        "2.16.834.1",
        "--title",
        "sw:Afya",
        "--override-reason",
        "asked for",
    ]);
    office.staff(&["state", "2.16.834.1", "suspend", "--reason", "x", "--yes"]);
    office.staff(&["state", "2.16.834.1", "activate", "--reason", "x", "--yes"]);
    let letters = mailbox.wait_for(7);
    assert_eq!(letters[4].subject, "2.16.834.1: taarifa zimebadilishwa");
    assert_eq!(letters[5].subject, "2.16.834.1 sasa imesimamishwa");
    office.close();
}

#[test]
fn an_outage_delays_and_loses_nothing_and_a_refused_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let office = Office::open(folder.path(), &settings(folder.path(), port, PLAIN));
    let first = office.apply("One", "busy@x.example", "en");
    office.reviewer(&["application", "acknowledge", &first]);
    let second = office.apply("Two", "gone@x.example", "en");
    office.reviewer(&["application", "acknowledge", &second]);
    let third = office.apply("Three", "", "en");
    office.reviewer(&["application", "acknowledge", &third]);
    std::thread::sleep(Duration::from_secs(2));
    let mailbox = post_or_return!(folder.path(), port, &[]);
    let letters = mailbox.wait_for(1);
    assert_eq!(letters[0].to, "busy@x.example");
    office.until(|notices| {
        let outcome = |at: usize| notices[at]["outcome"].as_str().unwrap_or_default();
        outcome(0) == "sent" && outcome(1) == "refused" && outcome(2) == "no-address"
    });
    let notices = office.notices();
    assert_eq!(notices[1]["reply"], 550);
    let shown = office.staff(&["notice", "list", "-o", "table"]);
    assert!(shown.contains("refused (550)"), "{shown}");
    assert!(!shown.contains("x.example"), "no address is told: {shown}");
    office.close();
}

#[test]
fn a_kill_between_approval_and_mail_loses_no_notice() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let config = settings(folder.path(), port, PLAIN);
    let office = Office::open(folder.path(), &config);
    let id = office.apply("One", "asha@x.example", "en");
    office.reviewer(&["application", "review", &id]);
    office.reviewer(&["application", "approve", &id]);
    let office = office.killed_and_opened(&config);
    let mailbox = post_or_return!(folder.path(), port, &[]);
    let sent = mailbox.wait_for(1);
    assert_eq!(sent[0].subject, "2.16.834.1 is yours");
    office.until(|notices| notices[0]["outcome"] == "sent");
    // Killed again: what was recorded as sent is not sent anew.
    let office = office.killed_and_opened(&config);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(mailbox.wait_for(1).len(), 1);
    let expect = notice_message_id(&office);
    assert_eq!(sent[0].message_id, expect);
    office.close();
}

#[test]
fn a_stranger_is_taken_in_once_their_address_is_proven() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let config = settings(folder.path(), port, PLAIN);
    let office = Office::open(folder.path(), &config);
    // Nobody known may apply only where the policy says so.
    let (done, _, said) = office.nobody(&stranger("a@x.example", "Zahra"));
    assert!(!done && said.contains("TOKEN_MISSING"), "{said}");
    office.take_strangers();
    office.staff(&[
        "allocate",
        "2.16.834",
        "--identifier",
        "siri",
        "--visibility",
        "hidden",
    ]);
    office.staff(&["allocate", "2.16.834", "--identifier", "afya"]);
    let before = office.revision();
    // What everybody may know to be taken is refused; a clash with what is hidden is not.
    let mut clash = stranger("a@x.example", "Zahra");
    clash.extend(["--identifier", "afya"]);
    let (done, _, said) = office.nobody(&clash);
    assert!(!done && said.contains("IDENTIFIER_TAKEN"), "{said}");
    let mut hidden = stranger("a@x.example", "Zahra الزهراء 𐍈");
    hidden.extend(["--identifier", "siri"]);
    let (done, told, said) = office.nobody(&hidden);
    assert!(done, "{said}");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let verification = told["verification"].as_str().unwrap();
    let (done, _, said) = office.nobody(&stranger("not an address", "Zahra"));
    assert!(!done && said.contains("entry.registrant"), "{said}");
    // Before the code is shown nothing stands in the register, and after a kill all is still there.
    assert_eq!(office.revision(), before);
    let office = office.killed_and_opened(&config);
    let mailbox = post_or_return!(folder.path(), port, &[]);
    let letter = mailbox.wait_for(1).pop().unwrap();
    assert_eq!(letter.to, "a@x.example");
    let code = letter.subject.rsplit(' ').next().unwrap().to_owned();
    assert!(
        letter
            .body
            .contains(&format!("oidctl application verify {verification} {code}"))
    );
    let wrong = if code.starts_with('0') {
        "1000-0000-0000"
    } else {
        "0000-0000-0000"
    };
    for (which, code) in [
        (verification, wrong),
        ("v-00", &*code),
        ("", ""),
        ("../x", &*code),
    ] {
        let (done, _, said) = office.nobody(&["application", "verify", which, code]);
        assert!(!done && said.contains("VERIFICATION_UNKNOWN"), "{said}");
    }
    assert_eq!(office.revision(), before);
    let spelt = code.to_lowercase().replace('-', " ");
    let show = ["application", "verify", verification, &spelt, "-o", "json"];
    let (done, told, said) = office.nobody(&show);
    assert!(done, "{said}");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let token = told["token"].as_str().unwrap();
    let id = told["application"]["id"].as_str().unwrap();
    // An answer that was lost is had again, and nothing is handed in twice.
    let (_, again, _) = office.nobody(&show);
    let again: serde_json::Value = serde_json::from_str(&again).unwrap();
    assert_eq!(
        (again["token"].as_str(), &again["replayed"]),
        (Some(token), &true.into())
    );
    assert_eq!(office.revision(), before + 1);
    // What was told stands in the register now and nowhere else.
    for file in fs::read_dir(folder.path().join("data/strangers")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(
            !text.contains("x.example") && text.contains("\"request\":\"\""),
            "{text}"
        );
    }
    // The stranger speaks for the application, and can do nothing else.
    let own = |arguments: &[&str]| office.as_somebody(token, arguments);
    office.reviewer(&["application", "ask", id, "Why?"]);
    assert!(own(&["application", "amend", id, "--identifier", "zahra"]).0);
    assert!(own(&["application", "answer", id, "So."]).0);
    for beyond in [
        &["allocate", "2.16.834"][..],
        &["principal", "add", "--name", "x"],
        &["token", "issue", told["principal"].as_str().unwrap()],
        &["resolve", "siri"],
    ] {
        assert!(!own(beyond).0, "{beyond:?}");
    }
    office.reviewer(&["application", "approve", id]);
    assert!(own(&["application", "show", id]).1.contains("approved"));
    let announced = mailbox.wait_for(3).pop().unwrap();
    assert_eq!(announced.subject, "2.16.834.3 is yours");
    office.close();
}

fn stranger<'a>(email: &'a str, name: &'a str) -> Vec<&'a str> {
    vec![
        "application",
        "submit",
        "2.16.834",
        "--registrant-name",
        name,
        "--registrant-kind",
        "person",
        "--registrant-email",
        email,
        "--title",
        "en:Mine",
        "--purpose",
        "Codes",
        "--declare",
        "-o",
        "json",
    ]
}

#[test]
fn strangers_cannot_crowd_the_store_nor_guess_codes() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let more = format!("{PLAIN}[limits]\ntoken_failures_per_minute = 5\n");
    let office = Office::open(folder.path(), &settings(folder.path(), port, &more));
    office.take_strangers();
    let before = office.revision();
    for _ in 0..STRANGERS_PER_ADDRESS_MAX {
        assert!(office.nobody(&stranger("a@x.example", "A")).0);
    }
    let (done, _, said) = office.nobody(&stranger("A@x.example", "A"));
    assert!(!done && said.contains("RATE_LIMITED"), "{said}");
    let addresses: Vec<_> = (0..STRANGERS_PER_SOURCE_MAX)
        .map(|n| format!("b{n}@x.example"))
        .collect();
    let last = addresses
        .iter()
        .map(|one| office.nobody(&stranger(one, "B")));
    let refused = last.filter(|(done, _, said)| !done && said.contains("RATE_LIMITED"));
    assert_eq!(refused.count(), STRANGERS_PER_ADDRESS_MAX);
    let long = "x".repeat(STRANGER_BYTES_MAX);
    let mut large = stranger("c@x.example", "C");
    large.extend(["--description", &long]);
    assert!(!office.nobody(&large).0);
    assert_eq!(office.revision(), before);
    let mut said = String::new();
    for _ in 0..6 {
        said = office
            .nobody(&["application", "verify", "v-1", "0000-0000-0000"])
            .2;
    }
    assert!(said.contains("RATE_LIMITED"), "{said}");
    // What is kept is for the server's owner alone.
    let kept = folder.path().join("data/strangers");
    let files: Vec<_> = fs::read_dir(&kept)
        .unwrap()
        .map(|one| one.unwrap())
        .collect();
    assert_eq!(files.len(), STRANGERS_PER_SOURCE_MAX);
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0);
    }
    office.close();
}

/// However busy the register is, a code that a mail server does not take now is tried as seldom as any letter.
#[test]
fn a_greylisted_code_waits_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let mailbox = post_or_return!(folder.path(), port, &[]);
    let office = Office::open(folder.path(), &settings(folder.path(), port, PLAIN));
    office.take_strangers();
    let begun = Instant::now();
    assert!(office.nobody(&stranger("wait@x.example", "A")).0);
    assert!(office.nobody(&stranger("busy@x.example", "B")).0);
    for _ in 0..40 {
        office.staff(&["allocate", "2.16.834"]);
    }
    let letters = mailbox.wait_for(1);
    assert_eq!(letters[0].to, "busy@x.example");
    let tries = mailbox.tries();
    // At once, a second later, and then every other second.
    let most = begun.elapsed().as_secs() / 2 + 3;
    assert!((1..=most).contains(&tries), "{tries} tries");
    assert!(tries < 40, "as often as the register changes");
    office.close();
}

/// Killed again and again while letters go out: each arrives, and one that arrives twice has the Message-ID that it had.
#[test]
fn kills_while_letters_go_out_lose_none() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let config = settings(folder.path(), port, PLAIN);
    let mailbox = post_or_return!(folder.path(), port, &[]);
    let mut office = Office::open(folder.path(), &config);
    let mut wanted = Vec::new();
    for round in 0..4 {
        for _ in 0..5 {
            let id = office.apply("One", "asha@x.example", "en");
            office.reviewer(&["application", "acknowledge", &id]);
            wanted.push(format!("Application {id}: we have it"));
        }
        std::thread::sleep(Duration::from_millis(37 * round));
        office = office.killed_and_opened(&config);
    }
    office
        .until(|notices| notices.len() == 20 && notices.iter().all(|one| one["outcome"] == "sent"));
    let letters = mailbox.letters();
    for subject in wanted {
        let mut ids: Vec<_> = letters
            .iter()
            .filter(|one| one.subject == subject)
            .map(|one| &one.message_id)
            .collect();
        ids.dedup();
        assert_eq!(ids.len(), 1, "{subject}");
    }
    office.close();
}

fn notice_message_id(office: &Office) -> String {
    let notice = office.notices()[0]["id"].as_str().unwrap().to_owned();
    let info: serde_json::Value =
        serde_json::from_str(&office.staff(&["server", "info", "-o", "json"])).unwrap();
    let register = info["register_id"].as_str().unwrap();
    format!("<{notice}.{register}@ra.example>")
}

#[test]
fn mail_is_sealed_and_its_sender_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let made = Command::new(OIDRAD)
        .args(["dev-certificate", "--dir", keys.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(made.status.success());
    let at = |name: &str| keys.join(name).to_str().unwrap().to_owned();
    let (certificate, key) = (at("server.pem"), at("server.key"));
    let password = folder.path().join("password");
    fs::write(&password, "siri kubwa\n").unwrap();
    fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
    let ca = fs::read_dir(&keys)
        .unwrap()
        .filter_map(|one| one.unwrap().file_name().into_string().ok());
    let ca = ca
        .into_iter()
        .find(|name| name.starts_with("ca") && !name.contains("key"))
        .unwrap();
    for security in ["starttls", "tls"] {
        let place = folder.path().join(security);
        fs::create_dir(&place).unwrap();
        let port = free_port();
        let options = [security, &certificate, &key, "auth", "oidra", "siri kubwa"];
        let mailbox = post_or_return!(&place, port, &options);
        let more = format!(
            "security = \"{security}\"\nca = \"{}\"\nusername = \"oidra\"\npassword_file = \"{}\"\n",
            at(&ca),
            password.display()
        );
        let office = Office::open(&place, &settings(&place, port, &more));
        let id = office.apply("One", "asha@x.example", "en");
        office.reviewer(&["application", "acknowledge", &id]);
        let letters = mailbox.wait_for(1);
        assert_eq!(letters[0].how, "sealed known", "{security}");
        // Without the authority that certified it the server is not trusted, and nothing is sent.
        let office = office.killed_and_opened(&settings(
            &place,
            port,
            &format!("security = \"{security}\"\n"),
        ));
        office.reviewer(&["application", "comment", &id, "--to-applicant", "x"]);
        std::thread::sleep(Duration::from_secs(2));
        assert_eq!(mailbox.letters().len(), 1, "{security}");
        office.close();
    }
}

#[test]
fn without_a_mail_server_nothing_is_queued() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.toml");
    fs::write(&file, "").unwrap();
    let office = Office::open(folder.path(), file.to_str().unwrap());
    let id = office.apply("One", "asha@x.example", "en");
    office.reviewer(&["application", "acknowledge", &id]);
    assert_eq!(office.notices().len(), 0);
    let data = office.close();
    verify(&data);
}

/// The code that a letter brings.
fn code_in(letter: &post::Letter) -> String {
    let (_, after) = letter.body.split_once("--code ").unwrap();
    after.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn an_arc_changes_hands_when_both_sides_showed_the_code_that_was_mailed() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let config = settings(folder.path(), port, PLAIN);
    let office = Office::open(folder.path(), &config);
    office.staff(&["policy", "set", "2.16.834", "--transfers-agreed", "--yes"]);
    let somebody = |name, email| {
        [
            "--registrant-name",
            name,
            "--registrant-kind",
            "organisation",
            "--registrant-email",
            email,
        ]
    };
    let holder = somebody("Wizara", "holder@x.example");
    office.staff(&[&["allocate", "2.16.834", "--number", "7"], &holder[..]].concat());
    let receiver = somebody("Wakala", "receiver@x.example");
    let at_once = [&["transfer", "2.16.834.7", "--yes"], &receiver[..]].concat();
    let root = office.root();
    let (done, _, said) = office.as_somebody(&root, &at_once);
    assert!(!done && said.contains("CONSENT_REQUIRED"), "{said}");
    office.staff(&[&at_once[..], &["--offer"]].concat());
    let mailbox = post_or_return!(folder.path(), port, &[]);
    let letters = mailbox.wait_for(2);
    let to = |who: &str| letters.iter().find(|one| one.to == who).unwrap();
    let codes = [
        code_in(to("receiver@x.example")),
        code_in(to("holder@x.example")),
    ];
    assert_ne!(codes[0], codes[1]);
    let consent = |office: &Office, oid: &str, code: &str| {
        office.nobody(&["consent", oid, "--code", code, "--yes"])
    };
    let before = office.revision();
    for (oid, code) in [
        ("2.16.834.7", "0000-0000-0000"),
        ("2.16.834.7", "x"),
        ("2.16.834", &*codes[0]),
        ("2.16.834.8", &*codes[0]),
    ] {
        let (done, _, said) = consent(&office, oid, code);
        assert!(!done && said.contains("VERIFICATION_UNKNOWN"), "{said}");
    }
    // Tried, it tells what would come of it and records nothing.
    let dry = ["consent", "2.16.834.7", "--code", &codes[0], "--dry-run"];
    assert!(office.nobody(&dry).0);
    assert_eq!(office.revision(), before);
    let spelt = codes[0].to_lowercase().replace('-', " ");
    let (done, told, said) = consent(&office, "2.16.834.7", &spelt);
    assert!(done, "{said}");
    // Whoever has no rights there is not told what waits.
    assert!(!told.contains("waits"), "{told}");
    let shown = office.staff(&["resolve", "2.16.834.7"]);
    assert!(shown.contains("agreed by the receiver"), "{shown}");
    assert!(shown.contains("Wizara"), "{shown}");
    let (done, _, said) = consent(&office, "2.16.834.7", &codes[0]);
    assert!(!done && said.contains("NOTHING_CHANGES"), "{said}");
    // The codes are as good after a kill.
    let office = office.killed_and_opened(&config);
    let (done, _, said) = consent(&office, "2.16.834.7", &codes[1]);
    assert!(done, "{said}");
    let shown = office.staff(&["resolve", "2.16.834.7"]);
    assert!(shown.contains("Wakala"), "{shown}");
    let (done, _, said) = consent(&office, "2.16.834.7", &codes[1]);
    assert!(!done && said.contains("VERIFICATION_UNKNOWN"), "{said}");
    let mut subjects: Vec<_> = mailbox
        .wait_for(4)
        .into_iter()
        .map(|one| one.subject)
        .collect();
    subjects.sort();
    assert_eq!(
        subjects[2..],
        [
            "Do you agree to the transfer of 2.16.834.7?",
            "Do you agree to the transfer of 2.16.834.7?"
        ]
    );
    // A lock of the holder is released by the holder's code.
    let loud = ["--override-reason", "asked by letter"];
    office.staff(&[&["lock", "2.16.834.7"], &loud[..]].concat());
    let (done, _, said) = office.as_somebody(
        &root,
        &[&["amend", "2.16.834.7", "--title", "en:x"], &loud[..]].concat(),
    );
    assert!(!done && said.contains("ARC_LOCKED"), "{said}");
    office.staff(&[&["unlock", "2.16.834.7"], &loud[..]].concat());
    let (done, _, said) = office.as_somebody(
        &root,
        &[&["consent", "2.16.834.7", "--yes"], &loud[..]].concat(),
    );
    assert!(!done && said.contains("FOUR_EYES"), "{said}");
    let asked = mailbox.wait_for(6);
    let asked = asked.iter().find(|one| one.subject.contains("unlocked"));
    let asked = asked.unwrap();
    assert_eq!(asked.to, "receiver@x.example");
    let (done, _, said) = consent(&office, "2.16.834.7", &code_in(asked));
    assert!(done, "{said}");
    office.staff(&[&["amend", "2.16.834.7", "--title", "en:x"], &loud[..]].concat());
    office.close();
}

#[test]
fn a_registrant_confirms_what_is_known_of_it_by_the_code_that_was_mailed() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let config = settings(folder.path(), port, PLAIN);
    let mailbox = post_or_return!(folder.path(), port, &[]);
    let office = Office::open(folder.path(), &config);
    let holder = [
        "--registrant-name",
        "Wizara",
        "--registrant-kind",
        "organisation",
        "--registrant-email",
        "holder@x.example",
    ];
    office.staff(&[&["allocate", "2.16.834", "--number", "7"], &holder[..]].concat());
    std::thread::sleep(Duration::from_secs(1));
    let checks = ["--check-every", "1s", "--check-answer", "1d", "--yes"];
    office.staff(&[&["policy", "set", "2.16.834"], &checks[..]].concat());
    let letters = mailbox.wait_for(1);
    assert_eq!(letters[0].to, "holder@x.example");
    assert_eq!(
        letters[0].subject,
        "Is what we know of the registrant of 2.16.834.7 still right?"
    );
    assert!(letters[0].body.contains("Wizara"), "{}", letters[0].body);
    let code = code_in(&letters[0]);
    let confirm =
        |office: &Office, oid: &str, code: &str| office.nobody(&["confirm", oid, "--code", code]);
    let before = office.revision();
    for (oid, code) in [
        ("2.16.834.7", "0000-0000-0000"),
        ("2.16.834", &*code),
        ("2.16.834.8", &*code),
    ] {
        let (done, _, said) = confirm(&office, oid, code);
        assert!(!done && said.contains("VERIFICATION_UNKNOWN"), "{said}");
    }
    // A code of consent is another.
    let (done, _, said) = office.nobody(&["consent", "2.16.834.7", "--code", &code, "--yes"]);
    assert!(!done && said.contains("VERIFICATION_UNKNOWN"), "{said}");
    assert_eq!(office.revision(), before);
    // The code is as good after a kill.
    let office = office.killed_and_opened(&config);
    let (done, told, said) = confirm(&office, "2.16.834.7", &code.to_lowercase());
    assert!(done, "{said}");
    assert!(!told.contains("confirmed"), "for staff: {told}");
    let shown = office.staff(&["resolve", "2.16.834.7"]);
    assert!(shown.contains("confirmed"), "{shown}");
    let (done, _, said) = confirm(&office, "2.16.834.7", &code);
    assert!(!done && said.contains("VERIFICATION_UNKNOWN"), "{said}");
    // What staff marks, its registrant is told of, with what is said to be wrong.
    let mark = [
        "suspect",
        "report",
        "2.16.834.7",
        "--what",
        "another ministry now",
    ];
    office.staff(&mark);
    let letters = mailbox.wait_for(2);
    let told = letters
        .iter()
        .find(|one| one.body.contains("another ministry now"));
    assert_eq!(told.unwrap().to, "holder@x.example");
    office.close();
}

//! Every limit, one past it, and every value that a field cannot have.

use super::*;
use crate::model::entry::ContactRole;
use crate::model::limits::{
    DESCRIPTION_BYTES_MAX, SERVICE_KIND_CHARS_MAX, TITLE_BYTES_MAX, URI_BYTES_MAX,
};
use crate::rules::testing::{label, named, new_registrant, refusals, text};

fn check(set: impl FnOnce(&mut NewEntry), code: Code, field: &str) {
    assert_eq!(faults(set).first(), Some(&(code, field.to_owned())));
}

fn fine(set: impl FnOnce(&mut NewEntry)) {
    assert_eq!(faults(set), []);
}

fn faults(set: impl FnOnce(&mut NewEntry)) -> Vec<(Code, String)> {
    let mut entry = NewEntry::default();
    set(&mut entry);
    let mut faults = Faults::new();
    faults.entry(&entry, Timestamp::from_micros(100));
    faults
        .refuse()
        .map_or_else(|refused| refusals(&refused), |()| Vec::new())
}

fn language(at: usize) -> String {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    format!("q{}{}", letter(at / 26), letter(at))
}

fn texts(count: usize) -> Vec<Text> {
    let one = |at| Text {
        language: language(at).parse().unwrap(),
        text: "x".to_owned(),
    };
    (0..count).map(one).collect()
}

fn service(kind: &str, uri: &str) -> Service {
    Service {
        kind: kind.to_owned(),
        uri: uri.to_owned(),
        priority: 0,
    }
}

fn paper(title: &str) -> Reference {
    Reference {
        title: title.to_owned(),
        uri: None,
        asn1_module: None,
    }
}

fn technical(party: RegistrantRef) -> Contact<RegistrantRef> {
    let role = ContactRole::Technical;
    Contact { role, party }
}

fn office(number: usize) -> RegistrantRef {
    RegistrantRef::Known(format!("r-{number}").parse().unwrap())
}

#[test]
fn every_limit_is_exact() {
    let ids = |count: usize| {
        (0..count)
            .map(|n| format!("a{n}").parse().unwrap())
            .collect::<Vec<_>>()
    };
    let labels = |count: usize| {
        (0..count)
            .map(|n| label(&format!("a{n}")))
            .collect::<Vec<_>>()
    };
    let services = |count: usize| {
        (0..count)
            .map(|n| service("web", &format!("urn:x:{n}")))
            .collect::<Vec<_>>()
    };
    let papers = |count: usize| {
        (0..count)
            .map(|n| paper(&n.to_string()))
            .collect::<Vec<_>>()
    };
    let many = Code::TooManyValues;
    fine(|e| e.identifiers = ids(IDENTIFIERS_MAX));
    check(
        |e| e.identifiers = ids(IDENTIFIERS_MAX + 1),
        many,
        "identifiers",
    );
    fine(|e| e.labels = labels(LABELS_MAX));
    check(|e| e.labels = labels(LABELS_MAX + 1), many, "labels");
    fine(|e| e.titles = texts(LANGUAGES_MAX));
    check(|e| e.titles = texts(LANGUAGES_MAX + 1), many, "titles");
    check(
        |e| e.descriptions = texts(LANGUAGES_MAX + 1),
        many,
        "descriptions",
    );
    fine(|e| e.services = services(SERVICES_MAX));
    check(
        |e| e.services = services(SERVICES_MAX + 1),
        many,
        "services",
    );
    fine(|e| e.references = papers(REFERENCES_MAX));
    check(
        |e| e.references = papers(REFERENCES_MAX + 1),
        many,
        "references",
    );
    let contacts = |count: usize| (0..count).map(|n| technical(office(n))).collect::<Vec<_>>();
    fine(|e| e.contacts = contacts(CONTACTS_MAX));
    check(
        |e| e.contacts = contacts(CONTACTS_MAX + 1),
        many,
        "contacts",
    );
    let long = Code::FieldTooLong;
    fine(|e| e.titles = vec![text(&"x".repeat(TITLE_BYTES_MAX))]);
    check(
        |e| e.titles = vec![text(&"x".repeat(TITLE_BYTES_MAX + 1))],
        long,
        "titles[0].text",
    );
    fine(|e| e.descriptions = vec![text(&"x".repeat(DESCRIPTION_BYTES_MAX))]);
    let text_field = "descriptions[0].text";
    check(
        |e| e.descriptions = vec![text(&"x".repeat(DESCRIPTION_BYTES_MAX + 1))],
        long,
        text_field,
    );
    let uri = |bytes: usize| format!("urn:{}", "x".repeat(bytes - 4));
    fine(|e| e.services = vec![service("web", &uri(URI_BYTES_MAX))]);
    check(
        |e| e.services = vec![service("web", &uri(URI_BYTES_MAX + 1))],
        long,
        "services[0].uri",
    );
    let kind = "x".repeat(SERVICE_KIND_CHARS_MAX + 1);
    check(
        |e| e.services = vec![service(&kind, "urn:x")],
        long,
        "services[0].kind",
    );
    check(
        |e| e.references = vec![paper(&"x".repeat(NOTE_BYTES_MAX + 1))],
        long,
        "references[0].title",
    );
    let name = new_registrant(&"x".repeat(NOTE_BYTES_MAX + 1));
    check(|e| e.registrant = Some(name), long, "registrant.name");
    let name = new_registrant(&"x".repeat(NOTE_BYTES_MAX + 1));
    check(
        |e| e.contacts = vec![technical(office(1)), technical(name)],
        long,
        "contacts[1].party.registrant.name",
    );
}

#[test]
fn doubled_and_empty_values() {
    let twice = Code::DuplicateValue;
    check(
        |e| *e = named(&["a", "b", "a"], &[]),
        twice,
        "identifiers[2]",
    );
    fine(|e| *e = named(&["aB", "ab"], &[]));
    check(
        |e| *e = named(&[], &["Straße", "STRASSE"]),
        twice,
        "labels[1]",
    );
    check(
        |e| e.titles = vec![text("a"), text("b")],
        twice,
        "titles[1].language",
    );
    check(
        |e| e.services = vec![service("web", "urn:x"), service("web", "urn:x")],
        twice,
        "services[1]",
    );
    fine(|e| e.services = vec![service("web", "urn:x"), service("ors", "urn:x")]);
    check(
        |e| e.references = vec![paper("a"), paper("b"), paper("a")],
        twice,
        "references[2]",
    );
    for party in [office(1), new_registrant("Asha")] {
        let twice_technical = vec![technical(party.clone()), technical(party.clone())];
        check(|e| e.contacts = twice_technical, twice, "contacts[1]");
        let abuse = Contact {
            role: ContactRole::Abuse,
            party: party.clone(),
        };
        fine(|e| e.contacts = vec![technical(party), abuse]);
    }
    let empty = Code::FieldRequired;
    check(
        |e| e.titles = vec![text("\u{A0} ")],
        empty,
        "titles[0].text",
    );
    check(
        |e| e.services = vec![service("", "urn:x")],
        empty,
        "services[0].kind",
    );
    check(
        |e| e.services = vec![service("web", "")],
        empty,
        "services[0].uri",
    );
    check(
        |e| e.references = vec![paper("")],
        empty,
        "references[0].title",
    );
}

#[test]
fn values_that_cannot_be() {
    let invalid = Code::FieldInvalid;
    for uri in [
        "example.org",
        "://x",
        "1a:b",
        "a b:c",
        "https:",
        "https://a b",
        "https://a\n",
        "https://<x>",
    ] {
        check(
            |e| e.services = vec![service("web", uri)],
            invalid,
            "services[0].uri",
        );
    }
    for uri in [
        "javascript:alert(1)",
        "JavaScript:x",
        "data:text/html,x",
        "vbscript:x",
        "blob:x",
    ] {
        check(
            |e| e.services = vec![service("web", uri)],
            invalid,
            "services[0].uri",
        );
    }
    for uri in [
        "https://example.org/ä?b=c#d",
        "urn:oid:2.16.834",
        "mailto:office@example.org",
    ] {
        fine(|e| e.services = vec![service("web", uri)]);
    }
    check(
        |e| e.services = vec![service("Web", "urn:x")],
        invalid,
        "services[0].kind",
    );
    check(|e| e.titles = vec![text("a\nb")], invalid, "titles[0].text");
    fine(|e| e.descriptions = vec![text("a\nb\tc")]);
    check(
        |e| e.descriptions = vec![text("a\u{1b}[2J")],
        invalid,
        "descriptions[0].text",
    );
    check(
        |e| e.applied = Some(Timestamp::from_micros(101)),
        invalid,
        "applied",
    );
    fine(|e| e.applied = Some(Timestamp::from_micros(100)));
    check(
        |e| *e = named(&[], &["１２３"]),
        Code::LabelSyntax,
        "labels[0]",
    );
    for email in ["office", "@example.org", "office@", "of fice@example.org"] {
        let RegistrantRef::New { kind, mut details } = new_registrant("Office") else {
            panic!()
        };
        details.email = Some(email.to_owned());
        let registrant = Some(RegistrantRef::New { kind, details });
        check(|e| e.registrant = registrant, invalid, "registrant.email");
    }
}

#[test]
fn reasons_are_bounded() {
    let mut submission = crate::rules::testing::submission(crate::model::Command::ExpireHolds);
    submission.reason = Some("x".repeat(NOTE_BYTES_MAX));
    let mut faults = Faults::new();
    faults.submission(&submission);
    assert!(faults.refuse().is_ok());
    submission.override_reason = Some("x".repeat(NOTE_BYTES_MAX + 1));
    let mut faults = Faults::new();
    faults.submission(&submission);
    let got = refusals(&faults.refuse().unwrap_err());
    assert_eq!(
        got,
        [(Code::FieldTooLong, "options.override_reason".to_owned())]
    );
}

#[test]
fn a_zone_elsewhere_has_so_many_servers_each_once() {
    let server = |at: usize| format!("ns{at}.example").parse().unwrap();
    let signer = || "1 15 9 abcd".parse().unwrap();
    let check = |servers: Vec<_>, signers: usize, expect: &[&str]| {
        let mut faults = Faults::new();
        faults.delegation(&Delegation::External {
            oidip: None,
            ors: None,
            name_servers: servers,
            signers: (0..signers).map(|_| signer()).collect(),
        });
        let told = faults
            .refuse()
            .map_or_else(|refused| refusals(&refused), |()| Vec::new());
        let fields: Vec<_> = told.iter().map(|(_, field)| field.as_str()).collect();
        assert_eq!(fields, expect);
    };
    let servers = |count: usize| (0..count).map(server).collect::<Vec<_>>();
    check(servers(NAME_SERVERS_MAX), SIGNERS_MAX, &[]);
    check(
        servers(NAME_SERVERS_MAX + 1),
        0,
        &["delegation.name_servers"],
    );
    check(
        servers(1),
        SIGNERS_MAX + 1,
        &["delegation.delegation_signers"],
    );
    check(
        vec![server(1), server(2), server(1)],
        0,
        &["delegation.name_servers[2]"],
    );
}

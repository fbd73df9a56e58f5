//! Answers of OID-IP read back by readers of our own, and what Standard 2 (2024-09-02) says of them checked without any schema
//! file: which sections and fields, in which order, how often, and what they may hold.
//!
//! It shares no code with the writers under test.

#![allow(dead_code, reason = "every test program uses its own part of this")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

/// An answer: sections with their fields and values, named as in JSON and XML.
pub type Told = Vec<(String, Vec<(String, Vec<String>)>)>;

const RESULTS: [&str; 4] = [
    "Found",
    "Not found; superior object found",
    "Not found",
    "Service error",
];
const STATUSES: [&str; 3] = [
    "Information available",
    "Information partially available",
    "Information unavailable",
];
/// Fields in their order; `1` once, `?` at most once, `*` any number, `x` where fields of one's own stand.
const QUERY: &str = "query1 result1 distance? message? lang? x";
const OBJECT: &str = "object1 status1 lang? name? description? information? url? asn1-notation* iri-notation* \
    identifier* standardized-id* unicode-label* long-arc* oidip-service* oidip-pubkey* x attribute* parent? \
    subordinate* created? updated?";
const RA: &str = "ra1 status1 lang? contact-name? address? phone? mobile? fax? email? url? x attribute* created? updated?";
const OBJECT_ATTRIBUTES: [&str; 7] = [
    "confidential",
    "draft",
    "frozen",
    "leaf",
    "no-identifiers",
    "no-unicode-labels",
    "retired",
];

/// What a WHOIS service says to a line.
pub fn ask(address: &str, line: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The values of a field; empty where it is not there.
pub fn values<'a>(told: &'a Told, section: &str, field: &str) -> &'a [String] {
    let section = told.iter().find(|(name, _)| name == section);
    let field = section.and_then(|(_, fields)| fields.iter().find(|(name, _)| name == field));
    field.map_or(&[], |(_, values)| values)
}

/// The one value of a field; empty where it is not there.
pub fn value<'a>(told: &'a Told, section: &str, field: &str) -> &'a str {
    values(told, section, field)
        .first()
        .map_or("", String::as_str)
}

/// Reads the text form: sections apart by empty lines, a repeated name goes on.
pub fn of_text(text: &str) -> Told {
    assert!(!text.starts_with('\u{feff}'), "a byte order mark");
    assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
    let mut told = Told::new();
    for part in text.split("\r\n\r\n") {
        let mut fields: Vec<(String, Vec<String>)> = Vec::new();
        let mut section = String::new();
        for line in part.split("\r\n").filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').unwrap();
            let value = value.trim_start();
            if section.is_empty() {
                name.clone_into(&mut section);
            }
            let prefix = format!("{section}-");
            let short = match name {
                _ if !section.starts_with("ra") => name,
                _ if name == section => "ra",
                _ => name.strip_prefix(&prefix).unwrap(),
            };
            match fields.iter_mut().position(|(known, _)| known == short) {
                Some(at) => {
                    assert_eq!(at, fields.len() - 1, "{short} stands apart");
                    fields[at].1.push(value.to_owned());
                }
                None => fields.push((short.to_owned(), vec![value.to_owned()])),
            }
        }
        told.push((section, fields));
    }
    told
}

/// Reads the JSON form.
pub fn of_json(text: &str) -> Told {
    let document: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(
        document["$schema"],
        "urn:x-viathinksoft:std:0002:2024-09-02:json-schema"
    );
    let text_of = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Number(number) => number.to_string(),
        other => panic!("{other}"),
    };
    let mut told = Told::new();
    for (section, fields) in document["oidip"].as_object().unwrap() {
        let section = section.strip_suffix("Section").unwrap().to_owned();
        let mut read = Vec::new();
        for (name, value) in fields.as_object().unwrap() {
            assert_eq!(value.is_number(), name == "distance", "{name}");
            let values = match value {
                serde_json::Value::Array(all) => {
                    assert!(all.len() > 1, "{name} is an array of {}", all.len());
                    all.iter().map(text_of).collect()
                }
                one => vec![text_of(one)],
            };
            read.push((name.clone(), values));
        }
        told.push((section, read));
    }
    told
}

/// Reads the XML form, as far as answers use XML: elements with text, two name spaces.
pub fn of_xml(text: &str) -> Told {
    assert!(text.contains("<root xmlns=\"urn:x-viathinksoft:std:0002:2024-09-02:xml-schema\""));
    let inside = text.split_once("<oidip>").unwrap().1;
    let inside = inside.split_once("</oidip>").unwrap().0;
    let mut told = Told::new();
    let mut rest = inside.trim();
    while !rest.is_empty() {
        let (section, body, after) = element(rest);
        let mut fields: Vec<(String, Vec<String>)> = Vec::new();
        let mut inner = body.trim();
        while !inner.is_empty() {
            let (name, value, next) = element(inner);
            let name = name.strip_prefix("x:").unwrap_or(name);
            let value = unescaped(&value.replace("\r\n", "\n"));
            match fields.last_mut().filter(|(known, _)| known == name) {
                Some((_, values)) => values.push(value),
                None => fields.push((name.to_owned(), vec![value])),
            }
            inner = next.trim();
        }
        let section = section.strip_suffix("Section").unwrap().to_owned();
        told.push((section, fields));
        rest = after.trim();
    }
    told
}

/// The first element: its name, what it holds, and what follows it.
fn element(text: &str) -> (&str, &str, &str) {
    let (name, rest) = text.strip_prefix('<').unwrap().split_once('>').unwrap();
    let (body, after) = rest.split_once(&format!("</{name}>")).unwrap();
    (name, body, after)
}

fn unescaped(text: &str) -> String {
    assert!(!text.contains(['<', '>']));
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// The same facts whatever the format: values of one field as one text, for texts that go on in further lines.
pub fn facts(told: &Told) -> Vec<(String, String, String)> {
    let mut facts: Vec<_> = told
        .iter()
        .flat_map(|(section, fields)| {
            fields.iter().map(move |(name, values)| {
                let words = values.join("\n");
                let words = if ["description", "information", "message"].contains(&name.as_str()) {
                    words.split_whitespace().collect::<Vec<_>>().join(" ")
                } else {
                    words
                };
                (section.clone(), name.clone(), words)
            })
        })
        .filter(|(section, name, _)| section != "query" || name != "query")
        .collect();
    facts.sort();
    facts
}

/// Checks an answer whose fields stand in their order (text and XML).
pub fn check(told: &Told, what: &str) {
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.first(), Some(&"query"), "{what}");
    let result = value(told, "query", "result");
    assert!(RESULTS.contains(&result), "{what}: {result}");
    let query = value(told, "query", "query");
    let namespace = query.split_once(':').unwrap().0;
    assert!(
        !namespace.is_empty()
            && namespace
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    );
    assert_eq!(
        result == "Service error",
        !value(told, "query", "message").is_empty(),
        "{what}"
    );
    let found = result == RESULTS[0] || result == RESULTS[1];
    assert_eq!(names.contains(&"object"), found, "{what}");
    let distance = value(told, "query", "distance");
    assert_eq!(
        result == RESULTS[1],
        distance.parse::<u32>().is_ok_and(|arcs| arcs > 0),
        "{what}"
    );
    assert!(distance.is_empty() || result == RESULTS[1], "{what}");
    for (place, (section, fields)) in told.iter().enumerate() {
        match section.as_str() {
            "query" => order(fields, QUERY, what),
            "object" => {
                assert_eq!(place, 1, "{what}");
                order(fields, OBJECT, what);
                for one in values(told, section, "attribute") {
                    assert!(OBJECT_ATTRIBUTES.contains(&one.as_str()), "{what}: {one}");
                }
                let leaf = values(told, section, "attribute").contains(&"leaf".to_owned());
                assert!(
                    !leaf || values(told, section, "subordinate").is_empty(),
                    "{what}"
                );
            }
            ra => {
                assert!(found, "{what}");
                order(fields, RA, what);
                let number = ra.strip_prefix("ra").unwrap();
                assert!(
                    number.is_empty() || number.parse::<usize>().unwrap() <= 99,
                    "{what}"
                );
                for one in values(told, ra, "attribute") {
                    assert!(
                        ["confidential", "retired"].contains(&one.as_str()),
                        "{what}: {one}"
                    );
                }
            }
        }
        if section != "query" {
            let status = value(told, section, "status");
            assert!(STATUSES.contains(&status), "{what}: {status}");
        }
        for name in ["created", "updated"] {
            for one in values(told, section, name) {
                moment(one);
            }
        }
    }
    let previous: Vec<&str> = names
        .iter()
        .filter_map(|name| name.strip_prefix("ra"))
        .filter(|number| !number.is_empty())
        .collect();
    let numbered: Vec<String> = (1..=previous.len()).map(|n| n.to_string()).collect();
    assert_eq!(previous, numbered, "{what}");
}

fn order(fields: &[(String, Vec<String>)], grammar: &str, what: &str) {
    let known: Vec<(&str, char)> = grammar
        .split_whitespace()
        .map(|word| word.split_at(word.len() - 1))
        .map(|(name, often)| (name, often.chars().next().unwrap()))
        .collect();
    let mut at = 0;
    for (name, values) in fields {
        let place = known.iter().position(|(known, _)| known == name);
        let place = place.unwrap_or_else(|| {
            // Fields of one's own stand in one place.
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            assert!(name.bytes().all(plain) && !name.starts_with('-') && !name.contains("--"));
            known
                .iter()
                .position(|(name, often)| name.is_empty() && *often == 'x')
                .unwrap()
        });
        assert!(place >= at, "{what}: {name} is out of order");
        at = place;
        let often = known[place].1;
        let goes_on = ["description", "information", "message", "address"].contains(&name.as_str());
        assert!(
            values.len() == 1 || "*x".contains(often) || goes_on,
            "{what}: {name} {values:?}"
        );
    }
    for (name, _) in known.iter().filter(|(_, often)| *often == '1') {
        assert!(
            fields.iter().any(|(there, _)| there == name),
            "{what}: no {name}"
        );
    }
}

/// `YYYY-MM-DD hh:mm:ss ±hhmm`
fn moment(text: &str) {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '9' } else { c })
        .collect();
    assert!(
        ["9999-99-99 99:99:99 +9999"].contains(&shape.as_str()),
        "{text}"
    );
}

//! One of each stored shape, bare and full, against the bytes kept in `data/stored/`.
//!
//! Lines are only ever added there. A test that fails here has found a change that would make old journals unreadable:
//! mend the code, not the file.

use super::samples::{
    allocation_tokens, application, application_whole, application_with_papers, credential,
    credentials, details, details_for_all, details_for_few, entries, happenings, hold, notices,
    registrant, somebody, somebody_whole,
};
use super::*;
use crate::journal::envelope;
use crate::journal::record::{Draft, Header};
use crate::journal::seq::Seq;
use crate::model::actor::PrincipalKind;
use crate::model::clock::Timestamp;
use crate::model::entry::{Registrant, RegistrantDetails, Tombstone};

const EVENTS: &str = include_str!("../../../data/stored/events-v1.tsv");
const VALUES: &str = include_str!("../../../data/stored/values-v1.tsv");

/// A line of a file of bytes.
fn line(name: &str, what: &str, octets: &[u8]) -> String {
    format!("{name}\t{what}\t{}", hex::encode(octets))
}

fn compare(kept: &str, made: &[String]) {
    let kept: Vec<_> = kept.lines().filter(|line| !line.starts_with('#')).collect();
    let new: Vec<_> = made
        .iter()
        .filter(|line| !kept.contains(&line.as_str()))
        .map(String::as_str)
        .collect();
    let gone: Vec<_> = kept
        .iter()
        .filter(|line| !made.iter().any(|made| made == *line))
        .copied()
        .collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "kept, but no longer written so:\n{}\nwritten, but not kept:\n{}",
        gone.join("\n"),
        new.join("\n")
    );
}

#[test]
fn items_are_written_and_read_as_ever() {
    let mut made = Vec::new();
    for (name, happening) in happenings() {
        let items = encode(&happening, &|_| false, &mut || [0; 16]);
        made.extend(items.iter().map(|item| {
            let kind = format!("{:?}", item.kind).to_lowercase();
            line(&name, &kind, &item.body)
        }));
        let header = Header::default();
        let record = envelope::seal(Seq::FIRST, Draft { header, items });
        assert_eq!(decode(&record), Ok(happening), "{name}");
    }
    compare(EVENTS, &made);
}

#[test]
fn values_are_written_and_read_as_ever() {
    let mut made = Vec::new();
    for (name, entry) in entries() {
        let value = encode_entry(&entry);
        made.push(line(name, "value", &value));
        assert_eq!(decode_entry(&value), Ok(entry), "{name}");
    }
    let value = encode_hold(&hold());
    made.push(line("hold", "value", &value));
    assert_eq!(decode_hold(&value), Ok(hold()));
    for (name, principal) in [
        ("principal", somebody()),
        ("principal/whole", somebody_whole()),
    ] {
        let value = encode_principal(&principal);
        made.push(line(name, "value", &value));
        assert_eq!(decode_principal(&value), Ok(principal));
    }
    for (name, one) in [
        ("application", application()),
        ("application/whole", application_whole()),
        ("application/papers", application_with_papers()),
    ] {
        let value = encode_application(&one);
        made.push(line(name, "value", &value));
        assert_eq!(decode_application(&value), Ok(one));
    }
    let kinds = credentials();
    let kinds = kinds
        .into_iter()
        .map(|(name, one)| (format!("/{name}"), one));
    for (name, credential) in [(String::new(), credential())].into_iter().chain(kinds) {
        let value = encode_credential(&credential);
        made.push(line(&format!("credential{name}"), "value", &value));
        assert_eq!(decode_credential(&value), Ok(credential));
    }
    for (name, token) in allocation_tokens() {
        let value = encode_allocation_token(&token);
        made.push(line(&format!("allocation-token/{name}"), "value", &value));
        assert_eq!(decode_allocation_token(&value), Ok(token));
    }
    for (name, details) in [
        ("registrant", Some(details())),
        ("registrant/erased", None),
        ("registrant/blank", Some(RegistrantDetails::default())),
        ("registrant/audiences", Some(details_for_few())),
        ("registrant/public", Some(details_for_all())),
    ] {
        let kind = PrincipalKind::Machine;
        let registrant = Registrant {
            id: registrant(),
            kind,
            details,
            erased: None,
        };
        let value = encode_registrant(&registrant);
        made.push(line(name, "value", &value));
        assert_eq!(decode_registrant(&value), Ok(registrant));
    }
    let erased = Registrant {
        id: registrant(),
        kind: PrincipalKind::Person,
        details: None,
        erased: Some(Tombstone {
            at: Timestamp::from_micros(1),
            basis: "Art. 17".to_owned(),
        }),
    };
    let value = encode_registrant(&erased);
    made.push(line("registrant/tombstone", "value", &value));
    assert_eq!(decode_registrant(&value), Ok(erased));
    for notice in notices() {
        let value = encode_notice(&notice);
        let name = format!("notice/{}", notice.kind.word());
        made.push(line(&name, "value", &value));
        assert_eq!(decode_notice(&value), Ok(notice));
    }
    compare(VALUES, &made);
}

#[test]
fn every_kind_of_event_is_kept() {
    let stored = include_bytes!(concat!(env!("OUT_DIR"), "/stored_descriptor.bin"));
    let files = prost_types::FileDescriptorSet::decode(stored.as_slice()).unwrap();
    let mut messages = files.file.iter().flat_map(|file| &file.message_type);
    let event = messages.find(|message| message.name() == "Event").unwrap();
    let mut kinds: Vec<_> = event
        .field
        .iter()
        .filter(|field| field.oneof_index.is_some())
        .map(|field| field.name().replace('_', "-"))
        .collect();
    let mut kept: Vec<_> = happenings()
        .into_iter()
        .flat_map(|(_, happening)| happening.events)
        .map(|event| event.word().to_owned())
        .collect();
    kinds.sort();
    kept.sort();
    kept.dedup();
    assert_eq!(kept, kinds);
}

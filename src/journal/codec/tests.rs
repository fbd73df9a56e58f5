//! What goes in comes out, whatever was erased; what is not known or not whole is refused and never panics.

use proptest::prelude::*;

use super::parts::{flags_from, id_from, id_to, path_from, path_to};
use super::samples::{NOON, typical_allocation, typical_entry};
use super::*;
use crate::journal::envelope;
use crate::journal::record::{Draft, Header};
use crate::journal::seq::Seq;
use crate::model::actor::PrincipalKind;
use crate::model::entry::State;
use crate::model::event::{RegistrantRecorded, StateChanged};
use crate::model::ids::PrincipalId;
use crate::model::ids::RegistrantId;
use crate::oid::limits::CONTENTS_OCTETS_MAX;
use crate::oid::{ArcValue, NodePath};

/// Most octets of a typical entry, and of a typical allocation's public item.
const TYPICAL_OCTETS: usize = 120;

fn record(items: Vec<Item>) -> Record {
    let header = Header::default();
    envelope::seal(Seq::FIRST, Draft { header, items })
}

fn item(kind: ItemKind, subject: &str, body: Vec<u8>) -> Item {
    let (subject, salt) = (subject.to_owned(), [0; 16]);
    Item {
        kind,
        subject,
        salt,
        body,
    }
}

fn happening(events: Vec<Event>) -> Happening {
    Happening {
        events,
        reason: None,
        override_reason: None,
        asked_by: None,
    }
}

/// Which kinds of events a mask makes confidential: about half of them for a random mask.
fn is_confidential(mask: u64) -> impl Fn(&Event) -> bool {
    move |event| mask >> (event.word().len() % 64) & 1 == 1
}

fn erase(record: &mut Record, gone: ItemKind) {
    for item in &mut record.items {
        if item.kind() == gone {
            *item = StoredItem::Erased {
                kind: gone,
                subject: item.subject().to_owned(),
            };
        }
    }
}

fn without_details(mut event: Event) -> Event {
    if let Some(details) = details_mut(&mut event) {
        *details = None;
    }
    event
}

#[test]
fn paths_have_one_form() {
    let check = |text: &str, expect: &str| {
        let path: NodePath = text.parse().unwrap();
        assert_eq!(hex::encode(path_to(&path)), expect, "{text}");
        assert_eq!(path_from(&path_to(&path)), Ok(path));
    };
    check(".", "");
    check("0", "00");
    check("2", "02");
    check("2.16.834.1", "0210864201");
    check("0.0", "0000");
    check("2.18446744073709551616", "0282808080808080808000");
    let refuse = |stored: &str| {
        let what = "a path";
        let octets = hex::decode(stored).unwrap();
        assert_eq!(path_from(&octets), Err(CodecError::Malformed { what }));
    };
    refuse("8001");
    refuse("028001");
    refuse("0286");
    refuse("03");
    refuse("0028");
    refuse(&"01".repeat(256));
}

#[test]
fn the_longest_paths_are_stored() {
    // The largest second arc that fits takes as many octets alone as packed with the root arc.
    let mut octets = [0xFF; 7 * CONTENTS_OCTETS_MAX / 8];
    octets[0] = 0x7F;
    let arcs = [ArcValue::new(2), ArcValue::from_be_bytes(&octets)];
    let path = NodePath::from_arcs(arcs).unwrap();
    let stored = path_to(&path);
    assert_eq!(stored.len(), CONTENTS_OCTETS_MAX + 1);
    assert_eq!(path_from(&stored), Ok(path));
}

#[test]
fn ids_have_one_form() {
    let check = |text: &str, expect: usize| {
        let id: PrincipalId = text.parse().unwrap();
        assert_eq!(id_to(&id).len(), expect, "{text}");
        assert_eq!(id_from(&id_to(&id)), Ok(id));
    };
    check("p-00112233445566778899aabbccddeeff", 17);
    check("p-00112233445566778899AABBCCDDEEFF", 34);
    check("p-00112233445566778899aabbccddeef", 33);
    check("h-00112233445566778899aabbccddeeff", 34);
    check("system", 6);
    let what = "an id";
    for refused in [&b""[..], b"\0", b"\x00123", b"a b", b"\xFF", &[0; 18]] {
        let got = id_from::<PrincipalId>(refused);
        assert_eq!(got, Err(CodecError::Malformed { what }), "{refused:?}");
    }
}

#[test]
fn marks_beyond_the_last_are_refused() {
    assert!(flags_from(31).is_ok());
    let (what, number) = ("sum of marks", 32);
    assert_eq!(
        flags_from(32),
        Err(CodecError::UnknownWord { what, number })
    );
}

#[test]
fn typical_values_are_small() {
    let entry = encode_entry(&typical_entry()).len();
    assert!(entry < TYPICAL_OCTETS, "an entry has {entry} octets");
    let events = vec![typical_allocation()];
    let items = encode(&happening(events), &|_| false, &mut || [0; 16]);
    let public = items[0].body.len();
    assert!(
        public < TYPICAL_OCTETS,
        "the public item has {public} octets"
    );
    assert_eq!(items.len(), 1);
}

#[test]
fn every_item_has_its_own_salt() {
    let recorded = |bits| {
        Event::RegistrantRecorded(RegistrantRecorded {
            id: RegistrantId::from_random(bits),
            kind: PrincipalKind::Person,
            details: Some(crate::model::entry::RegistrantDetails::default()),
        })
    };
    let told = Happening {
        reason: Some(String::new()),
        ..happening(vec![recorded([1; 16]), recorded([2; 16])])
    };
    let mut next = 0;
    let items = encode(&told, &|_| false, &mut || {
        next += 1;
        [next; 16]
    });
    let seen: Vec<_> = items.iter().map(|i| (i.kind, i.salt[0])).collect();
    let expect = [
        (ItemKind::Public, 1),
        (ItemKind::Restricted, 2),
        (ItemKind::Personal, 3),
        (ItemKind::Personal, 4),
    ];
    assert_eq!(seen, expect);
    assert_eq!(
        items[3].subject,
        RegistrantId::from_random([2; 16]).as_str()
    );
    assert!(items[2].body != items[3].body);
}

#[test]
fn credentials_are_restricted_whatever_else_is() {
    let id = "c-1".parse().unwrap();
    let told = happening(vec![Event::CredentialRevoked(id)]);
    let items = encode(&told, &|_| false, &mut || [0; 16]);
    let kinds: Vec<_> = items.iter().map(|item| item.kind).collect();
    assert_eq!(kinds, [ItemKind::Public, ItemKind::Restricted]);
    assert_eq!(items[0].body, [8, 1]);
}

fn check(items: Vec<Item>, expect: CodecError) {
    assert_eq!(decode(&record(items)), Err(expect));
}

fn public(body: &str) -> Vec<Item> {
    vec![item(ItemKind::Public, "", hex::decode(body).unwrap())]
}

#[test]
fn what_is_not_known_stops_the_reader() {
    let what = PUBLIC;
    check(public(""), CodecError::UnknownFormat { what, found: 0 });
    check(public("0802"), CodecError::UnknownFormat { what, found: 2 });
    // An event at place 3 whose kind has the field number 57, after one that is known.
    check(
        public(
            "0801 1206 5a04 0a020201 1206 0803 ca030101"
                .replace(' ', "")
                .as_str(),
        ),
        CodecError::UnknownEvent { index: 3, kind: 57 },
    );
    check(
        public("080112020805"),
        CodecError::UnknownEvent { index: 5, kind: 0 },
    );
    // A field 9 of the item, and one inside of a known event.
    check(public("08014801"), CodecError::UnknownField { what });
    check(
        public("080112085a060a0202014801"),
        CodecError::UnknownField { what },
    );
    let told = happening(vec![Event::StateChanged(StateChanged {
        path: NodePath::root(),
        previous: Seq::ZERO,
        to: State::Withdrawn,
        relation: None,
    })]);
    let good = encode(&told, &|_| false, &mut || [0; 16]);
    assert_eq!(hex::encode(&good[0].body), "080112042a021805");
    for number in [0, 6] {
        let what = "state";
        let body = format!("080112042a02180{number}");
        check(public(&body), CodecError::UnknownWord { what, number });
    }
    check(Vec::new(), CodecError::Missing { what });
}

#[test]
fn the_public_item_is_never_erased() {
    let mut record = record(public("0801"));
    assert_eq!(decode(&record), Ok(happening(Vec::new())));
    erase(&mut record, ItemKind::Public);
    assert_eq!(decode(&record), Err(CodecError::Missing { what: PUBLIC }));
}

#[test]
fn every_place_is_filled_once() {
    let recalled = |index: u8| hex::encode([0x12, 6, 8, index, 0x5A, 2, 0x10, 1]);
    let body = |indices: &[u8]| {
        let events: String = indices.iter().map(|index| recalled(*index)).collect();
        format!("0801{events}")
    };
    check(public(&body(&[1, 2])), CodecError::Places { index: 0 });
    check(public(&body(&[1, 1])), CodecError::Places { index: 0 });
    let mut twice = public(&body(&[1, 1]));
    twice.push(item(ItemKind::Restricted, "", vec![8, 1]));
    let mut record = record(twice);
    erase(&mut record, ItemKind::Restricted);
    assert_eq!(decode(&record), Err(CodecError::Places { index: 1 }));
}

#[test]
fn details_belong_to_their_event() {
    let told = happening(vec![
        Event::RegistrantRecorded(RegistrantRecorded {
            id: "r-1".parse().unwrap(),
            kind: PrincipalKind::Person,
            details: Some(crate::model::entry::RegistrantDetails::default()),
        }),
        typical_allocation(),
    ]);
    let good = encode(&told, &|_| false, &mut || [0; 16]);
    assert_eq!(decode(&record(good.clone())), Ok(told));
    let mut other = good.clone();
    other[1].subject = "r-2".to_owned();
    check(other, CodecError::StrayDetails { index: 0 });
    for index in [1, 2] {
        let mut stray = good.clone();
        let stored = pb::PersonalItem {
            index,
            ..pb::PersonalItem::decode(good[1].body.as_slice()).unwrap()
        };
        stray[1].body = stored.encode_to_vec();
        check(stray, CodecError::StrayDetails { index });
    }
}

#[test]
fn values_of_another_version_are_refused() {
    let mut value = encode_entry(&typical_entry());
    assert_eq!(value[0], VALUE_VERSION);
    value[0] = 2;
    let (what, found) = ("an entry", 2);
    assert_eq!(
        decode_entry(&value),
        Err(CodecError::UnknownVersion { what, found })
    );
    let found = 0;
    assert_eq!(
        decode_entry(&[]),
        Err(CodecError::UnknownVersion { what, found })
    );
    let what = "an id";
    assert_eq!(
        decode_credential(&[VALUE_VERSION]),
        Err(CodecError::Malformed { what })
    );
}

#[test]
fn usual_times_take_no_octets() {
    let usual = encode_entry(&typical_entry()).len();
    let mut later = typical_entry();
    later.changed = NOON.plus_seconds(1);
    later.holder.changed = later.changed;
    // What changed last is told, and that the superior's fields are older.
    assert_eq!(encode_entry(&later).len(), usual + 2 * 9);
    assert_eq!(decode_entry(&encode_entry(&later)), Ok(later));
}

/// Reads bytes as everything that there is; only that it returns matters.
fn read_as_anything(octets: &[u8]) {
    for kind in [ItemKind::Public, ItemKind::Restricted, ItemKind::Personal] {
        let mut items = public("0801");
        items.push(item(kind, "r-1", octets.to_vec()));
        decode(&record(items)).ok();
    }
    decode_entry(octets).ok();
    decode_hold(octets).ok();
    decode_principal(octets).ok();
    decode_credential(octets).ok();
    decode_registrant(octets).ok();
    kind_number(octets, 1);
}

proptest! {
    #[test]
    fn records_round_trip(told in strategies::happening(), mask in any::<u64>()) {
        let items = encode(&told, &is_confidential(mask), &mut || [7; 16]);
        for item in &items {
            prop_assert_eq!(item.kind == ItemKind::Personal, !item.subject.is_empty());
        }
        let record = record(items);
        prop_assert!(record.items.iter().all(|item| item.subject().len() <= 64));
        prop_assert_eq!(decode(&record), Ok(told));
    }

    #[test]
    fn erasing_people_takes_their_details_only(
        told in strategies::happening(),
        mask in any::<u64>(),
    ) {
        let mut record = record(encode(&told, &is_confidential(mask), &mut || [7; 16]));
        erase(&mut record, ItemKind::Personal);
        let events = told.events.into_iter().map(without_details).collect();
        prop_assert_eq!(decode(&record), Ok(Happening { events, ..told }));
    }

    #[test]
    fn without_the_restricted_item_the_rest_keeps_its_order(
        told in strategies::happening(),
        mask in any::<u64>(),
    ) {
        let confidential = is_confidential(mask);
        let mut record = record(encode(&told, &confidential, &mut || [7; 16]));
        let restricted = record.items.iter().any(|item| item.kind() == ItemKind::Restricted);
        erase(&mut record, ItemKind::Restricted);
        let open = |event: &Event| !confidential(event) && !is_never_public(event);
        let events: Vec<_> = told.events.iter().filter(|event| open(event)).cloned().collect();
        prop_assert_eq!(decode(&record), Ok(happening(events.clone())));
        let told_reasons =
            told.reason.is_some() || told.override_reason.is_some() || told.asked_by.is_some();
        prop_assert_eq!(restricted, told_reasons || events.len() < told.events.len());
    }

    #[test]
    fn values_round_trip(
        entry in strategies::entry().boxed(),
        hold in strategies::hold().boxed(),
        principal in strategies::principal_whole().boxed(),
        credential in strategies::credential().boxed(),
        registrant in strategies::registrant().boxed(),
        application in strategies::application().boxed(),
    ) {
        prop_assert_eq!(decode_application(&encode_application(&application)), Ok(application));
        prop_assert_eq!(decode_entry(&encode_entry(&entry)), Ok(entry));
        prop_assert_eq!(decode_hold(&encode_hold(&hold)), Ok(hold));
        prop_assert_eq!(decode_principal(&encode_principal(&principal)), Ok(principal));
        prop_assert_eq!(decode_credential(&encode_credential(&credential)), Ok(credential));
        prop_assert_eq!(decode_registrant(&encode_registrant(&registrant)), Ok(registrant));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(
        octets in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        read_as_anything(&octets);
        let mut versioned = vec![VALUE_VERSION];
        versioned.extend(&octets);
        read_as_anything(&versioned);
    }

    #[test]
    fn damaged_bytes_are_read_without_a_panic(
        told in strategies::happening(),
        entry in strategies::entry(),
        at in any::<prop::sample::Index>(),
        put in any::<u8>(),
    ) {
        let mut bodies: Vec<_> = encode(&told, &is_confidential(put.into()), &mut || [7; 16])
            .into_iter()
            .map(|item| item.body)
            .collect();
        bodies.push(encode_entry(&entry));
        for mut body in bodies {
            let at = at.index(body.len());
            read_as_anything(&body[..at]);
            body[at] = put;
            read_as_anything(&body);
        }
    }

    #[test]
    fn a_shortened_entry_is_no_entry_or_another(entry in strategies::entry()) {
        let value = encode_entry(&entry);
        for end in 0..value.len() {
            prop_assert_ne!(decode_entry(&value[..end]), Ok(entry.clone()));
        }
    }
}

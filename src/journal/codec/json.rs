//! Items as JSON, with the names of the stored messages: for people and for programs that read a journal without this one.
//!
//! It must never tell what an item holds of a person, nor the digest of a token. Octets are told as what they stand for: a path
//! in dot notation, a number in decimal, an id as its text; all others, and those that cannot be read, in hexadecimal.

use std::sync::LazyLock;

use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, MessageDescriptor,
    ReflectMessage as _, Value as Stored,
};
use serde_json::{Map, Value};

use crate::{
    journal::record::{Item, ItemKind},
    model::ids::{
        AllocationTokenId, ApplicationId, CredentialId, HoldId, PrincipalId, RegisterId,
        RegistrantId,
    },
    oid::ArcValue,
    pb::journal::DESCRIPTORS,
};

use super::parts::{Id, id_from, path_from};

/// The package of the stored messages.
const PACKAGE: &str = "oidra.journal.v1";

static POOL: LazyLock<Option<DescriptorPool>> =
    LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).ok());

/// What an item holds; none for a person's, and for octets that are no such item.
pub fn content(item: &Item) -> Option<Value> {
    let name = match item.kind {
        ItemKind::Public => "PublicItem",
        ItemKind::Restricted => "RestrictedItem",
        ItemKind::Personal => return None,
    };
    let shape = shape(name)?;
    let message = DynamicMessage::decode(shape, item.body.as_slice()).ok()?;
    Some(object(&message))
}

fn shape(name: &str) -> Option<MessageDescriptor> {
    POOL.as_ref()?
        .get_message_by_name(&format!("{PACKAGE}.{name}"))
}

/// A message: fields that are told apart from their absence where they are there, all others always.
fn object(message: &DynamicMessage) -> Value {
    let shape = message.descriptor();
    let mut told = Map::new();
    for field in shape.fields() {
        let may_be_absent =
            field.supports_presence() || field.cardinality() == Cardinality::Repeated;
        if (may_be_absent && !message.has_field(&field)) || is_withheld(&shape, &field) {
            continue;
        }
        let stored = message.get_field(&field);
        told.insert(field.name().to_owned(), value(&shape, &field, &stored));
    }
    Value::Object(told)
}

/// What is nobody's business who reads a dump.
fn is_withheld(shape: &MessageDescriptor, field: &FieldDescriptor) -> bool {
    matches!(
        (shape.name(), field.name()),
        ("Credential", "token_sha256" | "bound_to") | ("AllocationToken", "secret_sha256")
    )
}

fn value(shape: &MessageDescriptor, field: &FieldDescriptor, stored: &Stored) -> Value {
    match stored {
        Stored::Bool(set) => (*set).into(),
        Stored::I32(number) => (*number).into(),
        Stored::I64(number) => (*number).into(),
        Stored::U32(number) => (*number).into(),
        Stored::U64(number) => (*number).into(),
        Stored::F32(number) => (*number).into(),
        Stored::F64(number) => (*number).into(),
        Stored::String(text) => text.as_str().into(),
        Stored::Bytes(octets) => said(shape.name(), field.name(), octets).into(),
        Stored::EnumNumber(number) => word(field, *number),
        Stored::Message(message) => object(message),
        Stored::List(list) => list.iter().map(|one| value(shape, field, one)).collect(),
        // Stored messages have no maps.
        Stored::Map(_) => Value::Null,
    }
}

/// The name of an enumeration's value; the number of one that has no name here.
fn word(field: &FieldDescriptor, number: i32) -> Value {
    let kind = field.kind();
    let named = kind.as_enum().and_then(|words| words.get_value(number));
    named.map_or_else(|| number.into(), |named| named.name().into())
}

/// Octets as what they stand for.
fn said(message: &str, field: &str, octets: &[u8]) -> String {
    let read = match (message, field) {
        (
            _,
            "path" | "superior" | "authorities" | "successor" | "duplicate_of" | "at" | "home"
            | "delegations" | "template_of",
        ) => path_from(octets).ok().map(|path| path.to_string()),
        (_, "number" | "window_from" | "generation") | ("NumberRange", _) => {
            Some(ArcValue::from_be_bytes(octets).to_string())
        }
        ("Founded", "register") => id::<RegisterId>(octets),
        ("Hold" | "HoldReleased", "id") | (_, "hold") => id::<HoldId>(octets),
        ("Credential" | "CredentialRevoked", "id") => id::<CredentialId>(octets),
        ("AllocationToken" | "AllocationTokenUsed", "id") => id::<AllocationTokenId>(octets),
        (
            "Application"
            | "ApplicationAmended"
            | "ApplicationMoved"
            | "ApplicationApproved"
            | "ApplicationRemarked"
            | "ApplicationFeeSet"
            | "ApplicationPaperAdded",
            "id",
        ) => id::<ApplicationId>(octets),
        (
            "Principal" | "PrincipalDescribed" | "StandingChanged" | "RoleGranted" | "RoleRevoked",
            "id",
        )
        | (_, "principal" | "principals" | "by") => id::<PrincipalId>(octets),
        ("RegistrantRecorded", "id")
        | ("Transferred", "to")
        | ("Pending" | "Plan", "transfer_to")
        | (_, "registrant" | "sponsor" | "party" | "introduced" | "asked_by") => {
            id::<RegistrantId>(octets)
        }
        _ => None,
    };
    read.unwrap_or_else(|| hex::encode(octets))
}

fn id<I: Id>(octets: &[u8]) -> Option<String> {
    id_from::<I>(octets).ok().map(|id| id.text().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::{encode, samples::happenings};
    use super::*;

    /// All octets that any stored message holds, by message and field.
    fn octets_of(shape: &MessageDescriptor, found: &mut Vec<(String, String)>) {
        for field in shape.fields() {
            let kind = field.kind();
            match kind.as_message() {
                Some(inner) => octets_of(inner, found),
                None if kind == prost_reflect::Kind::Bytes => {
                    found.push((shape.name().to_owned(), field.name().to_owned()));
                }
                None => {}
            }
        }
    }

    #[test]
    fn every_field_of_octets_is_told_as_what_it_is() {
        let mut found = Vec::new();
        for name in ["PublicItem", "RestrictedItem"] {
            octets_of(&shape(name).unwrap(), &mut found);
        }
        assert!(found.len() > 20, "{found:?}");
        // A path of 2.999 is no number and no id; an id of this form is no path.
        for (message, field) in found {
            // Digests and nonces stand for nothing else.
            if field.ends_with("sha256") || field == "nonce" {
                continue;
            }
            let stored: &[u8] = &[0; 17];
            let told = said(&message, &field, stored);
            assert_ne!(told, hex::encode(stored), "{message}.{field}");
        }
    }

    #[test]
    fn every_event_is_told_in_the_words_of_the_stored_form() {
        for (name, happening) in happenings() {
            for item in encode(&happening, &|_| false, &mut || [0; 16]) {
                let told = content(&item);
                if item.kind == ItemKind::Personal {
                    assert_eq!(told, None, "{name}");
                    continue;
                }
                let told = told.unwrap();
                assert_eq!(told["format"], 1, "{name}");
                for event in told["events"].as_array().into_iter().flatten() {
                    let event = event.as_object().unwrap();
                    assert_eq!(event.len(), 2, "{name}: an index and a kind, {event:?}");
                    assert!(event.contains_key("index"));
                }
                for withheld in ["token_sha256", "secret_sha256", "bound_to", "asha"] {
                    assert!(!told.to_string().contains(withheld), "{name}");
                }
            }
        }
    }

    #[test]
    fn rubbish_is_not_told() {
        let item = Item {
            kind: ItemKind::Public,
            subject: String::new(),
            salt: [0; 16],
            body: vec![0xff; 9],
        };
        assert_eq!(content(&item), None);
    }
}

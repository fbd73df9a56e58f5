//! The stored forms of an erasure and of what stays of whoever was erased.

use crate::model::clock::Timestamp;
use crate::model::entry::Tombstone;
use crate::model::event::Person;
use crate::pb::journal::v1 as pb;

use super::error::CodecError;
use super::parts::{id_from, id_to};

/// The stored form of an erasure.
pub(super) fn stored(person: &Person, basis: &str) -> pb::PersonErased {
    use pb::person_erased::Person as Stored;
    pb::PersonErased {
        person: Some(match person {
            Person::Registrant(id) => Stored::Registrant(id_to(id)),
            Person::Principal(id) => Stored::Principal(id_to(id)),
        }),
        basis: basis.to_owned(),
    }
}

/// The person and the basis of an erasure's stored form.
pub(super) fn erased_from(e: pb::PersonErased) -> Result<(Person, String), CodecError> {
    use pb::person_erased::Person as Stored;
    let what = "who was erased";
    let person = match e.person.ok_or(CodecError::Missing { what })? {
        Stored::Registrant(id) => Person::Registrant(id_from(&id)?),
        Stored::Principal(id) => Person::Principal(id_from(&id)?),
    };
    Ok((person, e.basis))
}

/// The stored form of a tombstone.
pub(super) fn tombstone_to(one: &Tombstone) -> pb::Tombstone {
    pb::Tombstone {
        at: one.at.micros(),
        basis: one.basis.clone(),
    }
}

/// The tombstone of its stored form.
pub(super) fn tombstone_from(e: pb::Tombstone) -> Tombstone {
    Tombstone {
        at: Timestamp::from_micros(e.at),
        basis: e.basis,
    }
}

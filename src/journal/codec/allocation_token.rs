//! Allocation tokens and their stored message, both ways: the event's and the table's value are one.
//!
//! It must never hold the secret, which is not known here: only its digest.

use crate::model::allocation_token::{AllocationToken, Promised};
use crate::model::clock::Timestamp;
use crate::oid::ArcValue;
use crate::pb::journal::v1 as pb;

use super::error::CodecError;
use super::parts::{id_from, id_if, id_to, number_to, path_from, path_to, range_from, range_to};

/// The stored form of an allocation token.
pub(super) fn token_to(token: &AllocationToken) -> pb::AllocationToken {
    use pb::allocation_token::Of;
    pb::AllocationToken {
        id: id_to(&token.id),
        superior: path_to(&token.superior),
        of: Some(match &token.of {
            Promised::Reserved(number) => Of::Number(number_to(number)),
            Promised::Range { range, count } => Of::Range(pb::PromisedRange {
                numbers: Some(range_to(range)),
                count: *count,
            }),
        }),
        used: token.used,
        name: token.name.clone(),
        secret_sha256: token.secret_sha256.to_vec(),
        principal: token.principal.as_ref().map(id_to),
        registrant: token.registrant.as_ref().map(id_to),
        until: token.until.micros(),
        issued: token.issued.micros(),
        by: token.by.as_ref().map(id_to),
        revoked: token.revoked,
    }
}

/// The allocation token of its stored form.
pub(super) fn token_from(stored: pb::AllocationToken) -> Result<AllocationToken, CodecError> {
    use pb::allocation_token::Of;
    let missing = |what| CodecError::Missing { what };
    let what = "the digest of an allocation token";
    let digest = <[u8; 32]>::try_from(stored.secret_sha256.as_slice());
    Ok(AllocationToken {
        id: id_from(&stored.id)?,
        superior: path_from(&stored.superior)?,
        of: match stored.of.ok_or(missing("what is promised"))? {
            Of::Number(number) => Promised::Reserved(ArcValue::from_be_bytes(&number)),
            Of::Range(range) => Promised::Range {
                range: range_from(&range.numbers.ok_or(missing("a range"))?),
                count: range.count,
            },
        },
        used: stored.used,
        name: stored.name,
        secret_sha256: digest.map_err(|_| CodecError::Malformed { what })?,
        principal: id_if(stored.principal.as_deref())?,
        registrant: id_if(stored.registrant.as_deref())?,
        until: Timestamp::from_micros(stored.until),
        issued: Timestamp::from_micros(stored.issued),
        by: id_if(stored.by.as_deref())?,
        revoked: stored.revoked,
    })
}

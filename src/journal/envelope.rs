//! Sealing a draft into a record, and opening a stored envelope (`oidra.journal.v1.Envelope`).
//!
//! It must never re-encode a stored envelope. The leaf hash is SHA-256(`0x00` ‖ stored bytes) (RFC 6962 §2.1).

use bytes::Bytes;
use prost::Message as _;

use super::{
    digest::Digest32,
    error::BatchFault,
    record::{
        Commitment, Draft, Header, ItemKind, MAX_BATCH_RECORDS, MAX_ID_BYTES, MAX_RECORD_ITEMS,
        MAX_SUBJECT_BYTES, Record, StoredItem,
    },
    seq::Seq,
};
use crate::pb::journal::v1 as pb;

/// The envelope format that this code writes and reads.
pub const ENVELOPE_FORMAT: u32 = 1;

/// What a stored envelope says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The record's place.
    pub seq: Seq,
    /// Who, when, which request.
    pub header: Header,
    /// One for each item.
    pub commitments: Vec<Commitment>,
}

/// Checks a batch against every limit and order but the stored size; `time_us` is the time of the head.
pub fn check_batch(batch: &[Draft], time_us: i64) -> Result<(), BatchFault> {
    if batch.is_empty() {
        return Err(BatchFault::Empty);
    }
    if batch.len() > MAX_BATCH_RECORDS {
        return Err(BatchFault::TooManyRecords {
            found: batch.len(),
            limit: MAX_BATCH_RECORDS,
        });
    }
    let mut previous = time_us;
    for (index, draft) in batch.iter().enumerate() {
        check_draft(index, draft, previous)?;
        previous = draft.header.time_us;
    }
    Ok(())
}

fn check_draft(index: usize, draft: &Draft, previous: i64) -> Result<(), BatchFault> {
    let length = |field, found: usize, limit: usize| {
        if found > limit {
            Err(BatchFault::FieldTooLong {
                index,
                field,
                found,
                limit,
            })
        } else {
            Ok(())
        }
    };
    let found = draft.header.time_us;
    if found < previous {
        return Err(BatchFault::TimeBackwards {
            index,
            found,
            previous,
        });
    }
    length(
        "the principal id",
        draft.header.principal.len(),
        MAX_ID_BYTES,
    )?;
    length(
        "the request id",
        draft.header.request_id.len(),
        MAX_ID_BYTES,
    )?;
    if draft.items.len() > MAX_RECORD_ITEMS {
        return Err(BatchFault::TooManyItems {
            index,
            found: draft.items.len(),
            limit: MAX_RECORD_ITEMS,
        });
    }
    for item in &draft.items {
        length("an item's subject", item.subject.len(), MAX_SUBJECT_BYTES)?;
        if (item.kind == ItemKind::Personal) == item.subject.is_empty() {
            return Err(BatchFault::Subject { index });
        }
    }
    Ok(())
}

/// Makes the record that `draft` becomes at `seq`: commitments, envelope bytes, leaf hash.
pub fn seal(seq: Seq, draft: Draft) -> Record {
    let Draft { header, items } = draft;
    let commitments: Vec<Commitment> = items.iter().map(super::record::Item::commitment).collect();
    let envelope = pb::Envelope {
        format: ENVELOPE_FORMAT,
        seq: seq.get(),
        time_us: header.time_us,
        principal: header.principal.clone(),
        request_id: header.request_id.clone(),
        request_digest: header.request_digest.to_vec(),
        commitments: commitments.iter().map(commitment_to_pb).collect(),
    };
    let envelope = Bytes::from(envelope.encode_to_vec());
    let leaf = Digest32::of_leaf(&envelope);
    let items = items.into_iter().map(StoredItem::Present).collect();
    Record {
        seq,
        header,
        envelope,
        items,
        commitments,
        leaf,
    }
}

/// Reads a stored envelope. The error says what is wrong with it.
pub fn open(stored: &[u8]) -> Result<Contents, String> {
    let envelope = pb::Envelope::decode(stored)
        .map_err(|error| format!("the envelope can't be decoded: {error}"))?;
    if envelope.format != ENVELOPE_FORMAT {
        return Err(format!(
            "the envelope has format {}, this program reads {ENVELOPE_FORMAT}",
            envelope.format
        ));
    }
    let request_digest = <[u8; 32]>::try_from(envelope.request_digest.as_slice())
        .map_err(|_| "the envelope's request digest is not 32 bytes".to_owned())?;
    let commitments = envelope
        .commitments
        .into_iter()
        .map(commitment_from_pb)
        .collect::<Result<_, _>>()?;
    let (principal, request_id) = (envelope.principal, envelope.request_id);
    let header = Header {
        time_us: envelope.time_us,
        principal,
        request_id,
        request_digest,
    };
    Ok(Contents {
        seq: Seq::new(envelope.seq),
        header,
        commitments,
    })
}

fn commitment_to_pb(commitment: &Commitment) -> pb::Commitment {
    let kind = match commitment.kind {
        ItemKind::Public => pb::ItemKind::Public,
        ItemKind::Restricted => pb::ItemKind::Restricted,
        ItemKind::Personal => pb::ItemKind::Personal,
    };
    let hash = commitment.hash.0.to_vec();
    pb::Commitment {
        kind: kind.into(),
        subject: commitment.subject.clone(),
        hash,
    }
}

fn commitment_from_pb(stored: pb::Commitment) -> Result<Commitment, String> {
    let kind = match stored.kind() {
        pb::ItemKind::Public => ItemKind::Public,
        pb::ItemKind::Restricted => ItemKind::Restricted,
        pb::ItemKind::Personal => ItemKind::Personal,
        pb::ItemKind::Unspecified => {
            return Err(format!("an item has the unknown kind {}", stored.kind));
        }
    };
    let hash = <[u8; 32]>::try_from(stored.hash.as_slice())
        .map_err(|_| "a commitment's hash is not 32 bytes".to_owned())?;
    Ok(Commitment {
        kind,
        subject: stored.subject,
        hash: Digest32(hash),
    })
}

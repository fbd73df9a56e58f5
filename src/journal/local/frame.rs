//! One frame: one batch as it lies in a segment. Integers are little-endian.
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | magic `OJF` and the frame format, 1 |
//! | 4 | length of the body |
//! | 8 | sequence of the first record |
//! | 4 | number of records |
//! | 4 | CRC-32C of the 20 bytes before, so that a damaged length can be told from a torn frame |
//! | … | body: for each record the envelope's length (4) and bytes, the number of items (4), and for each item `0` when it is erased, or `1`, salt (16), length (4) and bytes |
//! | 32 | Merkle tree head after the frame's last record |
//! | 4 | CRC-32C of everything before |
//!
//! Both sums start from the sum of the segment's head, so that a frame of another segment doesn't pass. An item's kind
//! and subject stand in the envelope alone. This file must never decide whether damage is a torn tail: `scan.rs` does.

use bytes::Bytes;

use crate::journal::{
    BatchFault, Digest32, Item, MAX_FRAME_BYTES, MAX_RECORD_BYTES, Record, Seq, StoredItem,
    envelope,
};

/// The first bytes of a frame; the last of them is the frame format.
pub(super) const FRAME_MAGIC: [u8; 4] = *b"OJF\x01";
/// Bytes before the body.
pub(super) const FRAME_HEAD_BYTES: usize = 24;
/// Bytes after the body: Merkle tree head and sum.
pub(super) const FRAME_TAIL_BYTES: usize = 36;

const ERASED: u8 = 0;
const PRESENT: u8 = 1;
/// Bytes of the tag, salt and length before a present item's body.
const ITEM_HEAD_BYTES: usize = 1 + 16 + 4;

/// The part of a frame before its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHead {
    /// Bytes of the body.
    pub(super) body: usize,
    /// The first record.
    pub(super) first: Seq,
    /// How many records; at least 1.
    pub(super) count: u32,
}

impl FrameHead {
    /// Bytes of the whole frame.
    pub(super) fn len(&self) -> usize {
        FRAME_HEAD_BYTES + self.body + FRAME_TAIL_BYTES
    }

    /// The last record.
    pub(super) fn last(&self) -> Seq {
        self.first.plus(u64::from(self.count) - 1)
    }

    /// Reads a head; `None` when these bytes are none.
    pub(super) fn parse(bytes: &[u8], seed: u32) -> Option<Self> {
        let (summed, mut rest) = bytes.split_at_checked(FRAME_HEAD_BYTES - 4)?;
        let sum = u32::from_le_bytes(take(&mut rest)?);
        let mut fields = summed.strip_prefix(&FRAME_MAGIC)?;
        if crc32c::crc32c_append(seed, summed) != sum {
            return None;
        }
        let body = usize::try_from(u32::from_le_bytes(take(&mut fields)?)).ok()?;
        let first = Seq::new(u64::from_le_bytes(take(&mut fields)?));
        let count = u32::from_le_bytes(take(&mut fields)?);
        let head = Self { body, first, count };
        (count > 0 && head.len() <= MAX_FRAME_BYTES).then_some(head)
    }
}

/// A frame whose sums are right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    /// Its head.
    pub(super) head: FrameHead,
    /// The records, as [`split`] takes them apart.
    pub(super) body: &'a [u8],
    /// The tree head after it.
    pub(super) root: Digest32,
}

impl<'a> Frame<'a> {
    /// Reads the frame at the start of `bytes`. The error says which part is wrong.
    pub(super) fn parse(bytes: &'a [u8], seed: u32) -> Result<Self, &'static str> {
        let head = FrameHead::parse(bytes, seed).ok_or("there is no whole frame head")?;
        let short = "the frame is cut short";
        let (summed, mut sum) = bytes.split_at_checked(head.len() - 4).ok_or(short)?;
        let sum = u32::from_le_bytes(take(&mut sum).ok_or(short)?);
        if crc32c::crc32c_append(seed, summed) != sum {
            return Err("the frame's checksum is wrong");
        }
        let (_, after) = summed.split_at_checked(FRAME_HEAD_BYTES).ok_or(short)?;
        let (body, mut root) = after.split_at_checked(head.body).ok_or(short)?;
        Ok(Self {
            head,
            body,
            root: Digest32(take(&mut root).ok_or(short)?),
        })
    }

    /// All its records.
    pub(super) fn records(&self) -> Result<Vec<Record>, String> {
        self.records_in(Seq::ZERO, Seq::new(u64::MAX))
    }

    /// Its records from `from` up to and with `until`; the others are not decoded.
    pub(super) fn records_in(&self, from: Seq, until: Seq) -> Result<Vec<Record>, String> {
        let mut rest = self.body;
        let mut records = Vec::new();
        for place in 0..u64::from(self.head.count) {
            let raw = split(&mut rest).ok_or(BAD_LENGTHS)?;
            let seq = self.head.first.plus(place);
            if (from..=until).contains(&seq) {
                records.push(raw.decode()?);
            }
        }
        if rest.is_empty() {
            Ok(records)
        } else {
            Err(BAD_LENGTHS.to_owned())
        }
    }
}

/// What is said when the lengths inside a body don't fit it.
pub(super) const BAD_LENGTHS: &str = "the lengths inside the frame don't fit it";

/// A record's stored bytes, taken apart but not decoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawRecord<'a> {
    /// The stored envelope.
    pub(super) envelope: &'a [u8],
    /// How many items follow.
    pub(super) count: u32,
    items: &'a [u8],
}

/// A present item's salt and body, or `None` when it is erased.
pub(super) type RawItem<'a> = Option<([u8; 16], &'a [u8])>;

impl<'a> RawRecord<'a> {
    /// The items in order.
    pub(super) fn items(&self) -> impl Iterator<Item = RawItem<'a>> + use<'a> {
        let mut rest = self.items;
        (0..self.count).map_while(move |_| take_item(&mut rest))
    }

    /// The whole record. The error says what is wrong with it.
    pub(super) fn decode(&self) -> Result<Record, String> {
        let contents = envelope::open(self.envelope)?;
        let commitments = contents.commitments;
        if commitments.len() != usize::try_from(self.count).unwrap_or(usize::MAX) {
            return Err(format!(
                "{} items stand under {} commitments",
                self.count,
                commitments.len()
            ));
        }
        let join = |(raw, commitment): (RawItem<'_>, &crate::journal::Commitment)| {
            let (kind, subject) = (commitment.kind, commitment.subject.clone());
            match raw {
                Some((salt, body)) => StoredItem::Present(Item {
                    kind,
                    subject,
                    salt,
                    body: body.to_vec(),
                }),
                None => StoredItem::Erased { kind, subject },
            }
        };
        let items = self.items().zip(&commitments).map(join).collect();
        let envelope = Bytes::copy_from_slice(self.envelope);
        let leaf = Digest32::of_leaf(&envelope);
        Ok(Record {
            seq: contents.seq,
            header: contents.header,
            envelope,
            items,
            commitments,
            leaf,
        })
    }
}

/// Takes the next record off a body; `None` when its lengths don't fit.
pub(super) fn split<'a>(rest: &mut &'a [u8]) -> Option<RawRecord<'a>> {
    let length = take_len(rest)?;
    let envelope = take_slice(rest, length)?;
    let count = u32::from_le_bytes(take(rest)?);
    let items = *rest;
    for _ in 0..count {
        take_item(rest)?;
    }
    let (items, _) = items.split_at_checked(items.len() - rest.len())?;
    Some(RawRecord {
        envelope,
        count,
        items,
    })
}

fn take_item<'a>(rest: &mut &'a [u8]) -> Option<RawItem<'a>> {
    match take::<1>(rest)? {
        [ERASED] => Some(None),
        [PRESENT] => {
            let salt = take(rest)?;
            let length = take_len(rest)?;
            Some(Some((salt, take_slice(rest, length)?)))
        }
        _ => None,
    }
}

fn take_len(rest: &mut &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(take(rest)?)).ok()
}

fn take_slice<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (slice, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(slice)
}

/// Takes `N` bytes off the front.
pub(super) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (chunk, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*chunk)
}

/// Bytes that `record` takes in a frame's body.
fn record_len(record: &Record) -> usize {
    let item_len = |item: &StoredItem| {
        item.present()
            .map_or(1, |item| ITEM_HEAD_BYTES + item.body.len())
    };
    8 + record.envelope.len() + record.items.iter().map(item_len).sum::<usize>()
}

/// Bytes of the frame that `records` make; refused beyond [`MAX_RECORD_BYTES`] and [`MAX_FRAME_BYTES`].
pub(super) fn measure(records: &[Record]) -> Result<usize, BatchFault> {
    let mut total = FRAME_HEAD_BYTES + FRAME_TAIL_BYTES;
    for (index, record) in records.iter().enumerate() {
        let found = record_len(record);
        if found > MAX_RECORD_BYTES {
            return Err(BatchFault::RecordTooLarge {
                index,
                found,
                limit: MAX_RECORD_BYTES,
            });
        }
        total += found;
    }
    if total > MAX_FRAME_BYTES {
        return Err(BatchFault::FrameTooLarge {
            found: total,
            limit: MAX_FRAME_BYTES,
        });
    }
    Ok(total)
}

/// A length that [`measure`] has held below its limit.
fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes()
}

/// Appends the frame of `records`, which [`measure`] let pass, to `out`.
pub(super) fn encode(out: &mut Vec<u8>, seed: u32, records: &[Record], root: &Digest32) {
    let start = out.len();
    let first = records.first().map_or(Seq::ZERO, |record| record.seq);
    let body: usize = records.iter().map(record_len).sum();
    out.extend(FRAME_MAGIC);
    out.extend(length(body));
    out.extend(first.get().to_le_bytes());
    out.extend(length(records.len()));
    add_sum(out, start, seed);
    for record in records {
        out.extend(length(record.envelope.len()));
        out.extend_from_slice(&record.envelope);
        out.extend(length(record.items.len()));
        for item in &record.items {
            match item.present() {
                Some(item) => {
                    out.push(PRESENT);
                    out.extend(item.salt);
                    out.extend(length(item.body.len()));
                    out.extend_from_slice(&item.body);
                }
                None => out.push(ERASED),
            }
        }
    }
    out.extend(root.0);
    add_sum(out, start, seed);
}

fn add_sum(out: &mut Vec<u8>, start: usize, seed: u32) {
    let sum = crc32c::crc32c_append(seed, out.get(start..).unwrap_or_default());
    out.extend(sum.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{contract::draft, envelope::seal};

    #[test]
    fn a_frame_reads_back_and_no_flipped_byte_passes() {
        let mut records = vec![
            seal(Seq::new(7), draft(1, "a")),
            seal(Seq::new(8), draft(2, "b")),
        ];
        crate::journal::memory::erase_items(&mut records[1], "person-b");
        let mut bytes = Vec::new();
        encode(&mut bytes, 99, &records, &Digest32([5; 32]));
        assert_eq!(bytes.len(), measure(&records).unwrap());
        let frame = Frame::parse(&bytes, 99).unwrap();
        assert_eq!(
            (frame.head.first, frame.head.last(), frame.root),
            (Seq::new(7), Seq::new(8), Digest32([5; 32]))
        );
        assert_eq!(frame.records().unwrap(), records);
        assert!(Frame::parse(&bytes, 98).is_err());
        for place in 0..bytes.len() {
            for bit in 0..8 {
                bytes[place] ^= 1 << bit;
                assert!(Frame::parse(&bytes, 99).is_err(), "byte {place}, bit {bit}");
                bytes[place] ^= 1 << bit;
            }
            assert!(Frame::parse(&bytes[..place], 99).is_err(), "cut at {place}");
        }
    }

    #[test]
    fn sizes_are_held_to_the_limits() {
        let sized = |body: usize| {
            let mut draft = draft(1, "a");
            draft.items.truncate(1);
            draft.items[0].body = vec![0; body];
            seal(Seq::FIRST, draft)
        };
        let overhead = record_len(&sized(0));
        let largest = sized(MAX_RECORD_BYTES - overhead);
        assert!(measure(std::slice::from_ref(&largest)).is_ok());
        let over = BatchFault::RecordTooLarge {
            index: 0,
            found: MAX_RECORD_BYTES + 1,
            limit: MAX_RECORD_BYTES,
        };
        assert_eq!(
            measure(&[sized(MAX_RECORD_BYTES - overhead + 1)]),
            Err(over)
        );
        let room = MAX_FRAME_BYTES - 3 * MAX_RECORD_BYTES - FRAME_HEAD_BYTES - FRAME_TAIL_BYTES;
        let mut batch = vec![
            largest.clone(),
            largest.clone(),
            largest,
            sized(room - overhead),
        ];
        assert_eq!(measure(&batch), Ok(MAX_FRAME_BYTES));
        batch[3] = sized(room - overhead + 1);
        let over = BatchFault::FrameTooLarge {
            found: MAX_FRAME_BYTES + 1,
            limit: MAX_FRAME_BYTES,
        };
        assert_eq!(measure(&batch), Err(over));
    }
}

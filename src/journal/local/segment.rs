//! A segment's head and its name. Integers are little-endian.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | magic `OIDRAJNL` |
//! | 4 | segment format, 1 |
//! | 8 | sequence of the segment's first record |
//! | 8 | time of the record before it, in microseconds since 1970 (0 at the start) |
//! | 8 | size of the Merkle tree before it |
//! | 4 | number of frontier hashes |
//! | 32 each | the frontier (`merkle::Frontier`) before it, largest subtree first |
//! | 4 | CRC-32C of everything before; also the seed of the frames' sums |
//!
//! A segment comes into being under a temporary name and is renamed when its head is on disk. So this file must never
//! take a damaged head for a torn one.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::frame::take;
use crate::journal::{Digest32, Fault, JournalError, Seq, durable, merkle::Frontier};

/// The first bytes of a segment.
const SEGMENT_MAGIC: [u8; 8] = *b"OIDRAJNL";
/// The segment format that this code writes and reads.
const SEGMENT_FORMAT: u32 = 1;
/// The end of a segment's name.
const SEGMENT_SUFFIX: &str = ".seg";
/// Digits of the first sequence in a segment's name: those of the largest.
const NAME_DIGITS: usize = 20;

/// What a segment says at its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SegmentHead {
    /// The first record.
    pub(super) first: Seq,
    /// The time of the record before it.
    pub(super) time_us: i64,
    /// The tree before it.
    pub(super) frontier: Frontier,
}

/// A head that was read, with what its frames need.
#[derive(Clone, Debug)]
pub(super) struct ReadHead {
    /// The head.
    pub(super) head: SegmentHead,
    /// Where the first frame begins.
    pub(super) len: usize,
    /// The seed of the frames' sums.
    pub(super) seed: u32,
}

impl SegmentHead {
    /// The stored bytes.
    pub(super) fn encode(&self) -> Vec<u8> {
        let roots = self.frontier.roots();
        let mut out = SEGMENT_MAGIC.to_vec();
        out.extend(SEGMENT_FORMAT.to_le_bytes());
        out.extend(self.first.get().to_le_bytes());
        out.extend(self.time_us.to_le_bytes());
        out.extend(self.frontier.size().to_le_bytes());
        out.extend(u32::try_from(roots.len()).unwrap_or(u32::MAX).to_le_bytes());
        for root in roots {
            out.extend(root.0);
        }
        out.extend(crc32c::crc32c(&out).to_le_bytes());
        out
    }

    /// Reads a head. The error says what is wrong with it.
    pub(super) fn decode(bytes: &[u8]) -> Result<ReadHead, String> {
        let mut rest = bytes;
        let (head, format) =
            Self::fields(&mut rest).ok_or("the segment's head is damaged or cut short")?;
        let len = bytes.len() - rest.len();
        let summed = bytes.get(..len).unwrap_or_default();
        let sum = take(&mut rest).map(u32::from_le_bytes);
        let seed = crc32c::crc32c(summed);
        if sum != Some(seed) {
            return Err("the checksum of the segment's head is wrong".to_owned());
        }
        if format != SEGMENT_FORMAT {
            return Err(format!(
                "the segment has format {format}, this program reads {SEGMENT_FORMAT}"
            ));
        }
        if head.frontier.size() != head.first.previous().get() || head.first == Seq::ZERO {
            return Err("the segment's first sequence doesn't fit its tree".to_owned());
        }
        Ok(ReadHead {
            head,
            len: len + 4,
            seed,
        })
    }

    fn fields(rest: &mut &[u8]) -> Option<(Self, u32)> {
        if take(rest)? != SEGMENT_MAGIC {
            return None;
        }
        let format = u32::from_le_bytes(take(rest)?);
        let first = Seq::new(u64::from_le_bytes(take(rest)?));
        let time_us = i64::from_le_bytes(take(rest)?);
        let size = u64::from_le_bytes(take(rest)?);
        let count = u32::from_le_bytes(take(rest)?);
        if count > u64::BITS {
            return None;
        }
        let roots = (0..count)
            .map(|_| take(rest).map(Digest32))
            .collect::<Option<Vec<_>>>()?;
        Some((
            Self {
                first,
                time_us,
                frontier: Frontier::from_parts(size, roots)?,
            },
            format,
        ))
    }
}

/// The name of the segment that begins with `first`.
pub(super) fn file_name(first: Seq) -> String {
    format!("{:0NAME_DIGITS$}{SEGMENT_SUFFIX}", first.get())
}

fn first_of(name: &str) -> Option<Seq> {
    let digits = name.strip_suffix(SEGMENT_SUFFIX)?;
    let plain = digits.len() == NAME_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten().map(Seq::new)
}

/// What lies in a journal's directory.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// The segments by their first sequence, in order.
    pub(super) segments: Vec<(Seq, PathBuf)>,
    /// Files whose writing was cut off; they hold nothing that was acknowledged.
    pub(super) unfinished: Vec<PathBuf>,
    /// The side files of torn frames.
    pub(super) torn: Vec<PathBuf>,
}

/// Lists `dir`. A `.seg` file whose name is no sequence is damage.
pub(super) fn list(dir: &Path) -> Result<Listing, JournalError> {
    let read = |error: io::Error| JournalError::io(format!("can't list {}", dir.display()))(error);
    let mut listing = Listing::default();
    for entry in fs::read_dir(dir).map_err(read)? {
        let path = entry.map_err(read)?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(durable::UNFINISHED) {
            listing.unfinished.push(path);
        } else if name.starts_with(super::TORN_PREFIX) {
            listing.torn.push(path);
        } else if let Some(first) = first_of(&name) {
            listing.segments.push((first, path));
        } else if name.ends_with(SEGMENT_SUFFIX) {
            let what = "the segment's name is no sequence".to_owned();
            return Err(Fault {
                file: path,
                offset: 0,
                seq: Seq::ZERO,
                what,
            }
            .into());
        }
    }
    listing.segments.sort();
    Ok(listing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_reads_back_and_no_flipped_byte_passes() {
        let mut frontier = Frontier::new();
        (0..11u8).for_each(|leaf| frontier.push(Digest32([leaf; 32])));
        let head = SegmentHead {
            first: Seq::new(12),
            time_us: 77,
            frontier,
        };
        let mut bytes = head.encode();
        let len = bytes.len();
        bytes.extend(b"frames");
        let read = SegmentHead::decode(&bytes).unwrap();
        assert_eq!((read.head, read.len), (head, len));
        for place in 0..len {
            for bit in 0..8 {
                bytes[place] ^= 1 << bit;
                assert!(
                    SegmentHead::decode(&bytes).is_err(),
                    "byte {place}, bit {bit}"
                );
                bytes[place] ^= 1 << bit;
            }
            assert!(
                SegmentHead::decode(&bytes[..place]).is_err(),
                "cut at {place}"
            );
        }
    }

    #[test]
    fn names_are_sequences_of_twenty_digits() {
        let check = |name: &str, expect: Option<u64>| {
            assert_eq!(first_of(name).map(Seq::get), expect, "{name}");
        };
        assert_eq!(file_name(Seq::new(42)), "00000000000000000042.seg");
        check("00000000000000000042.seg", Some(42));
        check("18446744073709551615.seg", Some(u64::MAX));
        check("18446744073709551616.seg", None);
        check("0000000000000000042.seg", None);
        check("+0000000000000000042.seg", None);
        check("00000000000000000042.bin", None);
    }
}

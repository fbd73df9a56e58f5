//! How far the journal was durable when its process ended: one small file, written after each sync and never synced itself.
//!
//! Only the last frame can be torn, and from the segment alone a torn frame can't be told from an acknowledged one that was
//! damaged later. This mark tells: it is written after the frame's `fdatasync`, so it is never ahead of the disk, and it
//! outlives a killed process. After a power failure it may be behind, which only means that it tells less. It must never
//! be waited for, and a mark that can't be written or read counts for nothing.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _},
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::Path,
};

use super::FILE_MODE;
use crate::journal::Seq;

/// The file's name in the journal's directory.
pub(super) const SYNCED_FILE: &str = "synced";
/// A sequence and the CRC-32C of it.
const MARK_LEN: usize = 12;

/// The mark, open for writing.
#[derive(Debug)]
pub(super) struct Synced(File);

impl Synced {
    /// Opens the mark of the journal in `dir`, or makes it.
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        let mut open = OpenOptions::new();
        open.write(true)
            .create(true)
            .truncate(false)
            .mode(FILE_MODE);
        Ok(Self(open.open(dir.join(SYNCED_FILE))?))
    }

    /// Notes that everything up to `seq` is durable.
    pub(super) fn note(&self, seq: Seq) {
        // A mark that is not written protects less and harms nothing: the frame itself is durable.
        let _unwritten = self.0.write_all_at(&encode(seq), 0).is_err();
    }
}

/// How far the journal in `dir` is known to have been durable; [`Seq::ZERO`] where no mark tells.
pub(super) fn read(dir: &Path) -> Seq {
    let mut bytes = Vec::with_capacity(MARK_LEN);
    let read = File::open(dir.join(SYNCED_FILE)).and_then(|file| {
        let limit = MARK_LEN as u64 + 1;
        file.take(limit).read_to_end(&mut bytes)
    });
    match read {
        Ok(_) => decode(&bytes).unwrap_or(Seq::ZERO),
        Err(_) => Seq::ZERO,
    }
}

fn encode(seq: Seq) -> [u8; MARK_LEN] {
    let number = seq.get().to_be_bytes();
    let mut mark = [0; MARK_LEN];
    let sum = crc32c::crc32c(&number).to_be_bytes();
    for (to, from) in mark.iter_mut().zip(number.iter().chain(&sum)) {
        *to = *from;
    }
    mark
}

fn decode(bytes: &[u8]) -> Option<Seq> {
    let (number, sum) = bytes.split_first_chunk::<8>()?;
    let sum: [u8; 4] = sum.try_into().ok()?;
    (crc32c::crc32c(number) == u32::from_be_bytes(sum))
        .then(|| Seq::new(u64::from_be_bytes(*number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_and_a_damaged_one_counts_for_nothing() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()), Seq::ZERO);
        let synced = Synced::open(dir.path()).unwrap();
        synced.note(Seq::new(7));
        synced.note(Seq::new(300));
        assert_eq!(read(dir.path()), Seq::new(300));
        let mark = encode(Seq::new(300));
        for at in 0..MARK_LEN {
            let mut bytes = mark;
            bytes[at] ^= 1;
            assert_eq!(decode(&bytes), None, "byte {at}");
        }
        assert_eq!(decode(&mark[..MARK_LEN - 1]), None);
    }
}

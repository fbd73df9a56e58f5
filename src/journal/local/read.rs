//! Reading records while others are appended: readers have file handles of their own and stop at what is published.
//!
//! It must never read beyond a published end, and never hold the index while it reads a file's contents.

use std::{collections::VecDeque, fs::File, os::unix::fs::FileExt as _, path::PathBuf};

use super::{Local, MARK_BYTES, frame::FRAME_HEAD_BYTES, frame::Frame, frame::FrameHead};
use crate::journal::{Fault, JournalError, Record, Seq};

/// Bytes that are read at once when more than a record is wanted.
const CHUNK_BYTES: u64 = 256 << 10;

/// A place in a segment, up to the end that was published when it was found.
#[derive(Debug)]
struct Cursor {
    file: File,
    path: PathBuf,
    seed: u32,
    offset: u64,
    end: u64,
    /// Bytes of the file from `offset` on, the first `used` of them done with.
    chunk: Vec<u8>,
    used: usize,
    chunk_bytes: u64,
}

impl Cursor {
    /// Finds the last remembered frame that doesn't begin after `seq`. The file is opened under the index: an erasure
    /// may otherwise put another file with other offsets in its place.
    fn find(local: &Local, seq: Seq, chunk_bytes: u64) -> Result<Self, JournalError> {
        let index = local.index();
        let place = index
            .segments
            .partition_point(|segment| segment.first <= seq);
        let segment = place
            .checked_sub(1)
            .and_then(|place| index.segments.get(place));
        let segment = segment
            .ok_or_else(|| super::missing(&local.dir, seq, "no segment holds this sequence"))?;
        let place = segment.marks.partition_point(|mark| mark.seq <= seq);
        let mark = place
            .checked_sub(1)
            .and_then(|place| segment.marks.get(place));
        let offset = mark.map_or(segment.end, |mark| mark.offset);
        let path = segment.path.clone();
        let file = File::open(&path)
            .map_err(JournalError::io(format!("can't open {}", path.display())))?;
        let (seed, end) = (segment.seed, segment.end);
        Ok(Self {
            file,
            path,
            seed,
            offset,
            end,
            chunk: Vec::new(),
            used: 0,
            chunk_bytes,
        })
    }

    fn rest(&self) -> &[u8] {
        self.chunk.get(self.used..).unwrap_or_default()
    }

    /// Makes at least `len` bytes ready, if the segment has them.
    fn fill(&mut self, len: usize) -> Result<(), JournalError> {
        let left = self.end - self.offset;
        let wanted = (len as u64).min(left);
        if (self.rest().len() as u64) >= wanted {
            return Ok(());
        }
        let size = usize::try_from(self.chunk_bytes.max(wanted).min(left)).unwrap_or(usize::MAX);
        self.chunk.resize(size, 0);
        self.used = 0;
        let what = || {
            format!(
                "can't read {} at offset {}",
                self.path.display(),
                self.offset
            )
        };
        self.file
            .read_exact_at(&mut self.chunk, self.offset)
            .map_err(|error| JournalError::io(what())(error))
    }

    /// The records `from` to `until` of the next frame that ends at `from` or later; none at the segment's end.
    fn next_frame(&mut self, from: Seq, until: Seq) -> Result<VecDeque<Record>, JournalError> {
        while self.offset < self.end {
            self.fill(FRAME_HEAD_BYTES)?;
            let Some(head) = FrameHead::parse(self.rest(), self.seed) else {
                return Err(self.fault(from, "there is no whole frame head"));
            };
            if head.last() >= from {
                self.fill(head.len())?;
                let frame =
                    Frame::parse(self.rest(), self.seed).map_err(|what| self.fault(from, what))?;
                let records = frame
                    .records_in(from, until)
                    .map_err(|what| self.fault(head.first, what))?;
                self.skip(head.len());
                return Ok(records.into());
            }
            self.skip(head.len());
        }
        Ok(VecDeque::new())
    }

    fn skip(&mut self, len: usize) {
        self.offset += len as u64;
        self.used = self.used.saturating_add(len).min(self.chunk.len());
    }

    fn fault(&self, seq: Seq, what: impl Into<String>) -> JournalError {
        Fault {
            file: self.path.clone(),
            offset: self.offset,
            seq,
            what: what.into(),
        }
        .into()
    }
}

/// Records in order, up to a sequence that was published when it was made.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    local: &'a Local,
    next: Seq,
    until: Seq,
    cursor: Option<Cursor>,
    ready: VecDeque<Record>,
}

impl<'a> Reader<'a> {
    /// Reads from `next` up to and with `until`.
    pub(super) fn new(local: &'a Local, next: Seq, until: Seq) -> Self {
        Self {
            local,
            next,
            until,
            cursor: None,
            ready: VecDeque::new(),
        }
    }

    fn read(&mut self) -> Result<Record, JournalError> {
        while self.ready.is_empty() {
            let (mut cursor, fresh) = if let Some(cursor) = self.cursor.take() {
                (cursor, false)
            } else {
                let chunk = if self.next == self.until {
                    2 * MARK_BYTES
                } else {
                    CHUNK_BYTES
                };
                (Cursor::find(self.local, self.next, chunk)?, true)
            };
            self.ready = cursor.next_frame(self.next, self.until)?;
            if !self.ready.is_empty() {
                self.cursor = Some(cursor);
            } else if fresh {
                return Err(cursor.fault(self.next, "the segment ends before this sequence"));
            }
        }
        let record = self.ready.pop_front();
        record
            .filter(|record| record.seq == self.next)
            .ok_or_else(|| {
                super::missing(
                    &self.local.dir,
                    self.next,
                    "the records of a frame are out of order",
                )
                .into()
            })
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<Record, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next > self.until {
            return None;
        }
        let read = self.read();
        // After an error it ends: what follows a damaged place is not to be taken for its continuation.
        self.next = if read.is_ok() {
            self.next.next()
        } else {
            self.until.next()
        };
        Some(read)
    }
}

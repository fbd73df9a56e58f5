//! The end of the last segment: writing frames, and beginning a new segment.
//!
//! It must never do anything after a failed write or sync but say so; and never count a frame that isn't synced.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use super::{
    FILE_MODE, Options, SegmentInfo, frame, scan::Chain, segment, segment::SegmentHead,
    synced::Synced,
};
use crate::journal::{Head, JournalError, MAX_FRAME_BYTES, Record, Seq, durable, merkle::Frontier};

/// The largest buffer that is kept from one append to the next, in bytes.
const KEPT_BUFFER_BYTES: usize = 1 << 20;

/// The single writer of a local journal.
#[derive(Debug)]
pub(super) struct Writer {
    dir: PathBuf,
    options: Options,
    file: File,
    synced: Synced,
    /// The end of the last frame.
    offset: u64,
    /// The file's length: what lies between is zeros.
    reserved: u64,
    /// Where the segment's first frame begins.
    first_frame: u64,
    seed: u32,
    head: Head,
    frontier: Frontier,
    buffer: Vec<u8>,
    stopped: Option<String>,
}

/// Begins the segment that continues `head`, under its final name and durable; gives its file and what readers need.
pub(super) fn create_segment(
    dir: &Path,
    head: &Head,
    frontier: &Frontier,
) -> Result<(File, SegmentInfo, u64), JournalError> {
    let first = head.seq.next();
    let bytes = SegmentHead {
        first,
        time_us: head.time_us,
        frontier: frontier.clone(),
    }
    .encode();
    let path = dir.join(segment::file_name(first));
    let file = durable::write(&path, FILE_MODE, &[&bytes])
        .map_err(JournalError::io(format!("can't write {}", path.display())))?;
    let end = bytes.len() as u64;
    let seed = crc32c::crc32c(bytes.get(..bytes.len() - 4).unwrap_or_default());
    Ok((
        file,
        SegmentInfo {
            first,
            path,
            seed,
            end,
            marks: Vec::new(),
        },
        end,
    ))
}

/// Opens a segment for writing.
pub(super) fn open_segment(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

impl Writer {
    /// A writer at the end of `segment`, whose first frame begins (or will begin) at `first_frame`.
    pub(super) fn new(
        dir: &Path,
        options: Options,
        file: File,
        segment: &SegmentInfo,
        first_frame: u64,
        chain: &Chain,
    ) -> io::Result<Self> {
        let reserved = file.metadata()?.len();
        let synced = Synced::open(dir)?;
        synced.note(chain.head().seq);
        Ok(Self {
            dir: dir.to_owned(),
            options,
            file,
            synced,
            offset: segment.end,
            reserved,
            first_frame,
            seed: segment.seed,
            head: chain.head(),
            frontier: chain.frontier.clone(),
            buffer: Vec::new(),
            stopped: None,
        })
    }

    /// The durable head.
    pub(super) fn head(&self) -> Head {
        self.head
    }

    /// The end of the last frame.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Refuses when writing was stopped.
    pub(super) fn check_running(&self) -> Result<(), JournalError> {
        match &self.stopped {
            Some(reason) => Err(JournalError::Stopped {
                reason: reason.clone(),
            }),
            None => Ok(()),
        }
    }

    /// Stops all writing.
    pub(super) fn stop(&mut self, reason: String) -> JournalError {
        let reason = self.stopped.get_or_insert(reason).clone();
        JournalError::Stopped { reason }
    }

    /// Begins a new segment when a frame of `len` bytes doesn't fit into this one; the new one is given to readers
    /// with its first frame.
    pub(super) fn roll_if_full(&mut self, len: u64) -> Result<Option<SegmentInfo>, JournalError> {
        if self.offset + len <= self.options.segment_bytes || self.offset == self.first_frame {
            return Ok(None);
        }
        self.roll()
            .map(Some)
            .map_err(|error| self.stop(error.to_string()))
    }

    fn roll(&mut self) -> Result<SegmentInfo, JournalError> {
        // A closed segment ends with its last frame, so that anything behind it is damage. Cut always: a reservation that
        // failed may have grown the file all the same.
        let cut = self
            .file
            .set_len(self.offset)
            .and_then(|()| self.file.sync_all());
        cut.map_err(JournalError::io("can't close a full segment"))?;
        let (file, info, end) = create_segment(&self.dir, &self.head, &self.frontier)?;
        (self.file, self.offset, self.reserved, self.first_frame) = (file, end, end, end);
        self.seed = info.seed;
        Ok(info)
    }

    /// Writes and syncs the frame of `records`; gives the new head.
    pub(super) fn write(&mut self, records: &[Record]) -> Result<Head, JournalError> {
        let mut frontier = self.frontier.clone();
        for record in records {
            frontier.push(record.leaf);
        }
        let seq = Seq::new(frontier.size());
        let time_us = records
            .last()
            .map_or(self.head.time_us, |record| record.header.time_us);
        let head = Head {
            seq,
            root: frontier.root(),
            time_us,
        };
        self.buffer.clear();
        frame::encode(&mut self.buffer, self.seed, records, &head.root);
        debug_assert!(
            self.buffer.len() <= MAX_FRAME_BYTES,
            "measure() has let it pass"
        );
        self.put()
            .map_err(|error| self.stop(format!("writing sequence {seq} failed: {error}")))?;
        self.synced.note(seq);
        self.buffer.shrink_to(KEPT_BUFFER_BYTES);
        (self.head, self.frontier) = (head, frontier);
        Ok(head)
    }

    fn put(&mut self) -> io::Result<()> {
        let end = self.offset + self.buffer.len() as u64;
        if end > self.reserved {
            self.reserve(end);
        }
        self.file.write_all_at(&self.buffer, self.offset)?;
        self.file.sync_data()?;
        (self.offset, self.reserved) = (end, self.reserved.max(end));
        Ok(())
    }

    /// Grows the file with zeros ahead of the next frames. It is a help and no duty: when it fails the write itself
    /// grows the file, or tells what is wrong.
    fn reserve(&mut self, end: u64) {
        let upto = end + self.options.reserve_bytes;
        #[cfg(target_os = "linux")]
        if self.options.reserve_bytes > 0 {
            let flags = rustix::fs::FallocateFlags::empty();
            if rustix::fs::fallocate(&self.file, flags, self.reserved, upto - self.reserved).is_ok()
            {
                self.reserved = upto;
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _ = upto;
    }

    /// Goes over to the rewritten file of the same segment, whose last frame ends at `end` and which ends there.
    pub(super) fn replace(&mut self, file: File, end: u64) {
        (self.file, self.offset, self.reserved) = (file, end, end);
    }

    /// Puts another file under the writer, to see it fail.
    #[cfg(test)]
    pub(super) fn sabotage(&mut self, file: File) {
        self.reserved = u64::MAX;
        self.file = file;
    }
}

//! Dumping a journal's directory: every record with the place where it lies.
//!
//! It must never write. It checks sums and order as it goes and ends at the first fault.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    vec,
};

use super::{
    scan::{Chain, Depth, Segment, Tail},
    segment,
};
use crate::journal::{JournalError, Record, Seq};

/// A record and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dumped {
    /// The segment.
    pub file: PathBuf,
    /// Where its frame begins, in bytes.
    pub offset: u64,
    /// The first record of its frame.
    pub frame_first: Seq,
    /// How many records the frame has.
    pub frame_records: u32,
    /// The record.
    pub record: Record,
}

/// The records of the journal in `dir`, in order. A torn end ends it; after an error it ends.
pub fn dump(
    dir: &Path,
) -> Result<impl Iterator<Item = Result<Dumped, JournalError>> + Send, JournalError> {
    let files = segment::list(dir)?.segments.into_iter();
    Ok(Dump {
        files,
        current: None,
        at: 0,
        chain: Chain::start(),
        ready: VecDeque::new(),
        done: false,
    })
}

struct Dump {
    files: vec::IntoIter<(Seq, PathBuf)>,
    current: Option<Segment>,
    at: usize,
    chain: Chain,
    ready: VecDeque<Dumped>,
    done: bool,
}

impl Dump {
    /// Reads the next frame; `false` at the end of the last segment.
    fn advance(&mut self) -> Result<bool, JournalError> {
        let Some(segment) = self.current.take_if(|segment| self.at < segment.data.len()) else {
            let Some((first, path)) = self.files.next() else {
                return Ok(false);
            };
            let segment = Segment::read(&path, first, Vec::new())?;
            let seq = self.chain.next;
            self.chain
                .enter(&segment.read.head)
                .map_err(|what| segment.fault(0, seq, what))?;
            self.at = segment.read.len;
            self.current = Some(segment);
            return Ok(true);
        };
        let at = self.at;
        let frame = match segment.frame(at) {
            Ok(frame) => frame,
            Err(why) if self.files.len() > 0 => {
                return Err(segment.fault(at, self.chain.next, why).into());
            }
            Err(why) => match segment.tail(at, self.chain.next, why) {
                Tail::Clean | Tail::Torn(_) => return Ok(false),
                Tail::Damaged(what) => return Err(segment.fault(at, self.chain.next, what).into()),
            },
        };
        let head = frame.head;
        self.chain
            .take(&frame, Depth::Chain)
            .map_err(|(seq, what)| segment.fault(at, seq, what))?;
        let records = frame
            .records()
            .map_err(|what| segment.fault(at, head.first, what))?;
        self.ready.extend(records.into_iter().map(|record| {
            let (file, offset) = (segment.path.clone(), at as u64);
            Dumped {
                file,
                offset,
                frame_first: head.first,
                frame_records: head.count,
                record,
            }
        }));
        self.at += head.len();
        self.current = Some(segment);
        Ok(true)
    }
}

impl Iterator for Dump {
    type Item = Result<Dumped, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() && !self.done {
            match self.advance() {
                Ok(more) => self.done = !more,
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            }
        }
        self.ready.pop_front().map(Ok)
    }
}

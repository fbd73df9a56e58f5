//! Reading segments from front to back: the chain that every frame must fit, and what an unreadable end means.
//!
//! One frame is in flight at a time and is acknowledged after it is on disk. So a torn frame is the last thing in the
//! last segment, nothing but zeros (space that was reserved, or a grown file) follows it, and it was never applied.
//! Whatever is unreadable and doesn't fit this is damage. This file must never write.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use super::{
    frame::{BAD_LENGTHS, FRAME_MAGIC, Frame, FrameHead, RawRecord, split},
    segment::{ReadHead, SegmentHead},
};
use crate::journal::{
    Digest32, Fault, Head, JournalError, MAX_FRAME_BYTES, Seq, envelope, merkle::Frontier,
};

/// How much of a frame is looked at, beyond its sums and its place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Depth {
    /// Nothing more.
    Sums,
    /// Every envelope: sequence, time, leaf hash, tree head.
    Chain,
    /// Every item against its commitment too.
    Full,
}

/// Counts of what was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) items: u64,
    pub(super) erased: u64,
}

/// What the next frame must continue.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    /// The next record's sequence.
    pub(super) next: Seq,
    /// The tree head after the last frame.
    pub(super) root: Digest32,
    /// The time of the last record whose envelope was read.
    pub(super) time_us: i64,
    /// The tree, as far as envelopes were read.
    pub(super) frontier: Frontier,
    /// Whether every frame since the segment's start was read at least at [`Depth::Chain`].
    hashed: bool,
}

impl Chain {
    /// The chain of an empty journal.
    pub(super) fn start() -> Self {
        Self::of(&SegmentHead {
            first: Seq::FIRST,
            time_us: 0,
            frontier: Frontier::new(),
        })
    }

    /// The chain at the start of a segment.
    pub(super) fn of(head: &SegmentHead) -> Self {
        let (root, frontier) = (head.frontier.root(), head.frontier.clone());
        Self {
            next: head.first,
            root,
            time_us: head.time_us,
            frontier,
            hashed: true,
        }
    }

    /// The journal's head here; its time is right when the segment was read at [`Depth::Chain`] or more.
    pub(super) fn head(&self) -> Head {
        Head {
            seq: self.next.previous(),
            root: self.root,
            time_us: self.time_us,
        }
    }

    /// Goes over to the next segment. The error says why it doesn't continue this one.
    pub(super) fn enter(&mut self, head: &SegmentHead) -> Result<(), String> {
        if head.first != self.next {
            return Err(format!(
                "the segment begins with sequence {}, not with {}",
                head.first, self.next
            ));
        }
        if head.frontier.root() != self.root || (self.hashed && head.time_us != self.time_us) {
            return Err("the segment's head doesn't continue the one before".to_owned());
        }
        *self = Self::of(head);
        Ok(())
    }

    /// Takes a frame. The error says which sequence is at fault, and how.
    pub(super) fn take(
        &mut self,
        frame: &Frame<'_>,
        depth: Depth,
    ) -> Result<Counts, (Seq, String)> {
        let head = frame.head;
        if head.first != self.next {
            return Err((
                self.next,
                format!(
                    "the frame begins with sequence {}, not with {}",
                    head.first, self.next
                ),
            ));
        }
        let mut counts = Counts::default();
        if depth == Depth::Sums {
            (self.next, self.root, self.hashed) = (head.last().next(), frame.root, false);
            return Ok(counts);
        }
        let mut rest = frame.body;
        for _ in 0..head.count {
            let raw = split(&mut rest).ok_or_else(|| (self.next, BAD_LENGTHS.to_owned()))?;
            self.take_record(&raw, depth, &mut counts)
                .map_err(|what| (self.next, what))?;
        }
        if !rest.is_empty() {
            return Err((head.first, BAD_LENGTHS.to_owned()));
        }
        self.root = self.frontier.root();
        if self.hashed && self.root != frame.root {
            return Err((
                head.first,
                "the records don't hash to the frame's Merkle tree head".to_owned(),
            ));
        }
        self.root = frame.root;
        Ok(counts)
    }

    fn take_record(
        &mut self,
        raw: &RawRecord<'_>,
        depth: Depth,
        counts: &mut Counts,
    ) -> Result<(), String> {
        let contents = envelope::open(raw.envelope)?;
        if contents.seq != self.next {
            return Err(format!("the envelope has sequence {}", contents.seq));
        }
        if contents.header.time_us < self.time_us {
            return Err("the record's time is before the previous one's".to_owned());
        }
        if contents.commitments.len() as u64 != u64::from(raw.count) {
            return Err(format!(
                "{} items stand under {} commitments",
                raw.count,
                contents.commitments.len()
            ));
        }
        if depth == Depth::Full {
            for (place, (item, commitment)) in raw.items().zip(&contents.commitments).enumerate() {
                counts.items += 1;
                match item {
                    None => counts.erased += 1,
                    Some((salt, body)) if Digest32::of_item(&salt, body) == commitment.hash => {}
                    Some(_) => return Err(format!("item {place} doesn't match its commitment")),
                }
            }
        }
        self.frontier.push(Digest32::of_leaf(raw.envelope));
        (self.next, self.time_us) = (self.next.next(), contents.header.time_us);
        Ok(())
    }

    /// Goes on behind a place that couldn't be read: sums and order can still be checked, hashes can't until the next
    /// segment.
    pub(super) fn resume(&mut self, next: Seq) {
        (self.next, self.hashed) = (next, false);
    }
}

/// A segment read into memory.
#[derive(Debug)]
pub(super) struct Segment {
    /// The file.
    pub(super) path: PathBuf,
    /// All its bytes.
    pub(super) data: Vec<u8>,
    /// Its head.
    pub(super) read: ReadHead,
}

/// The unreadable (or just unused) end of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing, or zeros: reserved space.
    Clean,
    /// A frame that was being written when the machine or the program stopped.
    Torn(&'static str),
    /// Anything else.
    Damaged(String),
}

impl Segment {
    /// Reads the file at `path`, whose name says `first`, into `data`.
    pub(super) fn read(path: &Path, first: Seq, mut data: Vec<u8>) -> Result<Self, JournalError> {
        read_file(path, &mut data)
            .map_err(JournalError::io(format!("can't read {}", path.display())))?;
        let fault = |what| Fault {
            file: path.to_owned(),
            offset: 0,
            seq: first,
            what,
        };
        let read = SegmentHead::decode(&data).map_err(fault)?;
        if read.head.first != first {
            return Err(fault(format!(
                "the segment's head begins with sequence {}",
                read.head.first
            ))
            .into());
        }
        Ok(Self {
            path: path.to_owned(),
            data,
            read,
        })
    }

    /// The bytes from `at` on.
    pub(super) fn from(&self, at: usize) -> &[u8] {
        self.data.get(at..).unwrap_or_default()
    }

    /// The frame at `at`.
    pub(super) fn frame(&self, at: usize) -> Result<Frame<'_>, &'static str> {
        Frame::parse(self.from(at), self.read.seed)
    }

    /// A fault of this file.
    pub(super) fn fault(&self, at: usize, seq: Seq, what: impl Into<String>) -> Fault {
        Fault {
            file: self.path.clone(),
            offset: at as u64,
            seq,
            what: what.into(),
        }
    }

    /// The first place after `at` where a frame's head is readable.
    pub(super) fn next_head(&self, at: usize) -> Option<usize> {
        let rest = self.from(at + 1);
        let places = rest
            .windows(FRAME_MAGIC.len())
            .enumerate()
            .filter(|(_, window)| *window == FRAME_MAGIC);
        let readable =
            |place: &usize| FrameHead::parse(self.from(at + 1 + place), self.read.seed).is_some();
        places
            .map(|(place, _)| place)
            .find(readable)
            .map(|place| at + 1 + place)
    }

    /// Judges the bytes from `at` on, where no frame could be read for the reason `why`, in the last segment. What the
    /// projection has applied is not looked at here.
    pub(super) fn tail(&self, at: usize, next: Seq, why: &'static str) -> Tail {
        let rest = self.from(at);
        let Some(last) = rest.iter().rposition(|byte| *byte != 0) else {
            return Tail::Clean;
        };
        if let Some(place) = self.next_head(at) {
            return Tail::Damaged(format!(
                "{why}, and another frame follows at offset {place}"
            ));
        }
        // The head of the frame says how far a torn frame can reach; without it the limit does.
        let reach = match FrameHead::parse(rest, self.read.seed) {
            Some(head) if head.first != next => {
                return Tail::Damaged(format!("{why}, and it begins with sequence {}", head.first));
            }
            Some(head) => head.len(),
            None => MAX_FRAME_BYTES,
        };
        if last >= reach {
            return Tail::Damaged(format!("{why}, and more follows than one frame can hold"));
        }
        Tail::Torn(why)
    }
}

fn read_file(path: &Path, data: &mut Vec<u8>) -> io::Result<()> {
    data.clear();
    let mut file = File::open(path)?;
    data.reserve(usize::try_from(file.metadata()?.len()).unwrap_or(0));
    file.read_to_end(data).map(|_| ())
}

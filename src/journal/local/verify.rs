//! Verifying a journal's directory: everything is read and checked, and every fault is told.
//!
//! It must never write. Behind a fault it goes on with the next readable frame, so that the extent can be seen.

use std::path::{Path, PathBuf};

use super::{
    scan::{Chain, Depth, Segment, Tail},
    segment,
};
use crate::journal::{Fault, Head, JournalError, Seq};

/// Most faults that are told one by one; all are counted.
pub const MAX_FAULTS_TOLD: usize = 1_000;

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Segments that were read.
    pub segments: usize,
    /// Frames whose sums are right.
    pub frames: u64,
    /// Records in them.
    pub records: u64,
    /// Items in them.
    pub items: u64,
    /// Items of these that were erased.
    pub erased: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// The head after the last readable frame. It is to be trusted when there is no fault.
    pub head: Head,
    /// An unreadable end that fits a frame cut off while it was written; the next start sets it aside, unless it was
    /// applied.
    pub torn: Option<Fault>,
    /// Side files of torn frames that were set aside before.
    pub side_files: Vec<PathBuf>,
    /// How many faults there are.
    pub fault_count: u64,
    /// The first [`MAX_FAULTS_TOLD`] of them, in order.
    pub faults: Vec<Fault>,
}

impl Verification {
    fn fault(&mut self, fault: Fault) {
        self.fault_count += 1;
        if self.faults.len() < MAX_FAULTS_TOLD {
            self.faults.push(fault);
        }
    }

    /// Whether nothing is wrong; a torn end is not.
    pub fn is_sound(&self) -> bool {
        self.fault_count == 0
    }
}

/// Verifies the journal in `dir`: sums, commitments of present items, leaf hashes, tree heads, order of sequences and
/// times, continuity of segments. An error means that it couldn't be read at all; faults stand in the answer.
pub fn verify(dir: &Path) -> Result<Verification, JournalError> {
    let listing = segment::list(dir)?;
    let mut chain = Chain::start();
    let mut found = Verification {
        segments: 0,
        frames: 0,
        records: 0,
        items: 0,
        erased: 0,
        bytes: 0,
        head: Head::empty(),
        torn: None,
        side_files: listing.torn,
        fault_count: 0,
        faults: Vec::new(),
    };
    if listing.segments.is_empty() {
        found.fault(super::missing(dir, Seq::FIRST, "there is no segment"));
    }
    let mut data = Vec::new();
    for (place, (first, path)) in listing.segments.iter().enumerate() {
        let segment = match Segment::read(path, *first, data) {
            Ok(segment) => segment,
            Err(JournalError::Damaged {
                file,
                offset,
                seq,
                what,
            }) => {
                found.fault(Fault {
                    file,
                    offset,
                    seq,
                    what,
                });
                data = Vec::new();
                continue;
            }
            Err(error) => return Err(error),
        };
        found.segments += 1;
        found.bytes += segment.data.len() as u64;
        let head = &segment.read.head;
        if let Err(what) = chain.enter(head) {
            found.fault(segment.fault(0, chain.next, what));
            chain = Chain::of(head);
        }
        verify_frames(
            &mut found,
            &mut chain,
            &segment,
            place + 1 == listing.segments.len(),
        );
        data = segment.data;
    }
    found.head = chain.head();
    Ok(found)
}

fn verify_frames(found: &mut Verification, chain: &mut Chain, segment: &Segment, last: bool) {
    let mut at = segment.read.len;
    while at < segment.data.len() {
        match segment.frame(at) {
            Ok(frame) => {
                found.frames += 1;
                found.records += u64::from(frame.head.count);
                match chain.take(&frame, Depth::Full) {
                    Ok(counts) => {
                        found.items += counts.items;
                        found.erased += counts.erased;
                    }
                    Err((seq, what)) => {
                        found.fault(segment.fault(at, seq, what));
                        chain.resume(frame.head.last().next());
                    }
                }
                at += frame.head.len();
            }
            Err(why) => {
                let tail = if last {
                    segment.tail(at, chain.next, why)
                } else {
                    Tail::Damaged(why.to_owned())
                };
                match tail {
                    Tail::Clean => return,
                    Tail::Torn(what) => {
                        found.torn = Some(segment.fault(at, chain.next, what));
                        return;
                    }
                    Tail::Damaged(what) => found.fault(segment.fault(at, chain.next, what)),
                }
                let Some(next) = segment.next_head(at) else {
                    return;
                };
                at = next;
                if let Ok(frame) = segment.frame(at) {
                    chain.resume(frame.head.first);
                }
            }
        }
    }
}

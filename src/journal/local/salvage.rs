//! Salvage: what is sound from the genesis up to the first fault, copied bit for bit into a fresh directory.
//!
//! It must never copy anything behind a fault (the history would have a hole), and never write where a journal is.

use std::{fs, path::Path};

use super::{
    FILE_MODE,
    scan::{Chain, Depth, Segment},
    segment, verify,
};
use crate::journal::{Fault, Head, JournalError, durable};

/// What was copied and what is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Salvaged {
    /// The head of the copy.
    pub head: Head,
    /// Segments in the copy.
    pub segments: usize,
    /// Bytes in the copy.
    pub bytes: u64,
    /// Where the copy ends, and why; `None` when all was copied (but for a torn end).
    pub stopped: Option<Fault>,
    /// Records behind the first fault that can be read one by one (`dump` doesn't show them) but can't stand in a
    /// history with a hole.
    pub records_beyond: u64,
}

/// Copies what is sound of the journal in `dir` into `out`, which must not exist or be empty.
pub fn salvage(dir: &Path, out: &Path) -> Result<Salvaged, JournalError> {
    let all = verify(dir)?;
    durable::create_dir(out).map_err(JournalError::io(format!("can't make {}", out.display())))?;
    let mut there =
        fs::read_dir(out).map_err(JournalError::io(format!("can't list {}", out.display())))?;
    if there.next().is_some() {
        let source = std::io::Error::from(std::io::ErrorKind::DirectoryNotEmpty);
        return Err(JournalError::Io {
            what: format!("{} is not empty", out.display()),
            source,
        });
    }
    let mut chain = Chain::start();
    let mut done = Salvaged {
        head: chain.head(),
        segments: 0,
        bytes: 0,
        stopped: None,
        records_beyond: 0,
    };
    for (first, path) in segment::list(dir)?.segments {
        let sound = match Segment::read(&path, first, Vec::new()) {
            Ok(segment) => sound_bytes(&segment, &mut chain),
            Err(JournalError::Damaged {
                file,
                offset,
                seq,
                what,
            }) => (
                None,
                Some(Fault {
                    file,
                    offset,
                    seq,
                    what,
                }),
            ),
            Err(error) => return Err(error),
        };
        if let (Some(bytes), _) = &sound {
            let copy = out.join(segment::file_name(first));
            durable::write(&copy, FILE_MODE, &[bytes])
                .map_err(JournalError::io(format!("can't write {}", copy.display())))?;
            done.segments += 1;
            done.bytes += bytes.len() as u64;
        }
        if sound.1.is_some() {
            break;
        }
    }
    done.head = chain.head();
    done.stopped = all.faults.into_iter().next();
    done.records_beyond = all.records.saturating_sub(done.head.seq.get());
    Ok(done)
}

/// The segment's bytes up to the first fault (`None` when its head doesn't continue the one before), and that fault.
fn sound_bytes(segment: &Segment, chain: &mut Chain) -> (Option<Vec<u8>>, Option<Fault>) {
    let mut at = segment.read.len;
    if let Err(what) = chain.enter(&segment.read.head) {
        return (None, Some(segment.fault(0, chain.next, what)));
    }
    let mut fault = None;
    while at < segment.data.len() {
        // The chain is only moved on by a frame that is sound as a whole.
        let mut moved = chain.clone();
        let taken = segment
            .frame(at)
            .map_err(|what| (chain.next, what.to_owned()))
            .and_then(|frame| {
                moved.take(&frame, Depth::Full)?;
                Ok(frame.head.len())
            });
        match taken {
            Ok(len) => (*chain, at) = (moved, at + len),
            Err((seq, what)) => {
                fault = Some(segment.fault(at, seq, what));
                break;
            }
        }
    }
    (segment.data.get(..at).map(<[u8]>::to_vec), fault)
}

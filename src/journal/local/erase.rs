//! Erasing a person's items: the segment is written anew without them and takes the old one's place.
//!
//! It must never change an envelope or a tree head, and never leave the old bytes under a name of the journal's. Side
//! files of torn frames may hold the person's data too, so they go.

use std::{collections::BTreeSet, fs, path::PathBuf};

use super::{FILE_MODE, Local, SegmentInfo, frame, scan::Segment, segment, writer::Writer};
use crate::journal::{Erasure, JournalError, Seq, durable, memory::erase_items};

/// A segment written anew.
struct Rewritten {
    bytes: Vec<u8>,
    info: SegmentInfo,
    items: usize,
}

pub(super) fn erase(local: &Local, seqs: &[Seq], subject: &str) -> Result<Erasure, JournalError> {
    let mut writer = local.writer()?;
    let head = writer.head().seq;
    if let Some(seq) = seqs
        .iter()
        .copied()
        .find(|seq| *seq == Seq::ZERO || *seq > head)
    {
        return Err(JournalError::NoRecord { seq, head });
    }
    let mut erasure = Erasure::default();
    let mut left: BTreeSet<Seq> = seqs.iter().copied().collect();
    while let Some(seq) = left.first().copied() {
        let (place, info, upto) = segment_of(local, seq)?;
        let here: BTreeSet<Seq> = left.iter().copied().take_while(|seq| *seq < upto).collect();
        left = left.split_off(&upto);
        let rewritten = rewrite(&info, &here, subject)?;
        if rewritten.items > 0 {
            erasure.items += rewritten.items;
            replace(local, &mut writer, place, rewritten)?;
        }
    }
    erasure.side_files = remove_side_files(local)?;
    Ok(erasure)
}

/// The segment that holds `seq`: its place, what readers know of it, and the first sequence of the next one.
fn segment_of(local: &Local, seq: Seq) -> Result<(usize, SegmentInfo, Seq), JournalError> {
    let index = local.index();
    let next = index
        .segments
        .partition_point(|segment| segment.first <= seq);
    let upto = index
        .segments
        .get(next)
        .map_or(Seq::new(u64::MAX), |segment| segment.first);
    let found = next
        .checked_sub(1)
        .and_then(|place| Some((place, index.segments.get(place)?.clone())));
    let (place, info) =
        found.ok_or_else(|| super::missing(&local.dir, seq, "no segment holds this sequence"))?;
    Ok((place, info, upto))
}

fn rewrite(
    old: &SegmentInfo,
    seqs: &BTreeSet<Seq>,
    subject: &str,
) -> Result<Rewritten, JournalError> {
    let segment = Segment::read(&old.path, old.first, Vec::new())?;
    let mut at = segment.read.len;
    let mut bytes = segment.data.get(..at).unwrap_or_default().to_vec();
    let mut info = SegmentInfo {
        marks: Vec::new(),
        ..old.clone()
    };
    let mut items = 0;
    let mut next = old.first;
    while (at as u64) < old.end {
        let frame = segment
            .frame(at)
            .map_err(|what| segment.fault(at, next, what))?;
        let head = frame.head;
        info.mark(head.first, bytes.len() as u64);
        let mut erased = 0;
        if seqs.range(head.first..=head.last()).next().is_some() {
            let mut records = frame
                .records()
                .map_err(|what| segment.fault(at, head.first, what))?;
            for record in records
                .iter_mut()
                .filter(|record| seqs.contains(&record.seq))
            {
                erased += erase_items(record, subject);
            }
            if erased > 0 {
                frame::encode(&mut bytes, old.seed, &records, &frame.root);
            }
        }
        if erased == 0 {
            bytes.extend_from_slice(segment.from(at).get(..head.len()).unwrap_or_default());
        }
        items += erased;
        at += head.len();
        next = head.last().next();
    }
    info.end = bytes.len() as u64;
    Ok(Rewritten { bytes, info, items })
}

/// Puts the new file in the old one's place. Readers look the place up under the index, so file and offsets change
/// together for them.
fn replace(
    local: &Local,
    writer: &mut Writer,
    place: usize,
    new: Rewritten,
) -> Result<(), JournalError> {
    let path = new.info.path.clone();
    let problem = || format!("can't rewrite {}", path.display());
    let file =
        durable::begin(&path, FILE_MODE, &[&new.bytes]).map_err(JournalError::io(problem()))?;
    let mut index = local.index();
    durable::finish(&path).map_err(JournalError::io(problem()))?;
    if place + 1 == index.segments.len() {
        writer.replace(file, new.info.end);
    }
    if let Some(slot) = index.segments.get_mut(place) {
        *slot = new.info;
    }
    drop(index);
    // Until the name is durable a crash may bring the old file back, without the frames that are appended now.
    durable::sync_dir(&local.dir).map_err(|error| writer.stop(format!("{}: {error}", problem())))
}

fn remove_side_files(local: &Local) -> Result<Vec<PathBuf>, JournalError> {
    let torn = segment::list(&local.dir)?.torn;
    for path in &torn {
        fs::remove_file(path)
            .map_err(JournalError::io(format!("can't remove {}", path.display())))?;
    }
    if !torn.is_empty() {
        let what = format!("can't sync {}", local.dir.display());
        durable::sync_dir(&local.dir).map_err(JournalError::io(what))?;
    }
    Ok(torn)
}

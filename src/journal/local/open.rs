//! Opening a local journal: every frame is read before anything is changed.
//!
//! It must never repair anything but a torn tail that was not applied, and never cut before the side file is durable.

use std::{
    fs,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::{Condvar, Mutex},
};

use tokio::sync::watch;

use super::{
    FILE_MODE, Index, Local, Options, SegmentInfo, TORN_PREFIX, missing,
    scan::{Chain, Depth, Segment, Tail},
    segment, synced,
    writer::{Writer, create_segment, open_segment},
};
use crate::journal::{JournalError, Seq, durable};

/// A journal that was opened, and what was found.
#[derive(Debug)]
pub struct Opened {
    /// The journal.
    pub journal: Local,
    /// What was found.
    pub report: OpenReport,
}

/// What opening found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// Whether the journal was begun now.
    pub created: bool,
    /// How many segments there are.
    pub segments: usize,
    /// How many bytes were read.
    pub bytes: u64,
    /// The torn frame that was cut.
    pub torn: Option<TornTail>,
    /// Files whose writing had been cut off; removed, since they held nothing that was acknowledged.
    pub removed: Vec<PathBuf>,
}

/// A torn frame: it was cut off and is kept aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TornTail {
    /// The segment.
    pub file: PathBuf,
    /// Where it began.
    pub offset: u64,
    /// The sequence of its first record.
    pub seq: Seq,
    /// Its bytes, without the zeros at the end.
    pub bytes: u64,
    /// What was wrong with it.
    pub what: &'static str,
    /// Where it is kept.
    pub side_file: PathBuf,
}

/// A tail to cut: where, and why.
struct Cut {
    at: usize,
    bytes: Vec<u8>,
    what: &'static str,
}

struct Loaded {
    segments: Vec<SegmentInfo>,
    chain: Chain,
    first_frame: u64,
    cut: Option<Cut>,
    /// The last frame of the last segment: where it begins, and its bytes.
    last_frame: Option<(u64, Vec<u8>)>,
    bytes: u64,
}

pub(super) fn open(dir: &Path, options: Options, applied: Seq) -> Result<Opened, JournalError> {
    durable::create_dir(dir).map_err(JournalError::io(format!("can't make {}", dir.display())))?;
    let listing = segment::list(dir)?;
    let applied = applied.max(synced::read(dir));
    let mut loaded = load(dir, &listing.segments, options, applied)?;
    let mut report = OpenReport {
        bytes: loaded.bytes,
        ..OpenReport::default()
    };
    for path in listing.unfinished {
        fs::remove_file(&path)
            .map_err(JournalError::io(format!("can't remove {}", path.display())))?;
        report.removed.push(path);
    }
    let file = if let Some(last) = loaded.segments.last() {
        let problem = || format!("can't open {} for writing", last.path.display());
        let file = open_segment(&last.path).map_err(JournalError::io(problem()))?;
        if let Some(cut) = loaded.cut.take() {
            report.torn = Some(set_aside(dir, last, loaded.chain.next, &cut)?);
            file.set_len(cut.at as u64)
                .map_err(JournalError::io(problem()))?;
        }
        // A process that ended between a write and its sync, or whose sync failed, left a frame that is readable and not
        // durable. After a failed sync the system may take its pages for clean: they are written again, and then synced.
        let again = loaded
            .last_frame
            .take()
            .map_or(Ok(()), |(offset, bytes)| file.write_all_at(&bytes, offset));
        again
            .and_then(|()| file.sync_all())
            .and_then(|()| durable::sync_dir(dir))
            .map_err(JournalError::io(problem()))?;
        file
    } else {
        report.created = true;
        let (file, info, end) = create_segment(dir, &loaded.chain.head(), &loaded.chain.frontier)?;
        (loaded.segments, loaded.first_frame) = (vec![info], end);
        file
    };
    report.segments = loaded.segments.len();
    let journal = assemble(dir, options, file, loaded)?;
    Ok(Opened { journal, report })
}

fn assemble(
    dir: &Path,
    options: Options,
    file: fs::File,
    loaded: Loaded,
) -> Result<Local, JournalError> {
    let Loaded {
        segments,
        chain,
        first_frame,
        ..
    } = loaded;
    let last = segments
        .last()
        .ok_or_else(|| missing(dir, Seq::FIRST, "there is no segment"))?;
    let writer = Writer::new(dir, options, file, last, first_frame, &chain).map_err(
        JournalError::io(format!("can't read the length of {}", last.path.display())),
    )?;
    let head = chain.head();
    Ok(Local {
        dir: dir.to_owned(),
        writer: Mutex::new(writer),
        index: Mutex::new(Index { head, segments }),
        moved: Condvar::new(),
        heads: watch::Sender::new(head),
    })
}

fn load(
    dir: &Path,
    files: &[(Seq, PathBuf)],
    options: Options,
    applied: Seq,
) -> Result<Loaded, JournalError> {
    let (chain, segments) = (Chain::start(), Vec::with_capacity(files.len()));
    let mut loaded = Loaded {
        segments,
        chain,
        first_frame: 0,
        cut: None,
        last_frame: None,
        bytes: 0,
    };
    let mut data = Vec::new();
    let mut end = (dir.to_owned(), 0);
    for (place, (first, path)) in files.iter().enumerate() {
        let last = place + 1 == files.len();
        let segment = Segment::read(path, *first, data)?;
        load_segment(&mut loaded, &segment, last, options, applied)?;
        loaded.bytes += segment.data.len() as u64;
        end = (
            path.clone(),
            loaded.segments.last().map_or(0, |info| info.end),
        );
        data = segment.data;
    }
    let head = loaded.chain.head().seq;
    if head < applied {
        let what = format!(
            "the journal ends with sequence {head}, but sequence {applied} was acknowledged"
        );
        let (file, offset) = end;
        return Err(JournalError::Damaged {
            file,
            offset,
            seq: head.next(),
            what,
        });
    }
    Ok(loaded)
}

fn load_segment(
    loaded: &mut Loaded,
    segment: &Segment,
    last: bool,
    options: Options,
    applied: Seq,
) -> Result<(), JournalError> {
    let read = &segment.read;
    let chain = &mut loaded.chain;
    chain
        .enter(&read.head)
        .map_err(|what| segment.fault(0, chain.next, what))?;
    let depth = if last || options.hash_all {
        Depth::Chain
    } else {
        Depth::Sums
    };
    let (path, mut at) = (segment.path.clone(), read.len);
    let mut info = SegmentInfo {
        first: read.head.first,
        path,
        seed: read.seed,
        end: 0,
        marks: Vec::new(),
    };
    let mut last_frame = None;
    loop {
        match segment.frame(at) {
            Ok(frame) => {
                last_frame = Some(at);
                chain
                    .take(&frame, depth)
                    .map_err(|(seq, what)| segment.fault(at, seq, what))?;
                info.mark(frame.head.first, at as u64);
                at += frame.head.len();
            }
            Err(_) if at == segment.data.len() => break,
            Err(why) if !last => return Err(segment.fault(at, chain.next, why).into()),
            Err(why) => match segment.tail(at, chain.next, why) {
                Tail::Clean => break,
                Tail::Damaged(what) => return Err(segment.fault(at, chain.next, what).into()),
                Tail::Torn(what) if chain.next <= applied => {
                    let what = format!("{what}, and it was acknowledged");
                    return Err(segment.fault(at, chain.next, what).into());
                }
                Tail::Torn(what) => {
                    let used = segment
                        .from(at)
                        .iter()
                        .rposition(|byte| *byte != 0)
                        .map_or(0, |last| last + 1);
                    let bytes = segment.from(at).get(..used).unwrap_or_default().to_vec();
                    loaded.cut = Some(Cut { at, bytes, what });
                    break;
                }
            },
        }
    }
    info.end = at as u64;
    loaded.last_frame = last_frame.filter(|_| last).map(|from| {
        let bytes = segment.from(from).get(..at - from).unwrap_or_default();
        (from as u64, bytes.to_vec())
    });
    loaded.first_frame = read.len as u64;
    loaded.segments.push(info);
    Ok(())
}

/// Keeps a torn frame in a side file, durably.
fn set_aside(
    dir: &Path,
    segment: &SegmentInfo,
    seq: Seq,
    cut: &Cut,
) -> Result<TornTail, JournalError> {
    let name = |n: u32| dir.join(format!("{TORN_PREFIX}{}-{n}.bin", seq.get()));
    let side_file = (1..=u32::MAX)
        .map(name)
        .find(|path| !path.exists())
        .unwrap_or_else(|| name(0));
    durable::write(&side_file, FILE_MODE, &[&cut.bytes]).map_err(JournalError::io(format!(
        "can't write {}",
        side_file.display()
    )))?;
    let (file, offset, bytes) = (segment.path.clone(), cut.at as u64, cut.bytes.len() as u64);
    Ok(TornTail {
        file,
        offset,
        seq,
        bytes,
        what: cut.what,
        side_file,
    })
}

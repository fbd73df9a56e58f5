//! Tests of the local form: what is torn, what is damaged, and what survives.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::*;
use crate::journal::{
    Appended, Digest32, StoredItem,
    contract::{all, append, battery, draft},
};

/// Small segments, so that a few records fill several.
pub(super) const SMALL: Options = Options {
    segment_bytes: 1_500,
    reserve_bytes: 0,
    hash_all: true,
};
/// One segment with space reserved.
pub(super) const RESERVING: Options = Options {
    segment_bytes: SEGMENT_BYTES,
    reserve_bytes: 4_096,
    hash_all: false,
};
pub(super) const PLAIN: Options = Options {
    reserve_bytes: 0,
    ..RESERVING
};

pub(super) fn open(dir: &Path, options: Options, applied: Seq) -> Local {
    Local::open(dir, options, applied).unwrap().journal
}

/// A journal of frames with one or two records each; gives every record.
pub(super) fn filled(dir: &Path, options: Options, frames: i64) -> Vec<Record> {
    let journal = open(dir, options, Seq::ZERO);
    for n in 0..frames {
        let batch = [draft(n, &format!("a{n}")), draft(n, &format!("b{n}"))];
        append(&journal, batch[..=usize::from(n % 2 == 1)].to_vec());
    }
    all(&journal)
}

/// Every file of `dir` with its bytes.
pub(super) fn snapshot(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

pub(super) fn restore(dir: &Path, files: &[(PathBuf, Vec<u8>)]) {
    for (path, _) in snapshot(dir) {
        fs::remove_file(path).unwrap();
    }
    for (path, bytes) in files {
        fs::write(path, bytes).unwrap();
    }
}

pub(super) fn segments(dir: &Path) -> Vec<PathBuf> {
    segment::list(dir)
        .unwrap()
        .segments
        .into_iter()
        .map(|(_, path)| path)
        .collect()
}

/// Where the frames of a segment begin, and where the last ends; with their first sequences.
pub(super) fn frames(path: &Path) -> (Vec<(usize, Seq)>, usize) {
    let name = path.file_stem().unwrap().to_string_lossy().parse().unwrap();
    let segment = scan::Segment::read(path, Seq::new(name), Vec::new()).unwrap();
    let (mut at, mut found) = (segment.read.len, Vec::new());
    while let Ok(frame) = segment.frame(at) {
        found.push((at, frame.head.first));
        at += frame.head.len();
    }
    (found, at)
}

#[test]
fn it_keeps_the_contract() {
    for options in [Options::default(), PLAIN, SMALL] {
        let dirs = std::cell::RefCell::new(Vec::new());
        let fresh = || {
            dirs.borrow_mut().push(TempDir::new().unwrap());
            open(dirs.borrow().last().unwrap().path(), options, Seq::ZERO)
        };
        let reopen = |journal: Local| {
            let (dir, applied) = (journal.dir().to_owned(), journal.head().seq);
            drop(journal);
            open(&dir, options, applied)
        };
        battery(&fresh, Some(&reopen));
    }
}

#[test]
fn segments_roll_and_end_with_their_last_frame() {
    let dir = TempDir::new().unwrap();
    let options = Options {
        reserve_bytes: 700,
        ..SMALL
    };
    let records = filled(dir.path(), options, 12);
    let paths = segments(dir.path());
    assert!(paths.len() > 3);
    for path in &paths[..paths.len() - 1] {
        let (places, end) = frames(path);
        assert!(!places.is_empty());
        assert_eq!(fs::metadata(path).unwrap().len(), end as u64);
        assert!(end as u64 <= SMALL.segment_bytes);
    }
    let journal = open(dir.path(), options, Seq::new(records.len() as u64));
    assert_eq!(all(&journal), records);
    for record in &records {
        assert_eq!(journal.read_one(record.seq).unwrap(), *record);
    }
    // A frame larger than a segment stands alone in one.
    let mut large = draft(50, "large");
    large.items[0].body = vec![7; 3_000];
    append(&journal, vec![large]);
    append(&journal, vec![draft(51, "next")]);
    let after = all(&journal);
    drop(journal);
    assert_eq!(
        all(&open(dir.path(), options, Seq::new(after.len() as u64))),
        after
    );
    assert_eq!(segments(dir.path()).len(), paths.len() + 2);
}

#[test]
fn a_segment_that_was_never_finished_is_removed() {
    let dir = TempDir::new().unwrap();
    let records = filled(dir.path(), PLAIN, 2);
    let unfinished = dir.path().join("00000000000000000004.seg.tmp");
    fs::write(&unfinished, b"half").unwrap();
    let opened = Local::open(dir.path(), PLAIN, Seq::new(3)).unwrap();
    assert_eq!(opened.report.removed, std::slice::from_ref(&unfinished));
    assert!(!unfinished.exists());
    assert_eq!(all(&opened.journal), records);
    fs::write(dir.path().join("odd.seg"), b"").unwrap();
    assert!(matches!(
        Local::open(dir.path(), PLAIN, Seq::ZERO),
        Err(JournalError::Damaged { .. })
    ));
}

#[test]
fn a_failed_write_or_sync_stops_writing_and_reads_go_on() {
    // The first device refuses the write, the second takes it and can't sync.
    for device in ["/dev/full", "/dev/null"] {
        let dir = TempDir::new().unwrap();
        let journal = open(dir.path(), PLAIN, Seq::ZERO);
        let (head, records) = append(&journal, vec![draft(1, "a")]);
        let file = File::options().write(true).open(device).unwrap();
        journal.writer.lock().unwrap().sabotage(file);
        for _ in 0..2 {
            let failed = journal.append(&head, vec![draft(2, "b")]);
            assert!(
                matches!(failed, Err(JournalError::Stopped { .. })),
                "{device}: {failed:?}"
            );
        }
        assert!(matches!(
            journal.erase(&[Seq::FIRST], "person-a"),
            Err(JournalError::Stopped { .. })
        ));
        assert_eq!((journal.head(), all(&journal)), (head, records.clone()));
        drop(journal);
        let journal = open(dir.path(), PLAIN, head.seq);
        assert_eq!(all(&journal), records);
        append(&journal, vec![draft(2, "b")]);
    }
}

#[test]
fn an_erased_item_leaves_no_bytes_behind() {
    for options in [SMALL, RESERVING] {
        let dir = TempDir::new().unwrap();
        let dir = dir.path();
        let records = filled(dir, options, 7);
        let journal = open(dir, options, Seq::ZERO);
        let head = journal.head();
        fs::write(dir.join("torn-9-1.bin"), b"personal a0").unwrap();
        let early: Vec<Record> = journal
            .read_from(Seq::FIRST)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(early, records);
        let seqs: Vec<Seq> = records.iter().map(|record| record.seq).collect();
        for (subject, expect) in [
            ("person-a0", 1),
            ("person-b5", 1),
            ("person-a6", 1),
            ("nobody", 0),
        ] {
            let erasure = journal.erase(&seqs, subject).unwrap();
            assert_eq!(
                (erasure.items, erasure.side_files.len()),
                (expect, usize::from(subject == "person-a0"))
            );
        }
        let holds = |text: &str| {
            snapshot(dir)
                .iter()
                .any(|(_, bytes)| bytes.windows(text.len()).any(|w| w == text.as_bytes()))
        };
        for (text, expect) in [
            ("personal a0", false),
            ("personal b5", false),
            ("personal a6", false),
            ("personal a5", true),
        ] {
            assert_eq!(holds(text), expect, "{text}");
        }
        append(&journal, vec![draft(100, "z")]);
        let after = all(&journal);
        assert!(matches!(after[0].items[2], StoredItem::Erased { .. }));
        for (old, new) in records.iter().zip(&after) {
            assert_eq!(
                (&old.envelope, old.leaf, old.seq),
                (&new.envelope, new.leaf, new.seq)
            );
            assert_eq!(journal.read_one(new.seq).unwrap(), *new);
        }
        drop(journal);
        let found = verify(dir).unwrap();
        assert!(found.is_sound(), "{:?}", found.faults);
        assert_eq!((found.erased, found.head.seq), (3, head.seq.next()));
        assert_eq!(all(&open(dir, options, head.seq.next())), after);
    }
}

#[test]
fn verify_counts_what_is_sound() {
    let dir = TempDir::new().unwrap();
    let records = filled(dir.path(), SMALL, 7);
    let journal = open(dir.path(), SMALL, Seq::ZERO);
    let found = verify(dir.path()).unwrap();
    assert!(found.is_sound() && found.torn.is_none());
    assert_eq!(
        (found.frames, found.records, found.items),
        (7, records.len() as u64, 3 * records.len() as u64)
    );
    assert_eq!(
        (found.head, found.segments),
        (journal.head(), segments(dir.path()).len())
    );
    let path = segments(dir.path()).pop().unwrap();
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let found = verify(dir.path()).unwrap();
    assert!(found.is_sound() && found.torn.is_some());
}

#[test]
fn salvage_copies_up_to_the_first_fault() {
    let dir = TempDir::new().unwrap();
    let dir = dir.path();
    let records = filled(dir, SMALL, 9);
    let paths = segments(dir);
    let files = snapshot(dir);
    for path in &paths {
        let (places, end) = frames(path);
        for (number, (at, seq)) in places.iter().enumerate() {
            let next = places.get(number + 1).map_or(end, |next| next.0);
            if path == paths.last().unwrap() && next == end {
                continue;
            }
            restore(dir, &files);
            let mut bytes = fs::read(path).unwrap();
            bytes[at + 33] ^= 4;
            fs::write(path, bytes).unwrap();
            let before = snapshot(dir);
            let out = TempDir::new().unwrap();
            let done = salvage(dir, &out.path().join("copy")).unwrap();
            let fault = done.stopped.unwrap();
            assert_eq!(
                (&fault.file, fault.offset, fault.seq),
                (path, *at as u64, *seq)
            );
            assert_eq!(done.head.seq, seq.previous());
            let lost = records.len() as u64 - done.head.seq.get();
            assert!(
                done.records_beyond < lost && done.records_beyond + 2 >= lost,
                "{}",
                done.records_beyond
            );
            assert!(snapshot(dir) == before);
            assert!(
                salvage(dir, &out.path().join("copy")).is_err(),
                "never over a journal"
            );
            assert!(verify(&out.path().join("copy")).unwrap().is_sound());
            let journal = open(&out.path().join("copy"), SMALL, done.head.seq);
            assert_eq!(
                all(&journal),
                records[..usize::try_from(done.head.seq.get()).unwrap()]
            );
            append(&journal, vec![draft(99, "on")]);
        }
    }
    restore(dir, &files);
    let out = TempDir::new().unwrap();
    let done = salvage(dir, out.path()).unwrap();
    assert_eq!(
        (done.stopped, done.head.seq.get(), done.records_beyond),
        (None, records.len() as u64, 0)
    );
}

#[test]
fn dump_tells_every_record_and_its_place() {
    let dir = TempDir::new().unwrap();
    let records = filled(dir.path(), SMALL, 7);
    let dumped: Vec<Dumped> = dump(dir.path()).unwrap().map(Result::unwrap).collect();
    assert_eq!(
        dumped.iter().map(|d| d.record.clone()).collect::<Vec<_>>(),
        records
    );
    for one in &dumped {
        assert!(
            frames(&one.file)
                .0
                .contains(&(usize::try_from(one.offset).unwrap(), one.frame_first))
        );
        assert!(one.record.seq >= one.frame_first && one.frame_records <= 2);
    }
    let path = &segments(dir.path())[1];
    let mut bytes = fs::read(path).unwrap();
    let at = frames(path).0[0].0;
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
    let good = dumped.iter().filter(|d| d.file < *path).count();
    let again: Vec<_> = dump(dir.path()).unwrap().collect();
    assert_eq!(again.len(), good + 1);
    assert!(matches!(
        again.last(),
        Some(Err(JournalError::Damaged { .. }))
    ));
}

#[test]
fn files_are_for_the_service_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = TempDir::new().unwrap();
    filled(dir.path(), SMALL, 7);
    for path in segments(dir.path()) {
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[test]
fn the_stored_form_is_this_one() {
    let dir = TempDir::new().unwrap();
    let journal = open(dir.path(), PLAIN, Seq::ZERO);
    let (head, _) = append(&journal, vec![draft(1, "a"), draft(2, "b")]);
    assert!(matches!(
        journal.append(&head, vec![draft(3, "c")]).unwrap(),
        Appended::Appended(..)
    ));
    let bytes = fs::read(&segments(dir.path())[0]).unwrap();
    assert_eq!(&bytes[..12], b"OIDRAJNL\x01\0\0\0");
    let digest = Digest32::of_leaf(&bytes).to_string();
    assert_eq!(
        digest, "be1dac55e2d73016cbd957700f9a8a10a466f56c798e059a02e4a6391dd5cfa0",
        "a changed stored form is a new format version"
    );
}

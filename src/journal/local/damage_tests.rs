//! Tests of what is torn and what is damaged: every byte of a small journal.

use std::{fs, os::unix::fs::FileExt as _, path::Path};

use tempfile::TempDir;

use super::{
    synced::Synced,
    tests::{PLAIN, RESERVING, SMALL, filled, frames, open, restore, segments, snapshot},
    *,
};
use crate::journal::{
    MAX_FRAME_BYTES as MAX_FRAME,
    contract::{all, append, draft},
};

/// Opening must refuse with this place and leave the directory as it is.
fn refused(
    dir: &Path,
    options: Options,
    applied: Seq,
    place: (&Path, usize, Option<Seq>),
    case: &str,
) {
    let before = snapshot(dir);
    match Local::open(dir, options, applied) {
        Err(JournalError::Damaged {
            file,
            offset,
            seq,
            what,
        }) => {
            assert_eq!(
                (file.as_path(), offset),
                (place.0, place.1 as u64),
                "{case}: {what}"
            );
            assert!(
                place.2.is_none_or(|expect| expect == seq),
                "{case}: {seq}: {what}"
            );
            assert!(!what.is_empty());
        }
        other => panic!("{case}: {other:?}"),
    }
    assert!(snapshot(dir) == before, "{case}: something was changed");
}

/// Changes one byte in its place: writing the file anew would wait for the disk each time.
fn poke(path: &Path, at: usize, byte: u8) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.write_all_at(&[byte], at as u64).unwrap();
}

fn frames_seed(path: &Path) -> u32 {
    segment::SegmentHead::decode(&fs::read(path).unwrap())
        .unwrap()
        .seed
}

#[test]
fn a_torn_last_frame_is_cut_at_every_byte() {
    for options in [PLAIN, RESERVING] {
        let dir = TempDir::new().unwrap();
        let dir = dir.path();
        let records = filled(dir, options, 4);
        let (path, (places, end)) = (segments(dir).remove(0), frames(&segments(dir)[0]));
        let (last, seq) = *places.last().unwrap();
        let applied = seq.previous();
        let files = snapshot(dir);
        let whole = fs::read(&path).unwrap();
        for cut in last..=end {
            let mut zeroed = whole[..cut].to_vec();
            zeroed.resize(whole.len().max(end + 100), 0);
            for (bytes, case) in [(whole[..cut].to_vec(), "cut"), (zeroed, "zeroed")] {
                restore(dir, &files);
                Synced::open(dir).unwrap().note(applied);
                fs::write(&path, &bytes).unwrap();
                // The last bytes of the frame may be zeros by themselves; then nothing is torn.
                let torn = frame::Frame::parse(&bytes[last..], frames_seed(&path)).is_err();
                let used = bytes[last..]
                    .iter()
                    .rposition(|byte| *byte != 0)
                    .map_or(0, |place| place + 1);
                let Opened { journal, report } = Local::open(dir, options, applied).unwrap();
                let kept = if torn {
                    seq.previous()
                } else {
                    Seq::new(records.len() as u64)
                };
                assert_eq!(journal.head().seq, kept, "{case} at {cut}");
                assert_eq!(
                    all(&journal),
                    records[..usize::try_from(kept.get()).unwrap()]
                );
                assert_eq!(report.torn.is_some(), torn && used > 0, "{case} at {cut}");
                if let Some(tail) = report.torn {
                    assert_eq!(
                        (tail.offset, tail.seq, tail.bytes),
                        (last as u64, seq, used as u64)
                    );
                    assert_eq!(fs::read(tail.side_file).unwrap(), bytes[last..last + used]);
                }
                append(&journal, vec![draft(9, "again")]);
                let after = all(&journal);
                drop(journal);
                assert_eq!(
                    all(&open(dir, options, kept.next())),
                    after,
                    "{case} at {cut}"
                );
            }
        }
    }
}

#[test]
fn a_torn_frame_with_holes_is_cut_and_two_frames_are_never() {
    let dir = TempDir::new().unwrap();
    let dir = dir.path();
    let records = filled(dir, RESERVING, 5);
    let path = segments(dir).remove(0);
    let (places, end) = frames(&path);
    let ((before, seq_before), (last, seq)) = (places[3], places[4]);
    let whole = fs::read(&path).unwrap();
    let files = snapshot(dir);
    // Sectors reach the disk in any order: zeros where the frame's start or middle should be.
    for (from, to) in [
        (last, last + 1),
        (last, last + 30),
        (last, end - 1),
        (last + 40, end - 40),
    ] {
        restore(dir, &files);
        Synced::open(dir).unwrap().note(seq.previous());
        let mut bytes = whole.clone();
        bytes[from..to].fill(0);
        fs::write(&path, bytes).unwrap();
        let Opened { journal, report } = Local::open(dir, RESERVING, seq.previous()).unwrap();
        assert_eq!(report.torn.unwrap().seq, seq);
        assert_eq!(journal.head().seq, seq.previous());
        assert_eq!(all(&journal), records[..records.len() - 1]);
    }
    // Only one frame is in flight: when two are unreadable, or one and something behind it, it is damage.
    for (from, to, case) in [
        (before, last, "an earlier frame zeroed"),
        (before, before + 1, "an earlier frame's head"),
        (before + 30, last + 30, "both bodies"),
        (last - 1, last, "the earlier frame's last byte"),
    ] {
        restore(dir, &files);
        let mut bytes = whole.clone();
        bytes[from..to].iter_mut().for_each(|byte| *byte ^= 0x5a);
        fs::write(&path, bytes).unwrap();
        refused(
            dir,
            RESERVING,
            Seq::ZERO,
            (&path, before, Some(seq_before)),
            case,
        );
    }
    restore(dir, &files);
    let mut bytes = whole[..end].to_vec();
    bytes[end - 1] ^= 1;
    bytes.extend([0, 0, 7]);
    fs::write(&path, bytes).unwrap();
    refused(
        dir,
        RESERVING,
        Seq::ZERO,
        (&path, last, Some(seq)),
        "bytes behind the frame",
    );
    restore(dir, &files);
    let mut bytes = whole[..end].to_vec();
    bytes.resize(end + MAX_FRAME, 7);
    fs::write(&path, bytes).unwrap();
    assert!(
        Local::open(dir, RESERVING, Seq::ZERO).is_ok(),
        "as much as one frame may be torn"
    );
    restore(dir, &files);
    let mut bytes = whole[..end].to_vec();
    bytes.resize(end + MAX_FRAME + 1, 7);
    fs::write(&path, bytes).unwrap();
    let next = Seq::new(records.len() as u64).next();
    refused(
        dir,
        RESERVING,
        Seq::ZERO,
        (&path, end, Some(next)),
        "more than one frame",
    );
}

#[test]
fn damage_anywhere_is_refused_with_its_place() {
    let dir = TempDir::new().unwrap();
    let dir = dir.path();
    let records = filled(dir, SMALL, 7);
    let head = Seq::new(records.len() as u64);
    let paths = segments(dir);
    assert!(paths.len() >= 3, "{}", paths.len());
    // What is in use runs with `hash_all` off as well as on.
    for options in [
        SMALL,
        Options {
            hash_all: false,
            ..SMALL
        },
    ] {
        for path in &paths {
            let whole = fs::read(path).unwrap();
            let (places, _) = frames(path);
            for (at, byte) in whole.into_iter().enumerate() {
                let frame = places.iter().rev().find(|(start, _)| *start <= at);
                let place = frame.map_or((path.as_path(), 0, None), |(start, seq)| {
                    (path.as_path(), *start, Some(*seq))
                });
                for flip in [1 << (at % 8), byte].into_iter().filter(|flip| *flip != 0) {
                    poke(path, at, byte ^ flip);
                    refused(
                        dir,
                        options,
                        head,
                        place,
                        &format!("{}: byte {at} ^ {flip:02x}", path.display()),
                    );
                }
                poke(path, at, byte);
            }
        }
    }
    assert_eq!(all(&open(dir, SMALL, head)), records);
}

#[test]
fn cutting_what_was_applied_is_refused() {
    let dir = TempDir::new().unwrap();
    let dir = dir.path();
    let records = filled(dir, SMALL, 7);
    let head = Seq::new(records.len() as u64);
    let paths = segments(dir);
    for (number, path) in paths.iter().enumerate() {
        let whole = fs::read(path).unwrap();
        let (places, _) = frames(path);
        for cut in 0..whole.len() {
            fs::write(path, &whole[..cut]).unwrap();
            let before = snapshot(dir);
            let error = Local::open(dir, SMALL, head).unwrap_err();
            let JournalError::Damaged {
                file, offset, seq, ..
            } = error
            else {
                panic!("{error}")
            };
            // At the end of a frame it is the next segment that shows what is missing.
            let boundary = places.iter().find(|(start, _)| *start == cut);
            if let Some((start, first)) = boundary {
                let (expect, at) = paths
                    .get(number + 1)
                    .map_or((path, *start as u64), |next| (next, 0));
                assert_eq!((&file, offset, seq), (expect, at, *first), "cut at {cut}");
            } else {
                let start = places
                    .iter()
                    .rev()
                    .find(|(start, _)| *start <= cut)
                    .map_or(0, |(start, _)| *start);
                assert_eq!((&file, offset), (path, start as u64), "cut at {cut}");
            }
            assert!(snapshot(dir) == before, "cut at {cut}");
        }
        fs::write(path, whole).unwrap();
    }
    for (path, expect) in paths.iter().zip([Some(&paths[1]), Some(&paths[2])]) {
        let whole = fs::read(path).unwrap();
        fs::remove_file(path).unwrap();
        let error = Local::open(dir, SMALL, head).unwrap_err();
        assert!(
            matches!(&error, JournalError::Damaged { file, .. } if Some(file) == expect),
            "{error}"
        );
        fs::write(path, whole).unwrap();
    }
    let empty = TempDir::new().unwrap();
    refused(
        empty.path(),
        SMALL,
        Seq::FIRST,
        (empty.path(), 0, Some(Seq::FIRST)),
        "no segment at all",
    );
    assert_eq!(all(&open(dir, SMALL, head)), records);
}

/// Changes a byte of the frame at `at` and makes both its sums right again.
fn forge(bytes: &mut [u8], at: usize, len: usize, place: usize, seed: u32) {
    bytes[at + place] ^= 1;
    let sum = crc32c::crc32c_append(seed, &bytes[at..at + 20]);
    bytes[at + 20..at + 24].copy_from_slice(&sum.to_le_bytes());
    let sum = crc32c::crc32c_append(seed, &bytes[at..at + len - 4]);
    bytes[at + len - 4..at + len].copy_from_slice(&sum.to_le_bytes());
}

#[test]
fn a_forged_record_with_right_sums_is_caught() {
    let dir = TempDir::new().unwrap();
    let dir = dir.path();
    filled(dir, PLAIN, 4);
    let path = segments(dir).remove(0);
    let (places, end) = frames(&path);
    let whole = fs::read(&path).unwrap();
    let seed = frames_seed(&path);
    for (number, (at, _)) in places.iter().enumerate() {
        let len = places.get(number + 1).map_or(end, |next| next.0) - at;
        let envelope = u32::from_le_bytes(whole[at + 24..at + 28].try_into().unwrap()) as usize;
        // Every byte of the first envelope, and of the Merkle tree head.
        let places = (28..28 + envelope).chain(len - 36..len - 4).chain(8..20);
        for place in places {
            let mut bytes = whole.clone();
            forge(&mut bytes, *at, len, place, seed);
            fs::write(&path, bytes).unwrap();
            refused(
                dir,
                PLAIN,
                Seq::ZERO,
                (&path, *at, None),
                &format!("frame {number}, byte {place}"),
            );
            assert!(!verify(dir).unwrap().is_sound());
        }
        // A changed item is found by its commitment, which `verify` looks at.
        let mut bytes = whole.clone();
        forge(&mut bytes, *at, len, 28 + envelope + 4 + 1, seed);
        fs::write(&path, bytes).unwrap();
        let found = verify(dir).unwrap();
        assert_eq!(
            (found.fault_count, found.faults[0].offset),
            (1, *at as u64),
            "{:?}",
            found.faults
        );
    }
}

#[test]
fn faults_are_told_up_to_the_limit_and_all_counted() {
    let dir = TempDir::new().unwrap();
    let dir = dir.path();
    let count = verify::MAX_FAULTS_TOLD + 1;
    filled(dir, PLAIN, i64::try_from(count).unwrap() + 1);
    let path = segments(dir).remove(0);
    let mut bytes = fs::read(&path).unwrap();
    let (places, _) = frames(&path);
    places[..count]
        .iter()
        .for_each(|(at, _)| bytes[at + 33] ^= 1);
    fs::write(&path, bytes).unwrap();
    let found = verify(dir).unwrap();
    assert_eq!(
        (found.fault_count, found.faults.len()),
        (count as u64, count - 1)
    );
    assert_eq!(found.frames, 1);
    let told: Vec<_> = found
        .faults
        .iter()
        .map(|fault| (fault.offset, fault.seq))
        .collect();
    let expect: Vec<_> = places[..count - 1]
        .iter()
        .map(|(at, seq)| (*at as u64, *seq))
        .collect();
    assert_eq!(told[0], expect[0]);
    let offsets = |list: &[(u64, Seq)]| list.iter().map(|(at, _)| *at).collect::<Vec<_>>();
    assert_eq!(offsets(&told), offsets(&expect));
}

#[test]
fn a_frame_that_was_synced_is_not_taken_for_torn_although_nothing_else_tells() {
    let dir = TempDir::new().unwrap();
    let dir = dir.path();
    filled(dir, RESERVING, 4);
    let path = segments(dir).remove(0);
    let (places, _) = frames(&path);
    let (last, seq) = *places.last().unwrap();
    let whole = fs::read(&path).unwrap();
    let mut bytes = whole.clone();
    bytes[last + 40] ^= 1;
    fs::write(&path, bytes).unwrap();
    let error = Local::open(dir, RESERVING, Seq::ZERO).unwrap_err();
    assert!(error.to_string().contains(&seq.to_string()), "{error}");
    // Without the mark the same frame is one that a crash tore.
    fs::remove_file(dir.join(super::synced::SYNCED_FILE)).unwrap();
    assert!(Local::open(dir, RESERVING, Seq::ZERO).is_ok());
}

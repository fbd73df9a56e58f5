//! A journal's file with octets changed or cut off: what is still read is what was written, or it is refused.
//!
//! The input is a list of changes of three octets each: two for the place, one for what is mixed in; the first two octets say
//! where the file is cut.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use oidra::journal::local::{Options, dump, salvage, verify};
use oidra::journal::{Draft, Header, Item, ItemKind, Journal, Local, Record, Seq};

const OPTIONS: Options = Options {
    segment_bytes: 1 << 20,
    reserve_bytes: 0,
    hash_all: true,
};

struct Sample {
    dir: PathBuf,
    file: PathBuf,
    octets: Vec<u8>,
    records: Vec<Record>,
}

static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let dir = std::env::temp_dir().join(format!("oidra-fuzz-{}", std::process::id()));
    drop(fs::remove_dir_all(&dir));
    fs::create_dir_all(&dir).unwrap();
    let journal = Local::open(&dir, OPTIONS, Seq::ZERO).unwrap().journal;
    for batch in 1..4_u8 {
        let draft = |n: u8| Draft {
            header: Header {
                time_us: i64::from(batch),
                ..Header::default()
            },
            items: vec![Item {
                kind: ItemKind::Public,
                subject: String::new(),
                salt: [n; 16],
                body: vec![n; 40],
            }],
        };
        drop(
            journal
                .append(&journal.head(), (0..batch).map(draft).collect())
                .unwrap(),
        );
    }
    let records = journal
        .read_from(Seq::FIRST)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    drop(journal);
    let files = fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let file = files
        .filter(|path| path.extension().is_some_and(|e| e == "seg"))
        .min()
        .unwrap();
    let octets = fs::read(&file).unwrap();
    Sample {
        dir,
        file,
        octets,
        records,
    }
});

/// Tries one input.
pub fn run(changes: &[u8]) {
    let sample = &*SAMPLE;
    let mut octets = sample.octets.clone();
    let Some((cut, changes)) = changes.split_at_checked(2) else {
        return;
    };
    for change in changes.chunks_exact(3) {
        let place = usize::from(u16::from_be_bytes([change[0], change[1]])) % octets.len();
        octets[place] ^= change[2];
    }
    octets
        .truncate(octets.len() - usize::from(u16::from_be_bytes([cut[0], cut[1]])) % octets.len());
    fs::write(&sample.file, &octets).unwrap();
    let sound = verify(&sample.dir).is_ok_and(|found| found.is_sound());
    assert!(sound || octets != sample.octets);
    if let Ok(records) = dump(&sample.dir) {
        for (read, written) in records.map_while(Result::ok).zip(&sample.records) {
            assert_eq!(&read.record, written);
        }
    }
    let out = sample.dir.with_extension("out");
    drop(fs::remove_dir_all(&out));
    drop(salvage(&sample.dir, &out));
    if let Ok(opened) = Local::open(&sample.dir, OPTIONS, Seq::ZERO) {
        let records = opened.journal.read_from(Seq::FIRST).unwrap();
        for (read, written) in records.zip(&sample.records) {
            assert_eq!(&read.unwrap(), written);
        }
    }
    // Opening may cut the file and keep what it cut beside it.
    for entry in fs::read_dir(&sample.dir).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
}

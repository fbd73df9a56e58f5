//! Lines come back as they were told, files stay within their limits, and neither a full queue nor a failing disk stops
//! anybody.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use super::*;
use crate::{
    model::{Code, Seq, Timestamp},
    oid::NodePath,
    telemetry::metrics::metrics,
};

const NOON: Timestamp = Timestamp::from_micros(1_772_539_200_000_000);

fn path(text: &str) -> NodePath {
    text.parse().unwrap()
}

fn line(number: u64) -> Line {
    Line {
        time: NOON.plus_seconds(number),
        principal: "p-1".to_owned(),
        method: "Allocate".to_owned(),
        call: format!("q-{number:06}"),
        nodes: [path("2.999.1")].iter().collect(),
        ..Line::default()
    }
}

fn full() -> Line {
    Line {
        source: Some("192.0.2.7".to_owned()),
        request: Some("q-7".to_owned()),
        about: Some("p-2".to_owned()),
        outcome: Outcome::Refused,
        code: Some(Code::NumberTaken),
        seq: Some(Seq::new(7)),
        tried: true,
        ..line(1)
    }
}

fn options(dir: &Path) -> Options {
    Options {
        directory: dir.join("audit"),
        bytes_max: 1 << 20,
        files_max: 4,
    }
}

/// Everything that is there, the newest first.
fn all(audit: &Audit) -> Vec<Line> {
    audit.page(None, usize::MAX, &|_| Some(true)).unwrap().lines
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir.join("audit")).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = entries.map(|e| name(e).into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_line_comes_back_as_it_was_told_and_says_no_more_than_it_must() {
    for line in [full(), line(2), Line::missing(3, NOON), Line::default()] {
        let written = line.to_json();
        assert_eq!(Line::from_json(&written), Some(line));
    }
    let written = String::from_utf8(full().to_json()).unwrap();
    assert_eq!(
        written,
        "{\"time\":\"2026-03-03T12:00:01Z\",\"principal\":\"p-1\",\"source\":\"192.0.2.7\",\
         \"method\":\"Allocate\",\"call\":\"q-000001\",\"request\":\"q-7\",\"oids\":[\"2.999.1\"],\
         \"about\":\"p-2\",\"outcome\":\"refused\",\"code\":\"NUMBER_TAKEN\",\"sequence\":7,\
         \"tried\":true}\n"
    );
    for rubbish in ["", "{", "[]", "{\"time\":\"noon\"}", "{\"oids\":[\"a\"]}"] {
        assert_eq!(Line::from_json(rubbish.as_bytes()), None, "{rubbish}");
    }
}

#[test]
fn of_too_many_nodes_the_nearest_common_superior_is_named() {
    let mut nodes = Nodes::default();
    assert!(nodes.is_empty() && !nodes.all_within(&path(".")) && !nodes.any_within(&path(".")));
    for number in 1..=NODES_MAX {
        nodes.note(&path(&format!("2.999.1.{number}")));
        nodes.note(&path("2.999.1.1"));
    }
    assert_eq!(nodes.named().len(), NODES_MAX);
    assert!(nodes.any_within(&path("2.999.1.2")) && !nodes.any_within(&path("2.999.1.99")));
    nodes.note(&path("2.999.1.99"));
    assert_eq!(nodes.named(), [path("2.999.1")]);
    assert_eq!(nodes.count(), u64::try_from(NODES_MAX).unwrap() + 1);
    assert!(nodes.all_within(&path("2.999.1")) && !nodes.all_within(&path("2.999.1.1")));
    // Whether one of them lies there is not known any longer.
    assert!(nodes.any_within(&path("2.999.1.50")) && !nodes.any_within(&path("2.999.2")));
    nodes.note(&path("2.999.2"));
    assert_eq!(nodes.named(), [path("2.999")]);
    let line = Line { nodes, ..line(1) };
    assert_eq!(Line::from_json(&line.to_json()), Some(line));
}

#[test]
fn lines_are_on_disk_for_their_owner_alone_and_go_on_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let audit = Audit::open(options(dir.path())).unwrap();
    assert_eq!(all(&audit), []);
    audit.tell(line(1));
    audit.close();
    audit.close();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = files::path(&dir.path().join("audit"), 1);
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&dir.path().join("audit")), 0o700);
    // A crash left a line torn, and somebody put a file beside.
    fs::write(dir.path().join("audit/notes.txt"), "mine").unwrap();
    let mut torn = fs::read(&file).unwrap();
    torn.extend(br#"{"time":"2026-03-"#);
    fs::write(&file, torn).unwrap();
    let audit = Audit::open(options(dir.path())).unwrap();
    audit.tell(line(2));
    audit.close();
    assert_eq!(all(&audit), [line(2), line(1)]);
    assert_eq!(names(dir.path()).len(), 2);
}

#[test]
fn a_file_that_would_be_one_byte_too_large_is_followed_by_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = u64::try_from(line(1).to_json().len()).unwrap();
    let two = |bytes_max| Options {
        bytes_max,
        ..options(dir.path())
    };
    let mut files = Files::new(two(2 * bytes));
    files.append(&[line(1), line(2)]).unwrap();
    assert_eq!(names(dir.path()).len(), 1);
    files.append(&[line(3)]).unwrap();
    assert_eq!(names(dir.path()).len(), 2);
    // One byte less, and each line has its own; a line that is larger than a file may be has one, too.
    let mut files = Files::new(two(2 * bytes - 1));
    files.append(&[line(4), line(5)]).unwrap();
    assert_eq!(names(dir.path()).len(), 4);
    let mut files = Files::new(two(1));
    files.append(&[line(6)]).unwrap();
    let numbers = files::numbers(&dir.path().join("audit")).unwrap();
    assert_eq!(numbers, [2, 3, 4, 5]);
}

#[test]
fn one_file_too_many_takes_the_oldest_away() {
    let dir = tempfile::tempdir().unwrap();
    let small = Options {
        bytes_max: 1,
        ..options(dir.path())
    };
    let audit = Audit::open(small).unwrap();
    for number in 1..=5 {
        audit.tell(line(number));
    }
    audit.close();
    assert_eq!(names(dir.path()).len(), 4);
    assert_eq!(all(&audit), [line(5), line(4), line(3), line(2)]);
}

#[test]
fn pages_go_on_where_the_last_one_ended_whatever_is_written_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let audit = Audit::open(Options {
        // Several files, each of several pieces.
        bytes_max: 200_000,
        ..options(dir.path())
    })
    .unwrap();
    let many = 3_000;
    let mut files = Files::new(Options {
        bytes_max: 200_000,
        ..options(dir.path())
    });
    files
        .append(&(0..many).map(line).collect::<Vec<_>>())
        .unwrap();
    let odd = |line: &Line| Some(line.time.micros() / 1_000_000 % 2 == 1);
    let mut told = Vec::new();
    let mut from = None;
    loop {
        let page = audit.page(from, 7, &odd).unwrap();
        assert!(page.lines.len() <= 7);
        told.extend(page.lines);
        files.append(&[line(many)]).unwrap();
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let expect: Vec<_> = (0..many)
        .rev()
        .map(line)
        .filter(|one| odd(one) == Some(true))
        .collect();
    assert_eq!(told, expect);
    // Nothing older is read where nothing older is wanted.
    let new = |line: &Line| (line.time >= NOON.plus_seconds(many - 2)).then_some(true);
    let page = audit.page(None, usize::MAX, &new).unwrap();
    assert_eq!(page.next, None);
    assert!(page.lines.len() > 2);
    let gone = Place {
        file: 0,
        offset: 10,
    };
    assert_eq!(audit.page(Some(gone), 7, &odd).unwrap(), Page::default());
}

#[test]
fn one_page_reads_no_more_than_is_borne() {
    let dir = tempfile::tempdir().unwrap();
    let mut files = Files::new(Options {
        bytes_max: 1 << 30,
        ..options(dir.path())
    });
    let lines: Vec<_> = (0..1_000).map(line).collect();
    let bytes: usize = lines.iter().map(|line| line.to_json().len()).sum();
    let times = usize::try_from(SCAN_BYTES_MAX).unwrap() / bytes + 1;
    for _ in 0..times {
        files.append(&lines).unwrap();
    }
    let audit = Audit::open(options(dir.path())).unwrap();
    let none = |_: &Line| Some(false);
    let first = audit.page(None, 10, &none).unwrap();
    assert!(first.lines.is_empty());
    let rest = audit.page(first.next, 10, &none).unwrap();
    assert!(first.next.is_some() && rest.next.is_none());
}

#[test]
fn a_full_queue_loses_lines_and_the_log_says_how_many() {
    let dir = tempfile::tempdir().unwrap();
    let (queue, orders) = sync_channel(2);
    let lost = Arc::new(AtomicU64::new(0));
    let audit = Audit(Arc::new(Shared {
        directory: dir.path().join("audit"),
        queue,
        lost: Arc::clone(&lost),
        thread: Mutex::new(None),
    }));
    for number in 1..=5 {
        audit.tell(line(number));
    }
    let before = metrics().unwrap().audit_lost.get();
    let mut writer = Writer {
        files: Files::new(options(dir.path())),
        lost,
        missing: 0,
        failing: false,
    };
    let Ok(Order::Write(first)) = orders.recv() else {
        panic!("nothing waits")
    };
    let (lines, ends) = batch(*first, &orders);
    assert!(!ends);
    writer.write(lines);
    let missing = Line::missing(3, line(1).time);
    assert_eq!(all(&audit), [line(2), line(1), missing]);
    assert!(metrics().unwrap().audit_lost.get() >= before + 3);
    // The standard queue bears as much as it says.
    let audit = Audit::open(options(dir.path())).unwrap();
    for number in 0..QUEUE_LINES_MAX {
        audit.tell(line(u64::try_from(number).unwrap()));
    }
    assert_eq!(audit.0.lost.load(Ordering::Relaxed), 0);
    audit.close();
}

#[test]
fn a_failing_disk_stops_nobody_and_is_told_once_mended() {
    let dir = tempfile::tempdir().unwrap();
    // Where the directory should be, a file stands.
    fs::write(dir.path().join("audit"), "in the way").unwrap();
    let faults = || {
        let faults = &metrics().unwrap().faults;
        faults.with_label_values(&["audit"]).get()
    };
    let before = faults();
    let mut writer = Writer {
        files: Files::new(options(dir.path())),
        lost: Arc::default(),
        missing: 0,
        failing: false,
    };
    writer.write(vec![line(1), line(2)]);
    writer.write(vec![line(3)]);
    assert!(writer.failing && faults() > before);
    fs::remove_file(dir.path().join("audit")).unwrap();
    writer.write(vec![line(4)]);
    assert!(!writer.failing);
    let audit = Audit::open(options(dir.path())).unwrap();
    assert_eq!(all(&audit), [line(4), Line::missing(3, line(4).time)]);
    audit.close();
    // Whoever tells after the end loses the line and nothing else.
    audit.tell(line(5));
    assert_eq!(all(&audit).len(), 2);
}

//! Papers by themselves: what is taken, what is not, and what stays.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn told(octets: &[u8]) -> Attachment {
    Attachment {
        sha256: Sha256::digest(octets).into(),
        name: "letter.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        octets: octets.len() as u64,
        uri: None,
    }
}

fn id(text: &str) -> ApplicationId {
    text.parse().unwrap()
}

struct World {
    folder: tempfile::TempDir,
    store: Arc<Store>,
}

fn world(limits: Limits) -> World {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::new(folder.path(), limits));
    World { folder, store }
}

fn small() -> Limits {
    Limits {
        file_octets: 10,
        application_octets: 15,
        total_octets: 20,
        media_types: Vec::new(),
    }
}

impl World {
    fn put(&self, of: &str, octets: &[u8], held: u64) -> Result<Kept, Rejection> {
        let mut coming = self.store.begin(&id(of), &told(octets), held)?;
        for piece in octets.chunks(3) {
            coming.write(piece)?;
        }
        coming.keep()
    }

    fn files(&self) -> Vec<String> {
        let mut all = Vec::new();
        for one in listed(&self.folder.path().join(DIRECTORY)).unwrap() {
            for file in listed(&one.path()).unwrap() {
                let (of, name) = (one.file_name(), file.file_name());
                all.push(format!("{}/{}", of.display(), name.display()));
            }
        }
        all.sort();
        all
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Rejection>, code: Code, field: &str) {
    match result.unwrap_err() {
        Rejection::Refused(all) => {
            assert_eq!((all.main().code, all.main().field.as_str()), (code, field));
        }
        Rejection::Fault(fault) => panic!("{fault}"),
    }
}

#[test]
fn a_paper_comes_back_as_it_went_in_and_only_its_owner_reads_it() {
    let world = world(Limits::default());
    let letter = b"Habari ya asubuhi";
    world.put("a-1", letter, 0).unwrap().leave();
    let mut back = Vec::new();
    let mut file = world.store.read(&id("a-1"), &told(letter)).unwrap();
    file.read_to_end(&mut back).unwrap();
    assert_eq!(back, letter);
    let directory = world.folder.path().join(DIRECTORY);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    let path = directory.join("a-1").join(hex::encode(told(letter).sha256));
    assert_eq!(mode(&path), 0o600);
    // Another's application has no such paper.
    let other = world.store.read(&id("a-2"), &told(letter));
    assert!(matches!(other, Err(Damage::Missing)));
    fs::write(&path, b"Habari ya jioni!!").unwrap();
    let damaged = world.store.read(&id("a-1"), &told(letter));
    assert!(matches!(damaged, Err(Damage::Other)));
}

#[test]
fn one_past_each_limit_is_not_taken() {
    let world = world(small());
    world.put("a-1", b"0123456789", 0).unwrap().leave();
    let past = world.put("a-1", b"0123456789a", 0);
    refused(past, Code::FieldTooLong, "attachment.octets");
    world.put("a-1", b"01234", 10).unwrap().leave();
    let past = world.put("a-1", b"012345", 10);
    refused(past, Code::FieldTooLong, "attachment.octets");
    // Fifteen octets of twenty are kept.
    let past = world.put("a-2", b"012345", 0);
    refused(past, Code::PapersFull, "attachment.octets");
    // What is taken away makes room.
    world.store.remove(&id("a-1")).unwrap();
    assert_eq!(world.files(), [""; 0]);
    world.put("a-2", b"012345", 0).unwrap().leave();
}

#[test]
fn settings_cannot_lift_the_ceilings() {
    let world = world(Limits {
        file_octets: u64::MAX,
        application_octets: u64::MAX,
        total_octets: u64::MAX,
        media_types: Vec::new(),
    });
    let of = |octets, held| {
        let what = Attachment {
            octets,
            ..told(b"x")
        };
        world.store.begin(&id("a-1"), &what, held).map(drop)
    };
    assert!(of(PAPER_OCTETS_CEILING, 0).is_ok());
    let past = of(PAPER_OCTETS_CEILING + 1, 0);
    refused(past, Code::FieldTooLong, "attachment.octets");
    assert!(of(1, PAPERS_OCTETS_CEILING - 1).is_ok());
    let past = of(1, PAPERS_OCTETS_CEILING);
    refused(past, Code::FieldTooLong, "attachment.octets");
}

#[test]
fn what_is_not_what_was_told_is_not_kept() {
    let world = world(small());
    let begin = |what: &Attachment| world.store.begin(&id("a-1"), what, 0);
    let what = told(b"letter");
    let mut more = begin(&what).unwrap();
    refused(
        more.write(b"letters"),
        Code::FieldInvalid,
        "attachment.octets",
    );
    drop(more);
    let mut fewer = begin(&what).unwrap();
    fewer.write(b"lett").unwrap();
    refused(fewer.keep(), Code::FieldInvalid, "attachment.octets");
    let mut other = begin(&what).unwrap();
    other.write(b"better").unwrap();
    refused(other.keep(), Code::FieldInvalid, "attachment.sha256");
    let named = Attachment {
        media_type: "application/pdf".to_owned(),
        ..what.clone()
    };
    let mut named = begin(&named).unwrap();
    named.write(b"letter").unwrap();
    refused(named.keep(), Code::FieldInvalid, "attachment.media_type");
    let page = Attachment {
        media_type: "text/html".to_owned(),
        ..what
    };
    refused(begin(&page), Code::FieldInvalid, "attachment.media_type");
    assert_eq!(world.files(), [""; 0]);
    // Nothing of it counts.
    world.put("a-1", b"0123456789", 0).unwrap().leave();
}

#[test]
fn only_so_many_come_at_once_and_no_paper_twice() {
    let world = world(Limits::default());
    let one = |n: usize| {
        let what = told(n.to_string().as_bytes());
        world.store.begin(&id("a-1"), &what, 0)
    };
    let mut coming = vec![one(0).unwrap()];
    refused(one(0), Code::Overloaded, "");
    coming.extend((1..COMING_MAX).map(|n| one(n).unwrap()));
    refused(one(COMING_MAX), Code::Overloaded, "");
    coming.pop();
    drop(one(COMING_MAX).unwrap());
}

#[test]
fn what_nobody_is_told_of_is_swept_away_and_what_is_left_counts() {
    let before = world(small());
    before.put("a-1", b"0123456789", 0).unwrap().leave();
    before.put("a-2", b"01234", 0).unwrap().leave();
    drop(before.put("a-3", b"01", 0).unwrap());
    let mut coming = before.store.begin(&id("a-4"), &told(b"0123"), 0).unwrap();
    coming.write(b"012").unwrap();
    // As a crash leaves it.
    std::mem::forget(coming);
    assert_eq!(before.files().len(), 3);
    let anew = Store::new(before.folder.path(), small());
    let anew = Arc::new(anew);
    let told_of = hex::encode(told(b"0123456789").sha256);
    anew.sweep(&|of, sha256| Ok(of == "a-1" && sha256 == told_of))
        .unwrap();
    assert_eq!(before.files(), [format!("a-1/{told_of}")]);
    let past = anew.begin(&id("a-5"), &told(b"01234567890"), 0);
    refused(past, Code::FieldTooLong, "attachment.octets");
    assert!(anew.begin(&id("a-5"), &told(b"0123456789"), 0).is_ok());
    let held = anew.begin(&id("a-5"), &told(b"0123456789"), 0).unwrap();
    let past = anew.begin(&id("a-6"), &told(b"0"), 0);
    refused(past, Code::PapersFull, "attachment.octets");
    drop(held);
    // Where the tables cannot be read nothing is taken away.
    let broken = anew.sweep(&|_, _| Err(ViewFault("broken".to_owned())));
    assert!(broken.is_err());
    assert_eq!(before.files(), [format!("a-1/{told_of}")]);
}

#[test]
fn what_is_left_before_the_register_is_told_takes_no_room() {
    let world = world(small());
    // Whoever hands a paper in and goes away before it is recorded, time and again.
    for _ in 0..9 {
        drop(world.put("a-1", b"0123456789", 0).unwrap());
    }
    assert_eq!(world.files(), [""; 0]);
    // One of which somebody may be told is not taken away with another's attempt to hand it in, and is counted once.
    world.put("a-1", b"0123456789", 0).unwrap().leave();
    for _ in 0..9 {
        drop(world.put("a-1", b"0123456789", 0).unwrap());
    }
    assert_eq!(world.files().len(), 1);
    world.put("a-2", b"0123456789", 0).unwrap().leave();
    let past = world.put("a-3", b"0", 0);
    refused(past, Code::PapersFull, "attachment.octets");
    // An erasure gives the octets of what it takes away back, once.
    let kept = world.put("a-2", b"", 0);
    world.store.remove(&id("a-1")).unwrap();
    drop(kept);
    let coming = world.put("a-4", b"01234", 0).unwrap();
    world.store.remove(&id("a-4")).unwrap();
    drop(coming);
    world.put("a-5", b"0123456789", 0).unwrap().leave();
    let past = world.put("a-6", b"0", 0);
    refused(past, Code::PapersFull, "attachment.octets");
}

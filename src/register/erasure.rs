//! Carrying out the erasure of a person: the items that held the data are destroyed in the journal, and the tables, whose old
//! pages may hold it too, are made anew in a fresh directory.
//!
//! Whom a record erases is noted beside the journal before the record is durable, and the note goes when everything is
//! destroyed: an erasure that a crash cut off is finished at the next start. It must never destroy anything for a record that
//! is not there, nor an item of the erasing record itself.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::journal::{ItemKind, Journal, Record, StoredItem, codec};
use crate::model::{Event, Seq};

use super::answers::Outcome;
use super::core::Core;
use super::options::OpenError;
use super::place::{self, io_error};

/// What the note of erasures that are not finished is called.
const NOTE: &str = "erasing";
/// How long readers may go on with the old tables before their end is left to the next start.
const READERS_WAIT: Duration = Duration::from_secs(5);
/// How often it is looked whether they have ended.
const READERS_TICK: Duration = Duration::from_millis(10);

/// An erasure: whose items, and by which record.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Due {
    subject: String,
    by: Seq,
}

/// Notes whom the records of a batch erase, before they are durable; tells whether they erase anybody.
pub(super) fn note(data_dir: &Path, outcomes: &[Outcome]) -> Result<bool, OpenError> {
    let erased = outcomes.iter().flat_map(|outcome| {
        let events = outcome.events.iter();
        events.filter_map(|event| match event {
            Event::PersonErased { person, .. } => Some(Due {
                subject: person.as_str().to_owned(),
                by: outcome.seq,
            }),
            _ => None,
        })
    });
    let erased: Vec<_> = erased.collect();
    if erased.is_empty() {
        return Ok(false);
    }
    // Those that a start could not finish stay noted.
    let mut due = read(data_dir)?;
    due.extend(erased);
    write(data_dir, &due)?;
    Ok(true)
}

/// Whether an erasure is not finished.
pub(super) fn is_due(data_dir: &Path) -> bool {
    data_dir.join(NOTE).exists()
}

/// Destroys what is noted. Doing it again destroys nothing more.
pub(super) fn carry_out(core: &Arc<Core>) -> Result<(), OpenError> {
    let data_dir = &core.options.data_dir;
    let mut any = false;
    for due in read(data_dir)? {
        if !erases(&*core.journal, &due) {
            continue;
        }
        let held = records_of(&*core.journal, &due)?;
        let destroyed = core.journal.erase(&held, &due.subject)?;
        tracing::info!(items = destroyed.items, by = %due.by, "a person's items were destroyed");
        any = true;
    }
    if any && !make_tables_anew(core)? {
        // Somebody reads the old ones on; the next start ends it.
        return Ok(());
    }
    let note = data_dir.join(NOTE);
    fs::remove_file(&note).map_err(io_error(format!("removing {}", note.display())))
}

/// Whether the record is there and erases that person.
fn erases(journal: &dyn Journal, due: &Due) -> bool {
    let Ok(record) = journal.read_one(due.by) else {
        return false;
    };
    let is_theirs = |event: &Event| match event {
        Event::PersonErased { person, .. } => person.as_str() == due.subject,
        _ => false,
    };
    codec::decode(&record).is_ok_and(|happening| happening.events.iter().any(is_theirs))
}

/// The records before the erasing one that hold items of the person.
fn records_of(journal: &dyn Journal, due: &Due) -> Result<Vec<Seq>, OpenError> {
    let mut held = Vec::new();
    for record in journal.read_from(Seq::FIRST)? {
        let record: Record = record?;
        if record.seq >= due.by {
            break;
        }
        let theirs =
            |item: &StoredItem| item.kind() == ItemKind::Personal && item.subject() == due.subject;
        if record.items.iter().any(theirs) {
            held.push(record.seq);
        }
    }
    Ok(held)
}

/// Makes the tables anew and removes the old ones; tells whether the old ones are gone.
fn make_tables_anew(core: &Arc<Core>) -> Result<bool, OpenError> {
    let old = core.published().tables;
    let published = super::open::rebuild(core)?;
    core.publish(published);
    let since = Instant::now();
    while Arc::strong_count(&old) > 1 {
        if since.elapsed() > READERS_WAIT {
            return Ok(false);
        }
        std::thread::sleep(READERS_TICK);
    }
    drop(old);
    place::remove_put_aside(&core.options.data_dir)?;
    Ok(true)
}

fn read(data_dir: &Path) -> Result<Vec<Due>, OpenError> {
    let path = data_dir.join(NOTE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => {
            let what = format!("reading {}", path.display());
            return Err(OpenError::Io { what, source });
        }
    };
    let due = text.lines().filter_map(|line| {
        let (by, subject) = line.split_once(' ')?;
        Some(Due {
            subject: subject.to_owned(),
            by: Seq::new(by.parse().ok()?),
        })
    });
    Ok(due.collect())
}

fn write(data_dir: &Path, due: &[Due]) -> Result<(), OpenError> {
    let path = data_dir.join(NOTE);
    let fresh = data_dir.join(format!("{NOTE}.new"));
    let text: Vec<_> = due
        .iter()
        .map(|one| format!("{} {}\n", one.by, one.subject))
        .collect();
    let mut file = fs::OpenOptions::new();
    file.create(true).truncate(true).write(true).mode(0o600);
    file.open(&fresh)
        .and_then(|mut file| {
            file.write_all(text.concat().as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&fresh, &path))
        .and_then(|()| fs::File::open(data_dir)?.sync_all())
        .map_err(io_error(format!("writing {}", path.display())))
}

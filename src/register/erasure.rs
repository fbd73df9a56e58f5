//! Carrying out the erasure of a person: the items that held the data are destroyed in the journal, the papers of its applications
//! are removed, and the tables, whose old pages may hold the data too, are made anew in a fresh directory.
//!
//! Whom a record erases is noted beside the journal before the record is durable, and the note goes when everything is
//! destroyed: an erasure that a crash cut off is finished at the next start. It must never destroy anything for a record that
//! is not there, nor an item of the erasing record itself.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::journal::{ItemKind, Journal, JournalError, Record, StoredItem, codec, durable};
use crate::model::{Event, Seq};

use super::answers::Outcome;
use super::core::Core;
use super::options::OpenError;
use super::place::{self, io_error};

/// What the note of erasures that are not finished is called.
const NOTE: &str = "erasing";
/// Its first line: what it is, and in which form.
const HEAD: &str = "oidra erasing 1";
/// Its permissions.
const NOTE_MODE: u32 = 0o600;
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
        if !erases(&*core.journal, &due)? {
            continue;
        }
        super::papers::remove_of(core, &due.subject)?;
        let held = records_of(&*core.journal, &due)?;
        let destroyed = core.journal.erase(&held, &due.subject)?;
        tracing::info!(items = destroyed.items, by = %due.by, "a person's items were destroyed");
        any = true;
    }
    if any && !make_tables_anew(core)? {
        tracing::warn!("tables with erased data are still being read; a restart removes them");
        return Ok(());
    }
    let note = data_dir.join(NOTE);
    fs::remove_file(&note).map_err(io_error(format!("removing {}", note.display())))
}

/// Whether the record is there and erases that person. A record that cannot be read now is no record that is not there.
fn erases(journal: &dyn Journal, due: &Due) -> Result<bool, OpenError> {
    let record = match journal.read_one(due.by) {
        Ok(record) => record,
        Err(JournalError::NoRecord { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let is_theirs = |event: &Event| match event {
        Event::PersonErased { person, .. } => person.as_str() == due.subject,
        _ => false,
    };
    let happening = codec::decode(&record).map_err(|error| OpenError::Record {
        seq: due.by,
        what: error.to_string(),
    })?;
    Ok(happening.events.iter().any(is_theirs))
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
    let failed = || io_error(format!("reading {}", path.display()));
    match fs::read_to_string(&path) {
        Ok(text) => parse(&text).map_err(failed()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed()(error)),
    }
}

/// What a note says. One that is not understood is no empty one: somebody would never be erased.
fn parse(text: &str) -> io::Result<Vec<Due>> {
    let unknown = || io::Error::new(io::ErrorKind::InvalidData, "it is of no known form");
    let lines = text
        .strip_prefix(HEAD)
        .and_then(|rest| rest.strip_prefix('\n'));
    let due = lines.ok_or_else(unknown)?.lines().map(|line| {
        let (by, subject) = line.split_once(' ')?;
        Some(Due {
            subject: subject.to_owned(),
            by: Seq::new(by.parse().ok()?),
        })
    });
    due.collect::<Option<_>>().ok_or_else(unknown)
}

fn written(due: &[Due]) -> String {
    let lines = due
        .iter()
        .map(|one| format!("{} {}\n", one.by, one.subject));
    format!("{HEAD}\n{}", lines.collect::<String>())
}

fn write(data_dir: &Path, due: &[Due]) -> Result<(), OpenError> {
    let path = data_dir.join(NOTE);
    durable::write(&path, NOTE_MODE, &[written(due).as_bytes()])
        .map(drop)
        .map_err(io_error(format!("writing {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written_and_no_other_is_read() {
        let due = [(7, "r-1"), (9, "p-2")].map(|(by, subject)| Due {
            subject: subject.to_owned(),
            by: Seq::new(by),
        });
        let text = written(&due);
        assert_eq!(parse(&text).unwrap(), due);
        assert_eq!(parse(&written(&[])).unwrap(), []);
        for wrong in [
            "",
            "7 r-1\n",
            "oidra erasing 2\n7 r-1\n",
            "oidra erasing 1\n7\n",
            "oidra erasing 1\nx r-1\n",
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }

    /// An erasure whose record cannot be read now stays noted; only one that was never written is forgotten.
    #[test]
    fn a_record_that_cannot_be_read_is_not_one_that_is_not_there() {
        let journal = crate::journal::Memory::new();
        let due = Due {
            subject: "r-1".to_owned(),
            by: Seq::new(7),
        };
        assert!(!erases(&journal, &due).unwrap());
        journal.break_reads(true);
        let unreachable = OpenError::Journal(JournalError::Unreachable {
            reason: "a fault of reading was ordered".to_owned(),
        });
        let told = erases(&journal, &due).unwrap_err();
        assert_eq!(told.to_string(), unreachable.to_string());
    }
}

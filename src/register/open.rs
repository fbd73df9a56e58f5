//! Opening a register: lock, keys, tables, journal, replay, checks; and its founding, where there is none.
//!
//! The journal is the truth. Tables that are missing, older, damaged or of another format are made anew from it; tables that
//! are *ahead* of it mean that acknowledged records are gone, and then nothing is opened. It must never change the journal
//! but by founding a register in an empty one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::access::Permit;
use crate::journal::{
    self, Appended, Draft, Head, Header, Journal, Local,
    checkpoint::Checkpoint,
    codec,
    keys::{RequestKey, checkpoint_key},
    local,
    lock::{DataLock, Holder, LockError},
};
use crate::model::{Clock, Ctx, Event, Seq, Timestamp, event::Happening};
use crate::rules::{self, Founding};

use super::core::{Core, Parts, Published};
use super::options::{Entropy, OpenError, Opened, Options, Progress, Silent};
use super::place;
use super::replay::{ReplayError, replay};
use super::tables::{Genesis, HeadRow, Tables};

/// The request id of the founding.
const FOUNDING_REQUEST: &str = "q-founding";

/// Tables that were opened, with their head row, or why there are none worth the name.
type Found = Result<(Arc<Tables>, HeadRow), String>;

/// A register that was opened, without its writer.
pub(super) struct Ready {
    pub(super) core: Arc<Core>,
    pub(super) opened: Opened,
}

/// Opens the register in a data directory.
pub(super) fn open(
    options: &Options,
    founding: impl FnOnce() -> Founding,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    progress: &dyn Progress,
) -> Result<Ready, OpenError> {
    let dir = &options.data_dir;
    fs::create_dir_all(dir).map_err(place::io_error(format!("making {}", dir.display())))?;
    let lock = DataLock::acquire(dir, &holder(Some(&*clock))).map_err(locked)?;
    let lock = Some(Arc::new(lock));
    let keys = |error: journal::keys::KeyError| OpenError::Keys(error.to_string());
    let request_key = RequestKey::load_or_create(dir, &entropy.bytes32()).map_err(keys)?;
    let signing_key = checkpoint_key(dir, &entropy.bytes32()).map_err(keys)?;
    let origin = options.origin.clone();
    let found = find_tables(options, lock.as_ref())?;
    let applied = found.as_ref().map_or(Seq::ZERO, Tabled::row_seq);
    let kept = local::Options {
        segment_bytes: options.segment_bytes,
        ..local::Options::default()
    };
    let local::Opened { journal, report } = Local::open(&dir.join(place::JOURNAL), kept, applied)?;
    let parts = Parts {
        options: options.clone(),
        lock,
        clock,
        entropy,
        journal: Arc::new(journal),
        digester: Box::new(move |content| request_key.digest(content)),
        signer: Box::new(move |head| {
            let checkpoint = Checkpoint::of(&origin, head).map_err(|error| error.to_string())?;
            checkpoint
                .sign(&origin, &signing_key)
                .map_err(|error| error.to_string())
        }),
    };
    let (core, mut opened) = open_on(parts, found, founding, progress)?;
    opened.torn = report.torn.map(|torn| {
        format!(
            "{}: offset {}, sequence {}: {} bytes of a batch that was never acknowledged ({}), kept in {}",
            torn.file.display(),
            torn.offset,
            torn.seq,
            torn.bytes,
            torn.what,
            torn.side_file.display()
        )
    });
    Ok(Ready { core, opened })
}

/// Who holds the lock; without a clock, nobody says since when.
pub(super) fn holder(clock: Option<&dyn Clock>) -> Holder {
    // Only told to people: a system without this file says less.
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = match host.trim() {
        "" => "this machine".to_owned(),
        name => name.to_owned(),
    };
    Holder {
        pid: std::process::id(),
        host,
        started: clock.map_or_else(
            || "for a verification".to_owned(),
            |clock| clock.now().to_string(),
        ),
    }
}

pub(super) fn locked(error: LockError) -> OpenError {
    match error {
        LockError::Held { .. } => OpenError::Locked(error.to_string()),
        LockError::Io { path, source } => OpenError::Io {
            what: format!("locking {}", path.display()),
            source,
        },
    }
}

/// What was found where the tables should be.
pub(super) struct Tabled {
    found: Found,
    /// The marker of the last stop, with what the files looked like before sled opened them.
    marker: Option<(String, String)>,
    directory: PathBuf,
    is_new: bool,
}

impl Tabled {
    fn as_ref(&self) -> Option<&Self> {
        self.found.is_ok().then_some(self)
    }

    fn row_seq(&self) -> Seq {
        self.found
            .as_ref()
            .map_or(Seq::ZERO, |(_, row)| row.head.seq)
    }
}

/// Opens the tables there are, or new ones.
pub(super) fn find_tables(
    options: &Options,
    lock: Option<&Arc<DataLock>>,
) -> Result<Tabled, OpenError> {
    let dir = &options.data_dir;
    let directory = place::projection(dir)?;
    let is_new = !directory.exists();
    let left = place::take_marker(dir)?;
    let marker = left.zip(place::looks_like(dir));
    let found = open_tables(&directory, options.cache_bytes, lock)?;
    Ok(Tabled {
        found,
        marker,
        directory,
        is_new,
    })
}

/// Opens the tables of a directory. That they are in use says nothing about them, and is the outer error.
fn open_tables(
    directory: &Path,
    cache_bytes: u64,
    lock: Option<&Arc<DataLock>>,
) -> Result<Found, OpenError> {
    match Tables::open(directory, cache_bytes, lock) {
        Ok(tables) => Ok(with_head(tables)),
        Err(error @ OpenError::Locked(_)) => Err(error),
        Err(error) => Ok(Err(error.to_string())),
    }
}

fn with_head(tables: Tables) -> Found {
    if !tables.claim_format().map_err(|fault| fault.0)? {
        return Err("it has another format or another Unicode version".to_owned());
    }
    let row = tables.head().map_err(|fault| fault.0)?;
    Ok((Arc::new(tables), row.unwrap_or_else(HeadRow::empty)))
}

/// The tables of a data directory, however far they are.
pub(super) fn tables_as_they_are(options: &Options) -> Result<Published, OpenError> {
    let directory = place::projection(&options.data_dir)?;
    let found = open_tables(&directory, options.cache_bytes, None)?;
    let (tables, row) = found.map_err(|why| OpenError::Projection(crate::model::ViewFault(why)))?;
    Ok(Published { tables, row })
}

/// Opens a register over a journal.
pub(super) fn open_on(
    parts: Parts,
    tabled: Tabled,
    founding: impl FnOnce() -> Founding,
    progress: &dyn Progress,
) -> Result<(Arc<Core>, Opened), OpenError> {
    let mut opened = Opened::default();
    let journal = parts.journal.clone();
    not_ahead(&tabled, &journal.head())?;
    if journal.head().seq == Seq::ZERO {
        found(&parts, &founding())?;
        opened.founded = true;
    }
    let genesis = genesis(&*journal)?;
    same_authorities(&parts.options, &genesis)?;
    let is_new = tabled.is_new;
    let published = match bring_up(&*journal, tabled, &mut opened, progress)? {
        Ok(published) => published,
        Err(why) => {
            tracing::warn!(why, "the projection is made anew");
            let (published, aside) =
                make_anew(&*journal, &parts.options, parts.lock.as_ref(), progress)?;
            if !is_new {
                opened.rebuilt = Some(why);
                opened.moved_aside = aside;
            }
            published
        }
    };
    let core = Arc::new(Core::new(parts, genesis.register, published));
    super::papers::sweep(&core)?;
    if super::erasure::is_due(&core.options.data_dir) {
        super::erasure::carry_out(&core)?;
    }
    Ok((core, opened))
}

/// Tables ahead of the journal had applied records that are no longer there.
fn not_ahead(tabled: &Tabled, head: &Head) -> Result<(), OpenError> {
    let projection = tabled.row_seq();
    if projection > head.seq {
        return Err(OpenError::JournalTruncated {
            projection,
            journal: head.seq,
            directory: tabled.directory.clone(),
        });
    }
    Ok(())
}

/// Replays what the tables lack and checks them; the inner error says why they must be made anew.
fn bring_up(
    journal: &dyn Journal,
    found: Tabled,
    opened: &mut Opened,
    progress: &dyn Progress,
) -> Result<Result<Published, String>, OpenError> {
    let (tables, before) = match found.found {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    if before.head.seq > Seq::ZERO && journal.read_one(before.head.seq)?.leaf != before.leaf {
        let why = format!(
            "it applied another record {} than the journal holds",
            before.head.seq
        );
        return Ok(Err(why));
    }
    opened.clean = found
        .marker
        .is_some_and(|(left, files)| place::is_clean(&left, &files, &before));
    let what = (progress, "replaying the journal");
    let row = match replay(journal, &tables, before, what, |_| {}) {
        Ok(row) => row,
        Err(ReplayError::Journal(error)) => return Err(error),
        Err(error) => return Ok(Err(error.to_string())),
    };
    if row.head != journal.head() {
        return Ok(Err("its tree head is not the journal's".to_owned()));
    }
    opened.replayed = row.head.seq.get() - before.head.seq.get();
    if !opened.clean && !found.is_new {
        match tables.count() {
            Ok(counts) if counts == row.counts => {}
            Ok(_) => return Ok(Err("its rows are not those that were written".to_owned())),
            Err(fault) => return Ok(Err(fault.0)),
        }
    }
    Ok(Ok(Published { tables, row }))
}

/// Puts the tables aside and makes new ones from the journal.
fn make_anew(
    journal: &dyn Journal,
    options: &Options,
    lock: Option<&Arc<DataLock>>,
    progress: &dyn Progress,
) -> Result<(Published, Option<PathBuf>), OpenError> {
    let (directory, aside) = place::put_aside(&options.data_dir)?;
    let (tables, row) = open_tables(&directory, options.cache_bytes, lock)?
        .map_err(|why| OpenError::Projection(crate::model::ViewFault(why)))?;
    let what = (progress, "rebuilding the projection");
    let row = replay(journal, &tables, row, what, |_| {})?;
    Ok((Published { tables, row }, aside))
}

/// Makes the tables of an open register anew.
pub(super) fn rebuild(core: &Core) -> Result<Published, OpenError> {
    let (published, _) = make_anew(&*core.journal, &core.options, core.lock.as_ref(), &Silent)?;
    Ok(published)
}

/// Writes the first record of an empty journal.
fn found(parts: &Parts, founding: &Founding) -> Result<(), OpenError> {
    let actor = Permit::system().actor().clone();
    let ctx = Ctx {
        now: parts.clock.now().max(Timestamp::default()),
        entropy: parts.entropy.bytes32(),
        actor,
        whole: crate::model::command::Whole::All,
        office: None,
    };
    let happening = Happening {
        events: rules::found(founding, &ctx),
        reason: None,
        override_reason: None,
        asked_by: None,
    };
    let mut salts = || {
        let random = parts.entropy.bytes32();
        super::core::half(random)
    };
    let items = codec::encode(&happening, &|_| false, &mut salts);
    let header = Header {
        time_us: ctx.now.micros(),
        principal: ctx.actor.as_str().to_owned(),
        request_id: FOUNDING_REQUEST.to_owned(),
        request_digest: [0; 32],
    };
    match parts
        .journal
        .append(&Head::empty(), vec![Draft { header, items }])?
    {
        // Another server may have founded the register at the same moment: then that is the founding.
        Appended::Appended(..) | Appended::HeadMoved(_) => Ok(()),
        Appended::Unknown if parts.journal.head().seq > Seq::ZERO => Ok(()),
        Appended::Unknown => Err(OpenError::Genesis(
            "whether it was written is not known; start again".to_owned(),
        )),
    }
}

/// What the first record says.
pub(super) fn genesis(journal: &dyn Journal) -> Result<Genesis, OpenError> {
    let record = journal.read_one(Seq::FIRST)?;
    let happening =
        codec::decode(&record).map_err(|error| OpenError::Genesis(error.to_string()))?;
    match happening.events.into_iter().next() {
        Some(Event::Founded(founded)) if founded.format == rules::EVENT_FORMAT => Ok(Genesis {
            register: founded.register,
            authorities: founded.authorities.into(),
        }),
        Some(Event::Founded(founded)) => Err(OpenError::Genesis(format!(
            "its events have format {}, this program reads {}",
            founded.format,
            rules::EVENT_FORMAT
        ))),
        _ => Err(OpenError::Genesis(
            "its first event is no founding".to_owned(),
        )),
    }
}

fn same_authorities(options: &Options, genesis: &Genesis) -> Result<(), OpenError> {
    let Some(configured) = &options.authorities else {
        return Ok(());
    };
    let (configured, founded): (BTreeSet<_>, BTreeSet<_>) = (
        configured.iter().collect(),
        genesis.authorities.iter().collect(),
    );
    if configured == founded {
        return Ok(());
    }
    let listed = |paths: BTreeSet<&crate::oid::NodePath>| {
        let paths: Vec<String> = paths.into_iter().map(ToString::to_string).collect();
        paths.join(", ")
    };
    Err(OpenError::OtherAuthority {
        configured: listed(configured),
        founded: listed(founded),
    })
}

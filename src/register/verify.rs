//! Verifying a register: a fresh replay of the journal compared with the tables in use, and the register's invariants.
//!
//! The digest is SHA-256 over all rows as of one revision, table by table in the order of `Table::ALL` and in the order of
//! keys, each row as the lengths of key and value (four octets each) and both; then the founding and the version of the
//! reference data. The table of requests is left out: what lies past the horizon is forgotten at leisure. It must never
//! change the tables it verifies.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tokio::sync::oneshot;

use crate::attachments::Store;
use crate::journal::{Digest32, Journal, Local, local, lock::DataLock, merkle::Frontier};
use crate::model::{Seq, ViewFault, Viewed};

use super::Register;
use super::base::{AsOf, arc_row};
use super::core::{Published, journal_fault};
use super::invariants::Findings;
use super::options::{OpenError, Options, Progress};
use super::papers;
use super::place;
use super::project::Fuse;
use super::replay::{chunk, replay_batch};
use super::source::Source;
use super::tables::{Counts, HeadRow, Table, Tables, split_seq};
use super::writer::Job;

/// The directory of the tables that are only compared.
const SCRATCH: &str = "verification";
/// Bytes of memory for them.
const SCRATCH_CACHE_BYTES: u64 = 64 << 20;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// The records that were replayed: the sequence of the revision that was verified.
    pub records: u64,
    /// Arcs registered at it.
    pub arcs: u64,
    /// The digest of the tables in use.
    pub live_digest: String,
    /// The digest of a fresh replay, as 64 hexadecimal digits.
    pub digest: String,
    /// What is wrong, a sentence each; bounded.
    pub faults: Vec<String>,
    /// What more is wrong and not told.
    pub more: u64,
}

impl Verified {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty() && self.live_digest == self.digest
    }
}

/// Hashes and counts the rows of tables.
struct Tally {
    hash: Sha256,
    counts: Counts,
}

impl Tally {
    fn row(&mut self, table: Table, key: &[u8], value: &[u8]) {
        if let Some(seq) = table.counted(key, value) {
            self.counts.of_mut(table).add(seq);
        }
        for part in [key, value] {
            // A row is far smaller than 4 GiB.
            let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
            self.hash.update(length.to_be_bytes());
            self.hash.update(part);
        }
    }

    fn headed(&mut self, rows: &AsOf, table: Table) -> Viewed<()> {
        self.hash.update(table.name());
        for (key, row) in rows.headed_rows(table, &[])? {
            self.row(table, &key, &row.row());
        }
        Ok(())
    }
}

/// The digest of what is overwritten in place and keeps no past: only right while nobody writes.
pub(super) fn digest_in_place(rows: &AsOf) -> Viewed<(Digest32, Counts)> {
    let mut tally = Tally {
        hash: Sha256::new(),
        counts: Counts::default(),
    };
    tally.headed(rows, Table::Cursors)?;
    let genesis = rows.genesis_row()?;
    let genesis = genesis.map(|genesis| (genesis.register, genesis.authorities));
    let data = rows.tables.data_version()?;
    tally.hash.update(format!("{genesis:?} {data:?}"));
    Ok((Digest32(tally.hash.finalize().into()), tally.counts))
}

/// The digest of everything else as of a revision, whoever writes meanwhile.
pub(super) fn digest_kept(rows: &AsOf) -> Viewed<(Digest32, Counts)> {
    let mut tally = Tally {
        hash: Sha256::new(),
        counts: Counts::default(),
    };
    for table in [
        Table::History,
        Table::Past,
        Table::Names,
        Table::Changes,
        Table::EndedHolds,
        Table::Holders,
        Table::Dockets,
        Table::Arcs,
    ] {
        tally.hash.update(table.name());
        for row in rows.tables.beginning_with(table, &[]) {
            let (key, value) = row?;
            if let Some(value) = as_of(rows, table, &key, &value)? {
                tally.row(table, &key, &value);
            }
        }
    }
    for table in [
        Table::Registrants,
        Table::Principals,
        Table::Credentials,
        Table::AllocationTokens,
        Table::Applications,
        Table::Notices,
    ] {
        tally.headed(rows, table)?;
    }
    tally.hash.update(Table::Holds.name());
    for (key, held) in rows.held(&[], None, usize::MAX)? {
        tally.row(Table::Holds, &key, &held.row());
    }
    Ok((Digest32(tally.hash.finalize().into()), tally.counts))
}

/// The row as it was at the revision; `None` where it was not.
fn as_of(rows: &AsOf, table: Table, key: &[u8], value: &sled::IVec) -> Viewed<Option<Vec<u8>>> {
    if table == Table::Arcs {
        let entry = rows.entry_of(key, value)?;
        return Ok(entry.map(|entry| arc_row(&entry)));
    }
    if table == Table::EndedHolds {
        let ended = split_seq(key).is_some_and(|(last, _)| last < rows.at);
        return Ok(ended.then(|| value.to_vec()));
    }
    let seq = super::keys::last_seq(key);
    let seq = seq.ok_or_else(|| rows.broken("a key has no sequence"))?;
    Ok(match table {
        Table::History | Table::Past => (seq < rows.at).then(|| value.to_vec()),
        Table::Changes => (seq <= rows.at).then(|| value.to_vec()),
        _ if seq > rows.at => None,
        _ => {
            let (to, payload) =
                split_seq(value).ok_or_else(|| rows.broken("an interval cannot be read"))?;
            let to = if to >= rows.at { Seq::MAX } else { to };
            let mut value = to.get().to_be_bytes().to_vec();
            value.extend_from_slice(payload);
            Some(value)
        }
    })
}

/// One digest of the two.
fn joined(in_place: &Digest32, kept: &Digest32) -> String {
    Digest32::of_node(in_place, kept).to_string()
}

/// The digest of tables that nobody writes.
pub(super) fn digest(rows: &AsOf) -> Viewed<String> {
    Ok(joined(&digest_in_place(rows)?.0, &digest_kept(rows)?.0))
}

/// Replays the journal up to `goal` onto new tables; notes what the chain of hashes says.
fn replay_to(
    journal: &dyn Journal,
    tables: &Arc<Tables>,
    goal: &HeadRow,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(), OpenError> {
    let mut frontier = Frontier::new();
    let mut row = HeadRow::empty();
    let up_to = goal.head.seq;
    let mut records = journal
        .read_from(Seq::FIRST)?
        .take_while(|record| record.as_ref().map_or(true, |record| record.seq <= up_to));
    loop {
        let batch = chunk(&mut records)?;
        if batch.is_empty() {
            break;
        }
        for record in &batch {
            frontier.push(record.leaf);
        }
        row = replay_batch(tables, &row, &batch, None, Fuse::default())?;
        progress.step("replaying the journal", row.head.seq.get(), up_to.get());
    }
    if row.leaf != goal.leaf {
        findings.note(format!(
            "the tables' head is not the journal's record {up_to}"
        ));
    }
    let unknown = goal.head.root == Digest32::default();
    if !unknown && frontier.root() != goal.head.root {
        findings.note(format!(
            "the tree head at record {up_to} is {}, the tables say {}",
            frontier.root(),
            goal.head.root
        ));
    }
    Ok(())
}

/// Compares tables with the journal, looks at the invariants and at the papers. `in_place` was made while nobody wrote;
/// `is_erased` knows of erasures up to now.
fn compare(
    journal: &dyn Journal,
    published: &Published,
    in_place: &(Digest32, Counts),
    options: &Options,
    is_erased: papers::IsErased<'_>,
    progress: &dyn Progress,
) -> Result<Verified, OpenError> {
    let mut findings = Findings::default();
    let Published { tables, row } = published;
    let live = AsOf {
        tables: tables.clone(),
        at: row.head.seq,
    };
    let scratch = options.data_dir.join(SCRATCH);
    clear(&scratch)?;
    let fresh = Arc::new(Tables::temporary(&scratch, SCRATCH_CACHE_BYTES)?);
    replay_to(journal, &fresh, row, &mut findings, progress)?;
    let (kept, mut counts) = digest_kept(&live)?;
    for table in Table::ALL {
        let more = in_place.1.of(table);
        if more.rows > 0 {
            *counts.of_mut(table) = more;
        }
        let (found, said) = (counts.of(table), row.counts.of(table));
        if found != said {
            findings.note(format!(
                "the table {} holds {} rows with the sum {}, but {} with the sum {} were written",
                table.name(),
                found.rows,
                found.sum,
                said.rows,
                said.sum
            ));
        }
    }
    super::invariants::check(&live, &mut findings)?;
    let store = Store::new(&options.data_dir, options.papers.clone());
    papers::check(&live, &store, is_erased, &mut findings)?;
    let at = row.head.seq;
    let replayed = digest(&AsOf { tables: fresh, at })?;
    // The tables are gone with their last use; what they held may be a person's.
    clear(&scratch)?;
    let live = joined(&in_place.0, &kept);
    if live != replayed {
        findings.note("the tables are not what a replay of the journal gives".to_owned());
    }
    let (faults, more) = findings.told();
    Ok(Verified {
        records: at.get(),
        arcs: row.counts.of(Table::Arcs).rows,
        digest: replayed,
        live_digest: live,
        faults,
        more,
    })
}

/// Removes the tables that are only compared, where there are any.
fn clear(scratch: &Path) -> Result<(), OpenError> {
    match fs::remove_dir_all(scratch) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(place::io_error(format!(
            "removing {}",
            scratch.display()
        ))(error)),
        _ => Ok(()),
    }
}

impl Register {
    /// Compares a fresh replay with the tables in use, as of the published head, and looks at the invariants. Reads and
    /// writes go on beside it. Blocks, for as long as a rebuild takes.
    pub fn verify(&self, progress: &dyn Progress) -> Result<Verified, OpenError> {
        let (send, receive) = oneshot::channel();
        let inspect = Job::Inspect(Box::new(move |core| {
            let published = core.published();
            let rows = core.newest_rows();
            // Whoever asked may have stopped waiting.
            drop(send.send((published, digest_in_place(&rows))));
        }));
        let gone = || ViewFault("the register is closed".to_owned());
        self.jobs.send(inspect).map_err(|_| gone())?;
        let (published, in_place) = receive.blocking_recv().map_err(|_| gone())?;
        let core = &self.core;
        compare(
            &*core.journal,
            &published,
            &in_place?,
            &core.options,
            &|id| papers::is_erased(&core.newest(), id),
            progress,
        )
    }
}

/// Verifies the register of a data directory that no server uses. Blocks.
pub fn verify(options: &Options, progress: &dyn Progress) -> Result<Verified, OpenError> {
    let dir = &options.data_dir;
    let _lock = DataLock::acquire(dir, &super::open::holder(None)).map_err(super::open::locked)?;
    let published = super::open::tables_as_they_are(options)?;
    let kept = local::Options {
        segment_bytes: options.segment_bytes,
        ..local::Options::default()
    };
    let applied = published.row.head.seq;
    let journal = Local::open(&dir.join(place::JOURNAL), kept, applied)?.journal;
    if applied > journal.head().seq {
        return Err(OpenError::JournalTruncated {
            projection: applied,
            journal: journal.head().seq,
            directory: place::projection(dir)?,
        });
    }
    let rows = AsOf {
        tables: published.tables.clone(),
        at: applied,
    };
    let in_place = digest_in_place(&rows).map_err(|fault| journal_fault(fault.0))?;
    let is_erased = |id: &_| papers::is_erased(&rows, id);
    compare(
        &journal, &published, &in_place, options, &is_erased, progress,
    )
}

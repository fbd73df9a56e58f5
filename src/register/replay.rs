//! Replaying the journal's records onto tables: at the start, after a foreign append, for a rebuild, for a comparison.
//!
//! It decides nothing and refuses nothing but a record that cannot be understood or does not follow from those before it.

use std::sync::Arc;

use crate::journal::{Head, Journal, Record, StoredItem, codec};
use crate::model::{Seq, ViewFault};

use super::base::AsOf;
use super::fold::{FoldError, fold_record};
use super::options::{OpenError, Progress};
use super::project::{Fuse, write};
use super::rows::Rows;
use super::tables::{HeadRow, Tables};

/// Records folded before their rows are written, at most.
const REPLAY_RECORDS: usize = 1_000;
/// Bytes of records after which their rows are written, however few they are.
const REPLAY_BYTES: usize = 16 << 20;

/// The next records to fold at once: as many as memory bears.
pub(super) fn chunk<E>(
    records: &mut impl Iterator<Item = Result<Record, E>>,
) -> Result<Vec<Record>, E> {
    let (mut chunk, mut bytes) = (Vec::new(), 0);
    while chunk.len() < REPLAY_RECORDS && bytes < REPLAY_BYTES {
        let Some(record) = records.next() else { break };
        let record = record?;
        bytes += record.envelope.len() + record.items.iter().map(item_bytes).sum::<usize>();
        chunk.push(record);
    }
    Ok(chunk)
}

fn item_bytes(item: &StoredItem) -> usize {
    match item {
        StoredItem::Present(item) => item.body.len(),
        StoredItem::Erased { .. } => 0,
    }
}

/// Why a replay ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReplayError {
    /// The tables could not be read or written: a replay onto new ones may succeed.
    #[error(transparent)]
    Tables(#[from] ViewFault),
    /// A record does not fit what the tables hold: with new tables, the journal itself is at fault.
    #[error("record {seq} does not fit the records before it: {what}")]
    Misfit {
        /// Which one.
        seq: Seq,
        /// What does not fit.
        what: String,
    },
    /// The journal could not be read or understood.
    #[error(transparent)]
    Journal(OpenError),
}

impl From<ReplayError> for OpenError {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Tables(fault) => Self::Projection(fault),
            ReplayError::Misfit { seq, what } => Self::Misfit { seq, what },
            ReplayError::Journal(error) => error,
        }
    }
}

/// Folds `records`, which follow the head row `row`, and writes them. `root` is the tree head after the last of them, where
/// it is known.
pub(super) fn replay_batch(
    tables: &Arc<Tables>,
    row: &HeadRow,
    records: &[Record],
    head_after: Option<Head>,
    fuse: Fuse,
) -> Result<HeadRow, ReplayError> {
    let Some(last) = records.last() else {
        return Ok(*row);
    };
    let base = AsOf {
        tables: tables.clone(),
        at: row.head.seq,
    };
    let mut rows = Rows::new(base, &row.counts);
    for record in records {
        let happening = codec::decode(record).map_err(|error| {
            ReplayError::Journal(OpenError::Record {
                seq: record.seq,
                what: error.to_string(),
            })
        })?;
        fold_record(&mut rows, record, &happening).map_err(|error| match error {
            FoldError::View(fault) => ReplayError::Tables(fault),
            FoldError::Misfit(what) => ReplayError::Misfit {
                seq: record.seq,
                what,
            },
        })?;
    }
    let head = head_after.unwrap_or(Head {
        seq: last.seq,
        root: crate::journal::Digest32::default(),
        time_us: last.header.time_us,
    });
    Ok(write(&rows, head, last.leaf, fuse)?)
}

/// Replays everything the journal holds beyond `row`; `each` is told every head row that was written.
pub(super) fn replay(
    journal: &dyn Journal,
    tables: &Arc<Tables>,
    mut row: HeadRow,
    progress: (&dyn Progress, &'static str),
    mut each: impl FnMut(HeadRow),
) -> Result<HeadRow, ReplayError> {
    let goal = journal.head();
    if row.head.seq >= goal.seq {
        return Ok(row);
    }
    let failed = |error| ReplayError::Journal(OpenError::Journal(error));
    // What is appended meanwhile is left for the next time: only the goal's tree head is known.
    let mut records = journal
        .read_from(row.head.seq.next())
        .map_err(failed)?
        .take_while(|record| {
            record
                .as_ref()
                .map_or(true, |record| record.seq <= goal.seq)
        });
    let (progress, what) = progress;
    loop {
        let batch = chunk(&mut records).map_err(failed)?;
        let Some(last) = batch.last() else {
            return Ok(row);
        };
        let head_after = (last.seq == goal.seq).then_some(goal);
        row = replay_batch(tables, &row, &batch, head_after, Fuse::default())?;
        each(row);
        progress.step(what, row.head.seq.get(), goal.seq.get());
    }
}

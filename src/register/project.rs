//! `apply`, second half: writing the rows of a batch into the tables, the head row last.
//!
//! Plain inserts of absolute values, and the removal of holds that ended, in a fixed order. Until the head row is written nothing of the batch is visible to a
//! reading, and being cut off anywhere is harmless: the batch is folded again over the same head and gives the same rows.
//! `history` comes before `arcs`, `past` before the tables it is about, and `ended-holds` before `holds`, so that whoever finds a row newer than his revision, or
//! none, finds the older one.

use crate::journal::{Digest32, Head};
use crate::model::{Seq, ViewFault, Viewed};

use super::base::arc_row;
use super::rows::Rows;
use super::tables::{HeadRow, Table, Tables, with_two};

/// Cuts a writing off after a number of inserts, in tests; in earnest it never does.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fuse(Option<u64>);

impl Fuse {
    /// Cuts off before insert `inserts` + 1.
    #[cfg(test)]
    pub(super) fn after(inserts: u64) -> Self {
        Self(Some(inserts))
    }

    fn burn(&mut self) -> Viewed<()> {
        match &mut self.0 {
            None => Ok(()),
            Some(0) => Err(ViewFault("cut off".to_owned())),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }
}

struct Pen<'a> {
    tables: &'a Tables,
    fuse: Fuse,
}

impl Pen<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: Vec<u8>) -> Viewed<()> {
        self.fuse.burn()?;
        self.tables.put(table, key, value)
    }

    fn remove(&mut self, table: Table, key: &[u8]) -> Viewed<()> {
        self.fuse.burn()?;
        self.tables.remove(table, key)
    }
}

/// Writes a batch whose last record has the leaf hash `leaf` and made the journal's head `head`.
pub(super) fn write(rows: &Rows, head: Head, leaf: Digest32, fuse: Fuse) -> Viewed<HeadRow> {
    let tables = &*rows.base.tables;
    let mut pen = Pen { tables, fuse };
    for table in Table::ALL {
        write_table(rows, table, &mut pen)?;
    }
    for entry in rows.arcs.values() {
        tables.cache.forget(&entry.path);
    }
    if let Some(genesis) = &rows.genesis {
        pen.fuse.burn()?;
        tables.put_genesis(genesis)?;
    }
    if let Some((seq, version)) = &rows.data_version {
        pen.fuse.burn()?;
        tables.put_data_version(*seq, version)?;
    }
    pen.fuse.burn()?;
    let row = HeadRow {
        head,
        leaf,
        counts: rows.counts,
    };
    tables.put_head(&row)?;
    Ok(row)
}

fn write_table(rows: &Rows, table: Table, pen: &mut Pen<'_>) -> Viewed<()> {
    match table {
        Table::History => {
            for (key, value) in &rows.history {
                pen.put(table, key, value.clone())?;
            }
        }
        Table::Past => {
            for (key, value) in &rows.past {
                pen.put(table, key, value.clone())?;
            }
        }
        Table::Changes => {
            for key in &rows.changes {
                pen.put(table, key, Vec::new())?;
            }
        }
        Table::EndedHolds => {
            for (key, value) in &rows.ended {
                pen.put(table, key, value.clone())?;
            }
        }
        Table::Holds => {
            for (key, held) in &rows.holds {
                match held {
                    Some(held) => pen.put(table, key, held.row())?,
                    None => pen.remove(table, key)?,
                }
            }
        }
        Table::Names | Table::Holders | Table::Dockets => {
            for (key, row) in rows.intervals.get(&table).into_iter().flatten() {
                let mut value = row.to.get().to_be_bytes().to_vec();
                value.extend_from_slice(&row.payload);
                pen.put(table, key, value)?;
            }
        }
        Table::Cursors
        | Table::Registrants
        | Table::Principals
        | Table::Credentials
        | Table::AllocationTokens
        | Table::Applications
        | Table::Notices => {
            for (key, row) in rows.headed.get(&table).into_iter().flatten() {
                pen.put(table, key, row.row())?;
            }
        }
        Table::Requests => {
            for (key, request) in &rows.requests {
                // The second number is the time; record times are never before 1970.
                let time = Seq::new(request.time_us.cast_unsigned());
                pen.put(table, key, with_two(request.seq, time, &request.digest))?;
            }
        }
        Table::Arcs => {
            for (key, entry) in &rows.arcs {
                pen.put(table, key, arc_row(entry))?;
            }
        }
    }
    Ok(())
}

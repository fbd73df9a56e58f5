//! The invariants of a register, looked at row by row: superiors exist, nothing stands twice, labels are unambiguous,
//! states follow each other legally, names, cursors and rows agree.
//!
//! It must never mend anything; it tells.

use std::sync::Arc;

use crate::model::{Entry, TreeView, Viewed};
use crate::oid::{ArcValue, NodePath};
use crate::rules;

use super::base::AsOf;
use super::fold::names_of;
use super::keys;
use super::source::Source;
use super::tables::{Table, split_two};

/// Findings that are told; of more only the number is.
pub const FINDINGS_MAX: usize = 100;
/// Gaps below a cursor that are looked at.
const GAPS_MAX: usize = 1_000;
/// Numbers read in one go.
const PAGE: usize = 1_024;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    told: Vec<String>,
    more: u64,
}

impl Findings {
    /// Notes something that is wrong.
    pub(super) fn note(&mut self, what: String) {
        if self.told.len() < FINDINGS_MAX {
            self.told.push(what);
        } else {
            self.more += 1;
        }
    }

    /// What was found, and how much more.
    pub(super) fn told(self) -> (Vec<String>, u64) {
        (self.told, self.more)
    }
}

/// Looks at everything as of a revision.
pub(super) fn check(rows: &AsOf, findings: &mut Findings) -> Viewed<()> {
    let mut names = 0_u64;
    for row in rows.tables.beginning_with(Table::Arcs, &[]) {
        let (key, row) = row?;
        let Some(entry) = rows.entry_of(&key, &row)? else {
            continue;
        };
        if keys::to_path(&key).as_ref() != Some(&entry.path) {
            findings.note(format!("the row of {} stands at another place", entry.path));
        }
        check_entry(rows, &entry, findings)?;
        names += check_names(rows, &entry, findings)?;
    }
    check_name_rows(rows, names, findings)?;
    check_allocation_tokens(rows, findings)?;
    check_cursors(rows, findings)
}

fn check_entry(rows: &AsOf, entry: &Arc<Entry>, findings: &mut Findings) -> Viewed<()> {
    let path = &entry.path;
    if let Some(superior) = path.parent().filter(|superior| !superior.is_root())
        && rows.entry_at(&superior)?.is_none()
    {
        findings.note(format!("{path} is registered, but its superior is not"));
    }
    check_people(rows, entry, findings)?;
    let key = keys::node(path);
    let mut before: Option<(crate::model::Seq, crate::model::State)> = None;
    let (mut revisions, mut overwritten) = (0_u64, 0_u64);
    for row in rows.tables.beginning_with(Table::History, &key) {
        let (place, row) = row?;
        if keys::last_seq(&place).is_none_or(|last| last >= rows.at) {
            break;
        }
        overwritten += 1;
        let old = rows.decode_row(&row)?;
        step(path, &mut before, &old, findings);
    }
    step(path, &mut before, entry, findings);
    for row in rows.tables.beginning_with(Table::Changes, &key) {
        let (place, _) = row?;
        revisions += u64::from(keys::last_seq(&place).is_some_and(|seq| seq <= rows.at));
    }
    if revisions != overwritten + 1 {
        findings.note(format!(
            "{path} has {revisions} revisions, but {overwritten} that were overwritten"
        ));
    }
    Ok(())
}

/// Whoever an entry names is known.
fn check_people(rows: &AsOf, entry: &Entry, findings: &mut Findings) -> Viewed<()> {
    let held = [&entry.first_registrant, &entry.registrant];
    let held = held.into_iter().flatten().map(|one| &one.registrant);
    let contacts = entry.holder.contacts.iter().map(|one| &one.party);
    for id in held.chain(&entry.sponsor).chain(contacts) {
        if rows.registrant(id)?.is_none() {
            findings.note(format!("{} names {id}, who is not known", entry.path));
        }
    }
    Ok(())
}

/// One revision follows another.
fn step(
    path: &NodePath,
    before: &mut Option<(crate::model::Seq, crate::model::State)>,
    now: &Entry,
    findings: &mut Findings,
) {
    let state = now.superior.state;
    if let Some((revision, was)) = *before {
        if now.revision <= revision {
            findings.note(format!("the revisions of {path} do not rise"));
        }
        if was != state && !was.may_become(state) {
            findings.note(format!(
                "{path} went from {} to {} at record {}",
                was.word(),
                state.word(),
                now.revision
            ));
        }
    }
    *before = Some((now.revision, state));
}

/// Every name of an entry has its row; tells how many there are.
fn check_names(rows: &AsOf, entry: &Entry, findings: &mut Findings) -> Viewed<u64> {
    let names = names_of(entry);
    for name in &names {
        if rows.open_rows(Table::Names, name, 2)?.len() != 1 {
            findings.note(format!("a name of {} is not found by its name", entry.path));
        }
    }
    Ok(names.len() as u64)
}

/// There are no names but those of entries, and no two siblings share a label.
fn check_name_rows(rows: &AsOf, expect: u64, findings: &mut Findings) -> Viewed<()> {
    let open = rows.open_rows(Table::Names, &[], usize::MAX)?;
    if open.len() as u64 != expect {
        findings.note(format!(
            "{} names are kept, but the entries have {expect}",
            open.len()
        ));
    }
    let label_of = |key: &[u8]| -> Option<Vec<u8>> {
        let (superior, rest) = keys::split_node(key)?;
        let (kind, rest) = rest.split_first()?;
        let text = rest.split(|octet| *octet == 0).next()?;
        let named = *kind != keys::NameKind::Identifier as u8;
        named.then(|| [keys::node(&superior).as_slice(), &[*kind], text].concat())
    };
    let mut last = None;
    for row in &open {
        let label = label_of(&row.key);
        if label.is_some() && label == last {
            findings.note(format!(
                "two arcs share the label {}",
                String::from_utf8_lossy(&row.key)
            ));
        }
        last = label;
    }
    Ok(())
}

/// No more was taken by an allocation token than it promises, and each is found by its id and below its superior.
fn check_allocation_tokens(rows: &AsOf, findings: &mut Findings) -> Viewed<()> {
    let mut all = 0_u64;
    for (_, row) in rows.headed_rows(Table::AllocationTokens, &keys::ALLOCATION_TOKENS)? {
        let Ok(token) = crate::journal::codec::decode_allocation_token(&row.payload) else {
            findings.note("an allocation token cannot be read".to_owned());
            continue;
        };
        let (id, promised) = (&token.id, token.of.count());
        if token.used > promised {
            let used = token.used;
            findings.note(format!(
                "{used} arcs were taken by {id}, which promises {promised}"
            ));
        }
        all += 1;
        if rows.allocation_token_of_id(id)?.as_ref() != Some(&token) {
            findings.note(format!("the allocation token {id} is not found by its id"));
        }
    }
    let mut listed = 0_u64;
    for (key, row) in rows.headed_rows(Table::AllocationTokens, &keys::ALLOCATION_TOKENS_BELOW)? {
        let superior = keys::split_node(key.get(1..).unwrap_or_default());
        let digest = <[u8; 32]>::try_from(row.payload.as_slice()).unwrap_or_default();
        let token = rows.allocation_token(&digest)?;
        let here = superior
            .zip(token)
            .is_some_and(|((at, _), token)| at == token.superior);
        listed += u64::from(here);
    }
    if listed != all {
        findings.note(format!("{listed} of {all} allocation tokens are listed"));
    }
    Ok(())
}

/// Below a cursor every number of its window is assigned, held or not open.
fn check_cursors(rows: &AsOf, findings: &mut Findings) -> Viewed<()> {
    for (key, row) in rows.headed_rows(Table::Cursors, &[])? {
        let Some((superior, rest)) = keys::split_node(&key) else {
            findings.note("a cursor's key cannot be read".to_owned());
            continue;
        };
        // A cursor that moved on since tells nothing about this revision.
        if row.written > rows.at {
            continue;
        }
        let Some((window, _)) = keys::split_arc(rest) else {
            findings.note(format!("a cursor of {superior} cannot be read"));
            continue;
        };
        let next = ArcValue::from_be_bytes(&row.payload);
        check_gaps(rows, &superior, window, &next, findings)?;
    }
    Ok(())
}

fn check_gaps(
    rows: &AsOf,
    superior: &NodePath,
    mut number: ArcValue,
    next: &ArcValue,
    findings: &mut Findings,
) -> Viewed<()> {
    let policy = rules::policy_in_force(rows, superior)?;
    let mut gaps = 0;
    while number < *next {
        let page = rows.numbers(superior, &number, PAGE)?;
        let full = page.len() == PAGE;
        for taken in page.into_iter().chain((!full).then(|| next.clone())) {
            while number < taken && number < *next {
                gaps += 1;
                if gaps > GAPS_MAX {
                    return Ok(());
                }
                if policy.opens(&number) && rows.hold(superior, &number)?.is_none() {
                    findings.note(format!(
                        "{number} below {superior} is free, but the next free number is {next}"
                    ));
                }
                number = number.successor();
            }
            number = taken.successor();
        }
    }
    Ok(())
}

impl AsOf {
    /// The entry of a row as it stands.
    fn decode_row(&self, row: &[u8]) -> Viewed<Arc<Entry>> {
        let (revision, _, _) =
            split_two(row).ok_or_else(|| self.broken("an entry's row is too short"))?;
        let entry = self.decode(row)?;
        if entry.revision != revision {
            return Err(self.broken("a row and its entry have different revisions"));
        }
        Ok(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_past_the_findings_is_counted_only() {
        let mut findings = Findings::default();
        for at in 0..=FINDINGS_MAX {
            findings.note(at.to_string());
        }
        let (told, more) = findings.told();
        assert_eq!((told.len(), more), (FINDINGS_MAX, 1));
    }
}

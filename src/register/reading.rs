//! Reading the register at one revision, as somebody may see it.
//!
//! Point reads run where they are called; walks, histories and long listings block and belong into `spawn_blocking`. What
//! may be seen is judged by today's visibility, also in readings of the past. It must never show the public a hidden
//! entry, nor tell it from one that is not there.

use std::ops::Bound;
use std::sync::Arc;

use crate::access::{Seeing, Sight};
use crate::journal::codec;
use crate::model::allocation_token::AllocationToken;
use crate::model::application::{Application, Finding};
use crate::model::consent::Locks;
use crate::model::{
    Entry, Notice, NoticeId, Policy, Seq, State, Timestamp, ViewFault, Viewed, Visibility,
    entry::{Flags, HolderFields, Origin, Registrant, RegistrantDetails, SuperiorFields},
    event::Person,
};
use crate::oid::{ArcValue, NodePath};
use crate::rules;

use super::answers::{HeldNumber, Resolution, Seen};
use super::base::AsOf;
use super::core::Core;
use super::keys;
use super::source::{Headed, Held, Open, Source, to_hold};
use super::tables::{Genesis, Table};

pub use super::names::ReadingNames;
pub use super::walk::Walk;

/// Subordinates read in one go while hidden ones are passed over.
const CHILDREN_PAGE_MIN: usize = 16;

/// What was known of a person from a revision on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The revision.
    pub revision: Seq,
    /// What was known; `None` where it was erased.
    pub details: Option<RegistrantDetails>,
}

/// The register at one revision. Cheap to clone.
#[derive(Clone)]
pub struct Reading {
    pub(super) core: Arc<Core>,
    pub(super) of: AsOf,
    now: Seq,
    time: Timestamp,
}

impl Reading {
    pub(super) fn new(core: Arc<Core>, of: AsOf, now: Seq, time: Timestamp) -> Self {
        Self {
            core,
            of,
            now,
            time,
        }
    }

    /// The revision.
    pub fn seq(&self) -> Seq {
        self.of.at
    }

    /// Whether nothing was recorded after it when it began.
    pub(super) fn is_newest(&self) -> bool {
        self.of.at == self.now
    }

    /// The time of the record that made the revision; 1970 before the founding.
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// A registrant's row without what was erased since.
    fn without_erased(&self, key: &[u8], mut row: Headed) -> Viewed<Headed> {
        let today = AsOf {
            tables: self.of.tables.clone(),
            at: Seq::MAX,
        };
        let today = today.headed(Table::Registrants, key)?;
        let Some(today) = today.filter(|today| today.written > row.written) else {
            return Ok(row);
        };
        let read = |row: &Headed| {
            codec::decode_registrant(&row.payload)
                .map_err(|_| self.broken("a registrant cannot be read"))
        };
        if read(&today)?.details.is_none() {
            let erased = Registrant {
                details: None,
                ..read(&row)?
            };
            row.payload = codec::encode_registrant(&erased);
        }
        Ok(row)
    }

    /// What today says about the visibility of an entry of this reading.
    fn visibility_today(&self, entry: &Entry) -> Viewed<Visibility> {
        if self.of.at == self.now {
            return Ok(entry.superior.visibility);
        }
        let today = AsOf {
            tables: self.of.tables.clone(),
            at: self.now,
        };
        let entry = today.superior(&entry.path)?;
        // What was registered once is registered today.
        Ok(entry.map_or(Visibility::Hidden, |entry| entry.superior.visibility))
    }

    /// The entry as `sight` sees it below a superior that is `above`; `None` where it does not.
    pub(super) fn see(
        &self,
        entry: Arc<Entry>,
        above: Visibility,
        sight: &Sight,
    ) -> Viewed<Option<Seen>> {
        let visibility = self.visibility_today(&entry)?.under(above);
        Ok(shown(entry, visibility, sight))
    }

    /// The registered nodes on the way down to `path`, itself included, as far as they may be seen, topmost first.
    pub fn lineage(&self, path: &NodePath, sight: &Sight) -> Viewed<Vec<Seen>> {
        let mut line: Vec<Seen> = Vec::with_capacity(path.depth());
        for depth in 1..=path.depth() {
            let entry = if depth == path.depth() {
                self.of.entry_at(path)?
            } else {
                self.of.superior(&path.truncated(depth))?
            };
            let Some(entry) = entry else { break };
            let above = line
                .last()
                .map_or(Visibility::Public, |seen| seen.visibility);
            match self.see(entry, above, sight)? {
                Some(seen) => line.push(seen),
                None => break,
            }
        }
        Ok(line)
    }

    /// The visibility in force of a node; `None` where it is not registered or may not be seen. That of the root is public.
    pub(super) fn in_force(&self, path: &NodePath, sight: &Sight) -> Viewed<Option<Visibility>> {
        if path.is_root() {
            return Ok(Some(Visibility::Public));
        }
        let line = self.lineage(path, sight)?;
        let seen = line.last().filter(|_| line.len() == path.depth());
        Ok(seen.map(|seen| seen.visibility))
    }

    /// What is known of a path: what is registered, or what a template makes where nothing is.
    pub fn resolve(&self, path: &NodePath, sight: &Sight) -> Viewed<Resolution> {
        Ok(Resolution::of(path, &self.lineage(path, sight)?))
    }

    /// Whether an arc with a row of its own stands at a path, and is seen: what no template made.
    pub fn registered(&self, path: &NodePath, sight: &Sight) -> Viewed<Option<Seen>> {
        let mut line = self.lineage(path, sight)?;
        let whole = !path.is_root() && line.len() == path.depth();
        Ok(line.pop().filter(|_| whole))
    }

    /// The superiors of a path that are registered and may be seen, the nearest first.
    pub fn superiors(&self, path: &NodePath, sight: &Sight) -> Viewed<Vec<Seen>> {
        let Some(superior) = path.parent() else {
            return Ok(Vec::new());
        };
        let mut line = self.lineage(&superior, sight)?;
        line.reverse();
        Ok(line)
    }

    /// The direct subordinates after `after` in numeric order, at most `limit`; none where the superior may not be seen.
    pub fn children(
        &self,
        path: &NodePath,
        after: Option<&ArcValue>,
        limit: usize,
        sight: &Sight,
    ) -> Viewed<Vec<Seen>> {
        let mut found = Vec::new();
        let Some(above) = self.in_force(path, sight)? else {
            return Ok(found);
        };
        let mut after = after.cloned();
        while found.len() < limit {
            let page = (limit - found.len()).max(CHILDREN_PAGE_MIN);
            let from = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
            let entries = self.of.subordinates(path, from, page)?;
            let full = entries.len() == page;
            after = entries.last().and_then(|entry| entry.path.last().cloned());
            for entry in entries {
                found.extend(self.see(entry, above, sight)?);
            }
            if !full {
                break;
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The holds on numbers directly below `superior` after the number `after`, in numeric order, at most `limit`; also those
    /// whose time is over and that were not ended yet. None where the superior may not be seen. Who may know of holds at all
    /// is for the caller to judge. Reads the journal: blocks.
    pub fn holds_below(
        &self,
        superior: &NodePath,
        after: Option<&ArcValue>,
        limit: usize,
        sight: &Sight,
    ) -> Viewed<Vec<HeldNumber>> {
        if self.in_force(superior, sight)?.is_none() {
            return Ok(Vec::new());
        }
        let after = after.map(|number| keys::numbered(superior, number));
        let rows = self.held(&keys::node(superior), after.as_deref(), limit)?;
        let told = |(_, held): (_, Held)| {
            Ok(HeldNumber {
                hold: to_hold(self, &held)?,
                made: held.from,
                time: self.core.time_of(held.from)?,
            })
        };
        rows.into_iter().map(told).collect()
    }

    /// The subtree of `top`, itself included, superiors before subordinates, siblings in numeric order, after `after` where
    /// a walk is taken up again, at most `depth_max` arcs below `top`. Blocks; holds a page of each level at most.
    pub fn walk(
        &self,
        top: &NodePath,
        after: Option<&NodePath>,
        depth_max: Option<usize>,
        sight: &Sight,
    ) -> Walk {
        Walk::new(self.clone(), top, after, depth_max, sight)
    }

    /// What a reviewer should know before judging an application. It tells of what is hidden, too. Blocks.
    pub fn checklist(&self, application: &Application, now: Timestamp) -> Viewed<Vec<Finding>> {
        rules::checklist(application, self, now)
    }

    /// How many approvals the policy wants now; none where an application is over.
    pub fn approvals_wanted(&self, application: &Application) -> Viewed<u32> {
        if !application.stage.is_open() {
            return Ok(0);
        }
        let policy = self.policy_in_force(&application.superior)?;
        Ok(policy.approvals.max(1))
    }

    /// The policy for the subordinates of a node: its own, or the one it inherits.
    pub fn policy_in_force(&self, superior: &NodePath) -> Viewed<Policy> {
        rules::policy_in_force(self, superior)
    }

    /// What was known of a person, revision by revision, the oldest first; the last one is what is known now. What was erased is
    /// not there. Blocks.
    pub fn known_of(&self, person: &Person) -> Viewed<Vec<Known>> {
        let table = match person {
            Person::Registrant(_) => Table::Registrants,
            Person::Principal(_) => Table::Principals,
        };
        let key = person.as_str().as_bytes();
        let mut rows = Vec::new();
        if let Some(past) = table.past() {
            let prefix = keys::past(past, key);
            for row in self.of.tables.beginning_with(Table::Past, &prefix) {
                let (_, row) = row?;
                let row = super::base::to_headed(&row);
                rows.push(row.ok_or_else(|| self.broken("a row is too short"))?);
            }
        }
        rows.extend(self.of.headed(table, key)?);
        let details = |row: &Headed| {
            let read = match person {
                Person::Registrant(_) => {
                    codec::decode_registrant(&row.payload).map(|one| one.details)
                }
                Person::Principal(_) => {
                    codec::decode_principal(&row.payload).map(|one| one.details)
                }
            };
            read.map_err(|_| self.broken("what is known of a person cannot be read"))
        };
        let mut known: Vec<Known> = Vec::new();
        for row in &rows {
            let details = details(row)?;
            // A revision that tells nothing new of the person is none of theirs.
            if known.last().is_none_or(|last| last.details != details) {
                let revision = row.written;
                known.push(Known { revision, details });
            }
        }
        Ok(known)
    }

    /// The allocation tokens that name a person. Blocks.
    pub fn allocation_tokens_of(&self, person: &Person) -> Viewed<Vec<AllocationToken>> {
        let mut found = Vec::new();
        for (_, row) in self.headed_rows(Table::AllocationTokens, &keys::ALLOCATION_TOKENS)? {
            let token = codec::decode_allocation_token(&row.payload)
                .map_err(|_| self.broken("an allocation token cannot be read"))?;
            let named = match person {
                Person::Registrant(id) => token.registrant.as_ref() == Some(id),
                Person::Principal(id) => {
                    token.principal.as_ref() == Some(id) || token.by.as_ref() == Some(id)
                }
            };
            if named {
                found.push(token);
            }
        }
        Ok(found)
    }

    /// The notices after `after`, in the order in which they came about, at most `limit`. Blocks.
    pub fn notices_after(&self, after: Option<NoticeId>, limit: usize) -> Viewed<Vec<Notice>> {
        let after = after.map(keys::notice);
        let prefix = [keys::NOTICE];
        let rows = self
            .of
            .headed_after(Table::Notices, &prefix, after.as_deref(), limit)?;
        rows.iter()
            .map(|(_, row)| super::source::to_notice(self, row))
            .collect()
    }

    /// The names the register knows, as far as they may be seen.
    pub fn names(&self, sight: &Sight) -> ReadingNames<'_> {
        ReadingNames::new(self, sight)
    }
}

/// The entry as `sight` sees it where `visibility` is in force; `None` where it does not.
pub(super) fn shown(entry: Arc<Entry>, visibility: Visibility, sight: &Sight) -> Option<Seen> {
    let stub = match (sight.of(&entry.path), visibility) {
        (Seeing::Whole, _) | (_, Visibility::Public) => false,
        (_, Visibility::Stub) | (Seeing::Above, Visibility::Hidden) => true,
        (Seeing::Public, Visibility::Hidden) => return None,
    };
    let entry = if stub {
        Arc::new(stub_of(&entry))
    } else {
        entry
    };
    Some(Seen {
        entry,
        visibility,
        stub,
    })
}

/// Of a stub nothing is told but its number.
fn stub_of(entry: &Entry) -> Entry {
    let never = Timestamp::default();
    Entry {
        path: entry.path.clone(),
        revision: Seq::ZERO,
        created: Seq::ZERO,
        origin: Origin::Assigned,
        authority: false,
        superior: SuperiorFields {
            state: State::Active,
            visibility: Visibility::Stub,
            identifiers: Vec::new(),
            labels: Vec::new(),
            long_arcs: Vec::new(),
            flags: Flags::default(),
            relation: None,
            withdrawn: None,
            changed: never,
        },
        holder: HolderFields::default(),
        first_registrant: None,
        registrant: None,
        sponsor: None,
        delegation: None,
        locks: Locks::default(),
        pending: None,
        plans: Vec::new(),
        suspicion: None,
        check: None,
        confirmed: None,
        label_claims: Vec::new(),
        policy: None,
        template: None,
        // That it is tried out is not told, but heeded where names are published.
        sandbox: entry.sandbox.clone(),
        applied: None,
        registered: never,
        changed: never,
    }
}

impl Source for Reading {
    fn genesis_row(&self) -> Viewed<Option<Genesis>> {
        self.of.genesis_row()
    }
    fn data_row(&self) -> Viewed<Option<String>> {
        self.of.data_row()
    }
    fn entry_at(&self, path: &NodePath) -> Viewed<Option<Arc<Entry>>> {
        self.of.entry_at(path)
    }
    fn numbers(&self, superior: &NodePath, from: &ArcValue, limit: usize) -> Viewed<Vec<ArcValue>> {
        self.of.numbers(superior, from, limit)
    }
    fn count_below(&self, path: &NodePath, limit: u64) -> Viewed<u64> {
        self.of.count_below(path, limit)
    }
    fn open_rows_from(
        &self,
        table: Table,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Viewed<Vec<Open>> {
        self.of.open_rows_from(table, prefix, from, limit)
    }
    fn held(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Viewed<Vec<(Vec<u8>, Held)>> {
        self.of.held(prefix, after, limit)
    }
    fn headed(&self, table: Table, key: &[u8]) -> Viewed<Option<Headed>> {
        match self.of.headed(table, key)? {
            Some(row) if table == Table::Registrants => self.without_erased(key, row).map(Some),
            row => Ok(row),
        }
    }
    fn headed_rows(&self, table: Table, prefix: &[u8]) -> Viewed<Vec<(Vec<u8>, Headed)>> {
        self.of.headed_rows(table, prefix)
    }
    fn broken(&self, what: &'static str) -> ViewFault {
        self.of.broken(what)
    }
}

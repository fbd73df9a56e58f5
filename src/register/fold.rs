//! `apply`, first half: folding recorded events into the rows of a batch. One code for live writes and for replays.
//!
//! It refuses nothing that was recorded. The one thing it checks is that an event names the revision it really changes:
//! where it does not, the record does not follow from those before it, and the journal or the tables are not what they
//! should be. What an entry holds after an event is said by [`rules::entry_after`], which the rules themselves decide with.
//! It must never read a clock or draw a lot.

use std::sync::Arc;

use crate::journal::{Record, codec};
use crate::model::application::{Application, Docket};
use crate::model::plan::Agenda;
use crate::model::{
    Actor, Entry, Event, RegistrantId, Seq, Timestamp, TreeView, ViewFault, Visibility,
    entry::{Hold, Language, SuperiorFields},
    event::{ArcRegistered, Founded, Happening, HoldEnd, HoldReleased, NumberFoundBy},
    ids::CredentialId,
    notice::{Matter, Notice, NoticeId, NoticeKind, Outcome, Settled},
};
use crate::oid::NodePath;
use crate::rules;

use super::base::arc_row;
use super::keys::{self, NameKind};
use super::rows::{Request, Rows};
use super::source::Source;
use super::tables::{Genesis, Table};

/// The language of notices to whoever never said which. Stored with them: never to be changed.
const NOTICE_LANGUAGE: &str = "en";

/// Why a record could not be folded.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum FoldError {
    /// It does not follow from the records before it.
    #[error("{0}")]
    Misfit(String),
    /// The tables could not be read.
    #[error(transparent)]
    View(#[from] ViewFault),
}

/// What belongs to every event of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    /// The record's place.
    pub(super) seq: Seq,
    /// Its time.
    pub(super) time: Timestamp,
}

/// Folds one stored record: its events, and the request it answers.
pub(super) fn fold_record(
    rows: &mut Rows,
    record: &Record,
    happening: &Happening,
) -> Result<(), FoldError> {
    let header = &record.header;
    let stamp = Stamp {
        seq: record.seq,
        time: Timestamp::from_micros(header.time_us),
    };
    rows.fold(stamp, &happening.events)?;
    rows.fold_request(
        stamp,
        &header.principal,
        &header.request_id,
        header.request_digest,
    );
    Ok(())
}

/// The names of an entry as keys up to the target, target included.
pub(super) fn names_of(entry: &Entry) -> Vec<Vec<u8>> {
    let Some((superior, arc)) = entry.path.parent().zip(entry.path.last()) else {
        return Vec::new();
    };
    let fields = &entry.superior;
    let below = |kind, text: &str| {
        let mut key = keys::name(&superior, kind, text);
        keys::push_arc(&mut key, arc);
        key
    };
    let identifiers = fields
        .identifiers
        .iter()
        .map(|identifier| below(NameKind::Identifier, &keys::folded(identifier)));
    let labels = fields
        .labels
        .iter()
        .map(|label| below(NameKind::Label, label.label.comparison_key().as_str()));
    let long_arcs = fields.long_arcs.iter().map(|label| {
        let label = label.comparison_key();
        let mut key = keys::name(&NodePath::root(), NameKind::LongArc, label.as_str());
        key.extend(keys::node(&entry.path));
        key
    });
    let mut names: Vec<_> = identifiers.chain(labels).chain(long_arcs).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether two revisions of an entry have the same names.
fn same_names(a: &SuperiorFields, b: &SuperiorFields) -> bool {
    a.identifiers == b.identifiers && a.labels == b.labels && a.long_arcs == b.long_arcs
}

/// The key under which an arc counts as its registrant's; a withdrawn arc is nobody's.
fn holder_of(entry: &Entry) -> Option<Vec<u8>> {
    let registrant = entry.registrant.as_ref()?;
    if !entry.superior.state.is_live() {
        return None;
    }
    let mut key = keys::holder(&registrant.registrant, &entry.path.parent()?);
    keys::push_arc(&mut key, entry.path.last()?);
    Some(key)
}

impl Rows {
    /// Folds the events of one record.
    pub(super) fn fold(&mut self, stamp: Stamp, events: &[Event]) -> Result<(), FoldError> {
        events.iter().try_for_each(|event| self.event(stamp, event))
    }

    /// Remembers the request that a record answers.
    pub(super) fn fold_request(
        &mut self,
        stamp: Stamp,
        principal: &str,
        request_id: &str,
        digest: [u8; 32],
    ) {
        if principal != Actor::SYSTEM && !request_id.is_empty() {
            let request = Request {
                seq: stamp.seq,
                time_us: stamp.time.micros(),
                digest,
            };
            self.requests
                .insert(keys::request(principal, request_id), request);
        }
    }

    fn event(&mut self, stamp: Stamp, event: &Event) -> Result<(), FoldError> {
        self.principal_event(stamp, event)?;
        self.application_event(stamp, event)?;
        match event {
            Event::Founded(founded) => self.founded(founded),
            Event::CredentialIssued(credential) => self.put_headed(
                Table::Credentials,
                credential.token_sha256.to_vec(),
                stamp.seq,
                codec::encode_credential(credential),
            )?,
            Event::CredentialRevoked(id) => self.revoked(stamp, id)?,
            Event::AllocationTokenSet(token) => self.put_allocation_token(stamp, token)?,
            Event::AllocationTokenUsed { id, path } => self.taken(stamp, id, path)?,
            Event::DataLoaded { version } => {
                self.data_version = Some((stamp.seq, version.clone()));
            }
            Event::RegistrantRecorded(_) | Event::PersonErased { .. } => {
                self.registrant_event(stamp, event)?;
            }
            Event::NumberHeld(hold) => self.held(stamp, hold)?,
            Event::HoldReleased(released) => self.released(stamp, released)?,
            Event::OutboxOpened => {
                let mark = keys::OUTBOX_OPEN.to_vec();
                self.put_headed(Table::Notices, mark, stamp.seq, Vec::new())?;
            }
            Event::NoticeSettled { id, outcome } => self.settled(stamp, *id, *outcome)?,
            _ => self.arc_event(stamp, event)?,
        }
        Ok(())
    }

    fn principal_event(&mut self, stamp: Stamp, event: &Event) -> Result<(), FoldError> {
        let entry = match event {
            // Only these name principals that an entry named before.
            Event::Delegated { path, .. } | Event::Recalled { path, .. } => self.entry_at(path)?,
            _ => None,
        };
        for id in rules::principals_touched(event, entry.as_deref()) {
            let before = self.principal(&id)?;
            let Some(after) = rules::principal_after(event, before.as_ref(), stamp.time) else {
                return Err(FoldError::Misfit(format!(
                    "its event {} names the principal {id}, who is not known",
                    event.word()
                )));
            };
            let key = id.as_str().as_bytes().to_vec();
            let row = codec::encode_principal(&after);
            self.put_headed(Table::Principals, key, stamp.seq, row)?;
        }
        Ok(())
    }

    fn application_event(&mut self, stamp: Stamp, event: &Event) -> Result<(), FoldError> {
        let Some((id, previous)) = event.application() else {
            return Ok(());
        };
        let old = self.application(id)?;
        let found = old.as_ref().map_or(Seq::ZERO, |old| old.revision);
        // As with arcs: the later events of a record cannot know its own sequence.
        let after = rules::application_after(event, old.as_ref(), stamp.seq, stamp.time);
        let Some(new) = after.filter(|_| found == previous || found == stamp.seq) else {
            return Err(FoldError::Misfit(format!(
                "its event {} names revision {previous} of application {id}, which has revision {found}",
                event.word()
            )));
        };
        let lists = |application: &Application| -> Vec<Vec<u8>> {
            let lists = Docket::of(application).into_iter();
            lists
                .map(|(list, moment)| [keys::docket(&list), keys::place(moment, id)].concat())
                .collect()
        };
        let (before, after) = (old.as_ref().map(&lists).unwrap_or_default(), lists(&new));
        for key in before.iter().filter(|key| !after.contains(key)) {
            self.close_interval(Table::Dockets, key, stamp.seq)?;
        }
        for key in after.into_iter().filter(|key| !before.contains(key)) {
            self.open_interval(Table::Dockets, key, stamp.seq, Vec::new());
        }
        let key = id.as_str().as_bytes().to_vec();
        let row = codec::encode_application(&new);
        self.put_headed(Table::Applications, key, stamp.seq, row)?;
        if let Some(kind) = rules::notices_of_application(event) {
            let matter = Matter::Application(new.id);
            self.notify(stamp, kind, new.applicant, matter, Some(new.language))?;
        }
        Ok(())
    }

    /// Lets a notice wait to be sent, where the outbox is open; in the recipient's language where none is given.
    fn notify(
        &mut self,
        stamp: Stamp,
        kind: NoticeKind,
        to: RegistrantId,
        matter: Matter,
        language: Option<Language>,
    ) -> Result<(), ViewFault> {
        if !self.outbox_is_open()? {
            return Ok(());
        }
        let language = match language {
            Some(language) => language,
            None => self.language_of(&to)?,
        };
        let before = self.headed_rows(Table::Notices, &keys::notices_of(stamp.seq))?;
        let id = NoticeId {
            seq: stamp.seq,
            place: u32::try_from(before.len()).unwrap_or(u32::MAX),
        };
        let notice = Notice {
            id,
            kind,
            to,
            matter,
            language,
            made: stamp.time,
            settled: None,
        };
        let row = codec::encode_notice(&notice);
        self.put_headed(Table::Notices, keys::notice(id), stamp.seq, row)
    }

    /// The language in which a registrant wants to hear: that of its newest application; English where it made none.
    fn language_of(&self, registrant: &RegistrantId) -> Result<Language, ViewFault> {
        let own = Docket::Of(registrant.clone());
        let newest = match self.docket(&own, None, usize::MAX)?.pop() {
            Some((_, id)) => self.application(&id)?,
            None => None,
        };
        Ok(newest.map_or_else(
            || Language::from_stored(NOTICE_LANGUAGE.to_owned()),
            |application| application.language,
        ))
    }

    fn settled(&mut self, stamp: Stamp, id: NoticeId, outcome: Outcome) -> Result<(), FoldError> {
        let Some(mut notice) = self.notice(id)? else {
            let what = format!("it tells what became of the notice {id}, which is not there");
            return Err(FoldError::Misfit(what));
        };
        let at = stamp.time;
        notice.settled = Some(Settled { at, outcome });
        let row = codec::encode_notice(&notice);
        Ok(self.put_headed(Table::Notices, keys::notice(id), stamp.seq, row)?)
    }

    fn arc_event(&mut self, stamp: Stamp, event: &Event) -> Result<(), FoldError> {
        let Some((path, previous)) = event.touches() else {
            return Ok(());
        };
        let old = self.entry_at(path)?;
        let found = old.as_ref().map_or(Seq::ZERO, |entry| entry.revision);
        // A record may touch an arc twice; its later events cannot know the record's own sequence.
        if found != previous && found != stamp.seq {
            return Err(FoldError::Misfit(format!(
                "its event {} names revision {previous} of {path}, which has revision {found}",
                event.word()
            )));
        }
        let after = rules::entry_after(event, old.as_deref(), stamp.seq, stamp.time);
        let Some(new) = after else {
            return Err(FoldError::Misfit(format!(
                "its event {} changes {path}, which is not registered",
                event.word()
            )));
        };
        match event {
            Event::ArcRegistered(e) | Event::ReservedArcAllocated(e) => {
                self.advance_cursor(stamp, e)?;
            }
            Event::PolicySet { .. } => self.reset_cursors(stamp, path)?,
            _ => {}
        }
        for (kind, to) in rules::notices_of_arc(event, old.as_deref(), &new) {
            self.notify(stamp, kind, to, Matter::Arc(path.clone()), None)?;
        }
        Ok(self.put_entry(stamp, old.as_deref(), new)?)
    }

    /// Puts an entry in the place of `old`, with everything that follows from it.
    fn put_entry(
        &mut self,
        stamp: Stamp,
        old: Option<&Entry>,
        new: Entry,
    ) -> Result<(), ViewFault> {
        let key = keys::node(&new.path);
        if old.is_none_or(|old| !same_names(&old.superior, &new.superior)) {
            let before = old.map(names_of).unwrap_or_default();
            let after = names_of(&new);
            for name in before.iter().filter(|name| !after.contains(name)) {
                self.close_interval(Table::Names, name, stamp.seq)?;
            }
            for name in after.into_iter().filter(|name| !before.contains(name)) {
                self.open_interval(Table::Names, name, stamp.seq, Vec::new());
            }
        }
        let (before, after) = (old.and_then(holder_of), holder_of(&new));
        if before != after {
            if let Some(before) = before {
                self.close_interval(Table::Holders, &before, stamp.seq)?;
            }
            if let Some(after) = after {
                self.open_interval(Table::Holders, after, stamp.seq, Vec::new());
            }
        }
        let (before, after) = (old.map(agenda_of).unwrap_or_default(), agenda_of(&new));
        for key in before.iter().filter(|key| !after.contains(key)) {
            self.close_interval(Table::Dockets, key, stamp.seq)?;
        }
        for key in after.into_iter().filter(|key| !before.contains(key)) {
            self.open_interval(Table::Dockets, key, stamp.seq, Vec::new());
        }
        self.count_entry(stamp, &key, old);
        self.arcs.insert(key, Arc::new(new));
        Ok(())
    }

    /// Counts a written entry and keeps what it overwrites, once for each record.
    fn count_entry(&mut self, stamp: Stamp, key: &[u8], old: Option<&Entry>) {
        let previous = old.map_or(Seq::ZERO, |old| old.revision);
        if previous == stamp.seq {
            return;
        }
        let arcs = self.counts.of_mut(Table::Arcs);
        arcs.sum = arcs
            .sum
            .wrapping_add(stamp.seq.get())
            .wrapping_sub(previous.get());
        match old {
            None => arcs.rows = arcs.rows.wrapping_add(1),
            Some(old) => {
                let last = stamp.seq.previous();
                self.history
                    .insert(keys::with_seq(key.to_vec(), last), arc_row(old));
                self.counts.of_mut(Table::History).add(last);
            }
        }
        self.changes.insert(keys::with_seq(key.to_vec(), stamp.seq));
        self.counts.of_mut(Table::Changes).add(stamp.seq);
    }

    fn founded(&mut self, founded: &Founded) {
        self.genesis = Some(Genesis {
            register: founded.register.clone(),
            authorities: founded.authorities.clone().into(),
        });
    }

    fn revoked(&mut self, stamp: Stamp, id: &CredentialId) -> Result<(), ViewFault> {
        for (key, row) in self.headed_rows(Table::Credentials, &[])? {
            let mut credential = codec::decode_credential(&row.payload)
                .map_err(|_| self.broken("a credential cannot be read"))?;
            if credential.id == *id {
                credential.revoked = true;
                let row = codec::encode_credential(&credential);
                self.put_headed(Table::Credentials, key, stamp.seq, row)?;
            }
        }
        Ok(())
    }

    fn registrant_event(&mut self, stamp: Stamp, event: &Event) -> Result<(), FoldError> {
        let Some(id) = rules::registrant_touched(event) else {
            return Ok(());
        };
        let before = self.registrant(id)?;
        let Some(after) = rules::registrant_after(event, before.as_ref(), stamp.time) else {
            return Err(FoldError::Misfit(format!(
                "its event {} names the registrant {id}, who is not known",
                event.word()
            )));
        };
        let key = id.as_str().as_bytes().to_vec();
        let row = codec::encode_registrant(&after);
        Ok(self.put_headed(Table::Registrants, key, stamp.seq, row)?)
    }

    fn held(&mut self, stamp: Stamp, hold: &Hold) -> Result<(), ViewFault> {
        let key = keys::numbered(&hold.superior, &hold.number);
        // A hold that was prolonged takes the place of the one before.
        self.close_hold(&key, stamp.seq)?;
        self.open_hold(key, stamp.seq, codec::encode_hold(hold));
        Ok(())
    }

    fn released(&mut self, stamp: Stamp, released: &HoldReleased) -> Result<(), ViewFault> {
        let key = keys::numbered(&released.superior, &released.number);
        self.close_hold(&key, stamp.seq)?;
        if released.why == HoldEnd::Used {
            return Ok(());
        }
        let superior = keys::node(&released.superior);
        let number = released.number.to_be_bytes_min();
        for (key, row) in self.headed_rows(Table::Cursors, &superior)? {
            let window = key
                .strip_prefix(superior.as_slice())
                .and_then(keys::split_arc);
            let (window, _) = window.ok_or_else(|| self.broken("a cursor's key cannot be read"))?;
            let next = crate::oid::ArcValue::from_be_bytes(&row.payload);
            if window <= released.number && released.number < next {
                self.put_headed(Table::Cursors, key, stamp.seq, number.to_vec())?;
            }
        }
        Ok(())
    }

    fn advance_cursor(&mut self, stamp: Stamp, event: &ArcRegistered) -> Result<(), ViewFault> {
        let NumberFoundBy::NextFree { window_from } = &event.found_by else {
            return Ok(());
        };
        let Some((superior, number)) = event.path.parent().zip(event.path.last()) else {
            return Ok(());
        };
        let next = number.successor().to_be_bytes_min().to_vec();
        let key = keys::numbered(&superior, window_from);
        self.put_headed(Table::Cursors, key, stamp.seq, next)
    }

    /// A policy may open numbers that the cursors at and below its node passed over: they begin again.
    fn reset_cursors(&mut self, stamp: Stamp, path: &NodePath) -> Result<(), ViewFault> {
        for (key, _) in self.headed_rows(Table::Cursors, &[])? {
            let Some((superior, window)) = keys::split_node(&key) else {
                return Err(self.broken("a cursor's key cannot be read"));
            };
            if superior.starts_with(path) {
                let (window, _) = keys::split_arc(window)
                    .ok_or_else(|| self.broken("a cursor's key cannot be read"))?;
                let start = window.to_be_bytes_min().to_vec();
                self.put_headed(Table::Cursors, key, stamp.seq, start)?;
            }
        }
        Ok(())
    }

    /// Whether what an event tells is not for everybody: an arc it is about is not public, before or after it, or it tells of the
    /// staff's own matters.
    pub(super) fn is_confidential(&self, event: &Event) -> Result<bool, ViewFault> {
        let path = match event {
            Event::NumberHeld(hold) => &hold.superior,
            Event::HoldReleased(released) => &released.superior,
            Event::PrincipalAdded(principal) => &principal.home,
            Event::RoleGranted { grant, .. } => &grant.at,
            Event::RoleRevoked { at, .. } => at,
            _ if event.application().is_some() => return Ok(true),
            // What is planned and what waits for consent is shown to the staff alone, whatever the arc.
            Event::PlansSet { .. } | Event::PendingSet { .. } => return Ok(true),
            _ => match event.touches() {
                Some((path, _)) => path,
                None => return Ok(false),
            },
        };
        for depth in 1..=path.depth() {
            let entry = self.entry(&path.truncated(depth))?;
            if entry.is_some_and(|entry| entry.superior.visibility != Visibility::Public) {
                return Ok(true);
            }
        }
        Ok(match event {
            Event::ArcRegistered(e) | Event::ReservedArcAllocated(e) => {
                e.visibility != Visibility::Public
            }
            Event::EntryAmended(e) => e
                .changes
                .visibility
                .is_some_and(|visibility| visibility != Visibility::Public),
            _ => false,
        })
    }
}

/// The keys under which an arc stands in the lists over all arcs, each once.
fn agenda_of(entry: &Entry) -> Vec<Vec<u8>> {
    let mut listed = Vec::new();
    let mut list = |key: Vec<u8>| {
        if !listed.contains(&key) {
            listed.push(key);
        }
    };
    for (agenda, at) in Agenda::all_of(entry) {
        list([keys::agenda(agenda), keys::planned(at, &entry.path)].concat());
    }
    let waits = entry.suspicion.as_ref().filter(|mark| !mark.accepted);
    if let Some(by) = waits.and_then(|mark| mark.by.as_ref()) {
        list([keys::reports(by), keys::node(&entry.path)].concat());
    }
    super::claims::listed(entry, &mut list);
    listed
}

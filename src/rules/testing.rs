//! A small model of the register for tests: plain maps, every answer found by looking at everything.
//!
//! It is the reference that the overlay and, through the property tests, every decision is compared with. It must stay so
//! simple that it is obviously right.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::actor::{Actor, Credential, Principal, PrincipalKind};
use crate::model::allocation_token::AllocationToken;
use crate::model::application::{Application, Docket, Place};
use crate::model::command::{Allocate, Command, NewEntry, NumberChoice, RegistrantRef, Whole};
use crate::model::entry::{
    Contact, ContactRole, Entry, Hold, Label, Registrant, RegistrantDetails, Text,
};
use crate::model::event::{ArcRegistered, ReferenceLoaded};
use crate::model::plan::Agenda;
use crate::model::suspicion::Office;
use crate::model::{
    AllocationTokenId, ApplicationId, Code, Ctx, Event, Notice, NoticeId, Policy, PrincipalId,
    RegisterId, RegistrantId, Rejection, Seq, State, Submission, Timestamp, TreeView, Viewed,
};
use crate::oid::{ArcValue, ComparisonKey, Identifier, NodePath};

use super::decision::People;
use super::overlay::{UNWRITTEN, holds as counts_for};
use super::{
    AuthorityNode, Founding, allocate, application_after, decide, entry_after, found,
    principal_after, principals_touched, registrant_after, registrant_touched,
};

pub(crate) const ADMIN: &str = "p-admin";
pub(crate) const OTHER: &str = "p-other";

pub(crate) fn path(text: &str) -> NodePath {
    text.parse().unwrap()
}

pub(crate) fn arc(number: u64) -> ArcValue {
    number.into()
}

pub(crate) fn label(text: &str) -> Label {
    Label {
        label: text.parse().unwrap(),
        language: None,
    }
}

pub(crate) fn text(text: &str) -> Text {
    Text {
        language: "en".parse().unwrap(),
        text: text.to_owned(),
    }
}

pub(crate) fn new_registrant(name: &str) -> RegistrantRef {
    RegistrantRef::New {
        kind: PrincipalKind::Organisation,
        details: RegistrantDetails {
            name: name.to_owned(),
            ..RegistrantDetails::default()
        },
    }
}

/// A technical contact who is known.
pub(crate) fn known_contact(id: &str) -> Contact<RegistrantRef> {
    Contact {
        role: ContactRole::Technical,
        party: RegistrantRef::Known(id.parse().unwrap()),
    }
}

/// A contact for misuse who is new.
pub(crate) fn new_contact(name: &str) -> Contact<RegistrantRef> {
    Contact {
        role: ContactRole::Abuse,
        party: new_registrant(name),
    }
}

pub(crate) fn named(identifiers: &[&str], labels: &[&str]) -> NewEntry {
    NewEntry {
        identifiers: identifiers
            .iter()
            .map(|text| text.parse().unwrap())
            .collect(),
        labels: labels.iter().map(|text| label(text)).collect(),
        ..NewEntry::default()
    }
}

pub(crate) fn allocate(superior: &str, number: NumberChoice, entry: NewEntry) -> Command {
    Command::Allocate(Allocate {
        superior: path(superior),
        number,
        entry,
        allocation_token: None,
    })
}

pub(crate) fn explicit(superior: &str, number: u64) -> Command {
    allocate(
        superior,
        NumberChoice::Explicit(arc(number)),
        NewEntry::default(),
    )
}

pub(crate) fn next_free(superior: &str) -> Command {
    allocate(superior, NumberChoice::NextFree, NewEntry::default())
}

pub(crate) fn submission(command: Command) -> Submission {
    Submission {
        request_id: "q-1".parse().unwrap(),
        digest: [0; 32],
        validate_only: false,
        reason: None,
        override_reason: None,
        asked_by: None,
        command,
    }
}

/// The arcs that the events write, in dot notation.
pub(crate) fn written(events: &[Event]) -> Vec<String> {
    let touched = events.iter().filter_map(Event::touches);
    touched.map(|(path, _)| path.to_string()).collect()
}

/// The words of the events.
pub(crate) fn words(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(Event::word).collect()
}

/// Every code and field of a refusal, the main one first.
pub(crate) fn refusals(rejection: &Rejection) -> Vec<(Code, String)> {
    match rejection {
        Rejection::Refused(all) => all
            .iter()
            .map(|one| (one.code, one.field.clone()))
            .collect(),
        Rejection::Fault(fault) => panic!("{fault}"),
    }
}

#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, Rejection>, code: Code, field: &str) {
    let all = refusals(&result.expect_err(code.name()));
    assert_eq!(all[0], (code, field.to_owned()), "{all:?}");
}

/// The register as plain maps.
#[derive(Clone)]
pub(crate) struct Tree {
    pub(crate) now: Timestamp,
    pub(crate) seq: Seq,
    pub(crate) actor: Actor,
    pub(crate) reason: Option<String>,
    /// What the actor sees whole.
    pub(crate) whole: Whole,
    pub(crate) office: Option<Office>,
    pub(crate) entries: BTreeMap<NodePath, Arc<Entry>>,
    pub(crate) holds: BTreeMap<(NodePath, ArcValue), Hold>,
    register: Option<RegisterId>,
    authorities: Arc<Vec<NodePath>>,
    registrants: BTreeMap<RegistrantId, Registrant>,
    pub(crate) principals: BTreeMap<PrincipalId, Principal>,
    pub(crate) credentials: BTreeMap<[u8; 32], Credential>,
    pub(crate) allocation_tokens: Vec<AllocationToken>,
    pub(crate) applications: BTreeMap<ApplicationId, Application>,
    pub(crate) outbox_open: bool,
    pub(crate) notices: BTreeMap<NoticeId, Notice>,
    data_version: Option<String>,
}

impl Tree {
    /// Nothing founded.
    pub(crate) fn empty() -> Self {
        Self {
            now: Timestamp::from_micros(1_750_000_000_000_000),
            seq: Seq::ZERO,
            actor: Actor::Principal(ADMIN.parse().unwrap()),
            reason: None,
            whole: Whole::All,
            office: None,
            entries: BTreeMap::new(),
            holds: BTreeMap::new(),
            register: None,
            authorities: Arc::default(),
            registrants: BTreeMap::new(),
            principals: BTreeMap::new(),
            credentials: BTreeMap::new(),
            allocation_tokens: Vec::new(),
            applications: BTreeMap::new(),
            outbox_open: false,
            notices: BTreeMap::new(),
            data_version: None,
        }
    }

    /// Founded for 2.16.834, with 2, 2.16 and a neighbour for reference.
    pub(crate) fn founded() -> Self {
        Self::founded_for(&["2.16.834"])
    }

    pub(crate) fn founded_for(nodes: &[&str]) -> Self {
        let mut tree = Self::empty();
        let founding = founding(nodes, tree.now);
        let events = found(&founding, &tree.ctx());
        tree.apply(&events);
        let other = Principal {
            id: OTHER.parse().unwrap(),
            administrator: false,
            ..founding.administrator
        };
        tree.apply(&[Event::PrincipalAdded(other)]);
        tree
    }

    pub(crate) fn ctx(&self) -> Ctx {
        let mut entropy = [0; 32];
        entropy[..8].copy_from_slice(&self.seq.get().to_be_bytes());
        Ctx {
            now: self.now,
            entropy,
            actor: self.actor.clone(),
            whole: self.whole.clone(),
            office: self.office,
        }
    }

    /// Decides, and applies what was decided.
    pub(crate) fn submit(&mut self, command: Command) -> Result<Vec<Event>, Rejection> {
        let events = self.decide(command)?;
        assert!(!events.is_empty(), "a record without events");
        self.apply(&events);
        Ok(events)
    }

    pub(crate) fn decide(&self, command: Command) -> Result<Vec<Event>, Rejection> {
        let mut submission = submission(command);
        submission.reason.clone_from(&self.reason);
        decide(&submission, &self.ctx(), self)
    }

    pub(crate) fn later(&mut self, seconds: u64) -> &mut Self {
        self.now = self.now.plus_seconds(seconds);
        self
    }

    pub(crate) fn as_actor(&mut self, id: &str) -> &mut Self {
        self.actor = Actor::Principal(id.parse().unwrap());
        self
    }

    /// Registers an arc without asking the rules.
    pub(crate) fn arc(&mut self, at: &str) -> &mut Self {
        self.arc_with(at, |_| {})
    }

    pub(crate) fn arc_with(&mut self, at: &str, set: impl FnOnce(&mut ArcRegistered)) -> &mut Self {
        let mut new = allocate::new_arc(path(at), &NewEntry::default(), People::default());
        set(&mut new);
        self.apply(&[Event::ArcRegistered(Box::new(new))]);
        self
    }

    /// Changes an entry without asking the rules.
    pub(crate) fn change(&mut self, at: &str, set: impl FnOnce(&mut Entry)) -> &mut Self {
        let entry = self.entries.get_mut(&path(at)).unwrap();
        set(Arc::make_mut(entry));
        self
    }

    pub(crate) fn state(&mut self, at: &str, state: State) -> &mut Self {
        self.change(at, |entry| {
            entry.superior.state = state;
            let since = entry.superior.changed;
            entry.superior.withdrawn = (state == State::Withdrawn).then_some(since);
        })
    }

    pub(crate) fn policy(&mut self, at: &str, policy: Policy) -> &mut Self {
        self.change(at, |entry| entry.policy = Some(policy))
    }

    pub(crate) fn at(&self, at: &str) -> &Entry {
        &self.entries[&path(at)]
    }

    /// Applies one record; each revision an event names must be the arc's.
    pub(crate) fn apply(&mut self, events: &[Event]) {
        self.seq = self.seq.next();
        for event in events {
            self.apply_one(event);
        }
    }

    fn apply_one(&mut self, event: &Event) {
        match event {
            Event::Founded(founded) => {
                self.register = Some(founded.register.clone());
                self.authorities = Arc::new(founded.authorities.clone());
            }
            Event::CredentialIssued(new) => {
                self.credentials.insert(new.token_sha256, new.clone());
            }
            Event::CredentialRevoked(id) => {
                let mut all = self.credentials.values_mut();
                all.find(|one| one.id == *id).unwrap().revoked = true;
            }
            Event::AllocationTokenSet(token) => {
                let mut all = self.allocation_tokens.iter_mut();
                match all.find(|one| one.id == token.id) {
                    Some(one) => one.clone_from(token),
                    None => self.allocation_tokens.push((**token).clone()),
                }
            }
            Event::AllocationTokenUsed { id, path } => {
                assert!(self.entries.contains_key(path), "taken, but not registered");
                let mut all = self.allocation_tokens.iter_mut();
                let token = all.find(|one| one.id == *id).unwrap();
                token.used += 1;
                assert!(token.used <= token.of.count(), "more than promised");
            }
            Event::DataLoaded { version } => self.data_version = Some(version.clone()),
            Event::RegistrantRecorded(_) | Event::PersonErased { .. } => {
                if let Some(id) = registrant_touched(event) {
                    let before = self.registrants.get(id);
                    let after = registrant_after(event, before, self.now).unwrap();
                    self.registrants.insert(id.clone(), after);
                }
            }
            Event::NumberHeld(hold) => {
                let at = (hold.superior.clone(), hold.number.clone());
                assert!(self.holds.insert(at, hold.clone()).is_none(), "held twice");
            }
            Event::OutboxOpened => self.outbox_open = true,
            Event::HoldReleased(end) => {
                let at = (end.superior.clone(), end.number.clone());
                assert!(
                    self.holds.remove(&at).is_some(),
                    "released what was not held"
                );
            }
            _ => {}
        }
        if let Some((id, previous)) = event.application() {
            let before = self.applications.get(id);
            let revision = before.map_or(Seq::ZERO, |one| one.revision);
            assert!(revision == previous || revision == self.seq, "{id}");
            let after = application_after(event, before, self.seq, self.now);
            self.applications.insert(id.clone(), after.unwrap());
        }
        let touched = event.touches().and_then(|(path, _)| self.entries.get(path));
        for id in principals_touched(event, touched.map(|entry| &**entry)) {
            let after = principal_after(event, self.principals.get(&id), self.now);
            self.principals.insert(id, after.unwrap());
        }
        if let Some((path, previous)) = event.touches() {
            let before = self.entries.get(path);
            let revision = before.map_or(Seq::ZERO, |entry| entry.revision);
            // The later events of a record cannot know its sequence.
            let again = previous == UNWRITTEN && revision == self.seq;
            assert!(again || previous == revision, "{} of {path}", event.word());
            let after = entry_after(event, before.map(|entry| &**entry), self.seq, self.now);
            self.entries.insert(path.clone(), Arc::new(after.unwrap()));
        }
    }

    fn below(&self, superior: &NodePath) -> impl Iterator<Item = &Arc<Entry>> {
        let depth = superior.depth() + 1;
        let all = self.entries.values();
        all.filter(move |entry| entry.path.depth() == depth && entry.path.starts_with(superior))
    }
}

pub(crate) fn reference(at: &str, identifiers: &[&str], labels: &[&str]) -> ReferenceLoaded {
    ReferenceLoaded {
        path: path(at),
        previous: Seq::ZERO,
        identifiers: identifiers
            .iter()
            .map(|text| text.parse().unwrap())
            .collect(),
        labels: labels.iter().map(|text| label(text)).collect(),
        long_arcs: Vec::new(),
        descriptions: Vec::new(),
        flags: crate::model::entry::Flags::default(),
        source: "a list".to_owned(),
        certainty: crate::model::entry::Certainty::Verified,
        data_version: "1".to_owned(),
    }
}

pub(crate) fn founding(nodes: &[&str], now: Timestamp) -> Founding {
    let mut country = reference("2.16", &["country"], &["Country"]);
    country.long_arcs = vec!["Country".parse().unwrap()];
    Founding {
        register: "g-1".parse().unwrap(),
        authorities: nodes
            .iter()
            .map(|node| AuthorityNode {
                path: path(node),
                titles: vec![text("Ours")],
                descriptions: Vec::new(),
                policy: Policy::standard(),
            })
            .collect(),
        references: vec![
            reference("2.16.404", &["ke"], &["KE"]),
            country,
            reference("2", &["joint-iso-itu-t"], &["Joint-ISO-ITU-T"]),
        ],
        data_version: "1".to_owned(),
        administrator: Principal {
            administrator: true,
            ..Principal::new(
                ADMIN.parse().unwrap(),
                PrincipalKind::Person,
                crate::oid::NodePath::root(),
                now,
            )
        },
        credential: Credential {
            expires: None,
            revoked: false,
            ..Credential::token(
                "c-1".parse().unwrap(),
                ADMIN.parse().unwrap(),
                [9; 32],
                "first",
                crate::model::Timestamp::default(),
            )
        },
    }
}

impl TreeView for Tree {
    fn register(&self) -> Viewed<Option<RegisterId>> {
        Ok(self.register.clone())
    }

    fn authorities(&self) -> Viewed<Arc<Vec<NodePath>>> {
        Ok(self.authorities.clone())
    }

    fn entry(&self, path: &NodePath) -> Viewed<Option<Arc<Entry>>> {
        Ok(self.entries.get(path).cloned())
    }

    fn label_holder(&self, superior: &NodePath, key: &ComparisonKey) -> Viewed<Option<ArcValue>> {
        let has = |entry: &&Arc<Entry>| {
            let mut labels = entry.superior.labels.iter();
            labels.any(|label| label.label.comparison_key() == *key)
        };
        Ok(self
            .below(superior)
            .find(has)
            .and_then(|entry| entry.path.last().cloned()))
    }

    fn identifier_holders(
        &self,
        superior: &NodePath,
        identifier: &Identifier,
    ) -> Viewed<Vec<ArcValue>> {
        let has = |entry: &&Arc<Entry>| {
            let mut all = entry.superior.identifiers.iter();
            all.any(|one| one.as_str().eq_ignore_ascii_case(identifier.as_str()))
        };
        let found = self.below(superior).filter(has);
        Ok(found
            .filter_map(|entry| entry.path.last().cloned())
            .collect())
    }

    fn long_arc(&self, key: &ComparisonKey) -> Viewed<Option<NodePath>> {
        let leads = |entry: &&Arc<Entry>| {
            let mut all = entry.superior.long_arcs.iter();
            all.any(|label| label.comparison_key() == *key)
        };
        Ok(self
            .entries
            .values()
            .find(leads)
            .map(|entry| entry.path.clone()))
    }

    fn hold(&self, superior: &NodePath, number: &ArcValue) -> Viewed<Option<Hold>> {
        Ok(self.holds.get(&(superior.clone(), number.clone())).cloned())
    }

    fn holds(&self) -> Viewed<Vec<Hold>> {
        Ok(self.holds.values().cloned().collect())
    }

    fn lowest_unassigned(
        &self,
        superior: &NodePath,
        _window_from: &ArcValue,
        from: &ArcValue,
    ) -> Viewed<ArcValue> {
        let mut number = from.clone();
        while superior
            .child(number.clone())
            .is_ok_and(|path| self.entries.contains_key(&path))
        {
            number = number.successor();
        }
        Ok(number)
    }

    fn numbers_from(
        &self,
        superior: &NodePath,
        from: &ArcValue,
        limit: usize,
    ) -> Viewed<Vec<ArcValue>> {
        let numbers = self.below(superior).filter_map(|entry| entry.path.last());
        Ok(numbers
            .filter(|number| *number >= from)
            .take(limit)
            .cloned()
            .collect())
    }

    fn arcs_below(&self, path: &NodePath, limit: u64) -> Viewed<u64> {
        let all = self.entries.keys();
        let below = all.filter(|at| *at != path && at.starts_with(path));
        Ok(u64::try_from(below.count()).unwrap().min(limit))
    }

    fn live_subordinate(&self, path: &NodePath) -> Viewed<Option<NodePath>> {
        let live = self
            .below(path)
            .find(|entry| entry.superior.state.is_live());
        Ok(live.map(|entry| entry.path.clone()))
    }

    fn arcs_of_registrant(
        &self,
        superior: &NodePath,
        registrant: &RegistrantId,
        limit: u64,
    ) -> Viewed<u64> {
        let held = self
            .below(superior)
            .filter(|entry| counts_for(entry, registrant));
        Ok((held.count() as u64).min(limit))
    }

    fn principal(&self, id: &PrincipalId) -> Viewed<Option<Principal>> {
        Ok(self.principals.get(id).cloned())
    }

    fn principals(&self) -> Viewed<Vec<Principal>> {
        Ok(self.principals.values().cloned().collect())
    }

    fn credentials(&self) -> Viewed<Vec<Credential>> {
        Ok(self.credentials.values().cloned().collect())
    }

    fn credential(&self, token_sha256: &[u8; 32]) -> Viewed<Option<Credential>> {
        Ok(self.credentials.get(token_sha256).cloned())
    }

    fn allocation_token(&self, secret_sha256: &[u8; 32]) -> Viewed<Option<AllocationToken>> {
        let mut all = self.allocation_tokens.iter();
        Ok(all.find(|one| one.secret_sha256 == *secret_sha256).cloned())
    }

    fn allocation_token_of_id(&self, id: &AllocationTokenId) -> Viewed<Option<AllocationToken>> {
        let mut all = self.allocation_tokens.iter();
        Ok(all.find(|one| one.id == *id).cloned())
    }

    fn allocation_tokens(&self, superior: &NodePath) -> Viewed<Vec<AllocationToken>> {
        let all = self.allocation_tokens.iter();
        Ok(all
            .filter(|one| one.superior == *superior)
            .cloned()
            .collect())
    }

    fn registrant(&self, id: &RegistrantId) -> Viewed<Option<Registrant>> {
        Ok(self.registrants.get(id).cloned())
    }

    fn application(&self, id: &ApplicationId) -> Viewed<Option<Application>> {
        Ok(self.applications.get(id).cloned())
    }

    fn docket(&self, docket: &Docket, after: Option<&Place>, limit: usize) -> Viewed<Vec<Place>> {
        let mut places = Vec::new();
        for one in self.applications.values() {
            let here = Docket::of(one).into_iter();
            let here = here.filter(|(list, _)| list == docket);
            places.extend(here.map(|(_, moment)| (moment, one.id.clone())));
        }
        places.retain(|place| after.is_none_or(|after| place > after));
        places.sort();
        places.truncate(limit);
        Ok(places)
    }

    fn agenda(
        &self,
        agenda: Agenda,
        until: Timestamp,
        limit: usize,
    ) -> Viewed<Vec<(Timestamp, NodePath)>> {
        let mut found = Vec::new();
        for entry in self.entries.values() {
            let listed = Agenda::all_of(entry).into_iter();
            let listed = listed.filter(|(list, at)| *list == agenda && *at <= until);
            found.extend(listed.map(|(_, at)| (at, entry.path.clone())));
            let open = entry
                .label_claims
                .iter()
                .filter(|one| one.challenge.is_some());
            let ends = open.map(|one| one.until).filter(|at| *at <= until);
            if agenda == Agenda::Challenges {
                found.extend(ends.map(|at| (at, entry.path.clone())));
            }
        }
        found.sort();
        found.truncate(limit);
        Ok(found)
    }

    fn open_reports(&self, by: &PrincipalId, limit: usize) -> Viewed<usize> {
        let waits = |entry: &&Arc<Entry>| {
            let mark = entry.suspicion.as_ref();
            mark.is_some_and(|mark| !mark.accepted && mark.by.as_ref() == Some(by))
        };
        Ok(self.entries.values().filter(waits).take(limit).count())
    }

    fn outbox_is_open(&self) -> Viewed<bool> {
        Ok(self.outbox_open)
    }

    fn notice(&self, id: NoticeId) -> Viewed<Option<Notice>> {
        Ok(self.notices.get(&id).cloned())
    }

    fn data_version(&self) -> Viewed<Option<String>> {
        Ok(self.data_version.clone())
    }
}

//! The tree with the events of one command laid over it, so that each arc of a batch sees those before it.
//!
//! It holds only what the events changed and reads the rest from below. It must give the same answers as the tree would
//! give after the events were applied (the property test compares the two).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::entry::{Entry, Hold, Registrant};
use crate::model::event::{ArcRegistered, NumberFoundBy};
use crate::model::{
    Event, PrincipalId, RegisterId, RegistrantId, Seq, Timestamp, TreeView, Viewed,
    actor::{Credential, Principal},
    allocation_token::AllocationToken,
    application::{Application, Docket, Place},
    ids::{AllocationTokenId, ApplicationId, CredentialId},
    notice::{Notice, NoticeId},
    plan::Agenda,
};
use crate::oid::{ArcValue, ComparisonKey, Identifier, NodePath};

use super::application::application_after;
use super::fold::entry_after;
use super::principal::{principal_after, principals_touched, registrant_after, registrant_touched};

/// The revision of an arc that the command at hand has written: its record has no sequence number yet.
pub const UNWRITTEN: Seq = Seq::MAX;

/// A tree with events laid over it.
pub struct Overlay<'a> {
    below: &'a dyn TreeView,
    now: Timestamp,
    entries: BTreeMap<NodePath, Arc<Entry>>,
    /// Siblings by label key, of the entries above.
    labels: BTreeMap<(NodePath, ComparisonKey), ArcValue>,
    /// Siblings by identifier in small letters, of the entries above.
    identifiers: BTreeMap<(NodePath, String), BTreeSet<ArcValue>>,
    long_arcs: BTreeMap<ComparisonKey, NodePath>,
    /// `None` where the hold was released.
    holds: BTreeMap<(NodePath, ArcValue), Option<Hold>>,
    /// By superior and first number of the window: the number after the last one that was found free there, so that a
    /// long batch does not look again at each number that it gave out.
    cursors: BTreeMap<(NodePath, ArcValue), ArcValue>,
    registrants: BTreeMap<RegistrantId, Registrant>,
    principals: BTreeMap<PrincipalId, Principal>,
    credentials: BTreeMap<[u8; 32], Credential>,
    revoked: BTreeSet<CredentialId>,
    allocation_tokens: BTreeMap<[u8; 32], AllocationToken>,
    applications: BTreeMap<ApplicationId, Application>,
    outbox_open: bool,
    data_version: Option<String>,
}

impl<'a> Overlay<'a> {
    /// The tree `below` with nothing laid over it.
    pub fn new(below: &'a dyn TreeView, now: Timestamp) -> Self {
        Self {
            below,
            now,
            entries: BTreeMap::new(),
            labels: BTreeMap::new(),
            identifiers: BTreeMap::new(),
            long_arcs: BTreeMap::new(),
            holds: BTreeMap::new(),
            cursors: BTreeMap::new(),
            registrants: BTreeMap::new(),
            principals: BTreeMap::new(),
            credentials: BTreeMap::new(),
            revoked: BTreeSet::new(),
            allocation_tokens: BTreeMap::new(),
            applications: BTreeMap::new(),
            outbox_open: false,
            data_version: None,
        }
    }

    /// Lays an event over what is there.
    pub fn lay(&mut self, event: &Event) -> Viewed<()> {
        match event {
            Event::NumberHeld(hold) => {
                let at = (hold.superior.clone(), hold.number.clone());
                self.holds.insert(at, Some(hold.clone()));
            }
            Event::HoldReleased(end) => {
                // The number may be free again, below where a cursor stands.
                self.cursors.clear();
                self.holds
                    .insert((end.superior.clone(), end.number.clone()), None);
            }
            Event::CredentialIssued(credential) => {
                self.credentials
                    .insert(credential.token_sha256, credential.clone());
            }
            Event::CredentialRevoked(id) => {
                self.revoked.insert(id.clone());
            }
            Event::AllocationTokenSet(token) => {
                self.allocation_tokens
                    .insert(token.secret_sha256, (**token).clone());
            }
            Event::AllocationTokenUsed { id, .. } => {
                if let Some(mut token) = self.allocation_token_of_id(id)? {
                    token.used = token.used.saturating_add(1);
                    self.allocation_tokens.insert(token.secret_sha256, token);
                }
            }
            Event::ArcRegistered(new) | Event::ReservedArcAllocated(new) => self.move_cursor(new),
            Event::PolicySet { .. } => self.cursors.clear(),
            Event::OutboxOpened => self.outbox_open = true,
            Event::DataLoaded { version } => self.data_version = Some(version.clone()),
            _ => {}
        }
        if let Some(id) = registrant_touched(event) {
            let before = self.registrant(id)?;
            if let Some(after) = registrant_after(event, before.as_ref(), self.now) {
                self.registrants.insert(id.clone(), after);
            }
        }
        if let Some((id, _)) = event.application() {
            let before = self.application(id)?;
            if let Some(after) = application_after(event, before.as_ref(), UNWRITTEN, self.now) {
                self.applications.insert(id.clone(), after);
            }
        }
        let touched = event.touches().map(|(path, _)| path);
        let before = match touched {
            Some(path) => self.entry(path)?,
            None => None,
        };
        for id in principals_touched(event, before.as_deref()) {
            let before = self.principal(&id)?;
            if let Some(after) = principal_after(event, before.as_ref(), self.now) {
                self.principals.insert(id, after);
            }
        }
        let Some(path) = touched else {
            return Ok(());
        };
        if let Some(after) = entry_after(event, before.as_deref(), UNWRITTEN, self.now) {
            self.unname(before.as_deref());
            self.name(&after);
            self.entries.insert(path.clone(), Arc::new(after));
        }
        Ok(())
    }

    fn move_cursor(&mut self, new: &ArcRegistered) {
        if let NumberFoundBy::NextFree { window_from } = &new.found_by
            && let (Some(superior), Some(number)) = (new.path.parent(), new.path.last())
        {
            let at = (superior, window_from.clone());
            self.cursors.insert(at, number.successor());
        }
    }

    fn name(&mut self, entry: &Entry) {
        for label in &entry.superior.long_arcs {
            self.long_arcs
                .insert(label.comparison_key(), entry.path.clone());
        }
        let (Some(superior), Some(number)) = (entry.path.parent(), entry.path.last()) else {
            return;
        };
        for label in &entry.superior.labels {
            let at = (superior.clone(), label.label.comparison_key());
            self.labels.insert(at, number.clone());
        }
        for identifier in &entry.superior.identifiers {
            let at = (superior.clone(), identifier.as_str().to_ascii_lowercase());
            self.identifiers
                .entry(at)
                .or_default()
                .insert(number.clone());
        }
    }

    fn unname(&mut self, entry: Option<&Entry>) {
        let Some(entry) = entry else { return };
        for label in &entry.superior.long_arcs {
            self.long_arcs.remove(&label.comparison_key());
        }
        let (Some(superior), Some(number)) = (entry.path.parent(), entry.path.last()) else {
            return;
        };
        for label in &entry.superior.labels {
            let at = (superior.clone(), label.label.comparison_key());
            if self.labels.get(&at) == Some(number) {
                self.labels.remove(&at);
            }
        }
        for identifier in &entry.superior.identifiers {
            let at = (superior.clone(), identifier.as_str().to_ascii_lowercase());
            if let Some(holders) = self.identifiers.get_mut(&at) {
                holders.remove(number);
            }
        }
    }

    fn is_laid(&self, superior: &NodePath, number: &ArcValue) -> bool {
        let path = superior.child(number.clone());
        path.is_ok_and(|path| self.entries.contains_key(&path))
    }

    /// The entries laid directly below `superior`, from `from` on, in numeric order.
    fn laid_below<'s>(
        &'s self,
        superior: &'s NodePath,
        from: &ArcValue,
    ) -> impl Iterator<Item = (&'s ArcValue, &'s Arc<Entry>)> {
        // Paths stand depth-first: what lies below a subordinate stands between it and the next one.
        let start = superior.child(from.clone()).ok();
        let all = start.map(|start| self.entries.range(start..));
        all.into_iter()
            .flatten()
            .take_while(move |(path, _)| path.starts_with(superior))
            .filter(move |(path, _)| path.depth() == superior.depth() + 1)
            .filter_map(|(path, entry)| Some((path.last()?, entry)))
    }
}

impl TreeView for Overlay<'_> {
    fn register(&self) -> Viewed<Option<RegisterId>> {
        self.below.register()
    }

    fn authorities(&self) -> Viewed<Arc<Vec<NodePath>>> {
        self.below.authorities()
    }

    fn entry(&self, path: &NodePath) -> Viewed<Option<Arc<Entry>>> {
        match self.entries.get(path) {
            Some(entry) => Ok(Some(entry.clone())),
            None => self.below.entry(path),
        }
    }

    fn label_holder(&self, superior: &NodePath, key: &ComparisonKey) -> Viewed<Option<ArcValue>> {
        if let Some(number) = self.labels.get(&(superior.clone(), key.clone())) {
            return Ok(Some(number.clone()));
        }
        let holder = self.below.label_holder(superior, key)?;
        Ok(holder.filter(|number| !self.is_laid(superior, number)))
    }

    fn identifier_holders(
        &self,
        superior: &NodePath,
        identifier: &Identifier,
    ) -> Viewed<Vec<ArcValue>> {
        let mut holders = self.below.identifier_holders(superior, identifier)?;
        holders.retain(|number| !self.is_laid(superior, number));
        let at = (superior.clone(), identifier.as_str().to_ascii_lowercase());
        holders.extend(self.identifiers.get(&at).into_iter().flatten().cloned());
        holders.sort();
        Ok(holders)
    }

    fn long_arc(&self, key: &ComparisonKey) -> Viewed<Option<NodePath>> {
        if let Some(path) = self.long_arcs.get(key) {
            return Ok(Some(path.clone()));
        }
        let path = self.below.long_arc(key)?;
        Ok(path.filter(|path| !self.entries.contains_key(path)))
    }

    fn hold(&self, superior: &NodePath, number: &ArcValue) -> Viewed<Option<Hold>> {
        if !self.holds.is_empty()
            && let Some(hold) = self.holds.get(&(superior.clone(), number.clone()))
        {
            return Ok(hold.clone());
        }
        self.below.hold(superior, number)
    }

    fn holds(&self) -> Viewed<Vec<Hold>> {
        let mut holds = self.below.holds()?;
        holds.retain(|hold| {
            let at = (hold.superior.clone(), hold.number.clone());
            !self.holds.contains_key(&at)
        });
        holds.extend(self.holds.values().flatten().cloned());
        Ok(holds)
    }

    fn lowest_unassigned(
        &self,
        superior: &NodePath,
        window_from: &ArcValue,
        from: &ArcValue,
    ) -> Viewed<ArcValue> {
        let at = (superior.clone(), window_from.clone());
        let from = self
            .cursors
            .get(&at)
            .map_or(from, |cursor| cursor.max(from));
        let mut number = self.below.lowest_unassigned(superior, window_from, from)?;
        while self.is_laid(superior, &number) {
            let next = number.successor();
            number = self.below.lowest_unassigned(superior, window_from, &next)?;
        }
        Ok(number)
    }

    fn numbers_from(
        &self,
        superior: &NodePath,
        from: &ArcValue,
        limit: usize,
    ) -> Viewed<Vec<ArcValue>> {
        let below = self.below.numbers_from(superior, from, limit)?;
        let laid = self
            .laid_below(superior, from)
            .map(|(number, _)| number.clone());
        let both: BTreeSet<_> = below.into_iter().chain(laid.take(limit)).collect();
        Ok(both.into_iter().take(limit).collect())
    }

    fn arcs_below(&self, path: &NodePath, limit: u64) -> Viewed<u64> {
        let laid = self.entries.range(path.clone()..);
        let laid = laid.take_while(|(at, _)| at.starts_with(path));
        let new = laid.filter(|(at, entry)| *at != path && entry.created == UNWRITTEN);
        let more = u64::try_from(new.count()).unwrap_or(u64::MAX);
        let below = self.below.arcs_below(path, limit)?;
        Ok(below.saturating_add(more).min(limit))
    }

    fn live_subordinate(&self, path: &NodePath) -> Viewed<Option<NodePath>> {
        let mut laid = self.laid_below(path, &ArcValue::ZERO);
        if let Some((_, entry)) = laid.find(|(_, entry)| entry.superior.state.is_live()) {
            return Ok(Some(entry.path.clone()));
        }
        let Some(below) = self.below.live_subordinate(path)? else {
            return Ok(None);
        };
        if !self.entries.contains_key(&below) {
            return Ok(Some(below));
        }
        // The one below was withdrawn above: look at each.
        let mut from = ArcValue::ZERO;
        while let Some(number) = self.numbers_from(path, &from, 1)?.into_iter().next() {
            from = number.successor();
            let entry = match path.child(number) {
                Ok(path) => self.entry(&path)?,
                Err(_) => None,
            };
            if let Some(entry) = entry.filter(|entry| entry.superior.state.is_live()) {
                return Ok(Some(entry.path.clone()));
            }
        }
        Ok(None)
    }

    fn arcs_of_registrant(
        &self,
        superior: &NodePath,
        registrant: &RegistrantId,
        limit: u64,
    ) -> Viewed<u64> {
        let mut more = 0_u64;
        let mut fewer = 0_u64;
        for (_, entry) in self.laid_below(superior, &ArcValue::ZERO) {
            more += u64::from(holds(entry, registrant));
            let before = self.below.entry(&entry.path)?;
            fewer += u64::from(before.is_some_and(|before| holds(&before, registrant)));
        }
        let below =
            self.below
                .arcs_of_registrant(superior, registrant, limit.saturating_add(fewer))?;
        Ok(below.saturating_sub(fewer).saturating_add(more).min(limit))
    }

    fn principal(&self, id: &PrincipalId) -> Viewed<Option<Principal>> {
        match self.principals.get(id) {
            Some(principal) => Ok(Some(principal.clone())),
            None => self.below.principal(id),
        }
    }

    fn principals(&self) -> Viewed<Vec<Principal>> {
        let below = self.below.principals()?;
        let mut all: BTreeMap<_, _> = below.into_iter().map(|one| (one.id.clone(), one)).collect();
        all.extend(self.principals.clone());
        Ok(all.into_values().collect())
    }

    fn credentials(&self) -> Viewed<Vec<Credential>> {
        let below = self.below.credentials()?;
        let mut all: BTreeMap<_, _> = below
            .into_iter()
            .map(|one| (one.token_sha256, one))
            .collect();
        all.extend(self.credentials.clone());
        for credential in all.values_mut() {
            credential.revoked |= self.revoked.contains(&credential.id);
        }
        Ok(all.into_values().collect())
    }

    fn credential(&self, token_sha256: &[u8; 32]) -> Viewed<Option<Credential>> {
        let mut found = match self.credentials.get(token_sha256) {
            Some(credential) => Some(credential.clone()),
            None => self.below.credential(token_sha256)?,
        };
        if let Some(credential) = &mut found {
            credential.revoked |= self.revoked.contains(&credential.id);
        }
        Ok(found)
    }

    fn allocation_token(&self, secret_sha256: &[u8; 32]) -> Viewed<Option<AllocationToken>> {
        match self.allocation_tokens.get(secret_sha256) {
            Some(token) => Ok(Some(token.clone())),
            None => self.below.allocation_token(secret_sha256),
        }
    }

    fn allocation_token_of_id(&self, id: &AllocationTokenId) -> Viewed<Option<AllocationToken>> {
        let mut laid = self.allocation_tokens.values();
        match laid.find(|one| one.id == *id) {
            Some(token) => Ok(Some(token.clone())),
            None => self.below.allocation_token_of_id(id),
        }
    }

    fn allocation_tokens(&self, superior: &NodePath) -> Viewed<Vec<AllocationToken>> {
        let mut all = self.below.allocation_tokens(superior)?;
        let mut laid = self.allocation_tokens.clone();
        for token in &mut all {
            if let Some(newer) = laid.remove(&token.secret_sha256) {
                *token = newer;
            }
        }
        // No command issues two: their order among themselves is nobody's.
        all.extend(laid.into_values().filter(|one| one.superior == *superior));
        Ok(all)
    }

    fn registrant(&self, id: &RegistrantId) -> Viewed<Option<Registrant>> {
        match self.registrants.get(id) {
            Some(registrant) => Ok(Some(registrant.clone())),
            None => self.below.registrant(id),
        }
    }

    fn application(&self, id: &ApplicationId) -> Viewed<Option<Application>> {
        match self.applications.get(id) {
            Some(application) => Ok(Some(application.clone())),
            None => self.below.application(id),
        }
    }

    fn docket(&self, docket: &Docket, after: Option<&Place>, limit: usize) -> Viewed<Vec<Place>> {
        let more = limit.saturating_add(self.applications.len());
        let mut places = self.below.docket(docket, after, more)?;
        places.retain(|(_, id)| !self.applications.contains_key(id));
        for application in self.applications.values() {
            let lists = Docket::of(application);
            let here = lists.into_iter().filter(|(list, _)| list == docket);
            places.extend(here.map(|(_, moment)| (moment, application.id.clone())));
        }
        places.retain(|place| after.is_none_or(|after| place > after));
        places.sort_unstable();
        places.truncate(limit);
        Ok(places)
    }

    fn agenda(
        &self,
        agenda: Agenda,
        until: Timestamp,
        limit: usize,
    ) -> Viewed<Vec<(Timestamp, NodePath)>> {
        // Whoever carries plans out asks for each entry again; what was planned in the same batch waits for the next round.
        self.below.agenda(agenda, until, limit)
    }

    fn open_reports(&self, by: &PrincipalId, limit: usize) -> Viewed<usize> {
        self.below.open_reports(by, limit)
    }

    fn outbox_is_open(&self) -> Viewed<bool> {
        Ok(self.outbox_open || self.below.outbox_is_open()?)
    }

    fn notice(&self, id: NoticeId) -> Viewed<Option<Notice>> {
        self.below.notice(id)
    }

    fn data_version(&self) -> Viewed<Option<String>> {
        match &self.data_version {
            Some(version) => Ok(Some(version.clone())),
            None => self.below.data_version(),
        }
    }
}

/// Whether the arc counts against the registrant's quota: it is the registrant's, and not withdrawn.
pub fn holds(entry: &Entry, registrant: &RegistrantId) -> bool {
    let holder = entry.registrant.as_ref();
    entry.superior.state.is_live() && holder.is_some_and(|holder| holder.registrant == *registrant)
}

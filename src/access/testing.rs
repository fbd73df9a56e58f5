//! A register for the tests of rights: entries, principals and credentials in plain maps, and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::model::actor::{Credential, Grant, Principal, PrincipalKind, Role};
use crate::model::allocation_token::AllocationToken;
use crate::model::application::{Application, Docket, Place};
use crate::model::consent::Locks;
use crate::model::entry::{
    Delegation, Entry, Flags, Hold, HolderFields, Holding, Origin, Registrant,
};
use crate::model::entry::{State, SuperiorFields, Visibility};
use crate::model::{
    AllocationTokenId, ApplicationId, Code, Notice, NoticeId, PrincipalId, RegisterId,
    RegistrantId, Rejection, Seq, Timestamp, TreeView, Viewed,
};
use crate::oid::{ArcValue, ComparisonKey, Identifier, NodePath};

use super::identity::Identity;
use super::token::TokenDigest;

pub(super) const NOW: Timestamp = Timestamp::from_micros(1_750_000_000_000_000);
pub(super) const ADMIN: &str = "p-admin";
pub(super) const DELEGATE: &str = "p-delegate";
pub(super) const STRANGER: &str = "p-stranger";

#[derive(Clone, Default)]
pub(super) struct Tree {
    pub(super) entries: BTreeMap<NodePath, Arc<Entry>>,
    pub(super) principals: BTreeMap<PrincipalId, Principal>,
    pub(super) credentials: BTreeMap<[u8; 32], Credential>,
    pub(super) allocation_tokens: Vec<AllocationToken>,
    pub(super) applications: BTreeMap<ApplicationId, Application>,
}

pub(super) fn path(text: &str) -> NodePath {
    text.parse().unwrap()
}

pub(super) fn hosted(principal: &str) -> Delegation {
    Delegation::Hosted {
        principals: vec![principal.parse().unwrap()],
    }
}

#[track_caller]
pub(super) fn refused<T: std::fmt::Debug>(result: Result<T, Rejection>, code: Code) {
    match result.expect_err(code.name()) {
        Rejection::Refused(all) => assert_eq!(all.main().code, code, "{all}"),
        Rejection::Fault(fault) => panic!("{fault}"),
    }
}

/// The digest of a principal's own token.
fn digest(who: &str) -> TokenDigest {
    TokenDigest(Sha256::digest(who).into())
}

impl Tree {
    /// A principal, known by its own token.
    pub(super) fn identity(&self, who: &str) -> Identity {
        let principal = self.principals[&who.parse().unwrap()].clone();
        Identity::Principal(principal, digest(who))
    }

    /// The authority of 2.16.834, with three principals.
    pub(super) fn new() -> Self {
        let mut tree = Self::default();
        for id in [ADMIN, DELEGATE, STRANGER] {
            tree.person(id, ".");
        }
        tree.principal_mut(ADMIN).administrator = true;
        tree.arc("2.16.834", |entry| entry.authority = true);
        tree
    }

    pub(super) fn arc(&mut self, at: &str, set: impl FnOnce(&mut Entry)) -> &mut Self {
        let mut entry = Entry {
            path: path(at),
            revision: Seq::FIRST,
            created: Seq::FIRST,
            origin: Origin::Assigned,
            authority: false,
            superior: SuperiorFields {
                state: State::Active,
                visibility: Visibility::Public,
                identifiers: Vec::new(),
                labels: Vec::new(),
                long_arcs: Vec::new(),
                flags: Flags::default(),
                relation: None,
                withdrawn: None,
                changed: NOW,
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
            sandbox: None,
            applied: None,
            registered: NOW,
            changed: NOW,
        };
        set(&mut entry);
        self.entries.insert(path(at), Arc::new(entry));
        self
    }

    /// Changes a principal.
    pub(super) fn with_principal(&mut self, who: &str, set: impl FnOnce(&mut Principal)) {
        set(self.principals.get_mut(&who.parse().unwrap()).unwrap());
    }

    /// Changes a principal's own credential.
    pub(super) fn with_credential(&mut self, who: &str, set: impl FnOnce(&mut Credential)) {
        set(self.credentials.get_mut(&digest(who).0).unwrap());
    }

    /// A principal's own credential.
    pub(super) fn credential_of(&self, who: &str) -> Credential {
        self.credentials[&digest(who).0].clone()
    }

    pub(super) fn delegated(&mut self, at: &str, delegation: Delegation) -> &mut Self {
        for principal in self.principals.values_mut() {
            principal.delegations.retain(|old| *old != path(at));
            let named = matches!(&delegation, Delegation::Hosted { principals } if principals.contains(&principal.id));
            if named {
                principal.delegations.push(path(at));
            }
        }
        self.arc(at, |entry| entry.delegation = Some(delegation))
    }

    /// One more principal, with a token of its own, looked after at `home`.
    pub(super) fn person(&mut self, id: &str, home: &str) -> &mut Self {
        let kind = PrincipalKind::Person;
        let principal = Principal::new(id.parse().unwrap(), kind, path(home), NOW);
        let credential = Credential::token(
            format!("c-{id}").parse().unwrap(),
            principal.id.clone(),
            digest(id).0,
            "its own",
            Timestamp::default(),
        );
        self.credentials.insert(credential.token_sha256, credential);
        self.principals.insert(principal.id.clone(), principal);
        self
    }

    pub(super) fn principal_mut(&mut self, id: &str) -> &mut Principal {
        self.principals.get_mut(&id.parse().unwrap()).unwrap()
    }

    /// The credential that a principal shows.
    pub(super) fn credential_mut(&mut self, id: &str) -> &mut Credential {
        self.credentials.get_mut(&digest(id).0).unwrap()
    }

    pub(super) fn role(&mut self, id: &str, role: Role, at: &str) -> &mut Self {
        let grant = Grant {
            role,
            at: path(at),
            since: NOW,
        };
        self.principal_mut(id).grants.push(grant);
        self
    }

    pub(super) fn assigned(&mut self, at: &str) -> &mut Self {
        self.arc(at, |entry| {
            entry.registrant = Some(Holding {
                registrant: "r-1".parse().unwrap(),
                since: NOW,
            });
        })
    }
}

impl TreeView for Tree {
    fn register(&self) -> Viewed<Option<RegisterId>> {
        Ok(None)
    }
    fn authorities(&self) -> Viewed<Arc<Vec<NodePath>>> {
        let own = self.entries.values().filter(|entry| entry.authority);
        Ok(Arc::new(own.map(|entry| entry.path.clone()).collect()))
    }
    fn entry(&self, path: &NodePath) -> Viewed<Option<Arc<Entry>>> {
        Ok(self.entries.get(path).cloned())
    }
    fn label_holder(&self, _: &NodePath, _: &ComparisonKey) -> Viewed<Option<ArcValue>> {
        Ok(None)
    }
    fn identifier_holders(&self, _: &NodePath, _: &Identifier) -> Viewed<Vec<ArcValue>> {
        Ok(Vec::new())
    }
    fn long_arc(&self, _: &ComparisonKey) -> Viewed<Option<NodePath>> {
        Ok(None)
    }
    fn hold(&self, _: &NodePath, _: &ArcValue) -> Viewed<Option<Hold>> {
        Ok(None)
    }
    fn holds(&self) -> Viewed<Vec<Hold>> {
        Ok(Vec::new())
    }
    fn lowest_unassigned(&self, _: &NodePath, _: &ArcValue, from: &ArcValue) -> Viewed<ArcValue> {
        Ok(from.clone())
    }
    fn numbers_from(&self, _: &NodePath, _: &ArcValue, _: usize) -> Viewed<Vec<ArcValue>> {
        Ok(Vec::new())
    }
    fn arcs_below(&self, _: &NodePath, _: u64) -> Viewed<u64> {
        Ok(0)
    }
    fn live_subordinate(&self, _: &NodePath) -> Viewed<Option<NodePath>> {
        Ok(None)
    }
    fn arcs_of_registrant(&self, _: &NodePath, _: &RegistrantId, _: u64) -> Viewed<u64> {
        Ok(0)
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
    fn allocation_token(&self, sha256: &[u8; 32]) -> Viewed<Option<AllocationToken>> {
        let mut all = self.allocation_tokens.iter();
        Ok(all.find(|one| one.secret_sha256 == *sha256).cloned())
    }
    fn allocation_token_of_id(&self, id: &AllocationTokenId) -> Viewed<Option<AllocationToken>> {
        let mut all = self.allocation_tokens.iter();
        Ok(all.find(|one| one.id == *id).cloned())
    }
    fn allocation_tokens(&self, _: &NodePath) -> Viewed<Vec<AllocationToken>> {
        Ok(self.allocation_tokens.clone())
    }
    fn registrant(&self, _: &RegistrantId) -> Viewed<Option<Registrant>> {
        Ok(None)
    }
    fn application(&self, id: &ApplicationId) -> Viewed<Option<Application>> {
        Ok(self.applications.get(id).cloned())
    }
    fn docket(&self, _: &Docket, _: Option<&Place>, _: usize) -> Viewed<Vec<Place>> {
        Ok(Vec::new())
    }
    fn agenda(
        &self,
        _: crate::model::plan::Agenda,
        _: Timestamp,
        _: usize,
    ) -> Viewed<Vec<(Timestamp, NodePath)>> {
        Ok(Vec::new())
    }
    fn open_reports(&self, by: &PrincipalId, limit: usize) -> Viewed<usize> {
        let waits = |entry: &&Arc<Entry>| {
            let mark = entry.suspicion.as_ref();
            mark.is_some_and(|mark| !mark.accepted && mark.by.as_ref() == Some(by))
        };
        Ok(self.entries.values().filter(waits).take(limit).count())
    }

    fn outbox_is_open(&self) -> Viewed<bool> {
        Ok(false)
    }
    fn notice(&self, _: NoticeId) -> Viewed<Option<Notice>> {
        Ok(None)
    }
    fn data_version(&self) -> Viewed<Option<String>> {
        Ok(None)
    }
}

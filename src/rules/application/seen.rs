//! The tree as somebody sees it: what is hidden from them is not there, and of a stub only that the number is taken. It must
//! never tell a hidden entry from an absent one.

use std::sync::Arc;

use crate::model::actor::{Credential, Principal};
use crate::model::allocation_token::AllocationToken;
use crate::model::application::{Application, Docket, Place};
use crate::model::command::Whole;
use crate::model::entry::{Entry, Hold, Registrant};
use crate::model::ids::{AllocationTokenId, CredentialId};
use crate::model::plan::Agenda;
use crate::model::{
    ApplicationId, Notice, NoticeId, PrincipalId, RegisterId, RegistrantId, State, Timestamp,
    TreeView, Viewed, Visibility,
};
use crate::oid::{ArcValue, ComparisonKey, Identifier, NodePath};

use super::is_whole;

/// How a node is seen.
#[derive(PartialEq, Eq)]
enum Seeing {
    Not,
    Number,
    Everything,
}

/// A tree as somebody sees it.
pub struct AsSeen<'a> {
    tree: &'a dyn TreeView,
    whole: &'a Whole,
}

impl<'a> AsSeen<'a> {
    /// What who sees `whole` sees of `tree`.
    pub fn new(tree: &'a dyn TreeView, whole: &'a Whole) -> Self {
        Self { tree, whole }
    }

    fn seeing(&self, path: &NodePath) -> Viewed<Seeing> {
        if is_whole(self.whole, path) {
            return Ok(Seeing::Everything);
        }
        let mut in_force = Visibility::Public;
        for depth in 1..=path.depth() {
            if let Some(entry) = self.tree.entry(&path.truncated(depth))? {
                in_force = in_force.max(entry.superior.visibility);
            }
        }
        let above = match self.whole {
            Whole::All => true,
            Whole::Within(arcs) => arcs.iter().any(|arc| arc.starts_with(path)),
        };
        Ok(match in_force {
            Visibility::Public => Seeing::Everything,
            Visibility::Hidden if !above => Seeing::Not,
            Visibility::Stub | Visibility::Hidden => Seeing::Number,
        })
    }

    /// Whether the names of a subordinate are seen.
    fn names_are_seen(&self, superior: &NodePath, number: &ArcValue) -> Viewed<bool> {
        match superior.child(number.clone()) {
            Ok(path) => Ok(self.seeing(&path)? == Seeing::Everything),
            Err(_) => Ok(false),
        }
    }
}

/// What somebody sees of a tree, for commands that are no application's.
pub struct Sees<'a>(AsSeen<'a>);

impl<'a> Sees<'a> {
    /// What who sees `whole` sees of `tree`.
    pub fn new(tree: &'a dyn TreeView, whole: &'a Whole) -> Self {
        Self(AsSeen::new(tree, whole))
    }

    /// The tree in which what is hidden is not there.
    pub fn tree(&self) -> &dyn TreeView {
        &self.0
    }

    /// Whether an arc is seen whatever its visibility, by a right there or above.
    pub fn whole(&self, path: &NodePath) -> bool {
        is_whole(self.0.whole, path)
    }

    /// Whether the names of an arc are seen, and not only that its number is taken.
    pub fn names_of(&self, path: &NodePath) -> Viewed<bool> {
        Ok(self.0.seeing(path)? == Seeing::Everything)
    }
}

impl TreeView for AsSeen<'_> {
    fn register(&self) -> Viewed<Option<RegisterId>> {
        self.tree.register()
    }

    fn authorities(&self) -> Viewed<Arc<Vec<NodePath>>> {
        self.tree.authorities()
    }

    fn entry(&self, path: &NodePath) -> Viewed<Option<Arc<Entry>>> {
        let Some(entry) = self.tree.entry(path)? else {
            return Ok(None);
        };
        Ok(match self.seeing(path)? {
            Seeing::Not => None,
            Seeing::Everything => Some(entry),
            Seeing::Number => {
                let mut stub = (*entry).clone();
                stub.superior.state = State::Active;
                Some(Arc::new(stub))
            }
        })
    }

    fn label_holder(&self, superior: &NodePath, key: &ComparisonKey) -> Viewed<Option<ArcValue>> {
        match self.tree.label_holder(superior, key)? {
            Some(number) if self.names_are_seen(superior, &number)? => Ok(Some(number)),
            _ => Ok(None),
        }
    }

    fn identifier_holders(
        &self,
        superior: &NodePath,
        identifier: &Identifier,
    ) -> Viewed<Vec<ArcValue>> {
        let mut seen = Vec::new();
        for number in self.tree.identifier_holders(superior, identifier)? {
            if self.names_are_seen(superior, &number)? {
                seen.push(number);
            }
        }
        Ok(seen)
    }

    fn long_arc(&self, key: &ComparisonKey) -> Viewed<Option<NodePath>> {
        self.tree.long_arc(key)
    }

    fn hold(&self, superior: &NodePath, number: &ArcValue) -> Viewed<Option<Hold>> {
        // Who registers at a place knows of the holds there, and nobody else.
        if is_whole(self.whole, superior) {
            self.tree.hold(superior, number)
        } else {
            Ok(None)
        }
    }

    fn holds(&self) -> Viewed<Vec<Hold>> {
        let mut holds = self.tree.holds()?;
        holds.retain(|hold| is_whole(self.whole, &hold.superior));
        Ok(holds)
    }

    fn lowest_unassigned(
        &self,
        superior: &NodePath,
        window_from: &ArcValue,
        from: &ArcValue,
    ) -> Viewed<ArcValue> {
        self.tree.lowest_unassigned(superior, window_from, from)
    }

    fn numbers_from(
        &self,
        superior: &NodePath,
        from: &ArcValue,
        limit: usize,
    ) -> Viewed<Vec<ArcValue>> {
        self.tree.numbers_from(superior, from, limit)
    }

    fn arcs_below(&self, path: &NodePath, limit: u64) -> Viewed<u64> {
        self.tree.arcs_below(path, limit)
    }

    fn live_subordinate(&self, path: &NodePath) -> Viewed<Option<NodePath>> {
        self.tree.live_subordinate(path)
    }

    fn arcs_of_registrant(
        &self,
        superior: &NodePath,
        registrant: &RegistrantId,
        limit: u64,
    ) -> Viewed<u64> {
        self.tree.arcs_of_registrant(superior, registrant, limit)
    }

    fn principal(&self, id: &PrincipalId) -> Viewed<Option<Principal>> {
        self.tree.principal(id)
    }

    fn principals(&self) -> Viewed<Vec<Principal>> {
        self.tree.principals()
    }

    fn credentials(&self) -> Viewed<Vec<Credential>> {
        self.tree.credentials()
    }

    fn credential_of_id(&self, id: &CredentialId) -> Viewed<Option<Credential>> {
        self.tree.credential_of_id(id)
    }

    fn credential(&self, token_sha256: &[u8; 32]) -> Viewed<Option<Credential>> {
        self.tree.credential(token_sha256)
    }

    fn allocation_token(&self, secret_sha256: &[u8; 32]) -> Viewed<Option<AllocationToken>> {
        self.tree.allocation_token(secret_sha256)
    }

    fn allocation_token_of_id(&self, id: &AllocationTokenId) -> Viewed<Option<AllocationToken>> {
        self.tree.allocation_token_of_id(id)
    }

    fn allocation_tokens(&self, superior: &NodePath) -> Viewed<Vec<AllocationToken>> {
        self.tree.allocation_tokens(superior)
    }

    fn registrant(&self, id: &RegistrantId) -> Viewed<Option<Registrant>> {
        self.tree.registrant(id)
    }

    fn application(&self, id: &ApplicationId) -> Viewed<Option<Application>> {
        self.tree.application(id)
    }

    fn docket(&self, docket: &Docket, after: Option<&Place>, limit: usize) -> Viewed<Vec<Place>> {
        self.tree.docket(docket, after, limit)
    }

    fn agenda(
        &self,
        agenda: Agenda,
        until: Timestamp,
        limit: usize,
    ) -> Viewed<Vec<(Timestamp, NodePath)>> {
        self.tree.agenda(agenda, until, limit)
    }

    fn open_reports(&self, by: &PrincipalId, limit: usize) -> Viewed<usize> {
        self.tree.open_reports(by, limit)
    }

    fn outbox_is_open(&self) -> Viewed<bool> {
        self.tree.outbox_is_open()
    }

    fn notice(&self, id: NoticeId) -> Viewed<Option<Notice>> {
        self.tree.notice(id)
    }

    fn data_version(&self) -> Viewed<Option<String>> {
        self.tree.data_version()
    }
}

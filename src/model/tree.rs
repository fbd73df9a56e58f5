//! What the rules and the rights may read of the tree. `register` carries it out, over sled and over the batch at hand.

use std::sync::Arc;

use crate::oid::{ArcValue, ComparisonKey, Identifier, NodePath};

use super::clock::Timestamp;
use super::plan::Agenda;
use super::{
    actor::{Credential, Principal},
    allocation_token::AllocationToken,
    application::{Application, Docket, Place},
    entry::{Entry, Hold, Registrant},
    ids::{AllocationTokenId, ApplicationId, CredentialId, PrincipalId, RegisterId, RegistrantId},
    notice::{Notice, NoticeId},
};

/// The tree could not be read: ours to mend, no fault of the caller.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the register's tables could not be read: {0}")]
pub struct ViewFault(pub String);

/// What a reading gives.
pub type Viewed<T> = Result<T, ViewFault>;

/// The tree at one moment.
pub trait TreeView {
    /// The register's id; `None` before its founding.
    fn register(&self) -> Viewed<Option<RegisterId>>;

    /// The nodes this register is the registration authority of.
    fn authorities(&self) -> Viewed<Arc<Vec<NodePath>>>;

    /// The entry of a node.
    fn entry(&self, path: &NodePath) -> Viewed<Option<Arc<Entry>>>;

    /// The sibling below `superior` that has a label of this comparison key.
    fn label_holder(&self, superior: &NodePath, key: &ComparisonKey) -> Viewed<Option<ArcValue>>;

    /// The siblings below `superior` that have this secondary identifier in any case of its letters, in numeric order.
    fn identifier_holders(
        &self,
        superior: &NodePath,
        identifier: &Identifier,
    ) -> Viewed<Vec<ArcValue>>;

    /// Where the long arc of this comparison key leads.
    fn long_arc(&self, key: &ComparisonKey) -> Viewed<Option<NodePath>>;

    /// The hold on a number, in force or expired, if it was not released.
    fn hold(&self, superior: &NodePath, number: &ArcValue) -> Viewed<Option<Hold>>;

    /// Every hold that was not released, of the whole register.
    fn holds(&self) -> Viewed<Vec<Hold>>;

    /// The lowest number not below `from` that no subordinate of `superior` has; holds do not count. `window_from` starts a run that
    /// was filled up without a gap: the cursor that is kept for it may be used as a start.
    fn lowest_unassigned(
        &self,
        superior: &NodePath,
        window_from: &ArcValue,
        from: &ArcValue,
    ) -> Viewed<ArcValue>;

    /// The subordinates' numbers of `superior` not below `from`, in numeric order, at most `limit`.
    fn numbers_from(
        &self,
        superior: &NodePath,
        from: &ArcValue,
        limit: usize,
    ) -> Viewed<Vec<ArcValue>>;

    /// How many arcs stand anywhere below `path`, counted up to `limit`.
    fn arcs_below(&self, path: &NodePath, limit: u64) -> Viewed<u64>;

    /// A subordinate directly below `path` that is not withdrawn, if there is one.
    fn live_subordinate(&self, path: &NodePath) -> Viewed<Option<NodePath>>;

    /// How many arcs directly below `superior` the registrant holds, counted up to `limit`.
    fn arcs_of_registrant(
        &self,
        superior: &NodePath,
        registrant: &RegistrantId,
        limit: u64,
    ) -> Viewed<u64>;

    /// A principal.
    fn principal(&self, id: &PrincipalId) -> Viewed<Option<Principal>>;

    /// Every principal, removed ones included, by id.
    fn principals(&self) -> Viewed<Vec<Principal>>;

    /// Every credential, ended ones included, in no order that means anything.
    fn credentials(&self) -> Viewed<Vec<Credential>>;

    /// The credential of this id.
    fn credential_of_id(&self, id: &CredentialId) -> Viewed<Option<Credential>> {
        Ok(self.credentials()?.into_iter().find(|one| one.id == *id))
    }

    /// The credential of a token with this SHA-256.
    fn credential(&self, token_sha256: &[u8; 32]) -> Viewed<Option<Credential>>;

    /// The allocation token whose secret has this SHA-256.
    fn allocation_token(&self, secret_sha256: &[u8; 32]) -> Viewed<Option<AllocationToken>>;

    /// The allocation token of this id.
    fn allocation_token_of_id(&self, id: &AllocationTokenId) -> Viewed<Option<AllocationToken>>;

    /// Every allocation token below a superior, ended ones included, in the order in which they were issued.
    fn allocation_tokens(&self, superior: &NodePath) -> Viewed<Vec<AllocationToken>>;

    /// A registrant.
    fn registrant(&self, id: &RegistrantId) -> Viewed<Option<Registrant>>;

    /// An application.
    fn application(&self, id: &ApplicationId) -> Viewed<Option<Application>>;

    /// The applications of a list after `after`, in its order, at most `limit`.
    fn docket(&self, docket: &Docket, after: Option<&Place>, limit: usize) -> Viewed<Vec<Place>>;

    /// What is planned until a moment, that one included: the moments and the arcs of a list, in its order, at most `limit`.
    fn agenda(
        &self,
        agenda: Agenda,
        until: Timestamp,
        limit: usize,
    ) -> Viewed<Vec<(Timestamp, NodePath)>>;

    /// How many reports of errors by a principal wait for somebody to look at them, counted up to `limit`.
    fn open_reports(&self, by: &PrincipalId, limit: usize) -> Viewed<usize>;

    /// Whether events give rise to notices.
    fn outbox_is_open(&self) -> Viewed<bool>;

    /// A notice.
    fn notice(&self, id: NoticeId) -> Viewed<Option<Notice>>;

    /// Which version of the reference data is loaded.
    fn data_version(&self) -> Viewed<Option<String>>;
}

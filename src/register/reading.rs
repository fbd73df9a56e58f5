//! Reading the register at one revision.
//!
//! Point reads run where they are called; walks and long listings block and belong into `spawn_blocking`.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::access::Sight;
use crate::model::{
    Entry, PrincipalId, RegisterId, RegistrantId, Seq, Timestamp, TreeView, ViewFault, Viewed,
    actor::{Credential, Principal},
    entry::{Hold, Registrant},
};
use crate::oid::{ArcValue, ComparisonKey, Identifier, NodePath, UnicodeLabel, notation::Names};

use super::answers::{HistoryItem, Resolution, Seen};

/// The register at one revision. Cheap to clone.
#[derive(Clone, Default)]
pub struct Reading {
    seq: Seq,
}

fn fault<T>() -> Viewed<T> {
    Err(ViewFault("not open".to_owned()))
}

impl Reading {
    /// The revision.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// The time of the record that made the revision.
    pub fn time(&self) -> Timestamp {
        Timestamp::default()
    }

    /// What is known of a path.
    pub fn resolve(&self, _path: &NodePath, _sight: Sight) -> Viewed<Resolution> {
        fault()
    }

    /// The superiors of a path that are registered and may be seen, the nearest first.
    pub fn superiors(&self, _path: &NodePath, _sight: Sight) -> Viewed<Vec<Seen>> {
        fault()
    }

    /// The direct subordinates after `after` in numeric order, at most `limit`.
    pub fn children(
        &self,
        _path: &NodePath,
        _after: Option<&ArcValue>,
        _limit: usize,
        _sight: Sight,
    ) -> Viewed<Vec<Seen>> {
        fault()
    }

    /// The subtree of `top`, itself included, superiors before subordinates, siblings in numeric order, after `after` where
    /// a walk is taken up again, at most `depth_max` arcs below `top`. Blocks.
    pub fn walk(
        &self,
        _top: &NodePath,
        _after: Option<&NodePath>,
        _depth_max: Option<usize>,
        _sight: Sight,
    ) -> Walk {
        Walk {}
    }

    /// What happened to an arc before the record `before`, the newest first, at most `limit`. Reads the journal: blocks.
    pub fn history(
        &self,
        _path: &NodePath,
        _before: Option<Seq>,
        _limit: usize,
        _sight: Sight,
    ) -> Viewed<Vec<HistoryItem>> {
        fault()
    }

    /// The names the register knows, as far as they may be seen.
    pub fn names(&self, _sight: Sight) -> ReadingNames<'_> {
        ReadingNames { of: PhantomData }
    }
}

/// A walk through a subtree; after an error it ends.
pub struct Walk {}

impl Iterator for Walk {
    type Item = Viewed<Seen>;

    fn next(&mut self) -> Option<Viewed<Seen>> {
        None
    }
}

/// The names of a [`Reading`].
pub struct ReadingNames<'a> {
    of: PhantomData<&'a Reading>,
}

impl ReadingNames<'_> {
    /// The first reading of the tables that failed while names were looked up. An answer made with it must not be given.
    pub fn fault(&self) -> Option<ViewFault> {
        None
    }
}

impl Names for ReadingNames<'_> {
    fn by_identifier(&self, _superior: &NodePath, _identifier: &Identifier) -> Vec<ArcValue> {
        Vec::new()
    }
    fn by_label(&self, _superior: &NodePath, _label: &UnicodeLabel) -> Option<ArcValue> {
        None
    }
    fn by_long_arc(&self, _label: &UnicodeLabel) -> Option<NodePath> {
        None
    }
    fn identifier_of(&self, _path: &NodePath) -> Option<Identifier> {
        None
    }
    fn identifiers_of(&self, _path: &NodePath) -> Vec<Identifier> {
        Vec::new()
    }
    fn label_of(&self, _path: &NodePath) -> Option<UnicodeLabel> {
        None
    }
    fn long_arc_of(&self, _path: &NodePath) -> Option<UnicodeLabel> {
        None
    }
}

impl TreeView for Reading {
    fn register(&self) -> Viewed<Option<RegisterId>> {
        fault()
    }
    fn authorities(&self) -> Viewed<Arc<Vec<NodePath>>> {
        fault()
    }
    fn entry(&self, _path: &NodePath) -> Viewed<Option<Arc<Entry>>> {
        fault()
    }
    fn label_holder(&self, _: &NodePath, _: &ComparisonKey) -> Viewed<Option<ArcValue>> {
        fault()
    }
    fn identifier_holders(&self, _: &NodePath, _: &Identifier) -> Viewed<Vec<ArcValue>> {
        fault()
    }
    fn long_arc(&self, _: &ComparisonKey) -> Viewed<Option<NodePath>> {
        fault()
    }
    fn hold(&self, _: &NodePath, _: &ArcValue) -> Viewed<Option<Hold>> {
        fault()
    }
    fn holds(&self) -> Viewed<Vec<Hold>> {
        fault()
    }
    fn lowest_unassigned(&self, _: &NodePath, _: &ArcValue, _: &ArcValue) -> Viewed<ArcValue> {
        fault()
    }
    fn numbers_from(&self, _: &NodePath, _: &ArcValue, _: usize) -> Viewed<Vec<ArcValue>> {
        fault()
    }
    fn live_subordinate(&self, _: &NodePath) -> Viewed<Option<NodePath>> {
        fault()
    }
    fn arcs_of_registrant(&self, _: &NodePath, _: &RegistrantId, _: u64) -> Viewed<u64> {
        fault()
    }
    fn principal(&self, _: &PrincipalId) -> Viewed<Option<Principal>> {
        fault()
    }
    fn credential(&self, _: &[u8; 32]) -> Viewed<Option<Credential>> {
        fault()
    }
    fn registrant(&self, _: &RegistrantId) -> Viewed<Option<Registrant>> {
        fault()
    }
    fn data_version(&self) -> Viewed<Option<String>> {
        fault()
    }
}

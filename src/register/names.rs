//! The names of a reading, for the notations (`oid::notation`).
//!
//! Names of a stub are not told, and do not lead to it. A table that cannot be read is no missing name: the fault is kept,
//! and whoever uses the answer asks for it.

use std::cell::RefCell;

use crate::access::Sight;
use crate::model::entry::{Certainty, Origin};
use crate::model::{Entry, TreeView, ViewFault, Viewed};
use crate::oid::{ArcValue, Identifier, NodePath, UnicodeLabel, notation::Names};

use super::answers::{Resolution, Seen};
use super::reading::Reading;

/// The names of a [`Reading`], as far as they may be seen.
pub struct ReadingNames<'a> {
    reading: &'a Reading,
    sight: Sight,
    /// The line of nodes that was looked at last: the names of one path are asked for one after another.
    line: RefCell<(NodePath, Vec<Seen>)>,
    fault: RefCell<Option<ViewFault>>,
}

impl<'a> ReadingNames<'a> {
    pub(super) fn new(reading: &'a Reading, sight: &Sight) -> Self {
        Self {
            reading,
            sight: sight.clone(),
            line: RefCell::default(),
            fault: RefCell::default(),
        }
    }

    /// The first reading of the tables that failed while names were looked up. An answer made with it must not be given.
    pub fn fault(&self) -> Option<ViewFault> {
        self.fault.borrow().clone()
    }

    /// What is known of a path. The line of nodes is kept for the names that are asked for next.
    pub fn resolve(&self, path: &NodePath) -> Viewed<Resolution> {
        self.look(path)?;
        let line = self.line.borrow();
        let known = line.1.get(..path.depth()).unwrap_or(&line.1);
        Ok(Resolution::of(path, known))
    }

    /// The superiors of a path that are registered and may be seen, the nearest first, from the line that is kept.
    pub fn superiors(&self, path: &NodePath) -> Viewed<Vec<Seen>> {
        let Some(depth) = path.depth().checked_sub(1) else {
            return Ok(Vec::new());
        };
        self.look(path)?;
        let line = self.line.borrow();
        let known = line.1.get(..depth).unwrap_or(&line.1);
        Ok(known.iter().rev().cloned().collect())
    }

    /// Looks a path up once, ahead of the names of its nodes.
    pub fn prepare(&self, path: &NodePath) {
        self.noted(self.look(path), ());
    }

    fn noted<T>(&self, viewed: Viewed<T>, otherwise: T) -> T {
        viewed.unwrap_or_else(|fault| {
            self.fault.borrow_mut().get_or_insert(fault);
            otherwise
        })
    }

    fn look(&self, path: &NodePath) -> Viewed<()> {
        if !self.line.borrow().0.starts_with(path) {
            let line = self.reading.lineage(path, &self.sight)?;
            *self.line.borrow_mut() = (path.clone(), line);
        }
        Ok(())
    }

    /// Something of an entry that is no stub.
    fn of_entry<T>(&self, path: &NodePath, take: impl FnOnce(&Seen) -> T) -> Option<T> {
        self.noted(self.look(path), ());
        let line = self.line.borrow();
        let place = path.depth().checked_sub(1)?;
        if !line.0.starts_with(path) {
            return None;
        }
        line.1.get(place).filter(|seen| !seen.stub).map(take)
    }

    /// Whether a node's names may be told.
    fn may_tell(&self, path: &NodePath) -> bool {
        if self.sight == Sight::All {
            return true;
        }
        let line = self.noted(self.reading.lineage(path, &self.sight), Vec::new());
        line.len() == path.depth() && line.last().is_some_and(|seen| !seen.stub)
    }

    fn may_tell_below(&self, superior: &NodePath, number: &ArcValue) -> bool {
        superior
            .child(number.clone())
            .is_ok_and(|path| self.may_tell(&path))
    }
}

impl Names for ReadingNames<'_> {
    fn by_identifier(&self, superior: &NodePath, identifier: &Identifier) -> Vec<ArcValue> {
        let found = self.reading.identifier_holders(superior, identifier);
        let mut found = self.noted(found, Vec::new());
        found.retain(|number| {
            // The table finds them in any case; in a notation the case counts (X.680 12.3).
            let bears = |seen: &Seen| seen.entry.superior.identifiers.contains(identifier);
            let path = superior.child(number.clone());
            path.is_ok_and(|path| self.of_entry(&path, bears) == Some(true))
        });
        found
    }

    fn by_label(&self, superior: &NodePath, label: &UnicodeLabel) -> Option<ArcValue> {
        let found = self.reading.label_holder(superior, &label.comparison_key());
        self.noted(found, None)
            .filter(|number| self.may_tell_below(superior, number))
    }

    fn by_long_arc(&self, label: &UnicodeLabel) -> Option<NodePath> {
        let found = self.reading.long_arc(&label.comparison_key());
        self.noted(found, None).filter(|path| self.may_tell(path))
    }

    fn identifier_of(&self, path: &NodePath) -> Option<Identifier> {
        self.of_entry(path, |seen| {
            seen.entry.superior.identifiers.first().cloned()
        })?
    }

    fn identifiers_of(&self, path: &NodePath) -> Vec<Identifier> {
        self.of_entry(path, |seen| seen.entry.superior.identifiers.clone())
            .unwrap_or_default()
    }

    fn label_of(&self, path: &NodePath) -> Option<UnicodeLabel> {
        self.of_entry(path, |seen| {
            let mut labels = seen.entry.superior.labels.iter();
            let label = labels.find(|_| is_agreed(&seen.entry));
            label.map(|label| label.label.clone())
        })?
    }

    fn long_arc_of(&self, path: &NodePath) -> Option<UnicodeLabel> {
        self.of_entry(path, |seen| {
            let mut long_arcs = seen.entry.superior.long_arcs.iter();
            long_arcs.find(|_| is_agreed(&seen.entry)).cloned()
        })?
    }
}

/// Whether the sources of an entry agree about its labels. Where they do not, the labels are understood but not written
/// (X.660 Annex A as the sources quote it: 2.50 has two).
fn is_agreed(entry: &Entry) -> bool {
    let certainty = match &entry.origin {
        Origin::Reference { certainty, .. } => Some(*certainty),
        Origin::Assigned | Origin::Recorded { .. } | Origin::Template { .. } => None,
    };
    certainty != Some(Certainty::Partial)
}

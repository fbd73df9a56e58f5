//! Walking a subtree in the order of the tree: superiors before subordinates, siblings in numeric order.
//!
//! Each level is read by ranges of its own, a page at a time, so that memory is bounded by the depth. It must never hold a
//! subtree whole.

use std::ops::Bound;
use std::sync::Arc;
use std::vec::IntoIter;

use crate::access::Sight;
use crate::model::{Entry, Viewed, Visibility};
use crate::oid::{ArcValue, NodePath};

use super::answers::Seen;
use super::reading::Reading;

/// Entries of one level that are held at once.
const PAGE: usize = 64;

/// The subordinates of one node that are still to come.
struct Level {
    superior: NodePath,
    above: Visibility,
    page: IntoIter<Arc<Entry>>,
    after: Option<ArcValue>,
    ended: bool,
}

impl Level {
    fn new(superior: NodePath, above: Visibility, after: Option<ArcValue>) -> Self {
        Self {
            superior,
            above,
            page: Vec::new().into_iter(),
            after,
            ended: false,
        }
    }

    fn next(&mut self, reading: &Reading) -> Viewed<Option<Arc<Entry>>> {
        if let Some(entry) = self.page.next() {
            return Ok(Some(entry));
        }
        if self.ended {
            return Ok(None);
        }
        let from = self
            .after
            .as_ref()
            .map_or(Bound::Unbounded, Bound::Excluded);
        let page = reading.of.subordinates(&self.superior, from, PAGE)?;
        self.ended = page.len() < PAGE;
        if let Some(last) = page.last() {
            self.after = last.path.last().cloned();
        }
        self.page = page.into_iter();
        Ok(self.page.next())
    }
}

/// A walk through a subtree; after an error it ends.
pub struct Walk {
    reading: Reading,
    sight: Sight,
    /// Arcs of the deepest node that is shown.
    deepest: usize,
    /// What comes before everything else.
    first: Option<Viewed<Seen>>,
    levels: Vec<Level>,
}

impl Walk {
    pub(super) fn new(
        reading: Reading,
        top: &NodePath,
        after: Option<&NodePath>,
        depth_max: Option<usize>,
        sight: &Sight,
    ) -> Self {
        let deepest = depth_max.map_or(usize::MAX, |depth| top.depth().saturating_add(depth));
        let mut walk = Self {
            reading,
            sight: sight.clone(),
            deepest,
            first: None,
            levels: Vec::new(),
        };
        if let Err(fault) = walk.begin(top, after) {
            walk.levels.clear();
            walk.first = Some(Err(fault));
        }
        walk
    }

    fn begin(&mut self, top: &NodePath, after: Option<&NodePath>) -> Viewed<()> {
        let Some(above) = self.reading.in_force(top, &self.sight)? else {
            return Ok(());
        };
        let Some(after) = after.filter(|after| after.starts_with(top)) else {
            let line = self.reading.lineage(top, &self.sight)?;
            self.first = line.into_iter().next_back().map(Ok);
            self.descend(top.clone(), above);
            return Ok(());
        };
        for depth in top.depth()..after.depth() {
            let superior = after.truncated(depth);
            let Some(above) = self.reading.in_force(&superior, &self.sight)? else {
                return Ok(());
            };
            let arc = after.arcs().get(depth).cloned();
            self.levels.push(Level::new(superior, above, arc));
        }
        if let Some(above) = self.reading.in_force(after, &self.sight)? {
            self.descend(after.clone(), above);
        }
        Ok(())
    }

    fn descend(&mut self, superior: NodePath, above: Visibility) {
        if superior.depth() < self.deepest {
            self.levels.push(Level::new(superior, above, None));
        }
    }

    fn step(&mut self) -> Viewed<Option<Seen>> {
        while let Some(level) = self.levels.last_mut() {
            let Some(entry) = level.next(&self.reading)? else {
                self.levels.pop();
                continue;
            };
            let above = level.above;
            if let Some(seen) = self.reading.see(entry, above, &self.sight)? {
                self.descend(seen.entry.path.clone(), seen.visibility);
                return Ok(Some(seen));
            }
        }
        Ok(None)
    }
}

impl Iterator for Walk {
    type Item = Viewed<Seen>;

    fn next(&mut self) -> Option<Viewed<Seen>> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        let step = self.step();
        if step.is_err() {
            self.levels.clear();
        }
        step.transpose()
    }
}

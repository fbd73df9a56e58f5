//! The names of one zone at one revision: which node brings which hashes into the chain, and what had to be left out.
//!
//! It holds no name in clear beyond a node's path and no fact: facts are read from the register when they are asked for. It
//! must never hold a node that the public may not see.

use std::collections::BTreeMap;

use crate::access::Sight;
use crate::model::Viewed;
use crate::oid::NodePath;
use crate::register::{Reading, Seen};

use super::chain::{Chain, Hash};
use super::zone::{LeftOut, Placement, Types, Zone};

/// How a node stands in a zone, as far as it matters to those below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Its facts are told.
    Open,
    /// Its number alone is told.
    Stub,
    /// Somebody else serves what is below.
    Cut,
}

#[derive(Clone, Debug)]
struct Brought {
    standing: Standing,
    names: Box<[(Hash, Types)]>,
    left_out: LeftOut,
}

/// The names of one zone.
#[derive(Clone, Debug, Default)]
pub struct Index {
    nodes: BTreeMap<NodePath, Brought>,
    chain: Chain,
    left_out: LeftOut,
}

/// A change of an index, worked out beside its readers.
#[derive(Debug)]
pub enum Change {
    /// The names of one node.
    Node(NodePath, Option<Box<(Seen, Placement)>>),
    /// Those of a node and everything below it.
    Subtree(NodePath, Vec<(Seen, Placement)>),
}

impl Index {
    /// The names of a zone in a reading. Blocks.
    pub fn build(zone: &Zone, reading: &Reading) -> Viewed<Self> {
        let mut index = Self::default();
        index.chain.insert(Hash::of(&zone.apex), Types::APEX);
        for brought in walk(zone, reading, &zone.node) {
            let (seen, placement) = brought?;
            index.put(zone, &seen, &placement);
        }
        Ok(index)
    }

    /// The chain.
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// What was left out.
    pub const fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// What a change of the node `touched` means for the names; `None` where the node is no business of the zone.
    pub fn change(
        &self,
        zone: &Zone,
        reading: &Reading,
        touched: &NodePath,
    ) -> Viewed<Option<Change>> {
        if zone.node.starts_with(touched) && zone.node != *touched {
            // What happens to a superior matters to all below it.
            return subtree(zone, reading, &zone.node).map(Some);
        }
        if !zone.holds(touched) {
            return Ok(None);
        }
        let now = placed(zone, reading, touched)?;
        let was = self.nodes.get(touched).map(|brought| brought.standing);
        let is = now
            .as_ref()
            .map(|(seen, placement)| standing(seen, placement));
        if was == is || !has_subordinates(reading, touched)? {
            return Ok(Some(Change::Node(touched.clone(), now.map(Box::new))));
        }
        subtree(zone, reading, touched).map(Some)
    }

    /// Carries a change out.
    pub fn apply(&mut self, zone: &Zone, change: Change) {
        match change {
            Change::Node(path, brought) => {
                self.drop_node(zone, &path);
                if let Some(brought) = brought {
                    self.put(zone, &brought.0, &brought.1);
                }
            }
            Change::Subtree(path, brought) => {
                let gone = self.nodes.range(path.clone()..);
                let gone = gone.take_while(|(found, _)| found.starts_with(&path));
                let gone: Vec<_> = gone.map(|(found, _)| found.clone()).collect();
                for path in &gone {
                    self.drop_node(zone, path);
                }
                for (seen, placement) in &brought {
                    self.put(zone, seen, placement);
                }
            }
        }
    }

    fn drop_node(&mut self, zone: &Zone, path: &NodePath) {
        let Some(brought) = self.nodes.remove(path) else {
            return;
        };
        self.left_out.take(brought.left_out);
        for (hash, _) in &brought.names {
            self.chain.remove(*hash);
        }
        if *path == zone.node {
            self.chain.insert(Hash::of(&zone.apex), Types::APEX);
        }
    }

    fn put(&mut self, zone: &Zone, seen: &Seen, placement: &Placement) {
        let names: Box<[_]> = hashes(zone, placement).collect();
        for (hash, types) in &names {
            self.chain.insert(*hash, *types);
        }
        self.left_out.add(placement.left_out);
        let brought = Brought {
            standing: standing(seen, placement),
            names,
            left_out: placement.left_out,
        };
        self.nodes.insert(seen.entry.path.clone(), brought);
    }
}

/// The hashes of a placement's names; the apex has its own types beside.
pub fn hashes<'a>(
    zone: &'a Zone,
    placement: &'a Placement,
) -> impl Iterator<Item = (Hash, Types)> + 'a {
    placement.names.iter().map(|placed| {
        let types = if placed.name == zone.apex {
            placed.types.and(Types::APEX)
        } else {
            placed.types
        };
        (Hash::of(&placed.name), types)
    })
}

fn standing(seen: &Seen, placement: &Placement) -> Standing {
    match (placement.cut, seen.stub) {
        (true, _) => Standing::Cut,
        (_, true) => Standing::Stub,
        _ => Standing::Open,
    }
}

/// Whether an entry that the public sees is in zones at all: what is tried in a sandbox is not.
pub fn is_published(seen: &Seen) -> bool {
    seen.entry.sandbox.is_none()
}

/// Whether anything is registered below a node, seen or not.
fn has_subordinates(reading: &Reading, path: &NodePath) -> Viewed<bool> {
    let below = reading.children(path, None, 1, &Sight::All)?;
    Ok(!below.is_empty())
}

/// What a node brings now; `None` where the public does not see it, or somebody else serves it.
fn placed(zone: &Zone, reading: &Reading, path: &NodePath) -> Viewed<Option<(Seen, Placement)>> {
    if path.is_root() {
        return Ok(None);
    }
    if is_below_cut(zone, reading, path)? {
        return Ok(None);
    }
    // What a template makes is in no zone: its names are answered as those of what is not registered.
    let seen = reading.registered(path, &Sight::Public)?;
    Ok(seen.filter(is_published).map(|seen| {
        let placement = zone.place(&seen.entry, seen.stub);
        (seen, placement)
    }))
}

fn is_below_cut(zone: &Zone, reading: &Reading, path: &NodePath) -> Viewed<bool> {
    for seen in reading.superiors(path, &Sight::Public)? {
        let at = &seen.entry.path;
        if zone.holds(at)
            && *at != zone.node
            && let Some(name) = zone.name_of(at)
            && zone.cut(&seen.entry, &name).is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn subtree(zone: &Zone, reading: &Reading, top: &NodePath) -> Viewed<Change> {
    let brought = if is_below_cut(zone, reading, top)? {
        Vec::new()
    } else {
        walk(zone, reading, top).collect::<Viewed<_>>()?
    };
    Ok(Change::Subtree(top.clone(), brought))
}

/// What the public nodes at and below `top` bring, in the order of the tree. Blocks.
pub fn walk<'a>(
    zone: &'a Zone,
    reading: &Reading,
    top: &NodePath,
) -> impl Iterator<Item = Viewed<(Seen, Placement)>> + use<'a> {
    let mut cut: Option<NodePath> = None;
    let walk = reading.walk(top, None, None, &Sight::Public);
    walk.filter_map(move |seen| {
        let seen = match seen {
            Ok(seen) => seen,
            Err(fault) => return Some(Err(fault)),
        };
        if !is_published(&seen) {
            return None;
        }
        let below_cut = |cut: &NodePath| seen.entry.path.starts_with(cut);
        if cut.as_ref().is_some_and(below_cut) {
            return None;
        }
        let placement = zone.place(&seen.entry, seen.stub);
        if placement.cut {
            cut = Some(seen.entry.path.clone());
        }
        Some(Ok((seen, placement)))
    })
}

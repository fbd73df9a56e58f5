//! What changed in a zone between two revisions, record by record (RFC 1995), from the register's own history.
//!
//! What was public then is worked out from the entries as they were. Where something was public then and is not today there
//! is no difference to tell: it would speak of what is hidden. It must never tell of a node that the public cannot see.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::Sight;
use crate::model::{Seq, Viewed, Visibility};
use crate::oid::NodePath;
use crate::register::Reading;

use super::chain::{Chain, Hash, Link};
use super::index::{hashes, is_published};
use super::live::{Live, Zones};
use super::maker::{Maker, Stamp};
use super::record::Rrset;
use super::zone::{Placement, Types, Zone};

/// Most arcs whose changes are told as a difference; beyond that the whole zone is sent.
pub const ARCS_MAX: usize = 2_000;

/// The records that went and those that came; the SOA records apart, their signatures included.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// What went.
    pub gone: Vec<Rrset>,
    /// What came.
    pub come: Vec<Rrset>,
}

/// How a node stood, and what it brought.
struct Stood {
    visibility: Visibility,
    placement: Placement,
}

/// What changed since the revision `then`, whose serial was `serial`; `None` where only the whole zone will do. Blocks.
pub fn since(
    zones: &Zones,
    place: usize,
    live: &Live,
    then: Seq,
    serial: u32,
) -> Viewed<Option<Difference>> {
    let Some((maker, index)) = zones.maker(place, live.stamp).zip(live.index(place)) else {
        return Ok(None);
    };
    let zone = maker.zone;
    let touched = zones.touched(then, live.reading.seq())?;
    let Some(touched) = touched.filter(|touched| touched.len() <= ARCS_MAX) else {
        return Ok(None);
    };
    let before = zones.register().reading_at(then)?;
    let mut difference = Difference::default();
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    for path in &touched {
        if zone.node.starts_with(path) && zone.node != *path {
            // A superior decides who sees the zone at all.
            if visibility(&before, path)? != visibility(&live.reading, path)? {
                return Ok(None);
            }
            continue;
        }
        if !zone.holds(path) {
            continue;
        }
        let was = stood(zone, &before, path)?;
        let is = stood(zone, &live.reading, path)?;
        // The apex is there whether or not its node is seen.
        let at_apex = *path == zone.node && was.is_some() != is.is_some();
        if at_apex || !is_tellable(&live.reading, path, was.as_ref(), is.as_ref())? {
            return Ok(None);
        }
        let (was, is) = (was.map(|was| was.placement), is.map(|is| is.placement));
        old.extend(was.iter().flat_map(|placement| hashes(zone, placement)));
        new.extend(is.iter().flat_map(|placement| hashes(zone, placement)));
        let sets = |placement: Option<Placement>| {
            let names = placement
                .map(|placement| placement.names)
                .unwrap_or_default();
            let sets = names
                .into_iter()
                .flat_map(|name| name.sets.into_iter().chain(name.glue));
            sets.collect::<Vec<_>>()
        };
        difference.of_sets(&maker, &sets(was), &sets(is));
    }
    if maker.is_signed() {
        difference.of_chain(&maker, index.chain(), &old, &new);
        let stamp = Stamp {
            serial,
            ..live.stamp
        };
        let was = Maker { stamp, ..maker };
        difference.gone.extend(was.signature(&was.soa()));
        difference.come.extend(maker.signature(&maker.soa()));
    }
    Ok(Some(difference))
}

/// Whether a change can be told by what its own node brings, without a word about what is hidden.
fn is_tellable(
    now: &Reading,
    path: &NodePath,
    was: Option<&Stood>,
    is: Option<&Stood>,
) -> Viewed<bool> {
    let how = |stood: Option<&Stood>| stood.map(|stood| (stood.visibility, stood.placement.cut));
    if how(was) == how(is) {
        return Ok(true);
    }
    let harder = match (was, is) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(was), Some(is)) => is.visibility > was.visibility,
    };
    if harder {
        return Ok(false);
    }
    Ok(now.children(path, None, 1, &Sight::All)?.is_empty())
}

/// The line of nodes down to `path` as it was, and what of it the public saw then.
fn visibility(reading: &Reading, path: &NodePath) -> Viewed<Option<Visibility>> {
    let line = reading.lineage(path, &Sight::All)?;
    if line.len() != path.depth() {
        return Ok(None);
    }
    let own = line.iter().map(|seen| seen.entry.superior.visibility);
    Ok(Some(own.fold(Visibility::Public, Visibility::under)))
}

/// How a node stood in the zone at a revision; `None` where it did not.
fn stood(zone: &Zone, reading: &Reading, path: &NodePath) -> Viewed<Option<Stood>> {
    let Some(visibility) = visibility(reading, path)? else {
        return Ok(None);
    };
    if visibility == Visibility::Hidden {
        return Ok(None);
    }
    for seen in reading.superiors(path, &Sight::All)? {
        let at = &seen.entry.path;
        let open = self::visibility(reading, at)? == Some(Visibility::Public);
        if open
            && zone.holds(at)
            && *at != zone.node
            && let Some(name) = zone.name_of(at)
            && zone.cut(&seen.entry, &name).is_some()
        {
            return Ok(None);
        }
    }
    let seen = reading.registered(path, &Sight::All)?;
    let Some(seen) = seen.filter(is_published) else {
        return Ok(None);
    };
    Ok(Some(Stood {
        visibility,
        placement: zone.place(&seen.entry, visibility == Visibility::Stub),
    }))
}

impl Difference {
    fn of_sets(&mut self, maker: &Maker<'_>, was: &[Rrset], is: &[Rrset]) {
        let same = |a: &Rrset, b: &Rrset| a.owner == b.owner && a.rtype == b.rtype;
        for old in was {
            let new = is.iter().find(|new| same(old, new));
            self.of_set(maker, Some(old), new);
        }
        for new in is
            .iter()
            .filter(|new| !was.iter().any(|old| same(old, new)))
        {
            self.of_set(maker, None, Some(new));
        }
    }

    fn of_set(&mut self, maker: &Maker<'_>, old: Option<&Rrset>, new: Option<&Rrset>) {
        if old == new {
            return;
        }
        let (gone, come) = (&mut self.gone, &mut self.come);
        for (mine, other, section) in [(old, new, gone), (new, old, come)] {
            let Some(set) = mine else { continue };
            let others = other.map(|other| other.data.as_slice()).unwrap_or_default();
            let data = set.data.iter().filter(|one| !others.contains(one)).cloned();
            section.extend(Rrset::of(&set.owner, set.rtype, set.ttl, data.collect()));
            let address = matches!(
                set.rtype,
                domain::base::iana::Rtype::A | domain::base::iana::Rtype::AAAA
            );
            section.extend(maker.signature_in_zone(set).filter(|_| !address));
        }
    }

    /// The links that changed because names went, came or changed their types.
    fn of_chain(
        &mut self,
        maker: &Maker<'_>,
        now: &Chain,
        old: &BTreeMap<Hash, Types>,
        new: &BTreeMap<Hash, Types>,
    ) {
        let then = Then { now, old, new };
        let mut touched = BTreeSet::new();
        for hash in old.keys().chain(new.keys()) {
            if old.get(hash) == new.get(hash) {
                continue;
            }
            touched.insert(*hash);
            touched.extend(now.before(*hash));
            touched.extend(then.before(*hash));
        }
        for hash in touched {
            let set = |link: Option<Link>| {
                link.and_then(|link| link.set(&maker.zone.apex, maker.zone.style.negative_ttl))
            };
            let is = now.at_or_before(hash).filter(|link| link.hash == hash);
            let (was, is) = (set(then.link(hash)), set(is));
            self.of_set(maker, was.as_ref(), is.as_ref());
        }
    }
}

/// The chain as it was: the present one without what came and with what went.
struct Then<'a> {
    now: &'a Chain,
    old: &'a BTreeMap<Hash, Types>,
    new: &'a BTreeMap<Hash, Types>,
}

impl Then<'_> {
    fn came(&self, hash: Hash) -> bool {
        self.new.contains_key(&hash) && !self.old.contains_key(&hash)
    }

    fn types(&self, hash: Hash) -> Option<Types> {
        let old = self.old.get(&hash).copied();
        old.or_else(|| self.now.get(hash).filter(|_| !self.came(hash)))
    }

    fn link(&self, hash: Hash) -> Option<Link> {
        let types = self.types(hash)?;
        let next = self.after(hash);
        Some(Link { hash, next, types })
    }

    fn after(&self, hash: Hash) -> Hash {
        let kept = self.walk(hash, |at| self.now.after(at));
        let went = self
            .old
            .range((std::ops::Bound::Excluded(hash), std::ops::Bound::Unbounded));
        let went = went.map(|(hash, _)| *hash).next();
        let went = went.or_else(|| self.old.keys().next().copied());
        // The nearer one, going up and around.
        let nearer = kept
            .into_iter()
            .chain(went)
            .min_by_key(|at| (*at <= hash, *at));
        nearer.unwrap_or(hash)
    }

    fn before(&self, hash: Hash) -> Option<Hash> {
        let kept = self.walk(hash, |at| self.now.before(at));
        let went = self.old.range(..hash).next_back().map(|(hash, _)| *hash);
        let went = went.or_else(|| self.old.keys().next_back().copied());
        let found = kept.into_iter().chain(went);
        found.max_by_key(|at| (*at < hash, *at))
    }

    /// The next hash in a direction that was there then.
    fn walk(&self, from: Hash, step: impl Fn(Hash) -> Option<Hash>) -> Option<Hash> {
        let mut at = from;
        for _ in 0..=self.now.len() {
            at = step(at)?;
            if !self.came(at) {
                return Some(at);
            }
        }
        None
    }
}

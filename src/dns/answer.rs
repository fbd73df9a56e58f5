//! What a question about a zone is answered with (RFC 1034 4.3.2, RFC 6672 3.2, RFC 5155 7.2): found from the zone's apex
//! down, straight from the register's reading.
//!
//! It must never answer from a name that is not in the zone's index, nor say why a name is not there.

use domain::base::iana::{Rcode, Rtype};

use crate::access::Sight;
use crate::model::{TreeView as _, Viewed};
use crate::oid::{ArcValue, ComparisonKey, NodePath};
use crate::register::Seen;

use super::chain::{Hash, Link};
use super::index::{Index, is_published};
use super::live::Live;
use super::maker::Maker;
use super::name::{self, DUMMY};
use super::record::{Fqdn, NAME_OCTETS_MAX, Rrset, below};
use super::zone::{Placed, Types, Zone};

/// Most DNAMEs that are followed for one question; a name has no more labels.
const REDIRECTS_MAX: usize = 128;

/// An answer, before it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The response code.
    pub rcode: Rcode,
    /// Whether it is told with authority.
    pub authoritative: bool,
    /// The answer section.
    pub answer: Vec<Rrset>,
    /// The authority section.
    pub authority: Vec<Rrset>,
    /// The additional section.
    pub additional: Vec<Rrset>,
}

impl Answer {
    const fn new(rcode: Rcode) -> Self {
        Self {
            rcode,
            authoritative: true,
            answer: Vec::new(),
            authority: Vec::new(),
            additional: Vec::new(),
        }
    }

    /// An answer that says no more than this code.
    pub const fn only(rcode: Rcode) -> Self {
        let mut answer = Self::new(rcode);
        answer.authoritative = false;
        answer
    }
}

/// Answers questions about one zone as it is now.
pub struct Answerer<'a> {
    maker: Maker<'a>,
    zone: &'a Zone,
    live: &'a Live,
    index: &'a Index,
    /// Whether signatures are asked for.
    wanted: bool,
}

/// What stands at a name.
enum Spot {
    /// The name is there.
    Name(Placed),
    /// The name lies at or below a delegation.
    Cut(Placed),
    /// The name lies below a DNAME that leads to this name.
    Redirect(Placed, Fqdn),
    /// The name is not there; the nearest one that is, and the name below it on the way.
    Missing(Fqdn, Option<Fqdn>),
}

impl<'a> Answerer<'a> {
    /// For a zone, with its signatures where they are `wanted`.
    pub const fn new(maker: Maker<'a>, live: &'a Live, index: &'a Index, wanted: bool) -> Self {
        Self {
            zone: maker.zone,
            maker,
            live,
            index,
            wanted,
        }
    }

    /// The answer to a question; `name` lies in the zone, in small letters.
    pub fn answer(&self, name: &Fqdn, rtype: Rtype) -> Viewed<Answer> {
        let mut answer = Answer::new(Rcode::NOERROR);
        let mut name = name.clone();
        for _ in 0..REDIRECTS_MAX {
            match self.find(&name)? {
                Spot::Name(placed) => {
                    self.at_name(&placed, rtype, &mut answer);
                    return Ok(answer);
                }
                Spot::Cut(cut) => {
                    self.at_cut(&cut, &name, rtype, &mut answer);
                    return Ok(answer);
                }
                Spot::Missing(encloser, next) => {
                    answer.rcode = Rcode::NXDOMAIN;
                    self.missing(&encloser, next.as_ref(), &mut answer);
                    return Ok(answer);
                }
                Spot::Redirect(placed, target) => {
                    for set in &placed.sets {
                        self.push(&mut answer.answer, set);
                    }
                    let Some(rewritten) = rewritten(&name, &placed.name, &target) else {
                        answer.rcode = Rcode::YXDOMAIN;
                        return Ok(answer);
                    };
                    let data = rewritten.as_slice().to_vec();
                    let ttl = self.zone.style.ttl;
                    answer
                        .answer
                        .push(Rrset::one(&name, Rtype::CNAME, ttl, data));
                    if rtype == Rtype::CNAME {
                        return Ok(answer);
                    }
                    name = rewritten;
                }
            }
        }
        Ok(Answer::only(Rcode::SERVFAIL))
    }

    fn signature(&self, set: &Rrset) -> Option<Rrset> {
        self.maker.signature(set).filter(|_| self.wanted)
    }

    fn push(&self, section: &mut Vec<Rrset>, set: &Rrset) {
        if section.contains(set) {
            return;
        }
        section.push(set.clone());
        section.extend(self.signature(set));
    }

    fn at_name(&self, placed: &Placed, rtype: Rtype, answer: &mut Answer) {
        let mut sets = placed.sets.clone();
        if placed.name == self.zone.apex {
            sets.splice(..0, self.maker.apex_sets());
        }
        let found = match rtype {
            // One set is enough for whoever asks for everything (RFC 8482 4.1).
            Rtype::ANY => sets.first(),
            Rtype::RRSIG => {
                let signature = sets.first().and_then(|set| self.signature(set));
                return match signature {
                    Some(signature) => answer.answer.push(signature),
                    None => self.no_data(&placed.name, answer),
                };
            }
            _ => sets.iter().find(|set| set.rtype == rtype),
        };
        match found {
            Some(set) => self.push(&mut answer.answer, set),
            None => self.no_data(&placed.name, answer),
        }
    }

    fn at_cut(&self, cut: &Placed, name: &Fqdn, rtype: Rtype, answer: &mut Answer) {
        let at_cut = *name == cut.name;
        if at_cut && rtype == Rtype::DS {
            match cut.of(Rtype::DS) {
                Some(set) => self.push(&mut answer.answer, set),
                None => self.no_data(&cut.name, answer),
            }
            return;
        }
        // What is below a delegation is told by those it is delegated to.
        answer.authoritative = !answer.answer.is_empty();
        answer.authority.extend(cut.of(Rtype::NS).cloned());
        match cut.of(Rtype::DS) {
            Some(set) => self.push(&mut answer.authority, set),
            None => self.prove(answer, &[Hash::of(&cut.name)]),
        }
        answer.additional.extend(cut.glue.iter().cloned());
    }

    fn negative(&self, answer: &mut Answer) {
        let mut soa = self.maker.soa();
        // Absence is kept for the shorter of the two times (RFC 2308 3).
        let signature = self.signature(&soa);
        soa.ttl = soa.ttl.min(self.zone.style.negative_ttl);
        let ttl = soa.ttl;
        answer.authority.push(soa);
        answer
            .authority
            .extend(signature.map(|signature| Rrset { ttl, ..signature }));
    }

    fn no_data(&self, name: &Fqdn, answer: &mut Answer) {
        self.negative(answer);
        self.prove(answer, &[Hash::of(name)]);
    }

    fn missing(&self, encloser: &Fqdn, next: Option<&Fqdn>, answer: &mut Answer) {
        self.negative(answer);
        let wildcard = below(b"*", encloser);
        let names = [Some(encloser), next, wildcard.as_ref()];
        let hashes: Vec<_> = names.into_iter().flatten().map(Hash::of).collect();
        self.prove(answer, &hashes);
    }

    /// Adds the links that match or cover these hashes.
    fn prove(&self, answer: &mut Answer, hashes: &[Hash]) {
        if !self.wanted || !self.maker.is_signed() {
            return;
        }
        let mut told: Vec<Link> = Vec::new();
        for hash in hashes {
            let link = self.index.chain().at_or_before(*hash);
            let Some(link) = link.filter(|link| !told.contains(link)) else {
                continue;
            };
            told.push(link);
            if let Some(set) = link.set(&self.zone.apex, self.zone.style.negative_ttl) {
                self.push(&mut answer.authority, &set);
            }
        }
    }

    fn find(&self, name: &Fqdn) -> Viewed<Spot> {
        let zone = self.zone;
        let Some(asked) = name::asked(name, &zone.apex) else {
            return Ok(Spot::Missing(zone.apex.clone(), None));
        };
        let (path, reached) = way(&zone.node, &asked.numbers);
        let mut line = self.live.reading.lineage(&path, &Sight::Public)?;
        if let Some(unpublished) = line.iter().position(|seen| !is_published(seen)) {
            line.truncate(unpublished);
        }
        let top = zone.node.depth();
        for seen in line.iter().skip(top) {
            if let Some(name) = zone.name_of(&seen.entry.path)
                && let Some(cut) = zone.cut(&seen.entry, &name)
            {
                return Ok(Spot::Cut(cut));
            }
        }
        let depth = line.len().max(top);
        let node = path.truncated(depth);
        let Some(at) = zone.name_of(&node) else {
            return Ok(Spot::Missing(zone.apex.clone(), None));
        };
        // A number that is not registered, or that no path can hold.
        let missed = depth - top;
        if missed < asked.numbers.len() || missed < reached {
            let next = asked.numbers.get(missed);
            let next = next.and_then(|number| name::of_arc(number, &at));
            return Ok(Spot::Missing(at, next));
        }
        let here = if line.len() >= depth && depth > 0 {
            line.last()
        } else {
            None
        };
        self.at_node(&node, here, &at, &asked.rest)
    }

    /// What stands at labels below a node's name.
    fn at_node(
        &self,
        node: &NodePath,
        here: Option<&Seen>,
        at: &Fqdn,
        rest: &[&[u8]],
    ) -> Viewed<Spot> {
        let facts = |seen: &Seen| self.zone.facts(&seen.entry, seen.stub, at).0;
        let placed = here.map(facts).unwrap_or_default();
        let Some((label, further)) = rest.split_first() else {
            let own = placed.into_iter().find(|placed| placed.name == *at);
            return Ok(Spot::Name(own.unwrap_or_else(|| Placed {
                name: at.clone(),
                types: Types::NONE,
                sets: Vec::new(),
                glue: Vec::new(),
            })));
        };
        let next = below(label, at);
        if *label == DUMMY.as_bytes() {
            let dummy = placed
                .into_iter()
                .find(|placed| Some(&placed.name) == next.as_ref());
            return Ok(match (dummy, further.first()) {
                (Some(dummy), None) => Spot::Name(dummy),
                (Some(dummy), Some(label)) => {
                    let next = below(label, &dummy.name);
                    Spot::Missing(dummy.name, next)
                }
                (None, _) => Spot::Missing(at.clone(), next),
            });
        }
        let found = match &next {
            Some(owner) => self.by_label(node, label)?.map(|target| (owner, target)),
            None => None,
        };
        let Some((owner, target)) = found else {
            return Ok(Spot::Missing(at.clone(), next));
        };
        let placed = self.zone.redirect(owner.clone(), &target);
        Ok(if further.is_empty() {
            Spot::Name(placed)
        } else {
            Spot::Redirect(placed, target)
        })
    }

    /// The name of the node that a label leads to.
    fn by_label(&self, superior: &NodePath, label: &[u8]) -> Viewed<Option<Fqdn>> {
        if !name::is_a_label(label) {
            return Ok(None);
        }
        let Ok(text) = std::str::from_utf8(label) else {
            return Ok(None);
        };
        let reading = &self.live.reading;
        let key = ComparisonKey::from_stored(text.to_owned());
        let beside = reading.label_holder(superior, &key)?;
        let beside = beside.and_then(|number| superior.child(number).ok());
        let found = match beside {
            Some(path) => Some(path),
            None if superior.is_root() => reading.long_arc(&key)?,
            None => None,
        };
        let Some(path) = found else {
            return Ok(None);
        };
        // Who bears the label may be hidden, and then nobody bears it.
        let line = reading.lineage(&path, &Sight::Public)?;
        let seen = line
            .last()
            .filter(|seen| seen.entry.path == path && !seen.stub && is_published(seen));
        let labels = seen.map(|seen| &seen.entry.superior);
        let bears = labels.is_some_and(|fields| {
            let labels = fields.labels.iter().map(|label| &label.label);
            let mut labels = labels.chain(&fields.long_arcs);
            labels.any(|label| name::a_label(label).as_deref() == Some(text))
        });
        Ok(bears.then(|| self.zone.name_of(&path)).flatten())
    }
}

/// The path that numbers lead down to, as far as a path can hold them, and how many it holds.
fn way(top: &NodePath, numbers: &[ArcValue]) -> (NodePath, usize) {
    let mut path = top.clone();
    for (held, number) in numbers.iter().enumerate() {
        match path.child(number.clone()) {
            Ok(child) => path = child,
            Err(_) => return (path, held),
        }
    }
    (path, numbers.len())
}

/// The name with its end `owner` replaced by `target`; `None` where it gets too long.
fn rewritten(name: &Fqdn, owner: &Fqdn, target: &Fqdn) -> Option<Fqdn> {
    let kept = name.len().checked_sub(owner.len())?;
    if kept + target.len() > NAME_OCTETS_MAX {
        return None;
    }
    let mut octets = name.as_slice().get(..kept)?.to_vec();
    octets.extend_from_slice(target.as_slice());
    Fqdn::from_octets(octets).ok()
}

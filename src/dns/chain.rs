//! The chain of hashed names that proves what does not exist (NSEC3, RFC 5155): one iteration, no salt (RFC 9276), no
//! opt-out.
//!
//! It holds hashes and types, never a name nor a fact. Only names of the zone enter it, so that nothing about a hidden node
//! can be found by walking it.

use std::collections::BTreeMap;
use std::ops::Bound;

use domain::base::iana::Rtype;
use domain::rdata::dnssec::RtypeBitmapBuilder;

use super::record::{Fqdn, Rrset, below};
use super::zone::Types;

/// Octets of a hash (SHA-1).
const HASH_BYTES: usize = 20;
/// SHA-1 (RFC 5155 11), the only algorithm there is.
const ALGORITHM: u8 = 1;
/// The digits of base 32 with extended hex (RFC 4648 7), in small letters.
const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// The hash of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; HASH_BYTES]);

impl Hash {
    /// The hash of a name in small letters.
    pub fn of(name: &Fqdn) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, name.as_slice());
        let mut hash = [0; HASH_BYTES];
        hash.iter_mut()
            .zip(digest.as_ref())
            .for_each(|(to, from)| *to = *from);
        Self(hash)
    }

    /// Its digits.
    fn label(self) -> Vec<u8> {
        let mut label = Vec::with_capacity(HASH_BYTES * 8 / 5);
        for five in self.0.chunks(5) {
            let bits = five
                .iter()
                .fold(0_u64, |bits, octet| bits << 8 | u64::from(*octet));
            for place in (0..8).rev() {
                let digit = usize::try_from(bits >> (5 * place) & 31).unwrap_or(0);
                label.push(DIGITS.get(digit).copied().unwrap_or(b'0'));
            }
        }
        label
    }
}

/// Hashes with the types that stand at their names, in order; a ring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain(BTreeMap<Hash, Types>);

impl Chain {
    /// Puts a name in.
    pub fn insert(&mut self, hash: Hash, types: Types) {
        self.0.insert(hash, types);
    }

    /// Takes a name out.
    pub fn remove(&mut self, hash: Hash) {
        self.0.remove(&hash);
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The types at a name.
    pub fn get(&self, hash: Hash) -> Option<Types> {
        self.0.get(&hash).copied()
    }

    /// The link that covers a hash: itself where it is there, else the one before it, around the ring.
    pub fn at_or_before(&self, hash: Hash) -> Option<Link> {
        let before = self.0.range(..=hash).next_back();
        let (hash, types) = before.or_else(|| self.0.last_key_value())?;
        Some(self.link(*hash, *types))
    }

    /// The link before a hash, around the ring.
    pub fn before(&self, hash: Hash) -> Option<Hash> {
        let before = self.0.range(..hash).next_back();
        before
            .or_else(|| self.0.last_key_value())
            .map(|(hash, _)| *hash)
    }

    /// The hash after another, around the ring.
    pub fn after(&self, hash: Hash) -> Option<Hash> {
        let range = (Bound::Excluded(hash), Bound::Unbounded);
        let after = self.0.range(range).next();
        after
            .or_else(|| self.0.first_key_value())
            .map(|(hash, _)| *hash)
    }

    fn link(&self, hash: Hash, types: Types) -> Link {
        let next = self.after(hash).unwrap_or(hash);
        Link { hash, next, types }
    }

    /// Every link in order.
    pub fn links(&self) -> impl Iterator<Item = Link> + '_ {
        self.0.iter().map(|(hash, types)| self.link(*hash, *types))
    }
}

/// One link: a hash, the next one, and the types at its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The hash.
    pub hash: Hash,
    /// The next one.
    pub next: Hash,
    /// The types.
    pub types: Types,
}

impl Link {
    /// The NSEC3 set.
    pub fn set(&self, apex: &Fqdn, ttl: u32) -> Option<Rrset> {
        let owner = below(&self.hash.label(), apex)?;
        let mut data = parameters();
        data.push(u8::try_from(HASH_BYTES).ok()?);
        data.extend(self.next.0);
        let mut types = RtypeBitmapBuilder::new_vec();
        for rtype in self.types.list() {
            types.add(rtype).ok()?;
        }
        data.extend_from_slice(types.finalize().as_slice());
        Some(Rrset::one(&owner, Rtype::NSEC3, ttl, data))
    }
}

/// Algorithm, no flags, no further iterations, no salt: the data of NSEC3PARAM, and what NSEC3 begins with.
pub fn parameters() -> Vec<u8> {
    vec![ALGORITHM, 0, 0, 0, 0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::record::parse_name;

    #[test]
    fn a_hash_is_written_as_the_standard_says() {
        // RFC 4648 10, with extended hex.
        let hash = Hash(*b"foobarfoobarfoobarfo");
        assert_eq!(hash.label().len(), 32);
        assert!(hash.label().starts_with(b"cpnmuoj1"));
    }

    #[test]
    fn the_chain_is_a_ring() {
        let mut chain = Chain::default();
        let hash = |first: u8| {
            let mut octets = [0; HASH_BYTES];
            octets[0] = first;
            Hash(octets)
        };
        for first in [10, 20, 30] {
            chain.insert(hash(first), Types::NAPTR);
        }
        let covering = |first: u8| {
            let link = chain.at_or_before(hash(first)).unwrap();
            (link.hash.0[0], link.next.0[0])
        };
        assert_eq!(covering(5), (30, 10));
        assert_eq!(covering(10), (10, 20));
        assert_eq!(covering(25), (20, 30));
        assert_eq!(covering(35), (30, 10));
        assert_eq!(chain.before(hash(10)), Some(hash(30)));
        assert_eq!(chain.links().count(), chain.len());
        let apex = parse_name("example").unwrap();
        let set = chain.at_or_before(hash(10)).unwrap().set(&apex, 1).unwrap();
        // One octet of window, one of length, NAPTR (35) and RRSIG (46).
        assert!(set.data[0].ends_with(&[0, 6, 0, 0, 0, 0, 0x10, 2]));
    }
}

//! Signatures over the sets of a zone (RFC 4034, RFC 8080: Ed25519) with one key for zones and keys alike.
//!
//! All signatures of a period begin and end together: when the next begins, the whole zone is signed anew and its serial goes
//! up. The same set in the same period has the same signature (RFC 8032), here and on every secondary. It must never show
//! the secret half of the key, nor sign for longer than the validity that is set.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

use domain::base::iana::{Class, Rtype};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

use crate::model::Timestamp;

use super::record::{Fqdn, Rrset};

/// Ed25519 (RFC 8080 4).
const ALGORITHM: u8 = 15;
/// A key for zones and for keys (RFC 4034 2.1.1).
const FLAGS: u16 = 257;
/// The one value of the protocol field (RFC 4034 2.1.2).
const PROTOCOL: u8 = 3;
/// SHA-256 (RFC 4509).
const DS_DIGEST: u8 = 2;
/// How far clocks of validators may be behind, in seconds.
const SKEW_SECONDS: u64 = 3_600;
/// Parts of a signature's validity; one of them passes before the zone is signed anew.
pub const PERIODS: u64 = 4;
/// Parts of the cache that are locked apart.
const SHARDS: usize = 16;
/// Signatures that one part keeps; a full part is emptied.
pub const SHARD_SIGNATURES_MAX: usize = 32_768;

/// The time in which signatures hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its number since 1970.
    pub number: u64,
    inception: u32,
    expiration: u32,
}

impl Period {
    /// The period of a moment, for signatures that hold `validity` seconds.
    pub fn at(now: Timestamp, validity: u64) -> Self {
        let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or(0);
        let length = (validity / PERIODS).max(1);
        let number = seconds / length;
        let begin = number.saturating_mul(length);
        Self {
            number,
            inception: wrapped(begin.saturating_sub(SKEW_SECONDS)),
            expiration: wrapped(begin.saturating_add(validity)),
        }
    }
}

/// Seconds as RRSIG counts them, modulo 2^32 (RFC 4034 3.1.5).
fn wrapped(seconds: u64) -> u32 {
    u32::try_from(seconds & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

type Signature = [u8; 64];

/// Signs, and remembers what it signed by its content, so that what is remembered is never stale.
pub struct Signer {
    key: SigningKey,
    tag: u16,
    validity: u64,
    hasher: RandomState,
    shards: [Mutex<HashMap<[u8; 32], Signature>>; SHARDS],
}

impl Signer {
    /// With this key, for signatures that hold `validity` seconds.
    pub fn new(key: SigningKey, validity: u64) -> Self {
        let tag = key_tag(&public(&key));
        Self {
            key,
            tag,
            validity,
            hasher: RandomState::new(),
            shards: Default::default(),
        }
    }

    /// The period of a moment.
    pub fn period(&self, now: Timestamp) -> Period {
        Period::at(now, self.validity)
    }

    /// The DNSKEY set of a zone.
    pub fn dnskey(&self, apex: &Fqdn, ttl: u32) -> Rrset {
        Rrset::one(apex, Rtype::DNSKEY, ttl, public(&self.key))
    }

    /// The data of the DS record that stands for a zone of ours in the zone above (RFC 4509).
    pub fn ds(&self, apex: &Fqdn) -> Vec<u8> {
        let mut digest = Sha256::new();
        digest.update(apex.as_slice());
        digest.update(public(&self.key));
        let mut data = self.tag.to_be_bytes().to_vec();
        data.extend([ALGORITHM, DS_DIGEST]);
        data.extend(digest.finalize());
        data
    }

    /// What tells this key from another, without the key.
    pub const fn tag(&self) -> u16 {
        self.tag
    }

    /// The data of the RRSIG record of a set (RFC 4034 3.1.8.1).
    pub fn sign(&self, set: &Rrset, apex: &Fqdn, period: &Period) -> Vec<u8> {
        let mut data = Vec::with_capacity(18 + apex.len() + 64);
        data.extend(set.rtype.to_int().to_be_bytes());
        let labels = set.owner.label_count().saturating_sub(1);
        data.extend([ALGORITHM, u8::try_from(labels).unwrap_or(u8::MAX)]);
        data.extend(set.ttl.to_be_bytes());
        data.extend(period.expiration.to_be_bytes());
        data.extend(period.inception.to_be_bytes());
        data.extend(self.tag.to_be_bytes());
        data.extend_from_slice(apex.as_slice());
        let mut signed = data.clone();
        for one in &set.data {
            signed.extend_from_slice(set.owner.as_slice());
            signed.extend(set.rtype.to_int().to_be_bytes());
            signed.extend(Class::IN.to_int().to_be_bytes());
            signed.extend(set.ttl.to_be_bytes());
            signed.extend(u16::try_from(one.len()).unwrap_or(u16::MAX).to_be_bytes());
            signed.extend_from_slice(one);
        }
        data.extend(self.signature(&signed));
        data
    }

    fn signature(&self, content: &[u8]) -> Signature {
        let key: [u8; 32] = Sha256::digest(content).into();
        let place = self.hasher.hash_one(key) % SHARDS as u64;
        let [first, rest @ ..] = &self.shards;
        let place = usize::try_from(place).unwrap_or(0);
        let shard = place.checked_sub(1).and_then(|place| rest.get(place));
        let shard = shard.unwrap_or(first);
        // Nothing panics while a part is locked; a poisoned one is as good as any.
        let found = shard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .copied();
        if let Some(found) = found {
            return found;
        }
        let made = self.key.sign(content).to_bytes();
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= SHARD_SIGNATURES_MAX {
            shard.clear();
        }
        shard.insert(key, made);
        made
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.tag)
    }
}

/// The data of the DNSKEY record.
fn public(key: &SigningKey) -> Vec<u8> {
    let mut data = FLAGS.to_be_bytes().to_vec();
    data.extend([PROTOCOL, ALGORITHM]);
    data.extend(key.verifying_key().to_bytes());
    data
}

/// RFC 4034 Appendix B.
fn key_tag(data: &[u8]) -> u16 {
    let sum: u32 = data
        .iter()
        .enumerate()
        .map(|(place, octet)| u32::from(*octet) << if place % 2 == 0 { 8 } else { 0 })
        .sum();
    let folded = sum.wrapping_add(sum >> 16 & 0xFFFF);
    u16::try_from(folded & 0xFFFF).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::record::parse_name;

    /// RFC 8080 6.1, the first example.
    #[test]
    fn a_key_and_its_ds_are_those_of_the_standard() {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let seed = STANDARD
            .decode("ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=")
            .unwrap();
        let key = SigningKey::from_bytes(&seed.try_into().unwrap());
        let signer = Signer::new(key, 1_209_600);
        assert_eq!(signer.tag(), 3613);
        let apex = parse_name("example.com").unwrap();
        let ds = hex::encode(signer.ds(&apex));
        assert_eq!(
            ds,
            "0e1d0f023aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b"
        );
    }

    #[test]
    fn a_signature_outlives_its_period() {
        let day = 86_400;
        let at = |seconds: i64| Period::at(Timestamp::from_micros(seconds * 1_000_000), 14 * day);
        let period = at(1_700_000_000);
        let length = 14 * day / PERIODS;
        let begin = period.number * length;
        assert!(begin <= 1_700_000_000 && 1_700_000_000 < begin + length);
        assert_eq!(u64::from(period.expiration), begin + 14 * day);
        assert_eq!(u64::from(period.inception), begin - SKEW_SECONDS);
        let next = at(i64::try_from(begin + length).unwrap());
        assert_eq!(next.number, period.number + 1);
    }

    #[test]
    fn what_was_signed_is_remembered_by_its_content() {
        let signer = Signer::new(SigningKey::from_bytes(&[7; 32]), 1_209_600);
        let apex = parse_name("example").unwrap();
        let period = Period::at(Timestamp::from_micros(0), 1_209_600);
        let set = |data: &[u8]| Rrset::one(&apex, Rtype::TXT, 1, data.to_vec());
        let first = signer.sign(&set(b"a"), &apex, &period);
        assert_eq!(signer.sign(&set(b"a"), &apex, &period), first);
        assert_ne!(signer.sign(&set(b"b"), &apex, &period), first);
        let kept = || {
            let each = signer.shards.iter();
            each.map(|shard| shard.lock().unwrap().len()).max().unwrap()
        };
        for number in 0..u32::try_from(SHARD_SIGNATURES_MAX).unwrap() / 256 {
            signer.sign(&set(&number.to_be_bytes()), &apex, &period);
        }
        assert!(kept() <= SHARD_SIGNATURES_MAX);
    }
}

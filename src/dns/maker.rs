//! What a zone holds beside what its nodes bring: the sets of its apex, and signatures.
//!
//! It must never sign a set that is not the zone's own: NS and addresses at a delegation (RFC 4035 2.2).

use domain::base::iana::Rtype;

use super::chain::parameters;
use super::dnssec::{Period, Signer};
use super::record::Rrset;
use super::zone::Zone;

/// The serial and the period of the signatures at one revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The SOA serial.
    pub serial: u32,
    /// The period; `None` where nothing is signed.
    pub period: Option<Period>,
}

/// Makes these sets of one zone.
#[derive(Clone, Copy, Debug)]
pub struct Maker<'a> {
    /// The zone.
    pub zone: &'a Zone,
    /// At which revision.
    pub stamp: Stamp,
    /// What signs it, where it is signed.
    pub signer: Option<&'a Signer>,
}

impl Maker<'_> {
    /// Whether the zone is signed.
    pub const fn is_signed(&self) -> bool {
        self.signer.is_some()
    }

    /// The SOA set.
    pub fn soa(&self) -> Rrset {
        self.zone.soa(self.stamp.serial)
    }

    /// The sets of the apex that no node brings, the SOA set first.
    pub fn apex_sets(&self) -> Vec<Rrset> {
        let ttl = self.zone.style.ttl;
        let mut sets = vec![self.soa()];
        sets.extend(self.zone.servers());
        if let Some(signer) = self.signer {
            let apex = &self.zone.apex;
            sets.push(signer.dnskey(apex, ttl));
            sets.push(Rrset::one(apex, Rtype::NSEC3PARAM, 0, parameters()));
        }
        sets
    }

    /// The signature of a set, as a set of its own; `None` where nothing is signed.
    pub fn signature(&self, set: &Rrset) -> Option<Rrset> {
        let (signer, period) = self.signer.zip(self.stamp.period.as_ref())?;
        let data = signer.sign(set, &self.zone.apex, period);
        Some(Rrset::one(&set.owner, Rtype::RRSIG, set.ttl, data))
    }

    /// The signature of a set as it stands in a zone: a delegation's own NS set has none.
    pub fn signature_in_zone(&self, set: &Rrset) -> Option<Rrset> {
        let own = set.rtype != Rtype::NS || set.owner == self.zone.apex;
        own.then(|| self.signature(set)).flatten()
    }
}

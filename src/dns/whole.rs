//! A whole zone at one revision, set by set: for transfers and for the master file.
//!
//! The chain is made from what was walked, so that both are of the same reading. It must never hold more of the zone at once
//! than the chain.

use crate::model::Viewed;
use crate::register::Reading;

use super::chain::{Chain, Hash};
use super::index::{hashes, walk};
use super::maker::Maker;
use super::record::Rrset;
use super::zone::{LeftOut, Types};

/// Gives every set of a zone to `take`, the SOA set first and once, until it says that it wants no more. Blocks.
pub fn each(
    maker: &Maker<'_>,
    reading: &Reading,
    take: &mut dyn FnMut(&Rrset) -> bool,
) -> Viewed<LeftOut> {
    let zone = maker.zone;
    let (mut chain, mut left_out) = (Chain::default(), LeftOut::default());
    let with_signature = |set: &Rrset, take: &mut dyn FnMut(&Rrset) -> bool| {
        take(set)
            && maker
                .signature_in_zone(set)
                .is_none_or(|signature| take(&signature))
    };
    for set in maker.apex_sets() {
        if !with_signature(&set, take) {
            return Ok(left_out);
        }
    }
    chain.insert(Hash::of(&zone.apex), Types::APEX);
    for brought in walk(zone, reading, &zone.node) {
        let (_, placement) = brought?;
        left_out.add(placement.left_out);
        for (hash, types) in hashes(zone, &placement) {
            chain.insert(hash, types);
        }
        for placed in &placement.names {
            let own = placed.sets.iter().all(|set| with_signature(set, take));
            if !own || !placed.glue.iter().all(&mut *take) {
                return Ok(left_out);
            }
        }
    }
    if maker.is_signed() {
        for link in chain.links() {
            let set = link.set(&zone.apex, zone.style.negative_ttl);
            if !set.is_none_or(|set| with_signature(&set, take)) {
                break;
            }
        }
    }
    Ok(left_out)
}

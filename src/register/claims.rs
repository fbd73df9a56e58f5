//! Labels that are not final: the lists in which the claims to them stand, and reading those below a node.
//!
//! A claim that is over by the passing of time stays in its list until its arc changes, and is passed over. It must never show
//! what is hidden.

use std::ops::Bound;

use crate::access::Sight;
use crate::model::label_claim::LabelClaim;
use crate::model::plan::Agenda;
use crate::model::{Entry, Timestamp, Viewed};
use crate::oid::{ArcValue, NodePath};

use super::answers::{Resolution, Seen};
use super::keys;
use super::reading::Reading;
use super::source::Source as _;
use super::tables::{Table, split_seq};

/// A challenge waits as long as nobody decides: it stands behind all windows.
const UNDECIDED: Timestamp = Timestamp::from_micros(i64::MAX);
/// What no sequence at the end of a key is greater than.
const BEHIND: [u8; keys::SEQ_BYTES + 1] = [u8::MAX; keys::SEQ_BYTES + 1];

/// An arc with claims to its labels, and where it stands in the list.
pub struct Claimed {
    /// The arc.
    pub seen: Seen,
    /// The claims that stand here.
    pub claims: Vec<LabelClaim>,
    /// Where to go on.
    pub place: Vec<u8>,
}

/// The moment under which a claim is listed.
const fn moment(claim: &LabelClaim) -> Timestamp {
    match claim.challenge {
        Some(_) => UNDECIDED,
        None => claim.until,
    }
}

/// Lists the keys under which an arc's claims stand.
pub(super) fn listed(entry: &Entry, list: &mut dyn FnMut(Vec<u8>)) {
    let (Some(superior), Some(number)) = (entry.path.parent(), entry.path.last()) else {
        return;
    };
    for claim in &entry.label_claims {
        let place = keys::claimed(moment(claim), number);
        list([keys::label_claims(&superior), place].concat());
        if claim.challenge.is_some() {
            let ends = keys::planned(claim.until, &entry.path);
            list([keys::agenda(Agenda::Challenges), ends].concat());
        }
    }
}

impl Reading {
    /// The moment by which it is judged what is over: now, and of a reading of the past, when it was.
    pub fn moment(&self) -> Timestamp {
        if self.is_newest() {
            self.core.clock.now()
        } else {
            self.time()
        }
    }

    /// The arcs directly below `superior` that have provisional labels at `now`, after `after`, by the end of the window and
    /// then by number, those that are challenged last; at most `limit`. Blocks.
    pub fn label_claims_below(
        &self,
        superior: &NodePath,
        now: Timestamp,
        after: Option<&[u8]>,
        limit: usize,
        sight: &Sight,
    ) -> Viewed<Vec<Claimed>> {
        let prefix = keys::label_claims(superior);
        let behind_now = Timestamp::from_micros(now.micros().saturating_add(1));
        let from = if let Some(place) = after {
            Bound::Excluded([prefix.as_slice(), place, &BEHIND].concat())
        } else {
            let start = keys::claimed(behind_now, &ArcValue::ZERO);
            Bound::Included([prefix.as_slice(), &start].concat())
        };
        let rows = self
            .of
            .tables
            .range(Table::Dockets, (from, keys::end_of(&prefix)));
        let mut found = Vec::new();
        for row in rows {
            if found.len() == limit {
                break;
            }
            let (key, value) = row?;
            found.extend(self.claimed(superior, &prefix, &key, &value, now, sight)?);
        }
        Ok(found)
    }

    /// What stands in a row of the list, if it is valid, provisional and seen.
    fn claimed(
        &self,
        superior: &NodePath,
        prefix: &[u8],
        key: &[u8],
        value: &[u8],
        now: Timestamp,
        sight: &Sight,
    ) -> Viewed<Option<Claimed>> {
        let broken = || self.broken("a claim's row cannot be read");
        let since = keys::last_seq(key).ok_or_else(broken)?;
        let (to, _) = split_seq(value).ok_or_else(broken)?;
        if since > self.seq() || self.seq() > to {
            return Ok(None);
        }
        let place = key.strip_prefix(prefix).ok_or_else(broken)?;
        let (place, _) = place
            .split_last_chunk::<{ keys::SEQ_BYTES }>()
            .ok_or_else(broken)?;
        let (at, number) = keys::split_claimed(place).ok_or_else(broken)?;
        let path = superior.child(number).map_err(|_| broken())?;
        let Resolution::Found(seen) = self.resolve(&path, sight)? else {
            return Ok(None);
        };
        if seen.stub {
            return Ok(None);
        }
        let claims = seen.entry.label_claims.iter();
        let claims = claims.filter(|one| moment(one) == at && one.is_provisional(now));
        let claims: Vec<_> = claims.cloned().collect();
        let place = place.to_vec();
        Ok((!claims.is_empty()).then_some(Claimed {
            seen,
            claims,
            place,
        }))
    }
}

//! The keys of the projection's tables: octets whose order is the order of the tree.
//!
//! A node's key is its depth in one octet, then each arc as its length and its big-endian octets. Nodes of one depth
//! stand together, so the direct subordinates of a node are one run in numeric order, whatever lies below them: they
//! have one depth, and the superior's arcs as a common prefix. Every arc tells its own length, so no arc's octets are
//! the beginning of another's, and no node's key is the beginning of another node's. It must never change without a new
//! [`super::tables::PROJECTION_FORMAT`].

use std::ops::Bound;

use crate::model::application::{Docket, Place};
use crate::model::plan::Agenda;
use crate::model::{
    AllocationTokenId, ApplicationId, NoticeId, PrincipalId, RegistrantId, Seq, Timestamp,
};
use crate::oid::{ArcValue, Identifier, NodePath};

/// The length octet that says that the length stands in the next two octets.
const LONG: u8 = 255;
/// Octets of a sequence number.
pub(super) const SEQ_BYTES: usize = 8;

/// What a name is: part of the key, so the numbers are permanent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum NameKind {
    /// A secondary identifier; siblings may share one.
    Identifier = 1,
    /// A non-integer Unicode label, by its comparison key.
    Label = 2,
    /// The label of a long arc, by its comparison key; stands below the root.
    LongArc = 3,
}

/// Appends an arc: numeric order is octet order, and no arc's octets begin another's.
pub(super) fn push_arc(key: &mut Vec<u8>, arc: &ArcValue) {
    let octets = arc.to_be_bytes_min();
    match u8::try_from(octets.len()) {
        Ok(length) if length < LONG => key.push(length),
        _ => {
            key.push(LONG);
            // An arc within the limits of `oid` has at most 3,584 octets.
            let length = u16::try_from(octets.len()).unwrap_or(u16::MAX);
            key.extend(length.to_be_bytes());
        }
    }
    key.extend_from_slice(&octets);
}

/// Takes an arc off the front.
pub(super) fn split_arc(key: &[u8]) -> Option<(ArcValue, &[u8])> {
    let (length, rest) = key.split_first()?;
    let (length, rest) = if *length == LONG {
        let (length, rest) = rest.split_first_chunk::<2>()?;
        (usize::from(u16::from_be_bytes(*length)), rest)
    } else {
        (usize::from(*length), rest)
    };
    let (octets, rest) = rest.split_at_checked(length)?;
    Some((ArcValue::from_be_bytes(octets), rest))
}

fn with_depth(depth: u8, arcs: &[ArcValue]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + arcs.len() * 4);
    key.push(depth);
    for arc in arcs {
        push_arc(&mut key, arc);
    }
    key
}

/// The key of a node.
pub(super) fn node(path: &NodePath) -> Vec<u8> {
    // A path has at most 255 arcs (`ARCS_CEILING`).
    let depth = u8::try_from(path.depth()).unwrap_or(u8::MAX);
    with_depth(depth, path.arcs())
}

/// What the keys of the direct subordinates of `path` begin with; `None` where it can have none.
pub(super) fn subordinates(path: &NodePath) -> Option<Vec<u8>> {
    let depth = u8::try_from(path.depth()).ok()?.checked_add(1)?;
    Some(with_depth(depth, path.arcs()))
}

/// What the keys of the nodes of a depth below `path` begin with; `None` where there is no such depth.
pub(super) fn descendants(path: &NodePath, depth: usize) -> Option<Vec<u8>> {
    Some(with_depth(u8::try_from(depth).ok()?, path.arcs()))
}

/// The node of a key.
pub(super) fn to_path(key: &[u8]) -> Option<NodePath> {
    let (path, rest) = split_node(key)?;
    rest.is_empty().then_some(path)
}

/// Takes a node's key off the front.
pub(super) fn split_node(key: &[u8]) -> Option<(NodePath, &[u8])> {
    let (depth, mut rest) = key.split_first()?;
    let mut arcs = Vec::with_capacity(usize::from(*depth));
    for _ in 0..*depth {
        let (arc, after) = split_arc(rest)?;
        arcs.push(arc);
        rest = after;
    }
    Some((NodePath::from_arcs(arcs).ok()?, rest))
}

/// `key` with a sequence number behind it.
pub(super) fn with_seq(mut key: Vec<u8>, seq: Seq) -> Vec<u8> {
    key.extend(seq.get().to_be_bytes());
    key
}

/// The sequence number at a key's end.
pub(super) fn last_seq(key: &[u8]) -> Option<Seq> {
    let (_, seq) = key.split_last_chunk::<SEQ_BYTES>()?;
    Some(Seq::new(u64::from_be_bytes(*seq)))
}

/// The form in which identifiers are compared: a policy that wants them unambiguous takes `aFya` and `afya` for one.
pub(super) fn folded(identifier: &Identifier) -> String {
    identifier.as_str().to_ascii_lowercase()
}

/// What the keys of a list of applications begin with: a moment and an application's id follow.
pub(super) fn docket(docket: &Docket) -> Vec<u8> {
    // The numbers are permanent; an id holds no zero octet.
    let (number, of) = match docket {
        Docket::All => (1, ""),
        Docket::OpenOf(principal) => (2, principal.as_str()),
        Docket::Of(applicant) => (3, applicant.as_str()),
        Docket::Waiting => (4, ""),
    };
    let mut key = vec![number];
    key.extend_from_slice(of.as_bytes());
    key.push(0);
    key
}

/// What stands in a list's key behind its beginning.
pub(super) fn place(moment: Timestamp, id: &ApplicationId) -> Vec<u8> {
    let mut place = moment_octets(moment).to_vec();
    place.extend_from_slice(id.as_str().as_bytes());
    place
}

/// The place that [`place`] wrote.
pub(super) fn split_place(place: &[u8]) -> Option<Place> {
    let (moment, id) = place.split_first_chunk::<8>()?;
    let id = std::str::from_utf8(id).ok()?.parse().ok()?;
    Some((to_moment(*moment), id))
}

/// What the keys of a list of plans begin with: a moment and a node's key follow.
pub(super) fn agenda(agenda: Agenda) -> Vec<u8> {
    // The numbers are permanent, and none is a docket's.
    let number = match agenda {
        Agenda::Changes => 5,
        Agenda::Reviews => 6,
        Agenda::Terms => 20,
        Agenda::Uses => 21,
        Agenda::Reminders => 22,
        Agenda::Suspects => 23,
        Agenda::Checks => 24,
        Agenda::Checking => 25,
        Agenda::Challenges => 40,
    };
    vec![number, 0]
}

/// What the keys of the reports by a principal begin with that nobody looked at yet: a node's key follows.
pub(super) fn reports(by: &PrincipalId) -> Vec<u8> {
    // As permanent as the numbers of the other lists.
    let mut key = vec![30];
    key.extend_from_slice(by.as_str().as_bytes());
    key.push(0);
    key
}

/// What stands in such a key behind its beginning.
pub(super) fn planned(moment: Timestamp, path: &NodePath) -> Vec<u8> {
    let mut key = moment_octets(moment).to_vec();
    key.extend(node(path));
    key
}

/// What [`planned`] wrote.
pub(super) fn split_planned(planned: &[u8]) -> Option<(Timestamp, NodePath)> {
    let (moment, key) = planned.split_first_chunk::<8>()?;
    Some((to_moment(*moment), to_path(key)?))
}

/// What the keys of the list of claims to labels directly below a node begin with: a moment and a number follow.
pub(super) fn label_claims(superior: &NodePath) -> Vec<u8> {
    let mut key = vec![41, 0];
    key.extend(node(superior));
    key
}

/// What stands in such a key behind its beginning.
pub(super) fn claimed(moment: Timestamp, number: &ArcValue) -> Vec<u8> {
    let mut key = moment_octets(moment).to_vec();
    push_arc(&mut key, number);
    key
}

/// What [`claimed`] wrote.
pub(super) fn split_claimed(claimed: &[u8]) -> Option<(Timestamp, ArcValue)> {
    let (moment, key) = claimed.split_first_chunk::<8>()?;
    let (number, rest) = split_arc(key)?;
    rest.is_empty().then_some((to_moment(*moment), number))
}

/// The sign is turned over, so that octets are in the order of moments.
fn moment_octets(moment: Timestamp) -> [u8; 8] {
    (moment.micros().cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

fn to_moment(octets: [u8; 8]) -> Timestamp {
    Timestamp::from_micros((u64::from_be_bytes(octets) ^ (1 << 63)).cast_signed())
}

/// What the keys of all allocation tokens begin with. The numbers here and below are permanent.
pub(super) const ALLOCATION_TOKENS: [u8; 1] = [1];

/// What the keys of the lists of allocation tokens begin with: superior and record of the issue follow.
pub(super) const ALLOCATION_TOKENS_BELOW: [u8; 1] = [2];

/// The key of an allocation token by the digest of its secret.
pub(super) fn allocation_token(secret_sha256: &[u8; 32]) -> Vec<u8> {
    [&ALLOCATION_TOKENS, secret_sha256.as_slice()].concat()
}

/// What the keys of the list of allocation tokens below a superior begin with: the records of their issue follow.
pub(super) fn allocation_tokens_below(superior: &NodePath) -> Vec<u8> {
    let mut key = ALLOCATION_TOKENS_BELOW.to_vec();
    key.extend(node(superior));
    key
}

/// The key by which the digest of an allocation token is found by its id.
pub(super) fn allocation_token_of(id: &AllocationTokenId) -> Vec<u8> {
    [&[3], id.as_str().as_bytes()].concat()
}

/// The key of the mark that the outbox is open.
pub(super) const OUTBOX_OPEN: [u8; 1] = [0];

/// What the key of every notice begins with.
pub(super) const NOTICE: u8 = 1;

/// What the keys of the notices of one record begin with: their places follow.
pub(super) fn notices_of(seq: Seq) -> Vec<u8> {
    with_seq(vec![NOTICE], seq)
}

/// The key of a notice.
pub(super) fn notice(id: NoticeId) -> Vec<u8> {
    let mut key = notices_of(id.seq);
    key.extend(id.place.to_be_bytes());
    key
}

/// What the keys of one name below `superior` begin with: the targets follow.
pub(super) fn name(superior: &NodePath, kind: NameKind, text: &str) -> Vec<u8> {
    let mut key = node(superior);
    key.push(kind as u8);
    key.extend_from_slice(text.as_bytes());
    // No identifier and no comparison key holds this octet.
    key.push(0);
    key
}

/// What the keys of all arcs of a registrant begin with: superiors and arcs follow. No id holds an octet 0.
pub(super) fn held_by(registrant: &RegistrantId) -> Vec<u8> {
    let mut key = registrant.as_str().as_bytes().to_vec();
    key.push(0);
    key
}

/// What the keys of a registrant's arcs directly below `superior` begin with: the arcs follow.
pub(super) fn holder(registrant: &RegistrantId, superior: &NodePath) -> Vec<u8> {
    let mut key = held_by(registrant);
    key.extend(node(superior));
    key
}

/// The arc whose superior and number stand behind what [`held_by`] wrote.
pub(super) fn to_held(target: &[u8]) -> Option<NodePath> {
    let (superior, rest) = split_node(target)?;
    let (number, rest) = split_arc(rest)?;
    superior.child(number).ok().filter(|_| rest.is_empty())
}

/// The key of the hold on a number, and of a cursor.
pub(super) fn numbered(superior: &NodePath, number: &ArcValue) -> Vec<u8> {
    let mut key = node(superior);
    push_arc(&mut key, number);
    key
}

/// The key of a hold that ended: first come those that ended first.
pub(super) fn ended(last: Seq, numbered: &[u8], from: Seq) -> Vec<u8> {
    let mut key = last.get().to_be_bytes().to_vec();
    key.extend_from_slice(numbered);
    with_seq(key, from)
}

/// The number's key and the first valid sequence of a hold that ended.
pub(super) fn split_ended(key: &[u8]) -> Option<(&[u8], Seq)> {
    let (_, key) = key.split_first_chunk::<SEQ_BYTES>()?;
    let (numbered, from) = key.split_last_chunk::<SEQ_BYTES>()?;
    Some((numbered, Seq::new(u64::from_be_bytes(*from))))
}

/// What the keys of the earlier values of a row begin with: the last valid sequences follow. No id holds an octet 0, and
/// digests are all as long.
pub(super) fn past(table: u8, key: &[u8]) -> Vec<u8> {
    let mut past = vec![table];
    past.extend_from_slice(key);
    past.push(0);
    past
}

/// The key of a request. A principal's id holds no octet 0.
pub(super) fn request(principal: &str, request: &str) -> Vec<u8> {
    let mut key = principal.as_bytes().to_vec();
    key.push(0);
    key.extend_from_slice(request.as_bytes());
    key
}

/// The range of all keys that begin with `prefix`.
pub(super) fn beginning_with(prefix: &[u8]) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
    (Bound::Included(prefix.to_vec()), end_of(prefix))
}

/// The bound behind all keys that begin with `prefix`.
pub(super) fn end_of(prefix: &[u8]) -> Bound<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if let Some(more) = last.checked_add(1) {
            end.push(more);
            return Bound::Excluded(end);
        }
    }
    Bound::Unbounded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An arc of exactly `octets` octets.
    fn arc_of(octets: usize, fill: u8) -> ArcValue {
        ArcValue::from_be_bytes(&vec![fill; octets])
    }

    #[test]
    fn no_two_lists_begin_alike() {
        use Agenda::{
            Challenges, Changes, Checking, Checks, Reminders, Reviews, Suspects, Terms, Uses,
        };
        let all = [
            Changes, Reviews, Terms, Uses, Reminders, Suspects, Checks, Checking, Challenges,
        ];
        let mut numbers: Vec<u8> = all.into_iter().map(|one| agenda(one)[0]).collect();
        numbers.extend([1, 2, 3, 4]);
        numbers.push(reports(&"p-1".parse().unwrap())[0]);
        numbers.push(label_claims(&NodePath::root())[0]);
        let many = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), many);
    }

    #[test]
    fn the_length_octet_has_its_borders() {
        let check = |octets: usize, expect: &[u8]| {
            let mut key = Vec::new();
            push_arc(&mut key, &arc_of(octets, 0xFF));
            assert!(key.starts_with(expect), "{octets}");
            assert_eq!(split_arc(&key), Some((arc_of(octets, 0xFF), &[][..])));
        };
        check(0, &[0]);
        check(1, &[1]);
        check(254, &[254]);
        check(255, &[255, 0, 255]);
        check(3_584, &[255, 14, 0]);
        assert_eq!(split_arc(&[2, 1]), None);
        assert_eq!(split_arc(&[255, 0]), None);
    }

    #[test]
    fn a_prefix_of_full_octets_has_an_end() {
        assert_eq!(end_of(&[1, 255]), Bound::Excluded(vec![2]));
        assert_eq!(end_of(&[255, 255]), Bound::Unbounded);
    }

    fn arcs() -> impl Strategy<Value = ArcValue> {
        prop_oneof![
            (0u64..300).prop_map(ArcValue::new),
            any::<u64>().prop_map(ArcValue::new),
            (250usize..260, 1u8..).prop_map(|(n, fill)| arc_of(n, fill)),
        ]
    }

    fn paths() -> impl Strategy<Value = NodePath> {
        proptest::collection::vec(arcs(), 0..5).prop_map(|below| {
            let arcs = [ArcValue::new(2), ArcValue::new(16)]
                .into_iter()
                .chain(below);
            NodePath::from_arcs(arcs).unwrap()
        })
    }

    proptest! {
        #[test]
        fn arcs_stand_in_numeric_order(a in arcs(), b in arcs()) {
            let (mut x, mut y) = (Vec::new(), Vec::new());
            push_arc(&mut x, &a);
            push_arc(&mut y, &b);
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert!(a == b || !y.starts_with(&x));
        }

        #[test]
        fn nodes_round_trip_and_none_begins_another(a in paths(), b in paths()) {
            let (x, y) = (node(&a), node(&b));
            prop_assert_eq!(to_path(&x), Some(a.clone()));
            prop_assert!(a == b || !y.starts_with(&x));
            let below = subordinates(&a).unwrap();
            let inside = y.starts_with(&below);
            prop_assert_eq!(inside, b.parent() == Some(a));
        }
    }
}

//! UUID arcs: `{joint-iso-itu-t(2) uuid(25)}` and the number of a UUID below it (X.667 | ISO/IEC 9834-8).
//!
//! The number is the UUID as an unsigned integer of 128 bits, most significant octet first. It must never make a UUID
//! of chance: it only converts.

use uuid::Uuid;

use crate::oid::arc::ArcValue;
use crate::oid::path::NodePath;

/// The arcs of `{joint-iso-itu-t(2) uuid(25)}`.
const UUID_NODE: [u64; 2] = [2, 25];

/// Characters of the hyphenated form.
const HYPHENATED_CHARS: usize = 36;

/// Reads the hyphenated form, in capital or small letters; no other form is taken.
pub fn parse(text: &str) -> Option<Uuid> {
    if text.len() != HYPHENATED_CHARS {
        return None;
    }
    Uuid::try_parse(text).ok()
}

/// Whether `path` is `{joint-iso-itu-t(2) uuid(25)}`.
pub fn is_uuid_node(path: &NodePath) -> bool {
    is_uuid_arcs(path.arcs())
}

/// Whether `arcs` are those of `{joint-iso-itu-t(2) uuid(25)}`.
pub(crate) fn is_uuid_arcs(arcs: &[ArcValue]) -> bool {
    arcs.len() == UUID_NODE.len() && arcs.iter().zip(UUID_NODE).all(|(a, b)| *a == b)
}

/// The arc of a UUID below 2.25.
pub fn to_arc(uuid: &Uuid) -> ArcValue {
    ArcValue::from(uuid.as_u128())
}

/// The UUID of an arc below 2.25; none from 2^128 on.
pub fn from_arc(arc: &ArcValue) -> Option<Uuid> {
    arc.to_u128().map(Uuid::from_u128)
}

/// The node of a UUID.
pub fn to_path(uuid: &Uuid) -> Option<NodePath> {
    let arcs = UUID_NODE
        .into_iter()
        .map(ArcValue::new)
        .chain([to_arc(uuid)]);
    NodePath::from_arcs(arcs).ok()
}

/// The UUID of a node directly below 2.25; none of any other.
pub fn from_path(path: &NodePath) -> Option<Uuid> {
    let (number, superior) = path.arcs().split_last()?;
    is_uuid_arcs(superior).then(|| from_arc(number))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_example_of_the_standard() {
        let uuid = parse("f81d4fae-7dec-11d0-a765-00a0c91e6bf6").unwrap();
        let path = to_path(&uuid).unwrap();
        assert_eq!(
            path.to_string(),
            "2.25.329800735698586629295641978511506172918"
        );
        assert_eq!(from_path(&path), Some(uuid));
        assert_eq!(parse("F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"), Some(uuid));
        assert_eq!(parse("f81d4fae7dec11d0a76500a0c91e6bf6"), None);
        assert_eq!(parse("{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}"), None);
        assert_eq!(parse("é81d4fae-7dec-11d0-a765-00a0c91e6bf"), None);
    }

    #[test]
    fn one_past_the_last_uuid() {
        let most = ArcValue::from(u128::MAX);
        assert_eq!(from_arc(&most), Some(Uuid::max()));
        assert_eq!(from_arc(&most.successor()), None);
        assert_eq!(from_path(&"2.25".parse().unwrap()), None);
        assert_eq!(from_path(&"2.25.1.1".parse().unwrap()), None);
        assert_eq!(from_path(&"2.26.1".parse().unwrap()), None);
    }

    proptest! {
        #[test]
        fn both_ways(bits in any::<u128>()) {
            let uuid = Uuid::from_u128(bits);
            prop_assert_eq!(from_path(&to_path(&uuid).unwrap()), Some(uuid));
            prop_assert_eq!(parse(&uuid.hyphenated().to_string()), Some(uuid));
        }
    }
}

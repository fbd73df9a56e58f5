//! A SHA-256 value and the three ways in which the journal makes one (RFC 6962 §2.1, and the commitment).
//!
//! It must never hash without a domain byte: `0x00` leaf, `0x01` node, `0x02` commitment.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The domain byte of a leaf (RFC 6962 §2.1).
const LEAF: u8 = 0x00;
/// The domain byte of an inner node (RFC 6962 §2.1).
const NODE: u8 = 0x01;
/// The domain byte of a commitment, which RFC 6962 leaves free.
const COMMITMENT: u8 = 0x02;

/// A SHA-256 value; shown as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest32(pub [u8; 32]);

impl Digest32 {
    /// The head of the empty tree: SHA-256 of nothing.
    pub fn of_nothing() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The leaf hash of an envelope's stored bytes: SHA-256(`0x00` ‖ bytes).
    pub fn of_leaf(envelope: &[u8]) -> Self {
        Self(
            Sha256::new()
                .chain_update([LEAF])
                .chain_update(envelope)
                .finalize()
                .into(),
        )
    }

    /// An inner node: SHA-256(`0x01` ‖ left ‖ right).
    #[must_use]
    pub fn of_node(left: &Self, right: &Self) -> Self {
        let hash = Sha256::new().chain_update([NODE]).chain_update(left.0);
        Self(hash.chain_update(right.0).finalize().into())
    }

    /// The commitment to an item: SHA-256(`0x02` ‖ salt ‖ body). The item's kind and subject stand beside it in the
    /// envelope and are bound by the leaf hash.
    pub fn of_item(salt: &[u8; 16], body: &[u8]) -> Self {
        let hash = Sha256::new().chain_update([COMMITMENT]).chain_update(salt);
        Self(hash.chain_update(body).finalize().into())
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domains_differ_and_the_known_values_hold() {
        let check = |digest: Digest32, expect: &str| assert_eq!(digest.to_string(), expect);
        check(
            Digest32::of_nothing(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        );
        check(
            Digest32::of_leaf(b""),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        );
        let zero = Digest32([0; 32]);
        let mut hashed = vec![2u8];
        hashed.extend([0; 16]);
        hashed.extend(b"item");
        let plain = Digest32(Sha256::digest(&hashed).into());
        assert_eq!(Digest32::of_item(&[0; 16], b"item"), plain);
        assert_ne!(Digest32::of_node(&zero, &zero), Digest32::of_leaf(&[0; 64]));
    }
}

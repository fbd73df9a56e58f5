//! The Merkle tree of RFC 6962 §2.1: tree head, growing frontier, inclusion and consistency proofs and their
//! verification (RFC 9162 §2.1.3.2 and §2.1.4.2).
//!
//! It must never see anything but hashes: what a leaf is made of is `envelope.rs`'s business.

use super::digest::Digest32;

/// The roots of the complete subtrees that make up a tree, largest (leftmost) first: all that is needed to grow it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Digest32>,
}

impl Frontier {
    /// The frontier of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The frontier with these parts; `None` when the roots' number is not that of `size` (one for each bit set).
    pub fn from_parts(size: u64, roots: Vec<Digest32>) -> Option<Self> {
        (u64::from(size.count_ones()) == roots.len() as u64).then_some(Self { size, roots })
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The complete subtrees' roots, largest first.
    pub fn roots(&self) -> &[Digest32] {
        &self.roots
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Digest32) {
        let mut node = leaf;
        // Each trailing one of the size is a complete subtree as large as the node in hand: the two become one.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                node = Digest32::of_node(&left, &node);
            }
        }
        self.roots.push(node);
        self.size = self.size.saturating_add(1);
    }

    /// The tree head.
    pub fn root(&self) -> Digest32 {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else {
            return Digest32::of_nothing();
        };
        roots.fold(*last, |right, left| Digest32::of_node(left, &right))
    }
}

/// A tree whose complete subtrees can be asked for.
pub trait Subtrees {
    /// The root of the complete subtree with 2^`level` leaves that is the `index`th of its level (from 0); `None`
    /// when the tree doesn't hold all its leaves.
    fn complete(&self, level: u32, index: u64) -> Option<Digest32>;
}

/// A list of leaf hashes: every subtree is computed when asked for.
impl Subtrees for [Digest32] {
    fn complete(&self, level: u32, index: u64) -> Option<Digest32> {
        let width = 1u64.checked_shl(level)?;
        let start = usize::try_from(index.checked_mul(width)?).ok()?;
        let end = start.checked_add(usize::try_from(width).ok()?)?;
        let mut frontier = Frontier::new();
        self.get(start..end)?
            .iter()
            .for_each(|leaf| frontier.push(*leaf));
        Some(frontier.root())
    }
}

/// The largest power of two that is less than `n`; `n` is at least 2.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The head of the leaves `start..start + n`, where `start` is a multiple of a power of two not less than `n`.
fn head_of<T: Subtrees + ?Sized>(tree: &T, start: u64, n: u64) -> Option<Digest32> {
    if n == 0 {
        return Some(Digest32::of_nothing());
    }
    if n.is_power_of_two() {
        return tree.complete(n.ilog2(), start >> n.ilog2());
    }
    let k = split(n);
    Some(Digest32::of_node(
        &head_of(tree, start, k)?,
        &head_of(tree, start + k, n - k)?,
    ))
}

/// The tree head over the first `size` leaves; `None` when the tree is smaller.
pub fn tree_head<T: Subtrees + ?Sized>(tree: &T, size: u64) -> Option<Digest32> {
    head_of(tree, 0, size)
}

/// The audit path of the leaf `index` (from 0) in the tree of `size` leaves (RFC 6962 §2.1.1); `None` when there is no
/// such leaf.
pub fn inclusion_proof<T: Subtrees + ?Sized>(
    tree: &T,
    index: u64,
    size: u64,
) -> Option<Vec<Digest32>> {
    if index >= size {
        return None;
    }
    let (mut path, mut start, mut n, mut m) = (Vec::new(), 0, size, index);
    while n > 1 {
        let k = split(n);
        if m < k {
            path.push(head_of(tree, start + k, n - k)?);
            n = k;
        } else {
            path.push(head_of(tree, start, k)?);
            (start, m, n) = (start + k, m - k, n - k);
        }
    }
    // The recursion of the RFC writes the leaf's sibling first.
    path.reverse();
    Some(path)
}

/// The proof that the tree of `old` leaves is a prefix of that of `new` leaves (RFC 6962 §2.1.2); empty when the sizes
/// are the same, `None` when `old` is 0 or larger than `new`.
pub fn consistency_proof<T: Subtrees + ?Sized>(
    tree: &T,
    old: u64,
    new: u64,
) -> Option<Vec<Digest32>> {
    if old == 0 || old > new {
        return None;
    }
    let (mut path, mut start, mut n, mut m, mut known) = (Vec::new(), 0, new, old, true);
    while m != n {
        let k = split(n);
        if m <= k {
            path.push(head_of(tree, start + k, n - k)?);
            n = k;
        } else {
            path.push(head_of(tree, start, k)?);
            (start, m, n, known) = (start + k, m - k, n - k, false);
        }
    }
    if !known {
        path.push(head_of(tree, start, n)?);
    }
    path.reverse();
    Some(path)
}

/// Whether `path` proves that `leaf` is the leaf `index` of the tree with `size` leaves and head `root`.
#[must_use]
pub fn verify_inclusion(
    leaf: Digest32,
    index: u64,
    size: u64,
    path: &[Digest32],
    root: &Digest32,
) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut place, mut last) = (leaf, index, size - 1);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            node = Digest32::of_node(sibling, &node);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            node = Digest32::of_node(&node, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && node == *root
}

/// Whether `path` proves that the tree (`old`, `old_root`) is a prefix of the tree (`new`, `new_root`). The empty tree
/// is a prefix of every tree and needs no path.
#[must_use]
pub fn verify_consistency(
    old: u64,
    old_root: &Digest32,
    new: u64,
    new_root: &Digest32,
    path: &[Digest32],
) -> bool {
    if old == 0 {
        return path.is_empty() && *old_root == Digest32::of_nothing();
    }
    if old >= new {
        return old == new && path.is_empty() && old_root == new_root;
    }
    let mut path = path.iter();
    let first = if old.is_power_of_two() {
        Some(old_root)
    } else {
        path.next()
    };
    let Some(first) = first else { return false };
    let (mut place, mut last) = (old - 1, new - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut from_old, mut from_new) = (*first, *first);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            from_old = Digest32::of_node(sibling, &from_old);
            from_new = Digest32::of_node(sibling, &from_new);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            from_new = Digest32::of_node(&from_new, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && from_old == *old_root && from_new == *new_root
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The leaves of the Certificate Transparency reference tests.
    const LEAVES: [&str; 8] = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    /// The heads of their first 1 to 8.
    const HEADS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn leaves() -> Vec<Digest32> {
        LEAVES
            .iter()
            .map(|leaf| Digest32::of_leaf(&hex::decode(leaf).unwrap()))
            .collect()
    }

    #[test]
    fn heads_of_the_reference_tree() {
        let leaves = leaves();
        let mut frontier = Frontier::new();
        for (index, leaf) in leaves.iter().enumerate() {
            frontier.push(*leaf);
            assert_eq!(frontier.root().to_string(), HEADS[index], "{}", index + 1);
            assert_eq!(
                tree_head(&leaves[..], index as u64 + 1),
                Some(frontier.root())
            );
        }
        assert_eq!(tree_head(&leaves[..], 9), None);
    }

    #[test]
    fn proofs_of_the_reference_tree() {
        fn check(proof: Option<Vec<Digest32>>, expect: &[&str]) {
            let proof: Vec<String> = proof.unwrap().iter().map(ToString::to_string).collect();
            assert_eq!(proof, expect);
        }
        let (n01, n23) = (
            HEADS[1],
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        );
        let l1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
        let n47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
        let l4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
        let n45 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
        let n67 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
        let leaves = leaves();
        let tree = &leaves[..];
        check(inclusion_proof(tree, 0, 1), &[]);
        check(inclusion_proof(tree, 0, 8), &[l1, n23, n47]);
        check(inclusion_proof(tree, 2, 3), &[n01]);
        check(inclusion_proof(tree, 1, 5), &[HEADS[0], n23, l4]);
        check(consistency_proof(tree, 1, 1), &[]);
        check(consistency_proof(tree, 1, 8), &[l1, n23, n47]);
        check(
            consistency_proof(tree, 6, 8),
            &[n67, n45, HEADS[3]].map(|s| s),
        );
        check(consistency_proof(tree, 2, 5), &[n23, l4]);
        assert_eq!(inclusion_proof(tree, 8, 8), None);
        assert_eq!(consistency_proof(tree, 0, 8), None);
        assert_eq!(consistency_proof(tree, 9, 8), None);
    }

    #[test]
    fn a_frontier_needs_one_root_for_each_bit() {
        assert!(Frontier::from_parts(5, vec![Digest32::default(); 2]).is_some());
        assert!(Frontier::from_parts(5, vec![Digest32::default(); 3]).is_none());
    }

    fn tree(size: usize) -> Vec<Digest32> {
        (0..size)
            .map(|leaf| Digest32::of_leaf(&leaf.to_be_bytes()))
            .collect()
    }

    proptest! {
        #[test]
        fn inclusion_verifies_and_nothing_else_does(size in 1usize..200, pick in any::<prop::sample::Index>(), flip in any::<(usize, u8)>()) {
            let (leaves, index) = (tree(size), pick.index(size) as u64);
            let n = size as u64;
            let root = tree_head(&leaves[..], n).unwrap();
            let mut path = inclusion_proof(&leaves[..], index, n).unwrap();
            let leaf = leaves[pick.index(size)];
            prop_assert!(verify_inclusion(leaf, index, n, &path, &root));
            prop_assert!(!verify_inclusion(Digest32::default(), index, n, &path, &root));
            prop_assert!(!verify_inclusion(leaf, n, n, &path, &root));
            for other in 0..n {
                prop_assert_eq!(verify_inclusion(leaf, other, n, &path, &root), other == index);
            }
            path.push(Digest32::default());
            prop_assert!(!verify_inclusion(leaf, index, n, &path, &root));
            path.pop();
            if let Some(len) = (!path.is_empty()).then_some(path.len()) {
                path[flip.0 % len].0[usize::from(flip.1) % 32] ^= 1;
                prop_assert!(!verify_inclusion(leaf, index, n, &path, &root));
                path.pop();
                prop_assert!(!verify_inclusion(leaf, index, n, &path, &root));
            }
        }

        #[test]
        fn consistency_verifies_and_nothing_else_does(new in 1usize..200, pick in any::<prop::sample::Index>(), flip in any::<(usize, u8)>()) {
            let leaves = tree(new);
            let (old, new) = (pick.index(new) as u64 + 1, new as u64);
            let (before, after) = (tree_head(&leaves[..], old).unwrap(), tree_head(&leaves[..], new).unwrap());
            let mut path = consistency_proof(&leaves[..], old, new).unwrap();
            prop_assert!(verify_consistency(old, &before, new, &after, &path));
            prop_assert!(!verify_consistency(old, &Digest32::default(), new, &after, &path));
            prop_assert!(!verify_consistency(old, &before, new, &Digest32::default(), &path));
            prop_assert!(!verify_consistency(new + 1, &before, new, &after, &path));
            if !path.is_empty() {
                let place = flip.0 % path.len();
                path[place].0[usize::from(flip.1) % 32] ^= 1;
                prop_assert!(!verify_consistency(old, &before, new, &after, &path));
                path[place].0[usize::from(flip.1) % 32] ^= 1;
                path.pop();
                prop_assert!(!verify_consistency(old, &before, new, &after, &path));
            }
        }
    }
}

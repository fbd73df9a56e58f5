//! The path of a node of the register: from the root above 0, 1 and 2 down to any arc.
//!
//! Unlike an object identifier value it may have no arc (the root) or one (a root arc alone). It must never hold a
//! path that could not be continued into an object identifier within the limits (X.660 7.6, `limits`).

use std::fmt;
use std::iter;
use std::str::FromStr;
use std::sync::Arc;

use crate::oid::arc::ArcValue;
use crate::oid::contents;
use crate::oid::dot::{self, DotError};
use crate::oid::limits::{ARCS_CEILING, CONTENTS_OCTETS_MAX};
use crate::oid::name::{Oid, OidError, RelativeOid, check_top, write_dotted};

/// The path of a node; cheap to clone. It orders depth-first by number: a superior before its subordinates.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodePath(Arc<[ArcValue]>);

impl NodePath {
    /// The root, above the arcs 0, 1 and 2.
    pub fn root() -> Self {
        Self(Arc::default())
    }

    /// Takes arcs, root arc first; none at all is the root.
    pub fn from_arcs(arcs: impl IntoIterator<Item = ArcValue>) -> Result<Self, OidError> {
        // One more than the limit shows that it is passed; an endless iterator must not be read to its end.
        Self::checked(arcs.into_iter().take(ARCS_CEILING + 1).collect())
    }

    fn checked(arcs: Arc<[ArcValue]>) -> Result<Self, OidError> {
        check_top(&arcs)?;
        if arcs.len() > ARCS_CEILING {
            return Err(OidError::TooManyArcs);
        }
        // Ten octets hold any value below 2^64, so that short paths need no exact sum.
        let small = arcs.iter().all(|arc| arc.to_u64().is_some());
        if small && arcs.len() * 10 <= CONTENTS_OCTETS_MAX {
            return Ok(Self(arcs));
        }
        if contents_len(&arcs) > CONTENTS_OCTETS_MAX {
            return Err(OidError::ContentsTooLong);
        }
        Ok(Self(arcs))
    }

    /// The node directly below, at `arc`.
    pub fn child(&self, arc: ArcValue) -> Result<Self, OidError> {
        Self::checked(self.0.iter().cloned().chain(iter::once(arc)).collect())
    }

    /// The node that a relative object identifier names below this one.
    pub fn join(&self, relative: &RelativeOid) -> Result<Self, OidError> {
        Self::checked(self.0.iter().cloned().chain(relative.arcs()).collect())
    }

    /// The node directly above; none above the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, above) = self.0.split_last()?;
        Some(Self(Arc::from(above)))
    }

    /// The node of the first `depth` arcs; the node itself when it has no more.
    #[must_use]
    pub fn truncated(&self, depth: usize) -> Self {
        self.0
            .get(..depth)
            .map_or_else(|| self.clone(), |arcs| Self(Arc::from(arcs)))
    }

    /// The last arc; none for the root.
    pub fn last(&self) -> Option<&ArcValue> {
        self.0.last()
    }

    /// The arcs, root arc first.
    pub fn arcs(&self) -> &[ArcValue] {
        &self.0
    }

    /// How many arcs it has.
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is `superior` or lies below it.
    pub fn starts_with(&self, superior: &Self) -> bool {
        self.0.starts_with(&superior.0)
    }

    /// The nodes above, the nearest first, the root last.
    pub fn superiors(&self) -> impl DoubleEndedIterator<Item = Self> {
        (0..self.depth()).rev().map(|depth| self.truncated(depth))
    }

    /// The arcs from `superior` down to this node; none where it does not lie below.
    pub fn relative_to(&self, superior: &Self) -> Option<RelativeOid> {
        let below = self.0.strip_prefix(&*superior.0)?;
        RelativeOid::from_arcs(below.iter().cloned()).ok()
    }

    /// The object identifier value; none for the root and for a root arc alone.
    pub fn to_oid(&self) -> Option<Oid> {
        Oid::from_arcs(self.0.iter().cloned()).ok()
    }
}

fn contents_len(arcs: &[ArcValue]) -> usize {
    let first = match arcs {
        [root, second, ..] => {
            root.to_u64()
                .and_then(|root| contents::pack_first(root, second))
                .map_or(
                    // A sum that can't be held is longer than the limit.
                    CONTENTS_OCTETS_MAX + 1,
                    |packed| contents::subidentifier_len(&packed),
                )
        }
        _ => 0,
    };
    first
        + arcs
            .iter()
            .skip(2)
            .map(contents::subidentifier_len)
            .sum::<usize>()
}

impl Default for NodePath {
    fn default() -> Self {
        Self::root()
    }
}

impl From<&Oid> for NodePath {
    fn from(oid: &Oid) -> Self {
        Self(oid.arcs().collect())
    }
}

impl From<Oid> for NodePath {
    fn from(oid: Oid) -> Self {
        Self::from(&oid)
    }
}

impl FromStr for NodePath {
    type Err = DotError;

    /// Reads strict dot notation; one root arc alone and `.` (the root) are taken too.
    fn from_str(text: &str) -> Result<Self, DotError> {
        if text == "." {
            return Ok(Self::root());
        }
        let arcs = dot::numbers(text)?
            .take(ARCS_CEILING + 1)
            .collect::<Result<Arc<[_]>, _>>()?;
        Ok(Self::checked(arcs)?)
    }
}

impl fmt::Display for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return f.write_str(".");
        }
        write_dotted(f, self.0.iter().cloned())
    }
}

impl fmt::Debug for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> NodePath {
        text.parse().unwrap()
    }

    #[test]
    fn roots_are_nodes_but_no_values() {
        assert_eq!(path(".").depth(), 0);
        assert_eq!(path(".").to_string(), ".");
        assert_eq!(path("2").to_oid(), None);
        assert_eq!(path("2").parent(), Some(NodePath::root()));
        assert_eq!(NodePath::root().parent(), None);
        assert_eq!(path("2.999").to_oid().unwrap().to_string(), "2.999");
    }

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(
            text.parse::<NodePath>().unwrap_err().code(),
            expect,
            "{text:?}"
        );
    }

    #[test]
    fn wrong_paths_are_refused() {
        check("", "TEXT_EMPTY");
        check("3", "ROOT_ARC_TOO_LARGE");
        check("1.40.1", "SECOND_ARC_TOO_LARGE");
        check("0.18446744073709551616", "SECOND_ARC_TOO_LARGE");
        check("2.016", "ARC_LEADING_ZERO");
        check(&format!("2{}", ".1".repeat(ARCS_CEILING)), "TOO_MANY_ARCS");
        assert_eq!(
            path(&format!("2{}", ".1".repeat(ARCS_CEILING - 1))).depth(),
            ARCS_CEILING
        );
        let root = path("1");
        assert!(root.child(ArcValue::new(39)).is_ok());
        let refused = root.child(ArcValue::new(40)).unwrap_err();
        assert_eq!(
            refused,
            OidError::SecondArcTooLarge {
                root: 1,
                value: ArcValue::new(40)
            }
        );
    }

    #[test]
    fn the_contents_limit_is_exact() {
        let huge = ArcValue::from_be_bytes(&[0xFF; 3583]);
        assert_eq!(contents::subidentifier_len(&huge), CONTENTS_OCTETS_MAX - 1);
        let full = path("2.1").child(huge.clone()).unwrap();
        assert_eq!(
            full.to_oid().unwrap().as_contents().len(),
            CONTENTS_OCTETS_MAX
        );
        assert_eq!(full.child(ArcValue::ZERO), Err(OidError::ContentsTooLong));
        assert_eq!(path("2.48").child(huge), Err(OidError::ContentsTooLong));
    }

    #[test]
    fn kinship() {
        let node = path("2.16.834.1");
        let above: Vec<String> = node.superiors().map(|p| p.to_string()).collect();
        assert_eq!(above, ["2.16.834", "2.16", "2", "."]);
        assert!(node.starts_with(&path("2.16")));
        assert!(node.starts_with(&node));
        assert!(!node.starts_with(&path("2.1")));
        assert_eq!(
            node.relative_to(&path("2.16")).unwrap().to_string(),
            "834.1"
        );
        assert_eq!(path("2.16").join(&"834.1".parse().unwrap()).unwrap(), node);
        assert_eq!(node.relative_to(&node), None);
        assert!(path("2.16") < path("2.16.834") && path("2.16.834") < path("2.17"));
    }
}

//! Object identifier values: `Oid` and `RelativeOid`, each its validated X.690 contents octets and nothing else.
//!
//! They must never hold octets that `contents::validate` would refuse: every way in checks. A root arc alone is no
//! object identifier value (X.690 8.19.4); for that there is [`NodePath`].

use std::fmt;
use std::str::FromStr;

use crate::oid::arc::ArcValue;
use crate::oid::contents::{self, ContentsError, Octets, Subidentifiers};
use crate::oid::dot::{self, DotError};
use crate::oid::limits::{ARCS_CEILING, CONTENTS_OCTETS_MAX, ROOT_ARC_MAX, SECOND_ARC_MAX};
pub use crate::oid::path::NodePath;

/// Why numbers make no object identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OidError {
    /// The first arc is none of 0, 1 and 2.
    #[error("the root arc is 0, 1 or 2, not {value}")]
    RootArcTooLarge {
        /// The first arc.
        value: ArcValue,
    },
    /// Below 0 and 1 there are the arcs 0 to 39 only.
    #[error("below the root arc {root} the arcs end at {SECOND_ARC_MAX}; {value} is beyond it")]
    SecondArcTooLarge {
        /// The root arc, 0 or 1.
        root: u64,
        /// The second arc.
        value: ArcValue,
    },
    /// An object identifier value has two arcs at least, a relative one has one.
    #[error("{arcs} arcs; at least {least} are needed")]
    TooFewArcs {
        /// Arcs given.
        arcs: usize,
        /// Arcs needed.
        least: usize,
    },
    /// More arcs than are taken.
    #[error("more than {ARCS_CEILING} arcs")]
    TooManyArcs,
    /// The contents octets would be longer than is taken.
    #[error("the contents would have more than {CONTENTS_OCTETS_MAX} octets")]
    ContentsTooLong,
}

impl OidError {
    /// The permanent code of this refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RootArcTooLarge { .. } => "ROOT_ARC_TOO_LARGE",
            Self::SecondArcTooLarge { .. } => "SECOND_ARC_TOO_LARGE",
            Self::TooFewArcs { .. } => "TOO_FEW_ARCS",
            Self::TooManyArcs => "TOO_MANY_ARCS",
            Self::ContentsTooLong => "CONTENTS_TOO_LONG",
        }
    }

    /// The clause it rests on.
    pub const fn clause(&self) -> &'static str {
        match self {
            Self::RootArcTooLarge { .. } | Self::SecondArcTooLarge { .. } => "X.660 7.6",
            Self::TooFewArcs { .. } => "X.690 8.19.4",
            Self::TooManyArcs | Self::ContentsTooLong => "limit of this service",
        }
    }
}

/// Refuses a first arc beyond 2, and a second beyond 39 below 0 and 1.
pub(crate) fn check_top(arcs: &[ArcValue]) -> Result<(), OidError> {
    let Some(first) = arcs.first() else {
        return Ok(());
    };
    let root = root_arc(first)?;
    arcs.get(1)
        .map_or(Ok(()), |second| check_second(root, second))
}

fn root_arc(first: &ArcValue) -> Result<u64, OidError> {
    match first.to_u64() {
        Some(root @ 0..=ROOT_ARC_MAX) => Ok(root),
        _ => Err(OidError::RootArcTooLarge {
            value: first.clone(),
        }),
    }
}

fn check_second(root: u64, second: &ArcValue) -> Result<(), OidError> {
    if root < ROOT_ARC_MAX && second.to_u64().is_none_or(|value| value > SECOND_ARC_MAX) {
        return Err(OidError::SecondArcTooLarge {
            root,
            value: second.clone(),
        });
    }
    Ok(())
}

/// Packs arcs one by one into contents octets, within the limits.
struct Packer {
    octets: Octets,
    arcs: usize,
}

impl Packer {
    fn new() -> Self {
        Self {
            octets: Octets::new(),
            arcs: 0,
        }
    }

    fn push(&mut self, value: &ArcValue, arcs: usize) -> Result<(), OidError> {
        self.arcs += arcs;
        if self.arcs > ARCS_CEILING {
            return Err(OidError::TooManyArcs);
        }
        if value.to_u64().is_none()
            && self.octets.len() + contents::subidentifier_len(value) > CONTENTS_OCTETS_MAX
        {
            return Err(OidError::ContentsTooLong);
        }
        contents::push_subidentifier(&mut self.octets, value);
        if self.octets.len() > CONTENTS_OCTETS_MAX {
            return Err(OidError::ContentsTooLong);
        }
        Ok(())
    }
}

/// An OBJECT IDENTIFIER value: two arcs or more.
///
/// It orders as its arcs do: number by number, a superior before its subordinates.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Oid(Octets);

impl Oid {
    /// Takes contents octets (X.690 8.19).
    #[inline]
    pub fn from_contents(octets: &[u8]) -> Result<Self, ContentsError> {
        contents::validate(octets, 1)?;
        Ok(Self(Octets::from_slice(octets)))
    }

    /// The contents octets.
    pub fn as_contents(&self) -> &[u8] {
        &self.0
    }

    /// Packs arcs, root arc first.
    pub fn from_arcs(arcs: impl IntoIterator<Item = ArcValue>) -> Result<Self, OidError> {
        Self::try_from_arcs(arcs.into_iter().map(Ok::<_, OidError>))
    }

    fn try_from_arcs<E: From<OidError>>(
        mut rest: impl Iterator<Item = Result<ArcValue, E>>,
    ) -> Result<Self, E> {
        let first = rest
            .next()
            .ok_or(OidError::TooFewArcs { arcs: 0, least: 2 })??;
        let root = root_arc(&first)?;
        let second = rest
            .next()
            .ok_or(OidError::TooFewArcs { arcs: 1, least: 2 })??;
        check_second(root, &second)?;
        let subidentifier = contents::pack_first(root, &second).ok_or(OidError::ContentsTooLong)?;
        let mut packer = Packer::new();
        packer.push(&subidentifier, 2)?;
        for arc in rest {
            packer.push(&arc?, 1)?;
        }
        Ok(Self(packer.octets))
    }

    /// The arcs, root arc first.
    #[inline]
    pub fn arcs(&self) -> Arcs<'_> {
        Arcs {
            rest: Subidentifiers::new(&self.0),
            second: None,
            begun: false,
        }
    }

    /// The node directly above; of a value of two arcs it is a root arc.
    pub fn parent(&self) -> NodePath {
        NodePath::from(self).parent().unwrap_or_else(NodePath::root)
    }
}

/// The arcs of an [`Oid`], root arc first.
#[derive(Debug, Clone)]
pub struct Arcs<'a> {
    rest: Subidentifiers<'a>,
    second: Option<ArcValue>,
    begun: bool,
}

impl Iterator for Arcs<'_> {
    type Item = ArcValue;

    #[inline]
    fn next(&mut self) -> Option<ArcValue> {
        if self.begun {
            return match self.second.take() {
                None => self.rest.next(),
                second => second,
            };
        }
        self.begun = true;
        let (root, second) = contents::unpack_first(&self.rest.next()?);
        self.second = Some(second);
        Some(root)
    }
}

impl FromStr for Oid {
    type Err = DotError;

    fn from_str(text: &str) -> Result<Self, DotError> {
        Self::try_from_arcs(dot::numbers(text)?)
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_dotted(f, self.arcs())
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Ord for Oid {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.arcs().cmp(other.arcs())
    }
}

impl PartialOrd for Oid {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A RELATIVE-OID value: one arc or more, below a node that is not said.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RelativeOid(Octets);

impl RelativeOid {
    /// Takes contents octets (X.690 8.20).
    #[inline]
    pub fn from_contents(octets: &[u8]) -> Result<Self, ContentsError> {
        contents::validate(octets, 0)?;
        Ok(Self(Octets::from_slice(octets)))
    }

    /// The contents octets.
    pub fn as_contents(&self) -> &[u8] {
        &self.0
    }

    /// Packs arcs, the topmost first.
    pub fn from_arcs(arcs: impl IntoIterator<Item = ArcValue>) -> Result<Self, OidError> {
        Self::try_from_arcs(arcs.into_iter().map(Ok::<_, OidError>))
    }

    fn try_from_arcs<E: From<OidError>>(
        arcs: impl Iterator<Item = Result<ArcValue, E>>,
    ) -> Result<Self, E> {
        let mut packer = Packer::new();
        for arc in arcs {
            packer.push(&arc?, 1)?;
        }
        if packer.arcs == 0 {
            return Err(OidError::TooFewArcs { arcs: 0, least: 1 }.into());
        }
        Ok(Self(packer.octets))
    }

    /// The arcs, the topmost first.
    #[inline]
    pub fn arcs(&self) -> Subidentifiers<'_> {
        Subidentifiers::new(&self.0)
    }
}

impl FromStr for RelativeOid {
    type Err = DotError;

    fn from_str(text: &str) -> Result<Self, DotError> {
        Self::try_from_arcs(dot::numbers(text)?)
    }
}

impl fmt::Display for RelativeOid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_dotted(f, self.arcs())
    }
}

impl fmt::Debug for RelativeOid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

pub(crate) fn write_dotted(
    f: &mut fmt::Formatter<'_>,
    arcs: impl Iterator<Item = ArcValue>,
) -> fmt::Result {
    for (index, arc) in arcs.enumerate() {
        if index > 0 {
            f.write_str(".")?;
        }
        fmt::Display::fmt(&arc, f)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn arc() -> impl Strategy<Value = ArcValue> {
        prop_oneof![
            (0_u64..200).prop_map(ArcValue::from),
            any::<u64>().prop_map(ArcValue::from),
            proptest::collection::vec(any::<u8>(), 0..24).prop_map(|o| ArcValue::from_be_bytes(&o)),
        ]
    }

    fn oid() -> impl Strategy<Value = Oid> {
        let top = prop_oneof![
            (0_u64..2, 0_u64..40).prop_map(|(a, b)| (ArcValue::from(a), ArcValue::from(b))),
            arc().prop_map(|b| (ArcValue::from(2_u64), b)),
        ];
        (top, proptest::collection::vec(arc(), 0..12))
            .prop_map(|((a, b), rest)| Oid::from_arcs([a, b].into_iter().chain(rest)).unwrap())
    }

    #[test]
    fn the_limits_are_exact() {
        let arcs = |n: usize| std::iter::repeat_n(ArcValue::new(1), n);
        assert!(Oid::from_arcs(arcs(ARCS_CEILING)).is_ok());
        assert_eq!(
            Oid::from_arcs(arcs(ARCS_CEILING + 1)),
            Err(OidError::TooManyArcs)
        );
        assert!(RelativeOid::from_arcs(arcs(ARCS_CEILING)).is_ok());
        assert_eq!(
            RelativeOid::from_arcs(arcs(ARCS_CEILING + 1)),
            Err(OidError::TooManyArcs)
        );
        let huge = ArcValue::from_be_bytes(&[0xFF; 3584]);
        assert!(RelativeOid::from_arcs([huge.clone()]).is_ok());
        let one_more = RelativeOid::from_arcs([huge.clone(), ArcValue::ZERO]);
        assert_eq!(one_more, Err(OidError::ContentsTooLong));
        let top = Oid::from_arcs([ArcValue::new(2), huge]);
        assert_eq!(top, Err(OidError::ContentsTooLong));
    }

    #[test]
    fn order_is_the_order_of_the_tree() {
        let mut oids: Vec<Oid> = [
            "2.999",
            "2.16.834.1",
            "1.2",
            "2.16.834",
            "2.16.840",
            "2.16.1000",
        ]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
        oids.sort();
        let shown: Vec<String> = oids.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "1.2",
                "2.16.834",
                "2.16.834.1",
                "2.16.840",
                "2.16.1000",
                "2.999"
            ]
        );
    }

    proptest! {
        #[test]
        fn arcs_text_and_contents_round_trip(oid in oid()) {
            prop_assert_eq!(&Oid::from_arcs(oid.arcs()).unwrap(), &oid);
            prop_assert_eq!(&Oid::from_contents(oid.as_contents()).unwrap(), &oid);
            prop_assert_eq!(&oid.to_string().parse::<Oid>().unwrap(), &oid);
            let path = NodePath::from(&oid);
            prop_assert_eq!(path.to_oid(), Some(oid.clone()));
            prop_assert_eq!(path.to_string(), oid.to_string());
            let relative = RelativeOid::from_arcs(oid.arcs()).unwrap();
            prop_assert_eq!(&relative.to_string().parse::<RelativeOid>().unwrap(), &relative);
        }

        #[test]
        fn order_agrees_with_paths(a in oid(), b in oid()) {
            prop_assert_eq!(a.cmp(&b), NodePath::from(&a).cmp(&NodePath::from(&b)));
        }
    }
}

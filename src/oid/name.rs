//! Object identifier values: `Oid` and `RelativeOid`, each its validated X.690 contents octets and nothing else.
//!
//! They must never hold octets that `contents::validate` would refuse: every way in checks. A root arc alone is no
//! object identifier value (X.690 8.19.4); for that there is [`NodePath`].

use std::fmt;
use std::str::FromStr;

use crate::oid::arc::{ArcValue, Digits};
use crate::oid::contents::{self, ContentsError, Octets, Short, Subidentifiers};
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

#[inline]
fn root_arc(first: &ArcValue) -> Result<u64, OidError> {
    match first.to_u64() {
        Some(root @ 0..=ROOT_ARC_MAX) => Ok(root),
        _ => Err(OidError::RootArcTooLarge {
            value: first.clone(),
        }),
    }
}

#[inline]
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
    fn push(&mut self, value: &ArcValue, arcs: usize) -> Result<(), OidError> {
        self.arcs += arcs;
        if self.arcs > ARCS_CEILING {
            return Err(OidError::TooManyArcs);
        }
        if self.octets.len() + contents::subidentifier_len(value) > CONTENTS_OCTETS_MAX {
            return Err(OidError::ContentsTooLong);
        }
        contents::push_subidentifier(&mut self.octets, value);
        Ok(())
    }
}

/// Appends the subidentifiers of `rest` to those in `short`, which are of `arcs` arcs.
#[inline]
fn pack<E: From<OidError>>(
    mut short: Short,
    mut arcs: usize,
    mut rest: impl Iterator<Item = Result<ArcValue, E>>,
) -> Result<Octets, E> {
    for arc in rest.by_ref() {
        let arc = arc?;
        if arc.to_u64().and_then(|small| short.push(small)).is_none() {
            let octets = short.octets();
            return pack_long(Packer { octets, arcs }, &arc, 1, rest);
        }
        arcs += 1;
    }
    Ok(short.octets())
}

/// Appends the subidentifier of `next`, which stands for `arcs` arcs, and those of `rest`.
#[cold]
fn pack_long<E: From<OidError>>(
    mut packer: Packer,
    next: &ArcValue,
    arcs: usize,
    rest: impl Iterator<Item = Result<ArcValue, E>>,
) -> Result<Octets, E> {
    packer.push(next, arcs)?;
    for arc in rest {
        packer.push(&arc?, 1)?;
    }
    Ok(packer.octets)
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
    #[inline]
    pub fn as_contents(&self) -> &[u8] {
        &self.0
    }

    /// Packs arcs, root arc first.
    #[inline]
    pub fn from_arcs(arcs: impl IntoIterator<Item = ArcValue>) -> Result<Self, OidError> {
        Self::try_from_arcs(arcs.into_iter().map(Ok::<_, OidError>))
    }

    #[inline]
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
        let mut short = Short::new();
        let top = second.to_u64();
        if top
            .and_then(|second| short.push_top(root, second))
            .is_some()
        {
            return pack(short, 2, rest).map(Self);
        }
        let subidentifier = contents::pack_first(root, &second).ok_or(OidError::ContentsTooLong)?;
        let octets = short.octets();
        pack_long(Packer { octets, arcs: 0 }, &subidentifier, 2, rest).map(Self)
    }

    /// The arcs, root arc first.
    #[inline]
    pub fn arcs(&self) -> Arcs<'_> {
        Arcs(RawArcs {
            rest: Subidentifiers::new(&self.0),
            told: 0,
        })
    }

    /// The node directly above; of a value of two arcs it is a root arc.
    pub fn parent(&self) -> NodePath {
        NodePath::from(self).parent().unwrap_or_else(NodePath::root)
    }
}

/// An arc where it stands in contents octets.
#[derive(Debug, Clone, Copy)]
enum RawArc<'a> {
    Small(u64),
    /// The octets of a larger one.
    Large(&'a [u8]),
    /// The octets of a large first subidentifier, for the second arc in it.
    LargeSecond(&'a [u8]),
}

impl RawArc<'_> {
    #[inline]
    fn value(self) -> ArcValue {
        match self {
            Self::Small(value) => ArcValue::new(value),
            Self::Large(octets) => contents::large(octets),
            Self::LargeSecond(octets) => contents::unpack_first(&contents::large(octets)).1,
        }
    }
}

/// The arcs of contents octets, nothing of which needs to be dropped.
#[derive(Debug, Clone)]
struct RawArcs<'a> {
    rest: Subidentifiers<'a>,
    /// How many were told, counted up to 2. It is as wide as its neighbours, so that a move of all is cheap.
    told: usize,
}

impl<'a> Iterator for RawArcs<'a> {
    type Item = RawArc<'a>;

    #[inline]
    fn next(&mut self) -> Option<RawArc<'a>> {
        match self.told {
            0 => {
                self.told = 1;
                // The first octet alone tells the root arc.
                let root = match self.rest.peek_octet()? {
                    0..40 => 0,
                    40..80 => 1,
                    _ => 2,
                };
                Some(RawArc::Small(root))
            }
            1 => {
                self.told = 2;
                Some(match self.rest.next_small()? {
                    Ok(value @ 0..40) => RawArc::Small(value),
                    Ok(value @ 40..80) => RawArc::Small(value - 40),
                    Ok(value) => RawArc::Small(value - 80),
                    Err(octets) => RawArc::LargeSecond(octets),
                })
            }
            _ => {
                let raw = self.rest.next_small()?;
                Some(raw.map_or_else(RawArc::Large, RawArc::Small))
            }
        }
    }
}

/// The arcs of an [`Oid`], root arc first.
#[derive(Debug, Clone)]
pub struct Arcs<'a>(RawArcs<'a>);

impl Iterator for Arcs<'_> {
    type Item = ArcValue;

    #[inline]
    fn next(&mut self) -> Option<ArcValue> {
        self.0.next().map(RawArc::value)
    }

    /// What takes all arcs at once (`sum`, `for_each`, `collect`) gets each without a stop in memory.
    #[inline]
    fn fold<B, F: FnMut(B, ArcValue) -> B>(self, start: B, mut with: F) -> B {
        let mut sum = start;
        for arc in self.0 {
            sum = with(sum, arc.value());
        }
        sum
    }
}

impl FromStr for Oid {
    type Err = DotError;

    fn from_str(text: &str) -> Result<Self, DotError> {
        if let Some(octets) = dot::pack_short(text, true) {
            return Ok(Self(octets));
        }
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
    #[inline]
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
        let octets = pack(Short::new(), 0, arcs)?;
        if octets.is_empty() {
            return Err(OidError::TooFewArcs { arcs: 0, least: 1 }.into());
        }
        Ok(Self(octets))
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
        if let Some(octets) = dot::pack_short(text, false) {
            return Ok(Self(octets));
        }
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
    let mut text = Digits::new();
    for (index, arc) in arcs.enumerate() {
        if index > 0 {
            text.push(b'.');
        }
        arc.push_digits(&mut text);
    }
    f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
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
    fn a_second_arc_just_below_two_to_the_64_comes_back() {
        for second in [u64::MAX, u64::MAX - 79, u64::MAX - 80] {
            let oid = Oid::from_arcs([ArcValue::new(2), ArcValue::new(second)]).unwrap();
            let arcs: Vec<ArcValue> = oid.arcs().collect();
            assert_eq!(arcs, [ArcValue::new(2), ArcValue::new(second)]);
            assert_eq!(oid.to_string(), format!("2.{second}"));
            assert_eq!(oid.to_string().parse::<Oid>().unwrap(), oid);
        }
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
            let mut one_by_one = Vec::new();
            for arc in oid.arcs() {
                one_by_one.push(arc);
            }
            prop_assert_eq!(oid.arcs().collect::<Vec<_>>(), one_by_one.clone());
            prop_assert_eq!(oid.arcs().fold(0, |count, _| count + 1), one_by_one.len());
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

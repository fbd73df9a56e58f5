//! From the steps of a text to a node: names are looked up, numbers are compared with the names beside them.
//!
//! The number of a name-and-number decides; a name that disagrees is told back, or refused in strict mode, except that a
//! name which X.660 standardizes may never be paired with another number. It must never choose among several candidates.

use smallvec::SmallVec;

use crate::oid::arc::ArcValue;
use crate::oid::label::{Identifier, UnicodeLabel};
use crate::oid::name::OidError;
use crate::oid::notation::{Mode, Parsed, Step, Tolerance};
use crate::oid::path::NodePath;
use crate::oid::{standard, uuid};

/// Where names of arcs are known: a register, or [`NoNames`].
///
/// What an implementation is told to hide it does not know.
pub trait Names {
    /// The arcs directly below `superior` that bear `identifier`; siblings may share one (X.660 allows it).
    fn by_identifier(&self, superior: &NodePath, identifier: &Identifier) -> Vec<ArcValue>;
    /// The arc directly below `superior` that `label` names.
    fn by_label(&self, superior: &NodePath, label: &UnicodeLabel) -> Option<ArcValue>;
    /// The node that a long arc from the root leads to.
    fn by_long_arc(&self, label: &UnicodeLabel) -> Option<NodePath>;
    /// The secondary identifier to write for a node.
    fn identifier_of(&self, path: &NodePath) -> Option<Identifier>;
    /// All secondary identifiers of a node.
    fn identifiers_of(&self, path: &NodePath) -> Vec<Identifier>;
    /// The non-integer Unicode label to write for a node.
    fn label_of(&self, path: &NodePath) -> Option<UnicodeLabel>;
    /// The label of the long arc that leads to a node.
    fn long_arc_of(&self, path: &NodePath) -> Option<UnicodeLabel>;
}

/// Knows no register: only the names that X.660 itself standardizes.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoNames;

impl Names for NoNames {
    fn by_identifier(&self, superior: &NodePath, identifier: &Identifier) -> Vec<ArcValue> {
        let number = standard::number_of(superior.arcs(), identifier.as_str());
        number.map(ArcValue::new).into_iter().collect()
    }

    fn by_label(&self, superior: &NodePath, label: &UnicodeLabel) -> Option<ArcValue> {
        if !superior.is_root() {
            return None;
        }
        standard::root_of_label(label).map(ArcValue::new)
    }

    fn by_long_arc(&self, _label: &UnicodeLabel) -> Option<NodePath> {
        None
    }

    fn identifier_of(&self, path: &NodePath) -> Option<Identifier> {
        self.identifiers_of(path).into_iter().next()
    }

    fn identifiers_of(&self, path: &NodePath) -> Vec<Identifier> {
        path.arcs()
            .split_last()
            .map_or_else(Vec::new, |(number, superior)| {
                standard::names_of(superior, number)
            })
    }

    fn label_of(&self, path: &NodePath) -> Option<UnicodeLabel> {
        match path.arcs() {
            [root] => standard::label_of_root(root),
            _ => None,
        }
    }

    fn long_arc_of(&self, _path: &NodePath) -> Option<UnicodeLabel> {
        None
    }
}

/// What a text leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The node.
    pub path: NodePath,
    /// Names that the register does not know for the numbers beside them.
    pub disagreements: Vec<Disagreement>,
    /// What was tolerated in reading and resolving.
    pub tolerated: Vec<Tolerance>,
}

/// A name beside a number for which other names are known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {step}: {given} is not a name of the arc {number}; {}", known_or_elsewhere(.known, .elsewhere))]
pub struct Disagreement {
    /// Which step, from 1.
    pub step: usize,
    /// The name as given.
    pub given: Identifier,
    /// The number as given, which decided.
    pub number: ArcValue,
    /// The names known for that arc.
    pub known: Vec<Identifier>,
    /// The sibling arcs that bear the given name.
    pub elsewhere: Vec<ArcValue>,
}

fn known_or_elsewhere(known: &[Identifier], elsewhere: &[ArcValue]) -> String {
    let list = |items: Vec<String>| items.join(", ");
    if known.is_empty() {
        let arcs = elsewhere.iter().map(ToString::to_string).collect();
        return format!("it belongs to {}", list(arcs));
    }
    format!(
        "known are {}",
        list(known.iter().map(ToString::to_string).collect())
    )
}

/// A node as a sentence names it.
fn node(path: &NodePath) -> String {
    if path.is_root() {
        return "the root".to_owned();
    }
    path.to_string()
}

/// Why steps lead to no node; `step` counts from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// A relative object identifier, and no node to begin at.
    #[error("a relative object identifier needs a node to begin at")]
    NoBase,
    /// No arc of that name is known.
    #[error("step {step}: no arc below {} is known by the identifier {identifier}", node(.superior))]
    UnknownIdentifier {
        /// Which step.
        step: usize,
        /// The node that the steps before it lead to.
        superior: NodePath,
        /// The name.
        identifier: Identifier,
    },
    /// Several siblings bear that name.
    #[error("step {step}: {} arcs below {} bear the identifier {identifier}", .candidates.len(), node(.superior))]
    AmbiguousIdentifier {
        /// Which step.
        step: usize,
        /// The node that the steps before it lead to.
        superior: NodePath,
        /// The name.
        identifier: Identifier,
        /// Their numbers.
        candidates: Vec<ArcValue>,
    },
    /// No arc of that label is known.
    #[error("step {step}: no arc below {} is known by the label {label}", node(.superior))]
    UnknownLabel {
        /// Which step.
        step: usize,
        /// The node that the steps before it lead to.
        superior: NodePath,
        /// The label.
        label: UnicodeLabel,
    },
    /// A standardized name with another number than its own.
    #[error("step {step}: {identifier} is {right} by X.660, not {number}")]
    StandardNameWrongNumber {
        /// Which step.
        step: usize,
        /// The name.
        identifier: Identifier,
        /// The number as given.
        number: ArcValue,
        /// The number that X.660 gives it.
        right: u64,
    },
    /// In strict mode: a name beside a number that the register knows by other names.
    #[error("not taken in strict mode: {0}")]
    Disagrees(Disagreement),
    /// `ITU-R` with another arc below it than `R-Recommendation`.
    #[error("the label ITU-R leads to R-Recommendation (5) only")]
    ItuRLeadsElsewhere,
    /// An arc of 2.25 that is no UUID.
    #[error("step {step}: the arcs below 2.25 are UUIDs, numbers below 2^128")]
    UuidTooLarge {
        /// Which step.
        step: usize,
    },
    /// The numbers make no object identifier.
    #[error("step {step}: {source}")]
    Oid {
        /// Which step.
        step: usize,
        /// What is wrong with them.
        source: OidError,
    },
}

impl ResolveError {
    /// The permanent code of this refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoBase => "RELATIVE_WITHOUT_BASE",
            Self::UnknownIdentifier { .. } => "IDENTIFIER_UNKNOWN",
            Self::AmbiguousIdentifier { .. } => "IDENTIFIER_AMBIGUOUS",
            Self::UnknownLabel { .. } => "LABEL_UNKNOWN",
            Self::StandardNameWrongNumber { .. } => "STANDARD_NAME_WRONG_NUMBER",
            Self::Disagrees(_) => "NAME_DISAGREES",
            Self::ItuRLeadsElsewhere => "ITU_R_LEADS_ELSEWHERE",
            Self::UuidTooLarge { .. } => "UUID_TOO_LARGE",
            Self::Oid { source, .. } => source.code(),
        }
    }

    /// The clause it rests on.
    pub const fn clause(&self) -> &'static str {
        match self {
            Self::NoBase => "X.680 33",
            Self::UnknownIdentifier { .. }
            | Self::AmbiguousIdentifier { .. }
            | Self::Disagrees(_) => "X.680 32",
            Self::UnknownLabel { .. } => "X.680 34",
            Self::StandardNameWrongNumber { .. } => "X.660 A.2.3, A.3.2, A.4.2",
            Self::ItuRLeadsElsewhere => "X.660 A.3",
            Self::UuidTooLarge { .. } => "X.667",
            Self::Oid { source, .. } => source.clause(),
        }
    }
}

/// Follows the steps of `parsed` from the root, or from `base` where they are relative.
pub fn resolve(
    parsed: &Parsed,
    names: &dyn Names,
    base: Option<&NodePath>,
) -> Result<Resolved, ResolveError> {
    if let Some(path) = numbers_alone(parsed) {
        return Ok(Resolved {
            path,
            disagreements: Vec::new(),
            tolerated: parsed.tolerated.clone(),
        });
    }
    let path = match (parsed.relative, base) {
        (true, Some(base)) => base.clone(),
        (true, None) => return Err(ResolveError::NoBase),
        (false, _) => NodePath::root(),
    };
    let mut walk = Walk {
        names,
        mode: parsed.mode,
        resolved: Resolved {
            path,
            disagreements: Vec::new(),
            tolerated: parsed.tolerated.clone(),
        },
    };
    for (index, step) in parsed.steps.iter().enumerate() {
        walk.follow(step, index + 1)?;
    }
    check_itu_r(parsed, &walk.resolved.path)?;
    Ok(walk.resolved)
}

/// The node of steps that are numbers from the root on; none where one is a name, or where they make no node.
fn numbers_alone(parsed: &Parsed) -> Option<NodePath> {
    let number = |step: &Step| match step {
        Step::Number(number) => Some(number.clone()),
        _ => None,
    };
    let numbers: Option<SmallVec<[ArcValue; 16]>> = parsed.steps.iter().map(number).collect();
    let path = NodePath::from_arcs(numbers.filter(|_| !parsed.relative)?).ok()?;
    // Only an arc below 2.25 must be a UUID as well.
    let uuid = match path.arcs().split_at_checked(2) {
        Some((superior, [number, ..])) if uuid::is_uuid_arcs(superior) => {
            uuid::from_arc(number).is_some()
        }
        _ => true,
    };
    uuid.then_some(path)
}

fn check_itu_r(parsed: &Parsed, path: &NodePath) -> Result<(), ResolveError> {
    let Some(Step::Label(label)) = parsed.steps.first() else {
        return Ok(());
    };
    let itu_r = !parsed.relative && label.as_str().eq_ignore_ascii_case(standard::ITU_R);
    if itu_r && path.arcs().get(1).is_some_and(|second| *second != 5) {
        return Err(ResolveError::ItuRLeadsElsewhere);
    }
    Ok(())
}

struct Walk<'a> {
    names: &'a dyn Names,
    mode: Mode,
    resolved: Resolved,
}

impl Walk<'_> {
    fn follow(&mut self, step: &Step, place: usize) -> Result<(), ResolveError> {
        match step {
            Step::Number(number) => self.descend(number.clone(), place),
            Step::Named { identifier, number } => self.named(identifier, number, place),
            Step::Identifier(identifier) => {
                let number = self.by_identifier(identifier, place)?;
                self.descend(number, place)
            }
            Step::Label(label) => self.labelled(label, place),
        }
    }

    fn descend(&mut self, number: ArcValue, place: usize) -> Result<(), ResolveError> {
        let path = &self.resolved.path;
        if uuid::is_uuid_node(path) && uuid::from_arc(&number).is_none() {
            return Err(ResolveError::UuidTooLarge { step: place });
        }
        let child = path.child(number);
        self.resolved.path = child.map_err(|source| ResolveError::Oid {
            step: place,
            source,
        })?;
        Ok(())
    }

    fn named(
        &mut self,
        identifier: &Identifier,
        number: &ArcValue,
        place: usize,
    ) -> Result<(), ResolveError> {
        let superior = self.resolved.path.clone();
        let right = standard::number_of(superior.arcs(), identifier.as_str());
        if let Some(right) = right.filter(|right| *number != *right) {
            let (identifier, number) = (identifier.clone(), number.clone());
            return Err(ResolveError::StandardNameWrongNumber {
                step: place,
                identifier,
                number,
                right,
            });
        }
        self.descend(number.clone(), place)?;
        if right.is_none() {
            self.compare(&superior, identifier, number, place)?;
        }
        Ok(())
    }

    fn compare(
        &mut self,
        superior: &NodePath,
        given: &Identifier,
        number: &ArcValue,
        place: usize,
    ) -> Result<(), ResolveError> {
        let known = self.names.identifiers_of(&self.resolved.path);
        if known.contains(given) {
            return Ok(());
        }
        let elsewhere = self.names.by_identifier(superior, given);
        if known.is_empty() && (elsewhere.is_empty() || elsewhere.contains(number)) {
            return Ok(());
        }
        let told = Disagreement {
            step: place,
            given: given.clone(),
            number: number.clone(),
            known,
            elsewhere,
        };
        if self.mode == Mode::Strict {
            return Err(ResolveError::Disagrees(told));
        }
        self.resolved.disagreements.push(told);
        Ok(())
    }

    fn by_identifier(
        &self,
        identifier: &Identifier,
        place: usize,
    ) -> Result<ArcValue, ResolveError> {
        let superior = &self.resolved.path;
        if let Some(number) = standard::number_of(superior.arcs(), identifier.as_str()) {
            return Ok(ArcValue::new(number));
        }
        let mut candidates = self.names.by_identifier(superior, identifier);
        candidates.sort();
        candidates.dedup();
        let (step, superior, identifier) = (place, superior.clone(), identifier.clone());
        match (candidates.pop(), candidates.is_empty()) {
            (Some(number), true) => Ok(number),
            (None, _) => Err(ResolveError::UnknownIdentifier {
                step,
                superior,
                identifier,
            }),
            (Some(last), false) => {
                candidates.push(last);
                Err(ResolveError::AmbiguousIdentifier {
                    step,
                    superior,
                    identifier,
                    candidates,
                })
            }
        }
    }

    fn labelled(&mut self, label: &UnicodeLabel, place: usize) -> Result<(), ResolveError> {
        let superior = &self.resolved.path;
        if let Some(number) = self.names.by_label(superior, label) {
            return self.descend(number, place);
        }
        if superior.is_root() {
            if let Some(root) = standard::root_of_label(label) {
                return self.descend(ArcValue::new(root), place);
            }
            if let Some(path) = self.names.by_long_arc(label) {
                self.resolved.path = path;
                return Ok(());
            }
        }
        // X.667: the hexadecimal form of a UUID is the label of its arc.
        if uuid::is_uuid_node(superior)
            && let Some(uuid) = uuid::parse(label.as_str())
        {
            return self.descend(uuid::to_arc(&uuid), place);
        }
        if self.mode == Mode::Lenient
            && let Ok(identifier) = label.as_str().parse::<Identifier>()
            && let Ok(number) = self.by_identifier(&identifier, place)
        {
            let name = identifier.as_str().to_owned();
            self.resolved
                .tolerated
                .push(Tolerance::IdentifierAsLabel { name });
            return self.descend(number, place);
        }
        let (superior, label) = (superior.clone(), label.clone());
        Err(ResolveError::UnknownLabel {
            step: place,
            superior,
            label,
        })
    }
}

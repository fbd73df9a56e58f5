//! How a node's subordinates are allocated: numbering, windows, who and what is asked for (DESIGN §5).

use crate::oid::ArcValue;

/// A run of numbers, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberRange {
    /// The first number.
    pub from: ArcValue,
    /// The last number; `None` means without end.
    pub to: Option<ArcValue>,
}

impl NumberRange {
    /// Whether `number` lies in the run.
    pub fn contains(&self, number: &ArcValue) -> bool {
        *number >= self.from && self.to.as_ref().is_none_or(|to| number <= to)
    }
}

/// How numbers are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// The caller may ask for a number, for the next free one or for a random one.
    Any,
    /// Only the lowest number never assigned in the windows.
    NextFreeOnly,
    /// Only a number the caller names.
    ExplicitOnly,
    /// Only a random number of the windows.
    RandomOnly,
}

/// Who may apply for an arc.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Applicants {
    /// Nobody.
    #[default]
    Nobody,
    /// Every principal that may act.
    Principals,
    /// Everybody who is reached at the address that they tell.
    Public,
}

/// The policy for the subordinates of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent wishes, each a word of the policy"
)]
pub struct Policy {
    /// How numbers are chosen.
    pub numbering: Numbering,
    /// Which numbers may be given out, in the order they are used up; empty means 1 and up.
    pub windows: Vec<NumberRange>,
    /// Which numbers are kept back, whatever the windows say.
    pub kept_back: Vec<NumberRange>,
    /// Whether a secondary identifier may stand on one sibling only.
    pub identifiers_unique: bool,
    /// Whether a new arc needs a secondary identifier.
    pub identifier_required: bool,
    /// Whether a new arc needs a title.
    pub title_required: bool,
    /// Whether a new arc needs a registrant.
    pub registrant_required: bool,
    /// Whether an arc is given out only upon an application.
    pub application_required: bool,
    /// How many approvals an application needs.
    pub approvals: u32,
    /// Most arcs that one registrant may hold directly below the node; `None` means no such limit.
    pub arcs_per_registrant_max: Option<u64>,
    /// For how long after a withdrawal an arc may be reinstated, in seconds.
    pub reinstatement_seconds: u64,
    /// The longest hold, in seconds.
    pub hold_seconds_max: u64,
    /// Who may apply for an arc.
    pub applicants: Applicants,
    /// Whether a wished number is held while its application runs.
    pub wishes_held: bool,
    /// How long an application may wait until it is acknowledged, in seconds.
    pub acknowledge_seconds: u64,
    /// How long it may take to judge it, in seconds.
    pub decide_seconds: u64,
    /// How long an applicant may take to answer, in seconds; then the application is over.
    pub answer_seconds: u64,
    /// How long a rejection may be appealed, in seconds.
    pub appeal_seconds: u64,
    /// What is to be paid for an application, in words; `None` means nothing.
    pub fee: Option<String>,
}

impl Policy {
    /// What holds where nobody has decided anything.
    pub fn standard() -> Self {
        Self {
            numbering: Numbering::Any,
            windows: Vec::new(),
            kept_back: Vec::new(),
            identifiers_unique: true,
            identifier_required: false,
            title_required: false,
            registrant_required: false,
            application_required: false,
            approvals: 0,
            arcs_per_registrant_max: None,
            reinstatement_seconds: 30 * 86_400,
            hold_seconds_max: 90 * 86_400,
            applicants: Applicants::Nobody,
            wishes_held: false,
            acknowledge_seconds: 7 * 86_400,
            decide_seconds: 30 * 86_400,
            answer_seconds: 30 * 86_400,
            appeal_seconds: 30 * 86_400,
            fee: None,
        }
    }

    /// The windows in force: those named, or 1 and up.
    pub fn windows_in_force(&self) -> Vec<NumberRange> {
        if self.windows.is_empty() {
            vec![NumberRange {
                from: ArcValue::from(1u32),
                to: None,
            }]
        } else {
            self.windows.clone()
        }
    }

    /// Whether the policy lets `number` be given out at all. With no windows, every number is open, 0 included.
    pub fn opens(&self, number: &ArcValue) -> bool {
        let inside = self.windows.is_empty() || self.windows.iter().any(|w| w.contains(number));
        inside && !self.kept_back.iter().any(|r| r.contains(number))
    }
}

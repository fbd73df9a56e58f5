//! How a node's subordinates are allocated: numbering, windows, who and what is asked for (DESIGN §5).

use std::borrow::Cow;

use super::entry::State;
use super::money::{Amount, FeeSchedule};
use crate::oid::{ArcValue, ComparisonKey, Identifier, UnicodeLabel};

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

/// A kind of registrants that is numbered apart, such as government before companies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// What it is called.
    pub name: Identifier,
    /// Which numbers its registrants are given, in the order they are used up.
    pub windows: Vec<NumberRange>,
}

/// Something that a policy can want to be told beside what has a wish of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MinimumContent {
    /// A Unicode label.
    Label,
    /// A description.
    Description,
    /// A contact.
    Contact,
    /// Of an application: what will be registered below.
    Below,
    /// Of an application: the applicant's legal form.
    LegalForm,
    /// Of an application: under which number the applicant is registered.
    RegistrationNumber,
    /// Of an application: in which country the applicant is registered.
    Country,
    /// Of an application: something that goes with it.
    Attachment,
}

impl MinimumContent {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Label,
        Self::Description,
        Self::Contact,
        Self::Below,
        Self::LegalForm,
        Self::RegistrationNumber,
        Self::Country,
        Self::Attachment,
    ];

    /// Whether it is told of every arc; else it is told in applications alone.
    pub const fn is_of_arcs(self) -> bool {
        matches!(self, Self::Label | Self::Description | Self::Contact)
    }

    /// The field of a request in which it is told.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Label => "entry.labels",
            Self::Description => "entry.descriptions",
            Self::Contact => "entry.contacts",
            Self::Below => "about.below",
            Self::LegalForm => "about.legal_form",
            Self::RegistrationNumber => "about.registration_number",
            Self::Country => "about.country",
            Self::Attachment => "about.attachments",
        }
    }

    /// What it is, for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Label => "a Unicode label",
            Self::Description => "a description",
            Self::Contact => "a contact",
            Self::Below => "what will be registered below",
            Self::LegalForm => "the applicant's legal form",
            Self::RegistrationNumber => "the number under which the applicant is registered",
            Self::Country => "the country in which the applicant is registered",
            Self::Attachment => "an attachment",
        }
    }
}

/// What happens to an arc whose time is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lapse {
    /// It is suspended.
    #[default]
    Suspend,
    /// It is deprecated.
    Deprecate,
    /// It is withdrawn.
    Withdraw,
}

impl Lapse {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Suspend, Self::Deprecate, Self::Withdraw];

    /// The state that it goes to.
    pub const fn state(self) -> State {
        match self {
            Self::Suspend => State::Suspended,
            Self::Deprecate => State::Deprecated,
            Self::Withdraw => State::Withdrawn,
        }
    }
}

/// For how long arcs are given out, and what happens when that time is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// For how long an arc is assigned, in seconds; `None` means without end.
    pub term_seconds: Option<u64>,
    /// Within which time a new arc has to be put to use, in seconds; `None` means that it need not be.
    pub use_seconds: Option<u64>,
    /// What happens then.
    pub lapse: Lapse,
}

/// How often registrants are asked whether what is known of them is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    /// How long after it was last known to be so, in seconds.
    pub every_seconds: u64,
    /// How long they may take to answer, in seconds.
    pub answer_seconds: u64,
}

impl Checks {
    /// How long they may take where nobody says otherwise (30 days).
    pub const ANSWER_SECONDS: u64 = 30 * 86_400;
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
    /// Names that no arc is given, whether as identifier or as label; compared as labels are.
    pub reserved_names: Vec<UnicodeLabel>,
    /// The kinds of registrants that are numbered apart; where there are any, they stand in place of the windows.
    pub categories: Vec<Category>,
    /// Whether an arc changes hands only when both sides agreed.
    pub transfers_agreed: bool,
    /// What else a new arc needs.
    pub minimum: Vec<MinimumContent>,
    /// How much is to be paid; `None` leaves it to the words of `fee`.
    pub fees: Option<FeeSchedule>,
    /// Whether an application can be approved while its fee is due.
    pub fee_may_wait: bool,
    /// For how long arcs are given out.
    pub terms: Terms,
    /// How often registrants are asked whether what is known of them is right; `None` means never.
    pub checks: Option<Checks>,
    /// Within which time what is said to be wrong should be settled, in seconds.
    pub suspect_seconds: u64,
    /// For how long a Unicode label that is new on an arc can be challenged, in seconds; `None` means that it is final at once.
    pub label_challenge_seconds: Option<u64>,
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
            reserved_names: Vec::new(),
            categories: Vec::new(),
            transfers_agreed: false,
            minimum: Vec::new(),
            fees: None,
            fee_may_wait: false,
            terms: Terms::default(),
            checks: None,
            suspect_seconds: 14 * 86_400,
            label_challenge_seconds: None,
        }
    }

    /// What is to be paid for an application: amount and words; `None` means nothing.
    pub fn due(&self) -> Option<(Option<Amount>, String)> {
        let amount = self.fees.as_ref().and_then(FeeSchedule::of_an_application);
        match (amount, &self.fee) {
            (None, None) => None,
            (amount, Some(words)) => Some((amount, words.clone())),
            (Some(amount), None) => Some((Some(amount), amount.to_string())),
        }
    }

    /// The windows named, those of all categories among them.
    pub fn windows_named(&self) -> impl Iterator<Item = &NumberRange> {
        let of_categories = self.categories.iter().flat_map(|one| &one.windows);
        self.windows.iter().chain(of_categories)
    }

    /// The windows in force: those named, or 1 and up.
    pub fn windows_in_force(&self) -> Vec<NumberRange> {
        let mut named: Vec<_> = self.windows_named().cloned().collect();
        if named.is_empty() {
            named.push(NumberRange {
                from: ArcValue::from(1u32),
                to: None,
            });
        }
        named
    }

    /// Whether the policy lets `number` be given out at all. With no windows, every number is open, 0 included.
    pub fn opens(&self, number: &ArcValue) -> bool {
        let mut named = self.windows_named().peekable();
        let inside = named.peek().is_none() || named.any(|w| w.contains(number));
        inside && !self.kept_back.iter().any(|r| r.contains(number))
    }

    /// The policy for the registrants of a category: its windows alone. `None` where it is not told although the policy knows
    /// some, or is one that the policy does not know.
    pub fn of_category(&self, category: Option<&Identifier>) -> Option<Cow<'_, Self>> {
        match category {
            None if self.categories.is_empty() => Some(Cow::Borrowed(self)),
            None => None,
            Some(name) => {
                let found = self.categories.iter().find(|one| one.name == *name)?;
                Some(Cow::Owned(Self {
                    windows: found.windows.clone(),
                    categories: Vec::new(),
                    ..self.clone()
                }))
            }
        }
    }

    /// The reserved name of this key: a label's, or an identifier in lower case.
    pub fn reserves(&self, key: &ComparisonKey) -> Option<&UnicodeLabel> {
        let mut reserved = self.reserved_names.iter();
        reserved.find(|one| one.comparison_key() == *key)
    }
}

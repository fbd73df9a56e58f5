//! Every "no" the register can say, as data (DESIGN §1.6).
//!
//! The policy of errors. A *refusal* is an answer: the caller can read what is wrong, in which field, by which clause, and
//! what to do. A *fault* is ours: it is logged whole and shown as an id. Refusals are ranked: the first that applies is the
//! main one, and all faults of form are told at once. Numbers and names are for ever: a retired one is never used again.
//! A refusal carries no secret and no personal data; the value it quotes is the caller's own, cut to [`VALUE_CHARS_MAX`].

use std::fmt;

use crate::oid::NodePath;

/// Most characters of a quoted value.
pub const VALUE_CHARS_MAX: usize = 120;
/// Most refusals told at once.
pub const REFUSALS_MAX: usize = 64;

/// What kind of "no": each face has one table from this to its own codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The request is not well-formed.
    Malformed,
    /// Nobody is known to ask.
    Unauthenticated,
    /// Whoever asks may not.
    Denied,
    /// What is asked about is not there.
    NotFound,
    /// Somebody else has it.
    Taken,
    /// Not in this state or under this policy.
    NotNow,
    /// A limit is reached.
    Exhausted,
    /// It changed meanwhile.
    Moved,
    /// Not able to, for the time being.
    Unavailable,
}

macro_rules! codes {
    ($($number:literal $variant:ident $name:literal $class:ident $clause:literal: $doc:literal;)*) => {
        /// The codes, declared in order of precedence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        #[non_exhaustive]
        pub enum Code { $(#[doc = $doc] $variant = $number,)* }

        impl Code {
            /// Every code, in order of precedence.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The permanent number.
            pub const fn number(self) -> u16 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The permanent name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The class.
            pub const fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)* }
            }

            /// What the refusal rests on.
            pub const fn clause(self) -> &'static str {
                match self { $(Self::$variant => $clause,)* }
            }

            /// One sentence that says what it means.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }

            /// The page that explains it, in Markdown.
            pub const fn page(self) -> &'static str {
                match self { $(Self::$variant => include_str!(concat!("../../data/refusals/", $name, ".md")),)* }
            }
        }
    };
}

codes! {
    1 FieldRequired "FIELD_REQUIRED" Malformed "API": "A field that the request needs is empty.";
    2 FieldInvalid "FIELD_INVALID" Malformed "API": "A field holds a value that it cannot have.";
    3 FieldTooLong "FIELD_TOO_LONG" Malformed "API limits": "A field is longer than the register bears.";
    4 TooManyValues "TOO_MANY_VALUES" Malformed "API limits": "A list has more values than the register bears.";
    5 DuplicateValue "DUPLICATE_VALUE" Malformed "API": "A list holds the same thing twice.";
    10 OidSyntax "OID_SYNTAX" Malformed "X.680 clauses 12, 32 to 35": "The text is no object identifier in a notation that is understood.";
    11 IdentifierSyntax "IDENTIFIER_SYNTAX" Malformed "X.680 clause 12.3; X.660 clause 7.7": "The text cannot be a secondary identifier.";
    12 LabelSyntax "LABEL_SYNTAX" Malformed "X.660 clause 7.5; X.680 clause 12.27": "The text cannot be a non-integer Unicode label.";
    13 EncodingInvalid "ENCODING_INVALID" Malformed "X.690 clauses 8.19 to 8.22": "The octets are no valid encoding of an object identifier.";
    14 ArcOutOfRange "ARC_OUT_OF_RANGE" Malformed "X.660 clause 7.6": "The number cannot stand at this place of the tree.";
    15 PathTooLong "PATH_TOO_LONG" Malformed "API limits": "The object identifier has more arcs or octets than the register bears.";
    16 LanguageSyntax "LANGUAGE_SYNTAX" Malformed "BCP 47": "The text is no language tag.";
    17 MomentSyntax "MOMENT_SYNTAX" Malformed "RFC 3339": "The text is no date or moment.";
    18 NameContradicts "NAME_CONTRADICTS" Malformed "X.660 Annex A; X.680 clause 32": "A name stands beside a number that is not its own.";
    19 NameAmbiguous "NAME_AMBIGUOUS" Malformed "X.660 clause 3.5": "Several siblings have this secondary identifier, so that the name alone does not tell which is meant.";
    20 NameUnknown "NAME_UNKNOWN" NotFound "X.680 clauses 32 and 34": "No arc of this name is registered at this place.";
    21 PageTokenInvalid "PAGE_TOKEN_INVALID" Malformed "AIP-158": "The page token was not made by this register for this request.";
    22 RevisionInvalid "REVISION_INVALID" Malformed "API": "The revision token was not made by this register.";
    23 RevisionOtherEpoch "REVISION_OTHER_EPOCH" Moved "API": "The revision token is of a time before the register was restored.";
    24 RevisionNotReached "REVISION_NOT_REACHED" Unavailable "API": "This server has not reached the revision asked for.";
    30 TokenMissing "TOKEN_MISSING" Unauthenticated "RFC 6750": "Writing needs a token, and the call carried none.";
    31 TokenUnknown "TOKEN_UNKNOWN" Unauthenticated "RFC 6750": "The token is not known, has ended or was revoked.";
    32 NotPermitted "NOT_PERMITTED" Denied "X.660 clause 6.2": "The caller has no right to do this at this place of the tree.";
    33 DelegatedAway "DELEGATED_AWAY" Denied "X.660 clause 6.2": "Another registration authority acts below this arc.";
    34 AnothersArc "ANOTHERS_ARC" Denied "X.660 clause 6.2": "The arc is assigned to a registrant, who decides what is below it.";
    35 ScopeTooNarrow "SCOPE_TOO_NARROW" Denied "RFC 6750": "The credential is not good for this, whatever its principal may do.";
    40 RequestReplayedDifferently "REQUEST_REPLAYED_DIFFERENTLY" Taken "AIP-155": "The request id was used before for a request with other content.";
    50 OutsideAuthority "OUTSIDE_AUTHORITY" Denied "X.660 clause 6.2": "The arc is not below a node of this registration authority.";
    51 ReferenceEntry "REFERENCE_ENTRY" Denied "X.660 clause 6.2": "The entry is for reference only: another authority decides about it.";
    52 NotRegistered "NOT_REGISTERED" NotFound "X.660 clause 6.3": "The arc is not registered.";
    53 SuperiorNotRegistered "SUPERIOR_NOT_REGISTERED" NotFound "X.660 clause 6.2": "The superior of the arc is not registered.";
    54 RevisionMoved "REVISION_MOVED" Moved "AIP-154": "The entry changed since the caller read it.";
    55 SuperiorNotActive "SUPERIOR_NOT_ACTIVE" NotNow "X.660 clause 6.3": "The superior is in a state in which it gets no new subordinates.";
    56 SuperiorLeaf "SUPERIOR_LEAF" NotNow "repository practice": "The superior is a leaf: it never has subordinates.";
    57 SuperiorFrozen "SUPERIOR_FROZEN" NotNow "repository practice": "The superior is frozen: it gets no new subordinates.";
    58 ArcLocked "ARC_LOCKED" NotNow "repository practice": "The arc is locked: nothing about it changes until the lock is released.";
    59 NothingPending "NOTHING_PENDING" NotNow "API": "Nothing waits at this arc until somebody agrees.";
    60 NumberTaken "NUMBER_TAKEN" Taken "X.660 clause 6.2": "The number is assigned or reserved at this place.";
    61 NumberBurned "NUMBER_BURNED" Taken "RFC 3061; X.660 clause 6.3": "The number was assigned and withdrawn. A number is never used again.";
    62 NumberHeld "NUMBER_HELD" Taken "policy": "The number is held for somebody else for a while.";
    63 NumberOutsidePolicy "NUMBER_OUTSIDE_POLICY" NotNow "policy": "The policy of the superior does not open this number.";
    64 NumberingNotAllowed "NUMBERING_NOT_ALLOWED" NotNow "policy": "The policy of the superior does not let numbers be chosen this way.";
    65 NoNumberFree "NO_NUMBER_FREE" Exhausted "policy": "No number is free in the windows of the policy.";
    66 BlockOfNames "BLOCK_OF_NAMES" Malformed "X.660 clause 6.2": "Several arcs cannot be given the same names.";
    67 CategoryUnknown "CATEGORY_UNKNOWN" NotNow "policy": "The policy of the superior numbers by categories of registrants, and none of them is named.";
    70 IdentifierTaken "IDENTIFIER_TAKEN" Taken "policy; X.660 clause 3.5": "A sibling has this secondary identifier, and the policy wants them unambiguous.";
    71 IdentifierStandardized "IDENTIFIER_STANDARDIZED" Taken "X.660 Annex A": "The secondary identifier is standardized for a sibling.";
    72 IdentifiersNotAllowed "IDENTIFIERS_NOT_ALLOWED" NotNow "repository practice": "The superior gives its subordinates no secondary identifiers.";
    73 LabelTaken "LABEL_TAKEN" Taken "X.660 clause 7.5; X.672": "A sibling has this Unicode label, or one that reads the same.";
    74 LabelsNotAllowed "LABELS_NOT_ALLOWED" NotNow "repository practice": "The superior gives its subordinates no non-integer Unicode labels.";
    75 LabelIsLongArc "LABEL_IS_LONG_ARC" Taken "X.660 Annex A": "The Unicode label is that of a root arc or of a long arc.";
    76 NameReserved "NAME_RESERVED" NotNow "policy": "The policy of the superior gives this name to nobody.";
    79 ContentRequired "CONTENT_REQUIRED" NotNow "policy": "The policy of the superior wants more to be told.";
    80 IdentifierRequired "IDENTIFIER_REQUIRED" NotNow "policy": "The policy of the superior wants a secondary identifier.";
    81 TitleRequired "TITLE_REQUIRED" NotNow "policy": "The policy of the superior wants a title.";
    82 RegistrantRequired "REGISTRANT_REQUIRED" NotNow "policy": "The policy of the superior wants a registrant.";
    83 ApplicationRequired "APPLICATION_REQUIRED" NotNow "policy": "The policy of the superior gives arcs out only upon an application.";
    84 RegistrantUnknown "REGISTRANT_UNKNOWN" NotFound "API": "No registrant has this id.";
    85 PrincipalUnknown "PRINCIPAL_UNKNOWN" NotFound "API": "No principal has this id.";
    86 QuotaReached "QUOTA_REACHED" Exhausted "policy": "The registrant holds as many arcs here as the policy allows.";
    87 CredentialUnknown "CREDENTIAL_UNKNOWN" NotFound "API": "No credential has this id.";
    88 PrincipalNotActive "PRINCIPAL_NOT_ACTIVE" NotNow "API": "The principal is suspended or was removed.";
    89 CredentialTaken "CREDENTIAL_TAKEN" Taken "API": "This proof belongs to a principal already.";
    90 TransitionIllegal "TRANSITION_ILLEGAL" NotNow "X.660 clause 6.3": "An arc in this state cannot go to that one.";
    91 ReinstatementOver "REINSTATEMENT_OVER" NotNow "policy": "The time in which a withdrawn arc can be reinstated is over.";
    92 LiveSubordinates "LIVE_SUBORDINATES" NotNow "X.660 clause 6.3": "Arcs below it are still in force.";
    93 RelationInvalid "RELATION_INVALID" Malformed "API": "The successor or original cannot be this arc.";
    94 NothingChanges "NOTHING_CHANGES" Malformed "API": "The request would change nothing.";
    95 ReasonRequired "REASON_REQUIRED" Malformed "API": "This act needs a reason.";
    96 HoldTooLong "HOLD_TOO_LONG" NotNow "policy": "The policy does not let a number be held for so long.";
    97 HoldUnknown "HOLD_UNKNOWN" NotFound "API": "The number is not held, or not by this hold.";
    98 NotDelegated "NOT_DELEGATED" NotNow "API": "Nobody else acts below this arc.";
    99 PolicyInvalid "POLICY_INVALID" Malformed "API": "The policy contradicts itself.";
    100 LastAdministrator "LAST_ADMINISTRATOR" NotNow "API": "Nobody would administer the whole register any longer.";
    101 InvitationUnknown "INVITATION_UNKNOWN" Unauthenticated "API": "The invitation code is not known, has ended or was used.";
    102 ApplicationUnknown "APPLICATION_UNKNOWN" NotFound "API": "No application that the caller may know has this id.";
    103 ApplicationsClosed "APPLICATIONS_CLOSED" NotNow "policy": "The policy of the superior lets nobody apply for an arc.";
    104 ApplicationStage "APPLICATION_STAGE" NotNow "X.1500.1; X.660 clause 9": "The application is at a stage at which this cannot be done.";
    105 FourEyes "FOUR_EYES" Denied "policy": "Somebody else has to do this: nobody judges their own application, nor judges twice.";
    106 FeeDue "FEE_DUE" NotNow "X.660 clause 11": "A fee is due for the application.";
    107 AppealOver "APPEAL_OVER" NotNow "X.1500.1": "The rejection can no longer be appealed.";
    108 DeclarationRequired "DECLARATION_REQUIRED" Malformed "X.660 clause 6.2; RFC 3061": "The applicant has to declare to keep records and never to use a number again.";
    109 ConsentRequired "CONSENT_REQUIRED" NotNow "policy": "The policy lets an arc change hands only when both sides agreed.";
    110 Overloaded "OVERLOADED" Exhausted "API limits": "More is asked at once than the server bears.";
    111 NotReady "NOT_READY" Unavailable "API": "The server is starting, stopping or rebuilding its tables.";
    112 WritingStopped "WRITING_STOPPED" Unavailable "API": "The journal could not be written; nothing is accepted until an operator has looked.";
    113 OutcomeUnknown "OUTCOME_UNKNOWN" Unavailable "API": "Whether the request was recorded is not known yet; ask again with the same request id.";
    114 RateLimited "RATE_LIMITED" Exhausted "API limits": "Calls come faster than the server takes from one source or principal.";
    115 PlanUnknown "PLAN_UNKNOWN" NotFound "API": "Nothing of this number is planned for the arc.";
    116 NoTerm "NO_TERM" NotNow "policy": "The policy of the superior knows no term of arcs, and no end was named.";
    117 SuspectAlready "SUSPECT_ALREADY" NotNow "API": "Somebody reported already that the arc is wrong, and it is not settled.";
    118 NotSuspect "NOT_SUSPECT" NotNow "API": "Nothing that was reported about the arc waits to be accepted or settled.";
    119 ReportsOpen "REPORTS_OPEN" Exhausted "API limits": "As many reports of the caller as may be wait for the staff of the arcs.";
    120 VerificationUnknown "VERIFICATION_UNKNOWN" Unauthenticated "API": "The verification is not known or over, or its code is another.";
    121 AllocationTokenUnknown "ALLOCATION_TOKEN_UNKNOWN" Unauthenticated "API": "The allocation token is not known, is another's, is used up, is over or was revoked.";
    122 PromisedOtherwise "PROMISED_OTHERWISE" Denied "X.660 clause 6.2": "The allocation token promises something else: another number, or an arc of another registrant.";
    123 PromisedAlready "PROMISED_ALREADY" Taken "X.660 clause 6.2": "The reserved number is promised by another allocation token that is still open.";
    124 LabelNotProvisional "LABEL_NOT_PROVISIONAL" NotNow "policy": "The label is final, or is challenged already, or no challenge to it waits.";
    125 ChallengesFull "CHALLENGES_FULL" Exhausted "API limits": "As many challenges of one principal wait to be decided as the register bears.";
    126 NumberOfTemplate "NUMBER_OF_TEMPLATE" Taken "X.660 clause 6.2": "The number is covered by the superior's template, which uses it up.";
    127 TemplateNarrower "TEMPLATE_NARROWER" NotNow "X.660 clause 6.2; RFC 3061": "A template covers at least the numbers that it covered before.";
    128 TemplateClosed "TEMPLATE_CLOSED" NotNow "X.660 clause 6.2; RFC 3061": "The arc's template is closed for good.";
    129 SandboxFull "SANDBOX_FULL" Exhausted "API limits": "The sandbox holds as many arcs as it may.";
    130 SandboxUnfit "SANDBOX_UNFIT" NotNow "repository practice": "What is asked does not fit a sandbox.";
    135 PaperUnknown "PAPER_UNKNOWN" NotFound "API": "The application has no paper of this digest.";
    136 PapersFull "PAPERS_FULL" Exhausted "API limits": "The server keeps as many octets of papers as it is set to keep.";
}

impl Code {
    /// Whether the same request may get another answer later without anybody changing it.
    pub const fn transient(self) -> bool {
        matches!(self.class(), Class::Unavailable | Class::Moved)
            || matches!(
                self,
                Self::Overloaded | Self::NumberHeld | Self::RateLimited
            )
    }

    /// The code of this name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.name().eq_ignore_ascii_case(name))
    }

    /// The code of this number.
    pub fn numbered(number: u16) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.number() == number)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One "no".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub code: Code,
    /// The field of the request that it is about, as the API names it; empty where it is about the whole.
    pub field: String,
    /// The value at fault, cut to [`VALUE_CHARS_MAX`] characters.
    pub value: Option<String>,
    /// One sentence for this case: what is wrong and, where it can be said, what would be right.
    pub detail: String,
    /// The nearest superior that is registered, where the refusal is about something that is not.
    pub nearest: Option<NodePath>,
}

impl Refusal {
    /// A refusal about the field `field`.
    pub fn new(code: Code, field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            code,
            field: field.into(),
            value: None,
            detail: detail.into(),
            nearest: None,
        }
    }

    /// Quotes the value at fault.
    #[must_use]
    pub fn value(mut self, value: impl fmt::Display) -> Self {
        let text = value.to_string();
        let cut: String = text.chars().take(VALUE_CHARS_MAX).collect();
        self.value = Some(if cut.len() < text.len() {
            format!("{cut}…")
        } else {
            cut
        });
        self
    }

    /// Names the nearest registered superior.
    #[must_use]
    pub fn nearest(mut self, path: NodePath) -> Self {
        self.nearest = Some(path);
        self
    }

    /// Puts `prefix` before the field's name: `entry` and `labels[0]` make `entry.labels[0]`.
    #[must_use]
    pub fn within(mut self, prefix: &str) -> Self {
        self.field = if self.field.is_empty() {
            prefix.to_owned()
        } else {
            format!("{prefix}.{}", self.field)
        };
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

/// One or more refusals, in order of precedence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusals {
    first: Refusal,
    rest: Vec<Refusal>,
}

impl Refusals {
    /// The refusals of `all`, or `None` where there is none. At most [`REFUSALS_MAX`] are kept.
    pub fn of(mut all: Vec<Refusal>) -> Option<Self> {
        all.sort_by_key(|refusal| refusal.code);
        all.truncate(REFUSALS_MAX);
        let mut all = all.into_iter();
        let first = all.next()?;
        Some(Self {
            first,
            rest: all.collect(),
        })
    }

    /// The one that comes first.
    pub const fn main(&self) -> &Refusal {
        &self.first
    }

    /// All, the main one first.
    pub fn iter(&self) -> impl Iterator<Item = &Refusal> {
        std::iter::once(&self.first).chain(&self.rest)
    }
}

impl From<Refusal> for Refusals {
    fn from(first: Refusal) -> Self {
        Self {
            first,
            rest: Vec::new(),
        }
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)
    }
}

impl std::error::Error for Refusals {}

/// Why a command was not carried out: the authority said no, or the tree could not be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Rejection {
    /// The authority said no.
    #[error(transparent)]
    Refused(#[from] Refusals),
    /// Ours to mend.
    #[error(transparent)]
    Fault(#[from] super::tree::ViewFault),
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_unique_and_rise() {
        for pair in Code::ALL.windows(2) {
            assert!(
                pair[0].number() < pair[1].number(),
                "{} before {}",
                pair[0],
                pair[1]
            );
        }
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }

    #[test]
    fn every_page_opens_with_its_code() {
        for code in Code::ALL {
            assert!(
                code.page().starts_with(&format!("# {}\n", code.name())),
                "{code}"
            );
        }
    }

    #[test]
    fn refusals_are_ranked_and_bounded() {
        let one = |code| Refusal::new(code, "f", "d");
        let ranked = Refusals::of(vec![one(Code::NumberTaken), one(Code::FieldRequired)]).unwrap();
        assert_eq!(ranked.main().code, Code::FieldRequired);
        let many = Refusals::of(vec![one(Code::FieldRequired); REFUSALS_MAX + 1]).unwrap();
        assert_eq!(many.iter().count(), REFUSALS_MAX);
        assert!(Refusals::of(Vec::new()).is_none());
    }

    #[test]
    fn a_quoted_value_is_cut() {
        let long = "ä".repeat(VALUE_CHARS_MAX + 1);
        let quoted = Refusal::new(Code::FieldInvalid, "f", "d")
            .value(&long)
            .value
            .unwrap();
        assert_eq!(quoted.chars().count(), VALUE_CHARS_MAX + 1);
        assert!(quoted.ends_with('…'));
    }
}

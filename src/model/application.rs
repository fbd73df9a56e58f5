//! Applications: what somebody asks a registration authority for, and how far it is with them (X.660 6.2 and clause 9;
//! X.1500.1: application, review, notice of rejection, appeal).
//!
//! The table of legal transitions stands here and nowhere else. An application is confidential as a whole: nothing of it may
//! ever stand in what the public reads. Persons are named by id; their data lives apart.

use crate::oid::{ArcValue, NodePath};

use super::{
    clock::Timestamp,
    command::NewEntry,
    entry::Language,
    ids::{ApplicationId, HoldId, PrincipalId, RegistrantId, Seq},
    money::Amount,
    refusal::Code,
};

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// It was handed in, and nobody has looked at it.
    Submitted,
    /// The authority said that it has it.
    Acknowledged,
    /// The applicant was asked something.
    InformationRequested,
    /// It is being judged.
    UnderReview,
    /// An arc was given out upon it.
    Approved,
    /// It was rejected, with a reason.
    Rejected,
    /// The applicant does not accept the rejection.
    Appealed,
    /// The applicant took it back.
    Withdrawn,
    /// The applicant did not answer in time.
    Expired,
}

/// What brings an application from one stage to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The authority says that it has it.
    Acknowledge,
    /// The authority begins to judge it, on what is there.
    BeginReview,
    /// The authority asks the applicant something.
    RequestInformation,
    /// The applicant answers.
    Answer,
    /// The last approval that is needed.
    Approve,
    /// The authority rejects it.
    Reject,
    /// The applicant does not accept that.
    Appeal,
    /// The rejection stands for good.
    Uphold,
    /// The application is judged anew.
    Grant,
    /// The applicant takes it back.
    Withdraw,
    /// The applicant did not answer in time.
    Expire,
}

/// Every legal step: from where, by what, to where. What is not listed is illegal.
pub const TRANSITIONS: [(Stage, Step, Stage); 19] = {
    use Stage as At;
    use Step as By;
    [
        (At::Submitted, By::Acknowledge, At::Acknowledged),
        (At::Submitted, By::BeginReview, At::UnderReview),
        (
            At::Submitted,
            By::RequestInformation,
            At::InformationRequested,
        ),
        (At::Submitted, By::Withdraw, At::Withdrawn),
        (At::Acknowledged, By::BeginReview, At::UnderReview),
        (
            At::Acknowledged,
            By::RequestInformation,
            At::InformationRequested,
        ),
        (At::Acknowledged, By::Withdraw, At::Withdrawn),
        (At::InformationRequested, By::Answer, At::UnderReview),
        (At::InformationRequested, By::BeginReview, At::UnderReview),
        (At::InformationRequested, By::Withdraw, At::Withdrawn),
        (At::InformationRequested, By::Expire, At::Expired),
        (
            At::UnderReview,
            By::RequestInformation,
            At::InformationRequested,
        ),
        (At::UnderReview, By::Approve, At::Approved),
        (At::UnderReview, By::Reject, At::Rejected),
        (At::UnderReview, By::Withdraw, At::Withdrawn),
        (At::Rejected, By::Appeal, At::Appealed),
        (At::Appealed, By::Uphold, At::Rejected),
        (At::Appealed, By::Grant, At::UnderReview),
        (At::Appealed, By::Withdraw, At::Withdrawn),
    ]
};

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 9] = [
        Self::Submitted,
        Self::Acknowledged,
        Self::InformationRequested,
        Self::UnderReview,
        Self::Approved,
        Self::Rejected,
        Self::Appealed,
        Self::Withdrawn,
        Self::Expired,
    ];

    /// The lower-case words for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Acknowledged => "acknowledged",
            Self::InformationRequested => "information-requested",
            Self::UnderReview => "under-review",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Appealed => "appealed",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// Where a step leads from here; `None` where it is illegal.
    pub fn after(self, step: Step) -> Option<Self> {
        let mut all = TRANSITIONS.iter();
        all.find(|(from, by, _)| (*from, *by) == (self, step))
            .map(|(_, _, to)| *to)
    }

    /// Whether somebody still has to do something about it.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Submitted
            | Self::Acknowledged
            | Self::InformationRequested
            | Self::UnderReview
            | Self::Appealed => true,
            Self::Approved | Self::Rejected | Self::Withdrawn | Self::Expired => false,
        }
    }
}

/// An application as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The opaque id.
    pub id: ApplicationId,
    /// The record that wrote it last; zero in the event that tells of its submission.
    pub revision: Seq,
    /// Where it stands.
    pub stage: Stage,
    /// Below which node an arc is asked for.
    pub superior: NodePath,
    /// What is asked for.
    pub content: Content,
    /// To whom the arc shall be assigned.
    pub applicant: RegistrantId,
    /// Who handed it in, and speaks for the applicant here.
    pub submitted_by: PrincipalId,
    /// The parties that became known with it: who handed it in told of them, and may see what was told.
    pub introduced: Vec<RegistrantId>,
    /// In which language the applicant wants to hear.
    pub language: Language,
    /// When it was handed in.
    pub submitted: Timestamp,
    /// When it changed last.
    pub changed: Timestamp,
    /// Until when whoever is to act now should have acted; of a rejected one, until when it may be appealed.
    pub deadline: Option<Timestamp>,
    /// Who approved what it asks for now.
    pub approvals: Vec<Approval>,
    /// What was said about it, in order.
    pub remarks: Vec<Remark>,
    /// Rejections and decided appeals, in order.
    pub verdicts: Vec<Verdict>,
    /// The arc that was given out upon it.
    pub arc: Option<NodePath>,
    /// What is to be paid for it; `None` means nothing.
    pub fee: Option<Fee>,
    /// The hold that was placed on the wished number for it. It may be over.
    pub hold: Option<HoldId>,
    /// What was handed in with it and is kept beside the journal, in order; of an applicant who was erased it is kept no longer.
    pub papers: Vec<Paper>,
}

impl Application {
    /// Whether whoever is to act now should have acted before `now`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.stage.is_open() && self.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// The paper with this SHA-256.
    pub fn paper(&self, sha256: &[u8; 32]) -> Option<&Paper> {
        self.papers.iter().find(|one| one.what.sha256 == *sha256)
    }

    /// How many octets its papers have.
    pub fn paper_octets(&self) -> u64 {
        let octets = self.papers.iter().map(|one| one.what.octets);
        octets.fold(0, u64::saturating_add)
    }
}

/// What an application asks for, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The wished number; `None` leaves it to the authority.
    pub number: Option<ArcValue>,
    /// What the arc shall hold. Its registrant is the applicant and stands there; when it was applied for is known.
    pub entry: NewEntry<RegistrantId>,
    /// Everything else.
    pub about: About,
}

/// What an application says beside what the arc shall hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What the arc is for, and why it is needed.
    pub purpose: String,
    /// What will be registered below it.
    pub below: Option<String>,
    /// The applicant's legal form.
    pub legal_form: Option<String>,
    /// Under which number the applicant is registered in its country.
    pub registration_number: Option<String>,
    /// In which country: two capital letters (ISO 3166-1).
    pub country: Option<String>,
    /// By what the payment of a fee is found.
    pub fee_reference: Option<String>,
    /// What goes with it.
    pub attachments: Vec<Attachment>,
    /// Whether the applicant declared to keep records of what is registered below and never to use a number again.
    pub declared: bool,
}

/// What is known of something that goes with an application. The thing itself is kept elsewhere, or is a [`Paper`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// SHA-256 of its octets.
    pub sha256: [u8; 32],
    /// What it is called.
    pub name: String,
    /// Its media type (RFC 6838).
    pub media_type: String,
    /// How many octets it has.
    pub octets: u64,
    /// Where it is to be had, if anywhere.
    pub uri: Option<String>,
}

/// Something that goes with an application and was handed in: a letter, a proof. Its octets are no part of the journal; they
/// are kept beside it, by application and digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// What it is. It says nothing of where else it is to be had.
    pub what: Attachment,
    /// Who handed it in.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
}

/// One person's approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Whose.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
}

/// Something that was said about an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What it is, and so for whom.
    pub kind: RemarkKind,
    /// By whom.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
    /// What was said.
    pub text: String,
}

/// What a remark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RemarkKind {
    /// Among the authority's staff.
    Internal,
    /// From the authority to the applicant.
    ToApplicant,
    /// A question to the applicant.
    Question,
    /// The applicant's answer.
    Answer,
    /// Why the applicant appeals.
    Appeal,
}

impl RemarkKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Internal,
        Self::ToApplicant,
        Self::Question,
        Self::Answer,
        Self::Appeal,
    ];
}

/// A rejection, or what was decided upon an appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What was decided.
    pub kind: VerdictKind,
    /// By whom.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
    /// Why, in a word, of a rejection.
    pub reason: Option<RejectionReason>,
    /// Why, in a sentence.
    pub text: String,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VerdictKind {
    /// The application was rejected.
    Rejected,
    /// The rejection stands for good.
    Upheld,
    /// The application is judged anew.
    Granted,
}

impl VerdictKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Rejected, Self::Upheld, Self::Granted];
}

/// Why an application is rejected, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RejectionReason {
    /// What was told does not suffice, and was not told when asked.
    Incomplete,
    /// The applicant cannot be given an arc here.
    NotEligible,
    /// What the arc is for is no business of this authority, or does not need an arc.
    OutOfScope,
    /// A name is misleading, is somebody else's, or cannot stand here.
    UnsuitableName,
    /// The number cannot be given out.
    NumberUnavailable,
    /// The same thing has an arc already.
    Duplicate,
    /// What the applicant said of itself could not be confirmed.
    Unverified,
    /// The fee was not paid.
    FeeUnpaid,
    /// Something else, which the text tells.
    Other,
}

impl RejectionReason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Incomplete,
        Self::NotEligible,
        Self::OutOfScope,
        Self::UnsuitableName,
        Self::NumberUnavailable,
        Self::Duplicate,
        Self::Unverified,
        Self::FeeUnpaid,
        Self::Other,
    ];

    /// The lower-case words for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::NotEligible => "not-eligible",
            Self::OutOfScope => "out-of-scope",
            Self::UnsuitableName => "unsuitable-name",
            Self::NumberUnavailable => "number-unavailable",
            Self::Duplicate => "duplicate",
            Self::Unverified => "unverified",
            Self::FeeUnpaid => "fee-unpaid",
            Self::Other => "other",
        }
    }
}

/// What is to be paid for an application (X.660 clause 11), and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// How it stands.
    pub state: FeeState,
    /// How much is due, by what the payment is found, or why nothing is to be paid.
    pub text: String,
    /// How much it is, where that is told as an amount.
    pub amount: Option<Amount>,
}

/// How a fee stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FeeState {
    /// It is to be paid.
    Due,
    /// It was paid.
    Paid,
    /// It need not be paid.
    Waived,
}

impl FeeState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Due, Self::Paid, Self::Waived];
}

/// A list of applications that is kept, each in the order of its moments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Docket {
    /// All, by when they were handed in.
    All,
    /// The open ones that a principal handed in, by when it did.
    OpenOf(PrincipalId),
    /// All of one applicant, by when they were handed in.
    Of(RegistrantId),
    /// Those whose applicant was asked something, by when an answer is due.
    Waiting,
}

impl Docket {
    /// The lists that an application stands in, with the moment by which it stands there.
    pub fn of(application: &Application) -> Vec<(Self, Timestamp)> {
        let submitted = application.submitted;
        let mut lists = vec![
            (Self::All, submitted),
            (Self::Of(application.applicant.clone()), submitted),
        ];
        if application.stage.is_open() {
            let by = application.submitted_by.clone();
            lists.push((Self::OpenOf(by), submitted));
        }
        if let (Stage::InformationRequested, Some(due)) = (application.stage, application.deadline)
        {
            lists.push((Self::Waiting, due));
        }
        lists
    }
}

/// Where an application stands in a [`Docket`]: by a moment, then by its id.
pub type Place = (Timestamp, ApplicationId);

/// One thing that a reviewer should know before judging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub about: FindingAbout,
    /// Whether the arc could not be given out as it stands; else it is to be thought about.
    pub hinders: bool,
    /// The code with which the allocation would be refused, where it would be.
    pub code: Option<Code>,
    /// What was found, for people.
    pub detail: String,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingAbout {
    /// The superior, or what its policy wants.
    Policy,
    /// The number.
    Number,
    /// A name that a sibling has.
    Name,
    /// A name that looks like a sibling's.
    LookAlike,
    /// The applicant's other applications and arcs.
    Applicant,
    /// The fee.
    Fee,
    /// What goes with the application.
    Attachment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_stays_over_and_what_is_open_can_end() {
        for stage in Stage::ALL {
            let ways = TRANSITIONS.iter().filter(|(from, _, _)| *from == stage);
            let over = matches!(stage, Stage::Approved | Stage::Withdrawn | Stage::Expired);
            assert_eq!(ways.count() == 0, over, "{}", stage.word());
        }
    }

    #[test]
    fn a_step_leads_to_one_stage_only() {
        for (at, (from, by, to)) in TRANSITIONS.iter().enumerate() {
            let mut before = TRANSITIONS[..at].iter();
            assert!(!before.any(|one| (one.0, one.1) == (*from, *by)), "{by:?}");
            assert_eq!(from.after(*by), Some(*to));
        }
    }
}

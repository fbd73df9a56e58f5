//! What may be asked of the register: intentions, already well-formed, not yet judged. Not stored; may change freely.

use crate::oid::{ArcValue, Identifier, NodePath, UnicodeLabel};

use super::{
    actor::{CredentialKind, PrincipalKind, Role, Scope, Standing},
    allocation_token::Promised,
    application::{About, Attachment, FeeState, RejectionReason},
    clock::Timestamp,
    consent::{LockKind, Side},
    entry::{
        Contact, Delegation, Flags, Label, Language, Reference, RegistrantDetails, Relation,
        Service, State, Text, Visibility,
    },
    event::{Changes, Person, Proof, ReferenceLoaded},
    ids::{
        AllocationTokenId, ApplicationId, CredentialId, HoldId, PrincipalId, RegistrantId,
        RequestId, Seq,
    },
    money::Amount,
    notice::{NoticeId, Outcome},
    plan::PlannedAct,
    policy::{NumberRange, Policy},
    suspicion::Office,
    template::Rule,
};

/// A command with what belongs to any command.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The caller's name for the request; made by the server where the caller gave none.
    pub request_id: RequestId,
    /// Keyed digest of the request's content, by which a retry is told from another request under the same id.
    pub digest: [u8; 32],
    /// Decide and answer, but record nothing.
    pub validate_only: bool,
    /// Why, in the actor's words.
    pub reason: Option<String>,
    /// Why the actor acts below an arc that is another's, where it does.
    pub override_reason: Option<String>,
    /// Who asked the actor for it, where somebody did.
    pub asked_by: Option<RegistrantId>,
    /// What is asked for.
    pub command: Command,
}

/// What a caller can ask for.
#[derive(Clone, Debug)]
pub enum Command {
    /// Give out one arc.
    Allocate(Allocate),
    /// Give out several arcs, all or none.
    BatchAllocate(Vec<Allocate>),
    /// Give out consecutive numbers, all or none.
    AllocateBlock(AllocateBlock),
    /// Record an arc that was assigned elsewhere or long ago.
    RecordExisting(RecordExisting),
    /// Record several such arcs, all or none.
    BatchRecord(Vec<RecordExisting>),
    /// Keep a number free for a while.
    Hold(HoldNumber),
    /// Give a hold up.
    ReleaseHold(ReleaseHold),
    /// Burn numbers without assigning them.
    Reserve(Reserve),
    /// Change fields of an arc.
    Amend(Amend),
    /// Change the state of an arc.
    ChangeState(ChangeState),
    /// Let somebody else act below an arc.
    Delegate {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
        /// Who acts.
        delegation: Delegation,
    },
    /// Let nobody else act below an arc.
    Recall {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
    },
    /// Give an arc to another registrant.
    Transfer {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
        /// To whom.
        to: RegistrantRef,
    },
    /// Keep an arc from being changed.
    Lock {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
        /// Whose lock.
        kind: LockKind,
    },
    /// Ask for a lock to be released.
    AskUnlock {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
        /// Whose lock.
        kind: LockKind,
    },
    /// Offer an arc to another registrant, who gets it when both sides agreed.
    OfferTransfer {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
        /// To whom.
        to: RegistrantRef,
    },
    /// Agree to what waits at an arc.
    Agree {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
        /// For which side of a transfer.
        side: Option<Side>,
    },
    /// Agree to what waits at an arc, by a code that was mailed. The server's own.
    AgreeByCode {
        /// The arc.
        path: NodePath,
        /// What waits.
        nonce: [u8; 16],
        /// Whose code it was.
        side: Side,
    },
    /// Take back what waits at an arc.
    Retract {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
    },
    /// Plan something for an arc.
    Plan {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
        /// When.
        at: Timestamp,
        /// What.
        act: PlannedAct,
    },
    /// Cancel what is planned for an arc.
    CancelPlan {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
        /// Which plan.
        number: u32,
    },
    /// Say why an arc should not have a label.
    ChallengeLabel(ChallengeLabel),
    /// Decide what somebody said against a label.
    DecideChallenge(DecideChallenge),
    /// Let the plans take effect whose moment came. The server's own.
    TakeEffect,
    /// Set the end of an arc's term anew.
    Renew {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
        /// Until when.
        end: TermEnd,
    },
    /// Report that what is registered about an arc is wrong.
    ReportError {
        /// The arc.
        path: NodePath,
        /// What is wrong.
        what: String,
    },
    /// Mark an arc as suspect, as was reported.
    AcceptReport {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
    },
    /// End what was reported of an arc.
    SettleSuspicion {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
    },
    /// Confirm that what is known of the registrant of an arc is right.
    ConfirmContact {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
    },
    /// Confirm it by a code that was mailed. The server's own.
    ConfirmContactByCode {
        /// The arc.
        path: NodePath,
        /// Which question was answered.
        nonce: [u8; 16],
    },
    /// Ask the registrants of these arcs whether what is known of them is right, where that is due. The server's own.
    AskContacts(Vec<NodePath>),
    /// Mark the arcs whose registrants did not answer in time. The server's own.
    DoubtUnconfirmed,
    /// End the terms that are over. The server's own.
    EndTerms,
    /// Let go the arcs that were not put to use in time. The server's own.
    EndUnused,
    /// Remind registrants of terms that end. The server's own.
    RemindOfTerms,
    /// Set the rule by which an arc answers for subordinates without a row of their own.
    SetTemplate {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
        /// The rule.
        rule: Box<Rule>,
    },
    /// Close that rule for good.
    CloseTemplate {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
    },
    /// Make a place where integrators try the API out.
    OpenSandbox {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
        /// Most arcs below one generation.
        arcs_max: u64,
    },
    /// Begin it anew.
    ResetSandbox {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
    },
    /// Set the policy for an arc's subordinates; `None` makes it inherit again.
    SetPolicy {
        /// The arc.
        path: NodePath,
        /// The revision it must still have, if the caller cares.
        if_revision: Option<Seq>,
        /// The policy.
        policy: Option<Policy>,
    },
    /// Let somebody be known who may act.
    AddPrincipal(AddPrincipal),
    /// Tell anew what is known of a principal.
    DescribePrincipal {
        /// The principal.
        id: PrincipalId,
        /// Its name and how to reach it.
        details: RegistrantDetails,
    },
    /// Let a principal act, or not.
    ChangeStanding {
        /// The principal.
        id: PrincipalId,
        /// How it shall stand.
        to: Standing,
    },
    /// Erase what is known of a person.
    ErasePerson(ErasePerson),
    /// Give a principal a role.
    GrantRole(RoleOn),
    /// End a role of a principal.
    RevokeRole(RoleOn),
    /// Give a principal a credential.
    IssueCredential(IssueCredential),
    /// End a credential.
    RevokeCredential {
        /// The credential.
        id: CredentialId,
    },
    /// Promise numbers to whoever has a secret.
    IssueAllocationToken(Box<IssueAllocationToken>),
    /// End an allocation token.
    RevokeAllocationToken {
        /// The token.
        id: AllocationTokenId,
    },
    /// Trade an invitation code for a token.
    AcceptInvitation {
        /// SHA-256 of the code.
        code_sha256: [u8; 32],
        /// SHA-256 of the new token.
        token_sha256: [u8; 32],
        /// What the new token is called.
        name: String,
    },
    /// Apply for an arc.
    SubmitApplication(Box<SubmitApplication>),
    /// Take in the application of a stranger who was reached at their address. The server's own.
    AdmitApplicant(Box<AdmitApplicant>),
    /// Correct an application.
    AmendApplication(Box<AmendApplication>),
    /// Do something else about an application.
    OnApplication(OnApplication),
    /// End the holds whose time is over. The server's own.
    ExpireHolds,
    /// End the applications whose applicants did not answer in time. The server's own.
    ExpireApplications,
    /// Let events give rise to notices from now on. The server's own.
    OpenOutbox,
    /// Record what became of a notice. The server's own.
    SettleNotice {
        /// The notice.
        id: NoticeId,
        /// What became of it.
        outcome: Outcome,
    },
    /// Load a version of the reference data. The server's own.
    LoadReferences {
        /// Which version.
        version: String,
        /// Its entries; `previous` is filled in when it is decided.
        entries: Vec<ReferenceLoaded>,
    },
}

impl Command {
    /// Every word of [`Command::word`].
    pub const WORDS: [&'static str; 71] = [
        "allocate",
        "batch-allocate",
        "allocate-block",
        "record-existing",
        "batch-record",
        "hold",
        "release-hold",
        "reserve",
        "amend",
        "change-state",
        "delegate",
        "recall",
        "transfer",
        "lock",
        "ask-unlock",
        "offer-transfer",
        "agree",
        "agree-by-code",
        "retract",
        "plan",
        "cancel-plan",
        "challenge-label",
        "decide-challenge",
        "take-effect",
        "renew",
        "report-error",
        "accept-report",
        "settle-suspicion",
        "confirm-contact",
        "confirm-contact-by-code",
        "ask-contacts",
        "doubt-unconfirmed",
        "end-terms",
        "end-unused",
        "remind-of-terms",
        "set-template",
        "close-template",
        "open-sandbox",
        "reset-sandbox",
        "set-policy",
        "add-principal",
        "describe-principal",
        "change-standing",
        "erase-person",
        "grant-role",
        "revoke-role",
        "issue-credential",
        "revoke-credential",
        "issue-allocation-token",
        "revoke-allocation-token",
        "accept-invitation",
        "submit-application",
        "admit-applicant",
        "amend-application",
        "acknowledge-application",
        "begin-review",
        "request-information",
        "answer-application",
        "comment-application",
        "approve-application",
        "reject-application",
        "appeal-application",
        "decide-appeal",
        "withdraw-application",
        "set-fee",
        "attach-paper",
        "expire-holds",
        "expire-applications",
        "open-outbox",
        "settle-notice",
        "load-references",
    ];

    /// The lower-case name of the command, as logs and metrics show it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Allocate(_) => "allocate",
            Self::BatchAllocate(_) => "batch-allocate",
            Self::AllocateBlock(_) => "allocate-block",
            Self::RecordExisting(_) => "record-existing",
            Self::BatchRecord(_) => "batch-record",
            Self::Hold(_) => "hold",
            Self::ReleaseHold(_) => "release-hold",
            Self::Reserve(_) => "reserve",
            Self::Amend(_) => "amend",
            Self::ChangeState(_) => "change-state",
            Self::Delegate { .. } => "delegate",
            Self::Recall { .. } => "recall",
            Self::Transfer { .. } => "transfer",
            Self::Lock { .. } => "lock",
            Self::AskUnlock { .. } => "ask-unlock",
            Self::OfferTransfer { .. } => "offer-transfer",
            Self::Agree { .. } => "agree",
            Self::AgreeByCode { .. } => "agree-by-code",
            Self::Retract { .. } => "retract",
            Self::Plan { .. } => "plan",
            Self::CancelPlan { .. } => "cancel-plan",
            Self::ChallengeLabel(_) => "challenge-label",
            Self::DecideChallenge(_) => "decide-challenge",
            Self::TakeEffect => "take-effect",
            Self::Renew { .. } => "renew",
            Self::ReportError { .. } => "report-error",
            Self::AcceptReport { .. } => "accept-report",
            Self::SettleSuspicion { .. } => "settle-suspicion",
            Self::ConfirmContact { .. } => "confirm-contact",
            Self::ConfirmContactByCode { .. } => "confirm-contact-by-code",
            Self::AskContacts(_) => "ask-contacts",
            Self::DoubtUnconfirmed => "doubt-unconfirmed",
            Self::EndTerms => "end-terms",
            Self::EndUnused => "end-unused",
            Self::RemindOfTerms => "remind-of-terms",
            Self::SetTemplate { .. } => "set-template",
            Self::CloseTemplate { .. } => "close-template",
            Self::OpenSandbox { .. } => "open-sandbox",
            Self::ResetSandbox { .. } => "reset-sandbox",
            Self::SetPolicy { .. } => "set-policy",
            Self::AddPrincipal(_) => "add-principal",
            Self::DescribePrincipal { .. } => "describe-principal",
            Self::ChangeStanding { .. } => "change-standing",
            Self::ErasePerson(_) => "erase-person",
            Self::GrantRole(_) => "grant-role",
            Self::RevokeRole(_) => "revoke-role",
            Self::IssueCredential(_) => "issue-credential",
            Self::RevokeCredential { .. } => "revoke-credential",
            Self::IssueAllocationToken(_) => "issue-allocation-token",
            Self::RevokeAllocationToken { .. } => "revoke-allocation-token",
            Self::AcceptInvitation { .. } => "accept-invitation",
            Self::SubmitApplication(_) => "submit-application",
            Self::AdmitApplicant(_) => "admit-applicant",
            Self::AmendApplication(_) => "amend-application",
            Self::OnApplication(on) => match on.act {
                ApplicationAct::Acknowledge => "acknowledge-application",
                ApplicationAct::BeginReview => "begin-review",
                ApplicationAct::RequestInformation(_) => "request-information",
                ApplicationAct::Answer(_) => "answer-application",
                ApplicationAct::Comment { .. } => "comment-application",
                ApplicationAct::Approve => "approve-application",
                ApplicationAct::Reject { .. } => "reject-application",
                ApplicationAct::Appeal(_) => "appeal-application",
                ApplicationAct::DecideAppeal { .. } => "decide-appeal",
                ApplicationAct::Withdraw => "withdraw-application",
                ApplicationAct::SetFee { .. } => "set-fee",
                ApplicationAct::Attach(_) => "attach-paper",
            },
            Self::ExpireHolds => "expire-holds",
            Self::ExpireApplications => "expire-applications",
            Self::OpenOutbox => "open-outbox",
            Self::SettleNotice { .. } => "settle-notice",
            Self::LoadReferences { .. } => "load-references",
        }
    }
}

/// Until when an arc's term shall last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermEnd {
    /// For as long as the policy says.
    ByPolicy,
    /// For so many seconds.
    For(u64),
    /// Until then.
    Until(Timestamp),
}

/// Which number a new arc shall have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberChoice {
    /// This one. Where it is reserved or held for the caller, it is used up.
    Explicit(ArcValue),
    /// The lowest never assigned, in the policy's windows.
    NextFree,
    /// One drawn from this run, or from the policy's windows.
    Random(Option<NumberRange>),
}

/// What a new arc shall hold. A command may name new parties; an application that is kept names ids only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry<P = RegistrantRef> {
    /// Its secondary identifiers, the preferred one first.
    pub identifiers: Vec<Identifier>,
    /// Its Unicode labels, the preferred one first.
    pub labels: Vec<Label>,
    /// Who may see it; `None` means public.
    pub visibility: Option<Visibility>,
    /// Its marks.
    pub flags: Flags,
    /// Its titles.
    pub titles: Vec<Text>,
    /// Its descriptions.
    pub descriptions: Vec<Text>,
    /// Its resolution services.
    pub services: Vec<Service>,
    /// Its references.
    pub references: Vec<Reference>,
    /// Whom to turn to about it. A new party that is named again, here or as the registrant, is one.
    pub contacts: Vec<Contact<P>>,
    /// To whom it is assigned; `None` means that the superior keeps it.
    pub registrant: Option<P>,
    /// Who speaks for the registrant.
    pub sponsor: Option<RegistrantId>,
    /// When it was applied for, if that is known.
    pub applied: Option<Timestamp>,
    /// Of which category of the policy the registrant is: from its windows comes the number.
    pub category: Option<Identifier>,
}

impl<P> Default for NewEntry<P> {
    fn default() -> Self {
        Self {
            identifiers: Vec::new(),
            labels: Vec::new(),
            visibility: None,
            flags: Flags::default(),
            titles: Vec::new(),
            descriptions: Vec::new(),
            services: Vec::new(),
            references: Vec::new(),
            contacts: Vec::new(),
            registrant: None,
            sponsor: None,
            applied: None,
            category: None,
        }
    }
}

impl<P> NewEntry<P> {
    /// The same with other parties.
    pub fn with_parties<Q>(&self, contacts: Vec<Contact<Q>>, registrant: Option<Q>) -> NewEntry<Q> {
        NewEntry {
            identifiers: self.identifiers.clone(),
            labels: self.labels.clone(),
            visibility: self.visibility,
            flags: self.flags,
            titles: self.titles.clone(),
            descriptions: self.descriptions.clone(),
            services: self.services.clone(),
            references: self.references.clone(),
            contacts,
            registrant,
            sponsor: self.sponsor.clone(),
            applied: self.applied,
            category: self.category.clone(),
        }
    }
}

/// A registrant that the register knows, or a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistrantRef {
    /// One it knows.
    Known(RegistrantId),
    /// A new one.
    New {
        /// What it is.
        kind: PrincipalKind,
        /// What is known of it.
        details: RegistrantDetails,
    },
}

impl From<Contact> for Contact<RegistrantRef> {
    fn from(contact: Contact) -> Self {
        Self {
            role: contact.role,
            party: RegistrantRef::Known(contact.party),
        }
    }
}

/// Give out one arc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocate {
    /// Below which node.
    pub superior: NodePath,
    /// Which number.
    pub number: NumberChoice,
    /// What it shall hold.
    pub entry: NewEntry,
    /// SHA-256 of the secret of the allocation token by which it is taken, where it is.
    pub allocation_token: Option<[u8; 32]>,
}

/// Give out consecutive numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocateBlock {
    /// Below which node.
    pub superior: NodePath,
    /// The first number; `None` means the lowest place where the block fits.
    pub first: Option<ArcValue>,
    /// How many, from 1 to `BLOCK_ARCS_MAX`.
    pub count: u64,
    /// What each shall hold. Names would clash and are refused where `count` is above one.
    pub entry: NewEntry,
}

/// Apply for an arc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmitApplication {
    /// Below which node.
    pub superior: NodePath,
    /// What is asked for.
    pub ask: Ask,
    /// In which language the applicant wants to hear.
    pub language: Language,
}

/// Take in the application of a stranger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmitApplicant {
    /// SHA-256 of the token that the stranger gets.
    pub token_sha256: [u8; 32],
    /// The application; its applicant is new.
    pub ask: SubmitApplication,
}

/// What an application asks for, new parties among it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// The wished number.
    pub number: Option<ArcValue>,
    /// What the arc shall hold; its registrant is the applicant.
    pub entry: NewEntry,
    /// Everything else.
    pub about: About,
}

/// Correct an application: all that it asks for, told anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmendApplication {
    /// The application.
    pub id: ApplicationId,
    /// The revision it must still have, if the caller cares.
    pub if_revision: Option<Seq>,
    /// What is asked for now. Without a registrant the applicant stays who it is; it cannot become another.
    pub ask: Ask,
}

/// Do something about an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnApplication {
    /// The application.
    pub id: ApplicationId,
    /// The revision it must still have, if the caller cares.
    pub if_revision: Option<Seq>,
    /// What to do.
    pub act: ApplicationAct,
}

/// What can be done about an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApplicationAct {
    /// Say that the authority has it.
    Acknowledge,
    /// Begin to judge it.
    BeginReview,
    /// Ask the applicant something.
    RequestInformation(String),
    /// Answer what was asked.
    Answer(String),
    /// Say something about it.
    Comment {
        /// What.
        text: String,
        /// Whether it is for the applicant; else it is for the authority's staff.
        to_applicant: bool,
    },
    /// Approve it.
    Approve,
    /// Reject it.
    Reject {
        /// Why, in a word.
        reason: RejectionReason,
        /// Why, in a sentence.
        text: String,
    },
    /// Not accept the rejection.
    Appeal(String),
    /// Decide an appeal.
    DecideAppeal {
        /// Whether it is judged anew; else the rejection stands.
        granted: bool,
        /// Why.
        text: String,
    },
    /// Take it back.
    Withdraw,
    /// Say what is to be paid, or what came of it.
    SetFee {
        /// How it stands.
        state: FeeState,
        /// How much, by what the payment is found, or why nothing.
        text: String,
        /// How much, as an amount; `None` leaves it as it is.
        amount: Option<Amount>,
    },
    /// Hand in a paper, whose octets are kept already.
    Attach(Attachment),
}

impl ApplicationAct {
    /// Whether it is the applicant's to do, and not the authority's.
    pub const fn is_the_applicants(&self) -> bool {
        matches!(
            self,
            Self::Answer(_) | Self::Appeal(_) | Self::Withdraw | Self::Attach(_)
        )
    }
}

/// Record an arc that was assigned elsewhere or long ago.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordExisting {
    /// The arc.
    pub path: NodePath,
    /// What it holds.
    pub entry: NewEntry,
    /// What proves the assignment.
    pub proof: Proof,
    /// When it was registered, if that is known.
    pub registered: Option<Timestamp>,
}

/// Keep a number free for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldNumber {
    /// Below which node.
    pub superior: NodePath,
    /// Which number: explicit or the next free one.
    pub number: NumberChoice,
    /// For how long, in seconds.
    pub seconds: u64,
}

/// Erase what is known of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasePerson {
    /// Who.
    pub person: Person,
    /// On what basis.
    pub basis: String,
    /// Whether a name that everybody may know stays.
    pub keep_public_name: bool,
}

/// Let somebody be known who may act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddPrincipal {
    /// What it is.
    pub kind: PrincipalKind,
    /// Its name and how to reach it.
    pub details: RegistrantDetails,
    /// The arc whose administrators look after it; the root stands for the whole register.
    pub home: NodePath,
}

/// A role of a principal on an arc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleOn {
    /// The principal.
    pub id: PrincipalId,
    /// The role.
    pub role: Role,
    /// The arc; the root stands for the whole register.
    pub at: NodePath,
}

/// Give a principal a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueCredential {
    /// The principal.
    pub principal: PrincipalId,
    /// What it is.
    pub kind: CredentialKind,
    /// SHA-256 of what is shown.
    pub sha256: [u8; 32],
    /// What its owner calls it.
    pub name: String,
    /// When it ends, if ever.
    pub expires: Option<Timestamp>,
    /// What it is good for.
    pub scope: Scope,
    /// What it is bound to, where it is no secret of ours.
    pub bound_to: Option<String>,
}

/// Say why an arc should not have a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeLabel {
    /// The arc.
    pub path: NodePath,
    /// The revision it must still have, if the caller cares.
    pub if_revision: Option<Seq>,
    /// The label.
    pub label: UnicodeLabel,
    /// Why.
    pub text: String,
}

/// Decide what somebody said against a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecideChallenge {
    /// The arc.
    pub path: NodePath,
    /// The revision it must still have, if the caller cares.
    pub if_revision: Option<Seq>,
    /// The label.
    pub label: UnicodeLabel,
    /// Whether the label goes; else it is final.
    pub upheld: bool,
}

/// Promise numbers to whoever has a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueAllocationToken {
    /// Below which node.
    pub superior: NodePath,
    /// What is promised.
    pub of: Promised,
    /// What it is called.
    pub name: String,
    /// SHA-256 of the secret.
    pub secret_sha256: [u8; 32],
    /// Who alone may use it; `None` is every principal.
    pub principal: Option<PrincipalId>,
    /// To whom the arcs are assigned; `None` leaves it to whoever takes them.
    pub registrant: Option<RegistrantId>,
    /// Until when it is good.
    pub until: Timestamp,
}

/// Give a hold up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseHold {
    /// Below which node.
    pub superior: NodePath,
    /// Which number.
    pub number: ArcValue,
    /// Which hold, if the caller knows.
    pub id: Option<HoldId>,
}

/// Burn numbers without assigning them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// Below which node.
    pub superior: NodePath,
    /// The first number.
    pub first: ArcValue,
    /// How many, from 1 to `BLOCK_ARCS_MAX`.
    pub count: u64,
}

/// Change fields of an arc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amend {
    /// The arc.
    pub path: NodePath,
    /// The revision it must still have, if the caller cares.
    pub if_revision: Option<Seq>,
    /// What changes.
    pub changes: Changes,
}

/// Change the state of an arc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeState {
    /// The arc.
    pub path: NodePath,
    /// The revision it must still have, if the caller cares.
    pub if_revision: Option<Seq>,
    /// The state it shall have.
    pub to: State,
    /// What replaces it, or what it repeats.
    pub relation: Option<Relation>,
    /// Withdraw it although live subordinates hang below it.
    pub despite_subordinates: bool,
}

/// What `decide` may know besides the tree: it reads no clock and draws no lots itself.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// The time the record will have: the later of now and the previous record's.
    pub now: Timestamp,
    /// Random bits; everything random in a decision derives from them.
    pub entropy: [u8; 32],
    /// Who acts.
    pub actor: super::actor::Actor,
    /// What the actor sees whole, where what the rules tell depends on it.
    pub whole: Whole,
    /// As whom the actor acts at the arc that the command is about, where what the rules say depends on it.
    pub office: Option<Office>,
}

/// Of which arcs somebody is told everything, whatever their visibility.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Whole {
    /// Of all.
    #[default]
    All,
    /// Of these and what is below them.
    Within(std::sync::Arc<[NodePath]>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_listed() {
        let source = include_str!("command.rs");
        let (_, arms) = source
            .split_once("pub const fn word(&self) -> &'static str {")
            .unwrap();
        let (arms, _) = arms.split_once("\n    }\n").unwrap();
        let words: Vec<&str> = arms.split('"').skip(1).step_by(2).collect();
        assert_eq!(words, Command::WORDS);
    }
}

//! What happened: outcomes, never intentions, so that they stay true when the rules change (DESIGN §2).
//!
//! An event that changes an arc names the revision it changes (`previous`, zero for a new arc): replay checks that it fits.
//! Values are absolute: applying an event twice changes nothing. **This shape is stored** (by `journal::codec`): variants
//! and fields are only ever added.

use crate::oid::{ArcValue, Identifier, NodePath, UnicodeLabel};

use super::{
    actor::{Credential, Grant, Principal, PrincipalKind, Role, Standing},
    allocation_token::AllocationToken,
    application::{Application, Approval, Content, Fee, Paper, Remark, Stage, Verdict},
    clock::Timestamp,
    command::RegistrantRef,
    consent::{Locks, Pending},
    entry::{
        Certainty, Contact, Delegation, Flags, Hold, Label, Reference, RegistrantDetails, Relation,
        Service, State, Text, Visibility,
    },
    ids::{
        AllocationTokenId, ApplicationId, CredentialId, HoldId, PrincipalId, RegisterId,
        RegistrantId, Seq,
    },
    label_claim::Challenge,
    notice::{NoticeId, Outcome},
    plan::Plan,
    policy::Policy,
    sandbox::{Part, Top},
    suspicion::{Check, Suspicion},
    template::Template,
};

/// One thing that happened. The events of one command are one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The register was founded: always the first event of the first record, and nowhere else.
    Founded(Founded),
    /// Somebody may act from now on.
    PrincipalAdded(Principal),
    /// What is known of a principal was told anew. The details are a person's item of their own.
    PrincipalDescribed {
        /// The principal.
        id: PrincipalId,
        /// What is known of it; `None` once erased.
        details: Option<RegistrantDetails>,
    },
    /// A principal may act, or may not.
    StandingChanged {
        /// The principal.
        id: PrincipalId,
        /// How it stands now.
        to: Standing,
    },
    /// A principal has a role from now on.
    RoleGranted {
        /// The principal.
        id: PrincipalId,
        /// The role and the arc.
        grant: Grant,
    },
    /// A principal has a role no longer.
    RoleRevoked {
        /// The principal.
        id: PrincipalId,
        /// The role.
        role: Role,
        /// The arc.
        at: NodePath,
    },
    /// A principal got a credential.
    CredentialIssued(Credential),
    /// A credential ended.
    CredentialRevoked(CredentialId),
    /// An allocation token as it is from now on: it was issued, or revoked.
    AllocationTokenSet(Box<AllocationToken>),
    /// An arc was taken by an allocation token.
    AllocationTokenUsed {
        /// The token.
        id: AllocationTokenId,
        /// The arc.
        path: NodePath,
    },
    /// A version of the reference data was loaded.
    DataLoaded {
        /// Which version.
        version: String,
    },
    /// An arc above or beside the authority's nodes was recorded from published sources, or recorded anew.
    ReferenceLoaded(ReferenceLoaded),
    /// The register became the registration authority of a node.
    AuthorityOpened(AuthorityOpened),
    /// A registrant became known, or was described anew. The details are a person's item of their own.
    RegistrantRecorded(RegistrantRecorded),
    /// An arc was allocated, reserved, or recorded with its proof.
    ArcRegistered(Box<ArcRegistered>),
    /// A reserved arc was allocated.
    ReservedArcAllocated(Box<ArcRegistered>),
    /// A number is kept free for a while.
    NumberHeld(Hold),
    /// A number is no longer kept.
    HoldReleased(HoldReleased),
    /// Fields of an arc changed.
    EntryAmended(Box<EntryAmended>),
    /// An arc went from one state to another.
    StateChanged(StateChanged),
    /// Somebody else acts below an arc from now on.
    Delegated {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
        /// Who acts.
        delegation: Delegation,
    },
    /// Nobody else acts below an arc any longer.
    Recalled {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
    },
    /// An arc went to another registrant.
    Transferred {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
        /// Who has it now.
        to: RegistrantId,
    },
    /// The policy for an arc's subordinates changed; `None` means it inherits again.
    PolicySet {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
        /// The policy.
        policy: Option<Policy>,
    },
    /// An arc was locked, or a lock was released: all its locks from now on.
    LocksSet {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
        /// Its locks.
        locks: Locks,
    },
    /// What waits at an arc until more people agreed; `None` means that it was taken back.
    PendingSet {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
        /// What waits.
        pending: Option<Box<Pending>>,
    },
    /// What is planned for an arc from now on.
    PlansSet {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
        /// All its plans.
        plans: Vec<Plan>,
    },
    /// That an arc's entry may be wrong; `None` means that it was settled.
    SuspicionSet {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
        /// The mark.
        suspicion: Option<Box<Suspicion>>,
    },
    /// The registrant of an arc is asked whether what is known of it is right; `None` means that it is asked no longer.
    CheckSet {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
        /// The question.
        check: Option<Check>,
    },
    /// What is known of the registrant of an arc is right.
    ContactConfirmed {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
    },
    /// The registrant of an arc was reminded that its term ends.
    TermReminded {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
    },
    /// Labels are new on an arc, and can be challenged until a moment.
    LabelsClaimed {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
        /// Which.
        labels: Vec<UnicodeLabel>,
        /// Until when.
        until: Timestamp,
    },
    /// Somebody challenged a label.
    LabelChallenged {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
        /// The label.
        label: UnicodeLabel,
        /// Who, when and why.
        challenge: Challenge,
    },
    /// A challenge was decided: upheld, the label is the arc's no longer; dismissed, it is final.
    LabelDecided {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
        /// The label.
        label: UnicodeLabel,
        /// Whether the challenge was upheld.
        upheld: bool,
    },
    /// The rule by which an arc answers for subordinates without a row of their own was set, or closed.
    TemplateSet {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
        /// The rule.
        template: Box<Template>,
    },
    /// An arc became a sandbox, or its next generation became the present one.
    SandboxSet {
        /// The arc.
        path: NodePath,
        /// The revision it had.
        previous: Seq,
        /// What it is now.
        top: Top,
    },
    /// Somebody applied for an arc: the application as it was handed in.
    ApplicationSubmitted(Box<Application>),
    /// An application was corrected: what it asks for now. What was approved before counts no longer.
    ApplicationAmended(Box<ApplicationAmended>),
    /// An application went from one stage to another.
    ApplicationMoved(Box<ApplicationMoved>),
    /// Somebody approved an application.
    ApplicationApproved {
        /// The application.
        id: ApplicationId,
        /// The revision it had.
        previous: Seq,
        /// Who, and when.
        approval: Approval,
    },
    /// Something was said about an application.
    ApplicationRemarked {
        /// The application.
        id: ApplicationId,
        /// The revision it had.
        previous: Seq,
        /// What.
        remark: Remark,
    },
    /// What is to be paid for an application changed.
    ApplicationFeeSet {
        /// The application.
        id: ApplicationId,
        /// The revision it had.
        previous: Seq,
        /// What is to be paid.
        fee: Fee,
    },
    /// A paper was handed in with an application. Its octets are kept beside the journal since before this.
    ApplicationPaperAdded {
        /// The application.
        id: ApplicationId,
        /// The revision it had.
        previous: Seq,
        /// What, by whom and when.
        paper: Paper,
    },
    /// What is known of a person is known no longer. The items that held it are destroyed.
    PersonErased {
        /// Who.
        person: Person,
        /// On what basis.
        basis: String,
    },
    /// From now on applicants and registrants are told what happens: before, no event gave rise to a notice.
    OutboxOpened,
    /// What became of a notice.
    NoticeSettled {
        /// The notice.
        id: NoticeId,
        /// What became of it.
        outcome: Outcome,
    },
}

impl Event {
    /// The lower-case name of the kind of event, as history and metrics show it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Founded(_) => "founded",
            Self::PrincipalAdded(_) => "principal-added",
            Self::PrincipalDescribed { .. } => "principal-described",
            Self::StandingChanged { .. } => "standing-changed",
            Self::RoleGranted { .. } => "role-granted",
            Self::RoleRevoked { .. } => "role-revoked",
            Self::CredentialIssued(_) => "credential-issued",
            Self::CredentialRevoked(_) => "credential-revoked",
            Self::AllocationTokenSet(_) => "allocation-token-set",
            Self::AllocationTokenUsed { .. } => "allocation-token-used",
            Self::DataLoaded { .. } => "data-loaded",
            Self::ReferenceLoaded(_) => "reference-loaded",
            Self::AuthorityOpened(_) => "authority-opened",
            Self::RegistrantRecorded(_) => "registrant-recorded",
            Self::ArcRegistered(_) => "arc-registered",
            Self::ReservedArcAllocated(_) => "reserved-arc-allocated",
            Self::NumberHeld(_) => "number-held",
            Self::HoldReleased(_) => "hold-released",
            Self::EntryAmended(_) => "entry-amended",
            Self::StateChanged(_) => "state-changed",
            Self::Delegated { .. } => "delegated",
            Self::Recalled { .. } => "recalled",
            Self::Transferred { .. } => "transferred",
            Self::PolicySet { .. } => "policy-set",
            Self::LocksSet { .. } => "locks-set",
            Self::PendingSet { .. } => "pending-set",
            Self::PlansSet { .. } => "plans-set",
            Self::SuspicionSet { .. } => "suspicion-set",
            Self::CheckSet { .. } => "check-set",
            Self::ContactConfirmed { .. } => "contact-confirmed",
            Self::TermReminded { .. } => "term-reminded",
            Self::LabelsClaimed { .. } => "labels-claimed",
            Self::LabelChallenged { .. } => "label-challenged",
            Self::LabelDecided { .. } => "label-decided",
            Self::TemplateSet { .. } => "template-set",
            Self::SandboxSet { .. } => "sandbox-set",
            Self::ApplicationSubmitted(_) => "application-submitted",
            Self::ApplicationAmended(_) => "application-amended",
            Self::ApplicationMoved(_) => "application-moved",
            Self::ApplicationApproved { .. } => "application-approved",
            Self::ApplicationRemarked { .. } => "application-remarked",
            Self::ApplicationFeeSet { .. } => "application-fee-set",
            Self::ApplicationPaperAdded { .. } => "application-paper-added",
            Self::PersonErased { .. } => "person-erased",
            Self::OutboxOpened => "outbox-opened",
            Self::NoticeSettled { .. } => "notice-settled",
        }
    }

    /// The arc whose entry the event writes and the revision it replaces, if it writes one.
    pub const fn touches(&self) -> Option<(&NodePath, Seq)> {
        match self {
            Self::ReferenceLoaded(e) => Some((&e.path, e.previous)),
            Self::AuthorityOpened(e) => Some((&e.path, e.previous)),
            Self::ArcRegistered(e) | Self::ReservedArcAllocated(e) => Some((&e.path, e.previous)),
            Self::EntryAmended(e) => Some((&e.path, e.previous)),
            Self::StateChanged(e) => Some((&e.path, e.previous)),
            Self::Delegated { path, previous, .. }
            | Self::Recalled { path, previous }
            | Self::Transferred { path, previous, .. }
            | Self::PolicySet { path, previous, .. }
            | Self::LocksSet { path, previous, .. }
            | Self::PendingSet { path, previous, .. }
            | Self::PlansSet { path, previous, .. }
            | Self::SuspicionSet { path, previous, .. }
            | Self::CheckSet { path, previous, .. }
            | Self::ContactConfirmed { path, previous }
            | Self::TermReminded { path, previous }
            | Self::LabelsClaimed { path, previous, .. }
            | Self::LabelChallenged { path, previous, .. }
            | Self::LabelDecided { path, previous, .. }
            | Self::TemplateSet { path, previous, .. }
            | Self::SandboxSet { path, previous, .. } => Some((path, *previous)),
            Self::Founded(_)
            | Self::PrincipalAdded(_)
            | Self::PrincipalDescribed { .. }
            | Self::StandingChanged { .. }
            | Self::RoleGranted { .. }
            | Self::RoleRevoked { .. }
            | Self::CredentialIssued(_)
            | Self::CredentialRevoked(_)
            | Self::AllocationTokenSet(_)
            | Self::AllocationTokenUsed { .. }
            | Self::DataLoaded { .. }
            | Self::RegistrantRecorded(_)
            | Self::NumberHeld(_)
            | Self::HoldReleased(_)
            | Self::ApplicationSubmitted(_)
            | Self::ApplicationAmended(_)
            | Self::ApplicationMoved(_)
            | Self::ApplicationApproved { .. }
            | Self::ApplicationRemarked { .. }
            | Self::ApplicationFeeSet { .. }
            | Self::ApplicationPaperAdded { .. }
            | Self::PersonErased { .. }
            | Self::OutboxOpened
            | Self::NoticeSettled { .. } => None,
        }
    }

    /// The application that the event writes and the revision it replaces, if it writes one.
    pub const fn application(&self) -> Option<(&ApplicationId, Seq)> {
        match self {
            Self::ApplicationSubmitted(e) => Some((&e.id, Seq::ZERO)),
            Self::ApplicationAmended(e) => Some((&e.id, e.previous)),
            Self::ApplicationMoved(e) => Some((&e.id, e.previous)),
            Self::ApplicationApproved { id, previous, .. }
            | Self::ApplicationRemarked { id, previous, .. }
            | Self::ApplicationFeeSet { id, previous, .. }
            | Self::ApplicationPaperAdded { id, previous, .. } => Some((id, *previous)),
            _ => None,
        }
    }
}

/// Somebody of whom the register holds personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Person {
    /// To whom arcs are assigned, or to whom to turn about them.
    Registrant(RegistrantId),
    /// Who may act.
    Principal(PrincipalId),
}

impl Person {
    /// The id, which is the subject of the items that hold the person's data.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Registrant(id) => id.as_str(),
            Self::Principal(id) => id.as_str(),
        }
    }
}

/// What an application asks for, after a correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationAmended {
    /// The application.
    pub id: ApplicationId,
    /// The revision it had.
    pub previous: Seq,
    /// What it asks for now.
    pub content: Content,
    /// The parties that became known with it.
    pub introduced: Vec<RegistrantId>,
    /// The hold on the number that is wished now.
    pub hold: Option<HoldId>,
}

/// A step of an application. Approvals count no longer, unless it is approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationMoved {
    /// The application.
    pub id: ApplicationId,
    /// The revision it had.
    pub previous: Seq,
    /// Where it stands now.
    pub to: Stage,
    /// Until when whoever is to act now should have acted.
    pub deadline: Option<Timestamp>,
    /// The rejection, or what was decided upon the appeal, where that is the step.
    pub verdict: Option<Verdict>,
    /// The arc that was given out, where it was approved.
    pub arc: Option<NodePath>,
}

/// The founding of a register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founded {
    /// The register's own id.
    pub register: RegisterId,
    /// The nodes it is the registration authority of.
    pub authorities: Vec<NodePath>,
    /// The format of the journal's events.
    pub format: u32,
    /// The Unicode version that comparison keys are made with.
    pub unicode_version: String,
}

/// A reference entry, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceLoaded {
    /// The arc.
    pub path: NodePath,
    /// The revision it had.
    pub previous: Seq,
    /// Its secondary identifiers.
    pub identifiers: Vec<Identifier>,
    /// Its Unicode labels.
    pub labels: Vec<Label>,
    /// Long arcs that lead to it.
    pub long_arcs: Vec<UnicodeLabel>,
    /// What it is for.
    pub descriptions: Vec<Text>,
    /// Its marks.
    pub flags: Flags,
    /// Where it is known from.
    pub source: String,
    /// How sure that is.
    pub certainty: Certainty,
    /// Which version of `data/` brought it.
    pub data_version: String,
}

/// The opening of an authority's node. The node's names come from its reference entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityOpened {
    /// The node.
    pub path: NodePath,
    /// The revision it had.
    pub previous: Seq,
    /// The node's titles.
    pub titles: Vec<Text>,
    /// The node's descriptions.
    pub descriptions: Vec<Text>,
    /// The policy for its subordinates.
    pub policy: Policy,
}

/// A registrant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrantRecorded {
    /// The opaque id.
    pub id: RegistrantId,
    /// What it is.
    pub kind: PrincipalKind,
    /// What is known of it; stored as an item of its own, `None` once erased.
    pub details: Option<RegistrantDetails>,
}

/// How the number of a new arc was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberFoundBy {
    /// The caller named it.
    Explicit,
    /// It was the lowest number never assigned of the policy's windows.
    NextFree {
        /// Where the run starts that is filled up without a gap up to the number: the start of the window, or the number after
        /// the last one before it that was held or kept back. The cursor kept for it moves past the number.
        window_from: ArcValue,
    },
    /// It was drawn.
    Random,
}

/// A new arc, or a reserved one that is now allocated: the whole entry as decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArcRegistered {
    /// The arc.
    pub path: NodePath,
    /// The revision it had: zero, or that of the reserved arc.
    pub previous: Seq,
    /// How its number was found.
    pub found_by: NumberFoundBy,
    /// `Active` or `Reserved`.
    pub state: State,
    /// Who may see it.
    pub visibility: Visibility,
    /// Its secondary identifiers.
    pub identifiers: Vec<Identifier>,
    /// Its Unicode labels.
    pub labels: Vec<Label>,
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
    /// Whom to turn to about it.
    pub contacts: Vec<Contact>,
    /// To whom it is assigned.
    pub registrant: Option<RegistrantId>,
    /// Who speaks for the registrant.
    pub sponsor: Option<RegistrantId>,
    /// For an arc assigned elsewhere or long ago: what proves it, and where that can be read.
    pub recorded: Option<Proof>,
    /// When it was applied for, if that is known.
    pub applied: Option<Timestamp>,
    /// When it was registered, where that was before this record.
    pub registered: Option<Timestamp>,
    /// Of an arc in a sandbox: who registered it.
    pub sandbox: Option<Part>,
}

/// What proves an assignment made elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// A document, a letter, a publication.
    pub document: String,
    /// Where it can be read, if anywhere.
    pub uri: Option<String>,
}

/// The end of a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldReleased {
    /// Which hold.
    pub id: HoldId,
    /// Below which node.
    pub superior: NodePath,
    /// Which number.
    pub number: ArcValue,
    /// Why it ended.
    pub why: HoldEnd,
}

/// Why a hold ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldEnd {
    /// Its time was over.
    Expired,
    /// The number was allocated or reserved.
    Used,
    /// It was given up.
    Cancelled,
}

/// Fields that changed, each with its whole new value; `None` means as before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryAmended {
    /// The arc.
    pub path: NodePath,
    /// The revision it had.
    pub previous: Seq,
    /// What changed.
    pub changes: Changes<RegistrantId>,
}

/// New values of an entry's fields; `None` means as before. A command may name new parties, an event names ids only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes<P = RegistrantRef> {
    /// Superior's: secondary identifiers.
    pub identifiers: Option<Vec<Identifier>>,
    /// Superior's: Unicode labels.
    pub labels: Option<Vec<Label>>,
    /// Superior's: marks.
    pub flags: Option<Flags>,
    /// Superior's: who may see it.
    pub visibility: Option<Visibility>,
    /// Holder's: titles.
    pub titles: Option<Vec<Text>>,
    /// Holder's: descriptions.
    pub descriptions: Option<Vec<Text>>,
    /// Holder's: resolution services.
    pub services: Option<Vec<Service>>,
    /// Holder's: references.
    pub references: Option<Vec<Reference>>,
    /// Holder's: contacts.
    pub contacts: Option<Vec<Contact<P>>>,
}

impl<P> Default for Changes<P> {
    fn default() -> Self {
        Self {
            identifiers: None,
            labels: None,
            flags: None,
            visibility: None,
            titles: None,
            descriptions: None,
            services: None,
            references: None,
            contacts: None,
        }
    }
}

impl<P> Changes<P> {
    /// Whether one of the superior's fields changes.
    pub const fn superior(&self) -> bool {
        self.identifiers.is_some()
            || self.labels.is_some()
            || self.flags.is_some()
            || self.visibility.is_some()
    }

    /// Whether one of the holder's fields changes.
    pub const fn holder(&self) -> bool {
        self.titles.is_some()
            || self.descriptions.is_some()
            || self.services.is_some()
            || self.references.is_some()
            || self.contacts.is_some()
    }

    /// Whether nothing changes.
    pub const fn is_empty(&self) -> bool {
        !self.superior() && !self.holder()
    }

    /// How many bytes its texts have.
    pub fn text_bytes(&self) -> usize {
        fn all<T>(list: Option<&Vec<T>>, bytes: impl Fn(&T) -> usize) -> usize {
            let each = list.into_iter().flatten().map(bytes);
            each.fold(0, usize::saturating_add)
        }
        let some = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let parts = [
            all(self.identifiers.as_ref(), |one| one.as_str().len()),
            all(self.labels.as_ref(), |one| one.label.as_str().len()),
            all(self.titles.as_ref(), |one| one.text.len()),
            all(self.descriptions.as_ref(), |one| one.text.len()),
            all(self.services.as_ref(), |one| one.kind.len() + one.uri.len()),
            all(self.references.as_ref(), |one| {
                one.title.len() + some(&one.uri) + some(&one.asn1_module)
            }),
        ];
        parts.into_iter().fold(0, usize::saturating_add)
    }

    /// The same changes with other contacts.
    pub fn with_contacts<Q>(self, contacts: Option<Vec<Contact<Q>>>) -> Changes<Q> {
        Changes {
            identifiers: self.identifiers,
            labels: self.labels,
            flags: self.flags,
            visibility: self.visibility,
            titles: self.titles,
            descriptions: self.descriptions,
            services: self.services,
            references: self.references,
            contacts,
        }
    }
}

/// A change of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChanged {
    /// The arc.
    pub path: NodePath,
    /// The revision it had.
    pub previous: Seq,
    /// The state it has now.
    pub to: State,
    /// What replaces it, or what it repeats, from now on.
    pub relation: Option<Relation>,
}

/// The events of one command with its free-text reason: what one record of the journal tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Why, in the actor's words; it may be erased.
    pub reason: Option<String>,
    /// Why the actor overrode a delegation or another registrant's arc, if so.
    pub override_reason: Option<String>,
    /// Who asked the actor for it, where somebody did.
    pub asked_by: Option<RegistrantId>,
}

//! One of each thing that is stored, bare and full. The bytes they were stored as are kept in `data/stored/`.
//!
//! None may ever be changed: a new shape gets a new sample.

use crate::model::actor::{
    Credential, CredentialKind, Grant, Principal, PrincipalKind, Role, Scope, Standing,
};
use crate::model::allocation_token::{AllocationToken, Promised};
use crate::model::application::{
    About, Application, Approval, Attachment, Content, Fee, FeeState, Paper, RejectionReason,
    Remark, RemarkKind, Stage, Verdict, VerdictKind,
};
use crate::model::clock::Timestamp;
use crate::model::command::NewEntry;
use crate::model::consent::{LockKind, Locks, Pending, PendingAct, Side};
use crate::model::entry::{
    Audience, Audiences, Certainty, Contact, ContactRole, Delegation, Entry, Flags, Hold,
    HolderFields, Holding, Label, Language, Origin, Reference, RegistrantDetails, Relation,
    Service, State, SuperiorFields, Text, Visibility,
};
use crate::model::event::{
    ApplicationAmended, ApplicationMoved, ArcRegistered, AuthorityOpened, Changes, EntryAmended,
    Event, Founded, Happening, HoldEnd, HoldReleased, NumberFoundBy, Person, Proof,
    ReferenceLoaded, RegistrantRecorded, StateChanged,
};
use crate::model::ids::{
    AllocationTokenId, ApplicationId, CredentialId, HoldId, PrincipalId, RegisterId, RegistrantId,
    Seq,
};
use crate::model::label_claim::{Challenge, LabelClaim};
use crate::model::money::{Amount, FeeSchedule};
use crate::model::notice::{Matter, Notice, NoticeId, NoticeKind, Outcome, Settled};
use crate::model::plan::{Plan, PlannedAct};
use crate::model::policy::{
    Applicants, Category, Checks, Lapse, MinimumContent, NumberRange, Numbering, Policy, Terms,
};
use crate::model::refusal::Code;
use crate::model::sandbox::{Part, Sandbox, Top};
use crate::model::suspicion::{Check, Suspicion};
use crate::model::template::{Numbers, Rule, Template};
use crate::oid::{ArcValue, Identifier, NodePath, UnicodeLabel};

use super::EVENT_FORMAT;

/// The moment of the samples: 2026-03-03T12:00:00Z.
pub(super) const NOON: Timestamp = Timestamp::from_micros(1_772_539_200_000_000);
const LATER: Timestamp = NOON.plus_seconds(3_600);

fn path(text: &str) -> NodePath {
    text.parse().unwrap()
}

fn arc() -> NodePath {
    path("2.16.834.1.5")
}

/// The registrant of the samples.
pub(super) fn registrant() -> RegistrantId {
    RegistrantId::from_random([0x11; 16])
}

fn principal() -> PrincipalId {
    PrincipalId::from_random([0x22; 16])
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "most optional fields of the samples are filled"
)]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn identifiers() -> Vec<Identifier> {
    vec!["health".parse().unwrap(), "afya".parse().unwrap()]
}

fn labels() -> Vec<Label> {
    let label = |label: &str, language: Option<&str>| Label {
        label: label.parse().unwrap(),
        language: language.map(|tag| tag.parse().unwrap()),
    };
    vec![label("Health", Some("en")), label("健康", None)]
}

fn long_arcs() -> Vec<UnicodeLabel> {
    vec!["Example".parse().unwrap()]
}

fn texts(text: &str) -> Vec<Text> {
    let one = |tag: &str, text: &str| Text {
        language: tag.parse().unwrap(),
        text: text.to_owned(),
    };
    vec![one("en", text), one("sw-TZ", "Wizara ya Afya")]
}

fn services() -> Vec<Service> {
    let uri = "https://health.example/".to_owned();
    let kind = "web".to_owned();
    vec![Service {
        kind,
        uri,
        priority: 10,
    }]
}

fn references() -> Vec<Reference> {
    vec![Reference {
        title: "Health codes".to_owned(),
        uri: some("https://health.example/codes"),
        asn1_module: some("HealthCodes"),
    }]
}

fn contacts() -> Vec<Contact> {
    let parties = [registrant(), "r-office".parse().unwrap(), registrant()];
    let contact = |(role, party)| Contact { role, party };
    ContactRole::ALL
        .into_iter()
        .zip(parties)
        .map(contact)
        .collect()
}

const FLAGS: Flags = Flags {
    leaf: true,
    frozen: false,
    no_identifiers: true,
    no_unicode_labels: false,
    draft: true,
};

fn policy() -> Policy {
    Policy {
        numbering: Numbering::NextFreeOnly,
        windows: vec![NumberRange {
            from: ArcValue::new(1000),
            to: None,
        }],
        kept_back: vec![NumberRange {
            from: ArcValue::ZERO,
            to: Some(ArcValue::from(1_u128 << 100)),
        }],
        identifier_required: true,
        title_required: true,
        registrant_required: true,
        application_required: true,
        approvals: 2,
        arcs_per_registrant_max: Some(0),
        ..Policy::standard()
    }
}

/// Details, full.
pub(super) fn details() -> RegistrantDetails {
    RegistrantDetails {
        name: "Asha Example".to_owned(),
        email: some("asha@health.example"),
        telephone: some("+255 00 000 0000"),
        address: some("1 Example Road"),
        audiences: Audiences::NAME_PUBLIC,
    }
}

/// Details of which each field is shown to others.
pub(super) fn details_for_few() -> RegistrantDetails {
    RegistrantDetails {
        audiences: Audiences {
            name: Audience::Nobody,
            email: Audience::Public,
            telephone: Audience::Nobody,
            address: Audience::Registrars,
        },
        ..details()
    }
}

/// Details that everybody is shown.
pub(super) fn details_for_all() -> RegistrantDetails {
    RegistrantDetails {
        audiences: Audiences {
            name: Audience::Public,
            email: Audience::Public,
            telephone: Audience::Public,
            address: Audience::Public,
        },
        ..details()
    }
}

/// A hold.
pub(super) fn hold() -> Hold {
    Hold {
        id: HoldId::from_random([0x33; 16]),
        superior: path("2.16.834.1"),
        number: ArcValue::new(7),
        principal: principal(),
        until: LATER,
    }
}

/// A credential, full.
pub(super) fn credential() -> Credential {
    Credential {
        expires: Some(LATER),
        revoked: true,
        ..Credential::token(
            CredentialId::from_random([0x44; 16]),
            principal(),
            [0x55; 32],
            "laptop",
            crate::model::Timestamp::default(),
        )
    }
}

/// A principal with an id that it was given.
pub(super) fn somebody() -> Principal {
    Principal {
        administrator: true,
        ..Principal::new(
            "p-first:administrator".parse().unwrap(),
            PrincipalKind::Person,
            crate::oid::NodePath::root(),
            NOON,
        )
    }
}

/// A principal as it is added, full.
fn newcomer() -> Principal {
    Principal {
        standing: Standing::Suspended,
        details: Some(details()),
        ..Principal::new(principal(), PrincipalKind::Organisation, arc(), NOON)
    }
}

fn grant(role: Role, at: NodePath) -> Grant {
    Grant {
        role,
        at,
        since: LATER,
    }
}

/// A principal as a table holds it, full.
pub(super) fn somebody_whole() -> Principal {
    let grants = Role::ALL.map(|role| grant(role, arc()));
    Principal {
        grants: grants
            .into_iter()
            .chain([grant(Role::Auditor, NodePath::root())])
            .collect(),
        delegations: vec![NodePath::root(), path("2.16.834.2")],
        standing: Standing::Removed,
        ..newcomer()
    }
}

/// Credentials of every kind, narrowed in every way.
pub(super) fn credentials() -> Vec<(&'static str, Credential)> {
    let bound = |kind, name: &str, scope| Credential {
        kind,
        scope,
        bound_to: some(name),
        issued: LATER,
        ..credential()
    };
    let at = Scope {
        read_only: false,
        at: Some(arc()),
    };
    let read_only = Scope {
        read_only: true,
        at: Some(NodePath::root()),
    };
    let invitation = Credential {
        kind: CredentialKind::Invitation,
        scope: Scope {
            read_only: true,
            at: None,
        },
        issued: NOON,
        ..credential()
    };
    let openid = bound(CredentialKind::OpenId, "https://id.example asha", at);
    let certificate = bound(CredentialKind::Certificate, "CN=asha", read_only);
    vec![
        ("certificate", certificate),
        ("openid", openid),
        ("invitation", invitation),
    ]
}

/// A typical allocation: one identifier, one label, one title, a registrant.
pub(super) fn typical_allocation() -> Event {
    Event::ArcRegistered(Box::new(ArcRegistered {
        path: arc(),
        previous: Seq::ZERO,
        found_by: NumberFoundBy::NextFree {
            window_from: ArcValue::new(1),
        },
        state: State::Active,
        visibility: Visibility::Public,
        identifiers: identifiers().into_iter().take(1).collect(),
        labels: labels().into_iter().take(1).collect(),
        flags: Flags::default(),
        titles: texts("Ministry of Health").into_iter().take(1).collect(),
        descriptions: Vec::new(),
        services: Vec::new(),
        references: Vec::new(),
        contacts: Vec::new(),
        registrant: Some(registrant()),
        sponsor: None,
        recorded: None,
        applied: None,
        registered: None,
        sandbox: None,
    }))
}

fn full_arc() -> Box<ArcRegistered> {
    Box::new(ArcRegistered {
        path: arc(),
        previous: Seq::new(300),
        found_by: NumberFoundBy::Explicit,
        state: State::Reserved,
        visibility: Visibility::Stub,
        identifiers: identifiers(),
        labels: labels(),
        flags: FLAGS,
        titles: texts("Ministry of Health"),
        descriptions: texts("Everything about health"),
        services: services(),
        references: references(),
        contacts: Vec::new(),
        registrant: Some(registrant()),
        sponsor: Some("r-sponsor".parse().unwrap()),
        recorded: Some(Proof {
            document: "Letter 7".to_owned(),
            uri: some("https://health.example/letter"),
        }),
        applied: Some(Timestamp::from_micros(-1)),
        registered: Some(NOON),
        sandbox: None,
    })
}

fn founding_events() -> Vec<(&'static str, Event)> {
    vec![
        (
            "founded",
            Event::Founded(Founded {
                register: RegisterId::from_random([0x66; 16]),
                authorities: vec![NodePath::root(), path("2"), path("2.16.834")],
                format: EVENT_FORMAT,
                unicode_version: "18.0.0".to_owned(),
            }),
        ),
        ("principal", Event::PrincipalAdded(somebody())),
        ("issued", Event::CredentialIssued(credential())),
        ("revoked", Event::CredentialRevoked(credential().id)),
        (
            "data",
            Event::DataLoaded {
                version: "2026-03".to_owned(),
            },
        ),
        (
            "reference",
            Event::ReferenceLoaded(ReferenceLoaded {
                path: path("2.16"),
                previous: Seq::new(3),
                identifiers: identifiers(),
                labels: labels(),
                long_arcs: long_arcs(),
                descriptions: texts("Countries"),
                flags: FLAGS,
                source: "X.660 A.5".to_owned(),
                certainty: Certainty::SingleSource,
                data_version: "2026-03".to_owned(),
            }),
        ),
        (
            "authority",
            Event::AuthorityOpened(AuthorityOpened {
                path: path("2.16.834"),
                previous: Seq::FIRST,
                titles: texts("Tanzania"),
                descriptions: texts("The national arc"),
                policy: policy(),
            }),
        ),
    ]
}

fn arc_events() -> Vec<(&'static str, Event)> {
    vec![
        ("typical", typical_allocation()),
        ("full", Event::ArcRegistered(full_arc())),
        ("allocated", Event::ReservedArcAllocated(full_arc())),
        (
            "drawn",
            Event::ArcRegistered(Box::new(ArcRegistered {
                path: path("2.25.329800735698586629295641978511506172918"),
                found_by: NumberFoundBy::Random,
                ..*full_arc()
            })),
        ),
        (
            "all",
            amended(Changes {
                identifiers: Some(identifiers()),
                labels: Some(labels()),
                flags: Some(FLAGS),
                visibility: Some(Visibility::Hidden),
                titles: Some(texts("Health")),
                descriptions: Some(texts("Everything about health")),
                services: Some(services()),
                references: Some(references()),
                ..Changes::default()
            }),
        ),
        (
            "emptied",
            amended(Changes {
                identifiers: Some(Vec::new()),
                flags: Some(Flags::default()),
                titles: Some(Vec::new()),
                ..Changes::default()
            }),
        ),
        (
            "withdrawn",
            Event::StateChanged(StateChanged {
                path: arc(),
                previous: Seq::new(9),
                to: State::Withdrawn,
                relation: Some(Relation::Successor(path("2.16.834.2"))),
            }),
        ),
        (
            "deprecated",
            Event::StateChanged(StateChanged {
                path: arc(),
                previous: Seq::new(9),
                to: State::Deprecated,
                relation: Some(Relation::DuplicateOf(path("1"))),
            }),
        ),
    ]
}

fn contact_events() -> Vec<(&'static str, Event)> {
    let changed = |contacts| {
        amended(Changes {
            contacts: Some(contacts),
            ..Changes::default()
        })
    };
    let tried = ArcRegistered {
        sandbox: Some(Part {
            by: Some(principal()),
        }),
        ..*full_arc()
    };
    let arc = ArcRegistered {
        contacts: contacts(),
        ..*full_arc()
    };
    vec![
        ("contacts", Event::ArcRegistered(Box::new(arc))),
        ("sandbox", Event::ArcRegistered(Box::new(tried))),
        ("contacts", changed(contacts())),
        ("no-contacts", changed(Vec::new())),
    ]
}

fn amended(changes: Changes<RegistrantId>) -> Event {
    Event::EntryAmended(Box::new(EntryAmended {
        path: arc(),
        previous: Seq::new(9),
        changes,
    }))
}

fn other_events() -> Vec<(&'static str, Event)> {
    let (path, previous) = (arc(), Seq::new(9));
    let delegated = |delegation| Event::Delegated {
        path: arc(),
        previous,
        delegation,
    };
    let hosted = Delegation::Hosted {
        principals: vec![principal(), "p-other".parse().unwrap()],
    };
    let external = Delegation::External {
        oidip: some("https://oidip.example/"),
        ors: some("ors.example"),
        name_servers: Vec::new(),
        signers: Vec::new(),
    };
    vec![
        (
            "person",
            Event::RegistrantRecorded(RegistrantRecorded {
                id: registrant(),
                kind: PrincipalKind::Organisation,
                details: Some(details()),
            }),
        ),
        ("held", Event::NumberHeld(hold())),
        (
            "released",
            Event::HoldReleased(HoldReleased {
                id: hold().id,
                superior: hold().superior,
                number: hold().number,
                why: HoldEnd::Used,
            }),
        ),
        ("hosted", delegated(hosted)),
        ("external", delegated(external)),
        (
            "recalled",
            Event::Recalled {
                path: path.clone(),
                previous,
            },
        ),
        (
            "transferred",
            Event::Transferred {
                path: path.clone(),
                previous,
                to: registrant(),
            },
        ),
        (
            "policy",
            Event::PolicySet {
                path: path.clone(),
                previous,
                policy: Some(policy()),
            },
        ),
        (
            "inherits",
            Event::PolicySet {
                path,
                previous,
                policy: None,
            },
        ),
    ]
}

fn principal_events() -> Vec<(&'static str, Event)> {
    let described = |details| Event::PrincipalDescribed {
        id: principal(),
        details,
    };
    let stands = |to| Event::StandingChanged {
        id: principal(),
        to,
    };
    let mut events = vec![
        ("newcomer", Event::PrincipalAdded(newcomer())),
        ("told", described(Some(details()))),
        ("erased", described(None)),
        ("active", stands(Standing::Active)),
        ("suspended", stands(Standing::Suspended)),
        ("removed", stands(Standing::Removed)),
    ];
    for role in Role::ALL {
        let granted = Event::RoleGranted {
            id: principal(),
            grant: grant(role, arc()),
        };
        let revoked = Event::RoleRevoked {
            id: "p-other".parse().unwrap(),
            role,
            at: NodePath::root(),
        };
        events.extend([(role.word(), granted), (role.word(), revoked)]);
    }
    let issued = |(name, credential)| (name, Event::CredentialIssued(credential));
    events.extend(credentials().into_iter().map(issued));
    events
}

/// Allocation tokens: of a range, full; of a reserved number, bare.
pub(super) fn allocation_tokens() -> [(&'static str, AllocationToken); 2] {
    let full = AllocationToken {
        id: AllocationTokenId::from_random([0x77; 16]),
        superior: path("2.16.834"),
        of: Promised::Range {
            range: NumberRange {
                from: ArcValue::from(1_000_u32),
                to: Some(ArcValue::from(1_999_u32)),
            },
            count: 5,
        },
        used: 2,
        name: "ministries".to_owned(),
        secret_sha256: [0xB6; 32],
        principal: Some(principal()),
        registrant: Some(registrant()),
        until: LATER,
        issued: NOON,
        by: Some(principal()),
        revoked: true,
    };
    let bare = AllocationToken {
        id: "t-bare".parse().unwrap(),
        of: Promised::Reserved(ArcValue::from(7_u32)),
        used: 0,
        principal: None,
        registrant: None,
        by: None,
        revoked: false,
        ..full.clone()
    };
    [("full", full), ("bare", bare)]
}

fn allocation_token_events() -> Vec<(&'static str, Event)> {
    let [(_, full), (_, bare)] = allocation_tokens();
    let used = Event::AllocationTokenUsed {
        id: full.id.clone(),
        path: arc(),
    };
    vec![
        (
            "allocation-token",
            Event::AllocationTokenSet(Box::new(full)),
        ),
        (
            "allocation-token/bare",
            Event::AllocationTokenSet(Box::new(bare)),
        ),
        ("allocation-token/used", used),
    ]
}

fn challenge() -> Challenge {
    Challenge {
        by: Some(principal()),
        at: LATER,
        text: "it is the name of another ministry".to_owned(),
    }
}

fn label_events() -> Vec<(&'static str, Event)> {
    let (path, previous) = (arc(), Seq::new(7));
    let label: UnicodeLabel = "健康".parse().unwrap();
    let windowed = Policy {
        label_challenge_seconds: Some(1_209_600),
        ..policy()
    };
    let claimed = Event::LabelsClaimed {
        path: path.clone(),
        previous,
        labels: vec![label.clone()],
        until: LATER,
    };
    let challenged = |challenge| Event::LabelChallenged {
        path: path.clone(),
        previous,
        label: label.clone(),
        challenge,
    };
    let decided = |upheld| Event::LabelDecided {
        path: path.clone(),
        previous,
        label: label.clone(),
        upheld,
    };
    let by_nobody = Challenge {
        by: None,
        ..challenge()
    };
    vec![
        ("labels/claimed", claimed),
        ("labels/challenged", challenged(challenge())),
        ("labels/challenged-here", challenged(by_nobody)),
        ("labels/upheld", decided(true)),
        ("labels/dismissed", decided(false)),
        (
            "labels/policy",
            Event::PolicySet {
                path: path.clone(),
                previous,
                policy: Some(windowed),
            },
        ),
    ]
}

/// An entry with a label that is challenged, and one that is not.
fn claimed_entry() -> Entry {
    let claim = |label: &str, challenge| LabelClaim {
        label: label.parse().unwrap(),
        since: NOON,
        until: LATER,
        challenge,
    };
    Entry {
        label_claims: vec![claim("Health", None), claim("健康", Some(challenge()))],
        ..typical_entry()
    }
}

fn content() -> Content {
    Content {
        number: Some(ArcValue::new(42)),
        entry: NewEntry {
            identifiers: identifiers(),
            labels: labels(),
            visibility: Some(Visibility::Stub),
            flags: FLAGS,
            titles: texts("Ministry of Health"),
            descriptions: texts("Everything about health"),
            services: services(),
            references: references(),
            contacts: contacts(),
            registrant: None,
            sponsor: Some("r-sponsor".parse().unwrap()),
            applied: None,
            category: None,
        },
        about: About {
            purpose: "Codes for illnesses".to_owned(),
            below: some("One arc for each list"),
            legal_form: some("ministry"),
            registration_number: some("TZ-7"),
            country: some("TZ"),
            fee_reference: some("bank 7"),
            attachments: vec![Attachment {
                sha256: [0x77; 32],
                name: "letter.pdf".to_owned(),
                media_type: "application/pdf".to_owned(),
                octets: 1_234,
                uri: some("https://health.example/letter"),
            }],
            declared: true,
        },
    }
}

fn bare_content() -> Content {
    Content {
        number: None,
        entry: NewEntry::default(),
        about: About {
            purpose: "Codes".to_owned(),
            ..About::default()
        },
    }
}

fn of_category() -> Content {
    Content {
        entry: NewEntry {
            category: Some("government".parse().unwrap()),
            ..NewEntry::default()
        },
        ..bare_content()
    }
}

/// An application as it was handed in, full.
pub(super) fn application() -> Application {
    Application {
        id: ApplicationId::from_random([0x88; 16]),
        revision: Seq::ZERO,
        stage: Stage::Submitted,
        superior: path("2.16.834.1"),
        content: content(),
        applicant: registrant(),
        submitted_by: principal(),
        introduced: vec![registrant(), "r-office".parse().unwrap()],
        language: "sw".parse().unwrap(),
        submitted: NOON,
        changed: NOON,
        deadline: Some(LATER),
        approvals: Vec::new(),
        remarks: Vec::new(),
        verdicts: Vec::new(),
        arc: None,
        fee: Some(Fee {
            state: FeeState::Due,
            text: "50,000 TZS".to_owned(),
            amount: None,
        }),
        hold: Some(hold().id),
        papers: Vec::new(),
    }
}

fn verdict(kind: VerdictKind, reason: Option<RejectionReason>) -> Verdict {
    Verdict {
        kind,
        by: principal(),
        at: LATER,
        reason,
        text: "a sentence".to_owned(),
    }
}

/// An application as a table holds it, full.
pub(super) fn application_whole() -> Application {
    let remark = |kind| Remark {
        kind,
        by: principal(),
        at: LATER,
        text: "a remark".to_owned(),
    };
    let verdicts = VerdictKind::ALL.map(|kind| verdict(kind, None));
    Application {
        revision: Seq::new(300),
        stage: Stage::Approved,
        changed: LATER,
        deadline: None,
        approvals: vec![Approval {
            by: principal(),
            at: LATER,
        }],
        remarks: RemarkKind::ALL.map(remark).to_vec(),
        verdicts: verdicts.to_vec(),
        arc: Some(arc()),
        ..application()
    }
}

/// An application with papers, as a table holds it.
pub(super) fn application_with_papers() -> Application {
    Application {
        revision: Seq::new(301),
        papers: vec![paper()],
        ..application()
    }
}

fn paper() -> Paper {
    Paper {
        what: Attachment {
            sha256: [7; 32],
            name: "letter.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            octets: 70_000,
            uri: None,
        },
        by: principal(),
        at: LATER,
    }
}

fn amount() -> Amount {
    Amount {
        minor_units: 5_000_000,
        currency: "TZS".parse().unwrap(),
    }
}

/// Policies for applications, by name.
fn application_policies() -> [(&'static str, Policy); 7] {
    let policy = Policy {
        applicants: Applicants::Principals,
        wishes_held: true,
        acknowledge_seconds: 1,
        decide_seconds: 2,
        answer_seconds: 3,
        appeal_seconds: 4,
        fee: some("50,000 TZS"),
        ..policy()
    };
    let agreed = Policy {
        transfers_agreed: true,
        ..policy.clone()
    };
    let numbered = Policy {
        reserved_names: vec!["Gov".parse().unwrap()],
        categories: vec![Category {
            name: "government".parse().unwrap(),
            windows: policy.windows.clone(),
        }],
        windows: Vec::new(),
        minimum: MinimumContent::ALL.to_vec(),
        ..policy.clone()
    };
    let scheduled = Policy {
        fees: Some(FeeSchedule {
            currency: amount().currency,
            application: Some(5_000_000),
            allocation: Some(0),
            renewal: None,
        }),
        fee_may_wait: true,
        ..policy.clone()
    };
    let checked = Policy {
        checks: Some(Checks {
            every_seconds: 31_536_000,
            answer_seconds: 2_592_000,
        }),
        ..policy.clone()
    };
    let hurried = Policy {
        suspect_seconds: 604_800,
        ..policy.clone()
    };
    let limited = Policy {
        terms: Terms {
            term_seconds: Some(63_072_000),
            use_seconds: Some(15_552_000),
            lapse: Lapse::Withdraw,
        },
        ..policy.clone()
    };
    [
        ("checked", checked),
        ("suspect", hurried),
        ("limited", limited),
        ("scheduled", scheduled),
        ("categories", numbered),
        ("agreed", agreed),
        ("applications", policy),
    ]
}

fn fee_events(id: &ApplicationId, previous: Seq) -> Vec<(&'static str, Event)> {
    let mut events = Vec::new();
    for state in FeeState::ALL {
        let text = "50,000 TZS".to_owned();
        for (name, amount) in [("fee", None), ("amount", Some(amount()))] {
            let text = text.clone();
            let fee = Fee {
                state,
                text,
                amount,
            };
            let event = Event::ApplicationFeeSet {
                id: id.clone(),
                previous,
                fee,
            };
            events.push((name, event));
        }
    }
    events
}

fn application_events() -> Vec<(&'static str, Event)> {
    let (id, previous) = (application().id, Seq::new(9));
    let moved = |to, verdict, arc| {
        Event::ApplicationMoved(Box::new(ApplicationMoved {
            id: application().id,
            previous,
            to,
            deadline: Some(LATER),
            verdict,
            arc,
        }))
    };
    let bare = Application {
        content: bare_content(),
        introduced: Vec::new(),
        deadline: None,
        fee: None,
        hold: None,
        ..application()
    };
    let amended = |content, hold| {
        Event::ApplicationAmended(Box::new(ApplicationAmended {
            id: application().id,
            previous,
            content,
            introduced: vec![registrant()],
            hold,
        }))
    };
    let approval = Approval {
        by: principal(),
        at: LATER,
    };
    let mut events = vec![
        ("full", Event::ApplicationSubmitted(Box::new(application()))),
        ("bare", Event::ApplicationSubmitted(Box::new(bare))),
        ("full", amended(content(), Some(hold().id))),
        ("bare", amended(bare_content(), None)),
        ("category", amended(of_category(), None)),
        ("approved", moved(Stage::Approved, None, Some(arc()))),
        (
            "approval",
            Event::ApplicationApproved {
                id: id.clone(),
                previous,
                approval,
            },
        ),
    ];
    for stage in Stage::ALL {
        events.push((stage.word(), moved(stage, None, None)));
    }
    for reason in RejectionReason::ALL {
        let rejected = verdict(VerdictKind::Rejected, Some(reason));
        events.push(("rejected", moved(Stage::Rejected, Some(rejected), None)));
    }
    for kind in RemarkKind::ALL {
        let remark = Remark {
            kind,
            by: principal(),
            at: LATER,
            text: "a remark".to_owned(),
        };
        let event = Event::ApplicationRemarked {
            id: id.clone(),
            previous,
            remark,
        };
        events.push(("remark", event));
    }
    events.extend(fee_events(&id, previous));
    events.push((
        "paper",
        Event::ApplicationPaperAdded {
            id: id.clone(),
            previous,
            paper: paper(),
        },
    ));
    let policies = application_policies().map(|(name, policy)| {
        let event = Event::PolicySet {
            path: arc(),
            previous,
            policy: Some(policy),
        };
        (name, event)
    });
    events.extend(policies);
    events
}

/// The notice of the samples, as it waits.
pub(super) fn notice() -> Notice {
    Notice {
        id: notice_id(),
        kind: NoticeKind::Announced,
        to: registrant(),
        matter: Matter::Application(application().id),
        language: Language::from_stored("sw".to_owned()),
        made: NOON,
        settled: None,
    }
}

fn notice_id() -> NoticeId {
    NoticeId {
        seq: Seq::new(17),
        place: 1,
    }
}

/// What can become of a notice.
pub(super) const OUTCOMES: [Outcome; 4] = [
    Outcome::Sent,
    Outcome::Refused(550),
    Outcome::Refused(0),
    Outcome::NoAddress,
];

/// Notices of every kind, about applications and arcs, with all that can become of them.
pub(super) fn notices() -> Vec<Notice> {
    let settled = OUTCOMES.map(|outcome| Some(Settled { at: LATER, outcome }));
    let kinds = NoticeKind::ALL.into_iter().zip(settled.into_iter().cycle());
    let mut all: Vec<_> = kinds
        .map(|(kind, settled)| Notice {
            kind,
            settled,
            matter: Matter::Arc(arc()),
            ..notice()
        })
        .collect();
    all.insert(0, notice());
    all
}

fn notice_events() -> Vec<(&'static str, Event)> {
    let mut events = vec![("mark", Event::OutboxOpened)];
    for (name, person) in [
        ("registrant", Person::Registrant(registrant())),
        ("principal", Person::Principal(principal())),
    ] {
        let basis = "Art. 17".to_owned();
        events.push((name, Event::PersonErased { person, basis }));
    }
    for outcome in OUTCOMES {
        let id = notice_id();
        events.push((outcome.word(), Event::NoticeSettled { id, outcome }));
    }
    events
}

fn consent_events() -> Vec<(&'static str, Event)> {
    let previous = Seq::new(9);
    let locked = |locks| Event::LocksSet {
        path: arc(),
        previous,
        locks,
    };
    let planned = |plans| Event::PlansSet {
        path: arc(),
        previous,
        plans,
    };
    let asked = |check| Event::CheckSet {
        path: arc(),
        previous,
        check,
    };
    let suspect = |suspicion: Option<Suspicion>| Event::SuspicionSet {
        path: arc(),
        previous,
        suspicion: suspicion.map(Box::new),
    };
    let tried = Event::SandboxSet {
        path: arc(),
        previous,
        top: sandbox(),
    };
    let ruled = |template| Event::TemplateSet {
        path: arc(),
        previous,
        template: Box::new(template),
    };
    let waits = |pending: Option<Pending>| Event::PendingSet {
        path: arc(),
        previous,
        pending: pending.map(Box::new),
    };
    vec![
        ("all", planned(plans())),
        ("more", planned(more_plans())),
        ("terms", planned(terms())),
        (
            "arc",
            Event::TermReminded {
                path: arc(),
                previous,
            },
        ),
        ("asked", asked(Some(check()))),
        ("given-up", asked(None)),
        (
            "arc",
            Event::ContactConfirmed {
                path: arc(),
                previous,
            },
        ),
        ("reported", suspect(Some(reported()))),
        ("missed", suspect(Some(missed()))),
        ("settled", suspect(None)),
        ("none", planned(Vec::new())),
        ("opened", tried),
        ("runs", ruled(template())),
        ("uuids", ruled(uuids())),
        ("locked", locked(LOCKS)),
        ("free", locked(Locks::default())),
        ("retracted", waits(None)),
        ("transfer", waits(Some(pending()))),
        ("unlock-holder", waits(Some(unlock(LockKind::Holder)))),
        ("unlock-authority", waits(Some(unlock(LockKind::Authority)))),
    ]
}

/// What makes the arc of the samples a sandbox.
fn sandbox() -> Top {
    Top {
        arcs_max: 1_000,
        generation: 300_u64.into(),
        since: NOON,
    }
}

/// A rule that answers for numbers below the arc of the samples, closed.
fn template() -> Template {
    let run = |from: u64, to: Option<u64>| NumberRange {
        from: from.into(),
        to: to.map(Into::into),
    };
    Template {
        rule: Rule {
            numbers: Numbers::Runs(vec![run(5, Some(9)), run(1000, None)]),
            titles: texts("Meter {number}"),
            descriptions: texts("{oid}"),
            services: services(),
        },
        since: NOON,
        closed: Some(LATER),
    }
}

/// One that answers for UUIDs.
fn uuids() -> Template {
    Template {
        rule: Rule {
            numbers: Numbers::Uuid,
            titles: Vec::new(),
            descriptions: Vec::new(),
            services: Vec::new(),
        },
        since: NOON,
        closed: None,
    }
}

/// What is planned for the arc of the samples.
fn plans() -> Vec<Plan> {
    let plan = |number, act, refused| Plan {
        number,
        at: LATER,
        by: (number == 1).then(principal),
        act,
        refused,
    };
    let state = PlannedAct::State {
        to: State::Deprecated,
        relation: Some(Relation::Successor(path("2.16.834.2"))),
    };
    let bare = PlannedAct::State {
        to: State::Suspended,
        relation: None,
    };
    vec![
        plan(1, state, None),
        plan(2, bare, Some(Code::ArcLocked)),
        plan(3, PlannedAct::Visibility(Visibility::Hidden), None),
        plan(4, PlannedAct::Review("still so?".to_owned()), None),
    ]
}

/// What its registrant is asked.
const fn check() -> Check {
    Check {
        asked: NOON,
        until: LATER,
        nonce: [0x77; 16],
    }
}

/// What somebody said about it.
fn reported() -> Suspicion {
    Suspicion {
        since: NOON,
        by: Some(principal()),
        until: LATER,
        what: some("the name is another's"),
        accepted: false,
    }
}

/// What the server says about it.
const fn missed() -> Suspicion {
    Suspicion {
        since: NOON,
        by: None,
        until: LATER,
        what: None,
        accepted: true,
    }
}

/// What the policy planned for it.
fn terms() -> Vec<Plan> {
    let plan = |number, act| Plan {
        number,
        at: LATER,
        by: (number == 2).then(principal),
        act,
        refused: None,
    };
    let lapse = |to, reminded| PlannedAct::Lapse { to, reminded };
    vec![
        plan(1, lapse(Lapse::Suspend, true)),
        plan(2, lapse(Lapse::Deprecate, false)),
        plan(3, PlannedAct::LapseUnused(Lapse::Withdraw)),
    ]
}

/// Further things that are planned for it.
fn more_plans() -> Vec<Plan> {
    let plan = |number, act| Plan {
        number,
        at: LATER,
        by: None,
        act,
        refused: None,
    };
    let titles = Changes {
        titles: Some(vec![]),
        contacts: Some(vec![Contact {
            role: ContactRole::Technical,
            party: registrant(),
        }]),
        ..Changes::default()
    };
    vec![
        plan(5, PlannedAct::Amend(Box::new(titles))),
        plan(6, PlannedAct::Transfer(registrant())),
    ]
}

const LOCKS: Locks = Locks {
    holder: Some(NOON),
    authority: Some(LATER),
};

/// What waits at the arc of the samples.
fn pending() -> Pending {
    Pending {
        act: PendingAct::Transfer(registrant()),
        by: Some(principal()),
        at: NOON,
        until: LATER,
        nonce: [0x66; 16],
        agreed: Side::ALL.to_vec(),
    }
}

fn unlock(kind: LockKind) -> Pending {
    Pending {
        act: PendingAct::Unlock(kind),
        by: None,
        agreed: Vec::new(),
        ..pending()
    }
}

/// Every event bare or full, and several together.
pub(super) fn happenings() -> Vec<(String, Happening)> {
    let all = [founding_events(), arc_events(), other_events()];
    let mut all: Vec<_> = all
        .into_iter()
        .flatten()
        .chain(principal_events())
        .chain(contact_events())
        .chain(application_events())
        .chain(consent_events())
        .chain(allocation_token_events())
        .chain(label_events())
        .chain(notice_events())
        .map(|(name, event)| {
            let happening = Happening {
                events: vec![event.clone()],
                reason: None,
                override_reason: None,
                asked_by: None,
            };
            (format!("{}/{name}", event.word()), happening)
        })
        .collect();
    let events = [arc_events(), other_events()].into_iter().flatten();
    let whole = Happening {
        events: events.map(|(_, event)| event).collect(),
        reason: some("asked for by letter"),
        override_reason: some(""),
        asked_by: None,
    };
    let asked = Happening {
        events: Vec::new(),
        reason: None,
        override_reason: None,
        asked_by: Some(registrant()),
    };
    all.push(("whole".to_owned(), whole));
    all.push(("asked-by".to_owned(), asked));
    all
}

/// A typical entry: one identifier, one label, one title, a registrant, as it was allocated.
pub(super) fn typical_entry() -> Entry {
    let held = Holding {
        registrant: registrant(),
        since: NOON,
    };
    Entry {
        path: arc(),
        revision: Seq::new(123_456),
        created: Seq::new(123_456),
        origin: Origin::Assigned,
        authority: false,
        superior: SuperiorFields {
            state: State::Active,
            visibility: Visibility::Public,
            identifiers: identifiers().into_iter().take(1).collect(),
            labels: labels().into_iter().take(1).collect(),
            long_arcs: Vec::new(),
            flags: Flags::default(),
            relation: None,
            withdrawn: None,
            changed: NOON,
        },
        holder: HolderFields {
            titles: texts("Ministry of Health").into_iter().take(1).collect(),
            changed: NOON,
            ..HolderFields::default()
        },
        first_registrant: Some(held.clone()),
        registrant: Some(held),
        sponsor: None,
        delegation: None,
        locks: Locks::default(),
        pending: None,
        plans: Vec::new(),
        suspicion: None,
        check: None,
        confirmed: None,
        label_claims: Vec::new(),
        policy: None,
        template: None,
        sandbox: None,
        applied: None,
        registered: NOON,
        changed: NOON,
    }
}

fn full_entry() -> Entry {
    Entry {
        created: Seq::new(12),
        origin: Origin::Recorded {
            proof: "Letter 7".to_owned(),
            uri: some("https://health.example/letter"),
        },
        authority: true,
        superior: SuperiorFields {
            state: State::Suspended,
            visibility: Visibility::Hidden,
            identifiers: identifiers(),
            labels: labels(),
            long_arcs: long_arcs(),
            flags: FLAGS,
            relation: Some(Relation::DuplicateOf(path("2.16.834.2"))),
            withdrawn: None,
            changed: NOON,
        },
        holder: HolderFields {
            titles: texts("Ministry of Health"),
            descriptions: texts("Everything about health"),
            services: services(),
            references: references(),
            contacts: Vec::new(),
            changed: Timestamp::from_micros(0),
        },
        first_registrant: Some(Holding {
            registrant: "r-first".parse().unwrap(),
            since: LATER,
        }),
        sponsor: Some(registrant()),
        delegation: Some(Delegation::External {
            oidip: None,
            ors: some("ors.example"),
            name_servers: Vec::new(),
            signers: Vec::new(),
        }),
        policy: Some(policy()),
        applied: Some(Timestamp::from_micros(1)),
        changed: LATER,
        ..typical_entry()
    }
}

/// Entries, bare and full.
pub(super) fn entries() -> Vec<(&'static str, Entry)> {
    let given_away = Entry {
        first_registrant: None,
        ..typical_entry()
    };
    let reference = Entry {
        path: path("2"),
        origin: Origin::Reference {
            source: "X.660 A.3".to_owned(),
            certainty: Certainty::Verified,
            data_version: "2026-03".to_owned(),
        },
        registrant: None,
        first_registrant: None,
        ..typical_entry()
    };
    let mut withdrawn = typical_entry();
    withdrawn.superior.state = State::Withdrawn;
    withdrawn.superior.withdrawn = Some(NOON);
    let mut amended = withdrawn.clone();
    amended.superior.changed = LATER;
    amended.changed = LATER;
    let mut contacted = full_entry();
    contacted.holder.contacts = contacts();
    let locked = Entry {
        locks: LOCKS,
        pending: Some(Box::new(pending())),
        ..typical_entry()
    };
    let planned = Entry {
        plans: plans(),
        ..typical_entry()
    };
    let suspect = Entry {
        suspicion: Some(Box::new(reported())),
        ..typical_entry()
    };
    let asked = Entry {
        check: Some(check()),
        confirmed: Some(NOON),
        ..typical_entry()
    };
    let ruled = Entry {
        template: Some(Box::new(template())),
        ..typical_entry()
    };
    let made = Entry {
        origin: Origin::Template {
            superior: path("2.16.834"),
        },
        ..typical_entry()
    };
    let tried = |sandbox| Entry {
        sandbox: Some(Box::new(sandbox)),
        ..typical_entry()
    };
    let by = Some(principal());
    vec![
        ("entry/asked", asked),
        ("entry/suspect", suspect),
        ("entry/sandbox", tried(Sandbox::Top(sandbox()))),
        ("entry/in-sandbox", tried(Sandbox::Part(Part { by }))),
        ("entry/generation", tried(Sandbox::Part(Part::default()))),
        ("entry/template", ruled),
        ("entry/made", made),
        ("entry/contacts", contacted),
        ("entry/locked", locked),
        ("entry/planned", planned),
        ("entry/claimed", claimed_entry()),
        ("entry/withdrawn", withdrawn),
        ("entry/withdrawn-amended", amended),
        ("entry/typical", typical_entry()),
        ("entry/full", full_entry()),
        ("entry/given-away", given_away),
        ("entry/reference", reference),
    ]
}

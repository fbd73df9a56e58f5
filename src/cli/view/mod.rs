//! The answers of the API as they are written for programs: JSON and YAML, in the words of the field.
//!
//! Octets are lower-case hexadecimal, moments are RFC 3339, enumerations are small words, and what is not set is left
//! out. It must never drop a field that the server sent.

use serde::Serialize;

pub use self::{
    access::{
        AllocationTokenView, AllocationTokenWrittenView, AuditView, ComparedView, CredentialView,
        CredentialWrittenView, ErasedView, HeldOfView, HeldView, LookAlikeView, PrincipalView,
        PrincipalWrittenView, WhoView,
    },
    application::{
        ApplicationView, ApplicationWrittenView, CountedView, DueArcView, DuePlanView,
        FeeTotalView, FindingView, JudgedView, NoticeView, PaperView, PolicyTrialView, ReportView,
        VerifiedView, WindowCountView,
    },
    make::{flags, moment, word},
};

macro_rules! view {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize)]
        pub struct $name {
            $(#[serde(skip_serializing_if = "is_default")] pub $field: $type,)*
        }
    };
}

mod access;
mod application;
mod make;

view! {
    /// An object identifier in every notation and encoding.
    NotationsView {
        dot: String, asn1: String, asn1_numbers: String, iri: String, iri_numbers: String, oid_iri: String,
        urn: String, der: String, contents: String, der_iri: String, per: String, oer: String, xer: String,
        jer: String, cbor: String, uuid: String,
    }
}

view! {
    /// A label with its language.
    LabelView { label: String, language: String, }
}

view! {
    /// A label that is not final.
    LabelClaimView {
        label: String, since: String, until: String, challenged: bool, by: String, challenged_at: String, text: String,
    }
}

view! {
    /// A label that is not final, and its arc.
    ClaimedView { oid: String, claim: LabelClaimView, }
}

view! {
    /// A text with its language.
    TextView { language: String, text: String, }
}

view! {
    /// A service.
    ServiceView { kind: String, uri: String, priority: u32, }
}

view! {
    /// A reference.
    ReferenceView { title: String, uri: String, asn1_module: String, }
}

view! {
    /// How the register came to know an arc.
    OriginView {
        kind: &'static str, proof: String, proof_uri: String, source: String, certainty: String, data_version: String,
        superior: String,
    }
}

view! {
    /// What replaces an arc, or what it repeats.
    RelationView { successor: String, duplicate_of: String, }
}

view! {
    /// In whose hands an arc is.
    HoldingView {
        id: String, kind: String, name: String, email: String, telephone: String, address: String,
        name_public: bool, name_seen_by: String, email_seen_by: String, telephone_seen_by: String, address_seen_by: String,
        since: String,
    }
}

view! {
    /// Whom to turn to about an arc.
    ContactView {
        role: String, id: String, kind: String, name: String, email: String, telephone: String, address: String,
        name_public: bool, name_seen_by: String, email_seen_by: String, telephone_seen_by: String, address_seen_by: String,
    }
}

view! {
    /// Who acts below an arc.
    DelegationView { hosted: Vec<String>, external: Option<ExternalView>, }
}

view! {
    /// A register elsewhere.
    ExternalView {
        oidip: String, ors: String, name_servers: Vec<String>, delegation_signers: Vec<String>,
    }
}

view! {
    /// A run of numbers.
    RangeView { from: String, to: String, }
}

view! {
    /// A kind of registrants that is numbered apart.
    CategoryView { name: String, windows: Vec<RangeView>, }
}

view! {
    /// The policy of a node.
    PolicyView {
        numbering: String, windows: Vec<RangeView>, kept_back: Vec<RangeView>, identifiers_unique: Option<bool>,
        identifier_required: bool, title_required: bool, registrant_required: bool, application_required: bool,
        approvals: u32, arcs_per_registrant_max: Option<u64>, reinstatement_seconds: Option<u64>,
        hold_seconds_max: Option<u64>, applicants: String, wishes_held: bool, acknowledge_seconds: Option<u64>,
        decide_seconds: Option<u64>, answer_seconds: Option<u64>, appeal_seconds: Option<u64>, fee: String, transfers_agreed: bool,
        reserved_names: Vec<String>,
        categories: Vec<CategoryView>, minimum_contents: Vec<String>, fee_schedule: Option<FeeScheduleView>,
        fee_may_wait: bool, terms: Option<TermsView>, suspect_seconds: Option<u64>,
        checks: Option<ContactChecksView>, label_challenge_seconds: Option<u64>,
    }
}

view! {
    /// For how long arcs are given out.
    TermsView { term_seconds: Option<u64>, use_seconds: Option<u64>, lapse: String, }
}

view! {
    /// How much is to be paid for what: amounts with their currency.
    FeeScheduleView { application: String, allocation: String, renewal: String, }
}

view! {
    /// Since when an arc is kept from being changed.
    LocksView { holder: String, authority: String, }
}

view! {
    /// What waits at an arc until more people agreed.
    PendingView { act: &'static str, to: String, lock: String, by: String, at: String, until: String, agreed: Vec<String>, }
}

view! {
    /// How often registrants are asked whether what is known of them is right.
    ContactChecksView { every_seconds: u64, answer_seconds: Option<u64>, }
}

view! {
    /// The question whether what is known of a registrant is right.
    ContactCheckView { asked: String, until: String, }
}

view! {
    /// That an arc may be wrong.
    SuspicionView { since: String, until: String, waits: bool, what: String, by: String, }
}

view! {
    /// Something that is planned for an arc.
    PlanView {
        number: u32, at: String, what: String, by: String, refused: String, amendment: Option<PlannedAmendmentView>,
    }
}

view! {
    /// New values that are planned, of the fields that are named.
    PlannedAmendmentView {
        fields: Vec<String>, identifiers: Vec<String>, labels: Vec<LabelView>, visibility: String, flags: Vec<&'static str>,
        titles: Vec<TextView>, descriptions: Vec<TextView>, services: Vec<ServiceView>, references: Vec<ReferenceView>,
        contacts: Vec<ContactView>,
    }
}

view! {
    /// The rule by which an arc answers for subordinates.
    TemplateView {
        numbers: Vec<RangeView>, uuids: bool, titles: Vec<TextView>, descriptions: Vec<TextView>, services: Vec<ServiceView>,
        since: String, closed: String,
    }
}

view! {
    /// The top of a sandbox.
    SandboxTopView { arcs_max: u64, generation: String, since: String, }
}

view! {
    /// The entry of an arc.
    EntryView {
        oid: String, number: String, state: String, visibility: String, stub: bool, authority: bool,
        origin: OriginView, identifiers: Vec<String>, labels: Vec<LabelView>, long_arcs: Vec<String>,
        flags: Vec<&'static str>, relation: RelationView, titles: Vec<TextView>, descriptions: Vec<TextView>,
        services: Vec<ServiceView>, references: Vec<ReferenceView>, contacts: Vec<ContactView>, first_registrant: HoldingView,
        registrant: HoldingView, sponsor: String, delegation: DelegationView, locks: Option<LocksView>,
        pending: Option<PendingView>, plans: Vec<PlanView>, suspicion: Option<SuspicionView>,
        check: Option<ContactCheckView>, confirmed: String, label_claims: Vec<LabelClaimView>, policy: Option<PolicyView>,
        template: Option<TemplateView>, sandbox: bool,
        sandbox_top: Option<SandboxTopView>, applied: String, registered: String, superior_changed: String, holder_changed: String, changed: String,
        revision: u64, etag: String, notations: NotationsView,
    }
}

view! {
    /// A revision of the register.
    RevisionView { sequence: u64, time: String, token: String, }
}

view! {
    /// A name that disagrees with the register.
    DisagreementView { oid: String, given: String, registered: Vec<String>, }
}

view! {
    /// What was tolerated in a spelling.
    ToleranceView { code: String, message: String, }
}

view! {
    /// A service that was asked on the way.
    HopView { service: String, result: String, object: String, distance: u64, }
}

view! {
    /// A field of an answer from elsewhere.
    FieldView { name: String, value: String, }
}

view! {
    /// Where referrals led.
    FollowedView { end: &'static str, way: Vec<HopView>, fields: Vec<FieldView>, }
}

view! {
    /// The answer to one question what an OID is.
    ResolveView {
        asked: String, outcome: String, distance: u32, notations: NotationsView, entry: Option<EntryView>,
        superiors: Vec<EntryView>, disagreements: Vec<DisagreementView>, tolerated: Vec<ToleranceView>,
        referral: Option<ExternalView>, followed: Option<FollowedView>, revision: RevisionView, code: String,
        message: String,
    }
}

view! {
    /// One change of an arc.
    HistoryView {
        sequence: u64, time: String, principal: String, request_id: String, kinds: Vec<String>, reason: String,
        override_reason: String, asked_by: String, allocation_token: String, entry: Option<EntryView>,
    }
}

view! {
    /// One change that was watched.
    ChangeView { oid: String, kind: String, time: String, entry: Option<EntryView>, revision: RevisionView, }
}

view! {
    /// What came of a write.
    WrittenView {
        entries: Vec<EntryView>, revision: RevisionView, request_id: String, replayed: bool, dry_run: bool,
    }
}

view! {
    /// What came of a hold.
    HoldView {
        hold_id: String, oid: String, until: String, held: bool, revision: RevisionView, request_id: String,
        replayed: bool, dry_run: bool,
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;

    use super::*;
    use crate::pb::v1;

    #[test]
    fn words_of_enumerations() {
        assert_eq!(word(v1::State::Active.as_str_name(), "STATE_"), "active");
        assert_eq!(word(v1::State::Unspecified.as_str_name(), "STATE_"), "");
        assert_eq!(
            word(v1::Certainty::SingleSource.as_str_name(), "CERTAINTY_"),
            "single-source"
        );
        let outcome = v1::resolve_response::Outcome::SuperiorFound.as_str_name();
        assert_eq!(word(outcome, "OUTCOME_"), "superior-found");
    }

    #[test]
    fn an_entry_is_written_in_order_and_without_what_is_not_set() {
        let entry = v1::Entry {
            oid: "2.999.1".to_owned(),
            number: "1".to_owned(),
            state: v1::State::Active.into(),
            labels: vec![v1::Label {
                label: "Afya".to_owned(),
                language: "sw".to_owned(),
            }],
            flags: Some(v1::Flags {
                leaf: true,
                ..v1::Flags::default()
            }),
            registered: Some(Timestamp {
                seconds: 0,
                nanos: 0,
            }),
            notations: Some(v1::Notations {
                der: vec![6, 1, 0x2a].into(),
                ..v1::Notations::default()
            }),
            ..v1::Entry::default()
        };
        let expect = concat!(
            r#"{"oid":"2.999.1","number":"1","state":"active","labels":[{"label":"Afya","language":"sw"}],"#,
            r#""flags":["leaf"],"registered":"1970-01-01T00:00:00Z","notations":{"der":"06012a"}}"#
        );
        assert_eq!(
            serde_json::to_string(&EntryView::from(&entry)).unwrap(),
            expect
        );
    }
}

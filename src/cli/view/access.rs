//! Principals and credentials as they are written for programs.

use serde::Serialize;

use super::make::{audience, views};
use super::{ApplicationView, NoticeView, RangeView, RevisionView, is_default, moment, word};
use crate::pb::v1;

view! {
    /// A role on an arc.
    GrantView { role: String, oid: String, since: String, }
}

view! {
    /// Somebody who may act.
    PrincipalView {
        id: String, kind: String, standing: String, administrator: bool, since: String, home: String,
        grants: Vec<GrantView>, delegations: Vec<String>, name: String, email: String, telephone: String,
        address: String,
    }
}

view! {
    /// What was known of a person from a revision on.
    KnownView {
        revision: u64, name: String, email: String, telephone: String, address: String, name_public: bool,
        name_seen_by: String, email_seen_by: String, telephone_seen_by: String, address_seen_by: String,
    }
}

view! {
    /// An arc at which a person is named.
    NamedView { oid: String, named_as: Vec<String>, }
}

view! {
    /// Everything that is held of a person.
    HeldOfView {
        person: String, erased: String, basis: String, known: Vec<KnownView>, principal: Option<PrincipalView>,
        credentials: Vec<CredentialView>, arcs: Vec<NamedView>, applications: Vec<ApplicationView>,
        notices: Vec<NoticeView>, cut: bool, revision: RevisionView,
    }
}

impl From<&v1::KnownOfPerson> for KnownView {
    fn from(k: &v1::KnownOfPerson) -> Self {
        Self {
            revision: k.revision,
            name: k.name.clone(),
            email: k.email.clone(),
            telephone: k.telephone.clone(),
            address: k.address.clone(),
            name_public: k.name_public,
            name_seen_by: audience(k.name_seen_by()),
            email_seen_by: audience(k.email_seen_by()),
            telephone_seen_by: audience(k.telephone_seen_by()),
            address_seen_by: audience(k.address_seen_by()),
        }
    }
}

impl From<&v1::ArcOfPerson> for NamedView {
    fn from(a: &v1::ArcOfPerson) -> Self {
        Self {
            oid: a.oid.clone(),
            named_as: a.named_as.clone(),
        }
    }
}

impl From<&v1::ExportPersonResponse> for HeldOfView {
    fn from(e: &v1::ExportPersonResponse) -> Self {
        Self {
            person: e.person.clone(),
            erased: moment(e.erased.as_ref()),
            basis: e.basis.clone(),
            known: views(&e.known),
            principal: e.principal.as_ref().map(Into::into),
            credentials: views(&e.credentials),
            arcs: views(&e.arcs),
            applications: views(&e.applications),
            notices: views(&e.notices),
            cut: e.cut,
            revision: e.revision.as_ref().map(Into::into).unwrap_or_default(),
        }
    }
}

view! {
    /// That somebody was erased.
    ErasedView {
        person: String, erased: String, basis: String, revision: RevisionView, request_id: String, replayed: bool,
        dry_run: bool,
    }
}

impl ErasedView {
    /// What came of an erasure.
    pub fn of(answer: &v1::ErasePersonResponse, dry_run: bool) -> Self {
        Self {
            person: answer.person.clone(),
            erased: moment(answer.erased.as_ref()),
            basis: answer.basis.clone(),
            revision: answer.revision.as_ref().map(Into::into).unwrap_or_default(),
            request_id: answer.request_id.clone(),
            replayed: answer.replayed,
            dry_run,
        }
    }
}

view! {
    /// A registrant that is like another one of its group.
    LookAlikeView {
        id: String, kind: String, name: String, email: String, telephone: String, name_public: bool,
        name_seen_by: String, email_seen_by: String, telephone_seen_by: String, arcs: u64, alike_in: Vec<String>,
    }
}

view! {
    /// Registrants that are alike.
    LookAlikesView { registrants: Vec<LookAlikeView>, count: u64, likeness: u32, }
}

view! {
    /// What a search for registrants that are alike found.
    ComparedView { groups: Vec<LookAlikesView>, compared: u64, cut: bool, revision: RevisionView, }
}

impl From<&v1::LookAlike> for LookAlikeView {
    fn from(l: &v1::LookAlike) -> Self {
        let r = l.registrant.clone().unwrap_or_default();
        let alike_in = l.alike_in();
        Self {
            kind: word(r.kind().as_str_name(), "PARTY_KIND_"),
            name_seen_by: audience(r.name_seen_by()),
            email_seen_by: audience(r.email_seen_by()),
            telephone_seen_by: audience(r.telephone_seen_by()),
            id: r.id,
            name: r.name,
            email: r.email,
            telephone: r.telephone,
            name_public: r.name_public,
            arcs: l.arcs,
            alike_in: alike_in
                .map(|one| word(one.as_str_name(), "LIKENESS_"))
                .collect(),
        }
    }
}

impl From<&v1::LookAlikeGroup> for LookAlikesView {
    fn from(g: &v1::LookAlikeGroup) -> Self {
        Self {
            registrants: views(&g.registrants),
            count: g.count,
            likeness: g.likeness,
        }
    }
}

impl From<&v1::FindLookAlikesResponse> for ComparedView {
    fn from(f: &v1::FindLookAlikesResponse) -> Self {
        Self {
            groups: views(&f.groups),
            compared: f.compared,
            cut: f.cut,
            revision: f.revision.as_ref().map(Into::into).unwrap_or_default(),
        }
    }
}

view! {
    /// What a credential is good for.
    ScopeView { read_only: bool, oid: String, }
}

view! {
    /// What proves who somebody is.
    CredentialView {
        id: String, principal: String, kind: String, name: String, issued: String, expires: String, revoked: bool,
        scope: ScopeView, bound_to: String, last_used: String,
    }
}

view! {
    /// So many numbers of a range.
    PromisedRangeView { numbers: RangeView, count: u64, }
}

view! {
    /// What is promised to whoever has a secret.
    AllocationTokenView {
        id: String, superior: String, number: String, range: Option<PromisedRangeView>, used: u64, name: String,
        principal: String, registrant: String, until: String, issued: String, by: String, revoked: bool, open: bool,
    }
}

view! {
    /// What came of a change of an allocation token, with the secret where one is shown.
    AllocationTokenWrittenView {
        secret: String, secret_file: String, allocation_token: Option<AllocationTokenView>, revision: RevisionView,
        request_id: String, replayed: bool, dry_run: bool,
    }
}

impl From<&v1::AllocationToken> for AllocationTokenView {
    fn from(t: &v1::AllocationToken) -> Self {
        use v1::allocation_token::Of;
        let (number, range) = match &t.of {
            Some(Of::Number(number)) => (number.clone(), None),
            Some(Of::Range(range)) => (String::new(), Some(range.into())),
            None => (String::new(), None),
        };
        Self {
            id: t.id.clone(),
            superior: t.superior.clone(),
            number,
            range,
            used: t.used,
            name: t.name.clone(),
            principal: t.principal.clone(),
            registrant: t.registrant.clone(),
            until: moment(t.until.as_ref()),
            issued: moment(t.issued.as_ref()),
            by: t.by.clone(),
            revoked: t.revoked,
            open: t.open,
        }
    }
}

impl From<&v1::PromisedRange> for PromisedRangeView {
    fn from(r: &v1::PromisedRange) -> Self {
        Self {
            numbers: r.numbers.as_ref().map(Into::into).unwrap_or_default(),
            count: r.count,
        }
    }
}

view! {
    /// What came of a change of a principal.
    PrincipalWrittenView {
        principal: Option<PrincipalView>, revision: RevisionView, request_id: String, replayed: bool, dry_run: bool,
    }
}

view! {
    /// What came of a change of a credential, with the secret where one is shown.
    CredentialWrittenView {
        token: String, token_file: String, code: String, credential: Option<CredentialView>, revision: RevisionView,
        request_id: String, replayed: bool, dry_run: bool,
    }
}

view! {
    /// Who the server takes the caller for.
    WhoView { principal: Option<PrincipalView>, credential: Option<CredentialView>, local: bool, }
}

view! {
    /// A number that is held.
    HeldView { hold_id: String, oid: String, principal: String, made: String, until: String, }
}

view! {
    /// A call that the audit log tells of.
    AuditView {
        time: String, principal: String, source: String, method: String, oids: Vec<String>, nodes: u64, about: String,
        outcome: String, refusal: String, sequence: u64, call_id: String, request_id: String, validate_only: bool,
        lost: u64,
    }
}

impl From<&v1::AuditEntry> for AuditView {
    fn from(e: &v1::AuditEntry) -> Self {
        Self {
            time: moment(e.time.as_ref()),
            principal: e.principal.clone(),
            source: e.source.clone(),
            method: e.method.clone(),
            oids: e.oids.clone(),
            nodes: e.nodes,
            about: e.about.clone(),
            outcome: word(e.outcome().as_str_name(), "AUDIT_OUTCOME_"),
            refusal: e.refusal.clone(),
            sequence: e.sequence,
            call_id: e.call_id.clone(),
            request_id: e.request_id.clone(),
            validate_only: e.validate_only,
            lost: e.lost,
        }
    }
}

impl From<&v1::Grant> for GrantView {
    fn from(g: &v1::Grant) -> Self {
        Self {
            role: word(g.role().as_str_name(), "ROLE_"),
            oid: g.oid.clone(),
            since: moment(g.since.as_ref()),
        }
    }
}

impl From<&v1::Principal> for PrincipalView {
    fn from(p: &v1::Principal) -> Self {
        Self {
            id: p.id.clone(),
            kind: word(p.kind().as_str_name(), "PARTY_KIND_"),
            standing: word(p.standing().as_str_name(), "STANDING_"),
            administrator: p.administrator,
            since: moment(p.since.as_ref()),
            home: p.home.clone(),
            grants: p.grants.iter().map(Into::into).collect(),
            delegations: p.delegations.clone(),
            name: p.name.clone(),
            email: p.email.clone(),
            telephone: p.telephone.clone(),
            address: p.address.clone(),
        }
    }
}

impl From<&v1::Credential> for CredentialView {
    fn from(c: &v1::Credential) -> Self {
        let scope = c.scope.clone().unwrap_or_default();
        Self {
            id: c.id.clone(),
            principal: c.principal.clone(),
            kind: word(c.kind().as_str_name(), "CREDENTIAL_KIND_"),
            name: c.name.clone(),
            issued: moment(c.issued.as_ref()),
            expires: moment(c.expires.as_ref()),
            revoked: c.revoked,
            scope: ScopeView {
                read_only: scope.read_only,
                oid: scope.oid,
            },
            bound_to: c.bound_to.clone(),
            last_used: moment(c.last_used.as_ref()),
        }
    }
}

impl From<&v1::WhoAmIResponse> for WhoView {
    fn from(w: &v1::WhoAmIResponse) -> Self {
        Self {
            principal: w.principal.as_ref().map(Into::into),
            credential: w.credential.as_ref().map(Into::into),
            local: w.local,
        }
    }
}

impl From<&v1::list_holds_response::Held> for HeldView {
    fn from(h: &v1::list_holds_response::Held) -> Self {
        Self {
            hold_id: h.hold_id.clone(),
            oid: h.oid.clone(),
            principal: h.principal.clone(),
            made: moment(h.made.as_ref()),
            until: moment(h.until.as_ref()),
        }
    }
}

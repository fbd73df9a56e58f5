//! Makes the views of the API's messages.
//!
//! It must never drop a field that the server sent.

use prost_types::Timestamp;

use super::{
    CategoryView, ClaimedView, ContactCheckView, ContactChecksView, ContactView, DelegationView,
    DisagreementView, EntryView, ExternalView, FeeScheduleView, FieldView, FollowedView,
    HistoryView, HoldView, HoldingView, HopView, LabelClaimView, LabelView, LocksView,
    NotationsView, OriginView, PendingView, PlanView, PlannedAmendmentView, PolicyView, RangeView,
    ReferenceView, RelationView, ResolveView, RevisionView, SandboxTopView, ServiceView,
    SuspicionView, TemplateView, TermsView, TextView, ToleranceView, WrittenView,
};
use crate::{
    cli::{
        follow::{Followed, Hop},
        value::minimum_word,
    },
    model::money::Amount,
    pb::v1,
};

/// A moment as RFC 3339 writes it; nothing where there is none.
pub fn moment(time: Option<&Timestamp>) -> String {
    time.map(ToString::to_string).unwrap_or_default()
}

/// The small word for the name of an enumeration's value: `STATE_ACTIVE` is `active`, unspecified is nothing.
pub fn word(name: &str, prefix: &str) -> String {
    let word = name
        .strip_prefix(prefix)
        .unwrap_or(name)
        .to_ascii_lowercase()
        .replace('_', "-");
    if word == "unspecified" {
        String::new()
    } else {
        word
    }
}

pub(super) fn views<T, V: for<'a> From<&'a T>>(list: &[T]) -> Vec<V> {
    list.iter().map(V::from).collect()
}

impl From<&v1::Notations> for NotationsView {
    fn from(n: &v1::Notations) -> Self {
        Self {
            dot: n.dot.clone(),
            asn1: n.asn1.clone(),
            asn1_numbers: n.asn1_numbers.clone(),
            iri: n.iri.clone(),
            iri_numbers: n.iri_numbers.clone(),
            oid_iri: n.oid_iri.clone(),
            urn: n.urn.clone(),
            der: hex::encode(&n.der),
            contents: hex::encode(&n.contents),
            der_iri: hex::encode(&n.der_iri),
            per: hex::encode(&n.per),
            oer: hex::encode(&n.oer),
            xer: n.xer.clone(),
            jer: n.jer.clone(),
            cbor: hex::encode(&n.cbor),
            uuid: n.uuid.clone(),
        }
    }
}

impl From<&v1::Label> for LabelView {
    fn from(l: &v1::Label) -> Self {
        Self {
            label: l.label.clone(),
            language: l.language.clone(),
        }
    }
}

impl From<&v1::Text> for TextView {
    fn from(t: &v1::Text) -> Self {
        Self {
            language: t.language.clone(),
            text: t.text.clone(),
        }
    }
}

impl From<&v1::Service> for ServiceView {
    fn from(s: &v1::Service) -> Self {
        Self {
            kind: s.kind.clone(),
            uri: s.uri.clone(),
            priority: s.priority,
        }
    }
}

impl From<&v1::Reference> for ReferenceView {
    fn from(r: &v1::Reference) -> Self {
        Self {
            title: r.title.clone(),
            uri: r.uri.clone(),
            asn1_module: r.asn1_module.clone(),
        }
    }
}

impl From<&v1::Origin> for OriginView {
    fn from(origin: &v1::Origin) -> Self {
        use v1::origin::Kind;
        match &origin.kind {
            None => Self::default(),
            Some(Kind::Assigned(_)) => Self {
                kind: "assigned",
                ..Self::default()
            },
            Some(Kind::Recorded(r)) => Self {
                kind: "recorded",
                proof: r.proof.clone(),
                proof_uri: r.proof_uri.clone(),
                ..Self::default()
            },
            Some(Kind::Reference(r)) => Self {
                kind: "reference",
                source: r.source.clone(),
                certainty: word(r.certainty().as_str_name(), "CERTAINTY_"),
                data_version: r.data_version.clone(),
                ..Self::default()
            },
            Some(Kind::Template(t)) => Self {
                kind: "template",
                superior: t.superior.clone(),
                ..Self::default()
            },
        }
    }
}

impl From<&v1::Relation> for RelationView {
    fn from(relation: &v1::Relation) -> Self {
        use v1::relation::Kind;
        match &relation.kind {
            None => Self::default(),
            Some(Kind::Successor(oid)) => Self {
                successor: oid.clone(),
                ..Self::default()
            },
            Some(Kind::DuplicateOf(oid)) => Self {
                duplicate_of: oid.clone(),
                ..Self::default()
            },
        }
    }
}

impl From<&v1::Holding> for HoldingView {
    fn from(holding: &v1::Holding) -> Self {
        let since = moment(holding.since.as_ref());
        let Some(r) = &holding.registrant else {
            return Self {
                since,
                ..Self::default()
            };
        };
        Self {
            id: r.id.clone(),
            kind: word(r.kind().as_str_name(), "PARTY_KIND_"),
            name: r.name.clone(),
            email: r.email.clone(),
            telephone: r.telephone.clone(),
            address: r.address.clone(),
            name_public: r.name_public,
            name_seen_by: audience(r.name_seen_by()),
            email_seen_by: audience(r.email_seen_by()),
            telephone_seen_by: audience(r.telephone_seen_by()),
            address_seen_by: audience(r.address_seen_by()),
            since,
        }
    }
}

/// To whom a field is shown; empty where it is as usual.
pub fn audience(audience: v1::Audience) -> String {
    word(audience.as_str_name(), "AUDIENCE_")
}

impl From<&v1::Contact> for ContactView {
    fn from(contact: &v1::Contact) -> Self {
        let role = word(contact.role().as_str_name(), "CONTACT_ROLE_");
        let Some(r) = &contact.party else {
            return Self {
                role,
                ..Self::default()
            };
        };
        Self {
            role,
            id: r.id.clone(),
            kind: word(r.kind().as_str_name(), "PARTY_KIND_"),
            name: r.name.clone(),
            email: r.email.clone(),
            telephone: r.telephone.clone(),
            address: r.address.clone(),
            name_public: r.name_public,
            name_seen_by: audience(r.name_seen_by()),
            email_seen_by: audience(r.email_seen_by()),
            telephone_seen_by: audience(r.telephone_seen_by()),
            address_seen_by: audience(r.address_seen_by()),
        }
    }
}

impl From<&v1::delegation::External> for ExternalView {
    fn from(e: &v1::delegation::External) -> Self {
        Self {
            oidip: e.oidip.clone(),
            ors: e.ors.clone(),
            name_servers: e.name_servers.clone(),
            delegation_signers: e.delegation_signers.clone(),
        }
    }
}

impl From<&v1::Delegation> for DelegationView {
    fn from(delegation: &v1::Delegation) -> Self {
        use v1::delegation::Kind;
        match &delegation.kind {
            None => Self::default(),
            Some(Kind::Hosted(h)) => Self {
                hosted: h.principals.clone(),
                external: None,
            },
            Some(Kind::External(e)) => Self {
                hosted: Vec::new(),
                external: Some(e.into()),
            },
        }
    }
}

impl From<&v1::NumberRange> for RangeView {
    fn from(r: &v1::NumberRange) -> Self {
        Self {
            from: r.from.clone(),
            to: r.to.clone(),
        }
    }
}

impl From<&v1::Policy> for PolicyView {
    fn from(p: &v1::Policy) -> Self {
        Self {
            numbering: word(p.numbering().as_str_name(), "NUMBERING_"),
            windows: views(&p.windows),
            kept_back: views(&p.kept_back),
            identifiers_unique: p.identifiers_unique,
            identifier_required: p.identifier_required,
            title_required: p.title_required,
            registrant_required: p.registrant_required,
            application_required: p.application_required,
            approvals: p.approvals,
            arcs_per_registrant_max: p.arcs_per_registrant_max,
            reinstatement_seconds: p.reinstatement_seconds,
            hold_seconds_max: p.hold_seconds_max,
            applicants: word(p.applicants().as_str_name(), "APPLICANTS_"),
            wishes_held: p.wishes_held,
            acknowledge_seconds: p.acknowledge_seconds,
            decide_seconds: p.decide_seconds,
            answer_seconds: p.answer_seconds,
            appeal_seconds: p.appeal_seconds,
            fee: p.fee.clone(),
            transfers_agreed: p.transfers_agreed,
            reserved_names: p.reserved_names.clone(),
            categories: views(&p.categories),
            minimum_contents: p.minimum_contents().map(minimum_word).collect(),
            fee_schedule: p.fee_schedule.as_ref().map(Into::into),
            fee_may_wait: p.fee_may_wait,
            terms: p.terms.as_ref().map(Into::into),
            suspect_seconds: p.suspect_seconds,
            checks: p.checks.as_ref().map(Into::into),
            label_challenge_seconds: p.label_challenge_seconds,
        }
    }
}

impl From<&v1::Terms> for TermsView {
    fn from(t: &v1::Terms) -> Self {
        Self {
            term_seconds: t.term_seconds,
            use_seconds: t.use_seconds,
            lapse: word(t.lapse().as_str_name(), "LAPSE_"),
        }
    }
}

impl From<&v1::FeeSchedule> for FeeScheduleView {
    fn from(f: &v1::FeeSchedule) -> Self {
        let told = |units: Option<u64>| units.map(|units| money(units, &f.currency));
        Self {
            application: told(f.application).unwrap_or_default(),
            allocation: told(f.allocation).unwrap_or_default(),
            renewal: told(f.renewal).unwrap_or_default(),
        }
    }
}

/// An amount with its decimals and its currency; of a currency that cannot be one, its minor units.
pub fn money(minor_units: u64, currency: &str) -> String {
    match currency.parse() {
        Ok(currency) => Amount {
            minor_units,
            currency,
        }
        .to_string(),
        Err(_) => format!("{minor_units} {currency}").trim_end().to_owned(),
    }
}

impl From<&v1::Category> for CategoryView {
    fn from(c: &v1::Category) -> Self {
        Self {
            name: c.name.clone(),
            windows: views(&c.windows),
        }
    }
}

/// The marks that are set, by name.
pub fn flags(flags: Option<&v1::Flags>) -> Vec<&'static str> {
    let Some(f) = flags else { return Vec::new() };
    let all = [
        (f.leaf, "leaf"),
        (f.frozen, "frozen"),
        (f.no_identifiers, "no-identifiers"),
        (f.no_unicode_labels, "no-unicode-labels"),
        (f.draft, "draft"),
    ];
    all.into_iter()
        .filter_map(|(set, name)| set.then_some(name))
        .collect()
}

impl From<&v1::Entry> for EntryView {
    fn from(e: &v1::Entry) -> Self {
        Self {
            oid: e.oid.clone(),
            number: e.number.clone(),
            state: word(e.state().as_str_name(), "STATE_"),
            visibility: word(e.visibility().as_str_name(), "VISIBILITY_"),
            stub: e.stub,
            authority: e.authority,
            origin: e.origin.as_ref().map(Into::into).unwrap_or_default(),
            identifiers: e.identifiers.clone(),
            labels: views(&e.labels),
            long_arcs: e.long_arcs.clone(),
            flags: flags(e.flags.as_ref()),
            relation: e.relation.as_ref().map(Into::into).unwrap_or_default(),
            titles: views(&e.titles),
            descriptions: views(&e.descriptions),
            services: views(&e.services),
            references: views(&e.references),
            contacts: views(&e.contacts),
            first_registrant: e
                .first_registrant
                .as_ref()
                .map(Into::into)
                .unwrap_or_default(),
            registrant: e.registrant.as_ref().map(Into::into).unwrap_or_default(),
            sponsor: e.sponsor.clone(),
            delegation: e.delegation.as_ref().map(Into::into).unwrap_or_default(),
            locks: e.locks.as_ref().map(Into::into),
            pending: e.pending.as_ref().map(Into::into),
            plans: views(&e.plans),
            suspicion: e.suspicion.as_ref().map(Into::into),
            check: e.check.as_ref().map(Into::into),
            confirmed: moment(e.confirmed.as_ref()),
            label_claims: views(&e.label_claims),
            policy: e.policy.as_ref().map(Into::into),
            template: e.template.as_ref().map(Into::into),
            sandbox: e.sandbox,
            sandbox_top: e.sandbox_top.as_ref().map(Into::into),
            applied: moment(e.applied.as_ref()),
            registered: moment(e.registered.as_ref()),
            superior_changed: moment(e.superior_changed.as_ref()),
            holder_changed: moment(e.holder_changed.as_ref()),
            changed: moment(e.changed.as_ref()),
            revision: e.revision,
            etag: e.etag.clone(),
            notations: e.notations.as_ref().map(Into::into).unwrap_or_default(),
        }
    }
}

impl From<&v1::ContactChecks> for ContactChecksView {
    fn from(c: &v1::ContactChecks) -> Self {
        Self {
            every_seconds: c.every_seconds,
            answer_seconds: c.answer_seconds,
        }
    }
}

impl From<&v1::SandboxTop> for SandboxTopView {
    fn from(t: &v1::SandboxTop) -> Self {
        Self {
            arcs_max: t.arcs_max,
            generation: t.generation.clone(),
            since: moment(t.since.as_ref()),
        }
    }
}

impl From<&v1::ContactCheck> for ContactCheckView {
    fn from(c: &v1::ContactCheck) -> Self {
        Self {
            asked: moment(c.asked.as_ref()),
            until: moment(c.until.as_ref()),
        }
    }
}

impl From<&v1::Suspicion> for SuspicionView {
    fn from(s: &v1::Suspicion) -> Self {
        Self {
            since: moment(s.since.as_ref()),
            until: moment(s.until.as_ref()),
            waits: s.waits,
            what: s.what.clone(),
            by: s.by.clone(),
        }
    }
}

impl From<&v1::Template> for TemplateView {
    fn from(t: &v1::Template) -> Self {
        Self {
            numbers: views(&t.numbers),
            uuids: t.uuids,
            titles: views(&t.titles),
            descriptions: views(&t.descriptions),
            services: views(&t.services),
            since: moment(t.since.as_ref()),
            closed: moment(t.closed.as_ref()),
        }
    }
}

impl From<&v1::Locks> for LocksView {
    fn from(l: &v1::Locks) -> Self {
        Self {
            holder: moment(l.holder.as_ref()),
            authority: moment(l.authority.as_ref()),
        }
    }
}

impl From<&v1::Pending> for PendingView {
    fn from(p: &v1::Pending) -> Self {
        use v1::pending::Act;
        let lock = |kind: i32| {
            let kind = v1::LockKind::try_from(kind).unwrap_or_default();
            word(kind.as_str_name(), "LOCK_KIND_")
        };
        let (act, to, lock) = match &p.act {
            Some(Act::TransferTo(to)) => ("transfer", to.clone(), String::new()),
            Some(Act::Unlock(kind)) => ("unlock", String::new(), lock(*kind)),
            None => Default::default(),
        };
        Self {
            act,
            to,
            lock,
            by: p.by.clone(),
            at: moment(p.at.as_ref()),
            until: moment(p.until.as_ref()),
            agreed: p
                .agreed()
                .map(|side| word(side.as_str_name(), "CONSENT_SIDE_"))
                .collect(),
        }
    }
}

impl From<&v1::Plan> for PlanView {
    fn from(p: &v1::Plan) -> Self {
        use v1::planned_act::Act;
        let act = p.act.as_ref().and_then(|act| act.act.as_ref());
        let what = match act {
            Some(Act::State(to)) => {
                let relation = to.relation.as_ref().map(RelationView::from);
                let successor = relation.map(|one| one.successor).unwrap_or_default();
                let state = word(to.to().as_str_name(), "STATE_");
                if successor.is_empty() {
                    state
                } else {
                    format!("{state}, successor {successor}")
                }
            }
            Some(Act::Visibility(to)) => {
                let to = v1::Visibility::try_from(*to).unwrap_or_default();
                word(to.as_str_name(), "VISIBILITY_")
            }
            Some(Act::Review(why)) => format!("review: {why}"),
            Some(Act::Transfer(to)) => format!("transfer to {to}"),
            Some(Act::Lapse(lapse)) => {
                let to = word(lapse.to().as_str_name(), "LAPSE_");
                format!("{to}, its term is over")
            }
            Some(Act::LapseUnused(to)) => {
                let to = v1::Lapse::try_from(*to).unwrap_or_default();
                let to = word(to.as_str_name(), "LAPSE_");
                format!("{to}, unless it is in use")
            }
            Some(Act::Amend(amend)) => {
                let paths = amend.update_mask.as_ref().map(|mask| mask.paths.join(", "));
                format!("new {}", paths.unwrap_or_default())
            }
            None => String::new(),
        };
        Self {
            number: p.number,
            at: moment(p.at.as_ref()),
            what,
            by: p.by.clone(),
            refused: p.refused.clone(),
            amendment: match act {
                Some(Act::Amend(amend)) => Some(amend.into()),
                _ => None,
            },
        }
    }
}

impl From<&v1::PlannedAmendment> for PlannedAmendmentView {
    fn from(a: &v1::PlannedAmendment) -> Self {
        let mask = a.update_mask.as_ref();
        Self {
            fields: mask.map(|mask| mask.paths.clone()).unwrap_or_default(),
            identifiers: a.identifiers.clone(),
            labels: views(&a.labels),
            visibility: word(a.visibility().as_str_name(), "VISIBILITY_"),
            flags: flags(a.flags.as_ref()),
            titles: views(&a.titles),
            descriptions: views(&a.descriptions),
            services: views(&a.services),
            references: views(&a.references),
            contacts: views(&a.contacts),
        }
    }
}

impl From<&v1::Revision> for RevisionView {
    fn from(r: &v1::Revision) -> Self {
        Self {
            sequence: r.sequence,
            time: moment(r.time.as_ref()),
            token: r.token.clone(),
        }
    }
}

impl From<&v1::Disagreement> for DisagreementView {
    fn from(d: &v1::Disagreement) -> Self {
        Self {
            oid: d.oid.clone(),
            given: d.given.clone(),
            registered: d.registered.clone(),
        }
    }
}

impl From<&v1::Tolerance> for ToleranceView {
    fn from(t: &v1::Tolerance) -> Self {
        Self {
            code: t.code.clone(),
            message: t.message.clone(),
        }
    }
}

impl From<&Followed> for FollowedView {
    fn from(followed: &Followed) -> Self {
        let hop = |hop: &Hop| HopView {
            service: hop.service.clone(),
            result: hop.result.clone(),
            object: hop.object.clone(),
            distance: hop.distance,
        };
        let field = |(name, value): &(String, String)| FieldView {
            name: name.clone(),
            value: value.clone(),
        };
        Self {
            end: followed.end.word(),
            way: followed.way.iter().map(hop).collect(),
            fields: followed.fields.iter().map(field).collect(),
        }
    }
}

impl ResolveView {
    /// The answer to the question `asked`.
    pub fn answered(asked: &str, r: &v1::ResolveResponse) -> Self {
        Self {
            asked: asked.to_owned(),
            outcome: word(r.outcome().as_str_name(), "OUTCOME_"),
            distance: r.distance,
            notations: r.notations.as_ref().map(Into::into).unwrap_or_default(),
            entry: r.entry.as_ref().map(Into::into),
            superiors: views(&r.superiors),
            disagreements: views(&r.disagreements),
            tolerated: views(&r.tolerated),
            referral: r.referral.as_ref().map(Into::into),
            followed: None,
            revision: r.revision.as_ref().map(Into::into).unwrap_or_default(),
            code: String::new(),
            message: String::new(),
        }
    }

    /// A question that was refused.
    pub fn refused(asked: &str, error: &v1::RowError) -> Self {
        Self {
            asked: asked.to_owned(),
            outcome: "refused".to_owned(),
            code: error.code.clone(),
            message: error.message.clone(),
            ..Self::default()
        }
    }
}

impl From<&v1::LabelClaim> for LabelClaimView {
    fn from(c: &v1::LabelClaim) -> Self {
        Self {
            label: c.label.clone(),
            since: moment(c.since.as_ref()),
            until: moment(c.until.as_ref()),
            challenged: c.challenged,
            by: c.by.clone(),
            challenged_at: moment(c.challenged_at.as_ref()),
            text: c.text.clone(),
        }
    }
}

impl From<&v1::list_label_claims_response::Claimed> for ClaimedView {
    fn from(c: &v1::list_label_claims_response::Claimed) -> Self {
        Self {
            oid: c.oid.clone(),
            claim: c.claim.as_ref().map(Into::into).unwrap_or_default(),
        }
    }
}

impl From<&v1::HistoryItem> for HistoryView {
    fn from(i: &v1::HistoryItem) -> Self {
        Self {
            sequence: i.sequence,
            time: moment(i.time.as_ref()),
            principal: i.principal.clone(),
            request_id: i.request_id.clone(),
            kinds: i.kinds.clone(),
            reason: i.reason.clone(),
            override_reason: i.override_reason.clone(),
            asked_by: i.asked_by.clone(),
            allocation_token: i.allocation_token.clone(),
            entry: i.entry.as_ref().map(Into::into),
        }
    }
}

impl WrittenView {
    /// What came of a write that was recorded, or only tried.
    pub fn of(r: &v1::WriteResponse, dry_run: bool) -> Self {
        Self {
            entries: views(&r.entries),
            revision: r.revision.as_ref().map(Into::into).unwrap_or_default(),
            request_id: r.request_id.clone(),
            replayed: r.replayed,
            dry_run,
        }
    }
}

impl HoldView {
    /// What came of a hold that was recorded, or only tried.
    pub fn of(r: &v1::HoldResponse, dry_run: bool) -> Self {
        Self {
            hold_id: r.hold_id.clone(),
            oid: r.oid.clone(),
            until: moment(r.until.as_ref()),
            held: r.held,
            revision: r.revision.as_ref().map(Into::into).unwrap_or_default(),
            request_id: r.request_id.clone(),
            replayed: r.replayed,
            dry_run,
        }
    }
}

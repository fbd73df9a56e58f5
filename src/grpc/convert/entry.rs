//! From the model's entry to the API's, cut to what its reader may see.
//!
//! A stub shows its number and nothing else. A person's e-mail address, telephone number and address are for the
//! authority's staff only; the name is for the public where its owner said so. Nothing else may leave that line.

use crate::{
    access::Sight,
    grpc::etag,
    model::{
        Entry, Policy, RegistrantId, Seq, Viewed, Visibility,
        actor::PrincipalKind,
        consent::{LockKind, Locks, Pending, PendingAct, Side},
        entry::{
            Audience, Audiences, Certainty, Contact, ContactRole, Delegation, Flags, Holding,
            Label, Origin, Reader, Reference, Registrant, Relation, Service, State, Text,
        },
        event::Changes,
        label_claim::LabelClaim,
        plan::{Plan, PlannedAct},
        policy::{Applicants, Lapse, MinimumContent, NumberRange, Numbering, Terms},
        sandbox::Sandbox,
        template::{Numbers, Template},
    },
    oid::NodePath,
    pb::v1 as pb,
};

use super::timestamp;

/// Looks a registrant up; `None` where the register knows none of that id.
pub type People<'a> = &'a dyn Fn(&RegistrantId) -> Viewed<Option<Registrant>>;

/// The number and nothing else.
pub fn stub(path: &NodePath, visibility: Visibility, notations: pb::Notations) -> pb::Entry {
    pb::Entry {
        oid: path.to_string(),
        number: path.last().map(ToString::to_string).unwrap_or_default(),
        visibility: self::visibility(visibility) as i32,
        notations: Some(notations),
        stub: true,
        ..pb::Entry::default()
    }
}

/// What tells an entry from others and nothing more, for answers that would grow too large.
pub fn short(entry: &Entry, visibility: Visibility) -> pb::Entry {
    pb::Entry {
        oid: entry.path.to_string(),
        number: entry
            .path
            .last()
            .map(ToString::to_string)
            .unwrap_or_default(),
        state: state(entry.superior.state) as i32,
        visibility: self::visibility(visibility) as i32,
        revision: entry.revision.get(),
        etag: tag(entry),
        sandbox: entry.sandbox.is_some(),
        ..pb::Entry::default()
    }
}

/// The etag of an entry; none where it is not on record yet.
fn tag(entry: &Entry) -> String {
    if entry.revision == Seq::ZERO {
        String::new()
    } else {
        etag::of(&entry.path, entry.revision)
    }
}

/// An entry as `sight` sees it; `visibility` is the one in force.
pub fn entry(
    entry: &Entry,
    visibility: Visibility,
    notations: pb::Notations,
    sight: &Sight,
    people: People<'_>,
) -> Viewed<pb::Entry> {
    let whole = sight.is_whole(&entry.path);
    let reader = Reader::of(whole);
    let superior = &entry.superior;
    let holder = &entry.holder;
    let texts = |texts: &[Text]| texts.iter().map(text).collect();
    let held = |holding: &Option<Holding>| {
        holding
            .as_ref()
            .map(|one| self::holding(one, reader, people))
            .transpose()
    };
    let contacts = holder.contacts.iter();
    Ok(pb::Entry {
        oid: entry.path.to_string(),
        number: entry
            .path
            .last()
            .map(ToString::to_string)
            .unwrap_or_default(),
        state: state(superior.state) as i32,
        visibility: self::visibility(visibility) as i32,
        origin: Some(origin(&entry.origin)),
        authority: entry.authority,
        identifiers: superior
            .identifiers
            .iter()
            .map(ToString::to_string)
            .collect(),
        labels: superior.labels.iter().map(label).collect(),
        long_arcs: superior.long_arcs.iter().map(ToString::to_string).collect(),
        flags: Some(flags(superior.flags)),
        relation: superior.relation.as_ref().map(relation),
        superior_changed: Some(timestamp(superior.changed)),
        titles: texts(&holder.titles),
        descriptions: texts(&holder.descriptions),
        services: holder.services.iter().map(service).collect(),
        references: holder.references.iter().map(reference).collect(),
        holder_changed: Some(timestamp(holder.changed)),
        first_registrant: held(&entry.first_registrant)?,
        registrant: held(&entry.registrant)?,
        sponsor: entry
            .sponsor
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        delegation: entry.delegation.as_ref().map(delegation),
        policy: entry.policy.as_ref().map(policy),
        template: entry.template.as_deref().map(template),
        sandbox: entry.sandbox.is_some(),
        sandbox_top: sandbox_top(entry),
        applied: entry.applied.map(timestamp),
        registered: registered(entry),
        changed: Some(timestamp(entry.changed)),
        revision: entry.revision.get(),
        etag: tag(entry),
        notations: Some(notations),
        stub: false,
        locks: locks(entry.locks),
        pending: entry.pending.as_deref().filter(|_| whole).map(pending),
        plans: entry.plans.iter().filter(|_| whole).map(plan).collect(),
        suspicion: suspicion(entry, sight),
        check: entry
            .check
            .as_ref()
            .filter(|_| whole)
            .map(|check| pb::ContactCheck {
                asked: Some(timestamp(check.asked)),
                until: Some(timestamp(check.until)),
            }),
        confirmed: entry.confirmed.filter(|_| whole).map(timestamp),
        // Which of them are provisional, the clock says.
        label_claims: Vec::new(),
        contacts: contacts
            .map(|one| contact(one, reader, people))
            .collect::<Result<_, _>>()?,
    })
}

/// A label that is not final; who challenged it and why is for those who see the arc whole.
pub fn label_claim(claim: &LabelClaim, whole: bool) -> pb::LabelClaim {
    let told = claim.challenge.as_ref().filter(|_| whole);
    let by = told.and_then(|one| one.by.as_ref());
    pb::LabelClaim {
        label: claim.label.to_string(),
        since: Some(timestamp(claim.since)),
        until: Some(timestamp(claim.until)),
        challenged: claim.challenge.is_some(),
        by: by.map(ToString::to_string).unwrap_or_default(),
        challenged_at: told.map(|one| timestamp(one.at)),
        text: told.map(|one| one.text.clone()).unwrap_or_default(),
    }
}

fn locks(locks: Locks) -> Option<pb::Locks> {
    (locks != Locks::default()).then(|| pb::Locks {
        holder: locks.holder.map(timestamp),
        authority: locks.authority.map(timestamp),
    })
}

/// The mark of an arc that may be wrong, as far as somebody may know of it: what waits is for those who see the superior whole.
pub fn suspicion(entry: &Entry, sight: &Sight) -> Option<pb::Suspicion> {
    let mark = entry.suspicion.as_deref()?;
    let whole = sight.is_whole(&entry.path);
    let staff = sight.is_whole(&entry.path.parent().unwrap_or_default());
    if !mark.is_open() && !staff {
        return None;
    }
    let by = mark.by.as_ref().filter(|_| staff);
    Some(pb::Suspicion {
        since: Some(timestamp(mark.since)),
        until: Some(timestamp(mark.until)),
        waits: !mark.is_open(),
        what: mark.what.clone().filter(|_| whole).unwrap_or_default(),
        by: by.map(ToString::to_string).unwrap_or_default(),
    })
}

fn sandbox_top(entry: &Entry) -> Option<pb::SandboxTop> {
    let top = entry.sandbox.as_deref().and_then(Sandbox::top)?;
    let generation = entry.path.child(top.generation.clone()).ok()?;
    Some(pb::SandboxTop {
        arcs_max: top.arcs_max,
        generation: generation.to_string(),
        since: Some(timestamp(top.since)),
    })
}

/// The rule that answers for subordinates.
fn template(template: &Template) -> pb::Template {
    let rule = &template.rule;
    let (numbers, uuids) = match &rule.numbers {
        Numbers::Runs(runs) => (ranges(runs), false),
        Numbers::Uuid => (Vec::new(), true),
    };
    pb::Template {
        numbers,
        uuids,
        titles: rule.titles.iter().map(text).collect(),
        descriptions: rule.descriptions.iter().map(text).collect(),
        services: rule.services.iter().map(service).collect(),
        since: Some(timestamp(template.since)),
        closed: template.closed.map(timestamp),
    }
}

fn amendment(changes: &Changes<RegistrantId>) -> pb::PlannedAmendment {
    fn all<T, U>(list: Option<&Vec<T>>, shown: impl Fn(&T) -> U) -> Vec<U> {
        list.into_iter().flatten().map(shown).collect()
    }
    let mut paths = Vec::new();
    let mut named = |is_there: bool, name: &str| {
        if is_there {
            paths.push(name.to_owned());
        }
    };
    named(changes.identifiers.is_some(), "identifiers");
    named(changes.labels.is_some(), "labels");
    named(changes.flags.is_some(), "flags");
    named(changes.visibility.is_some(), "visibility");
    named(changes.titles.is_some(), "titles");
    named(changes.descriptions.is_some(), "descriptions");
    named(changes.services.is_some(), "services");
    named(changes.references.is_some(), "references");
    named(changes.contacts.is_some(), "contacts");
    pb::PlannedAmendment {
        update_mask: Some(prost_types::FieldMask { paths }),
        identifiers: all(changes.identifiers.as_ref(), ToString::to_string),
        labels: all(changes.labels.as_ref(), label),
        visibility: changes.visibility.map_or(0, |one| visibility(one).into()),
        flags: changes.flags.map(flags),
        titles: all(changes.titles.as_ref(), text),
        descriptions: all(changes.descriptions.as_ref(), text),
        services: all(changes.services.as_ref(), service),
        references: all(changes.references.as_ref(), reference),
        contacts: all(changes.contacts.as_ref(), |one| pb::Contact {
            role: contact_role(one.role) as i32,
            party: Some(pb::Registrant {
                id: one.party.to_string(),
                ..Default::default()
            }),
        }),
    }
}

/// What is planned.
pub fn plan(plan: &Plan) -> pb::Plan {
    use pb::planned_act::{Act, ToLapse, ToState};
    let act = match &plan.act {
        PlannedAct::State { to, relation: so } => Act::State(ToState {
            to: state(*to).into(),
            relation: so.as_ref().map(relation),
        }),
        PlannedAct::Visibility(to) => Act::Visibility(visibility(*to).into()),
        PlannedAct::Review(why) => Act::Review(why.clone()),
        PlannedAct::Amend(changes) => Act::Amend(amendment(changes)),
        PlannedAct::Transfer(to) => Act::Transfer(to.to_string()),
        PlannedAct::Lapse { to, reminded } => Act::Lapse(ToLapse {
            to: lapse(*to).into(),
            reminded: *reminded,
        }),
        PlannedAct::LapseUnused(to) => Act::LapseUnused(lapse(*to).into()),
    };
    pb::Plan {
        number: plan.number,
        at: Some(timestamp(plan.at)),
        by: plan
            .by
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        act: Some(pb::PlannedAct { act: Some(act) }),
        refused: plan
            .refused
            .map(|code| code.name().to_owned())
            .unwrap_or_default(),
    }
}

fn pending(pending: &Pending) -> pb::Pending {
    use pb::pending::Act;
    let side = |side: &Side| match side {
        Side::Holder => pb::ConsentSide::Holder,
        Side::Receiver => pb::ConsentSide::Receiver,
    };
    let lock = |kind: LockKind| match kind {
        LockKind::Holder => pb::LockKind::Holder,
        LockKind::Authority => pb::LockKind::Authority,
    };
    pb::Pending {
        act: Some(match &pending.act {
            PendingAct::Transfer(to) => Act::TransferTo(to.to_string()),
            PendingAct::Unlock(kind) => Act::Unlock(lock(*kind).into()),
        }),
        by: pending
            .by
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        at: Some(timestamp(pending.at)),
        until: Some(timestamp(pending.until)),
        agreed: pending.agreed.iter().map(|one| side(one).into()).collect(),
    }
}

/// When it was registered; unset for reference data, which others registered and nobody says when.
fn registered(entry: &Entry) -> Option<prost_types::Timestamp> {
    match entry.origin {
        Origin::Assigned | Origin::Recorded { .. } | Origin::Template { .. } => {
            Some(timestamp(entry.registered))
        }
        Origin::Reference { .. } => None,
    }
}

/// What a party is.
pub const fn party_kind(kind: PrincipalKind) -> pb::PartyKind {
    match kind {
        PrincipalKind::Person => pb::PartyKind::Person,
        PrincipalKind::Organisation => pb::PartyKind::Organisation,
        PrincipalKind::Machine => pb::PartyKind::Machine,
    }
}

/// A registrant, as a reader may see it.
pub fn registrant(known: &Registrant, reader: Reader) -> pb::Registrant {
    let kind = party_kind(known.kind);
    let bare = pb::Registrant {
        id: known.id.to_string(),
        kind: kind as i32,
        ..Default::default()
    };
    let Some(details) = known.shown(reader) else {
        return bare;
    };
    let [
        name_seen_by,
        email_seen_by,
        telephone_seen_by,
        address_seen_by,
    ] = audiences(&details.audiences);
    pb::Registrant {
        name_public: details.name_public(),
        name: details.name,
        email: details.email.unwrap_or_default(),
        telephone: details.telephone.unwrap_or_default(),
        address: details.address.unwrap_or_default(),
        name_seen_by,
        email_seen_by,
        telephone_seen_by,
        address_seen_by,
        ..bare
    }
}

/// To whom name, e-mail address, telephone number and postal address are shown; unset where that is what it is unless somebody
/// says otherwise.
pub fn audiences(of: &Audiences) -> [i32; 4] {
    let said = |one: Audience, usual: bool| {
        let word = match one {
            Audience::Public => pb::Audience::Public,
            Audience::Registrars => pb::Audience::Registrars,
            Audience::Nobody => pb::Audience::Nobody,
        };
        if usual { 0 } else { word as i32 }
    };
    // Of the name `name_public` says the rest.
    let name = said(of.name, of.name != Audience::Nobody);
    let rest = [of.email, of.telephone, of.address];
    let [email, telephone, address] = rest.map(|one| said(one, one == Audience::Registrars));
    [name, email, telephone, address]
}

fn holding(holding: &Holding, reader: Reader, people: People<'_>) -> Viewed<pb::Holding> {
    Ok(pb::Holding {
        registrant: Some(party(&holding.registrant, reader, people)?),
        since: Some(timestamp(holding.since)),
    })
}

/// With what to turn to a contact.
pub const fn contact_role(role: ContactRole) -> pb::ContactRole {
    match role {
        ContactRole::Administrative => pb::ContactRole::Administrative,
        ContactRole::Technical => pb::ContactRole::Technical,
        ContactRole::Abuse => pb::ContactRole::Abuse,
    }
}

/// A Unicode label with its language.
pub fn label(one: &Label) -> pb::Label {
    let language = one.language.as_ref().map(|l| l.as_str().to_owned());
    pb::Label {
        label: one.label.to_string(),
        language: language.unwrap_or_default(),
    }
}

/// A resolution service.
pub fn service(one: &Service) -> pb::Service {
    pb::Service {
        kind: one.kind.clone(),
        uri: one.uri.clone(),
        priority: one.priority,
    }
}

/// A reference.
pub fn reference(one: &Reference) -> pb::Reference {
    pb::Reference {
        title: one.title.clone(),
        uri: one.uri.clone().unwrap_or_default(),
        asn1_module: one.asn1_module.clone().unwrap_or_default(),
    }
}

fn contact(contact: &Contact, reader: Reader, people: People<'_>) -> Viewed<pb::Contact> {
    Ok(pb::Contact {
        role: contact_role(contact.role) as i32,
        party: Some(party(&contact.party, reader, people)?),
    })
}

/// The registrant of an id; of one that the register does not know, the id alone.
pub fn party(id: &RegistrantId, reader: Reader, people: People<'_>) -> Viewed<pb::Registrant> {
    Ok(match people(id)? {
        Some(known) => registrant(&known, reader),
        None => pb::Registrant {
            id: id.to_string(),
            ..Default::default()
        },
    })
}

/// A state.
pub const fn state(state: State) -> pb::State {
    match state {
        State::Reserved => pb::State::Reserved,
        State::Active => pb::State::Active,
        State::Suspended => pb::State::Suspended,
        State::Deprecated => pb::State::Deprecated,
        State::Withdrawn => pb::State::Withdrawn,
    }
}

/// A visibility.
pub const fn visibility(visibility: Visibility) -> pb::Visibility {
    match visibility {
        Visibility::Public => pb::Visibility::Public,
        Visibility::Stub => pb::Visibility::Stub,
        Visibility::Hidden => pb::Visibility::Hidden,
    }
}

fn origin(origin: &Origin) -> pb::Origin {
    use pb::origin::{Assigned, ByTemplate, Kind, Recorded, ReferenceData};
    let kind = match origin {
        Origin::Assigned => Kind::Assigned(Assigned {}),
        Origin::Recorded { proof, uri } => Kind::Recorded(Recorded {
            proof: proof.clone(),
            proof_uri: uri.clone().unwrap_or_default(),
        }),
        Origin::Reference {
            source,
            certainty,
            data_version,
        } => Kind::Reference(ReferenceData {
            source: source.clone(),
            certainty: match certainty {
                Certainty::Verified => pb::Certainty::Verified,
                Certainty::SingleSource => pb::Certainty::SingleSource,
                Certainty::Partial => pb::Certainty::Partial,
                Certainty::Implied => pb::Certainty::Implied,
            } as i32,
            data_version: data_version.clone(),
        }),
        Origin::Template { superior } => Kind::Template(ByTemplate {
            superior: superior.to_string(),
        }),
    };
    pb::Origin { kind: Some(kind) }
}

/// Marks.
pub const fn flags(flags: Flags) -> pb::Flags {
    pb::Flags {
        leaf: flags.leaf,
        frozen: flags.frozen,
        no_identifiers: flags.no_identifiers,
        no_unicode_labels: flags.no_unicode_labels,
        draft: flags.draft,
    }
}

fn relation(relation: &Relation) -> pb::Relation {
    use pb::relation::Kind;
    let kind = match relation {
        Relation::Successor(path) => Kind::Successor(path.to_string()),
        Relation::DuplicateOf(path) => Kind::DuplicateOf(path.to_string()),
    };
    pb::Relation { kind: Some(kind) }
}

/// A text with its language.
pub fn text(text: &Text) -> pb::Text {
    pb::Text {
        language: text.language.as_str().to_owned(),
        text: text.text.clone(),
    }
}

/// Who acts below an arc.
pub fn delegation(delegation: &Delegation) -> pb::Delegation {
    use pb::delegation::{External, Hosted, Kind};
    let kind = match delegation {
        Delegation::Hosted { principals } => Kind::Hosted(Hosted {
            principals: principals.iter().map(ToString::to_string).collect(),
        }),
        Delegation::External {
            oidip,
            ors,
            name_servers,
            signers,
        } => Kind::External(External {
            oidip: oidip.clone().unwrap_or_default(),
            ors: ors.clone().unwrap_or_default(),
            name_servers: name_servers.iter().map(ToString::to_string).collect(),
            delegation_signers: signers.iter().map(ToString::to_string).collect(),
        }),
    };
    pb::Delegation { kind: Some(kind) }
}

fn ranges(runs: &[NumberRange]) -> Vec<pb::NumberRange> {
    let run = |run: &NumberRange| pb::NumberRange {
        from: run.from.to_string(),
        to: run.to.as_ref().map(ToString::to_string).unwrap_or_default(),
    };
    runs.iter().map(run).collect()
}

fn policy(policy: &Policy) -> pb::Policy {
    pb::Policy {
        numbering: match policy.numbering {
            Numbering::Any => pb::Numbering::Any,
            Numbering::NextFreeOnly => pb::Numbering::NextFreeOnly,
            Numbering::ExplicitOnly => pb::Numbering::ExplicitOnly,
            Numbering::RandomOnly => pb::Numbering::RandomOnly,
        } as i32,
        windows: ranges(&policy.windows),
        kept_back: ranges(&policy.kept_back),
        identifiers_unique: Some(policy.identifiers_unique),
        identifier_required: policy.identifier_required,
        title_required: policy.title_required,
        registrant_required: policy.registrant_required,
        application_required: policy.application_required,
        approvals: policy.approvals,
        arcs_per_registrant_max: policy.arcs_per_registrant_max,
        reinstatement_seconds: Some(policy.reinstatement_seconds),
        hold_seconds_max: Some(policy.hold_seconds_max),
        applicants: match policy.applicants {
            Applicants::Nobody => pb::Applicants::Nobody,
            Applicants::Principals => pb::Applicants::Principals,
            Applicants::Public => pb::Applicants::Public,
        } as i32,
        wishes_held: policy.wishes_held,
        acknowledge_seconds: Some(policy.acknowledge_seconds),
        decide_seconds: Some(policy.decide_seconds),
        answer_seconds: Some(policy.answer_seconds),
        appeal_seconds: Some(policy.appeal_seconds),
        fee: policy.fee.clone().unwrap_or_default(),
        reserved_names: policy
            .reserved_names
            .iter()
            .map(ToString::to_string)
            .collect(),
        transfers_agreed: policy.transfers_agreed,
        fee_schedule: policy.fees.as_ref().map(|fees| pb::FeeSchedule {
            currency: fees.currency.to_string(),
            application: fees.application,
            allocation: fees.allocation,
            renewal: fees.renewal,
        }),
        fee_may_wait: policy.fee_may_wait,
        checks: policy.checks.map(|checks| pb::ContactChecks {
            every_seconds: checks.every_seconds,
            answer_seconds: Some(checks.answer_seconds),
        }),
        suspect_seconds: (policy.suspect_seconds != Policy::standard().suspect_seconds)
            .then_some(policy.suspect_seconds),
        terms: (policy.terms != Terms::default()).then(|| pb::Terms {
            term_seconds: policy.terms.term_seconds,
            use_seconds: policy.terms.use_seconds,
            lapse: lapse(policy.terms.lapse).into(),
        }),
        label_challenge_seconds: policy.label_challenge_seconds,
        categories: policy
            .categories
            .iter()
            .map(|one| pb::Category {
                name: one.name.to_string(),
                windows: ranges(&one.windows),
            })
            .collect(),
        minimum_contents: policy
            .minimum
            .iter()
            .map(|one| minimum(*one) as i32)
            .collect(),
    }
}

const fn lapse(lapse: Lapse) -> pb::Lapse {
    match lapse {
        Lapse::Suspend => pb::Lapse::Suspend,
        Lapse::Deprecate => pb::Lapse::Deprecate,
        Lapse::Withdraw => pb::Lapse::Withdraw,
    }
}

const fn minimum(content: MinimumContent) -> pb::MinimumContent {
    match content {
        MinimumContent::Label => pb::MinimumContent::Label,
        MinimumContent::Description => pb::MinimumContent::Description,
        MinimumContent::Contact => pb::MinimumContent::Contact,
        MinimumContent::Below => pb::MinimumContent::Below,
        MinimumContent::LegalForm => pb::MinimumContent::LegalForm,
        MinimumContent::RegistrationNumber => pb::MinimumContent::RegistrationNumber,
        MinimumContent::Country => pb::MinimumContent::Country,
        MinimumContent::Attachment => pb::MinimumContent::Attachment,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        grpc::convert::{Faults, fields},
        model::entry::RegistrantDetails,
    };

    use super::*;

    fn person(audiences: Audiences) -> Registrant {
        Registrant {
            id: "r-1".parse().unwrap(),
            kind: PrincipalKind::Person,
            details: Some(RegistrantDetails {
                name: "Asha".into(),
                email: Some("asha@example.org".into()),
                telephone: Some("+255 1".into()),
                address: Some("Dodoma".into()),
                audiences,
            }),
            erased: None,
        }
    }

    #[test]
    fn a_field_is_shown_to_its_audience_and_to_no_other() {
        let (usual, public) = (Audiences::default(), Audiences::NAME_PUBLIC);
        let mail_alone = Audiences {
            name: Audience::Nobody,
            email: Audience::Public,
            telephone: Audience::Nobody,
            address: Audience::Registrars,
        };
        for (known, reader, expect) in [
            (person(usual), Reader::Everybody, "r-1||||"),
            (person(public), Reader::Everybody, "r-1|Asha|||"),
            (
                person(mail_alone),
                Reader::Everybody,
                "r-1||asha@example.org||",
            ),
            (
                person(mail_alone),
                Reader::Staff,
                "r-1||asha@example.org||Dodoma",
            ),
            (
                person(mail_alone),
                Reader::Itself,
                "r-1|Asha|asha@example.org|+255 1|Dodoma",
            ),
            (
                person(usual),
                Reader::Staff,
                "r-1|Asha|asha@example.org|+255 1|Dodoma",
            ),
            (
                Registrant {
                    details: None,
                    ..person(public)
                },
                Reader::Itself,
                "r-1||||",
            ),
        ] {
            let shown = registrant(&known, reader);
            let told = [
                shown.id,
                shown.name,
                shown.email,
                shown.telephone,
                shown.address,
            ];
            assert_eq!(told.join("|"), expect);
        }
    }

    #[test]
    fn a_planned_amendment_goes_there_and_back() {
        use crate::{model::Command, oid::known::KnownArcs};

        let changes = Changes {
            titles: Some(Vec::new()),
            visibility: Some(Visibility::Hidden),
            contacts: Some(vec![Contact {
                role: ContactRole::Abuse,
                party: "r-1".parse().unwrap(),
            }]),
            ..Changes::default()
        };
        for act in [
            PlannedAct::Amend(Box::new(changes)),
            PlannedAct::Transfer("r-2".parse().unwrap()),
        ] {
            let shown = plan(&Plan {
                number: 1,
                at: crate::model::Timestamp::default(),
                by: None,
                act: act.clone(),
                refused: None,
            });
            let request = pb::PlanRequest {
                oid: "2.999.1".into(),
                at: shown.at,
                act: shown.act,
                ..Default::default()
            };
            let mut faults = Faults::new();
            let command = super::super::command::plan(&request, &KnownArcs::default(), &mut faults);
            let Command::Plan { act: back, .. } = faults.into_result(command).unwrap() else {
                panic!("another command")
            };
            assert_eq!(back, act);
        }
    }

    #[test]
    fn audiences_go_there_and_back() {
        for name in Audience::ALL {
            for email in Audience::ALL {
                let there = Audiences {
                    name,
                    email,
                    telephone: email,
                    address: Audience::Registrars,
                };
                let shown = registrant(&person(there), Reader::Itself);
                let mut faults = Faults::new();
                let back = fields::audiences(&shown, "party", &mut faults);
                assert_eq!(faults.into_result(Some(back)).unwrap(), there);
            }
        }
        let contradicts = pb::Registrant {
            name_public: true,
            name_seen_by: pb::Audience::Nobody as i32,
            ..Default::default()
        };
        let mut faults = Faults::new();
        fields::audiences(&contradicts, "party", &mut faults);
        assert!(faults.into_result(Some(())).is_err());
    }

    #[test]
    fn a_policy_goes_there_and_back() {
        let mut there = Policy::standard();
        there.fee_may_wait = true;
        there.suspect_seconds = 3;
        there.checks = Some(crate::model::policy::Checks {
            every_seconds: 4,
            answer_seconds: 5,
        });
        there.terms = Terms {
            term_seconds: Some(9),
            use_seconds: None,
            lapse: Lapse::Withdraw,
        };
        there.label_challenge_seconds = Some(60);
        there.fees = Some(crate::model::money::FeeSchedule {
            currency: "TZS".parse().unwrap(),
            application: Some(5),
            allocation: None,
            renewal: Some(0),
        });
        there.numbering = Numbering::RandomOnly;
        there.arcs_per_registrant_max = Some(0);
        there.windows = vec![NumberRange {
            from: 1_u32.into(),
            to: Some(9_u32.into()),
        }];
        there.kept_back = vec![NumberRange {
            from: 5_u32.into(),
            to: None,
        }];
        let mut faults = Faults::new();
        let back = fields::policy(&policy(&there), "policy", &mut faults);
        assert_eq!(faults.into_result(back).unwrap(), there);
    }
}

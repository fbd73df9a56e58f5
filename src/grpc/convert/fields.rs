//! From the API's fields to the model's, one function a kind of field.
//!
//! Form only: syntax, length, count, the same thing twice. A value at fault is left out and told; the others are read on, so
//! that a caller learns of all faults at once.

use std::collections::HashSet;

use crate::{
    model::{
        Code, Policy, PrincipalId, RegistrantId, Visibility,
        actor::PrincipalKind,
        command::{NumberChoice, RegistrantRef},
        entry::{
            Audience, Audiences, Contact, ContactRole, Delegation, Flags, Label, Reference,
            RegistrantDetails, Relation, Service, State, Text,
        },
        form::{self, Flaw},
        limits::{
            CATEGORIES_MAX, CONTACTS_MAX, DELEGATES_MAX, IDENTIFIERS_MAX, LABELS_MAX,
            LANGUAGES_MAX, REFERENCES_MAX, RESERVED_NAMES_MAX, SERVICES_MAX, TEMPLATE_RUNS_MAX,
            WINDOWS_MAX,
        },
        money::{Amount, FeeSchedule},
        policy::{
            Applicants, Category, Checks, Lapse, MinimumContent, NumberRange, Numbering, Terms,
        },
        template::{Numbers, Rule},
    },
    oid::{Identifier, UnicodeLabel, notation::Names},
    pb::v1 as pb,
};

use super::{Faults, item, text, within};

/// Secondary identifiers.
pub fn identifiers(values: &[String], outer: &str, faults: &mut Faults) -> Vec<Identifier> {
    if !faults.few(within(outer, "identifiers"), values.len(), IDENTIFIERS_MAX) {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let mut read = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let field = item(outer, "identifiers", index);
        if !seen.insert(value) {
            twice(field, value, faults);
        } else if let Some(identifier) = faults.parse(Code::IdentifierSyntax, field, value) {
            read.push(identifier);
        }
    }
    read
}

/// Non-integer Unicode labels.
pub fn labels(values: &[pb::Label], outer: &str, faults: &mut Faults) -> Vec<Label> {
    if !faults.few(within(outer, "labels"), values.len(), LABELS_MAX) {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let mut read = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let at = item(outer, "labels", index);
        let field = within(&at, "label");
        let label: Option<UnicodeLabel> = faults.parse(Code::LabelSyntax, &field, &value.label);
        let language = (!value.language.is_empty()).then(|| {
            faults.parse(
                Code::LanguageSyntax,
                within(&at, "language"),
                &value.language,
            )
        });
        let Some(label) = label else { continue };
        if seen.insert(label.comparison_key().as_str().to_owned()) {
            read.push(Label {
                label,
                language: language.flatten(),
            });
        } else {
            twice(field, &value.label, faults);
        }
    }
    read
}

/// Titles or descriptions: each language once; `flaws` tells what is wrong with a text.
pub fn texts(
    values: &[pb::Text],
    outer: &str,
    list: &str,
    flaws: fn(&str) -> Vec<Flaw>,
    faults: &mut Faults,
) -> Vec<Text> {
    if !faults.few(within(outer, list), values.len(), LANGUAGES_MAX) {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let mut read = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let at = item(outer, list, index);
        let field = within(&at, "text");
        let sound = faults.sound(field, flaws(&value.text));
        let field = within(&at, "language");
        let language: Option<crate::model::entry::Language> =
            faults.parse(Code::LanguageSyntax, &field, &value.language);
        let Some(language) = language else { continue };
        if !seen.insert(language.clone()) {
            twice(field, &value.language, faults);
        } else if sound {
            read.push(Text {
                language,
                text: value.text.clone(),
            });
        }
    }
    read
}

/// Resolution services.
pub fn services(values: &[pb::Service], outer: &str, faults: &mut Faults) -> Vec<Service> {
    if !faults.few(within(outer, "services"), values.len(), SERVICES_MAX) {
        return Vec::new();
    }
    let mut read = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let at = item(outer, "services", index);
        let kind = faults.sound(within(&at, "kind"), form::service_kind(&value.kind));
        let uri = faults.sound(within(&at, "uri"), form::uri(&value.uri));
        if kind && uri {
            read.push(Service {
                kind: value.kind.clone(),
                uri: value.uri.clone(),
                priority: value.priority,
            });
        }
    }
    read
}

/// References to where an arc is defined.
pub fn references(values: &[pb::Reference], outer: &str, faults: &mut Faults) -> Vec<Reference> {
    if !faults.few(within(outer, "references"), values.len(), REFERENCES_MAX) {
        return Vec::new();
    }
    let mut read = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let at = item(outer, "references", index);
        let field = within(&at, "title");
        let title = faults.sound(field, form::line(&value.title));
        let link = value.uri.is_empty() || faults.sound(within(&at, "uri"), form::uri(&value.uri));
        let module = value.asn1_module.is_empty()
            || faults.sound(within(&at, "asn1_module"), form::line(&value.asn1_module));
        if title && link && module {
            read.push(Reference {
                title: value.title.clone(),
                uri: some(&value.uri),
                asn1_module: some(&value.asn1_module),
            });
        }
    }
    read
}

/// Whom to turn to about an arc.
pub fn contacts(
    values: &[pb::NewContact],
    outer: &str,
    faults: &mut Faults,
) -> Vec<Contact<RegistrantRef>> {
    if !faults.few(within(outer, "contacts"), values.len(), CONTACTS_MAX) {
        return Vec::new();
    }
    let unset = pb::RegistrantRef::default();
    let mut read = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let at = item(outer, "contacts", index);
        let role = contact_role(value.role, &within(&at, "role"), faults);
        let party = value.party.as_ref().unwrap_or(&unset);
        let party = registrant(party, &within(&at, "party"), faults);
        if let (Some(role), Some(party)) = (role, party) {
            read.push(Contact { role, party });
        }
    }
    read
}

fn contact_role(value: i32, field: &str, faults: &mut Faults) -> Option<ContactRole> {
    match pb::ContactRole::try_from(value) {
        Ok(pb::ContactRole::Administrative) => Some(ContactRole::Administrative),
        Ok(pb::ContactRole::Technical) => Some(ContactRole::Technical),
        Ok(pb::ContactRole::Abuse) => Some(ContactRole::Abuse),
        Ok(pb::ContactRole::Unspecified) => {
            let detail = "administrative, technical or abuse is needed";
            faults.at(Code::FieldRequired, field, detail);
            None
        }
        Err(_) => {
            unknown(field, value, faults);
            None
        }
    }
}

/// Marks.
pub const fn flags(value: pb::Flags) -> Flags {
    Flags {
        leaf: value.leaf,
        frozen: value.frozen,
        no_identifiers: value.no_identifiers,
        no_unicode_labels: value.no_unicode_labels,
        draft: value.draft,
    }
}

/// A visibility; unspecified is `None`.
pub fn visibility(value: i32, field: &str, faults: &mut Faults) -> Option<Visibility> {
    match pb::Visibility::try_from(value) {
        Ok(pb::Visibility::Unspecified) => None,
        Ok(pb::Visibility::Public) => Some(Visibility::Public),
        Ok(pb::Visibility::Stub) => Some(Visibility::Stub),
        Ok(pb::Visibility::Hidden) => Some(Visibility::Hidden),
        Err(_) => {
            unknown(field, value, faults);
            None
        }
    }
}

/// A state, which must be said.
pub fn state(value: i32, field: &str, faults: &mut Faults) -> Option<State> {
    match pb::State::try_from(value) {
        Ok(pb::State::Unspecified) => {
            faults.at(Code::FieldRequired, field, "a state is needed");
            None
        }
        Ok(pb::State::Reserved) => Some(State::Reserved),
        Ok(pb::State::Active) => Some(State::Active),
        Ok(pb::State::Suspended) => Some(State::Suspended),
        Ok(pb::State::Deprecated) => Some(State::Deprecated),
        Ok(pb::State::Withdrawn) => Some(State::Withdrawn),
        Err(_) => {
            unknown(field, value, faults);
            None
        }
    }
}

/// What replaces an arc, or what it repeats.
pub fn relation(
    value: &pb::Relation,
    outer: &str,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Relation> {
    match &value.kind {
        Some(pb::relation::Kind::Successor(oid)) => {
            text::node(oid, names, &within(outer, "successor"), faults).map(Relation::Successor)
        }
        Some(pb::relation::Kind::DuplicateOf(oid)) => {
            let path = text::node(oid, names, &within(outer, "duplicate_of"), faults);
            path.map(Relation::DuplicateOf)
        }
        None => None,
    }
}

/// Which number a new arc shall have; unset is the next free one.
pub fn number_choice(
    value: Option<&pb::NumberChoice>,
    outer: &str,
    faults: &mut Faults,
) -> Option<NumberChoice> {
    use pb::number_choice::Kind;
    match value.and_then(|choice| choice.kind.as_ref()) {
        None | Some(Kind::NextFree(_)) => Some(NumberChoice::NextFree),
        Some(Kind::Number(number)) => {
            let field = within(outer, "number");
            text::number(number, &field, faults).map(NumberChoice::Explicit)
        }
        Some(Kind::Random(random)) => match &random.within {
            None => Some(NumberChoice::Random(None)),
            Some(run) => {
                let run = range(run, &within(outer, "random.within"), faults)?;
                Some(NumberChoice::Random(Some(run)))
            }
        },
    }
}

/// A registrant that the register knows, or a new one.
pub fn registrant(
    value: &pb::RegistrantRef,
    outer: &str,
    faults: &mut Faults,
) -> Option<RegistrantRef> {
    match &value.kind {
        Some(pb::registrant_ref::Kind::Id(id)) => {
            let id: Option<RegistrantId> =
                faults.parse(Code::FieldInvalid, within(outer, "id"), id);
            id.map(RegistrantRef::Known)
        }
        Some(pb::registrant_ref::Kind::Registrant(new)) => {
            new_registrant(new, &within(outer, "registrant"), faults)
        }
        None => {
            faults.at(
                Code::FieldRequired,
                outer,
                "an id or a new registrant is needed",
            );
            None
        }
    }
}

fn new_registrant(new: &pb::Registrant, outer: &str, faults: &mut Faults) -> Option<RegistrantRef> {
    if !new.id.is_empty() {
        faults.at(
            Code::FieldInvalid,
            within(outer, "id"),
            "the server makes a new one's id",
        );
    }
    let kind = party_kind(new.kind, &within(outer, "kind"), faults);
    let details = RegistrantDetails {
        audiences: audiences(new, outer, faults),
        ..details(
            &new.name,
            [&new.email, &new.telephone, &new.address],
            outer,
            faults,
        )
    };
    Some(RegistrantRef::New {
        kind: kind?,
        details,
    })
}

/// To whom each field of a new party is shown.
pub fn audiences(new: &pb::Registrant, outer: &str, faults: &mut Faults) -> Audiences {
    let mut said = |value: i32, field: &str| match pb::Audience::try_from(value) {
        Ok(pb::Audience::Unspecified) => None,
        Ok(pb::Audience::Public) => Some(Audience::Public),
        Ok(pb::Audience::Registrars) => Some(Audience::Registrars),
        Ok(pb::Audience::Nobody) => Some(Audience::Nobody),
        Err(_) => {
            unknown(&within(outer, field), value, faults);
            None
        }
    };
    let name = said(new.name_seen_by, "name_seen_by");
    let of = Audiences {
        name: name.unwrap_or(if new.name_public {
            Audience::Public
        } else {
            Audience::Registrars
        }),
        email: said(new.email_seen_by, "email_seen_by").unwrap_or_default(),
        telephone: said(new.telephone_seen_by, "telephone_seen_by").unwrap_or_default(),
        address: said(new.address_seen_by, "address_seen_by").unwrap_or_default(),
    };
    if new.name_public && of.name != Audience::Public {
        let detail = "name_public says that everybody is shown the name";
        faults.at(Code::FieldInvalid, within(outer, "name_seen_by"), detail);
    }
    of
}

/// What a party is, which must be said.
pub fn party_kind(value: i32, field: &str, faults: &mut Faults) -> Option<PrincipalKind> {
    match pb::PartyKind::try_from(value) {
        Ok(pb::PartyKind::Person) => Some(PrincipalKind::Person),
        Ok(pb::PartyKind::Organisation) => Some(PrincipalKind::Organisation),
        Ok(pb::PartyKind::Machine) => Some(PrincipalKind::Machine),
        Ok(pb::PartyKind::Unspecified) => {
            let detail = "person, organisation or machine is needed";
            faults.at(Code::FieldRequired, field, detail);
            None
        }
        Err(_) => {
            unknown(field, value, faults);
            None
        }
    }
}

/// A party's name and how to reach it: its e-mail address, telephone number and postal address.
pub fn details(
    name: &str,
    [email, telephone, address]: [&str; 3],
    outer: &str,
    faults: &mut Faults,
) -> RegistrantDetails {
    faults.sound(within(outer, "name"), form::line(name));
    if !email.is_empty() {
        faults.sound(within(outer, "email"), form::email(email));
    }
    if !telephone.is_empty() {
        faults.sound(within(outer, "telephone"), form::line(telephone));
    }
    if !address.is_empty() {
        faults.sound(within(outer, "address"), form::note(address));
    }
    RegistrantDetails {
        name: name.to_owned(),
        email: some(email),
        telephone: some(telephone),
        address: some(address),
        audiences: Audiences::default(),
    }
}

/// Who acts below an arc.
pub fn delegation(value: &pb::Delegation, outer: &str, faults: &mut Faults) -> Option<Delegation> {
    match &value.kind {
        Some(pb::delegation::Kind::Hosted(hosted)) => {
            let outer = within(outer, "hosted");
            Some(Delegation::Hosted {
                principals: delegates(&hosted.principals, &outer, faults),
            })
        }
        Some(pb::delegation::Kind::External(external)) => {
            let outer = within(outer, "external");
            let servers = &external.name_servers;
            if external.oidip.is_empty() && external.ors.is_empty() && servers.is_empty() {
                let detail = "the address of an OID-IP service or an ORS zone is needed";
                faults.at(Code::FieldRequired, &outer, detail);
            }
            for (field, value) in [("oidip", &external.oidip), ("ors", &external.ors)] {
                if !value.is_empty() {
                    faults.sound(within(&outer, field), form::address(value));
                }
            }
            Some(Delegation::External {
                oidip: some(&external.oidip),
                ors: some(&external.ors),
                name_servers: each(servers, &within(&outer, "name_servers"), faults),
                signers: each(
                    &external.delegation_signers,
                    &within(&outer, "delegation_signers"),
                    faults,
                ),
            })
        }
        None => {
            faults.at(Code::FieldRequired, outer, "hosted or external is needed");
            None
        }
    }
}

/// Each value in its own form.
fn each<T: std::str::FromStr<Err: std::fmt::Display>>(
    values: &[String],
    field: &str,
    faults: &mut Faults,
) -> Vec<T> {
    let mut read = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        match value.parse::<T>() {
            Ok(value) => read.push(value),
            Err(why) => {
                faults.at(
                    Code::FieldInvalid,
                    format!("{field}[{at}]"),
                    why.to_string(),
                );
            }
        }
    }
    read
}

fn delegates(values: &[String], outer: &str, faults: &mut Faults) -> Vec<PrincipalId> {
    let field = within(outer, "principals");
    if values.is_empty() {
        faults.at(
            Code::FieldRequired,
            &field,
            "at least one principal is needed",
        );
    }
    if !faults.few(field, values.len(), DELEGATES_MAX) {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let mut read = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let field = item(outer, "principals", index);
        if !seen.insert(value) {
            twice(field, value, faults);
        } else if let Some(id) = faults.parse(Code::FieldInvalid, field, value) {
            read.push(id);
        }
    }
    read
}

/// A policy for an arc's subordinates.
pub fn policy(value: &pb::Policy, outer: &str, faults: &mut Faults) -> Option<Policy> {
    let standard = Policy::standard();
    let numbering = match pb::Numbering::try_from(value.numbering) {
        Ok(pb::Numbering::Unspecified | pb::Numbering::Any) => Numbering::Any,
        Ok(pb::Numbering::NextFreeOnly) => Numbering::NextFreeOnly,
        Ok(pb::Numbering::ExplicitOnly) => Numbering::ExplicitOnly,
        Ok(pb::Numbering::RandomOnly) => Numbering::RandomOnly,
        Err(_) => {
            unknown(&within(outer, "numbering"), value.numbering, faults);
            return None;
        }
    };
    let applicants = match pb::Applicants::try_from(value.applicants) {
        Ok(pb::Applicants::Unspecified | pb::Applicants::Nobody) => Applicants::Nobody,
        Ok(pb::Applicants::Principals) => Applicants::Principals,
        Ok(pb::Applicants::Public) => Applicants::Public,
        Err(_) => {
            unknown(&within(outer, "applicants"), value.applicants, faults);
            return None;
        }
    };
    let or = |seconds: Option<u64>, standard: u64| seconds.unwrap_or(standard);
    Some(Policy {
        applicants,
        wishes_held: value.wishes_held,
        acknowledge_seconds: or(value.acknowledge_seconds, standard.acknowledge_seconds),
        decide_seconds: or(value.decide_seconds, standard.decide_seconds),
        answer_seconds: or(value.answer_seconds, standard.answer_seconds),
        appeal_seconds: or(value.appeal_seconds, standard.appeal_seconds),
        fee: some(&value.fee),
        numbering,
        windows: ranges(&value.windows, outer, "windows", faults),
        kept_back: ranges(&value.kept_back, outer, "kept_back", faults),
        identifiers_unique: value
            .identifiers_unique
            .unwrap_or(standard.identifiers_unique),
        identifier_required: value.identifier_required,
        title_required: value.title_required,
        registrant_required: value.registrant_required,
        application_required: value.application_required,
        approvals: value.approvals,
        arcs_per_registrant_max: value.arcs_per_registrant_max,
        reinstatement_seconds: value
            .reinstatement_seconds
            .unwrap_or(standard.reinstatement_seconds),
        hold_seconds_max: value.hold_seconds_max.unwrap_or(standard.hold_seconds_max),
        reserved_names: reserved_names(&value.reserved_names, outer, faults),
        categories: categories(&value.categories, outer, faults),
        minimum: minimum(&value.minimum_contents, outer, faults),
        transfers_agreed: value.transfers_agreed,
        fees: fees(value.fee_schedule.as_ref(), outer, faults),
        fee_may_wait: value.fee_may_wait,
        terms: terms(value.terms.as_ref(), outer, faults)?,
        checks: value.checks.map(|checks| Checks {
            every_seconds: checks.every_seconds,
            answer_seconds: or(checks.answer_seconds, Checks::ANSWER_SECONDS),
        }),
        suspect_seconds: or(value.suspect_seconds, standard.suspect_seconds),
        label_challenge_seconds: value.label_challenge_seconds,
    })
}

fn terms(value: Option<&pb::Terms>, outer: &str, faults: &mut Faults) -> Option<Terms> {
    let Some(value) = value else {
        return Some(Terms::default());
    };
    let lapse = match pb::Lapse::try_from(value.lapse) {
        Ok(pb::Lapse::Unspecified | pb::Lapse::Suspend) => Lapse::Suspend,
        Ok(pb::Lapse::Deprecate) => Lapse::Deprecate,
        Ok(pb::Lapse::Withdraw) => Lapse::Withdraw,
        Err(_) => {
            let field = within(&within(outer, "terms"), "lapse");
            unknown(&field, value.lapse, faults);
            return None;
        }
    };
    Some(Terms {
        term_seconds: value.term_seconds,
        use_seconds: value.use_seconds,
        lapse,
    })
}

fn fees(value: Option<&pb::FeeSchedule>, outer: &str, faults: &mut Faults) -> Option<FeeSchedule> {
    let value = value?;
    let field = within(&within(outer, "fee_schedule"), "currency");
    let currency = faults.parse(Code::FieldInvalid, field, &value.currency)?;
    Some(FeeSchedule {
        currency,
        application: value.application,
        allocation: value.allocation,
        renewal: value.renewal,
    })
}

/// A sum of money.
pub fn amount(value: &pb::Amount, outer: &str, faults: &mut Faults) -> Option<Amount> {
    let currency = within(outer, "currency");
    let currency = faults.parse(Code::FieldInvalid, currency, &value.currency)?;
    faults.sound(outer, form::minor_units(value.minor_units));
    Some(Amount {
        minor_units: value.minor_units,
        currency,
    })
}

fn reserved_names(values: &[String], outer: &str, faults: &mut Faults) -> Vec<UnicodeLabel> {
    let list = "reserved_names";
    if !faults.few(within(outer, list), values.len(), RESERVED_NAMES_MAX) {
        return Vec::new();
    }
    let names = values.iter().enumerate();
    names
        .filter_map(|(at, name)| faults.parse(Code::LabelSyntax, item(outer, list, at), name))
        .collect()
}

fn categories(values: &[pb::Category], outer: &str, faults: &mut Faults) -> Vec<Category> {
    let list = "categories";
    if !faults.few(within(outer, list), values.len(), CATEGORIES_MAX) {
        return Vec::new();
    }
    let mut read = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        let at = item(outer, list, at);
        let name = faults.parse(Code::IdentifierSyntax, within(&at, "name"), &value.name);
        let windows = ranges(&value.windows, &at, "windows", faults);
        if let Some(name) = name {
            read.push(Category { name, windows });
        }
    }
    read
}

fn minimum(values: &[i32], outer: &str, faults: &mut Faults) -> Vec<MinimumContent> {
    use pb::MinimumContent as Wire;
    let list = "minimum_contents";
    // Whether one stands twice is for the rules.
    if !faults.few(within(outer, list), values.len(), MinimumContent::ALL.len()) {
        return Vec::new();
    }
    let mut read = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        read.push(match Wire::try_from(*value) {
            Ok(Wire::Label) => MinimumContent::Label,
            Ok(Wire::Description) => MinimumContent::Description,
            Ok(Wire::Contact) => MinimumContent::Contact,
            Ok(Wire::Below) => MinimumContent::Below,
            Ok(Wire::LegalForm) => MinimumContent::LegalForm,
            Ok(Wire::RegistrationNumber) => MinimumContent::RegistrationNumber,
            Ok(Wire::Country) => MinimumContent::Country,
            Ok(Wire::Attachment) => MinimumContent::Attachment,
            Ok(Wire::Unspecified) | Err(_) => {
                unknown(&item(outer, list, at), *value, faults);
                continue;
            }
        });
    }
    read
}

/// What a template says; whether braces stand right, and what comes of them, is for the rules.
pub fn rule(value: &pb::Template, outer: &str, faults: &mut Faults) -> Option<Rule> {
    if value.since.is_some() || value.closed.is_some() {
        let detail = "the register says since when; leave `since` and `closed` out";
        faults.at(Code::FieldInvalid, within(outer, "since"), detail);
        return None;
    }
    let runs = &value.numbers;
    let numbers = if value.uuids {
        if !runs.is_empty() {
            let detail = "either runs of numbers or all UUIDs, not both";
            faults.at(Code::FieldInvalid, within(outer, "numbers"), detail);
        }
        Numbers::Uuid
    } else if faults.few(within(outer, "numbers"), runs.len(), TEMPLATE_RUNS_MAX) {
        Numbers::Runs(ranges(runs, outer, "numbers", faults))
    } else {
        Numbers::Runs(Vec::new())
    };
    let any = |_: &str| Vec::new();
    let titles = texts(&value.titles, outer, "titles", any, faults);
    let descriptions = texts(&value.descriptions, outer, "descriptions", any, faults);
    faults.few(
        within(outer, "services"),
        value.services.len(),
        SERVICES_MAX,
    );
    let services = value.services.iter().take(SERVICES_MAX);
    Some(Rule {
        numbers,
        titles,
        descriptions,
        services: services
            .map(|one| Service {
                kind: one.kind.clone(),
                uri: one.uri.clone(),
                priority: one.priority,
            })
            .collect(),
    })
}

fn ranges(
    values: &[pb::NumberRange],
    outer: &str,
    list: &str,
    faults: &mut Faults,
) -> Vec<NumberRange> {
    if !faults.few(within(outer, list), values.len(), WINDOWS_MAX) {
        return Vec::new();
    }
    let runs = values.iter().enumerate();
    runs.filter_map(|(index, run)| range(run, &item(outer, list, index), faults))
        .collect()
}

/// A run of numbers; whether its ends fit together is for the rules.
pub fn range(value: &pb::NumberRange, outer: &str, faults: &mut Faults) -> Option<NumberRange> {
    let from = text::number(&value.from, &within(outer, "from"), faults);
    let to = if value.to.is_empty() {
        None
    } else {
        Some(text::number(&value.to, &within(outer, "to"), faults)?)
    };
    Some(NumberRange { from: from?, to })
}

/// An optional text: empty means none.
pub fn some(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}

fn twice(field: String, value: &str, faults: &mut Faults) {
    let detail = "stands in the list already";
    faults.add(crate::model::Refusal::new(Code::DuplicateValue, field, detail).value(value));
}

/// Refuses a number that an enumeration does not have.
pub fn unknown(field: &str, value: i32, faults: &mut Faults) {
    let detail = "is no value of this enumeration";
    faults.add(crate::model::Refusal::new(Code::FieldInvalid, field, detail).value(value));
}

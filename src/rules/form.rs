//! The form of a command's fields: limits, empty and doubled values, addresses ([`crate::model::form`]). Nothing here looks
//! at the tree.
//!
//! All faults are told at once, each under the field's name in the API. It must never mend a value.

use std::collections::BTreeSet;

use crate::model::command::{NewEntry, RegistrantRef};
use crate::model::entry::{
    Contact, Delegation, Label, Reference, RegistrantDetails, Service, Text,
};
use crate::model::event::{Changes, Proof};
use crate::model::form::{self, Flaw};
use crate::model::limits::{
    CONTACTS_MAX, DELEGATES_MAX, IDENTIFIERS_MAX, LABELS_MAX, LANGUAGES_MAX, NOTE_BYTES_MAX,
    REFERENCES_MAX, SERVICES_MAX,
};
use crate::model::ors::{NAME_SERVERS_MAX, SIGNERS_MAX};
use crate::model::{Code, Refusal, Refusals, Rejection, Submission, Timestamp};
use crate::oid::Identifier;

/// The faults of form found so far.
#[derive(Default)]
pub struct Faults(Vec<Refusal>);

impl Faults {
    /// None so far.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a fault.
    pub fn add(&mut self, code: Code, field: impl Into<String>, detail: impl Into<String>) {
        self.0.push(Refusal::new(code, field, detail));
    }

    /// Whether there is none so far.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over the faults of a part, whose fields stand below `prefix`.
    pub fn take(&mut self, prefix: &str, part: Self) {
        let within = part.0.into_iter().map(|fault| fault.within(prefix));
        self.0.extend(within);
    }

    /// Refuses where there is a fault.
    pub fn refuse(self) -> Result<(), Rejection> {
        Refusals::of(self.0).map_or(Ok(()), |all| Err(all.into()))
    }

    /// Adds what is wrong with the value of a field.
    pub fn flaws(&mut self, field: &str, flaws: impl IntoIterator<Item = Flaw>) {
        for flaw in flaws {
            self.add(flaw.code, field, flaw.detail);
        }
    }

    fn count(&mut self, field: &str, count: usize, max: usize) {
        self.flaws(field, form::few(count, max));
    }

    fn twice(&mut self, field: String, what: &str, value: &str) {
        let refusal = Refusal::new(
            Code::DuplicateValue,
            field,
            format!("the same {what} stands before"),
        );
        self.0.push(refusal.value(value));
    }

    /// What belongs to any command.
    pub fn submission(&mut self, submission: &Submission) {
        let notes = [
            ("options.reason", &submission.reason),
            ("options.override_reason", &submission.override_reason),
        ];
        for (field, note) in notes {
            if let Some(text) = note {
                self.flaws(field, form::fits(text, NOTE_BYTES_MAX));
            }
        }
    }

    /// A new arc's fields. `applied` may not lie after `now`.
    pub fn entry(&mut self, entry: &NewEntry, now: Timestamp) {
        self.identifiers(&entry.identifiers);
        self.labels(&entry.labels);
        self.texts("titles", &entry.titles, form::title);
        self.texts("descriptions", &entry.descriptions, form::description);
        self.services(&entry.services);
        self.references(&entry.references);
        self.contacts(&entry.contacts);
        if let Some(to) = &entry.registrant {
            self.registrant("registrant", to);
        }
        self.past("applied", entry.applied, now);
    }

    /// What a template would make of an arc.
    pub fn shown(&mut self, titles: &[Text], descriptions: &[Text], services: &[Service]) {
        self.texts("titles", titles, form::title);
        self.texts("descriptions", descriptions, form::description);
        self.services(services);
    }

    /// The new values of an arc's fields.
    pub fn changes(&mut self, changes: &Changes) {
        if let Some(identifiers) = &changes.identifiers {
            self.identifiers(identifiers);
        }
        if let Some(labels) = &changes.labels {
            self.labels(labels);
        }
        if let Some(titles) = &changes.titles {
            self.texts("titles", titles, form::title);
        }
        if let Some(descriptions) = &changes.descriptions {
            self.texts("descriptions", descriptions, form::description);
        }
        if let Some(services) = &changes.services {
            self.services(services);
        }
        if let Some(references) = &changes.references {
            self.references(references);
        }
        if let Some(contacts) = &changes.contacts {
            self.contacts(contacts);
        }
    }

    fn identifiers(&mut self, identifiers: &[Identifier]) {
        self.count("identifiers", identifiers.len(), IDENTIFIERS_MAX);
        let mut seen = BTreeSet::new();
        for (at, identifier) in identifiers.iter().enumerate().take(IDENTIFIERS_MAX) {
            if !seen.insert(identifier) {
                self.twice(
                    format!("identifiers[{at}]"),
                    "identifier",
                    identifier.as_str(),
                );
            }
        }
    }

    /// X.680 12.27: a label that reads as a number would be confused with the number of a sibling.
    fn labels(&mut self, labels: &[Label]) {
        self.count("labels", labels.len(), LABELS_MAX);
        let mut seen = BTreeSet::new();
        for (at, label) in labels.iter().enumerate().take(LABELS_MAX) {
            let key = label.label.comparison_key();
            if key.as_bytes().iter().all(u8::is_ascii_digit) {
                let detail = format!("reads as the number {}, which is no name", key.as_str());
                let refusal = Refusal::new(Code::LabelSyntax, format!("labels[{at}]"), detail);
                self.0.push(refusal.value(&label.label));
            }
            if !seen.insert(key) {
                self.twice(format!("labels[{at}]"), "label", label.label.as_str());
            }
        }
    }

    fn texts(&mut self, field: &str, texts: &[Text], flaws: fn(&str) -> Vec<Flaw>) {
        self.count(field, texts.len(), LANGUAGES_MAX);
        let mut seen = BTreeSet::new();
        for (at, text) in texts.iter().enumerate().take(LANGUAGES_MAX) {
            self.flaws(&format!("{field}[{at}].text"), flaws(&text.text));
            if !seen.insert(&text.language) {
                self.twice(
                    format!("{field}[{at}].language"),
                    "language",
                    text.language.as_str(),
                );
            }
        }
    }

    fn services(&mut self, services: &[Service]) {
        self.count("services", services.len(), SERVICES_MAX);
        let mut seen = BTreeSet::new();
        for (at, service) in services.iter().enumerate().take(SERVICES_MAX) {
            self.flaws(
                &format!("services[{at}].kind"),
                form::service_kind(&service.kind),
            );
            self.flaws(&format!("services[{at}].uri"), form::uri(&service.uri));
            if !seen.insert((&service.kind, &service.uri)) {
                self.twice(format!("services[{at}]"), "service", &service.uri);
            }
        }
    }

    fn references(&mut self, references: &[Reference]) {
        self.count("references", references.len(), REFERENCES_MAX);
        for (at, reference) in references.iter().enumerate().take(REFERENCES_MAX) {
            self.flaws(
                &format!("references[{at}].title"),
                form::line(&reference.title),
            );
            if let Some(uri) = &reference.uri {
                self.flaws(&format!("references[{at}].uri"), form::uri(uri));
            }
            if let Some(module) = &reference.asn1_module {
                self.flaws(&format!("references[{at}].asn1_module"), form::line(module));
            }
            if references.iter().take(at).any(|before| before == reference) {
                self.twice(format!("references[{at}]"), "reference", &reference.title);
            }
        }
    }

    fn contacts(&mut self, contacts: &[Contact<RegistrantRef>]) {
        self.count("contacts", contacts.len(), CONTACTS_MAX);
        for (at, contact) in contacts.iter().enumerate().take(CONTACTS_MAX) {
            self.registrant(&format!("contacts[{at}].party.registrant"), &contact.party);
            if contacts.iter().take(at).any(|before| before == contact) {
                self.twice(format!("contacts[{at}]"), "contact", contact.role.word());
            }
        }
    }

    /// A registrant, where it is a new one.
    pub fn registrant(&mut self, field: &str, registrant: &RegistrantRef) {
        if let RegistrantRef::New { details, .. } = registrant {
            let mut part = Self::new();
            part.details(details);
            self.take(field, part);
        }
    }

    /// A name and how to reach whoever bears it.
    pub fn details(&mut self, details: &RegistrantDetails) {
        self.flaws("name", form::line(&details.name));
        if let Some(email) = &details.email {
            self.flaws("email", form::email(email));
        }
        if let Some(telephone) = &details.telephone {
            self.flaws("telephone", form::line(telephone));
        }
        if let Some(address) = &details.address {
            self.flaws("address", form::note(address));
        }
    }

    /// What proves an assignment, and when it was made.
    pub fn proof(&mut self, proof: &Proof, registered: Option<Timestamp>, now: Timestamp) {
        self.flaws("proof", form::note(&proof.document));
        if let Some(uri) = &proof.uri {
            self.flaws("proof_uri", form::uri(uri));
        }
        self.past("registered", registered, now);
    }

    fn past(&mut self, field: &str, moment: Option<Timestamp>, now: Timestamp) {
        if moment.is_some_and(|moment| moment > now) {
            self.add(Code::FieldInvalid, field, "must not lie in the future");
        }
    }

    /// A delegation.
    pub fn delegation(&mut self, delegation: &Delegation) {
        match delegation {
            Delegation::Hosted { principals } => {
                let field = "delegation.principals";
                if principals.is_empty() {
                    self.add(Code::FieldRequired, field, "must name who acts");
                }
                self.count(field, principals.len(), DELEGATES_MAX);
                let mut seen = BTreeSet::new();
                for (at, id) in principals.iter().enumerate().take(DELEGATES_MAX) {
                    if !seen.insert(id) {
                        self.twice(format!("{field}[{at}]"), "principal", id.as_str());
                    }
                }
            }
            Delegation::External {
                oidip,
                ors,
                name_servers,
                signers,
            } => {
                self.count(
                    "delegation.name_servers",
                    name_servers.len(),
                    NAME_SERVERS_MAX,
                );
                self.count("delegation.delegation_signers", signers.len(), SIGNERS_MAX);
                for (at, server) in name_servers.iter().enumerate() {
                    let mut before = name_servers.iter().take(at);
                    if before.any(|before| before.name() == server.name()) {
                        let field = format!("delegation.name_servers[{at}]");
                        self.twice(field, "name server", server.name());
                    }
                }
                for (field, address) in [("delegation.oidip", oidip), ("delegation.ors", ors)] {
                    if let Some(address) = address {
                        self.flaws(field, form::address(address));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;

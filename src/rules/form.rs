//! The form of a command's fields: limits, empty and doubled values, addresses. Nothing here looks at the tree.
//!
//! All faults are told at once, each under the field's name in the API. It must never mend a value.

use std::collections::BTreeSet;

use crate::model::command::{NewEntry, RegistrantRef};
use crate::model::entry::{Delegation, Label, Reference, RegistrantDetails, Service, Text};
use crate::model::event::{Changes, Proof};
use crate::model::limits::{
    DELEGATES_MAX, DESCRIPTION_BYTES_MAX, IDENTIFIERS_MAX, LABELS_MAX, LANGUAGES_MAX,
    NOTE_BYTES_MAX, REFERENCES_MAX, SERVICE_KIND_CHARS_MAX, SERVICES_MAX, TITLE_BYTES_MAX,
    URI_BYTES_MAX,
};
use crate::model::{Code, Refusal, Refusals, Rejection, Submission, Timestamp};
use crate::oid::Identifier;

/// Schemes that run code or hide their contents where a page shows them as a link.
const SCHEMES_REFUSED: [&str; 4] = ["javascript", "vbscript", "data", "blob"];

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

    /// Takes over the faults of a part, whose fields stand below `prefix`.
    pub fn take(&mut self, prefix: &str, part: Self) {
        let within = part.0.into_iter().map(|fault| fault.within(prefix));
        self.0.extend(within);
    }

    /// Refuses where there is a fault.
    pub fn refuse(self) -> Result<(), Rejection> {
        Refusals::of(self.0).map_or(Ok(()), |all| Err(all.into()))
    }

    fn count(&mut self, field: &str, count: usize, max: usize) {
        if count > max {
            let detail = format!("{count} values; at most {max} are taken");
            self.add(Code::TooManyValues, field, detail);
        }
    }

    fn bytes(&mut self, field: &str, text: &str, max: usize) {
        if text.len() > max {
            let detail = format!("{} octets; at most {max} are taken", text.len());
            self.add(Code::FieldTooLong, field, detail);
        }
    }

    /// A text that must not be empty, with no control characters but, where it may have lines, their ends and tabs.
    pub fn text(&mut self, field: &str, text: &str, max: usize, lines: bool) {
        if text.trim().is_empty() {
            self.add(Code::FieldRequired, field, "must not be empty");
        }
        self.bytes(field, text, max);
        let barred = |c: char| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'));
        if text.chars().any(barred) {
            self.add(Code::FieldInvalid, field, "must hold no control characters");
        }
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
                self.bytes(field, text, NOTE_BYTES_MAX);
            }
        }
    }

    /// A new arc's fields. `applied` may not lie after `now`.
    pub fn entry(&mut self, entry: &NewEntry, now: Timestamp) {
        self.identifiers(&entry.identifiers);
        self.labels(&entry.labels);
        self.texts("titles", &entry.titles, TITLE_BYTES_MAX, false);
        self.texts(
            "descriptions",
            &entry.descriptions,
            DESCRIPTION_BYTES_MAX,
            true,
        );
        self.services(&entry.services);
        self.references(&entry.references);
        if let Some(to) = &entry.registrant {
            self.registrant("registrant", to);
        }
        self.past("applied", entry.applied, now);
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
            self.texts("titles", titles, TITLE_BYTES_MAX, false);
        }
        if let Some(descriptions) = &changes.descriptions {
            self.texts("descriptions", descriptions, DESCRIPTION_BYTES_MAX, true);
        }
        if let Some(services) = &changes.services {
            self.services(services);
        }
        if let Some(references) = &changes.references {
            self.references(references);
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

    fn texts(&mut self, field: &str, texts: &[Text], max: usize, lines: bool) {
        self.count(field, texts.len(), LANGUAGES_MAX);
        let mut seen = BTreeSet::new();
        for (at, text) in texts.iter().enumerate().take(LANGUAGES_MAX) {
            self.text(&format!("{field}[{at}].text"), &text.text, max, lines);
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
            let kind = format!("services[{at}].kind");
            let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            if service.kind.is_empty() {
                self.add(Code::FieldRequired, kind, "must not be empty");
            } else if service.kind.chars().count() > SERVICE_KIND_CHARS_MAX {
                let detail = format!("at most {SERVICE_KIND_CHARS_MAX} characters are taken");
                self.add(Code::FieldTooLong, kind, detail);
            } else if !service.kind.bytes().all(word) {
                self.add(
                    Code::FieldInvalid,
                    kind,
                    "must be of a to z, 0 to 9 and the hyphen",
                );
            }
            self.uri(&format!("services[{at}].uri"), &service.uri);
            if !seen.insert((&service.kind, &service.uri)) {
                self.twice(format!("services[{at}]"), "service", &service.uri);
            }
        }
    }

    fn references(&mut self, references: &[Reference]) {
        self.count("references", references.len(), REFERENCES_MAX);
        for (at, reference) in references.iter().enumerate().take(REFERENCES_MAX) {
            self.text(
                &format!("references[{at}].title"),
                &reference.title,
                NOTE_BYTES_MAX,
                false,
            );
            if let Some(uri) = &reference.uri {
                self.uri(&format!("references[{at}].uri"), uri);
            }
            if let Some(module) = &reference.asn1_module {
                self.text(
                    &format!("references[{at}].asn1_module"),
                    module,
                    NOTE_BYTES_MAX,
                    false,
                );
            }
            if references.iter().take(at).any(|before| before == reference) {
                self.twice(format!("references[{at}]"), "reference", &reference.title);
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
        self.text("name", &details.name, NOTE_BYTES_MAX, false);
        if let Some(email) = &details.email {
            self.text("email", email, NOTE_BYTES_MAX, false);
            let halves = email.rsplit_once('@');
            let whole =
                halves.is_some_and(|(mailbox, host)| !mailbox.is_empty() && !host.is_empty());
            if !whole || email.contains(char::is_whitespace) {
                self.add(
                    Code::FieldInvalid,
                    "email",
                    "must be an address such as office@example.org",
                );
            }
        }
        if let Some(telephone) = &details.telephone {
            self.text("telephone", telephone, NOTE_BYTES_MAX, false);
        }
        if let Some(address) = &details.address {
            self.text("address", address, NOTE_BYTES_MAX, true);
        }
    }

    /// What proves an assignment, and when it was made.
    pub fn proof(&mut self, proof: &Proof, registered: Option<Timestamp>, now: Timestamp) {
        self.text("proof", &proof.document, NOTE_BYTES_MAX, true);
        if let Some(uri) = &proof.uri {
            self.uri("proof_uri", uri);
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
            Delegation::External { oidip, ors } => {
                for (field, address) in [("delegation.oidip", oidip), ("delegation.ors", ors)] {
                    if let Some(address) = address {
                        self.address(field, address);
                    }
                }
            }
        }
    }

    /// The address of a service: a URI, a host or a domain, in one word.
    fn address(&mut self, field: &str, address: &str) {
        if address.is_empty() {
            self.add(Code::FieldRequired, field, "must not be empty");
        }
        self.bytes(field, address, URI_BYTES_MAX);
        if !address.chars().all(in_uri) {
            self.add(
                Code::FieldInvalid,
                field,
                "must be a URI or a host, without blanks",
            );
        }
    }

    /// RFC 3986: a scheme, then something; no blanks, no control characters, no scheme that runs code.
    fn uri(&mut self, field: &str, uri: &str) {
        if uri.is_empty() {
            return self.add(Code::FieldRequired, field, "must not be empty");
        }
        self.bytes(field, uri, URI_BYTES_MAX);
        let (scheme, rest) = uri.split_once(':').unwrap_or(("", uri));
        let mut letters = scheme.chars();
        let begins = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
        let goes_on = letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        if !begins || !goes_on || rest.is_empty() || !uri.chars().all(in_uri) {
            self.add(
                Code::FieldInvalid,
                field,
                "must be an absolute URI such as https://example.org/a",
            );
        } else if SCHEMES_REFUSED
            .iter()
            .any(|bad| scheme.eq_ignore_ascii_case(bad))
        {
            self.add(
                Code::FieldInvalid,
                field,
                format!("a URI of the scheme {scheme} is not taken"),
            );
        }
    }
}

/// Whether an IRI (RFC 3987) may hold the character.
fn in_uri(c: char) -> bool {
    !c.is_control() && !c.is_whitespace() && !"<>\"{}|\\^`".contains(c)
}

#[cfg(test)]
mod tests;

//! An entry, a conversion as plain text: one fact a line, its name before a colon. For people at a terminal.

use super::shape;

/// An entry.
pub fn entry(entry: &shape::Entry) -> String {
    let mut card = Card::default();
    card.line("oid", &entry.oid);
    for title in &entry.titles {
        card.tagged("title", &title.language, &title.text);
    }
    for text in &entry.descriptions {
        card.tagged("description", &text.language, &text.text);
    }
    if entry.stub {
        card.line(
            "note",
            "the number is taken; nothing else is shown to everybody",
        );
    }
    card.some("state", entry.state);
    card.some("withdrawn", entry.withdrawn.as_deref());
    if let Some(mark) = &entry.suspect {
        card.line("suspect", &format!("since {}", mark.since));
    }
    for identifier in &entry.identifiers {
        card.line("identifier", identifier);
    }
    for label in &entry.labels {
        match &label.language {
            Some(tag) => card.tagged("label", tag, &label.label),
            None => card.line("label", &label.label),
        }
    }
    for label in &entry.long_arcs {
        card.line("long-arc", label);
    }
    for flag in &entry.flags {
        card.line("mark", flag);
    }
    if let Some(relation) = &entry.relation {
        card.line(relation.kind, &relation.oid);
    }
    people(&mut card, entry);
    for service in &entry.services {
        card.tagged("service", &service.kind, &service.uri);
    }
    for reference in &entry.references {
        card.line("reference", &reference.title);
    }
    if let Some(delegation) = &entry.delegation {
        card.line("delegation", delegation.kind);
        card.some("delegation-oidip", delegation.oidip.as_deref());
        card.some("delegation-ors", delegation.ors.as_deref());
    }
    if entry.sandbox {
        card.line("sandbox", "true");
    }
    if let Some(template) = &entry.template {
        card.line("template", &template.numbers.join(", "));
    }
    if let Some(superior) = entry.origin.as_ref().and_then(|one| one.superior.as_ref()) {
        card.line("template-of", superior);
    }
    card.some("registered", entry.registered.as_deref());
    card.some("changed", entry.changed.as_deref());
    if let Some(superior) = entry.superiors.first() {
        card.line("superior", &superior.oid);
    }
    card.line("url", &entry.url);
    notations(&mut card, &entry.notations);
    card.0
}

/// A conversion.
pub fn conversion(conversion: &shape::Conversion) -> String {
    let mut card = Card::default();
    card.line("notation", conversion.notation);
    for told in &conversion.tolerated {
        card.line("tolerated", &told.message);
    }
    card.line("url", &conversion.url);
    notations(&mut card, &conversion.notations);
    card.0
}

fn people(card: &mut Card, entry: &shape::Entry) {
    for row in super::page::parties(entry) {
        let name = row.role.to_ascii_lowercase().replace(' ', "-");
        card.line(&name, &row.name);
    }
}

fn notations(card: &mut Card, notations: &shape::Notations) {
    for (name, text) in notations.rows() {
        card.line(name, text);
    }
}

impl shape::Notations {
    /// Every notation that there is, with its name.
    pub fn rows(&self) -> Vec<(&'static str, &str)> {
        let mut rows = vec![
            ("dot", self.dot.as_str()),
            ("asn1", &self.asn1),
            ("asn1-numbers", &self.asn1_numbers),
            ("iri", &self.iri),
            ("iri-numbers", &self.iri_numbers),
            ("oid-iri", &self.oid_iri),
        ];
        let others = [
            ("urn", &self.urn),
            ("der", &self.der),
            ("contents", &self.contents),
            ("der-iri", &self.der_iri),
            ("per", &self.per),
            ("oer", &self.oer),
            ("cbor", &self.cbor),
            ("xer", &self.xer),
            ("jer", &self.jer),
            ("uuid", &self.uuid),
        ];
        let others = others.into_iter();
        rows.extend(others.filter_map(|(name, text)| Some((name, text.as_deref()?))));
        rows
    }
}

/// Lines of text.
#[derive(Default)]
struct Card(String);

impl Card {
    /// One fact; a text of several lines stays one fact.
    fn line(&mut self, name: &str, text: &str) {
        let whole = text.lines().collect::<Vec<_>>().join(" ");
        self.0 += &[name, ": ", &whole, "\n"].concat();
    }

    fn tagged(&mut self, name: &str, tag: &str, text: &str) {
        self.line(name, &format!("[{tag}] {text}"));
    }

    fn some(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.line(name, text);
        }
    }
}

//! The section of the object: its status, names, services, attributes, superior and subordinates (Standard 2, object section).
//!
//! Of a stub it tells the number, that it is confidential, and what is above; nothing else.

use crate::model::entry::{Delegation, Entry, Flags, Origin, Relation, Service};
use crate::model::{State, Viewed, Visibility};
use crate::oid::notation::{self, Names};
use crate::oid::{ArcValue, Identifier, NodePath, UnicodeLabel, standard};
use crate::register::Seen;

use super::answer::{Answer, Outcome};
use super::clean::{clean, clean_line};
use super::fields::{Kind, Section};
use super::limits::{DESCRIPTION_CHARS_MAX, SUBORDINATES_MAX};
use super::make::{Maker, note};
use super::parties::contact_line;
use super::{lang, moment};

/// What is known.
pub(super) const AVAILABLE: &str = "Information available";
/// Something is known, or shown.
pub(super) const PARTIAL: &str = "Information partially available";
/// Nothing is known, or shown.
pub(super) const UNAVAILABLE: &str = "Information unavailable";
/// The port of a WHOIS service whose address says none (RFC 3912).
const WHOIS_PORT: u16 = 43;
/// The kind of a service that answers OID-IP.
const OIDIP: &str = "oidip";
/// The kind of a service that is a page for people.
const WEB: &str = "web";

/// A node as requests and answers write it.
pub(super) fn written(path: &NodePath) -> String {
    if path.is_root() {
        return "oid:".to_owned();
    }
    format!("oid:{path}")
}

/// The section of an entry.
pub(super) fn tell(desk: &Maker<'_>, seen: &Seen, answer: &mut Answer) -> Viewed<()> {
    let entry = &seen.entry;
    let mut section = Section::new(Kind::Object);
    section.one("object", written(&entry.path));
    section.one("status", status(seen));
    if !seen.stub {
        texts(desk, entry, &mut section, answer);
        section.maybe("url", page(desk, entry));
        names(desk, entry, &mut section);
        section.many("oidip-service", oidip_services(entry));
        own(desk, entry, &mut section, answer)?;
    }
    let (listed, cut) = subordinates(desk, seen, answer)?;
    if cut {
        section.extra("subordinates-shown", [SUBORDINATES_MAX.to_string()]);
    }
    let mark = seen.entry.suspicion.as_ref();
    if let Some(mark) = mark.filter(|mark| mark.is_open() && !seen.stub) {
        section.extra("suspect-since", moment::write(mark.since));
    }
    section.many("attribute", attributes(seen));
    section.maybe("parent", parent(desk, &entry.path));
    section.many("subordinate", listed);
    // When reference data was registered, others know.
    if !seen.stub && !entry.origin.is_reference() {
        section.maybe("created", moment::write(entry.registered));
    }
    if !seen.stub && (entry.authority || !entry.origin.is_reference()) {
        section.maybe("updated", moment::write(entry.changed));
    }
    answer.sections.push(section);
    Ok(())
}

/// The section of the root.
pub(super) fn tell_root(desk: &Maker<'_>, answer: &mut Answer) -> Viewed<()> {
    let mut section = Section::new(Kind::Object);
    section.one("object", written(&NodePath::root()));
    section.one("status", AVAILABLE);
    section.one("lang", "en");
    section.one("name", "Root of the object identifier tree");
    answer.language = Some("en".to_owned());
    let (listed, _) = children(desk, &NodePath::root(), answer)?;
    section.many("subordinate", listed);
    answer.sections.push(section);
    Ok(())
}

fn status(seen: &Seen) -> &'static str {
    match seen.entry.origin {
        _ if seen.stub => UNAVAILABLE,
        _ if seen.entry.authority => AVAILABLE,
        // Others keep it: what is known here is from published sources.
        Origin::Reference { .. } => PARTIAL,
        Origin::Assigned | Origin::Recorded { .. } | Origin::Template { .. } => AVAILABLE,
    }
}

/// Title and description, in the language that is wanted most; `lang` says which where both are in one.
fn texts(desk: &Maker<'_>, entry: &Entry, section: &mut Section, answer: &mut Answer) {
    let wanted = desk.request.languages();
    let title = lang::choose(&entry.holder.titles, wanted);
    // Without a wish, the description follows the title.
    let follows: Vec<_> = title
        .map(|title| title.language.clone())
        .into_iter()
        .collect();
    let wanted: Vec<_> = wanted.iter().cloned().chain(follows).collect();
    let description = lang::choose(&entry.holder.descriptions, &wanted);
    let mut languages = [title, description].into_iter().flatten();
    let language = languages.next().map(|text| text.language.as_str());
    if let Some(language) = language
        && languages.all(|text| text.language.as_str() == language)
    {
        section.one("lang", language);
        answer.language = Some(language.to_owned());
    }
    section.maybe("name", title.map(|title| clean_line(&title.text)));
    if let Some(description) = description {
        let text = clean(&description.text);
        let short = text.chars().count() <= DESCRIPTION_CHARS_MAX && !text.contains('\n');
        section.one(if short { "description" } else { "information" }, text);
    }
}

/// The page of an entry: its holder's own, else this register's. The JSON schema takes one.
fn page(desk: &Maker<'_>, entry: &Entry) -> Option<String> {
    let own = by_priority(entry).into_iter().find(|one| one.kind == WEB);
    own.map(|one| one.uri.clone()).or_else(|| {
        let base = desk.publication.permalinks.as_ref()?;
        Some(format!("{base}{}", entry.path))
    })
}

fn by_priority(entry: &Entry) -> Vec<&Service> {
    let mut services: Vec<_> = entry.holder.services.iter().collect();
    services.sort_by_key(|one| one.priority);
    services
}

/// Every notation and name.
fn names(desk: &Maker<'_>, entry: &Entry, section: &mut Section) {
    let path = &entry.path;
    let superior = &entry.superior;
    let first = notation::forms(path, &desk.names);
    let mut asn1 = vec![first.asn1];
    let mut iris = vec![first.iri];
    for identifier in &superior.identifiers {
        let named = Called::identifier(&desk.names, path, identifier);
        add(&mut asn1, notation::forms(path, &named).asn1);
    }
    if desk.names.long_arc_of(path).is_some() {
        for label in &superior.long_arcs {
            add(&mut iris, format!("/{label}"));
        }
    }
    if desk.names.label_of(path).is_some() {
        for one in &superior.labels {
            let named = Called::label(&desk.names, path, &one.label);
            add(&mut iris, notation::forms(path, &named).iri);
        }
    }
    // Without long arcs, from the root on.
    add(
        &mut iris,
        notation::forms(path, &Called::rooted(&desk.names, path)).iri,
    );
    section.many("asn1-notation", asn1);
    section.many("iri-notation", iris);
    let texts = |names: &[Identifier]| names.iter().map(ToString::to_string).collect();
    section.many("identifier", texts(&superior.identifiers));
    section.many("standardized-id", texts(&standardized(path)));
    let labels = superior.labels.iter();
    section.many(
        "unicode-label",
        labels.map(|one| one.label.to_string()).collect(),
    );
    let long = superior.long_arcs.iter();
    section.many("long-arc", long.map(ToString::to_string).collect());
}

fn add(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}

/// The names that may stand without their number (X.660 A.2.3, A.3.2, A.4.2).
fn standardized(path: &NodePath) -> Vec<Identifier> {
    path.arcs()
        .split_last()
        .map_or_else(Vec::new, |(number, superior)| {
            standard::names_of(superior, number)
        })
}

/// The names of a reading, but one node is called by one of its names.
struct Called<'a> {
    names: &'a dyn Names,
    path: &'a NodePath,
    identifier: Option<&'a Identifier>,
    label: Option<&'a UnicodeLabel>,
    rooted: bool,
}

impl<'a> Called<'a> {
    /// By the names it has, but not by long arcs.
    fn rooted(names: &'a dyn Names, path: &'a NodePath) -> Self {
        Self {
            names,
            path,
            identifier: None,
            label: None,
            rooted: true,
        }
    }

    fn identifier(names: &'a dyn Names, path: &'a NodePath, identifier: &'a Identifier) -> Self {
        Self {
            names,
            path,
            identifier: Some(identifier),
            label: None,
            rooted: false,
        }
    }

    fn label(names: &'a dyn Names, path: &'a NodePath, label: &'a UnicodeLabel) -> Self {
        Self {
            names,
            path,
            identifier: None,
            label: Some(label),
            rooted: false,
        }
    }
}

impl Names for Called<'_> {
    fn by_identifier(&self, superior: &NodePath, identifier: &Identifier) -> Vec<ArcValue> {
        self.names.by_identifier(superior, identifier)
    }

    fn by_label(&self, superior: &NodePath, label: &UnicodeLabel) -> Option<ArcValue> {
        self.names.by_label(superior, label)
    }

    fn by_long_arc(&self, label: &UnicodeLabel) -> Option<NodePath> {
        self.names.by_long_arc(label)
    }

    fn identifier_of(&self, path: &NodePath) -> Option<Identifier> {
        let own = self.identifier.filter(|_| path == self.path);
        own.cloned().or_else(|| self.names.identifier_of(path))
    }

    fn identifiers_of(&self, path: &NodePath) -> Vec<Identifier> {
        self.names.identifiers_of(path)
    }

    fn label_of(&self, path: &NodePath) -> Option<UnicodeLabel> {
        let own = self.label.filter(|_| path == self.path);
        own.cloned().or_else(|| self.names.label_of(path))
    }

    fn long_arc_of(&self, path: &NodePath) -> Option<UnicodeLabel> {
        // Called by a label, the node itself is not reached by its long arc.
        let itself = self.label.is_some() && path == self.path;
        if itself || self.rooted {
            None
        } else {
            self.names.long_arc_of(path)
        }
    }
}

/// Where the register of what is below answers OID-IP: the delegation first, then what the holder names.
fn oidip_services(entry: &Entry) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(Delegation::External {
        oidip: Some(address),
        ..
    }) = &entry.delegation
    {
        found.extend(service_address(address));
    }
    for one in by_priority(entry) {
        if one.kind == OIDIP
            && let Some(address) = service_address(&one.uri)
        {
            add(&mut found, address);
        }
    }
    found
}

/// The address of a service as the standard writes it: over HTTP a URI that ends with a solidus, over WHOIS host and port;
/// none where the text is neither.
pub(super) fn service_address(address: &str) -> Option<String> {
    let lower = address.to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        let end = if address.ends_with('/') { "" } else { "/" };
        return Some(format!("{address}{end}"));
    }
    let host = match lower.strip_prefix("whois://") {
        Some(rest) => rest.trim_end_matches('/'),
        None => lower.as_str(),
    };
    if host.is_empty() || host.contains(['/', '@', '?', '#']) {
        return None;
    }
    let (name, port) = split_port(host)?;
    (!name.is_empty()).then(|| format!("{name}:{port}"))
}

/// Host and port; an IPv6 address stands in brackets.
fn split_port(host: &str) -> Option<(&str, u16)> {
    if let Some(rest) = host.strip_prefix('[') {
        let (inner, after) = rest.split_once(']')?;
        inner.parse::<std::net::Ipv6Addr>().ok()?;
        let name = host.get(..inner.len() + 2)?;
        return match after.strip_prefix(':') {
            Some(port) => Some((name, port.parse().ok()?)),
            None => after.is_empty().then_some((name, WHOIS_PORT)),
        };
    }
    match host.split_once(':') {
        Some((name, port)) => Some((name, port.parse().ok().filter(|port| *port > 0)?)),
        None => Some((host, WHOIS_PORT)),
    }
}

/// What the standard has no field for.
fn own(desk: &Maker<'_>, entry: &Entry, section: &mut Section, answer: &mut Answer) -> Viewed<()> {
    let superior = &entry.superior;
    section.extra("state", [superior.state.word().to_owned()]);
    match &superior.relation {
        Some(Relation::Successor(path)) => section.extra("successor", [written(path)]),
        Some(Relation::DuplicateOf(path)) => section.extra("duplicate-of", [written(path)]),
        None => {}
    }
    section.extra("origin", [origin(&entry.origin)]);
    if entry.sandbox.is_some() {
        section.extra("sandbox", ["true".to_owned()]);
    }
    let references = entry.holder.references.iter().map(|one| {
        let parts = [Some(&one.title), one.uri.as_ref(), one.asn1_module.as_ref()];
        let parts: Vec<_> = parts.into_iter().flatten().map(String::as_str).collect();
        clean_line(&parts.join(" "))
    });
    section.extra("reference", references);
    let services = by_priority(entry);
    let services = services.iter().filter(|one| one.kind != OIDIP);
    let lines = services.map(|one| clean_line(&format!("{} {}", one.kind, one.uri)));
    section.extra("service", lines);
    let mut contacts = Vec::new();
    for contact in &entry.holder.contacts {
        contacts.push(contact_line(desk, entry, contact)?);
    }
    if !contacts.is_empty() {
        desk.note_people(answer, &entry.path);
    }
    section.extra("contact", contacts);
    section.extra("revision", [entry.revision.to_string()]);
    Ok(())
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Assigned | Origin::Recorded { .. } => origin.word().to_owned(),
        Origin::Template { superior } => format!("template of {superior}"),
        Origin::Reference {
            source, certainty, ..
        } => clean_line(&format!("reference ({}, {source})", certainty.word())),
    }
}

fn attributes(seen: &Seen) -> Vec<String> {
    let superior = &seen.entry.superior;
    let Flags {
        leaf,
        frozen,
        no_identifiers,
        no_unicode_labels,
        draft,
    } = superior.flags;
    let confidential = seen.stub || seen.visibility != Visibility::Public;
    let retired = superior.state == State::Withdrawn;
    [
        (confidential, "confidential"),
        (draft, "draft"),
        (frozen, "frozen"),
        (leaf, "leaf"),
        (no_identifiers, "no-identifiers"),
        (no_unicode_labels, "no-unicode-labels"),
        (retired, "retired"),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .map(|(_, word)| word.to_owned())
    .collect()
}

/// The node directly above, with its names: what may be seen has no gap above it.
fn parent(desk: &Maker<'_>, path: &NodePath) -> Option<String> {
    let above = path.parent().filter(|above| !above.is_root())?;
    let names = desk.names.identifiers_of(&above);
    Some(with_names(&above, &names))
}

fn with_names(path: &NodePath, names: &[Identifier]) -> String {
    let names: Vec<_> = names.iter().map(Identifier::as_str).collect();
    if names.is_empty() {
        return written(path);
    }
    format!("{} ({})", written(path), names.join(", "))
}

/// The subordinates of what was asked for, and whether there are more; none of a stub, a leaf, or a mere superior.
fn subordinates(desk: &Maker<'_>, seen: &Seen, answer: &mut Answer) -> Viewed<(Vec<String>, bool)> {
    let listed = answer.outcome == Outcome::Found && !seen.stub && !seen.entry.superior.flags.leaf;
    if !listed {
        return Ok((Vec::new(), false));
    }
    children(desk, &seen.entry.path, answer)
}

fn children(desk: &Maker<'_>, path: &NodePath, answer: &mut Answer) -> Viewed<(Vec<String>, bool)> {
    let mut found = desk
        .reading
        .children(path, None, SUBORDINATES_MAX + 1, desk.sight)?;
    let cut = found.len() > SUBORDINATES_MAX;
    found.truncate(SUBORDINATES_MAX);
    let lines = found.iter().map(|one| {
        note(answer, one);
        // Those of a stub are blank.
        with_names(&one.entry.path, &one.entry.superior.identifiers)
    });
    Ok((lines.collect(), cut))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_services_are_written_as_the_standard_has_them() {
        for (given, expect) in [
            (
                "https://oid.example.org/oidip",
                Some("https://oid.example.org/oidip/"),
            ),
            ("HTTP://oid.example.org/", Some("HTTP://oid.example.org/")),
            ("whois.example.org", Some("whois.example.org:43")),
            ("Whois.example.org:4343", Some("whois.example.org:4343")),
            ("whois://whois.example.org/", Some("whois.example.org:43")),
            ("[2001:db8::1]", Some("[2001:db8::1]:43")),
            ("[2001:db8::1]:99", Some("[2001:db8::1]:99")),
            ("192.0.2.1:43", Some("192.0.2.1:43")),
            ("[x]:1", None),
            ("[2001:db8::1]x", None),
            ("example.org:0", None),
            ("example.org:65536", None),
            (":43", None),
            ("ftp://example.org/", None),
            ("example.org/oidip", None),
            ("a@b", None),
            ("", None),
        ] {
            assert_eq!(service_address(given).as_deref(), expect, "{given}");
        }
    }
}

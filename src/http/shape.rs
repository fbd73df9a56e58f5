//! The JSON shapes of answers, as applications see them; the `OpenAPI` document is made from these types.
//!
//! A member that has nothing to tell is left out. Octets are written in hexadecimal digits, moments as RFC 3339 says. Members
//! are only added. Nothing here looks anything up: [`super::view`] fills them.

use serde::Serialize;
use utoipa::ToSchema;

/// An entry of the register: one arc, as the caller may see it.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Entry {
    /// The object identifier in dot notation.
    #[schema(example = "2.16.834")]
    pub oid: String,
    /// The permalink.
    pub url: String,
    /// The primary integer value of the arc, in decimal: arcs are of any size.
    #[schema(example = "834")]
    pub number: String,
    /// Whether only the number may be shown; then nearly everything else is left out.
    pub stub: bool,
    /// `public`, `stub` or `hidden`: who may see it, what its superiors say included.
    pub visibility: &'static str,
    /// `reserved`, `active`, `suspended`, `deprecated` or `withdrawn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// Whether this register is the registration authority of the node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<bool>,
    /// How the register came to know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Secondary identifiers, the preferred one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<String>,
    /// Non-integer Unicode labels, the preferred one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// Labels of long arcs that lead here from the root.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub long_arcs: Vec<String>,
    /// `leaf`, `frozen`, `no-identifiers`, `no-unicode-labels`, `draft`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<&'static str>,
    /// What replaces it, or what it repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// Names for people, by language.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub titles: Vec<Text>,
    /// What it is for, by language.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub descriptions: Vec<Text>,
    /// Where more is to be had about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// Where it is defined.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// Whom to turn to about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// To whom it was first assigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_registrant: Option<Holding>,
    /// To whom it is assigned now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registrant: Option<Holding>,
    /// Who speaks for the registrant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sponsor: Option<Party>,
    /// Who acts below it, if not the superior's staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegation: Option<Delegation>,
    /// That somebody says that it is wrong, and it is not settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspect: Option<Suspect>,
    /// Whether it stands in a sandbox, where integrators try things out: it means nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sandbox: bool,
    /// The rule by which it answers for subordinates without a row of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<Template>,
    /// When it was applied for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied: Option<String>,
    /// When it was registered; left out for reference data, of which nobody says when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered: Option<String>,
    /// Since when it is withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// When anything about it last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<String>,
    /// The sequence number of the record that wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// The arc in every notation and encoding.
    pub notations: Notations,
    /// The registered superiors, the nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub superiors: Vec<Line>,
}

/// The mark of an arc that may be wrong.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Suspect {
    /// Since when.
    pub since: String,
    /// Until when it should be settled.
    pub until: String,
}

/// One arc in a list: enough to tell it from others.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Line {
    /// The object identifier in dot notation.
    pub oid: String,
    /// The permalink.
    pub url: String,
    /// The preferred secondary identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// The first title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its state; left out for a stub.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
}

/// How the register came to know an arc.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Origin {
    /// `assigned`, `recorded`, `reference` or `template`.
    pub kind: &'static str,
    /// What proves the assignment, where it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// Where the proof can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof_uri: Option<String>,
    /// Where reference data is known from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `verified`, `single-source`, `partial` or `implied`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certainty: Option<&'static str>,
    /// Whose template made it, in dot notation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superior: Option<String>,
}

/// The rule by which an arc answers for subordinates without a row of their own.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Template {
    /// Which numbers it covers, as runs such as `1000-` and `5-9`; `uuid` means those of UUIDs.
    pub numbers: Vec<String>,
    /// Since when there is one.
    pub since: String,
    /// Since when it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<String>,
}

/// A non-integer Unicode label.
#[expect(clippy::struct_field_names, reason = "the names are those of the JSON")]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Label {
    /// The label.
    pub label: String,
    /// Its language (BCP 47).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// That it is not final.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisional: Option<Provisional>,
}

/// Until when a label that is not final can be challenged.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Provisional {
    /// Since when the arc has it.
    pub since: String,
    /// Until when it can be challenged.
    pub until: String,
    /// Whether it is challenged, and nobody decided yet.
    pub challenged: bool,
}

/// What replaces an arc, or what it repeats.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Relation {
    /// `successor` or `duplicate-of`.
    pub kind: &'static str,
    /// The other arc.
    pub oid: String,
    /// Its permalink.
    pub url: String,
}

/// Text in one language.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Text {
    /// The language (BCP 47).
    pub language: String,
    /// The text.
    pub text: String,
}

/// Where more is to be had about an arc.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Service {
    /// What it gives, such as `web`, `oidip`, `rdap`.
    pub kind: String,
    /// Where it is.
    pub uri: String,
    /// Which to try first: the lowest.
    pub priority: u32,
}

/// Where an arc is defined.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reference {
    /// The document's title or number.
    pub title: String,
    /// Where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The ASN.1 module that uses the arc.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn1_module: Option<String>,
}

/// Somebody, as far as the caller may know.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Party {
    /// The opaque id.
    pub id: String,
    /// `person`, `organisation` or `machine`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// The name, where its owner lets it be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For the staff of the arc only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// For the staff of the arc only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// For the staff of the arc only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Whom to turn to, and with what.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Contact {
    /// `administrative`, `technical` or `abuse`.
    pub role: &'static str,
    /// Who it is.
    pub party: Party,
}

/// An arc in somebody's hands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Holding {
    /// In whose.
    pub registrant: Party,
    /// Since when.
    pub since: String,
}

/// Who acts as the registration authority below an arc.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(
    clippy::struct_field_names,
    reason = "the records that vouch for a delegation have that name (RFC 4034)"
)]
pub struct Delegation {
    /// `hosted` here, or `external`: a register elsewhere.
    pub kind: &'static str,
    /// Who may act, where it is hosted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub principals: Vec<String>,
    /// Where the OID-IP service of the other register answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidip: Option<String>,
    /// Where its ORS zone is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ors: Option<String>,
    /// The name servers of that zone, each with its addresses where it lies within the zone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub name_servers: Vec<String>,
    /// What vouches for the zone's keys, as in a DS record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delegation_signers: Vec<String>,
}

/// An arc in every notation and encoding. A root arc alone is no object identifier value and has no encodings.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Notations {
    /// `2.16.834`
    pub dot: String,
    /// `{joint-iso-itu-t(2) country(16) tz(834)}`
    pub asn1: String,
    /// `{2 16 834}`
    pub asn1_numbers: String,
    /// `/Country/TZ`
    pub iri: String,
    /// `/2/16/834`
    pub iri_numbers: String,
    /// `oid:/Country/TZ`, percent-encoded
    pub oid_iri: String,
    /// `urn:oid:2.16.834`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urn: Option<String>,
    /// DER, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub der: Option<String>,
    /// The contents octets of DER, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contents: Option<String>,
    /// DER of the OID-IRI value, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub der_iri: Option<String>,
    /// PER, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<String>,
    /// OER, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oer: Option<String>,
    /// CBOR with tag 111 (RFC 9090), in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cbor: Option<String>,
    /// The XML value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xer: Option<String>,
    /// The JSON value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jer: Option<String>,
    /// The UUID of a node directly below 2.25.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
}

/// At which revision an answer was read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Revision {
    /// The opaque token, for `at_least_revision` and `as_of_revision`.
    pub token: String,
    /// The sequence number of its record.
    pub sequence: u64,
    /// When it was made.
    pub time: String,
}

/// A page of the subordinates of a node.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Subordinates {
    /// The node.
    pub oid: String,
    /// Its permalink.
    pub url: String,
    /// Its direct subordinates in numeric order.
    pub children: Vec<Entry>,
    /// Where the next page is; left out on the last one. All pages are of one revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The revision of every page.
    pub revision: Revision,
}

/// The answers to a batch, in the order of the questions, all of one revision.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Batch {
    /// One for each question.
    pub answers: Vec<BatchAnswer>,
    /// The revision of every answer.
    pub revision: Revision,
}

/// The answer to one of a batch.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BatchAnswer {
    /// What was asked.
    pub asked: String,
    /// `found`, `superior-found`, `unknown` or `refused`.
    pub outcome: &'static str,
    /// The entry that was found: the one asked for, or its nearest superior.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<Entry>,
    /// How many arcs lie between what was asked and the superior that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<usize>,
    /// Where to ask on, where the superior is delegated elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<Delegation>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<BatchError>,
}

/// Why one of a batch was refused.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BatchError {
    /// The permanent code.
    pub code: &'static str,
    /// What is wrong, and where it can be said, what would be right.
    pub detail: String,
}

/// What a text is in every notation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Conversion {
    /// What was asked.
    pub asked: String,
    /// The notation it was in, such as `dot`, `asn1`, `iri`, `urn`.
    pub notation: &'static str,
    /// The permalink.
    pub url: String,
    /// The arc in every notation.
    pub notations: Notations,
    /// What was tolerated in reading it; nothing where it is strictly written.
    pub tolerated: Vec<Tolerance>,
    /// Names that the register does not know for the numbers beside them.
    pub disagreements: Vec<Disagreement>,
}

/// Something that was tolerated.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Tolerance {
    /// The permanent code.
    pub code: &'static str,
    /// What was done about it.
    pub message: String,
}

/// A name that stands beside a number of other names.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Disagreement {
    /// The arc.
    pub oid: String,
    /// The name as given.
    pub given: String,
    /// The names that are known.
    pub registered: Vec<String>,
}

/// What this service offers: its interfaces and where they are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Description {
    /// What the service is.
    pub title: &'static str,
    /// The nodes that it is the registration authority of, with their permalinks.
    pub authorities: Vec<Line>,
    /// Templates of addresses (RFC 6570) by what they give.
    pub interfaces: Vec<Interface>,
    /// The link types that `linkType` takes, beside the kinds of an entry's own services.
    #[serde(rename = "linkTypes")]
    pub link_types: Vec<&'static str>,
    /// The representations of a permalink.
    pub formats: Vec<Representation>,
    /// The revision of the register.
    pub revision: Revision,
}

/// One interface.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Interface {
    /// What it gives.
    pub name: &'static str,
    /// How it is asked.
    pub method: &'static str,
    /// Its address, with the parts to fill in in braces.
    pub template: String,
    /// One sentence about it.
    pub summary: &'static str,
}

/// One representation of a permalink.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Representation {
    /// Its name, for `?format=` and as a suffix.
    pub format: &'static str,
    /// Its media type, for `Accept`.
    pub media_type: &'static str,
}

/// A problem (RFC 9457).
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Problem {
    /// The page that explains it; `about:blank` where the status says all.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it means, the same for every problem of this type.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong in this case and, where it can be said, what would be right.
    pub detail: String,
    /// The permanent code of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// Its permanent number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u16>,
    /// What it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clause: Option<&'static str>,
    /// The part of the request at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The value at fault, cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// All that is at fault, where that is more than one thing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// The nearest superior that is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
    /// Where to ask on, where that superior is delegated elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<Delegation>,
    /// The representations there are, where none was acceptable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub available: Vec<Representation>,
    /// The id under which the server's log has more, where the fault is the server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

/// One thing at fault.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Fault {
    /// The permanent code.
    pub code: &'static str,
    /// The part of the request.
    pub field: String,
    /// What is wrong.
    pub detail: String,
}

/// The nearest superior of something that is not registered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Nearest {
    /// The superior.
    pub oid: String,
    /// Its permalink.
    pub url: String,
    /// How many arcs lie between.
    pub distance: usize,
}

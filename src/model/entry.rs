//! The entry of one arc: everything the register holds about it (DESIGN §5, X.660 §6).
//!
//! The superior's fields (number, names, state, visibility) and the holder's (titles, descriptions, contacts) stand apart,
//! each with its own time of change. An entry holds no person's data, only ids.

use crate::oid::{ArcValue, Identifier, NodePath, UnicodeLabel};

use super::consent::{Locks, Pending};
use super::label_claim::LabelClaim;
use super::plan::Plan;
use super::sandbox::Sandbox;
use super::suspicion::{Check, Suspicion};
use super::template::Template;
use super::{
    clock::Timestamp,
    ids::{PrincipalId, RegistrantId, Seq},
    policy::Policy,
};

/// What the register holds about one arc, at one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where the node stands.
    pub path: NodePath,
    /// The record that wrote this state of it.
    pub revision: Seq,
    /// The record that first named it.
    pub created: Seq,
    /// How the register came to know it.
    pub origin: Origin,
    /// Whether this register is the registration authority of the node.
    pub authority: bool,
    /// What the superior decides.
    pub superior: SuperiorFields,
    /// What the holder decides.
    pub holder: HolderFields,
    /// To whom the arc was first assigned; `None` while the superior keeps it.
    pub first_registrant: Option<Holding>,
    /// To whom it is assigned now.
    pub registrant: Option<Holding>,
    /// Who speaks for the registrant, if anybody.
    pub sponsor: Option<RegistrantId>,
    /// Who acts below it, if not the superior's staff.
    pub delegation: Option<Delegation>,
    /// Who keeps it from being changed.
    pub locks: Locks,
    /// What waits until more people agreed; it may be over.
    pub pending: Option<Box<Pending>>,
    /// What is planned for it, by number.
    pub plans: Vec<Plan>,
    /// That it may be wrong.
    pub suspicion: Option<Box<Suspicion>>,
    /// The question whether what is known of its registrant is right, as long as nobody answered.
    pub check: Option<Check>,
    /// When its registrant was last known to be right, by an answer.
    pub confirmed: Option<Timestamp>,
    /// Its labels that are not final, or were not when it changed last.
    pub label_claims: Vec<LabelClaim>,
    /// The policy for its subordinates; `None` means the one it inherits.
    pub policy: Option<Policy>,
    /// The rule that answers for subordinates without a row of their own.
    pub template: Option<Box<Template>>,
    /// Where in a sandbox it stands, if in one.
    pub sandbox: Option<Box<Sandbox>>,
    /// When it was applied for, if that is known.
    pub applied: Option<Timestamp>,
    /// When it was registered, as far as the register knows.
    pub registered: Timestamp,
    /// When anything about it last changed.
    pub changed: Timestamp,
}

/// What the superior registration authority decides about an arc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuperiorFields {
    /// Where the arc is in its life.
    pub state: State,
    /// Who may see it.
    pub visibility: Visibility,
    /// Secondary identifiers, the preferred one first.
    pub identifiers: Vec<Identifier>,
    /// Non-integer Unicode labels, the preferred one first.
    pub labels: Vec<Label>,
    /// Labels of long arcs that lead here from the root. No national authority can make one (X.660 A.7, X.662).
    pub long_arcs: Vec<UnicodeLabel>,
    /// What may not be done below it.
    pub flags: Flags,
    /// What replaces it, or what it repeats.
    pub relation: Option<Relation>,
    /// Since when it is withdrawn, where it is: the time for its reinstatement runs from here.
    pub withdrawn: Option<Timestamp>,
    /// When one of these last changed.
    pub changed: Timestamp,
}

/// What the holder of an arc decides about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HolderFields {
    /// A name for people, by language; each language once.
    pub titles: Vec<Text>,
    /// What it is for, by language; each language once.
    pub descriptions: Vec<Text>,
    /// Where more is to be had about the OID.
    pub services: Vec<Service>,
    /// Where it is defined.
    pub references: Vec<Reference>,
    /// Whom to turn to about it.
    pub contacts: Vec<Contact>,
    /// When one of these last changed.
    pub changed: Timestamp,
}

/// Where an arc is in its life. Every state burns the number for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Set aside: not assigned yet, never to be given out otherwise.
    Reserved,
    /// Assigned and in force.
    Active,
    /// Assigned, not in force for the time being.
    Suspended,
    /// Still valid; new uses should choose another.
    Deprecated,
    /// No longer valid. The number is never used again.
    Withdrawn,
}

impl State {
    /// Every state, in the order of an arc's life.
    pub const ALL: [Self; 5] = [
        Self::Reserved,
        Self::Active,
        Self::Suspended,
        Self::Deprecated,
        Self::Withdrawn,
    ];

    /// The lower-case word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deprecated => "deprecated",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether the arc still counts: withdrawing its superior would leave it hanging.
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Withdrawn)
    }

    /// Whether DESIGN §5 lets an arc go from this state to `to`, the policy's window for reinstatement apart.
    pub const fn may_become(self, to: Self) -> bool {
        matches!(
            (self, to),
            (
                Self::Reserved | Self::Suspended | Self::Deprecated | Self::Withdrawn,
                Self::Active
            ) | (Self::Active, Self::Suspended | Self::Deprecated)
                | (
                    Self::Reserved | Self::Active | Self::Suspended | Self::Deprecated,
                    Self::Withdrawn
                )
        )
    }
}

/// Who may see an entry. What stands below is never easier to see than what stands above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Visibility {
    /// Everybody sees everything.
    Public,
    /// Everybody sees that the number is taken, and nothing else.
    Stub,
    /// For those without the right, it does not exist.
    Hidden,
}

impl Visibility {
    /// The lower-case word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Stub => "stub",
            Self::Hidden => "hidden",
        }
    }

    /// The harder to see of the two.
    #[must_use]
    pub fn under(self, superior: Self) -> Self {
        self.max(superior)
    }
}

/// How the register came to know an arc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Allocated by this register.
    Assigned,
    /// Assigned elsewhere or long ago, and recorded here with its proof.
    Recorded {
        /// What proves the assignment: a document, a letter, a publication.
        proof: String,
        /// Where the proof can be read, if anywhere.
        uri: Option<String>,
    },
    /// Above or beside the authority's nodes: known from published sources, never allocatable here.
    Reference {
        /// Where it is known from.
        source: String,
        /// How sure that is.
        certainty: Certainty,
        /// Which version of `data/` brought it.
        data_version: String,
    },
    /// Made by the rule of its superior, whenever it is asked for; never stored.
    Template {
        /// Whose rule.
        superior: NodePath,
    },
}

impl Origin {
    /// The lower-case word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Recorded { .. } => "recorded",
            Self::Reference { .. } => "reference",
            Self::Template { .. } => "template",
        }
    }

    /// Whether the entry comes from published sources and is no business of this authority.
    pub const fn is_reference(&self) -> bool {
        matches!(self, Self::Reference { .. })
    }
}

/// How sure a reference entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Certainty {
    /// Read in the repository or in two independent sources.
    Verified,
    /// Found in one source only.
    SingleSource,
    /// Sources disagree, or a piece is missing.
    Partial,
    /// Not found anywhere: it must exist because something below it does.
    Implied,
}

impl Certainty {
    /// The lower-case words for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::SingleSource => "single-source",
            Self::Partial => "partial",
            Self::Implied => "implied",
        }
    }
}

/// A non-integer Unicode label with the language it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The label.
    pub label: UnicodeLabel,
    /// Its language, if it has one.
    pub language: Option<Language>,
}

/// A language tag (BCP 47), in canonical case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(String);

/// Why a text is no language tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a well-formed language tag of at most {LANGUAGE_CHARS_MAX} characters, such as en or sw-TZ (BCP 47)"
)]
pub struct LanguageError;

/// Most characters of a language tag.
pub const LANGUAGE_CHARS_MAX: usize = 35;

impl Language {
    /// Takes a tag back that [`Language::as_str`] gave; it is not checked again.
    pub(crate) const fn from_stored(tag: String) -> Self {
        Self(tag)
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, LanguageError> {
        if text.len() > LANGUAGE_CHARS_MAX {
            return Err(LanguageError);
        }
        match oxilangtag::LanguageTag::parse_and_normalize(text) {
            Ok(tag) => Ok(Self(tag.into_inner())),
            Err(_) => Err(LanguageError),
        }
    }
}

/// Text in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The language.
    pub language: Language,
    /// The text.
    pub text: String,
}

/// What may not be done at or below an arc (the repository's categories).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent marks, each a word of the field"
)]
pub struct Flags {
    /// It never has subordinates.
    pub leaf: bool,
    /// It gets no new subordinates; those it has stay.
    pub frozen: bool,
    /// Its subordinates get no secondary identifiers.
    pub no_identifiers: bool,
    /// Its subordinates get no non-integer Unicode labels.
    pub no_unicode_labels: bool,
    /// Its definition is not final.
    pub draft: bool,
}

/// What replaces an arc, or what it repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Use this one instead.
    Successor(NodePath),
    /// This one was assigned for the same thing, and is the one to use.
    DuplicateOf(NodePath),
}

impl Relation {
    /// The arc it points to.
    pub const fn target(&self) -> &NodePath {
        match self {
            Self::Successor(path) | Self::DuplicateOf(path) => path,
        }
    }
}

/// Somewhere more is to be had about an OID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// What it gives, as a short word (for example `web`, `oidip`, `ors`, `rdap`).
    pub kind: String,
    /// Where it is.
    pub uri: String,
    /// Which to try first: the lowest.
    pub priority: u32,
}

/// Where an arc is defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The document's title or number.
    pub title: String,
    /// Where it can be read, if anywhere.
    pub uri: Option<String>,
    /// The ASN.1 module that uses it, if any.
    pub asn1_module: Option<String>,
}

/// Whom to turn to about an arc, and with what. What is known of the party lives apart, as a registrant's data does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact<P = RegistrantId> {
    /// With what.
    pub role: ContactRole,
    /// To whom: an id, or in a command a registrant that may be new.
    pub party: P,
}

/// With what to turn to a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ContactRole {
    /// The assignment itself: who holds it, and what it is for.
    Administrative,
    /// How it is used and what answers for it.
    Technical,
    /// Its misuse.
    Abuse,
}

impl ContactRole {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Administrative, Self::Technical, Self::Abuse];

    /// The lower-case word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Administrative => "administrative",
            Self::Technical => "technical",
            Self::Abuse => "abuse",
        }
    }
}

/// An arc in somebody's hands since a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// In whose.
    pub registrant: RegistrantId,
    /// Since when.
    pub since: Timestamp,
}

/// Who acts as the registration authority below an arc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delegation {
    /// The holder's principals act here, in this register.
    Hosted {
        /// Who may act.
        principals: Vec<PrincipalId>,
    },
    /// The holder runs a register elsewhere.
    External {
        /// Where its OID-IP service answers.
        oidip: Option<String>,
        /// Where its ORS zone is served.
        ors: Option<String>,
        /// The name servers of that zone.
        name_servers: Vec<super::ors::NameServer>,
        /// What vouches for its keys.
        signers: Vec<super::ors::DelegationSigner>,
    },
}

/// A number that is kept free for a while. It is no state of an arc: it expires, and frees the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: super::ids::HoldId,
    /// Below which node.
    pub superior: NodePath,
    /// Which number.
    pub number: ArcValue,
    /// Who asked for it.
    pub principal: PrincipalId,
    /// Until when.
    pub until: Timestamp,
}

impl Hold {
    /// Whether the number is still kept at `now`.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.until > now
    }
}

/// To whom arcs are assigned, and to whom to turn about them. Only the id stands in entries; this lives apart and can be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registrant {
    /// The opaque id.
    pub id: RegistrantId,
    /// What it is.
    pub kind: super::actor::PrincipalKind,
    /// What is known of it; `None` once erased.
    pub details: Option<RegistrantDetails>,
    /// That it was erased.
    pub erased: Option<Tombstone>,
}

/// What stays of somebody who was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// When.
    pub at: Timestamp,
    /// On what basis.
    pub basis: String,
}

impl Registrant {
    /// What is known of it, cut to what a reader may see. `None` where nothing may be seen, or it was erased.
    pub fn shown(&self, to: Reader) -> Option<RegistrantDetails> {
        self.details.as_ref().and_then(|details| details.shown(to))
    }
}

/// To whom a field of somebody's details is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// To everybody.
    Public,
    /// To the staff of the arcs at which it is named, and to whoever told it.
    #[default]
    Registrars,
    /// To whoever told it alone. The server writes to it, and who has everything that is held of a person has it, too.
    Nobody,
}

/// Who reads somebody's details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Whoever asks.
    Everybody,
    /// The staff of an arc at which it is named.
    Staff,
    /// Whoever told it, or has everything that is held of it.
    Itself,
}

impl Reader {
    /// Whoever sees an arc whole is its staff; anybody else is everybody.
    pub const fn of(whole: bool) -> Self {
        if whole { Self::Staff } else { Self::Everybody }
    }
}

impl Audience {
    /// Every audience, the widest first.
    pub const ALL: [Self; 3] = [Self::Public, Self::Registrars, Self::Nobody];

    /// The lower-case word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Registrars => "registrars",
            Self::Nobody => "nobody",
        }
    }

    /// Whether a reader is among it.
    pub const fn has(self, reader: Reader) -> bool {
        match (self, reader) {
            (Self::Public, _) | (_, Reader::Itself) | (Self::Registrars, Reader::Staff) => true,
            (Self::Registrars | Self::Nobody, Reader::Everybody)
            | (Self::Nobody, Reader::Staff) => false,
        }
    }
}

/// To whom each field of somebody's details is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audiences {
    /// The name.
    pub name: Audience,
    /// The e-mail address.
    pub email: Audience,
    /// The telephone number.
    pub telephone: Audience,
    /// The postal address.
    pub address: Audience,
}

impl Audiences {
    /// The name for everybody, the rest for the staff.
    pub const NAME_PUBLIC: Self = Self {
        name: Audience::Public,
        email: Audience::Registrars,
        telephone: Audience::Registrars,
        address: Audience::Registrars,
    };
}

/// What is known of a registrant: the only place of a person's data in the register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistrantDetails {
    /// The name; empty where it is not shown.
    pub name: String,
    /// An e-mail address, a role's mailbox where there is one.
    pub email: Option<String>,
    /// A telephone number.
    pub telephone: Option<String>,
    /// A postal address.
    pub address: Option<String>,
    /// To whom each of them is shown.
    pub audiences: Audiences,
}

impl RegistrantDetails {
    /// Whether everybody is shown the name.
    pub fn name_public(&self) -> bool {
        self.audiences.name == Audience::Public
    }

    /// What a reader may see of them; `None` where that is nothing. Every face asks here and nowhere else.
    pub fn shown(&self, to: Reader) -> Option<Self> {
        let of = &self.audiences;
        let cut =
            |field: &Option<String>, audience: Audience| field.clone().filter(|_| audience.has(to));
        // That something is hidden is not told either.
        let told = |is_shown: bool, audience: Audience| {
            if is_shown {
                audience
            } else {
                Audience::default()
            }
        };
        let name = if of.name.has(to) {
            self.name.as_str()
        } else {
            ""
        };
        let email = cut(&self.email, of.email);
        let telephone = cut(&self.telephone, of.telephone);
        let address = cut(&self.address, of.address);
        let shown = Self {
            audiences: Audiences {
                name: told(!name.is_empty(), of.name),
                email: told(email.is_some(), of.email),
                telephone: told(telephone.is_some(), of.telephone),
                address: told(address.is_some(), of.address),
            },
            name: name.to_owned(),
            email,
            telephone,
            address,
        };
        (shown != Self::default()).then_some(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legal_transitions_are_those_of_the_design() {
        let legal: Vec<_> = State::ALL
            .iter()
            .flat_map(|from| State::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.may_become(*to))
            .map(|(from, to)| format!("{}->{}", from.word(), to.word()))
            .collect();
        assert_eq!(
            legal.join(" "),
            "reserved->active reserved->withdrawn active->suspended active->deprecated active->withdrawn \
             suspended->active suspended->withdrawn deprecated->active deprecated->withdrawn withdrawn->active"
        );
    }

    #[test]
    fn a_field_is_shown_to_its_audience_and_to_no_other() {
        let all = RegistrantDetails {
            name: "Asha".to_owned(),
            email: Some("a@x.example".to_owned()),
            telephone: Some("+1".to_owned()),
            address: Some("Dodoma".to_owned()),
            audiences: Audiences {
                name: Audience::Registrars,
                email: Audience::Public,
                telephone: Audience::Nobody,
                address: Audience::Registrars,
            },
        };
        let told = |reader| {
            let shown = all.shown(reader).unwrap();
            let of = |field: Option<String>| field.unwrap_or_default();
            let fields = [
                shown.name,
                of(shown.email),
                of(shown.telephone),
                of(shown.address),
            ];
            fields.join("|")
        };
        assert_eq!(told(Reader::Everybody), "|a@x.example||");
        assert_eq!(told(Reader::Staff), "Asha|a@x.example||Dodoma");
        assert_eq!(all.shown(Reader::Itself).as_ref(), Some(&all));
        // Who may not see a field does not learn that it is hidden.
        let shown = all.shown(Reader::Staff).unwrap();
        assert_eq!(shown.audiences.telephone, Audience::Registrars);
        let hidden = RegistrantDetails {
            audiences: Audiences {
                name: Audience::Nobody,
                ..Audiences::default()
            },
            name: "Asha".to_owned(),
            ..RegistrantDetails::default()
        };
        assert_eq!(hidden.shown(Reader::Staff), None);
        assert_eq!(hidden.shown(Reader::Everybody), None);
    }

    #[test]
    fn languages_are_canonical() {
        assert_eq!("SW-tz".parse::<Language>().unwrap().as_str(), "sw-TZ");
        assert_eq!("not a tag".parse::<Language>(), Err(LanguageError));
        assert_eq!(
            "a".repeat(LANGUAGE_CHARS_MAX + 1).parse::<Language>(),
            Err(LanguageError)
        );
    }
}

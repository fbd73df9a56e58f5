//! The entry of one arc: everything the register holds about it (DESIGN §5, X.660 §6).
//!
//! The superior's fields (number, names, state, visibility) and the holder's (titles, descriptions, contacts) stand apart,
//! each with its own time of change. An entry holds no person's data, only ids.

use crate::oid::{ArcValue, Identifier, NodePath, UnicodeLabel};

use super::consent::{Locks, Pending};
use super::plan::Plan;
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
    /// The policy for its subordinates; `None` means the one it inherits.
    pub policy: Option<Policy>,
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
}

impl Origin {
    /// The lower-case word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Recorded { .. } => "recorded",
            Self::Reference { .. } => "reference",
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
    /// What is known of it, cut to what may be shown: everything to the staff of the arc (`whole`), the name to the public
    /// where its owner lets it be seen. `None` where nothing may be shown, or it was erased.
    pub fn shown(&self, whole: bool) -> Option<RegistrantDetails> {
        let details = self.details.as_ref()?;
        if whole {
            return Some(details.clone());
        }
        details.name_public.then(|| RegistrantDetails {
            name: details.name.clone(),
            name_public: true,
            ..RegistrantDetails::default()
        })
    }
}

/// What is known of a registrant: the only place of a person's data in the register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistrantDetails {
    /// The name.
    pub name: String,
    /// An e-mail address, a role's mailbox where there is one.
    pub email: Option<String>,
    /// A telephone number.
    pub telephone: Option<String>,
    /// A postal address.
    pub address: Option<String>,
    /// Whether the public may see the name. The other fields are for the authority's staff only.
    pub name_public: bool,
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
    fn languages_are_canonical() {
        assert_eq!("SW-tz".parse::<Language>().unwrap().as_str(), "sw-TZ");
        assert_eq!("not a tag".parse::<Language>(), Err(LanguageError));
        assert_eq!(
            "a".repeat(LANGUAGE_CHARS_MAX + 1).parse::<Language>(),
            Err(LanguageError)
        );
    }
}

//! The parts that several stored messages have: paths, numbers, ids, words, texts, policies.
//!
//! It must never write a form that can be read in two ways, and never check again what was checked when it was taken
//! (names, language tags): reading an entry is the hot path of resolution. The form of a path is X.690 8.20's.

use crate::model::actor::{
    Credential, CredentialKind, Grant, Principal, PrincipalKind, Role, Scope, Standing,
};
use crate::model::clock::Timestamp;
use crate::model::consent::{LockKind, Pending, PendingAct, Side};
use crate::model::entry::{
    Audience, Audiences, Certainty, Contact, ContactRole, Delegation, Flags, Hold, Label, Language,
    Reference, RegistrantDetails, Relation, Service, State, Text, Visibility,
};
use crate::model::event::{Changes, HoldEnd, Proof};
use crate::model::ids::{
    AllocationTokenId, ApplicationId, CredentialId, HoldId, PrincipalId, RegisterId, RegistrantId,
};
use crate::model::label_claim::Challenge;
use crate::model::money::{Amount, Currency, FeeSchedule};
use crate::model::plan::{Plan, PlannedAct};
use crate::model::policy::{
    Applicants, Category, Checks, Lapse, MinimumContent, NumberRange, Numbering, Policy, Terms,
};
use crate::model::refusal::Code;
use crate::model::sandbox::{Part, Sandbox, Top};
use crate::model::suspicion::{Check, Suspicion};
use crate::model::template::{Numbers, Rule, Template};
use crate::oid::contents::{Octets, Subidentifiers, push_subidentifier};
use crate::oid::{ArcValue, Identifier, NodePath, UnicodeLabel};
use crate::pb::journal::v1 as pb;

use super::error::CodecError;
use super::person::{tombstone_from, tombstone_to};

/// The octet that begins the short form of an id; the text of an id never has it.
const SHORT_ID: u8 = 0;
/// The stored span for acknowledging an application that is left out: 7 days. What is left out never changes its meaning.
const ACKNOWLEDGE_SECONDS_LEFT_OUT: u64 = 7 * 86_400;
/// The stored spans for judging, answering and appealing that are left out: 30 days.
const MONTH_SECONDS_LEFT_OUT: u64 = 30 * 86_400;
/// How long what is said to be wrong may take to be settled, where that is left out, in seconds. Never to be changed.
const SUSPECT_SECONDS_LEFT_OUT: u64 = 1_209_600;

/// The stored form of a path: the X.690 8.20 contents octets of its arcs from the root down.
pub(super) fn path_to(path: &NodePath) -> Vec<u8> {
    let mut octets = Octets::new();
    for arc in path.arcs() {
        push_subidentifier(&mut octets, arc);
    }
    octets.to_vec()
}

/// The path of its stored form.
pub(super) fn path_from(octets: &[u8]) -> Result<NodePath, CodecError> {
    const ERROR: CodecError = CodecError::Malformed { what: "a path" };
    let mut at_start = true;
    for octet in octets {
        // X.690 8.19.2: the leading octet of a subidentifier is never 80 (hexadecimal).
        if at_start && *octet == 0x80 {
            return Err(ERROR);
        }
        at_start = *octet < 0x80;
    }
    if !at_start {
        return Err(ERROR);
    }
    NodePath::from_arcs(Subidentifiers::new(octets)).map_err(|_| ERROR)
}

/// The stored form of a number.
pub(super) fn number_to(number: &ArcValue) -> Vec<u8> {
    number.to_be_bytes_min().to_vec()
}

/// An id of the model that has a short form.
pub(crate) trait Id: std::str::FromStr {
    /// What the ids that this program makes begin with.
    const PREFIX: &'static str;
    /// The text.
    fn text(&self) -> &str;
    /// The id that this program makes of these bits.
    fn made(bits: [u8; 16]) -> Self;
}

macro_rules! ids {
    ($($id:ident)*) => {$(
        impl Id for $id {
            const PREFIX: &'static str = $id::PREFIX;

            fn text(&self) -> &str {
                self.as_str()
            }

            fn made(bits: [u8; 16]) -> Self {
                Self::from_random(bits)
            }
        }
    )*};
}

ids!(PrincipalId RegistrantId HoldId CredentialId AllocationTokenId ApplicationId RegisterId);

/// The stored form of an id: 0x00 and 16 octets for one that this program makes, else the text.
pub(super) fn id_to<I: Id>(id: &I) -> Vec<u8> {
    let small = |digits: &str| {
        digits
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let mut bits = [0; 16];
    match id.text().strip_prefix(I::PREFIX) {
        Some(digits) if small(digits) && hex::decode_to_slice(digits, &mut bits).is_ok() => {
            let mut octets = Vec::with_capacity(1 + bits.len());
            octets.push(SHORT_ID);
            octets.extend(bits);
            octets
        }
        _ => id.text().as_bytes().to_vec(),
    }
}

/// The id of its stored form.
pub(super) fn id_from<I: Id>(octets: &[u8]) -> Result<I, CodecError> {
    const ERROR: CodecError = CodecError::Malformed { what: "an id" };
    if let Some((&SHORT_ID, bits)) = octets.split_first() {
        return Ok(I::made(bits.try_into().map_err(|_| ERROR)?));
    }
    let text = str::from_utf8(octets).map_err(|_| ERROR)?;
    text.parse().map_err(|_| ERROR)
}

/// The ids of their stored forms.
pub(super) fn ids_from<I: Id>(stored: &[Vec<u8>]) -> Result<Vec<I>, CodecError> {
    stored.iter().map(|octets| id_from(octets)).collect()
}

/// The id of its stored form, where there is one.
pub(super) fn id_if<I: Id>(stored: Option<&[u8]>) -> Result<Option<I>, CodecError> {
    stored.map(id_from).transpose()
}

macro_rules! words {
    ($($to:ident $from:ident $word:ident $what:literal { $($case:ident)* })*) => {$(
        #[doc = concat!("The permanent number of a ", $what, ".")]
        pub(super) const fn $to(word: $word) -> i32 {
            match word {
                $($word::$case => pb::$word::$case as i32,)*
            }
        }

        #[doc = concat!("The ", $what, " of its permanent number.")]
        pub(super) fn $from(number: i32) -> Result<$word, CodecError> {
            match pb::$word::try_from(number) {
                $(Ok(pb::$word::$case) => Ok($word::$case),)*
                _ => Err(CodecError::UnknownWord { what: $what, number: i64::from(number) }),
            }
        }
    )*};
}
pub(super) use words;

words! {
    applicants_to applicants_from Applicants "word for who may apply" { Nobody Principals Public }
    state_to state_from State "state" { Reserved Active Suspended Deprecated Withdrawn }
    visibility_to visibility_from Visibility "visibility" { Public Stub Hidden }
    audience_to audience_from Audience "audience" { Public Registrars Nobody }
    certainty_to certainty_from Certainty "certainty" { Verified SingleSource Partial Implied }
    kind_to kind_from PrincipalKind "kind of principal" { Person Organisation Machine }
    standing_to standing_from Standing "standing" { Active Suspended Removed }
    role_to role_from Role "role" { Administrator Registrar Reviewer Auditor ConfidentialReader }
    credential_kind_to credential_kind_from CredentialKind "kind of credential" { Token Certificate OpenId Invitation }
    contact_role_to contact_role_from ContactRole "role of a contact" { Administrative Technical Abuse }
    hold_end_to hold_end_from HoldEnd "end of a hold" { Expired Used Cancelled }
    minimum_to minimum_from MinimumContent "minimum content" {
        Label Description Contact Below LegalForm RegistrationNumber Country Attachment
    }
    lock_kind_to lock_kind_from LockKind "kind of lock" { Holder Authority }
    side_to side_from Side "side of a transfer" { Holder Receiver }
    lapse_to lapse_from Lapse "end of a term" { Suspend Deprecate Withdraw }
    numbering_to numbering_from Numbering "numbering" { Any NextFreeOnly ExplicitOnly RandomOnly }
}

/// The stored form of a state where active is left out.
pub(super) fn state_unless_active(state: State) -> Option<i32> {
    (state != State::Active).then(|| state_to(state))
}

/// The state of a stored form where active is left out.
pub(super) fn state_or_active(stored: Option<i32>) -> Result<State, CodecError> {
    stored.map_or(Ok(State::Active), state_from)
}

/// The stored form of a visibility where public is left out.
pub(super) fn visibility_unless_public(visibility: Visibility) -> Option<i32> {
    (visibility != Visibility::Public).then(|| visibility_to(visibility))
}

/// The visibility of a stored form where public is left out.
pub(super) fn visibility_or_public(stored: Option<i32>) -> Result<Visibility, CodecError> {
    stored.map_or(Ok(Visibility::Public), visibility_from)
}

/// The stored form of an arc's marks: 1 leaf, 2 frozen, 4 no identifiers, 8 no Unicode labels, 16 draft.
pub(super) fn flags_to(flags: Flags) -> u32 {
    u32::from(flags.leaf)
        | u32::from(flags.frozen) << 1
        | u32::from(flags.no_identifiers) << 2
        | u32::from(flags.no_unicode_labels) << 3
        | u32::from(flags.draft) << 4
}

/// The marks of their stored form.
pub(super) fn flags_from(number: u32) -> Result<Flags, CodecError> {
    if number >= 1 << 5 {
        let (what, number) = ("sum of marks", i64::from(number));
        return Err(CodecError::UnknownWord { what, number });
    }
    Ok(Flags {
        leaf: number & 1 != 0,
        frozen: number & 2 != 0,
        no_identifiers: number & 4 != 0,
        no_unicode_labels: number & 8 != 0,
        draft: number & 16 != 0,
    })
}

/// The stored forms of secondary identifiers.
pub(super) fn identifiers_to(identifiers: &[Identifier]) -> Vec<String> {
    identifiers.iter().map(|i| i.as_str().to_owned()).collect()
}

/// The secondary identifiers of their stored forms.
pub(super) fn identifiers_from(stored: Vec<String>) -> Vec<Identifier> {
    stored.into_iter().map(Identifier::from_stored).collect()
}

/// The stored forms of labels without a language.
pub(super) fn unicode_labels_to(labels: &[UnicodeLabel]) -> Vec<String> {
    labels.iter().map(|l| l.as_str().to_owned()).collect()
}

/// The labels without a language of their stored forms.
pub(super) fn unicode_labels_from(stored: Vec<String>) -> Vec<UnicodeLabel> {
    stored.into_iter().map(UnicodeLabel::from_stored).collect()
}

/// The stored forms of labels.
pub(super) fn labels_to(labels: &[Label]) -> Vec<pb::Label> {
    let stored = |label: &Label| pb::Label {
        label: label.label.as_str().to_owned(),
        language: label.language.as_ref().map(|l| l.as_str().to_owned()),
    };
    labels.iter().map(stored).collect()
}

/// The labels of their stored forms.
pub(super) fn labels_from(stored: Vec<pb::Label>) -> Vec<Label> {
    let label = |stored: pb::Label| Label {
        label: UnicodeLabel::from_stored(stored.label),
        language: stored.language.map(Language::from_stored),
    };
    stored.into_iter().map(label).collect()
}

/// The stored forms of texts.
pub(super) fn texts_to(texts: &[Text]) -> Vec<pb::Text> {
    let stored = |text: &Text| pb::Text {
        language: text.language.as_str().to_owned(),
        text: text.text.clone(),
    };
    texts.iter().map(stored).collect()
}

/// The texts of their stored forms.
pub(super) fn texts_from(stored: Vec<pb::Text>) -> Vec<Text> {
    let text = |stored: pb::Text| Text {
        language: Language::from_stored(stored.language),
        text: stored.text,
    };
    stored.into_iter().map(text).collect()
}

/// The stored forms of resolution services.
pub(super) fn services_to(services: &[Service]) -> Vec<pb::Service> {
    let stored = |service: &Service| pb::Service {
        kind: service.kind.clone(),
        uri: service.uri.clone(),
        priority: service.priority,
    };
    services.iter().map(stored).collect()
}

/// The resolution services of their stored forms.
pub(super) fn services_from(stored: Vec<pb::Service>) -> Vec<Service> {
    let service = |stored: pb::Service| Service {
        kind: stored.kind,
        uri: stored.uri,
        priority: stored.priority,
    };
    stored.into_iter().map(service).collect()
}

/// The stored forms of references.
pub(super) fn references_to(references: &[Reference]) -> Vec<pb::Reference> {
    let stored = |reference: &Reference| pb::Reference {
        title: reference.title.clone(),
        uri: reference.uri.clone(),
        asn1_module: reference.asn1_module.clone(),
    };
    references.iter().map(stored).collect()
}

/// The references of their stored forms.
pub(super) fn references_from(stored: Vec<pb::Reference>) -> Vec<Reference> {
    let reference = |stored: pb::Reference| Reference {
        title: stored.title,
        uri: stored.uri,
        asn1_module: stored.asn1_module,
    };
    stored.into_iter().map(reference).collect()
}

/// The stored forms of contacts.
pub(super) fn contacts_to(contacts: &[Contact]) -> Vec<pb::Contact> {
    let stored = |contact: &Contact| pb::Contact {
        role: contact_role_to(contact.role),
        party: id_to(&contact.party),
    };
    contacts.iter().map(stored).collect()
}

/// The contacts of their stored forms.
pub(super) fn contacts_from(stored: &[pb::Contact]) -> Result<Vec<Contact>, CodecError> {
    let contact = |stored: &pb::Contact| {
        Ok(Contact {
            role: contact_role_from(stored.role)?,
            party: id_from(&stored.party)?,
        })
    };
    stored.iter().map(contact).collect()
}

/// The stored form of a proof.
pub(super) fn proof_to(proof: &Proof) -> pb::Proof {
    pb::Proof {
        document: proof.document.clone(),
        uri: proof.uri.clone(),
    }
}

/// The proof of its stored form.
pub(super) fn proof_from(stored: pb::Proof) -> Proof {
    Proof {
        document: stored.document,
        uri: stored.uri,
    }
}

/// The stored form of a relation.
pub(super) fn relation_to(relation: &Relation) -> pb::Relation {
    use pb::relation::Kind;
    let kind = match relation {
        Relation::Successor(path) => Kind::Successor(path_to(path)),
        Relation::DuplicateOf(path) => Kind::DuplicateOf(path_to(path)),
    };
    pb::Relation { kind: Some(kind) }
}

/// The relation of its stored form.
pub(super) fn relation_from(stored: &pb::Relation) -> Result<Relation, CodecError> {
    use pb::relation::Kind;
    let what = "the kind of a relation";
    match stored.kind.as_ref().ok_or(CodecError::Missing { what })? {
        Kind::Successor(path) => Ok(Relation::Successor(path_from(path)?)),
        Kind::DuplicateOf(path) => Ok(Relation::DuplicateOf(path_from(path)?)),
    }
}

/// The stored form of a delegation.
pub(super) fn delegation_to(delegation: &Delegation) -> pb::Delegation {
    use pb::delegation::{External, Hosted, Kind};
    let kind = match delegation {
        Delegation::Hosted { principals } => Kind::Hosted(Hosted {
            principals: principals.iter().map(id_to).collect(),
        }),
        Delegation::External {
            oidip,
            ors,
            name_servers,
            signers,
        } => Kind::External(External {
            oidip: oidip.clone(),
            ors: ors.clone(),
            name_servers: name_servers.iter().map(ToString::to_string).collect(),
            delegation_signers: signers.iter().map(ToString::to_string).collect(),
        }),
    };
    pb::Delegation { kind: Some(kind) }
}

/// The delegation of its stored form.
pub(super) fn delegation_from(stored: pb::Delegation) -> Result<Delegation, CodecError> {
    use pb::delegation::{External, Kind};
    let what = "the kind of a delegation";
    match stored.kind.ok_or(CodecError::Missing { what })? {
        Kind::Hosted(hosted) => Ok(Delegation::Hosted {
            principals: ids_from(&hosted.principals)?,
        }),
        Kind::External(External {
            oidip,
            ors,
            name_servers,
            delegation_signers,
        }) => Ok(Delegation::External {
            oidip,
            ors,
            name_servers: words_from(&name_servers, "a name server")?,
            signers: words_from(&delegation_signers, "a delegation signer")?,
        }),
    }
}

/// Values that are stored in their own text form.
fn words_from<T: std::str::FromStr>(
    stored: &[String],
    what: &'static str,
) -> Result<Vec<T>, CodecError> {
    let each = stored.iter().map(|text| text.parse());
    each.collect::<Result<_, _>>()
        .map_err(|_| CodecError::Malformed { what })
}

/// The stored form of a run of numbers.
pub(super) fn range_to(range: &NumberRange) -> pb::NumberRange {
    pb::NumberRange {
        from: number_to(&range.from),
        to: range.to.as_ref().map(number_to),
    }
}

/// The run of numbers of its stored form.
pub(super) fn range_from(stored: &pb::NumberRange) -> NumberRange {
    NumberRange {
        from: ArcValue::from_be_bytes(&stored.from),
        to: stored.to.as_deref().map(ArcValue::from_be_bytes),
    }
}

fn ranges_to(ranges: &[NumberRange]) -> Vec<pb::NumberRange> {
    ranges.iter().map(range_to).collect()
}

fn ranges_from(stored: &[pb::NumberRange]) -> Vec<NumberRange> {
    stored.iter().map(range_from).collect()
}

/// The stored form of a challenge to a label.
pub(super) fn challenge_to(challenge: &Challenge) -> pb::Challenge {
    pb::Challenge {
        by: challenge.by.as_ref().map(id_to),
        at: challenge.at.micros(),
        text: challenge.text.clone(),
    }
}

/// The challenge of its stored form.
pub(super) fn challenge_from(stored: pb::Challenge) -> Result<Challenge, CodecError> {
    Ok(Challenge {
        by: id_if(stored.by.as_deref())?,
        at: Timestamp::from_micros(stored.at),
        text: stored.text,
    })
}

/// The stored form of the rule that answers for subordinates.
pub(super) fn template_to(template: &Template) -> pb::Template {
    let rule = &template.rule;
    let (numbers, uuids) = match &rule.numbers {
        Numbers::Runs(runs) => (ranges_to(runs), false),
        Numbers::Uuid => (Vec::new(), true),
    };
    pb::Template {
        numbers,
        uuids,
        titles: texts_to(&rule.titles),
        descriptions: texts_to(&rule.descriptions),
        services: services_to(&rule.services),
        since: template.since.micros(),
        closed: template.closed.map(Timestamp::micros),
    }
}

/// The rule of its stored form.
pub(super) fn template_from(stored: pb::Template) -> Template {
    let numbers = if stored.uuids {
        Numbers::Uuid
    } else {
        Numbers::Runs(ranges_from(&stored.numbers))
    };
    Template {
        rule: Rule {
            numbers,
            titles: texts_from(stored.titles),
            descriptions: texts_from(stored.descriptions),
            services: services_from(stored.services),
        },
        since: Timestamp::from_micros(stored.since),
        closed: stored.closed.map(Timestamp::from_micros),
    }
}

/// The stored form of the top of a sandbox.
pub(super) fn sandbox_top_to(top: &Top) -> pb::SandboxTop {
    pb::SandboxTop {
        arcs_max: top.arcs_max,
        generation: number_to(&top.generation),
        since: top.since.micros(),
    }
}

/// The top of its stored form.
pub(super) fn sandbox_top_from(stored: &pb::SandboxTop) -> Top {
    Top {
        arcs_max: stored.arcs_max,
        generation: ArcValue::from_be_bytes(&stored.generation),
        since: Timestamp::from_micros(stored.since),
    }
}

/// The stored form of what tells an arc of a sandbox.
pub(super) fn sandbox_part_to(part: &Part) -> pb::SandboxPart {
    pb::SandboxPart {
        by: part.by.as_ref().map(id_to),
    }
}

/// What tells an arc of a sandbox, of its stored form.
pub(super) fn sandbox_part_from(stored: &pb::SandboxPart) -> Result<Part, CodecError> {
    Ok(Part {
        by: id_if(stored.by.as_deref())?,
    })
}

/// The stored form of an arc's place in a sandbox.
pub(super) fn sandbox_to(sandbox: &Sandbox) -> pb::Sandbox {
    use pb::sandbox::Place;
    pb::Sandbox {
        place: Some(match sandbox {
            Sandbox::Top(top) => Place::Top(sandbox_top_to(top)),
            Sandbox::Part(part) => Place::Part(sandbox_part_to(part)),
        }),
    }
}

/// An arc's place in a sandbox, of its stored form.
pub(super) fn sandbox_from(stored: pb::Sandbox) -> Result<Box<Sandbox>, CodecError> {
    use pb::sandbox::Place;
    let place = stored.place.ok_or(CodecError::Missing {
        what: "a place in a sandbox",
    })?;
    Ok(Box::new(match place {
        Place::Top(top) => Sandbox::Top(sandbox_top_from(&top)),
        Place::Part(part) => Sandbox::Part(sandbox_part_from(&part)?),
    }))
}

/// The stored form of what waits at an arc.
pub(super) fn pending_to(pending: &Pending) -> pb::Pending {
    use pb::pending::Act;
    pb::Pending {
        act: Some(match &pending.act {
            PendingAct::Transfer(to) => Act::TransferTo(id_to(to)),
            PendingAct::Unlock(kind) => Act::Unlock(lock_kind_to(*kind)),
        }),
        by: pending.by.as_ref().map(id_to),
        at: pending.at.micros(),
        until: pending.until.micros(),
        nonce: pending.nonce.to_vec(),
        agreed: pending.agreed.iter().map(|side| side_to(*side)).collect(),
    }
}

/// What waits at an arc of its stored form.
pub(super) fn pending_from(stored: pb::Pending) -> Result<Box<Pending>, CodecError> {
    use pb::pending::Act;
    let what = "what waits at an arc";
    let agreed = stored.agreed.iter().map(|side| side_from(*side));
    Ok(Box::new(Pending {
        act: match stored.act.ok_or(CodecError::Missing { what })? {
            Act::TransferTo(to) => PendingAct::Transfer(id_from(&to)?),
            Act::Unlock(kind) => PendingAct::Unlock(lock_kind_from(kind)?),
        },
        by: id_if(stored.by.as_deref())?,
        at: Timestamp::from_micros(stored.at),
        until: Timestamp::from_micros(stored.until),
        nonce: stored
            .nonce
            .try_into()
            .map_err(|_| CodecError::Malformed { what })?,
        agreed: agreed.collect::<Result<_, _>>()?,
    }))
}

/// The stored form of the mark of an arc that may be wrong.
pub(super) fn suspicion_to(suspicion: &Suspicion) -> pb::Suspicion {
    pb::Suspicion {
        since: suspicion.since.micros(),
        by: suspicion.by.as_ref().map(id_to),
        until: suspicion.until.micros(),
        what: suspicion.what.clone(),
        accepted: suspicion.accepted,
    }
}

/// The mark of its stored form.
pub(super) fn suspicion_from(stored: pb::Suspicion) -> Result<Box<Suspicion>, CodecError> {
    Ok(Box::new(Suspicion {
        since: Timestamp::from_micros(stored.since),
        by: id_if(stored.by.as_deref())?,
        until: Timestamp::from_micros(stored.until),
        what: stored.what,
        accepted: stored.accepted,
    }))
}

/// The stored form of the question whether what is known of a registrant is right.
pub(super) fn check_to(check: &Check) -> pb::Check {
    pb::Check {
        asked: check.asked.micros(),
        until: check.until.micros(),
        nonce: check.nonce.to_vec(),
    }
}

/// The question of its stored form.
pub(super) fn check_from(stored: pb::Check) -> Result<Check, CodecError> {
    let what = "a question to a registrant";
    let nonce = stored.nonce.try_into();
    Ok(Check {
        asked: Timestamp::from_micros(stored.asked),
        until: Timestamp::from_micros(stored.until),
        nonce: nonce.map_err(|_| CodecError::Malformed { what })?,
    })
}

/// The stored form of new values of an arc's fields, which says nothing of the arc.
pub(super) fn changes_to(changes: &Changes<RegistrantId>) -> pb::EntryAmended {
    let texts = |texts: &Vec<_>| pb::Texts {
        all: texts_to(texts),
    };
    pb::EntryAmended {
        path: Vec::new(),
        previous: 0,
        identifiers: changes.identifiers.as_ref().map(|all| pb::Identifiers {
            all: identifiers_to(all),
        }),
        labels: changes.labels.as_ref().map(|all| pb::Labels {
            all: labels_to(all),
        }),
        flags: changes.flags.map(flags_to),
        visibility: changes.visibility.map(visibility_to),
        titles: changes.titles.as_ref().map(texts),
        descriptions: changes.descriptions.as_ref().map(texts),
        services: changes.services.as_ref().map(|all| pb::Services {
            all: services_to(all),
        }),
        references: changes.references.as_ref().map(|all| pb::References {
            all: references_to(all),
        }),
        contacts: changes.contacts.as_ref().map(|all| pb::Contacts {
            all: contacts_to(all),
        }),
    }
}

/// The new values of their stored form.
pub(super) fn changes_from(e: pb::EntryAmended) -> Result<Changes<RegistrantId>, CodecError> {
    Ok(Changes {
        identifiers: e.identifiers.map(|list| identifiers_from(list.all)),
        labels: e.labels.map(|list| labels_from(list.all)),
        flags: e.flags.map(flags_from).transpose()?,
        visibility: e.visibility.map(visibility_from).transpose()?,
        titles: e.titles.map(|list| texts_from(list.all)),
        descriptions: e.descriptions.map(|list| texts_from(list.all)),
        services: e.services.map(|list| services_from(list.all)),
        references: e.references.map(|list| references_from(list.all)),
        contacts: e
            .contacts
            .map(|list| contacts_from(&list.all))
            .transpose()?,
    })
}

/// The stored forms of plans.
pub(super) fn plans_to(plans: &[Plan]) -> Vec<pb::Plan> {
    use pb::plan::Act;
    let stored = |plan: &Plan| pb::Plan {
        number: plan.number,
        at: plan.at.micros(),
        by: plan.by.as_ref().map(id_to),
        act: Some(match &plan.act {
            PlannedAct::State { to, relation } => Act::State(pb::PlannedState {
                to: state_to(*to),
                relation: relation.as_ref().map(relation_to),
            }),
            PlannedAct::Visibility(visibility) => Act::Visibility(visibility_to(*visibility)),
            PlannedAct::Review(why) => Act::Review(why.clone()),
            PlannedAct::Amend(changes) => Act::Amend(changes_to(changes)),
            PlannedAct::Transfer(to) => Act::TransferTo(id_to(to)),
            PlannedAct::Lapse { to, reminded } => Act::Lapse(pb::PlannedLapse {
                to: lapse_to(*to),
                reminded: *reminded,
            }),
            PlannedAct::LapseUnused(to) => Act::LapseUnused(lapse_to(*to)),
        }),
        refused: plan.refused.map(|code| u32::from(code.number())),
    };
    plans.iter().map(stored).collect()
}

/// The plans of their stored forms.
pub(super) fn plans_from(stored: Vec<pb::Plan>) -> Result<Vec<Plan>, CodecError> {
    stored.into_iter().map(plan_from).collect()
}

fn plan_from(stored: pb::Plan) -> Result<Plan, CodecError> {
    use pb::plan::Act;
    let what = "a plan";
    let code = |number: u32| {
        let known = u16::try_from(number).ok().and_then(Code::numbered);
        known.ok_or(CodecError::UnknownWord {
            what: "code of a refusal",
            number: i64::from(number),
        })
    };
    Ok(Plan {
        number: stored.number,
        at: Timestamp::from_micros(stored.at),
        by: id_if(stored.by.as_deref())?,
        act: match stored.act.ok_or(CodecError::Missing { what })? {
            Act::State(state) => PlannedAct::State {
                to: state_from(state.to)?,
                relation: state.relation.as_ref().map(relation_from).transpose()?,
            },
            Act::Visibility(visibility) => PlannedAct::Visibility(visibility_from(visibility)?),
            Act::Review(why) => PlannedAct::Review(why),
            Act::Amend(changes) => PlannedAct::Amend(Box::new(changes_from(changes)?)),
            Act::TransferTo(to) => PlannedAct::Transfer(id_from(&to)?),
            Act::Lapse(lapse) => PlannedAct::Lapse {
                to: lapse_from(lapse.to)?,
                reminded: lapse.reminded,
            },
            Act::LapseUnused(to) => PlannedAct::LapseUnused(lapse_from(to)?),
        },
        refused: stored.refused.map(code).transpose()?,
    })
}

/// The stored form of a policy.
pub(super) fn policy_to(policy: &Policy) -> pb::Policy {
    pb::Policy {
        numbering: numbering_to(policy.numbering),
        windows: ranges_to(&policy.windows),
        kept_back: ranges_to(&policy.kept_back),
        identifiers_unique: policy.identifiers_unique,
        identifier_required: policy.identifier_required,
        title_required: policy.title_required,
        registrant_required: policy.registrant_required,
        application_required: policy.application_required,
        approvals: policy.approvals,
        arcs_per_registrant_max: policy.arcs_per_registrant_max,
        reinstatement_seconds: policy.reinstatement_seconds,
        hold_seconds_max: policy.hold_seconds_max,
        applicants: (policy.applicants != Applicants::Nobody)
            .then(|| applicants_to(policy.applicants)),
        wishes_held: policy.wishes_held,
        acknowledge_seconds: unless(policy.acknowledge_seconds, ACKNOWLEDGE_SECONDS_LEFT_OUT),
        decide_seconds: unless(policy.decide_seconds, MONTH_SECONDS_LEFT_OUT),
        answer_seconds: unless(policy.answer_seconds, MONTH_SECONDS_LEFT_OUT),
        appeal_seconds: unless(policy.appeal_seconds, MONTH_SECONDS_LEFT_OUT),
        fee: policy.fee.clone(),
        reserved_names: unicode_labels_to(&policy.reserved_names),
        categories: policy
            .categories
            .iter()
            .map(|one| pb::Category {
                name: one.name.as_str().to_owned(),
                windows: ranges_to(&one.windows),
            })
            .collect(),
        transfers_agreed: policy.transfers_agreed,
        minimum_contents: policy.minimum.iter().map(|one| minimum_to(*one)).collect(),
        fee_schedule: policy.fees.as_ref().map(|fees| pb::FeeSchedule {
            currency: fees.currency.as_str().to_owned(),
            application: fees.application,
            allocation: fees.allocation,
            renewal: fees.renewal,
        }),
        fee_may_wait: policy.fee_may_wait,
        checks: policy.checks.map(|checks| pb::ContactChecks {
            every_seconds: checks.every_seconds,
            answer_seconds: checks.answer_seconds,
        }),
        suspect_seconds: unless(policy.suspect_seconds, SUSPECT_SECONDS_LEFT_OUT),
        terms: (policy.terms != Terms::default()).then(|| pb::Terms {
            term_seconds: policy.terms.term_seconds,
            use_seconds: policy.terms.use_seconds,
            lapse: (policy.terms.lapse != Lapse::Suspend).then(|| lapse_to(policy.terms.lapse)),
        }),
        label_challenge_seconds: policy.label_challenge_seconds,
    }
}

/// What is left out where it is the usual span.
fn unless(seconds: u64, usual: u64) -> Option<u64> {
    (seconds != usual).then_some(seconds)
}

/// The policy of its stored form.
pub(super) fn policy_from(stored: &pb::Policy) -> Result<Policy, CodecError> {
    Ok(Policy {
        numbering: numbering_from(stored.numbering)?,
        windows: ranges_from(&stored.windows),
        kept_back: ranges_from(&stored.kept_back),
        identifiers_unique: stored.identifiers_unique,
        identifier_required: stored.identifier_required,
        title_required: stored.title_required,
        registrant_required: stored.registrant_required,
        application_required: stored.application_required,
        approvals: stored.approvals,
        arcs_per_registrant_max: stored.arcs_per_registrant_max,
        reinstatement_seconds: stored.reinstatement_seconds,
        hold_seconds_max: stored.hold_seconds_max,
        applicants: stored
            .applicants
            .map_or(Ok(Applicants::Nobody), applicants_from)?,
        wishes_held: stored.wishes_held,
        acknowledge_seconds: stored
            .acknowledge_seconds
            .unwrap_or(ACKNOWLEDGE_SECONDS_LEFT_OUT),
        decide_seconds: stored.decide_seconds.unwrap_or(MONTH_SECONDS_LEFT_OUT),
        answer_seconds: stored.answer_seconds.unwrap_or(MONTH_SECONDS_LEFT_OUT),
        appeal_seconds: stored.appeal_seconds.unwrap_or(MONTH_SECONDS_LEFT_OUT),
        fee: stored.fee.clone(),
        reserved_names: unicode_labels_from(stored.reserved_names.clone()),
        categories: stored
            .categories
            .iter()
            .map(|one| Category {
                name: Identifier::from_stored(one.name.clone()),
                windows: ranges_from(&one.windows),
            })
            .collect(),
        transfers_agreed: stored.transfers_agreed,
        minimum: stored
            .minimum_contents
            .iter()
            .map(|one| minimum_from(*one))
            .collect::<Result<_, _>>()?,
        fees: stored.fee_schedule.as_ref().map(fees_from).transpose()?,
        fee_may_wait: stored.fee_may_wait,
        label_challenge_seconds: stored.label_challenge_seconds,
        checks: stored.checks.map(|checks| Checks {
            every_seconds: checks.every_seconds,
            answer_seconds: checks.answer_seconds,
        }),
        suspect_seconds: stored.suspect_seconds.unwrap_or(SUSPECT_SECONDS_LEFT_OUT),
        terms: stored
            .terms
            .as_ref()
            .map_or(Ok(Terms::default()), terms_from)?,
    })
}

fn terms_from(stored: &pb::Terms) -> Result<Terms, CodecError> {
    Ok(Terms {
        term_seconds: stored.term_seconds,
        use_seconds: stored.use_seconds,
        lapse: stored.lapse.map_or(Ok(Lapse::Suspend), lapse_from)?,
    })
}

fn fees_from(stored: &pb::FeeSchedule) -> Result<FeeSchedule, CodecError> {
    Ok(FeeSchedule {
        currency: currency_from(&stored.currency)?,
        application: stored.application,
        allocation: stored.allocation,
        renewal: stored.renewal,
    })
}

fn currency_from(stored: &str) -> Result<Currency, CodecError> {
    let what = "a currency";
    stored.parse().map_err(|_| CodecError::Malformed { what })
}

/// The stored form of an amount.
pub(super) fn amount_to(amount: &Amount) -> pb::Amount {
    pb::Amount {
        minor_units: amount.minor_units,
        currency: amount.currency.as_str().to_owned(),
    }
}

/// The amount of its stored form.
pub(super) fn amount_from(stored: &pb::Amount) -> Result<Amount, CodecError> {
    Ok(Amount {
        minor_units: stored.minor_units,
        currency: currency_from(&stored.currency)?,
    })
}

/// The stored form of a principal as it was added: its roles, delegations and details are told apart.
pub(super) fn principal_to(principal: &Principal) -> pb::Principal {
    pb::Principal {
        id: id_to(&principal.id),
        kind: kind_to(principal.kind),
        administrator: principal.administrator,
        since: principal.since.micros(),
        home: path_to(&principal.home),
        standing: (principal.standing != Standing::Active).then(|| standing_to(principal.standing)),
        grants: Vec::new(),
        delegations: Vec::new(),
        details: None,
        erased: None,
    }
}

/// The stored form of a principal, whole.
pub(super) fn principal_whole_to(principal: &Principal) -> pb::Principal {
    pb::Principal {
        grants: principal.grants.iter().map(grant_to).collect(),
        delegations: principal.delegations.iter().map(path_to).collect(),
        details: principal.details.as_ref().map(details_to),
        erased: principal.erased.as_ref().map(tombstone_to),
        ..principal_to(principal)
    }
}

/// The principal of its stored form.
pub(super) fn principal_from(stored: pb::Principal) -> Result<Principal, CodecError> {
    let standing = stored.standing.map(standing_from).transpose()?;
    let grants = stored.grants.iter().map(grant_from);
    let delegations = stored.delegations.iter().map(|path| path_from(path));
    Ok(Principal {
        id: id_from(&stored.id)?,
        kind: kind_from(stored.kind)?,
        administrator: stored.administrator,
        since: Timestamp::from_micros(stored.since),
        home: path_from(&stored.home)?,
        standing: standing.unwrap_or_default(),
        grants: grants.collect::<Result<_, _>>()?,
        delegations: delegations.collect::<Result<_, _>>()?,
        details: stored.details.map(details_from).transpose()?,
        erased: stored.erased.map(tombstone_from),
    })
}

fn scope_from(stored: &pb::Scope) -> Result<Scope, CodecError> {
    let at = stored.at.as_deref().map(path_from).transpose()?;
    Ok(Scope {
        read_only: stored.read_only,
        at,
    })
}

/// The stored form of a role on an arc.
pub(super) fn grant_to(grant: &Grant) -> pb::Grant {
    pb::Grant {
        role: role_to(grant.role),
        at: path_to(&grant.at),
        since: grant.since.micros(),
    }
}

/// The role on an arc of its stored form.
pub(super) fn grant_from(stored: &pb::Grant) -> Result<Grant, CodecError> {
    Ok(Grant {
        role: role_from(stored.role)?,
        at: path_from(&stored.at)?,
        since: Timestamp::from_micros(stored.since),
    })
}

/// The stored form of a credential.
pub(super) fn credential_to(credential: &Credential) -> pb::Credential {
    pb::Credential {
        id: id_to(&credential.id),
        principal: id_to(&credential.principal),
        token_sha256: credential.token_sha256.to_vec(),
        name: credential.name.clone(),
        expires: credential.expires.map(Timestamp::micros),
        revoked: credential.revoked,
        kind: (credential.kind != CredentialKind::Token)
            .then(|| credential_kind_to(credential.kind)),
        scope: (credential.scope != Scope::default()).then(|| pb::Scope {
            read_only: credential.scope.read_only,
            at: credential.scope.at.as_ref().map(path_to),
        }),
        bound_to: credential.bound_to.clone(),
        issued: (credential.issued != Timestamp::default()).then(|| credential.issued.micros()),
    }
}

/// The credential of its stored form.
pub(super) fn credential_from(stored: pb::Credential) -> Result<Credential, CodecError> {
    let what = "a token's digest";
    let digest = <[u8; 32]>::try_from(stored.token_sha256.as_slice());
    Ok(Credential {
        id: id_from(&stored.id)?,
        principal: id_from(&stored.principal)?,
        token_sha256: digest.map_err(|_| CodecError::Malformed { what })?,
        name: stored.name,
        expires: stored.expires.map(Timestamp::from_micros),
        revoked: stored.revoked,
        kind: stored
            .kind
            .map(credential_kind_from)
            .transpose()?
            .unwrap_or_default(),
        scope: stored
            .scope
            .as_ref()
            .map(scope_from)
            .transpose()?
            .unwrap_or_default(),
        bound_to: stored.bound_to,
        issued: stored
            .issued
            .map(Timestamp::from_micros)
            .unwrap_or_default(),
    })
}

/// The stored form of a hold.
pub(super) fn hold_to(hold: &Hold) -> pb::Hold {
    pb::Hold {
        id: id_to(&hold.id),
        superior: path_to(&hold.superior),
        number: number_to(&hold.number),
        principal: id_to(&hold.principal),
        until: hold.until.micros(),
    }
}

/// The hold of its stored form.
pub(super) fn hold_from(stored: &pb::Hold) -> Result<Hold, CodecError> {
    Ok(Hold {
        id: id_from(&stored.id)?,
        superior: path_from(&stored.superior)?,
        number: ArcValue::from_be_bytes(&stored.number),
        principal: id_from(&stored.principal)?,
        until: Timestamp::from_micros(stored.until),
    })
}

/// The stored form of a registrant's details.
pub(super) fn details_to(details: &RegistrantDetails) -> pb::RegistrantDetails {
    let of = &details.audiences;
    // What is for registrars is not written, as it never was.
    let narrowed = |one: Audience| (one != Audience::Registrars).then(|| audience_to(one));
    pb::RegistrantDetails {
        name: details.name.clone(),
        email: details.email.clone(),
        telephone: details.telephone.clone(),
        address: details.address.clone(),
        name_public: details.name_public(),
        name_seen_by: (of.name == Audience::Nobody).then(|| audience_to(of.name)),
        email_seen_by: narrowed(of.email),
        telephone_seen_by: narrowed(of.telephone),
        address_seen_by: narrowed(of.address),
    }
}

/// The registrant's details of their stored form.
pub(super) fn details_from(stored: pb::RegistrantDetails) -> Result<RegistrantDetails, CodecError> {
    let audience = |one: Option<i32>| one.map(audience_from).transpose();
    let name = match (audience(stored.name_seen_by)?, stored.name_public) {
        (Some(name), _) => name,
        (None, true) => Audience::Public,
        (None, false) => Audience::Registrars,
    };
    Ok(RegistrantDetails {
        audiences: Audiences {
            name,
            email: audience(stored.email_seen_by)?.unwrap_or_default(),
            telephone: audience(stored.telephone_seen_by)?.unwrap_or_default(),
            address: audience(stored.address_seen_by)?.unwrap_or_default(),
        },
        name: stored.name,
        email: stored.email,
        telephone: stored.telephone,
        address: stored.address,
    })
}

//! The values of the projection's tables: one octet that names the version, then a message.
//!
//! What is as it mostly is (active, public, changed when it was registered) takes no octet. It must never check again
//! what was checked before it was stored: reading an entry is the hot path of resolution (DESIGN §2, Projection).

use prost::Message;

use crate::model::actor::{Credential, Principal};
use crate::model::allocation_token::AllocationToken;
use crate::model::application::Application;
use crate::model::clock::Timestamp;
use crate::model::consent::Locks;
use crate::model::entry::{
    Entry, Hold, HolderFields, Holding, Origin, Registrant, State, SuperiorFields,
};
use crate::model::event::Proof;
use crate::model::ids::Seq;
use crate::model::label_claim::LabelClaim;
use crate::model::notice::Notice;
use crate::oid::UnicodeLabel;
use crate::pb::journal::v1 as pb;

use super::VALUE_VERSION;
use super::allocation_token::{token_from, token_to};
use super::application::{application_from, application_to};
use super::error::CodecError;
use super::notice::{notice_from, notice_to};
use super::parts::{
    certainty_from, certainty_to, challenge_from, challenge_to, check_from, check_to,
    contacts_from, contacts_to, credential_from, credential_to, delegation_from, delegation_to,
    details_from, details_to, flags_from, flags_to, hold_from, hold_to, id_from, id_if, id_to,
    identifiers_from, identifiers_to, kind_from, kind_to, labels_from, labels_to, path_from,
    path_to, pending_from, pending_to, plans_from, plans_to, policy_from, policy_to,
    principal_from, principal_whole_to, proof_from, proof_to, references_from, references_to,
    relation_from, relation_to, sandbox_from, sandbox_to, services_from, services_to,
    state_or_active, state_unless_active, suspicion_from, suspicion_to, template_from, template_to,
    texts_from, texts_to, unicode_labels_from, unicode_labels_to, visibility_or_public,
    visibility_unless_public,
};
use super::person::{tombstone_from, tombstone_to};

/// The value of the `arcs` and `history` tables.
pub fn encode_entry(entry: &Entry) -> Vec<u8> {
    write(&entry_to(entry))
}

/// Reads what [`encode_entry`] wrote.
pub fn decode_entry(value: &[u8]) -> Result<Entry, CodecError> {
    entry_from(read(value, "an entry")?)
}

/// The value of the `holds` table.
pub fn encode_hold(hold: &Hold) -> Vec<u8> {
    write(&hold_to(hold))
}

/// Reads what [`encode_hold`] wrote.
pub fn decode_hold(value: &[u8]) -> Result<Hold, CodecError> {
    hold_from(&read(value, "a hold")?)
}

/// The value of the `principals` table.
pub fn encode_principal(principal: &Principal) -> Vec<u8> {
    write(&principal_whole_to(principal))
}

/// Reads what [`encode_principal`] wrote.
pub fn decode_principal(value: &[u8]) -> Result<Principal, CodecError> {
    principal_from(read(value, "a principal")?)
}

/// The value of the `credentials` table.
pub fn encode_credential(credential: &Credential) -> Vec<u8> {
    write(&credential_to(credential))
}

/// Reads what [`encode_credential`] wrote.
pub fn decode_credential(value: &[u8]) -> Result<Credential, CodecError> {
    credential_from(read(value, "a credential")?)
}

/// The value of the `allocation-tokens` table.
pub fn encode_allocation_token(token: &AllocationToken) -> Vec<u8> {
    write(&token_to(token))
}

/// Reads what [`encode_allocation_token`] wrote.
pub fn decode_allocation_token(value: &[u8]) -> Result<AllocationToken, CodecError> {
    token_from(read(value, "an allocation token")?)
}

/// The value of the `applications` table.
pub fn encode_application(application: &Application) -> Vec<u8> {
    write(&application_to(application))
}

/// Reads what [`encode_application`] wrote.
pub fn decode_application(value: &[u8]) -> Result<Application, CodecError> {
    application_from(read(value, "an application")?)
}

/// The value of the `notices` table.
pub fn encode_notice(notice: &Notice) -> Vec<u8> {
    write(&notice_to(notice))
}

/// Reads what [`encode_notice`] wrote.
pub fn decode_notice(value: &[u8]) -> Result<Notice, CodecError> {
    notice_from(&read(value, "a notice")?)
}

/// The value of the `people` table.
pub fn encode_registrant(registrant: &Registrant) -> Vec<u8> {
    write(&pb::Registrant {
        id: id_to(&registrant.id),
        kind: kind_to(registrant.kind),
        details: registrant.details.as_ref().map(details_to),
        erased: registrant.erased.as_ref().map(tombstone_to),
    })
}

/// Reads what [`encode_registrant`] wrote.
pub fn decode_registrant(value: &[u8]) -> Result<Registrant, CodecError> {
    let stored: pb::Registrant = read(value, "a registrant")?;
    Ok(Registrant {
        id: id_from(&stored.id)?,
        kind: kind_from(stored.kind)?,
        details: stored.details.map(details_from).transpose()?,
        erased: stored.erased.map(tombstone_from),
    })
}

fn write(message: &impl Message) -> Vec<u8> {
    let mut value = Vec::with_capacity(1 + message.encoded_len());
    value.push(VALUE_VERSION);
    message.encode_raw(&mut value);
    value
}

fn read<M: Message + Default>(value: &[u8], what: &'static str) -> Result<M, CodecError> {
    match value.split_first() {
        Some((&VALUE_VERSION, message)) => {
            M::decode(message).map_err(|source| CodecError::Undecodable { what, source })
        }
        other => {
            let found = other.map_or(0, |(version, _)| *version);
            Err(CodecError::UnknownVersion { what, found })
        }
    }
}

fn entry_to(entry: &Entry) -> pb::Entry {
    let (superior, holder) = (&entry.superior, &entry.holder);
    let registered = entry.registered;
    let first = &entry.first_registrant;
    let first_differs = *first != entry.registrant;
    let holding = |holding: &Holding| pb::Holding {
        registrant: id_to(&holding.registrant),
        since: unless(holding.since, registered),
    };
    pb::Entry {
        path: path_to(&entry.path),
        revision: entry.revision.get(),
        created: (entry.created != entry.revision).then(|| entry.created.get()),
        registered: registered.micros(),
        identifiers: identifiers_to(&superior.identifiers),
        labels: labels_to(&superior.labels),
        titles: texts_to(&holder.titles),
        descriptions: texts_to(&holder.descriptions),
        registrant: entry.registrant.as_ref().map(holding),
        state: state_unless_active(superior.state),
        visibility: visibility_unless_public(superior.visibility),
        flags: flags_to(superior.flags),
        changed: unless(entry.changed, registered),
        superior_changed: unless(superior.changed, entry.changed),
        holder_changed: unless(holder.changed, entry.changed),
        origin: origin_to(&entry.origin),
        authority: entry.authority,
        long_arcs: unicode_labels_to(&superior.long_arcs),
        relation: superior.relation.as_ref().map(relation_to),
        services: services_to(&holder.services),
        references: references_to(&holder.references),
        contacts: contacts_to(&holder.contacts),
        first_registrant: first.as_ref().filter(|_| first_differs).map(holding),
        first_nobody: first.is_none() && first_differs,
        sponsor: entry.sponsor.as_ref().map(id_to),
        delegation: entry.delegation.as_ref().map(delegation_to),
        lock_holder: entry.locks.holder.map(Timestamp::micros),
        lock_authority: entry.locks.authority.map(Timestamp::micros),
        pending: entry.pending.as_deref().map(pending_to),
        plans: plans_to(&entry.plans),
        suspicion: entry.suspicion.as_deref().map(suspicion_to),
        check: entry.check.as_ref().map(check_to),
        confirmed: entry.confirmed.map(Timestamp::micros),
        label_claims: entry.label_claims.iter().map(claim_to).collect(),
        policy: entry.policy.as_ref().map(policy_to),
        template: entry.template.as_deref().map(template_to),
        sandbox: entry.sandbox.as_deref().map(sandbox_to),
        applied: entry.applied.map(Timestamp::micros),
        withdrawn: superior
            .withdrawn
            .and_then(|since| unless(since, superior.changed)),
    }
}

fn entry_from(stored: pb::Entry) -> Result<Entry, CodecError> {
    let registered = Timestamp::from_micros(stored.registered);
    let changed = unless_from(stored.changed, registered);
    let holding = |stored: pb::Holding| -> Result<Holding, CodecError> {
        Ok(Holding {
            registrant: id_from(&stored.registrant)?,
            since: unless_from(stored.since, registered),
        })
    };
    let registrant = stored.registrant.map(holding).transpose()?;
    let first_registrant = match stored.first_registrant {
        Some(first) => Some(holding(first)?),
        None if stored.first_nobody => None,
        None => registrant.clone(),
    };
    let state = state_or_active(stored.state)?;
    let superior_changed = unless_from(stored.superior_changed, changed);
    let superior = SuperiorFields {
        state,
        visibility: visibility_or_public(stored.visibility)?,
        identifiers: identifiers_from(stored.identifiers),
        labels: labels_from(stored.labels),
        long_arcs: unicode_labels_from(stored.long_arcs),
        flags: flags_from(stored.flags)?,
        relation: stored.relation.as_ref().map(relation_from).transpose()?,
        withdrawn: (state == State::Withdrawn)
            .then(|| unless_from(stored.withdrawn, superior_changed)),
        changed: superior_changed,
    };
    let holder = HolderFields {
        titles: texts_from(stored.titles),
        descriptions: texts_from(stored.descriptions),
        services: services_from(stored.services),
        references: references_from(stored.references),
        contacts: contacts_from(&stored.contacts)?,
        changed: unless_from(stored.holder_changed, changed),
    };
    let policy = stored.policy.as_ref().map(policy_from).transpose()?;
    let claims = stored.label_claims.into_iter().map(claim_from);
    Ok(Entry {
        path: path_from(&stored.path)?,
        revision: Seq::new(stored.revision),
        created: Seq::new(stored.created.unwrap_or(stored.revision)),
        origin: origin_from(stored.origin)?,
        authority: stored.authority,
        superior,
        holder,
        first_registrant,
        registrant,
        sponsor: id_if(stored.sponsor.as_deref())?,
        delegation: stored.delegation.map(delegation_from).transpose()?,
        locks: Locks {
            holder: stored.lock_holder.map(Timestamp::from_micros),
            authority: stored.lock_authority.map(Timestamp::from_micros),
        },
        pending: stored.pending.map(pending_from).transpose()?,
        plans: plans_from(stored.plans)?,
        suspicion: stored.suspicion.map(suspicion_from).transpose()?,
        check: stored.check.map(check_from).transpose()?,
        confirmed: stored.confirmed.map(Timestamp::from_micros),
        label_claims: claims.collect::<Result<_, _>>()?,
        policy,
        template: stored.template.map(template_from).map(Box::new),
        sandbox: stored.sandbox.map(sandbox_from).transpose()?,
        applied: stored.applied.map(Timestamp::from_micros),
        registered,
        changed,
    })
}

fn claim_to(claim: &LabelClaim) -> pb::LabelClaim {
    pb::LabelClaim {
        label: claim.label.as_str().to_owned(),
        since: claim.since.micros(),
        until: claim.until.micros(),
        challenge: claim.challenge.as_ref().map(challenge_to),
    }
}

fn claim_from(stored: pb::LabelClaim) -> Result<LabelClaim, CodecError> {
    Ok(LabelClaim {
        label: UnicodeLabel::from_stored(stored.label),
        since: Timestamp::from_micros(stored.since),
        until: Timestamp::from_micros(stored.until),
        challenge: stored.challenge.map(challenge_from).transpose()?,
    })
}

/// A time that is left out where it is the usual one.
fn unless(time: Timestamp, usual: Timestamp) -> Option<i64> {
    (time != usual).then(|| time.micros())
}

fn unless_from(stored: Option<i64>, usual: Timestamp) -> Timestamp {
    stored.map_or(usual, Timestamp::from_micros)
}

fn origin_to(origin: &Origin) -> Option<pb::entry::Origin> {
    use pb::entry::Origin as Stored;
    match origin {
        Origin::Assigned => None,
        Origin::Recorded { proof, uri } => Some(Stored::Recorded(proof_to(&Proof {
            document: proof.clone(),
            uri: uri.clone(),
        }))),
        Origin::Reference {
            source,
            certainty,
            data_version,
        } => Some(Stored::Reference(pb::ReferenceOrigin {
            source: source.clone(),
            certainty: certainty_to(*certainty),
            data_version: data_version.clone(),
        })),
        Origin::Template { superior } => Some(Stored::TemplateOf(path_to(superior))),
    }
}

fn origin_from(stored: Option<pb::entry::Origin>) -> Result<Origin, CodecError> {
    use pb::entry::Origin as Stored;
    Ok(match stored {
        None => Origin::Assigned,
        Some(Stored::Recorded(stored)) => {
            let Proof { document, uri } = proof_from(stored);
            let proof = document;
            Origin::Recorded { proof, uri }
        }
        Some(Stored::Reference(stored)) => Origin::Reference {
            source: stored.source,
            certainty: certainty_from(stored.certainty)?,
            data_version: stored.data_version,
        },
        Some(Stored::TemplateOf(stored)) => Origin::Template {
            superior: path_from(&stored)?,
        },
    })
}

//! Every kind of event and its stored message, both ways.
//!
//! It must never leave a field of an event out, but for a registrant's details: those are an item of their own.

use crate::model::actor::Principal;
use crate::model::clock::Timestamp;
use crate::model::consent::Locks;
use crate::model::event::{
    ArcRegistered, AuthorityOpened, EntryAmended, Event, Founded, HoldReleased, NumberFoundBy,
    ReferenceLoaded, RegistrantRecorded, StateChanged,
};
use crate::model::ids::Seq;
use crate::oid::{ArcValue, UnicodeLabel};
use crate::pb::journal::v1 as pb;
use crate::pb::journal::v1::event::Kind;

use super::allocation_token::{token_from, token_to};
use super::application;
use super::error::CodecError;
use super::notice;
use super::parts::{
    certainty_from, certainty_to, challenge_from, challenge_to, changes_from, changes_to,
    check_from, check_to, contacts_from, contacts_to, credential_from, credential_to,
    delegation_from, delegation_to, flags_from, flags_to, grant_from, grant_to, hold_end_from,
    hold_end_to, hold_from, hold_to, id_from, id_if, id_to, identifiers_from, identifiers_to,
    kind_from, kind_to, labels_from, labels_to, number_to, path_from, path_to, pending_from,
    pending_to, plans_from, plans_to, policy_from, policy_to, principal_from, principal_to,
    proof_from, proof_to, references_from, references_to, relation_from, relation_to, role_from,
    role_to, sandbox_part_from, sandbox_part_to, sandbox_top_from, sandbox_top_to, services_from,
    services_to, standing_from, standing_to, state_from, state_or_active, state_to,
    state_unless_active, suspicion_from, suspicion_to, template_from, template_to, texts_from,
    texts_to, unicode_labels_from, unicode_labels_to, visibility_or_public,
    visibility_unless_public,
};
use super::person;

/// The stored form of an event, without a registrant's details.
#[expect(clippy::too_many_lines, reason = "one arm for each kind of event")]
pub(super) fn event_to(event: &Event) -> Kind {
    match event {
        Event::Founded(e) => Kind::Founded(founded_to(e)),
        Event::PrincipalAdded(principal) => Kind::PrincipalAdded(principal_to(principal)),
        Event::PrincipalDescribed { id, .. } => {
            Kind::PrincipalDescribed(pb::PrincipalDescribed { id: id_to(id) })
        }
        Event::StandingChanged { id, to } => Kind::StandingChanged(pb::StandingChanged {
            id: id_to(id),
            to: standing_to(*to),
        }),
        Event::RoleGranted { id, grant } => Kind::RoleGranted(pb::RoleGranted {
            id: id_to(id),
            grant: Some(grant_to(grant)),
        }),
        Event::RoleRevoked { id, role, at } => Kind::RoleRevoked(pb::RoleRevoked {
            id: id_to(id),
            role: role_to(*role),
            at: path_to(at),
        }),
        Event::CredentialIssued(credential) => Kind::CredentialIssued(credential_to(credential)),
        Event::CredentialRevoked(id) => {
            Kind::CredentialRevoked(pb::CredentialRevoked { id: id_to(id) })
        }
        Event::AllocationTokenSet(token) => Kind::AllocationTokenSet(token_to(token)),
        Event::AllocationTokenUsed { id, path } => {
            Kind::AllocationTokenUsed(pb::AllocationTokenUsed {
                id: id_to(id),
                path: path_to(path),
            })
        }
        Event::DataLoaded { version } => Kind::DataLoaded(pb::DataLoaded {
            version: version.clone(),
        }),
        Event::ReferenceLoaded(e) => Kind::ReferenceLoaded(reference_loaded_to(e)),
        Event::AuthorityOpened(e) => Kind::AuthorityOpened(authority_opened_to(e)),
        Event::RegistrantRecorded(e) => Kind::RegistrantRecorded(pb::RegistrantRecorded {
            id: id_to(&e.id),
            kind: kind_to(e.kind),
        }),
        Event::ArcRegistered(e) => Kind::ArcRegistered(arc_registered_to(e)),
        Event::ReservedArcAllocated(e) => Kind::ReservedArcAllocated(arc_registered_to(e)),
        Event::NumberHeld(hold) => Kind::NumberHeld(hold_to(hold)),
        Event::HoldReleased(e) => Kind::HoldReleased(hold_released_to(e)),
        Event::EntryAmended(e) => Kind::EntryAmended(entry_amended_to(e)),
        Event::StateChanged(e) => Kind::StateChanged(state_changed_to(e)),
        Event::Delegated {
            path,
            previous,
            delegation,
        } => Kind::Delegated(pb::Delegated {
            path: path_to(path),
            previous: previous.get(),
            delegation: Some(delegation_to(delegation)),
        }),
        Event::Recalled { path, previous } => Kind::Recalled(pb::Recalled {
            path: path_to(path),
            previous: previous.get(),
        }),
        Event::Transferred { path, previous, to } => Kind::Transferred(pb::Transferred {
            path: path_to(path),
            previous: previous.get(),
            to: id_to(to),
        }),
        Event::PolicySet {
            path,
            previous,
            policy,
        } => Kind::PolicySet(pb::PolicySet {
            path: path_to(path),
            previous: previous.get(),
            policy: policy.as_ref().map(policy_to),
        }),
        Event::LocksSet {
            path,
            previous,
            locks,
        } => Kind::LocksSet(pb::LocksSet {
            path: path_to(path),
            previous: previous.get(),
            holder: locks.holder.map(Timestamp::micros),
            authority: locks.authority.map(Timestamp::micros),
        }),
        Event::PendingSet {
            path,
            previous,
            pending,
        } => Kind::PendingSet(pb::PendingSet {
            path: path_to(path),
            previous: previous.get(),
            pending: pending.as_deref().map(pending_to),
        }),
        Event::PlansSet {
            path,
            previous,
            plans,
        } => Kind::PlansSet(pb::PlansSet {
            path: path_to(path),
            previous: previous.get(),
            plans: plans_to(plans),
        }),
        Event::SuspicionSet {
            path,
            previous,
            suspicion,
        } => Kind::SuspicionSet(pb::SuspicionSet {
            path: path_to(path),
            previous: previous.get(),
            suspicion: suspicion.as_deref().map(suspicion_to),
        }),
        Event::CheckSet {
            path,
            previous,
            check,
        } => Kind::CheckSet(pb::CheckSet {
            path: path_to(path),
            previous: previous.get(),
            check: check.as_ref().map(check_to),
        }),
        Event::ContactConfirmed { path, previous } => {
            Kind::ContactConfirmed(pb::ContactConfirmed {
                path: path_to(path),
                previous: previous.get(),
            })
        }
        Event::TermReminded { path, previous } => Kind::TermReminded(pb::TermReminded {
            path: path_to(path),
            previous: previous.get(),
        }),
        Event::LabelsClaimed {
            path,
            previous,
            labels,
            until,
        } => Kind::LabelsClaimed(pb::LabelsClaimed {
            path: path_to(path),
            previous: previous.get(),
            labels: unicode_labels_to(labels),
            until: until.micros(),
        }),
        Event::LabelChallenged {
            path,
            previous,
            label,
            challenge,
        } => Kind::LabelChallenged(pb::LabelChallenged {
            path: path_to(path),
            previous: previous.get(),
            label: label.as_str().to_owned(),
            challenge: Some(challenge_to(challenge)),
        }),
        Event::LabelDecided {
            path,
            previous,
            label,
            upheld,
        } => Kind::LabelDecided(pb::LabelDecided {
            path: path_to(path),
            previous: previous.get(),
            label: label.as_str().to_owned(),
            upheld: *upheld,
        }),
        Event::TemplateSet {
            path,
            previous,
            template,
        } => Kind::TemplateSet(pb::TemplateSet {
            path: path_to(path),
            previous: previous.get(),
            template: Some(template_to(template)),
        }),
        Event::SandboxSet {
            path,
            previous,
            top,
        } => Kind::SandboxSet(pb::SandboxSet {
            path: path_to(path),
            previous: previous.get(),
            top: Some(sandbox_top_to(top)),
        }),
        Event::ApplicationSubmitted(e) => Kind::ApplicationSubmitted(application::submitted_to(e)),
        Event::ApplicationAmended(e) => Kind::ApplicationAmended(application::amended_to(e)),
        Event::ApplicationMoved(e) => Kind::ApplicationMoved(application::moved_to(e)),
        Event::ApplicationApproved {
            id,
            previous,
            approval,
        } => Kind::ApplicationApproved(pb::ApplicationApproved {
            id: id_to(id),
            previous: previous.get(),
            approval: Some(application::approval_to(approval)),
        }),
        Event::ApplicationRemarked {
            id,
            previous,
            remark,
        } => Kind::ApplicationRemarked(pb::ApplicationRemarked {
            id: id_to(id),
            previous: previous.get(),
            remark: Some(application::remark_to(remark)),
        }),
        Event::ApplicationFeeSet { id, previous, fee } => {
            Kind::ApplicationFeeSet(pb::ApplicationFeeSet {
                id: id_to(id),
                previous: previous.get(),
                fee: Some(application::fee_to(fee)),
            })
        }
        Event::ApplicationPaperAdded {
            id,
            previous,
            paper,
        } => Kind::ApplicationPaperAdded(pb::ApplicationPaperAdded {
            id: id_to(id),
            previous: previous.get(),
            paper: Some(application::paper_to(paper)),
        }),
        Event::PersonErased { person, basis } => Kind::PersonErased(person::stored(person, basis)),
        Event::OutboxOpened => Kind::OutboxOpened(pb::OutboxOpened {}),
        Event::NoticeSettled { id, outcome } => Kind::NoticeSettled(notice::settled(*id, *outcome)),
    }
}

/// The event of its stored form, without a registrant's details.
#[expect(clippy::too_many_lines, reason = "one arm for each kind of event")]
pub(super) fn event_from(stored: Kind) -> Result<Event, CodecError> {
    Ok(match stored {
        Kind::Founded(e) => Event::Founded(founded_from(e)?),
        Kind::PrincipalAdded(e) => Event::PrincipalAdded(principal_added_from(e)?),
        Kind::PrincipalDescribed(e) => Event::PrincipalDescribed {
            id: id_from(&e.id)?,
            details: None,
        },
        Kind::StandingChanged(e) => Event::StandingChanged {
            id: id_from(&e.id)?,
            to: standing_from(e.to)?,
        },
        Kind::RoleGranted(e) => Event::RoleGranted {
            id: id_from(&e.id)?,
            grant: grant_from(&e.grant.ok_or(CodecError::Missing { what: "a grant" })?)?,
        },
        Kind::RoleRevoked(e) => Event::RoleRevoked {
            id: id_from(&e.id)?,
            role: role_from(e.role)?,
            at: path_from(&e.at)?,
        },
        Kind::CredentialIssued(e) => Event::CredentialIssued(credential_from(e)?),
        Kind::CredentialRevoked(e) => Event::CredentialRevoked(id_from(&e.id)?),
        Kind::AllocationTokenSet(e) => Event::AllocationTokenSet(Box::new(token_from(e)?)),
        Kind::AllocationTokenUsed(e) => Event::AllocationTokenUsed {
            id: id_from(&e.id)?,
            path: path_from(&e.path)?,
        },
        Kind::DataLoaded(e) => Event::DataLoaded { version: e.version },
        Kind::ReferenceLoaded(e) => Event::ReferenceLoaded(reference_loaded_from(e)?),
        Kind::AuthorityOpened(e) => Event::AuthorityOpened(authority_opened_from(e)?),
        Kind::RegistrantRecorded(e) => Event::RegistrantRecorded(RegistrantRecorded {
            id: id_from(&e.id)?,
            kind: kind_from(e.kind)?,
            details: None,
        }),
        Kind::ArcRegistered(e) => Event::ArcRegistered(Box::new(arc_registered_from(e)?)),
        Kind::ReservedArcAllocated(e) => {
            Event::ReservedArcAllocated(Box::new(arc_registered_from(e)?))
        }
        Kind::NumberHeld(e) => Event::NumberHeld(hold_from(&e)?),
        Kind::HoldReleased(e) => Event::HoldReleased(hold_released_from(&e)?),
        Kind::EntryAmended(e) => Event::EntryAmended(Box::new(entry_amended_from(e)?)),
        Kind::StateChanged(e) => Event::StateChanged(state_changed_from(&e)?),
        Kind::Delegated(e) => Event::Delegated {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
            delegation: delegation_from(e.delegation.ok_or(CodecError::Missing {
                what: "a delegation",
            })?)?,
        },
        Kind::Recalled(e) => Event::Recalled {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
        },
        Kind::Transferred(e) => Event::Transferred {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
            to: id_from(&e.to)?,
        },
        Kind::PolicySet(e) => Event::PolicySet {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
            policy: e.policy.as_ref().map(policy_from).transpose()?,
        },
        Kind::LocksSet(e) => Event::LocksSet {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
            locks: Locks {
                holder: e.holder.map(Timestamp::from_micros),
                authority: e.authority.map(Timestamp::from_micros),
            },
        },
        Kind::PendingSet(e) => Event::PendingSet {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
            pending: e.pending.map(pending_from).transpose()?,
        },
        Kind::PlansSet(e) => Event::PlansSet {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
            plans: plans_from(e.plans)?,
        },
        Kind::SuspicionSet(e) => Event::SuspicionSet {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
            suspicion: e.suspicion.map(suspicion_from).transpose()?,
        },
        Kind::CheckSet(e) => Event::CheckSet {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
            check: e.check.map(check_from).transpose()?,
        },
        Kind::ContactConfirmed(e) => Event::ContactConfirmed {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
        },
        Kind::TermReminded(e) => Event::TermReminded {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
        },
        Kind::LabelsClaimed(e) => Event::LabelsClaimed {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
            labels: unicode_labels_from(e.labels),
            until: Timestamp::from_micros(e.until),
        },
        Kind::LabelChallenged(e) => Event::LabelChallenged {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
            label: UnicodeLabel::from_stored(e.label),
            challenge: challenge_from(there(e.challenge, "a challenge")?)?,
        },
        Kind::LabelDecided(e) => Event::LabelDecided {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
            label: UnicodeLabel::from_stored(e.label),
            upheld: e.upheld,
        },
        Kind::TemplateSet(e) => Event::TemplateSet {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
            template: Box::new(template_from(there(e.template, "a template")?)),
        },
        Kind::SandboxSet(e) => Event::SandboxSet {
            path: path_from(&e.path)?,
            previous: Seq::new(e.previous),
            top: sandbox_top_from(&there(e.top, "a sandbox")?),
        },
        Kind::ApplicationSubmitted(e) => {
            Event::ApplicationSubmitted(Box::new(application::submitted_from(e)?))
        }
        Kind::ApplicationAmended(e) => {
            Event::ApplicationAmended(Box::new(application::amended_from(e)?))
        }
        Kind::ApplicationMoved(e) => Event::ApplicationMoved(Box::new(application::moved_from(e)?)),
        Kind::ApplicationApproved(e) => Event::ApplicationApproved {
            id: id_from(&e.id)?,
            previous: Seq::new(e.previous),
            approval: application::approval_from(&there(e.approval, "an approval")?)?,
        },
        Kind::ApplicationRemarked(e) => Event::ApplicationRemarked {
            id: id_from(&e.id)?,
            previous: Seq::new(e.previous),
            remark: application::remark_from(there(e.remark, "a remark")?)?,
        },
        Kind::ApplicationFeeSet(e) => Event::ApplicationFeeSet {
            id: id_from(&e.id)?,
            previous: Seq::new(e.previous),
            fee: application::fee_from(there(e.fee, "a fee")?)?,
        },
        Kind::ApplicationPaperAdded(e) => Event::ApplicationPaperAdded {
            id: id_from(&e.id)?,
            previous: Seq::new(e.previous),
            paper: application::paper_from(there(e.paper, "a paper")?)?,
        },
        Kind::PersonErased(e) => {
            let (person, basis) = person::erased_from(e)?;
            Event::PersonErased { person, basis }
        }
        Kind::OutboxOpened(pb::OutboxOpened {}) => Event::OutboxOpened,
        Kind::NoticeSettled(e) => {
            let (id, outcome) = notice::settled_from(&e)?;
            Event::NoticeSettled { id, outcome }
        }
    })
}

fn there<T>(stored: Option<T>, what: &'static str) -> Result<T, CodecError> {
    stored.ok_or(CodecError::Missing { what })
}

/// A principal as it was added: what only a table's value may hold is refused.
fn principal_added_from(e: pb::Principal) -> Result<Principal, CodecError> {
    let bare = e.grants.is_empty() && e.delegations.is_empty();
    if !bare || e.details.is_some() || e.erased.is_some() {
        let what = "an added principal";
        return Err(CodecError::Malformed { what });
    }
    principal_from(e)
}

fn founded_to(e: &Founded) -> pb::Founded {
    pb::Founded {
        register: id_to(&e.register),
        authorities: e.authorities.iter().map(path_to).collect(),
        format: e.format,
        unicode_version: e.unicode_version.clone(),
    }
}

fn founded_from(e: pb::Founded) -> Result<Founded, CodecError> {
    let authorities = e.authorities.iter().map(|path| path_from(path));
    Ok(Founded {
        register: id_from(&e.register)?,
        authorities: authorities.collect::<Result<_, _>>()?,
        format: e.format,
        unicode_version: e.unicode_version,
    })
}

fn reference_loaded_to(e: &ReferenceLoaded) -> pb::ReferenceLoaded {
    pb::ReferenceLoaded {
        path: path_to(&e.path),
        previous: e.previous.get(),
        identifiers: identifiers_to(&e.identifiers),
        labels: labels_to(&e.labels),
        long_arcs: unicode_labels_to(&e.long_arcs),
        descriptions: texts_to(&e.descriptions),
        flags: flags_to(e.flags),
        source: e.source.clone(),
        certainty: certainty_to(e.certainty),
        data_version: e.data_version.clone(),
    }
}

fn reference_loaded_from(e: pb::ReferenceLoaded) -> Result<ReferenceLoaded, CodecError> {
    Ok(ReferenceLoaded {
        path: path_from(&e.path)?,
        previous: Seq::new(e.previous),
        identifiers: identifiers_from(e.identifiers),
        labels: labels_from(e.labels),
        long_arcs: unicode_labels_from(e.long_arcs),
        descriptions: texts_from(e.descriptions),
        flags: flags_from(e.flags)?,
        source: e.source,
        certainty: certainty_from(e.certainty)?,
        data_version: e.data_version,
    })
}

fn authority_opened_to(e: &AuthorityOpened) -> pb::AuthorityOpened {
    pb::AuthorityOpened {
        path: path_to(&e.path),
        previous: e.previous.get(),
        titles: texts_to(&e.titles),
        descriptions: texts_to(&e.descriptions),
        policy: Some(policy_to(&e.policy)),
    }
}

fn authority_opened_from(e: pb::AuthorityOpened) -> Result<AuthorityOpened, CodecError> {
    let what = "an authority's policy";
    Ok(AuthorityOpened {
        path: path_from(&e.path)?,
        previous: Seq::new(e.previous),
        titles: texts_from(e.titles),
        descriptions: texts_from(e.descriptions),
        policy: policy_from(&e.policy.ok_or(CodecError::Missing { what })?)?,
    })
}

fn found_by_to(found_by: &NumberFoundBy) -> (pb::FoundBy, Vec<u8>) {
    match found_by {
        NumberFoundBy::Explicit => (pb::FoundBy::Explicit, Vec::new()),
        NumberFoundBy::NextFree { window_from } => (pb::FoundBy::NextFree, number_to(window_from)),
        NumberFoundBy::Random => (pb::FoundBy::Random, Vec::new()),
    }
}

fn found_by_from(word: i32, window_from: &[u8]) -> Result<NumberFoundBy, CodecError> {
    match pb::FoundBy::try_from(word) {
        Ok(pb::FoundBy::Explicit) => Ok(NumberFoundBy::Explicit),
        Ok(pb::FoundBy::NextFree) => Ok(NumberFoundBy::NextFree {
            window_from: ArcValue::from_be_bytes(window_from),
        }),
        Ok(pb::FoundBy::Random) => Ok(NumberFoundBy::Random),
        _ => Err(CodecError::UnknownWord {
            what: "way of finding a number",
            number: i64::from(word),
        }),
    }
}

fn arc_registered_to(e: &ArcRegistered) -> pb::ArcRegistered {
    let (found_by, window_from) = found_by_to(&e.found_by);
    pb::ArcRegistered {
        path: path_to(&e.path),
        previous: e.previous.get(),
        found_by: found_by.into(),
        window_from,
        state: state_unless_active(e.state),
        visibility: visibility_unless_public(e.visibility),
        identifiers: identifiers_to(&e.identifiers),
        labels: labels_to(&e.labels),
        titles: texts_to(&e.titles),
        descriptions: texts_to(&e.descriptions),
        flags: flags_to(e.flags),
        registrant: e.registrant.as_ref().map(id_to),
        sponsor: e.sponsor.as_ref().map(id_to),
        registered: e.registered.map(Timestamp::micros),
        applied: e.applied.map(Timestamp::micros),
        services: services_to(&e.services),
        references: references_to(&e.references),
        contacts: contacts_to(&e.contacts),
        recorded: e.recorded.as_ref().map(proof_to),
        sandbox: e.sandbox.as_ref().map(sandbox_part_to),
    }
}

fn arc_registered_from(e: pb::ArcRegistered) -> Result<ArcRegistered, CodecError> {
    Ok(ArcRegistered {
        path: path_from(&e.path)?,
        previous: Seq::new(e.previous),
        found_by: found_by_from(e.found_by, &e.window_from)?,
        state: state_or_active(e.state)?,
        visibility: visibility_or_public(e.visibility)?,
        identifiers: identifiers_from(e.identifiers),
        labels: labels_from(e.labels),
        flags: flags_from(e.flags)?,
        titles: texts_from(e.titles),
        descriptions: texts_from(e.descriptions),
        services: services_from(e.services),
        references: references_from(e.references),
        contacts: contacts_from(&e.contacts)?,
        registrant: id_if(e.registrant.as_deref())?,
        sponsor: id_if(e.sponsor.as_deref())?,
        recorded: e.recorded.map(proof_from),
        applied: e.applied.map(Timestamp::from_micros),
        registered: e.registered.map(Timestamp::from_micros),
        sandbox: e.sandbox.as_ref().map(sandbox_part_from).transpose()?,
    })
}

fn hold_released_to(e: &HoldReleased) -> pb::HoldReleased {
    pb::HoldReleased {
        id: id_to(&e.id),
        superior: path_to(&e.superior),
        number: number_to(&e.number),
        why: hold_end_to(e.why),
    }
}

fn hold_released_from(e: &pb::HoldReleased) -> Result<HoldReleased, CodecError> {
    Ok(HoldReleased {
        id: id_from(&e.id)?,
        superior: path_from(&e.superior)?,
        number: ArcValue::from_be_bytes(&e.number),
        why: hold_end_from(e.why)?,
    })
}

fn entry_amended_to(e: &EntryAmended) -> pb::EntryAmended {
    pb::EntryAmended {
        path: path_to(&e.path),
        previous: e.previous.get(),
        ..changes_to(&e.changes)
    }
}

fn entry_amended_from(e: pb::EntryAmended) -> Result<EntryAmended, CodecError> {
    Ok(EntryAmended {
        path: path_from(&e.path)?,
        previous: Seq::new(e.previous),
        changes: changes_from(e)?,
    })
}

fn state_changed_to(e: &StateChanged) -> pb::StateChanged {
    pb::StateChanged {
        path: path_to(&e.path),
        previous: e.previous.get(),
        to: state_to(e.to),
        relation: e.relation.as_ref().map(relation_to),
    }
}

fn state_changed_from(e: &pb::StateChanged) -> Result<StateChanged, CodecError> {
    Ok(StateChanged {
        path: path_from(&e.path)?,
        previous: Seq::new(e.previous),
        to: state_from(e.to)?,
        relation: e.relation.as_ref().map(relation_from).transpose()?,
    })
}

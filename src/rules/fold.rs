//! What an entry holds after an event: the meaning of the events that touch an arc.
//!
//! The overlay folds with it what a command decided so far. It may not refuse anything: events are outcomes.

use crate::model::consent::Locks;
use crate::model::entry::{
    Entry, HolderFields, Holding, Origin, State, SuperiorFields, Visibility,
};
use crate::model::event::{ArcRegistered, Changes, ReferenceLoaded};
use crate::model::label_claim::LabelClaim;
use crate::model::plan::PlannedAct;
use crate::model::sandbox::Sandbox;
use crate::model::{Event, RegistrantId, Seq, Timestamp};
use crate::oid::{NodePath, UnicodeLabel};

/// The entry that `event` leaves where `before` was; `None` where the event touches no arc, or an arc that is not there.
#[expect(clippy::too_many_lines, reason = "one arm for each event")]
pub fn entry_after(
    event: &Event,
    before: Option<&Entry>,
    seq: Seq,
    now: Timestamp,
) -> Option<Entry> {
    let mut entry = match event {
        Event::ReferenceLoaded(loaded) => reference(loaded, before, now),
        Event::ArcRegistered(new) | Event::ReservedArcAllocated(new) => {
            registered(new, before, seq, now)
        }
        _ => before?.clone(),
    };
    match event {
        Event::AuthorityOpened(opened) => {
            entry.authority = true;
            entry.holder.titles.clone_from(&opened.titles);
            entry.holder.descriptions.clone_from(&opened.descriptions);
            entry.holder.changed = now;
            entry.policy = Some(opened.policy.clone());
        }
        Event::EntryAmended(amended) => amend(&mut entry, &amended.changes, now),
        Event::StateChanged(changed) => {
            entry.superior.state = changed.to;
            // Another successor of a withdrawn arc is no other withdrawal.
            entry.superior.withdrawn = match changed.to {
                State::Withdrawn => entry.superior.withdrawn.or(Some(now)),
                _ => None,
            };
            entry.superior.relation.clone_from(&changed.relation);
            if changed.to == State::Withdrawn {
                // What is withdrawn is nobody's to keep or to give.
                entry.pending = None;
                entry.locks = Locks::default();
                entry.suspicion = None;
                entry.check = None;
            }
            entry.superior.changed = now;
        }
        Event::Delegated { delegation, .. } => {
            entry.delegation = Some(delegation.clone());
            entry.superior.changed = now;
        }
        Event::Recalled { .. } => {
            entry.delegation = None;
            entry.superior.changed = now;
        }
        Event::Transferred { to, .. } => {
            let holding = Holding {
                registrant: to.clone(),
                since: now,
            };
            entry
                .first_registrant
                .get_or_insert_with(|| holding.clone());
            entry.registrant = Some(holding);
            entry.pending = None;
            // What the former registrant was asked, and said of itself, is nothing to the new one.
            contact_settled(&mut entry, None);
            entry.superior.changed = now;
        }
        Event::PolicySet { policy, .. } => entry.policy.clone_from(policy),
        Event::LocksSet { locks, .. } => {
            entry.locks = *locks;
            entry.pending = None;
            entry.superior.changed = now;
        }
        Event::PlansSet { plans, .. } => entry.plans.clone_from(plans),
        Event::SuspicionSet { suspicion, .. } => entry.suspicion.clone_from(suspicion),
        Event::CheckSet { check, .. } => entry.check.clone_from(check),
        Event::ContactConfirmed { .. } => contact_settled(&mut entry, Some(now)),
        Event::TermReminded { .. } => {
            for plan in &mut entry.plans {
                let due = plan.reminder().is_some_and(|at| at <= now);
                if let PlannedAct::Lapse { reminded, .. } = &mut plan.act {
                    *reminded |= due;
                }
            }
        }
        Event::LabelsClaimed { labels, until, .. } => claim(&mut entry, labels, *until, now),
        Event::LabelChallenged {
            label, challenge, ..
        } => {
            let mut claims = entry.label_claims.iter_mut();
            if let Some(claim) = claims.find(|one| one.is_of(label)) {
                claim.challenge = Some(challenge.clone());
            }
        }
        Event::LabelDecided { label, upheld, .. } => {
            entry.label_claims.retain(|one| !one.is_of(label));
            if *upheld {
                let key = label.comparison_key();
                let labels = &mut entry.superior.labels;
                labels.retain(|one| one.label.comparison_key() != key);
                entry.superior.changed = now;
            }
        }
        Event::TemplateSet { template, .. } => {
            entry.template = Some(template.clone());
            entry.holder.changed = now;
        }
        Event::SandboxSet { top, .. } => {
            entry.sandbox = Some(Box::new(Sandbox::Top(top.clone())));
            entry.superior.changed = now;
        }
        Event::PendingSet { pending, .. } => entry.pending.clone_from(pending),
        Event::ReferenceLoaded(_) | Event::ArcRegistered(_) | Event::ReservedArcAllocated(_) => {}
        _ => return None,
    }
    still_claimed(&mut entry, now);
    entry.revision = seq;
    entry.changed = now;
    if before.is_none() {
        entry.created = seq;
    }
    Some(entry)
}

/// The registrant is as known since then: nobody is asked, and no longer doubted because nobody answered.
fn contact_settled(entry: &mut Entry, confirmed: Option<Timestamp>) {
    entry.check = None;
    entry.confirmed = confirmed;
    if entry
        .suspicion
        .as_ref()
        .is_some_and(|mark| mark.what.is_none())
    {
        entry.suspicion = None;
    }
}

fn claim(entry: &mut Entry, labels: &[UnicodeLabel], until: Timestamp, now: Timestamp) {
    for label in labels {
        entry.label_claims.retain(|one| !one.is_of(label));
        entry.label_claims.push(LabelClaim {
            label: label.clone(),
            since: now,
            until,
            challenge: None,
        });
    }
}

/// Forgets claims to labels that are final, or that the arc has no longer.
fn still_claimed(entry: &mut Entry, now: Timestamp) {
    let Entry {
        label_claims,
        superior,
        ..
    } = entry;
    let has = |claim: &LabelClaim| {
        let mut labels = superior.labels.iter();
        labels.any(|one| claim.is_of(&one.label))
    };
    label_claims.retain(|claim| claim.is_provisional(now) && has(claim));
}

fn blank(path: &NodePath, origin: Origin, now: Timestamp) -> Entry {
    Entry {
        path: path.clone(),
        revision: Seq::ZERO,
        created: Seq::ZERO,
        origin,
        authority: false,
        superior: SuperiorFields {
            state: State::Active,
            visibility: Visibility::Public,
            identifiers: Vec::new(),
            labels: Vec::new(),
            long_arcs: Vec::new(),
            flags: crate::model::entry::Flags::default(),
            relation: None,
            withdrawn: None,
            changed: now,
        },
        holder: HolderFields {
            changed: now,
            ..HolderFields::default()
        },
        first_registrant: None,
        registrant: None,
        sponsor: None,
        delegation: None,
        locks: Locks::default(),
        pending: None,
        plans: Vec::new(),
        suspicion: None,
        check: None,
        confirmed: None,
        label_claims: Vec::new(),
        policy: None,
        template: None,
        sandbox: None,
        applied: None,
        registered: now,
        changed: now,
    }
}

/// Of the authority's own node published data refreshes the names and marks only.
fn reference(loaded: &ReferenceLoaded, before: Option<&Entry>, now: Timestamp) -> Entry {
    let origin = Origin::Reference {
        source: loaded.source.clone(),
        certainty: loaded.certainty,
        data_version: loaded.data_version.clone(),
    };
    let mut entry = before
        .cloned()
        .unwrap_or_else(|| blank(&loaded.path, origin.clone(), now));
    entry.superior.identifiers.clone_from(&loaded.identifiers);
    entry.superior.labels.clone_from(&loaded.labels);
    entry.superior.long_arcs.clone_from(&loaded.long_arcs);
    entry.superior.flags = loaded.flags;
    entry.superior.changed = now;
    entry.origin = origin;
    if !entry.authority {
        entry.holder.descriptions.clone_from(&loaded.descriptions);
        entry.holder.changed = now;
    }
    entry
}

fn registered(new: &ArcRegistered, before: Option<&Entry>, seq: Seq, now: Timestamp) -> Entry {
    let origin = new
        .recorded
        .as_ref()
        .map_or(Origin::Assigned, |proof| Origin::Recorded {
            proof: proof.document.clone(),
            uri: proof.uri.clone(),
        });
    let mut entry = blank(&new.path, origin, now);
    entry.created = before.map_or(seq, |before| before.created);
    entry.superior.state = new.state;
    entry.superior.withdrawn = (new.state == State::Withdrawn).then_some(now);
    entry.superior.visibility = new.visibility;
    entry.superior.identifiers.clone_from(&new.identifiers);
    entry.superior.labels.clone_from(&new.labels);
    entry.superior.flags = new.flags;
    entry.holder.titles.clone_from(&new.titles);
    entry.holder.descriptions.clone_from(&new.descriptions);
    entry.holder.services.clone_from(&new.services);
    entry.holder.references.clone_from(&new.references);
    entry.holder.contacts.clone_from(&new.contacts);
    entry.registered = new.registered.unwrap_or(now);
    entry.registrant = new.registrant.clone().map(|registrant| Holding {
        registrant,
        since: entry.registered,
    });
    entry.first_registrant.clone_from(&entry.registrant);
    entry.sponsor.clone_from(&new.sponsor);
    let mark = new.sandbox.clone().map(Sandbox::Part);
    entry.sandbox = mark.map(Box::new);
    entry.applied = new.applied;
    entry
}

fn amend(entry: &mut Entry, changes: &Changes<RegistrantId>, now: Timestamp) {
    fn set<T: Clone>(field: &mut T, value: Option<&T>) {
        if let Some(value) = value {
            field.clone_from(value);
        }
    }
    set(
        &mut entry.superior.identifiers,
        changes.identifiers.as_ref(),
    );
    set(&mut entry.superior.labels, changes.labels.as_ref());
    set(&mut entry.superior.flags, changes.flags.as_ref());
    set(&mut entry.superior.visibility, changes.visibility.as_ref());
    set(&mut entry.holder.titles, changes.titles.as_ref());
    set(
        &mut entry.holder.descriptions,
        changes.descriptions.as_ref(),
    );
    set(&mut entry.holder.services, changes.services.as_ref());
    set(&mut entry.holder.references, changes.references.as_ref());
    set(&mut entry.holder.contacts, changes.contacts.as_ref());
    if changes.superior() {
        entry.superior.changed = now;
    }
    if changes.holder() {
        entry.holder.changed = now;
    }
}

//! What holds for every arc of a sandbox, whatever command it comes from: it bears the mark, there are no more than fit, everybody
//! sees it, and it names nobody who is known outside.
//!
//! Integrators without a role write there, so that nothing they write may touch anybody. Refusals, in order: `SANDBOX_UNFIT`,
//! `SANDBOX_FULL`.

use crate::model::entry::Contact;
use crate::model::event::ArcRegistered;
use crate::model::sandbox::{Part, Sandbox};
use crate::model::{
    Code, Entry, Event, Refusal, RegistrantId, Rejection, TreeView, Viewed, Visibility,
};
use crate::oid::NodePath;

use super::consent;
use super::decision::Decision;

/// Refuses what does not fit a sandbox.
pub fn unfit(field: &str, detail: &str) -> Rejection {
    Refusal::new(Code::SandboxUnfit, field, detail).into()
}

/// The top of the sandbox in which a node stands, at or above it.
pub fn top_of(tree: &dyn TreeView, node: &NodePath) -> Viewed<Option<std::sync::Arc<Entry>>> {
    for depth in (1..=node.depth()).rev() {
        let Some(entry) = tree.entry(&node.truncated(depth))? else {
            continue;
        };
        match entry.sandbox.as_deref() {
            Some(Sandbox::Top(_)) => return Ok(Some(entry)),
            Some(Sandbox::Part(_)) => {}
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// The event as it is recorded: a new arc of a sandbox bears the mark.
pub fn checked(event: Event, decision: &mut Decision<'_>) -> Result<Event, Rejection> {
    match event {
        Event::ArcRegistered(new) => {
            let new = marked(new, true, decision)?;
            Ok(Event::ArcRegistered(new))
        }
        Event::ReservedArcAllocated(new) => {
            let new = marked(new, false, decision)?;
            Ok(Event::ReservedArcAllocated(new))
        }
        Event::EntryAmended(ref amended) => {
            let before = decision.tree.entry(&amended.path)?;
            let part = before.filter(|one| part(one).is_some());
            if let (Some(before), Some(contacts)) = (part, &amended.changes.contacts) {
                let old: Vec<_> = before
                    .holder
                    .contacts
                    .iter()
                    .map(|one| &one.party)
                    .collect();
                let mut new = contacts.iter().map(|one| &one.party);
                if new.any(|id| !old.contains(&id) && !decision.introduced(id)) {
                    return Err(named("entry.contacts"));
                }
            }
            Ok(event)
        }
        other => Ok(other),
    }
}

fn part(entry: &Entry) -> Option<&Part> {
    entry.sandbox.as_deref().and_then(Sandbox::part)
}

fn named(field: &str) -> Rejection {
    unfit(
        field,
        "in a sandbox only somebody is named who was not known before",
    )
}

fn marked(
    mut new: Box<ArcRegistered>,
    is_new: bool,
    decision: &mut Decision<'_>,
) -> Result<Box<ArcRegistered>, Rejection> {
    // Of a generation the mark was made by whoever opens it.
    let Some(above) = new.path.parent().filter(|_| new.sandbox.is_none()) else {
        return Ok(new);
    };
    let Some(superior) = decision.tree.entry(&above)? else {
        return Ok(new);
    };
    match superior.sandbox.as_deref() {
        None => return Ok(new),
        Some(Sandbox::Top(_)) => {
            let detail = "directly below a sandbox there are its generations and nothing else";
            return Err(unfit("superior", detail));
        }
        Some(Sandbox::Part(_)) => {}
    }
    if new.visibility != Visibility::Public {
        let detail = "in a sandbox everything is public";
        return Err(unfit("entry.visibility", detail));
    }
    strangers_only(&new, decision)?;
    if is_new {
        decision.takes_room(&above)?;
    }
    let by = consent::actor(decision);
    new.sandbox = Some(Part { by });
    Ok(new)
}

fn strangers_only(new: &ArcRegistered, decision: &Decision<'_>) -> Result<(), Rejection> {
    let known = |id: &&RegistrantId| !decision.introduced(id);
    if new.registrant.iter().any(|id| known(&id)) {
        return Err(named("entry.registrant"));
    }
    if new.sponsor.iter().any(|id| known(&id)) {
        return Err(named("entry.sponsor"));
    }
    let party = |contact: &Contact| known(&&contact.party);
    if new.contacts.iter().any(party) {
        return Err(named("entry.contacts"));
    }
    Ok(())
}

/// The generation at or above which `node` stands, and how many more arcs fit below it.
pub fn room(tree: &dyn TreeView, node: &NodePath) -> Viewed<(NodePath, u64)> {
    let Some(top) = top_of(tree, node)? else {
        return Ok((node.clone(), 0));
    };
    let most = top.sandbox.as_deref().and_then(Sandbox::top);
    let most = most.map_or(0, |top| top.arcs_max);
    let generation = node.truncated(top.path.depth().saturating_add(1));
    let left = most.saturating_sub(tree.arcs_below(&generation, most)?);
    Ok((generation, left))
}

/// The refusal where no arc fits any more.
pub fn full() -> Rejection {
    let detail = "the sandbox holds as many arcs as it may; its next reset makes room";
    Refusal::new(Code::SandboxFull, "", detail).into()
}

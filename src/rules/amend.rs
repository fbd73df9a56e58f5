//! Amend: changes fields of an arc. The superior's and the holder's stand apart, each with its own time of change.
//!
//! Only what differs becomes part of the event. A name that the arc has already is not judged again.
//!
//! Refusals, in order: faults of form; `OUTSIDE_AUTHORITY` (also for what the superior decides about the authority's own
//! node), `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`; the names' as in `allocate`; `IDENTIFIER_REQUIRED`,
//! `TITLE_REQUIRED`; `LIVE_SUBORDINATES` (a leaf has none); `NOTHING_CHANGES`.

use crate::model::command::Amend;
use crate::model::event::{Changes, EntryAmended};
use crate::model::{Code, Entry, Event, Refusal, Rejection, TreeView};
use crate::oid::ArcValue;

use super::checks::{self, Reach};
use super::decision::Decision;
use super::names::{self, Names};
use super::policy;

/// Changes the fields.
pub fn decide(ask: &Amend, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let reach = if ask.changes.superior() {
        Reach::Superior
    } else {
        Reach::Holder
    };
    let tree = &decision.tree;
    let entry = checks::own_arc(tree, &ask.path, reach, ask.if_revision)?;
    let changes = differing(&ask.changes, &entry);
    if changes.identifiers.is_some() || changes.labels.is_some() {
        new_names(tree, &changes, &entry)?;
    }
    still_required(tree, &changes, &entry)?;
    if changes
        .flags
        .is_some_and(|flags| flags.leaf && !entry.superior.flags.leaf)
        && !tree.numbers_from(&ask.path, &ArcValue::ZERO, 1)?.is_empty()
    {
        let detail = format!(
            "{} has subordinates, and a leaf has none; freeze it instead",
            ask.path
        );
        return Err(Refusal::new(Code::LiveSubordinates, "entry.flags.leaf", detail).into());
    }
    if changes.is_empty() {
        let detail = "every field named has this value already";
        return Err(Refusal::new(Code::NothingChanges, "entry", detail).into());
    }
    decision.tell(Event::EntryAmended(Box::new(EntryAmended {
        path: ask.path.clone(),
        previous: entry.revision,
        changes,
    })))
}

/// The changes that are changes.
fn differing(asked: &Changes, entry: &Entry) -> Changes {
    fn new<T: Clone + PartialEq>(asked: Option<&T>, now: &T) -> Option<T> {
        asked.filter(|asked| *asked != now).cloned()
    }
    let (superior, holder) = (&entry.superior, &entry.holder);
    Changes {
        identifiers: new(asked.identifiers.as_ref(), &superior.identifiers),
        labels: new(asked.labels.as_ref(), &superior.labels),
        flags: new(asked.flags.as_ref(), &superior.flags),
        visibility: new(asked.visibility.as_ref(), &superior.visibility),
        titles: new(asked.titles.as_ref(), &holder.titles),
        descriptions: new(asked.descriptions.as_ref(), &holder.descriptions),
        services: new(asked.services.as_ref(), &holder.services),
        references: new(asked.references.as_ref(), &holder.references),
    }
}

/// The names that the arc did not have before, beside those of its siblings.
fn new_names(tree: &dyn TreeView, changes: &Changes, entry: &Entry) -> Result<(), Rejection> {
    let (Some(above), Some(number)) = (entry.path.parent(), entry.path.last()) else {
        return Ok(());
    };
    let superior = checks::registered_superior(tree, &above, "oid")?;
    let had = &entry.superior;
    let identifiers = changes.identifiers.iter().flatten().enumerate();
    let labels = changes.labels.iter().flatten().enumerate();
    let is_new_label = |label: &crate::model::entry::Label| {
        let key = label.label.comparison_key();
        had.labels
            .iter()
            .all(|old| old.label.comparison_key() != key)
    };
    // What exists elsewhere may share its identifiers with siblings.
    let assigned = matches!(entry.origin, crate::model::entry::Origin::Assigned);
    let names = Names {
        superior: &superior,
        number,
        identifiers: identifiers
            .filter(|(_, new)| !had.identifiers.contains(new))
            .collect(),
        labels: labels.filter(|(_, label)| is_new_label(label)).collect(),
        identifiers_unique: assigned && policy::in_force(tree, &above)?.identifiers_unique,
    };
    names::check(tree, &names)
}

/// The policy's required fields: what is there may not go.
fn still_required(tree: &dyn TreeView, changes: &Changes, entry: &Entry) -> Result<(), Rejection> {
    let no_identifier = changes.identifiers.as_ref().is_some_and(Vec::is_empty);
    let no_title = changes.titles.as_ref().is_some_and(Vec::is_empty);
    let (true, Some(above)) = (no_identifier || no_title, entry.path.parent()) else {
        return Ok(());
    };
    let policy = policy::in_force(tree, &above)?;
    let refuse = |code, field, what| {
        let detail = format!("the policy below {above} wants {what}");
        Err(Refusal::new(code, field, detail).into())
    };
    if no_identifier && policy.identifier_required {
        return refuse(
            Code::IdentifierRequired,
            "entry.identifiers",
            "a secondary identifier",
        );
    }
    // The policy below the superior is no business of an authority's own node.
    if no_title && policy.title_required && !entry.authority {
        return refuse(Code::TitleRequired, "entry.titles", "a title");
    }
    Ok(())
}

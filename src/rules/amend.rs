//! Amend: changes fields of an arc. The superior's and the holder's stand apart, each with its own time of change.
//!
//! Only what differs becomes part of the event. A name that the arc has already is not judged again.
//!
//! Refusals, in order: faults of form; `OUTSIDE_AUTHORITY` (also for what the superior decides about the authority's own
//! node), `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`, `ARC_LOCKED`; the names' as in `allocate`; in a sandbox `SANDBOX_UNFIT`
//! (everything is public, and names nobody who is known); `IDENTIFIER_REQUIRED`,
//! `TITLE_REQUIRED`, `CONTENT_REQUIRED`; `REGISTRANT_UNKNOWN`; `LIVE_SUBORDINATES` (a leaf has none); `NOTHING_CHANGES`.

use crate::model::command::Amend;
use crate::model::entry::{Contact, Label, Origin};
use crate::model::event::{Changes, EntryAmended};
use crate::model::policy::MinimumContent;
use crate::model::sandbox::Sandbox;
use crate::model::{Code, Entry, Event, Refusal, Rejection, TreeView};
use crate::oid::ArcValue;

use super::checks::{self, Reach};
use super::decision::Decision;
use super::names::{self, Names};
use super::overlay::UNWRITTEN;
use super::{allocate, consent, labels, policy, sandbox};

/// Changes the fields.
pub fn decide(ask: &Amend, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let reach = if ask.changes.superior() {
        Reach::Superior
    } else {
        Reach::Holder
    };
    let tree = &decision.tree;
    let entry = checks::own_arc(tree, &ask.path, reach, ask.if_revision)?;
    consent::unlocked(&entry)?;
    let changes = differing(&ask.changes, &entry);
    if changes.identifiers.is_some() || changes.labels.is_some() {
        new_names(tree, &changes, &entry)?;
    }
    let part = entry.sandbox.as_deref().and_then(Sandbox::part);
    if part.is_some() && changes.visibility.is_some() {
        let detail = "in a sandbox everything is public until it is reset";
        return Err(sandbox::unfit("entry.visibility", detail));
    }
    still_required(tree, &changes, &entry)?;
    let contacts = changes.contacts.as_deref().unwrap_or_default();
    decision.contacts_known(contacts)?;
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
    let contacts = match &changes.contacts {
        Some(contacts) => Some(decision.people(None, contacts)?.contacts),
        None => None,
    };
    let claimed = new_labels(&changes, &entry);
    decision.tell(Event::EntryAmended(Box::new(EntryAmended {
        path: ask.path.clone(),
        previous: entry.revision,
        changes: changes.with_contacts(contacts),
    })))?;
    match (ask.path.parent(), claimed.is_empty()) {
        (Some(above), false) => {
            let policy = policy::in_force(&decision.tree, &above)?;
            labels::claimed(&ask.path, UNWRITTEN, &claimed, &policy, decision)
        }
        _ => Ok(()),
    }
}

/// The labels that the arc did not have before, of an arc that this authority gave out.
fn new_labels(changes: &Changes, entry: &Entry) -> Vec<Label> {
    let assigned = matches!(entry.origin, Origin::Assigned);
    let labels = changes.labels.iter().flatten().filter(|_| assigned);
    labels.filter(|one| is_new(one, entry)).cloned().collect()
}

fn is_new(label: &Label, entry: &Entry) -> bool {
    let key = label.label.comparison_key();
    let mut had = entry.superior.labels.iter();
    had.all(|old| old.label.comparison_key() != key)
}

/// The changes that are changes.
fn differing(asked: &Changes, entry: &Entry) -> Changes {
    fn new<T: Clone + PartialEq>(asked: Option<&T>, now: &T) -> Option<T> {
        asked.filter(|asked| *asked != now).cloned()
    }
    let (superior, holder) = (&entry.superior, &entry.holder);
    let contacts = holder.contacts.iter().cloned();
    let contacts: Vec<_> = contacts.map(Contact::from).collect();
    Changes {
        identifiers: new(asked.identifiers.as_ref(), &superior.identifiers),
        labels: new(asked.labels.as_ref(), &superior.labels),
        flags: new(asked.flags.as_ref(), &superior.flags),
        visibility: new(asked.visibility.as_ref(), &superior.visibility),
        titles: new(asked.titles.as_ref(), &holder.titles),
        descriptions: new(asked.descriptions.as_ref(), &holder.descriptions),
        services: new(asked.services.as_ref(), &holder.services),
        references: new(asked.references.as_ref(), &holder.references),
        contacts: new(asked.contacts.as_ref(), &contacts),
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
    // What exists elsewhere may share its identifiers with siblings, and has the names that it has.
    let assigned = matches!(entry.origin, Origin::Assigned);
    let policy = if assigned {
        Some(policy::in_force(tree, &above)?)
    } else {
        None
    };
    let names = Names {
        superior: &superior,
        number,
        identifiers: identifiers
            .filter(|(_, new)| !had.identifiers.contains(new))
            .collect(),
        labels: labels.filter(|(_, label)| is_new(label, entry)).collect(),
        policy: policy.as_ref(),
    };
    names::check(tree, &names)
}

/// The policy's required fields: what is there may not go.
fn still_required(tree: &dyn TreeView, changes: &Changes, entry: &Entry) -> Result<(), Rejection> {
    let no_identifier = changes.identifiers.as_ref().is_some_and(Vec::is_empty);
    let no_title = changes.titles.as_ref().is_some_and(Vec::is_empty);
    let goes = [
        (
            changes.labels.as_ref().is_some_and(Vec::is_empty),
            MinimumContent::Label,
        ),
        (
            changes.descriptions.as_ref().is_some_and(Vec::is_empty),
            MinimumContent::Description,
        ),
        (
            changes.contacts.as_ref().is_some_and(Vec::is_empty),
            MinimumContent::Contact,
        ),
    ];
    let some_go = no_identifier || no_title || goes.iter().any(|(goes, _)| *goes);
    let (true, Some(above)) = (some_go, entry.path.parent()) else {
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
    let mut gone = goes.iter().filter(|(goes, _)| *goes);
    let wanted = gone.find(|(_, content)| policy.minimum.contains(content) && !entry.authority);
    wanted.map_or(Ok(()), |(_, content)| {
        Err(allocate::content_wanted(&above, *content))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::{NumberChoice, RegistrantRef};
    use crate::model::entry::{Flags, Visibility};
    use crate::model::{Command, Policy, Seq, State};
    use crate::rules::testing::{
        Tree, allocate, known_contact, label, named, new_contact, path, refused, text, words,
    };

    fn amend(at: &str, changes: Changes) -> Command {
        Command::Amend(Amend {
            path: path(at),
            if_revision: None,
            changes,
        })
    }

    fn titles(titles: &[&str]) -> Changes {
        Changes {
            titles: Some(titles.iter().map(|title| text(title)).collect()),
            ..Changes::default()
        }
    }

    fn identifiers(identifiers: &[&str]) -> Changes {
        Changes {
            identifiers: Some(named(identifiers, &[]).identifiers),
            ..Changes::default()
        }
    }

    fn labels(labels: &[&str]) -> Changes {
        Changes {
            labels: Some(labels.iter().map(|text| label(text)).collect()),
            ..Changes::default()
        }
    }

    fn founded() -> Tree {
        let mut tree = Tree::founded();
        for entry in [
            named(&["health", "afya"], &["Afya"]),
            named(&["mining"], &["Madini"]),
        ] {
            tree.submit(allocate("2.16.834", NumberChoice::NextFree, entry))
                .unwrap();
        }
        tree
    }

    #[test]
    fn only_what_differs_is_told_and_the_two_times_stand_apart() {
        let mut tree = founded();
        let before = tree.at("2.16.834.1").clone();
        tree.later(10);
        let mut changes = titles(&["Health"]);
        changes.identifiers = Some(before.superior.identifiers.clone());
        let events = tree.submit(amend("2.16.834.1", changes)).unwrap();
        let Event::EntryAmended(told) = &events[0] else {
            panic!()
        };
        assert!(told.changes.holder() && !told.changes.superior());
        let after = tree.at("2.16.834.1").clone();
        assert_eq!(after.superior.changed, before.superior.changed);
        assert_eq!(after.holder.changed, tree.now);
        refused(
            tree.decide(amend("2.16.834.1", titles(&["Health"]))),
            Code::NothingChanges,
            "entry",
        );
        refused(
            tree.decide(amend("2.16.834.1", Changes::default())),
            Code::NothingChanges,
            "entry",
        );
    }

    #[test]
    fn contacts_are_set_and_cleared_and_new_ones_recorded() {
        let contacts = |contacts: &[Contact<RegistrantRef>]| {
            let changes = Changes {
                contacts: Some(contacts.to_vec()),
                ..Changes::default()
            };
            amend("2.16.834.1", changes)
        };
        let mut tree = founded();
        let superior = tree.at("2.16.834.1").superior.changed;
        tree.later(10);
        let events = tree.submit(contacts(&[new_contact("Asha")])).unwrap();
        assert_eq!(words(&events), ["registrant-recorded", "entry-amended"]);
        let after = tree.at("2.16.834.1");
        assert_eq!(
            (after.superior.changed, after.holder.changed),
            (superior, tree.now)
        );
        let there = Contact::from(after.holder.contacts[0].clone());
        refused(
            tree.decide(contacts(std::slice::from_ref(&there))),
            Code::NothingChanges,
            "entry",
        );
        refused(
            tree.decide(contacts(&[there.clone(), known_contact("r-nobody")])),
            Code::RegistrantUnknown,
            "entry.contacts[1].party.id",
        );
        refused(
            tree.decide(contacts(&[there.clone(), there.clone()])),
            Code::DuplicateValue,
            "entry.contacts[1]",
        );
        let events = tree.submit(contacts(&[new_contact("Juma"), there.clone()]));
        assert_eq!(
            words(&events.unwrap()),
            ["registrant-recorded", "entry-amended"]
        );
        let now = tree.at("2.16.834.1").holder.contacts.clone();
        assert_eq!(now.into_iter().map(Contact::from).nth(1), Some(there));
        let events = tree.submit(contacts(&[])).unwrap();
        assert_eq!(words(&events), ["entry-amended"]);
        assert_eq!(tree.at("2.16.834.1").holder.contacts, []);
        let own = Changes {
            contacts: Some(vec![new_contact("Registry")]),
            ..Changes::default()
        };
        tree.submit(amend("2.16.834", own)).unwrap();
    }

    #[test]
    fn which_arcs_can_be_amended() {
        let mut tree = founded();
        refused(
            tree.decide(amend("2.16.834.9", titles(&["x"]))),
            Code::NotRegistered,
            "oid",
        );
        refused(
            tree.decide(amend("2.16.404", titles(&["x"]))),
            Code::OutsideAuthority,
            "oid",
        );
        refused(
            tree.decide(amend("2.16.834", identifiers(&["tz"]))),
            Code::OutsideAuthority,
            "oid",
        );
        tree.submit(amend("2.16.834", titles(&["Tanzania"])))
            .unwrap();
        let wide = Tree::founded_for(&["2.16"]);
        refused(
            wide.decide(amend("2.16.404", titles(&["x"]))),
            Code::ReferenceEntry,
            "oid",
        );
        let stale = Command::Amend(Amend {
            path: path("2.16.834.1"),
            if_revision: Some(Seq::FIRST),
            changes: titles(&["x"]),
        });
        refused(tree.decide(stale), Code::RevisionMoved, "etag");
        let fresh = Command::Amend(Amend {
            path: path("2.16.834.1"),
            if_revision: Some(tree.at("2.16.834.1").revision),
            changes: titles(&["x"]),
        });
        assert!(tree.decide(fresh).is_ok());
    }

    #[test]
    fn new_names_are_judged_and_old_ones_are_not() {
        let mut tree = founded();
        let taken = amend(
            "2.16.834.2",
            identifiers(&["mining", "Afya".to_lowercase().as_str()]),
        );
        refused(
            tree.decide(taken),
            Code::IdentifierTaken,
            "entry.identifiers[1]",
        );
        refused(
            tree.decide(amend("2.16.834.2", labels(&["AFYA"]))),
            Code::LabelTaken,
            "entry.labels[0].label",
        );
        tree.submit(amend("2.16.834.1", labels(&["AFYA", "Health"])))
            .unwrap();
        let closed = Flags {
            no_identifiers: true,
            no_unicode_labels: true,
            ..Flags::default()
        };
        tree.change("2.16.834", |entry| entry.superior.flags = closed);
        tree.submit(amend("2.16.834.1", identifiers(&["afya"])))
            .unwrap();
        tree.submit(amend("2.16.834.1", labels(&["Health"])))
            .unwrap();
        let field = "entry.identifiers[0]";
        refused(
            tree.decide(amend("2.16.834.1", identifiers(&["new"]))),
            Code::IdentifiersNotAllowed,
            field,
        );
        let field = "entry.labels[1].label";
        refused(
            tree.decide(amend("2.16.834.1", labels(&["Health", "New"]))),
            Code::LabelsNotAllowed,
            field,
        );
        refused(
            tree.decide(amend("2.16.834.1", labels(&["New", "new"]))),
            Code::DuplicateValue,
            "entry.labels[1]",
        );
        // A label that was given up is free for a sibling.
        tree.change("2.16.834", |entry| entry.superior.flags = Flags::default());
        tree.submit(amend("2.16.834.2", labels(&["Afya"]))).unwrap();
    }

    #[test]
    fn what_the_policy_requires_may_not_go() {
        let mut tree = founded();
        tree.submit(amend("2.16.834.1", titles(&["Health"])))
            .unwrap();
        let policy = Policy {
            identifier_required: true,
            title_required: true,
            ..Policy::standard()
        };
        tree.policy("2.16.834", policy);
        let none = amend("2.16.834.1", identifiers(&[]));
        refused(
            tree.decide(none),
            Code::IdentifierRequired,
            "entry.identifiers",
        );
        refused(
            tree.decide(amend("2.16.834.1", titles(&[]))),
            Code::TitleRequired,
            "entry.titles",
        );
        tree.submit(amend("2.16.834", titles(&[]))).unwrap();
    }

    #[test]
    fn an_arc_with_subordinates_is_no_leaf() {
        let mut tree = founded();
        tree.arc("2.16.834.1.1")
            .state("2.16.834.1.1", State::Withdrawn);
        let flags = |at: &str, flags| {
            amend(
                at,
                Changes {
                    flags: Some(flags),
                    ..Changes::default()
                },
            )
        };
        let leaf = Flags {
            leaf: true,
            ..Flags::default()
        };
        refused(
            tree.decide(flags("2.16.834.1", leaf)),
            Code::LiveSubordinates,
            "entry.flags.leaf",
        );
        tree.submit(flags("2.16.834.2", leaf)).unwrap();
        let frozen = Flags {
            frozen: true,
            ..Flags::default()
        };
        tree.submit(flags("2.16.834.1", frozen)).unwrap();
        let hidden = Changes {
            visibility: Some(Visibility::Hidden),
            ..Changes::default()
        };
        tree.submit(amend("2.16.834.1", hidden)).unwrap();
        assert_eq!(
            tree.at("2.16.834.1").superior.visibility,
            Visibility::Hidden
        );
    }
}

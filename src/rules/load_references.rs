//! Load references: brings what stands above and beside the authority's nodes up to a version of the published data.
//!
//! What this register allocated or recorded is never touched. Of the authority's own nodes the names and marks are
//! refreshed, which are their superior's to decide. Below them nothing is added: what is registered there is this
//! authority's to decide. Entries that say the same as before are left out; none is removed.
//!
//! Refusal: `NOTHING_CHANGES` where the version is the one loaded and no entry differs.

use crate::model::entry::Origin;
use crate::model::event::ReferenceLoaded;
use crate::model::{Code, Entry, Event, Refusal, Rejection, Seq, TreeView};

use super::checks::authority_of;
use super::decision::Decision;
use super::found::with_superiors;

/// Loads the entries.
pub fn decide(
    version: &str,
    entries: &[ReferenceLoaded],
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let mut changed = false;
    for mut new in with_superiors(entries, std::iter::empty(), version) {
        let before = decision.tree.entry(&new.path)?;
        let wanted = match &before {
            Some(before) => refreshes(&new, before),
            None => authority_of(&decision.tree, &new.path)?.is_none(),
        };
        if !wanted {
            continue;
        }
        new.previous = before.map_or(Seq::ZERO, |before| before.revision);
        decision.tell(Event::ReferenceLoaded(new))?;
        changed = true;
    }
    if !changed && decision.tree.data_version()?.as_deref() == Some(version) {
        let detail = format!("version {version} is loaded, and every entry says the same");
        return Err(Refusal::new(Code::NothingChanges, "version", detail).into());
    }
    decision.tell(Event::DataLoaded {
        version: version.to_owned(),
    })
}

/// Whether the data says something new about the entry, and may.
fn refreshes(new: &ReferenceLoaded, before: &Entry) -> bool {
    let Origin::Reference {
        source, certainty, ..
    } = &before.origin
    else {
        return false;
    };
    // What is only implied says less than anything known before.
    if new.certainty == crate::model::entry::Certainty::Implied {
        return false;
    }
    let had = &before.superior;
    let names = new.identifiers != had.identifiers
        || new.labels != had.labels
        || new.long_arcs != had.long_arcs
        || new.flags != had.flags;
    let rest = new.descriptions != before.holder.descriptions
        || new.source != *source
        || new.certainty != *certainty;
    names || (rest && !before.authority)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Command;
    use crate::model::entry::Certainty;
    use crate::rules::testing::{Tree, founding, path, reference, refused, words, written};

    fn load(version: &str, entries: Vec<ReferenceLoaded>) -> Command {
        Command::LoadReferences {
            version: version.to_owned(),
            entries,
        }
    }

    #[test]
    fn the_same_data_changes_nothing_and_a_new_version_only_what_differs() {
        let mut tree = Tree::founded();
        let data = founding(&[], tree.now).references;
        refused(
            tree.decide(load("1", data.clone())),
            Code::NothingChanges,
            "version",
        );
        assert_eq!(
            words(&tree.submit(load("2", data.clone())).unwrap()),
            ["data-loaded"]
        );
        let mut newer = data;
        newer[0].labels.clear();
        newer.push(reference("2.49.0.1", &[], &[]));
        let events = tree.submit(load("3", newer)).unwrap();
        assert_eq!(written(&events), ["2.16.404", "2.49", "2.49.0", "2.49.0.1"]);
        assert_eq!(words(&events).last(), Some(&"data-loaded"));
        // What is only implied never takes back what is known.
        let implied = ReferenceLoaded {
            certainty: Certainty::Implied,
            ..reference("2.49.0.1", &[], &[])
        };
        assert_eq!(
            words(&tree.submit(load("4", vec![implied])).unwrap()),
            ["data-loaded"]
        );
    }

    #[test]
    fn what_is_ours_is_left_alone() {
        let mut tree = Tree::founded();
        tree.arc("2.16.834.1");
        let mut node = reference("2.16.834", &["tz"], &["TZ"]);
        node.descriptions = vec![crate::rules::testing::text("from a list")];
        let below = vec![
            reference("2.16.834.1", &["x"], &[]),
            reference("2.16.834.2.3", &[], &[]),
            node,
        ];
        let events = tree.submit(load("2", below)).unwrap();
        assert_eq!(written(&events), ["2.16.834"]);
        let entry = tree.at("2.16.834");
        assert!(entry.authority && entry.policy.is_some());
        assert_eq!(entry.superior.identifiers[0].as_str(), "tz");
        assert!(entry.holder.descriptions.is_empty());
        assert_eq!(entry.holder.titles.len(), 1);
        assert!(
            tree.entries[&path("2.16.834.1")]
                .superior
                .identifiers
                .is_empty()
        );
    }

    #[test]
    fn of_two_entries_for_one_arc_the_last_one_counts() {
        let mut tree = Tree::founded();
        let twice = vec![reference("2.5", &["a"], &[]), reference("2.5", &["b"], &[])];
        tree.submit(load("2", twice)).unwrap();
        assert_eq!(tree.at("2.5").superior.identifiers[0].as_str(), "b");
    }
}

//! Load references: brings what stands above and beside the authority's nodes up to a version of the published data.
//!
//! What this register allocated or recorded is never touched. Of the authority's own nodes the names and marks are
//! refreshed, which are their superior's to decide. Entries that say the same as before are left out; none is removed.
//!
//! Refusal: `NOTHING_CHANGES` where the version is the one loaded and no entry differs.

use crate::model::entry::Origin;
use crate::model::event::ReferenceLoaded;
use crate::model::{Code, Entry, Event, Refusal, Rejection, Seq, TreeView};

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
        if before
            .as_ref()
            .is_some_and(|before| !refreshes(&new, before))
        {
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

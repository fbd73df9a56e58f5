//! One reading as one caller sees it: names, entries and the revision, rendered for the API.

use std::collections::HashMap;
use std::sync::Arc;

use prost::Message as _;

use crate::{
    access::Sight,
    desk::trail::Witness,
    model::{Entry, Rejection, Seq, Timestamp, TreeView as _, ViewFault, Viewed, Visibility},
    oid::{ArcValue, Identifier, NodePath, UnicodeLabel, notation::Names},
    pb::v1 as pb,
    register::{Reading, ReadingNames, Register, Resolution, Seen},
};

use super::{
    convert::{entry, notations, timestamp},
    limits::ANSWER_BYTES_AIM,
};

/// A reading as one caller sees it.
pub struct View<'a> {
    /// The reading.
    pub reading: &'a Reading,
    /// What the caller may see.
    pub sight: Sight,
    names: ReadingNames<'a>,
    witness: Witness,
}

impl<'a> View<'a> {
    /// The view of a reading.
    pub fn new(reading: &'a Reading, sight: Sight) -> Self {
        Self {
            reading,
            names: reading.names(&sight),
            sight,
            witness: Witness::default(),
        }
    }

    /// The same view, of which `witness` learns what it shows that is not for everybody.
    #[must_use]
    pub fn noting(mut self, witness: &Witness) -> Self {
        self.witness = witness.clone();
        self
    }

    /// The names that the caller may see.
    pub fn names(&self) -> &ReadingNames<'a> {
        &self.names
    }

    /// A node in every notation.
    pub fn notations(&self, path: &NodePath) -> pb::Notations {
        self.note_names(path);
        notations::notations(path, &self.names)
    }

    /// Notes the way to a node, if not everybody may know its names.
    fn note_names(&self, path: &NodePath) {
        if !self.witness.is_wanted() {
            return;
        }
        let nearest = match self.reading.resolve(path, &self.sight) {
            Ok(Resolution::Found(seen) | Resolution::SuperiorFound(seen, _)) => seen,
            // What could not be read was not shown either: the names tell the fault.
            Ok(Resolution::Unknown) | Err(_) => return,
        };
        if !nearest.stub && nearest.visibility != Visibility::Public {
            self.witness.note(&nearest.entry.path);
        }
    }

    /// An entry as the caller sees it.
    pub fn entry(&self, seen: &Seen) -> Viewed<pb::Entry> {
        self.witness.sees(seen, &self.sight);
        self.entry_named(&seen.entry, seen.visibility, seen.stub, &self.names)
    }

    fn entry_named(
        &self,
        known: &Entry,
        visibility: Visibility,
        stub: bool,
        names: &dyn Names,
    ) -> Viewed<pb::Entry> {
        let shown = notations::notations(&known.path, names);
        if stub {
            return Ok(entry::stub(&known.path, visibility, shown));
        }
        let people = |id: &_| self.reading.registrant(id);
        let claims = known.label_claims.iter();
        let now = self.reading.moment();
        let whole = self.sight.is_whole(&known.path);
        let provisional = claims.filter(|one| one.is_provisional(now));
        let label_claims = provisional.map(|one| entry::label_claim(one, whole));
        Ok(pb::Entry {
            label_claims: label_claims.collect(),
            ..entry::entry(known, visibility, shown, &self.sight, &people)?
        })
    }

    /// What a write left or would leave, rendered with the names it gives; beyond [`ANSWER_BYTES_AIM`] shortly, because
    /// what is on record must be told even where it is much.
    pub fn written(&self, entries: &[Arc<Entry>]) -> Viewed<Vec<pb::Entry>> {
        let names = Written {
            names: &self.names,
            entries: entries
                .iter()
                .map(|one| (&one.path, one.as_ref()))
                .collect(),
        };
        let mut shown = Vec::with_capacity(entries.len());
        let mut bytes = 0_usize;
        for one in entries {
            let above = self.visibility_above(&one.path)?;
            let visibility = one.superior.visibility.under(above);
            let whole = bytes < ANSWER_BYTES_AIM;
            let entry = if whole {
                self.entry_named(one, visibility, false, &names)?
            } else {
                entry::short(one, visibility)
            };
            bytes = bytes.saturating_add(entry.encoded_len());
            shown.push(entry);
        }
        Ok(shown)
    }

    fn visibility_above(&self, path: &NodePath) -> Viewed<Visibility> {
        let Some(superior) = path.parent() else {
            return Ok(Visibility::Public);
        };
        Ok(match self.reading.resolve(&superior, &Sight::All)? {
            Resolution::Found(seen) | Resolution::SuperiorFound(seen, _) => seen.visibility,
            Resolution::Unknown => Visibility::Public,
        })
    }

    /// The answer made with this view, unless a name could not be looked up meanwhile.
    pub fn settled<T>(&self, answer: T) -> Viewed<T> {
        match self.names.fault() {
            Some(fault) => Err(fault),
            None => Ok(answer),
        }
    }
}

/// A revision as the API shows it.
pub fn revision(register: &Register, seq: Seq, time: Option<Timestamp>) -> pb::Revision {
    pb::Revision {
        token: register.revision_token(seq),
        sequence: seq.get(),
        time: time.map(timestamp),
    }
}

/// A fault as a rejection.
pub fn fault(fault: ViewFault) -> Rejection {
    Rejection::Fault(fault)
}

/// The names of a reading, and over them those that a write gives.
struct Written<'a> {
    names: &'a dyn Names,
    entries: HashMap<&'a NodePath, &'a Entry>,
}

impl Names for Written<'_> {
    fn by_identifier(&self, superior: &NodePath, identifier: &Identifier) -> Vec<ArcValue> {
        self.names.by_identifier(superior, identifier)
    }

    fn by_label(&self, superior: &NodePath, label: &UnicodeLabel) -> Option<ArcValue> {
        self.names.by_label(superior, label)
    }

    fn by_long_arc(&self, label: &UnicodeLabel) -> Option<NodePath> {
        self.names.by_long_arc(label)
    }

    fn identifier_of(&self, path: &NodePath) -> Option<Identifier> {
        match self.entries.get(path) {
            Some(entry) => entry.superior.identifiers.first().cloned(),
            None => self.names.identifier_of(path),
        }
    }

    fn identifiers_of(&self, path: &NodePath) -> Vec<Identifier> {
        match self.entries.get(path) {
            Some(entry) => entry.superior.identifiers.clone(),
            None => self.names.identifiers_of(path),
        }
    }

    fn label_of(&self, path: &NodePath) -> Option<UnicodeLabel> {
        match self.entries.get(path) {
            Some(entry) => entry.superior.labels.first().map(|one| one.label.clone()),
            None => self.names.label_of(path),
        }
    }

    fn long_arc_of(&self, path: &NodePath) -> Option<UnicodeLabel> {
        self.names.long_arc_of(path)
    }
}

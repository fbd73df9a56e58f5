//! From a reading to an answer: what is asked for is looked up, else its nearest superior, as far as the caller may see.
//!
//! Standard 2, resolution. A hidden object is answered as one that was never registered, down to the distance, which is
//! that to the nearest superior that may be seen. It must never look further than the caller's `Sight`.

use std::sync::Arc;

use crate::access::Sight;
use crate::model::{Viewed, Visibility};
use crate::oid::NodePath;
use crate::oid::notation::{self, Parsed, ResolveError};
use crate::register::{Reading, ReadingNames, Resolution, Seen};

use super::answer::{Answer, Cause, Outcome};
use super::request::{Asked, Request};
use super::sign::Signer;
use super::{object, parties};

/// What an answer tells beyond the register: where it can be read, and who keeps it.
#[derive(Clone, Debug, Default)]
pub struct Publication {
    /// What a node's dot notation is put behind, to make the address of its page; ends with a solidus.
    pub permalinks: Option<Arc<str>>,
    /// The registration authority itself, for what it keeps in its own hands.
    pub house: House,
    /// What signs JSON answers, if they are signed.
    pub signer: Option<Arc<Signer>>,
}

/// A registration authority as it presents itself; without a name it is not presented.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct House {
    /// Its name.
    pub name: String,
    /// Where it receives mail, if it says so.
    pub email: String,
    /// Its page, if it has one.
    pub url: String,
}

/// Everything that an answer is made with.
pub(super) struct Maker<'a> {
    pub(super) reading: &'a Reading,
    pub(super) sight: &'a Sight,
    pub(super) names: ReadingNames<'a>,
    pub(super) request: &'a Request,
    pub(super) publication: &'a Publication,
}

/// The answer to a request, from one reading. Lists subordinates and may read the journal: blocks.
pub fn answer(
    reading: &Reading,
    sight: &Sight,
    request: &Request,
    publication: &Publication,
) -> Viewed<Answer> {
    let desk = Maker {
        names: reading.names(sight),
        reading,
        sight,
        request,
        publication,
    };
    let answer = match &request.asked {
        Asked::Elsewhere => Answer::of_query(request.query(), Outcome::NotFound),
        Asked::Node(path) => desk.at(path, 0)?,
        Asked::Named(parsed) => desk.named(parsed)?,
    };
    match desk.names.fault() {
        Some(fault) => Err(fault),
        None => Ok(answer),
    }
}

impl Maker<'_> {
    /// What names lead to.
    fn named(&self, parsed: &Parsed) -> Viewed<Answer> {
        match notation::resolve(parsed, &self.names, None) {
            Ok(resolved) => self.at(&resolved.path, 0),
            Err(
                ResolveError::UnknownIdentifier { step, superior, .. }
                | ResolveError::UnknownLabel { step, superior, .. },
            ) => {
                // The step itself and what stands after it.
                let beyond = (parsed.steps.len() + 1).saturating_sub(step);
                if superior.is_root() {
                    return Ok(Answer::of_query(self.request.query(), Outcome::NotFound));
                }
                self.at(&superior, beyond)
            }
            Err(error) => {
                let why = error.to_string();
                Ok(Answer::unable(self.request, Cause::Malformed, &why))
            }
        }
    }

    /// What is known of a node, or of one `beyond` arcs below it that names alone tell of.
    fn at(&self, path: &NodePath, beyond: usize) -> Viewed<Answer> {
        if path.is_root() {
            return self.root();
        }
        let (seen, distance) = match self.names.resolve(path)? {
            Resolution::Found(seen) => (seen, beyond),
            Resolution::SuperiorFound(seen, distance) => (seen, distance + beyond),
            Resolution::Unknown => {
                return Ok(Answer::of_query(self.request.query(), Outcome::NotFound));
            }
        };
        self.describe(&seen, distance)
    }

    fn describe(&self, seen: &Seen, distance: usize) -> Viewed<Answer> {
        let outcome = if distance == 0 {
            Outcome::Found
        } else {
            Outcome::SuperiorFound
        };
        let mut answer = Answer::of_query(self.request.query(), outcome);
        if let Some(section) = answer.sections.first_mut()
            && distance > 0
        {
            section.number("distance", u64::try_from(distance).unwrap_or(u64::MAX));
        }
        note(&mut answer, seen);
        object::tell(self, seen, &mut answer)?;
        if !seen.stub {
            parties::tell(self, seen, &mut answer)?;
        }
        answer.object = Some(seen.entry.path.clone());
        Ok(answer)
    }

    /// The root of the tree, which is no entry: who stands below it.
    fn root(&self) -> Viewed<Answer> {
        let mut answer = Answer::of_query(self.request.query(), Outcome::Found);
        object::tell_root(self, &mut answer)?;
        answer.object = Some(NodePath::root());
        Ok(answer)
    }

    /// Remembers that people's data is shown with a node to somebody who sees it whole.
    pub(super) fn note_people(&self, answer: &mut Answer, path: &NodePath) {
        if self.sight.is_whole(path) && !answer.unveiled.contains(path) {
            answer.unveiled.push(path.clone());
        }
    }
}

/// Remembers that more is shown of a node than everybody may see.
pub(super) fn note(answer: &mut Answer, seen: &Seen) {
    if !is_for_everybody(seen) {
        answer.unveiled.push(seen.entry.path.clone());
    }
}

/// Whether everybody would be shown as much, people's data apart: no more of an entry than its visibility lets.
fn is_for_everybody(seen: &Seen) -> bool {
    if seen.stub {
        seen.visibility != Visibility::Hidden
    } else {
        seen.visibility == Visibility::Public
    }
}

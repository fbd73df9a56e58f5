//! Object identifiers in requests and answers: what `model::oid_text` reads, with every fault collected, and what is told back.
//!
//! It must never add a rule of its own.

use crate::{
    model::{Code, Refusal, oid_text::of_arc},
    oid::{
        ArcError, ArcValue, NodePath,
        notation::{Names, Resolved, Tolerance},
    },
    pb::v1 as pb,
};

use super::Faults;

pub use crate::model::oid_text::{node_or_root, of_oid, of_resolve, read};

/// The node a text leads to, read leniently; what is wrong is added to `faults`.
pub fn node(text: &str, names: &dyn Names, field: &str, faults: &mut Faults) -> Option<NodePath> {
    let read = faults.check(read(text, false, names, field))?;
    Some(read.resolved.path)
}

/// A primary integer value in decimal.
pub fn number(text: &str, field: &str, faults: &mut Faults) -> Option<ArcValue> {
    if text.is_empty() {
        faults.at(Code::FieldRequired, field, "a number is needed");
        return None;
    }
    faults.check(text.parse().map_err(|error: ArcError| {
        let detail = format!("{error} ({})", error.clause());
        Refusal::new(of_arc(&error), field, detail).value(text)
    }))
}

/// What was tolerated, as the API tells it.
pub fn tolerances(tolerated: &[Tolerance]) -> Vec<pb::Tolerance> {
    let told = tolerated.iter();
    told.map(|one| pb::Tolerance {
        code: one.code().to_owned(),
        message: one.to_string(),
    })
    .collect()
}

/// Names that disagreed with the numbers beside them, as the API tells it.
pub fn disagreements(resolved: &Resolved) -> Vec<pb::Disagreement> {
    let told = resolved.disagreements.iter();
    told.map(|one| pb::Disagreement {
        oid: resolved.path.truncated(one.step).to_string(),
        given: one.given.to_string(),
        registered: one.known.iter().map(ToString::to_string).collect(),
    })
    .collect()
}

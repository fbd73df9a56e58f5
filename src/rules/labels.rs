//! Provisional labels: what a policy wants of a label that is new on an arc, and whose a claim is.
//!
//! Nothing has to happen when a window ends: what nobody challenged is final by the passing of time.

use crate::model::entry::Label;
use crate::model::label_claim::LabelClaim;
use crate::model::{Code, Entry, Event, Policy, Refusal, Rejection, Seq};
use crate::oid::{NodePath, UnicodeLabel};

use super::decision::Decision;

/// Tells that these labels are new on the arc, where the policy lets them be challenged.
pub fn claimed<'a>(
    path: &NodePath,
    previous: Seq,
    labels: impl IntoIterator<Item = &'a Label>,
    policy: &Policy,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let Some(seconds) = policy.label_challenge_seconds else {
        return Ok(());
    };
    let labels: Vec<_> = labels.into_iter().map(|one| one.label.clone()).collect();
    if labels.is_empty() {
        return Ok(());
    }
    let until = decision.ctx.now.plus_seconds(seconds);
    decision.tell(Event::LabelsClaimed {
        path: path.clone(),
        previous,
        labels,
        until,
    })
}

/// The claim to a label of the arc: `NAME_UNKNOWN` where the arc has no such label, none where nobody claims it.
pub fn claim<'a>(
    entry: &'a Entry,
    label: &UnicodeLabel,
) -> Result<Option<&'a LabelClaim>, Rejection> {
    let key = label.comparison_key();
    let mut labels = entry.superior.labels.iter();
    if !labels.any(|one| one.label.comparison_key() == key) {
        let detail = format!("{} has no such label", entry.path);
        return Err(Refusal::new(Code::NameUnknown, "label", detail)
            .value(label)
            .into());
    }
    Ok(entry.label_claims.iter().find(|one| one.is_of(label)))
}

/// The refusal for a label that cannot be challenged, or whose challenge cannot be decided.
pub fn not_provisional(label: &UnicodeLabel, detail: &str) -> Rejection {
    Refusal::new(Code::LabelNotProvisional, "label", detail)
        .value(label)
        .into()
}

#[cfg(test)]
mod tests;

//! Challenge a label: somebody says why an arc should not have it, as long as the label is provisional.
//!
//! The window is public: everybody known who sees the arc may. What they do not see is not there for them.
//!
//! Refusals, in order: faults of form; `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`;
//! `NAME_UNKNOWN`; `LABEL_NOT_PROVISIONAL` (its window is over, or somebody challenged it before); `CHALLENGES_FULL`.

use crate::model::command::ChallengeLabel;
use crate::model::label_claim::Challenge;
use crate::model::limits::LABEL_CHALLENGES_MAX;
use crate::model::plan::Agenda;
use crate::model::{Code, Event, PrincipalId, Refusal, Rejection, Timestamp, TreeView, form};

use super::application::Sees;
use super::checks::{self, Reach};
use super::decision::Decision;
use super::form::Faults;
use super::{consent, labels};

/// The form of the request.
pub fn form(ask: &ChallengeLabel, faults: &mut Faults) {
    faults.flaws("text", form::note(&ask.text));
}

/// Challenges the label.
pub fn decide(ask: &ChallengeLabel, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let whole = decision.ctx.whole.clone();
    let sees = Sees::new(&decision.tree, &whole);
    let entry = checks::own_arc(sees.tree(), &ask.path, Reach::Superior, ask.if_revision)?;
    if !sees.names_of(&ask.path)? {
        let detail = format!("{} has no such label", ask.path);
        let refusal = Refusal::new(Code::NameUnknown, "label", detail);
        return Err(refusal.value(&ask.label).into());
    }
    let now = decision.ctx.now;
    match labels::claim(&entry, &ask.label)? {
        Some(claim) if claim.can_be_challenged(now) => {}
        Some(claim) if claim.challenge.is_some() => {
            let detail = "it was challenged already, and nobody decided yet";
            return Err(labels::not_provisional(&ask.label, detail));
        }
        _ => {
            let detail = "it is final: nobody can challenge it any longer";
            return Err(labels::not_provisional(&ask.label, detail));
        }
    }
    let by = consent::actor(decision);
    // Whoever has a right there answers for what they do by it.
    if let Some(id) = by.as_ref().filter(|_| !sees.whole(&ask.path))
        && open_of(id, decision)? >= LABEL_CHALLENGES_MAX
    {
        let detail = format!("{LABEL_CHALLENGES_MAX} challenges of yours wait to be decided");
        return Err(Refusal::new(Code::ChallengesFull, "", detail).into());
    }
    decision.tell(Event::LabelChallenged {
        path: ask.path.clone(),
        previous: entry.revision,
        label: ask.label.clone(),
        challenge: Challenge {
            by,
            at: now,
            text: ask.text.clone(),
        },
    })
}

/// How many challenges of somebody are not decided.
fn open_of(id: &PrincipalId, decision: &Decision<'_>) -> Result<usize, Rejection> {
    let ever = Timestamp::from_micros(i64::MAX);
    let mut arcs = decision.tree.agenda(Agenda::Challenges, ever, usize::MAX)?;
    arcs.sort_unstable_by(|one, other| one.1.cmp(&other.1));
    arcs.dedup_by(|one, other| one.1 == other.1);
    let mut open = 0;
    for (_, path) in arcs {
        let entry = decision.tree.entry(&path)?;
        let claims = entry.iter().flat_map(|entry| &entry.label_claims);
        let theirs = claims.filter_map(|one| one.challenge.as_ref());
        open += theirs.filter(|one| one.by.as_ref() == Some(id)).count();
    }
    Ok(open)
}

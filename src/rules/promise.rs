//! Taking a number by an allocation token: what it promises stands in place of what the policy opens, and the promise in place
//! of an application. Names, required fields, quota and the superior's state are judged as ever.
//!
//! It must never tell a token that is not known from one that is another's, used up, over or revoked.
//!
//! Refusals, at their places among those of `allocate`: `ALLOCATION_TOKEN_UNKNOWN`, first of all; `PROMISED_OTHERWISE` about the
//! number and then about the registrant.

use std::borrow::Cow;

use crate::model::allocation_token::{self, AllocationToken, Promised};
use crate::model::command::{Allocate, NewEntry, NumberChoice, RegistrantRef};
use crate::model::policy::{NumberRange, Numbering};
use crate::model::{Actor, Code, Event, Policy, PrincipalId, Refusal, Rejection, TreeView};
use crate::oid::{ArcValue, NodePath};

use super::decision::Decision;
use super::lots::Lots;
use super::numbers::{Found, Search};
use super::policy as policies;

/// The token by which an arc is taken, if it is by one.
pub fn of(ask: &Allocate, decision: &Decision<'_>) -> Result<Option<AllocationToken>, Rejection> {
    let Some(digest) = &ask.allocation_token else {
        return Ok(None);
    };
    let who = actor(&decision.ctx.actor);
    let now = decision.ctx.now;
    let token = decision.tree.allocation_token(digest)?;
    let good = token.filter(|one| one.is_for(&ask.superior, who) && one.is_open(now));
    good.map(Some)
        .ok_or_else(|| allocation_token::unknown().into())
}

/// The principal who acts, where it is one.
pub const fn actor(actor: &Actor) -> Option<&PrincipalId> {
    match actor {
        Actor::Principal(id) => Some(id),
        Actor::Local | Actor::System => None,
    }
}

/// The policy by which an arc is given out: by a token it opens what is promised, however the number is chosen.
pub fn policy<'a>(
    token: Option<&AllocationToken>,
    policy: &'a Policy,
    ask: &Allocate,
) -> Result<Cow<'a, Policy>, Rejection> {
    let category = ask.entry.category.as_ref();
    let Some(token) = token else {
        return policies::for_category(policy, &ask.superior, category);
    };
    if category.is_some() {
        policies::for_category(policy, &ask.superior, category)?;
    }
    let window = match &token.of {
        Promised::Reserved(number) => NumberRange {
            from: number.clone(),
            to: Some(number.clone()),
        },
        Promised::Range { range, .. } => range.clone(),
    };
    Ok(Cow::Owned(Policy {
        numbering: Numbering::Any,
        windows: vec![window],
        kept_back: Vec::new(),
        categories: Vec::new(),
        application_required: false,
        ..policy.clone()
    }))
}

/// The number that is taken, one of those promised. Of a range a reserved one is not: it may be promised to somebody else.
pub fn find(
    token: &AllocationToken,
    choice: &NumberChoice,
    search: &Search<'_>,
    lots: &mut Lots,
) -> Result<Found, Rejection> {
    match (&token.of, choice) {
        (Promised::Reserved(number), NumberChoice::NextFree) => search.named(number),
        (Promised::Reserved(number), NumberChoice::Explicit(asked)) if asked == number => {
            search.named(number)
        }
        (Promised::Reserved(number), _) => {
            Err(otherwise("number", &format!("it promises {number}")))
        }
        (Promised::Range { range, .. }, NumberChoice::Explicit(asked)) => {
            if !range.contains(asked) {
                return Err(outside(range));
            }
            let found = search.named(asked)?;
            if found.reserved.is_some() {
                let detail = format!("{asked} below {} is reserved", search.superior);
                let refusal = Refusal::new(Code::NumberTaken, "number", detail);
                return Err(refusal.value(asked).into());
            }
            Ok(found)
        }
        (Promised::Range { range, .. }, NumberChoice::Random(Some(run))) if apart(range, run) => {
            Err(outside(range))
        }
        (Promised::Range { .. }, NumberChoice::NextFree | NumberChoice::Random(_)) => {
            search.find(choice, lots)
        }
    }
}

/// Whether two runs have no number in common.
fn apart(one: &NumberRange, other: &NumberRange) -> bool {
    let ends_before =
        |to: &Option<ArcValue>, from: &ArcValue| to.as_ref().is_some_and(|to| to < from);
    ends_before(&one.to, &other.from) || ends_before(&other.to, &one.from)
}

fn outside(range: &NumberRange) -> Rejection {
    let to = range
        .to
        .as_ref()
        .map_or_else(String::new, ToString::to_string);
    otherwise(
        "number",
        &format!("it promises numbers of {}-{to}", range.from),
    )
}

fn otherwise(field: &str, detail: &str) -> Rejection {
    Refusal::new(Code::PromisedOtherwise, field, detail).into()
}

/// What the arc holds: by a token that names a registrant it is that one's.
pub fn entry<'a>(
    token: Option<&AllocationToken>,
    entry: &'a NewEntry,
) -> Result<Cow<'a, NewEntry>, Rejection> {
    let Some(promised) = token.and_then(|one| one.registrant.as_ref()) else {
        return Ok(Cow::Borrowed(entry));
    };
    match &entry.registrant {
        None => Ok(Cow::Owned(NewEntry {
            registrant: Some(RegistrantRef::Known(promised.clone())),
            ..entry.clone()
        })),
        Some(RegistrantRef::Known(named)) if named == promised => Ok(Cow::Borrowed(entry)),
        Some(_) => {
            let detail = "it promises arcs of another registrant; name none, or that one";
            Err(otherwise("entry.registrant", detail))
        }
    }
}

/// Counts the arc that was taken, in the same record.
pub fn used(
    token: Option<&AllocationToken>,
    path: NodePath,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    match token {
        Some(token) => decision.tell(Event::AllocationTokenUsed {
            id: token.id.clone(),
            path,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;

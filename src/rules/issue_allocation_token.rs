//! Issue an allocation token: whoever has its secret may take one reserved number, or so many numbers of a range.
//!
//! A range is not set aside by it: others may be given its numbers first. A reserved number is promised once at a time.
//!
//! Refusals, in order: faults of form; `OUTSIDE_AUTHORITY`, `SUPERIOR_NOT_REGISTERED`, `REFERENCE_ENTRY`; `SUPERIOR_NOT_ACTIVE`,
//! `SUPERIOR_LEAF`, `SUPERIOR_FROZEN`; `ARC_OUT_OF_RANGE`, `PATH_TOO_LONG`; `NOT_REGISTERED`, `NUMBER_TAKEN`, `NUMBER_BURNED`,
//! `PROMISED_ALREADY`; `PRINCIPAL_UNKNOWN`, `PRINCIPAL_NOT_ACTIVE`; `REGISTRANT_UNKNOWN`; `TOO_MANY_VALUES`.

use crate::model::allocation_token::{AllocationToken, Promised};
use crate::model::command::IssueAllocationToken;
use crate::model::limits::{
    ALLOCATION_TOKEN_ARCS_MAX, ALLOCATION_TOKEN_SECONDS_MAX, ALLOCATION_TOKENS_MAX,
};
use crate::model::policy::NumberRange;
use crate::model::{Code, Ctx, Event, Refusal, Rejection, State, TreeView, form};
use crate::oid::ArcValue;

use super::access::{active, principal};
use super::decision::Decision;
use super::form::Faults;
use super::{allocate, checks, promise};

/// The form of the request.
pub fn form(ask: &IssueAllocationToken, ctx: &Ctx, faults: &mut Faults) {
    faults.flaws("name", form::credential_name(&ask.name));
    if ask.until <= ctx.now {
        faults.add(Code::FieldInvalid, "until", "must lie in the future");
    }
    if ask.until > ctx.now.plus_seconds(ALLOCATION_TOKEN_SECONDS_MAX) {
        let detail = format!("it is good for {ALLOCATION_TOKEN_SECONDS_MAX} s at most");
        faults.add(Code::FieldInvalid, "until", detail);
    }
    if let Promised::Range { range, count } = &ask.of {
        of_range(range, *count, faults);
    }
}

fn of_range(range: &NumberRange, count: u64, faults: &mut Faults) {
    if !range.contains(&range.from) {
        let detail = "the last number must not be below the first";
        faults.add(Code::FieldInvalid, "range.numbers", detail);
        return;
    }
    let last = range.to.as_ref().and_then(|to| to.offset_from(&range.from));
    let too_many = last.is_some_and(|last| u128::from(count) > last.saturating_add(1));
    if count == 0 {
        faults.add(Code::FieldRequired, "range.count", "how many is needed");
    } else if count > ALLOCATION_TOKEN_ARCS_MAX {
        let detail = format!("at most {ALLOCATION_TOKEN_ARCS_MAX} numbers are promised at once");
        faults.add(Code::TooManyValues, "range.count", detail);
    } else if too_many {
        let detail = "the range does not have so many numbers";
        faults.add(Code::FieldInvalid, "range.count", detail);
    }
}

/// Issues the token.
pub fn decide(ask: &IssueAllocationToken, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let tree = &decision.tree;
    allocate::open_superior(&ask.superior, tree)?;
    match &ask.of {
        Promised::Reserved(number) => reserved(ask, number, decision)?,
        Promised::Range { range, .. } => {
            checks::place(&ask.superior, &range.from, "range.numbers")?;
        }
    }
    if let Some(id) = &ask.principal {
        active(principal(tree, id)?)?;
    }
    if let Some(id) = &ask.registrant {
        checks::registrant_known(tree, id, "registrant")?;
    }
    let all = tree.allocation_tokens(&ask.superior)?;
    let open = all.iter().filter(|one| one.is_open(decision.ctx.now));
    if open.count() >= ALLOCATION_TOKENS_MAX {
        let detail = format!(
            "{ALLOCATION_TOKENS_MAX} allocation tokens are open below {}; revoke one first",
            ask.superior
        );
        return Err(Refusal::new(Code::TooManyValues, "superior", detail).into());
    }
    let token = AllocationToken {
        id: decision.lots.allocation_token(),
        superior: ask.superior.clone(),
        of: ask.of.clone(),
        used: 0,
        name: ask.name.clone(),
        secret_sha256: ask.secret_sha256,
        principal: ask.principal.clone(),
        registrant: ask.registrant.clone(),
        until: ask.until,
        issued: decision.ctx.now,
        by: promise::actor(&decision.ctx.actor).cloned(),
        revoked: false,
    };
    decision.tell(Event::AllocationTokenSet(Box::new(token)))
}

/// The number is reserved, and nobody else has a promise of it.
fn reserved(
    ask: &IssueAllocationToken,
    number: &ArcValue,
    decision: &Decision<'_>,
) -> Result<(), Rejection> {
    let path = checks::place(&ask.superior, number, "number")?;
    let refuse = |code, detail: String| {
        let refusal = Refusal::new(code, "number", detail).value(number);
        Err(Rejection::from(refusal))
    };
    let state = decision.tree.entry(&path)?.map(|one| one.superior.state);
    match state {
        Some(State::Reserved) => {}
        None => {
            let detail = format!("{path} is not reserved; reserve it first, or promise a range");
            return refuse(Code::NotRegistered, detail);
        }
        Some(State::Withdrawn) => {
            let detail = format!("{path} was withdrawn; its number is never used again");
            return refuse(Code::NumberBurned, detail);
        }
        Some(state) => {
            let detail = format!(
                "{path} is {}; only a reserved number is promised",
                state.word()
            );
            return refuse(Code::NumberTaken, detail);
        }
    }
    let mut all = decision.tree.allocation_tokens(&ask.superior)?.into_iter();
    let same = |one: &AllocationToken| one.of == ask.of && one.is_open(decision.ctx.now);
    match all.find(same) {
        Some(other) => {
            let detail = format!("{} promises it; revoke that one first", other.id);
            refuse(Code::PromisedAlready, detail)
        }
        None => Ok(()),
    }
}

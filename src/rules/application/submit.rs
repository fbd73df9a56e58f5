//! Submit: takes an application in. What the allocation would be refused for is refused now, as far as whoever hands it in
//! may know of it; a clash with what is hidden from them is for the reviewers' checklist alone.
//!
//! Refusals, in order: faults of form, `DECLARATION_REQUIRED` among them; `NOT_PERMITTED` for who has no name; then, judged
//! as whoever hands it in sees the register, those of `allocate` about the superior; `SANDBOX_UNFIT`; `APPLICATIONS_CLOSED`;
//! `TOO_MANY_VALUES` (open applications); those of `allocate` about number, names, required fields, registrant and quota.

use crate::model::application::{Application, Content, Docket, Fee, FeeState, Stage};
use crate::model::command::{Ask, RegistrantRef, SubmitApplication};
use crate::model::entry::{Contact, Hold};
use crate::model::event::HoldEnd;
use crate::model::limits::{APPLICATIONS_OPEN_MAX, HOLD_SECONDS_CEILING};
use crate::model::policy::Applicants;
use crate::model::{
    Code, Ctx, Event, HoldId, Policy, PrincipalId, Refusal, RegistrantId, Rejection, Seq, TreeView,
    form,
};
use crate::oid::{ArcValue, NodePath};

use super::seen::AsSeen;
use super::{choice, is_whole, somebody};
use crate::rules::allocate::{self, Fields, Upon};
use crate::rules::decision::{Decision, People};
use crate::rules::form::Faults;
use crate::rules::numbers::Search;
use crate::rules::sandbox;
use crate::rules::{checks, hold, policy};

/// Faults of form.
pub fn form(ask: &SubmitApplication, ctx: &Ctx, faults: &mut Faults) {
    if ask.ask.entry.registrant.is_none() {
        let detail = "the applicant is needed: to whom the arc shall be assigned";
        faults.add(Code::FieldRequired, "entry.registrant", detail);
    }
    asked(&ask.ask, ctx, faults);
}

/// Faults of form of what is asked for.
pub fn asked(ask: &Ask, ctx: &Ctx, faults: &mut Faults) {
    if ask.entry.applied.is_some() {
        let detail = "it is applied for now";
        faults.add(Code::FieldInvalid, "entry.applied", detail);
    }
    allocate::entry_form(&ask.entry, ctx, faults);
    for (field, flaw) in form::about(&ask.about) {
        faults.flaws(&format!("about.{field}"), [flaw]);
    }
}

/// Takes the application in.
pub fn decide(ask: &SubmitApplication, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let by = somebody(decision)?;
    of(ask, by, decision)
}

/// Takes the application of somebody in.
pub fn of(
    ask: &SubmitApplication,
    by: PrincipalId,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let now = decision.ctx.now;
    let policy = may_apply(&ask.superior, decision)?;
    let open = Docket::OpenOf(by.clone());
    let open = decision.tree.docket(&open, None, APPLICATIONS_OPEN_MAX)?;
    if open.len() >= APPLICATIONS_OPEN_MAX {
        let detail = format!(
            "you have {APPLICATIONS_OPEN_MAX} open applications; wait until one is decided, or withdraw one"
        );
        return Err(Refusal::new(Code::TooManyValues, "", detail).into());
    }
    let applicant = ask.ask.entry.registrant.as_ref();
    judge(&ask.superior, &ask.ask, applicant, &policy, decision)?;
    let (people, introduced) = introduce(&ask.ask, decision)?;
    let Some(applicant) = people.registrant else {
        let detail = "the applicant is needed";
        return Err(Refusal::new(Code::FieldRequired, "entry.registrant", detail).into());
    };
    let number = ask.ask.number.as_ref();
    let hold = place_hold(&ask.superior, number, &by, &policy, decision)?;
    let due = |(amount, text)| Fee {
        state: FeeState::Due,
        text,
        amount,
    };
    let application = Application {
        id: decision.lots.application(),
        revision: Seq::ZERO,
        stage: Stage::Submitted,
        superior: ask.superior.clone(),
        content: content(&ask.ask, people.contacts),
        applicant,
        submitted_by: by,
        introduced,
        language: ask.language.clone(),
        submitted: now,
        changed: now,
        deadline: Some(now.plus_seconds(policy.acknowledge_seconds)),
        approvals: Vec::new(),
        remarks: Vec::new(),
        verdicts: Vec::new(),
        arc: None,
        fee: policy.due().map(due),
        hold,
        papers: Vec::new(),
    };
    decision.tell(Event::ApplicationSubmitted(Box::new(application)))
}

/// The policy of a superior below which somebody may apply, as they see it.
fn may_apply(superior: &NodePath, decision: &Decision<'_>) -> Result<Policy, Rejection> {
    let seen = AsSeen::new(&decision.tree, &decision.ctx.whole);
    let above = allocate::open_superior(superior, &seen)?;
    if above.sandbox.is_some() {
        // Whoever applies is written to, and nobody is written to about what is tried.
        let detail = "in a sandbox arcs are registered without an application";
        return Err(sandbox::unfit("superior", detail));
    }
    let policy = policy::in_force(&decision.tree, superior)?;
    if policy.applicants == Applicants::Nobody {
        let detail = format!("the policy below {superior} lets nobody apply");
        return Err(Refusal::new(Code::ApplicationsClosed, "superior", detail)
            .value(superior)
            .into());
    }
    Ok(policy)
}

/// Whether the arc could be given out, as far as whoever asks may know.
pub fn judge(
    superior: &NodePath,
    ask: &Ask,
    applicant: Option<&RegistrantRef>,
    policy: &Policy,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let seen = AsSeen::new(&decision.tree, &decision.ctx.whole);
    let category = ask.entry.category.as_ref();
    let policy = &*policy::for_category(policy, superior, category)?;
    let search = Search {
        // What is free is found in the tree as it is: the number found is not told.
        tree: if ask.number.is_some() {
            &seen
        } else {
            &decision.tree
        },
        ctx: decision.ctx,
        superior,
        policy,
    };
    let found = search.find(&choice(policy, ask.number.as_ref()), &mut decision.lots)?;
    checks::place(superior, &found.number, "number")?;
    let above = allocate::open_superior(superior, &seen)?;
    allocate::named(&seen, &above, &found.number, &ask.entry, Some(policy))?;
    let mut fields = Fields::of(&ask.entry, Upon::Application);
    fields.registrant = applicant.is_some();
    allocate::required(policy, superior, &fields)?;
    allocate::required_of_application(policy, superior, &ask.about)?;
    decision.known(applicant, "entry.registrant")?;
    allocate::sponsor_known(&decision.tree, &ask.entry)?;
    decision.contacts_known(&ask.entry.contacts)?;
    // How many arcs somebody holds is not for everybody to find out.
    if is_whole(&decision.ctx.whole, superior) {
        let field = "entry.registrant";
        allocate::quota(&decision.tree, policy, superior, applicant, field)?;
    }
    Ok(())
}

/// Records who is new; tells all parties by id, and which of them are new.
pub fn introduce(
    ask: &Ask,
    decision: &mut Decision<'_>,
) -> Result<(People, Vec<RegistrantId>), Rejection> {
    let entry = &ask.entry;
    let people = decision.people(entry.registrant.as_ref(), &entry.contacts)?;
    let is_new = |party: &RegistrantRef| matches!(party, RegistrantRef::New { .. });
    let registrant = entry.registrant.as_ref().zip(people.registrant.as_ref());
    let parties = entry.contacts.iter().map(|contact| &contact.party);
    let contacts = parties.zip(people.contacts.iter().map(|contact| &contact.party));
    let new = registrant.into_iter().chain(contacts);
    let mut introduced: Vec<RegistrantId> = new
        .filter(|(party, _)| is_new(party))
        .map(|(_, id)| id.clone())
        .collect();
    introduced.sort_unstable();
    introduced.dedup();
    Ok((people, introduced))
}

/// What is kept of what is asked for.
pub fn content(ask: &Ask, contacts: Vec<Contact>) -> Content {
    Content {
        number: ask.number.clone(),
        entry: ask.entry.with_parties(contacts, None),
        about: ask.about.clone(),
    }
}

/// Holds the wished number where the policy says so and the number is free. Where it is not, nobody is told.
pub fn place_hold(
    superior: &NodePath,
    number: Option<&ArcValue>,
    by: &crate::model::PrincipalId,
    policy: &Policy,
    decision: &mut Decision<'_>,
) -> Result<Option<HoldId>, Rejection> {
    let seconds = policy.hold_seconds_max.min(HOLD_SECONDS_CEILING);
    let Some(number) = number.filter(|_| policy.wishes_held && seconds > 0) else {
        return Ok(None);
    };
    let search = Search {
        tree: &decision.tree,
        ctx: decision.ctx,
        superior,
        policy,
    };
    let mut found = match hold::free(&search, number) {
        Ok(found) => found,
        Err(Rejection::Refused(_)) => return Ok(None),
        Err(fault @ Rejection::Fault(_)) => return Err(fault),
    };
    if let Some(before) = &mut found.hold
        && before.why == HoldEnd::Used
    {
        before.why = HoldEnd::Cancelled;
    }
    if let Some(release) = found.release() {
        decision.tell(release)?;
    }
    let id = decision.lots.hold();
    decision.tell(Event::NumberHeld(Hold {
        id: id.clone(),
        superior: superior.clone(),
        number: number.clone(),
        principal: by.clone(),
        until: decision.ctx.now.plus_seconds(seconds),
    }))?;
    Ok(Some(id))
}

//! Allocate: gives out one arc below a node of this authority (X.660 6.2).
//!
//! Refusals, in the order in which they are looked for: faults of form; `ALLOCATION_TOKEN_UNKNOWN`; `OUTSIDE_AUTHORITY`, `SUPERIOR_NOT_REGISTERED`,
//! `REFERENCE_ENTRY`; `SUPERIOR_NOT_ACTIVE`, `SUPERIOR_LEAF`, `SUPERIOR_FROZEN`; `ARC_OUT_OF_RANGE`, `PATH_TOO_LONG`,
//! `CATEGORY_UNKNOWN`, `PROMISED_OTHERWISE`, `NUMBER_TAKEN`, `NUMBER_BURNED`, `NUMBER_HELD`, `NUMBER_OUTSIDE_POLICY`, `NUMBERING_NOT_ALLOWED`, `NO_NUMBER_FREE`;
//! Refusals, in the order in which they are looked for: faults of form; `OUTSIDE_AUTHORITY`, `SUPERIOR_NOT_REGISTERED`,
//! `REFERENCE_ENTRY`; `SUPERIOR_NOT_ACTIVE`, `SUPERIOR_LEAF`, `SUPERIOR_FROZEN`, `SANDBOX_UNFIT`; `ARC_OUT_OF_RANGE`, `PATH_TOO_LONG`,
//! `CATEGORY_UNKNOWN`, `NUMBER_TAKEN`, `NUMBER_BURNED`, `NUMBER_OF_TEMPLATE`, `NUMBER_HELD`, `NUMBER_OUTSIDE_POLICY`, `NUMBERING_NOT_ALLOWED`, `NO_NUMBER_FREE`;
//! `IDENTIFIER_TAKEN`, `IDENTIFIER_STANDARDIZED`, `IDENTIFIERS_NOT_ALLOWED`, `LABEL_TAKEN`, `LABELS_NOT_ALLOWED`,
//! `LABEL_IS_LONG_ARC`, `NAME_RESERVED`; `IDENTIFIER_REQUIRED`, `TITLE_REQUIRED`, `REGISTRANT_REQUIRED`, `APPLICATION_REQUIRED`,
//! `CONTENT_REQUIRED`;
//! `REGISTRANT_UNKNOWN`; `QUOTA_REACHED`; in a sandbox `SANDBOX_UNFIT`, `SANDBOX_FULL`.

use crate::model::application::About;
use crate::model::command::{Allocate, NewEntry, NumberChoice, RegistrantRef};
use crate::model::event::ArcRegistered;
use crate::model::policy::{MinimumContent, Terms};
use crate::model::sandbox::Sandbox;
use crate::model::{
    Code, Ctx, Entry, Event, Policy, Refusal, Rejection, Seq, State, TreeView, Visibility,
};
use crate::oid::{ArcValue, NodePath};

use super::checks;
use super::decision::{Decision, People};
use super::form::Faults;
use super::names::{self, Names};
use super::numbers::{Found, Search};
use super::overlay::UNWRITTEN;
use super::{labels, policy, promise, roles, sandbox, terms};

/// Faults of form.
pub fn form(ask: &Allocate, ctx: &Ctx, faults: &mut Faults) {
    entry_form(&ask.entry, ctx, faults);
    choice_form(&ask.number, faults);
}

/// Faults of form of a new arc's fields.
pub fn entry_form(entry: &NewEntry, ctx: &Ctx, faults: &mut Faults) {
    let mut part = Faults::new();
    part.entry(entry, ctx.now);
    faults.take("entry", part);
}

/// Faults of form of the choice of a number.
pub fn choice_form(choice: &NumberChoice, faults: &mut Faults) {
    if let NumberChoice::Random(Some(range)) = choice
        && !range.contains(&range.from)
    {
        let detail = "the last number must not be below the first";
        faults.add(Code::FieldInvalid, "number.random.within", detail);
    }
}

/// Gives out the arc.
pub fn decide(ask: &Allocate, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    step(ask, None, Upon::Request, decision)
}

/// Gives out the arc; `place` is a free number of the policy's windows that was found before, and in which window.
pub fn step(
    ask: &Allocate,
    place: Option<(&ArcValue, &ArcValue)>,
    upon: Upon,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let token = promise::of(ask, decision)?;
    let token = token.as_ref();
    let superior = open_superior(&ask.superior, &decision.tree)?;
    let policy = policy::in_force(&decision.tree, &ask.superior)?;
    let policy = promise::policy(token, &policy, ask)?;
    let search = Search {
        tree: &decision.tree,
        ctx: decision.ctx,
        superior: &ask.superior,
        policy: &policy,
    };
    let found = match (place, token) {
        (None, None) => search.find(&ask.number, &mut decision.lots)?,
        (None, Some(token)) => promise::find(token, &ask.number, &search, &mut decision.lots)?,
        (Some((number, window_from)), _) => search.next_free_at(number, window_from)?,
    };
    let entry = promise::entry(token, &ask.entry)?;
    let path = checks::place(&ask.superior, &found.number, "number")?;
    named(
        &decision.tree,
        &superior,
        &found.number,
        &entry,
        Some(&policy),
    )?;
    required(&policy, &ask.superior, &Fields::of(&entry, upon))?;
    decision.known(entry.registrant.as_ref(), "entry.registrant")?;
    sponsor_known(&decision.tree, &entry)?;
    decision.contacts_known(&entry.contacts)?;
    let registrant = entry.registrant.as_ref();
    quota(
        &decision.tree,
        &policy,
        &ask.superior,
        registrant,
        "entry.registrant",
    )?;
    register(path.clone(), found, &entry, &policy.terms, decision)?;
    labels::claimed(&path, UNWRITTEN, &entry.labels, &policy, decision)?;
    promise::used(token, path, decision)
}

/// The superior, if this authority may allocate below it at all.
pub fn open_superior(
    superior: &NodePath,
    tree: &dyn TreeView,
) -> Result<std::sync::Arc<Entry>, Rejection> {
    checks::own_superior(tree, superior, "superior")?;
    let entry = checks::superior(tree, superior, "superior")?;
    checks::open_superior(&entry, "superior")?;
    if entry.sandbox.as_deref().and_then(Sandbox::top).is_some() {
        let detail = "directly below a sandbox there are its generations and nothing else";
        return Err(sandbox::unfit("superior", detail));
    }
    Ok(entry)
}

/// The names of a new arc beside those of its siblings.
pub fn named<P>(
    tree: &dyn TreeView,
    superior: &Entry,
    number: &ArcValue,
    entry: &NewEntry<P>,
    policy: Option<&Policy>,
) -> Result<(), Rejection> {
    let names = Names {
        superior,
        number,
        identifiers: entry.identifiers.iter().enumerate().collect(),
        labels: entry.labels.iter().enumerate().collect(),
        policy,
    };
    names::check(tree, &names)
}

/// Whether the sponsor, where one is named, is known.
pub fn sponsor_known(tree: &dyn TreeView, entry: &NewEntry) -> Result<(), Rejection> {
    match &entry.sponsor {
        Some(id) => checks::registrant_known(tree, id, "entry.sponsor"),
        None => Ok(()),
    }
}

/// Upon what an arc is given out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Upon {
    /// Somebody who may register asked for it.
    Request,
    /// An application that was approved, or would be.
    Application,
}

/// Which of the fields that a policy may want an arc has.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent fields, each there or not"
)]
pub struct Fields {
    /// A secondary identifier.
    pub identifier: bool,
    /// A title.
    pub title: bool,
    /// A registrant.
    pub registrant: bool,
    /// An application.
    pub application: bool,
    /// What else is told.
    pub more: Vec<MinimumContent>,
}

impl Fields {
    /// Those of a new arc.
    pub fn of<P>(entry: &NewEntry<P>, upon: Upon) -> Self {
        Self {
            application: upon == Upon::Application,
            identifier: !entry.identifiers.is_empty(),
            title: !entry.titles.is_empty(),
            registrant: entry.registrant.is_some(),
            more: of_arc(&entry.labels, &entry.descriptions, &entry.contacts),
        }
    }
}

fn those(told: &[(bool, MinimumContent)]) -> impl Iterator<Item = MinimumContent> {
    let there = told.iter().filter(|(there, _)| *there);
    there.map(|(_, content)| *content)
}

/// Which contents of every arc are told.
pub fn of_arc<L, T, C>(labels: &[L], descriptions: &[T], contacts: &[C]) -> Vec<MinimumContent> {
    let told = [
        (!labels.is_empty(), MinimumContent::Label),
        (!descriptions.is_empty(), MinimumContent::Description),
        (!contacts.is_empty(), MinimumContent::Contact),
    ];
    those(&told).collect()
}

/// The policy's required fields, and whether it gives arcs out without an application at all.
pub fn required(policy: &Policy, superior: &NodePath, has: &Fields) -> Result<(), Rejection> {
    let wants = [
        (
            policy.identifier_required,
            has.identifier,
            Code::IdentifierRequired,
            "entry.identifiers",
            "a secondary identifier",
        ),
        (
            policy.title_required,
            has.title,
            Code::TitleRequired,
            "entry.titles",
            "a title",
        ),
        (
            policy.registrant_required,
            has.registrant,
            Code::RegistrantRequired,
            "entry.registrant",
            "a registrant",
        ),
        (
            policy.application_required,
            has.application,
            Code::ApplicationRequired,
            "",
            "an application",
        ),
    ];
    for (wanted, there, code, field, what) in wants {
        if wanted && !there {
            let detail = format!("the policy below {superior} wants {what}");
            return Err(Refusal::new(code, field, detail).into());
        }
    }
    let mut of_arcs = policy.minimum.iter().filter(|wanted| wanted.is_of_arcs());
    let missing = of_arcs.find(|wanted| !has.more.contains(wanted));
    missing.map_or(Ok(()), |wanted| Err(content_wanted(superior, *wanted)))
}

/// What the policy wants to be told in an application.
pub fn required_of_application(
    policy: &Policy,
    superior: &NodePath,
    about: &About,
) -> Result<(), Rejection> {
    let told = |wanted: &MinimumContent| match wanted {
        MinimumContent::Label | MinimumContent::Description | MinimumContent::Contact => true,
        MinimumContent::Below => about.below.is_some(),
        MinimumContent::LegalForm => about.legal_form.is_some(),
        MinimumContent::RegistrationNumber => about.registration_number.is_some(),
        MinimumContent::Country => about.country.is_some(),
        MinimumContent::Attachment => !about.attachments.is_empty(),
    };
    let missing = policy.minimum.iter().find(|wanted| !told(wanted));
    missing.map_or(Ok(()), |wanted| Err(content_wanted(superior, *wanted)))
}

/// The refusal where the policy wants something to be told.
pub fn content_wanted(superior: &NodePath, wanted: MinimumContent) -> Rejection {
    let detail = format!("the policy below {superior} wants {}", wanted.words());
    Refusal::new(Code::ContentRequired, wanted.field(), detail).into()
}

/// The policy's limit of arcs that one registrant may hold directly below the node. A new registrant holds none.
pub fn quota(
    tree: &dyn TreeView,
    policy: &Policy,
    superior: &NodePath,
    registrant: Option<&RegistrantRef>,
    field: &str,
) -> Result<(), Rejection> {
    let (Some(max), Some(RegistrantRef::Known(id))) = (policy.arcs_per_registrant_max, registrant)
    else {
        return Ok(());
    };
    if tree.arcs_of_registrant(superior, id, max)? < max {
        return Ok(());
    }
    let detail =
        format!("the registrant holds {max} arcs below {superior}, as many as the policy allows");
    Err(Refusal::new(Code::QuotaReached, field, detail)
        .value(id)
        .into())
}

fn register(
    path: NodePath,
    found: Found,
    entry: &NewEntry,
    terms: &Terms,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let people = decision.people(entry.registrant.as_ref(), &entry.contacts)?;
    if let Some(release) = found.release() {
        decision.tell(release)?;
    }
    let mut new = new_arc(path, entry, people);
    new.found_by = found.by;
    let (path, given) = (new.path.clone(), new.registrant.is_some());
    match found.reserved {
        Some(reserved) => {
            new.previous = reserved.revision;
            decision.tell(Event::ReservedArcAllocated(Box::new(new)))?;
            if given {
                roles::end(&path, decision)?;
            }
        }
        None => decision.tell(Event::ArcRegistered(Box::new(new)))?,
    }
    terms::begin(&path, &[], terms, decision)
}

/// An active arc that holds what was asked for, its number named by the caller.
pub fn new_arc(path: NodePath, entry: &NewEntry, people: People) -> ArcRegistered {
    ArcRegistered {
        path,
        previous: Seq::ZERO,
        found_by: crate::model::event::NumberFoundBy::Explicit,
        state: State::Active,
        visibility: entry.visibility.unwrap_or(Visibility::Public),
        identifiers: entry.identifiers.clone(),
        labels: entry.labels.clone(),
        flags: entry.flags,
        titles: entry.titles.clone(),
        descriptions: entry.descriptions.clone(),
        services: entry.services.clone(),
        references: entry.references.clone(),
        contacts: people.contacts,
        registrant: people.registrant,
        sponsor: entry.sponsor.clone(),
        recorded: None,
        applied: entry.applied,
        registered: None,
        sandbox: None,
    }
}

#[cfg(test)]
mod tests;

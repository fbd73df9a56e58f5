//! The rules: what a registration authority may do with its arcs, as one pure function (DESIGN §1, §2 and §5; X.660).
//!
//! [`decide`] takes a command, the tree and the moment, and gives the events that carry the command out, or refuses. It
//! reads no clock, draws no lots of its own and does no input or output: the same arguments give the same answer. It
//! must never ask who may do what; that is the business of `access`.
//!
//! There is one file per command; at its head stand its refusals in the order in which they are looked for. Faults of form
//! are told all at once; of the others the first one found is told.

mod accept_invitation;
mod access;
mod add_principal;
mod agree;
mod allocate;
mod allocate_block;
mod amend;
mod application;
mod ask_unlock;
mod batch;
mod cancel_plan;
mod challenge_label;
mod change_standing;
mod change_state;
mod checks;
mod close_template;
mod consent;
mod contact;
mod decide_challenge;
mod decision;
mod delegate;
mod describe_principal;
mod erase_person;
mod expire_holds;
mod fold;
mod form;
mod found;
mod grant_role;
mod hold;
mod issue_allocation_token;
mod issue_credential;
mod labels;
mod likeness;
mod load_references;
mod lock;
mod lots;
mod names;
mod notices;
mod numbers;
mod offer_transfer;
mod open_sandbox;
mod overlay;
mod plan;
mod policy;
mod principal;
#[cfg(test)]
mod principal_tests;
mod promise;
#[cfg(test)]
mod properties;
mod recall;
mod record;
mod release_hold;
mod reserve;
mod reset_sandbox;
mod retract;
mod revoke_allocation_token;
mod revoke_credential;
mod revoke_role;
mod roles;
mod sandbox;
mod set_policy;
mod set_template;
mod suspect;
mod take_effect;
mod terms;
#[cfg(test)]
pub(crate) mod testing;
mod transfer;
mod trial;

pub use application::{
    APPLICATIONS_TOLD_MAX, SIBLINGS_LOOKED_AT_MAX, application_after, checklist,
};
pub use contact::is_due as contact_is_due;
pub use fold::entry_after;
pub use found::{AuthorityNode, EVENT_FORMAT, Founding, found};
pub use likeness::{Comparison, Group as ComparisonGroup};
pub use notices::{of_application as notices_of_application, of_arc as notices_of_arc};
pub use numbers::RANDOM_SPAN;
pub use overlay::Overlay;
pub use policy::{in_force as policy_in_force, set_between as policy_set_between};
pub use principal::{principal_after, principals_touched, registrant_after, registrant_touched};
pub use trial::{Trial, of_application as trial_of_application, of_arc as trial_of_arc};

use crate::model::plan::Agenda;
use crate::model::{Command, Ctx, Event, Policy, Rejection, Submission, TreeView};

use decision::Decision;
use form::Faults;

/// Decides a command: its events, in order and at least one, or why not. After the command's own refusals comes
/// `REGISTRANT_UNKNOWN` for whoever is said to have asked for it.
/// Decides a command: its events, in order and at least one, or why not.
#[expect(clippy::too_many_lines, reason = "one arm for each command")]
pub fn decide(
    submission: &Submission,
    ctx: &Ctx,
    tree: &dyn TreeView,
) -> Result<Vec<Event>, Rejection> {
    let command = &submission.command;
    let mut faults = Faults::new();
    faults.submission(submission);
    form(command, ctx, &mut faults);
    faults.refuse()?;
    let mut decision = Decision::new(submission, ctx, tree);
    match command {
        Command::Allocate(ask) => allocate::decide(ask, &mut decision),
        Command::BatchAllocate(asks) => batch::allocate(asks, &mut decision),
        Command::AllocateBlock(ask) => allocate_block::decide(ask, &mut decision),
        Command::RecordExisting(ask) => record::decide(ask, &mut decision),
        Command::BatchRecord(asks) => batch::record(asks, &mut decision),
        Command::Hold(ask) => hold::decide(ask, &mut decision),
        Command::ReleaseHold(ask) => release_hold::decide(ask, &mut decision),
        Command::Reserve(ask) => reserve::decide(ask, &mut decision),
        Command::Amend(ask) => amend::decide(ask, &mut decision),
        Command::ChangeState(ask) => change_state::decide(ask, &mut decision),
        Command::Delegate {
            path,
            if_revision,
            delegation,
        } => delegate::decide(path, *if_revision, delegation, &mut decision),
        Command::Recall { path, if_revision } => recall::decide(path, *if_revision, &mut decision),
        Command::Transfer {
            path,
            if_revision,
            to,
        } => transfer::decide(path, *if_revision, to, &mut decision),
        Command::Lock {
            path,
            if_revision,
            kind,
        } => lock::decide(path, *if_revision, *kind, &mut decision),
        Command::AskUnlock {
            path,
            if_revision,
            kind,
        } => ask_unlock::decide(path, *if_revision, *kind, &mut decision),
        Command::OfferTransfer {
            path,
            if_revision,
            to,
        } => offer_transfer::decide(path, *if_revision, to, &mut decision),
        Command::Agree {
            path,
            if_revision,
            side,
        } => agree::decide(path, *if_revision, *side, &mut decision),
        Command::AgreeByCode { path, nonce, side } => {
            agree::by_code(path, *nonce, *side, &mut decision)
        }
        Command::Retract { path, if_revision } => {
            retract::decide(path, *if_revision, &mut decision)
        }
        Command::Plan {
            path,
            if_revision,
            at,
            act,
        } => plan::decide(path, *if_revision, *at, act, &mut decision),
        Command::CancelPlan {
            path,
            if_revision,
            number,
        } => cancel_plan::decide(path, *if_revision, *number, &mut decision),
        Command::TakeEffect => take_effect::decide(Agenda::Changes, &mut decision),
        Command::ReportError { path, what } => suspect::report(path, what, &mut decision),
        Command::AcceptReport { path, if_revision } => {
            suspect::accept(path, *if_revision, &mut decision)
        }
        Command::SettleSuspicion { path, if_revision } => {
            suspect::settle(path, *if_revision, &mut decision)
        }
        Command::ConfirmContact { path, if_revision } => {
            contact::confirm(path, *if_revision, &mut decision)
        }
        Command::ConfirmContactByCode { path, nonce } => {
            contact::by_code(path, *nonce, &mut decision)
        }
        Command::AskContacts(arcs) => contact::ask(arcs, &mut decision),
        Command::DoubtUnconfirmed => contact::doubt(&mut decision),
        Command::EndTerms => take_effect::decide(Agenda::Terms, &mut decision),
        Command::EndUnused => take_effect::decide(Agenda::Uses, &mut decision),
        Command::RemindOfTerms => terms::remind(&mut decision),
        Command::Renew {
            path,
            if_revision,
            end,
        } => terms::renew(path, *if_revision, *end, &mut decision),
        Command::ChallengeLabel(ask) => challenge_label::decide(ask, &mut decision),
        Command::DecideChallenge(ask) => decide_challenge::decide(ask, &mut decision),
        Command::OpenSandbox {
            path,
            if_revision,
            arcs_max,
        } => open_sandbox::decide(path, *if_revision, *arcs_max, &mut decision),
        Command::ResetSandbox { path, if_revision } => {
            reset_sandbox::decide(path, *if_revision, &mut decision)
        }
        Command::SetTemplate {
            path,
            if_revision,
            rule,
        } => set_template::decide(path, *if_revision, rule, &mut decision),
        Command::CloseTemplate { path, if_revision } => {
            close_template::decide(path, *if_revision, &mut decision)
        }
        Command::SetPolicy {
            path,
            if_revision,
            policy,
        } => set_policy::decide(path, *if_revision, policy.as_ref(), &mut decision),
        Command::AddPrincipal(ask) => add_principal::decide(ask, &mut decision),
        Command::DescribePrincipal { id, details } => {
            describe_principal::decide(id, details, &mut decision)
        }
        Command::ChangeStanding { id, to } => change_standing::decide(id, *to, &mut decision),
        Command::ErasePerson(ask) => erase_person::decide(ask, &mut decision),
        Command::GrantRole(ask) => grant_role::decide(ask, &mut decision),
        Command::RevokeRole(ask) => revoke_role::decide(ask, &mut decision),
        Command::IssueCredential(ask) => issue_credential::decide(ask, &mut decision),
        Command::RevokeCredential { id } => revoke_credential::decide(id, &mut decision),
        Command::IssueAllocationToken(ask) => issue_allocation_token::decide(ask, &mut decision),
        Command::RevokeAllocationToken { id } => revoke_allocation_token::decide(id, &mut decision),
        Command::AcceptInvitation {
            code_sha256,
            token_sha256,
            name,
        } => accept_invitation::decide(code_sha256, token_sha256, name, &mut decision),
        Command::SubmitApplication(ask) => application::submit(ask, &mut decision),
        Command::AdmitApplicant(ask) => application::admit(ask, &mut decision),
        Command::AmendApplication(ask) => application::amend(ask, &mut decision),
        Command::OnApplication(on) => application::act(on, &mut decision),
        Command::ExpireHolds => expire_holds::decide(&mut decision),
        Command::ExpireApplications => application::expire(&mut decision),
        Command::OpenOutbox => notices::open(&mut decision),
        Command::SettleNotice { id, outcome } => notices::settle(*id, *outcome, &mut decision),
        Command::LoadReferences { version, entries } => {
            load_references::decide(version, entries, &mut decision)
        }
    }?;
    if let Some(id) = &submission.asked_by {
        checks::registrant_known(tree, id, "options.asked_by")?;
    }
    Ok(decision.into_events())
}

/// Whether a policy could be set: its faults of form, under `policy`.
pub fn check_policy(policy: &Policy) -> Result<(), Rejection> {
    let mut faults = Faults::new();
    set_policy::form(policy, &mut faults);
    faults.refuse()
}

fn form(command: &Command, ctx: &Ctx, faults: &mut Faults) {
    match command {
        Command::Allocate(ask) => allocate::form(ask, ctx, faults),
        Command::BatchAllocate(asks) => batch::allocate_form(asks, ctx, faults),
        Command::AllocateBlock(ask) => allocate_block::form(ask, ctx, faults),
        Command::RecordExisting(ask) => record::form(ask, ctx, faults),
        Command::BatchRecord(asks) => batch::record_form(asks, ctx, faults),
        Command::Hold(ask) => hold::form(ask, faults),
        Command::Reserve(ask) => batch::count(faults, "count", ask.count),
        Command::Amend(ask) => {
            let mut part = Faults::new();
            part.changes(&ask.changes);
            faults.take("entry", part);
        }
        Command::ChallengeLabel(ask) => challenge_label::form(ask, faults),
        Command::Plan { at, act, .. } => plan::form(*at, act, ctx, faults),
        Command::ReportError { what, .. } => faults.flaws("what", crate::model::form::note(what)),
        Command::Renew { end, .. } => terms::form(*end, ctx, faults),
        Command::OpenSandbox { arcs_max, .. } => open_sandbox::form(*arcs_max, faults),
        Command::SetTemplate { path, rule, .. } => set_template::form(path, rule, faults),
        Command::Delegate { delegation, .. } => faults.delegation(delegation),
        Command::Transfer { to, .. } | Command::OfferTransfer { to, .. } => {
            faults.registrant("to.registrant", to);
        }
        Command::SetPolicy {
            policy: Some(policy),
            ..
        } => set_policy::form(policy, faults),
        Command::AddPrincipal(ask) => add_principal::form(ask, faults),
        Command::DescribePrincipal { details, .. } => faults.details(details),
        Command::ErasePerson(ask) => erase_person::form(ask, faults),
        Command::IssueCredential(ask) => issue_credential::form(ask, ctx, faults),
        Command::IssueAllocationToken(ask) => issue_allocation_token::form(ask, ctx, faults),
        Command::AcceptInvitation { name, .. } => issue_credential::name(name, faults),
        Command::SubmitApplication(ask) => application::submit_form(ask, ctx, faults),
        Command::AdmitApplicant(ask) => application::admit_form(ask, ctx, faults),
        Command::AmendApplication(ask) => application::amend_form(ask, ctx, faults),
        Command::OnApplication(on) => application::form(on, faults),
        Command::ReleaseHold(_)
        | Command::ChangeStanding { .. }
        | Command::GrantRole(_)
        | Command::RevokeRole(_)
        | Command::RevokeCredential { .. }
        | Command::RevokeAllocationToken { .. }
        | Command::ChangeState(_)
        | Command::Recall { .. }
        | Command::Lock { .. }
        | Command::AskUnlock { .. }
        | Command::Agree { .. }
        | Command::AgreeByCode { .. }
        | Command::Retract { .. }
        | Command::CancelPlan { .. }
        | Command::DecideChallenge(_)
        | Command::CloseTemplate { .. }
        | Command::ResetSandbox { .. }
        | Command::TakeEffect
        | Command::AcceptReport { .. }
        | Command::SettleSuspicion { .. }
        | Command::ConfirmContact { .. }
        | Command::ConfirmContactByCode { .. }
        | Command::AskContacts(_)
        | Command::DoubtUnconfirmed
        | Command::EndTerms
        | Command::EndUnused
        | Command::RemindOfTerms
        | Command::SetPolicy { policy: None, .. }
        | Command::ExpireHolds
        | Command::ExpireApplications
        | Command::OpenOutbox
        | Command::SettleNotice { .. }
        | Command::LoadReferences { .. } => {}
    }
}

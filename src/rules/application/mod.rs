//! Applications: one file for each thing that can be done about one (X.660 6.2 and clause 9; X.1500.1).
//!
//! Here stands what they share: the application at hand, its legal steps, deadlines and four eyes. The legal steps are those
//! of [`crate::model::application::TRANSITIONS`] and no others.

mod acknowledge;
mod admit;
mod amend;
mod answer;
mod appeal;
mod approve;
mod attach;
mod begin_review;
mod checklist;
mod comment;
mod decide_appeal;
mod expire;
mod fold;
mod look_alike;
mod reject;
mod request_information;
mod seen;
mod set_fee;
mod submit;
#[cfg(test)]
mod tests;
mod withdraw;

pub use admit::{decide as admit, form as admit_form};
pub use amend::form as amend_form;
pub use checklist::{APPLICATIONS_TOLD_MAX, checklist};
pub use expire::decide as expire;
pub use fold::application_after;
pub use look_alike::SIBLINGS_LOOKED_AT_MAX;
pub use seen::{AsSeen, Sees};
pub use submit::form as submit_form;

use crate::model::application::{Application, Remark, RemarkKind, Stage, Step, Verdict};
use crate::model::command::{AmendApplication, ApplicationAct, OnApplication, SubmitApplication};
use crate::model::consent::speaks_for;
use crate::model::event::{ApplicationMoved, HoldEnd};
use crate::model::limits::{REMARKS_MAX, VERDICTS_MAX};
use crate::model::{
    Actor, ApplicationId, Code, Event, Policy, PrincipalId, Refusal, Rejection, Seq, Timestamp,
    TreeView, Viewed, form,
};
use crate::oid::NodePath;

use super::decision::Decision;
use super::form::Faults;
use super::numbers::released;
use super::policy;

/// Faults of form of what is done about an application.
pub fn form(on: &OnApplication, faults: &mut Faults) {
    match &on.act {
        ApplicationAct::RequestInformation(text)
        | ApplicationAct::Answer(text)
        | ApplicationAct::Comment { text, .. }
        | ApplicationAct::Reject { text, .. }
        | ApplicationAct::Appeal(text)
        | ApplicationAct::DecideAppeal { text, .. } => faults.flaws("text", form::note(text)),
        ApplicationAct::SetFee { text, amount, .. } => {
            faults.flaws("text", form::fee(text));
            let amount = amount.and_then(|one| form::minor_units(one.minor_units));
            faults.flaws("amount", amount);
        }
        ApplicationAct::Attach(paper) => {
            for (field, flaw) in form::paper(paper) {
                faults.flaws(&format!("attachment.{field}"), [flaw]);
            }
        }
        ApplicationAct::Acknowledge
        | ApplicationAct::BeginReview
        | ApplicationAct::Approve
        | ApplicationAct::Withdraw => {}
    }
}

/// Takes an application in.
pub fn submit(ask: &SubmitApplication, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    submit::decide(ask, decision)
}

/// Corrects an application.
pub fn amend(ask: &AmendApplication, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let case = Case::of(&ask.id, ask.if_revision, decision)?;
    amend::decide(ask, &case, decision)
}

/// Does something else about an application.
pub fn act(on: &OnApplication, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let case = Case::of(&on.id, on.if_revision, decision)?;
    match &on.act {
        ApplicationAct::Acknowledge => acknowledge::decide(&case, decision),
        ApplicationAct::BeginReview => begin_review::decide(&case, decision),
        ApplicationAct::RequestInformation(text) => {
            request_information::decide(text, &case, decision)
        }
        ApplicationAct::Answer(text) => answer::decide(text, &case, decision),
        ApplicationAct::Comment { text, to_applicant } => {
            comment::decide(text, *to_applicant, &case, decision)
        }
        ApplicationAct::Approve => approve::decide(&case, decision),
        ApplicationAct::Reject { reason, text } => reject::decide(*reason, text, &case, decision),
        ApplicationAct::Appeal(text) => appeal::decide(text, &case, decision),
        ApplicationAct::DecideAppeal { granted, text } => {
            decide_appeal::decide(*granted, text, &case, decision)
        }
        ApplicationAct::Withdraw => withdraw::decide(&case, decision),
        ApplicationAct::Attach(paper) => attach::decide(paper, &case, decision),
        ApplicationAct::SetFee {
            state,
            text,
            amount,
        } => set_fee::decide(*state, text, *amount, &case, decision),
    }
}

/// Who acts. Whatever is done about an application is somebody's: four eyes cannot be told apart otherwise.
fn somebody(decision: &Decision<'_>) -> Result<PrincipalId, Rejection> {
    match &decision.ctx.actor {
        Actor::Principal(id) => Ok(id.clone()),
        Actor::Local | Actor::System => {
            let detail =
                "what is done about an application is somebody's: show a token of your own";
            Err(Refusal::new(Code::NotPermitted, "", detail).into())
        }
    }
}

/// An application about which somebody does something.
struct Case {
    app: Application,
    by: PrincipalId,
    now: Timestamp,
}

impl Case {
    /// `NOT_PERMITTED`, `APPLICATION_UNKNOWN`, `REVISION_MOVED`.
    fn of(
        id: &ApplicationId,
        if_revision: Option<Seq>,
        decision: &Decision<'_>,
    ) -> Result<Self, Rejection> {
        let by = somebody(decision)?;
        let app = decision.tree.application(id)?.ok_or_else(|| unknown(id))?;
        if if_revision.is_some_and(|seen| seen != app.revision) {
            let detail = format!("{id} changed since you read it: read it again");
            return Err(Refusal::new(Code::RevisionMoved, "etag", detail).into());
        }
        let now = decision.ctx.now;
        Ok(Self { app, by, now })
    }

    /// Where a step leads; `APPLICATION_STAGE` where it is illegal.
    fn after(&self, step: Step) -> Result<Stage, Rejection> {
        let stage = self.app.stage;
        stage.after(step).ok_or_else(|| at_another_stage(stage))
    }

    /// The application went to a stage, by when somebody is to act there.
    fn moved(&self, to: Stage, deadline: Option<Timestamp>) -> ApplicationMoved {
        ApplicationMoved {
            id: self.app.id.clone(),
            previous: self.app.revision,
            to,
            deadline,
            verdict: None,
            arc: None,
        }
    }

    /// Takes the application to a stage, where somebody is to act within a span of the policy.
    fn go(
        &self,
        to: Stage,
        span: fn(&Policy) -> u64,
        decision: &mut Decision<'_>,
    ) -> Result<(), Rejection> {
        let policy = policy::in_force(&decision.tree, &self.app.superior)?;
        let deadline = Some(self.now.plus_seconds(span(&policy)));
        decision.tell(Event::ApplicationMoved(Box::new(self.moved(to, deadline))))
    }

    /// Says something about it; `TOO_MANY_VALUES` where much was said already.
    fn remark(
        &self,
        kind: RemarkKind,
        text: &str,
        decision: &mut Decision<'_>,
    ) -> Result<(), Rejection> {
        if self.app.remarks.len() >= REMARKS_MAX {
            let detail = format!("{REMARKS_MAX} remarks stand there; more are not taken");
            return Err(Refusal::new(Code::TooManyValues, "text", detail).into());
        }
        decision.tell(Event::ApplicationRemarked {
            id: self.app.id.clone(),
            previous: self.app.revision,
            remark: Remark {
                kind,
                by: self.by.clone(),
                at: self.now,
                text: text.to_owned(),
            },
        })
    }

    /// Room for one more verdict, so that appeals do not go on for ever: `TOO_MANY_VALUES`.
    fn may_be_judged(&self) -> Result<(), Rejection> {
        if self.app.verdicts.len() < VERDICTS_MAX {
            return Ok(());
        }
        let detail = format!("it was judged {VERDICTS_MAX} times; let the applicant apply anew");
        Err(Refusal::new(Code::TooManyValues, "", detail).into())
    }

    /// The rejection or the decision upon an appeal that was made last.
    fn last_verdict(&self) -> Option<&Verdict> {
        self.app.verdicts.last()
    }

    /// Whoever judges neither handed it in nor acts for the applicant elsewhere: `FOUR_EYES`.
    fn four_eyes(&self, tree: &dyn TreeView) -> Result<(), Rejection> {
        let refuse = |detail: &str| Err(Refusal::new(Code::FourEyes, "", detail).into());
        if self.app.submitted_by == self.by {
            return refuse("you handed it in; let somebody else judge it");
        }
        if self.acts_for_the_applicant(tree)? {
            return refuse("you act for the applicant; let somebody else judge it");
        }
        Ok(())
    }

    /// Who acts at an arc of the applicant, or handed in another application of it, speaks for the applicant. This one was handed
    /// in by somebody else, as [`Case::four_eyes`] knows by then.
    fn acts_for_the_applicant(&self, tree: &dyn TreeView) -> Viewed<bool> {
        let own = tree.principal(&self.by)?;
        own.map_or(Ok(false), |own| speaks_for(&own, &self.app.applicant, tree))
    }

    /// Gives up the hold that was placed for it, where it is still there.
    fn free_hold(&self, why: HoldEnd, decision: &mut Decision<'_>) -> Result<(), Rejection> {
        free_hold(&self.app, why, decision)
    }
}

fn free_hold(
    app: &Application,
    why: HoldEnd,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let (Some(id), Some(number)) = (&app.hold, &app.content.number) else {
        return Ok(());
    };
    let hold = decision.tree.hold(&app.superior, number)?;
    let Some(hold) = hold.filter(|hold| hold.id == *id) else {
        return Ok(());
    };
    let over = !hold.is_in_force(decision.ctx.now);
    let why = if over { HoldEnd::Expired } else { why };
    decision.tell(Event::HoldReleased(released(&hold, why)))
}

fn unknown(id: &ApplicationId) -> Rejection {
    let detail = "no application that you may know has this id";
    Refusal::new(Code::ApplicationUnknown, "application", detail)
        .value(id)
        .into()
}

/// The refusal at a stage at which something cannot be done: it names the stage, and where it leads.
fn at_another_stage(stage: Stage) -> Rejection {
    let leads = crate::model::application::TRANSITIONS;
    let mut next: Vec<_> = leads
        .iter()
        .filter(|(from, _, _)| *from == stage)
        .map(|(_, _, to)| to.word())
        .collect();
    next.dedup();
    let detail = if next.is_empty() {
        format!("the application is {} and stays so", stage.word())
    } else {
        let next = next.join(", ");
        format!("the application is {}; next it can be {next}", stage.word())
    };
    Refusal::new(Code::ApplicationStage, "application", detail)
        .value(stage.word())
        .into()
}

/// The wish as a choice of a number, as the policy lets numbers be chosen.
fn choice(
    policy: &Policy,
    number: Option<&crate::oid::ArcValue>,
) -> crate::model::command::NumberChoice {
    use crate::model::command::NumberChoice;
    use crate::model::policy::Numbering;
    match number {
        Some(number) => NumberChoice::Explicit(number.clone()),
        None if policy.numbering == Numbering::RandomOnly => NumberChoice::Random(None),
        None => NumberChoice::NextFree,
    }
}

/// Whether somebody is told everything of a node.
fn is_whole(whole: &crate::model::command::Whole, path: &NodePath) -> bool {
    use crate::model::command::Whole;
    match whole {
        Whole::All => true,
        Whole::Within(arcs) => arcs.iter().any(|arc| path.starts_with(arc)),
    }
}

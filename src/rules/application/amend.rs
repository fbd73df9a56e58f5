//! Amend: the applicant tells anew what the application asks for, while nobody judges it. What was approved before counts no
//! longer; a hold follows the wished number.
//!
//! Refusals, in order: faults of form; those of any act about an application; `APPLICATION_STAGE`; `FIELD_INVALID` (another
//! applicant); `NOTHING_CHANGES`; then as in `submit`.

use crate::model::application::Stage;
use crate::model::command::{AmendApplication, RegistrantRef};
use crate::model::event::{ApplicationAmended, HoldEnd};
use crate::model::{Code, Ctx, Event, Refusal, Rejection};

use super::{Case, at_another_stage, submit};
use crate::rules::decision::Decision;
use crate::rules::form::Faults;
use crate::rules::policy;

/// Faults of form.
pub fn form(ask: &AmendApplication, ctx: &Ctx, faults: &mut Faults) {
    submit::asked(&ask.ask, ctx, faults);
}

/// Corrects it.
pub fn decide(
    ask: &AmendApplication,
    case: &Case,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let app = &case.app;
    if !matches!(app.stage, Stage::Submitted | Stage::InformationRequested) {
        return Err(at_another_stage(app.stage));
    }
    let applicant = RegistrantRef::Known(app.applicant.clone());
    if ask
        .ask
        .entry
        .registrant
        .as_ref()
        .is_some_and(|one| *one != applicant)
    {
        let detail =
            "the applicant stays who it is; withdraw the application and let the other apply";
        return Err(Refusal::new(Code::FieldInvalid, "entry.registrant", detail).into());
    }
    let policy = policy::in_force(&decision.tree, &app.superior)?;
    // The number that is held for it is free for it.
    let same_number = ask.ask.number == app.content.number;
    if !same_number {
        case.free_hold(HoldEnd::Cancelled, decision)?;
    }
    submit::judge(&app.superior, &ask.ask, Some(&applicant), &policy, decision)?;
    let (people, introduced) = submit::introduce(&ask.ask, decision)?;
    let content = submit::content(&ask.ask, people.contacts);
    if content == app.content {
        let detail = "the application asks for exactly that already";
        return Err(Refusal::new(Code::NothingChanges, "", detail).into());
    }
    let hold = if same_number {
        app.hold.clone()
    } else {
        let number = ask.ask.number.as_ref();
        submit::place_hold(&app.superior, number, &case.by, &policy, decision)?
    };
    decision.tell(Event::ApplicationAmended(Box::new(ApplicationAmended {
        id: app.id.clone(),
        previous: app.revision,
        content,
        introduced,
        hold,
    })))
}

//! Set fee: what is to be paid for an application, that it was paid, or why it need not be (X.660 clause 11).
//!
//! Refusals, in order: faults of form; those of any act about an application; `APPLICATION_STAGE` (it is over);
//! `NOTHING_CHANGES`.

use crate::model::application::{Fee, FeeState};
use crate::model::{Code, Event, Refusal, Rejection};

use super::{Case, at_another_stage};
use crate::rules::decision::Decision;

/// Sets it.
pub fn decide(
    state: FeeState,
    text: &str,
    case: &Case,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let app = &case.app;
    if !app.stage.is_open() {
        return Err(at_another_stage(app.stage));
    }
    let text = text.to_owned();
    let fee = Fee { state, text };
    if app.fee.as_ref() == Some(&fee) {
        let detail = "the application says so already";
        return Err(Refusal::new(Code::NothingChanges, "text", detail).into());
    }
    decision.tell(Event::ApplicationFeeSet {
        id: app.id.clone(),
        previous: app.revision,
        fee,
    })
}

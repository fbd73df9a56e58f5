//! Set fee: what is to be paid for an application, that it was paid, or why it need not be (X.660 clause 11). An amount that is
//! not told stays as it was: what is paid or waived is what was due.
//!
//! Refusals, in order: faults of form; those of any act about an application; `APPLICATION_STAGE` (it is over, and no fee
//! waited);
//! `NOTHING_CHANGES`.

use crate::model::application::{Fee, FeeState, Stage};
use crate::model::money::Amount;
use crate::model::{Code, Event, Refusal, Rejection};

use super::{Case, at_another_stage};
use crate::rules::decision::Decision;

/// Sets it.
pub fn decide(
    state: FeeState,
    text: &str,
    amount: Option<Amount>,
    case: &Case,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let app = &case.app;
    // What waited while the application was approved is settled afterwards.
    let waited = app.stage == Stage::Approved
        && app
            .fee
            .as_ref()
            .is_some_and(|fee| fee.state == FeeState::Due);
    if !app.stage.is_open() && !waited {
        return Err(at_another_stage(app.stage));
    }
    let text = text.to_owned();
    let before = app.fee.as_ref().and_then(|fee| fee.amount);
    let fee = Fee {
        state,
        text,
        amount: amount.or(before),
    };
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

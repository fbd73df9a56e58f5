//! What an application is after an event: the meaning of the events that write one. It may not refuse anything: events are
//! outcomes.

use crate::model::application::Application;
use crate::model::{Event, Seq, Stage, Timestamp};

/// The application that `event` leaves where `before` was; `None` where the event writes none, or one that is not there.
pub fn application_after(
    event: &Event,
    before: Option<&Application>,
    seq: Seq,
    now: Timestamp,
) -> Option<Application> {
    if let Event::ApplicationSubmitted(new) = event {
        return Some(Application {
            revision: seq,
            ..(**new).clone()
        });
    }
    event.application()?;
    let mut app = before?.clone();
    match event {
        Event::ApplicationAmended(e) => {
            app.content.clone_from(&e.content);
            app.hold.clone_from(&e.hold);
            add(&mut app.introduced, e.introduced.iter());
            app.approvals.clear();
        }
        Event::ApplicationMoved(e) => {
            app.stage = e.to;
            app.deadline = e.deadline;
            add(&mut app.verdicts, e.verdict.iter());
            if e.to == Stage::Approved {
                app.arc.clone_from(&e.arc);
            } else {
                app.approvals.clear();
            }
        }
        Event::ApplicationApproved { approval, .. } => add(&mut app.approvals, [approval]),
        Event::ApplicationRemarked { remark, .. } => add(&mut app.remarks, [remark]),
        Event::ApplicationPaperAdded { paper, .. } => add(&mut app.papers, [paper]),
        Event::ApplicationFeeSet { fee, .. } => app.fee = Some(fee.clone()),
        _ => {}
    }
    app.revision = seq;
    app.changed = now;
    Some(app)
}

/// Adds what does not stand there: an event that is applied twice changes nothing.
fn add<'a, T: Clone + PartialEq + 'a>(all: &mut Vec<T>, new: impl IntoIterator<Item = &'a T>) {
    for one in new {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
}

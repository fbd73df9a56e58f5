//! A decision being made: the tree as the command has left it so far, the lots, and the events.
//!
//! It must never hold an event that was not also laid over the tree where a later step of the same command looks.

use crate::model::command::RegistrantRef;
use crate::model::event::RegistrantRecorded;
use crate::model::{Command, Ctx, Event, RegistrantId, Rejection, Submission, TreeView};

use super::checks::registrant_known;
use super::lots::Lots;
use super::overlay::Overlay;

/// A decision being made.
pub struct Decision<'a> {
    /// Who acts, and when.
    pub ctx: &'a Ctx,
    /// Why, in the actor's words, where they said anything.
    pub reason: Option<&'a str>,
    /// The tree with the events so far.
    pub tree: Overlay<'a>,
    /// What is random.
    pub lots: Lots,
    events: Vec<Event>,
    steps: bool,
}

impl<'a> Decision<'a> {
    /// Nothing decided yet.
    pub fn new(submission: &'a Submission, ctx: &'a Ctx, tree: &'a dyn TreeView) -> Self {
        let reason = submission.reason.as_deref().map(str::trim);
        Self {
            ctx,
            reason: reason.filter(|reason| !reason.is_empty()),
            tree: Overlay::new(tree, ctx.now),
            lots: Lots::new(ctx.entropy),
            events: Vec::new(),
            // A command of one step never looks at what it decided: that is not worth laying over.
            steps: matches!(
                submission.command,
                Command::BatchAllocate(_)
                    | Command::AllocateBlock(_)
                    | Command::BatchRecord(_)
                    | Command::LoadReferences { .. }
                    | Command::AcceptInvitation { .. }
            ),
        }
    }

    /// Decides one thing.
    pub fn tell(&mut self, event: Event) -> Result<(), Rejection> {
        if self.steps {
            self.tree.lay(&event)?;
        }
        self.events.push(event);
        Ok(())
    }

    /// The registrant that was recorded last, if any was.
    pub fn newest_registrant(&self) -> Option<RegistrantId> {
        self.events.iter().rev().find_map(|event| match event {
            Event::RegistrantRecorded(new) => Some(new.id.clone()),
            _ => None,
        })
    }

    /// What was decided.
    pub fn into_events(self) -> Vec<Event> {
        self.events
    }

    /// Refuses a registrant that is named and not known.
    pub fn known(&self, registrant: Option<&RegistrantRef>, field: &str) -> Result<(), Rejection> {
        match registrant {
            Some(RegistrantRef::Known(id)) => registrant_known(&self.tree, id, field),
            Some(RegistrantRef::New { .. }) | None => Ok(()),
        }
    }

    /// The id of the registrant; a new one is recorded first.
    pub fn recorded(&mut self, registrant: &RegistrantRef) -> Result<RegistrantId, Rejection> {
        match registrant {
            RegistrantRef::Known(id) => Ok(id.clone()),
            RegistrantRef::New { kind, details } => {
                let id = self.lots.registrant();
                self.tell(Event::RegistrantRecorded(RegistrantRecorded {
                    id: id.clone(),
                    kind: *kind,
                    details: Some(details.clone()),
                }))?;
                Ok(id)
            }
        }
    }
}

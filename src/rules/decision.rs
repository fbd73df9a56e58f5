//! A decision being made: the tree as the command has left it so far, the lots, and the events.
//!
//! It must never hold an event that was not also laid over the tree where a later step of the same command looks.

use crate::model::command::RegistrantRef;
use crate::model::entry::Contact;
use crate::model::event::{ArcRegistered, RegistrantRecorded};
use crate::model::{Command, Ctx, Event, RegistrantId, Rejection, Submission, TreeView};
use crate::oid::NodePath;

use super::checks::registrant_known;
use super::lots::Lots;
use super::overlay::Overlay;
use super::sandbox;

/// Who has to do with an arc, by id.
#[derive(Default)]
pub struct People {
    /// To whom it is assigned.
    pub registrant: Option<RegistrantId>,
    /// To whom to turn about it.
    pub contacts: Vec<Contact>,
}

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
    /// Below which generation of a sandbox how many more arcs fit.
    room: Option<(NodePath, u64)>,
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
            room: None,
            // A command of one step never looks at what it decided: that is not worth laying over.
            steps: matches!(
                submission.command,
                Command::BatchAllocate(_)
                    | Command::AllocateBlock(_)
                    | Command::BatchRecord(_)
                    | Command::LoadReferences { .. }
                    | Command::AcceptInvitation { .. }
                    | Command::AdmitApplicant(_)
                    | Command::AmendApplication(_)
                    | Command::OnApplication(_)
                    | Command::TakeEffect
                    | Command::EndTerms
                    | Command::EndUnused
                    | Command::RemindOfTerms
                    | Command::OpenSandbox { .. }
                    | Command::ResetSandbox { .. }
                    | Command::Transfer { .. }
                    | Command::Agree { .. }
                    | Command::AgreeByCode { .. }
            ),
        }
    }

    /// Decides one thing.
    pub fn tell(&mut self, event: Event) -> Result<(), Rejection> {
        let event = sandbox::checked(event, self)?;
        if self.steps {
            self.tree.lay(&event)?;
        }
        self.events.push(event);
        Ok(())
    }

    /// Whether somebody became known by this command.
    pub fn introduced(&self, id: &RegistrantId) -> bool {
        let mut recorded = self.events.iter().filter_map(|event| match event {
            Event::RegistrantRecorded(new) => Some(&new.id),
            _ => None,
        });
        recorded.any(|known| known == id)
    }

    /// One more arc stands below `superior`, in a sandbox: `SANDBOX_FULL` where none fits any more. They are counted once.
    pub fn takes_room(&mut self, superior: &NodePath) -> Result<(), Rejection> {
        let counted = self.room.take();
        let counted = counted.filter(|(above, _)| superior.starts_with(above));
        let (above, left) = match counted {
            Some(counted) => counted,
            None => sandbox::room(&self.tree, superior)?,
        };
        let left = left.checked_sub(1).ok_or_else(sandbox::full)?;
        self.room = Some((above, left));
        Ok(())
    }

    /// The arc that was given out last, if any was.
    pub fn newest_arc(&self) -> Option<&ArcRegistered> {
        self.events.iter().rev().find_map(|event| match event {
            Event::ArcRegistered(new) | Event::ReservedArcAllocated(new) => Some(&**new),
            _ => None,
        })
    }

    /// What was decided so far.
    pub fn told(&self) -> &[Event] {
        &self.events
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

    /// Refuses contacts whose party is named and not known.
    pub fn contacts_known(&self, contacts: &[Contact<RegistrantRef>]) -> Result<(), Rejection> {
        for (at, contact) in contacts.iter().enumerate() {
            let field = format!("entry.contacts[{at}].party.id");
            self.known(Some(&contact.party), &field)?;
        }
        Ok(())
    }

    /// The contacts with the ids of their parties, and the id of the registrant. Who is new is recorded first, and once: of
    /// one person there shall be one item to erase.
    pub fn people(
        &mut self,
        registrant: Option<&RegistrantRef>,
        contacts: &[Contact<RegistrantRef>],
    ) -> Result<People, Rejection> {
        let mut ids: Vec<(&RegistrantRef, RegistrantId)> = Vec::new();
        let mut id_of = |party| {
            if let Some((_, id)) = ids.iter().find(|(before, _)| *before == party) {
                return Ok(id.clone());
            }
            let id = self.recorded(party)?;
            ids.push((party, id.clone()));
            Ok::<_, Rejection>(id)
        };
        let registrant = registrant.map(&mut id_of).transpose()?;
        let mut known = Vec::with_capacity(contacts.len());
        for contact in contacts {
            known.push(Contact {
                role: contact.role,
                party: id_of(&contact.party)?,
            });
        }
        Ok(People {
            registrant,
            contacts: known,
        })
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

//! What is planned for an arc: a change that takes effect at a moment, or a moment at which somebody should look again.
//!
//! **This shape is stored** (by `journal::codec`): variants and fields are only ever added.

use super::{
    clock::Timestamp,
    entry::{Entry, Relation, State, Visibility},
    event::Changes,
    ids::{PrincipalId, RegistrantId},
    limits::TERM_REMINDER_SECONDS,
    policy::Lapse,
    refusal::Code,
};

/// What is planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlannedAct {
    /// The arc goes to another state.
    State {
        /// Which.
        to: State,
        /// What replaces it, or what it repeats.
        relation: Option<Relation>,
    },
    /// The arc is seen by others.
    Visibility(Visibility),
    /// Somebody looks again whether it should stay as it is; nothing happens by itself.
    Review(String),
    /// Fields of the arc get new values.
    Amend(Box<Changes<RegistrantId>>),
    /// The arc goes to another registrant, who is known.
    Transfer(RegistrantId),
    /// The arc's term is over. The policy sets it when the arc is given out, and whoever may register at the superior renews it.
    Lapse {
        /// What happens to it.
        to: Lapse,
        /// Whether its registrant was reminded, or is not to be.
        reminded: bool,
    },
    /// The time is over in which the arc had to be put to use: where it was not, this happens to it. The policy alone sets it.
    LapseUnused(Lapse),
}

impl PlannedAct {
    /// Whether the policy sets it: nobody plans it by name.
    pub const fn is_of_terms(&self) -> bool {
        matches!(self, Self::Lapse { .. } | Self::LapseUnused(_))
    }

    /// Whether it changes what the holder of the arc decides: then it is the holder's to plan, and ends when the arc goes to
    /// another.
    pub const fn is_the_holders(&self) -> bool {
        match self {
            Self::Amend(changes) => changes.holder(),
            Self::State { .. }
            | Self::Visibility(_)
            | Self::Review(_)
            | Self::Transfer(_)
            | Self::Lapse { .. }
            | Self::LapseUnused(_) => false,
        }
    }

    /// Whether it changes what the superior decides about the arc.
    pub const fn is_the_superiors(&self) -> bool {
        match self {
            Self::Amend(changes) => changes.superior(),
            Self::State { .. }
            | Self::Visibility(_)
            | Self::Review(_)
            | Self::Transfer(_)
            | Self::Lapse { .. }
            | Self::LapseUnused(_) => true,
        }
    }

    /// The registrants that it names.
    pub fn registrants(&self) -> Vec<&RegistrantId> {
        match self {
            Self::Amend(changes) => {
                let contacts = changes.contacts.iter().flatten();
                contacts.map(|contact| &contact.party).collect()
            }
            Self::Transfer(to) => vec![to],
            Self::State { .. }
            | Self::Visibility(_)
            | Self::Review(_)
            | Self::Lapse { .. }
            | Self::LapseUnused(_) => Vec::new(),
        }
    }
}

/// One thing that is planned for an arc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// By what it is told from the arc's other plans; never used again while any of them stands.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// Who planned it; `None` is the machine's administrator, or, of what [`PlannedAct::is_of_terms`], the policy.
    pub by: Option<PrincipalId>,
    /// What.
    pub act: PlannedAct,
    /// Why it did not take effect when its moment came; it stands until somebody cancels it.
    pub refused: Option<Code>,
}

impl Plan {
    /// How many bytes it takes, roughly: what it says, and a hundred for the rest.
    pub fn bytes(&self) -> usize {
        let texts = match &self.act {
            PlannedAct::Amend(changes) => changes.text_bytes(),
            PlannedAct::Review(why) => why.len(),
            PlannedAct::State { .. }
            | PlannedAct::Visibility(_)
            | PlannedAct::Transfer(_)
            | PlannedAct::Lapse { .. }
            | PlannedAct::LapseUnused(_) => 0,
        };
        texts.saturating_add(100)
    }
}

/// A list of what is planned, over all arcs, in the order of its moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Agenda {
    /// Changes that wait for their moment.
    Changes,
    /// Moments at which somebody should look again.
    Reviews,
    /// Ends of terms.
    Terms,
    /// Ends of the times in which arcs have to be put to use.
    Uses,
    /// Moments at which registrants are reminded that a term ends.
    Reminders,
    /// Moments until which it should be settled what is said to be wrong; nothing happens then.
    Suspects,
    /// Moments until which a registrant should have answered; those of arcs that are suspect already stand in no list.
    Checks,
    /// Nodes whose policy wants registrants to be asked. The moment is none: so many seconds after 1970 as there are between two
    /// questions, so that another list is another wish.
    Checking,
    /// Ends of the windows of labels whose challenges nobody decided.
    Challenges,
}

impl Agenda {
    /// The lists that the server itself works off.
    pub const WORKED_OFF: [Self; 5] = [
        Self::Changes,
        Self::Terms,
        Self::Uses,
        Self::Reminders,
        Self::Checks,
    ];

    /// The list that a plan stands in when its moment comes; none where it was refused.
    pub const fn of(plan: &Plan) -> Option<Self> {
        if plan.refused.is_some() {
            return None;
        }
        Some(match &plan.act {
            PlannedAct::State { .. }
            | PlannedAct::Visibility(_)
            | PlannedAct::Amend(_)
            | PlannedAct::Transfer(_) => Self::Changes,
            PlannedAct::Review(_) => Self::Reviews,
            PlannedAct::Lapse { .. } => Self::Terms,
            PlannedAct::LapseUnused(_) => Self::Uses,
        })
    }

    /// Every list that an arc stands in, with the moment: one place in a list may be there for several plans.
    pub fn all_of(entry: &Entry) -> Vec<(Self, Timestamp)> {
        let planned = entry.plans.iter();
        let planned = planned.filter_map(|plan| Some((Self::of(plan)?, plan.at)));
        let reminders = entry.plans.iter().filter_map(Plan::reminder);
        let reminders = reminders.map(|at| (Self::Reminders, at));
        let suspect = entry.suspicion.as_ref();
        let suspect = suspect.map(|mark| (Self::Suspects, mark.until));
        let check = entry.check.as_ref().filter(|_| entry.suspicion.is_none());
        let check = check.map(|check| (Self::Checks, check.until));
        let wish = entry.policy.as_ref().and_then(|policy| policy.checks);
        let wish = wish.map(|checks| {
            let every = Timestamp::from_micros(0).plus_seconds(checks.every_seconds);
            (Self::Checking, every)
        });
        let alone = [suspect, check, wish].into_iter().flatten();
        planned.chain(reminders).chain(alone).collect()
    }
}

impl Plan {
    /// When the registrant is to be reminded of it; `None` where that was done, or nobody is.
    pub fn reminder(&self) -> Option<Timestamp> {
        match (self.refused, &self.act) {
            (
                None,
                PlannedAct::Lapse {
                    reminded: false, ..
                },
            ) => Some(self.at.minus_seconds(TERM_REMINDER_SECONDS)),
            _ => None,
        }
    }
}

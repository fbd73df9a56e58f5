//! What is planned for an arc: a change that takes effect at a moment, or a moment at which somebody should look again.
//!
//! **This shape is stored** (by `journal::codec`): variants and fields are only ever added.

use super::{
    clock::Timestamp,
    entry::{Relation, State, Visibility},
    event::Changes,
    ids::{PrincipalId, RegistrantId},
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
}

impl PlannedAct {
    /// Whether it happens by itself.
    pub const fn is_change(&self) -> bool {
        match self {
            Self::State { .. } | Self::Visibility(_) | Self::Amend(_) | Self::Transfer(_) => true,
            Self::Review(_) => false,
        }
    }

    /// Whether it changes what the holder of the arc decides: then it is the holder's to plan, and ends when the arc goes to
    /// another.
    pub const fn is_the_holders(&self) -> bool {
        match self {
            Self::Amend(changes) => changes.holder(),
            Self::State { .. } | Self::Visibility(_) | Self::Review(_) | Self::Transfer(_) => false,
        }
    }

    /// Whether it changes what the superior decides about the arc.
    pub const fn is_the_superiors(&self) -> bool {
        match self {
            Self::Amend(changes) => changes.superior(),
            Self::State { .. } | Self::Visibility(_) | Self::Review(_) | Self::Transfer(_) => true,
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
            Self::State { .. } | Self::Visibility(_) | Self::Review(_) => Vec::new(),
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
    /// Who planned it; `None` is the machine's administrator.
    pub by: Option<PrincipalId>,
    /// What.
    pub act: PlannedAct,
    /// Why it did not take effect when its moment came; it stands until somebody cancels it.
    pub refused: Option<Code>,
}

/// A list of what is planned, over all arcs, in the order of its moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Agenda {
    /// Changes that wait for their moment.
    Changes,
    /// Moments at which somebody should look again.
    Reviews,
    /// Ends of the windows of labels whose challenges nobody decided.
    Challenges,
}

impl Agenda {
    /// The list that a plan stands in; none where it was refused.
    pub const fn of(plan: &Plan) -> Option<Self> {
        match (plan.refused, plan.act.is_change()) {
            (Some(_), _) => None,
            (None, true) => Some(Self::Changes),
            (None, false) => Some(Self::Reviews),
        }
    }
}

//! What somebody may know of applications (X.660 clause 9: what is handed in in confidence stays so).
//!
//! Whoever handed one in knows it, without what the authority's staff say among themselves. Whoever may judge what is below
//! the superior knows all of it, and so do the auditors there. It must never let an application that may not be known be
//! told from one that is not there.

use std::collections::HashMap;

use crate::model::actor::{Principal, Scope};
use crate::model::command::{Command, OnApplication};
use crate::model::{Application, ApplicationId, Code, Refusal, Rejection, TreeView};
use crate::oid::NodePath;

use super::identity::Identity;
use super::insight::{audits, granted};
use super::rights::{self, Need};

/// How much somebody may know of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Knowledge {
    /// Not even that it is there.
    Nothing,
    /// What the applicant knows.
    Applicant,
    /// Everything.
    Everything,
}

/// What one caller may know of applications; it remembers where the caller judges.
pub struct Casework<'a> {
    view: &'a dyn TreeView,
    of: Of,
    judged: HashMap<NodePath, bool>,
}

/// Whose it is.
enum Of {
    Nobody,
    Principal(Box<Principal>, Scope),
    Everybody,
}

impl<'a> Casework<'a> {
    /// That of `identity` in the tree as it is now.
    pub fn new(identity: &Identity, view: &'a dyn TreeView) -> Result<Self, Rejection> {
        let of = match identity {
            Identity::Local | Identity::System => Of::Everybody,
            _ => match identity.acting() {
                None => Of::Nobody,
                Some((own, shown)) => match view.credential(&shown.0)? {
                    Some(credential) => Of::Principal(Box::new(own), credential.scope),
                    None => Of::Nobody,
                },
            },
        };
        let judged = HashMap::new();
        Ok(Self { view, of, judged })
    }

    /// Whether what is below a node is judged, or looked over, by whoever asks.
    pub fn judges(&mut self, superior: &NodePath) -> Result<bool, Rejection> {
        let (own, scope) = match &self.of {
            Of::Nobody => return Ok(false),
            Of::Everybody => return Ok(true),
            Of::Principal(own, scope) => (own, scope),
        };
        let within = scope.at.as_ref().is_none_or(|at| superior.starts_with(at));
        if !within {
            return Ok(false);
        }
        if let Some(known) = self.judged.get(superior) {
            return Ok(*known);
        }
        let judges = judges(own, superior, self.view)?;
        self.judged.insert(superior.clone(), judges);
        Ok(judges)
    }

    /// How much may be known of an application.
    pub fn knows(&mut self, application: &Application) -> Result<Knowledge, Rejection> {
        let superior = &application.superior;
        let (own, scope) = match &self.of {
            Of::Nobody => return Ok(Knowledge::Nothing),
            Of::Everybody => return Ok(Knowledge::Everything),
            Of::Principal(own, scope) => (own, scope),
        };
        if scope
            .at
            .as_ref()
            .is_some_and(|at| !superior.starts_with(at))
        {
            return Ok(Knowledge::Nothing);
        }
        let handed_in = application.submitted_by == own.id;
        Ok(if self.judges(superior)? {
            Knowledge::Everything
        } else if handed_in {
            Knowledge::Applicant
        } else {
            Knowledge::Nothing
        })
    }
}

/// Whether somebody judges what is below an arc, or looks over it as an auditor. As with holds, what is closed to an
/// administrator above can be opened with a reason, so that the administrator must be able to find out about it.
fn judges(own: &Principal, superior: &NodePath, view: &dyn TreeView) -> Result<bool, Rejection> {
    if audits(own, superior) {
        return Ok(true);
    }
    granted(rights::at(view, own, superior, Need::Review, true))
}

/// What an act about an application needs. `APPLICATION_UNKNOWN` where it is not there or may not be known, `NOT_PERMITTED`
/// where it is the applicant's to do and somebody else's.
pub fn needs(
    command: &Command,
    caller: Option<&Principal>,
    view: &dyn TreeView,
) -> Result<Vec<(NodePath, Need)>, Rejection> {
    let (id, is_the_applicants) = match command {
        Command::AmendApplication(ask) => (&ask.id, true),
        Command::OnApplication(OnApplication { id, act, .. }) => (id, act.is_the_applicants()),
        Command::SubmitApplication(ask) => return Ok(vec![(ask.superior.clone(), Need::Apply)]),
        _ => return Ok(Vec::new()),
    };
    let application = view.application(id)?.ok_or_else(|| unknown(id))?;
    let superior = application.superior;
    let handed_in = caller.is_some_and(|caller| caller.id == application.submitted_by);
    if let Some(caller) = caller.filter(|_| !handed_in)
        && !judges(caller, &superior, view)?
    {
        return Err(unknown(id));
    }
    if !is_the_applicants {
        return Ok(vec![(superior, Need::Review)]);
    }
    if handed_in {
        return Ok(vec![(superior, Need::Apply)]);
    }
    let detail = "this is for whoever handed the application in";
    Err(Refusal::new(Code::NotPermitted, "", detail).into())
}

/// The refusal for an application that is not there, or that the caller may not know: they are not told apart.
pub fn unknown(id: &ApplicationId) -> Rejection {
    let detail = "no application that you may know has this id";
    Refusal::new(Code::ApplicationUnknown, "application", detail)
        .value(id)
        .into()
}

//! What the audit log is told of a call: every write of somebody known, and every reading of what is not for everybody.
//!
//! Strangers are not told of, so that they can't crowd the log; only an invitation that was traded in is. It must never hand
//! on what a request holds but for nodes and ids, and never keep a call waiting.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    access::{Identity, Sight, Source},
    model::{
        ApplicationId, Command, PrincipalId, Rejection, Seq, Submission, TreeView, Viewed,
        Visibility,
    },
    oid::NodePath,
    register::{Outcome as Recorded, Seen},
    telemetry::audit::{Audit, Line, Nodes, Outcome},
};

use super::{Call, Desk};

/// The nodes of which a caller was shown what is not for everybody. Cheap to clone.
#[derive(Clone, Default)]
pub struct Witness(Option<Arc<Mutex<Nodes>>>);

impl Witness {
    /// One that remembers what somebody known is shown, where there is a log.
    pub fn of(desk: &Desk, identity: &Identity) -> Self {
        let remembers = desk.options.audit.is_some() && *identity != Identity::Anonymous;
        Self(remembers.then(Arc::default))
    }

    /// Whether anybody wants to know.
    pub const fn is_wanted(&self) -> bool {
        self.0.is_some()
    }

    /// More was shown of this node than everybody sees.
    pub fn note(&self, node: &NodePath) {
        if let Some(nodes) = &self.0 {
            nodes
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .note(node);
        }
    }

    /// An entry is shown to whoever has this sight; noted if everybody would not be shown as much.
    pub fn sees(&self, seen: &Seen, sight: &Sight) {
        if self.0.is_some() && !is_for_everybody(seen, sight) {
            self.note(&seen.entry.path);
        }
    }

    /// What was noted since it was asked the last time.
    fn take(&self) -> Nodes {
        let nodes = self.0.as_ref().map(|nodes| {
            let mut nodes = nodes.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *nodes)
        });
        nodes.unwrap_or_default()
    }
}

/// Whether everybody would be shown as much: no more of an entry than its visibility lets, and nobody's data.
fn is_for_everybody(seen: &Seen, sight: &Sight) -> bool {
    if seen.stub {
        return seen.visibility != Visibility::Hidden;
    }
    let entry = &seen.entry;
    let people = entry.registrant.is_some()
        || entry.first_registrant.is_some()
        || entry.sponsor.is_some()
        || !entry.holder.contacts.is_empty();
    seen.visibility == Visibility::Public && !(people && sight.is_whole(&entry.path))
}

/// Tells of what a reading has shown since it was asked the last time, if that was anything not for everybody.
pub fn shown(desk: &Desk, call: &Call, method: &'static str) {
    let nodes = call.witness.take();
    if nodes.is_empty() {
        return;
    }
    let mut trail = Trail::of(desk, call, method);
    trail.line.nodes = nodes;
    trail.end(Outcome::Ok);
}

/// Tells of a reading of what is never for everybody, at the nodes that were noted.
pub fn looked<T>(
    desk: &Desk,
    call: &Call,
    method: &'static str,
    about: &str,
    answer: &Result<T, Rejection>,
) {
    let mut trail = Trail::of(desk, call, method);
    trail.line.nodes = call.witness.take();
    trail.line.about = (!about.is_empty()).then(|| about.to_owned());
    trail.answered(answer);
}

/// The line of a call that goes on. Dropped before its end, it tells of a fault: the caller went away, or a handler panicked.
pub struct Trail {
    /// None where nobody is to be told.
    audit: Option<Audit>,
    /// Whether the caller is somebody known.
    known: bool,
    clock: Arc<dyn crate::model::Clock>,
    line: Line,
}

impl Trail {
    /// The line of a call of this method.
    pub fn of(desk: &Desk, call: &Call, method: &'static str) -> Self {
        let audit = desk.options.audit.clone();
        let line = if audit.is_some() {
            begun(call, method)
        } else {
            Line::default()
        };
        Self {
            audit,
            known: call.caller.identity != Identity::Anonymous,
            clock: Arc::clone(&desk.options.clock),
            line,
        }
    }

    /// One of which nobody is told: of what is only looked at before it is asked for.
    pub fn silent(desk: &Desk) -> Self {
        Self {
            audit: None,
            known: false,
            clock: Arc::clone(&desk.options.clock),
            line: Line::default(),
        }
    }

    /// What is asked for.
    pub fn asks(&mut self, submission: &Submission, view: &dyn TreeView) -> Viewed<()> {
        if self.audit.is_some() {
            self.line.request = Some(submission.request_id.to_string());
            self.line.tried = submission.validate_only;
            (self.line.nodes, self.line.about) = subject(&submission.command, view)?;
        }
        Ok(())
    }

    /// The end of a write.
    pub fn written(mut self, answer: &Result<Recorded, Rejection>) {
        if let Ok(outcome) = answer {
            self.line.seq = (outcome.seq != Seq::ZERO).then_some(outcome.seq);
            // Whoever has nothing but a code acts for the one it was made for.
            let accepted = outcome.credentials.last().filter(|_| !self.known);
            if let Some(token) = accepted {
                self.line.about = Some(token.principal.to_string());
                self.known = true;
            }
        }
        self.answered(answer);
    }

    fn answered<T>(mut self, answer: &Result<T, Rejection>) {
        match answer {
            Ok(_) => self.end(Outcome::Ok),
            Err(Rejection::Refused(refusals)) => {
                self.line.code = Some(refusals.main().code);
                self.end(Outcome::Refused);
            }
            Err(Rejection::Fault(_)) => self.end(Outcome::Fault),
        }
    }

    fn end(&mut self, outcome: Outcome) {
        let Some(audit) = self.audit.take().filter(|_| self.known) else {
            return;
        };
        let mut line = std::mem::take(&mut self.line);
        line.time = self.clock.now();
        line.outcome = outcome;
        audit.tell(line);
    }
}

impl Drop for Trail {
    fn drop(&mut self) {
        self.end(Outcome::Fault);
    }
}

fn begun(call: &Call, method: &'static str) -> Line {
    let principal = match &call.caller.identity {
        Identity::Anonymous => "nobody",
        Identity::Local => crate::model::Actor::LOCAL,
        Identity::System => crate::model::Actor::SYSTEM,
        Identity::Principal(principal, _) | Identity::Claimed(principal, ..) => {
            principal.id.as_str()
        }
    };
    let source = call.proofs.peer.as_ref().map(|peer| match peer.source {
        Source::Address(address) => address.to_string(),
        Source::Local => "local".to_owned(),
    });
    Line {
        principal: principal.to_owned(),
        source,
        method: method.to_owned(),
        call: call.id.to_string(),
        ..Line::default()
    }
}

/// The nodes that a command is about, and the principal or the credential.
fn subject(command: &Command, view: &dyn TreeView) -> Viewed<(Nodes, Option<String>)> {
    let one = |path: &NodePath| [path].into_iter().collect::<Nodes>();
    let arc = |path: &NodePath| (one(path), None);
    let of = |path: &NodePath, id: &PrincipalId| (one(path), Some(id.to_string()));
    let home = |id: &PrincipalId| -> Viewed<_> {
        let home = view.principal(id)?.map(|one| one.home);
        Ok((home.iter().collect::<Nodes>(), Some(id.to_string())))
    };
    let application = |id: &ApplicationId| -> Viewed<_> {
        let superior = view.application(id)?.map(|one| one.superior);
        Ok((superior.iter().collect::<Nodes>(), Some(id.to_string())))
    };
    Ok(match command {
        Command::Allocate(ask) => arc(&ask.superior),
        Command::BatchAllocate(asks) => (asks.iter().map(|ask| &ask.superior).collect(), None),
        Command::AllocateBlock(ask) => arc(&ask.superior),
        Command::RecordExisting(ask) => arc(&ask.path),
        Command::BatchRecord(asks) => (asks.iter().map(|ask| &ask.path).collect(), None),
        Command::Hold(ask) => arc(&ask.superior),
        Command::ReleaseHold(ask) => arc(&ask.superior),
        Command::Reserve(ask) => arc(&ask.superior),
        Command::Amend(ask) => arc(&ask.path),
        Command::ChangeState(ask) => arc(&ask.path),
        Command::ChallengeLabel(ask) => arc(&ask.path),
        Command::DecideChallenge(ask) => arc(&ask.path),
        Command::Delegate { path, .. }
        | Command::Recall { path, .. }
        | Command::Transfer { path, .. }
        | Command::Lock { path, .. }
        | Command::AskUnlock { path, .. }
        | Command::OfferTransfer { path, .. }
        | Command::Agree { path, .. }
        | Command::AgreeByCode { path, .. }
        | Command::Retract { path, .. }
        | Command::Plan { path, .. }
        | Command::CancelPlan { path, .. }
        | Command::Renew { path, .. }
        | Command::ReportError { path, .. }
        | Command::AcceptReport { path, .. }
        | Command::SettleSuspicion { path, .. }
        | Command::ConfirmContact { path, .. }
        | Command::ConfirmContactByCode { path, .. }
        | Command::SetTemplate { path, .. }
        | Command::OpenSandbox { path, .. }
        | Command::ResetSandbox { path, .. }
        | Command::CloseTemplate { path, .. }
        | Command::SetPolicy { path, .. } => arc(path),
        Command::AddPrincipal(ask) => arc(&ask.home),
        Command::GrantRole(ask) | Command::RevokeRole(ask) => of(&ask.at, &ask.id),
        Command::ErasePerson(ask) => (Nodes::default(), Some(ask.person.as_str().to_owned())),
        Command::DescribePrincipal { id, .. } | Command::ChangeStanding { id, .. } => home(id)?,
        Command::IssueCredential(ask) => home(&ask.principal)?,
        Command::RevokeCredential { id } => {
            let owner = view.credential_of_id(id)?;
            let (nodes, _) = owner.map_or(Ok(Default::default()), |one| home(&one.principal))?;
            (nodes, Some(id.to_string()))
        }
        Command::IssueAllocationToken(ask) => arc(&ask.superior),
        Command::RevokeAllocationToken { id } => {
            let token = view.allocation_token_of_id(id)?;
            let superior = token.map(|one| one.superior);
            (superior.iter().collect::<Nodes>(), Some(id.to_string()))
        }
        Command::SubmitApplication(ask) => arc(&ask.superior),
        Command::AdmitApplicant(ask) => arc(&ask.ask.superior),
        Command::AmendApplication(ask) => application(&ask.id)?,
        Command::OnApplication(on) => application(&on.id)?,
        Command::AcceptInvitation { .. }
        | Command::ExpireHolds
        | Command::ExpireApplications
        | Command::TakeEffect
        | Command::AskContacts(_)
        | Command::DoubtUnconfirmed
        | Command::EndTerms
        | Command::EndUnused
        | Command::RemindOfTerms
        | Command::OpenOutbox
        | Command::SettleNotice { .. }
        | Command::LoadReferences { .. } => Default::default(),
    })
}

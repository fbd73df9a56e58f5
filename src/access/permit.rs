//! The permit to give one command: who acts and on what grounds.
//!
//! Its fields are private and nothing else makes one, so that an unauthorised write cannot be written. The writer asks
//! again ([`Permit::recheck`]) where the order of commands is decided, because a delegation, a suspension or a revocation
//! may stand earlier in the batch.

use std::sync::Arc;

use crate::model::actor::{Credential, CredentialKind, Grant, Standing};
use crate::model::allocation_token;
use crate::model::command::{Allocate, Command, IssueCredential, Whole};
use crate::model::plan::PlannedAct;
use crate::model::suspicion::Office;
use crate::model::{Actor, Code, Principal, PrincipalId, Refusal, Rejection, Submission, TreeView};
use crate::oid::NodePath;

use super::casework;
use super::consent;
use super::identity::Identity;
use super::insight::{Insight, Knows, granted, may_see_allocation_tokens};
use super::rights::{self, Grounds, Need};
use super::sandbox;
use super::sight::{Sight, sight};
use super::token::TokenDigest;

/// The permit to give one command.
#[derive(Clone, Debug)]
pub struct Permit {
    actor: Actor,
    /// The credential that the actor was known by; the server itself and its machine's administrator have none.
    credential: Option<TokenDigest>,
    /// The roles that the actor's issuer claimed for it.
    claimed: Arc<[Grant]>,
    overrides: bool,
}

impl Permit {
    /// Who acts.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Whether the actor overrides a delegation or another registrant's arc: that is told loudly.
    pub const fn overrides(&self) -> bool {
        self.overrides
    }

    /// The server's own permit: it is good for what expires, for notices, for strangers who proved their
    /// address and registrants who showed a code, and for `LoadReferences` only.
    pub fn system() -> Self {
        Self {
            actor: Actor::System,
            credential: None,
            claimed: Arc::default(),
            overrides: false,
        }
    }

    /// What the actor sees whole, for a command whose refusals must not tell more: an application is judged by what whoever
    /// hands it in may know.
    pub fn whole(&self, submission: &Submission, view: &dyn TreeView) -> Result<Whole, Rejection> {
        if matches!(submission.command, Command::AdmitApplicant(_)) {
            // A stranger's is judged by what everybody may know, whoever hands it on.
            return Ok(Whole::Within(Arc::default()));
        }
        let applies = matches!(
            submission.command,
            Command::SubmitApplication(_)
                | Command::AmendApplication(_)
                | Command::ReportError { .. }
                | Command::ChallengeLabel(_)
        );
        let (Actor::Principal(id), Some(digest), true) = (&self.actor, self.credential, applies)
        else {
            return Ok(Whole::All);
        };
        let nothing = Whole::Within(Arc::default());
        let (Some(own), Some(credential)) = (view.principal(id)?, view.credential(&digest.0)?)
        else {
            return Ok(nothing);
        };
        let identity = Identity::Claimed(own, digest, Arc::clone(&self.claimed));
        Ok(match sight(&identity, &credential.scope) {
            Sight::Public => nothing,
            Sight::Within(arcs) => Whole::Within(arcs),
            Sight::All => Whole::All,
        })
    }

    /// As whom the actor acts at the arc of a command whose outcome depends on it.
    pub fn office(
        &self,
        submission: &Submission,
        view: &dyn TreeView,
    ) -> Result<Option<Office>, Rejection> {
        let (Command::ReportError { path, .. } | Command::SettleSuspicion { path, .. }) =
            &submission.command
        else {
            return Ok(None);
        };
        let (id, digest) = match (&self.actor, self.credential) {
            (Actor::Local, _) => return Ok(Some(Office::Superior)),
            (Actor::Principal(id), Some(digest)) => (id, digest),
            (Actor::Principal(_), None) | (Actor::System, _) => return Ok(None),
        };
        let (Some(mut own), Some(credential)) = (view.principal(id)?, view.credential(&digest.0)?)
        else {
            return Ok(None);
        };
        own.grants.extend(self.claimed.iter().cloned());
        consent::office(&own, &credential.scope, path, view)
    }

    /// Judges the grounds again, in the tree as it is now: the credential, the principal, and the right.
    pub fn recheck(&self, submission: &Submission, view: &dyn TreeView) -> Result<(), Rejection> {
        let gone = || not_permitted("you may not act any longer");
        let identity = match (&self.actor, self.credential) {
            (Actor::System, _) => Identity::System,
            (Actor::Local, _) => Identity::Local,
            (Actor::Principal(_), None) => return Err(gone()),
            (Actor::Principal(id), Some(digest)) => {
                let principal = view.principal(id)?.ok_or_else(gone)?;
                Identity::Claimed(principal, digest, Arc::clone(&self.claimed))
            }
        };
        permit(&identity, submission, view).map(drop)
    }
}

/// Permits the command to `identity`, or refuses: `TOKEN_MISSING`, `TOKEN_UNKNOWN`, `INVITATION_UNKNOWN`,
/// `ALLOCATION_TOKEN_UNKNOWN`, `NOT_PERMITTED`, `DELEGATED_AWAY`, `ANOTHERS_ARC`, `SCOPE_TOO_NARROW`. What is refused about a principal that the caller
/// may not know is refused alike whether or not it is there.
pub fn permit(
    identity: &Identity,
    submission: &Submission,
    view: &dyn TreeView,
) -> Result<Permit, Rejection> {
    let command = &submission.command;
    if let Command::AcceptInvitation { code_sha256, .. } = command {
        return invited(code_sha256, view);
    }
    let own = matches!(
        command,
        Command::ExpireHolds
            | Command::ExpireApplications
            | Command::AdmitApplicant(_)
            | Command::AgreeByCode { .. }
            | Command::TakeEffect
            | Command::ConfirmContactByCode { .. }
            | Command::AskContacts(_)
            | Command::DoubtUnconfirmed
            | Command::EndTerms
            | Command::EndUnused
            | Command::RemindOfTerms
            | Command::OpenOutbox
            | Command::SettleNotice { .. }
            | Command::LoadReferences { .. }
    );
    match identity {
        Identity::Anonymous => {
            let detail = "writing needs a token; send it as `authorization: Bearer …`";
            Err(Refusal::new(Code::TokenMissing, "", detail).into())
        }
        Identity::System if own => Ok(Permit::system()),
        Identity::System => Err(not_permitted("the server itself does not do this")),
        _ if own => Err(not_permitted("only the server itself does this")),
        Identity::Local => local(submission, view),
        Identity::Principal(principal, shown) => {
            known(principal, *shown, &Arc::default(), submission, view)
        }
        Identity::Claimed(principal, shown, claimed) => {
            known(principal, *shown, claimed, submission, view)
        }
    }
}

/// The permit of a principal, with the roles that its issuer claims for it.
fn known(
    principal: &Principal,
    shown: TokenDigest,
    claimed: &Arc<[Grant]>,
    submission: &Submission,
    view: &dyn TreeView,
) -> Result<Permit, Rejection> {
    let credential = view.credential(&shown.0)?;
    let credential = credential.filter(|one| !one.revoked).ok_or_else(|| {
        let detail = "the token was revoked meanwhile";
        Refusal::new(Code::TokenUnknown, "", detail)
    })?;
    if !principal.is_active() {
        let standing = principal.standing.word();
        return Err(not_permitted(&format!("you are {standing}")));
    }
    let mut acting = principal.clone();
    acting.grants.extend(claimed.iter().cloned());
    let command = &submission.command;
    let needs = needs(command, Some(&acting), view)?;
    if credential.scope.read_only {
        return Err(narrow("this credential is for reading only"));
    }
    let grounds = match grounds(&acting, submission, &needs, view) {
        Err(Rejection::Refused(_)) if sandbox::permits(&acting, command, view)? => Grounds::Plain,
        Err(Rejection::Refused(refusals)) => {
            let identity = Identity::Principal(acting, shown);
            return Err(if is_about_unknown(&identity, command, view)? {
                not_permitted("you look after nobody and nothing of this id")
            } else {
                refusals.into()
            });
        }
        grounds => grounds?,
    };
    within_scope(&credential, command, &needs)?;
    Ok(Permit {
        actor: Actor::Principal(acting.id.clone()),
        credential: Some(shown),
        claimed: Arc::clone(claimed),
        overrides: grounds == Grounds::Override,
    })
}

/// The permit of whoever has a good invitation code: it acts for the principal that was invited, once.
fn invited(code_sha256: &[u8; 32], view: &dyn TreeView) -> Result<Permit, Rejection> {
    let unknown = || {
        let detail = "the code is not known, has ended or was used";
        Refusal::new(Code::InvitationUnknown, "code", detail)
    };
    let invitation = view.credential(code_sha256)?;
    let good = |one: &Credential| one.kind == CredentialKind::Invitation && !one.revoked;
    let invitation = invitation.filter(good).ok_or_else(unknown)?;
    let principal = view.principal(&invitation.principal)?;
    let principal = principal.filter(Principal::is_active).ok_or_else(unknown)?;
    Ok(Permit {
        actor: Actor::Principal(principal.id),
        credential: Some(TokenDigest(*code_sha256)),
        claimed: Arc::default(),
        overrides: false,
    })
}

/// The permit of the machine's administrator, who may do what an administrator of the whole register may.
fn local(submission: &Submission, view: &dyn TreeView) -> Result<Permit, Rejection> {
    let principal = Principal {
        administrator: true,
        ..Principal::new(
            PrincipalId::from_random([0; 16]),
            crate::model::PrincipalKind::Machine,
            NodePath::root(),
            crate::model::Timestamp::default(),
        )
    };
    let needs = needs(&submission.command, None, view)?;
    Ok(Permit {
        actor: Actor::Local,
        credential: None,
        claimed: Arc::default(),
        overrides: grounds(&principal, submission, &needs, view)? == Grounds::Override,
    })
}

fn grounds(
    principal: &Principal,
    submission: &Submission,
    needs: &[(NodePath, Need)],
    view: &dyn TreeView,
) -> Result<Grounds, Rejection> {
    let reason = submission.override_reason.as_deref();
    let overrides = reason.is_some_and(|reason| !reason.trim().is_empty());
    let mut grounds = Grounds::Plain;
    for (node, need) in needs {
        grounds = grounds.max(rights::at(view, principal, node, *need, overrides)?);
    }
    Ok(grounds)
}

fn not_permitted(detail: &str) -> Rejection {
    Refusal::new(Code::NotPermitted, "", detail).into()
}

fn narrow(detail: &str) -> Rejection {
    Refusal::new(Code::ScopeTooNarrow, "", detail).into()
}

/// Whether the command is about a principal or a credential of which the caller may not even know that it is there.
fn is_about_unknown(
    identity: &Identity,
    command: &Command,
    view: &dyn TreeView,
) -> Result<bool, Rejection> {
    let id = match command {
        Command::ChangeStanding { id, .. } | Command::DescribePrincipal { id, .. } => id.clone(),
        Command::IssueCredential(ask) => ask.principal.clone(),
        Command::RevokeCredential { id } => match view.credential_of_id(id)? {
            Some(credential) => credential.principal,
            None => return Ok(true),
        },
        Command::RevokeAllocationToken { id } => {
            return match view.allocation_token_of_id(id)? {
                Some(token) => {
                    let sees = may_see_allocation_tokens(identity, &token.superior, view);
                    Ok(!granted(sees)?)
                }
                None => Ok(true),
            };
        }
        _ => return Ok(false),
    };
    let Some(other) = view.principal(&id)? else {
        return Ok(true);
    };
    Ok(Insight::new(identity, view)?.knows(&other)? == Knows::Nothing)
}

/// Refuses what the credential was not made for, whatever its principal may do.
fn within_scope(
    credential: &Credential,
    command: &Command,
    needs: &[(NodePath, Need)],
) -> Result<(), Rejection> {
    let issues = match command {
        Command::IssueCredential(ask) => Some(ask),
        _ => None,
    };
    if let Some(at) = &credential.scope.at {
        let itself = matches!(command, Command::RevokeCredential { id } if *id == credential.id);
        // What it issued could be wider than itself, and what needs no right somewhere is about its principal as a whole.
        let wider = issues.is_some() || needs.is_empty() && !itself;
        if wider || needs.iter().any(|(node, _)| !node.starts_with(at)) {
            let detail = format!("this credential is good at {at} and below only");
            return Err(narrow(&detail));
        }
    }
    if let (Some(end), Some(ask)) = (credential.expires, issues)
        && ask.principal == credential.principal
        && (ask.kind == CredentialKind::Invitation || ask.expires.is_none_or(|other| other > end))
    {
        // The token that an invitation is traded for has no end.
        let detail = "a credential that ends issues none of its own principal that ends later";
        return Err(narrow(detail));
    }
    Ok(())
}

/// What the caller must be able to do, and where: at the superior for what the superior decides, at the arc itself for what
/// its holder decides, at its home for a principal.
#[expect(clippy::too_many_lines, reason = "one arm for each command")]
fn needs(
    command: &Command,
    caller: Option<&Principal>,
    view: &dyn TreeView,
) -> Result<Vec<(NodePath, Need)>, Rejection> {
    let superior = |path: &NodePath| path.parent().unwrap_or_default();
    let register = |node: NodePath| vec![(node, Need::Register)];
    let govern = |node: NodePath| vec![(node, Need::Govern)];
    let mut needs = match command {
        Command::Allocate(ask) => vec![to_take(ask, "", caller, view)?],
        Command::BatchAllocate(asks) => to_take_all(asks, caller, view)?,
        Command::IssueAllocationToken(ask) => register(ask.superior.clone()),
        Command::RevokeAllocationToken { id } => match view.allocation_token_of_id(id)? {
            Some(token) => register(token.superior),
            None => govern(NodePath::root()),
        },
        Command::AllocateBlock(ask) => register(ask.superior.clone()),
        Command::RecordExisting(ask) => register(superior(&ask.path)),
        Command::BatchRecord(asks) => asks
            .iter()
            .map(|ask| (superior(&ask.path), Need::Register))
            .collect(),
        Command::Hold(ask) => register(ask.superior.clone()),
        Command::ReleaseHold(ask) => register(ask.superior.clone()),
        Command::Reserve(ask) => register(ask.superior.clone()),
        Command::Amend(ask) => {
            let mut needs = Vec::new();
            if ask.changes.superior() {
                needs.push((superior(&ask.path), Need::Register));
            }
            if ask.changes.holder() || !ask.changes.superior() {
                needs.push((ask.path.clone(), Need::Register));
            }
            needs
        }
        Command::ChangeState(ask) => register(superior(&ask.path)),
        // Everybody who may act may report; what they do not see the rules do not tell them of.
        Command::ReportError { path, .. } => vec![(path.clone(), Need::Apply)],
        Command::SettleSuspicion { path, .. } => vec![consent::of_either(path, caller, view)?],
        Command::ConfirmContact { path, .. } => {
            vec![consent::of_confirmation(path, caller, view)?]
        }
        Command::Transfer { path, .. }
        | Command::Renew { path, .. }
        | Command::AcceptReport { path, .. } => register(superior(path)),
        Command::Plan { path, act, .. } => of_plan(path, Some(act)),
        Command::CancelPlan { path, number, .. } => {
            let entry = view.entry(path)?;
            let mut plans = entry.iter().flat_map(|entry| &entry.plans);
            let plan = plans.find(|plan| plan.number == *number);
            of_plan(path, plan.map(|plan| &plan.act))
        }
        // The window is public: the rules ask what the challenger sees.
        Command::ChallengeLabel(ask) => vec![(ask.path.clone(), Need::Apply)],
        Command::DecideChallenge(ask) => register(superior(&ask.path)),
        Command::Lock { path, kind, .. } | Command::AskUnlock { path, kind, .. } => {
            vec![consent::of_lock(path, *kind)]
        }
        Command::OfferTransfer { path, .. } | Command::Retract { path, .. } => {
            vec![consent::of_either(path, caller, view)?]
        }
        Command::Agree { path, side, .. } => {
            vec![consent::of_agreement(path, *side, caller, view)?]
        }
        Command::Delegate { path, .. }
        | Command::Recall { path, .. }
        | Command::OpenSandbox { path, .. }
        | Command::ResetSandbox { path, .. } => govern(superior(path)),
        Command::SetPolicy { path, .. }
        | Command::SetTemplate { path, .. }
        | Command::CloseTemplate { path, .. } => govern(path.clone()),
        Command::AddPrincipal(ask) => govern(ask.home.clone()),
        Command::GrantRole(ask) | Command::RevokeRole(ask) => govern(ask.at.clone()),
        // What is destroyed is gone for the whole register.
        Command::ErasePerson(_) => govern(NodePath::root()),
        Command::ChangeStanding {
            id,
            to: Standing::Active,
        } => for_principal(id, Beyond::Outside, view)?,
        Command::DescribePrincipal { id, .. } if is(caller, id) => Vec::new(),
        Command::ChangeStanding { id, .. } | Command::DescribePrincipal { id, .. } => {
            for_principal(id, Beyond::Above, view)?
        }
        Command::IssueCredential(ask) => for_credential(ask, caller, view)?,
        Command::RevokeCredential { id } => match view.credential_of_id(id)? {
            Some(one) if is(caller, &one.principal) => Vec::new(),
            Some(one) => for_principal(&one.principal, Beyond::Above, view)?,
            None => govern(NodePath::root()),
        },
        // The server's own, and what needs a code instead: both are decided before.
        Command::SubmitApplication(_)
        | Command::AmendApplication(_)
        | Command::OnApplication(_) => casework::needs(command, caller, view)?,
        Command::AcceptInvitation { .. }
        | Command::ExpireHolds
        | Command::ExpireApplications
        | Command::AdmitApplicant(_)
        | Command::AgreeByCode { .. }
        | Command::TakeEffect
        | Command::ConfirmContactByCode { .. }
        | Command::AskContacts(_)
        | Command::DoubtUnconfirmed
        | Command::EndTerms
        | Command::EndUnused
        | Command::RemindOfTerms
        | Command::OpenOutbox
        | Command::SettleNotice { .. }
        | Command::LoadReferences { .. } => Vec::new(),
    };
    needs.sort_unstable();
    needs.dedup();
    Ok(needs)
}

/// Who takes an arc by an allocation token needs no right at the superior: the token is one. Whether it is used up or over is
/// looked for where the number is, so that the answer to a retry can be had.
fn to_take(
    ask: &Allocate,
    within: &str,
    caller: Option<&Principal>,
    view: &dyn TreeView,
) -> Result<(NodePath, Need), Rejection> {
    let superior = ask.superior.clone();
    let Some(digest) = &ask.allocation_token else {
        return Ok((superior, Need::Register));
    };
    let who = caller.map(|caller| &caller.id);
    let token = view.allocation_token(digest)?;
    if token.is_some_and(|token| token.is_for(&superior, who)) {
        return Ok((superior, Need::Apply));
    }
    let unknown = allocation_token::unknown();
    Err(if within.is_empty() {
        unknown
    } else {
        unknown.within(within)
    }
    .into())
}

fn to_take_all(
    asks: &[Allocate],
    caller: Option<&Principal>,
    view: &dyn TreeView,
) -> Result<Vec<(NodePath, Need)>, Rejection> {
    let each = asks.iter().enumerate();
    each.map(|(at, ask)| to_take(ask, &format!("allocations[{at}]"), caller, view))
        .collect()
}

/// What is planned needs what doing it would: at the superior for what the superior decides, at the arc for what its holder does.
fn of_plan(path: &NodePath, act: Option<&PlannedAct>) -> Vec<(NodePath, Need)> {
    let mut needs = Vec::new();
    if act.is_none_or(PlannedAct::is_the_superiors) {
        needs.push((path.parent().unwrap_or_default(), Need::Register));
    }
    if act.is_some_and(PlannedAct::is_the_holders) {
        needs.push((path.clone(), Need::Register));
    }
    needs
}

fn is(caller: Option<&Principal>, id: &PrincipalId) -> bool {
    caller.is_some_and(|caller| caller.id == *id)
}

/// How far beyond its home a principal's acts count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beyond {
    /// Where it acts above its home: nobody below may suspend, describe or lock out who stands above them.
    Above,
    /// Wherever it acts outside its home: who lets it act again, lets it act there.
    Outside,
}

/// Whoever looks after a principal governs its home, and what `beyond` says; whoever is not known, is looked after by the
/// administrators of the whole register.
fn for_principal(
    id: &PrincipalId,
    beyond: Beyond,
    view: &dyn TreeView,
) -> Result<Vec<(NodePath, Need)>, Rejection> {
    let Some(principal) = view.principal(id)? else {
        return Ok(vec![(NodePath::root(), Need::Govern)]);
    };
    let home = &principal.home;
    let counts = |at: &NodePath| match beyond {
        Beyond::Above => home.starts_with(at) && at != home,
        Beyond::Outside => !at.starts_with(home),
    };
    let mut nodes = acts_at(&principal);
    nodes.retain(counts);
    nodes.push(home.clone());
    Ok(nodes.into_iter().map(|node| (node, Need::Govern)).collect())
}

/// Whoever governs all of these could give the principal all that it may do.
fn acts_at(principal: &Principal) -> Vec<NodePath> {
    let whole = principal.administrator.then(NodePath::root);
    let granted = principal.grants.iter().map(|grant| grant.at.clone());
    // Whoever may delegate an arc may invite the one it is delegated to.
    let delegated = principal.delegations.iter().filter_map(NodePath::parent);
    whole.into_iter().chain(granted).chain(delegated).collect()
}

/// Everybody may give themselves one more token. Whoever gives somebody else a proof could use it: so they must govern the
/// other's home, and wherever the other may act.
fn for_credential(
    ask: &IssueCredential,
    caller: Option<&Principal>,
    view: &dyn TreeView,
) -> Result<Vec<(NodePath, Need)>, Rejection> {
    if is(caller, &ask.principal) && ask.kind == CredentialKind::Token {
        return Ok(Vec::new());
    }
    let Some(other) = view.principal(&ask.principal)? else {
        return Ok(vec![(NodePath::root(), Need::Govern)]);
    };
    let mut nodes = acts_at(&other);
    nodes.push(other.home);
    Ok(nodes.into_iter().map(|node| (node, Need::Govern)).collect())
}

#[cfg(test)]
mod tests;

//! What a command works with: what the options mean, where answers go, and how a change is planned, agreed and sent.
//!
//! A destructive act is shown first, as the server would carry it out, and done only when somebody agrees or said so
//! beforehand. It must never ask where nobody can answer.

use std::{
    fmt::Write as _,
    io::{self, BufRead as _, IsTerminal as _, Write as _},
};

use tonic::{Request, Response, Status};

use crate::{
    cli::{
        args::{Reading, Writing},
        card,
        client::Client,
        failure::{Failure, Outcome},
        output::{Output, note},
        settings::Settings,
        table::{Palette, aligned, clean},
        value::{AsOf, LANGUAGE_UNDETERMINED},
        view::WrittenView,
    },
    model::{ids::RequestId, refusal::Code},
    pb::v1,
};

/// Most entries that a plan shows one by one.
const PLAN_ENTRIES_MAX: usize = 20;

/// What a command works with.
pub struct Desk {
    /// What the options mean.
    pub settings: Settings,
    /// Where answers go.
    pub output: Output,
    /// Options of changes.
    pub writing: Writing,
    /// Options of readings.
    pub reading: Reading,
    /// The request's name, given or made for this call of the program.
    pub request_id: String,
}

/// A destructive act, before it is done.
pub struct Plan {
    /// What would be done, as a sentence without its full stop.
    pub act: String,
    /// The entry as it is.
    pub before: Option<v1::Entry>,
}

/// A request that changes the register.
pub trait Change: Clone {
    /// Where its options stand.
    fn options(&mut self) -> &mut Option<v1::WriteOptions>;

    /// Where the etag of the entry stands that is changed; none where an entry comes into being.
    fn etag(&mut self) -> Option<&mut String>;
}

macro_rules! changes {
    ($($request:ident)*; $($new:ident)*) => {
        $(impl Change for v1::$request {
            fn options(&mut self) -> &mut Option<v1::WriteOptions> {
                &mut self.options
            }

            fn etag(&mut self) -> Option<&mut String> {
                Some(&mut self.etag)
            }
        })*
        $(impl Change for v1::$new {
            fn options(&mut self) -> &mut Option<v1::WriteOptions> {
                &mut self.options
            }

            fn etag(&mut self) -> Option<&mut String> {
                None
            }
        })*
    };
}

changes! {
    AmendRequest ChangeStateRequest DelegateRequest RecallRequest TransferRequest SetPolicyRequest
    SetTemplateRequest CloseTemplateRequest OpenSandboxRequest ResetSandboxRequest
    PlanRequest CancelPlanRequest RenewRequest OfferTransferRequest LockRequest UnlockRequest ConsentRequest RetractRequest
    AcceptReportRequest SettleSuspicionRequest ConfirmContactRequest ChallengeLabelRequest DecideChallengeRequest
    AmendApplicationRequest ActOnApplicationRequest TellApplicationRequest CommentApplicationRequest
    RejectApplicationRequest DecideAppealRequest SetApplicationFeeRequest;
    ReportErrorRequest AllocateRequest BatchAllocateRequest RecordExistingRequest HoldRequest ReleaseHoldRequest ReserveRequest
    AddPrincipalRequest DescribePrincipalRequest ErasePersonRequest ChangeStandingRequest GrantRoleRequest RevokeRoleRequest
    IssueAllocationTokenRequest RevokeAllocationTokenRequest IssueTokenRequest BindCredentialRequest InviteRequest AcceptInvitationRequest RevokeCredentialRequest
    SubmitApplicationRequest
}

/// Makes a request's name from random bits.
pub fn fresh_request_id() -> Result<String, Failure> {
    let mut bits = [0_u8; 16];
    getrandom::fill(&mut bits)
        .map_err(|error| Failure::Fault(format!("the system gives no random bits: {error}")))?;
    Ok(RequestId::from_random(bits).to_string())
}

impl Desk {
    /// Which state of the register to read.
    pub fn read_options(&self) -> Option<v1::ReadOptions> {
        let as_of = self.reading.as_of.clone()?;
        let mut options = v1::ReadOptions::default();
        match as_of {
            AsOf::Time(time) => options.as_of_time = time,
            AsOf::Revision(revision) => options.as_of_revision = revision,
        }
        Some(options)
    }

    /// Whether a destructive act is to be shown and agreed to first. Where nobody can be asked it is refused.
    pub fn asks(&self) -> Result<bool, Failure> {
        if self.writing.yes || self.writing.dry_run {
            return Ok(false);
        }
        if io::stdin().is_terminal() && io::stderr().is_terminal() {
            return Ok(true);
        }
        Err(Failure::Usage(
            "this cannot be undone and nobody is at a terminal to agree to it; add --yes, or --dry-run to see what \
             would come of it"
                .to_owned(),
        ))
    }

    /// The entry of a node as it is now.
    pub async fn entry(&self, client: &Client, oid: &str) -> Result<v1::Entry, Failure> {
        let request = v1::ResolveRequest {
            oid: oid.to_owned(),
            ..Default::default()
        };
        let answer = client
            .call(&request, async |r| client.resolution().resolve(r).await)
            .await?;
        let found = answer.outcome() == v1::resolve_response::Outcome::Found;
        match answer.entry {
            Some(entry) if found => Ok(entry),
            nearest => Err(not_registered(oid, nearest.map(|entry| entry.oid))),
        }
    }

    /// Sends a change: planned and agreed to where there is a plan, tried only where that is asked for.
    pub async fn change<Q: Change>(
        &self,
        client: &Client,
        mut request: Q,
        plan: Option<Plan>,
        send: impl AsyncFn(Request<Q>) -> Result<Response<v1::WriteResponse>, Status>,
    ) -> Result<Outcome, Failure> {
        self.put_etag(&mut request)?;
        if let Some(plan) = plan {
            *request.options() = Some(self.options(true));
            let tried = client.call(&request, &send).await?;
            Self::agree(&plan, &tried)?;
        }
        let answer = self.send(client, request, send).await?;
        self.written(&answer)?;
        Ok(Outcome::Done)
    }

    /// Sends a change whose answer is no entry. An `act` that cannot be undone is tried first, shown as far as `fields` tells
    /// of the answer, and agreed to.
    pub async fn change_shown<Q: Change, A>(
        &self,
        client: &Client,
        mut request: Q,
        act: Option<String>,
        fields: impl Fn(&A) -> Option<Vec<(&'static str, String)>>,
        send: impl AsyncFn(Request<Q>) -> Result<Response<A>, Status>,
    ) -> Result<A, Failure> {
        if let Some(act) = act
            && self.asks()?
        {
            *request.options() = Some(self.options(true));
            let tried = client.call(&request, &send).await?;
            let mut told = format!("{}:\n", clean(&act));
            for (name, text) in fields(&tried).unwrap_or_default() {
                // Writing to a string cannot fail.
                _ = writeln!(told, "  {name}: {}", clean(&text));
            }
            prompt(&told)?;
        }
        self.send(client, request, send).await
    }

    /// Sends a request that changes the register as it stands.
    pub async fn send<Q: Change, A>(
        &self,
        client: &Client,
        mut request: Q,
        send: impl AsyncFn(Request<Q>) -> Result<Response<A>, Status>,
    ) -> Result<A, Failure> {
        self.put_etag(&mut request)?;
        *request.options() = Some(self.options(self.writing.dry_run));
        let answer = client.call(&request, send).await;
        if self.writing.dry_run {
            return answer;
        }
        answer.map_err(|failure| failure.of_change(&self.request_id))
    }

    /// Sends a further request of a command that changed the register already, under a name of its own.
    pub async fn send_after<Q: Change, A>(
        &self,
        client: &Client,
        mut request: Q,
        send: impl AsyncFn(Request<Q>) -> Result<Response<A>, Status>,
    ) -> Result<A, Failure> {
        let request_id = fresh_request_id()?;
        *request.options() = Some(v1::WriteOptions {
            request_id: request_id.clone(),
            ..self.options(false)
        });
        let answer = client.call(&request, send).await;
        answer.map_err(|failure| failure.of_change(&request_id))
    }

    /// Puts the etag that was typed in place of the one that was read.
    fn put_etag(&self, request: &mut impl Change) -> Result<(), Failure> {
        match (&self.writing.etag, request.etag()) {
            (Some(typed), Some(place)) => place.clone_from(typed),
            (Some(_), None) => {
                return Err(Failure::Usage(
                    "--etag: this command changes no entry that is there already".to_owned(),
                ));
            }
            (None, _) => {}
        }
        Ok(())
    }

    /// Texts as they were typed, those without a language in the one that was said for them.
    pub fn in_language(&self, typed: Option<&str>, mut texts: Vec<v1::Text>) -> Vec<v1::Text> {
        if let Some(language) = typed.or(self.settings.lang.as_deref()) {
            let unsaid = |text: &&mut v1::Text| text.language == LANGUAGE_UNDETERMINED;
            for text in texts.iter_mut().filter(unsaid) {
                language.clone_into(&mut text.language);
            }
        }
        texts
    }

    fn options(&self, validate_only: bool) -> v1::WriteOptions {
        v1::WriteOptions {
            // A mere trial has no name, so that it can never stand in the way of the real request.
            request_id: if validate_only {
                String::new()
            } else {
                self.request_id.clone()
            },
            validate_only,
            reason: self.writing.reason.clone().unwrap_or_default(),
            override_reason: self.writing.override_reason.clone().unwrap_or_default(),
            asked_by: self.writing.asked_by.clone().unwrap_or_default(),
        }
    }

    fn agree(plan: &Plan, tried: &v1::WriteResponse) -> Result<(), Failure> {
        let palette = Palette::new(false);
        let mut told = format!("{}:\n", clean(&plan.act));
        // Writing to a string cannot fail.
        match (&plan.before, tried.entries.as_slice()) {
            (Some(before), [after]) => {
                _ = writeln!(
                    told,
                    "  {} {}",
                    clean(&before.oid),
                    clean(card::title(before))
                );
                for line in card::difference(&card::fields(before), &card::fields(after), palette) {
                    _ = writeln!(told, "  {line}");
                }
            }
            (_, entries) => {
                let rows: Vec<_> = entries
                    .iter()
                    .take(PLAN_ENTRIES_MAX)
                    .map(card::row)
                    .collect();
                told.push_str(&aligned(card::HEADING, &rows, palette, None));
                if entries.len() > PLAN_ENTRIES_MAX {
                    _ = writeln!(told, "… and {} more", entries.len() - PLAN_ENTRIES_MAX);
                }
            }
        }
        prompt(&told)
    }

    /// Shows what came of a change.
    pub fn written(&self, answer: &v1::WriteResponse) -> Result<(), Failure> {
        if !self.output.is_for_people() {
            return self
                .output
                .one(&WrittenView::of(answer, self.writing.dry_run));
        }
        match answer.entries.as_slice() {
            [entry] if self.output.format == crate::cli::args::Format::Human => {
                card::write(&self.output, entry)?;
            }
            entries => {
                let rows: Vec<_> = entries.iter().map(card::row).collect();
                self.output.table(card::HEADING, &rows)?;
            }
        }
        self.output.flush()?;
        self.recorded(
            answer.revision.as_ref(),
            &answer.request_id,
            answer.replayed,
        );
        Ok(())
    }

    /// Tells under which revision and request something was recorded.
    pub fn recorded(&self, revision: Option<&v1::Revision>, request_id: &str, replayed: bool) {
        if self.writing.dry_run {
            note("Nothing was recorded: this is what would come of it.");
            return;
        }
        let again = if replayed {
            " before; this is that answer again"
        } else {
            ""
        };
        let sequence = revision
            .map(|revision| revision.sequence)
            .unwrap_or_default();
        note(&format!(
            "Recorded{again} (revision {sequence}, request {request_id})."
        ));
    }
}

/// Asks whether to do what was told.
fn prompt(told: &str) -> Result<(), Failure> {
    let mut stderr = io::stderr().lock();
    stderr.write_all(format!("{told}Do it? [y/N] ").as_bytes())?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        Err(Failure::Declined)
    }
}

/// The refusal for an arc that is not registered.
pub fn not_registered(oid: &str, nearest: Option<String>) -> Failure {
    let mut failure = Failure::refused(
        Code::NotRegistered.name(),
        Code::NotRegistered.clause(),
        format!("{} is not registered", clean(oid)),
    );
    if let (Failure::Refused(refused), Some(nearest)) = (&mut failure, nearest) {
        refused.nearest = nearest;
    }
    failure
}

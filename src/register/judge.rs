//! Judging one command of a batch: rights, idempotency, the rules, and the record it becomes.
//!
//! It must never judge against anything but the batch at hand above the published head, and it records nothing itself.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::access::Permit;
use crate::journal::{Draft, Head, Header, MAX_RECORD_BYTES, codec};
use crate::model::{
    Code, Command, Ctx, Event, Principal, PrincipalId, Rejection, RequestId, Seq, Submission,
    Timestamp, TreeView as _, ViewFault, Viewed,
    event::{Happening, Person},
};
use crate::rules;

use super::answers::Outcome;
use super::core::{Core, refuse};
use super::fold::{FoldError, Stamp};
use super::keys;
use super::rows::{Request, Rows};
use super::source::Source;
use super::tables::{Table, split_two};
use super::writer::answer_again;

/// Bytes of an envelope and of an item's frame, at most and rounded up: what a record takes besides its items' bodies.
const RECORD_OVERHEAD_BYTES: usize = 4_096;
/// What one item takes besides its body: salt, kind, subject, lengths, and its commitment in the envelope.
const ITEM_OVERHEAD_BYTES: usize = 256;

/// What was decided about a command.
pub(super) enum Judged {
    /// No, or the tables could not be read.
    No(Rejection),
    /// It becomes a record; this is what it led to.
    Yes(Box<Outcome>),
    /// It was carried out before, by this record of the journal.
    Before(Seq),
    /// It stands earlier in this batch, as this record.
    Earlier(Box<Outcome>),
    /// No, but some of its rows are folded already: the others must be decided again without it.
    Spoiled(Rejection),
}

/// A batch that is being decided.
pub(super) struct Pending {
    /// What it changes.
    pub(super) rows: Rows,
    /// Its records.
    pub(super) drafts: Vec<Draft>,
    /// Bytes of its items, rounded up.
    pub(super) bytes: usize,
    head: Head,
    /// What its records led to, in their order.
    pub(super) outcomes: Vec<Outcome>,
}

impl Pending {
    /// Nothing decided yet, above `head`.
    pub(super) fn new(rows: Rows, head: Head) -> Self {
        Self {
            rows,
            drafts: Vec::new(),
            bytes: 0,
            head,
            outcomes: Vec::new(),
        }
    }

    /// Judges a command; where it is accepted, its record is a draft of the batch and its rows are folded.
    pub(super) fn judge(&mut self, core: &Core, permit: &Permit, asked: &Submission) -> Judged {
        // A rule that panics must not end the one writer there is.
        let judged = catch_unwind(AssertUnwindSafe(|| self.try_judge(core, permit, asked)));
        match judged {
            Ok(Ok(judged)) => judged,
            Ok(Err(rejection)) => Judged::No(rejection),
            Err(_) => {
                let word = asked.command.word();
                tracing::error!(command = word, "judging a command panicked");
                Judged::Spoiled(ViewFault(format!("judging {word} failed")).into())
            }
        }
    }

    fn try_judge(
        &mut self,
        core: &Core,
        permit: &Permit,
        asked: &Submission,
    ) -> Result<Judged, Rejection> {
        permit.recheck(asked, &self.rows)?;
        let last = self
            .drafts
            .last()
            .map_or(self.head.time_us, |draft| draft.header.time_us);
        let stamp = Stamp {
            seq: self.head.seq.plus(self.drafts.len() as u64).next(),
            time: core.clock.now().max(Timestamp::from_micros(last)),
        };
        let principal = permit.actor().as_str();
        if let Some(judged) = self.before(core, principal, asked, stamp)? {
            return Ok(judged);
        }
        let events = ask(core, permit, asked, &self.rows, stamp)?;
        let (happening, mut outcome) = match carry_out(asked, events, &mut self.rows, stamp) {
            Ok(decided) => decided,
            Err(fault) => return Ok(Judged::Spoiled(fault.into())),
        };
        outcome.seq = stamp.seq;
        self.rows
            .fold_request(stamp, principal, asked.request_id.as_str(), asked.digest);
        // Its rows are folded: whatever goes wrong from here on, the others must be decided without them.
        let draft = match self.draft(core, principal, asked, stamp, &happening) {
            Ok(draft) => draft,
            Err(fault) => return Ok(Judged::Spoiled(fault.into())),
        };
        let size = draft.items.iter().map(|item| item.body.len());
        let size =
            RECORD_OVERHEAD_BYTES + draft.items.len() * ITEM_OVERHEAD_BYTES + size.sum::<usize>();
        if size > MAX_RECORD_BYTES || draft.items.len() > crate::journal::MAX_RECORD_ITEMS {
            let detail = "The request is larger than one record may be; split it.";
            return Ok(Judged::Spoiled(refuse(Code::TooManyValues, detail)));
        }
        self.bytes += size;
        self.drafts.push(draft);
        self.outcomes.push(outcome.clone());
        Ok(Judged::Yes(Box::new(outcome)))
    }

    fn draft(
        &self,
        core: &Core,
        principal: &str,
        asked: &Submission,
        stamp: Stamp,
        happening: &Happening,
    ) -> Viewed<Draft> {
        let mut confidential = Vec::new();
        for event in &happening.events {
            confidential.push(self.rows.is_confidential(event)?);
        }
        let secret: Vec<&Event> = happening
            .events
            .iter()
            .zip(confidential)
            .filter_map(|(event, secret)| secret.then_some(event))
            .collect();
        let is_secret = |event: &Event| secret.iter().any(|other| std::ptr::eq(*other, event));
        let items = codec::encode(happening, &is_secret, &mut || core.bits16());
        let header = Header {
            time_us: stamp.time.micros(),
            principal: principal.to_owned(),
            request_id: asked.request_id.as_str().to_owned(),
            request_digest: asked.digest,
        };
        Ok(Draft { header, items })
    }

    /// Whether the same request was carried out within the horizon.
    fn before(
        &self,
        core: &Core,
        principal: &str,
        asked: &Submission,
        stamp: Stamp,
    ) -> Result<Option<Judged>, Rejection> {
        let key = keys::request(principal, asked.request_id.as_str());
        let Some(request) = request_row(&self.rows, &key)? else {
            return Ok(None);
        };
        let horizon = core.options.request_horizon_seconds;
        if Timestamp::from_micros(request.time_us).plus_seconds(horizon) < stamp.time {
            return Ok(None);
        }
        if request.digest != asked.digest {
            let detail = "The request id was used before for a request with other content.";
            let refusal =
                crate::model::Refusal::new(Code::RequestReplayedDifferently, "request_id", detail);
            return Err(refusal.value(asked.request_id.as_str()).into());
        }
        let earlier = self.outcomes.iter().find(|it| it.seq == request.seq);
        Ok(Some(match earlier {
            None => Judged::Before(request.seq),
            Some(outcome) => {
                let mut outcome = outcome.clone();
                outcome.replayed = true;
                Judged::Earlier(Box::new(outcome))
            }
        }))
    }
}

impl Judged {
    /// The answer to a command, once the batch is durable.
    pub(super) fn answer(self, core: &Core) -> Result<Outcome, Rejection> {
        match self {
            Self::No(rejection) | Self::Spoiled(rejection) => Err(rejection),
            Self::Yes(outcome) | Self::Earlier(outcome) => Ok(*outcome),
            Self::Before(seq) => answer_again(core, seq),
        }
    }
}

/// The row of a request, in the batch or in the tables.
fn request_row(rows: &Rows, key: &[u8]) -> Viewed<Option<Request>> {
    if let Some(request) = rows.requests.get(key) {
        return Ok(Some(*request));
    }
    let Some(row) = rows.base.tables.get(Table::Requests, key)? else {
        return Ok(None);
    };
    to_request(&row)
        .map(Some)
        .ok_or_else(|| rows.broken("a request's row cannot be read"))
}

/// Reads a request's row.
pub(super) fn to_request(row: &[u8]) -> Option<Request> {
    let (seq, time, digest) = split_two(row)?;
    Some(Request {
        seq,
        time_us: time.get().cast_signed(),
        digest: digest.try_into().ok()?,
    })
}

/// What the rules say to a command.
pub(super) fn ask(
    core: &Core,
    permit: &Permit,
    asked: &Submission,
    rows: &Rows,
    stamp: Stamp,
) -> Result<Vec<Event>, Rejection> {
    let ctx = Ctx {
        now: stamp.time,
        entropy: core.entropy.bytes32(),
        actor: permit.actor().clone(),
        whole: permit.whole(asked, rows)?,
        office: permit.office(asked, rows)?,
    };
    let events = rules::decide(asked, &ctx, rows)?;
    recheck_within(permit, asked, rows, &events, stamp)?;
    Ok(events)
}

/// Judges the rights again where a command gave an arc to somebody: what it does below that arc is that one's to allow.
/// Nothing is done below an arc before it is registered, so the tree as the command leaves it tells for each of its steps.
fn recheck_within(
    permit: &Permit,
    asked: &Submission,
    rows: &Rows,
    events: &[Event],
    stamp: Stamp,
) -> Result<(), Rejection> {
    let gives_away = events.iter().any(|event| match event {
        Event::ArcRegistered(new) | Event::ReservedArcAllocated(new) => new.registrant.is_some(),
        _ => false,
    });
    let several = matches!(
        asked.command,
        Command::BatchAllocate(_) | Command::BatchRecord(_)
    );
    if !(several && gives_away) {
        return Ok(());
    }
    let mut after = rules::Overlay::new(rows, stamp.time);
    for event in events {
        after.lay(event)?;
    }
    permit.recheck(asked, &after)
}

/// Folds what was decided into `rows`.
pub(super) fn carry_out(
    asked: &Submission,
    events: Vec<Event>,
    rows: &mut Rows,
    stamp: Stamp,
) -> Viewed<(Happening, Outcome)> {
    rows.fold(stamp, &events).map_err(|error| match error {
        FoldError::View(fault) => fault,
        FoldError::Misfit(what) => ViewFault(format!("the decision does not fit the tree: {what}")),
    })?;
    let mut outcome = outcome(rows, &events)?;
    outcome.time = stamp.time;
    outcome.request_id.clone_from(&asked.request_id);
    let happening = Happening {
        events,
        reason: asked.reason.clone(),
        override_reason: asked.override_reason.clone(),
        asked_by: asked.asked_by.clone(),
    };
    Ok((happening, outcome))
}

/// What events led to, read where they are the last thing that happened.
pub(super) fn outcome<S: Source>(source: &S, events: &[Event]) -> Viewed<Outcome> {
    let mut entries: Vec<std::sync::Arc<crate::model::Entry>> = Vec::new();
    let (mut holds, mut principals, mut credentials) = (Vec::new(), Vec::new(), Vec::new());
    let mut allocation_token = None;
    let mut application = None;
    let mut seen = std::collections::HashSet::new();
    for event in events {
        if let Event::NumberHeld(hold) = event {
            holds.push(hold.clone());
        }
        if let Some((id, _)) = event.application() {
            application = source.application(id)?;
        }
        if let Some(id) = principal_of(event) {
            principals.extend(source.principal(id)?);
        }
        match event {
            Event::CredentialIssued(new) => {
                credentials.extend(source.credential(&new.token_sha256)?);
            }
            Event::CredentialRevoked(id) => {
                credentials.extend(source.credential_of_id(id)?);
            }
            Event::AllocationTokenSet(token) => {
                allocation_token = source.allocation_token(&token.secret_sha256)?;
            }
            _ => {}
        }
        if let Some((path, _)) = event.touches()
            && seen.insert(path.clone())
        {
            entries.extend(source.entry_at(path)?);
        }
    }
    Ok(Outcome {
        seq: Seq::ZERO,
        time: Timestamp::default(),
        request_id: RequestId::from_random([0; 16]),
        events: events.to_vec(),
        entries,
        holds,
        principals,
        credentials,
        allocation_token,
        application,
        replayed: false,
    })
}

/// The principal that an event is about.
const fn principal_of(event: &Event) -> Option<&PrincipalId> {
    match event {
        Event::PrincipalAdded(Principal { id, .. })
        | Event::PersonErased {
            person: Person::Principal(id),
            ..
        }
        | Event::PrincipalDescribed { id, .. }
        | Event::StandingChanged { id, .. }
        | Event::RoleGranted { id, .. }
        | Event::RoleRevoked { id, .. } => Some(id),
        _ => None,
    }
}

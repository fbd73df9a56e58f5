//! From the requests of `RegistrationService` to commands, one function a request.
//!
//! Object identifiers are read in any notation, leniently; every fault of form of a request is added to `faults`, and the
//! result is none where there is one that leaves no command to make.

use crate::{
    grpc::etag,
    model::{
        Code, Command, RegistrantId, RequestId, Seq,
        command::{
            Allocate, AllocateBlock, Amend, ChallengeLabel, ChangeState, DecideChallenge,
            HoldNumber, NumberChoice, RecordExisting, RegistrantRef, ReleaseHold, Reserve, TermEnd,
        },
        consent::{LockKind, Side},
        entry::Contact,
        event::Proof,
        form,
        limits::{BLOCK_ARCS_MAX, NOTE_BYTES_MAX},
        plan::PlannedAct,
    },
    oid::{NodePath, UnicodeLabel, notation::Names},
    pb::v1 as pb,
};

use super::{Faults, allocation_token, change, fields, item, moment, text, within};

/// How many arcs a generation of a sandbox takes where nobody says.
const SANDBOX_ARCS_USUAL: u64 = 1_000;

/// What belongs to any write, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Common {
    /// The caller's name for the request, if it gave one.
    pub request_id: Option<RequestId>,
    /// Decide and answer, but record nothing.
    pub validate_only: bool,
    /// Why.
    pub reason: Option<String>,
    /// Why another's arc is touched.
    pub override_reason: Option<String>,
    /// Who asked for it.
    pub asked_by: Option<RegistrantId>,
}

/// Reads what belongs to any write.
pub fn common(options: Option<&pb::WriteOptions>, faults: &mut Faults) -> Common {
    let Some(options) = options else {
        return Common::default();
    };
    for (field, note) in [
        ("options.reason", &options.reason),
        ("options.override_reason", &options.override_reason),
    ] {
        faults.sound(field, form::fits(note, NOTE_BYTES_MAX));
    }
    Common {
        request_id: fields::some(&options.request_id)
            .and_then(|id| faults.parse(Code::FieldInvalid, "options.request_id", &id)),
        validate_only: options.validate_only,
        reason: fields::some(&options.reason),
        override_reason: fields::some(&options.override_reason),
        asked_by: fields::some(&options.asked_by)
            .and_then(|id| faults.parse(Code::FieldInvalid, "options.asked_by", &id)),
    }
}

/// Give out one arc.
pub fn allocate(
    request: &pb::AllocateRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let superior = text::node(&request.superior, names, "superior", faults);
    let number = fields::number_choice(request.number.as_ref(), "number", faults);
    let entry = change::new_entry(request.entry.as_ref(), "entry", faults);
    let secret = &request.allocation_token;
    let allocation_token = allocation_token::shown(secret, "allocation_token", faults);
    Some(Command::Allocate(Allocate {
        superior: superior?,
        number: number?,
        entry,
        allocation_token,
    }))
}

/// Give out several arcs, or a block of consecutive numbers.
pub fn batch_allocate(
    request: &pb::BatchAllocateRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    match (&request.block, request.allocations.is_empty()) {
        (Some(_), false) => {
            faults.at(
                Code::FieldInvalid,
                "block",
                "either allocations or a block, not both",
            );
            None
        }
        (None, true) => {
            faults.at(
                Code::FieldRequired,
                "allocations",
                "allocations or a block are needed",
            );
            None
        }
        (Some(block), true) => self::block(block, names, faults),
        (None, false) => {
            if !faults.few("allocations", request.allocations.len(), block_max()) {
                return None;
            }
            let mut all = Vec::with_capacity(request.allocations.len());
            for (index, one) in request.allocations.iter().enumerate() {
                let at = item("", "allocations", index);
                let superior = text::node(&one.superior, names, &within(&at, "superior"), faults);
                let field = within(&at, "number");
                let number = fields::number_choice(one.number.as_ref(), &field, faults);
                let entry = change::new_entry(one.entry.as_ref(), &within(&at, "entry"), faults);
                let field = within(&at, "allocation_token");
                let allocation_token =
                    allocation_token::shown(&one.allocation_token, &field, faults);
                if let (Some(superior), Some(number)) = (superior, number) {
                    all.push(Allocate {
                        superior,
                        number,
                        entry,
                        allocation_token,
                    });
                }
            }
            Some(Command::BatchAllocate(all))
        }
    }
}

fn block(
    block: &pb::batch_allocate_request::Block,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let superior = text::node(&block.superior, names, "block.superior", faults);
    let first = if block.first.is_empty() {
        Some(None)
    } else {
        text::number(&block.first, "block.first", faults).map(Some)
    };
    faults.sound("block.count", form::arcs(block.count));
    let entry = change::new_entry(block.entry.as_ref(), "block.entry", faults);
    Some(Command::AllocateBlock(AllocateBlock {
        superior: superior?,
        first: first?,
        count: block.count,
        entry,
    }))
}

/// Record arcs that were assigned elsewhere or long ago.
pub fn record_existing(
    request: &pb::RecordExistingRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    if request.arcs.is_empty() {
        faults.at(Code::FieldRequired, "arcs", "at least one arc is needed");
    }
    if !faults.few("arcs", request.arcs.len(), block_max()) {
        return None;
    }
    let mut all = Vec::with_capacity(request.arcs.len());
    for (index, one) in request.arcs.iter().enumerate() {
        let at = item("", "arcs", index);
        let path = text::node(&one.oid, names, &within(&at, "oid"), faults);
        let entry = change::new_entry(one.entry.as_ref(), &within(&at, "entry"), faults);
        let field = within(&at, "proof");
        faults.sound(field, form::note(&one.proof));
        if !one.proof_uri.is_empty() {
            faults.sound(within(&at, "proof_uri"), form::uri(&one.proof_uri));
        }
        let field = within(&at, "registered");
        let registered = one
            .registered
            .as_ref()
            .and_then(|when| moment(when, &field, faults));
        let proof = Proof {
            document: one.proof.clone(),
            uri: fields::some(&one.proof_uri),
        };
        if let Some(path) = path {
            all.push(RecordExisting {
                path,
                entry,
                proof,
                registered,
            });
        }
    }
    match all.len() {
        1 => all.pop().map(Command::RecordExisting),
        _ => Some(Command::BatchRecord(all)),
    }
}

/// Keep a number free for a while.
pub fn hold(request: &pb::HoldRequest, names: &dyn Names, faults: &mut Faults) -> Option<Command> {
    let superior = text::node(&request.superior, names, "superior", faults);
    let number = fields::number_choice(request.number.as_ref(), "number", faults);
    if matches!(number, Some(NumberChoice::Random(_))) {
        faults.at(
            Code::FieldInvalid,
            "number.random",
            "a hold takes a number or the next free one",
        );
    }
    if request.seconds == 0 {
        faults.at(
            Code::FieldRequired,
            "seconds",
            "how long it is to last is needed",
        );
    }
    let seconds = request.seconds;
    Some(Command::Hold(HoldNumber {
        superior: superior?,
        number: number?,
        seconds,
    }))
}

/// Give a hold up.
pub fn release_hold(
    request: &pb::ReleaseHoldRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let superior = text::node(&request.superior, names, "superior", faults);
    let number = text::number(&request.number, "number", faults);
    let id = fields::some(&request.hold_id)
        .and_then(|id| faults.parse(Code::FieldInvalid, "hold_id", &id));
    Some(Command::ReleaseHold(ReleaseHold {
        superior: superior?,
        number: number?,
        id,
    }))
}

/// Burn numbers without assigning them.
pub fn reserve(
    request: &pb::ReserveRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let superior = text::node(&request.superior, names, "superior", faults);
    let first = text::number(&request.first, "first", faults);
    let many = request.count.max(1);
    faults.sound("count", form::arcs(many));
    Some(Command::Reserve(Reserve {
        superior: superior?,
        first: first?,
        count: many,
    }))
}

/// Change fields of an arc.
pub fn amend(
    request: &pb::AmendRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let target = target(&request.oid, &request.etag, names, faults);
    let changes = change::changes(request.entry.as_ref(), request.update_mask.as_ref(), faults);
    let (path, if_revision) = target?;
    Some(Command::Amend(Amend {
        path,
        if_revision,
        changes,
    }))
}

/// Change the state of an arc.
pub fn change_state(
    request: &pb::ChangeStateRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let target = target(&request.oid, &request.etag, names, faults);
    let to = fields::state(request.state, "state", faults);
    let relation = request
        .relation
        .as_ref()
        .and_then(|relation| fields::relation(relation, "relation", names, faults));
    let (path, if_revision) = target?;
    let despite_subordinates = request.despite_subordinates;
    Some(Command::ChangeState(ChangeState {
        path,
        if_revision,
        to: to?,
        relation,
        despite_subordinates,
    }))
}

/// Let somebody else act below an arc.
pub fn delegate(
    request: &pb::DelegateRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let target = target(&request.oid, &request.etag, names, faults);
    let unset = pb::Delegation::default();
    let delegation = request.delegation.as_ref().unwrap_or(&unset);
    let delegation = fields::delegation(delegation, "delegation", faults);
    let (path, if_revision) = target?;
    Some(Command::Delegate {
        path,
        if_revision,
        delegation: delegation?,
    })
}

/// Let nobody else act below an arc.
pub fn recall(
    request: &pb::RecallRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::Recall { path, if_revision })
}

/// Offer an arc to another registrant.
pub fn offer_transfer(
    request: &pb::OfferTransferRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let to = receiver(request.to.as_ref(), faults);
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::OfferTransfer {
        path,
        if_revision,
        to: to?,
    })
}

/// To whom an arc shall go.
fn receiver(to: Option<&pb::RegistrantRef>, faults: &mut Faults) -> Option<RegistrantRef> {
    let unset = pb::RegistrantRef::default();
    fields::registrant(to.unwrap_or(&unset), "to", faults)
}

/// Keep an arc from being changed.
pub fn lock(request: &pb::LockRequest, names: &dyn Names, faults: &mut Faults) -> Option<Command> {
    let kind = lock_kind(request.kind, faults);
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::Lock {
        path,
        if_revision,
        kind: kind?,
    })
}

/// Ask for a lock to be released.
pub fn unlock(
    request: &pb::UnlockRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let kind = lock_kind(request.kind, faults);
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::AskUnlock {
        path,
        if_revision,
        kind: kind?,
    })
}

fn lock_kind(value: i32, faults: &mut Faults) -> Option<LockKind> {
    match pb::LockKind::try_from(value) {
        Ok(pb::LockKind::Holder) => Some(LockKind::Holder),
        Ok(pb::LockKind::Authority) => Some(LockKind::Authority),
        Ok(pb::LockKind::Unspecified) => {
            let detail = "say whose lock: the holder's or the authority's";
            faults.at(Code::FieldRequired, "kind", detail);
            None
        }
        Err(_) => {
            fields::unknown("kind", value, faults);
            None
        }
    }
}

/// Agree to what waits at an arc, by one's own rights.
pub fn consent(
    request: &pb::ConsentRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let target = target(&request.oid, &request.etag, names, faults);
    let side = match pb::ConsentSide::try_from(request.side) {
        Ok(pb::ConsentSide::Unspecified) => None,
        Ok(pb::ConsentSide::Holder) => Some(Side::Holder),
        Ok(pb::ConsentSide::Receiver) => Some(Side::Receiver),
        Err(_) => {
            fields::unknown("side", request.side, faults);
            return None;
        }
    };
    let (path, if_revision) = target?;
    Some(Command::Agree {
        path,
        if_revision,
        side,
    })
}

/// Plan something for an arc.
pub fn plan(request: &pb::PlanRequest, names: &dyn Names, faults: &mut Faults) -> Option<Command> {
    use pb::planned_act::Act;
    let target = target(&request.oid, &request.etag, names, faults);
    if request.at.is_none() {
        faults.at(Code::FieldRequired, "at", "the moment is needed");
    }
    let at = request.at.as_ref();
    let at = at.and_then(|at| moment(at, "at", faults));
    let act = match request.act.as_ref().and_then(|act| act.act.as_ref()) {
        Some(Act::State(planned)) => {
            let relation = planned
                .relation
                .as_ref()
                .map(|one| fields::relation(one, "act.state.relation", names, faults));
            let to = fields::state(planned.to, "act.state.to", faults);
            to.zip(Some(relation.flatten()))
                .map(|(to, relation)| PlannedAct::State { to, relation })
        }
        Some(Act::Visibility(to)) => {
            let to = fields::visibility(*to, "act.visibility", faults);
            if to.is_none() {
                faults.at(
                    Code::FieldRequired,
                    "act.visibility",
                    "the visibility is needed",
                );
            }
            to.map(PlannedAct::Visibility)
        }
        Some(Act::Review(why)) => {
            faults.sound("act.review", form::line(why));
            Some(PlannedAct::Review(why.clone()))
        }
        Some(Act::Amend(amend)) => Some(planned_amendment(amend, faults)),
        Some(Act::Transfer(to)) => {
            let to = faults.parse(Code::FieldInvalid, "act.transfer", to);
            to.map(PlannedAct::Transfer)
        }
        Some(Act::Lapse(_) | Act::LapseUnused(_)) => {
            let detail = "the policy sets when an arc's time is over, and a term is renewed";
            faults.at(Code::FieldInvalid, "act", detail);
            None
        }
        None => {
            let detail = "a state, a visibility, a review, an amendment or a transfer is needed";
            faults.at(Code::FieldRequired, "act", detail);
            None
        }
    };
    let (path, if_revision) = target?;
    Some(Command::Plan {
        path,
        if_revision,
        at: at?,
        act: act?,
    })
}

/// Set the end of an arc's term anew.
pub fn renew(
    request: &pb::RenewRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    use pb::renew_request::End;
    let end = match &request.end {
        None => Some(TermEnd::ByPolicy),
        Some(End::Seconds(seconds)) => Some(TermEnd::For(*seconds)),
        Some(End::Until(until)) => moment(until, "until", faults).map(TermEnd::Until),
    };
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::Renew {
        path,
        if_revision,
        end: end?,
    })
}

/// Report that what is registered about an arc is wrong.
pub fn report_error(
    request: &pb::ReportErrorRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    faults.sound("what", form::note(&request.what));
    let path = text::node(&request.oid, names, "oid", faults)?;
    Some(Command::ReportError {
        path,
        what: request.what.clone(),
    })
}

/// Mark an arc as suspect, as was reported.
pub fn accept_report(
    request: &pb::AcceptReportRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::AcceptReport { path, if_revision })
}

/// End what was reported of an arc.
pub fn settle_suspicion(
    request: &pb::SettleSuspicionRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::SettleSuspicion { path, if_revision })
}

/// Confirm that what is known of the registrant of an arc is right, by rights of one's own.
pub fn confirm_contact(
    request: &pb::ConfirmContactRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::ConfirmContact { path, if_revision })
}

/// New values of fields, whose parties are named by id.
fn planned_amendment(amend: &pb::PlannedAmendment, faults: &mut Faults) -> PlannedAct {
    let by_id = |one: &pb::Contact| pb::NewContact {
        role: one.role,
        party: one.party.as_ref().map(|party| pb::RegistrantRef {
            kind: Some(pb::registrant_ref::Kind::Id(party.id.clone())),
        }),
    };
    let entry = pb::NewEntry {
        identifiers: amend.identifiers.clone(),
        labels: amend.labels.clone(),
        visibility: amend.visibility,
        flags: amend.flags,
        titles: amend.titles.clone(),
        descriptions: amend.descriptions.clone(),
        services: amend.services.clone(),
        references: amend.references.clone(),
        contacts: amend.contacts.iter().map(by_id).collect(),
        ..Default::default()
    };
    let changes = change::changes(Some(&entry), amend.update_mask.as_ref(), faults);
    let contacts = changes.contacts.clone();
    let contacts = contacts.map(|all| all.into_iter().filter_map(known).collect());
    PlannedAct::Amend(Box::new(changes.with_contacts(contacts)))
}

/// A contact whose party is known.
fn known(contact: Contact<RegistrantRef>) -> Option<Contact> {
    match contact.party {
        RegistrantRef::Known(party) => Some(Contact {
            role: contact.role,
            party,
        }),
        RegistrantRef::New { .. } => None,
    }
}

/// Cancel what is planned.
pub fn cancel_plan(
    request: &pb::CancelPlanRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::CancelPlan {
        path,
        if_revision,
        number: request.number,
    })
}

/// Say why an arc should not have a label.
pub fn challenge_label(
    request: &pb::ChallengeLabelRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let label = unicode_label(&request.label, faults);
    faults.sound("text", form::note(&request.text));
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::ChallengeLabel(ChallengeLabel {
        path,
        if_revision,
        label: label?,
        text: request.text.clone(),
    }))
}

/// Decide a challenge.
pub fn decide_challenge(
    request: &pb::DecideChallengeRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let label = unicode_label(&request.label, faults);
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::DecideChallenge(DecideChallenge {
        path,
        if_revision,
        label: label?,
        upheld: request.upheld,
    }))
}

fn unicode_label(text: &str, faults: &mut Faults) -> Option<UnicodeLabel> {
    if text.is_empty() {
        faults.at(Code::FieldRequired, "label", "the label is needed");
        return None;
    }
    faults.parse(Code::LabelSyntax, "label", text)
}

/// Take back what waits at an arc.
pub fn retract(
    request: &pb::RetractRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::Retract { path, if_revision })
}

/// Give an arc to another registrant.
pub fn transfer(
    request: &pb::TransferRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let to = receiver(request.to.as_ref(), faults);
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::Transfer {
        path,
        if_revision,
        to: to?,
    })
}

/// Set the rule that answers for an arc's subordinates.
pub fn set_template(
    request: &pb::SetTemplateRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let target = target(&request.oid, &request.etag, names, faults);
    let Some(asked) = &request.template else {
        faults.at(Code::FieldRequired, "template", "the template is needed");
        return None;
    };
    let rule = fields::rule(asked, "template", faults);
    let (path, if_revision) = target?;
    Some(Command::SetTemplate {
        path,
        if_revision,
        rule: Box::new(rule?),
    })
}

/// Close that rule.
pub fn close_template(
    request: &pb::CloseTemplateRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::CloseTemplate { path, if_revision })
}

/// Make a place to try the API out.
pub fn open_sandbox(
    request: &pb::OpenSandboxRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::OpenSandbox {
        path,
        if_revision,
        arcs_max: request.arcs_max.unwrap_or(SANDBOX_ARCS_USUAL),
    })
}

/// Begin it anew.
pub fn reset_sandbox(
    request: &pb::ResetSandboxRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let (path, if_revision) = target(&request.oid, &request.etag, names, faults)?;
    Some(Command::ResetSandbox { path, if_revision })
}

/// Set the policy for an arc's subordinates.
pub fn set_policy(
    request: &pb::SetPolicyRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let target = target(&request.oid, &request.etag, names, faults);
    let policy = match &request.policy {
        Some(policy) => Some(fields::policy(policy, "policy", faults)?),
        None => None,
    };
    let (path, if_revision) = target?;
    Some(Command::SetPolicy {
        path,
        if_revision,
        policy,
    })
}

/// The arc that is written, and the revision it must still have.
fn target(
    oid: &str,
    tag: &str,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<(NodePath, Option<Seq>)> {
    let path = text::node(oid, names, "oid", faults)?;
    let if_revision = faults.check(etag::parse(tag, &path, "etag"))?;
    Some((path, if_revision))
}

fn block_max() -> usize {
    usize::try_from(BLOCK_ARCS_MAX).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use crate::oid::notation::NoNames;

    use super::*;

    type Made = Result<Command, Vec<String>>;

    fn made(read: impl FnOnce(&mut Faults) -> Option<Command>) -> Made {
        let mut faults = Faults::new();
        let command = read(&mut faults);
        let told = |refusals: crate::model::Refusals| {
            refusals
                .iter()
                .map(|one| format!("{} {}", one.field, one.code))
                .collect()
        };
        faults.into_result(command).map_err(told)
    }

    fn check(read: impl FnOnce(&mut Faults) -> Option<Command>, expect: &[&str]) {
        assert_eq!(
            made(read).map(|command| command.word()).unwrap_err(),
            expect
        );
    }

    #[test]
    fn every_faulty_field_of_a_request_is_told_at_once() {
        let request = pb::AllocateRequest {
            superior: "1.40".into(),
            number: Some(pb::NumberChoice {
                kind: Some(pb::number_choice::Kind::Number("07".into())),
            }),
            entry: Some(pb::NewEntry {
                identifiers: vec!["X".into()],
                ..Default::default()
            }),
            ..Default::default()
        };
        check(
            |faults| allocate(&request, &NoNames, faults),
            &[
                "number.number OID_SYNTAX",
                "entry.identifiers[0] IDENTIFIER_SYNTAX",
                "superior ARC_OUT_OF_RANGE",
            ],
        );
        check(
            |faults| batch_allocate(&pb::BatchAllocateRequest::default(), &NoNames, faults),
            &["allocations FIELD_REQUIRED"],
        );
        let both = pb::BatchAllocateRequest {
            allocations: vec![pb::batch_allocate_request::One::default()],
            block: Some(pb::batch_allocate_request::Block::default()),
            options: None,
        };
        check(
            |faults| batch_allocate(&both, &NoNames, faults),
            &["block FIELD_INVALID"],
        );
        let one = pb::BatchAllocateRequest {
            block: None,
            ..both
        };
        check(
            |faults| batch_allocate(&one, &NoNames, faults),
            &["allocations[0].superior FIELD_REQUIRED"],
        );
        let recorded = pb::RecordExistingRequest {
            arcs: vec![pb::record_existing_request::One {
                oid: "2.999.1".into(),
                proof_uri: "no".into(),
                ..Default::default()
            }],
            options: None,
        };
        check(
            |faults| record_existing(&recorded, &NoNames, faults),
            &[
                "arcs[0].proof FIELD_REQUIRED",
                "arcs[0].proof_uri FIELD_INVALID",
            ],
        );
        check(
            |faults| {
                change_state(
                    &pb::ChangeStateRequest {
                        etag: "x".into(),
                        ..Default::default()
                    },
                    &NoNames,
                    faults,
                )
            },
            &["oid FIELD_REQUIRED", "state FIELD_REQUIRED"],
        );
        check(
            |faults| {
                delegate(
                    &pb::DelegateRequest {
                        oid: "2.999".into(),
                        ..Default::default()
                    },
                    &NoNames,
                    faults,
                )
            },
            &["delegation FIELD_REQUIRED"],
        );
        check(
            |faults| {
                transfer(
                    &pb::TransferRequest {
                        oid: "2.999".into(),
                        etag: "1-0".into(),
                        ..Default::default()
                    },
                    &NoNames,
                    faults,
                )
            },
            &["to FIELD_REQUIRED", "etag FIELD_INVALID"],
        );
    }

    #[test]
    fn one_past_the_most_arcs_is_refused() {
        let reserve_of = |count| pb::ReserveRequest {
            superior: "2.999".into(),
            first: "1".into(),
            count,
            options: None,
        };
        assert!(made(|faults| reserve(&reserve_of(BLOCK_ARCS_MAX), &NoNames, faults)).is_ok());
        let past = reserve_of(BLOCK_ARCS_MAX + 1);
        check(
            |faults| reserve(&past, &NoNames, faults),
            &["count TOO_MANY_VALUES"],
        );
        match made(|faults| reserve(&reserve_of(0), &NoNames, faults)) {
            Ok(Command::Reserve(reserve)) => assert_eq!(reserve.count, 1),
            other => panic!("{other:?}"),
        }
        let many = pb::BatchAllocateRequest {
            allocations: vec![pb::batch_allocate_request::One::default(); block_max() + 1],
            ..Default::default()
        };
        check(
            |faults| batch_allocate(&many, &NoNames, faults),
            &["allocations TOO_MANY_VALUES"],
        );
    }

    #[test]
    fn an_unset_number_is_the_next_free_one() {
        let request = pb::AllocateRequest {
            superior: "2.999".into(),
            ..Default::default()
        };
        match made(|faults| allocate(&request, &NoNames, faults)) {
            Ok(Command::Allocate(allocate)) => assert_eq!(allocate.number, NumberChoice::NextFree),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_belongs_to_any_write_is_checked() {
        let options = pb::WriteOptions {
            request_id: "a b".into(),
            reason: "r".repeat(NOTE_BYTES_MAX + 1),
            ..Default::default()
        };
        let mut faults = Faults::new();
        let read = common(Some(&options), &mut faults);
        let refusals = faults.into_result(Some(read)).unwrap_err();
        let fields: Vec<_> = refusals.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(fields, ["options.request_id", "options.reason"]);
    }
}

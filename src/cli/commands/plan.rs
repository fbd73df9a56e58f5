//! `plan`: what happens to an arc at a moment. Whether it will be in order then is the server's to say when it comes.

use prost_types::FieldMask;

use crate::{
    cli::{
        args::{PlanAct, PlanAddArgs, PlanAmendArgs, RenewArgs},
        client::Client,
        commands::{allocate::visibility, amend::asked, state::state},
        desk::Desk,
        failure::{Failure, Outcome},
    },
    pb::v1::{self, planned_act, registrant_ref, relation},
};

/// Plans, or cancels.
pub async fn run(desk: &Desk, client: &Client, act: PlanAct) -> Result<Outcome, Failure> {
    match act {
        PlanAct::Add(args) => {
            let request = v1::PlanRequest {
                at: Some(args.at),
                oid: args.oid.clone(),
                act: Some(v1::PlannedAct { act: planned(args) }),
                ..Default::default()
            };
            let send = async |r| client.registration().plan(r).await;
            desk.change(client, request, None, send).await
        }
        PlanAct::Amend(args) => Box::pin(amend(desk, client, *args)).await,
        PlanAct::Cancel(args) => {
            let request = v1::CancelPlanRequest {
                oid: args.oid,
                number: args.number,
                ..Default::default()
            };
            let send = async |r| client.registration().cancel_plan(r).await;
            desk.change(client, request, None, send).await
        }
    }
}

/// Plans new values, starting from the entry as it is read.
async fn amend(desk: &Desk, client: &Client, args: PlanAmendArgs) -> Result<Outcome, Failure> {
    let (now, entry, paths) = asked(desk, client, args.changes).await?;
    let contacts = entry.contacts.into_iter().map(by_id);
    let amendment = v1::PlannedAmendment {
        update_mask: Some(FieldMask { paths }),
        identifiers: entry.identifiers,
        labels: entry.labels,
        visibility: entry.visibility,
        flags: entry.flags,
        titles: entry.titles,
        descriptions: entry.descriptions,
        services: entry.services,
        references: entry.references,
        contacts: contacts.collect::<Result<_, _>>()?,
    };
    let request = v1::PlanRequest {
        at: Some(args.at),
        oid: now.oid,
        act: Some(v1::PlannedAct {
            act: Some(planned_act::Act::Amend(amendment)),
        }),
        etag: now.etag,
        ..Default::default()
    };
    let send = async |r| client.registration().plan(r).await;
    desk.change(client, request, None, send).await
}

/// A contact whose party is known already: who is new becomes known with a change that is made now.
fn by_id(contact: v1::NewContact) -> Result<v1::Contact, Failure> {
    match contact.party.and_then(|party| party.kind) {
        Some(registrant_ref::Kind::Id(id)) => Ok(v1::Contact {
            role: contact.role,
            party: Some(v1::Registrant {
                id,
                ..Default::default()
            }),
        }),
        _ => Err(Failure::Usage(
            "a plan names contacts by id; whom the register does not know yet is told with a change that is made now"
                .to_owned(),
        )),
    }
}

/// Sets the end of a term anew.
pub async fn renew(desk: &Desk, client: &Client, args: RenewArgs) -> Result<Outcome, Failure> {
    use v1::renew_request::End;
    let until = args.until.map(End::Until);
    let request = v1::RenewRequest {
        oid: args.oid,
        end: until.or_else(|| args.seconds.map(End::Seconds)),
        ..Default::default()
    };
    let send = async |r| client.registration().renew(r).await;
    desk.change(client, request, None, send).await
}

/// What was typed; one of them, as the command line wants it.
fn planned(args: PlanAddArgs) -> Option<planned_act::Act> {
    let relation = args.successor.map(|oid| v1::Relation {
        kind: Some(relation::Kind::Successor(oid)),
    });
    let state = args.state.map(|act| {
        let to = state(act).into();
        planned_act::Act::State(planned_act::ToState { to, relation })
    });
    let seen = args
        .visibility
        .map(|who| planned_act::Act::Visibility(visibility(who).into()));
    state
        .or(seen)
        .or_else(|| args.review.map(planned_act::Act::Review))
        .or_else(|| args.transfer.map(planned_act::Act::Transfer))
}

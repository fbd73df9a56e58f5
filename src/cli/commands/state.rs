//! `state`: an arc's way through its states.

use crate::{
    cli::{
        args::{StateAct, StateArgs},
        client::Client,
        desk::{Desk, Plan},
        failure::{Failure, Outcome},
    },
    pb::v1::{self, relation},
};

/// Changes the state of an arc.
pub async fn run(desk: &Desk, client: &Client, args: &StateArgs) -> Result<Outcome, Failure> {
    let state = state(args.act);
    let (act, destructive) = match args.act {
        StateAct::Suspend => ("Suspend", true),
        StateAct::Activate => ("Activate", false),
        StateAct::Deprecate => ("Deprecate", true),
        StateAct::Withdraw => ("Withdraw", true),
        StateAct::Reinstate => ("Reinstate", false),
    };
    let plan = if destructive && desk.asks()? {
        let before = desk.entry(client, &args.oid).await?;
        Some(Plan {
            act: format!("{act} {}", args.oid),
            before: Some(before),
        })
    } else {
        None
    };
    let kind = match (&args.successor, &args.duplicate_of) {
        (Some(oid), _) => Some(relation::Kind::Successor(oid.clone())),
        (None, Some(oid)) => Some(relation::Kind::DuplicateOf(oid.clone())),
        (None, None) => None,
    };
    let request = v1::ChangeStateRequest {
        oid: args.oid.clone(),
        state: state.into(),
        relation: kind.map(|kind| v1::Relation { kind: Some(kind) }),
        despite_subordinates: args.despite_subordinates,
        etag: etag(plan.as_ref()),
        options: None,
    };
    desk.change(client, request, plan, async |r| {
        client.registration().change_state(r).await
    })
    .await
}

/// The state that an act leads to.
pub const fn state(act: StateAct) -> v1::State {
    match act {
        StateAct::Suspend => v1::State::Suspended,
        StateAct::Activate | StateAct::Reinstate => v1::State::Active,
        StateAct::Deprecate => v1::State::Deprecated,
        StateAct::Withdraw => v1::State::Withdrawn,
    }
}

/// The etag of the entry that a plan was made from, so that what was agreed to is what is done.
pub fn etag(plan: Option<&Plan>) -> String {
    let before = plan.and_then(|plan| plan.before.as_ref());
    before.map(|entry| entry.etag.clone()).unwrap_or_default()
}

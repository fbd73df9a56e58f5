//! `plan`: what happens to an arc at a moment. Whether it will be in order then is the server's to say when it comes.

use crate::{
    cli::{
        args::{PlanAct, PlanAddArgs},
        client::Client,
        commands::{allocate::visibility, state::state},
        desk::Desk,
        failure::{Failure, Outcome},
    },
    pb::v1::{self, planned_act, relation},
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

/// What was typed; one of them, as the command line wants it.
fn planned(args: PlanAddArgs) -> Option<planned_act::Act> {
    let relation = args.successor.map(|oid| v1::Relation {
        kind: Some(relation::Kind::Successor(oid)),
    });
    let state = args.state.map(|act| {
        let to = state(act).into();
        planned_act::Act::State(planned_act::ToState { to, relation })
    });
    let visibility = args.visibility;
    let visibility = visibility.map(|who| planned_act::Act::Visibility(visibility_of(who)));
    state
        .or(visibility)
        .or_else(|| args.review.map(planned_act::Act::Review))
}

fn visibility_of(who: crate::cli::args::Visibility) -> i32 {
    visibility(who).into()
}

//! `lock`, `unlock`, `consent` and `retract`: what keeps an arc from being changed, and what waits until somebody agrees.

use crate::{
    cli::{
        args::{ConsentArgs, ConsentSide, LockArgs, RetractArgs},
        client::Client,
        commands::{delegate::plan, state::etag},
        desk::Desk,
        failure::{Failure, Outcome},
    },
    pb::v1,
};

const fn kind(args: &LockArgs) -> v1::LockKind {
    if args.authority {
        v1::LockKind::Authority
    } else {
        v1::LockKind::Holder
    }
}

/// Locks an arc. That can be undone, so that nobody is asked first.
pub async fn lock(desk: &Desk, client: &Client, args: LockArgs) -> Result<Outcome, Failure> {
    let request = v1::LockRequest {
        kind: kind(&args).into(),
        oid: args.oid,
        ..Default::default()
    };
    let send = async |r| client.registration().lock(r).await;
    desk.change(client, request, None, send).await
}

/// Asks for a lock to be released.
pub async fn unlock(desk: &Desk, client: &Client, args: LockArgs) -> Result<Outcome, Failure> {
    let request = v1::UnlockRequest {
        kind: kind(&args).into(),
        oid: args.oid,
        ..Default::default()
    };
    let send = async |r| client.registration().unlock(r).await;
    desk.change(client, request, None, send).await
}

/// Agrees to what waits.
pub async fn consent(desk: &Desk, client: &Client, args: ConsentArgs) -> Result<Outcome, Failure> {
    let plan = plan(desk, client, "Agree to what waits at", &args.oid).await?;
    let side = args.side.map(|side| match side {
        ConsentSide::Holder => v1::ConsentSide::Holder,
        ConsentSide::Receiver => v1::ConsentSide::Receiver,
    });
    let request = v1::ConsentRequest {
        oid: args.oid,
        side: side.unwrap_or_default().into(),
        code: args.code.unwrap_or_default(),
        etag: etag(plan.as_ref()),
        options: None,
    };
    let send = async |r| client.registration().consent(r).await;
    desk.change(client, request, plan, send).await
}

/// Takes back what waits.
pub async fn retract(desk: &Desk, client: &Client, args: RetractArgs) -> Result<Outcome, Failure> {
    let request = v1::RetractRequest {
        oid: args.oid,
        ..Default::default()
    };
    let send = async |r| client.registration().retract(r).await;
    desk.change(client, request, None, send).await
}

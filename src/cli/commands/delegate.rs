//! `delegate`, `recall` and `transfer`: who acts below an arc, and whose it is.

use crate::{
    cli::{
        args::{DelegateArgs, RecallArgs, TransferArgs},
        client::Client,
        commands::{allocate::registrant, state::etag},
        desk::{Desk, Plan},
        failure::{Failure, Outcome},
    },
    pb::v1::{self, delegation},
};

/// Lets somebody else act below an arc.
pub async fn delegate(
    desk: &Desk,
    client: &Client,
    args: &DelegateArgs,
) -> Result<Outcome, Failure> {
    let kind = if args.to.is_empty() {
        delegation::Kind::External(delegation::External {
            oidip: args.oidip.clone().unwrap_or_default(),
            ors: args.ors.clone().unwrap_or_default(),
            name_servers: args.name_server.clone(),
            delegation_signers: args.delegation_signer.clone(),
        })
    } else {
        delegation::Kind::Hosted(delegation::Hosted {
            principals: args.to.clone(),
        })
    };
    let plan = plan(desk, client, "Delegate", &args.oid).await?;
    let request = v1::DelegateRequest {
        oid: args.oid.clone(),
        delegation: Some(v1::Delegation { kind: Some(kind) }),
        etag: etag(plan.as_ref()),
        options: None,
    };
    desk.change(client, request, plan, async |r| {
        client.registration().delegate(r).await
    })
    .await
}

/// Ends a delegation.
pub async fn recall(desk: &Desk, client: &Client, args: &RecallArgs) -> Result<Outcome, Failure> {
    let plan = plan(desk, client, "End the delegation of", &args.oid).await?;
    let request = v1::RecallRequest {
        oid: args.oid.clone(),
        etag: etag(plan.as_ref()),
        options: None,
    };
    desk.change(client, request, plan, async |r| {
        client.registration().recall(r).await
    })
    .await
}

/// Gives an arc to another registrant, or offers it.
pub async fn transfer(
    desk: &Desk,
    client: &Client,
    args: TransferArgs,
) -> Result<Outcome, Failure> {
    if args.offer {
        let plan = plan(desk, client, "Offer the transfer of", &args.oid).await?;
        let request = v1::OfferTransferRequest {
            oid: args.oid,
            to: registrant(args.to, args.new_registrant),
            etag: etag(plan.as_ref()),
            options: None,
        };
        let send = async |r| client.registration().offer_transfer(r).await;
        return desk.change(client, request, plan, send).await;
    }
    let plan = plan(desk, client, "Transfer", &args.oid).await?;
    let request = v1::TransferRequest {
        oid: args.oid,
        to: registrant(args.to, args.new_registrant),
        etag: etag(plan.as_ref()),
        options: None,
    };
    desk.change(client, request, plan, async |r| {
        client.registration().transfer(r).await
    })
    .await
}

/// What is shown of an arc before something is done that people should agree to.
pub async fn plan(
    desk: &Desk,
    client: &Client,
    act: &str,
    oid: &str,
) -> Result<Option<Plan>, Failure> {
    if !desk.asks()? {
        return Ok(None);
    }
    let before = desk.entry(client, oid).await?;
    Ok(Some(Plan {
        act: format!("{act} {oid}"),
        before: Some(before),
    }))
}

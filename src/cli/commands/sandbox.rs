//! `sandbox`: a place of the tree where integrators try the API out, opened and begun anew.

use crate::{
    cli::{
        args::SandboxAct,
        client::Client,
        commands::{delegate::plan, state::etag},
        desk::Desk,
        failure::{Failure, Outcome},
    },
    pb::v1,
};

/// Opens or resets a sandbox.
pub async fn run(desk: &Desk, client: &Client, act: SandboxAct) -> Result<Outcome, Failure> {
    match act {
        SandboxAct::Open { oid, arcs_max } => {
            let plan = plan(desk, client, "Make a sandbox of", &oid).await?;
            let request = v1::OpenSandboxRequest {
                oid,
                arcs_max,
                etag: etag(plan.as_ref()),
                options: None,
            };
            let send = async |r| client.registration().open_sandbox(r).await;
            desk.change(client, request, plan, send).await
        }
        SandboxAct::Reset { oid } => {
            let plan = plan(desk, client, "Withdraw and hide all that stands in", &oid).await?;
            let request = v1::ResetSandboxRequest {
                oid,
                etag: etag(plan.as_ref()),
                options: None,
            };
            let send = async |r| client.registration().reset_sandbox(r).await;
            desk.change(client, request, plan, send).await
        }
    }
}

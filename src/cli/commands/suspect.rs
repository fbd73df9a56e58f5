//! `suspect` and `confirm`: what is registered about an arc is wrong, as somebody says, and what came of it; and what is known of its
//! registrant is right.

use crate::{
    cli::{
        args::{ConfirmArgs, SuspectAct},
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome},
    },
    pb::v1,
};

/// Reports, accepts or settles. Each can be taken back, so that nobody is asked first.
pub async fn run(desk: &Desk, client: &Client, act: SuspectAct) -> Result<Outcome, Failure> {
    match act {
        SuspectAct::Report { oid, what } => {
            let request = v1::ReportErrorRequest {
                oid,
                what,
                options: None,
            };
            let send = async |r| client.registration().report_error(r).await;
            desk.change(client, request, None, send).await
        }
        SuspectAct::Accept { oid } => {
            let request = v1::AcceptReportRequest {
                oid,
                ..Default::default()
            };
            let send = async |r| client.registration().accept_report(r).await;
            desk.change(client, request, None, send).await
        }
        SuspectAct::Settle { oid } => {
            let request = v1::SettleSuspicionRequest {
                oid,
                ..Default::default()
            };
            let send = async |r| client.registration().settle_suspicion(r).await;
            desk.change(client, request, None, send).await
        }
    }
}

/// Confirms what is known of a registrant.
pub async fn confirm(desk: &Desk, client: &Client, args: ConfirmArgs) -> Result<Outcome, Failure> {
    let request = v1::ConfirmContactRequest {
        oid: args.oid,
        code: args.code.unwrap_or_default(),
        ..Default::default()
    };
    let send = async |r| client.registration().confirm_contact(r).await;
    desk.change(client, request, None, send).await
}

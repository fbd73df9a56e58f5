//! `label`: labels that are not final, what is said against them, and what is decided.

use crate::{
    cli::{
        args::LabelAct,
        card::provisional,
        client::Client,
        commands::{delegate::plan, state::etag},
        desk::Desk,
        failure::{Failure, Outcome},
        view::ClaimedView,
    },
    pb::v1,
};

/// Most arcs of one page, which the API sets.
const PAGE: u32 = 1_000;

/// Carries out what is asked about labels.
pub async fn run(desk: &Desk, client: &Client, act: LabelAct) -> Result<Outcome, Failure> {
    match act {
        LabelAct::Claims { superior } => claims(desk, client, superior).await,
        LabelAct::Challenge { oid, label, text } => {
            let request = v1::ChallengeLabelRequest {
                oid,
                label,
                text,
                ..Default::default()
            };
            let send = async |r| client.registration().challenge_label(r).await;
            desk.change(client, request, None, send).await
        }
        LabelAct::Decide {
            oid, label, uphold, ..
        } => {
            let plan = plan(desk, client, "Decide the challenge to a label of", &oid).await?;
            let request = v1::DecideChallengeRequest {
                oid,
                label,
                upheld: uphold,
                etag: etag(plan.as_ref()),
                options: None,
            };
            let send = async |r| client.registration().decide_challenge(r).await;
            desk.change(client, request, plan, send).await
        }
    }
}

async fn claims(desk: &Desk, client: &Client, superior: String) -> Result<Outcome, Failure> {
    let mut request = v1::ListLabelClaimsRequest {
        superior,
        page_size: PAGE,
        page_token: String::new(),
    };
    let mut all = Vec::new();
    loop {
        let send = async |r| client.resolution().list_label_claims(r).await;
        let answer = client.call(&request, send).await?;
        all.extend(answer.claims);
        request.page_token = answer.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    let views: Vec<_> = all.iter().map(ClaimedView::from).collect();
    if desk.output.is_for_people() {
        let row = |one: &ClaimedView| vec![one.oid.clone(), provisional(&one.claim)];
        let rows: Vec<_> = views.iter().map(row).collect();
        desk.output.table(&["OID", "PROVISIONAL"], &rows)?;
    } else {
        desk.output.many(&views)?;
    }
    Ok(if all.is_empty() {
        Outcome::No
    } else {
        Outcome::Done
    })
}

//! `notice`: what applicants and registrants were told of by mail, and what became of it.

use crate::{
    cli::{
        args::{NoticeAct, NoticeListArgs},
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome},
        view::NoticeView,
    },
    pb::v1,
};

/// Most notices of one page, which the API sets.
const PAGE: u32 = 1_000;
/// The heading of a list.
const HEADING: &[&str] = &["ID", "KIND", "ABOUT", "TO", "MADE", "OUTCOME", "SETTLED"];

/// Lists notices.
pub async fn run(desk: &Desk, client: &Client, act: NoticeAct) -> Result<Outcome, Failure> {
    match act {
        NoticeAct::List(args) => list(desk, client, args).await,
    }
}

async fn list(desk: &Desk, client: &Client, args: NoticeListArgs) -> Result<Outcome, Failure> {
    let mut request = v1::ListNoticesRequest {
        application: args.application.unwrap_or_default(),
        waiting: args.waiting,
        page_size: PAGE,
        page_token: String::new(),
    };
    let mut all = Vec::new();
    loop {
        let send = async |r| client.applications().list_notices(r).await;
        let answer = client.call(&request, send).await?;
        all.extend(answer.notices.iter().map(NoticeView::from));
        request.page_token = answer.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    if desk.output.is_for_people() {
        let rows: Vec<_> = all.iter().map(row).collect();
        desk.output.table(HEADING, &rows)?;
    } else {
        desk.output.many(&all)?;
    }
    Ok(if all.is_empty() {
        Outcome::No
    } else {
        Outcome::Done
    })
}

fn row(one: &NoticeView) -> Vec<String> {
    let outcome = match one.reply {
        0 => one.outcome.clone(),
        reply => format!("{} ({reply})", one.outcome),
    };
    vec![
        one.id.clone(),
        one.kind.clone(),
        format!("{}{}", one.application, one.oid),
        one.registrant.clone(),
        one.made.clone(),
        outcome,
        one.settled.clone(),
    ]
}

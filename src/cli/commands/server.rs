//! `server`: what a server is, and whether it is ready.

use serde::Serialize;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus};

use crate::{
    cli::{
        args::{ServerAct, ServerArgs},
        card::pair,
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome},
        table::clean,
        view::{RevisionView, moment},
    },
    pb::v1,
};

#[derive(Serialize)]
struct InfoView {
    server: String,
    version: String,
    register_id: String,
    authorities: Vec<String>,
    revision: RevisionView,
    tree_head: String,
    checkpoint_key: String,
    statement_key: String,
    data_version: String,
    unicode_version: String,
    started: String,
    writable: bool,
    limits: Vec<LimitView>,
}

#[derive(Serialize)]
struct LimitView {
    name: String,
    value: u64,
    unit: String,
}

#[derive(Serialize)]
struct HealthView<'a> {
    server: &'a str,
    status: &'a str,
}

/// Asks after the server.
pub async fn run(desk: &Desk, client: &Client, args: &ServerArgs) -> Result<Outcome, Failure> {
    match args.act.unwrap_or_default() {
        ServerAct::Info => info(desk, client).await,
        ServerAct::Revision => revision(desk, client).await,
        ServerAct::Health => health(desk, client).await,
    }
}

async fn ask(client: &Client) -> Result<v1::GetServerInfoResponse, Failure> {
    let request = v1::GetServerInfoRequest {};
    client
        .call(&request, async |r| {
            client.administration().get_server_info(r).await
        })
        .await
}

async fn revision(desk: &Desk, client: &Client) -> Result<Outcome, Failure> {
    let revision = ask(client).await?.revision.unwrap_or_default();
    if desk.output.is_for_people() {
        desk.output.text(&format!("{}\n", clean(&revision.token)))?;
    } else {
        desk.output.one(&RevisionView::from(&revision))?;
    }
    Ok(Outcome::Done)
}

async fn info(desk: &Desk, client: &Client) -> Result<Outcome, Failure> {
    let answer = ask(client).await?;
    let view = InfoView {
        server: client.server().to_owned(),
        version: answer.version,
        register_id: answer.register_id,
        authorities: answer.authorities,
        revision: answer.revision.as_ref().map(Into::into).unwrap_or_default(),
        tree_head: answer.tree_head,
        checkpoint_key: answer.checkpoint_key,
        statement_key: answer.statement_key,
        data_version: answer.data_version,
        unicode_version: answer.unicode_version,
        started: moment(answer.started.as_ref()),
        writable: answer.writable,
        limits: answer
            .limits
            .into_iter()
            .map(|limit| LimitView {
                name: limit.name,
                value: limit.value,
                unit: limit.unit,
            })
            .collect(),
    };
    if !desk.output.is_for_people() {
        desk.output.one(&view)?;
        return Ok(Outcome::Done);
    }
    let mut rows = vec![
        pair("server", &view.server),
        pair("version", &view.version),
        pair("register", &view.register_id),
        pair("authority of", &view.authorities.join(", ")),
        pair(
            "revision",
            &format!("{} of {}", view.revision.sequence, view.revision.time),
        ),
        pair("tree head", &view.tree_head),
        pair("checkpoint key", &view.checkpoint_key),
        pair("statement key", &view.statement_key),
        pair("data", &view.data_version),
        pair("Unicode", &view.unicode_version),
        pair("started", &view.started),
        pair("takes changes", if view.writable { "yes" } else { "no" }),
    ];
    rows.extend(view.limits.iter().map(|l| {
        pair(
            &format!("limit {}", l.name),
            &format!("{} {}", l.value, l.unit),
        )
    }));
    desk.output.table(&[], &rows)?;
    Ok(Outcome::Done)
}

async fn health(desk: &Desk, client: &Client) -> Result<Outcome, Failure> {
    let request = HealthCheckRequest::default();
    let answer = client
        .call(&request, async |r| client.health().check(r).await)
        .await?;
    let serving = answer.status() == ServingStatus::Serving;
    let status = if serving { "serving" } else { "not serving" };
    if desk.output.is_for_people() {
        desk.output.text(&format!("{status}\n"))?;
    } else {
        desk.output.one(&HealthView {
            server: client.server(),
            status,
        })?;
    }
    Ok(if serving { Outcome::Done } else { Outcome::No })
}

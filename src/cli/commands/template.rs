//! `template`: the rule by which an arc answers for subordinates without a row of each.
//!
//! What is not named in `template set` stays as it is. Numbers that are used up stay so: people are asked first.

use serde::Serialize;

use crate::{
    cli::{
        args::{TemplateAct, TemplateSetArgs},
        card::{pair, template_fields},
        client::Client,
        commands::{delegate::plan, state::etag},
        desk::{Desk, Plan},
        failure::{Failure, Outcome},
        view::TemplateView,
    },
    pb::v1,
};

#[derive(Serialize)]
struct OfArcView {
    oid: String,
    template: Option<TemplateView>,
}

/// Shows, sets or closes a template.
pub async fn run(desk: &Desk, client: &Client, act: TemplateAct) -> Result<Outcome, Failure> {
    match act {
        TemplateAct::Get { oid } => get(desk, client, &oid).await,
        TemplateAct::Set(args) => set(desk, client, *args).await,
        TemplateAct::Close { oid } => {
            let plan = plan(desk, client, "Close the template of", &oid).await?;
            let request = v1::CloseTemplateRequest {
                oid,
                etag: etag(plan.as_ref()),
                options: None,
            };
            let send = async |r| client.registration().close_template(r).await;
            desk.change(client, request, plan, send).await
        }
    }
}

async fn get(desk: &Desk, client: &Client, oid: &str) -> Result<Outcome, Failure> {
    let entry = desk.entry(client, oid).await?;
    if !desk.output.is_for_people() {
        desk.output.one(&OfArcView {
            oid: entry.oid,
            template: entry.template.as_ref().map(Into::into),
        })?;
        return Ok(Outcome::Done);
    }
    let Some(template) = &entry.template else {
        let text = format!("{} has no template.\n", entry.oid);
        desk.output.text(&text)?;
        return Ok(Outcome::Done);
    };
    let heading = desk.output.palette.strong(&entry.oid);
    desk.output.text(&format!("{heading}\n"))?;
    let rows: Vec<_> = template_fields(template)
        .iter()
        .map(|(name, text)| pair(name, text))
        .collect();
    desk.output.table(&[], &rows)?;
    Ok(Outcome::Done)
}

async fn set(desk: &Desk, client: &Client, mut args: TemplateSetArgs) -> Result<Outcome, Failure> {
    let lang = args.lang.as_deref();
    args.titles = desk.in_language(lang, args.titles);
    args.descriptions = desk.in_language(lang, args.descriptions);
    let asks = desk.asks()?;
    let entry = desk.entry(client, &args.oid).await?;
    let act = format!("Set the template of {}", args.oid);
    let request = v1::SetTemplateRequest {
        oid: entry.oid.clone(),
        template: Some(asked(args, entry.template.clone())?),
        etag: entry.etag.clone(),
        options: None,
    };
    let plan = asks.then(|| Plan {
        act,
        before: Some(entry),
    });
    let send = async |r| client.registration().set_template(r).await;
    desk.change(client, request, plan, send).await
}

/// The template with what was typed in place of what there is.
fn asked(args: TemplateSetArgs, now: Option<v1::Template>) -> Result<v1::Template, Failure> {
    fn or<T>(typed: Vec<T>, now: Vec<T>) -> Vec<T> {
        if typed.is_empty() { now } else { typed }
    }
    let now = now.unwrap_or_default();
    let typed = args.uuids || args.numbers.is_some();
    let texts = [&args.titles, &args.descriptions];
    if !typed && texts.iter().all(|one| one.is_empty()) && args.services.is_empty() {
        return Err(Failure::Usage(
            "nothing to set was named; see 'oidctl template set --help'".to_owned(),
        ));
    }
    let (uuids, numbers) = match args.numbers {
        Some(numbers) => (false, numbers.0),
        None if args.uuids => (true, Vec::new()),
        None => (now.uuids, now.numbers),
    };
    Ok(v1::Template {
        numbers,
        uuids,
        titles: or(args.titles, now.titles),
        descriptions: or(args.descriptions, now.descriptions),
        services: or(args.services, now.services),
        since: None,
        closed: None,
    })
}

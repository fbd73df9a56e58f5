//! `allocation-token`: what is promised to whoever has a secret.
//!
//! The secret is shown once, where its caller looks for it, or written to a new file that nobody else may read. It must never
//! stand in a failure or a note.

use crate::{
    cli::{
        args::{AllocationTokenAct, AllocationTokenIssueArgs},
        card::pair,
        client::Client,
        commands::credential::Saved,
        desk::Desk,
        failure::{Failure, Outcome},
        output::note,
        view::{AllocationTokenView, AllocationTokenWrittenView},
    },
    pb::v1::{self, issue_allocation_token_request::Of},
};

/// Most tokens of one page, which the API sets.
const PAGE: u32 = 1_000;
/// The heading of a list.
const HEADING: &[&str] = &["ID", "PROMISES", "TAKEN", "UNTIL", "IS", "FOR", "NAME"];

/// Looks after allocation tokens.
pub async fn run(
    desk: &Desk,
    client: &Client,
    act: AllocationTokenAct,
) -> Result<Outcome, Failure> {
    match act {
        AllocationTokenAct::Issue(args) => issue(desk, client, args).await,
        AllocationTokenAct::List { superior } => list(desk, client, superior).await,
        AllocationTokenAct::Revoke { id } => revoke(desk, client, id).await,
    }
}

async fn issue(
    desk: &Desk,
    client: &Client,
    args: AllocationTokenIssueArgs,
) -> Result<Outcome, Failure> {
    let save = Saved::ready(args.save)?;
    let of = match (args.number, args.range) {
        (Some(number), _) => Some(Of::Number(number)),
        (None, numbers) => Some(Of::Range(v1::PromisedRange {
            numbers,
            count: args.count.unwrap_or_default(),
        })),
    };
    let request = v1::IssueAllocationTokenRequest {
        superior: args.superior,
        of,
        name: args.name,
        principal: args.principal.unwrap_or_default(),
        registrant: args.registrant.unwrap_or_default(),
        until: Some(args.until),
        options: None,
    };
    let send = async |r| client.registration().issue_allocation_token(r).await;
    let answer = desk.send(client, request, send).await?;
    shown(desk, answer, save)
}

async fn revoke(desk: &Desk, client: &Client, id: String) -> Result<Outcome, Failure> {
    let act = Some(format!("Revoke {id} for ever"));
    let request = v1::RevokeAllocationTokenRequest {
        allocation_token: id,
        options: None,
    };
    let known = |tried: &v1::AllocationTokenResponse| tried.allocation_token.as_ref().map(fields);
    let send = async |r| client.registration().revoke_allocation_token(r).await;
    let answer = desk.change_shown(client, request, act, known, send).await?;
    shown(desk, answer, None)
}

/// Shows what came of a change, or writes the secret to its file.
fn shown(
    desk: &Desk,
    answer: v1::AllocationTokenResponse,
    save: Option<Saved>,
) -> Result<Outcome, Failure> {
    let mut view = AllocationTokenWrittenView {
        secret: answer.secret,
        allocation_token: answer.allocation_token.as_ref().map(Into::into),
        revision: answer.revision.as_ref().map(Into::into).unwrap_or_default(),
        request_id: answer.request_id,
        replayed: answer.replayed,
        dry_run: desk.writing.dry_run,
        ..AllocationTokenWrittenView::default()
    };
    if let Some(save) = save.filter(|_| !view.secret.is_empty()) {
        view.secret_file = save.keep(&view.secret)?;
        view.secret.clear();
    }
    if !desk.output.is_for_people() {
        desk.output.one(&view)?;
        return Ok(Outcome::Done);
    }
    let secrets = [("secret", &view.secret), ("secret in", &view.secret_file)];
    let there = secrets.into_iter().filter(|(_, text)| !text.is_empty());
    let mut rows: Vec<_> = there.map(|(name, text)| pair(name, text)).collect();
    let known = answer.allocation_token.as_ref().map(fields);
    let known = known.unwrap_or_default();
    rows.extend(known.iter().map(|(name, text)| pair(name, text)));
    desk.output.table(&[], &rows)?;
    desk.output.flush()?;
    if !view.secret.is_empty() {
        note("Keep it now: it is shown this once.");
    }
    desk.recorded(answer.revision.as_ref(), &view.request_id, view.replayed);
    Ok(Outcome::Done)
}

async fn list(desk: &Desk, client: &Client, superior: String) -> Result<Outcome, Failure> {
    let mut request = v1::ListAllocationTokensRequest {
        superior,
        page_size: PAGE,
        page_token: String::new(),
    };
    let mut all = Vec::new();
    loop {
        let send = async |r| client.registration().list_allocation_tokens(r).await;
        let answer = client.call(&request, send).await?;
        all.extend(answer.allocation_tokens);
        request.page_token = answer.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    let views: Vec<_> = all.iter().map(AllocationTokenView::from).collect();
    if desk.output.is_for_people() {
        let rows: Vec<_> = views.into_iter().map(row).collect();
        desk.output.table(HEADING, &rows)?;
    } else {
        desk.output.many(&views)?;
    }
    Ok(if all.is_empty() {
        Outcome::No
    } else {
        Outcome::Done
    })
}

fn row(view: AllocationTokenView) -> Vec<String> {
    let promises = promises(&view);
    let taken = view.used.to_string();
    let is = is(&view).to_owned();
    let (id, until, principal, name) = (view.id, view.until, view.principal, view.name);
    vec![id, promises, taken, until, is, principal, name]
}

fn promises(view: &AllocationTokenView) -> String {
    match &view.range {
        Some(range) => {
            let (count, numbers) = (range.count, &range.numbers);
            format!("{count} of {}-{}", numbers.from, numbers.to)
        }
        None => view.number.clone(),
    }
}

fn is(view: &AllocationTokenView) -> &'static str {
    let promised = view.range.as_ref().map_or(1, |range| range.count);
    match (view.revoked, view.open) {
        (true, _) => "revoked",
        (false, true) => "open",
        (false, false) if view.used >= promised => "used up",
        (false, false) => "over",
    }
}

/// What is known of a token, as names and values in order.
fn fields(token: &v1::AllocationToken) -> Vec<(&'static str, String)> {
    let view = AllocationTokenView::from(token);
    let (promises, is) = (promises(&view), is(&view).to_owned());
    let mut out = vec![
        ("allocation token", view.id),
        ("below", view.superior),
        ("promises", promises),
        ("taken", view.used.to_string()),
        ("is", is),
        ("name", view.name),
        ("for", view.principal),
        ("registrant", view.registrant),
        ("until", view.until),
        ("issued", view.issued),
        ("by", view.by),
    ];
    out.retain(|(_, text)| !text.is_empty());
    out
}

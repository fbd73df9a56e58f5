//! `history`: what happened to an arc, the newest first.
//!
//! What a change did is told by comparing the entry it left with the one before it; the server's items are never
//! summed up otherwise.

use crate::{
    cli::{
        args::{Format, HistoryArgs, HistoryForm},
        card,
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome},
        output::note,
        table::clean,
        view::{HistoryView, moment},
    },
    pb::v1,
};

/// Most items of one page, which the API sets.
const PAGE_ITEMS_MAX: u64 = 1_000;

/// Tells the history of an arc.
pub async fn run(desk: &Desk, client: &Client, args: &HistoryArgs) -> Result<Outcome, Failure> {
    let most = if args.all { u64::MAX } else { args.limit };
    // One item more than is told shows what the oldest told one changed.
    let (mut items, mut more) = read(client, &args.oid, most.saturating_add(1)).await?;
    let beyond = match usize::try_from(most) {
        Ok(most) if items.len() > most => items.split_off(most),
        _ => Vec::new(),
    };
    more |= !beyond.is_empty();
    match desk.output.format {
        Format::Human if args.form == HistoryForm::Changes => {
            changes(desk, &items, beyond.first())?;
        }
        Format::Human | Format::Table => table(desk, &items)?,
        _ => desk
            .output
            .many(&items.iter().map(HistoryView::from).collect::<Vec<_>>())?,
    }
    if more {
        desk.output.flush()?;
        note("There is more; see it all with --all.");
    }
    Ok(if items.is_empty() {
        Outcome::No
    } else {
        Outcome::Done
    })
}

async fn read(
    client: &Client,
    oid: &str,
    most: u64,
) -> Result<(Vec<v1::HistoryItem>, bool), Failure> {
    let mut items = Vec::new();
    let mut left = most;
    let mut page_token = String::new();
    loop {
        let request = v1::GetHistoryRequest {
            oid: oid.to_owned(),
            page_size: u32::try_from(left.min(PAGE_ITEMS_MAX)).unwrap_or(u32::MAX),
            page_token,
        };
        let answer = client
            .call(&request, async |r| client.resolution().get_history(r).await)
            .await?;
        left = left.saturating_sub(u64::try_from(answer.items.len()).unwrap_or(u64::MAX));
        items.extend(answer.items);
        page_token = answer.next_page_token;
        if page_token.is_empty() || left == 0 {
            return Ok((items, !page_token.is_empty()));
        }
    }
}

fn table(desk: &Desk, items: &[v1::HistoryItem]) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| {
            let why = [item.reason.as_str(), &item.override_reason];
            vec![
                item.sequence.to_string(),
                moment(item.time.as_ref()),
                item.kinds.join(", "),
                item.principal.clone(),
                why.into_iter()
                    .filter(|text| !text.is_empty())
                    .collect::<Vec<_>>()
                    .join("; "),
                item.request_id.clone(),
            ]
        })
        .collect();
    desk.output.table(
        &["REVISION", "TIME", "WHAT", "WHO", "WHY", "REQUEST"],
        &rows,
    )
}

fn changes(
    desk: &Desk,
    items: &[v1::HistoryItem],
    beyond: Option<&v1::HistoryItem>,
) -> Result<(), Failure> {
    let palette = desk.output.palette;
    let fields = |item: Option<&v1::HistoryItem>| {
        item.and_then(|item| item.entry.as_ref())
            .map(card::fields)
            .unwrap_or_default()
    };
    let olds = items.iter().skip(1).map(Some).chain([beyond]);
    for (item, old) in items.iter().zip(olds) {
        let head = format!("{}  {}", item.sequence, moment(item.time.as_ref()));
        let who = if item.principal.is_empty() {
            String::new()
        } else {
            format!("  by {}", item.principal)
        };
        let line = format!(
            "{}  {}{}\n",
            palette.strong(&head),
            clean(&item.kinds.join(", ")),
            clean(&who)
        );
        desk.output.text(&line)?;
        for (name, text) in [
            ("reason", &item.reason),
            ("override", &item.override_reason),
            ("asked for by", &item.asked_by),
            ("allocation token", &item.allocation_token),
        ] {
            if !text.is_empty() {
                desk.output
                    .text(&format!("    {name}: {}\n", clean(text)))?;
            }
        }
        for line in card::difference(&fields(old), &fields(Some(item)), palette) {
            desk.output.text(&format!("  {line}\n"))?;
        }
    }
    Ok(())
}

//! `audit`: who did, tried or looked at what, the newest first.

use crate::{
    cli::{
        args::{AuditArgs, AuditEnd},
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome},
        output::note,
        view::{AuditView, moment, word},
    },
    pb::v1::{self, AuditOutcome},
};

/// Most entries of one page, which the API sets.
const PAGE_ENTRIES_MAX: u64 = 1_000;

/// Tells of the calls that were asked for.
pub async fn run(desk: &Desk, client: &Client, args: &AuditArgs) -> Result<Outcome, Failure> {
    let most = if args.all { u64::MAX } else { args.limit };
    let (entries, more) = read(client, args, most).await?;
    if desk.output.is_for_people() {
        let rows: Vec<_> = entries.iter().map(row).collect();
        let head = [
            "TIME", "WHO", "FROM", "DID", "AT", "ABOUT", "ENDED", "REVISION",
        ];
        desk.output.table(&head, &rows)?;
    } else {
        let views: Vec<_> = entries.iter().map(AuditView::from).collect();
        desk.output.many(&views)?;
    }
    if more {
        desk.output.flush()?;
        note("There is more; see it all with --all.");
    }
    Ok(if entries.is_empty() {
        Outcome::No
    } else {
        Outcome::Done
    })
}

async fn read(
    client: &Client,
    args: &AuditArgs,
    most: u64,
) -> Result<(Vec<v1::AuditEntry>, bool), Failure> {
    let outcome = match args.outcome {
        None => AuditOutcome::Unspecified,
        Some(AuditEnd::Ok) => AuditOutcome::Ok,
        Some(AuditEnd::Refused) => AuditOutcome::Refused,
        Some(AuditEnd::Fault) => AuditOutcome::Fault,
    };
    let mut request = v1::ListAuditRequest {
        principal: args.principal.clone().unwrap_or_default(),
        oid: args.at.clone().unwrap_or_default(),
        since: args.since,
        until: args.until,
        outcome: outcome as i32,
        page_size: 0,
        page_token: String::new(),
    };
    let mut entries = Vec::new();
    let mut left = most;
    loop {
        request.page_size = u32::try_from(left.min(PAGE_ENTRIES_MAX)).unwrap_or(u32::MAX);
        let answer = client
            .call(&request, async |r| client.audit().list_audit(r).await)
            .await?;
        if !answer.kept {
            note("This server keeps no audit log.");
        }
        left = left.saturating_sub(u64::try_from(answer.entries.len()).unwrap_or(u64::MAX));
        entries.extend(answer.entries);
        request.page_token = answer.next_page_token;
        if request.page_token.is_empty() || left == 0 {
            return Ok((entries, !request.page_token.is_empty()));
        }
    }
}

fn row(entry: &v1::AuditEntry) -> Vec<String> {
    if entry.lost > 0 {
        let time = moment(entry.time.as_ref());
        let lost = format!("{} entries are missing here", entry.lost);
        let blank = std::iter::repeat_n(String::new(), 4);
        return [time, String::new(), String::new(), lost]
            .into_iter()
            .chain(blank)
            .collect();
    }
    let named = u64::try_from(entry.oids.len()).unwrap_or(u64::MAX);
    let at = entry.oids.join(" ");
    let at = if entry.nodes > named {
        format!("{} below {at}", entry.nodes)
    } else {
        at
    };
    let ended = if entry.refusal.is_empty() {
        word(entry.outcome().as_str_name(), "AUDIT_OUTCOME_")
    } else {
        entry.refusal.clone()
    };
    let tried = if entry.validate_only {
        format!("{} (tried)", entry.method)
    } else {
        entry.method.clone()
    };
    let revision = (entry.sequence > 0).then(|| entry.sequence.to_string());
    vec![
        moment(entry.time.as_ref()),
        entry.principal.clone(),
        entry.source.clone(),
        tried,
        at,
        entry.about.clone(),
        ended,
        revision.unwrap_or_default(),
    ]
}

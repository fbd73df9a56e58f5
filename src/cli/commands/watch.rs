//! `watch`: changes as they are recorded, connected again after a break, and resumable.
//!
//! It must never show a change twice or leave one out: after a break it goes on from the last revision it was given.

use std::time::Duration;

use tonic::Streaming;

use crate::{
    cli::{
        args::WatchArgs,
        card,
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome},
        output::note,
        table::clean,
        view::{ChangeView, RevisionView, moment},
    },
    pb::v1,
};

/// How often a connection is tried again before it is given up.
const BREAKS_MAX: u32 = 8;
/// The first pause before it is tried again; each further one is twice as long.
const PAUSE_FIRST: Duration = Duration::from_millis(250);

/// Shows changes until it is interrupted.
pub async fn run(desk: &Desk, client: &Client, args: &WatchArgs) -> Result<Outcome, Failure> {
    let mut after = args.after.clone().unwrap_or_default();
    let outcome = tokio::select! {
        result = watch(desk, client, args, &mut after) => result,
        _interrupted = tokio::signal::ctrl_c() => Ok(Outcome::Done),
    };
    let moved = args.after.as_ref() != Some(&after);
    if !after.is_empty() && (moved || outcome.is_ok()) && desk.output.is_for_people() {
        note(&format!(
            "To go on from here: oidctl watch --after {}",
            clean(&after)
        ));
    }
    outcome
}

async fn watch(
    desk: &Desk,
    client: &Client,
    args: &WatchArgs,
    after: &mut String,
) -> Result<Outcome, Failure> {
    let mut breaks = 0;
    let mut left = args.count;
    loop {
        let before = after.clone();
        match follow(desk, client, args, after, &mut left).await {
            Ok(()) if left == Some(0) => return Ok(Outcome::Done),
            Err(failure) if failure.transient() && breaks < BREAKS_MAX => {
                breaks = if *after == before { breaks + 1 } else { 1 };
                note("The connection broke; trying again.");
                tokio::time::sleep(PAUSE_FIRST.saturating_mul(1 << (breaks - 1))).await;
            }
            // A server that ends the stream in good order is stopping; it will be back, or another in its place.
            Ok(()) if breaks < BREAKS_MAX => {
                breaks = if *after == before { breaks + 1 } else { 1 };
                tokio::time::sleep(PAUSE_FIRST.saturating_mul(1 << (breaks - 1))).await;
            }
            Ok(()) => return Ok(Outcome::Done),
            Err(failure) => return Err(failure),
        }
    }
}

async fn follow(
    desk: &Desk,
    client: &Client,
    args: &WatchArgs,
    after: &mut String,
    left: &mut Option<u64>,
) -> Result<(), Failure> {
    let request = v1::WatchRequest {
        oid: args.oid.clone().unwrap_or_default(),
        after_revision: after.clone(),
    };
    let send = async |r| client.resolution().watch(r).await;
    let mut stream: Streaming<v1::WatchResponse> = client.once(&request, &send, None).await?;
    while let Some(news) = stream
        .message()
        .await
        .map_err(|status| client.failure(&status))?
    {
        for change in &news.changes {
            show(desk, change, news.revision.as_ref())?;
        }
        desk.output.flush()?;
        if let Some(revision) = news.revision {
            *after = revision.token;
        }
        // The changes of one revision belong together: it is shown whole, also where it holds more than were wanted.
        if let Some(left) = left {
            *left = left.saturating_sub(u64::try_from(news.changes.len()).unwrap_or(u64::MAX));
            if *left == 0 {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn show(
    desk: &Desk,
    change: &v1::watch_response::Change,
    revision: Option<&v1::Revision>,
) -> Result<(), Failure> {
    if !desk.output.is_for_people() {
        return desk.output.next(&ChangeView {
            oid: change.oid.clone(),
            kind: change.kind.clone(),
            time: moment(change.time.as_ref()),
            entry: change.entry.as_ref().map(Into::into),
            revision: revision.map(RevisionView::from).unwrap_or_default(),
        });
    }
    let sequence = revision
        .map(|revision| revision.sequence)
        .unwrap_or_default();
    let title = change.entry.as_ref().map(card::title).unwrap_or_default();
    desk.output.text(&format!(
        "{sequence}  {}  {}  {}  {}\n",
        moment(change.time.as_ref()),
        desk.output.palette.strong(&clean(&change.oid)),
        clean(&change.kind),
        clean(title)
    ))
}

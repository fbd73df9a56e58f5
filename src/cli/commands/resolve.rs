//! `resolve` and `children`: what object identifiers are, and what is directly below a node.
//!
//! What is not registered is an answer: it is shown with its nearest superior, and the outcome is no.

use crate::{
    cli::{
        args::{ChildrenArgs, Format, ResolveArgs},
        card,
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome},
        follow::{End, Followed, Follower, Trust},
        output::note,
        table::clean,
        view::{EntryView, ResolveView},
        warning,
    },
    pb::v1::{self, resolve_response::Outcome as Answer},
};

/// Most object identifiers of one request, which the API sets.
const BATCH_OIDS_MAX: usize = 1_000;
/// Most entries of one page, which the API sets.
const PAGE_ENTRIES_MAX: u64 = 1_000;

/// Says what object identifiers are.
pub async fn resolve(desk: &Desk, client: &Client, args: &ResolveArgs) -> Result<Outcome, Failure> {
    match args.oids.as_slice() {
        [oid] => one(desk, client, args, oid).await,
        oids if args.superiors || args.follow => {
            let mut outcome = Outcome::Done;
            for oid in oids {
                if one(desk, client, args, oid).await? == Outcome::No {
                    outcome = Outcome::No;
                }
            }
            Ok(outcome)
        }
        oids => many(desk, client, args, oids).await,
    }
}

async fn one(
    desk: &Desk,
    client: &Client,
    args: &ResolveArgs,
    oid: &str,
) -> Result<Outcome, Failure> {
    let request = v1::ResolveRequest {
        oid: oid.to_owned(),
        strict: args.strict,
        read: desk.read_options(),
        with_superiors: args.superiors,
    };
    let answer = client
        .call(&request, async |r| client.resolution().resolve(r).await)
        .await?;
    let mut view = ResolveView::answered(oid, &answer);
    if desk.output.is_for_people() {
        warning::tell("", &view.tolerated, &view.disagreements);
    }
    let followed = if args.follow {
        followed(desk, client, &answer).await?
    } else {
        None
    };
    view.followed = followed.as_ref().map(Into::into);
    match desk.output.format {
        Format::Human => show(desk, oid, &answer)?,
        Format::Table => desk.output.table(ROW_HEADING, &[row(view, &answer)])?,
        _ => desk.output.one(&view)?,
    }
    if let Some(followed) = &followed {
        if desk.output.is_for_people() {
            show_way(desk, followed)?;
        }
        return Ok(match followed.end {
            End::Found => Outcome::Done,
            _ => Outcome::No,
        });
    }
    let ors = answer.referral.as_ref().map_or("", |one| &one.ors);
    if args.follow && !ors.is_empty() {
        note("Its holder names an ORS zone alone, and those are not followed.");
    }
    Ok(outcome(&answer))
}

/// Where the referral of an answer leads; none where there is none.
async fn followed(
    desk: &Desk,
    client: &Client,
    answer: &v1::ResolveResponse,
) -> Result<Option<Followed>, Failure> {
    if answer.outcome() != Answer::SuperiorFound {
        return Ok(None);
    }
    let named = answer.referral.iter().map(|one| one.oidip.clone());
    let services = answer.entry.iter().flat_map(|entry| &entry.services);
    let services = services.filter(|one| one.kind == "oidip");
    let services = services.map(|one| one.uri.clone());
    let mut addresses: Vec<_> = named.chain(services).collect();
    addresses.retain(|address| !address.is_empty());
    if addresses.is_empty() {
        return Ok(None);
    }
    let oid = answer.notations.as_ref().map_or("", |forms| &forms.dot);
    let ca = desk.settings.seals()?.ca.map(Into::into);
    let trust = Trust::new(ca);
    let here = is_here(client.server());
    Ok(Some(
        Follower::new(oid, &trust)
            .within(desk.settings.timeout)
            .follow(addresses, here)
            .await,
    ))
}

/// Whether a server is on this machine.
fn is_here(server: &str) -> bool {
    let uri: Option<http::Uri> = server.parse().ok();
    let host = uri.as_ref().and_then(http::Uri::host).unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address = host.parse::<std::net::IpAddr>();
    server.starts_with("unix:")
        || host == "localhost"
        || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// The way that referrals led, and what the last one said.
fn show_way(desk: &Desk, followed: &Followed) -> Result<(), Failure> {
    desk.output.text("\nThe way:\n")?;
    for (place, hop) in followed.way.iter().enumerate() {
        let object = match hop.object.as_str() {
            "" => String::new(),
            object => format!(" ({})", clean(object)),
        };
        let (service, result) = (clean(&hop.service), clean(&hop.result));
        let line = format!("  {}  {service}  {result}{object}\n", place + 1);
        desk.output.text(&line)?;
    }
    if !followed.fields.is_empty() {
        desk.output.text("\n")?;
    }
    let longest = followed.fields.iter().map(|(name, _)| name.len()).max();
    let column = longest.unwrap_or_default() + 1;
    for (name, value) in &followed.fields {
        let name = format!("{}:", clean(name));
        let line = format!("{name:<column$}  {}\n", clean(value));
        desk.output.text(&line)?;
    }
    desk.output.flush()?;
    note(followed.end.sentence());
    Ok(())
}

fn outcome(answer: &v1::ResolveResponse) -> Outcome {
    if answer.outcome() == Answer::Found {
        Outcome::Done
    } else {
        Outcome::No
    }
}

fn show(desk: &Desk, oid: &str, answer: &v1::ResolveResponse) -> Result<(), Failure> {
    let oid = clean(oid);
    match (answer.outcome(), &answer.entry) {
        (Answer::Found, Some(entry)) => card::write(&desk.output, entry)?,
        (Answer::SuperiorFound, Some(entry)) => {
            let arcs = if answer.distance == 1 { "arc" } else { "arcs" };
            note(&format!(
                "{oid} is not registered. Its nearest registered superior is {} {arcs} above:",
                answer.distance
            ));
            card::write(&desk.output, entry)?;
        }
        _ => note(&format!(
            "{oid} is not registered, and nothing on its path is."
        )),
    }
    if let Some(referral) = &answer.referral {
        desk.output.flush()?;
        note(&format!(
            "Its holder runs a register: {} {}",
            clean(&referral.oidip),
            clean(&referral.ors)
        ));
    }
    for superior in &answer.superiors {
        desk.output.text("\n")?;
        card::write(&desk.output, superior)?;
    }
    Ok(())
}

const ROW_HEADING: &[&str] = &[
    "ASKED",
    "OUTCOME",
    "OID",
    "STATE",
    "NAMES",
    "TITLE",
    "REGISTRANT",
    "REGISTERED",
];

fn row(view: ResolveView, answer: &v1::ResolveResponse) -> Vec<String> {
    let mut row = vec![view.asked, view.outcome];
    row.extend(answer.entry.as_ref().map(card::row).unwrap_or_default());
    row
}

async fn many(
    desk: &Desk,
    client: &Client,
    args: &ResolveArgs,
    oids: &[String],
) -> Result<Outcome, Failure> {
    let mut worst = Outcome::Done;
    let mut views = Vec::new();
    let mut rows = Vec::new();
    for batch in oids.chunks(BATCH_OIDS_MAX) {
        let request = v1::BatchResolveRequest {
            oids: batch.to_vec(),
            strict: args.strict,
            read: desk.read_options(),
        };
        let answer = client
            .call(&request, async |r| {
                client.resolution().batch_resolve(r).await
            })
            .await?;
        for answered in &answer.rows {
            use v1::batch_resolve_response::row::Result as Row;
            let found = match &answered.result {
                Some(Row::Response(response)) => {
                    let view = ResolveView::answered(&answered.oid, response);
                    if desk.output.is_for_people() {
                        warning::tell(&answered.oid, &view.tolerated, &view.disagreements);
                        rows.push(row(view, response));
                    } else {
                        views.push(view);
                    }
                    outcome(response)
                }
                Some(Row::Error(error)) => {
                    views.push(ResolveView::refused(&answered.oid, error));
                    rows.push(vec![
                        answered.oid.clone(),
                        error.code.clone(),
                        error.message.clone(),
                    ]);
                    Outcome::No
                }
                None => Outcome::No,
            };
            if found == Outcome::No {
                worst = Outcome::No;
            }
        }
    }
    if desk.output.is_for_people() {
        desk.output.table(ROW_HEADING, &rows)?;
    } else {
        desk.output.many(&views)?;
    }
    Ok(worst)
}

/// Lists the direct subordinates of a node.
pub async fn children(
    desk: &Desk,
    client: &Client,
    args: &ChildrenArgs,
) -> Result<Outcome, Failure> {
    let most = if args.all { u64::MAX } else { args.limit };
    let mut left = most;
    let mut rows = Vec::new();
    let mut views = Vec::new();
    let mut page_token = String::new();
    loop {
        let page_size = u32::try_from(left.min(PAGE_ENTRIES_MAX)).unwrap_or(u32::MAX);
        let request = v1::ListChildrenRequest {
            oid: args.oid.clone().unwrap_or_default(),
            page_size,
            page_token,
            read: desk.read_options(),
        };
        let answer = client
            .call(&request, async |r| {
                client.resolution().list_children(r).await
            })
            .await?;
        left = left.saturating_sub(u64::try_from(answer.entries.len()).unwrap_or(u64::MAX));
        for entry in &answer.entries {
            match desk.output.format {
                Format::Human | Format::Table => rows.push(card::row(entry)),
                Format::Jsonl => desk.output.next(&EntryView::from(entry))?,
                Format::Json | Format::Yaml => views.push(EntryView::from(entry)),
            }
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() || left == 0 {
            break;
        }
    }
    match desk.output.format {
        Format::Human | Format::Table if rows.is_empty() => {
            note("No arcs are registered directly below it.");
        }
        Format::Human | Format::Table => desk.output.table(card::HEADING, &rows)?,
        Format::Jsonl => {}
        Format::Json | Format::Yaml => desk.output.many(&views)?,
    }
    if !page_token.is_empty() {
        desk.output.flush()?;
        note(&format!(
            "There are more than {most}; see them all with --all."
        ));
    }
    Ok(Outcome::Done)
}

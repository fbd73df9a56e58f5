//! `hold`, `release` and `reserve`: numbers kept free for a while, given up again, or burned.

use crate::{
    cli::{
        args::{HoldAct, HoldArgs, ReleaseArgs, ReserveArgs},
        card::pair,
        client::Client,
        desk::{Desk, Plan},
        failure::{Failure, Outcome},
        value::count,
        view::{HeldView, HoldView, moment},
    },
    model::limits::BLOCK_ARCS_MAX,
    pb::v1::{self, number_choice},
};

/// Most holds of one page, which the API sets.
const PAGE: u32 = 1_000;

/// Keeps a number free for a while.
pub async fn hold(desk: &Desk, client: &Client, args: &HoldArgs) -> Result<Outcome, Failure> {
    if let Some(HoldAct::List { oid }) = &args.act {
        return list(desk, client, oid).await;
    }
    let kind = match &args.number {
        Some(number) => number_choice::Kind::Number(number.clone()),
        None => number_choice::Kind::NextFree(number_choice::NextFree {}),
    };
    let request = v1::HoldRequest {
        superior: args.superior.clone().unwrap_or_default(),
        number: Some(v1::NumberChoice { kind: Some(kind) }),
        seconds: args.seconds,
        options: None,
    };
    let answer = desk
        .send(client, request, async |r| {
            client.registration().hold(r).await
        })
        .await?;
    show(desk, &answer)
}

/// Lists the numbers held below an arc.
async fn list(desk: &Desk, client: &Client, oid: &str) -> Result<Outcome, Failure> {
    let mut request = v1::ListHoldsRequest {
        superior: oid.to_owned(),
        page_size: PAGE,
        page_token: String::new(),
    };
    let mut all = Vec::new();
    loop {
        let answer = client
            .call(&request, async |r| {
                client.registration().list_holds(r).await
            })
            .await?;
        all.extend(answer.holds);
        request.page_token = answer.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    let views: Vec<_> = all.iter().map(HeldView::from).collect();
    if desk.output.is_for_people() {
        let row = |held: HeldView| vec![held.oid, held.until, held.principal, held.hold_id];
        let rows: Vec<_> = views.into_iter().map(row).collect();
        desk.output.table(&["OID", "UNTIL", "FOR", "HOLD"], &rows)?;
    } else {
        desk.output.many(&views)?;
    }
    Ok(if all.is_empty() {
        Outcome::No
    } else {
        Outcome::Done
    })
}

/// Gives a hold up.
pub async fn release(desk: &Desk, client: &Client, args: &ReleaseArgs) -> Result<Outcome, Failure> {
    let request = v1::ReleaseHoldRequest {
        superior: args.superior.clone(),
        number: args.number.clone(),
        hold_id: args.hold.clone().unwrap_or_default(),
        options: None,
    };
    let answer = desk
        .send(client, request, async |r| {
            client.registration().release_hold(r).await
        })
        .await?;
    show(desk, &answer)
}

fn show(desk: &Desk, answer: &v1::HoldResponse) -> Result<Outcome, Failure> {
    if !desk.output.is_for_people() {
        desk.output
            .one(&HoldView::of(answer, desk.writing.dry_run))?;
        return Ok(Outcome::Done);
    }
    let held = if answer.held { "held" } else { "free" };
    let mut rows = vec![pair("number", &answer.oid), pair("is", held)];
    if answer.held {
        rows.push(pair("until", &moment(answer.until.as_ref())));
        rows.push(pair("hold", &answer.hold_id));
    }
    desk.output.table(&[], &rows)?;
    desk.output.flush()?;
    desk.recorded(
        answer.revision.as_ref(),
        &answer.request_id,
        answer.replayed,
    );
    Ok(Outcome::Done)
}

/// Burns numbers without assigning them.
pub async fn reserve(desk: &Desk, client: &Client, args: &ReserveArgs) -> Result<Outcome, Failure> {
    let many = count(&args.numbers)
        .filter(|many| *many <= BLOCK_ARCS_MAX)
        .ok_or_else(|| {
            Failure::Usage(format!(
                "at most {BLOCK_ARCS_MAX} numbers are reserved at once"
            ))
        })?;
    let plan = desk.asks()?.then(|| Plan {
        act: format!(
            "Reserve {many} numbers below {}, which burns them for ever",
            args.superior
        ),
        before: None,
    });
    let request = v1::ReserveRequest {
        superior: args.superior.clone(),
        first: args.numbers.from.clone(),
        count: many,
        options: None,
    };
    desk.change(client, request, plan, async |r| {
        client.registration().reserve(r).await
    })
    .await
}

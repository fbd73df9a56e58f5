//! `hold`, `release` and `reserve`: numbers kept free for a while, given up again, or burned.

use crate::{
    cli::{
        args::{HoldArgs, ReleaseArgs, ReserveArgs},
        card::pair,
        client::Client,
        desk::{Desk, Plan},
        failure::{Failure, Outcome},
        value::count,
        view::{HoldView, moment},
    },
    model::limits::BLOCK_ARCS_MAX,
    pb::v1::{self, number_choice},
};

/// Keeps a number free for a while.
pub async fn hold(desk: &Desk, client: &Client, args: &HoldArgs) -> Result<Outcome, Failure> {
    let kind = match &args.number {
        Some(number) => number_choice::Kind::Number(number.clone()),
        None => number_choice::Kind::NextFree(number_choice::NextFree {}),
    };
    let request = v1::HoldRequest {
        superior: args.superior.clone(),
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

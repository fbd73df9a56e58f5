//! `person`: what is known of people and organisations, and that it is known no longer.

use crate::{
    cli::{
        args::{PersonAct, PersonEraseArgs},
        card::pair,
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome},
        view::{ErasedView, moment},
    },
    pb::v1,
};

/// Erases.
pub async fn run(desk: &Desk, client: &Client, act: PersonAct) -> Result<Outcome, Failure> {
    match act {
        PersonAct::Erase(args) => erase(desk, client, args).await,
    }
}

async fn erase(desk: &Desk, client: &Client, args: PersonEraseArgs) -> Result<Outcome, Failure> {
    let act = Some(format!("Erase what is known of {} for ever", args.id));
    let request = v1::ErasePersonRequest {
        person: args.id,
        basis: args.basis,
        keep_public_name: args.keep_public_name,
        options: None,
    };
    let shown = |tried: &v1::ErasePersonResponse| Some(vec![("basis", tried.basis.clone())]);
    let send = async |r| client.access().erase_person(r).await;
    let answer = desk.change_shown(client, request, act, shown, send).await?;
    if !desk.output.is_for_people() {
        desk.output
            .one(&ErasedView::of(&answer, desk.writing.dry_run))?;
        return Ok(Outcome::Done);
    }
    let rows = [
        pair("person", &answer.person),
        pair("erased", &moment(answer.erased.as_ref())),
        pair("basis", &answer.basis),
    ];
    desk.output.table(&[], &rows)?;
    desk.output.flush()?;
    desk.recorded(
        answer.revision.as_ref(),
        &answer.request_id,
        answer.replayed,
    );
    Ok(Outcome::Done)
}

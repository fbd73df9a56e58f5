//! `person`: what is known of people and organisations, and that it is known no longer.

use crate::{
    cli::{
        args::{PersonAct, PersonEraseArgs},
        card::pair,
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome},
        output::note,
        view::{ErasedView, HeldOfView, moment},
    },
    pb::v1,
};

/// Does what was asked.
pub async fn run(desk: &Desk, client: &Client, act: PersonAct) -> Result<Outcome, Failure> {
    match act {
        PersonAct::Export { id } => export(desk, client, id).await,
        PersonAct::Erase(args) => erase(desk, client, args).await,
    }
}

/// Writes all that is held. It is for handing on, so that people are given the form of programs, too.
async fn export(desk: &Desk, client: &Client, id: String) -> Result<Outcome, Failure> {
    let request = v1::ExportPersonRequest { person: id };
    let send = async |r| client.access().export_person(r).await;
    let answer = client.call(&request, send).await?;
    let view = HeldOfView::from(&answer);
    if desk.output.is_for_people() {
        let text = serde_json::to_string_pretty(&view)?;
        desk.output.text(&format!("{text}\n"))?;
        desk.output.flush()?;
    } else {
        desk.output.one(&view)?;
    }
    if answer.cut {
        note("There is more than one answer bears; ask the operator for the rest.");
    }
    Ok(Outcome::Done)
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

//! `registrant`: those who hold arcs, and which of them may be one and the same.

use crate::{
    cli::{
        args::{DuplicatesArgs, RegistrantAct},
        client::Client,
        csv,
        desk::Desk,
        failure::{Failure, Outcome},
        output::note,
        view::{ComparedView, LookAlikeView},
    },
    pb::v1,
};

/// The heading of what looks alike.
const HEADING: &[&str] = &[
    "GROUP",
    "REGISTRANT",
    "ARCS",
    "NAME",
    "E-MAIL",
    "TELEPHONE",
    "ALIKE IN",
];

/// Does what was asked.
pub async fn run(desk: &Desk, client: &Client, act: RegistrantAct) -> Result<Outcome, Failure> {
    match act {
        RegistrantAct::Duplicates(args) => duplicates(desk, client, args).await,
    }
}

async fn duplicates(
    desk: &Desk,
    client: &Client,
    args: DuplicatesArgs,
) -> Result<Outcome, Failure> {
    let request = v1::FindLookAlikesRequest {
        oid: args.node.unwrap_or_default(),
        least: args.min_likeness,
    };
    let send = async |r| client.access().find_look_alikes(r).await;
    let answer = client.call(&request, send).await?;
    let view = ComparedView::from(&answer);
    if args.csv {
        desk.output.text(&table(&view))?;
    } else if desk.output.is_for_people() {
        let rows: Vec<_> = members(&view).map(|one| cells(one).to_vec()).collect();
        if !rows.is_empty() {
            desk.output.table(HEADING, &rows)?;
        }
    } else {
        desk.output.one(&view)?;
    }
    desk.output.flush()?;
    if desk.output.is_for_people() {
        let (found, of) = (view.groups.len(), view.compared);
        note(&format!(
            "Registrants compared: {of}; groups of look-alikes: {found}."
        ));
    }
    if view.cut {
        note("There is more than one answer compares or lists.");
    }
    Ok(if view.groups.is_empty() {
        Outcome::No
    } else {
        Outcome::Done
    })
}

/// Everybody who is listed, with the number of the group.
fn members(view: &ComparedView) -> impl Iterator<Item = (usize, &LookAlikeView)> {
    let groups = view.groups.iter().zip(1..);
    groups.flat_map(|(group, at)| group.registrants.iter().map(move |one| (at, one)))
}

fn cells((group, one): (usize, &LookAlikeView)) -> [String; 7] {
    [
        group.to_string(),
        one.id.clone(),
        one.arcs.to_string(),
        one.name.clone(),
        one.email.clone(),
        one.telephone.clone(),
        one.alike_in.join(", "),
    ]
}

/// One row a registrant.
fn table(view: &ComparedView) -> String {
    let mut out = csv::row([
        "group",
        "registrant",
        "arcs",
        "name",
        "email",
        "telephone",
        "alike in",
    ]);
    for one in members(view) {
        out.push_str(&csv::row(cells(one).each_ref().map(String::as_str)));
    }
    out
}

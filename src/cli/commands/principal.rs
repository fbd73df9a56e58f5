//! `principal`, `role` and `whoami`: who may act, and what each may do.

use crate::{
    cli::{
        args::{
            Format, Party, PrincipalAct, PrincipalAddArgs, PrincipalDescribeArgs, Role, RoleAct,
            RoleOnArgs,
        },
        card::pair,
        client::Client,
        commands::credential,
        desk::Desk,
        failure::{Failure, Outcome},
        output::note,
        table::clean,
        view::{PrincipalView, PrincipalWrittenView, WhoView},
    },
    pb::v1,
};

/// Most principals of one page, which the API sets.
const PAGE: u32 = 1_000;
/// The heading of a list.
const HEADING: &[&str] = &["ID", "KIND", "STANDING", "NAME", "MAY ACT", "HOME"];

/// Looks after principals.
pub async fn run(desk: &Desk, client: &Client, act: PrincipalAct) -> Result<Outcome, Failure> {
    match act {
        PrincipalAct::Add(args) => add(desk, client, args).await,
        PrincipalAct::Describe(args) => describe(desk, client, args).await,
        PrincipalAct::Suspend { whom } => {
            stand(desk, client, whom.id, v1::Standing::Suspended).await
        }
        PrincipalAct::Resume { whom } => stand(desk, client, whom.id, v1::Standing::Active).await,
        PrincipalAct::Remove { whom } => stand(desk, client, whom.id, v1::Standing::Removed).await,
        PrincipalAct::Show { whom } => {
            let principal = get(client, whom.id).await?;
            show(desk, &principal)
        }
        PrincipalAct::List { at } => list(desk, client, at).await,
    }
}

async fn add(desk: &Desk, client: &Client, args: PrincipalAddArgs) -> Result<Outcome, Failure> {
    let kind = match args.kind {
        Party::Person => v1::PartyKind::Person,
        Party::Organisation => v1::PartyKind::Organisation,
        Party::Machine => v1::PartyKind::Machine,
    };
    let request = v1::AddPrincipalRequest {
        kind: kind.into(),
        name: args.name,
        email: args.email.unwrap_or_default(),
        telephone: args.telephone.unwrap_or_default(),
        address: args.address.unwrap_or_default(),
        home: args.home.unwrap_or_default(),
        options: None,
    };
    let send = async |r| client.access().add_principal(r).await;
    written(desk, &desk.send(client, request, send).await?)
}

async fn describe(
    desk: &Desk,
    client: &Client,
    args: PrincipalDescribeArgs,
) -> Result<Outcome, Failure> {
    let known = get(client, args.whom.id).await?;
    let request = v1::DescribePrincipalRequest {
        principal: known.id,
        name: args.name.unwrap_or(known.name),
        email: args.email.unwrap_or(known.email),
        telephone: args.telephone.unwrap_or(known.telephone),
        address: args.address.unwrap_or(known.address),
        options: None,
    };
    let send = async |r| client.access().describe_principal(r).await;
    written(desk, &desk.send(client, request, send).await?)
}

async fn stand(
    desk: &Desk,
    client: &Client,
    id: String,
    to: v1::Standing,
) -> Result<Outcome, Failure> {
    let act = (to == v1::Standing::Removed).then(|| format!("Remove {id} for ever"));
    let request = v1::ChangeStandingRequest {
        principal: id,
        standing: to.into(),
        options: None,
    };
    let shown = |tried: &v1::PrincipalResponse| tried.principal.as_ref().map(fields);
    let answer = desk
        .change_shown(client, request, act, shown, async |r| {
            client.access().change_standing(r).await
        })
        .await?;
    written(desk, &answer)
}

async fn get(client: &Client, id: String) -> Result<v1::Principal, Failure> {
    let request = v1::GetPrincipalRequest {
        principal: id,
        read: None,
    };
    let answer = client
        .call(&request, async |r| client.access().get_principal(r).await)
        .await?;
    Ok(answer.principal.unwrap_or_default())
}

async fn list(desk: &Desk, client: &Client, at: Option<String>) -> Result<Outcome, Failure> {
    let mut request = v1::ListPrincipalsRequest {
        oid: at.unwrap_or_default(),
        page_size: PAGE,
        page_token: String::new(),
    };
    let mut all = Vec::new();
    loop {
        let answer = client
            .call(&request, async |r| client.access().list_principals(r).await)
            .await?;
        all.extend(answer.principals);
        request.page_token = answer.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    if desk.output.is_for_people() {
        let rows: Vec<_> = all.iter().map(row).collect();
        desk.output.table(HEADING, &rows)?;
    } else {
        let views: Vec<_> = all.iter().map(PrincipalView::from).collect();
        desk.output.many(&views)?;
    }
    Ok(if all.is_empty() {
        Outcome::No
    } else {
        Outcome::Done
    })
}

/// Grants or ends a role.
pub async fn role(desk: &Desk, client: &Client, act: RoleAct) -> Result<Outcome, Failure> {
    let answer = match act {
        RoleAct::Grant { on } => {
            let (principal, role, oid) = role_on(on);
            let request = v1::GrantRoleRequest {
                principal,
                role,
                oid,
                options: None,
            };
            let send = async |r| client.access().grant_role(r).await;
            desk.send(client, request, send).await?
        }
        RoleAct::Revoke { on } => {
            let (principal, role, oid) = role_on(on);
            let request = v1::RevokeRoleRequest {
                principal,
                role,
                oid,
                options: None,
            };
            let send = async |r| client.access().revoke_role(r).await;
            desk.send(client, request, send).await?
        }
    };
    written(desk, &answer)
}

fn role_on(on: RoleOnArgs) -> (String, i32, String) {
    let role = match on.role {
        Role::Administrator => v1::Role::Administrator,
        Role::Registrar => v1::Role::Registrar,
        Role::Reviewer => v1::Role::Reviewer,
        Role::Auditor => v1::Role::Auditor,
        Role::ConfidentialReader => v1::Role::ConfidentialReader,
    };
    (on.whom.id, role.into(), on.oid.unwrap_or_default())
}

/// Tells who the server takes the caller for; nobody known is no.
pub async fn whoami(desk: &Desk, client: &Client) -> Result<Outcome, Failure> {
    let request = v1::WhoAmIRequest {};
    let answer = client
        .call(&request, async |r| client.access().who_am_i(r).await)
        .await?;
    let known = answer.local || answer.principal.is_some();
    if desk.output.is_for_people() {
        if let Some(principal) = &answer.principal {
            card(desk, principal)?;
        }
        if let Some(shown) = &answer.credential {
            desk.output
                .text(&format!("{}\n", desk.output.palette.strong("by")))?;
            credential::card(desk, shown)?;
        }
        desk.output.flush()?;
        if answer.local {
            note("The administrator of the server's machine, by its administration socket.");
        } else if !known {
            note("Nobody known: no token was given.");
        }
    } else {
        desk.output.one(&WhoView::from(&answer))?;
    }
    Ok(if known { Outcome::Done } else { Outcome::No })
}

fn show(desk: &Desk, principal: &v1::Principal) -> Result<Outcome, Failure> {
    match desk.output.format {
        Format::Human => card(desk, principal)?,
        Format::Table => desk.output.table(HEADING, &[row(principal)])?,
        _ => desk.output.one(&PrincipalView::from(principal))?,
    }
    Ok(Outcome::Done)
}

/// Shows what came of a change.
fn written(desk: &Desk, answer: &v1::PrincipalResponse) -> Result<Outcome, Failure> {
    if !desk.output.is_for_people() {
        desk.output.one(&PrincipalWrittenView {
            principal: answer.principal.as_ref().map(Into::into),
            revision: answer.revision.as_ref().map(Into::into).unwrap_or_default(),
            request_id: answer.request_id.clone(),
            replayed: answer.replayed,
            dry_run: desk.writing.dry_run,
        })?;
        return Ok(Outcome::Done);
    }
    if let Some(principal) = &answer.principal {
        show(desk, principal)?;
    }
    desk.output.flush()?;
    desk.recorded(
        answer.revision.as_ref(),
        &answer.request_id,
        answer.replayed,
    );
    Ok(Outcome::Done)
}

fn card(desk: &Desk, principal: &v1::Principal) -> Result<(), Failure> {
    let view = PrincipalView::from(principal);
    let palette = desk.output.palette;
    let heading = format!(
        "{}  {}",
        palette.strong(&clean(&view.id)),
        palette.state(&view.standing)
    );
    desk.output.text(&format!("{}\n", heading.trim_end()))?;
    let fields = fields(principal);
    let rows: Vec<_> = fields.iter().map(|(name, text)| pair(name, text)).collect();
    desk.output.table(&[], &rows)
}

/// What is known of a principal, as names and values in order.
fn fields(principal: &v1::Principal) -> Vec<(&'static str, String)> {
    let view = PrincipalView::from(principal);
    let mut out = vec![("name", view.name), ("kind", view.kind)];
    if view.administrator {
        let text = "administrator of the whole register since its founding";
        out.push(("role", text.to_owned()));
    }
    for grant in &view.grants {
        out.push(("role", format!("{} at {}", grant.role, grant.oid)));
    }
    out.push(("delegated", view.delegations.join(", ")));
    out.push(("e-mail", view.email));
    out.push(("telephone", view.telephone));
    out.push(("address", view.address));
    out.push(("home", view.home));
    out.push(("since", view.since));
    out.retain(|(_, text)| !text.is_empty());
    out
}

fn row(principal: &v1::Principal) -> Vec<String> {
    let view = PrincipalView::from(principal);
    let own = view.administrator.then(|| "administrator".to_owned());
    let roles = view.grants.iter();
    let roles = roles.map(|grant| format!("{} {}", grant.role, grant.oid));
    let delegated = view.delegations.iter().map(|oid| format!("delegate {oid}"));
    let acts: Vec<_> = own.into_iter().chain(roles).chain(delegated).collect();
    vec![
        view.id,
        view.kind,
        view.standing,
        view.name,
        acts.join(", "),
        view.home,
    ]
}

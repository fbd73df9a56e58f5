//! `token`, `credential`, `invite` and `accept`: what proves who somebody is.
//!
//! A secret is shown once, where its caller looks for it, or written to a new file that nobody else may read. It must never
//! stand in a failure or a note.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use crate::{
    cli::{
        args::{
            AcceptArgs, CredentialAct, CredentialBindArgs, GoodFor, InviteArgs, TokenAct,
            TokenIssueArgs,
        },
        card::pair,
        client::Client,
        desk::Desk,
        failure::{Failure, Outcome},
        output::note,
        view::{CredentialView, CredentialWrittenView},
    },
    pb::v1::{
        self,
        bind_credential_request::{Certificate, OpenId, To},
    },
};

/// Most credentials of one page, which the API sets.
const PAGE: u32 = 1_000;
/// Most octets of a code on the standard input.
const CODE_BYTES_MAX: u64 = 4_096;
/// The heading of a list.
const HEADING: &[&str] = &[
    "ID", "KIND", "NAME", "ISSUED", "ENDS", "GOOD FOR", "BOUND TO",
];

/// Looks after tokens.
pub async fn token(desk: &Desk, client: &Client, act: TokenAct) -> Result<Outcome, Failure> {
    match act {
        TokenAct::Issue(args) => issue(desk, client, args).await,
        TokenAct::List { id } => list(desk, client, id).await,
        TokenAct::Revoke { id } => revoke(desk, client, id).await,
    }
}

async fn issue(desk: &Desk, client: &Client, args: TokenIssueArgs) -> Result<Outcome, Failure> {
    let save = Saved::ready(args.save)?;
    let request = v1::IssueTokenRequest {
        principal: args.id.unwrap_or_default(),
        name: args.good.name.clone(),
        expires: args.good.expires,
        scope: scope(&args.good),
        options: None,
    };
    let answer = desk
        .send(client, request, async |r| {
            client.access().issue_token(r).await
        })
        .await?;
    issued(desk, answer, save)
}

/// Trades an invitation code for a token.
pub async fn accept(desk: &Desk, client: &Client, args: AcceptArgs) -> Result<Outcome, Failure> {
    let code = match args.code.as_str() {
        "-" => read_code()?,
        _ => args.code,
    };
    let save = Saved::ready(args.save)?;
    let request = v1::AcceptInvitationRequest {
        code,
        name: args.name,
        options: None,
    };
    let answer = desk
        .send(client, request, async |r| {
            client.access().accept_invitation(r).await
        })
        .await?;
    issued(desk, answer, save)
}

fn read_code() -> Result<String, Failure> {
    let mut code = String::new();
    let read = io::stdin().lock().take(CODE_BYTES_MAX);
    io::BufReader::new(read).read_to_string(&mut code)?;
    Ok(code.trim().to_owned())
}

/// Shows what came of making a token, or writes the token to its file.
fn issued(
    desk: &Desk,
    answer: v1::IssueTokenResponse,
    save: Option<Saved>,
) -> Result<Outcome, Failure> {
    let mut view = CredentialWrittenView {
        token: answer.token,
        credential: answer.credential.as_ref().map(Into::into),
        revision: answer.revision.as_ref().map(Into::into).unwrap_or_default(),
        request_id: answer.request_id,
        replayed: answer.replayed,
        dry_run: desk.writing.dry_run,
        ..CredentialWrittenView::default()
    };
    if let Some(save) = save.filter(|_| !view.token.is_empty()) {
        view.token_file = save.keep(&view.token)?;
        view.token.clear();
    }
    shown(
        desk,
        &view,
        answer.credential.as_ref(),
        answer.revision.as_ref(),
    )
}

/// Makes an invitation code.
pub async fn invite(desk: &Desk, client: &Client, args: InviteArgs) -> Result<Outcome, Failure> {
    let request = v1::InviteRequest {
        principal: args.whom.id,
        seconds: args.seconds,
        options: None,
    };
    let answer = desk
        .send(client, request, async |r| client.access().invite(r).await)
        .await?;
    let view = CredentialWrittenView {
        code: answer.code,
        credential: answer.credential.as_ref().map(Into::into),
        revision: answer.revision.as_ref().map(Into::into).unwrap_or_default(),
        request_id: answer.request_id,
        replayed: answer.replayed,
        dry_run: desk.writing.dry_run,
        ..CredentialWrittenView::default()
    };
    shown(
        desk,
        &view,
        answer.credential.as_ref(),
        answer.revision.as_ref(),
    )
}

/// Binds what is no secret of the register's own.
pub async fn credential(
    desk: &Desk,
    client: &Client,
    act: CredentialAct,
) -> Result<Outcome, Failure> {
    let CredentialAct::Bind(args) = act;
    let request = v1::BindCredentialRequest {
        principal: args.whom.id.clone(),
        name: args.good.name.clone(),
        expires: args.good.expires,
        scope: scope(&args.good),
        to: bound(args),
        options: None,
    };
    let send = async |r| client.access().bind_credential(r).await;
    written(desk, desk.send(client, request, send).await?)
}

fn bound(args: CredentialBindArgs) -> Option<To> {
    match (args.certificate, args.issuer, args.subject) {
        (Some(name), ..) => Some(To::Certificate(Certificate { name })),
        (None, Some(issuer), Some(subject)) => Some(To::Openid(OpenId { issuer, subject })),
        _ => None,
    }
}

async fn revoke(desk: &Desk, client: &Client, id: String) -> Result<Outcome, Failure> {
    let act = Some(format!("Revoke {id} for ever"));
    let request = v1::RevokeCredentialRequest {
        credential: id,
        options: None,
    };
    let known = |tried: &v1::CredentialResponse| tried.credential.as_ref().map(fields);
    let answer = desk
        .change_shown(client, request, act, known, async |r| {
            client.access().revoke_credential(r).await
        })
        .await?;
    written(desk, answer)
}

async fn list(desk: &Desk, client: &Client, id: Option<String>) -> Result<Outcome, Failure> {
    let mut request = v1::ListCredentialsRequest {
        principal: id.unwrap_or_default(),
        page_size: PAGE,
        page_token: String::new(),
    };
    let mut all = Vec::new();
    loop {
        let answer = client
            .call(&request, async |r| {
                client.access().list_credentials(r).await
            })
            .await?;
        all.extend(answer.credentials);
        request.page_token = answer.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    if desk.output.is_for_people() {
        let rows: Vec<_> = all.iter().map(row).collect();
        desk.output.table(HEADING, &rows)?;
    } else {
        let views: Vec<_> = all.iter().map(CredentialView::from).collect();
        desk.output.many(&views)?;
    }
    Ok(if all.is_empty() {
        Outcome::No
    } else {
        Outcome::Done
    })
}

fn scope(good: &GoodFor) -> Option<v1::Scope> {
    let scope = v1::Scope {
        read_only: good.read_only,
        oid: good.at.clone().unwrap_or_default(),
    };
    (scope != v1::Scope::default()).then_some(scope)
}

fn written(desk: &Desk, answer: v1::CredentialResponse) -> Result<Outcome, Failure> {
    let view = CredentialWrittenView {
        credential: answer.credential.as_ref().map(Into::into),
        revision: answer.revision.as_ref().map(Into::into).unwrap_or_default(),
        request_id: answer.request_id,
        replayed: answer.replayed,
        dry_run: desk.writing.dry_run,
        ..CredentialWrittenView::default()
    };
    shown(
        desk,
        &view,
        answer.credential.as_ref(),
        answer.revision.as_ref(),
    )
}

/// Shows what came of a change.
fn shown(
    desk: &Desk,
    view: &CredentialWrittenView,
    credential: Option<&v1::Credential>,
    revision: Option<&v1::Revision>,
) -> Result<Outcome, Failure> {
    if !desk.output.is_for_people() {
        desk.output.one(view)?;
        return Ok(Outcome::Done);
    }
    let secrets = [
        ("token", &view.token),
        ("token in", &view.token_file),
        ("code", &view.code),
    ];
    let mut rows: Vec<_> = secrets
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| pair(name, text))
        .collect();
    let known = credential.map(fields).unwrap_or_default();
    rows.extend(known.iter().map(|(name, text)| pair(name, text)));
    desk.output.table(&[], &rows)?;
    desk.output.flush()?;
    if !view.token.is_empty() || !view.code.is_empty() {
        note("Keep it now: it is shown this once.");
    }
    desk.recorded(revision, &view.request_id, view.replayed);
    Ok(Outcome::Done)
}

/// Shows a credential as rows of a card.
pub fn card(desk: &Desk, credential: &v1::Credential) -> Result<(), Failure> {
    let fields = fields(credential);
    let rows: Vec<_> = fields.iter().map(|(name, text)| pair(name, text)).collect();
    desk.output.table(&[], &rows)
}

/// What is known of a credential, as names and values in order.
fn fields(credential: &v1::Credential) -> Vec<(&'static str, String)> {
    let view = CredentialView::from(credential);
    let good_for = good_for(&view);
    let is = if view.revoked { "revoked" } else { "" };
    let mut out = vec![
        ("credential", view.id),
        ("of", view.principal),
        ("kind", view.kind),
        ("name", view.name),
        ("is", is.to_owned()),
        ("good for", good_for),
        ("bound to", view.bound_to),
        ("issued", view.issued),
        ("ends", view.expires),
        ("last used", view.last_used),
    ];
    out.retain(|(_, text)| !text.is_empty());
    out
}

fn good_for(view: &CredentialView) -> String {
    let reading = if view.scope.read_only { "reading" } else { "" };
    let place = match view.scope.oid.as_str() {
        "" => String::new(),
        oid => format!("{oid} and below"),
    };
    let parts = [reading, &place];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" at ")
}

fn row(credential: &v1::Credential) -> Vec<String> {
    let view = CredentialView::from(credential);
    let good_for = good_for(&view);
    let ends = if view.revoked {
        "revoked".to_owned()
    } else {
        view.expires
    };
    vec![
        view.id,
        view.kind,
        view.name,
        view.issued,
        ends,
        good_for,
        view.bound_to,
    ]
}

/// A new file for a secret, made before the secret is asked for: a code is good once, and must not be lost to a full disk or
/// a file that is there already. Where no secret comes, the file goes again.
pub(super) struct Saved {
    file: Option<File>,
    path: PathBuf,
}

impl Saved {
    pub(super) fn ready(path: Option<PathBuf>) -> Result<Option<Self>, Failure> {
        let Some(path) = path else { return Ok(None) };
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| unwritable(&path, &error))?;
        let file = Some(file);
        Ok(Some(Self { file, path }))
    }

    /// Writes the secret; the name of the file.
    pub(super) fn keep(mut self, secret: &str) -> Result<String, Failure> {
        if let Some(file) = &mut self.file {
            file.write_all(format!("{secret}\n").as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(|error| unwritable(&self.path, &error))?;
        }
        self.file = None;
        Ok(self.path.display().to_string())
    }
}

impl Drop for Saved {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // What cannot be removed is empty, or holds a secret that only its owner may read.
            let _left = fs::remove_file(&self.path);
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::Config(format!("{} cannot be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_is_kept_in_a_new_file_of_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let saved = Saved::ready(Some(path.clone())).unwrap().unwrap();
        saved.keep("oidra_x").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "oidra_x\n");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // What is there is never written over.
        assert!(matches!(
            Saved::ready(Some(path.clone())),
            Err(Failure::Config(_))
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "oidra_x\n");
        // Where nothing came, nothing stays.
        let other = folder.path().join("other");
        drop(Saved::ready(Some(other.clone())).unwrap());
        assert!(!other.exists());
        assert!(Saved::ready(None).unwrap().is_none());
    }
}

//! Papers of applications: handing files in, listing them, and fetching them.
//!
//! What is fetched is written only if its digest is the one that was recorded, and never under a name that came from a server.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tokio_stream::Stream;
use tonic::Request;

use crate::{
    cli::{
        args::{AttachArgs, FetchArgs},
        client::Client,
        desk::{Change, Desk},
        failure::{Failure, Outcome},
        output::note,
        paper,
        table::clean,
        view::PaperView,
    },
    pb::v1::{self, attach_paper_request::Part},
};

/// Octets of one message.
const PIECE_OCTETS: usize = 256 << 10;
/// Fewest hexadecimal digits by which a paper is told from others.
const DIGITS_MIN: usize = 4;
/// The heading of a list.
const HEADING: &[&str] = &["SHA-256", "NAME", "TYPE", "OCTETS", "HANDED IN"];

/// A file that is handed in.
#[derive(Clone)]
struct Upload {
    heading: v1::PaperHeading,
    content: Bytes,
}

impl Change for Upload {
    fn options(&mut self) -> &mut Option<v1::WriteOptions> {
        &mut self.heading.options
    }

    fn etag(&mut self) -> Option<&mut String> {
        Some(&mut self.heading.etag)
    }
}

impl Upload {
    fn of(id: &str, file: &str, media_type: Option<&str>) -> Result<Self, Failure> {
        let (mut attachment, content) = paper::whole(file)?;
        if let Some(media_type) = media_type {
            media_type.clone_into(&mut attachment.media_type);
        }
        Ok(Self {
            heading: v1::PaperHeading {
                application: id.to_owned(),
                attachment: Some(attachment),
                ..Default::default()
            },
            content: content.into(),
        })
    }

    fn sha256(&self) -> Bytes {
        let attachment = self.heading.attachment.as_ref();
        attachment.map(|one| one.sha256.clone()).unwrap_or_default()
    }

    /// Its messages: what it is, then its octets, where they are wanted.
    fn messages(self) -> impl Iterator<Item = v1::AttachPaperRequest> {
        let tried = self.heading.options.as_ref();
        let wanted = !tried.is_some_and(|options| options.validate_only);
        let content = if wanted { self.content } else { Bytes::new() };
        let mut at = 0;
        let pieces = std::iter::from_fn(move || {
            let end = content.len().min(at + PIECE_OCTETS);
            let piece = content.slice(at..end);
            at = end;
            (!piece.is_empty()).then_some(Part::Octets(piece))
        });
        let parts = std::iter::once(Part::Heading(self.heading)).chain(pieces);
        parts.map(|part| v1::AttachPaperRequest { part: Some(part) })
    }
}

fn streamed(request: Request<Upload>) -> Request<impl Stream<Item = v1::AttachPaperRequest>> {
    let (metadata, extensions, upload) = request.into_parts();
    let messages = tokio_stream::iter(upload.messages());
    Request::from_parts(metadata, extensions, messages)
}

/// Hands files in; the last answer.
pub async fn attach(
    desk: &Desk,
    client: &Client,
    args: AttachArgs,
) -> Result<v1::ApplicationResponse, Failure> {
    let send = async |r| client.applications().attach_paper(streamed(r)).await;
    let mut answer = v1::ApplicationResponse::default();
    for (at, file) in args.files.iter().enumerate() {
        let upload = Upload::of(&args.which.id, file, args.media_type.as_deref())?;
        answer = if at == 0 || desk.writing.dry_run {
            desk.send(client, upload, send).await?
        } else {
            desk.send_after(client, upload, send).await?
        };
    }
    Ok(answer)
}

/// Hands in the files that an application names, which was written just now: those that are to be had nowhere else, and are not
/// there.
pub async fn hand_in(
    desk: &Desk,
    client: &Client,
    files: &[String],
    written: &v1::ApplicationResponse,
) -> Result<Option<v1::Application>, Failure> {
    let Some(application) = written
        .application
        .as_ref()
        .filter(|_| !desk.writing.dry_run)
    else {
        return Ok(None);
    };
    let send = async |r| client.applications().attach_paper(streamed(r)).await;
    let mut newest = None;
    for file in files.iter().filter(|file| !file.contains('=')) {
        let upload = Upload::of(&application.id, file, None)?;
        let sha256 = upload.sha256();
        let has = |one: &v1::Paper| one.attachment.as_ref().is_some_and(|a| a.sha256 == sha256);
        if application.papers.iter().any(has) {
            continue;
        }
        match desk.send_after(client, upload, send).await {
            Ok(answer) => newest = answer.application,
            Err(failure) => {
                note(&format!(
                    "{} is written, but {} was not handed in. Try again: oidctl application attach {} {}",
                    clean(&application.id),
                    clean(file),
                    clean(&application.id),
                    clean(file)
                ));
                return Err(failure);
            }
        }
    }
    Ok(newest)
}

/// Lists the papers of an application.
pub fn list(desk: &Desk, application: &v1::Application) -> Result<Outcome, Failure> {
    let papers: Vec<_> = application.papers.iter().map(PaperView::from).collect();
    if desk.output.is_for_people() {
        let row = |one: &PaperView| {
            vec![
                one.sha256.clone(),
                one.name.clone(),
                one.media_type.clone(),
                one.octets.to_string(),
                one.at.clone(),
            ]
        };
        let rows: Vec<_> = papers.iter().map(row).collect();
        desk.output.table(HEADING, &rows)?;
    } else {
        desk.output.many(&papers)?;
    }
    Ok(Outcome::Done)
}

/// Fetches a paper of an application.
pub async fn fetch(
    desk: &Desk,
    client: &Client,
    args: FetchArgs,
    application: &v1::Application,
) -> Result<Outcome, Failure> {
    let meant = meant(application, &args.paper)?;
    let request = v1::FetchPaperRequest {
        application: args.which.id,
        sha256: meant.sha256.clone(),
    };
    let send = async |r| client.applications().fetch_paper(r).await;
    let mut stream = client.call(&request, send).await?;
    let mut content = Vec::new();
    let most = usize::try_from(meant.octets).unwrap_or(usize::MAX);
    while let Some(piece) = stream
        .message()
        .await
        .map_err(|status| client.failure(&status))?
    {
        content.extend(piece.octets);
        if content.len() > most {
            break;
        }
    }
    if Sha256::digest(&content).as_slice() != meant.sha256.as_ref() {
        let what = "what came has another digest than was recorded; it is not written";
        return Err(Failure::Fault(what.to_owned()));
    }
    match args.save {
        Some(path) => save(&path, &content)?,
        None => desk.output.octets(&content)?,
    }
    Ok(Outcome::Done)
}

/// The paper that is meant, by the beginning of its digest or by its name.
fn meant<'a>(application: &'a v1::Application, typed: &str) -> Result<&'a v1::Attachment, Failure> {
    let all = application.papers.iter();
    let all = all.filter_map(|one| one.attachment.as_ref());
    let digits = typed.to_ascii_lowercase();
    let is = |one: &&v1::Attachment| {
        let begins = digits.len() >= DIGITS_MIN && hex::encode(&one.sha256).starts_with(&digits);
        begins || one.name == typed
    };
    let mut found = all.filter(is);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (first, _) => {
            let how = if first.is_some() {
                "several papers of the application fit"
            } else {
                "no paper of the application fits"
            };
            let told = format!(
                "{how} {}; oidctl application papers lists them",
                clean(typed)
            );
            Err(Failure::Usage(told))
        }
    }
}

/// Writes a new file, for its owner alone.
fn save(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let wrong = |error| Failure::Config(format!("{} cannot be written: {error}", path.display()));
    let mut open = OpenOptions::new();
    let opened = open.write(true).create_new(true).mode(0o600).open(path);
    let mut file = opened.map_err(wrong)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    written.map_err(|error| {
        // Half a paper is none.
        fs::remove_file(path).ok();
        wrong(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn application(papers: &[(&str, u8)]) -> v1::Application {
        let paper = |(name, digit): &(&str, u8)| v1::Paper {
            attachment: Some(v1::Attachment {
                sha256: vec![*digit; 32].into(),
                name: (*name).to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        v1::Application {
            papers: papers.iter().map(paper).collect(),
            ..Default::default()
        }
    }

    #[test]
    fn a_paper_is_meant_by_its_name_or_the_beginning_of_its_digest() {
        let all = application(&[
            ("letter.pdf", 0xab),
            ("proof.png", 0xac),
            ("proof.png", 0xad),
        ]);
        let name = |typed: &str| meant(&all, typed).map(|one| one.sha256[0]).ok();
        assert_eq!(name("letter.pdf"), Some(0xab));
        assert_eq!(name("ACAC"), Some(0xac));
        // Too short, two of them, and none.
        assert_eq!(name("aba"), None);
        assert_eq!(name("proof.png"), None);
        assert_eq!(name("letter"), None);
    }

    #[test]
    fn a_file_goes_in_pieces_after_what_it_is() {
        let upload = |octets: usize, validate_only| Upload {
            heading: v1::PaperHeading {
                options: Some(v1::WriteOptions {
                    validate_only,
                    ..Default::default()
                }),
                ..Default::default()
            },
            content: vec![b'a'; octets].into(),
        };
        assert_eq!(upload(PIECE_OCTETS, false).messages().count(), 2);
        assert_eq!(upload(PIECE_OCTETS + 1, false).messages().count(), 3);
        assert_eq!(upload(PIECE_OCTETS, true).messages().count(), 1);
    }

    #[test]
    fn a_file_that_is_there_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter");
        save(&path, b"one").unwrap();
        assert!(save(&path, b"two").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }
}

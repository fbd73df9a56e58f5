//! Papers of applications: handed in as a stream of octets, and given out as one.
//!
//! Before any octets are taken it is tried whether the paper could be added; they are kept before the register is told, and taken
//! away again where it refuses. Nobody is given a paper whose application they may not know, and none that is not whole.

use std::{fs, io::Read as _, pin::Pin, sync::Arc};

use tokio::sync::mpsc;
use tokio_stream::{Stream, wrappers::ReceiverStream};
use tonic::{Status, Streaming};
use tracing::Instrument as _;

use crate::{
    access::{self, Casework, Knowledge},
    attachments::Kept,
    desk::{
        Call, Desk,
        trail::{self, Trail},
    },
    grpc::{
        convert::{
            Faults,
            application::{self as requests, Showing},
        },
        limits::{PAPER_PIECE_BYTES, STREAM_MESSAGES_MAX},
        status,
        write::{self, Write},
    },
    model::{
        Application, ApplicationId, Code, Command, Refusal, Rejection, TreeView as _, ViewFault,
        application::Attachment,
        command::{ApplicationAct, OnApplication},
    },
    oid::notation::Names,
    pb::v1::{self as pb, attach_paper_request::Part},
    register::Outcome,
};

use super::someone;

/// A paper as it is given out.
pub type Pieces = Pin<Box<dyn Stream<Item = Result<pb::FetchPaperResponse, Status>> + Send>>;

/// What is told of a paper, made the request of its method.
#[derive(Clone)]
struct Attach(pb::PaperHeading);

impl Write for Attach {
    type Message = pb::PaperHeading;
    const METHOD: &'static str = "AttachPaper";

    fn message(&self) -> &pb::PaperHeading {
        &self.0
    }

    fn options(&mut self) -> &mut Option<pb::WriteOptions> {
        &mut self.0.options
    }

    fn command(&self, names: &dyn Names, faults: &mut Faults) -> Option<Command> {
        requests::attach(&self.0, names, faults)
    }
}

/// Why a paper was not taken.
pub enum Ended {
    /// It was refused, or could not be kept.
    Rejected(Rejection),
    /// The stream broke off.
    Broken(Status),
}

impl<R: Into<Rejection>> From<R> for Ended {
    fn from(rejection: R) -> Self {
        Self::Rejected(rejection.into())
    }
}

/// Takes a paper to an application.
pub async fn attach(
    desk: &Arc<Desk>,
    call: &Arc<Call>,
    mut stream: Streaming<pb::AttachPaperRequest>,
) -> Result<Outcome, Ended> {
    let Some(Part::Heading(heading)) = next(&mut stream).await? else {
        let detail = "the first message tells what comes";
        return Err(Refusal::new(Code::FieldRequired, "heading", detail).into());
    };
    someone(call)?;
    let request = Attach(heading);
    let (id, what) = told(desk, call, &request)?;
    let options = request.0.options.as_ref();
    let is_tried = options.is_some_and(|options| options.validate_only);
    let before = desk.register.newest().application(&id)?;
    let has = |one: &Application| one.paper(&what.sha256).is_some();
    // A paper that is there needs no octets: the register answers a retry, or refuses.
    if is_tried || before.as_ref().is_some_and(has) {
        return Ok(write::submit_apart(desk, call, request).await?);
    }
    let held = before.as_ref().map_or(0, Application::paper_octets);
    let kept = async {
        write::tried(desk, call, request.clone()).await?;
        taken(desk, &id, &what, held, &mut stream).await
    };
    let kept = match kept.await {
        Err(Ended::Rejected(rejection)) => {
            let refused = Err(rejection.clone());
            Trail::of(desk, call, Attach::METHOD).written(&refused);
            return Err(rejection.into());
        }
        kept => kept?,
    };
    // Whether the caller waits or not, what is kept and what is told of must agree in the end.
    let (with, of) = (Arc::clone(desk), Arc::clone(call));
    let ended = tokio::spawn(
        async move {
            let answer = write::submit_apart(&with, &of, request).await;
            settle(&with, &id, &what, kept, &answer).await;
            answer
        }
        .in_current_span(),
    );
    let gone = |error| ViewFault(format!("handing a paper in ended early: {error}"));
    Ok(ended.await.map_err(gone)??)
}

async fn next(stream: &mut Streaming<pb::AttachPaperRequest>) -> Result<Option<Part>, Ended> {
    let message = stream.message().await.map_err(Ended::Broken)?;
    Ok(message.and_then(|message| message.part))
}

/// The application and what is told of the paper.
fn told(
    desk: &Desk,
    call: &Call,
    request: &Attach,
) -> Result<(ApplicationId, Attachment), Rejection> {
    let reading = desk.register.newest();
    let names = reading.names(&call.sight());
    let mut faults = Faults::new();
    let command = request.command(&names, &mut faults);
    match faults.into_result(command)? {
        Command::OnApplication(OnApplication {
            id,
            act: ApplicationAct::Attach(what),
            ..
        }) => Ok((id, what)),
        _ => Err(ViewFault("a heading of a paper is no such command".to_owned()).into()),
    }
}

/// Keeps the octets that come.
async fn taken(
    desk: &Desk,
    id: &ApplicationId,
    what: &Attachment,
    held: u64,
    stream: &mut Streaming<pb::AttachPaperRequest>,
) -> Result<Kept, Ended> {
    let store = Arc::clone(desk.register.papers());
    let (id, what) = (id.clone(), what.clone());
    let mut coming = Desk::blocking(move || store.begin(&id, &what, held)).await??;
    while let Some(part) = next(stream).await? {
        let Part::Octets(octets) = part else {
            let detail = "only the first message tells what comes";
            return Err(Refusal::new(Code::FieldInvalid, "heading", detail).into());
        };
        coming = Desk::blocking(move || coming.write(&octets).map(|()| coming)).await??;
    }
    Ok(Desk::blocking(move || coming.keep()).await??)
}

/// Takes away again what the register refused. Where it is not known what became of it the next start does, if nothing tells of it.
async fn settle(
    desk: &Desk,
    id: &ApplicationId,
    what: &Attachment,
    kept: Kept,
    answer: &Result<Outcome, Rejection>,
) {
    let is_refused = matches!(answer, Err(Rejection::Refused(_)));
    let told_of = is_refused.then(|| desk.register.newest().application(id));
    let told_of = told_of.and_then(Result::ok).map(|one| {
        let has = |one: Application| one.paper(&what.sha256).is_some();
        one.is_some_and(has)
    });
    if told_of == Some(false) {
        Desk::blocking(move || drop(kept)).await.ok();
    } else {
        kept.leave();
    }
}

/// Gives a paper out to whoever may know its application.
pub async fn fetch(
    desk: &Arc<Desk>,
    call: &Arc<Call>,
    request: pb::FetchPaperRequest,
) -> Result<Pieces, Rejection> {
    someone(call)?;
    let mut faults = Faults::new();
    let id = requests::id(&request.application, &mut faults);
    let sha256 = requests::digest(&request.sha256, "sha256", &mut faults);
    let (id, sha256) = faults.into_result(id.zip(sha256))?;
    let held = desk.stream()?;
    let (with, of) = (Arc::clone(desk), Arc::clone(call));
    let about = id.clone();
    let opened = Desk::blocking(move || open(&with, &of, &id, &sha256)).await;
    let opened = opened.and_then(|opened| opened);
    let told = if opened.is_ok() { about.as_str() } else { "" };
    trail::looked(desk, call, "FetchPaper", told, &opened);
    let (paper, file) = opened?;
    let (sender, receiver) = mpsc::channel(STREAM_MESSAGES_MAX);
    let (with, of) = (Arc::clone(desk), Arc::clone(call));
    tokio::spawn(
        async move {
            if let Err(rejection) = give_out(paper, file, &sender).await {
                let status = status::of(&with, &of, &rejection);
                // Where nobody listens any longer nothing is to be told.
                drop(sender.send(Err(status)).await);
            }
            drop(held);
        }
        .in_current_span(),
    );
    Ok(Box::pin(ReceiverStream::new(receiver)))
}

/// Gives a file out, piece by piece, as fast as it is taken.
async fn give_out(
    paper: pb::Paper,
    mut file: fs::File,
    sender: &mpsc::Sender<Result<pb::FetchPaperResponse, Status>>,
) -> Result<(), Rejection> {
    let mut paper = Some(paper);
    loop {
        let read = Desk::blocking(move || piece(&mut file).map(|octets| (octets, file)));
        let (octets, rest) = read.await??;
        file = rest;
        if octets.is_empty() {
            return Ok(());
        }
        let message = pb::FetchPaperResponse {
            paper: paper.take(),
            octets: octets.into(),
        };
        if sender.send(Ok(message)).await.is_err() {
            return Ok(());
        }
    }
}

/// The next octets of a file; none at its end.
fn piece(file: &mut fs::File) -> Result<Vec<u8>, Rejection> {
    let mut octets = Vec::with_capacity(PAPER_PIECE_BYTES);
    let read = file.take(PAPER_PIECE_BYTES as u64).read_to_end(&mut octets);
    let fault = |error| ViewFault(format!("a paper could not be read: {error}"));
    read.map_err(fault)?;
    Ok(octets)
}

/// A paper of an application that the caller may know, and its file, all of which was looked at.
fn open(
    desk: &Desk,
    call: &Call,
    id: &ApplicationId,
    sha256: &[u8; 32],
) -> Result<(pb::Paper, fs::File), Rejection> {
    let newest = desk.register.newest();
    let unknown = || access::unknown_application(id);
    let application = newest.application(id)?.ok_or_else(unknown)?;
    let identity = &call.caller.identity;
    let knowledge = Casework::new(identity, &newest)?.knows(&application)?;
    if knowledge == Knowledge::Nothing {
        return Err(unknown());
    }
    call.witness.note(&application.superior);
    let applicant = newest.registrant(&application.applicant)?;
    let is_erased = applicant.is_some_and(|one| one.erased.is_some());
    let paper = application.paper(sha256).filter(|_| !is_erased);
    let paper = paper.ok_or_else(|| {
        let detail = "the application has no paper of this digest";
        Refusal::new(Code::PaperUnknown, "sha256", detail)
    })?;
    let people = |id: &_| newest.registrant(id);
    let showing = Showing {
        knowledge,
        own: identity.id(),
        now: desk.options.clock.now(),
        people: &people,
    };
    let damaged = |damage| {
        let sha256 = hex::encode(sha256);
        ViewFault(format!("the paper {sha256} of application {id} {damage}"))
    };
    let file = desk.register.papers().read(id, &paper.what);
    Ok((showing.paper(paper), file.map_err(damaged)?))
}

//! `WalkSubtree`: a subtree, superiors before subordinates, at one revision, as fast as its caller takes it.
//!
//! Reading blocks, so that each message is read apart; while a caller is slow nothing is read and no thread is held. Before
//! each message it is asked whether the caller's credential still holds.

use std::sync::Arc;

use prost::Message as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tracing::Instrument as _;

use crate::{
    access::Sight,
    desk::{Call, Desk, trail},
    grpc::{
        convert::text,
        limits::{MESSAGE_BYTES_AIM, STREAM_MESSAGES_MAX, WALK_ENTRIES_MAX},
        status,
        view::{View, revision},
    },
    model::{Code, Refusal, Rejection},
    pb::v1 as pb,
    register::{Reading, Walk},
};

use super::Streamed;

/// Begins a walk.
pub async fn subtree(
    desk: &Arc<Desk>,
    call: &Arc<Call>,
    request: pb::WalkSubtreeRequest,
) -> Result<Streamed<pb::WalkSubtreeResponse>, Rejection> {
    let held = desk.stream()?;
    let reading = super::reading(desk, request.read.as_ref()).await?;
    let sight = call.sight();
    let depth_max =
        (request.depth_max > 0).then(|| usize::try_from(request.depth_max).unwrap_or(usize::MAX));
    let walk = {
        let view = View::new(&reading, sight.clone());
        let top = text::node_or_root(&request.oid, view.names(), "oid")?;
        super::registered(&view, &top, "oid")?;
        view.settled(reading.walk(&top, None, depth_max, &sight))?
    };
    let (sender, receiver) = mpsc::channel(STREAM_MESSAGES_MAX);
    let (desk, call) = (Arc::clone(desk), Arc::clone(call));
    tokio::spawn(
        async move {
            let fed = feed(&desk, &call, reading, walk, sight, &sender).await;
            trail::shown(&desk, &call, "WalkSubtree");
            if let Err(status) = fed {
                // Where nobody listens any longer nothing is to be told.
                drop(sender.send(Err(status)).await);
            }
            drop(held);
        }
        .in_current_span(),
    );
    Ok(Box::pin(ReceiverStream::new(receiver)))
}

type Message = Result<pb::WalkSubtreeResponse, Status>;

async fn feed(
    desk: &Desk,
    call: &Call,
    reading: Reading,
    mut walk: Walk,
    sight: Sight,
    sender: &mpsc::Sender<Message>,
) -> Result<(), Status> {
    let revision = revision(&desk.register, reading.seq(), Some(reading.time()));
    loop {
        if !call.is_waited_for() {
            return Err(Status::deadline_exceeded(
                "the walk took longer than its caller allows",
            ));
        }
        if desk.options.stopping.is_cancelled() {
            let refusal = Refusal::new(Code::NotReady, "", "the server is stopping");
            return Err(status::of_refusal(refusal, &desk.options.pages));
        }
        desk.identify(call)
            .map_err(|rejection| status::of(desk, call, &rejection))?;
        let read = {
            let (reading, sight) = (reading.clone(), sight.clone());
            let witness = call.witness.clone();
            Desk::blocking(move || {
                let view = View::new(&reading, sight).noting(&witness);
                let entries = take(&view, &mut walk);
                (entries, walk)
            })
            .await
        };
        let (entries, rest) = read.map_err(|rejection| status::of(desk, call, &rejection))?;
        let entries = entries.map_err(|rejection| status::of(desk, call, &rejection))?;
        walk = rest;
        if entries.is_empty() {
            return Ok(());
        }
        let message = pb::WalkSubtreeResponse {
            entries,
            revision: Some(revision.clone()),
        };
        if sender.send(Ok(message)).await.is_err() {
            return Ok(());
        }
    }
}

/// The entries of the next message; none at the end.
fn take(view: &View<'_>, walk: &mut Walk) -> Result<Vec<pb::Entry>, Rejection> {
    let mut entries = Vec::new();
    let mut bytes = 0_usize;
    while entries.len() < WALK_ENTRIES_MAX && bytes < MESSAGE_BYTES_AIM {
        let Some(seen) = walk.next() else { break };
        let entry = view.entry(&seen?)?;
        bytes = bytes.saturating_add(entry.encoded_len());
        entries.push(entry);
    }
    Ok(view.settled(entries)?)
}

//! Watch: changes as they are recorded, from any revision on.
//!
//! What a watcher has not been told yet is read from the journal, so that a slow one costs no memory and misses nothing.
//! Every message carries the token to go on from. Whether the caller's token still holds is asked before records are read,
//! and every second where nothing happens: whoever lost a right sees no more of it from then on.

use std::{sync::Arc, time::Duration};

use prost::Message as _;
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tracing::Instrument as _;

use crate::{
    access::Sight,
    desk::{Call, Desk, trail},
    grpc::{
        convert::{text, timestamp},
        limits::{
            MESSAGE_BYTES_AIM, STREAM_MESSAGES_MAX, WATCH_CHANGES_MAX, WATCH_IDENTIFY_EVERY,
            WATCH_RECORDS_MAX,
        },
        status,
        view::{View, revision},
    },
    model::{Code, Refusal, Rejection, Seq, Timestamp},
    oid::NodePath,
    pb::v1::{self as pb, watch_response::Change},
    register::{ReadAt, RecordChanges},
};

use super::Streamed;

type Sender = mpsc::Sender<Result<pb::WatchResponse, Status>>;

/// Begins a watch.
pub fn changes(
    desk: &Arc<Desk>,
    call: &Arc<Call>,
    request: &pb::WatchRequest,
) -> Result<Streamed<pb::WatchResponse>, Rejection> {
    let held = desk.stream()?;
    let reading = desk.register.newest();
    let top = {
        let view = View::new(&reading, call.sight());
        let top = text::node_or_root(&request.oid, view.names(), "oid")?;
        super::registered(&view, &top, "oid")?;
        view.settled(top)?
    };
    let told = if request.after_revision.is_empty() {
        reading.seq()
    } else {
        after(desk, &request.after_revision, reading.seq())?
    };
    let published = desk.register.published();
    let (sender, receiver) = mpsc::channel(STREAM_MESSAGES_MAX);
    let mut watcher = Watcher {
        desk: Arc::clone(desk),
        call: Arc::clone(call),
        top,
        told,
        time: None,
        sender,
    };
    tokio::spawn(
        async move {
            if let Err(End::Refused(rejection)) = watcher.run(published).await {
                let status = status::of(&watcher.desk, &watcher.call, &rejection);
                // Where nobody listens any longer nothing is to be told.
                drop(watcher.sender.send(Err(status)).await);
            }
            drop(held);
        }
        .in_current_span(),
    );
    Ok(Box::pin(ReceiverStream::new(receiver)))
}

fn after(desk: &Desk, token: &str, newest: Seq) -> Result<Seq, Refusal> {
    let at = |refusal: Refusal| Refusal {
        field: "after_revision".to_owned(),
        ..refusal
    };
    let seq = desk.register.parse_revision(token).map_err(at)?;
    if seq > newest {
        let detail = format!("this server has reached {newest}, not {seq}");
        return Err(Refusal::new(
            Code::RevisionNotReached,
            "after_revision",
            detail,
        ));
    }
    Ok(seq)
}

/// Why a watch ends.
enum End {
    /// Nobody listens any longer.
    Gone,
    /// It cannot go on.
    Refused(Rejection),
}

impl<T: Into<Rejection>> From<T> for End {
    fn from(rejection: T) -> Self {
        Self::Refused(rejection.into())
    }
}

struct Watcher {
    desk: Arc<Desk>,
    call: Arc<Call>,
    top: NodePath,
    /// Everything up to here has been told.
    told: Seq,
    /// The time of that record, where it is known.
    time: Option<Timestamp>,
    sender: Sender,
}

impl Watcher {
    async fn run(&mut self, mut published: watch::Receiver<Seq>) -> Result<(), End> {
        // The first message tells at once from where the watch can be taken up again.
        self.bookmark().await?;
        let every = self.desk.options.bookmark_every;
        let mut silent_since = Instant::now();
        loop {
            let newest = *published.borrow_and_update();
            let mut sight = self.sight()?;
            while self.told < newest {
                if self.batch(sight).await? {
                    silent_since = Instant::now();
                }
                sight = self.sight()?;
            }
            if silent_since.elapsed() >= every {
                self.bookmark().await?;
                silent_since = Instant::now();
            }
            let wait = every
                .saturating_sub(silent_since.elapsed())
                .clamp(Duration::from_millis(1), WATCH_IDENTIFY_EVERY);
            self.wait(&mut published, wait).await?;
        }
    }

    /// Waits until something was recorded, or at most for `most`.
    async fn wait(&self, published: &mut watch::Receiver<Seq>, most: Duration) -> Result<(), End> {
        let stopping = || {
            let detail = "the server is stopping; go on elsewhere from the last revision";
            End::from(Refusal::new(Code::NotReady, "", detail))
        };
        tokio::select! {
            () = self.sender.closed() => Err(End::Gone),
            () = self.desk.options.stopping.cancelled() => Err(stopping()),
            moved = published.changed() => moved.map_err(|_| stopping()),
            () = tokio::time::sleep(most) => Ok(()),
        }
    }

    /// What the caller may see now.
    fn sight(&self) -> Result<Sight, End> {
        self.desk.readable()?;
        Ok(self.desk.identify(&self.call)?.sight)
    }

    /// Tells the next records; whether there was anything to tell.
    async fn batch(&mut self, sight: Sight) -> Result<bool, End> {
        let (register, after) = (self.desk.register.clone(), self.told);
        let seen = sight.clone();
        let records =
            Desk::blocking(move || register.changes_after(after, WATCH_RECORDS_MAX, &seen))
                .await?
                .map_err(Rejection::from)?;
        if records.is_empty() {
            // The head moved before its record can be read: nothing is to be told before the next turn.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut told = false;
        for mut record in records {
            record
                .changes
                .retain(|change| change.path.starts_with(&self.top));
            let seq = record.seq;
            let time = record.time;
            if !record.changes.is_empty() {
                self.record(record, sight.clone()).await?;
                told = true;
            }
            self.told = seq;
            self.time = Some(time);
        }
        Ok(told)
    }

    /// Tells one record, in several messages where it changed much. Only the last carries its revision: whoever takes up
    /// after an earlier one gets the record whole again.
    async fn record(&mut self, record: RecordChanges, sight: Sight) -> Result<(), End> {
        let token = self.desk.register.revision_token(record.seq);
        let at = ReadAt {
            as_of_revision: Some(token),
            ..ReadAt::default()
        };
        let reading = self.desk.register.reading(&at).await?;
        let (seq, time) = (record.seq, record.time);
        let witness = self.call.witness.clone();
        let render = move || rendered(&View::new(&reading, sight).noting(&witness), &record);
        let changes = Desk::blocking(render).await??;
        trail::shown(&self.desk, &self.call, "Watch");
        let mut rest = changes.into_iter().peekable();
        while rest.peek().is_some() {
            let changes = some(&mut rest);
            let revision = if rest.peek().is_some() {
                revision(&self.desk.register, self.told, self.time)
            } else {
                revision(&self.desk.register, seq, Some(time))
            };
            self.send(pb::WatchResponse {
                changes,
                revision: Some(revision),
                bookmark: false,
            })
            .await?;
        }
        Ok(())
    }

    async fn bookmark(&self) -> Result<(), End> {
        let revision = Some(revision(&self.desk.register, self.told, self.time));
        self.send(pb::WatchResponse {
            changes: Vec::new(),
            revision,
            bookmark: true,
        })
        .await
    }

    async fn send(&self, message: pb::WatchResponse) -> Result<(), End> {
        self.sender.send(Ok(message)).await.map_err(|_| End::Gone)
    }
}

/// The changes of the next message, at least one.
fn some(rest: &mut impl Iterator<Item = Change>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut bytes = 0_usize;
    while changes.len() < WATCH_CHANGES_MAX && bytes < MESSAGE_BYTES_AIM {
        let Some(change) = rest.next() else { break };
        bytes = bytes.saturating_add(change.encoded_len());
        changes.push(change);
    }
    changes
}

fn rendered(view: &View<'_>, record: &RecordChanges) -> Result<Vec<Change>, Rejection> {
    let mut changes = Vec::with_capacity(record.changes.len());
    for change in &record.changes {
        changes.push(Change {
            oid: change.path.to_string(),
            kind: change.kind.to_owned(),
            entry: Some(view.entry(&change.seen)?),
            time: Some(timestamp(record.time)),
        });
    }
    Ok(view.settled(changes)?)
}

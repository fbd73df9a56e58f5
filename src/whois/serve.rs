//! Connections as they come, each a task of its own, until the server stops: then those that are answered may end.

use std::{pin::pin, sync::Arc};

use futures_util::{Stream, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::access::Peer;
use crate::desk::Desk;
use crate::oidip::Publication;

use super::connection::{Face, Options, attend};
use super::crowd::Crowd;

/// Serves the connections of `arrivals` until `stopping` is cancelled and every answer that was begun has ended.
pub async fn serve<C>(
    arrivals: impl Stream<Item = (C, Peer)>,
    desk: Arc<Desk>,
    publication: Arc<Publication>,
    options: Options,
    stopping: CancellationToken,
) where
    C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let face = Arc::new(Face {
        desk,
        publication,
        crowd: Crowd::new(options.crowd_max),
        options,
        stopping: stopping.clone(),
    });
    let tasks = TaskTracker::new();
    let mut arrivals = pin!(arrivals);
    loop {
        let arrival = tokio::select! {
            biased;
            () = stopping.cancelled() => break,
            arrival = arrivals.next() => arrival,
        };
        let Some((connection, peer)) = arrival else {
            break;
        };
        tasks.spawn(attend(Arc::clone(&face), connection, Arc::new(peer)));
    }
    tasks.close();
    tasks.wait().await;
}

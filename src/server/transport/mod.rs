//! HTTP over sockets: connections are taken, bounded, served and drained. What a request means is the face's.
//!
//! HTTP/1.1 is for gRPC-Web, whose callers are browsers. It must never look into a request.

mod cork;
mod incoming;
mod turn;

use std::{convert::Infallible, time::Duration};

use futures_util::StreamExt as _;
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::grpc::Face;

use incoming::{Connection, incoming};
use turn::{Begun, Turns};

/// How long a silent connection is left alone before it is asked whether it is there.
const KEEPALIVE_EVERY: Duration = Duration::from_secs(60);
/// How long the answer to that may take.
const KEEPALIVE_WAIT: Duration = Duration::from_secs(20);
/// How long the headers of a request may take to arrive over HTTP/1.1.
const HEADERS_WAIT: Duration = Duration::from_secs(10);
/// Most bytes of the headers of a request.
pub const HEADERS_BYTES_MAX: u32 = 16 << 10;

/// What a port bears.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Connections at a time; more wait.
    pub connections: usize,
    /// Calls at a time on one connection.
    pub streams: u32,
}

/// Serves until `stopping` is cancelled, and then until every call in flight has ended.
pub async fn serve(listener: TcpListener, bounds: Bounds, face: Face, stopping: CancellationToken) {
    let connected = TaskTracker::new();
    let mut connections = Box::pin(incoming(listener, bounds.connections));
    loop {
        let next = tokio::select! {
            biased;
            () = stopping.cancelled() => None,
            next = connections.next() => next,
        };
        let Some(connection) = next else { break };
        connected.spawn(carry(connection, bounds, face.clone(), stopping.clone()));
    }
    // Nobody is let in any more while the others leave.
    drop(connections);
    connected.close();
    connected.wait().await;
}

/// Serves one connection until it ends. Why it ended is its peer's affair.
async fn carry(connection: Connection, bounds: Bounds, face: Face, stopping: CancellationToken) {
    let (cork, corked) = cork::cork(connection);
    let begun = Begun::default();
    let builder = builder(bounds, begun.clone());
    let service = service_fn(move |request| {
        let face = face.clone();
        async move { Ok::<_, Infallible>(face.answer(request).await) }
    });
    let serving = builder.serve_connection(TokioIo::new(corked), service);
    let mut serving = Turns::new(serving, begun, cork);
    tokio::select! {
        biased;
        _ended = &mut serving => {}
        () = stopping.cancelled() => {
            serving.connection().graceful_shutdown();
            serving.await.ok();
        }
    }
}

fn builder(bounds: Bounds, begun: Begun) -> Builder<Begun> {
    let mut builder = Builder::new(begun);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WAIT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(bounds.streams)
        .max_header_list_size(HEADERS_BYTES_MAX)
        .keep_alive_interval(KEEPALIVE_EVERY)
        .keep_alive_timeout(KEEPALIVE_WAIT);
    builder
}

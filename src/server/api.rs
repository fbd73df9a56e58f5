//! The API's port: the gRPC face behind bounded connections, until it is told to stop.

use std::{sync::Arc, time::Duration};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{service::Routes, transport::Server};

use crate::{
    config::{Limits, Settings},
    grpc,
    model::clock::SystemClock,
    register::Register,
};

use super::{build::size, connections::incoming, exit::Failure, life::Serving};

/// How long a silent connection is left alone before it is asked whether it is there.
const KEEPALIVE_EVERY: Duration = Duration::from_secs(60);
/// How long the answer to that may take.
const KEEPALIVE_WAIT: Duration = Duration::from_secs(20);

/// Begins to serve. The task ends when `stopping` is cancelled and every call in flight has ended.
pub fn serve(
    settings: &Settings,
    listener: TcpListener,
    register: &Register,
    stopping: CancellationToken,
) -> Result<Serving, Failure> {
    let limits = &settings.limits;
    let options = options(limits, stopping.clone());
    let face = grpc::router(register.clone(), options);
    let face = face.map_err(|why| Failure::Serving(why.to_string()))?;
    let connections = incoming(listener, size(limits.connections));
    let streams = u32::try_from(limits.streams_per_connection).unwrap_or(u32::MAX);
    // HTTP/1.1 is for gRPC-Web, whose callers are browsers.
    let server = Server::builder()
        .accept_http1(true)
        .max_concurrent_streams(streams)
        .http2_keepalive_interval(Some(KEEPALIVE_EVERY))
        .http2_keepalive_timeout(Some(KEEPALIVE_WAIT))
        .add_routes(Routes::from(face));
    let stop = async move { stopping.cancelled().await };
    Ok(tokio::spawn(
        server.serve_with_incoming_shutdown(connections, stop),
    ))
}

fn options(limits: &Limits, stopping: CancellationToken) -> grpc::Options {
    grpc::Options {
        stopping,
        call_time_max: Duration::from_secs(limits.deadline_seconds),
        request_bytes_max: size(limits.message_bytes),
        ..grpc::Options::new(Arc::new(SystemClock))
    }
}

//! The API's port: the gRPC face behind bounded connections, until it is told to stop.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{service::Routes, transport::Server};

use crate::{
    config::{Limits, Settings},
    grpc,
    model::clock::SystemClock,
    pb,
    register::Register,
    telemetry::calls::Calls,
};

use super::{
    build::size, connections::incoming, exit::Failure, life::Serving, signing::verifier_key,
};

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
    let options = grpc::Options {
        checkpoint_key: verifier_key(settings)?.into(),
        ..options(limits, stopping.clone())
    };
    let face = grpc::router(register.clone(), options);
    let face = face.map_err(|why| Failure::Serving(why.to_string()))?;
    let calls = Arc::new(Calls::new(methods()));
    let face = face.layer(middleware::from_fn_with_state(calls, counted));
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

/// The paths of the API's methods, from its descriptors.
fn methods() -> Vec<String> {
    let described = FileDescriptorSet::decode(pb::DESCRIPTORS).unwrap_or_default();
    let mut paths = Vec::new();
    for file in &described.file {
        for service in &file.service {
            let of = format!("/{}.{}/", file.package(), service.name());
            let path = |method: &prost_types::MethodDescriptorProto| of.clone() + method.name();
            paths.extend(service.method.iter().map(path));
        }
    }
    paths
}

/// Counts a call. A refusal stands in the headers of its answer; a stream counts with how it begins.
async fn counted(State(calls): State<Arc<Calls>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let meter = calls.meter(request.uri().path());
    let answer = next.run(request).await;
    let status = answer.headers().get("grpc-status");
    let code = status.map_or(Some(0), |code| code.to_str().ok()?.parse().ok());
    // What is none of gRPC's codes is counted as unknown.
    meter.ended(code.unwrap_or(u8::MAX), begun.elapsed());
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_of_the_api_is_counted() {
        let methods = methods();
        for path in [
            "/oidra.v1.ResolutionService/Resolve",
            "/oidra.v1.RegistrationService/Allocate",
            "/oidra.v1.AdministrationService/GetServerInfo",
        ] {
            assert!(methods.iter().any(|method| method == path), "{path}");
        }
    }
}

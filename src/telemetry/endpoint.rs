//! `/metrics`, `/live` and `/ready`, over HTTP, on a port of their own.
//!
//! It stands from the moment the socket is bound, so that a long rebuild can be watched. It must never answer anything
//! about the register but how it is.

use std::{future::Future, io, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::net::TcpListener;

/// Tells whether reads are answered: `Err` says why not.
pub type Probe = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// Prometheus' text form, version 0.0.4.
const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Serves until `stop` is done.
pub async fn serve(
    listener: TcpListener,
    probe: Probe,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let serving = axum::serve(listener, router(probe));
    serving.with_graceful_shutdown(stop).await
}

fn router(probe: Probe) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/live", get(|| async { "live\n" }))
        .route("/ready", get(ready))
        .with_state(probe)
}

async fn metrics() -> Response {
    let headers = [(header::CONTENT_TYPE, METRICS_TYPE)];
    (headers, super::metrics::text()).into_response()
}

async fn ready(State(probe): State<Probe>) -> Response {
    match probe() {
        Ok(()) => "ready\n".into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
    };

    async fn get_from(address: std::net::SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn the_three_pages_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (ready, is_ready) = tokio::sync::watch::channel(false);
        let probe: Probe = Arc::new(move || match *is_ready.borrow() {
            true => Ok(()),
            false => Err("rebuilding".to_owned()),
        });
        tokio::spawn(serve(listener, probe, std::future::pending()));
        assert!(get_from(address, "/live").await.starts_with("HTTP/1.1 200"));
        let not_yet = get_from(address, "/ready").await;
        assert!(not_yet.starts_with("HTTP/1.1 503") && not_yet.contains("rebuilding"));
        ready.send(true).unwrap();
        assert!(
            get_from(address, "/ready")
                .await
                .starts_with("HTTP/1.1 200")
        );
        assert!(
            get_from(address, "/metrics")
                .await
                .contains("oidra_build_info")
        );
        assert!(get_from(address, "/else").await.starts_with("HTTP/1.1 404"));
    }
}

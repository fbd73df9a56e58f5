//! HTTP over sockets: connections are taken, bounded, opened, served and drained. What a request means is the face's.
//!
//! HTTP/1.1 is for browsers and everything else that is not gRPC. It must never look into a request, and never wait for one
//! connection's peer where another is let in.

mod certificate;
mod cork;
mod incoming;
mod local;
mod pace;
mod tls;
mod turn;

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt as _, future::Either};
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    time::{Instant, MissedTickBehavior, interval_at, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    access::{ClientCertificate, Peer},
    telemetry::events::{Emit as _, TurnedAway},
};

use super::faces::Faces;

pub use local::Local;
pub use tls::{Tls, TlsError};

pub use incoming::{Arrival, Connection};
use incoming::{Flow, Port, Room, incoming};
use pace::{End, Pace, Patience, TICK, Watch};
use turn::{Begun, Turns};

/// How long a silent connection is left alone before it is asked whether it is there.
const KEEPALIVE_EVERY: Duration = Duration::from_secs(60);
/// How long the answer to that may take.
const KEEPALIVE_WAIT: Duration = Duration::from_secs(20);
/// Most bytes of the headers of a request.
pub const HEADERS_BYTES_MAX: u32 = 16 << 10;
/// Bytes of a request over HTTP/1.1 that are kept at a time: its first line and headers must fit.
const HTTP1_BUFFER_BYTES: usize = 64 << 10;
/// Most streams that a peer reset before anybody took them; one more ends the connection (CVE-2023-44487).
const RESET_STREAMS_MAX: usize = 20;
/// Most streams that were reset for a peer's errors; one more ends the connection (CVE-2025-8671).
const ERROR_STREAMS_MAX: usize = 1_024;
/// Most connections at a time by the administration socket.
const LOCAL_CONNECTIONS_MAX: usize = 64;

/// What a port bears.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Connections at a time; more wait.
    pub connections: usize,
    /// Connections at a time of one source; more are closed.
    pub connections_per_source: usize,
    /// Calls at a time on one connection.
    pub streams: u32,
    /// How long a connection may take until it is known what it speaks: the handshake, the first bytes, the first headers.
    pub opening: Duration,
    /// How long it may be without a call.
    pub idle: Duration,
    /// How long it may take nothing of the answers it asked for.
    pub stalled: Duration,
}

/// What is served.
#[derive(Debug)]
pub struct Ports {
    /// The API's port.
    pub api: TcpListener,
    /// What is spoken on it, below HTTP.
    pub tls: Option<Arc<Tls>>,
    /// The administration socket.
    pub local: Option<Local>,
}

impl From<TcpListener> for Ports {
    /// The API's port alone, in plain text.
    fn from(api: TcpListener) -> Self {
        Self {
            api,
            tls: None,
            local: None,
        }
    }
}

/// What every connection needs.
struct Served {
    face: Faces,
    bounds: Bounds,
    tls: Option<Arc<Tls>>,
    stopping: CancellationToken,
}

/// The connections of a port that speaks something of its own: bounded and counted as those of the API.
pub fn connections(
    listener: TcpListener,
    most: usize,
    of_one_source: usize,
) -> impl Stream<Item = Arrival> + Send {
    let room = Room {
        most,
        of_one_source,
    };
    incoming(Port::Tcp(listener), room)
}

/// Serves until `stopping` is cancelled, and then until every call in flight has ended.
pub async fn serve(
    ports: impl Into<Ports>,
    bounds: Bounds,
    face: Faces,
    stopping: CancellationToken,
) {
    let Ports { api, tls, local } = ports.into();
    let connected = TaskTracker::new();
    let mut connections = Box::pin(arrivals(api, local, bounds));
    let served = Arc::new(Served {
        face,
        bounds,
        tls,
        stopping: stopping.clone(),
    });
    loop {
        let next = tokio::select! {
            biased;
            () = stopping.cancelled() => None,
            next = connections.next() => next,
        };
        let Some(arrival) = next else { break };
        connected.spawn(Arc::clone(&served).carry(arrival));
    }
    // Nobody is let in any more while the others leave.
    drop(connections);
    connected.close();
    connected.wait().await;
}

/// Everybody who comes, by whichever port.
fn arrivals(
    api: TcpListener,
    local: Option<Local>,
    bounds: Bounds,
) -> impl Stream<Item = Arrival> + Send {
    let room = |most| Room {
        most,
        of_one_source: bounds.connections_per_source,
    };
    let api = incoming(Port::Tcp(api), room(bounds.connections));
    let local = local.map_or_else(
        || Either::Right(futures_util::stream::pending()),
        |local| Either::Left(incoming(Port::Local(local), room(LOCAL_CONNECTIONS_MAX))),
    );
    futures_util::stream::select(Box::pin(api), Box::pin(local))
}

impl Served {
    /// Carries one connection from its first byte to its end. Why it ended is its peer's affair.
    async fn carry(self: Arc<Self>, arrival: Arrival) {
        let Arrival { connection, peer } = arrival;
        let flow = connection.flow();
        let opened = Instant::now();
        let tls = self.tls.as_ref().filter(|_| peer.is_remote());
        let Some(tls) = tls else {
            return self.speak(connection, peer, &flow, opened).await;
        };
        let handshake = handshake(tls, connection);
        let until = opened + self.bounds.opening;
        let sealed = tokio::select! {
            biased;
            () = self.stopping.cancelled() => return,
            sealed = timeout_at(until, handshake) => sealed,
        };
        let why = match sealed {
            Ok(Ok((stream, certificate))) => {
                let peer = Peer {
                    certificate,
                    ..peer
                };
                return self.speak(stream, peer, &flow, opened).await;
            }
            Ok(Err(_)) => "handshake",
            Err(_) => "opening",
        };
        TurnedAway { why }.emit();
    }

    /// Speaks HTTP over a connection until it ends.
    async fn speak<S>(&self, stream: S, peer: Peer, flow: &Flow, opened: Instant)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (cork, corked) = cork::cork(stream);
        let begun = Begun::default();
        let pace = Pace::default();
        let builder = builder(self.bounds, begun.clone());
        let peer = Arc::new(peer);
        let (face, calls) = (self.face.clone(), pace.clone());
        let service = service_fn(move |mut request: http::Request<hyper::body::Incoming>| {
            let face = face.clone();
            let call = calls.call();
            request.extensions_mut().insert(Arc::clone(&peer));
            async move {
                let answer = face.answer(request).await;
                Ok::<_, Infallible>(answer.map(|body| call.answer(body)))
            }
        });
        let serving = builder.serve_connection(TokioIo::new(corked), service);
        let mut serving = Turns::new(serving, begun, cork);
        let mut ticks = interval_at(opened + TICK, TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut watch = Watch::default();
        let mut leaving: Option<Instant> = None;
        loop {
            tokio::select! {
                biased;
                _ended = &mut serving => return,
                () = self.stopping.cancelled(), if leaving.is_none() => {
                    serving.connection().graceful_shutdown();
                    return drop(serving.await);
                }
                _ = ticks.tick() => {}
            }
            if leaving.is_some_and(|since| since.elapsed() >= self.bounds.opening) {
                return;
            }
            let (received, waiting) = serving.moved();
            let sample = pace.sample(received, flow.sent(), waiting);
            match watch.see(sample, self.patience()) {
                Some(End::Idle) if leaving.is_none() => {
                    TurnedAway { why: "idle" }.emit();
                    serving.connection().graceful_shutdown();
                    leaving = Some(Instant::now());
                }
                Some(End::Opening) => return TurnedAway { why: "opening" }.emit(),
                Some(End::Stalled) => {
                    flow.end_at_once();
                    return TurnedAway { why: "stalled" }.emit();
                }
                Some(End::Idle) | None => {}
            }
        }
    }

    fn patience(&self) -> Patience {
        let Bounds {
            opening,
            idle,
            stalled,
            ..
        } = self.bounds;
        Patience {
            opening: opening.as_secs(),
            idle: idle.as_secs(),
            stalled: stalled.as_secs(),
        }
    }
}

type Sealed = tokio_rustls::server::TlsStream<Connection>;

/// The connection, sealed, and what its client proved to be.
async fn handshake(
    tls: &Tls,
    connection: Connection,
) -> io::Result<(Sealed, Option<ClientCertificate>)> {
    let stream = tls.acceptor().accept(connection).await?;
    let shown = stream.get_ref().1.peer_certificates();
    let leaf = shown.and_then(<[_]>::first);
    let certificate = leaf.map(|leaf| {
        // What was verified can be read; were it not, its bearer is not let in as nobody.
        certificate::read(leaf).ok_or(io::ErrorKind::InvalidData)
    });
    Ok((stream, certificate.transpose()?))
}

fn builder(bounds: Bounds, begun: Begun) -> Builder<Begun> {
    let mut builder = Builder::new(begun);
    builder
        .http1()
        .timer(TokioTimer::new())
        .max_buf_size(HTTP1_BUFFER_BYTES)
        .header_read_timeout(bounds.opening);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(bounds.streams)
        .max_header_list_size(HEADERS_BYTES_MAX)
        .max_pending_accept_reset_streams(RESET_STREAMS_MAX)
        .max_local_error_reset_streams(ERROR_STREAMS_MAX)
        .keep_alive_interval(KEEPALIVE_EVERY)
        .keep_alive_timeout(KEEPALIVE_WAIT);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{access::Source, config, server::dev_certificate};
    use rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
    };
    use std::path::Path;
    use tokio::net::TcpStream;

    /// A client that shows the certificate of `dir`, if it is to.
    fn connector(dir: &Path, shows: bool) -> tokio_rustls::TlsConnector {
        let certificate = |name: &str| CertificateDer::from_pem_file(dir.join(name)).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(certificate(dev_certificate::AUTHORITY)).unwrap();
        let builder = ClientConfig::builder().with_root_certificates(roots);
        let config = if shows {
            let key = PrivateKeyDer::from_pem_file(dir.join("client.key")).unwrap();
            builder.with_client_auth_cert(vec![certificate("client.pem")], key)
        } else {
            Ok(builder.with_no_client_auth())
        };
        Arc::new(config.unwrap()).into()
    }

    /// What the server learns of such a client.
    async fn met(dir: &Path, tls: &Tls, shows: bool) -> Option<ClientCertificate> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let room = Room {
            most: 1,
            of_one_source: 1,
        };
        let mut taken = Box::pin(incoming(Port::Tcp(listener), room));
        let client = async {
            let stream = TcpStream::connect(address).await.unwrap();
            let name = ServerName::try_from("localhost").unwrap();
            connector(dir, shows).connect(name, stream).await.unwrap()
        };
        let server = async {
            let arrival = taken.next().await.unwrap();
            assert!(matches!(arrival.peer.source, Source::Address(from) if from.is_loopback()));
            handshake(tls, arrival.connection).await.unwrap()
        };
        let (_, (sealed, certificate)) = tokio::join!(client, server);
        drop(sealed);
        certificate
    }

    #[tokio::test]
    async fn a_client_is_known_by_the_certificate_it_shows() {
        let dir = tempfile::tempdir().unwrap();
        dev_certificate::write(dir.path(), &[]).unwrap();
        let tls = Tls::load(&config::Tls {
            certificate: dir.path().join("server.pem"),
            key: dir.path().join("server.key"),
            client_ca: dir.path().join(dev_certificate::AUTHORITY),
            client_auth: config::ClientAuth::Optional,
        });
        let tls = tls.unwrap().unwrap();
        let shown = met(dir.path(), &tls, true).await.unwrap();
        assert_eq!(shown.subject, "CN=developer");
        assert_eq!(met(dir.path(), &tls, false).await, None);
    }
}

//! Connections as they come: counted, bounded, and taken again after a failure.
//!
//! At the bound of all the next one waits in the system's queue instead of being turned away; at the bound of one source the
//! next one of that source is closed at once, so that nobody fills the room alone. One failed `accept` never ends the
//! server: it waits, longer each time, and goes on.

use std::{
    collections::HashMap,
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures_util::Stream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream, UnixStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::{
    access::{Peer, Source},
    telemetry::events::{self, Emit as _},
};

use super::local::{Local, administrator};

/// The shortest wait after an `accept` that failed.
const BACKOFF_MIN: Duration = Duration::from_millis(5);
/// The longest.
const BACKOFF_MAX: Duration = Duration::from_secs(1);

/// Where connections come from.
#[derive(Debug)]
pub enum Port {
    /// The network.
    Tcp(TcpListener),
    /// The administration socket.
    Local(Local),
}

/// How many are let in.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Connections at a time.
    pub most: usize,
    /// Connections of one source at a time.
    pub of_one_source: usize,
}

/// The connections of `port`. It never ends.
pub fn incoming(port: Port, room: Room) -> impl Stream<Item = Arrival> + Send {
    let places = Arc::new(Semaphore::new(room.most));
    let sources = Sources::default();
    let state = (port, places, sources);
    futures_util::stream::unfold(state, move |(port, places, sources)| async move {
        // The semaphore is never closed; if it were, there would be nothing more to take.
        let permit = Arc::clone(&places).acquire_owned().await.ok()?;
        let (socket, peer, place) = loop {
            let (socket, peer) = accept(&port).await;
            match sources.place(peer.source, room.of_one_source) {
                Some(place) => break (socket, peer, place),
                None => events::TurnedAway { why: "source" }.emit(),
            }
        };
        events::Connected.emit();
        let connection = Connection {
            socket,
            flow: Arc::default(),
            _permit: permit,
            _place: place,
        };
        Some((Arrival { connection, peer }, (port, places, sources)))
    })
}

async fn accept(port: &Port) -> (Socket, Peer) {
    let mut retry_in = BACKOFF_MIN;
    loop {
        match accepted(port).await {
            Ok(accepted) => return accepted,
            Err(why) => events::AcceptFailed {
                why: &why,
                retry_in,
            }
            .emit(),
        }
        tokio::time::sleep(retry_in).await;
        retry_in = (retry_in * 2).min(BACKOFF_MAX);
    }
}

async fn accepted(port: &Port) -> io::Result<(Socket, Peer)> {
    match port {
        Port::Tcp(listener) => {
            let (stream, from) = listener.accept().await?;
            // Small answers must not wait for more; a socket that refuses this works all the same.
            stream.set_nodelay(true).ok();
            let source = Source::Address(from.ip().to_canonical());
            Ok((Socket::Tcp(stream), Peer::of(source)))
        }
        Port::Local(local) => {
            let stream = local.accept().await?;
            let local_uid = administrator(&stream);
            let peer = Peer {
                local_uid,
                ..Peer::of(Source::Local)
            };
            Ok((Socket::Local(stream), peer))
        }
    }
}

/// How many connections each source has. It holds no source without one.
#[derive(Clone, Debug, Default)]
struct Sources(Arc<Mutex<HashMap<Source, usize>>>);

impl Sources {
    /// A place for one more of `source`, unless it has `most`.
    fn place(&self, source: Source, most: usize) -> Option<Place> {
        let source = source.neighbourhood();
        let mut sources = self.lock();
        let held = sources.get(&source).copied().unwrap_or_default();
        if source != Source::Local && held >= most {
            return None;
        }
        sources.insert(source, held + 1);
        drop(sources);
        Some(Place {
            source,
            of: self.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Source, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of a source's places; free again when it is dropped.
#[derive(Debug)]
struct Place {
    source: Source,
    of: Sources,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut sources = self.of.lock();
        match sources.get_mut(&self.source) {
            Some(held) if *held > 1 => *held -= 1,
            _ => drop(sources.remove(&self.source)),
        }
    }
}

/// A connection that was just taken.
#[derive(Debug)]
pub struct Arrival {
    /// The connection.
    pub connection: Connection,
    /// Who is at its other end, as far as sockets tell.
    pub peer: Peer,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpStream),
    Local(UnixStream),
}

/// What is seen of a connection from outside, and how it is to end.
#[derive(Debug, Default)]
pub struct Flow {
    sent: AtomicU64,
    at_once: AtomicBool,
}

impl Flow {
    /// How many bytes the system took so far.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Lets the system drop what it took and could not send, when the connection ends: nobody reads it.
    pub fn end_at_once(&self) {
        self.at_once.store(true, Ordering::Relaxed);
    }
}

/// One connection; its place is free again when it is dropped.
#[derive(Debug)]
pub struct Connection {
    socket: Socket,
    flow: Arc<Flow>,
    _permit: OwnedSemaphorePermit,
    _place: Place,
}

impl Connection {
    /// What is seen of it from outside.
    pub fn flow(&self) -> Arc<Flow> {
        Arc::clone(&self.flow)
    }

    fn count(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = written {
            self.flow.sent.fetch_add(bytes as u64, Ordering::Relaxed);
        }
        written
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Socket::Tcp(stream) = &self.socket
            && self.flow.at_once.load(Ordering::Relaxed)
        {
            // Where it is refused, the system keeps what it has for some minutes.
            stream.set_zero_linger().ok();
        }
        events::Disconnected.emit();
    }
}

macro_rules! socket {
    ($connection:expr, $stream:ident => $act:expr) => {
        match &mut $connection.socket {
            Socket::Tcp($stream) => $act,
            Socket::Local($stream) => $act,
        }
    };
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        socket!(self, stream => Pin::new(stream).poll_read(context, buffer))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = socket!(self, stream => Pin::new(stream).poll_write(context, bytes));
        self.count(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written =
            socket!(self, stream => Pin::new(stream).poll_write_vectored(context, slices));
        self.count(written)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.socket {
            Socket::Tcp(stream) => stream.is_write_vectored(),
            Socket::Local(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        socket!(self, stream => Pin::new(stream).poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        socket!(self, stream => Pin::new(stream).poll_shutdown(context))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt as _;
    use tokio::io::AsyncReadExt as _;

    const SHORT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn one_past_the_bound_waits_for_a_place() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let room = Room {
            most: 1,
            of_one_source: 9,
        };
        let mut taken = Box::pin(incoming(Port::Tcp(listener), room));
        let _clients = [
            TcpStream::connect(address).await.unwrap(),
            TcpStream::connect(address).await.unwrap(),
        ];
        let first = taken.next().await.unwrap();
        assert!(tokio::time::timeout(SHORT, taken.next()).await.is_err());
        drop(first);
        let second = tokio::time::timeout(LONG, taken.next()).await.unwrap();
        assert!(second.is_some());
    }

    #[tokio::test]
    async fn one_past_the_bound_of_a_source_is_closed_and_others_are_let_in() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let room = Room {
            most: 9,
            of_one_source: 1,
        };
        let mut taken = Box::pin(incoming(Port::Tcp(listener), room));
        let _one = TcpStream::connect(address).await.unwrap();
        let first = taken.next().await.unwrap();
        assert_eq!(first.peer, Peer::of(Source::Address([127, 0, 0, 1].into())));
        let mut two = TcpStream::connect(address).await.unwrap();
        assert!(tokio::time::timeout(SHORT, taken.next()).await.is_err());
        assert_eq!(two.read(&mut [0]).await.unwrap(), 0, "it was not closed");
        let other = tokio::net::TcpSocket::new_v4().unwrap();
        other.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        let _other = other.connect(address).await.unwrap();
        let other = tokio::time::timeout(LONG, taken.next()).await.unwrap();
        assert_eq!(
            other.unwrap().peer.source,
            Source::Address([127, 0, 0, 2].into())
        );
        drop(first);
        let _again = TcpStream::connect(address).await.unwrap();
        let again = tokio::time::timeout(LONG, taken.next()).await.unwrap();
        assert!(again.is_some());
    }

    #[test]
    fn sources_without_connections_are_forgotten_and_a_network_of_ipv6_is_one() {
        let sources = Sources::default();
        let v6 = |text: &str| Source::Address(text.parse().unwrap());
        let one = sources.place(v6("2001:db8::1"), 1).unwrap();
        assert!(sources.place(v6("2001:db8::2"), 1).is_none());
        let other = sources.place(v6("2001:db8:0:1::1"), 1).unwrap();
        drop((one, other));
        assert!(sources.lock().is_empty());
        let local: Vec<_> = (0..3)
            .map(|_| sources.place(Source::Local, 1).unwrap())
            .collect();
        drop(local);
        assert!(sources.lock().is_empty());
    }
}

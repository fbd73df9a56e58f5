//! Connections (RFC 7766): any number of queries on one, answered in order; transfers.
//!
//! A connection is idle for so long at most, each source has so many, all together are so many. It must never hold more than
//! a few messages for one that does not read.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::telemetry::events::{AcceptFailed, DnsFailed, DnsTurnedAway, Emit as _};

use super::{Reply, Service, Transport};

/// Octets of the longest query that is read from a connection; whoever sends a longer one is cut off.
pub const QUERY_BYTES_MAX: usize = 16 * 1024;
/// Messages of a transfer that wait for the other side to read.
const WAITING_MESSAGES: usize = 4;
/// The pause after a connection could not be taken.
const FAILED_PAUSE: Duration = Duration::from_millis(100);

/// What is borne.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Connections at a time.
    pub connections: usize,
    /// Connections at a time of one source.
    pub connections_per_source: usize,
    /// How long a connection may be without a query, or take nothing of an answer.
    pub idle: Duration,
}

/// The connections that are open, by source.
#[derive(Default)]
struct Open {
    all: usize,
    by_source: HashMap<IpAddr, usize>,
}

/// One of them; it is counted until it is dropped.
struct Place {
    open: Arc<Mutex<Open>>,
    source: IpAddr,
}

impl Place {
    fn take(open: &Arc<Mutex<Open>>, source: IpAddr, bounds: &Bounds) -> Option<Self> {
        let source = network(source);
        let mut held = open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = held.by_source.get(&source).copied().unwrap_or_default();
        if held.all >= bounds.connections || own >= bounds.connections_per_source {
            return None;
        }
        held.all += 1;
        held.by_source.insert(source, own + 1);
        drop(held);
        let open = Arc::clone(open);
        Some(Self { open, source })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        held.all = held.all.saturating_sub(1);
        if let Some(own) = held.by_source.get_mut(&self.source) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                held.by_source.remove(&self.source);
            }
        }
    }
}

/// An address of IPv4, a network of IPv6 (/64).
fn network(source: IpAddr) -> IpAddr {
    match source.to_canonical() {
        IpAddr::V6(address) => {
            let upper = u128::from(address) >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from(upper))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Takes connections until told to stop.
pub async fn serve(
    service: Arc<Service>,
    listener: TcpListener,
    bounds: Bounds,
    stopping: CancellationToken,
) {
    let open = Arc::new(Mutex::new(Open::default()));
    loop {
        let taken = tokio::select! {
            () = stopping.cancelled() => return,
            taken = listener.accept() => taken,
        };
        let (stream, source) = match taken {
            Ok(taken) => taken,
            Err(why) => {
                AcceptFailed {
                    why: &why,
                    retry_in: FAILED_PAUSE,
                }
                .emit();
                tokio::time::sleep(FAILED_PAUSE).await;
                continue;
            }
        };
        let Some(place) = Place::take(&open, source.ip(), &bounds) else {
            DnsTurnedAway.emit();
            continue;
        };
        let (service, stopping) = (Arc::clone(&service), stopping.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = stopping.cancelled() => {}
                // Whoever is gone needs no answer.
                _ended = talk(service, stream, source, bounds.idle) => {}
            }
            drop(place);
        });
    }
}

/// Answers one connection's queries until it ends, or is idle for too long.
async fn talk(
    service: Arc<Service>,
    mut stream: TcpStream,
    source: SocketAddr,
    idle: Duration,
) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    loop {
        let query = tokio::time::timeout(idle, read(&mut stream)).await.ok()??;
        let asked = Arc::clone(&service);
        let ip = source.ip();
        let reply =
            tokio::task::spawn_blocking(move || asked.reply(&query, ip, Transport::Tcp)).await;
        match reply.ok()? {
            Reply::Silence => return None,
            Reply::Message(response) => write(&mut stream, &response, idle).await?,
            Reply::Transfer(transfer) => {
                let (give, mut take) = mpsc::channel::<Vec<u8>>(WAITING_MESSAGES);
                tokio::task::spawn_blocking(move || {
                    let done = transfer.run(&mut |message| give.blocking_send(message).is_ok());
                    if let Err(why) = done {
                        DnsFailed {
                            why: &why.to_string(),
                        }
                        .emit();
                    }
                });
                while let Some(message) = take.recv().await {
                    write(&mut stream, &message, idle).await?;
                }
            }
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let length = usize::from(stream.read_u16().await.ok()?);
    if length > QUERY_BYTES_MAX {
        return None;
    }
    let mut query = vec![0; length];
    stream.read_exact(&mut query).await.ok()?;
    Some(query)
}

async fn write(stream: &mut TcpStream, message: &[u8], idle: Duration) -> Option<()> {
    let mut framed = u16::try_from(message.len()).ok()?.to_be_bytes().to_vec();
    framed.extend_from_slice(message);
    tokio::time::timeout(idle, stream.write_all(&framed))
        .await
        .ok()?
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_source_and_all_have_so_many() {
        let open = Arc::new(Mutex::new(Open::default()));
        let bounds = Bounds {
            connections: 3,
            connections_per_source: 2,
            idle: Duration::ZERO,
        };
        let take = |source: &str| Place::take(&open, source.parse().unwrap(), &bounds);
        let first = take("192.0.2.1").unwrap();
        let second = take("192.0.2.1").unwrap();
        assert!(take("192.0.2.1").is_none());
        let third = take("2001:db8::1").unwrap();
        assert!(take("2001:db8:1::1").is_none());
        drop(first);
        let again = take("2001:db8::2").unwrap();
        assert!(take("192.0.2.1").is_none());
        drop((second, third, again));
        assert!(open.lock().unwrap().by_source.is_empty());
    }
}

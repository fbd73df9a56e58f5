//! Datagrams: a few threads take them from one socket, answer and take the next.
//!
//! A thread blocks in the socket, not in the runtime, so that a flood of datagrams takes nothing from the other faces but
//! the processor. It must never end because of what a datagram holds.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Reply, Service, Transport};

/// Octets of the longest datagram that is looked at; a longer one is cut, and then is no query.
pub const QUERY_BYTES_MAX: usize = 4_096;
/// How often a thread looks whether it is to end.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The pause after a socket failed.
const FAILED_PAUSE: Duration = Duration::from_millis(20);

/// Answers what comes to a socket until told to stop.
pub fn serve(
    service: &Arc<Service>,
    socket: &UdpSocket,
    threads: usize,
    stop: &Arc<AtomicBool>,
) -> io::Result<()> {
    socket.set_nonblocking(false)?;
    socket.set_read_timeout(Some(LOOK_EVERY))?;
    for number in 0..threads.max(1) {
        let (service, stop) = (Arc::clone(service), Arc::clone(stop));
        let socket = socket.try_clone()?;
        std::thread::Builder::new()
            .name(format!("dns-udp-{number}"))
            .spawn(move || take(&service, &socket, &stop))?;
    }
    Ok(())
}

fn take(service: &Service, socket: &UdpSocket, stop: &AtomicBool) {
    let mut octets = [0; QUERY_BYTES_MAX];
    while !stop.load(Ordering::Relaxed) {
        match socket.recv_from(&mut octets) {
            Ok((length, source)) => {
                let query = octets.get(..length).unwrap_or_default();
                answer(service, socket, query, source);
            }
            Err(why) if is_passing(&why) => {}
            Err(_) => std::thread::sleep(FAILED_PAUSE),
        }
    }
}

/// Time is up, or somebody before answered that nobody listens there.
fn is_passing(why: &io::Error) -> bool {
    matches!(
        why.kind(),
        io::ErrorKind::WouldBlock
            | io::ErrorKind::TimedOut
            | io::ErrorKind::Interrupted
            | io::ErrorKind::ConnectionRefused
    )
}

fn answer(service: &Service, socket: &UdpSocket, query: &[u8], source: SocketAddr) {
    // Nobody asks from port 0, and an answer to a server's port could make two servers talk for ever: responses are never
    // answered, so that it cannot.
    if source.port() == 0 {
        return;
    }
    // The hook has told of a panic already; the next datagram must be answered all the same.
    let reply = catch_unwind(AssertUnwindSafe(|| {
        service.reply(query, source.ip(), Transport::Udp)
    }));
    if let Ok(Reply::Message(response)) = reply {
        // A datagram that cannot be sent is lost, as datagrams are.
        socket.send_to(&response, source).ok();
    }
}

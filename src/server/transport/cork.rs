//! A socket whose writes wait for each other: what one turn of a connection's task produces leaves in one piece.
//!
//! HTTP/2 asks for a flush after every answer of more than a few octets; with many calls on one connection that is a system
//! call, a packet and a wake-up of the other side for each of them. Here a flush only notes what is to be sent, and
//! whoever drives the connection sends it with [`Cork::poll_send`] at the end of its turn. It must never hold anything
//! back longer than a turn, nor more than [`CORK_BYTES_MAX`].

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes that may wait to be sent; more wait in the transport, which then asks its callers to slow down.
pub const CORK_BYTES_MAX: usize = 128 << 10;
/// Bytes of room that a connection keeps once all is sent.
const KEPT_BYTES: usize = 16 << 10;

struct Inner<S> {
    socket: S,
    waiting: Vec<u8>,
    /// How much of `waiting` has left.
    sent: usize,
    /// Whether the socket has not taken all that it was given.
    flushing: bool,
    /// Bytes that came so far.
    received: u64,
}

impl<S: AsyncWrite + Unpin> Inner<S> {
    /// Sends what waits.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest @ [_, ..]) = self.waiting.get(self.sent..) {
            let sent = ready!(Pin::new(&mut self.socket).poll_write(context, rest))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += sent;
            self.flushing = true;
        }
        self.sent = 0;
        self.waiting.clear();
        self.waiting.shrink_to(KEPT_BYTES);
        if self.flushing {
            // A socket that seals may hold back what its own socket did not take.
            ready!(Pin::new(&mut self.socket).poll_flush(context))?;
            self.flushing = false;
        }
        Poll::Ready(Ok(()))
    }

    /// How many bytes may still wait; sends first where there is no room.
    fn poll_room(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.waiting.len() >= CORK_BYTES_MAX {
            ready!(self.poll_send(context))?;
        }
        Poll::Ready(Ok(CORK_BYTES_MAX - self.waiting.len()))
    }
}

/// The driver's handle of a corked socket.
pub struct Cork<S>(Arc<Mutex<Inner<S>>>);

/// The transport's handle of it.
pub struct Corked<S>(Arc<Mutex<Inner<S>>>);

/// Corks a socket.
pub fn cork<S>(socket: S) -> (Cork<S>, Corked<S>) {
    let inner = Arc::new(Mutex::new(Inner {
        socket,
        waiting: Vec::new(),
        sent: 0,
        flushing: false,
        received: 0,
    }));
    (Cork(Arc::clone(&inner)), Corked(inner))
}

/// Both handles belong to one task, so nobody ever waits here; after a panic the connection ends anyway.
fn lock<S>(inner: &Mutex<Inner<S>>) -> MutexGuard<'_, Inner<S>> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: AsyncWrite + Unpin> Cork<S> {
    /// Sends what waits.
    pub fn poll_send(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        lock(&self.0).poll_send(context)
    }
}

impl<S> Cork<S> {
    /// How many bytes came so far, and whether bytes wait to be sent.
    pub fn moved(&self) -> (u64, bool) {
        let inner = lock(&self.0);
        (inner.received, inner.flushing || !inner.waiting.is_empty())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Corked<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut inner = lock(&self.0);
        let before = buffer.filled().len();
        let read = Pin::new(&mut inner.socket).poll_read(context, buffer);
        inner.received += (buffer.filled().len() - before) as u64;
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Corked<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut inner = lock(&self.0);
        let room = ready!(inner.poll_room(context))?;
        let taken = bytes.get(..room).unwrap_or(bytes);
        inner.waiting.extend_from_slice(taken);
        Poll::Ready(Ok(taken.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut inner = lock(&self.0);
        let room = ready!(inner.poll_room(context))?;
        let mut left = room;
        for slice in slices {
            let taken = slice.get(..left).unwrap_or(slice);
            inner.waiting.extend_from_slice(taken);
            left -= taken.len();
        }
        Poll::Ready(Ok(room - left))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Whoever drives the connection sends.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut inner = lock(&self.0);
        ready!(inner.poll_send(context))?;
        Pin::new(&mut inner.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test]
    async fn writes_leave_together_and_in_order() {
        let (near, mut far) = tokio::io::duplex(1 << 10);
        let (driver, mut corked) = cork(near);
        for part in ["one ", "two ", "three"] {
            corked.write_all(part.as_bytes()).await.unwrap();
            corked.flush().await.unwrap();
        }
        let mut got = [0; 64];
        let nothing =
            tokio::time::timeout(std::time::Duration::from_millis(20), far.read(&mut got));
        assert!(nothing.await.is_err(), "sent before the end of the turn");
        poll_fn(|context| driver.poll_send(context)).await.unwrap();
        let length = far.read(&mut got).await.unwrap();
        assert_eq!(&got[..length], b"one two three");
    }

    #[tokio::test]
    async fn one_past_the_bound_is_sent_first() {
        let (near, mut far) = tokio::io::duplex(CORK_BYTES_MAX);
        let (_driver, mut corked) = cork(near);
        corked.write_all(&vec![1; CORK_BYTES_MAX]).await.unwrap();
        corked.write_all(&[2]).await.unwrap();
        let mut got = vec![0; CORK_BYTES_MAX];
        far.read_exact(&mut got).await.unwrap();
        assert!(got.iter().all(|byte| *byte == 1));
        corked.shutdown().await.unwrap();
        assert_eq!(far.read(&mut got).await.unwrap(), 1);
        assert_eq!(got.first(), Some(&2));
    }

    #[tokio::test]
    async fn a_reader_that_went_is_an_error() {
        let (near, far) = tokio::io::duplex(16);
        let (driver, mut corked) = cork(near);
        drop(far);
        corked.write_all(b"lost").await.unwrap();
        assert!(poll_fn(|context| driver.poll_send(context)).await.is_err());
    }
}

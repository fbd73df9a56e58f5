//! Connections as they come: counted, bounded, and taken again after a failure.
//!
//! At the bound the next one waits in the system's queue instead of being turned away. One failed `accept` never ends the
//! server: it waits, longer each time, and goes on.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::Stream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::telemetry::events::{self, Emit as _};

/// The shortest wait after an `accept` that failed.
const BACKOFF_MIN: Duration = Duration::from_millis(5);
/// The longest.
const BACKOFF_MAX: Duration = Duration::from_secs(1);

/// The connections of `listener`, at most `most` at a time. It never ends.
pub fn incoming(listener: TcpListener, most: usize) -> impl Stream<Item = Connection> + Send {
    let room = Arc::new(Semaphore::new(most));
    futures_util::stream::unfold((listener, room), |(listener, room)| async move {
        // The semaphore is never closed; if it were, there would be nothing more to take.
        let permit = Arc::clone(&room).acquire_owned().await.ok()?;
        let stream = accept(&listener).await;
        // Small answers must not wait for more; a socket that refuses this works all the same.
        stream.set_nodelay(true).ok();
        events::Connected.emit();
        let connection = Connection {
            stream,
            _permit: permit,
        };
        Some((connection, (listener, room)))
    })
}

async fn accept(listener: &TcpListener) -> TcpStream {
    let mut retry_in = BACKOFF_MIN;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
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

/// One connection; its place is free again when it is dropped.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Connection {
    fn drop(&mut self) {
        events::Disconnected.emit();
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt as _;

    #[tokio::test]
    async fn one_past_the_bound_waits_for_a_place() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut taken = Box::pin(incoming(listener, 1));
        let _clients = [
            TcpStream::connect(address).await.unwrap(),
            TcpStream::connect(address).await.unwrap(),
        ];
        let first = taken.next().await.unwrap();
        let short = Duration::from_millis(50);
        assert!(tokio::time::timeout(short, taken.next()).await.is_err());
        drop(first);
        let long = Duration::from_secs(5);
        assert!(
            tokio::time::timeout(long, taken.next())
                .await
                .unwrap()
                .is_some()
        );
    }
}

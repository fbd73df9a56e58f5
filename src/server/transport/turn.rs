//! One connection and all its calls as one task, which takes turns.
//!
//! In a turn the connection reads what came, every call that can go on goes on, the connection takes their answers, and all
//! of it is sent in one piece ([`super::cork`]). A task for each call would wake the connection for each answer. Calls here
//! never block: what does runs elsewhere. It must never let one call's panic end another's.

use std::{
    future::Future,
    io,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use futures_util::{FutureExt as _, Stream as _, stream::FuturesUnordered};
use tokio::io::AsyncWrite;

use super::cork::Cork;

type Call = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Takes the calls of one connection as the transport begins them.
#[derive(Clone, Default)]
pub struct Begun(Arc<Mutex<Vec<Call>>>);

impl Begun {
    fn take(&self) -> Vec<Call> {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *begun)
    }
}

impl<F: Future<Output = ()> + Send + 'static> hyper::rt::Executor<F> for Begun {
    fn execute(&self, call: F) {
        // A panic is answered and told where the call is handled; here it only must not spread.
        let call = Box::pin(AssertUnwindSafe(call).catch_unwind().map(drop));
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        begun.push(call);
    }
}

/// A connection with its calls.
pub struct Turns<C, S> {
    connection: Pin<Box<C>>,
    begun: Begun,
    calls: FuturesUnordered<Call>,
    cork: Cork<S>,
}

impl<C, S> Turns<C, S> {
    /// The connection whose calls are handed to `begun`, and whose answers wait in `cork`.
    pub fn new(connection: C, begun: Begun, cork: Cork<S>) -> Self {
        Self {
            connection: Box::pin(connection),
            begun,
            calls: FuturesUnordered::new(),
            cork,
        }
    }

    /// The connection.
    pub fn connection(&mut self) -> Pin<&mut C> {
        self.connection.as_mut()
    }

    /// How many bytes came so far, and whether bytes wait to be sent.
    pub fn moved(&self) -> (u64, bool) {
        self.cork.moved()
    }

    /// Lets every call go on that can; whether one ended.
    fn go_on(&mut self, context: &mut Context<'_>) -> bool {
        let begun = self.begun.take();
        let mut moved = !begun.is_empty();
        self.calls.extend(begun);
        while let Poll::Ready(Some(())) = Pin::new(&mut self.calls).poll_next(context) {
            moved = true;
        }
        moved
    }
}

impl<C, S, E> Future for Turns<C, S>
where
    C: Future<Output = Result<(), E>>,
    S: AsyncWrite + Unpin,
    E: From<io::Error>,
{
    type Output = Result<(), E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let ended = loop {
            let ended = self.connection.as_mut().poll(context);
            if ended.is_ready() || !self.go_on(context) {
                break ended;
            }
        };
        match self.cork.poll_send(context) {
            // What could not be sent is sent when the socket takes it; until then the connection goes on.
            Poll::Ready(Err(error)) if ended.is_pending() => Poll::Ready(Err(error.into())),
            _ => ended,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::transport::cork::cork;
    use hyper::rt::Executor as _;
    use std::{
        future::{pending, poll_fn, ready},
        sync::atomic::{AtomicUsize, Ordering},
    };

    #[tokio::test]
    async fn one_calls_panic_ends_no_other() {
        let begun = Begun::default();
        let ended = Arc::new(AtomicUsize::new(0));
        for place in 0..3 {
            let ended = Arc::clone(&ended);
            begun.execute(async move {
                tokio::task::yield_now().await;
                assert_ne!(place, 1, "this one is lost");
                ended.fetch_add(1, Ordering::Relaxed);
            });
        }
        let (driver, _corked) = cork(tokio::io::duplex(16).0);
        let counted = Arc::clone(&ended);
        // The connection ends once both calls did.
        let connection = poll_fn(move |_| match counted.load(Ordering::Relaxed) {
            2 => Poll::Ready(Ok::<(), io::Error>(())),
            _ => Poll::Pending,
        });
        Turns::new(connection, begun, driver).await.unwrap();
    }

    #[tokio::test]
    async fn a_connection_that_ends_takes_its_calls_along() {
        let begun = Begun::default();
        begun.execute(pending());
        let (driver, _corked) = cork(tokio::io::duplex(16).0);
        let connection = ready(Ok::<(), io::Error>(()));
        Turns::new(connection, begun, driver).await.unwrap();
    }
}

//! Whether a connection is used, and whether its peer takes what it asked for.
//!
//! Once a tick the driver of a connection shows what was counted, and is told when to end it. It must never end a
//! connection whose call waits for the register: a watch may be silent for as long as nothing changes.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// How often a connection is looked at.
pub const TICK: Duration = Duration::from_secs(1);
/// Bytes of HTTP/2's preface (RFC 9113 3.4) and of the head of the frame behind it.
pub const OPENING_BYTES: u64 = 24 + 9;

/// What is counted of the calls of one connection.
#[derive(Clone, Debug, Default)]
pub struct Pace(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Calls begun so far.
    begun: AtomicU64,
    /// Calls that have not ended.
    open: AtomicUsize,
    /// Answers of which a piece was handed over, and no more was asked for.
    handed: AtomicUsize,
    /// Pieces handed over or taken.
    moves: AtomicU64,
}

impl Pace {
    /// A call began; it ends when this is dropped.
    pub fn call(&self) -> OnCall {
        self.0.begun.fetch_add(1, Ordering::Relaxed);
        self.0.open.fetch_add(1, Ordering::Relaxed);
        OnCall(self.clone())
    }

    /// What was counted, and how much the sockets moved.
    pub fn sample(&self, received: u64, sent: u64, waiting: bool) -> Sample {
        Sample {
            received,
            sent,
            waiting,
            begun: self.0.begun.load(Ordering::Relaxed),
            open: self.0.open.load(Ordering::Relaxed),
            handed: self.0.handed.load(Ordering::Relaxed),
            moves: self.0.moves.load(Ordering::Relaxed),
        }
    }
}

/// A call that has not ended.
#[derive(Debug)]
pub struct OnCall(Pace);

impl OnCall {
    /// The body of the call's answer: the call ends with it.
    pub const fn answer<B>(self, body: B) -> Paced<B> {
        Paced {
            body,
            handed: false,
            call: self,
        }
    }
}

impl Drop for OnCall {
    fn drop(&mut self) {
        self.0.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An answer whose pieces are counted.
#[derive(Debug)]
pub struct Paced<B> {
    body: B,
    handed: bool,
    call: OnCall,
}

impl<B> Paced<B> {
    /// Whoever was handed a piece asks for more, or has gone.
    fn taken(&mut self) {
        if std::mem::take(&mut self.handed) {
            let counts = &self.call.0.0;
            counts.handed.fetch_sub(1, Ordering::Relaxed);
            counts.moves.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl<B> Drop for Paced<B> {
    fn drop(&mut self) {
        self.taken();
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Paced<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        self.taken();
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(Some(Ok(_)))) {
            self.handed = true;
            let counts = &self.call.0.0;
            counts.handed.fetch_add(1, Ordering::Relaxed);
            counts.moves.fetch_add(1, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What was counted at a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Bytes of HTTP that came.
    pub received: u64,
    /// Bytes that the socket took.
    pub sent: u64,
    /// Whether bytes wait for the socket.
    pub waiting: bool,
    /// Calls begun so far.
    pub begun: u64,
    /// Calls that have not ended.
    pub open: usize,
    /// Answers of which a piece waits for the peer.
    pub handed: usize,
    /// Pieces handed over or taken.
    pub moves: u64,
}

/// For how long, in ticks, a connection may be what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Without having said what it speaks.
    pub opening: u64,
    /// Without a call.
    pub idle: u64,
    /// Without taking anything of the answers that it asked for.
    pub stalled: u64,
}

/// Why a connection is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It never said what it speaks.
    Opening,
    /// It makes no calls; it is asked to go.
    Idle,
    /// It does not take its answers.
    Stalled,
}

/// Looks at one connection, tick by tick.
#[derive(Debug, Default)]
pub struct Watch {
    last: Sample,
    ticks: u64,
    idle: u64,
    stalled: u64,
}

impl Watch {
    /// Why the connection is to be ended now, if it is.
    pub fn see(&mut self, now: Sample, patience: Patience) -> Option<End> {
        let last = std::mem::replace(&mut self.last, now);
        self.ticks += 1;
        let used = now.open > 0 || now.begun > last.begun;
        self.idle = if used { 0 } else { self.idle + 1 };
        let unsent = now.waiting && now.sent == last.sent;
        let untaken = now.handed > 0 && now.moves == last.moves && now.begun == last.begun;
        self.stalled = if unsent || untaken {
            self.stalled + 1
        } else {
            0
        };
        let opened = now.begun > 0 || now.received >= OPENING_BYTES;
        if !opened && self.ticks >= patience.opening {
            Some(End::Opening)
        } else if self.stalled >= patience.stalled {
            Some(End::Stalled)
        } else if self.idle >= patience.idle {
            Some(End::Idle)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::{BodyExt as _, Full};

    const PATIENCE: Patience = Patience {
        opening: 3,
        idle: 5,
        stalled: 4,
    };

    /// After how many ticks of which, and why.
    fn ended(sample: impl Fn(u64) -> Sample) -> Option<(u64, End)> {
        let mut watch = Watch::default();
        (1..=50).find_map(|tick| Some((tick, watch.see(sample(tick), PATIENCE)?)))
    }

    #[test]
    fn who_says_nothing_is_let_go_first() {
        let silent = |received| {
            move |_| Sample {
                received,
                ..Sample::default()
            }
        };
        assert_eq!(ended(silent(OPENING_BYTES - 1)), Some((3, End::Opening)));
        assert_eq!(ended(silent(OPENING_BYTES)), Some((5, End::Idle)));
    }

    #[test]
    fn a_short_request_of_http_1_is_an_opening() {
        let sample = |tick| Sample {
            received: 18,
            begun: 1,
            open: usize::from(tick < 9),
            ..Sample::default()
        };
        assert_eq!(ended(sample), Some((13, End::Idle)));
    }

    #[test]
    fn a_call_that_waits_for_the_register_is_left_alone() {
        let sample = |_| Sample {
            begun: 1,
            open: 1,
            ..Sample::default()
        };
        assert_eq!(ended(sample), None);
    }

    #[test]
    fn answers_that_nobody_takes_end_the_connection() {
        let unsent = |sent: fn(u64) -> u64| {
            move |tick| Sample {
                begun: 1,
                open: 1,
                waiting: true,
                sent: sent(tick),
                ..Sample::default()
            }
        };
        assert_eq!(ended(unsent(|_| 7)), Some((5, End::Stalled)));
        assert_eq!(ended(unsent(|tick| tick)), None);
        let untaken = |moves: fn(u64) -> u64| {
            move |tick| Sample {
                begun: 1,
                open: 1,
                handed: 1,
                moves: moves(tick),
                ..Sample::default()
            }
        };
        assert_eq!(ended(untaken(|_| 7)), Some((5, End::Stalled)));
        assert_eq!(ended(untaken(|tick| tick / 3)), None);
    }

    #[tokio::test]
    async fn an_answer_is_counted_from_its_piece_to_its_end() {
        let pace = Pace::default();
        let mut body = pace.call().answer(Full::new(Bytes::from_static(b"x")));
        let counted = || {
            let sample = pace.sample(0, 0, false);
            (sample.begun, sample.open, sample.handed, sample.moves)
        };
        assert_eq!(counted(), (1, 1, 0, 0));
        body.frame().await.unwrap().unwrap();
        assert_eq!(counted(), (1, 1, 1, 1));
        assert!(body.frame().await.is_none());
        assert_eq!(counted(), (1, 1, 0, 2));
        drop(body);
        assert_eq!(counted(), (1, 0, 0, 2));
    }
}

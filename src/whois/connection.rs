//! One connection: its line is read, answered, and what else it sent is passed over (RFC 3912).
//!
//! The whole line must come within one time, and the whole answer must be taken within another: a byte now and then wins
//! nothing. It must never read more than it is going to use, nor log what was asked.

use std::{
    io,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_util::sync::CancellationToken;

use crate::access::Peer;
use crate::desk::Desk;
use crate::oidip::{
    Answer, Asking, BadRequest, Format, Publication, Request, Tokens, ask, limits::LINE_BYTES_MAX,
};
use crate::telemetry::events::{CallFailed, Emit as _, TurnedAway, WhoisAnswered};

use super::crowd::Crowd;
use super::help;
use super::limits::{
    ANSWER_TIME_MAX, CROWD_MAX, LEFTOVER_BYTES_MAX, LEFTOVER_TIME_MAX, REQUEST_TIME_MAX,
};

/// Bytes read at once: most lines are short.
const READ_BYTES: usize = 512;

/// How the face behaves; every bound has its standard in [`super::limits`].
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long a request line may take to come.
    pub request_time_max: Duration,
    /// How long an answer may take to be made and taken.
    pub answer_time_max: Duration,
    /// Connections at a time; one more ends the oldest.
    pub crowd_max: usize,
    /// Whether tokens are looked at, which anybody on the way can read.
    pub tokens: Tokens,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            request_time_max: REQUEST_TIME_MAX,
            answer_time_max: ANSWER_TIME_MAX,
            crowd_max: CROWD_MAX,
            tokens: Tokens::PassedOver,
        }
    }
}

/// What the connections share.
pub(super) struct Face {
    pub(super) desk: Arc<Desk>,
    pub(super) publication: Arc<Publication>,
    pub(super) crowd: Crowd,
    pub(super) options: Options,
    pub(super) stopping: CancellationToken,
}

/// What came before a line ended.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    /// A line, without its end.
    Whole(Vec<u8>),
    /// The same, and something after it.
    Trailed(Vec<u8>),
    /// More bytes than a line may have.
    TooLong(Vec<u8>),
    /// Nothing: the other end went away.
    None,
}

/// Attends to one connection until it ends, or loses its place to a newer one; it never fails.
pub(super) async fn attend<C>(face: Arc<Face>, connection: C, peer: Arc<Peer>)
where
    C: AsyncRead + AsyncWrite + Unpin,
{
    let place = face.crowd.place();
    tokio::select! {
        () = attended(&face, connection, peer) => {}
        () = place.lost() => TurnedAway { why: "crowd" }.emit(),
    }
}

async fn attended<C>(face: &Face, mut connection: C, peer: Arc<Peer>)
where
    C: AsyncRead + AsyncWrite + Unpin,
{
    let Some((line, begun)) = hear(face, &mut connection).await else {
        return;
    };
    let whole = matches!(line, Line::Whole(_));
    let told = async {
        let Some((answer, result)) = reply(face, line, peer, begun).await else {
            return Ok(());
        };
        connection.write_all(answer.as_bytes()).await?;
        WhoisAnswered {
            result,
            took: begun.elapsed(),
        }
        .emit();
        connection.shutdown().await?;
        if !whole {
            pass_over(&mut connection).await;
        }
        Ok::<_, io::Error>(())
    };
    if tokio::time::timeout(face.options.answer_time_max, told)
        .await
        .is_err()
    {
        TurnedAway { why: "stalled" }.emit();
    }
}

/// The line of a connection, and when it was there; none where the connection ends without one.
async fn hear<C: AsyncRead + Unpin>(face: &Face, connection: &mut C) -> Option<(Line, Instant)> {
    let read = tokio::time::timeout(face.options.request_time_max, line(connection));
    let read = tokio::select! {
        read = read => read,
        () = face.stopping.cancelled() => return None,
    };
    match read {
        Ok(Ok(Line::None) | Err(_)) => None,
        Ok(Ok(line)) => Some((line, Instant::now())),
        Err(_) => {
            TurnedAway { why: "opening" }.emit();
            None
        }
    }
}

/// Reads to the end of a line; where the other end says no more, what it said is the line.
async fn line<C: AsyncRead + Unpin>(connection: &mut C) -> io::Result<Line> {
    let mut read = Vec::new();
    let mut buffer = [0; READ_BYTES];
    loop {
        let count = connection.read(&mut buffer).await?;
        let came = buffer.get(..count).unwrap_or_default();
        let end = came.iter().position(|byte| *byte == b'\n');
        read.extend_from_slice(came.get(..end.unwrap_or(count)).unwrap_or_default());
        let ended = end.is_some() || count == 0;
        if ended && read.last() == Some(&b'\r') {
            read.pop();
        }
        // A carriage return may still be its end.
        if read.len() > LINE_BYTES_MAX + usize::from(!ended) {
            return Ok(Line::TooLong(read));
        }
        match end {
            None if count > 0 => {}
            None if read.is_empty() => return Ok(Line::None),
            Some(end) if end + 1 < count => return Ok(Line::Trailed(read)),
            _ => return Ok(Line::Whole(read)),
        }
    }
}

/// What is sent back, and how it came out as metrics count it.
async fn reply(
    face: &Face,
    line: Line,
    peer: Arc<Peer>,
    begun: Instant,
) -> Option<(String, &'static str)> {
    let (Line::Whole(octets) | Line::Trailed(octets) | Line::TooLong(octets)) = line else {
        return None;
    };
    let Ok(line) = String::from_utf8(octets) else {
        let answer = Answer::refused(&BadRequest::not_utf8());
        return Some((answer.text(), answer.outcome().words()));
    };
    if help::is_asked(&line) {
        return Some((help::TEXT.to_owned(), "Help"));
    }
    let (format, answer) = match Request::parse(&line) {
        Ok(request) => (
            request.format(),
            answered(face, request, peer, begun).await?,
        ),
        Err(bad) => (bad.format, Answer::refused(&bad)),
    };
    let text = answer.write(format, face.publication.signer.as_deref());
    Some((in_lines(format, text), answer.outcome().words()))
}

/// The answer to a request; should making it panic, that ends this connection alone.
async fn answered(
    face: &Face,
    request: Request,
    peer: Arc<Peer>,
    begun: Instant,
) -> Option<Answer> {
    let asking = Asking {
        request,
        id: None,
        peer: Some(peer),
        tokens: face.options.tokens,
        begun,
    };
    let asked = ask(&face.desk, &face.publication, asking);
    let reply = AssertUnwindSafe(asked).catch_unwind().await;
    if reply.is_err() {
        CallFailed {
            id: "whois",
            fault: "answering panicked",
        }
        .emit();
    }
    reply.ok().map(|reply| reply.answer)
}

/// A document in lines that end as those of WHOIS do.
fn in_lines(format: Format, document: String) -> String {
    match format {
        Format::Text => document,
        Format::Json => document + "\r\n",
        Format::Xml => document.replace('\n', "\r\n"),
    }
}

/// Reads what is left and forgets it: a connection that is closed over unread bytes takes the answer with it.
async fn pass_over<C: AsyncRead + Unpin>(connection: &mut C) {
    let mut buffer = [0; READ_BYTES];
    let mut left = LEFTOVER_BYTES_MAX;
    let read = async {
        while left > 0 {
            match connection.read(&mut buffer).await {
                Ok(count) if count > 0 => left = left.saturating_sub(count),
                _ => break,
            }
        }
    };
    // Who goes on sending gets what it got.
    tokio::time::timeout(LEFTOVER_TIME_MAX, read).await.ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn heard(octets: &[u8]) -> Line {
        let mut from = octets;
        line(&mut from).await.unwrap()
    }

    #[tokio::test]
    async fn a_line_ends_at_its_end_or_with_what_was_said() {
        let whole = |text: &[u8]| Line::Whole(text.to_vec());
        for (given, expect) in [
            (&b"oid:2.999\r\n"[..], whole(b"oid:2.999")),
            (b"oid:2.999\n", whole(b"oid:2.999")),
            (b"oid:2.999", whole(b"oid:2.999")),
            (
                b"oid:2.999\r\nmore\r\n",
                Line::Trailed(b"oid:2.999".to_vec()),
            ),
            (b"\r\n", whole(b"")),
            (b"a\r\r\n", whole(b"a\r")),
            (b"", Line::None),
        ] {
            assert_eq!(heard(given).await, expect, "{given:?}");
        }
    }

    #[tokio::test]
    async fn a_line_one_past_the_bound_is_too_long() {
        let longest = [vec![b'1'; LINE_BYTES_MAX], b"\r\n".to_vec()].concat();
        assert!(matches!(heard(&longest).await, Line::Whole(line) if line.len() == LINE_BYTES_MAX));
        let longer = [vec![b'1'; LINE_BYTES_MAX + 1], b"\r\n".to_vec()].concat();
        assert!(matches!(heard(&longer).await, Line::TooLong(_)));
        let endless = vec![b'1'; LINE_BYTES_MAX * 4];
        let Line::TooLong(read) = heard(&endless).await else {
            panic!("it was taken")
        };
        assert!(read.len() <= LINE_BYTES_MAX + READ_BYTES + 1);
    }

    #[tokio::test]
    async fn leftovers_are_passed_over_up_to_a_bound_and_for_a_while() {
        let (mut ours, theirs) = tokio::io::duplex(LEFTOVER_BYTES_MAX * 2);
        let (_reads, mut writes) = tokio::io::split(theirs);
        writes
            .write_all(&vec![0; LEFTOVER_BYTES_MAX + READ_BYTES])
            .await
            .unwrap();
        pass_over(&mut ours).await;
        let mut rest = [0; READ_BYTES * 2];
        assert_eq!(ours.read(&mut rest).await.unwrap(), READ_BYTES);
        let begun = Instant::now();
        pass_over(&mut ours).await;
        assert!(begun.elapsed() >= LEFTOVER_TIME_MAX && begun.elapsed() < LEFTOVER_TIME_MAX * 5);
    }
}

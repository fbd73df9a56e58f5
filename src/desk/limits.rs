//! What every face bears: each bound with its unit. One past each is refused, capped or cut, as its line says.
//!
//! Among them are those of gRPC's messages and streams, which the shared [`Options`](super::Options) carry. It must never
//! hold a bound of the register: those stand in `model::limits`.

use std::time::Duration;

/// Most bytes of one request message; a larger one is refused before it is read (`OUT_OF_RANGE`).
pub const REQUEST_BYTES_MAX: usize = 4 << 20;
/// Most bytes of one answer message.
pub const ANSWER_BYTES_MAX: usize = 16 << 20;
/// The longest a call that is not a stream may take, whatever its caller allows.
pub const CALL_TIME_MAX: Duration = Duration::from_secs(30);
/// How long a watch is silent at most before it sends a bookmark.
pub const BOOKMARK_EVERY: Duration = Duration::from_secs(15);
/// Calls that are carried out at once; one more is refused.
pub const CALLS_AT_ONCE_MAX: usize = 4_096;
/// Calls of one source that are carried out at once; one more is refused.
pub const SOURCE_CALLS_AT_ONCE_MAX: u64 = 1_024;
/// Reading calls of one source, and of one principal, in a second; one more is refused.
pub const READS_PER_SECOND: u64 = 20_000;
/// Writing calls of one source, and of one principal, in a second; one more is refused.
pub const WRITES_PER_SECOND: u64 = 5_000;
/// Tokens of one source that nobody knows, in a minute; after them none of its tokens is looked up for [`TOKENS_SHUT`].
pub const TOKEN_FAILURES_PER_MINUTE: u64 = 30;
/// How long that is.
pub const TOKENS_SHUT: Duration = Duration::from_secs(60);
/// Most sources, and most principals, whose rates are remembered; one more lets the quietest be forgotten.
pub const RATE_ENTRIES_MAX: usize = 65_536;
/// Streams (walks and watches) that are open at once; one more is refused.
pub const STREAMS_AT_ONCE_MAX: usize = 1_024;
/// Most credentials whose last use is remembered; one more lets those be forgotten that were used longest ago.
pub const USES_MAX: usize = 65_536;

//! What the WHOIS face bears: every bound with its unit. One past each is refused, cut or ended, as its line says.

use std::time::Duration;

/// How long a request line may take to come, from the first moment of its connection on; then the connection ends.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(10);
/// How long an answer may take to be made and taken; then the connection ends.
pub const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);
/// Most bytes after a request line that are read and forgotten, so that its sender gets to read the answer.
pub const LEFTOVER_BYTES_MAX: usize = 1 << 20;
/// How long they are waited for.
pub const LEFTOVER_TIME_MAX: Duration = Duration::from_secs(1);
/// Connections at a time; one more ends the one that has been there longest.
pub const CROWD_MAX: usize = 896;

//! What the gRPC face bears: every bound with its unit. One past each is refused, capped or cut, as its line says.
//!
//! It must never hold a bound of the register itself: those stand in `model::limits` and `oid::limits`.

use std::time::Duration;

/// Entries of one page where the caller does not say how many.
pub const PAGE_SIZE_STANDARD: u32 = 100;
/// Most entries of one page; more is capped (AIP-158).
pub const PAGE_SIZE_MAX: u32 = 1_000;
/// Most OIDs of one `BatchResolve`; more is refused.
pub const BATCH_ROWS_MAX: usize = 1_000;
/// Most entries of one message of a walk.
pub const WALK_ENTRIES_MAX: usize = 200;
/// Most bytes of the entries of one message of a walk or a page, the last entry apart: an entry may hold many long texts.
pub const MESSAGE_BYTES_AIM: usize = 2 << 20;
/// Bytes after which the rest of an answer of many rows is told shortly: callers take 4 MiB unless they say otherwise.
pub const ANSWER_BYTES_AIM: usize = 3 << 20;
/// Entries of a write that are rendered where the call runs; more are rendered apart.
pub const WRITTEN_INLINE_MAX: usize = 32;
/// Applications that one page of a list looks at; whatever of them is wanted is told, and the rest follows.
pub const APPLICATIONS_LOOKED_AT_MAX: usize = 2_000;
/// Notices that one page of a list looks at; whatever of them is wanted is told, and the rest follows.
pub const NOTICES_LOOKED_AT_MAX: usize = 2_000;
/// Most arcs that an export of a person names; it tells where it was cut.
pub const EXPORT_ARCS_MAX: usize = 10_000;
/// Most applications of one export, each of which may hold long texts.
pub const EXPORT_APPLICATIONS_MAX: usize = 100;
/// Most notices of one export.
pub const EXPORT_NOTICES_MAX: usize = 10_000;
/// Most nodes that a report looks at; it tells where it was cut.
pub const REPORT_NODES_MAX: usize = 1_000_000;
/// Most applications that a report lists as overdue, and as upcoming.
pub const REPORT_DUE_MAX: usize = 100;
/// Most windows below nodes that a report counts arcs in; it tells where it was cut.
pub const REPORT_WINDOWS_MAX: usize = 1_000;
/// Most registrants that are compared in a search for look-alikes; it tells where it was cut.
pub const COMPARED_REGISTRANTS_MAX: usize = 100_000;
/// Most arcs of registrants that such a search counts.
pub const COMPARED_ARCS_MAX: usize = 1_000_000;
/// Most groups of look-alikes that it tells.
pub const COMPARED_GROUPS_MAX: usize = 1_000;
/// Most registrants of one such group that it tells.
pub const COMPARED_MEMBERS_MAX: usize = 100;
/// Most applications and arcs that a trial of a policy lists one by one; it tells where it was cut.
pub const TRIAL_CASES_MAX: usize = 1_000;
/// Octets of a paper in one message.
pub const PAPER_PIECE_BYTES: usize = 256 << 10;
/// Messages of a stream that wait for a slow caller; then the reading waits.
pub const STREAM_MESSAGES_MAX: usize = 4;
/// Records read from the journal at once for a watcher.
pub const WATCH_RECORDS_MAX: usize = 256;
/// Most changes of one record told in one message of a watch; the rest follows in the next one.
pub const WATCH_CHANGES_MAX: usize = 200;
/// How long a watch goes on at most before it asks again whether its caller's credential still holds.
pub const WATCH_IDENTIFY_EVERY: Duration = Duration::from_secs(1);
/// Most characters of a page token or an etag; a longer one cannot be ours.
pub const TOKEN_CHARS_MAX: usize = 16_384;
/// Most bytes of what a refusal tells about faulty fields. Details travel in a header, and callers bear 8 KiB of headers.
pub const DETAILS_BYTES_MAX: usize = 3_072;
/// Most bytes of a refusal's message; it travels in a header, too.
pub const MESSAGE_BYTES_MAX: usize = 512;

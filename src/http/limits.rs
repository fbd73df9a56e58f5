//! What the HTTP face bears: every bound with its unit. One past each is refused or cut, as its line says.
//!
//! It must never hold a bound of the register itself: those stand in `model::limits` and `oid::limits`.

use std::time::Duration;

/// Most bytes of a request's target, path and query together; a longer one is refused (414).
pub const TARGET_BYTES_MAX: usize = 8 << 10;
/// Most bytes of a request's header fields, names and values together; more is refused (431).
pub const HEADERS_BYTES_MAX: usize = 16 << 10;
/// Most bytes of a batch; a larger one is refused (413).
pub const BATCH_BYTES_MAX: usize = 1 << 20;
/// Most object identifiers of one batch; more is refused.
pub const BATCH_OIDS_MAX: usize = 1_000;
/// Bytes after which the rest of a batch is told to be asked for again.
pub const BATCH_ANSWER_BYTES_AIM: usize = 4 << 20;
/// Media ranges of an `Accept` that are looked at; what follows is passed over.
pub const ACCEPT_RANGES_MAX: usize = 64;
/// Entity tags of an `If-None-Match` that are looked at; what follows is passed over.
pub const ENTITY_TAGS_MAX: usize = 64;
/// Subordinates of one page where the caller does not say how many.
pub const PAGE_SIZE_STANDARD: usize = 100;
/// Most subordinates of one page; more is capped.
pub const PAGE_SIZE_MAX: usize = 1_000;
/// Subordinates of one page of HTML.
pub const HTML_PAGE_SIZE: usize = 100;
/// Bytes of a page of subordinates after which it ends, the last entry apart.
pub const PAGE_BYTES_AIM: usize = 2 << 20;
/// Most subordinates that a linkset names.
pub const LINKSET_ITEMS_MAX: usize = 1_000;
/// Most children that a CINF file names; the others are among those of which it tells no number.
pub const CINF_CHILDREN_MAX: usize = 5_000;
/// Most entries that a search finds; where there are more, the answer says so.
pub const SEARCH_RESULTS_MAX: usize = 100;
/// Most nodes that a search looks at; where there are more, the answer says so.
pub const SEARCH_NODES_MAX: usize = 20_000;
/// Most bytes of a search pattern.
pub const SEARCH_PATTERN_BYTES_MAX: usize = 255;
/// Most searches that are carried out at once; one more is refused.
pub const SEARCHES_AT_ONCE_MAX: usize = 8;
/// Most services that the bootstrap document names; the rest is left out.
pub const BOOTSTRAP_SERVICES_MAX: usize = 50_000;
/// How long a bootstrap document is told before it is looked whether it still holds.
pub const BOOTSTRAP_KEPT: Duration = Duration::from_secs(60);

//! What an OID-IP request and its answer bear: every bound with its unit. One past each is refused or cut, as its line says.

/// Most bytes of a request line, its end apart; a longer one is refused. The longest object identifier takes fewer than 9,000.
pub const LINE_BYTES_MAX: usize = 16_384;
/// Most arguments of one request; one more is refused.
pub const ARGUMENTS_MAX: usize = 16;
/// Most tokens of one request; one more is refused.
pub const TOKENS_MAX: usize = 8;
/// Most bytes of one token; a longer one is refused.
pub const TOKEN_BYTES_MAX: usize = 8_192;
/// Most languages of one request; one more is refused.
pub const LANGUAGES_WANTED_MAX: usize = 32;
/// Most subordinates that an answer lists; the rest is left out, and the answer says so.
pub const SUBORDINATES_MAX: usize = 500;
/// Most previous registration authorities that an answer lists: the schemas end there.
pub const PREVIOUS_AUTHORITIES_MAX: usize = 99;
/// Most changes of an arc that are looked through for previous registration authorities, the newest first.
pub const CHANGES_READ_MAX: usize = 256;
/// Most characters of a text that stands as `description`; a longer one, or one of several lines, is `information`.
pub const DESCRIPTION_CHARS_MAX: usize = 280;
/// Columns of a line of text, where what it says can be wrapped.
pub const LINE_COLUMNS: usize = 80;

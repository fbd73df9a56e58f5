//! Every bound this room enforces, by name and with its unit.
//!
//! X.660 and X.680 set no bound on arcs, depth, identifiers or labels; a service needs some. It must never hold a
//! bound that belongs to one register's policy: these are the outermost ones, which no policy can widen.

/// Arcs of one object identifier that a register takes unless its settings say otherwise (SNMP's bound, RFC 2578).
pub const ARCS_MAX: usize = 128;

/// Arcs of one object identifier that the types of this room can hold; no setting goes beyond it, because the depth
/// of a node is stored in one octet.
pub const ARCS_CEILING: usize = 255;

/// Octets of the X.690 contents of one object identifier.
pub const CONTENTS_OCTETS_MAX: usize = 4096;

/// Decimal digits of one primary integer value: the most that `CONTENTS_OCTETS_MAX` octets of seven bits can need.
pub const ARC_DIGITS_MAX: usize = 8632;

/// Octets (UTF-8) of one text given to a parser of this room.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;

/// Characters (all ASCII) of one secondary identifier.
pub const IDENTIFIER_CHARS_MAX: usize = 255;

/// Octets (UTF-8) of one non-integer Unicode label: 255 characters of the widest kind.
pub const UNICODE_LABEL_BYTES_MAX: usize = 1020;

/// The largest root arc (X.660 7.6).
pub const ROOT_ARC_MAX: u64 = 2;

/// The largest arc below the root arcs 0 and 1 (X.660 7.6).
pub const SECOND_ARC_MAX: u64 = 39;

/// How deep `/* */` comments may be nested (X.680 12.6.4 sets no bound).
pub const COMMENT_NESTING_MAX: usize = 32;

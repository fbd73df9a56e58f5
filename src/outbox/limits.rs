//! What the outbox bears.

/// Notices read from the tables in one go.
pub const NOTICES_PAGE: usize = 256;
/// Notices that are kept in mind while they wait; the others wait in the tables.
pub const QUEUE_MAX: usize = 100_000;
/// Bytes of one template file.
pub const TEMPLATE_BYTES_MAX: u64 = 64 << 10;
/// Steps that a template may take, so that none goes on for ever.
pub const TEMPLATE_FUEL_MAX: u64 = 100_000;
/// Octets of an address of mail (RFC 5321 4.5.3.1.3).
pub const ADDRESS_BYTES_MAX: usize = 254;
/// Characters of a subject; more are cut, so that a title of 10 kB stays a subject.
pub const SUBJECT_CHARS_MAX: usize = 160;

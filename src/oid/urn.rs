//! `urn:oid:` (RFC 3061): dot notation after a prefix whose letters may be capital or small (RFC 8141).
//!
//! It must never take names: the name space has numbers only.

use crate::oid::text::TextError;

/// The prefix, as it is written.
const PREFIX: &str = "urn:oid:";

/// The dotted text of a URN; its place in the URN is [`offset`].
pub fn strip(text: &str) -> Result<&str, TextError> {
    strip_prefix_of_any_case(text, PREFIX).ok_or(TextError::OtherUrn)
}

/// How many octets stand before the dotted text.
pub const fn offset() -> usize {
    PREFIX.len()
}

/// The URN of a dotted text.
pub fn write(dotted: &str) -> String {
    [PREFIX, dotted].concat()
}

pub(crate) fn strip_prefix_of_any_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix() {
        assert_eq!(strip("urn:oid:2.999"), Ok("2.999"));
        assert_eq!(strip("URN:OID:2.999"), Ok("2.999"));
        assert_eq!(strip("urn:uuid:x"), Err(TextError::OtherUrn));
        assert_eq!(strip("urn:é"), Err(TextError::OtherUrn));
        assert_eq!(write("2.999"), "urn:oid:2.999");
    }
}

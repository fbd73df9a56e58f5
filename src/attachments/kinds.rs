//! Which media types are taken (RFC 6838), and by which first octets they are known. It must never look at more than those: what
//! a paper says is for people.

/// Media types that are taken wherever papers are.
pub const MEDIA_TYPES: [&str; 4] = ["application/pdf", "image/png", "image/jpeg", "text/plain"];
/// First octets that are looked at.
pub const HEAD_OCTETS: usize = 1_024;

/// What a PDF begins with.
const PDF: &[u8] = b"%PDF-";
/// What a PNG begins with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// What a JPEG begins with.
const JPEG: &[u8] = b"\xff\xd8\xff";

/// The media types that are taken, those of the settings last.
pub fn taken(more: &[String]) -> impl Iterator<Item = &str> {
    MEDIA_TYPES
        .into_iter()
        .chain(more.iter().map(String::as_str))
}

/// Whether a media type is taken.
pub fn is_taken(media_type: &str, more: &[String]) -> bool {
    taken(more).any(|one| one.eq_ignore_ascii_case(media_type))
}

/// Whether octets that begin so can be of a media type. Of what is not known nothing is said.
pub fn is_one(media_type: &str, head: &[u8]) -> bool {
    match media_type.to_ascii_lowercase().as_str() {
        "application/pdf" => head.starts_with(PDF),
        "image/png" => head.starts_with(PNG),
        "image/jpeg" => head.starts_with(JPEG),
        "text/plain" => is_text(head),
        _ => true,
    }
}

/// Whether octets are text in UTF-8, the last character perhaps cut, without control characters but the ends of its lines and
/// tabs.
fn is_text(head: &[u8]) -> bool {
    let (text, rest) = match std::str::from_utf8(head) {
        Ok(text) => (text, true),
        Err(error) => {
            let whole = head.get(..error.valid_up_to()).unwrap_or_default();
            let text = std::str::from_utf8(whole).unwrap_or_default();
            // Octets that lack others are cut off by the limit alone.
            (
                text,
                error.error_len().is_none() && head.len() == HEAD_OCTETS,
            )
        }
    };
    let fine = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    rest && text.chars().all(fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_otherwise_is_another() {
        let check = |media_type: &str, head: &[u8], expect: bool| {
            assert_eq!(is_one(media_type, head), expect, "{media_type} {head:?}");
        };
        check("application/pdf", b"%PDF-1.7\n", true);
        check("Application/PDF", b"%PDF-1.7\n", true);
        check("application/pdf", b"<html>", false);
        check("application/pdf", b"", false);
        check("image/png", b"\x89PNG\r\n\x1a\n....", true);
        check("image/png", b"\x89PNG\n", false);
        check("image/jpeg", b"\xff\xd8\xff\xe0", true);
        check("image/jpeg", b"GIF89a", false);
        check(
            "text/plain",
            "Habari, Wizara\r\n\tya Afya é".as_bytes(),
            true,
        );
        check("text/plain", b"MZ\x00\x01", false);
        check("text/plain", b"\xff\xfe", false);
        check("text/plain", "é".as_bytes().get(..1).unwrap(), false);
        // Of what the settings add nothing is known.
        check("application/zip", b"anything", true);
    }

    #[test]
    fn a_character_that_the_limit_cuts_is_text() {
        let mut text = "a".repeat(HEAD_OCTETS - 1).into_bytes();
        text.push("é".as_bytes()[0]);
        assert!(is_one("text/plain", &text));
        // One octet more and it stands within, without its rest.
        text.insert(0, b'a');
        text.push(b'b');
        assert!(!is_one("text/plain", &text));
    }

    #[test]
    fn the_settings_add_to_what_is_taken() {
        assert!(is_taken("text/plain", &[]) && !is_taken("text/html", &[]));
        assert!(is_taken("Text/HTML", &["text/html".to_owned()]));
    }
}

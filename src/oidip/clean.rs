//! Texts as every format can bear them: no control characters, no characters that XML has no place for, one kind of line end.
//!
//! It is done once, where the model is made, so that the writers put down the same. It must never drop a character that can
//! be shown.

/// A text of one or more lines: their ends are `\n`; what cannot be shown is U+FFFD.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\r' => {
                if characters.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\n' | '\t' => out.push(c),
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{B}' | '\u{C}' => out.push('\n'),
            c if is_barred(c) => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

/// A text in one line.
pub(super) fn clean_line(text: &str) -> String {
    let text = clean(text);
    if text.contains(['\n', '\t']) {
        text.replace(['\n', '\t'], " ")
    } else {
        text
    }
}

/// Control characters, and the two that are in no XML document (XML 1.0, 2.2).
fn is_barred(c: char) -> bool {
    c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_one_way_and_what_cannot_be_shown_is_marked() {
        for (given, expect) in [
            ("a\r\nb\rc\nd", "a\nb\nc\nd"),
            ("a\u{85}b\u{2028}c\u{2029}d\u{B}e\u{C}f", "a\nb\nc\nd\ne\nf"),
            (
                "\u{0}\u{1B}[31m\u{9B}\u{FFFE}",
                "\u{FFFD}\u{FFFD}[31m\u{FFFD}\u{FFFD}",
            ),
            ("سلام 𐍈 \t.", "سلام 𐍈 \t."),
        ] {
            assert_eq!(clean(given), expect, "{given:?}");
        }
        assert_eq!(clean_line("a\r\nb\tc"), "a b c");
    }
}

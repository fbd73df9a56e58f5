//! The text format: lines of `name: value`, sections apart by an empty line, CR LF at the end of each.
//!
//! A value of several lines, and a long sentence, go on in lines of the same name; everything else stands whole in its line,
//! however long. It must never let a value begin a field of its own.

use unicode_width::UnicodeWidthStr as _;

use super::fields::{Section, Value};
use super::limits::LINE_COLUMNS;

/// Fields whose words may be put into lines anew.
const WRAPPED: [&str; 3] = ["description", "information", "message"];
/// Blanks between the longest name's colon and its value.
const GAP: usize = 2;

/// Writes sections.
pub(super) fn write(sections: &[Section]) -> String {
    let longest = sections
        .iter()
        .flat_map(|section| {
            section
                .fields
                .iter()
                .map(|one| section.kind.text_name(one.name).len())
        })
        .max()
        .unwrap_or_default();
    let column = longest + 1 + GAP;
    let mut out = String::new();
    for (place, section) in sections.iter().enumerate() {
        if place > 0 {
            out.push_str("\r\n");
        }
        for field in &section.fields {
            let name = section.kind.text_name(field.name);
            let wraps = WRAPPED.contains(&field.name);
            match &field.value {
                Value::Number(number) => line(&mut out, &name, &number.to_string(), column),
                Value::One(text) => value(&mut out, &name, text, column, wraps),
                Value::Many(texts) => {
                    for text in texts {
                        value(&mut out, &name, text, column, wraps);
                    }
                }
            }
        }
    }
    out
}

fn value(out: &mut String, name: &str, text: &str, column: usize, wraps: bool) {
    for one in text.split('\n') {
        if !wraps || column + one.width() <= LINE_COLUMNS {
            line(out, name, one, column);
            continue;
        }
        for piece in wrapped(one, LINE_COLUMNS.saturating_sub(column)) {
            line(out, name, piece, column);
        }
    }
}

fn line(out: &mut String, name: &str, text: &str, column: usize) {
    out.push_str(name);
    out.push(':');
    let text = text.trim_end();
    if !text.is_empty() {
        out.extend(std::iter::repeat_n(
            ' ',
            column.saturating_sub(name.len() + 1),
        ));
        out.push_str(text);
    }
    out.push_str("\r\n");
}

/// A line cut at blanks into pieces of at most `columns`; a longer word stays whole.
fn wrapped(text: &str, columns: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begun = 0;
    let mut end = 0;
    for (at, word) in words(text) {
        let fits = text.get(begun..at + word.len());
        if end > begun && fits.is_some_and(|piece| piece.width() > columns) {
            pieces.extend(text.get(begun..end));
            begun = at;
        }
        end = at + word.len();
    }
    pieces.extend(text.get(begun..end));
    pieces
}

/// The words between blanks, with where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(' ').filter_map(move |word| {
        let begins = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some((begins, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidip::fields::Kind;

    #[test]
    fn names_are_padded_and_sections_stand_apart() {
        let mut query = Section::new(Kind::Query);
        query.one("query", "oid:2.999");
        query.number("distance", 2);
        let mut first = Section::new(Kind::Previous(1));
        first.one("ra", "Example");
        first.one("contact-name", "");
        first.many("attribute", vec!["confidential".into(), "retired".into()]);
        assert_eq!(
            write(&[query, first]),
            "query:          oid:2.999\r\ndistance:       2\r\n\r\nra1:            Example\r\n\
             ra1-attribute:  confidential\r\nra1-attribute:  retired\r\n"
        );
    }

    #[test]
    fn long_sentences_go_on_and_nothing_else_does() {
        let mut object = Section::new(Kind::Object);
        let words =
            "This OID may be used by anyone to document examples of object identifiers. ".repeat(2);
        object.one("description", words.trim_end());
        object.one("iri-notation", format!("/{}", "a b ".repeat(40)));
        let text = write(&[object]);
        let lines: Vec<&str> = text.split("\r\n").filter(|line| !line.is_empty()).collect();
        let (told, iri) = lines.split_at(lines.len() - 1);
        assert!(told.len() > 1, "{text}");
        for line in told {
            assert!(line.starts_with("description:   "), "{line}");
            assert!(line.width() <= LINE_COLUMNS, "{line}");
        }
        assert!(iri[0].len() > LINE_COLUMNS && iri[0].starts_with("iri-notation:  /a b"));
    }

    #[test]
    fn a_line_within_a_value_is_no_field_of_its_own() {
        let mut object = Section::new(Kind::Object);
        object.one("name", "one\nresult: Found\n\n% two");
        assert_eq!(
            write(&[object]),
            "name:  one\r\nname:  result: Found\r\nname:\r\nname:  % two\r\n"
        );
    }

    #[test]
    fn a_word_longer_than_a_line_stays_whole() {
        let word = "x".repeat(100);
        let text = format!("a {word} b  c");
        assert_eq!(wrapped(&text, 10), ["a", word.as_str(), "b  c"]);
        assert_eq!(wrapped("  ", 10), [""]);
    }
}

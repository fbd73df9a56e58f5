//! The XML format: `root`, `oidip`, a section each, and in it the fields in the order of the schema.
//!
//! Fields of this register's own stand in its name space, between those of the standard where the schema lets them. It must
//! never write a character that XML has no place for.

use super::fields::{Field, Owner, Section, Value};
use super::json::section_name;
use super::{EXTENSION_NAMESPACE, XML_NAMESPACE, XML_SCHEMA_LOCATION};

/// Writes sections.
pub(super) fn write(sections: &[Section]) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <root xmlns=\"{XML_NAMESPACE}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"{XML_NAMESPACE} {XML_SCHEMA_LOCATION}\" \
         xmlns:x=\"{EXTENSION_NAMESPACE}\">\n<oidip>\n"
    );
    for section in sections {
        let name = section_name(section.kind);
        out.extend(["<", &name, ">\n"]);
        for field in &section.fields {
            put(&mut out, field);
        }
        out.extend(["</", &name, ">\n"]);
    }
    out.push_str("</oidip>\n</root>\n");
    out
}

fn put(out: &mut String, field: &Field) {
    let prefix = match field.owner {
        Owner::Standard => "",
        Owner::Extension => "x:",
    };
    let mut element = |text: &str| {
        out.extend(["<", prefix, field.name, ">"]);
        escaped(out, text);
        out.extend(["</", prefix, field.name, ">\n"]);
    };
    match &field.value {
        Value::One(text) => element(text),
        Value::Number(number) => element(&number.to_string()),
        Value::Many(texts) => texts.iter().for_each(|text| element(text)),
    }
}

/// Text of an element (XML 1.0, 2.4); what is no character of XML is U+FFFD.
fn escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A parser would make a line feed of it.
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(c),
            c if c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidip::fields::Kind;

    #[test]
    fn what_has_a_meaning_is_escaped_and_extensions_have_their_name_space() {
        let mut object = Section::new(Kind::Object);
        object.one("name", "<a> & ]]> \u{1}𐍈");
        object.extra("state", ["active".to_owned()]);
        object.many("attribute", vec!["leaf".into(), "frozen".into()]);
        let text = write(&[object]);
        let inner = "<objectSection>\n<name>&lt;a&gt; &amp; ]]&gt; \u{FFFD}𐍈</name>\n<x:state>active</x:state>\n\
                     <attribute>leaf</attribute>\n<attribute>frozen</attribute>\n</objectSection>\n";
        assert!(text.contains(inner), "{text}");
    }
}

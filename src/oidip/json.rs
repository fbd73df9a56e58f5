//! The JSON format: one object, members in the order of the fields; and its canonical form (RFC 8785), which is signed.
//!
//! Where the schema wants one string there is one, and where a field repeats there is a string or an array of them. It must
//! never write a number that is no integer: the canonical form of others is not made here.

use super::JSON_SCHEMA;
use super::fields::{Kind, Section, Value};
use super::sign::Signer;

/// The part of JSON that answers are made of.
enum Json<'a> {
    Text(&'a str),
    Number(u64),
    List(&'a [String]),
    Object(Vec<(String, Json<'a>)>),
}

/// Writes sections; signed where there is a signer.
pub(super) fn write(sections: &[Section], signer: Option<&Signer>) -> String {
    let document = document(sections);
    let mut out = String::new();
    let Some(signer) = signer else {
        document.put(&mut out);
        return out;
    };
    let mut canonical = String::new();
    document.put_canonical(&mut canonical);
    let signature = signer.sign(canonical.as_bytes());
    if let Json::Object(mut members) = document {
        members.push(("signature".to_owned(), Json::Text(&signature)));
        Json::Object(members).put(&mut out);
    }
    out
}

fn document(sections: &[Section]) -> Json<'_> {
    let told = sections.iter().map(|section| {
        let fields = section.fields.iter();
        let fields = fields.map(|field| {
            let value = match &field.value {
                Value::One(text) => Json::Text(text),
                Value::Many(texts) => match texts.as_slice() {
                    [text] => Json::Text(text),
                    texts => Json::List(texts),
                },
                Value::Number(number) => Json::Number(*number),
            };
            (field.name.to_owned(), value)
        });
        (section_name(section.kind), Json::Object(fields.collect()))
    });
    Json::Object(vec![
        ("$schema".to_owned(), Json::Text(JSON_SCHEMA)),
        ("oidip".to_owned(), Json::Object(told.collect())),
    ])
}

/// The name of a section in JSON and XML.
pub(super) fn section_name(kind: Kind) -> String {
    format!("{}Section", kind.word())
}

impl Json<'_> {
    fn put(&self, out: &mut String) {
        self.put_with(out, |_| {});
    }

    /// RFC 8785: no blanks, members in the order of their names.
    fn put_canonical(&self, out: &mut String) {
        // Names are ASCII, so that the order of UTF-16 units is that of octets.
        self.put_with(out, |members| {
            members.sort_by(|one, other| one.0.cmp(&other.0));
        });
    }

    fn put_with(&self, out: &mut String, order: fn(&mut Vec<&(String, Self)>)) {
        match self {
            Self::Text(text) => string(out, text),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::List(texts) => {
                listed(out, ('[', ']'), texts.iter(), |out, text| string(out, text));
            }
            Self::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                order(&mut members);
                listed(out, ('{', '}'), members, |out, (name, value)| {
                    string(out, name);
                    out.push(':');
                    value.put_with(out, order);
                });
            }
        }
    }
}

fn listed<T>(
    out: &mut String,
    (open, close): (char, char),
    items: impl IntoIterator<Item = T>,
    put: impl Fn(&mut String, T),
) {
    out.push(open);
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        put(out, item);
    }
    out.push(close);
}

/// A string, escaped as RFC 8785 3.2.2.2 wants it, which every reader takes.
fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{C}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                let code = u32::from(c);
                let digit = |shift: u32| char::from_digit((code >> shift) & 0xF, 16);
                out.push_str("\\u00");
                out.extend([digit(4), digit(0)].into_iter().flatten());
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections() -> Vec<Section> {
        let mut query = Section::new(Kind::Query);
        query.one("query", "oid:2.999");
        query.one("result", "Found");
        query.number("distance", 2);
        let mut previous = Section::new(Kind::Previous(12));
        previous.one("ra", "a\"b\\c\u{1}\n\t𐍈/");
        previous.many("attribute", vec!["confidential".into()]);
        previous.extra("x", ["1".to_owned(), "2".to_owned()]);
        vec![query, previous]
    }

    #[test]
    fn members_stand_in_order_and_every_reader_takes_them() {
        let text = write(&sections(), None);
        let expect = r#"{"$schema":"urn:x-viathinksoft:std:0002:2024-09-02:json-schema","oidip":{"querySection":{"query":"oid:2.999","result":"Found","distance":2},"ra12Section":{"ra":"a\"b\\c\u0001\n\t𐍈/","attribute":"confidential","x":["1","2"]}}}"#;
        assert_eq!(text, expect);
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["oidip"]["ra12Section"]["ra"], "a\"b\\c\u{1}\n\t𐍈/");
    }

    #[test]
    fn the_canonical_form_has_its_members_in_order() {
        let mut canonical = String::new();
        document(&sections()).put_canonical(&mut canonical);
        assert!(canonical.starts_with(r#"{"$schema":"#), "{canonical}");
        let place = |name: &str| canonical.find(name).unwrap();
        assert!(place("distance") < place("\"query\"") && place("\"query\"") < place("result"));
        assert!(place("attribute") < place("\"ra\""));
    }
}

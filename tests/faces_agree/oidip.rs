//! What OID-IP says, whichever way it came: its fields, in the order they stand in.

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    facts::{Asked, Face, Facts},
    support::Server,
};

/// Fields and values, in order.
pub type Fields = Vec<(String, String)>;

/// The fields of the text form: a folded value goes on in a field of the same name.
pub fn of_text(text: &str) -> Fields {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

/// The fields of the JSON form.
pub fn of_json(text: &str) -> Fields {
    let answer: Value = serde_json::from_str(text).unwrap();
    let mut fields = Vec::new();
    for section in ["querySection", "objectSection"] {
        for (name, value) in answer["oidip"][section].as_object().into_iter().flatten() {
            let values = match value {
                Value::Array(values) => values.clone(),
                one => vec![one.clone()],
            };
            fields.extend(values.iter().map(|one| (name.clone(), plain(one))));
        }
    }
    fields
}

/// A value of JSON as the other forms write it.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// The fields of the XML form, which has one element a line.
pub fn of_xml(text: &str) -> Fields {
    let lines = text.lines().filter_map(|line| {
        let (name, rest) = line.trim().strip_prefix('<')?.split_once('>')?;
        let (value, _) = rest.split_once("</")?;
        let name = name.strip_prefix("x:").unwrap_or(name);
        Some((name.to_owned(), unescaped(value)))
    });
    lines.collect()
}

fn unescaped(text: &str) -> String {
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    pairs
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The facts that fields tell.
pub fn facts(fields: &Fields) -> Facts {
    let all = |name: &str| {
        let name = name.to_owned();
        fields
            .iter()
            .filter(move |(found, _)| *found == name)
            .map(|(_, value)| value.clone())
    };
    let one = |name: &str| all(name).next();
    let distance = match one("result").unwrap().as_str() {
        "Found" => 0,
        "Not found; superior object found" => one("distance").unwrap().parse().unwrap(),
        "Not found" => return Facts::default(),
        other => panic!("{other}: {fields:?}"),
    };
    let node = one("object").unwrap();
    Facts {
        node: Some(node.strip_prefix("oid:").unwrap().to_owned()),
        distance: Some(distance),
        stub: all("attribute").any(|one| one == "confidential"),
        state: one("state"),
        identifiers: all("identifier").collect(),
        labels: all("unicode-label").collect(),
        title: one("name"),
        revision: one("revision").map(|revision| revision.parse().unwrap()),
    }
}

/// OID-IP over WHOIS.
pub struct Whois(String);

impl Whois {
    /// That of a server.
    pub fn at(server: &Server) -> Self {
        Self(server.whois().to_owned())
    }

    async fn ask(&self, oid: &str) -> Facts {
        let mut stream = TcpStream::connect(&self.0).await.unwrap();
        let line = format!("oid:{oid}\r\n");
        stream.write_all(line.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        facts(&of_text(&answer))
    }
}

impl Face for Whois {
    fn name(&self) -> &'static str {
        "WHOIS"
    }

    fn told<'a>(&'a self, oid: &'a str) -> Asked<'a> {
        Box::pin(self.ask(oid))
    }

    fn of_what_it_tells(&self, facts: &Facts) -> Facts {
        facts.clone()
    }
}

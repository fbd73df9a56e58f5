//! `oidrad journal dump`: every record as one line of JSON. `docs/stored-formats.md` says what stands in it.
//!
//! It never shows persons' data, which a dump would carry out of reach of an erasure: of a personal item only its subject
//! and its size are told.

use std::{
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use serde::Serialize;
use serde_json::Value;

use crate::{
    journal::{
        codec::{self, json},
        local::{self, Dumped},
        record::{Commitment, ItemKind, Record, StoredItem},
    },
    model::clock::Timestamp,
};

use super::exit::Failure;

/// One record.
#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    time: String,
    time_us: i64,
    principal: &'a str,
    request_id: &'a str,
    request_digest: String,
    file: String,
    offset: u64,
    frame_first: u64,
    frame_records: u32,
    leaf: String,
    /// The stored octets that the leaf hash is over.
    envelope: String,
    items: Vec<Part<'a>>,
    /// Why the service would not read the record, where it would not.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<String>,
}

/// One item.
#[derive(Serialize)]
struct Part<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    subject: &'a str,
    commitment: String,
    erased: bool,
    /// Missing where the item was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<usize>,
    /// What it holds; never a person's data.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Value>,
}

/// Writes the records of `journal` to standard output.
pub fn dump(journal: &Path) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    for dumped in local::dump(journal)? {
        match writeln!(out, "{}", line(&dumped?)?) {
            Err(why) if why.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(to_stdout)?,
        }
    }
    out.flush().map_err(to_stdout)
}

fn to_stdout(why: io::Error) -> Failure {
    Failure::file("write to", PathBuf::from("standard output"))(why)
}

fn line(dumped: &Dumped) -> Result<String, Failure> {
    let record = &dumped.record;
    let line = Line {
        seq: record.seq.get(),
        time: Timestamp::from_micros(record.header.time_us).to_string(),
        time_us: record.header.time_us,
        principal: &record.header.principal,
        request_id: &record.header.request_id,
        request_digest: hex::encode(record.header.request_digest),
        file: dumped.file.display().to_string(),
        offset: dumped.offset,
        frame_first: dumped.frame_first.get(),
        frame_records: dumped.frame_records,
        leaf: record.leaf.to_string(),
        envelope: hex::encode(&record.envelope),
        items: parts(record),
        unreadable: codec::decode(record).err().map(|why| why.to_string()),
    };
    serde_json::to_string(&line).map_err(|why| to_stdout(why.into()))
}

fn parts(record: &Record) -> Vec<Part<'_>> {
    let items = record.items.iter().zip(&record.commitments);
    items.map(|(item, bound)| part(item, bound)).collect()
}

fn part<'a>(item: &'a StoredItem, bound: &Commitment) -> Part<'a> {
    let present = item.present();
    Part {
        kind: match item.kind() {
            ItemKind::Public => "public",
            ItemKind::Restricted => "restricted",
            ItemKind::Personal => "personal",
        },
        subject: item.subject(),
        commitment: bound.hash.to_string(),
        erased: present.is_none(),
        bytes: present.map(|item| item.body.len()),
        content: present.and_then(json::content),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        journal::{
            envelope,
            record::{Draft, Header},
            seq::Seq,
        },
        model::{
            actor::PrincipalKind,
            entry::RegistrantDetails,
            event::{Event, Happening, RegistrantRecorded},
            ids::RegistrantId,
        },
    };

    fn record() -> Record {
        let details = RegistrantDetails {
            name: "Asha".to_owned(),
            ..RegistrantDetails::default()
        };
        let event = Event::RegistrantRecorded(RegistrantRecorded {
            id: RegistrantId::from_random([1; 16]),
            kind: PrincipalKind::Person,
            details: Some(details),
        });
        let happening = Happening {
            events: vec![event],
            reason: Some("on request".to_owned()),
            override_reason: None,
            asked_by: None,
        };
        let items = codec::encode(&happening, &|_| false, &mut || [0; 16]);
        let header = Header::default();
        envelope::seal(Seq::FIRST, Draft { header, items })
    }

    fn told(record: Record) -> (String, Value) {
        let dumped = Dumped {
            file: "journal/1.seg".into(),
            offset: 0,
            frame_first: Seq::FIRST,
            frame_records: 1,
            record,
        };
        let text = line(&dumped).unwrap();
        let value = serde_json::from_str(&text).unwrap();
        (text, value)
    }

    #[test]
    fn a_persons_data_is_not_told() {
        let (text, line) = told(record());
        assert!(
            !text.contains("Asha") && !text.contains(&hex::encode("Asha")),
            "{text}"
        );
        let id = "r-01010101010101010101010101010101";
        let event = &line["items"][0]["content"]["events"][0];
        assert_eq!(event["index"], 0);
        assert_eq!(event["registrant_recorded"]["id"], id);
        assert_eq!(
            event["registrant_recorded"]["kind"],
            "PRINCIPAL_KIND_PERSON"
        );
        assert_eq!(line["items"][1]["content"]["reason"], "on request");
        let personal = &line["items"][2];
        assert_eq!(
            (&personal["kind"], &personal["subject"]),
            (&"personal".into(), &id.into())
        );
        assert!(personal["bytes"].as_u64().unwrap() > 0 && personal.get("content").is_none());
        assert_eq!(line.get("unreadable"), None);
    }

    #[test]
    fn what_was_erased_is_told_as_such() {
        let mut record = record();
        for item in &mut record.items {
            if item.kind() == ItemKind::Personal {
                *item = StoredItem::Erased {
                    kind: item.kind(),
                    subject: item.subject().to_owned(),
                };
            }
        }
        let (_, line) = told(record);
        assert_eq!(line["items"][0]["erased"], false);
        assert_eq!(line["items"][2]["erased"], true);
        assert_eq!(line["items"][2].get("bytes"), None);
        assert_eq!(line["items"][2]["commitment"].as_str().unwrap().len(), 64);
    }
}

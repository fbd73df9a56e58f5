//! `oidrad journal dump`: every record as one line of JSON.
//!
//! It never shows persons' data, which a dump would carry out of reach of an erasure: of a personal item only its subject
//! and its size are told, of the recording of a registrant only the id.

use std::{
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    journal::{
        codec,
        local::{self, Dumped},
        record::{ItemKind, Record},
    },
    model::{clock::Timestamp, event::Event},
};

use super::exit::Failure;

/// One record.
#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    time: String,
    principal: &'a str,
    request_id: &'a str,
    file: String,
    offset: u64,
    frame_first: u64,
    frame_records: u32,
    leaf: String,
    items: Vec<Part<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Told>,
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
    /// Missing where the item was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<usize>,
}

/// One event.
#[derive(Serialize)]
struct Told {
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    arc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<u64>,
    /// The event's fields, for developers; its form is no promise.
    detail: String,
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
    let (events, unreadable) = match codec::decode(record) {
        Ok(happening) => (happening.events.iter().map(told).collect(), None),
        Err(why) => (Vec::new(), Some(why.to_string())),
    };
    let line = Line {
        seq: record.seq.get(),
        time: Timestamp::from_micros(record.header.time_us).to_string(),
        principal: &record.header.principal,
        request_id: &record.header.request_id,
        file: dumped.file.display().to_string(),
        offset: dumped.offset,
        frame_first: dumped.frame_first.get(),
        frame_records: dumped.frame_records,
        leaf: record.leaf.to_string(),
        items: parts(record),
        events,
        unreadable,
    };
    serde_json::to_string(&line).map_err(|why| to_stdout(why.into()))
}

fn parts(record: &Record) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for (item, commitment) in record.items.iter().zip(&record.commitments) {
        let kind = match item.kind() {
            ItemKind::Public => "public",
            ItemKind::Restricted => "restricted",
            ItemKind::Personal => "personal",
        };
        parts.push(Part {
            kind,
            subject: item.subject(),
            commitment: commitment.hash.to_string(),
            bytes: item.present().map(|item| item.body.len()),
        });
    }
    parts
}

fn told(event: &Event) -> Told {
    let touched = event.touches();
    let detail = match event {
        Event::RegistrantRecorded(registrant) => registrant.id.to_string(),
        Event::CredentialIssued(credential) => credential.id.to_string(),
        event => format!("{event:?}"),
    };
    Told {
        event: event.word(),
        arc: touched.map(|(path, _)| path.to_string()),
        previous: touched.map(|(_, previous)| previous.get()),
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        actor::PrincipalKind, entry::RegistrantDetails, event::RegistrantRecorded,
        ids::RegistrantId,
    };

    #[test]
    fn a_persons_data_is_not_told() {
        let details = RegistrantDetails {
            name: "Asha".to_owned(),
            ..RegistrantDetails::default()
        };
        let event = Event::RegistrantRecorded(RegistrantRecorded {
            id: RegistrantId::from_random([1; 16]),
            kind: PrincipalKind::Person,
            details: Some(details),
        });
        let text = serde_json::to_string(&told(&event)).unwrap();
        assert!(!text.contains("Asha"), "{text}");
        assert!(text.contains("registrant-recorded") && text.contains("r-0101"));
    }
}

//! Real OID collections load through the API into a register whose authority is their own root.
//!
//! The collections lie beside the project in a source checkout (`../shared/data/collections`, or `OIDRA_COLLECTIONS`); the
//! test says so where they are absent. An entry whose superior the file lacks gets it created knowingly, and counted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on must fail"
)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use oidra::pb::v1::{
    Label, NewEntry, RecordExistingRequest, ResolveRequest, Text, WriteOptions,
    record_existing_request::One, resolve_response::Outcome,
};
use serde::Deserialize;
use tonic_types::StatusExt as _;

use support::{Server, verify, with_token};

/// How many arcs go into one request.
const BATCH: usize = 500;

#[derive(Deserialize)]
struct Row {
    oid: String,
    #[serde(default)]
    identifiers: Vec<String>,
    #[serde(default)]
    unicode_labels: Vec<String>,
    #[serde(default)]
    name: String,
    source: String,
}

/// What a load came to.
#[derive(Debug, Default)]
struct Report {
    recorded: usize,
    superiors_made: usize,
    refused: BTreeMap<String, usize>,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_health_collection_loads_under_its_own_root() {
    load("hl7-terminology.jsonl", "2.16.840.1.113883", 3_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_enterprise_numbers_load_under_their_own_root() {
    load("iana-pen-ipmitool.jsonl.gz", "1.3.6.1.4.1", 60_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_directory_names_load_under_their_own_root() {
    load("iana-ldap-parameters.jsonl", "1.3.6.1.4.1", 50).await;
}

/// Loads what a collection has below `root` and checks that every arc resolves.
async fn load(file: &str, root: &str, at_least: usize) {
    let Some(text) = collection(file) else {
        println!("skipped: the collection {file} is not beside the project");
        return;
    };
    let prefix = format!("{root}.");
    let rows: Vec<Row> = text
        .lines()
        .map(|line| serde_json::from_str::<Row>(line).unwrap())
        .filter(|row| row.oid.starts_with(&prefix))
        .collect();
    assert!(
        rows.len() >= at_least,
        "{file} has only {} rows below {root}",
        rows.len()
    );

    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("authority.toml");
    fs::write(
        &authority,
        format!("[[node]]\noid = \"{root}\"\n[node.titles]\nen = \"A collection\"\n"),
    )
    .unwrap();
    let data = folder.path().join("data");
    let server = Server::start_with(&data, &["--authority-file", authority.to_str().unwrap()]);
    let report = record(&server, root, &rows).await;
    println!("{file}: {} rows, {report:?}", rows.len());
    assert!(
        report.refused.is_empty(),
        "refused without a fault of the data: {report:?}"
    );
    assert_eq!(report.recorded, rows.len() + report.superiors_made);

    let mut reader = server.resolution().await;
    for row in rows.iter().step_by(1 + rows.len() / 500) {
        let request = ResolveRequest {
            oid: row.oid.clone(),
            ..ResolveRequest::default()
        };
        let answer = reader.resolve(request).await.unwrap().into_inner();
        assert_eq!(answer.outcome(), Outcome::Found, "{}", row.oid);
    }
    assert!(server.stop().success());
    verify(&data);
}

/// Records the rows, superiors first, and counts what the file lacks.
async fn record(server: &Server, root: &str, rows: &[Row]) -> Report {
    let token = server.token();
    let mut writer = server.registration().await;
    let mut report = Report::default();
    let mut known: BTreeSet<String> = BTreeSet::from([root.to_owned()]);
    let listed: BTreeSet<&str> = rows.iter().map(|row| row.oid.as_str()).collect();
    let mut arcs = Vec::new();
    let mut ordered: Vec<&Row> = rows.iter().collect();
    ordered.sort_by_key(|row| row.oid.split('.').count());
    for row in ordered {
        for superior in superiors(&row.oid, root) {
            if !listed.contains(superior.as_str()) && known.insert(superior.clone()) {
                report.superiors_made += 1;
                arcs.push((
                    superior,
                    NewEntry::default(),
                    "implied by a subordinate".to_owned(),
                ));
            }
        }
        if known.insert(row.oid.clone()) {
            arcs.push((row.oid.clone(), entry_of(row), row.source.clone()));
        }
    }
    arcs.sort_by_key(|(oid, _, _)| oid.split('.').count());
    for batch in arcs.chunks(BATCH) {
        let one = |(oid, entry, proof): &(String, NewEntry, String)| One {
            oid: oid.clone(),
            entry: Some(entry.clone()),
            proof: proof.clone(),
            ..One::default()
        };
        let request = RecordExistingRequest {
            arcs: batch.iter().map(one).collect(),
            options: Some(WriteOptions::default()),
        };
        match writer.record_existing(with_token(&token, request)).await {
            Ok(answer) => report.recorded += answer.into_inner().entries.len(),
            Err(status) => {
                let code = status
                    .get_error_details()
                    .error_info()
                    .map(|info| info.reason.clone());
                println!("refused: {status:?}");
                *report
                    .refused
                    .entry(code.unwrap_or_else(|| status.to_string()))
                    .or_default() += 1;
            }
        }
    }
    report
}

/// The superiors of an OID below `root`, the highest first.
fn superiors(oid: &str, root: &str) -> Vec<String> {
    let arcs: Vec<&str> = oid.split('.').collect();
    (root.split('.').count() + 1..arcs.len())
        .map(|n| arcs[..n].join("."))
        .collect()
}

/// What of a row the register holds: names that X.660 allows; others stay in the title, which loses nothing.
fn entry_of(row: &Row) -> NewEntry {
    let identifiers = row
        .identifiers
        .iter()
        .filter(|name| name.parse::<oidra::oid::Identifier>().is_ok());
    let labels = row
        .unicode_labels
        .iter()
        .filter(|name| name.parse::<oidra::oid::UnicodeLabel>().is_ok());
    let title = if row.name.is_empty() {
        row.identifiers.join(", ")
    } else {
        row.name.clone()
    };
    let title: String = title.chars().take(250).collect();
    NewEntry {
        identifiers: unique(identifiers),
        labels: unique(labels)
            .into_iter()
            .map(|label| Label {
                label,
                language: String::new(),
            })
            .collect(),
        titles: if title.is_empty() {
            Vec::new()
        } else {
            vec![Text {
                language: "en".to_owned(),
                text: title,
            }]
        },
        ..NewEntry::default()
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names
        .filter(|name| seen.insert((*name).clone()))
        .cloned()
        .collect()
}

/// The text of a collection, if it is at hand.
fn collection(file: &str) -> Option<String> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/collections");
    let folder = std::env::var_os("OIDRA_COLLECTIONS").map_or(beside, PathBuf::from);
    let path = folder.join(file);
    if !path.exists() {
        return None;
    }
    if path.extension().is_none_or(|extension| extension != "gz") {
        return Some(fs::read_to_string(path).unwrap());
    }
    let mut unpack = Command::new("gzip")
        .args(["-dc", path.to_str()?])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    unpack
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert!(unpack.wait().unwrap().success());
    Some(text)
}

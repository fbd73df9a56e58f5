//! The reference data that the program carries (`data/arcs.csv`), read once at the start.
//!
//! `oid::known` reads the file; here its words become flags and certainties of the model. Every fault names the file and
//! the line. What is read here becomes events of the register; nothing is answered from it directly.

use crate::{
    model::{
        entry::{Certainty, Flags, Label, Language, Text},
        event::ReferenceLoaded,
        ids::Seq,
    },
    oid::{
        UnicodeLabel,
        known::{self, Known, Table, Version},
    },
};

pub use crate::oid::known::KnownError as DataError;

/// The language of the descriptions.
const LANGUAGE: &str = "en";

/// The reference data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceData {
    /// Its version, as it is recorded.
    pub version: String,
    /// Its entries, superiors first; `previous` is for the rules to fill in.
    pub entries: Vec<ReferenceLoaded>,
}

impl ReferenceData {
    /// The data that the program carries.
    pub fn embedded() -> Result<Self, DataError> {
        known::embedded().map_err(Clone::clone).and_then(Self::of)
    }

    /// Whether this is newer than the version that a register holds. A version that cannot be read counts as older, so
    /// that a register is never left without data it could have.
    pub fn is_newer_than(&self, loaded: Option<&str>) -> bool {
        let ours = self.version.parse::<Version>().ok();
        ours > loaded.and_then(|text| text.parse().ok())
    }

    fn of(table: &Table) -> Result<Self, DataError> {
        let entries = table.rows.iter().map(|known| {
            record(known, &table.version).map_err(|why| DataError::new(known.line, why))
        });
        Ok(Self {
            version: table.version.clone(),
            entries: entries.collect::<Result<_, _>>()?,
        })
    }
}

/// One arc as an entry.
fn record(known: &Known, version: &str) -> Result<ReferenceLoaded, String> {
    let language: Language = LANGUAGE.parse().map_err(|why| format!("{why}"))?;
    let descriptions = match known.description.as_str() {
        "" => Vec::new(),
        text => vec![Text {
            language,
            text: text.to_owned(),
        }],
    };
    let unlabelled = |label: &UnicodeLabel| Label {
        label: label.clone(),
        language: None,
    };
    Ok(ReferenceLoaded {
        path: known.path.clone(),
        previous: Seq::ZERO,
        identifiers: known.identifiers.clone(),
        labels: known.labels.iter().map(unlabelled).collect(),
        long_arcs: known.long_arcs.clone(),
        descriptions,
        flags: flags_of(&known.flags)?,
        source: known.source.clone(),
        certainty: certainty_of(&known.certainty)?,
        data_version: version.to_owned(),
    })
}

fn flags_of(words: &[String]) -> Result<Flags, String> {
    let mut flags = Flags::default();
    for word in words {
        match word.as_str() {
            "leaf" => flags.leaf = true,
            "frozen" => flags.frozen = true,
            "no-identifiers" => flags.no_identifiers = true,
            "no-unicode-labels" => flags.no_unicode_labels = true,
            "draft" => flags.draft = true,
            other => return Err(format!("no flag is called {other:?}")),
        }
    }
    Ok(flags)
}

fn certainty_of(text: &str) -> Result<Certainty, String> {
    let all = [
        Certainty::Verified,
        Certainty::SingleSource,
        Certainty::Partial,
    ];
    all.into_iter()
        .find(|certainty| certainty.word() == text)
        .ok_or_else(|| format!("no certainty is called {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    use crate::oid::NodePath;

    const HEAD: &str = "# version: 2026-11-1\noid,identifiers,labels,long_arcs,flags,certainty,description,source\n";

    fn entry<'a>(data: &'a ReferenceData, oid: &str) -> &'a ReferenceLoaded {
        let path: NodePath = oid.parse().unwrap();
        data.entries
            .iter()
            .find(|entry| entry.path == path)
            .unwrap()
    }

    #[test]
    fn the_data_is_whole() {
        let data = ReferenceData::embedded().unwrap();
        let below = |oid: &str| {
            let superior: NodePath = oid.parse().unwrap();
            let below = |entry: &&ReferenceLoaded| entry.path.parent().as_ref() == Some(&superior);
            data.entries.iter().filter(below).count()
        };
        assert_eq!(data.entries.len(), 52 + 199 + 28);
        assert_eq!((below("2"), below("2.16"), below("1.2")), (38, 199, 28));
        let mut sorted: Vec<_> = data
            .entries
            .iter()
            .map(|entry| entry.path.clone())
            .collect();
        sorted.sort();
        assert!(
            sorted
                .iter()
                .eq(data.entries.iter().map(|entry| &entry.path))
        );
    }

    #[test]
    fn names_are_unambiguous_among_siblings() {
        let data = ReferenceData::embedded().unwrap();
        let (mut labels, mut identifiers) = (HashMap::new(), HashMap::new());
        for entry in &data.entries {
            let superior = entry.path.parent();
            for label in &entry.labels {
                let key = (superior.clone(), label.label.comparison_key());
                assert_eq!(
                    labels.insert(key, entry.path.clone()),
                    None,
                    "{}",
                    label.label
                );
            }
            for identifier in &entry.identifiers {
                let key = (superior.clone(), identifier.clone());
                assert_eq!(
                    identifiers.insert(key, entry.path.clone()),
                    None,
                    "{identifier}"
                );
            }
        }
    }

    #[test]
    fn long_arcs_lead_to_one_node_and_clash_with_no_root() {
        let data = ReferenceData::embedded().unwrap();
        let mut keys = HashSet::new();
        for root in ["0", "1", "2"] {
            keys.extend(
                entry(&data, root)
                    .labels
                    .iter()
                    .map(|l| l.label.comparison_key()),
            );
        }
        for label in data.entries.iter().flat_map(|entry| &entry.long_arcs) {
            assert!(keys.insert(label.comparison_key()), "{label}");
        }
        assert_eq!(entry(&data, "2.50").long_arcs.len(), 2);
        assert_eq!(entry(&data, "2.16").long_arcs[0].as_str(), "Country");
    }

    #[test]
    fn marks_are_kept() {
        let data = ReferenceData::embedded().unwrap();
        for (oid, flags) in [
            ("0", "frozen"),
            ("1", "frozen"),
            ("2.16", "frozen"),
            ("0.1", "leaf"),
        ] {
            assert_eq!(
                entry(&data, oid).flags,
                flags_of(&[flags.to_owned()]).unwrap(),
                "{oid}"
            );
        }
        assert_eq!(entry(&data, "2.50").certainty, Certainty::Partial);
        assert_eq!(entry(&data, "2.24").certainty, Certainty::SingleSource);
        let country = entry(&data, "2.16.834");
        assert_eq!(country.identifiers[0].as_str(), "tz");
        assert_eq!(country.labels[0].label.as_str(), "TZ");
        assert_eq!(country.certainty, Certainty::Verified);
    }

    #[test]
    fn faults_name_the_file_and_the_line() {
        let check = |rows: &str, line: usize, said: &str| {
            let table = known::parse(&format!("{HEAD}{rows}")).unwrap();
            let fault = ReferenceData::of(&table).unwrap_err();
            assert!(fault.line == line && fault.detail.contains(said), "{fault}");
            assert!(fault.to_string().contains("data/arcs.csv"));
        };
        check("2,a,A,,,sure,d,s\n", 3, "sure");
        check(
            "2,a,A,,,verified,d,s\n2.1,a,A,,closed,verified,d,s\n",
            4,
            "closed",
        );
    }

    #[test]
    fn versions_are_ordered_by_number() {
        let data = known::parse(&HEAD.replace("2026-11-1", "2026-11-10")).unwrap();
        let data = ReferenceData::of(&data).unwrap();
        let check = |loaded: Option<&str>, newer| assert_eq!(data.is_newer_than(loaded), newer);
        check(None, true);
        check(Some("2026-11-9"), true);
        check(Some("2026-11-10"), false);
        check(Some("2027-1-1"), false);
        check(Some("unreadable"), true);
    }
}

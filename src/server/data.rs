//! The reference data that the program carries (`data/arcs.csv`), read once at the start.
//!
//! The form is that of `data/README.md`: a version line, a header, one record a line, quoted as RFC 4180 says. Every fault
//! names the file and the line. What is read here becomes events of the register; nothing is answered from it directly.

use std::{collections::HashSet, str::FromStr};

use crate::{
    model::{
        entry::{Certainty, Flags, Label, Language, Text},
        event::ReferenceLoaded,
        ids::Seq,
    },
    oid::{NodePath, UnicodeLabel},
};

/// The file's name, for those who read of a fault.
const FILE: &str = "data/arcs.csv";
/// The file itself.
const ARCS: &str = include_str!("../../data/arcs.csv");
/// What the first line begins with.
const VERSION_MARK: &str = "# version: ";
/// The columns, in order.
const COLUMNS: [&str; 8] = [
    "oid",
    "identifiers",
    "labels",
    "long_arcs",
    "flags",
    "certainty",
    "description",
    "source",
];
/// The language of the descriptions.
const LANGUAGE: &str = "en";

/// What is wrong with the reference data, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {detail}")]
pub struct DataError {
    /// The file.
    pub file: &'static str,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub detail: String,
}

/// A version of the reference data: year, month, and which one of that month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataVersion([u32; 3]);

impl FromStr for DataVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Option<Vec<u32>> = text.split('-').map(|part| part.parse().ok()).collect();
        let three = numbers.and_then(|numbers| <[u32; 3]>::try_from(numbers).ok());
        three
            .map(Self)
            .ok_or_else(|| format!("{text:?} is no version: year-month-number is wanted"))
    }
}

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
        Self::parse(ARCS)
    }

    /// Whether this is newer than the version that a register holds. A version that cannot be read counts as older, so
    /// that a register is never left without data it could have.
    pub fn is_newer_than(&self, loaded: Option<&str>) -> bool {
        let ours = self.version.parse::<DataVersion>().ok();
        ours > loaded.and_then(|text| text.parse().ok())
    }

    fn parse(text: &str) -> Result<Self, DataError> {
        let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let version = match lines
            .next()
            .and_then(|(_, line)| line.strip_prefix(VERSION_MARK))
        {
            Some(version) => version.to_owned(),
            None => return Err(fault(1, format!("must begin with {VERSION_MARK:?}"))),
        };
        version
            .parse::<DataVersion>()
            .map_err(|why| fault(1, why))?;
        if lines.next().map(|(_, line)| line) != Some(&COLUMNS.join(",")) {
            return Err(fault(
                2,
                format!("the columns must be {}", COLUMNS.join(",")),
            ));
        }
        let mut entries: Vec<ReferenceLoaded> = Vec::new();
        let mut seen = HashSet::new();
        for (at, line) in lines {
            let entry = record(line, &version).map_err(|why| fault(at, why))?;
            let superior = entry.path.parent().filter(|superior| !superior.is_root());
            if let Some(missing) = superior.filter(|superior| !seen.contains(superior)) {
                return Err(fault(
                    at,
                    format!("its superior {missing} has no line before it"),
                ));
            }
            if !seen.insert(entry.path.clone()) {
                return Err(fault(at, format!("{} has a line already", entry.path)));
            }
            entries.push(entry);
        }
        Ok(Self { version, entries })
    }
}

fn fault(line: usize, detail: String) -> DataError {
    let file = FILE;
    DataError { file, line, detail }
}

/// One line as an entry.
fn record(line: &str, version: &str) -> Result<ReferenceLoaded, String> {
    let fields = fields(line)?;
    let found = fields.len();
    let Ok(
        [
            oid,
            identifiers,
            labels,
            long_arcs,
            flags,
            certainty,
            description,
            source,
        ],
    ) = <[String; 8]>::try_from(fields)
    else {
        return Err(format!("{found} fields instead of {}", COLUMNS.len()));
    };
    let language: Language = LANGUAGE.parse().map_err(|why| format!("{why}"))?;
    let descriptions = match description.as_str() {
        "" => Vec::new(),
        text => vec![Text {
            language,
            text: text.to_owned(),
        }],
    };
    let unlabelled = |label: UnicodeLabel| Label {
        label,
        language: None,
    };
    let labels: Vec<UnicodeLabel> = list(&labels)?;
    Ok(ReferenceLoaded {
        path: NodePath::from_str(&oid).map_err(|why| format!("oid: {why}"))?,
        previous: Seq::ZERO,
        identifiers: list(&identifiers)?,
        labels: labels.into_iter().map(unlabelled).collect(),
        long_arcs: list(&long_arcs)?,
        descriptions,
        flags: flags_of(&flags)?,
        source,
        certainty: certainty_of(&certainty)?,
        data_version: version.to_owned(),
    })
}

/// The values of a list, which are apart by `;`.
fn list<T: FromStr>(text: &str) -> Result<Vec<T>, String>
where
    T::Err: std::fmt::Display,
{
    let values = text.split(';').filter(|value| !value.is_empty());
    values
        .map(|value| value.parse().map_err(|why| format!("{value}: {why}")))
        .collect()
}

fn flags_of(text: &str) -> Result<Flags, String> {
    let mut flags = Flags::default();
    for word in text.split(';').filter(|word| !word.is_empty()) {
        match word {
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

/// The fields of a line: apart by commas, in quotation marks where they hold one (RFC 4180, without line breaks).
fn fields(line: &str) -> Result<Vec<String>, String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        let Some(field) = fields.last_mut() else {
            break;
        };
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' if quoted => match characters.peek() {
                None | Some(',') => quoted = false,
                Some(_) => return Err("text after a closing quotation mark".to_owned()),
            },
            '"' if field.is_empty() => quoted = true,
            '"' => return Err("a quotation mark within a field that has none around it".to_owned()),
            ',' if !quoted => fields.push(String::new()),
            c => field.push(c),
        }
    }
    if quoted {
        return Err("a quotation mark is not closed".to_owned());
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

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
            assert_eq!(entry(&data, oid).flags, flags_of(flags).unwrap(), "{oid}");
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
            let fault = ReferenceData::parse(&format!("{HEAD}{rows}")).unwrap_err();
            assert!(fault.line == line && fault.detail.contains(said), "{fault}");
            assert!(fault.to_string().contains("data/arcs.csv"));
        };
        check(
            "2,a,A,,,verified,d,s\n2.1,b--c,,,,verified,d,s\n",
            4,
            "b--c",
        );
        check("2,a,A\n", 3, "3 fields");
        check("2,a,A,,,sure,d,s\n", 3, "sure");
        check("2,a,A,,closed,verified,d,s\n", 3, "closed");
        check("2,a,007,,,verified,d,s\n", 3, "007");
        check("2.1,a,A,,,verified,d,s\n", 3, "superior 2 ");
        check("2,a,A,,,verified,d,s\n2,a,A,,,verified,d,s\n", 4, "already");
        check("2,a,A,,,verified,\"d,s\n", 3, "not closed");
        check("02,a,A,,,verified,d,s\n", 3, "oid");
        assert_eq!(ReferenceData::parse("oid\n").unwrap_err().line, 1);
        assert_eq!(
            ReferenceData::parse("# version: soon\n").unwrap_err().line,
            1
        );
        assert_eq!(
            ReferenceData::parse("# version: 2026-11-1\noid\n")
                .unwrap_err()
                .line,
            2
        );
    }

    #[test]
    fn quoted_fields_are_read() {
        assert_eq!(fields("a,\"b,\"\"c\"\"\",").unwrap(), ["a", "b,\"c\"", ""]);
        assert!(fields("a,\"b\"c").is_err());
    }

    #[test]
    fn versions_are_ordered_by_number() {
        let data = ReferenceData::parse(&HEAD.replace("2026-11-1", "2026-11-10")).unwrap();
        let check = |loaded: Option<&str>, newer| assert_eq!(data.is_newer_than(loaded), newer);
        check(None, true);
        check(Some("2026-11-9"), true);
        check(Some("2026-11-10"), false);
        check(Some("2027-1-1"), false);
        check(Some("unreadable"), true);
    }
}

//! The arcs that are known without a register: the reference data the program carries (`data/arcs.csv`).
//!
//! The form is that of `data/README.md`: a version line, a header, one record a line, quoted as RFC 4180 says. Every fault
//! names the file and the line. [`KnownArcs`] answers for names with it. It must never answer where a register does: there
//! the same rows are entries of the register, and people may have changed them.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::oid::arc::ArcValue;
use crate::oid::label::{ComparisonKey, Identifier, UnicodeLabel};
use crate::oid::path::NodePath;
use crate::oid::resolve::{Names, NoNames};

/// The file's name, for those who read of a fault.
pub const FILE: &str = "data/arcs.csv";

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

/// The word for an arc on which the sources disagree, or of which they leave something out.
const PARTIAL: &str = "partial";

/// What is wrong with the reference data, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {detail}")]
pub struct KnownError {
    /// The file.
    pub file: &'static str,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub detail: String,
}

impl KnownError {
    /// A fault in a line of the file.
    pub const fn new(line: usize, detail: String) -> Self {
        let file = FILE;
        Self { file, line, detail }
    }
}

/// A version of the reference data: year, month, and which one of that month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version([u32; 3]);

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Option<Vec<u32>> = text.split('-').map(|part| part.parse().ok()).collect();
        let three = numbers.and_then(|numbers| <[u32; 3]>::try_from(numbers).ok());
        three
            .map(Self)
            .ok_or_else(|| format!("{text:?} is no version: year-month-number is wanted"))
    }
}

/// The reference data: its version and its rows, superiors first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its version, as it is written; it reads as a [`Version`].
    pub version: String,
    /// Its rows; no arc has two, and each but a root arc stands after its superior.
    pub rows: Vec<Known>,
}

/// One arc of the reference data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The line it stands on, from 1.
    pub line: usize,
    /// The arc.
    pub path: NodePath,
    /// Its secondary identifiers, the one to write first.
    pub identifiers: Vec<Identifier>,
    /// Its Unicode labels, the one to write first.
    pub labels: Vec<UnicodeLabel>,
    /// The long arcs that lead to it from the root, the one to write first.
    pub long_arcs: Vec<UnicodeLabel>,
    /// Words such as `frozen`, not interpreted here.
    pub flags: Vec<String>,
    /// A word for how sure it is, such as `verified`, not interpreted here but for `partial`.
    pub certainty: String,
    /// What it is for, in English; may be empty.
    pub description: String,
    /// Where it was read.
    pub source: String,
}

impl Known {
    /// Whether its names may be written. Names on which the sources disagree are understood, but not written.
    pub fn is_certain(&self) -> bool {
        self.certainty != PARTIAL
    }
}

/// The data that the program carries, read once.
pub fn embedded() -> Result<&'static Table, &'static KnownError> {
    static TABLE: LazyLock<Result<Table, KnownError>> = LazyLock::new(|| parse(ARCS));
    TABLE.as_ref()
}

/// Reads reference data.
pub fn parse(text: &str) -> Result<Table, KnownError> {
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    let version = lines
        .next()
        .and_then(|(_, line)| line.strip_prefix(VERSION_MARK));
    let version =
        version.ok_or_else(|| KnownError::new(1, format!("must begin with {VERSION_MARK:?}")))?;
    version
        .parse::<Version>()
        .map_err(|why| KnownError::new(1, why))?;
    let columns = COLUMNS.join(",");
    if lines.next().map(|(_, line)| line) != Some(&columns) {
        return Err(KnownError::new(2, format!("the columns must be {columns}")));
    }
    let mut rows: Vec<Known> = Vec::new();
    let mut seen = HashSet::new();
    for (at, line) in lines {
        let known = row(at, line).map_err(|why| KnownError::new(at, why))?;
        let superior = known.path.parent().filter(|superior| !superior.is_root());
        if let Some(missing) = superior.filter(|superior| !seen.contains(superior)) {
            let detail = format!("its superior {missing} has no line before it");
            return Err(KnownError::new(at, detail));
        }
        if !seen.insert(known.path.clone()) {
            let detail = format!("{} has a line already", known.path);
            return Err(KnownError::new(at, detail));
        }
        rows.push(known);
    }
    let version = version.to_owned();
    Ok(Table { version, rows })
}

/// One line as an arc.
fn row(at: usize, line: &str) -> Result<Known, String> {
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
    Ok(Known {
        line: at,
        path: NodePath::from_str(&oid).map_err(|why| format!("oid: {why}"))?,
        identifiers: list(&identifiers)?,
        labels: list(&labels)?,
        long_arcs: list(&long_arcs)?,
        flags: list(&flags)?,
        certainty,
        description,
        source,
    })
}

/// The values of a list, which are apart by `;`.
fn list<T: FromStr<Err: Display>>(text: &str) -> Result<Vec<T>, String> {
    let values = text.split(';').filter(|value| !value.is_empty());
    values
        .map(|value| value.parse().map_err(|why| format!("{value}: {why}")))
        .collect()
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

/// The names of the embedded data, and those that X.660 itself standardizes.
#[derive(Debug, Default)]
pub struct KnownArcs {
    nodes: HashMap<&'static NodePath, &'static Known>,
    below: HashMap<NodePath, Below>,
    long_arcs: HashMap<ComparisonKey, &'static NodePath>,
    /// Arcs of the deepest node, so that deeper ones need no search.
    deepest: usize,
}

/// The names of the arcs directly below a node.
#[derive(Debug, Default)]
struct Below {
    identifiers: HashMap<&'static str, Vec<ArcValue>>,
    labels: HashMap<ComparisonKey, ArcValue>,
}

impl KnownArcs {
    /// The one index over the embedded data, made when it is first asked for.
    ///
    /// Data with a fault, which a test keeps out of the program, would leave only the names of X.660.
    pub fn embedded() -> &'static Self {
        static INDEX: LazyLock<KnownArcs> =
            LazyLock::new(|| embedded().map(KnownArcs::of).unwrap_or_default());
        &INDEX
    }

    fn of(table: &'static Table) -> Self {
        let mut index = Self::default();
        for known in &table.rows {
            index.add(known);
        }
        index
    }

    fn add(&mut self, known: &'static Known) {
        let (Some(superior), Some(number)) = (known.path.parent(), known.path.last()) else {
            return;
        };
        let below = self.below.entry(superior).or_default();
        for identifier in &known.identifiers {
            let bearers = below.identifiers.entry(identifier.as_str()).or_default();
            bearers.push(number.clone());
        }
        for label in &known.labels {
            below.labels.insert(label.comparison_key(), number.clone());
        }
        for label in &known.long_arcs {
            self.long_arcs.insert(label.comparison_key(), &known.path);
        }
        self.deepest = self.deepest.max(known.path.depth());
        self.nodes.insert(&known.path, known);
    }

    fn node(&self, path: &NodePath) -> Option<&'static Known> {
        if path.depth() > self.deepest {
            return None;
        }
        self.nodes.get(path).copied()
    }

    /// A row whose names may be written.
    fn certain(&self, path: &NodePath) -> Option<&'static Known> {
        self.node(path).filter(|known| known.is_certain())
    }
}

impl Names for KnownArcs {
    fn by_identifier(&self, superior: &NodePath, identifier: &Identifier) -> Vec<ArcValue> {
        let below = self.below.get(superior);
        let found = below.and_then(|below| below.identifiers.get(identifier.as_str()));
        found
            .cloned()
            .unwrap_or_else(|| NoNames.by_identifier(superior, identifier))
    }

    fn by_label(&self, superior: &NodePath, label: &UnicodeLabel) -> Option<ArcValue> {
        let below = self.below.get(superior);
        let found = below.and_then(|below| below.labels.get(&label.comparison_key()));
        found.cloned().or_else(|| NoNames.by_label(superior, label))
    }

    fn by_long_arc(&self, label: &UnicodeLabel) -> Option<NodePath> {
        let found = self.long_arcs.get(&label.comparison_key());
        found.map(|path| NodePath::clone(path))
    }

    fn identifier_of(&self, path: &NodePath) -> Option<Identifier> {
        let known = self
            .certain(path)
            .and_then(|known| known.identifiers.first());
        known.cloned().or_else(|| NoNames.identifier_of(path))
    }

    fn identifiers_of(&self, path: &NodePath) -> Vec<Identifier> {
        let known = self.node(path).map(|known| known.identifiers.clone());
        known.unwrap_or_else(|| NoNames.identifiers_of(path))
    }

    fn label_of(&self, path: &NodePath) -> Option<UnicodeLabel> {
        let known = self.certain(path).and_then(|known| known.labels.first());
        known.cloned().or_else(|| NoNames.label_of(path))
    }

    fn long_arc_of(&self, path: &NodePath) -> Option<UnicodeLabel> {
        self.certain(path)?.long_arcs.first().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::notation::{Mode, ResolveError, forms, parse as read, resolve};

    const HEAD: &str = "# version: 2026-11-1\noid,identifiers,labels,long_arcs,flags,certainty,description,source\n";

    #[test]
    fn the_data_is_whole_and_in_order() {
        let table = embedded().unwrap();
        assert_eq!(table.rows.len(), KnownArcs::embedded().nodes.len());
        assert!(table.rows.iter().map(|known| &known.path).is_sorted());
        assert!(
            table
                .rows
                .iter()
                .zip(3..)
                .all(|(known, at)| known.line == at)
        );
        assert_eq!(KnownArcs::embedded().deepest, 3);
    }

    #[test]
    fn faults_name_the_file_and_the_line() {
        let check = |rows: &str, line: usize, said: &str| {
            let fault = parse(&format!("{HEAD}{rows}")).unwrap_err();
            assert!(fault.line == line && fault.detail.contains(said), "{fault}");
            assert!(fault.to_string().contains("data/arcs.csv"));
        };
        check(
            "2,a,A,,,verified,d,s\n2.1,b--c,,,,verified,d,s\n",
            4,
            "b--c",
        );
        check("2,a,A\n", 3, "3 fields");
        check("2,a,007,,,verified,d,s\n", 3, "007");
        check("2.1,a,A,,,verified,d,s\n", 3, "superior 2 ");
        check("2,a,A,,,verified,d,s\n2,a,A,,,verified,d,s\n", 4, "already");
        check("2,a,A,,,verified,\"d,s\n", 3, "not closed");
        check("02,a,A,,,verified,d,s\n", 3, "oid");
        assert_eq!(parse("oid\n").unwrap_err().line, 1);
        assert_eq!(parse("# version: soon\n").unwrap_err().line, 1);
        assert_eq!(parse("# version: 2026-11-1\noid\n").unwrap_err().line, 2);
    }

    #[test]
    fn quoted_fields_are_read() {
        assert_eq!(fields("a,\"b,\"\"c\"\"\",").unwrap(), ["a", "b,\"c\"", ""]);
        assert!(fields("a,\"b\"c").is_err());
    }

    #[track_caller]
    fn understood(text: &str, expect: Result<&str, &str>) {
        let parsed = read(text, Mode::Lenient).unwrap();
        let got = resolve(&parsed, KnownArcs::embedded(), None);
        let got = got.map(|resolved| {
            assert_eq!(resolved.disagreements, [], "{text}");
            resolved.path.to_string()
        });
        assert_eq!(got.as_deref().map_err(ResolveError::code), expect, "{text}");
    }

    #[test]
    fn names_are_understood() {
        understood("/Country/TZ", Ok("2.16.834"));
        understood("/country/tz", Ok("2.16.834"));
        understood("{joint-iso-itu-t country(16) tz(834)}", Ok("2.16.834"));
        understood("{joint-iso-itu-t(2) country tz}", Ok("2.16.834"));
        understood("{itu-r(0) r-recommendation(5)}", Ok("0.5"));
        understood("/ITU-R/R-Recommendation/1", Ok("0.5.1"));
        understood("{0 0 h}", Ok("0.0.8"));
        understood("/例/1", Ok("2.999.1"));
        understood(
            "/UUID/f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            Ok("2.25.329800735698586629295641978511506172918"),
        );
        // The sources disagree on the label of 2.50: both are understood.
        understood("/ORS", Ok("2.50"));
        understood("/OIDResolutionSystem/1", Ok("2.50.1"));
        understood("/Country/Nowhere", Err("LABEL_UNKNOWN"));
    }

    #[track_caller]
    fn written(oid: &str, asn1: &str, iri: &str) {
        let shown = forms(&oid.parse().unwrap(), KnownArcs::embedded());
        assert_eq!((shown.asn1.as_str(), shown.iri.as_str()), (asn1, iri));
    }

    #[test]
    fn names_are_written_where_they_are_certain() {
        written(
            "2.16.834.7",
            "{joint-iso-itu-t(2) country(16) tz(834) 7}",
            "/Country/TZ/7",
        );
        written(
            "1.3.6.1",
            "{iso(1) identified-organization(3) 6 1}",
            "/ISO/Identified-Organization/6/1",
        );
        written(
            "2.50.1",
            "{joint-iso-itu-t(2) 50 1}",
            "/Joint-ISO-ITU-T/50/1",
        );
        // What X.660 standardizes is sure, whatever the sources leave out.
        written("0.1", "{itu-t(0) question(1)}", "/ITU-T/1");
        written(
            "0.5.1",
            "{itu-r(0) r-recommendation(5) 1}",
            "/ITU-R/R-Recommendation/1",
        );
    }

    #[test]
    fn every_row_is_understood_as_it_is_written() {
        for known in &embedded().unwrap().rows {
            let shown = forms(&known.path, KnownArcs::embedded());
            for text in [&shown.asn1, &shown.iri, &shown.oid_iri()] {
                let parsed = read(text, Mode::Lenient).unwrap();
                let resolved = resolve(&parsed, KnownArcs::embedded(), None).unwrap();
                assert_eq!(resolved.path, known.path, "{text}");
                assert_eq!(resolved.disagreements, [], "{text}");
            }
        }
    }

    #[test]
    fn versions_are_ordered_by_number() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert!(version("2026-11-10") > version("2026-11-9"));
        assert!(version("2027-1-1") > version("2026-11-10"));
        assert!("2026-11".parse::<Version>().is_err());
    }
}

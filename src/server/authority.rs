//! The authority file: which nodes the register is the registration authority of, and with what policy it opens them.
//!
//! TOML; every fault names the file and, through the parser, the line. The one that is built in is
//! `data/authority/tz.toml`. It is read for the founding; afterwards the register's genesis decides.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

use crate::{
    model::{
        Rejection,
        entry::{Language, Text},
        limits::{DESCRIPTION_BYTES_MAX, LANGUAGES_MAX, TITLE_BYTES_MAX},
        money::FeeSchedule,
        policy::{
            Applicants, Category, Checks, Lapse, MinimumContent, NumberRange, Numbering, Policy,
            Terms,
        },
    },
    oid::{ArcValue, NodePath},
    rules::{AuthorityNode, check_policy},
};

/// The one that is built in.
const EMBEDDED: &str = include_str!("../../data/authority/tz.toml");
/// Its name, for those who read of a fault.
const EMBEDDED_NAME: &str = "data/authority/tz.toml";
/// Most nodes of one register.
pub const NODES_MAX: usize = 64;

/// What is wrong with an authority file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("in the authority file {file}: {detail}")]
pub struct AuthorityError {
    /// The file.
    pub file: String,
    /// Where, and what is wrong.
    pub detail: String,
}

/// The nodes of `file`, or of the file that is built in where the path is empty.
pub fn load(file: &Path) -> Result<Vec<AuthorityNode>, AuthorityError> {
    if file.as_os_str().is_empty() {
        return parse(EMBEDDED_NAME, EMBEDDED);
    }
    let name = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(text) => parse(&name, &text),
        Err(why) => Err(AuthorityError {
            file: name,
            detail: format!("cannot be read: {why}"),
        }),
    }
}

fn parse(file: &str, text: &str) -> Result<Vec<AuthorityNode>, AuthorityError> {
    let wrong = |detail: String| AuthorityError {
        file: file.to_owned(),
        detail,
    };
    let written: Written = toml::from_str(text).map_err(|why| wrong(why.to_string()))?;
    let nodes = written.node;
    if nodes.is_empty() || nodes.len() > NODES_MAX {
        return Err(wrong(format!(
            "has {} nodes; 1 to {NODES_MAX} are wanted",
            nodes.len()
        )));
    }
    for (at, node) in nodes.iter().enumerate() {
        let clash = nodes.iter().take(at).find(|other| {
            node.oid.0.starts_with(&other.oid.0) || other.oid.0.starts_with(&node.oid.0)
        });
        if let Some(other) = clash {
            return Err(wrong(format!(
                "the nodes {} and {} overlap",
                other.oid.0, node.oid.0
            )));
        }
    }
    let made = |node: Node| {
        let oid = node.oid.0.clone();
        node.into_authority()
            .map_err(|why| wrong(format!("node {oid}: {why}")))
    };
    nodes.into_iter().map(made).collect()
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    node: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Node {
    oid: Oid,
    #[serde(default)]
    titles: BTreeMap<String, String>,
    #[serde(default)]
    descriptions: BTreeMap<String, String>,
    #[serde(default)]
    policy: WrittenPolicy,
}

impl Node {
    fn into_authority(self) -> Result<AuthorityNode, String> {
        Ok(AuthorityNode {
            path: self.oid.0,
            titles: texts("titles", self.titles, TITLE_BYTES_MAX)?,
            descriptions: texts("descriptions", self.descriptions, DESCRIPTION_BYTES_MAX)?,
            policy: self.policy.into_policy()?,
        })
    }
}

fn texts(
    key: &str,
    written: BTreeMap<String, String>,
    bytes_max: usize,
) -> Result<Vec<Text>, String> {
    if written.len() > LANGUAGES_MAX {
        return Err(format!("{key}: more than {LANGUAGES_MAX} languages"));
    }
    let mut texts: Vec<Text> = Vec::new();
    for (tag, text) in written {
        let language: Language = tag.parse().map_err(|why| format!("{key}.{tag}: {why}"))?;
        if text.trim().is_empty() || text.len() > bytes_max {
            return Err(format!("{key}.{tag}: must have 1 to {bytes_max} bytes"));
        }
        if texts.iter().any(|other| other.language == language) {
            return Err(format!("{key}.{tag}: the language stands there twice"));
        }
        texts.push(Text { language, text });
    }
    Ok(texts)
}

/// A node of the tree, in dot notation; the root of the tree is none that anybody is the authority of.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Oid(NodePath);

impl TryFrom<String> for Oid {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let path: NodePath = text.parse().map_err(|why| format!("{text:?}: {why}"))?;
        if path.is_root() {
            return Err("the root of the tree has no registration authority".to_owned());
        }
        Ok(Self(path))
    }
}

/// A run of numbers: `7`, `1000-1999` or `1-`.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Range(NumberRange);

impl TryFrom<String> for Range {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = |part: &str| {
            part.parse::<ArcValue>()
                .map_err(|why| format!("{text:?}: {why}"))
        };
        let range = match text.split_once('-') {
            None => NumberRange {
                from: number(&text)?,
                to: Some(number(&text)?),
            },
            Some((from, "")) => NumberRange {
                from: number(from)?,
                to: None,
            },
            Some((from, to)) => NumberRange {
                from: number(from)?,
                to: Some(number(to)?),
            },
        };
        if range.to.as_ref().is_some_and(|to| *to < range.from) {
            return Err(format!("{text:?} ends before it begins"));
        }
        Ok(Self(range))
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenNumbering {
    Any,
    NextFreeOnly,
    ExplicitOnly,
    RandomOnly,
}

/// A policy as it is written; what is left out means as in [`Policy::standard`].
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenPolicy {
    numbering: Option<WrittenNumbering>,
    windows: Vec<Range>,
    kept_back: Vec<Range>,
    identifiers_unique: Option<bool>,
    identifier_required: Option<bool>,
    title_required: Option<bool>,
    registrant_required: Option<bool>,
    application_required: Option<bool>,
    approvals: Option<u32>,
    arcs_per_registrant_max: Option<u64>,
    reinstatement_seconds: Option<u64>,
    hold_seconds_max: Option<u64>,
    applicants: Option<WrittenApplicants>,
    wishes_held: Option<bool>,
    acknowledge_seconds: Option<u64>,
    decide_seconds: Option<u64>,
    answer_seconds: Option<u64>,
    appeal_seconds: Option<u64>,
    fee: Option<String>,
    reserved_names: Vec<String>,
    categories: Vec<WrittenCategory>,
    minimum_contents: Vec<WrittenMinimum>,
    transfers_agreed: Option<bool>,
    fee_schedule: Option<WrittenFees>,
    fee_may_wait: Option<bool>,
    terms: Option<WrittenTerms>,
    checks: Option<WrittenChecks>,
    suspect_seconds: Option<u64>,
    label_challenge_seconds: Option<u64>,
}

/// How often registrants are asked whether what is known of them is right.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenChecks {
    every_seconds: u64,
    answer_seconds: Option<u64>,
}

impl From<WrittenChecks> for Checks {
    fn from(written: WrittenChecks) -> Self {
        Self {
            every_seconds: written.every_seconds,
            answer_seconds: written.answer_seconds.unwrap_or(Self::ANSWER_SECONDS),
        }
    }
}

/// For how long arcs are given out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTerms {
    term_seconds: Option<u64>,
    use_seconds: Option<u64>,
    lapse: Option<WrittenLapse>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenLapse {
    Suspend,
    Deprecate,
    Withdraw,
}

impl From<WrittenTerms> for Terms {
    fn from(written: WrittenTerms) -> Self {
        Self {
            term_seconds: written.term_seconds,
            use_seconds: written.use_seconds,
            lapse: match written.lapse {
                None | Some(WrittenLapse::Suspend) => Lapse::Suspend,
                Some(WrittenLapse::Deprecate) => Lapse::Deprecate,
                Some(WrittenLapse::Withdraw) => Lapse::Withdraw,
            },
        }
    }
}

/// How much is to be paid for what, in minor units.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFees {
    currency: String,
    application: Option<u64>,
    allocation: Option<u64>,
    renewal: Option<u64>,
}

impl WrittenFees {
    fn into_schedule(self) -> Result<FeeSchedule, String> {
        let currency = self.currency.parse();
        let currency = currency.map_err(|why| format!("policy.fee_schedule.currency: {why}"))?;
        Ok(FeeSchedule {
            currency,
            application: self.application,
            allocation: self.allocation,
            renewal: self.renewal,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCategory {
    name: String,
    windows: Vec<Range>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenMinimum {
    Label,
    Description,
    Contact,
    Below,
    LegalForm,
    RegistrationNumber,
    Country,
    Attachment,
}

impl From<WrittenMinimum> for MinimumContent {
    fn from(written: WrittenMinimum) -> Self {
        match written {
            WrittenMinimum::Label => Self::Label,
            WrittenMinimum::Description => Self::Description,
            WrittenMinimum::Contact => Self::Contact,
            WrittenMinimum::Below => Self::Below,
            WrittenMinimum::LegalForm => Self::LegalForm,
            WrittenMinimum::RegistrationNumber => Self::RegistrationNumber,
            WrittenMinimum::Country => Self::Country,
            WrittenMinimum::Attachment => Self::Attachment,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenApplicants {
    Nobody,
    Principals,
    Public,
}

impl WrittenPolicy {
    fn into_policy(self) -> Result<Policy, String> {
        let read = |name: String| {
            let shown = format!("policy.reserved_names: {name:?}");
            name.parse().map_err(|why| format!("{shown}: {why}"))
        };
        let reserved_names = self.reserved_names.into_iter().map(read);
        let categories = self.categories.into_iter().map(|one| {
            let name = one.name.parse();
            let name = name.map_err(|why| format!("policy.categories: {:?}: {why}", one.name))?;
            let windows = one.windows.into_iter().map(|range| range.0).collect();
            Ok(Category { name, windows })
        });
        let standard = Policy::standard();
        let policy = Policy {
            reserved_names: reserved_names.collect::<Result<_, String>>()?,
            categories: categories.collect::<Result<_, String>>()?,
            transfers_agreed: self.transfers_agreed.unwrap_or(standard.transfers_agreed),
            minimum: self.minimum_contents.into_iter().map(Into::into).collect(),
            numbering: match self.numbering {
                None => standard.numbering,
                Some(WrittenNumbering::Any) => Numbering::Any,
                Some(WrittenNumbering::NextFreeOnly) => Numbering::NextFreeOnly,
                Some(WrittenNumbering::ExplicitOnly) => Numbering::ExplicitOnly,
                Some(WrittenNumbering::RandomOnly) => Numbering::RandomOnly,
            },
            windows: self.windows.into_iter().map(|range| range.0).collect(),
            kept_back: self.kept_back.into_iter().map(|range| range.0).collect(),
            identifiers_unique: self
                .identifiers_unique
                .unwrap_or(standard.identifiers_unique),
            identifier_required: self
                .identifier_required
                .unwrap_or(standard.identifier_required),
            title_required: self.title_required.unwrap_or(standard.title_required),
            registrant_required: self
                .registrant_required
                .unwrap_or(standard.registrant_required),
            application_required: self
                .application_required
                .unwrap_or(standard.application_required),
            approvals: self.approvals.unwrap_or(standard.approvals),
            arcs_per_registrant_max: self.arcs_per_registrant_max.filter(|most| *most > 0),
            reinstatement_seconds: self
                .reinstatement_seconds
                .unwrap_or(standard.reinstatement_seconds),
            hold_seconds_max: self.hold_seconds_max.unwrap_or(standard.hold_seconds_max),
            applicants: match self.applicants {
                None => standard.applicants,
                Some(WrittenApplicants::Nobody) => Applicants::Nobody,
                Some(WrittenApplicants::Principals) => Applicants::Principals,
                Some(WrittenApplicants::Public) => Applicants::Public,
            },
            wishes_held: self.wishes_held.unwrap_or(standard.wishes_held),
            acknowledge_seconds: self
                .acknowledge_seconds
                .unwrap_or(standard.acknowledge_seconds),
            decide_seconds: self.decide_seconds.unwrap_or(standard.decide_seconds),
            answer_seconds: self.answer_seconds.unwrap_or(standard.answer_seconds),
            appeal_seconds: self.appeal_seconds.unwrap_or(standard.appeal_seconds),
            fee: self.fee.filter(|fee| !fee.is_empty()),
            fees: self
                .fee_schedule
                .map(WrittenFees::into_schedule)
                .transpose()?,
            fee_may_wait: self.fee_may_wait.unwrap_or(standard.fee_may_wait),
            terms: self.terms.map_or(standard.terms, Into::into),
            checks: self.checks.map(Into::into),
            suspect_seconds: self.suspect_seconds.unwrap_or(standard.suspect_seconds),
            label_challenge_seconds: self.label_challenge_seconds,
        };
        match check_policy(&policy) {
            Ok(()) => Ok(policy),
            Err(Rejection::Refused(refusals)) => {
                let main = refusals.main();
                Err(format!("{}: {}", main.field, main.detail))
            }
            Err(fault @ Rejection::Fault(_)) => Err(fault.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::limits::{HOLD_SECONDS_CEILING, WINDOWS_MAX};

    #[test]
    fn the_built_in_file_opens_one_node_with_the_standard_policy() {
        let nodes = load(Path::new("")).unwrap();
        assert_eq!(nodes.len(), 1);
        let node = &nodes[0];
        assert_eq!(node.path.to_string(), "2.16.834");
        let languages: Vec<_> = node
            .titles
            .iter()
            .map(|title| title.language.as_str())
            .collect();
        assert_eq!(languages, ["en", "sw"]);
        assert_eq!(node.descriptions.len(), 2);
        let standard = Policy {
            windows: Policy::standard().windows_in_force(),
            ..Policy::standard()
        };
        assert_eq!(node.policy, standard);
    }

    #[test]
    fn several_nodes_and_their_windows_are_read() {
        let text = "[[node]]\noid = \"2.16.840.1.113883\"\n[[node]]\noid = \"1.3.6.1.4.1\"\n\
                    [node.policy]\nnumbering = \"next-free-only\"\nwindows = [\"100-199\", \"7\", \"1000-\"]\n";
        let nodes = parse("x.toml", text).unwrap();
        assert_eq!(nodes[1].policy.numbering, Numbering::NextFreeOnly);
        let windows = &nodes[1].policy.windows;
        assert_eq!(windows[0].to, Some(ArcValue::from(199u32)));
        assert_eq!(
            (windows[1].from.clone(), windows[1].to.clone()),
            (7u32.into(), Some(7u32.into()))
        );
        assert_eq!(windows[2].to, None);
    }

    #[test]
    fn faults_name_the_file_and_the_place() {
        let check = |text: &str, said: &str| {
            let fault = parse("x.toml", text).unwrap_err().to_string();
            assert!(fault.contains("x.toml") && fault.contains(said), "{fault}");
        };
        check("", "node");
        check("node = []", "0 nodes");
        check("[[node]]\noid = \"3.1\"\n", "line 2");
        check("[[node]]\noid = \"\"\n", "line 2");
        check("[[node]]\noid = \"2.1\"\nnam = 1\n", "nam");
        check(
            "[[node]]\noid = \"2.1\"\n[[node]]\noid = \"2.1.5\"\n",
            "overlap",
        );
        check(
            "[[node]]\noid = \"2.1\"\n[node.policy]\nwindows = [\"9-1\"]\n",
            "ends before",
        );
        check(
            "[[node]]\noid = \"2.1\"\n[node.policy]\nnumbering = \"some\"\n",
            "line 4",
        );
        check(
            "[[node]]\noid = \"2.1\"\n[node.titles]\n\"not a tag\" = \"x\"\n",
            "titles.not a tag",
        );
        check(
            "[[node]]\noid = \"2.1\"\n[node.titles]\nen = \"\"\n",
            "titles.en",
        );
        let longest = HOLD_SECONDS_CEILING + 1;
        check(
            &format!("[[node]]\noid = \"2.1\"\n[node.policy]\nhold_seconds_max = {longest}\n"),
            "hold_seconds_max",
        );
        let runs = "\"1\",".repeat(WINDOWS_MAX + 1);
        check(
            &format!("[[node]]\noid = \"2.1\"\n[node.policy]\nwindows = [{runs}]\n"),
            "windows",
        );
        let node = |n: usize| format!("[[node]]\noid = \"2.{n}\"\n");
        let many = (0..=NODES_MAX).map(node).collect::<Vec<_>>().concat();
        check(&many, &format!("{} nodes", NODES_MAX + 1));
        let long = "x".repeat(TITLE_BYTES_MAX + 1);
        check(
            &format!("[[node]]\noid = \"2.1\"\n[node.titles]\nen = \"{long}\"\n"),
            "titles.en",
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let fault = load(Path::new("/nowhere/node.toml"))
            .unwrap_err()
            .to_string();
        assert!(fault.contains("/nowhere/node.toml"), "{fault}");
    }
}

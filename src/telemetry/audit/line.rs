//! One line of the audit log.
//!
//! It holds ids, methods, codes, nodes and addresses; never a secret, a person's data or a caller's free text. Fields are
//! only added: programs of others read these files.

use serde::{Deserialize, Serialize};

use crate::{
    model::{Code, Seq, Timestamp},
    oid::NodePath,
};

/// Most nodes that one line names; of more it names their nearest common superior.
pub const NODES_MAX: usize = 8;

/// How a call ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was carried out.
    #[default]
    Ok,
    /// It was refused.
    Refused,
    /// It failed by a fault of the server, or its caller was gone before its end was known.
    Fault,
}

/// The nodes that a call is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nodes {
    named: Vec<NodePath>,
    count: u64,
}

impl Nodes {
    /// One node more; one that is named already changes nothing.
    pub fn note(&mut self, node: &NodePath) {
        if self.is_cut() {
            self.count = self.count.saturating_add(1);
            if let Some(common) = self.named.first_mut() {
                *common = common_superior(common, node);
            }
            return;
        }
        if self.named.contains(node) {
            return;
        }
        self.count = self.count.saturating_add(1);
        self.named.push(node.clone());
        if self.named.len() > NODES_MAX {
            let common = self.named.iter().skip(1).fold(
                self.named.first().cloned().unwrap_or_default(),
                |common, node| common_superior(&common, node),
            );
            self.named = vec![common];
        }
    }

    /// Those that are named: each, or the common superior of too many.
    pub fn named(&self) -> &[NodePath] {
        &self.named
    }

    /// How many there are.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether what is named is only the common superior of too many.
    fn is_cut(&self) -> bool {
        usize::try_from(self.count).map_or(true, |count| count > self.named.len())
    }

    /// Whether there are any, and all of them lie at `top` or below it.
    pub fn all_within(&self, top: &NodePath) -> bool {
        !self.is_empty() && self.named.iter().all(|node| node.starts_with(top))
    }

    /// Whether one of them lies at `top` or below it, or might, where too many are told by their superior.
    pub fn any_within(&self, top: &NodePath) -> bool {
        let might = |node: &NodePath| self.is_cut() && top.starts_with(node);
        let mut named = self.named.iter();
        named.any(|node| node.starts_with(top) || might(node))
    }
}

impl<'a> FromIterator<&'a NodePath> for Nodes {
    fn from_iter<I: IntoIterator<Item = &'a NodePath>>(nodes: I) -> Self {
        let mut all = Self::default();
        for node in nodes {
            all.note(node);
        }
        all
    }
}

fn common_superior(one: &NodePath, other: &NodePath) -> NodePath {
    let same = one.arcs().iter().zip(other.arcs());
    one.truncated(same.take_while(|(a, b)| a == b).count())
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// When the call ended.
    pub time: Timestamp,
    /// Who called: a principal's id, `nobody`, `local` or `system`.
    pub principal: String,
    /// Where from: an address, or `local`.
    pub source: Option<String>,
    /// The method.
    pub method: String,
    /// The id of the call, which logs and answers name.
    pub call: String,
    /// The id of the request, where the call was a write.
    pub request: Option<String>,
    /// The nodes it asked about, or was shown.
    pub nodes: Nodes,
    /// The principal or the credential that it was about, by id.
    pub about: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// The code of the refusal.
    pub code: Option<Code>,
    /// The record that it made, or that it was told again.
    pub seq: Option<Seq>,
    /// Whether it was to be tried only.
    pub tried: bool,
    /// How many lines are missing here; such a line tells nothing else but a time.
    pub lost: u64,
}

impl Line {
    /// The line that says how many are missing.
    pub fn missing(lost: u64, time: Timestamp) -> Self {
        Self {
            time,
            lost,
            ..Self::default()
        }
    }

    /// The line as it is written, with its end.
    pub fn to_json(&self) -> Vec<u8> {
        let mut written = serde_json::to_vec(&Written::from(self)).unwrap_or_default();
        written.push(b'\n');
        written
    }

    /// The line as it was written; none where it is torn or no line of ours.
    pub fn from_json(written: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Written>(written).ok()?.read()
    }
}

/// A line as JSON.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Written {
    time: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    principal: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    method: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    call: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    oids: Vec<String>,
    /// Only where they are more than `oids` names.
    #[serde(skip_serializing_if = "Option::is_none")]
    nodes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tried: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<u64>,
}

impl From<&Line> for Written {
    fn from(line: &Line) -> Self {
        Self {
            time: line.time.to_string(),
            principal: line.principal.clone(),
            source: line.source.clone(),
            method: line.method.clone(),
            call: line.call.clone(),
            request: line.request.clone(),
            oids: line.nodes.named.iter().map(ToString::to_string).collect(),
            nodes: line.nodes.is_cut().then_some(line.nodes.count),
            about: line.about.clone(),
            outcome: (line.lost == 0).then_some(line.outcome),
            code: line.code.map(|code| code.name().to_owned()),
            sequence: line.seq.map(Seq::get),
            tried: line.tried,
            lost: (line.lost > 0).then_some(line.lost),
        }
    }
}

impl Written {
    fn read(self) -> Option<Line> {
        let oids = self.oids.iter().map(|oid| oid.parse());
        let named: Vec<NodePath> = oids.collect::<Result<_, _>>().ok()?;
        let count = u64::try_from(named.len()).ok()?;
        Some(Line {
            time: Timestamp::parse_end_of_day(&self.time).ok()?,
            principal: self.principal,
            source: self.source,
            method: self.method,
            call: self.call,
            request: self.request,
            nodes: Nodes {
                count: self.nodes.unwrap_or(count),
                named,
            },
            about: self.about,
            outcome: self.outcome.unwrap_or_default(),
            code: self.code.as_deref().and_then(Code::named),
            seq: self.sequence.map(Seq::new),
            tried: self.tried,
            lost: self.lost.unwrap_or_default(),
        })
    }
}

//! The founding of a register: the events of its first record.
//!
//! It can't be refused: what is founded is decided by the configuration. Superiors that nobody named are recorded as
//! implied, because something below them exists (X.660 6.2: each arc has a superior).

use std::collections::BTreeMap;

use crate::model::actor::{Credential, Principal};
use crate::model::entry::{Certainty, Flags, Text};
use crate::model::event::{AuthorityOpened, Founded, ReferenceLoaded};
use crate::model::{Ctx, Event, Policy, RegisterId, Seq};
use crate::oid::{NodePath, UNICODE_VERSION};

/// The format of the journal's events.
pub const EVENT_FORMAT: u32 = 1;

/// The source named for an entry that is only implied.
const IMPLIED_SOURCE: &str = "implied by what is registered below it";

/// What a register is founded with.
#[derive(Clone, Debug)]
pub struct Founding {
    /// The register's id.
    pub register: RegisterId,
    /// The nodes it is the registration authority of.
    pub authorities: Vec<AuthorityNode>,
    /// What stands above and beside them; `previous` is filled in.
    pub references: Vec<ReferenceLoaded>,
    /// The version of `references`.
    pub data_version: String,
    /// The first administrator.
    pub administrator: Principal,
    /// The administrator's credential.
    pub credential: Credential,
}

/// A node that the register is the registration authority of.
#[derive(Clone, Debug)]
pub struct AuthorityNode {
    /// The node.
    pub path: NodePath,
    /// Its titles.
    pub titles: Vec<Text>,
    /// Its descriptions.
    pub descriptions: Vec<Text>,
    /// The policy for its subordinates.
    pub policy: Policy,
}

/// The events that found a register: `Founded`, the administrator and its credential, the references with the superiors
/// first, the opening of each authority's node, `DataLoaded`.
///
/// An `AuthorityOpened` names [`Seq::FIRST`] as the previous revision: its reference entry stands before it in the same
/// record, which is the first.
pub fn found(founding: &Founding, _ctx: &Ctx) -> Vec<Event> {
    let mut authorities: BTreeMap<&NodePath, &AuthorityNode> = BTreeMap::new();
    for node in &founding.authorities {
        authorities.entry(&node.path).or_insert(node);
    }
    let mut events = vec![
        Event::Founded(Founded {
            register: founding.register.clone(),
            authorities: authorities.keys().map(|path| (*path).clone()).collect(),
            format: EVENT_FORMAT,
            unicode_version: UNICODE_VERSION.to_owned(),
        }),
        Event::PrincipalAdded(founding.administrator.clone()),
        Event::CredentialIssued(founding.credential.clone()),
    ];
    let nodes = authorities.keys().copied();
    let references = with_superiors(&founding.references, nodes, &founding.data_version);
    events.extend(references.into_iter().map(Event::ReferenceLoaded));
    events.extend(authorities.into_values().map(|node| {
        Event::AuthorityOpened(AuthorityOpened {
            path: node.path.clone(),
            previous: Seq::FIRST,
            titles: node.titles.clone(),
            descriptions: node.descriptions.clone(),
            policy: node.policy.clone(),
        })
    }));
    events.push(Event::DataLoaded {
        version: founding.data_version.clone(),
    });
    events
}

/// The references and the `nodes`, each once (the last one named counts), with every superior that is missing, the
/// superiors before their subordinates. The root above 0, 1 and 2 is no arc and needs no entry.
pub fn with_superiors<'a>(
    references: &'a [ReferenceLoaded],
    nodes: impl Iterator<Item = &'a NodePath>,
    version: &str,
) -> Vec<ReferenceLoaded> {
    // The order of paths puts a superior before all that lies below it.
    let mut all: BTreeMap<NodePath, ReferenceLoaded> = BTreeMap::new();
    for reference in references {
        let mut reference = reference.clone();
        reference.previous = Seq::ZERO;
        all.insert(reference.path.clone(), reference);
    }
    let mut named: Vec<NodePath> = all.keys().cloned().collect();
    named.extend(nodes.cloned());
    for path in named {
        let above = path.superiors().filter(|superior| !superior.is_root());
        for missing in above.chain([path.clone()]) {
            all.entry(missing)
                .or_insert_with_key(|path| implied(path, version));
        }
    }
    all.into_values().collect()
}

fn implied(path: &NodePath, version: &str) -> ReferenceLoaded {
    ReferenceLoaded {
        path: path.clone(),
        previous: Seq::ZERO,
        identifiers: Vec::new(),
        labels: Vec::new(),
        long_arcs: Vec::new(),
        descriptions: Vec::new(),
        flags: Flags::default(),
        source: IMPLIED_SOURCE.to_owned(),
        certainty: Certainty::Implied,
        data_version: version.to_owned(),
    }
}

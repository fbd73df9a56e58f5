//! What a face says of an OID, in words of no face, so that two of them can be compared.

use std::{collections::BTreeSet, pin::Pin};

/// What is asked of a face, under way.
pub type Asked<'a> = Pin<Box<dyn Future<Output = Facts> + Send + 'a>>;

/// What is said of an OID.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The node that is described: the one asked for, or its nearest superior; none where nothing is known.
    pub node: Option<String>,
    /// How many arcs lie between the two.
    pub distance: Option<usize>,
    /// Whether the number is told and nothing else.
    pub stub: bool,
    /// The state, in a word; none of a stub.
    pub state: Option<String>,
    /// The secondary identifiers.
    pub identifiers: BTreeSet<String>,
    /// The Unicode labels.
    pub labels: BTreeSet<String>,
    /// The title, if there is one.
    pub title: Option<String>,
    /// The sequence of the record that wrote the entry.
    pub revision: Option<u64>,
}

/// A face of the service.
pub trait Face: Send + Sync {
    /// What it is called where it disagrees.
    fn name(&self) -> &'static str;

    /// What it says of an OID.
    fn told<'a>(&'a self, oid: &'a str) -> Asked<'a>;

    /// What is left of the facts where only that counts of which this face speaks at all.
    fn of_what_it_tells(&self, facts: &Facts) -> Facts;
}

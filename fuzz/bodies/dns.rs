//! DNS messages, names and files of keys: nothing that comes in breaks anything, and names and nodes belong together.

use oidra::dns::{
    keys,
    message::{self, Query},
    name,
    record::{self, Fqdn},
};
use oidra::oid::NodePath;

/// Tries one input: as a message, as a name on the wire, as a name in words, as a file of keys.
pub fn run(octets: &[u8]) {
    if let Ok(query) = Query::parse(octets) {
        assert!(query.question_end() <= octets.len());
        assert_eq!(
            query.name.as_slice(),
            query.name.as_slice().to_ascii_lowercase()
        );
        let mut short = message::truncated(octets, query.question_end());
        message::address_to(&mut short, octets, query.question_end());
        assert!(short.len() <= octets.len());
        of_name(&query.name);
    }
    if let Ok(mut wire) = Fqdn::from_octets(octets.to_vec()) {
        wire.make_canonical();
        of_name(&wire);
    }
    if let Ok(text) = std::str::from_utf8(octets) {
        if let Some(name) = record::parse_name(text) {
            of_name(&name);
        }
        keys::parse(text).ok();
    }
}

/// A name that stands for a node is that node's own, with or without the label in front that facts hang at.
fn of_name(name: &Fqdn) {
    for apex in ["oid-res.org", "."] {
        let Some(apex) = record::parse_name(apex) else {
            continue;
        };
        let top = NodePath::root();
        if let Some(path) = name::to_node(name, &top, &apex) {
            let own = name::of_node(&path, &top, &apex).unwrap();
            let below = name::dummy_of(&own);
            assert!(
                own == *name || below.as_ref() == Some(name),
                "{name} {path}"
            );
        }
    }
}

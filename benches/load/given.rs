//! The object identifiers that were handed out: no two may be the same.

use std::collections::HashSet;

use bytes::Bytes;
use oidra::pb::v1::WriteResponse;
use prost::Message as _;

/// The octets before a gRPC message: whether it is compressed, and its length.
const PREFIX_BYTES: usize = 5;

/// All that were handed out so far.
#[derive(Default)]
pub struct Given(HashSet<String>);

impl Given {
    /// Takes the answers of a run in.
    pub fn take(&mut self, answers: Vec<Bytes>) {
        for answer in answers {
            let written = WriteResponse::decode(answer.slice(PREFIX_BYTES..)).unwrap();
            assert!(!written.entries.is_empty(), "an answer without an entry");
            for entry in written.entries {
                assert!(!self.0.contains(&entry.oid), "{} twice", entry.oid);
                self.0.insert(entry.oid);
            }
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

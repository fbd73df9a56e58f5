//! Why stored bytes can't be read. Messages say what was being read and never show its bytes: they may be a person's.

/// Why a record or a table's value can't be decoded. For a record it stops the reader; for a value it means a rebuild.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The bytes are no message of the kind expected.
    #[error("{what} can't be decoded: {source}")]
    Undecodable {
        /// What was being read.
        what: &'static str,
        /// Where the decoder stopped.
        source: prost::DecodeError,
    },
    /// The item has another format: a newer program wrote it.
    #[error(
        "{what} has format {found}, and this program reads format {}",
        super::EVENT_FORMAT
    )]
    UnknownFormat {
        /// Which item.
        what: &'static str,
        /// Its format.
        found: u32,
    },
    /// The table's value has another version, or no octet at all.
    #[error(
        "{what} has version {found}, and this program reads version {}",
        super::VALUE_VERSION
    )]
    UnknownVersion {
        /// Which value.
        what: &'static str,
        /// Its version; 0 where there is none.
        found: u8,
    },
    /// The event is of a kind that this program doesn't know: a newer program wrote it.
    #[error(
        "event {index} is of the kind with field number {kind}, which this program does not know"
    )]
    UnknownEvent {
        /// The event's place in the record.
        index: u32,
        /// The field number of the kind in `oidra.journal.v1.Event`; 0 where there is none at all.
        kind: u32,
    },
    /// The item holds a field that this program doesn't know, or is not in this program's own encoding.
    #[error("{what} holds something that this program does not know")]
    UnknownField {
        /// Which item.
        what: &'static str,
    },
    /// A word (an enum value or a mark) that this program doesn't know, or none where one has to be.
    #[error("the {what} {number} is not known")]
    UnknownWord {
        /// Which word.
        what: &'static str,
        /// Its number.
        number: i64,
    },
    /// Something is not there that has to be.
    #[error("{what} is missing")]
    Missing {
        /// What it is.
        what: &'static str,
    },
    /// Something is not as it has to be.
    #[error("{what} is not well-formed")]
    Malformed {
        /// What it is.
        what: &'static str,
    },
    /// Two events of the record have the same place, or none has this one though nothing was erased.
    #[error("the record has not exactly one event {index}")]
    Places {
        /// The place.
        index: u32,
    },
    /// A person's details belong to no event of that person.
    #[error("the personal item for event {index} does not fit that event")]
    StrayDetails {
        /// The place named.
        index: u32,
    },
}

//! Object identifiers: arcs, names, labels, their notations and their encodings.
//!
//! The bottom room of the house: everything here is pure (no clock, no randomness, no input or output) and imports
//! nothing else of the package. It carries out what X.660, X.680, X.690, X.691, X.693, X.696, X.697 and RFC 9090 say
//! about object identifiers. It must never know a register: names that only a register holds come in through
//! [`notation::Names`].

pub mod arc;
pub mod ber;
pub mod cbor;
pub mod contents;
pub mod dot;
pub mod encoding;
pub mod iri;
pub mod jer;
pub mod known;
pub mod label;
mod lexer;
pub mod limits;
pub mod name;
pub mod notation;
pub mod oer;
mod pasted;
pub mod path;
pub mod per;
mod render;
mod resolve;
pub mod standard;
mod text;
pub mod urn;
pub mod uuid;
pub mod value;
pub mod xer;

pub use arc::{ArcError, ArcValue};
pub use ber::DerError;
pub use contents::ContentsError;
pub use dot::DotError;
pub use encoding::EncodingError;
pub use label::{
    ComparisonKey, Identifier, IdentifierError, LabelError, UNICODE_VERSION, UnicodeLabel,
};
pub use name::{Oid, OidError, RelativeOid};
pub use path::NodePath;

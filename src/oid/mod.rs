//! Object identifiers: arcs, names, labels, their notations and their encodings.
//!
//! The bottom room of the house: everything here is pure (no clock, no randomness, no input or output) and imports
//! nothing else of the package. It carries out what X.660, X.680, X.690, X.691, X.693, X.696, X.697 and RFC 9090 say
//! about object identifiers. It must never know a register: names that only a register holds come in through
//! [`notation::Names`].

pub mod arc;
pub mod contents;
pub mod dot;
pub mod label;
pub mod limits;
pub mod name;
pub mod path;

pub use arc::{ArcError, ArcValue};
pub use contents::ContentsError;
pub use dot::DotError;
pub use label::{
    ComparisonKey, Identifier, IdentifierError, LabelError, UNICODE_VERSION, UnicodeLabel,
};
pub use name::{Oid, OidError, RelativeOid};
pub use path::NodePath;

//! The bodies of all fuzz targets: what each does with one input, and what it starts from.
//!
//! `cargo fuzz` runs them under its own programs in `fuzz_targets/`; `tests/fuzz_short.rs` runs them for a moment with the
//! stable compiler. A body panics where the product breaks a promise, and nowhere else.

pub mod asn1_value;
pub mod codec;
pub mod der;
pub mod dns;
pub mod dot;
pub mod encodings;
pub mod http_accept;
pub mod http_path;
pub mod iri;
pub mod journal;
pub mod known;
pub mod label;
pub mod oidip_line;
pub mod pasted_text;
pub mod tokens;

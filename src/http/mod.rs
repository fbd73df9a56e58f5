//! The HTTP face: permalinks in the representation that is asked for, RDAP, linksets, conversion, problems (RFC 9110).
//!
//! It reads and never writes, and decides nothing: what may be seen is `access`'s, what an object identifier is `oid`'s. It
//! must never know gRPC, send a script, or let an answer for one caller be kept for another.

mod answer;
mod ask;
mod base;
mod batch;
mod convert;
mod face;
mod format;
pub mod limits;
mod linkset;
mod listing;
mod meter;
pub mod negotiate;
mod oid_ip;
mod openapi;
mod ors;
mod page;
mod permalink;
mod plain;
mod problem;
mod rdap;
mod refusals;
pub mod route;
mod shape;
pub mod target;
mod urn;
mod view;
mod well_known;

pub use base::Base;
pub use face::{Face, Options};

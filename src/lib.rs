//! oidra: the register of an object identifier registration authority (X.660 | ISO/IEC 9834-1).
//!
//! This file is the map of the house. Imports point down only: `server` and `cli` stand at the top, `oid` at the
//! bottom; `tests/architecture.rs` refuses any other edge. It must never hold code of its own.

pub mod access;
pub mod attachments;
pub mod cli;
pub mod config;
pub mod desk;
pub mod dns;
pub mod files;
pub mod grpc;
pub mod http;
pub mod journal;
pub mod model;
pub mod oid;
pub mod oidip;
pub mod outbox;
pub mod pb;
pub mod register;
pub mod rules;
pub mod server;
pub mod telemetry;
pub mod whois;

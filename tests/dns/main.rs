//! The DNS face end to end: a real `oidrad`, asked by the tools and served by the secondaries that operators have.
//!
//! A test whose tool is missing says so and passes over it. Every test ends by verifying the register.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::panic,
    reason = "a test may fail by panicking, and so may what it is helped by"
)]

#[path = "../support/mod.rs"]
mod support;

mod abuse;
mod answers;
mod client;
mod harness;
mod hidden;
mod secondaries;
mod zones;

//! The gRPC face end to end: a real server on a port of its own, over a register in a directory of its own.
//!
//! Every test ends by closing the house, which asks the register to verify itself and to find nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unnecessary_wraps,
    reason = "a test may fail by panicking, and so may what it is helped by"
)]

mod applying;
mod auditing;
mod clock;
mod delegating;
mod harness;
mod hiding;
mod principals;
mod promising;
mod reading;
mod suspecting;
mod transport;
mod watching;
mod web;
mod writing;

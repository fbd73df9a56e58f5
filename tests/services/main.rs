//! The gRPC face end to end: a real server on a port of its own, over a register in a directory of its own.
//!
//! Every test ends by closing the house, which asks the register to verify itself and to find nothing.

mod harness;
mod reading;
mod transport;
mod watching;
mod writing;

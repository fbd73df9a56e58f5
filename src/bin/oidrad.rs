//! The service program.
fn main() {}

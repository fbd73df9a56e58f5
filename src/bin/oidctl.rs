//! The admin CLI program.
fn main() {}

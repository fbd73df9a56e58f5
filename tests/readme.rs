//! Carries out every command of README.md, in order, with the real programs, and compares what they print.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

#[path = "support/page.rs"]
mod page;
#[path = "support/redact.rs"]
mod redact;
mod support;

#[test]
fn every_command_of_the_readme_does_what_it_says() {
    page::carry_out("README.md", "tests/readme.rs", 20, |_| {
        (Vec::new(), true, ())
    });
}

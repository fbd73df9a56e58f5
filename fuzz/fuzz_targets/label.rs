//! Identifiers and labels: taken as they are, and comparison keys are the same each time.
#![no_main]

#[path = "../bodies/label.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|text: &str| body::run(text));

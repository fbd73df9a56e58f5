//! Any text with the names of the reference data, and reference data itself: what resolves is rendered and read back.
#![no_main]

#[path = "../bodies/known.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|text: &str| body::run(text));

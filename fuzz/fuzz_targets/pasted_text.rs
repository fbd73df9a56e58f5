//! Any text in any notation: what resolves is written in every notation and read back to the same node.
#![no_main]

#[path = "../bodies/pasted_text.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|text: &str| body::run(text));

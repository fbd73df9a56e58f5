//! Dot notation: what is accepted is what is written again.
#![no_main]

#[path = "../bodies/dot.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|text: &str| body::run(text));

//! What callers hand back or bring along: page tokens, entity tags, access tokens, verifier keys, signed notes, runs of numbers.
#![no_main]

#[path = "../bodies/tokens.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|text: &str| body::run(text));

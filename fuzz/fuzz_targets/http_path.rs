//! Paths of HTTP: whatever follows `/oid/` is read or refused, and what is read is answered at a path that leads to itself.
#![no_main]

#[path = "../bodies/http_path.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|text: &str| body::run(text));

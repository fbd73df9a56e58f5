//! `Accept`: whatever is sent, one of those offered is chosen or none, and what is refused (`q=0`) is never chosen.
#![no_main]

#[path = "../bodies/http_accept.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|text: &str| body::run(text));

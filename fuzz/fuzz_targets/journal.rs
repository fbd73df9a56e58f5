//! A journal's file with octets changed or cut off: what is still read is what was written, or it is refused.
#![no_main]

#[path = "../bodies/journal.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|changes: &[u8]| body::run(changes));

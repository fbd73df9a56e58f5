//! What the journal and the tables hold: rubbish is refused, and what is accepted is written again to the same value.
#![no_main]

#[path = "../bodies/codec.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| body::run(octets));

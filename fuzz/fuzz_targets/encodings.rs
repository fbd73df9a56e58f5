//! PER, OER, CBOR, XER and JER: what is accepted is what is written again, or reads as the same value.
#![no_main]

#[path = "../bodies/encodings.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| body::run(octets));

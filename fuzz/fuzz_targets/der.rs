//! BER and DER: what DER accepts is what is written again; what BER accepts has a DER form of the same value.
#![no_main]

#[path = "../bodies/der.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| body::run(octets));

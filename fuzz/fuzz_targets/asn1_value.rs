//! ASN.1 value notation: what resolves is written and read back to the same node.
#![no_main]

#[path = "../bodies/asn1_value.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|text: &str| body::run(text));

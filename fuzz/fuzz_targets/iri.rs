//! OID-IRI values: the steps written again are read as the same steps.
#![no_main]

#[path = "../bodies/iri.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|text: &str| body::run(text));

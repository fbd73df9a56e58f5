//! DNS messages, names and files of keys: nothing that comes in breaks anything, and names and nodes belong together.
#![no_main]

#[path = "../bodies/dns.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| body::run(octets));

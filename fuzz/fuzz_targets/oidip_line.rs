//! A request line of OID-IP as WHOIS brings it: what is echoed of it, and how it is refused.
#![no_main]

#[path = "../bodies/oidip_line.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|text: &str| body::run(text));

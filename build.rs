//! Compiles `proto/` with protox (no `protoc` needed) into Rust and a descriptor set for reflection.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message as _;

/// The public API, whose services and clients are generated.
const API: &[&str] = &[];
/// The stored forms, which have no services.
const STORED: &[&str] = &["oidra/journal/v1/envelope.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    if !API.is_empty() {
        let api = protox::compile(API, ["proto"])?;
        fs::write(out.join("oidra_descriptor.bin"), api.encode_to_vec())?;
        tonic_prost_build::configure().compile_fds(api)?;
    }
    let stored = protox::compile(STORED, ["proto"])?;
    tonic_prost_build::configure()
        .build_client(false)
        .build_server(false)
        .compile_fds(stored)?;
    Ok(())
}

//! Compiles `proto/` with protox (no `protoc` needed) into Rust and a descriptor set for reflection.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use prost::Message as _;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(env::var("OUT_DIR")?);

    // The public API: its services, its clients, and the descriptors that reflection and the coverage test read.
    let api = protox::compile(protos("proto/oidra/v1")?, ["proto"])?;
    fs::write(out.join("oidra_descriptor.bin"), api.encode_to_vec())?;
    tonic_prost_build::configure().bytes(".").compile_fds(api)?;

    // The stored forms have no services. A test compares their descriptors with the listing of what may not change.
    let stored = protox::compile(protos("proto/oidra/journal/v1")?, ["proto"])?;
    fs::write(out.join("stored_descriptor.bin"), stored.encode_to_vec())?;
    tonic_prost_build::configure()
        .build_client(false)
        .build_server(false)
        .compile_fds(stored)?;
    Ok(())
}

/// The `.proto` files of a folder, in the order of their names, as protox wants them: below the include path.
fn protos(folder: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            found.push(path.strip_prefix(Path::new("proto"))?.to_owned());
        }
    }
    found.sort();
    Ok(found)
}

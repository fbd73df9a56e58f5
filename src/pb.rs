//! Generated protobuf types; includes only.
//!
//! It must never hold code of its own: what the messages mean is said in `proto/`, and their mapping to the types of
//! the model stands in the rooms that use them.
#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::restriction)]

/// `oidra.v1`: the public API.
pub mod v1 {
    tonic::include_proto!("oidra.v1");
}

/// The descriptors of the public API, for reflection and for the test that covers every method.
pub const DESCRIPTORS: &[u8] = tonic::include_file_descriptor_set!("oidra_descriptor");

/// `oidra.journal`: the stored forms.
pub mod journal {
    /// The descriptors of the stored forms, for telling them as JSON.
    pub const DESCRIPTORS: &[u8] = tonic::include_file_descriptor_set!("stored_descriptor");

    /// `oidra.journal.v1`: the first stored form.
    pub mod v1 {
        tonic::include_proto!("oidra.journal.v1");
    }
}

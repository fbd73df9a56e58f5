//! Generated protobuf types; includes only.
//!
//! It must never hold code of its own: what the messages mean is said in `proto/`, and their mapping to the types of
//! the model stands in the rooms that use them.
#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::restriction)]

/// `oidra.journal`: the stored forms.
pub mod journal {
    /// `oidra.journal.v1`: the first stored form.
    pub mod v1 {
        tonic::include_proto!("oidra.journal.v1");
    }
}

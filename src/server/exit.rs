//! How `oidrad` ends: everything that can stop a start or a run, and the exit code of each (sysexits).

use std::{io, net::SocketAddr, path::PathBuf};

use crate::{
    config::ConfigError, journal::JournalError, register::OpenError, telemetry::logs::LogError,
};

use super::{authority::AuthorityError, data::DataError, transport::TlsError};

/// It could not be done.
pub const FAILED: u8 = 1;
/// What was typed cannot be understood.
pub const USAGE: u8 = 64;
/// The settings cannot be used.
pub const CONFIG: u8 = 78;

/// Why the server did not start or run.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The settings cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The authority file cannot be used.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The files of TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Logging cannot be set up.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The reference data that the program carries cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A socket cannot be bound.
    #[error("cannot listen on {address} (setting {setting}): {source}")]
    Bind {
        /// Which setting names the address.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A file or directory cannot be made, read or written.
    #[error("cannot {what} {}: {source}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A token file from an interrupted first start does not hold a token.
    #[error("{} holds no token, and the register is not founded yet: move the file away and start again", path.display())]
    TokenFile {
        /// The file.
        path: PathBuf,
    },
    /// The data directory holds no register.
    #[error("{} holds no register: a first `oidrad` founds one", path.display())]
    NoRegister {
        /// The data directory.
        path: PathBuf,
    },
    /// The register cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What was checked is not sound; what is wrong has been told.
    #[error("{0}")]
    Unsound(String),
    /// The register did not take what the start had to record, or could not be asked.
    #[error("{what}: {why}")]
    Register {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        why: String,
    },
    /// The machine does not give what is needed: threads, signals, randomness.
    #[error("{what}: {source}")]
    Machine {
        /// What was asked of it.
        what: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// The API stopped by itself.
    #[error("the API stopped: {0}")]
    Serving(String),
}

impl Failure {
    /// A setting that cannot be used.
    pub fn setting(key: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::Config(ConfigError::OutOfBounds { key, detail })
    }

    /// The exit code.
    pub const fn code(&self) -> u8 {
        match self {
            Self::Config(_)
            | Self::Authority(_)
            | Self::Tls(_)
            | Self::Log(_)
            | Self::Open(OpenError::OtherAuthority { .. }) => CONFIG,
            _ => FAILED,
        }
    }

    /// A file operation that failed, for `map_err`.
    pub fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { what, path, source }
    }
}

//! The settings that can be given on the command line. A flag wins over the environment and the file.
//!
//! Only what an operator changes between two starts has a flag; everything has a key in the file and a variable.

use std::{net::SocketAddr, path::PathBuf};

use super::{ClientAuth, LogFormat, Settings};

/// Settings as they were typed; `None` means as the lower layers say.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Flags {
    /// Read settings from this TOML file.
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Keep everything in this directory.
    #[arg(long, value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// Let the API listen here (port 0: the system chooses).
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Tell metrics and health here (port 0: the system chooses).
    #[arg(long, value_name = "ADDRESS")]
    pub metrics_listen: Option<SocketAddr>,
    /// Let plain text leave the machine.
    #[arg(long)]
    pub allow_plaintext: bool,
    /// Let this machine's administrator in by this socket.
    #[arg(long, value_name = "FILE")]
    pub admin_socket: Option<PathBuf>,
    /// Speak TLS with this certificate and those above it (PEM).
    #[arg(long, value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,
    /// The certificate's private key (PEM).
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// The authorities that certify clients (PEM).
    #[arg(long, value_name = "FILE")]
    pub tls_client_ca: Option<PathBuf>,
    /// Whether clients are asked for a certificate.
    #[arg(long, value_name = "WHETHER", value_enum)]
    pub tls_client_auth: Option<ClientAuth>,
    /// Found the register for the nodes of this file.
    #[arg(long, value_name = "FILE", global = true)]
    pub authority_file: Option<PathBuf>,
    /// How a log line looks.
    #[arg(long, value_name = "FORMAT", value_enum, global = true)]
    pub log_format: Option<LogFormat>,
    /// What is logged, for example `info,oidra::register=debug`.
    #[arg(long, value_name = "FILTER", global = true)]
    pub log_filter: Option<String>,
}

impl Flags {
    /// Lays the flags over `settings`.
    pub fn lay_over(&self, settings: &mut Settings) {
        fn lay<T: Clone>(flag: Option<&T>, place: &mut T) {
            if let Some(value) = flag {
                *place = value.clone();
            }
        }
        lay(self.data_dir.as_ref(), &mut settings.data_dir);
        lay(self.listen.as_ref(), &mut settings.listen);
        lay(self.metrics_listen.as_ref(), &mut settings.metrics.listen);
        lay(self.admin_socket.as_ref(), &mut settings.admin_socket);
        let tls = &mut settings.tls;
        lay(self.tls_certificate.as_ref(), &mut tls.certificate);
        lay(self.tls_key.as_ref(), &mut tls.key);
        lay(self.tls_client_ca.as_ref(), &mut tls.client_ca);
        lay(self.tls_client_auth.as_ref(), &mut tls.client_auth);
        lay(self.authority_file.as_ref(), &mut settings.authority.file);
        lay(self.log_format.as_ref(), &mut settings.log.format);
        lay(self.log_filter.as_ref(), &mut settings.log.filter);
        settings.allow_plaintext |= self.allow_plaintext;
    }
}

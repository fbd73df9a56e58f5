//! Who is at the other end of a connection, as the transport saw it: plain data, from sockets and certificates alone.
//!
//! What any of it is worth is decided elsewhere. A certificate stands here only when its chain was verified, a user id only
//! when the system vouched for it.

use core::net::{IpAddr, Ipv6Addr};

use crate::model::Timestamp;

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A host, by its address; IPv4 within IPv6 is IPv4.
    Address(IpAddr),
    /// A process on this machine, through the administration socket.
    Local,
}

impl Source {
    /// The network of a host of IPv6, of which one household or machine has all addresses (RFC 6177); any other source itself.
    #[must_use]
    pub fn neighbourhood(self) -> Self {
        match self {
            Self::Address(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                Self::Address(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
            other => other,
        }
    }
}

/// The other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Where it is.
    pub source: Source,
    /// The certificate that it proved to have.
    pub certificate: Option<ClientCertificate>,
    /// Its user, where it came through the administration socket and is root or the server's own user.
    pub local_uid: Option<u32>,
}

impl Peer {
    /// A peer of which nothing is known but where it is.
    pub const fn of(source: Source) -> Self {
        Self {
            source,
            certificate: None,
            local_uid: None,
        }
    }

    /// Whether it came over the network.
    pub const fn is_remote(&self) -> bool {
        matches!(self.source, Source::Address(_))
    }
}

/// What a client's certificate says. Its chain led to an authority that the operator trusts for clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The subject as RFC 4514 writes it, the most specific part first: `CN=registrar,O=Example`.
    pub subject: String,
    /// The DNS names among the subject's alternative names (RFC 5280 4.2.1.6).
    pub dns_names: Vec<String>,
    /// The URIs among them.
    pub uris: Vec<String>,
    /// The e-mail addresses among them.
    pub emails: Vec<String>,
    /// When it ends. A connection may outlive it.
    pub not_after: Timestamp,
    /// SHA-256 of the whole certificate.
    pub sha256: [u8; 32],
}

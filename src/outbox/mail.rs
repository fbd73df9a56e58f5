//! Handing letters in at a mail server (RFC 5321), plain or sealed (RFC 3207, RFC 8314).
//!
//! What a server says about one recipient is told from what it says about us: only the former settles a notice. It must never
//! show what a server said, which may quote an address.

use std::{fmt, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{Certificate, SmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};

use super::letter::Letter;

/// How what is sent is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// Not at all.
    None,
    /// Begun in plain text and then sealed; where the server cannot, nothing is sent.
    StartTls,
    /// From the first byte.
    Tls,
}

/// Where letters are handed in.
pub struct Carrier {
    host: String,
    port: u16,
    seal: Seal,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    from: Address,
    hello: ClientId,
    timeout: Duration,
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Carrier({}:{})", self.host, self.port)
    }
}

/// What a carrier is made of.
#[derive(Clone, Debug)]
pub struct Server {
    /// The server's name; its certificate must be for it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How what is sent is sealed.
    pub seal: Seal,
    /// The authority that certified it, as PEM, where that is not one of the system's.
    pub ca: Option<Vec<u8>>,
    /// Name and password, where it wants them.
    pub credentials: Option<(String, String)>,
    /// Who sends, as the server knows it.
    pub from: Address,
    /// How long one step may take.
    pub timeout: Duration,
}

/// Why a carrier cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CarrierError(String);

/// What came of handing a letter in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// The server took it.
    Taken,
    /// The server refused it for good, with this reply code.
    Refused(u16),
    /// The server will not take this one now.
    Later,
    /// The server cannot be reached, or takes nothing from us.
    Away(Away),
}

/// Why nothing can be handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// No connection, or it ended.
    Connection,
    /// It took too long.
    Timeout,
    /// The seal could not be made.
    Tls,
    /// It does not take our name and password, or not without them.
    Authentication,
    /// It refuses us as a sender.
    Sender,
}

impl Away {
    /// The lower-case word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Timeout => "timeout",
            Self::Tls => "tls",
            Self::Authentication => "authentication",
            Self::Sender => "sender",
        }
    }
}

impl Carrier {
    /// The way to a server. Connects to nothing.
    pub fn new(server: Server) -> Result<Self, CarrierError> {
        let wrong = |why: &dyn fmt::Display| CarrierError(why.to_string());
        let tls = match server.seal {
            Seal::None => None,
            Seal::StartTls | Seal::Tls => {
                let mut parameters = TlsParameters::builder(server.host.clone());
                if let Some(pem) = &server.ca {
                    let ca = Certificate::from_pem(pem).map_err(|why| wrong(&why))?;
                    parameters = parameters.add_root_certificate(ca);
                }
                Some(parameters.build().map_err(|why| wrong(&why))?)
            }
        };
        Ok(Self {
            hello: ClientId::Domain(server.from.domain().to_owned()),
            host: server.host,
            port: server.port,
            seal: server.seal,
            tls,
            credentials: server
                .credentials
                .map(|(name, password)| Credentials::new(name, password)),
            from: server.from,
            timeout: server.timeout,
        })
    }

    /// Hands a letter in. Blocks for as long as that takes.
    pub fn carry(&self, letter: &Letter) -> Carried {
        let mut server = match self.connected() {
            Ok(server) => server,
            Err(away) => return Carried::Away(away),
        };
        let carried = self.handed_in(&mut server, letter);
        // It was said what became of the letter; how the server takes leave changes nothing.
        drop(server.quit());
        carried
    }

    /// A connection on which mail can be handed in.
    fn connected(&self) -> Result<SmtpConnection, Away> {
        let wrapped = self.tls.as_ref().filter(|_| self.seal == Seal::Tls);
        let at = (self.host.as_str(), self.port);
        let server = SmtpConnection::connect(at, Some(self.timeout), &self.hello, wrapped, None);
        let mut server = server.map_err(|error| away(&error))?;
        if let Some(tls) = self.tls.as_ref().filter(|_| self.seal == Seal::StartTls) {
            if !server.can_starttls() {
                return Err(Away::Tls);
            }
            let sealed = server.starttls(tls, &self.hello);
            sealed.map_err(|error| away(&error))?;
        }
        if let Some(credentials) = &self.credentials {
            let by = [Mechanism::Plain, Mechanism::Login];
            let known = server.auth(&by, credentials);
            known.map_err(|error| match away(&error) {
                Away::Connection if !error.is_transient() => Away::Authentication,
                why => why,
            })?;
        }
        Ok(server)
    }

    fn handed_in(&self, server: &mut SmtpConnection, letter: &Letter) -> Carried {
        if let Err(error) = server.command(Mail::new(Some(self.from.clone()), Vec::new())) {
            return Carried::Away(match away(&error) {
                Away::Connection if error.is_permanent() => Away::Sender,
                why => why,
            });
        }
        let steps = server
            .command(Rcpt::new(letter.to.clone(), Vec::new()))
            .and_then(|_| server.command(Data))
            .and_then(|_| server.message(&letter.octets));
        match steps {
            Ok(_) => Carried::Taken,
            Err(error) if error.is_permanent() => {
                Carried::Refused(error.status().map_or(0, u16::from))
            }
            Err(error) if error.is_transient() => Carried::Later,
            Err(error) => Carried::Away(away(&error)),
        }
    }
}

/// Why a step failed, without the server's words.
fn away(error: &Error) -> Away {
    if error.is_timeout() {
        Away::Timeout
    } else if error.is_tls() {
        Away::Tls
    } else {
        Away::Connection
    }
}

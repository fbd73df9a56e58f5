//! The address of a service, the way to it, and what is read from it by WHOIS (RFC 3912).
//!
//! A name is looked up once and what was looked up is connected to, so that what was checked is what is spoken to. A register
//! elsewhere must never lead to this machine: who asks for it may reach more here than the register may.

use std::{net::IpAddr, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, lookup_host},
};

use super::HOP_BYTES_MAX;

/// How long a connection may take.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
/// Most addresses of one name that are tried.
const ADDRESSES_MAX: usize = 4;

/// A service of OID-IP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// Over HTTP, below this address, which ends with a solidus.
    Http(String),
    /// By WHOIS.
    Whois {
        /// The host's name or address.
        host: String,
        /// The port.
        port: u16,
    },
}

impl Service {
    /// The service of an address as answers name it; none where it is no such address.
    pub(super) fn of_address(address: &str) -> Option<Self> {
        let lower = address.to_ascii_lowercase();
        if lower.starts_with("http://") || lower.starts_with("https://") {
            let end = if address.ends_with('/') { "" } else { "/" };
            return Some(Self::Http(format!("{address}{end}")));
        }
        let rest = lower.strip_prefix("whois://").unwrap_or(&lower);
        let rest = rest.trim_end_matches('/');
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            _ => (rest, 43),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let plain = |c: char| c.is_alphanumeric() || ".-_:".contains(c);
        let named = !host.is_empty() && host.chars().all(plain) && port > 0;
        named.then(|| Self::Whois {
            host: host.to_owned(),
            port,
        })
    }

    /// What tells it from others.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Http(base) => base.to_ascii_lowercase(),
            Self::Whois { host, port } => format!("{host} {port}"),
        }
    }
}

/// Where somebody is who leads on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Near {
    /// On this machine, which may lead to others on it.
    Here,
    /// Elsewhere.
    Elsewhere,
}

/// Connects to a host; tells where it is.
pub(super) async fn connect(
    host: &str,
    port: u16,
    near: Near,
) -> Result<(TcpStream, Near), String> {
    let found = lookup_host((host, port)).await;
    let found = found.map_err(|why| format!("the host cannot be found: {why}"))?;
    let mut last = "the host has no address".to_owned();
    for address in found.take(ADDRESSES_MAX) {
        let own = is_own(address.ip());
        if own && near == Near::Elsewhere {
            "a register elsewhere leads to this machine, which is not followed"
                .clone_into(&mut last);
            continue;
        }
        let connected = tokio::time::timeout(CONNECT_TIME_MAX, TcpStream::connect(address)).await;
        match connected {
            Ok(Ok(stream)) => {
                let next = if own { Near::Here } else { Near::Elsewhere };
                return Ok((stream, next));
            }
            Ok(Err(why)) => last = format!("no connection: {why}"),
            Err(_) => "no connection in time".clone_into(&mut last),
        }
    }
    Err(last)
}

/// Whether an address is this machine's, or good on its own wire only.
fn is_own(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(one) => one.is_loopback() || one.is_unspecified() || one.is_link_local(),
        IpAddr::V6(one) => one.is_loopback() || one.is_unspecified() || one.is_unicast_link_local(),
    }
}

/// Asks a WHOIS service.
pub(super) async fn whois(
    host: &str,
    port: u16,
    oid: &str,
    near: Near,
) -> Result<(Vec<u8>, Near), String> {
    let (mut stream, next) = connect(host, port, near).await?;
    let asked = stream.write_all(format!("oid:{oid}\r\n").as_bytes()).await;
    asked.map_err(|why| format!("it does not listen: {why}"))?;
    Ok((read(&mut stream).await?, next))
}

/// Reads to the end, up to the bound.
async fn read(from: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, String> {
    let mut octets = Vec::new();
    let most = u64::try_from(HOP_BYTES_MAX).unwrap_or(u64::MAX);
    let read = from
        .take(most.saturating_add(1))
        .read_to_end(&mut octets)
        .await;
    read.map_err(|why| format!("it broke off: {why}"))?;
    if octets.len() > HOP_BYTES_MAX {
        return Err(format!("an answer of more than {HOP_BYTES_MAX} bytes"));
    }
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_answers_write_them() {
        let whois = |host: &str, port| {
            let host = host.to_owned();
            Some(Service::Whois { host, port })
        };
        let http = |base: &str| Some(Service::Http(base.to_owned()));
        for (address, expect) in [
            ("https://a.example/oidip", http("https://a.example/oidip/")),
            ("HTTP://a.example/", http("HTTP://a.example/")),
            ("a.example:4343", whois("a.example", 4343)),
            ("A.example", whois("a.example", 43)),
            ("whois://a.example/", whois("a.example", 43)),
            ("[2001:db8::1]:43", whois("2001:db8::1", 43)),
            ("[2001:db8::1]", whois("2001:db8::1", 43)),
            ("ftp://a.example/", None),
            ("a.example:99999", None),
            ("a.example:0", None),
            ("a.example/x", None),
            ("a\r\nb", None),
            ("", None),
        ] {
            assert_eq!(Service::of_address(address), expect, "{address}");
        }
    }

    #[test]
    fn what_is_this_machines_is_known() {
        for own in [
            "127.0.0.1",
            "127.9.9.9",
            "::1",
            "0.0.0.0",
            "::",
            "169.254.169.254",
            "fe80::1",
            "::ffff:127.0.0.1",
        ] {
            assert!(is_own(own.parse().unwrap()), "{own}");
        }
        for other in ["192.0.2.1", "10.0.0.1", "2001:db8::1", "fec0::1"] {
            assert!(!is_own(other.parse().unwrap()), "{other}");
        }
    }

    #[tokio::test]
    async fn one_elsewhere_leads_nowhere_here() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in ["127.0.0.1", "localhost"] {
            let refused = connect(host, port, Near::Elsewhere).await.unwrap_err();
            assert!(refused.contains("this machine"), "{refused}");
        }
        let (_, next) = connect("127.0.0.1", port, Near::Here).await.unwrap();
        assert_eq!(next, Near::Here);
    }

    #[tokio::test]
    async fn one_byte_past_the_bound_is_no_answer() {
        let octets = vec![b'%'; HOP_BYTES_MAX + 1];
        let (most, more) = (&octets[1..], &octets[..]);
        assert!(read(&mut { most }).await.is_ok());
        assert!(read(&mut { more }).await.is_err());
    }
}

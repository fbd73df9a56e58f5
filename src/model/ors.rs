//! How the domain name system finds an ORS zone that somebody else serves (X.672 6.3): its name servers, and the keys that
//! sign it.
//!
//! Both are read from the form in which operators of zones hand them over. It must never hold a name that the domain name
//! system cannot carry.

use std::{fmt, net::IpAddr, str::FromStr};

/// Most name servers of one zone.
pub const NAME_SERVERS_MAX: usize = 16;
/// Most addresses told of one name server.
pub const SERVER_ADDRESSES_MAX: usize = 8;
/// Most delegation signers of one zone.
pub const SIGNERS_MAX: usize = 8;
/// Most octets of a delegation signer's digest: those of the longest hash in use (SHA-384) fit.
pub const DIGEST_BYTES_MAX: usize = 64;
/// Most characters of a host's name (RFC 1035 2.3.4, without the final dot).
pub const HOST_CHARS_MAX: usize = 253;
/// Most characters of a label (RFC 1035 2.3.4).
const LABEL_CHARS_MAX: usize = 63;

/// A name server: its name, and its addresses where its name lies within the zone that it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameServer {
    name: String,
    addresses: Vec<IpAddr>,
}

/// Why a text is no name server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a host such as ns1.example.org, with at most {SERVER_ADDRESSES_MAX} addresses behind it where it lies in the zone \
     itself"
)]
pub struct NameServerError;

impl NameServer {
    /// The name, in small letters, without a dot at the end.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The addresses.
    pub fn addresses(&self) -> &[IpAddr] {
        &self.addresses
    }
}

impl FromStr for NameServer {
    type Err = NameServerError;

    fn from_str(text: &str) -> Result<Self, NameServerError> {
        let mut words = text.split_whitespace();
        let name = words
            .next()
            .unwrap_or_default()
            .trim_end_matches('.')
            .to_lowercase();
        let labels = name.split('.');
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let fits =
            |label: &str| (1..=LABEL_CHARS_MAX).contains(&label.len()) && label.chars().all(plain);
        // A host has a domain, and a name of numbers alone is an address.
        let whole = labels.clone().count() > 1 && labels.clone().all(fits);
        let number = labels
            .clone()
            .all(|label| label.bytes().all(|b| b.is_ascii_digit()));
        if name.len() > HOST_CHARS_MAX || !whole || number {
            return Err(NameServerError);
        }
        let addresses = words.map(|word| word.parse().map_err(|_| NameServerError));
        let addresses: Vec<IpAddr> = addresses.collect::<Result<_, _>>()?;
        if addresses.len() > SERVER_ADDRESSES_MAX {
            return Err(NameServerError);
        }
        Ok(Self { name, addresses })
    }
}

impl fmt::Display for NameServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.addresses
            .iter()
            .try_for_each(|address| write!(f, " {address}"))
    }
}

/// A delegation signer: what vouches for a key of the zone (RFC 4034 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegationSigner {
    /// Which key, about (RFC 4034 Appendix B).
    pub key_tag: u16,
    /// The key's algorithm.
    pub algorithm: u8,
    /// The digest's algorithm.
    pub digest_type: u8,
    /// The digest.
    digest: Vec<u8>,
}

/// Why a text is no delegation signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be key tag, algorithm, digest type and digest as in a DS record, for example 12345 15 2 0123abcd… (RFC 4034 5.3)"
)]
pub struct DelegationSignerError;

impl DelegationSigner {
    /// The digest.
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }
}

impl FromStr for DelegationSigner {
    type Err = DelegationSignerError;

    fn from_str(text: &str) -> Result<Self, DelegationSignerError> {
        let mut words = text.split_whitespace();
        let mut word = || words.next().ok_or(DelegationSignerError);
        let number = |word: &str| word.parse().map_err(|_| DelegationSignerError);
        let key_tag = word()?.parse().map_err(|_| DelegationSignerError)?;
        let (algorithm, digest_type) = (number(word()?)?, number(word()?)?);
        // The digest may stand in several words.
        let digest: String = words.collect();
        let digest = hex::decode(digest).map_err(|_| DelegationSignerError)?;
        let expected = match digest_type {
            2 => 32,
            4 => 48,
            _ => digest.len(),
        };
        let fits = (1..=DIGEST_BYTES_MAX).contains(&digest.len()) && digest.len() == expected;
        // Algorithm 0 asks for a key to be deleted (RFC 8078), and SHA-1 vouches for nothing any more (RFC 8624).
        if !fits || algorithm == 0 || digest_type < 2 {
            return Err(DelegationSignerError);
        }
        Ok(Self {
            key_tag,
            algorithm,
            digest_type,
            digest,
        })
    }
}

impl fmt::Display for DelegationSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = hex::encode(&self.digest);
        write!(
            f,
            "{} {} {} {digest}",
            self.key_tag, self.algorithm, self.digest_type
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_hosts_with_addresses_behind_them() {
        let check = |text: &str, expect: Option<&str>| {
            let got = text
                .parse::<NameServer>()
                .ok()
                .map(|server| server.to_string());
            assert_eq!(got.as_deref(), expect, "{text}");
        };
        check("NS1.Example.org.", Some("ns1.example.org"));
        check(
            " a.b  192.0.2.1 2001:DB8::1 ",
            Some("a.b 192.0.2.1 2001:db8::1"),
        );
        for bad in [
            "",
            "ns1",
            "192.0.2.1",
            "a..b",
            "a b.c",
            "a.b x",
            "https://a.b",
            "ä.b",
            "*.b",
        ] {
            check(bad, None);
        }
        let label = |chars: usize| format!("{}.b", "a".repeat(chars));
        check(&label(LABEL_CHARS_MAX), Some(&label(LABEL_CHARS_MAX)));
        check(&label(LABEL_CHARS_MAX + 1), None);
        let mut long = "a.".repeat(HOST_CHARS_MAX / 2) + "b";
        assert_eq!(long.len(), HOST_CHARS_MAX);
        check(&long, Some(&long));
        long.push('b');
        check(&long, None);
        let addresses = |count: usize| format!("a.b{}", " 192.0.2.1".repeat(count));
        check(
            &addresses(SERVER_ADDRESSES_MAX),
            Some(&addresses(SERVER_ADDRESSES_MAX)),
        );
        check(&addresses(SERVER_ADDRESSES_MAX + 1), None);
    }

    #[test]
    fn signers_are_those_of_a_record() {
        let digest = "ab".repeat(32);
        let check = |text: String, expect: bool| {
            assert_eq!(text.parse::<DelegationSigner>().is_ok(), expect, "{text}");
        };
        let text = format!("12345 15 2 {digest}");
        assert_eq!(text.parse::<DelegationSigner>().unwrap().to_string(), text);
        check(
            format!("1 15 2 {} {}", "ab".repeat(20), "ab".repeat(12)),
            true,
        );
        check(format!("1 15 9 {}", "ab".repeat(DIGEST_BYTES_MAX)), true);
        check(
            format!("1 15 9 {}", "ab".repeat(DIGEST_BYTES_MAX + 1)),
            false,
        );
        for bad in [
            "1 15 2",
            "1 15 2 ab",
            "65536 15 9 ab",
            "1 0 9 ab",
            "1 15 1 ab",
            "1 15 9 xy",
            "",
        ] {
            check(bad.to_owned(), false);
        }
    }
}

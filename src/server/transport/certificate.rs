//! What a client's certificate says, read once when its handshake is over (RFC 5280, RFC 4514).
//!
//! It must never judge: the chain was verified before, and what the names are worth is decided elsewhere.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use x509_parser::{
    asn1_rs::ToDer as _,
    extensions::GeneralName,
    prelude::{AttributeTypeAndValue, FromDer as _, X509Certificate, X509Name},
};

use crate::{access::ClientCertificate, model::Timestamp};

/// The types of attributes that RFC 4514 gives a word; every other is written as its number, its value in hexadecimal.
const WORDS: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.6", "C"),
    ("2.5.4.9", "STREET"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("0.9.2342.19200300.100.1.1", "UID"),
];
const MICROS_PER_SECOND: i64 = 1_000_000;

/// What the certificate says, or nothing where it is none that can be read.
pub fn read(der: &[u8]) -> Option<ClientCertificate> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let mut read = ClientCertificate {
        subject: subject(certificate.subject()),
        dns_names: Vec::new(),
        uris: Vec::new(),
        emails: Vec::new(),
        not_after: not_after(&certificate),
        sha256: Sha256::digest(der).into(),
    };
    let names = certificate.subject_alternative_name().ok()?;
    for name in names.iter().flat_map(|names| &names.value.general_names) {
        match name {
            GeneralName::DNSName(name) => read.dns_names.push((*name).to_owned()),
            GeneralName::URI(uri) => read.uris.push((*uri).to_owned()),
            GeneralName::RFC822Name(email) => read.emails.push((*email).to_owned()),
            _ => {}
        }
    }
    Some(read)
}

/// When a certificate ends.
pub fn end(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(not_after(&certificate))
}

fn not_after(certificate: &X509Certificate<'_>) -> Timestamp {
    let seconds = certificate.validity().not_after.timestamp();
    Timestamp::from_micros(seconds.saturating_mul(MICROS_PER_SECOND))
}

/// RFC 4514 2: the last part first, `,` between parts, `+` between the attributes of one.
fn subject(name: &X509Name<'_>) -> String {
    let parts: Vec<_> = name.iter_rdn().collect();
    let part = |part: &&x509_parser::x509::RelativeDistinguishedName<'_>| {
        let attributes: Vec<_> = part.iter().map(attribute).collect();
        attributes.join("+")
    };
    let parts: Vec<_> = parts.iter().rev().map(part).collect();
    parts.join(",")
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let number = attribute.attr_type().to_id_string();
    let word = WORDS.iter().find(|(known, _)| *known == number);
    match (word, attribute.as_str()) {
        (Some((_, word)), Ok(value)) => format!("{word}={}", escaped(value)),
        (word, _) => {
            let kind = word.map_or(number.as_str(), |(_, word)| word);
            let value = attribute.attr_value().to_der_vec().unwrap_or_default();
            format!("{kind}=#{}", hex::encode(value))
        }
    }
}

/// RFC 4514 2.4.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (at, c) in value.chars().enumerate() {
        let at_an_end = (at == 0 && matches!(c, ' ' | '#')) || (at == last && c == ' ');
        if c.is_ascii_control() {
            // Writing to a string cannot fail.
            write!(text, "\\{:02X}", u32::from(c)).ok();
            continue;
        }
        if at_an_end || "\"+,;<>\\".contains(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, DnValue, KeyPair, SanType};

    fn made(set: impl FnOnce(&mut CertificateParams)) -> ClientCertificate {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.not_after = rcgen::date_time_ymd(2040, 1, 2);
        set(&mut params);
        let key = KeyPair::generate().unwrap();
        read(params.self_signed(&key).unwrap().der()).unwrap()
    }

    #[test]
    fn a_subject_is_written_as_rfc_4514_says() {
        let subject = made(|params| {
            let name = &mut params.distinguished_name;
            name.push(DnType::CountryName, "TZ");
            name.push(DnType::OrganizationName, "A, B + C");
            name.push(
                DnType::CustomDnType(vec![2, 5, 4, 5]),
                DnValue::Utf8String("7".to_owned()),
            );
            name.push(DnType::CommonName, "#Zoë \n");
        })
        .subject;
        assert_eq!(
            subject,
            "CN=\\#Zoë \\0A,2.5.4.5=#0c0137,O=A\\, B \\+ C,C=TZ"
        );
        assert_eq!(escaped(" a "), "\\ a\\ ");
        assert_eq!(made(|_| {}).subject, "");
    }

    #[test]
    fn alternative_names_are_told_apart() {
        let read = made(|params| {
            params.subject_alt_names = vec![
                SanType::DnsName("a.example".try_into().unwrap()),
                SanType::URI("spiffe://example/a".try_into().unwrap()),
                SanType::Rfc822Name("a@example".try_into().unwrap()),
                SanType::IpAddress([127, 0, 0, 1].into()),
            ];
        });
        assert_eq!(read.dns_names, ["a.example"]);
        assert_eq!(read.uris, ["spiffe://example/a"]);
        assert_eq!(read.emails, ["a@example"]);
        assert_eq!(read.not_after.to_string(), "2040-01-02T00:00:00Z");
    }

    #[test]
    fn what_is_no_certificate_says_nothing() {
        assert_eq!(read(b"\x30\x03\x02\x01\x01"), None);
        assert_eq!(read(b""), None);
        assert_eq!(end(b"no"), None);
    }
}

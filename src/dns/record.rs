//! Names and sets of resource records, in the form in which they are signed (RFC 4034 6).
//!
//! Names here are in small letters, data is uncompressed and in canonical order, so that whoever signs and whoever sends
//! need no second look. It must never hold a name or a character string that the wire cannot carry (RFC 1035 2.3.4).

use std::net::IpAddr;

use domain::base::{Name, iana::Rtype};

/// A whole name, in small letters.
pub type Fqdn = Name<Vec<u8>>;

/// Most octets of a label (RFC 1035 2.3.4).
pub const LABEL_OCTETS_MAX: usize = 63;
/// Most octets of a name, its length octets and the root included (RFC 1035 2.3.4).
pub const NAME_OCTETS_MAX: usize = 255;
/// Most octets of a character string (RFC 1035 3.3).
pub const STRING_OCTETS_MAX: usize = 255;

/// The records of one name and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rrset {
    /// The name.
    pub owner: Fqdn,
    /// The type.
    pub rtype: Rtype,
    /// How long it may be kept, in seconds.
    pub ttl: u32,
    /// The data of each record, in canonical order, each once.
    pub data: Vec<Vec<u8>>,
}

impl Rrset {
    /// The set of these data; `None` where there are none.
    pub fn of(owner: &Fqdn, rtype: Rtype, ttl: u32, mut data: Vec<Vec<u8>>) -> Option<Self> {
        data.sort_unstable();
        data.dedup();
        let owner = owner.clone();
        (!data.is_empty()).then_some(Self {
            owner,
            rtype,
            ttl,
            data,
        })
    }

    /// A set of one record.
    pub fn one(owner: &Fqdn, rtype: Rtype, ttl: u32, data: Vec<u8>) -> Self {
        Self {
            owner: owner.clone(),
            rtype,
            ttl,
            data: vec![data],
        }
    }
}

/// The name `label.superior`, in small letters; `None` where the wire cannot carry it.
pub fn below(label: &[u8], superior: &Fqdn) -> Option<Fqdn> {
    let length = u8::try_from(label.len()).ok()?;
    if !(1..=LABEL_OCTETS_MAX).contains(&label.len()) {
        return None;
    }
    if 1 + label.len() + superior.len() > NAME_OCTETS_MAX {
        return None;
    }
    let mut octets = Vec::with_capacity(1 + label.len() + superior.len());
    octets.push(length);
    octets.extend(label.iter().map(u8::to_ascii_lowercase));
    octets.extend_from_slice(superior.as_slice());
    Fqdn::from_octets(octets).ok()
}

/// A name as people write it, in small letters; a dot at the end may be missing.
pub fn parse_name(text: &str) -> Option<Fqdn> {
    let mut name = Fqdn::vec_from_str(text).ok()?;
    name.make_canonical();
    Some(name)
}

/// The data of an NAPTR record that ends the search with a value (RFC 3403 4.1, flag `u`); `None` where the value does not
/// fit into a character string.
pub fn naptr(order: u16, preference: u16, service: &str, value: &str) -> Option<Vec<u8>> {
    let regexp = substitution(value)?;
    let mut data = Vec::with_capacity(16 + service.len() + regexp.len());
    data.extend(order.to_be_bytes());
    data.extend(preference.to_be_bytes());
    for text in ["u", service, &regexp] {
        data.push(u8::try_from(text.len()).ok()?);
        data.extend(text.as_bytes());
    }
    // The replacement is the root where a regular expression stands (RFC 3403 4.1).
    data.push(0);
    Some(data)
}

/// The expression that takes anything and gives `value` (RFC 3402 3.2): `!^.*$!value!`, with another mark where the value
/// has that one.
fn substitution(value: &str) -> Option<String> {
    let mark = ['!', '|', '#'].into_iter().find(|c| !value.contains(*c))?;
    // A backslash would be taken for a reference into the expression.
    if !value.is_ascii() || value.contains(|c: char| c == '\\' || c.is_ascii_control()) {
        return None;
    }
    let text = format!("{mark}^.*${mark}{value}{mark}");
    (text.len() <= STRING_OCTETS_MAX).then_some(text)
}

/// The data of an SOA record (RFC 1035 3.3.13): server, mailbox, then serial, refresh, retry, expire and minimum.
pub fn soa(server: &Fqdn, mailbox: &Fqdn, numbers: [u32; 5]) -> Vec<u8> {
    let mut data = server.as_slice().to_vec();
    data.extend_from_slice(mailbox.as_slice());
    for number in numbers {
        data.extend(number.to_be_bytes());
    }
    data
}

/// The data of an address record, and its type.
pub fn address(address: &IpAddr) -> (Rtype, Vec<u8>) {
    match address {
        IpAddr::V4(address) => (Rtype::A, address.octets().to_vec()),
        IpAddr::V6(address) => (Rtype::AAAA, address.octets().to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_as_long_as_the_wire_allows() {
        let apex = parse_name("Example.").unwrap();
        assert_eq!(apex.to_string(), "example");
        let mut name = apex;
        while let Some(longer) = below(b"a", &name) {
            name = longer;
        }
        assert!(name.len() <= NAME_OCTETS_MAX && name.len() + 2 > NAME_OCTETS_MAX);
        let apex = parse_name("x").unwrap();
        assert!(below(&[b'7'; LABEL_OCTETS_MAX], &apex).is_some());
        assert!(below(&[b'7'; LABEL_OCTETS_MAX + 1], &apex).is_none());
        assert!(below(b"", &apex).is_none());
    }

    #[test]
    fn a_value_that_no_string_holds_is_left_out() {
        let around = "!^.*$!!".len();
        let fits = "u".repeat(STRING_OCTETS_MAX - around);
        assert!(naptr(1, 1, "ORS+RINF", &fits).is_some());
        assert!(naptr(1, 1, "ORS+RINF", &format!("{fits}u")).is_none());
        assert!(naptr(1, 1, "ORS+RINF", "a\\1").is_none());
        let marked = naptr(1, 1, "ORS+RINF", "https://x/!").unwrap();
        assert!(String::from_utf8_lossy(&marked).contains("|^.*$|https://x/!|"));
    }
}

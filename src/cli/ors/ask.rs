//! One question to a resolver: over UDP, again over TCP where the answer was cut.
//!
//! It validates nothing: whether an answer is authentic is told by the resolver (the AD bit, RFC 4035 3.2.3), which must be
//! trusted and reached by a path that can be. It must never take an answer to another question for its own.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use domain::base::iana::{Rcode, Rtype};
use domain::base::name::ToName as _;
use domain::base::{Message, MessageBuilder, Name};
use domain::rdata::Naptr;

/// Octets of an answer that are taken over UDP.
const UDP_BYTES: u16 = 1_232;
/// How often a question is asked over UDP before it is given up.
const TRIES: u32 = 2;

/// A fact of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The order; the lowest is meant first.
    pub order: u16,
    /// The preference among those of one order.
    pub preference: u16,
    /// The service, as it stands.
    pub service: String,
    /// The flags, as they stand.
    pub flags: String,
    /// The expression, as it stands.
    pub regexp: String,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The response code.
    pub rcode: Rcode,
    /// Whether the resolver calls it authentic.
    pub authentic: bool,
    /// The name that it is about, after every alias.
    pub about: String,
    /// The NAPTR records.
    pub facts: Vec<Fact>,
}

/// Asks for the NAPTR records of a name; `unchecked` wants them even where the resolver finds them forged.
pub fn naptr(
    resolver: SocketAddr,
    name: &str,
    unchecked: bool,
    patience: Duration,
) -> io::Result<Answer> {
    let id = fresh_id()?;
    let query = query(id, name, unchecked)?;
    let response = over_udp(resolver, &query, patience / TRIES)?;
    let response = match Message::from_octets(response.as_slice()) {
        Ok(message) if message.header().tc() => over_tcp(resolver, &query, patience)?,
        _ => response,
    };
    read(&response).ok_or_else(|| io::Error::other("the resolver's answer cannot be read"))
}

fn fresh_id() -> io::Result<u16> {
    let mut octets = [0; 2];
    getrandom::fill(&mut octets).map_err(|why| io::Error::other(why.to_string()))?;
    Ok(u16::from_be_bytes(octets))
}

fn query(id: u16, name: &str, unchecked: bool) -> io::Result<Vec<u8>> {
    let odd = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_owned());
    let name = Name::vec_from_str(name).map_err(|_| odd("no domain name"))?;
    let mut message = MessageBuilder::new_vec();
    let header = message.header_mut();
    header.set_id(id);
    header.set_rd(true);
    header.set_ad(true);
    header.set_cd(unchecked);
    let mut message = message.question();
    message
        .push((&name, Rtype::NAPTR))
        .map_err(|_| odd("no question"))?;
    let mut message = message.additional();
    let opt = message.opt(|opt| {
        opt.set_udp_payload_size(UDP_BYTES);
        opt.set_dnssec_ok(true);
        Ok(())
    });
    opt.map_err(|_| odd("no question"))?;
    Ok(message.finish())
}

fn answers(query: &[u8], response: &[u8]) -> bool {
    let both = Message::from_octets(query)
        .ok()
        .zip(Message::from_octets(response).ok());
    both.is_some_and(|(query, response)| response.is_answer(&query))
}

fn over_udp(resolver: SocketAddr, query: &[u8], patience: Duration) -> io::Result<Vec<u8>> {
    let any: SocketAddr = match resolver {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(resolver)?;
    let mut octets = vec![0; usize::from(u16::MAX)];
    let silent = || io::Error::new(io::ErrorKind::TimedOut, "no answer in time");
    for _ in 0..TRIES {
        socket.send(query)?;
        let until = Instant::now() + patience;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            socket.set_read_timeout(Some(left))?;
            match socket.recv(&mut octets) {
                Ok(length) => {
                    let response = octets.get(..length).unwrap_or_default();
                    if answers(query, response) {
                        return Ok(response.to_vec());
                    }
                }
                Err(why)
                    if matches!(
                        why.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) => {}
                Err(why) => return Err(why),
            }
        }
    }
    Err(silent())
}

fn over_tcp(resolver: SocketAddr, query: &[u8], patience: Duration) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&resolver, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    let length = u16::try_from(query.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut framed = length.to_be_bytes().to_vec();
    framed.extend_from_slice(query);
    stream.write_all(&framed)?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut response = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut response)?;
    if answers(query, &response) {
        return Ok(response);
    }
    Err(io::Error::other("the resolver answered another question"))
}

fn read(response: &[u8]) -> Option<Answer> {
    let message = Message::from_octets(response).ok()?;
    let header = message.header();
    // An alias from which the records hang is followed within the answer.
    let about = message.canonical_name()?;
    let mut facts = Vec::new();
    for record in message.answer().ok()?.limit_to::<Naptr<_, _>>() {
        let record = record.ok()?;
        if !record.owner().name_eq(&about) {
            continue;
        }
        let data = record.data();
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        facts.push(Fact {
            order: data.order(),
            preference: data.preference(),
            service: text(data.services().as_slice()),
            flags: text(data.flags().as_slice()),
            regexp: text(data.regexp().as_slice()),
        });
    }
    Some(Answer {
        rcode: header.rcode(),
        authentic: header.ad(),
        about: about.to_string(),
        facts,
    })
}

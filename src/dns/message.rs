//! Queries and responses on the wire (RFC 1035 4, RFC 6891), without what is particular to a transport.
//!
//! A query is taken apart once, here. It must never give back more of a query than its header and question.

use domain::base::iana::{Class, Opcode, Rcode, Rtype};
use domain::base::message_builder::{AdditionalBuilder, StaticCompressor};
use domain::base::name::ToName as _;
use domain::base::opt::{Cookie, Opt, OptRecord};
use domain::base::rdata::UnknownRecordData;
use domain::base::{Message, MessageBuilder, RecordSectionBuilder};

use super::answer::Answer;
use super::record::{Fqdn, Rrset};

/// Octets of a message's header.
const HEADER_BYTES: usize = 12;
/// Octets that any requestor takes over UDP (RFC 1035 4.2.1).
pub const PLAIN_UDP_BYTES: u16 = 512;

/// A query.
#[derive(Clone, Debug)]
pub struct Query {
    /// What is asked, in small letters.
    pub name: Fqdn,
    /// The type asked for.
    pub rtype: Rtype,
    /// The class asked in.
    pub class: Class,
    /// What an OPT record says, where there is one.
    pub edns: Option<Edns>,
    /// Whether it carries a TSIG record.
    pub signed: bool,
    /// Octets of the question section.
    question_bytes: usize,
}

/// What an OPT record says.
#[derive(Clone, Debug)]
pub struct Edns {
    /// The version; ours is 0.
    pub version: u8,
    /// Octets that the requestor takes over UDP.
    pub udp_bytes: u16,
    /// Whether signatures are wanted (DO).
    pub signatures: bool,
    /// The requestor's cookie.
    pub cookie: Option<Cookie>,
}

/// What cannot be answered as a query, and how it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd {
    /// Not at all: it is no message, or a response.
    Silence,
    /// With this code.
    Code(Rcode),
}

impl Query {
    /// Takes a message apart.
    pub fn parse(octets: &[u8]) -> Result<Self, Odd> {
        let message = Message::from_octets(octets).map_err(|_| Odd::Silence)?;
        let header = message.header();
        if header.qr() {
            return Err(Odd::Silence);
        }
        if header.opcode() != Opcode::QUERY {
            return Err(Odd::Code(Rcode::NOTIMP));
        }
        let malformed = Odd::Code(Rcode::FORMERR);
        let counts = message.header_counts();
        if counts.qdcount() != 1 || counts.ancount() != 0 || header.tc() {
            return Err(malformed);
        }
        let question = message.sole_question().map_err(|_| malformed)?;
        let mut name: Fqdn = question.qname().to_vec();
        name.make_canonical();
        let question_bytes = name.len() + 4;
        // A name that points into the header would be read otherwise when it is sent back.
        let end = HEADER_BYTES + question_bytes;
        let (plain, _) = octets.split_at_checked(end).ok_or(malformed)?;
        let asked = plain.get(HEADER_BYTES..end - 4).unwrap_or_default();
        if !asked.eq_ignore_ascii_case(name.as_slice()) {
            return Err(malformed);
        }
        let (edns, signed) = additional(&message).ok_or(malformed)?;
        Ok(Self {
            name,
            rtype: question.qtype(),
            class: question.qclass(),
            edns,
            signed,
            question_bytes,
        })
    }

    /// Where the question ends in the message.
    pub const fn question_end(&self) -> usize {
        HEADER_BYTES + self.question_bytes
    }

    /// Whether signatures are wanted.
    pub fn wants_signatures(&self) -> bool {
        self.edns.as_ref().is_some_and(|edns| edns.signatures)
    }

    /// Octets that the requestor takes over UDP, not more than `most`.
    pub fn udp_bytes(&self, most: u16) -> usize {
        let taken = self
            .edns
            .as_ref()
            .map_or(PLAIN_UDP_BYTES, |edns| edns.udp_bytes);
        usize::from(taken.clamp(PLAIN_UDP_BYTES, most.max(PLAIN_UDP_BYTES)))
    }
}

/// What the additional section says: the OPT record, and whether there is a TSIG record.
fn additional(message: &Message<&[u8]>) -> Option<(Option<Edns>, bool)> {
    let (mut found, mut signed) = (None, false);
    if message.header_counts().arcount() == 0 {
        return Some((found, signed));
    }
    for record in message.additional().ok()? {
        let record = record.ok()?;
        signed = record.rtype() == Rtype::TSIG;
        if record.rtype() != Rtype::OPT {
            continue;
        }
        if found.is_some() {
            return None;
        }
        let record = record.to_record::<Opt<_>>().ok()??;
        let opt = OptRecord::from_record(record);
        let cookie = match opt.opt().iter::<Cookie>().next() {
            None => None,
            // A cookie of another length makes the query malformed (RFC 7873 5.2.2).
            Some(cookie) => Some(cookie.ok()?),
        };
        found = Some(Edns {
            version: opt.version(),
            udp_bytes: opt.udp_payload_size(),
            signatures: opt.dnssec_ok(),
            cookie,
        });
    }
    Some((found, signed))
}

/// What a message is built in.
pub type Builder = AdditionalBuilder<StaticCompressor<Vec<u8>>>;

/// A response without an OPT record, for a query with an id of 0; `None` where it is too long for any transport.
pub fn response(query: &Query, answer: &Answer) -> Option<Vec<u8>> {
    written(query, answer).map(|message| message.finish().into_target())
}

/// The same, open for more additional records.
pub fn written(query: &Query, answer: &Answer) -> Option<Builder> {
    let target = StaticCompressor::new(Vec::with_capacity(512));
    let mut message = MessageBuilder::from_target(target).ok()?;
    message.set_push_limit(usize::from(u16::MAX) - 1_024);
    let header = message.header_mut();
    header.set_qr(true);
    header.set_aa(answer.authoritative);
    header.set_rcode(answer.rcode);
    let mut message = message.question();
    message.push((&query.name, query.rtype, query.class)).ok()?;
    let mut message = message.answer();
    push(&mut message, &answer.answer)?;
    let mut message = message.authority();
    push(&mut message, &answer.authority)?;
    let mut message = message.additional();
    push(&mut message, &answer.additional)?;
    Some(message)
}

/// Adds sets to a section.
pub fn push<T>(section: &mut T, sets: &[Rrset]) -> Option<()>
where
    T: RecordSectionBuilder<StaticCompressor<Vec<u8>>>,
{
    for set in sets {
        for data in &set.data {
            let data = UnknownRecordData::from_octets(set.rtype, data.as_slice()).ok()?;
            section.push((&set.owner, Class::IN, set.ttl, data)).ok()?;
        }
    }
    Some(())
}

/// Makes a response one to this very query: its id, its letters, whether it wished for recursion.
pub fn address_to(response: &mut [u8], query: &[u8], question_end: usize) {
    copy(response, query, 0..2);
    copy(response, query, HEADER_BYTES..question_end);
    // RD is copied (RFC 1035 4.1.1), as CD is (RFC 4035 3.1.6).
    for (at, bit) in [(2, 0x01), (3, 0x10)] {
        if let Some((to, from)) = response.get_mut(at).zip(query.get(at)) {
            *to = *to & !bit | *from & bit;
        }
    }
}

fn copy(to: &mut [u8], from: &[u8], range: std::ops::Range<usize>) {
    if let Some((to, from)) = to.get_mut(range.clone()).zip(from.get(range)) {
        to.copy_from_slice(from);
    }
}

/// A response that holds the header alone, for a message whose question may not be readable.
pub fn header_alone(query: &[u8], rcode: Rcode) -> Option<Vec<u8>> {
    let id = query.get(..2)?;
    let flags = *query.get(2)?;
    let mut response = id.to_vec();
    // QR, the opcode and RD as they came.
    response.push(0x80 | flags & 0x79);
    response.push(rcode.to_int());
    response.resize(HEADER_BYTES, 0);
    Some(response)
}

/// A response that says only that it would not fit (TC).
pub fn truncated(response: &[u8], question_end: usize) -> Vec<u8> {
    let mut short = response.get(..question_end).unwrap_or(response).to_vec();
    if let Some(flags) = short.get_mut(2) {
        *flags |= 0x02;
    }
    for (at, count) in [(5, 1), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 0)] {
        if let Some(octet) = short.get_mut(at) {
            *octet = count;
        }
    }
    short
}

/// Adds an OPT record (RFC 6891 6.1) with our cookie. `extended` are the upper eight bits of the response code.
pub fn push_opt(
    response: &mut Vec<u8>,
    udp_bytes: u16,
    extended: u8,
    signatures: bool,
    cookie: Option<&[u8]>,
) {
    let Some(count) = response.get(10..12) else {
        return;
    };
    let count = count
        .iter()
        .fold(0_u16, |count, octet| count << 8 | u16::from(*octet));
    let count = count.saturating_add(1).to_be_bytes();
    if let Some(to) = response.get_mut(10..12) {
        to.copy_from_slice(&count);
    }
    response.push(0);
    response.extend(Rtype::OPT.to_int().to_be_bytes());
    response.extend(udp_bytes.to_be_bytes());
    response.extend([extended, 0, if signatures { 0x80 } else { 0 }, 0]);
    match cookie {
        None => response.extend([0, 0]),
        Some(cookie) => {
            let length = u16::try_from(cookie.len()).unwrap_or(0);
            response.extend((length + 4).to_be_bytes());
            response.extend([0, 10]);
            response.extend(length.to_be_bytes());
            response.extend_from_slice(cookie);
        }
    }
}

/// Octets that [`push_opt`] adds.
pub const fn opt_bytes(cookie: Option<&[u8]>) -> usize {
    match cookie {
        None => 11,
        Some(cookie) => 15 + cookie.len(),
    }
}

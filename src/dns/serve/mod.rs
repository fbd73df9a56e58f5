//! From a message that came to the message that goes back, for any transport.
//!
//! It must never answer a response, recurse, name its version, or tell who is not entitled what a transfer would hold.

pub mod cache;
pub mod cookie;
pub mod rates;
pub mod tcp;
pub mod udp;

use std::net::IpAddr;
use std::sync::Arc;

use domain::base::iana::{Class, Rcode, Rtype};
use domain::base::{Message, MessageBuilder, message_builder::StaticCompressor};
use domain::rdata::tsig::Time48;
use domain::tsig::{Key, ServerSequence};

use crate::model::{Timestamp, Viewed};
use crate::telemetry::events::{DnsAnswered, DnsFailed, DnsHeldBack, Emit as _};

use super::answer::{Answer, Answerer};
use super::keys::Store;
use super::live::{Live, Zones};
use super::message::{self, Odd, Query};
use super::record::Fqdn;
use super::xfr::{self, Wanted};
use cache::Cache;
use cookie::Cookies;
use rates::{Rates, Verdict};

/// What is borne and who may do what.
pub struct Options {
    /// Octets of a response over UDP at most.
    pub udp_bytes_max: u16,
    /// How many times the same response goes to the same network in a second over UDP; 0 means any number.
    pub responses_per_second: u64,
    /// Keys that are known.
    pub keys: Store,
    /// Names of the keys by which zones may be transferred.
    pub transfer_keys: Vec<Fqdn>,
    /// What cookies are made with; random.
    pub cookie_secret: [u8; 16],
}

/// Answers messages.
pub struct Service {
    zones: Arc<Zones>,
    options: Options,
    cache: Cache,
    rates: Rates,
    cookies: Cookies,
}

/// How a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// As a datagram, from an address that may be forged.
    Udp,
    /// Over a connection.
    Tcp,
}

/// What goes back.
pub enum Reply {
    /// Nothing.
    Silence,
    /// One message.
    Message(Vec<u8>),
    /// A transfer, message by message.
    Transfer(Box<xfr::Transfer>),
}

/// The sequence that signs the answers to a signed query.
type Signing = ServerSequence<Arc<Key>>;

impl Service {
    /// For these zones.
    pub fn new(zones: Arc<Zones>, options: Options) -> Self {
        Self {
            zones,
            rates: Rates::new(options.responses_per_second),
            cookies: Cookies::new(options.cookie_secret),
            cache: Cache::default(),
            options,
        }
    }

    /// The zones.
    pub const fn zones(&self) -> &Arc<Zones> {
        &self.zones
    }

    /// The keys.
    pub const fn keys(&self) -> &Store {
        &self.options.keys
    }

    /// Answers a message. May block while the zones catch up with the register.
    pub fn reply(&self, octets: &[u8], source: IpAddr, transport: Transport) -> Reply {
        let now = self.zones.clock().now();
        let query = match Query::parse(octets) {
            Ok(query) => query,
            Err(Odd::Silence) => return Reply::Silence,
            Err(Odd::Code(rcode)) => {
                let response = message::header_alone(octets, rcode);
                return match response.filter(|_| self.may_send(source, b"", transport, now)) {
                    Some(response) => counted(rcode, transport, response),
                    None => Reply::Silence,
                };
            }
        };
        if query.signed {
            return self.signed(octets, &query, source, transport, now);
        }
        let cookie = query.edns.as_ref().and_then(|edns| edns.cookie.as_ref());
        let proved = cookie.is_some_and(|cookie| self.cookies.is_good(cookie, source, now));
        let cookie = cookie.map(|cookie| self.cookies.answer(cookie, source, now));
        let (mut response, rcode) = self.body(&query);
        message::address_to(&mut response, octets, query.question_end());
        let limit = match transport {
            Transport::Udp => query.udp_bytes(self.options.udp_bytes_max),
            Transport::Tcp => usize::from(u16::MAX),
        };
        let opt = query
            .edns
            .as_ref()
            .map_or(0, |_| message::opt_bytes(cookie.as_deref()));
        let verdict = match transport {
            Transport::Udp if !proved => self.judge(source, &query, rcode, now),
            _ => Verdict::Send,
        };
        match verdict {
            Verdict::Drop => {
                DnsHeldBack { how: "drop" }.emit();
                return Reply::Silence;
            }
            Verdict::Truncate => {
                DnsHeldBack { how: "truncate" }.emit();
                response = message::truncated(&response, query.question_end());
            }
            Verdict::Send if response.len() + opt <= limit => {}
            Verdict::Send => response = message::truncated(&response, query.question_end()),
        }
        if let Some(edns) = &query.edns {
            let size = self.options.udp_bytes_max;
            // BADVERS is 16: its upper bits stand here.
            let extended = u8::from(edns.version > 0);
            let cookie = cookie.as_deref();
            message::push_opt(&mut response, size, extended, edns.signatures, cookie);
        }
        counted(rcode, transport, response)
    }

    fn judge(&self, source: IpAddr, query: &Query, rcode: Rcode, now: Timestamp) -> Verdict {
        // Names that do not exist are as many as anybody likes: they count as one per zone.
        let apex = self.zones.find(&query.name).map(|(_, zone)| &zone.apex);
        let subject = match (rcode, apex) {
            (Rcode::NOERROR, _) => query.name.as_slice(),
            (_, Some(apex)) => apex.as_slice(),
            (_, None) => b"",
        };
        self.rates.judge(source, subject, now)
    }

    fn may_send(&self, source: IpAddr, about: &[u8], transport: Transport, now: Timestamp) -> bool {
        transport == Transport::Tcp || self.rates.judge(source, about, now) == Verdict::Send
    }

    /// The response to a query that is not signed, without its id, as long as it may get, and its code.
    fn body(&self, query: &Query) -> (Vec<u8>, Rcode) {
        let plain = |rcode: Rcode| {
            let response = message::response(query, &Answer::only(rcode));
            (response.unwrap_or_default(), rcode)
        };
        if query.edns.as_ref().is_some_and(|edns| edns.version > 0) {
            return plain(Rcode::NOERROR);
        }
        let Some((place, _)) = self.asked_zone(query) else {
            return plain(Rcode::REFUSED);
        };
        if matches!(query.rtype, Rtype::AXFR | Rtype::IXFR) {
            // Transfers go to those with a key.
            return plain(Rcode::REFUSED);
        }
        let key = cache::key(query);
        let live = match self.zones.current() {
            Ok(live) => live,
            Err(why) => {
                DnsFailed {
                    why: &why.to_string(),
                }
                .emit();
                return plain(Rcode::SERVFAIL);
            }
        };
        if let Some(response) = self.cache.get(&key, live.stamp.serial) {
            return (response.to_vec(), rcode_of(&response));
        }
        match self.answer(place, &live, query, query.rtype) {
            Ok(answer) => {
                let Some(response) = message::response(query, &answer) else {
                    return plain(Rcode::SERVFAIL);
                };
                // Names that do not exist are as many as anybody likes.
                if answer.rcode == Rcode::NOERROR {
                    self.cache
                        .keep(key, live.stamp.serial, &response.as_slice().into());
                }
                (response, answer.rcode)
            }
            Err(why) => {
                DnsFailed {
                    why: &why.to_string(),
                }
                .emit();
                plain(Rcode::SERVFAIL)
            }
        }
    }

    fn asked_zone(&self, query: &Query) -> Option<(usize, &super::zone::Zone)> {
        if query.class != Class::IN {
            return None;
        }
        self.zones.find(&query.name)
    }

    fn answer(&self, place: usize, live: &Live, query: &Query, rtype: Rtype) -> Viewed<Answer> {
        let maker = self.zones.maker(place, live.stamp);
        let Some((maker, index)) = maker.zip(live.index(place)) else {
            return Ok(Answer::only(Rcode::REFUSED));
        };
        let answerer = Answerer::new(maker, live, index, query.wants_signatures());
        answerer.answer(&query.name, rtype)
    }

    /// Answers a query that carries a TSIG record.
    fn signed(
        &self,
        octets: &[u8],
        query: &Query,
        source: IpAddr,
        transport: Transport,
        now: Timestamp,
    ) -> Reply {
        let Ok(mut request) = Message::from_octets(octets.to_vec()) else {
            return Reply::Silence;
        };
        let seconds = Time48::from_u64(now.micros().unsigned_abs() / 1_000_000);
        let signing = match ServerSequence::request(&self.options.keys, &mut request, seconds) {
            Ok(Some(signing)) => signing,
            Ok(None) => return Reply::Silence,
            Err(error) => {
                if !self.may_send(source, b"tsig", transport, now) {
                    return Reply::Silence;
                }
                let target = StaticCompressor::new(Vec::new());
                let told = MessageBuilder::from_target(target).ok();
                let told = told.and_then(|builder| error.build_message(&request, builder).ok());
                return match told {
                    Some(told) => counted(Rcode::NOTAUTH, transport, told.finish().into_target()),
                    None => Reply::Silence,
                };
            }
        };
        let wanted = match self.transfer(&request, query, &signing, transport) {
            Ok(None) => None,
            Ok(Some(wanted)) => {
                return Reply::Transfer(Box::new(xfr::Transfer {
                    zones: Arc::clone(&self.zones),
                    wanted,
                    signing,
                    id: request.header().id(),
                }));
            }
            Err(rcode) => Some(Answer::only(rcode)),
        };
        self.answer_signed(octets, query, wanted, &signing, transport, seconds)
    }

    /// The transfer that is asked for, if one is, or why it is not given.
    fn transfer(
        &self,
        request: &Message<Vec<u8>>,
        query: &Query,
        signing: &Signing,
        transport: Transport,
    ) -> Result<Option<Wanted>, Rcode> {
        if !matches!(query.rtype, Rtype::AXFR | Rtype::IXFR) {
            return Ok(None);
        }
        let (place, zone) = self.asked_zone(query).ok_or(Rcode::REFUSED)?;
        let key = signing.key().name();
        let entitled = self.options.transfer_keys.iter().any(|known| known == key);
        if !entitled {
            return Err(Rcode::REFUSED);
        }
        if zone.apex != query.name {
            return Err(Rcode::NOTAUTH);
        }
        let known = match query.rtype {
            Rtype::IXFR => Some(xfr::known_serial(request, &zone.apex).ok_or(Rcode::FORMERR)?),
            _ => None,
        };
        match transport {
            Transport::Tcp => Ok(Some(Wanted {
                zone: place,
                known,
                rtype: query.rtype,
            })),
            // Over UDP the SOA record alone is told, which says that TCP is needed (RFC 1995 4).
            Transport::Udp if known.is_some() => Ok(None),
            Transport::Udp => Err(Rcode::REFUSED),
        }
    }

    fn answer_signed(
        &self,
        octets: &[u8],
        query: &Query,
        told: Option<Answer>,
        signing: &Signing,
        transport: Transport,
        now: Time48,
    ) -> Reply {
        let answer = told.unwrap_or_else(|| self.signed_answer(query));
        let limit = match transport {
            Transport::Udp => query.udp_bytes(self.options.udp_bytes_max),
            Transport::Tcp => usize::from(u16::MAX),
        };
        let rcode = answer.rcode;
        let mut short = Answer::only(rcode);
        short.authoritative = answer.authoritative;
        for (answer, is_short) in [(answer, false), (short, true)] {
            let Some(mut message) = message::written(query, &answer) else {
                continue;
            };
            let header = message.header_mut();
            header.set_tc(is_short);
            header.set_id(
                octets
                    .iter()
                    .take(2)
                    .fold(0, |id, octet| id << 8 | u16::from(*octet)),
            );
            if let Some(edns) = &query.edns {
                let opt = message.opt(|opt| {
                    opt.set_udp_payload_size(self.options.udp_bytes_max);
                    opt.set_dnssec_ok(edns.signatures);
                    Ok(())
                });
                if opt.is_err() {
                    continue;
                }
            }
            let mut attempt = signing.clone();
            if attempt.answer(&mut message, now).is_err() {
                continue;
            }
            let response = message.finish().into_target();
            if response.len() <= limit {
                return counted(rcode, transport, response);
            }
        }
        Reply::Silence
    }

    fn signed_answer(&self, query: &Query) -> Answer {
        let Some((place, _)) = self.asked_zone(query) else {
            return Answer::only(Rcode::REFUSED);
        };
        let rtype = match query.rtype {
            Rtype::IXFR => Rtype::SOA,
            rtype => rtype,
        };
        let live = self.zones.current();
        let told = live.and_then(|live| self.answer(place, &live, query, rtype));
        told.unwrap_or_else(|why| {
            DnsFailed {
                why: &why.to_string(),
            }
            .emit();
            Answer::only(Rcode::SERVFAIL)
        })
    }
}

fn rcode_of(response: &[u8]) -> Rcode {
    Rcode::masked_from_int(response.get(3).copied().unwrap_or_default() & 0x0F)
}

fn counted(rcode: Rcode, transport: Transport, response: Vec<u8>) -> Reply {
    let transport = match transport {
        Transport::Udp => "udp",
        Transport::Tcp => "tcp",
    };
    let rcode = match rcode {
        Rcode::NOERROR => "NOERROR",
        Rcode::NXDOMAIN => "NXDOMAIN",
        Rcode::REFUSED => "REFUSED",
        Rcode::FORMERR => "FORMERR",
        Rcode::SERVFAIL => "SERVFAIL",
        Rcode::NOTIMP => "NOTIMP",
        _ => "other",
    };
    DnsAnswered { rcode, transport }.emit();
    Reply::Message(response)
}

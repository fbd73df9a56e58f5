//! Transfers to secondaries: whole (AXFR, RFC 5936) and by difference (IXFR, RFC 1995), each message signed (RFC 8945 5.3.1).
//!
//! All of a transfer is of one revision. It must never begin without a key that is entitled to it; who checks that makes
//! [`Wanted`].

use std::sync::Arc;

use domain::base::iana::{Class, Rtype};
use domain::base::message_builder::StaticCompressor;
use domain::base::rdata::UnknownRecordData;
use domain::base::{Message, MessageBuilder};
use domain::rdata::Soa;
use domain::rdata::tsig::Time48;
use domain::tsig::{Key, ServerSequence};

use crate::model::Viewed;
use crate::telemetry::events::{Emit as _, ZoneTransferred};

use super::difference::{self, Difference};
use super::live::Zones;
use super::maker::{Maker, Stamp};
use super::record::{Fqdn, Rrset};
use super::serial;
use super::whole;

/// Octets of one message of a transfer, about: names are pointed at within the first 16 KiB.
pub const MESSAGE_BYTES_AIM: usize = 16 * 1024;

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which zone, by its place in the list.
    pub zone: usize,
    /// The serial that the other side has, where it wants the difference.
    pub known: Option<u32>,
    /// How it was asked for.
    pub rtype: Rtype,
}

/// A transfer that may begin.
pub struct Transfer {
    /// The zones.
    pub zones: Arc<Zones>,
    /// What is wanted.
    pub wanted: Wanted,
    /// What signs its messages.
    pub signing: ServerSequence<Arc<Key>>,
    /// The query's id.
    pub id: u16,
}

/// The serial that the other side of an IXFR says it has.
pub fn known_serial(request: &Message<Vec<u8>>, apex: &Fqdn) -> Option<u32> {
    let authority = request.authority().ok()?;
    for record in authority.limit_to::<Soa<_>>() {
        let record = record.ok()?;
        if record.owner() == apex {
            return Some(record.data().serial().into_int());
        }
    }
    None
}

impl Transfer {
    /// Gives message after message to `send`, until it says that nobody takes them. Blocks.
    pub fn run(self, send: &mut dyn FnMut(Vec<u8>) -> bool) -> Viewed<()> {
        let Self {
            zones,
            wanted,
            signing,
            id,
        } = self;
        let (reading, stamp, difference) = {
            let live = zones.current()?;
            let difference = match wanted.known {
                Some(known) => told_since(&zones, &live, wanted.zone, known)?,
                None => Told::Whole,
            };
            (live.reading.clone(), live.stamp, difference)
        };
        let Some(maker) = zones.maker(wanted.zone, stamp) else {
            return Ok(());
        };
        let mut writer = Writer::new(&zones, maker, wanted, signing, id, send);
        let soa = maker.soa();
        let kind = match difference {
            Told::Nothing => {
                writer.put(&soa);
                "current"
            }
            Told::Changed(difference, old) => {
                let then = Maker {
                    stamp: Stamp {
                        serial: old,
                        ..stamp
                    },
                    ..maker
                };
                let ends = [&soa, &then.soa()];
                let [new, old] = ends;
                for set in [new, old].into_iter().chain(&difference.gone) {
                    writer.put(set);
                }
                for set in [new].into_iter().chain(&difference.come).chain([new]) {
                    writer.put(set);
                }
                "difference"
            }
            Told::Whole => {
                whole::each(&maker, &reading, &mut |set| writer.put(set))?;
                writer.put(&soa);
                "whole"
            }
        };
        let (records, complete) = writer.finish();
        ZoneTransferred {
            kind,
            serial: stamp.serial,
            records,
            complete,
        }
        .emit();
        Ok(())
    }
}

enum Told {
    /// The other side has it all.
    Nothing,
    /// This changed since that serial.
    Changed(Difference, u32),
    /// The whole zone is needed.
    Whole,
}

fn told_since(zones: &Zones, live: &super::live::Live, zone: usize, known: u32) -> Viewed<Told> {
    let ours = live.stamp.serial;
    let behind = ours.wrapping_sub(known);
    if behind == 0 || behind >= 1 << 31 {
        return Ok(Told::Nothing);
    }
    let then = serial::revision(known, zones.epoch(), live.reading.seq(), &live.turns);
    let Some(then) = then else {
        return Ok(Told::Whole);
    };
    let difference = difference::since(zones, zone, live, then, known)?;
    Ok(difference.map_or(Told::Whole, |difference| Told::Changed(difference, known)))
}

type Builder = domain::base::message_builder::AnswerBuilder<StaticCompressor<Vec<u8>>>;

/// Writes records into messages.
struct Writer<'a> {
    zones: &'a Zones,
    maker: Maker<'a>,
    wanted: Wanted,
    signing: ServerSequence<Arc<Key>>,
    id: u16,
    send: &'a mut dyn FnMut(Vec<u8>) -> bool,
    message: Option<Builder>,
    first: bool,
    records: u64,
    taken: bool,
}

impl<'a> Writer<'a> {
    fn new(
        zones: &'a Zones,
        maker: Maker<'a>,
        wanted: Wanted,
        signing: ServerSequence<Arc<Key>>,
        id: u16,
        send: &'a mut dyn FnMut(Vec<u8>) -> bool,
    ) -> Self {
        Self {
            zones,
            maker,
            wanted,
            signing,
            id,
            send,
            message: None,
            first: true,
            records: 0,
            taken: true,
        }
    }

    /// A message with nothing in it; the first one has the question (RFC 5936 2.2.1).
    fn begin(&mut self) -> Option<Builder> {
        let target = StaticCompressor::new(Vec::with_capacity(MESSAGE_BYTES_AIM + 1_024));
        let mut message = MessageBuilder::from_target(target).ok()?;
        message.set_push_limit(usize::from(u16::MAX) - 1_024);
        let header = message.header_mut();
        header.set_id(self.id);
        header.set_qr(true);
        header.set_aa(true);
        let mut message = message.question();
        if std::mem::take(&mut self.first) {
            message
                .push((&self.maker.zone.apex, self.wanted.rtype, Class::IN))
                .ok()?;
        }
        Some(message.answer())
    }

    /// Adds a set; `false` once nobody takes messages any more.
    fn put(&mut self, set: &Rrset) -> bool {
        for data in &set.data {
            if !self.taken {
                return false;
            }
            self.records += 1;
            self.taken = self.record(set, data).is_some();
        }
        self.taken
    }

    fn record(&mut self, set: &Rrset, data: &[u8]) -> Option<()> {
        let data = UnknownRecordData::from_octets(set.rtype, data).ok()?;
        let record = (&set.owner, Class::IN, set.ttl, data);
        let mut message = match self.message.take() {
            Some(message) => message,
            None => self.begin()?,
        };
        if message.push(&record).is_err() {
            self.sent(message)?;
            message = self.begin()?;
            message.push(&record).ok()?;
        }
        if message.as_slice().len() >= MESSAGE_BYTES_AIM {
            self.sent(message)?;
        } else {
            self.message = Some(message);
        }
        Some(())
    }

    fn sent(&mut self, message: Builder) -> Option<()> {
        let mut message = message.additional();
        message.clear_push_limit();
        let now = self.zones.clock().now().micros().unsigned_abs() / 1_000_000;
        self.signing
            .answer(&mut message, Time48::from_u64(now))
            .ok()?;
        let octets = message.finish().into_target();
        (self.send)(octets).then_some(())
    }

    /// Sends what is left, and tells how many records there were and whether all were taken.
    fn finish(mut self) -> (u64, bool) {
        if let Some(message) = self.message.take()
            && self.taken
        {
            self.taken = self.sent(message).is_some();
        }
        (self.records, self.taken)
    }
}

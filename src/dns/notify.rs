//! Tells secondaries that a zone changed (NOTIFY, RFC 1996), so that they need not wait for their next look.
//!
//! It must never be more than a hint: who hears nothing finds out by the SOA record's times.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use domain::base::iana::{Class, Opcode, Rtype};
use domain::base::message_builder::{AdditionalBuilder, StaticCompressor};
use domain::base::{Message, MessageBuilder};
use domain::rdata::tsig::Time48;
use domain::tsig::{ClientTransaction, Key};
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;

use crate::telemetry::events::{Emit as _, Notified};

use super::live::Zones;
use super::message;
use super::record::{Fqdn, Rrset};

/// How long changes gather before they are told of.
const GATHER: Duration = Duration::from_millis(50);
/// How often it is looked whether the signatures' period has passed.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How often one secondary is told before it is left to its own times.
const TRIES: u32 = 5;
/// How long the first answer is waited for; each further one twice as long.
const WAIT_FIRST: Duration = Duration::from_secs(1);
/// Octets of an answer that are read.
const ANSWER_BYTES: usize = 512;

/// A secondary.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where it listens.
    pub address: SocketAddr,
    /// The key that it is told with.
    pub key: Option<Arc<Key>>,
}

/// Tells the secondaries of each change until told to stop.
pub async fn keep(zones: Arc<Zones>, targets: Vec<Target>, stopping: CancellationToken) {
    let mut heads = zones.register().published();
    let mut told = None;
    let mut telling = tokio::task::JoinSet::new();
    loop {
        let asked = Arc::clone(&zones);
        let sets = tokio::task::spawn_blocking(move || soa_sets(&asked)).await;
        if let Ok(Some((serial, sets))) = sets
            && told != Some(serial)
        {
            told = Some(serial);
            // Who has not answered about an older serial is told of this one instead.
            telling.abort_all();
            for (target, soa) in targets
                .iter()
                .flat_map(|one| sets.iter().map(move |set| (one, set)))
            {
                let zones = Arc::clone(&zones);
                telling.spawn(tell(zones, target.clone(), soa.clone()));
            }
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            changed = heads.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        tokio::time::sleep(GATHER).await;
        heads.borrow_and_update();
        while telling.try_join_next().is_some() {}
    }
}

fn soa_sets(zones: &Zones) -> Option<(u32, Vec<Rrset>)> {
    let stamp = zones.current().ok()?.stamp;
    let soas = zones.zones().iter().map(|zone| zone.soa(stamp.serial));
    Some((stamp.serial, soas.collect()))
}

async fn tell(zones: Arc<Zones>, target: Target, soa: Rrset) {
    let mut wait = WAIT_FIRST;
    for _ in 0..TRIES {
        if tell_once(&zones, &target, &soa, wait).await == Some(true) {
            Notified { answered: true }.emit();
            return;
        }
        wait *= 2;
    }
    Notified { answered: false }.emit();
}

async fn tell_once(zones: &Zones, target: &Target, soa: &Rrset, wait: Duration) -> Option<bool> {
    let any: SocketAddr = match target.address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await.ok()?;
    socket.connect(target.address).await.ok()?;
    let id = u16::from_be_bytes(*zones.register().fresh_secret().first_chunk::<2>()?);
    let mut notice = notice(&soa.owner, soa, id)?;
    let now = || Time48::from_u64(zones.clock().now().micros().unsigned_abs() / 1_000_000);
    let signing = match &target.key {
        Some(key) => Some(ClientTransaction::request(Arc::clone(key), &mut notice, now()).ok()?),
        None => None,
    };
    socket.send(&notice.finish().into_target()).await.ok()?;
    let mut octets = vec![0; ANSWER_BYTES];
    let until = tokio::time::Instant::now() + wait;
    loop {
        let length = tokio::time::timeout_at(until, socket.recv(&mut octets)).await;
        let length = length.ok()?.ok()?;
        let answer = octets.get(..length).map(<[u8]>::to_vec)?;
        let Ok(mut answer) = Message::from_octets(answer) else {
            continue;
        };
        let header = answer.header();
        if header.id() != id || !header.qr() || header.opcode() != Opcode::NOTIFY {
            continue;
        }
        // A refusal is an answer too: telling it again would not change its mind.
        let good = signing
            .as_ref()
            .is_none_or(|signing| signing.answer(&mut answer, now()).is_ok());
        return Some(good);
    }
}

fn notice(
    apex: &Fqdn,
    soa: &Rrset,
    id: u16,
) -> Option<AdditionalBuilder<StaticCompressor<Vec<u8>>>> {
    let target = StaticCompressor::new(Vec::with_capacity(ANSWER_BYTES));
    let mut notice = MessageBuilder::from_target(target).ok()?;
    let header = notice.header_mut();
    header.set_id(id);
    header.set_opcode(Opcode::NOTIFY);
    header.set_aa(true);
    let mut notice = notice.question();
    notice.push((apex, Rtype::SOA, Class::IN)).ok()?;
    let mut notice = notice.answer();
    message::push(&mut notice, std::slice::from_ref(soa))?;
    Some(notice.additional())
}

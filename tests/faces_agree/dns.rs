//! What the DNS says: whether a node has its ORS records, and whether more than its number is told.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use domain::{
    base::{Message, MessageBuilder, Name, Rtype, iana::Rcode},
    rdata::Naptr,
};
use tokio::{net::UdpSocket, time::timeout};

use crate::facts::{Asked, Face, Facts};
use crate::world::{MADE_FROM, SANDBOX};

/// The node of the zone, and the zone's name.
const NODE: &str = "2.16.834";
const APEX: &str = "834.16.2.oid-res.org";

/// The ORS zone.
pub struct Ors {
    place: SocketAddr,
    next: AtomicU16,
}

impl Ors {
    /// That of a server.
    pub fn at(port: u16) -> Self {
        Self {
            place: SocketAddr::from(([127, 0, 0, 1], port)),
            next: AtomicU16::new(1),
        }
    }

    async fn ask(&self, oid: &str) -> Facts {
        let Some(name) = name(oid) else {
            return Facts::default();
        };
        let answer = self.query(&name).await;
        let answer = Message::from_octets(answer).unwrap();
        let records = answer.answer().unwrap().limit_to::<Naptr<_, _>>();
        let told: Vec<_> = records.map(|record| record.unwrap().into_data()).collect();
        match answer.header().rcode() {
            Rcode::NOERROR if !told.is_empty() => {}
            // There may be names below it.
            Rcode::NOERROR | Rcode::NXDOMAIN => return Facts::default(),
            other => panic!("{other} for {name}"),
        }
        let of = |kind: &str| {
            let service = format!("ORS+{kind}");
            told.iter()
                .find(|one| one.services().as_slice() == service.as_bytes())
                .map(|one| one.regexp().to_string())
        };
        let canonical = of("COID").unwrap();
        let canonical = canonical
            .trim_start_matches("!^.*$!/")
            .trim_end_matches('!');
        Facts {
            node: Some(canonical.replace('/', ".")),
            distance: Some(0),
            stub: of("RINF").is_none(),
            ..Facts::default()
        }
    }

    async fn query(&self, name: &Name<Vec<u8>>) -> Vec<u8> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut message = MessageBuilder::new_vec();
        message.header_mut().set_id(id);
        let mut message = message.question();
        message.push((name, Rtype::NAPTR)).unwrap();
        let message = message.finish();
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.connect(self.place).await.unwrap();
        let mut answer = vec![0; 4_096];
        loop {
            socket.send(&message).await.unwrap();
            // A datagram may be lost where the machine is busy.
            let came = timeout(Duration::from_secs(3), socket.recv(&mut answer)).await;
            if let Ok(size) = came {
                answer.truncate(size.unwrap());
                return answer;
            }
        }
    }
}

/// The name of a node of the zone.
fn name(oid: &str) -> Option<Name<Vec<u8>>> {
    let below = oid.strip_prefix(NODE)?;
    let arcs: Vec<&str> = below
        .split('.')
        .filter(|arc| !arc.is_empty())
        .rev()
        .collect();
    let labels = arcs.iter().map(|arc| format!("{arc}."));
    let name: String = labels.chain([APEX.to_owned()]).collect();
    Some(name.parse().unwrap())
}

impl Face for Ors {
    fn name(&self) -> &'static str {
        "DNS"
    }

    fn told<'a>(&'a self, oid: &'a str) -> Asked<'a> {
        Box::pin(self.ask(oid))
    }

    /// The DNS tells of a node of its zone that it is there, and whether more than its number is to be had.
    fn of_what_it_tells(&self, facts: &Facts) -> Facts {
        let node = facts.node.clone();
        // What a template makes is in no zone.
        let is_made = |node: &str| {
            let number = node.rsplit('.').next().and_then(|arc| arc.parse().ok());
            node.split('.').count() == 5 && number.is_some_and(|number: u64| number >= MADE_FROM)
        };
        let inside = node.filter(|node| {
            // Nor is what is tried out.
            let is_published = !is_made(node) && !node.starts_with(SANDBOX);
            facts.distance == Some(0) && node.starts_with(NODE) && is_published
        });
        inside.map_or_else(Facts::default, |node| Facts {
            node: Some(node),
            distance: Some(0),
            stub: facts.stub,
            ..Facts::default()
        })
    }
}

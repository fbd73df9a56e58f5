//! A register with arcs of every kind, and whoever changes it all the time.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use oidra::pb::v1::{
    self as pb, AllocateRequest, AmendRequest, ChangeStateRequest, NewEntry, NumberChoice,
    number_choice, registration_service_client::RegistrationServiceClient,
};
use tonic::transport::Channel;

use crate::{
    grpc::Reads,
    support::{Server, with_token},
};

/// Every face at work, and no limits in the way.
pub fn settings(dns: u16) -> String {
    format!(
        r#"
[http]
public_url = "https://oid.example.org"
[dns]
listen = ["127.0.0.1:{dns}"]
name_servers = ["ns1.example.net"]
responses_per_second = 0
[limits]
calls_per_source = 0
source_reads_per_second = 0
source_writes_per_second = 0
principal_reads_per_second = 0
principal_writes_per_second = 0
[whois]
on = true
listen = "127.0.0.1:0"
"#
    )
}

const NODE: &str = "2.16.834";
/// Arcs of the first level and of the second below each of them.
const WIDE: u64 = 40;
const DEEP: u64 = 4;
/// From which number on the templates of some arcs of the first level answer for what is below them.
pub const MADE_FROM: u64 = 2_000;
/// A sandbox with some arcs.
pub const SANDBOX: &str = "2.16.834.50";

/// Numbers that look like chance and are the same in each run (Knuth's MMIX generator).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A register with arcs of every kind.
pub struct World {
    reads: Reads,
    writes: RegistrationServiceClient<Channel>,
    token: String,
    chance: Mutex<Chance>,
}

impl World {
    /// Fills the register of a server.
    pub async fn made(server: &Server) -> Self {
        let world = Self {
            reads: Reads(server.resolution().await),
            writes: server.registration().await,
            token: server.token(),
            chance: Mutex::new(Chance(2_026)),
        };
        for number in 1..=WIDE {
            let visibility = match number % 8 {
                3 => pb::Visibility::Stub,
                5 => pb::Visibility::Hidden,
                _ => pb::Visibility::Public,
            };
            world.allocate(NODE, number, visibility).await.unwrap();
            for below in 1..=DEEP {
                let superior = format!("{NODE}.{number}");
                let below = world.allocate(&superior, below, pb::Visibility::Public);
                below.await.unwrap();
            }
            if number % 4 != 0 {
                world.rule(number).await.unwrap();
            }
        }
        world.sandbox().await.unwrap();
        for (number, state) in [
            (1, pb::State::Withdrawn),
            (2, pb::State::Deprecated),
            (4, pb::State::Suspended),
            (6, pb::State::Withdrawn),
        ] {
            world
                .become_(&format!("{NODE}.{number}"), state)
                .await
                .unwrap();
        }
        world
    }

    /// Asks by gRPC.
    pub fn reads(&self) -> Reads {
        self.reads.clone()
    }

    fn chance(&self, bound: u64) -> u64 {
        self.chance.lock().unwrap().below(bound)
    }

    async fn allocate(
        &self,
        superior: &str,
        number: u64,
        visibility: pb::Visibility,
    ) -> Result<(), tonic::Status> {
        let named = !number.is_multiple_of(3);
        let label = pb::Label {
            // With letters that are written from right to left, and beyond the first plane.
            label: match number % 4 {
                0 => format!("Wizara-{number}"),
                1 => format!("وزارة{number}"),
                _ => format!("𐐷𐐲{number}"),
            },
            language: String::new(),
        };
        let request = AllocateRequest {
            superior: superior.to_owned(),
            number: Some(NumberChoice {
                kind: Some(number_choice::Kind::Number(number.to_string())),
            }),
            entry: Some(NewEntry {
                identifiers: named.then(|| format!("arc-{number}")).into_iter().collect(),
                labels: (!number.is_multiple_of(5))
                    .then_some(label)
                    .into_iter()
                    .collect(),
                titles: (!number.is_multiple_of(7))
                    .then(|| title(number))
                    .into_iter()
                    .collect(),
                visibility: visibility as i32,
                ..NewEntry::default()
            }),
            ..AllocateRequest::default()
        };
        let mut writes = self.writes.clone();
        let answer = writes.allocate(with_token(&self.token, request)).await;
        answer.map(drop)
    }

    async fn sandbox(&self) -> Result<(), tonic::Status> {
        self.allocate(NODE, 50, pb::Visibility::Public).await?;
        let request = pb::OpenSandboxRequest {
            oid: SANDBOX.to_owned(),
            ..Default::default()
        };
        let mut writes = self.writes.clone();
        let answer = writes.open_sandbox(with_token(&self.token, request)).await;
        answer?;
        for number in 1..=DEEP {
            let superior = format!("{SANDBOX}.1");
            let below = self.allocate(&superior, number, pb::Visibility::Public);
            below.await?;
        }
        Ok(())
    }

    async fn rule(&self, number: u64) -> Result<(), tonic::Status> {
        let request = pb::SetTemplateRequest {
            oid: format!("{NODE}.{number}"),
            template: Some(pb::Template {
                numbers: vec![pb::NumberRange {
                    from: MADE_FROM.to_string(),
                    to: String::new(),
                }],
                titles: vec![pb::Text {
                    language: "en".to_owned(),
                    text: "Meter {number} of {oid}".to_owned(),
                }],
                ..Default::default()
            }),
            ..Default::default()
        };
        let mut writes = self.writes.clone();
        let answer = writes.set_template(with_token(&self.token, request)).await;
        answer.map(drop)
    }

    async fn become_(&self, oid: &str, state: pb::State) -> Result<(), tonic::Status> {
        let request = ChangeStateRequest {
            oid: oid.to_owned(),
            state: state as i32,
            despite_subordinates: true,
            options: Some(pb::WriteOptions {
                reason: "a test".to_owned(),
                ..Default::default()
            }),
            ..ChangeStateRequest::default()
        };
        let mut writes = self.writes.clone();
        let answer = writes.change_state(with_token(&self.token, request)).await;
        answer.map(drop)
    }

    async fn rename(&self, oid: &str, number: u64) -> Result<(), tonic::Status> {
        let request = AmendRequest {
            oid: oid.to_owned(),
            entry: Some(NewEntry {
                titles: vec![title(number)],
                ..Default::default()
            }),
            update_mask: Some(prost_types::FieldMask {
                paths: vec!["titles".to_owned()],
            }),
            ..AmendRequest::default()
        };
        let mut writes = self.writes.clone();
        let answer = writes.amend(with_token(&self.token, request)).await;
        answer.map(drop)
    }

    /// Changes the register until it is told to stop; gives how often it did.
    pub async fn change_until(self: Arc<Self>, done: Arc<AtomicBool>) -> u64 {
        let mut changes = 0;
        while !done.load(Ordering::Relaxed) {
            let number = 7 + self.chance(WIDE - 7);
            let oid = format!("{NODE}.{number}");
            let done = match self.chance(4) {
                0 => self.become_(&oid, pb::State::Suspended).await,
                1 => self.become_(&oid, pb::State::Active).await,
                2 => self.rename(&oid, 10_000 + changes).await,
                _ => {
                    let number = 1_000 + changes;
                    self.allocate(&oid, number, pb::Visibility::Public).await
                }
            };
            // To become what it is already is refused, and no change; nor does anybody allocate below what is suspended.
            changes += u64::from(done.is_ok());
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        changes
    }

    /// OIDs of every kind.
    pub fn oids(&self, count: usize) -> Vec<String> {
        let one = |_| {
            let first = self.chance(WIDE + 4);
            match self.chance(9) {
                0 => format!("{NODE}.{first}"),
                1 => format!("{NODE}.{first}.{}", 1 + self.chance(DEEP)),
                2 => format!(
                    "{NODE}.{first}.{}.{}",
                    1 + self.chance(DEEP),
                    self.chance(9)
                ),
                3 => format!("{NODE}.{}", 1_000 + self.chance(1_000)),
                4 => format!("{NODE}.{first}.{}", 1_000 + self.chance(20)),
                5 => format!("{NODE}.{first}.{}", MADE_FROM + self.chance(5_000)),
                6 => format!("{NODE}.{first}.{MADE_FROM}.{}", self.chance(9)),
                7 if first.is_multiple_of(4) => SANDBOX.to_owned(),
                7 => format!("{SANDBOX}.1.{}", self.chance(DEEP + 2)),
                _ => format!("2.{}.{}", self.chance(60), self.chance(999)),
            }
        };
        (0..count).map(one).collect()
    }
}

fn title(number: u64) -> pb::Text {
    pb::Text {
        language: "sw".to_owned(),
        text: format!("Wizara ya {number} & <wengine>"),
    }
}

//! Following referrals: where a register says that another knows more, that one is asked, and so on, a bounded way.
//!
//! OID-IP, Standard 2 (2024-09-02), referral: the original question is put to each service in turn. No service is asked
//! twice, no more than [`HOPS_MAX`] are followed, and whoever is elsewhere cannot lead to this machine. It must never send a
//! token on: it was made for one register.

mod answer;
mod http;
mod place;

use std::collections::HashSet;
use std::time::Duration;

use answer::Answer;
use place::{Near, Service};

pub use http::Trust;

/// Most services that an answer leads to, one after another.
pub const HOPS_MAX: usize = 8;
/// Most addresses of one answer that are tried.
pub const SERVICES_TRIED_MAX: usize = 4;
/// The longest that one service may take.
pub const HOP_TIME_MAX: Duration = Duration::from_secs(15);
/// Most bytes of one answer; a longer one is none.
pub const HOP_BYTES_MAX: usize = 1 << 20;

/// One service that was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// Its address.
    pub service: String,
    /// What it said, in the words of the standard, or why it said nothing.
    pub result: String,
    /// The object it described.
    pub object: String,
    /// How far above what was asked that is.
    pub distance: u64,
}

/// How following ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Somebody has the object.
    Found,
    /// The last one asked knows a superior only, and of nobody who knows more.
    NoFurther,
    /// The last one asked knows nothing of it.
    NotFound,
    /// It led back to where it had been.
    Loop,
    /// It led on and on.
    TooFar,
    /// Nobody answered.
    Nobody,
}

impl End {
    /// It in a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Found => "It was found there.",
            Self::NoFurther => "Nobody is named who knows more.",
            Self::NotFound => "It is not known there.",
            Self::Loop => {
                "That leads back to where it was asked before: the registers point at each other."
            }
            Self::TooFar => "That leads on and on: no more services are asked.",
            Self::Nobody => "No service that is named there answers.",
        }
    }

    /// It in a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::NoFurther => "no-further",
            Self::NotFound => "not-found",
            Self::Loop => "loop",
            Self::TooFar => "too-far",
            Self::Nobody => "nobody",
        }
    }
}

/// Where the referrals led.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// Who was asked, in order.
    pub way: Vec<Hop>,
    /// How it ended.
    pub end: End,
    /// The fields of the last answer, in their order.
    pub fields: Vec<(String, String)>,
}

/// Follows referrals for one object identifier.
pub struct Follower<'a> {
    oid: &'a str,
    trust: &'a Trust,
    hop_time: Duration,
    asked: HashSet<String>,
    way: Vec<Hop>,
}

impl<'a> Follower<'a> {
    /// Asks for `oid`, in dot notation, and trusts whom `trust` says.
    pub fn new(oid: &'a str, trust: &'a Trust) -> Self {
        Self {
            oid,
            trust,
            hop_time: HOP_TIME_MAX,
            asked: HashSet::new(),
            way: Vec::new(),
        }
    }

    /// Lets each service take no longer than this, if that is shorter.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.hop_time = self.hop_time.min(time);
        self
    }

    /// Asks the services that `addresses` names, and those that they name. `here` says that the first ones were named by a
    /// register on this machine.
    pub async fn follow(mut self, addresses: Vec<String>, here: bool) -> Followed {
        let mut addresses = addresses;
        let mut near = if here { Near::Here } else { Near::Elsewhere };
        for _ in 0..HOPS_MAX {
            let (answer, next) = match self.any(&addresses, near).await {
                Ok(told) => told,
                Err(end) => return self.ended(end, Answer::default()),
            };
            let end = match answer.result() {
                "Found" => End::Found,
                "Not found" => End::NotFound,
                _ if answer.services().is_empty() => End::NoFurther,
                _ => {
                    addresses = answer.services();
                    near = next;
                    continue;
                }
            };
            return self.ended(end, answer);
        }
        self.ended(End::TooFar, Answer::default())
    }

    fn ended(self, end: End, answer: Answer) -> Followed {
        Followed {
            way: self.way,
            end,
            fields: answer.into_fields(),
        }
    }

    /// The first answer of the services that are named, and whether it came from this machine.
    async fn any(&mut self, addresses: &[String], near: Near) -> Result<(Answer, Near), End> {
        let mut again = false;
        for address in addresses.iter().take(SERVICES_TRIED_MAX) {
            let Some(service) = Service::of_address(address) else {
                self.failed(address, "no address of a service".to_owned());
                continue;
            };
            if !self.asked.insert(service.key()) {
                again = true;
                continue;
            }
            let asked = tokio::time::timeout(self.hop_time, self.ask(&service, near));
            match asked
                .await
                .unwrap_or_else(|_| Err("no answer in time".to_owned()))
            {
                Ok((answer, next)) => {
                    let told = self.heard(address, &answer);
                    if told {
                        return Ok((answer, next));
                    }
                }
                Err(why) => self.failed(address, why),
            }
        }
        Err(if again { End::Loop } else { End::Nobody })
    }

    async fn ask(&self, service: &Service, near: Near) -> Result<(Answer, Near), String> {
        let (octets, next) = match service {
            Service::Http(base) => http::get(base, self.oid, self.trust, near).await?,
            Service::Whois { host, port } => place::whois(host, *port, self.oid, near).await?,
        };
        Ok((Answer::read(&octets)?, next))
    }

    /// Remembers an answer; whether it is one to go by.
    fn heard(&mut self, address: &str, answer: &Answer) -> bool {
        let error = answer.result() == "Service error";
        let result = match answer.value("message") {
            message if error && !message.is_empty() => format!("Service error: {message}"),
            _ => answer.result().to_owned(),
        };
        self.way.push(Hop {
            service: address.to_owned(),
            result,
            object: answer.value("object").to_owned(),
            distance: answer.value("distance").parse().unwrap_or_default(),
        });
        !error
    }

    fn failed(&mut self, address: &str, why: String) {
        self.way.push(Hop {
            service: address.to_owned(),
            result: why,
            ..Hop::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_address_too_many_is_not_tried() {
        let trust = Trust::default();
        let addresses = vec!["no address".to_owned(); SERVICES_TRIED_MAX + 1];
        let followed = Follower::new("2.999", &trust).follow(addresses, true).await;
        assert_eq!(followed.way.len(), SERVICES_TRIED_MAX);
        assert_eq!(followed.end, End::Nobody);
    }

    #[tokio::test]
    async fn a_silent_service_is_left_in_time() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let trust = Trust::default();
        let follower = Follower::new("2.999", &trust);
        assert_eq!(follower.hop_time, HOP_TIME_MAX);
        assert_eq!(
            Follower::new("2.999", &trust)
                .within(HOP_TIME_MAX * 2)
                .hop_time,
            HOP_TIME_MAX
        );
        let follower = follower.within(Duration::from_millis(50));
        let told = follower.follow(vec![address.clone(), address], true).await;
        assert_eq!(told.way.len(), 1);
        assert_eq!(told.way[0].result, "no answer in time");
    }

    #[tokio::test]
    async fn one_referral_too_many_is_not_followed() {
        let mut next = "127.0.0.1:1".to_owned();
        for _ in 0..=HOPS_MAX {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let answer = format!(
                "query: oid:2.999.1\nresult: Not found; superior object found\ndistance: 1\n\nobject: oid:2.999\n\
                 oidip-service: {next}\n"
            );
            tokio::spawn(async move {
                use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
                let (mut stream, _) = listener.accept().await.unwrap();
                assert!(stream.read(&mut [0; 64]).await.unwrap() > 0);
                stream.write_all(answer.as_bytes()).await.unwrap();
            });
            next = address;
        }
        let trust = Trust::default();
        let followed = Follower::new("2.999.1", &trust)
            .follow(vec![next], true)
            .await;
        assert_eq!((followed.end, followed.way.len()), (End::TooFar, HOPS_MAX));
    }
}

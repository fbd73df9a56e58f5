//! What is posted to a hook: one message for each record that changed something everybody may see, or for each notice, in JSON,
//! signed as the Standard Webhooks specification says (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
//!
//! A message has the same id whenever it is sent. It must never hold a name, an address or a text of anybody.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use sha2::Sha256;

use crate::{
    access::Sight,
    model::{Notice, NoticeId, RegisterId, TreeView as _, ViewFault, Viewed, notice::Matter},
    register::{Change, RecordChanges, Register},
};

use super::{
    Tells,
    place::{Place, after},
};

/// Most arcs that one message names; it tells where it was cut.
pub const HOOK_CHANGES_MAX: usize = 1_000;
/// Octets of a secret at least.
const SECRET_BYTES_MIN: usize = 24;
/// What a secret in base64 begins with.
const ENCODED: &str = "whsec_";

/// What messages to a hook are signed with.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// The secret that a text stands for: base64 behind `whsec_`, or the text itself.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let octets = match text.strip_prefix(ENCODED) {
            Some(encoded) => STANDARD
                .decode(encoded)
                .map_err(|_| "is no base64 behind whsec_".to_owned())?,
            None => text.as_bytes().to_vec(),
        };
        if octets.len() < SECRET_BYTES_MIN {
            return Err(format!("has fewer than {SECRET_BYTES_MIN} octets"));
        }
        Ok(Self(octets))
    }

    /// The value of `webhook-signature`.
    pub fn sign(&self, id: &str, at: u64, body: &[u8]) -> String {
        // HMAC takes a key of any length (RFC 2104 3).
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        mac.update(format!("{id}.{at}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id, the same whenever it is sent.
    pub id: String,
    /// Where the hook is when it was told.
    pub at: NoticeId,
    /// What is posted; `None` where there is nothing to tell.
    pub body: Option<Vec<u8>>,
}

/// Reads messages from the register. Blocks.
pub struct Messages {
    /// The register.
    pub register: Register,
    /// The address of its pages.
    pub public_url: Option<String>,
    /// Which messages.
    pub tells: Tells,
}

#[derive(Serialize)]
struct Envelope<T> {
    r#type: String,
    timestamp: String,
    data: T,
}

#[derive(Serialize)]
struct Recorded {
    register: String,
    revision: u64,
    /// To be handed to a watch or a reading.
    token: String,
    changes: Vec<Changed>,
    /// Whether more arcs changed than are named.
    cut: bool,
}

#[derive(Serialize)]
struct Changed {
    oid: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Told {
    register: String,
    notice: String,
    kind: &'static str,
    registrant: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oid: Option<String>,
    language: String,
}

impl Messages {
    /// The messages after a place, at most so many, in order.
    pub fn after(&self, place: &Place, limit: usize) -> Viewed<Vec<Message>> {
        let newest = self.register.newest();
        let missing = || ViewFault("the register has no id".to_owned());
        let id = newest.register()?.ok_or_else(missing)?;
        match self.tells {
            Tells::Changes => {
                let (from, sight) = (place.at.seq, Sight::Public);
                let records = self.register.changes_after(from, limit, &sight)?;
                records.iter().map(|one| self.of_record(one, &id)).collect()
            }
            Tells::Notices => {
                let notices = newest.notices_after(Some(place.at), limit)?;
                let epoch = self.register.epoch();
                let told = |one| of_notice(one, &id, epoch);
                notices.iter().map(told).collect()
            }
        }
    }

    fn of_record(&self, record: &RecordChanges, register: &RegisterId) -> Viewed<Message> {
        // What is tried in a sandbox is nothing to tell the world.
        let lasts = |change: &&Change| change.seen.entry.sandbox.is_none();
        let told: Vec<_> = record.changes.iter().filter(lasts).collect();
        let body = if told.is_empty() {
            None
        } else {
            let changed = told.iter().take(HOOK_CHANGES_MAX);
            Some(octets(&Envelope {
                r#type: "register.changed".to_owned(),
                timestamp: record.time.to_string(),
                data: Recorded {
                    register: register.to_string(),
                    revision: record.seq.get(),
                    token: self.register.revision_token(record.seq),
                    changes: changed.map(|one| self.changed(one)).collect(),
                    cut: told.len() > HOOK_CHANGES_MAX,
                },
            })?)
        };
        Ok(Message {
            id: message_id(register, self.register.epoch(), record.seq),
            at: after(record.seq),
            body,
        })
    }

    fn changed(&self, change: &Change) -> Changed {
        let seen = &change.seen;
        let path = &change.path;
        let url = self.public_url.as_ref();
        Changed {
            oid: path.to_string(),
            kind: if seen.stub { "changed" } else { change.kind },
            state: (!seen.stub).then(|| seen.entry.superior.state.word()),
            url: url.map(|base| format!("{base}/oid/{path}")),
        }
    }
}

/// The id of a message: of which restore, too, for what comes after one is something else under the same number.
fn message_id(register: &RegisterId, epoch: u32, what: impl fmt::Display) -> String {
    format!("{register}.{epoch}.{what}")
}

fn of_notice(notice: &Notice, register: &RegisterId, epoch: u32) -> Viewed<Message> {
    let (application, oid) = match &notice.matter {
        Matter::Application(id) => (Some(id.to_string()), None),
        Matter::Arc(path) => (None, Some(path.to_string())),
    };
    let body = octets(&Envelope {
        r#type: format!("notice.{}", notice.kind.word()),
        timestamp: notice.made.to_string(),
        data: Told {
            register: register.to_string(),
            notice: notice.id.to_string(),
            kind: notice.kind.word(),
            registrant: notice.to.to_string(),
            application,
            oid,
            language: notice.language.as_str().to_owned(),
        },
    })?;
    Ok(Message {
        id: message_id(register, epoch, notice.id),
        at: notice.id,
        body: Some(body),
    })
}

fn octets(message: &impl Serialize) -> Viewed<Vec<u8>> {
    serde_json::to_vec(message).map_err(|why| ViewFault(why.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Timestamp, notice::NoticeKind};

    #[test]
    fn a_signature_is_that_of_the_specification() {
        // The example of the Standard Webhooks specification.
        let secret = Secret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = secret.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            b"{\"test\": 2432232314}",
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_notice_after_a_restore_is_another_message() {
        let notice = Notice {
            id: "n-8-0".parse().unwrap(),
            kind: NoticeKind::ALL[0],
            to: "r-1".parse().unwrap(),
            matter: Matter::Arc("2.999".parse().unwrap()),
            made: Timestamp::from_micros(0),
            language: "en".parse().unwrap(),
            settled: None,
        };
        let register = "g-1".parse().unwrap();
        let id = |epoch| of_notice(&notice, &register, epoch).unwrap().id;
        assert_eq!(
            (id(1), id(2)),
            ("g-1.1.n-8-0".to_owned(), "g-1.2.n-8-0".to_owned())
        );
    }

    #[test]
    fn a_secret_that_can_be_guessed_is_none() {
        for (text, fine) in [
            ("x".repeat(SECRET_BYTES_MIN), true),
            ("x".repeat(SECRET_BYTES_MIN - 1), false),
            ("whsec_eHh4".to_owned(), false),
            ("whsec_?".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(Secret::read(&text).is_ok(), fine, "{text}");
        }
    }
}

//! Applications of strangers, as long as it is not known whether they are reached at the address they told: a bounded store
//! outside the journal, so that nobody known can make the register grow.
//!
//! Each is a file that only the server's owner reads, and is gone after [`KEPT_SECONDS`]. The code that is mailed and the token
//! that it is traded for are derived from the register's key and the id: they are kept nowhere, a code can be mailed again
//! after a crash, and an answer that was lost can be had again. It must never tell whether an address is known.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lettre::Address;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::{
    access::{Source, Token},
    files,
    model::{Clock, Code, Refusal, Timestamp, entry::Language},
    oid::NodePath,
    register::Register,
};

use super::{codes, letter::usable};

/// Applications of strangers that wait at once; one more is refused with `OVERLOADED`.
pub const STRANGERS_MAX: usize = 1_000;
/// Bytes of one of them.
pub const STRANGER_BYTES_MAX: usize = 64 << 10;
/// Those with the same address; one more is refused with `RATE_LIMITED`.
pub const STRANGERS_PER_ADDRESS_MAX: usize = 3;
/// Those from one source since the start; one more is refused with `RATE_LIMITED`.
pub const STRANGERS_PER_SOURCE_MAX: usize = 10;
/// For how long one is kept, in seconds (a day).
pub const KEPT_SECONDS: u64 = 86_400;
/// Octets of the random part of an id.
const ID_BYTES: usize = 16;
/// What ends the name of a file.
const ENDING: &str = "json";
/// The version of the files.
const VERSION: u32 = 1;

/// One that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Written {
    version: u32,
    received_us: i64,
    email: String,
    language: String,
    superior: String,
    mailed: bool,
    /// The request as it came, in base64.
    request: String,
}

/// An application that waits, as far as a letter has to know it.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its id.
    pub id: String,
    /// Where its code goes.
    pub to: Address,
    /// In which language.
    pub language: Language,
    /// Below which node an arc is asked for.
    pub superior: String,
    /// When it came.
    pub received: Timestamp,
}

/// The store.
pub struct Strangers {
    directory: PathBuf,
    register: Register,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Told when a code is to be mailed.
    pub wanted: Notify,
}

#[derive(Default)]
struct State {
    all: BTreeMap<String, Written>,
    /// From where each came, kept in memory alone.
    sources: BTreeMap<String, Source>,
}

impl Strangers {
    /// The store in a directory, which is made where it is missing. What is over or cannot be read is taken away.
    pub fn open(directory: PathBuf, register: Register, clock: Arc<dyn Clock>) -> io::Result<Self> {
        files::make_directory(&directory)?;
        let mut state = State::default();
        for one in fs::read_dir(&directory)? {
            let path = one?.path();
            let id = path.file_stem().and_then(|stem| stem.to_str());
            let whole = path.extension().is_some_and(|ending| ending == ENDING);
            match (id.filter(|_| whole), read(&path)) {
                (Some(id), Some(written)) => drop(state.all.insert(id.to_owned(), written)),
                _ => fs::remove_file(&path)?,
            }
        }
        let store = Self {
            directory,
            register,
            clock,
            state: Mutex::new(state),
            wanted: Notify::new(),
        };
        store.forget_old();
        Ok(store)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.directory.join(id).with_extension(ENDING)
    }

    /// Takes away what is over. A file that stays is taken away at the next start.
    fn forget_old(&self) {
        let now = self.clock.now();
        let mut state = self.lock();
        let over: Vec<_> = state
            .all
            .iter()
            .filter(|(_, one)| until(one) <= now)
            .map(|(id, _)| id.clone())
            .collect();
        for id in over {
            fs::remove_file(self.path(&id)).ok();
            state.all.remove(&id);
            state.sources.remove(&id);
        }
    }

    /// Keeps a request as it came from `source` until the address `email` is proven; gives its id, and until when that can be
    /// done. `FIELD_REQUIRED`, `FIELD_TOO_LONG`, `RATE_LIMITED`, `OVERLOADED`. Blocks.
    pub fn put(
        &self,
        source: Source,
        email: &str,
        language: &Language,
        superior: &NodePath,
        request: &[u8],
    ) -> Result<(String, Timestamp), Refusal> {
        self.forget_old();
        let email = usable(email).ok_or_else(|| {
            let detail = "an address of mail is needed, to which a code is sent";
            Refusal::new(Code::FieldRequired, "entry.registrant.email", detail)
        })?;
        let email = email.to_string();
        if request.len() > STRANGER_BYTES_MAX {
            let detail = format!(
                "{} bytes; of whoever is not known {STRANGER_BYTES_MAX} are taken",
                request.len()
            );
            return Err(Refusal::new(Code::FieldTooLong, "entry", detail));
        }
        let secret = self.register.fresh_secret();
        let bits: Vec<u8> = secret.into_iter().take(ID_BYTES).collect();
        let id = format!("v-{}", hex::encode(bits));
        let written = Written {
            version: VERSION,
            received_us: self.clock.now().micros(),
            language: language.as_str().to_owned(),
            superior: superior.to_string(),
            mailed: false,
            request: STANDARD.encode(request),
            email,
        };
        let ends = until(&written);
        let source = source.neighbourhood();
        let mut state = self.lock();
        room(&state, &written.email, source)?;
        self.write(&id, &written)
            .map_err(|_| Refusal::new(Code::Overloaded, "", "it cannot be kept now; try again"))?;
        state.all.insert(id.clone(), written);
        state.sources.insert(id.clone(), source);
        drop(state);
        self.wanted.notify_one();
        Ok((id, ends))
    }

    fn write(&self, id: &str, written: &Written) -> io::Result<()> {
        files::write_whole(&self.path(id), &serde_json::to_vec(written)?)
    }

    /// Those whose code was not mailed yet. Blocks.
    pub fn waiting(&self) -> Vec<Waiting> {
        self.forget_old();
        let state = self.lock();
        let unmailed = state.all.iter().filter(|(_, one)| !one.mailed);
        unmailed
            .filter_map(|(id, one)| {
                Some(Waiting {
                    id: id.clone(),
                    to: usable(&one.email)?,
                    language: one.language.parse().ok()?,
                    superior: one.superior.clone(),
                    received: Timestamp::from_micros(one.received_us),
                })
            })
            .collect()
    }

    /// The code of one was handed in at the mail server. Blocks.
    pub fn mailed(&self, id: &str) {
        let mut state = self.lock();
        if let Some(one) = state.all.get_mut(id) {
            one.mailed = true;
            // Where it cannot be written the code is mailed again after the next start.
            self.write(id, &one.clone()).ok();
        }
    }

    /// One was taken in: what it told is in the register now and nowhere else. That its code was good stays for the rest of
    /// its day, so that an answer that was lost can be had again. Blocks.
    pub fn admitted(&self, id: &str) {
        let mut state = self.lock();
        if let Some(one) = state.all.get_mut(id) {
            one.email.clear();
            one.request.clear();
            // Where it cannot be written it goes with its day.
            self.write(id, &one.clone()).ok();
        }
        state.sources.remove(id);
    }

    /// The mail server refused the address of one for good: nobody can prove it. Blocks.
    pub fn unreachable(&self, id: &str) {
        let mut state = self.lock();
        state.all.remove(id);
        state.sources.remove(id);
        fs::remove_file(self.path(id)).ok();
    }

    /// The code of one.
    pub fn code(&self, id: &str) -> codes::Code {
        codes::Code::of(self.derived("code", id))
    }

    /// The token that the code of one is traded for.
    pub fn token(&self, id: &str) -> Token {
        Token::from_entropy(self.derived("token", id))
    }

    fn derived(&self, what: &str, id: &str) -> [u8; 32] {
        let content = format!("oidra stranger 1\0{what}\0{id}");
        self.register.digest_request(content.as_bytes())
    }

    /// The request of one, empty where it was taken in before, for whoever shows its code. `VERIFICATION_UNKNOWN` alike where
    /// it is not there, is over, or the code is another. Blocks.
    pub fn proven(&self, id: &str, code: &str) -> Result<Vec<u8>, Refusal> {
        self.forget_old();
        let unknown = || {
            let detail = "the verification is not known or over, or the code is another";
            Refusal::new(Code::VerificationUnknown, "code", detail)
        };
        let same = self.code(id).is(code);
        let state = self.lock();
        let one = state.all.get(id).filter(|_| same).ok_or_else(unknown)?;
        STANDARD.decode(&one.request).map_err(|_| unknown())
    }
}

/// Until when one can be proven.
fn until(one: &Written) -> Timestamp {
    Timestamp::from_micros(one.received_us).plus_seconds(KEPT_SECONDS)
}

/// Refuses one more where there are as many as are taken.
fn room(state: &State, email: &str, source: Source) -> Result<(), Refusal> {
    let soon = |detail: String| Err(Refusal::new(Code::RateLimited, "", detail));
    if state.all.len() >= STRANGERS_MAX {
        let detail = "as many applications wait for a code as are taken; try again later";
        return Err(Refusal::new(Code::Overloaded, "", detail));
    }
    let same = |one: &&Written| one.email.eq_ignore_ascii_case(email);
    let waiting = state.all.values().filter(|one| !one.request.is_empty());
    if waiting.filter(same).count() >= STRANGERS_PER_ADDRESS_MAX {
        return soon(format!(
            "{STRANGERS_PER_ADDRESS_MAX} applications wait for a code that was sent to this address"
        ));
    }
    let near = state.sources.values().filter(|other| **other == source);
    if source != Source::Local && near.count() >= STRANGERS_PER_SOURCE_MAX {
        return soon(format!(
            "{STRANGERS_PER_SOURCE_MAX} applications from your address wait for a code"
        ));
    }
    Ok(())
}

fn read(path: &Path) -> Option<Written> {
    let written: Written = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    (written.version == VERSION).then_some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(email: &str) -> Written {
        Written {
            version: VERSION,
            received_us: 0,
            email: email.to_owned(),
            language: "en".to_owned(),
            superior: "2.999".to_owned(),
            mailed: false,
            request: "AA==".to_owned(),
        }
    }

    #[test]
    fn one_past_each_bound_is_refused() {
        let code = |state: &State, email: &str, source| {
            room(state, email, source).map_err(|refusal| refusal.code)
        };
        let mut state = State::default();
        let here = Source::Address([192, 0, 2, 1].into());
        for n in 0..STRANGERS_PER_ADDRESS_MAX {
            assert_eq!(code(&state, "A@x.example", Source::Local), Ok(()));
            state.all.insert(format!("v-a{n}"), one("a@x.example"));
        }
        let refused = Err(Code::RateLimited);
        assert_eq!(code(&state, "A@x.example", Source::Local), refused);
        for n in 0..STRANGERS_PER_SOURCE_MAX {
            assert_eq!(code(&state, "b@x.example", here), Ok(()));
            state.sources.insert(format!("v-s{n}"), here);
        }
        assert_eq!(code(&state, "b@x.example", here), refused);
        let mut n = 0;
        while state.all.len() < STRANGERS_MAX {
            assert_eq!(code(&state, "c@x.example", Source::Local), Ok(()));
            state
                .all
                .insert(format!("v-c{n}"), one(&format!("{n}@x.example")));
            n += 1;
        }
        let full = Err(Code::Overloaded);
        assert_eq!(code(&state, "c@x.example", Source::Local), full);
    }
}

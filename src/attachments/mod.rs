//! Papers that were handed in with applications (X.660 clause 9: what is handed in in confidence stays so): letters and proofs,
//! one file each, by application and SHA-256.
//!
//! ```text
//! attachments/<application>/<SHA-256>   a paper, as it came
//! attachments/incoming/                 what is still coming; emptied at each start
//! ```
//!
//! A file has its name before the event that tells of it is durable, so that none that is told of is missing after a crash; one
//! of which nothing is told is swept away at the next start. Papers are kept by application and not once for all: an erasure takes
//! those of one applicant away and no other's, and nobody learns that somebody else handed in the same. It must never give out
//! octets whose digest is not the one that was recorded, and it decides about nobody's rights.

mod kinds;

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sha2::{Digest as _, Sha256};

use crate::{
    files,
    model::{
        ApplicationId, Code, Refusal, Rejection, ViewFault,
        application::Attachment,
        limits::{PAPER_OCTETS_CEILING, PAPERS_OCTETS_CEILING},
    },
};

pub use kinds::{HEAD_OCTETS, MEDIA_TYPES};

/// What the directory is called, in the data directory.
pub const DIRECTORY: &str = "attachments";
/// Where what is still coming lies, in that directory.
const INCOMING: &str = "incoming";
/// Octets of one paper, unless settings say otherwise (8 MiB).
pub const FILE_OCTETS: u64 = 8 << 20;
/// Octets of all papers of one application, unless settings say otherwise (32 MiB).
pub const APPLICATION_OCTETS: u64 = 32 << 20;
/// Octets of all papers, unless settings say otherwise (4 GiB).
pub const TOTAL_OCTETS: u64 = 4 << 30;
/// Papers that come at once; one more is refused with `OVERLOADED`.
pub const COMING_MAX: usize = 8;
/// Octets read at once.
const PIECE_OCTETS: usize = 64 << 10;

/// What is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of one paper; 0 takes none.
    pub file_octets: u64,
    /// Octets of all papers of one application.
    pub application_octets: u64,
    /// Octets of all papers.
    pub total_octets: u64,
    /// Media types that are taken beside [`MEDIA_TYPES`]; their octets are not looked at.
    pub media_types: Vec<String>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_octets: FILE_OCTETS,
            application_octets: APPLICATION_OCTETS,
            total_octets: TOTAL_OCTETS,
            media_types: Vec::new(),
        }
    }
}

/// What is wrong with a paper that should be there.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// There is no such file.
    #[error("is missing")]
    Missing,
    /// It is not what was handed in.
    #[error("has other octets than were handed in")]
    Other,
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
}

/// The papers of a data directory.
#[derive(Debug)]
pub struct Store {
    directory: PathBuf,
    limits: Limits,
    state: Mutex<State>,
}

/// A paper by its application and its digest.
type Key = (String, [u8; 32]);

#[derive(Debug, Default)]
struct State {
    /// Octets of all that is kept, and of what is coming.
    octets: u64,
    coming: BTreeSet<Key>,
}

/// A fault of ours, which is logged whole and shown as an id.
fn fault(what: &str, error: &io::Error) -> Rejection {
    ViewFault(format!("a paper could not be {what}: {error}")).into()
}

impl Store {
    /// The papers of a data directory. It is looked at when [`Store::sweep`] is called.
    pub fn new(data_dir: &Path, limits: Limits) -> Self {
        Self {
            directory: data_dir.join(DIRECTORY),
            limits,
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, of: &str, sha256: &[u8; 32]) -> PathBuf {
        self.directory.join(of).join(hex::encode(sha256))
    }

    /// Takes away what nobody is told of, and counts what is kept. To be called once, before anything is taken; blocks.
    pub fn sweep(&self, is_told: &dyn Fn(&str, &str) -> Result<bool, ViewFault>) -> io::Result<()> {
        let mut kept = 0_u64;
        for one in listed(&self.directory)? {
            let name = one.file_name().to_string_lossy().into_owned();
            let mut left = false;
            for file in listed(&one.path())? {
                let sha256 = file.file_name().to_string_lossy().into_owned();
                let told = name != INCOMING
                    && is_told(&name, &sha256).map_err(|fault| io::Error::other(fault.0))?;
                if told {
                    kept = kept.saturating_add(file.metadata()?.len());
                    left = true;
                } else {
                    fs::remove_file(file.path())?;
                }
            }
            if !left {
                fs::remove_dir(one.path())?;
            }
        }
        self.lock().octets = kept;
        Ok(())
    }

    /// Begins to take a paper of an application whose papers have `held` octets. Blocks.
    ///
    /// `FIELD_INVALID` for a media type that is not taken, `FIELD_TOO_LONG`, `PAPERS_FULL`, `OVERLOADED`.
    pub fn begin(
        self: &Arc<Self>,
        of: &ApplicationId,
        what: &Attachment,
        held: u64,
    ) -> Result<Incoming, Rejection> {
        self.may_be_taken(what, held)?;
        let key = (of.to_string(), what.sha256);
        let place = self.reserve(key, what.octets)?;
        let incoming = self.directory.join(INCOMING);
        let name = format!("{}-{}", place.key.0, hex::encode(what.sha256));
        let path = incoming.join(name);
        let opened = files::make_directory(&incoming).and_then(|()| {
            let mut open = OpenOptions::new();
            open.create(true).truncate(true).write(true).mode(0o600);
            open.open(&path)
        });
        Ok(Incoming {
            file: opened.map_err(|error| fault("taken", &error))?,
            path,
            what: what.clone(),
            hash: Sha256::new(),
            head: Vec::new(),
            octets: 0,
            place: Some(place),
        })
    }

    /// Whether the settings let a paper be taken, by what is told of it.
    fn may_be_taken(&self, what: &Attachment, held: u64) -> Result<(), Refusal> {
        let limits = &self.limits;
        let refuse = |code, field: &str, detail: String| {
            Err(Refusal::new(code, format!("attachment.{field}"), detail))
        };
        if !kinds::is_taken(&what.media_type, &limits.media_types) {
            let taken: Vec<_> = kinds::taken(&limits.media_types).collect();
            let detail = format!("is not taken here; {} are", taken.join(", "));
            return refuse(Code::FieldInvalid, "media_type", detail);
        }
        let most = limits.file_octets.min(PAPER_OCTETS_CEILING);
        if what.octets > most {
            let detail = format!("{} octets; at most {most} are taken", what.octets);
            return refuse(Code::FieldTooLong, "octets", detail);
        }
        let most = limits.application_octets.min(PAPERS_OCTETS_CEILING);
        if held.saturating_add(what.octets) > most {
            let detail =
                format!("the papers of one application have at most {most} octets together");
            return refuse(Code::FieldTooLong, "octets", detail);
        }
        Ok(())
    }

    /// Keeps room for a paper that comes.
    fn reserve(self: &Arc<Self>, key: Key, octets: u64) -> Result<Place, Refusal> {
        let mut state = self.lock();
        let most = self.limits.total_octets;
        if state.octets.saturating_add(octets) > most {
            let detail = format!("all papers have at most {most} octets together");
            return Err(Refusal::new(Code::PapersFull, "attachment.octets", detail));
        }
        if state.coming.len() >= COMING_MAX || !state.coming.insert(key.clone()) {
            let detail = "as many papers come as are taken at once, or this one does; try again";
            return Err(Refusal::new(Code::Overloaded, "", detail));
        }
        state.octets = state.octets.saturating_add(octets);
        Ok(Place {
            store: Arc::clone(self),
            key,
            octets,
        })
    }

    /// A paper, from its beginning, after all of it was looked at. Blocks.
    pub fn read(&self, of: &ApplicationId, what: &Attachment) -> Result<File, Damage> {
        let path = self.path(of.as_str(), &what.sha256);
        let mut file = File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Damage::Missing,
            _ => Damage::Unreadable(error),
        })?;
        let sha256 = digest(&mut file).map_err(Damage::Unreadable)?;
        if sha256 != what.sha256 {
            return Err(Damage::Other);
        }
        file.rewind().map_err(Damage::Unreadable)?;
        Ok(file)
    }

    /// Takes the papers of an application away for good. Blocks.
    pub fn remove(&self, of: &ApplicationId) -> io::Result<()> {
        let directory = self.directory.join(of.as_str());
        let mut freed = 0_u64;
        for file in listed(&directory)? {
            freed = freed.saturating_add(file.metadata()?.len());
        }
        match fs::remove_dir_all(&directory) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) => return Ok(()),
            Ok(()) => {}
        }
        let mut state = self.lock();
        state.octets = state.octets.saturating_sub(freed);
        drop(state);
        File::open(&self.directory)?.sync_all()
    }
}

/// What is in a directory; nothing where it is not there.
fn listed(directory: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(directory) {
        Ok(all) => all.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn digest(file: &mut File) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE_OCTETS];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hash.finalize().into()),
            Ok(length) => hash.update(piece.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The room of a paper that comes. While it stands nobody else hands the same in.
#[derive(Debug)]
struct Place {
    store: Arc<Store>,
    key: Key,
    /// Octets that are given back where the paper is not kept.
    octets: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.store.lock();
        state.coming.remove(&self.key);
        state.octets = state.octets.saturating_sub(self.octets);
    }
}

/// A paper that comes. What is dropped before it is whole is as if it had never come.
#[derive(Debug)]
pub struct Incoming {
    file: File,
    path: PathBuf,
    what: Attachment,
    hash: Sha256,
    head: Vec<u8>,
    octets: u64,
    place: Option<Place>,
}

impl Incoming {
    /// Takes the next octets: `FIELD_INVALID` where they are more than was told. Blocks.
    pub fn write(&mut self, octets: &[u8]) -> Result<(), Rejection> {
        self.octets = self.octets.saturating_add(octets.len() as u64);
        if self.octets > self.what.octets {
            return Err(other_than_told("octets", "more come than were told"));
        }
        let room = HEAD_OCTETS.saturating_sub(self.head.len());
        self.head.extend(octets.iter().take(room));
        self.hash.update(octets);
        let written = self.file.write_all(octets);
        written.map_err(|error| fault("written", &error))
    }

    /// Gives a whole paper its name; it is on disk when this returns. `FIELD_INVALID` where it is not what was told. Blocks.
    pub fn keep(mut self) -> Result<Kept, Rejection> {
        if self.octets < self.what.octets {
            return Err(other_than_told("octets", "fewer came than were told"));
        }
        if <[u8; 32]>::from(self.hash.clone().finalize()) != self.what.sha256 {
            return Err(other_than_told(
                "sha256",
                "the octets that came have another digest",
            ));
        }
        if !kinds::is_one(&self.what.media_type, &self.head) {
            let detail = "the octets that came do not begin as this media type does";
            return Err(other_than_told("media_type", detail));
        }
        let is_new = self.named().map_err(|error| fault("kept", &error))?;
        Ok(Kept {
            is_new,
            is_told: false,
            place: self.place.take(),
        })
    }

    /// Tells whether there was no file of this name: one of which nobody was told may have stayed.
    fn named(&self) -> io::Result<bool> {
        self.file.sync_all()?;
        let Some(place) = &self.place else {
            return Ok(false);
        };
        let store = &place.store;
        let path = store.path(&place.key.0, &place.key.1);
        let directory = store.directory.join(&place.key.0);
        files::make_directory(&directory)?;
        let is_new = !path.try_exists()?;
        fs::rename(&self.path, &path)?;
        for directory in [&directory, &store.directory] {
            File::open(directory)?.sync_all()?;
        }
        if let Some(data_dir) = store.directory.parent() {
            File::open(data_dir)?.sync_all()?;
        }
        Ok(is_new)
    }
}

/// A paper is not what was told of it.
fn other_than_told(field: &str, detail: &str) -> Rejection {
    Refusal::new(Code::FieldInvalid, format!("attachment.{field}"), detail).into()
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // Where it was kept it has another name by now; what stays is emptied at the next start.
        fs::remove_file(&self.path).ok();
    }
}

/// A paper that is kept, of which nobody is told yet. What is dropped before [`Kept::leave`] is taken away again: whoever handed it
/// in went away before the register was told. One that was there before is not, since somebody may be told of it.
#[derive(Debug)]
pub struct Kept {
    /// Whether there was none of its name, whose octets are counted.
    is_new: bool,
    is_told: bool,
    place: Option<Place>,
}

impl Kept {
    /// Leaves it where it is: somebody is told of it, or may be. Blocks no longer than a lock.
    pub fn leave(mut self) {
        self.is_told = true;
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let Some(place) = self.place.as_mut().filter(|_| self.is_new) else {
            return;
        };
        // What cannot be taken away is swept away at the next start. What an erasure took away gave its octets back.
        let path = place.store.path(&place.key.0, &place.key.1);
        if self.is_told || fs::remove_file(path).is_err() {
            // They are counted for as long as the paper is kept.
            place.octets = 0;
        }
    }
}

#[cfg(test)]
mod tests;

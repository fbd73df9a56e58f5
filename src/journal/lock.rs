//! The exclusive lock of a data directory: one server at a time.
//!
//! The lock is the operating system's and goes with the process; the file's text only says who holds it. So this file
//! must never take a leftover text for a lock, and never remove the lock file (another process may hold it open).

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// The lock file's name in the data directory.
pub const LOCK_FILE: &str = "LOCK";
/// Most bytes that are read of another holder's text.
const MAX_TEXT_BYTES: u64 = 1_024;

/// Who holds a lock, for people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// The machine.
    pub host: String,
    /// When it started, as text.
    pub started: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "process {} on {}, started {}",
            self.pid, self.host, self.started
        )
    }
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else holds it.
    #[error("{} is in use by {holder}", path.display())]
    Held {
        /// The lock file.
        path: PathBuf,
        /// What it says of its holder.
        holder: String,
    },
    /// The file can't be made, locked or written.
    #[error("can't lock {}: {source}", path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

/// A held lock; dropping it lets it go.
#[derive(Debug)]
pub struct DataLock {
    path: PathBuf,
    _file: File,
}

impl DataLock {
    /// Locks `dir`, which exists, and writes `holder` into the lock file.
    pub fn acquire(dir: &Path, holder: &Holder) -> Result<Self, LockError> {
        let path = dir.join(LOCK_FILE);
        let failed = |source| LockError::Io {
            path: path.clone(),
            source,
        };
        let mut open = OpenOptions::new();
        open.read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600);
        let mut file = open.open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(&path)),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let text = format!("{holder}\n");
        let written = file.set_len(0).and_then(|()| file.rewind());
        written
            .and_then(|()| file.write_all(text.as_bytes()))
            .map_err(failed)?;
        Ok(Self { path, _file: file })
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn held(path: &Path) -> LockError {
    let mut text = String::new();
    let read =
        fs::File::open(path).and_then(|file| file.take(MAX_TEXT_BYTES).read_to_string(&mut text));
    let holder = match text.trim() {
        told if read.is_ok() && !told.is_empty() => told.to_owned(),
        _ => "a process that has not said who it is".to_owned(),
    };
    LockError::Held {
        path: path.to_owned(),
        holder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(pid: u32) -> Holder {
        Holder {
            pid,
            host: "registry-1".to_owned(),
            started: "2026-01-01T00:00:00Z".to_owned(),
        }
    }

    #[test]
    fn a_second_holder_is_told_who_the_first_is() {
        let dir = tempfile::TempDir::new().unwrap();
        let first = DataLock::acquire(dir.path(), &holder(1_234_567)).unwrap();
        let error = DataLock::acquire(dir.path(), &holder(2))
            .unwrap_err()
            .to_string();
        for part in [
            "process 1234567 on registry-1",
            "2026-01-01T00:00:00Z",
            LOCK_FILE,
        ] {
            assert!(error.contains(part), "{error}");
        }
        drop(first);
        // The text of the first holder is longer and must not shine through.
        let second = DataLock::acquire(dir.path(), &holder(2)).unwrap();
        assert_eq!(
            fs::read_to_string(second.path()).unwrap(),
            format!("{}\n", holder(2))
        );
    }

    #[test]
    fn an_unreadable_text_is_no_obstacle() {
        let dir = tempfile::TempDir::new().unwrap();
        let lock = DataLock::acquire(dir.path(), &holder(1)).unwrap();
        fs::write(lock.path(), [0xff, 0xfe]).unwrap();
        let error = DataLock::acquire(dir.path(), &holder(2)).unwrap_err();
        assert!(
            matches!(&error, LockError::Held { holder, .. } if holder.contains("not said")),
            "{error}"
        );
    }

    #[test]
    fn a_missing_directory_is_an_error() {
        let dir = tempfile::TempDir::new().unwrap();
        let error = DataLock::acquire(&dir.path().join("none"), &holder(1)).unwrap_err();
        assert!(matches!(error, LockError::Io { .. }));
    }
}

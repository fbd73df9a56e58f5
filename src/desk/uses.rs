//! When each credential was used last: kept beside the journal, never in it, since a use changes nothing.
//!
//! A use costs a look at a table; the file is written now and then and at the end, so that a crash forgets the uses of a
//! minute. It must never hold a secret: it knows credentials by the digests that the register keeps of them.

use std::{
    collections::HashMap,
    fs, io,
    path::Path,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use crate::{access::TokenDigest, files, model::Timestamp};

use super::limits::USES_MAX;

/// The first line of the file: what it is, and in which form.
const HEAD: &str = "oidra last uses 1";
const MICROS: i64 = 1_000_000;

/// When each credential was used last, to the second.
#[derive(Default)]
pub struct Uses {
    seconds: RwLock<HashMap<[u8; 32], AtomicI64>>,
    changed: AtomicBool,
}

impl Uses {
    /// What a file told; nothing where there is none. Lines that are not understood are left out.
    pub fn load(path: &Path) -> io::Result<Self> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Ok(Self::default());
        }
        let seconds = lines.filter_map(line).take(USES_MAX).collect();
        Ok(Self {
            seconds: RwLock::new(seconds),
            changed: AtomicBool::new(false),
        })
    }

    /// A credential was used.
    pub fn note(&self, shown: &TokenDigest, at: Timestamp) {
        let second = at.micros().div_euclid(MICROS);
        {
            let seconds = self.seconds.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = seconds.get(&shown.0) {
                if known.load(Ordering::Relaxed) != second {
                    known.store(second, Ordering::Relaxed);
                    self.changed.store(true, Ordering::Relaxed);
                }
                return;
            }
        }
        let mut seconds = self.seconds.write().unwrap_or_else(PoisonError::into_inner);
        if seconds.len() >= USES_MAX {
            forget_older_half(&mut seconds);
        }
        seconds.insert(shown.0, AtomicI64::new(second));
        self.changed.store(true, Ordering::Relaxed);
    }

    /// When a credential of this digest was used last, if that is known.
    pub fn last(&self, digest: &[u8; 32]) -> Option<Timestamp> {
        let seconds = self.seconds.read().unwrap_or_else(PoisonError::into_inner);
        let second = seconds.get(digest)?.load(Ordering::Relaxed);
        Some(Timestamp::from_micros(second.checked_mul(MICROS)?))
    }

    /// Writes the file, if anything has changed: whole, then in the place of the old one.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        if !self.changed.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        let written = self.write(path);
        if written.is_err() {
            self.changed.store(true, Ordering::Relaxed);
        }
        written
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let mut text = String::from(HEAD);
        {
            let seconds = self.seconds.read().unwrap_or_else(PoisonError::into_inner);
            for (digest, second) in &*seconds {
                let second = second.load(Ordering::Relaxed);
                text.extend(["\n", &hex::encode(digest), " ", &second.to_string()]);
            }
        }
        text.push('\n');
        files::write_whole(path, text.as_bytes())
    }
}

/// A line of the file: a digest and a second.
fn line(text: &str) -> Option<([u8; 32], AtomicI64)> {
    let (digest, second) = text.split_once(' ')?;
    let mut known = [0; 32];
    hex::decode_to_slice(digest, &mut known).ok()?;
    Some((known, AtomicI64::new(second.parse().ok()?)))
}

/// Makes room: who was used longest ago is forgotten.
fn forget_older_half(seconds: &mut HashMap<[u8; 32], AtomicI64>) {
    let mut all: Vec<i64> = seconds
        .values()
        .map(|one| one.load(Ordering::Relaxed))
        .collect();
    let middle = all.len() / 2;
    let (_, median, _) = all.select_nth_unstable(middle);
    let median = *median;
    let mut left = USES_MAX / 2;
    seconds.retain(|_, one| {
        let stays = one.load(Ordering::Relaxed) >= median && left > 0;
        left -= usize::from(stays);
        stays
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: usize) -> TokenDigest {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        TokenDigest(bytes)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * MICROS + 999_999)
    }

    #[test]
    fn the_last_use_outlives_a_restart_to_the_second() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("last-used");
        let uses = Uses::load(&path).unwrap();
        uses.note(&digest(1), at(10));
        uses.note(&digest(1), at(12));
        uses.note(&digest(2), at(11));
        uses.save(&path).unwrap();
        let again = Uses::load(&path).unwrap();
        assert_eq!(
            again.last(&digest(1).0),
            Some(Timestamp::from_micros(12 * MICROS))
        );
        assert_eq!(
            again.last(&digest(2).0),
            Some(Timestamp::from_micros(11 * MICROS))
        );
        assert_eq!(again.last(&digest(3).0), None);
    }

    #[test]
    fn nothing_is_written_that_did_not_change() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("last-used");
        let uses = Uses::default();
        uses.save(&path).unwrap();
        assert!(!path.exists());
        uses.note(&digest(1), at(1));
        uses.save(&path).unwrap();
        fs::remove_file(&path).unwrap();
        uses.note(&digest(1), at(1));
        uses.save(&path).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_file_of_rubbish_is_no_obstacle() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("last-used");
        let good = format!("{} 7", hex::encode(digest(1).0));
        for (text, known) in [
            (String::new(), false),
            ("something else\n".to_owned(), false),
            (format!("{HEAD}\nzz 1\n\n{good}\nab"), true),
        ] {
            fs::write(&path, text).unwrap();
            let uses = Uses::load(&path).unwrap();
            assert_eq!(uses.last(&digest(1).0).is_some(), known);
        }
    }

    #[test]
    fn one_past_the_most_forgets_those_used_longest_ago() {
        let uses = Uses::default();
        for number in 0..=USES_MAX {
            uses.note(&digest(number), at(i64::try_from(number).unwrap()));
        }
        let kept = uses.seconds.read().unwrap().len();
        assert!(kept <= USES_MAX, "{kept}");
        assert!(uses.last(&digest(USES_MAX).0).is_some());
        assert!(uses.last(&digest(0).0).is_none());
    }
}

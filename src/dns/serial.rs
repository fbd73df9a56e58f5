//! The SOA serial: a zone's revision in 32 bits (RFC 1982), which never goes back.
//!
//! It is the register's sequence number, plus what each restore adds (an epoch is further than any register can lose),
//! plus how often the zone changed by itself: by new signatures, another key, other settings. That count lies in a small
//! file of the data directory; where there is none it begins with the seconds since 1970, so that a register that was put
//! back without the file is ahead of what was served. It must never be lower than one that was served.

use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest as _, Sha256};

use crate::files;
use crate::model::{Seq, Timestamp};

/// The file of the count, in the data directory.
pub const FILE: &str = "dns.serial";
/// What a restore adds: more records than can be lost by one, and far less than half of what RFC 1982 can tell apart.
const EPOCH_STEP: u64 = 1 << 24;
/// The first epoch of a register.
const FIRST_EPOCH: u64 = 1;

/// How often the zones changed by themselves, and since which record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turns {
    /// How often.
    pub count: u64,
    /// The newest record at the last time.
    pub since: Seq,
    /// What the zones are made with: period of signatures, key, settings.
    made_with: [u8; 16],
}

/// Why the count cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} {}: {source}", path.display())]
pub struct SerialError {
    what: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// The serial of a revision.
pub fn serial(epoch: u32, seq: Seq, turns: &Turns) -> u32 {
    let step = u64::from(epoch)
        .saturating_sub(FIRST_EPOCH)
        .wrapping_mul(EPOCH_STEP);
    let sum = step.wrapping_add(seq.get()).wrapping_add(turns.count);
    u32::try_from(sum & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

/// The revision that a serial was of, where it is not older than the last turn and not newer than `now`.
pub fn revision(serial: u32, epoch: u32, now: Seq, turns: &Turns) -> Option<Seq> {
    let newest = self::serial(epoch, now, turns);
    let back = u64::from(newest.wrapping_sub(serial));
    let seq = Seq::new(now.get().checked_sub(back)?);
    (seq >= turns.since).then_some(seq)
}

impl Turns {
    /// The count as the file has it, one more where the zones are made with something else now, and written then.
    pub fn at(
        directory: &Path,
        now: Seq,
        time: Timestamp,
        made_with: &[u8],
    ) -> Result<Self, SerialError> {
        let path = directory.join(FILE);
        let made_with = digest(made_with);
        let kept = read(&path)?;
        if let Some(kept) = kept.filter(|kept| kept.made_with == made_with) {
            return Ok(kept);
        }
        let first = time.micros().unsigned_abs() / 1_000_000;
        let count = kept.map_or(first, |kept| kept.count.saturating_add(1));
        let turns = Self {
            count,
            since: now,
            made_with,
        };
        turns.write(&path)?;
        Ok(turns)
    }

    /// Goes ahead of every serial that may have been served by a later state of the register than this one: after the files of
    /// a backup were put in place.
    pub fn skip(directory: &Path, now: Seq) -> Result<(), SerialError> {
        let path = directory.join(FILE);
        let kept = read(&path)?.unwrap_or_default();
        let count = kept.count.saturating_add(EPOCH_STEP);
        let turns = Self {
            count,
            since: now,
            ..kept
        };
        turns.write(&path)
    }

    fn write(&self, path: &Path) -> Result<(), SerialError> {
        let text = format!(
            "{} {} {}\n",
            self.count,
            self.since,
            hex::encode(self.made_with)
        );
        let failed = |source| SerialError {
            what: "write",
            path: path.to_owned(),
            source,
        };
        files::write_whole(path, text.as_bytes()).map_err(failed)
    }
}

fn digest(made_with: &[u8]) -> [u8; 16] {
    let mut digest = [0; 16];
    let whole = Sha256::digest(made_with);
    digest
        .iter_mut()
        .zip(whole)
        .for_each(|(to, from)| *to = from);
    digest
}

fn read(path: &Path) -> Result<Option<Turns>, SerialError> {
    let failed = |source| SerialError {
        what: "read",
        path: path.to_owned(),
        source,
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(failed(why)),
    };
    let odd = || {
        failed(io::Error::other(
            "it is not a count that this program wrote",
        ))
    };
    let mut words = text.split_whitespace();
    let mut number = || words.next().and_then(|word| word.parse().ok());
    let (count, since) = number().zip(number()).ok_or_else(odd)?;
    let made_with = words.next().and_then(|word| hex::decode(word).ok());
    let made_with = made_with.and_then(|octets| octets.try_into().ok());
    Ok(Some(Turns {
        count,
        since: Seq::new(since),
        made_with: made_with.ok_or_else(odd)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(count: u64, since: u64) -> Turns {
        Turns {
            count,
            since: Seq::new(since),
            made_with: [0; 16],
        }
    }

    /// RFC 1982 3.2.
    fn is_newer(new: u32, old: u32) -> bool {
        new != old && new.wrapping_sub(old) < 1 << 31
    }

    #[test]
    fn a_serial_only_grows() {
        let before = serial(1, Seq::new(1_000), &turns(3, 900));
        assert!(is_newer(serial(1, Seq::new(1_001), &turns(3, 900)), before));
        assert!(is_newer(
            serial(1, Seq::new(1_000), &turns(4, 1_000)),
            before
        ));
        // A backup of long ago is restored: the count is lost, many records are.
        assert!(is_newer(serial(2, Seq::new(1), &turns(0, 0)), before));
        let near_the_end = serial(1, Seq::new(u64::from(u32::MAX)), &turns(0, 0));
        let beyond = serial(1, Seq::new(u64::from(u32::MAX) + 1), &turns(0, 0));
        assert!(is_newer(beyond, near_the_end));
    }

    #[test]
    fn a_serial_leads_back_to_its_revision() {
        let now = Seq::new(1_000);
        let of = |seq: u64| serial(1, Seq::new(seq), &turns(3, 900));
        let back = |serial| revision(serial, 1, now, &turns(3, 900));
        assert_eq!(back(of(950)), Some(Seq::new(950)));
        assert_eq!(back(of(1_000)), Some(now));
        assert_eq!(back(of(899)), None);
        assert_eq!(back(of(1_001)), None);
        assert_eq!(back(0), None);
    }

    #[test]
    fn a_turn_is_counted_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let time = Timestamp::from_micros(1_800_000_000_000_000);
        let at = |seq: u64, with: &[u8]| {
            let mut turns = Turns::at(dir.path(), Seq::new(seq), time, with).unwrap();
            turns.count -= 1_800_000_000;
            turns
        };
        assert_eq!(at(5, b"a").count, 0);
        assert_eq!((at(7, b"a").count, at(7, b"a").since), (0, Seq::new(5)));
        assert_eq!((at(9, b"b").count, at(9, b"b").since), (1, Seq::new(9)));
        assert_eq!(at(9, b"a").count, 2);
        let before = serial(1, Seq::new(9_000_000), &at(9, b"a"));
        Turns::skip(dir.path(), Seq::new(9)).unwrap();
        assert!(is_newer(serial(1, Seq::new(9), &at(9, b"a")), before));
        fs::write(dir.path().join(FILE), "rubbish").unwrap();
        assert!(Turns::at(dir.path(), Seq::new(9), time, b"a").is_err());
    }
}

//! Where a hook is in the journal: a small file beside it, replaced whole. Its form: docs/stored-formats.md.
//!
//! A file of another register, and one beyond the newest record (the journal was restored from a copy), begins anew with what
//! happens next. A file that cannot be read is an error: what it stood for would be lost otherwise.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    files,
    model::{NoticeId, RegisterId, Seq},
};

/// The first line of the file.
const FORM: &str = "oidra webhook 1";

/// A place. The notices up to one are those of the records up to its own, and those before it of that record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What was told last.
    pub at: NoticeId,
    file: PathBuf,
    register: String,
}

impl Place {
    /// The place of a hook; of one that has none, after `newest`.
    pub fn open(
        directory: &Path,
        name: &str,
        register: &RegisterId,
        newest: Seq,
    ) -> io::Result<Self> {
        files::make_directory(directory)?;
        let mut place = Self {
            at: after(newest),
            file: directory.join(name),
            register: register.to_string(),
        };
        match fs::read_to_string(&place.file) {
            Ok(text) => {
                let (of, at) = read(&text).ok_or_else(|| {
                    let what = format!("{}: is no place of a webhook", place.file.display());
                    io::Error::new(io::ErrorKind::InvalidData, what)
                })?;
                if of == place.register && at.seq <= newest {
                    place.at = at;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        // From now on nothing that happens is lost, whether or not the address takes it before the next stop.
        place.keep()?;
        Ok(place)
    }

    /// Keeps it.
    pub fn keep(&self) -> io::Result<()> {
        let text = format!("{FORM}\n{}\n{}\n", self.register, self.at);
        files::write_whole(&self.file, text.as_bytes())
    }
}

/// What a file says: the register, and what was told last.
fn read(text: &str) -> Option<(&str, NoticeId)> {
    let mut lines = text.lines();
    let (form, register, at) = (lines.next()?, lines.next()?, lines.next()?);
    let at = at.parse().ok()?;
    (form == FORM).then_some((register, at))
}

/// After all that a record tells.
pub const fn after(seq: Seq) -> NoticeId {
    NoticeId {
        seq,
        place: u32::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path, register: &str, newest: u64) -> io::Result<Place> {
        Place::open(
            &folder.join("webhooks"),
            "one",
            &register.parse().unwrap(),
            Seq::new(newest),
        )
    }

    #[test]
    fn a_place_is_kept_and_begins_with_what_happens_next() {
        let folder = tempfile::tempdir().unwrap();
        let mut place = open(folder.path(), "g-1", 7).unwrap();
        assert_eq!(place.at, after(Seq::new(7)));
        // What happened since is told although nothing was yet.
        assert_eq!(open(folder.path(), "g-1", 9).unwrap(), place);
        place.at = "n-8-0".parse().unwrap();
        place.keep().unwrap();
        assert_eq!(open(folder.path(), "g-1", 9).unwrap(), place);
        // Another register's, or one of a future that was lost, is none.
        assert_eq!(
            open(folder.path(), "g-1", 5).unwrap().at,
            after(Seq::new(5))
        );
        place.keep().unwrap();
        assert_eq!(
            open(folder.path(), "g-2", 9).unwrap().at,
            after(Seq::new(9))
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = open(folder.path(), "g-1", 7).unwrap().file;
        for text in [
            "",
            "oidra webhook 2\ng-1\nn-7-0\n",
            "oidra webhook 1\ng-1\n",
            "x",
        ] {
            fs::write(&file, text).unwrap();
            let error = open(folder.path(), "g-1", 9).unwrap_err();
            assert!(error.to_string().contains("webhooks/one"), "{error}");
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
    }
}

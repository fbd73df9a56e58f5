//! Where things stand in a data directory, and the marker of a clean stop.
//!
//! `journal/` is the truth; `projection-<n>` are the tables, the highest number in use; `projection.damaged-<n>` are tables
//! that were put aside. It must never delete anything but tables that were put aside, and the marker.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::options::OpenError;
use super::tables::HeadRow;

/// The journal's directory.
pub(super) const JOURNAL: &str = "journal";
/// The checkpoints' directory.
pub(super) const CHECKPOINTS: &str = "checkpoints";
/// What the tables' directories are called, before their number.
const PROJECTION: &str = "projection-";
/// What tables that were put aside are called, before their number.
const DAMAGED: &str = "projection.damaged-";
/// Directories of damaged tables that are kept.
const DAMAGED_KEPT: usize = 2;
/// The marker of a clean stop.
const MARKER: &str = "clean-stop";

/// An [`OpenError::Io`] for `map_err`.
pub(super) fn io_error(what: impl Into<String>) -> impl FnOnce(io::Error) -> OpenError {
    let what = what.into();
    move |source| OpenError::Io { what, source }
}

/// The numbers of the directories whose names begin with `prefix`, rising.
fn numbered(data_dir: &Path, prefix: &str) -> Result<Vec<u64>, OpenError> {
    let failed = || io_error(format!("reading {}", data_dir.display()));
    let mut numbers = Vec::new();
    for entry in fs::read_dir(data_dir).map_err(failed())? {
        let name = entry.map_err(failed())?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(prefix));
        numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// The directory of the tables in use, or of those to be made: a number that was put aside is not used again.
pub(super) fn projection(data_dir: &Path) -> Result<PathBuf, OpenError> {
    let number = match numbered(data_dir, PROJECTION)?.pop() {
        Some(number) => number,
        None => numbered(data_dir, DAMAGED)?.pop().unwrap_or(0) + 1,
    };
    Ok(data_dir.join(format!("{PROJECTION}{number}")))
}

/// Puts the tables in use aside and names the directory of the next ones: never one that was used before, since a process
/// may still hold the old files open. Tells where the old ones are.
pub(super) fn put_aside(data_dir: &Path) -> Result<(PathBuf, Option<PathBuf>), OpenError> {
    let used = numbered(data_dir, PROJECTION)?;
    let mut damaged = numbered(data_dir, DAMAGED)?;
    let last = used.last().into_iter().chain(damaged.last()).max();
    let next = last.map_or(1, |last| last + 1);
    let mut aside = None;
    for number in used {
        let from = data_dir.join(format!("{PROJECTION}{number}"));
        let to = data_dir.join(format!("{DAMAGED}{number}"));
        let what = format!("moving {} aside", from.display());
        fs::rename(&from, &to).map_err(io_error(what))?;
        damaged.push(number);
        aside = Some(to);
    }
    let spare = damaged.len().saturating_sub(DAMAGED_KEPT);
    for number in damaged.into_iter().take(spare) {
        let path = data_dir.join(format!("{DAMAGED}{number}"));
        let what = format!("removing {}", path.display());
        fs::remove_dir_all(&path).map_err(io_error(what))?;
    }
    Ok((data_dir.join(format!("{PROJECTION}{next}")), aside))
}

/// Removes the tables that were put aside, all of them.
pub(super) fn remove_put_aside(data_dir: &Path) -> Result<(), OpenError> {
    for number in numbered(data_dir, DAMAGED)? {
        let path = data_dir.join(format!("{DAMAGED}{number}"));
        let what = format!("removing {}", path.display());
        fs::remove_dir_all(&path).map_err(io_error(what))?;
    }
    Ok(())
}

/// What the marker of a clean stop says: how far the tables were, and what their files looked like.
fn marker(data_dir: &Path, row: &HeadRow) -> Result<String, OpenError> {
    let mut text = format!("oidra clean stop 1\n{}\n", hex::encode(row.encode()));
    let mut waiting = vec![projection(data_dir)?];
    let mut files = Vec::new();
    while let Some(directory) = waiting.pop() {
        let failed = || io_error(format!("reading {}", directory.display()));
        for entry in fs::read_dir(&directory).map_err(failed())? {
            let entry = entry.map_err(failed())?;
            let meta = entry.metadata().map_err(failed())?;
            if meta.is_dir() {
                waiting.push(entry.path());
            } else {
                files.push((entry.path(), meta.len(), meta.mtime(), meta.mtime_nsec()));
            }
        }
    }
    files.sort();
    for (path, size, seconds, nanos) in files {
        // Writing to a `String` cannot fail.
        let line = writeln!(text, "{} {size} {seconds}.{nanos:09}", path.display());
        debug_assert!(line.is_ok());
    }
    Ok(text)
}

/// Leaves the marker of a clean stop.
pub(super) fn leave_marker(data_dir: &Path, row: &HeadRow) -> Result<(), OpenError> {
    let text = marker(data_dir, row)?;
    let path = data_dir.join(MARKER);
    fs::write(&path, text).map_err(io_error(format!("writing {}", path.display())))
}

/// What the last stop left, taken away at once: a crash from now on is no clean stop.
pub(super) fn take_marker(data_dir: &Path) -> Result<Option<String>, OpenError> {
    let path = data_dir.join(MARKER);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        // A marker that cannot be read is none; it goes all the same.
        Err(_) => String::new(),
    };
    fs::remove_file(&path).map_err(io_error(format!("removing {}", path.display())))?;
    Ok(Some(text))
}

/// What the tables' files look like now; compared with the marker before sled touches them.
pub(super) fn looks_like(data_dir: &Path) -> Option<String> {
    marker(data_dir, &HeadRow::empty()).ok()
}

/// Whether a marker tells of these files and of this head row.
pub(super) fn is_clean(left: &str, files: &str, row: &HeadRow) -> bool {
    let said = |text: &str| {
        let mut lines = text.lines();
        let head = lines.nth(1).map(str::to_owned);
        (head, lines.map(str::to_owned).collect::<Vec<_>>())
    };
    let ((head, before), (_, now)) = (said(left), said(files));
    head == Some(hex::encode(row.encode())) && before == now
}

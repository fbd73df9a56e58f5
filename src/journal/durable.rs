//! Small files that are there as a whole or not at all, and directories that remember them after a crash.
//!
//! It must never leave a half-written file under its final name.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

/// Ends the name of a file that is being written; such a file holds nothing that was acknowledged.
pub(super) const UNFINISHED: &str = ".tmp";

/// Makes the names in `dir` durable.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Makes `dir` (and what is missing above it), with its name durable in the directory above.
pub(super) fn create_dir(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_dir(parent)?;
        fs::create_dir(dir)?;
        return sync_dir(parent);
    }
    fs::create_dir(dir)
}

/// Writes `parts` one after the other under a temporary name beside `path` and syncs it; the caller renames it with
/// [`finish`]. The file is open for reading and writing.
pub(super) fn begin(path: &Path, mode: u32, parts: &[&[u8]]) -> io::Result<File> {
    let unfinished = unfinished_name(path);
    let mut open = OpenOptions::new();
    let mut file = open
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&unfinished)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()?;
    Ok(file)
}

/// Gives the file that [`begin`] wrote its name. The name is durable after [`sync_dir`].
pub(super) fn finish(path: &Path) -> io::Result<()> {
    fs::rename(unfinished_name(path), path)
}

/// Writes a whole file durably.
pub(crate) fn write(path: &Path, mode: u32, parts: &[&[u8]]) -> io::Result<File> {
    let file = begin(path, mode, parts)?;
    finish(path)?;
    if let Some(dir) = path.parent() {
        sync_dir(dir)?;
    }
    Ok(file)
}

fn unfinished_name(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNFINISHED);
    name.into()
}

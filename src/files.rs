//! Small files for their owner alone: written whole, or not at all. A leaf: it knows nothing of what they hold.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// Makes a directory that nobody else may look into.
pub fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(directory)
}

/// Replaces a file, for its owner alone; it is on disk when this returns.
pub fn write_whole(path: &Path, octets: &[u8]) -> io::Result<()> {
    write_with(0o600, path, octets)
}

/// Replaces a file that has these permissions, as far as the process lets files have them; it is on disk when this returns.
pub fn write_with(mode: u32, path: &Path, octets: &[u8]) -> io::Result<()> {
    let fresh = beside(path);
    let mut file = fs::OpenOptions::new();
    file.create(true).truncate(true).write(true).mode(mode);
    let mut file = file.open(&fresh)?;
    file.write_all(octets)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    match path.parent() {
        Some(directory) => fs::File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

/// Under which name a file is written before it has its own.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_has_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.serial");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"2").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let names = fs::read_dir(folder.path()).unwrap();
        assert_eq!(names.count(), 1);
    }
}

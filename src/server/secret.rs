//! Files of secrets that settings name: read for their owner alone. It must never show what they hold.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use super::exit::Failure;

/// Permissions that nobody but the owner of such a file may have.
const OTHERS: u32 = 0o077;

/// The text of a file that the setting `key` names; refused where others may read it.
pub fn read(key: &'static str, file: &Path) -> Result<String, Failure> {
    let known = fs::metadata(file).map_err(Failure::file("read", file))?;
    if known.permissions().mode() & OTHERS != 0 {
        let detail = format!("names {}, which others may read: chmod 600", file.display());
        return Err(Failure::setting(key, detail));
    }
    fs::read_to_string(file).map_err(Failure::file("read", file))
}

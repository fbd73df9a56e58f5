//! The register's secret keys, files beside the journal: `request.key` (HMAC-SHA-256, RFC 2104, over the content of
//! requests), `checkpoint.key`, `statement.key` and, where answers of OID-IP or zones are signed, `oidip.key` and `dns.key`
//! (Ed25519, RFC 8032, the seeds).
//!
//! It must never print a key, never make one from anything but the entropy it is given, and never replace one.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use ed25519_dalek::SigningKey;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::durable;

/// The file of the request key.
pub const REQUEST_KEY_FILE: &str = "request.key";
/// The file of the checkpoint key's seed.
pub const CHECKPOINT_KEY_FILE: &str = "checkpoint.key";
/// The file of the seed of the key that signs answers of OID-IP.
pub const OIDIP_KEY_FILE: &str = "oidip.key";
/// The file of the seed of the key that signs statements.
pub const STATEMENT_KEY_FILE: &str = "statement.key";
/// The file of its public half, a JSON Web Key.
pub const STATEMENT_PUBLIC_FILE: &str = "statement.jwk";
/// The file of the public half of the key of OID-IP answers, a JSON Web Key.
pub const OIDIP_PUBLIC_FILE: &str = "oidip.jwk";
/// The permissions of the public half: everybody reads.
const PUBLIC_MODE: u32 = 0o644;
/// The file of the seed of the key that signs zones.
pub const DNS_KEY_FILE: &str = "dns.key";
/// Bytes of each key.
pub const KEY_BYTES: usize = 32;
/// Bytes of a block of SHA-256.
const BLOCK_BYTES: usize = 64;
/// The permissions of a key file: its owner reads and writes.
const KEY_MODE: u32 = 0o600;
/// The permissions that nobody else may have.
const OTHERS: u32 = 0o077;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file can't be read or made.
    #[error("can't read or make {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The file is no key.
    #[error("{} has {found} bytes, a key has {KEY_BYTES}", path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// Its bytes (one more than a key's stands for any larger number).
        found: usize,
    },
    /// Others may read or write the file.
    #[error("{} has the permissions {mode:o}; only its owner may have any: chmod 600", path.display())]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
}

/// The key of request digests.
#[derive(Clone)]
pub struct RequestKey([u8; KEY_BYTES]);

impl RequestKey {
    /// Loads the key from `dir`, or makes it from `entropy` (fresh random bytes, used only then).
    pub fn load_or_create(dir: &Path, entropy: &[u8; KEY_BYTES]) -> Result<Self, KeyError> {
        load_or_create(&dir.join(REQUEST_KEY_FILE), entropy).map(Self)
    }

    /// The key with these bytes.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// HMAC-SHA-256 of a request's content.
    pub fn digest(&self, content: &[u8]) -> [u8; 32] {
        // RFC 2104 fills a key up with zeros to the hash's block; with the block itself nothing can fail.
        let mut block = [0; BLOCK_BYTES];
        block
            .iter_mut()
            .zip(self.0)
            .for_each(|(to, from)| *to = from);
        let mac = Hmac::<Sha256>::new(&block.into()).chain_update(content);
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for RequestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RequestKey(…)")
    }
}

/// Loads the checkpoint key from `dir`, or makes it from `entropy` (fresh random bytes, used only then).
pub fn checkpoint_key(dir: &Path, entropy: &[u8; KEY_BYTES]) -> Result<SigningKey, KeyError> {
    load_or_create(&dir.join(CHECKPOINT_KEY_FILE), entropy)
        .map(|seed| SigningKey::from_bytes(&seed))
}

/// Loads the key of OID-IP answers from `dir`, or makes it from `entropy` (fresh random bytes, used only then).
pub fn oidip_key(dir: &Path, entropy: &[u8; KEY_BYTES]) -> Result<SigningKey, KeyError> {
    load_or_create(&dir.join(OIDIP_KEY_FILE), entropy).map(|seed| SigningKey::from_bytes(&seed))
}

/// Loads the key that signs statements from `dir`, or makes it from `entropy` (fresh random bytes, used only then).
pub fn statement_key(dir: &Path, entropy: &[u8; KEY_BYTES]) -> Result<SigningKey, KeyError> {
    load_or_create(&dir.join(STATEMENT_KEY_FILE), entropy).map(|seed| SigningKey::from_bytes(&seed))
}

/// Writes the public half of a key beside it, for whoever checks signatures; what is there already and the same is left.
pub fn publish(dir: &Path, file: &str, jwk: &str) -> Result<(), KeyError> {
    let path = dir.join(file);
    let line = format!("{jwk}\n");
    if fs::read(&path).is_ok_and(|there| there == line.as_bytes()) {
        return Ok(());
    }
    let written = durable::write(&path, PUBLIC_MODE, &[line.as_bytes()]);
    written
        .map(drop)
        .map_err(|source| KeyError::Io { path, source })
}

/// Loads the key that signs zones from `dir`, or makes it from `entropy` (fresh random bytes, used only then).
pub fn dns_key(dir: &Path, entropy: &[u8; KEY_BYTES]) -> Result<SigningKey, KeyError> {
    load_or_create(&dir.join(DNS_KEY_FILE), entropy).map(|seed| SigningKey::from_bytes(&seed))
}

fn load_or_create(path: &Path, entropy: &[u8; KEY_BYTES]) -> Result<[u8; KEY_BYTES], KeyError> {
    let failed = |source| KeyError::Io {
        path: path.to_owned(),
        source,
    };
    match fs::symlink_metadata(path) {
        Ok(_) => load(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            durable::write(path, KEY_MODE, &[entropy]).map_err(failed)?;
            load(path)
        }
        Err(error) => Err(failed(error)),
    }
}

fn load(path: &Path) -> Result<[u8; KEY_BYTES], KeyError> {
    let failed = |source| KeyError::Io {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o7777;
    if mode & OTHERS != 0 {
        return Err(KeyError::Permissions {
            path: path.to_owned(),
            mode,
        });
    }
    let mut bytes = Vec::with_capacity(KEY_BYTES + 1);
    file.take(KEY_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    let found = bytes.len();
    bytes.try_into().map_err(|_| KeyError::Length {
        path: path.to_owned(),
        found,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_hmac_sha_256() {
        // RFC 4231's keys have other lengths; a key padded with zeros to 32 bytes is the same HMAC key.
        let mut key = [0; KEY_BYTES];
        key[..4].copy_from_slice(b"Jefe");
        let digest = RequestKey::from_bytes(key).digest(b"what do ya want for nothing?");
        let expect = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(digest), expect);
        assert_ne!(
            digest,
            RequestKey::from_bytes([1; 32]).digest(b"what do ya want for nothing?")
        );
    }

    #[test]
    fn a_key_is_made_once_and_loaded_afterwards() {
        let dir = tempfile::TempDir::new().unwrap();
        let first = RequestKey::load_or_create(dir.path(), &[1; 32]).unwrap();
        let loaded = RequestKey::load_or_create(dir.path(), &[2; 32]).unwrap();
        assert_eq!((first.0, loaded.0), ([1; 32], [1; 32]));
        let signing = checkpoint_key(dir.path(), &[3; 32]).unwrap();
        assert_eq!(checkpoint_key(dir.path(), &[4; 32]).unwrap(), signing);
        assert_eq!(signing.to_bytes(), [3; 32]);
        for name in [REQUEST_KEY_FILE, CHECKPOINT_KEY_FILE] {
            let mode = fs::metadata(dir.path().join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o7777, KEY_MODE);
        }
        assert_eq!(format!("{loaded:?}"), "RequestKey(…)");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join(REQUEST_KEY_FILE);
        for (bytes, expect) in [
            (vec![], 0),
            (vec![1; 31], 31),
            (vec![1; 33], 33),
            (vec![1; 99], 33),
        ] {
            fs::write(&path, bytes).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            let error = RequestKey::load_or_create(dir.path(), &[1; 32]).unwrap_err();
            assert!(
                matches!(error, KeyError::Length { found, .. } if found == expect),
                "{error}"
            );
        }
        for mode in [0o640, 0o604, 0o620] {
            fs::write(&path, [1; 32]).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = RequestKey::load_or_create(dir.path(), &[1; 32]).unwrap_err();
            assert!(
                matches!(error, KeyError::Permissions { mode: found, .. } if found == mode),
                "{error}"
            );
        }
    }
}

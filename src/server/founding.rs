//! A first start: the data directory, the administrator's token, and what a register is founded with.
//!
//! The token is on disk, for its owner alone, before the genesis is: a crash between the two leaves a token that the next
//! start uses, never a register that nobody can administer. It is written once and never overwritten; the register keeps
//! its hash alone.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use crate::{
    access::token::Token,
    journal::local,
    model::{
        actor::{Credential, CredentialKind, Principal, PrincipalKind, Scope},
        clock::Timestamp,
        ids::{CredentialId, PrincipalId, RegisterId},
    },
    rules::{AuthorityNode, Founding},
};

use crate::oid::NodePath;

use super::{data::ReferenceData, entropy::SystemEntropy, exit::Failure, offline::JOURNAL_DIR};

/// The file in the data directory that the first start writes the administrator's token to.
pub const TOKEN_FILE: &str = "administrator.token";
/// Nobody but the owner may look into the data directory.
const DIR_MODE: u32 = 0o700;
/// Nobody but the owner may read the token.
const TOKEN_MODE: u32 = 0o600;

/// Makes the data directory where it is missing.
pub fn make_data_dir(dir: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new().recursive(true).mode(DIR_MODE).create(dir);
    made.map_err(Failure::file("make the data directory", dir))
}

/// Whether the data directory holds a register: its journal has a record. A segment alone is not one: a first start may
/// have been cut off before the genesis was on disk.
pub fn is_founded(dir: &Path) -> Result<bool, Failure> {
    let journal = dir.join(JOURNAL_DIR);
    let listed = match fs::read_dir(&journal) {
        Ok(listed) => listed,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(why) => return Err(Failure::file("list", journal)(why)),
    };
    let mut segments = 0_u32;
    for entry in listed {
        let entry = entry.map_err(Failure::file("list", &journal))?;
        let is_segment = entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "seg");
        segments += u32::from(is_segment);
    }
    Ok(match segments {
        0 => false,
        // What is damaged is a register; opening it says what is wrong.
        1 => local::dump(&journal)?.next().is_some(),
        _ => true,
    })
}

/// The administrator's token of a register that is about to be founded: the one that an interrupted first start left, or
/// a new one, on disk when this returns.
pub fn administrator_token(dir: &Path) -> Result<Token, Failure> {
    let path = dir.join(TOKEN_FILE);
    if let Some(token) = read_token(&path)? {
        return Ok(token);
    }
    let token = Token::from_entropy(draw()?);
    match write_token(dir, &path, &token) {
        Ok(()) => Ok(token),
        // Another first start was faster; one of the two will get the lock, and both have the same token.
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {
            read_token(&path)?.ok_or(Failure::TokenFile { path })
        }
        Err(why) => Err(Failure::file("write the token to", path)(why)),
    }
}

fn draw() -> Result<[u8; 32], Failure> {
    let what = "the machine gives no random bytes";
    SystemEntropy::draw().map_err(|source| Failure::Machine { what, source })
}

/// The token in the file; `None` where there is no file.
fn read_token(path: &Path) -> Result<Option<Token>, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(Failure::file("read the token from", path)(why)),
    };
    let token = text.trim().parse().ok();
    token.map(Some).ok_or_else(|| Failure::TokenFile {
        path: path.to_owned(),
    })
}

/// Writes the token whole or not at all, and never over another: it gets its name when it is on disk.
fn write_token(dir: &Path, path: &Path, token: &Token) -> io::Result<()> {
    let draft = dir.join(format!("{TOKEN_FILE}.{}", std::process::id()));
    let written = write_draft(&draft, token).and_then(|()| fs::hard_link(&draft, path));
    let removed = fs::remove_file(&draft);
    written.and(removed)?;
    File::open(dir)?.sync_all()
}

fn write_draft(draft: &Path, token: &Token) -> io::Result<()> {
    let mut open = OpenOptions::new();
    let mut file = open
        .write(true)
        .create(true)
        .truncate(true)
        .mode(TOKEN_MODE)
        .open(draft)?;
    writeln!(file, "{}", token.reveal())?;
    file.sync_all()
}

/// What a register is founded with.
pub fn founding(
    data: ReferenceData,
    authorities: Vec<AuthorityNode>,
    token: &Token,
    entropy: &dyn Fn() -> [u8; 32],
    now: Timestamp,
) -> Founding {
    let bits = || -> [u8; 16] {
        let mut bits = [0; 16];
        for (bit, random) in bits.iter_mut().zip(entropy()) {
            *bit = random;
        }
        bits
    };
    let id = PrincipalId::from_random(bits());
    let administrator = Principal {
        administrator: true,
        ..Principal::new(id, PrincipalKind::Organisation, NodePath::root(), now)
    };
    let credential = Credential {
        id: CredentialId::from_random(bits()),
        principal: administrator.id.clone(),
        token_sha256: token.sha256(),
        name: TOKEN_FILE.to_owned(),
        expires: None,
        revoked: false,
        kind: CredentialKind::Token,
        scope: Scope::default(),
        bound_to: None,
        issued: now,
    };
    Founding {
        register: RegisterId::from_random(bits()),
        authorities,
        references: data.entries,
        data_version: data.version,
        administrator,
        credential,
    }
}

/// Where the token of the first start is, if nobody has moved it.
pub fn token_file(dir: &Path) -> Option<PathBuf> {
    let path = dir.join(TOKEN_FILE);
    path.exists().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        journal::{Appended, Draft, Journal as _},
        model::ids::Seq,
    };
    use std::os::unix::fs::PermissionsExt as _;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_directory_and_the_token_are_for_their_owner_alone() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = temporary.path().join("a/b");
        make_data_dir(&dir).unwrap();
        assert_eq!(mode(&dir), DIR_MODE);
        administrator_token(&dir).unwrap();
        assert_eq!(mode(&dir.join(TOKEN_FILE)), TOKEN_MODE);
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
    }

    #[test]
    fn an_interrupted_first_start_leaves_its_token_to_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let first = administrator_token(dir.path()).unwrap();
        let second = administrator_token(dir.path()).unwrap();
        assert_eq!(first.sha256(), second.sha256());
    }

    #[test]
    fn a_token_file_without_a_token_is_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(TOKEN_FILE);
        fs::write(&path, "precious").unwrap();
        assert!(matches!(
            administrator_token(dir.path()),
            Err(Failure::TokenFile { .. })
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    }

    #[test]
    fn a_register_is_founded_when_its_journal_has_a_record() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_founded(dir.path()).unwrap());
        let journal = dir.path().join(JOURNAL_DIR);
        let opened = local::Local::open(&journal, local::Options::default(), Seq::ZERO).unwrap();
        assert!(!is_founded(dir.path()).unwrap());
        let head = opened.journal.head();
        let appended = opened.journal.append(&head, vec![Draft::default()]);
        assert!(matches!(appended, Ok(Appended::Appended(..))));
        assert!(is_founded(dir.path()).unwrap());
    }

    #[test]
    fn the_founding_keeps_the_hash_alone_and_no_id_twice() {
        let token = Token::from_entropy([7; 32]);
        let drawn = std::cell::Cell::new(0);
        let entropy = || {
            drawn.set(drawn.get() + 1);
            [drawn.get(); 32]
        };
        let data = ReferenceData::embedded().unwrap();
        let made = founding(
            data,
            Vec::new(),
            &token,
            &entropy,
            Timestamp::from_micros(5),
        );
        assert_eq!(made.credential.token_sha256, token.sha256());
        assert_eq!(made.credential.principal, made.administrator.id);
        assert!(made.administrator.administrator);
        assert!(!format!("{made:?}").contains(&token.reveal().to_string()));
        assert_eq!(drawn.get(), 3);
    }
}

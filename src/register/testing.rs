//! What the tests of this room share: a register for `2.16.834` in a temporary directory, over a journal in memory or in
//! files, with a clock and a source of randomness that repeat themselves.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

use crate::access::{Identity, Permit, TokenDigest, permit};
use crate::journal::{Journal, Memory};
use crate::model::{
    Clock, Policy, Principal, PrincipalKind, Rejection, Submission, Timestamp, TreeView,
    actor::Credential,
    command::{Allocate, Command, NewEntry, NumberChoice},
    entry::{Certainty, Flags, Label, State, Visibility},
    event::ReferenceLoaded,
};
use crate::oid::{ArcValue, NodePath};
use crate::rules::{AuthorityNode, Founding};

use super::Register;
use super::answers::Outcome;
use super::core::Parts;
use super::open::{find_tables, open_on};
use super::options::{Entropy, OpenError, Opened, Options, Silent};

/// Bytes of sled's cache in tests.
pub(super) const CACHE_BYTES: u64 = 8 << 20;
/// The digest of the administrator's token.
pub(super) const ADMIN_DIGEST: [u8; 32] = [7; 32];
pub(super) const AUTHORITY: &str = "2.16.834";

pub(super) fn path(text: &str) -> NodePath {
    text.parse().unwrap()
}

pub(super) fn arc(number: u64) -> ArcValue {
    ArcValue::new(number)
}

/// Goes one second forward at every look.
#[derive(Default)]
pub(super) struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        let seconds = self.0.fetch_add(1, Ordering::SeqCst);
        Timestamp::from_micros(1_700_000_000_000_000 + seconds * 1_000_000)
    }
}

impl Ticking {
    pub(super) fn skip(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// Hashes of a counter.
#[derive(Default)]
pub(super) struct Counted(AtomicU64);

impl Entropy for Counted {
    fn bytes32(&self) -> [u8; 32] {
        let count = self.0.fetch_add(1, Ordering::SeqCst);
        Sha256::digest(count.to_be_bytes()).into()
    }
}

pub(super) fn admin() -> Principal {
    Principal {
        administrator: true,
        ..Principal::new(
            "p-admin".parse().unwrap(),
            PrincipalKind::Person,
            crate::oid::NodePath::root(),
            Timestamp::from_micros(0),
        )
    }
}

fn reference(
    at: &str,
    identifiers: &[&str],
    labels: &[&str],
    long_arcs: &[&str],
) -> ReferenceLoaded {
    ReferenceLoaded {
        path: path(at),
        previous: crate::model::Seq::ZERO,
        identifiers: identifiers
            .iter()
            .map(|text| text.parse().unwrap())
            .collect(),
        labels: labels.iter().map(|text| label(text)).collect(),
        long_arcs: long_arcs.iter().map(|text| text.parse().unwrap()).collect(),
        descriptions: Vec::new(),
        flags: Flags::default(),
        source: "test".to_owned(),
        certainty: Certainty::Verified,
        data_version: "1".to_owned(),
    }
}

pub(super) fn label(text: &str) -> Label {
    Label {
        label: text.parse().unwrap(),
        language: None,
    }
}

pub(super) fn founding() -> Founding {
    Founding {
        register: "g-test".parse().unwrap(),
        authorities: vec![AuthorityNode {
            path: path(AUTHORITY),
            titles: Vec::new(),
            descriptions: Vec::new(),
            policy: Policy::standard(),
        }],
        references: vec![
            reference("2", &["joint-iso-itu-t"], &["Joint-ISO-ITU-T"], &[]),
            reference("2.16", &["country"], &["Country"], &["Country"]),
            reference(AUTHORITY, &["tz"], &["TZ"], &[]),
        ],
        data_version: "1".to_owned(),
        administrator: admin(),
        credential: Credential {
            expires: None,
            revoked: false,
            ..Credential::token(
                "c-first".parse().unwrap(),
                admin().id,
                ADMIN_DIGEST,
                "first",
                crate::model::Timestamp::default(),
            )
        },
    }
}

pub(super) fn options(dir: &Path) -> Options {
    Options {
        cache_bytes: CACHE_BYTES,
        checkpoint_seconds: 0,
        ..Options::new(dir)
    }
}

pub(super) fn parts(journal: &Arc<Memory>, options: &Options, clock: &Arc<Ticking>) -> Parts {
    Parts {
        options: options.clone(),
        lock: None,
        clock: clock.clone(),
        entropy: Arc::new(Counted::default()),
        journal: journal.clone() as Arc<dyn Journal>,
        digester: Box::new(|content| Sha256::digest(content).into()),
        signer: Box::new(|head| Ok(format!("{}\n", head.seq))),
    }
}

/// A register over a journal that is given.
pub(super) fn open_over(
    journal: &Arc<Memory>,
    options: &Options,
    clock: &Arc<Ticking>,
) -> Result<(Register, Opened), OpenError> {
    let parts = parts(journal, options, clock);
    let tabled = find_tables(options, None)?;
    let (core, opened) = open_on(parts, tabled, founding, &Silent)?;
    Ok((Register::start(core)?, opened))
}

/// A register in memory and its directory.
pub(super) struct Fixture {
    pub(super) register: Register,
    pub(super) journal: Arc<Memory>,
    pub(super) clock: Arc<Ticking>,
    pub(super) options: Options,
    pub(super) dir: tempfile::TempDir,
}

pub(super) fn fixture() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let journal = Arc::new(Memory::new());
    let clock = Arc::new(Ticking::default());
    let options = options(dir.path());
    let (register, opened) = open_over(&journal, &options, &clock).unwrap();
    assert!(opened.founded);
    Fixture {
        register,
        journal,
        clock,
        options,
        dir,
    }
}

pub(super) fn submission(command: Command, id: &str) -> Submission {
    let digest = Sha256::digest(format!("{command:?}")).into();
    Submission {
        request_id: id.parse().unwrap(),
        digest,
        validate_only: false,
        reason: None,
        override_reason: None,
        asked_by: None,
        command,
    }
}

pub(super) fn permitted(submission: &Submission, view: &dyn TreeView) -> Permit {
    let identity = Identity::Principal(admin(), TokenDigest(ADMIN_DIGEST));
    permit(&identity, submission, view).unwrap()
}

/// Submits as the administrator, under a request id of its own.
pub(super) async fn submit(register: &Register, command: Command) -> Result<Outcome, Rejection> {
    let id = register.fresh_request_id();
    submit_as(register, submission(command, id.as_str())).await
}

pub(super) async fn submit_as(
    register: &Register,
    submission: Submission,
) -> Result<Outcome, Rejection> {
    let permit = permitted(&submission, &register.newest());
    register.submit(permit, submission).await
}

pub(super) fn allocate(superior: &str, number: NumberChoice, entry: NewEntry) -> Command {
    Command::Allocate(Allocate {
        superior: path(superior),
        number,
        entry,
        allocation_token: None,
    })
}

pub(super) fn next_free(superior: &str) -> Command {
    allocate(superior, NumberChoice::NextFree, NewEntry::default())
}

pub(super) fn explicit(superior: &str, number: u64) -> Command {
    allocate(
        superior,
        NumberChoice::Explicit(arc(number)),
        NewEntry::default(),
    )
}

pub(super) fn named(superior: &str, number: u64, identifier: &str, unicode: &str) -> Command {
    let entry = NewEntry {
        identifiers: vec![identifier.parse().unwrap()],
        labels: vec![label(unicode)],
        ..NewEntry::default()
    };
    allocate(superior, NumberChoice::Explicit(arc(number)), entry)
}

pub(super) fn seen_by(superior: &str, number: u64, visibility: Visibility) -> Command {
    let entry = NewEntry {
        visibility: Some(visibility),
        identifiers: vec![format!("name{number}").parse().unwrap()],
        ..NewEntry::default()
    };
    allocate(superior, NumberChoice::Explicit(arc(number)), entry)
}

pub(super) fn to_state(at: &str, to: State) -> Command {
    Command::ChangeState(crate::model::command::ChangeState {
        path: path(at),
        if_revision: None,
        to,
        relation: None,
        despite_subordinates: true,
    })
}

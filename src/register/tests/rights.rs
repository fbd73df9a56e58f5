//! Rights are those of the moment at which a command's turn comes: what stands before it in the same batch counts.

use crate::access::{Identity, Permit, TokenDigest, permit};
use crate::journal::MAX_RECORD_BYTES;
use crate::model::{
    Code, Command, Event, Principal, PrincipalKind, Rejection, State, Timestamp, TreeView as _,
    Visibility,
    actor::{Credential, Grant, Role},
    command::{Allocate, Amend, NewEntry, NumberChoice, RecordExisting, RegistrantRef},
    entry::{Delegation, RegistrantDetails},
    event::{Changes, Proof},
    limits::ROLES_BELOW_MAX,
};
use crate::oid::limits::CONTENTS_OCTETS_MAX;

use super::super::fold::Stamp;
use super::super::judge::{Judged, Pending};
use super::super::rows::Rows;
use super::super::testing::*;
use super::code;

/// The digest of the other principal's token.
const OTHER_DIGEST: [u8; 32] = [8; 32];

fn other() -> Principal {
    Principal {
        administrator: false,
        ..Principal::new(
            "p-other".parse().unwrap(),
            PrincipalKind::Person,
            crate::oid::NodePath::root(),
            Timestamp::from_micros(0),
        )
    }
}

/// A batch that is being decided above arcs 1 to 3, with another principal.
struct Batch {
    fixture: Fixture,
    pending: Pending,
    requests: u64,
}

async fn batch() -> Batch {
    let fixture = fixture();
    for number in 1..=3 {
        let command = explicit(AUTHORITY, number);
        submit(&fixture.register, command).await.unwrap();
    }
    let core = &fixture.register.core;
    let row = core.published().row;
    let mut pending = Pending::new(Rows::new(core.newest_rows(), &row.counts), row.head);
    let credential = Credential {
        expires: None,
        revoked: false,
        ..Credential::token(
            "c-other".parse().unwrap(),
            other().id,
            OTHER_DIGEST,
            "laptop",
            crate::model::Timestamp::default(),
        )
    };
    let known = [
        Event::PrincipalAdded(other()),
        Event::CredentialIssued(credential),
    ];
    pending.rows.fold(stamp(&pending), &known).unwrap();
    Batch {
        fixture,
        pending,
        requests: 0,
    }
}

fn stamp(pending: &Pending) -> Stamp {
    Stamp {
        seq: pending.rows.base.at.next(),
        time: Timestamp::default(),
    }
}

impl Batch {
    /// A permit as it is given now.
    fn permit(&self, who: Principal, command: &Command) -> Permit {
        let digest = if who.administrator {
            ADMIN_DIGEST
        } else {
            OTHER_DIGEST
        };
        let identity = Identity::Principal(who, TokenDigest(digest));
        permit(
            &identity,
            &submission(command.clone(), "q-any"),
            &self.pending.rows,
        )
        .unwrap()
    }

    fn judge(
        &mut self,
        permit: &Permit,
        command: Command,
        override_reason: Option<&str>,
    ) -> Result<(), Code> {
        self.requests += 1;
        let mut asked = submission(command, &format!("q-{}", self.requests));
        asked.reason = Some("a reason".to_owned());
        asked.override_reason = override_reason.map(str::to_owned);
        let core = &self.fixture.register.core;
        match self.pending.judge(core, permit, &asked) {
            Judged::Yes(_) => Ok(()),
            Judged::No(Rejection::Refused(no)) => Err(no.main().code),
            Judged::No(fault) | Judged::Spoiled(fault) => Err(code(fault)),
            Judged::Before(_) | Judged::Earlier(_) => panic!("replayed"),
        }
    }

    fn by_admin(&mut self, command: Command) {
        let permit = self.permit(admin(), &command);
        self.judge(&permit, command, None).unwrap();
    }
}

fn delegate(at: &str) -> Command {
    Command::Delegate {
        path: path(at),
        if_revision: None,
        delegation: Delegation::Hosted {
            principals: vec![other().id],
        },
    }
}

#[tokio::test]
async fn what_an_earlier_command_of_the_batch_took_away_is_gone() {
    let mut batch = batch().await;
    let (first, second, third) = (
        next_free("2.16.834.1"),
        next_free("2.16.834.2"),
        next_free("2.16.834.3"),
    );
    // An administrator's permit from before a delegation, and from before a suspension.
    let before = batch.permit(admin(), &first);
    batch.by_admin(delegate("2.16.834.1"));
    assert_eq!(
        batch.judge(&before, first.clone(), None),
        Err(Code::DelegatedAway)
    );
    let before = batch.permit(admin(), &third);
    batch.by_admin(to_state("2.16.834.3", State::Suspended));
    assert_eq!(
        batch.judge(&before, third, None),
        Err(Code::SuperiorNotActive)
    );

    // A delegate's from before the recall.
    let delegated = batch.permit(other(), &first);
    assert_eq!(batch.judge(&delegated, first.clone(), None), Ok(()));
    batch.by_admin(Command::Recall {
        path: path("2.16.834.1"),
        if_revision: None,
    });
    assert_eq!(
        batch.judge(&delegated, first, None),
        Err(Code::NotPermitted)
    );

    // And one whose credential was revoked.
    batch.by_admin(delegate("2.16.834.2"));
    let known = batch.permit(other(), &second);
    assert_eq!(batch.judge(&known, second.clone(), None), Ok(()));
    let revoked = Event::CredentialRevoked("c-other".parse().unwrap());
    let stamp = stamp(&batch.pending);
    batch.pending.rows.fold(stamp, &[revoked]).unwrap();
    assert_eq!(batch.judge(&known, second, None), Err(Code::TokenUnknown));
}

#[tokio::test]
async fn the_most_and_longest_roles_end_in_one_record() {
    let mut batch = batch().await;
    let number = crate::oid::ArcValue::from_be_bytes(&[0x7f; (CONTENTS_OCTETS_MAX - 16) / 8 * 7]);
    let at = path("2.16.834.1").child(number).unwrap();
    let mut events = Vec::new();
    for number in 0..ROLES_BELOW_MAX {
        let id: crate::model::PrincipalId = format!("p-{number:062}").parse().unwrap();
        events.push(Event::PrincipalAdded(Principal {
            id: id.clone(),
            ..other()
        }));
        let since = Timestamp::default();
        let grant = Grant {
            role: Role::Registrar,
            at: at.clone(),
            since,
        };
        events.push(Event::RoleGranted { id, grant });
    }
    let stamp = stamp(&batch.pending);
    batch.pending.rows.fold(stamp, &events).unwrap();
    let before = batch.pending.bytes;
    batch.by_admin(delegate("2.16.834.1"));
    assert!(batch.pending.bytes - before > MAX_RECORD_BYTES / 3);
    let id = "p-".to_owned() + &"0".repeat(62);
    let one = batch.pending.rows.principal(&id.parse().unwrap()).unwrap();
    assert_eq!(one.unwrap().grants, []);
}

/// What is told of roles on a hidden arc, and of principals at home there, is as hidden as the arc.
#[tokio::test]
async fn roles_on_a_hidden_arc_are_confidential() {
    let mut batch = batch().await;
    let told = |batch: &Batch, at: &str| {
        let grant = Grant {
            role: Role::Auditor,
            at: path(at),
            since: Timestamp::default(),
        };
        let (id, role) = (other().id, Role::Auditor);
        let home = path(at);
        let events = [
            Event::RoleRevoked {
                id: id.clone(),
                role,
                at: path(at),
            },
            Event::RoleGranted { id, grant },
            Event::PrincipalAdded(Principal { home, ..other() }),
        ];
        events.map(|event| batch.pending.rows.is_confidential(&event).unwrap())
    };
    assert_eq!(told(&batch, "2.16.834.1"), [false; 3]);
    let changes = Changes {
        visibility: Some(Visibility::Hidden),
        ..Changes::default()
    };
    batch.by_admin(Command::Amend(Amend {
        path: path("2.16.834.1"),
        if_revision: None,
        changes,
    }));
    assert_eq!(told(&batch, "2.16.834.1"), [true; 3]);
    assert_eq!(told(&batch, "2.16.834.1.1"), [true; 3]);
    assert_eq!(told(&batch, "2.16.834"), [false; 3]);
}

#[tokio::test]
async fn an_arc_that_a_command_gives_away_is_closed_to_what_follows_in_it() {
    let mut batch = batch().await;
    let given = || NewEntry {
        registrant: Some(RegistrantRef::New {
            kind: PrincipalKind::Organisation,
            details: RegistrantDetails {
                name: "Wizara".to_owned(),
                ..RegistrantDetails::default()
            },
        }),
        ..NewEntry::default()
    };
    let one = |superior: &str, number, entry| Allocate {
        superior: path(superior),
        number: NumberChoice::Explicit(arc(number)),
        entry,
        allocation_token: None,
    };
    let below = |number| {
        let superior = format!("{AUTHORITY}.{number}");
        Command::BatchAllocate(vec![
            one(AUTHORITY, number, given()),
            one(&superior, 1, NewEntry::default()),
        ])
    };
    let record = |at: &str, entry| RecordExisting {
        path: path(at),
        entry,
        proof: Proof {
            document: "Letter 7".to_owned(),
            uri: None,
        },
        registered: None,
    };
    let recorded = Command::BatchRecord(vec![
        record("2.16.834.6", given()),
        record("2.16.834.6.1", NewEntry::default()),
    ]);
    for command in [below(5), recorded] {
        let permit = batch.permit(admin(), &command);
        assert_eq!(
            batch.judge(&permit, command.clone(), None),
            Err(Code::AnothersArc)
        );
        let drafts = batch.pending.drafts.len();
        assert_eq!(
            batch.judge(&permit, command, Some("the holder asked for it")),
            Ok(())
        );
        assert_eq!(batch.pending.drafts.len(), drafts + 1);
    }
    // Beside it everything stays open.
    let beside = Command::BatchAllocate(vec![
        one(AUTHORITY, 7, given()),
        one(AUTHORITY, 8, NewEntry::default()),
        one("2.16.834.8", 1, given()),
    ]);
    batch.by_admin(beside);
}

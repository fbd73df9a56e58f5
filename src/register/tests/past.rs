//! The past stays what it was: readings as of a revision, and replays that were cut off.

use std::sync::Arc;

use proptest::prelude::*;

use crate::journal::{Draft, Header, Journal, Memory, Record, codec};
use crate::model::{
    Actor, Command, Ctx, Event, Seq, State, Timestamp, TreeView, Visibility,
    command::{Amend, HoldNumber, NewEntry, NumberChoice, RegistrantRef, ReleaseHold, Reserve},
    entry::{Contact, ContactRole, Delegation, RegistrantDetails},
    event::{Changes, Happening, RegistrantRecorded},
};
use crate::oid::NodePath;
use crate::rules;

use super::super::base::AsOf;
use super::super::core::{Core, Published};
use super::super::fold::{Stamp, fold_record};
use super::super::invariants;
use super::super::project::{Fuse, write};
use super::super::replay::replay_batch;
use super::super::rows::Rows;
use super::super::tables::{HeadRow, Tables};
use super::super::testing::*;
use super::super::verify::{digest, digest_kept};

/// A register without its writer: a journal, tables, and commands one after another.
struct Bench {
    journal: Arc<Memory>,
    tables: Arc<Tables>,
    row: HeadRow,
    dir: tempfile::TempDir,
}

fn tables() -> (Arc<Tables>, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let tables = Tables::open(&dir.path().join("t"), CACHE_BYTES, None).unwrap();
    (Arc::new(tables), dir)
}

impl Bench {
    fn new() -> Self {
        let (tables, dir) = tables();
        let mut bench = Self {
            journal: Arc::new(Memory::new()),
            tables,
            row: HeadRow::empty(),
            dir,
        };
        let ctx = bench.ctx();
        bench.record(rules::found(&founding(), &ctx));
        bench
    }

    fn ctx(&self) -> Ctx {
        let next = self.row.head.seq.next().get();
        Ctx {
            now: Timestamp::from_micros(1_000_000 * i64::try_from(next).unwrap()),
            entropy: [u8::try_from(next % 251).unwrap(); 32],
            actor: Actor::Principal(admin().id),
            whole: crate::model::command::Whole::All,
            office: None,
        }
    }

    fn rows(&self) -> Rows {
        Rows::new(self.at(self.row.head.seq), &self.row.counts)
    }

    fn at(&self, at: Seq) -> AsOf {
        AsOf {
            tables: self.tables.clone(),
            at,
        }
    }

    fn record(&mut self, events: Vec<crate::model::Event>) {
        let ctx = self.ctx();
        let happening = Happening {
            events,
            reason: None,
            override_reason: None,
            asked_by: None,
        };
        let items = codec::encode(&happening, &|_| false, &mut || [1; 16]);
        let header = Header {
            time_us: ctx.now.micros(),
            principal: ctx.actor.as_str().to_owned(),
            request_id: format!("q-{}", self.row.head.seq),
            request_digest: [0; 32],
        };
        let expected = self.journal.head();
        let appended = self
            .journal
            .append(&expected, vec![Draft { header, items }]);
        let crate::journal::Appended::Appended(head, records) = appended.unwrap() else {
            panic!("not appended")
        };
        let mut rows = self.rows();
        fold_record(&mut rows, &records[0], &happening).unwrap();
        self.row = write(&rows, head, records[0].leaf, Fuse::default()).unwrap();
    }

    /// Carries a command out, if the rules let it; tells whether they do.
    fn submit(&mut self, command: Command) -> bool {
        let mut asked = submission(command, "q-any");
        asked.reason = Some("a reason".to_owned());
        asked.override_reason = Some("a reason".to_owned());
        let decided = rules::decide(&asked, &self.ctx(), &self.rows());
        let accepted = decided.is_ok();
        if let Ok(events) = decided {
            self.record(events);
        }
        accepted
    }

    fn records(&self) -> Vec<Record> {
        let records = self.journal.read_from(Seq::FIRST).unwrap();
        records.map(Result::unwrap).collect()
    }
}

fn amend(at: NodePath, changes: Changes) -> Command {
    Command::Amend(Amend {
        path: at,
        if_revision: None,
        changes,
    })
}

fn contact() -> Contact<RegistrantRef> {
    Contact {
        role: ContactRole::Technical,
        party: registrant(),
    }
}

fn registrant() -> RegistrantRef {
    RegistrantRef::New {
        kind: crate::model::PrincipalKind::Organisation,
        details: RegistrantDetails {
            name: "Wizara".to_owned(),
            ..RegistrantDetails::default()
        },
    }
}

fn hold(superior: &str, number: NumberChoice) -> Command {
    Command::Hold(HoldNumber {
        superior: path(superior),
        number,
        seconds: 50,
    })
}

fn release(superior: &str, number: u64) -> Command {
    Command::ReleaseHold(ReleaseHold {
        superior: path(superior),
        number: arc(number),
        id: None,
    })
}

fn transfer(at: &str) -> Command {
    Command::Transfer {
        path: path(at),
        if_revision: None,
        to: registrant(),
    }
}

/// One of each kind of command.
fn mixed() -> Vec<Command> {
    let labels = |names: &[&str]| Changes {
        labels: Some(names.iter().map(|name| label(name)).collect()),
        ..Changes::default()
    };
    let assigned = NewEntry {
        registrant: Some(registrant()),
        ..NewEntry::default()
    };
    vec![
        named(AUTHORITY, 3, "health", "Afya"),
        hold(AUTHORITY, NumberChoice::NextFree),
        next_free(AUTHORITY),
        amend(path("2.16.834.3"), labels(&["Afya", "Tiba"])),
        release(AUTHORITY, 1),
        next_free(AUTHORITY),
        allocate(AUTHORITY, NumberChoice::NextFree, assigned),
        amend(path("2.16.834.3"), labels(&["Tiba"])),
        transfer("2.16.834.2"),
        to_state("2.16.834.4", State::Withdrawn),
        Command::SetPolicy {
            path: path(AUTHORITY),
            if_revision: None,
            policy: Some(crate::model::Policy {
                arcs_per_registrant_max: Some(9),
                ..crate::model::Policy::standard()
            }),
        },
        Command::Reserve(Reserve {
            superior: path(AUTHORITY),
            first: arc(10),
            count: 2,
        }),
        explicit(AUTHORITY, 10),
        Command::Delegate {
            path: path("2.16.834.10"),
            if_revision: None,
            delegation: Delegation::Hosted {
                principals: vec![admin().id],
            },
        },
        hold(AUTHORITY, NumberChoice::Explicit(arc(20))),
        explicit(AUTHORITY, 20),
        next_free("2.16.834.3"),
    ]
}

#[test]
fn a_batch_cut_off_anywhere_is_applied_whole_by_the_next_replay() {
    let mut bench = Bench::new();
    for command in mixed() {
        let shown = format!("{command:?}");
        assert!(bench.submit(command), "{shown}");
    }
    let records = bench.records();
    let expect = digest(&bench.at(bench.row.head.seq)).unwrap();
    for cut in [1, 5, 9, records.len() - 1] {
        let (before, after) = records.split_at(cut);
        for inserts in 0.. {
            let (tables, _dir) = tables();
            let row =
                replay_batch(&tables, &HeadRow::empty(), before, None, Fuse::default()).unwrap();
            let then = AsOf {
                tables: tables.clone(),
                at: row.head.seq,
            };
            let unharmed = digest_kept(&then).unwrap();
            let torn = replay_batch(&tables, &row, after, None, Fuse::after(inserts));
            let whole = torn.is_ok();
            assert_eq!(digest_kept(&then).unwrap(), unharmed, "{cut} {inserts}");
            assert_eq!(tables.head().unwrap() == Some(row), !whole);
            let row = tables.head().unwrap().unwrap();
            let rest = if whole { &[] } else { after };
            let row = replay_batch(&tables, &row, rest, None, Fuse::default()).unwrap();
            assert_eq!(row.counts, bench.row.counts, "{cut} {inserts}");
            assert_eq!(tables.count().unwrap(), row.counts, "{cut} {inserts}");
            let at = row.head.seq;
            assert_eq!(
                digest(&AsOf { tables, at }).unwrap(),
                expect,
                "{cut} {inserts}"
            );
            if whole {
                assert!(inserts > 3);
                break;
            }
        }
    }
}

#[test]
fn the_lowest_free_number_comes_back_after_a_hold() {
    let mut bench = Bench::new();
    assert!(bench.submit(hold(AUTHORITY, NumberChoice::NextFree)));
    assert!(bench.submit(next_free(AUTHORITY)));
    assert!(bench.rows().entry(&path("2.16.834.2")).unwrap().is_some());
    assert!(bench.submit(release(AUTHORITY, 1)));
    assert!(bench.submit(next_free(AUTHORITY)));
    assert!(bench.rows().entry(&path("2.16.834.1")).unwrap().is_some());
    assert!(bench.submit(next_free(AUTHORITY)));
    assert!(bench.rows().entry(&path("2.16.834.3")).unwrap().is_some());
}

#[test]
fn numbers_that_a_policy_opens_are_given_out() {
    let mut bench = Bench::new();
    let policy = |kept_back: Vec<_>| Command::SetPolicy {
        path: path(AUTHORITY),
        if_revision: None,
        policy: Some(crate::model::Policy {
            kept_back,
            ..crate::model::Policy::standard()
        }),
    };
    let first = crate::model::policy::NumberRange {
        from: arc(1),
        to: Some(arc(4)),
    };
    assert!(bench.submit(policy(vec![first])));
    assert!(bench.submit(next_free(AUTHORITY)));
    assert!(bench.rows().entry(&path("2.16.834.5")).unwrap().is_some());
    assert!(bench.submit(policy(Vec::new())));
    assert!(bench.submit(next_free(AUTHORITY)));
    assert!(bench.rows().entry(&path("2.16.834.1")).unwrap().is_some());
}

#[test]
fn an_event_that_names_another_revision_does_not_fit() {
    let mut bench = Bench::new();
    assert!(bench.submit(explicit(AUTHORITY, 1)));
    let event = crate::model::Event::StateChanged(crate::model::event::StateChanged {
        path: path("2.16.834.1"),
        previous: Seq::FIRST,
        to: State::Deprecated,
        relation: None,
    });
    let stamp = Stamp {
        seq: bench.row.head.seq.next(),
        time: Timestamp::default(),
    };
    let misfit = bench.rows().fold(stamp, &[event]);
    assert!(misfit.unwrap_err().to_string().contains("names revision 1"));
}

#[test]
fn registrants_and_credentials_are_what_they_were() {
    let mut bench = Bench::new();
    let known = |name: Option<&str>| {
        Event::RegistrantRecorded(RegistrantRecorded {
            id: "r-1".parse().unwrap(),
            kind: crate::model::PrincipalKind::Organisation,
            details: name.map(|name| RegistrantDetails {
                name: name.to_owned(),
                ..RegistrantDetails::default()
            }),
        })
    };
    let id = "r-1".parse().unwrap();
    let name = |rows: &AsOf| {
        let found = rows.registrant(&id).unwrap();
        found.map(|found| found.details.map(|details| details.name))
    };
    let before = bench.row.head.seq;
    bench.record(vec![known(Some("Wizara"))]);
    let first = bench.row.head.seq;
    bench.record(vec![known(Some("Idara")), known(Some("Wakala"))]);
    let second = bench.row.head.seq;
    bench.record(vec![Event::CredentialRevoked("c-first".parse().unwrap())]);
    let third = bench.row.head.seq;
    assert_eq!(name(&bench.at(before)), None);
    assert_eq!(name(&bench.at(first)), Some(Some("Wizara".to_owned())));
    assert_eq!(name(&bench.at(second)), Some(Some("Wakala".to_owned())));
    let revoked = |rows: &AsOf| rows.credential(&[7; 32]).unwrap().unwrap().revoked;
    assert!(!revoked(&bench.at(second)) && revoked(&bench.at(third)));
    assert_eq!(bench.tables.count().unwrap(), bench.row.counts);

    // What was erased is erased in readings of the past as well.
    let reading = |bench: &Bench, seq| {
        let parts = parts(&bench.journal, &options(bench.dir.path()), &Arc::default());
        let published = Published {
            tables: bench.tables.clone(),
            row: bench.row,
        };
        let core = Core::new(parts, "g-test".parse().unwrap(), published);
        let reading = Arc::new(core).reading(Some(seq)).unwrap();
        let found = reading.registrant(&id).unwrap().unwrap();
        found.details.map(|details| details.name)
    };
    assert_eq!(reading(&bench, first), Some("Wizara".to_owned()));
    bench.record(vec![known(None)]);
    assert_eq!(reading(&bench, first), None);
    assert_eq!(reading(&bench, second), None);
}

/// A command at random below the authority's node; many are refused, which is as well.
fn commands() -> impl Strategy<Value = Command> {
    let number = 1u64..6;
    let at = prop_oneof![
        number.clone().prop_map(|n| format!("{AUTHORITY}.{n}")),
        (number.clone(), 1u64..4).prop_map(|(n, m)| format!("{AUTHORITY}.{n}.{m}")),
    ];
    let superior = prop_oneof![
        2 => Just(AUTHORITY.to_owned()),
        1 => number.clone().prop_map(|n| format!("{AUTHORITY}.{n}")),
    ];
    let word = proptest::sample::select(vec!["afya", "Afya", "maji", "elimu", "ardhi"]);
    let state = proptest::sample::select(State::ALL.to_vec());
    let seen = proptest::sample::select(vec![
        Visibility::Public,
        Visibility::Stub,
        Visibility::Hidden,
    ]);
    prop_oneof![
        4 => superior.clone().prop_map(|at| next_free(&at)),
        4 => (superior.clone(), number.clone(), word.clone())
            .prop_map(|(at, n, word)| named(&at, n, "name", word)),
        2 => (superior.clone(), number.clone(), seen.clone())
            .prop_map(|(at, n, seen)| seen_by(&at, n, seen)),
        4 => (at.clone(), word).prop_map(|(at, word)| amend(
            path(&at),
            Changes { labels: Some(vec![label(word)]), ..Changes::default() },
        )),
        2 => (at.clone(), seen).prop_map(|(at, seen)| amend(
            path(&at),
            Changes { visibility: Some(seen), ..Changes::default() },
        )),
        3 => (at.clone(), state).prop_map(|(at, to)| to_state(&at, to)),
        2 => at.clone().prop_map(|at| amend(
            path(&at),
            Changes { contacts: Some(vec![contact()]), ..Changes::default() },
        )),
        2 => at.prop_map(|at| transfer(&at)),
        2 => (superior.clone(), number.clone())
            .prop_map(|(at, n)| hold(&at, NumberChoice::Explicit(arc(n)))),
        2 => superior.clone().prop_map(|at| hold(&at, NumberChoice::NextFree)),
        2 => (superior, number).prop_map(|(at, n)| release(&at, n)),
        1 => Just(Command::ExpireHolds),
    ]
}

#[test]
fn whoever_an_entry_names_must_be_known() {
    let contacts = Changes {
        contacts: Some(vec![contact()]),
        ..Changes::default()
    };
    for command in [
        amend(path(AUTHORITY), contacts),
        transfer(&format!("{AUTHORITY}.1")),
    ] {
        let mut bench = Bench::new();
        assert!(bench.submit(next_free(AUTHORITY)));
        let mut asked = submission(command, "q-any");
        asked.reason = Some("a reason".to_owned());
        let mut events = rules::decide(&asked, &bench.ctx(), &bench.rows()).unwrap();
        assert!(matches!(events.remove(0), Event::RegistrantRecorded(_)));
        bench.record(events);
        let mut findings = invariants::Findings::default();
        invariants::check(&bench.at(bench.row.head.seq), &mut findings).unwrap();
        let (told, _) = findings.told();
        assert!(
            told.iter().any(|one| one.contains("who is not known")),
            "{told:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_past_is_what_a_replay_up_to_it_gives(history in proptest::collection::vec(commands(), 30..80)) {
        let mut bench = Bench::new();
        for command in history {
            bench.submit(command);
        }
        let head = bench.row.head.seq.get();
        let mut findings = invariants::Findings::default();
        invariants::check(&bench.at(Seq::new(head)), &mut findings).unwrap();
        prop_assert_eq!(findings.told(), (Vec::new(), 0));
        prop_assert_eq!(bench.tables.count().unwrap(), bench.row.counts);
        let records = bench.records();
        for at in [1, head / 3, head / 2, head.saturating_sub(1), head] {
            let at = at.clamp(1, head);
            let (tables, _dir) = tables();
            let mut row = HeadRow::empty();
            for batch in records[..usize::try_from(at).unwrap()].chunks(7) {
                row = replay_batch(&tables, &row, batch, None, Fuse::default()).unwrap();
            }
            let then = AsOf { tables, at: Seq::new(at) };
            let past = bench.at(Seq::new(at));
            prop_assert_eq!(digest_kept(&then).unwrap(), digest_kept(&past).unwrap(), "as of {}", at);
            if at == head {
                prop_assert_eq!(row.counts, bench.row.counts);
                prop_assert_eq!(digest(&then).unwrap(), digest(&past).unwrap());
            }
        }
    }
}

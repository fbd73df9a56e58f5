//! Random sequences of commands against the model: whatever `decide` accepts, applying it keeps the invariants.
//!
//! The invariants: an arc's superior is registered; no number is given twice, and none is ever freed; labels are unambiguous
//! among siblings; states change legally; what is assigned lies inside the policy; nothing outside our nodes is touched; the
//! overlay answers as the tree does once the events are applied.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};

use crate::model::command::{
    Allocate, AllocateBlock, Amend, ChangeState, HoldNumber, NewEntry, NumberChoice,
    RecordExisting, RegistrantRef, ReleaseHold, Reserve, TermEnd,
};
use crate::model::consent::{LockKind, Side};
use crate::model::entry::{Contact, ContactRole, Delegation, Entry, Flags, Relation};
use crate::model::event::{ArcRegistered, Changes, NumberFoundBy, Proof};
use crate::model::policy::{NumberRange, Numbering};
use crate::model::sandbox::{Part, Sandbox};
use crate::model::template::{Numbers, Rule};
use crate::model::{Command, Event, Policy, State, TreeView, Visibility};
use crate::oid::{ArcValue, NodePath};

use super::overlay::Overlay;
use super::testing::{ADMIN, OTHER, Tree, arc, named, new_registrant, path, reference, text};
use super::{checks, policy_in_force};

/// Cases of each property.
const CASES: u32 = 256;
/// Commands of one case.
const COMMANDS: usize = 40;

/// One command as plain octets, which shrink well: what, where, and three choices.
type Step = [u8; 6];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(any::<Step>(), 1..=COMMANDS)
}

/// A node at or near ours; mostly ours.
fn node(octet: u8) -> NodePath {
    let nodes = [
        "2.16.834",
        "2.16.834",
        "2.16.834",
        "2.16.834.1",
        "2.16.834.1",
        "2.16.834.2",
        "2.16.834.3",
        "2.16.834.1.1",
        "2.16.834.1.2",
        "2.16.834.2.1",
        "2.16.834.1.1.1",
        "2.16.834.4",
        "2.16.404",
        "2.16",
        "2.16.834.5",
    ];
    path(nodes[usize::from(octet) % nodes.len()])
}

/// An arc that is registered below our node, if there is one that `fits`; else any node.
fn known(octet: u8, tree: &Tree, fits: impl Fn(&Entry) -> bool) -> NodePath {
    let ours = path("2.16.834");
    let all = tree.entries.values();
    let fitting: Vec<_> = all
        .filter(|entry| entry.path.starts_with(&ours) && fits(entry))
        .collect();
    if fitting.is_empty() || octet.is_multiple_of(8) {
        return node(octet);
    }
    fitting[usize::from(octet) % fitting.len()].path.clone()
}

fn number(octet: u8) -> ArcValue {
    arc(u64::from(octet % 9))
}

fn choice(octet: u8) -> NumberChoice {
    match octet % 4 {
        0 | 1 => NumberChoice::Explicit(number(octet / 4)),
        2 => NumberChoice::NextFree,
        _ if octet.is_multiple_of(8) => NumberChoice::Random(None),
        _ => NumberChoice::Random(Some(NumberRange {
            from: number(octet / 8),
            to: Some(arc(u64::from(octet / 8 % 9) + 3)),
        })),
    }
}

fn entry(octet: u8, tree: &Tree) -> NewEntry {
    let labels = ["Afya", "AFYA", "Madini", "例", "Ａfya"];
    let identifiers = ["afya", "aFya", "madini", "health"];
    let pick = usize::from(octet);
    let mut entry = named(&[], &[]);
    if octet.is_multiple_of(3) {
        entry = named(&[identifiers[pick % 4]], &[labels[pick % 5]]);
    } else if octet % 3 == 1 {
        entry.registrant = Some(registrant(octet / 3, tree));
    }
    if octet.is_multiple_of(5) {
        entry.contacts = vec![Contact {
            role: ContactRole::ALL[pick % 3],
            party: registrant(octet / 5, tree),
        }];
    }
    if octet.is_multiple_of(2) {
        entry.titles = vec![text("A title")];
    }
    entry.flags.frozen = octet == 255;
    entry.flags.leaf = octet == 254;
    entry
}

fn registrant(octet: u8, tree: &Tree) -> RegistrantRef {
    let mut known = tree
        .entries
        .values()
        .filter_map(|entry| entry.registrant.as_ref());
    match (octet % 2, known.nth(usize::from(octet / 2 % 4))) {
        (0, Some(holding)) => RegistrantRef::Known(holding.registrant.clone()),
        _ => new_registrant("Somebody"),
    }
}

/// A template of a few numbers, or of all from one on.
fn rule(octet: u8) -> Rule {
    let from = u64::from(octet % 8);
    let to = (!octet.is_multiple_of(16)).then(|| arc(from + 2));
    Rule {
        numbers: Numbers::Runs(vec![NumberRange {
            from: arc(from),
            to,
        }]),
        titles: vec![text("{oid}")],
        descriptions: Vec::new(),
        services: Vec::new(),
    }
}

fn policy(octet: u8) -> Option<Policy> {
    let numbering = [
        Numbering::Any,
        Numbering::NextFreeOnly,
        Numbering::ExplicitOnly,
        Numbering::RandomOnly,
    ];
    let run = |from: u64, to: u64| NumberRange {
        from: arc(from),
        to: Some(arc(to)),
    };
    (!octet.is_multiple_of(7)).then(|| Policy {
        numbering: if octet < 160 {
            Numbering::Any
        } else {
            numbering[usize::from(octet % 4)]
        },
        windows: if octet.is_multiple_of(2) {
            Vec::new()
        } else {
            vec![run(4, 7), run(0, 2)]
        },
        label_challenge_seconds: octet.is_multiple_of(5).then_some(30),
        kept_back: if octet.is_multiple_of(3) {
            vec![run(2, 4)]
        } else {
            Vec::new()
        },
        identifiers_unique: !octet.is_multiple_of(5),
        title_required: octet.is_multiple_of(11),
        arcs_per_registrant_max: octet.is_multiple_of(13).then_some(2),
        reinstatement_seconds: 1_000,
        ..Policy::standard()
    })
}

#[expect(clippy::too_many_lines, reason = "one arm for each command")]
fn command(step: Step, tree: &Tree) -> Command {
    let [kind, octet, a, b, c, _] = step;
    let reserved = |entry: &Entry| entry.superior.state == State::Reserved;
    let at = match kind % 20 {
        4 => known(octet, tree, reserved),
        13..=17 => known(octet, tree, |_| true),
        18 if a.is_multiple_of(2) => known(octet, tree, |entry| entry.delegation.is_some()),
        18 => known(octet, tree, |_| true),
        _ => node(octet),
    };
    let allocate = |superior: NodePath, a: u8, b: u8| Allocate {
        superior,
        number: choice(a),
        entry: entry(b, tree),
        allocation_token: None,
    };
    let record = |path: NodePath, b: u8| RecordExisting {
        path,
        entry: entry(b, tree),
        proof: Proof {
            document: "a letter".to_owned(),
            uri: None,
        },
        registered: None,
    };
    match kind % 20 {
        0..=3 => Command::Allocate(allocate(at, a, b)),
        4 => Command::Allocate(Allocate {
            superior: at.parent().unwrap(),
            number: NumberChoice::Explicit(at.last().unwrap().clone()),
            entry: entry(b, tree),
            allocation_token: None,
        }),
        5 => Command::BatchAllocate(vec![
            allocate(at.clone(), a, b),
            allocate(at, b, c),
            allocate(node(c), c, a),
        ]),
        6 => Command::AllocateBlock(AllocateBlock {
            superior: at,
            first: a.is_multiple_of(2).then(|| number(b)),
            count: u64::from(c % 4),
            entry: entry(b | 1, tree),
        }),
        7 => Command::RecordExisting(record(node(a), b)),
        8 => Command::BatchRecord(vec![record(at, a), record(node(b), b), record(node(c), c)]),
        9 | 10 => Command::Hold(HoldNumber {
            superior: at,
            number: choice(a),
            seconds: u64::from(b) + 1,
        }),
        11 => Command::ReleaseHold(ReleaseHold {
            superior: at,
            number: number(a),
            id: None,
        }),
        12 => Command::Reserve(Reserve {
            superior: at,
            first: number(a),
            count: u64::from(b % 3) + 1,
        }),
        13 => {
            let new = entry(b, tree);
            Command::Amend(Amend {
                path: at,
                if_revision: None,
                changes: Changes {
                    identifiers: a.is_multiple_of(2).then_some(new.identifiers),
                    labels: a.is_multiple_of(3).then_some(new.labels),
                    flags: c.is_multiple_of(4).then(|| Flags {
                        leaf: c > 128,
                        ..Flags::default()
                    }),
                    titles: Some(new.titles),
                    contacts: c.is_multiple_of(2).then_some(new.contacts),
                    ..Changes::default()
                },
            })
        }
        14 | 15 => Command::ChangeState(ChangeState {
            path: at,
            if_revision: None,
            to: State::ALL[usize::from(a % 5)],
            relation: b.is_multiple_of(3).then(|| Relation::Successor(node(c))),
            despite_subordinates: c.is_multiple_of(4),
        }),
        16 if b.is_multiple_of(2) => consent(at, a, c, tree),
        16 => Command::Transfer {
            path: at,
            if_revision: None,
            to: registrant(a, tree),
        },
        17 if a % 4 == 1 => Command::SetTemplate {
            path: at,
            if_revision: None,
            rule: Box::new(rule(c)),
        },
        17 => Command::SetPolicy {
            path: at,
            if_revision: None,
            policy: policy(a),
        },
        18 if a.is_multiple_of(2) => Command::Recall {
            path: at,
            if_revision: None,
        },
        18 => Command::Delegate {
            path: at,
            if_revision: None,
            delegation: Delegation::Hosted {
                principals: vec![OTHER.parse().unwrap()],
            },
        },
        _ if a % 4 == 1 => sandbox(octet, b, c, tree),
        _ if a.is_multiple_of(2) => Command::ExpireHolds,
        _ => Command::LoadReferences {
            version: format!("{}", b % 3),
            entries: vec![
                reference("2.16.834", &["tz"], &["TZ"]),
                reference("2.16.834.1", &["no"], &["Afya"]),
            ],
        },
    }
}

/// Opens a sandbox at an arc that could be one, or resets one.
fn sandbox(octet: u8, b: u8, c: u8, tree: &Tree) -> Command {
    let is_bare = |entry: &Entry| {
        let below = tree.arcs_below(&entry.path, 1).unwrap();
        entry.registrant.is_none() && below == 0
    };
    let if_revision = None;
    if b.is_multiple_of(3) {
        return Command::ResetSandbox {
            path: known(octet, tree, |entry| entry.sandbox.is_some()),
            if_revision,
        };
    }
    Command::OpenSandbox {
        path: known(octet, tree, is_bare),
        if_revision,
        arcs_max: 1 + u64::from(c % 4),
    }
}

/// Something about locks and consents, or about what stays true.
fn consent(path: NodePath, a: u8, c: u8, tree: &Tree) -> Command {
    let if_revision = None;
    let kind = LockKind::ALL[usize::from(c % 2)];
    let side = Side::ALL[usize::from(c % 2)];
    let pending = tree.entries.get(&path).and_then(|one| one.pending.as_ref());
    match a % 11 {
        0 => Command::Lock {
            path,
            if_revision,
            kind,
        },
        1 => Command::AskUnlock {
            path,
            if_revision,
            kind,
        },
        2 => Command::OfferTransfer {
            path,
            if_revision,
            to: registrant(c, tree),
        },
        3 => Command::Agree {
            path,
            if_revision,
            side: (!c.is_multiple_of(5)).then_some(side),
        },
        6 => Command::Renew {
            path,
            if_revision,
            end: TermEnd::For(u64::from(c) + 1),
        },
        7 => Command::ReportError {
            path,
            what: "all of it".to_owned(),
        },
        8 => Command::AcceptReport { path, if_revision },
        9 => Command::SettleSuspicion { path, if_revision },
        10 => Command::ConfirmContact { path, if_revision },
        4 => Command::AgreeByCode {
            nonce: pending.map_or([0; 16], |one| one.nonce),
            path,
            side,
        },
        _ => Command::Retract { path, if_revision },
    }
}

/// Submits one step and checks whatever it was accepted for; gives the words of its events.
fn submit(tree: &mut Tree, step: Step) -> Vec<&'static str> {
    let [.., c, d] = step;
    tree.later(u64::from(d));
    tree.as_actor(if c.is_multiple_of(5) { OTHER } else { ADMIN });
    tree.reason = Some("a reason".to_owned());
    let command = command(step, tree);
    let before = tree.clone();
    let first = tree.decide(command.clone());
    let again = tree.decide(command.clone());
    assert_eq!(
        first.as_ref().ok(),
        again.as_ref().ok(),
        "not the same twice"
    );
    let Ok(events) = first else {
        return Vec::new();
    };
    assert!(!events.is_empty(), "accepted without an event: {command:?}");
    tree.apply(&events);
    each_event(&before, &command, &events);
    overlay_agrees(&before, tree, &events);
    transitions(&before, tree, &command);
    standing(tree);
    events.iter().map(Event::word).collect()
}

/// Of each event: it is about our own arcs, and what it assigns lies inside the policy of its superior.
fn each_event(before: &Tree, command: &Command, events: &[Event]) {
    let mut tree = Overlay::new(before, before.now);
    for event in events {
        match event {
            Event::ArcRegistered(new) | Event::ReservedArcAllocated(new) => {
                assigned(&tree, before, event, new);
            }
            Event::ReferenceLoaded(_) => {}
            other => {
                if let Some((path, _)) = other.touches() {
                    let own = checks::authority_of(before, path)
                        .unwrap()
                        .expect("outside our nodes");
                    let of_holder = matches!(
                        command,
                        Command::SetPolicy { .. }
                            | Command::Amend(_)
                            | Command::ReportError { .. }
                            | Command::AcceptReport { .. }
                            | Command::SettleSuspicion { .. }
                            | Command::SetTemplate { .. }
                    );
                    assert!(of_holder || own != *path, "{command:?}");
                }
            }
        }
        tree.lay(event).unwrap();
    }
}

fn assigned(tree: &Overlay<'_>, before: &Tree, event: &Event, new: &ArcRegistered) {
    let superior = new.path.parent().unwrap();
    let number = new.path.last().unwrap();
    assert!(
        checks::authority_of(before, &superior).unwrap().is_some(),
        "outside our nodes"
    );
    if let NumberFoundBy::NextFree { window_from } = &new.found_by {
        // A cursor kept for `window_from` that moves past the number skips nothing that is or becomes free.
        let lowest = tree.lowest_unassigned(&superior, window_from, window_from);
        assert_eq!(lowest.unwrap(), *number, "the cursor would skip a number");
    }
    let there = tree
        .entry(&new.path)
        .unwrap()
        .map(|entry| entry.superior.state);
    let expect = matches!(event, Event::ReservedArcAllocated(_)).then_some(State::Reserved);
    assert_eq!(there, expect, "a number given twice");
    assert_eq!(
        tree.hold(&superior, number).unwrap(),
        None,
        "a hold left behind"
    );
    if let Some(hold) = before.holds.get(&(superior.clone(), number.clone())) {
        let mine = hold.principal.as_str() == before.actor.as_str();
        assert!(
            mine || !hold.is_in_force(before.now),
            "somebody else's hold"
        );
    }
    let above = tree.entry(&superior).unwrap().expect("no superior");
    if let Some(template) = above.template.as_deref() {
        assert!(expect.is_some() || !template.covers(number), "used up");
    }
    match above.sandbox.as_deref() {
        None => assert_eq!(new.sandbox, None, "marked outside"),
        // A generation is no arc that a policy gives out.
        Some(Sandbox::Top(_)) => {
            assert_eq!(new.sandbox, Some(Part::default()));
            return;
        }
        Some(Sandbox::Part(_)) => assert!(new.sandbox.is_some(), "without the mark"),
    }
    if new.recorded.is_some() {
        return;
    }
    assert_eq!(above.superior.state, State::Active);
    assert!(!above.superior.flags.leaf && !above.superior.flags.frozen);
    if new.state == State::Active {
        let policy = policy_in_force(tree, &superior).unwrap();
        assert!(policy.opens(number), "outside the policy");
        assert!(!policy.title_required || !new.titles.is_empty());
        for identifier in new.identifiers.iter().filter(|_| policy.identifiers_unique) {
            let holders = tree.identifier_holders(&superior, identifier).unwrap();
            assert!(
                holders.iter().all(|holder| holder == number),
                "{identifier} twice"
            );
        }
        if let (Some(max), Some(id)) = (policy.arcs_per_registrant_max, &new.registrant) {
            assert!(
                tree.arcs_of_registrant(&superior, id, max).unwrap() < max,
                "over the quota"
            );
        }
    }
}

/// What the overlay says is what the tree says after the events were applied.
fn overlay_agrees(before: &Tree, after: &Tree, events: &[Event]) {
    let mut laid = Overlay::new(before, before.now);
    for event in events {
        laid.lay(event).unwrap();
    }
    let mut nodes: BTreeSet<_> = after.entries.keys().cloned().collect();
    nodes.extend((0..20).map(node));
    for at in &nodes {
        let same = |laid: &dyn TreeView| {
            let entry = laid.entry(at).unwrap();
            let entry = entry.map(|entry| {
                (
                    entry.superior.clone(),
                    entry.holder.clone(),
                    entry.registrant.clone(),
                )
            });
            let numbers = laid.numbers_from(at, &arc(1), 3).unwrap();
            let lowest = laid.lowest_unassigned(at, &arc(1), &arc(1)).unwrap();
            (
                entry,
                numbers,
                lowest,
                laid.live_subordinate(at).unwrap().is_some(),
            )
        };
        assert_eq!(same(&laid), same(after), "{at}");
    }
    assert_eq!(laid.holds().unwrap().len(), after.holds.len());
    for entry in after.entries.values().chain(before.entries.values()) {
        let Some(superior) = entry.path.parent() else {
            continue;
        };
        for label in &entry.superior.labels {
            let key = label.label.comparison_key();
            let holder = |view: &dyn TreeView| view.label_holder(&superior, &key).unwrap();
            assert_eq!(holder(&laid), holder(after), "{label:?}");
        }
        for identifier in &entry.superior.identifiers {
            let holders =
                |view: &dyn TreeView| view.identifier_holders(&superior, identifier).unwrap();
            assert_eq!(holders(&laid), holders(after), "{identifier}");
        }
        if let Some(holding) = &entry.registrant {
            let count = |view: &dyn TreeView| {
                view.arcs_of_registrant(&superior, &holding.registrant, 9)
                    .unwrap()
            };
            assert_eq!(count(&laid), count(after));
        }
    }
}

/// No arc vanishes, and each changes its state legally or not at all.
fn transitions(before: &Tree, after: &Tree, command: &Command) {
    for (path, old) in &before.entries {
        let new = after.entries.get(path).expect("a number was freed");
        let (from, to) = (old.superior.state, new.superior.state);
        assert!(
            from == to || from.may_become(to),
            "{path}: {from:?} to {to:?}"
        );
        if from == State::Withdrawn && to == State::Active {
            let policy = policy_in_force(before, &path.parent().unwrap()).unwrap();
            assert!(
                before.now
                    <= old
                        .superior
                        .changed
                        .plus_seconds(policy.reinstatement_seconds)
            );
        }
        let despite = match command {
            Command::ChangeState(ask) => ask.despite_subordinates,
            Command::ResetSandbox { .. } => true,
            _ => false,
        };
        if from != to && to == State::Withdrawn && !despite {
            assert_eq!(after.live_subordinate(path).unwrap(), None, "left hanging");
        }
        let kept = old.first_registrant.is_none() || new.first_registrant == old.first_registrant;
        assert!(kept, "{path}: the first registrant is lost");
        assert_eq!(
            old.origin.is_reference(),
            new.origin.is_reference(),
            "{path}"
        );
    }
}

/// What holds of the whole tree at any time.
fn standing(tree: &Tree) {
    let mut labels: BTreeMap<_, NodePath> = BTreeMap::new();
    for (path, entry) in &tree.entries {
        let Some(superior) = path.parent() else {
            continue;
        };
        assert!(
            superior.is_root() || tree.entries.contains_key(&superior),
            "{path} has no superior"
        );
        for label in &entry.superior.labels {
            let at = (superior.clone(), label.label.comparison_key());
            let other = labels.insert(at, path.clone());
            assert_eq!(other, None, "{path} shares a label");
        }
        let held = entry.registrant.iter().map(|holding| &holding.registrant);
        let contacts = entry.holder.contacts.iter().map(|contact| &contact.party);
        for id in held.chain(contacts) {
            assert!(tree.registrant(id).unwrap().is_some(), "{path} names {id}");
        }
        if let Some(next) = &entry.superior.relation {
            assert_ne!(next.target(), path);
        }
    }
    for top in tree.entries.values() {
        let mark = top.sandbox.as_deref().and_then(Sandbox::top);
        let Some(mark) = mark else { continue };
        let generation = top.path.child(mark.generation.clone()).unwrap();
        let many = tree.arcs_below(&generation, u64::MAX).unwrap();
        assert!(many <= mark.arcs_max, "more than fit");
        let older = (1..mark.generation.to_u64().unwrap()).map(arc);
        for number in older {
            let old = &tree.entries[&top.path.child(number).unwrap()].superior;
            assert_eq!(old.visibility, Visibility::Hidden, "seen after a reset");
        }
    }
    for (superior, number) in tree.holds.keys() {
        assert!(
            !tree
                .entries
                .contains_key(&superior.child(number.clone()).unwrap()),
            "held and assigned"
        );
    }
}

proptest! {
    #![proptest_config(Config { cases: CASES, failure_persistence: None, ..Config::default() })]

    #[test]
    fn whatever_is_accepted_keeps_the_invariants(steps in steps()) {
        let mut tree = Tree::founded();
        for step in steps {
            submit(&mut tree, step);
        }
    }
}

/// The property would hold of rules that refuse everything: each kind of event must really come about.
#[test]
fn the_sequences_reach_every_kind_of_event() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..CASES {
        let mut tree = Tree::founded();
        let full = proptest::collection::vec(any::<Step>(), COMMANDS);
        for step in full.new_tree(&mut runner).unwrap().current() {
            for word in submit(&mut tree, step) {
                *seen.entry(word).or_default() += 1;
            }
        }
    }
    for word in [
        "arc-registered",
        "reserved-arc-allocated",
        "number-held",
        "hold-released",
        "entry-amended",
        "state-changed",
        "delegated",
        "recalled",
        "transferred",
        "policy-set",
        "template-set",
        "sandbox-set",
        "registrant-recorded",
        "reference-loaded",
        "data-loaded",
    ] {
        assert!(
            seen.get(word).is_some_and(|count| *count >= 20),
            "{word}: {seen:?}"
        );
    }
}

//! Provisional labels: claimed, challenged, decided, and final by the passing of time.

use crate::model::actor::{Actor, Principal};
use crate::model::command::{
    Allocate, Amend, ChallengeLabel, Command, DecideChallenge, NewEntry, NumberChoice, Whole,
};
use crate::model::entry::{Holding, Visibility};
use crate::model::event::{Changes, Event};
use crate::model::limits::{LABEL_CHALLENGE_SECONDS_CEILING, LABEL_CHALLENGES_MAX, NOTE_BYTES_MAX};
use crate::model::{Code, Entry, Policy, Rejection};
use crate::rules::notices_of_arc;
use crate::rules::testing::{
    ADMIN, OTHER, Tree, allocate, arc, label, named, path, refused, words,
};

const OURS: &str = "2.16.834";
const AT: &str = "2.16.834.1";
const WINDOW: u64 = 60;

/// An authority whose labels are provisional for a minute, with an arc that has one.
fn tree() -> Tree {
    let mut tree = Tree::founded();
    tree.policy(
        OURS,
        Policy {
            label_challenge_seconds: Some(WINDOW),
            ..Policy::standard()
        },
    );
    let events = tree
        .submit(allocate(
            OURS,
            NumberChoice::NextFree,
            named(&[], &["Afya"]),
        ))
        .unwrap();
    assert_eq!(words(&events), ["arc-registered", "labels-claimed"]);
    tree
}

fn challenge(at: &str, text: &str) -> Command {
    Command::ChallengeLabel(ChallengeLabel {
        path: path(at),
        if_revision: None,
        label: label(text).label,
        text: "it is ours".to_owned(),
    })
}

fn decide(upheld: bool) -> Command {
    Command::DecideChallenge(DecideChallenge {
        path: path(AT),
        if_revision: None,
        label: label("AFYA").label,
        upheld,
    })
}

fn amend(labels: &[&str]) -> Command {
    Command::Amend(Amend {
        path: path(AT),
        if_revision: None,
        changes: Changes {
            labels: Some(labels.iter().map(|text| label(text)).collect()),
            ..Changes::default()
        },
    })
}

fn claims(entry: &Entry) -> Vec<String> {
    let claims = entry.label_claims.iter();
    claims.map(|one| one.label.to_string()).collect()
}

#[test]
fn a_label_is_provisional_for_a_while_and_then_final() {
    let mut tree = tree();
    let claim = tree.at(AT).label_claims[0].clone();
    assert_eq!(claim.until, tree.now.plus_seconds(WINDOW));
    assert!(claim.is_provisional(tree.now));
    tree.as_actor(OTHER);
    // It is taken all the same.
    let twin = allocate(OURS, NumberChoice::NextFree, named(&[], &["AFYA"]));
    refused(tree.decide(twin), Code::LabelTaken, "entry.labels[0].label");
    tree.later(WINDOW - 1);
    assert!(tree.decide(challenge(AT, "afya")).is_ok());
    tree.later(1);
    let over = tree.decide(challenge(AT, "Afya"));
    refused(over, Code::LabelNotProvisional, "label");
    assert!(!claim.is_provisional(tree.now));
    let other = tree.decide(challenge(AT, "Maji"));
    refused(other, Code::NameUnknown, "label");
    // What changes then forgets it.
    tree.as_actor(ADMIN)
        .submit(amend(&["Afya", "Maji"]))
        .unwrap();
    assert_eq!(claims(tree.at(AT)), ["Maji"]);
}

#[test]
fn only_what_is_new_on_an_arc_is_claimed() {
    let mut tree = tree();
    tree.submit(amend(&["afya", "Maji"])).unwrap();
    assert_eq!(claims(tree.at(AT)), ["Afya", "Maji"]);
    let until = tree.at(AT).label_claims[0].until;
    tree.later(10)
        .submit(amend(&["Afya", "Maji", "Elimu"]))
        .unwrap();
    assert_eq!(tree.at(AT).label_claims[0].until, until);
    let gone = tree.submit(amend(&["Elimu"])).unwrap();
    assert_eq!(words(&gone), ["entry-amended"]);
    assert_eq!(claims(tree.at(AT)), ["Elimu"]);
    // Without a window nothing is claimed.
    tree.policy(OURS, Policy::standard());
    tree.submit(amend(&["Moja"])).unwrap();
    assert!(claims(tree.at(AT)).is_empty());
}

#[test]
fn a_challenge_that_is_upheld_takes_the_label_off_and_others_may_have_it() {
    let mut tree = tree();
    tree.reason = Some("so it is".to_owned());
    tree.as_actor(OTHER).submit(challenge(AT, "Afya")).unwrap();
    let again = tree.decide(challenge(AT, "Afya"));
    refused(again, Code::LabelNotProvisional, "label");
    refused(tree.decide(decide(true)), Code::FourEyes, "");
    tree.as_actor(ADMIN);
    let mut silent = tree.clone();
    silent.reason = None;
    let why = silent.decide(decide(true));
    refused(why, Code::ReasonRequired, "options.reason");
    // It waits however long that takes.
    tree.later(10 * WINDOW);
    assert!(tree.at(AT).label_claims[0].is_provisional(tree.now));
    let events = tree.submit(decide(true)).unwrap();
    assert_eq!(words(&events), ["label-decided"]);
    let entry = tree.at(AT);
    assert!(entry.superior.labels.is_empty() && entry.label_claims.is_empty());
    let next = allocate(OURS, NumberChoice::NextFree, named(&[], &["Afya"]));
    assert!(tree.submit(next).is_ok());
    refused(tree.decide(decide(true)), Code::NameUnknown, "label");
}

#[test]
fn a_challenge_that_is_dismissed_makes_the_label_final() {
    let mut tree = tree();
    tree.reason = Some("it may stay".to_owned());
    refused(
        tree.decide(decide(false)),
        Code::LabelNotProvisional,
        "label",
    );
    tree.as_actor(OTHER).submit(challenge(AT, "Afya")).unwrap();
    tree.as_actor(ADMIN).submit(decide(false)).unwrap();
    assert_eq!(tree.at(AT).superior.labels, [label("Afya")]);
    assert!(tree.at(AT).label_claims.is_empty());
    tree.as_actor(OTHER);
    let again = tree.decide(challenge(AT, "Afya"));
    refused(again, Code::LabelNotProvisional, "label");
}

#[test]
fn whoever_acts_for_the_holder_decides_nothing() {
    let mut tree = tree();
    tree.reason = Some("mine".to_owned());
    tree.as_actor(OTHER).submit(challenge(AT, "Afya")).unwrap();
    let now = tree.now;
    tree.change(AT, |entry| {
        entry.registrant = Some(Holding {
            registrant: "r-1".parse().unwrap(),
            since: now,
        });
        entry.delegation = Some(crate::model::entry::Delegation::Hosted {
            principals: vec![ADMIN.parse().unwrap()],
        });
    });
    tree.as_actor(ADMIN);
    refused(tree.decide(decide(false)), Code::FourEyes, "");
    tree.actor = Actor::Local;
    assert!(tree.decide(decide(false)).is_ok());
}

#[test]
fn whoever_holds_the_arc_hears_of_it() {
    let mut tree = tree();
    tree.reason = Some("so it is".to_owned());
    let now = tree.now;
    tree.change(AT, |entry| {
        entry.registrant = Some(Holding {
            registrant: "r-1".parse().unwrap(),
            since: now,
        });
    });
    let mut told = Vec::new();
    for (who, command) in [(OTHER, challenge(AT, "Afya")), (ADMIN, decide(true))] {
        let before = tree.at(AT).clone();
        let events = tree.as_actor(who).submit(command).unwrap();
        let all = notices_of_arc(&events[0], Some(&before), tree.at(AT));
        told.extend(
            all.into_iter()
                .map(|(kind, to)| format!("{} {to}", kind.word())),
        );
    }
    assert_eq!(told, ["label-challenged r-1", "label-decided r-1"]);
}

#[test]
fn what_is_not_seen_is_not_there_to_be_challenged() {
    let mut tree = tree();
    tree.whole = Whole::Within([].into());
    tree.as_actor(OTHER);
    let text = |tree: &Tree, at: &str| match tree.decide(challenge(at, "Afya")).unwrap_err() {
        Rejection::Refused(told) => format!("{told} {:?}", told.main().nearest).replace(at, "…"),
        Rejection::Fault(fault) => panic!("{fault}"),
    };
    assert!(tree.decide(challenge(AT, "Afya")).is_ok());
    tree.change(AT, |entry| entry.superior.visibility = Visibility::Hidden);
    assert_eq!(text(&tree, AT), text(&tree, "2.16.834.9"));
    tree.change(AT, |entry| entry.superior.visibility = Visibility::Stub);
    let stub = tree.decide(challenge(AT, "Afya"));
    refused(stub, Code::NameUnknown, "label");
    tree.whole = Whole::All;
    assert!(tree.decide(challenge(AT, "Afya")).is_ok());
}

#[test]
fn challenges_of_one_principal_are_bounded() {
    let mut tree = tree();
    let number = |at: usize| 100 + at as u64;
    for at in 0..=LABEL_CHALLENGES_MAX {
        let one = named(&[], &[&format!("L{at}")]);
        let choice = NumberChoice::Explicit(arc(number(at)));
        tree.submit(allocate(OURS, choice, one)).unwrap();
    }
    tree.as_actor(OTHER).whole = Whole::Within([].into());
    let of = |at: usize| challenge(&format!("{OURS}.{}", number(at)), &format!("L{at}"));
    for at in 0..LABEL_CHALLENGES_MAX {
        tree.submit(of(at)).unwrap();
    }
    let past = of(LABEL_CHALLENGES_MAX);
    refused(tree.decide(past.clone()), Code::ChallengesFull, "");
    let mut staff = tree.clone();
    staff.whole = Whole::Within([path(OURS)].into());
    assert!(staff.decide(past.clone()).is_ok());
    tree.as_actor(ADMIN);
    assert!(tree.decide(past).is_ok());
    let Command::ChallengeLabel(mut long) = challenge(AT, "Afya") else {
        unreachable!()
    };
    long.text = "t".repeat(NOTE_BYTES_MAX + 1);
    let long = tree.decide(Command::ChallengeLabel(long));
    refused(long, Code::FieldTooLong, "text");
}

#[test]
fn a_window_is_bounded() {
    let tree = Tree::founded();
    let set = |seconds| Command::SetPolicy {
        path: path(OURS),
        if_revision: None,
        policy: Some(Policy {
            label_challenge_seconds: Some(seconds),
            ..Policy::standard()
        }),
    };
    let field = "policy.label_challenge_seconds";
    assert!(tree.decide(set(LABEL_CHALLENGE_SECONDS_CEILING)).is_ok());
    for seconds in [0, LABEL_CHALLENGE_SECONDS_CEILING + 1] {
        refused(tree.decide(set(seconds)), Code::PolicyInvalid, field);
    }
}

#[test]
fn each_arc_of_a_batch_claims_its_own_labels() {
    let mut tree = tree();
    let one = |text: &str| Allocate {
        superior: path(OURS),
        number: NumberChoice::NextFree,
        entry: NewEntry {
            labels: vec![label(text)],
            ..NewEntry::default()
        },
        allocation_token: None,
    };
    let events = tree
        .submit(Command::BatchAllocate(vec![one("Maji"), one("Elimu")]))
        .unwrap();
    let claimed = events
        .iter()
        .filter(|event| matches!(event, Event::LabelsClaimed { .. }));
    assert_eq!(claimed.count(), 2);
    assert_eq!(claims(tree.at("2.16.834.3")), ["Elimu"]);
    assert!(tree.principals.values().all(Principal::is_active));
}

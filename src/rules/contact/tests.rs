//! Who is asked when, what an answer does, and what comes of none.

use super::*;
use crate::model::command::{NewEntry, NumberChoice};
use crate::model::event::Person;
use crate::model::limits::{DEADLINE_SECONDS_CEILING, PLAN_SECONDS_CEILING};
use crate::model::notice::NoticeKind;
use crate::model::policy::Policy;
use crate::model::suspicion::Office;
use crate::model::{Actor, Command};
use crate::rules::testing::{
    ADMIN, OTHER, Tree, allocate, arc, new_registrant, path, refused, words,
};

const ABOVE: &str = "2.16.834";
const AT: &str = "2.16.834.1";
const DAY: u64 = 86_400;
const YEAR: u64 = 365 * DAY;

/// What is done to a tree, by name.
type Case<'a> = (&'a str, &'a dyn Fn(&mut Tree));

fn checked() -> Policy {
    Policy {
        checks: Some(Checks {
            every_seconds: YEAR,
            answer_seconds: 30 * DAY,
        }),
        ..Policy::standard()
    }
}

/// An arc with a registrant that was there before the policy said anything.
fn tree() -> Tree {
    let mut tree = Tree::founded();
    tree.submit(allocate(
        ABOVE,
        NumberChoice::Explicit(arc(1)),
        NewEntry {
            registrant: Some(new_registrant("Asha")),
            ..NewEntry::default()
        },
    ))
    .unwrap();
    tree.policy(ABOVE, checked());
    tree
}

fn own(tree: &mut Tree, command: Command) -> Result<Vec<Event>, Rejection> {
    let (actor, reason) = (tree.actor.clone(), tree.reason.take());
    tree.actor = Actor::System;
    let done = tree.submit(command);
    (tree.actor, tree.reason) = (actor, reason);
    done
}

fn ask(tree: &mut Tree) -> Result<Vec<Event>, Rejection> {
    own(tree, Command::AskContacts(vec![path(AT), path(ABOVE)]))
}

fn confirm() -> Command {
    Command::ConfirmContact {
        path: path(AT),
        if_revision: None,
    }
}

fn code(tree: &Tree) -> Command {
    Command::ConfirmContactByCode {
        path: path(AT),
        nonce: tree.at(AT).check.as_ref().unwrap().nonce,
    }
}

fn nothing<T: std::fmt::Debug>(result: Result<T, Rejection>) {
    refused(result, Code::NothingChanges, "");
}

#[test]
fn a_registrant_is_asked_when_the_policy_says_and_once() {
    let mut tree = tree();
    tree.later(YEAR - 1);
    nothing(ask(&mut tree));
    tree.later(1);
    let before = tree.at(AT).clone();
    let events = ask(&mut tree).unwrap();
    assert_eq!(words(&events), ["check-set"]);
    let told = crate::rules::notices_of_arc(&events[0], Some(&before), tree.at(AT));
    let to = before.registrant.clone().unwrap().registrant;
    assert_eq!(told, [(NoticeKind::ContactCheck, to)]);
    let check = tree.at(AT).check.clone().unwrap();
    assert_eq!(
        (check.asked, check.until),
        (tree.now, tree.now.plus_seconds(30 * DAY))
    );
    nothing(ask(&mut tree));
    // Answered, it is asked again after as long a time, and by another code.
    let first = code(&tree);
    tree.later(DAY);
    own(&mut tree, first.clone()).unwrap();
    assert_eq!(
        (tree.at(AT).check.clone(), tree.at(AT).confirmed),
        (None, Some(tree.now))
    );
    refused(own(&mut tree, first.clone()), Code::NothingPending, "oid");
    tree.later(YEAR - 1);
    nothing(ask(&mut tree));
    tree.later(1);
    ask(&mut tree).unwrap();
    refused(own(&mut tree, first), Code::NothingPending, "oid");
    // What was asked is not asked of another registrant.
    tree.submit(Command::Transfer {
        path: path(AT),
        if_revision: None,
        to: new_registrant("Juma"),
    })
    .unwrap();
    assert_eq!(
        (tree.at(AT).check.clone(), tree.at(AT).confirmed),
        (None, None)
    );
    nothing(ask(&mut tree));
}

#[test]
fn who_is_nobody_or_gone_or_doubted_is_not_asked() {
    let cases: [Case<'_>; 6] = [
        ("nobody", &|tree| {
            tree.change(AT, |entry| entry.registrant = None);
        }),
        ("withdrawn", &|tree| {
            tree.state(AT, State::Withdrawn);
        }),
        ("reserved", &|tree| {
            tree.state(AT, State::Reserved);
        }),
        ("erased", &|tree| {
            let holder = tree.at(AT).registrant.clone().unwrap().registrant;
            let person = Person::Registrant(holder);
            let basis = "Art. 17".to_owned();
            tree.apply(&[Event::PersonErased { person, basis }]);
        }),
        ("no policy", &|tree| {
            tree.policy(ABOVE, Policy::standard());
        }),
        ("suspect", &|tree| {
            tree.office = Some(Office::Superior);
            let what = "all of it".to_owned();
            tree.submit(Command::ReportError {
                path: path(AT),
                what,
            })
            .unwrap();
        }),
    ];
    for (what, set) in cases {
        let mut tree = tree();
        set(&mut tree);
        tree.later(YEAR);
        let asked = ask(&mut tree);
        assert!(asked.is_err(), "{what}");
        nothing(asked);
    }
}

#[test]
fn an_arc_is_suspect_when_nobody_answered_in_time_and_no_more_when_somebody_did() {
    let ways: [Case<'_>; 4] = [
        ("by code, late", &|tree| {
            let code = code(tree);
            own(tree, code).unwrap();
        }),
        ("by staff", &|tree| {
            tree.reason = Some("told by telephone".to_owned());
            tree.submit(confirm()).unwrap();
        }),
        ("by settling it", &|tree| {
            tree.reason = Some("told by telephone".to_owned());
            tree.office = Some(Office::Superior);
            let settle = Command::SettleSuspicion {
                path: path(AT),
                if_revision: None,
            };
            let events = tree.submit(settle).unwrap();
            assert_eq!(words(&events), ["contact-confirmed"]);
        }),
        ("by a transfer", &|tree| {
            tree.submit(Command::Transfer {
                path: path(AT),
                if_revision: None,
                to: new_registrant("Juma"),
            })
            .unwrap();
        }),
    ];
    for (what, answer) in ways {
        let mut tree = tree();
        tree.later(YEAR);
        ask(&mut tree).unwrap();
        tree.later(30 * DAY - 1);
        nothing(own(&mut tree, Command::DoubtUnconfirmed));
        tree.later(1);
        let before = tree.at(AT).clone();
        let events = own(&mut tree, Command::DoubtUnconfirmed).unwrap();
        assert_eq!(words(&events), ["suspicion-set"]);
        let told = crate::rules::notices_of_arc(&events[0], Some(&before), tree.at(AT));
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].0, NoticeKind::SuspectMarked);
        let mark = tree.at(AT).suspicion.clone().unwrap();
        assert!(mark.is_open() && mark.by.is_none() && mark.what.is_none());
        assert_eq!(mark.until, tree.now.plus_seconds(14 * DAY));
        // Once, and nothing is asked meanwhile.
        nothing(own(&mut tree, Command::DoubtUnconfirmed));
        nothing(ask(&mut tree));
        tree.later(DAY);
        answer(&mut tree);
        assert_eq!(tree.at(AT).suspicion, None, "{what}");
        assert_eq!(tree.at(AT).check, None, "{what}");
        nothing(ask(&mut tree));
        tree.later(YEAR);
        ask(&mut tree).unwrap();
    }
}

#[test]
fn a_report_stands_before_a_missing_answer_and_that_comes_after_it() {
    let mut tree = tree();
    tree.reason = Some("a reason".to_owned());
    tree.office = Some(Office::Superior);
    tree.later(YEAR);
    ask(&mut tree).unwrap();
    let what = "all of it".to_owned();
    tree.submit(Command::ReportError {
        path: path(AT),
        what,
    })
    .unwrap();
    tree.later(60 * DAY);
    nothing(own(&mut tree, Command::DoubtUnconfirmed));
    let settle = Command::SettleSuspicion {
        path: path(AT),
        if_revision: None,
    };
    let events = tree.submit(settle).unwrap();
    assert_eq!(words(&events), ["suspicion-set"]);
    own(&mut tree, Command::DoubtUnconfirmed).unwrap();
    assert_eq!(tree.at(AT).suspicion.clone().unwrap().what, None);
    // Of whoever was erased meanwhile nobody can be asked any longer.
    let mut tree = self::tree();
    tree.later(YEAR);
    ask(&mut tree).unwrap();
    let holder = tree.at(AT).registrant.clone().unwrap().registrant;
    tree.apply(&[Event::PersonErased {
        person: Person::Registrant(holder),
        basis: "Art. 17".to_owned(),
    }]);
    tree.later(30 * DAY);
    let events = own(&mut tree, Command::DoubtUnconfirmed).unwrap();
    assert_eq!(words(&events), ["check-set"]);
    assert_eq!(
        (tree.at(AT).check.clone(), tree.at(AT).suspicion.clone()),
        (None, None)
    );
}

#[test]
fn whoever_speaks_for_a_registrant_says_so_and_others_say_how_they_know() {
    let mut tree = tree();
    // Asked or not.
    tree.as_actor(ADMIN);
    refused(
        tree.decide(confirm()),
        Code::ReasonRequired,
        "options.reason",
    );
    tree.reason = Some("told by telephone".to_owned());
    assert!(tree.decide(confirm()).is_ok());
    tree.reason = None;
    tree.apply(&[Event::Delegated {
        path: path(AT),
        previous: tree.at(AT).revision,
        delegation: crate::model::entry::Delegation::Hosted {
            principals: vec![OTHER.parse().unwrap()],
        },
    }]);
    tree.as_actor(OTHER);
    assert!(tree.decide(confirm()).is_ok());
    tree.actor = Actor::Local;
    refused(
        tree.decide(confirm()),
        Code::ReasonRequired,
        "options.reason",
    );
    tree.change(AT, |entry| entry.registrant = None);
    refused(tree.decide(confirm()), Code::NothingPending, "oid");
    tree.state(AT, State::Withdrawn);
    refused(tree.decide(confirm()), Code::TransitionIllegal, "oid");
}

#[test]
fn what_a_policy_says_of_it_has_bounds() {
    let tree = tree();
    let set = |every_seconds, answer_seconds| {
        let checks = Some(Checks {
            every_seconds,
            answer_seconds,
        });
        tree.decide(Command::SetPolicy {
            path: path(ABOVE),
            if_revision: None,
            policy: Some(Policy {
                checks,
                ..Policy::standard()
            }),
        })
    };
    assert!(set(PLAN_SECONDS_CEILING, DEADLINE_SECONDS_CEILING).is_ok());
    for every in [0, PLAN_SECONDS_CEILING + 1] {
        let field = "policy.checks.every_seconds";
        refused(set(every, DAY), Code::PolicyInvalid, field);
    }
    for answer in [0, DEADLINE_SECONDS_CEILING + 1] {
        let field = "policy.checks.answer_seconds";
        refused(set(YEAR, answer), Code::PolicyInvalid, field);
    }
    // Another node that wants it, and how often, is another list.
    let listed = tree.agenda(Agenda::Checking, Timestamp::from_micros(i64::MAX), 9);
    let every = Timestamp::from_micros(0).plus_seconds(YEAR);
    assert_eq!(listed.unwrap(), [(every, path(ABOVE))]);
}

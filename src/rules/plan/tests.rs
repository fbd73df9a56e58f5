//! What is planned takes effect when its moment comes, if it is in order then.

use super::*;
use crate::model::consent::LockKind;
use crate::model::entry::{Relation, State, Visibility};
use crate::model::{Actor, Command};
use crate::rules::testing::{Tree, path, refused, words};

const AT: &str = "2.16.834.1";
const DAY: u64 = 86_400;

fn tree() -> Tree {
    let mut tree = Tree::founded();
    tree.reason = Some("as planned".to_owned());
    tree.arc(AT);
    tree
}

fn plan(tree: &Tree, days: u64, act: PlannedAct) -> Command {
    Command::Plan {
        path: path(AT),
        if_revision: None,
        at: tree.now.plus_seconds(days * DAY),
        act,
    }
}

fn state(to: State) -> PlannedAct {
    PlannedAct::State { to, relation: None }
}

fn cancel(number: u32) -> Command {
    Command::CancelPlan {
        path: path(AT),
        if_revision: None,
        number,
    }
}

fn effect(tree: &mut Tree) -> Result<Vec<Event>, Rejection> {
    let actor = std::mem::replace(&mut tree.actor, Actor::System);
    let done = tree.submit(Command::TakeEffect);
    tree.actor = actor;
    done
}

#[test]
fn a_plan_takes_effect_when_its_moment_comes_and_not_before() {
    let mut tree = tree();
    let successor = Some(Relation::Successor(path("2.16.834.2")));
    tree.arc("2.16.834.2");
    let deprecate = PlannedAct::State {
        to: State::Deprecated,
        relation: successor.clone(),
    };
    tree.submit(plan(&tree, 10, deprecate)).unwrap();
    tree.submit(plan(&tree, 5, PlannedAct::Visibility(Visibility::Hidden)))
        .unwrap();
    let numbers: Vec<_> = tree.at(AT).plans.iter().map(|one| one.number).collect();
    assert_eq!(numbers, [1, 2]);
    tree.later(5 * DAY - 1);
    refused(effect(&mut tree), Code::NothingChanges, "");
    tree.later(1);
    let events = effect(&mut tree).unwrap();
    assert_eq!(words(&events), ["entry-amended", "plans-set"]);
    assert_eq!(tree.at(AT).superior.visibility, Visibility::Hidden);
    assert_eq!(tree.at(AT).plans.len(), 1);
    refused(effect(&mut tree), Code::NothingChanges, "");
    tree.later(100 * DAY);
    assert_eq!(
        words(&effect(&mut tree).unwrap()),
        ["state-changed", "plans-set"]
    );
    assert_eq!(tree.at(AT).superior.state, State::Deprecated);
    assert_eq!(tree.at(AT).superior.relation, successor);
    assert_eq!(tree.at(AT).plans, []);
}

#[test]
fn what_is_not_in_order_then_stays_with_why_and_is_tried_no_more() {
    let mut tree = tree();
    tree.submit(plan(&tree, 1, state(State::Withdrawn)))
        .unwrap();
    tree.submit(plan(&tree, 1, state(State::Active))).unwrap();
    tree.submit(Command::Lock {
        path: path(AT),
        if_revision: None,
        kind: LockKind::Authority,
    })
    .unwrap();
    tree.later(DAY);
    assert_eq!(words(&effect(&mut tree).unwrap()), ["plans-set"]);
    let refusals: Vec<_> = tree.at(AT).plans.iter().map(|one| one.refused).collect();
    assert_eq!(refusals, [Some(Code::ArcLocked), Some(Code::ArcLocked)]);
    refused(effect(&mut tree), Code::NothingChanges, "");
    tree.submit(cancel(1)).unwrap();
    refused(tree.decide(cancel(1)), Code::PlanUnknown, "number");
    tree.submit(cancel(2)).unwrap();
    assert_eq!(tree.at(AT).plans, []);
}

#[test]
fn that_nothing_would_change_is_as_good_as_done() {
    let mut tree = tree();
    tree.submit(plan(&tree, 1, state(State::Active))).unwrap();
    tree.later(DAY);
    assert_eq!(words(&effect(&mut tree).unwrap()), ["plans-set"]);
    assert_eq!(tree.at(AT).plans, []);
}

#[test]
fn two_plans_of_one_arc_take_effect_in_the_order_of_their_moments() {
    let mut tree = tree();
    tree.submit(plan(&tree, 2, state(State::Active))).unwrap();
    tree.submit(plan(&tree, 1, state(State::Suspended)))
        .unwrap();
    tree.later(9 * DAY);
    assert_eq!(
        words(&effect(&mut tree).unwrap()),
        ["state-changed", "state-changed", "plans-set"]
    );
    assert_eq!(tree.at(AT).superior.state, State::Active);
}

#[test]
fn a_review_happens_by_nobody_but_people() {
    let mut tree = tree();
    let review = || PlannedAct::Review("still confidential?".to_owned());
    tree.submit(plan(&tree, 1, review())).unwrap();
    tree.later(9 * DAY);
    refused(effect(&mut tree), Code::NothingChanges, "");
    let due =
        crate::model::TreeView::agenda(&tree, crate::model::plan::Agenda::Reviews, tree.now, 9);
    assert_eq!(due.unwrap().len(), 1);
    tree.submit(cancel(1)).unwrap();
    refused(
        tree.decide(plan(&tree, 1, PlannedAct::Review(String::new()))),
        Code::FieldRequired,
        "review",
    );
}

#[test]
fn plans_are_bounded() {
    let mut tree = tree();
    let at = |seconds: u64| Command::Plan {
        path: path(AT),
        if_revision: None,
        at: tree.now.plus_seconds(seconds),
        act: state(State::Suspended),
    };
    refused(tree.decide(at(0)), Code::FieldInvalid, "at");
    assert!(tree.decide(at(PLAN_SECONDS_CEILING)).is_ok());
    refused(
        tree.decide(at(PLAN_SECONDS_CEILING + 1)),
        Code::FieldInvalid,
        "at",
    );
    for day in 1..=PLANS_MAX as u64 {
        tree.submit(plan(&tree, day, state(State::Suspended)))
            .unwrap();
    }
    refused(
        tree.decide(plan(&tree, 1, state(State::Suspended))),
        Code::TooManyValues,
        "",
    );
    tree.submit(cancel(3)).unwrap();
    refused(
        tree.decide(plan(&tree, 1, state(State::Suspended))),
        Code::NothingChanges,
        "at",
    );
    refused(
        tree.decide(Command::Plan {
            path: path("2.16.834"),
            if_revision: None,
            at: tree.now.plus_seconds(1),
            act: state(State::Suspended),
        }),
        Code::OutsideAuthority,
        "oid",
    );
}

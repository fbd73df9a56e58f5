//! What is planned takes effect when its moment comes, if it is in order then.

use super::*;
use crate::model::consent::LockKind;
use crate::model::entry::{Relation, State, Text, Visibility};
use crate::model::{Actor, Command, Policy};
use crate::rules::testing::{Tree, allocate, new_registrant, path, refused, words};

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

fn amend(changes: Changes<RegistrantId>) -> PlannedAct {
    PlannedAct::Amend(Box::new(changes))
}

fn titled(text: &str) -> PlannedAct {
    amend(Changes {
        titles: Some(vec![titles(text)]),
        ..Changes::default()
    })
}

fn titles(text: &str) -> Text {
    Text {
        language: "sw".parse().unwrap(),
        text: text.to_owned(),
    }
}

fn named(identifier: &str) -> PlannedAct {
    amend(Changes {
        identifiers: Some(vec![identifier.parse().unwrap()]),
        ..Changes::default()
    })
}

/// Another arc, its registrant.
fn another(tree: &mut Tree) -> RegistrantId {
    let mut entry = crate::rules::testing::named(&["afya"], &[]);
    entry.registrant = Some(new_registrant("Asha"));
    let number = crate::model::command::NumberChoice::NextFree;
    let events = tree.submit(allocate("2.16.834", number, entry)).unwrap();
    let Some(Event::RegistrantRecorded(new)) = events.first() else {
        panic!("{events:?}")
    };
    new.id.clone()
}

#[test]
fn new_values_come_when_their_moment_does_and_are_judged_then() {
    let mut tree = tree();
    tree.submit(plan(&tree, 1, titled("Afya"))).unwrap();
    tree.submit(plan(&tree, 1, named("afya"))).unwrap();
    // The name is given to a sibling meanwhile.
    another(&mut tree);
    tree.later(DAY);
    let events = effect(&mut tree).unwrap();
    assert_eq!(words(&events), ["entry-amended", "plans-set"]);
    assert_eq!(tree.at(AT).holder.titles, [titles("Afya")]);
    let left: Vec<_> = tree.at(AT).plans.iter().map(|one| one.refused).collect();
    assert_eq!(left, [Some(Code::IdentifierTaken)]);
}

#[test]
fn an_arc_goes_to_another_at_a_moment_and_what_its_holder_planned_does_not() {
    let mut tree = tree();
    let to = another(&mut tree);
    let transfer = || PlannedAct::Transfer(to.clone());
    tree.submit(plan(&tree, 2, titled("late"))).unwrap();
    tree.submit(plan(&tree, 2, named("late"))).unwrap();
    tree.submit(plan(&tree, 1, transfer())).unwrap();
    // Due together: the earlier one ends what comes after it.
    tree.later(3 * DAY);
    let events = effect(&mut tree).unwrap();
    let expect = ["transferred", "plans-set", "entry-amended", "plans-set"];
    assert_eq!(words(&events), expect);
    assert_eq!(tree.at(AT).registrant.clone().unwrap().registrant, to);
    let left: Vec<_> = tree
        .at(AT)
        .plans
        .iter()
        .map(|one| (one.number, one.refused))
        .collect();
    assert_eq!(left, [(1, Some(Code::AnothersArc))]);
    assert_eq!(tree.at(AT).holder.titles, []);
    // A transfer that is made at once ends them, too.
    tree.submit(plan(&tree, 9, titled("later"))).unwrap();
    tree.submit(Command::Transfer {
        path: path(AT),
        if_revision: None,
        to: new_registrant("Juma"),
    })
    .unwrap();
    let waits = tree.at(AT).plans.iter().filter(|one| one.refused.is_none());
    assert_eq!(waits.count(), 0);
    // What is given to its holder is as good as done.
    let holder = tree.at(AT).registrant.clone().unwrap().registrant;
    tree.submit(plan(&tree, 1, PlannedAct::Transfer(holder)))
        .unwrap();
    tree.later(DAY);
    effect(&mut tree).unwrap();
    assert_eq!(tree.at(AT).plans.len(), 2);
}

#[test]
fn a_transfer_that_needs_consent_is_not_planned_nor_done() {
    let mut tree = tree();
    let to = another(&mut tree);
    let transfer = PlannedAct::Transfer(to);
    tree.submit(plan(&tree, 1, transfer.clone())).unwrap();
    let agreed = Policy {
        transfers_agreed: true,
        ..Policy::standard()
    };
    tree.policy("2.16.834", agreed);
    refused(
        tree.decide(plan(&tree, 2, transfer)),
        Code::ConsentRequired,
        "oid",
    );
    tree.later(DAY);
    effect(&mut tree).unwrap();
    assert_eq!(tree.at(AT).plans[0].refused, Some(Code::ConsentRequired));
    let nobody = PlannedAct::Transfer("r-none".parse().unwrap());
    refused(
        tree.decide(plan(&tree, 2, nobody)),
        Code::RegistrantUnknown,
        "act.transfer",
    );
}

#[test]
fn what_is_planned_for_fields_has_the_form_of_an_amendment_and_bounds() {
    let tree = tree();
    let check = |act: PlannedAct, code, field: &str| {
        refused(tree.decide(plan(&tree, 1, act)), code, field);
    };
    check(amend(Changes::default()), Code::FieldRequired, "act.amend");
    check(titled(""), Code::FieldRequired, "act.amend.titles[0].text");
    let described = |bytes: usize| {
        let text = |part: usize, language: &str| Text {
            language: language.parse().unwrap(),
            text: "x".repeat(part),
        };
        let half = PLAN_BYTES_MAX / 2;
        amend(Changes {
            descriptions: Some(vec![text(half, "en"), text(bytes - half, "sw")]),
            ..Changes::default()
        })
    };
    assert!(
        tree.decide(plan(&tree, 1, described(PLAN_BYTES_MAX)))
            .is_ok()
    );
    let past = described(PLAN_BYTES_MAX + 1);
    check(past, Code::FieldTooLong, "act.amend");
    let contact = Contact {
        role: crate::model::entry::ContactRole::Abuse,
        party: "r-none".parse().unwrap(),
    };
    let contacts = amend(Changes {
        contacts: Some(vec![contact]),
        ..Changes::default()
    });
    check(contacts, Code::RegistrantUnknown, "act.amend.contacts");
    // Of the authority's own node the holder's fields are the authority's to plan, and no others.
    let own = |act| Command::Plan {
        path: path("2.16.834"),
        if_revision: None,
        at: tree.now.plus_seconds(1),
        act,
    };
    assert!(tree.decide(own(titled("Tanzania"))).is_ok());
    refused(tree.decide(own(named("tz"))), Code::OutsideAuthority, "oid");
}

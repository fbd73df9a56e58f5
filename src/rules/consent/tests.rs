//! What a lock stops, who releases it, and when an arc changes hands.

use super::*;
use crate::model::command::{Amend, ChangeState, RegistrantRef};
use crate::model::event::{Changes, Event};
use crate::model::{Command, Policy};
use crate::rules::testing::{ADMIN, OTHER, Tree, new_registrant, path, refused, text, words};

const AT: &str = "2.16.834.1";

fn lock(kind: LockKind) -> Command {
    Command::Lock {
        path: path(AT),
        if_revision: None,
        kind,
    }
}

fn unlock(kind: LockKind) -> Command {
    Command::AskUnlock {
        path: path(AT),
        if_revision: None,
        kind,
    }
}

fn agree(side: Option<Side>) -> Command {
    Command::Agree {
        path: path(AT),
        if_revision: None,
        side,
    }
}

fn retract() -> Command {
    Command::Retract {
        path: path(AT),
        if_revision: None,
    }
}

fn offer(to: RegistrantRef) -> Command {
    Command::OfferTransfer {
        path: path(AT),
        if_revision: None,
        to,
    }
}

fn transfer(to: RegistrantRef) -> Command {
    Command::Transfer {
        path: path(AT),
        if_revision: None,
        to,
    }
}

fn state(to: State) -> Command {
    Command::ChangeState(ChangeState {
        path: path(AT),
        if_revision: None,
        to,
        relation: None,
        despite_subordinates: false,
    })
}

fn title() -> Command {
    Command::Amend(Amend {
        path: path(AT),
        if_revision: None,
        changes: Changes {
            titles: Some(vec![text("new")]),
            ..Changes::default()
        },
    })
}

/// An arc that is somebody's.
fn tree() -> Tree {
    let mut tree = Tree::founded();
    tree.reason = Some("a reason".to_owned());
    tree.arc(AT);
    tree.submit(transfer(new_registrant("Holder"))).unwrap();
    tree
}

fn waits(tree: &Tree) -> Pending {
    tree.at(AT).pending.as_deref().unwrap().clone()
}

fn by_code(tree: &Tree, side: Side) -> Command {
    let nonce = waits(tree).nonce;
    Command::AgreeByCode {
        path: path(AT),
        nonce,
        side,
    }
}

fn holder(tree: &Tree) -> String {
    let holding = tree.at(AT).registrant.clone().unwrap();
    holding.registrant.to_string()
}

#[test]
fn a_lock_stops_every_change_and_the_authoritys_the_state_too() {
    for kind in LockKind::ALL {
        let mut tree = tree();
        let set_policy = Command::SetPolicy {
            path: path(AT),
            if_revision: None,
            policy: Some(Policy::standard()),
        };
        let delegate = Command::Delegate {
            path: path(AT),
            if_revision: None,
            delegation: Delegation::Hosted {
                principals: vec![OTHER.parse().unwrap()],
            },
        };
        let recall = Command::Recall {
            path: path(AT),
            if_revision: None,
        };
        tree.submit(delegate.clone()).unwrap();
        let changes = [
            title(),
            set_policy,
            delegate,
            recall,
            transfer(new_registrant("Other")),
            offer(new_registrant("Other")),
        ];
        tree.submit(lock(kind)).unwrap();
        refused(tree.decide(lock(kind)), Code::NothingChanges, "oid");
        for change in changes {
            refused(tree.decide(change), Code::ArcLocked, "oid");
        }
        let suspended = tree.decide(state(State::Suspended));
        match kind {
            LockKind::Holder => assert!(suspended.is_ok()),
            LockKind::Authority => refused(suspended, Code::ArcLocked, "oid"),
        }
        // What is below it is given out all the same.
        tree.submit(crate::rules::testing::next_free(AT)).unwrap();
    }
}

#[test]
fn a_lock_is_released_by_two_people_or_by_its_holders_code() {
    for kind in LockKind::ALL {
        let mut tree = tree();
        refused(tree.decide(unlock(kind)), Code::NothingChanges, "oid");
        refused(tree.decide(agree(None)), Code::NothingPending, "oid");
        tree.submit(lock(kind)).unwrap();
        tree.submit(unlock(kind)).unwrap();
        refused(tree.decide(unlock(kind)), Code::NothingChanges, "oid");
        refused(tree.decide(agree(None)), Code::FourEyes, "");
        refused(tree.decide(title()), Code::ArcLocked, "oid");
        let coded = tree.decide(by_code(&tree, Side::Holder));
        match kind {
            LockKind::Holder => assert_eq!(words(&coded.unwrap()), ["locks-set"]),
            LockKind::Authority => refused(coded, Code::NothingPending, "oid"),
        }
        refused(
            tree.decide(by_code(&tree, Side::Receiver)),
            Code::NothingPending,
            "oid",
        );
        tree.as_actor(OTHER);
        let events = tree.submit(agree(None)).unwrap();
        assert_eq!(words(&events), ["locks-set"]);
        assert_eq!(tree.at(AT).locks.of(kind), None);
        assert_eq!(tree.at(AT).pending, None);
        tree.submit(title()).unwrap();
    }
}

#[test]
fn each_lock_is_released_by_itself() {
    let mut tree = tree();
    tree.submit(lock(LockKind::Holder)).unwrap();
    tree.submit(lock(LockKind::Authority)).unwrap();
    tree.submit(unlock(LockKind::Authority)).unwrap();
    // Another question takes the place of the one before, and its codes are others.
    let before = waits(&tree).nonce;
    tree.later(1).submit(unlock(LockKind::Holder)).unwrap();
    assert_ne!(waits(&tree).nonce, before);
    tree.submit(retract()).unwrap();
    refused(tree.decide(retract()), Code::NothingPending, "oid");
    tree.submit(unlock(LockKind::Authority)).unwrap();
    tree.as_actor(OTHER).submit(agree(None)).unwrap();
    assert!(tree.at(AT).locks.holder.is_some());
    assert!(tree.at(AT).locks.authority.is_none());
    refused(tree.decide(title()), Code::ArcLocked, "oid");
}

#[test]
fn an_offered_arc_changes_hands_when_both_sides_agreed() {
    let both = [Side::Holder, Side::Receiver];
    for order in [both, [Side::Receiver, Side::Holder]] {
        let mut tree = tree();
        let had = holder(&tree);
        let events = tree.submit(offer(new_registrant("Receiver"))).unwrap();
        assert_eq!(words(&events), ["registrant-recorded", "pending-set"]);
        assert_eq!(waits(&tree).agreed, []);
        refused(tree.decide(agree(None)), Code::FieldRequired, "side");
        tree.submit(agree(Some(order[0]))).unwrap();
        refused(
            tree.decide(agree(Some(order[0]))),
            Code::NothingChanges,
            "side",
        );
        assert_eq!(holder(&tree), had);
        let last = by_code(&tree, order[1]);
        let events = tree.submit(last.clone()).unwrap();
        assert_eq!(words(&events), ["transferred"]);
        assert_ne!(holder(&tree), had);
        assert_eq!(tree.at(AT).pending, None);
        refused(tree.decide(last), Code::NothingPending, "oid");
    }
}

#[test]
fn whoever_offers_for_the_holder_agreed_for_it() {
    let mut tree = tree();
    tree.submit(Command::Delegate {
        path: path(AT),
        if_revision: None,
        delegation: Delegation::Hosted {
            principals: vec![OTHER.parse().unwrap()],
        },
    })
    .unwrap();
    tree.as_actor(OTHER)
        .submit(offer(new_registrant("Receiver")))
        .unwrap();
    assert_eq!(waits(&tree).agreed, [Side::Holder]);
    // Of an arc that is nobody's the superior is the holder.
    let mut tree = Tree::founded();
    tree.arc(AT);
    tree.submit(offer(new_registrant("Receiver"))).unwrap();
    assert_eq!(waits(&tree).agreed, [Side::Holder]);
    let code = by_code(&tree, Side::Receiver);
    assert_eq!(words(&tree.submit(code).unwrap()), ["transferred"]);
}

#[test]
fn what_is_asked_for_is_over_in_time_and_with_what_comes_between() {
    let mut tree = tree();
    tree.submit(offer(new_registrant("Receiver"))).unwrap();
    let code = by_code(&tree, Side::Receiver);
    tree.later(CONSENT_SECONDS - 1);
    assert!(tree.decide(code.clone()).is_ok());
    tree.later(1);
    refused(tree.decide(code.clone()), Code::NothingPending, "oid");
    refused(
        tree.decide(agree(Some(Side::Holder))),
        Code::NothingPending,
        "oid",
    );
    // A code of what was asked for before is none of what is asked for now.
    tree.submit(offer(new_registrant("Another"))).unwrap();
    refused(tree.decide(code), Code::NothingPending, "oid");
    for between in [
        transfer(new_registrant("Third")),
        lock(LockKind::Holder),
        state(State::Withdrawn),
    ] {
        let mut tree = tree.clone();
        tree.submit(between).unwrap();
        assert_eq!(tree.at(AT).pending, None);
    }
    // A quota that is full meanwhile refuses the last agreement, and nothing is recorded.
    tree.submit(agree(Some(Side::Holder))).unwrap();
    let to = match waits(&tree).act {
        PendingAct::Transfer(to) => to,
        PendingAct::Unlock(_) => panic!(),
    };
    tree.arc_with("2.16.834.2", |new| new.registrant = Some(to));
    tree.policy(
        "2.16.834",
        Policy {
            arcs_per_registrant_max: Some(1),
            ..Policy::standard()
        },
    );
    refused(
        tree.decide(agree(Some(Side::Receiver))),
        Code::QuotaReached,
        "to.id",
    );
}

#[test]
fn a_policy_can_want_both_sides_to_agree() {
    let mut tree = tree();
    tree.policy(
        "2.16.834",
        Policy {
            transfers_agreed: true,
            ..Policy::standard()
        },
    );
    refused(
        tree.decide(transfer(new_registrant("Other"))),
        Code::ConsentRequired,
        "oid",
    );
    tree.submit(offer(new_registrant("Other"))).unwrap();
    for side in Side::ALL {
        tree.submit(agree(Some(side))).unwrap();
    }
    assert_eq!(tree.at(AT).pending, None);
}

#[test]
fn what_is_nobodys_to_have_is_neither_locked_nor_offered() {
    for which in [State::Reserved, State::Withdrawn] {
        let mut tree = tree();
        tree.state(AT, which);
        refused(
            tree.decide(lock(LockKind::Holder)),
            Code::TransitionIllegal,
            "oid",
        );
        refused(
            tree.decide(offer(new_registrant("x"))),
            Code::TransitionIllegal,
            "oid",
        );
    }
    // What is withdrawn keeps no lock: reinstated it is as free as any other.
    let mut tree = tree();
    tree.submit(lock(LockKind::Holder)).unwrap();
    tree.submit(state(State::Withdrawn)).unwrap();
    assert_eq!(tree.at(AT).locks, crate::model::consent::Locks::default());
    tree.as_actor(ADMIN).submit(state(State::Active)).unwrap();
    tree.submit(title()).unwrap();
}

#[test]
fn whoever_has_to_agree_is_told() {
    let told = |tree: &Tree, event: &Event| {
        let before = tree.at(AT).clone();
        let mut after = tree.clone();
        after.apply(std::slice::from_ref(event));
        let all = crate::rules::notices_of_arc(event, Some(&before), after.at(AT));
        let all = all.into_iter();
        all.map(|(kind, to)| format!("{} {to}", kind.word()))
            .collect::<Vec<_>>()
    };
    let tree = tree();
    let holder = holder(&tree);
    let known = tree.decide(offer(new_registrant("Receiver"))).unwrap();
    let mut with = tree.clone();
    with.apply(&known[..1]);
    let receiver = match &known[1] {
        Event::PendingSet {
            pending: Some(pending),
            ..
        } => match &pending.act {
            PendingAct::Transfer(to) => to.to_string(),
            PendingAct::Unlock(_) => panic!(),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(
        told(&with, &known[1]),
        [
            format!("consent-asked {holder}"),
            format!("consent-asked {receiver}")
        ]
    );
    with.apply(&known[1..]);
    // The agreement of one side asks nobody anew.
    let agreed = with.decide(agree(Some(Side::Holder))).unwrap();
    assert_eq!(told(&with, &agreed[0]), [""; 0]);
    for (kind, expect) in [
        (LockKind::Holder, vec![format!("unlock-asked {holder}")]),
        (LockKind::Authority, Vec::new()),
    ] {
        let mut locked = tree.clone();
        let event = &locked.submit(lock(kind)).unwrap()[0];
        assert_eq!(told(&tree, event), [format!("entry-changed {holder}")]);
        let asked = locked.decide(unlock(kind)).unwrap();
        assert_eq!(told(&locked, &asked[0]), expect);
    }
}

//! Who may do what: permits given, refused and checked again where order is decided.

use super::*;
use crate::access::testing::{ADMIN, DELEGATE, NOW, STRANGER, Tree, hosted, path, refused};
use crate::model::allocation_token::{AllocationToken, Promised};
use crate::model::command::{Allocate, Amend, ChangeState, NewEntry, NumberChoice, RecordExisting};
use crate::model::entry::{Delegation, State, Visibility};
use crate::model::event::{Changes, Proof};
use crate::model::plan::Plan;

fn submission(command: Command) -> Submission {
    Submission {
        request_id: "q-1".parse().unwrap(),
        digest: [0; 32],
        validate_only: false,
        reason: None,
        override_reason: None,
        asked_by: None,
        command,
    }
}

fn allocate(superior: &str) -> Command {
    Command::Allocate(Allocate {
        superior: path(superior),
        number: NumberChoice::NextFree,
        entry: NewEntry::default(),
        allocation_token: None,
    })
}

fn amend(at: &str, changes: Changes) -> Command {
    Command::Amend(Amend {
        path: path(at),
        if_revision: None,
        changes,
    })
}

fn titles(at: &str) -> Command {
    let titles = Some(Vec::new());
    amend(
        at,
        Changes {
            titles,
            ..Changes::default()
        },
    )
}

fn visibility(at: &str) -> Command {
    let visibility = Some(Visibility::Hidden);
    amend(
        at,
        Changes {
            visibility,
            ..Changes::default()
        },
    )
}

fn policy(at: &str) -> Command {
    Command::SetPolicy {
        path: path(at),
        if_revision: None,
        policy: None,
    }
}

fn withdraw(at: &str) -> Command {
    Command::ChangeState(ChangeState {
        path: path(at),
        if_revision: None,
        to: State::Withdrawn,
        relation: None,
        despite_subordinates: false,
    })
}

fn ask(tree: &Tree, who: &str, command: Command) -> Result<Permit, Rejection> {
    permit(&tree.identity(who), &submission(command), tree)
}

#[track_caller]
fn check(tree: &Tree, who: &str, command: Command, expect: Option<Code>) {
    let got = ask(tree, who, command);
    match expect {
        Some(code) => refused(got, code),
        None => assert_eq!(got.unwrap().actor().as_str(), who),
    }
}

#[test]
fn what_is_planned_needs_what_doing_it_would() {
    let mut tree = Tree::new();
    tree.delegated("2.16.834.3", hosted(DELEGATE));
    let plan = |changes: Changes<crate::model::RegistrantId>| Command::Plan {
        path: path("2.16.834.3"),
        if_revision: None,
        at: NOW,
        act: PlannedAct::Amend(Box::new(changes)),
    };
    let titles = Changes {
        titles: Some(Vec::new()),
        ..Changes::default()
    };
    let flags = Changes {
        flags: Some(crate::model::entry::Flags::default()),
        ..Changes::default()
    };
    let cancel = || Command::CancelPlan {
        path: path("2.16.834.3"),
        if_revision: None,
        number: 1,
    };
    check(&tree, DELEGATE, plan(titles.clone()), None);
    let not_theirs = Some(Code::NotPermitted);
    check(&tree, DELEGATE, plan(flags.clone()), not_theirs);
    let away = Some(Code::DelegatedAway);
    check(&tree, ADMIN, plan(titles.clone()), away);
    check(&tree, ADMIN, plan(flags), None);
    // So does cancelling it; of what is not planned the superior is told so.
    check(&tree, DELEGATE, cancel(), not_theirs);
    check(&tree, ADMIN, cancel(), None);
    tree.arc("2.16.834.3", |entry| {
        entry.delegation = Some(hosted(DELEGATE));
        entry.plans = vec![Plan {
            number: 1,
            at: NOW,
            by: None,
            act: PlannedAct::Amend(Box::new(titles)),
            refused: None,
        }];
    });
    check(&tree, DELEGATE, cancel(), None);
    check(&tree, ADMIN, cancel(), away);
}

#[test]
fn nobody_writes_without_a_token() {
    let tree = Tree::new();
    let anonymous = permit(
        &Identity::Anonymous,
        &submission(allocate("2.16.834")),
        &tree,
    );
    refused(anonymous, Code::TokenMissing);
}

#[test]
fn a_principal_without_a_delegation_may_do_nothing() {
    let mut tree = Tree::new();
    tree.arc("2.16.834.1", |_| {})
        .assigned("2.16.834.2")
        .delegated("2.16.834.3", hosted(DELEGATE));
    for at in [
        "2.16.834",
        "2.16.834.1",
        "2.16.834.2",
        "2.16.834.3",
        "1.3",
        "2.16.834.9.9",
    ] {
        for command in [
            allocate(at),
            titles(at),
            visibility(at),
            policy(at),
            withdraw(at),
        ] {
            check(&tree, STRANGER, command, Some(Code::NotPermitted));
        }
    }
}

#[test]
fn an_administrator_acts_everywhere_that_is_not_anothers() {
    let mut tree = Tree::new();
    tree.arc("2.16.834.1", |_| {})
        .assigned("2.16.834.2")
        .arc("2.16.834.2.7", |_| {});
    tree.delegated(
        "2.16.834.3",
        Delegation::External {
            oidip: None,
            ors: None,
            name_servers: Vec::new(),
            signers: Vec::new(),
        },
    );
    for at in ["2.16.834", "2.16.834.1", "2.16.834.9.9"] {
        for command in [
            allocate(at),
            titles(at),
            visibility(at),
            policy(at),
            withdraw(at),
        ] {
            check(&tree, ADMIN, command, None);
        }
    }
    // The arc of another: what the superior decides stays the superior's.
    check(&tree, ADMIN, visibility("2.16.834.2"), None);
    check(&tree, ADMIN, withdraw("2.16.834.2"), None);
    check(&tree, ADMIN, titles("2.16.834.2"), Some(Code::AnothersArc));
    check(&tree, ADMIN, policy("2.16.834.2"), Some(Code::AnothersArc));
    check(
        &tree,
        ADMIN,
        allocate("2.16.834.2"),
        Some(Code::AnothersArc),
    );
    check(
        &tree,
        ADMIN,
        visibility("2.16.834.2.7"),
        Some(Code::AnothersArc),
    );
    check(&tree, ADMIN, withdraw("2.16.834.3"), None);
    check(
        &tree,
        ADMIN,
        allocate("2.16.834.3"),
        Some(Code::DelegatedAway),
    );
    check(
        &tree,
        ADMIN,
        allocate("2.16.834.3.1"),
        Some(Code::DelegatedAway),
    );
    // What is outside is for the rules to refuse.
    check(&tree, ADMIN, allocate("1.3"), None);
}

#[test]
fn both_fields_of_one_amendment_are_looked_at() {
    let mut tree = Tree::new();
    tree.assigned("2.16.834.2");
    let both = Changes {
        titles: Some(Vec::new()),
        visibility: Some(Visibility::Stub),
        ..Changes::default()
    };
    check(
        &tree,
        ADMIN,
        amend("2.16.834.2", both),
        Some(Code::AnothersArc),
    );
}

#[test]
fn an_override_needs_a_reason_and_an_administrator() {
    let mut tree = Tree::new();
    tree.assigned("2.16.834.2")
        .delegated("2.16.834.3", hosted(DELEGATE));
    tree.delegated("2.16.834.3.1", hosted(STRANGER));
    let ask = |who: &str, at: &str, why: &str| {
        let mut submission = submission(allocate(at));
        submission.override_reason = Some(why.to_owned());
        permit(&tree.identity(who), &submission, &tree)
    };
    for at in ["2.16.834.2", "2.16.834.3", "2.16.834.3.1"] {
        assert!(ask(ADMIN, at, "a court order").unwrap().overrides());
    }
    assert!(!ask(ADMIN, "2.16.834", "not needed").unwrap().overrides());
    refused(ask(ADMIN, "2.16.834.2", "  "), Code::AnothersArc);
    refused(
        ask(DELEGATE, "2.16.834.3.1", "a court order"),
        Code::DelegatedAway,
    );
    refused(
        ask(STRANGER, "2.16.834.2", "a court order"),
        Code::NotPermitted,
    );
}

#[test]
fn a_delegate_acts_below_the_delegated_arc_up_to_a_further_one() {
    let mut tree = Tree::new();
    tree.arc("2.16.834.3", |entry| {
        entry.delegation = Some(hosted(DELEGATE));
        entry.registrant = Some(crate::model::entry::Holding {
            registrant: "r-1".parse().unwrap(),
            since: crate::access::testing::NOW,
        });
    });
    tree.arc("2.16.834.3.1", |_| {})
        .delegated("2.16.834.3.2", hosted(STRANGER));
    tree.assigned("2.16.834.3.4");
    for command in [
        allocate("2.16.834.3"),
        titles("2.16.834.3"),
        policy("2.16.834.3"),
    ] {
        check(&tree, DELEGATE, command, None);
    }
    for command in [
        withdraw("2.16.834.3.1"),
        visibility("2.16.834.3.1"),
        allocate("2.16.834.3.1.5.5"),
    ] {
        check(&tree, DELEGATE, command, None);
    }
    check(
        &tree,
        DELEGATE,
        withdraw("2.16.834.3"),
        Some(Code::NotPermitted),
    );
    check(
        &tree,
        DELEGATE,
        visibility("2.16.834.3"),
        Some(Code::NotPermitted),
    );
    check(
        &tree,
        DELEGATE,
        allocate("2.16.834"),
        Some(Code::NotPermitted),
    );
    // The further delegation is the delegate's to recall, but what is below it is not the delegate's.
    check(&tree, DELEGATE, withdraw("2.16.834.3.2"), None);
    check(
        &tree,
        DELEGATE,
        allocate("2.16.834.3.2"),
        Some(Code::DelegatedAway),
    );
    check(
        &tree,
        DELEGATE,
        allocate("2.16.834.3.4"),
        Some(Code::AnothersArc),
    );
    check(&tree, STRANGER, allocate("2.16.834.3.2"), None);
    check(
        &tree,
        STRANGER,
        allocate("2.16.834.3"),
        Some(Code::NotPermitted),
    );
}

#[test]
fn every_arc_of_a_batch_needs_the_right() {
    let mut tree = Tree::new();
    tree.delegated("2.16.834.3", hosted(DELEGATE));
    let record = |at: &str| RecordExisting {
        path: path(at),
        entry: NewEntry::default(),
        proof: Proof {
            document: "a letter".to_owned(),
            uri: None,
        },
        registered: None,
    };
    let batch = |all: &[&str]| Command::BatchRecord(all.iter().map(|at| record(at)).collect());
    check(
        &tree,
        DELEGATE,
        batch(&["2.16.834.3.1", "2.16.834.3.1.1"]),
        None,
    );
    check(
        &tree,
        DELEGATE,
        batch(&["2.16.834.3.1", "2.16.834.4"]),
        Some(Code::NotPermitted),
    );
    check(
        &tree,
        DELEGATE,
        Command::RecordExisting(record("2.16.834.3")),
        Some(Code::NotPermitted),
    );
}

#[test]
fn the_servers_own_commands_are_the_servers_own() {
    let tree = Tree::new();
    check(&tree, ADMIN, Command::ExpireHolds, Some(Code::NotPermitted));
    let own = permit(&Identity::System, &submission(Command::ExpireHolds), &tree).unwrap();
    assert_eq!(*own.actor(), Actor::System);
    refused(
        permit(&Identity::System, &submission(allocate("2.16.834")), &tree),
        Code::NotPermitted,
    );
    let system = Permit::system();
    assert!(
        system
            .recheck(&submission(Command::ExpireHolds), &tree)
            .is_ok()
    );
    refused(
        system.recheck(&submission(allocate("2.16.834")), &tree),
        Code::NotPermitted,
    );
}

#[test]
fn a_permit_is_judged_again_in_the_tree_as_it_is_now() {
    let mut tree = Tree::new();
    tree.delegated("2.16.834.3", hosted(DELEGATE));
    let command = submission(allocate("2.16.834.3"));
    let permit = ask(&tree, DELEGATE, allocate("2.16.834.3")).unwrap();
    assert!(permit.recheck(&command, &tree).is_ok());
    let mut recalled = tree.clone();
    recalled.arc("2.16.834.3", |_| {});
    refused(permit.recheck(&command, &recalled), Code::NotPermitted);
    let mut revoked = tree.clone();
    for credential in revoked.credentials.values_mut() {
        credential.revoked = credential.principal.as_str() == DELEGATE;
    }
    refused(permit.recheck(&command, &revoked), Code::TokenUnknown);
    tree.principals.clear();
    refused(permit.recheck(&command, &tree), Code::NotPermitted);
}

/// A token for one number below 2.16.834, for one principal or for everybody.
fn promised(tree: &mut Tree, principal: Option<&str>) {
    tree.allocation_tokens = vec![AllocationToken {
        id: "t-1".parse().unwrap(),
        superior: path("2.16.834"),
        of: Promised::Reserved(7_u32.into()),
        used: 0,
        name: "promise".to_owned(),
        secret_sha256: [5; 32],
        principal: principal.map(|id| id.parse().unwrap()),
        registrant: None,
        until: NOW,
        issued: NOW,
        by: None,
        revoked: false,
    }];
}

fn taking(superior: &str, secret: [u8; 32]) -> Command {
    Command::Allocate(Allocate {
        superior: path(superior),
        number: NumberChoice::NextFree,
        entry: NewEntry::default(),
        allocation_token: Some(secret),
    })
}

#[test]
fn whoever_was_promised_a_number_needs_no_other_right() {
    let mut tree = Tree::new();
    promised(&mut tree, None);
    let ask =
        |tree: &Tree, who: &str, command| permit(&tree.identity(who), &submission(command), tree);
    assert!(ask(&tree, STRANGER, taking("2.16.834", [5; 32])).is_ok());
    // The token is no right to anything else.
    refused(
        ask(&tree, STRANGER, allocate("2.16.834")),
        Code::NotPermitted,
    );
    let batch = |second| match (taking("2.16.834", [5; 32]), second) {
        (Command::Allocate(one), Command::Allocate(other)) => {
            Command::BatchAllocate(vec![one, other])
        }
        _ => unreachable!(),
    };
    let mixed = batch(allocate("2.16.834"));
    refused(ask(&tree, STRANGER, mixed), Code::NotPermitted);
    let foreign = batch(taking("2.16.834.3", [5; 32]));
    refused(ask(&tree, STRANGER, foreign), Code::AllocationTokenUnknown);
    for (superior, secret) in [("2.16.834.3", [5; 32]), ("2.16.834", [6; 32])] {
        let guessed = ask(&tree, ADMIN, taking(superior, secret));
        refused(guessed, Code::AllocationTokenUnknown);
    }
    // It is looked at again where order is decided.
    let asked = submission(taking("2.16.834", [5; 32]));
    let given = permit(&tree.identity(STRANGER), &asked, &tree).unwrap();
    assert!(given.recheck(&asked, &tree).is_ok());
    tree.allocation_tokens[0].revoked = true;
    refused(given.recheck(&asked, &tree), Code::AllocationTokenUnknown);
}

#[test]
fn a_bound_token_is_no_use_to_others_and_a_narrow_credential_stays_narrow() {
    let mut tree = Tree::new();
    promised(&mut tree, Some(STRANGER));
    let asked = submission(taking("2.16.834", [5; 32]));
    let ask = |tree: &Tree, identity: &Identity| permit(identity, &asked, tree);
    assert!(ask(&tree, &tree.identity(STRANGER)).is_ok());
    for other in [
        tree.identity(DELEGATE),
        tree.identity(ADMIN),
        Identity::Local,
    ] {
        refused(ask(&tree, &other), Code::AllocationTokenUnknown);
    }
    refused(ask(&tree, &Identity::Anonymous), Code::TokenMissing);
    tree.with_credential(STRANGER, |one| one.scope.at = Some(path("2.16.834.4")));
    refused(ask(&tree, &tree.identity(STRANGER)), Code::ScopeTooNarrow);
    tree.with_credential(STRANGER, |one| one.scope.at = None);
    tree.principal_mut(STRANGER).standing = Standing::Suspended;
    refused(ask(&tree, &tree.identity(STRANGER)), Code::NotPermitted);
}

#[test]
fn promises_are_made_and_ended_by_those_who_register_there() {
    let mut tree = Tree::new();
    promised(&mut tree, None);
    let revoke = |id: &str| {
        submission(Command::RevokeAllocationToken {
            id: id.parse().unwrap(),
        })
    };
    assert!(permit(&tree.identity(ADMIN), &revoke("t-1"), &tree).is_ok());
    let says = |id| match permit(&tree.identity(STRANGER), &revoke(id), &tree).unwrap_err() {
        Rejection::Refused(told) => told.to_string(),
        Rejection::Fault(fault) => panic!("{fault}"),
    };
    // Whether there is such a token is not for everybody to know.
    assert_eq!(says("t-1"), says("t-none"));
}

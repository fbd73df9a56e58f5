//! Who is believed at once, what waits for staff, who may end it, and what is told of it.

use super::*;
use crate::model::command::{NewEntry, NumberChoice, Whole};
use crate::model::entry::{State, Visibility};
use crate::model::limits::{DEADLINE_SECONDS_CEILING, NOTE_BYTES_MAX};
use crate::model::notice::NoticeKind;
use crate::model::plan::Agenda;
use crate::model::policy::Policy;
use crate::model::{Actor, Command};
use crate::rules::testing::{
    ADMIN, OTHER, Tree, allocate, arc, new_registrant, path, refused, words,
};

const AT: &str = "2.16.834.1";
const DAY: u64 = 86_400;

fn tree() -> Tree {
    let mut tree = Tree::founded();
    tree.reason = Some("a reason".to_owned());
    tree.submit(allocate(
        "2.16.834",
        NumberChoice::Explicit(arc(1)),
        NewEntry {
            registrant: Some(new_registrant("Asha")),
            ..NewEntry::default()
        },
    ))
    .unwrap();
    tree
}

/// Somebody, and as whom they act at the arc.
fn as_whom<'a>(tree: &'a mut Tree, who: &str, office: Option<Office>) -> &'a mut Tree {
    tree.as_actor(who);
    tree.office = office;
    tree
}

fn report(at: &str) -> Command {
    Command::ReportError {
        path: path(at),
        what: " the name is another's ".to_owned(),
    }
}

fn accept() -> Command {
    Command::AcceptReport {
        path: path(AT),
        if_revision: None,
    }
}

fn settle() -> Command {
    Command::SettleSuspicion {
        path: path(AT),
        if_revision: None,
    }
}

fn told(tree: &Tree, before: &Entry, events: &[Event]) -> Vec<NoticeKind> {
    let told = events
        .iter()
        .flat_map(|event| crate::rules::notices_of_arc(event, Some(before), tree.at(AT)));
    told.map(|(kind, _)| kind).collect()
}

#[test]
fn staff_and_holders_are_believed_at_once_and_others_when_staff_accepts_it() {
    for (office, at_once) in [
        (Some(Office::Superior), true),
        (Some(Office::Holder), true),
        (None, false),
    ] {
        let mut tree = tree();
        let before = tree.at(AT).clone();
        let events = as_whom(&mut tree, OTHER, office)
            .submit(report(AT))
            .unwrap();
        assert_eq!(words(&events), ["suspicion-set"]);
        let mark = tree.at(AT).suspicion.clone().unwrap();
        assert_eq!(mark.is_open(), at_once, "{office:?}");
        assert_eq!(mark.what.as_deref(), Some("the name is another's"));
        assert_eq!(mark.by, Some(OTHER.parse().unwrap()));
        assert_eq!(mark.until, tree.now.plus_seconds(14 * DAY));
        let expect: &[NoticeKind] = if at_once {
            &[NoticeKind::SuspectMarked]
        } else {
            &[]
        };
        assert_eq!(told(&tree, &before, &events), expect);
        // One at a time.
        as_whom(&mut tree, ADMIN, Some(Office::Superior)).later(DAY);
        refused(tree.decide(report(AT)), Code::SuspectAlready, "oid");
        let accepted = tree.decide(accept());
        if at_once {
            refused(accepted, Code::NotSuspect, "oid");
            continue;
        }
        let before = tree.at(AT).clone();
        let events = tree.submit(accept()).unwrap();
        assert_eq!(told(&tree, &before, &events), [NoticeKind::SuspectMarked]);
        let mark = tree.at(AT).suspicion.clone().unwrap();
        assert!(mark.is_open());
        assert_eq!(
            (mark.since, mark.by),
            (tree.now, Some(OTHER.parse().unwrap()))
        );
        assert_eq!(mark.until, tree.now.plus_seconds(14 * DAY));
        refused(tree.decide(accept()), Code::NotSuspect, "oid");
    }
}

#[test]
fn whoever_reported_it_does_not_end_it_alone_unless_they_are_staff() {
    let (staff, holder) = (Some(Office::Superior), Some(Office::Holder));
    let not = |code| Some(code);
    for (reported, by, as_office, settles, expect) in [
        (ADMIN, staff, staff, ADMIN, None),
        (OTHER, holder, holder, OTHER, not(Code::FourEyes)),
        (OTHER, holder, holder, ADMIN, None),
        (OTHER, holder, staff, ADMIN, None),
        (OTHER, None, holder, ADMIN, not(Code::NotSuspect)),
        (OTHER, None, staff, ADMIN, None),
    ] {
        let mut tree = tree();
        as_whom(&mut tree, reported, by).submit(report(AT)).unwrap();
        as_whom(&mut tree, settles, as_office);
        match expect {
            None => {
                tree.submit(settle()).unwrap();
                assert_eq!(tree.at(AT).suspicion, None);
                refused(tree.decide(settle()), Code::NotSuspect, "oid");
            }
            Some(code) => {
                let field = if code == Code::FourEyes { "" } else { "oid" };
                refused(tree.decide(settle()), code, field);
            }
        }
    }
    let mut tree = tree();
    as_whom(&mut tree, ADMIN, staff).submit(report(AT)).unwrap();
    tree.reason = None;
    refused(
        tree.decide(settle()),
        Code::ReasonRequired,
        "options.reason",
    );
    // The machine's administrator has no id, and is staff.
    tree.actor = Actor::Local;
    tree.reason = Some("mended".to_owned());
    tree.submit(settle()).unwrap();
}

#[test]
fn what_somebody_does_not_see_they_are_not_told_of() {
    let mut tree = tree();
    tree.whole = Whole::Within(std::sync::Arc::default());
    tree.change(AT, |entry| entry.superior.visibility = Visibility::Hidden);
    as_whom(&mut tree, OTHER, None);
    refused(tree.decide(report(AT)), Code::NotRegistered, "oid");
    refused(
        tree.decide(report("2.16.834.2")),
        Code::NotRegistered,
        "oid",
    );
    tree.change(AT, |entry| entry.superior.visibility = Visibility::Stub);
    assert!(tree.decide(report(AT)).is_ok());
    tree.whole = Whole::All;
    refused(tree.decide(report("2.16")), Code::OutsideAuthority, "oid");
    // What is wrong about the authority's own node can be said, too.
    assert!(tree.decide(report("2.16.834")).is_ok());
    for state in [State::Reserved, State::Withdrawn] {
        tree.state(AT, state);
        refused(tree.decide(report(AT)), Code::TransitionIllegal, "oid");
    }
}

#[test]
fn whoever_has_no_rights_reports_so_much_and_no_more() {
    let mut tree = tree();
    for number in 0..u64::try_from(REPORTS_OPEN_MAX).unwrap() + 2 {
        tree.arc(&format!("2.16.834.9.{number}"));
    }
    as_whom(&mut tree, OTHER, None);
    for number in 0..REPORTS_OPEN_MAX {
        tree.submit(report(&format!("2.16.834.9.{number}")))
            .unwrap();
    }
    let one_more = report(&format!("2.16.834.9.{REPORTS_OPEN_MAX}"));
    refused(tree.decide(one_more.clone()), Code::ReportsOpen, "");
    // Others may, and so may they where they are staff; and again when one was looked at.
    as_whom(&mut tree, ADMIN, None);
    assert!(tree.decide(one_more.clone()).is_ok());
    as_whom(&mut tree, OTHER, Some(Office::Holder));
    assert!(tree.decide(one_more.clone()).is_ok());
    as_whom(&mut tree, ADMIN, Some(Office::Superior));
    tree.submit(Command::AcceptReport {
        path: path("2.16.834.9.0"),
        if_revision: None,
    })
    .unwrap();
    as_whom(&mut tree, OTHER, None);
    assert!(tree.decide(one_more).is_ok());
}

#[test]
fn a_report_and_its_deadline_have_bounds() {
    let mut tree = tree();
    let what = |what: String| Command::ReportError {
        path: path(AT),
        what,
    };
    refused(tree.decide(what(" ".into())), Code::FieldRequired, "what");
    let long = what("x".repeat(NOTE_BYTES_MAX + 1));
    refused(tree.decide(long), Code::FieldTooLong, "what");
    for suspect_seconds in [0, DEADLINE_SECONDS_CEILING + 1] {
        let policy = Policy {
            suspect_seconds,
            ..Policy::standard()
        };
        let set = Command::SetPolicy {
            path: path("2.16.834"),
            if_revision: None,
            policy: Some(policy),
        };
        refused(
            tree.decide(set),
            Code::PolicyInvalid,
            "policy.suspect_seconds",
        );
    }
    let hurried = Policy {
        suspect_seconds: DAY,
        ..Policy::standard()
    };
    tree.policy("2.16.834", hurried);
    tree.submit(report(AT)).unwrap();
    let until = tree.now.plus_seconds(DAY);
    assert_eq!(tree.at(AT).suspicion.clone().unwrap().until, until);
    let listed = tree.agenda(Agenda::Suspects, until, 9).unwrap();
    assert_eq!(listed, [(until, path(AT))]);
    // What is withdrawn is suspect no longer.
    tree.submit(Command::ChangeState(crate::model::command::ChangeState {
        path: path(AT),
        if_revision: None,
        to: State::Withdrawn,
        relation: None,
        despite_subordinates: false,
    }))
    .unwrap();
    assert_eq!(tree.at(AT).suspicion, None);
}

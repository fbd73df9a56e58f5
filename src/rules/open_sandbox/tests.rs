//! Tests of sandboxes: what opens and resets them, and what holds for every arc in one.

use super::*;
use crate::model::application::About;
use crate::model::command::{
    Allocate, AllocateBlock, Amend, Ask, HoldNumber, NumberChoice, RegistrantRef, Reserve,
    SubmitApplication,
};
use crate::model::event::Changes;
use crate::model::policy::Applicants;
use crate::model::template::{Numbers, Rule};
use crate::model::{Command, Policy, State};
use crate::rules::testing::{
    ADMIN, OTHER, Tree, allocate as give, arc, explicit, new_contact, new_registrant, next_free,
    path, refused, words, written,
};

const AT: &str = "2.16.834.9";
const NOW: &str = "2.16.834.9.1";

fn open(arcs_max: u64) -> Command {
    Command::OpenSandbox {
        path: path(AT),
        if_revision: None,
        arcs_max,
    }
}

fn reset() -> Command {
    Command::ResetSandbox {
        path: path(AT),
        if_revision: None,
    }
}

fn tree(arcs_max: u64) -> Tree {
    let mut tree = Tree::founded();
    tree.arc(AT);
    let events = tree.submit(open(arcs_max)).unwrap();
    assert_eq!(words(&events), ["sandbox-set", "arc-registered"]);
    tree.reason = Some("a test".to_owned());
    tree.as_actor(OTHER);
    tree
}

fn by(tree: &Tree, at: &str) -> Option<String> {
    let mark = tree.at(at).sandbox.clone().unwrap();
    let part = mark.part().cloned().unwrap();
    part.by.map(|id| id.to_string())
}

#[test]
fn whatever_is_registered_there_bears_the_mark() {
    let mut tree = tree(100);
    assert_eq!(by(&tree, NOW), None);
    tree.submit(explicit(NOW, 5)).unwrap();
    tree.submit(explicit("2.16.834.9.1.5", 1)).unwrap();
    let block = AllocateBlock {
        superior: path(NOW),
        first: Some(arc(20)),
        count: 3,
        entry: NewEntry {
            registrant: Some(new_registrant("Try Ltd")),
            contacts: vec![new_contact("Somebody")],
            ..NewEntry::default()
        },
    };
    tree.submit(Command::AllocateBlock(block)).unwrap();
    let reserve = Reserve {
        superior: path(NOW),
        first: arc(40),
        count: 2,
    };
    tree.submit(Command::Reserve(reserve)).unwrap();
    tree.as_actor(ADMIN);
    tree.submit(explicit(NOW, 40)).unwrap();
    for (at, who) in [
        ("2.16.834.9.1.5", OTHER),
        ("2.16.834.9.1.5.1", OTHER),
        ("2.16.834.9.1.22", OTHER),
        ("2.16.834.9.1.41", OTHER),
        ("2.16.834.9.1.40", ADMIN),
    ] {
        assert_eq!(by(&tree, at).as_deref(), Some(who), "{at}");
    }
    assert!(tree.at("2.16.834").sandbox.is_none());
}

#[test]
fn a_reset_hides_what_was_there_and_takes_the_next_number() {
    let mut tree = tree(3);
    for _ in 0..3 {
        tree.submit(next_free(NOW)).unwrap();
    }
    refused(tree.decide(next_free(NOW)), Code::SandboxFull, "");
    tree.reason = None;
    refused(tree.decide(reset()), Code::ReasonRequired, "options.reason");
    tree.reason = Some("monthly".to_owned());
    let events = tree.submit(reset()).unwrap();
    assert_eq!(
        words(&events),
        [
            "state-changed",
            "entry-amended",
            "sandbox-set",
            "arc-registered"
        ]
    );
    let old = &tree.at(NOW).superior;
    assert_eq!(
        (old.state, old.visibility),
        (State::Withdrawn, Visibility::Hidden)
    );
    let next = "2.16.834.9.2";
    assert_eq!(tree.at(next).superior.visibility, Visibility::Public);
    refused(
        tree.decide(next_free(NOW)),
        Code::SuperiorNotActive,
        "superior",
    );
    for _ in 0..3 {
        tree.submit(next_free(next)).unwrap();
    }
    refused(tree.decide(next_free(next)), Code::SandboxFull, "");
    tree.submit(reset()).unwrap();
    assert!(tree.decide(next_free("2.16.834.9.3")).is_ok());
}

#[test]
fn one_arc_more_than_fits_is_refused_in_a_block_too() {
    let mut tree = tree(4);
    tree.submit(explicit(NOW, 7)).unwrap();
    tree.submit(explicit("2.16.834.9.1.7", 1)).unwrap();
    let block = |count| {
        Command::AllocateBlock(AllocateBlock {
            superior: path(NOW),
            first: None,
            count,
            entry: NewEntry::default(),
        })
    };
    refused(tree.decide(block(3)), Code::SandboxFull, "block");
    assert_eq!(tree.decide(block(2)).unwrap().len(), 2);
    let reserve = |count| {
        Command::Reserve(Reserve {
            superior: path(NOW),
            first: arc(100),
            count,
        })
    };
    refused(tree.decide(reserve(3)), Code::SandboxFull, "");
    assert!(tree.decide(reserve(2)).is_ok());
    let batch = |many: usize| {
        let one = Allocate {
            superior: path(NOW),
            allocation_token: None,
            number: NumberChoice::NextFree,
            entry: NewEntry::default(),
        };
        Command::BatchAllocate(vec![one; many])
    };
    refused(tree.decide(batch(3)), Code::SandboxFull, "allocations[2]");
    assert!(tree.decide(batch(2)).is_ok());
}

#[test]
fn nobody_outside_is_touched() {
    let mut tree = tree(100);
    tree.submit(give(
        "2.16.834",
        NumberChoice::Explicit(arc(50)),
        NewEntry {
            registrant: Some(new_registrant("Ministry")),
            ..NewEntry::default()
        },
    ))
    .unwrap();
    let known = tree.at("2.16.834.50").registrant.clone().unwrap();
    let known = RegistrantRef::Known(known.registrant);
    let entry = NewEntry {
        registrant: Some(known.clone()),
        ..NewEntry::default()
    };
    let command = give(NOW, NumberChoice::NextFree, entry);
    refused(tree.decide(command), Code::SandboxUnfit, "entry.registrant");
    tree.submit(explicit(NOW, 5)).unwrap();
    let contact = |party| crate::model::entry::Contact {
        role: crate::model::entry::ContactRole::Abuse,
        party,
    };
    let amend = |changes| {
        Command::Amend(Amend {
            path: path("2.16.834.9.1.5"),
            if_revision: None,
            changes,
        })
    };
    let changes = Changes {
        contacts: Some(vec![contact(known)]),
        ..Changes::default()
    };
    refused(
        tree.decide(amend(changes)),
        Code::SandboxUnfit,
        "entry.contacts",
    );
    let changes = Changes {
        contacts: Some(vec![new_contact("Somebody new")]),
        ..Changes::default()
    };
    let events = tree.submit(amend(changes)).unwrap();
    let after = tree.at("2.16.834.9.1.5");
    let told = crate::rules::notices_of_arc(events.last().unwrap(), Some(after), after);
    assert!(told.is_empty());
    let changes = Changes {
        visibility: Some(Visibility::Hidden),
        ..Changes::default()
    };
    let field = "entry.visibility";
    refused(tree.decide(amend(changes)), Code::SandboxUnfit, field);
    let entry = NewEntry {
        visibility: Some(Visibility::Stub),
        ..NewEntry::default()
    };
    let command = give(NOW, NumberChoice::NextFree, entry);
    refused(tree.decide(command), Code::SandboxUnfit, field);
    let applicants = Applicants::Principals;
    tree.policy(
        NOW,
        Policy {
            applicants,
            ..Policy::standard()
        },
    );
    let ask = Ask {
        number: None,
        entry: NewEntry {
            registrant: Some(new_registrant("Applicant")),
            ..NewEntry::default()
        },
        about: About {
            purpose: "to try".to_owned(),
            declared: true,
            ..About::default()
        },
    };
    let command = Command::SubmitApplication(Box::new(SubmitApplication {
        superior: path(NOW),
        language: "en".parse().unwrap(),
        ask,
    }));
    refused(tree.decide(command), Code::SandboxUnfit, "superior");
}

#[test]
fn what_the_authority_wants_of_arcs_that_last_is_not_wanted() {
    let mut tree = tree(100);
    tree.policy(
        "2.16.834",
        Policy {
            title_required: true,
            registrant_required: true,
            ..Policy::standard()
        },
    );
    assert!(tree.decide(next_free(NOW)).is_ok());
    let command = next_free("2.16.834");
    refused(tree.decide(command), Code::TitleRequired, "entry.titles");
}

#[test]
fn beside_the_generations_there_is_nothing() {
    let tree = tree(100);
    let refuse = |command, field| refused(tree.decide(command), Code::SandboxUnfit, field);
    refuse(explicit(AT, 7), "superior");
    let number = NumberChoice::Explicit(arc(2));
    refuse(
        Command::Hold(HoldNumber {
            superior: path(AT),
            number,
            seconds: 60,
        }),
        "superior",
    );
    let reserve = Reserve {
        superior: path(AT),
        first: arc(2),
        count: 1,
    };
    refuse(Command::Reserve(reserve), "superior");
    for at in [AT, NOW] {
        refuse(
            Command::SetTemplate {
                path: path(at),
                if_revision: None,
                rule: Box::new(Rule {
                    numbers: Numbers::Uuid,
                    titles: Vec::new(),
                    descriptions: Vec::new(),
                    services: Vec::new(),
                }),
            },
            "oid",
        );
    }
}

#[test]
fn only_an_arc_of_nobody_without_subordinates_becomes_one() {
    let mut tree = Tree::founded();
    tree.arc(AT);
    let field = "arcs_max";
    refused(tree.decide(open(0)), Code::FieldInvalid, field);
    assert!(tree.decide(open(SANDBOX_ARCS_CEILING)).is_ok());
    let command = open(SANDBOX_ARCS_CEILING + 1);
    refused(tree.decide(command), Code::FieldInvalid, field);
    let unfit = |tree: &Tree| refused(tree.decide(open(5)), Code::SandboxUnfit, "oid");
    let mut other = tree.clone();
    other.change(AT, |entry| entry.superior.visibility = Visibility::Stub);
    unfit(&other);
    let mut other = tree.clone();
    other
        .arc("2.16.834.9.4")
        .state("2.16.834.9.4", State::Withdrawn);
    unfit(&other);
    let mut other = tree.clone();
    let number = NumberChoice::NextFree;
    let hold = Command::Hold(HoldNumber {
        superior: path(AT),
        number,
        seconds: 60,
    });
    other.submit(hold).unwrap();
    unfit(&other);
    refused(tree.decide(reset()), Code::SandboxUnfit, "oid");
    tree.submit(open(5)).unwrap();
    refused(tree.decide(open(5)), Code::NothingChanges, "oid");
    assert_eq!(written(&tree.submit(next_free(NOW)).unwrap()).len(), 1);
    let inner = Command::OpenSandbox {
        path: path("2.16.834.9.1.1"),
        if_revision: None,
        arcs_max: 5,
    };
    refused(tree.decide(inner), Code::SandboxUnfit, "oid");
    let own = Command::OpenSandbox {
        path: path("2.16.834"),
        if_revision: None,
        arcs_max: 5,
    };
    refused(tree.decide(own), Code::OutsideAuthority, "oid");
}

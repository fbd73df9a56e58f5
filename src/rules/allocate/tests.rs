//! Who gives out what below which node, which number it gets, and under what names.

use super::*;
use crate::model::RegistrantId;
use crate::model::entry::{Contact, ContactRole, Flags};
use crate::model::event::NumberFoundBy;
use crate::model::policy::{Category, NumberRange, Numbering};
use crate::oid::limits::ARCS_MAX;
use crate::rules::testing::{
    OTHER, Tree, allocate, arc, explicit, founding, known_contact, named, new_contact,
    new_registrant, next_free, path, refusals, refused, text, words, written,
};

fn run(from: u64, to: u64) -> NumberRange {
    NumberRange {
        from: arc(from),
        to: Some(arc(to)),
    }
}

fn windows(windows: &[(u64, u64)], kept_back: &[(u64, u64)]) -> Policy {
    Policy {
        windows: windows.iter().map(|(from, to)| run(*from, *to)).collect(),
        kept_back: kept_back.iter().map(|(from, to)| run(*from, *to)).collect(),
        ..Policy::standard()
    }
}

fn hold(superior: &str, number: u64, seconds: u64) -> crate::model::Command {
    crate::model::Command::Hold(crate::model::command::HoldNumber {
        superior: path(superior),
        number: NumberChoice::Explicit(arc(number)),
        seconds,
    })
}

fn reserve(superior: &str, first: u64) -> crate::model::Command {
    crate::model::Command::Reserve(crate::model::command::Reserve {
        superior: path(superior),
        first: arc(first),
        count: 1,
    })
}

fn random(superior: &str, range: Option<NumberRange>) -> crate::model::Command {
    allocate(superior, NumberChoice::Random(range), NewEntry::default())
}

const OURS: &str = "2.16.834";

/// What a policy wants, the refusal where it is missing, and its field.
type Want = (fn(&mut Policy), Code, &'static str);

#[test]
fn an_arc_is_given_out_below_our_own_nodes_only() {
    let mut tree = Tree::founded();
    tree.submit(explicit(OURS, 1)).unwrap();
    tree.submit(explicit("2.16.834.1", 0)).unwrap();
    for outside in ["2.16", "2.16.404", "1.3", "."] {
        refused(
            tree.decide(explicit(outside, 2)),
            Code::OutsideAuthority,
            "superior",
        );
    }
    let missing = tree.decide(explicit("2.16.834.1.7.7", 2)).unwrap_err();
    let Rejection::Refused(all) = &missing else {
        panic!()
    };
    assert_eq!(all.main().nearest, Some(path("2.16.834.1")));
    refused::<()>(Err(missing), Code::SuperiorNotRegistered, "superior");
}

#[test]
fn below_a_reference_entry_another_authority_decides() {
    let mut tree = Tree::founded_for(&["2.16"]);
    refused(
        tree.decide(explicit("2.16.404", 1)),
        Code::ReferenceEntry,
        "superior",
    );
    refused(
        tree.decide(explicit("2.16", 404)),
        Code::NumberTaken,
        "number",
    );
    tree.submit(explicit("2.16", 405)).unwrap();
}

#[test]
fn a_superior_that_is_not_open_gets_no_subordinates() {
    let mut tree = Tree::founded();
    tree.arc("2.16.834.1");
    for state in State::ALL {
        tree.state("2.16.834.1", state);
        let got = tree.decide(explicit("2.16.834.1", 1));
        if state == State::Active {
            assert!(got.is_ok());
        } else {
            refused(got, Code::SuperiorNotActive, "superior");
        }
    }
    tree.state("2.16.834.1", State::Active);
    tree.change("2.16.834.1", |entry| entry.superior.flags.leaf = true);
    refused(
        tree.decide(next_free("2.16.834.1")),
        Code::SuperiorLeaf,
        "superior",
    );
    let frozen = Flags {
        frozen: true,
        ..Flags::default()
    };
    tree.change("2.16.834.1", |entry| entry.superior.flags = frozen);
    refused(
        tree.decide(next_free("2.16.834.1")),
        Code::SuperiorFrozen,
        "superior",
    );
}

#[test]
fn a_number_is_never_given_twice() {
    let mut tree = Tree::founded();
    tree.submit(explicit(OURS, 5)).unwrap();
    for state in State::ALL {
        tree.state("2.16.834.5", state);
        let got = tree.decide(explicit(OURS, 5));
        match state {
            State::Reserved => assert_eq!(words(&got.unwrap()), ["reserved-arc-allocated"]),
            State::Withdrawn => refused(got, Code::NumberBurned, "number"),
            _ => refused(got, Code::NumberTaken, "number"),
        }
    }
}

#[test]
fn x660_7_6_bounds_the_second_arc() {
    let mut tree = Tree::founded_for(&["1"]);
    refused(
        tree.decide(explicit("1", 40)),
        Code::ArcOutOfRange,
        "number",
    );
    for _ in 1..=39 {
        tree.submit(next_free("1")).unwrap();
    }
    refused(tree.decide(next_free("1")), Code::NoNumberFree, "number");
    refused(
        tree.decide(random("1", Some(run(40, 90)))),
        Code::NoNumberFree,
        "number",
    );
    assert_eq!(
        written(&tree.submit(random("1", Some(run(0, 90)))).unwrap()),
        ["1.0"]
    );
}

#[test]
fn a_path_has_so_many_arcs_and_no_more() {
    let mut tree = Tree::founded();
    let mut at = OURS.to_owned();
    for _ in 4..=ARCS_MAX {
        tree.submit(explicit(&at, 1)).unwrap();
        at.push_str(".1");
    }
    assert_eq!(path(&at).depth(), ARCS_MAX);
    refused(tree.decide(explicit(&at, 1)), Code::PathTooLong, "number");
    refused(tree.decide(next_free(&at)), Code::PathTooLong, "number");
    let huge = ArcValue::from_be_bytes(&[0xFF; 3_584]);
    let too_long = allocate(
        "2.16.834.1",
        NumberChoice::Explicit(huge),
        NewEntry::default(),
    );
    refused(tree.decide(too_long), Code::PathTooLong, "number");
}

#[test]
fn the_next_free_number_walks_the_windows_in_order() {
    let mut tree = Tree::founded();
    tree.policy(OURS, windows(&[(10, 14), (3, 4)], &[(11, 12)]));
    tree.submit(hold(OURS, 13, 60)).unwrap();
    tree.as_actor(OTHER);
    let mut next = || {
        let events = tree.submit(next_free(OURS))?;
        let Event::ArcRegistered(new) = &events[0] else {
            panic!("{events:?}")
        };
        Ok::<_, Rejection>((new.path.to_string(), new.found_by.clone()))
    };
    let found = |number: u64, window: u64| {
        let by = NumberFoundBy::NextFree {
            window_from: arc(window),
        };
        (format!("2.16.834.{number}"), by)
    };
    assert_eq!(next().unwrap(), found(10, 10));
    assert_eq!(next().unwrap(), found(14, 14));
    assert_eq!(next().unwrap(), found(3, 3));
    assert_eq!(next().unwrap(), found(4, 3));
    refused(next(), Code::NoNumberFree, "number");
    // A hold that is over frees its number.
    tree.later(61);
    let events = tree.submit(next_free(OURS)).unwrap();
    assert_eq!(words(&events), ["hold-released", "arc-registered"]);
    assert!(tree.holds.is_empty());
    assert_eq!(tree.at("2.16.834.13").superior.state, State::Active);
}

#[test]
fn the_policy_opens_numbers_and_says_how_they_are_chosen() {
    let mut tree = Tree::founded();
    tree.policy(OURS, windows(&[(10, 14)], &[(12, 12)]));
    refused(
        tree.decide(explicit(OURS, 9)),
        Code::NumberOutsidePolicy,
        "number",
    );
    refused(
        tree.decide(explicit(OURS, 12)),
        Code::NumberOutsidePolicy,
        "number",
    );
    assert!(tree.decide(explicit(OURS, 13)).is_ok());
    refused(
        tree.decide(random(OURS, Some(run(20, 30)))),
        Code::NumberOutsidePolicy,
        "number",
    );
    let ways = [
        (Numbering::ExplicitOnly, explicit(OURS, 10)),
        (Numbering::NextFreeOnly, next_free(OURS)),
        (Numbering::RandomOnly, random(OURS, None)),
    ];
    for (only, _) in &ways {
        tree.change(OURS, |entry| {
            entry.policy.as_mut().unwrap().numbering = *only;
        });
        for (kind, command) in &ways {
            let got = tree.decide(command.clone());
            if kind == only {
                assert!(got.is_ok(), "{kind:?}");
            } else {
                refused(got, Code::NumberingNotAllowed, "number");
            }
        }
    }
}

#[test]
fn a_reserved_or_held_number_is_used_up_by_name_whatever_the_numbering() {
    let mut tree = Tree::founded();
    tree.submit(reserve(OURS, 5)).unwrap();
    let events = tree.submit(hold(OURS, 6, 60)).unwrap();
    let Event::NumberHeld(held) = &events[0] else {
        panic!()
    };
    let numbering = Numbering::NextFreeOnly;
    tree.policy(
        OURS,
        Policy {
            numbering,
            ..Policy::standard()
        },
    );
    let events = tree.submit(explicit(OURS, 5)).unwrap();
    assert_eq!(words(&events), ["reserved-arc-allocated"]);
    tree.as_actor(OTHER);
    refused(tree.decide(explicit(OURS, 6)), Code::NumberHeld, "number");
    tree.as_actor(crate::rules::testing::ADMIN);
    let events = tree.submit(explicit(OURS, 6)).unwrap();
    let Event::HoldReleased(end) = &events[0] else {
        panic!("{events:?}")
    };
    assert_eq!(
        (&end.id, end.why),
        (&held.id, crate::model::event::HoldEnd::Used)
    );
    refused(
        tree.decide(explicit(OURS, 7)),
        Code::NumberingNotAllowed,
        "number",
    );
}

#[test]
fn random_numbers_fill_a_window_to_the_last_one() {
    let mut tree = Tree::founded();
    tree.policy(OURS, windows(&[(100, 299), (1_000, 1_049)], &[(150, 159)]));
    tree.submit(hold(OURS, 170, 60)).unwrap();
    for _ in 0..239 {
        tree.submit(random(OURS, None)).unwrap();
    }
    refused(
        tree.decide(random(OURS, None)),
        Code::NoNumberFree,
        "number",
    );
    assert!(!tree.entries.contains_key(&path("2.16.834.155")));
    assert!(!tree.entries.contains_key(&path("2.16.834.170")));
    tree.later(61);
    assert_eq!(
        written(&tree.submit(random(OURS, None)).unwrap()),
        ["2.16.834.170"]
    );
    assert_eq!(
        tree.entries.keys().filter(|path| path.depth() == 4).count(),
        240
    );
}

#[test]
fn random_numbers_without_a_window_fit_31_bits_and_huge_windows_work() {
    let mut tree = Tree::founded();
    for _ in 0..20 {
        let events = tree.submit(random(OURS, None)).unwrap();
        let Event::ArcRegistered(new) = &events[0] else {
            panic!()
        };
        assert!(*new.path.last().unwrap() <= arc(1 << 31));
        assert_eq!(new.found_by, NumberFoundBy::Random);
    }
    let uuid = NumberRange {
        from: ArcValue::ZERO,
        to: Some(ArcValue::from(u128::MAX)),
    };
    tree.submit(random(OURS, Some(uuid))).unwrap();
    let from = ArcValue::from_be_bytes(&[1; 40]);
    let to = Some(from.successor());
    tree.submit(random(
        OURS,
        Some(NumberRange {
            from: from.clone(),
            to,
        }),
    ))
    .unwrap();
    tree.submit(random(OURS, Some(NumberRange { from, to: None })))
        .unwrap();
    refused(
        tree.decide(random(OURS, Some(run(9, 8)))),
        Code::FieldInvalid,
        "number.random.within",
    );
}

#[test]
fn required_fields() {
    let mut tree = Tree::founded();
    let wants = |set: fn(&mut Policy)| {
        let mut policy = Policy::standard();
        set(&mut policy);
        policy
    };
    let cases: [Want; 4] = [
        (
            |p| p.identifier_required = true,
            Code::IdentifierRequired,
            "entry.identifiers",
        ),
        (
            |p| p.title_required = true,
            Code::TitleRequired,
            "entry.titles",
        ),
        (
            |p| p.registrant_required = true,
            Code::RegistrantRequired,
            "entry.registrant",
        ),
        (
            |p| p.application_required = true,
            Code::ApplicationRequired,
            "",
        ),
    ];
    let whole = NewEntry {
        titles: vec![text("Health")],
        registrant: Some(new_registrant("Ministry of Health")),
        ..named(&["health"], &[])
    };
    for (set, code, field) in cases {
        tree.policy(OURS, wants(set));
        refused(tree.decide(next_free(OURS)), code, field);
        let got = tree.decide(allocate(OURS, NumberChoice::NextFree, whole.clone()));
        assert_eq!(got.is_ok(), code != Code::ApplicationRequired);
    }
}

#[test]
fn registrants_are_recorded_before_their_arc_and_counted() {
    let mut tree = Tree::founded();
    tree.policy(
        OURS,
        Policy {
            arcs_per_registrant_max: Some(2),
            ..Policy::standard()
        },
    );
    let to = |registrant: RegistrantRef| NewEntry {
        registrant: Some(registrant),
        ..NewEntry::default()
    };
    let new = allocate(
        OURS,
        NumberChoice::NextFree,
        to(new_registrant("Bank of Tanzania")),
    );
    let events = tree.submit(new).unwrap();
    assert_eq!(words(&events), ["registrant-recorded", "arc-registered"]);
    let Event::RegistrantRecorded(known) = &events[0] else {
        panic!()
    };
    let again = || {
        allocate(
            OURS,
            NumberChoice::NextFree,
            to(RegistrantRef::Known(known.id.clone())),
        )
    };
    tree.submit(again()).unwrap();
    refused(tree.decide(again()), Code::QuotaReached, "entry.registrant");
    tree.state("2.16.834.1", State::Withdrawn);
    tree.submit(again()).unwrap();
    let unknown = || "r-nobody".parse::<RegistrantId>().unwrap();
    let stranger = allocate(
        OURS,
        NumberChoice::NextFree,
        to(RegistrantRef::Known(unknown())),
    );
    refused(
        tree.decide(stranger),
        Code::RegistrantUnknown,
        "entry.registrant",
    );
    let sponsor = NewEntry {
        sponsor: Some(unknown()),
        ..NewEntry::default()
    };
    let sponsored = allocate(OURS, NumberChoice::NextFree, sponsor);
    refused(
        tree.decide(sponsored),
        Code::RegistrantUnknown,
        "entry.sponsor",
    );
}

#[test]
fn contacts_are_recorded_before_their_arc_each_party_once() {
    let mut tree = Tree::founded();
    let asks = |registrant: Option<&str>, contacts: Vec<Contact<RegistrantRef>>| {
        let entry = NewEntry {
            registrant: registrant.map(new_registrant),
            contacts,
            ..NewEntry::default()
        };
        allocate(OURS, NumberChoice::NextFree, entry)
    };
    let technical = |name| Contact {
        role: ContactRole::Technical,
        ..new_contact(name)
    };
    for (registrant, contacts, recorded) in [
        (None, vec![], 0),
        (None, vec![new_contact("Asha")], 1),
        (None, vec![new_contact("Asha"), technical("Asha")], 1),
        (None, vec![new_contact("Asha"), technical("Juma")], 2),
        (Some("Asha"), vec![new_contact("Asha")], 1),
        (
            Some("Bank"),
            vec![technical("Asha"), new_contact("Asha")],
            2,
        ),
    ] {
        let events = tree.submit(asks(registrant, contacts.clone())).unwrap();
        let (arc, people) = events.split_last().unwrap();
        assert_eq!(words(people), vec!["registrant-recorded"; recorded]);
        let Event::ArcRegistered(new) = arc else {
            panic!("{arc:?}")
        };
        let entry = tree.at(&new.path.to_string());
        assert_eq!(entry.holder.contacts, new.contacts);
        let roles = |role: &ContactRole| role.word();
        assert_eq!(
            new.contacts
                .iter()
                .map(|one| roles(&one.role))
                .collect::<Vec<_>>(),
            contacts
                .iter()
                .map(|one| roles(&one.role))
                .collect::<Vec<_>>(),
        );
        let names = new.contacts.iter().map(|one| {
            let known = tree.registrant(&one.party).unwrap().unwrap();
            new_registrant(&known.details.unwrap().name)
        });
        assert!(names.eq(contacts.iter().map(|one| one.party.clone())));
    }
    let known = tree.at("2.16.834.2").holder.contacts[0].party.clone();
    tree.submit(asks(None, vec![known_contact(known.as_str())]))
        .unwrap();
    refused(
        tree.decide(asks(
            None,
            vec![known_contact(known.as_str()), known_contact("r-nobody")],
        )),
        Code::RegistrantUnknown,
        "entry.contacts[1].party.id",
    );
    refused(
        tree.decide(asks(None, vec![new_contact("")])),
        Code::FieldRequired,
        "entry.contacts[0].party.registrant.name",
    );
}

#[test]
fn every_fault_of_form_is_told_at_once() {
    let tree = Tree::founded();
    let mut entry = named(&["a", "a"], &["x", "X", "１２"]);
    entry.titles = vec![text(" ")];
    entry.registrant = Some(new_registrant(""));
    let got = tree
        .decide(allocate("1.3", NumberChoice::NextFree, entry))
        .unwrap_err();
    let expect = [
        (Code::FieldRequired, "entry.titles[0].text"),
        (Code::FieldRequired, "entry.registrant.name"),
        (Code::DuplicateValue, "entry.identifiers[1]"),
        (Code::DuplicateValue, "entry.labels[1]"),
        (Code::LabelSyntax, "entry.labels[2]"),
    ];
    let expect: Vec<_> = expect
        .iter()
        .map(|(code, field)| (*code, (*field).to_owned()))
        .collect();
    assert_eq!(refusals(&got), expect);
}

#[test]
fn the_founding_is_one_record_that_fits() {
    let tree = Tree::empty();
    let events = crate::rules::found(&founding(&[OURS, "1.3.6.1.4.1.9"], tree.now), &tree.ctx());
    assert_eq!(
        words(&events)[..3],
        ["founded", "principal-added", "credential-issued"]
    );
    assert_eq!(
        written(&events),
        [
            "1",
            "1.3",
            "1.3.6",
            "1.3.6.1",
            "1.3.6.1.4",
            "1.3.6.1.4.1",
            "1.3.6.1.4.1.9",
            "2",
            "2.16",
            "2.16.404",
            OURS,
            "1.3.6.1.4.1.9",
            OURS
        ]
    );
    assert_eq!(words(&events).last(), Some(&"data-loaded"));
}

/// Government from 1 to 9, companies from 100 on.
fn numbered() -> Policy {
    let category = |name: &str, from: u64, to: Option<u64>| Category {
        name: name.parse().unwrap(),
        windows: vec![NumberRange {
            from: arc(from),
            to: to.map(arc),
        }],
    };
    Policy {
        categories: vec![
            category("government", 1, Some(9)),
            category("companies", 100, None),
        ],
        ..Policy::standard()
    }
}

fn of_category(name: Option<&str>, number: NumberChoice) -> crate::model::Command {
    let entry = NewEntry {
        category: name.map(|name| name.parse().unwrap()),
        ..NewEntry::default()
    };
    allocate(OURS, number, entry)
}

#[test]
fn each_category_of_registrants_has_numbers_of_its_own() {
    let mut tree = Tree::founded();
    let next = || NumberChoice::NextFree;
    let named = of_category(Some("government"), next());
    refused(tree.decide(named), Code::CategoryUnknown, "entry.category");
    tree.policy(OURS, numbered());
    for unknown in [None, Some("banks")] {
        let got = tree.decide(of_category(unknown, next()));
        refused(got, Code::CategoryUnknown, "entry.category");
    }
    for (category, expect) in [
        ("companies", "2.16.834.100"),
        ("government", "2.16.834.1"),
        ("companies", "2.16.834.101"),
    ] {
        let events = tree.submit(of_category(Some(category), next())).unwrap();
        assert_eq!(written(&events), [expect]);
    }
    let number = |number| NumberChoice::Explicit(arc(number));
    let others = tree.decide(of_category(Some("government"), number(102)));
    refused(others, Code::NumberOutsidePolicy, "number");
    tree.submit(of_category(Some("companies"), number(102)))
        .unwrap();
    let random = of_category(Some("government"), NumberChoice::Random(None));
    let given = written(&tree.submit(random).unwrap());
    let drawn: u64 = given[0].rsplit('.').next().unwrap().parse().unwrap();
    assert!((2..=9).contains(&drawn), "{drawn}");
    // A hold is of no category, but no number between them is given out.
    refused(
        tree.decide(hold(OURS, 50, 60)),
        Code::NumberOutsidePolicy,
        "number",
    );
    tree.submit(hold(OURS, 200, 60)).unwrap();
    let block = crate::model::Command::AllocateBlock(crate::model::command::AllocateBlock {
        superior: path(OURS),
        first: None,
        count: 3,
        entry: NewEntry {
            category: Some("companies".parse().unwrap()),
            ..NewEntry::default()
        },
    });
    assert_eq!(
        written(&tree.submit(block).unwrap()),
        ["2.16.834.103", "2.16.834.104", "2.16.834.105"]
    );
}

#[test]
fn a_reserved_name_is_given_to_nobody_in_any_spelling() {
    let mut tree = Tree::founded();
    tree.submit(allocate(
        OURS,
        NumberChoice::Explicit(arc(1)),
        named(&["gov"], &[]),
    ))
    .unwrap();
    tree.policy(
        OURS,
        Policy {
            reserved_names: vec!["Gov".parse().unwrap(), "Straße".parse().unwrap()],
            ..Policy::standard()
        },
    );
    for (identifiers, labels, field) in [
        (vec!["gOV"], vec![], "entry.identifiers[0]"),
        (vec!["fine", "gov"], vec![], "entry.identifiers[1]"),
        (vec![], vec!["GOV"], "entry.labels[0].label"),
        (vec![], vec!["STRASSE"], "entry.labels[0].label"),
    ] {
        let number = NumberChoice::Explicit(arc(2));
        // Another one has the identifier already: that is told first where the policy wants them unambiguous.
        let code = if identifiers.is_empty() {
            Code::NameReserved
        } else {
            Code::IdentifierTaken
        };
        refused(
            tree.decide(allocate(OURS, number, named(&identifiers, &labels))),
            code,
            field,
        );
    }
    tree.arc("2.16.834.5");
    let number = NumberChoice::Explicit(arc(2));
    let below = allocate("2.16.834.5", number, named(&["gov"], &[]));
    refused(
        tree.decide(below),
        Code::NameReserved,
        "entry.identifiers[0]",
    );
    // What is there already keeps its name, and what is recorded has the one that it has.
    assert_eq!(tree.at("2.16.834.1").superior.identifiers.len(), 1);
}

#[test]
fn what_else_a_policy_wants_is_told() {
    let mut tree = Tree::founded();
    for (wanted, field) in [
        (MinimumContent::Label, "entry.labels"),
        (MinimumContent::Description, "entry.descriptions"),
        (MinimumContent::Contact, "entry.contacts"),
    ] {
        tree.policy(
            OURS,
            Policy {
                // What is told in applications alone is nothing here.
                minimum: vec![MinimumContent::Attachment, wanted],
                ..Policy::standard()
            },
        );
        refused(tree.decide(next_free(OURS)), Code::ContentRequired, field);
        let full = NewEntry {
            descriptions: vec![text("d")],
            contacts: vec![new_contact("c")],
            ..named(&[], &["L"])
        };
        assert!(
            tree.decide(allocate(OURS, NumberChoice::NextFree, full))
                .is_ok()
        );
    }
}

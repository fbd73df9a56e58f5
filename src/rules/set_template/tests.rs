//! Tests of templates: what they use up, how they may change, and that no way to a number goes past them.

use super::*;
use crate::model::command::{HoldNumber, NewEntry, NumberChoice, RecordExisting, Reserve};
use crate::model::entry::Service;
use crate::model::event::Proof;
use crate::model::limits::{SERVICES_MAX, TITLE_BYTES_MAX, URI_BYTES_MAX};
use crate::model::template::made;
use crate::model::{Command, Policy, State};
use crate::rules::testing::{
    Tree, allocate, arc, explicit, next_free, path, refused, text, written,
};

const AT: &str = "2.16.834.7";

fn run(from: u64, to: Option<u64>) -> NumberRange {
    NumberRange {
        from: arc(from),
        to: to.map(arc),
    }
}

fn rule(runs: Vec<NumberRange>) -> Rule {
    Rule {
        numbers: Numbers::Runs(runs),
        titles: vec![text("Meter {number}")],
        descriptions: Vec::new(),
        services: vec![service("https://meters.example/{number}")],
    }
}

fn service(uri: &str) -> Service {
    Service {
        kind: "info".to_owned(),
        uri: uri.to_owned(),
        priority: 0,
    }
}

fn set(rule: Rule) -> Command {
    Command::SetTemplate {
        path: path(AT),
        if_revision: None,
        rule: Box::new(rule),
    }
}

fn close() -> Command {
    Command::CloseTemplate {
        path: path(AT),
        if_revision: None,
    }
}

fn tree() -> Tree {
    let mut tree = Tree::founded();
    tree.arc(AT);
    tree
}

fn random(range: Option<NumberRange>) -> Command {
    allocate(AT, NumberChoice::Random(range), NewEntry::default())
}

#[test]
fn no_way_leads_to_a_number_of_a_template() {
    let mut tree = tree();
    tree.submit(explicit(AT, 3)).unwrap();
    tree.submit(set(rule(vec![run(2, Some(9)), run(20, None)])))
        .unwrap();
    let refuse = |tree: &Tree, command, field| {
        refused(tree.decide(command), Code::NumberOfTemplate, field);
    };
    refuse(&tree, explicit(AT, 2), "number");
    refuse(&tree, explicit(AT, 4_000_000_000), "number");
    refused(tree.decide(explicit(AT, 3)), Code::NumberTaken, "number");
    let hold = |number| {
        Command::Hold(HoldNumber {
            superior: path(AT),
            number,
            seconds: 60,
        })
    };
    refuse(&tree, hold(NumberChoice::Explicit(arc(25))), "number");
    let reserve = Command::Reserve(Reserve {
        superior: path(AT),
        first: arc(8),
        count: 3,
    });
    refuse(&tree, reserve, "number");
    let record = Command::RecordExisting(RecordExisting {
        path: path("2.16.834.7.21"),
        entry: NewEntry::default(),
        proof: Proof {
            document: "Letter".to_owned(),
            uri: None,
        },
        registered: None,
    });
    let got = tree.decide(record).unwrap_err();
    assert_eq!(
        crate::rules::testing::refusals(&got)[0].0,
        Code::NumberOfTemplate
    );
    // What is left between is found, in order, and by lot.
    assert_eq!(
        written(&tree.submit(next_free(AT)).unwrap()),
        ["2.16.834.7.1"]
    );
    assert_eq!(
        written(&tree.submit(next_free(AT)).unwrap()),
        ["2.16.834.7.10"]
    );
    let mut drawn = Vec::new();
    for _ in 11..20 {
        drawn.extend(written(&tree.submit(random(None)).unwrap()));
    }
    drawn.sort_unstable();
    let expect: Vec<_> = (11..20).map(|n| format!("{AT}.{n}")).collect();
    assert_eq!(drawn, expect);
    for command in [next_free(AT), random(None), hold(NumberChoice::NextFree)] {
        refused(tree.decide(command), Code::NoNumberFree, "number");
    }
    let command = random(Some(run(2, Some(9))));
    refused(tree.decide(command), Code::NoNumberFree, "number");
}

#[test]
fn a_template_is_widened_closed_and_never_narrowed() {
    let mut tree = tree();
    tree.submit(set(rule(vec![run(1000, Some(1999))]))).unwrap();
    let narrower = rule(vec![run(1001, None)]);
    let field = "template.numbers";
    refused(tree.decide(set(narrower)), Code::TemplateNarrower, field);
    let same = rule(vec![run(1000, Some(1999))]);
    refused(tree.decide(set(same)), Code::NothingChanges, "template");
    let since = tree.now;
    tree.later(5);
    tree.submit(set(rule(vec![run(1000, None)]))).unwrap();
    let kept = tree.at(AT).template.clone().unwrap();
    assert_eq!((kept.since, kept.closed), (since, None));
    refused(tree.decide(close()), Code::ReasonRequired, "options.reason");
    tree.reason = Some("sold".to_owned());
    tree.submit(close()).unwrap();
    refused(tree.decide(close()), Code::NothingChanges, "oid");
    let wider = rule(vec![run(1, None)]);
    refused(tree.decide(set(wider)), Code::TemplateClosed, "oid");
    refused(
        tree.decide(explicit(AT, 1500)),
        Code::NumberOfTemplate,
        "number",
    );
    let gone = made(tree.at(AT), &arc(1500)).unwrap();
    assert_eq!(gone.superior.state, State::Withdrawn);
    assert_eq!(gone.superior.withdrawn, Some(tree.now));
}

#[test]
fn what_is_made_is_the_superiors_but_for_number_and_texts() {
    let mut tree = tree();
    tree.submit(set(rule(vec![run(1000, None)]))).unwrap();
    let above = tree.at(AT).clone();
    let entry = made(&above, &arc(1234)).unwrap();
    assert_eq!(entry.path, path("2.16.834.7.1234"));
    assert_eq!(entry.holder.titles, [text("Meter 1234")]);
    assert_eq!(entry.holder.services[0].uri, "https://meters.example/1234");
    assert_eq!(entry.revision, above.revision);
    assert_eq!(entry.superior.state, State::Active);
    assert_eq!(entry.origin.word(), "template");
    assert!(entry.template.is_none() && made(&entry, &arc(1234)).is_none());
    assert!(made(&above, &arc(999)).is_none());
}

#[test]
fn a_promised_number_is_not_taken_from_whom_it_was_promised() {
    let mut tree = tree();
    let hold = Command::Hold(HoldNumber {
        superior: path(AT),
        number: NumberChoice::Explicit(arc(5)),
        seconds: 60,
    });
    tree.submit(hold).unwrap();
    let field = "template.numbers";
    let command = || set(rule(vec![run(1, None)]));
    refused(tree.decide(command()), Code::NumberHeld, field);
    assert!(tree.decide(set(rule(vec![run(6, None)]))).is_ok());
    tree.later(61);
    assert!(tree.decide(command()).is_ok());
}

#[test]
fn only_an_arc_that_gets_subordinates_has_a_template() {
    let mut tree = tree();
    let command = || set(rule(vec![run(1, None)]));
    tree.state(AT, State::Suspended);
    refused(tree.decide(command()), Code::SuperiorNotActive, "oid");
    tree.state(AT, State::Active);
    tree.change(AT, |entry| entry.superior.flags.frozen = true);
    refused(tree.decide(command()), Code::SuperiorFrozen, "oid");
    tree.change(AT, |entry| {
        entry.superior.flags.frozen = false;
        entry.locks.holder = Some(crate::model::Timestamp::default());
    });
    refused(tree.decide(command()), Code::ArcLocked, "oid");
}

#[test]
fn a_policy_beside_it_opens_what_is_left() {
    let mut tree = tree();
    let windows = vec![run(1, Some(3)), run(10, Some(11))];
    tree.policy(
        AT,
        Policy {
            windows,
            ..Policy::standard()
        },
    );
    tree.submit(set(rule(vec![run(1, Some(3)), run(11, None)])))
        .unwrap();
    assert_eq!(
        written(&tree.submit(next_free(AT)).unwrap()),
        ["2.16.834.7.10"]
    );
    refused(tree.decide(next_free(AT)), Code::NoNumberFree, "number");
}

#[test]
fn one_past_each_limit_is_refused() {
    let tree = tree();
    let number = "template.numbers";
    let runs = |many: usize| {
        let many = u64::try_from(many).unwrap();
        rule((0..many).map(|n| run(2 * n, Some(2 * n))).collect())
    };
    assert!(tree.decide(set(runs(TEMPLATE_RUNS_MAX))).is_ok());
    let command = set(runs(TEMPLATE_RUNS_MAX + 1));
    refused(tree.decide(command), Code::TooManyValues, number);
    refused(tree.decide(set(runs(0))), Code::FieldRequired, number);
    let from = |digits: usize| {
        let from = "9".repeat(digits).parse().unwrap();
        let to = None;
        rule(vec![NumberRange { from, to }])
    };
    assert!(tree.decide(set(from(TEMPLATE_DIGITS_MAX))).is_ok());
    let command = set(from(TEMPLATE_DIGITS_MAX + 1));
    let first = "template.numbers[0]";
    refused(tree.decide(command), Code::FieldInvalid, first);
    let command = set(rule(vec![run(5, Some(4))]));
    refused(tree.decide(command), Code::FieldInvalid, first);
    let services = |many: usize| Rule {
        services: (0..many)
            .map(|n| service(&format!("https://x.example/{n}")))
            .collect(),
        ..rule(vec![run(1, None)])
    };
    assert!(tree.decide(set(services(SERVICES_MAX))).is_ok());
    let command = set(services(SERVICES_MAX + 1));
    refused(
        tree.decide(command),
        Code::TooManyValues,
        "template.services",
    );
}

#[test]
fn texts_are_judged_with_the_longest_number_put_in() {
    let tree = tree();
    let with_uri = |uri: String| Rule {
        services: vec![service(&uri)],
        ..rule(vec![run(1, None)])
    };
    let uri = |more: usize| {
        let stem = "https://x.example/";
        let fill = URI_BYTES_MAX - stem.len() - TEMPLATE_DIGITS_MAX + more;
        with_uri(format!("{stem}{{number}}{}", "a".repeat(fill)))
    };
    let at = "template.services[0].uri";
    assert!(tree.decide(set(uri(0))).is_ok());
    refused(tree.decide(set(uri(1))), Code::FieldTooLong, at);
    let title = |more: usize| Rule {
        titles: vec![text(&format!(
            "{{number}}{}",
            "a".repeat(TITLE_BYTES_MAX - 4 + more)
        ))],
        ..rule(vec![run(1, Some(9999))])
    };
    assert!(tree.decide(set(title(0))).is_ok());
    let field = "template.titles[0].text";
    refused(tree.decide(set(title(1))), Code::FieldTooLong, field);
    for bad in ["https://x/{serial}", "https://x/{", "https://x/{uuid}"] {
        let command = set(with_uri(bad.to_owned()));
        refused(tree.decide(command), Code::FieldInvalid, at);
    }
    let command = set(with_uri("{number}".to_owned()));
    refused(tree.decide(command), Code::FieldInvalid, at);
    let uuids = Rule {
        numbers: Numbers::Uuid,
        ..with_uri("urn:uuid:{uuid}".to_owned())
    };
    assert!(tree.decide(set(uuids)).is_ok());
}

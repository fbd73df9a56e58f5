//! Applications by the rules alone: the walk, four eyes, what is told to whom, and random steps against a copy of the table.

use proptest::prelude::*;

use crate::model::actor::Principal;
use crate::model::application::{Attachment, Fee, FeeState, Finding, FindingAbout};
use crate::model::application::{RejectionReason, VerdictKind};
use crate::model::command::{
    Allocate, AmendApplication, ApplicationAct, Ask, NumberChoice, OnApplication, RegistrantRef,
    SubmitApplication, Whole,
};
use crate::model::entry::Delegation;
use crate::model::limits::{
    APPLICATIONS_OPEN_MAX, APPROVALS_MAX, ATTACHMENT_NAME_BYTES_MAX, ATTACHMENTS_MAX,
    DEADLINE_SECONDS_CEILING, FEE_BYTES_MAX, FEE_MINOR_UNITS_MAX, NOTE_BYTES_MAX,
    PAPER_OCTETS_CEILING, PAPERS_MAX, PAPERS_OCTETS_CEILING, PURPOSE_BYTES_MAX, REMARKS_MAX,
    VERDICTS_MAX,
};
use crate::model::money::{Amount, FeeSchedule};
use crate::model::policy::{Applicants, Category, MinimumContent, NumberRange, Numbering};
use crate::model::{
    Actor, Application, ApplicationId, Code, Command, Event, Policy, Rejection, Stage, TreeView,
    Visibility,
};
use crate::rules::testing::{
    ADMIN, OTHER, Tree, arc, label, named, new_contact, new_registrant, path, refused, text, words,
};

use super::{APPLICATIONS_TOLD_MAX, SIBLINGS_LOOKED_AT_MAX, checklist};

const OURS: &str = "2.16.834";
const THIRD: &str = "p-third";
const FOURTH: &str = "p-fourth";

fn open_policy() -> Policy {
    Policy {
        applicants: Applicants::Principals,
        approvals: 2,
        application_required: true,
        ..Policy::standard()
    }
}

/// The authority with an open policy and four people.
fn tree() -> Tree {
    let mut tree = Tree::founded();
    for id in [THIRD, FOURTH] {
        let known = tree.principals[&OTHER.parse().unwrap()].clone();
        let id = id.parse().unwrap();
        tree.apply(&[Event::PrincipalAdded(Principal { id, ..known })]);
    }
    tree.policy(OURS, open_policy());
    tree.as_actor(OTHER);
    tree
}

fn ask() -> Ask {
    let mut ask = Ask {
        entry: named(&["afya"], &["Afya"]),
        ..Ask::default()
    };
    ask.entry.registrant = Some(new_registrant("Wizara ya Afya"));
    ask.about.purpose = "Codes".to_owned();
    ask.about.declared = true;
    ask
}

fn submit_ask(ask: Ask) -> Command {
    Command::SubmitApplication(Box::new(SubmitApplication {
        superior: path(OURS),
        ask,
        language: "sw".parse().unwrap(),
    }))
}

/// An application that was handed in, its id.
fn handed_in(tree: &mut Tree, ask: Ask) -> ApplicationId {
    let events = tree.submit(submit_ask(ask)).unwrap();
    let Some(Event::ApplicationSubmitted(new)) = events.last() else {
        panic!("{events:?}")
    };
    new.id.clone()
}

fn on(id: &ApplicationId, act: ApplicationAct) -> Command {
    Command::OnApplication(OnApplication {
        id: id.clone(),
        if_revision: None,
        act,
    })
}

fn by(
    tree: &mut Tree,
    who: &str,
    id: &ApplicationId,
    act: ApplicationAct,
) -> Result<Vec<Event>, Rejection> {
    tree.as_actor(who);
    tree.submit(on(id, act))
}

fn say(text: &str) -> String {
    text.to_owned()
}

fn reject() -> ApplicationAct {
    ApplicationAct::Reject {
        reason: RejectionReason::Duplicate,
        text: say("it has one"),
    }
}

fn decide_appeal(granted: bool) -> ApplicationAct {
    ApplicationAct::DecideAppeal {
        granted,
        text: say("we looked again"),
    }
}

#[test]
fn the_last_approval_gives_the_arc_out() {
    let mut tree = tree();
    let handed = tree.now;
    let id = handed_in(&mut tree, ask());
    let app = &tree.applications[&id];
    assert_eq!(app.stage, Stage::Submitted);
    assert_eq!(app.deadline, Some(handed.plus_seconds(7 * 86_400)));
    assert_eq!(app.introduced, std::slice::from_ref(&app.applicant));
    tree.later(60);
    by(&mut tree, ADMIN, &id, ApplicationAct::Acknowledge).unwrap();
    by(&mut tree, ADMIN, &id, ApplicationAct::BeginReview).unwrap();
    let first = by(&mut tree, ADMIN, &id, ApplicationAct::Approve).unwrap();
    assert_eq!(words(&first), ["application-approved"]);
    let again = by(&mut tree, ADMIN, &id, ApplicationAct::Approve);
    refused(again, Code::FourEyes, "");
    let last = by(&mut tree, THIRD, &id, ApplicationAct::Approve).unwrap();
    assert_eq!(
        words(&last),
        [
            "application-approved",
            "arc-registered",
            "application-moved"
        ]
    );
    let app = &tree.applications[&id];
    let entry = tree.at("2.16.834.1");
    assert_eq!(app.arc, Some(entry.path.clone()));
    assert_eq!((app.stage, app.approvals.len()), (Stage::Approved, 2));
    assert_eq!(entry.applied, Some(handed));
    assert_eq!(entry.registrant.as_ref().unwrap().registrant, app.applicant);
    assert_eq!(entry.superior.labels, [label("Afya")]);
    // Without an application nothing is given out here.
    tree.as_actor(ADMIN);
    let plain = Command::Allocate(Allocate {
        superior: path(OURS),
        number: NumberChoice::NextFree,
        entry: named(&[], &[]),
        allocation_token: None,
    });
    refused(tree.decide(plain), Code::ApplicationRequired, "");
}

#[test]
fn nobody_judges_their_own_application_nor_acts_for_the_applicant() {
    let mut tree = tree();
    let id = handed_in(&mut tree, ask());
    by(&mut tree, ADMIN, &id, ApplicationAct::BeginReview).unwrap();
    for act in [ApplicationAct::Approve, reject()] {
        refused(by(&mut tree, OTHER, &id, act), Code::FourEyes, "");
    }
    // Who handed in another application of the applicant speaks for it.
    let applicant = tree.applications[&id].applicant.clone();
    let mut second = ask();
    second.entry = named(&["elimu"], &[]);
    second.entry.registrant = Some(RegistrantRef::Known(applicant.clone()));
    tree.as_actor(THIRD);
    handed_in(&mut tree, second);
    let third = by(&mut tree, THIRD, &id, ApplicationAct::Approve);
    refused(third, Code::FourEyes, "");
    // So does who acts at an arc of the applicant.
    tree.arc_with("2.16.834.9", |new| new.registrant = Some(applicant));
    let revision = tree.at("2.16.834.9").revision;
    tree.apply(&[Event::Delegated {
        path: path("2.16.834.9"),
        previous: revision,
        delegation: Delegation::Hosted {
            principals: vec![FOURTH.parse().unwrap()],
        },
    }]);
    let fourth = by(&mut tree, FOURTH, &id, ApplicationAct::Approve);
    refused(fourth, Code::FourEyes, "");
    by(&mut tree, ADMIN, &id, ApplicationAct::Approve).unwrap();
    // Whoever has no name cannot be told from others.
    tree.actor = Actor::Local;
    let local = tree.decide(on(&id, ApplicationAct::Approve));
    refused(local, Code::NotPermitted, "");
}

#[test]
fn an_appeal_is_decided_by_somebody_else_and_once() {
    let mut tree = tree();
    let id = handed_in(&mut tree, ask());
    by(&mut tree, ADMIN, &id, ApplicationAct::BeginReview).unwrap();
    by(&mut tree, ADMIN, &id, reject()).unwrap();
    let end = tree.applications[&id].deadline.unwrap();
    assert_eq!(end, tree.now.plus_seconds(30 * 86_400));
    let appeal = || ApplicationAct::Appeal(say("it has not"));
    by(&mut tree, OTHER, &id, appeal()).unwrap();
    let own = by(&mut tree, ADMIN, &id, decide_appeal(false));
    refused(own, Code::FourEyes, "");
    by(&mut tree, THIRD, &id, decide_appeal(true)).unwrap();
    assert_eq!(tree.applications[&id].stage, Stage::UnderReview);
    by(&mut tree, THIRD, &id, reject()).unwrap();
    by(&mut tree, OTHER, &id, appeal()).unwrap();
    by(&mut tree, ADMIN, &id, decide_appeal(false)).unwrap();
    let app = &tree.applications[&id];
    assert_eq!((app.stage, app.deadline), (Stage::Rejected, None));
    let kinds: Vec<_> = app.verdicts.iter().map(|one| one.kind).collect();
    let rejected = VerdictKind::Rejected;
    let expect = [
        rejected,
        VerdictKind::Granted,
        rejected,
        VerdictKind::Upheld,
    ];
    assert_eq!(kinds, expect);
    refused(by(&mut tree, OTHER, &id, appeal()), Code::AppealOver, "");
    // The time for it can be over, too.
    let mut late = ask();
    late.entry = named(&[], &[]);
    late.entry.registrant = Some(new_registrant("Elimu"));
    tree.as_actor(OTHER);
    let id = handed_in(&mut tree, late);
    by(&mut tree, ADMIN, &id, ApplicationAct::BeginReview).unwrap();
    by(&mut tree, ADMIN, &id, reject()).unwrap();
    tree.later(30 * 86_400);
    refused(by(&mut tree, OTHER, &id, appeal()), Code::AppealOver, "");
}

#[test]
fn a_question_stops_the_clock_and_silence_ends_the_application() {
    let mut tree = tree();
    tree.policy(
        OURS,
        Policy {
            wishes_held: true,
            ..open_policy()
        },
    );
    let mut wish = ask();
    wish.number = Some(arc(7));
    let id = handed_in(&mut tree, wish.clone());
    assert_eq!(tree.holds.len(), 1);
    by(&mut tree, ADMIN, &id, ApplicationAct::BeginReview).unwrap();
    by(&mut tree, ADMIN, &id, ApplicationAct::Approve).unwrap();
    let question = ApplicationAct::RequestInformation(say("who are you?"));
    let asked = by(&mut tree, ADMIN, &id, question.clone()).unwrap();
    assert_eq!(words(&asked), ["application-remarked", "application-moved"]);
    assert!(tree.applications[&id].approvals.is_empty());
    let mut corrected = wish;
    corrected.number = Some(arc(8));
    corrected.entry.registrant = None;
    let amend = |ask: &Ask| {
        Command::AmendApplication(Box::new(AmendApplication {
            id: id.clone(),
            if_revision: None,
            ask: ask.clone(),
        }))
    };
    tree.as_actor(OTHER);
    let amended = tree.submit(amend(&corrected)).unwrap();
    assert_eq!(
        words(&amended),
        ["hold-released", "number-held", "application-amended"]
    );
    refused(tree.decide(amend(&corrected)), Code::NothingChanges, "");
    corrected.entry.registrant = Some(new_registrant("Somebody else"));
    refused(
        tree.decide(amend(&corrected)),
        Code::FieldInvalid,
        "entry.registrant",
    );
    by(&mut tree, OTHER, &id, ApplicationAct::Answer(say("us"))).unwrap();
    corrected.entry.registrant = None;
    refused(
        tree.decide(amend(&corrected)),
        Code::ApplicationStage,
        "application",
    );
    by(&mut tree, ADMIN, &id, question).unwrap();
    tree.actor = Actor::System;
    refused(
        tree.decide(Command::ExpireApplications),
        Code::NothingChanges,
        "",
    );
    tree.later(30 * 86_400);
    let over = tree.submit(Command::ExpireApplications).unwrap();
    assert_eq!(words(&over), ["hold-released", "application-moved"]);
    assert_eq!(tree.applications[&id].stage, Stage::Expired);
    assert!(tree.holds.is_empty());
}

#[test]
fn a_held_wish_is_used_up_or_free_again() {
    let mut tree = tree();
    tree.policy(
        OURS,
        Policy {
            wishes_held: true,
            approvals: 1,
            ..open_policy()
        },
    );
    let wish = |name: &str| {
        let mut ask = ask();
        ask.entry = named(&[name], &[]);
        ask.entry.registrant = Some(new_registrant(name));
        ask.number = Some(arc(7));
        ask
    };
    let first = handed_in(&mut tree, wish("afya"));
    // Who wishes the same is not told of the hold, and gets none.
    tree.as_actor(THIRD).whole = Whole::Within(Vec::new().into());
    let second = handed_in(&mut tree, wish("elimu"));
    assert_eq!(tree.applications[&second].hold, None);
    tree.whole = Whole::All;
    by(&mut tree, OTHER, &first, ApplicationAct::Withdraw).unwrap();
    assert!(tree.holds.is_empty());
    by(&mut tree, ADMIN, &second, ApplicationAct::BeginReview).unwrap();
    by(&mut tree, ADMIN, &second, ApplicationAct::Approve).unwrap();
    assert!(tree.entries.contains_key(&path("2.16.834.7")));
    let third = by(&mut tree, OTHER, &first, ApplicationAct::Withdraw);
    refused(third, Code::ApplicationStage, "application");
    // A hold for an application is used up by it, whoever approves.
    let mut fourth = wish("madini");
    fourth.number = Some(arc(9));
    tree.as_actor(OTHER);
    let fourth = handed_in(&mut tree, fourth);
    by(&mut tree, ADMIN, &fourth, ApplicationAct::BeginReview).unwrap();
    let events = by(&mut tree, ADMIN, &fourth, ApplicationAct::Approve).unwrap();
    assert_eq!(
        words(&events),
        [
            "application-approved",
            "hold-released",
            "arc-registered",
            "application-moved"
        ]
    );
}

#[test]
fn what_is_hidden_is_for_the_reviewers_to_know() {
    let mut tree = tree();
    tree.arc_with("2.16.834.7", |new| {
        new.visibility = Visibility::Hidden;
    });
    tree.arc_with("2.16.834.6", |new| {
        new.visibility = Visibility::Hidden;
        new.labels = vec![label("Afya")];
        new.identifiers = vec!["afya".parse().unwrap()];
    });
    tree.arc_with("2.16.834.8", |new| {
        new.visibility = Visibility::Stub;
        new.labels = vec![label("Elimu")];
    });
    let wish = |number: u64, name: &str| {
        let mut ask = ask();
        ask.number = Some(arc(number));
        ask.entry.identifiers.clear();
        ask.entry.labels = vec![label(name)];
        ask
    };
    // Staff are told at once.
    refused(
        tree.decide(submit_ask(wish(7, "Madini"))),
        Code::NumberTaken,
        "number",
    );
    refused(
        tree.decide(submit_ask(wish(9, "Afya"))),
        Code::LabelTaken,
        "entry.labels[0].label",
    );
    // Others are not: neither of the number nor of the names, nor of the names of a stub.
    tree.whole = Whole::Within(Vec::new().into());
    let id = handed_in(&mut tree, wish(7, "Afya"));
    handed_in(&mut tree, wish(10, "Elimu"));
    refused(
        tree.decide(submit_ask(wish(8, "Madini"))),
        Code::NumberTaken,
        "number",
    );
    let found = checklist(&tree.applications[&id], &tree, tree.now).unwrap();
    let codes: Vec<_> = found.iter().filter_map(|one| one.code).collect();
    assert_eq!(codes, [Code::NumberTaken, Code::LabelTaken]);
    // A superior that is hidden is as one that is not there.
    let below = |superior: &str| {
        Command::SubmitApplication(Box::new(SubmitApplication {
            superior: path(superior),
            ask: ask(),
            language: "sw".parse().unwrap(),
        }))
    };
    for superior in ["2.16.834.7", "2.16.834.11"] {
        refused(
            tree.decide(below(superior)),
            Code::SuperiorNotRegistered,
            "superior",
        );
    }
}

#[test]
fn a_checklist_tells_what_looks_alike_who_applies_and_what_is_due() {
    let mut tree = tree();
    tree.policy(
        OURS,
        Policy {
            fee: Some(say("50,000 TZS")),
            title_required: false,
            approvals: 1,
            ..open_policy()
        },
    );
    tree.arc_with("2.16.834.7", |new| new.labels = vec![label("\u{410}fya")]);
    let first = handed_in(&mut tree, ask());
    let applicant = tree.applications[&first].applicant.clone();
    let mut again = ask();
    again.entry.identifiers.clear();
    again.entry.registrant = Some(RegistrantRef::Known(applicant));
    again.about.attachments = vec![attachment(1)];
    let id = handed_in(&mut tree, again);
    let found = checklist(&tree.applications[&id], &tree, tree.now).unwrap();
    let told = |about| -> Vec<&str> {
        let all = found.iter().filter(|one: &&Finding| one.about == about);
        all.map(|one| one.detail.as_str()).collect()
    };
    let looks = ["Afya looks like \u{410}fya of 2.16.834.7"];
    assert_eq!(told(FindingAbout::LookAlike), looks);
    let other = format!("application {first} below 2.16.834 is submitted");
    assert_eq!(told(FindingAbout::Applicant), [other]);
    assert_eq!(told(FindingAbout::Fee), ["due: 50,000 TZS"]);
    assert_eq!(told(FindingAbout::Attachment).len(), 1);
    by(&mut tree, ADMIN, &id, ApplicationAct::BeginReview).unwrap();
    let unpaid = by(&mut tree, ADMIN, &id, ApplicationAct::Approve);
    refused(unpaid, Code::FeeDue, "");
    let paid = || ApplicationAct::SetFee {
        state: FeeState::Paid,
        text: say("bank 7"),
        amount: None,
    };
    by(&mut tree, ADMIN, &id, paid()).unwrap();
    refused(
        by(&mut tree, ADMIN, &id, paid()),
        Code::NothingChanges,
        "text",
    );
    let fee = tree.applications[&id].fee.clone();
    let expect = Fee {
        state: FeeState::Paid,
        text: say("bank 7"),
        amount: None,
    };
    assert_eq!(fee, Some(expect));
    by(&mut tree, ADMIN, &id, ApplicationAct::Approve).unwrap();
    let over = by(&mut tree, ADMIN, &id, paid());
    refused(over, Code::ApplicationStage, "application");
}

#[test]
fn an_amount_is_due_by_schedule_and_stays_what_it_was() {
    let mut tree = tree();
    let amount = |text: &str| text.parse::<Amount>().unwrap();
    let policy = |fee_may_wait, words: Option<&str>| Policy {
        fees: Some(FeeSchedule {
            currency: amount("0 TZS").currency,
            application: Some(5_000_000),
            allocation: Some(2_000_000),
            renewal: Some(1),
        }),
        fee: words.map(say),
        fee_may_wait,
        approvals: 1,
        ..open_policy()
    };
    tree.policy(OURS, policy(false, None));
    let id = handed_in(&mut tree, ask());
    let due = tree.applications[&id].fee.clone().unwrap();
    assert_eq!(
        (due.state, due.text.as_str()),
        (FeeState::Due, "70000.00 TZS")
    );
    assert_eq!(due.amount, Some(amount("70000 TZS")));
    by(&mut tree, ADMIN, &id, ApplicationAct::BeginReview).unwrap();
    let approve = |tree: &mut Tree| by(tree, ADMIN, &id, ApplicationAct::Approve);
    refused(approve(&mut tree), Code::FeeDue, "");
    let hinders = |tree: &Tree| {
        let found = checklist(&tree.applications[&id], tree, tree.now).unwrap();
        let fee = found.into_iter().find(|one| one.about == FindingAbout::Fee);
        fee.map(|one| (one.hinders, one.detail)).unwrap()
    };
    assert_eq!(hinders(&tree), (true, say("due: 70000.00 TZS")));
    // A policy that lets the fee wait gives the arc out, and the fee is settled afterwards.
    tree.policy(OURS, policy(true, Some("by invoice")));
    assert_eq!(hinders(&tree), (false, say("due: 70000.00 TZS")));
    approve(&mut tree).unwrap();
    let set = |state, told: Option<&str>| ApplicationAct::SetFee {
        state,
        text: say("bank 7"),
        amount: told.map(amount),
    };
    by(&mut tree, ADMIN, &id, set(FeeState::Paid, None)).unwrap();
    let paid = tree.applications[&id].fee.clone().unwrap();
    assert_eq!(
        (paid.state, paid.amount),
        (FeeState::Paid, Some(amount("70000 TZS")))
    );
    let over = by(&mut tree, ADMIN, &id, set(FeeState::Waived, None));
    refused(over, Code::ApplicationStage, "application");
    let mut other = ask();
    other.entry = named(&[], &[]);
    other.entry.registrant = Some(new_registrant("Other"));
    let other = handed_in(&mut tree, other);
    let fee = tree.applications[&other].fee.clone().unwrap();
    assert_eq!(
        (fee.text.as_str(), fee.amount),
        ("by invoice", Some(amount("70000 TZS")))
    );
    by(&mut tree, ADMIN, &other, set(FeeState::Due, Some("1 EUR"))).unwrap();
    let fee = tree.applications[&other].fee.clone().unwrap();
    assert_eq!(fee.amount, Some(amount("1 EUR")));
    let past = ApplicationAct::SetFee {
        state: FeeState::Due,
        text: say("much"),
        amount: Some(Amount {
            minor_units: FEE_MINOR_UNITS_MAX + 1,
            ..amount("0 TZS")
        }),
    };
    let past = by(&mut tree, ADMIN, &other, past);
    refused(past, Code::FieldInvalid, "amount");
}

#[test]
fn one_past_what_a_checklist_tells_is_counted() {
    let mut tree = tree();
    let first = handed_in(&mut tree, ask());
    let applicant = tree.applications[&first].applicant.clone();
    let known = |tree: &mut Tree| {
        let mut more = ask();
        more.entry = named(&[], &[]);
        more.entry.registrant = Some(RegistrantRef::Known(applicant.clone()));
        handed_in(tree, more)
    };
    let told = |tree: &Tree| {
        let found = checklist(&tree.applications[&first], tree, tree.now).unwrap();
        let about = |one: &&Finding| one.about == FindingAbout::Applicant;
        let told: Vec<_> = found
            .iter()
            .filter(about)
            .map(|one| one.detail.clone())
            .collect();
        told
    };
    for _ in 0..APPLICATIONS_TOLD_MAX {
        known(&mut tree);
    }
    assert_eq!(told(&tree).len(), APPLICATIONS_TOLD_MAX);
    known(&mut tree);
    let all = told(&tree);
    assert_eq!(all.len(), APPLICATIONS_TOLD_MAX + 1);
    assert_eq!(all.last().unwrap(), "and 1 earlier applications");
    let events: Vec<_> = (1..=SIBLINGS_LOOKED_AT_MAX + 1)
        .map(|number| {
            let path = path(OURS).child(arc(number as u64)).unwrap();
            let new = crate::rules::allocate::new_arc(
                path,
                &named(&[], &[]),
                crate::rules::decision::People::default(),
            );
            Event::ArcRegistered(Box::new(new))
        })
        .collect();
    let alike = |tree: &Tree| {
        let mut found = Vec::new();
        super::look_alike::find(&tree.applications[&first], tree, &mut found).unwrap();
        found.len()
    };
    let (last, events) = events.split_last().unwrap();
    tree.apply(events);
    assert_eq!(alike(&tree), 0);
    tree.apply(std::slice::from_ref(last));
    assert_eq!(alike(&tree), 1);
}

#[test]
fn a_number_taken_meanwhile_is_told_at_the_last_approval() {
    let mut tree = tree();
    let mut wish = ask();
    wish.number = Some(arc(7));
    let id = handed_in(&mut tree, wish);
    by(&mut tree, ADMIN, &id, ApplicationAct::BeginReview).unwrap();
    by(&mut tree, ADMIN, &id, ApplicationAct::Approve).unwrap();
    tree.arc("2.16.834.7");
    let last = by(&mut tree, THIRD, &id, ApplicationAct::Approve);
    refused(last, Code::NumberTaken, "number");
    assert_eq!(tree.applications[&id].stage, Stage::UnderReview);
}

#[test]
fn what_the_policy_and_the_form_want_is_wanted_at_once() {
    let mut tree = tree();
    let mut bare = ask();
    bare.entry.registrant = None;
    bare.about.purpose.clear();
    bare.about.declared = false;
    bare.about.country = Some(say("tz"));
    let all = crate::rules::testing::refusals(&tree.decide(submit_ask(bare)).unwrap_err());
    let codes: Vec<_> = all
        .iter()
        .map(|(code, field)| (*code, field.as_str()))
        .collect();
    assert_eq!(
        codes,
        [
            (Code::FieldRequired, "entry.registrant"),
            (Code::FieldRequired, "about.purpose"),
            (Code::FieldInvalid, "about.country"),
            (Code::DeclarationRequired, "about.declaration_accepted"),
        ]
    );
    tree.policy(OURS, Policy::standard());
    refused(
        tree.decide(submit_ask(ask())),
        Code::ApplicationsClosed,
        "superior",
    );
    tree.policy(
        OURS,
        Policy {
            title_required: true,
            ..open_policy()
        },
    );
    refused(
        tree.decide(submit_ask(ask())),
        Code::TitleRequired,
        "entry.titles",
    );
    tree.policy(
        OURS,
        Policy {
            numbering: Numbering::NextFreeOnly,
            ..open_policy()
        },
    );
    let mut wish = ask();
    wish.number = Some(arc(7));
    refused(
        tree.decide(submit_ask(wish)),
        Code::NumberingNotAllowed,
        "number",
    );
    for wanted in [
        MinimumContent::Below,
        MinimumContent::LegalForm,
        MinimumContent::RegistrationNumber,
        MinimumContent::Country,
        MinimumContent::Attachment,
    ] {
        let policy = Policy {
            minimum: vec![wanted],
            ..open_policy()
        };
        tree.policy(OURS, policy);
        refused(
            tree.decide(submit_ask(ask())),
            Code::ContentRequired,
            wanted.field(),
        );
        let mut told = ask();
        told.about.below = Some(say("lists"));
        told.about.legal_form = Some(say("ministry"));
        told.about.registration_number = Some(say("7"));
        told.about.country = Some(say("TZ"));
        told.about.attachments = vec![attachment(1)];
        tree.decide(submit_ask(told)).unwrap();
    }
    tree.actor = Actor::System;
    refused(tree.decide(submit_ask(ask())), Code::NotPermitted, "");
}

fn attachment(number: u8) -> Attachment {
    Attachment {
        sha256: [number; 32],
        name: say("letter.pdf"),
        media_type: say("application/pdf"),
        octets: 9,
        uri: None,
    }
}

#[test]
fn papers_come_from_the_applicant_while_nobody_judges() {
    let mut tree = tree();
    let mut asked = ask();
    asked.about.attachments = vec![attachment(1), attachment(2)];
    let id = handed_in(&mut tree, asked);
    let attach = |number| ApplicationAct::Attach(attachment(number));
    let events = by(&mut tree, OTHER, &id, attach(1)).unwrap();
    assert_eq!(words(&events), ["application-paper-added"]);
    let app = &tree.applications[&id];
    assert_eq!(app.papers[0].what, attachment(1));
    assert_eq!(
        (app.papers[0].by.as_str(), app.papers[0].at),
        (OTHER, tree.now)
    );
    let again = by(&mut tree, OTHER, &id, attach(1));
    refused(again, Code::NothingChanges, "attachment.sha256");
    by(&mut tree, ADMIN, &id, ApplicationAct::Acknowledge).unwrap();
    by(&mut tree, OTHER, &id, attach(3)).unwrap();
    // The reviewer learns what is here and what is only named.
    let found = checklist(&tree.applications[&id], &tree, tree.now).unwrap();
    let told: Vec<_> = found
        .iter()
        .filter(|one| one.about == FindingAbout::Attachment)
        .map(|one| one.detail.rsplit_once(": ").unwrap().1)
        .collect();
    assert_eq!(
        told,
        [
            "kept here",
            "told by its digest alone, not handed in",
            "kept here"
        ]
    );
    by(&mut tree, ADMIN, &id, ApplicationAct::BeginReview).unwrap();
    let judged = by(&mut tree, OTHER, &id, attach(2));
    refused(judged, Code::ApplicationStage, "application");
    let ask = ApplicationAct::RequestInformation(say("which?"));
    by(&mut tree, ADMIN, &id, ask).unwrap();
    by(&mut tree, OTHER, &id, attach(2)).unwrap();
    by(&mut tree, OTHER, &id, ApplicationAct::Answer(say("this"))).unwrap();
    by(&mut tree, ADMIN, &id, reject()).unwrap();
    let rejected = by(&mut tree, OTHER, &id, attach(4));
    refused(rejected, Code::ApplicationStage, "application");
    by(&mut tree, OTHER, &id, ApplicationAct::Appeal(say("no"))).unwrap();
    by(&mut tree, OTHER, &id, attach(4)).unwrap();
    assert_eq!(tree.applications[&id].papers.len(), 4);
}

#[test]
fn nothing_more_is_kept_of_an_applicant_who_was_erased() {
    let mut tree = tree();
    let id = handed_in(&mut tree, ask());
    let applicant = tree.applications[&id].applicant.clone();
    tree.apply(&[Event::PersonErased {
        person: crate::model::event::Person::Registrant(applicant),
        basis: say("own wish"),
    }]);
    let attach = ApplicationAct::Attach(attachment(1));
    let erased = by(&mut tree, OTHER, &id, attach);
    refused(erased, Code::RegistrantUnknown, "application");
}

#[test]
fn papers_have_a_form_and_bounds() {
    let mut tree = tree();
    let id = handed_in(&mut tree, ask());
    let check = |tree: &mut Tree, paper: Attachment, code, field: &str| {
        let refusal = by(tree, OTHER, &id, ApplicationAct::Attach(paper));
        refused(refusal, code, field);
    };
    let large = |number, octets| Attachment {
        octets,
        ..attachment(number)
    };
    check(
        &mut tree,
        large(1, 0),
        Code::FieldRequired,
        "attachment.octets",
    );
    let past = large(1, PAPER_OCTETS_CEILING + 1);
    check(&mut tree, past, Code::FieldTooLong, "attachment.octets");
    let elsewhere = Attachment {
        uri: Some(say("https://x.example/a")),
        ..attachment(1)
    };
    check(&mut tree, elsewhere, Code::FieldInvalid, "attachment.uri");
    let odd = Attachment {
        media_type: say("pdf"),
        ..attachment(1)
    };
    check(&mut tree, odd, Code::FieldInvalid, "attachment.media_type");
    let long = Attachment {
        name: "n".repeat(ATTACHMENT_NAME_BYTES_MAX + 1),
        ..attachment(1)
    };
    check(&mut tree, long, Code::FieldTooLong, "attachment.name");
    // Four of the largest but one octet, then as many small ones as are taken.
    let largest = PAPERS_OCTETS_CEILING / PAPER_OCTETS_CEILING;
    let small = u64::try_from(PAPERS_MAX).unwrap() - largest;
    for number in 0..u8::try_from(PAPERS_MAX).unwrap() {
        let octets = match u64::from(number) + 1 {
            at if at < largest => PAPER_OCTETS_CEILING,
            at if at == largest => PAPER_OCTETS_CEILING - small,
            _ => 1,
        };
        if octets == PAPER_OCTETS_CEILING - small {
            let past = large(99, PAPER_OCTETS_CEILING);
            let act = ApplicationAct::Attach(past);
            assert!(tree.decide(on(&id, act)).is_ok());
        }
        let act = ApplicationAct::Attach(large(number, octets));
        by(&mut tree, OTHER, &id, act).unwrap();
        let over = large(99, small + 1);
        if u64::from(number) + 1 == largest {
            check(&mut tree, over, Code::FieldTooLong, "attachment.octets");
        }
    }
    assert_eq!(tree.applications[&id].papers.len(), PAPERS_MAX);
    check(&mut tree, large(99, 1), Code::TooManyValues, "attachment");
}

#[test]
fn one_past_each_limit_is_refused() {
    let mut tree = tree();
    let check = |set: &dyn Fn(&mut Ask, bool), code: Code, field: &str| {
        let mut fits = ask();
        set(&mut fits, false);
        tree.decide(submit_ask(fits)).unwrap();
        let mut past = ask();
        set(&mut past, true);
        refused(tree.decide(submit_ask(past)), code, field);
    };
    let long = |max: usize, past: bool| "x".repeat(max + usize::from(past));
    check(
        &|ask, past| ask.about.purpose = long(PURPOSE_BYTES_MAX, past),
        Code::FieldTooLong,
        "about.purpose",
    );
    check(
        &|ask, past| ask.about.below = Some(long(PURPOSE_BYTES_MAX, past)),
        Code::FieldTooLong,
        "about.below",
    );
    check(
        &|ask, past| {
            let many = ATTACHMENTS_MAX + usize::from(past);
            let many = u8::try_from(many).unwrap();
            ask.about.attachments = (0..many).map(attachment).collect();
        },
        Code::TooManyValues,
        "about.attachments",
    );
    check(
        &|ask, past| {
            let name = long(ATTACHMENT_NAME_BYTES_MAX, past);
            ask.about.attachments = vec![Attachment {
                name,
                ..attachment(1)
            }];
        },
        Code::FieldTooLong,
        "about.attachments[0].name",
    );
    for number in 0..APPLICATIONS_OPEN_MAX {
        let mut one = ask();
        one.entry = named(&[], &[]);
        one.entry.registrant = Some(new_registrant(&number.to_string()));
        handed_in(&mut tree, one);
    }
    refused(tree.decide(submit_ask(ask())), Code::TooManyValues, "");
    let id = tree.applications.keys().next().unwrap().clone();
    let comment = |length: usize| ApplicationAct::Comment {
        text: "x".repeat(length),
        to_applicant: false,
    };
    for _ in 0..REMARKS_MAX {
        by(&mut tree, ADMIN, &id, comment(NOTE_BYTES_MAX)).unwrap();
        tree.later(1);
    }
    refused(
        by(&mut tree, ADMIN, &id, comment(1)),
        Code::TooManyValues,
        "text",
    );
    refused(
        by(&mut tree, ADMIN, &id, comment(NOTE_BYTES_MAX + 1)),
        Code::FieldTooLong,
        "text",
    );
    let fee = |length: usize| ApplicationAct::SetFee {
        state: FeeState::Waived,
        text: "x".repeat(length),
        amount: None,
    };
    by(&mut tree, ADMIN, &id, fee(FEE_BYTES_MAX)).unwrap();
    refused(
        by(&mut tree, ADMIN, &id, fee(FEE_BYTES_MAX + 1)),
        Code::FieldTooLong,
        "text",
    );
}

#[test]
fn an_application_is_not_judged_for_ever() {
    let mut tree = tree();
    let id = handed_in(&mut tree, ask());
    by(&mut tree, ADMIN, &id, ApplicationAct::BeginReview).unwrap();
    let appeal = || ApplicationAct::Appeal(say("no"));
    for _ in 0..VERDICTS_MAX / 2 - 1 {
        tree.later(1);
        by(&mut tree, ADMIN, &id, reject()).unwrap();
        by(&mut tree, OTHER, &id, appeal()).unwrap();
        by(&mut tree, THIRD, &id, decide_appeal(true)).unwrap();
    }
    tree.later(1);
    by(&mut tree, ADMIN, &id, reject()).unwrap();
    by(&mut tree, OTHER, &id, appeal()).unwrap();
    by(&mut tree, THIRD, &id, decide_appeal(true)).unwrap();
    assert_eq!(tree.applications[&id].verdicts.len(), VERDICTS_MAX);
    refused(by(&mut tree, ADMIN, &id, reject()), Code::TooManyValues, "");
}

#[test]
fn a_policy_for_applications_keeps_its_bounds() {
    let tree = {
        let mut tree = Tree::founded();
        tree.as_actor(ADMIN);
        tree
    };
    let set = |policy: Policy| {
        tree.decide(Command::SetPolicy {
            path: path(OURS),
            if_revision: None,
            policy: Some(policy),
        })
    };
    let with = |seconds| Policy {
        answer_seconds: seconds,
        ..open_policy()
    };
    set(with(DEADLINE_SECONDS_CEILING)).unwrap();
    for seconds in [0, DEADLINE_SECONDS_CEILING + 1] {
        let field = "policy.answer_seconds";
        refused(set(with(seconds)), Code::PolicyInvalid, field);
    }
    let with = |approvals| Policy {
        approvals,
        ..open_policy()
    };
    set(with(APPROVALS_MAX)).unwrap();
    refused(
        set(with(APPROVALS_MAX + 1)),
        Code::PolicyInvalid,
        "policy.approvals",
    );
    let fee = Some("x".repeat(FEE_BYTES_MAX + 1));
    let costly = Policy {
        fee,
        ..open_policy()
    };
    refused(set(costly), Code::FieldTooLong, "policy.fee");
}

#[test]
fn every_letter_survives_every_step() {
    let mut tree = tree();
    tree.policy(
        OURS,
        Policy {
            approvals: 1,
            ..open_policy()
        },
    );
    let mut ask = ask();
    ask.entry.labels = vec![label("الصحة"), label("健康𠮷")];
    let arabic = "وزارة الصحة 𠮷 ".repeat(400);
    assert!(arabic.len() > 10_000);
    ask.entry.titles = vec![text("Wizara ya Afya \u{202e} הבריאות 🌍")];
    ask.entry.descriptions = vec![text(&arabic)];
    ask.entry.registrant = Some(new_registrant("وزارة الصحة — Ng'ombe"));
    ask.entry.contacts = vec![new_contact("Ng'wanza")];
    ask.about.purpose = arabic;
    let id = handed_in(&mut tree, ask.clone());
    let question = ApplicationAct::RequestInformation(say("Nani? من؟"));
    by(&mut tree, ADMIN, &id, question).unwrap();
    by(
        &mut tree,
        OTHER,
        &id,
        ApplicationAct::Answer(say("Sisi. نحن")),
    )
    .unwrap();
    by(&mut tree, ADMIN, &id, ApplicationAct::Approve).unwrap();
    let app = &tree.applications[&id];
    assert_eq!(app.content.about, ask.about);
    assert_eq!(app.remarks[1].text, "Sisi. نحن");
    let entry = tree.at("2.16.834.1");
    assert_eq!(entry.superior.labels, ask.entry.labels);
    assert_eq!(entry.holder.titles, ask.entry.titles);
    assert_eq!(entry.holder.descriptions, ask.entry.descriptions);
    let holder = tree.registrant(&app.applicant).unwrap().unwrap();
    assert_eq!(holder.details.unwrap().name, "وزارة الصحة — Ng'ombe");
}

/// The table once more, written by hand: stage, act, stage. What is not here is illegal.
const COPY: &[(&str, &str, &str)] = &[
    ("submitted", "acknowledge-application", "acknowledged"),
    ("submitted", "begin-review", "under-review"),
    ("submitted", "request-information", "information-requested"),
    ("submitted", "withdraw-application", "withdrawn"),
    ("acknowledged", "begin-review", "under-review"),
    (
        "acknowledged",
        "request-information",
        "information-requested",
    ),
    ("acknowledged", "withdraw-application", "withdrawn"),
    ("information-requested", "begin-review", "under-review"),
    (
        "information-requested",
        "answer-application",
        "under-review",
    ),
    ("information-requested", "withdraw-application", "withdrawn"),
    (
        "under-review",
        "request-information",
        "information-requested",
    ),
    ("under-review", "approve-application", "approved"),
    ("under-review", "reject-application", "rejected"),
    ("under-review", "withdraw-application", "withdrawn"),
    ("rejected", "appeal-application", "appealed"),
    ("appealed", "decide-appeal", "under-review"),
    ("appealed", "decide-appeal", "rejected"),
    ("appealed", "withdraw-application", "withdrawn"),
];

fn random_act(octet: u8) -> ApplicationAct {
    match octet % 10 {
        0 => ApplicationAct::Acknowledge,
        1 => ApplicationAct::BeginReview,
        2 => ApplicationAct::RequestInformation(say("what?")),
        3 => ApplicationAct::Answer(say("that")),
        4 => ApplicationAct::Approve,
        5 => reject(),
        6 => ApplicationAct::Appeal(say("no")),
        7 => decide_appeal(true),
        8 => decide_appeal(false),
        _ => ApplicationAct::Withdraw,
    }
}

fn walk(steps: &[(u8, u8)]) {
    let mut tree = tree();
    let id = handed_in(&mut tree, ask());
    for (what, who) in steps {
        let who = [ADMIN, OTHER, THIRD, FOURTH][usize::from(who % 4)];
        let before: Application = tree.applications[&id].clone();
        let act = random_act(*what);
        let word = on(&id, act.clone()).word();
        let from = before.stage.word();
        let legal: Vec<_> = COPY
            .iter()
            .filter(|(at, by, _)| (*at, *by) == (from, word))
            .map(|(_, _, to)| *to)
            .collect();
        match by(&mut tree, who, &id, act) {
            Ok(_) => {
                let after = tree.applications[&id].stage.word();
                let first_of_two = word == "approve-application" && after == from;
                assert!(
                    legal.contains(&after) || first_of_two,
                    "{from} {word} {after}"
                );
                if after == "approved" {
                    let people: std::collections::BTreeSet<_> = tree.applications[&id]
                        .approvals
                        .iter()
                        .map(|one| &one.by)
                        .collect();
                    assert_eq!(people.len(), 2);
                    assert!(!people.contains(&before.submitted_by));
                }
            }
            Err(Rejection::Refused(refusals)) => {
                let main = refusals.main();
                assert_eq!(tree.applications[&id], before);
                if legal.is_empty() {
                    assert_eq!(main.code, Code::ApplicationStage, "{from} {word}");
                    assert_eq!(main.value.as_deref(), Some(from));
                    assert!(main.detail.contains(from));
                } else {
                    let why = [Code::FourEyes, Code::AppealOver, Code::TooManyValues];
                    assert!(why.contains(&main.code), "{from} {word} {main}");
                }
            }
            Err(Rejection::Fault(fault)) => panic!("{fault}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_steps_by_random_people_follow_the_table(
        steps in proptest::collection::vec(any::<(u8, u8)>(), 1..60)
    ) {
        walk(&steps);
    }
}

#[test]
fn the_category_of_an_applicant_says_from_which_numbers_it_gets_one() {
    let mut tree = tree();
    let category = |name: &str, from| Category {
        name: name.parse().unwrap(),
        windows: vec![NumberRange {
            from: arc(from),
            to: Some(arc(from + 9)),
        }],
    };
    tree.policy(
        OURS,
        Policy {
            categories: vec![category("government", 1), category("companies", 100)],
            approvals: 1,
            ..open_policy()
        },
    );
    let none = tree.decide(submit_ask(ask()));
    refused(none, Code::CategoryUnknown, "entry.category");
    let mut wish = ask();
    wish.entry.category = Some("companies".parse().unwrap());
    wish.number = Some(arc(3));
    let others = tree.decide(submit_ask(wish.clone()));
    refused(others, Code::NumberOutsidePolicy, "number");
    wish.number = None;
    let id = handed_in(&mut tree, wish);
    by(&mut tree, ADMIN, &id, ApplicationAct::BeginReview).unwrap();
    // The category is gone meanwhile: the checklist says so, and so does the approval.
    let both = tree.at(OURS).policy.clone().unwrap();
    let one = Policy {
        categories: vec![category("government", 1)],
        ..both.clone()
    };
    tree.policy(OURS, one);
    let found = checklist(&tree.applications[&id], &tree, tree.now).unwrap();
    assert!(
        found
            .iter()
            .any(|one| one.code == Some(Code::CategoryUnknown))
    );
    let gone = by(&mut tree, ADMIN, &id, ApplicationAct::Approve);
    refused(gone, Code::CategoryUnknown, "entry.category");
    tree.policy(OURS, both);
    by(&mut tree, ADMIN, &id, ApplicationAct::Approve).unwrap();
    assert_eq!(tree.applications[&id].arc, Some(path("2.16.834.100")));
}

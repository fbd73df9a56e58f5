//! Allocation tokens: what is promised, taken and refused.

use crate::model::allocation_token::{AllocationToken, Promised};
use crate::model::command::{
    Allocate, Command, IssueAllocationToken, NewEntry, NumberChoice, RegistrantRef, Reserve,
};
use crate::model::limits::{
    ALLOCATION_TOKEN_ARCS_MAX, ALLOCATION_TOKEN_SECONDS_MAX, ALLOCATION_TOKENS_MAX,
    CREDENTIAL_NAME_BYTES_MAX,
};
use crate::model::policy::{NumberRange, Numbering};
use crate::model::{Code, Event, Policy, Rejection, State, TreeView};
use crate::oid::NodePath;
use crate::rules::testing::{
    ADMIN, OTHER, Tree, allocate, arc, label, new_registrant, path, refused, text, words, written,
};

const OURS: &str = "2.16.834";
const SECRET: [u8; 32] = [0x51; 32];

fn run(from: u64, to: u64) -> NumberRange {
    NumberRange {
        from: arc(from),
        to: Some(arc(to)),
    }
}

fn of_range(from: u64, to: u64, count: u64) -> Promised {
    let range = run(from, to);
    Promised::Range { range, count }
}

fn promise(tree: &Tree, of: Promised) -> IssueAllocationToken {
    IssueAllocationToken {
        superior: path(OURS),
        of,
        name: "ministries".to_owned(),
        secret_sha256: SECRET,
        principal: None,
        registrant: None,
        until: tree.now.plus_seconds(60),
    }
}

fn issue(tree: &mut Tree, of: Promised) {
    let ask = promise(tree, of);
    tree.submit(Command::IssueAllocationToken(Box::new(ask)))
        .unwrap();
}

fn reserve(tree: &mut Tree, number: u64) {
    tree.submit(Command::Reserve(Reserve {
        superior: path(OURS),
        first: arc(number),
        count: 1,
    }))
    .unwrap();
}

fn taking(number: NumberChoice, entry: NewEntry) -> Allocate {
    Allocate {
        superior: path(OURS),
        number,
        entry,
        allocation_token: Some(SECRET),
    }
}

fn take(number: NumberChoice) -> Command {
    Command::Allocate(taking(number, NewEntry::default()))
}

fn token(tree: &Tree) -> AllocationToken {
    tree.allocation_token(&SECRET).unwrap().unwrap()
}

fn explicit(number: u64) -> NumberChoice {
    NumberChoice::Explicit(arc(number))
}

/// An authority that gives next to nothing out: only 1 to 9 in turn, upon an application, with 500 and up kept back.
fn strict() -> Tree {
    let mut tree = Tree::founded();
    tree.policy(
        OURS,
        Policy {
            numbering: Numbering::NextFreeOnly,
            windows: vec![run(1, 9)],
            kept_back: vec![NumberRange {
                from: arc(500),
                to: None,
            }],
            application_required: true,
            ..Policy::standard()
        },
    );
    tree
}

#[test]
fn a_promise_goes_before_windows_numbering_and_applications() {
    let mut tree = strict();
    refused(
        tree.decide(allocate(OURS, explicit(600), NewEntry::default())),
        Code::NumberOutsidePolicy,
        "number",
    );
    issue(&mut tree, of_range(600, 699, 3));
    tree.as_actor(OTHER);
    let events = tree.submit(take(NumberChoice::NextFree)).unwrap();
    assert_eq!(words(&events), ["arc-registered", "allocation-token-used"]);
    assert_eq!(written(&events), ["2.16.834.600"]);
    let named = tree.submit(take(explicit(650))).unwrap();
    assert_eq!(written(&named), ["2.16.834.650"]);
    let within = NumberChoice::Random(Some(run(640, 900)));
    let drawn = tree.submit(take(within)).unwrap();
    let drawn: NodePath = written(&drawn)[0].parse().unwrap();
    let drawn = drawn.last().unwrap().to_u64().unwrap();
    assert!((640..=699).contains(&drawn) && drawn != 650, "{drawn}");
    assert_eq!(token(&tree).used, 3);
    refused(
        tree.decide(take(NumberChoice::NextFree)),
        Code::AllocationTokenUnknown,
        "allocation_token",
    );
}

#[test]
fn a_reserved_number_is_taken_once_by_whoever_it_was_promised_to() {
    let mut tree = strict();
    reserve(&mut tree, 700);
    issue(&mut tree, Promised::Reserved(arc(700)));
    tree.as_actor(OTHER);
    for number in [explicit(701), NumberChoice::Random(None)] {
        refused(tree.decide(take(number)), Code::PromisedOtherwise, "number");
    }
    let events = tree.submit(take(NumberChoice::NextFree)).unwrap();
    let expect = ["reserved-arc-allocated", "allocation-token-used"];
    assert_eq!(words(&events), expect);
    assert_eq!(tree.at("2.16.834.700").superior.state, State::Active);
    refused(
        tree.decide(take(explicit(700))),
        Code::AllocationTokenUnknown,
        "allocation_token",
    );
}

#[test]
fn a_token_that_is_no_good_is_refused_alike() {
    let mut tree = strict();
    let mut ask = promise(&tree, of_range(600, 699, 1));
    ask.principal = Some(OTHER.parse().unwrap());
    tree.submit(Command::IssueAllocationToken(Box::new(ask)))
        .unwrap();
    tree.arc("2.16.834.3");
    let all = |tree: &Tree, ask: Allocate| {
        let told = tree.decide(Command::Allocate(ask)).unwrap_err();
        let Rejection::Refused(told) = told else {
            panic!("{told}")
        };
        assert_eq!(told.main().code, Code::AllocationTokenUnknown);
        told.main().detail.clone()
    };
    let plain = || taking(NumberChoice::NextFree, NewEntry::default());
    let mut said = vec![all(&tree, plain())];
    tree.as_actor(OTHER);
    let mut elsewhere = plain();
    elsewhere.superior = path("2.16.834.3");
    said.push(all(&tree, elsewhere));
    let mut guessed = plain();
    guessed.allocation_token = Some([0; 32]);
    said.push(all(&tree, guessed));
    let mut late = tree.clone();
    said.push(all(late.later(60), plain()));
    let mut gone = tree.clone();
    let id = token(&tree).id;
    let revoke = Command::RevokeAllocationToken { id };
    gone.submit(revoke.clone()).unwrap();
    refused(
        gone.decide(revoke),
        Code::NothingChanges,
        "allocation_token",
    );
    said.push(all(&gone, plain()));
    tree.submit(take(NumberChoice::NextFree)).unwrap();
    said.push(all(&tree, plain()));
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    let id = "t-none".parse().unwrap();
    refused(
        tree.decide(Command::RevokeAllocationToken { id }),
        Code::CredentialUnknown,
        "allocation_token",
    );
}

#[test]
fn everything_else_is_judged_as_ever() {
    let mut tree = strict();
    issue(&mut tree, of_range(600, 601, 2));
    tree.arc_with("2.16.834.5", |new| new.labels = vec![label("Afya")]);
    let with = |set: &dyn Fn(&mut NewEntry)| {
        let mut entry = NewEntry::default();
        set(&mut entry);
        Command::Allocate(taking(NumberChoice::NextFree, entry))
    };
    let named = with(&|entry| entry.labels = vec![label("AFYA")]);
    refused(
        tree.decide(named),
        Code::LabelTaken,
        "entry.labels[0].label",
    );
    let wanting = Policy {
        title_required: true,
        ..tree.at(OURS).policy.clone().unwrap()
    };
    let mut strict = tree.clone();
    strict.policy(OURS, wanting);
    refused(
        strict.decide(take(NumberChoice::NextFree)),
        Code::TitleRequired,
        "entry.titles",
    );
    let titled = with(&|entry| entry.titles = vec![text("Health")]);
    assert!(strict.decide(titled).is_ok());
    for (number, code) in [
        (599, Code::PromisedOtherwise),
        (602, Code::PromisedOtherwise),
    ] {
        refused(tree.decide(take(explicit(number))), code, "number");
    }
    let apart = NumberChoice::Random(Some(run(1, 9)));
    refused(tree.decide(take(apart)), Code::PromisedOtherwise, "number");
    // What is reserved may be promised to somebody else.
    reserve(&mut tree, 600);
    refused(
        tree.decide(take(explicit(600))),
        Code::NumberTaken,
        "number",
    );
    tree.submit(take(NumberChoice::NextFree)).unwrap();
    refused(
        tree.decide(take(NumberChoice::NextFree)),
        Code::NoNumberFree,
        "number",
    );
    tree.change(OURS, |entry| entry.superior.state = State::Suspended);
    refused(
        tree.decide(take(NumberChoice::NextFree)),
        Code::SuperiorNotActive,
        "superior",
    );
}

#[test]
fn a_token_of_a_registrant_gives_arcs_to_that_one() {
    let mut tree = strict();
    let entry = NewEntry {
        registrant: Some(new_registrant("Ministry")),
        ..NewEntry::default()
    };
    tree.policy(OURS, Policy::standard());
    let first = tree.submit(allocate(OURS, explicit(1), entry)).unwrap();
    let Event::RegistrantRecorded(ministry) = &first[0] else {
        panic!("{first:?}")
    };
    let mut ask = promise(&tree, of_range(600, 699, 5));
    ask.registrant = Some(ministry.id.clone());
    tree.submit(Command::IssueAllocationToken(Box::new(ask)))
        .unwrap();
    tree.policy(
        OURS,
        Policy {
            registrant_required: true,
            arcs_per_registrant_max: Some(2),
            ..Policy::standard()
        },
    );
    tree.submit(take(NumberChoice::NextFree)).unwrap();
    let holder = tree.at("2.16.834.600").registrant.clone().unwrap();
    assert_eq!(holder.registrant, ministry.id);
    let named = NewEntry {
        registrant: Some(new_registrant("Somebody else")),
        ..NewEntry::default()
    };
    refused(
        tree.decide(Command::Allocate(taking(NumberChoice::NextFree, named))),
        Code::PromisedOtherwise,
        "entry.registrant",
    );
    let same = NewEntry {
        registrant: Some(RegistrantRef::Known(ministry.id.clone())),
        ..NewEntry::default()
    };
    refused(
        tree.decide(Command::Allocate(taking(NumberChoice::NextFree, same))),
        Code::QuotaReached,
        "entry.registrant",
    );
}

#[test]
fn two_of_one_batch_take_no_more_than_was_promised() {
    let mut tree = strict();
    issue(&mut tree, of_range(600, 699, 2));
    let batch = |count| {
        let one = taking(NumberChoice::NextFree, NewEntry::default());
        Command::BatchAllocate(vec![one; count])
    };
    refused(
        tree.decide(batch(3)),
        Code::AllocationTokenUnknown,
        "allocations[2].allocation_token",
    );
    let events = tree.submit(batch(2)).unwrap();
    assert_eq!(written(&events), ["2.16.834.600", "2.16.834.601"]);
    assert!(!token(&tree).is_open(tree.now));
}

#[test]
fn only_what_is_reserved_is_promised_by_number_and_by_one_token() {
    let mut tree = Tree::founded();
    let of = |tree: &Tree, number| {
        let ask = promise(tree, Promised::Reserved(arc(number)));
        Command::IssueAllocationToken(Box::new(ask))
    };
    refused(tree.decide(of(&tree, 7)), Code::NotRegistered, "number");
    tree.arc("2.16.834.7");
    refused(tree.decide(of(&tree, 7)), Code::NumberTaken, "number");
    tree.state("2.16.834.7", State::Withdrawn);
    refused(tree.decide(of(&tree, 7)), Code::NumberBurned, "number");
    reserve(&mut tree, 8);
    tree.submit(of(&tree, 8)).unwrap();
    refused(tree.decide(of(&tree, 8)), Code::PromisedAlready, "number");
    tree.later(60);
    assert!(tree.decide(of(&tree, 8)).is_ok());
}

#[test]
fn a_promise_is_bounded() {
    let mut tree = Tree::founded();
    let say = |tree: &Tree, set: &dyn Fn(&mut IssueAllocationToken)| {
        let mut ask = promise(tree, of_range(1, 99_999, ALLOCATION_TOKEN_ARCS_MAX));
        set(&mut ask);
        tree.decide(Command::IssueAllocationToken(Box::new(ask)))
    };
    assert!(say(&tree, &|_| {}).is_ok());
    let most = ALLOCATION_TOKEN_ARCS_MAX;
    let field = "range.count";
    let count = |from, to, count| say(&tree, &|ask| ask.of = of_range(from, to, count));
    refused(count(1, 99_999, most + 1), Code::TooManyValues, field);
    refused(count(1, 99_999, 0), Code::FieldRequired, field);
    refused(count(1, 9, 10), Code::FieldInvalid, field);
    refused(count(9, 1, 1), Code::FieldInvalid, "range.numbers");
    let end = tree.now.plus_seconds(ALLOCATION_TOKEN_SECONDS_MAX);
    assert!(say(&tree, &|ask| ask.until = end).is_ok());
    let past = say(&tree, &|ask| ask.until = end.plus_seconds(1));
    refused(past, Code::FieldInvalid, "until");
    let over = say(&tree, &|ask| ask.until = tree.now);
    refused(over, Code::FieldInvalid, "until");
    let long = "n".repeat(CREDENTIAL_NAME_BYTES_MAX + 1);
    let named = say(&tree, &|ask| ask.name.clone_from(&long));
    refused(named, Code::FieldTooLong, "name");
    let whose = say(&tree, &|ask| {
        ask.principal = Some("p-none".parse().unwrap());
    });
    refused(whose, Code::PrincipalUnknown, "principal");
    let whose = say(&tree, &|ask| {
        ask.registrant = Some("r-none".parse().unwrap());
    });
    refused(whose, Code::RegistrantUnknown, "registrant");
    for number in 0..ALLOCATION_TOKENS_MAX {
        let mut ask = promise(&tree, of_range(1, 9, 1));
        ask.secret_sha256[..8].copy_from_slice(&number.to_be_bytes());
        tree.submit(Command::IssueAllocationToken(Box::new(ask)))
            .unwrap();
    }
    refused(say(&tree, &|_| {}), Code::TooManyValues, "superior");
    assert_eq!(token_by(&tree), Some(ADMIN.to_owned()));
}

fn token_by(tree: &Tree) -> Option<String> {
    let first = tree.allocation_tokens.first()?;
    first.by.as_ref().map(ToString::to_string)
}

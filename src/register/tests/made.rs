//! What templates make, as readings tell it, and how many arcs stand below a node.

use crate::access::Sight;
use crate::model::command::Amend;
use crate::model::event::Changes;
use crate::model::policy::NumberRange;
use crate::model::template::{Numbers, Rule};
use crate::model::{Command, State, TreeView, Visibility};

use super::super::testing::*;
use super::super::{ReadAt, Reading, Register, Resolution};

const AT: &str = "2.16.834.1";

fn rule(from: u64) -> Command {
    Command::SetTemplate {
        path: path(AT),
        if_revision: None,
        rule: Box::new(Rule {
            numbers: Numbers::Runs(vec![NumberRange {
                from: arc(from),
                to: None,
            }]),
            titles: Vec::new(),
            descriptions: Vec::new(),
            services: Vec::new(),
        }),
    }
}

/// How a path is answered: what is found, how far above, and whether a template made it.
fn answer(reading: &Reading, at: &str, sight: &Sight) -> String {
    let names = reading.names(sight);
    // Names of the way are kept for the next question: the answer must be the same with and without.
    names.prepare(&path("2.16.834.1.1000.7"));
    let both = [
        reading.resolve(&path(at), sight).unwrap(),
        names.resolve(&path(at)).unwrap(),
    ];
    let [one, other] = both.map(|answer| match answer {
        Resolution::Unknown => "unknown".to_owned(),
        Resolution::Found(seen) => format!("{} {}", seen.entry.path, seen.entry.origin.word()),
        Resolution::SuperiorFound(seen, distance) => {
            let origin = seen.entry.origin.word();
            format!("{} {origin} -{distance}", seen.entry.path)
        }
    });
    assert_eq!(one, other);
    one
}

async fn seen_as(register: &Register, at: &str, visibility: Visibility) {
    let changes = Changes {
        visibility: Some(visibility),
        ..Changes::default()
    };
    let amend = Command::Amend(Amend {
        path: path(at),
        if_revision: None,
        changes,
    });
    submit(register, amend).await.unwrap();
}

#[tokio::test]
async fn a_template_answers_where_nothing_is_and_where_nothing_is_seen() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    submit(&register, explicit(AUTHORITY, 1)).await.unwrap();
    let hidden = seen_by(AT, 1_005, Visibility::Hidden);
    submit(&register, hidden).await.unwrap();
    submit(&register, explicit("2.16.834.1.1005", 7))
        .await
        .unwrap();
    submit(&register, explicit(AT, 1_006)).await.unwrap();
    let before = register.revision_token(register.newest().seq());
    submit(&register, rule(1_000)).await.unwrap();
    let newest = register.newest();
    for (at, public, all) in [
        ("2.16.834.1.999", "2.16.834.1 assigned -1", ""),
        ("2.16.834.1.1000", "2.16.834.1.1000 template", ""),
        ("2.16.834.1.1000.7", "2.16.834.1.1000 template -1", ""),
        ("2.16.834.1.1000.7.8", "2.16.834.1.1000 template -2", ""),
        ("2.16.834.1.1006", "2.16.834.1.1006 assigned", ""),
        ("2.16.834.1.1006.1", "2.16.834.1.1006 assigned -1", ""),
        // Hidden is told as absent, and absent is made.
        (
            "2.16.834.1.1005",
            "2.16.834.1.1005 template",
            "2.16.834.1.1005 assigned",
        ),
        (
            "2.16.834.1.1005.7",
            "2.16.834.1.1005 template -1",
            "2.16.834.1.1005.7 assigned",
        ),
    ] {
        assert_eq!(answer(&newest, at, &Sight::Public), public, "{at}");
        let all = if all.is_empty() { public } else { all };
        assert_eq!(answer(&newest, at, &Sight::All), all, "{at}");
    }
    // What is made has no row: it is in no list, and nothing is below it.
    let made = path("2.16.834.1.1000");
    let children = newest.children(&path(AT), None, 9, &Sight::Public).unwrap();
    assert_eq!(children.len(), 1);
    assert!(
        newest
            .children(&made, None, 9, &Sight::All)
            .unwrap()
            .is_empty()
    );
    assert_eq!(newest.registered(&made, &Sight::All).unwrap(), None);
    assert!(newest.entry(&made).unwrap().is_none());
    let past = ReadAt {
        as_of_revision: Some(before),
        ..ReadAt::default()
    };
    let past = register.reading(&past).await.unwrap();
    let told = answer(&past, "2.16.834.1.1000", &Sight::All);
    assert_eq!(told, "2.16.834.1 assigned -1");
    // A stub tells nothing but its number; what is hidden hides what its template makes.
    seen_as(&register, AT, Visibility::Stub).await;
    let newest = register.newest();
    let told = answer(&newest, "2.16.834.1.1000", &Sight::Public);
    assert_eq!(told, "2.16.834.1 assigned -1");
    let told = answer(&newest, "2.16.834.1.1000", &Sight::All);
    assert_eq!(told, "2.16.834.1.1000 template");
    seen_as(&register, AT, Visibility::Hidden).await;
    let told = answer(&register.newest(), "2.16.834.1.1000", &Sight::Public);
    assert!(told.starts_with("2.16.834 "), "{told}");
}

#[tokio::test]
async fn arcs_below_are_counted_at_every_depth_up_to_a_limit() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    for (superior, number) in [
        (AUTHORITY, 1),
        (AUTHORITY, 11),
        (AT, 1),
        (AT, 2),
        ("2.16.834.1.2", 1),
        ("2.16.834.1.2.1", 5),
        ("2.16.834.11", 1),
    ] {
        submit(&register, explicit(superior, number)).await.unwrap();
    }
    submit(&register, to_state("2.16.834.1.1", State::Deprecated))
        .await
        .unwrap();
    let newest = register.newest();
    let count = |at: &str, limit| newest.arcs_below(&path(at), limit).unwrap();
    assert_eq!(count(AT, 100), 4);
    assert_eq!(count(AT, 4), 4);
    assert_eq!(count(AT, 3), 3);
    assert_eq!(count("2.16.834.11", 100), 1);
    assert_eq!(count("2.16.834.1.1", 100), 0);
    assert_eq!(count(AUTHORITY, 100), 7);
}

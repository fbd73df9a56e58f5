//! Registrants that look alike, as far as somebody sees them, and the bounds of a comparison.

use crate::access::Sight;
use crate::model::entry::{Audience, Audiences, RegistrantDetails, State};
use crate::model::likeness::{Compared, Trait};
use crate::model::{
    PrincipalKind, RegistrantId,
    command::{NewEntry, NumberChoice, RegistrantRef},
};

use super::super::testing::*;
use super::super::{Comparing, Register};

fn details(name: &str, email: &str) -> RegistrantDetails {
    RegistrantDetails {
        name: name.to_owned(),
        email: Some(email.to_owned()),
        ..RegistrantDetails::default()
    }
}

/// Gives an arc to a new registrant.
async fn give(
    register: &Register,
    superior: &str,
    number: u64,
    details: RegistrantDetails,
) -> RegistrantId {
    let entry = NewEntry {
        registrant: Some(RegistrantRef::New {
            kind: PrincipalKind::Organisation,
            details,
        }),
        ..NewEntry::default()
    };
    let ask = allocate(superior, NumberChoice::Explicit(arc(number)), entry);
    let given = submit(register, ask).await.unwrap();
    let held = given.entries[0].registrant.clone();
    held.unwrap().registrant
}

fn everybody() -> Comparing {
    Comparing {
        below: path("."),
        sight: Sight::All,
        everybody: true,
        least: 1,
        registrants_max: 100,
        arcs_max: 100,
        groups_max: 100,
        members_max: 100,
    }
}

/// The groups: each member's id, what it has in common, and how many arcs it holds.
fn told(found: &Compared) -> Vec<Vec<(RegistrantId, Vec<Trait>, u64)>> {
    let groups = found.groups.iter().map(|group| {
        let all = group.members.iter();
        let all = all.map(|one| (one.registrant.id.clone(), one.alike_in.clone(), one.arcs));
        let mut all: Vec<_> = all.collect();
        all.sort();
        all
    });
    groups.collect()
}

#[tokio::test]
async fn registrants_are_compared_as_far_as_the_caller_sees_them() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    let give = |number, details| give(&register, AUTHORITY, number, details);
    let first = give(1, details("Afya Ltd", "oid@afya.example")).await;
    let second = give(2, details("AFYA", "other@afya.example")).await;
    let third = give(3, details("Elimu", "OID@afya.example")).await;
    // What is for nobody is compared with nothing.
    let hidden = RegistrantDetails {
        audiences: Audiences {
            name: Audience::Nobody,
            email: Audience::Nobody,
            ..Audiences::default()
        },
        ..details("Afya", "oid@afya.example")
    };
    give(4, hidden).await;
    let mut withdraw = submission(to_state("2.16.834.2", State::Withdrawn), "q-withdraw");
    withdraw.reason = Some("a test".to_owned());
    submit_as(&register, withdraw).await.unwrap();

    let reading = register.newest();
    let look = |ask: Comparing| reading.look_alikes(&ask).unwrap();
    let mut all = vec![
        (first.clone(), vec![Trait::Name, Trait::Email], 1),
        // A withdrawn arc is nobody's.
        (second, vec![Trait::Name], 0),
        (third.clone(), vec![Trait::Email], 1),
    ];
    all.sort();
    let found = look(everybody());
    assert_eq!(told(&found), [all]);
    assert_eq!((found.registrants, found.cut), (3, false));
    assert_eq!((found.groups[0].likeness, found.groups[0].count), (1, 3));

    // Of those who look after arcs, whoever holds none of them is not told.
    let held = Comparing {
        everybody: false,
        ..everybody()
    };
    let mut both = vec![
        (first, vec![Trait::Email], 1),
        (third, vec![Trait::Email], 1),
    ];
    both.sort();
    assert_eq!(told(&look(held.clone())), std::slice::from_ref(&both));
    let part = |arcs: &[&str]| Comparing {
        sight: Sight::Within(arcs.iter().map(|at| path(at)).collect()),
        ..held.clone()
    };
    let found = look(part(&["2.16.834.1", "2.16.834.3"]));
    assert_eq!(told(&found), [both]);
    let found = look(part(&["2.16.834.1"]));
    assert_eq!((found.groups.len(), found.registrants), (0, 1));
    let below = Comparing {
        below: path("2.16.834.3"),
        ..held
    };
    assert_eq!(look(below).registrants, 1);
}

#[tokio::test]
async fn one_past_each_bound_of_a_comparison_is_told() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    for number in 1..=4 {
        let name = if number < 3 { "Afya" } else { "Elimu" };
        give(
            &register,
            AUTHORITY,
            number,
            details(name, &format!("{number}@x.example")),
        )
        .await;
    }
    let reading = register.newest();
    let cut = |ask: Comparing| {
        let found = reading.look_alikes(&ask).unwrap();
        let members: usize = found.groups.iter().map(|one| one.members.len()).sum();
        (found.registrants, found.groups.len(), members, found.cut)
    };
    let most = |change: fn(&mut Comparing)| {
        let mut ask = everybody();
        change(&mut ask);
        cut(ask)
    };
    assert_eq!(cut(everybody()), (4, 2, 4, false));
    assert_eq!(most(|ask| ask.registrants_max = 4), (4, 2, 4, false));
    let (compared, _, _, was_cut) = most(|ask| ask.registrants_max = 3);
    assert_eq!((compared, was_cut), (3, true));
    assert_eq!(most(|ask| ask.arcs_max = 4), (4, 2, 4, false));
    let (compared, _, _, was_cut) = most(|ask| ask.arcs_max = 3);
    assert_eq!((compared, was_cut), (3, true));
    assert_eq!(most(|ask| ask.groups_max = 2), (4, 2, 4, false));
    assert_eq!(most(|ask| ask.groups_max = 1), (4, 1, 2, true));
    assert_eq!(most(|ask| ask.members_max = 2), (4, 2, 4, false));
    assert_eq!(most(|ask| ask.members_max = 1), (4, 2, 2, true));
}

#[tokio::test]
async fn more_registrants_than_are_read_at_once_are_all_compared() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    let many = 600;
    for number in 1..=many {
        let details = details(
            &format!("Name {}", number / 2),
            &format!("{number}@x.example"),
        );
        give(&register, AUTHORITY, number, details).await;
    }
    let ask = Comparing {
        registrants_max: 1_000,
        arcs_max: 1_000,
        groups_max: 1_000,
        ..everybody()
    };
    let found = register.newest().look_alikes(&ask).unwrap();
    assert_eq!((found.registrants, found.cut), (many, false));
    assert_eq!(found.groups.len(), 299);
}

//! Terms and the times in which arcs have to be put to use: what begins them, what ends them, and what is renewed.

use proptest::prelude::*;

use super::*;
use crate::model::command::{AllocateBlock, NewEntry, NumberChoice};
use crate::model::entry::Service;
use crate::model::limits::TERM_REMINDER_SECONDS;
use crate::model::notice::NoticeKind;
use crate::model::policy::Policy;
use crate::model::{Actor, Command};
use crate::rules::testing::{Tree, allocate, explicit, new_registrant, path, refused, words};

const ABOVE: &str = "2.16.834";
const AT: &str = "2.16.834.1";
const DAY: u64 = 86_400;
const YEAR: u64 = 365 * DAY;

/// What is done to a tree, by name.
type Case<'a> = (&'a str, &'a dyn Fn(&mut Tree));

fn limited(lapse: Lapse) -> Policy {
    Policy {
        terms: Terms {
            term_seconds: Some(YEAR),
            use_seconds: Some(90 * DAY),
            lapse,
        },
        ..Policy::standard()
    }
}

fn tree(lapse: Lapse) -> Tree {
    let mut tree = Tree::founded();
    tree.reason = Some("a reason".to_owned());
    tree.policy(ABOVE, limited(lapse));
    tree.submit(explicit(ABOVE, 1)).unwrap();
    tree
}

fn own(tree: &mut Tree, command: Command) -> Result<Vec<Event>, Rejection> {
    let actor = std::mem::replace(&mut tree.actor, Actor::System);
    let done = tree.submit(command);
    tree.actor = actor;
    done
}

fn renew(end: TermEnd) -> Command {
    Command::Renew {
        path: path(AT),
        if_revision: None,
        end,
    }
}

fn end(tree: &Tree) -> Option<Timestamp> {
    let mut plans = tree.at(AT).plans.iter();
    let lapse = plans.find(|plan| matches!(plan.act, PlannedAct::Lapse { .. }));
    lapse.map(|plan| plan.at)
}

#[test]
fn the_policy_sets_both_times_when_an_arc_is_given_out_and_at_no_other_time() {
    let mut tree = tree(Lapse::Deprecate);
    let planned = |tree: &Tree, at: &str| {
        let plans = &tree.entries.get(&path(at)).unwrap().plans;
        let told = plans.iter().map(|plan| {
            assert_eq!((plan.by.as_ref(), plan.refused), (None, None));
            (plan.number, plan.at, plan.act.clone())
        });
        told.collect::<Vec<_>>()
    };
    let expect = [
        (
            1,
            tree.now.plus_seconds(90 * DAY),
            PlannedAct::LapseUnused(Lapse::Deprecate),
        ),
        (
            2,
            tree.now.plus_seconds(YEAR),
            PlannedAct::Lapse {
                to: Lapse::Deprecate,
                reminded: false,
            },
        ),
    ];
    assert_eq!(planned(&tree, AT), expect);
    // A block, and what was reserved before, too: by allocating it and by letting it come into force.
    tree.submit(Command::AllocateBlock(AllocateBlock {
        superior: path(ABOVE),
        first: None,
        count: 2,
        entry: NewEntry::default(),
    }))
    .unwrap();
    for number in [20, 21] {
        tree.submit(Command::Reserve(crate::model::command::Reserve {
            superior: path(ABOVE),
            first: crate::rules::testing::arc(number),
            count: 1,
        }))
        .unwrap();
        assert_eq!(planned(&tree, &format!("{ABOVE}.{number}")), []);
    }
    tree.submit(explicit(ABOVE, 20)).unwrap();
    tree.submit(Command::ChangeState(ChangeState {
        path: path("2.16.834.21"),
        if_revision: None,
        to: State::Active,
        relation: None,
        despite_subordinates: false,
    }))
    .unwrap();
    for at in ["2.16.834.2", "2.16.834.3", "2.16.834.20", "2.16.834.21"] {
        assert_eq!(planned(&tree, at), expect, "{at}");
    }
    // What was assigned long ago has none, nor what is there when the policy is set.
    tree.submit(Command::RecordExisting(
        crate::model::command::RecordExisting {
            path: path("2.16.834.30"),
            entry: NewEntry::default(),
            proof: crate::model::event::Proof {
                document: "Letter 7".to_owned(),
                uri: None,
            },
            registered: None,
        },
    ))
    .unwrap();
    assert_eq!(planned(&tree, "2.16.834.30"), []);
}

#[test]
fn an_arc_whose_term_is_over_goes_to_the_state_that_the_policy_says() {
    for lapse in Lapse::ALL {
        let mut tree = tree(lapse);
        tree.later(YEAR - 1);
        refused(own(&mut tree, Command::EndTerms), Code::NothingChanges, "");
        tree.later(1);
        let events = own(&mut tree, Command::EndTerms).unwrap();
        assert_eq!(words(&events), ["state-changed", "plans-set"]);
        assert_eq!(tree.at(AT).superior.state, lapse.state());
        assert_eq!(end(&tree), None);
        refused(own(&mut tree, Command::EndTerms), Code::NothingChanges, "");
    }
}

#[test]
fn what_stands_in_the_way_of_a_lapse_is_told_and_a_withdrawn_arc_has_nothing_to_lose() {
    let mut tree = tree(Lapse::Withdraw);
    tree.arc("2.16.834.1.1").later(YEAR);
    own(&mut tree, Command::EndTerms).unwrap();
    let left: Vec<_> = tree.at(AT).plans.iter().map(|plan| plan.refused).collect();
    assert_eq!(left, [None, Some(Code::LiveSubordinates)]);
    let mut tree = self::tree(Lapse::Suspend);
    tree.state(AT, State::Withdrawn);
    tree.later(YEAR);
    assert_eq!(
        words(&own(&mut tree, Command::EndTerms).unwrap()),
        ["plans-set"]
    );
    assert_eq!(end(&tree), None);
}

#[test]
fn an_arc_that_is_in_use_stays_and_another_goes() {
    let uses: [Case<'_>; 6] = [
        ("nothing", &|_| {}),
        ("a subordinate", &|tree| {
            tree.arc("2.16.834.1.1");
        }),
        ("a withdrawn one", &|tree| {
            tree.arc("2.16.834.1.1")
                .state("2.16.834.1.1", State::Withdrawn);
        }),
        ("a service", &|tree| {
            tree.change(AT, |entry| {
                entry.holder.services = vec![Service {
                    kind: "web".to_owned(),
                    uri: "https://x.example".to_owned(),
                    priority: 0,
                }];
            });
        }),
        ("a register elsewhere", &|tree| {
            tree.change(AT, |entry| {
                entry.delegation = Some(Delegation::External {
                    oidip: None,
                    ors: None,
                    name_servers: Vec::new(),
                    signers: Vec::new(),
                });
            });
        }),
        ("its holder's people", &|tree| {
            tree.change(AT, |entry| {
                entry.delegation = Some(Delegation::Hosted {
                    principals: Vec::new(),
                });
            });
        }),
    ];
    for ((what, set), stays) in uses
        .into_iter()
        .zip([false, true, false, true, true, false])
    {
        let mut tree = tree(Lapse::Suspend);
        set(&mut tree);
        tree.later(90 * DAY);
        own(&mut tree, Command::EndUnused).unwrap();
        let active = tree.at(AT).superior.state == State::Active;
        assert_eq!(active, stays, "{what}");
        // Once and no more: what is put out of use later stays.
        assert_eq!(tree.at(AT).plans.len(), 1, "{what}");
        refused(own(&mut tree, Command::EndUnused), Code::NothingChanges, "");
    }
}

#[test]
fn a_term_is_renewed_from_its_end_or_from_now_by_the_policy_or_by_name() {
    let mut tree = tree(Lapse::Suspend);
    let start = tree.now;
    tree.submit(renew(TermEnd::ByPolicy)).unwrap();
    assert_eq!(end(&tree), Some(start.plus_seconds(2 * YEAR)));
    assert!(tree.at(AT).plans.iter().any(|plan| plan.by.is_some()));
    tree.submit(renew(TermEnd::For(DAY))).unwrap();
    assert_eq!(end(&tree), Some(start.plus_seconds(2 * YEAR + DAY)));
    // It can be shortened, too, by name.
    let soon = start.plus_seconds(DAY);
    tree.submit(renew(TermEnd::Until(soon))).unwrap();
    assert_eq!(end(&tree), Some(soon));
    refused(
        tree.decide(renew(TermEnd::Until(soon))),
        Code::NothingChanges,
        "until",
    );
    tree.later(10 * DAY);
    own(&mut tree, Command::EndTerms).unwrap();
    assert_eq!(tree.at(AT).superior.state, State::Suspended);
    tree.submit(renew(TermEnd::ByPolicy)).unwrap();
    assert_eq!(end(&tree), Some(tree.now.plus_seconds(YEAR)));
    // Where the policy says nothing an end is named.
    tree.policy(ABOVE, Policy::standard());
    refused(
        tree.decide(renew(TermEnd::ByPolicy)),
        Code::NoTerm,
        "seconds",
    );
    tree.arc("2.16.834.9");
    tree.submit(Command::Renew {
        path: path("2.16.834.9"),
        if_revision: None,
        end: TermEnd::For(YEAR),
    })
    .unwrap();
    tree.state(AT, State::Withdrawn);
    let gone = tree.decide(renew(TermEnd::For(DAY)));
    refused(gone, Code::TransitionIllegal, "oid");
}

#[test]
fn ends_and_policies_have_bounds() {
    let mut tree = tree(Lapse::Suspend);
    let check = |tree: &Tree, end, field| {
        refused(tree.decide(renew(end)), Code::FieldInvalid, field);
    };
    check(&tree, TermEnd::For(0), "seconds");
    check(&tree, TermEnd::For(PLAN_SECONDS_CEILING + 1), "seconds");
    check(&tree, TermEnd::Until(tree.now), "until");
    let past = tree.now.plus_seconds(PLAN_SECONDS_CEILING + 1);
    check(&tree, TermEnd::Until(past), "until");
    // It would begin at the end that it has.
    check(&tree, TermEnd::For(PLAN_SECONDS_CEILING), "seconds");
    let most = tree.now.plus_seconds(PLAN_SECONDS_CEILING);
    tree.submit(renew(TermEnd::Until(most))).unwrap();
    for seconds in [0, PLAN_SECONDS_CEILING + 1] {
        for in_use in [false, true] {
            let mut policy = Policy::standard();
            let field = if in_use {
                policy.terms.use_seconds = Some(seconds);
                "policy.terms.use_seconds"
            } else {
                policy.terms.term_seconds = Some(seconds);
                "policy.terms.term_seconds"
            };
            let set = Command::SetPolicy {
                path: path(ABOVE),
                if_revision: None,
                policy: Some(policy),
            };
            refused(tree.decide(set), Code::PolicyInvalid, field);
        }
    }
    // As many plans as there may be leave no room for a term, unless one stands there.
    tree.arc("2.16.834.9");
    for n in 0..u64::try_from(PLANS_MAX).unwrap() {
        tree.submit(Command::Plan {
            path: path("2.16.834.9"),
            if_revision: None,
            at: tree.now.plus_seconds(n + 1),
            act: PlannedAct::Review("so?".to_owned()),
        })
        .unwrap();
    }
    let full = Command::Renew {
        path: path("2.16.834.9"),
        if_revision: None,
        end: TermEnd::For(DAY),
    };
    refused(tree.decide(full), Code::TooManyValues, "");
}

#[test]
fn nobody_plans_by_name_what_the_policy_does() {
    let tree = tree(Lapse::Suspend);
    for act in [
        PlannedAct::LapseUnused(Lapse::Suspend),
        PlannedAct::Lapse {
            to: Lapse::Suspend,
            reminded: true,
        },
    ] {
        let plan = Command::Plan {
            path: path(AT),
            if_revision: None,
            at: tree.now.plus_seconds(DAY),
            act,
        };
        refused(tree.decide(plan), Code::FieldInvalid, "act");
    }
}

#[test]
fn a_registrant_is_reminded_once_for_each_end_of_a_term() {
    let mut tree = tree(Lapse::Suspend);
    let given = allocate(
        ABOVE,
        NumberChoice::Explicit(crate::rules::testing::arc(2)),
        NewEntry {
            registrant: Some(new_registrant("Asha")),
            ..NewEntry::default()
        },
    );
    tree.submit(given).unwrap();
    tree.later(YEAR - TERM_REMINDER_SECONDS - 1);
    refused(
        own(&mut tree, Command::RemindOfTerms),
        Code::NothingChanges,
        "",
    );
    tree.later(1);
    let before = tree.entries.get(&path("2.16.834.2")).unwrap().clone();
    let events = own(&mut tree, Command::RemindOfTerms).unwrap();
    assert_eq!(words(&events), ["term-reminded", "term-reminded"]);
    let after = tree.entries.get(&path("2.16.834.2")).unwrap();
    let told = crate::rules::notices_of_arc(&events[1], Some(&before), after);
    let to = before.registrant.clone().unwrap().registrant;
    assert_eq!(told, [(NoticeKind::TermEnding, to)]);
    refused(
        own(&mut tree, Command::RemindOfTerms),
        Code::NothingChanges,
        "",
    );
    // Another end, another letter; of a term that is too short for one there is none.
    tree.submit(renew(TermEnd::For(YEAR))).unwrap();
    tree.later(YEAR);
    assert_eq!(
        words(&own(&mut tree, Command::RemindOfTerms).unwrap()),
        ["term-reminded"]
    );
    let short = tree.now.plus_seconds(TERM_REMINDER_SECONDS - 1);
    tree.submit(renew(TermEnd::Until(short))).unwrap();
    refused(
        own(&mut tree, Command::RemindOfTerms),
        Code::NothingChanges,
        "",
    );
}

proptest! {
    /// Whatever is renewed, used and waited for: the arc lapses at the end of its term and not before, and never has two ends.
    #[test]
    fn an_arc_lapses_at_the_end_of_its_term_and_not_before(
        steps in proptest::collection::vec((0_u8..5, 1_u64..400), 1..12),
    ) {
        let mut tree = tree(Lapse::Suspend);
        tree.arc("2.16.834.1.1");
        let mut due = end(&tree);
        for (what, days) in steps {
            match what {
                0 => {
                    if tree.submit(renew(TermEnd::ByPolicy)).is_ok() {
                        due = end(&tree);
                    }
                }
                1 => {
                    if tree.submit(renew(TermEnd::For(days * DAY))).is_ok() {
                        due = end(&tree);
                    }
                }
                2 => {
                    drop(own(&mut tree, Command::RemindOfTerms));
                    drop(own(&mut tree, Command::EndUnused));
                }
                _ => {
                    tree.later(days * DAY);
                    drop(own(&mut tree, Command::EndTerms));
                    if due.is_some_and(|due| due <= tree.now) {
                        prop_assert_eq!(tree.at(AT).superior.state, State::Suspended);
                        prop_assert_eq!(end(&tree), None);
                        due = None;
                    }
                }
            }
            prop_assert_eq!(end(&tree), due);
            let ends = tree.at(AT).plans.iter().filter(|plan| {
                matches!(plan.act, PlannedAct::Lapse { .. })
            });
            prop_assert!(ends.count() <= 1);
        }
    }
}

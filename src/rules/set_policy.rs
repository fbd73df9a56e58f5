//! Set the policy for an arc's subordinates. Of its own nodes too an authority sets it: it is the holder's to decide.
//!
//! What was given out under the former policy stays as it is.
//!
//! Refusals, in order: faults of form, `POLICY_INVALID` among them; `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`,
//! `REFERENCE_ENTRY`, `REVISION_MOVED`, `ARC_LOCKED`; `NOTHING_CHANGES`.

use crate::model::event::Event;
use crate::model::limits::{
    APPROVALS_MAX, CATEGORIES_MAX, DEADLINE_SECONDS_CEILING, HOLD_SECONDS_CEILING,
    LABEL_CHALLENGE_SECONDS_CEILING, PLAN_SECONDS_CEILING, RESERVED_NAMES_MAX, WINDOWS_MAX,
};
use crate::model::policy::{Applicants, Checks, NumberRange};
use crate::model::{Code, Policy, Refusal, Rejection, Seq, form};
use crate::oid::{NodePath, UnicodeLabel};

use super::checks::{self, Reach};
use super::consent;
use super::decision::Decision;
use super::form::Faults;

/// Faults of form.
pub fn form(policy: &Policy, faults: &mut Faults) {
    let mut part = Faults::new();
    let lists = [
        ("windows", &policy.windows),
        ("kept_back", &policy.kept_back),
    ];
    for (field, runs) in lists {
        part.flaws(field, form::few(runs.len(), WINDOWS_MAX));
        for (at, run) in runs.iter().enumerate().take(WINDOWS_MAX) {
            if !run.contains(&run.from) {
                let detail = "the last number is below the first";
                part.add(Code::PolicyInvalid, format!("{field}[{at}]"), detail);
            }
        }
    }
    if policy.windows.len() <= WINDOWS_MAX && policy.kept_back.len() <= WINDOWS_MAX {
        windows(policy, &mut part);
    }
    categories(policy, &mut part);
    names(policy, &mut part);
    if policy.hold_seconds_max > HOLD_SECONDS_CEILING {
        let detail = format!("at most {HOLD_SECONDS_CEILING} seconds are taken");
        part.add(Code::PolicyInvalid, "hold_seconds_max", detail);
    }
    if policy.arcs_per_registrant_max == Some(0) {
        let detail = "nobody could hold an arc; freeze the arc instead";
        part.add(Code::PolicyInvalid, "arcs_per_registrant_max", detail);
    }
    let nobody = policy.applicants == Applicants::Nobody;
    if policy.approvals > 0 && !policy.application_required && nobody {
        let detail = "approvals are given to applications, and nobody may apply";
        part.add(Code::PolicyInvalid, "approvals", detail);
    }
    applications(policy, &mut part);
    terms(policy, &mut part);
    faults.take("policy", part);
}

fn applications(policy: &Policy, faults: &mut Faults) {
    if policy.approvals > APPROVALS_MAX {
        let detail = format!("at most {APPROVALS_MAX} approvals can be wanted");
        faults.add(Code::PolicyInvalid, "approvals", detail);
    }
    for (field, seconds) in [
        ("acknowledge_seconds", policy.acknowledge_seconds),
        ("decide_seconds", policy.decide_seconds),
        ("answer_seconds", policy.answer_seconds),
        ("appeal_seconds", policy.appeal_seconds),
        ("suspect_seconds", policy.suspect_seconds),
        (
            "checks.answer_seconds",
            policy
                .checks
                .map_or(Checks::ANSWER_SECONDS, |checks| checks.answer_seconds),
        ),
    ] {
        if seconds == 0 || seconds > DEADLINE_SECONDS_CEILING {
            let detail = format!("1 to {DEADLINE_SECONDS_CEILING} seconds are taken");
            faults.add(Code::PolicyInvalid, field, detail);
        }
    }
    let window = policy.label_challenge_seconds;
    if window.is_some_and(|one| one == 0 || one > LABEL_CHALLENGE_SECONDS_CEILING) {
        let detail = format!("1 to {LABEL_CHALLENGE_SECONDS_CEILING} seconds are taken");
        faults.add(Code::PolicyInvalid, "label_challenge_seconds", detail);
    }
    if let Some(fee) = &policy.fee {
        faults.flaws("fee", form::fee(fee));
    }
    if let Some(fees) = &policy.fees {
        let named = [fees.application, fees.allocation, fees.renewal];
        if named.iter().all(Option::is_none) {
            let detail = "it names no amount; leave the schedule out where nothing is to be paid";
            faults.add(Code::PolicyInvalid, "fee_schedule", detail);
        }
        for amount in named.into_iter().flatten() {
            faults.flaws("fee_schedule", form::minor_units(amount));
        }
    }
}

fn terms(policy: &Policy, faults: &mut Faults) {
    let every = policy.checks.map(|checks| checks.every_seconds);
    for (field, seconds) in [
        ("terms.term_seconds", policy.terms.term_seconds),
        ("terms.use_seconds", policy.terms.use_seconds),
        ("checks.every_seconds", every),
    ] {
        if seconds.is_some_and(|seconds| seconds == 0 || seconds > PLAN_SECONDS_CEILING) {
            let detail = format!("1 to {PLAN_SECONDS_CEILING} seconds are taken");
            faults.add(Code::PolicyInvalid, field, detail);
        }
    }
}

/// Each category is named once and has windows that are no other's; they stand in place of the policy's own.
fn categories(policy: &Policy, faults: &mut Faults) {
    let categories = &policy.categories;
    faults.flaws("categories", form::few(categories.len(), CATEGORIES_MAX));
    if !categories.is_empty() && !policy.windows.is_empty() {
        let detail = "the categories have windows of their own; leave these out";
        faults.add(Code::PolicyInvalid, "windows", detail);
    }
    let many = categories.iter().map(|one| one.windows.len()).sum();
    if let Some(flaw) = form::few(many, WINDOWS_MAX) {
        faults.flaws("categories", [flaw]);
        return;
    }
    let mut before: Vec<&NumberRange> = Vec::new();
    for (at, one) in categories.iter().enumerate().take(CATEGORIES_MAX) {
        let field = |name: &str| format!("categories[{at}].{name}");
        if categories
            .iter()
            .take(at)
            .any(|other| other.name == one.name)
        {
            let detail = "another category is called so";
            faults.add(Code::DuplicateValue, field("name"), detail);
        }
        if one.windows.is_empty() {
            let detail = "a category needs windows to give numbers from";
            faults.add(Code::PolicyInvalid, field("windows"), detail);
        }
        for (place, run) in one.windows.iter().enumerate() {
            let field = field(&format!("windows[{place}]"));
            if !run.contains(&run.from) {
                let detail = "the last number is below the first";
                faults.add(Code::PolicyInvalid, field, detail);
            } else if before.iter().any(|other| meet(other, run)) {
                faults.add(Code::PolicyInvalid, field, "overlaps another window");
            }
            before.push(run);
        }
    }
}

fn meet(one: &NumberRange, other: &NumberRange) -> bool {
    one.contains(&other.from) || other.contains(&one.from)
}

/// Each reserved name and each wish stands once.
fn names(policy: &Policy, faults: &mut Faults) {
    let names = &policy.reserved_names;
    faults.flaws("reserved_names", form::few(names.len(), RESERVED_NAMES_MAX));
    let keys: Vec<_> = names
        .iter()
        .take(RESERVED_NAMES_MAX)
        .map(UnicodeLabel::comparison_key)
        .collect();
    for (at, key) in keys.iter().enumerate() {
        if keys.iter().take(at).any(|other| other == key) {
            let detail = "reads the same as a name before it";
            faults.add(
                Code::DuplicateValue,
                format!("reserved_names[{at}]"),
                detail,
            );
        }
    }
    for (at, wanted) in policy.minimum.iter().enumerate() {
        if policy.minimum.iter().take(at).any(|other| other == wanted) {
            let detail = "stands in the list already";
            faults.add(
                Code::DuplicateValue,
                format!("minimum_contents[{at}]"),
                detail,
            );
        }
    }
}

fn windows(policy: &Policy, faults: &mut Faults) {
    let mut sorted: Vec<_> = policy.windows.iter().enumerate().collect();
    sorted.sort_by(|(_, a), (_, b)| a.from.cmp(&b.from));
    for pair in sorted.windows(2) {
        if let [(_, before), (at, after)] = pair
            && before.contains(&after.from)
        {
            let detail = "overlaps another window";
            faults.add(Code::PolicyInvalid, format!("windows[{at}]"), detail);
        }
    }
    let open = policy.windows_in_force();
    if !open
        .iter()
        .any(|window| leaves_something(window, &policy.kept_back))
    {
        let detail = "every number of the windows is kept back; freeze the arc instead";
        faults.add(Code::PolicyInvalid, "kept_back", detail);
    }
}

/// Whether the window has a number that is not kept back.
fn leaves_something(window: &NumberRange, kept_back: &[NumberRange]) -> bool {
    let mut number = window.from.clone();
    // Each round passes the end of at least one run.
    for _ in 0..=kept_back.len() {
        let Some(kept) = kept_back.iter().find(|kept| kept.contains(&number)) else {
            break;
        };
        let Some(to) = &kept.to else { return false };
        number = to.successor();
    }
    window.contains(&number)
}

/// Sets the policy.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    policy: Option<&Policy>,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Holder, if_revision)?;
    consent::unlocked(&entry)?;
    if entry.policy.as_ref() == policy {
        let detail = format!("{path} has this policy already");
        return Err(Refusal::new(Code::NothingChanges, "policy", detail).into());
    }
    decision.tell(Event::PolicySet {
        path: path.clone(),
        previous: entry.revision,
        policy: policy.cloned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Command;
    use crate::model::limits::FEE_MINOR_UNITS_MAX;
    use crate::model::money::FeeSchedule;
    use crate::model::policy::{Category, MinimumContent};
    use crate::rules::testing::{Tree, arc, path, refused};

    fn set(at: &str, policy: Option<Policy>) -> Command {
        Command::SetPolicy {
            path: path(at),
            if_revision: None,
            policy,
        }
    }

    fn run(from: u64, to: Option<u64>) -> NumberRange {
        NumberRange {
            from: arc(from),
            to: to.map(arc),
        }
    }

    #[test]
    fn a_schedule_of_fees_names_amounts_within_bounds() {
        let tree = Tree::founded();
        let decide = |application, renewal| {
            let fees = FeeSchedule {
                currency: "TZS".parse().unwrap(),
                application,
                allocation: None,
                renewal,
            };
            let policy = Policy {
                fees: Some(fees),
                ..Policy::standard()
            };
            tree.decide(set("2.16.834", Some(policy)))
        };
        assert!(decide(Some(FEE_MINOR_UNITS_MAX), None).is_ok());
        let field = "policy.fee_schedule";
        refused(decide(None, None), Code::PolicyInvalid, field);
        let past = decide(None, Some(FEE_MINOR_UNITS_MAX + 1));
        refused(past, Code::FieldInvalid, field);
    }

    #[test]
    fn a_policy_is_set_at_our_own_node_and_below() {
        let mut tree = Tree::founded();
        tree.arc("2.16.834.1");
        refused(
            tree.decide(set("2.16.834.1", None)),
            Code::NothingChanges,
            "policy",
        );
        refused(
            tree.decide(set("2.16.834", Some(Policy::standard()))),
            Code::NothingChanges,
            "policy",
        );
        tree.submit(set("2.16.834", None)).unwrap();
        tree.submit(set("2.16.834.1", Some(Policy::standard())))
            .unwrap();
        refused(
            tree.decide(set("2.16", None)),
            Code::OutsideAuthority,
            "oid",
        );
        refused(
            tree.decide(set("2.16.834.2", None)),
            Code::NotRegistered,
            "oid",
        );
    }

    #[test]
    fn a_policy_does_not_contradict_itself() {
        let tree = Tree::founded();
        let check = |windows: &[NumberRange], kept_back: &[NumberRange], field: Option<&str>| {
            let policy = Policy {
                windows: windows.to_vec(),
                kept_back: kept_back.to_vec(),
                ..Policy::standard()
            };
            let got = tree.decide(set("2.16.834", Some(policy)));
            match field {
                Some(field) => refused(got, Code::PolicyInvalid, field),
                None => assert!(got.is_ok(), "{got:?}"),
            }
        };
        check(&[run(1, Some(9)), run(10, None)], &[run(3, Some(3))], None);
        check(&[run(10, None), run(1, Some(9))], &[], None);
        check(&[run(2, Some(1))], &[], Some("policy.windows[0]"));
        check(
            &[run(1, Some(9)), run(9, None)],
            &[],
            Some("policy.windows[1]"),
        );
        check(
            &[run(9, None), run(1, None)],
            &[],
            Some("policy.windows[0]"),
        );
        check(&[], &[run(5, Some(4))], Some("policy.kept_back[0]"));
        check(
            &[run(1, Some(9))],
            &[run(6, Some(20)), run(0, Some(5))],
            Some("policy.kept_back"),
        );
        check(
            &[run(1, Some(9))],
            &[run(6, Some(8)), run(0, Some(5))],
            None,
        );
        check(&[], &[run(0, None)], Some("policy.kept_back"));
        check(
            &[run(1, Some(9)), run(20, Some(20))],
            &[run(0, Some(9))],
            None,
        );
    }

    #[test]
    fn a_policy_is_bounded() {
        let tree = Tree::founded();
        let check = |change: &dyn Fn(&mut Policy), code: Code, field: &str| {
            let mut policy = Policy::standard();
            change(&mut policy);
            refused(tree.decide(set("2.16.834", Some(policy))), code, field);
        };
        let runs = |count: usize| {
            (0..count as u64)
                .map(|n| run(2 * n, Some(2 * n)))
                .collect::<Vec<_>>()
        };
        check(
            &|p| p.windows = runs(WINDOWS_MAX + 1),
            Code::TooManyValues,
            "policy.windows",
        );
        check(
            &|p| p.kept_back = runs(WINDOWS_MAX + 1),
            Code::TooManyValues,
            "policy.kept_back",
        );
        let most = Policy {
            windows: runs(WINDOWS_MAX),
            ..Policy::standard()
        };
        assert!(tree.decide(set("2.16.834", Some(most))).is_ok());
        let invalid = Code::PolicyInvalid;
        check(
            &|p| p.hold_seconds_max = HOLD_SECONDS_CEILING + 1,
            invalid,
            "policy.hold_seconds_max",
        );
        check(
            &|p| p.arcs_per_registrant_max = Some(0),
            invalid,
            "policy.arcs_per_registrant_max",
        );
        check(&|p| p.approvals = 1, invalid, "policy.approvals");
        let names = |count: usize| {
            (0..count)
                .map(|n| format!("n{n}").parse().unwrap())
                .collect::<Vec<UnicodeLabel>>()
        };
        check(
            &|p| p.reserved_names = names(RESERVED_NAMES_MAX + 1),
            Code::TooManyValues,
            "policy.reserved_names",
        );
        check(
            &|p| p.categories = categories(CATEGORIES_MAX + 1, 1),
            Code::TooManyValues,
            "policy.categories",
        );
        check(
            &|p| p.categories = categories(2, WINDOWS_MAX / 2 + 1),
            Code::TooManyValues,
            "policy.categories",
        );
        let most = Policy {
            reserved_names: names(RESERVED_NAMES_MAX),
            categories: categories(CATEGORIES_MAX, WINDOWS_MAX / CATEGORIES_MAX),
            minimum: MinimumContent::ALL.to_vec(),
            ..Policy::standard()
        };
        assert!(tree.decide(set("2.16.834", Some(most))).is_ok());
    }

    /// So many categories with so many windows each.
    fn categories(count: usize, windows: usize) -> Vec<Category> {
        let mut next = 0;
        let mut window = || {
            next += 2;
            run(next, Some(next))
        };
        (0..count)
            .map(|n| Category {
                name: format!("c{n}").parse().unwrap(),
                windows: (0..windows).map(|_| window()).collect(),
            })
            .collect()
    }

    #[test]
    fn categories_and_names_do_not_contradict_each_other() {
        let tree = Tree::founded();
        let check = |change: &dyn Fn(&mut Policy), code: Code, field: &str| {
            let mut policy = Policy {
                categories: categories(2, 2),
                ..Policy::standard()
            };
            change(&mut policy);
            refused(tree.decide(set("2.16.834", Some(policy))), code, field);
        };
        let invalid = Code::PolicyInvalid;
        check(
            &|p| p.windows = vec![run(1, None)],
            invalid,
            "policy.windows",
        );
        check(
            &|p| p.categories[1].windows.clear(),
            invalid,
            "policy.categories[1].windows",
        );
        check(
            &|p| p.categories[1].windows[0] = p.categories[0].windows[1].clone(),
            invalid,
            "policy.categories[1].windows[0]",
        );
        check(
            &|p| p.categories[0].windows[1] = run(3, Some(2)),
            invalid,
            "policy.categories[0].windows[1]",
        );
        check(
            &|p| p.categories[1].name = p.categories[0].name.clone(),
            Code::DuplicateValue,
            "policy.categories[1].name",
        );
        check(
            &|p| p.kept_back = vec![run(0, Some(8))],
            invalid,
            "policy.kept_back",
        );
        check(
            &|p| p.reserved_names = vec!["ok".parse().unwrap(), "OK".parse().unwrap()],
            Code::DuplicateValue,
            "policy.reserved_names[1]",
        );
        check(
            &|p| p.minimum = vec![MinimumContent::Label, MinimumContent::Label],
            Code::DuplicateValue,
            "policy.minimum_contents[1]",
        );
    }
}

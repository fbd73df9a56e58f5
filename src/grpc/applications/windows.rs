//! Arcs by the window of the policy that their numbers lie in, for reports.
//!
//! The policies are those of today; what a policy said when a number was given out is told by the history. It must never keep
//! more windows than it may tell.

use std::collections::BTreeMap;

use crate::{
    grpc::limits::REPORT_WINDOWS_MAX,
    model::{
        Viewed,
        policy::{NumberRange, Policy},
    },
    oid::{Identifier, NodePath},
    pb::v1 as pb,
};

/// The windows of a policy in force, each with its category.
type Windows = Vec<(Option<Identifier>, NumberRange)>;

/// What is counted while a subtree is walked.
#[derive(Default)]
pub struct Counts {
    /// Windows of the nodes on the way down to where the walk is.
    at_hand: Vec<(NodePath, Windows)>,
    /// By superior and the place of the window in its policy; numbers outside all windows come last.
    counted: BTreeMap<(NodePath, usize), (pb::WindowCount, u64)>,
    /// Whether there are windows that are not counted.
    pub cut: bool,
}

impl Counts {
    /// Counts an arc; `policy` is the one in force below a node.
    pub fn add(
        &mut self,
        path: &NodePath,
        policy: &dyn Fn(&NodePath) -> Viewed<Policy>,
    ) -> Viewed<()> {
        let (Some(superior), Some(number)) = (path.parent(), path.last()) else {
            return Ok(());
        };
        let left = |(node, _): &(NodePath, Windows)| !superior.starts_with(node);
        while self.at_hand.last().is_some_and(left) {
            self.at_hand.pop();
        }
        if self
            .at_hand
            .last()
            .is_none_or(|(node, _)| *node != superior)
        {
            self.at_hand
                .push((superior.clone(), windows(&policy(&superior)?)));
        }
        let here = self.at_hand.last().map(|(_, windows)| windows.as_slice());
        let here = here.unwrap_or_default();
        let within = here.iter().position(|(_, run)| run.contains(number));
        let key = (superior, within.unwrap_or(usize::MAX));
        if let Some((_, count)) = self.counted.get_mut(&key) {
            *count += 1;
            return Ok(());
        }
        if self.counted.len() == REPORT_WINDOWS_MAX {
            self.cut = true;
            return Ok(());
        }
        let window = within.and_then(|at| here.get(at));
        let shown = pb::WindowCount {
            superior: key.0.to_string(),
            category: window
                .and_then(|(category, _)| category.as_ref())
                .map(ToString::to_string)
                .unwrap_or_default(),
            window: window.map(|(_, run)| pb::NumberRange {
                from: run.from.to_string(),
                to: run.to.as_ref().map(ToString::to_string).unwrap_or_default(),
            }),
            count: 0,
        };
        self.counted.insert(key, (shown, 1));
        Ok(())
    }

    /// What was counted, by superior, its windows in the order in which they are used up.
    pub fn told(self) -> Vec<pb::WindowCount> {
        let all = self.counted.into_values();
        all.map(|(shown, count)| pb::WindowCount { count, ..shown })
            .collect()
    }
}

fn windows(policy: &Policy) -> Windows {
    if policy.categories.is_empty() {
        let all = policy.windows_in_force().into_iter();
        return all.map(|run| (None, run)).collect();
    }
    let all = policy.categories.iter().flat_map(|one| {
        let runs = one.windows.iter().cloned();
        runs.map(|run| (Some(one.name.clone()), run))
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::policy::Category;

    fn run(from: u64, to: Option<u64>) -> NumberRange {
        NumberRange {
            from: from.into(),
            to: to.map(Into::into),
        }
    }

    fn policy(node: &NodePath) -> Policy {
        let categories = vec![
            Category {
                name: "government".parse().unwrap(),
                windows: vec![run(1, Some(9)), run(100, Some(199))],
            },
            Category {
                name: "companies".parse().unwrap(),
                windows: vec![run(1000, None)],
            },
        ];
        match node.to_string().as_str() {
            "2.16" => Policy {
                categories,
                ..Policy::standard()
            },
            "2.16.5" => Policy {
                windows: vec![run(1, Some(5)), run(4, Some(8))],
                ..Policy::standard()
            },
            _ => Policy::standard(),
        }
    }

    fn told(counts: Counts) -> Vec<String> {
        let all = counts.told().into_iter().map(|one| {
            let run = one.window.map(|run| format!("{}-{}", run.from, run.to));
            let run = run.unwrap_or_default();
            format!("{} {} {run} {}", one.superior, one.category, one.count)
        });
        all.collect()
    }

    #[test]
    fn arcs_are_counted_in_the_window_that_gave_their_number() {
        let mut counts = Counts::default();
        // The order of a walk.
        for oid in [
            "2.16.5",
            "2.16.5.4",
            "2.16.5.8",
            "2.16.5.8.0",
            "2.16.5.8.7",
            "2.16.5.9",
            "2.16.99",
            "2.16.150",
            "2.16.1000",
            "2.16.5000",
        ] {
            counts
                .add(&oid.parse().unwrap(), &|at| Ok(policy(at)))
                .unwrap();
        }
        counts.add(&NodePath::root(), &|at| Ok(policy(at))).unwrap();
        assert!(!counts.cut);
        assert_eq!(
            told(counts),
            [
                "2.16 government 1-9 1",
                "2.16 government 100-199 1",
                "2.16 companies 1000- 2",
                "2.16   1",
                "2.16.5  1-5 1",
                "2.16.5  4-8 1",
                "2.16.5   1",
                "2.16.5.8  1- 1",
                "2.16.5.8   1",
            ]
        );
    }

    #[test]
    fn one_window_too_many_is_not_counted() {
        let mut counts = Counts::default();
        let add = |counts: &mut Counts, at: usize| {
            let path = format!("2.16.{at}.1").parse().unwrap();
            counts.add(&path, &|at| Ok(policy(at))).unwrap();
        };
        (1..=REPORT_WINDOWS_MAX).for_each(|at| add(&mut counts, at));
        assert!(!counts.cut);
        add(&mut counts, REPORT_WINDOWS_MAX + 1);
        add(&mut counts, 1);
        assert!(counts.cut);
        let told = counts.told();
        assert_eq!((told.len(), told[0].count), (REPORT_WINDOWS_MAX, 2));
    }
}

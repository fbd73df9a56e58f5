//! What a policy would have said to what was asked for or given out before it: a dry run, which changes nothing.
//!
//! Only what a policy has a say in is judged, each wish by itself; whether a number or a name was free is not, for the tree
//! is another one today.

use crate::model::application::{Application, Stage};
use crate::model::command::{RegistrantRef, Whole};
use crate::model::policy::{Applicants, Numbering};
use crate::model::{
    Actor, Code, Ctx, Entry, Policy, Refusal, RegistrantId, Rejection, Timestamp, TreeView, Viewed,
};
use crate::oid::{ArcValue, ComparisonKey, Identifier, NodePath, UnicodeLabel};

use super::allocate::{self, Fields, Upon};
use super::numbers::Search;
use super::{names, policy};

/// What a policy would have said to one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// What it would have been refused for.
    pub refusals: Vec<Refusal>,
    /// How many approvals an application that was approved would still have waited for.
    pub approvals_missing: u64,
}

/// What `policy` would have said to an application.
pub fn of_application(policy: &Policy, app: &Application, tree: &dyn TreeView) -> Viewed<Trial> {
    let (superior, entry) = (&app.superior, &app.content.entry);
    let mut trial = Trial::default();
    if policy.applicants == Applicants::Nobody {
        let detail = format!("the policy below {superior} lets nobody apply");
        let refusal = Refusal::new(Code::ApplicationsClosed, "superior", detail);
        trial.refusals.push(refusal);
    }
    let category = entry.category.as_ref();
    let narrowed = policy::for_category(policy, superior, category);
    let narrowed = trial.noted(narrowed)?;
    let policy = narrowed.as_deref().unwrap_or(policy);
    let wish = app.content.number.as_ref();
    let given = app.arc.as_ref().and_then(NodePath::last);
    trial.number(policy, superior, wish.or(given), tree)?;
    let chosen = match wish {
        Some(_) => Numbering::ExplicitOnly,
        None if policy.numbering == Numbering::RandomOnly => Numbering::RandomOnly,
        None => Numbering::NextFreeOnly,
    };
    trial.search(policy, superior, tree, |search| search.allowed(chosen))?;
    let labels = entry.labels.iter().map(|one| &one.label);
    trial.names(policy, superior, &entry.identifiers, labels);
    let mut fields = Fields::of(entry, Upon::Application);
    fields.registrant = true;
    trial.noted(allocate::required(policy, superior, &fields))?;
    let about = &app.content.about;
    trial.noted(allocate::required_of_application(policy, superior, about))?;
    trial.quota(policy, superior, Some(&app.applicant), tree)?;
    if app.stage == Stage::Approved {
        let given = app.approvals.len() as u64;
        trial.approvals_missing = u64::from(policy.approvals).saturating_sub(given);
    }
    Ok(trial)
}

/// What `policy` would have said to an arc that was given out without an application.
pub fn of_arc(policy: &Policy, entry: &Entry, tree: &dyn TreeView) -> Viewed<Trial> {
    let mut trial = Trial::default();
    let (Some(superior), number) = (entry.path.parent(), entry.path.last()) else {
        return Ok(trial);
    };
    trial.number(policy, &superior, number, tree)?;
    let labels = entry.superior.labels.iter().map(|one| &one.label);
    trial.names(policy, &superior, &entry.superior.identifiers, labels);
    let registrant = entry.registrant.as_ref().map(|one| &one.registrant);
    let fields = Fields {
        identifier: !entry.superior.identifiers.is_empty(),
        title: !entry.holder.titles.is_empty(),
        registrant: registrant.is_some(),
        application: false,
        more: allocate::of_arc(
            &entry.superior.labels,
            &entry.holder.descriptions,
            &entry.holder.contacts,
        ),
    };
    trial.noted(allocate::required(policy, &superior, &fields))?;
    trial.quota(policy, &superior, registrant, tree)?;
    Ok(trial)
}

impl Trial {
    /// What came of a check; what it refused is noted.
    fn noted<T>(&mut self, checked: Result<T, Rejection>) -> Viewed<Option<T>> {
        match checked {
            Ok(fine) => Ok(Some(fine)),
            Err(Rejection::Fault(fault)) => Err(fault),
            Err(Rejection::Refused(refusals)) => {
                self.refusals.extend(refusals.iter().cloned());
                Ok(None)
            }
        }
    }

    fn search(
        &mut self,
        policy: &Policy,
        superior: &NodePath,
        tree: &dyn TreeView,
        check: impl Fn(&Search<'_>) -> Result<(), Rejection>,
    ) -> Viewed<()> {
        let ctx = Ctx {
            now: Timestamp::from_micros(0),
            entropy: [0; 32],
            actor: Actor::System,
            whole: Whole::All,
            office: None,
        };
        let search = Search {
            tree,
            ctx: &ctx,
            superior,
            policy,
        };
        self.noted(check(&search)).map(drop)
    }

    fn number(
        &mut self,
        policy: &Policy,
        superior: &NodePath,
        number: Option<&ArcValue>,
        tree: &dyn TreeView,
    ) -> Viewed<()> {
        let Some(number) = number else { return Ok(()) };
        self.search(policy, superior, tree, |search| search.opened(number))
    }

    fn names<'a>(
        &mut self,
        policy: &Policy,
        superior: &NodePath,
        identifiers: &[Identifier],
        labels: impl Iterator<Item = &'a UnicodeLabel>,
    ) {
        let mut look = |field: String, key: &ComparisonKey, shown: &dyn std::fmt::Display| {
            if let Some(detail) = names::reserved(policy, superior, key) {
                let refusal = Refusal::new(Code::NameReserved, field, detail).value(shown);
                self.refusals.push(refusal);
            }
        };
        for (at, identifier) in identifiers.iter().enumerate() {
            let field = format!("entry.identifiers[{at}]");
            look(field, &names::key_of(identifier), identifier);
        }
        for (at, label) in labels.enumerate() {
            let field = format!("entry.labels[{at}].label");
            look(field, &label.comparison_key(), label);
        }
    }

    /// Whether the registrant holds more arcs than it could.
    fn quota(
        &mut self,
        policy: &Policy,
        superior: &NodePath,
        registrant: Option<&RegistrantId>,
        tree: &dyn TreeView,
    ) -> Viewed<()> {
        // One more than the policy allows may be held; the check asks whether there is room for another.
        let Some(registrant) = registrant else {
            return Ok(());
        };
        let more = Policy {
            arcs_per_registrant_max: policy
                .arcs_per_registrant_max
                .map(|max| max.saturating_add(1)),
            ..policy.clone()
        };
        let known = RegistrantRef::Known(registrant.clone());
        let field = "entry.registrant";
        let checked = allocate::quota(tree, &more, superior, Some(&known), field);
        if self.noted(checked)?.is_none()
            && let (Some(refusal), Some(max)) =
                (self.refusals.last_mut(), policy.arcs_per_registrant_max)
        {
            refusal.detail =
                format!("the registrant holds more than {max} arcs below {superior} today");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::NumberChoice;
    use crate::model::policy::{Category, MinimumContent, NumberRange};
    use crate::rules::testing::{Tree, allocate, arc, named, new_registrant};

    fn codes(trial: &Trial) -> Vec<Code> {
        trial.refusals.iter().map(|one| one.code).collect()
    }

    #[test]
    fn each_wish_of_a_policy_is_told_of_an_arc_by_itself() {
        let mut tree = Tree::founded();
        let mut entry = named(&["gov"], &["Serikali"]);
        entry.registrant = Some(new_registrant("One"));
        let number = NumberChoice::Explicit(arc(7));
        tree.submit(allocate("2.16.834", number, entry)).unwrap();
        let say = |policy: &Policy| codes(&of_arc(policy, tree.at("2.16.834.7"), &tree).unwrap());
        let standard = Policy::standard();
        assert_eq!(say(&standard), []);
        let strict = Policy {
            windows: vec![NumberRange {
                from: arc(100),
                to: None,
            }],
            reserved_names: vec!["GOV".parse().unwrap(), "serikali".parse().unwrap()],
            title_required: true,
            ..Policy::standard()
        };
        assert_eq!(
            say(&strict),
            [
                Code::NumberOutsidePolicy,
                Code::NameReserved,
                Code::NameReserved,
                Code::TitleRequired
            ]
        );
        let asked_for = Policy {
            application_required: true,
            ..Policy::standard()
        };
        assert_eq!(say(&asked_for), [Code::ApplicationRequired]);
        let fuller = Policy {
            minimum: vec![MinimumContent::Below, MinimumContent::Contact],
            ..Policy::standard()
        };
        assert_eq!(say(&fuller), [Code::ContentRequired]);
        let numbered = Policy {
            categories: vec![Category {
                name: "government".parse().unwrap(),
                windows: vec![NumberRange {
                    from: arc(1),
                    to: Some(arc(6)),
                }],
            }],
            ..Policy::standard()
        };
        assert_eq!(say(&numbered), [Code::NumberOutsidePolicy]);
    }

    #[test]
    fn a_quota_is_passed_by_who_holds_more_than_it_allows() {
        let mut tree = Tree::founded();
        let mut entry = named(&[], &[]);
        entry.registrant = Some(new_registrant("One"));
        let next = NumberChoice::NextFree;
        tree.submit(allocate("2.16.834", next.clone(), entry.clone()))
            .unwrap();
        let policy = Policy {
            arcs_per_registrant_max: Some(1),
            ..Policy::standard()
        };
        let say = |tree: &Tree| codes(&of_arc(&policy, tree.at("2.16.834.1"), tree).unwrap());
        assert_eq!(say(&tree), []);
        let holder = tree.at("2.16.834.1").registrant.clone().unwrap();
        entry.registrant = Some(RegistrantRef::Known(holder.registrant));
        tree.submit(allocate("2.16.834", next, entry)).unwrap();
        assert_eq!(say(&tree), [Code::QuotaReached]);
    }
}

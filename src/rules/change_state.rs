//! Change the state of an arc: activate, suspend, deprecate, withdraw, reinstate (DESIGN §5; X.660 6.3).
//!
//! No state frees the number. A reserved arc that comes into force begins its term, where the policy knows one. An arc that is deprecated or withdrawn may get another successor without changing its state.
//!
//! Refusals, in order: `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`, `ARC_LOCKED` (by the authority);
//! `SUPERIOR_NOT_ACTIVE`
//! (nothing comes into force below a withdrawn arc); for a reserved arc the policy's required fields; `NOTHING_CHANGES` (the
//! state it has, and nothing else), `TRANSITION_ILLEGAL`, `REINSTATEMENT_OVER`, `LIVE_SUBORDINATES`, `RELATION_INVALID`,
//! `REASON_REQUIRED`.

use crate::model::command::ChangeState;
use crate::model::consent::LockKind;
use crate::model::entry::Relation;
use crate::model::event::StateChanged;
use crate::model::{Code, Entry, Event, Refusal, Rejection, State, TreeView};

use super::allocate::{self, Fields};
use super::checks::{self, Reach};
use super::decision::Decision;
use super::{consent, policy, terms};

/// How many relations are followed to see whether they lead back.
const RELATIONS_FOLLOWED: usize = 64;

/// Changes the state.
pub fn decide(ask: &ChangeState, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let tree = &decision.tree;
    let entry = checks::own_arc(tree, &ask.path, Reach::Superior, ask.if_revision)?;
    consent::unlocked_by(&entry, LockKind::Authority)?;
    legal(ask, &entry)?;
    if ask.to == State::Active {
        into_force(&entry, decision)?;
    }
    if ask.to == State::Withdrawn
        && entry.superior.state != State::Withdrawn
        && !ask.despite_subordinates
        && let Some(live) = tree.live_subordinate(&ask.path)?
    {
        let detail = format!(
            "{live} below it is in force; withdraw what is below first, or say that it shall stay"
        );
        let refusal = Refusal::new(Code::LiveSubordinates, "despite_subordinates", detail);
        return Err(refusal.value(live).into());
    }
    if let Some(relation) = &ask.relation {
        related(tree, &ask.path, relation)?;
    }
    reasoned(ask, &entry, decision.reason)?;
    decision.tell(Event::StateChanged(StateChanged {
        path: ask.path.clone(),
        previous: entry.revision,
        to: ask.to,
        relation: ask.relation.clone(),
    }))?;
    if entry.superior.state != State::Reserved || ask.to != State::Active {
        return Ok(());
    }
    // What was reserved is given out now.
    let above = ask.path.parent().unwrap_or_default();
    let policy = policy::in_force(&decision.tree, &above)?;
    terms::begin(&ask.path, &entry.plans, &policy.terms, decision)
}

/// DESIGN §5: which state may become which.
fn legal(ask: &ChangeState, entry: &Entry) -> Result<(), Rejection> {
    let from = entry.superior.state;
    if from == ask.to && ask.relation == entry.superior.relation {
        let detail = format!("{} is {} already", ask.path, from.word());
        return Err(Refusal::new(Code::NothingChanges, "state", detail).into());
    }
    let only_relation = from == ask.to && matches!(from, State::Deprecated | State::Withdrawn);
    if from.may_become(ask.to) || only_relation {
        return Ok(());
    }
    let open: Vec<_> = State::ALL
        .iter()
        .filter(|to| from.may_become(**to))
        .map(|to| to.word())
        .collect();
    let detail = format!(
        "{} is {} and cannot become {}; it can become {}",
        ask.path,
        from.word(),
        ask.to.word(),
        open.join(" or ")
    );
    Err(Refusal::new(Code::TransitionIllegal, "state", detail)
        .value(ask.to.word())
        .into())
}

/// What an arc needs that comes into force, anew or for the first time.
fn into_force(entry: &Entry, decision: &Decision<'_>) -> Result<(), Rejection> {
    let Some(above) = entry.path.parent() else {
        return Ok(());
    };
    let state = entry.superior.state;
    let first = matches!(state, State::Reserved | State::Withdrawn);
    let superior = decision.tree.entry(&above)?;
    if first && superior.is_some_and(|superior| superior.superior.state == State::Withdrawn) {
        let detail = format!("{above} is withdrawn: nothing comes into force below it");
        return Err(Refusal::new(Code::SuperiorNotActive, "state", detail)
            .value(above)
            .into());
    }
    let policy = policy::in_force(&decision.tree, &above)?;
    if state == State::Reserved {
        let has = Fields {
            identifier: !entry.superior.identifiers.is_empty(),
            title: !entry.holder.titles.is_empty(),
            registrant: entry.registrant.is_some(),
            application: false,
            more: allocate::of_arc(
                &entry.superior.labels,
                &entry.holder.descriptions,
                &entry.holder.contacts,
            ),
        };
        allocate::required(&policy, &above, &has)?;
    }
    let over = entry
        .superior
        .withdrawn
        .map(|since| since.plus_seconds(policy.reinstatement_seconds))
        .filter(|last| decision.ctx.now > *last);
    if let Some(last) = over {
        let detail = format!("{} could be reinstated until {last}", entry.path);
        return Err(Refusal::new(Code::ReinstatementOver, "state", detail).into());
    }
    Ok(())
}

/// A relation leads to another arc, and never back.
fn related(
    tree: &dyn TreeView,
    path: &crate::oid::NodePath,
    relation: &Relation,
) -> Result<(), Rejection> {
    let refuse = |detail: &str| {
        let refusal = Refusal::new(Code::RelationInvalid, "relation", detail);
        Err(refusal.value(relation.target()).into())
    };
    if relation.target().is_root() {
        return refuse("the root is no arc");
    }
    let mut target = relation.target().clone();
    for _ in 0..RELATIONS_FOLLOWED {
        if target == *path {
            return refuse("it leads back to the arc itself");
        }
        let entry = tree.entry(&target)?;
        match entry.and_then(|entry| entry.superior.relation.clone()) {
            Some(next) => target = next.target().clone(),
            None => break,
        }
    }
    Ok(())
}

/// What takes an arc out of force, or a withdrawal back, is explained.
fn reasoned(ask: &ChangeState, entry: &Entry, reason: Option<&str>) -> Result<(), Rejection> {
    let reinstated = entry.superior.state == State::Withdrawn && ask.to == State::Active;
    let grave = matches!(ask.to, State::Suspended | State::Withdrawn) || reinstated;
    if grave && reason.is_none() {
        let detail = "say why: it stands in the history";
        return Err(Refusal::new(Code::ReasonRequired, "options.reason", detail).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::Amend;
    use crate::model::event::Changes;
    use crate::model::{Command, Policy, Seq, Visibility};
    use crate::rules::testing::{Tree, path, refused};

    fn change(at: &str, to: State, relation: Option<Relation>) -> Command {
        Command::ChangeState(ChangeState {
            path: path(at),
            if_revision: None,
            to,
            relation,
            despite_subordinates: false,
        })
    }

    fn to(state: State) -> Command {
        change("2.16.834.1", state, None)
    }

    fn with_reason() -> Tree {
        let mut tree = Tree::founded();
        tree.arc("2.16.834.1").arc("2.16.834.2");
        tree.reason = Some("as resolved".to_owned());
        tree
    }

    #[test]
    fn only_the_legal_transitions_are_made() {
        for from in State::ALL {
            for target in State::ALL {
                let mut tree = with_reason();
                tree.state("2.16.834.1", from);
                let got = tree.submit(to(target));
                if from == target {
                    refused(got, Code::NothingChanges, "state");
                } else if from.may_become(target) {
                    got.unwrap();
                    assert_eq!(tree.at("2.16.834.1").superior.state, target);
                } else {
                    refused(got, Code::TransitionIllegal, "state");
                }
            }
        }
    }

    #[test]
    fn which_arcs() {
        let tree = with_reason();
        refused(
            tree.decide(change("2.16.834", State::Withdrawn, None)),
            Code::OutsideAuthority,
            "oid",
        );
        refused(
            tree.decide(change("2.16.404", State::Withdrawn, None)),
            Code::OutsideAuthority,
            "oid",
        );
        refused(
            tree.decide(change("2.16.834.9", State::Withdrawn, None)),
            Code::NotRegistered,
            "oid",
        );
        let stale = Command::ChangeState(ChangeState {
            path: path("2.16.834.1"),
            if_revision: Some(Seq::FIRST),
            to: State::Withdrawn,
            relation: None,
            despite_subordinates: false,
        });
        refused(tree.decide(stale), Code::RevisionMoved, "etag");
    }

    #[test]
    fn grave_acts_need_a_reason() {
        for (from, target, needed) in [
            (State::Active, State::Suspended, true),
            (State::Active, State::Withdrawn, true),
            (State::Withdrawn, State::Active, true),
            (State::Active, State::Deprecated, false),
            (State::Suspended, State::Active, false),
        ] {
            let mut tree = with_reason();
            tree.state("2.16.834.1", from);
            tree.reason = Some("  ".to_owned());
            let got = tree.decide(to(target));
            if needed {
                refused(got, Code::ReasonRequired, "options.reason");
            } else {
                assert!(got.is_ok());
            }
        }
    }

    #[test]
    fn a_withdrawal_can_be_taken_back_for_a_while() {
        let mut tree = with_reason();
        let policy = Policy {
            reinstatement_seconds: 100,
            ..Policy::standard()
        };
        tree.policy("2.16.834", policy);
        tree.submit(to(State::Withdrawn)).unwrap();
        tree.later(100);
        assert!(tree.decide(to(State::Active)).is_ok());
        tree.later(1);
        refused(
            tree.decide(to(State::Active)),
            Code::ReinstatementOver,
            "state",
        );
    }

    #[test]
    fn what_is_amended_meanwhile_does_not_prolong_the_time_for_taking_a_withdrawal_back() {
        let mut tree = with_reason();
        let policy = Policy {
            reinstatement_seconds: 100,
            ..Policy::standard()
        };
        tree.policy("2.16.834", policy);
        tree.submit(to(State::Withdrawn)).unwrap();
        tree.later(60);
        let amend = Amend {
            path: path("2.16.834.1"),
            if_revision: None,
            changes: Changes {
                visibility: Some(Visibility::Stub),
                ..Changes::default()
            },
        };
        tree.submit(Command::Amend(amend)).unwrap();
        let successor = Some(Relation::Successor(path("2.16.834.2")));
        tree.submit(change("2.16.834.1", State::Withdrawn, successor))
            .unwrap();
        tree.later(40);
        assert!(tree.decide(to(State::Active)).is_ok());
        tree.later(1);
        refused(
            tree.decide(to(State::Active)),
            Code::ReinstatementOver,
            "state",
        );
        // Withdrawn anew, the time begins anew.
        tree.state("2.16.834.1", State::Active);
        tree.submit(to(State::Withdrawn)).unwrap();
        tree.later(100);
        let back = tree.submit(to(State::Active)).unwrap();
        assert_eq!(back.len(), 1);
        assert_eq!(tree.at("2.16.834.1").superior.withdrawn, None);
    }

    #[test]
    fn nothing_live_is_left_hanging_unless_that_is_said() {
        let mut tree = with_reason();
        tree.arc("2.16.834.1.5").arc("2.16.834.1.6");
        tree.state("2.16.834.1.5", State::Withdrawn);
        let field = "despite_subordinates";
        refused(
            tree.decide(to(State::Withdrawn)),
            Code::LiveSubordinates,
            field,
        );
        let Command::ChangeState(mut ask) = to(State::Withdrawn) else {
            panic!()
        };
        ask.despite_subordinates = true;
        tree.submit(Command::ChangeState(ask)).unwrap();
        let again = change("2.16.834.1.5", State::Active, None);
        refused(tree.decide(again), Code::SuperiorNotActive, "state");
        tree.submit(change("2.16.834.1.6", State::Deprecated, None))
            .unwrap();
    }

    #[test]
    fn a_reserved_arc_comes_into_force_with_what_the_policy_requires() {
        let mut tree = with_reason();
        tree.state("2.16.834.1", State::Reserved);
        let policy = Policy {
            title_required: true,
            ..Policy::standard()
        };
        tree.policy("2.16.834", policy);
        refused(
            tree.decide(to(State::Active)),
            Code::TitleRequired,
            "entry.titles",
        );
    }

    #[test]
    fn a_relation_leads_elsewhere_and_never_back() {
        let mut tree = with_reason();
        let successor = |at: &str| Some(Relation::Successor(path(at)));
        let deprecate = |at: &str, by| change(at, State::Deprecated, by);
        let invalid = Code::RelationInvalid;
        refused(
            tree.decide(deprecate("2.16.834.1", successor("2.16.834.1"))),
            invalid,
            "relation",
        );
        refused(
            tree.decide(deprecate("2.16.834.1", successor("."))),
            invalid,
            "relation",
        );
        tree.submit(deprecate("2.16.834.1", successor("2.16.834.2")))
            .unwrap();
        refused(
            tree.decide(deprecate("2.16.834.2", successor("2.16.834.1"))),
            invalid,
            "relation",
        );
        // Another successor without another state.
        tree.submit(deprecate("2.16.834.1", successor("1.3.6.1")))
            .unwrap();
        assert_eq!(
            tree.at("2.16.834.1").superior.relation,
            successor("1.3.6.1")
        );
        tree.submit(deprecate(
            "2.16.834.2",
            Some(Relation::DuplicateOf(path("2.16.834.1"))),
        ))
        .unwrap();
    }
}

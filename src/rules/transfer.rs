//! Transfer: gives an arc to another registrant. The number stays, and so does the first registrant on record (X.660 6.2).
//! A delegation stays: it is the superior's word on who acts there, and the superior recalls it or delegates anew for the new
//! registrant. Where nobody acts by delegation, the roles that were granted on the arc end. What the former holder planned of what
//! is the holder's to decide is refused from then on.
//!
//! Refusals, in order: faults of form; `OUTSIDE_AUTHORITY`, `NOT_REGISTERED`, `REFERENCE_ENTRY`, `REVISION_MOVED`,
//! `ARC_LOCKED`;
//! `REGISTRANT_UNKNOWN`; `QUOTA_REACHED`; `TRANSITION_ILLEGAL` (a reserved or withdrawn arc is nobody's to have);
//! `NOTHING_CHANGES`; `CONSENT_REQUIRED` (the policy wants both sides to agree: offer it).

use std::sync::Arc;

use crate::model::command::RegistrantRef;
use crate::model::{Code, Entry, Event, Refusal, Rejection, Seq, TreeView as _};
use crate::oid::NodePath;

use super::checks::{self, Reach};
use super::decision::Decision;
use super::{allocate, consent, policy, roles};

/// Gives the arc to `to` at once.
pub fn decide(
    path: &NodePath,
    if_revision: Option<Seq>,
    to: &RegistrantRef,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let entry = judged(path, if_revision, to, decision)?;
    without_consent(path, decision)?;
    give(&entry, to, decision)
}

/// Refuses where the policy wants both sides to agree: `CONSENT_REQUIRED`.
pub fn without_consent(path: &NodePath, decision: &Decision<'_>) -> Result<(), Rejection> {
    if let Some(above) = path.parent()
        && policy::in_force(&decision.tree, &above)?.transfers_agreed
    {
        let detail = format!("below {above} an arc changes hands when both sides agreed; offer it");
        return Err(Refusal::new(Code::ConsentRequired, "oid", detail)
            .value(path)
            .into());
    }
    Ok(())
}

/// The arc, where it could be given to `to`.
pub fn judged(
    path: &NodePath,
    if_revision: Option<Seq>,
    to: &RegistrantRef,
    decision: &Decision<'_>,
) -> Result<Arc<Entry>, Rejection> {
    let entry = checks::own_arc(&decision.tree, path, Reach::Superior, if_revision)?;
    consent::unlocked(&entry)?;
    decision.known(Some(to), "to.id")?;
    let has = entry.registrant.as_ref().map(|holding| &holding.registrant);
    let same = matches!(to, RegistrantRef::Known(id) if Some(id) == has);
    if let (false, Some(above)) = (same, path.parent()) {
        let policy = policy::in_force(&decision.tree, &above)?;
        allocate::quota(&decision.tree, &policy, &above, Some(to), "to.id")?;
    }
    consent::in_hands(&entry)?;
    if same {
        let detail = format!("{path} is this registrant's already");
        return Err(Refusal::new(Code::NothingChanges, "to.id", detail).into());
    }
    Ok(entry)
}

/// Gives the arc to `to`, which was judged.
pub fn give(
    entry: &Entry,
    to: &RegistrantRef,
    decision: &mut Decision<'_>,
) -> Result<(), Rejection> {
    let path = &entry.path;
    let to = decision.recorded(to)?;
    decision.tell(Event::Transferred {
        path: path.clone(),
        previous: entry.revision,
        to,
    })?;
    if entry.delegation.is_none() {
        roles::end(path, decision)?;
    }
    end_plans(path, decision)
}

/// What the former holder planned of what is the holder's to decide does not happen to the new one: it stands as refused, so that
/// it is seen.
fn end_plans(path: &NodePath, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let Some(entry) = decision.tree.entry(path)? else {
        return Ok(());
    };
    let mut plans = entry.plans.clone();
    for plan in &mut plans {
        if plan.act.is_the_holders() && plan.refused.is_none() {
            plan.refused = Some(Code::AnothersArc);
        }
    }
    if plans == entry.plans {
        return Ok(());
    }
    decision.tell(Event::PlansSet {
        path: path.clone(),
        previous: entry.revision,
        plans,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entry::Delegation;
    use crate::model::limits::{DELEGATES_MAX, URI_BYTES_MAX};
    use crate::model::{Command, Policy, State};
    use crate::rules::testing::{OTHER, Tree, new_registrant, path, refused, words};

    fn transfer(at: &str, to: RegistrantRef) -> Command {
        Command::Transfer {
            path: path(at),
            if_revision: None,
            to,
        }
    }

    fn holder(tree: &Tree, at: &str) -> RegistrantRef {
        RegistrantRef::Known(tree.at(at).registrant.clone().unwrap().registrant)
    }

    #[test]
    fn an_arc_goes_to_another_and_the_first_stays_on_record() {
        let mut tree = Tree::founded();
        tree.arc("2.16.834.1").arc("2.16.834.2");
        let events = tree
            .submit(transfer("2.16.834.1", new_registrant("One")))
            .unwrap();
        assert_eq!(words(&events), ["registrant-recorded", "transferred"]);
        let one = holder(&tree, "2.16.834.1");
        tree.later(5)
            .submit(transfer("2.16.834.1", new_registrant("Two")))
            .unwrap();
        let entry = tree.at("2.16.834.1");
        assert_eq!(
            RegistrantRef::Known(entry.first_registrant.clone().unwrap().registrant),
            one
        );
        assert_ne!(holder(&tree, "2.16.834.1"), one);
        assert_eq!(entry.registrant.clone().unwrap().since, tree.now);
        let same = transfer("2.16.834.1", holder(&tree, "2.16.834.1"));
        refused(tree.decide(same), Code::NothingChanges, "to.id");
        tree.policy(
            "2.16.834",
            Policy {
                arcs_per_registrant_max: Some(1),
                ..Policy::standard()
            },
        );
        let second = transfer("2.16.834.2", holder(&tree, "2.16.834.1"));
        refused(tree.decide(second), Code::QuotaReached, "to.id");
        let stranger = RegistrantRef::Known("r-nobody".parse().unwrap());
        refused(
            tree.decide(transfer("2.16.834.2", stranger)),
            Code::RegistrantUnknown,
            "to.id",
        );
        let nameless = transfer("2.16.834.2", new_registrant(""));
        refused(
            tree.decide(nameless),
            Code::FieldRequired,
            "to.registrant.name",
        );
        for state in [State::Reserved, State::Withdrawn] {
            tree.state("2.16.834.2", state);
            let got = tree.decide(transfer("2.16.834.2", new_registrant("Three")));
            refused(got, Code::TransitionIllegal, "oid");
        }
        refused(
            tree.decide(transfer("2.16.834", new_registrant("x"))),
            Code::OutsideAuthority,
            "oid",
        );
    }

    fn delegate(at: &str, delegation: Delegation) -> Command {
        Command::Delegate {
            path: path(at),
            if_revision: None,
            delegation,
        }
    }

    fn recall(at: &str) -> Command {
        Command::Recall {
            path: path(at),
            if_revision: None,
        }
    }

    #[test]
    fn delegations_are_given_and_recalled() {
        let mut tree = Tree::founded();
        tree.arc("2.16.834.1");
        let hosted = |ids: &[&str]| Delegation::Hosted {
            principals: ids.iter().map(|id| id.parse().unwrap()).collect(),
        };
        refused(tree.decide(recall("2.16.834.1")), Code::NotDelegated, "oid");
        let unknown = delegate("2.16.834.1", hosted(&[OTHER, "p-nobody"]));
        refused(
            tree.decide(unknown),
            Code::PrincipalUnknown,
            "delegation.principals[1]",
        );
        tree.submit(delegate("2.16.834.1", hosted(&[OTHER])))
            .unwrap();
        let again = delegate("2.16.834.1", hosted(&[OTHER]));
        refused(tree.decide(again), Code::NothingChanges, "delegation");
        let elsewhere = |oidip: &str| Delegation::External {
            oidip: Some(oidip.to_owned()),
            ors: None,
            name_servers: Vec::new(),
            signers: Vec::new(),
        };
        tree.submit(delegate("2.16.834.1", elsewhere("whois.example.org")))
            .unwrap();
        let field = "delegation.oidip";
        refused(
            tree.decide(delegate("2.16.834.1", elsewhere("a b"))),
            Code::FieldInvalid,
            field,
        );
        refused(
            tree.decide(delegate("2.16.834.1", elsewhere(""))),
            Code::FieldRequired,
            field,
        );
        let long = "x".repeat(URI_BYTES_MAX + 1);
        refused(
            tree.decide(delegate("2.16.834.1", elsewhere(&long))),
            Code::FieldTooLong,
            field,
        );
        let field = "delegation.principals";
        refused(
            tree.decide(delegate("2.16.834.1", hosted(&[]))),
            Code::FieldRequired,
            field,
        );
        refused(
            tree.decide(delegate("2.16.834.1", hosted(&[OTHER, OTHER]))),
            Code::DuplicateValue,
            "delegation.principals[1]",
        );
        let many: Vec<_> = (0..=DELEGATES_MAX).map(|n| format!("p-{n}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        refused(
            tree.decide(delegate("2.16.834.1", hosted(&many))),
            Code::TooManyValues,
            field,
        );
        refused(
            tree.decide(delegate("2.16.834", hosted(&[OTHER]))),
            Code::OutsideAuthority,
            "oid",
        );
        tree.submit(recall("2.16.834.1")).unwrap();
        assert_eq!(tree.at("2.16.834.1").delegation, None);
        tree.change("2.16.834.1", |entry| entry.superior.flags.leaf = true);
        refused(
            tree.decide(delegate("2.16.834.1", hosted(&[OTHER]))),
            Code::SuperiorLeaf,
            "oid",
        );
        tree.state("2.16.834.1", State::Withdrawn);
        refused(
            tree.decide(delegate("2.16.834.1", hosted(&[OTHER]))),
            Code::SuperiorNotActive,
            "oid",
        );
    }
}

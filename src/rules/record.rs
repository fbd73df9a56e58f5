//! Record existing: records an arc that was assigned elsewhere or long ago, with what proves it (X.660 6.2).
//!
//! It exists already: the policy's numbering, windows, required fields, quota and wish for unambiguous identifiers do not
//! apply, and siblings may share a secondary identifier (X.660 3.5). Unicode labels stay unambiguous all the same.
//!
//! Refusals, in order: faults of form, among them the proof; `PATH_TOO_LONG`; `OUTSIDE_AUTHORITY`;
//! `SUPERIOR_NOT_REGISTERED`; `SUPERIOR_NOT_ACTIVE` (reserved or withdrawn), `SUPERIOR_LEAF`; `NUMBER_TAKEN`,
//! `NUMBER_BURNED`, `NUMBER_OF_TEMPLATE`, `NUMBER_HELD`; `IDENTIFIER_STANDARDIZED`, `IDENTIFIERS_NOT_ALLOWED`, `LABEL_TAKEN`,
//! `LABELS_NOT_ALLOWED`, `LABEL_IS_LONG_ARC`; `REGISTRANT_UNKNOWN`.

use crate::model::command::RecordExisting;
use crate::model::{Code, Ctx, Entry, Event, Policy, Refusal, Rejection, State};

use super::decision::Decision;
use super::form::Faults;
use super::numbers::Search;
use super::{allocate, checks};

/// Faults of form.
pub fn form(ask: &RecordExisting, ctx: &Ctx, faults: &mut Faults) {
    allocate::entry_form(&ask.entry, ctx, faults);
    faults.proof(&ask.proof, ask.registered, ctx.now);
    if ask.entry.category.is_some() {
        let detail = "the number is there already; no category gives it";
        faults.add(Code::FieldInvalid, "entry.category", detail);
    }
}

/// Records the arc.
pub fn decide(ask: &RecordExisting, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let tree = &decision.tree;
    checks::short_enough(&ask.path, "oid")?;
    let (Some(above), Some(number)) = (ask.path.parent(), ask.path.last()) else {
        return Err(checks::outside(&ask.path, "oid", "the root is no arc"));
    };
    checks::own_superior(tree, &above, "oid")?;
    let superior = checks::registered_superior(tree, &above, "oid")?;
    may_have_had(&superior)?;
    let standard = Policy::standard();
    let search = Search {
        tree,
        ctx: decision.ctx,
        superior: &above,
        policy: &standard,
    };
    let found = search.named(number)?;
    if found.reserved.is_some() {
        let detail = format!("{} is reserved; allocate it, or withdraw it", ask.path);
        return Err(Refusal::new(Code::NumberTaken, "oid", detail)
            .value(&ask.path)
            .into());
    }
    allocate::named(tree, &superior, number, &ask.entry, None)?;
    decision.known(ask.entry.registrant.as_ref(), "entry.registrant")?;
    allocate::sponsor_known(tree, &ask.entry)?;
    decision.contacts_known(&ask.entry.contacts)?;
    let people = decision.people(ask.entry.registrant.as_ref(), &ask.entry.contacts)?;
    if let Some(release) = found.release() {
        decision.tell(release)?;
    }
    let mut new = allocate::new_arc(ask.path.clone(), &ask.entry, people);
    new.recorded = Some(ask.proof.clone());
    new.registered = ask.registered;
    decision.tell(Event::ArcRegistered(Box::new(new)))
}

/// Repository practice: a leaf never has subordinates. A frozen, suspended or deprecated arc may well have some that
/// nobody recorded yet.
fn may_have_had(superior: &Entry) -> Result<(), Rejection> {
    let state = superior.superior.state;
    if matches!(state, State::Reserved | State::Withdrawn) {
        let detail = format!("{} is {}", superior.path, state.word());
        return Err(Refusal::new(Code::SuperiorNotActive, "oid", detail)
            .value(&superior.path)
            .into());
    }
    if superior.superior.flags.leaf {
        let detail = format!("{} is marked as a leaf", superior.path);
        return Err(Refusal::new(Code::SuperiorLeaf, "oid", detail)
            .value(&superior.path)
            .into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::{HoldNumber, NewEntry, NumberChoice};
    use crate::model::entry::Origin;
    use crate::model::event::Proof;
    use crate::model::limits::NOTE_BYTES_MAX;
    use crate::model::{Command, Timestamp};
    use crate::rules::testing::{
        OTHER, Tree, allocate, arc, named, path, refusals, refused, words, written,
    };

    fn existing(at: &str, entry: NewEntry) -> RecordExisting {
        RecordExisting {
            path: path(at),
            entry,
            proof: Proof {
                document: "Letter of 3 March 2009".to_owned(),
                uri: Some("https://example.org/letter".to_owned()),
            },
            registered: Some(Timestamp::from_micros(1)),
        }
    }

    fn one(at: &str) -> Command {
        Command::RecordExisting(existing(at, NewEntry::default()))
    }

    #[test]
    fn what_exists_is_recorded_with_its_proof_and_told_apart() {
        let mut tree = Tree::founded();
        tree.policy(
            "2.16.834",
            Policy {
                windows: vec![crate::model::policy::NumberRange {
                    from: arc(1_000),
                    to: None,
                }],
                numbering: crate::model::policy::Numbering::NextFreeOnly,
                title_required: true,
                application_required: true,
                ..Policy::standard()
            },
        );
        tree.submit(one("2.16.834.7")).unwrap();
        let entry = tree.at("2.16.834.7");
        assert!(matches!(&entry.origin, Origin::Recorded { proof, .. } if proof.contains("2009")));
        assert_eq!(entry.registered, Timestamp::from_micros(1));
        tree.submit(one("2.16.834.7.1")).unwrap();
        refused(tree.decide(one("2.16.834.7")), Code::NumberTaken, "number");
        tree.state("2.16.834.7", State::Withdrawn);
        refused(tree.decide(one("2.16.834.7")), Code::NumberBurned, "number");
        refused(
            tree.decide(one("2.16.834.7.2")),
            Code::SuperiorNotActive,
            "oid",
        );
        tree.state("2.16.834.7", State::Reserved);
        refused(tree.decide(one("2.16.834.7")), Code::NumberTaken, "oid");
        tree.state("2.16.834.7", State::Deprecated);
        tree.submit(one("2.16.834.7.2")).unwrap();
        tree.change("2.16.834.7", |entry| entry.superior.flags.leaf = true);
        refused(tree.decide(one("2.16.834.7.3")), Code::SuperiorLeaf, "oid");
    }

    #[test]
    fn only_below_our_own_nodes_and_below_what_is_registered() {
        let tree = Tree::founded();
        for outside in [".", "2.16", "2.16.834", "2.16.404.1"] {
            refused(tree.decide(one(outside)), Code::OutsideAuthority, "oid");
        }
        refused(
            tree.decide(one("2.16.834.1.1")),
            Code::SuperiorNotRegistered,
            "oid",
        );
        let batch = |all: &[&str]| {
            Command::BatchRecord(
                all.iter()
                    .map(|at| existing(at, NewEntry::default()))
                    .collect(),
            )
        };
        let events = tree.decide(batch(&["2.16.834.1", "2.16.834.1.1"])).unwrap();
        assert_eq!(written(&events), ["2.16.834.1", "2.16.834.1.1"]);
        refused(
            tree.decide(batch(&["2.16.834.1.1", "2.16.834.1"])),
            Code::SuperiorNotRegistered,
            "arcs[0].oid",
        );
        let long = format!("2.16.834{}", ".1".repeat(126));
        refused(tree.decide(one(&long)), Code::PathTooLong, "oid");
    }

    #[test]
    fn identifiers_may_repeat_and_labels_may_not() {
        let mut tree = Tree::founded();
        let with = |at: &str, identifiers: &[&str], labels: &[&str]| {
            Command::RecordExisting(existing(at, named(identifiers, labels)))
        };
        tree.submit(with("2.16.834.1", &["health"], &["Afya"]))
            .unwrap();
        tree.submit(with("2.16.834.2", &["health"], &[])).unwrap();
        refused(
            tree.decide(with("2.16.834.3", &[], &["AFYA"])),
            Code::LabelTaken,
            "entry.labels[0].label",
        );
        let ours = allocate("2.16.834", NumberChoice::NextFree, named(&["health"], &[]));
        refused(
            tree.decide(ours),
            Code::IdentifierTaken,
            "entry.identifiers[0]",
        );
    }

    #[test]
    fn a_hold_of_somebody_else_is_respected() {
        let mut tree = Tree::founded();
        let hold = Command::Hold(HoldNumber {
            superior: path("2.16.834"),
            number: NumberChoice::Explicit(arc(5)),
            seconds: 60,
        });
        tree.submit(hold).unwrap();
        tree.as_actor(OTHER);
        refused(tree.decide(one("2.16.834.5")), Code::NumberHeld, "number");
        tree.later(60);
        assert_eq!(
            words(&tree.submit(one("2.16.834.5")).unwrap()),
            ["hold-released", "arc-registered"]
        );
    }

    #[test]
    fn the_proof_is_needed_and_bounded() {
        let tree = Tree::founded();
        let mut ask = existing("2.16.834.1", NewEntry::default());
        ask.proof.document = " ".to_owned();
        ask.proof.uri = Some("not a uri".to_owned());
        ask.registered = Some(tree.now.plus_seconds(1));
        let got = tree
            .decide(Command::RecordExisting(ask.clone()))
            .unwrap_err();
        let expect = [
            (Code::FieldRequired, "proof".to_owned()),
            (Code::FieldInvalid, "proof_uri".to_owned()),
            (Code::FieldInvalid, "registered".to_owned()),
        ];
        assert_eq!(refusals(&got), expect);
        ask = existing("2.16.834.1", NewEntry::default());
        ask.proof.document = "x".repeat(NOTE_BYTES_MAX + 1);
        refused(
            tree.decide(Command::RecordExisting(ask)),
            Code::FieldTooLong,
            "proof",
        );
    }
}

//! Erase a person: what is known of a registrant or a principal is known no longer; that it was erased, when and on what basis
//! stays. The items that held it are destroyed where the record is carried out, not here.
//!
//! Refusals, in order: faults of form; `REGISTRANT_UNKNOWN` or `PRINCIPAL_UNKNOWN`; `NOTHING_CHANGES` where nothing is known of
//! it any longer.

use crate::model::command::ErasePerson;
use crate::model::entry::{Audiences, RegistrantDetails};
use crate::model::event::{Person, RegistrantRecorded};
use crate::model::{Code, Event, Refusal, Rejection, TreeView, form};

use super::decision::Decision;
use super::form::Faults;

/// The form of the request.
pub fn form(ask: &ErasePerson, faults: &mut Faults) {
    faults.flaws("basis", form::basis(&ask.basis));
}

/// Erases what is known of a person.
pub fn decide(ask: &ErasePerson, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let tree = &decision.tree;
    let unknown = |code, detail| Refusal::new(code, "person", detail).value(ask.person.as_str());
    let mut kept = None;
    let known = match &ask.person {
        Person::Registrant(id) => {
            let registrant = tree
                .registrant(id)?
                .ok_or_else(|| unknown(Code::RegistrantUnknown, "no registrant has this id"))?;
            kept = Some((registrant.id, registrant.kind));
            registrant.details
        }
        Person::Principal(id) => {
            let principal = tree
                .principal(id)?
                .ok_or_else(|| unknown(Code::PrincipalUnknown, "no principal has this id"))?;
            principal.details
        }
    };
    let Some(known) = known else {
        let detail = "nothing is known of it any longer";
        return Err(Refusal::new(Code::NothingChanges, "person", detail).into());
    };
    decision.tell(Event::PersonErased {
        person: ask.person.clone(),
        basis: ask.basis.clone(),
    })?;
    // What everybody may know of whoever holds an arc can be kept: it is recorded anew, alone.
    if let Some((id, kind)) = kept.filter(|_| ask.keep_public_name && known.name_public()) {
        decision.tell(Event::RegistrantRecorded(RegistrantRecorded {
            id,
            kind,
            details: Some(RegistrantDetails {
                name: known.name,
                audiences: Audiences::NAME_PUBLIC,
                ..RegistrantDetails::default()
            }),
        }))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::limits::BASIS_BYTES_MAX;
    use crate::model::{Command, PrincipalKind};
    use crate::rules::testing::{Tree, allocate, named, new_registrant, refused, words};

    fn erase(person: Person, keep_public_name: bool) -> Command {
        Command::ErasePerson(ErasePerson {
            person,
            basis: "GDPR Art. 17".to_owned(),
            keep_public_name,
        })
    }

    /// An authority with an arc of somebody.
    fn tree() -> (Tree, Person) {
        let mut tree = Tree::founded();
        let mut entry = named(&["afya"], &[]);
        entry.registrant = Some(new_registrant("Asha"));
        let number = crate::model::command::NumberChoice::NextFree;
        let events = tree.submit(allocate("2.16.834", number, entry)).unwrap();
        let Some(Event::RegistrantRecorded(new)) = events.first() else {
            panic!("{events:?}")
        };
        (tree, Person::Registrant(new.id.clone()))
    }

    #[test]
    fn what_was_known_is_gone_and_the_arc_stays() {
        let (mut tree, person) = tree();
        let events = tree.submit(erase(person.clone(), false)).unwrap();
        assert_eq!(words(&events), ["person-erased"]);
        let Person::Registrant(id) = &person else {
            unreachable!()
        };
        assert_eq!(tree.registrant(id).unwrap().unwrap().details, None);
        refused(
            tree.decide(erase(person, false)),
            Code::NothingChanges,
            "person",
        );
        let nobody = Person::Registrant("r-none".parse().unwrap());
        refused(
            tree.decide(erase(nobody, false)),
            Code::RegistrantUnknown,
            "person",
        );
        let nobody = Person::Principal("p-none".parse().unwrap());
        refused(
            tree.decide(erase(nobody, false)),
            Code::PrincipalUnknown,
            "person",
        );
    }

    #[test]
    fn a_name_that_everybody_may_know_can_be_kept_and_no_other() {
        let (mut tree, person) = tree();
        // The name of the sample is not public.
        let events = tree.decide(erase(person.clone(), true)).unwrap();
        assert_eq!(words(&events), ["person-erased"]);
        let Person::Registrant(id) = person.clone() else {
            unreachable!()
        };
        let known = RegistrantDetails {
            name: "Asha".to_owned(),
            email: Some("asha@x.example".to_owned()),
            audiences: Audiences::NAME_PUBLIC,
            ..RegistrantDetails::default()
        };
        tree.apply(&[Event::RegistrantRecorded(RegistrantRecorded {
            id: id.clone(),
            kind: PrincipalKind::Person,
            details: Some(known.clone()),
        })]);
        tree.submit(erase(person, true)).unwrap();
        let left = tree.registrant(&id).unwrap().unwrap();
        let name_alone = RegistrantDetails {
            email: None,
            ..known
        };
        assert_eq!(left.details, Some(name_alone));
        assert_eq!(left.erased.unwrap().basis, "GDPR Art. 17");
    }

    #[test]
    fn a_basis_is_needed_and_short() {
        let (tree, person) = tree();
        let with = |basis: String| {
            tree.decide(Command::ErasePerson(ErasePerson {
                person: person.clone(),
                basis,
                keep_public_name: false,
            }))
        };
        assert!(with("b".repeat(BASIS_BYTES_MAX)).is_ok());
        refused(
            with("b".repeat(BASIS_BYTES_MAX + 1)),
            Code::FieldTooLong,
            "basis",
        );
        let bare = Command::ErasePerson(ErasePerson {
            person,
            basis: " ".to_owned(),
            keep_public_name: false,
        });
        refused(tree.decide(bare), Code::FieldRequired, "basis");
    }
}

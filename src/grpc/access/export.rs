//! `ExportPerson`: everything that the register holds of one person, for the person itself and for administrators of the whole
//! register.
//!
//! It walks the register once and tells where it stopped. It must never tell of anybody else but where their ids stand beside
//! the person's own.

use std::sync::Arc;

use crate::{
    access::{Knowledge, Sight, may_export},
    desk::{Call, Desk},
    grpc::{
        applications::notice,
        convert::{
            Faults, access as requests, application::Showing, entry, principal as shown, timestamp,
        },
        limits::{
            EXPORT_APPLICATIONS_MAX, EXPORT_ARCS_MAX, EXPORT_NOTICES_MAX, NOTICES_LOOKED_AT_MAX,
        },
        page::fits,
        view::revision,
    },
    model::{
        Code, Entry, Refusal, RegistrantId, Rejection, Timestamp, TreeView as _,
        application::Docket,
        entry::{Reader, Tombstone},
        event::Person,
        plan::Agenda,
    },
    oid::NodePath,
    pb::v1 as pb,
    register::{Known, Reading},
};

use super::someone;

/// Gathers what is held of a person.
pub async fn person(
    desk: &Arc<Desk>,
    call: &Arc<Call>,
    request: pb::ExportPersonRequest,
) -> Result<pb::ExportPersonResponse, Rejection> {
    someone(call)?;
    let mut faults = Faults::new();
    let person = requests::person(&request.person, &mut faults);
    let person = faults.into_result(person)?;
    let newest = desk.register.newest();
    let (desk_too, with) = (Arc::clone(desk), Arc::clone(call));
    let told = Desk::blocking(move || {
        may_export(&with.caller.identity, &person, &newest)?;
        let told = gathered(&desk_too, &with, &person, &newest)?;
        let (seq, time) = (newest.seq(), newest.time());
        Ok::<_, Rejection>(pb::ExportPersonResponse {
            revision: Some(revision(&desk_too.register, seq, Some(time))),
            ..told
        })
    });
    told.await?
}

fn gathered(
    desk: &Desk,
    call: &Call,
    person: &Person,
    newest: &Reading,
) -> Result<pb::ExportPersonResponse, Rejection> {
    let unknown = |code, detail| Refusal::new(code, "person", detail).value(person.as_str());
    let mut told = pb::ExportPersonResponse {
        person: person.as_str().to_owned(),
        known: newest.known_of(person)?.into_iter().map(known).collect(),
        ..Default::default()
    };
    match person {
        Person::Principal(id) => {
            let one = newest.principal(id)?;
            let one =
                one.ok_or_else(|| unknown(Code::PrincipalUnknown, "no principal has this id"))?;
            entomb(&mut told, one.erased.as_ref());
            let own = newest
                .credentials()?
                .into_iter()
                .filter(|one| one.principal == *id);
            let uses = &desk.options.uses;
            told.credentials = own
                .map(|one| {
                    let last = uses.last(&one.token_sha256);
                    shown::credential(one, last)
                })
                .collect();
            told.principal = Some(shown::principal(one));
        }
        Person::Registrant(id) => {
            let one = newest.registrant(id)?;
            let one =
                one.ok_or_else(|| unknown(Code::RegistrantUnknown, "no registrant has this id"))?;
            entomb(&mut told, one.erased.as_ref());
            told.registrant = Some(entry::registrant(&one, Reader::Itself));
            arcs(&mut told, id, newest)?;
            notices(&mut told, id, newest)?;
        }
    }
    promises(&mut told, person, newest)?;
    challenges(&mut told, person, newest)?;
    applications(&mut told, person, newest, desk)?;
    call.witness.note(&NodePath::root());
    Ok(told)
}

fn entomb(told: &mut pb::ExportPersonResponse, stone: Option<&Tombstone>) {
    told.erased = stone.map(|one| timestamp(one.at));
    told.basis = stone.map(|one| one.basis.clone()).unwrap_or_default();
}

fn known(one: Known) -> pb::KnownOfPerson {
    let details = one.details.unwrap_or_default();
    let [
        name_seen_by,
        email_seen_by,
        telephone_seen_by,
        address_seen_by,
    ] = entry::audiences(&details.audiences);
    pb::KnownOfPerson {
        name_public: details.name_public(),
        revision: one.revision.get(),
        name: details.name,
        email: details.email.unwrap_or_default(),
        telephone: details.telephone.unwrap_or_default(),
        address: details.address.unwrap_or_default(),
        name_seen_by,
        email_seen_by,
        telephone_seen_by,
        address_seen_by,
    }
}

/// The arcs at which the person is named, and as what.
fn arcs(
    told: &mut pb::ExportPersonResponse,
    id: &RegistrantId,
    newest: &Reading,
) -> Result<(), Rejection> {
    for seen in newest.walk(&NodePath::root(), None, None, &Sight::All) {
        let entry = seen?.entry;
        let named = named_as(&entry, id);
        if named.is_empty() {
            continue;
        }
        let arc = pb::ArcOfPerson {
            oid: entry.path.to_string(),
            named_as: named,
        };
        if !fits(&mut told.arcs, arc, EXPORT_ARCS_MAX) {
            told.cut = true;
            break;
        }
    }
    Ok(())
}

/// The arcs below which something is promised to the person, or by it.
fn promises(
    told: &mut pb::ExportPersonResponse,
    person: &Person,
    newest: &Reading,
) -> Result<(), Rejection> {
    for token in newest.allocation_tokens_of(person)? {
        let by = matches!(person, Person::Principal(id) if token.by.as_ref() == Some(id));
        let word = if by { "promising" } else { "promised" };
        let arc = pb::ArcOfPerson {
            oid: token.superior.to_string(),
            named_as: vec![word.to_owned()],
        };
        if !fits(&mut told.arcs, arc, EXPORT_ARCS_MAX) {
            told.cut = true;
            break;
        }
    }
    Ok(())
}

/// The arcs whose labels the principal challenged, as long as nobody decided.
fn challenges(
    told: &mut pb::ExportPersonResponse,
    person: &Person,
    newest: &Reading,
) -> Result<(), Rejection> {
    let Person::Principal(id) = person else {
        return Ok(());
    };
    let ever = Timestamp::from_micros(i64::MAX);
    for (_, path) in newest.agenda(Agenda::Challenges, ever, usize::MAX)? {
        let entry = newest.entry(&path)?;
        let claims = entry.iter().flat_map(|entry| &entry.label_claims);
        let mut open = claims.filter_map(|one| one.challenge.as_ref());
        if !open.any(|one| one.by.as_ref() == Some(id)) {
            continue;
        }
        let arc = pb::ArcOfPerson {
            oid: path.to_string(),
            named_as: vec!["challenger".to_owned()],
        };
        if !told.arcs.contains(&arc) && !fits(&mut told.arcs, arc, EXPORT_ARCS_MAX) {
            told.cut = true;
            break;
        }
    }
    Ok(())
}

fn named_as(entry: &Entry, id: &RegistrantId) -> Vec<String> {
    let is = |one: Option<&RegistrantId>| one == Some(id);
    let mut named = Vec::new();
    if is(entry.registrant.as_ref().map(|one| &one.registrant)) {
        named.push("registrant".to_owned());
    }
    if is(entry.first_registrant.as_ref().map(|one| &one.registrant)) {
        named.push("first-registrant".to_owned());
    }
    if is(entry.sponsor.as_ref()) {
        named.push("sponsor".to_owned());
    }
    let contacts = entry.holder.contacts.iter().filter(|one| one.party == *id);
    named.extend(contacts.map(|one| format!("{}-contact", one.role.word())));
    let mut planned = entry.plans.iter().flat_map(|plan| plan.act.registrants());
    if planned.any(|one| one == id) {
        named.push("planned".to_owned());
    }
    named
}

fn notices(
    told: &mut pb::ExportPersonResponse,
    id: &RegistrantId,
    newest: &Reading,
) -> Result<(), Rejection> {
    let mut after = None;
    loop {
        let page = newest.notices_after(after, NOTICES_LOOKED_AT_MAX)?;
        let full = page.len() == NOTICES_LOOKED_AT_MAX;
        after = page.last().map(|one| one.id);
        for one in page.iter().filter(|one| one.to == *id) {
            if !fits(&mut told.notices, notice(one), EXPORT_NOTICES_MAX) {
                told.cut = true;
                return Ok(());
            }
        }
        if !full {
            return Ok(());
        }
    }
}

/// The applications that the person handed in, or that were made for it. Of others who are named there the ids are told: what is
/// held of them is theirs.
fn applications(
    told: &mut pb::ExportPersonResponse,
    person: &Person,
    newest: &Reading,
    desk: &Desk,
) -> Result<(), Rejection> {
    let docket = match person {
        Person::Registrant(id) => Docket::Of(id.clone()),
        Person::Principal(_) => Docket::All,
    };
    let people = |id: &RegistrantId| match person {
        Person::Registrant(own) if own == id => newest.registrant(id),
        Person::Registrant(_) | Person::Principal(_) => Ok(None),
    };
    for (_, id) in newest.docket(&docket, None, usize::MAX)? {
        let Some(one) = newest.application(&id)? else {
            continue;
        };
        if matches!(person, Person::Principal(id) if one.submitted_by != *id) {
            continue;
        }
        let showing = Showing {
            knowledge: Knowledge::Applicant,
            own: Some(&one.submitted_by),
            now: desk.options.clock.now(),
            people: &people,
        };
        let shown = showing.application(&one)?;
        if !fits(&mut told.applications, shown, EXPORT_APPLICATIONS_MAX) {
            told.cut = true;
            break;
        }
    }
    Ok(())
}

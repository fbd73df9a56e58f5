//! The sections of the registration authority and of those before it (Standard 2, RA section), and contacts.
//!
//! The registration authority of an object is its registrant, else the nearest superior's, else the authority that keeps the
//! register. It must never show a person's data but the name its owner lets be seen, unless the caller sees the arc whole.

use crate::model::entry::{Contact, ContactRole, Entry, Holding, Reader, Registrant};
use crate::model::{TreeView as _, Viewed};
use crate::register::Seen;

use super::answer::Answer;
use super::clean::{clean, clean_line};
use super::fields::{Kind, Section};
use super::limits::{CHANGES_READ_MAX, PREVIOUS_AUTHORITIES_MAX};
use super::make::Maker;
use super::moment;
use super::object::{AVAILABLE, PARTIAL, UNAVAILABLE};

/// The sections of an entry's registration authorities.
pub(super) fn tell(desk: &Maker<'_>, seen: &Seen, answer: &mut Answer) -> Viewed<()> {
    let entry = &seen.entry;
    if let Some((at, holding)) = holder(desk, seen)? {
        let section = section(
            desk,
            Kind::Authority,
            &at,
            &holding,
            contact_name(desk, entry)?,
        )?;
        answer.sections.push(section);
        desk.note_people(answer, &at.path);
    } else if let Some(section) = house(desk, entry)? {
        answer.sections.push(section);
    }
    for (place, holding) in previous(desk, entry)?.into_iter().enumerate() {
        desk.note_people(answer, &entry.path);
        let kind = Kind::Previous(place + 1);
        answer
            .sections
            .push(section(desk, kind, entry, &holding, None)?);
    }
    Ok(())
}

/// Who holds the object, or the nearest superior that somebody holds, and the entry that says so.
fn holder(desk: &Maker<'_>, seen: &Seen) -> Viewed<Option<(std::sync::Arc<Entry>, Holding)>> {
    if let Some(holding) = &seen.entry.registrant {
        return Ok(Some((seen.entry.clone(), holding.clone())));
    }
    if seen.entry.authority || seen.entry.origin.is_reference() {
        return Ok(None);
    }
    for superior in desk.reading.superiors(&seen.entry.path, desk.sight)? {
        let entry = &superior.entry;
        if let Some(holding) = entry.registrant.clone().filter(|_| !superior.stub) {
            return Ok(Some((entry.clone(), holding)));
        }
        if entry.authority {
            break;
        }
    }
    Ok(None)
}

fn section(
    desk: &Maker<'_>,
    kind: Kind,
    at: &Entry,
    holding: &Holding,
    contact: Option<String>,
) -> Viewed<Section> {
    let id = &holding.registrant;
    let known = desk.reading.registrant(id)?;
    let reader = Reader::of(desk.sight.is_whole(&at.path));
    let shown = Shown::of(known.as_ref(), reader);
    let mut section = Section::new(kind);
    section.one("ra", shown.name.unwrap_or_else(|| id.to_string()));
    section.one("status", shown.status);
    section.maybe("contact-name", contact);
    section.maybe("address", shown.address);
    section.maybe("phone", shown.phone);
    section.maybe("email", shown.email);
    section.extra("since", moment::write(holding.since));
    if shown.confidential {
        section.many("attribute", vec!["confidential".to_owned()]);
    }
    Ok(section)
}

/// A registrant as somebody may see it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shown {
    status: &'static str,
    name: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    confidential: bool,
}

impl Shown {
    fn of(known: Option<&Registrant>, reader: Reader) -> Self {
        let nothing = Self {
            status: UNAVAILABLE,
            ..Self::default()
        };
        let Some(details) = known.and_then(|known| known.details.as_ref()) else {
            return nothing;
        };
        let confidential = !details.name_public();
        let Some(shown) = details.shown(reader) else {
            return Self {
                confidential,
                ..nothing
            };
        };
        let text = |text: Option<String>| text.as_deref().map(clean);
        Self {
            // Whether there is more is not for everybody.
            status: if reader == Reader::Everybody {
                PARTIAL
            } else {
                AVAILABLE
            },
            name: Some(clean_line(&shown.name)).filter(|name| !name.is_empty()),
            address: text(shown.address),
            phone: text(shown.telephone),
            email: text(shown.email),
            confidential,
        }
    }
}

/// The authority itself, for what is at or below its nodes and nobody else's.
fn house(desk: &Maker<'_>, entry: &Entry) -> Viewed<Option<Section>> {
    let house = &desk.publication.house;
    let nodes = desk.reading.authorities()?;
    let ours = nodes.iter().any(|node| entry.path.starts_with(node));
    if house.name.is_empty() || !ours {
        return Ok(None);
    }
    let mut section = Section::new(Kind::Authority);
    section.one("ra", clean_line(&house.name));
    section.one("status", AVAILABLE);
    section.one("email", clean_line(&house.email));
    section.one("url", clean_line(&house.url));
    Ok(Some(section))
}

/// Who held the object before, the first one first; none where it was never transferred.
fn previous(desk: &Maker<'_>, entry: &Entry) -> Viewed<Vec<Holding>> {
    let now = entry.registrant.as_ref().map(|one| &one.registrant);
    let Some(first) = &entry.first_registrant else {
        return Ok(Vec::new());
    };
    if now == Some(&first.registrant) {
        return Ok(Vec::new());
    }
    let mut line = vec![first.clone()];
    let changes = desk
        .reading
        .history(&entry.path, None, CHANGES_READ_MAX, desk.sight)?;
    for change in changes.into_iter().rev() {
        let Some(holding) = change.entry.entry.registrant.clone() else {
            continue;
        };
        if line
            .last()
            .is_none_or(|last| last.registrant != holding.registrant)
        {
            line.push(holding);
        }
    }
    if line.last().map(|last| &last.registrant) == now {
        line.pop();
    }
    line.truncate(PREVIOUS_AUTHORITIES_MAX);
    Ok(line)
}

/// The name of the contact for the assignment, where it may be told.
fn contact_name(desk: &Maker<'_>, entry: &Entry) -> Viewed<Option<String>> {
    let mut contacts = entry.holder.contacts.iter();
    match contacts.find(|one| one.role == ContactRole::Administrative) {
        Some(contact) => name_of(desk, entry, contact),
        None => Ok(None),
    }
}

fn name_of(desk: &Maker<'_>, entry: &Entry, contact: &Contact) -> Viewed<Option<String>> {
    let known = desk.reading.registrant(&contact.party)?;
    let reader = Reader::of(desk.sight.is_whole(&entry.path));
    Ok(Shown::of(known.as_ref(), reader).name)
}

/// A contact in one line: with what to turn to it, and its name, else its id.
pub(super) fn contact_line(desk: &Maker<'_>, entry: &Entry, contact: &Contact) -> Viewed<String> {
    let name = name_of(desk, entry, contact)?;
    let name = name.unwrap_or_else(|| contact.party.to_string());
    Ok(format!("{} {name}", contact.role.word()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::actor::PrincipalKind;
    use crate::model::entry::{Audience, Audiences, RegistrantDetails};

    fn person(audiences: Audiences) -> Registrant {
        Registrant {
            id: "r-1".parse().unwrap(),
            kind: PrincipalKind::Person,
            details: Some(RegistrantDetails {
                name: "Asha".into(),
                email: Some("asha@example.org".into()),
                telephone: Some("+255 1".into()),
                address: Some("Dodoma\r\nTanzania".into()),
                audiences,
            }),
            erased: None,
        }
    }

    #[test]
    fn a_persons_data_stays_with_the_staff() {
        let all = Shown::of(Some(&person(Audiences::default())), Reader::Staff);
        assert_eq!(all.address.as_deref(), Some("Dodoma\nTanzania"));
        assert_eq!((all.status, all.confidential), (AVAILABLE, true));
        let public = Shown::of(Some(&person(Audiences::NAME_PUBLIC)), Reader::Everybody);
        let name_alone = Shown {
            status: PARTIAL,
            name: Some("Asha".into()),
            ..Shown::default()
        };
        assert_eq!(public, name_alone);
        let mail_alone = Audiences {
            name: Audience::Nobody,
            email: Audience::Public,
            telephone: Audience::Nobody,
            address: Audience::Registrars,
        };
        let mailed = Shown::of(Some(&person(mail_alone)), Reader::Everybody);
        assert_eq!((mailed.status, mailed.name), (PARTIAL, None));
        assert_eq!(mailed.email.as_deref(), Some("asha@example.org"));
        assert_eq!((mailed.phone, mailed.address), (None, None));
        let staff = Shown::of(Some(&person(mail_alone)), Reader::Staff);
        assert_eq!((staff.phone, staff.address.is_some()), (None, true));
        let nothing = Shown::of(Some(&person(Audiences::default())), Reader::Everybody);
        assert_eq!(nothing.name, None);
        assert!(nothing.confidential && nothing.email.is_none());
        for known in [
            None,
            Some(Registrant {
                details: None,
                ..person(Audiences::NAME_PUBLIC)
            }),
        ] {
            assert_eq!(Shown::of(known.as_ref(), Reader::Staff).status, UNAVAILABLE);
        }
    }
}

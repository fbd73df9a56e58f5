//! One object of the class `oid` (RFC 9083 5): status, events, entities with their jCards (RFC 7095), links and remarks.

use serde_json::{Map, Value, json};

use crate::{
    model::{
        Entry, RegistrantId, TreeView as _, Viewed, Visibility,
        actor::PrincipalKind,
        entry::{ContactRole, Reader, RegistrantDetails, State},
    },
    register::Seen,
};

use super::{
    super::view::{self, View},
    MEDIA, Object, link,
};

/// The object.
pub fn of(view: &View<'_>, seen: &Seen) -> Viewed<Object> {
    let entry = &*seen.entry;
    let path = &entry.path;
    let own = format!("/rdap/oid/{path}");
    let mut links = vec![
        link(view.base, &own, &own, "self", MEDIA),
        link(
            view.base,
            &own,
            &format!("/oid/{path}?format=html"),
            "alternate",
            "text/html",
        ),
    ];
    let mut object = Object::default();
    object.put("objectClassName", "oid");
    object.put("handle", path.to_string());
    object.put("status", status(seen));
    if let Some(superior) = path.parent().filter(|one| !one.is_root()) {
        object.put("parentHandle", superior.to_string());
        links.push(link(
            view.base,
            &own,
            &format!("/rdap/oid/{superior}"),
            "up",
            MEDIA,
        ));
    }
    let forms = view.forms(path);
    object.put("oidra_asn1Notation", forms.asn1.clone());
    object.put("oidra_iri", forms.iri.clone());
    if let Some(urn) = forms.urn() {
        object.put("oidra_urn", urn);
    }
    if !seen.stub {
        facts(view, &mut object, entry);
        let entities = entities(view, entry)?;
        if !entities.is_empty() {
            object.put("entities", entities);
        }
        links.extend(entry.holder.services.iter().map(|one| {
            json!({
                "value": view.base.url(&own),
                "rel": "related",
                "href": one.uri,
                "title": one.kind,
            })
        }));
    }
    object.put("links", links);
    Ok(object)
}

fn facts(view: &View<'_>, object: &mut Object, entry: &Entry) {
    let superior = &entry.superior;
    let named = superior.identifiers.first().map(ToString::to_string);
    let named = named.or_else(|| superior.labels.first().map(|one| one.label.to_string()));
    if let Some(name) = named {
        object.put("name", name);
    }
    object.put("oidra_state", superior.state.word());
    let suspect = view::suspect(entry);
    if let Some(mark) = &suspect {
        object.put(
            "oidra_suspect",
            json!({ "since": mark.since, "until": mark.until }),
        );
    }
    let events = events(entry);
    if !events.is_empty() {
        object.put("events", events);
    }
    let holder = &entry.holder;
    let told = [
        ("Title", &holder.titles),
        ("Description", &holder.descriptions),
    ];
    let mut remarks: Vec<_> = told
        .into_iter()
        .flat_map(|(title, texts)| texts.iter().map(move |text| (title, text)))
        .map(|(title, text)| {
            json!({
                "title": title,
                "description": text.text.lines().collect::<Vec<_>>(),
                "lang": text.language.as_str(),
            })
        })
        .collect();
    if suspect.is_some() {
        remarks.push(json!({
            "title": "Suspect",
            "description": ["What is registered may be wrong. It was reported, and is not settled."],
        }));
    }
    remarks.extend(view.provisional(entry).map(|claim| {
        let (label, until) = (&claim.label, claim.until);
        let is = match claim.challenge {
            Some(_) => format!("The label {label} is provisional: it is challenged."),
            None => {
                format!("The label {label} is provisional: it can be challenged until {until}.")
            }
        };
        json!({ "title": "Provisional label", "description": [is], "lang": "en" })
    }));
    if entry.sandbox.is_some() {
        remarks.push(json!({
            "title": "Sandbox",
            "description": ["This stands in a sandbox, where programs are tried out. It means nothing."],
            "lang": "en",
        }));
    }
    if !remarks.is_empty() {
        object.put("remarks", remarks);
    }
}

/// The words of RFC 9083's registry (locks: RFC 8056) that come nearest; our own word stands in `oidra_state`.
fn status(seen: &Seen) -> Vec<&'static str> {
    if seen.stub {
        return vec!["private"];
    }
    let mut words = match seen.entry.superior.state {
        State::Active | State::Deprecated => vec!["active"],
        State::Reserved | State::Suspended => vec!["inactive"],
        State::Withdrawn => vec!["removed"],
    };
    if seen.visibility != Visibility::Public {
        words.push("private");
    }
    let locks = seen.entry.locks;
    if locks.holder.is_some() {
        words.extend(["client update prohibited", "client transfer prohibited"]);
    }
    if locks.authority.is_some() {
        words.extend(["server update prohibited", "server transfer prohibited"]);
    }
    words
}

fn events(entry: &Entry) -> Vec<Value> {
    let event = |action: &str, date: String| json!({ "eventAction": action, "eventDate": date });
    let mut events = Vec::new();
    if !entry.origin.is_reference() {
        events.push(event("registration", entry.registered.to_string()));
    }
    if let (Some(first), Some(now)) = (&entry.first_registrant, &entry.registrant)
        && first != now
    {
        events.push(event("transfer", now.since.to_string()));
    }
    if let Some(withdrawn) = entry.superior.withdrawn {
        events.push(event("deletion", withdrawn.to_string()));
    }
    events.push(event("last changed", entry.changed.to_string()));
    events
}

/// Everybody who has to do with an entry, each once, with all roles.
fn entities(view: &View<'_>, entry: &Entry) -> Viewed<Vec<Value>> {
    let mut found: Vec<(&RegistrantId, Vec<&'static str>)> = Vec::new();
    let mut add = |id, role| match found.iter_mut().find(|(known, _)| *known == id) {
        Some((_, roles)) if roles.contains(&role) => {}
        Some((_, roles)) => roles.push(role),
        None => found.push((id, vec![role])),
    };
    if let Some(holding) = &entry.registrant {
        add(&holding.registrant, "registrant");
    }
    if let Some(sponsor) = &entry.sponsor {
        add(sponsor, "sponsor");
    }
    for contact in &entry.holder.contacts {
        add(
            &contact.party,
            match contact.role {
                ContactRole::Administrative => "administrative",
                ContactRole::Technical => "technical",
                ContactRole::Abuse => "abuse",
            },
        );
    }
    let whole = view.sight.is_whole(&entry.path);
    let reader = Reader::of(whole);
    found
        .into_iter()
        .map(|(id, roles)| {
            let known = view.reading.registrant(id)?;
            let details = known.as_ref().and_then(|known| known.shown(reader));
            let card = jcard(known.map(|known| known.kind), details.as_ref());
            let mut entity = Object::default();
            entity.put("objectClassName", "entity");
            entity.put("handle", id.to_string());
            entity.put("roles", roles);
            entity.put("vcardArray", card);
            if !whole {
                entity.put(
                    "remarks",
                    json!([{
                        "title": "Privacy",
                        "type": "object truncated due to authorization",
                        "description": ["What is not shown is for the staff of the arc."],
                    }]),
                );
            }
            Ok(entity.into())
        })
        .collect()
}

/// A jCard (RFC 7095). A name that is not shown is empty, since there must be one (RFC 6350 6.2.1).
fn jcard(kind: Option<PrincipalKind>, details: Option<&RegistrantDetails>) -> Value {
    let none = || Value::Object(Map::new());
    let text = |name: &str, text: &str| json!([name, none(), "text", text]);
    let mut card = vec![text("version", "4.0")];
    let name = details.map(|one| one.name.as_str()).unwrap_or_default();
    card.push(text("fn", name));
    if let Some(kind) = kind {
        card.push(text(
            "kind",
            match kind {
                PrincipalKind::Person => "individual",
                PrincipalKind::Organisation => "org",
                PrincipalKind::Machine => "application",
            },
        ));
    }
    if let Some(details) = details {
        if let Some(email) = &details.email {
            card.push(text("email", email));
        }
        if let Some(telephone) = &details.telephone {
            card.push(json!(["tel", { "type": "voice" }, "text", telephone]));
        }
        if let Some(address) = &details.address {
            card.push(json!(["adr", { "label": address }, "text", ["", "", "", "", "", "", ""]]));
        }
    }
    json!(["vcard", card])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_has_a_name_even_where_none_is_shown() {
        let card = jcard(Some(PrincipalKind::Person), None);
        let expect = json!([
            "vcard",
            [
                ["version", {}, "text", "4.0"],
                ["fn", {}, "text", ""],
                ["kind", {}, "text", "individual"],
            ]
        ]);
        assert_eq!(card, expect);
        let details = RegistrantDetails {
            name: "Asha".into(),
            address: Some("Dodoma".into()),
            ..RegistrantDetails::default()
        };
        let card = jcard(None, Some(&details));
        assert_eq!(card[1][1], json!(["fn", {}, "text", "Asha"]));
        assert_eq!(card[1][2][1]["label"], "Dodoma");
    }
}

//! From the messages that describe an arc to the model: a new entry, and the changes of an existing one.

use crate::{
    model::{Code, command::NewEntry, event::Changes, form},
    pb::v1 as pb,
};

use super::{Faults, fields, item, moment, within};

/// The fields of an entry that `Amend` can change, as its update mask names them.
const AMENDABLE: [&str; 9] = [
    "identifiers",
    "labels",
    "visibility",
    "flags",
    "titles",
    "descriptions",
    "services",
    "references",
    "contacts",
];

/// What a new arc shall hold; an unset entry holds nothing.
pub fn new_entry(value: Option<&pb::NewEntry>, outer: &str, faults: &mut Faults) -> NewEntry {
    let Some(value) = value else {
        return NewEntry::default();
    };
    let descriptions = &value.descriptions;
    let visibility_field = within(outer, "visibility");
    NewEntry {
        identifiers: fields::identifiers(&value.identifiers, outer, faults),
        labels: fields::labels(&value.labels, outer, faults),
        visibility: fields::visibility(value.visibility, &visibility_field, faults),
        flags: value.flags.map(fields::flags).unwrap_or_default(),
        titles: fields::texts(&value.titles, outer, "titles", form::title, faults),
        descriptions: fields::texts(
            descriptions,
            outer,
            "descriptions",
            form::description,
            faults,
        ),
        services: fields::services(&value.services, outer, faults),
        references: fields::references(&value.references, outer, faults),
        contacts: fields::contacts(&value.contacts, outer, faults),
        registrant: value
            .registrant
            .as_ref()
            .and_then(|one| fields::registrant(one, &within(outer, "registrant"), faults)),
        sponsor: fields::some(&value.sponsor)
            .and_then(|id| faults.parse(Code::FieldInvalid, within(outer, "sponsor"), &id)),
        applied: value
            .applied
            .as_ref()
            .and_then(|at| moment(at, &within(outer, "applied"), faults)),
        category: fields::some(&value.category).and_then(|name| {
            faults.parse(Code::IdentifierSyntax, within(outer, "category"), &name)
        }),
    }
}

/// The changes of an `Amend`: the fields its mask names, or, where the mask is empty, those that are set.
pub fn changes(
    value: Option<&pb::NewEntry>,
    mask: Option<&prost_types::FieldMask>,
    faults: &mut Faults,
) -> Changes {
    let nothing = pb::NewEntry::default();
    let value = value.unwrap_or(&nothing);
    let named = named(mask, faults);
    let no_mask = mask.is_none_or(|mask| mask.paths.is_empty());
    for (set, field) in [
        (value.registrant.is_some(), "registrant"),
        (!value.sponsor.is_empty(), "sponsor"),
        (value.applied.is_some(), "applied"),
        (!value.category.is_empty(), "category"),
    ] {
        if set && no_mask {
            let detail = "Amend does not change this; an arc is given to another with Transfer";
            faults.at(Code::FieldInvalid, within("entry", field), detail);
        }
    }
    let wanted = |field: &str, set: bool| if no_mask { set } else { named.contains(&field) };
    let read = new_entry(
        Some(&pb::NewEntry {
            registrant: None,
            sponsor: String::new(),
            applied: None,
            category: String::new(),
            ..value.clone()
        }),
        "entry",
        faults,
    );
    let visibility = wanted("visibility", value.visibility != 0);
    if visibility && value.visibility == 0 {
        faults.at(
            Code::FieldRequired,
            "entry.visibility",
            "the new visibility is needed",
        );
    }
    Changes {
        identifiers: wanted("identifiers", !value.identifiers.is_empty())
            .then_some(read.identifiers),
        labels: wanted("labels", !value.labels.is_empty()).then_some(read.labels),
        flags: wanted("flags", value.flags.is_some()).then_some(read.flags),
        visibility: if visibility { read.visibility } else { None },
        titles: wanted("titles", !value.titles.is_empty()).then_some(read.titles),
        descriptions: wanted("descriptions", !value.descriptions.is_empty())
            .then_some(read.descriptions),
        services: wanted("services", !value.services.is_empty()).then_some(read.services),
        references: wanted("references", !value.references.is_empty()).then_some(read.references),
        contacts: wanted("contacts", !value.contacts.is_empty()).then_some(read.contacts),
    }
}

fn named(mask: Option<&prost_types::FieldMask>, faults: &mut Faults) -> Vec<&'static str> {
    let Some(mask) = mask else {
        return Vec::new();
    };
    let mut named = Vec::new();
    for (index, path) in mask.paths.iter().enumerate() {
        match AMENDABLE.iter().find(|field| *field == path) {
            Some(field) => named.push(*field),
            None if path == "*" => named.extend(AMENDABLE),
            None => {
                let detail = format!("must be one of {}", AMENDABLE.join(", "));
                let field = item("update_mask", "paths", index);
                faults
                    .add(crate::model::Refusal::new(Code::FieldInvalid, field, detail).value(path));
            }
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use crate::model::{
        Visibility,
        limits::{
            CONTACTS_MAX, DESCRIPTION_BYTES_MAX, IDENTIFIERS_MAX, LABELS_MAX, LANGUAGES_MAX,
            REFERENCES_MAX, SERVICE_KIND_CHARS_MAX, SERVICES_MAX, TITLE_BYTES_MAX,
        },
    };

    use super::*;

    fn text(language: &str, text: &str) -> pb::Text {
        pb::Text {
            language: language.to_owned(),
            text: text.to_owned(),
        }
    }

    fn label(label: &str) -> pb::Label {
        pb::Label {
            label: label.to_owned(),
            language: String::new(),
        }
    }

    /// The faults of an entry as `field CODE`, in order of precedence.
    fn check(entry: &pb::NewEntry, expect: &[&str]) {
        let mut faults = Faults::new();
        let read = new_entry(Some(entry), "entry", &mut faults);
        let told: Vec<_> = match faults.into_result(Some(read)) {
            Ok(_) => Vec::new(),
            Err(refusals) => refusals
                .iter()
                .map(|one| format!("{} {}", one.field, one.code))
                .collect(),
        };
        assert_eq!(told, expect);
    }

    #[test]
    fn a_whole_entry_is_read() {
        let entry = pb::NewEntry {
            identifiers: vec!["health".into()],
            labels: vec![
                pb::Label {
                    label: "Afya".into(),
                    language: "SW".into(),
                },
                label("الصحة"),
            ],
            visibility: pb::Visibility::Stub as i32,
            titles: vec![text("en", "Health"), text("sw", "Afya")],
            services: vec![pb::Service {
                kind: "web".into(),
                uri: "https://a.example/".into(),
                priority: 1,
            }],
            references: vec![pb::Reference {
                title: "Act 4".into(),
                ..Default::default()
            }],
            ..Default::default()
        };
        let mut faults = Faults::new();
        let read = new_entry(Some(&entry), "entry", &mut faults);
        let read = faults.into_result(Some(read)).unwrap();
        assert_eq!(read.identifiers[0].as_str(), "health");
        assert_eq!(read.labels[0].language.as_ref().unwrap().as_str(), "sw");
        assert_eq!(read.visibility, Some(Visibility::Stub));
        assert_eq!(
            (
                read.titles.len(),
                read.services.len(),
                read.references.len()
            ),
            (2, 1, 1)
        );
    }

    #[test]
    fn every_faulty_field_is_told_at_once() {
        check(
            &pb::NewEntry {
                identifiers: vec!["Health".into(), "ok".into(), "ok".into()],
                labels: vec![label("fine"), label("FINE"), label("a\u{308}")],
                visibility: 9,
                titles: vec![
                    text("en", ""),
                    text("no tag", "x"),
                    text("en", "again"),
                    text("sw", "a\nb"),
                ],
                services: vec![pb::Service {
                    kind: "Web".into(),
                    uri: "nowhere".into(),
                    priority: 0,
                }],
                references: vec![pb::Reference {
                    uri: "a b:c".into(),
                    ..Default::default()
                }],
                contacts: vec![
                    pb::NewContact::default(),
                    pb::NewContact {
                        role: 9,
                        party: Some(pb::RegistrantRef {
                            kind: Some(pb::registrant_ref::Kind::Id("a b".into())),
                        }),
                    },
                ],
                registrant: Some(pb::RegistrantRef {
                    kind: Some(pb::registrant_ref::Kind::Registrant(pb::Registrant {
                        id: "r-1".into(),
                        ..Default::default()
                    })),
                }),
                sponsor: "a b".into(),
                applied: Some(prost_types::Timestamp {
                    seconds: 0,
                    nanos: -1,
                }),
                ..Default::default()
            },
            &[
                "entry.titles[0].text FIELD_REQUIRED",
                "entry.references[0].title FIELD_REQUIRED",
                "entry.contacts[0].role FIELD_REQUIRED",
                "entry.contacts[0].party FIELD_REQUIRED",
                "entry.registrant.registrant.kind FIELD_REQUIRED",
                "entry.registrant.registrant.name FIELD_REQUIRED",
                "entry.visibility FIELD_INVALID",
                "entry.titles[3].text FIELD_INVALID",
                "entry.services[0].kind FIELD_INVALID",
                "entry.services[0].uri FIELD_INVALID",
                "entry.references[0].uri FIELD_INVALID",
                "entry.contacts[1].role FIELD_INVALID",
                "entry.contacts[1].party.id FIELD_INVALID",
                "entry.registrant.registrant.id FIELD_INVALID",
                "entry.sponsor FIELD_INVALID",
                "entry.identifiers[2] DUPLICATE_VALUE",
                "entry.labels[1].label DUPLICATE_VALUE",
                "entry.titles[2].language DUPLICATE_VALUE",
                "entry.identifiers[0] IDENTIFIER_SYNTAX",
                "entry.labels[2].label LABEL_SYNTAX",
                "entry.titles[1].language LANGUAGE_SYNTAX",
                "entry.applied MOMENT_SYNTAX",
            ],
        );
    }

    #[test]
    fn what_the_rules_would_not_take_is_told_with_the_rest() {
        let registrant = pb::Registrant {
            kind: pb::PartyKind::Person as i32,
            name: "Asha".into(),
            email: "office".into(),
            ..Default::default()
        };
        check(
            &pb::NewEntry {
                identifiers: vec!["X".into()],
                descriptions: vec![text("en", "a\u{1b}[2J")],
                services: vec![pb::Service {
                    kind: "k".repeat(SERVICE_KIND_CHARS_MAX + 1),
                    uri: "javascript:x".into(),
                    priority: 0,
                }],
                registrant: Some(pb::RegistrantRef {
                    kind: Some(pb::registrant_ref::Kind::Registrant(registrant)),
                }),
                ..Default::default()
            },
            &[
                "entry.descriptions[0].text FIELD_INVALID",
                "entry.services[0].uri FIELD_INVALID",
                "entry.registrant.registrant.email FIELD_INVALID",
                "entry.services[0].kind FIELD_TOO_LONG",
                "entry.identifiers[0] IDENTIFIER_SYNTAX",
            ],
        );
    }

    #[test]
    fn lists_and_texts_one_past_the_limit_are_refused() {
        let identifiers = |n: usize| (0..n).map(|i| format!("a{i}")).collect();
        check(
            &pb::NewEntry {
                identifiers: identifiers(IDENTIFIERS_MAX),
                ..Default::default()
            },
            &[],
        );
        check(
            &pb::NewEntry {
                identifiers: identifiers(IDENTIFIERS_MAX + 1),
                labels: vec![label("a"); LABELS_MAX + 1],
                titles: vec![text("en", "t"); LANGUAGES_MAX + 1],
                descriptions: vec![text("en", &"d".repeat(DESCRIPTION_BYTES_MAX + 1))],
                services: vec![pb::Service::default(); SERVICES_MAX + 1],
                references: vec![pb::Reference::default(); REFERENCES_MAX + 1],
                contacts: vec![pb::NewContact::default(); CONTACTS_MAX + 1],
                ..Default::default()
            },
            &[
                "entry.descriptions[0].text FIELD_TOO_LONG",
                "entry.identifiers TOO_MANY_VALUES",
                "entry.labels TOO_MANY_VALUES",
                "entry.titles TOO_MANY_VALUES",
                "entry.services TOO_MANY_VALUES",
                "entry.references TOO_MANY_VALUES",
                "entry.contacts TOO_MANY_VALUES",
            ],
        );
        let title = |bytes| vec![text("en", &"t".repeat(bytes))];
        check(
            &pb::NewEntry {
                titles: title(TITLE_BYTES_MAX),
                ..Default::default()
            },
            &[],
        );
        check(
            &pb::NewEntry {
                titles: title(TITLE_BYTES_MAX + 1),
                ..Default::default()
            },
            &["entry.titles[0].text FIELD_TOO_LONG"],
        );
    }

    /// What a mask and an entry change, as the names of the fields, or the first fault.
    fn amends(paths: &[&str], entry: &pb::NewEntry, expect: &str) {
        let mask = prost_types::FieldMask {
            paths: paths.iter().map(|p| (*p).to_owned()).collect(),
        };
        let mut faults = Faults::new();
        let read = changes(Some(entry), Some(&mask), &mut faults);
        let told = match faults.into_result(Some(read)) {
            Err(refusals) => format!("{} {}", refusals.main().field, refusals.main().code),
            Ok(read) => [
                (read.identifiers.is_some(), "identifiers"),
                (read.labels.is_some(), "labels"),
                (read.visibility.is_some(), "visibility"),
                (read.flags.is_some(), "flags"),
                (read.titles.is_some(), "titles"),
                (read.descriptions.is_some(), "descriptions"),
                (read.services.is_some(), "services"),
                (read.references.is_some(), "references"),
                (read.contacts.is_some(), "contacts"),
            ]
            .iter()
            .filter(|(changed, _)| *changed)
            .map(|(_, name)| *name)
            .collect::<Vec<_>>()
            .join(" "),
        };
        assert_eq!(told, expect);
    }

    #[test]
    fn a_mask_says_what_changes() {
        let entry = pb::NewEntry {
            titles: vec![text("en", "t")],
            ..Default::default()
        };
        amends(&[], &entry, "titles");
        amends(&["titles", "labels"], &entry, "labels titles");
        amends(&["labels"], &entry, "labels");
        amends(&["contacts"], &entry, "contacts");
        amends(&["visibility"], &entry, "entry.visibility FIELD_REQUIRED");
        amends(
            &["titles", "number"],
            &entry,
            "update_mask.paths[1] FIELD_INVALID",
        );
        let held = pb::NewEntry {
            sponsor: "r-1".into(),
            ..entry.clone()
        };
        amends(&[], &held, "entry.sponsor FIELD_INVALID");
        let all = pb::NewEntry {
            visibility: 1,
            ..Default::default()
        };
        amends(
            &["*"],
            &all,
            "identifiers labels visibility flags titles descriptions services references contacts",
        );
    }
}

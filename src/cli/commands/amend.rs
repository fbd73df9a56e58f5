//! `amend`: changes what an arc is called and says, starting from the entry as it was read.
//!
//! The etag of what was read goes with the change, so that nothing written meanwhile is overwritten unseen.

use prost_types::FieldMask;

use crate::{
    cli::{
        args::{AmendArgs, Clearable},
        client::Client,
        commands::allocate::{flags, visibility},
        desk::Desk,
        failure::{Failure, Outcome},
        view::word,
    },
    pb::v1::{self, registrant_ref},
};

/// Changes an entry.
pub async fn run(desk: &Desk, client: &Client, args: AmendArgs) -> Result<Outcome, Failure> {
    let (now, entry, paths) = asked(desk, client, args).await?;
    let request = v1::AmendRequest {
        oid: now.oid,
        entry: Some(entry),
        update_mask: Some(FieldMask { paths }),
        etag: now.etag,
        options: None,
    };
    desk.change(client, request, None, async |r| {
        client.registration().amend(r).await
    })
    .await
}

/// The entry as it is, the new values that were typed, and the names of the fields that have one.
pub async fn asked(
    desk: &Desk,
    client: &Client,
    mut args: AmendArgs,
) -> Result<(v1::Entry, v1::NewEntry, Vec<String>), Failure> {
    args.titles = desk.in_language(args.lang.as_deref(), args.titles);
    args.descriptions = desk.in_language(args.lang.as_deref(), args.descriptions);
    let now = desk.entry(client, &args.oid).await?;
    let (entry, paths) = changed(&args, &now)?;
    Ok((now, entry, paths))
}

/// The new values, and the names of the fields that have one.
fn changed(args: &AmendArgs, now: &v1::Entry) -> Result<(v1::NewEntry, Vec<String>), Failure> {
    let clears = |field| args.clear.contains(&field);
    let mut entry = v1::NewEntry::default();
    let mut paths: Vec<&str> = Vec::new();
    let mut put = |path, touched: bool| {
        if touched {
            paths.push(path);
        }
        touched
    };
    let list = List {
        now: &now.identifiers,
        instead: &args.identifiers,
        more: &args.add_identifiers,
        less: &args.remove_identifiers,
        cleared: clears(Clearable::Identifiers),
    };
    if put("identifiers", list.touched()) {
        entry.identifiers = list.result("identifier", |name, gone| name == gone)?;
    }
    let list = List {
        now: &now.labels,
        instead: &args.labels,
        more: &args.add_labels,
        less: &args.remove_labels,
        cleared: clears(Clearable::Labels),
    };
    if put("labels", list.touched()) {
        entry.labels = list.result("label", |label, gone| {
            label.label == *gone || format!("{}@{}", label.label, label.language) == *gone
        })?;
    }
    let cleared = clears(Clearable::Titles);
    if put(
        "titles",
        cleared || !args.titles.is_empty() || !args.remove_titles.is_empty(),
    ) {
        entry.titles = texts(
            "title",
            &now.titles,
            &args.titles,
            &args.remove_titles,
            cleared,
        )?;
    }
    let cleared = clears(Clearable::Descriptions);
    if put(
        "descriptions",
        cleared || !args.descriptions.is_empty() || !args.remove_descriptions.is_empty(),
    ) {
        let (new, less) = (&args.descriptions, &args.remove_descriptions);
        entry.descriptions = texts("description", &now.descriptions, new, less, cleared)?;
    }
    let list = List {
        now: &now.services,
        instead: &args.services,
        more: &args.add_services,
        less: &args.remove_services,
        cleared: clears(Clearable::Services),
    };
    if put("services", list.touched()) {
        entry.services = list.result("service", |service, gone| service.uri == *gone)?;
    }
    let list = List {
        now: &now.references,
        instead: &args.references,
        more: &args.add_references,
        less: &[],
        cleared: clears(Clearable::References),
    };
    if put("references", list.touched()) {
        entry.references = list.result("reference", |_, _| false)?;
    }
    let there: Vec<_> = now.contacts.iter().map(known).collect();
    let list = List {
        now: &there,
        instead: &args.contacts,
        more: &args.add_contacts,
        less: &args.remove_contacts,
        cleared: clears(Clearable::Contacts),
    };
    if put("contacts", list.touched()) {
        entry.contacts = list.result("contact", |one, gone| is_contact(one, gone))?;
    }
    if put("visibility", args.visibility.is_some()) {
        entry.visibility = args.visibility.map(visibility).unwrap_or_default().into();
    }
    entry.flags = flags(&args.flags, now.flags);
    put("flags", entry.flags.is_some());
    if paths.is_empty() {
        return Err(Failure::Usage(
            "nothing to change was named; see 'oidctl amend --help'".to_owned(),
        ));
    }
    Ok((entry, paths.into_iter().map(str::to_owned).collect()))
}

/// A contact there is, by its id.
fn known(contact: &v1::Contact) -> v1::NewContact {
    let id = contact.party.as_ref().map(|party| party.id.clone());
    v1::NewContact {
        role: contact.role,
        party: Some(v1::RegistrantRef {
            kind: id.map(registrant_ref::Kind::Id),
        }),
    }
}

/// Whether a contact is the one of `[ROLE=]ID`.
fn is_contact(contact: &v1::NewContact, gone: &str) -> bool {
    let (role, gone) = gone.split_once('=').unwrap_or(("", gone));
    let kind = contact.party.as_ref().and_then(|party| party.kind.as_ref());
    let is = matches!(kind, Some(registrant_ref::Kind::Id(id)) if id == gone);
    is && (role.is_empty() || role == word(contact.role().as_str_name(), "CONTACT_ROLE_"))
}

/// What shall become of a list.
struct List<'a, T> {
    now: &'a [T],
    instead: &'a [T],
    more: &'a [T],
    less: &'a [String],
    cleared: bool,
}

impl<T: Clone + PartialEq> List<'_, T> {
    fn touched(&self) -> bool {
        self.cleared || !(self.instead.is_empty() && self.more.is_empty() && self.less.is_empty())
    }

    fn result(&self, what: &str, is: impl Fn(&T, &String) -> bool) -> Result<Vec<T>, Failure> {
        let mut list = match (self.cleared, self.instead) {
            (true, _) => Vec::new(),
            (false, []) => self.now.to_vec(),
            (false, instead) => instead.to_vec(),
        };
        for gone in self.less {
            let before = list.len();
            list.retain(|item| !is(item, gone));
            if list.len() == before {
                return Err(absent(what, gone));
            }
        }
        for item in self.more {
            if !list.contains(item) {
                list.push(item.clone());
            }
        }
        Ok(list)
    }
}

/// Texts by language: a new one takes the place of the one in its language.
fn texts(
    what: &str,
    now: &[v1::Text],
    new: &[v1::Text],
    less: &[String],
    cleared: bool,
) -> Result<Vec<v1::Text>, Failure> {
    let mut list = if cleared { Vec::new() } else { now.to_vec() };
    for gone in less {
        let before = list.len();
        list.retain(|text| text.language != *gone);
        if list.len() == before {
            return Err(absent(what, gone));
        }
    }
    for text in new {
        match list.iter_mut().find(|old| old.language == text.language) {
            Some(old) => old.text.clone_from(&text.text),
            None => list.push(text.clone()),
        }
    }
    Ok(list)
}

fn absent(what: &str, gone: &str) -> Failure {
    Failure::Usage(format!("the arc has no {what} {gone:?} to take away"))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::{Cli, Command};

    fn now() -> v1::Entry {
        let text = |language: &str, text: &str| v1::Text {
            language: language.to_owned(),
            text: text.to_owned(),
        };
        v1::Entry {
            identifiers: vec!["health".to_owned()],
            labels: vec![
                v1::Label {
                    label: "Afya".to_owned(),
                    language: "sw".to_owned(),
                },
                v1::Label {
                    label: "Health".to_owned(),
                    language: String::new(),
                },
            ],
            titles: vec![text("en", "Health"), text("sw", "Afya")],
            flags: Some(v1::Flags {
                leaf: true,
                ..v1::Flags::default()
            }),
            contacts: vec![
                contact(v1::ContactRole::Technical, "r-1"),
                contact(v1::ContactRole::Abuse, "r-1"),
                contact(v1::ContactRole::Abuse, "r-2"),
            ],
            ..v1::Entry::default()
        }
    }

    fn contact(role: v1::ContactRole, id: &str) -> v1::Contact {
        v1::Contact {
            role: role.into(),
            party: Some(v1::Registrant {
                id: id.to_owned(),
                ..v1::Registrant::default()
            }),
        }
    }

    fn amend(typed: &[&str]) -> Result<(v1::NewEntry, Vec<String>), Failure> {
        let typed = ["oidctl", "amend", "2.999.1"].iter().chain(typed);
        let Command::Amend(args) = Cli::try_parse_from(typed).unwrap().command else {
            panic!("another command")
        };
        changed(&args, &now())
    }

    #[test]
    fn only_what_is_named_changes() {
        let (entry, paths) =
            amend(&["--add-identifier", "afya", "--remove-label", "Afya@sw"]).unwrap();
        assert_eq!(paths, ["identifiers", "labels"]);
        assert_eq!(entry.identifiers, ["health", "afya"]);
        assert_eq!(entry.labels.len(), 1);
        let (entry, paths) =
            amend(&["--title", "sw:Huduma", "--title", "ar:صحة", "--frozen"]).unwrap();
        assert_eq!(paths, ["titles", "flags"]);
        let titles: Vec<_> = entry.titles.iter().map(|t| t.text.as_str()).collect();
        assert_eq!(titles, ["Health", "Huduma", "صحة"]);
        let flags = entry.flags.unwrap();
        assert!(flags.leaf && flags.frozen);
    }

    #[test]
    fn lists_are_replaced_and_cleared() {
        let (entry, _) = amend(&[
            "--identifier",
            "a",
            "--identifier",
            "b",
            "--add-identifier",
            "a",
        ])
        .unwrap();
        assert_eq!(entry.identifiers, ["a", "b"]);
        let (entry, paths) = amend(&["--clear", "labels", "--clear", "titles"]).unwrap();
        assert_eq!(paths, ["labels", "titles"]);
        assert!(entry.labels.is_empty() && entry.titles.is_empty());
    }

    #[track_caller]
    fn check_contacts(typed: &[&str], expect: &[(&str, &str)]) {
        let (entry, paths) = amend(typed).unwrap();
        assert_eq!(paths, ["contacts"]);
        let told: Vec<_> = entry
            .contacts
            .iter()
            .map(|one| {
                let who = match one.party.as_ref().unwrap().kind.as_ref().unwrap() {
                    registrant_ref::Kind::Id(id) => id,
                    registrant_ref::Kind::Registrant(new) => &new.name,
                };
                let role = word(one.role().as_str_name(), "CONTACT_ROLE_");
                (role, who.clone())
            })
            .collect();
        let told: Vec<_> = told.iter().map(|(r, w)| (r.as_str(), w.as_str())).collect();
        assert_eq!(told, expect, "{typed:?}");
    }

    #[test]
    fn contacts_come_and_go_by_role_and_id() {
        let (technical, abuse) = (("technical", "r-1"), ("abuse", "r-1"));
        let (other, new) = (("abuse", "r-2"), ("administrative", "Asha"));
        let asha = "administrative=Asha <asha@example.org>";
        check_contacts(&["--add-contact", asha], &[technical, abuse, other, new]);
        check_contacts(&["--add-contact", "abuse=r-2"], &[technical, abuse, other]);
        check_contacts(&["--remove-contact", "r-1"], &[other]);
        check_contacts(&["--remove-contact", "abuse=r-1"], &[technical, other]);
        check_contacts(&["--contact", asha], &[new]);
        check_contacts(&["--clear", "contacts"], &[]);
    }

    #[test]
    fn what_makes_no_sense_is_wrong_usage() {
        for typed in [
            &[][..],
            &["--remove-label", "Absent"],
            &["--remove-title", "fr"],
            &["--remove-contact", "r-3"],
            &["--remove-contact", "technical=r-2"],
        ] {
            assert!(matches!(amend(typed), Err(Failure::Usage(_))), "{typed:?}");
        }
    }
}

//! CINF and RINF: what is below a node and how it was registered, as X.672 Annexes C and D write them in XML (X.693).
//!
//! The ORS's NAPTR records lead here. Only children that everybody may see by name are listed; of the others no number is
//! told (`-1`), so that none can be counted. Of people it tells what a registrant lets be seen.

use std::sync::Arc;

use crate::{
    desk::Desk,
    model::{
        Timestamp, TreeView as _, Viewed,
        entry::{Delegation, Holding, Reader, RegistrantDetails},
    },
    oid::{NodePath, notation::NoNames},
    register::{Reading, Seen},
};

use super::{
    answer::{Answer, Keep},
    ask::Ask,
    face::Site,
    permalink::registered,
    problem::Failure,
    view::View,
};

/// The type of both.
const XML: &str = "application/xml; charset=utf-8";
/// The declaration of a document.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
/// The number of undisclosed children where none is told.
const NOT_TOLD: &str = "-1";

/// The children of a node.
pub async fn cinf(site: &Arc<Site>, ask: &Ask, rest: &str) -> Result<Answer, Failure> {
    document(site, ask, rest, "cinf", children).await
}

/// The registration of a node.
pub async fn rinf(site: &Arc<Site>, ask: &Ask, rest: &str) -> Result<Answer, Failure> {
    document(site, ask, rest, "rinf", registration).await
}

async fn document(
    site: &Arc<Site>,
    ask: &Ask,
    rest: &str,
    of: &'static str,
    write: fn(&View<'_>, &Seen, usize) -> Viewed<String>,
) -> Result<Answer, Failure> {
    let path = crate::model::oid_text::read(rest, true, &NoNames, "oid")?;
    let path: NodePath = path.resolved.path;
    let reading: Reading = ask.reading(&site.desk.register).await?;
    let (own, call) = (Arc::clone(site), Arc::clone(&ask.call));
    let made = Desk::blocking(move || {
        let view = View::new(&reading, call.sight(), &call.witness, &own.base);
        let seen = registered(&view, &path)?;
        let text =
            DECLARATION.to_owned() + &write(&view, &seen, own.options.cinf_children_max)? + "\n";
        let keep = Keep::Facts {
            revision: seen.entry.revision,
            of,
            modified: None,
        };
        Ok::<_, Failure>(view.settled(Answer::new(XML, text, keep))?)
    });
    made.await?
}

fn children(view: &View<'_>, seen: &Seen, most: usize) -> Viewed<String> {
    if seen.stub {
        return Ok("<ChildInformation><noDisclosure/></ChildInformation>".to_owned());
    }
    let children = view.children(&seen.entry.path, None, most)?;
    let disclosed = children.iter().filter(|child| !child.stub).map(child);
    let list = element("disclosedChildren", &disclosed.collect::<String>());
    let others = element("otherChildren", NOT_TOLD);
    let disclosure = element("disclosure", &(list + &others));
    Ok(element("ChildInformation", &disclosure))
}

/// One child. What is delegated to a register elsewhere is supported where that register says so.
fn child(seen: &Seen) -> String {
    let entry = &seen.entry;
    let supported = match &entry.delegation {
        Some(Delegation::External { ors, .. }) => ors.is_some(),
        _ => true,
    };
    let number = entry
        .path
        .last()
        .map(ToString::to_string)
        .unwrap_or_default();
    let labels = entry.superior.labels.iter();
    let labels: String = labels
        .map(|one| element("labels", &escaped(&one.label.to_string())))
        .collect();
    let names = element("numericLabel", &number) + &element("non-numeric", &labels);
    let supported = element("orsSupported", if supported { "true" } else { "false" });
    element(
        "disclosedChild",
        &(supported + &element("unicodeLabels", &names)),
    )
}

fn registration(view: &View<'_>, seen: &Seen, _: usize) -> Viewed<String> {
    if seen.stub {
        return Ok("<RegistrationInformation><noDisclosure/></RegistrationInformation>".to_owned());
    }
    let entry = &seen.entry;
    let paragraph = |text: &str| format!("<p>{}</p>", escaped(text));
    let titles = entry.holder.titles.iter().map(|one| paragraph(&one.text));
    let described = entry
        .holder
        .descriptions
        .iter()
        .map(|one| paragraph(&one.text));
    let mut inner = html("description", &titles.chain(described).collect::<String>());
    let references: String = entry
        .holder
        .references
        .iter()
        .map(|one| paragraph(&one.title))
        .collect();
    if !references.is_empty() {
        inner += &html("additionalInformation", &references);
    }
    for (name, holding) in [
        ("firstRegistration", &entry.first_registrant),
        ("currentRegistration", &entry.registrant),
    ] {
        if let Some(holding) = holding {
            inner += &held(view, seen, name, holding)?;
        }
    }
    let disclosure = element("disclosure", &inner);
    Ok(element("RegistrationInformation", &disclosure))
}

fn held(view: &View<'_>, seen: &Seen, name: &str, holding: &Holding) -> Viewed<String> {
    let known = view.reading.registrant(&holding.registrant)?;
    let reader = Reader::of(view.sight.is_whole(&seen.entry.path));
    let details = known
        .and_then(|known| known.shown(reader))
        .unwrap_or_default();
    let contact = element("non-enciphered", &contact(&details));
    let date = element("registrationDate", &date(holding.since));
    Ok(element(name, &(date + &element("registrant", &contact))))
}

fn contact(details: &RegistrantDetails) -> String {
    let mut inner = String::new();
    if !details.name.is_empty() {
        inner += &element("familyNameOrOrganization", &escaped(&details.name));
    }
    if let Some(email) = &details.email {
        inner += &element("e-mailAddress", &escaped(email));
    }
    // The module wants a number that can be called from anywhere.
    if let Some(telephone) = details
        .telephone
        .as_ref()
        .filter(|one| one.starts_with('+'))
    {
        inner += &element("phone", &escaped(telephone));
    }
    if let Some(address) = &details.address {
        let lines = address
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        let lines: String = lines
            .map(|line| element("UTF8String", &escaped(line)))
            .collect();
        inner += &element("postalAddress", &lines);
    }
    inner
}

/// The day of a moment, in UTC.
fn date(moment: Timestamp) -> String {
    moment.to_string().chars().take(10).collect()
}

fn element(name: &str, content: &str) -> String {
    if content.is_empty() {
        return format!("<{name}/>");
    }
    format!("<{name}>{content}</{name}>")
}

/// An element whose text is HTML: escaped once more (X.693: a character string is text).
fn html(name: &str, markup: &str) -> String {
    element(name, &escaped(markup))
}

/// A text as it may stand between tags; characters that XML cannot hold are left out (XML 1.0 2.2).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => {
                out.push(c);
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_escaped_or_left_out() {
        assert_eq!(escaped("a<b>&\u{1}c\u{fffe}"), "a&lt;b&gt;&amp;c");
        assert_eq!(html("d", "<p>x</p>"), "<d>&lt;p&gt;x&lt;/p&gt;</d>");
        assert_eq!(element("e", ""), "<e/>");
    }

    #[test]
    fn of_a_contact_only_what_is_known_is_written() {
        let details = RegistrantDetails {
            name: "A & B".into(),
            telephone: Some("030 1".into()),
            address: Some("Street 1\n\nDodoma".into()),
            ..RegistrantDetails::default()
        };
        assert_eq!(
            contact(&details),
            "<familyNameOrOrganization>A &amp; B</familyNameOrOrganization><postalAddress>\
             <UTF8String>Street 1</UTF8String><UTF8String>Dodoma</UTF8String></postalAddress>"
        );
        assert_eq!(date(Timestamp::default()), "1970-01-01");
    }
}

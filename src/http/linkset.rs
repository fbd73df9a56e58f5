//! Links: the `Link` field of every permalink (RFC 8288), linksets (RFC 9264), and the way to one of an entry's own services.
//!
//! A service is chosen by its kind or by the relation it stands in, as resolvers of GS1 choose by link type. It must never
//! lead anywhere but to an address of `http` or `https`: what an entry names is its holder's word.

use std::sync::Arc;

use http::{StatusCode, header};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    desk::Desk,
    model::entry::Service,
    oid::NodePath,
    register::{Reading, Seen},
};

use super::{
    answer::{Answer, Keep},
    ask::Ask,
    face::Site,
    format::Format,
    permalink::registered,
    problem::Failure,
    view::View,
};

/// The link types that lead to this register's own representations.
pub const OWN_TYPES: [&str; 5] = ["alternate", "describedby", "up", "item", "linkset"];

/// The relation of a service of this kind: those that describe the object identifier, and all others.
fn relation(kind: &str) -> &'static str {
    match kind {
        "web" | "oidip" | "rdap" | "ors" => "describedby",
        _ => "related",
    }
}

/// Bytes of a `Link` field, as a guess for the space that it needs.
const LINK_BYTES: usize = 768;

/// Puts the `Link` field of a permalink on an answer.
pub fn fields(answer: Answer, site: &Site, path: &NodePath) -> Answer {
    let (base, dot) = (site.base.as_str(), path.to_string());
    let own = site.base.permalink_of(&dot);
    let mut all = String::with_capacity(LINK_BYTES);
    let mut put = |parts: &[&str]| parts.iter().for_each(|part| all.push_str(part));
    put(&["<", &own, ">; rel=\"canonical\""]);
    if let Some(superior) = path.parent() {
        put(&[", <", &site.base.permalink(&superior), ">; rel=\"up\""]);
    }
    let mut own_form = |format: Format, relation: &str| {
        put(&[
            ", <",
            &own,
            "?format=",
            format.word(),
            ">; rel=\"",
            relation,
        ]);
        put(&["\"; type=\"", format.media(), "\""]);
    };
    // The linkset has all of them.
    for format in [Format::Json, Format::Html, Format::Rdap] {
        own_form(format, "alternate");
    }
    own_form(Format::Linkset, "linkset");
    put(&[
        ", <",
        base,
        "/oidip/oid/",
        &dot,
        "/json>; rel=\"describedby\"; type=\"",
    ]);
    put(&[Format::OidipJson.media(), "\""]);
    answer.with(header::LINK, &all)
}

/// One link.
#[derive(Clone, Debug, Serialize)]
struct Link {
    href: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    media: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// The kind of a service: a target attribute of ours, and those are lists (RFC 9264 4.2.4.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<[String; 1]>,
}

impl Link {
    fn to(href: String) -> Self {
        Self {
            href,
            media: None,
            title: None,
            kind: None,
        }
    }

    fn typed(href: String, format: Format) -> Self {
        Self {
            media: Some(format.media()),
            ..Self::to(href)
        }
    }
}

/// The links of a node by relation, in order.
fn links(
    view: &View<'_>,
    seen: &Seen,
    items_max: usize,
) -> Result<Vec<(&'static str, Vec<Link>)>, Failure> {
    let path = &seen.entry.path;
    let own = view.base.permalink(path);
    let at = |format: Format| {
        let href = format!("{own}?format={}", format.word());
        Link::typed(href, format)
    };
    let oidip = |format: Format, word: &str| {
        let href = view.base.url(format_args!("/oidip/oid/{path}/{word}"));
        Link::typed(href, format)
    };
    let mut alternate = vec![at(Format::Json), at(Format::Html), at(Format::Text)];
    alternate.push(at(Format::Rdap));
    let mut describedby = vec![
        oidip(Format::OidipJson, "json"),
        oidip(Format::OidipXml, "xml"),
        oidip(Format::OidipText, "text"),
    ];
    let mut related = Vec::new();
    for service in services(seen) {
        let link = Link {
            title: Some(service.kind.clone()),
            kind: Some([service.kind.clone()]),
            ..Link::to(service.uri.clone())
        };
        match relation(&service.kind) {
            "describedby" => describedby.push(link),
            _ => related.push(link),
        }
    }
    let up = path
        .parent()
        .map(|superior| Link::to(view.base.permalink(&superior)));
    let children = view.children(path, None, items_max)?;
    let item = children.iter().map(|child| Link {
        title: child
            .entry
            .superior
            .identifiers
            .first()
            .map(ToString::to_string),
        ..Link::to(view.base.permalink(&child.entry.path))
    });
    let mut all = vec![("alternate", alternate), ("describedby", describedby)];
    all.push(("related", related));
    all.push(("up", up.into_iter().collect()));
    all.push(("item", item.collect()));
    all.retain(|(_, links)| !links.is_empty());
    Ok(all)
}

/// The services of an entry, the preferred one first; of a stub none.
fn services(seen: &Seen) -> Vec<&Service> {
    let mut all: Vec<_> = seen.entry.holder.services.iter().collect();
    all.sort_by_key(|one| one.priority);
    all
}

/// The linkset of a node, in JSON or in text.
pub async fn answer(
    site: &Arc<Site>,
    ask: &Ask,
    reading: Reading,
    path: NodePath,
    format: Format,
) -> Result<Answer, Failure> {
    let (own, call) = (Arc::clone(site), Arc::clone(&ask.call));
    let made = Desk::blocking(move || {
        let view = View::new(&reading, call.sight(), &call.witness, &own.base);
        let seen = registered(&view, &path)?;
        let links = links(&view, &seen, own.options.linkset_items_max)?;
        let anchor = view.base.permalink(&path);
        // What it lists changes without it.
        let keep = Keep::Facts {
            revision: seen.entry.revision,
            of: format.word(),
            modified: None,
        };
        let answer = match format {
            Format::LinksetText => {
                Answer::new(format.content_type(), in_text(&anchor, &links), keep)
            }
            _ => Answer::json(format.content_type(), &in_json(&anchor, &links), keep)?,
        };
        let answer = fields(view.settled(answer)?, &own, &path);
        Ok::<_, Failure>(answer)
    });
    made.await?
}

fn in_json(anchor: &str, links: &[(&'static str, Vec<Link>)]) -> Value {
    let mut context = Map::new();
    context.insert("anchor".to_owned(), anchor.into());
    for (relation, links) in links {
        context.insert((*relation).to_owned(), json!(links));
    }
    json!({ "linkset": [context] })
}

/// As the value of a `Link` field (RFC 9264 4.1), one link a line.
fn in_text(anchor: &str, links: &[(&'static str, Vec<Link>)]) -> String {
    let mut written = Vec::new();
    for (relation, links) in links {
        for link in links {
            let href = uri(&link.href);
            let mut parts = vec![
                format!("<{href}>"),
                format!("rel=\"{relation}\""),
                format!("anchor=\"{anchor}\""),
            ];
            parts.extend(link.media.map(|media| format!("type=\"{media}\"")));
            let title = link.title.as_ref();
            parts.extend(title.map(|title| format!("title=\"{}\"", quoted(title))));
            written.push(parts.join("; "));
        }
    }
    written.join(",\n") + "\n"
}

/// What may stand in a header field and between angle brackets only when it is percent-encoded, beside what is not ASCII.
const UNWELCOME: &AsciiSet = &CONTROLS.add(b' ').add(b'<').add(b'>').add(b'"');

/// A URI, or what is meant as one, as it may stand in a header field and between angle brackets (RFC 3987 3.1).
fn uri(uri: &str) -> String {
    utf8_percent_encode(uri, UNWELCOME).to_string()
}

/// A text as it may stand in quotation marks (RFC 9110 5.6.4).
fn quoted(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !c.is_control()).collect();
    kept.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The way to the entry's own service of a kind or a relation: one is gone to, several are listed.
pub fn one(
    site: &Site,
    ask: &Ask,
    reading: &Reading,
    path: &NodePath,
    wanted: &str,
) -> Result<Answer, Failure> {
    let view = View::of(site, ask, reading);
    let seen = registered(&view, path)?;
    let own = site.base.permalink(path);
    let fits = |service: &&Service| {
        matches!(wanted, "default" | "defaultLink")
            || service.kind.eq_ignore_ascii_case(wanted)
            || relation(&service.kind) == wanted
    };
    let web = |service: &&Service| is_web(&service.uri);
    let found: Vec<_> = services(&seen)
        .into_iter()
        .filter(fits)
        .filter(web)
        .collect();
    let Some(first) = found.first() else {
        let kinds: Vec<_> = services(&seen).iter().map(|one| one.kind.clone()).collect();
        let detail = format!(
            "{path} has no such service on the web; it has {}",
            if kinds.is_empty() {
                "none".to_owned()
            } else {
                kinds.join(", ")
            }
        );
        return Err(Failure::http(StatusCode::NOT_FOUND, detail));
    };
    let equals: Vec<_> = found
        .iter()
        .filter(|one| one.priority == first.priority)
        .collect();
    let links =
        format!("<{own}?format=linkset>; rel=\"linkset\"; type=\"application/linkset+json\"");
    if let [only] = equals.as_slice() {
        let to = uri(&only.uri);
        return Ok(Answer::redirect(StatusCode::TEMPORARY_REDIRECT, &to).with(header::LINK, &links));
    }
    let listed: Vec<_> = equals
        .iter()
        .map(|one| json!({"kind": one.kind, "href": one.uri}))
        .collect();
    let answer = Answer::json(
        "application/json",
        &json!({ "choices": listed }),
        Keep::Asked,
    )?;
    Ok(answer
        .status(StatusCode::MULTIPLE_CHOICES)
        .with(header::LINK, &links))
}

/// Whether an address is one of the web.
fn is_web(uri: &str) -> bool {
    let scheme = uri.split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_in_text_cannot_end_its_brackets_or_quotes() {
        let link = Link {
            title: Some("a \"b\" \\ \n c".to_owned()),
            ..Link::to("https://example.org/> x".to_owned())
        };
        let text = in_text("/oid/2.999", &[("related", vec![link])]);
        let expect = "<https://example.org/%3E%20x>; rel=\"related\"; anchor=\"/oid/2.999\"; \
                      title=\"a \\\"b\\\" \\\\  c\"\n";
        assert_eq!(text, expect);
    }

    #[test]
    fn what_no_field_can_hold_is_percent_encoded() {
        assert_eq!(
            uri("https://example.org/é \n<>\"%41"),
            "https://example.org/%C3%A9%20%0A%3C%3E%22%41"
        );
    }

    #[test]
    fn only_addresses_of_the_web_are_gone_to() {
        assert!(is_web("https://example.org") && is_web("HTTP://example.org"));
        assert!(!is_web("javascript:alert(1)") && !is_web("ftp://example.org"));
        assert!(!is_web("//example.org") && !is_web("javascript://x"));
    }
}

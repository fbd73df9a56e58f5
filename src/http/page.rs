//! Pages for people, from the templates beside this file: everything is escaped, there are no scripts, and links lead only to
//! what a browser may follow without running anything (RFC 3986 schemes `http`, `https`, `mailto`).

use askama::Template;
use http::header;

use crate::model::ViewFault;

use super::{
    answer::{Answer, Keep},
    base::Base,
    format::Format,
    shape::{self, Problem},
};

/// What pages may do: be styled by this server, send forms to it, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The style sheet.
const STYLE: &str = include_str!("templates/style.css");

/// An entry.
#[derive(Template)]
#[template(path = "entry.html")]
pub struct EntryPage<'a> {
    /// Below which address links point.
    pub base: &'a Base,
    /// The entry.
    pub entry: &'a shape::Entry,
    /// Who has to do with it.
    pub parties: Vec<PartyRow>,
    /// Its subordinates, a page of them.
    pub children: Vec<shape::Line>,
    /// Whether this is a further page of them.
    pub paged: bool,
    /// Where the next page is.
    pub next: Option<String>,
    /// Its other representations.
    pub formats: Vec<FormatRow>,
}

/// The root of the tree.
#[derive(Template)]
#[template(path = "root.html")]
pub struct RootPage<'a> {
    /// Below which address links point.
    pub base: &'a Base,
    /// The root arcs.
    pub children: Vec<shape::Line>,
    /// Whether this is a further page of them.
    pub paged: bool,
    /// Where the next page is.
    pub next: Option<String>,
}

/// The first page.
#[derive(Template)]
#[template(path = "home.html")]
pub struct HomePage<'a> {
    /// Below which address links point.
    pub base: &'a Base,
    /// What is offered.
    pub description: &'a shape::Description,
}

/// The converter.
#[derive(Template)]
#[template(path = "convert.html")]
pub struct ConvertPage<'a> {
    /// Below which address links point.
    pub base: &'a Base,
    /// What was asked.
    pub asked: &'a str,
    /// What it is.
    pub conversion: Option<&'a shape::Conversion>,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    base: &'a Base,
    problem: &'a Problem,
}

/// A page made from Markdown of ours.
#[derive(Template)]
#[template(path = "refusal.html")]
pub struct MarkdownPage<'a> {
    /// Below which address links point.
    pub base: &'a Base,
    /// Its title.
    pub title: &'a str,
    /// Its content, as HTML.
    pub content: String,
}

/// Somebody who has to do with an entry.
pub struct PartyRow {
    /// As what.
    pub role: &'static str,
    /// The name, or the id where no name is shown.
    pub name: String,
    /// Since when.
    pub since: Option<String>,
    /// For the staff only.
    pub email: Option<String>,
    /// For the staff only.
    pub telephone: Option<String>,
    /// For the staff only.
    pub address: Option<String>,
}

/// Another representation.
pub struct FormatRow {
    /// Its name.
    pub name: &'static str,
    /// Its media type.
    pub media: &'static str,
    /// Where it is.
    pub href: String,
}

/// Everybody who has to do with an entry.
pub fn parties(entry: &shape::Entry) -> Vec<PartyRow> {
    let row = |role, party: &shape::Party, since: Option<&String>| PartyRow {
        role,
        name: party.name.clone().unwrap_or_else(|| party.id.clone()),
        since: since.cloned(),
        email: party.email.clone(),
        telephone: party.telephone.clone(),
        address: party.address.clone(),
    };
    let held = |role, holding: &Option<shape::Holding>| {
        let holding = holding.as_ref()?;
        Some(row(role, &holding.registrant, Some(&holding.since)))
    };
    let mut rows: Vec<_> = [
        held("Registrant", &entry.registrant),
        held("First registrant", &entry.first_registrant),
        entry
            .sponsor
            .as_ref()
            .map(|party| row("Sponsor", party, None)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let contacts = entry.contacts.iter();
    rows.extend(contacts.map(|one| {
        let role = match one.role {
            "technical" => "Technical contact",
            "abuse" => "Contact for misuse",
            _ => "Administrative contact",
        };
        row(role, &one.party, None)
    }));
    rows
}

/// A page as an answer.
pub fn answer(page: &impl Template, keep: Keep) -> Result<Answer, ViewFault> {
    let text = page
        .render()
        .map_err(|error| ViewFault(format!("a page could not be written: {error}")))?;
    let answer = Answer::new(Format::Html.content_type(), text, keep);
    Ok(answer
        .with(header::CONTENT_SECURITY_POLICY, POLICY)
        .with(header::REFERRER_POLICY, "same-origin")
        .with(header::CONTENT_LANGUAGE, "en"))
}

/// A problem as a page.
pub fn problem(problem: &Problem, base: &Base) -> Result<Answer, ViewFault> {
    answer(&ProblemPage { base, problem }, Keep::Asked)
}

/// The style sheet.
pub fn style() -> Answer {
    Answer::new("text/css; charset=utf-8", STYLE, Keep::Fixed)
}

/// Whether a browser may follow a URI without running anything.
pub fn is_link(uri: &str) -> bool {
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    ["http", "https", "mailto"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_run_is_no_link() {
        for (uri, expect) in [
            ("https://example.org", true),
            ("HTTP://example.org", true),
            ("mailto:a@example.org", true),
            ("javascript:alert(1)", false),
            (" javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("oid.example.org:43", false),
            ("", false),
        ] {
            assert_eq!(is_link(uri), expect, "{uri}");
        }
    }

    #[test]
    fn whatever_an_entry_says_is_escaped() {
        let evil = "<script>alert('x')</script>\"";
        let entry = shape::Entry {
            oid: "2.999".to_owned(),
            titles: vec![shape::Text {
                language: "en".to_owned(),
                text: evil.to_owned(),
            }],
            services: vec![shape::Service {
                kind: evil.to_owned(),
                uri: "javascript:alert(1)".to_owned(),
                priority: 0,
            }],
            ..shape::Entry::default()
        };
        let page = EntryPage {
            base: &Base::default(),
            parties: parties(&entry),
            entry: &entry,
            children: Vec::new(),
            paged: false,
            next: None,
            formats: Vec::new(),
        };
        let answer = answer(&page, Keep::Asked).unwrap();
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(
            !text.contains("<script") && !text.contains("href=\"javascript"),
            "{text}"
        );
    }
}

//! The pages on refusals: every code, what it rests on and what to do about it. A problem's `type` leads here.

use pulldown_cmark::{Event, Parser, html};

use crate::model::Code;

use super::{
    answer::{Answer, Keep},
    ask::Ask,
    face::Site,
    format::Format,
    page::{self, MarkdownPage},
    problem::{Failure, page_of},
};

/// The type of the pages as they are written.
const MARKDOWN: &str = "text/markdown; charset=utf-8";

/// Answers a request for the page on a code; without one, for the list of all.
pub fn answer(site: &Site, ask: &Ask, rest: &str) -> Result<Answer, Failure> {
    let (title, text) = if rest.is_empty() {
        ("Refusals", list(site))
    } else {
        let Some(code) = Code::named(rest) else {
            let detail = "no refusal has this code; /refusals/ has the list of all";
            return Err(Failure::http(http::StatusCode::NOT_FOUND, detail));
        };
        (code.name(), code.page().to_owned())
    };
    let offered = [(true, Format::Html.media()), (false, "text/markdown")];
    if ask.accept.best(offered) == Some(false) {
        return Ok(Answer::new(MARKDOWN, text, Keep::Fixed));
    }
    let mut content = String::new();
    // The pages are ours; raw HTML in them would still be none.
    let events = Parser::new(&text).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        other => other,
    });
    html::push_html(&mut content, events);
    let page = MarkdownPage {
        base: &site.base,
        title,
        content,
    };
    Ok(page::answer(&page, Keep::Fixed)?)
}

fn list(site: &Site) -> String {
    let line = |code: &Code| {
        let (name, page) = (code.name(), page_of(*code, &site.base));
        format!("* [{name}]({page}): {}", code.summary())
    };
    let lines: Vec<_> = Code::ALL.iter().map(line).collect();
    format!("# Refusals\n\n{}\n", lines.join("\n"))
}

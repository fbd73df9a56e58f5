//! The subordinates of a node in JSON, a page at a time: where the next page is stands in the answer, and all pages are of
//! the revision of the first.

use std::sync::Arc;

use http::header;

use crate::{
    desk::Desk,
    model::{Rejection, Seq},
    oid::{ArcValue, NodePath},
    register::Reading,
};

use super::{
    answer::{Answer, Keep},
    ask::Ask,
    face::Site,
    limits::{PAGE_BYTES_AIM, PAGE_SIZE_MAX, PAGE_SIZE_STANDARD},
    permalink::{REVISION, after, registered},
    problem::Failure,
    shape,
    view::View,
};

/// Answers a request for the subordinates of a node in dot notation.
pub async fn answer(site: &Arc<Site>, ask: &Ask, rest: &str) -> Result<Answer, Failure> {
    let reading = ask.reading(&site.desk.register).await?;
    let path = crate::model::oid_text::node_or_root(rest, &crate::oid::notation::NoNames, "oid")?;
    of(site, ask, reading, path).await
}

/// The subordinates of a node.
pub async fn of(
    site: &Arc<Site>,
    ask: &Ask,
    reading: Reading,
    path: NodePath,
) -> Result<Answer, Failure> {
    let after = after(ask)?;
    let wanted = ask.query.number("page_size")?.filter(|most| *most > 0);
    let most = wanted.unwrap_or(PAGE_SIZE_STANDARD).min(PAGE_SIZE_MAX);
    let (own, call) = (Arc::clone(site), Arc::clone(&ask.call));
    let made = Desk::blocking(move || {
        let view = View::new(&reading, call.sight(), &call.witness, &own.base);
        if !path.is_root() {
            registered(&view, &path)?;
        }
        let revision = revision(&own, &reading);
        let page = page(&view, &path, after.as_ref(), most, revision)?;
        let keep = Keep::Facts {
            revision: Seq::ZERO,
            of: "children",
            modified: None,
        };
        let answer = Answer::json("application/json", &page, keep)?;
        let answer = answer.with(REVISION, &page.revision.token);
        let answer = match &page.next {
            Some(next) => answer.with(header::LINK, &format!("<{next}>; rel=\"next\"")),
            None => answer,
        };
        Ok::<_, Failure>(view.settled(answer)?)
    });
    made.await?
}

/// A revision as this face shows it.
pub fn revision(site: &Site, reading: &Reading) -> shape::Revision {
    shape::Revision {
        token: site.desk.register.revision_token(reading.seq()),
        sequence: reading.seq().get(),
        time: reading.time().to_string(),
    }
}

fn page(
    view: &View<'_>,
    path: &NodePath,
    after: Option<&ArcValue>,
    most: usize,
    revision: shape::Revision,
) -> Result<shape::Subordinates, Rejection> {
    let found = view.children(path, after, most + 1)?;
    let mut more = found.len() > most;
    let mut children = Vec::with_capacity(found.len());
    let mut last = None;
    let mut bytes = 0_usize;
    for seen in found.iter().take(most) {
        if bytes > PAGE_BYTES_AIM {
            more = true;
            break;
        }
        let entry = view.entry(seen)?;
        bytes = bytes.saturating_add(weight(&entry));
        children.push(entry);
        last = seen.entry.path.last();
    }
    let next = last.filter(|_| more).map(|last| {
        let at = if path.is_root() {
            view.base.url("/oid/children")
        } else {
            view.base.url(format_args!("/oid/{path}/children"))
        };
        let token = &revision.token;
        format!("{at}?after={last}&page_size={most}&as_of_revision={token}")
    });
    Ok(shape::Subordinates {
        oid: path.to_string(),
        url: view.base.permalink(path),
        children,
        next,
        revision,
    })
}

/// About how many bytes an entry takes: its texts, and what every entry has.
pub fn weight(entry: &shape::Entry) -> usize {
    let texts = entry.titles.iter().chain(&entry.descriptions);
    let texts: usize = texts.map(|one| one.text.len()).sum();
    let others = entry.services.len() + entry.references.len() + entry.contacts.len();
    1_024 + texts + others * 256 + entry.notations.dot.len() * 16
}

//! `/oid/…`: one permalink for each object identifier, in the representation that is asked for.
//!
//! Dot notation is the canonical one; whatever else is written leads there. What is registered is answered in every state,
//! withdrawn too: its number stays its own for ever. It must never answer for a caller what another one may see.

use std::sync::Arc;

use http::{StatusCode, header};

use crate::{
    desk::Desk,
    model::{Code, Entry, Refusal, Refusals, Rejection, Timestamp, oid_text},
    oid::{ArcValue, NodePath},
    register::{Reading, Seen},
};

use super::{
    answer::{Answer, Keep},
    ask::Ask,
    face::Site,
    format::Format,
    limits::HTML_PAGE_SIZE,
    linkset, listing, oid_ip,
    page::{self, EntryPage, FormatRow, RootPage},
    plain,
    problem::{Failure, Unregistered},
    rdap, target,
    view::{self, View},
};

/// The header that names the revision an answer was read at.
pub const REVISION: header::HeaderName = header::HeaderName::from_static("oidra-revision");

/// Where a text leads, and whether it is the canonical way to write it.
struct Asked {
    path: NodePath,
    canonical: bool,
}

/// Answers a request for what follows `/oid/`.
pub async fn answer(site: &Arc<Site>, ask: &Ask, rest: &str) -> Result<Answer, Failure> {
    let parted = target::suffix(rest);
    let reading = ask.reading(&site.desk.register).await?;
    if parted.rest.is_empty() {
        return root(site, ask, reading).await;
    }
    let asked = follow(site, ask, &reading, parted.rest)?;
    if !asked.canonical {
        return Ok(to_canonical(site, ask, &asked.path, parted.format));
    }
    if asked.path.is_root() {
        return root(site, ask, reading).await;
    }
    let link_type = ask.query.one("linkType")?.map(str::to_owned);
    if let Some(wanted) = link_type.filter(|wanted| !matches!(wanted.as_str(), "all" | "linkset")) {
        return linkset::one(site, ask, &reading, &asked.path, &wanted);
    }
    let format = format(ask, parted.format, &asked.path)?;
    let answer = render(site, ask, reading.clone(), asked.path, format).await?;
    Ok(answer.with(REVISION, &site.desk.register.revision_token(reading.seq())))
}

/// Where a text leads.
fn follow(site: &Arc<Site>, ask: &Ask, reading: &Reading, rest: &str) -> Result<Asked, Failure> {
    if let Some(path) = canonical(rest) {
        return Ok(Asked {
            path,
            canonical: true,
        });
    }
    let text = target::text(rest)?;
    let view = View::of(site, ask, reading);
    let path = if text == "." {
        NodePath::root()
    } else {
        let read = oid_text::read(&text, false, view.names(), "oid");
        view.settled(read)??.resolved.path
    };
    let canonical = rest == path.to_string();
    Ok(Asked { path, canonical })
}

/// The node of a text that is in canonical dot notation already, as links are: it needs no name and tolerates nothing.
fn canonical(rest: &str) -> Option<NodePath> {
    let dotted = rest.starts_with(|first: char| first.is_ascii_digit());
    dotted.then(|| rest.parse().ok())?
}

/// Leads from another notation to dot notation; the parameters stay.
fn to_canonical(site: &Arc<Site>, ask: &Ask, path: &NodePath, suffix: Option<&str>) -> Answer {
    let mut to = site.base.permalink(path);
    if let Some(suffix) = suffix {
        to = format!("{to}.{suffix}");
    }
    if !ask.query.raw().is_empty() {
        to = format!("{to}?{}", ask.query.raw());
    }
    Answer::redirect(StatusCode::PERMANENT_REDIRECT, &to)
}

/// The representation that is wanted: by the suffix or the parameter, else what is liked best.
fn format(ask: &Ask, suffix: Option<&str>, path: &NodePath) -> Result<Format, Failure> {
    if ask.query.one("linkType")?.is_some() {
        return Ok(Format::Linkset);
    }
    let named = match suffix {
        Some(word) => Format::named(word),
        None => ask.query.format()?,
    };
    // A root arc alone is no object identifier value, so that it has no encoding.
    let there = |format: &Format| *format != Format::Der || path.depth() > 1;
    if let Some(format) = named {
        if there(&format) {
            return Ok(format);
        }
        return Err(Failure::NotAcceptable(
            Format::ALL.into_iter().filter(there).collect(),
        ));
    }
    let offered: Vec<_> = Format::ALL.into_iter().filter(there).collect();
    let offer = offered.iter().map(|one| (*one, one.media()));
    ask.accept
        .best(offer)
        .ok_or(Failure::NotAcceptable(offered))
}

/// What is asked for, in a representation.
async fn render(
    site: &Arc<Site>,
    ask: &Ask,
    reading: Reading,
    path: NodePath,
    format: Format,
) -> Result<Answer, Failure> {
    match format {
        Format::Json | Format::Text | Format::Rdap | Format::Der => {
            simple(site, ask, &reading, &path, format)
        }
        Format::Html => html(site, ask, reading, path).await,
        Format::Linkset | Format::LinksetText => {
            linkset::answer(site, ask, reading, path, format).await
        }
        Format::OidipText | Format::OidipJson | Format::OidipXml => {
            in_oidip(site, ask, reading, path, format).await
        }
    }
}

/// The representations of the entry alone.
fn simple(
    site: &Arc<Site>,
    ask: &Ask,
    reading: &Reading,
    path: &NodePath,
    format: Format,
) -> Result<Answer, Failure> {
    let view = View::of(site, ask, reading);
    if format == Format::Rdap {
        return rdap::object(site, &view, path);
    }
    let seen = registered(&view, path)?;
    let superiors = view.superiors(path)?;
    let keep = kept(&seen, &superiors, format);
    let kind = format.content_type();
    let answer = match format {
        Format::Text => Answer::new(kind, plain::entry(&view.below(&seen, &superiors)?), keep),
        Format::Der => {
            let der = view.forms(path).der().unwrap_or_default();
            Answer::new(kind, der, keep)
        }
        _ => Answer::json(kind, &view.below(&seen, &superiors)?, keep)?,
    };
    Ok(view.settled(linkset::fields(answer, site, path))?)
}

/// How long an answer about an entry may be kept. When it last changed is told where its superiors, whose names it
/// shows, tell it too; a stub does not.
pub fn facts(view: &View<'_>, seen: &Seen, format: Format) -> Result<Keep, Failure> {
    let superiors = view.superiors(&seen.entry.path)?;
    Ok(kept(seen, &superiors, format))
}

/// The same where the superiors were read before.
fn kept(seen: &Seen, superiors: &[Seen], format: Format) -> Keep {
    let whole = !seen.stub && superiors.iter().all(|one| !one.stub);
    let latest = superiors.iter().map(|one| changed(&one.entry)).max();
    let own = changed(&seen.entry);
    Keep::Facts {
        revision: seen.entry.revision,
        of: format.word(),
        modified: whole.then(|| latest.map_or(own, |latest| latest.max(own))),
    }
}

fn changed(entry: &Entry) -> Timestamp {
    entry.changed
}

/// The entry of a node; where it is not registered, what is known instead.
pub fn registered(view: &View<'_>, path: &NodePath) -> Result<Seen, Failure> {
    view.found(path).map_err(|rejection| match rejection {
        Rejection::Refused(refusals) => not_registered(view, path, &refusals),
        fault @ Rejection::Fault(_) => fault.into(),
    })
}

fn not_registered(view: &View<'_>, path: &NodePath, refusals: &Refusals) -> Failure {
    let refusal = refusals.main().clone();
    let Some(nearest) = &refusal.nearest else {
        return refusal.into();
    };
    let referral = match view.found(nearest) {
        Ok(seen) => view::referral(&seen),
        Err(rejection) => return rejection.into(),
    };
    Failure::NotRegistered(Box::new(Unregistered {
        distance: path.depth().saturating_sub(nearest.depth()),
        refusal,
        referral,
    }))
}

async fn html(
    site: &Arc<Site>,
    ask: &Ask,
    reading: Reading,
    path: NodePath,
) -> Result<Answer, Failure> {
    let (after, token) = (
        after(ask)?,
        site.desk.register.revision_token(reading.seq()),
    );
    let (base, call) = (site.base.clone(), ask.call.clone());
    let answer = Desk::blocking(move || {
        let view = View::new(&reading, call.sight(), &call.witness, &base);
        let seen = registered(&view, &path)?;
        let entry = view.whole(&seen)?;
        let (children, next) = page_of(&view, &path, after.as_ref(), &token)?;
        let page = EntryPage {
            base: &base,
            parties: page::parties(&entry),
            entry: &entry,
            children,
            paged: after.is_some(),
            next,
            formats: formats(&base.permalink(&path), &path),
        };
        // What it lists changes without it.
        let keep = Keep::Facts {
            revision: seen.entry.revision,
            of: Format::Html.word(),
            modified: None,
        };
        let answer = page::answer(&page, keep)?;
        Ok::<_, Failure>((view.settled(answer)?, path))
    });
    let (answer, path) = answer.await??;
    Ok(linkset::fields(answer, site, &path))
}

/// The subordinates on one page of HTML, and where the next one is.
fn page_of(
    view: &View<'_>,
    path: &NodePath,
    after: Option<&ArcValue>,
    token: &str,
) -> Result<(Vec<super::shape::Line>, Option<String>), Failure> {
    let mut found = view.children(path, after, HTML_PAGE_SIZE + 1)?;
    let more = found.len() > HTML_PAGE_SIZE;
    found.truncate(HTML_PAGE_SIZE);
    let last = found.last().and_then(|seen| seen.entry.path.last());
    let next = last.filter(|_| more).map(|last| {
        let at = view.base.permalink(path);
        format!("{at}?format=html&after={last}&as_of_revision={token}")
    });
    Ok((found.iter().map(|seen| view.line(seen)).collect(), next))
}

/// The number after which a list goes on.
pub fn after(ask: &Ask) -> Result<Option<ArcValue>, Refusal> {
    let Some(text) = ask.query.one("after")? else {
        return Ok(None);
    };
    text.parse()
        .map(Some)
        .map_err(|error| Refusal::new(Code::FieldInvalid, "after", format!("{error}")).value(text))
}

/// The other representations of a permalink.
pub fn formats(permalink: &str, path: &NodePath) -> Vec<FormatRow> {
    let there = |format: &Format| *format != Format::Der || path.depth() > 1;
    let all = Format::ALL.into_iter().filter(there);
    all.map(|format| FormatRow {
        name: format.word(),
        media: format.media(),
        href: format!("{permalink}?format={}", format.word()),
    })
    .collect()
}

async fn in_oidip(
    site: &Arc<Site>,
    ask: &Ask,
    reading: Reading,
    path: NodePath,
    format: Format,
) -> Result<Answer, Failure> {
    let wanted = ask.accept_language.as_ref();
    let wanted = wanted.and_then(|value| value.to_str().ok());
    let wanted = wanted.map(crate::oidip::wanted_of_header);
    let (own, sight) = (Arc::clone(site), ask.call.sight());
    let made = Desk::blocking(move || {
        let lang = wanted.as_deref();
        let made = oid_ip::of_reading(&own, &reading, &sight, &path, format, lang);
        made.map(|(answer, unveiled)| (linkset::fields(answer, &own, &path), unveiled))
    });
    let (answer, unveiled) = made.await??;
    for node in &unveiled {
        ask.call.witness.note(node);
    }
    Ok(answer.with(header::VARY, "Accept-Language"))
}

/// The root of the tree: a list of the root arcs.
async fn root(site: &Arc<Site>, ask: &Ask, reading: Reading) -> Result<Answer, Failure> {
    let offered = [
        (Format::Json, "application/json"),
        (Format::Html, "text/html"),
    ];
    let wanted = match ask.query.format()? {
        Some(format) => Some(format).filter(|one| offered.iter().any(|(known, _)| known == one)),
        None => ask.accept.best(offered),
    };
    match wanted {
        Some(Format::Html) => {
            let (after, token) = (
                after(ask)?,
                site.desk.register.revision_token(reading.seq()),
            );
            let (base, call) = (site.base.clone(), ask.call.clone());
            let answer = Desk::blocking(move || {
                let view = View::new(&reading, call.sight(), &call.witness, &base);
                let (children, next) = page_of(&view, &NodePath::root(), after.as_ref(), &token)?;
                let page = RootPage {
                    base: &base,
                    children,
                    paged: after.is_some(),
                    next,
                };
                let keep = Keep::Facts {
                    revision: crate::model::Seq::ZERO,
                    of: Format::Html.word(),
                    modified: None,
                };
                Ok::<_, Failure>(page::answer(&page, keep)?)
            });
            answer.await?
        }
        Some(_) => listing::of(site, ask, reading, NodePath::root()).await,
        None => Err(Failure::NotAcceptable(vec![Format::Json, Format::Html])),
    }
}

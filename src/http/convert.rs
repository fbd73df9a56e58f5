//! `/convert`: a text in any notation to all others, with what was tolerated in reading it. The arc need not be registered.

use std::sync::Arc;

use crate::model::oid_text;

use super::{
    answer::{Answer, Keep},
    ask::Ask,
    face::Site,
    format::Format,
    page::{self, ConvertPage},
    plain,
    problem::Failure,
    shape,
    view::{self, View},
};

/// The representations there are.
const OFFERED: [Format; 3] = [Format::Json, Format::Html, Format::Text];

/// Answers a request.
pub async fn answer(site: &Arc<Site>, ask: &Ask) -> Result<Answer, Failure> {
    let wanted = match ask.query.format()? {
        Some(format) => OFFERED.contains(&format).then_some(format),
        None => ask.accept.best(OFFERED.map(|one| (one, one.media()))),
    };
    let wanted = wanted.ok_or_else(|| Failure::NotAcceptable(OFFERED.to_vec()))?;
    if wanted == Format::Html && ask.query.one("oid")?.is_none() {
        // The form alone.
        return Ok(page::answer(&convert_page(site, "", None), Keep::Fixed)?);
    }
    let asked = ask.query.needed("oid")?;
    let strict = ask.query.flag("strict")?;
    let reading = ask.reading(&site.desk.register).await?;
    let view = View::of(site, ask, &reading);
    let read = oid_text::read(asked, strict, view.names(), "oid");
    let read = view.settled(read)??;
    let path = &read.resolved.path;
    let conversion = shape::Conversion {
        asked: asked.to_owned(),
        notation: read.notation.as_str(),
        url: site.base.permalink(path),
        notations: view::notations(&view.forms(path)),
        tolerated: tolerated(&read),
        disagreements: disagreements(&read),
    };
    let keep = Keep::Facts {
        revision: crate::model::Seq::ZERO,
        of: wanted.word(),
        modified: None,
    };
    let kind = wanted.content_type();
    let answer = match wanted {
        Format::Html => page::answer(&convert_page(site, asked, Some(&conversion)), keep)?,
        Format::Text => Answer::new(kind, plain::conversion(&conversion), keep),
        _ => Answer::json(kind, &conversion, keep)?,
    };
    Ok(view.settled(answer)?)
}

const fn convert_page<'a>(
    site: &'a Site,
    asked: &'a str,
    conversion: Option<&'a shape::Conversion>,
) -> ConvertPage<'a> {
    ConvertPage {
        base: &site.base,
        asked,
        conversion,
    }
}

fn tolerated(read: &oid_text::Read) -> Vec<shape::Tolerance> {
    let told = read.resolved.tolerated.iter();
    told.map(|one| shape::Tolerance {
        code: one.code(),
        message: one.to_string(),
    })
    .collect()
}

fn disagreements(read: &oid_text::Read) -> Vec<shape::Disagreement> {
    let told = read.resolved.disagreements.iter();
    told.map(|one| shape::Disagreement {
        oid: read.resolved.path.truncated(one.step).to_string(),
        given: one.given.to_string(),
        registered: one.known.iter().map(ToString::to_string).collect(),
    })
    .collect()
}

//! RDAP (RFC 9082, RFC 9083) for the object class `oid`: objects, help, search, errors and a bootstrap document.
//!
//! The class is registered nowhere; its shape is RFC 9083's throughout, and what is not RFC 9083's bears the prefix `oidra_`,
//! which the conformance names. It must never tell of people what they do not let be seen.

mod bootstrap;
mod object;
mod search;

use std::sync::Arc;

use http::{StatusCode, header};
use serde_json::{Map, Value, json};

use crate::{
    model::{entry::Delegation, oid_text},
    oid::NodePath,
};

use super::{
    answer::{Answer, Keep},
    ask::Ask,
    base::Base,
    face::Site,
    format::Format,
    linkset,
    permalink::{self, registered},
    problem::Failure,
    shape::Problem,
    target,
    view::View,
};

pub use bootstrap::{Bootstrap, answer as bootstrap};
pub use search::answer as search;

/// The media type of every answer (RFC 7480 4.2).
pub const MEDIA: &str = "application/rdap+json";

/// A JSON object that is filled member by member.
#[derive(Default)]
pub struct Object(Map<String, Value>);

impl Object {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

/// What the answers conform to.
fn conformance() -> Value {
    json!(["rdap_level_0", "oidra"])
}

/// The answer about an object identifier in any notation.
pub async fn oid(site: &Arc<Site>, ask: &Ask, rest: &str) -> Result<Answer, Failure> {
    let reading = ask.reading(&site.desk.register).await?;
    let view = View::of(site, ask, &reading);
    let text = target::text(rest)?;
    let read = oid_text::read(&text, false, view.names(), "oid");
    let path = view.settled(read)??.resolved.path;
    if rest != path.to_string() {
        let to = site.base.url(format_args!("/rdap/oid/{path}"));
        return Ok(Answer::redirect(StatusCode::PERMANENT_REDIRECT, &to));
    }
    object(site, &view, &path)
}

/// The answer about a node; what a register elsewhere answers for is asked there (RFC 7480 5.2).
pub fn object(site: &Site, view: &View<'_>, path: &NodePath) -> Result<Answer, Failure> {
    let seen = match registered(view, path) {
        Ok(seen) => seen,
        Err(failure) => {
            return match elsewhere(view, &failure)? {
                Some(service) => Ok(Answer::redirect(
                    StatusCode::TEMPORARY_REDIRECT,
                    &format!("{}/oid/{path}", service.trim_end_matches('/')),
                )),
                None => Err(failure),
            };
        }
    };
    let keep = permalink::facts(view, &seen, Format::Rdap)?;
    let mut content = object::of(view, &seen)?;
    content.put("rdapConformance", conformance());
    content.put("notices", notices(&site.base));
    let answer = Answer::json(MEDIA, &Value::from(content), keep)?;
    Ok(view.settled(linkset::fields(answer, site, path))?)
}

/// The RDAP service of the register that the nearest superior is delegated to.
fn elsewhere(view: &View<'_>, failure: &Failure) -> Result<Option<String>, Failure> {
    let Failure::NotRegistered(known) = failure else {
        return Ok(None);
    };
    let Some(nearest) = &known.refusal.nearest else {
        return Ok(None);
    };
    let seen = view.found(nearest)?;
    Ok(bootstrap::service_of(&seen).map(str::to_owned))
}

/// What the service offers.
pub fn help(site: &Site) -> Result<Answer, Failure> {
    let content = json!({
        "rdapConformance": conformance(),
        "notices": [{
            "title": "Help",
            "description": [
                "oid/<object identifier>: the registration of an object identifier, in dot notation or any other.",
                "oids?name=<name>: search by secondary identifier, Unicode label or title; an asterisk at the end stands \
                 for anything. under=<object identifier> says where to look.",
                "bootstrap/oid: which RDAP service answers for which subtree.",
            ],
            "links": [link(&site.base, "/rdap/help", "/openapi.json", "service-desc", "application/json")],
        }],
    });
    Ok(Answer::json(MEDIA, &content, Keep::Fixed)?)
}

/// What stands below every answer.
fn notices(base: &Base) -> Value {
    json!([{
        "title": "About this service",
        "description": [
            "People's names are shown where they let them be seen; everything else about them is for the staff of an arc.",
        ],
        "links": [link(base, "/rdap/help", "/rdap/help", "help", MEDIA)],
    }])
}

/// A link (RFC 9083 4.2).
fn link(base: &Base, context: &str, to: &str, relation: &str, media: &str) -> Value {
    json!({
        "value": base.url(context),
        "rel": relation,
        "href": base.url(to),
        "type": media,
    })
}

/// A problem as an error of RDAP (RFC 9083 6).
pub fn error(problem: &Problem, base: &Base) -> Answer {
    let mut description = vec![problem.detail.clone()];
    description.extend(
        problem
            .clause
            .map(|clause| format!("It rests on {clause}.")),
    );
    let mut content = Object::default();
    content.put("rdapConformance", conformance());
    content.put("errorCode", problem.status);
    content.put("title", problem.title.as_str());
    content.put("description", description);
    if let Some(code) = problem.code {
        content.put("oidra_code", code);
    }
    if let Some(nearest) = &problem.nearest {
        let superior = format!("/rdap/oid/{}", nearest.oid);
        let sentence = format!(
            "The nearest superior that is registered is {}.",
            nearest.oid
        );
        let notice = json!({
            "title": "Nearest superior",
            "description": [sentence],
            "links": [link(base, &superior, &superior, "up", MEDIA)],
        });
        content.put("notices", vec![notice]);
    }
    let body = serde_json::to_vec(&Value::from(content)).unwrap_or_default();
    Answer::new(MEDIA, body, Keep::Asked).with(header::CONTENT_LANGUAGE, "en")
}

/// Whether an arc is delegated to a register elsewhere.
const fn is_external(delegation: Option<&Delegation>) -> bool {
    matches!(delegation, Some(Delegation::External { .. }))
}

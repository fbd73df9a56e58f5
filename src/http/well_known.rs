//! What this service offers and where: its first page, its description, and the same as a linkset (RFC 9727).

use serde_json::json;

use crate::{model::Rejection, register::Resolution};

use super::{
    answer::{Answer, Keep},
    ask::Ask,
    face::Site,
    format::Format,
    linkset::OWN_TYPES,
    listing::revision,
    page::{self, HomePage},
    problem::{Failure, representation},
    route::{ADDRESSES, Route},
    shape::{Description, Interface},
    view::View,
};

/// The description in JSON.
pub fn description(site: &Site, ask: &Ask) -> Result<Answer, Failure> {
    let description = describe(site, ask)?;
    Ok(Answer::json("application/json", &description, Keep::Asked)?)
}

/// The first page, or the description where JSON is liked better.
pub fn home(site: &Site, ask: &Ask) -> Result<Answer, Failure> {
    let offered = [Format::Json, Format::Html].map(|one| (one, one.media()));
    let wanted = match ask.query.format()? {
        Some(format) => Some(format).filter(|one| offered.iter().any(|(known, _)| known == one)),
        None => ask.accept.best(offered),
    };
    match wanted {
        Some(Format::Html) => {
            let description = describe(site, ask)?;
            let page = HomePage {
                base: &site.base,
                description: &description,
            };
            Ok(page::answer(&page, Keep::Asked)?)
        }
        Some(_) => description(site, ask),
        None => Err(Failure::NotAcceptable(vec![Format::Json, Format::Html])),
    }
}

/// The interfaces as a linkset.
pub fn catalog(site: &Site) -> Result<Answer, Failure> {
    let at = |path: &str, media: &str| json!({ "href": site.base.url(path), "type": media });
    let content = json!({ "linkset": [
        {
            "anchor": site.base.url("/oid/"),
            "service-desc": [at("/openapi.json", "application/json")],
            "service-doc": [at("/", "text/html")],
            "service-meta": [at("/.well-known/oidra", "application/json")],
        },
        {
            "anchor": site.base.url("/rdap/"),
            "service-doc": [at("/rdap/help", "application/rdap+json")],
            "service-meta": [at("/rdap/bootstrap/oid", "application/json")],
        },
    ]});
    let kind = "application/linkset+json; profile=\"https://www.rfc-editor.org/info/rfc9727\"";
    Ok(Answer::json(kind, &content, Keep::Fixed)?)
}

fn describe(site: &Site, ask: &Ask) -> Result<Description, Rejection> {
    let reading = site.desk.register.newest();
    let view = View::of(site, ask, &reading);
    let mut authorities = Vec::new();
    for path in site.desk.register.info()?.authorities.iter() {
        if let Resolution::Found(seen) = view.names().resolve(path)? {
            authorities.push(view.line(&seen));
        }
    }
    let interfaces = ADDRESSES.iter().filter(|one| one.route != Route::Style);
    Ok(Description {
        title: "Object identifier registration authority",
        authorities,
        interfaces: interfaces
            .map(|one| Interface {
                name: one.name,
                method: if one.route == Route::Batch {
                    "POST"
                } else {
                    "GET"
                },
                template: site.base.url(one.template),
                summary: one.summary,
            })
            .collect(),
        link_types: OWN_TYPES.to_vec(),
        formats: Format::ALL.into_iter().map(representation).collect(),
        revision: revision(site, &reading),
    })
}

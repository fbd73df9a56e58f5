//! RDAP's search (RFC 9082 3.2 in its manner): by name, below a node, so many nodes and no more.
//!
//! It walks what the caller may see; where it stopped before the end, the answer says so (RFC 9083 9).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    desk::Desk,
    model::{Code, Refusal, Rejection, oid_text},
    oid::NodePath,
    register::Seen,
};

use super::{
    super::{
        answer::{Answer, Keep},
        ask::Ask,
        face::{Options, Site},
        limits::SEARCH_PATTERN_BYTES_MAX,
        problem::Failure,
        view::View,
    },
    MEDIA, conformance, notices, object,
};

/// What is looked for.
struct Pattern {
    text: String,
    /// Whether more may follow.
    open: bool,
}

impl Pattern {
    fn read(text: &str) -> Result<Self, Refusal> {
        if text.len() > SEARCH_PATTERN_BYTES_MAX {
            let detail = format!("at most {SEARCH_PATTERN_BYTES_MAX} bytes are taken");
            return Err(Refusal::new(Code::FieldTooLong, "name", detail));
        }
        let (text, open) = match text.strip_suffix('*') {
            Some(text) => (text, true),
            None => (text, false),
        };
        if text.is_empty() || text.contains('*') {
            let detail = "must be a name, or its beginning and one asterisk at the end";
            return Err(Refusal::new(Code::FieldInvalid, "name", detail).value(text));
        }
        Ok(Self {
            text: text.to_lowercase(),
            open,
        })
    }

    fn fits(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        if self.open {
            name.starts_with(&self.text)
        } else {
            name == self.text
        }
    }

    fn finds(&self, seen: &Seen) -> bool {
        let (superior, holder) = (&seen.entry.superior, &seen.entry.holder);
        superior
            .identifiers
            .iter()
            .any(|one| self.fits(one.as_str()))
            || superior
                .labels
                .iter()
                .any(|one| self.fits(&one.label.to_string()))
            || holder.titles.iter().any(|one| self.fits(&one.text))
    }
}

/// What a search found.
struct Found {
    results: Vec<Seen>,
    whole: bool,
}

/// Answers a search.
pub async fn answer(site: &Arc<Site>, ask: &Ask) -> Result<Answer, Failure> {
    let pattern = Pattern::read(ask.query.needed("name")?)?;
    let place = Arc::clone(&site.searches).try_acquire_owned();
    let place = place.map_err(|_| {
        let detail = "more searches at once than the server bears";
        Refusal::new(Code::Overloaded, "", detail)
    })?;
    let reading = ask.reading(&site.desk.register).await?;
    let under = ask.query.one("under")?.map(str::to_owned);
    let (own, call) = (Arc::clone(site), Arc::clone(&ask.call));
    let made = Desk::blocking(move || {
        // Given back when the search has ended, also where its caller went away.
        let _place = place;
        let view = View::new(&reading, call.sight(), &call.witness, &own.base);
        let tops = match under {
            Some(text) => {
                let read = oid_text::read(&text, false, view.names(), "under");
                vec![view.settled(read)??.resolved.path]
            }
            None => own.desk.register.info()?.authorities.to_vec(),
        };
        let found = search(&view, &pattern, &tops, &own.options)?;
        let content = content(&own, &view, &found)?;
        Ok::<_, Failure>(view.settled(Answer::json(MEDIA, &content, Keep::Asked)?)?)
    });
    made.await?
}

fn search(
    view: &View<'_>,
    pattern: &Pattern,
    tops: &[NodePath],
    options: &Options,
) -> Result<Found, Rejection> {
    let (nodes_max, results_max) = (options.search_nodes_max, options.search_results_max);
    let mut found = Found {
        results: Vec::new(),
        whole: true,
    };
    let mut looked = 0_usize;
    for top in tops {
        for seen in view.reading.walk(top, None, None, &view.sight) {
            let seen = seen?;
            looked += 1;
            if looked > nodes_max {
                found.whole = false;
                return Ok(found);
            }
            if !seen.stub && pattern.finds(&seen) {
                if found.results.len() == results_max {
                    found.whole = false;
                    return Ok(found);
                }
                view.shows(&seen);
                found.results.push(seen);
            }
        }
    }
    Ok(found)
}

fn content(site: &Site, view: &View<'_>, found: &Found) -> Result<Value, Rejection> {
    let mut results = Vec::with_capacity(found.results.len());
    for seen in &found.results {
        results.push(Value::from(object::of(view, seen)?));
    }
    let mut notices = notices(&site.base);
    if let (false, Some(all)) = (found.whole, notices.as_array_mut()) {
        all.push(json!({
            "title": "Not all",
            "type": "result set truncated due to excessive load",
            "description": ["There may be more; look below a node with under=."],
        }));
    }
    Ok(json!({
        "rdapConformance": conformance(),
        "notices": notices,
        "oidra_oidSearchResults": results,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_name_or_its_beginning() {
        let fits = |pattern: &str, name: &str| Pattern::read(pattern).unwrap().fits(name);
        assert!(fits("health", "Health") && fits("he*", "Health") && fits("AFYA", "afya"));
        assert!(!fits("he", "Health") && !fits("ealth*", "Health"));
        for wrong in ["*", "", "a*b", "**"] {
            assert_eq!(Pattern::read(wrong).err().unwrap().code, Code::FieldInvalid);
        }
        let long = "a".repeat(SEARCH_PATTERN_BYTES_MAX);
        assert!(Pattern::read(&long).is_ok());
        let longer = Pattern::read(&format!("{long}a"));
        assert_eq!(longer.err().unwrap().code, Code::FieldTooLong);
    }
}

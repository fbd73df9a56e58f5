//! Which RDAP service answers for which subtree, in the form of RFC 9224 with object identifiers in place of names: the
//! longest one that an object identifier begins with wins.
//!
//! It is made by walking what everybody may see, at most once in a while, and told again until then.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::{
    access::Sight,
    desk::Desk,
    model::Rejection,
    register::{Reading, Seen},
};

use super::{
    super::{
        answer::{Answer, Keep},
        face::Site,
        limits::BOOTSTRAP_KEPT,
        problem::Failure,
    },
    is_external,
};

/// The document as it was made last.
#[derive(Default)]
pub struct Bootstrap(Mutex<Option<Made>>);

struct Made {
    at: Instant,
    content: Bytes,
}

/// Answers with the document.
pub async fn answer(site: &Arc<Site>) -> Result<Answer, Failure> {
    // Whoever comes while it is made waits for it: it is made once.
    let mut kept = site.bootstrap.0.lock().await;
    let content = match &*kept {
        Some(made) if made.at.elapsed() < BOOTSTRAP_KEPT => made.content.clone(),
        _ => {
            let own = Arc::clone(site);
            let content = Desk::blocking(move || make(&own, &own.desk.register.newest())).await??;
            let at = Instant::now();
            let content = Bytes::from(content.to_string());
            *kept = Some(Made {
                at,
                content: content.clone(),
            });
            content
        }
    };
    let keep = Keep::Facts {
        revision: crate::model::Seq::ZERO,
        of: "bootstrap",
        modified: None,
    };
    Ok(Answer::new("application/json", content, keep))
}

fn make(site: &Site, reading: &Reading) -> Result<Value, Rejection> {
    let authorities = site.desk.register.info()?.authorities;
    let mut services = Vec::new();
    if site.base.is_absolute() {
        let nodes: Vec<_> = authorities.iter().map(ToString::to_string).collect();
        services.push(json!([nodes, [site.base.url("/rdap/")]]));
    }
    'all: for top in authorities.iter() {
        for seen in reading.walk(top, None, None, &Sight::Public) {
            let seen = seen?;
            if services.len() >= site.options.bootstrap_services_max {
                break 'all;
            }
            if let Some(service) = service_of(&seen) {
                services.push(json!([
                    [seen.entry.path.to_string()],
                    [with_solidus(service)]
                ]));
            }
        }
    }
    Ok(json!({
        "version": "1.0",
        "publication": reading.time().to_string(),
        "description": "RDAP services of object identifiers and what is below them; the longest match wins",
        "services": services,
    }))
}

/// The RDAP service of an arc that is delegated to a register elsewhere.
pub fn service_of(seen: &Seen) -> Option<&str> {
    if seen.stub || !is_external(seen.entry.delegation.as_ref()) {
        return None;
    }
    let services = seen.entry.holder.services.iter();
    let of_web = |uri: &str| uri.starts_with("https://") || uri.starts_with("http://");
    services
        .filter(|one| one.kind.eq_ignore_ascii_case("rdap") && of_web(&one.uri))
        .min_by_key(|one| one.priority)
        .map(|one| one.uri.as_str())
}

/// A base URL ends with a solidus (RFC 9224 3).
fn with_solidus(uri: &str) -> String {
    format!("{}/", uri.trim_end_matches('/'))
}

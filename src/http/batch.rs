//! Many object identifiers at once, all of one revision. What is not registered is an answer here, as it is over gRPC.

use std::sync::Arc;

use http::StatusCode;

use crate::{
    desk::Desk,
    model::{Code, Refusal, Rejection, oid_text},
    register::Resolution,
};

use super::{
    answer::{Answer, Keep},
    ask::Ask,
    face::Site,
    limits::{BATCH_ANSWER_BYTES_AIM, BATCH_OIDS_MAX},
    listing::{revision, weight},
    permalink::REVISION,
    problem::Failure,
    shape,
    view::{self, View},
};

/// Answers a batch.
pub async fn answer(site: &Arc<Site>, ask: &Ask) -> Result<Answer, Failure> {
    let oids = read(ask)?;
    let reading = ask.reading(&site.desk.register).await?;
    let (own, call) = (Arc::clone(site), Arc::clone(&ask.call));
    let made = Desk::blocking(move || {
        let view = View::new(&reading, call.sight(), &call.witness, &own.base);
        let mut answers = Vec::with_capacity(oids.len());
        let mut bytes = 0_usize;
        for oid in oids {
            let one = if bytes > BATCH_ANSWER_BYTES_AIM {
                let detail = "the answer is full; ask for this one again";
                refused(oid, &Refusal::new(Code::Overloaded, "", detail))
            } else {
                one(&view, oid)?
            };
            bytes += one.entry.as_ref().map_or(256, weight);
            answers.push(one);
        }
        let batch = shape::Batch {
            answers,
            revision: revision(&own, &reading),
        };
        let answer = Answer::json("application/json", &batch, Keep::Asked)?;
        let answer = answer.with(REVISION, &batch.revision.token);
        Ok::<_, Failure>(view.settled(answer)?)
    });
    made.await?
}

fn read(ask: &Ask) -> Result<Vec<String>, Failure> {
    let kind = ask.content_type.as_ref();
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let detail = "a batch is a list in JSON, of the type application/json";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Failure::http(status, detail));
    }
    let oids: Vec<String> = serde_json::from_slice(&ask.body).map_err(|error| {
        let detail = format!("a batch is a list of texts in JSON: {error}");
        Refusal::new(Code::FieldInvalid, "", detail)
    })?;
    if oids.is_empty() {
        let detail = "at least one object identifier is needed";
        return Err(Refusal::new(Code::FieldRequired, "", detail).into());
    }
    if oids.len() > BATCH_OIDS_MAX {
        let detail = format!(
            "{} object identifiers; at most {BATCH_OIDS_MAX} are taken",
            oids.len()
        );
        return Err(Refusal::new(Code::TooManyValues, "", detail).into());
    }
    Ok(oids)
}

fn one(view: &View<'_>, asked: String) -> Result<shape::BatchAnswer, Rejection> {
    let read = oid_text::read(&asked, false, view.names(), "oid");
    let read = match view.settled(read)? {
        Ok(read) => read,
        Err(refusal) => return Ok(refused(asked, &refusal)),
    };
    let (outcome, seen, distance) = match view.names().resolve(&read.resolved.path)? {
        Resolution::Found(seen) => ("found", Some(seen), None),
        Resolution::SuperiorFound(seen, distance) => ("superior-found", Some(seen), Some(distance)),
        Resolution::Unknown => ("unknown", None, None),
    };
    if let Some(seen) = &seen {
        view.shows(seen);
    }
    let referral = seen.as_ref().filter(|_| distance.is_some());
    Ok(shape::BatchAnswer {
        asked,
        outcome,
        referral: referral.and_then(view::referral),
        entry: seen.as_ref().map(|seen| view.entry(seen)).transpose()?,
        distance,
        error: None,
    })
}

fn refused(asked: String, refusal: &Refusal) -> shape::BatchAnswer {
    shape::BatchAnswer {
        asked,
        outcome: "refused",
        entry: None,
        distance: None,
        referral: None,
        error: Some(shape::BatchError {
            code: refusal.code.name(),
            detail: refusal.detail.clone(),
        }),
    }
}

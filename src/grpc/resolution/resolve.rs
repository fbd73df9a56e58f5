//! `Resolve` and `BatchResolve`: what is not registered is an answer, not an error.

use prost::Message as _;

use crate::{
    desk::{Call, Desk},
    grpc::{
        convert::{entry, text},
        limits::{ANSWER_BYTES_AIM, BATCH_ROWS_MAX},
        view::{View, revision},
    },
    model::{Code, Refusal, Rejection},
    pb::v1::{
        self as pb,
        batch_resolve_response::{Row, row},
        resolve_response::Outcome,
    },
    register::{Resolution, Seen},
};

/// Answers one OID.
pub async fn one(
    desk: &Desk,
    call: &Call,
    request: pb::ResolveRequest,
) -> Result<pb::ResolveResponse, Rejection> {
    let reading = super::reading(desk, request.read.as_ref()).await?;
    let view = View::new(&reading, call.sight()).noting(&call.witness);
    let mut answer = resolve(&view, &request.oid, request.strict, request.with_superiors)?;
    answer.revision = Some(revision(
        &desk.register,
        reading.seq(),
        Some(reading.time()),
    ));
    Ok(view.settled(answer)?)
}

/// Answers up to [`BATCH_ROWS_MAX`] OIDs at one revision.
pub async fn batch(
    desk: &Desk,
    call: &Call,
    request: pb::BatchResolveRequest,
) -> Result<pb::BatchResolveResponse, Rejection> {
    let rows = request.oids.len();
    if rows == 0 {
        let detail = "at least one object identifier is needed";
        return Err(Refusal::new(Code::FieldRequired, "oids", detail).into());
    }
    if rows > BATCH_ROWS_MAX {
        let detail = format!("{rows} object identifiers; at most {BATCH_ROWS_MAX} are taken");
        return Err(Refusal::new(Code::TooManyValues, "oids", detail).into());
    }
    let reading = super::reading(desk, request.read.as_ref()).await?;
    let revision = revision(&desk.register, reading.seq(), Some(reading.time()));
    let (sight, witness) = (call.sight(), call.witness.clone());
    let rows = Desk::blocking(move || {
        let view = View::new(&reading, sight).noting(&witness);
        let mut rows = Vec::with_capacity(request.oids.len());
        let mut bytes = 0_usize;
        for oid in request.oids {
            let result = row(&view, &oid, request.strict, bytes > ANSWER_BYTES_AIM)?;
            let row = Row {
                oid,
                result: Some(result),
            };
            bytes = bytes.saturating_add(row.encoded_len());
            rows.push(row);
        }
        Ok::<_, Rejection>(view.settled(rows)?)
    })
    .await??;
    Ok(pb::BatchResolveResponse {
        rows,
        revision: Some(revision),
    })
}

/// One row; once an answer is `full`, its other rows say that they must be asked for again.
fn row(view: &View<'_>, oid: &str, strict: bool, full: bool) -> Result<row::Result, Rejection> {
    let refused = |refusal: &Refusal| {
        let code = refusal.code.name().to_owned();
        row::Result::Error(pb::RowError {
            code,
            message: refusal.detail.clone(),
        })
    };
    if full {
        let detail = "the answer is full; ask for this one again";
        return Ok(refused(&Refusal::new(Code::Overloaded, "oids", detail)));
    }
    match resolve(view, oid, strict, false) {
        Ok(answer) => Ok(row::Result::Response(answer)),
        Err(Rejection::Refused(refusals)) => Ok(refused(refusals.main())),
        Err(fault @ Rejection::Fault(_)) => Err(fault),
    }
}

fn resolve(
    view: &View<'_>,
    oid: &str,
    strict: bool,
    with_superiors: bool,
) -> Result<pb::ResolveResponse, Rejection> {
    let read = text::read(oid, strict, view.names(), "oid")?;
    let path = &read.resolved.path;
    let (outcome, seen, distance) = match view.names().resolve(path)? {
        Resolution::Found(seen) => (Outcome::Found, Some(seen), 0),
        Resolution::SuperiorFound(seen, distance) => (Outcome::SuperiorFound, Some(seen), distance),
        Resolution::Unknown => (Outcome::Unknown, None, 0),
    };
    let mut superiors = Vec::new();
    if let Some(seen) = seen.as_ref().filter(|_| with_superiors) {
        for superior in view.reading.superiors(&seen.entry.path, &view.sight)? {
            superiors.push(view.entry(&superior)?);
        }
    }
    let entry = seen.as_ref().map(|seen| view.entry(seen)).transpose()?;
    // What is found is what was asked for: it is written once.
    let written = entry.as_ref().filter(|_| distance == 0);
    let notations = written.and_then(|entry| entry.notations.clone());
    Ok(pb::ResolveResponse {
        outcome: outcome as i32,
        notations: Some(notations.unwrap_or_else(|| view.notations(path))),
        referral: seen.as_ref().and_then(referral),
        entry,
        distance: u32::try_from(distance).unwrap_or(u32::MAX),
        superiors,
        disagreements: text::disagreements(&read.resolved),
        tolerated: text::tolerances(&read.resolved.tolerated),
        revision: None,
    })
}

/// Where to ask on, when the entry is delegated to a register elsewhere.
fn referral(seen: &Seen) -> Option<pb::delegation::External> {
    if seen.stub {
        return None;
    }
    match entry::delegation(seen.entry.delegation.as_ref()?).kind? {
        pb::delegation::Kind::External(external) => Some(external),
        pb::delegation::Kind::Hosted(_) => None,
    }
}

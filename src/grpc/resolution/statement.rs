//! `GetStatement`: what the register says of an arc, signed, for whoever shall believe it without asking here.
//!
//! It says what the caller may see, without addresses: whoever is shown it sees no more than its owner chose to show.

use serde_json::{Value, json};

use crate::{
    desk::{Call, Desk},
    grpc::{
        convert::text,
        view::{View, revision},
    },
    model::{Code, Refusal, Rejection, TreeView as _, ViewFault, entry::Origin},
    oid::NodePath,
    pb::v1 as pb,
    register::{Resolution, Seen},
};

/// Answers.
pub async fn statement(
    desk: &Desk,
    call: &Call,
    request: pb::GetStatementRequest,
) -> Result<pb::GetStatementResponse, Rejection> {
    let notary = desk.options.notary.clone().ok_or_else(|| {
        let detail = "this server gives no statements";
        Refusal::new(Code::NotReady, "", detail)
    })?;
    let reading = super::reading(desk, request.read.as_ref()).await?;
    let view = View::new(&reading, call.sight()).noting(&call.witness);
    let path = text::read(&request.oid, false, view.names(), "oid")?;
    let path = path.resolved.path;
    super::registered(&view, &path, "oid")?;
    let Resolution::Found(seen) = view.names().resolve(&path)? else {
        let detail = format!("{path} is not registered");
        return Err(Refusal::new(Code::NotRegistered, "oid", detail).into());
    };
    if seen.stub {
        let detail = "nothing but the number of this arc is for you to know";
        return Err(Refusal::new(Code::NotPermitted, "oid", detail).into());
    }
    let entry = view.settled(view.entry(&seen)?)?;
    let info = desk.register.info()?;
    let (seq, time) = (reading.seq(), reading.time());
    let now = desk.options.clock.now();
    let statement = json!({
        "iss": notary.issuer,
        "iat": now.micros() / 1_000_000,
        "sub": entry.notations.as_ref().map(|all| all.urn.as_str()).unwrap_or_default(),
        "jti": format!("{}.{}.{seq}.{path}", info.register, desk.register.epoch()),
        "register": info.register.to_string(),
        "revision": seq.get(),
        "asOf": time.to_string(),
        "tree": { "size": info.head.get(), "sha256": info.root.to_string() },
        "authority": authority(&view, &path)?,
        "arc": arc(&entry, &seen),
    });
    Ok(pb::GetStatementResponse {
        jws: notary.sign(&statement),
        revision: Some(revision(&desk.register, seq, Some(time))),
    })
}

/// The nearest of our own nodes at or above the arc, with its titles.
fn authority(view: &View<'_>, path: &NodePath) -> Result<Value, Rejection> {
    let own = view.reading.authorities()?;
    let nearest = own.iter().filter(|own| path.starts_with(own));
    let Some(nearest) = nearest.max_by_key(|own| own.depth()) else {
        return Ok(Value::Null);
    };
    let entry = view.reading.entry(nearest)?;
    let entry = entry.ok_or_else(|| ViewFault("our own node is missing".to_owned()))?;
    let titles = entry.holder.titles.iter();
    let titles = titles.map(|one| (one.language.as_str().to_owned(), one.text.clone().into()));
    Ok(json!({
        "oid": nearest.to_string(),
        "titles": titles.collect::<serde_json::Map<_, _>>(),
    }))
}

/// What is stated of the arc; what it does not have is left out.
fn arc(entry: &pb::Entry, seen: &Seen) -> Value {
    let notations = entry.notations.clone().unwrap_or_default();
    let superior = &seen.entry.superior;
    let holder = |held: &Option<pb::Holding>, since: Option<String>| {
        held.as_ref().map(|held| {
            let party = held.registrant.clone().unwrap_or_default();
            left_out(json!({ "id": party.id, "name": party.name, "since": since }))
        })
    };
    let since = |held: &Option<crate::model::entry::Holding>| {
        held.as_ref().map(|held| held.since.to_string())
    };
    let texts = |texts: &[pb::Text]| {
        let each = texts.iter();
        let each = each.map(|one| (one.language.clone(), one.text.clone().into()));
        each.collect::<serde_json::Map<String, Value>>()
    };
    let labels = entry.labels.iter();
    let labels = labels.map(|one| json!({ "label": one.label, "language": one.language }));
    let origin = &seen.entry.origin;
    left_out(json!({
        "oid": entry.oid,
        "asn1": notations.asn1,
        "iri": notations.iri,
        "state": superior.state.word(),
        "identifiers": entry.identifiers,
        "labels": labels.map(left_out).collect::<Vec<_>>(),
        "titles": texts(&entry.titles),
        "applied": seen.entry.applied.map(|at| at.to_string()),
        "registered": (!origin.is_reference()).then(|| seen.entry.registered.to_string()),
        "withdrawn": superior.withdrawn.map(|at| at.to_string()),
        "holder": holder(&entry.registrant, since(&seen.entry.registrant)),
        "firstHolder": holder(&entry.first_registrant, since(&seen.entry.first_registrant)),
        // What was tried out must never pass for what was assigned.
        "sandbox": seen.entry.sandbox.is_some().then_some(true),
        "madeByTemplateOf": match origin {
            Origin::Template { superior } => Some(superior.to_string()),
            _ => None,
        },
        "successor": superior.relation.as_ref().map(|one| one.target().to_string()),
    }))
}

/// The same without members that say nothing.
fn left_out(value: Value) -> Value {
    let Value::Object(members) = value else {
        return value;
    };
    let says = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(all) => !all.is_empty(),
        Value::Object(all) => !all.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    };
    members
        .into_iter()
        .filter(|(_, value)| says(value))
        .collect()
}

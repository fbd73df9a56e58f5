//! What gRPC says: the measure of the other faces.

use oidra::pb::v1::{
    self as pb, ResolveRequest, resolution_service_client::ResolutionServiceClient,
    resolve_response::Outcome,
};
use tonic::transport::Channel;

use crate::facts::Facts;

/// Asks by gRPC, as anybody may.
#[derive(Clone)]
pub struct Reads(pub ResolutionServiceClient<Channel>);

impl Reads {
    /// What it says of an OID.
    pub async fn of(&self, oid: &str) -> Facts {
        let request = ResolveRequest {
            oid: oid.to_owned(),
            ..ResolveRequest::default()
        };
        let answer = self.0.clone().resolve(request).await.unwrap().into_inner();
        let distance = match answer.outcome() {
            Outcome::Found => Some(0),
            Outcome::SuperiorFound => Some(answer.distance as usize),
            Outcome::Unknown | Outcome::Unspecified => None,
        };
        let Some(entry) = answer.entry else {
            return Facts::default();
        };
        let stub = entry.stub;
        Facts {
            distance,
            stub,
            state: (!stub).then(|| word(entry.state()).to_owned()),
            identifiers: entry.identifiers.into_iter().collect(),
            labels: entry.labels.into_iter().map(|one| one.label).collect(),
            title: entry.titles.into_iter().next().map(|one| one.text),
            revision: (!stub).then_some(entry.revision),
            node: Some(entry.oid),
        }
    }
}

fn word(state: pb::State) -> &'static str {
    match state {
        pb::State::Reserved => "reserved",
        pb::State::Active => "active",
        pb::State::Suspended => "suspended",
        pb::State::Deprecated => "deprecated",
        pb::State::Withdrawn => "withdrawn",
        pb::State::Unspecified => "unspecified",
    }
}
